/*
 * The payloads of GitHub: which are pages, which are read and why the others are not.
 *
 * Kinds are told by what an object has, and by more than one member where that can be, since
 * members are missing where fewer were asked for and in other versions of GitHub.
 */

CREATE FUNCTION vsm.github_page(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN p.body ?| '{total_count,incomplete_results,workflow_runs,jobs}' THEN coalesce(vsm.json_array(p.body -> 'items'),
			vsm.json_array(p.body -> 'workflow_runs'), vsm.json_array(p.body -> 'jobs'), vsm.json_array(p.body -> 'check_runs'),
			vsm.json_array(p.body -> 'check_suites'),
			CASE WHEN 'null'::jsonb IN (p.body -> 'items', p.body -> 'workflow_runs', p.body -> 'jobs') THEN '[]'::jsonb END)
		-- what lies between two commits
		WHEN p.body ? 'merge_base_commit' THEN vsm.json_array(p.body -> 'commits')
		-- a delivery of a webhook, as the API tells of those that failed
		WHEN jsonb_typeof(p.body #> '{request,payload}') = 'object' THEN jsonb_build_array(p.body #> '{request,payload}')
		-- an event of GET /repos/OWNER/NAME/events: the payload of a webhook, beside its repository
		WHEN jsonb_typeof(p.body -> 'payload') = 'object' AND p.body ? 'type' AND jsonb_typeof(p.body -> 'repo') = 'object' THEN
			jsonb_build_array(p.body -> 'payload' || jsonb_build_object('repository', jsonb_strip_nulls(jsonb_build_object(
					'full_name', p.body #> '{repo,name}', 'pushed_at', p.body -> 'created_at')))
				|| CASE WHEN p.body ->> 'type' = 'PushEvent' THEN jsonb_build_object('after', p.body #> '{payload,head}')
					ELSE '{}'::jsonb END)
		-- events of one issue or pull request, wrapped with it
		WHEN jsonb_typeof(coalesce(p.body -> 'issue', p.body -> 'pull_request')) = 'object' AND NOT p.body ? 'action' THEN (
			SELECT jsonb_agg(
				CASE
					WHEN jsonb_typeof(e.event) <> 'object' THEN e.event
					WHEN o.object ? 'pull_request' AND e.event ->> 'event' = 'reviewed' THEN o.object
						|| jsonb_build_object('reviews', jsonb_build_array(e.event))
					WHEN o.object ? 'pull_request' AND e.event ->> 'event' = 'committed' THEN o.object
						|| jsonb_build_object('commits', jsonb_build_array(e.event))
					ELSE e.event || o.object
				END ORDER BY e.place)
			-- (Each carries what the readers of events ask of it, and no more.)
			FROM (SELECT CASE
					WHEN p.body ? 'issue' THEN jsonb_build_object('issue',
						jsonb_build_object('id', p.body #> '{issue,id}', 'node_id', p.body #> '{issue,node_id}')
						|| CASE WHEN vsm.github_is_request(p.body -> 'issue') THEN jsonb_build_object('pull_request',
							CASE WHEN p.body #> '{issue,pull_request}' ? 'merged_at' THEN
								jsonb_build_object('merged_at', p.body #> '{issue,pull_request,merged_at}') ELSE '{}' END) ELSE '{}' END)
					ELSE jsonb_build_object('pull_request', jsonb_build_object('id', p.body #> '{pull_request,id}',
						'user', jsonb_build_object('login', p.body #> '{pull_request,user,login}'))
						|| CASE WHEN p.body -> 'pull_request' ? 'merged_at' THEN
							jsonb_build_object('merged_at', p.body #> '{pull_request,merged_at}') ELSE '{}' END)
				END AS object OFFSET 0) AS o,
				jsonb_array_elements(coalesce(vsm.json_array(p.body -> 'timeline'), vsm.json_array(p.body -> 'events')))
					WITH ORDINALITY AS e (event, place))
	END
	FROM (SELECT payload #> '{}' AS body OFFSET 0) AS p;
END;
COMMENT ON FUNCTION vsm.github_page(jsonb) IS 'the elements of a page of GitHub, see vsm.github_elements';

CREATE FUNCTION vsm.github_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Webhooks have none of these.
RETURN CASE WHEN payload ?| '{total_count,incomplete_results,workflow_runs,jobs,merge_base_commit,request,payload,events,timeline}' THEN
	vsm.github_page(payload) END;
COMMENT ON FUNCTION vsm.github_elements(jsonb) IS
	'the elements of a page of GitHub: of a search, of runs, jobs or commits between two, and events of one issue or pull request '
	'wrapped with it, {"issue": {...}, "timeline": [...]}; what a delivery of a webhook or an event of a repository holds; '
	'NULL for what is no page';

CREATE FUNCTION vsm.github_refused(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN name = 'check_run' THEN 'the job of the workflow tells the same: send workflow_job'
	WHEN name = 'check_suite' THEN 'the run of the workflow tells the same: send workflow_run'
	WHEN name = 'status' THEN 'it is what some other tool said of a commit: read that tool'
	WHEN name = 'create' THEN 'the push of the branch or tag tells the same, with its commits'
	WHEN name = 'delete' THEN 'the push that deletes the branch or tag tells the same'
	WHEN name IN ('issue_comment', 'commit_comment', 'comment') THEN 'comments change no state'
	WHEN name IN ('pull_request_review_comment', 'pull_request_review_thread') THEN
		'comments change no state: the review that they belong to is read'
	WHEN name = 'review' THEN
		'it does not say the id of its pull request: wrap reviews with it, {"pull_request": {"id": 99}, "reviews": [...]}'
	WHEN name IN ('deployment_protection_rule', 'deployment_review') THEN 'the statuses of the deployment tell when it waited'
	WHEN name LIKE '%\_alert' OR name LIKE '%\_advisory' THEN
		'it is no item of work: what is done about it is told by an issue or a pull request'
	WHEN name = 'milestone' THEN 'a milestone says nothing about the flow of work: its issues do, and say when they are due'
	WHEN name = 'label' THEN 'labels come with the issues and pull requests that have them'
	WHEN name = 'merge_group' THEN 'its pull requests tell when they are queued and merged'
	WHEN name = 'branch' THEN 'pushes tell what became of a branch'
	WHEN name = 'workflow' THEN 'a workflow is no run of it: load /actions/runs'
	WHEN name = 'graphql' THEN 'answers of the GraphQL API are not read: ask the REST API for the same'
	WHEN name = 'error' THEN 'it is an error of the API, not what was asked for'
	WHEN name = 'payload' THEN 'its shape is not known: neither a webhook nor an object of the API that is read'
	ELSE 'it says nothing about the flow of work'
END;
COMMENT ON FUNCTION vsm.github_refused(text) IS 'why a kind of payload of GitHub is not read';

CREATE FUNCTION vsm.github_webhook(body jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(
		CASE WHEN jsonb_typeof(body -> 'alert') = 'object' THEN CASE
			WHEN body -> 'alert' ?| '{security_advisory,dependency}' THEN 'dependabot_alert'
			WHEN body -> 'alert' ? 'secret_type' THEN 'secret_scanning_alert'
			WHEN body -> 'alert' ?| '{rule,tool}' THEN 'code_scanning_alert'
			ELSE 'security_alert' END END,
		CASE WHEN body ?& '{discussion,comment}' THEN 'discussion_comment' WHEN body ? 'inputs' THEN 'workflow_dispatch' END,
		-- Where what the event is about is null, it is called by what that should be.
		(SELECT coalesce(k.name, k.member)
		 FROM (VALUES
				(1, 'deployment_status', NULL), (2, 'workflow_job', NULL), (3, 'workflow_run', NULL), (4, 'check_run', NULL),
				(5, 'check_suite', NULL), (6, 'deployment', NULL), (7, 'projects_v2_item', NULL), (8, 'review', 'pull_request_review'),
				(9, 'pull_request', NULL), (10, 'issue', NULL), (11, 'release', NULL), (12, 'security_advisory', NULL),
				(13, 'repository_advisory', NULL), (14, 'discussion', NULL), (15, 'comment', 'commit_comment'),
				(16, 'projects_v2_status_update', NULL), (17, 'projects_v2', NULL), (18, 'project_card', NULL),
				(19, 'project_column', NULL), (20, 'project', NULL), (21, 'milestone', NULL), (22, 'label', NULL),
				(23, 'merge_group', NULL), (24, 'registry_package', NULL), (25, 'package', NULL), (26, 'rule', 'branch_protection_rule'),
				(27, 'repository_ruleset', NULL), (28, 'marketplace_purchase', NULL), (29, 'sponsorship', NULL),
				(30, 'blocked_user', 'org_block'), (31, 'membership', NULL), (32, 'member', NULL), (33, 'team', NULL),
				(34, 'key', 'deploy_key'), (35, 'hook', 'meta'), (36, 'forkee', 'fork'), (37, 'pages', 'gollum'),
				(38, 'build', 'page_build'), (39, 'starred_at', 'star'), (40, 'client_payload', 'repository_dispatch'),
				(41, 'repositories_added', 'installation_repositories'), (42, 'repositories', 'installation'), (43, 'user', 'user'),
				(44, 'content_reference', NULL))
				AS k (place, member, name)
		 WHERE body ? k.member ORDER BY k.place LIMIT 1),
		CASE
			WHEN body ? 'repository' THEN CASE WHEN body ->> 'action' IN ('created', 'deleted', 'archived', 'unarchived', 'edited',
				'renamed', 'transferred', 'publicized', 'privatized') THEN 'repository' END
			WHEN body ? 'installation' THEN 'installation'
			WHEN body ? 'organization' THEN 'organization' END,
		'webhook');
END;
COMMENT ON FUNCTION vsm.github_webhook(jsonb) IS
	'the name of a webhook of GitHub that is not read, by what it has; webhook for those that have nothing of their own';

CREATE FUNCTION vsm.github_name(body jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	-- Webhooks: the object that the event is about may have others beside it.
	WHEN jsonb_typeof(body -> 'deployment_status') = 'object' THEN 'deployment_status'
	WHEN jsonb_typeof(body -> 'workflow_job') = 'object' THEN 'workflow_job'
	WHEN body ?| '{deployment_callback_url,workflow_job_run,workflow_job_runs}' THEN
		CASE WHEN body ? 'deployment_callback_url' THEN 'deployment_protection_rule' ELSE 'deployment_review' END
	WHEN jsonb_typeof(body -> 'check_run') = 'object' OR body ? 'check_suite' AND body ?| '{conclusion,output,external_id}' THEN 'check_run'
	WHEN jsonb_typeof(body -> 'check_suite') = 'object' THEN 'check_suite'
	WHEN jsonb_typeof(body -> 'deployment') = 'object' THEN 'deployment'
	WHEN jsonb_typeof(body -> 'workflow_run') = 'object' THEN CASE WHEN body ?| '{archive_download_url,size_in_bytes}' THEN 'artifact'
		ELSE 'workflow_run' END
	WHEN jsonb_typeof(body -> 'pull_request') = 'object' AND (body ?| '{action,event,commits,reviews}'
		OR body -> 'pull_request' ? 'id') THEN
		CASE
			WHEN body ? 'event' THEN 'issue_event'
			WHEN jsonb_typeof(body -> 'review') = 'object' THEN 'pull_request_review'
			WHEN jsonb_typeof(body -> 'comment') = 'object' THEN 'pull_request_review_comment'
			WHEN jsonb_typeof(body -> 'thread') = 'object' THEN 'pull_request_review_thread'
			WHEN body ?| '{commits,reviews}' THEN 'pull_request_part'
			ELSE 'pull_request'
		END
	WHEN body ? 'event' AND body ?| '{issue,actor,commit_id}' AND NOT body ?| '{run_number,workflow_id,head_sha}' THEN 'issue_event'
	WHEN jsonb_typeof(body -> 'issue') = 'object' THEN CASE WHEN body ? 'comment' THEN 'issue_comment' ELSE 'issue' END
	WHEN body ? 'ref' AND body ?| '{after,commits,head_commit,pusher}' THEN CASE WHEN body ? 'cache_location' THEN 'cache_sync'
		ELSE 'push' END
	WHEN jsonb_typeof(body -> 'release') = 'object' THEN 'release'
	WHEN jsonb_typeof(body -> 'sub_issue') = 'object' OR jsonb_typeof(body -> 'parent_issue') = 'object' THEN 'sub_issue'
	WHEN jsonb_typeof(body -> 'blocked_issue') = 'object' OR jsonb_typeof(body -> 'blocking_issue') = 'object' THEN 'issue_dependency'
	WHEN jsonb_typeof(body -> 'projects_v2_item') = 'object' THEN 'projects_v2_item'
	WHEN body ? 'ref_type' THEN CASE WHEN body ? 'master_branch' THEN 'create' ELSE 'delete' END
	WHEN body ? 'context' AND body ?| '{branches,state}' THEN 'status'
	WHEN body ? 'zen' THEN 'ping'
	WHEN body ?| '{action,sender,client_payload}' THEN vsm.github_webhook(body)
	-- Objects of the API say nothing of their kind: it is told by what they have and others have not.
	WHEN jsonb_typeof(body -> 'workflow_runs') = 'array' THEN 'workflow_runs'
	WHEN jsonb_typeof(body -> 'jobs') = 'array' THEN 'workflow_jobs'
	WHEN (body ? 'run_number')::int + (body ? 'workflow_id')::int + (body ? 'run_attempt')::int + (body ? 'check_suite_id')::int
		+ (body ? 'run_started_at')::int + (body ? 'jobs_url')::int >= 2 THEN 'workflow_run'
	WHEN (body ? 'run_id')::int + (body ? 'steps')::int + (body ? 'run_url')::int + (body ? 'runner_id')::int + (body ? 'run_attempt')::int
		+ (body ? 'check_run_url')::int >= 2 THEN 'workflow_job'
	WHEN body ?| '{head,base}' AND body ?| '{number,merged_at,merge_commit_sha,diff_url}' THEN 'pull_request'
	WHEN body ? 'deployment_url' THEN 'deployment_status'
	WHEN (body ? 'environment')::int + (body ? 'statuses_url')::int + (body ? 'task')::int
		+ (body ? 'production_environment')::int >= 2 THEN 'deployment'
	WHEN body ? 'tag_name' THEN 'release'
	WHEN body ? 'sha' AND (body ? 'commit' OR body ?& '{tree,message}') AND body ?| '{parents,committer,html_url,comments_url}' THEN
		'commit'
	WHEN jsonb_typeof(body -> 'content') = 'object' AND body ?| '{content_type,item_url,project_url,fields}' THEN 'project_item'
	WHEN body ?| '{pull_request_url,commit_id}' AND body ?| '{submitted_at,state}' THEN 'review'
	WHEN body ? 'full_name' THEN 'repository'
	WHEN body ? 'login' THEN 'account'
	WHEN body ?| '{open_issues,closed_issues}' THEN 'milestone'
	WHEN body ? 'ghsa_id' THEN 'repository_advisory'
	-- (Projects have numbers, titles and states, too; what GraphQL and its clients tell has members written like createdAt.)
	WHEN body ? 'number' AND body ?| '{is_template,latest_status_update,short_description}' THEN 'projects_v2'
	WHEN body ? 'number' AND body ?| '{createdAt,updatedAt,closedAt,mergedAt,headRefName,baseRefName}' THEN 'graphql'
	WHEN (body ? 'number')::int + (body ? 'title')::int + (body ? 'state')::int + (body ? 'labels')::int
		+ (body ? 'repository_url')::int >= 3 THEN
		CASE WHEN body ?| '{answer_html_url,answer_chosen_at}' THEN 'discussion' WHEN vsm.github_is_request(body) THEN 'listed_request'
			ELSE 'issue' END
	WHEN body ? 'number' AND body ?| '{dependency,secret_type,rule}' THEN 'security_alert'
	WHEN jsonb_typeof(body -> 'data') = 'object' THEN 'graphql'
	WHEN body ? 'name' AND body ? 'commit' THEN CASE WHEN body ?| '{zipball_url,tarball_url}' THEN 'tag' ELSE 'branch' END
	WHEN body ?& '{name,color}' THEN 'label'
	WHEN body ? 'badge_url' THEN 'workflow'
	WHEN body ?& '{statuses,sha}' THEN 'status'
	WHEN body ? 'body' AND body ?| '{issue_url,pull_request_url,commit_id}' THEN 'comment'
	WHEN body ?& '{message,documentation_url}' THEN 'error'
	ELSE 'payload'
END;
COMMENT ON FUNCTION vsm.github_name(jsonb) IS
	'what a payload of GitHub is, by its shape: the name of a webhook or of an object of the API; payload for what is neither';

CREATE FUNCTION vsm.github_named(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (octet_length(vsm.json_text(value)) <= 1000) IS TRUE;
COMMENT ON FUNCTION vsm.github_named(jsonb) IS 'whether a member can be an id or a name: it is there and no longer than 1,000 bytes';

CREATE FUNCTION vsm.github_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN k.reason IS NULL AND k.name = 'deployment_status' THEN 'deployment' ELSE k.name END, k.reason
	-- (What is at fault is looked for only where something is: json_lacks takes its time.)
	FROM (SELECT p.name,
		CASE p.name
			WHEN 'pull_request' THEN
				CASE
					WHEN p.body ? 'pull_request' THEN
						CASE WHEN NOT vsm.github_named(p.body #> '{pull_request,id}')
							OR NOT vsm.github_named(p.body #> '{pull_request,number}') THEN
							vsm.json_lacks(p.body, 'pull_request.id', 'pull_request.number') END
					WHEN NOT vsm.github_named(p.body -> 'id') OR NOT vsm.github_named(p.body -> 'number') THEN
						vsm.json_lacks(p.body, 'id', 'number')
				END
			WHEN 'pull_request_review' THEN
				CASE WHEN NOT vsm.github_named(p.body #> '{review,id}') AND vsm.github_gitea_review(p.body) IS NULL
					OR NOT vsm.github_named(p.body #> '{pull_request,id}') THEN
					vsm.json_lacks(p.body, 'review.id', 'pull_request.id') END
			WHEN 'push' THEN
				CASE
					WHEN NOT vsm.github_named(p.body -> 'ref') THEN vsm.json_lacks(p.body, 'ref')
					WHEN NOT vsm.github_named(to_jsonb(vsm.github_push_repository(p.body))) THEN
						vsm.json_lacks(p.body, 'repository.full_name')
				END
			WHEN 'issue' THEN
				CASE
					WHEN p.body ? 'issue' THEN
						CASE WHEN NOT vsm.github_named(p.body #> '{issue,id}') OR NOT vsm.github_named(p.body #> '{issue,number}') THEN
							vsm.json_lacks(p.body, 'issue.id', 'issue.number') END
					WHEN NOT vsm.github_named(p.body -> 'id') OR NOT vsm.github_named(p.body -> 'number') THEN
						vsm.json_lacks(p.body, 'id', 'number')
				END
			WHEN 'listed_request' THEN
				CASE WHEN vsm.github_node_request(vsm.json_text(p.body, 'node_id')) IS NULL THEN
					'it is a pull request, and has no node_id that tells which: load /pulls' ELSE vsm.json_lacks(p.body, 'number') END
			WHEN 'workflow_run' THEN
				CASE WHEN NOT vsm.github_named(coalesce(p.body #> '{workflow_run,id}', p.body -> 'id')) THEN
					CASE WHEN p.body ? 'workflow_run' THEN vsm.json_lacks(p.body, 'workflow_run.id')
						ELSE vsm.json_lacks(p.body, 'id') END END
			WHEN 'workflow_runs' THEN
				CASE WHEN p.body @? '$.workflow_runs[*] ? (!exists(@.id) || !exists(@.created_at))' THEN
					'one of its runs has no id or no created_at' END
			WHEN 'workflow_job' THEN
				CASE WHEN NOT vsm.github_named(coalesce(p.body #> '{workflow_job,id}', p.body -> 'id')) THEN
					CASE WHEN p.body ? 'workflow_job' THEN vsm.json_lacks(p.body, 'workflow_job.id')
						ELSE vsm.json_lacks(p.body, 'id') END END
			WHEN 'workflow_jobs' THEN
				CASE WHEN p.body @? '$.jobs[*] ? (!exists(@.id) || !exists(@.run_id))' THEN 'one of its jobs has no id or no run_id' END
			WHEN 'deployment' THEN
				CASE WHEN NOT vsm.github_named(coalesce(p.body #> '{deployment,id}', p.body -> 'id')) THEN
					CASE WHEN p.body ? 'deployment' THEN vsm.json_lacks(p.body, 'deployment.id') ELSE vsm.json_lacks(p.body, 'id') END END
			WHEN 'deployment_status' THEN
				CASE
					WHEN NOT p.body ? 'deployment_status' THEN
						CASE WHEN (p.body ->> 'deployment_url' ~ '/deployments/\d{1,20}') IS NOT TRUE THEN
							'its deployment_url names no deployment'
						ELSE vsm.json_lacks(p.body, 'id', 'state', '@created_at') END
					WHEN NOT vsm.github_named(p.body #> '{deployment,id}')
						AND (p.body #>> '{deployment_status,deployment_url}' ~ '/deployments/\d{1,20}') IS NOT TRUE THEN
							vsm.json_lacks(p.body, 'deployment.id')
					WHEN NOT vsm.github_named(p.body #> '{deployment_status,id}')
						OR NOT vsm.github_named(p.body #> '{deployment_status,state}')
						OR vsm.json_time(p.body, 'deployment_status', 'created_at') IS NULL THEN
						vsm.json_lacks(p.body, 'deployment_status.id', 'deployment_status.state', '@deployment_status.created_at')
				END
			WHEN 'commit' THEN CASE WHEN NOT vsm.github_named(p.body -> 'sha') THEN vsm.json_lacks(p.body, 'sha') END
			WHEN 'release' THEN
				CASE WHEN NOT vsm.github_named(coalesce(p.body #> '{release,tag_name}', p.body -> 'tag_name')) THEN
					CASE WHEN p.body ? 'release' THEN vsm.json_lacks(p.body, 'release.tag_name')
						ELSE vsm.json_lacks(p.body, 'tag_name') END END
			WHEN 'tag' THEN coalesce(vsm.json_lacks(p.body, 'name', 'commit.sha', 'commit.url'),
				CASE WHEN vsm.github_repository(p.body #>> '{commit,url}') IS NULL THEN 'its commit.url does not name its repository' END)
			WHEN 'issue_event' THEN
				CASE
					-- An issue that is gone is null in the events of its repository: there is nothing to tell of it.
					WHEN jsonb_typeof(p.body -> 'issue') = 'null' THEN NULL
					WHEN coalesce(p.body #> '{issue,id}', p.body #> '{pull_request,id}') IS NULL THEN
						'it does not say which issue it is about: ask for the events of the repository, /repos/OWNER/NAME/issues/events'
					WHEN NOT vsm.github_named(coalesce(p.body #> '{issue,id}', p.body #> '{pull_request,id}')) THEN
						vsm.json_lacks(p.body, 'issue.id')
					WHEN p.body ->> 'event' IN ('line-commented', 'commit-commented', 'reviewed', 'committed') THEN NULL
					ELSE vsm.json_lacks(p.body, 'event', '@created_at')
				END
			WHEN 'pull_request_part' THEN vsm.json_lacks(p.body, 'pull_request.id')
			WHEN 'sub_issue' THEN
				CASE WHEN coalesce(vsm.json_text(p.body, 'sub_issue', 'id'), vsm.json_text(p.body, 'sub_issue_id')) IS NULL THEN
					vsm.json_lacks(p.body, 'sub_issue.id')
				WHEN coalesce(vsm.json_text(p.body, 'parent_issue', 'id'), vsm.json_text(p.body, 'parent_issue_id')) IS NULL THEN
					vsm.json_lacks(p.body, 'parent_issue.id') END
			WHEN 'issue_dependency' THEN
				CASE WHEN coalesce(vsm.json_text(p.body, 'blocked_issue', 'id'), vsm.json_text(p.body, 'blocked_issue_id')) IS NULL THEN
					vsm.json_lacks(p.body, 'blocked_issue.id')
				WHEN coalesce(vsm.json_text(p.body, 'blocking_issue', 'id'), vsm.json_text(p.body, 'blocking_issue_id')) IS NULL THEN
					vsm.json_lacks(p.body, 'blocking_issue.id') END
			WHEN 'projects_v2_item' THEN
				CASE
					WHEN jsonb_typeof(p.body -> 'projects_v2_item') IS DISTINCT FROM 'object' THEN
						vsm.json_lacks(p.body, 'projects_v2_item.id')
					WHEN p.body #>> '{projects_v2_item,content_type}' = 'DraftIssue' THEN 'it is about a draft, which is no issue yet'
					WHEN jsonb_typeof(p.body #> '{changes,field_value}') IS DISTINCT FROM 'object' THEN 'the value of no field has changed'
					WHEN NOT p.body #> '{changes,field_value}' ?& '{field_name,to}' THEN
						'it does not say which field has changed, or to what'
					ELSE vsm.json_lacks(p.body, 'projects_v2_item.content_node_id', '@projects_v2_item.updated_at')
				END
			WHEN 'project_item' THEN vsm.json_lacks(p.body, 'content.id', 'content.number')
			ELSE vsm.github_refused(p.name)
		END AS reason
		FROM (SELECT b.body, vsm.github_name(b.body) AS name FROM (SELECT payload #> '{}' AS body OFFSET 0) AS b OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.github_kind(jsonb) IS 'which reader reads a payload of GitHub, or why none does';
