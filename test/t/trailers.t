# vsm.trailers against git interpret-trailers, on messages put together at random.
. "$(dirname "$0")/tap.sh"
command -v git >/dev/null || skip_all 'there is no git'
createdb vsm_trailers
export PGDATABASE=vsm_trailers
sql -c 'CREATE EXTENSION vsm'
# A message a file, its lines joined at random from what trailers are made of.
sql -c 'SELECT setseed(0.7)' -c "CREATE TABLE message AS SELECT n, string_agg(CASE WHEN k > 1 AND random() < 0.12 THEN E'\n' ELSE '' END
	|| (ARRAY['Show the total', 'Signed-off-by: A <a@example.com>', 'Co-authored-by: Claude <x@example.com>', '  goes on', 'see: this',
	'Not a trailer at all', '(cherry picked from commit 0123abc)', '# a comment', 'Key : blank before', 'Empty:', '---',
	'Reviewed-by: é ü', E'\tmore', '', 'key_with_underscore: x', '-: dash', 'https://example.com/x', 'Fixes:no blank', '   '])[
		1 + floor(random() * 19)], E'\n' ORDER BY k)
		|| CASE WHEN random() < 0.8 THEN E'\n' ELSE '' END AS message
	FROM generate_series(1, 400) AS n, LATERAL generate_series(1, 2 + (n * 7) % 9) AS k GROUP BY n" >/dev/null
sql -A -t -c "SELECT n, encode(convert_to(message, 'UTF8'), 'base64') FROM message" -F ' ' |
	awk '/^[0-9]+ / { n = $1; sub(/^[0-9]+ /, "") } { print n, $0 }' >"$tmp/encoded"
cut -d' ' -f1 "$tmp/encoded" | uniq | while read -r n; do
	sed -n "s/^$n //p" "$tmp/encoded" | base64 -d >"$tmp/message"
	git -c core.commentChar='#' interpret-trailers --parse <"$tmp/message" | sed "s/^/$n /"
done >"$tmp/git"
sql -F '' -c "SELECT n || ' ' || key || ': ' || value
	FROM message, LATERAL vsm.trailers(message) WITH ORDINALITY AS t (key, value, o) ORDER BY n, o" |
	sed 's/: $/:/' >"$tmp/vsm"
sort -s -n -k1,1 "$tmp/git" | sed 's/: $/:/' >"$tmp/wanted"
ok 'there are trailers' test "$(wc -l <"$tmp/wanted")" -gt 100
ok 'the same as git finds' diff "$tmp/wanted" "$tmp/vsm"
is "$(sql -c 'SELECT count(*) FROM vsm.trailers(NULL)' -c "SELECT count(*) FROM vsm.trailers('')" \
	-c "SELECT count(*) FROM vsm.trailers('Title: is none')" -c "SELECT count(*) FROM vsm.trailers(repeat(E'A: b\n', 1))")" '0
0
0
0' 'none where there is no paragraph after the title'
is "$(sql -F '|' -c "SELECT * FROM vsm.trailers(E'Total\n\nText.\n\nCo-authored-by: Claude\n <noreply@example.com>\nRefs: SHOP-7\n')")" \
	'Co-authored-by|Claude <noreply@example.com>
Refs|SHOP-7' 'a value goes on over lines'
dropdb --force vsm_trailers
done_testing
