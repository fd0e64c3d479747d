-- Reads a CSV of someone's own events into the tables of the demo.
CREATE TABLE item (item text PRIMARY KEY, title text, team text, type text);
CREATE TABLE jira_event (item text NOT NULL, at timestamptz NOT NULL, state text NOT NULL);

-- The names a column may have, the best first; item, time and state are needed.
CREATE TABLE accepted AS
SELECT role, name, rank FROM (VALUES
	('item', ARRAY['item', 'key', 'issue_key', 'case_id']),
	('time', ARRAY['at', 'time', 'timestamp', 'created', 'created_date']),
	('state', ARRAY['state', 'status', 'to', 'to_string', 'activity']),
	('from', ARRAY['from', 'from_string']),
	('field', ARRAY['field'])) AS r(role, names),
	unnest(names) WITH ORDINALITY AS n(name, rank);

-- Fills item and jira_event from csv; says what is wrong, or nothing.
CREATE FUNCTION import_rows() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	parsed timestamptz;
	line   record;
BEGIN
	EXECUTE 'CREATE TABLE csv_event AS SELECT number, ' || (
		SELECT string_agg(format('%s AS %I', coalesce('nullif(btrim(c' || place || '), '''')', 'NULL::text'), r.role), ', ')
		FROM unnest(ARRAY['item', 'time', 'state', 'from', 'created', 'field']) AS r(role) LEFT JOIN csv_column c ON c.role = r.role) || ' FROM csv';
	-- Where a change names its field, only changes of the status count, and the flag that blocks.
	CREATE TABLE csv_other AS SELECT count(*) AS lines FROM csv_event WHERE lower(field) NOT IN ('status', 'state', 'flagged');
	DELETE FROM csv_event WHERE lower(field) NOT IN ('status', 'state', 'flagged');
	UPDATE csv_event SET state = CASE WHEN state IS NULL THEN 'Unflagged' ELSE 'Flagged' END, "from" = NULL WHERE lower(field) = 'flagged';
	BEGIN
		INSERT INTO jira_event SELECT item, "time"::timestamptz, state FROM csv_event
		WHERE item IS NOT NULL AND "time" IS NOT NULL AND state IS NOT NULL;
		-- The state before the first change holds since the item was created; where nobody says
		-- when that was, it gets no time.
		INSERT INTO jira_event
		SELECT DISTINCT ON (item) item, least(created::timestamptz, "time"::timestamptz - interval '1 microsecond'), "from" FROM csv_event
		WHERE item IS NOT NULL AND "time" IS NOT NULL AND "from" IS NOT NULL ORDER BY item, "time"::timestamptz, number;
	EXCEPTION WHEN data_exception THEN
		FOR line IN SELECT number, said FROM csv_event, unnest(ARRAY["time", created]) AS said WHERE said IS NOT NULL ORDER BY number LOOP
			BEGIN
				parsed := line.said::timestamptz;
			EXCEPTION WHEN data_exception THEN
				RETURN format('row %s: "%s" is not a time; times look like 2026-01-31 14:05:00+01 or 2026-01-31T13:05:00Z.', line.number, line.said);
			END;
		END LOOP;
		RAISE;
	END;
	IF NOT EXISTS (SELECT FROM jira_event) THEN
		RETURN 'no line has an item, a time and a state.';
	END IF;
	INSERT INTO item SELECT DISTINCT item FROM jira_event;
	ANALYZE item;
	ANALYZE jira_event;
	RETURN NULL;
END $$;

-- "1 item", "2 items".
CREATE FUNCTION count_of(number bigint, noun text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN number || ' ' || noun || CASE WHEN number = 1 THEN '' ELSE 's' END;
