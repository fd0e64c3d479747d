# The pages: every SQL block of README.md, CONTRIBUTING.md and doc/ runs as it stands, and prints the
# result that stands under it, whatever the session's time zone is; every link leads somewhere; and
# doc/reference.md and doc/views.md are what the catalog says.
. "$(dirname "$0")/tap.sh"
perl=$VSM_TOP/test/documents.pl
zones='UTC America/New_York Pacific/Kiritimati'

# The reader of a page is no superuser, and owns his database.
sql -c 'CREATE ROLE vsm_reader LOGIN' || exit 1

# run_page FOLDER ZONE DATABASE: the page in FOLDER in a new database; what it printed is in FOLDER/NNN.out,
# and its errors in FOLDER/errors. Again if the day changed meanwhile: dates may be relative to now.
run_page() {
	while :; do
		day=$(TZ=$2 date +%F)
		createdb -O vsm_reader "$3" || return 1
		(cd "$1" && env PGUSER=vsm_reader PGTZ="$2" PGOPTIONS='-c client_min_messages=warning' \
			psql -Xq -P footer=off -P pager=off -d "$3" -f script.sql >/dev/null 2>errors </dev/null)
		dropdb --force "$3"
		[ "$day" != "$(TZ=$2 date +%F)" ] || break
	done
}

# check_block FOLDER NNN: whether a block of a page that was run printed what it should, and why not.
check_block() {
	! grep -E "^psql:$2\.sql:[0-9]+: (ERROR|FATAL|PANIC)" -A 3 "$1/errors" || return 1
	sed 's/[[:space:]]*$//' "$1/$2.out" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$1/$2.got"
	if [ -f "$1/$2.example" ]; then
		perl "$perl" like "$1/$2.want" "$1/$2.got"
	elif [ -f "$1/$2.want" ]; then
		diff -u "$1/$2.want" "$1/$2.got"
	else
		[ ! -s "$1/$2.got" ] || { echo 'It prints what does not stand under it:'; cat "$1/$2.got"; return 1; }
	fi
}

# check_page TOP PAGE: runs a page in every time zone; leaves its blocks in $tmp/page and, of each that fails,
# why in NNN.failed.
check_page() {
	rm -rf "$tmp"/page*
	mkdir "$tmp/page"
	perl "$perl" blocks "$1" "$2" "$tmp/page" || return 1
	[ -s "$tmp/page/script.sql" ] || return 0
	number=0
	for zone in $zones; do
		number=$((number + 1))
		cp -R "$tmp/page" "$tmp/page$number"
		run_page "$tmp/page$number" "$zone" "vsm_documents_$number" &
	done
	wait
	number=0
	for zone in $zones; do
		number=$((number + 1))
		[ -f "$tmp/page$number/errors" ] || return 1
		! grep -E '^psql:setup[0-9]+\.sql:[0-9]+: (ERROR|FATAL|PANIC)' "$tmp/page$number/errors" || return 1
		for block in "$tmp/page"/[0-9]*.sql; do
			name=$(basename "$block" .sql)
			check_block "$tmp/page$number" "$name" >"$tmp/reason" ||
				{ echo "In $zone:"; cat "$tmp/reason"; } >>"$tmp/page/$name.failed"
		done
	done
}

pages=$(cd "$VSM_TOP" && ls README.md CONTRIBUTING.md doc/*.md doc/*/*.md 2>/dev/null)
for page in $pages; do
	ok "$page can be read" check_page "$VSM_TOP" "$page"
	for name in "$tmp/page"/*.name; do
		[ -f "$name" ] || continue
		block=${name%.name}
		[ ! -f "$block.failed" ]
		status=$?
		result $status "$(cat "$name")"
		[ $status = 0 ] || cat "$block.failed" "$block.sql" | comment
	done
done

ok 'every link leads to a page and a heading, and every page is led to' perl "$perl" links "$VSM_TOP" $pages

# A test that cannot fail proves nothing: what is wrong in a page is found.
wrong() { # DESCRIPTION NUMBER REASON: block NUMBER of the page that was checked failed for that reason
	[ -f "$tmp/page/$2.failed" ] && grep -Eq -e "$3" "$tmp/page/$2.failed"
	result $? "$1"
}
mkdir "$tmp/top"
sed '/^ PAY-2 | 13 days/s/13 days/12 days/' "$VSM_TOP/README.md" >"$tmp/top/README.md"
ok 'a figure of README.md is changed' sh -c "! cmp '$VSM_TOP/README.md' '$tmp/top/README.md'"
check_page "$tmp/top" README.md
like "$(cat "$tmp/page"/*.failed 2>/dev/null)" '^- PAY-2 \| 12 days' 'and found'
cat >"$tmp/top/page.md" <<'END'
# Page
```sql
SELECT 1 AS a;
SELECT 2 AS b;
```

```
 a
---
 1

 b
---
 3
```
```sql
SELECT 1 AS a;
```
```sql
SELECT timestamptz '2026-01-31 20:00Z' AS at;
```
```
           at
------------------------
 2026-01-31 20:00:00+00
```
```sql
SELECT NULL::date AS day, '' AS note;
```
For example:
```
    day     | note
------------+------
 2026-01-31 |
```
```sql
SELECT current_date AS day;
```
For example:
```
    day
------------
 2026-01-31
```
```sql
SELECT no_such_column;
```
```
 a
---
 1
```
[nowhere](page.md#nowhere), [here](#page), [there](there.md), [Home](README.md), `src/item/none.c`
END
ok 'a page with mistakes' check_page "$tmp/top" page.md
wrong 'the second result of a block' 001 '^- 3'
wrong 'a result that is not printed' 002 'does not stand under it'
wrong 'a result that depends on the time zone' 003 '^In America/New_York'
wrong 'an example that is empty' 004 '^day is empty'
[ ! -f "$tmp/page/005.failed" ]
result $? 'an example of another day is none'
wrong 'an error' 006 'no_such_column'
is "$(perl "$perl" links "$tmp/top" page.md)" "page.md:53: there is no file src/item/none.c
page.md:53: page.md has no heading nowhere
page.md:53: there is no there.md
page.md: no page leads to it" 'links to nowhere, and a file that is none'
printf '# Page\nText.\n```\n1\n```\n' >"$tmp/top/page.md"
is "$(perl "$perl" blocks "$tmp/top" page.md "$tmp/page" 2>&1 | sed 's/:.*//')" page.md 'a result of nothing'

sql -c 'DROP ROLE vsm_reader'

# The pages that are made from the catalog.
createdb vsm_reference
sql -d vsm_reference -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" 2>/dev/null
for page in doc/reference.md doc/views.md; do
	ok "$page is as make reference would make it" sh "$VSM_TOP/test/reference.sh" check vsm_reference "$page"
done
sql -d vsm_reference -c "COMMENT ON FUNCTION vsm.days(interval) IS 'something else'" -c "COMMENT ON TABLE flow.item IS 'something else'"
for page in doc/reference.md doc/views.md; do
	sh "$VSM_TOP/test/reference.sh" check vsm_reference "$page" >"$tmp/difference" 2>&1
	like "$(cat "$tmp/difference")" '^\+.*something else' "and $page would not be, were a comment another"
done
dropdb --force vsm_reference
done_testing
