-- Which column is what. Names say what a column may be (names.sql); among several the data decide: what never changes
-- within an item is of the item, not of a change, and columns with the same contents are one. What neither
-- decides is refused with the names of both.
CREATE TABLE csv_kind (kind text);

-- Columns that may have a role: their names are known for it, and what they hold fits.
CREATE TABLE csv_candidate AS
SELECT k.role, c.place, grade, (SELECT count(*) FROM csv_known o WHERE o.role = k.role AND o.ctid < k.ctid) AS rank
FROM csv_known k JOIN csv_column c USING (name)
WHERE filled > 0 AND CASE
	-- every row is of an item
	WHEN k.role IN ('item', 'within') THEN filled >= 0.9 * (SELECT max(filled) FROM csv_column)
	WHEN k.role IN ('time', 'created', 'started', 'closed', 'step', 'cancelled', 'start', 'end')
		THEN dates + numbers >= 0.8 * (filled - zeros) AND filled > zeros
	WHEN k.role IN ('state', 'from', 'field', 'lifecycle', 'type', 'team') THEN dates < 0.8 * filled
	ELSE true END;
INSERT INTO csv_candidate SELECT role, place, 0, place FROM csv_role;

-- The rows of data.
CREATE VIEW csv_row AS SELECT line, fields FROM csv_record, csv_format WHERE line > header;

-- The item of a row as SQL.
CREATE FUNCTION csv_item() RETURNS text LANGUAGE sql STABLE
RETURN (SELECT CASE count(*) WHEN 1 THEN min(csv_cell_of(place)) ELSE string_agg(csv_cell_of(place), ' || ''#'' || ' ORDER BY place) END
	FROM csv_role WHERE role = 'item');

-- All rows of some items, so that there are about a hundred thousand of them.
CREATE TABLE csv_some (item text, fields text[]);

-- Whether a column changes within an item, and whether two columns hold the same.
CREATE FUNCTION csv_varies(place int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	varies boolean;
BEGIN
	IF NOT EXISTS (SELECT FROM csv_some) THEN
		EXECUTE format('INSERT INTO csv_some SELECT item, fields FROM (SELECT %s AS item, fields FROM csv_row) r
			WHERE item IS NOT NULL AND hashtext(item) %% (1 + (SELECT count(*) FROM csv_row) / 100000) = 0', csv_item());
	END IF;
	EXECUTE format('SELECT EXISTS (SELECT FROM csv_some GROUP BY item HAVING min(%1$s) <> max(%1$s))', csv_cell_of(place)
		|| ' COLLATE "C"') INTO varies;
	RETURN varies;
END $$;
CREATE FUNCTION csv_same(one int, other int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	differ boolean;
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT FROM csv_row WHERE %s IS DISTINCT FROM %s)', csv_cell_of(one), csv_cell_of(other)) INTO differ;
	RETURN NOT differ;
END $$;
-- Whether two columns name the same things: the same rows have the same name.
CREATE FUNCTION csv_one_to_one(one int, other int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	result boolean;
BEGIN
	EXECUTE format('SELECT count(DISTINCT a) = count(DISTINCT b) AND count(DISTINCT a) = count(DISTINCT (a, b)) FROM (SELECT %s AS a, %s '
		'AS b FROM csv_row) r WHERE a IS NOT NULL AND b IS NOT NULL',
		csv_cell_of(one), csv_cell_of(other)) INTO result;
	RETURN result;
END $$;

-- The one of these columns, of which the first is the best known; refused if there is a second that differs.
CREATE FUNCTION csv_choose(what text, places int[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	other int;
BEGIN
	FOREACH other IN ARRAY coalesce(places[2:], '{}') LOOP
		-- Names of items may differ as long as they name the same ones.
		IF NOT (csv_same(places[1], other) OR (what = 'item' AND csv_one_to_one(places[1], other))) THEN
			PERFORM refuse(format('both %s and %s may be the %s: say which, for example COLUMNS=''%s=%s''.',
				(SELECT quoted(shown) FROM csv_column WHERE place = places[1]), (SELECT quoted(shown) FROM csv_column WHERE place = other),
				what, what, (SELECT shown FROM csv_column WHERE place = places[1])));
		END IF;
	END LOOP;
	RETURN places[1];
END $$;

-- The candidates of a role of the best grade, the best known first.
CREATE FUNCTION csv_best(wanted text, among int[] DEFAULT NULL) RETURNS int[] LANGUAGE sql STABLE
RETURN (SELECT array_agg(place ORDER BY rank) FROM (
	SELECT *, min(grade) OVER () AS best FROM csv_candidate WHERE role = wanted AND (among IS NULL OR place = ANY (among))) c
	WHERE grade = best);

-- The item. A number that counts within a repository or a project names an item together with that.
CREATE PROCEDURE find_item() LANGUAGE plpgsql AS $$
DECLARE
	within int;
	alone  int[] := '{}';
	one    boolean;
BEGIN
	IF NOT EXISTS (SELECT FROM csv_role WHERE role = 'item') AND csv_best('item') IS NOT NULL THEN
		-- A column with one value names no items where another can.
		FOR within IN SELECT place FROM csv_candidate WHERE role = 'item' LOOP
			EXECUTE format('SELECT min(%1$s) = max(%1$s) FROM csv_row', csv_cell_of(within)) INTO one;
			IF one THEN
				alone := alone || within;
			END IF;
		END LOOP;
		IF EXISTS (SELECT FROM csv_candidate WHERE role = 'item' AND place <> ALL (alone)) THEN
			DELETE FROM csv_candidate WHERE role = 'item' AND place = ANY (alone);
		END IF;
		INSERT INTO csv_role VALUES ('item', csv_choose('item', csv_best('item')), false);
		IF EXISTS (SELECT FROM csv_role JOIN csv_column USING (place) WHERE role = 'item' AND name IN ('number', 'iid', 'id', 'no', 'nr',
			'issue_id', 'issue_number', 'issue_no')) THEN
			FOREACH within IN ARRAY coalesce(csv_best('within'), '{}') LOOP
				IF csv_varies(within) THEN
					INSERT INTO csv_role VALUES ('item', within, false);
					TRUNCATE csv_some;
					INSERT INTO csv_note (note) SELECT format('Items are numbered within %s, so that both together name an item.', shown)
						FROM csv_column WHERE place = within;
					EXIT;
				END IF;
			END LOOP;
		END IF;
	END IF;
END $$;
CALL find_item();

-- Rows and items; a file has changes if items stand in several rows.
CREATE TABLE csv_size (rows bigint, items bigint);
DO $$
BEGIN
	IF EXISTS (SELECT FROM csv_role WHERE role = 'item') THEN
		EXECUTE format('INSERT INTO csv_size SELECT sum(rows), count(*) FROM (SELECT count(*) AS rows FROM csv_row WHERE %1$s IS NOT NULL '
			'GROUP BY %1$s) r', csv_item());
	END IF;
END $$;
