-- Cumulative flow: items in each stage over time.

CREATE TYPE vsm.cumulative_flow_row AS (
	bucket timestamptz, place integer, stage text, class text, in_stage bigint, arrived bigint, departed bigint
);
COMMENT ON TYPE vsm.cumulative_flow_row IS
	'a stage in a bucket of time that begins at bucket: items in it at the bucket''s end, visits that began and visits that ended in the '
	'bucket; place is NULL for (unmapped)';

-- include state_type cumulative_flow_state vsm_cumulative_flow_state_out double
COMMENT ON TYPE vsm.cumulative_flow_state IS
	'the state of the aggregates vsm.cumulative_flow: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.cumulative_flow_add(state vsm.cumulative_flow_state, timeline vsm.timeline, workflow vsm.workflow, since timestamptz,
	until timestamptz, step interval) RETURNS vsm.cumulative_flow_state
	AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.cumulative_flow_add(vsm.cumulative_flow_state, vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval) IS
	'transition function of the aggregate vsm.cumulative_flow(timeline, workflow, since, until, step)';

CREATE FUNCTION vsm.cumulative_flow_add(state vsm.cumulative_flow_state, timeline vsm.timeline, workflow vsm.workflow, since timestamptz,
	until timestamptz, step interval, time_zone text) RETURNS vsm.cumulative_flow_state
	AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.cumulative_flow_add(vsm.cumulative_flow_state, vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval,
	text) IS
	'transition function of the aggregate vsm.cumulative_flow(timeline, workflow, since, until, step, time_zone)';

CREATE FUNCTION vsm.cumulative_flow_combine(state vsm.cumulative_flow_state,
	other vsm.cumulative_flow_state) RETURNS vsm.cumulative_flow_state
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
	'how many items are in each stage at the end of each bucket from since to until, and how many came and went; a row for every bucket '
	'and stage, buckets since + k * step in UTC; NULL if there is no row or an argument but the timeline is NULL';

CREATE AGGREGATE vsm.cumulative_flow(timeline vsm.timeline, workflow vsm.workflow, since timestamptz, until timestamptz, step interval,
	time_zone text) (
	SFUNC = vsm.cumulative_flow_add,
	STYPE = vsm.cumulative_flow_state,
	SSPACE = 65536,
	FINALFUNC = vsm.cumulative_flow_finish,
	COMBINEFUNC = vsm.cumulative_flow_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.cumulative_flow(vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval, text) IS
	'the same with buckets since + k * step in local time of a time zone';

CREATE TYPE vsm.cumulative_flow_stage AS (place integer, stage text, class text, counts bigint[]);
COMMENT ON TYPE vsm.cumulative_flow_stage IS
	'a stage in all buckets of time: of bucket b, from 0, counts[3 * b + 1] is how many items are in it at its end, counts[3 * b + 2] how '
	'many visits began and counts[3 * b + 3] how many ended in it; place is NULL for (unmapped)';

CREATE FUNCTION vsm.cumulative_flow_finish_stages(state vsm.cumulative_flow_state) RETURNS vsm.cumulative_flow_stage[]
	AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_finish_stages' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION vsm.cumulative_flow_finish_stages(vsm.cumulative_flow_state) IS
	'final function of the aggregate vsm.cumulative_flow_stages; NULL if an argument but the timeline was NULL';

CREATE AGGREGATE vsm.cumulative_flow_stages(timeline vsm.timeline, workflow vsm.workflow, since timestamptz, until timestamptz,
	step interval, time_zone text) (
	SFUNC = vsm.cumulative_flow_add,
	STYPE = vsm.cumulative_flow_state,
	SSPACE = 65536,
	FINALFUNC = vsm.cumulative_flow_finish_stages,
	COMBINEFUNC = vsm.cumulative_flow_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.cumulative_flow_stages(vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval, text) IS
	'what vsm.cumulative_flow tells, a row for every stage with the numbers of all buckets in an array: for who looks up some of them';

CREATE FUNCTION vsm.cumulative_flow_counts_add(state bigint[], counts bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'vsm_cumulative_flow_counts_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.cumulative_flow_counts_add(bigint[], bigint[]) IS
	'transition function of the aggregate vsm.cumulative_flow_counts: the sums of elements at the same place';

CREATE AGGREGATE vsm.cumulative_flow_counts(counts bigint[]) (
	SFUNC = vsm.cumulative_flow_counts_add,
	STYPE = bigint[],
	SSPACE = 65536,
	COMBINEFUNC = vsm.cumulative_flow_counts_add,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.cumulative_flow_counts(bigint[]) IS
	'the counts of several vsm.cumulative_flow_stage of the same buckets, element by element; NULL if there are none';
