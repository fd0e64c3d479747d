\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

-- Every name below is written with its schema; this keeps any other from being found by chance.
SET LOCAL search_path = pg_catalog, pg_temp;

-- A parameter cannot be named json from PostgreSQL 17 on. CREATE OR REPLACE refuses another name, and casts depend
-- on these functions, so that they cannot be dropped: they are renamed where they stand.
UPDATE pg_catalog.pg_proc SET proargnames = '{form}'
WHERE oid IN ('vsm.graph_from_json(pg_catalog.json)'::pg_catalog.regprocedure,
	'vsm.graph_from_jsonb(pg_catalog.jsonb)'::pg_catalog.regprocedure,
	'vsm.releases_from_json(pg_catalog.json)'::pg_catalog.regprocedure,
	'vsm.releases_from_jsonb(pg_catalog.jsonb)'::pg_catalog.regprocedure);

-- What a model consists of stands in files, whose statements vsm.model_sql returns.
DROP FUNCTION vsm.model_tables(), vsm.model_columns(), vsm.model_constraints(), vsm.model_indexes(), vsm.model_views();
DROP TYPE vsm.model_table, vsm.model_column, vsm.model_object;

-- Facts have one door, and readers are told what names mean.
DROP FUNCTION
	vsm.github_kind(jsonb), vsm.gitlab_kind(jsonb), vsm.jenkins_kind(jsonb), vsm.jira_kind(jsonb), vsm.servicenow_kind(jsonb),
	vsm.jenkins_deploys(text), vsm.jenkins_environment(text),
	vsm.github_type(jsonb), vsm.ingest_rows(text, text, vsm.fact[], boolean), vsm.jira_attribute(text),
	vsm.read_github_commit(text, jsonb), vsm.read_github_commit_object(text, text, jsonb), vsm.read_github_deployment(text, jsonb),
	vsm.read_github_issue(text, jsonb), vsm.read_github_issue_event(text, jsonb), vsm.read_github_pull_request(text, jsonb),
	vsm.read_github_pull_request_object(text, text, jsonb), vsm.read_github_pull_request_part(text, jsonb),
	vsm.read_github_pull_request_review(text, jsonb), vsm.read_github_push(text, jsonb), vsm.read_github_release(text, jsonb),
	vsm.read_github_review_object(text, text, text, timestamptz, jsonb), vsm.read_github_workflow_job(text, jsonb),
	vsm.read_github_workflow_jobs(text, jsonb), vsm.read_github_workflow_run(text, jsonb), vsm.read_github_workflow_runs(text, jsonb),
	vsm.read_gitlab_commit(text, jsonb), vsm.read_gitlab_commit_object(text, text, jsonb), vsm.read_gitlab_deployment(text, jsonb),
	vsm.read_gitlab_issue(text, jsonb), vsm.read_gitlab_issue_object(text, jsonb, jsonb, text), vsm.read_gitlab_job(text, jsonb),
	vsm.read_gitlab_job_object(text, text, jsonb), vsm.read_gitlab_merge_request(text, jsonb),
	vsm.read_gitlab_merge_request_commits(text, jsonb), vsm.read_gitlab_pipeline(text, jsonb), vsm.read_gitlab_push(text, jsonb),
	vsm.read_gitlab_release(text, jsonb), vsm.read_gitlab_resource_event(text, jsonb), vsm.read_jenkins_build(text, jsonb),
	vsm.read_jenkins_builds(text, jsonb),
	vsm.read_jenkins_deployment(text, text, text, text, text, text, text, timestamptz, timestamptz, text),
	vsm.read_jenkins_notification(text, jsonb), vsm.read_jenkins_pipeline(text, jsonb), vsm.read_jenkins_stage(text, jsonb),
	vsm.read_jenkins_stage_object(text, text, jsonb), vsm.read_jira_bulk_changelog(text, jsonb), vsm.read_jira_changelog(text, jsonb),
	vsm.jira_items(jsonb), vsm.read_jira_changes(text, jsonb, jsonb), vsm.read_jira_document(text, jsonb, jsonb, integer, timestamptz),
	vsm.read_jira_histories(text, text, jsonb), vsm.read_jira_issue(text, jsonb), vsm.read_jira_link_webhook(text, jsonb),
	vsm.read_jira_search(text, jsonb), vsm.read_jira_webhook(text, jsonb), vsm.read_servicenow_approval(text, jsonb),
	vsm.read_servicenow_audit(text, jsonb, jsonb), vsm.read_servicenow_metric(text, jsonb, jsonb),
	vsm.read_servicenow_record(text, jsonb), vsm.read_servicenow_records(text, jsonb),
	vsm.read_servicenow_task(text, text, jsonb, jsonb), vsm.servicenow_record_kind(jsonb, text);
DROP TYPE vsm.jira_first;
ALTER TYPE vsm.fact ADD ATTRIBUTE version timestamptz;
CREATE TYPE vsm.name_meaning AS (kind text, name text, meaning text);
CREATE TYPE vsm.told_row AS (columns jsonb, told jsonb);
CREATE TYPE vsm.state_difference AS (is_gone boolean, entity text, source text, event_id text, at timestamptz, state text, state_id text,
	method text);
CREATE TYPE vsm.held_document AS (document integer, payload bigint, source text, tool text, received_at timestamptz, page smallint,
	kind text, reason text);
CREATE TYPE vsm.flow_count AS (value_stream text, unit text, period date, team text, type text, level text, events bigint, created bigint,
	started bigint, cancelled bigint, reopened bigint, load_change bigint, aging_change bigint, load_since numeric);
CREATE TYPE vsm.trailer AS (key text, value text);
CREATE TYPE vsm.trace_row AS (at timestamptz, step text, entity text, event text, via text, method text, confidence float8, title text,
	url text);

-- Tables that other tools load.
CREATE TYPE vsm.attached_table AS (name text, columns text, changed text);
CREATE TYPE vsm.attached_part AS (part text, keys text[], reader text, statement text);

-- More of the algebra.
CREATE TYPE vsm.survival_comparison AS (
	chi_square float8, p_value float8, median_a interval, median_b interval, difference interval, hazard_ratio float8
);
CREATE TYPE vsm.variant_row AS (
	path text[], items bigint, share float8, cumulative_share float8, open_items bigint, flow_time_p50 interval, flow_time_p85 interval
);
CREATE TYPE vsm.cumulative_flow_stage AS (place integer, stage text, class text, counts bigint[]);
-- include state_type variants_state vsm_variants_state_out double

-- include functions

-- CREATE OR REPLACE leaves a function without what it does not name.
ALTER FUNCTION vsm.timeline_add_event(vsm.timeline_state, timestamptz, text) SUPPORT vsm.group_plan_support;

COMMENT ON AGGREGATE vsm.propose_workflow(vsm.timeline) IS
	'a draft of a workflow: every state a stage, in the order of the median rank of its first entry; classes from the words of states that '
	'are names and no sentences, in seven languages, from where items go on and end, else from positions; to be reviewed; '
	'NULL if there is no timeline';
