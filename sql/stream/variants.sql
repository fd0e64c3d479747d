-- Variants: the ways that items take.

CREATE TYPE vsm.variant_row AS (
	path text[], items bigint, share float8, cumulative_share float8, open_items bigint,
	flow_time_p50 interval, flow_time_p85 interval
);
COMMENT ON TYPE vsm.variant_row IS
	'a way that items took: the stages visited in order, as vsm.path gives them; how many items, their share of all, the share of all up '
	'to this row; how many of them are open; median and 85th percentile of the flow time of those that are done, as percentile_cont '
	'gives them, NULL if none is';

-- include state_type variants_state vsm_variants_state_out double
COMMENT ON TYPE vsm.variants_state IS
	'the state of the aggregate vsm.variants: a concrete type, so that partial states can be sent between nodes; not for columns';

CREATE FUNCTION vsm.variants_add(state vsm.variants_state, timeline vsm.timeline, workflow vsm.workflow) RETURNS vsm.variants_state
	AS 'MODULE_PATHNAME', 'vsm_variants_add' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.variants_add(vsm.variants_state, vsm.timeline, vsm.workflow) IS
	'transition function of the aggregate vsm.variants';

CREATE FUNCTION vsm.variants_combine(state vsm.variants_state, other vsm.variants_state) RETURNS vsm.variants_state
	AS 'MODULE_PATHNAME', 'vsm_variants_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.variants_combine(vsm.variants_state, vsm.variants_state) IS 'combine function of the aggregate vsm.variants';

CREATE FUNCTION vsm.variants_finish(state vsm.variants_state) RETURNS vsm.variant_row[]
	AS 'MODULE_PATHNAME', 'vsm_variants_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.variants_finish(vsm.variants_state) IS
	'final function of the aggregate vsm.variants; NULL if the workflow was NULL';

CREATE AGGREGATE vsm.variants(timeline vsm.timeline, workflow vsm.workflow) (
	SFUNC = vsm.variants_add,
	STYPE = vsm.variants_state,
	SSPACE = 16384,
	FINALFUNC = vsm.variants_finish,
	COMBINEFUNC = vsm.variants_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.variants(vsm.timeline, vsm.workflow) IS
	'the ways that items take through their stages, by number of items, then by the bytes of the path; items without a visit are left out; '
	'NULL if there is no row or the workflow is NULL';
