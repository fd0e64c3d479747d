/*
 * Jenkins: builds (api/json), pipelines with their stages (wfapi/describe, wfapi/runs), single
 * stages, runs and their nodes as Blue Ocean has them, lists of builds, and what the plugins
 * Notification and Statistics Gatherer post. What all of them need, and what a payload is; the
 * readers are in reader_jenkins_build.sql and reader_jenkins_stage.sql.
 *
 * Entities are SOURCE:build:JOB#NUMBER, SOURCE:stage:JOB#NUMBER:ID and SOURCE:deployment:..., where
 * JOB is the full name by the address, shop/checkout/main; without an address the names that
 * people see, which differ where folders have display names. States are in Jenkins' words: queued,
 * running, then the result (SUCCESS, UNSTABLE, FAILURE, ABORTED, NOT_BUILT). The stages of a
 * pipeline are events of its build, too.
 *
 * timestamp is the start in milliseconds, and the end is duration after it. How long a build was
 * queued is told by the Metrics plugin (queuingDurationMillis) and wfapi (queueDurationMillis).
 *
 * Jenkins knows nothing of deployments: a job or a stage is one if its name means so by naming,
 * else if it has the word "deploy", but not what is done before or after it (Pre-deploy checks,
 * Verify deployment). Its environment is the parameter environment, env or deploy_env, else what
 * naming says, else the parameter target, else what the name says behind the word:
 * deploy-production, "Deploy to staging".
 *
 * A job that deploys makes one deployment a build, SOURCE:deployment:JOB#NUMBER. A stage of it
 * that deploys tells better what was deployed where and when, and one that was not executed that
 * nothing was; so the version of what a build says of its deployment is days before its start, in
 * whatever order the two arrive. A stage that deploys in a job that does not is a deployment of
 * its own, SOURCE:deployment:JOB#NUMBER:ID.
 */

-- Blue Ocean: .../pipelines/shop/pipelines/checkout/branches/main/runs/12/
CREATE FUNCTION vsm.jenkins_job_address(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(regexp_replace(substring(url FROM '/blue/rest/organizations/[^/]+(/.*)$'), '/(?:pipelines|branches)/([^/]+)',
	'/job/\1', 'g'), '/runs/(\d+)', '/\1');
COMMENT ON FUNCTION vsm.jenkins_job_address(text) IS
	'the address that an address of Blue Ocean is in Jenkins itself, without the server; NULL if it is none';

CREATE FUNCTION vsm.jenkins_path(url text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_jenkins_path' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.jenkins_path(text) IS
	'the jobs and the number of the build in an address of Jenkins: shop/job/checkout#12; NULL if it is that of no build; a part of '
	'vsm.jenkins_build';

CREATE FUNCTION vsm.jenkins_build(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A branch with a slash is feature%2Fx as a name, whose own % the address writes as %25.
RETURN replace(replace(replace(vsm.jenkins_path(CASE WHEN url LIKE '%/blue/rest/%' THEN vsm.jenkins_job_address(url)
	-- What a matrix runs for a combination, /job/shop/jdk=17,os=linux/12, and a Maven job for a module, /job/shop/org.shop$web/12.
	WHEN strpos(url, '=') > 0 OR strpos(url, '$') > 0 THEN
		regexp_replace(url, '/job/([^/]+)/([^/]*[=$][^/]*)/(\d+)(?=/|$)', '/job/\1/job/\2/\3')
	-- What was asked for by a view of a folder: /job/shop/view/change-requests/job/PR-5/12.
	WHEN strpos(url, '/view/') > 0 THEN regexp_replace(url, '(/job/[^/]+)(?:/view/[^/]+)+(?=/job/)', '\1', 'g')
	ELSE url END),
	'/job/', '/'), '%20', ' '), '%25', '%');
COMMENT ON FUNCTION vsm.jenkins_build(text) IS
	'the build that an address of Jenkins lies in, as JOB#NUMBER: shop/checkout/main#12; NULL if it is none';

CREATE FUNCTION vsm.git_repository(url text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_git_repository' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.git_repository(text) IS
	'the repository in the address of a remote of Git, by https, ssh or scp: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.jenkins_sha(value jsonb) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_json_whole_sha' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.jenkins_sha(jsonb) IS 'the SHA that a member holds; NULL for what is none, as a revision of Subversion is';

CREATE FUNCTION vsm.jenkins_shift(at timestamptz, milliseconds numeric) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN abs(milliseconds) < 1e12 AND at BETWEEN '1970-01-01 00:00+00' AND '2200-01-01 00:00+00' THEN
	at + milliseconds::float8 * interval '1 millisecond' END;
COMMENT ON FUNCTION vsm.jenkins_shift(timestamptz, numeric) IS
	'a time that many milliseconds later; NULL if that is no time that a payload can mean';

CREATE FUNCTION vsm.jenkins_branchless(build text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- The job of a branch feature%2Fdeploy-x is called so by whoever made the branch.
RETURN regexp_replace(build, '(/[^/]*%2F[^/]*)?#\d+$', '');
COMMENT ON FUNCTION vsm.jenkins_branchless(text) IS 'the job of a build JOB#NUMBER, without a branch whose name has a slash';

CREATE FUNCTION vsm.jenkins_job_target(names jsonb, build text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.job_target(names, 'job', vsm.jenkins_branchless(build));
COMMENT ON FUNCTION vsm.jenkins_job_target(jsonb, text) IS
	'what the name of the job of a build JOB#NUMBER means by names: deploy, or the environment that it deploys to; NULL if it deploys '
	'nothing';

CREATE FUNCTION vsm.jenkins_deployment_status(result text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN result IN ('SUCCESS', 'UNSTABLE') THEN 'success'
	WHEN result IN ('FAILURE', 'FAILED') THEN 'failed'
	WHEN result = 'ABORTED' THEN 'canceled'
	WHEN result IN ('NOT_BUILT', 'NOT_EXECUTED') THEN 'skipped'
	WHEN result IS NULL OR result IN ('IN_PROGRESS', 'PAUSED_PENDING_INPUT') THEN 'running'
	ELSE lower(result)
END;
COMMENT ON FUNCTION vsm.jenkins_deployment_status(text) IS
	'the status of a deployment by the result of the build or stage that makes it, in the words that other tools have';

CREATE FUNCTION vsm.jenkins_build_name(build jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.jenkins_build(vsm.json_text(build, 'url')),
	replace(regexp_replace(vsm.json_text(build, 'fullDisplayName'), '\s+#\d+$', ''), ' » ', '/') || '#'
		|| coalesce(vsm.json_text(build, 'number'), substring(vsm.json_text(build, 'fullDisplayName') FROM '#(\d+)$')));
COMMENT ON FUNCTION vsm.jenkins_build_name(jsonb) IS
	'a build of api/json as JOB#NUMBER, by its address or by its name; NULL if it has neither';

CREATE FUNCTION vsm.jenkins_statistics_name(build jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.jenkins_build(vsm.json_text(build, 'buildUrl')),
	vsm.json_text(build, 'fullJobName') || '#' || vsm.json_text(build, 'number'));
COMMENT ON FUNCTION vsm.jenkins_statistics_name(jsonb) IS
	'a build of which the Statistics Gatherer plugin tells as JOB#NUMBER, by its address or by its name; NULL if it has neither';

CREATE FUNCTION vsm.jenkins_is_ended(build jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Pipelines have a result before they end.
RETURN vsm.json_text(build, 'result') IS NOT NULL AND build -> 'building' IS DISTINCT FROM 'true'
	AND (build -> 'duration' = '0' AND NOT build ? 'building') IS NOT TRUE;
COMMENT ON FUNCTION vsm.jenkins_is_ended(jsonb) IS 'whether a build of api/json has ended';

CREATE FUNCTION vsm.jenkins_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN NOT payload ?| '{builds,allBuilds,jobs,lastBuild,lastCompletedBuild,lastSuccessfulBuild,lastFailedBuild}' OR payload ? 'phase'
		THEN NULL
	-- Without tree= a job tells numbers and addresses of its builds only.
	WHEN payload @? '$.*[*].timestamp' THEN
		jsonb_path_query_array(payload, '$.allBuilds[*]') || jsonb_path_query_array(payload, '$.builds[*]')
			|| jsonb_path_query_array(payload, '$.keyvalue() ? (@.key starts with "last").value ? (exists(@.timestamp))')
	WHEN payload @? '$.jobs[*].*[*].timestamp' OR payload @? '$.jobs[*].jobs[*].*[*].timestamp' THEN
		jsonb_path_query_array(payload, '$.jobs[*] ? (exists(@.*[*].timestamp) || exists(@.jobs[*].*[*].timestamp))')
END;
COMMENT ON FUNCTION vsm.jenkins_elements(jsonb) IS
	'the builds in what Jenkins tells of a job, the jobs in what it tells of a folder, where it tells of their builds; NULL if it does not';

CREATE FUNCTION vsm.jenkins_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT n.name, k.reason
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (SELECT vsm.json_text(p.body, '_links', 'self', 'href') AS href OFFSET 0) AS h,
	LATERAL (SELECT CASE
			WHEN jsonb_typeof(p.body -> 'build') = 'object' AND (p.body -> 'build' ?| '{phase,full_url}') THEN 'notification'
			WHEN h.href LIKE '%/blue/rest/%' THEN CASE
				WHEN h.href ~ '/runs/\d+/nodes/\d+/?$' THEN 'node'
				WHEN h.href ~ '/runs/\d+/?$' THEN 'run'
				ELSE 'resource' END
			WHEN h.href ~ '/execution/node/\d+/' AND h.href !~ '/log' THEN 'stage'
			WHEN h.href ~ '/wfapi/' OR p.body ? 'stages' AND p.body ?| '{startTimeMillis,status,durationMillis}' THEN 'pipeline'
			WHEN p.body ?| '{ciUrl,buildUrl,fullJobName}' AND p.body ?| '{startTime,endTime}' AND NOT p.body ? 'timestamp' THEN
				CASE WHEN p.body ?| '{number,fullJobName,result,queueTime}' THEN 'statistics' ELSE 'build_step' END
			WHEN p.body ?& '{ciUrl,entryTime}' THEN 'queue_item'
			WHEN p.body ?& '{ciUrl,configFile}' THEN 'job'
			WHEN p.body ?| '{allBuilds,builds}' AND NOT p.body ? 'timestamp' THEN 'builds'
			WHEN p.body ? 'inQueueSince' THEN 'queue_item'
			WHEN p.body ? 'timestamp' AND p.body ?| '{number,url,fullDisplayName,building,result}'
				OR p.body ? 'number' AND p.body ?| '{result,building,duration,fullDisplayName}' THEN 'build'
			WHEN p.body ? 'jobs' OR p.body ->> '_class' ~ '(Job|Project|Folder|Hudson)$' THEN 'job'
			ELSE 'payload'
		END AS name OFFSET 0) AS n,
	LATERAL (SELECT
		CASE n.name
			WHEN 'notification' THEN
				CASE WHEN vsm.jenkins_build(coalesce(vsm.json_text(p.body, 'build', 'full_url'),
					vsm.json_text(p.body, 'build', 'url'))) IS NULL
					THEN 'its build.full_url is that of no build'
				ELSE coalesce(vsm.json_lacks(p.body, 'build.phase', '@build.timestamp'),
					CASE WHEN p.body #>> '{build,phase}' NOT IN ('QUEUED', 'STARTED', 'COMPLETED', 'FINALIZED') THEN
						'its build.phase is not known: ' || left(p.body #>> '{build,phase}', 100) END) END
			WHEN 'builds' THEN
				CASE WHEN jsonb_path_query_array(p.body, '$.builds[*]') || jsonb_path_query_array(p.body, '$.allBuilds[*]') = '[]'
					THEN 'it has no builds'
				ELSE 'one of its builds has no timestamp or no url: ask with '
					'?tree=allBuilds[number,url,timestamp,duration,building,result,...]' END
			WHEN 'build' THEN CASE
				WHEN vsm.jenkins_build_name(p.body) IS NULL THEN CASE WHEN vsm.json_text(p.body, 'url') IS NULL
					THEN 'it has neither url nor fullDisplayName' ELSE 'its url is that of no build' END
				WHEN vsm.jenkins_is_ended(p.body) AND NOT vsm.json_number(p.body, 'duration') >= 0 THEN 'its duration is negative'
				WHEN vsm.jenkins_is_ended(p.body) THEN coalesce(vsm.json_lacks(p.body, '@timestamp', 'duration'),
					CASE WHEN vsm.json_number(p.body, 'duration') IS NULL THEN 'its duration is no number' END)
				ELSE vsm.json_lacks(p.body, '@timestamp') END
			WHEN 'statistics' THEN CASE
				WHEN vsm.jenkins_statistics_name(p.body) IS NULL THEN
					'neither its buildUrl nor its fullJobName and number say which build it is of'
				WHEN vsm.json_time(p.body, 'startTime') IS NULL AND vsm.json_time(p.body, 'endTime') IS NULL THEN
					vsm.json_lacks(p.body, CASE WHEN vsm.json_text(p.body, 'startTime') IS NULL THEN '@endTime' ELSE '@startTime' END)
				END
			WHEN 'build_step' THEN 'what a build does within a stage says nothing about the flow of work'
			WHEN 'pipeline' THEN CASE WHEN vsm.jenkins_build(h.href) IS NULL THEN 'its _links.self.href is that of no build' END
			WHEN 'stage' THEN CASE WHEN vsm.jenkins_build(h.href) IS NULL THEN 'its _links.self.href is that of no build' END
			WHEN 'node' THEN CASE WHEN vsm.jenkins_build(h.href) IS NULL THEN 'its _links.self.href is that of no build' END
			WHEN 'run' THEN CASE WHEN vsm.jenkins_build(h.href) IS NULL THEN 'its _links.self.href is that of no build' END
			WHEN 'resource' THEN 'it is about neither a run of a pipeline nor a node of one'
			WHEN 'queue_item' THEN 'its build tells later how long it was queued'
			WHEN 'job' THEN 'it is about jobs, not builds'
			ELSE 'its shape is not known: neither a build, a pipeline, a stage nor a notification'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.jenkins_kind(jsonb) IS 'which reader reads a payload of Jenkins, or why none does';
