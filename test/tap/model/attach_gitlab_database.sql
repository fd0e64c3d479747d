-- GitLab's own database: the same as the answers of its REST interface.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(24);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('told');
CALL vsm.create_model('flow');
CREATE SCHEMA gitlab;
SET LOCAL search_path = gitlab, public;
CREATE TABLE issues (
	id bigint PRIMARY KEY, title varchar, author_id bigint, project_id bigint, created_at timestamp, updated_at timestamp, description text,
	iid integer, weight integer, due_date date, closed_at timestamptz, state_id smallint DEFAULT 1 NOT NULL, work_item_type_id bigint);
CREATE TABLE work_item_types (id bigint PRIMARY KEY, base_type smallint, name text);
CREATE TABLE resource_state_events (
	id bigint PRIMARY KEY, user_id bigint, issue_id bigint, merge_request_id bigint, created_at timestamptz NOT NULL,
		state smallint NOT NULL);
CREATE TABLE resource_label_events (
	id bigint PRIMARY KEY, action integer NOT NULL, issue_id bigint, merge_request_id bigint, epic_id bigint, label_id bigint,
	user_id bigint, created_at timestamptz NOT NULL);
CREATE TABLE labels (id bigint PRIMARY KEY, title varchar, project_id bigint);
CREATE TABLE label_links (id bigint PRIMARY KEY, label_id bigint, target_id bigint, target_type varchar, created_at timestamp,
	updated_at timestamp);
CREATE TABLE merge_requests (
	id bigint PRIMARY KEY, target_branch varchar, source_branch varchar, source_project_id bigint, author_id bigint, title varchar,
	created_at timestamp, updated_at timestamp, target_project_id bigint, iid integer, description text, merge_commit_sha varchar,
	state_id smallint, squash_commit_sha bytea, draft boolean);
CREATE TABLE merge_request_metrics (
	id bigint PRIMARY KEY, merge_request_id bigint, merged_at timestamp, latest_closed_at timestamp, created_at timestamp,
	updated_at timestamp);
CREATE TABLE deployments (
	id bigint PRIMARY KEY, iid integer, project_id bigint, environment_id bigint, ref varchar, tag boolean, sha varchar,
		deployable_id bigint,
	deployable_type varchar, created_at timestamp, updated_at timestamp, status smallint NOT NULL, finished_at timestamptz);
CREATE TABLE environments (id bigint PRIMARY KEY, project_id bigint, name varchar, tier smallint);
CREATE TABLE p_ci_builds (
	status varchar, finished_at timestamp, created_at timestamp, updated_at timestamp, started_at timestamp, name varchar, ref varchar,
	type varchar, stage varchar, queued_at timestamp, id bigint NOT NULL, project_id bigint, commit_id bigint);
CREATE TABLE ci_pipelines (
	ref varchar, sha varchar, created_at timestamp, updated_at timestamp, status varchar, started_at timestamp, finished_at timestamp,
	duration integer, source integer, iid integer, project_id bigint, id bigint PRIMARY KEY);
CREATE TABLE routes (id bigint PRIMARY KEY, source_id bigint, source_type varchar, path varchar);
INSERT INTO routes VALUES (1, 5, 'Project', 'shop/checkout'), (2, 5, 'Namespace', 'other');
INSERT INTO work_item_types VALUES (1, 0, 'Issue'), (2, 1, 'Incident');
INSERT INTO labels VALUES (11, 'bug', 5), (12, 'doing', 5);
INSERT INTO issues (id, iid, project_id, title, created_at, updated_at, closed_at, state_id, weight, due_date, work_item_type_id) VALUES
	(71, 7, 5, 'Total', '2026-01-02 15:00', '2026-01-13 10:00', '2026-01-13 10:00Z', 2, 3, '2026-02-01', 1),
	(72, 8, 5, 'Outage', '2026-01-03 15:00', '2026-01-03 15:00', NULL, 1, NULL, NULL, 2);
INSERT INTO label_links VALUES (1, 11, 71, 'Issue', '2026-01-02 15:00', '2026-01-02 15:00');
INSERT INTO resource_state_events VALUES (1, 1, 71, NULL, '2026-01-05 10:00Z', 2), (2, 1, 71, NULL, '2026-01-06 10:00Z', 5),
	(3, 1, 71, NULL, '2026-01-13 10:00Z', 2);
INSERT INTO resource_label_events VALUES (1, 1, 71, NULL, NULL, 12, 1, '2026-01-07 10:00Z'), (2, 2, 71, NULL, NULL, 12, 1,
	'2026-01-12 10:00Z');
INSERT INTO merge_requests VALUES (91, 'main', 'total', 5, 1, 'SHOP-7: total', '2026-01-06 08:00', '2026-01-12 08:00', 5, 9, 'Closes #7',
	'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 3, NULL, false);
INSERT INTO merge_request_metrics VALUES (1, 91, '2026-01-12 08:00', NULL, '2026-01-06 08:00', '2026-01-12 08:00');
INSERT INTO environments VALUES (1, 5, 'live', 0);
INSERT INTO deployments VALUES (501, 5, 5, 1, 'main', false, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 402, 'CommitStatus',
	'2026-01-13 09:00', '2026-01-13 09:05', 2, '2026-01-13 09:05Z');
INSERT INTO ci_pipelines VALUES ('main', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', '2026-01-12 08:01', '2026-01-12 08:09', 'success',
	'2026-01-12 08:02', '2026-01-12 08:09', 420, 1, 3, 5, 301);
INSERT INTO p_ci_builds VALUES ('success', '2026-01-12 08:05', '2026-01-12 08:01', '2026-01-12 08:05', '2026-01-12 08:02', 'build', 'main',
	'Ci::Build', 'build', '2026-01-12 08:01:30', 401, 5, 301);

INSERT INTO told.inbox (source, payload) VALUES
	('gitlab', '{"id": 71, "iid": 7, "project_id": 5, "title": "Total", "state": "closed", "created_at": "2026-01-02T15:00:00Z",
		"updated_at": "2026-01-13T10:00:00Z", "closed_at": "2026-01-13T10:00:00Z", "labels": ["bug"], "issue_type": "issue",
		"due_date": "2026-02-01", "weight": 3, "references": {"full": "shop/checkout#7"}}'),
	('gitlab', '{"id": 72, "iid": 8, "project_id": 5, "title": "Outage", "state": "opened", "created_at": "2026-01-03T15:00:00Z",
		"updated_at": "2026-01-03T15:00:00Z", "labels": [], "issue_type": "incident", "due_date": null, "weight": null,
		"references": {"full": "shop/checkout#8"}}'),
	('gitlab', '[{"id": 1, "resource_type": "Issue", "resource_id": 71, "state": "closed", "created_at": "2026-01-05T10:00:00Z"},
		{"id": 2, "resource_type": "Issue", "resource_id": 71, "state": "reopened", "created_at": "2026-01-06T10:00:00Z"},
		{"id": 3, "resource_type": "Issue", "resource_id": 71, "state": "closed", "created_at": "2026-01-13T10:00:00Z"},
		{"id": 1, "resource_type": "Issue", "resource_id": 71, "label": {"name": "doing"}, "action": "add",
			"created_at": "2026-01-07T10:00:00Z"},
		{"id": 2, "resource_type": "Issue", "resource_id": 71, "label": {"name": "doing"}, "action": "remove",
			"created_at": "2026-01-12T10:00:00Z"}]'),
	('gitlab', '{"id": 91, "iid": 9, "title": "SHOP-7: total", "description": "Closes #7", "state": "merged",
		"created_at": "2026-01-06T08:00:00Z", "updated_at": "2026-01-12T08:00:00Z", "merged_at": "2026-01-12T08:00:00Z",
		"target_branch": "main", "source_branch": "total", "source_project_id": 5, "target_project_id": 5, "draft": false,
		"merge_commit_sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "references": {"full": "shop/checkout!9"}}');
SELECT vsm.ingest_once('told');
SELECT is_empty('SELECT error FROM told.inbox', 'the payloads are read');
CALL vsm.attach_gitlab_database('flow', 'gitlab');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT records, refused, error FROM vsm.attached('flow')$$, 'VALUES (11::bigint, 0::bigint, NULL::text)', 'it is read');
CREATE FUNCTION same(relation text, condition text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM flow.%1$I AS t WHERE %3$s EXCEPT ALL SELECT to_jsonb(t) - '
		'%2$L::text[] FROM told.%1$I AS t', relation, '{xid,recorded_at,payload}', condition),
			relation || ': nothing but what payloads tell');
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM told.%1$I AS t EXCEPT ALL SELECT to_jsonb(t) - %2$L::text[] FROM '
		'flow.%1$I AS t', relation, '{xid,recorded_at,payload}'), relation || ': all that payloads tell');
END
$$;
SELECT vsm.refresh_once('told');
SELECT same(r, c) FROM (VALUES ('item', 'true'), ('event', $$entity ~ ':(issue|merge_request):'$$), ('item_change', 'true'),
	('item_alias', 'true'),
	('link', $$source LIKE '%:merge_request:%' OR target LIKE '%:merge_request:%'$$), ('incident', 'true'), ('merge_request', 'true'),
	('observation', $$entity ~ ':(issue|merge_request):'$$)) AS t (r, c);
SELECT results_eq($$SELECT at, state, method FROM flow.event WHERE entity = 'gitlab:issue:71' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-02 15:00Z', 'opened', NULL), ('2026-01-05 10:00Z', 'closed', NULL), ('2026-01-06 10:00Z', 'reopened',
		NULL),
		('2026-01-07 10:00Z', 'doing', 'label'), ('2026-01-12 10:00Z', 'doing removed', 'label'), ('2026-01-13 10:00Z', 'closed', NULL)$$,
	'the way of an issue, with its labels');
SELECT results_eq('SELECT key, source_type, type, tags FROM flow.item ORDER BY key',
	$$VALUES ('shop/checkout#7', 'issue', 'defect', '["bug"]'::jsonb), ('shop/checkout#8', 'incident', 'defect', '[]')$$, 'issues');
SELECT results_eq('SELECT repository, environment, environment_tier, sha, status, finished_at FROM flow.deployment',
	$$VALUES ('shop/checkout', 'live', 'production', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'success',
		timestamptz '2026-01-13 09:05Z')$$,
	'deployments');
SELECT results_eq('SELECT build, repository, job, sha, status, queued_at, started_at, finished_at, url FROM flow.build ORDER BY build',
	$$VALUES ('gitlab:job:401', 'shop/checkout', 'build', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'success',
			timestamptz '2026-01-12 08:01:30Z', timestamptz '2026-01-12 08:02Z', timestamptz '2026-01-12 08:05Z', NULL),
		('gitlab:pipeline:301', 'shop/checkout', 'pipeline', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'success', '2026-01-12 08:01Z',
			'2026-01-12 08:02Z', '2026-01-12 08:09Z', NULL)$$, 'pipelines and jobs');
INSERT INTO resource_label_events VALUES (3, 1, 72, NULL, NULL, 12, 1, '2026-01-14 10:00Z');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT count(*) FROM flow.event WHERE entity = 'gitlab:issue:72' AND state = 'doing')::int, 1, 'a new event alone is read');
DROP TABLE resource_label_events, labels, p_ci_builds, environments, work_item_types;
CALL vsm.attach_gitlab_database('flow', 'gitlab');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT error FROM flow.attached), NULL, 'tables that are not replicated are left out');
SELECT * FROM finish();
ROLLBACK;
