-- What waiting costs.

CREATE FUNCTION vsm.cost_of_delay(urgency jsonb, periods tstzmultirange) RETURNS numeric
	AS 'MODULE_PATHNAME', 'vsm_cost_of_delay' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.cost_of_delay(jsonb, tstzmultirange) IS
	'what waiting in these periods costs, in the money of the urgency profile: its integral over them, with weeks of 168 hours; 0 for no '
	'periods, NULL if an argument is NULL; an unbounded period is an error';

CREATE FUNCTION vsm.cd3(cost_per_week numeric, weeks float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_cd3' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.cd3(numeric, float8) IS
	'cost of delay divided by duration, in money per week and week: what to do first has the highest; NULL if the duration is 0 or an '
	'argument is NULL';
