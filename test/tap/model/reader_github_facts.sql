-- What GitHub's payloads state beyond events: pull requests, builds, deployments and commits as rows, cards of projects, parts and
-- blockers, reversals, and the pages and wrappings that payloads come in.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(61);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.names(VARIADIC naming text[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	-- kind, name and meaning, one after the other, before the defaults
	SELECT vsm.names_of(ARRAY(SELECT ROW (naming[3 * i - 2], naming[3 * i - 1], naming[3 * i])::vsm.name_meaning FROM generate_series(1,
		cardinality(naming) / 3) AS i)
		|| ARRAY(SELECT ROW (d.kind, d.name, d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d)) $$;
CREATE FUNCTION pg_temp.read(payload jsonb, names jsonb DEFAULT NULL) RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
	-- as the door reads it: elements of pages one by one; what is refused is a fact "refused"
DECLARE
	element jsonb;
	k       vsm.payload_kind;
BEGIN
	FOR element IN SELECT e FROM jsonb_array_elements(CASE jsonb_typeof(payload) WHEN 'array' THEN payload
		ELSE vsm.github_elements(payload) END) AS e LOOP
		RETURN QUERY SELECT * FROM pg_temp.read(element, names);
	END LOOP;
	IF jsonb_typeof(payload) <> 'array' AND vsm.github_elements(payload) IS NULL THEN
		SELECT * INTO k FROM vsm.github_kind(payload);
		IF k.reason IS NOT NULL THEN
			RETURN QUERY SELECT (vsm.fact_link('github', k.kind, k.reason, 'refused')).*;
		ELSE
			RETURN QUERY EXECUTE format('SELECT * FROM vsm.read_github_%s($1, $2, $3) AS f
				WHERE (f.at IS NOT NULL OR f.fact NOT IN (''event'', ''observed'', ''created'', ''change'')) AND (f.value IS NOT NULL OR '
					'f.fact NOT IN (''alias'', ''link'', ''event'', ''observed''))',
				k.kind) USING 'github', payload, coalesce(names, vsm.default_names());
		END IF;
	END IF;
END$$;

-- A pull request through its life; webhooks, one a line, with what is different in each.
CREATE TEMP TABLE life (o int, payload jsonb);
INSERT INTO life SELECT o, jsonb_build_object('action', action, 'repository',
	'{"full_name": "shop/web", "default_branch": "main"}'::jsonb, 'sender', '{"login": "ann"}'::jsonb,
		'pull_request', '{"id": 8001, "node_id": "MDExOlB1bGxSZXF1ZXN0ODAwMQ==", "number": 13, "title": "Show the total", "state": "open", '
			'"merged_at": null, "closed_at": null,
			"html_url": "https://github.com/shop/web/pull/13", "user": {"login": "ann", "type": "User"}, "body": '
				'"<!-- Fixes #99, see SHOP-99 -->Fixes #12", "draft": false,
			"head": {"ref": "SHOP-7_total", "sha": "a000000000000000000000000000000000000001"}, "base": {"ref": "main"}, "created_at": '
				'"2026-01-05T10:00:00Z"}'::jsonb
			|| jsonb_build_object('updated_at', updated_at) || request::jsonb) || beside::jsonb
	FROM (VALUES
		(1, 'opened', '2026-01-05T10:00:00Z', '{"draft": true, "additions": 3, "deletions": 1, "commits": 1}', '{}'),
		(2, 'ready_for_review', '2026-01-06T10:00:00Z', '{"additions": 9, "deletions": 1, "commits": 2}', '{}'),
		(3, 'submitted', '2026-01-06T11:00:00Z', '{}', '{"review": {"id": 1, "state": "commented", "submitted_at": "2026-01-06T11:00:00Z", '
			'"user": {"login": "ann", "type": "User"}}}'),
		(4, 'submitted', '2026-01-06T12:00:00Z', '{}', '{"review": {"id": 2, "state": "commented", "submitted_at": "2026-01-06T12:00:00Z", '
			'"user": {"login": "sonar[bot]", "type": "Bot"}}}'),
		(5, 'submitted', '2026-01-06T13:00:00Z', '{}', '{"review": {"id": 3, "state": "changes_requested", "submitted_at": '
			'"2026-01-06T13:00:00Z", "user": {"login": "bob", "type": "User"}}}'),
		(6, 'submitted', '2026-01-07T09:00:00Z', '{}', '{"review": {"id": 4, "state": "approved", "submitted_at": "2026-01-07T09:00:00Z", '
			'"user": {"login": "bob", "type": "User"}}}'),
		(7, 'submitted', '2026-01-07T10:00:00Z', '{}', '{"review": {"id": 5, "state": "approved", "submitted_at": "2026-01-07T10:00:00Z", '
			'"user": {"login": "cat", "type": "User"}}}'),
		-- within the second of the merge, so that the versions are equal
		(8, 'labeled', '2026-01-07T11:00:00Z', '{}', '{"label": {"name": "web"}}'),
		(9, 'closed', '2026-01-07T11:00:00Z', '{"state": "closed", "merged": true, "merged_at": "2026-01-07T11:00:00Z", "closed_at": '
			'"2026-01-07T11:00:00Z",
			"merge_commit_sha": "c000000000000000000000000000000000000001", "additions": 9, "deletions": 1, "commits": 2}', '{}'))
		AS v (o, action, updated_at, request, beside);
SELECT is((SELECT count(*) FROM life, vsm.github_kind(payload) AS k WHERE k.reason IS NULL AND k.kind IN ('pull_request',
	'pull_request_review')), 9::bigint, 'webhooks of a pull request');
SELECT results_eq($$SELECT at, details FROM life, pg_temp.read(payload) WHERE o = 1 AND fact = 'merge_request'$$,
	$$VALUES (timestamptz '2026-01-05 09:59:59.999999+00', jsonb_build_object('source', 'github', 'repository', 'shop/web', 'title',
		'Show the total', 'url', 'https://github.com/shop/web/pull/13',
		'source_branch', 'SHOP-7_total', 'target_branch', 'main', 'state', 'open', 'created_at', timestamptz '2026-01-05 10:00+00',
			'merged_at', NULL, 'closed_at', NULL, 'ready_at', NULL,
		'additions', 3, 'deletions', 1, 'commits', 1, 'author_kind', 'person'))$$, 'the row of a draft');
SELECT set_eq($$SELECT DISTINCT value FROM life, pg_temp.read(payload) WHERE name = 'implements' AND method = 'closing reference'$$,
	$$VALUES ('shop/web#12')$$,
	'it closes what its description says, but for the comments of its template');
SELECT is_empty($$SELECT * FROM life, pg_temp.read(payload) WHERE value = 'SHOP-99'$$, 'nor are keys in comments meant');
SELECT set_eq($$SELECT DISTINCT value FROM life, pg_temp.read(payload) WHERE fact = 'alias'$$, $$VALUES ('shop/web#13'),
	('github:node:MDExOlB1bGxSZXF1ZXN0ODAwMQ==')$$, 'its number and its node');

-- Whatever the order: what is told last, the first review by somebody else, the last approval.
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY vsm.told_tables() LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t', relation, model, relation);
	END LOOP;
END$$;
CREATE FUNCTION pg_temp.load(model text, payloads text[], one_by_one boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	left_over bigint;
BEGIN
	EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', model);
	CALL vsm.create_model(model);
	EXECUTE format('INSERT INTO %I.inbox (source, payload) SELECT ''github'', p FROM unnest($1) AS p', model) USING payloads;
	IF one_by_one THEN
		EXECUTE format('SELECT count(*) FROM (SELECT vsm.ingest_payloads(%1$L, ARRAY[i.id]) FROM %1$I.inbox AS i ORDER BY i.id) AS r',
			model);
	END IF;
	PERFORM vsm.ingest_once(model);
	EXECUTE format('SELECT count(*) FROM %I.inbox', model) INTO left_over;
	RETURN left_over;
END$$;
SELECT is(pg_temp.load('forth', ARRAY(SELECT payload::text FROM life ORDER BY o), false), 0::bigint, 'all are read');
SELECT results_eq($$SELECT state, created_at, ready_at, first_review_at, approved_at, merged_at, closed_at, additions, deletions, commits,
	author_kind, assisted_by, updated_at FROM forth.merge_request$$,
	$$VALUES ('merged', timestamptz '2026-01-05 10:00+00', timestamptz '2026-01-06 10:00+00', timestamptz '2026-01-06 13:00+00',
		timestamptz '2026-01-07 10:00+00',
		timestamptz '2026-01-07 11:00+00', NULL::timestamptz, 9, 1, 2, 'person', NULL::text, timestamptz '2026-01-07 11:00+00')$$,
			'the row of a pull request in the end');
SELECT results_eq($$SELECT at, state FROM forth.event WHERE entity = 'github:pull_request:8001' ORDER BY at, state$$,
	$$VALUES (timestamptz '2026-01-05 10:00+00', 'draft'), ('2026-01-05 10:00+00', 'opened'), ('2026-01-06 10:00+00', 'ready_for_review'),
		('2026-01-06 11:00+00', 'commented'),
		('2026-01-06 12:00+00', 'commented'), ('2026-01-06 13:00+00', 'changes_requested'), ('2026-01-07 09:00+00', 'approved'),
			('2026-01-07 10:00+00', 'approved'),
		('2026-01-07 11:00+00', 'merged'), ('2026-01-07 11:00+00', 'web')$$, 'and its events');
SELECT results_eq($$SELECT details FROM pg_temp.read('{"pull_request": {"id": 8001}, "reviews": [
		{"id": 1, "state": "COMMENTED", "submitted_at": "2026-01-06T11:00:00Z", "user": {"login": "ann"}},
		{"id": 3, "state": "DISMISSED", "submitted_at": "2026-01-06T13:00:00Z", "user": {"login": "bob"}}]}')
			WHERE fact = 'merge_request'$$,
	$$SELECT jsonb_build_object('source', 'github', 'first_review_at', timestamptz '2026-01-06 13:00+00')$$,
		'where the author is not known, comments may be his own');
SELECT results_eq($$SELECT details ->> 'first_review_at' IS NOT NULL
	FROM pg_temp.read('{"pull_request": {"id": 8001, "user": {"login": "ann"}}, "reviews": [
		{"id": 1, "state": "COMMENTED", "submitted_at": "2026-01-06T11:00:00Z", "user": {"login": "bob"}}]}')
			WHERE fact = 'merge_request'$$, ARRAY[true], 'else they are a review');

-- Drafts that the API shows, and closing without a merge.
SELECT bag_eq($$SELECT fact, value, at, details FROM life, unnest('{2026-01-05T10:00:00Z,2026-01-05T11:00:00Z}'::text[]) AS u (updated),
	pg_temp.read(payload -> 'pull_request' || jsonb_build_object('updated_at', updated))
	WHERE o = 1 AND (fact = 'observed' OR value = 'draft')$$, $$VALUES ('event', 'draft', timestamptz '2026-01-05 10:00+00', NULL),
		('observed', 'draft', '2026-01-05 11:00+00', '["opened", "reopened", "ready_for_review"]'::jsonb),
	('observed', 'reopened', '2026-01-05 11:00+00', '["closed"]')$$, 'the API says that it is open and a draft, not since when unless '
		'nothing has changed it yet');
SELECT results_eq($$SELECT details -> 'state', details -> 'closed_at' <> 'null', details ? 'merged_at' FROM life, pg_temp.read(payload
	|| jsonb_build_object('pull_request', payload -> 'pull_request'
		|| '{"merged_at": null, "merged": false}')) WHERE o = 9 AND fact = 'merge_request'$$, $$VALUES ('"closed"'::jsonb, true, false)$$,
			'closed without a merge');

-- Reversals
SELECT bag_eq($$SELECT value, method, confidence FROM life, pg_temp.read(jsonb_set(payload, '{pull_request}', payload -> 'pull_request'
	|| jsonb_build_object('head', '{"ref": "revert-11-total"}'::jsonb,
		'title', 'Revert "Show the total"', 'body', E'Reverts shop/web#11\r\nReverts #10\n\nThis reverts commit '
			'b000000000000000000000000000000000000002.\n- Reverts #9'))) WHERE o = 1 AND name = 'reverts'$$,
	$$VALUES ('shop/web#11', 'reversal in description', 1.0::float8), ('shop/web#10', 'reversal in description', 1.0),
		('b000000000000000000000000000000000000002', 'reversal in description', 1.0),
		('shop/web#11', 'branch of a reversal', 0.9)$$, 'what a pull request reverts, by its branch and its description');
SELECT results_eq($$SELECT entity, value, at FROM pg_temp.read('{"sha": "c000000000000000000000000000000000000003", "html_url": '
	'"https://github.com/shop/web/commit/c000000000000000000000000000000000000003", "parents": [],
		"commit": {"message": "Revert \"x\"\n\nThis reverts commit b000000000000000000000000000000000000002.", "committer": '
			'{"date": "2026-01-09T10:00:00Z"}}}') WHERE name = 'reverts'$$,
	$$VALUES ('c000000000000000000000000000000000000003', 'b000000000000000000000000000000000000002',
		timestamptz '2026-01-09 10:00+00')$$, 'what a commit reverts');

-- Who wrote it
CREATE FUNCTION pg_temp.who(login text, type text, trailer text, VARIADIC naming text[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', details ->> 'author_kind', details ->> 'assisted_by') FROM pg_temp.read(jsonb_build_object('sha', 'abc',
		'html_url', 'https://github.com/shop/web/commit/abc',
		'author', jsonb_build_object('login', login, 'type', type), 'commit', jsonb_build_object('message', E'Show the total\n\n'
			|| trailer, 'committer', '{"date": "2026-01-09T10:00:00Z"}'::jsonb),
		'parents', '[]'::jsonb), pg_temp.names(VARIADIC naming)) WHERE fact = 'commit' $$;
SELECT results_eq($$SELECT pg_temp.who(login, type, trailer, VARIADIC naming) FROM (VALUES
		(1, 'ann', 'User', '', '{}'::text[]), (2, NULL, NULL, '', '{}'), (3, 'dependabot[bot]', 'Bot', '', '{}'), (4, 'deployer', 'Bot',
			'', '{}'), (5, 'deployer', 'User', '', '{author,deployer,bot}'),
		(6, 'helper[bot]', 'Bot', '', '{author,helper[bot],Helper}'), (7, 'ann', 'User',
			E'Co-Authored-By: Helper 4 <noreply@helper.example>', '{assistant,/helper/,Helper}'),
		(8, 'ann', 'User', E'Co-authored-by: Bob <bob@shop.example>\nAssisted-by: Aid:model-2', '{assistant,/^aid/,Aid}'),
			(9, 'ann', 'User', 'Reviewed-by: Helper', '{assistant,Helper,Helper}'))
		AS v (o, login, type, trailer, naming) ORDER BY o$$,
	ARRAY['person', '', 'bot', 'bot', 'bot', 'bot Helper', 'person Helper', 'person Aid', 'person'],
		'persons, bots and assistants, by login and trailers, as naming has them');
SELECT is((SELECT details ->> 'assisted_by' FROM life, pg_temp.read(jsonb_set(payload, '{pull_request,user,login}', '"helper[bot]"'),
	pg_temp.names('author', 'helper[bot]', 'Helper')) WHERE o = 1 AND fact = 'merge_request'),
	'Helper', 'so of a pull request');
SELECT is_empty($$SELECT * FROM life, pg_temp.read(payload) WHERE fact IN ('merge_request', 'commit')
	AND details::text ~ '\m(ann|bob|cat)\M'$$, 'no row holds the name of a person');

-- Commits of a push
CREATE FUNCTION pg_temp.push(ref text, commits jsonb, beside jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('ref', ref, 'before', repeat('0', 39) || '1', 'after', commits #> '{-1,id}', 'repository',
		'{"full_name": "shop/web", "pushed_at": 1767974400, "default_branch": "main"}'::jsonb,
		'commits', commits, 'head_commit', commits -> -1, 'pusher', '{"name": "ann"}'::jsonb) || beside $$;
CREATE TEMP TABLE pushed AS SELECT $json$[
	{"id": "a000000000000000000000000000000000000001", "message": "web: total", "timestamp": "2026-01-05T10:00:00Z", "distinct": true,
		"author": {"name": "Ann", "email": "ann@shop.example", "username": "ann"},
		"added": ["apps/web/a.ts"], "removed": [], "modified": ["README.md", 7]},
	{"id": "a000000000000000000000000000000000000002", "message": "Merge branch 'main'", "timestamp": "2026-01-05T11:00:00Z",
		"distinct": false, "author": {"name": "renovate[bot]"}, "added": [], "removed": [], "modified": []}]$json$::jsonb
		AS commits;
SELECT results_eq($$SELECT entity, details -> 'paths', details ->> 'author_kind' FROM pushed,
	pg_temp.read(pg_temp.push('refs/heads/SHOP-7_total', commits)) WHERE fact = 'commit' ORDER BY 1$$,
	$$VALUES ('a000000000000000000000000000000000000001', '["apps/web/a.ts", "README.md"]'::jsonb, 'person'),
		('a000000000000000000000000000000000000002', '[]', 'bot')$$, 'the files of the commits of a push');
SELECT is((SELECT count(*) FROM pushed, pg_temp.read(pg_temp.push('refs/heads/main', commits)) WHERE method = 'key in branch'), 0::bigint,
	'the default branch names nothing');
SELECT is_empty($$SELECT * FROM pushed, pg_temp.read(pg_temp.push('refs/heads/fix-SHOP-7', commits)) WHERE method = 'key in branch'
	AND entity <> 'a000000000000000000000000000000000000001'$$,
	'a branch is named for what is new on it, not for what was merged into it');
SELECT results_eq($$SELECT details -> 'additions', details -> 'deletions', details -> 'paths'
	FROM pg_temp.read('{"sha": "abc", "html_url": "https://github.com/shop/web/commit/abc", "parents": [],
		"commit": {"message": "x", "committer": {"date": "2026-01-05T10:00:00Z"}}, "stats": {"total": 5, "additions": 4, "deletions": 1}, '
			'"files": [{"filename": "a.c", "patch": "@@"}, {"filename": "b.c"}]}') WHERE fact = 'commit'$$,
	$$VALUES ('4'::jsonb, '1'::jsonb, '["a.c", "b.c"]'::jsonb)$$, 'a commit that was asked for alone says its lines and files');
SELECT results_eq($$SELECT at, details ->> 'repository', details ->> 'title'
	FROM pg_temp.read('{"sha": "abc", "url": "https://ghe.shop.example/api/v3/repos/shop/web/git/commits/abc", "message": "x\ny", "tree": '
		'{}, "parents": [],
		"author": {"date": "2026-01-05T09:00:00Z"}, "committer": {"date": "2026-01-05T10:00:00Z"}}') WHERE fact = 'commit'$$,
	$$VALUES (timestamptz '2026-01-05 10:00+00', 'shop/web', 'x')$$, 'an object of git, of GitHub Enterprise Server');
SELECT results_eq($$SELECT value, at FROM pg_temp.read(pg_temp.push('refs/heads/x', 'null',
	'{"after": "b000000000000000000000000000000000000001", "head_commit": null, "repository": {"full_name": "shop/web", "pushed_at": '
		'"2026-01-09T16:00:00Z"}}'))$$,
	$$VALUES ('pushed', timestamptz '2026-01-09 16:00+00')$$, 'commits that are null are none');
SELECT is((SELECT count(*) FROM pg_temp.read(pg_temp.push('refs/heads/main', (SELECT jsonb_agg(jsonb_build_object('id', lpad(i::text, 40,
	'a'), 'message', 'SHOP-' || i, 'timestamp', '2026-01-05T10:00:00Z'))
	FROM generate_series(1, 3000) AS i)))), 6001::bigint, 'a push of thousands of commits');
SELECT is((SELECT value FROM pg_temp.read(pg_temp.push('refs/heads/' || repeat('x', 100000), '[]'))),
	'its ref is longer than 1,000 bytes', 'a name may be too long to be one');
SELECT results_eq($$SELECT entity, value FROM pg_temp.read('{"name": "v1.4", "zipball_url": "x", "tarball_url": "x", "commit": '
	'{"sha": "a000000000000000000000000000000000000001",
		"url": "https://api.github.com/repos/shop/web/commits/a000000000000000000000000000000000000001"}}')$$,
	$$VALUES ('github:tag:shop/web@v1.4', 'a000000000000000000000000000000000000001')$$, 'a tag of the API');

-- Runs and jobs
CREATE FUNCTION pg_temp.run(action text, attempt int, status text, conclusion text, at text, beside jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_build_object('action', action, 'repository', '{"full_name": "shop/web"}'::jsonb, 'sender', '{}'::jsonb, 'workflow_run',
		jsonb_build_object('id', 5, 'name', 'CI', 'run_number', 7, 'workflow_id', 3,
		'run_attempt', attempt, 'head_branch', 'total', 'head_sha', 'a000000000000000000000000000000000000001', 'status', status,
			'conclusion', conclusion, 'event', 'pull_request',
		'created_at', '2026-01-09T16:00:00Z', 'run_started_at', CASE attempt WHEN 1 THEN '2026-01-09T16:00:00Z'
			ELSE '2026-01-09T18:00:00Z' END, 'updated_at', at,
		'html_url', 'https://github.com/shop/web/actions/runs/5') || beside) $$;
CREATE TEMP TABLE runs AS SELECT * FROM (VALUES
	(1, pg_temp.run('requested', 1, 'queued', NULL, '2026-01-09T16:00:00Z')), (2, pg_temp.run('in_progress', 1, 'in_progress', NULL,
		'2026-01-09T16:02:00Z')),
	(3, pg_temp.run('completed', 1, 'completed', 'failure', '2026-01-09T16:10:00Z')), (4, pg_temp.run('requested', 2, 'queued', NULL,
		'2026-01-09T18:00:01Z')),
	-- all within one second
	(5, pg_temp.run('in_progress', 2, 'in_progress', NULL, '2026-01-09T18:09:00Z')), (6, pg_temp.run('completed', 2, 'completed',
		'success', '2026-01-09T18:09:00Z'))) AS v (o, payload);
SELECT results_eq($$SELECT o, details ->> 'status', details ->> 'attempt',
	details -> 'queued_at' = to_jsonb(timestamptz '2026-01-09 16:00+00'), details ->> 'started_at' IS NULL, details ->> 'finished_at'
		IS NULL
		FROM runs, pg_temp.read(payload) WHERE fact = 'build' ORDER BY 1$$,
	$$VALUES (1, 'queued', '1', true, true, true), (2, 'in_progress', '1', true, false, true), (3, 'failure', '1', true, false, false),
		(4, 'queued', '2', false, true, true),
		(5, 'in_progress', '2', false, false, true), (6, 'success', '2', false, false, false)$$, 'the rows of a run');
SELECT results_eq($$SELECT value FROM pg_temp.read(pg_temp.run('completed', 1, 'completed', 'success', '2026-01-09T16:10:00Z',
	'{"head_repository": {"full_name": "zfork/web"}, "head_commit": {"id":
		"a000000000000000000000000000000000000001", "message": "Total (#12)", "timestamp": "2026-01-09T15:00:00Z"}, "pull_requests": [
		{"id": 12, "number": 12, "url": "https://api.github.com/repos/shop/web/pulls/12"}, {"id": 3, "number": 1, "url": '
			'"https://api.github.com/repos/zfork/web/pulls/1"}]}'))
		WHERE fact = 'link' AND value LIKE '%:pull_request:%' OR name = 'part_of' ORDER BY 1$$, ARRAY['github:pull_request:12',
			'shop/web#12'], 'a run of a fork is one of the base repository, and of its requests');
SELECT results_eq($$SELECT details ->> 'repository' FROM pg_temp.read(pg_temp.run('completed', 1, 'completed', 'success',
	'2026-01-09T16:10:00Z', '{"head_repository": {"full_name": "zfork/web"}, "head_commit": {"id":
		"a000000000000000000000000000000000000001", "message": "Total"}}')) WHERE fact = 'commit'$$, ARRAY['shop/web'], 'so is its commit');
CREATE FUNCTION pg_temp.job(status text, conclusion text, beside jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('action', status, 'repository', '{"full_name": "shop/web"}'::jsonb, 'workflow_job', jsonb_build_object('id',
		6, 'run_id', 5, 'run_attempt', 1, 'name', 'deploy-web',
		'head_sha', 'a000000000000000000000000000000000000001', 'head_branch', 'main', 'status', status, 'conclusion', conclusion,
			'steps', '[]'::jsonb,
		'created_at', '2026-01-09T16:00:00Z', 'started_at', '2026-01-09T16:05:00Z', 'completed_at', CASE status WHEN 'completed'
			THEN '2026-01-09T16:10:00Z' END) || beside) $$;
SELECT results_eq($$SELECT details -> 'queued_at' #>> '{}', details -> 'started_at' #>> '{}', details -> 'finished_at' #>> '{}',
	details ->> 'status' FROM pg_temp.read(pg_temp.job('completed', 'success')) WHERE fact = 'build'$$,
	$$SELECT to_jsonb(timestamptz '2026-01-09 16:00+00') #>> '{}', to_jsonb(timestamptz '2026-01-09 16:05+00') #>> '{}',
		to_jsonb(timestamptz '2026-01-09 16:10+00') #>> '{}', 'success'$$, 'a job waits in its queue, runs and ends');
SELECT results_eq($$SELECT details ->> 'started_at' FROM unnest(ARRAY[pg_temp.job('completed', 'skipped'), pg_temp.job('completed',
	'cancelled', '{"runner_id": 0}'), pg_temp.job('queued', NULL),
		pg_temp.job('completed', 'cancelled', '{"completed_at": "2026-01-09T16:04:00Z"}')]) AS p, pg_temp.read(p) WHERE fact = 'build'$$,
			ARRAY[NULL, NULL, NULL, NULL]::text[],
	'one that was skipped, cancelled in the queue, or ended before its start, has not begun');
SELECT results_eq($$SELECT value, at FROM pg_temp.read(pg_temp.job('completed', 'success', '{"created_at": "2026-01-09T16:05:01Z"}'))
	WHERE fact = 'event' ORDER BY at, value DESC$$,
	$$VALUES ('queued', timestamptz '2026-01-09 16:05+00'), ('in_progress', '2026-01-09 16:05+00'), ('success', '2026-01-09 16:10+00')$$,
		'one that began before it was created was queued when it began');
SELECT is_empty($$SELECT * FROM pg_temp.read(pg_temp.job('completed', 'success')) WHERE fact = 'deployment'$$,
	'the name of a job alone makes no deployment: GitHub has its own');
SELECT results_eq($$SELECT entity, details - 'source' - 'sha' - 'created_at' - 'started_at' - 'finished_at'
	FROM pg_temp.read(pg_temp.job('completed', 'success'),
		pg_temp.names('job', 'deploy-web', 'live', 'service', 'deploy-web', 'web')) WHERE fact = 'deployment'$$,
	$$VALUES ('github:deployment:workflow_job:6', '{"repository": "shop/web", "environment": "live", "environment_tier": '
		'"production", "ref": "main", "status": "success"}'::jsonb)$$,
	'one that naming says to deploy to an environment is one');
SELECT is_empty($$SELECT * FROM unnest(ARRAY[pg_temp.job('completed', 'skipped'), pg_temp.job('completed', 'success')
	|| '{"deployment": {"id": 1}}']) AS p,
	pg_temp.read(p, pg_temp.names('job', 'deploy-web', 'live')) WHERE fact = 'deployment'$$,
		'but not where it was skipped, or GitHub says so itself');

-- Deployments
CREATE FUNCTION pg_temp.deployment(state text, at text, beside jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('action', 'created', 'repository', '{"full_name": "shop/mono"}'::jsonb, 'deployment',
		'{"id": 1, "sha": "a000000000000000000000000000000000000001", "ref": "main", "task": "deploy",
		"environment": "web-production", "payload": {}, "created_at": "2026-01-09T16:00:00Z"}'::jsonb || beside, 'deployment_status',
			jsonb_build_object('id', length(state), 'state', state,
		'environment', 'web-production', 'created_at', at, 'log_url', 'https://github.com/shop/mono/actions/runs/5/job/6'), 'check_run',
			NULL, 'workflow_run', NULL) $$;
SELECT results_eq($$SELECT details ->> 'service' FROM unnest(ARRAY['{}', '{"payload": {"service": "web"}}',
	'{"payload": "{\"service\": \"web\"}"}', '{"payload": "web"}']::jsonb[]) WITH ORDINALITY AS b (b, o),
		pg_temp.read(pg_temp.deployment('success', '2026-01-09T16:05:00Z', b)) WHERE fact = 'deployment' ORDER BY o$$, ARRAY[NULL, 'web',
			'web', NULL], 'the service that the payload names; none is guessed');
SELECT results_eq($$SELECT details ->> 'service' FROM unnest(ARRAY['{web-production,shop}', '{/^web-/,web}', '{shop/mono,mono}']::text[])
	WITH ORDINALITY AS n (n, o), LATERAL (
		SELECT r.details, o FROM pg_temp.read(pg_temp.deployment('success', '2026-01-09T16:05:00Z'), pg_temp.names('service',
			(n.n::text[])[1], (n.n::text[])[2])) AS r WHERE r.fact = 'deployment') AS r ORDER BY r.o$$,
	ARRAY[NULL, NULL, NULL]::text[], 'what naming says of it is looked up when it is asked for');
SELECT results_eq($$SELECT value FROM pg_temp.read(pg_temp.deployment('success', '2026-01-09T16:05:00Z')) WHERE name = 'part_of'$$,
	ARRAY['github:workflow_run:5'], 'the run that its log lies in');

-- Issues: types by labels and names, incidents that are reopened
CREATE FUNCTION pg_temp.issue(beside jsonb DEFAULT '{}', action text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN action IS NULL THEN i ELSE jsonb_build_object('action', action, 'issue', i, 'repository',
		'{"full_name": "shop/web"}'::jsonb) END
	FROM (SELECT '{"id": 7001, "node_id": "I_kwDOBLT4Xs4AABtZ", "number": 12, "title": "No total", "state": "open", "labels": [], '
		'"created_at": "2026-01-05T09:00:00Z", "updated_at": "2026-01-06T09:00:00Z",
		"html_url": "https://github.com/shop/web/issues/12", "repository_url": "https://api.github.com/repos/shop/web"}'::jsonb || beside
			AS i) AS i $$;
SELECT results_eq($$SELECT details ->> 'type' FROM (VALUES (1, '{}', '{}'::text[]),
	(2, '{"labels": [{"name": "security"}, {"name": "Bug :beetle:"}]}', '{}'), (3, '{"labels": ["tech debt"]}', '{}'),
		(4, '{"type": {"name": "Bug"}, "labels": [{"name": "chore"}]}', '{}'),
			(5, '{"type": {"name": "Story"}, "labels": [{"name": "bug"}]}', '{}'), (6, '{"labels": [{"name": "bug"}]}', '{label,bug,none}'),
		(7, '{"labels": [{"name": "kaputt"}]}', '{label,kaputt,defect}'), (8, '{"type": {"name": "Outage"}}', '{}'),
			(9, '{"labels": null}', '{}')) AS v (o, beside, naming),
		pg_temp.read(pg_temp.issue(beside::jsonb), pg_temp.names(VARIADIC naming)) WHERE fact = 'item' ORDER BY o$$,
	ARRAY['feature', 'defect', 'debt', 'defect', 'feature', 'feature', 'defect', 'defect', NULL],
		'what an issue is, by its type, else its labels, as naming has them');
SELECT results_eq($$SELECT details -> 'resolved_at' = 'null', details ->> 'severity', details ->> 'status'
	FROM pg_temp.read(pg_temp.issue('{"labels": [{"name": "incident"}, {"name": "SEV-2"}]}', 'reopened')) WHERE fact = 'incident'$$,
	$$VALUES (true, 'SEV-2', 'open')$$, 'an incident that is reopened is not resolved');
SELECT results_eq($$SELECT fact, value FROM pg_temp.read(pg_temp.issue('{"state_reason": "reopened"}')) WHERE fact IN ('event',
	'observed') ORDER BY 1$$, $$VALUES ('event', 'opened'), ('observed', 'reopened')$$,
	'the API says that an issue was reopened, not when');
SELECT results_eq($$SELECT details ->> 'due_at', details ? 'due_at' FROM unnest(ARRAY['{}', '{"milestone": null}',
	'{"milestone": {"due_on": null}}', '{"milestone": {"due_on": "2026-02-01"}}', '{"milestone": {"due_on": "soon"}}']::jsonb[])
		WITH ORDINALITY AS b (b, o), pg_temp.read(pg_temp.issue(b)) WHERE fact = 'item' ORDER BY o$$, $$VALUES (NULL, false),
			(NULL, true), (NULL, true), ('2026-02-01', true), (NULL, false)$$,
	'due when its milestone is; without a milestone it is not');
SELECT results_eq($$SELECT details ->> 'parent' FROM pg_temp.read(pg_temp.issue('{"parent_issue_url": '
	'"https://api.github.com/repos/shop/plan/issues/4"}')) WHERE fact = 'item'$$, ARRAY['shop/plan#4'], 'the issue that it is a part of');
SELECT results_eq($$SELECT fact, value, details -> 'parent', previous FROM unnest(ARRAY['sub_issue_added', 'parent_issue_removed'])
	WITH ORDINALITY AS a (a, o), pg_temp.read(jsonb_build_object('action', a,
		'sub_issue', pg_temp.issue(), 'parent_issue', pg_temp.issue('{"id": 7000, "number": 4, "updated_at": "2026-01-06T10:00:00Z"}')))
			WHERE fact = 'change' OR details ? 'parent' ORDER BY o, fact$$,
	$$VALUES ('change', 'github:issue:7000', NULL::jsonb, NULL), ('item', NULL, '"github:issue:7000"', NULL), ('change', NULL, NULL,
		'github:issue:7000'), ('item', NULL, 'null', NULL)$$, 'parts that come and go');
SELECT results_eq($$SELECT entity, value, name, at, until FROM unnest(ARRAY['blocked_by_added', 'blocking_removed']) WITH ORDINALITY
	AS a (a, o), pg_temp.read(jsonb_build_object('action', a,
		'blocked_issue', pg_temp.issue(), 'blocking_issue_id', 7002)) ORDER BY o$$, $$VALUES ('github:issue:7001', 'github:issue:7002',
			'blocked_by', timestamptz '2026-01-06 09:00+00', NULL::timestamptz),
		('github:issue:7001', 'github:issue:7002', 'blocked_by', NULL, '2026-01-06 09:00+00')$$, 'blockers that come and go');

-- Events of the API: of pull requests by the node, of one issue or request wrapped with it
SELECT results_eq($$SELECT entity, value, id FROM pg_temp.read('[{"event": "ready_for_review", "created_at": "2026-01-06T10:00:00Z", '
	'"actor": {}, "issue": {"id": 6999, "node_id": "PR_kwDOBLT4Xs4AAB9B", "pull_request": {"merged_at": null}}},
		{"event": "closed", "created_at": "2026-01-06T11:00:00Z", "actor": {}, "issue": {"id": 6999, "node_id": "PR_kwDOBLT4Xs4AAB9B", '
			'"pull_request": {"merged_at": "2026-01-06T11:00:00Z"}}},
		{"event": "labeled", "created_at": "2026-01-06T11:00:00Z", "actor": {}, "label": {"name": "web"}, "issue": {"id": 6999, "node_id": '
			'"PR_of_another_kind", "pull_request": {"merged_at": null}}},
		{"event": "closed", "created_at": "2026-01-06T11:00:00Z", "actor": {}, "issue": null}]') WHERE fact = 'event' AND entity
			IS NOT NULL$$,
	$$VALUES ('github:pull_request:8001', 'ready_for_review', 'github:pull_request:8001:ready_for_review:1767693600')$$,
		'a request is told from the issue that it is, too; a merge is no closing; an issue may be gone');
SELECT bag_eq($$SELECT entity, value, name FROM pg_temp.read('{"pull_request": {"id": 8001, "user": {"login": "ann"}}, "timeline": [
		{"event": "committed", "sha": "a000000000000000000000000000000000000001", "message": "x", "tree": {}, "committer": '
			'{"date": "2026-01-05T09:00:00Z"}, "url": "https://api.github.com/repos/shop/web/git/commits/a0"},
		{"event": "reviewed", "id": 3, "state": "approved", "submitted_at": "2026-01-06T13:00:00Z", "user": {"login": "bob"}}, '
			'{"event": "merged", "created_at": "2026-01-07T11:00:00Z"},
		{"event": "closed", "created_at": "2026-01-07T11:00:00Z"}, {"event": "line-commented", "comments": []}, {"event": "mentioned", '
			'"created_at": "2026-01-07T11:00:00Z"}]}') WHERE fact IN ('event', 'link')$$,
	$$VALUES ('github:pull_request:8001', 'approved', NULL), ('github:pull_request:8001', 'merged', NULL),
		('a000000000000000000000000000000000000001', 'github:pull_request:8001', 'part_of')$$,
	'the timeline of a pull request, wrapped with it');
SELECT results_eq($$SELECT entity, value FROM pg_temp.read('{"issue": {"id": 7001}, "events": [{"event": "closed", "created_at": '
	'"2026-01-06T10:00:00Z", "state_reason": "duplicate"}]}')$$,
	$$VALUES ('github:issue:7001', 'duplicate')$$, 'events of an issue, wrapped with it');

-- Projects
SELECT results_eq($$SELECT vsm.github_node('github', n) FROM unnest(ARRAY['I_kwDOBLT4Xs4AABtZ', 'PR_kwDOBLT4Xs4AAB9B', 'MDU6SXNzdWU3MDAx',
	'MDExOlB1bGxSZXF1ZXN0ODAwMQ==', 'I_kwDOBLT4Xs7QXRpc', 'PR_kwAB', 'I_77', 'PVTI_lADOAWcTxs4ACgDdzgBWqxo',
		'MDQ6VXNlcjE=', '', NULL, 'I_kwDOBLT4Xs4AABtZZ']) WITH ORDINALITY AS n (n, o) ORDER BY o$$,
	ARRAY['github:issue:7001', 'github:pull_request:8001', 'github:issue:7001', 'github:pull_request:8001', 'github:issue:3495762524',
		'github:node:PR_kwAB', 'github:node:I_77', 'github:node:PVTI_lADOAWcTxs4ACgDdzgBWqxo',
		'github:node:MDQ6VXNlcjE=', 'github:node:', NULL, 'github:node:I_kwDOBLT4Xs4AABtZZ'],
			'the id of an issue or a pull request within the id of its node');
CREATE FUNCTION pg_temp.card(change jsonb, beside jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('action', 'edited', 'projects_v2_item',
		'{"id": 501, "content_node_id": "I_kwDOBLT4Xs4AABtZ", "content_type": "Issue", "updated_at": "2026-01-12T10:00:00Z"}'::jsonb
			|| beside,
		'changes', jsonb_build_object('field_value', change), 'organization', '{"login": "shop"}'::jsonb, 'sender', '{}'::jsonb) $$;
CREATE TEMP TABLE change AS SELECT '{"field_node_id": "F", "field_type": "single_select", "field_name": "Status", "project_number": 3, '
	'"from": {"id": "a", "name": "Todo"}, "to": {"id": "b", "name": "In Progress"}}'::jsonb AS change;
SELECT results_eq($$SELECT entity, at, value, previous, value_id, previous_id, details FROM change, pg_temp.read(pg_temp.card(change))$$,
	$$VALUES ('github:issue:7001', timestamptz '2026-01-12 10:00+00', 'In Progress', 'Todo', 'b', 'a',
		'{"field": "Status", "project": 3}'::jsonb)$$, 'the status of a card is a state of its issue');
SELECT results_eq($$SELECT entity, value, previous FROM change, unnest(ARRAY['{"from": null}', '{"to": null}']::jsonb[]) AS c,
	pg_temp.read(pg_temp.card(change || c, '{"content_node_id": "PR_kwDOBLT4Xs4AAB9B", "content_type": "PullRequest"}'))$$,
	$$VALUES ('github:pull_request:8001', 'In Progress', 'No Status'), ('github:pull_request:8001', 'No Status', 'Todo')$$,
		'or of its pull request; what has no status is in that column');
SELECT results_eq($$SELECT fact, name, value, details
	FROM (VALUES (1, '{"field_name": "Iteration", "field_type": "iteration", "from": null, "to": {"id": "x", "title": "Sprint 7"}}'),
		(2, '{"field_name": "Points", "from": 1, "to": 5}'),
		(3, '{"field_name": "Stage", "to": {"name": "QA"}}'), (4, '{"field_name": "Notes", "to": "x"}')) AS v (o, c),
			pg_temp.read(pg_temp.card(c::jsonb), pg_temp.names('field', 'Iteration', 'sprint', 'field', 'points', 'size', 'field',
				'Stage', 'state')) ORDER BY o, fact$$,
	$$VALUES ('change', 'sprint', 'Sprint 7', NULL::jsonb), ('change', 'size', '5', NULL), ('item', NULL, NULL, '{"size": 5}'),
		('event', NULL, 'QA', '{"field": "Stage"}')$$, 'other fields mean what naming says');
SELECT results_eq($$SELECT f.value FROM change, unnest(ARRAY[pg_temp.card(change, '{"content_type": "DraftIssue"}'), pg_temp.card('null'),
	pg_temp.card('{"field_node_id": "F", "field_type": "single_select"}')]) AS p, pg_temp.read(p) AS f$$,
	ARRAY['it is about a draft, which is no issue yet', 'the value of no field has changed',
		'it does not say which field has changed, or to what'], 'what a card does not tell');
SELECT results_eq($$SELECT fact, entity, value FROM unnest(ARRAY['open', 'closed']) AS s, pg_temp.read(jsonb_build_object('id', 501,
	'content_type', 'Issue', 'content', pg_temp.issue(jsonb_build_object('state', s)), 'updated_at', '2026-01-12T10:00:00Z',
		'fields', '[{"id": 1, "name": "Status", "data_type": "single_select", "value": {"id": "b", "name": {"raw": "In Progress", "html": '
			'"In Progress"}}}, {"id": 2, "name": "Size", "value": null}]'::jsonb)) WHERE fact IN ('item', 'observed') ORDER BY s, 1$$,
	$$VALUES ('item', 'github:issue:7001', NULL), ('item', 'github:issue:7001', NULL), ('observed', 'github:issue:7001', 'In Progress')$$,
		'a card of the API: the status of an issue that is open was seen');

-- Pages and wrappings
SELECT results_eq($$SELECT count(*) FROM life, change, unnest(ARRAY[jsonb_build_object('total_count', 1, 'incomplete_results', false,
	'items', jsonb_build_array(pg_temp.issue())), jsonb_build_object('total_count', 0, 'items', NULL),
		jsonb_build_object('id', 1, 'event', 'issues', 'request', jsonb_build_object('headers', '{}'::jsonb, 'payload',
			pg_temp.issue('{}', 'opened'))),
		jsonb_build_object('id', '1', 'type', 'IssuesEvent', 'actor', '{}'::jsonb, 'repo', '{"id": 1, "name": "shop/web"}'::jsonb,
			'payload', jsonb_build_object('action', 'opened', 'issue', pg_temp.issue() - 'html_url' - 'repository_url'), 'created_at',
				'2026-01-05T09:00:00Z')])
		WITH ORDINALITY AS p (p, o), pg_temp.read(p) AS f WHERE life.o = 1 AND f.fact = 'item' AND f.details ->> 'key' = 'shop/web#12'$$,
			ARRAY[3::bigint], 'an issue in a search, in a delivery of a webhook and in the events of its repository');
SELECT results_eq($$SELECT fact, entity, at FROM pg_temp.read('{"type": "PushEvent", "repo": {"name": "shop/web"}, "created_at": '
	'"2026-01-09T16:00:00Z", "payload": {"ref": "refs/heads/main", "head": "a000000000000000000000000000000000000001",
		"before": "b0", "commits": [{"sha": "a000000000000000000000000000000000000001", "message": "x", "author": {"name": "Ann"}}]}}')
			ORDER BY 1$$,
	$$VALUES ('commit', 'a000000000000000000000000000000000000001', NULL::timestamptz), ('event', 'github:branch:shop/web@main',
		'2026-01-09 16:00+00')$$, 'a push in the events of a repository');
SELECT results_eq($$SELECT DISTINCT f.entity FROM unnest(ARRAY[jsonb_build_object('total_count', 1, 'jobs',
	jsonb_build_array(pg_temp.job('completed', 'success') -> 'workflow_job')),
		jsonb_build_object('workflow_runs', jsonb_build_array(pg_temp.run('completed', 1, 'completed', 'success',
			'2026-01-09T16:10:00Z') -> 'workflow_run')), jsonb_build_object('merge_base_commit', '{}'::jsonb,
		'commits', '[{"sha": "abc", "commit": {"message": "x"}, "parents": []}]'::jsonb)]) AS p, pg_temp.read(p) AS f
			WHERE f.fact IN ('build', 'commit') ORDER BY 1$$,
	ARRAY['abc', 'github:workflow_job:6', 'github:workflow_run:5'], 'pages of jobs, of runs and of what lies between two commits');

-- Refused by name
SELECT results_eq($$SELECT k.kind FROM unnest(ARRAY['{"ref": "refs/heads/main", "before": "0", "after": "1", "cache_location": "tokyo"}',
	'{"number": 1, "title": "v1", "state": "open", "open_issues": 4, "closed_issues": 8}',
		'{"action": "created", "alert": {"number": 1, "dependency": {}}}', '{"action": "created", "alert": {"secret_type": "x"}}',
			'{"action": "created", "alert": {"rule": {}}}', '{"data": {"repository": {}}}',
				'{"message": "Not Found", "documentation_url": "x"}',
		'{"full_name": "shop/web"}', '{"login": "ann", "id": 1}', '{"action": "created", "milestone": {}, "sender": {}}',
			'{"action": "requested", "deployment_callback_url": "x", "deployment": {"id": 1}}',
				'{"action": "created", "issue": null, "sender": {}}',
		'{"id": 1, "name": "x", "archive_download_url": "x", "workflow_run": {"id": 5}}',
			'{"id": 1, "user": {}, "state": "APPROVED", "submitted_at": "x", "pull_request_url": "x"}',
				'{"action": "added", "repositories_added": [], "installation": {}}',
		'{"action": "edited", "discussion": {}, "sender": {}}', '{"inputs": {}, "ref": "x", "workflow": "x", "sender": {}}',
			'{"name": "main", "commit": {}, "protected": true}', '{"number": 1, "state": "open", "name": "x", "price_model": '
				'"FREE"}']::jsonb[])
		WITH ORDINALITY AS p (p, o), vsm.github_kind(p) AS k WHERE k.reason IS NOT NULL ORDER BY o$$,
	ARRAY['cache_sync', 'milestone', 'dependabot_alert', 'secret_scanning_alert', 'code_scanning_alert', 'graphql', 'error', 'repository',
		'account', 'milestone', 'deployment_protection_rule', 'issue', 'artifact', 'review', 'installation_repositories',
		'discussion', 'workflow_dispatch', 'branch', 'payload'], 'what says nothing about the flow is called by its name');

-- All of it, in other orders, one by one and twice: the same rows.
CREATE TEMP TABLE every AS SELECT row_number() OVER () AS o, p::text AS payload FROM (
	SELECT payload FROM life UNION ALL SELECT payload FROM runs
	UNION ALL SELECT pg_temp.job(s, c) FROM (VALUES ('queued', NULL), ('in_progress', NULL), ('completed', 'success')) AS v (s, c)
	UNION ALL SELECT pg_temp.deployment(s, '2026-01-09T16:05:00Z') FROM unnest(ARRAY['queued', 'in_progress', 'failure', 'inactive']) AS s
	UNION ALL SELECT pg_temp.push('refs/heads/SHOP-7_total', commits) FROM pushed
	UNION ALL SELECT pg_temp.issue(b, a) FROM (VALUES ('{}'::jsonb, 'opened'),
		('{"labels": [{"name": "bug"}], "updated_at": "2026-01-06T10:00:00Z"}', 'labeled'),
		('{"labels": [{"name": "incident"}], "updated_at": "2026-01-07T10:00:00Z", "state": "closed", "closed_at": '
			'"2026-01-07T10:00:00Z"}', 'closed'),
		('{"labels": [{"name": "incident"}], "updated_at": "2026-01-08T10:00:00Z", "state_reason": "reopened"}', 'reopened')) AS v (b, a)
	UNION ALL SELECT pg_temp.card(change) FROM change
	UNION ALL SELECT jsonb_build_object('action', 'sub_issue_added', 'sub_issue', pg_temp.issue(), 'parent_issue',
		pg_temp.issue('{"id": 7000, "number": 4}'))
	UNION ALL SELECT jsonb_build_object('pull_request', '{"id": 8001, "user": {"login": "ann"}}'::jsonb, 'reviews',
		jsonb_agg(payload -> 'review' || jsonb_build_object('state', upper(payload #>> '{review,state}')))) FROM life
			WHERE payload ? 'review') AS p (p);
SELECT is(pg_temp.load('forth', ARRAY(SELECT payload FROM every ORDER BY o), false), 0::bigint, 'all are read');
SELECT is_empty($$SELECT d.* FROM generate_series(1, 4) AS i, LATERAL (
		SELECT i, pg_temp.load('back', ARRAY(SELECT payload FROM every, generate_series(1, 1 + i % 2) ORDER BY CASE WHEN i > 1
			THEN md5(i || payload) END, o DESC), i < 3) AS n OFFSET 0) AS l,
	LATERAL ((SELECT * FROM pg_temp.rows('forth') WHERE l.n >= 0 EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
		FROM pg_temp.rows('back') WHERE l.n >= 0 EXCEPT ALL SELECT * FROM pg_temp.rows('forth'))) AS d$$,
	'in other orders, one by one and twice: the same rows');
SELECT results_eq($$SELECT d.status, d.started_at IS NOT NULL, b.status FROM forth.deployment AS d, forth.build AS b
	WHERE b.build LIKE '%workflow_run%'$$, $$VALUES ('failure', true, 'success')$$,
	'of what happened within a second the last counts');

SELECT finish();
ROLLBACK;
