-- The aggregates that make timelines.

-- include state_type timeline_state vsm_timeline_state_out int4
COMMENT ON TYPE vsm.timeline_state IS
	'the state of the aggregates that make timelines: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.timeline_add_event(state vsm.timeline_state, at timestamptz, state_name text) RETURNS vsm.timeline_state
	AS 'MODULE_PATHNAME', 'vsm_timeline_add_event' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_add_event(vsm.timeline_state, timestamptz, text) IS
	'transition function of the aggregate vsm.timeline(at, state)';

CREATE FUNCTION vsm.timeline_add_event(state vsm.timeline_state, at timestamptz, state_name text, seq bigint) RETURNS vsm.timeline_state
	AS 'MODULE_PATHNAME', 'vsm_timeline_add_event_seq' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_add_event(vsm.timeline_state, timestamptz, text, bigint) IS
	'transition function of the aggregate vsm.timeline(at, state, seq)';

CREATE FUNCTION vsm.timeline_add_timeline(state vsm.timeline_state, timeline vsm.timeline) RETURNS vsm.timeline_state
	AS 'MODULE_PATHNAME', 'vsm_timeline_add_timeline' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_add_timeline(vsm.timeline_state, vsm.timeline) IS
	'transition function of the aggregate vsm.merge(timeline)';

CREATE FUNCTION vsm.timeline_combine(state vsm.timeline_state, other vsm.timeline_state) RETURNS vsm.timeline_state
	AS 'MODULE_PATHNAME', 'vsm_timeline_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_combine(vsm.timeline_state, vsm.timeline_state) IS
	'combine function of the aggregates that make timelines';

CREATE FUNCTION vsm.timeline_finish(state vsm.timeline_state) RETURNS vsm.timeline
	AS 'MODULE_PATHNAME', 'vsm_timeline_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_finish(vsm.timeline_state) IS
	'final function of the aggregates that make timelines; NULL if there was no event';

CREATE AGGREGATE vsm.timeline(at timestamptz, state text) (
	SFUNC = vsm.timeline_add_event,
	STYPE = vsm.timeline_state,
	SSPACE = 256,
	FINALFUNC = vsm.timeline_finish,
	COMBINEFUNC = vsm.timeline_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.timeline(timestamptz, text) IS
	'the timeline of all rows, in any order, duplicates collapsed, rows with a NULL skipped; NULL if there is no row';

CREATE AGGREGATE vsm.timeline(at timestamptz, state text, seq bigint) (
	SFUNC = vsm.timeline_add_event,
	STYPE = vsm.timeline_state,
	SSPACE = 512,
	FINALFUNC = vsm.timeline_finish,
	COMBINEFUNC = vsm.timeline_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.timeline(timestamptz, text, bigint) IS
	'the timeline of rows whose times are coarse: those of one instant are ordered by seq, the k-th of them (from 0) placed k '
	'microseconds later; rows with a NULL skipped; NULL if there is no row';

CREATE AGGREGATE vsm.merge(timeline vsm.timeline) (
	SFUNC = vsm.timeline_add_timeline,
	STYPE = vsm.timeline_state,
	SSPACE = 256,
	FINALFUNC = vsm.timeline_finish,
	COMBINEFUNC = vsm.timeline_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.merge(vsm.timeline) IS 'the set union of all timelines, NULLs skipped; NULL if there is none';
