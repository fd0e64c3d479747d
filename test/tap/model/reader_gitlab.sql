-- What GitLab's payloads state: readers alone, from jsonb to facts; webhooks, and the same objects of the API.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(38);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;

CREATE TEMP TABLE payload (name text PRIMARY KEY, payload jsonb);
INSERT INTO payload VALUES
('issue hook', '{"object_kind":"issue","event_type":"issue","project":{"path_with_namespace":"shop/web"},"labels":[{"title":"Doing"},{"title":"type::bug"}],
	"object_attributes":{"id":301,"iid":23,"title":"Total is wrong","created_at":"2026-01-05 09:00:00 UTC","updated_at":"2026-01-06 10:00:00 UTC","closed_at":null,
		"state":"opened","action":"update","url":"https://gitlab.example.com/shop/web/-/issues/23","weight":3,"due_date":"2026-02-01","severity":"high"},
	"changes":{"labels":{"previous":[{"title":"To Do"},{"title":"type::bug"}],"current":[{"title":"Doing"},{"title":"type::bug"}]}}}'),
('issue', '{"id":301,"iid":23,"project_id":14,"title":"Total is wrong","author":{"id":1},"created_at":"2026-01-05T09:00:00.123Z","updated_at":"2026-01-09T12:00:00.000+01:00","closed_at":"2026-01-09T11:00:00.500Z",
	"state":"closed","labels":["Done","type::bug"],"issue_type":"issue","web_url":"https://gitlab.example.com/shop/web/-/issues/23","references":{"full":"shop/web#23"},"weight":3,"due_date":null,"epic":{"id":5}}'),
('incident', '{"id":302,"iid":24,"title":"Checkout is down","author":{"id":1},"created_at":"2026-01-10T08:00:00Z","updated_at":"2026-01-10T09:00:00Z","closed_at":"2026-01-10T09:00:00Z",
	"state":"closed","labels":[],"issue_type":"incident","web_url":"https://gitlab.example.com/shop/web/-/issues/incident/24","references":{"full":"shop/web#24"},"severity":"CRITICAL"}'),
('request hook', '{"object_kind":"merge_request","project":{"path_with_namespace":"shop/web"},"object_attributes":{"id":99,"iid":1,"title":"SHOP-7: show the total","description":"Closes #23, #24 and fixes pay/gate#3\nSee PAY-3","source_branch":"SHOP-7-total",
	"target_branch":"main","created_at":"2026-01-06 09:00:00 UTC","updated_at":"2026-01-08 10:00:00 UTC","state":"merged","action":"merge","url":"https://gitlab.example.com/shop/web/-/merge_requests/1",
	"merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","last_commit":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","message":"Show the total\n\nSHOP-8 is not in the subject","timestamp":"2026-01-06T08:30:00+00:00"}}}'),
('request', '{"id":99,"iid":1,"title":"SHOP-7: show the total","description":"","source_branch":"SHOP-7-total","target_branch":"main","created_at":"2026-01-06T09:00:00.000Z","updated_at":"2026-01-08T10:00:01.000Z",
	"merged_at":"2026-01-08T10:00:00.250Z","closed_at":null,"state":"merged","web_url":"https://gitlab.example.com/shop/web/-/merge_requests/1","references":{"full":"shop/web!1"},
	"sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","squash_commit_sha":"dddddddddddddddddddddddddddddddddddddddd"}'),
('push', '{"object_kind":"push","before":"0000000000000000000000000000000000000000","after":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","ref":"refs/heads/SHOP-7-total","checkout_sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	"project":{"path_with_namespace":"shop/web","default_branch":"main"},"total_commits_count":24,"commits":[
	{"id":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","message":"SHOP-9 start\n","title":"SHOP-9 start","timestamp":"2026-01-06T08:00:00+00:00","url":"https://gitlab.example.com/shop/web/-/commit/e"},
	{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","message":"Show the total\n","title":"Show the total","timestamp":"2026-01-06T08:30:00+00:00","url":"https://gitlab.example.com/shop/web/-/commit/a"}]}'),
('tag', '{"object_kind":"tag_push","before":"0000000000000000000000000000000000000000","after":"ffffffffffffffffffffffffffffffffffffffff","ref":"refs/tags/v1.0.0","checkout_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	"project":{"path_with_namespace":"shop/web","default_branch":"main"},"total_commits_count":1,"commits":[{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge","timestamp":"2026-01-08T10:00:00+00:00"}]}'),
('pipeline hook', '{"object_kind":"pipeline","object_attributes":{"id":31,"iid":3,"ref":"main","sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","source":"push","status":"success","stages":["build","test"],
	"created_at":"2026-01-08 10:00:05 UTC","finished_at":"2026-01-08 10:10:00 UTC","duration":500,"queued_duration":5},"merge_request":{"id":99,"iid":1,"title":"SHOP-7: show the total","source_branch":"SHOP-7-total"},
	"project":{"path_with_namespace":"shop/web"},"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge branch","timestamp":"2026-01-08T10:00:00+00:00"},"source_pipeline":{"pipeline_id":30},
	"builds":[{"id":380,"stage":"build","name":"compile","status":"success","created_at":"2026-01-08 10:00:05 UTC","started_at":"2026-01-08 10:00:20 UTC","finished_at":"2026-01-08 10:04:00 UTC","queued_duration":10.5},
		{"id":381,"stage":"test","name":"unit","status":"failed","created_at":"2026-01-08 10:00:05 UTC","started_at":"2026-01-08 10:04:10 UTC","finished_at":"2026-01-08 10:09:00 UTC","queued_duration":null},
		{"id":382,"stage":"test","name":"manual","status":"manual","created_at":"2026-01-08 10:00:05 UTC","started_at":null,"finished_at":null}]}'),
('pipeline', '{"id":31,"iid":3,"project_id":14,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main","status":"success","source":"push","created_at":"2026-01-08T10:00:05.000Z","updated_at":"2026-01-08T10:10:01.000Z",
	"started_at":"2026-01-08T10:00:10.000Z","finished_at":"2026-01-08T10:10:00.000Z","web_url":"https://gitlab.example.com/shop/web/-/pipelines/31"}'),
('pipeline row', '{"id":32,"iid":4,"project_id":14,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main","status":"running","source":"push","created_at":"2026-01-08T10:00:05.000Z","updated_at":null,"web_url":"https://gitlab.example.com/shop/web/-/pipelines/32"}'),
('job hook', '{"object_kind":"build","ref":"main","sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","build_id":380,"build_name":"compile","build_stage":"build","build_status":"success","build_created_at":"2026-01-08 10:00:05 UTC",
	"build_started_at":"2026-01-08 10:00:20 UTC","build_finished_at":"2026-01-08 10:04:00 UTC","build_queued_duration":10.5,"pipeline_id":31,"project_name":"Shop / Web","commit":{"id":31,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}}'),
('job', '{"id":380,"status":"success","stage":"build","name":"compile","ref":"main","created_at":"2026-01-08T10:00:05.000Z","started_at":"2026-01-08T10:00:20.000Z","finished_at":"2026-01-08T10:04:00.000Z","queued_duration":10.5,
	"web_url":"https://gitlab.example.com/shop/web/-/jobs/380","pipeline":{"id":31,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
	"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge branch","message":"Merge branch","parent_ids":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"authored_date":"2026-01-08T09:59:00Z","committed_date":"2026-01-08T10:00:00Z",
		"web_url":"https://gitlab.example.com/shop/web/-/commit/b"}}'),
('deployment hook', '{"object_kind":"deployment","status":"running","status_changed_at":"2026-01-08 11:00:00 +0100","deployment_id":15,"deployable_id":796,"deployable_url":"https://gitlab.example.com/shop/web/-/jobs/796","environment":"prod-eu",
	"environment_tier":"production","project":{"path_with_namespace":"shop/web"},"short_sha":"bbbbbbbb","commit_url":"https://gitlab.example.com/shop/web/-/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main"}'),
('deployment', '{"id":15,"iid":2,"ref":"main","sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","status":"success","created_at":"2026-01-08T09:59:59.000Z","updated_at":"2026-01-08T10:05:01.000Z","environment":{"id":2,"name":"staging"},
	"deployable":{"id":796,"status":"success","started_at":"2026-01-08T10:00:00.000Z","finished_at":"2026-01-08T10:05:00.000Z","web_url":"https://gitlab.example.com/shop/web/-/jobs/796",
		"pipeline":{"id":31,"web_url":"https://gitlab.example.com/shop/web/-/pipelines/31"},"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge branch","parent_ids":[],"committed_date":"2026-01-08T10:00:00Z"}}}'),
('release hook', '{"id":1,"object_kind":"release","action":"create","tag":"v1.0.0","name":"1.0","created_at":"2026-01-08 12:00:00 UTC","released_at":"2026-01-08 12:30:00 UTC","project":{"path_with_namespace":"shop/web"},
	"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge branch","timestamp":"2026-01-08T10:00:00+00:00"}}'),
('release', '{"tag_name":"v1.0.0","name":"1.0","created_at":"2026-01-08T12:00:00Z","released_at":"2026-01-08T12:30:00Z","commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},"_links":{"self":"https://gitlab.example.com/shop/web/-/releases/v1.0.0"}}'),
('commits', '{"merge_request":{"id":99},"commits":[{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","parent_ids":["eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"],"title":"Show the total","message":"Show the total","authored_date":"2026-01-06T08:20:00Z",
	"committed_date":"2026-01-06T08:30:00Z","web_url":"https://gitlab.example.com/shop/web/-/commit/a"}]}'),
('state event', '{"id":142,"user":{"id":1},"created_at":"2026-01-09T11:00:00.500Z","resource_type":"Issue","resource_id":301,"state":"closed"}'),
('label event', '{"id":143,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","resource_type":"Issue","resource_id":301,"label":{"id":7,"name":"Doing"},"action":"add"}'),
('label removed', '{"id":144,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","resource_type":"MergeRequest","resource_id":99,"label":{"id":8,"name":"blocked"},"action":"remove"}');

SELECT results_eq('SELECT name, kind, reason FROM payload, vsm.gitlab_kind(payload) ORDER BY name COLLATE "C"', $$VALUES
	('commits', 'merge_request_commits', NULL::text), ('deployment', 'deployment', NULL), ('deployment hook', 'deployment', NULL), ('incident', 'issue', NULL), ('issue', 'issue', NULL),
	('issue hook', 'issue', NULL), ('job', 'job', NULL), ('job hook', 'job', NULL), ('label event', 'resource_event', NULL), ('label removed', 'resource_event', NULL), ('pipeline', 'pipeline', NULL),
	('pipeline hook', 'pipeline', NULL), ('pipeline row', 'pipeline', NULL), ('push', 'push', NULL), ('release', 'release', NULL), ('release hook', 'release', NULL), ('request', 'merge_request', NULL),
	('request hook', 'merge_request', NULL), ('state event', 'resource_event', NULL), ('tag', 'push', NULL)$$, 'kinds by shape');

CREATE FUNCTION pg_temp.read(wanted text, source text DEFAULT 'gitlab') RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
DECLARE k text;
BEGIN
	SELECT kind INTO STRICT k FROM payload, vsm.gitlab_kind(payload) WHERE name = wanted;
	RETURN QUERY EXECUTE format('SELECT f.* FROM payload, vsm.%I($2, payload, $3) AS f WHERE payload.name = $1', 'read_gitlab_' || k) USING wanted, source, vsm.default_names();
END$$;

-- Issues
SELECT results_eq($$SELECT at, value, id, method FROM pg_temp.read('issue hook') WHERE fact = 'event' ORDER BY at, value COLLATE "C"$$, $$VALUES
	(timestamptz '2026-01-05 09:00+00', 'opened', 'gitlab:issue:301:opened', NULL), ('2026-01-06 10:00+00', 'Doing', 'gitlab:issue:301:label:Doing:1767693600', 'label'),
	('2026-01-06 10:00+00', 'To Do removed', 'gitlab:issue:301:label:To Do removed:1767693600', 'label')$$, 'an issue''s webhook: opened, and the labels that changed');
SELECT results_eq($$SELECT at, value, id FROM pg_temp.read('issue') WHERE fact = 'event' ORDER BY at$$, $$VALUES
	(timestamptz '2026-01-05 09:00:00.123+00', 'opened', 'gitlab:issue:301:opened'), ('2026-01-09 11:00:00.5+00', 'closed', 'gitlab:issue:301:closed:1767956400')$$, 'an issue of the API: opened and closed');
SELECT results_eq($$SELECT at, value, id, method FROM pg_temp.read('state event') UNION ALL SELECT at, value, id, method FROM pg_temp.read('label event')$$, $$VALUES
	(timestamptz '2026-01-09 11:00:00.5+00', 'closed', 'gitlab:issue:301:closed:1767956400', NULL), ('2026-01-06 10:00+00', 'Doing', 'gitlab:issue:301:label:Doing:1767693600', 'label')$$,
	'state and label events of the API are the same events');
SELECT results_eq($$SELECT entity, value FROM pg_temp.read('label removed')$$, $$VALUES ('gitlab:merge_request:99', 'blocked removed')$$, 'a label that is taken away, of a merge request');
SELECT results_eq($$SELECT at, d.* FROM pg_temp.read('issue hook'), jsonb_to_record(details) AS d (key text, project text, source_type text, type text, title text, url text, size numeric, created_at timestamptz,
		due_at text, tags jsonb) WHERE fact = 'item'$$, $$VALUES (timestamptz '2026-01-06 10:00+00', 'shop/web#23', 'shop/web', 'issue', 'defect', 'Total is wrong',
		'https://gitlab.example.com/shop/web/-/issues/23', 3::numeric, timestamptz '2026-01-05 09:00+00', '2026-02-01', '["Doing", "type::bug"]'::jsonb)$$, 'the item, its type from its labels');
SELECT is((SELECT details FROM pg_temp.read('issue') WHERE fact = 'item') - '{created_at,due_at,tags,title,size}'::text[], '{"key":"shop/web#23","source":"gitlab","project":"shop/web","source_type":"issue","type":"defect",
	"url":"https://gitlab.example.com/shop/web/-/issues/23","feature":"gitlab:epic:5"}', 'the API tells its epic, too');
SELECT is_empty($$SELECT * FROM pg_temp.read('issue hook') WHERE details ? 'feature'$$, 'which a webhook does not deny');
SELECT results_eq($$SELECT value, at FROM pg_temp.read('issue') WHERE fact = 'alias'$$, $$VALUES ('shop/web#23', timestamptz '2026-01-05 09:00:00.123+00')$$, 'its alias');
SELECT results_eq($$SELECT entity, d.* FROM pg_temp.read('incident'), jsonb_to_record(details) AS d (repository text, opened_at timestamptz, resolved_at timestamptz, severity text, status text, title text) WHERE fact = 'incident'$$,
	$$VALUES ('gitlab:issue:302', 'shop/web', timestamptz '2026-01-10 08:00+00', timestamptz '2026-01-10 09:00+00', 'critical', 'closed', 'Checkout is down')$$, 'an incident is one, besides being an item');
SELECT is((SELECT details ->> 'type' FROM pg_temp.read('incident') WHERE fact = 'item'), 'defect', 'of type defect');

-- Merge requests
SELECT results_eq($$SELECT at, value, id FROM pg_temp.read('request hook') WHERE fact = 'event' ORDER BY at$$, $$VALUES (timestamptz '2026-01-06 09:00+00', 'opened', 'gitlab:merge_request:99:opened'),
	('2026-01-08 10:00+00', 'merged', 'gitlab:merge_request:99:merged')$$, 'a merge request''s webhook');
SELECT results_eq($$SELECT at, value, id FROM pg_temp.read('request') WHERE fact = 'event' ORDER BY at$$, $$VALUES (timestamptz '2026-01-06 09:00+00', 'opened', 'gitlab:merge_request:99:opened'),
	('2026-01-08 10:00:00.25+00', 'merged', 'gitlab:merge_request:99:merged')$$, 'and that of the API');
SELECT results_eq($$SELECT entity, value, name, method, confidence FROM pg_temp.read('request hook') WHERE fact = 'link' ORDER BY entity COLLATE "C", value COLLATE "C", method COLLATE "C"$$, $$VALUES
	(repeat('a', 40), 'gitlab:merge_request:99', 'part_of', 'head commit', 1::float8), (repeat('b', 40), 'gitlab:merge_request:99', 'part_of', 'merge commit', 1),
	('gitlab:merge_request:99', 'PAY-3', 'implements', 'key in description', 0.6), ('gitlab:merge_request:99', 'SHOP-7', 'implements', 'key in branch', 0.9), ('gitlab:merge_request:99', 'SHOP-7', 'implements', 'key in title', 0.95),
	('gitlab:merge_request:99', 'pay/gate#3', 'implements', 'closing reference', 1), ('gitlab:merge_request:99', 'shop/web#23', 'implements', 'closing reference', 1),
	('gitlab:merge_request:99', 'shop/web#24', 'implements', 'closing reference', 1)$$, 'what it implements and what it consists of, with method and confidence');
SELECT results_eq($$SELECT entity, method FROM pg_temp.read('request') WHERE fact = 'link' AND name = 'part_of' ORDER BY entity$$, $$VALUES (repeat('a', 40), 'head commit'), (repeat('b', 40), 'merge commit'), (repeat('d', 40), 'squash commit')$$,
	'the API tells the squashed commit, too');
SELECT results_eq($$SELECT entity, at, details ->> 'title', details ->> 'repository' FROM pg_temp.read('request hook') WHERE fact = 'commit'$$, $$VALUES (repeat('a', 40), timestamptz '2026-01-06 08:30+00', 'Show the total', 'shop/web')$$,
	'its last commit is a commit; only the subject of one is its title');
SELECT results_eq($$SELECT f.at, f.value, f.id FROM payload, unnest(ARRAY['approved', 'unapproved', 'close', 'reopen', 'update']) WITH ORDINALITY AS u (a, o),
	vsm.read_gitlab_merge_request('gitlab', jsonb_set(payload, '{object_attributes,action}', to_jsonb(a)), vsm.default_names()) AS f
	WHERE payload.name = 'request hook' AND fact = 'event' AND f.value <> 'opened' ORDER BY o$$, $$VALUES (timestamptz '2026-01-08 10:00+00', 'approved', 'gitlab:merge_request:99:approved:1767866400'),
	('2026-01-08 10:00+00', 'unapproved', 'gitlab:merge_request:99:unapproved:1767866400'), ('2026-01-08 10:00+00', 'closed', 'gitlab:merge_request:99:closed:1767866400'),
	('2026-01-08 10:00+00', 'reopened', 'gitlab:merge_request:99:reopened:1767866400')$$, 'approved, closed, reopened; an update is no event');
SELECT results_eq($$SELECT f.value FROM payload, vsm.read_gitlab_merge_request('gitlab', jsonb_set(payload, '{object_attributes,action}', '"update"') || '{"changes":{"draft":{"previous":true,"current":false}}}', vsm.default_names()) AS f
	WHERE payload.name = 'request hook' AND fact = 'event' AND f.value <> 'opened'$$, $$VALUES ('ready')$$, 'no longer a draft');
SELECT results_eq($$SELECT fact, entity, value, name, method, details -> 'parents' FROM pg_temp.read('commits')$$, $$VALUES
	('commit', repeat('a', 40), NULL, NULL, NULL, jsonb_build_array(repeat('e', 40))), ('link', repeat('a', 40), 'gitlab:merge_request:99', 'part_of', 'merge request commits', NULL)$$, 'source commits, with their parents');

-- Pushes
SELECT results_eq($$SELECT entity, at, value, details -> 'commits', details -> 'total_commits' FROM pg_temp.read('push') WHERE fact = 'event'$$, $$VALUES ('gitlab:branch:shop/web@SHOP-7-total', timestamptz '2026-01-06 08:30+00', 'pushed', '2'::jsonb, '24'::jsonb)$$,
	'a push, and that not all its commits are told');
SELECT results_eq($$SELECT entity, value, method FROM pg_temp.read('push') WHERE fact = 'link' ORDER BY entity, value$$, $$VALUES (repeat('a', 40), 'SHOP-7', 'key in branch'), (repeat('e', 40), 'SHOP-7', 'key in branch'), (repeat('e', 40), 'SHOP-9', 'key in title')$$,
	'keys in the branch and in the subjects');
SELECT is_empty($$SELECT f.* FROM payload, vsm.read_gitlab_push('gitlab', jsonb_set(jsonb_set(payload, '{project,default_branch}', '"SHOP-7-total"'), '{commits}', '[]'), vsm.default_names()) AS f WHERE payload.name = 'push'$$, 'the default branch names nobody''s work, a push without commits says nothing');
SELECT results_eq($$SELECT fact, entity, at, value, name FROM pg_temp.read('tag') WHERE fact <> 'commit'$$, $$VALUES ('event', 'gitlab:tag:shop/web@v1.0.0', timestamptz '2026-01-08 10:00+00', 'tagged', NULL),
	('link', 'gitlab:tag:shop/web@v1.0.0', '2026-01-08 10:00+00', repeat('b', 40), 'builds')$$, 'a tag, and the commit it is on, not the tag''s own SHA');

-- Pipelines and jobs
SELECT results_eq($$SELECT entity, at, value FROM pg_temp.read('pipeline hook') WHERE fact = 'event' ORDER BY entity COLLATE "C" DESC, at$$, $$VALUES
	('gitlab:pipeline:31', timestamptz '2026-01-08 10:00:05+00', 'created'), ('gitlab:pipeline:31', '2026-01-08 10:00:10+00', 'running'), ('gitlab:pipeline:31', '2026-01-08 10:00:20+00', 'build'),
	('gitlab:pipeline:31', '2026-01-08 10:04:10+00', 'test'), ('gitlab:pipeline:31', '2026-01-08 10:10:00+00', 'success'), ('gitlab:job:382', '2026-01-08 10:00:05+00', 'created'),
	('gitlab:job:381', '2026-01-08 10:00:05+00', 'created'), ('gitlab:job:381', '2026-01-08 10:04:10+00', 'running'), ('gitlab:job:381', '2026-01-08 10:09:00+00', 'failed'),
	('gitlab:job:380', '2026-01-08 10:00:05+00', 'created'), ('gitlab:job:380', '2026-01-08 10:00:09.5+00', 'pending'), ('gitlab:job:380', '2026-01-08 10:00:20+00', 'running'), ('gitlab:job:380', '2026-01-08 10:04:00+00', 'success')$$,
	'a pipeline with its stages, and its jobs with their waiting');
SELECT results_eq($$SELECT entity, value, name FROM pg_temp.read('pipeline hook') WHERE fact = 'link' ORDER BY entity COLLATE "C", value COLLATE "C"$$, $$VALUES ('gitlab:job:380', 'gitlab:pipeline:31', 'part_of'),
	('gitlab:job:381', 'gitlab:pipeline:31', 'part_of'), ('gitlab:job:382', 'gitlab:pipeline:31', 'part_of'), ('gitlab:merge_request:99', 'SHOP-7', 'implements'), ('gitlab:merge_request:99', 'SHOP-7', 'implements'),
	('gitlab:pipeline:31', repeat('b', 40), 'builds'), ('gitlab:pipeline:31', 'gitlab:merge_request:99', 'builds'), ('gitlab:pipeline:31', 'gitlab:pipeline:30', 'part_of')$$, 'and its links');
SELECT bag_eq($$SELECT entity, at, value, id FROM pg_temp.read('pipeline') WHERE fact = 'event'$$, $$SELECT entity, at, value, id FROM pg_temp.read('pipeline hook') WHERE fact = 'event' AND id LIKE 'gitlab:pipeline:%'$$, 'the API tells of the same events');
SELECT results_eq($$SELECT fact, at, value FROM pg_temp.read('pipeline row') WHERE fact IN ('event', 'observed')$$, $$VALUES ('event', timestamptz '2026-01-08 10:00:05+00', 'created')$$, 'a row of the list without a time of its status has only its creation');
SELECT results_eq($$SELECT f.fact, f.at, f.value FROM payload, vsm.read_gitlab_pipeline('gitlab', payload || '{"updated_at":"2026-01-08T10:07:00Z"}', vsm.default_names()) AS f WHERE payload.name = 'pipeline row' AND fact = 'observed'$$,
	$$VALUES ('observed', timestamptz '2026-01-08 10:07+00', 'running')$$, 'with one, its status is observed');
SELECT bag_eq($$SELECT entity, at, value, id, details FROM pg_temp.read('job hook') WHERE fact = 'event'$$, $$SELECT entity, at, value, id, details FROM pg_temp.read('pipeline hook') WHERE id LIKE 'gitlab:job:380:%' AND fact = 'event'$$, 'a job''s webhook tells of the events that the pipeline''s tells of');
SELECT bag_eq($$SELECT entity, at, value, id FROM pg_temp.read('job') WHERE fact = 'event'$$, $$SELECT entity, at, value, id FROM pg_temp.read('job hook') WHERE fact = 'event'$$, 'so does the API');
SELECT results_eq($$SELECT entity, value, name FROM pg_temp.read('job hook') WHERE fact = 'link' ORDER BY entity COLLATE "C"$$, $$VALUES ('gitlab:job:380', 'gitlab:pipeline:31', 'part_of'), ('gitlab:pipeline:31', repeat('b', 40), 'builds')$$,
	'whose commit.id is that of the pipeline');

-- Deployments
SELECT results_eq($$SELECT at, d.* FROM pg_temp.read('deployment hook'), jsonb_to_record(details) AS d (repository text, environment text, environment_tier text, sha text, ref text, status text, created_at timestamptz, started_at timestamptz, finished_at timestamptz)
	WHERE fact = 'deployment'$$, $$VALUES (timestamptz '2026-01-08 10:00+00', 'shop/web', 'prod-eu', 'production', repeat('b', 40), 'main', 'running', NULL::timestamptz, timestamptz '2026-01-08 10:00+00', NULL::timestamptz)$$,
	'a deployment''s webhook, with the full SHA');
SELECT results_eq($$SELECT at, d.* FROM pg_temp.read('deployment'), jsonb_to_record(details) AS d (repository text, environment text, environment_tier text, sha text, ref text, status text, created_at timestamptz, started_at timestamptz, finished_at timestamptz)
	WHERE fact = 'deployment'$$, $$VALUES (timestamptz '2026-01-08 10:05:01+00', 'shop/web', 'staging', 'staging', repeat('b', 40), 'main', 'success', timestamptz '2026-01-08 09:59:59+00', timestamptz '2026-01-08 10:00+00', timestamptz '2026-01-08 10:05+00')$$,
	'that of the API');
SELECT results_eq($$SELECT at, value FROM pg_temp.read('deployment') WHERE fact = 'event' ORDER BY at$$, $$VALUES (timestamptz '2026-01-08 09:59:59+00', 'created'), ('2026-01-08 10:00+00', 'running'), ('2026-01-08 10:05+00', 'success')$$, 'its events');
SELECT results_eq($$SELECT entity, value, name FROM pg_temp.read('deployment') WHERE fact = 'link' ORDER BY entity COLLATE "C", value COLLATE "C"$$, $$VALUES ('gitlab:deployment:15', repeat('b', 40), 'deploys'), ('gitlab:deployment:15', 'gitlab:job:796', 'part_of'),
	('gitlab:job:796', 'gitlab:pipeline:31', 'part_of')$$, 'its commit, its job and its pipeline');

-- Releases
SELECT bag_eq($$SELECT fact, entity, at, value, name FROM pg_temp.read('release hook') WHERE fact <> 'commit'$$, $$VALUES ('event', 'gitlab:release:shop/web@v1.0.0', timestamptz '2026-01-08 12:30+00', 'released', NULL),
	('link', 'gitlab:release:shop/web@v1.0.0', '2026-01-08 12:30+00', repeat('b', 40), 'builds')$$, 'a release and its commit');
SELECT bag_eq($$SELECT fact, entity, at, value, name FROM pg_temp.read('release') WHERE fact <> 'commit'$$, $$SELECT fact, entity, at, value, name FROM pg_temp.read('release hook') WHERE fact <> 'commit'$$, 'as the API has it');

-- What is refused
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY['{"object_kind":"note"}', '{"object_kind":"feature_flag"}', '{"event_name":"user_add_to_group"}', '{"object_kind":"merge_request","object_attributes":{"id":1,"iid ":2}}',
		'{"object_kind":"pipeline","object_attributes":{}}', '{"object_kind":"build"}', '{"object_kind":"deployment","deployment_id":1}', '{"object_kind":"push"}', '{"object_kind":"release"}', '{"object_kind":"issue"}',
		'{"resource_type":"Snippet","resource_id":1,"state":"closed"}', '{"merge_request":{"iid":1},"commits":[]}', '{"hello":"world"}', '{"sha":"a","ref":"b","status":"c"}']::jsonb[])
		WITH ORDINALITY AS p (payload, o), vsm.gitlab_kind(p.payload) AS k ORDER BY o$$, $$VALUES ('note', 'comments change no state'),
	('feature_flag', 'switching a feature on or off is not told of an item, a commit or a deployment'), ('user_add_to_group', 'it says nothing about the flow of work'), ('merge_request', 'it has no object_attributes.iid'),
	('pipeline', 'it has no object_attributes.id'), ('build', 'it has no build_id'), ('deployment', 'it has no status'), ('push', 'it has no ref'), ('release', 'it has no tag'), ('issue', 'it has no object_attributes.id'),
	('payload', 'it is about neither an issue nor a merge request'), ('payload', 'it has no merge_request.id'), ('payload', 'its shape is not known: neither a webhook nor an object of the API that is read'), ('payload', 'it has no id')$$, 'refused by name, with the reason');

SELECT finish();
ROLLBACK;
