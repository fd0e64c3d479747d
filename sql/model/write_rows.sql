/*
 * Rows that are told column by column. A column has the value of the newest version that names it,
 * of equal versions the greater value; so each column has a version of its own, kept where it is
 * not plain: told holds, in microseconds since 1970, the versions of columns that the newest version
 * of the row (updated_at) did not name, and 0 for a column of which that version said that it is
 * empty. A column that is empty and not in told was never told.
 *
 * A column that says when something first happened has the earliest time that was told, whatever
 * the versions: the first review of a merge request, the first time that an incident was taken on.
 */
CREATE TYPE vsm.told_row AS (columns jsonb, told jsonb);
COMMENT ON TYPE vsm.told_row IS
	'columns of a row that change, and the versions of its columns, as the column told of a model''s tables has them; a part of '
	'vsm.write_rows';

CREATE FUNCTION vsm.epoch_microseconds(at timestamptz) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_epoch_microseconds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.epoch_microseconds(timestamptz) IS 'microseconds since 1970; a part of vsm.write_rows';

CREATE FUNCTION vsm.tell_row(old jsonb, old_told jsonb, old_at timestamptz, new jsonb, new_told jsonb, new_at timestamptz, again boolean)
	RETURNS vsm.told_row
	AS 'MODULE_PATHNAME', 'vsm_tell_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.tell_row(jsonb, jsonb, timestamptz, jsonb, jsonb, timestamptz, boolean) IS
	'lays columns with their versions over a row as it is: of each column the newer version holds, of equal versions the greater value, or '
	'the new one if again; '
	'NULL columns if none changes; a part of vsm.write_rows';

CREATE FUNCTION vsm.lay_columns_add(state internal, "row" anyelement, columns jsonb, at timestamptz, kept text[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_lay_columns_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.lay_columns_add(internal, anyelement, jsonb, timestamptz, text[]) IS 'transition function of vsm.lay_columns';

CREATE FUNCTION vsm.lay_columns_finish(state internal) RETURNS vsm.told_row
	AS 'MODULE_PATHNAME', 'vsm_lay_columns_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.lay_columns_finish(internal) IS 'final function of vsm.lay_columns';

CREATE AGGREGATE vsm.lay_columns("row" anyelement, columns jsonb, at timestamptz, kept text[]) (
	SFUNC = vsm.lay_columns_add, STYPE = internal, SSPACE = 4096, FINALFUNC = vsm.lay_columns_finish, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.lay_columns(anyelement, jsonb, timestamptz, text[]) IS
	'lays facts about a row of that type over each other: of each column that is not kept otherwise the value of the newest version, of '
	'equal versions the greater one, as the type of the column writes it, and the versions where there are several; a part of '
	'vsm.write_rows';

CREATE FUNCTION vsm.write_rows(model text, relation text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET enable_memoize = off
SET jit = off
SET TimeZone = 'UTC'
AS $$
DECLARE
	target   CONSTANT text := format('%I.%I', model, relation);
	key      text;		-- every such table is keyed by its first column
	names    text[];	-- what facts may name: all columns but the key and what is kept of the facts themselves
	entities bigint;
	inserted bigint;
	told     text;
	-- the column whose earliest time holds
	earliest CONSTANT text := CASE relation WHEN 'merge_request' THEN 'first_review_at' WHEN 'incident' THEN 'acknowledged_at' END;
	kept     CONSTANT text[] := '{updated_at,told,payload,xid}' || CASE WHEN relation = 'item' THEN '{type,changelog,changelog_until}'
		ELSE '{}' END::text[] || CASE WHEN earliest IS NOT NULL THEN ARRAY[earliest] END;
BEGIN
	PERFORM vsm.enter_model(model);
	SELECT count(*) INTO entities FROM (SELECT f.entity FROM pg_temp.vsm_fact AS f WHERE f.fact = relation GROUP BY f.entity) AS e;
	SELECT (array_agg(a.attname::text ORDER BY a.attnum))[1],
		array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attnum > 1 AND a.attname <> ALL (kept))
	INTO key, names
	FROM pg_attribute AS a WHERE a.attrelid = target::regclass AND a.attnum > 0 AND NOT a.attisdropped;

	-- The facts of an entity laid over each other; values as the columns' types write them, so that they can be compared.
	told := format($sql$
		told AS MATERIALIZED (
			SELECT l.entity, l.at, (l.laid).columns, (l.laid).told AS versions, l.payload, l.again, l.earliest
			FROM (
				SELECT f.entity, max(f.at) AS at, max(f.payload) AS payload, bool_or(f.again) AS again, min(f.earliest) AS earliest,
					vsm.lay_columns(NULL::%2$s, f.details, f.at, %4$L::text[]) AS laid
				FROM (SELECT f.entity, f.at, f.payload, f.again, %3$s AS details, %5$s AS earliest
					FROM pg_temp.vsm_fact AS f, %1$I.model AS m WHERE f.fact = %6$L) AS f
				GROUP BY f.entity) AS l)$sql$, model, target,
		-- A day without a time ends in the model's time zone.
		CASE WHEN relation = 'item' THEN
			$sql$CASE WHEN f.details ->> 'due_at' ~ '^\d{4}-\d\d-\d\d$' THEN f.details || jsonb_build_object('due_at',
				((f.details ->> 'due_at')::date + 1)::timestamp AT TIME ZONE m.time_zone - interval '1 microsecond')
				ELSE f.details END$sql$
			ELSE 'f.details' END, kept, CASE WHEN earliest IS NOT NULL THEN format('(f.details ->> %L)::timestamptz', earliest)
			ELSE 'NULL::timestamptz' END, relation);

	inserted := vsm.execute(format($sql$
		WITH %1$s
		INSERT INTO %2$s (%3$I, updated_at, told, payload, xid%4$s%5$s)
		SELECT t.entity, t.at, (t.told_row).told, t.payload, pg_current_xact_id()%6$s%7$s
		FROM (
			SELECT t.*, vsm.tell_row(NULL, NULL, NULL, t.columns, t.versions, t.at, false) AS told_row,
				jsonb_populate_record(NULL::%2$s, t.columns) AS whole
			FROM told AS t OFFSET 0) AS t
		ORDER BY t.entity COLLATE "C" ON CONFLICT (%3$I) DO NOTHING$sql$,
		told, target, key,
		(SELECT string_agg(format(', %I', c), '') FROM unnest(names) AS c),
		CASE WHEN relation = 'item' THEN ', type' WHEN earliest IS NOT NULL THEN format(', %I', earliest) ELSE '' END,
		(SELECT string_agg(format(', (t.whole).%I', c), '') FROM unnest(names) AS c),
		CASE WHEN relation = 'item' THEN ', (t.whole).type_told' WHEN earliest IS NOT NULL THEN ', t.earliest' ELSE '' END));
	IF inserted = entities THEN
		RETURN;
	END IF;

	PERFORM vsm.execute(format($sql$
		WITH %1$s
		UPDATE %2$s AS o SET updated_at = greatest(o.updated_at, n.at), told = n.told,
			payload = CASE WHEN o.payload < 0 THEN n.payload ELSE greatest(o.payload, n.payload) END%4$s%5$s
		FROM (
			SELECT t.entity, t.at, t.payload, r.told, r.columns, w AS whole, t.earliest
			FROM told AS t JOIN %2$s AS b ON b.%3$I = t.entity,
				LATERAL vsm.tell_row(to_jsonb(b) - %6$L::text[], b.told, b.updated_at, %7$s, t.versions, t.at, t.again) AS r,
				LATERAL jsonb_populate_record(b, coalesce(r.columns, '{}')) AS w
			WHERE r.columns IS NOT NULL OR r.told IS DISTINCT FROM b.told OR t.at > b.updated_at OR t.at IS NOT NULL
				AND b.updated_at IS NULL
			OR b.payload < 0 OR t.payload > coalesce(b.payload, 0)%8$s) AS n
		WHERE o.%3$I = n.entity$sql$,
		told, target, key,
		(SELECT string_agg(format(', %1$I = (n.whole).%1$I', c), '') FROM unnest(names) AS c),
		-- Who corrects the type of an item keeps it, until the tracker calls the item otherwise.
		CASE WHEN relation = 'item' THEN
			', type = CASE WHEN o.type IS NOT DISTINCT FROM o.type_told OR (n.whole).type_told IS DISTINCT FROM o.type_told THEN '
			'(n.whole).type_told ELSE o.type END'
			WHEN earliest IS NOT NULL THEN
			format(', %1$I = CASE WHEN o.payload < 0 THEN coalesce(n.earliest, o.%1$I) ELSE least(o.%1$I, n.earliest) END', earliest)
			ELSE '' END, kept || key, 't.columns',
		CASE WHEN earliest IS NOT NULL THEN format(' OR (b.%1$I <= t.earliest) IS NOT TRUE AND t.earliest IS NOT NULL', earliest)
			ELSE '' END));
END
$$;
COMMENT ON FUNCTION vsm.write_rows(text, text) IS
	'writes the facts about rows of item, merge_request, commit, build, deployment or incident; a part of vsm.write_facts';
