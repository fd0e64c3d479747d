-- The separator and the header, and how a line is cut into fields.

-- Fields of a line whose quotes stand where they should: what is outside of them is cut at separators.
CREATE FUNCTION csv_fields(line text, separator text) RETURNS text[] LANGUAGE sql IMMUTABLE
RETURN CASE WHEN line LIKE '%"%' THEN (
		-- Pieces between quotes: odd ones are outside; an empty one between two others was a doubled quote.
		SELECT string_to_array(string_agg(CASE WHEN place % 2 = 0 THEN piece
			WHEN piece = '' AND place > 1 AND place < pieces THEN '"'
			ELSE replace(piece, separator, E'\x1f') END, '' ORDER BY place), E'\x1f')
		FROM (SELECT piece, place, count(*) OVER () AS pieces FROM unnest(string_to_array(line, '"')) WITH ORDINALITY AS p(piece, place)) p)
	ELSE string_to_array(line, separator) END;

-- Whether each field stands in quotes and has none within: every quote is one at the ends or around a separator.
CREATE FUNCTION csv_all_quoted(line text, separator text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN line LIKE '"%"' AND char_length(line) - char_length(replace(line, '"', ''))
	= 2 + 2 * (char_length(line) - char_length(replace(line, '"' || separator || '"', ''))) / 3;

-- The same as csv_fields where a quote stands inside of a field (5" disk, "he said "no" to it"): it opens a field only
-- at its beginning and closes it only before a separator.
CREATE FUNCTION csv_fields_loosely(line text, separator text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	cut    text := '\' || separator;
	quotes text := format('^ *"((?:[^"]|""|"[^"%1$s])*)" *(?:%1$s|$)', cut);
	plain  text := format('^([^%1$s]*)(?:%1$s|$)', cut);
	fields text[] := '{}';
	rest   text := line || separator;
	field  text;
	length int;
BEGIN
	WHILE rest <> '' LOOP
		field := (regexp_match(rest, quotes))[1];
		IF field IS NOT NULL THEN
			length := regexp_instr(rest, quotes, 1, 1, 1) - 1;
			field := replace(field, '""', '"');
		ELSE
			field := (regexp_match(rest, plain))[1];
			length := char_length(field) + 1;
		END IF;
		fields := fields || field;
		rest := substr(rest, length + 1);
	END LOOP;
	RETURN fields;
END $$;

-- What the first lines tell.
CREATE TEMP TABLE csv_head AS SELECT number, line FROM csv_line WHERE number <= 1000 AND line ~ '\S';

-- The separator and the header. Excel's first line sep=; names the separator. The header is the first of ten lines
-- unless it is narrower, as a title is, than one further down in which known names stand.
CREATE TABLE csv_format AS
WITH head AS (
	SELECT number, line FROM csv_head WHERE NOT (number = 1 AND line ~* '^"?sep=.?"?$') ORDER BY number LIMIT 10),
named AS (
	SELECT (SELECT coalesce(nullif((regexp_match(line, '^"?sep=(.?)"?$', 'i'))[1], ''), E'\t') FROM csv_head WHERE number = 1
		AND line ~* '^"?sep=.?"?$') AS separator),
name AS (
	SELECT name FROM csv_known UNION
	SELECT csv_name(split_part(piece, '=', 2)) FROM csv_option, regexp_split_to_table(columns, ',') AS piece),
cut AS MATERIALIZED (
	SELECT number, s.separator, place, csv_name(field) AS name
	FROM head, named, unnest(ARRAY[',', ';', E'\t', '|']) WITH ORDINALITY AS s(separator, place), LATERAL unnest(csv_fields(line,
		s.separator)) AS f(field)
	WHERE coalesce(named.separator, s.separator) = s.separator AND field ~ '\S'),
tried AS (
	SELECT number, separator, place, count(*) AS fields, count(k.name) AS known FROM cut LEFT JOIN name k USING (name)
	GROUP BY number, separator, place),
first AS (
	SELECT * FROM tried WHERE number = (SELECT min(number) FROM head) ORDER BY known DESC, fields DESC, place LIMIT 1),
later AS (
	SELECT t.* FROM tried t, first WHERE t.number > first.number AND t.known >= 2 AND t.known > first.known
		AND t.fields > 2 * first.fields ORDER BY t.number, t.known DESC LIMIT 1)
SELECT coalesce(later.number, first.number) AS header, coalesce(later.separator, first.separator) AS separator
FROM first LEFT JOIN later ON true;

INSERT INTO csv_note (note)
SELECT format('The first %s taken for a title: %s.', CASE count(*) WHEN 1 THEN 'line is' ELSE count(*) || ' lines are' END,
	quoted((array_agg(line ORDER BY number))[1]))
FROM csv_head, csv_format WHERE number < header AND line !~* '^"?sep=.?"?$' HAVING count(*) > 0;

SELECT refuse(format('no separator is found in the header: line %s is %s; columns are separated by commas, semicolons, tabs or |.',
	number, quoted(line)))
FROM csv_head, csv_format WHERE number = header AND cardinality(csv_fields(line, separator)) < 2;
