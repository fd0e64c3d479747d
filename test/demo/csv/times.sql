-- The times of the cells that hold times. How a column writes them is decided from all of its values.
CREATE UNLOGGED TABLE csv_cell (line bigint, place int, value text, pattern text);
DO $$
DECLARE
	place int;
BEGIN
	FOR place IN SELECT DISTINCT r.place FROM csv_role r WHERE role IN ('time', 'start', 'end', 'created', 'closed', 'cancelled', 'stage')
		LOOP
		EXECUTE format('INSERT INTO csv_cell SELECT line, %1$s, value, date_pattern_of(value) FROM (SELECT line, date_cell(fields[%1$s]) '
			'AS value FROM csv_row OFFSET 0) r WHERE value IS NOT NULL AND value <> ''0'' AND NOT is_no_date(value)', place);
	END LOOP;
END $$;

-- line 7: "x" in the column Created. A cell is named by 10000 * line + place.
CREATE FUNCTION csv_at(cell bigint) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT format('line %s: %s in the column %s', line, quoted(value), shown) FROM csv_cell JOIN csv_column USING (place)
	WHERE line = cell / 10000 AND place = cell % 10000);

-- Patterns, and in what form they are dates.
CREATE TABLE csv_pattern AS
SELECT place, pattern, cells, first_line, f.form, f.month
FROM (SELECT place, pattern, count(*) AS cells, min(line) AS first_line FROM csv_cell GROUP BY 1, 2) p
LEFT JOIN LATERAL date_form_of(pattern) f ON true;

-- A column of mere numbers has one unit, by the number of digits that most of them have.
CREATE TABLE csv_unit AS
SELECT place, unit, divisor FROM (
	SELECT DISTINCT ON (place) place, char_length((regexp_match(pattern, '^9+'))[1]) AS digits, sum(cells) AS cells
	FROM csv_pattern WHERE pattern ~ '^9+([.,]9+)?$' GROUP BY 1, 2 ORDER BY place, cells DESC) n
JOIN date_unit u ON u.digits @> n.digits;
UPDATE csv_pattern p SET form = 'number' FROM csv_unit u WHERE u.place = p.place AND pattern ~ '^9+([.,]9+)?$';
INSERT INTO csv_note (note)
SELECT format('%s counts %s.', shown, CASE unit WHEN 'days of a spreadsheet' THEN 'days as spreadsheets do, from 1900 on' ELSE unit
	|| ' since 1970' END) FROM csv_unit JOIN csv_column USING (place);

SELECT refuse(format('%s has lost its digits to a spreadsheet: export the file again and do not open it in one before.',
	csv_at(first_line * 10000 + place)))
FROM csv_pattern WHERE form IS NULL AND pattern ~* '^9([.,]9+)?e\+?9+$' ORDER BY first_line LIMIT 1;

-- Day first or month first: any of the columns may show it, and none may contradict.
CREATE TABLE csv_order AS
WITH pattern AS MATERIALIZED (
	SELECT place, pattern, date_group_at(pattern, regexp, 1) AS at, date_group_length(pattern, regexp, 1) AS length,
		date_group_at(pattern, regexp, 2) AS next_at, date_group_length(pattern, regexp, 2) AS next_length
	FROM csv_pattern JOIN date_form USING (form) WHERE form = 'numbers'),
numbers AS (
	SELECT line * 10000 + place AS cell, substr(value, at, length)::int AS a, substr(value, next_at, next_length)::int AS b
	FROM csv_cell c JOIN pattern USING (place, pattern))
SELECT count(*) AS cells, min(cell) AS first, min(cell) FILTER (WHERE a > 31) AS year_first, min(cell) FILTER (WHERE a BETWEEN 13 AND 31
	AND b <= 12) AS day_first,
	min(cell) FILTER (WHERE b BETWEEN 13 AND 31 AND a <= 12) AS month_first, bool_and(a = b) AS same, NULL::text AS dates
FROM numbers;

-- A date of numbers in the order that is not taken: what shows how far apart the two readings are.
CREATE FUNCTION date_said(value text, dates text) RETURNS text LANGUAGE sql STABLE
RETURN (
	SELECT to_char(make_date(CASE WHEN char_length(y) = 4 THEN y::int WHEN y::int < 70 THEN 2000 + y::int ELSE 1900 + y::int END,
		mon::int, d::int), 'FMDD FMMonth YYYY')
	FROM regexp_match(value, '(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})') AS m,
		LATERAL (SELECT CASE dates WHEN 'ymd' THEN m[1] ELSE m[3] END AS y, CASE dates WHEN 'mdy' THEN m[1] ELSE m[2] END AS mon,
			CASE dates WHEN 'dmy' THEN m[1] WHEN 'mdy' THEN m[2] ELSE m[3] END AS d) p);

DO $$
DECLARE
	o     csv_order;
	asked text := (SELECT nullif(dates, '') FROM csv_option);
	value text;
BEGIN
	SELECT * INTO o FROM csv_order;
	IF o.cells = 0 THEN
		RETURN;
	END IF;
	IF asked = 'ymd' OR (asked IS NULL AND o.year_first IS NOT NULL AND o.day_first IS NULL AND o.month_first IS NULL) THEN
		o.dates := 'ymd';
	ELSIF asked = 'dmy' AND coalesce(o.year_first, o.month_first) IS NOT NULL THEN
		PERFORM refuse(format('%s is no date with the day first, as DATES=dmy says.', csv_at(coalesce(o.year_first, o.month_first))));
	ELSIF asked = 'mdy' AND coalesce(o.year_first, o.day_first) IS NOT NULL THEN
		PERFORM refuse(format('%s is no date with the month first, as DATES=mdy says.', csv_at(coalesce(o.year_first, o.day_first))));
	ELSIF asked IS NOT NULL THEN
		o.dates := asked;
	ELSIF o.year_first IS NOT NULL THEN
		PERFORM refuse(format('the dates contradict each other: %s is one only with the year first, %s is not.', csv_at(o.year_first),
			csv_at(coalesce(o.day_first, o.month_first))));
	ELSIF o.day_first IS NOT NULL AND o.month_first IS NOT NULL THEN
		PERFORM refuse(format('the dates contradict each other: %s is one only with the day first, %s only with the month first.',
			csv_at(o.day_first), csv_at(o.month_first)));
	ELSIF o.day_first IS NOT NULL OR o.same THEN
		o.dates := 'dmy';
	ELSIF o.month_first IS NOT NULL THEN
		o.dates := 'mdy';
	ELSE
		value := (SELECT c.value FROM csv_cell c WHERE line = o.first / 10000 AND place = o.first % 10000);
		PERFORM refuse(format('the dates can be read in two ways, and no value decides: %s is %s (DATES=dmy) or %s (DATES=mdy); say which.',
			csv_at(o.first), date_said(value, 'dmy'), date_said(value, 'mdy')));
	END IF;
	UPDATE csv_order SET dates = o.dates;
	IF asked IS NULL AND NOT o.same THEN
		INSERT INTO csv_note (note)
		SELECT format('Dates have the %s first, as line %s shows (%s).', CASE o.dates WHEN 'dmy' THEN 'day' WHEN 'mdy' THEN 'month'
			ELSE 'year' END, line, c.value)
		FROM csv_cell c WHERE line = coalesce(o.day_first, o.month_first, o.year_first) / 10000 AND place = coalesce(o.day_first,
			o.month_first, o.year_first) % 10000;
	END IF;
END $$;

-- Where the parts of a date stand in a pattern.
CREATE TABLE csv_parts AS
SELECT p.place, pattern, p.month, d.at, d.length, z.half, z.zone, utc AND z.zone IS NULL AS utc,
	-- what PostgreSQL reads in one way as it is
	pattern ~ '^9999-99-99([ T]99:99(:99([.]9{1,6})?)?(Z|[+-]99:?99)?)?$' AND NOT utc AS plain
FROM csv_pattern p JOIN date_form f USING (form) JOIN csv_column c USING (place), csv_order o,
	LATERAL (SELECT CASE WHEN form = 'numbers' THEN CASE o.dates WHEN 'mdy' THEN ARRAY[groups[1], groups[3], groups[2]] WHEN 'ymd'
		THEN ARRAY[groups[3], groups[2], groups[1]] ELSE groups[:3] END || groups[4:]
		ELSE groups END AS groups) g,
	LATERAL (
		SELECT array_agg(date_group_at(pattern, f.regexp, part) ORDER BY place) AS at, array_agg(date_group_length(pattern, f.regexp,
			part) ORDER BY place) AS length
		FROM unnest(g.groups) WITH ORDINALITY AS g(part, place)) d,
	LATERAL (
		SELECT CASE
				WHEN date_group(pattern, f.regexp, g.groups[8]) ~* '^p' OR substr(pattern, d.at[10], d.length[10]) IN ('下午', '午後', '오후')
					THEN ' PM'
				WHEN date_group(pattern, f.regexp, g.groups[8]) ~* '^a' OR substr(pattern, d.at[10], d.length[10]) IN ('上午', '午前', '오전')
					THEN ' AM'
				ELSE '' END AS half,
			-- GMT+1 is +1: without a sign PostgreSQL would take it for a zone of POSIX, whose signs are the other way round
			nullif(btrim(regexp_replace(date_group(pattern, f.regexp, g.groups[9]), '^\s*(GMT|UTC)\s*(?=[+-])', '', 'i')), '') AS zone) z;

SELECT refuse(format('%s is no time: %s is no time zone that PostgreSQL knows.', csv_at(first_line * 10000 + place), quoted(zone)))
FROM csv_parts JOIN csv_pattern USING (place, pattern)
WHERE zone ~ '[[:alpha:]]' AND upper(zone) <> 'Z' AND NOT EXISTS (SELECT FROM pg_timezone_abbrevs WHERE abbrev = upper(zone))
	AND NOT EXISTS (SELECT FROM pg_timezone_names WHERE lower(name) = lower(zone))
ORDER BY first_line LIMIT 1;
INSERT INTO csv_note (note)
SELECT format('%s is read as UTC%s.', zone, to_char(utc_offset, 'SGHH24:MI')) FROM (SELECT DISTINCT upper(zone) AS zone FROM csv_parts
	WHERE zone ~ '^[[:alpha:]]+$') z
JOIN pg_timezone_abbrevs ON abbrev = zone WHERE zone NOT IN ('Z', 'UTC', 'GMT');

-- A value in the one form that PostgreSQL reads in one way.
CREATE FUNCTION date_part_of(value text, at int, length int, missing text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN length > 0 THEN substr(value, at, length) ELSE missing END;
CREATE FUNCTION date_text(value text, p csv_parts) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN (p).plain THEN value ELSE CASE WHEN (p).length[1] = 4 THEN '' WHEN substr(value, (p).at[1], 2) < '70' THEN '20'
	ELSE '19' END || substr(value, (p).at[1], (p).length[1])
	|| '-' || coalesce((p).month::text, substr(value, (p).at[2], (p).length[2])) || '-' || substr(value, (p).at[3], (p).length[3])
	|| ' ' || date_part_of(value, (p).at[4], (p).length[4], '0') || ':' || date_part_of(value, (p).at[5], (p).length[5], '00')
	|| ':' || date_part_of(value, (p).at[6], (p).length[6], '00') || '.' || date_part_of(value, (p).at[7], (p).length[7], '0') || (p).half
	|| CASE WHEN (p).utc THEN ' UTC' WHEN (p).zone IS NULL THEN '' WHEN (p).zone LIKE '%9%' THEN ' ' || substr(value,
		(p).at[9] + (p).length[9] - char_length((p).zone), char_length((p).zone)) ELSE ' ' || (p).zone END END;

CREATE UNLOGGED TABLE csv_time (line bigint, place int, at timestamptz);
-- What is no date, and of the dates those that are in no calendar.
CREATE TABLE csv_unread (line bigint, place int);
INSERT INTO csv_unread
SELECT line, place FROM csv_cell JOIN csv_pattern p USING (place, pattern) WHERE p.form IS NULL;

CREATE FUNCTION date_or_null(value text) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
	RETURN value::timestamptz;
EXCEPTION WHEN data_exception THEN
	RETURN NULL;
END $$;

DO $$
BEGIN
	INSERT INTO csv_time SELECT line, place, date_text(value, p)::timestamptz FROM csv_cell JOIN csv_parts p USING (place, pattern);
EXCEPTION WHEN data_exception THEN
	INSERT INTO csv_time SELECT line, place, date_or_null(date_text(value, p)) FROM csv_cell JOIN csv_parts p USING (place, pattern);
	INSERT INTO csv_unread SELECT line, place FROM csv_time WHERE at IS NULL;
	DELETE FROM csv_time WHERE at IS NULL;
END $$;
INSERT INTO csv_time
SELECT line, place, CASE WHEN divisor IS NULL
	THEN ('1899-12-30'::timestamp + interval '1 second' * round(number * 86400)) AT TIME ZONE current_setting('timezone')
	ELSE to_timestamp(number / divisor) END
FROM csv_cell JOIN csv_unit USING (place), LATERAL (SELECT replace(value, ',', '.')::float8 AS number) n WHERE value ~ '^\d+([.,]\d+)?$';

-- A line that has fewer fields than the header, and something else where a time should stand, is broken.
CREATE TABLE csv_broken AS
SELECT DISTINCT line FROM csv_unread JOIN csv_record USING (line), csv_width WHERE cardinality(fields) < width;
DELETE FROM csv_time WHERE line IN (SELECT line FROM csv_broken);
DELETE FROM csv_unread WHERE line IN (SELECT line FROM csv_broken);
INSERT INTO csv_note (note)
SELECT format('%s fewer fields than the header and no time where one should stand, broken perhaps by a line end within a field, and left '
	'out; the first is line %s.',
	CASE count(*) WHEN 1 THEN '1 line has' ELSE count(*) || ' lines have' END, min(line)) FROM csv_broken HAVING count(*) > 0;

-- A few cells that are no times among many are left out and counted; more are a mistake about the column.
SELECT refuse(CASE WHEN m.name IS NOT NULL THEN format('%s: %s is no month in a language known here.', csv_at(line * 10000 + place),
	quoted(m.name))
	ELSE format('%s is no time; times look like 2026-01-31 14:05, 31.01.2026 14:05, 31/Jan/26 2:05 PM, 2026-01-31T13:05:00Z or '
		'1769864700.', csv_at(line * 10000 + place)) END)
FROM (SELECT place, count(*) AS cells, min(line) AS line FROM csv_unread GROUP BY place) u JOIN csv_cell c USING (line, place),
	LATERAL (SELECT (regexp_match(value, '^\d{1,2}[-/. ]+([[:alpha:]]{3,12})[-/. ]+\d{2,4}'))[1] AS name) m
WHERE u.cells > 0.01 * (SELECT count(*) FROM csv_cell a WHERE a.place = u.place) ORDER BY line LIMIT 1;
INSERT INTO csv_note (note)
SELECT format('%s left out; the first is %s.', CASE count(*) WHEN 1 THEN '1 cell holds no time and is' ELSE count(*)
	|| ' cells hold no times and are' END, csv_at(min(line * 10000 + place)))
FROM csv_unread HAVING count(*) > 0;

-- Times without a zone are those of ZONE.
INSERT INTO csv_note (note)
SELECT format('Times without a zone are read in %s%s.', zone, CASE WHEN zone = 'UTC' THEN '; ZONE= names another' ELSE '' END)
FROM csv_option WHERE EXISTS (SELECT FROM csv_parts WHERE csv_parts.zone IS NULL AND NOT utc AND length[4] > 0);
-- What lies in the future or long ago may be a mistake.
INSERT INTO csv_note (note)
SELECT format('%s %s; the first is %s.', CASE count(*) WHEN 1 THEN '1 time lies' ELSE count(*) || ' times lie' END, lies,
	csv_at(min(line * 10000 + place)))
FROM (SELECT line, place, CASE WHEN at > now() + interval '1 day' THEN 'in the future' ELSE 'before 1980' END AS lies FROM csv_time
	WHERE at > now() + interval '1 day' OR at < '1980-01-01') t GROUP BY lies;
ANALYZE csv_time;
