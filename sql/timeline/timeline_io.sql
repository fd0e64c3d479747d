-- timeline: the set of (time, state) pairs of one item.

CREATE TYPE vsm.timeline;

CREATE FUNCTION vsm.timeline_in(cstring) RETURNS vsm.timeline
AS 'MODULE_PATHNAME', 'vsm_timeline_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_in(cstring) IS 'input function of type vsm.timeline';

CREATE FUNCTION vsm.timeline_out(vsm.timeline) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_timeline_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_out(vsm.timeline) IS 'output function of type vsm.timeline';

CREATE FUNCTION vsm.timeline_recv(internal) RETURNS vsm.timeline
AS 'MODULE_PATHNAME', 'vsm_timeline_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_recv(internal) IS 'binary input function of type vsm.timeline';

CREATE FUNCTION vsm.timeline_send(vsm.timeline) RETURNS bytea
AS 'MODULE_PATHNAME', 'vsm_timeline_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_send(vsm.timeline) IS 'binary output function of type vsm.timeline';

CREATE TYPE vsm.timeline (
	INPUT = vsm.timeline_in,
	OUTPUT = vsm.timeline_out,
	RECEIVE = vsm.timeline_recv,
	SEND = vsm.timeline_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE vsm.timeline IS
'the facts of one item: the set of its (time, state) pairs, ordered by time and state bytes; text form [["2026-01-05T10:00:00Z","In Progress"],...]';

CREATE FUNCTION vsm.to_json(timeline vsm.timeline) RETURNS json
AS 'MODULE_PATHNAME', 'vsm_timeline_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_json(vsm.timeline) IS 'the timeline as json: an array of [time, state] pairs; NULL for NULL';

CREATE FUNCTION vsm.to_jsonb(timeline vsm.timeline) RETURNS jsonb
AS 'MODULE_PATHNAME', 'vsm_timeline_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_jsonb(vsm.timeline) IS 'the timeline as jsonb: an array of [time, state] pairs; NULL for NULL';

CREATE FUNCTION vsm.to_timeline(pairs json) RETURNS vsm.timeline
AS 'MODULE_PATHNAME', 'vsm_timeline_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_timeline(json) IS 'the timeline of an array of [time, state] pairs; NULL for NULL';

CREATE FUNCTION vsm.to_timeline(pairs jsonb) RETURNS vsm.timeline
AS 'MODULE_PATHNAME', 'vsm_timeline_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_timeline(jsonb) IS 'the timeline of an array of [time, state] pairs; NULL for NULL';

CREATE CAST (vsm.timeline AS json) WITH FUNCTION vsm.to_json(vsm.timeline);
COMMENT ON CAST (vsm.timeline AS json) IS 'an array of [time, state] pairs';
CREATE CAST (vsm.timeline AS jsonb) WITH FUNCTION vsm.to_jsonb(vsm.timeline);
COMMENT ON CAST (vsm.timeline AS jsonb) IS 'an array of [time, state] pairs';
CREATE CAST (json AS vsm.timeline) WITH FUNCTION vsm.to_timeline(json);
COMMENT ON CAST (json AS vsm.timeline) IS 'from an array of [time, state] pairs';
CREATE CAST (jsonb AS vsm.timeline) WITH FUNCTION vsm.to_timeline(jsonb);
COMMENT ON CAST (jsonb AS vsm.timeline) IS 'from an array of [time, state] pairs';
