# docker/: what the image is made from is there, and what compose.yaml has its database begin with works, with the settings that it gives
# the server and a real pg_cron. The image itself is built where there is Docker.
. "$(dirname "$0")/tap.sh"
cd "$VSM_TOP" || exit 1
copied=$(sed -n 's/^COPY \([^-.][^ ]*\) .*/\1/p' docker/Dockerfile)
ok 'files are copied into the image' test "$(printf '%s\n' "$copied" | wc -l)" -ge 2
is "$(for file in $copied; do [ -f "$file" ] || echo "$file"; done)" '' 'and all of them are there'
is "$(sed -n 's/^COPY [^-.][^ ]* \/usr\/share\/vsm\//test\//p' docker/Dockerfile)" "$copied" 'beside each other as they are here'

. "$VSM_TOP/test/cron_cluster.sh"
database=$(sed -n 's/.*-ccron.database_name=//p' docker/compose.yaml)
start_cron "$database" $(sed -n 's/^ *- \(-c.*\)/\1/p' docker/compose.yaml | grep -v '=pg_cron$\|database_name')
is "$database" "$(sed -n 's/.*POSTGRES_DB: //p' "$VSM_TOP/docker/compose.yaml")" 'pg_cron works in the database that is made'
createdb "$database"
export PGDATABASE="$database" PGOPTIONS='-c client_min_messages=error'
ok 'its first contents are made' psql -XAtq -v folder="$VSM_TOP/test" -v items=200 -f "$VSM_TOP/docker/demo.sql"
is "$(psql -XAtq -U reader -c 'SELECT count(*) > 10 FROM flow.flow_monthly')" t 'its reader sees the months'
is "$(sql -c 'SELECT command, schedule FROM cron.job')" "CALL vsm.refresh('flow')|*/15 * * * *" 'and it is refreshed on a schedule'
done_testing
