# A graph beyond one gigabyte is refused, before it is asked for.
. "$(dirname "$0")/tap.sh"
[ "$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)" -ge 6 ] ||
	skip_all 'it takes four gigabytes of memory, and six are not free'

createdb vsm_graph_limit
export PGDATABASE=vsm_graph_limit
sql -c "CREATE EXTENSION vsm"
is "$(psql -XAtq -v VERBOSITY=verbose -c "SELECT vsm.graph(repeat('x', 100000000) || i, NULL) FROM generate_series(1, 12) i" 2>&1 |
	grep -E '^(ERROR|DETAIL)')" \
	"$(printf '%s\n' 'ERROR:  54000: too much data for one group' \
	'DETAIL:  Its names and what links them would take more than 1073741823 bytes.')" 'twelve names of a hundred million letters'
is "$(sql -c "SELECT length(vsm.graph(repeat('x', 10000000) || i, NULL)::text) FROM generate_series(1, 2) i")" 20000015 \
	'two of ten million are fine'
PGDATABASE=postgres dropdb vsm_graph_limit
done_testing
