-- Bitbucket: what its payloads state, and what comes of a story told by webhooks, by the API, in any order and twice.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(20);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (place serial, way text, name text, payload jsonb);
INSERT INTO sample (way, name, payload) VALUES
('hook', 'push', '{"actor": {}, "repository": {"full_name": "shop/web"}, "push": {"changes": [{"new": {"type": "branch", "name": "total",
	"target": {"hash": "a000000000000000000000000000000000000001", "date": "2026-01-06T08:55:00+00:00"}}, "commits": [{"hash":
	"a000000000000000000000000000000000000001", "date": "2026-01-06T08:55:00+00:00", "message": "SHOP-7: show the total", "author": {"raw":
	"Ann <ann@example.com>"}}]}, {"new": {"type": "tag", "name": "v1", "date": "2026-01-08T10:30:00+00:00", "target": {"hash":
	"b000000000000000000000000000000000000001", "date": "2026-01-08T10:00:00+00:00"}}}, {"new": null, "closed": true}]}}'),
('hook', 'created', '{"actor": {}, "repository": {"full_name": "shop/web"}, "pullrequest": {"id": 9, "title": "SHOP-7: show the total",
	"state": "OPEN", "draft": false, "created_on": "2026-01-06T09:10:00+00:00", "updated_on": "2026-01-06T09:10:00+00:00", "author":
		{"uuid":
	"{u1}", "display_name": "Ann"}, "source": {"branch": {"name": "total"}, "commit": {"hash": "a000000000000000000000000000000000000001"}},
	"destination": {"branch": {"name": "main"}, "repository": {"full_name": "shop/web"}}, "participants": []}}'),
('hook', 'approved', '{"actor": {}, "repository": {"full_name": "shop/web"}, "approval": {"date": "2026-01-07T15:00:00+00:00", "user": {
	"uuid": "{u2}", "display_name": "Ben"}}, "pullrequest": {"id": 9, "title": "SHOP-7: show the total", "state": "OPEN", "draft": false,
	"created_on": "2026-01-06T09:10:00+00:00", "updated_on": "2026-01-07T15:00:00+00:00", "author": {"uuid": "{u1}", "display_name": "Ann"},
	"source": {"branch": {"name": "total"}, "commit": {"hash": "a000000000000000000000000000000000000001"}}, "destination": {"branch": {
	"name": "main"}, "repository": {"full_name": "shop/web"}}, "participants": [{"user": {"uuid": "{u2}", "display_name": "Ben"},
	"approved": true, "participated_on": "2026-01-07T15:00:00+00:00"}]}}'),
('hook', 'merged', '{"actor": {}, "repository": {"full_name": "shop/web"}, "pullrequest": {"id": 9, "title": "SHOP-7: show the total",
	"state": "MERGED", "draft": false, "created_on": "2026-01-06T09:10:00+00:00", "updated_on": "2026-01-08T10:00:00+00:00", "author": {
	"uuid": "{u1}", "display_name": "Ann"}, "source": {"branch": {"name": "total"}, "commit": {"hash":
	"a000000000000000000000000000000000000001"}}, "destination": {"branch": {"name": "main"}, "repository": {"full_name": "shop/web"}},
	"merge_commit": {"hash": "b000000000000000000000000000000000000001"}, "participants": [{"user": {"uuid": "{u2}", "display_name": "Ben"},
	"approved": true, "participated_on": "2026-01-07T15:00:00+00:00"}]}}'),
('hook', 'status', '{"actor": {}, "repository": {"full_name": "shop/web"}, "commit_status": {"key": "ci", "name": "CI", "state":
	"SUCCESSFUL",
	"created_on": "2026-01-08T10:00:10+00:00", "updated_on": "2026-01-08T10:05:00+00:00", "commit": {"hash":
	"b000000000000000000000000000000000000001"}}}'),
('api', 'requests', '{"pagelen": 10, "size": 1, "values": [{"type": "pullrequest", "id": 9, "title": "SHOP-7: show the total", "state":
	"MERGED", "draft": false, "created_on": "2026-01-06T09:10:00+00:00", "updated_on": "2026-01-08T10:00:00+00:00", "author": {"uuid":
	"{u1}", "display_name": "Ann"}, "source": {"branch": {"name": "total"}, "commit": {"hash": "a000000000000000000000000000000000000001"}},
	"destination": {"branch": {"name": "main"}, "repository": {"full_name": "shop/web"}}, "merge_commit": {"hash":
	"b000000000000000000000000000000000000001"}, "participants": [{"user": {"uuid": "{u2}", "display_name": "Ben"}, "approved": true,
	"participated_on": "2026-01-07T15:00:00+00:00"}]}]}'),
('api', 'commits', '{"values": [{"type": "commit", "hash": "a000000000000000000000000000000000000001", "date": "2026-01-06T08:55:00+00:00",
	"message": "SHOP-7: show the total", "author": {"raw": "Ann <ann@example.com>"}, "repository": {"full_name": "shop/web"}}]}'),
('api', 'statuses', '{"commit": {"hash": "b000000000000000000000000000000000000001"}, "repository": {"full_name": "shop/web"}, "values": [{
	"key": "ci", "name": "CI", "state": "SUCCESSFUL", "refname": null, "created_on": "2026-01-08T10:00:10+00:00", "updated_on":
	"2026-01-08T10:05:00+00:00"}]}'),
('api', 'deployments', '{"environments": [{"uuid": "{e1}", "name": "EU", "environment_type": {"name": "Production"}}], "values": [{"type":
	"deployment", "uuid": "{d1}", "environment": {"uuid": "{e1}"}, "release": {"commit": {"hash":
	"b000000000000000000000000000000000000001"}, "url": "https://bitbucket.org/shop/web/addon/pipelines/home", "pipeline": {"uuid":
	"{p1}"}}, "state": {"name": "COMPLETED", "status": {"name": "SUCCESSFUL"}, "started_on": "2026-01-08T11:01:00Z", "completed_on":
	"2026-01-08T11:05:00Z"}, "last_update_time": "2026-01-08T11:05:01Z"}]}');
CREATE FUNCTION pg_temp.read(payload jsonb) RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
DECLARE
	k text;
BEGIN
	SELECT kind INTO STRICT k FROM vsm.bitbucket_kind(payload) WHERE reason IS NULL;
	RETURN QUERY EXECUTE format('SELECT * FROM vsm.%I(''bitbucket'', $1, vsm.default_names())', 'read_bitbucket_' || k) USING payload;
END$$;

SELECT results_eq($$SELECT kind, reason FROM unnest(ARRAY['{"eventKey": "repo:forked"}', '{"actor": {}, "repository": {}, "fork": {}}',
	'{"pullrequest": {"id": 3}}', '{"actor": {}, "push": {"changes": []}}', '{"key": "ci", "state": "FAILED", "refname": "main"}',
	'{"type": "error", "error": {"message": "Not found"}}', '{"eventKey": "pr:opened", "pullRequest": {}}', '{"type": "pipeline"}',
	'{"slug": "web"}']::jsonb[]) WITH ORDINALITY AS p (payload, o), vsm.bitbucket_kind(p.payload) ORDER BY o$$, $$VALUES
	('repo:forked', 'it says nothing about the flow of work'), ('payload', 'it says nothing about the flow of work'),
	('pull_request', 'its repository is not known'), ('push', 'it has no repository'),
	('build_status', 'its commit is not known: say {"commit": {"hash": "..."}, "values": [...]}'),
	('payload', 'it is an error: Not found'), ('pr:opened', 'it has no id'), ('pipeline', 'it has no uuid'),
	('payload', 'its shape is not known: neither a webhook nor an object of the API that is read')$$, 'refused with the reason');
SELECT results_eq($$SELECT vsm.bitbucket_address(u) FROM unnest(ARRAY['https://bitbucket.org/shop/web/pull-requests/9',
	'https://bitbucket.org/shop/web/commits/ab', 'https://api.bitbucket.org/2.0/repositories/shop/web/commit/ab',
	'https://git.example.com/projects/SHOP/repos/api/pull-requests/4', 'https://github.com/shop/web/pull/1']) AS u$$,
	ARRAY['shop/web', 'shop/web', 'shop/web', 'SHOP/api', NULL], 'repositories in addresses');

-- Data Center
SELECT bag_eq($$SELECT fact, value, at AT TIME ZONE 'UTC' FROM pg_temp.read('{"eventKey": "pr:reviewer:needs_work", "date":
	"2026-01-07T16:00:00+0100", "pullRequest": {"id": 4, "state": "OPEN", "createdDate": 1767690600000, "updatedDate": 1767866400000,
	"toRef": {"displayId": "main", "repository": {"slug": "api", "project": {"key": "SHOP"}}}, "author": {"user": {"id": 1, "name":
		"ann"}}},
	"participant": {"user": {"id": 2, "name": "ben"}}}') WHERE fact IN ('event', 'observed')$$, $$VALUES
	('event', 'opened', timestamp '2026-01-06 09:10'), ('observed', 'reopened', '2026-01-08 10:00'),
	('event', 'changes_requested', '2026-01-07 15:00')$$, 'a request of Data Center that needs work');
SELECT results_eq($$SELECT f.entity, f.details ->> 'merged_at', f.details ->> 'repository' FROM pg_temp.read('{"id": 4, "state": "MERGED",
	"createdDate": 1767690600000, "updatedDate": 1767866400000, "closedDate": 1767866400000, "fromRef": {"displayId": "x"}, "toRef": {
	"displayId": "main", "repository": {"slug": "api", "project": {"key": "SHOP"}}}}') AS f WHERE f.fact = 'merge_request'$$,
	$$VALUES ('bitbucket:pull_request:SHOP/api#4', '2026-01-08T19:00:00+09:00', 'SHOP/api')$$, 'and one that was merged');
SELECT bag_eq($$SELECT fact, entity, value FROM pg_temp.read('{"eventKey": "repo:refs_changed", "date": "2026-01-06T09:00:00+0000",
	"repository": {"slug": "api", "project": {"key": "SHOP"}}, "changes": [{"ref": {"displayId": "v1", "type": "TAG"}, "toHash":
	"b00000000001", "type": "ADD"}, {"ref": {"displayId": "old", "type": "BRANCH"}, "toHash": "0000000000", "type": "DELETE"}]}')$$,
		$$VALUES
	('event', 'bitbucket:tag:SHOP/api@v1', 'tagged'), ('link', 'bitbucket:tag:SHOP/api@v1', 'b00000000001')$$, 'a tag was pushed');
SELECT bag_eq($$SELECT fact, entity, value, at FROM pg_temp.read('{"repository": {"slug": "api", "project": {"key": "SHOP"}}, "refChanges":
	[{"refId": "refs/heads/SHOP-8-total", "fromHash": "a0", "toHash": "b000000000000000000000000000000000000001", "type": "UPDATE"}],
	"changesets": {"values": [{"toCommit": {"id": "b000000000000000000000000000000000000001", "message": "SHOP-7 x", "authorTimestamp":
	1767862800000, "parents": []}}]}}') WHERE fact IN ('commit', 'link')$$, $$VALUES
	('commit', 'b000000000000000000000000000000000000001', NULL, timestamptz '2026-01-08 09:00Z'),
	('link', 'b000000000000000000000000000000000000001', 'SHOP-7', '2026-01-08 09:00Z'),
	('link', 'b000000000000000000000000000000000000001', 'SHOP-8', '2026-01-08 09:00Z')$$, 'a push as the plugin of Stash told it');
SELECT results_eq($$SELECT f.details ->> 'environment', f.details ->> 'environment_tier', f.details ->> 'status' FROM
	pg_temp.read('{"deploymentSequenceNumber": 3, "key": "web", "environment": {"key": "l", "displayName": "Live 2", "type": "STAGING"},
	"state": "FAILED", "lastUpdated": 1767870000000, "toCommit": {"id": "b00000000001"}}') AS f WHERE f.fact = 'deployment'$$,
	$$VALUES ('Live 2', 'staging', 'failed')$$, 'the type of an environment goes before its name');
SELECT bag_eq($$SELECT value, method FROM pg_temp.read('{"actor": {}, "repository": {"full_name": "shop/web"}, "issue": {"id": 3, "kind":
	"bug", "state": "open", "created_on": "2026-01-05T09:00:00Z", "updated_on": "2026-01-06T09:00:00Z"}, "changes": {"status": {"old":
	"new", "new": "open"}}}') WHERE fact = 'event'$$, $$VALUES ('open', NULL)$$, 'an issue');
SELECT is_empty($$SELECT * FROM pg_temp.read('{"actor": {}, "repository": {"full_name": "shop/web"}, "approval": {"date":
	"2026-01-07T15:00:00Z", "user": {"uuid": "{u2}"}}, "pullrequest": {"id": 9, "state": "OPEN", "created_on": "2026-01-06T09:10:00Z",
	"author": {"uuid": "{u1}"}, "participants": [{"user": {"uuid": "{u2}"}, "approved": false}]}}') WHERE value = 'approved'$$,
	'an approval that was taken back is none');

-- Through the inbox
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'item', 'item_alias', 'link', 'merge_request', 'commit', 'build', 'deployment'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t', relation, model, relation);
	END LOOP;
END$$;
CALL vsm.create_model('hooks');
CALL vsm.create_model('back');
CALL vsm.create_model('api');
INSERT INTO hooks.inbox (source, payload) SELECT 'bitbucket', payload FROM sample WHERE way = 'hook' ORDER BY place;
SELECT is(vsm.ingest_once('hooks'), ROW (5, 0)::vsm.ingested, 'webhooks are read');
INSERT INTO back.inbox (source, payload) SELECT 'bitbucket', payload FROM sample, generate_series(1, 2) WHERE way = 'hook'
	ORDER BY place DESC;
DO $$BEGIN
	FOR i IN 1..2 * 5 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
SELECT is_empty($$(SELECT * FROM pg_temp.rows('hooks') EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
	FROM pg_temp.rows('back') EXCEPT ALL SELECT * FROM pg_temp.rows('hooks'))$$, 'backwards, one by one and twice: the same rows');
INSERT INTO api.inbox (source, payload) SELECT 'bitbucket', payload FROM sample WHERE way = 'api' ORDER BY place;
SELECT is(vsm.ingest_once('api'), ROW (4, 0)::vsm.ingested, 'answers of the API are read');
SELECT is_empty($$SELECT r - 'told' FROM pg_temp.rows('hooks') WHERE relation IN ('merge_request', 'commit', 'build', 'item_alias')
	EXCEPT SELECT r - 'told' FROM pg_temp.rows('api')$$, 'requests, commits and builds are the same by either way');
SELECT results_eq($$SELECT state, at FROM hooks.event WHERE entity LIKE '%:pull_request:%' ORDER BY at$$,
	$$SELECT state, at FROM api.event WHERE entity LIKE '%:pull_request:%' ORDER BY at$$, 'and so are events');
SELECT results_eq($$SELECT created_at AT TIME ZONE 'UTC', first_review_at AT TIME ZONE 'UTC', approved_at AT TIME ZONE 'UTC',
	merged_at AT TIME ZONE 'UTC', state, author_kind FROM hooks.merge_request$$, $$VALUES (timestamp '2026-01-06 09:10', timestamp
	'2026-01-07 15:00', timestamp '2026-01-07 15:00', timestamp '2026-01-08 10:00', 'MERGED', 'person')$$, 'how the request fared');
SELECT results_eq($$SELECT environment, environment_tier, status, repository, sha, build FROM api.deployment$$, $$VALUES ('EU',
	'production',
	'success', 'shop/web', 'b000000000000000000000000000000000000001', 'bitbucket:pipeline:p1')$$,
	'a deployment, its environment by what stands beside the page');

-- What it is loaded for: a ticket of Jira, by the code that names it and its deployment. What was there before is deployed first.
CALL vsm.create_model('whole');
INSERT INTO whole.value_stream (value_stream, workflow) VALUES ('Shop', vsm.with_delivery('{"stages": [{"name": "Build", "class": "active",
	"states": ["In Progress"]}, {"name": "Review", "class": "waiting", "waiting_for": "review", "states": ["In Review"]},
	{"name": "Released", "class": "done", "states": ["Done"]}]}')::jsonb);
INSERT INTO whole.routing (rank, source, project, value_stream) VALUES (10, 'jira', 'SHOP', 'Shop');
INSERT INTO whole.service (service, repository, value_stream) VALUES ('web', 'shop/web', 'Shop');
INSERT INTO whole.item (item, source, key, project, type, created_at)
VALUES ('jira:issue:7', 'jira', 'SHOP-7', 'SHOP', 'feature', '2026-01-05 08:00Z');
INSERT INTO whole.item_alias (alias, item) VALUES ('SHOP-7', 'jira:issue:7');
INSERT INTO whole.event (source, event_id, entity, at, state)
VALUES ('jira', '1', 'jira:issue:7', '2026-01-05 09:00Z', 'In Progress'), ('jira', '2', 'jira:issue:7', '2026-01-08 10:30Z', 'Done');
INSERT INTO whole.inbox (source, payload)
SELECT 'bitbucket', payload FROM sample WHERE way = 'hook' OR name = 'deployments'
UNION ALL SELECT 'bitbucket', '{"actor": {}, "repository": {"full_name": "shop/web"}, "push": {"changes": [{"new": {"type": "branch",
	"name": "main"}, "commits": [{"hash": "b000000000000000000000000000000000000001", "date": "2026-01-08T10:00:00+00:00", "message":
	"Merged in total (pull request #9)", "parents": [{"hash": "b000000000000000000000000000000000000000"}, {"hash":
	"a000000000000000000000000000000000000001"}]}, {"hash": "b000000000000000000000000000000000000000", "date":
	"2026-01-04T10:00:00+00:00", "message": "Before", "parents": []}]}]}}'
UNION ALL SELECT 'bitbucket', '{"type": "deployment", "uuid": "{d0}", "environment": {"uuid": "{e1}", "name": "EU", "environment_type":
	{"name": "Production"}}, "release": {"commit": {"hash": "b000000000000000000000000000000000000000"}, "url":
	"https://bitbucket.org/shop/web/addon/pipelines/home"}, "state": {"name": "COMPLETED", "status": {"name": "SUCCESSFUL"},
	"started_on": "2026-01-05T11:01:00Z", "completed_on": "2026-01-05T11:05:00Z"}}';
SELECT is(vsm.ingest_once('whole'), ROW (8, 0)::vsm.ingested, 'what hooks tell, and deployments');
SELECT vsm.refresh_once('whole') AS made \gset
SELECT results_eq($$SELECT j.stage, j.first_commit_at, j.code_opened_at, j.first_review_at, j.merged_at, j.built_at,
	j.released_at, j.finished_at FROM whole.journey AS j WHERE j.key = 'SHOP-7'$$,
	$$VALUES ('Released', timestamptz '2026-01-06 08:55Z', timestamptz '2026-01-06 09:10Z', timestamptz '2026-01-07 15:00Z',
		timestamptz '2026-01-08 10:00Z', timestamptz '2026-01-08 10:05Z', timestamptz '2026-01-08 11:05Z',
		timestamptz '2026-01-08 11:05Z')$$, 'its way, to the release');
SELECT results_eq('SELECT v.stage, v.entered_at FROM whole.flow_visit AS v ORDER BY v.entered_at',
	$$VALUES ('Build', timestamptz '2026-01-05 09:00Z'), ('Review', '2026-01-06 09:10Z'), ('Merged', '2026-01-08 10:00Z'),
		('Waiting for release', '2026-01-08 10:30Z'), ('Released', '2026-01-08 11:05Z')$$, 'its stages');
SELECT results_eq($$SELECT d.service, d.environment, d.deployment_count, d.change_count, round(d.change_lead_time_p50_hours::numeric, 2)
	FROM whole.dora_monthly AS d WHERE d.month = '2026-01-01'$$, $$VALUES ('web', 'EU', 2, 1, 50.17)$$, 'the metrics of DORA');

SELECT finish();
ROLLBACK;
