-- A draft of a workflow from data.

CREATE FUNCTION vsm.propose_workflow_add(state internal, timeline vsm.timeline) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_propose_workflow_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.propose_workflow_add(internal, vsm.timeline) IS 'transition function of the aggregate vsm.propose_workflow';

CREATE FUNCTION vsm.propose_workflow_finish(state internal) RETURNS vsm.workflow
	AS 'MODULE_PATHNAME', 'vsm_propose_workflow_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.propose_workflow_finish(internal) IS 'final function of the aggregate vsm.propose_workflow';

CREATE AGGREGATE vsm.propose_workflow(timeline vsm.timeline) (
	SFUNC = vsm.propose_workflow_add,
	STYPE = internal,
	FINALFUNC = vsm.propose_workflow_finish,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.propose_workflow(vsm.timeline) IS
	'a draft of a workflow: every state a stage, in the order of the median rank of its first entry; classes from the words of states that '
	'are names and no sentences, in seven languages, from where items go on and end, else from positions; to be reviewed; '
	'NULL if there is no timeline';
