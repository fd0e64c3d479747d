-- Intervals as numbers, and flow efficiency over many items.

CREATE FUNCTION vsm.hours(duration interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_hours' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.hours(interval) IS 'the interval in hours, a day being 24; NULL for NULL; months are an error';

CREATE FUNCTION vsm.days(duration interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.days(interval) IS 'the interval in days of 24 hours; NULL for NULL; months are an error';

CREATE FUNCTION vsm.efficiency_add(state bigint[], active interval, wait interval) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'vsm_efficiency_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.efficiency_add(bigint[], interval, interval) IS 'transition function of the aggregate vsm.flow_efficiency';

CREATE FUNCTION vsm.efficiency_combine(state bigint[], other bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'vsm_efficiency_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.efficiency_combine(bigint[], bigint[]) IS 'combine function of the aggregate vsm.flow_efficiency';

CREATE FUNCTION vsm.efficiency_finish(state bigint[]) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_efficiency_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.efficiency_finish(bigint[]) IS 'final function of the aggregate vsm.flow_efficiency';

CREATE AGGREGATE vsm.flow_efficiency(active interval, wait interval) (
	SFUNC = vsm.efficiency_add,
	STYPE = bigint[],
	INITCOND = '{0,0,0,0}',
	FINALFUNC = vsm.efficiency_finish,
	COMBINEFUNC = vsm.efficiency_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.flow_efficiency(interval, interval) IS
	'flow efficiency of many items: sum of active / (sum of active + sum of wait), rows with a NULL skipped; NULL if that is 0';
