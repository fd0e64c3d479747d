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
