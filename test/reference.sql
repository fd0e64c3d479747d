-- What test/reference.sh writes into doc/reference.md and doc/views.md, as rows of the temporary table
-- line (part, place, line): part is what a page asks for by <!-- make reference: PART -->. It reads the
-- catalog of a database with vsm and a model in the schema flow, and the temporary table source
-- (place, file, kind, signature): which file of sql/ has which function, in the order of the files.
SET search_path = pg_catalog, pg_temp;
SET timezone = 'UTC';

-- In a cell of a table.
CREATE FUNCTION pg_temp.cell(text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN replace(replace($1, '|', '\|'), E'\n', ' ');
-- Types as people write them.
CREATE FUNCTION pg_temp.short(text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN replace(replace(regexp_replace($1, 'DEFAULT NULL::[a-z_. ]+', 'DEFAULT NULL', 'g'),
	'timestamp with time zone', 'timestamptz'), 'double precision', 'float8');

-- Functions that people do not call: of types, operators that compare, casts, aggregates, triggers; and those
-- whose comments say that they are a part of another.
CREATE TEMP TABLE internal AS
SELECT DISTINCT f.oid FROM (
	SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze, typsubscript]) AS oid
	FROM pg_type WHERE typnamespace = 'vsm'::regnamespace AND typtype = 'b' AND typelem = 0
	UNION ALL
	SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn])
	FROM pg_aggregate
	UNION ALL SELECT oprcode FROM pg_operator WHERE oprname IN ('=', '<>', '<', '<=', '>', '>=')
	UNION ALL SELECT amproc FROM pg_amproc
	UNION ALL SELECT castfunc FROM pg_cast
	UNION ALL SELECT prosupport FROM pg_proc
	UNION ALL SELECT oid FROM pg_proc WHERE prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
	UNION ALL
	SELECT objoid FROM pg_description
	WHERE classoid = 'pg_proc'::regclass AND objsubid = 0 AND description ~ '; a part of [^;]+$') AS f
JOIN pg_proc AS p USING (oid) WHERE p.pronamespace = 'vsm'::regnamespace;

CREATE TEMP TABLE function AS
SELECT p.oid, p.oid IN (SELECT oid FROM internal) AS internal, s.place, s.file, p.prokind,
	format('%s%s(%s)', CASE WHEN p.prokind = 'p' THEN 'CALL ' ELSE '' END, 'vsm.' || p.proname,
		pg_temp.short(regexp_replace(pg_get_function_arguments(p.oid), '\mIN ', '', 'g'))) AS signature,
	pg_temp.short(pg_get_function_result(p.oid)) AS result,
	coalesce(obj_description(p.oid, 'pg_proc'), '') AS comment
FROM pg_proc AS p LEFT JOIN source AS s ON s.signature::regprocedure = p.oid
WHERE p.pronamespace = 'vsm'::regnamespace;

CREATE TEMP TABLE line (part text, place bigint GENERATED ALWAYS AS IDENTITY, line text);

-- Each of the parts that the page asks for takes the functions of the files whose paths begin with its
-- own, unless a longer one takes them.
INSERT INTO line (part, line)
SELECT 'functions ' || w.path, v.line
FROM unnest(string_to_array(:'parts', E'\n')) AS q (part), LATERAL (SELECT substr(q.part, 11) AS path) AS w,
LATERAL (
	SELECT 2 AS first, 0 AS place, '| function | returns | what it does |' AS line
	UNION ALL SELECT 2, 1, '|---|---|---|'
	UNION ALL
	-- Procedures, which people begin with, come first.
	SELECT (f.prokind = 'p')::int, f.place, format('| `%s`%s | %s | %s |',
		pg_temp.cell(f.signature), CASE WHEN f.prokind = 'a' THEN ' aggregate' ELSE '' END,
		CASE WHEN f.prokind = 'p' THEN '' ELSE '`' || pg_temp.cell(f.result) || '`' END, pg_temp.cell(f.comment))
	FROM function AS f
	WHERE NOT f.internal AND w.path = (
		SELECT substr(o.part, 11) FROM unnest(string_to_array(:'parts', E'\n')) AS o (part)
		WHERE o.part LIKE 'functions %' AND starts_with(f.file, substr(o.part, 11)) ORDER BY length(o.part) DESC LIMIT 1)) AS v
WHERE q.part LIKE 'functions %' ORDER BY 1, v.first DESC, v.place;

INSERT INTO line (part, line)
SELECT 'internal functions', format('- `%s`: %s', f.signature, f.comment) FROM function AS f WHERE f.internal
ORDER BY f.signature COLLATE "C";

INSERT INTO line (part, line) VALUES ('casts', '| from | to | |'), ('casts', '|---|---|---|');
INSERT INTO line (part, line)
SELECT 'casts', format('| `%s` | `%s` | %s |', format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
	CASE c.castcontext WHEN 'e' THEN 'where written' WHEN 'a' THEN 'where written, and in assignments' ELSE 'anywhere' END)
FROM pg_cast AS c JOIN pg_depend AS d ON d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass
ORDER BY format_type(c.castsource, NULL) COLLATE "C", format_type(c.casttarget, NULL) COLLATE "C";

INSERT INTO line (part, line) VALUES ('operators', '| operator | returns | what it does |'), ('operators', '|---|---|---|');
INSERT INTO line (part, line)
SELECT 'operators', format('| `%s` | `%s` | %s |',
	pg_temp.cell(concat_ws(' ', format_type(nullif(o.oprleft, 0), NULL), o.oprname, format_type(o.oprright, NULL))),
	pg_temp.short(format_type(o.oprresult, NULL)), pg_temp.cell(obj_description(o.oid, 'pg_operator')))
FROM pg_operator AS o WHERE o.oprnamespace = 'vsm'::regnamespace AND o.oprname NOT IN ('=', '<>', '<', '<=', '>', '>=')
ORDER BY o.oprname COLLATE "C", 2;

INSERT INTO line (part, line) VALUES ('types', '| type | what it is | columns |'), ('types', '|---|---|---|');
INSERT INTO line (part, line)
SELECT 'types', format('| `%s` | %s | %s |', t.oid::regtype, pg_temp.cell(obj_description(t.oid, 'pg_type')),
	coalesce((
		SELECT string_agg(format('`%s %s`', a.attname, pg_temp.short(format_type(a.atttypid, a.atttypmod))), ', ' ORDER BY a.attnum)
		FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), ''))
FROM pg_type AS t WHERE t.typnamespace = 'vsm'::regnamespace AND NOT (t.typtype = 'b' AND t.typelem <> 0)
ORDER BY t.typtype, t.typname COLLATE "C";

-- The tables and views of a model.
INSERT INTO line (part, line)
SELECT 'relation ' || c.relname, v.line
FROM pg_class AS c, LATERAL (
	VALUES (-4::int, coalesce(obj_description(c.oid, 'pg_class'), '')),
		(-3, ''),
		(-2, '| column | type | what it is |'), (-1, '|---|---|---|')
	UNION ALL
	SELECT a.attnum, format('| `%s` | %s%s | %s |', a.attname, pg_temp.short(format_type(a.atttypid, a.atttypmod)),
		coalesce((
			SELECT ', key' FROM pg_index AS i
			WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)), ''),
		pg_temp.cell(coalesce(col_description(c.oid, a.attnum), '')))
	FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS v (place, line)
WHERE c.relnamespace = to_regnamespace('flow') AND c.relkind IN ('r', 'p', 'v', 'm')
ORDER BY c.relname, v.place;

-- What no page may be silent about.
\set ON_ERROR_STOP 1
DO $$
DECLARE
	nameless text;
BEGIN
	SELECT string_agg(signature, ', ') INTO nameless FROM function WHERE NOT internal AND file IS NULL;
	IF nameless IS NOT NULL THEN
		RAISE EXCEPTION 'no file of sql/ has a COMMENT ON these functions: %', nameless;
	END IF;
END
$$;
SELECT part || E'\t' || line FROM line ORDER BY place;
SELECT 'missing' || E'\t' || f.file || ': ' || f.signature FROM function AS f
WHERE NOT f.internal AND :'parts' LIKE '%functions %' AND NOT EXISTS (
	SELECT FROM unnest(string_to_array(:'parts', E'\n')) AS o (part)
	WHERE o.part LIKE 'functions %' AND starts_with(f.file, substr(o.part, 11)))
UNION ALL
SELECT 'missing' || E'\t' || l.part FROM (SELECT DISTINCT part FROM line) AS l
WHERE l.part LIKE 'relation %' AND :'parts' LIKE '%relation %' AND l.part <> ALL (string_to_array(:'parts', E'\n'));
