-- All timelines of a table in one pass: sets of timelines.

-- include state_type text_timelines vsm_timelines_out int4
COMMENT ON TYPE vsm.text_timelines IS
	'the timelines of many items whose keys are texts; text form [["PAY-1",[["2026-01-05T10:00:00Z","In Progress"],...]],...]';

-- include state_type bigint_timelines vsm_timelines_out int4
COMMENT ON TYPE vsm.bigint_timelines IS
	'the timelines of many items whose keys are numbers; text form [[1,[["2026-01-05T10:00:00Z","In Progress"],...]],...]';

CREATE TYPE vsm.text_timeline AS (item text, timeline vsm.timeline);
COMMENT ON TYPE vsm.text_timeline IS 'an item whose key is a text, and its timeline';

CREATE TYPE vsm.bigint_timeline AS (item bigint, timeline vsm.timeline);
COMMENT ON TYPE vsm.bigint_timeline IS 'an item whose key is a number, and its timeline';

CREATE FUNCTION vsm.text_timelines_add(state internal, item text, at timestamptz, state_name text) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_text_timelines_add' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED SUPPORT vsm.group_plan_support;
COMMENT ON FUNCTION vsm.text_timelines_add(internal, text, timestamptz, text) IS
	'transition function of the aggregate vsm.timelines(item text, at, state)';

CREATE FUNCTION vsm.text_timelines_finish(state internal) RETURNS vsm.text_timelines
	AS 'MODULE_PATHNAME', 'vsm_timelines_finish' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION vsm.text_timelines_finish(internal) IS 'final function of the aggregate vsm.timelines(item text, at, state)';

CREATE FUNCTION vsm.bigint_timelines_add(state internal, item bigint, at timestamptz, state_name text) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_bigint_timelines_add' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED SUPPORT vsm.group_plan_support;
COMMENT ON FUNCTION vsm.bigint_timelines_add(internal, bigint, timestamptz, text) IS
	'transition function of the aggregate vsm.timelines(item bigint, at, state)';

CREATE FUNCTION vsm.bigint_timelines_finish(state internal) RETURNS vsm.bigint_timelines
	AS 'MODULE_PATHNAME', 'vsm_timelines_finish' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION vsm.bigint_timelines_finish(internal) IS 'final function of the aggregate vsm.timelines(item bigint, at, state)';

CREATE AGGREGATE vsm.timelines(item text, at timestamptz, state text) (
	SFUNC = vsm.text_timelines_add,
	STYPE = internal,
	SSPACE = 16384,
	FINALFUNC = vsm.text_timelines_finish,
	FINALFUNC_MODIFY = READ_WRITE,
	PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE vsm.timelines(text, timestamptz, text) IS
	'the timelines of all items of all rows, for vsm.unnest: the same as GROUP BY item with vsm.timeline(at, state), in one pass; NULL if '
	'there is no row';

CREATE AGGREGATE vsm.timelines(item bigint, at timestamptz, state text) (
	SFUNC = vsm.bigint_timelines_add,
	STYPE = internal,
	SSPACE = 16384,
	FINALFUNC = vsm.bigint_timelines_finish,
	FINALFUNC_MODIFY = READ_WRITE,
	PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE vsm.timelines(bigint, timestamptz, text) IS
	'the timelines of all items of all rows, for vsm.unnest: the same as GROUP BY item with vsm.timeline(at, state), in one pass; NULL if '
	'there is no row';

CREATE FUNCTION vsm.unnest_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_unnest_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.unnest_support(internal) IS 'planner support of vsm.unnest: how many items there will be';

CREATE FUNCTION vsm.unnest(timelines vsm.text_timelines) RETURNS SETOF vsm.text_timeline
	AS 'MODULE_PATHNAME', 'vsm_unnest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 ROWS 1000 SUPPORT vsm.unnest_support;
COMMENT ON FUNCTION vsm.unnest(vsm.text_timelines) IS
	'each item of a set with its timeline, in no particular order; an item all of whose rows have a NULL has a NULL timeline; no rows for '
	'NULL';

CREATE FUNCTION vsm.unnest(timelines vsm.bigint_timelines) RETURNS SETOF vsm.bigint_timeline
	AS 'MODULE_PATHNAME', 'vsm_unnest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 ROWS 1000 SUPPORT vsm.unnest_support;
COMMENT ON FUNCTION vsm.unnest(vsm.bigint_timelines) IS
	'each item of a set with its timeline, in no particular order; an item all of whose rows have a NULL has a NULL timeline; no rows for '
	'NULL';
