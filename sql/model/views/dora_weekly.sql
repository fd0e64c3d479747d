CREATE OR REPLACE VIEW :"schema".dora_weekly WITH (security_barrier) AS
SELECT q.period AS week, q.value_stream, q.portfolio, q.team, q.service, q.environment, q.is_complete, q.deployment_count, q.release_count,
	q.deployment_day_count, q.failed_count, q.failed_guess_count, q.open_failed_count, q.rollback_count, q.rework_count, q.change_count,
	q.change_lead_time_p50_hours, q.change_fail_rate, q.change_fail_rate_stated, q.rework_rate, q.recovery_p50_hours, now() AS as_of_at
FROM :"schema".dora_period AS q
WHERE q.unit = 'week' AND (NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE'))));

COMMENT ON VIEW :"schema".dora_weekly IS 'the measures of DORA by week, service and environment, every week from the first deployment on';
COMMENT ON COLUMN :"schema".dora_weekly.week IS 'week, by its first day';
COMMENT ON COLUMN :"schema".dora_weekly.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".dora_weekly.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".dora_weekly.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".dora_weekly.service IS 'service, as told or by naming, else by the repository; (none): not known';
COMMENT ON COLUMN :"schema".dora_weekly.environment IS 'environment of production by its name; (none): it has none';
COMMENT ON COLUMN :"schema".dora_weekly.is_complete IS 'whether the week is over';
COMMENT ON COLUMN :"schema".dora_weekly.deployment_count IS 'number of deployments that count';
COMMENT ON COLUMN :"schema".dora_weekly.release_count IS
	'number of deployments whose commit came to production of the service with them, counted where it came first';
COMMENT ON COLUMN :"schema".dora_weekly.deployment_day_count IS 'number of days with a deployment';
COMMENT ON COLUMN :"schema".dora_weekly.failed_count IS
	'number of deployments that failed; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_weekly.failed_guess_count IS
	'number of those that failed by a guess alone: the latest deployment before an incident; NULL: no incident of the value '
	'stream was told of by then';
COMMENT ON COLUMN :"schema".dora_weekly.open_failed_count IS
	'number of those that failed and have not recovered; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_weekly.rollback_count IS
	'number of deployments that roll back; NULL: no commit of the service is known by then';
COMMENT ON COLUMN :"schema".dora_weekly.rework_count IS
	'number of deployments made because of an incident; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_weekly.change_count IS
	'number of commits that came to production of the service; NULL: no commit of the service is known by then';
COMMENT ON COLUMN :"schema".dora_weekly.change_lead_time_p50_hours IS 'median of the change lead time in hours; NULL: no changes';
COMMENT ON COLUMN :"schema".dora_weekly.change_fail_rate IS
	'change fail rate: deployments that failed / deployments, from 0 to 1; NULL: no deployments, or no incident of the value '
	'stream was told of by then';
COMMENT ON COLUMN :"schema".dora_weekly.change_fail_rate_stated IS
	'change fail rate without guesses; NULL: no deployments, or no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_weekly.rework_rate IS
	'deployment rework rate: deployments made because of an incident / deployments, from 0 to 1; NULL: no deployments, or no '
	'incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_weekly.recovery_p50_hours IS
	'median of the time to recover from a deployment that failed, in hours; NULL: none has recovered';
COMMENT ON COLUMN :"schema".dora_weekly.as_of_at IS 'now: when it was read';
