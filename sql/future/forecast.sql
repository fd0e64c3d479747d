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

-- When several teams are done with what each of them has left: of its samples, an array of numbers, each has one in a jsonb array, since
-- arrays of PostgreSQL are rectangular and a team that is new has fewer.

CREATE FUNCTION vsm.joint_probability(samples jsonb, items integer[], periods integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_joint_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION vsm.joint_probability(jsonb, integer[], integer) IS
	'the probability (0..1) that each of several teams finishes so many items within so many periods, by samples of each; 0 if there are '
	'no teams or fewer periods than 0; a part of the views of a model';

CREATE FUNCTION vsm.joint_periods(samples jsonb, items integer[], p float8) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_joint_periods' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION vsm.joint_periods(jsonb, integer[], float8) IS
	'the smallest number of periods within which each of several teams finishes so many items with probability p together, by samples of '
	'each; NULL if there is none, or more than 5,200; a part of the views of a model';
