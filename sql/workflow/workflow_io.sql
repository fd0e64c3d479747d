-- workflow: what states mean.

-- include value_type workflow int4 extended
COMMENT ON TYPE vsm.workflow IS
	'the interpretation of states: stages in the order of the stream, their classes, and the rules of the clock; text form '
	'{"stages":[{"name":...,"class":...},...],"start":...}';

-- include json_casts workflow to_json to_jsonb to_workflow to_workflow document
-- include comparison workflow workflow other

CREATE TYPE vsm.stage AS (
	place integer, stage text, class text, phase text, waiting_for text, owner text,
	wip_limit integer, states text[], until text[]
);
COMMENT ON TYPE vsm.stage IS 'a stage of a workflow; place is its position from 1, states begin with its own name';

CREATE FUNCTION vsm.stages(workflow vsm.workflow) RETURNS SETOF vsm.stage
	AS 'MODULE_PATHNAME', 'vsm_workflow_stages' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION vsm.stages(vsm.workflow) IS
	'the stages of a workflow in the order of the stream; until is NULL but for class blocked; no rows for NULL';

CREATE FUNCTION vsm.with_rules(workflow vsm.workflow, start text DEFAULT NULL, reopen text DEFAULT NULL, backward text DEFAULT NULL,
	unmapped text DEFAULT NULL) RETURNS vsm.workflow
	AS 'MODULE_PATHNAME', 'vsm_workflow_with_rules' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.with_rules(vsm.workflow, text, text, text, text) IS
	'the workflow with other rules; a rule that is NULL stays as it is; NULL for a NULL workflow';

CREATE FUNCTION vsm.preset(workflow vsm.workflow, name text) RETURNS vsm.workflow
	AS 'MODULE_PATHNAME', 'vsm_workflow_preset' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.preset(vsm.workflow, text) IS
	'the workflow with the rules of a published method: flow_framework and kanban_guide (committed, continue, keep, waiting), '
	'jira_agile_metrics (committed, continue, erase, ignore); NULL for NULL';

CREATE FUNCTION vsm.with_delivery(workflow vsm.workflow) RETURNS vsm.workflow
	AS 'MODULE_PATHNAME', 'vsm_workflow_with_delivery' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.with_delivery(vsm.workflow) IS
	'the workflow with the states of code that vsm.end_to_end reads and that no stage has yet: open code in review, drafts and rejected '
	'code in the last active stage before, merged code in a waiting stage behind (Merged), awaiting release in one before done (Waiting '
	'for release), released code in the first done stage; both waiting stages are made where there is none; NULL for NULL';

CREATE FUNCTION vsm.workflow_add_row(state internal, place integer, stage text, class text, state_name text) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_workflow_add_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.workflow_add_row(internal, integer, text, text, text) IS 'transition function of the aggregate vsm.workflow';

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
	'a workflow from a mapping table, stages in the order of place, with the rules'' defaults; a NULL state: only the stage''s own name; '
	'NULL if there is no row';
