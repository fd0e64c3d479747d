-- Payloads of GitLab in which a member is missing, null, empty or of another type: nothing raises, and nothing is lost
-- but what the member held. Every member of the first three levels of a payload of each kind, of lists the first element.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(5);
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE payload (name text PRIMARY KEY, payload jsonb);
INSERT INTO payload VALUES
('issue hook', '{"object_kind":"issue","event_type":"issue","user":{"id":5,"username":"ann"},"project":{"id":14,'
	'"path_with_namespace":"shop/web","web_url":"https://gitlab.example.com/shop/web"},
	"labels":[{"id":1,"title":"Doing"},{"id":2,"title":"type::bug"}],
	"object_attributes":{"id":301,"iid":23,"title":"Total is wrong","created_at":"2026-01-05 09:00:00 UTC",'
		'"updated_at":"2026-01-06 10:00:00 UTC","closed_at":"2026-01-06 10:00:00 UTC","type":"Issue",
		"state":"closed","action":"close","url":"https://gitlab.example.com/shop/web/-/issues/23","weight":3,"due_date":"2026-02-01",'
			'"severity":"high","labels":[{"id":1,"title":"Doing"},{"id":2,"title":"type::bug"}]},
	"changes":{"weight":{"previous":null,"current":3},"labels":{"previous":[{"title":"To Do"},{"title":"type::bug"}],'
		'"current":[{"title":"Doing"},{"title":"type::bug"}]}}}'),
('incident hook', '{"object_kind":"incident","event_type":"incident","project":{"path_with_namespace":"shop/web"},'
	'"object_attributes":{"id":88,"iid":8,"title":"Checkout is down","type":"Incident","state":"closed","action":"close",
	"severity":"critical","escalation_status":"resolved","created_at":"2026-01-09 10:00:00 UTC","closed_at":"2026-01-10 10:00:00 UTC",'
		'"updated_at":"2026-01-10 10:00:00 UTC","labels":[]}}'),
('issue', '{"id":301,"iid":23,"project_id":14,"title":"Total is wrong","author":{"id":1,"username":"ann"},'
	'"created_at":"2026-01-05T09:00:00.123Z","updated_at":"2026-01-09T12:00:00.000Z","closed_at":"2026-01-09T11:00:00.500Z",
	"state":"closed","labels":["Done","type::bug"],"issue_type":"issue","type":"ISSUE",'
		'"web_url":"https://gitlab.example.com/shop/web/-/issues/23","references":{"short":"#23","full":"shop/web#23"},"weight":3,'
			'"due_date":"2026-02-01",
	"epic":{"id":5,"iid":2}}'),
('epic', '{"id":5,"iid":2,"group_id":7,"parent_id":3,"title":"Totals","author":{"id":1},"state":"closed",'
	'"web_url":"https://gitlab.example.com/groups/shop/-/epics/2","references":{"short":"&2","full":"shop&2"},
	"created_at":"2026-01-01T09:00:00Z","updated_at":"2026-01-20T10:00:00Z","closed_at":"2026-01-20T10:00:00Z","due_date":"2026-02-01",'
		'"labels":["Strategic"]}'),
('request hook', '{"object_kind":"merge_request","user":{"id":5,"username":"ann","name":"Ann"},"project":{"id":14,'
	'"path_with_namespace":"shop/web"},"object_attributes":{"id":99,"iid":1,"author_id":5,"title":"SHOP-7: show the total",
	"description":"Closes #23","source_branch":"SHOP-8-total","target_branch":"main","source_project_id":14,"target_project_id":14,'
		'"created_at":"2026-01-06 09:00:00 UTC","updated_at":"2026-01-08 10:00:00 UTC","state":"merged",
	"action":"merge","draft":false,"work_in_progress":false,"url":"https://gitlab.example.com/shop/web/-/merge_requests/1",'
		'"merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	"last_commit":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","message":"Show the total\n\nCo-authored-by: x",'
		'"title":"Show the total","timestamp":"2026-01-06T08:30:00+00:00","url":"https://gitlab.example.com/shop/web/-/commit/a",
		"author":{"name":"Ann","email":"ann@example.com"}}},
	"changes":{"draft":{"previous":true,"current":false},"labels":{"previous":[],"current":[{"title":"urgent"}]}}}'),
('request', '{"id":99,"iid":1,"project_id":14,"title":"SHOP-7: show the total","description":"Closes #23","source_branch":"SHOP-8-total",'
	'"target_branch":"main","author":{"id":5,"username":"ann","name":"Ann"},"draft":false,
	"created_at":"2026-01-06T09:00:00.000Z","updated_at":"2026-01-08T10:00:01.000Z","merged_at":"2026-01-08T10:00:00.250Z",'
		'"closed_at":null,"state":"merged","merge_status":"can_be_merged",
	"web_url":"https://gitlab.example.com/shop/web/-/merge_requests/1","references":{"full":"shop/web!1"},'
		'"sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	"squash_commit_sha":"dddddddddddddddddddddddddddddddddddddddd"}'),
('commits', '{"merge_request":{"id":99},"commits":[{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","short_id":"aaaaaaaa",'
	'"parent_ids":["eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"],"title":"Show the total","message":"Show the total",
	"author_name":"Ann","author_email":"ann@example.com","authored_date":"2026-01-06T08:20:00Z","committed_date":"2026-01-06T08:30:00Z",'
		'"web_url":"https://gitlab.example.com/shop/web/-/commit/a"}]}'),
('note hook', '{"object_kind":"note","user":{"id":6,"username":"ben"},"project":{"path_with_namespace":"shop/web"},'
	'"object_attributes":{"id":1,"note":"Nice!","noteable_type":"MergeRequest","author_id":6,"system":false,
	"created_at":"2026-01-07 10:00:00 UTC"},"merge_request":{"id":99,"iid":1,"author_id":5,"title":"SHOP-7: show the total",'
		'"source_branch":"SHOP-8-total","target_branch":"main","state":"opened",
	"created_at":"2026-01-06 09:00:00 UTC","updated_at":"2026-01-07 09:00:00 UTC",'
		'"last_commit":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","timestamp":"2026-01-06T08:30:00+00:00"}}}'),
('note', '{"id":2,"body":"marked this merge request as **ready**","system":true,"author":{"id":6,"username":"ben"},"noteable_id":99,'
	'"noteable_iid":1,"noteable_type":"MergeRequest","created_at":"2026-01-07T11:00:00Z"}'),
('approvals', '{"id":99,"iid":1,"project_id":14,"title":"SHOP-7","state":"opened","updated_at":"2026-01-07T12:00:00Z","approved":true,'
	'"approvals_left":0,"approved_by":[{"user":{"id":6},"approved_at":"2026-01-07T12:00:00Z"}]}'),
('push', '{"object_kind":"push","event_name":"push","before":"0000000000000000000000000000000000000000",'
	'"after":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","ref":"refs/heads/SHOP-7-total",'
		'"checkout_sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	"project":{"path_with_namespace":"shop/web","default_branch":"main","web_url":"https://gitlab.example.com/shop/web"},'
		'"total_commits_count":1,"commits":[
	{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","message":"SHOP-9 start\n\nThis reverts commit '
		'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee.","title":"SHOP-9 start","timestamp":"2026-01-06T08:00:00+00:00",'
			'"url":"https://gitlab.example.com/shop/web/-/commit/a",
		"author":{"name":"Ann","email":"ann@example.com"},"added":["a"],"modified":["b"],"removed":["c"]}]}'),
('tag hook', '{"object_kind":"tag_push","after":"ffffffffffffffffffffffffffffffffffffffff","ref":"refs/tags/v1.0.0",'
	'"checkout_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","project":{"path_with_namespace":"shop/web"},
	"commits":[{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge","timestamp":"2026-01-08T10:00:00+00:00"}]}'),
('tag', '{"name":"v1.0.0","message":null,"target":"ffffffffffffffffffffffffffffffffffffffff","protected":true,"release":null,'
	'"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge","committed_date":"2026-01-08T10:00:00Z",
	"web_url":"https://gitlab.example.com/shop/web/-/commit/b"}}'),
('commit', '{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","short_id":"bbbbbbbb",'
	'"parent_ids":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"title":"Merge","message":"Merge\n\nCloses #23","author_name":"Ann",'
		'"author_email":"ann@example.com",
	"authored_date":"2026-01-08T09:00:00Z","committed_date":"2026-01-08T10:00:00Z","created_at":"2026-01-08T10:00:00Z",'
		'"web_url":"https://gitlab.example.com/shop/web/-/commit/b","stats":{"additions":15,"deletions":10,"total":25}}'),
('pipeline hook', '{"object_kind":"pipeline","object_attributes":{"id":31,"iid":3,"name":"Deliver","ref":"main",'
	'"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","source":"push","status":"success",'
		'"url":"https://gitlab.example.com/shop/web/-/pipelines/31",
	"created_at":"2026-01-08 10:00:05 UTC","finished_at":"2026-01-08 10:10:00 UTC","duration":500,"queued_duration":5},'
		'"merge_request":{"id":99,"iid":1,"title":"SHOP-7: show the total","source_branch":"SHOP-8-total"},
	"project":{"id":14,"path_with_namespace":"shop/web"},"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",'
		'"message":"Merge branch","timestamp":"2026-01-08T10:00:00+00:00"},"source_pipeline":{"pipeline_id":30,"job_id":300},
	"builds":[{"id":380,"stage":"build","name":"compile","status":"failed","created_at":"2026-01-08 10:00:05 UTC",'
		'"started_at":"2026-01-08 10:00:20 UTC","finished_at":"2026-01-08 10:04:00 UTC","duration":220,"queued_duration":10.5,'
			'"allow_failure":true,
		"environment":null}]}'),
('pipeline', '{"id":31,"iid":3,"project_id":14,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main","status":"success",'
	'"source":"push","created_at":"2026-01-08T10:00:05.000Z","updated_at":"2026-01-08T10:10:01.000Z",
	"started_at":"2026-01-08T10:00:10.000Z","finished_at":"2026-01-08T10:10:00.000Z","queued_duration":5,'
		'"web_url":"https://gitlab.example.com/shop/web/-/pipelines/31"}'),
('job hook', '{"object_kind":"build","ref":"main","sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","build_id":380,"build_name":"compile",'
	'"build_stage":"build","build_status":"failed","build_created_at":"2026-01-08 10:00:05 UTC",
	"build_started_at":"2026-01-08 10:00:20 UTC","build_finished_at":"2026-01-08 10:04:00 UTC","build_duration":220,'
		'"build_queued_duration":10.5,"build_allow_failure":true,"pipeline_id":31,"retries_count":1,
	"project":{"path_with_namespace":"shop/web"},"commit":{"id":31,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},'
		'"repository":{"homepage":"https://gitlab.example.com/shop/web"}}'),
('job', '{"id":380,"status":"success","stage":"build","name":"compile","ref":"main","created_at":"2026-01-08T10:00:05.000Z",'
	'"started_at":"2026-01-08T10:00:20.000Z","finished_at":"2026-01-08T10:04:00.000Z","duration":220.0,"queued_duration":10.5,
	"web_url":"https://gitlab.example.com/shop/web/-/jobs/380","pipeline":{"id":31,"sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},'
		'"downstream_pipeline":{"id":33},
	"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge branch",'
		'"parent_ids":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"committed_date":"2026-01-08T10:00:00Z",'
			'"web_url":"https://gitlab.example.com/shop/web/-/commit/b"}}'),
('deployment hook', '{"object_kind":"deployment","status":"success","status_changed_at":"2026-01-08 11:00:00 +0100","deployment_id":15,'
	'"deployable_id":796,"deployable_url":"https://gitlab.example.com/shop/web/-/jobs/796","environment":"prod-eu",
	"environment_tier":"production","project":{"path_with_namespace":"shop/web"},"short_sha":"bbbbbbbb",'
		'"commit_url":"https://gitlab.example.com/shop/web/-/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main"}'),
('deployment', '{"id":15,"iid":2,"ref":"main","sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","status":"success",'
	'"created_at":"2026-01-08T09:59:59.000Z","updated_at":"2026-01-08T10:05:01.000Z","environment":{"id":2,"name":"staging",'
		'"tier":"staging"},
	"deployable":{"id":796,"name":"roll out","status":"success","created_at":"2026-01-08T09:59:58.000Z",'
		'"started_at":"2026-01-08T10:00:00.000Z","finished_at":"2026-01-08T10:05:00.000Z",'
			'"web_url":"https://gitlab.example.com/shop/web/-/jobs/796",
		"pipeline":{"id":31,"web_url":"https://gitlab.example.com/shop/web/-/pipelines/31"},'
			'"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge branch","committed_date":"2026-01-08T10:00:00Z"}}}'),
('release hook', '{"id":1,"object_kind":"release","action":"create","tag":"v1.0.0","created_at":"2026-01-08 12:00:00 UTC",'
	'"released_at":"2026-01-08 12:30:00 UTC","url":"https://gitlab.example.com/shop/web/-/releases/v1.0.0",
	"project":{"path_with_namespace":"shop/web"},"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","message":"Merge branch",'
		'"timestamp":"2026-01-08T10:00:00+00:00"}}'),
('release', '{"tag_name":"v1.0.0","name":"1.0","created_at":"2026-01-08T12:00:00Z","released_at":"2026-01-08T12:30:00Z",'
	'"upcoming_release":false,"commit":{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","title":"Merge"},
	"tag_path":"/shop/web/-/tags/v1.0.0","_links":{"self":"https://gitlab.example.com/shop/web/-/releases/v1.0.0"}}'),
('state event', '{"id":142,"user":{"id":1},"created_at":"2026-01-09T11:00:00.500Z","resource_type":"Issue","resource_id":301,'
	'"state":"closed"}'),
('label event', '{"id":143,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","resource_type":"MergeRequest","resource_id":99,'
	'"label":{"id":7,"name":"Doing"},"action":"add"}'),
('iteration event', '{"id":144,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","resource_type":"Issue","resource_id":301,'
	'"iteration":{"id":50,"iid":9,"title":null,"start_date":"2026-01-05","due_date":"2026-01-18"},"action":"add"}'),
('weight event', '{"id":145,"user":{"id":1},"created_at":"2026-01-06T10:00:00.000Z","issue_id":301,"weight":3}');

-- Every member, and what is in its place.
CREATE TEMP TABLE changed AS
WITH RECURSIVE member AS (
	SELECT p.name, p.payload, e.path, e.value FROM payload AS p, LATERAL (SELECT ARRAY[k.key] AS path, k.value FROM jsonb_each(p.payload)
		AS k) AS e
	UNION ALL
	SELECT m.name, m.payload, m.path || e.key, e.value
	FROM member AS m, LATERAL (
		SELECT k.key, k.value FROM jsonb_each(CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value END) AS k
		UNION ALL
		SELECT '0', m.value -> 0 WHERE jsonb_typeof(m.value) = 'array' AND m.value <> '[]') AS e
	WHERE cardinality(m.path) < 3)
SELECT row_number() OVER ()::integer AS id, m.name, array_to_string(m.path, '.') AS path, v.what,
	CASE v.what WHEN 'missing' THEN m.payload #- m.path ELSE jsonb_set(m.payload, m.path, v.value) END AS payload, NULL::text AS kind,
		NULL::text AS reason
FROM member AS m, (VALUES ('missing', NULL::jsonb), ('null', 'null'), ('empty', '""'), ('object', '{}'), ('list', '[]'), ('flag', 'true'),
	('number', '17'), ('fraction', '-0.5'), ('huge', '1e300'), ('text', '"x"'),
	('list of null', '[null]'), ('list of lists', '[["a"], "b", []]'), ('object of null', '{"id": null, "a": {"b": null}}')) AS v (what,
		value)
UNION ALL
SELECT -row_number() OVER ()::integer, p.name, '', 'whole', p.payload, NULL, NULL FROM payload AS p;
UPDATE changed AS c SET (kind, reason) = (SELECT k.kind, k.reason FROM vsm.gitlab_kind(c.payload) AS k);

-- What each states, in parts: columns of rows one by one, other facts without their times.
CREATE TEMP TABLE part (id integer, part text, value text);
DO $$
DECLARE k text;
BEGIN
	FOR k IN SELECT DISTINCT kind FROM changed WHERE reason IS NULL LOOP
		EXECUTE format($f$
			INSERT INTO part
			SELECT DISTINCT c.id, p.part, p.value
			FROM changed AS c, vsm.%I('gitlab', c.payload, vsm.default_names()) AS f, LATERAL (
				SELECT concat_ws(' ', f.fact, f.entity, e.key) AS part, e.value::text FROM jsonb_each(f.details) AS e
					WHERE f.fact IN ('item', 'merge_request', 'commit', 'build', 'deployment', 'incident')
				UNION ALL
				SELECT concat_ws(' ', f.fact, f.entity, f.name, f.value, f.method), '' WHERE f.fact NOT IN ('item', 'merge_request',
					'commit', 'build', 'deployment', 'incident')
				AND CASE f.fact WHEN 'event' THEN f.at IS NOT NULL AND f.id IS NOT NULL AND f.value IS NOT NULL WHEN 'alias' THEN f.value
					IS NOT NULL WHEN 'link' THEN f.value IS NOT NULL WHEN 'history' THEN false ELSE f.at IS NOT NULL END) AS p
			WHERE c.kind = %L AND c.reason IS NULL AND f.entity IS NOT NULL$f$, 'read_gitlab_' || k, k);
	END LOOP;
END$$;

-- What may be lost, or told otherwise, when a member is at fault; with one that holds others, what they hold.
CREATE TEMP TABLE held (names text, path text, part text);
INSERT INTO held VALUES
('', '^object_kind$', ''),
('', '^(object_attributes\.|merge_request\.)?id$', ''),
('', '(^|\.)(commit|last_commit|commits\.0)\.id$', '^refused$|^commit | head commit$|^link [a-f]+ | (builds|deploys) '),
('pipeline hook', '^builds\.0\.id$', ' gitlab:job:| build$'),
('note|request hook', '^user\.id$', ' (author_kind|first_review_at)$'),
('issue', '^epic\.id$', ' feature$'),
('pipeline hook', '^merge_request\.id$', ' gitlab:merge_request:'),
('job', '^(downstream_pipeline\.id|pipeline\.id|pipeline_id)$', ' gitlab:pipeline:'),
('deployment', '^deployable(\.pipeline)?\.id$', ' part_of '),
('', '^(build_id|deployment_id|noteable_id|noteable_type|resource_id|resource_type|issue_id)$', ''),
('', '(^|\.)iid$', '^refused$|^alias | key$'),
('', '(^|\.)(path_with_namespace|full)$', '^alias | (key|project|repository)$|closing reference$| gitlab:(tag|branch|release):'),
('', '(^|\.)(web_url|url|self|deployable_url)$', ' (url|repository)$|closing reference$'),
('', '(^|\.)title$', ' title$|key in title$'),
('', '(^|\.)message$', ' title$| revert message$|closing reference$'),
('', '(^|\.)created_at$', ' (opened|created|created_at|opened_at)$'),
('', '(^|\.)labels(\.|$)', '^item .* (tags|type)$'),
('issue|epic', '(^|\.)(state|action)$', ' (closed|resolved_at|status)$'),
('issue|epic|incident', '(^|\.)closed_at$', ' (closed|resolved_at|closed observed)$'),
('issue|epic', '(^|\.)due_date$', ' due_at$'),
('issue', '(^|\.)(issue_type|type|event_type)$', ' (type|source_type)$'),
('incident', '(^|\.)type$', '^incident | (type|source_type)$'),
('incident', '\.state$', ' (resolved_at|closed)$'),
('incident', '\.(severity|escalation_status)$', '^incident .* (severity|status)$'),
('issue', '(^|\.)weight$', ' size$'),
('issue', '^epic$', ' feature$'),
('epic', '^parent_id$', ' parent$'),
('issue hook', '^changes\.labels', ' label$'),
('issue hook', '^changes\.weight', '^change .* size'),
('issue hook', '\.updated_at$', '^change |label$'),
('request', '(^|\.)description$', 'closing reference$'),
('request|note hook', '(^|\.)source_branch$', ' source_branch$|key in branch$'),
('request|note hook', '(^|\.)target_branch$', ' target_branch$'),
('request|note hook', '(^|\.)state$', ' (closed_at|state)$'),
('request', '(^|\.)author$|^user$|author_id$|username$|name$', '^merge_request .* author_kind$'),
('request', '(^|\.)(draft|work_in_progress)$', ' ready_at$| draft observed$'),
('request', '(^|\.)merge_commit_sha$', ' merge commit$'),
('request', '^squash_commit_sha$', ' squash commit$'),
('request', '^sha$', ' head commit$'),
('request', '^merged_at$', ' (merged|merged_at|merged observed)$'),
('request hook', '\.action$', ' (merged|merged_at|merged observed)$'),
('request hook', '\.updated_at$', ' (merged|merged_at|ready|ready_at)$| label$'),
('request hook', '^changes\.draft', ' (ready|ready_at|draft)$'),
('request hook', '^changes\.labels', ' label$'),
('note hook', '^object_attributes\.(author_id|created_at|system)$|author_id$|^user', ' first_review_at$'),
('note hook', '^merge_request$', '^refused$'),
('note hook', '^merge_request\.(created_at|updated_at|state)$', ' reopened observed$'),
('note', '^(body|system|created_at)$', '^refused$| ready_at$'),
('approvals', '^approved_by|^approved$|^approvals_left$', ' (approved|approved_at|first_review_at|source)$'),
('commits', '^(commits|merge_request)$', '^refused$|^commit |merge request commits$'),
('', '(^|\.)(authored_date|parent_ids|committed_date|timestamp|author_email|author_name|author|email)(\.|$)',
	'^commit .* (authored_at|parents|committed_at|author_kind)$'),
('', '(^|\.)(committed_date|timestamp)$', ' (pushed|tagged)$'),
('commit', '^stats', ' (additions|deletions)$'),
('push|tag', '^ref$', ' (pushed|tagged)$| builds |key in branch$'),
('push|tag', '^commits(\.0)?$', ' pushed$| tagged$|^commit '),
('push|tag', '^checkout_sha$', ' builds '),
('push', 'default_branch$', 'key in branch$'),
('push', '\.(added|modified|removed)$', ' paths$'),
('tag', '^name$', '^refused$| gitlab:tag:'),
('tag', '^commit$', '^refused$'),
('tag', 'web_url$', '^refused$'),
('pipeline', 'source_branch$', 'key in branch$'),
('pipeline|job', '(^|\.)(build_)?name$', ' job$'),
('pipeline|job', '(^|\.)ref$', ' ref$'),
('pipeline|job', '(^|\.)sha$', ' sha$| builds '),
('pipeline|job', '(^|\.)(build_)?created_at$', ' (created|queued_at|started_at|running)$'),
('pipeline|job', '(^|\.)(build_)?started_at$', ' (started_at|queued_at|running|pending|build)$'),
('pipeline|job', '(^|\.)(build_)?finished_at$', ' (finished_at|success|failed)$| success observed$'),
('pipeline|job', '(^|\.)(build_)?status$', ' (finished_at|status|success|failed)$| observed$'),
('pipeline|job', '(^|\.)(build_)?queued_duration$', ' (started_at|queued_at|running|pending)$'),
('pipeline|job', '(^|\.)(build_)?stage$', '^event gitlab:pipeline:31 '),
('pipeline', 'source_pipeline', ' source pipeline$'),
('job', '^retries_count$', ' attempt$'),
('deployment', '^status$', '^refused$| (status|finished_at|success)$| observed$|^event '),
('deployment', '^(status_changed_at|updated_at)$', ' (finished_at|success)$'),
('deployment', '^deployable\.(started_at|finished_at)$', ' (started_at|running|finished_at|success|created_at|created)$'),
('deployment', '^environment(\.name)?$', ' (environment|environment_tier)$'),
('deployment', '^environment(_|\.)tier$', ' environment_tier$'),
('deployment', '^(sha|commit_url)$', ' sha$| deploys '),
('deployment', '^ref$', ' ref$'),
('deployment', '^deployable_id$', ' part_of '),
('release', '^(tag|tag_name)$', '^refused$| gitlab:release:'),
('release', '^(released_at|upcoming_release|action)$', ' released$'),
('state event|label event|iteration event|weight event', '^(state|label|iteration|weight|action|created_at)(\.|$)',
	'^refused$|^event |^change ');

CREATE TEMP TABLE allowed AS
SELECT DISTINCT m.name, array_to_string(m.path[:n], '.') AS path, h.part
FROM (SELECT DISTINCT c.name, string_to_array(c.path, '.') AS path FROM changed AS c WHERE c.id > 0) AS m
	JOIN held AS h ON m.name ~ ('^(' || h.names || ')') AND array_to_string(m.path, '.') ~ h.path, generate_series(1, cardinality(m.path))
		AS n;

CREATE TEMP TABLE fault AS
SELECT c.name, c.path, c.what, 'refused' AS part FROM changed AS c WHERE c.id > 0 AND c.reason IS NOT NULL
UNION
SELECT c.name, c.path, c.what, w.part
FROM changed AS c JOIN changed AS o ON o.name = c.name AND o.id < 0 JOIN part AS w ON w.id = o.id
WHERE c.id > 0 AND c.reason IS NULL AND NOT EXISTS (SELECT FROM part AS p WHERE (p.id, p.part, p.value) = (c.id, w.part, w.value))
UNION
SELECT c.name, c.path, c.what, p.part
FROM changed AS c JOIN changed AS o ON o.name = c.name AND o.id < 0 JOIN part AS p ON p.id = c.id
WHERE c.id > 0 AND NOT EXISTS (SELECT FROM part AS w WHERE (w.id, w.part, w.value) = (o.id, p.part, p.value));

SELECT is((SELECT count(*) FROM changed WHERE id > 0 AND kind IS NOT NULL), (SELECT 13 * count(*) FROM (SELECT DISTINCT name, path
	FROM changed WHERE id > 0) AS m), 'every member is missing, null, empty, ...; all are read or refused');
CALL vsm.create_model('flow');
INSERT INTO flow.inbox (source, payload) SELECT 'gitlab', payload::text FROM changed WHERE what IN ('list of lists', 'huge',
	'object of null');
SELECT FROM vsm.ingest_once('flow');
SELECT is_empty($$SELECT error, payload FROM flow.inbox WHERE error ~ '^[0-9A-Z]{5}:'$$,
	'what is read can be written, whatever stands in the place of a member');
SELECT is_empty($$SELECT name, reason FROM changed WHERE id < 0 AND reason IS NOT NULL$$, 'what lacks nothing is read');
SELECT is_empty($$SELECT c.name FROM changed AS c WHERE c.id < 0 AND NOT EXISTS (SELECT FROM part AS p WHERE p.id = c.id)$$,
	'and states something');
SELECT is_empty($$
	SELECT f.name, f.path, f.part, string_agg(f.what, ', ')
	FROM fault AS f
	WHERE NOT EXISTS (SELECT FROM allowed AS a WHERE a.name = f.name AND a.path = f.path AND f.part ~ a.part)
	GROUP BY 1, 2, 3 ORDER BY 1, 2, 3$$, 'nothing is lost, or told otherwise, but what the member held');

SELECT finish();
ROLLBACK;
