-- Roll-up: one timeline from those of an item's parts, or of several tools.

-- include state_type rollup_state vsm_rollup_state_out double
COMMENT ON TYPE vsm.rollup_state IS
	'the state of the aggregate vsm.rollup: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.rollup_add(state vsm.rollup_state, timeline vsm.timeline, workflow vsm.workflow, rule text) RETURNS vsm.rollup_state
	AS 'MODULE_PATHNAME', 'vsm_rollup_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.rollup_add(vsm.rollup_state, vsm.timeline, vsm.workflow, text) IS 'transition function of the aggregate vsm.rollup';

CREATE FUNCTION vsm.rollup_combine(state vsm.rollup_state, other vsm.rollup_state) RETURNS vsm.rollup_state
	AS 'MODULE_PATHNAME', 'vsm_rollup_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.rollup_combine(vsm.rollup_state, vsm.rollup_state) IS 'combine function of the aggregate vsm.rollup';

CREATE FUNCTION vsm.rollup_finish(state vsm.rollup_state) RETURNS vsm.timeline
	AS 'MODULE_PATHNAME', 'vsm_rollup_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION vsm.rollup_finish(vsm.rollup_state) IS 'final function of the aggregate vsm.rollup; NULL if no part ever has a stage';

CREATE AGGREGATE vsm.rollup(timeline vsm.timeline, workflow vsm.workflow, rule text) (
	SFUNC = vsm.rollup_add,
	STYPE = vsm.rollup_state,
	SSPACE = 2048,
	FINALFUNC = vsm.rollup_finish,
	COMBINEFUNC = vsm.rollup_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.rollup(vsm.timeline, vsm.workflow, text) IS
	'the timeline of a whole: at each instant the stage of its least or most advanced part (rule least or most), cancelled parts left '
	'out; states are stage names; NULL if no part ever has a stage, or the workflow or the rule is NULL';
