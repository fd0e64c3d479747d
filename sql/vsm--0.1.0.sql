\echo Use "CREATE EXTENSION vsm" to load this file. \quit

-- Every name below is written with its schema; this keeps any other from being found by chance.
SET LOCAL search_path = pg_catalog, pg_temp;

/*
 * Whoever owns the schema can drop or replace what is in it, and what is already in it could be
 * picked up by a caller in place of ours. So the schema must be empty and the installer's. Two
 * more owners can do no harm, and are what a restored dump gives a superuser: another superuser,
 * and the owner of the database.
 */
DO LANGUAGE plpgsql $$
DECLARE
	extension oid;
	installer oid;
	holder    oid;
	occupant  text;
BEGIN
	SELECT e.oid, e.extowner, n.nspowner INTO STRICT extension, installer, holder
	FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
	WHERE e.extname OPERATOR(pg_catalog.=) 'vsm';

	IF holder OPERATOR(pg_catalog.<>) installer AND NOT EXISTS (
		SELECT FROM pg_catalog.pg_roles i, pg_catalog.pg_roles h, pg_catalog.pg_database d
		WHERE i.oid OPERATOR(pg_catalog.=) installer AND i.rolsuper
		AND h.oid OPERATOR(pg_catalog.=) holder
		AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
		AND (h.rolsuper OR d.datdba OPERATOR(pg_catalog.=) holder))
	THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_in_use',
			MESSAGE = 'schema "vsm" belongs to another role',
			DETAIL = pg_catalog.format('Its owner is %I, and %I installs the extension.',
				pg_catalog.pg_get_userbyid(holder), pg_catalog.pg_get_userbyid(installer)),
			HINT = 'Drop or rename the schema, or make it yours with ALTER SCHEMA vsm OWNER TO, then install again.';
	END IF;

	SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) INTO occupant
	FROM pg_catalog.pg_depend d
	WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
	AND d.refobjid OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'vsm')
	AND (d.classid, d.objid) OPERATOR(pg_catalog.<>) ('pg_catalog.pg_extension'::pg_catalog.regclass, extension)
	ORDER BY pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) COLLATE pg_catalog."C" LIMIT 1;

	IF occupant IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_in_use',
			MESSAGE = 'schema "vsm" is not empty',
			DETAIL = pg_catalog.format('It contains %s.', occupant),
			HINT = 'The extension needs the schema for itself. Move or drop what is in it, then install again.';
	END IF;
END
$$;

CREATE TYPE vsm.calendar;

CREATE FUNCTION vsm.calendar_in(cstring) RETURNS vsm.calendar
	AS 'MODULE_PATHNAME', 'vsm_calendar_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_out(vsm.calendar) RETURNS cstring
	AS 'MODULE_PATHNAME', 'vsm_calendar_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_recv(internal) RETURNS vsm.calendar
	AS 'MODULE_PATHNAME', 'vsm_calendar_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_send(vsm.calendar) RETURNS bytea
	AS 'MODULE_PATHNAME', 'vsm_calendar_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE vsm.calendar (
	INPUT = vsm.calendar_in,
	OUTPUT = vsm.calendar_out,
	RECEIVE = vsm.calendar_recv,
	SEND = vsm.calendar_send,
	STORAGE = extended,
	ALIGNMENT = int4
);

COMMENT ON TYPE vsm.calendar IS
	'working time: a time zone, the open hours of each weekday, holidays and exceptions, written as JSON';
COMMENT ON FUNCTION vsm.calendar_in(cstring) IS 'reads the JSON form of a calendar';
COMMENT ON FUNCTION vsm.calendar_out(vsm.calendar) IS 'writes the JSON form of a calendar';
COMMENT ON FUNCTION vsm.calendar_recv(internal) IS 'reads the binary form of a calendar';
COMMENT ON FUNCTION vsm.calendar_send(vsm.calendar) IS 'writes the binary form of a calendar';

CREATE FUNCTION vsm.calendar(calendar pg_catalog.json) RETURNS vsm.calendar
	AS 'MODULE_PATHNAME', 'vsm_calendar_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar(calendar pg_catalog.jsonb) RETURNS vsm.calendar
	AS 'MODULE_PATHNAME', 'vsm_calendar_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.json(calendar vsm.calendar) RETURNS pg_catalog.json
	AS 'MODULE_PATHNAME', 'vsm_calendar_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.jsonb(calendar vsm.calendar) RETURNS pg_catalog.jsonb
	AS 'MODULE_PATHNAME', 'vsm_calendar_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE CAST (pg_catalog.json AS vsm.calendar) WITH FUNCTION vsm.calendar(pg_catalog.json);
CREATE CAST (pg_catalog.jsonb AS vsm.calendar) WITH FUNCTION vsm.calendar(pg_catalog.jsonb);
CREATE CAST (vsm.calendar AS pg_catalog.json) WITH FUNCTION vsm.json(vsm.calendar);
CREATE CAST (vsm.calendar AS pg_catalog.jsonb) WITH FUNCTION vsm.jsonb(vsm.calendar);

COMMENT ON FUNCTION vsm.calendar(pg_catalog.json) IS 'the calendar that a JSON document describes';
COMMENT ON FUNCTION vsm.calendar(pg_catalog.jsonb) IS 'the calendar that a JSON document describes';
COMMENT ON FUNCTION vsm.json(vsm.calendar) IS 'the calendar as a JSON document';
COMMENT ON FUNCTION vsm.jsonb(vsm.calendar) IS 'the calendar as a JSON document';

CREATE FUNCTION vsm.calendar_eq(a vsm.calendar, b vsm.calendar) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_calendar_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_ne(a vsm.calendar, b vsm.calendar) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_calendar_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_lt(a vsm.calendar, b vsm.calendar) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_calendar_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_le(a vsm.calendar, b vsm.calendar) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_calendar_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_gt(a vsm.calendar, b vsm.calendar) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_calendar_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_ge(a vsm.calendar, b vsm.calendar) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_calendar_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_cmp(a vsm.calendar, b vsm.calendar) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_calendar_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_hash(calendar vsm.calendar) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_calendar_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.calendar_hash_extended(calendar vsm.calendar, seed bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_calendar_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR vsm.= (LEFTARG = vsm.calendar, RIGHTARG = vsm.calendar, FUNCTION = vsm.calendar_eq,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>), RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES);
CREATE OPERATOR vsm.<> (LEFTARG = vsm.calendar, RIGHTARG = vsm.calendar, FUNCTION = vsm.calendar_ne,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR vsm.< (LEFTARG = vsm.calendar, RIGHTARG = vsm.calendar, FUNCTION = vsm.calendar_lt,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR vsm.<= (LEFTARG = vsm.calendar, RIGHTARG = vsm.calendar, FUNCTION = vsm.calendar_le,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR vsm.> (LEFTARG = vsm.calendar, RIGHTARG = vsm.calendar, FUNCTION = vsm.calendar_gt,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR vsm.>= (LEFTARG = vsm.calendar, RIGHTARG = vsm.calendar, FUNCTION = vsm.calendar_ge,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);

CREATE OPERATOR CLASS vsm.calendar_ops DEFAULT FOR TYPE vsm.calendar USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.calendar_cmp(vsm.calendar, vsm.calendar);
CREATE OPERATOR CLASS vsm.calendar_ops DEFAULT FOR TYPE vsm.calendar USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.calendar_hash(vsm.calendar),
	FUNCTION 2 vsm.calendar_hash_extended(vsm.calendar, bigint);

COMMENT ON FUNCTION vsm.calendar_eq(vsm.calendar, vsm.calendar) IS 'implementation of = operator';
COMMENT ON FUNCTION vsm.calendar_ne(vsm.calendar, vsm.calendar) IS 'implementation of <> operator';
COMMENT ON FUNCTION vsm.calendar_lt(vsm.calendar, vsm.calendar) IS 'implementation of < operator';
COMMENT ON FUNCTION vsm.calendar_le(vsm.calendar, vsm.calendar) IS 'implementation of <= operator';
COMMENT ON FUNCTION vsm.calendar_gt(vsm.calendar, vsm.calendar) IS 'implementation of > operator';
COMMENT ON FUNCTION vsm.calendar_ge(vsm.calendar, vsm.calendar) IS 'implementation of >= operator';
COMMENT ON FUNCTION vsm.calendar_cmp(vsm.calendar, vsm.calendar) IS 'less than, equal to or greater than 0: the order of calendars in a btree';
COMMENT ON FUNCTION vsm.calendar_hash(vsm.calendar) IS 'hash of a calendar';
COMMENT ON FUNCTION vsm.calendar_hash_extended(vsm.calendar, bigint) IS 'hash of a calendar with a seed';
COMMENT ON OPERATOR vsm.= (vsm.calendar, vsm.calendar) IS 'whether two calendars are written alike';
COMMENT ON OPERATOR vsm.<> (vsm.calendar, vsm.calendar) IS 'whether two calendars are not written alike';
COMMENT ON OPERATOR vsm.< (vsm.calendar, vsm.calendar) IS 'less than, in an order that only serves sorting';
COMMENT ON OPERATOR vsm.<= (vsm.calendar, vsm.calendar) IS 'less than or equal, in an order that only serves sorting';
COMMENT ON OPERATOR vsm.> (vsm.calendar, vsm.calendar) IS 'greater than, in an order that only serves sorting';
COMMENT ON OPERATOR vsm.>= (vsm.calendar, vsm.calendar) IS 'greater than or equal, in an order that only serves sorting';
COMMENT ON OPERATOR CLASS vsm.calendar_ops USING btree IS 'sorts calendars, in an order that only serves sorting';
COMMENT ON OPERATOR CLASS vsm.calendar_ops USING hash IS 'hashes calendars';

CREATE FUNCTION vsm.working_time(since timestamptz, until timestamptz, calendar vsm.calendar) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_working_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION vsm.working_time(periods tstzmultirange, calendar vsm.calendar) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_working_time_multirange' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION vsm.add_working_time(at timestamptz, duration interval, calendar vsm.calendar) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_add_working_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION vsm.is_working(at timestamptz, calendar vsm.calendar) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_is_working' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
CREATE FUNCTION vsm.working_periods(period tstzrange, calendar vsm.calendar) RETURNS tstzmultirange
	AS 'MODULE_PATHNAME', 'vsm_working_periods' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;

CREATE FUNCTION vsm.elapsed_days(since timestamptz, until timestamptz, time_zone text, inclusive boolean) RETURNS integer
	LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
	BEGIN ATOMIC
		SELECT (pg_catalog.timezone(time_zone, until)::pg_catalog.date
			OPERATOR(pg_catalog.-) pg_catalog.timezone(time_zone, since)::pg_catalog.date)
			OPERATOR(pg_catalog.+) inclusive::pg_catalog.int4;
	END;

COMMENT ON FUNCTION vsm.working_time(timestamptz, timestamptz, vsm.calendar) IS
	'open time of the calendar from since up to until, in hours and smaller units, negative when until is earlier; with a NULL calendar until - since, in days and hours; NULL when an instant is NULL';
COMMENT ON FUNCTION vsm.working_time(tstzmultirange, vsm.calendar) IS
	'open time of the calendar within the periods, in hours and smaller units; with a NULL calendar their length, in days and hours; NULL when the periods are NULL or have no bound';
COMMENT ON FUNCTION vsm.add_working_time(timestamptz, interval, vsm.calendar) IS
	'the instant with that much open time between it and at: forward the earliest, backward (a negative duration) the latest; days count 24 hours of open time; with a NULL calendar at + duration; NULL when at or duration is NULL';
COMMENT ON FUNCTION vsm.is_working(timestamptz, vsm.calendar) IS
	'whether the calendar is open at that instant; with a NULL calendar true; NULL when at is NULL';
COMMENT ON FUNCTION vsm.working_periods(tstzrange, vsm.calendar) IS
	'the open periods of the calendar within the range; with a NULL calendar the range itself; NULL when the range is NULL';
COMMENT ON FUNCTION vsm.elapsed_days(timestamptz, timestamptz, text, boolean) IS
	'days from the local date of since to that of until in the time zone, one more if inclusive; negative when until is earlier; NULL when an argument is NULL';
COMMENT ON CAST (pg_catalog.json AS vsm.calendar) IS 'the calendar that a JSON document describes';
COMMENT ON CAST (pg_catalog.jsonb AS vsm.calendar) IS 'the calendar that a JSON document describes';
COMMENT ON CAST (vsm.calendar AS pg_catalog.json) IS 'the calendar as a JSON document';
COMMENT ON CAST (vsm.calendar AS pg_catalog.jsonb) IS 'the calendar as a JSON document';

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

-- timeline: comparison, questions to it and operations on it. None interprets its states.

CREATE FUNCTION vsm.timeline_eq(timeline vsm.timeline, other vsm.timeline) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_timeline_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_eq(vsm.timeline, vsm.timeline) IS 'implementation of the = operator';

CREATE FUNCTION vsm.timeline_ne(timeline vsm.timeline, other vsm.timeline) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_timeline_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_ne(vsm.timeline, vsm.timeline) IS 'implementation of the <> operator';

CREATE FUNCTION vsm.timeline_lt(timeline vsm.timeline, other vsm.timeline) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_timeline_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_lt(vsm.timeline, vsm.timeline) IS 'implementation of the < operator';

CREATE FUNCTION vsm.timeline_le(timeline vsm.timeline, other vsm.timeline) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_timeline_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_le(vsm.timeline, vsm.timeline) IS 'implementation of the <= operator';

CREATE FUNCTION vsm.timeline_gt(timeline vsm.timeline, other vsm.timeline) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_timeline_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_gt(vsm.timeline, vsm.timeline) IS 'implementation of the > operator';

CREATE FUNCTION vsm.timeline_ge(timeline vsm.timeline, other vsm.timeline) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_timeline_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_ge(vsm.timeline, vsm.timeline) IS 'implementation of the >= operator';

CREATE FUNCTION vsm.timeline_cmp(timeline vsm.timeline, other vsm.timeline) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_timeline_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_cmp(vsm.timeline, vsm.timeline) IS 'less than, equal to or greater than 0, as btree wants it';

CREATE FUNCTION vsm.timeline_hash(timeline vsm.timeline) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_timeline_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_hash(vsm.timeline) IS 'hash of the value';

CREATE FUNCTION vsm.timeline_hash_extended(timeline vsm.timeline, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'vsm_timeline_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_hash_extended(vsm.timeline, bigint) IS 'hash of the value in 64 bits, with a seed';

CREATE OPERATOR vsm.= (
	LEFTARG = vsm.timeline, RIGHTARG = vsm.timeline, FUNCTION = vsm.timeline_eq,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR vsm.= (vsm.timeline, vsm.timeline) IS 'equal: the same pairs';

CREATE OPERATOR vsm.<> (
	LEFTARG = vsm.timeline, RIGHTARG = vsm.timeline, FUNCTION = vsm.timeline_ne,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR vsm.<> (vsm.timeline, vsm.timeline) IS 'not equal';

CREATE OPERATOR vsm.< (
	LEFTARG = vsm.timeline, RIGHTARG = vsm.timeline, FUNCTION = vsm.timeline_lt,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR vsm.< (vsm.timeline, vsm.timeline) IS 'before, by the first event that differs';

CREATE OPERATOR vsm.<= (
	LEFTARG = vsm.timeline, RIGHTARG = vsm.timeline, FUNCTION = vsm.timeline_le,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR vsm.<= (vsm.timeline, vsm.timeline) IS 'before or equal';

CREATE OPERATOR vsm.> (
	LEFTARG = vsm.timeline, RIGHTARG = vsm.timeline, FUNCTION = vsm.timeline_gt,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR vsm.> (vsm.timeline, vsm.timeline) IS 'after, by the first event that differs';

CREATE OPERATOR vsm.>= (
	LEFTARG = vsm.timeline, RIGHTARG = vsm.timeline, FUNCTION = vsm.timeline_ge,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR vsm.>= (vsm.timeline, vsm.timeline) IS 'after or equal';

CREATE OPERATOR CLASS vsm.timeline_ops DEFAULT FOR TYPE vsm.timeline USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.timeline_cmp(vsm.timeline, vsm.timeline);
COMMENT ON OPERATOR CLASS vsm.timeline_ops USING btree IS 'btree order of type vsm.timeline';

CREATE OPERATOR CLASS vsm.timeline_ops DEFAULT FOR TYPE vsm.timeline USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.timeline_hash(vsm.timeline),
	FUNCTION 2 vsm.timeline_hash_extended(vsm.timeline, bigint);
COMMENT ON OPERATOR CLASS vsm.timeline_ops USING hash IS 'hash equality of type vsm.timeline';

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
COMMENT ON FUNCTION vsm.events(vsm.timeline) IS
'the events of a timeline, ordered by time and state bytes; no rows for NULL';

CREATE FUNCTION vsm.span(timeline vsm.timeline) RETURNS tstzrange
AS 'MODULE_PATHNAME', 'vsm_timeline_span' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.span(vsm.timeline) IS
'from the first to the last event, both included; NULL for NULL';

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
'the events within a range, its bounds taken as [ ), and the states that held at its lower bound, stamped with it; NULL if nothing is left';

CREATE FUNCTION vsm.mark(timeline vsm.timeline, periods tstzmultirange, begins text, ends text) RETURNS vsm.timeline
AS 'MODULE_PATHNAME', 'vsm_timeline_mark' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.mark(vsm.timeline, tstzmultirange, text, text) IS
'the timeline with the state begins added at each lower and ends at each finite upper bound of the periods; NULL if an argument is NULL';

CREATE FUNCTION vsm.periods(timeline vsm.timeline, state text) RETURNS tstzmultirange
AS 'MODULE_PATHNAME', 'vsm_timeline_periods' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.periods(vsm.timeline, text) IS
'when a state held, the last period without upper bound; empty if it never held, NULL for NULL';

-- The aggregates that make timelines.

CREATE TYPE vsm.timeline_state;

CREATE FUNCTION vsm.timeline_state_in(cstring) RETURNS vsm.timeline_state
AS 'MODULE_PATHNAME', 'vsm_timeline_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_state_in(cstring) IS 'input function of type vsm.timeline_state';

CREATE FUNCTION vsm.timeline_state_out(vsm.timeline_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_timeline_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.timeline_state_out(vsm.timeline_state) IS 'output function of type vsm.timeline_state';

CREATE TYPE vsm.timeline_state (
	INPUT = vsm.timeline_state_in,
	OUTPUT = vsm.timeline_state_out,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
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
'the timeline of rows whose times are coarse: those of one instant are ordered by seq, the k-th of them (from 0) placed k microseconds later; rows with a NULL skipped; NULL if there is no row';

CREATE AGGREGATE vsm.merge(timeline vsm.timeline) (
	SFUNC = vsm.timeline_add_timeline,
	STYPE = vsm.timeline_state,
	SSPACE = 256,
	FINALFUNC = vsm.timeline_finish,
	COMBINEFUNC = vsm.timeline_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.merge(vsm.timeline) IS
'the set union of all timelines, NULLs skipped; NULL if there is none';

-- workflow: what states mean.

CREATE TYPE vsm.workflow;

CREATE FUNCTION vsm.workflow_in(cstring) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_in(cstring) IS 'input function of type vsm.workflow';

CREATE FUNCTION vsm.workflow_out(vsm.workflow) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_workflow_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_out(vsm.workflow) IS 'output function of type vsm.workflow';

CREATE FUNCTION vsm.workflow_recv(internal) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_recv(internal) IS 'binary input function of type vsm.workflow';

CREATE FUNCTION vsm.workflow_send(vsm.workflow) RETURNS bytea
AS 'MODULE_PATHNAME', 'vsm_workflow_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_send(vsm.workflow) IS 'binary output function of type vsm.workflow';

CREATE TYPE vsm.workflow (
	INPUT = vsm.workflow_in,
	OUTPUT = vsm.workflow_out,
	RECEIVE = vsm.workflow_recv,
	SEND = vsm.workflow_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE vsm.workflow IS
'the interpretation of states: stages in the order of the stream, their classes, and the rules of the clock; text form {"stages":[{"name":...,"class":...},...],"start":...}';

CREATE FUNCTION vsm.to_json(workflow vsm.workflow) RETURNS json
AS 'MODULE_PATHNAME', 'vsm_workflow_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_json(vsm.workflow) IS 'the workflow in its JSON form; NULL for NULL';

CREATE FUNCTION vsm.to_jsonb(workflow vsm.workflow) RETURNS jsonb
AS 'MODULE_PATHNAME', 'vsm_workflow_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_jsonb(vsm.workflow) IS 'the workflow in its JSON form; NULL for NULL';

CREATE FUNCTION vsm.to_workflow(document json) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_workflow(json) IS 'the workflow of a JSON document; NULL for NULL';

CREATE FUNCTION vsm.to_workflow(document jsonb) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_workflow(jsonb) IS 'the workflow of a JSON document; NULL for NULL';

CREATE CAST (vsm.workflow AS json) WITH FUNCTION vsm.to_json(vsm.workflow);
COMMENT ON CAST (vsm.workflow AS json) IS 'its JSON form';
CREATE CAST (vsm.workflow AS jsonb) WITH FUNCTION vsm.to_jsonb(vsm.workflow);
COMMENT ON CAST (vsm.workflow AS jsonb) IS 'its JSON form';
CREATE CAST (json AS vsm.workflow) WITH FUNCTION vsm.to_workflow(json);
COMMENT ON CAST (json AS vsm.workflow) IS 'from its JSON form';
CREATE CAST (jsonb AS vsm.workflow) WITH FUNCTION vsm.to_workflow(jsonb);
COMMENT ON CAST (jsonb AS vsm.workflow) IS 'from its JSON form';

CREATE FUNCTION vsm.workflow_eq(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_eq(vsm.workflow, vsm.workflow) IS 'implementation of the = operator';

CREATE FUNCTION vsm.workflow_ne(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_ne(vsm.workflow, vsm.workflow) IS 'implementation of the <> operator';

CREATE FUNCTION vsm.workflow_lt(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_lt(vsm.workflow, vsm.workflow) IS 'implementation of the < operator';

CREATE FUNCTION vsm.workflow_le(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_le(vsm.workflow, vsm.workflow) IS 'implementation of the <= operator';

CREATE FUNCTION vsm.workflow_gt(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_gt(vsm.workflow, vsm.workflow) IS 'implementation of the > operator';

CREATE FUNCTION vsm.workflow_ge(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_ge(vsm.workflow, vsm.workflow) IS 'implementation of the >= operator';

CREATE FUNCTION vsm.workflow_cmp(workflow vsm.workflow, other vsm.workflow) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_workflow_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_cmp(vsm.workflow, vsm.workflow) IS 'less than, equal to or greater than 0, as btree wants it';

CREATE FUNCTION vsm.workflow_hash(workflow vsm.workflow) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_workflow_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_hash(vsm.workflow) IS 'hash of the value';

CREATE FUNCTION vsm.workflow_hash_extended(workflow vsm.workflow, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'vsm_workflow_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_hash_extended(vsm.workflow, bigint) IS 'hash of the value in 64 bits, with a seed';

CREATE OPERATOR vsm.= (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_eq,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR vsm.= (vsm.workflow, vsm.workflow) IS 'equal: the same stages and rules';

CREATE OPERATOR vsm.<> (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_ne,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR vsm.<> (vsm.workflow, vsm.workflow) IS 'not equal';

CREATE OPERATOR vsm.< (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_lt,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR vsm.< (vsm.workflow, vsm.workflow) IS 'before, in an arbitrary but fixed order';

CREATE OPERATOR vsm.<= (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_le,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR vsm.<= (vsm.workflow, vsm.workflow) IS 'before or equal';

CREATE OPERATOR vsm.> (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_gt,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR vsm.> (vsm.workflow, vsm.workflow) IS 'after, in an arbitrary but fixed order';

CREATE OPERATOR vsm.>= (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_ge,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR vsm.>= (vsm.workflow, vsm.workflow) IS 'after or equal';

CREATE OPERATOR CLASS vsm.workflow_ops DEFAULT FOR TYPE vsm.workflow USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.workflow_cmp(vsm.workflow, vsm.workflow);
COMMENT ON OPERATOR CLASS vsm.workflow_ops USING btree IS 'btree order of type vsm.workflow';

CREATE OPERATOR CLASS vsm.workflow_ops DEFAULT FOR TYPE vsm.workflow USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.workflow_hash(vsm.workflow),
	FUNCTION 2 vsm.workflow_hash_extended(vsm.workflow, bigint);
COMMENT ON OPERATOR CLASS vsm.workflow_ops USING hash IS 'hash equality of type vsm.workflow';

CREATE TYPE vsm.stage AS (
	place integer, stage text, class text, phase text, waiting_for text, owner text,
	wip_limit integer, states text[], until text[]
);
COMMENT ON TYPE vsm.stage IS 'a stage of a workflow; place is its position from 1, states begin with its own name';

CREATE FUNCTION vsm.stages(workflow vsm.workflow) RETURNS SETOF vsm.stage
AS 'MODULE_PATHNAME', 'vsm_workflow_stages' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION vsm.stages(vsm.workflow) IS
'the stages of a workflow in the order of the stream; until is NULL but for class blocked; no rows for NULL';

CREATE FUNCTION vsm.with_rules(workflow vsm.workflow, start text DEFAULT NULL, reopen text DEFAULT NULL,
	backward text DEFAULT NULL, unmapped text DEFAULT NULL) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_with_rules' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.with_rules(vsm.workflow, text, text, text, text) IS
'the workflow with other rules; a rule that is NULL stays as it is; NULL for a NULL workflow';

CREATE FUNCTION vsm.preset(workflow vsm.workflow, name text) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_preset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.preset(vsm.workflow, text) IS
'the workflow with the rules of a published method: flow_framework and kanban_guide (committed, continue, keep, waiting), jira_agile_metrics (committed, continue, erase, ignore); NULL for NULL';

CREATE FUNCTION vsm.workflow_add_row(state internal, place integer, stage text, class text, state_name text) RETURNS internal
AS 'MODULE_PATHNAME', 'vsm_workflow_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_add_row(internal, integer, text, text, text) IS
'transition function of the aggregate vsm.workflow';

CREATE FUNCTION vsm.workflow_finish(state internal) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_finish(internal) IS 'final function of the aggregate vsm.workflow';

CREATE AGGREGATE vsm.workflow(place integer, stage text, class text, state text) (
	SFUNC = vsm.workflow_add_row,
	STYPE = internal,
	FINALFUNC = vsm.workflow_finish,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.workflow(integer, text, text, text) IS
'a workflow from a mapping table, stages in the order of place, with the rules'' defaults; a NULL state: only the stage''s own name; NULL if there is no row';

-- Metrics of one item. NULL for a NULL timeline or workflow, and for an item without a visit by as_of.

CREATE FUNCTION vsm.created_at(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'vsm_created_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.created_at(vsm.timeline, vsm.workflow, timestamptz) IS
'when the item came into being: the first event of a stage or of a state that the workflow does not know';

CREATE FUNCTION vsm.started_at(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'vsm_started_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.started_at(vsm.timeline, vsm.workflow, timestamptz) IS
'when the clock started, by the workflows rule start; NULL if it has not';

CREATE FUNCTION vsm.finished_at(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'vsm_finished_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.finished_at(vsm.timeline, vsm.workflow, timestamptz) IS
'when the item last became done; NULL unless its outcome is done';

CREATE FUNCTION vsm.cancelled_at(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS timestamptz
AS 'MODULE_PATHNAME', 'vsm_cancelled_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.cancelled_at(vsm.timeline, vsm.workflow, timestamptz) IS
'when the item was last cancelled; NULL unless its outcome is cancelled';

CREATE FUNCTION vsm.outcome(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS text
AS 'MODULE_PATHNAME', 'vsm_outcome' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.outcome(vsm.timeline, vsm.workflow, timestamptz) IS
'new (not started), open, done or cancelled: the class of the last stage that the workflow knows';

CREATE FUNCTION vsm.flow_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_flow_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.flow_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'time on the clock from started to finished; NULL unless done';

CREATE FUNCTION vsm.lead_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_lead_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.lead_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'time from created to finished, never paused; NULL unless done';

CREATE FUNCTION vsm.backlog_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_backlog_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.backlog_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'time from created to started; NULL if the item has not started';

CREATE FUNCTION vsm.item_age(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_item_age' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.item_age(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'work item age: time on the clock from started to as_of; NULL unless open, and without as_of';

CREATE FUNCTION vsm.blocked_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_blocked_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.blocked_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'time on the clock while blocked, whatever the stage, overlaps once; 0 if not started; NULL for an open item without as_of';

CREATE FUNCTION vsm.active_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_active_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.active_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'time on the clock in active stages while not blocked; 0 if not started; NULL for an open item without as_of';

CREATE FUNCTION vsm.wait_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_wait_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.wait_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'time on the clock that is not active; 0 if not started; NULL for an open item without as_of';

CREATE FUNCTION vsm.flow_efficiency(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS float8
AS 'MODULE_PATHNAME', 'vsm_flow_efficiency' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.flow_efficiency(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'active / (active + wait), from 0 to 1; NULL if that is 0, and for an open item without as_of';

CREATE FUNCTION vsm.stage_time(timeline vsm.timeline, workflow vsm.workflow, stage text, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS interval
AS 'MODULE_PATHNAME', 'vsm_stage_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.stage_time(vsm.timeline, vsm.workflow, text, vsm.calendar, timestamptz) IS
'time on the clock in a stage, all visits; 0 if never visited; of a blocked stage the time under it; NULL for the stage an open item is in without as_of; an unknown stage is an error';

CREATE FUNCTION vsm.rework(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_rework' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.rework(vsm.timeline, vsm.workflow, timestamptz) IS
'moves to a lower place, leaving done or cancelled not counted';

CREATE FUNCTION vsm.reopened(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_reopened' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.reopened(vsm.timeline, vsm.workflow, timestamptz) IS
'moves from done or cancelled to a new, active or waiting stage';

CREATE TYPE vsm.flow AS (
	created_at timestamptz, started_at timestamptz, finished_at timestamptz, cancelled_at timestamptz,
	outcome text, flow_time interval, lead_time interval, backlog_time interval, item_age interval,
	blocked_time interval, active_time interval, wait_time interval, flow_efficiency float8,
	rework integer, reopened integer, stage text, stage_entered_at timestamptz
);
COMMENT ON TYPE vsm.flow IS 'all scalar metrics of one item, each as the function of its name, and the stage it is in';

CREATE FUNCTION vsm.flow(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS vsm.flow
AS 'MODULE_PATHNAME', 'vsm_flow' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION vsm.flow(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'all scalar metrics of one item in one walk: FROM t, vsm.flow(t.timeline, workflow) AS f; NULL for an item without a visit';

-- One item visit by visit and stage by stage.

CREATE TYPE vsm.visit AS (
	visit integer, place integer, stage text, class text, entered_at timestamptz, left_at timestamptz,
	duration interval, blocked interval, on_clock boolean, backward boolean
);
COMMENT ON TYPE vsm.visit IS
'a visit of a stage: left_at is NULL while it runs; duration and blocked are by the calendar, up to as_of or NULL while it runs; place is NULL for (unmapped); backward: a lower place than the mapped visit before';

CREATE FUNCTION vsm.visits(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS SETOF vsm.visit
AS 'MODULE_PATHNAME', 'vsm_visits' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 COST 50;
COMMENT ON FUNCTION vsm.visits(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'every visit of an item in order, off the clock included; no rows for NULL';

CREATE TYPE vsm.stage_summary AS (
	place integer, stage text, class text, visits integer, duration interval, on_clock interval,
	blocked interval, first_entered_at timestamptz, last_left_at timestamptz
);
COMMENT ON TYPE vsm.stage_summary IS
'an item in a stage: visits, their time, how much of it was on the clock (as vsm.stage_time) and how much blocked; a blocked stage''s row counts its spells and overlaps the others';

CREATE FUNCTION vsm.stage_times(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL, as_of timestamptz DEFAULT NULL) RETURNS SETOF vsm.stage_summary
AS 'MODULE_PATHNAME', 'vsm_stage_times' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 COST 50;
COMMENT ON FUNCTION vsm.stage_times(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
'one row a stage of the workflow, visited or not, (unmapped) last if it occurred; times are NULL while the stage runs without as_of; no rows for NULL';

CREATE FUNCTION vsm.path(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS text[]
AS 'MODULE_PATHNAME', 'vsm_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.path(vsm.timeline, vsm.workflow, timestamptz) IS
'the stages an item visited, in order (its variant); NULL for NULL';

CREATE FUNCTION vsm.stage_at(timeline vsm.timeline, workflow vsm.workflow, at timestamptz) RETURNS text
AS 'MODULE_PATHNAME', 'vsm_stage_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.stage_at(vsm.timeline, vsm.workflow, timestamptz) IS
'the stage of the visit that holds at a time, all events taken into account; NULL before the first';

-- When one item was active, waiting, blocked or in a stage: on the clock, the running period up to as_of or without end.

CREATE FUNCTION vsm.active_periods(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS tstzmultirange
AS 'MODULE_PATHNAME', 'vsm_active_periods' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION vsm.active_periods(vsm.timeline, vsm.workflow, timestamptz) IS
'when the item was worked on: in active stages and not blocked; empty if it has not started; NULL for NULL';

CREATE FUNCTION vsm.wait_periods(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS tstzmultirange
AS 'MODULE_PATHNAME', 'vsm_wait_periods' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION vsm.wait_periods(vsm.timeline, vsm.workflow, timestamptz) IS
'when the item was waiting: on the clock and not active; empty if it has not started; NULL for NULL';

CREATE FUNCTION vsm.blocked_periods(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS tstzmultirange
AS 'MODULE_PATHNAME', 'vsm_blocked_periods' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION vsm.blocked_periods(vsm.timeline, vsm.workflow, timestamptz) IS
'when the item was blocked, whatever the stage; empty if it has not started; NULL for NULL';

CREATE FUNCTION vsm.stage_periods(timeline vsm.timeline, workflow vsm.workflow, stage text, as_of timestamptz DEFAULT NULL) RETURNS tstzmultirange
AS 'MODULE_PATHNAME', 'vsm_stage_periods' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION vsm.stage_periods(vsm.timeline, vsm.workflow, text, timestamptz) IS
'when the item was in a stage, of a blocked stage under it; empty if never; an unknown stage is an error; NULL for NULL';

GRANT USAGE ON SCHEMA vsm TO PUBLIC;

