/*
 * What the names of jobs and stages of a build server say of deployments: for every tool that knows
 * none of its own.
 */

CREATE FUNCTION vsm.job_environment(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lower(nullif(regexp_replace(regexp_replace(
	substring(name FROM '(?i)(?:^|[^a-z])deploy(?:ment|s|ing)?(?![a-z])[^a-z0-9]*(?:(?:to|on|into|in)[^a-z0-9]+)?([^/]*)'),
	'(#\d+|[^a-zA-Z0-9]+)$', ''),
	-- deploy checkout to production
	'^.*[^a-z0-9](?:to|into|onto)[^a-z0-9]+', '', 'i'), ''));
COMMENT ON FUNCTION vsm.job_environment(text) IS
	'the environment in the name of a job or stage that deploys: deploy-production, Deploy to staging; NULL if the name says none';

CREATE FUNCTION vsm.job_deploys(name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN name ~* '(^|[^a-z])deploy(ment|s|ing)?([^a-z]|$)'
	AND name !~* ('(^|[^a-z])(pre|post|before|after)[^a-z]*(the[^a-z]+)?deploy'
		'|(^|[^a-z])(verify|verification of|validate|check|test|approve|approval of|confirm|await|wait for|prepare|monitor|announce'
			'|notify of|plan|review)'
			'[^a-z]+((the|of|for|about)[^a-z]+)*deploy'
		'|(^|[^a-z])deploy(ment|s)?[^a-z]+(checks?|tests|verification|validation|approvals?|gate|decision|confirmation|notification'
			'|report|summary|status)([^a-z]|$)');
COMMENT ON FUNCTION vsm.job_deploys(text) IS
	'whether the name of a job or stage has the word "deploy", and is not about what is done before or after it: Verify deployment';

CREATE FUNCTION vsm.job_target(names jsonb, kind text, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	-- A word that stands in the name is not what its users said of it.
	WHEN name ~* 'deploy' AND NOT vsm.job_deploys(name) AND vsm.meaning(names, kind, name) = 'deploy'
		AND names #> ARRAY[kind, 'name', lower(name)] IS NULL THEN NULL
	ELSE vsm.meaning(names, kind, name)
END;
COMMENT ON FUNCTION vsm.job_target(jsonb, text, text) IS
	'what the name of a job or stage means by names: deploy, or the environment that it deploys to; NULL if it deploys nothing';

CREATE FUNCTION vsm.job_target_environment(target text, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN target = 'deploy' THEN vsm.job_environment(name) ELSE target END;
COMMENT ON FUNCTION vsm.job_target_environment(text, text) IS
	'the environment that a job or stage deploys to, by what its name means and by the name itself';
