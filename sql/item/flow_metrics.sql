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

CREATE FUNCTION vsm.flow_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_flow_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.flow_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'time on the clock from started to finished; NULL unless done';

CREATE FUNCTION vsm.lead_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_lead_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.lead_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'time from created to finished, never paused; NULL unless done';

CREATE FUNCTION vsm.backlog_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_backlog_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.backlog_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'time from created to started; NULL if the item has not started';

CREATE FUNCTION vsm.item_age(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_item_age' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.item_age(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'work item age: time on the clock from started to as_of; NULL unless open, and without as_of';

CREATE FUNCTION vsm.blocked_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_blocked_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.blocked_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'time on the clock while blocked, whatever the stage, overlaps once; 0 if not started; NULL for an open item without as_of';

CREATE FUNCTION vsm.active_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_active_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.active_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'time on the clock in active stages while not blocked; 0 if not started; NULL for an open item without as_of';

CREATE FUNCTION vsm.wait_time(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_wait_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.wait_time(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'time on the clock that is not active; 0 if not started; NULL for an open item without as_of';

CREATE FUNCTION vsm.flow_efficiency(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_flow_efficiency' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.flow_efficiency(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'active / (active + wait), from 0 to 1; NULL if that is 0, and for an open item without as_of';

CREATE FUNCTION vsm.stage_time(timeline vsm.timeline, workflow vsm.workflow, stage text, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_stage_time' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.stage_time(vsm.timeline, vsm.workflow, text, vsm.calendar, timestamptz) IS
	'time on the clock in a stage, all visits; 0 if never visited; of a blocked stage the time under it; NULL for the stage an open item '
	'is in without as_of; an unknown stage is an error';

CREATE FUNCTION vsm.rework(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_rework' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.rework(vsm.timeline, vsm.workflow, timestamptz) IS 'moves to a lower place, leaving done or cancelled not counted';

CREATE FUNCTION vsm.reopened(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_reopened' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.reopened(vsm.timeline, vsm.workflow, timestamptz) IS
	'moves from done or cancelled to a new, active or waiting stage';

CREATE FUNCTION vsm.first_finished_at(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_first_finished_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.first_finished_at(vsm.timeline, vsm.workflow, timestamptz) IS
	'when the item was done for the first time, reopened later or not; NULL: never';

CREATE FUNCTION vsm.reopened_at(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_reopened_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.reopened_at(vsm.timeline, vsm.workflow, timestamptz) IS
	'when the item was last reopened, from done or cancelled; NULL: never';

CREATE TYPE vsm.flow AS (
	created_at timestamptz, started_at timestamptz, finished_at timestamptz, cancelled_at timestamptz,
	outcome text, flow_time interval, lead_time interval, backlog_time interval, item_age interval,
	blocked_time interval, active_time interval, wait_time interval, flow_efficiency float8,
	rework integer, reopened integer, stage text, stage_entered_at timestamptz
);
COMMENT ON TYPE vsm.flow IS 'all scalar metrics of one item, each as the function of its name, and the stage it is in';

CREATE FUNCTION vsm.flow(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS vsm.flow
	AS 'MODULE_PATHNAME', 'vsm_flow' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION vsm.flow(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'all scalar metrics of one item in one walk: FROM t, vsm.flow(t.timeline, workflow) AS f; NULL for an item without a visit';
