-- The events: item, at, state, seq. Of events of one instant the order of the lines is kept as seq.
CREATE UNLOGGED TABLE csv_event (item text, at timestamptz, state text, line bigint, step int);
CREATE UNLOGGED TABLE csv_left_out (line bigint, what text);

-- The time in a column of a row, as a join.
CREATE FUNCTION csv_times(role_wanted text) RETURNS TABLE (line bigint, at timestamptz) LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT t.line, t.at FROM csv_time t JOIN csv_role r USING (place) WHERE r.role = role_wanted;
END;

-- A role's cell as SQL; NULL where no column has it.
CREATE FUNCTION csv_cell_as(wanted text) RETURNS text LANGUAGE sql STABLE
RETURN coalesce((SELECT csv_cell_of(place) FROM csv_role WHERE role = wanted LIMIT 1), 'NULL::text');

CREATE PROCEDURE read_changes() LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE UNLOGGED TABLE csv_change AS SELECT line, %s AS item, %s AS state, %s AS before, %s AS field, t.at, c.at AS '
		'created
		FROM csv_row LEFT JOIN csv_times(''time'') t USING (line) LEFT JOIN csv_times(''created'') c USING (line)',
		csv_item(), csv_cell_as('state'), csv_cell_as('from'), csv_cell_as('field'));
	IF EXISTS (SELECT FROM csv_role WHERE role = 'field') THEN
		CREATE TEMP TABLE csv_field AS SELECT field, is_status(field) FROM csv_change GROUP BY field;
		INSERT INTO csv_left_out SELECT line, 'field' FROM csv_change JOIN csv_field USING (field) WHERE NOT is_status;
		DELETE FROM csv_change c USING csv_field f WHERE f.field = c.field AND NOT is_status;
		UPDATE csv_change SET state = CASE WHEN state IS NULL THEN 'Unflagged' ELSE 'Flagged' END, before = NULL
			WHERE lower(field) = 'flagged';
	END IF;
	INSERT INTO csv_left_out SELECT line, 'empty' FROM csv_change WHERE item IS NULL OR at IS NULL OR state IS NULL;
	INSERT INTO csv_event SELECT item, at, state, line, 1 FROM csv_change WHERE item IS NOT NULL AND at IS NOT NULL AND state IS NOT NULL;
END $$;

-- The state before the first change holds since the item was created; where nobody says when that was, it gets no time.
CREATE PROCEDURE read_first_states() LANGUAGE plpgsql AS $$
DECLARE
	down boolean := (SELECT down FROM csv_direction);
BEGIN
	INSERT INTO csv_event
	SELECT item, least(created, at - interval '1 microsecond'), before, line, 0
	FROM (SELECT DISTINCT ON (item COLLATE "C") item, created, at, before, line FROM csv_change
		WHERE item IS NOT NULL AND at IS NOT NULL AND lower(field) IS DISTINCT FROM 'flagged' ORDER BY item COLLATE "C", at, CASE
			WHEN down THEN -line ELSE line END) first
	WHERE before IS NOT NULL;
END $$;

-- What was done from when to when. While nothing is done an item waits after what was done last; of things done side by
-- side the one that began last counts.
CREATE PROCEDURE read_spells() LANGUAGE plpgsql AS $$
DECLARE
	touching float8;
BEGIN
	IF EXISTS (SELECT FROM csv_role WHERE role = 'lifecycle') THEN
		EXECUTE format('CREATE TEMP TABLE csv_mark AS SELECT line, %s AS item, %s AS state, coalesce(meaning, ''other'') AS meaning, at
			FROM csv_row LEFT JOIN csv_times(''time'') t USING (line) LEFT JOIN csv_transition ON value = lower(%s)', csv_item(),
				csv_cell_as('state'), csv_cell_as('lifecycle'));
		INSERT INTO csv_left_out SELECT line, CASE WHEN item IS NULL OR at IS NULL OR state IS NULL THEN 'empty' ELSE 'transition' END
			FROM csv_mark
		WHERE item IS NULL OR at IS NULL OR state IS NULL OR meaning NOT IN ('start', 'end');
		-- The n-th end of an activity in an item ends its n-th start; an end without a start took no time.
		CREATE UNLOGGED TABLE csv_spell AS
		WITH mark AS (
			SELECT *, row_number() OVER (PARTITION BY item, state, meaning ORDER BY at, line) AS number FROM csv_mark
			WHERE item IS NOT NULL AND at IS NOT NULL AND state IS NOT NULL AND meaning IN ('start', 'end'))
		SELECT coalesce(s.line, e.line) AS line, item, state, coalesce(s.at, e.at) AS begun, e.at AS ended
		FROM (SELECT * FROM mark WHERE meaning = 'start') s FULL JOIN (SELECT * FROM mark WHERE meaning = 'end') e USING (item, state,
			number);
	ELSE
		EXECUTE format('CREATE UNLOGGED TABLE csv_spell AS SELECT line, %s AS item, %s AS state, coalesce(s.at, e.at) AS begun, e.at AS '
			'ended
			FROM csv_row LEFT JOIN csv_times(''start'') s USING (line) LEFT JOIN csv_times(''end'') e USING (line)', csv_item(),
				csv_cell_as('state'));
		INSERT INTO csv_left_out SELECT line, 'empty' FROM csv_spell WHERE item IS NULL OR begun IS NULL OR state IS NULL;
		DELETE FROM csv_spell WHERE item IS NULL OR begun IS NULL OR state IS NULL;
	END IF;
	INSERT INTO csv_left_out SELECT line, 'backward' FROM csv_spell WHERE ended < begun;
	DELETE FROM csv_spell WHERE ended < begun;

	-- States follow each other: each begins as the one before it ends. What is called an activity is work even then.
	SELECT avg((next = ended)::int) INTO touching
	FROM (SELECT ended, lead(begun) OVER (PARTITION BY item COLLATE "C" ORDER BY begun, line) AS next FROM csv_spell) s WHERE next
		IS NOT NULL;
	IF touching > 0.95 AND NOT EXISTS (SELECT FROM csv_role JOIN csv_column USING (place) WHERE role = 'state'
		AND name ~ 'activity|concept_name|task|action|operation|event') THEN
		INSERT INTO csv_event SELECT item, begun, state, line, 1 FROM csv_spell;
		UPDATE csv_kind SET kind = 'changes';
		RETURN;
	END IF;

	CREATE INDEX ON csv_spell (item, begun);
	ANALYZE csv_spell;
	INSERT INTO csv_event SELECT item, begun, state, line, 1 FROM csv_spell;
	INSERT INTO csv_event
	SELECT DISTINCT ON (item, ended) item, ended, coalesce(running.state, 'after ' || s.state), line, 2
	FROM csv_spell s LEFT JOIN LATERAL (
		SELECT state FROM csv_spell r WHERE r.item = s.item AND r.begun <= s.ended AND (r.ended > s.ended OR r.ended IS NULL)
		ORDER BY begun DESC, line DESC LIMIT 1) running ON true
	WHERE s.ended IS NOT NULL ORDER BY item, ended, begun DESC, line DESC;
END $$;

-- A filled cell of a stage is an event. The stages stand in the order of their columns, unless the dates say otherwise:
-- then a stage is the earlier the more of the others follow it in more items than not.
CREATE TABLE csv_stage (place int, step int);
CREATE PROCEDURE read_stages() LANGUAGE plpgsql AS $$
DECLARE
	agree float8;
	back  record;
BEGIN
	CREATE TEMP TABLE csv_visit AS SELECT line, place, at FROM csv_time JOIN csv_role USING (place) WHERE role = 'stage';
	CREATE TEMP TABLE csv_pair AS
	SELECT a.place AS one, b.place AS other, count(*) FILTER (WHERE a.at < b.at) AS before, count(*) FILTER (WHERE a.at > b.at) AS after,
		min(a.line) FILTER (WHERE a.at > b.at) AS first_back
	FROM csv_visit a JOIN csv_visit b USING (line) WHERE a.place <> b.place GROUP BY 1, 2;
	SELECT sum(before)::float8 / nullif(sum(before + after), 0) INTO agree FROM csv_pair WHERE one < other;
	IF agree < 0.85 THEN
		INSERT INTO csv_stage
		SELECT place, row_number() OVER (ORDER BY coalesce(follow, 0) DESC, place)
		FROM (SELECT DISTINCT place FROM csv_role WHERE role = 'stage') r LEFT JOIN (SELECT one AS place, sum(sign(before - after))
			AS follow FROM csv_pair GROUP BY one) p USING (place);
		INSERT INTO csv_note (note) VALUES ('The stages stand in the order in which items came there, which is not that of the columns.');
	ELSE
		INSERT INTO csv_stage SELECT place, place FROM csv_role WHERE role = 'stage';
	END IF;
	SELECT count(DISTINCT a.line) AS lines, min(a.line) AS first INTO back
	FROM csv_visit a JOIN csv_stage s USING (place) JOIN csv_visit b ON b.line = a.line JOIN csv_stage t ON t.place = b.place
		WHERE s.step < t.step AND a.at > b.at;
	IF back.lines > 0 THEN
		INSERT INTO csv_note (note) VALUES (format('%s to an earlier stage later than to one after it; the first is line %s. Events are '
			'read in the order of their times.', CASE back.lines WHEN 1 THEN '1 line goes' ELSE back.lines || ' lines go' END, back.first));
	END IF;

	EXECUTE format('INSERT INTO csv_event SELECT item, at, shown, line, step
		FROM (SELECT line, %s AS item FROM csv_row) r JOIN csv_visit USING (line) JOIN csv_stage USING (place) JOIN csv_column USING '
			'(place) WHERE item IS NOT NULL', csv_item());
	EXECUTE format('INSERT INTO csv_left_out SELECT line, ''empty'' FROM csv_row WHERE %s IS NULL OR line NOT IN (SELECT line FROM '
		'csv_event)', csv_item());
END $$;

-- A row is an item; where one stands in several, its last row tells of it.
CREATE PROCEDURE read_list() LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE UNLOGGED TABLE csv_listed AS SELECT DISTINCT ON (item) item, line, created, closed, cancelled
		FROM (SELECT line, %s AS item, c.at AS created, d.at AS closed, x.at AS cancelled
			FROM csv_row LEFT JOIN csv_times(''created'') c USING (line) LEFT JOIN csv_times(''closed'') d USING (line) LEFT JOIN '
				'csv_times(''cancelled'') x USING (line)) r
		WHERE item IS NOT NULL ORDER BY item, line DESC', csv_item());
	INSERT INTO csv_left_out SELECT line, 'empty' FROM csv_listed WHERE created IS NULL;
	EXECUTE format('INSERT INTO csv_left_out SELECT line, ''empty'' FROM csv_row WHERE %s IS NULL', csv_item());
	INSERT INTO csv_left_out SELECT line, 'backward' FROM csv_listed WHERE closed < created;
	EXECUTE format('INSERT INTO csv_left_out SELECT line, ''again'' FROM csv_row WHERE %s IS NOT NULL AND line NOT IN (SELECT line FROM '
		'csv_listed)', csv_item());
	INSERT INTO csv_event
	SELECT item, t.at, shown, line, t.step FROM csv_listed l, LATERAL (VALUES ('created', created, 1), ('closed', closed, 3),
		('cancelled', CASE WHEN closed IS NULL THEN cancelled END, 2)) t(role, at, step)
	JOIN csv_role USING (role) JOIN csv_column USING (place) WHERE created IS NOT NULL AND (closed IS NULL OR closed >= created) AND t.at
		IS NOT NULL;
END $$;

DO $$
BEGIN
	CASE (SELECT kind FROM csv_kind)
		WHEN 'changes' THEN CALL read_changes();
		WHEN 'spells' THEN CALL read_spells();
		WHEN 'stages' THEN CALL read_stages();
		WHEN 'list' THEN CALL read_list();
	END CASE;
END $$;

-- Whether lines go from new to old: then so does seq.
CREATE TABLE csv_direction AS
SELECT coalesce(sum(CASE WHEN next < at THEN 1 WHEN next > at THEN -1 ELSE 0 END) > 0, false) AS down
FROM (SELECT at, lead(at) OVER (PARTITION BY item ORDER BY line, step) AS next FROM csv_event
	WHERE (SELECT kind FROM csv_kind) = 'changes' AND hashtext(item) % (1 + (SELECT count(*) FROM csv_event) / 100000) = 0) n;
DO $$
BEGIN
	IF EXISTS (SELECT FROM csv_role WHERE role = 'from') THEN
		CALL read_first_states();
	END IF;
END $$;

INSERT INTO jira_event SELECT item, at, state, CASE WHEN down THEN -line ELSE line END * 1000 + step FROM csv_event, csv_direction;

SELECT refuse('no line has an item, a time and a state.') WHERE NOT EXISTS (SELECT FROM jira_event);

-- One event an item is none of a change, and neither are events of one state.
SELECT refuse(format('no item changes its state: %s may be what an item is today, not what it became.', shown))
FROM csv_kind, csv_role JOIN csv_column USING (place) WHERE kind = 'changes' AND role = 'state' AND EXISTS (SELECT FROM jira_event
	GROUP BY item HAVING count(*) > 1)
	AND NOT EXISTS (SELECT FROM jira_event GROUP BY item HAVING min(state COLLATE "C") <> max(state COLLATE "C"));
SELECT refuse(format('every item has one event only (%s): this is a list of issues, not of their changes, and from it nothing can be '
	'measured.', count_of((SELECT count(*) FROM jira_event), 'event')))
FROM csv_kind WHERE kind IN ('changes', 'spells') AND NOT EXISTS (SELECT FROM jira_event GROUP BY item HAVING count(*) > 1);

-- What else is known of the items.
DO $$
DECLARE
	named record;
	kinds bigint;
BEGIN
	INSERT INTO csv_role
	SELECT DISTINCT ON (role) role, place, false FROM csv_candidate c
	WHERE role IN ('title', 'type', 'team') AND role NOT IN (SELECT role FROM csv_role) AND place NOT IN (SELECT place FROM csv_role)
		ORDER BY role, grade, rank;
	FOR named IN SELECT r.role, place, most FROM csv_role r JOIN (VALUES ('type', 12), ('team', 30)) m(role, most) USING (role)
		WHERE NOT asked LOOP
		EXECUTE format('SELECT count(*) FROM (SELECT FROM csv_row GROUP BY %s) k', csv_cell_of(named.place)) INTO kinds;
		DELETE FROM csv_role r WHERE r.role = named.role AND kinds > named.most;
	END LOOP;
	EXECUTE format('INSERT INTO item SELECT item, left(regexp_replace(title, ''\s+'', '' '', ''g''), 60), team, type
		FROM (SELECT item FROM jira_event GROUP BY item) e LEFT JOIN (SELECT %s AS item, %s FROM csv_row %s) r USING (item)',
		csv_item(), (SELECT string_agg(CASE WHEN EXISTS (SELECT FROM csv_role WHERE role = w) THEN format('max(%s COLLATE "C") AS %s',
			csv_cell_as(w), w) ELSE format('NULL::text AS %s', w) END, ', ')
			FROM unnest(ARRAY['title', 'team', 'type']) AS w),
		CASE WHEN EXISTS (SELECT FROM csv_role WHERE role IN ('title', 'team', 'type')) THEN 'GROUP BY 1' ELSE 'LIMIT 0' END);
END $$;
ANALYZE item;
ANALYZE jira_event;
