CREATE OR REPLACE VIEW :"schema".dora_monthly WITH (security_barrier) AS
SELECT q.period AS month, q.value_stream, q.portfolio, q.team, q.service, q.environment, q.is_complete, q.deployment_count, q.release_count,
	q.deployment_day_count, q.failed_count, q.failed_guess_count, q.open_failed_count, q.rollback_count, q.rework_count, q.change_count,
	q.change_lead_time_p50_hours, q.change_fail_rate, q.change_fail_rate_stated, q.rework_rate, q.recovery_p50_hours, now() AS as_of_at
FROM :"schema".dora_period AS q
WHERE q.unit = 'month' AND (NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE'))));

COMMENT ON VIEW :"schema".dora_monthly IS
	'the measures of DORA by month, service and environment, every month from the first deployment on';
COMMENT ON COLUMN :"schema".dora_monthly.month IS 'month, by its first day';
COMMENT ON COLUMN :"schema".dora_monthly.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".dora_monthly.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".dora_monthly.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".dora_monthly.service IS 'service, as told or by naming, else by the repository; (none): not known';
COMMENT ON COLUMN :"schema".dora_monthly.environment IS 'environment of production by its name; (none): it has none';
COMMENT ON COLUMN :"schema".dora_monthly.is_complete IS 'whether the month is over';
COMMENT ON COLUMN :"schema".dora_monthly.deployment_count IS 'number of deployments that count';
COMMENT ON COLUMN :"schema".dora_monthly.release_count IS
	'number of deployments whose commit came to production of the service with them, counted where it came first';
COMMENT ON COLUMN :"schema".dora_monthly.deployment_day_count IS 'number of days with a deployment';
COMMENT ON COLUMN :"schema".dora_monthly.failed_count IS
	'number of deployments that failed; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_monthly.failed_guess_count IS
	'number of those that failed by a guess alone: the latest deployment before an incident; NULL: no incident of the value '
	'stream was told of by then';
COMMENT ON COLUMN :"schema".dora_monthly.open_failed_count IS
	'number of those that failed and have not recovered; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_monthly.rollback_count IS
	'number of deployments that roll back; NULL: no commit of the service is known by then';
COMMENT ON COLUMN :"schema".dora_monthly.rework_count IS
	'number of deployments made because of an incident; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_monthly.change_count IS
	'number of commits that came to production of the service; NULL: no commit of the service is known by then';
COMMENT ON COLUMN :"schema".dora_monthly.change_lead_time_p50_hours IS 'median of the change lead time in hours; NULL: no changes';
COMMENT ON COLUMN :"schema".dora_monthly.change_fail_rate IS
	'change fail rate: deployments that failed / deployments, from 0 to 1; NULL: no deployments, or no incident of the value '
	'stream was told of by then';
COMMENT ON COLUMN :"schema".dora_monthly.change_fail_rate_stated IS
	'change fail rate without guesses; NULL: no deployments, or no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_monthly.rework_rate IS
	'deployment rework rate: deployments made because of an incident / deployments, from 0 to 1; NULL: no deployments, or no '
	'incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_monthly.recovery_p50_hours IS
	'median of the time to recover from a deployment that failed, in hours; NULL: none has recovered';
COMMENT ON COLUMN :"schema".dora_monthly.as_of_at IS 'now: when it was read';
