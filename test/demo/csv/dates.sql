-- How dates are written. A value's pattern is the value with 9 for every digit: of a million values there are a few
-- dozen patterns, and where year, month, day, hour ... stand is found once a pattern, not once a value.
CREATE TABLE date_month (name text PRIMARY KEY, month int NOT NULL);
INSERT INTO date_month
SELECT DISTINCT name, month FROM regexp_split_to_table(
-- English, German, French, Spanish, Portuguese, Italian, Dutch, Polish; one line a month
'january jan januar jänner jän janvier janv enero ene janeiro gennaio gen januari stycznia sty
february feb februar février févr fév fevr fev febrero fevereiro febbraio februari lutego lut
march mar märz mär mrz maerz mars marzo março marco maart mrt marca
april apr avril avr abril abr aprile kwietnia kwi
may mai mayo maio maggio mag mei maja maj
june jun juni juin junio junho giugno giu czerwca cze
july jul juli juillet juil julio julho luglio lug lipca lip
august aug août aout agosto ago augustus sierpnia sie
september sep sept septembre septiembre setiembre setembro set settembre września wrz
october oct oktober okt octobre octubre outubro out ottobre ott października paź
november nov novembre noviembre novembro listopada lis
december dec dezember dez décembre déc diciembre dic dezembro dicembre grudnia gru', '\n') WITH ORDINALITY AS l(names, month),
	regexp_split_to_table(names, '\s+') AS n(name);

-- The forms of dates. Each has a regular expression over patterns, and says which of its groups are
-- year, month, day, hour, minute, second, fraction, half of the day, zone (0: not in it).
-- In the form numbers the first three groups are two of day and month and a year, or a year of two digits first: the column decides.
CREATE TABLE date_form (form text PRIMARY KEY, rank int, regexp text, groups int[]);
INSERT INTO date_form
SELECT form, rank, format('^(?:%s', regexp), groups
FROM (SELECT
		-- a time of day, after whatever divides it from the date
		'(?:(?: *[t,_:|-] *| +(?:at|um|à|às|a las|kl\.?|o) +| +)(上午|下午|午前|午後|오전|오후)? *(\d{1,2})[:.h時时] *(\d{2})(?:[:.分] '
			'*(\d{2})(?:[.,:](\d{1,9}))?)?(?:秒|分| uhr)? *([ap]\.? ?m\.?)?)?'
		-- Z, +01:00, GMT+1, UTC, CET, Europe/Paris; and in brackets what says the same again
		|| ' *((?:[a-z]+(?:/[a-z_]+)*)? ?(?:[+-]\d{1,2}(?::?\d{2})?)?) *(?:\([^)]*\)|\[[^]]*\])?)$' AS time,
		'(?:[[:alpha:]]{2,10}\.?,? +)?' AS weekday, '([[:alpha:]]{3,12})' AS month, '(?:st|nd|rd|th|\.|er|º|°)?' AS th) p,
	LATERAL (VALUES
		('year first', 1, '(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})' || time, '{1,2,3,5,6,7,8,9,10,4}'::int[]),
		('year first, compact', 2, '(\d{4})(\d{2})(\d{2})(?:[t_ -]?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)? '
			'*(z|[+-]\d{2}:?\d{2})?)$', '{1,2,3,4,5,6,7,0,8,0}'),
		('year first, in characters', 3, '(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]' || time, '{1,2,3,5,6,7,8,9,10,4}'),
		('numbers', 4, '(?:(?:mon?|tue|wed|thu|fri?|sat?|sun|di|mi|do|so)[.,]* +)?(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})' || time,
			'{3,2,1,5,6,7,8,9,10,4}'),
		('day and month', 5, weekday || '(\d{1,2})' || th || '[-/., ]*(?:de )?' || month || '\.?[-/., ]*(?:de )?(\d{4}|\d{2})' || time,
			'{3,2,1,5,6,7,8,9,10,4}'),
		('month and day', 6, weekday || month || '\.?[-/ ]*(\d{1,2})' || th || '[-/, ]+(\d{4}|\d{2})' || time, '{3,1,2,5,6,7,8,9,10,4}'),
		('year and month', 7, '(\d{4})[-/ ]' || month || '\.?[-/ ](\d{1,2})' || time, '{1,2,3,5,6,7,8,9,10,4}'),
		('year last', 8, weekday || month || ' +(\d{1,2}) +(\d{1,2}):(\d{2}):(\d{2}) +([a-z]+ +|)(\d{4}))$', '{7,1,2,3,4,5,0,0,6,0}'))
			f(form, rank, regexp, groups);
-- git's dates end in an offset
INSERT INTO date_form SELECT 'year before the zone', 9, replace(regexp, '([a-z]+ +|)(\d{4}))$', '(\d{4}) ([+-]\d{4}))$'),
	'{6,1,2,3,4,5,0,0,7,0}'
FROM date_form WHERE form = 'year last';

-- Numbers that are times: since 1970, or the days of a spreadsheet.
CREATE TABLE date_unit (unit text PRIMARY KEY, digits int4range, divisor float8);
INSERT INTO date_unit VALUES ('days of a spreadsheet', '[5,5]', NULL), ('seconds', '[9,10]', 1), ('milliseconds', '[12,13]', 1e3),
	('microseconds', '[15,16]', 1e6), ('nanoseconds', '[18,19]', 1e9);

-- A cell that may hold a time, without what only looks like something.
CREATE FUNCTION date_cell(value text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN nullif(btrim(translate(value, U&'\00A0\202F\200E\200F\2009', '  ')), '');

-- What people and tools write for no time.
CREATE FUNCTION is_no_date(value text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN lower(value) IN ('?', '-', '--', '—', '.', 'null', '(null)', '<null>', '\n', 'none', 'nan', 'nat', 'na', 'n/a', '#n/a', 'never',
	'not set', 'unset', 'unknown', 'nil', 'tbd', 'undefined', 'empty', '(empty)', '#value!',
	'0000-00-00', '0000-00-00 00:00:00', '0000-00-00t00:00:00', '00/00/0000', '00.00.0000', '1/1/0001', '1/1/0001 12:00:00 am',
		'01/01/0001 00:00:00', '0001-01-01t00:00:00', '0001-01-01 00:00:00', '0001-01-01t00:00:00z');

CREATE FUNCTION date_pattern_of(value text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN translate(value, '012345678', '999999999');

-- The group of a form's regular expression in a pattern, or in a value of that pattern.
CREATE FUNCTION date_group_at(pattern text, regexp text, number int) RETURNS int LANGUAGE sql IMMUTABLE
RETURN CASE WHEN number > 0 THEN regexp_instr(pattern, regexp, 1, 1, 0, 'i', number) ELSE 0 END;
CREATE FUNCTION date_group_length(pattern text, regexp text, number int) RETURNS int LANGUAGE sql IMMUTABLE
RETURN CASE WHEN number > 0 THEN regexp_instr(pattern, regexp, 1, 1, 1, 'i', number) - regexp_instr(pattern, regexp, 1, 1, 0, 'i', number)
	ELSE 0 END;
CREATE FUNCTION date_group(pattern text, regexp text, number int) RETURNS text LANGUAGE sql IMMUTABLE
RETURN substr(pattern, date_group_at(pattern, regexp, number), date_group_length(pattern, regexp, number));

-- The form of a pattern, and the month if it is named; no row if it is no date.
CREATE FUNCTION date_form_of(pattern text) RETURNS TABLE (form text, month int) LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT f.form, m.month
	FROM date_form f LEFT JOIN date_month m ON m.name = lower(date_group(pattern, f.regexp, f.groups[2]))
	WHERE char_length(pattern) BETWEEN 6 AND 80 AND pattern LIKE '%9%' AND pattern ~* f.regexp
		AND (m.month IS NOT NULL OR date_group(pattern, f.regexp, f.groups[2]) ~ '^9+$')
	ORDER BY rank LIMIT 1;
END;
