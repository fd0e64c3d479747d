# The generated model of test/bench/setup/model.sql, of 2,000 tickets: it has in it what it says, and after a few changes to it a
# refresh gives what a rebuild gives.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error'
createdb vsm_generated
trap 'dropdb --force vsm_generated; rm -rf "$tmp"' EXIT
run() { sql -d vsm_generated "$@"; }
run -c 'CREATE EXTENSION vsm' >/dev/null
run -v items=2000 -v schema=flow -f "$VSM_TOP/test/bench/setup/model.sql" >"$tmp/output" 2>&1
result $? 'a model of 2,000 tickets is made'
comment <"$tmp/output"
run -c "CALL vsm.refresh('flow')" >/dev/null

# Each of these is there: how often, at least.
some() { # LEAST DESCRIPTION QUERY
	found=$(run -c "SET search_path = flow, public" -c "SELECT count(*) FROM ($3) AS q")
	[ "${found:-0}" -ge "$1" ] 2>/dev/null
	status=$?
	result $status "$2"
	[ $status = 0 ] || echo "# $found, not $1 or more"
}
some 2000 'tickets' "SELECT FROM item WHERE source = 'jira'"
some 100 'rework' 'SELECT FROM item_flow WHERE rework > 0'
some 50 'reopened tickets' 'SELECT FROM item_flow WHERE reopened > 0'
some 20 'cancelled tickets' "SELECT FROM item_flow WHERE outcome = 'cancelled'"
some 5 'hot fixes: from ticket to release within a day' "SELECT FROM item_flow AS f JOIN item AS i USING (item)
	WHERE i.priority = 'Highest' AND f.first_released_at < i.created_at + interval '1 day'"
some 3 'cherry-picked commits, deployed on their own' \
	"SELECT FROM commit AS c JOIN deployment AS d ON d.sha = c.sha WHERE c.title LIKE 'Pick %' AND d.environment = 'live'"
some 50 'tickets with two requests or more' "SELECT item FROM item_part WHERE kind = 'request' GROUP BY item HAVING count(*) > 1"
some 50 'loose commits' "SELECT FROM item_part WHERE kind = 'commit'"
some 5 'one request for several tickets' 'SELECT part FROM item_part GROUP BY part HAVING count(DISTINCT item) > 1'
some 2 'release requests, which are no parts' "SELECT FROM merge_request AS q WHERE q.source_branch = 'release'
	AND NOT EXISTS (SELECT FROM item_part AS p WHERE p.part = q.merge_request)"
some 10 'reverts, which are no parts' \
	"SELECT FROM link AS l WHERE l.kind = 'reverts' AND NOT EXISTS (SELECT FROM item_part AS p WHERE p.part = l.source)"
some 10 'parts by keys that have moved' "SELECT FROM item_part AS p JOIN link AS l ON l.source = p.part AND l.target LIKE 'OLD-%'"
some 10 'released while the ticket stays open' \
	"SELECT FROM item_flow WHERE released_at IS NOT NULL AND finished_at IS NULL AND cancelled_at IS NULL AND tracker::text LIKE '%QA%'"
some 10 'backports to a branch that is never released' \
	"SELECT FROM item_part WHERE branch = 'release/1' AND NOT releasable AND released_at IS NULL"
some 50 'merged before the first known deployment, of which no release is known' \
	"SELECT FROM item_part AS p JOIN commit_release AS c ON c.sha = p.sha WHERE c.is_first AND p.released_at IS NULL"
some 1 'a service without deployments for a year' \
	"SELECT service FROM deployment GROUP BY service HAVING max(finished_at) < timestamptz '2025-01-01' - interval '3 months'"
some 30 'approved for a week and more before the release, coded within a day' "SELECT FROM item_part WHERE merged_at IS NOT NULL
	AND opened_at - first_commit_at < interval '1 day' AND timeline::text LIKE '%release approved%'"
some 40 'failed builds of commits that were built at last' \
	"SELECT FROM build AS b JOIN build AS s ON s.sha = b.sha AND s.status = 'success' WHERE b.status = 'failed'"
some 5 'items that were used' 'SELECT FROM item_flow WHERE first_used_at IS NOT NULL'
some 10 'pull requests of GitHub among parts' "SELECT FROM item_part WHERE part LIKE 'github:%'"
some 10 'and merge requests of GitLab' "SELECT FROM item_part WHERE part LIKE 'gitlab:%'"

kept() {
	for t in commit_release released_branch deployment_flow change_flow incident_source item_part item_flow visit flow_count; do
		echo "SELECT '$t', t::text FROM flow.$t AS t ORDER BY 2;"
	done | run
}
kept >"$tmp/before"
# In one transaction: others that still run, in whatever database, would have refresh wait with what is written after they began.
run >"$tmp/refreshed" <<'SQL'
BEGIN;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', 'new' || n, 'jira:issue:' || 1 + n * 37 % 2000, timestamptz '2025-09-20' + n * interval '1 hour',
	(ARRAY['In Progress', 'QA', 'Done'])[1 + n % 3] FROM generate_series(1, 40) AS n;
UPDATE flow.event SET state = 'In Review' WHERE event_id LIKE '77%:2';
DELETE FROM flow.event WHERE event_id LIKE '55%:9';
UPDATE flow.link SET until = '2025-09-01' WHERE kind IN ('implements', 'fixes') AND hashtext(source) % 50 = 0;
DELETE FROM flow.link WHERE kind = 'part_of' AND hashtext(source) % 60 = 0;
DELETE FROM flow.deployment WHERE hashtext(deployment) % 40 = 0;
INSERT INTO flow.deployment (deployment, service, repository, environment, environment_tier, sha, status, finished_at)
SELECT 'new:' || c.repository, c.repository, c.repository, 'live', 'production', max(c.sha), 'success', '2025-09-28'
FROM flow.commit AS c GROUP BY c.repository;
DELETE FROM flow.merge_request WHERE hashtext(merge_request) % 70 = 0;
UPDATE flow.item SET project = 'OPS' WHERE hashtext(item) % 80 = 0;
DELETE FROM flow.item_alias WHERE hashtext(alias) % 90 = 0;
SELECT vsm.refresh_once('flow');
COMMIT;
SQL
like "$(cat "$tmp/refreshed")" '^[1-9][0-9]*$' 'a refresh makes items anew'
kept >"$tmp/found"
like "$(diff "$tmp/before" "$tmp/found" | grep -c '^[<>]')" '^[1-9][0-9][0-9]' 'by which much has changed'
run -c "SELECT vsm.refresh_once('flow', rebuild => true)" >/dev/null
kept >"$tmp/rebuilt"
is "$(diff "$tmp/found" "$tmp/rebuilt" | head -20)" '' 'and all is as a rebuild makes it'

# Behind the build: deployments by Argo CD and to Kubernetes, incidents of PagerDuty, flags of which PostHog and OpenTelemetry tell.
run -v items=50 -v schema=tail -v tail=60 -f "$VSM_TOP/test/bench/setup/model.sql" >"$tmp/output" 2>&1
result $? 'a model that goes on to use is made'
is "$(run -c 'SELECT count(*), min(error) FROM tail.inbox')" '0|' 'all payloads of its tail are read'
run -c "CALL vsm.refresh('tail')" >/dev/null
is "$(run -c "SELECT count(*), count(*) FILTER (WHERE j.stage = 'In use' AND j.created_at < j.started_at AND j.started_at < j.code_opened_at
		AND j.code_opened_at < j.merged_at AND j.merged_at < j.built_at AND j.built_at < j.released_at AND j.released_at < j.first_used_at),
		count(*) FILTER (WHERE j.stage = 'Released' AND j.first_used_at IS NULL)
	FROM tail.journey AS j WHERE j.value_stream = 'Cart'")" '60|40|20' 'the way of an idea ends in its use, where its flag is switched on'
is "$(run -c "SELECT split_part(o.deployment, ':', 1), count(*), count(*) FILTER (WHERE o.failed),
		bool_and(o.failed = coalesce(o.failed_by LIKE 'pagerduty:incident:%', false))
	FROM tail.deployment_outcome AS o WHERE o.value_stream = 'Cart' AND o.counted GROUP BY 1 ORDER BY 1")" \
	'argocd|31|6|t
kubernetes|31|6|t' 'incidents of PagerDuty meet the deployments that caused them'
is "$(run -c "SELECT sum(d.deployment_count), sum(d.failed_count) FROM tail.dora_monthly AS d WHERE d.value_stream = 'Cart'")" '62|12' \
	'and count'
is "$(run -c "SELECT string_agg(DISTINCT t.step, ' ' ORDER BY t.step) FROM vsm.trace('tail', 'CART-28') AS t
	WHERE t.step IN ('item', 'request', 'commit', 'build', 'deployment', 'incident', 'usage')")" \
	'build commit deployment incident item request usage' 'the whole way of one'
done_testing
