-- What kind of file it is, and the roles that follow:
--   changes   a row is a change: item, time and state, perhaps the state before
--   spells    a row says from when to when something was done, or two rows do (start and complete)
--   stages    a column is a stage, and a cell says when an item came there
--   list      a row is an item, with when it was created and when it was closed: no stages between

CREATE FUNCTION take(role text, place int) RETURNS void LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO csv_role SELECT role, place, false WHERE place IS NOT NULL ON CONFLICT DO NOTHING;
END;

-- Those of the candidates of a role that change within items.
CREATE FUNCTION csv_varying(wanted text, several boolean) RETURNS int[] LANGUAGE sql STABLE
RETURN (SELECT array_agg(place) FROM csv_candidate c WHERE role = wanted AND (grade = 0 OR NOT several OR csv_varies(place)));

-- Values of a lifecycle, as they are written and as XES names them.
CREATE TABLE csv_transition (value text PRIMARY KEY, meaning text);
INSERT INTO csv_transition VALUES ('start', 'start'), ('started', 'start'), ('begin', 'start'), ('complete', 'end'), ('completed', 'end'),
	('end', 'end'), ('ended', 'end'),
	('finish', 'end'), ('finished', 'end'), ('stop', 'end'), ('schedule', 'schedule'), ('scheduled', 'schedule'), ('assign', 'assign'),
		('reassign', 'assign'),
	('suspend', 'suspend'), ('resume', 'resume'), ('withdraw', 'end'), ('ate_abort', 'end'), ('pi_abort', 'end'), ('autoskip', 'end'),
		('manualskip', 'end');

CREATE PROCEDURE find_changes() LANGUAGE plpgsql AS $$
DECLARE
	several boolean := (SELECT rows > 1.25 * items FROM csv_size);
	asked   boolean := (SELECT count(*) = 2 FROM csv_role WHERE role IN ('time', 'state'));
	states  int[];
	times   int[];
	starts  int[];
	ends    int[];
	state   csv_column;
	other   csv_column;
	found   boolean;
	values  text;
BEGIN
	IF several IS NULL OR NOT (several OR asked OR (csv_best('from') IS NOT NULL AND EXISTS (SELECT FROM csv_candidate
		WHERE role = 'state' AND grade < 2)))
		OR EXISTS (SELECT FROM csv_role WHERE role IN ('stage', 'closed')) THEN
		RETURN;
	END IF;
	-- A column may be the only one for the state, even if no state changes.
	states := coalesce(csv_varying('state', several), (SELECT array_agg(place) FROM csv_candidate WHERE role = 'state'
		HAVING count(DISTINCT place) = 1));
	times := csv_varying('time', several);
	IF NOT asked OR EXISTS (SELECT FROM csv_role WHERE role IN ('start', 'end')) THEN
		starts := csv_best('start', csv_varying('start', several));
		ends := csv_best('end', (SELECT array_agg(place) FROM unnest(csv_varying('end', several)) AS place WHERE place <> ALL (starts)));
	END IF;
	-- Start and complete rows, if that is what the column holds.
	FOR other IN SELECT c.* FROM csv_candidate k JOIN csv_column c USING (place) WHERE k.role = 'lifecycle' ORDER BY k.grade, k.rank LOOP
		EXECUTE format('SELECT bool_or(meaning = ''start'') AND bool_or(meaning = ''end'') AND (%2$L OR bool_and(meaning IS NOT NULL))
			FROM (SELECT DISTINCT %1$s AS said FROM csv_row WHERE %1$s IS NOT NULL) v LEFT JOIN csv_transition ON value = lower(said)',
			csv_cell_of(other.place), other.place IN (SELECT place FROM csv_candidate WHERE role = 'lifecycle' AND grade < 2)) INTO found;
		IF found AND states <> ARRAY[other.place] THEN
			PERFORM take('lifecycle', other.place);
			states := array_remove(states, other.place);
			EXIT;
		END IF;
	END LOOP;
	IF states IS NULL OR states = '{}' OR (times IS NULL AND starts IS NULL AND ends IS NULL) THEN
		RETURN;
	END IF;

	PERFORM take('state', csv_choose('state', csv_best('state', states)));
	SELECT c.* INTO state FROM csv_role JOIN csv_column c USING (place) WHERE role = 'state';
	IF EXISTS (SELECT FROM csv_role WHERE role = 'lifecycle') THEN
		PERFORM take('time', csv_choose('time', csv_best('time', times)));
	ELSIF starts IS NOT NULL AND ends IS NOT NULL THEN
		PERFORM take('start', csv_choose('start', starts));
		PERFORM take('end', csv_choose('end', ends));
	ELSE
		PERFORM take('time', csv_choose('time', coalesce(csv_best('time', times), starts, ends)));
	END IF;
	INSERT INTO csv_kind SELECT CASE WHEN EXISTS (SELECT FROM csv_role WHERE role IN ('lifecycle', 'start')) THEN 'spells'
		ELSE 'changes' END;

	-- The state before is in the column whose name is the state's with old for new.
	PERFORM take('from', coalesce(
		(SELECT place FROM csv_role WHERE role = 'from'),
		(SELECT min(c.place) FROM csv_candidate k JOIN csv_column c USING (place)
			WHERE k.role = 'from' AND c.name = ANY (ARRAY[regexp_replace(state.name, '(^|_)to(_|$)', '\1from\2'), replace(state.name,
				'new', 'old'), replace(state.name, 'new', 'previous'), replace(state.name, 'new', 'prev'),
				replace(state.name, 'tostring', 'fromstring'), 'previous_' || state.name, 'prev_' || state.name, 'from_' || state.name,
					'old_' || state.name]) AND c.name <> state.name),
		csv_choose('from', csv_best('from'))));

	-- Changes of all fields: those of the status count.
	IF EXISTS (SELECT FROM csv_candidate WHERE role = 'state' AND place = state.place AND grade < 2) OR EXISTS (SELECT FROM csv_role
		WHERE role IN ('from', 'field')) THEN
		FOR other IN SELECT c.* FROM csv_candidate k JOIN csv_column c USING (place) WHERE k.role = 'field' AND place NOT IN (SELECT place
			FROM csv_role WHERE role IN ('item', 'time', 'state')) ORDER BY k.grade, k.rank LOOP
			EXECUTE format('SELECT bool_or(is_status(value)), string_agg(value, '', '') FILTER (WHERE number <= 8)
				FROM (SELECT value, row_number() OVER (ORDER BY count(*) DESC, value) AS number FROM (SELECT %s AS value FROM csv_row) r '
					'WHERE value IS NOT NULL GROUP BY value) v',
				csv_cell_of(other.place)) INTO found, values;
			IF found THEN
				PERFORM take('field', other.place);
				EXIT;
			END IF;
		END LOOP;
		IF other.place IS NOT NULL AND NOT EXISTS (SELECT FROM csv_role WHERE role = 'field') THEN
			PERFORM refuse(format('no line is a change of a status: the column %s says what was changed, and holds %s. If some of these '
				'change the state, make a file of their lines alone, without that column.', quoted(other.shown), values));
		END IF;
	END IF;

	-- Since when the first state held.
	IF EXISTS (SELECT FROM csv_role WHERE role = 'from') THEN
		PERFORM take('created', (SELECT c.place FROM csv_candidate c WHERE role = 'created' AND place NOT IN (SELECT place FROM csv_role)
			AND (NOT several OR NOT csv_varies(place))
			ORDER BY grade, rank LIMIT 1));
	END IF;
END $$;

-- Fields whose changes are changes of the state, and the flag that blocks.
CREATE FUNCTION is_status(field text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN csv_name(field) IN ('status', 'state', 'status_id', 'state_id', 'system_state', 'estado', 'statut', 'état', 'zustand', 'stato',
	'situação', '状态', '狀態', 'ステータス', '상태', 'stage', 'column', 'list', 'flagged');

-- The class of a stage whose column says it: created, started, closed.
CREATE TABLE csv_class (place int, class text);

CREATE PROCEDURE find_stages() LANGUAGE plpgsql AS $$
DECLARE
	blocks int[];
	kept   int[];
	first  int;
	covers boolean;
BEGIN
	-- Asked for: stages, or created and closed.
	IF EXISTS (SELECT FROM csv_role WHERE role = 'stage') THEN
		INSERT INTO csv_kind VALUES ('stages');
		RETURN;
	END IF;

	CREATE TEMP TABLE csv_dated AS
	SELECT c.place, c.name, c.filled, r.role, r.rank
	FROM csv_column c LEFT JOIN LATERAL (
		SELECT role, rank FROM csv_candidate k WHERE k.place = c.place AND role IN ('created', 'started', 'step', 'closed', 'cancelled')
			ORDER BY grade LIMIT 1) r ON true
	WHERE c.filled > 0 AND (dates >= 0.8 * c.filled OR r.role IS NOT NULL)
		AND c.name NOT IN (SELECT name FROM csv_known WHERE role = 'other')
			AND c.name !~ '^(custom_field|campo_personaliz|champ_perso|benutzerdefiniert|pole_niestandard|satisfaction|raw)'
		AND c.place NOT IN (SELECT place FROM csv_role WHERE role IN ('item', 'title', 'type', 'team'));

	-- Columns of times whose names say no such thing, three or more beside each other or most of the file: stages.
	SELECT array_agg(place) INTO blocks FROM (
		SELECT place, count(*) OVER (PARTITION BY block) AS width, count(*) FILTER (WHERE unknown) OVER (PARTITION BY block) AS unknown,
			count(*) FILTER (WHERE unknown) OVER () AS all_unknown
		FROM (SELECT place, place - row_number() OVER (ORDER BY place) AS block, role IS NULL AS unknown FROM csv_dated WHERE role IS NULL
			OR name !~ '_(at|date|on|time|datetime|day)$|^date_') b) w
	WHERE width >= 3 AND unknown > 0
		OR all_unknown > 0 AND (SELECT count(*) FROM csv_column WHERE filled > 0) - (SELECT count(*) FROM csv_dated) <= 2;
	-- a stage elsewhere, alone, in such a file is one too
	IF cardinality(blocks) >= 3 THEN
		SELECT blocks || array_agg(place) INTO blocks FROM csv_dated WHERE role IS NULL AND place <> ALL (blocks);
	END IF;
	IF cardinality(blocks) >= 2 THEN
		-- When an item was created is told by a first stage that every item has.
		SELECT place INTO first FROM csv_dated WHERE role = 'created' AND place <> ALL (blocks) ORDER BY rank LIMIT 1;
		covers := EXISTS (SELECT FROM csv_dated WHERE place = ANY (blocks) AND filled >= 0.99 * (SELECT max(filled) FROM csv_column));
		INSERT INTO csv_role SELECT 'stage', place, false FROM csv_dated WHERE place = ANY (blocks) OR (place = first AND NOT covers);
		INSERT INTO csv_kind VALUES ('stages');
		RETURN;
	END IF;

	DELETE FROM csv_dated WHERE role IS NULL;
	-- Of several times of creation the best filled counts, and the best known.
	DELETE FROM csv_dated d WHERE role = 'created' AND place <> (SELECT place FROM csv_dated WHERE role = 'created' ORDER BY filled DESC,
		rank LIMIT 1);
	IF EXISTS (SELECT FROM csv_role WHERE role IN ('created', 'closed')) THEN
		DELETE FROM csv_dated WHERE role IN (SELECT role FROM csv_role) OR role IN ('started', 'step');
	END IF;
	INSERT INTO csv_dated SELECT place, name, filled, r.role, 0 FROM csv_role r JOIN csv_column USING (place) WHERE r.role IN ('created',
		'closed');
	IF NOT EXISTS (SELECT FROM csv_dated WHERE role = 'closed') OR NOT EXISTS (SELECT FROM csv_dated WHERE role IN ('created', 'started',
		'step')) THEN
		RETURN;
	END IF;
	IF EXISTS (SELECT FROM csv_dated WHERE role = 'created') AND EXISTS (SELECT FROM csv_dated WHERE role IN ('started', 'step'))
		OR (SELECT count(*) > 1 FROM csv_dated WHERE role IN ('started', 'step')) THEN
		INSERT INTO csv_role SELECT 'stage', place, false FROM csv_dated;
		INSERT INTO csv_class SELECT place, CASE role WHEN 'created' THEN 'new' WHEN 'started' THEN 'active' WHEN 'closed' THEN 'done'
			WHEN 'cancelled' THEN 'cancelled' END
		FROM csv_dated WHERE role <> 'step';
		INSERT INTO csv_kind VALUES ('stages');
		RETURN;
	END IF;
	PERFORM take('created', (SELECT place FROM csv_dated WHERE role IN ('created', 'started', 'step')));
	PERFORM take('closed', (SELECT place FROM csv_dated WHERE role = 'closed' ORDER BY filled DESC, rank LIMIT 1));
	PERFORM take('cancelled', (SELECT place FROM csv_dated WHERE role = 'cancelled' ORDER BY filled DESC, rank LIMIT 1));
	INSERT INTO csv_kind VALUES ('list');
END $$;

CALL find_changes();
DO $$ BEGIN
	IF NOT EXISTS (SELECT FROM csv_kind) AND EXISTS (SELECT FROM csv_role WHERE role = 'item') THEN
		CALL find_stages();
	END IF;
END $$;
