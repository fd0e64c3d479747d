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

CREATE FUNCTION vsm.stage_periods(timeline vsm.timeline, workflow vsm.workflow, stage text,
	as_of timestamptz DEFAULT NULL) RETURNS tstzmultirange
	AS 'MODULE_PATHNAME', 'vsm_stage_periods' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION vsm.stage_periods(vsm.timeline, vsm.workflow, text, timestamptz) IS
	'when the item was in a stage, of a blocked stage under it; empty if never; an unknown stage is an error; NULL for NULL';
