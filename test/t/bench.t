# make bench at a small size: it runs, the answers that it compares are the same, and it ends with ratios.
. "$(dirname "$0")/tap.sh"
createdb vsm_bench
output=$(PGDATABASE=vsm_bench ITEMS=500 RUNS=1 ONLY='^(flow_(text_key_)?vs_floor|window_vs_(flow|stored)$|bytes_per_item|memory_)' \
	sh "$VSM_TOP/test/bench.sh" in-cluster 2>&1 </dev/null)
is $? 0 'runs'
dropdb --force vsm_bench
printf '%s\n' "$output" >"$tmp/output"
is "$(sed -n 's/^ratio \([a-z_]*\) >*=*[0-9.]*$/\1/p' "$tmp/output" | tr '\n' ' ')" \
	'flow_vs_floor flow_text_key_vs_floor memory_vs_floor memory_text_key_vs_floor window_vs_flow window_vs_stored bytes_per_item ' \
	'ends with a line for each measure'
like "$(tail -n 1 "$tmp/output")" '^ratio ' 'and nothing after them'
[ $failures = 0 ] || comment <"$tmp/output"
done_testing
