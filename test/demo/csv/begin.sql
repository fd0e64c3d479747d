-- What every step of reading a CSV uses; psql variables: columns, dates, zone, encoding (the options of make demo, or empty).
--   csv_line(number, line)               the lines of the file
--   csv_record(line, field)              its rows, split into fields; line is where a row begins
--   csv_column(place, shown, name, ...)  its columns, from the header
--   csv_role(role, place)                which column is what
--   csv_kind(kind)                       changes, spells, stages or list
--   csv_cell(line, place, value, ...)    the cells that hold times
--   csv_time(line, place, at)            the times in them
--   jira_event(item, at, state, seq)     what comes out
SET work_mem = '256MB';

CREATE TABLE item (item text PRIMARY KEY, title text, team text, type text);
CREATE UNLOGGED TABLE jira_event (item text NOT NULL, at timestamptz NOT NULL, state text NOT NULL, seq bigint NOT NULL);

CREATE TABLE csv_option AS
SELECT :'columns' AS columns, lower(:'dates') AS dates, coalesce(nullif(:'zone', ''), 'UTC') AS zone, :'encoding' AS encoding;
CREATE UNLOGGED TABLE csv_line (number bigint GENERATED ALWAYS AS IDENTITY, line text);

-- What is to be said of how the file was read, in the order in which it was noticed.
CREATE TABLE csv_note (place int GENERATED ALWAYS AS IDENTITY, note text);

-- Ends the reading with a sentence for whoever gave the file.
CREATE FUNCTION refuse(sentence text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING MESSAGE = sentence;
END $$;

-- "1 item", "2 items".
CREATE FUNCTION count_of(number bigint, noun text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN number || ' ' || noun || CASE WHEN number = 1 THEN '' ELSE 's' END;

-- What stands in a cell, short enough for a sentence.
CREATE FUNCTION quoted(value text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN '"' || CASE WHEN char_length(value) > 60 THEN left(value, 57) || '...' ELSE value END || '"';

SELECT refuse(format('DATES=%s says nothing: it is dmy (day first), mdy (month first) or ymd (year first).', dates))
FROM csv_option WHERE dates NOT IN ('', 'dmy', 'mdy', 'ymd');

-- Times without a zone are those of ZONE, which is a name: what PostgreSQL takes for a rule of POSIX has its signs the other way round.
DO $$
DECLARE
	asked text := (SELECT zone FROM csv_option);
BEGIN
	PERFORM set_config('timezone', asked, false);
	IF asked ~ '\d' AND asked NOT IN (SELECT name FROM pg_timezone_names) THEN
		RAISE invalid_parameter_value;
	END IF;
EXCEPTION WHEN invalid_parameter_value THEN
	PERFORM refuse(format('ZONE=%s is no time zone that PostgreSQL knows%s', asked, coalesce('; did you mean ' || (
		SELECT string_agg(name, ' or ' ORDER BY name)
		FROM (SELECT name FROM pg_timezone_names WHERE name ILIKE '%/' || asked AND name !~ '^posix/' ORDER BY name LIMIT 3) n) || '?',
		': zones have names like Europe/Paris, America/New_York or UTC.')));
END $$;

-- How to get changes out of the tools whose lists have none.
CREATE TABLE csv_changelog (place int GENERATED ALWAYS AS IDENTITY, line text);
INSERT INTO csv_changelog (line) VALUES
	('  Jira          GET /rest/api/3/search/jql?jql=project=KEY&expand=changelog, which vsm.ingest reads as it is; its own CSV never has '
		'them'),
	('  Azure DevOps  Analytics: /_odata/v4.0-preview/WorkItemRevisions?$select=WorkItemId,ChangedDate,State'),
	('  GitHub        GET /repos/OWNER/NAME/issues/NUMBER/timeline, or webhooks, which vsm.ingest reads as they are');
