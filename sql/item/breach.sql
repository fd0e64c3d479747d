-- When an open item will have taken too long.

CREATE FUNCTION vsm.breach_at(timeline vsm.timeline, workflow vsm.workflow, target interval,
	calendar vsm.calendar DEFAULT NULL) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_breach_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.breach_at(vsm.timeline, vsm.workflow, interval, vsm.calendar) IS
	'when the clock of an open item reaches a target, if the item stays where it is: the earliest such instant, in the past if it has; '
	'NULL unless open, and if it never does';

CREATE FUNCTION vsm.breach_at(timeline vsm.timeline, workflow vsm.workflow, target interval, stage text,
	calendar vsm.calendar DEFAULT NULL) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_breach_at_stage' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.breach_at(vsm.timeline, vsm.workflow, interval, text, vsm.calendar) IS
	'when the time of an open item in a stage, all visits, reaches a target, if the item stays there; of a blocked stage the time under '
	'it; NULL unless it is in the stage now, and if it never does; an unknown stage is an error';
