# Refresh as pg_cron runs it, each minute, as the owner of the model, beside four writers: no run fails, nothing is missed, and what it
# costs.
#   VSM_CRON_SECONDS   how long; make stress gives 600. Without it there is nothing to do.
. "$(dirname "$0")/tap.sh"
. "$VSM_TOP/test/refresh_stress.sh"
[ -n "${VSM_CRON_SECONDS:-}" ] || skip_all 'make stress runs it'
seconds=$VSM_CRON_SECONDS
. "$VSM_TOP/test/cron_cluster.sh"
start_cron stress -c max_connections=50 -c max_prepared_transactions=10 -c max_worker_processes=16 -c jit=off
export PGDATABASE=stress PGOPTIONS='-c client_min_messages=error'
createdb stress
# Who owns the model is no superuser, and schedules its refresh himself.
sql -c 'CREATE EXTENSION vsm' -c 'CREATE EXTENSION pg_cron' -c 'CREATE ROLE keeper LOGIN' -c 'GRANT CREATE ON DATABASE stress TO keeper' \
	-c 'GRANT USAGE ON SCHEMA cron TO keeper' >/dev/null
run() { sql -U keeper "$@"; }
run -c "CALL vsm.create_model('flow')" >/dev/null
stress_model
run -c "SELECT cron.schedule('refresh flow', '* * * * *', 'CALL vsm.refresh(''flow'')')" >/dev/null

over_at=$(($(date +%s) + seconds))
for w in 1 2 3 4; do
	(stress_transactions $w 0 "$seconds" 2>/dev/null | psql -XAtq -U keeper >/dev/null 2>>"$tmp/writers") &
done
wait
transactions=0
for w in 1 2 3 4; do transactions=$((transactions + $(cat "$tmp/number.$w"))); done
# The run of a minute that has begun ends; then there are no more. (pg_cron cancels the run of a job that is unscheduled.)
run -c "SELECT cron.alter_job(jobid, schedule => '0 0 29 2 *') FROM cron.job" >/dev/null
await sql -c "SELECT 1 WHERE NOT EXISTS (SELECT FROM cron.job_run_details WHERE status NOT IN ('succeeded', 'failed'))"
sql -c "SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE database = current_database()" | sql >/dev/null

is "$(sql -c "SELECT DISTINCT status, return_message FROM cron.job_run_details WHERE status <> 'succeeded'")" '' 'no run has failed'
runs=$(sql -c "SELECT count(*) FROM cron.job_run_details WHERE status = 'succeeded'")
ok "there was one each minute: $runs" [ "$runs" -ge $((seconds / 60 - 1)) ]
is "$(sql -c 'SELECT DISTINCT username FROM cron.job_run_details')" keeper 'as the owner of the model'
ok 'they made items anew' [ "$(run -c "SELECT coalesce(sum(done), 0) FROM flow.refresh_log WHERE step = 'items'")" -gt 0 ]
seen
is "$(run -c 'SELECT count(*) FROM flow.touched')" 0 'nothing is left to do'
is "$(differences)" '' 'all is as if made anew'
echo "# $transactions transactions of writers in $seconds s; $(sql -c "SELECT format(
		'%s runs, which took %s s at the median, %s at most, %s %% of the time', count(*),
		round(percentile_cont(0.5) WITHIN GROUP (ORDER BY d.seconds)::numeric, 2), round(max(d.seconds)::numeric, 2),
		round((100 * sum(d.seconds) / $seconds)::numeric, 1))
	FROM (SELECT date_part('epoch', end_time - start_time) AS seconds FROM cron.job_run_details WHERE status = 'succeeded') AS d"
); $(run -c "SELECT format('%s items made anew', sum(l.done)) FROM flow.refresh_log AS l WHERE l.step = 'items'")"
done_testing
