-- From lines to rows of fields: csv_record. Texts in quotes may have several lines.
CREATE UNLOGGED TABLE csv_quoted (number bigint, simple boolean, regular boolean, open boolean);
CREATE TABLE csv_text (first bigint PRIMARY KEY, last bigint);
CREATE UNLOGGED TABLE csv_record (line bigint, fields text[]);

CREATE PROCEDURE read_records() LANGUAGE plpgsql AS $$
DECLARE
	header    bigint := (SELECT header FROM csv_format);
	separator text := (SELECT separator FROM csv_format);
	cut       text := '\' || separator;
	-- Fields as they should be; as people write them; and the end of a text that began in an earlier line.
	strictly  text := format('^(?:(?: *"(?:[^"]|"")*" *|[^"%1$s]*)%1$s)*(?: *"(?:[^"]|"")*" *|[^"%1$s]*)$', cut);
	loosely   text := format('^(?:(?: *"(?:[^"]|""|"[^"%1$s])*" *| *"[^"]*"[^"%1$s]+| *[^" %1$s][^%1$s]*| *)%1$s)*(?: '
		'*"(?:[^"]|""|"[^"%1$s])*" *| *"[^"]*"[^"%1$s]+| *[^" %1$s][^%1$s]*| *)$', cut);
	ending    text := format('^(?:[^"]|""|"[^"%1$s])*" *(?:%1$s|$)', cut);
	filled    text := '[^\s,;|"]';
	begins    bigint;
	ends      bigint := 0;
BEGIN
	INSERT INTO csv_quoted
	SELECT number, simple, simple OR line ~ strictly, false
	FROM csv_line, LATERAL (SELECT csv_all_quoted(line, separator) AS simple OFFSET 0) s WHERE line LIKE '%"%' AND number >= header;
	-- Open are lines that end inside of a quoted text if they begin outside.
	UPDATE csv_quoted q SET open = true FROM csv_line l WHERE NOT regular AND l.number = q.number AND line !~ loosely;

	IF NOT EXISTS (SELECT FROM csv_quoted WHERE open) THEN
		INSERT INTO csv_record
		SELECT number, CASE WHEN q.regular IS NULL THEN string_to_array(line, separator)
			WHEN simple THEN string_to_array(substr(line, 2, char_length(line) - 2), '"' || separator || '"') WHEN q.regular
				THEN csv_fields(line, separator) ELSE csv_fields_loosely(line, separator) END
		FROM csv_line LEFT JOIN csv_quoted q USING (number)
		WHERE number >= header AND line ~ filled;
		RETURN;
	END IF;

	-- A text goes on to the first line that can end it.
	CREATE TEMP TABLE csv_end AS
	SELECT number FROM csv_line JOIN csv_quoted USING (number) WHERE line ~ ending AND regexp_replace(line, ending, '') ~ loosely;
	CREATE UNIQUE INDEX ON csv_end (number);
	CREATE UNIQUE INDEX ON csv_quoted (number) WHERE open;
	LOOP
		begins := (SELECT min(number) FROM csv_quoted WHERE open AND number > ends);
		EXIT WHEN begins IS NULL;
		ends := (SELECT min(number) FROM csv_end WHERE number > begins);
		IF ends IS NULL THEN
			PERFORM refuse(format('line %s opens a quote (") that is never closed: close it, or double it if it belongs to the text.',
				begins));
		END IF;
		INSERT INTO csv_text VALUES (begins, ends);
	END LOOP;

	CREATE TEMP TABLE csv_joined AS
	SELECT first AS line, string_agg(l.line, E'\n' ORDER BY number) AS text
	FROM csv_text, generate_series(first, last) AS number JOIN csv_line l USING (number) GROUP BY first;
	INSERT INTO csv_record
	SELECT number, CASE WHEN q.regular IS NULL THEN string_to_array(l.line, separator)
			WHEN simple THEN string_to_array(substr(l.line, 2, char_length(l.line) - 2), '"' || separator || '"') WHEN q.regular
				THEN csv_fields(l.line, separator) ELSE csv_fields_loosely(l.line, separator) END
	FROM csv_line l LEFT JOIN csv_quoted q USING (number) LEFT JOIN (SELECT generate_series(first, last) AS number FROM csv_text) t
		USING (number)
	WHERE number >= header AND l.line ~ filled AND t.number IS NULL;
	INSERT INTO csv_record
	SELECT line, CASE WHEN text ~ strictly THEN csv_fields(text, separator) ELSE csv_fields_loosely(text, separator) END
	FROM csv_joined WHERE text ~ filled;

	-- Where lines in a text look like rows of their own, the quote that opened it was none.
	PERFORM refuse(format('line %s opens a quote (") that closes only in line %s, and the lines between look like rows: close it, or '
		'double it if it belongs to the text.',
		first, last))
	FROM (
		SELECT first, last, count(*) AS lines, count(*) FILTER (WHERE cardinality(csv_fields(line, separator)) = width) AS rows, width
		FROM csv_text, generate_series(first + 1, last - 1) AS number JOIN csv_line USING (number),
			(SELECT cardinality(fields) AS width FROM csv_record r WHERE r.line = header) w
		WHERE line ~ filled GROUP BY first, last, width) inside
	WHERE rows >= 2 AND rows = lines AND width > 2
	ORDER BY first LIMIT 1;
END $$;
CALL read_records();

-- The columns. One without a name is shown by its place; one whose name came before, by name and place.
CREATE TABLE csv_column AS
SELECT place::int, csv_name(field) AS name,
	CASE WHEN btrim(field) = '' THEN format('(column %s)', place)
		WHEN count(*) OVER (PARTITION BY btrim(field) ORDER BY place) > 1 THEN format('%s (column %s)', btrim(field), place)
		ELSE regexp_replace(btrim(field), '\s+', ' ', 'g') END AS shown,
	field ~* '[^[:alpha:]](utc|gmt)\)?\s*$' AS utc
FROM csv_record, csv_format, unnest(fields) WITH ORDINALITY AS f(field, place) WHERE line = header;

-- Separators after the last named column mean nothing; more fields than that in a line are a mistake in it.
CREATE TABLE csv_width AS SELECT max(place) AS width, header, CASE separator WHEN E'\t' THEN 'tab' ELSE '"' || separator || '"' END
	AS separator
FROM csv_column, csv_format GROUP BY header, csv_format.separator;
SELECT refuse(CASE WHEN count(*) = (SELECT count(*) - 1 FROM csv_record) AND count(*) > 1
	THEN format('every line has more fields than the header, which has %s: give each column a name.', width)
	ELSE format('line %s has %s where the header has %s: put a field that holds a %s in quotes.', min(line),
		count_of((array_agg(cardinality(fields) ORDER BY line))[1], 'field'), width, separator) END)
FROM csv_record, csv_width
WHERE line <> header AND cardinality(fields) > width AND array_to_string(fields[width + 1:], '') ~ '\S'
GROUP BY width, separator;
SELECT refuse(format('line %s is one field in quotes where the header has %s: a program has put whole lines in quotes; export the file '
	'again.', line, width))
FROM csv_record, csv_width, csv_format f
WHERE line <> f.header AND width > 2 AND cardinality(fields) = 1 AND strpos(fields[1], f.separator) > 0 ORDER BY line LIMIT 1;

-- Some programs leave empty fields at the end of a line away. Where others write them, a line with fewer fields is broken.
CREATE TABLE csv_short AS
SELECT line, cardinality(fields) AS fields FROM csv_record, csv_width
WHERE line <> header AND cardinality(fields) < width
	AND EXISTS (SELECT FROM csv_record WHERE line <> header AND cardinality(fields) >= width AND fields[width] !~ '\S');
SELECT refuse(format('line %s has %s where the header has %s, as have %s others: a line end within a field, which is not in quotes, may '
	'have broken them.', min(line),
	count_of((array_agg(fields ORDER BY line))[1], 'field'), width, count(*) - 1))
FROM csv_short, csv_width GROUP BY width HAVING count(*) > 0.05 * (SELECT count(*) - 1 FROM csv_record);
DELETE FROM csv_record WHERE line IN (SELECT line FROM csv_short);
INSERT INTO csv_note (note)
SELECT format('%s fewer fields than the header, broken perhaps by a line end within a field, and left out; the first is line %s.',
	CASE count(*) WHEN 1 THEN '1 line has' ELSE count(*) || ' lines have' END, min(line)) FROM csv_short HAVING count(*) > 0;

DELETE FROM csv_column c WHERE name = '' AND NOT EXISTS (SELECT FROM csv_record, csv_format WHERE line <> header AND fields[place] ~ '\S');
