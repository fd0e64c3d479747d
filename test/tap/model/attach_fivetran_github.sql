-- GitHub as Fivetran leaves it in tables: the same as the answers of its REST interface.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(20);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('told');
CALL vsm.create_model('flow');
CREATE SCHEMA fivetran;
SET LOCAL search_path = fivetran, public;
CREATE TABLE issue (
	id bigint PRIMARY KEY, _fivetran_synced timestamptz, _fivetran_deleted boolean, body text, closed_at timestamptz,
		created_at timestamptz,
	locked boolean, milestone_id bigint, number integer, pull_request boolean, repository_id bigint, state text, title text,
	updated_at timestamptz, user_id bigint);
CREATE TABLE issue_closed_history (
	issue_id bigint, updated_at timestamptz, _fivetran_synced timestamptz, actor_id bigint, closed boolean, commit_sha text);
CREATE TABLE issue_label (issue_id bigint, label_id bigint, _fivetran_synced timestamptz);
CREATE TABLE label (id bigint PRIMARY KEY, _fivetran_synced timestamptz, color text, is_default boolean, name text);
CREATE TABLE issue_merged (issue_id bigint, merged_at timestamptz, _fivetran_synced timestamptz, actor_id bigint, commit_sha text);
CREATE TABLE pull_request (
	id bigint PRIMARY KEY, _fivetran_synced timestamptz, base_ref text, base_sha text, draft boolean, head_ref text, head_sha text,
	issue_id bigint, merge_commit_sha text);
CREATE TABLE pull_request_review (
	id bigint PRIMARY KEY, _fivetran_synced timestamptz, body text, commit_sha text, pull_request_id bigint, state text,
	submitted_at timestamptz, user_id bigint);
CREATE TABLE repository (id bigint PRIMARY KEY, _fivetran_synced timestamptz, full_name text, name text);
CREATE TABLE "user" (id bigint PRIMARY KEY, _fivetran_synced timestamptz, login text, type text);
INSERT INTO repository VALUES (5, now(), 'shop/web', 'web');
INSERT INTO "user" VALUES (1, now(), 'ada', 'User'), (2, now(), 'bob', 'User');
INSERT INTO label VALUES (11, now(), 'f00', false, 'bug');
INSERT INTO issue (id, _fivetran_synced, number, title, body, state, created_at, updated_at, closed_at, pull_request, repository_id,
	user_id)
VALUES (71, '2026-02-01Z', 7, 'Total', 'no', 'closed', '2026-01-02 15:00Z', '2026-01-13 10:00Z', '2026-01-13 10:00Z', false, 5, 1),
	(81, '2026-02-01Z', 9, 'SHOP-7: total', 'Closes #7', 'closed', '2026-01-06 08:00Z', '2026-01-12 08:00Z', '2026-01-12 08:00Z', true, 5,
		1);
INSERT INTO issue_label VALUES (71, 11, '2026-02-01Z');
INSERT INTO issue_closed_history VALUES (71, '2026-01-05 10:00Z', '2026-02-01Z', 1, true, NULL), (71, '2026-01-06 10:00Z', '2026-02-01Z', 1,
	false, NULL), (71, '2026-01-13 10:00Z', '2026-02-01Z', 1, true, NULL), (81, '2026-01-12 08:00Z', '2026-02-01Z', 1, true, NULL);
INSERT INTO issue_merged VALUES (81, '2026-01-12 08:00Z', '2026-02-01Z', 1, 'dddddddddddddddddddddddddddddddddddddddd');
INSERT INTO pull_request VALUES (91, '2026-02-01Z', 'main', NULL, false, 'total', 'cccccccccccccccccccccccccccccccccccccccc', 81,
	'dddddddddddddddddddddddddddddddddddddddd');
INSERT INTO pull_request_review VALUES (601, '2026-02-01Z', '', NULL, 91, 'APPROVED', '2026-01-08 08:00Z', 2);

INSERT INTO told.inbox (source, payload) VALUES
	('github', '{"id": 71, "number": 7, "title": "Total", "body": "no", "state": "closed", "created_at": "2026-01-02T15:00:00Z",
		"updated_at": "2026-01-13T10:00:00Z", "closed_at": "2026-01-13T10:00:00Z", "labels": [{"name": "bug"}],
		"user": {"login": "ada", "type": "User"}, "repository_url": "https://api.github.com/repos/shop/web"}'),
	('github', '{"id": 1, "event": "closed", "created_at": "2026-01-05T10:00:00Z", "issue": {"id": 71}}'),
	('github', '{"id": 2, "event": "reopened", "created_at": "2026-01-06T10:00:00Z", "issue": {"id": 71}}'),
	('github', '{"id": 3, "event": "closed", "created_at": "2026-01-13T10:00:00Z", "issue": {"id": 71}}'),
	('github', '{"id": 91, "number": 9, "title": "SHOP-7: total", "body": "Closes #7", "state": "closed",
		"created_at": "2026-01-06T08:00:00Z", "updated_at": "2026-01-12T08:00:00Z", "closed_at": "2026-01-12T08:00:00Z",
		"merged_at": "2026-01-12T08:00:00Z", "draft": false, "user": {"login": "ada", "type": "User"},
		"head": {"ref": "total", "sha": "cccccccccccccccccccccccccccccccccccccccc"},
		"base": {"ref": "main", "repo": {"full_name": "shop/web"}}, "merge_commit_sha": "dddddddddddddddddddddddddddddddddddddddd"}'),
	('github', '{"pull_request": {"id": 91, "user": {"login": "ada"}}, "reviews": [{"id": 601, "state": "APPROVED",
		"user": {"login": "bob", "type": "User"}, "submitted_at": "2026-01-08T08:00:00Z"}]}');
SELECT vsm.ingest_once('told');
SELECT is_empty('SELECT error FROM told.inbox', 'the payloads are read');
CALL vsm.attach_fivetran_github('flow', 'fivetran');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT records, refused, error FROM vsm.attached('flow')$$, 'VALUES (6::bigint, 0::bigint, NULL::text)', 'it is read');
CREATE FUNCTION same(relation text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM flow.%1$I AS t EXCEPT ALL SELECT to_jsonb(t) - %2$L::text[] FROM '
		'told.%1$I AS t', relation, '{xid,recorded_at,payload}'), relation || ': nothing but what payloads tell');
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM told.%1$I AS t EXCEPT ALL SELECT to_jsonb(t) - %2$L::text[] FROM '
		'flow.%1$I AS t', relation, '{xid,recorded_at,payload}'), relation || ': all that payloads tell');
END
$$;
SELECT vsm.refresh_once('told');
SELECT same(r) FROM unnest('{item,event,item_change,item_alias,link,incident,merge_request,observation}'::text[]) AS r;
UPDATE issue SET _fivetran_deleted = true, _fivetran_synced = '2026-02-02Z' WHERE id = 71;
SELECT vsm.refresh_once('flow');
SELECT is((SELECT at FROM flow.event WHERE entity = 'github:issue:71' AND state = 'deleted'), '2026-02-02Z',
	'an issue that is deleted ends');
DROP TABLE issue_closed_history, label, issue_label, "user", pull_request_review;
CALL vsm.attach_fivetran_github('flow', 'fivetran');
SELECT vsm.refresh_once('flow');
SELECT is((SELECT error FROM flow.attached), NULL, 'tables that are not loaded are left out');
SELECT * FROM finish();
ROLLBACK;
