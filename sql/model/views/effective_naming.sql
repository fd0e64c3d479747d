CREATE OR REPLACE VIEW :"schema".effective_naming AS
SELECT n.source, n.kind, n.name, n.meaning, false AS is_default
FROM :"schema".naming AS n
UNION ALL
SELECT '%', d.kind, d.name, d.meaning, true
FROM vsm.default_naming() AS d
WHERE NOT EXISTS (SELECT FROM :"schema".naming AS n WHERE n.source = '%' AND n.kind = d.kind AND lower(n.name) = lower(d.name));

COMMENT ON VIEW :"schema".effective_naming IS 'what names mean: by the table naming, else by default';
COMMENT ON COLUMN :"schema".effective_naming.source IS 'sources that it holds for, as a LIKE pattern';
COMMENT ON COLUMN :"schema".effective_naming.kind IS 'what the name names';
COMMENT ON COLUMN :"schema".effective_naming.name IS 'the name, or between slashes a regular expression';
COMMENT ON COLUMN :"schema".effective_naming.meaning IS 'what it means; none: nothing';
COMMENT ON COLUMN :"schema".effective_naming.is_default IS 'whether it comes with vsm: INSERT the name into naming to change it';
