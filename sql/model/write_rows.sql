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

CREATE FUNCTION vsm.lay_row_finish(state internal, "row" anyelement, columns jsonb, at timestamptz, kept text[]) RETURNS anyelement
	AS 'MODULE_PATHNAME', 'vsm_lay_row_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.lay_row_finish(internal, anyelement, jsonb, timestamptz, text[]) IS 'final function of vsm.lay_row';

CREATE AGGREGATE vsm.lay_row("row" anyelement, columns jsonb, at timestamptz, kept text[]) (
	SFUNC = vsm.lay_columns_add, STYPE = internal, SSPACE = 4096, FINALFUNC = vsm.lay_row_finish, FINALFUNC_EXTRA, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.lay_row(anyelement, jsonb, timestamptz, text[]) IS
	'the row that facts make where there is none: what vsm.lay_columns lays, and the versions in its column told; of tables whose columns '
	'are texts, times, numbers, booleans, JSON and lists of texts; a part of vsm.write_rows';

CREATE FUNCTION vsm.write_rows(model text, relation text) RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_write_rows' LANGUAGE C VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET enable_memoize = off
SET jit = off
SET TimeZone = 'UTC';
COMMENT ON FUNCTION vsm.write_rows(text, text) IS
	'writes the facts about rows of item, merge_request, commit, build, deployment or incident; a part of vsm.write_facts';
