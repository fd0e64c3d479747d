-- gitlab_payload: webhooks as GitLab writes them, with the user, the project and the repository in each: for every
-- 200 of :items an issue that is opened, its merge request that is opened and merged, its push, the pipeline with
-- two jobs, and its deployment that runs and succeeds.
CREATE TABLE gitlab_payload AS
WITH person AS (
	SELECT p, format('{"id":%1$s,"name":"Person %1$s","username":"user%1$s",'
		'"avatar_url":"https://gitlab.example.com/uploads/user/avatar/%1$s/avatar.png","email":"[REDACTED]"}', p) AS person
	FROM generate_series(1, 50) AS p),
project AS (
	SELECT '"project":{"id":14,"name":"Checkout","description":"What customers pay","web_url":"https://gitlab.example.com/shop/checkout",'
		'"avatar_url":null,"git_ssh_url":"git@gitlab.example.com:shop/checkout.git",'
		'"git_http_url":"https://gitlab.example.com/shop/checkout.git","namespace":"Shop","visibility_level":0,'
			'"path_with_namespace":"shop/checkout","default_branch":"main","ci_config_path":null,'
		'"homepage":"https://gitlab.example.com/shop/checkout","url":"git@gitlab.example.com:shop/checkout.git",'
			'"ssh_url":"git@gitlab.example.com:shop/checkout.git","http_url":"https://gitlab.example.com/shop/checkout.git"},'
		'"repository":{"name":"Checkout","url":"git@gitlab.example.com:shop/checkout.git","description":"What customers pay",'
			'"homepage":"https://gitlab.example.com/shop/checkout"}' AS project),
request AS (
	SELECT n, a.person, project, timestamp '2024-01-01 09:00' + n * interval '17 minutes' AS start, md5('head' || n) || '00000000'
		AS head, md5('merge' || n) || '00000000' AS merge
	FROM generate_series(1, :items / 200) AS n JOIN person AS a ON a.p = n % 50 + 1 CROSS JOIN project)
SELECT (n - 1) * 7 + v.o AS id, v.payload
FROM request, LATERAL (
	SELECT (SELECT array_agg(to_char(start + h * interval '1 hour', 'YYYY-MM-DD HH24:MI:SS" UTC"') ORDER BY h) FROM generate_series(0, 9)
		AS h) AS t,
		(SELECT array_agg(to_char(start + h * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') ORDER BY h) FROM generate_series(0, 9)
			AS h) AS i) AS r, LATERAL (
	SELECT format('{"id":"%s","message":"SHOP-%s: customers see what they pay\n","title":"SHOP-%s: customers see what they pay",'
		'"timestamp":"%s","url":"https://gitlab.example.com/shop/checkout/-/commit/%s","author":{"name":"Person",'
			'"email":"person@example.com"}',
		merge, n, n, i[3], merge) AS commit,
		format('"id":%s,"iid":%s,"author_id":%s,"assignee_ids":[],"title":"SHOP-%s: customers see what they pay","description":"%s",'
			'"created_at":"%s","milestone_id":null,"time_estimate":0,"total_time_spent":0,"human_total_time_spent":null,"labels":[]',
		800000 + n, n, n % 50 + 1, n, repeat('The total shows before the address is typed. ', 10), t[1]) AS object) AS c, LATERAL (
	SELECT 1, format('{"object_kind":"issue","event_type":"issue","user":%s,%s,"object_attributes":{%s,"updated_at":"%s","closed_at":null,'
		'"state_id":1,"state":"opened","action":"open","severity":"unknown","type":"Issue",'
			'"url":"https://gitlab.example.com/shop/checkout/-/issues/%s"},"labels":[],"changes":{}}',
		person, project, c.object, t[1], n)
	UNION ALL SELECT 1 + s.o, format('{"object_kind":"merge_request","event_type":"merge_request","user":%s,%s,"object_attributes":{%s,'
		'"updated_at":"%s","source_branch":"total-%s","target_branch":"main","source_project_id":14,"target_project_id":14,"state":"%s",'
			'"merge_status":"can_be_merged",'
		'"merge_commit_sha":%s,"action":"%s","draft":false,"work_in_progress":false,'
			'"url":"https://gitlab.example.com/shop/checkout/-/merge_requests/%s","last_commit":{"id":"%s","message":"Show it",'
				'"title":"Show it","timestamp":"%s","url":"https://gitlab.example.com/shop/checkout/-/commit/%s",'
		'"author":{"name":"Person","email":"person@example.com"}}},"labels":[],"changes":{},"assignees":[],"reviewers":[]}',
		person, project, c.object, t[s.h], n, s.state, CASE s.action WHEN 'merge' THEN format('"%s"', merge) ELSE 'null' END, s.action, n,
			head, i[1], head)
		FROM (VALUES (1, 2, 'opened', 'open'), (2, 3, 'merged', 'merge')) AS s (o, h, state, action)
	UNION ALL SELECT 4, format('{"object_kind":"push","event_name":"push","before":"%s","after":"%s","ref":"refs/heads/main",'
		'"ref_protected":true,"checkout_sha":"%s","message":null,"user_id":1,"user_name":"Person","user_username":"user1",'
			'"project_id":14,%s,"commits":[%s,"added":[],"modified":["a.rb"],"removed":[]}],"total_commits_count":1}',
		head, merge, merge, project, c.commit)
	UNION ALL SELECT 5, format('{"object_kind":"pipeline","object_attributes":{"id":%s,"iid":%s,"name":null,"ref":"main","tag":false,'
		'"sha":"%s","before_sha":"%s","source":"push","status":"success","detailed_status":"passed","stages":["test","build"],'
			'"created_at":"%s","finished_at":"%s","duration":3500,"queued_duration":5,'
		'"variables":[],"url":"https://gitlab.example.com/shop/checkout/-/pipelines/%s"},"merge_request":null,"user":%s,%s,"commit":%s},'
			'"builds":[%s]}', 700000 + n, n, merge, head, t[3], t[4], 700000 + n, person, project, c.commit,
		(SELECT string_agg(format('{"id":%s,"stage":"%s","name":"%s","status":"success","created_at":"%s","started_at":"%s",'
			'"finished_at":"%s","duration":1700.5,"queued_duration":3.25,"failure_reason":null,"when":"on_success","manual":false,'
				'"allow_failure":false,"user":%s,"runner":{"id":1,"description":"shared",'
			'"runner_type":"instance_type","active":true,"is_shared":true,"tags":["docker"]},"artifacts_file":{"filename":null,'
				'"size":null},"environment":null}', 600000 + 2 * n + b, stage, stage, t[3], t[3], t[4], person), ',')
			FROM (VALUES (0, 'test'), (1, 'build')) AS j (b, stage)))
	UNION ALL SELECT 5 + s.o, format('{"object_kind":"deployment","status":"%s","status_changed_at":"%s","deployment_id":%s,'
		'"deployable_id":%s,"deployable_url":"https://gitlab.example.com/shop/checkout/-/jobs/%s","environment":"production",'
			'"environment_tier":"production","environment_slug":"production",'
		'"environment_external_url":"https://shop.example.com",%s,"short_sha":"%s","user":%s,"user_url":"https://gitlab.example.com/user1",'
			'"commit_url":"https://gitlab.example.com/shop/checkout/-/commit/%s","commit_title":"SHOP-%s: customers see what they pay",'
				'"ref":"main"}',
		s.status, t[s.h], 500000 + n, 600000 + 2 * n, 600000 + 2 * n, project, left(merge, 8), person, merge, n)
		FROM (VALUES (1, 5, 'running'), (2, 6, 'success')) AS s (o, h, status)) AS v (o, payload);
ANALYZE gitlab_payload;
