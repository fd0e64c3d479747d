CREATE OR REPLACE VIEW :"schema".change_lead_time WITH (security_barrier) AS
SELECT q.sha, q.value_stream, q.portfolio, q.team, q.service, q.environment, q.released_at, q.released_day, q.released_week,
	q.released_month, q.first_commit_at, k.committed_at, q.deployment, q.repository, k.title, k.url, q.method, q.lead_time_hours,
	k.additions, k.deletions, k.author_kind, k.assisted_by
FROM (
		SELECT r.sha, coalesce(s.value_stream, '(none)') AS value_stream, coalesce(v.portfolio, '(none)') AS portfolio,
			coalesce(s.team, '(none)') AS team, coalesce(nullif(f.service, ''), '(none)') AS service,
			coalesce(nullif(f.environment, ''), '(none)') AS environment, f.finished_at AS released_at,
			f.finished_day AS released_day, f.finished_week AS released_week, f.finished_month AS released_month,
			r.first_commit_at, f.deployment,
			coalesce(nullif(f.repository, ''), '(none)') AS repository, CASE WHEN r.is_squash THEN 'request' ELSE 'commit' END AS method,
			CASE WHEN r.first_commit_at <= f.finished_at THEN date_part('epoch', f.finished_at - r.first_commit_at) / 3600 END
				AS lead_time_hours
		FROM :"schema".deployment_flow AS f
			JOIN :"schema".change_flow AS r ON r.deployment = f.deployment
			LEFT JOIN :"schema".service AS s ON s.service = f.service
			LEFT JOIN :"schema".value_stream AS v ON v.value_stream = s.value_stream) AS q
	LEFT JOIN :"schema".commit AS k ON k.sha = q.sha
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".change_lead_time IS
	'changes in production: one row a commit and service, merges and those of the first deployment of a service left out';
COMMENT ON COLUMN :"schema".change_lead_time.sha IS 'commit';
COMMENT ON COLUMN :"schema".change_lead_time.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".change_lead_time.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".change_lead_time.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".change_lead_time.service IS 'service, as told or by naming, else by the repository; (none): not known';
COMMENT ON COLUMN :"schema".change_lead_time.environment IS
	'environment of production that it came to first, by its name; (none): it has none';
COMMENT ON COLUMN :"schema".change_lead_time.released_at IS 'when it came to production of the service';
COMMENT ON COLUMN :"schema".change_lead_time.released_day IS 'day on which it came to production, in the time zone of the model';
COMMENT ON COLUMN :"schema".change_lead_time.released_week IS 'week in which it came to production, by its first day';
COMMENT ON COLUMN :"schema".change_lead_time.released_month IS 'month in which it came to production, by its first day';
COMMENT ON COLUMN :"schema".change_lead_time.first_commit_at IS
	'when it was written; of a squash when the first commit of its merge request was; NULL: not told';
COMMENT ON COLUMN :"schema".change_lead_time.committed_at IS 'when it was committed; NULL: not told';
COMMENT ON COLUMN :"schema".change_lead_time.deployment IS 'deployment that it came with';
COMMENT ON COLUMN :"schema".change_lead_time.repository IS 'repository; (none): none is known';
COMMENT ON COLUMN :"schema".change_lead_time.title IS 'first line of its message; NULL: not told';
COMMENT ON COLUMN :"schema".change_lead_time.url IS 'address in the version control; NULL: not told';
COMMENT ON COLUMN :"schema".change_lead_time.method IS
	'from when its lead time counts: commit (when it was written) or request (when the first commit of its merge request '
	'was, none of whose own commits is released)';
COMMENT ON COLUMN :"schema".change_lead_time.lead_time_hours IS
	'change lead time in hours, from written to in production; NULL: not told when it was written, or later than it was released';
COMMENT ON COLUMN :"schema".change_lead_time.additions IS 'lines added; NULL: not told';
COMMENT ON COLUMN :"schema".change_lead_time.deletions IS 'lines removed; NULL: not told';
COMMENT ON COLUMN :"schema".change_lead_time.author_kind IS 'who wrote it: person or bot; NULL: not known';
COMMENT ON COLUMN :"schema".change_lead_time.assisted_by IS 'assistant that helped to write it; NULL: none is known';
