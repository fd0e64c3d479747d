\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

-- Every name below is written with its schema; this keeps any other from being found by chance.
SET LOCAL search_path = pg_catalog, pg_temp;

-- All timelines of a table in one pass: sets of timelines.

CREATE TYPE vsm.text_timelines;

CREATE FUNCTION vsm.text_timelines_in(cstring) RETURNS vsm.text_timelines
AS 'MODULE_PATHNAME', 'vsm_text_timelines_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.text_timelines_in(cstring) IS 'input function of type vsm.text_timelines';

CREATE FUNCTION vsm.text_timelines_out(vsm.text_timelines) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_timelines_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.text_timelines_out(vsm.text_timelines) IS 'output function of type vsm.text_timelines';

CREATE TYPE vsm.text_timelines (
	INPUT = vsm.text_timelines_in,
	OUTPUT = vsm.text_timelines_out,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE vsm.text_timelines IS
'the timelines of many items whose keys are texts; text form [["PAY-1",[["2026-01-05T10:00:00Z","In Progress"],...]],...]';

CREATE TYPE vsm.bigint_timelines;

CREATE FUNCTION vsm.bigint_timelines_in(cstring) RETURNS vsm.bigint_timelines
AS 'MODULE_PATHNAME', 'vsm_bigint_timelines_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.bigint_timelines_in(cstring) IS 'input function of type vsm.bigint_timelines';

CREATE FUNCTION vsm.bigint_timelines_out(vsm.bigint_timelines) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_timelines_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.bigint_timelines_out(vsm.bigint_timelines) IS 'output function of type vsm.bigint_timelines';

CREATE TYPE vsm.bigint_timelines (
	INPUT = vsm.bigint_timelines_in,
	OUTPUT = vsm.bigint_timelines_out,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE vsm.bigint_timelines IS
'the timelines of many items whose keys are numbers; text form [[1,[["2026-01-05T10:00:00Z","In Progress"],...]],...]';

CREATE TYPE vsm.text_timeline AS (item text, timeline vsm.timeline);
COMMENT ON TYPE vsm.text_timeline IS 'an item whose key is a text, and its timeline';

CREATE TYPE vsm.bigint_timeline AS (item bigint, timeline vsm.timeline);
COMMENT ON TYPE vsm.bigint_timeline IS 'an item whose key is a number, and its timeline';

CREATE FUNCTION vsm.text_timelines_add(state internal, item text, at timestamptz, state_name text) RETURNS internal
AS 'MODULE_PATHNAME', 'vsm_text_timelines_add' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION vsm.text_timelines_add(internal, text, timestamptz, text) IS
'transition function of the aggregate vsm.timelines(item text, at, state)';

CREATE FUNCTION vsm.text_timelines_finish(state internal) RETURNS vsm.text_timelines
AS 'MODULE_PATHNAME', 'vsm_timelines_finish' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION vsm.text_timelines_finish(internal) IS
'final function of the aggregate vsm.timelines(item text, at, state)';

CREATE FUNCTION vsm.bigint_timelines_add(state internal, item bigint, at timestamptz, state_name text) RETURNS internal
AS 'MODULE_PATHNAME', 'vsm_bigint_timelines_add' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION vsm.bigint_timelines_add(internal, bigint, timestamptz, text) IS
'transition function of the aggregate vsm.timelines(item bigint, at, state)';

CREATE FUNCTION vsm.bigint_timelines_finish(state internal) RETURNS vsm.bigint_timelines
AS 'MODULE_PATHNAME', 'vsm_timelines_finish' LANGUAGE C IMMUTABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION vsm.bigint_timelines_finish(internal) IS
'final function of the aggregate vsm.timelines(item bigint, at, state)';

CREATE AGGREGATE vsm.timelines(item text, at timestamptz, state text) (
	SFUNC = vsm.text_timelines_add,
	STYPE = internal,
	SSPACE = 16384,
	FINALFUNC = vsm.text_timelines_finish,
	FINALFUNC_MODIFY = READ_WRITE,
	PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE vsm.timelines(text, timestamptz, text) IS
'the timelines of all items of all rows, for vsm.unnest: the same as GROUP BY item with vsm.timeline(at, state), in one pass; NULL if there is no row';

CREATE AGGREGATE vsm.timelines(item bigint, at timestamptz, state text) (
	SFUNC = vsm.bigint_timelines_add,
	STYPE = internal,
	SSPACE = 16384,
	FINALFUNC = vsm.bigint_timelines_finish,
	FINALFUNC_MODIFY = READ_WRITE,
	PARALLEL = RESTRICTED
);
COMMENT ON AGGREGATE vsm.timelines(bigint, timestamptz, text) IS
'the timelines of all items of all rows, for vsm.unnest: the same as GROUP BY item with vsm.timeline(at, state), in one pass; NULL if there is no row';

CREATE FUNCTION vsm.unnest_support(internal) RETURNS internal
AS 'MODULE_PATHNAME', 'vsm_unnest_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.unnest_support(internal) IS 'planner support of vsm.unnest: how many items there will be';

CREATE FUNCTION vsm.unnest(timelines vsm.text_timelines) RETURNS SETOF vsm.text_timeline
AS 'MODULE_PATHNAME', 'vsm_unnest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 ROWS 1000
SUPPORT vsm.unnest_support;
COMMENT ON FUNCTION vsm.unnest(vsm.text_timelines) IS
'each item of a set with its timeline, in no particular order; an item all of whose rows have a NULL has a NULL timeline; no rows for NULL';

CREATE FUNCTION vsm.unnest(timelines vsm.bigint_timelines) RETURNS SETOF vsm.bigint_timeline
AS 'MODULE_PATHNAME', 'vsm_unnest' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 ROWS 1000
SUPPORT vsm.unnest_support;
COMMENT ON FUNCTION vsm.unnest(vsm.bigint_timelines) IS
'each item of a set with its timeline, in no particular order; an item all of whose rows have a NULL has a NULL timeline; no rows for NULL';

-- Intervals as numbers, and flow efficiency over many items.

CREATE FUNCTION vsm.hours(duration interval) RETURNS float8
AS 'MODULE_PATHNAME', 'vsm_hours' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.hours(interval) IS 'the interval in hours, a day being 24; NULL for NULL; months are an error';

CREATE FUNCTION vsm.days(duration interval) RETURNS float8
AS 'MODULE_PATHNAME', 'vsm_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.days(interval) IS 'the interval in days of 24 hours; NULL for NULL; months are an error';

CREATE FUNCTION vsm.efficiency_add(state bigint[], active interval, wait interval) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'vsm_efficiency_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.efficiency_add(bigint[], interval, interval) IS
'transition function of the aggregate vsm.flow_efficiency';

CREATE FUNCTION vsm.efficiency_combine(state bigint[], other bigint[]) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'vsm_efficiency_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.efficiency_combine(bigint[], bigint[]) IS
'combine function of the aggregate vsm.flow_efficiency';

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

-- A counterfactual timeline.

CREATE FUNCTION vsm.what_if(timeline vsm.timeline, workflow vsm.workflow, stage text, factor float8) RETURNS vsm.timeline
AS 'MODULE_PATHNAME', 'vsm_what_if' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION vsm.what_if(vsm.timeline, vsm.workflow, text, float8) IS
'the timeline had visits of a stage lasted factor times as long, later events moved accordingly; an upper bound of the effect: queues that would shorten too are not modelled; NULL for NULL and for an item without a visit';

-- A draft of a workflow from data.

CREATE FUNCTION vsm.propose_workflow_add(state internal, timeline vsm.timeline) RETURNS internal
AS 'MODULE_PATHNAME', 'vsm_propose_workflow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.propose_workflow_add(internal, vsm.timeline) IS
'transition function of the aggregate vsm.propose_workflow';

CREATE FUNCTION vsm.propose_workflow_finish(state internal) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_propose_workflow_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.propose_workflow_finish(internal) IS
'final function of the aggregate vsm.propose_workflow';

CREATE AGGREGATE vsm.propose_workflow(timeline vsm.timeline) (
	SFUNC = vsm.propose_workflow_add,
	STYPE = internal,
	FINALFUNC = vsm.propose_workflow_finish,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.propose_workflow(vsm.timeline) IS
'a draft of a workflow: every state a stage, in the order of the median rank of its first entry, classes from words in the names and from positions; to be reviewed; NULL if there is no timeline';

-- Roll-up: one timeline from those of an item's parts, or of several tools.

CREATE TYPE vsm.rollup_state;

CREATE FUNCTION vsm.rollup_state_in(cstring) RETURNS vsm.rollup_state
AS 'MODULE_PATHNAME', 'vsm_rollup_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.rollup_state_in(cstring) IS 'input function of type vsm.rollup_state';

CREATE FUNCTION vsm.rollup_state_out(vsm.rollup_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_rollup_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.rollup_state_out(vsm.rollup_state) IS 'output function of type vsm.rollup_state';

CREATE TYPE vsm.rollup_state (
	INPUT = vsm.rollup_state_in,
	OUTPUT = vsm.rollup_state_out,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE vsm.rollup_state IS
'the state of the aggregate vsm.rollup: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.rollup_add(state vsm.rollup_state, timeline vsm.timeline, workflow vsm.workflow, rule text) RETURNS vsm.rollup_state
AS 'MODULE_PATHNAME', 'vsm_rollup_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.rollup_add(vsm.rollup_state, vsm.timeline, vsm.workflow, text) IS
'transition function of the aggregate vsm.rollup';

CREATE FUNCTION vsm.rollup_combine(state vsm.rollup_state, other vsm.rollup_state) RETURNS vsm.rollup_state
AS 'MODULE_PATHNAME', 'vsm_rollup_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.rollup_combine(vsm.rollup_state, vsm.rollup_state) IS
'combine function of the aggregate vsm.rollup';

CREATE FUNCTION vsm.rollup_finish(state vsm.rollup_state) RETURNS vsm.timeline
AS 'MODULE_PATHNAME', 'vsm_rollup_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION vsm.rollup_finish(vsm.rollup_state) IS
'final function of the aggregate vsm.rollup; NULL if no part ever has a stage';

CREATE AGGREGATE vsm.rollup(timeline vsm.timeline, workflow vsm.workflow, rule text) (
	SFUNC = vsm.rollup_add,
	STYPE = vsm.rollup_state,
	SSPACE = 2048,
	FINALFUNC = vsm.rollup_finish,
	COMBINEFUNC = vsm.rollup_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.rollup(vsm.timeline, vsm.workflow, text) IS
'the timeline of a whole: at each instant the stage of its least or most advanced part (rule least or most), cancelled parts left out; states are stage names; NULL if no part ever has a stage, or the workflow or the rule is NULL';

-- Cumulative flow: items in each stage over time.

CREATE TYPE vsm.cumulative_flow_row AS (
	bucket timestamptz, place integer, stage text, class text, in_stage bigint, arrived bigint, departed bigint
);
COMMENT ON TYPE vsm.cumulative_flow_row IS
'a stage in a bucket of time that begins at bucket: items in it at the bucket''s end, visits that began and visits that ended in the bucket; place is NULL for (unmapped)';

CREATE TYPE vsm.cumulative_flow_state;

CREATE FUNCTION vsm.cumulative_flow_state_in(cstring) RETURNS vsm.cumulative_flow_state
AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.cumulative_flow_state_in(cstring) IS 'input function of type vsm.cumulative_flow_state';

CREATE FUNCTION vsm.cumulative_flow_state_out(vsm.cumulative_flow_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.cumulative_flow_state_out(vsm.cumulative_flow_state) IS 'output function of type vsm.cumulative_flow_state';

CREATE TYPE vsm.cumulative_flow_state (
	INPUT = vsm.cumulative_flow_state_in,
	OUTPUT = vsm.cumulative_flow_state_out,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE vsm.cumulative_flow_state IS
'the state of the aggregates vsm.cumulative_flow: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.cumulative_flow_add(state vsm.cumulative_flow_state, timeline vsm.timeline, workflow vsm.workflow, since timestamptz, until timestamptz, step interval) RETURNS vsm.cumulative_flow_state
AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.cumulative_flow_add(vsm.cumulative_flow_state, vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval) IS
'transition function of the aggregate vsm.cumulative_flow(timeline, workflow, since, until, step)';

CREATE FUNCTION vsm.cumulative_flow_add(state vsm.cumulative_flow_state, timeline vsm.timeline, workflow vsm.workflow, since timestamptz, until timestamptz, step interval, time_zone text) RETURNS vsm.cumulative_flow_state
AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.cumulative_flow_add(vsm.cumulative_flow_state, vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval, text) IS
'transition function of the aggregate vsm.cumulative_flow(timeline, workflow, since, until, step, time_zone)';

CREATE FUNCTION vsm.cumulative_flow_combine(state vsm.cumulative_flow_state, other vsm.cumulative_flow_state) RETURNS vsm.cumulative_flow_state
AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION vsm.cumulative_flow_combine(vsm.cumulative_flow_state, vsm.cumulative_flow_state) IS
'combine function of the aggregates vsm.cumulative_flow';

CREATE FUNCTION vsm.cumulative_flow_finish(state vsm.cumulative_flow_state) RETURNS vsm.cumulative_flow_row[]
AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION vsm.cumulative_flow_finish(vsm.cumulative_flow_state) IS
'final function of the aggregates vsm.cumulative_flow; NULL if an argument but the timeline was NULL';

CREATE AGGREGATE vsm.cumulative_flow(timeline vsm.timeline, workflow vsm.workflow, since timestamptz, until timestamptz, step interval) (
	SFUNC = vsm.cumulative_flow_add,
	STYPE = vsm.cumulative_flow_state,
	SSPACE = 65536,
	FINALFUNC = vsm.cumulative_flow_finish,
	COMBINEFUNC = vsm.cumulative_flow_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.cumulative_flow(vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval) IS
'how many items are in each stage at the end of each bucket from since to until, and how many came and went; a row for every bucket and stage, buckets since + k * step in UTC; NULL if there is no row or an argument but the timeline is NULL';

CREATE AGGREGATE vsm.cumulative_flow(timeline vsm.timeline, workflow vsm.workflow, since timestamptz, until timestamptz, step interval, time_zone text) (
	SFUNC = vsm.cumulative_flow_add,
	STYPE = vsm.cumulative_flow_state,
	SSPACE = 65536,
	FINALFUNC = vsm.cumulative_flow_finish,
	COMBINEFUNC = vsm.cumulative_flow_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.cumulative_flow(vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval, text) IS
'the same with buckets since + k * step in local time of a time zone';

-- Process map: what follows what.

CREATE TYPE vsm.process_map_row AS (
	from_stage text, to_stage text, moves bigint, items bigint, total interval, min interval, max interval
);
COMMENT ON TYPE vsm.process_map_row IS
'moves from one stage to another: how many, of how many items, and their time from entry to entry; from_stage is NULL at an item''s first stage, to_stage at its last one, and then there is no time';

CREATE TYPE vsm.process_map_state;

CREATE FUNCTION vsm.process_map_state_in(cstring) RETURNS vsm.process_map_state
AS 'MODULE_PATHNAME', 'vsm_process_map_state_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.process_map_state_in(cstring) IS 'input function of type vsm.process_map_state';

CREATE FUNCTION vsm.process_map_state_out(vsm.process_map_state) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_process_map_state_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.process_map_state_out(vsm.process_map_state) IS 'output function of type vsm.process_map_state';

CREATE TYPE vsm.process_map_state (
	INPUT = vsm.process_map_state_in,
	OUTPUT = vsm.process_map_state_out,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE vsm.process_map_state IS
'the state of the aggregates vsm.process_map: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.process_map_add(state vsm.process_map_state, timeline vsm.timeline) RETURNS vsm.process_map_state
AS 'MODULE_PATHNAME', 'vsm_process_map_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.process_map_add(vsm.process_map_state, vsm.timeline) IS
'transition function of the aggregate vsm.process_map(timeline)';

CREATE FUNCTION vsm.process_map_add(state vsm.process_map_state, timeline vsm.timeline, workflow vsm.workflow) RETURNS vsm.process_map_state
AS 'MODULE_PATHNAME', 'vsm_process_map_add_workflow' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.process_map_add(vsm.process_map_state, vsm.timeline, vsm.workflow) IS
'transition function of the aggregate vsm.process_map(timeline, workflow)';

CREATE FUNCTION vsm.process_map_add(state vsm.process_map_state, timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar) RETURNS vsm.process_map_state
AS 'MODULE_PATHNAME', 'vsm_process_map_add_workflow' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.process_map_add(vsm.process_map_state, vsm.timeline, vsm.workflow, vsm.calendar) IS
'transition function of the aggregate vsm.process_map(timeline, workflow, calendar)';

CREATE FUNCTION vsm.process_map_combine(state vsm.process_map_state, other vsm.process_map_state) RETURNS vsm.process_map_state
AS 'MODULE_PATHNAME', 'vsm_process_map_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.process_map_combine(vsm.process_map_state, vsm.process_map_state) IS
'combine function of the aggregates vsm.process_map';

CREATE FUNCTION vsm.process_map_finish(state vsm.process_map_state) RETURNS vsm.process_map_row[]
AS 'MODULE_PATHNAME', 'vsm_process_map_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.process_map_finish(vsm.process_map_state) IS
'final function of the aggregates vsm.process_map; NULL if the workflow was NULL';

CREATE AGGREGATE vsm.process_map(timeline vsm.timeline) (
	SFUNC = vsm.process_map_add,
	STYPE = vsm.process_map_state,
	SSPACE = 8192,
	FINALFUNC = vsm.process_map_finish,
	COMBINEFUNC = vsm.process_map_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.process_map(vsm.timeline) IS
'which state follows which in an event log, every event as it is, repeats included; wall clock, in the byte order of names; NULL if there is no row';

CREATE AGGREGATE vsm.process_map(timeline vsm.timeline, workflow vsm.workflow) (
	SFUNC = vsm.process_map_add,
	STYPE = vsm.process_map_state,
	SSPACE = 8192,
	FINALFUNC = vsm.process_map_finish,
	COMBINEFUNC = vsm.process_map_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.process_map(vsm.timeline, vsm.workflow) IS
'which stage follows which, all visits but (unmapped) ones; wall clock, in the order of the stream; NULL if there is no row or the workflow is NULL';

CREATE AGGREGATE vsm.process_map(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar) (
	SFUNC = vsm.process_map_add,
	STYPE = vsm.process_map_state,
	SSPACE = 8192,
	FINALFUNC = vsm.process_map_finish,
	COMBINEFUNC = vsm.process_map_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.process_map(vsm.timeline, vsm.workflow, vsm.calendar) IS
'the same in working time; a NULL calendar is the wall clock';

CREATE TYPE vsm.survival;

CREATE FUNCTION vsm.survival_in(cstring) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_in';
CREATE FUNCTION vsm.survival_out(vsm.survival) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_out';
CREATE FUNCTION vsm.survival_recv(internal) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_recv';
CREATE FUNCTION vsm.survival_send(vsm.survival) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_send';

COMMENT ON FUNCTION vsm.survival_in(cstring) IS 'input function of vsm.survival';
COMMENT ON FUNCTION vsm.survival_out(vsm.survival) IS 'output function of vsm.survival';
COMMENT ON FUNCTION vsm.survival_recv(internal) IS 'binary input function of vsm.survival';
COMMENT ON FUNCTION vsm.survival_send(vsm.survival) IS 'binary output function of vsm.survival';

CREATE TYPE vsm.survival (
    INPUT = vsm.survival_in,
    OUTPUT = vsm.survival_out,
    RECEIVE = vsm.survival_recv,
    SEND = vsm.survival_send,
    ALIGNMENT = double,
    STORAGE = extended
);
COMMENT ON TYPE vsm.survival IS 'how long items last, finished and open ones, as a Kaplan-Meier estimate: made by the aggregate vsm.survival, asked by vsm.percentile, vsm.probability, vsm.eta and vsm.curve';

CREATE FUNCTION vsm.survival_to_json(survival vsm.survival) RETURNS json
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_to_json';
COMMENT ON FUNCTION vsm.survival_to_json(vsm.survival) IS 'the text form of a survival estimate as json; NULL for NULL';
CREATE FUNCTION vsm.survival_to_jsonb(survival vsm.survival) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_to_jsonb';
COMMENT ON FUNCTION vsm.survival_to_jsonb(vsm.survival) IS 'the text form of a survival estimate as jsonb; NULL for NULL';
CREATE FUNCTION vsm.survival_from_json(form json) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_from_json';
COMMENT ON FUNCTION vsm.survival_from_json(json) IS 'the survival estimate that has this text form; NULL for NULL';
CREATE FUNCTION vsm.survival_from_jsonb(form jsonb) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_from_jsonb';
COMMENT ON FUNCTION vsm.survival_from_jsonb(jsonb) IS 'the survival estimate that has this text form; NULL for NULL';

CREATE CAST (vsm.survival AS json) WITH FUNCTION vsm.survival_to_json(vsm.survival);
CREATE CAST (vsm.survival AS jsonb) WITH FUNCTION vsm.survival_to_jsonb(vsm.survival);
CREATE CAST (json AS vsm.survival) WITH FUNCTION vsm.survival_from_json(json);
CREATE CAST (jsonb AS vsm.survival) WITH FUNCTION vsm.survival_from_jsonb(jsonb);
COMMENT ON CAST (vsm.survival AS json) IS 'the text form of a survival estimate';
COMMENT ON CAST (vsm.survival AS jsonb) IS 'the text form of a survival estimate';
COMMENT ON CAST (json AS vsm.survival) IS 'the survival estimate that has this text form';
COMMENT ON CAST (jsonb AS vsm.survival) IS 'the survival estimate that has this text form';

CREATE FUNCTION vsm.survival_add(survival vsm.survival, duration interval, finished boolean) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_add';
COMMENT ON FUNCTION vsm.survival_add(vsm.survival, interval, boolean) IS 'a survival estimate with one more item; transition function of the aggregate vsm.survival';

CREATE FUNCTION vsm.survival_finish(survival vsm.survival) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_finish';
COMMENT ON FUNCTION vsm.survival_finish(vsm.survival) IS 'the estimate itself; final function of the aggregates of vsm.survival';

CREATE FUNCTION vsm.merge(survival vsm.survival, other vsm.survival) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'vsm_survival_merge';
COMMENT ON FUNCTION vsm.merge(vsm.survival, vsm.survival) IS 'the estimate over the items of both, as one aggregate over all would give; items in both count twice; NULL if one is NULL';

CREATE AGGREGATE vsm.survival(duration interval, finished boolean) (
    SFUNC = vsm.survival_add,
    STYPE = vsm.survival,
    SSPACE = 4096,
    FINALFUNC = vsm.survival_finish,
    COMBINEFUNC = vsm.merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.survival(interval, boolean) IS 'Kaplan-Meier estimate of how long items last, from each item''s duration (its age if it is still open) and whether it is finished; rows with a NULL are skipped; NULL without rows; months or a negative duration are an error';

CREATE AGGREGATE vsm.merge(survival vsm.survival) (
    SFUNC = vsm.merge,
    STYPE = vsm.survival,
    SSPACE = 4096,
    FINALFUNC = vsm.survival_finish,
    COMBINEFUNC = vsm.merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.merge(vsm.survival) IS 'the estimate over the items of all, as one aggregate over all items would give; NULLs are skipped; NULL without rows';

CREATE FUNCTION vsm.percentile(survival vsm.survival, p double precision) RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_percentile';
COMMENT ON FUNCTION vsm.percentile(vsm.survival, double precision) IS 'the shortest duration seen within which the share p (0..1) of items finishes; NULL if fewer finish within the longest duration seen';

CREATE FUNCTION vsm.probability(survival vsm.survival, within interval) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_probability';
COMMENT ON FUNCTION vsm.probability(vsm.survival, interval) IS 'the probability (0..1) that an item finishes within that time; NULL beyond the longest duration seen';

CREATE FUNCTION vsm.probability(survival vsm.survival, within interval, given_age interval) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_probability_at_age';
COMMENT ON FUNCTION vsm.probability(vsm.survival, interval, interval) IS 'the probability (0..1) that an item open at that age finishes within that further time; NULL if age and time together are beyond the longest duration seen, or no item lasted longer than the age';

CREATE FUNCTION vsm.eta(survival vsm.survival, age interval, p double precision) RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_eta';
COMMENT ON FUNCTION vsm.eta(vsm.survival, interval, double precision) IS 'the further time within which an item open at that age finishes with probability p (0..1); NULL if that is beyond the longest duration seen, or no item lasted longer than the age';

CREATE TYPE vsm.survival_row AS (
    duration interval,
    at_risk bigint,
    finished bigint,
    survival double precision,
    lower double precision,
    upper double precision
);
COMMENT ON TYPE vsm.survival_row IS 'a row of vsm.curve: a duration at which items finished';
COMMENT ON COLUMN vsm.survival_row.duration IS 'the duration';
COMMENT ON COLUMN vsm.survival_row.at_risk IS 'items that lasted, or were seen open, at least that long';
COMMENT ON COLUMN vsm.survival_row.finished IS 'items that finished at that duration';
COMMENT ON COLUMN vsm.survival_row.survival IS 'share of items (0..1) that last longer';
COMMENT ON COLUMN vsm.survival_row.lower IS 'lower bound of that share, 95 % confidence, by Greenwood''s formula for log(-log); NULL where the share is 0';
COMMENT ON COLUMN vsm.survival_row.upper IS 'upper bound of that share, 95 % confidence; NULL where the share is 0';

CREATE FUNCTION vsm.curve(survival vsm.survival) RETURNS SETOF vsm.survival_row
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 100 AS 'MODULE_PATHNAME', 'vsm_survival_curve';
COMMENT ON FUNCTION vsm.curve(vsm.survival) IS 'the estimate as a table: one row for each duration at which items finished, shortest first; no rows if none finished, or for NULL';

CREATE FUNCTION vsm.forecast_items(samples integer[], periods integer, p double precision) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'vsm_forecast_items';
COMMENT ON FUNCTION vsm.forecast_items(integer[], integer, double precision) IS 'the largest number of items of which at least that many finish within so many periods with probability p (above 0, at most 1) or more, if each period is like one of the sampled ones; NULL if an argument is NULL';

CREATE FUNCTION vsm.forecast_periods(samples integer[], items integer, p double precision) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'vsm_forecast_periods';
COMMENT ON FUNCTION vsm.forecast_periods(integer[], integer, double precision) IS 'the smallest number of periods within which at least so many items finish with probability p (above 0, at most 1) or more, if each period is like one of the sampled ones; NULL if no number of periods reaches p, or an argument is NULL';

-- Keys of issues in texts.

CREATE FUNCTION vsm.issue_keys("text" pg_catalog.text) RETURNS pg_catalog.text[]
	AS 'MODULE_PATHNAME', 'vsm_issue_keys'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION vsm.issue_keys(pg_catalog.text) IS
	'The Jira keys that a text names, distinct, in order of appearance: two or more upper-case letters, digits or underscores beginning with a letter, a dash, a number, and no word touching them. No key: an empty array. NULL for a NULL text.';

CREATE FUNCTION vsm.issue_keys("text" pg_catalog.text, projects pg_catalog.text[]) RETURNS pg_catalog.text[]
	AS 'MODULE_PATHNAME', 'vsm_issue_keys_of_projects'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION vsm.issue_keys(pg_catalog.text, pg_catalog.text[]) IS
	'The keys of these projects that a text names, in upper or lower case (pay-12 gives PAY-12), distinct, in order of appearance. No key: an empty array. NULL for a NULL text or NULL projects.';

-- Graphs over names: commits and their parents, links between things.

CREATE TYPE vsm.graph;
CREATE FUNCTION vsm.graph_in(pg_catalog.cstring) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.graph_out(vsm.graph) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'vsm_graph_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.graph_recv(pg_catalog.internal) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.graph_send(vsm.graph) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vsm_graph_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE vsm.graph (
	INPUT = vsm.graph_in, OUTPUT = vsm.graph_out, RECEIVE = vsm.graph_recv, SEND = vsm.graph_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = external);
COMMENT ON TYPE vsm.graph IS 'A set of named nodes and of edges between them: commits and their parents, or links between things. Text form: {"node":["target",...],...}.';
COMMENT ON FUNCTION vsm.graph_in(pg_catalog.cstring) IS 'Reads the text form of vsm.graph.';
COMMENT ON FUNCTION vsm.graph_out(vsm.graph) IS 'Writes the text form of vsm.graph.';
COMMENT ON FUNCTION vsm.graph_recv(pg_catalog.internal) IS 'Reads the binary form of vsm.graph.';
COMMENT ON FUNCTION vsm.graph_send(vsm.graph) IS 'Writes the binary form of vsm.graph.';

CREATE FUNCTION vsm.graph_to_json(graph vsm.graph) RETURNS pg_catalog.json
	AS 'MODULE_PATHNAME', 'vsm_graph_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_to_json(vsm.graph) IS 'The text form of a vsm.graph as json.';
CREATE FUNCTION vsm.graph_from_json(json pg_catalog.json) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_from_json(pg_catalog.json) IS 'The vsm.graph whose text form this json is.';
CREATE CAST (vsm.graph AS pg_catalog.json) WITH FUNCTION vsm.graph_to_json(vsm.graph);
COMMENT ON CAST (vsm.graph AS pg_catalog.json) IS 'its JSON form';
CREATE CAST (pg_catalog.json AS vsm.graph) WITH FUNCTION vsm.graph_from_json(pg_catalog.json);
COMMENT ON CAST (pg_catalog.json AS vsm.graph) IS 'from its JSON form';

CREATE FUNCTION vsm.graph_to_jsonb(graph vsm.graph) RETURNS pg_catalog.jsonb
	AS 'MODULE_PATHNAME', 'vsm_graph_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_to_jsonb(vsm.graph) IS 'The text form of a vsm.graph as jsonb.';
CREATE FUNCTION vsm.graph_from_jsonb(jsonb pg_catalog.jsonb) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_from_jsonb(pg_catalog.jsonb) IS 'The vsm.graph whose text form this jsonb is.';
CREATE CAST (vsm.graph AS pg_catalog.jsonb) WITH FUNCTION vsm.graph_to_jsonb(vsm.graph);
COMMENT ON CAST (vsm.graph AS pg_catalog.jsonb) IS 'its JSON form';
CREATE CAST (pg_catalog.jsonb AS vsm.graph) WITH FUNCTION vsm.graph_from_jsonb(pg_catalog.jsonb);
COMMENT ON CAST (pg_catalog.jsonb AS vsm.graph) IS 'from its JSON form';

CREATE FUNCTION vsm.graph_eq(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_eq(vsm.graph, vsm.graph) IS 'Implements operator =.';
CREATE FUNCTION vsm.graph_ne(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_ne(vsm.graph, vsm.graph) IS 'Implements operator <>.';
CREATE FUNCTION vsm.graph_lt(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_lt(vsm.graph, vsm.graph) IS 'Implements operator <.';
CREATE FUNCTION vsm.graph_le(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_le(vsm.graph, vsm.graph) IS 'Implements operator <=.';
CREATE FUNCTION vsm.graph_gt(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_gt(vsm.graph, vsm.graph) IS 'Implements operator >.';
CREATE FUNCTION vsm.graph_ge(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_ge(vsm.graph, vsm.graph) IS 'Implements operator >=.';
CREATE FUNCTION vsm.graph_cmp(a vsm.graph, b vsm.graph) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_graph_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_cmp(vsm.graph, vsm.graph) IS 'Less than, equal to or greater than 0: an arbitrary order, for btree.';
CREATE FUNCTION vsm.graph_hash(graph vsm.graph) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_graph_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_hash(vsm.graph) IS 'Hash of the value.';
CREATE FUNCTION vsm.graph_hash_extended(graph vsm.graph, seed pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'vsm_graph_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_hash_extended(vsm.graph, pg_catalog.int8) IS 'Seeded 64-bit hash of the value.';

CREATE OPERATOR vsm.= (FUNCTION = vsm.graph_eq, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>), RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES);
CREATE OPERATOR vsm.<> (FUNCTION = vsm.graph_ne, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=), RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel);
CREATE OPERATOR vsm.< (FUNCTION = vsm.graph_lt, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=), RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel);
CREATE OPERATOR vsm.<= (FUNCTION = vsm.graph_le, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>), RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel);
CREATE OPERATOR vsm.> (FUNCTION = vsm.graph_gt, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=), RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel);
CREATE OPERATOR vsm.>= (FUNCTION = vsm.graph_ge, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<), RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel);
COMMENT ON OPERATOR vsm.= (vsm.graph, vsm.graph) IS 'The same set.';
COMMENT ON OPERATOR vsm.<> (vsm.graph, vsm.graph) IS 'Not the same set.';
COMMENT ON OPERATOR vsm.< (vsm.graph, vsm.graph) IS 'Earlier in an arbitrary order.';
COMMENT ON OPERATOR vsm.<= (vsm.graph, vsm.graph) IS 'Earlier in an arbitrary order, or the same set.';
COMMENT ON OPERATOR vsm.> (vsm.graph, vsm.graph) IS 'Later in an arbitrary order.';
COMMENT ON OPERATOR vsm.>= (vsm.graph, vsm.graph) IS 'Later in an arbitrary order, or the same set.';

CREATE OPERATOR CLASS vsm.graph_ops DEFAULT FOR TYPE vsm.graph USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.graph_cmp(vsm.graph, vsm.graph);
COMMENT ON OPERATOR CLASS vsm.graph_ops USING btree IS 'An arbitrary order that agrees with equality, for sorting, DISTINCT and merge joins.';
CREATE OPERATOR CLASS vsm.graph_ops DEFAULT FOR TYPE vsm.graph USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.graph_hash(vsm.graph), FUNCTION 2 vsm.graph_hash_extended(vsm.graph, pg_catalog.int8);
COMMENT ON OPERATOR CLASS vsm.graph_ops USING hash IS 'Hashing, for GROUP BY, DISTINCT and hash joins.';

CREATE FUNCTION vsm.graph_add(state vsm.graph, source pg_catalog.text, target pg_catalog.text) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_add(vsm.graph, pg_catalog.text, pg_catalog.text) IS 'Transition of the aggregate vsm.graph.';
CREATE FUNCTION vsm.graph_add(state vsm.graph, node pg_catalog.text, targets pg_catalog.text[]) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_add_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_add(vsm.graph, pg_catalog.text, pg_catalog.text[]) IS 'Transition of the aggregate vsm.graph over arrays of targets.';
CREATE FUNCTION vsm.graph_combine(state vsm.graph, other vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_combine(vsm.graph, vsm.graph) IS 'Combines two states of the aggregate vsm.graph.';
CREATE FUNCTION vsm.graph_final(state vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_final(vsm.graph) IS 'Final function of the aggregate vsm.graph.';

CREATE AGGREGATE vsm.graph(source pg_catalog.text, target pg_catalog.text) (
	SFUNC = vsm.graph_add, STYPE = vsm.graph, SSPACE = 1024, FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.graph(pg_catalog.text, pg_catalog.text) IS
	'The graph of all edges from source to target; a NULL or empty target: a node without edges. Duplicates collapse; any order. NULL when there is no row with a source; a target without a source is an error.';
CREATE AGGREGATE vsm.graph(node pg_catalog.text, targets pg_catalog.text[]) (
	SFUNC = vsm.graph_add, STYPE = vsm.graph, SSPACE = 1024, FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.graph(pg_catalog.text, pg_catalog.text[]) IS
	'The graph of all edges from each node to its targets; NULL or no targets: a node without edges. A node given twice has the targets of both. NULL when there is no row with a node.';

CREATE FUNCTION vsm.merge(a vsm.graph, b vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.merge(vsm.graph, vsm.graph) IS 'The union of two graphs. NULL when one is NULL.';
CREATE AGGREGATE vsm.merge(graph vsm.graph) (
	SFUNC = vsm.graph_combine, STYPE = vsm.graph, SSPACE = 1024, FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.merge(vsm.graph) IS 'The union of graphs, which may overlap. NULL when there is none.';

-- Releases: which commit was released where, under which name, and when.

CREATE TYPE vsm.releases;
CREATE FUNCTION vsm.releases_in(pg_catalog.cstring) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.releases_out(vsm.releases) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'vsm_releases_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.releases_recv(pg_catalog.internal) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.releases_send(vsm.releases) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vsm_releases_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE vsm.releases (
	INPUT = vsm.releases_in, OUTPUT = vsm.releases_out, RECEIVE = vsm.releases_recv, SEND = vsm.releases_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);
COMMENT ON TYPE vsm.releases IS 'A set of releases (target, release, sha, released_at); a target is a service and an environment. Text form: {"target":[["released_at","release","sha"],...],...}.';
COMMENT ON FUNCTION vsm.releases_in(pg_catalog.cstring) IS 'Reads the text form of vsm.releases.';
COMMENT ON FUNCTION vsm.releases_out(vsm.releases) IS 'Writes the text form of vsm.releases.';
COMMENT ON FUNCTION vsm.releases_recv(pg_catalog.internal) IS 'Reads the binary form of vsm.releases.';
COMMENT ON FUNCTION vsm.releases_send(vsm.releases) IS 'Writes the binary form of vsm.releases.';

CREATE FUNCTION vsm.releases_to_json(releases vsm.releases) RETURNS pg_catalog.json
	AS 'MODULE_PATHNAME', 'vsm_releases_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_to_json(vsm.releases) IS 'The text form of a vsm.releases as json.';
CREATE FUNCTION vsm.releases_from_json(json pg_catalog.json) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_from_json(pg_catalog.json) IS 'The vsm.releases whose text form this json is.';
CREATE CAST (vsm.releases AS pg_catalog.json) WITH FUNCTION vsm.releases_to_json(vsm.releases);
COMMENT ON CAST (vsm.releases AS pg_catalog.json) IS 'its JSON form';
CREATE CAST (pg_catalog.json AS vsm.releases) WITH FUNCTION vsm.releases_from_json(pg_catalog.json);
COMMENT ON CAST (pg_catalog.json AS vsm.releases) IS 'from its JSON form';

CREATE FUNCTION vsm.releases_to_jsonb(releases vsm.releases) RETURNS pg_catalog.jsonb
	AS 'MODULE_PATHNAME', 'vsm_releases_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_to_jsonb(vsm.releases) IS 'The text form of a vsm.releases as jsonb.';
CREATE FUNCTION vsm.releases_from_jsonb(jsonb pg_catalog.jsonb) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_from_jsonb(pg_catalog.jsonb) IS 'The vsm.releases whose text form this jsonb is.';
CREATE CAST (vsm.releases AS pg_catalog.jsonb) WITH FUNCTION vsm.releases_to_jsonb(vsm.releases);
COMMENT ON CAST (vsm.releases AS pg_catalog.jsonb) IS 'its JSON form';
CREATE CAST (pg_catalog.jsonb AS vsm.releases) WITH FUNCTION vsm.releases_from_jsonb(pg_catalog.jsonb);
COMMENT ON CAST (pg_catalog.jsonb AS vsm.releases) IS 'from its JSON form';

CREATE FUNCTION vsm.releases_eq(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_eq(vsm.releases, vsm.releases) IS 'Implements operator =.';
CREATE FUNCTION vsm.releases_ne(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_ne(vsm.releases, vsm.releases) IS 'Implements operator <>.';
CREATE FUNCTION vsm.releases_lt(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_lt(vsm.releases, vsm.releases) IS 'Implements operator <.';
CREATE FUNCTION vsm.releases_le(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_le(vsm.releases, vsm.releases) IS 'Implements operator <=.';
CREATE FUNCTION vsm.releases_gt(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_gt(vsm.releases, vsm.releases) IS 'Implements operator >.';
CREATE FUNCTION vsm.releases_ge(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_ge(vsm.releases, vsm.releases) IS 'Implements operator >=.';
CREATE FUNCTION vsm.releases_cmp(a vsm.releases, b vsm.releases) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_releases_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_cmp(vsm.releases, vsm.releases) IS 'Less than, equal to or greater than 0: an arbitrary order, for btree.';
CREATE FUNCTION vsm.releases_hash(releases vsm.releases) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_releases_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_hash(vsm.releases) IS 'Hash of the value.';
CREATE FUNCTION vsm.releases_hash_extended(releases vsm.releases, seed pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'vsm_releases_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_hash_extended(vsm.releases, pg_catalog.int8) IS 'Seeded 64-bit hash of the value.';

CREATE OPERATOR vsm.= (FUNCTION = vsm.releases_eq, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>), RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES);
CREATE OPERATOR vsm.<> (FUNCTION = vsm.releases_ne, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=), RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel);
CREATE OPERATOR vsm.< (FUNCTION = vsm.releases_lt, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=), RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel);
CREATE OPERATOR vsm.<= (FUNCTION = vsm.releases_le, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>), RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel);
CREATE OPERATOR vsm.> (FUNCTION = vsm.releases_gt, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=), RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel);
CREATE OPERATOR vsm.>= (FUNCTION = vsm.releases_ge, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<), RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel);
COMMENT ON OPERATOR vsm.= (vsm.releases, vsm.releases) IS 'The same set.';
COMMENT ON OPERATOR vsm.<> (vsm.releases, vsm.releases) IS 'Not the same set.';
COMMENT ON OPERATOR vsm.< (vsm.releases, vsm.releases) IS 'Earlier in an arbitrary order.';
COMMENT ON OPERATOR vsm.<= (vsm.releases, vsm.releases) IS 'Earlier in an arbitrary order, or the same set.';
COMMENT ON OPERATOR vsm.> (vsm.releases, vsm.releases) IS 'Later in an arbitrary order.';
COMMENT ON OPERATOR vsm.>= (vsm.releases, vsm.releases) IS 'Later in an arbitrary order, or the same set.';

CREATE OPERATOR CLASS vsm.releases_ops DEFAULT FOR TYPE vsm.releases USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.releases_cmp(vsm.releases, vsm.releases);
COMMENT ON OPERATOR CLASS vsm.releases_ops USING btree IS 'An arbitrary order that agrees with equality, for sorting, DISTINCT and merge joins.';
CREATE OPERATOR CLASS vsm.releases_ops DEFAULT FOR TYPE vsm.releases USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.releases_hash(vsm.releases), FUNCTION 2 vsm.releases_hash_extended(vsm.releases, pg_catalog.int8);
COMMENT ON OPERATOR CLASS vsm.releases_ops USING hash IS 'Hashing, for GROUP BY, DISTINCT and hash joins.';

CREATE FUNCTION vsm.releases_add(state vsm.releases, target pg_catalog.text, release pg_catalog.text, sha pg_catalog.text, released_at pg_catalog.timestamptz) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_add(vsm.releases, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz) IS 'Transition of the aggregate vsm.releases.';
CREATE FUNCTION vsm.releases_combine(state vsm.releases, other vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_combine(vsm.releases, vsm.releases) IS 'Combines two states of the aggregate vsm.releases.';
CREATE FUNCTION vsm.releases_final(state vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_final(vsm.releases) IS 'Final function of the aggregate vsm.releases.';

CREATE AGGREGATE vsm.releases(target pg_catalog.text, release pg_catalog.text, sha pg_catalog.text, released_at pg_catalog.timestamptz) (
	SFUNC = vsm.releases_add, STYPE = vsm.releases, SSPACE = 1024, FINALFUNC = vsm.releases_final,
	COMBINEFUNC = vsm.releases_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.releases(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz) IS
	'The set of releases: to which target (service and environment), under which name, of which commit, and when. A row without a time is not released and left out; any order. NULL when there is none; another NULL is an error.';

CREATE FUNCTION vsm.merge(a vsm.releases, b vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.merge(vsm.releases, vsm.releases) IS 'The union of two sets of releases. NULL when one is NULL.';
CREATE AGGREGATE vsm.merge(releases vsm.releases) (
	SFUNC = vsm.releases_combine, STYPE = vsm.releases, SSPACE = 1024, FINALFUNC = vsm.releases_final,
	COMBINEFUNC = vsm.releases_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.merge(vsm.releases) IS 'The union of sets of releases, which may overlap. NULL when there is none.';

-- From the idea to the commit to the release: questions about graphs and releases.

CREATE TYPE vsm.commit_release AS (sha pg_catalog.text, target pg_catalog.text, release pg_catalog.text, released_at pg_catalog.timestamptz);
COMMENT ON TYPE vsm.commit_release IS 'The release of a target that first contained a commit.';
CREATE TYPE vsm.unknown_commit AS (kind pg_catalog.text, sha pg_catalog.text, detail pg_catalog.text);
COMMENT ON TYPE vsm.unknown_commit IS 'A commit that is named as a parent or as the commit of a release, and not given.';
CREATE TYPE vsm.reached AS (root pg_catalog.text, entity pg_catalog.text, hops pg_catalog.int4, via pg_catalog.text);
COMMENT ON TYPE vsm.reached IS 'What is reached from a root, over how many edges, and through whom.';
CREATE TYPE vsm.component AS (entity pg_catalog.text, component pg_catalog.text);
COMMENT ON TYPE vsm.component IS 'Which connected component an entity is in; it is named by its smallest entity.';

CREATE FUNCTION vsm.first_release(commits vsm.graph, releases vsm.releases) RETURNS SETOF vsm.commit_release
	AS 'MODULE_PATHNAME', 'vsm_first_release'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10000;
COMMENT ON FUNCTION vsm.first_release(vsm.graph, vsm.releases) IS
	'For each commit and each target the earliest release whose history contains the commit, by ancestry; edges lead from a commit to its parents. A commit that no release contains: one row with NULL target, release and released_at. No rows for NULL commits; NULL releases: no release. A cycle is an error.';
CREATE FUNCTION vsm.unknown_commits(commits vsm.graph, releases vsm.releases) RETURNS SETOF vsm.unknown_commit
	AS 'MODULE_PATHNAME', 'vsm_unknown_commits'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION vsm.unknown_commits(vsm.graph, vsm.releases) IS
	'Commits that are missing: kind parent (named by commits; detail: the smallest of them, as in a shallow history) and kind release (released; detail: the smallest release), each commit once a kind. No rows: nothing is missing.';
CREATE FUNCTION vsm.reach(edges vsm.graph, roots pg_catalog.text[], max_hops pg_catalog.int4 DEFAULT 16) RETURNS SETOF vsm.reached
	AS 'MODULE_PATHNAME', 'vsm_reach'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION vsm.reach(vsm.graph, pg_catalog.text[], pg_catalog.int4) IS
	'What is reached from each root along the edges, in at most max_hops (NULL: any number): fewest hops, and via, the smallest predecessor in bytes on a shortest path. The root itself has 0 hops and via NULL. Cycles do no harm. No rows for NULL edges or roots.';
CREATE FUNCTION vsm.components(edges vsm.graph) RETURNS SETOF vsm.component
	AS 'MODULE_PATHNAME', 'vsm_components'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION vsm.components(vsm.graph) IS
	'For each node its connected component, edges taken in both directions, named by its smallest node in bytes. No rows for NULL.';

CREATE FUNCTION vsm.cost_of_delay(urgency jsonb, periods tstzmultirange) RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'vsm_cost_of_delay';
COMMENT ON FUNCTION vsm.cost_of_delay(jsonb, tstzmultirange) IS 'what waiting in these periods costs, in the money of the urgency profile: its integral over them, with weeks of 168 hours; 0 for no periods, NULL if an argument is NULL; an unbounded period is an error';

CREATE FUNCTION vsm.cd3(cost_per_week numeric, weeks double precision) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_cd3';
COMMENT ON FUNCTION vsm.cd3(numeric, double precision) IS 'cost of delay divided by duration, in money per week and week: what to do first has the highest; NULL if the duration is 0 or an argument is NULL';

/*
 * Payloads and facts: what every reader of a tool's raw JSON is made of.
 *
 * A tool is read by functions, found by their names; there is no table to register them in.
 * To add a tool, say "forge", add one file sql/reader_forge.sql with
 *
 *   vsm.forge_kind(payload jsonb) -> setof vsm.payload_kind
 *       one row: the kind of this payload by its shape, and reason NULL if it is read; else the
 *       reason why it is refused (then kind is what to call it by). It must not raise, and it
 *       checks whatever the reader of the kind cannot do without.
 *   vsm.read_forge_KIND(source text, payload jsonb) -> setof vsm.fact
 *       for each kind that forge_kind gives without a reason: the facts that payload states.
 *
 * and name the file in the Makefile, behind this one. vsm.ingest calls them for each payload of
 * vsm.model's inbox whose source is 'forge', or 'forge:' and the name of one of several
 * installations. A payload that is an array, as a page of a REST answer is, is read element by
 * element.
 *
 * Readers are pure: facts depend on the payload alone, never on the clock, the session or what
 * was read before. Both functions are SQL, IMMUTABLE and a single SELECT, so that PostgreSQL puts
 * them into the statement that reads thousands of payloads at once. Because ingest keeps the set
 * of facts, the same payload twice, or payloads in another order, end in the same rows.
 */

CREATE TYPE vsm.payload_kind AS (kind text, reason text);
COMMENT ON TYPE vsm.payload_kind IS
	'what a payload is: its kind, and the reason why it is not read, NULL if it is';

CREATE TYPE vsm.fact AS (
	source      text,
	fact        text,
	entity      text,
	at          timestamptz,
	value       text,
	id          text,
	name        text,
	previous    text,
	value_id    text,
	previous_id text,
	seq         bigint,
	method      text,
	confidence  float8,
	until       timestamptz,
	details     jsonb
);
COMMENT ON TYPE vsm.fact IS
	'one thing that a payload states, before it becomes a row of the model; the column fact says what it is';
COMMENT ON COLUMN vsm.fact.source IS 'the tool, as in inbox.source';
COMMENT ON COLUMN vsm.fact.fact IS
	'event: entity got state value at that time; observed: it had that state then, when it was entered is not known; '
	'created: it was created then, in state value if that is known; change: attribute name got value; '
	'item, commit, deployment, incident: columns of that table in details, as they were at that time; '
	'alias: the item is also known as value; history: its changes up to then are known; link: entity is linked to value, name being the kind of link';
COMMENT ON COLUMN vsm.fact.entity IS 'what the fact is about: source:kind:id, or the SHA of a commit';
COMMENT ON COLUMN vsm.fact.at IS 'when; of item, deployment and incident: the version of its details; of a link: since when';
COMMENT ON COLUMN vsm.fact.value IS 'state, value of the attribute, alias, or target of the link';
COMMENT ON COLUMN vsm.fact.id IS 'of an event or change: its identity within the source, the same in every payload that tells of it';
COMMENT ON COLUMN vsm.fact.name IS 'of a change: the attribute; of a link: its kind';
COMMENT ON COLUMN vsm.fact.previous IS 'of an event or change: the value before, where the payload says it';
COMMENT ON COLUMN vsm.fact.value_id IS 'of an event: the id that the source has for the state';
COMMENT ON COLUMN vsm.fact.previous_id IS 'of an event: the id of the state before';
COMMENT ON COLUMN vsm.fact.seq IS 'of an event: its order among events of the same instant, where times are coarse';
COMMENT ON COLUMN vsm.fact.method IS 'how this is known, where not simply stated by the source';
COMMENT ON COLUMN vsm.fact.confidence IS 'of a link: from 0 to 1';
COMMENT ON COLUMN vsm.fact.until IS 'of a link: when it ended';
COMMENT ON COLUMN vsm.fact.details IS
	'of an event: its attributes; of item, commit, deployment, incident: columns and their values (absent: not known); '
	'of a link: seen_at, when it was seen to stand';

CREATE FUNCTION vsm.payload_time("time" text) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_payload_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_time(text) IS
	'the time that a tool wrote: ISO 8601 (without a zone: UTC) or milliseconds since 1970; NULL for empty text';

CREATE FUNCTION vsm.payload_text(payload text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_payload_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_text(text) IS
	'the same JSON with \u0000, which PostgreSQL cannot hold, written as \ufffd';

CREATE FUNCTION vsm.payload_error(payload text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_payload_error' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_error(text) IS
	'why a payload is not JSON, as a sentence; NULL if it is';

CREATE FUNCTION vsm.item_type(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN name ~* '\m(bug|defect|incident|error|fault)' THEN 'defect'
		WHEN name ~* '\m(risk|security|vulnerability|compliance|privacy)' THEN 'risk'
		WHEN name ~* '\m(debt|refactor|chore|maintenance|cleanup)' THEN 'debt'
		WHEN name ~* '\m(story|feature|epic|improvement|enhancement|requirement|initiative|task|issue|subtask|idea|enabler)' THEN 'feature'
		WHEN name IS NOT NULL THEN 'other'
	END;
END;
COMMENT ON FUNCTION vsm.item_type(text) IS
	'feature, defect, risk, debt or other: what the name of a type of work item in a tracker stands for, by the words in it';

CREATE FUNCTION vsm.environment_tier(environment text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN environment ~* '(dev|review|trunk)' THEN 'development'
		WHEN environment ~* '(test|tst|int|ac(ce|)pt|qa|qc|control|quality)' THEN 'testing'
		WHEN environment ~* '(st(a|)g|mod(e|)l|pre|demo|non)' THEN 'staging'
		WHEN environment ~* '(pr(o|)d|live)' THEN 'production'
		WHEN environment IS NOT NULL THEN 'other'
	END;
END;
COMMENT ON FUNCTION vsm.environment_tier(text) IS
	'production, staging, testing, development or other: the tier that GitLab gives an environment of this name where none is set';

CREATE FUNCTION vsm.payload_lacks(payload jsonb, VARIADIC paths text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT 'it has no ' || p.path
	FROM unnest(paths) WITH ORDINALITY AS p (path, place)
	WHERE payload #>> string_to_array(p.path, '.') IS NULL
	ORDER BY p.place LIMIT 1;
END;
COMMENT ON FUNCTION vsm.payload_lacks(jsonb, text[]) IS
	'which of these members, each a path such as issue.id, a payload lacks, as the reason for refusing it; NULL if none';

/*
 * The keys of items that people write where they name their work. A key in a title is meant; a
 * branch is named once and may carry another item's work; a description may mention anything.
 */
CREATE FUNCTION vsm.read_keys(source text, entity text, at timestamptz, branch text, title text, description text) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'link', entity, at, k.key, NULL::text, 'implements', NULL::text, NULL::text, NULL::text, NULL::bigint,
		k.method, k.confidence, NULL::timestamptz, NULL::jsonb
	FROM (
		SELECT unnest(vsm.issue_keys(title)) AS key, 'key in title' AS method, 0.95::float8 AS confidence
		UNION ALL
		SELECT unnest(vsm.issue_keys(branch)), 'key in branch', 0.9::float8
		UNION ALL
		SELECT unnest(vsm.issue_keys(description)), 'key in description', 0.6::float8) AS k;
END;
COMMENT ON FUNCTION vsm.read_keys(text, text, timestamptz, text, text, text) IS
	'links of a commit, branch or merge request to the items whose keys stand in its branch, title (of a commit: subject) and description';

/*
 * Jira: issues with their changelog (REST: GET issue and search with expand=changelog, the bulk
 * changelog, pages of one changelog) and webhooks.
 *
 * An issue is the entity SOURCE:issue:ID, by its id, because its key changes when it is moved;
 * keys are aliases of it. States are the names of the statuses at the time of the change, with
 * the id of the status in state_id, and "Flagged" / "Unflagged".
 *
 * Jira records no change for the creation: the first state is what the first change of status
 * came from or, where there was none, what the issue is in.
 */

CREATE FUNCTION vsm.jira_link_kind(phrase text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- "is blocked by", or a sentence of the changelog: "This issue is blocked by SHOP-9".
	SELECT CASE
		WHEN phrase ~* '\mblocked by\M' THEN 'blocked_by'
		WHEN phrase ~* '\mblocks\M' THEN '-blocked_by'
		WHEN phrase ~* '\mdepends on\M' THEN 'blocked_by'
		WHEN phrase ~* '\mis depended on by\M' THEN '-blocked_by'
		WHEN phrase ~* '\mduplicated by\M' THEN '-duplicates'
		WHEN phrase ~* '\mduplicates\M' THEN 'duplicates'
		WHEN phrase ~* '\mcaused by\M' THEN 'caused_by'
		WHEN phrase ~* '\mcauses\M' THEN '-caused_by'
		WHEN phrase ~* '\mfixed by\M' THEN '-fixes'
		WHEN phrase ~* '\mfixes\M' THEN 'fixes'
		WHEN phrase ~* '\mimplemented by\M' THEN '-implements'
		WHEN phrase ~* '\mimplements\M' THEN 'implements'
		WHEN phrase ~* '\m(child of|part of)\M' THEN 'part_of'
		WHEN phrase ~* '\m(parent of|contains)\M' THEN '-part_of'
	END;
END;
COMMENT ON FUNCTION vsm.jira_link_kind(text) IS
	'the kind of link that a phrase of Jira names, with a minus in front where it is read from the other end; '
	'NULL for links that say nothing about the flow, such as "relates to"';

CREATE FUNCTION vsm.jira_attribute(field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE field
		WHEN 'priority' THEN 'priority'
		WHEN 'issuetype' THEN 'type'
		WHEN 'project' THEN 'project'
		WHEN 'Sprint' THEN 'sprint'
		WHEN 'Team' THEN 'team'
		WHEN 'Story Points' THEN 'size'
		WHEN 'Story point estimate' THEN 'size'
		WHEN 'Parent' THEN 'parent'
		WHEN 'Parent Link' THEN 'parent'
		WHEN 'Epic Link' THEN 'parent'
		WHEN 'IssueParentAssociation' THEN 'parent'
	END;
END;
COMMENT ON FUNCTION vsm.jira_attribute(text) IS
	'the attribute of item_change in which the changes of a field of Jira are kept; NULL for fields that are not';

CREATE FUNCTION vsm.jira_items(items jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE jsonb_typeof(items) WHEN 'array' THEN items WHEN 'string' THEN (items #>> '{}')::jsonb END;
END;
COMMENT ON FUNCTION vsm.jira_items(jsonb) IS
	'the items of a history as an array; some importers keep them as JSON in a string';

CREATE FUNCTION vsm.read_jira_histories(source text, entity text, histories jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	-- States, keys and attributes.
	SELECT source,
		CASE c.field WHEN 'status' THEN 'event' WHEN 'Flagged' THEN 'event' WHEN 'Key' THEN 'alias' ELSE 'change' END,
		entity,
		c.at,
		CASE c.field
			WHEN 'status' THEN c.item ->> 'toString'
			WHEN 'Flagged' THEN CASE WHEN c.item ->> 'toString' <> '' THEN 'Flagged' ELSE 'Unflagged' END
			ELSE CASE
				WHEN c.item ->> 'to' ~ '^[0-9]+$' AND vsm.jira_attribute(c.field) = 'parent' THEN source || ':issue:' || (c.item ->> 'to')
				ELSE nullif(c.item ->> 'toString', '')
			END
		END,
		CASE c.field
			WHEN 'status' THEN c.id || ':' || coalesce(c.item ->> 'to', c.item ->> 'toString')
			WHEN 'Flagged' THEN c.id || CASE WHEN c.item ->> 'toString' <> '' THEN ':Flagged' ELSE ':Unflagged' END
			ELSE c.id
		END,
		CASE c.field WHEN 'status' THEN NULL ELSE vsm.jira_attribute(c.field) END,
		CASE c.field
			WHEN 'status' THEN c.item ->> 'fromString'
			WHEN 'Flagged' THEN NULL
			ELSE CASE
				WHEN c.item ->> 'from' ~ '^[0-9]+$' AND vsm.jira_attribute(c.field) = 'parent' THEN source || ':issue:' || (c.item ->> 'from')
				ELSE nullif(c.item ->> 'fromString', '')
			END
		END,
		CASE c.field WHEN 'status' THEN c.item ->> 'to' END,
		CASE c.field WHEN 'status' THEN c.item ->> 'from' END,
		NULL::bigint, NULL::text, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (
		SELECT h ->> 'id' AS id, vsm.payload_time(h ->> 'created') AS at, i AS item, i ->> 'field' AS field
		FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
		WHERE i ->> 'field' IN ('status', 'Flagged', 'Key', 'priority', 'issuetype', 'project', 'Sprint', 'Team', 'Story Points',
			'Story point estimate', 'Parent', 'Parent Link', 'Epic Link', 'IssueParentAssociation')
		OFFSET 0) AS c
	UNION ALL
	-- Links, by the key of the other issue: "to" when made, "from" when taken away.
	SELECT source, 'link',
		CASE WHEN c.kind LIKE '-%' THEN c.other ELSE entity END,
		CASE WHEN c.made THEN c.at END,
		CASE WHEN c.kind LIKE '-%' THEN entity ELSE c.other END,
		NULL, ltrim(c.kind, '-'), NULL, NULL, NULL, NULL, 'issue link', 1.0,
		CASE WHEN NOT c.made THEN c.at END,
		NULL
	FROM (
		SELECT vsm.payload_time(h ->> 'created') AS at,
			i ->> 'toString' IS NOT NULL AS made,
			coalesce(i ->> 'to', i ->> 'from') AS other,
			vsm.jira_link_kind(coalesce(i ->> 'toString', i ->> 'fromString')) AS kind
		FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
		WHERE i ->> 'field' = 'Link'
		OFFSET 0) AS c
	-- (The first condition says for most payloads that nothing of this need be done.)
	WHERE histories @? '$[*].items[*] ? (@.field == "Link" || @.type() == "string")' AND c.kind IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jira_histories(text, text, jsonb) IS
	'the facts in an array of histories ({id, created, items}) of one issue of Jira: events, changes, links, aliases';

CREATE TYPE vsm.jira_first AS (flag text, key text, moved_at timestamptz);
COMMENT ON TYPE vsm.jira_first IS
	'what the first changes of an issue came from: its flag and its key, and when it was last moved; a part of vsm.read_jira_document';

CREATE FUNCTION vsm.read_jira_document(source text, issue jsonb, histories jsonb, total integer, seen_at timestamptz)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	-- The issue itself: its columns, its creation, its keys.
	SELECT source, f.fact, d.entity, f.at, f.value, f.id, NULL::text, NULL::text, f.value_id, NULL::text, NULL::bigint,
		f.method, NULL::float8, NULL::timestamptz, f.details
	FROM (
		SELECT source || ':issue:' || (issue ->> 'id') AS entity,
			issue -> 'fields' AS fields,
			vsm.payload_time(issue #>> '{fields,created}') AS created_at,
			-- How many histories are left out; NULL: this payload does not say how many there are.
			total - coalesce(jsonb_array_length(histories), 0) AS missing,
			-- Jira cuts off the oldest; where it does not, nothing is certain.
			CASE WHEN total > jsonb_array_length(histories) AND histories #>> '{0,created}' >= histories #>> '{-1,created}' THEN
				vsm.payload_time(histories #>> '{-1,created}') END AS oldest,
			total <= coalesce(jsonb_array_length(histories), 0)
				AND (histories @? '$[*].items[*] ? (@.field == "status" || @.type() == "string")') IS NOT TRUE AS unmoved,
			CASE WHEN histories @? '$[*].items[*] ? (@.field == "Flagged" || @.field == "Key" || @.type() == "string")' THEN
				(SELECT ROW (
					(array_agg(i.item ->> 'fromString' ORDER BY i.at, length(i.id), i.id) FILTER (WHERE i.item ->> 'field' = 'Flagged'))[1],
					(array_agg(i.item ->> 'fromString' ORDER BY i.at, length(i.id), i.id) FILTER (WHERE i.item ->> 'field' = 'Key'))[1],
					max(i.at) FILTER (WHERE i.item ->> 'field' = 'Key'))::vsm.jira_first
				 FROM (
					SELECT h ->> 'id' AS id, vsm.payload_time(h ->> 'created') AS at, i AS item
					FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
					WHERE i ->> 'field' IN ('Flagged', 'Key')) AS i)
			END AS first
		OFFSET 0) AS d,
	LATERAL (
		SELECT jsonb_build_object(
			'source', source,
			'key', issue -> 'key',
			'project', coalesce(d.fields #>> '{project,key}', regexp_replace(issue ->> 'key', '-[0-9]+$', '')),
			'source_type', d.fields #> '{issuetype,name}',
			'type', vsm.item_type(d.fields #>> '{issuetype,name}'),
			'priority', d.fields #> '{priority,name}',
			'title', d.fields -> 'summary',
			'url', substring(issue ->> 'self' FROM '^(.*?)/rest/') || '/browse/' || (issue ->> 'key'),
			'parent', source || ':issue:' || (d.fields #>> '{parent,id}'),
			'feature', CASE WHEN d.fields #>> '{parent,fields,issuetype,name}' = 'Epic' THEN source || ':issue:' || (d.fields #>> '{parent,id}') END,
			'created_at', d.created_at,
			-- A due date is met until its day ends.
			'due_at', vsm.payload_time((d.fields ->> 'duedate') || 'T23:59:59Z'),
			'tags', d.fields -> 'labels') AS columns
		OFFSET 0) AS item,
	-- (Not VALUES: PostgreSQL prepares their expressions anew for every payload.)
	LATERAL (
		SELECT 'item' AS fact, seen_at AS at, NULL AS value, NULL AS id, NULL AS value_id, NULL AS method,
			-- A payload that was asked for with a few fields only says nothing of the others.
			CASE WHEN d.fields ?& '{summary,issuetype,priority,labels,duedate}' THEN item.columns
			ELSE jsonb_strip_nulls(item.columns) END
			|| CASE
				WHEN d.missing IS NULL THEN '{}'
				WHEN d.missing <= 0 THEN jsonb_build_object('changelog_missing', NULL, 'changelog_from', NULL, 'changelog_until', seen_at)
				ELSE jsonb_build_object('changelog_missing', d.missing, 'changelog_from', d.oldest)
			END AS details
		UNION ALL
		-- Nothing has moved it yet: its status is the first. Else the first change tells, see ingest.
		SELECT 'created', d.created_at, CASE WHEN d.unmoved THEN d.fields #>> '{status,name}' END, NULL,
			CASE WHEN d.unmoved THEN d.fields #>> '{status,id}' END, NULL, NULL
		UNION ALL
		SELECT 'alias', CASE WHEN (d.first).key IS NULL THEN d.created_at ELSE (d.first).moved_at END, issue ->> 'key', NULL, NULL, NULL, NULL
		WHERE issue ? 'key'
		UNION ALL
		SELECT 'alias', d.created_at, (d.first).key, NULL, NULL, NULL, NULL
		WHERE (d.first).key IS NOT NULL
		UNION ALL
		-- Flagged since before the first change of the flag.
		SELECT 'event', d.created_at, 'Flagged', d.entity || ':created:Flagged', NULL, 'inferred', NULL
		WHERE (d.first).flag <> '' AND d.missing <= 0
		UNION ALL
		-- Without a changelog only the present state is known.
		SELECT 'observed',
			coalesce(
				vsm.payload_time(d.fields ->> 'statuscategorychangedate'),
				CASE d.fields #>> '{status,statusCategory,key}' WHEN 'done' THEN vsm.payload_time(d.fields ->> 'resolutiondate') END,
				seen_at),
			d.fields #>> '{status,name}', NULL, d.fields #>> '{status,id}', 'observed', NULL
		WHERE histories IS NULL AND d.missing IS NULL AND d.fields #>> '{status,name}' IS NOT NULL) AS f
	UNION ALL
	SELECT h.* FROM vsm.read_jira_histories(source, source || ':issue:' || (issue ->> 'id'), histories) AS h
	UNION ALL
	-- Links as they stand, by the id of the other issue, since the change that says so.
	SELECT source, 'link',
		CASE WHEN l.kind LIKE '-%' THEN l.other ELSE l.entity END,
		coalesce(
			(SELECT max(vsm.payload_time(h ->> 'created'))
			 FROM jsonb_array_elements(histories) AS h, jsonb_array_elements(vsm.jira_items(h -> 'items')) AS i
			 WHERE i ->> 'field' = 'Link' AND i ->> 'to' = l.other_key AND vsm.jira_link_kind(i ->> 'toString') = l.kind),
			CASE WHEN total <= jsonb_array_length(histories) THEN vsm.payload_time(issue #>> '{fields,created}') END),
		CASE WHEN l.kind LIKE '-%' THEN l.entity ELSE l.other END,
		NULL, ltrim(l.kind, '-'), NULL, NULL, NULL, NULL, 'issue link', 1.0, NULL,
		jsonb_build_object('seen_at', seen_at)
	FROM (
		SELECT source || ':issue:' || (issue ->> 'id') AS entity,
			source || ':issue:' || coalesce(e #>> '{outwardIssue,id}', e #>> '{inwardIssue,id}') AS other,
			coalesce(e #>> '{outwardIssue,key}', e #>> '{inwardIssue,key}') AS other_key,
			vsm.jira_link_kind(CASE WHEN e ? 'outwardIssue' THEN e #>> '{type,outward}' ELSE e #>> '{type,inward}' END) AS kind
		FROM jsonb_array_elements(issue #> '{fields,issuelinks}') AS e OFFSET 0) AS l
	WHERE jsonb_array_length(issue #> '{fields,issuelinks}') > 0 AND l.kind IS NOT NULL AND l.other IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jira_document(text, jsonb, jsonb, integer, timestamptz) IS
	'the facts of one issue of Jira and of those of its histories that a payload holds; total is how many histories there are, '
	'NULL if the payload does not say';

CREATE FUNCTION vsm.read_jira_issue(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload AS issue, payload #> '{changelog,histories}' AS histories,
			coalesce((payload #>> '{changelog,total}')::integer, jsonb_array_length(payload #> '{changelog,histories}')) AS total,
			vsm.payload_time(payload #>> '{fields,updated}') AS updated_at
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, p.issue, p.histories, p.total, p.updated_at) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_issue(text, jsonb) IS
	'facts of an issue as GET /rest/api/2|3/issue/KEY?expand=changelog gives it (without the changelog: its present state)';

CREATE FUNCTION vsm.read_jira_search(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(payload -> 'issues') AS i, LATERAL vsm.read_jira_issue(source, i) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_search(text, jsonb) IS
	'facts of a page of results of GET /rest/api/2|3/search or /search/jql, with expand=changelog';

CREATE FUNCTION vsm.read_jira_webhook(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT
			-- An issue that has just been created has no changes: its status is the first.
			CASE payload ->> 'webhookEvent' WHEN 'jira:issue_created' THEN 0 END AS total,
			CASE WHEN payload -> 'changelog' ? 'items' THEN
				jsonb_build_array((payload -> 'changelog') || jsonb_build_object('created',
					coalesce(payload -> 'timestamp', payload #> '{issue,fields,updated}')))
			ELSE '[]' END AS histories,
			coalesce(vsm.payload_time(payload #>> '{issue,fields,updated}'), vsm.payload_time(payload ->> 'timestamp')) AS seen_at
		OFFSET 0) AS p,
		LATERAL vsm.read_jira_document(source, payload -> 'issue', p.histories, p.total, p.seen_at) AS f
	UNION ALL
	SELECT source, 'event', source || ':issue:' || (payload #>> '{issue,id}'), vsm.payload_time(payload ->> 'timestamp'), 'Deleted',
		source || ':issue:' || (payload #>> '{issue,id}') || ':deleted', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
	WHERE payload ->> 'webhookEvent' = 'jira:issue_deleted';
END;
COMMENT ON FUNCTION vsm.read_jira_webhook(text, jsonb) IS
	'facts of the webhooks jira:issue_created, jira:issue_updated and jira:issue_deleted (an event "Deleted")';

CREATE FUNCTION vsm.read_jira_link_webhook(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'link',
		CASE WHEN l.kind LIKE '-%' THEN l.outward ELSE l.inward END,
		CASE WHEN l.deleted THEN NULL ELSE l.at END,
		CASE WHEN l.kind LIKE '-%' THEN l.inward ELSE l.outward END,
		NULL, ltrim(l.kind, '-'), NULL, NULL, NULL, NULL::bigint, 'issue link', 1.0::float8,
		CASE WHEN l.deleted THEN l.at END,
		NULL::jsonb
	FROM (
		SELECT payload ->> 'webhookEvent' = 'issuelink_deleted' AS deleted,
			vsm.payload_time(payload ->> 'timestamp') AS at,
			vsm.jira_link_kind(payload #>> '{issueLink,issueLinkType,outwardName}') AS kind,
			-- "source blocks destination": the outward name is read from the source.
			source || ':issue:' || (payload #>> '{issueLink,sourceIssueId}') AS inward,
			source || ':issue:' || (payload #>> '{issueLink,destinationIssueId}') AS outward
		OFFSET 0) AS l
	WHERE l.kind IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jira_link_webhook(text, jsonb) IS
	'facts of the webhooks issuelink_created and issuelink_deleted';

CREATE FUNCTION vsm.read_jira_changes(source text, issue jsonb, histories jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_jira_document(source, issue, histories, NULL, NULL) AS f
	UNION ALL
	-- A changelog of its own is whole up to its newest entry, if all its pages are loaded.
	SELECT source, 'history', source || ':issue:' || (issue ->> 'id'), max(vsm.payload_time(h ->> 'created')), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
	FROM jsonb_array_elements(histories) AS h;
END;
COMMENT ON FUNCTION vsm.read_jira_changes(text, jsonb, jsonb) IS
	'the facts of an issue''s histories that come without the issue; a part of the readers of changelogs';

CREATE FUNCTION vsm.read_jira_bulk_changelog(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.*
	FROM jsonb_array_elements(payload -> 'issueChangeLogs') AS l,
		LATERAL (SELECT jsonb_build_object('id', l -> 'issueId') AS issue, l -> 'changeHistories' AS histories OFFSET 0) AS p,
		LATERAL vsm.read_jira_changes(source, p.issue, p.histories) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_bulk_changelog(text, jsonb) IS
	'facts of an answer of POST /rest/api/3/changelog/bulkfetch; the issues themselves come by another payload, before or after';

CREATE FUNCTION vsm.read_jira_changelog(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT jsonb_build_object('id', substring(payload ->> 'self' FROM '/issue/([0-9]+)/changelog')) AS issue,
			payload -> 'values' AS histories OFFSET 0) AS p,
		LATERAL vsm.read_jira_changes(source, p.issue, p.histories) AS f;
END;
COMMENT ON FUNCTION vsm.read_jira_changelog(text, jsonb) IS
	'facts of a page of GET /rest/api/3/issue/ID/changelog, asked for by the id of the issue';

CREATE FUNCTION vsm.jira_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.kind, k.reason
	FROM (SELECT
		CASE
			WHEN payload ->> 'webhookEvent' IN ('jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted') THEN 'webhook'
			WHEN payload ->> 'webhookEvent' IN ('issuelink_created', 'issuelink_deleted') THEN 'link_webhook'
			WHEN payload ? 'webhookEvent' THEN payload ->> 'webhookEvent'
			WHEN payload ? 'issueChangeLogs' THEN 'bulk_changelog'
			WHEN jsonb_typeof(payload -> 'issues') = 'array' THEN 'search'
			WHEN payload ? 'fields' THEN 'issue'
			WHEN payload ? 'values' AND payload ->> 'self' LIKE '%/changelog%' THEN 'changelog'
			ELSE 'payload'
		END AS name
		OFFSET 0) AS n,
	LATERAL (SELECT n.name AS kind,
		CASE n.name
			WHEN 'issue' THEN CASE WHEN payload ->> 'id' IS NULL THEN 'it has no id' END
			WHEN 'search' THEN CASE WHEN payload @? '$.issues[*] ? (!exists(@.id))' THEN 'one of its issues has no id' END
			WHEN 'webhook' THEN
				CASE
					WHEN payload #>> '{issue,id}' IS NULL THEN 'it has no issue.id'
					WHEN payload ->> 'timestamp' IS NULL THEN 'it has no timestamp'
				END
			WHEN 'link_webhook' THEN
				CASE WHEN payload #>> '{issueLink,sourceIssueId}' IS NULL OR payload #>> '{issueLink,destinationIssueId}' IS NULL
					OR payload ->> 'timestamp' IS NULL THEN 'it lacks the ids of the two issues or its timestamp' END
			WHEN 'bulk_changelog' THEN
				CASE WHEN payload @? '$.issueChangeLogs[*] ? (!exists(@.issueId))' THEN 'one of its entries has no issueId' END
			WHEN 'changelog' THEN
				CASE WHEN payload ->> 'self' !~ '/issue/[0-9]+/changelog' THEN
					'its "self" names the issue by key: ask for the changelog by the id of the issue' END
			WHEN 'payload' THEN 'its shape is not known: neither an issue with "fields", nor "issues", "issueChangeLogs", "values" nor a "webhookEvent"'
			ELSE 'this webhook says nothing about the state of an issue'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.jira_kind(jsonb) IS
	'which reader reads a payload of Jira, or why none does';

/*
 * GitLab: webhooks and the same objects of the REST API.
 *
 * Entities are SOURCE:issue:ID, SOURCE:merge_request:ID, SOURCE:pipeline:ID, SOURCE:job:ID and
 * SOURCE:deployment:ID with GitLab's global ids, SOURCE:release:PROJECT@TAG, SOURCE:tag:PROJECT@TAG
 * and SOURCE:branch:PROJECT@BRANCH, and the SHAs of commits. A project is its path: shop/checkout.
 * Issues are items, and "shop/checkout#12" is an alias of one.
 *
 * Events that a webhook and the API both tell of have the same id; the earlier time is kept.
 * Labels are events with method "label": the name when added, "NAME removed" when removed.
 */

CREATE FUNCTION vsm.gitlab_project(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT substring(url FROM
		'^[a-z]+://[^/]+/(.+?)(?:/-)?/(?:issues|work_items|merge_requests|pipelines|jobs|commits?|tags|releases|environments|deployments)(?:/|$)');
END;
COMMENT ON FUNCTION vsm.gitlab_project(text) IS
	'the path of the project that the address of an object of GitLab lies in: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.gitlab_labels(labels jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- Texts in the API; objects with a title in webhooks, with a name when asked for with details.
	SELECT jsonb_path_query_array(labels, '$[*] ? (@.type() == "string")')
		|| jsonb_path_query_array(labels, '$[*].title') || jsonb_path_query_array(labels, '$[*] ? (!exists(@.title)).name');
END;
COMMENT ON FUNCTION vsm.gitlab_labels(jsonb) IS 'the names of labels, however GitLab writes them';

CREATE FUNCTION vsm.gitlab_closes(message text, project text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(nullif(r.reference[1], ''), project) || '#' || r.reference[2]
	FROM regexp_matches(message,
			'\m(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?):?\s+'
			'((?:(?:issues?\s+)?[\w./-]*#\d+(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+)?)+)', 'gi') AS m (phrase),
		regexp_matches(m.phrase[1], '([\w./-]*)#(\d+)', 'g') AS r (reference);
END;
COMMENT ON FUNCTION vsm.gitlab_closes(text, text) IS
	'the issues of GitLab that a message closes ("Closes #4, shop/web#6"), as PROJECT#NUMBER; project is that of a bare #4';

/*
 * What issues and merge requests have in common: opened, closed, reopened, labelled. object is
 * the object as the API has it, or a webhook's object_attributes; changes are a webhook's.
 */
CREATE FUNCTION vsm.read_gitlab_states(source text, entity text, object jsonb, changes jsonb, attributes jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT source, 'event', entity, f.at, f.state, entity || ':' || f.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, NULL::float8, NULL::timestamptz, f.details
	FROM (
		SELECT vsm.payload_time(object ->> 'created_at') AS created_at, vsm.payload_time(object ->> 'updated_at') AS updated_at,
			object ->> 'action' AS action, object ->> 'state' AS state OFFSET 0) AS o,
	LATERAL (
		SELECT o.created_at AS at, 'opened' AS state, 'opened' AS id, NULL::text AS method, attributes AS details
		UNION ALL
		SELECT c.at, 'closed', 'closed:' || floor(extract(epoch FROM c.at)), NULL, NULL
		FROM (SELECT coalesce(
				CASE WHEN o.state = 'closed' THEN vsm.payload_time(object ->> 'closed_at') END,
				CASE o.action WHEN 'close' THEN o.updated_at END) AS at OFFSET 0) AS c
		UNION ALL
		SELECT o.updated_at, 'reopened', 'reopened:' || floor(extract(epoch FROM o.updated_at)), NULL, NULL
		WHERE o.action = 'reopen'
		UNION ALL
		SELECT m.at, 'merged', 'merged', NULL, NULL
		FROM (SELECT coalesce(vsm.payload_time(object ->> 'merged_at'), CASE o.action WHEN 'merge' THEN o.updated_at END) AS at OFFSET 0) AS m
		UNION ALL
		SELECT o.updated_at, o.action, o.action || ':' || floor(extract(epoch FROM o.updated_at)), NULL, NULL
		WHERE o.action IN ('approved', 'unapproved')
		UNION ALL
		SELECT o.updated_at, d.state, d.state || ':' || floor(extract(epoch FROM o.updated_at)), NULL, NULL
		FROM (SELECT CASE changes #>> '{draft,current}' WHEN 'true' THEN 'draft' WHEN 'false' THEN 'ready' END AS state OFFSET 0) AS d
		WHERE d.state IS NOT NULL
		UNION ALL
		SELECT o.updated_at, l.state, 'label:' || l.state || ':' || floor(extract(epoch FROM o.updated_at)), 'label', NULL
		FROM (
			SELECT c.label AS state
			FROM jsonb_array_elements_text(vsm.gitlab_labels(changes #> '{labels,current}')) AS c (label)
			WHERE NOT vsm.gitlab_labels(changes #> '{labels,previous}') ? c.label
			UNION ALL
			SELECT p.label || ' removed'
			FROM jsonb_array_elements_text(vsm.gitlab_labels(changes #> '{labels,previous}')) AS p (label)
			WHERE NOT vsm.gitlab_labels(changes #> '{labels,current}') ? p.label) AS l) AS f
	WHERE f.at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_states(text, text, jsonb, jsonb, jsonb) IS
	'the events of an issue or a merge request of GitLab that the object and a webhook''s changes tell of';

CREATE FUNCTION vsm.read_gitlab_issue_object(source text, issue jsonb, changes jsonb, project text) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':issue:' || (issue ->> 'id') AS entity,
			project || '#' || (issue ->> 'iid') AS key,
			lower(coalesce(issue ->> 'issue_type', issue ->> 'type', 'issue')) AS issue_type,
			coalesce(issue ->> 'web_url', issue ->> 'url') AS url,
			vsm.gitlab_labels(issue -> 'labels') AS labels,
			vsm.payload_time(issue ->> 'created_at') AS created_at,
			vsm.payload_time(issue ->> 'updated_at') AS updated_at
		OFFSET 0) AS i,
	LATERAL (
		SELECT source, 'item', i.entity, i.updated_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_build_object(
				'source', source,
				'key', i.key,
				'project', project,
				'source_type', i.issue_type,
				'type', coalesce(
					(SELECT vsm.item_type(l.label) FROM jsonb_array_elements_text(i.labels) AS l (label)
					 WHERE vsm.item_type(l.label) IN ('defect', 'risk', 'debt') ORDER BY 1 LIMIT 1),
					vsm.item_type(i.issue_type)),
				'title', issue -> 'title',
				'url', i.url,
				'size', issue -> 'weight',
				'created_at', i.created_at,
				'due_at', vsm.payload_time((issue ->> 'due_date') || 'T23:59:59Z'),
				'tags', i.labels)
			-- Webhooks do not tell the epic.
			|| CASE WHEN issue ? 'epic' THEN jsonb_build_object('feature', source || ':epic:' || (issue #>> '{epic,id}')) ELSE '{}' END
		UNION ALL
		SELECT source, 'alias', i.entity, i.created_at, i.key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
		UNION ALL
		SELECT source, 'incident', i.entity, i.updated_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			jsonb_build_object(
				'source', source,
				'repository', project,
				'opened_at', i.created_at,
				'resolved_at', CASE issue ->> 'state' WHEN 'closed' THEN coalesce(vsm.payload_time(issue ->> 'closed_at'), i.updated_at) END,
				'severity', lower(issue ->> 'severity'),
				'status', coalesce(issue -> 'escalation_status', issue -> 'state'),
				'title', issue -> 'title',
				'url', i.url)
		WHERE i.issue_type = 'incident'
		UNION ALL
		SELECT s.* FROM vsm.read_gitlab_states(source, i.entity, issue, changes, NULL) AS s) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_issue_object(text, jsonb, jsonb, text) IS
	'the facts of an issue of GitLab: as the API has it, or a webhook''s object_attributes with its changes';

CREATE FUNCTION vsm.read_gitlab_issue(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT
			-- A webhook has an issue's labels beside it, too.
			CASE WHEN payload ? 'object_kind' THEN
				jsonb_build_object('labels', payload -> 'labels') || jsonb_build_object('issue_type', payload ->> 'event_type') || (payload -> 'object_attributes')
			ELSE payload END AS issue,
			payload -> 'changes' AS changes,
			coalesce(payload #>> '{project,path_with_namespace}', split_part(payload #>> '{references,full}', '#', 1),
				vsm.gitlab_project(payload ->> 'web_url')) AS project
		OFFSET 0) AS p,
		LATERAL vsm.read_gitlab_issue_object(source, p.issue, p.changes, p.project) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_issue(text, jsonb) IS
	'facts of an issue of GitLab: webhooks issue, work_item and incident, or GET /projects/ID/issues';

CREATE FUNCTION vsm.read_gitlab_commit_object(source text, repository text, commit jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT commit ->> 'id' AS sha,
			vsm.payload_time(coalesce(commit ->> 'committed_date', commit ->> 'timestamp', commit ->> 'created_at')) AS committed_at,
			coalesce(commit ->> 'title', split_part(commit ->> 'message', E'\n', 1)) AS title OFFSET 0) AS c,
	LATERAL (
		SELECT source, 'commit', c.sha, c.committed_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', repository,
				'authored_at', vsm.payload_time(commit ->> 'authored_date'),
				'committed_at', c.committed_at,
				'title', c.title,
				'parents', commit -> 'parent_ids',
				'url', coalesce(commit ->> 'web_url', commit ->> 'url')))
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, c.sha, c.committed_at, NULL, c.title, NULL) AS k
		UNION ALL
		SELECT source, 'link', c.sha, c.committed_at, r.issue, NULL, 'implements', NULL, NULL, NULL, NULL, 'closing reference', 1.0, NULL, NULL
		FROM vsm.gitlab_closes(commit ->> 'message', repository) AS r (issue)) AS f
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_commit_object(text, text, jsonb) IS
	'the facts of a commit in a payload of GitLab: the commit, the keys in its subject, the issues that it closes';

CREATE FUNCTION vsm.read_gitlab_commit(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_gitlab_commit_object(source, vsm.gitlab_project(payload ->> 'web_url'), payload) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_commit(text, jsonb) IS
	'facts of a commit of GET /projects/ID/repository/commits';

CREATE FUNCTION vsm.read_gitlab_merge_request(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT r.request, r.project, source || ':merge_request:' || (r.request ->> 'id') AS entity,
			vsm.payload_time(r.request ->> 'created_at') AS created_at
		FROM (SELECT
				CASE WHEN payload ? 'object_kind' THEN payload -> 'object_attributes' ELSE payload END AS request,
				coalesce(payload #>> '{project,path_with_namespace}', split_part(payload #>> '{references,full}', '!', 1),
					vsm.gitlab_project(payload ->> 'web_url')) AS project
			OFFSET 0) AS r
		OFFSET 0) AS m,
	LATERAL (
		SELECT s.*
		FROM vsm.read_gitlab_states(source, m.entity, m.request, payload -> 'changes',
			jsonb_build_object('project', m.project, 'iid', m.request -> 'iid', 'source_branch', m.request -> 'source_branch',
				'target_branch', m.request -> 'target_branch', 'url', coalesce(m.request -> 'web_url', m.request -> 'url'))) AS s
		UNION ALL
		SELECT k.*
		FROM vsm.read_keys(source, m.entity, m.created_at, m.request ->> 'source_branch', m.request ->> 'title', m.request ->> 'description') AS k
		UNION ALL
		SELECT source, 'link', m.entity, m.created_at, c.issue, NULL, 'implements', NULL, NULL, NULL, NULL, 'closing reference', 1.0, NULL, NULL
		FROM vsm.gitlab_closes(concat_ws(E'\n', m.request ->> 'title', m.request ->> 'description'), m.project) AS c (issue)
		UNION ALL
		SELECT source, 'link', c.sha, NULL, m.entity, NULL, 'part_of', NULL, NULL, NULL, NULL, c.method, 1.0, NULL, NULL
		FROM (
			SELECT m.request ->> 'merge_commit_sha' AS sha, 'merge commit' AS method
			UNION ALL SELECT m.request ->> 'squash_commit_sha', 'squash commit'
			UNION ALL SELECT coalesce(m.request #>> '{last_commit,id}', m.request ->> 'sha'), 'head commit') AS c
		WHERE c.sha <> ''
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, m.project, m.request -> 'last_commit') AS c
	) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_merge_request(text, jsonb) IS
	'facts of a merge request of GitLab: webhook merge_request, or GET /projects/ID/merge_requests';

CREATE FUNCTION vsm.read_gitlab_merge_request_commits(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
	SELECT f.*
	FROM jsonb_array_elements(payload -> 'commits') AS c (object),
	LATERAL (
		SELECT o.* FROM vsm.read_gitlab_commit_object(source, vsm.gitlab_project(c.object ->> 'web_url'), c.object) AS o
		UNION ALL
		SELECT source, 'link', c.object ->> 'id', NULL, source || ':merge_request:' || (payload #>> '{merge_request,id}'),
			NULL, 'part_of', NULL, NULL, NULL, NULL, 'merge request commits', 1.0, NULL, NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_merge_request_commits(text, jsonb) IS
	'facts of an answer of GET /projects/ID/merge_requests/IID/commits, wrapped with the request that it lacks: '
	'{"merge_request": {"id": 99}, "commits": [...]}';

CREATE FUNCTION vsm.read_gitlab_push(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload #>> '{project,path_with_namespace}' AS project,
			regexp_replace(payload ->> 'ref', '^refs/(heads|tags)/', '') AS name,
			payload ->> 'object_kind' AS kind,
			coalesce(payload ->> 'checkout_sha', payload ->> 'after') AS sha,
			-- A push has no time of its own: that of its newest commit.
			(SELECT max(vsm.payload_time(c ->> 'timestamp')) FROM jsonb_array_elements(payload -> 'commits') AS c) AS at
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', e.entity, p.at, CASE p.kind WHEN 'tag_push' THEN 'tagged' ELSE 'pushed' END,
			e.entity || ':' || p.sha, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			-- Only the newest 20 commits of a push are told.
			jsonb_build_object('before', payload -> 'before', 'after', payload -> 'after',
				'commits', jsonb_array_length(payload -> 'commits'), 'total_commits', payload -> 'total_commits_count')
		FROM (SELECT source || CASE p.kind WHEN 'tag_push' THEN ':tag:' ELSE ':branch:' END || p.project || '@' || p.name AS entity OFFSET 0) AS e
		WHERE p.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', source || ':tag:' || p.project || '@' || p.name, p.at, p.sha, NULL, 'builds', NULL, NULL, NULL, NULL, 'tag', 1.0, NULL, NULL
		WHERE p.kind = 'tag_push' AND p.sha !~ '^0+$'
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.read_gitlab_commit_object(source, p.project, c.object) AS o
		UNION ALL
		SELECT k.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.read_keys(source, c.object ->> 'id', vsm.payload_time(c.object ->> 'timestamp'), p.name, NULL, NULL) AS k
		WHERE p.kind = 'push' AND p.name IS DISTINCT FROM payload #>> '{project,default_branch}') AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_push(text, jsonb) IS
	'facts of the webhooks push and tag_push of GitLab: the commits, and what their subjects and the branch name';

/*
 * A job: its own events, its stage as an event of its pipeline, and its place in it. "pending"
 * is the time it was ready and waited for a runner.
 */
CREATE FUNCTION vsm.read_gitlab_job_object(source text, pipeline text, job jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT source || ':job:' || (job ->> 'id') AS entity,
			vsm.payload_time(job ->> 'created_at') AS created_at,
			vsm.payload_time(job ->> 'started_at') AS started_at,
			vsm.payload_time(job ->> 'finished_at') AS finished_at,
			(job ->> 'queued_duration')::float8 AS queued,
			job ->> 'status' AS status
		OFFSET 0) AS j,
	LATERAL (
		SELECT 'event' AS fact, j.entity, j.created_at AS at, 'created' AS value, j.entity || ':created' AS id, NULL AS name, NULL AS method,
			jsonb_strip_nulls(jsonb_build_object('name', job -> 'name', 'stage', job -> 'stage')) AS details
		UNION ALL
		SELECT 'event', j.entity, greatest(j.created_at, j.started_at - j.queued * interval '1 second'), 'pending', j.entity || ':pending', NULL, NULL, NULL
		WHERE j.started_at IS NOT NULL AND j.queued > 0
		UNION ALL
		SELECT 'event', j.entity, j.started_at, 'running', j.entity || ':running', NULL, NULL, NULL
		UNION ALL
		SELECT 'event', j.entity, j.finished_at, j.status, j.entity || ':' || j.status, NULL, NULL, NULL
		WHERE j.status IN ('success', 'failed', 'canceled', 'skipped')
		UNION ALL
		SELECT 'event', pipeline, j.started_at, job ->> 'stage', j.entity || ':stage', NULL, NULL,
			jsonb_strip_nulls(jsonb_build_object('job', job -> 'name'))
		WHERE pipeline IS NOT NULL AND job ->> 'stage' IS NOT NULL
		UNION ALL
		SELECT 'link', j.entity, NULL, pipeline, NULL, 'part_of', 'pipeline', NULL
		WHERE pipeline IS NOT NULL) AS f
	WHERE f.fact = 'link' OR f.at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_job_object(text, text, jsonb) IS
	'the facts of a job in a payload of GitLab; pipeline is the entity it belongs to';

CREATE FUNCTION vsm.read_gitlab_job(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT
			-- The webhook writes build_ before every name, and the id of the pipeline as that of the commit.
			CASE WHEN payload ? 'object_kind' THEN jsonb_build_object('id', payload -> 'build_id', 'name', payload -> 'build_name',
				'stage', payload -> 'build_stage', 'status', payload -> 'build_status', 'created_at', payload -> 'build_created_at',
				'started_at', payload -> 'build_started_at', 'finished_at', payload -> 'build_finished_at',
				'queued_duration', payload -> 'build_queued_duration')
			ELSE payload END AS job,
			source || ':pipeline:' || coalesce(payload ->> 'pipeline_id', payload #>> '{pipeline,id}') AS pipeline,
			coalesce(payload ->> 'sha', payload #>> '{pipeline,sha}', payload #>> '{commit,id}') AS sha,
			CASE WHEN payload ? 'object_kind' THEN NULL ELSE payload -> 'commit' END AS commit
		OFFSET 0) AS p,
	LATERAL (
		SELECT j.* FROM vsm.read_gitlab_job_object(source, p.pipeline, p.job) AS j
		UNION ALL
		SELECT source, 'link', p.pipeline, NULL, p.sha, NULL, 'builds', NULL, NULL, NULL, NULL, 'pipeline', 1.0, NULL, NULL
		WHERE p.pipeline IS NOT NULL AND p.sha IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, vsm.gitlab_project(p.commit ->> 'web_url'), p.commit) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_job(text, jsonb) IS
	'facts of a job of GitLab: webhook build, or GET /projects/ID/jobs';

CREATE FUNCTION vsm.read_gitlab_pipeline(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.pipeline, q.project,
			source || ':pipeline:' || (q.pipeline ->> 'id') AS entity,
			vsm.payload_time(q.pipeline ->> 'created_at') AS created_at,
			-- The webhook says how long it was queued, the API when it started.
			coalesce(vsm.payload_time(q.pipeline ->> 'started_at'),
				vsm.payload_time(q.pipeline ->> 'created_at') + (q.pipeline ->> 'queued_duration')::float8 * interval '1 second') AS started_at,
			vsm.payload_time(q.pipeline ->> 'finished_at') AS finished_at,
			q.pipeline ->> 'status' AS status,
			source || ':merge_request:' || (payload #>> '{merge_request,id}') AS request
		FROM (SELECT CASE WHEN payload ? 'object_kind' THEN payload -> 'object_attributes' ELSE payload END AS pipeline,
				coalesce(payload #>> '{project,path_with_namespace}', vsm.gitlab_project(payload ->> 'web_url')) AS project OFFSET 0) AS q
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, e.fact, p.entity, e.at, e.state, e.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			e.method, NULL::float8, NULL::timestamptz, e.details
		FROM (
			SELECT 'event' AS fact, p.created_at AS at, 'created' AS state, p.entity || ':created' AS id, NULL AS method,
				jsonb_strip_nulls(jsonb_build_object('project', p.project, 'ref', p.pipeline -> 'ref', 'trigger', p.pipeline -> 'source',
					'url', coalesce(p.pipeline -> 'web_url', p.pipeline -> 'url'))) AS details
			UNION ALL
			SELECT 'event', p.started_at, 'running', p.entity || ':running', NULL, NULL
			UNION ALL
			-- A pipeline can be run again: each end is an event.
			SELECT 'event', p.finished_at, p.status, p.entity || ':' || p.status || ':' || floor(extract(epoch FROM p.finished_at)), NULL, NULL
			WHERE p.status IN ('success', 'failed', 'canceled', 'skipped')
			UNION ALL
			SELECT 'observed', vsm.payload_time(p.pipeline ->> 'updated_at'), p.status, NULL, 'observed', NULL
			WHERE p.finished_at IS NULL AND p.status IS NOT NULL) AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', p.entity, p.created_at, p.pipeline ->> 'sha', NULL, 'builds', NULL, NULL, NULL, NULL, 'pipeline', 1.0, NULL, NULL
		WHERE p.pipeline ? 'sha'
		UNION ALL
		SELECT source, 'link', p.entity, p.created_at, p.request, NULL, 'builds', NULL, NULL, NULL, NULL, 'merge request pipeline', 1.0, NULL, NULL
		WHERE p.request IS NOT NULL
		UNION ALL
		SELECT source, 'link', p.entity, p.created_at, source || ':pipeline:' || (payload #>> '{source_pipeline,pipeline_id}'),
			NULL, 'part_of', NULL, NULL, NULL, NULL, 'source pipeline', 1.0, NULL, NULL
		WHERE payload #>> '{source_pipeline,pipeline_id}' IS NOT NULL
		UNION ALL
		SELECT k.*
		FROM vsm.read_keys(source, p.request, NULL, payload #>> '{merge_request,source_branch}', payload #>> '{merge_request,title}', NULL) AS k
		WHERE p.request IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, p.project, payload -> 'commit') AS c
		UNION ALL
		SELECT j.*
		FROM jsonb_array_elements(payload -> 'builds') AS b (job),
			LATERAL vsm.read_gitlab_job_object(source, p.entity, b.job) AS j) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_pipeline(text, jsonb) IS
	'facts of a pipeline of GitLab: webhook pipeline with its jobs, or GET /projects/ID/pipelines and /pipelines/ID';

CREATE FUNCTION vsm.read_gitlab_deployment(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':deployment:' || coalesce(payload ->> 'deployment_id', payload ->> 'id') AS entity,
			payload ->> 'status' AS status,
			payload ? 'object_kind' AS is_webhook,
			-- The API has the environment as an object, the webhook its name.
			coalesce(payload #>> '{environment,name}', payload ->> 'environment') AS environment,
			coalesce(payload ->> 'environment_tier', payload #>> '{environment,tier}') AS tier,
			coalesce(payload #>> '{project,path_with_namespace}', vsm.gitlab_project(payload #>> '{deployable,pipeline,web_url}'),
				vsm.gitlab_project(payload #>> '{deployable,web_url}'), vsm.gitlab_project(payload #>> '{deployable,commit,web_url}')) AS repository,
			coalesce(payload ->> 'sha', substring(payload ->> 'commit_url' FROM '/commit/([0-9a-f]{40,64})')) AS sha,
			coalesce(payload ->> 'deployable_id', payload #>> '{deployable,id}') AS job,
			vsm.payload_time(payload ->> 'created_at') AS created_at,
			vsm.payload_time(payload #>> '{deployable,started_at}') AS started_at,
			vsm.payload_time(payload #>> '{deployable,finished_at}') AS finished_at,
			coalesce(vsm.payload_time(payload ->> 'status_changed_at'), vsm.payload_time(payload ->> 'updated_at'),
				vsm.payload_time(payload ->> 'created_at')) AS changed_at
		OFFSET 0) AS d,
	LATERAL (
		SELECT
			coalesce(d.created_at, CASE d.status WHEN 'created' THEN d.changed_at END) AS created_at,
			coalesce(d.started_at, CASE WHEN d.is_webhook AND d.status = 'running' THEN d.changed_at END) AS started_at,
			CASE WHEN d.status IN ('success', 'failed', 'canceled', 'skipped') THEN coalesce(d.finished_at, d.changed_at) END AS finished_at
		OFFSET 0) AS t,
	LATERAL (
		SELECT source, 'deployment', d.entity, d.changed_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', d.repository,
				'environment', d.environment,
				'environment_tier', coalesce(d.tier, vsm.environment_tier(d.environment)),
				'sha', d.sha,
				'ref', payload -> 'ref',
				'status', d.status,
				'created_at', t.created_at,
				'started_at', t.started_at,
				'finished_at', t.finished_at,
				'url', coalesce(payload -> 'deployable_url', payload #> '{deployable,web_url}')))
		UNION ALL
		SELECT source, e.fact, d.entity, e.at, e.state, d.entity || ':' || e.state, NULL, NULL, NULL, NULL, NULL, e.method, NULL, NULL, NULL
		FROM (
			SELECT 'event' AS fact, t.created_at AS at, 'created' AS state, NULL AS method
			UNION ALL SELECT 'event', t.started_at, 'running', NULL
			UNION ALL SELECT 'event', t.finished_at, d.status, NULL
			UNION ALL SELECT CASE WHEN d.is_webhook THEN 'event' ELSE 'observed' END, d.changed_at, d.status,
				CASE WHEN NOT d.is_webhook THEN 'observed' END
				WHERE t.finished_at IS NULL AND d.status NOT IN ('created', 'running')) AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', d.entity, NULL, d.sha, NULL, 'deploys', NULL, NULL, NULL, NULL, 'deployment', 1.0, NULL, NULL
		WHERE d.sha IS NOT NULL
		UNION ALL
		SELECT source, 'link', d.entity, NULL, source || ':job:' || d.job, NULL, 'part_of', NULL, NULL, NULL, NULL, 'deployment job', 1.0, NULL, NULL
		WHERE d.job IS NOT NULL
		UNION ALL
		SELECT source, 'link', source || ':job:' || d.job, NULL, source || ':pipeline:' || (payload #>> '{deployable,pipeline,id}'),
			NULL, 'part_of', NULL, NULL, NULL, NULL, 'pipeline', 1.0, NULL, NULL
		WHERE d.job IS NOT NULL AND payload #>> '{deployable,pipeline,id}' IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, d.repository, payload #> '{deployable,commit}') AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_deployment(text, jsonb) IS
	'facts of a deployment of GitLab: webhook deployment, or GET /projects/ID/deployments';

CREATE FUNCTION vsm.read_gitlab_release(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT r.project, source || ':release:' || r.project || '@' || coalesce(payload ->> 'tag', payload ->> 'tag_name') AS entity,
			vsm.payload_time(coalesce(payload ->> 'released_at', payload ->> 'created_at')) AS released_at
		FROM (SELECT coalesce(payload #>> '{project,path_with_namespace}', vsm.gitlab_project(payload #>> '{_links,self}')) AS project OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', p.entity, p.released_at, 'released', p.entity || ':released', NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz, NULL::jsonb
		WHERE p.released_at IS NOT NULL AND payload ->> 'action' IS DISTINCT FROM 'delete'
		UNION ALL
		SELECT source, 'link', p.entity, p.released_at, payload #>> '{commit,id}', NULL, 'builds', NULL, NULL, NULL, NULL, 'release', 1.0, NULL, NULL
		WHERE payload #>> '{commit,id}' IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, p.project, payload -> 'commit') AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_release(text, jsonb) IS
	'facts of a release of GitLab: webhook release, or GET /projects/ID/releases';

CREATE FUNCTION vsm.read_gitlab_resource_event(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', e.entity, e.at, e.state,
		e.entity || ':' || CASE
			WHEN payload ? 'label' THEN 'label:' || e.state || ':' || floor(extract(epoch FROM e.at))
			WHEN e.state IN ('opened', 'merged') THEN e.state
			ELSE e.state || ':' || floor(extract(epoch FROM e.at))
		END,
		NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		CASE WHEN payload ? 'label' THEN 'label' END, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (SELECT
			source || CASE payload ->> 'resource_type' WHEN 'MergeRequest' THEN ':merge_request:' ELSE ':issue:' END || (payload ->> 'resource_id') AS entity,
			vsm.payload_time(payload ->> 'created_at') AS at,
			CASE
				WHEN NOT payload ? 'label' THEN payload ->> 'state'
				WHEN payload ->> 'action' = 'remove' THEN (payload #>> '{label,name}') || ' removed'
				ELSE payload #>> '{label,name}'
			END AS state
		OFFSET 0) AS e
	WHERE e.state IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_gitlab_resource_event(text, jsonb) IS
	'facts of a resource state event or resource label event of an issue or a merge request: GET /projects/ID/issues/IID/resource_state_events, ...';

CREATE FUNCTION vsm.gitlab_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN k.reason IS NULL THEN n.reader ELSE n.name END, k.reason
	FROM (SELECT
		CASE payload ->> 'object_kind'
			WHEN 'issue' THEN 'issue'
			WHEN 'work_item' THEN 'issue'
			WHEN 'incident' THEN 'issue'
			WHEN 'merge_request' THEN 'merge_request'
			WHEN 'push' THEN 'push'
			WHEN 'tag_push' THEN 'push'
			WHEN 'pipeline' THEN 'pipeline'
			WHEN 'build' THEN 'job'
			WHEN 'deployment' THEN 'deployment'
			WHEN 'release' THEN 'release'
			ELSE CASE
				WHEN payload ? 'object_kind' OR payload ? 'event_name' THEN NULL
				-- Objects of the API say nothing of their kind: it is told by what each alone has.
				WHEN payload ? 'resource_type' AND (payload ? 'state' OR payload ? 'label') THEN 'resource_event'
				WHEN payload ? 'merge_request' AND payload ? 'commits' THEN 'merge_request_commits'
				WHEN payload ? 'source_branch' AND payload ? 'target_branch' THEN 'merge_request'
				WHEN payload ? 'tag_name' THEN 'release'
				WHEN payload ? 'environment' AND payload ? 'sha' THEN 'deployment'
				WHEN payload ? 'stage' AND payload ? 'name' THEN 'job'
				WHEN payload ? 'parent_ids' THEN 'commit'
				WHEN payload ? 'sha' AND payload ? 'ref' AND payload ? 'status' THEN 'pipeline'
				WHEN payload ? 'iid' AND payload ? 'state' AND payload ? 'title' AND payload ? 'author' THEN 'issue'
			END
		END AS reader,
		coalesce(payload ->> 'object_kind', payload ->> 'event_name', 'payload') AS name
		OFFSET 0) AS n,
	LATERAL (SELECT
		CASE n.reader
			WHEN 'issue' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'object_attributes.id', 'object_attributes.iid',
					'object_attributes.created_at', 'object_attributes.updated_at', 'project.path_with_namespace')
				ELSE vsm.payload_lacks(payload, 'id', 'iid', 'created_at', 'updated_at', 'web_url') END
			WHEN 'merge_request' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'object_attributes.id', 'object_attributes.iid',
					'object_attributes.created_at', 'object_attributes.updated_at', 'object_attributes.state', 'project.path_with_namespace')
				ELSE vsm.payload_lacks(payload, 'id', 'iid', 'created_at', 'updated_at', 'state', 'web_url') END
			WHEN 'merge_request_commits' THEN vsm.payload_lacks(payload, 'merge_request.id')
			WHEN 'push' THEN vsm.payload_lacks(payload, 'ref', 'after', 'project.path_with_namespace')
			WHEN 'pipeline' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'object_attributes.id', 'object_attributes.created_at', 'object_attributes.status')
				ELSE vsm.payload_lacks(payload, 'id', 'created_at') END
			WHEN 'job' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'build_id', 'build_status', 'build_created_at', 'pipeline_id')
				ELSE vsm.payload_lacks(payload, 'id', 'status', 'created_at') END
			WHEN 'deployment' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'deployment_id', 'status', 'status_changed_at')
				ELSE vsm.payload_lacks(payload, 'id', 'status', 'created_at') END
			WHEN 'release' THEN
				CASE WHEN payload ? 'object_kind' THEN vsm.payload_lacks(payload, 'tag', 'project.path_with_namespace')
				ELSE vsm.payload_lacks(payload, '_links.self') END
			WHEN 'commit' THEN vsm.payload_lacks(payload, 'id')
			WHEN 'resource_event' THEN
				CASE WHEN payload ->> 'resource_type' NOT IN ('Issue', 'WorkItem', 'MergeRequest') THEN 'it is about neither an issue nor a merge request'
				ELSE vsm.payload_lacks(payload, 'resource_id', 'created_at') END
			ELSE CASE n.name
				WHEN 'payload' THEN 'its shape is not known: neither a webhook nor an object of the API that is read'
				WHEN 'note' THEN 'comments change no state'
				WHEN 'feature_flag' THEN 'switching a feature on or off is not told of an item, a commit or a deployment'
				ELSE 'it says nothing about the flow of work'
			END
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.gitlab_kind(jsonb) IS
	'which reader reads a payload of GitLab, or why none does';

/*
 * GitHub: webhooks and the same objects of the REST API.
 *
 * Entities are SOURCE:issue:ID, SOURCE:pull_request:ID, SOURCE:workflow_run:ID,
 * SOURCE:workflow_job:ID and SOURCE:deployment:ID with GitHub's ids, SOURCE:release:REPOSITORY@TAG,
 * SOURCE:tag:REPOSITORY@TAG and SOURCE:branch:REPOSITORY@BRANCH, and the SHAs of commits. A
 * repository is its full name: shop/checkout. Issues are items; "shop/checkout#12" is an alias of
 * an issue or of a pull request, which share their numbers.
 *
 * A webhook's body does not say which event it is (a header does), so kinds are told by shape.
 * Events that a webhook and the API both tell of have the same id; the earlier time is kept.
 * Labels are events with method "label": the name when added, "NAME removed" when removed.
 *
 * Where an object has no time for what happened to it, its updated_at is the time: reopened,
 * draft, ready_for_review, review_requested, enqueued, dismissed, labels, deleted, transferred.
 */

CREATE FUNCTION vsm.github_repository(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT substring(url FROM '^[a-z]+://[^/]+/(?:api/v3/)?(?:repos/)?([^/]+/[^/]+)(?:/|$)');
END;
COMMENT ON FUNCTION vsm.github_repository(text) IS
	'the repository that the address of an object of GitHub lies in: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.github_closes(message text, repository text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT coalesce(r.reference[1], r.reference[2], repository) || '#' || r.reference[3]
	-- (Most messages name no issue at all: they need no regular expression.)
	FROM (SELECT message AS text WHERE strpos(message, '#') > 0 OR strpos(message, '/issues/') > 0 OFFSET 0) AS m,
		regexp_matches(m.text,
			'\m(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:https?://[^/\s]+/([\w.-]+/[\w.-]+)/issues/|([\w.-]+/[\w.-]+)?#)(\d+)\M', 'gi') AS r (reference);
END;
COMMENT ON FUNCTION vsm.github_closes(text, text) IS
	'the issues of GitHub that a message closes ("Fixes #4, closes shop/web#6"), as REPOSITORY#NUMBER; repository is that of a bare #4';

CREATE FUNCTION vsm.read_github_commit_object(source text, repository text, commit jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT source, f.fact, c.sha, f.at, f.value, NULL::text, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, f.confidence, NULL::timestamptz, f.details
	FROM (SELECT
			-- The API has the commit proper inside; webhooks have a flat one with one time.
			coalesce(commit ->> 'sha', commit ->> 'id') AS sha,
			vsm.payload_time(coalesce(commit #>> '{commit,committer,date}', commit ->> 'timestamp')) AS committed_at,
			coalesce(commit #>> '{commit,message}', commit ->> 'message') AS message
		OFFSET 0) AS c,
	LATERAL (SELECT split_part(c.message, E'\n', 1) AS title OFFSET 0) AS t,
	LATERAL (
		SELECT 'commit' AS fact, c.committed_at AS at, NULL AS value, NULL AS name, NULL AS method, NULL::float8 AS confidence,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', repository,
				'authored_at', vsm.payload_time(commit #>> '{commit,author,date}'),
				'committed_at', c.committed_at,
				'title', t.title,
				'parents', CASE WHEN commit ? 'parents' THEN jsonb_path_query_array(commit, '$.parents[*].sha') END,
				'url', coalesce(commit -> 'html_url', commit -> 'url'))) AS details
		UNION ALL
		SELECT k.fact, k.at, k.value, k.name, k.method, k.confidence, k.details
		FROM vsm.read_keys(source, c.sha, c.committed_at, NULL, t.title, NULL) AS k
		UNION ALL
		SELECT 'link', c.committed_at, r.issue, 'implements', 'closing reference', 1.0, NULL
		FROM vsm.github_closes(c.message, repository) AS r (issue)
		UNION ALL
		-- What GitHub writes into the subject when it squashes or merges a pull request.
		SELECT 'link', NULL, repository || '#' || n.number, 'part_of', 'number in subject', 0.95, NULL
		FROM (SELECT coalesce(substring(t.title FROM '\(#(\d+)\)$'), substring(t.title FROM '^Merge pull request #(\d+) from ')) AS number OFFSET 0) AS n
		WHERE n.number IS NOT NULL AND repository IS NOT NULL) AS f
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_github_commit_object(text, text, jsonb) IS
	'the facts of a commit in a payload of GitHub: the commit, the keys in its subject, the issues that it closes, the pull request that it is of';

CREATE FUNCTION vsm.read_github_commit(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_github_commit_object(source, vsm.github_repository(payload ->> 'html_url'), payload) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_commit(text, jsonb) IS
	'facts of a commit of GET /repos/OWNER/NAME/commits, with its parents';

CREATE FUNCTION vsm.github_type(issue jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(
		vsm.item_type(issue #>> '{type,name}'),
		(SELECT min(vsm.item_type(l ->> 'name')) FROM jsonb_array_elements(issue -> 'labels') AS l
		 WHERE vsm.item_type(l ->> 'name') IN ('defect', 'risk', 'debt')),
		vsm.item_type('issue'));
END;
COMMENT ON FUNCTION vsm.github_type(jsonb) IS
	'feature, defect, risk, debt or other: by the type of an issue of GitHub, else by its labels';

/*
 * An issue, its state and, from a webhook, what has just happened to it. Closed as not planned or
 * as a duplicate are states of their own. An issue with the type or a label "incident" is an
 * incident, too; "root cause: SHA" in its text is the cause.
 */
CREATE FUNCTION vsm.read_github_issue(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, i.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, f.confidence, NULL::timestamptz, f.details
	FROM (
		SELECT o.issue, o.action, o.repository,
			source || ':issue:' || (o.issue ->> 'id') AS entity,
			o.repository || '#' || (o.issue ->> 'number') AS key,
			jsonb_path_query_array(o.issue, '$.labels[*].name') AS labels,
			vsm.payload_time(o.issue ->> 'created_at') AS created_at,
			vsm.payload_time(o.issue ->> 'updated_at') AS updated_at,
			CASE o.issue ->> 'state' WHEN 'closed' THEN vsm.payload_time(o.issue ->> 'closed_at') END AS closed_at
		FROM (SELECT q.issue, payload ->> 'action' AS action,
				coalesce(payload #>> '{repository,full_name}', vsm.github_repository(q.issue ->> 'repository_url'),
					vsm.github_repository(q.issue ->> 'html_url')) AS repository
			FROM (SELECT CASE WHEN payload ? 'issue' THEN payload -> 'issue' ELSE payload END AS issue OFFSET 0) AS q
			OFFSET 0) AS o
		-- The API lists pull requests among the issues; they come by a list of their own.
		WHERE NOT o.issue ? 'pull_request'
		OFFSET 0) AS i,
	LATERAL (
		SELECT 'item' AS fact, i.updated_at AS at, NULL AS value, NULL AS id, NULL AS name, NULL AS method, NULL::float8 AS confidence,
			jsonb_build_object(
				'source', source,
				'key', i.key,
				'project', i.repository,
				'source_type', coalesce(i.issue #>> '{type,name}', 'issue'),
				'type', vsm.github_type(i.issue),
				'title', i.issue -> 'title',
				'url', i.issue -> 'html_url',
				'created_at', i.created_at,
				'due_at', vsm.payload_time(i.issue #>> '{milestone,due_on}'),
				'tags', i.labels) AS details
		UNION ALL
		SELECT 'alias', i.created_at, i.key, NULL, NULL, NULL, NULL, NULL
		UNION ALL
		-- Moved from another repository: people go on writing the old number.
		SELECT 'alias', i.created_at, (payload #>> '{changes,old_repository,full_name}') || '#' || (payload #>> '{changes,old_issue,number}'),
			NULL, NULL, NULL, NULL, NULL
		WHERE payload #>> '{changes,old_repository,full_name}' IS NOT NULL AND payload #>> '{changes,old_issue,number}' IS NOT NULL
		UNION ALL
		SELECT 'event', e.at, e.state, i.entity || ':' || e.id, NULL, e.method, NULL, NULL
		FROM (
			SELECT i.created_at AS at, 'opened' AS state, 'opened' AS id, NULL AS method
			UNION ALL
			SELECT i.closed_at, coalesce(nullif(i.issue ->> 'state_reason', 'completed'), 'closed'), 'closed:' || floor(extract(epoch FROM i.closed_at)), NULL
			UNION ALL
			SELECT i.updated_at, i.action, i.action || ':' || floor(extract(epoch FROM i.updated_at)), NULL
			WHERE i.action IN ('reopened', 'deleted', 'transferred')
			UNION ALL
			SELECT i.updated_at, l.state, 'label:' || l.state || ':' || floor(extract(epoch FROM i.updated_at)), 'label'
			FROM (SELECT (payload #>> '{label,name}') || CASE i.action WHEN 'unlabeled' THEN ' removed' ELSE '' END AS state OFFSET 0) AS l
			WHERE i.action IN ('labeled', 'unlabeled') AND l.state IS NOT NULL) AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT 'incident', i.updated_at, NULL, NULL, NULL, NULL, NULL,
			jsonb_build_object(
				'source', source,
				'repository', i.repository,
				'opened_at', i.created_at,
				'resolved_at', i.closed_at,
				'severity', (SELECT min(l) FROM jsonb_array_elements_text(i.labels) AS l WHERE l ~* '^(sev|severity)[ :/_-]*\d'),
				'status', i.issue -> 'state',
				'title', i.issue -> 'title',
				'url', i.issue -> 'html_url')
		WHERE i.issue #>> '{type,name}' ILIKE 'incident' OR i.labels @? '$[*] ? (@ like_regex "^incident$" flag "i")'
		UNION ALL
		SELECT 'link', i.created_at, c.sha, NULL, 'caused_by', 'root cause in description', 0.9, NULL
		FROM (SELECT lower(substring(i.issue ->> 'body' FROM '(?i)\mroot cause:\s*([0-9a-f]{40})\M')) AS sha OFFSET 0) AS c
		WHERE c.sha IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_issue(text, jsonb) IS
	'facts of an issue of GitHub: webhook issues, or GET /repos/OWNER/NAME/issues';

CREATE FUNCTION vsm.read_github_issue_event(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', e.entity, e.at, e.state,
		e.entity || ':' || CASE WHEN e.is_label THEN 'label:' || e.state ELSE e.event END || ':' || floor(extract(epoch FROM e.at)),
		NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		CASE WHEN e.is_label THEN 'label' END, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (SELECT
			source || ':issue:' || (payload #>> '{issue,id}') AS entity,
			vsm.payload_time(payload ->> 'created_at') AS at,
			payload ->> 'event' AS event,
			payload ->> 'event' IN ('labeled', 'unlabeled') AS is_label,
			CASE payload ->> 'event'
				WHEN 'closed' THEN coalesce(nullif(payload ->> 'state_reason', 'completed'), 'closed')
				WHEN 'reopened' THEN 'reopened'
				WHEN 'labeled' THEN payload #>> '{label,name}'
				WHEN 'unlabeled' THEN (payload #>> '{label,name}') || ' removed'
			END AS state
		OFFSET 0) AS e
	WHERE e.state IS NOT NULL AND NOT payload -> 'issue' ? 'pull_request';
END;
COMMENT ON FUNCTION vsm.read_github_issue_event(text, jsonb) IS
	'facts of an event of GET /repos/OWNER/NAME/issues/events: closed, reopened and labels, with every time that they happened';

/*
 * A pull request: what the object itself says. merge_commit_sha is a trial before the merge; after
 * it, the commit that the merge, squash or rebase left on the base branch.
 */
CREATE FUNCTION vsm.read_github_pull_request_object(source text, repository text, request jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, f.confidence, NULL::timestamptz, f.details
	FROM (SELECT source || ':pull_request:' || (request ->> 'id') AS entity,
			vsm.payload_time(request ->> 'created_at') AS created_at,
			vsm.payload_time(request ->> 'closed_at') AS closed_at,
			vsm.payload_time(request ->> 'merged_at') AS merged_at
		OFFSET 0) AS r,
	LATERAL (
		SELECT 'alias' AS fact, r.entity, r.created_at AS at, repository || '#' || (request ->> 'number') AS value, NULL AS id, NULL AS name,
			NULL AS method, NULL::float8 AS confidence, NULL::jsonb AS details
		WHERE repository IS NOT NULL AND request ? 'number'
		UNION ALL
		SELECT 'event', r.entity, r.created_at, 'opened', r.entity || ':opened', NULL, NULL, NULL,
			jsonb_build_object('repository', repository, 'number', request -> 'number', 'source_branch', request #> '{head,ref}',
				'target_branch', request #> '{base,ref}', 'url', request -> 'html_url')
		WHERE r.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', r.entity, r.merged_at, 'merged', r.entity || ':merged', NULL, NULL, NULL, NULL
		WHERE r.merged_at IS NOT NULL
		UNION ALL
		SELECT 'event', r.entity, r.closed_at, 'closed', r.entity || ':closed:' || floor(extract(epoch FROM r.closed_at)), NULL, NULL, NULL, NULL
		WHERE r.merged_at IS NULL AND r.closed_at IS NOT NULL AND request ->> 'state' = 'closed'
		UNION ALL
		SELECT k.fact, k.entity, k.at, k.value, k.id, k.name, k.method, k.confidence, k.details
		FROM vsm.read_keys(source, r.entity, r.created_at, request #>> '{head,ref}', request ->> 'title', request ->> 'body') AS k
		UNION ALL
		SELECT 'link', r.entity, r.created_at, c.issue, NULL, 'implements', 'closing reference', 1.0, NULL
		FROM vsm.github_closes(concat_ws(E'\n', request ->> 'title', request ->> 'body'), repository) AS c (issue)
		UNION ALL
		SELECT 'link', request ->> 'merge_commit_sha', NULL, r.entity, NULL, 'part_of', 'merge commit', 1.0, NULL
		WHERE r.merged_at IS NOT NULL AND request ->> 'merge_commit_sha' IS NOT NULL
		UNION ALL
		SELECT 'link', request #>> '{head,sha}', NULL, r.entity, NULL, 'part_of', 'head commit', 1.0, NULL
		WHERE request #>> '{head,sha}' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_object(text, text, jsonb) IS
	'the facts of a pull request in a payload of GitHub: opened, merged, closed, its commits, the items that it implements';

CREATE FUNCTION vsm.read_github_pull_request(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.request, payload ->> 'action' AS action,
			coalesce(payload #>> '{repository,full_name}', q.request #>> '{base,repo,full_name}', vsm.github_repository(q.request ->> 'html_url')) AS repository,
			source || ':pull_request:' || (q.request ->> 'id') AS entity,
			vsm.payload_time(q.request ->> 'created_at') AS created_at,
			vsm.payload_time(q.request ->> 'updated_at') AS updated_at
		FROM (SELECT CASE WHEN payload ? 'pull_request' THEN payload -> 'pull_request' ELSE payload END AS request OFFSET 0) AS q
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_github_pull_request_object(source, p.repository, p.request) AS r
		UNION ALL
		SELECT source, 'event', p.entity, e.at, e.state, p.entity || ':' || e.id || ':' || floor(extract(epoch FROM e.at)),
			NULL, NULL, NULL, NULL, NULL, e.method, NULL, NULL, e.details
		FROM (
			SELECT p.updated_at AS at, p.action AS state, p.action AS id, NULL AS method, NULL::jsonb AS details
			WHERE p.action IN ('reopened', 'ready_for_review', 'enqueued', 'dequeued')
			UNION ALL
			SELECT p.updated_at, 'review_requested', 'review_requested:' || coalesce(r.reviewer, ''), NULL, jsonb_build_object('reviewer', r.reviewer)
			FROM (SELECT coalesce(payload #>> '{requested_reviewer,login}', payload #>> '{requested_team,slug}') AS reviewer OFFSET 0) AS r
			WHERE p.action = 'review_requested'
			UNION ALL
			SELECT CASE p.action WHEN 'opened' THEN p.created_at ELSE p.updated_at END, 'draft', 'draft', NULL, NULL
			WHERE p.action = 'converted_to_draft' OR p.action = 'opened' AND p.request ->> 'draft' = 'true'
			UNION ALL
			SELECT p.updated_at, l.state, 'label:' || l.state, 'label', NULL
			FROM (SELECT (payload #>> '{label,name}') || CASE p.action WHEN 'unlabeled' THEN ' removed' ELSE '' END AS state OFFSET 0) AS l
			WHERE p.action IN ('labeled', 'unlabeled') AND l.state IS NOT NULL) AS e
		WHERE e.at IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request(text, jsonb) IS
	'facts of a pull request of GitHub: webhook pull_request, or GET /repos/OWNER/NAME/pulls';

CREATE FUNCTION vsm.read_github_review_object(source text, entity text, action text, dismissed_at timestamptz, review jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', entity, e.at, e.state, e.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
		NULL::text, NULL::float8, NULL::timestamptz,
		jsonb_strip_nulls(jsonb_build_object('reviewer', review #>> '{user,login}', 'sha', review -> 'commit_id'))
	FROM (
		-- What a dismissed review had said is not told any more; a pending one has no time yet.
		SELECT vsm.payload_time(review ->> 'submitted_at') AS at, lower(review ->> 'state') AS state, entity || ':review:' || (review ->> 'id') AS id
		WHERE lower(review ->> 'state') NOT IN ('dismissed', 'pending')
		UNION ALL
		SELECT dismissed_at, 'dismissed', entity || ':review:' || (review ->> 'id') || ':dismissed'
		WHERE action = 'dismissed') AS e
	WHERE e.at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_github_review_object(text, text, text, timestamptz, jsonb) IS
	'the event that a review of a pull request is: commented, approved, changes_requested or dismissed';

CREATE FUNCTION vsm.read_github_pull_request_review(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT source || ':pull_request:' || (payload #>> '{pull_request,id}') AS entity,
			vsm.payload_time(payload #>> '{pull_request,updated_at}') AS updated_at OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_github_pull_request_object(source, payload #>> '{repository,full_name}', payload -> 'pull_request') AS r
		UNION ALL
		SELECT v.* FROM vsm.read_github_review_object(source, p.entity, payload ->> 'action', p.updated_at, payload -> 'review') AS v) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_review(text, jsonb) IS
	'facts of the webhook pull_request_review of GitHub';

CREATE FUNCTION vsm.read_github_pull_request_part(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT source || ':pull_request:' || (payload #>> '{pull_request,id}') AS entity OFFSET 0) AS p,
	LATERAL (
		SELECT v.*
		FROM jsonb_array_elements(payload -> 'reviews') AS r (review),
			LATERAL vsm.read_github_review_object(source, p.entity, NULL, NULL, r.review) AS v
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.read_github_commit_object(source, vsm.github_repository(c.object ->> 'html_url'), c.object) AS o
		UNION ALL
		SELECT source, 'link', c.object ->> 'sha', NULL, p.entity, NULL, 'part_of', NULL, NULL, NULL, NULL, 'pull request commits', 1.0, NULL, NULL
		FROM jsonb_array_elements(payload -> 'commits') AS c (object)
		WHERE c.object ->> 'sha' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_pull_request_part(text, jsonb) IS
	'facts of answers of GET /repos/OWNER/NAME/pulls/NUMBER/commits and /reviews, wrapped with the request whose id they lack: '
	'{"pull_request": {"id": 99}, "commits": [...], "reviews": [...]}';

CREATE FUNCTION vsm.read_github_push(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT r.*, source || CASE WHEN r.is_tag THEN ':tag:' ELSE ':branch:' END || r.repository || '@' || r.name AS entity
		FROM (SELECT payload #>> '{repository,full_name}' AS repository,
				regexp_replace(payload ->> 'ref', '^refs/(heads|tags)/', '') AS name,
				starts_with(payload ->> 'ref', 'refs/tags/') AS is_tag,
				payload ->> 'deleted' = 'true' AS deleted,
				-- An annotated tag has a SHA of its own: the commit is the head.
				coalesce(payload #>> '{head_commit,id}', payload ->> 'after') AS sha,
				-- Seconds here, where everything else is ISO 8601.
				coalesce(
					CASE jsonb_typeof(payload #> '{repository,pushed_at}')
						WHEN 'number' THEN vsm.payload_time(((payload #>> '{repository,pushed_at}')::numeric * 1000)::text)
						ELSE vsm.payload_time(payload #>> '{repository,pushed_at}')
					END,
					vsm.payload_time(payload #>> '{head_commit,timestamp}')) AS at,
				-- A tag, or a branch made from another, has no commits but a head.
				CASE WHEN payload -> 'commits' @> jsonb_build_array(jsonb_build_object('id', payload #> '{head_commit,id}'))
					OR jsonb_typeof(payload -> 'head_commit') IS DISTINCT FROM 'object' THEN payload -> 'commits'
				ELSE coalesce(payload -> 'commits', '[]') || jsonb_build_array(payload -> 'head_commit') END AS commits
			OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', p.entity, p.at,
			CASE WHEN p.deleted THEN 'deleted' WHEN p.is_tag THEN 'tagged' ELSE 'pushed' END,
			p.entity || ':' || CASE WHEN p.deleted THEN 'deleted:' || floor(extract(epoch FROM p.at)) ELSE p.sha END,
			NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_build_object('before', payload -> 'before', 'after', payload -> 'after', 'forced', payload -> 'forced',
				'commits', jsonb_array_length(payload -> 'commits'))
		WHERE p.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', p.entity, p.at, p.sha, NULL, 'builds', NULL, NULL, NULL, NULL, 'tag', 1.0, NULL, NULL
		WHERE p.is_tag AND NOT p.deleted
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(p.commits) AS c (object),
			LATERAL vsm.read_github_commit_object(source, p.repository, c.object) AS o
		UNION ALL
		SELECT k.*
		FROM jsonb_array_elements(payload -> 'commits') AS c (object),
			LATERAL vsm.read_keys(source, c.object ->> 'id', vsm.payload_time(c.object ->> 'timestamp'), p.name, NULL, NULL) AS k
		WHERE NOT p.is_tag AND p.name IS DISTINCT FROM payload #>> '{repository,default_branch}') AS f;
END;
COMMENT ON FUNCTION vsm.read_github_push(text, jsonb) IS
	'facts of the webhook push of GitHub, of a branch or a tag: the commits, and what their subjects and the branch name';

/*
 * A run of a workflow. A re-run keeps the id and counts run_attempt up: each attempt is queued,
 * in_progress and ends with its conclusion (success, failure, cancelled, action_required, ...).
 */
CREATE FUNCTION vsm.read_github_workflow_run(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.run,
			source || ':workflow_run:' || (q.run ->> 'id') AS entity,
			coalesce(payload #>> '{repository,full_name}', q.run #>> '{repository,full_name}', vsm.github_repository(q.run ->> 'html_url')) AS repository,
			coalesce((q.run ->> 'run_attempt')::integer, 1) AS attempt,
			vsm.payload_time(q.run ->> 'created_at') AS created_at,
			vsm.payload_time(q.run ->> 'run_started_at') AS started_at,
			vsm.payload_time(q.run ->> 'updated_at') AS updated_at,
			q.run ->> 'status' AS status,
			payload ->> 'action' AS action
		FROM (SELECT CASE WHEN payload ? 'workflow_run' THEN payload -> 'workflow_run' ELSE payload END AS run OFFSET 0) AS q
		OFFSET 0) AS r,
	LATERAL (
		SELECT source, e.fact, r.entity, e.at, e.state, CASE e.fact WHEN 'event' THEN r.entity || ':' || e.attempt || ':' || e.id END,
			NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, e.method, NULL::float8, NULL::timestamptz, e.details
		FROM (
			SELECT 'event' AS fact, r.created_at AS at, 'queued' AS state, 1 AS attempt, 'queued' AS id, NULL AS method,
				jsonb_strip_nulls(jsonb_build_object('repository', r.repository, 'name', r.run -> 'name', 'ref', r.run -> 'head_branch',
					'trigger', r.run -> 'event', 'run_number', r.run -> 'run_number', 'url', r.run -> 'html_url')) AS details
			UNION ALL
			SELECT 'event', r.started_at, 'queued', r.attempt, 'queued', NULL, NULL
			WHERE r.attempt > 1
			UNION ALL
			SELECT 'event', r.updated_at, 'in_progress', r.attempt, 'in_progress', NULL, NULL
			WHERE r.action = 'in_progress'
			UNION ALL
			SELECT 'event', r.updated_at, r.run ->> 'conclusion', r.attempt, 'completed', NULL, NULL
			WHERE r.status = 'completed' AND r.run ->> 'conclusion' IS NOT NULL
			UNION ALL
			SELECT 'observed', r.updated_at, r.status, NULL, NULL, 'observed', NULL
			WHERE r.action IS NULL AND r.status <> 'completed') AS e
		WHERE e.at IS NOT NULL
		UNION ALL
		SELECT source, 'link', r.entity, r.created_at, r.run ->> 'head_sha', NULL, 'builds', NULL, NULL, NULL, NULL, 'workflow run', 1.0, NULL, NULL
		WHERE r.run ->> 'head_sha' IS NOT NULL
		UNION ALL
		SELECT source, 'link', r.entity, r.created_at, source || ':pull_request:' || (p.request ->> 'id'),
			NULL, 'builds', NULL, NULL, NULL, NULL, 'pull request run', 1.0, NULL, NULL
		FROM jsonb_array_elements(r.run -> 'pull_requests') AS p (request)
		WHERE p.request ->> 'id' IS NOT NULL
		UNION ALL
		SELECT c.*
		FROM vsm.read_github_commit_object(source, coalesce(r.run #>> '{head_repository,full_name}', r.repository), r.run -> 'head_commit') AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_run(text, jsonb) IS
	'facts of a run of GitHub Actions: webhook workflow_run, or GET /repos/OWNER/NAME/actions/runs/ID';

CREATE FUNCTION vsm.read_github_workflow_runs(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 500
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(payload -> 'workflow_runs') AS r, LATERAL vsm.read_github_workflow_run(source, r) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_runs(text, jsonb) IS
	'facts of a page of GET /repos/OWNER/NAME/actions/runs';

/*
 * A job of a run. It is waiting while a person has yet to approve the environment, queued until
 * a runner takes it. Until then GitHub writes the creation as its start.
 */
CREATE FUNCTION vsm.read_github_workflow_job(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT q.job,
			source || ':workflow_job:' || (q.job ->> 'id') AS entity,
			source || ':workflow_run:' || (q.job ->> 'run_id') AS run,
			vsm.payload_time(q.job ->> 'created_at') AS created_at,
			vsm.payload_time(q.job ->> 'started_at') AS started_at,
			vsm.payload_time(q.job ->> 'completed_at') AS completed_at,
			q.job ->> 'status' AS status,
			q.job ->> 'conclusion' AS conclusion
		FROM (SELECT CASE WHEN payload ? 'workflow_job' THEN payload -> 'workflow_job' ELSE payload END AS job OFFSET 0) AS q
		OFFSET 0) AS j,
	LATERAL (
		SELECT 'event' AS fact, j.entity, j.created_at AS at, s.state AS value, j.entity || ':' || s.state AS id, NULL AS name, NULL AS method,
			jsonb_strip_nulls(jsonb_build_object('name', j.job -> 'name', 'attempt', j.job -> 'run_attempt', 'url', j.job -> 'html_url')) AS details
		FROM (SELECT CASE j.status WHEN 'waiting' THEN 'waiting' ELSE 'queued' END AS state OFFSET 0) AS s
		WHERE j.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', j.entity, j.started_at, 'in_progress', j.entity || ':in_progress', NULL, NULL, NULL
		WHERE j.status IN ('in_progress', 'completed') AND j.conclusion IS DISTINCT FROM 'skipped' AND j.started_at IS NOT NULL
		UNION ALL
		SELECT 'event', j.entity, j.completed_at, j.conclusion, j.entity || ':completed', NULL, NULL, NULL
		WHERE j.conclusion IS NOT NULL AND j.completed_at IS NOT NULL
		UNION ALL
		SELECT 'link', j.entity, NULL, j.run, NULL, 'part_of', 'workflow run', NULL
		UNION ALL
		SELECT 'link', j.run, NULL, j.job ->> 'head_sha', NULL, 'builds', 'workflow run', NULL
		WHERE j.job ->> 'head_sha' IS NOT NULL
		UNION ALL
		SELECT 'link', source || ':deployment:' || (payload #>> '{deployment,id}'), NULL, j.entity, NULL, 'part_of', 'workflow job', NULL
		WHERE payload #>> '{deployment,id}' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_job(text, jsonb) IS
	'facts of a job of GitHub Actions: webhook workflow_job, or GET /repos/OWNER/NAME/actions/jobs/ID';

CREATE FUNCTION vsm.read_github_workflow_jobs(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT f.* FROM jsonb_array_elements(payload -> 'jobs') AS j, LATERAL vsm.read_github_workflow_job(source, j) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_workflow_jobs(text, jsonb) IS
	'facts of a page of GET /repos/OWNER/NAME/actions/runs/ID/jobs';

/*
 * A deployment and its statuses: queued, pending, waiting, in_progress, success, failure, error.
 * GitHub makes a successful deployment inactive when the next one succeeds: that is an event, but
 * it stays a success in the table.
 */
CREATE FUNCTION vsm.read_github_deployment(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT source, f.fact, d.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT q.deployment, q.status, q.status ->> 'state' AS state,
			source || ':deployment:' || coalesce(q.deployment ->> 'id', substring(q.status ->> 'deployment_url' FROM '/deployments/(\d+)')) AS entity,
			coalesce(payload #>> '{repository,full_name}', vsm.github_repository(coalesce(q.deployment ->> 'repository_url', q.status ->> 'repository_url',
				q.deployment ->> 'url', q.status ->> 'deployment_url'))) AS repository,
			coalesce(q.status ->> 'environment', q.deployment ->> 'environment') AS environment,
			vsm.payload_time(q.deployment ->> 'created_at') AS created_at,
			coalesce(vsm.payload_time(q.status ->> 'created_at'), vsm.payload_time(q.deployment ->> 'created_at')) AS at
		FROM (SELECT
				CASE WHEN payload ? 'deployment' THEN payload -> 'deployment' WHEN NOT payload ? 'deployment_url' THEN payload END AS deployment,
				CASE WHEN payload ? 'deployment_status' THEN payload -> 'deployment_status' WHEN payload ? 'deployment_url' THEN payload END AS status
			OFFSET 0) AS q
		OFFSET 0) AS d,
	LATERAL (
		SELECT 'deployment' AS fact, d.at, NULL AS value, NULL AS id, NULL AS name, NULL AS method,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'repository', d.repository,
				'environment', d.environment,
				'environment_tier', CASE WHEN d.deployment ->> 'production_environment' = 'true' THEN 'production' ELSE vsm.environment_tier(d.environment) END,
				'sha', d.deployment -> 'sha',
				'ref', d.deployment -> 'ref',
				'status', CASE WHEN d.state <> 'inactive' THEN d.state END,
				'created_at', d.created_at,
				'started_at', CASE d.state WHEN 'in_progress' THEN d.at END,
				'finished_at', CASE WHEN d.state IN ('success', 'failure', 'error') THEN d.at END,
				'url', coalesce(nullif(d.status ->> 'log_url', ''), nullif(d.status ->> 'target_url', ''), d.deployment ->> 'url'))) AS details
		UNION ALL
		SELECT 'event', d.created_at, 'created', d.entity || ':created', NULL, NULL, NULL
		WHERE d.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', d.at, d.state, d.entity || ':status:' || (d.status ->> 'id'), NULL, NULL, NULL
		WHERE d.state IS NOT NULL AND d.at IS NOT NULL
		UNION ALL
		SELECT 'link', NULL, d.deployment ->> 'sha', NULL, 'deploys', 'deployment', NULL
		WHERE d.deployment ->> 'sha' IS NOT NULL
		UNION ALL
		SELECT 'link', NULL, source || ':workflow_run:' || (payload #>> '{workflow_run,id}'), NULL, 'part_of', 'workflow run', NULL
		WHERE payload #>> '{workflow_run,id}' IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_github_deployment(text, jsonb) IS
	'facts of a deployment of GitHub and of a status of it: webhooks deployment and deployment_status, '
	'or GET /repos/OWNER/NAME/deployments and /deployments/ID/statuses';

CREATE FUNCTION vsm.read_github_release(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT source, f.fact, p.entity, p.published_at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, NULL::jsonb
	FROM (SELECT r.release, r.repository || '@' || (r.release ->> 'tag_name') AS name,
			source || ':release:' || r.repository || '@' || (r.release ->> 'tag_name') AS entity,
			vsm.payload_time(r.release ->> 'published_at') AS published_at
		FROM (SELECT q.release, coalesce(payload #>> '{repository,full_name}', vsm.github_repository(q.release ->> 'html_url'),
				vsm.github_repository(q.release ->> 'url')) AS repository
			FROM (SELECT CASE WHEN payload ? 'release' THEN payload -> 'release' ELSE payload END AS release OFFSET 0) AS q OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT 'event' AS fact, s.state AS value, p.entity || ':' || s.state AS id, NULL AS name, NULL AS method
		FROM (SELECT CASE p.release ->> 'prerelease' WHEN 'true' THEN 'prereleased' ELSE 'released' END AS state OFFSET 0) AS s
		UNION ALL
		SELECT 'link', source || ':tag:' || p.name, NULL, 'builds', 'tag'
		UNION ALL
		-- A branch or a SHA: what the tag was made of.
		SELECT 'link', p.release ->> 'target_commitish', NULL, 'builds', 'release'
		WHERE p.release ->> 'target_commitish' ~ '^[0-9a-f]{40}$') AS f
	-- A draft is not published; one that was deleted says nothing new.
	WHERE p.published_at IS NOT NULL AND p.release ->> 'draft' IS DISTINCT FROM 'true' AND payload ->> 'action' IS DISTINCT FROM 'deleted';
END;
COMMENT ON FUNCTION vsm.read_github_release(text, jsonb) IS
	'facts of a release of GitHub: webhook release, or GET /repos/OWNER/NAME/releases';

CREATE FUNCTION vsm.github_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN k.reason IS NULL THEN n.reader ELSE n.name END, k.reason
	FROM (SELECT s.name, CASE s.name WHEN 'deployment_status' THEN 'deployment' ELSE s.name END AS reader
		FROM (SELECT CASE
			-- Webhooks: the object that the event is about may have others beside it.
			WHEN payload ? 'deployment_status' THEN 'deployment_status'
			WHEN payload ? 'workflow_job' THEN 'workflow_job'
			WHEN payload ? 'deployment_callback_url' THEN 'deployment_protection_rule'
			WHEN payload ? 'workflow_job_run' OR payload ? 'workflow_job_runs' THEN 'deployment_review'
			WHEN payload ? 'check_run' THEN 'check_run'
			WHEN payload ? 'check_suite' THEN 'check_suite'
			WHEN payload ? 'deployment' THEN 'deployment'
			WHEN payload ? 'workflow_run' THEN 'workflow_run'
			WHEN payload ? 'review' AND payload ? 'pull_request' THEN 'pull_request_review'
			WHEN payload ? 'comment' AND payload ? 'pull_request' THEN 'pull_request_review_comment'
			WHEN payload ? 'thread' AND payload ? 'pull_request' THEN 'pull_request_review_thread'
			WHEN payload ? 'comment' AND payload ? 'issue' THEN 'issue_comment'
			WHEN payload ? 'pull_request' AND (payload ? 'commits' OR payload ? 'reviews') THEN 'pull_request_part'
			WHEN payload ? 'pull_request' AND payload ? 'action' THEN 'pull_request'
			WHEN payload ? 'event' AND payload ? 'issue' THEN 'issue_event'
			WHEN payload ? 'event' AND payload ? 'actor' AND NOT payload ? 'run_number' THEN 'issue_event'
			WHEN payload ? 'issue' AND payload ? 'action' THEN 'issue'
			WHEN payload ? 'release' AND payload ? 'action' THEN 'release'
			WHEN payload ? 'before' AND payload ? 'after' AND payload ? 'ref' THEN 'push'
			WHEN payload ? 'ref_type' AND payload ? 'master_branch' THEN 'create'
			WHEN payload ? 'ref_type' THEN 'delete'
			WHEN payload ? 'context' AND payload ? 'branches' THEN 'status'
			WHEN payload ? 'zen' THEN 'ping'
			WHEN payload ? 'sender' AND payload ? 'action' THEN 'webhook'
			-- Objects of the API say nothing of their kind: it is told by what each alone has.
			WHEN payload ? 'workflow_runs' THEN 'workflow_runs'
			WHEN payload ? 'jobs' AND payload ? 'total_count' THEN 'workflow_jobs'
			WHEN payload ? 'run_number' AND payload ? 'workflow_id' THEN 'workflow_run'
			WHEN payload ? 'run_id' AND payload ? 'steps' THEN 'workflow_job'
			WHEN payload ? 'head' AND payload ? 'base' THEN 'pull_request'
			WHEN payload ? 'deployment_url' AND payload ? 'state' THEN 'deployment_status'
			WHEN payload ? 'statuses_url' AND payload ? 'environment' THEN 'deployment'
			WHEN payload ? 'tag_name' THEN 'release'
			WHEN payload ? 'sha' AND payload ? 'commit' AND payload ? 'parents' THEN 'commit'
			WHEN payload ? 'number' AND payload ? 'state' AND payload ? 'title' THEN 'issue'
			ELSE 'payload'
		END AS name OFFSET 0) AS s
		OFFSET 0) AS n,
	LATERAL (SELECT
		CASE n.name
			WHEN 'issue' THEN
				CASE WHEN payload ? 'issue' THEN vsm.payload_lacks(payload, 'issue.id', 'issue.number', 'issue.created_at', 'issue.updated_at', 'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'id', 'number', 'created_at', 'updated_at', 'html_url') END
			WHEN 'issue_event' THEN
				CASE WHEN payload #>> '{issue,id}' IS NULL THEN 'it does not say which issue it is about: ask for the events of the repository, /repos/OWNER/NAME/issues/events'
				ELSE vsm.payload_lacks(payload, 'created_at') END
			WHEN 'pull_request' THEN
				CASE WHEN payload ? 'pull_request' THEN vsm.payload_lacks(payload, 'pull_request.id', 'pull_request.number', 'pull_request.created_at',
					'pull_request.updated_at', 'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'id', 'number', 'created_at', 'updated_at', 'html_url') END
			WHEN 'pull_request_review' THEN vsm.payload_lacks(payload, 'review.id', 'review.state', 'pull_request.id', 'pull_request.created_at',
				'pull_request.updated_at', 'repository.full_name')
			WHEN 'pull_request_part' THEN vsm.payload_lacks(payload, 'pull_request.id')
			WHEN 'push' THEN vsm.payload_lacks(payload, 'ref', 'after', 'repository.full_name')
			WHEN 'workflow_run' THEN
				CASE WHEN payload ? 'workflow_run' THEN vsm.payload_lacks(payload, 'workflow_run.id', 'workflow_run.created_at', 'workflow_run.updated_at', 'workflow_run.status')
				ELSE vsm.payload_lacks(payload, 'id', 'created_at', 'updated_at', 'status') END
			WHEN 'workflow_runs' THEN
				CASE WHEN payload @? '$.workflow_runs[*] ? (!exists(@.id) || !exists(@.created_at))' THEN 'one of its runs has no id or no created_at' END
			WHEN 'workflow_job' THEN
				CASE WHEN payload ? 'workflow_job' THEN vsm.payload_lacks(payload, 'workflow_job.id', 'workflow_job.run_id', 'workflow_job.status')
				ELSE vsm.payload_lacks(payload, 'id', 'run_id', 'status') END
			WHEN 'workflow_jobs' THEN CASE WHEN payload @? '$.jobs[*] ? (!exists(@.id) || !exists(@.run_id))' THEN 'one of its jobs has no id or no run_id' END
			WHEN 'deployment' THEN
				CASE WHEN payload ? 'deployment' THEN vsm.payload_lacks(payload, 'deployment.id', 'deployment.created_at', 'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'id', 'created_at') END
			WHEN 'deployment_status' THEN
				CASE
					WHEN payload ? 'deployment_status' THEN vsm.payload_lacks(payload, 'deployment.id', 'deployment_status.id', 'deployment_status.state',
						'deployment_status.created_at', 'repository.full_name')
					WHEN payload ->> 'deployment_url' !~ '/deployments/\d+' THEN 'its deployment_url names no deployment'
					ELSE vsm.payload_lacks(payload, 'id', 'state', 'created_at')
				END
			WHEN 'release' THEN
				CASE WHEN payload ? 'release' THEN vsm.payload_lacks(payload, 'release.tag_name', 'repository.full_name')
				ELSE vsm.payload_lacks(payload, 'tag_name', 'html_url') END
			WHEN 'commit' THEN NULL
			WHEN 'check_run' THEN 'the job of the workflow tells the same: send workflow_job'
			WHEN 'check_suite' THEN 'the run of the workflow tells the same: send workflow_run'
			WHEN 'status' THEN 'it is what some other tool said of a commit: read that tool'
			WHEN 'create' THEN 'the push of the branch or tag tells the same, with its commits'
			WHEN 'delete' THEN 'the push that deletes the branch or tag tells the same'
			WHEN 'issue_comment' THEN 'comments change no state'
			WHEN 'pull_request_review_comment' THEN 'comments change no state: the review that they belong to is read'
			WHEN 'pull_request_review_thread' THEN 'comments change no state: the review that they belong to is read'
			WHEN 'deployment_protection_rule' THEN 'the statuses of the deployment tell when it waited'
			WHEN 'deployment_review' THEN 'the statuses of the deployment tell when it waited'
			WHEN 'payload' THEN 'its shape is not known: neither a webhook nor an object of the API that is read'
			ELSE 'it says nothing about the flow of work'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.github_kind(jsonb) IS
	'which reader reads a payload of GitHub, or why none does';

/*
 * Jenkins: builds (api/json), pipelines with their stages (wfapi/describe, wfapi/runs), single
 * stages, lists of builds of a job, and what the Notification plugin posts.
 *
 * Entities are SOURCE:build:JOB#NUMBER, SOURCE:stage:JOB#NUMBER:ID and SOURCE:deployment:..., where
 * JOB is the full name by the address, shop/checkout/main; without an address the names that
 * people see, which differ where folders have display names. States are in Jenkins' words: queued,
 * running, then the result (SUCCESS, UNSTABLE, FAILURE, ABORTED, NOT_BUILT). The stages of a
 * pipeline are events of its build, too.
 *
 * timestamp is the start in milliseconds, and the end is duration after it. How long a build was
 * queued is told by the Metrics plugin (queuingDurationMillis) and wfapi (queueDurationMillis).
 *
 * Jenkins knows nothing of deployments: a job or a stage whose name has the word "deploy" is one.
 * Its environment is the parameter environment, env, deploy_env or target, else what the name says
 * behind the word: deploy-production, "Deploy to staging".
 */

CREATE FUNCTION vsm.jenkins_build(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- A branch with a slash is feature%2Fx as a name, whose own % the address writes as %25.
	SELECT replace(replace(replace(substr(a.path[1], 6), '/job/', '/'), '%20', ' '), '%25', '%') || '#' || a.path[2]
	FROM regexp_match('/' || url, '((?:/job/[^/]+)+)/(\d+)(?:/|$)') AS a (path);
END;
COMMENT ON FUNCTION vsm.jenkins_build(text) IS
	'the build that an address of Jenkins lies in, as JOB#NUMBER: shop/checkout/main#12; NULL if it is none';

CREATE FUNCTION vsm.git_repository(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT regexp_replace(substring(url FROM '^(?:[a-z+]+://[^/]+/|[^/:@]+@[^/:]+:)/?(.+?)/?$'), '\.git$', '');
END;
COMMENT ON FUNCTION vsm.git_repository(text) IS
	'the repository in the address of a remote of Git, by https, ssh or scp: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.jenkins_environment(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT lower(nullif(regexp_replace(substring(name FROM '(?i)(?:^|[^a-z])deploy(?:ment|s|ing)?(?![a-z])[^a-z0-9]*(?:(?:to|on|into|in)[^a-z0-9]+)?([^/]*)'), '(#\d+|[^a-zA-Z0-9]+)$', ''), ''));
END;
COMMENT ON FUNCTION vsm.jenkins_environment(text) IS
	'the environment in the name of a job or stage that deploys: deploy-production, Deploy to staging; NULL if the name says none';

CREATE FUNCTION vsm.jenkins_deploys(name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT name ~* '(^|[^a-z])deploy(ment|s|ing)?([^a-z]|$)';
END;
COMMENT ON FUNCTION vsm.jenkins_deploys(text) IS 'whether the name of a job or stage has the word "deploy"';

/*
 * A deployment, by a build or a stage. status is Jenkins' result; the names of success and failure
 * are those that the other tools have, so that deployments can be asked for alike.
 */
CREATE FUNCTION vsm.read_jenkins_deployment(source text, deployment text, repository text, sha text, ref text, environment text,
	result text, started_at timestamptz, finished_at timestamptz, url text)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT source, f.fact, deployment, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT CASE
			WHEN result IN ('SUCCESS', 'UNSTABLE') THEN 'success'
			WHEN result IN ('FAILURE', 'FAILED') THEN 'failed'
			WHEN result = 'ABORTED' THEN 'canceled'
			WHEN result IN ('NOT_BUILT', 'NOT_EXECUTED') THEN 'skipped'
			WHEN finished_at IS NULL THEN 'running'
			ELSE lower(result)
		END AS status OFFSET 0) AS d,
	LATERAL (
		SELECT 'deployment' AS fact, coalesce(finished_at, started_at) AS at, NULL AS value, NULL AS id, NULL AS name, NULL AS method,
			jsonb_strip_nulls(jsonb_build_object('source', source, 'repository', repository, 'environment', environment,
				'environment_tier', vsm.environment_tier(environment), 'sha', sha, 'ref', ref, 'status', d.status,
				'created_at', started_at, 'started_at', started_at, 'finished_at', finished_at, 'url', url)) AS details
		UNION ALL
		SELECT 'event', started_at, 'running', deployment || ':running', NULL, NULL, NULL
		UNION ALL
		SELECT 'event', finished_at, d.status, deployment || ':finished', NULL, NULL, NULL
		WHERE finished_at IS NOT NULL AND d.status IS NOT NULL
		UNION ALL
		SELECT 'link', NULL, sha, NULL, 'deploys', 'build', NULL
		WHERE sha IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_deployment(text, text, text, text, text, text, text, timestamptz, timestamptz, text) IS
	'the facts of a deployment that a build or a stage of Jenkins makes; its result as success, failed, canceled or skipped';

CREATE FUNCTION vsm.read_jenkins_build(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.*, source || ':build:' || q.name AS entity,
			vsm.git_repository(q.data #>> '{remoteUrls,0}') AS repository,
			regexp_replace(q.data #>> '{lastBuiltRevision,branch,0,name}', '^(refs/remotes/)?origin/', '') AS branch,
			-- The last name of the job, and of a branch job the name of its project.
			vsm.jenkins_deploys(regexp_replace(q.name, '#\d+$', '')) AS deploys
		FROM (SELECT
				coalesce(vsm.jenkins_build(payload ->> 'url'),
					replace(regexp_replace(payload ->> 'fullDisplayName', '\s+#\d+$', ''), ' » ', '/') || '#' || (payload ->> 'number')) AS name,
				jsonb_path_query_first(payload, '$.actions[*] ? (exists(@.lastBuiltRevision.SHA1))') AS data,
				vsm.payload_time(payload ->> 'timestamp') AS started_at,
				CASE WHEN payload ->> 'building' IS DISTINCT FROM 'true' AND payload ->> 'result' IS NOT NULL THEN
					vsm.payload_time(((payload ->> 'timestamp')::numeric + coalesce((payload ->> 'duration')::numeric, 0))::text) END AS finished_at,
				(jsonb_path_query_first(payload, '$.actions[*].queuingDurationMillis') #>> '{}')::float8 AS queued,
				-- Freestyle projects have one changeSet, pipelines one for each repository.
				jsonb_path_query_array(payload, '$.changeSet.items[*]') || jsonb_path_query_array(payload, '$.changeSets[*].items[*]') AS changes,
				(SELECT p ->> 'value'
				 FROM jsonb_path_query(payload, '$.actions[*].parameters[*]') AS p
				 WHERE lower(p ->> 'name') IN ('environment', 'env', 'deploy_env', 'target') AND p ->> 'value' <> ''
				 ORDER BY length(p ->> 'name') DESC, p ->> 'name' LIMIT 1) AS environment
			OFFSET 0) AS q
		OFFSET 0) AS b,
	LATERAL (
		SELECT source, 'event', b.entity, e.at, e.state, b.entity || ':' || e.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz, e.details
		FROM (
			SELECT b.started_at - b.queued * interval '1 millisecond' AS at, 'queued' AS state, 'queued' AS id, NULL::jsonb AS details
			WHERE b.queued IS NOT NULL
			UNION ALL
			SELECT b.started_at, 'running', 'running', jsonb_strip_nulls(jsonb_build_object('repository', b.repository, 'ref', b.branch,
				'trigger', jsonb_path_query_first(payload, '$.actions[*].causes[*].shortDescription'), 'url', payload -> 'url'))
			UNION ALL
			SELECT b.finished_at, payload ->> 'result', 'finished', NULL
			WHERE b.finished_at IS NOT NULL) AS e
		UNION ALL
		-- A pipeline checks out its libraries, too: each has a revision.
		SELECT source, 'link', b.entity, b.started_at, r.revision ->> 'SHA1', NULL, 'builds', NULL, NULL, NULL, NULL, 'build', 1.0, NULL, NULL
		FROM jsonb_path_query(payload, '$.actions[*].lastBuiltRevision') AS r (revision)
		WHERE r.revision ->> 'SHA1' IS NOT NULL
		UNION ALL
		SELECT source, 'link', b.entity, b.started_at, c.item ->> 'commitId', NULL, 'builds', NULL, NULL, NULL, NULL, 'change set', 1.0, NULL, NULL
		FROM jsonb_array_elements(b.changes) AS c (item)
		WHERE c.item ->> 'commitId' IS NOT NULL
		UNION ALL
		SELECT source, 'commit', c.item ->> 'commitId', t.at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			jsonb_strip_nulls(jsonb_build_object('source', source, 'repository', b.repository, 'committed_at', t.at, 'title', c.item -> 'msg'))
		FROM jsonb_array_elements(b.changes) AS c (item), LATERAL (SELECT vsm.payload_time(c.item ->> 'timestamp') AS at OFFSET 0) AS t
		WHERE c.item ->> 'commitId' IS NOT NULL
		UNION ALL
		SELECT k.*
		FROM jsonb_array_elements(b.changes) AS c (item),
			LATERAL vsm.read_keys(source, c.item ->> 'commitId', vsm.payload_time(c.item ->> 'timestamp'), NULL, c.item ->> 'msg', NULL) AS k
		WHERE c.item ->> 'commitId' IS NOT NULL
		UNION ALL
		SELECT source, 'link', b.entity, b.started_at, source || ':build:' || u.name, NULL, 'part_of', NULL, NULL, NULL, NULL, 'upstream build', 1.0, NULL, NULL
		FROM jsonb_path_query(payload, '$.actions[*].causes[*] ? (exists(@.upstreamUrl))') AS c (cause),
			LATERAL (SELECT vsm.jenkins_build((c.cause ->> 'upstreamUrl') || (c.cause ->> 'upstreamBuild')) AS name OFFSET 0) AS u
		WHERE u.name IS NOT NULL
		UNION ALL
		SELECT d.*
		FROM vsm.read_jenkins_deployment(source, source || ':deployment:' || b.name, b.repository, b.data #>> '{lastBuiltRevision,SHA1}', b.branch,
			coalesce(b.environment, vsm.jenkins_environment(regexp_replace(b.name, '#\d+$', ''))),
			payload ->> 'result', b.started_at, b.finished_at, payload ->> 'url') AS d
		WHERE b.deploys
		UNION ALL
		SELECT source, 'link', source || ':deployment:' || b.name, NULL, b.entity, NULL, 'part_of', NULL, NULL, NULL, NULL, 'build', 1.0, NULL, NULL
		WHERE b.deploys) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_build(text, jsonb) IS
	'facts of a build of Jenkins: GET .../job/NAME/NUMBER/api/json';

CREATE FUNCTION vsm.read_jenkins_builds(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.*
	FROM jsonb_array_elements(coalesce(payload -> 'allBuilds', payload -> 'builds')) AS b, LATERAL vsm.read_jenkins_build(source, b) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_builds(text, jsonb) IS
	'facts of the builds of a job of Jenkins: GET .../job/NAME/api/json?tree=allBuilds[...]';

/*
 * A stage: its own events, and one of its build. Until an input is given a stage is paused; for
 * how long is known only at its end, so it is an attribute.
 */
CREATE FUNCTION vsm.read_jenkins_stage_object(source text, build text, stage jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT source || ':stage:' || build || ':' || (stage ->> 'id') AS entity,
			vsm.payload_time(stage ->> 'startTimeMillis') AS started_at,
			CASE WHEN stage ->> 'status' NOT IN ('IN_PROGRESS', 'PAUSED_PENDING_INPUT', '') THEN
				vsm.payload_time(((stage ->> 'startTimeMillis')::numeric + (stage ->> 'durationMillis')::numeric)::text) END AS finished_at
		OFFSET 0) AS s,
	LATERAL (
		SELECT source, e.fact, e.entity, e.at, e.value, e.id, e.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
			e.method, CASE e.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, e.details
		FROM (
			SELECT 'event' AS fact, s.entity, s.started_at AS at, 'running' AS value, s.entity || ':running' AS id, NULL AS name, NULL AS method,
				jsonb_build_object('name', stage -> 'name') AS details
			UNION ALL
			SELECT 'event', s.entity, s.finished_at, stage ->> 'status', s.entity || ':finished', NULL, NULL,
				jsonb_strip_nulls(jsonb_build_object('paused', nullif((stage ->> 'pauseDurationMillis')::numeric, 0)))
			WHERE s.finished_at IS NOT NULL
			UNION ALL
			SELECT 'event', source || ':build:' || build, s.started_at, stage ->> 'name', s.entity || ':stage', NULL, NULL, NULL
			UNION ALL
			SELECT 'link', s.entity, NULL, source || ':build:' || build, NULL, 'part_of', 'pipeline', NULL
			UNION ALL
			SELECT 'link', source || ':deployment:' || build || ':' || (stage ->> 'id'), NULL, source || ':build:' || build, NULL, 'part_of', 'stage', NULL
			WHERE vsm.jenkins_deploys(stage ->> 'name')) AS e
		UNION ALL
		SELECT d.*
		FROM vsm.read_jenkins_deployment(source, source || ':deployment:' || build || ':' || (stage ->> 'id'), NULL, NULL, NULL,
			vsm.jenkins_environment(stage ->> 'name'), stage ->> 'status', s.started_at, s.finished_at, NULL) AS d
		WHERE vsm.jenkins_deploys(stage ->> 'name') AND stage ->> 'status' IS DISTINCT FROM 'NOT_EXECUTED') AS f
	WHERE s.started_at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jenkins_stage_object(text, text, jsonb) IS
	'the facts of a stage of a pipeline of Jenkins; build is JOB#NUMBER';

CREATE FUNCTION vsm.read_jenkins_stage(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_jenkins_stage_object(source, vsm.jenkins_build(payload #>> '{_links,self,href}'), payload) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_stage(text, jsonb) IS
	'facts of one stage of Jenkins: GET .../NUMBER/execution/node/ID/wfapi/describe';

CREATE FUNCTION vsm.read_jenkins_pipeline(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.name, source || ':build:' || q.name AS entity, vsm.payload_time(payload ->> 'startTimeMillis') AS started_at,
			CASE payload ->> 'status' WHEN 'FAILED' THEN 'FAILURE' WHEN 'NOT_EXECUTED' THEN 'NOT_BUILT' ELSE payload ->> 'status' END AS result
		FROM (SELECT vsm.jenkins_build(payload #>> '{_links,self,href}') AS name OFFSET 0) AS q
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', p.entity, e.at, e.state, p.entity || ':' || e.id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz, NULL::jsonb
		FROM (
			SELECT p.started_at - (payload ->> 'queueDurationMillis')::float8 * interval '1 millisecond' AS at, 'queued' AS state, 'queued' AS id
			WHERE (payload ->> 'queueDurationMillis')::float8 > 0
			UNION ALL
			SELECT p.started_at, 'running', 'running'
			UNION ALL
			SELECT vsm.payload_time(payload ->> 'endTimeMillis'), p.result, 'finished'
			WHERE p.result NOT IN ('IN_PROGRESS', 'PAUSED_PENDING_INPUT') AND payload ->> 'endTimeMillis' IS NOT NULL) AS e
		UNION ALL
		SELECT s.*
		FROM jsonb_array_elements(payload -> 'stages') AS g (stage), LATERAL vsm.read_jenkins_stage_object(source, p.name, g.stage) AS s) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_pipeline(text, jsonb) IS
	'facts of a pipeline of Jenkins and its stages: GET .../NUMBER/wfapi/describe, .../wfapi/runs';

CREATE FUNCTION vsm.read_jenkins_notification(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	-- The build as the API would have it. At the end of a build the time is that of the end.
	SELECT f.*
	FROM (SELECT payload -> 'build' AS build, payload #>> '{build,phase}' IN ('COMPLETED', 'FINALIZED') AS ended WHERE payload #>> '{build,phase}' <> 'QUEUED' OFFSET 0) AS b,
	LATERAL vsm.read_jenkins_build(source, jsonb_build_object(
		'url', coalesce(b.build -> 'full_url', b.build -> 'url'), 'number', b.build -> 'number',
		'timestamp', CASE WHEN b.ended THEN (b.build ->> 'timestamp')::numeric - (b.build ->> 'duration')::numeric ELSE (b.build ->> 'timestamp')::numeric END,
		'duration', b.build -> 'duration',
		'building', NOT b.ended,
		'result', CASE WHEN b.ended THEN b.build -> 'status' END,
		'actions', jsonb_build_array(
			jsonb_build_object('lastBuiltRevision', jsonb_build_object('SHA1', b.build #> '{scm,commit}', 'branch',
				jsonb_build_array(jsonb_build_object('name', b.build #> '{scm,branch}'))), 'remoteUrls', jsonb_build_array(b.build #> '{scm,url}')),
			jsonb_build_object('parameters', (SELECT jsonb_agg(jsonb_build_object('name', p.key, 'value', p.value))
				FROM jsonb_each(CASE jsonb_typeof(b.build -> 'parameters') WHEN 'object' THEN b.build -> 'parameters' END) AS p))))) AS f
	UNION ALL
	SELECT source, 'event', q.entity, vsm.payload_time(payload #>> '{build,timestamp}'), 'queued', q.entity || ':queued',
		NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
	FROM (SELECT source || ':build:' || vsm.jenkins_build(coalesce(payload #>> '{build,full_url}', payload #>> '{build,url}')) AS entity OFFSET 0) AS q
	WHERE payload #>> '{build,phase}' = 'QUEUED';
END;
COMMENT ON FUNCTION vsm.read_jenkins_notification(text, jsonb) IS
	'facts of what the Notification plugin of Jenkins posts when a build was queued, starts and completes';

CREATE FUNCTION vsm.jenkins_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT n.name, k.reason
	FROM (SELECT CASE
			WHEN jsonb_typeof(payload -> 'build') = 'object' AND payload -> 'build' ? 'phase' THEN 'notification'
			WHEN payload ? 'allBuilds' OR payload ? 'builds' THEN 'builds'
			WHEN payload ? 'stages' AND payload ? 'startTimeMillis' THEN 'pipeline'
			WHEN payload ? 'startTimeMillis' AND payload #>> '{_links,self,href}' LIKE '%/execution/node/%' THEN 'stage'
			WHEN payload ? 'number' AND (payload ? 'timestamp' OR payload ? 'result') THEN 'build'
			WHEN payload ? 'inQueueSince' THEN 'queue_item'
			WHEN payload ? 'jobs' OR payload ->> '_class' ~ '(Job|Project|Folder)$' THEN 'job'
			ELSE 'payload'
		END AS name OFFSET 0) AS n,
	LATERAL (SELECT
		CASE n.name
			WHEN 'notification' THEN
				CASE WHEN vsm.jenkins_build(coalesce(payload #>> '{build,full_url}', payload #>> '{build,url}')) IS NULL THEN 'its build.full_url is that of no build'
					ELSE vsm.payload_lacks(payload, VARIADIC ARRAY['build.timestamp'] || CASE WHEN payload #>> '{build,phase}' IN ('COMPLETED', 'FINALIZED') THEN '{build.duration}'::text[] ELSE '{}' END) END
			WHEN 'builds' THEN
				CASE WHEN payload @? '$.*[*] ? (exists(@.number) && (!exists(@.timestamp) || !exists(@.url) && !exists(@.fullDisplayName)))' THEN
					'one of its builds has no timestamp or no url: ask with ?tree=allBuilds[number,url,timestamp,duration,building,result,...]' END
			WHEN 'build' THEN
				CASE WHEN vsm.jenkins_build(payload ->> 'url') IS NULL AND payload ->> 'fullDisplayName' IS NULL THEN 'it has neither url nor fullDisplayName'
				ELSE vsm.payload_lacks(payload, 'number', 'timestamp') END
			WHEN 'pipeline' THEN CASE WHEN vsm.jenkins_build(payload #>> '{_links,self,href}') IS NULL THEN 'its _links.self.href is that of no build' END
			WHEN 'stage' THEN
				CASE WHEN vsm.jenkins_build(payload #>> '{_links,self,href}') IS NULL THEN 'its _links.self.href is that of no build'
				ELSE vsm.payload_lacks(payload, 'id', 'name', 'startTimeMillis') END
			WHEN 'queue_item' THEN 'its build tells later how long it was queued'
			WHEN 'job' THEN 'it is about jobs, not builds'
			ELSE 'its shape is not known: neither a build, a pipeline, a stage nor a notification'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.jenkins_kind(jsonb) IS
	'which reader reads a payload of Jenkins, or why none does';

/*
 * ServiceNow: records of the Table API ({"result": [...]}) or as a business rule sends them (one
 * record): incident, change_request, problem, tasks, approvals, and the histories sys_audit and
 * metric_instance.
 *
 * Entities are SOURCE:TABLE:SYS_ID; numbers (INC0010001) are aliases. A record without
 * sys_class_name has its table by its number, or beside it: {"table": "incident", "result": [...]}.
 *
 * Values come as text, as {"link", "value"} for references, or as {"display_value", "value"} with
 * sysparm_display_value=all. With =true there are only display values, whose times are in the zone
 * of whoever asked: they are refused. Values are UTC.
 *
 * States are the labels that ServiceNow has out of the box, or the display value, or those of the
 * user, given beside the records by table and code, with the code in state_id:
 *   {"states": {"change_request": {"-6": "Draft"}}, "result": [...]}
 *
 * A record tells its present state (observed). A history has the update count of the record
 * (record_checkpoint, as sys_mod_count) in seq: times may be as coarse as minutes. Its first state
 * is what its first change came from.
 *
 * Approvals are events with method "label": "approval requested", "approval approved", ... So is
 * the work on a change: "work started", "work ended". A workflow may have them as a blocked layer.
 */

CREATE FUNCTION vsm.servicenow_state(record_table text, code text, states jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(states #>> ARRAY[record_table, code], states #>> ARRAY['task', code],
		CASE record_table
			WHEN 'incident' THEN CASE code
				WHEN '1' THEN 'New' WHEN '2' THEN 'In Progress' WHEN '3' THEN 'On Hold'
				WHEN '6' THEN 'Resolved' WHEN '7' THEN 'Closed' WHEN '8' THEN 'Canceled' END
			WHEN 'change_request' THEN CASE code
				WHEN '-5' THEN 'New' WHEN '-4' THEN 'Assess' WHEN '-3' THEN 'Authorize' WHEN '-2' THEN 'Scheduled'
				WHEN '-1' THEN 'Implement' WHEN '0' THEN 'Review' WHEN '3' THEN 'Closed' WHEN '4' THEN 'Canceled' END
			WHEN 'problem' THEN CASE code
				WHEN '101' THEN 'New' WHEN '102' THEN 'Assess' WHEN '103' THEN 'Root Cause Analysis'
				WHEN '104' THEN 'Fix in Progress' WHEN '106' THEN 'Resolved' WHEN '107' THEN 'Closed' END
			WHEN 'problem_task' THEN CASE code
				WHEN '151' THEN 'New' WHEN '152' THEN 'Assess' WHEN '154' THEN 'Work in Progress' WHEN '157' THEN 'Closed' END
		END,
		CASE WHEN record_table NOT IN ('incident', 'change_request', 'problem', 'problem_task') THEN CASE code
			WHEN '-5' THEN 'Pending' WHEN '1' THEN 'Open' WHEN '2' THEN 'Work in Progress'
			WHEN '3' THEN 'Closed Complete' WHEN '4' THEN 'Closed Incomplete' WHEN '7' THEN 'Closed Skipped' END
		END,
		code);
END;
COMMENT ON FUNCTION vsm.servicenow_state(text, text, jsonb) IS
	'the name of a state of a table of ServiceNow: from states ({table: {code: name}}), else as delivered; the code itself where neither has it';

CREATE FUNCTION vsm.servicenow_value(record jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT nullif(CASE jsonb_typeof(record -> field) WHEN 'object' THEN record -> field ->> 'value' ELSE record ->> field END, '');
END;
COMMENT ON FUNCTION vsm.servicenow_value(jsonb, text) IS
	'the value of a field of a record of ServiceNow, whether alone or beside its display value or link; NULL if it is empty';

CREATE FUNCTION vsm.servicenow_display(record jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(CASE jsonb_typeof(record -> field) WHEN 'object' THEN nullif(record -> field ->> 'display_value', '') END, vsm.servicenow_value(record, field));
END;
COMMENT ON FUNCTION vsm.servicenow_display(jsonb, text) IS
	'the display value of a field of a record of ServiceNow, else its value; NULL if it is empty';

CREATE FUNCTION vsm.servicenow_table(record jsonb, beside text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(vsm.servicenow_value(record, 'sys_class_name'), beside,
		CASE substring(vsm.servicenow_value(record, 'number') FROM '^[A-Z]+')
			WHEN 'INC' THEN 'incident' WHEN 'CHG' THEN 'change_request' WHEN 'PRB' THEN 'problem' WHEN 'CTASK' THEN 'change_task'
			WHEN 'PTASK' THEN 'problem_task' WHEN 'RITM' THEN 'sc_req_item' WHEN 'SCTASK' THEN 'sc_task' WHEN 'TASK' THEN 'task' END);
END;
COMMENT ON FUNCTION vsm.servicenow_table(jsonb, text) IS
	'the table that a record of ServiceNow is of: by its class, as said beside it, or by its number; NULL if not known';

/*
 * A task: whatever extends the table task. All are items; incidents are incidents, too.
 */
CREATE FUNCTION vsm.read_servicenow_task(source text, record_table text, record jsonb, states jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.*, vsm.servicenow_state(record_table, q.code,
				-- The label beside the code wins over the list of labels.
				CASE WHEN q.label IS DISTINCT FROM q.code THEN jsonb_build_object(record_table, jsonb_build_object(q.code, q.label)) ELSE states END) AS state
		FROM (SELECT source || ':' || record_table || ':' || vsm.servicenow_value(record, 'sys_id') AS entity,
				vsm.servicenow_value(record, 'number') AS number,
				vsm.servicenow_value(record, 'state') AS code,
				vsm.servicenow_display(record, 'state') AS label,
				vsm.servicenow_display(record, 'short_description') AS title,
				coalesce(vsm.servicenow_display(record, 'business_service'), vsm.servicenow_display(record, 'service_offering'), vsm.servicenow_display(record, 'cmdb_ci')) AS service,
				vsm.payload_time(coalesce(vsm.servicenow_value(record, 'opened_at'), vsm.servicenow_value(record, 'sys_created_on'))) AS created_at,
				vsm.payload_time(vsm.servicenow_value(record, 'sys_updated_on')) AS updated_at
			OFFSET 0) AS q
		OFFSET 0) AS r,
	LATERAL (
		SELECT source, 'item', r.entity, r.updated_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'key', r.number,
				'project', record_table,
				'source_type', record_table,
				'type', CASE WHEN record_table IN ('incident', 'problem') THEN 'defect' WHEN record_table = 'change_request' THEN 'other' ELSE vsm.item_type(replace(record_table, '_', ' ')) END,
				'priority', vsm.servicenow_display(record, 'priority'),
				'title', r.title,
				'service', r.service,
				'created_at', r.created_at,
				-- normal, standard or emergency
				'tags', CASE WHEN record_table = 'change_request' AND vsm.servicenow_value(record, 'type') IS NOT NULL THEN
					jsonb_build_array(vsm.servicenow_value(record, 'type')) END,
				'due_at', vsm.payload_time(coalesce(vsm.servicenow_value(record, 'due_date'), vsm.servicenow_value(record, 'end_date')))))
		UNION ALL
		SELECT source, 'alias', r.entity, r.created_at, r.number, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
		WHERE r.number IS NOT NULL
		UNION ALL
		-- Nothing has changed it yet: its state is the first. Else the first change tells, see ingest.
		SELECT source, 'created', r.entity, r.created_at, CASE vsm.servicenow_value(record, 'sys_mod_count') WHEN '0' THEN r.state END,
			NULL, NULL, NULL, CASE vsm.servicenow_value(record, 'sys_mod_count') WHEN '0' THEN r.code END, NULL, NULL, NULL, NULL, NULL, NULL
		WHERE r.created_at IS NOT NULL
		UNION ALL
		SELECT source, 'observed', r.entity, r.updated_at, r.state, NULL, NULL, NULL, r.code, NULL, NULL, 'observed', NULL, NULL, NULL
		WHERE r.state IS NOT NULL AND vsm.servicenow_value(record, 'sys_mod_count') IS DISTINCT FROM '0'
		UNION ALL
		SELECT source, 'event', r.entity, w.at, w.state, r.entity || ':' || w.state, NULL, NULL, NULL, NULL, NULL, 'label', NULL, NULL, NULL
		FROM (
			SELECT vsm.payload_time(vsm.servicenow_value(record, 'work_start')) AS at, 'work started' AS state
			UNION ALL SELECT vsm.payload_time(vsm.servicenow_value(record, 'work_end')), 'work ended') AS w
		WHERE w.at IS NOT NULL
		UNION ALL
		SELECT source, 'incident', r.entity, r.updated_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'service', r.service,
				'environment', coalesce(vsm.servicenow_display(record, 'environment'), vsm.servicenow_display(record, 'u_environment')),
				'opened_at', r.created_at,
				'severity', coalesce(vsm.servicenow_display(record, 'severity'), vsm.servicenow_display(record, 'priority')),
				'status', r.state,
				'change_caused', CASE WHEN vsm.servicenow_value(record, 'caused_by') IS NOT NULL THEN true END,
				'title', r.title))
			-- An incident that was opened again is not resolved.
			|| jsonb_build_object('resolved_at', CASE WHEN r.state IS NULL OR r.state IN ('Resolved', 'Closed') OR r.code IN ('6', '7') THEN
				vsm.payload_time(coalesce(vsm.servicenow_value(record, 'resolved_at'), vsm.servicenow_value(record, 'closed_at'))) END)
		WHERE record_table = 'incident'
		UNION ALL
		SELECT source, 'link', CASE WHEN l.turned THEN l.target ELSE r.entity END, NULL, CASE WHEN l.turned THEN r.entity ELSE l.target END,
			NULL, l.kind, NULL, NULL, NULL, NULL, l.method, l.confidence, NULL, NULL
		FROM (
			SELECT source || ':' || v.of_table || ':' || vsm.servicenow_value(record, v.field) AS target, v.kind, v.field AS method, 1.0::float8 AS confidence, v.turned
			FROM (SELECT 'caused_by' AS field, 'change_request' AS of_table, 'caused_by' AS kind, false AS turned
				UNION ALL SELECT 'rfc', 'change_request', 'fixes', true
				UNION ALL SELECT 'problem_id', 'problem', 'part_of', false
				UNION ALL SELECT 'parent_incident', 'incident', 'part_of', false
				UNION ALL SELECT 'change_request', 'change_request', 'part_of', false
				UNION ALL SELECT 'problem', 'problem', 'part_of', false
				UNION ALL SELECT 'incident', 'incident', 'part_of', false) AS v
			UNION ALL
			-- What deployed says so: the deployment as this model calls it, or its commit.
			SELECT c.id, 'deploys', 'correlation_id', 1.0, false
			FROM (SELECT vsm.servicenow_value(record, 'correlation_id') AS id OFFSET 0) AS c
			WHERE record_table = 'change_request' AND (c.id ~ '^[^ ]+:deployment:[^ ]+$' OR c.id ~ '^[0-9a-f]{40}$')) AS l
		WHERE l.target IS NOT NULL
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, r.entity, r.created_at, NULL, r.title, vsm.servicenow_display(record, 'description')) AS k) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_task(text, text, jsonb, jsonb) IS
	'the facts of an incident, change request, problem or another task of ServiceNow; states are the names of its states by table and code';

CREATE FUNCTION vsm.read_servicenow_approval(source text, record jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, NULL::jsonb
	FROM (SELECT source || ':sysapproval_approver:' || vsm.servicenow_value(record, 'sys_id') AS entity,
			source || ':' || coalesce(vsm.servicenow_value(record, 'source_table'), 'change_request') || ':'
				|| coalesce(vsm.servicenow_value(record, 'document_id'), vsm.servicenow_value(record, 'sysapproval')) AS target,
			vsm.servicenow_value(record, 'state') AS state,
			vsm.payload_time(vsm.servicenow_value(record, 'sys_created_on')) AS created_at,
			vsm.payload_time(vsm.servicenow_value(record, 'sys_updated_on')) AS updated_at
		OFFSET 0) AS a,
	LATERAL (
		SELECT 'event' AS fact, a.entity, a.created_at AS at, 'requested' AS value, a.entity || ':requested' AS id, NULL AS name, NULL AS method
		WHERE a.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', a.entity, a.updated_at, a.state, a.entity || ':' || a.state, NULL, NULL
		WHERE a.state NOT IN ('requested', 'not requested', 'not_requested') AND a.updated_at IS NOT NULL
		UNION ALL
		SELECT 'link', a.entity, NULL, a.target, NULL, 'part_of', 'approval'
		WHERE a.target IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_approval(text, jsonb) IS
	'facts of a record of sysapproval_approver: when one approver was asked and answered, and about what';

CREATE FUNCTION vsm.read_servicenow_audit(source text, record jsonb, states jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, f.fact, a.entity, CASE WHEN f.fact <> 'created' THEN a.at END, f.value, f.id, f.name, f.previous, f.value_id, f.previous_id, a.seq,
		f.method, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (SELECT vsm.servicenow_value(record, 'tablename') AS of_table,
			source || ':' || vsm.servicenow_value(record, 'tablename') || ':' || vsm.servicenow_value(record, 'documentkey') AS entity,
			vsm.payload_time(vsm.servicenow_value(record, 'sys_created_on')) AS at,
			coalesce(vsm.servicenow_value(record, 'record_checkpoint'), vsm.servicenow_value(record, 'sys_mod_count'))::bigint AS seq,
			coalesce(vsm.servicenow_value(record, 'record_checkpoint'), vsm.servicenow_value(record, 'sys_id')) AS id,
			vsm.servicenow_value(record, 'fieldname') AS field,
			vsm.servicenow_value(record, 'oldvalue') AS old_value,
			vsm.servicenow_value(record, 'newvalue') AS new_value
		OFFSET 0) AS a,
	LATERAL (
		-- state and its older twin incident_state change together: one event.
		SELECT 'event' AS fact, vsm.servicenow_state(a.of_table, a.new_value, states) AS value, a.entity || ':state:' || a.id AS id, NULL AS name,
			vsm.servicenow_state(a.of_table, a.old_value, states) AS previous, a.new_value AS value_id, a.old_value AS previous_id, NULL AS method
		WHERE a.field IN ('state', 'incident_state') AND a.new_value IS NOT NULL
		UNION ALL
		SELECT 'event', 'approval ' || a.new_value, a.entity || ':approval:' || a.id, NULL, NULL, a.new_value, NULL, 'label'
		WHERE a.field = 'approval' AND a.new_value IS NOT NULL
		UNION ALL
		SELECT 'event', 'Deleted', a.entity || ':deleted', NULL, NULL, NULL, NULL, NULL
		WHERE a.field = 'DELETED'
		UNION ALL
		SELECT 'change', a.new_value, a.id, CASE a.field WHEN 'assignment_group' THEN 'team' ELSE a.field END, a.old_value, NULL, NULL, NULL
		WHERE a.field IN ('assignment_group', 'priority')
		UNION ALL
		-- When it was created is told by the record, before or after.
		SELECT 'created', NULL, NULL, NULL, NULL, NULL, NULL, NULL
		WHERE a.field IN ('state', 'incident_state', 'assignment_group', 'priority')) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_audit(text, jsonb, jsonb) IS
	'facts of a record of sys_audit: a change of state, approval, assignment_group or priority, in the order of the updates';

CREATE FUNCTION vsm.read_servicenow_metric(source text, record jsonb, states jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', m.entity, m.at, vsm.servicenow_state(m.of_table, m.value, states), m.entity || ':metric:' || vsm.servicenow_value(record, 'sys_id'),
		NULL::text, NULL::text, CASE WHEN m.value ~ '^-?\d+$' THEN m.value END, NULL::text, NULL::bigint, NULL::text, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (SELECT vsm.servicenow_value(record, 'table') AS of_table,
			source || ':' || vsm.servicenow_value(record, 'table') || ':' || vsm.servicenow_value(record, 'id') AS entity,
			vsm.payload_time(vsm.servicenow_value(record, 'start')) AS at,
			vsm.servicenow_value(record, 'value') AS value
		OFFSET 0) AS m
	-- Other metrics measure other fields: who it was assigned to, and so on.
	WHERE vsm.servicenow_value(record, 'field') IN ('state', 'incident_state') AND m.value IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_servicenow_metric(text, jsonb, jsonb) IS
	'facts of a record of metric_instance that measures the state: when a state began';

CREATE FUNCTION vsm.servicenow_record_kind(record jsonb, beside text) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT n.name, k.reason
	FROM (SELECT vsm.servicenow_table(record, beside) AS of_table,
			CASE
				WHEN record ? 'documentkey' THEN 'audit'
				WHEN record ? 'calculation_complete' OR record ? 'definition' AND record ? 'start' THEN 'metric'
				WHEN record ? 'sysapproval' OR record ? 'approver' THEN 'approval'
				WHEN vsm.servicenow_table(record, beside) ~ '^(incident|change_request|problem|sc_req_item|.*task)$' THEN 'task'
				ELSE 'record'
			END AS name OFFSET 0) AS n,
	LATERAL (SELECT
		CASE
			WHEN record @? '$.* ? (exists(@.link) && !exists(@.value))' THEN
				'it has display values only, whose times are in the zone of whoever asked: ask with sysparm_display_value=all or false'
			WHEN n.name = 'audit' THEN vsm.payload_lacks(record, 'tablename', 'documentkey', 'fieldname', 'sys_created_on')
			WHEN n.name = 'metric' THEN vsm.payload_lacks(record, 'sys_id', 'id', 'table', 'field', 'start')
			WHEN n.name = 'approval' THEN vsm.payload_lacks(record, 'sys_id', 'state', 'sys_created_on')
			WHEN n.name = 'task' THEN vsm.payload_lacks(record, 'sys_id', 'sys_updated_on')
			WHEN n.of_table IS NULL THEN 'its table is not known: ask for sys_class_name, or say {"table": "...", "result": [...]}'
			ELSE 'records of the table ' || n.of_table || ' are not read'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.servicenow_record_kind(jsonb, text) IS
	'what a record of ServiceNow is (task, approval, audit or metric), or why it is not read; beside is the table said beside it';

CREATE FUNCTION vsm.read_servicenow_records(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 500
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT e.record, k.kind, payload -> 'states' AS states, payload ->> 'table' AS beside
		FROM jsonb_path_query(payload, 'lax $.result[*]') AS e (record), LATERAL vsm.servicenow_record_kind(e.record, payload ->> 'table') AS k
		OFFSET 0) AS r,
	LATERAL (
		SELECT t.* FROM vsm.read_servicenow_task(source, vsm.servicenow_table(r.record, r.beside), r.record, r.states) AS t WHERE r.kind = 'task'
		UNION ALL
		SELECT a.* FROM vsm.read_servicenow_approval(source, r.record) AS a WHERE r.kind = 'approval'
		UNION ALL
		SELECT a.* FROM vsm.read_servicenow_audit(source, r.record, r.states) AS a WHERE r.kind = 'audit'
		UNION ALL
		SELECT m.* FROM vsm.read_servicenow_metric(source, r.record, r.states) AS m WHERE r.kind = 'metric') AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_records(text, jsonb) IS
	'facts of an answer of GET /api/now/table/NAME: {"result": [...]}, with "table" and "states" beside it where needed';

CREATE FUNCTION vsm.read_servicenow_record(source text, payload jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_servicenow_records(source, jsonb_build_object('result', jsonb_build_array(payload))) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_record(text, jsonb) IS
	'facts of one record of ServiceNow, as a business rule sends it';

CREATE FUNCTION vsm.servicenow_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN n.reason IS NULL THEN n.kind ELSE n.name END, n.reason
	FROM (
		SELECT 'records' AS kind, 'records' AS name,
			(SELECT min(k.reason) FROM jsonb_path_query(payload, 'lax $.result[*]') AS e (record), LATERAL vsm.servicenow_record_kind(e.record, payload ->> 'table') AS k) AS reason
		WHERE payload ? 'result'
		UNION ALL
		SELECT 'error', 'error', 'it is an error: ' || coalesce(payload #>> '{error,message}', payload ->> 'error')
		WHERE payload ? 'error' AND NOT payload ? 'result'
		UNION ALL
		SELECT 'record', k.kind, k.reason
		FROM vsm.servicenow_record_kind(payload, NULL) AS k
		WHERE NOT payload ? 'result' AND NOT payload ? 'error') AS n;
END;
COMMENT ON FUNCTION vsm.servicenow_kind(jsonb) IS
	'which reader reads a payload of ServiceNow, or why none does';

/*
 * CALL vsm.ingest('flow'): raw payloads become rows of the model.
 *
 * Payloads are taken from the inbox some hundreds at a time (8 MB, or 2,000 small ones). In one transaction a batch is parsed,
 * told apart by the readers' *_kind functions and deleted, read by one statement into facts, and
 * the facts are written by one statement a table. So a payload is either in the
 * inbox or in the model, whatever happens in between. What is refused, or fails when it is read
 * alone, stays in the inbox with its error.
 *
 * (jit is off: planning and compiling a batch anew would cost more than reading it.)
 *
 * Everyone writes the tables in the same order and their rows in the order of their keys, so two
 * runs at once may wait for each other but do not deadlock.
 */

CREATE TYPE vsm.ingested AS (read bigint, refused bigint);
COMMENT ON TYPE vsm.ingested IS 'what became of payloads: how many were read, and how many stay in the inbox with an error';

/*
 * Rows whose columns come in the details of facts: item, commit, deployment, incident. A newer
 * version of a row replaces the columns that it names; of equal versions the greater value of
 * each column is kept; an older one does nothing or, if fill is true, sets the columns that are
 * still NULL, where several payloads each tell a part (it began, it ended). So payloads in any
 * order, and any number of times, end in the same row.
 */
CREATE FUNCTION vsm.ingest_rows(model text, relation text, facts vsm.fact[], fill boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_memoize = off
AS $$
DECLARE
	target      text := format('%I.%I', model, relation);
	key         text;		-- every such table is keyed by its first column
	names       text[];		-- columns that the facts name and the table has
	entities    bigint;
	inserted    bigint;
	assignments text;
	differences text;
	-- Facts of one entity are laid over each other, from old to new.
	merged      CONSTANT text := $sql$
		WITH counted AS MATERIALIZED (
			SELECT f.entity, f.at, f.details, count(*) OVER (PARTITION BY f.entity) AS facts FROM unnest($1) AS f)
		SELECT entity, at, details FROM counted WHERE facts = 1
		UNION ALL
		SELECT entity, max(at),
			coalesce(jsonb_object_agg(e.key, e.value ORDER BY at NULLS FIRST, e.value) FILTER (WHERE e.key IS NOT NULL), '{}')
		FROM counted LEFT JOIN LATERAL jsonb_each(details) AS e ON true
		WHERE facts > 1 GROUP BY entity$sql$;
BEGIN
	IF facts IS NULL THEN
		RETURN;
	END IF;
	SELECT quote_ident(a.attname) INTO STRICT key
	FROM pg_attribute a WHERE a.attrelid = target::regclass AND a.attnum = 1;
	SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO names
	FROM pg_attribute a
	WHERE a.attrelid = target::regclass AND a.attnum > 1 AND NOT a.attisdropped AND a.attname <> 'updated_at'
	AND a.attname IN (SELECT k FROM unnest(facts) AS f, jsonb_object_keys(f.details) AS k);
	names := coalesce(names, '{}');

	EXECUTE format(
		'INSERT INTO %1$s (%2$s, updated_at%3$s)
		 SELECT m.entity, m.at%4$s FROM (%5$s) AS m, jsonb_populate_record(NULL::%1$s, m.details) AS n
		 ORDER BY m.entity COLLATE "C" ON CONFLICT (%2$s) DO NOTHING',
		target, key,
		(SELECT string_agg(format(', %I', c), '') FROM unnest(names) AS c),
		(SELECT string_agg(format(', n.%I', c), '') FROM unnest(names) AS c),
		merged) USING facts;
	GET DIAGNOSTICS inserted = ROW_COUNT;
	SELECT count(DISTINCT f.entity) INTO entities FROM unnest(facts) AS f;
	IF inserted = entities THEN
		RETURN;
	END IF;

	-- Some were there: take them in order; the next statement sees what they hold then.
	EXECUTE format(
		'SELECT FROM %1$s AS t WHERE t.%2$s IN (SELECT f.entity FROM unnest($1) AS f) ORDER BY t.%2$s COLLATE "C" FOR NO KEY UPDATE',
		target, key) USING facts;
	IF names = '{}' THEN
		RETURN;
	END IF;

	-- o: the row as it is. n: the columns that the facts name, others NULL. w: n laid over o.
	SELECT string_agg(format(', %1$I = ' ||
			CASE
				-- Who corrects the type of an item keeps it, until the tracker calls the item otherwise.
				WHEN relation = 'item' AND c = 'type' THEN
					'CASE WHEN m.age <= 0 AND w.source_type IS DISTINCT FROM o.source_type THEN w.%1$I ELSE o.%1$I END'
				WHEN relation = 'item' AND c = 'changelog_until' THEN 'greatest(o.%1$I, n.%1$I)'
				ELSE 'CASE WHEN m.age < 0 THEN w.%1$I WHEN m.age = 0 THEN greatest(o.%1$I, n.%1$I) ELSE '
					|| CASE WHEN fill THEN 'coalesce(o.%1$I, n.%1$I)' ELSE 'o.%1$I' END || ' END'
			END, c), ''),
		string_agg(
			CASE
				WHEN relation = 'item' AND c = 'type' THEN ''
				WHEN relation = 'item' AND c = 'changelog_until' THEN ' OR n.changelog_until > o.changelog_until OR o.changelog_until IS NULL AND n.changelog_until IS NOT NULL'
				ELSE format(' OR CASE WHEN m.age < 0 THEN w.%1$I IS DISTINCT FROM o.%1$I WHEN m.age = 0 THEN greatest(o.%1$I, n.%1$I) IS DISTINCT FROM o.%1$I ELSE '
				|| CASE WHEN fill THEN 'o.%1$I IS NULL AND n.%1$I IS NOT NULL' ELSE 'false' END || ' END', c)
			END, '')
	INTO assignments, differences FROM unnest(names) AS c;
	EXECUTE format(
		'UPDATE %1$s AS t SET updated_at = greatest(o.updated_at, m.at)%3$s
		 FROM (
				-- age: -1 newer than the row, 0 the same version, 1 older
				SELECT m.*, CASE WHEN m.at IS NULL THEN CASE WHEN o.updated_at IS NULL THEN 0 ELSE 1 END
					WHEN o.updated_at IS NULL OR m.at > o.updated_at THEN -1 WHEN m.at = o.updated_at THEN 0 ELSE 1 END AS age
				FROM (%5$s) AS m JOIN %1$s AS o ON o.%2$s = m.entity) AS m
			JOIN %1$s AS o ON o.%2$s = m.entity,
			LATERAL jsonb_populate_record(o, m.details) AS w,
			LATERAL jsonb_populate_record(NULL::%1$s, m.details) AS n
		 WHERE t.%2$s = o.%2$s AND (m.age < 0 AND m.at IS NOT NULL%4$s)',
		target, key, assignments, differences, merged) USING facts;
END
$$;
COMMENT ON FUNCTION vsm.ingest_rows(text, text, vsm.fact[], boolean) IS
	'writes facts about items, commits, deployments or incidents to that table of a model; a part of vsm.ingest';

/*
 * Reads these payloads, which the caller has locked, and writes what they state. Payloads that
 * their *_kind function refuses get the reason as their error; anything else that is wrong with
 * any of them raises.
 */
CREATE FUNCTION vsm.ingest_payloads(model text, payloads bigint[]) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_memoize = off
AS $$
DECLARE
	tools     text[];
	kinds     text;		-- SQL: one branch for each tool that has a reader
	readers   text;		-- SQL: one branch for each kind that is to be read
	refused   bigint[];
	reasons   text[];
	sources   text[];
	names     text[];
	documents jsonb[];
	facts     vsm.fact[];	-- all but events and changes, of which there are many
	rows      vsm.fact[];
	key       text;
	result    vsm.ingested;
BEGIN
	-- Parse, and let the tools say what each document is.
	EXECUTE format('SELECT array_agg(DISTINCT split_part(i.source, '':'', 1)) FROM %I.inbox AS i WHERE i.id = ANY ($1)', model)
	INTO tools USING payloads;
	SELECT string_agg(format(
			CASE
				WHEN to_regprocedure(format('vsm.%I(jsonb)', t || '_kind')) IS NULL THEN
					' UNION ALL SELECT NULL, ''no reader for source "'' || d.source || ''"'' WHERE d.tool = %L'
				ELSE ' UNION ALL SELECT k.kind, CASE WHEN k.reason IS NOT NULL THEN concat_ws('' '', d.tool, k.kind) || '': '' || k.reason END
					FROM vsm.%2$I(d.document) AS k WHERE d.tool = %1$L AND jsonb_typeof(d.document) = ''object'''
			END, t, t || '_kind'), '')
	INTO kinds FROM unnest(tools) AS t;
	EXECUTE format(
		'WITH known AS MATERIALIZED (
			SELECT d.id, d.source, d.tool, d.document, k.kind, k.reason
			FROM (
				SELECT p.id, p.source, p.tool, e.document
				FROM (
					SELECT i.id, i.source, split_part(i.source, '':'', 1) AS tool, vsm.payload_text(i.payload)::jsonb AS document
					FROM %1$I.inbox AS i WHERE i.id = ANY ($1) OFFSET 0) AS p,
					LATERAL (
						SELECT p.document WHERE jsonb_typeof(p.document) <> ''array''
						UNION ALL
						SELECT a FROM jsonb_array_elements(p.document) AS a WHERE jsonb_typeof(p.document) = ''array'') AS e
				OFFSET 0) AS d
				LEFT JOIN LATERAL (
					SELECT NULL::text AS kind, ''it is a JSON '' || jsonb_typeof(d.document) || '', not an object'' AS reason
					WHERE jsonb_typeof(d.document) <> ''object''%2$s) AS k ON true),
		refused AS (
			SELECT k.id, min(k.reason) AS reason FROM known AS k WHERE k.reason IS NOT NULL GROUP BY k.id)
		SELECT (SELECT array_agg(r.id ORDER BY r.id) FROM refused AS r), (SELECT array_agg(r.reason ORDER BY r.id) FROM refused AS r),
			array_agg(k.source), array_agg(k.tool || ''_'' || k.kind), array_agg(k.document)
		FROM known AS k WHERE k.id NOT IN (SELECT r.id FROM refused AS r)', model, kinds)
	INTO refused, reasons, sources, names, documents USING payloads;
	IF refused IS NOT NULL THEN
		EXECUTE format('UPDATE %I.inbox AS i SET error = r.reason FROM unnest($1, $2) AS r (id, reason) WHERE i.id = r.id', model)
		USING refused, reasons;
	END IF;
	result := ROW (cardinality(payloads) - coalesce(cardinality(refused), 0), coalesce(cardinality(refused), 0));
	EXECUTE format('DELETE FROM %I.inbox WHERE id = ANY ($1) AND error IS NULL', model) USING payloads;
	IF documents IS NULL THEN
		RETURN result;		-- all are refused, or empty lists
	END IF;

	-- Read. Events and changes go to their tables at once.
	SELECT string_agg(format('SELECT f.* FROM document AS d, LATERAL vsm.%I(d.source, d.document) AS f WHERE d.name = %L', 'read_' || n, n), ' UNION ALL ')
	INTO readers FROM (SELECT DISTINCT n FROM unnest(names) AS n) AS n;
	EXECUTE format(
		'WITH document AS MATERIALIZED (SELECT * FROM unnest($1, $2, $3) AS d (source, name, document)),
		fact AS MATERIALIZED (%2$s),
		new AS (
			INSERT INTO %1$I.event (source, event_id, entity, at, state, state_id, previous, previous_id, seq, method, attributes)
			SELECT f.source, f.id, f.entity, f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details
			FROM fact AS f WHERE f.fact = ''event'' ORDER BY f.id COLLATE "C", f.at, f.details
			ON CONFLICT DO NOTHING RETURNING source, event_id),
		change AS (
			INSERT INTO %1$I.item_change (item, attribute, at, change_id, value, previous, source)
			SELECT DISTINCT ON (f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C")
				f.entity, f.name, f.at, f.id, f.value, f.previous, f.source
			FROM fact AS f WHERE f.fact = ''change''
			ORDER BY f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C", f.at
			ON CONFLICT (item, attribute, change_id) DO UPDATE SET at = excluded.at WHERE excluded.at < item_change.at)
		SELECT array_agg(f::vsm.fact) FROM fact AS f
		WHERE f.fact NOT IN (''event'', ''change'')
		-- and the events that were there already, if any
		OR f.fact = ''event'' AND (SELECT count(*) FROM new) < (SELECT count(*) FROM fact AS e WHERE e.fact = ''event'')
			AND (f.source, f.id) NOT IN (SELECT n.source, n.event_id FROM new AS n)', model, readers)
	INTO facts USING sources, names, documents;

	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.o) INTO STRICT key
	FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, o), pg_attribute a
	WHERE i.indrelid = format('%I.event', model)::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum;
	-- Where a webhook and the API tell of one event at two times, the earlier is kept, whichever came first.
	IF key = 'source, event_id' THEN
		EXECUTE format(
			'UPDATE %I.event AS e SET at = f.at, state = f.value, state_id = f.value_id, previous = f.previous, previous_id = f.previous_id,
				seq = f.seq, method = f.method, attributes = f.details
			 FROM (
				SELECT DISTINCT ON (f.source, f.id) f.* FROM unnest($1) AS f
				WHERE f.fact = ''event'' ORDER BY f.source, f.id, f.at, f.details) AS f
			 WHERE e.source = f.source AND e.event_id = f.id
				AND (f.at < e.at OR f.at = e.at AND (f.details < e.attributes OR f.details IS NOT NULL AND e.attributes IS NULL))', model)
		USING facts;
	END IF;

	-- Items are locked from here on: what follows looks at all that is known of them.
	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'item';
	PERFORM vsm.ingest_rows(model, 'item', rows, false);

	EXECUTE format(
		'UPDATE %I.item AS i SET changelog_until = f.at
		 FROM (SELECT f.entity, max(f.at) AS at FROM unnest($1) AS f WHERE f.fact = ''history'' GROUP BY f.entity) AS f
		 WHERE i.item = f.entity AND (f.at <= i.changelog_until) IS NOT TRUE AND f.at IS NOT NULL', model)
	USING facts;
	-- What was cut off where the known history had ended continues it.
	IF EXISTS (SELECT FROM unnest(facts) AS f WHERE f.fact = 'item' AND f.details ->> 'changelog_from' IS NOT NULL) THEN
		EXECUTE format(
			'UPDATE %I.item AS i SET changelog_until = i.updated_at
			 WHERE i.item IN (SELECT f.entity FROM unnest($1) AS f WHERE f.fact = ''item'')
			 AND i.changelog_from <= i.changelog_until AND i.changelog_until < i.updated_at', model)
		USING facts;
	END IF;

	EXECUTE format(
		'INSERT INTO %1$I.item_alias (alias, item, since)
		 SELECT f.value, f.entity, min(f.at) FROM unnest($1) AS f WHERE f.fact = ''alias''
		 GROUP BY f.value, f.entity ORDER BY f.value COLLATE "C", f.entity COLLATE "C"
		 ON CONFLICT (alias, item) DO UPDATE SET since = least(item_alias.since, excluded.since)
		 WHERE excluded.since < item_alias.since OR item_alias.since IS NULL AND excluded.since IS NOT NULL', model)
	USING facts;

	-- The state at creation is what the earliest change came from, whichever payload told of it.
	EXECUTE format(
		'INSERT INTO %1$I.event (source, event_id, entity, at, state, state_id, method)
		 SELECT n.source, n.entity || '':created'', n.entity, n.at, n.state, n.state_id, n.method
		 FROM (
				SELECT f.source, f.entity, min(f.at) AS at,
					(array_agg(f.value ORDER BY f.value) FILTER (WHERE f.value IS NOT NULL))[1] AS value,
					(array_agg(f.value_id ORDER BY f.value) FILTER (WHERE f.value IS NOT NULL))[1] AS value_id
				FROM unnest($1) AS f WHERE f.fact = ''created'' GROUP BY f.source, f.entity) AS c
			LEFT JOIN %1$I.item AS i ON i.item = c.entity
			LEFT JOIN LATERAL (
				SELECT e.previous, e.previous_id FROM %1$I.event AS e WHERE e.entity = c.entity AND e.previous IS NOT NULL
				ORDER BY e.at, length(e.event_id), e.event_id COLLATE "C" LIMIT 1) AS first ON true,
			LATERAL (
				SELECT c.source, c.entity, coalesce(c.at, i.created_at) AS at, coalesce(first.previous, c.value) AS state,
					CASE WHEN first.previous IS NULL THEN c.value_id ELSE first.previous_id END AS state_id,
					CASE WHEN first.previous IS NOT NULL THEN ''inferred'' END AS method OFFSET 0) AS n
		 WHERE n.at IS NOT NULL AND n.state IS NOT NULL
		 ORDER BY n.entity COLLATE "C"
		 ON CONFLICT (%2$s) DO UPDATE SET state = excluded.state, state_id = excluded.state_id, method = excluded.method
		 WHERE (event.state, event.state_id, event.method) IS DISTINCT FROM (excluded.state, excluded.state_id, excluded.method)', model, key)
	USING facts;
	-- So are the attributes.
	EXECUTE format(
		'INSERT INTO %1$I.item_change (item, attribute, at, change_id, value, source)
		 SELECT DISTINCT ON (c.item COLLATE "C", c.attribute COLLATE "C") c.item, c.attribute, i.created_at, ''created'', c.previous, c.source
		 FROM %1$I.item_change AS c JOIN %1$I.item AS i ON i.item = c.item
		 WHERE c.item IN (SELECT f.entity FROM unnest($1) AS f WHERE f.fact = ''created'') AND c.change_id <> ''created'' AND i.created_at IS NOT NULL
		 ORDER BY c.item COLLATE "C", c.attribute COLLATE "C", c.at, length(c.change_id), c.change_id COLLATE "C"
		 ON CONFLICT (item, attribute, change_id) DO UPDATE SET at = excluded.at, value = excluded.value
		 WHERE (item_change.at, item_change.value) IS DISTINCT FROM (excluded.at, excluded.value)', model)
	USING facts;

	-- A source that shows only the present: an event when it differs from what was known.
	EXECUTE format(
		'INSERT INTO %1$I.event (source, event_id, entity, at, state, state_id, method)
		 SELECT DISTINCT ON (f.entity COLLATE "C", f.at) f.source, f.entity || '':'' || extract(epoch FROM f.at) || '':'' || f.value,
			f.entity, f.at, f.value, f.value_id, ''observed''
		 FROM unnest($1) AS f
		 WHERE f.fact = ''observed''
		 AND f.value IS DISTINCT FROM
			(SELECT e.state FROM %1$I.event AS e WHERE e.entity = f.entity AND e.at <= f.at AND e.method IS DISTINCT FROM ''label''
			 ORDER BY e.at DESC, e.event_id COLLATE "C" DESC LIMIT 1)
		 ORDER BY f.entity COLLATE "C", f.at, f.value COLLATE "C"
		 ON CONFLICT DO NOTHING', model)
	USING facts;

	EXECUTE format(
		'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, until, changed_at)
		 SELECT f.entity, f.value, f.name,
			(array_agg(f.method ORDER BY f.confidence DESC, f.method))[1], max(f.confidence), min(f.at),
			(array_agg(f.until ORDER BY n.changed_at DESC NULLS LAST, f.until NULLS LAST))[1], max(n.changed_at)
		 FROM unnest($1) AS f, LATERAL (SELECT coalesce(f.until, vsm.payload_time(f.details ->> ''seen_at''), f.at) AS changed_at) AS n
		 WHERE f.fact = ''link''
		 GROUP BY f.entity, f.value, f.name
		 ORDER BY f.entity COLLATE "C", f.value COLLATE "C", f.name COLLATE "C"
		 ON CONFLICT (source, target, kind) DO UPDATE SET
			method = CASE WHEN excluded.confidence > link.confidence OR excluded.confidence = link.confidence AND excluded.method < link.method
				THEN excluded.method ELSE link.method END,
			confidence = greatest(link.confidence, excluded.confidence),
			since = least(link.since, excluded.since),
			until = CASE WHEN link.changed_at IS NULL OR excluded.changed_at > link.changed_at THEN excluded.until ELSE link.until END,
			changed_at = greatest(link.changed_at, excluded.changed_at)
		 WHERE excluded.confidence > link.confidence OR excluded.confidence = link.confidence AND excluded.method < link.method
			OR excluded.since < link.since OR link.since IS NULL AND excluded.since IS NOT NULL
			OR excluded.changed_at > link.changed_at OR link.changed_at IS NULL AND excluded.changed_at IS NOT NULL', model)
	USING facts;

	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'commit';
	PERFORM vsm.ingest_rows(model, 'commit', rows, true);
	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'deployment';
	PERFORM vsm.ingest_rows(model, 'deployment', rows, true);
	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'incident';
	PERFORM vsm.ingest_rows(model, 'incident', rows, false);
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.ingest_payloads(text, bigint[]) IS
	'reads these payloads of a model''s inbox, all or none, apart from those that are refused; a part of vsm.ingest';

CREATE FUNCTION vsm.ingest_batch(model text, payloads bigint[]) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	state   text;
	message text;
	detail  text;
	broken  bigint[];
	half    integer := cardinality(payloads) / 2;
	first   vsm.ingested;
	second  vsm.ingested;
BEGIN
	IF coalesce(cardinality(payloads), 0) = 0 THEN
		RETURN ROW (0, 0)::vsm.ingested;
	END IF;
	BEGIN
		RETURN vsm.ingest_payloads(model, payloads);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
		-- Connections, transactions, privileges, disks, operators, the server, a model that lacks
		-- something: no fault of a payload.
		IF left(state, 2) IN ('08', '25', '28', '2D', '3B', '40', '42', '55', '57', '58', 'F0', '72')
			OR left(state, 2) = '53' AND state <> '53200' THEN
			RAISE;
		END IF;
	END;

	IF half = 0 THEN
		EXECUTE format('UPDATE %I.inbox SET error = $2 WHERE id = $1', model)
		USING payloads[1], state || ': ' || message || coalesce('. ' || nullif(detail, ''), '');
		RETURN ROW (0, 1)::vsm.ingested;
	END IF;

	-- Mostly some payloads are not JSON: they are found at once.
	IF state IN ('22P02', '22P05') THEN
		BEGIN
			EXECUTE format(
				'WITH broken AS (
					UPDATE %1$I.inbox AS i SET error = ''22P02: not JSON. '' || e.error
					FROM (SELECT i.id, vsm.payload_error(vsm.payload_text(i.payload)) AS error FROM %1$I.inbox AS i WHERE i.id = ANY ($1) OFFSET 0) AS e
					WHERE i.id = e.id AND e.error IS NOT NULL RETURNING i.id)
				 SELECT array_agg(b.id) FROM broken AS b', model)
			INTO broken USING payloads;
		EXCEPTION WHEN statement_too_complex THEN
			broken := NULL;		-- one is nested too deeply: the halves will show which
		END;
		IF broken IS NOT NULL THEN
			first := vsm.ingest_batch(model, ARRAY(SELECT p FROM unnest(payloads) AS p WHERE p <> ALL (broken)));
			RETURN ROW (first.read, first.refused + cardinality(broken))::vsm.ingested;
		END IF;
	END IF;

	-- Otherwise one half at a time, until the payload at fault is alone.
	first := vsm.ingest_batch(model, payloads[:half]);
	second := vsm.ingest_batch(model, payloads[half + 1:]);
	RETURN ROW (first.read + second.read, first.refused + second.refused)::vsm.ingested;
END
$$;
COMMENT ON FUNCTION vsm.ingest_batch(text, bigint[]) IS
	'reads these payloads of a model''s inbox; those that cannot be read get their error and do not stop the others; a part of vsm.ingest';

CREATE TYPE vsm.inbox_batch AS (payloads bigint[], last bigint);
COMMENT ON TYPE vsm.inbox_batch IS
	'payloads of an inbox that are read together, as far as no other session reads them, and the id up to which they were looked for';

CREATE FUNCTION vsm.next_payloads(model text, after bigint, last bigint) RETURNS vsm.inbox_batch
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
	candidates bigint[];
	result     vsm.inbox_batch;
BEGIN
	-- In the order of arrival, from the index: at least one payload, then up to 8 MB.
	EXECUTE format(
		'SELECT array_agg(b.id ORDER BY b.id), max(b.id)
		 FROM (
			SELECT p.id, sum(octet_length(p.payload)) OVER (ORDER BY p.id) - octet_length(p.payload) AS before
			FROM (
				SELECT i.id, i.payload FROM %I.inbox AS i
				WHERE i.error IS NULL AND i.id > $1 AND i.id <= $2
				ORDER BY i.id LIMIT 2000) AS p) AS b
		 WHERE b.before < 8 * 1024 * 1024', model)
	INTO candidates, result.last USING after, last;
	-- What another session has locked it reads itself.
	EXECUTE format(
		'SELECT array_agg(l.id ORDER BY l.id)
		 FROM (SELECT i.id FROM %I.inbox AS i WHERE i.id = ANY ($1) AND i.error IS NULL ORDER BY i.id FOR UPDATE SKIP LOCKED) AS l', model)
	INTO result.payloads USING candidates;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.next_payloads(text, bigint, bigint) IS
	'locks the next payloads of a model''s inbox and returns their ids; last is NULL when there are no more; a part of vsm.ingest';

CREATE FUNCTION vsm.last_payload(model text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last bigint;
BEGIN
	IF to_regclass(format('%I.inbox', model)) IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('there is no model in schema "%s"', model),
			DETAIL = 'It has no table "inbox".',
			HINT = format('Create the model with: CALL vsm.create_model(%L)', model);
	END IF;
	EXECUTE format('SELECT max(i.id) FROM %I.inbox AS i WHERE i.error IS NULL', model) INTO last;
	RETURN last;
END
$$;
COMMENT ON FUNCTION vsm.last_payload(text) IS
	'the id of the last payload in a model''s inbox that is to be read, NULL when there is none; a part of vsm.ingest';

CREATE PROCEDURE vsm.ingest(model text)
LANGUAGE plpgsql
AS $$
DECLARE
	last     bigint;
	after    bigint := 0;
	batch    vsm.inbox_batch;
	attempts integer := 0;
BEGIN
	-- A procedure that commits cannot have a SET clause; at each COMMIT this setting ends.
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	-- What arrives from now on is for the next run, so that this one ends.
	last := vsm.last_payload(model);
	LOOP
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
		batch := vsm.next_payloads(model, after, last);
		EXIT WHEN batch.last IS NULL;
		BEGIN
			PERFORM vsm.ingest_batch(model, batch.payloads);
			after := batch.last;
			attempts := 0;
		EXCEPTION WHEN deadlock_detected OR serialization_failure THEN
			-- With someone who writes the tables in another order: once more, after letting go.
			attempts := attempts + 1;
			IF attempts = 10 THEN
				RAISE;
			END IF;
		END;
		COMMIT;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE vsm.ingest(text) IS
	'reads the payloads in a model''s inbox and commits after every few hundred; those that cannot be read stay, with their error';

CREATE FUNCTION vsm.ingest_once(model text) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last     bigint := vsm.last_payload(model);
	after    bigint := 0;
	batch    vsm.inbox_batch;
	done     vsm.ingested;
	result   vsm.ingested := ROW (0, 0);
BEGIN
	LOOP
		batch := vsm.next_payloads(model, after, last);
		EXIT WHEN batch.last IS NULL;
		done := vsm.ingest_batch(model, batch.payloads);
		result := ROW (result.read + done.read, result.refused + done.refused);
		after := batch.last;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.ingest_once(text) IS
	'does what the procedure vsm.ingest does inside the transaction of the caller, and returns how many payloads were read and refused';

/*
 * CALL vsm.create_model('flow'): the tables that tools' events land in, in a schema of the user's.
 *
 * What the model consists of is data: model_tables, model_columns, model_constraints,
 * model_indexes and model_views. create_model makes what is missing and leaves what is there, so
 * running it again after an upgrade adds columns at the end and replaces views in place.
 *
 * Tables and views belong to the caller. No column has a type of vsm, so that not even
 * DROP EXTENSION ... CASCADE takes data with it; it is refused while a model's constraints and
 * views use vsm.
 */

CREATE TYPE vsm.model_table AS (name text, key text, comment text);
COMMENT ON TYPE vsm.model_table IS 'a table of the model: its name, its primary key and what it holds';
CREATE TYPE vsm.model_column AS (relation text, name text, type text, comment text);
COMMENT ON TYPE vsm.model_column IS 'a column of a table of the model: its type with constraints and default, and what it means';
CREATE TYPE vsm.model_object AS (relation text, name text, definition text, comment text, columns text[]);
COMMENT ON TYPE vsm.model_object IS
	'a constraint, an index or a view of the model; %1$I in its definition stands for the schema; of a view, columns describes each';

CREATE FUNCTION vsm.model_tables() RETURNS SETOF vsm.model_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	VALUES
	('model', 'single', 'Settings of this model: one row.'),
	('value_stream', 'value_stream', 'Value streams: who is served by a flow of work, and how its states are to be read.'),
	('team', 'team', 'Teams, and what a day of theirs costs.'),
	('service', 'service', 'What is deployed: services, applications, infrastructure, and the repositories they come from.'),
	('item', 'item', 'Work items of trackers: ideas, features, defects, risks, debt. One row an item, as last reported.'),
	('item_change', 'item, attribute, change_id', 'History of items'' attributes: each value and since when. The first value of each stands at the creation of the item.'),
	('item_alias', 'alias, item', 'Other names of items: the keys that people write into branches and commits. A moved item has several.'),
	('routing', 'rank', 'Which value stream, team and workflow an item has: the first rule that matches. Change a rule and every figure follows.'),
	('service_level', 'service_level', 'Service level expectations: within how many days an item, or its stage, is to be done, and how often.'),
	('event', 'source, event_id', 'Facts: an entity got a state at a time. Rows are added and, apart from corrections, never changed. May be partitioned.'),
	('link', 'source, target, kind', 'Links as found, read "source KIND target": a merge request implements an item, a deployment deploys a commit. Ends may be aliases; the view entity_link resolves them.'),
	('commit', 'sha', 'Commits of version control.'),
	('deployment', 'deployment', 'Deployments of a service to an environment, as last reported.'),
	('incident', 'incident', 'Incidents in production, as last reported.'),
	('usage', 'source, event_id', 'Use of features by customers.'),
	('outcome', 'feature, at, measure', 'What a feature brought, as measured.'),
	('inbox', 'id', 'Raw payloads of tools, to be read by vsm.ingest. What has been read is gone; what cannot be read stays, with its error.');
END;
COMMENT ON FUNCTION vsm.model_tables() IS 'the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_columns() RETURNS SETOF vsm.model_column
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 150
BEGIN ATOMIC
	VALUES
	('model', 'single', 'boolean NOT NULL DEFAULT true', 'Always true: there is one row.'),
	('model', 'version', 'text NOT NULL', 'Version of vsm that made or last upgraded the model.'),
	('model', 'time_zone', 'text NOT NULL', 'Time zone in which days, weeks and months begin.'),
	('model', 'week_starts', 'text NOT NULL', 'First day of the week: mon, tue, wed, thu, fri, sat or sun.'),
	('model', 'currency', 'text', 'Currency of costs and values, where not said otherwise.'),
	('model', 'created_at', 'timestamptz NOT NULL DEFAULT now()', 'When the model was created.'),

	('value_stream', 'value_stream', 'text NOT NULL', 'Name of the value stream.'),
	('value_stream', 'portfolio', 'text', 'Portfolio that the value stream belongs to.'),
	('value_stream', 'workflow', 'jsonb', 'How states are read, unless a routing rule says otherwise: the JSON form of vsm.workflow.'),
	('value_stream', 'calendar', 'jsonb', 'Working time: the JSON form of vsm.calendar. NULL: the wall clock.'),
	('value_stream', 'product_owner', 'text', 'Who decides what is built.'),
	('value_stream', 'technology_owner', 'text', 'Who decides how it is built.'),

	('team', 'team', 'text NOT NULL', 'Name of the team.'),
	('team', 'value_stream', 'text', 'Value stream that the team works for.'),
	('team', 'calendar', 'jsonb', 'Working time of the team: the JSON form of vsm.calendar. NULL: that of the value stream.'),
	('team', 'cost_per_day', 'numeric', 'What a working day of the team costs.'),
	('team', 'owner', 'text', 'Whom to ask about the team.'),

	('service', 'service', 'text NOT NULL', 'Name of the service.'),
	('service', 'value_stream', 'text', 'Value stream that the service belongs to.'),
	('service', 'team', 'text', 'Team that runs the service.'),
	('service', 'owner', 'text', 'Whom to ask about the service.'),
	('service', 'repository', 'text', 'Repository that the service is built from, as tools name it: shop/checkout.'),
	('service', 'path', 'text', 'Folder of the repository that the service is built from; NULL: all of it.'),
	('service', 'kind', 'text NOT NULL DEFAULT ''application''', 'application or infrastructure.'),

	('item', 'item', 'text NOT NULL', 'The item: source:kind:id, stable where keys change.'),
	('item', 'value_stream', 'text', 'Value stream, where set by hand; else routing decides, see routed_item.'),
	('item', 'team', 'text', 'Team, where set by hand; else routing decides, see routed_item.'),
	('item', 'type', 'text', 'feature, defect, risk, debt or other. From source_type; a correction by hand stays until source_type changes.'),
	('item', 'priority', 'text', 'Priority, in the words of the tracker.'),
	('item', 'title', 'text', 'Title.'),
	('item', 'url', 'text', 'Address in the tracker.'),
	('item', 'parent', 'text', 'Item that this one is a part of.'),
	('item', 'feature', 'text', 'Feature that this item is a part of, at whatever depth.'),
	('item', 'service', 'text', 'Service that the item is about.'),
	('item', 'size', 'numeric', 'Size, in the unit that the team estimates in.'),
	('item', 'due_at', 'timestamptz', 'When it is due.'),
	('item', 'created_at', 'timestamptz', 'When it was created in the tracker.'),
	('item', 'tags', 'jsonb', 'Labels, as a JSON array of texts.'),
	('item', 'urgency', 'jsonb', 'Cost of delay: a profile as vsm.cost_of_delay reads it.'),
	('item', 'planned_value', 'numeric', 'What it is expected to bring.'),
	('item', 'cost', 'numeric', 'What it has cost, where known.'),
	('item', 'source', 'text', 'Tracker, as in inbox.source.'),
	('item', 'key', 'text', 'What people call it, at present: SHOP-12, shop/checkout#12.'),
	('item', 'project', 'text', 'Project of the tracker: SHOP, shop/checkout.'),
	('item', 'source_type', 'text', 'Type, in the words of the tracker.'),
	('item', 'changelog_missing', 'integer', 'How many entries of its history the last payload left out; NULL: none.'),
	('item', 'changelog_from', 'timestamptz', 'Oldest entry of that payload, where the older ones were left out.'),
	('item', 'changelog_until', 'timestamptz', 'Up to when its history is known without gaps.'),
	('item', 'updated_at', 'timestamptz', 'Version of this row: when the tracker had last changed the item.'),

	('item_change', 'item', 'text NOT NULL', 'The item.'),
	('item_change', 'at', 'timestamptz NOT NULL', 'Since when it has this value.'),
	('item_change', 'attribute', 'text NOT NULL', 'team, type, priority, value_stream, parent, sprint, project or size.'),
	('item_change', 'value', 'text', 'The value, in the words of the tracker; NULL: none.'),
	('item_change', 'previous', 'text', 'The value before.'),
	('item_change', 'source', 'text', 'Tracker, as in inbox.source.'),
	('item_change', 'change_id', 'text NOT NULL DEFAULT gen_random_uuid()', 'The source''s id of the change; "created" for the value at creation.'),

	('item_alias', 'alias', 'text NOT NULL', 'The other name: SHOP-12, shop/checkout#12.'),
	('item_alias', 'item', 'text NOT NULL', 'The item.'),
	('item_alias', 'since', 'timestamptz', 'Since when, where known.'),

	('routing', 'rank', 'integer NOT NULL', 'Order of the rules: the lowest rank that matches decides.'),
	('routing', 'source', 'text', 'Tracker, as a LIKE pattern; NULL: any.'),
	('routing', 'project', 'text', 'Project of the tracker, as a LIKE pattern; NULL: any.'),
	('routing', 'type', 'text', 'Type of the item (feature, defect, ...); NULL: any.'),
	('routing', 'value_stream', 'text NOT NULL', 'Value stream of the items that match.'),
	('routing', 'team', 'text', 'Their team; NULL: none.'),
	('routing', 'workflow', 'jsonb', 'How their states are read: the JSON form of vsm.workflow. NULL: as in their value stream.'),

	('service_level', 'service_level', 'bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY', 'Number of the expectation.'),
	('service_level', 'value_stream', 'text', 'For items of this value stream; NULL: any.'),
	('service_level', 'type', 'text', 'For items of this type; NULL: any.'),
	('service_level', 'priority', 'text', 'For items of this priority; NULL: any.'),
	('service_level', 'stage', 'text', 'For the time in this stage; NULL: for the flow time.'),
	('service_level', 'days', 'float8 NOT NULL', 'Days within which it is to be done.'),
	('service_level', 'probability', 'float8 NOT NULL DEFAULT 0.85', 'Share of items that are to meet it, from 0 to 1.'),

	('event', 'source', 'text NOT NULL', 'Tool that told of the event, as in inbox.source.'),
	('event', 'event_id', 'text NOT NULL', 'Its identity within the source: the same event told twice is one row.'),
	('event', 'entity', 'text NOT NULL', 'What the event is about: an item, a merge request, a pipeline, ...'),
	('event', 'at', 'timestamptz NOT NULL', 'When.'),
	('event', 'state', 'text NOT NULL', 'The state that the entity got, in the words of the tool.'),
	('event', 'attributes', 'jsonb', 'What else the tool said.'),
	('event', 'recorded_at', 'timestamptz NOT NULL DEFAULT now()', 'When the row was written.'),
	('event', 'xid', 'xid8', 'Transaction that last wrote the row.'),
	('event', 'state_id', 'text', 'The tool''s id of the state: it stays when the state is renamed.'),
	('event', 'previous', 'text', 'The state before, where the tool says it.'),
	('event', 'previous_id', 'text', 'The tool''s id of the state before.'),
	('event', 'seq', 'bigint', 'Order among events of the same instant, where the tool''s times are coarse.'),
	('event', 'method', 'text', 'NULL: stated by the tool. inferred: the state at creation, from what the first change came from. '
		'observed: the state when looked at, entered earlier. label: a label, which is a state only if the workflow has it.'),

	('link', 'source', 'text NOT NULL', 'Entity, SHA of a commit or alias of an item.'),
	('link', 'target', 'text NOT NULL', 'Entity, SHA of a commit or alias of an item.'),
	('link', 'kind', 'text NOT NULL', 'implements, part_of, builds, deploys, fixes, caused_by, blocked_by or duplicates.'),
	('link', 'method', 'text', 'How it was found: the surest of the ways.'),
	('link', 'confidence', 'float8', 'How sure it is, from 0 to 1.'),
	('link', 'since', 'timestamptz', 'Since when, where known.'),
	('link', 'until', 'timestamptz', 'When it ended; NULL: it stands.'),
	('link', 'changed_at', 'timestamptz', 'When it was last seen to stand or to end.'),

	('commit', 'sha', 'text NOT NULL', 'SHA of the commit.'),
	('commit', 'repository', 'text', 'Repository: shop/checkout.'),
	('commit', 'authored_at', 'timestamptz', 'When it was written.'),
	('commit', 'committed_at', 'timestamptz', 'When it was committed.'),
	('commit', 'title', 'text', 'First line of its message.'),
	('commit', 'parents', 'text[]', 'SHAs of its parents; NULL: not known.'),
	('commit', 'url', 'text', 'Address in the version control.'),
	('commit', 'source', 'text', 'Tool, as in inbox.source.'),
	('commit', 'updated_at', 'timestamptz', 'Version of this row.'),

	('deployment', 'deployment', 'text NOT NULL', 'The deployment: source:deployment:id.'),
	('deployment', 'service', 'text', 'Service, where known or set by hand; else by the repository, see routed_deployment.'),
	('deployment', 'repository', 'text', 'Repository that was deployed from.'),
	('deployment', 'environment', 'text', 'Environment.'),
	('deployment', 'environment_tier', 'text', 'production, staging, testing, development or other.'),
	('deployment', 'sha', 'text', 'Commit that was deployed.'),
	('deployment', 'ref', 'text', 'Branch or tag that was deployed.'),
	('deployment', 'status', 'text', 'Last status, in the words of the tool.'),
	('deployment', 'created_at', 'timestamptz', 'When it was asked for.'),
	('deployment', 'started_at', 'timestamptz', 'When it began.'),
	('deployment', 'finished_at', 'timestamptz', 'When it ended, well or not.'),
	('deployment', 'url', 'text', 'Address in the tool.'),
	('deployment', 'source', 'text', 'Tool, as in inbox.source.'),
	('deployment', 'updated_at', 'timestamptz', 'Version of this row: when the tool had last changed the deployment.'),

	('incident', 'incident', 'text NOT NULL', 'The incident: source:kind:id.'),
	('incident', 'service', 'text', 'Service that was hit.'),
	('incident', 'repository', 'text', 'Repository of the service that was hit, where the tool says only this.'),
	('incident', 'environment', 'text', 'Environment that was hit.'),
	('incident', 'opened_at', 'timestamptz', 'When it began or was opened.'),
	('incident', 'acknowledged_at', 'timestamptz', 'When somebody took it on.'),
	('incident', 'resolved_at', 'timestamptz', 'When service was restored.'),
	('incident', 'severity', 'text', 'Severity, in the words of the tool.'),
	('incident', 'status', 'text', 'Last status, in the words of the tool.'),
	('incident', 'change_caused', 'boolean', 'Whether a change caused it; NULL: not known.'),
	('incident', 'title', 'text', 'Title.'),
	('incident', 'url', 'text', 'Address in the tool.'),
	('incident', 'source', 'text', 'Tool, as in inbox.source.'),
	('incident', 'updated_at', 'timestamptz', 'Version of this row: when the tool had last changed the incident.'),

	('usage', 'source', 'text NOT NULL', 'Where it was measured.'),
	('usage', 'event_id', 'text NOT NULL', 'Its identity within the source.'),
	('usage', 'feature', 'text NOT NULL', 'Feature that was used: an item or an alias of it.'),
	('usage', 'at', 'timestamptz NOT NULL', 'When, or the beginning of the period counted.'),
	('usage', 'uses', 'bigint NOT NULL DEFAULT 1', 'How many times.'),
	('usage', 'users', 'bigint', 'By how many customers, where known.'),

	('outcome', 'feature', 'text NOT NULL', 'Feature: an item or an alias of it.'),
	('outcome', 'at', 'timestamptz NOT NULL', 'When, or the beginning of the period measured.'),
	('outcome', 'measure', 'text NOT NULL', 'What was measured: revenue, cost saved, ...'),
	('outcome', 'amount', 'numeric NOT NULL', 'How much.'),
	('outcome', 'currency', 'text', 'Currency of the amount; NULL: that of the model.'),

	('inbox', 'id', 'bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY', 'Order of arrival.'),
	('inbox', 'source', 'text NOT NULL', 'Tool: jira, gitlab, ... or, for one of several installations, jira:NAME.'),
	('inbox', 'payload', 'text NOT NULL', 'The payload as it was sent: a webhook''s body, or an answer of the API.'),
	('inbox', 'received_at', 'timestamptz NOT NULL DEFAULT now()', 'When it arrived.'),
	('inbox', 'error', 'text', 'Why it was not read; set it to NULL to have it read again.');
END;
COMMENT ON FUNCTION vsm.model_columns() IS 'the columns of the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_constraints() RETURNS SETOF vsm.model_object
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	VALUES
	('model', 'model_single_check', 'CHECK (single)', NULL::text, NULL::text[]),
	('model', 'model_week_starts_check', 'CHECK (week_starts IN (''mon'', ''tue'', ''wed'', ''thu'', ''fri'', ''sat'', ''sun''))', NULL, NULL),
	('value_stream', 'value_stream_workflow_check', 'CHECK (workflow IS NULL OR workflow::vsm.workflow IS NOT NULL)', NULL, NULL),
	('value_stream', 'value_stream_calendar_check', 'CHECK (calendar IS NULL OR calendar::vsm.calendar IS NOT NULL)', NULL, NULL),
	('team', 'team_calendar_check', 'CHECK (calendar IS NULL OR calendar::vsm.calendar IS NOT NULL)', NULL, NULL),
	('service', 'service_kind_check', 'CHECK (kind IN (''application'', ''infrastructure''))', NULL, NULL),
	('item', 'item_type_check', 'CHECK (type IN (''feature'', ''defect'', ''risk'', ''debt'', ''other''))', NULL, NULL),
	('routing', 'routing_workflow_check', 'CHECK (workflow IS NULL OR workflow::vsm.workflow IS NOT NULL)', NULL, NULL),
	('service_level', 'service_level_days_check', 'CHECK (days > 0)', NULL, NULL),
	('service_level', 'service_level_probability_check', 'CHECK (probability > 0 AND probability < 1)', NULL, NULL),
	('link', 'link_confidence_check', 'CHECK (confidence >= 0 AND confidence <= 1)', NULL, NULL);
END;
COMMENT ON FUNCTION vsm.model_constraints() IS 'the check constraints of the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_indexes() RETURNS SETOF vsm.model_object
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	VALUES
	('event', 'event_entity_at_idx', '(entity, at)', NULL::text, NULL::text[]),
	('link', 'link_target_idx', '(target)', NULL, NULL),
	('item', 'item_parent_idx', '(parent)', NULL, NULL),
	('item', 'item_feature_idx', '(feature)', NULL, NULL),
	('item', 'item_key_idx', '(key)', NULL, NULL),
	('item_alias', 'item_alias_item_idx', '(item)', NULL, NULL),
	('commit', 'commit_repository_idx', '(repository, committed_at)', NULL, NULL),
	('deployment', 'deployment_sha_idx', '(sha)', NULL, NULL),
	('deployment', 'deployment_service_idx', '(service, environment, finished_at)', NULL, NULL),
	('incident', 'incident_service_idx', '(service, environment, opened_at)', NULL, NULL),
	('usage', 'usage_feature_idx', '(feature, at)', NULL, NULL),
	('inbox', 'inbox_waiting_idx', '(id) WHERE error IS NULL', NULL, NULL);
END;
COMMENT ON FUNCTION vsm.model_indexes() IS 'the indexes of the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_views() RETURNS SETOF vsm.model_object
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	VALUES
	(NULL::text, 'routed_item', $view$
		SELECT i.item,
			coalesce(i.value_stream, r.value_stream) AS value_stream,
			coalesce(i.team, CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.team END) AS team,
			coalesce(CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.workflow END, v.workflow) AS workflow,
			coalesce(t.calendar, v.calendar) AS calendar,
			r.rank
		FROM %1$I.item AS i
			LEFT JOIN LATERAL (
				SELECT q.rank, q.value_stream, q.team, q.workflow
				FROM %1$I.routing AS q
				WHERE (q.source IS NULL OR i.source LIKE q.source)
				AND (q.project IS NULL OR i.project LIKE q.project)
				AND (q.type IS NULL OR i.type = q.type)
				ORDER BY q.rank LIMIT 1) AS r ON true
			LEFT JOIN %1$I.value_stream AS v ON v.value_stream = coalesce(i.value_stream, r.value_stream)
			LEFT JOIN %1$I.team AS t
				ON t.team = coalesce(i.team, CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.team END)$view$,
		'Value stream, team, workflow and calendar of every item, by hand or by routing.',
		ARRAY['The item.', 'Its value stream; NULL: no rule matches.', 'Its team.',
			'How its states are read: the JSON form of vsm.workflow.', 'Its working time: the JSON form of vsm.calendar.',
			'Rank of the routing rule that matched.']),
	(NULL, 'entity_link', $view$
		SELECT r.source, r.target, r.kind,
			(array_agg(r.method ORDER BY r.confidence DESC, r.method))[1] AS method,
			max(r.confidence) AS confidence,
			min(r.since) AS since,
			(array_agg(r.until ORDER BY r.changed_at DESC NULLS LAST, r.until NULLS LAST))[1] AS until
		FROM (
			SELECT l.source, l.target, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l
			WHERE NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.source)
			AND NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.target)
			UNION ALL
			SELECT l.source, t.item, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l JOIN %1$I.item_alias AS t ON t.alias = l.target
			WHERE NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.source)
			UNION ALL
			SELECT s.item, l.target, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l JOIN %1$I.item_alias AS s ON s.alias = l.source
			WHERE NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.target)
			UNION ALL
			SELECT s.item, t.item, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l JOIN %1$I.item_alias AS s ON s.alias = l.source JOIN %1$I.item_alias AS t ON t.alias = l.target) AS r
		WHERE r.source <> r.target
		GROUP BY r.source, r.target, r.kind$view$,
		'Links between entities: those of the table link, with aliases replaced by the items they stand for.',
		ARRAY['Entity, or SHA of a commit.', 'Entity, or SHA of a commit; an alias that no item has stays as it is.',
			'implements, part_of, builds, deploys, fixes, caused_by, blocked_by or duplicates: "source KIND target".',
			'How it was found: the surest of the ways.', 'How sure it is, from 0 to 1.', 'Since when, where known.',
			'When it ended; NULL: it stands.']),
	(NULL, 'routed_deployment', $view$
		SELECT d.deployment, coalesce(d.service, s.service, d.repository) AS service, s.value_stream, s.team
		FROM %1$I.deployment AS d
			LEFT JOIN LATERAL (
				SELECT q.service, q.value_stream, q.team FROM %1$I.service AS q
				WHERE q.service = d.service OR d.service IS NULL AND q.repository = d.repository
				ORDER BY q.path IS NOT NULL, q.service LIMIT 1) AS s ON true$view$,
		'Service, value stream and team of every deployment.',
		ARRAY['The deployment.', 'The service: by hand, else the one of its repository, else the repository itself.',
			'Value stream of the service.', 'Team of the service.']),
	(NULL, 'data_quality', $view$
		WITH route AS MATERIALIZED (SELECT r.item, r.value_stream, r.rank FROM %1$I.routed_item AS r),
		linked AS MATERIALIZED (
			-- Items that a commit implements, itself or through its merge request.
			SELECT l.source AS commit, l.target AS item FROM %1$I.entity_link AS l
			WHERE l.kind IN ('implements', 'fixes') AND EXISTS (SELECT FROM %1$I.item AS i WHERE i.item = l.target)
			AND EXISTS (SELECT FROM %1$I.commit AS c WHERE c.sha = l.source)
			UNION
			SELECT p.source, l.target FROM %1$I.entity_link AS l JOIN %1$I.link AS p ON p.target = l.source AND p.kind = 'part_of'
			WHERE l.kind IN ('implements', 'fixes') AND EXISTS (SELECT FROM %1$I.item AS i WHERE i.item = l.target))
		SELECT f.finding, f.subject, f.found, f.total, f.found::float8 / nullif(f.total, 0) AS share, f.detail
		FROM (
			SELECT 'unmapped state' AS finding, u.value_stream || ': ' || u.state AS subject, u.events AS found,
				NULL::bigint AS total, 'Events with a state that the workflow does not have.' AS detail
			FROM (
				SELECT r.value_stream, r.rank, e.state, count(*) AS events
				FROM %1$I.event AS e JOIN route AS r ON r.item = e.entity
				WHERE e.method IS DISTINCT FROM 'label' GROUP BY r.value_stream, r.rank, e.state) AS u
				JOIN %1$I.value_stream AS v ON v.value_stream = u.value_stream
				LEFT JOIN %1$I.routing AS q ON q.rank = u.rank AND q.value_stream = u.value_stream
			WHERE coalesce(q.workflow, v.workflow) IS NOT NULL AND NOT EXISTS (
				SELECT FROM vsm.stages(coalesce(q.workflow, v.workflow)::vsm.workflow) AS s
				WHERE u.state = s.stage OR u.state = ANY (s.states) OR u.state = ANY (s.until))
			UNION ALL
			SELECT 'items without routing', '', count(*) FILTER (WHERE r.value_stream IS NULL), count(*),
				'Items that no routing rule matches: they are in no value stream.'
			FROM route AS r
			UNION ALL
			SELECT 'items without commits', '', count(*) FILTER (WHERE l.item IS NULL), count(*),
				'Items that no commit names, in its message or through its merge request.'
			FROM %1$I.item AS i LEFT JOIN (SELECT DISTINCT k.item FROM linked AS k) AS l ON l.item = i.item
			UNION ALL
			SELECT 'deployments without items', '', count(*) FILTER (WHERE l.commit IS NULL), count(*),
				'Deployments of a commit that leads to no item.'
			FROM %1$I.deployment AS d LEFT JOIN (SELECT DISTINCT k.commit FROM linked AS k) AS l ON l.commit = d.sha
			UNION ALL
			SELECT 'commits with keys', coalesce(c.repository, ''),
				count(l.commit), count(*),
				'Commits that lead to an item.'
			FROM %1$I.commit AS c LEFT JOIN (SELECT DISTINCT k.commit FROM linked AS k) AS l ON l.commit = c.sha GROUP BY c.repository
			UNION ALL
			SELECT 'links to unknown items', l.kind, count(*), NULL,
				'Links whose end is neither an entity nor an alias of an item: perhaps not a key at all, perhaps the tracker is not loaded.'
			FROM %1$I.entity_link AS l
			WHERE l.kind IN ('implements', 'fixes') AND l.target NOT LIKE '%%:%%:%%' AND NOT EXISTS (SELECT FROM %1$I.item AS i WHERE i.item = l.target)
			GROUP BY l.kind
			UNION ALL
			SELECT 'payloads in error', i.source || ': ' || left(i.error, 200), count(*), NULL, 'Payloads that stay in the inbox.'
			FROM %1$I.inbox AS i WHERE i.error IS NOT NULL GROUP BY i.source, left(i.error, 200)
			UNION ALL
			SELECT 'clock runs backwards', 'event before creation', count(*) FILTER (WHERE e.at < i.created_at), count(*),
				'Events of items from before the item was created.'
			FROM %1$I.event AS e JOIN %1$I.item AS i ON i.item = e.entity
			UNION ALL
			SELECT 'clock runs backwards', 'deployment', count(*) FILTER (WHERE d.finished_at < d.started_at OR d.started_at < d.created_at
				OR d.finished_at < d.created_at), count(*), 'Deployments that ended before they began.'
			FROM %1$I.deployment AS d
			UNION ALL
			SELECT 'clock runs backwards', 'deployed before committed', count(*) FILTER (WHERE d.finished_at < c.committed_at), count(*),
				'Deployments that ended before their commit was made.'
			FROM %1$I.deployment AS d JOIN %1$I.commit AS c ON c.sha = d.sha
			UNION ALL
			SELECT 'clock runs backwards', 'commit', count(*) FILTER (WHERE c.committed_at < c.authored_at), count(*),
				'Commits committed before they were written.'
			FROM %1$I.commit AS c
			UNION ALL
			SELECT 'clock runs backwards', 'incident', count(*) FILTER (WHERE n.resolved_at < n.opened_at), count(*),
				'Incidents resolved before they were opened.'
			FROM %1$I.incident AS n
			UNION ALL
			SELECT 'history cut off', '', count(*) FILTER (WHERE i.changelog_missing > 0 AND (i.changelog_from <= i.changelog_until) IS NOT TRUE), count(*),
				'Items whose last payload left out a part of their history that no other payload has told.'
			FROM %1$I.item AS i
			UNION ALL
			SELECT 'history with gaps', '', count(DISTINCT c.entity) FILTER (WHERE c.previous <> c.before), count(DISTINCT c.entity),
				'Items with a change that came from another state than the one before: an event is missing.'
			FROM (
				SELECT e.entity, e.previous,
					lag(e.state) OVER (PARTITION BY e.entity ORDER BY e.at, length(e.event_id), e.event_id) AS before
				FROM %1$I.event AS e
				WHERE e.previous IS NOT NULL OR e.method = 'inferred') AS c
			UNION ALL
			SELECT 'unknown name', n.kind || ': ' || n.name, count(*), NULL, 'A name that is used but not in the table of that kind.'
			FROM (
				SELECT 'value_stream', r.value_stream FROM %1$I.routing AS r
				UNION ALL SELECT 'value_stream', t.value_stream FROM %1$I.team AS t
				UNION ALL SELECT 'value_stream', s.value_stream FROM %1$I.service AS s
				UNION ALL SELECT 'value_stream', i.value_stream FROM %1$I.item AS i
				UNION ALL SELECT 'team', r.team FROM %1$I.routing AS r
				UNION ALL SELECT 'team', s.team FROM %1$I.service AS s
				UNION ALL SELECT 'team', i.team FROM %1$I.item AS i) AS n (kind, name)
			WHERE n.name IS NOT NULL AND NOT CASE n.kind
				WHEN 'team' THEN EXISTS (SELECT FROM %1$I.team AS t WHERE t.team = n.name)
				ELSE EXISTS (SELECT FROM %1$I.value_stream AS v WHERE v.value_stream = n.name) END
			GROUP BY n.kind, n.name) AS f$view$,
		'What is missing or doubtful in the data, counted. Figures are as good as this is.',
		ARRAY['What was looked for.', 'In what: a state, a repository, an error; empty: in all.', 'How many were found.',
			'Of how many, where that can be said.', 'found / total.', 'What the finding means.']);
END;
COMMENT ON FUNCTION vsm.model_views() IS 'the views that vsm.create_model makes';

CREATE PROCEDURE vsm.create_model(schema text, time_zone text DEFAULT NULL, week_starts text DEFAULT NULL, currency text DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t       vsm.model_table;
	c       vsm.model_column;
	o       vsm.model_object;
	target  regclass;
	key     text;
	comment text;
BEGIN
	IF schema IS NULL OR schema = '' OR schema = 'vsm' OR schema = 'information_schema' OR starts_with(schema, 'pg_') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_schema_name',
			MESSAGE = format('a model cannot be created in schema "%s"', coalesce(schema, '')),
			DETAIL = 'The schema of a model is one of your own: not "vsm", which belongs to the extension, nor one of PostgreSQL''s.',
			HINT = 'Choose another name: CALL vsm.create_model(''flow'')';
	END IF;
	IF time_zone IS NOT NULL AND NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = time_zone) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('time zone "%s" is not known', time_zone),
			HINT = 'Names such as Europe/Paris are in the view pg_timezone_names.';
	END IF;
	IF week_starts NOT IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a week cannot start on "%s"', week_starts),
			HINT = 'Days are mon, tue, wed, thu, fri, sat and sun.';
	END IF;

	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		EXECUTE format('CREATE SCHEMA %I', schema);
	END IF;

	FOR t IN SELECT * FROM vsm.model_tables() LOOP
		IF to_regclass(format('%I.%I', schema, t.name)) IS NULL THEN
			EXECUTE format('CREATE TABLE %I.%I (%s)', schema, t.name,
				(SELECT string_agg(format('%I %s', m.name, m.type), ', ' ORDER BY m.o)
				 FROM vsm.model_columns() WITH ORDINALITY AS m (relation, name, type, comment, o) WHERE m.relation = t.name));
		END IF;
		target := format('%I.%I', schema, t.name)::regclass;

		-- Columns of a later version, or of a table that the user has made to be partitioned.
		FOR c IN SELECT m.relation, m.name, m.type, m.comment
			FROM vsm.model_columns() WITH ORDINALITY AS m (relation, name, type, comment, o)
			WHERE m.relation = t.name ORDER BY m.o
		LOOP
			IF NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = target AND a.attname = c.name AND NOT a.attisdropped) THEN
				EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', target, c.name, c.type);
			ELSIF c.type LIKE '%NOT NULL%' AND EXISTS (
				SELECT FROM pg_attribute AS a WHERE a.attrelid = target AND a.attname = c.name AND NOT a.attnotnull)
			THEN
				EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', target, c.name);
			END IF;
			EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', target, c.name, c.comment);
		END LOOP;
		EXECUTE format('COMMENT ON TABLE %s IS %L', target, t.comment);

		-- The key of a partitioned table holds the columns by which it is partitioned.
		IF NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = target AND i.indisprimary) THEN
			SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.o) INTO key
			FROM (
				SELECT n.name, min(n.o) AS o
				FROM (
					SELECT trim(p.name) AS name, p.o FROM string_to_table(t.key, ',') WITH ORDINALITY AS p (name, o)
					UNION ALL
					SELECT a.attname, 100 + p.o
					FROM pg_partitioned_table AS q, unnest(q.partattrs::smallint[]) WITH ORDINALITY AS p (attnum, o), pg_attribute AS a
					WHERE q.partrelid = target AND a.attrelid = target AND a.attnum = p.attnum) AS n
				GROUP BY n.name) AS k;
			IF key ~ '(recorded_at|xid)' THEN
				RAISE EXCEPTION USING
					ERRCODE = 'invalid_table_definition',
					MESSAGE = format('table %s cannot be partitioned by when its rows were written', target),
					DETAIL = format('Its key would be (%s), and an event told twice would be two rows.', key),
					HINT = 'Partition it by at, entity or source.';
			END IF;
			EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY (%s)', target, t.name || '_pkey', key);
		END IF;
	END LOOP;

	FOR o IN SELECT * FROM vsm.model_constraints() LOOP
		target := format('%I.%I', schema, o.relation)::regclass;
		IF NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = target AND k.conname = o.name) THEN
			EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', target, o.name, o.definition);
		END IF;
	END LOOP;

	FOR o IN SELECT * FROM vsm.model_indexes() LOOP
		IF to_regclass(format('%I.%I', schema, o.name)) IS NULL THEN
			EXECUTE format('CREATE INDEX %I ON %I.%I %s', o.name, schema, o.relation, o.definition);
		END IF;
	END LOOP;

	EXECUTE format('INSERT INTO %I.model (version, time_zone, week_starts, currency) VALUES ($1, coalesce($2, ''UTC''), coalesce($3, ''mon''), $4)
		ON CONFLICT (single) DO UPDATE SET version = $1, time_zone = coalesce($2, model.time_zone),
			week_starts = coalesce($3, model.week_starts), currency = coalesce($4, model.currency)
		WHERE (model.version, model.time_zone, model.week_starts, model.currency) IS DISTINCT FROM
			($1, coalesce($2, model.time_zone), coalesce($3, model.week_starts), coalesce($4, model.currency))', schema)
	USING (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vsm'), time_zone, week_starts, currency;

	FOR o IN SELECT * FROM vsm.model_views() LOOP
		EXECUTE format('CREATE OR REPLACE VIEW %1$I.%2$I AS %3$s', schema, o.name, format(o.definition, schema));
		EXECUTE format('COMMENT ON VIEW %I.%I IS %L', schema, o.name, o.comment);
		FOR key, comment IN
			SELECT a.attname, o.columns[a.attnum] FROM pg_attribute AS a
			WHERE a.attrelid = format('%I.%I', schema, o.name)::regclass AND a.attnum > 0
		LOOP
			EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', schema, o.name, key, comment);
		END LOOP;
	END LOOP;

	IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls)) THEN
		RAISE WARNING USING
			MESSAGE = format('the model in schema "%s" belongs to "%s", whom row security does not bind', schema, current_user),
			DETAIL = 'Views read the tables as their owner does, so policies on the tables would not hold for those who read the views.',
			HINT = 'Create the model as a role that is neither a superuser nor has BYPASSRLS.';
	END IF;
END
$$;
COMMENT ON PROCEDURE vsm.create_model(text, text, text, text) IS
	'creates the tables and views of a model in a schema, owned by the caller, or brings them up to this version; data and grants stay. '
	'Settings left out are UTC, mon and no currency, or as they were';

/*
 * SELECT vsm.link_deployments('flow'): which deployment a change is about and which one caused an
 * incident, where the tools do not say so themselves. It looks at the whole model, which readers
 * do not, so it is run after vsm.ingest. What it found before and no longer finds is removed.
 *
 * A change deploys, unless it names a deployment or commit: the successful deployments of its
 * service that ended during the work on it ("service and time of work", 0.7).
 *
 * An incident is caused by, in this order,
 *   what the change that it names as its cause deploys ("change", 0.95),
 *   the deployment of the commit that it names as its cause ("commit", 0.95),
 *   if it names no cause: the latest successful deployment of its service and environment that
 *   ended before it was opened ("latest deployment before", 0.5). An incident without an
 *   environment is one of production.
 *
 * A service has the names of the table service and, by their repository, those of the tools.
 */
CREATE FUNCTION vsm.link_deployments(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	found   bigint;
	changes bigint;
BEGIN
	IF to_regclass(format('%I.link', model)) IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('there is no model in schema "%s"', model),
			DETAIL = 'It has no table "link".',
			HINT = format('Create the model with: CALL vsm.create_model(%L)', model);
	END IF;

	EXECUTE format('DELETE FROM %I.link WHERE (kind, method) IN ((''deploys'', ''service and time of work''), (''caused_by'', ''change''),
		(''caused_by'', ''commit''), (''caused_by'', ''latest deployment before''))', model);

	EXECUTE format(
		'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, changed_at)
		 SELECT c.item, d.deployment, ''deploys'', ''service and time of work'', 0.7, d.finished_at, d.finished_at
		 FROM %1$I.item AS c
			JOIN LATERAL (SELECT min(e.at) FILTER (WHERE e.state = ''work started'') AS started_at,
					max(e.at) FILTER (WHERE e.state = ''work ended'') AS ended_at
				FROM %1$I.event AS e WHERE e.entity = c.item AND e.method = ''label'') AS w ON true
			JOIN (%1$I.deployment AS d JOIN %1$I.routed_deployment AS r ON r.deployment = d.deployment)
				ON r.service = c.service AND d.status = ''success'' AND d.finished_at >= w.started_at AND d.finished_at <= w.ended_at
		 WHERE c.project = ''change_request''
		 AND NOT EXISTS (SELECT FROM %1$I.link AS l WHERE l.source = c.item AND l.kind = ''deploys'')
		 ORDER BY c.item COLLATE "C", d.deployment COLLATE "C"
		 ON CONFLICT DO NOTHING', model);
	GET DIAGNOSTICS changes = ROW_COUNT;

	EXECUTE format(
		'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, changed_at)
		 SELECT i.incident, c.deployment, ''caused_by'', c.method, c.confidence, i.opened_at, i.opened_at
		 FROM %1$I.incident AS i
			LEFT JOIN LATERAL (
				SELECT s.service FROM %1$I.service AS s WHERE s.repository = i.repository ORDER BY s.path IS NOT NULL, s.service LIMIT 1) AS s ON true,
			LATERAL (
				SELECT t.target AS deployment, ''change'' AS method, 0.95 AS confidence
				FROM %1$I.entity_link AS l JOIN %1$I.entity_link AS t ON t.source = l.target AND t.kind = ''deploys'' AND t.target LIKE ''%%:deployment:%%''
				WHERE l.source = i.incident AND l.kind = ''caused_by''
				UNION ALL
				SELECT d.deployment, CASE WHEN l.target = d.sha THEN ''commit'' ELSE ''change'' END, 0.95
				FROM %1$I.entity_link AS l
					LEFT JOIN %1$I.entity_link AS t ON t.source = l.target AND t.kind = ''deploys''
					JOIN %1$I.deployment AS d ON d.sha IN (l.target, t.target) AND d.finished_at <= i.opened_at
				WHERE l.source = i.incident AND l.kind = ''caused_by''
				UNION ALL
				(SELECT d.deployment, ''latest deployment before'', 0.5
				 FROM %1$I.deployment AS d JOIN %1$I.routed_deployment AS r ON r.deployment = d.deployment
				 WHERE r.service = coalesce(i.service, s.service, i.repository) AND d.status = ''success'' AND d.finished_at <= i.opened_at
				 AND (d.environment = i.environment OR i.environment IS NULL AND d.environment_tier = ''production'')
				 AND NOT EXISTS (SELECT FROM %1$I.link AS l WHERE l.source = i.incident AND l.kind = ''caused_by'')
				 ORDER BY d.finished_at DESC, d.deployment COLLATE "C" LIMIT 1)) AS c
		 ORDER BY i.incident COLLATE "C", c.deployment COLLATE "C", c.method
		 ON CONFLICT DO NOTHING', model);
	GET DIAGNOSTICS found = ROW_COUNT;
	RETURN found + changes;
END
$$;
COMMENT ON FUNCTION vsm.link_deployments(text) IS
	'links changes to the deployments that they are about and incidents to the deployments that caused them, and returns how many; the method of each link says how it was found';

