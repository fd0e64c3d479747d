-- What the columns hold, from a sample of some hundred thousand cells: how many are filled, and how many of these are times or the number
-- 0.
ALTER TABLE csv_column ADD filled bigint DEFAULT 0, ADD dates bigint DEFAULT 0, ADD numbers bigint DEFAULT 0, ADD zeros bigint DEFAULT 0,
	ADD first_line bigint;

WITH size AS (
	SELECT greatest(1, (SELECT count(*) FROM csv_record) * (SELECT count(*) FROM csv_column) / 300000) AS step),
sample AS (
	SELECT line, fields FROM csv_record, size, csv_format WHERE line > header AND line % step = 0),
pattern AS (
	-- Texts too long for a time are all alike.
	SELECT place, CASE WHEN char_length(value) BETWEEN 5 AND 80 THEN date_pattern_of(value) WHEN value = '0' THEN value ELSE '' END
		AS pattern, count(*) AS cells, min(line) AS first_line
	FROM sample, csv_column, LATERAL (SELECT date_cell(fields[place]) AS value OFFSET 0) v
	WHERE value IS NOT NULL AND NOT is_no_date(value) GROUP BY 1, 2),
form AS (
	SELECT pattern, (date_form_of(pattern)).form FROM (SELECT DISTINCT pattern FROM pattern WHERE pattern LIKE '%9%') p),
fact AS (
	SELECT place, sum(cells) AS filled, sum(cells) FILTER (WHERE form IS NOT NULL AND (form <> 'year first, compact' OR pattern ~ '\D'))
		AS dates,
		sum(cells) FILTER (WHERE pattern ~ '^9{5}([.,]9+)?$|^9{8,16}([.,]9+)?$|^9{18,19}$') AS numbers,
		sum(cells) FILTER (WHERE pattern = '0') AS zeros, min(first_line) AS first_line
	FROM pattern LEFT JOIN form USING (pattern) GROUP BY place)
UPDATE csv_column c SET filled = f.filled, dates = coalesce(f.dates, 0), numbers = coalesce(f.numbers, 0), zeros = coalesce(f.zeros, 0),
	first_line = f.first_line
FROM fact f WHERE f.place = c.place;
