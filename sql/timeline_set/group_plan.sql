-- GROUP BY with vsm.timeline(at, state), and vsm.timelines, planned on a set of timelines.

CREATE FUNCTION vsm.group_plan_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_group_plan_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.group_plan_support(internal) IS
	'planner support of the aggregates vsm.timeline(at, state) and vsm.timelines, asked by their transition functions: planned on a set of '
	'timelines';

ALTER FUNCTION vsm.timeline_add_event(vsm.timeline_state, timestamptz, text) SUPPORT vsm.group_plan_support;
