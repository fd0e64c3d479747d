# Graphs and releases dumped and restored, and cancelled in the middle of a million commits.
. "$(dirname "$0")/tap.sh"

createdb vsm_correlation
export PGOPTIONS='-c client_min_messages=warning'
sql -d vsm_correlation <<'END'
CREATE EXTENSION vsm;
CREATE SCHEMA app;
SET search_path = app;
CREATE TABLE commit AS
SELECT encode(sha256(i::text::bytea), 'hex') AS sha, CASE WHEN i > 1 THEN encode(sha256((i - 1)::text::bytea), 'hex') END AS parent,
	'PAY-' || i % 50 || ': change ' || i AS subject
FROM generate_series(1, 2000) i;
CREATE TABLE deployment AS
SELECT 'shop' AS service, 'v' || i AS name, encode(sha256((i * 200)::text::bytea), 'hex') AS sha,
	timestamptz '2026-01-01Z' + i * interval '1 day 1 second' AS finished_at
FROM generate_series(1, 9) i;
CREATE TABLE stored (commits vsm.graph, releases vsm.releases);
INSERT INTO stored
SELECT (SELECT vsm.graph(sha, parent) FROM commit), (SELECT vsm.releases(service, name, sha, finished_at) FROM deployment);
CREATE INDEX ON stored USING hash (commits);
CREATE INDEX ON stored (releases);
CREATE VIEW first_release AS SELECT f.* FROM vsm.first_release((SELECT vsm.graph(sha, parent) FROM commit),
	(SELECT vsm.releases(service, name, sha, finished_at) FROM deployment)) f;
CREATE MATERIALIZED VIEW first_release_now AS SELECT * FROM first_release;
CREATE MATERIALIZED VIEW issue_release AS
SELECT issue, min(released_at) AS released_at
FROM commit JOIN first_release USING (sha), unnest(vsm.issue_keys(subject, '{PAY}')) issue GROUP BY issue;
CREATE MATERIALIZED VIEW value AS SELECT vsm.graph(sha, parent) AS commits FROM commit;
CREATE MATERIALIZED VIEW component AS SELECT c.* FROM value, vsm.components(commits) c;
CREATE MATERIALIZED VIEW reached AS SELECT r.* FROM value, vsm.reach(commits, (SELECT array_agg(sha) FROM deployment)) r;
END
answer() {
	sql -d "$1" <<'END'
SELECT md5(commits::text), md5(vsm.graph_send(commits)::text), md5(releases::text) FROM app.stored;
SELECT count(release), md5(string_agg(f::text, ',' ORDER BY sha)) FROM app.first_release f;
SELECT md5(string_agg(f::text, ',' ORDER BY sha)) FROM app.first_release_now f;
SELECT md5(string_agg(f::text, ',' ORDER BY issue)) FROM app.issue_release f;
SELECT md5(commits::text) FROM app.value;
SELECT md5(string_agg(f::text, ',' ORDER BY entity)) FROM app.component f;
SELECT md5(string_agg(f::text, ',' ORDER BY root, entity)) FROM app.reached f;
END
}
before=$(answer vsm_correlation)
is "$(printf '%s\n' "$before" | sed -n '2s/|.*//p')" 1800 'there is something to dump'
createdb vsm_correlation_restored
ok 'pg_dump' pg_dump -d vsm_correlation -f "$tmp/dump.sql"
ok 'restored' sql -d vsm_correlation_restored -f "$tmp/dump.sql"
is "$(answer vsm_correlation_restored)" "$before" 'tables, views and materialized views answer the same'
ok 'which refresh' sql -d vsm_correlation_restored -c 'REFRESH MATERIALIZED VIEW app.first_release_now' \
	-c 'REFRESH MATERIALIZED VIEW app.reached'
dropdb vsm_correlation_restored

# A million commits.
sql -d vsm_correlation <<'END'
CREATE TABLE many AS SELECT md5(i::text) AS sha, CASE WHEN i > 1 THEN md5((i - 1)::text) END AS parent FROM generate_series(1, 1000000) i;
CREATE TABLE many_stored AS SELECT vsm.graph(sha, parent) AS commits,
	'{"s":[["2026-01-01T00:00:00Z","v1","8155bc545f84d9652f1012ef2bdfb6eb"]]}'::vsm.releases AS releases FROM many;
END
# timed STATEMENT [MILLISECONDS]: how it ends, with so much time, and how many milliseconds it took.
timed() {
	sql -d vsm_correlation 2>&1 <<END | grep -v 'canceling statement'
SET statement_timeout = ${2:-0};
\set ON_ERROR_STOP 0
SELECT clock_timestamp() AS began \gset
\o /dev/null
$1;
\o
\set ended :LAST_ERROR_SQLSTATE
RESET statement_timeout;
SELECT :'ended', ceil(extract(epoch FROM clock_timestamp() - :'began') * 1000);
END
}
# cancel STATEMENT: how it ends when it may take a third of the time that it takes. Where the machine is busy at first and
# then not, it comes to its end all the same, which tells anew how long it takes.
cancel() {
	answer=$(timed "$1") tries=0
	while [ "${answer%|*}" = 00000 ] && [ $tries -lt 10 ]; do
		tries=$((tries + 1))
		answer=$(timed "$1" $((${answer#*|} / 3 + 1)))
	done
	echo "${answer%|*}"
}
is "$(cancel 'SELECT vsm.graph(sha, parent) IS NULL FROM many')" 57014 'aggregating a million commits is cancelled'
is "$(cancel 'SELECT count(*) FROM many_stored, vsm.first_release(commits, releases)')" 57014 'so is first_release'
is "$(cancel "SELECT count(*) FROM many_stored, vsm.reach(commits, ARRAY[md5('1000000')], NULL)")" 57014 'reach'
is "$(cancel 'SELECT count(*) FROM many_stored, vsm.components(commits)')" 57014 'components'
is "$(cancel 'SELECT length(commits::text) FROM many_stored')" 57014 'the text of a graph'
is "$(sql -d vsm_correlation -c 'SELECT count(release) FROM many_stored, vsm.first_release(commits, releases)')" 1000000 \
	'and afterwards all is well'
dropdb vsm_correlation
done_testing
