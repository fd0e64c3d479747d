-- workflow: what states mean.

CREATE TYPE vsm.workflow;

CREATE FUNCTION vsm.workflow_in(cstring) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_in(cstring) IS 'input function of type vsm.workflow';

CREATE FUNCTION vsm.workflow_out(vsm.workflow) RETURNS cstring
AS 'MODULE_PATHNAME', 'vsm_workflow_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_out(vsm.workflow) IS 'output function of type vsm.workflow';

CREATE FUNCTION vsm.workflow_recv(internal) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_recv(internal) IS 'binary input function of type vsm.workflow';

CREATE FUNCTION vsm.workflow_send(vsm.workflow) RETURNS bytea
AS 'MODULE_PATHNAME', 'vsm_workflow_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_send(vsm.workflow) IS 'binary output function of type vsm.workflow';

CREATE TYPE vsm.workflow (
	INPUT = vsm.workflow_in,
	OUTPUT = vsm.workflow_out,
	RECEIVE = vsm.workflow_recv,
	SEND = vsm.workflow_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE vsm.workflow IS
'the interpretation of states: stages in the order of the stream, their classes, and the rules of the clock; text form {"stages":[{"name":...,"class":...},...],"start":...}';

CREATE FUNCTION vsm.to_json(workflow vsm.workflow) RETURNS json
AS 'MODULE_PATHNAME', 'vsm_workflow_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_json(vsm.workflow) IS 'the workflow in its JSON form; NULL for NULL';

CREATE FUNCTION vsm.to_jsonb(workflow vsm.workflow) RETURNS jsonb
AS 'MODULE_PATHNAME', 'vsm_workflow_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_jsonb(vsm.workflow) IS 'the workflow in its JSON form; NULL for NULL';

CREATE FUNCTION vsm.to_workflow(document json) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_workflow(json) IS 'the workflow of a JSON document; NULL for NULL';

CREATE FUNCTION vsm.to_workflow(document jsonb) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.to_workflow(jsonb) IS 'the workflow of a JSON document; NULL for NULL';

CREATE CAST (vsm.workflow AS json) WITH FUNCTION vsm.to_json(vsm.workflow);
COMMENT ON CAST (vsm.workflow AS json) IS 'its JSON form';
CREATE CAST (vsm.workflow AS jsonb) WITH FUNCTION vsm.to_jsonb(vsm.workflow);
COMMENT ON CAST (vsm.workflow AS jsonb) IS 'its JSON form';
CREATE CAST (json AS vsm.workflow) WITH FUNCTION vsm.to_workflow(json);
COMMENT ON CAST (json AS vsm.workflow) IS 'from its JSON form';
CREATE CAST (jsonb AS vsm.workflow) WITH FUNCTION vsm.to_workflow(jsonb);
COMMENT ON CAST (jsonb AS vsm.workflow) IS 'from its JSON form';

CREATE FUNCTION vsm.workflow_eq(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_eq(vsm.workflow, vsm.workflow) IS 'implementation of the = operator';

CREATE FUNCTION vsm.workflow_ne(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_ne(vsm.workflow, vsm.workflow) IS 'implementation of the <> operator';

CREATE FUNCTION vsm.workflow_lt(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_lt(vsm.workflow, vsm.workflow) IS 'implementation of the < operator';

CREATE FUNCTION vsm.workflow_le(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_le(vsm.workflow, vsm.workflow) IS 'implementation of the <= operator';

CREATE FUNCTION vsm.workflow_gt(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_gt(vsm.workflow, vsm.workflow) IS 'implementation of the > operator';

CREATE FUNCTION vsm.workflow_ge(workflow vsm.workflow, other vsm.workflow) RETURNS boolean
AS 'MODULE_PATHNAME', 'vsm_workflow_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_ge(vsm.workflow, vsm.workflow) IS 'implementation of the >= operator';

CREATE FUNCTION vsm.workflow_cmp(workflow vsm.workflow, other vsm.workflow) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_workflow_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_cmp(vsm.workflow, vsm.workflow) IS 'less than, equal to or greater than 0, as btree wants it';

CREATE FUNCTION vsm.workflow_hash(workflow vsm.workflow) RETURNS integer
AS 'MODULE_PATHNAME', 'vsm_workflow_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_hash(vsm.workflow) IS 'hash of the value';

CREATE FUNCTION vsm.workflow_hash_extended(workflow vsm.workflow, seed bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'vsm_workflow_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_hash_extended(vsm.workflow, bigint) IS 'hash of the value in 64 bits, with a seed';

CREATE OPERATOR vsm.= (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_eq,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR vsm.= (vsm.workflow, vsm.workflow) IS 'equal: the same stages and rules';

CREATE OPERATOR vsm.<> (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_ne,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR vsm.<> (vsm.workflow, vsm.workflow) IS 'not equal';

CREATE OPERATOR vsm.< (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_lt,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR vsm.< (vsm.workflow, vsm.workflow) IS 'before, in an arbitrary but fixed order';

CREATE OPERATOR vsm.<= (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_le,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR vsm.<= (vsm.workflow, vsm.workflow) IS 'before or equal';

CREATE OPERATOR vsm.> (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_gt,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR vsm.> (vsm.workflow, vsm.workflow) IS 'after, in an arbitrary but fixed order';

CREATE OPERATOR vsm.>= (
	LEFTARG = vsm.workflow, RIGHTARG = vsm.workflow, FUNCTION = vsm.workflow_ge,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR vsm.>= (vsm.workflow, vsm.workflow) IS 'after or equal';

CREATE OPERATOR CLASS vsm.workflow_ops DEFAULT FOR TYPE vsm.workflow USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.workflow_cmp(vsm.workflow, vsm.workflow);
COMMENT ON OPERATOR CLASS vsm.workflow_ops USING btree IS 'btree order of type vsm.workflow';

CREATE OPERATOR CLASS vsm.workflow_ops DEFAULT FOR TYPE vsm.workflow USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.workflow_hash(vsm.workflow),
	FUNCTION 2 vsm.workflow_hash_extended(vsm.workflow, bigint);
COMMENT ON OPERATOR CLASS vsm.workflow_ops USING hash IS 'hash equality of type vsm.workflow';

CREATE TYPE vsm.stage AS (
	place integer, stage text, class text, phase text, waiting_for text, owner text,
	wip_limit integer, states text[], until text[]
);
COMMENT ON TYPE vsm.stage IS 'a stage of a workflow; place is its position from 1, states begin with its own name';

CREATE FUNCTION vsm.stages(workflow vsm.workflow) RETURNS SETOF vsm.stage
AS 'MODULE_PATHNAME', 'vsm_workflow_stages' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION vsm.stages(vsm.workflow) IS
'the stages of a workflow in the order of the stream; until is NULL but for class blocked; no rows for NULL';

CREATE FUNCTION vsm.with_rules(workflow vsm.workflow, start text DEFAULT NULL, reopen text DEFAULT NULL,
	backward text DEFAULT NULL, unmapped text DEFAULT NULL) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_with_rules' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.with_rules(vsm.workflow, text, text, text, text) IS
'the workflow with other rules; a rule that is NULL stays as it is; NULL for a NULL workflow';

CREATE FUNCTION vsm.preset(workflow vsm.workflow, name text) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_preset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.preset(vsm.workflow, text) IS
'the workflow with the rules of a published method: flow_framework and kanban_guide (committed, continue, keep, waiting), jira_agile_metrics (committed, continue, erase, ignore); NULL for NULL';

CREATE FUNCTION vsm.workflow_add_row(state internal, place integer, stage text, class text, state_name text) RETURNS internal
AS 'MODULE_PATHNAME', 'vsm_workflow_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_add_row(internal, integer, text, text, text) IS
'transition function of the aggregate vsm.workflow';

CREATE FUNCTION vsm.workflow_finish(state internal) RETURNS vsm.workflow
AS 'MODULE_PATHNAME', 'vsm_workflow_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_finish(internal) IS 'final function of the aggregate vsm.workflow';

CREATE AGGREGATE vsm.workflow(place integer, stage text, class text, state text) (
	SFUNC = vsm.workflow_add_row,
	STYPE = internal,
	FINALFUNC = vsm.workflow_finish,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.workflow(integer, text, text, text) IS
'a workflow from a mapping table, stages in the order of place, with the rules'' defaults; a NULL state: only the stage''s own name; NULL if there is no row';
