-- github_payload: webhooks as GitHub writes them, with the repository, its owner and the sender in each: for
-- every 200 of :items a pull request that is opened, reviewed and merged, its push, the run and the job of its
-- workflow, and its deployment with two statuses.
CREATE TABLE github_payload AS
WITH person AS (
	SELECT p, format('{"login":"user%1$s","id":2100%1$s,"node_id":"MDQ6VXNlcj%1$s",'
		'"avatar_url":"https://avatars.githubusercontent.com/u/2100%1$s?v=4","gravatar_id":"",%2$s,"type":"User","site_admin":false}',
		p, (SELECT string_agg(format('"%s_url":"https://api.github.com/users/user%s/%s"', u, p, u), ',')
			FROM unnest(ARRAY['html', 'followers', 'following', 'gists', 'starred', 'subscriptions', 'organizations', 'repos', 'events',
				'received_events']) AS u)) AS person
	FROM generate_series(0, 49) AS p),
repository AS (
	SELECT format('"repository":{"id":186853002,"node_id":"MDEwOlJlcG9zaXRvcnkxODY4NTMwMDI=","name":"checkout","full_name":"shop/checkout",'
		'"private":true,"owner":%s,%s,'
		'"created_at":1557933565,"updated_at":"2019-05-15T15:20:41Z","pushed_at":1767974400,"size":0,"stargazers_count":0,'
			'"language":"Ruby","has_issues":true,"default_branch":"main"},"sender":%s',
		person, (SELECT string_agg(format('"%s_url":"https://api.github.com/repos/shop/checkout/%s{/number}"', u, u), ',')
			FROM unnest(ARRAY['html', 'forks', 'keys', 'collaborators', 'teams', 'hooks', 'issue_events', 'events', 'assignees',
				'branches', 'tags', 'blobs', 'git_tags', 'git_refs', 'trees',
				'statuses', 'languages', 'stargazers', 'contributors', 'subscribers', 'subscription', 'commits', 'git_commits',
					'comments', 'issue_comment', 'contents', 'compare', 'merges',
				'archive', 'downloads', 'issues', 'pulls', 'milestones', 'notifications', 'labels', 'releases', 'deployments', 'git',
					'ssh', 'clone', 'svn']) AS u), person) AS repository
	FROM person WHERE p = 0),
request AS (
	SELECT n, a.person, repository, timestamp '2024-01-01 09:00' + n * interval '17 minutes' AS start,
		md5('head' || n) || '00000000' AS head, md5('merge' || n) || '00000000' AS merge
	FROM generate_series(1, :items / 200) AS n JOIN person AS a ON a.p = n % 50 CROSS JOIN repository)
SELECT (n - 1) * 9 + v.o AS id, v.payload
FROM request, LATERAL (
	SELECT format('{"id":%s,"number":%s,"title":"SHOP-%s: customers see what they pay","user":%s,"body":"%s",'
		'"head":{"label":"shop:total-%s","ref":"total-%s","sha":"%s","user":%s},'
		'"base":{"label":"shop:main","ref":"main","sha":"%s","user":%s},"assignees":[],"labels":[{"id":1,"name":"web","color":"d73a4a",'
			'"default":true}],"draft":false,"locked":false,"comments":0,"commits":1,'
		'"additions":10,"deletions":2,"changed_files":3,"html_url":"https://github.com/shop/checkout/pull/%s","created_at":"%s"',
		800000 + n, n, n, person, repeat('The total shows before the address is typed. ', 10), n, n, head, person, md5('base' || n)
			|| '00000000', person, n, to_char(start, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) AS pull,
		(SELECT array_agg(to_char(start + h * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') ORDER BY h) FROM generate_series(0, 9)
			AS h) AS t) AS r, LATERAL (
	SELECT 1, format('{"action":"opened","number":%s,"pull_request":%s,"state":"open","merged_at":null,"closed_at":null,"updated_at":"%s"},'
		'%s}', n, r.pull, t[1], repository)
	UNION ALL SELECT 2, format('{"action":"submitted","review":{"id":%s,"user":%s,"body":null,"commit_id":"%s","submitted_at":"%s",'
		'"state":"approved"},"pull_request":%s,"state":"open","merged_at":null,"updated_at":"%s"},%s}',
		900000 + n, person, head, t[2], r.pull, t[2], repository)
	UNION ALL SELECT 3, format('{"action":"closed","number":%s,"pull_request":%s,"state":"closed","merged":true,"merged_at":"%s",'
		'"closed_at":"%s","merge_commit_sha":"%s","updated_at":"%s"},%s}',
		n, r.pull, t[3], t[3], merge, t[3], repository)
	UNION ALL SELECT 4, format('{"ref":"refs/heads/main","before":"%s","after":"%s","created":false,"deleted":false,"forced":false,'
		'"commits":[%s],"head_commit":%s,"pusher":{"name":"user"},%s}',
		head, merge, c.c, c.c, repository)
		FROM (SELECT format('{"id":"%s","tree_id":"%s","distinct":true,"message":"SHOP-%s: customers see what they pay (#%s)",'
			'"timestamp":"%s","url":"https://github.com/shop/checkout/commit/%s","added":[],"removed":[],"modified":["a.rb"]}',
			merge, head, n, n, t[3], merge) AS c) AS c
	UNION ALL SELECT 5, format('{"action":"completed","workflow_run":{"id":%s,"name":"ci","head_branch":"main","head_sha":"%s",'
		'"run_number":%s,"run_attempt":1,"event":"push","status":"completed","conclusion":"success","workflow_id":9,'
		'"pull_requests":[],"created_at":"%s","run_started_at":"%s","updated_at":"%s","actor":%s,"triggering_actor":%s},%s}', 700000 + n,
			merge, n, t[3], t[3], t[4], person, person, repository)
	UNION ALL SELECT 6, format('{"action":"completed","workflow_job":{"id":%s,"run_id":%s,"run_attempt":1,"head_sha":"%s",'
		'"status":"completed","conclusion":"success","name":"test","steps":[],"created_at":"%s","started_at":"%s","completed_at":"%s"},%s}',
		600000 + n, 700000 + n, merge, t[3], t[3], t[4], repository)
	UNION ALL SELECT 7, format('{"action":"created","deployment":%s,%s}', d.d, repository)
		FROM (SELECT format('{"id":%s,"sha":"%s","ref":"main","task":"deploy","environment":"production","creator":%s,"created_at":"%s",'
			'"updated_at":"%s"}', 500000 + n, merge, person, t[5], t[5]) AS d) AS d
	UNION ALL SELECT 8 + s.s, format('{"action":"created","deployment_status":{"id":%s,"state":"%s","creator":%s,'
		'"environment":"production","target_url":"","created_at":"%s","updated_at":"%s"},"deployment":%s,%s}',
		400000 + 2 * n + s.s, s.state, person, t[6 + s.s], t[6 + s.s],
		format('{"id":%s,"sha":"%s","ref":"main","task":"deploy","environment":"production","creator":%s,"created_at":"%s",'
			'"updated_at":"%s"}', 500000 + n, merge, person, t[5], t[5]), repository)
		FROM (VALUES (0, 'in_progress'), (1, 'success')) AS s (s, state)) AS v (o, payload);
ANALYZE github_payload;
