/*
 * Jenkins: builds, as api/json, Blue Ocean and the Notification plugin tell of them.
 */

/*
 * A build, however it is told: its events, its row, and where its job deploys the deployment that
 * it makes. What the build says of that is older than what a stage says; see reader_jenkins.sql.
 */
CREATE FUNCTION vsm.read_jenkins_run_facts(source text, names jsonb, build text, repository text, sha text, ref text, trigger text,
	url text,
	told_environment text, told_target text, queued_at timestamptz, started_at timestamptz, finished_at timestamptz, result text)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	-- (One that has a result has ended, even if it is not said when.)
	SELECT q.*
	FROM (
		SELECT source || ':build:' || build AS entity, source || ':deployment:' || build AS deployment,
			vsm.job_target(names, 'job', n.branchless) AS target,
			regexp_replace(build, '#\d+$', '') AS job
		FROM (SELECT vsm.jenkins_branchless(build) AS branchless OFFSET 0) AS n
		OFFSET 0) AS b,
	LATERAL (
		SELECT (vsm.fact_event(source, b.entity, queued_at, 'queued', b.entity || ':queued')).*
		WHERE queued_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, b.entity, started_at, 'running', b.entity || ':running',
			attributes => vsm.fact_details('repository', repository, 'ref', ref, 'trigger', trigger, 'url', url))).*
		WHERE started_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, b.entity, finished_at, result, b.entity || ':finished')).*
		WHERE finished_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_row(source, 'build', b.entity, coalesce(finished_at, started_at, queued_at),
			vsm.fact_details(
				'source', source,
				'repository', repository,
				'job', b.job,
				'sha', sha,
				'ref', ref,
				-- What is built again has another number.
				'attempt', CASE WHEN coalesce(started_at, finished_at) IS NOT NULL THEN 1 END,
				'status', coalesce(result, CASE WHEN finished_at IS NOT NULL THEN NULL WHEN started_at IS NOT NULL THEN 'running'
					ELSE 'queued' END),
				'queued_at', queued_at,
				'started_at', started_at,
				'finished_at', finished_at,
				'url', url))).*
		WHERE coalesce(finished_at, started_at, queued_at) IS NOT NULL
		UNION ALL
		SELECT d.*
		FROM (
			SELECT coalesce(told_environment, CASE WHEN b.target <> 'deploy' THEN b.target END, told_target,
				vsm.job_target_environment(b.target, b.job)) AS environment,
				CASE WHEN result IS NOT NULL OR finished_at IS NULL THEN vsm.jenkins_deployment_status(result) END AS status,
				coalesce(started_at, finished_at) - CASE WHEN finished_at IS NULL THEN interval '72 hours'
					ELSE interval '48 hours' END AS version
			WHERE b.target IS NOT NULL AND coalesce(started_at, finished_at) IS NOT NULL
			OFFSET 0) AS e,
		LATERAL (
			SELECT (vsm.fact_row(source, 'deployment', b.deployment, coalesce(finished_at, started_at),
				vsm.fact_details('source', source, 'repository', repository, 'sha', sha, 'ref', ref, 'url', url,
					-- A parameter says it for all stages.
					'environment', told_environment, 'environment_tier', vsm.meaning(names, 'environment', told_environment)))).*
			UNION ALL
			SELECT (vsm.fact_row(source, 'deployment', b.deployment, e.version,
				vsm.fact_details('environment', e.environment, 'environment_tier',
					vsm.meaning(names, 'environment', e.environment),
					'status', e.status, 'created_at', started_at, 'started_at', started_at, 'finished_at', finished_at))).*
			UNION ALL
			SELECT (vsm.fact_event(source, b.deployment, started_at, 'running', b.deployment || ':running')).*
			UNION ALL
			SELECT (vsm.fact_event(source, b.deployment, finished_at, e.status, b.deployment || ':finished', version => e.version)).*
			UNION ALL
			SELECT (vsm.fact_link(source, b.deployment, sha, 'deploys', 'build')).*
			UNION ALL
			SELECT (vsm.fact_link(source, b.deployment, b.entity, 'part_of', 'build')).*) AS d) AS q;
END;
COMMENT ON FUNCTION vsm.read_jenkins_run_facts(text, jsonb, text, text, text, text, text, text, text, text, timestamptz, timestamptz,
	timestamptz, text) IS
	'the facts of a build of Jenkins, JOB#NUMBER, and of the deployment that it makes if its job deploys; told_environment and told_target '
	'are parameters of the build';

CREATE FUNCTION vsm.jenkins_branch_name(branch jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(regexp_replace(vsm.json_text(branch, 'name'), '^(refs/)?(remotes/)?(origin/|heads/)?', ''), 'detached');
COMMENT ON FUNCTION vsm.jenkins_branch_name(jsonb) IS
	'the name of a branch as the plugin for Git tells of it: origin/main is main; NULL if it is none';

CREATE FUNCTION vsm.jenkins_only_branch(branches jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT min(n.name)
	FROM jsonb_array_elements(branches) AS b (branch), LATERAL (SELECT vsm.jenkins_branch_name(b.branch) AS name OFFSET 0) AS n
	HAVING min(n.name) = max(n.name);
END;
COMMENT ON FUNCTION vsm.jenkins_only_branch(jsonb) IS
	'the one branch in a list that names it in several ways; NULL if it is several, or none';

CREATE FUNCTION vsm.jenkins_branch(branches jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN jsonb_typeof(branches) <> 'array' THEN NULL
	WHEN jsonb_array_length(branches) = 1 THEN vsm.jenkins_branch_name(branches -> 0)
	ELSE vsm.jenkins_only_branch(branches)
END;
COMMENT ON FUNCTION vsm.jenkins_branch(jsonb) IS 'the branch of a revision that was built; NULL if it is several, or none';

CREATE FUNCTION vsm.jenkins_only_remote(urls jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT min(n.name)
	FROM jsonb_array_elements(urls) AS u (url), LATERAL (SELECT vsm.git_repository(vsm.json_text(u.url)) AS name OFFSET 0) AS n
	HAVING min(n.name) = max(n.name);
END;
COMMENT ON FUNCTION vsm.jenkins_only_remote(jsonb) IS 'the one repository in a list of addresses; NULL if it is several, or none';

CREATE FUNCTION vsm.jenkins_remote(urls jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN jsonb_typeof(urls) <> 'array' THEN NULL
	WHEN jsonb_array_length(urls) = 1 THEN vsm.git_repository(vsm.json_text(urls -> 0))
	ELSE vsm.jenkins_only_remote(urls)
END;
COMMENT ON FUNCTION vsm.jenkins_remote(jsonb) IS 'the repository of a revision that was built; NULL if it has remotes of several';

/*
 * The revision that a build is of. A pipeline checks out its libraries, too, and each has one: the
 * first of them is nothing to go by.
 */
CREATE FUNCTION vsm.jenkins_revisions(actions jsonb, OUT repository text, OUT sha text, OUT branch text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT g.repository, g.sha, g.branch
	FROM (
		SELECT vsm.jenkins_remote(a.action -> 'remoteUrls') AS repository,
			vsm.jenkins_sha(a.action #> '{lastBuiltRevision,SHA1}') AS sha,
			vsm.jenkins_branch(a.action #> '{lastBuiltRevision,branch}') AS branch
		FROM jsonb_array_elements(vsm.json_array(actions)) AS a (action)
		WHERE jsonb_typeof(a.action -> 'lastBuiltRevision') = 'object'
		OFFSET 0) AS g
	WHERE g.sha IS NOT NULL OR g.repository IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.jenkins_revisions(jsonb) IS 'the revisions that a build checked out, some of them twice';

CREATE FUNCTION vsm.jenkins_chosen_revision(actions jsonb, changes jsonb, names jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(
		CASE
			WHEN count(*) = 1 THEN jsonb_agg(r.revision) -> 0
			WHEN count(*) FILTER (WHERE r.is_changed) = 1 THEN jsonb_agg(r.revision) FILTER (WHERE r.is_changed) -> 0
			WHEN count(*) FILTER (WHERE r.is_service) = 1 THEN jsonb_agg(r.revision) FILTER (WHERE r.is_service) -> 0
		END,
		-- One repository at several revisions: which of them is not said.
		CASE WHEN min(r.repository) = max(r.repository) AND count(r.repository) = count(*) THEN
			jsonb_build_object('repository', min(r.repository)) END)
	FROM (
		SELECT d.repository, jsonb_build_object('repository', d.repository, 'sha', d.sha, 'branch', d.branch) AS revision,
			changes @? '$[*].items[*].commitId ? (@.type() == "string")'
				AND jsonb_path_exists(changes, '$[*].items[*].commitId ? (@ == $sha)', jsonb_build_object('sha', d.sha)) AS is_changed,
			vsm.meaning(names, 'service', d.repository) IS NOT NULL AS is_service
		FROM (
			SELECT g.repository, g.sha, max(g.branch) AS branch
			FROM vsm.jenkins_revisions(actions) AS g
			GROUP BY g.repository, g.sha) AS d
		OFFSET 0) AS r;
END;
COMMENT ON FUNCTION vsm.jenkins_chosen_revision(jsonb, jsonb, jsonb) IS
	'of several revisions that a build checked out the one that its change sets have, else the one whose repository is a service by '
	'names; NULL if neither says which';

CREATE FUNCTION vsm.jenkins_revision(actions jsonb, changes jsonb, names jsonb) RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE
		WHEN r.count = 1 THEN r.revisions -> 0
		WHEN r.count > 1 THEN vsm.jenkins_chosen_revision(actions, changes, names)
	END
	FROM (
		SELECT count(*) AS count, jsonb_agg(jsonb_build_object('repository', g.repository, 'sha', g.sha, 'branch', g.branch)) AS revisions
		FROM vsm.jenkins_revisions(actions) AS g
		OFFSET 0) AS r;
END;
COMMENT ON FUNCTION vsm.jenkins_revision(jsonb, jsonb, jsonb) IS
	'repository, sha and branch that a build is of: of several revisions the one that its change sets have, else the one whose repository '
	'is a service by names; '
	'NULL if neither says which';

CREATE FUNCTION vsm.jenkins_paths(change jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN jsonb_typeof(change -> 'affectedPaths') = 'array'
		THEN jsonb_path_query_array(change, '$.affectedPaths[*] ? (@.type() == "string" && @ != "")')
	WHEN jsonb_typeof(change -> 'paths') = 'array'
		THEN jsonb_path_query_array(change, '$.paths[*].file ? (@.type() == "string" && @ != "")')
END;
COMMENT ON FUNCTION vsm.jenkins_paths(jsonb) IS 'the paths that a change touches, as a JSON array; NULL if they are not told';

CREATE FUNCTION vsm.jenkins_author(change jsonb, names jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN coalesce(vsm.json_text(change, 'author', 'fullName'), vsm.json_text(change, 'authorEmail')) IS NULL THEN NULL
	ELSE coalesce(vsm.meaning(names, 'author', vsm.json_text(change, 'author', 'fullName')),
		vsm.meaning(names, 'author', vsm.json_text(change, 'authorEmail')), 'person')
END;
COMMENT ON FUNCTION vsm.jenkins_author(jsonb, jsonb) IS
	'what the author of a change is by names: person, bot, or the name of an assistant; NULL if there is none';

CREATE FUNCTION vsm.read_jenkins_changes(source text, changes jsonb, actions jsonb, build_repository text, build_entity text,
	started_at timestamptz, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT q.*
	FROM jsonb_path_query(changes, '$[*]') AS s (set),
	-- A change set is of the repository whose revision is among its changes.
	LATERAL (
		SELECT CASE WHEN jsonb_array_length(jsonb_path_query_array(actions, '$[*].lastBuiltRevision')) > 1 THEN (
				SELECT CASE WHEN min(r.repository) = max(r.repository) THEN min(r.repository) END
				FROM (SELECT vsm.jenkins_remote(a.action -> 'remoteUrls') AS repository
					FROM jsonb_array_elements(vsm.json_array(actions)) AS a (action)
					WHERE vsm.jenkins_sha(a.action #> '{lastBuiltRevision,SHA1}') IS NOT NULL
					AND jsonb_path_exists(s.set, '$.items[*].commitId ? (@ == $sha)',
						jsonb_build_object('sha', a.action #> '{lastBuiltRevision,SHA1}'))
					OFFSET 0) AS r) END AS repository
		OFFSET 0) AS o,
	LATERAL (
		SELECT i.item, vsm.jenkins_sha(coalesce(i.item -> 'commitId', i.item -> 'id')) AS sha,
			-- -1 where it is not known
			coalesce(CASE WHEN i.item -> 'timestamp' IS DISTINCT FROM '-1' THEN vsm.json_time(i.item, 'timestamp') END,
				vsm.json_time(i.item, 'date')) AS at,
			coalesce(vsm.json_text(i.item, 'msg'), split_part(vsm.json_text(i.item, 'comment'), E'\n', 1)) AS title,
			vsm.jenkins_author(i.item, names) AS author
		FROM jsonb_array_elements(vsm.json_array(s.set -> 'items')) AS i (item)
		OFFSET 0) AS c,
	LATERAL (
		SELECT (vsm.fact_link(source, build_entity, c.sha, 'builds', 'change set', since => started_at)).*
		UNION ALL
		SELECT (vsm.fact_row(source, 'commit', c.sha, c.at,
			vsm.fact_details(
				'source', source,
				'repository', coalesce(o.repository, build_repository),
				'committed_at', c.at,
				'title', c.title,
				'author_kind', CASE WHEN c.author <> 'person' THEN 'bot' ELSE c.author END,
				'assisted_by', coalesce(CASE WHEN c.author NOT IN ('person', 'bot') THEN c.author END,
					vsm.assistant(names, vsm.json_text(c.item, 'comment'))),
				'paths', vsm.jenkins_paths(c.item)))).*
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, k.key, 'implements', 'key in title', 0.95, since => c.at)).*
		FROM unnest(vsm.issue_keys(c.title)) AS k (key)
		UNION ALL
		SELECT (vsm.fact_link(source, c.sha, r.reverted[1], 'reverts', 'revert message', since => c.at)).*
		FROM (SELECT vsm.json_text(c.item, 'comment') AS text OFFSET 0) AS m,
			LATERAL (SELECT m.text WHERE strpos(m.text, 'This reverts commit ') > 0 OFFSET 0) AS t,
			regexp_matches(t.text, '\mThis reverts commit ([0-9a-f]{7,64})\M', 'g') AS r (reverted)) AS q
	WHERE c.sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jenkins_changes(text, jsonb, jsonb, text, text, timestamptz, jsonb) IS
	'the facts of the change sets of a build: commits, and what their messages name; build_repository is what the build is of';

CREATE FUNCTION vsm.jenkins_trigger(description text, person text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (Plugins write Started by GitHub push by NAME.)
RETURN regexp_replace(CASE WHEN person IS NULL THEN description ELSE rtrim(replace(description, person, '')) END,
	'^(Started by user|.* by .* by|.*\mchanges by)\M.*$', '\1');
COMMENT ON FUNCTION vsm.jenkins_trigger(text, text) IS
	'what started a build of Jenkins, in its words, without the name of the person, who may be told beside it: Started by user';

CREATE FUNCTION vsm.jenkins_cause(cause jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.jenkins_trigger(vsm.json_text(cause, 'shortDescription'), vsm.json_text(cause, 'userName'));
COMMENT ON FUNCTION vsm.jenkins_cause(jsonb) IS 'what started a build of Jenkins by a cause among its actions, see vsm.jenkins_trigger';

CREATE FUNCTION vsm.read_jenkins_build(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (
		SELECT p.body -> 'actions' AS actions, vsm.jenkins_build_name(p.body) AS name, vsm.json_time(p.body, 'timestamp') AS started_at,
			vsm.jenkins_is_ended(p.body) AS is_ended, vsm.json_text(p.body, 'url') AS url,
			-- Freestyle projects have one changeSet, pipelines one for each repository.
			CASE WHEN p.body ?| '{changeSet,changeSets}' THEN
				jsonb_path_query_array(p.body, '$.changeSet') || jsonb_path_query_array(p.body, '$.changeSets[*]') END AS changes
		OFFSET 0) AS b,
	LATERAL (
		SELECT source || ':build:' || b.name AS entity,
			CASE WHEN b.is_ended THEN vsm.jenkins_shift(b.started_at, vsm.json_number(p.body, 'duration')) END AS finished_at,
			CASE WHEN b.is_ended THEN vsm.json_text(p.body, 'result') END AS result,
			vsm.jenkins_shift(b.started_at,
				- vsm.json_number(jsonb_path_query_first(b.actions, '$[*].queuingDurationMillis'))) AS queued_at,
			vsm.jenkins_cause(jsonb_path_query_first(b.actions, '$[*].causes[*] ? (exists(@.shortDescription))')) AS trigger,
			jsonb_path_query_array(b.actions, '$[*].parameters[*]') AS parameters
		OFFSET 0) AS r,
	LATERAL (
		SELECT (array_agg(vsm.json_text(v.parameter, 'value') ORDER BY length(v.parameter ->> 'name') DESC, v.parameter ->> 'name')
				FILTER (WHERE lower(v.parameter ->> 'name') IN ('environment', 'env', 'deploy_env')
					AND vsm.json_text(v.parameter, 'value') IS NOT NULL))[1]
				AS environment,
			(array_agg(vsm.json_text(v.parameter, 'value') ORDER BY v.parameter ->> 'name')
				FILTER (WHERE lower(v.parameter ->> 'name') = 'target'))[1] AS target
		FROM jsonb_array_elements(r.parameters) AS v (parameter)
		OFFSET 0) AS e,
	LATERAL (
		SELECT v.revision ->> 'repository' AS repository, v.revision ->> 'sha' AS sha, v.revision ->> 'branch' AS branch
		FROM vsm.jenkins_revision(b.actions, b.changes, names) AS v (revision)
		OFFSET 0) AS v,
	LATERAL (
		SELECT c.*
		FROM vsm.read_jenkins_run_facts(source, names, b.name, v.repository, v.sha, v.branch, r.trigger, b.url,
			e.environment, e.target, r.queued_at, b.started_at, r.finished_at, r.result) AS c
		UNION ALL
		SELECT q.*
		FROM (
			-- A pipeline checks out its libraries, too: each has a revision.
			SELECT (vsm.fact_link(source, r.entity, vsm.jenkins_sha(v.sha), 'builds', 'build', since => b.started_at)).*
			FROM jsonb_path_query(b.actions, '$[*].lastBuiltRevision.SHA1') AS v (sha)
			WHERE vsm.jenkins_sha(v.sha) IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, r.entity,
				source || ':build:' || vsm.jenkins_build(vsm.json_text(u.cause, 'upstreamUrl')
					|| vsm.json_text(u.cause, 'upstreamBuild')),
				'part_of', 'upstream build', since => b.started_at)).*
			FROM jsonb_path_query(b.actions, '$[*].causes[*] ? (exists(@.upstreamUrl))') AS u (cause)) AS q
		UNION ALL
		SELECT c.*
		FROM vsm.read_jenkins_changes(source, b.changes, b.actions, v.repository, r.entity, b.started_at, names) AS c
		WHERE b.changes IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_build(text, jsonb, jsonb) IS 'facts of a build of Jenkins: GET .../job/NAME/NUMBER/api/json';

CREATE FUNCTION vsm.read_jenkins_run(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (
		SELECT vsm.jenkins_build(vsm.json_text(p.body, '_links', 'self', 'href')) AS name,
			vsm.json_time(p.body, 'enQueueTime') AS queued_at,
			vsm.json_time(p.body, 'startTime') AS started_at,
			coalesce(vsm.json_time(p.body, 'endTime'), CASE WHEN vsm.json_text(p.body, 'state') = 'FINISHED' THEN
				vsm.jenkins_shift(vsm.json_time(p.body, 'startTime'), vsm.json_number(p.body, 'durationInMillis')) END) AS finished_at,
			CASE WHEN p.body ->> 'result' IN ('SUCCESS', 'UNSTABLE', 'FAILURE', 'ABORTED', 'NOT_BUILT')
				AND vsm.json_text(p.body, 'state') IS DISTINCT FROM 'RUNNING'
				THEN p.body ->> 'result' END AS result,
			vsm.jenkins_sha(p.body -> 'commitId') AS sha,
			-- The changes are a list here, which says nothing of the repository.
			jsonb_build_array(jsonb_build_object('items', p.body -> 'changeSet')) AS changes
		OFFSET 0) AS b,
	LATERAL (
		SELECT source || ':build:' || b.name AS entity, CASE WHEN p.body ? 'branch' AND jsonb_typeof(p.body -> 'branch') = 'object' THEN
			replace(regexp_replace(b.name, '^.*/|#\d+$', '', 'g'), '%2F', '/') END AS ref
		OFFSET 0) AS r,
	LATERAL (
		SELECT c.*
		FROM vsm.read_jenkins_run_facts(source, names, b.name, NULL, b.sha, r.ref,
			vsm.jenkins_cause(jsonb_path_query_first(p.body, '$.causes[*] ? (exists(@.shortDescription))')), NULL, NULL, NULL,
			CASE WHEN b.queued_at < b.started_at THEN b.queued_at END, b.started_at, b.finished_at,
				b.result) AS c
		UNION ALL
		SELECT q.*
		FROM (
			SELECT (vsm.fact_link(source, r.entity, b.sha, 'builds', 'build', since => b.started_at)).*
			UNION ALL
			SELECT (vsm.fact_link(source, r.entity,
				source || ':build:' || vsm.jenkins_build(vsm.json_text(u.cause, 'upstreamUrl')
					|| vsm.json_text(u.cause, 'upstreamBuild')),
				'part_of', 'upstream build', since => b.started_at)).*
			FROM jsonb_path_query(p.body, '$.causes[*] ? (exists(@.upstreamUrl))') AS u (cause)) AS q
		UNION ALL
		SELECT c.* FROM vsm.read_jenkins_changes(source, b.changes, NULL, NULL, r.entity, b.started_at, names) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_run(text, jsonb, jsonb) IS
	'facts of a run of a pipeline as Blue Ocean has it: GET /blue/rest/organizations/ORGANIZATION/pipelines/NAME/runs/NUMBER';

CREATE FUNCTION vsm.jenkins_parameters(parameters jsonb, OUT environment text, OUT target text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (array_agg(vsm.json_text(v.value) ORDER BY length(v.key) DESC, v.key)
			FILTER (WHERE lower(v.key) IN ('environment', 'env', 'deploy_env') AND vsm.json_text(v.value) IS NOT NULL))[1],
		(array_agg(vsm.json_text(v.value) ORDER BY v.key) FILTER (WHERE lower(v.key) = 'target'))[1]
	FROM jsonb_each(vsm.json_object(parameters)) AS v (key, value);
END;
COMMENT ON FUNCTION vsm.jenkins_parameters(jsonb) IS
	'the environment and the target that the parameters of a build name, an object as plugins post it';

CREATE FUNCTION vsm.read_jenkins_notification(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload -> 'build' AS body OFFSET 0) AS p,
	LATERAL (
		SELECT coalesce(vsm.json_text(p.body, 'full_url'), vsm.json_text(p.body, 'url')) AS url,
			vsm.json_text(p.body, 'phase') AS phase,
			vsm.json_time(p.body, 'timestamp') AS at,
			vsm.jenkins_sha(p.body #> '{scm,commit}') AS sha, vsm.git_repository(vsm.json_text(p.body, 'scm', 'url')) AS repository,
			vsm.jenkins_branch_name(jsonb_build_object('name', p.body #> '{scm,branch}')) AS branch
		OFFSET 0) AS b,
	LATERAL (
		-- At the end of a build the time is that of the end.
		SELECT vsm.jenkins_build(b.url) AS name,
			CASE
				WHEN b.phase = 'STARTED' THEN b.at
				WHEN b.phase IN ('COMPLETED', 'FINALIZED') THEN vsm.jenkins_shift(b.at, - vsm.json_number(p.body, 'duration'))
			END AS started_at,
			CASE WHEN b.phase IN ('COMPLETED', 'FINALIZED') THEN b.at END AS finished_at
		OFFSET 0) AS r,
	LATERAL vsm.jenkins_parameters(p.body -> 'parameters') AS e,
	LATERAL (
		-- A build is finalized some time after its end: what else tells its times knows them better.
		SELECT c.source, c.fact, c.entity,
			CASE
				WHEN b.phase <> 'FINALIZED' OR r.started_at IS NULL THEN c.at
				WHEN c.fact = 'build' THEN r.started_at + interval '1 millisecond'
				WHEN c.fact = 'deployment' AND c.details ? 'finished_at' THEN c.at - interval '12 hours'
				ELSE c.at
			END AS at,
			c.value, c.id, c.name, c.previous, c.value_id, c.previous_id, c.seq, c.method, c.confidence, c.until, c.details, c.version
		FROM vsm.read_jenkins_run_facts(source, names, r.name, b.repository, b.sha, b.branch, NULL, b.url, e.environment, e.target,
			CASE WHEN b.phase = 'QUEUED' THEN b.at END, r.started_at, r.finished_at,
			CASE WHEN r.finished_at IS NOT NULL THEN vsm.json_text(p.body, 'status') END) AS c
		UNION ALL
		SELECT (vsm.fact_link(source, source || ':build:' || r.name, b.sha, 'builds', 'build', since => r.started_at)).*
		WHERE b.sha IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_notification(text, jsonb, jsonb) IS
	'facts of what the Notification plugin of Jenkins posts when a build was queued, starts and completes';

CREATE FUNCTION vsm.read_jenkins_statistics(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS p,
	LATERAL (
		SELECT vsm.jenkins_statistics_name(p.body) AS name,
			vsm.json_time(p.body, 'startTime') AS told_start, vsm.json_time(p.body, 'endTime') AS finished_at,
			CASE WHEN p.body ->> 'result' NOT IN ('INPROGRESS', 'UNKNOWN') THEN vsm.json_text(p.body, 'result') END AS result,
			vsm.jenkins_sha(p.body #> '{scmInfo,commit}') AS sha, vsm.git_repository(vsm.json_text(p.body, 'scmInfo', 'url')) AS repository,
			vsm.jenkins_branch_name(jsonb_build_object('name', p.body #> '{scmInfo,branch}')) AS branch
		OFFSET 0) AS b,
	LATERAL (
		-- What is posted at the end tells how long the build took, not when it started.
		SELECT coalesce(b.told_start, vsm.jenkins_shift(b.finished_at, - vsm.json_number(p.body, 'duration'))) AS started_at
		OFFSET 0) AS r,
	LATERAL vsm.jenkins_parameters(p.body -> 'parameters') AS e,
	LATERAL (
		SELECT c.*
		FROM vsm.read_jenkins_run_facts(source, names, b.name, b.repository, b.sha, b.branch,
			vsm.jenkins_trigger(vsm.json_text(p.body, 'buildCause'), vsm.json_text(p.body, 'startedUserName')),
			vsm.json_text(p.body, 'ciUrl') || vsm.json_text(p.body, 'buildUrl'), e.environment, e.target,
			CASE WHEN b.told_start IS NOT NULL AND vsm.json_number(p.body, 'queueTime') > 0 THEN
				vsm.jenkins_shift(b.told_start, - vsm.json_number(p.body, 'queueTime')) END,
			r.started_at, b.finished_at, b.result) AS c
		UNION ALL
		SELECT (vsm.fact_link(source, source || ':build:' || b.name, b.sha, 'builds', 'build', since => r.started_at)).*
		WHERE b.sha IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_statistics(text, jsonb, jsonb) IS
	'facts of what the Statistics Gatherer plugin of Jenkins posts when a build starts and ends';
