-- What GitLab's payloads state: readers alone, from jsonb to facts; webhooks, and the same objects of the API.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(88);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;

CREATE TEMP TABLE payload (name text PRIMARY KEY, payload jsonb);
INSERT INTO payload VALUES
('issue hook', '{"object_kind":"issue","event_type":"issue","project":{"path_with_namespace":"shop/web"},"labels":[{"title":"Doing"},'
	'{"title":"type::bug"}],
	"object_attributes":{"id":301,"iid":23,"title":"Total is wrong","created_at":"2026-01-05 09:00:00 UTC",'
		'"updated_at":"2026-01-06 10:00:00 UTC","closed_at":null,
		"state":"opened","action":"update","url":"https://gitlab.example.com/shop/web/-/issues/23","weight":3,"due_date":"2026-02-01",'
			'"severity":"high"},
	"changes":{"labels":{"previous":[{"title":"To Do"},{"title":"type::bug"}],"current":[{"title":"Doing"},{"title":"type::bug"}]}}}'),
('issue', '{"id":301,"iid":23,"project_id":14,"title":"Total is wrong","author":{"id":1},"created_at":"2026-01-05T09:00:00.123Z",'
	'"updated_at":"2026-01-09T12:00:00.000+01:00","closed_at":"2026-01-09T11:00:00.500Z",
	"state":"closed","labels":["Done","type::bug"],"issue_type":"issue","web_url":"https://gitlab.example.com/shop/web/-/issues/23",'
		'"references":{"full":"shop/web#23"},"weight":3,"due_date":null,"epic":{"id":5}}'),
('incident', '{"id":302,"iid":24,"title":"Checkout is down","author":{"id":1},"created_at":"2026-01-10T08:00:00Z",'
	'"updated_at":"2026-01-10T09:00:00Z","closed_at":"2026-01-10T09:00:00Z",
	"state":"closed","labels":[],"issue_type":"incident","web_url":"https://gitlab.example.com/shop/web/-/issues/incident/24",'
		'"references":{"full":"shop/web#24"},"severity":"CRITICAL"}'),
('request hook', '{"object_kind":"merge_request","project":{"path_with_namespace":"shop/web"},"object_attributes":{"id":99,"iid":1,'
	'"title":"SHOP-7: show the total","description":"Closes #23, #24 and fixes pay/gate#3\nSee PAY-3","source_branch":"SHOP-7-total",
	"target_branch":"main","created_at":"2026-01-06 09:00:00 UTC","updated_at":"2026-01-08 10:00:00 UTC","state":"merged","action":"merge",'
		'"url":"https://gitlab.example.com/shop/web/-/merge_requests/1",
	"merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","last_commit":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",'
		'"message":"Show the total\n\nSHOP-8 is not in the subject","timestamp":"2026-01-06T08:30:00+00:00"}}}'),
('request', '{"id":99,"iid":1,"title":"SHOP-7: show the total","description":"","source_branch":"SHOP-7-total","target_branch":"main",'
	'"created_at":"2026-01-06T09:00:00.000Z","updated_at":"2026-01-08T10:00:01.000Z",
	"merged_at":"2026-01-08T10:00:00.250Z","closed_at":null,"state":"merged",'
		'"web_url":"https://gitlab.example.com/shop/web/-/merge_requests/1","references":{"full":"shop/web!1"},
	"sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",'
		'"squash_commit_sha":"dddddddddddddddddddddddddddddddddddddddd"}'),
('push', '{"object_kind":"push","before":"0000000000000000000000000000000000000000","after":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",'
	'"ref":"refs/heads/SHOP-7-total","checkout_sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	"project":{"path_with_namespace":"shop/web","default_branch":"main"},"total_commits_count":24,"commits":[
	{"id":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee","message":"SHOP-9 start\n","title":"SHOP-9 start",'
		'"timestamp":"2026-01-06T08:00:00+00:00","url":"https://gitlab.example.com/shop/web/-/commit/e"},
	{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","message":"Show the total\n","title":"Show the total",'
		'"timestamp":"2026-01-06T08:30:00+00:00","url":"https://gitlab.example.com/shop/web/-/commit/a"}]}'),
('tag', '{"object_kind":"tag_push","before":"0000000000000000000000000000000000000000","after":"ffffffffffffffffffffffffffffffffffffffff",'
	'"ref":"refs/tags/v1.0.0","checkout_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	"project":{"path_with_namespace":"shop/web","default_branch":"main"},"total_commits_count":1,'
		'"commits":[{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge","timestamp":"2026-01-08T10:00:00+00:00"}]}'),
('pipeline hook', '{"object_kind":"pipeline","object_attributes":{"id":31,"iid":3,"ref":"main",'
	'"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","source":"push","status":"success","stages":["build","test"],
	"created_at":"2026-01-08 10:00:05 UTC","finished_at":"2026-01-08 10:10:00 UTC","duration":500,"queued_duration":5},'
		'"merge_request":{"id":99,"iid":1,"title":"SHOP-7: show the total","source_branch":"SHOP-7-total"},
	"project":{"path_with_namespace":"shop/web"},"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge branch",'
		'"timestamp":"2026-01-08T10:00:00+00:00"},"source_pipeline":{"pipeline_id":30},
	"builds":[{"id":380,"stage":"build","name":"compile","status":"success","created_at":"2026-01-08 10:00:05 UTC",'
		'"started_at":"2026-01-08 10:00:20 UTC","finished_at":"2026-01-08 10:04:00 UTC","queued_duration":10.5},
		{"id":381,"stage":"test","name":"unit","status":"failed","created_at":"2026-01-08 10:00:05 UTC",'
			'"started_at":"2026-01-08 10:04:10 UTC","finished_at":"2026-01-08 10:09:00 UTC","queued_duration":null},
		{"id":382,"stage":"test","name":"manual","status":"manual","created_at":"2026-01-08 10:00:05 UTC","started_at":null,'
			'"finished_at":null}]}'),
('pipeline', '{"id":31,"iid":3,"project_id":14,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main","status":"success",'
	'"source":"push","created_at":"2026-01-08T10:00:05.000Z","updated_at":"2026-01-08T10:10:01.000Z",
	"started_at":"2026-01-08T10:00:10.000Z","finished_at":"2026-01-08T10:10:00.000Z",'
		'"web_url":"https://gitlab.example.com/shop/web/-/pipelines/31"}'),
('pipeline row', '{"id":32,"iid":4,"project_id":14,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main","status":"running",'
	'"source":"push","created_at":"2026-01-08T10:00:05.000Z","updated_at":null,'
		'"web_url":"https://gitlab.example.com/shop/web/-/pipelines/32"}'),
('job hook', '{"object_kind":"build","ref":"main","sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","build_id":380,"build_name":"compile",'
	'"build_stage":"build","build_status":"success","build_created_at":"2026-01-08 10:00:05 UTC",
	"build_started_at":"2026-01-08 10:00:20 UTC","build_finished_at":"2026-01-08 10:04:00 UTC","build_queued_duration":10.5,'
		'"pipeline_id":31,"project_name":"Shop / Web","commit":{"id":31,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}}'),
('job', '{"id":380,"status":"success","stage":"build","name":"compile","ref":"main","created_at":"2026-01-08T10:00:05.000Z",'
	'"started_at":"2026-01-08T10:00:20.000Z","finished_at":"2026-01-08T10:04:00.000Z","queued_duration":10.5,
	"web_url":"https://gitlab.example.com/shop/web/-/jobs/380","pipeline":{"id":31,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
	"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge branch","message":"Merge branch",'
		'"parent_ids":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"authored_date":"2026-01-08T09:59:00Z",'
			'"committed_date":"2026-01-08T10:00:00Z",
		"web_url":"https://gitlab.example.com/shop/web/-/commit/b"}}'),
('deployment hook', '{"object_kind":"deployment","status":"running","status_changed_at":"2026-01-08 11:00:00 +0100","deployment_id":15,'
	'"deployable_id":796,"deployable_url":"https://gitlab.example.com/shop/web/-/jobs/796","environment":"prod-eu",
	"environment_tier":"production","project":{"path_with_namespace":"shop/web"},"short_sha":"bbbbbbbb",'
		'"commit_url":"https://gitlab.example.com/shop/web/-/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main"}'),
('deployment', '{"id":15,"iid":2,"ref":"main","sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","status":"success",'
	'"created_at":"2026-01-08T09:59:59.000Z","updated_at":"2026-01-08T10:05:01.000Z","environment":{"id":2,"name":"staging"},
	"deployable":{"id":796,"status":"success","started_at":"2026-01-08T10:00:00.000Z","finished_at":"2026-01-08T10:05:00.000Z",'
		'"web_url":"https://gitlab.example.com/shop/web/-/jobs/796",
		"pipeline":{"id":31,"web_url":"https://gitlab.example.com/shop/web/-/pipelines/31"},'
			'"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge branch","parent_ids":[],'
				'"committed_date":"2026-01-08T10:00:00Z"}}}'),
('release hook', '{"id":1,"object_kind":"release","action":"create","tag":"v1.0.0","name":"1.0","created_at":"2026-01-08 12:00:00 UTC",'
	'"released_at":"2026-01-08 12:30:00 UTC","project":{"path_with_namespace":"shop/web"},
	"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge branch","timestamp":"2026-01-08T10:00:00+00:00"}}'),
('release', '{"tag_name":"v1.0.0","name":"1.0","created_at":"2026-01-08T12:00:00Z","released_at":"2026-01-08T12:30:00Z",'
	'"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},'
		'"_links":{"self":"https://gitlab.example.com/shop/web/-/releases/v1.0.0"}}'),
('commits', '{"merge_request":{"id":99},"commits":[{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",'
	'"parent_ids":["eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"],"title":"Show the total","message":"Show the total",'
		'"authored_date":"2026-01-06T08:20:00Z",
	"committed_date":"2026-01-06T08:30:00Z","web_url":"https://gitlab.example.com/shop/web/-/commit/a"}]}'),
('state event', '{"id":142,"user":{"id":1},"created_at":"2026-01-09T11:00:00.500Z","resource_type":"Issue","resource_id":301,'
	'"state":"closed"}'),
('label event', '{"id":143,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","resource_type":"Issue","resource_id":301,'
	'"label":{"id":7,"name":"Doing"},"action":"add"}'),
('label removed', '{"id":144,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","resource_type":"MergeRequest","resource_id":99,'
	'"label":{"id":8,"name":"blocked"},"action":"remove"}'),
('push of a system hook', '{"event_name":"push","before":"0000000000000000000000000000000000000000",'
	'"after":"cccccccccccccccccccccccccccccccccccccccc","ref":"refs/heads/SHOP-5","checkout_sha":"cccccccccccccccccccccccccccccccccccccccc",
	"project":{"path_with_namespace":"shop/web","default_branch":"main"},"commits":[{"id":"cccccccccccccccccccccccccccccccccccccccc",'
		'"message":"Start","timestamp":"2026-01-06T07:00:00+00:00"}]}'),
('tag of the API', '{"name":"v1.0.0","message":"","target":"ffffffffffffffffffffffffffffffffffffffff","release":null,'
	'"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge","committed_date":"2026-01-08T10:00:00.000Z",
	"web_url":"https://gitlab.example.com/shop/web/-/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}}'),
('note hook', '{"object_kind":"note","user":{"id":6,"username":"ben"},"project":{"path_with_namespace":"shop/web"},'
	'"object_attributes":{"id":1,"note":"Nice!","noteable_type":"MergeRequest","author_id":6,"system":false,"created_at":"2026-01-07 '
		'10:00:00 UTC"},
	"merge_request":{"id":99,"iid":1,"author_id":5,"title":"SHOP-7: show the total","source_branch":"SHOP-7-total","target_branch":"main",'
		'"state":"opened","created_at":"2026-01-06 09:00:00 UTC","updated_at":"2026-01-07 09:00:00 UTC"}}'),
('note', '{"id":2,"body":"marked this merge request as **ready**","system":true,"author":{"id":5,"username":"ann"},"noteable_id":99,'
	'"noteable_iid":1,"noteable_type":"MergeRequest","created_at":"2026-01-07T11:00:00Z"}'),
('approvals', '{"id":99,"iid":1,"project_id":14,"title":"SHOP-7: show the total","state":"opened","updated_at":"2026-01-07T12:00:01Z",'
	'"approved":true,"approvals_left":0,"approved_by":[{"user":{"id":6},"approved_at":"2026-01-07T09:00:00Z"},
	{"user":{"id":7},"approved_at":"2026-01-07T12:00:00Z"}]}'),
('epic', '{"id":5,"iid":2,"group_id":7,"parent_id":3,"title":"Totals","author":{"id":1},"state":"opened",'
	'"web_url":"https://gitlab.example.com/groups/shop/-/epics/2","references":{"full":"shop&2"},"created_at":"2026-01-01T09:00:00Z",
	"updated_at":"2026-01-20T10:00:00Z","labels":["Strategic"]}'),
('epic hook', '{"object_kind":"work_item","event_type":"work_item","object_attributes":{"id":93843,"iid":1,"title":"Epic item",'
	'"type":"Epic","state_id":1,"created_at":"2026-01-02T16:53:38Z","updated_at":"2026-01-17T06:47:37Z",
	"url":"https://gitlab.example.com/groups/shop/-/work_items/1","action":"update","labels":[]}}'),
('task hook', '{"object_kind":"work_item","event_type":"work_item","project":{"path_with_namespace":"shop/web"},'
	'"object_attributes":{"id":9,"iid":1,"title":"Break it down","type":"Task","state":"opened","created_at":"2026-01-03T17:15:43Z",
	"updated_at":"2026-01-03T17:15:43Z","labels":[]}}'),
('iteration event', '{"id":144,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","resource_type":"Issue","resource_id":301,'
	'"iteration":{"id":50,"iid":9,"title":null,"start_date":"2026-01-05","due_date":"2026-01-18"},"action":"add"}'),
('weight event', '{"id":145,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","issue_id":301,"weight":3}');

SELECT results_eq('SELECT name, kind, reason FROM payload, vsm.gitlab_kind(payload) ORDER BY name COLLATE "C"', $$VALUES
	('approvals', 'approvals', NULL::text), ('commits', 'merge_request_commits', NULL), ('deployment', 'deployment', NULL),
		('deployment hook', 'deployment', NULL), ('epic', 'epic', NULL), ('epic hook', 'issue', NULL), ('incident', 'issue', NULL),
			('issue', 'issue', NULL),
	('issue hook', 'issue', NULL), ('iteration event', 'resource_event', NULL), ('job', 'job', NULL), ('job hook', 'job', NULL),
		('label event', 'resource_event', NULL), ('label removed', 'resource_event', NULL), ('note', 'note', NULL), ('note hook', 'note',
			NULL), ('pipeline', 'pipeline', NULL),
	('pipeline hook', 'pipeline', NULL), ('pipeline row', 'pipeline', NULL), ('push', 'push', NULL), ('push of a system hook', 'push',
		NULL), ('release', 'release', NULL), ('release hook', 'release', NULL), ('request', 'merge_request', NULL),
	('request hook', 'merge_request', NULL), ('state event', 'resource_event', NULL), ('tag', 'push', NULL), ('tag of the API', 'tag',
		NULL),
	('task hook', 'issue', NULL), ('weight event', 'resource_event', NULL)$$, 'kinds by shape');

CREATE FUNCTION pg_temp.read(wanted text, source text DEFAULT 'gitlab') RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
DECLARE k text;
BEGIN
	SELECT kind INTO STRICT k FROM payload, vsm.gitlab_kind(payload) WHERE name = wanted;
	RETURN QUERY EXECUTE format('SELECT f.* FROM payload, vsm.%I($2, payload, $3) AS f WHERE payload.name = $1', 'read_gitlab_' || k)
		USING wanted, source, vsm.default_names();
END$$;

-- Issues
SELECT results_eq($$SELECT at, value, id, method FROM pg_temp.read('issue hook') WHERE fact = 'event' ORDER BY at, value COLLATE "C"$$,
	$$VALUES
	(timestamptz '2026-01-05 09:00+00', 'opened', 'gitlab:issue:301:opened', NULL), ('2026-01-06 10:00+00', 'Doing',
		'gitlab:issue:301:label:Doing:1767693600', 'label'),
	('2026-01-06 10:00+00', 'To Do removed', 'gitlab:issue:301:label:To Do removed:1767693600', 'label')$$,
		'an issue''s webhook: opened, and the labels that changed');
SELECT results_eq($$SELECT at, value, id FROM pg_temp.read('issue') WHERE fact = 'event' ORDER BY at$$, $$VALUES
	(timestamptz '2026-01-05 09:00:00.123+00', 'opened', 'gitlab:issue:301:opened'), ('2026-01-09 11:00:00.5+00', 'closed',
		'gitlab:issue:301:closed:1767956400')$$, 'an issue of the API: opened and closed');
SELECT results_eq($$SELECT at, value, id, method FROM pg_temp.read('state event') UNION ALL SELECT at, value, id, method
	FROM pg_temp.read('label event')$$, $$VALUES
	(timestamptz '2026-01-09 11:00:00.5+00', 'closed', 'gitlab:issue:301:closed:1767956400', NULL), ('2026-01-06 10:00+00', 'Doing',
		'gitlab:issue:301:label:Doing:1767693600', 'label')$$,
	'state and label events of the API are the same events');
SELECT results_eq($$SELECT entity, value FROM pg_temp.read('label removed')$$, $$VALUES ('gitlab:merge_request:99', 'blocked removed')$$,
	'a label that is taken away, of a merge request');
SELECT results_eq($$SELECT at, d.* FROM pg_temp.read('issue hook'), jsonb_to_record(details) AS d (key text, project text,
	source_type text, type text, title text, url text, size numeric, created_at timestamptz,
		due_at text, tags jsonb) WHERE fact = 'item'$$, $$VALUES (timestamptz '2026-01-06 10:00+00', 'shop/web#23', 'shop/web', 'issue',
			'defect', 'Total is wrong',
		'https://gitlab.example.com/shop/web/-/issues/23', 3::numeric, timestamptz '2026-01-05 09:00+00', '2026-02-01',
			'["Doing", "type::bug"]'::jsonb)$$, 'the item, its type from its labels');
SELECT is((SELECT details FROM pg_temp.read('issue') WHERE fact = 'item') - '{created_at,due_at,tags,title,size}'::text[],
	'{"key":"shop/web#23","source":"gitlab","project":"shop/web","source_type":"issue","type":"defect",
	"url":"https://gitlab.example.com/shop/web/-/issues/23","feature":"gitlab:epic:5"}', 'the API tells its epic, too');
SELECT is_empty($$SELECT * FROM pg_temp.read('issue hook') WHERE details ? 'feature'$$, 'which a webhook does not deny');
SELECT results_eq($$SELECT value, at FROM pg_temp.read('issue') WHERE fact = 'alias'$$, $$VALUES ('shop/web#23',
	timestamptz '2026-01-05 09:00:00.123+00')$$, 'its alias');
SELECT results_eq($$SELECT entity, d.* FROM pg_temp.read('incident'), jsonb_to_record(details) AS d (repository text,
	opened_at timestamptz, resolved_at timestamptz, severity text, status text, title text) WHERE fact = 'incident'$$,
	$$VALUES ('gitlab:issue:302', 'shop/web', timestamptz '2026-01-10 08:00+00', timestamptz '2026-01-10 09:00+00', 'critical', 'closed',
		'Checkout is down')$$, 'an incident is one, besides being an item');
SELECT is((SELECT details ->> 'type' FROM pg_temp.read('incident') WHERE fact = 'item'), 'defect', 'of type defect');

-- Merge requests
SELECT results_eq($$SELECT at, value, id FROM pg_temp.read('request hook') WHERE fact = 'event' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-06 09:00+00', 'opened', 'gitlab:merge_request:99:opened'),
	('2026-01-08 10:00+00', 'merged', 'gitlab:merge_request:99:merged')$$, 'a merge request''s webhook');
SELECT results_eq($$SELECT at, value, id FROM pg_temp.read('request') WHERE fact = 'event' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-06 09:00+00', 'opened', 'gitlab:merge_request:99:opened'),
	('2026-01-08 10:00:00.25+00', 'merged', 'gitlab:merge_request:99:merged')$$, 'and that of the API');
SELECT results_eq($$SELECT entity, value, name, method, confidence FROM pg_temp.read('request hook') WHERE fact = 'link'
	ORDER BY entity COLLATE "C", value COLLATE "C", method COLLATE "C"$$, $$VALUES
	(repeat('a', 40), 'gitlab:merge_request:99', 'part_of', 'head commit', 1::float8), (repeat('b', 40), 'gitlab:merge_request:99',
		'part_of', 'merge commit', 1),
	('gitlab:merge_request:99', 'PAY-3', 'implements', 'key in description', 0.6), ('gitlab:merge_request:99', 'SHOP-7', 'implements',
		'key in branch', 0.9), ('gitlab:merge_request:99', 'SHOP-7', 'implements', 'key in title', 0.95),
	('gitlab:merge_request:99', 'pay/gate#3', 'implements', 'closing reference', 1), ('gitlab:merge_request:99', 'shop/web#23',
		'implements', 'closing reference', 1),
	('gitlab:merge_request:99', 'shop/web#24', 'implements', 'closing reference', 1)$$,
		'what it implements and what it consists of, with method and confidence');
SELECT results_eq($$SELECT entity, method FROM pg_temp.read('request') WHERE fact = 'link' AND name = 'part_of' ORDER BY entity$$,
	$$VALUES (repeat('a', 40), 'head commit'), (repeat('b', 40), 'merge commit'), (repeat('d', 40), 'squash commit')$$,
	'the API tells the squashed commit, too');
SELECT results_eq($$SELECT entity, at, details ->> 'title', details ->> 'repository' FROM pg_temp.read('request hook')
	WHERE fact = 'commit'$$, $$VALUES (repeat('a', 40), timestamptz '2026-01-06 08:30+00', 'Show the total', 'shop/web')$$,
	'its last commit is a commit; only the subject of one is its title');
SELECT results_eq($$SELECT f.at, f.value, f.id FROM payload, unnest(ARRAY['approved', 'unapproved', 'close', 'reopen', 'update'])
	WITH ORDINALITY AS u (a, o),
	vsm.read_gitlab_merge_request('gitlab', jsonb_set(payload, '{object_attributes,action}', to_jsonb(a)), vsm.default_names()) AS f
	WHERE payload.name = 'request hook' AND fact = 'event' AND f.value <> 'opened' ORDER BY o$$,
		$$VALUES (timestamptz '2026-01-08 10:00+00', 'approved', 'gitlab:merge_request:99:approved:1767866400'),
	('2026-01-08 10:00+00', 'unapproved', 'gitlab:merge_request:99:unapproved:1767866400'), ('2026-01-08 10:00+00', 'closed',
		'gitlab:merge_request:99:closed:1767866400'),
	('2026-01-08 10:00+00', 'reopened', 'gitlab:merge_request:99:reopened:1767866400')$$,
		'approved, closed, reopened; an update is no event');
SELECT results_eq($$SELECT f.value FROM payload, vsm.read_gitlab_merge_request('gitlab', jsonb_set(payload, '{object_attributes,action}',
	'"update"') || '{"changes":{"draft":{"previous":true,"current":false}}}', vsm.default_names()) AS f
	WHERE payload.name = 'request hook' AND fact = 'event' AND f.value <> 'opened'$$, $$VALUES ('ready')$$, 'no longer a draft');
SELECT results_eq($$SELECT fact, entity, value, name, method, details -> 'parents' FROM pg_temp.read('commits')$$, $$VALUES
	('commit', repeat('a', 40), NULL, NULL, NULL, jsonb_build_array(repeat('e', 40))), ('link', repeat('a', 40),
		'gitlab:merge_request:99', 'part_of', 'merge request commits', NULL)$$, 'source commits, with their parents');

-- Pushes
SELECT results_eq($$SELECT entity, at, value, details -> 'commits', details -> 'total_commits' FROM pg_temp.read('push')
	WHERE fact = 'event'$$, $$VALUES ('gitlab:branch:shop/web@SHOP-7-total', timestamptz '2026-01-06 08:30+00', 'pushed', '2'::jsonb,
		'24'::jsonb)$$,
	'a push, and that not all its commits are told');
SELECT results_eq($$SELECT entity, value, method FROM pg_temp.read('push') WHERE fact = 'link' ORDER BY entity, value$$,
	$$VALUES (repeat('a', 40), 'SHOP-7', 'key in branch'), (repeat('e', 40), 'SHOP-7', 'key in branch'), (repeat('e', 40), 'SHOP-9',
		'key in title')$$,
	'keys in the branch and in the subjects');
SELECT is_empty($$SELECT f.* FROM payload, vsm.read_gitlab_push('gitlab', jsonb_set(jsonb_set(payload, '{project,default_branch}',
	'"SHOP-7-total"'), '{commits}', '[]'), vsm.default_names()) AS f WHERE payload.name = 'push'$$,
		'the default branch names nobody''s work, a push without commits says nothing');
SELECT results_eq($$SELECT fact, entity, at, value, name FROM pg_temp.read('tag') WHERE fact <> 'commit'$$,
	$$VALUES ('event', 'gitlab:tag:shop/web@v1.0.0', timestamptz '2026-01-08 10:00+00', 'tagged', NULL),
	('link', 'gitlab:tag:shop/web@v1.0.0', '2026-01-08 10:00+00', repeat('b', 40), 'builds')$$,
		'a tag, and the commit it is on, not the tag''s own SHA');

-- Pipelines and jobs
SELECT results_eq($$SELECT entity, at, value FROM pg_temp.read('pipeline hook') WHERE fact = 'event' ORDER BY entity COLLATE "C" DESC,
	at$$, $$VALUES
	('gitlab:pipeline:31', timestamptz '2026-01-08 10:00:05+00', 'created'), ('gitlab:pipeline:31', '2026-01-08 10:00:10+00', 'running'),
		('gitlab:pipeline:31', '2026-01-08 10:00:20+00', 'build'),
	('gitlab:pipeline:31', '2026-01-08 10:04:10+00', 'test'), ('gitlab:pipeline:31', '2026-01-08 10:10:00+00', 'success'),
		('gitlab:job:382', '2026-01-08 10:00:05+00', 'created'),
	('gitlab:job:381', '2026-01-08 10:00:05+00', 'created'), ('gitlab:job:381', '2026-01-08 10:04:10+00', 'running'), ('gitlab:job:381',
		'2026-01-08 10:09:00+00', 'failed'),
	('gitlab:job:380', '2026-01-08 10:00:05+00', 'created'), ('gitlab:job:380', '2026-01-08 10:00:09.5+00', 'pending'), ('gitlab:job:380',
		'2026-01-08 10:00:20+00', 'running'), ('gitlab:job:380', '2026-01-08 10:04:00+00', 'success')$$,
	'a pipeline with its stages, and its jobs with their waiting');
SELECT results_eq($$SELECT entity, value, name FROM pg_temp.read('pipeline hook') WHERE fact = 'link' ORDER BY entity COLLATE "C",
	value COLLATE "C"$$, $$VALUES ('gitlab:job:380', 'gitlab:pipeline:31', 'part_of'),
	('gitlab:job:381', 'gitlab:pipeline:31', 'part_of'), ('gitlab:job:382', 'gitlab:pipeline:31', 'part_of'), ('gitlab:merge_request:99',
		'SHOP-7', 'implements'), ('gitlab:merge_request:99', 'SHOP-7', 'implements'),
	('gitlab:pipeline:31', repeat('b', 40), 'builds'), ('gitlab:pipeline:31', 'gitlab:merge_request:99', 'builds'), ('gitlab:pipeline:31',
		'gitlab:pipeline:30', 'part_of')$$, 'and its links');
SELECT bag_eq($$SELECT entity, at, value, id FROM pg_temp.read('pipeline') WHERE fact = 'event'$$, $$SELECT entity, at, value, id
	FROM pg_temp.read('pipeline hook') WHERE fact = 'event' AND id LIKE 'gitlab:pipeline:%'$$, 'the API tells of the same events');
SELECT results_eq($$SELECT fact, at, value FROM pg_temp.read('pipeline row') WHERE fact IN ('event', 'observed')$$,
	$$VALUES ('event', timestamptz '2026-01-08 10:00:05+00', 'created')$$, 'a row of the list without a time of its status has only its '
		'creation');
SELECT results_eq($$SELECT f.fact, f.at, f.value FROM payload, vsm.read_gitlab_pipeline('gitlab', payload
	|| '{"updated_at":"2026-01-08T10:07:00Z"}', vsm.default_names()) AS f WHERE payload.name = 'pipeline row' AND fact = 'observed'$$,
	$$VALUES ('observed', timestamptz '2026-01-08 10:07+00', 'running')$$, 'with one, its status is observed');
SELECT bag_eq($$SELECT entity, at, value, id, details FROM pg_temp.read('job hook') WHERE fact = 'event'$$, $$SELECT entity, at, value,
	id, details FROM pg_temp.read('pipeline hook') WHERE id LIKE 'gitlab:job:380:%' AND fact = 'event'$$,
		'a job''s webhook tells of the events that the pipeline''s tells of');
SELECT bag_eq($$SELECT entity, at, value, id FROM pg_temp.read('job') WHERE fact = 'event'$$, $$SELECT entity, at, value, id
	FROM pg_temp.read('job hook') WHERE fact = 'event'$$, 'so does the API');
SELECT results_eq($$SELECT entity, value, name FROM pg_temp.read('job hook') WHERE fact = 'link' ORDER BY entity COLLATE "C"$$,
	$$VALUES ('gitlab:job:380', 'gitlab:pipeline:31', 'part_of'), ('gitlab:pipeline:31', repeat('b', 40), 'builds')$$,
	'whose commit.id is that of the pipeline');

-- Deployments
SELECT results_eq($$SELECT at, d.* FROM pg_temp.read('deployment hook'), jsonb_to_record(details) AS d (repository text, environment text,
	environment_tier text, sha text, ref text, status text, created_at timestamptz, started_at timestamptz, finished_at timestamptz)
	WHERE fact = 'deployment'$$, $$VALUES (timestamptz '2026-01-08 10:00+00', 'shop/web', 'prod-eu', 'production', repeat('b', 40),
		'main', 'running', NULL::timestamptz, timestamptz '2026-01-08 10:00+00', NULL::timestamptz)$$,
	'a deployment''s webhook, with the full SHA');
SELECT results_eq($$SELECT at, d.* FROM pg_temp.read('deployment'), jsonb_to_record(details) AS d (repository text, environment text,
	environment_tier text, sha text, ref text, status text, created_at timestamptz, started_at timestamptz, finished_at timestamptz)
	WHERE fact = 'deployment'$$, $$VALUES (timestamptz '2026-01-08 10:05:01+00', 'shop/web', 'staging', 'staging', repeat('b', 40),
		'main', 'success', timestamptz '2026-01-08 09:59:59+00', timestamptz '2026-01-08 10:00+00', timestamptz '2026-01-08 10:05+00')$$,
	'that of the API');
SELECT results_eq($$SELECT at, value FROM pg_temp.read('deployment') WHERE fact = 'event' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-08 09:59:59+00', 'created'), ('2026-01-08 10:00+00', 'running'), ('2026-01-08 10:05+00', 'success')$$,
		'its events');
SELECT results_eq($$SELECT entity, value, name FROM pg_temp.read('deployment') WHERE fact = 'link' ORDER BY entity COLLATE "C",
	value COLLATE "C"$$, $$VALUES ('gitlab:deployment:15', repeat('b', 40), 'deploys'), ('gitlab:deployment:15', 'gitlab:job:796',
		'part_of'),
	('gitlab:job:796', 'gitlab:pipeline:31', 'part_of')$$, 'its commit, its job and its pipeline');

-- Releases
SELECT bag_eq($$SELECT fact, entity, at, value, name FROM pg_temp.read('release hook') WHERE fact <> 'commit'$$,
	$$VALUES ('event', 'gitlab:release:shop/web@v1.0.0', timestamptz '2026-01-08 12:30+00', 'released', NULL),
	('link', 'gitlab:release:shop/web@v1.0.0', '2026-01-08 12:30+00', repeat('b', 40), 'builds')$$, 'a release and its commit');
SELECT bag_eq($$SELECT fact, entity, at, value, name FROM pg_temp.read('release') WHERE fact <> 'commit'$$, $$SELECT fact, entity, at,
	value, name FROM pg_temp.read('release hook') WHERE fact <> 'commit'$$, 'as the API has it');

-- What is refused
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY['{"object_kind":"note"}', '{"object_kind":"feature_flag"}',
	'{"event_name":"user_add_to_group"}', '{"object_kind":"merge_request","object_attributes":{"id":1,"iid ":2}}',
		'{"object_kind":"pipeline","object_attributes":{}}', '{"object_kind":"build"}', '{"object_kind":"deployment","deployment_id":1}',
			'{"object_kind":"push"}', '{"object_kind":"release"}', '{"object_kind":"issue"}',
		'{"resource_type":"Snippet","resource_id":1,"state":"closed"}', '{"merge_request":{"iid":1},"commits":[]}', '{"hello":"world"}',
			'{"sha":"a","ref":"b","status":"c"}']::jsonb[])
		WITH ORDINALITY AS p (payload, o), vsm.gitlab_kind(p.payload) AS k ORDER BY o$$, $$VALUES ('note', 'comments change no state'),
	('feature_flag', 'switching a feature on or off is not told of an item, a commit or a deployment'), ('user_add_to_group',
		'it says nothing about the flow of work'), ('merge_request', 'it has no object_attributes.iid'),
	('pipeline', 'it has no object_attributes.id'), ('build', 'it has no build_id'), ('deployment', 'it has no status'),
		('push', 'it has no ref'), ('release', 'it has no tag'), ('issue', 'it has no object_attributes.id'),
	('payload', 'it is about neither an issue nor a merge request'), ('payload', 'it has no merge_request.id'), ('payload',
		'its shape is not known: neither a webhook nor an object of the API that is read'), ('payload', 'it has no id')$$,
			'refused by name, with the reason');

-- Rows of requests: what is told, what is told to be so no longer, and nothing else
CREATE FUNCTION pg_temp.request(changes jsonb, attributes jsonb DEFAULT '{}') RETURNS SETOF vsm.fact LANGUAGE sql AS $$
	SELECT f.* FROM payload, vsm.read_gitlab_merge_request('gitlab',
		jsonb_set(payload || '{"user":{"id":6,"username":"ben"}}' || changes, '{object_attributes}', (payload -> 'object_attributes')
			|| '{"author_id":5}' || attributes), vsm.default_names()) AS f
	WHERE payload.name = 'request hook'$$;
SELECT is((SELECT details FROM pg_temp.read('request') WHERE fact = 'merge_request'),
	'{"source":"gitlab","repository":"shop/web","title":"SHOP-7: show the total",'
		'"url":"https://gitlab.example.com/shop/web/-/merge_requests/1",
	"source_branch":"SHOP-7-total","target_branch":"main","state":"merged","created_at":"2026-01-06T18:00:00+09:00",'
		'"merged_at":"2026-01-08T19:00:00.25+09:00","closed_at":null}', 'a merged request');
SELECT results_eq($$SELECT a, at, details ->> 'state', (details ->> 'closed_at')::timestamptz, (details ->> 'merged_at')::timestamptz,
	(details ->> 'approved_at')::timestamptz, details ? 'approved_at'
	FROM unnest('{open,close,reopen,approved,unapproved,merge}'::text[], '{opened,closed,opened,opened,opened,merged}'::text[])
		WITH ORDINALITY AS u (a, state, o),
		pg_temp.request('{}', jsonb_build_object('action', a, 'state', state)) WHERE fact = 'merge_request' AND details ? 'state'
			ORDER BY o$$, $$VALUES
	('open', timestamptz '2026-01-08 09:59:59.999999+00', 'opened', NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, false),
		('close', '2026-01-08 10:00+00', 'closed', '2026-01-08 10:00+00', NULL, NULL, false),
	('reopen', '2026-01-08 09:59:59.999999+00', 'opened', NULL, NULL, NULL, false), ('approved', '2026-01-08 09:59:59.999999+00',
		'opened', NULL, NULL, '2026-01-08 10:00+00', true),
	('unapproved', '2026-01-08 09:59:59.999999+00', 'opened', NULL, NULL, NULL, true), ('merge', '2026-01-08 10:00+00', 'merged', NULL,
		'2026-01-08 10:00+00', NULL, false)$$, 'what each action makes of it: of two within a second the one that is closed is the later');
SELECT bag_eq($$SELECT a, value, at, seq FROM unnest('{open,update}'::text[]) AS a, pg_temp.request('{}', jsonb_build_object('action', a,
	'state', 'opened', 'draft', true)) WHERE fact IN ('event', 'observed')$$, $$VALUES
	('open', 'opened', timestamptz '2026-01-06 09:00+00', NULL::bigint), ('open', 'draft', '2026-01-06 09:00+00', 1), ('update', 'opened',
		'2026-01-06 09:00+00', NULL), ('update', 'draft', '2026-01-08 10:00+00', NULL),
	('update', 'reopened', '2026-01-08 10:00+00', NULL)$$,
	'opened as a draft, which is the later of the two; a draft since when is not known');
SELECT results_eq($$SELECT c ->> 'w', string_agg(value || ' ' || fact, ', ' ORDER BY value)
	FROM unnest(ARRAY['{"w":"1","changes":{"draft":{"previous":false,"current":true}}}',
		'{"w":"2","changes":{"title":{"previous":"WIP: a","current":"a"}}}',
		'{"w":"3","changes":{"title":{"previous":"a","current":"[Draft] a"}}}',
			'{"w":"4","changes":{"title":{"previous":"a","current":"Drafts"}}}']::jsonb[]) AS c, pg_temp.request(c,
				'{"action":"update","state":"opened"}')
	WHERE fact IN ('event', 'observed') AND value NOT IN ('opened', 'reopened') GROUP BY 1 ORDER BY 1$$, $$VALUES ('1', 'draft event'),
		('2', 'ready event'), ('3', 'draft event')$$, 'made a draft, made ready, by its title where GitLab is old');
SELECT results_eq($$SELECT u ->> 'w', details ->> 'author_kind', details ->> 'assisted_by'
	FROM unnest(ARRAY['{"w":"author","user":{"id":5,"username":"ann"}}', '{"w":"bot","user":{"id":5,"username":"project_14_bot_1a2b"}}',
		'{"w":"other","user":{"id":6,"username":"ben"}}', '{"w":"opener","user":{"username":"ann"}}']::jsonb[]) AS u, pg_temp.request(u,
			'{"action":"open"}') WHERE fact = 'merge_request' ORDER BY 1$$, $$VALUES
	('author', 'person', NULL), ('bot', 'bot', NULL), ('opener', 'person', NULL), ('other', NULL, NULL)$$,
		'who opened it, where the webhook says so');
SELECT results_eq($$SELECT details ->> 'author_kind', details ->> 'assisted_by' FROM payload, vsm.read_gitlab_merge_request('gitlab',
	payload || '{"author":{"id":9,"username":"helper-x"}}',
	vsm.names_of('{"(author,helper-x,Helper)"}')) WHERE payload.name = 'request' AND fact = 'merge_request'$$,
		$$VALUES ('bot', 'Helper')$$, 'an assistant is one by name');
SELECT results_eq($$SELECT entity, value, name FROM pg_temp.request('{}', '{"source_project_id":77,"target_project_id":14}')
	WHERE fact = 'commit' AND at = '2026-01-08 10:00+00' UNION ALL
	SELECT entity, value, name FROM pg_temp.request('{}', '{"source_project_id":14,"target_project_id":14}') WHERE fact = 'commit'
		AND at = '2026-01-08 10:00+00'$$,
	$$VALUES (repeat('a', 40), NULL::text, NULL::text)$$, 'the head of a request from a fork is a commit of the repository that it goes '
		'to');

-- Reviews
SELECT results_eq($$SELECT fact, (details ->> 'first_review_at')::timestamptz, at FROM pg_temp.read('note hook')
	WHERE details ? 'first_review_at'$$, $$VALUES ('merge_request', timestamptz '2026-01-07 10:00+00', timestamptz '2026-01-07 10:00+00')$$,
	'a comment is a review');
SELECT is_empty($$SELECT * FROM payload, (VALUES ('{object_attributes,author_id}'::text[], '5'::jsonb), ('{object_attributes,system}',
	'true'), ('{user,username}', '"group_3_bot_77"')) AS v (path, value),
	vsm.read_gitlab_note('gitlab', jsonb_set(payload, v.path, v.value), vsm.default_names()) AS f WHERE payload.name = 'note hook'
		AND f.details ? 'first_review_at'$$, 'not one of the author, of GitLab itself or of a bot');
SELECT bag_eq($$SELECT fact, entity, value, details -> 'state' FROM pg_temp.read('note hook') WHERE fact = 'event' OR details ? 'state'$$,
	$$VALUES ('merge_request', 'gitlab:merge_request:99', NULL, '"opened"'::jsonb), ('event', 'gitlab:merge_request:99', 'opened', NULL)$$,
	'the request that it is on is told as well');
SELECT results_eq($$SELECT b, fact, at, value, id, (details ->> 'ready_at')::timestamptz, details ? 'first_review_at'
	FROM unnest(ARRAY['approved this merge request', 'marked this merge request as **draft**', 'marked this merge request as **ready**',
		'unmarked as a **Work In Progress**']) WITH ORDINALITY AS u (b, o), payload, vsm.read_gitlab_note('gitlab', payload
			|| jsonb_build_object('body', b), vsm.default_names()) WHERE payload.name = 'note' ORDER BY o, fact$$, $$VALUES
	('approved this merge request', 'merge_request', timestamptz '2026-01-07 11:00+00', NULL, NULL, NULL::timestamptz, true),
	('marked this merge request as **draft**', 'event', '2026-01-07 11:00+00', 'draft', 'gitlab:merge_request:99:draft:1767783600', NULL,
		NULL),
	('marked this merge request as **draft**', 'merge_request', '2026-01-07 11:00+00', NULL, NULL, NULL, false),
	('marked this merge request as **ready**', 'event', '2026-01-07 11:00+00', 'ready', 'gitlab:merge_request:99:ready:1767783600', NULL,
		NULL),
	('marked this merge request as **ready**', 'merge_request', '2026-01-07 11:00+00', NULL, NULL, '2026-01-07 11:00+00', false),
	('unmarked as a **Work In Progress**', 'event', '2026-01-07 11:00+00', 'ready', 'gitlab:merge_request:99:ready:1767783600', NULL, NULL),
	('unmarked as a **Work In Progress**', 'merge_request', '2026-01-07 11:00+00', NULL, NULL, '2026-01-07 11:00+00', false)$$,
		'what GitLab notes of a request');
SELECT results_eq($$SELECT e.value #>> '{author,username}', (SELECT string_agg(f.details ->> 'first_review_at', ',')
	FROM vsm.gitlab_kind(e.value) AS k, vsm.read_gitlab_note('gitlab', e.value, vsm.default_names()) AS f WHERE k.reason
		IS NULL)::timestamptz
	FROM jsonb_array_elements(vsm.gitlab_elements('{"merge_request":{"id":99,"author":{"id":5}},"notes":[{"id":3,"body":"Ready?",'
		'"system":false,"author":{"id":5,"username":"ann"},"noteable_id":99,"noteable_type":"MergeRequest",'
			'"created_at":"2026-01-07T08:00:00Z"},
		{"id":4,"body":"Nearly","system":false,"author":{"id":6,"username":"ben"},"noteable_id":99,"noteable_type":"MergeRequest",'
			'"created_at":"2026-01-07T09:00:00Z"}, null]}')) AS e$$,
	$$VALUES ('ann', NULL::timestamptz), ('ben', '2026-01-07 09:00+00')$$, 'comments of the API, with the request that they are on');
SELECT bag_eq($$SELECT fact, at, value, id, (details ->> 'approved_at')::timestamptz AS approved_at,
	(details ->> 'first_review_at')::timestamptz AS first_review_at FROM pg_temp.read('approvals')$$, $$VALUES
	('event', timestamptz '2026-01-07 12:00+00', 'approved', 'gitlab:merge_request:99:approved:1767787200', NULL::timestamptz,
		NULL::timestamptz),
	('merge_request', '2026-01-07 12:00:01+00', NULL, NULL, '2026-01-07 12:00+00', NULL), ('merge_request', '2026-01-07 09:00+00', NULL,
		NULL, NULL, '2026-01-07 09:00+00')$$, 'approvals: approved with the last, reviewed with the first');
SELECT results_eq($$SELECT details -> 'approved_at' FROM payload, vsm.read_gitlab_approvals('gitlab', payload || '{"approved":false}',
	vsm.default_names()) WHERE payload.name = 'approvals' AND details ? 'approved_at'$$, $$VALUES ('null'::jsonb)$$,
		'one of two is no approval');

-- Reverts
SELECT bag_eq($$SELECT d, entity, value, method, confidence FROM unnest(ARRAY['This reverts merge request !12',
	'This reverts merge request pay/gate!3', 'This reverts commit eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee.', '', 'It reverts commit x'])
		AS d,
	pg_temp.request('{}', jsonb_build_object('description', d, 'source_branch', 'revert-1a2b3c4d')) WHERE name = 'reverts'$$, $$VALUES
	('This reverts merge request !12', 'gitlab:merge_request:99', 'shop/web!12', 'revert message', 1::float8),
		('This reverts merge request pay/gate!3', 'gitlab:merge_request:99', 'pay/gate!3', 'revert message', 1),
	('This reverts commit eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee.', 'gitlab:merge_request:99', repeat('e', 40), 'revert message', 1),
		('', 'gitlab:merge_request:99', '1a2b3c4d', 'revert branch', 0.9),
	('It reverts commit x', 'gitlab:merge_request:99', '1a2b3c4d', 'revert branch', 0.9)$$, 'what a request reverts');
SELECT results_eq($$SELECT f.entity, f.value, f.name FROM payload, vsm.read_gitlab_push('gitlab', jsonb_set(payload,
	'{commits,0,message}', '"Revert \"a\"\n\nThis reverts commit 1111111111111111111111111111111111111111."'), vsm.default_names()) AS f
		WHERE payload.name = 'push' AND f.name = 'reverts'$$,
	$$VALUES (repeat('e', 40), repeat('1', 40), 'reverts')$$, 'and what a commit reverts');
SELECT results_eq($$SELECT value FROM pg_temp.read('request hook') WHERE fact = 'alias'$$, $$VALUES ('shop/web!1')$$,
	'by which name others revert it');

-- Commits
SELECT results_eq($$SELECT details -> 'paths', details ->> 'author_kind' FROM payload, vsm.read_gitlab_push('gitlab', jsonb_set(payload,
	'{commits,0}', (payload #> '{commits,0}') || '{"added":["a.sql"],"modified":["b.sql"],"removed":[],"author":{"name":"renovate[bot]",'
		'"email":"x@example.com"}}'), vsm.default_names())
	WHERE payload.name = 'push' AND fact = 'commit' ORDER BY entity DESC$$, $$VALUES ('["a.sql","b.sql"]'::jsonb, 'bot'), (NULL, NULL)$$,
		'files and author of a commit');
SELECT is_empty($$SELECT * FROM payload, vsm.gitlab_kind(payload) AS k WHERE payload.name LIKE 'push%' AND k.reason IS NOT NULL$$,
	'system hooks are pushes as well');
SELECT bag_eq($$SELECT fact, entity, at, value FROM pg_temp.read('tag of the API')$$, $$SELECT fact, entity, at, value
	FROM pg_temp.read('tag')$$, 'the API tells the same of a tag');
SELECT results_eq($$SELECT c FROM vsm.gitlab_closes('Closes https://gitlab.example.com/shop/app/-/issues/9, gate#8 and #7; see #6',
	'shop/web') AS c$$, $$VALUES ('shop/app#9'), ('shop/gate#8'), ('shop/web#7')$$,
		'issues by address, of the same group, of the same project');

-- Builds
SELECT results_eq($$SELECT entity, d.* FROM pg_temp.read('pipeline hook'), jsonb_to_record(details) AS d (repository text, job text,
	sha text, ref text, status text, queued_at timestamptz, started_at timestamptz, finished_at timestamptz)
	WHERE fact = 'build' ORDER BY entity COLLATE "C" DESC$$, $$VALUES
	('gitlab:pipeline:31', 'shop/web', 'pipeline', repeat('b', 40), 'main', 'success', timestamptz '2026-01-08 10:00:05+00',
		timestamptz '2026-01-08 10:00:10+00', timestamptz '2026-01-08 10:10+00'),
	('gitlab:job:382', 'shop/web', 'manual', repeat('b', 40), 'main', 'manual', NULL, NULL, NULL),
	('gitlab:job:381', 'shop/web', 'unit', repeat('b', 40), 'main', 'failed', NULL, '2026-01-08 10:04:10+00', '2026-01-08 10:09+00'),
	('gitlab:job:380', 'shop/web', 'compile', repeat('b', 40), 'main', 'success', '2026-01-08 10:00:09.5+00', '2026-01-08 10:00:20+00',
		'2026-01-08 10:04+00')$$, 'a pipeline and its jobs are builds');
SELECT bag_eq($$SELECT entity, at, details - '{repository,attempt}'::text[] FROM pg_temp.read('job hook') WHERE fact = 'build'$$,
	$$SELECT entity, at, details - '{repository}'::text[] FROM pg_temp.read('pipeline hook') WHERE fact = 'build'
		AND entity = 'gitlab:job:380'$$, 'as its own webhook has a job');
SELECT bag_eq($$SELECT entity, at, details - '{repository,url}'::text[] FROM pg_temp.read('job') WHERE fact = 'build'$$, $$SELECT entity,
	at, details - '{repository}'::text[] FROM pg_temp.read('pipeline hook') WHERE fact = 'build' AND entity = 'gitlab:job:380'$$,
		'and the API');
SELECT results_eq($$SELECT details -> 'attempt' FROM payload, vsm.read_gitlab_job('gitlab', payload || '{"retries_count":2}',
	vsm.default_names()) WHERE payload.name = 'job hook' AND fact = 'build'$$, $$VALUES ('3'::jsonb)$$, 'the third attempt');
SELECT results_eq($$SELECT value, attributes FROM (SELECT value, details AS attributes FROM payload, vsm.read_gitlab_job('gitlab', payload
	|| '{"build_status":"failed","build_allow_failure":true}', vsm.default_names()) WHERE payload.name = 'job hook' AND fact = 'event'
		AND value = 'failed') AS f$$,
	$$VALUES ('failed', '{"allow_failure":true}'::jsonb)$$, 'it may fail');
SELECT results_eq($$SELECT d, (SELECT at FROM vsm.read_gitlab_job('gitlab', payload || d, vsm.default_names()) WHERE fact = 'event'
	AND value = 'success') FROM payload, unnest(ARRAY['{"finished_at":"2026-01-08T09:00:00Z","duration":30}',
		'{"finished_at":"2026-01-08T09:00:00Z","duration":null}']::jsonb[])
	WITH ORDINALITY AS u (d, o) WHERE payload.name = 'job' ORDER BY o$$,
		$$VALUES ('{"finished_at":"2026-01-08T09:00:00Z","duration":30}'::jsonb, timestamptz '2026-01-08 10:00:50+00'),
			('{"finished_at":"2026-01-08T09:00:00Z","duration":null}', NULL)$$,
				'what ends before it begins ends after its duration, or is not known to end');
SELECT results_eq($$SELECT f.entity, f.value, f.name FROM payload, vsm.read_gitlab_job('gitlab', payload
	|| '{"downstream_pipeline":{"id":33}}', vsm.default_names()) AS f WHERE payload.name = 'job' AND method = 'source pipeline'$$,
		$$VALUES ('gitlab:pipeline:33', 'gitlab:pipeline:31', 'part_of')$$, 'a job that triggers a pipeline');
SELECT is_empty($$SELECT * FROM payload, vsm.read_gitlab_pipeline('gitlab', jsonb_set(jsonb_set(payload, '{object_attributes,status}',
	'"running"'), '{object_attributes,queued_duration}', 'null'), vsm.default_names()) WHERE payload.name = 'pipeline hook'
		AND fact = 'observed'$$,
	'that it runs is not seen where a stage says so');
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY['{"id":496,"sha":"7d938cb8ac15788d71f4b67c035515a160ea76d8","ref":"main",'
	'"status":"failed","name":"scan","target_url":"https://scan.example.com/1","author":{"id":1},"created_at":"2026-01-08T10:00:05Z"}',
	'{"id":496,"sha":"7d938cb8ac15788d71f4b67c035515a160ea76d8","ref":"main","status":"failed","name":"scan",'
		'"target_url":"https://gitlab.example.com/shop/web/-/jobs/496","author":{"id":1},"created_at":"2026-01-08T10:00:05Z"}']::jsonb[])
	WITH ORDINALITY AS u (p, o), vsm.gitlab_kind(p) AS k ORDER BY o$$, $$VALUES ('commit_status',
		'what another tool says of a commit is neither a pipeline nor a job'), ('job', NULL)$$,
			'of the statuses of a commit those of jobs are jobs');

-- Deployments, and what names say of them
SELECT results_eq($$SELECT n, entity, details ->> 'environment', details ->> 'environment_tier', details ? 'service',
	details ->> 'status' FROM unnest(ARRAY['{"(job,compile,eu)","(environment,eu,production)","(service,shop/web,shop)"}',
		'{"(stage,build,staging)"}', '{"(job,unit,none)"}', '{"(stage,/./,deploy)"}'])
	WITH ORDINALITY AS u (n, o), payload, vsm.read_gitlab_pipeline('gitlab', payload, vsm.names_of(n::vsm.name_meaning[]
		|| ARRAY(SELECT ROW (d.kind, d.name, d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d)))
			WHERE payload.name = 'pipeline hook' AND fact = 'deployment' ORDER BY o$$, $$VALUES
	('{"(job,compile,eu)","(environment,eu,production)","(service,shop/web,shop)"}', 'gitlab:job:380', 'eu', 'production', false,
		'success'), ('{"(stage,build,staging)"}', 'gitlab:job:380', 'staging', 'staging', false, 'success')$$,
	'a job deploys where names give it an environment, not where its name sounds like it');
SELECT is_empty($$SELECT * FROM payload, vsm.read_gitlab_pipeline('gitlab', jsonb_set(payload, '{builds,0,environment}',
	'{"name":"production"}'), vsm.names_of('{"(job,compile,eu)"}')) WHERE payload.name = 'pipeline hook' AND fact = 'deployment'$$,
	'of a job with an environment GitLab tells the deployment');
SELECT results_eq($$SELECT details ->> 'environment_tier', details ? 'service' FROM unnest(ARRAY['{}',
	'{"(environment,prod-eu,staging)","(service,prod-eu,shop-eu)"}', '{"(environment,/prod/,staging)"}']) WITH ORDINALITY AS u (n, o),
	payload, vsm.read_gitlab_deployment('gitlab', payload, vsm.names_of(n::vsm.name_meaning[])) WHERE payload.name = 'deployment hook'
		AND fact = 'deployment' ORDER BY o$$, $$VALUES ('production', false), ('staging', false), ('production', false)$$,
	'the tier is GitLab''s unless the environment has another by name');
SELECT results_eq($$SELECT k.kind, k.reason, f.entity, f.details ->> 'environment', f.details ->> 'environment_tier'
	FROM jsonb_array_elements(vsm.gitlab_elements((SELECT jsonb_build_object('id', 2, 'name', 'live', 'tier', 'production',
		'last_deployment', payload) FROM payload WHERE name = 'deployment'))) AS e,
	vsm.gitlab_kind(e) AS k, vsm.read_gitlab_deployment('gitlab', e, vsm.default_names()) AS f WHERE f.fact = 'deployment'$$,
		$$VALUES ('deployment', NULL, 'gitlab:deployment:15', 'live', 'production')$$, 'the last deployment of an environment');
SELECT results_eq($$SELECT value, at FROM payload, vsm.read_gitlab_deployment('gitlab', payload
	|| '{"created_at":"2026-01-08T10:05:02Z"}', vsm.default_names()) WHERE payload.name = 'deployment' AND fact = 'event' ORDER BY at,
		value$$, $$VALUES
	('created', timestamptz '2026-01-08 10:00+00'), ('running', '2026-01-08 10:00+00'), ('success', '2026-01-08 10:05+00')$$,
		'old GitLab made the deployment after its job');
SELECT is_empty($$SELECT * FROM payload, vsm.read_gitlab_release('gitlab', payload
	|| '{"upcoming_release":true,"released_at":"2030-01-01T00:00:00Z"}', vsm.default_names()) WHERE payload.name = 'release'
		AND fact = 'event'$$, 'what is announced is not released');

-- Epics, tasks, incidents; types by labels
SELECT results_eq($$SELECT n, fact, entity, value, details ->> 'key', details ->> 'project', details ->> 'source_type',
	details ->> 'type', details ->> 'parent' FROM unnest('{epic,epic hook,task hook}'::text[]) AS n, pg_temp.read(n)
		WHERE fact IN ('item', 'alias') AND NOT details ?& '{type}' IS NOT TRUE OR fact = 'alias' ORDER BY n, fact$$, $$VALUES
	('epic', 'alias', 'gitlab:epic:5', 'shop&2', NULL, NULL, NULL, NULL, NULL), ('epic', 'item', 'gitlab:epic:5', NULL, 'shop&2', 'shop',
		'epic', 'feature', 'gitlab:epic:3'),
	('epic hook', 'alias', 'gitlab:epic:93843', 'shop&1', NULL, NULL, NULL, NULL, NULL), ('epic hook', 'item', 'gitlab:epic:93843', NULL,
		'shop&1', 'shop', 'epic', 'feature', NULL),
	('task hook', 'alias', 'gitlab:issue:9', 'shop/web#1', NULL, NULL, NULL, NULL, NULL), ('task hook', 'item', 'gitlab:issue:9', NULL,
		'shop/web#1', 'shop/web', 'task', 'feature', NULL)$$, 'epics are items of their own, also where GitLab calls all of them work '
			'items');
SELECT results_eq($$SELECT l, details ->> 'type', (SELECT count(*) FROM vsm.read_gitlab_issue('gitlab', payload
	|| jsonb_build_object('labels', ARRAY[l]), vsm.default_names()) WHERE fact = 'incident') FROM unnest(ARRAY['bug', 'security',
		'tech debt', 'outage', 'web']) WITH ORDINALITY AS u (l, o), payload,
	vsm.read_gitlab_issue('gitlab', payload || jsonb_build_object('labels', ARRAY[l]), vsm.default_names()) WHERE payload.name = 'issue'
		AND fact = 'item' ORDER BY o$$, $$VALUES ('bug', 'defect', 0::bigint), ('security', 'risk', 0), ('tech debt', 'debt', 0),
			('outage', 'defect', 1), ('web', 'feature', 0)$$, 'what labels mean');
SELECT results_eq($$SELECT at, details -> 'type', details ? 'tags' FROM payload, vsm.read_gitlab_issue('gitlab', payload - 'labels',
	vsm.default_names()) WHERE payload.name = 'issue' AND fact = 'item' ORDER BY at$$, $$VALUES
	(timestamptz '2026-01-05 09:00:00.123+00', '"feature"'::jsonb, false), ('2026-01-09 11:00+00', NULL, false)$$,
		'a payload without labels knows the type less well than any that has them');
SELECT results_eq($$SELECT details -> 'due_at', details -> 'size', details -> 'feature' FROM payload,
	unnest(ARRAY['{"due_date":"2026-03-01T08:00:00Z","weight":null,"epic":null}', '{"due_date":null,"weight":"x","epic":[]}',
		'{"due_date":"soon","weight":2.5,"epic":{"id":6}}']::jsonb[])
	WITH ORDINALITY AS u (d, o), vsm.read_gitlab_issue('gitlab', payload || d, vsm.default_names()) WHERE payload.name = 'issue'
		AND fact = 'item' ORDER BY o$$, $$VALUES ('"2026-03-01T17:00:00+09:00"'::jsonb, 'null'::jsonb, 'null'::jsonb), ('null', NULL,
			NULL), (NULL, '2.5', '"gitlab:epic:6"')$$, 'told, told to be empty, or neither');
SELECT bag_eq($$SELECT fact, at, name, value, previous, id FROM pg_temp.read('weight event') UNION ALL SELECT fact, at, name, value,
	previous, id FROM pg_temp.read('iteration event') UNION ALL
	SELECT f.fact, f.at, f.name, f.value, f.previous, f.id FROM payload, vsm.read_gitlab_issue('gitlab', payload
		|| '{"changes":{"weight":{"previous":2,"current":3},"due_date":{"previous":"2026-02-01","current":null}}}', vsm.default_names())
			AS f WHERE payload.name = 'issue hook' AND fact = 'change'$$, $$VALUES
	('change', timestamptz '2026-01-06 10:00+00', 'size', '3', NULL, 'size:1767693600'), ('change', '2026-01-06 10:00+00', 'sprint',
		'2026-01-05 - 2026-01-18', NULL, 'sprint:50:add:1767693600'),
	('change', '2026-01-06 10:00+00', 'size', '3', '2', 'size:1767693600'), ('change', '2026-01-06 10:00+00', 'due_at', NULL,
		'2026-02-01', 'due_at:1767693600')$$, 'attributes that changed');
SELECT results_eq($$SELECT fact, at, value FROM payload, vsm.read_gitlab_issue('gitlab', payload || '{"closed_at":null}',
	vsm.default_names()) WHERE payload.name = 'issue' AND value = 'closed'$$, $$VALUES ('observed', timestamptz '2026-01-09 11:00+00',
		'closed')$$, 'closed, since when is not known');

-- All of them through an inbox, in any order, at once, one by one and twice: the same rows
SET LOCAL client_min_messages = error;
CREATE FUNCTION pg_temp.rows_of(model text) RETURNS TABLE (relation text, line jsonb) LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	FOREACH r IN ARRAY '{event,observation,item,item_alias,item_change,link,merge_request,commit,build,deployment,incident}'::text[] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''{recorded_at,xid,payload,told_at}''::text[] FROM %I.%I AS t', r, model, r);
	END LOOP;
END$$;
CREATE FUNCTION pg_temp.load(model text, part integer, first text, second text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE p record; refused bigint := 0; n integer := 0;
BEGIN
	CALL vsm.create_model(model);
	FOR p IN EXECUTE format('SELECT payload FROM (SELECT payload, row_number() OVER (ORDER BY %s), 1 AS o FROM payload UNION ALL SELECT '
		'payload, row_number() OVER (ORDER BY %s), 2 FROM payload WHERE %L) AS p (payload, n, o) ORDER BY o, n', first, coalesce(second,
			'1'), second IS NOT NULL) LOOP
		EXECUTE format('INSERT INTO %I.inbox (source, payload) VALUES (''gitlab'', $1)', model) USING p.payload::text;
		n := n + 1;
		IF n % part = 0 THEN
			refused := refused + (vsm.ingest_once(model)).refused;
		END IF;
	END LOOP;
	RETURN refused + (vsm.ingest_once(model)).refused;
END$$;
SELECT is(pg_temp.load('forward', 1000, 'name COLLATE "C"'), '0', 'all are read');
SELECT is(pg_temp.load('backward', 1, 'name COLLATE "C" DESC'), '0', 'one by one, backward');
SELECT is(pg_temp.load('mixed', 7, 'md5(name)', 'md5(name || 1)'), '0', 'seven at a time, in two orders, twice');
SELECT is_empty($$(SELECT * FROM pg_temp.rows_of('forward') EXCEPT ALL SELECT * FROM pg_temp.rows_of('backward')) UNION ALL (SELECT *
	FROM pg_temp.rows_of('backward') EXCEPT ALL SELECT * FROM pg_temp.rows_of('forward'))$$, 'the same rows');
SELECT is_empty($$(SELECT * FROM pg_temp.rows_of('forward') EXCEPT ALL SELECT * FROM pg_temp.rows_of('mixed')) UNION ALL (SELECT *
	FROM pg_temp.rows_of('mixed') EXCEPT ALL SELECT * FROM pg_temp.rows_of('forward'))$$, 'the same rows again');
SELECT results_eq($$SELECT state, at FROM forward.event WHERE entity = 'gitlab:merge_request:99' AND method IS NULL ORDER BY at,
	event_id$$, $$VALUES ('opened', timestamptz '2026-01-06 09:00+00'), ('ready', '2026-01-07 11:00+00'), ('approved',
		'2026-01-07 12:00+00'), ('merged', '2026-01-08 10:00+00')$$,
	'a request''s story from webhooks and the API');
SELECT results_eq($$SELECT state, ready_at, first_review_at, approved_at, merged_at, closed_at FROM forward.merge_request
	WHERE merge_request = 'gitlab:merge_request:99'$$,
	$$VALUES ('merged', timestamptz '2026-01-07 11:00+00', timestamptz '2026-01-07 09:00+00', timestamptz '2026-01-07 12:00+00',
		timestamptz '2026-01-08 10:00:00.25+00', NULL::timestamptz)$$, 'and its row');
SELECT results_eq($$SELECT type, size, feature, due_at FROM forward.item WHERE key = 'shop/web#23'$$, $$VALUES ('defect', 3::numeric,
	'gitlab:epic:5', NULL::timestamptz)$$, 'an issue of which the API tells the epic and a webhook does not');

SELECT finish();
ROLLBACK;
