# Memory and time of reading one payload are bounded, whatever it holds: the backend takes at most 64 MB and four times work_mem
# more than it had before, and twice the payload takes at most 2.3 times the time.
. "$(dirname "$0")/tap.sh"
export PGDATABASE=vsm_bounded PGOPTIONS='-c client_min_messages=error -c timezone=UTC -c work_mem=4MB'
[ -r /proc/self/status ] && [ -r /proc/self/stat ] || skip_all 'there is no /proc here, where Linux says what a process takes'
createdb vsm_bounded
trap 'dropdb --if-exists --force vsm_bounded; rm -rf "$tmp"' EXIT
sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" -f - <<'SQL'
ALTER TABLE flow.inbox ALTER payload SET STORAGE EXTERNAL;
CREATE FUNCTION push(commits int, name int) RETURNS text LANGUAGE sql AS $$
	SELECT json_build_object('object_kind', 'push', 'ref', 'refs/heads/' || repeat('x', name), 'after', repeat('a', 40),
		'project', json_build_object('path_with_namespace', 'shop/web', 'web_url', 'https://git.example.com/shop/web'),
		'total_commits_count', commits,
		'commits', (SELECT json_agg(json_build_object('id', md5(n::text) || left(md5(n::text), 8), 'title', 'SHOP-' || n || ' work',
			'message', 'SHOP-' || n || E' work on what there is\n\nmore of it', 'timestamp', '2026-01-05T10:00:00Z',
			'url', 'https://git.example.com/shop/web/-/commit/' || md5(n::text),
			'author', json_build_object('name', 'A B', 'email', 'a@example.com'),
			'added', json_build_array('a/' || n), 'modified', json_build_array('b/' || n), 'removed', '[]'::json))
			FROM generate_series(1, commits) AS n))::text
$$;
CREATE FUNCTION issue(links int, histories int) RETURNS text LANGUAGE sql AS $$
	SELECT json_build_object('id', '1', 'key', 'A-1', 'fields', json_build_object('summary', 's',
		'issuetype', json_build_object('name', 'Story'), 'status', json_build_object('name', 'S1'),
		'created', '2020-01-01T00:00:00.000+0000', 'updated', '2026-01-05T10:00:00.000+0000',
		'issuelinks', (SELECT json_agg(json_build_object('id', n::text,
			'type', json_build_object('name', 'Blocks', 'inward', 'is blocked by', 'outward', 'blocks'),
			'inwardIssue', json_build_object('id', (1000 + n)::text, 'key', 'B-' || n))) FROM generate_series(1, links) AS n)),
		'changelog', json_build_object('startAt', 0, 'maxResults', histories, 'total', histories, 'histories', (
			SELECT json_agg(json_build_object('id', (100 + n)::text,
			'created', to_char(timestamp '2020-01-02' + n * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS.000+0000'),
			'items', json_build_array(json_build_object('field', 'status', 'fieldtype', 'jira', 'fieldId', 'status',
				'from', (n % 2)::text, 'fromString', 'S' || n % 2,
				'to', ((n + 1) % 2)::text, 'toString', 'S' || (n + 1) % 2)))) FROM generate_series(1, histories) AS n)))::text
$$;
-- The members of comment are what a parser pays for.
CREATE FUNCTION page(issues int) RETURNS text LANGUAGE sql AS $$
	SELECT json_build_object('startAt', 0, 'maxResults', issues, 'total', issues, 'issues', (
		SELECT json_agg(json_build_object('id', n::text, 'key', 'P-' || n, 'fields', json_build_object('summary', 's',
			'description', repeat('d', 8000), 'issuetype', json_build_object('name', 'Story'), 'status', json_build_object('name', 'S1'),
			'created', '2026-01-01T00:00:00.000+0000', 'updated', '2026-01-05T10:00:00.000+0000',
			'comment', (SELECT json_agg(json_build_object('a', k, 'b', 'text', 'c', json_build_array(1, 2, 3)))
				FROM generate_series(1, 190) AS k)))) FROM generate_series(1, issues) AS n))::text
$$;
CREATE TABLE given (name text, source text, payload text);
ALTER TABLE given ALTER payload SET STORAGE EXTERNAL;
INSERT INTO given VALUES ('warm', 'gitlab', push(3, 4)), ('warm', 'jira', issue(2, 3)), ('warm', 'jira', page(3)),
	('refused', 'gitlab', push(2000, 100000)), ('commits', 'gitlab', push(8000, 4)), ('half of them', 'gitlab', push(4000, 4)),
	('issue', 'jira', issue(2000, 5000)), ('half an issue', 'jira', issue(1000, 2500)),
	('page', 'jira', page(500)), ('half a page', 'jira', page(250)),
	('list', 'jira', page(500)::json ->> 'issues'),
	-- One document of 8 MB: nothing at its top can be parted.
	('nested', 'jira', json_build_object('webhookEvent', 'jira:issue_updated', 'timestamp', 1767571200000,
		'issue', json_build_object('id', '1', 'key', 'A-1', 'fields',
		json_build_object('summary', 's', 'updated', '2026-01-05T10:00:00.000+0000', 'comment', json_build_object('comments', (
			SELECT json_agg(json_build_object('id', n, 'body', repeat('b', 200)))
			FROM generate_series(1, 35000) AS n)))))::text);
SQL
# The greatest memory of its own that a process has until FILE.stop is there: what the kernel saw, and what is seen now and again.
cat >"$tmp/peak.pl" <<'PERL'
my ($pid, $file) = @ARGV;
my $max = 0;
sub status { open(my $f, '<', "/proc/$pid/status") or return ''; local $/; my $text = <$f>; $text }
sub of { my ($text, $name) = @_; $text =~ /^$name:\s+(\d+)/m ? $1 : 0 }
until (-e "$file.stop") {
	my $text = status() or last;
	my $own = of($text, 'RssAnon');
	$max = $own if $own > $max;
	select(undef, undef, undef, 0.002);
}
my $text = status();
my $own = of($text, 'VmHWM') - of($text, 'RssShmem') - of($text, 'RssFile');
$max = $own if $own > $max;
open(my $f, '>', $file);
print $f "$max\n";
PERL
# ms of CPU that the process $PID has taken: to the nanosecond where the kernel tells.
if [ -r /proc/self/schedstat ]; then
	took="awk '{ print \$1 / 1e6 }' /proc/\$PID/schedstat"
else
	took="awk '{ sub(/.*\\) /, \"\"); print (\$12 + \$13) * 1000 / $(getconf CLK_TCK) }' /proc/\$PID/stat"
fi
# What reading a payload takes, by a session that has read others before: kB at its peak beyond what it had, and the best of five
# times of CPU in ms.
measure() { # NAME
	warm="INSERT INTO flow.inbox (source, payload) SELECT source, payload FROM given WHERE name = 'warm';"
	given="INSERT INTO flow.inbox (source, payload) SELECT source, payload FROM given WHERE name = '$1';"
	read="SELECT vsm.ingest_once('flow') IS NULL \\g /dev/null"
	{
		printf '%s\n' 'SELECT pg_backend_pid() AS pid \gset' '\setenv PID :pid'
		for twice in 1 2; do
			printf '%s\n' 'BEGIN;' "$warm" "$read" 'ROLLBACK;'
		done
		printf "\\! sed -n 's/^RssAnon:[^0-9]*\\\\([0-9]*\\\\) kB/\\\\1/p' /proc/\$PID/status >'%s/start'" "$tmp"
		printf "; (perl '%s/peak.pl' \$PID '%s/peak' &)\n" "$tmp" "$tmp"
		for run in 1 2 3 4 5; do
			printf '%s\n' 'BEGIN;' "$given" "\\! $took >>'$tmp/cpu'" "$read" "\\! $took >>'$tmp/cpu'" \
				"SELECT count(*) + (SELECT count(*) FROM flow.item) + (SELECT count(*) FROM flow.commit) FROM flow.inbox \\g $tmp/left" \
				'ROLLBACK;'
		done
		printf "\\! touch '%s/peak.stop'; while ! [ -s '%s/peak' ]; do sleep 0.05; done\n" "$tmp" "$tmp"
	} >"$tmp/script"
	: >"$tmp/cpu"
	sql -f "$tmp/script" >&2
	peak=$(($(cat "$tmp/peak") - $(cat "$tmp/start")))
	cpu=$(awk 'NR % 2 { begun = $1; next } best == "" || $1 - begun < best { best = $1 - begun } END { printf "%d\n", best }' "$tmp/cpu")
	left=$(cat "$tmp/left")
	echo "$1: peak $peak kB, CPU $cpu ms" | sed "s/^/# /"
}
allowed=$(((64 + 4 * 4) * 1024))
# Twice the payload takes at most 2.3 times the time. What else runs on the same cores costs both by its use of caches, now the one and
# now the other, so it is enough that it does so in one of some pairs of measurements, each made in one go; what is left of that, in ms:
noise=50
linear() { # HALF WHOLE
	for try in 1 2 3 4 5 6; do
		measure "$1"
		half=$cpu
		measure "$2"
		whole=$cpu
		[ "$whole" -gt $((half * 23 / 10 + noise)) ] || break
	done
	ok "$2 takes at most 2.3 times the time of $1" test "$whole" -le $((half * 23 / 10 + noise))
}
bounded() { # NAME ROWS DESCRIPTION: ROWS of inbox, item and commit are there then
	measure "$1"
	is "$left" "$2" "$3"
	ok 'in 64 MB and four times work_mem' test "$peak" -le "$allowed"
}
bounded refused 1 'a push with a name of 100 kB and 2,000 commits is refused'
bounded 'half of them' 4000 'a push of 4,000 commits'
bounded commits 8000 'one of 8,000'
linear 'half of them' commits
bounded 'half an issue' 1 'an issue with 1,000 links and 2,500 histories'
bounded issue 1 'one with 2,000 and 5,000'
linear 'half an issue' issue
ok 'which is not much' test "$whole" -le 3000
bounded 'half a page' 250 'a page of 4 MB'
bounded page 500 'one of 8 MB'
linear 'half a page' page
bounded list 500 'a list of 8 MB'
bounded nested 1 'a document of 8 MB that is no page'
is "$(sql -c "SELECT count(*) FROM given WHERE name IN ('page', 'list', 'nested') AND octet_length(payload) >= 8000000")" 3 \
	'they are of 8 MB'
# What is parsed in parts is the same, and what is wrong with one element of it costs that element.
put='INSERT INTO flow.inbox (source, payload) SELECT'
page="FROM given WHERE name = 'page'"
sql -c "$put source, payload $page" -c "CALL vsm.ingest('flow')" -c 'CREATE TABLE whole AS SELECT item, title, key FROM flow.item' \
	-c "$put 'jira', replace(replace(payload, '\"id\" : \"7\"', '\"di\" : \"7\"'), '\"id\" : \"400\"', '\"di\" : \"400\"') $page" \
	-c 'TRUNCATE flow.item' -c "CALL vsm.ingest('flow')"
is "$(sql -c 'SELECT count(*) FROM whole') $(sql -c 'SELECT count(*) FROM flow.item')" '500 498' 'a page with two bad elements'
is "$(sql -c 'SELECT error FROM flow.inbox')" '2 of 500 elements were not read: jira issue: it has no id (2 times)' \
	'of which the error speaks as of one that is small'
sql -c 'TRUNCATE flow.inbox, flow.item' -c "UPDATE flow.model SET keep_payloads = '1 day'" \
	-c "$put source, payload $page" -c "CALL vsm.ingest('flow')" \
	-c "UPDATE flow.item SET title = 'x', updated_at = '2026-01-01'" -c "CALL vsm.read_again('flow', 'jira')"
is "$(sql -c 'SELECT count(*) FROM (SELECT item, title, key FROM flow.item INTERSECT TABLE whole) AS same')" 500 \
	'one that was kept is read again in parts, too'
sql -c 'UPDATE flow.model SET keep_payloads = NULL'
sql -c 'TRUNCATE flow.inbox, flow.item' -c "$put 'jira', left(payload, -3) $page" \
	-c "$put 'jira', replace(payload, '\"id\" : \"400\"', '\"id\" : ') $page" -c "CALL vsm.ingest('flow')"
is "$(sql -c 'SELECT count(*) FROM flow.item') $(sql -c "SELECT count(*) FROM flow.inbox WHERE error LIKE '22P02: not JSON. %'")" '0 2' \
	'one that is cut off, or broken in the middle, is no JSON'
done_testing
