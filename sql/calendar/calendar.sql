-- Working time: how much of it there is, and when.

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
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT (pg_catalog.timezone(time_zone, until)::date - pg_catalog.timezone(time_zone, since)::date) + inclusive::integer;
END;

COMMENT ON FUNCTION vsm.working_time(timestamptz, timestamptz, vsm.calendar) IS
	'open time of the calendar from since up to until, in hours and smaller units, negative when until is earlier; with a NULL calendar '
	'until - since, in days and hours; NULL when an instant is NULL';
COMMENT ON FUNCTION vsm.working_time(tstzmultirange, vsm.calendar) IS
	'open time of the calendar within the periods, in hours and smaller units; with a NULL calendar their length, in days and hours; NULL '
	'when the periods are NULL or have no bound';
COMMENT ON FUNCTION vsm.add_working_time(timestamptz, interval, vsm.calendar) IS
	'the instant with that much open time between it and at: forward the earliest, backward (a negative duration) the latest; days count '
	'24 hours of open time; with a NULL calendar at + duration; NULL when at or duration is NULL';
COMMENT ON FUNCTION vsm.is_working(timestamptz, vsm.calendar) IS
	'whether the calendar is open at that instant; with a NULL calendar true; NULL when at is NULL';
COMMENT ON FUNCTION vsm.working_periods(tstzrange, vsm.calendar) IS
	'the open periods of the calendar within the range; with a NULL calendar the range itself; NULL when the range is NULL';
COMMENT ON FUNCTION vsm.elapsed_days(timestamptz, timestamptz, text, boolean) IS
	'days from the local date of since to that of until in the time zone, one more if inclusive; negative when until is earlier; NULL '
	'when an argument is NULL';
