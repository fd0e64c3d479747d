-- timeline: questions to it and operations on it. None interprets its states.

CREATE FUNCTION vsm.merge(timeline vsm.timeline, other vsm.timeline) RETURNS vsm.timeline
	AS 'MODULE_PATHNAME', 'vsm_timeline_union' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION vsm.merge(vsm.timeline, vsm.timeline) IS
	'the set union of two timelines; NULL if one is NULL (the aggregate skips NULLs)';

CREATE OPERATOR vsm.|| (
	LEFTARG = vsm.timeline, RIGHTARG = vsm.timeline, FUNCTION = vsm.merge,
	COMMUTATOR = OPERATOR(vsm.||)
);
COMMENT ON OPERATOR vsm.|| (vsm.timeline, vsm.timeline) IS 'the set union of two timelines';

CREATE TYPE vsm.event_row AS (at timestamptz, state text);
COMMENT ON TYPE vsm.event_row IS 'an event: at is when the item entered the state';

CREATE FUNCTION vsm.events(timeline vsm.timeline) RETURNS SETOF vsm.event_row
	AS 'MODULE_PATHNAME', 'vsm_timeline_events' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 COST 10;
COMMENT ON FUNCTION vsm.events(vsm.timeline) IS 'the events of a timeline, ordered by time and state bytes; no rows for NULL';

CREATE FUNCTION vsm.span(timeline vsm.timeline) RETURNS tstzrange
	AS 'MODULE_PATHNAME', 'vsm_timeline_span' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.span(vsm.timeline) IS 'from the first to the last event, both included; NULL for NULL';

CREATE FUNCTION vsm.num_events(timeline vsm.timeline) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_timeline_num_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.num_events(vsm.timeline) IS 'how many events a timeline has, at least 1; NULL for NULL';

CREATE FUNCTION vsm.state_at(timeline vsm.timeline, at timestamptz) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_timeline_state_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.state_at(vsm.timeline, timestamptz) IS
	'the state that holds at a time, of tied states the last in byte order; NULL before the first event';

CREATE FUNCTION vsm.path(timeline vsm.timeline) RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_timeline_path' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.path(vsm.timeline) IS 'the state of every event, in order, repeats included; NULL for NULL';

CREATE FUNCTION vsm.clip(timeline vsm.timeline, during tstzrange) RETURNS vsm.timeline
	AS 'MODULE_PATHNAME', 'vsm_timeline_clip' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.clip(vsm.timeline, tstzrange) IS
	'the events within a range, its bounds taken as [ ), and the states that held at its lower bound, stamped with it; NULL if nothing is '
	'left';

CREATE FUNCTION vsm.mark(timeline vsm.timeline, periods tstzmultirange, begins text, ends text) RETURNS vsm.timeline
	AS 'MODULE_PATHNAME', 'vsm_timeline_mark' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.mark(vsm.timeline, tstzmultirange, text, text) IS
	'the timeline with the state begins added at each lower and ends at each finite upper bound of the periods; NULL if an argument is '
	'NULL';

CREATE FUNCTION vsm.periods(timeline vsm.timeline, state text) RETURNS tstzmultirange
	AS 'MODULE_PATHNAME', 'vsm_timeline_periods' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.periods(vsm.timeline, text) IS
	'when a state held, the last period without upper bound; empty if it never held, NULL for NULL';
