# Views of flow over the generated model of 400 tickets (VSM_ORACLE_ITEMS: of so many) that ends now, with parts, due dates, blockers
# and a new process in it, beside their definition in plain SQL (test/views_flow_oracle.sql).
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error -c jit=off'
createdb vsm_views_flow
trap 'dropdb --force vsm_views_flow; rm -rf "$tmp"' EXIT
run() { sql -d vsm_views_flow "$@"; }
run -c 'CREATE EXTENSION vsm' >/dev/null
items=${VSM_ORACLE_ITEMS:-400}
run -v items="$items" -v schema=flow -v first_day="$(run -c "SELECT now() - interval '1000 days'")" \
	-f "$VSM_TOP/test/bench/setup/model.sql" >"$tmp/output" 2>&1
result $? "a model of $items tickets is made"
comment <"$tmp/output"
run >/dev/null <<'SQL'
UPDATE flow.model SET time_zone = 'Europe/Paris', week_starts = 'sun';
CREATE TEMP TABLE ticket AS SELECT item, created_at, split_part(item, ':', 3)::int AS i FROM flow.item WHERE source = 'jira';
UPDATE flow.item SET parent = 'jira:issue:' || i - i % 10 + 5
FROM ticket AS t WHERE t.item = item.item AND i % 10 IN (1, 2) AND i % 30 < 20;
UPDATE flow.item SET due_at = item.created_at + i % 60 * interval '1 day' FROM ticket AS t WHERE t.item = item.item AND i % 2 = 0;
INSERT INTO flow.service_level (value_stream, stage, days) VALUES (NULL, NULL, 12), ('Shop', NULL, 20), ('Shop', 'QA', 2);
INSERT INTO flow.process_baseline (value_stream, team, since)
SELECT v.value_stream, v.team, now()::date - v.days
FROM (VALUES ('Shop', 'Red', 600), ('Shop', 'Red', 300), ('Payments', 'Green', 100)) AS v (value_stream, team, days);
INSERT INTO flow.link (source, target, kind, since, until)
SELECT item, 'jira:issue:' || i + n, 'blocked_by', created_at + i % 5 * n * interval '1 day',
	CASE WHEN (i + n) % 3 = 0 THEN created_at + 12 * n * interval '1 day' END
FROM ticket, generate_series(1, 3) AS n WHERE i % 7 = 0;
CALL vsm.refresh('flow');
SQL
run >"$tmp/found" 2>&1 <<SQL
BEGIN ISOLATION LEVEL REPEATABLE READ;
\ir $VSM_TOP/test/views_flow_oracle.sql
SELECT 'differs', v, d.side, d.line
FROM unnest(ARRAY['flow_weekly', 'flow_monthly', 'cumulative_flow_daily', 'aging_work', 'bottleneck', 'dependency_wait', 'process_map',
		'journey']) AS v,
	LATERAL (SELECT * FROM pg_temp.view_differs(v) LIMIT 4) AS d;
SELECT 'has', v.what FROM (VALUES
	('reworked items', (SELECT count(*) FROM flow.bottleneck WHERE complete_and_accurate_rate < 1)),
	('items that are in a stage', (SELECT count(*) FROM flow.aging_work WHERE eta_p85_at IS NOT NULL)),
	('parents', (SELECT count(*) FROM flow.flow_monthly WHERE level = 'parent' AND finished_count > 0)),
	('reopened items', (SELECT count(*) FROM flow.flow_weekly WHERE reopened_count > 0)),
	('limits of both kinds', (SELECT count(*) FROM flow.flow_weekly WHERE finished_limit_upper > 0 AND flow_time_limit_upper_days > 0)),
	('several blockers at once', (SELECT count(*) FROM flow.dependency_wait WHERE wait_days > shared_wait_days)),
	('unmapped stages', (SELECT count(*) FROM flow.cumulative_flow_daily WHERE stage = '(unmapped)')),
	('released items', (SELECT count(*) FROM flow.journey WHERE release_wait_days > 0)),
	('reverted items', (SELECT count(*) FROM flow.journey WHERE reverted_at IS NOT NULL)),
	('approvals', (SELECT count(*) FROM flow.journey WHERE approval_days > 0))) AS v (what, number)
WHERE v.number > 0 ORDER BY v.what;
SQL
is "$(grep -v '^has' "$tmp/found")" '' 'each view is what plain SQL makes of items and visits'
is "$(sed -n 's/^has|//p' "$tmp/found" | tr '\n' ',')" \
	"approvals,items that are in a stage,limits of both kinds,parents,released items,reopened items,reverted items,reworked items,\
several blockers at once,unmapped stages," \
	'and all that makes them hard is in the model'
done_testing
