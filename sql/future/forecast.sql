-- How many items within so many periods, the reverse, and how probable that is.

CREATE FUNCTION vsm.forecast_items(samples integer[], periods integer, p float8) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_forecast_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION vsm.forecast_items(integer[], integer, float8) IS
	'the largest number of items of which at least that many finish within so many periods with probability p (above 0, at most 1) or '
	'more, if each period is like one of the sampled ones; NULL if an argument is NULL';

CREATE FUNCTION vsm.forecast_periods(samples integer[], items integer, p float8) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_forecast_periods' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION vsm.forecast_periods(integer[], integer, float8) IS
	'the smallest number of periods within which at least so many items finish with probability p (above 0, at most 1) or more, if each '
	'period is like one of the sampled ones; NULL if no number of periods reaches p, or an argument is NULL';

CREATE FUNCTION vsm.forecast_probability(samples integer[], items integer, periods integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_forecast_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION vsm.forecast_probability(integer[], integer, integer) IS
	'the probability (0..1) that at least so many items finish within so many periods, if each period is like one of the sampled ones; '
	'that several independent teams all do is the product of theirs; NULL if an argument is NULL';
