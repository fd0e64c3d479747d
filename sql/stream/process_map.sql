-- Process map: what follows what.

CREATE TYPE vsm.process_map_row AS (
	from_stage text, to_stage text, moves bigint, items bigint, total interval, min interval, max interval
);
COMMENT ON TYPE vsm.process_map_row IS
	'moves from one stage to another: how many, of how many items, and their time from entry to entry; from_stage is NULL at an item''s '
	'first stage, to_stage at its last one, and then there is no time';

-- include state_type process_map_state vsm_process_map_state_out double
COMMENT ON TYPE vsm.process_map_state IS
	'the state of the aggregates vsm.process_map: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.process_map_add(state vsm.process_map_state, timeline vsm.timeline) RETURNS vsm.process_map_state
	AS 'MODULE_PATHNAME', 'vsm_process_map_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.process_map_add(vsm.process_map_state, vsm.timeline) IS
	'transition function of the aggregate vsm.process_map(timeline)';

CREATE FUNCTION vsm.process_map_add(state vsm.process_map_state, timeline vsm.timeline, workflow vsm.workflow) RETURNS vsm.process_map_state
	AS 'MODULE_PATHNAME', 'vsm_process_map_add_workflow' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.process_map_add(vsm.process_map_state, vsm.timeline, vsm.workflow) IS
	'transition function of the aggregate vsm.process_map(timeline, workflow)';

CREATE FUNCTION vsm.process_map_add(state vsm.process_map_state, timeline vsm.timeline, workflow vsm.workflow,
	calendar vsm.calendar) RETURNS vsm.process_map_state
	AS 'MODULE_PATHNAME', 'vsm_process_map_add_workflow' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.process_map_add(vsm.process_map_state, vsm.timeline, vsm.workflow, vsm.calendar) IS
	'transition function of the aggregate vsm.process_map(timeline, workflow, calendar)';

CREATE FUNCTION vsm.process_map_combine(state vsm.process_map_state, other vsm.process_map_state) RETURNS vsm.process_map_state
	AS 'MODULE_PATHNAME', 'vsm_process_map_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.process_map_combine(vsm.process_map_state, vsm.process_map_state) IS
	'combine function of the aggregates vsm.process_map';

CREATE FUNCTION vsm.process_map_finish(state vsm.process_map_state) RETURNS vsm.process_map_row[]
	AS 'MODULE_PATHNAME', 'vsm_process_map_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.process_map_finish(vsm.process_map_state) IS
	'final function of the aggregates vsm.process_map; NULL if the workflow was NULL';

CREATE AGGREGATE vsm.process_map(timeline vsm.timeline) (
	SFUNC = vsm.process_map_add,
	STYPE = vsm.process_map_state,
	SSPACE = 8192,
	FINALFUNC = vsm.process_map_finish,
	COMBINEFUNC = vsm.process_map_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.process_map(vsm.timeline) IS
	'which state follows which in an event log, every event as it is, repeats included; wall clock, in the byte order of names; NULL if '
	'there is no row';

CREATE AGGREGATE vsm.process_map(timeline vsm.timeline, workflow vsm.workflow) (
	SFUNC = vsm.process_map_add,
	STYPE = vsm.process_map_state,
	SSPACE = 8192,
	FINALFUNC = vsm.process_map_finish,
	COMBINEFUNC = vsm.process_map_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.process_map(vsm.timeline, vsm.workflow) IS
	'which stage follows which, all visits but (unmapped) ones; wall clock, in the order of the stream; NULL if there is no row or the '
	'workflow is NULL';

CREATE AGGREGATE vsm.process_map(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar) (
	SFUNC = vsm.process_map_add,
	STYPE = vsm.process_map_state,
	SSPACE = 8192,
	FINALFUNC = vsm.process_map_finish,
	COMBINEFUNC = vsm.process_map_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.process_map(vsm.timeline, vsm.workflow, vsm.calendar) IS
	'the same in working time; a NULL calendar is the wall clock';
