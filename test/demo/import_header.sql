-- Which column is what, from the header line (psql variable header); prints what is wrong, or nothing.
CREATE TABLE csv_format AS
SELECT delimiter FROM (VALUES (','), (';'), (E'\t')) AS d(delimiter)
ORDER BY length(replace(:'header', delimiter, '')), delimiter = ',' DESC LIMIT 1;

CREATE TABLE csv_column AS
SELECT place, shown, name, NULL::text AS role
FROM csv_format,
	regexp_matches(:'header', format('(?:^|%1$s)(?:\s*"((?:[^"]|"")*)"\s*|([^"%1$s]*))', delimiter), 'g') WITH ORDINALITY AS m(field, place),
	LATERAL (SELECT btrim(coalesce(replace(field[1], '""', '"'), field[2], '')) AS shown) s,
	LATERAL (SELECT lower(regexp_replace(shown, '[\s-]+', '_', 'g')) AS name) n;

UPDATE csv_column c SET role = best.role
FROM (SELECT DISTINCT ON (a.role) a.role, place FROM accepted a JOIN csv_column USING (name) ORDER BY a.role, rank, place) best
WHERE c.place = best.place;

-- Beside changes (from, to) with their times, "created" is when the item was.
UPDATE csv_column SET role = 'created'
WHERE name IN ('created', 'created_date') AND role IS NULL AND EXISTS (SELECT FROM csv_column WHERE role = 'from');

SELECT format('CREATE TABLE csv (number bigint GENERATED ALWAYS AS IDENTITY (START 2), %s)', string_agg(format('c%s text', place), ', ' ORDER BY place))
FROM csv_column \gexec

SELECT 'the file is empty.' WHERE :'header' = ''
UNION ALL
SELECT format(E'the first line names no column for: %s.\nIts columns are: %s.\nNames that are understood, in capitals or not:\n%s',
	string_agg(role, ', ' ORDER BY array_position(ARRAY['item', 'time', 'state'], role)),
	(SELECT string_agg(shown, ', ' ORDER BY place) FROM csv_column),
	(SELECT string_agg(format('  %s %s', rpad(role || CASE WHEN role IN ('from', 'field') THEN ' (optional)' ELSE '' END, 17), names), E'\n'
			ORDER BY array_position(ARRAY['item', 'time', 'state', 'from', 'field'], role))
		FROM (SELECT role, string_agg(name, ' / ' ORDER BY rank) AS names FROM accepted GROUP BY role) a))
FROM (SELECT role FROM accepted WHERE role NOT IN ('from', 'field') EXCEPT SELECT role FROM csv_column) missing
WHERE :'header' <> '' HAVING count(*) > 0;
