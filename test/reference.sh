#!/bin/sh
# make reference: writes into doc/reference.md and doc/views.md what the catalog says: every function,
# type, cast and operator of the extension, every table and view of a model, each with its comment.
#   test/reference.sh check DATABASE PAGE   only says how the page would change, and fails then
# A page has, for each part of it that is made, a line <!-- make reference: PART --> and a line
# <!-- end -->; test/reference.sql says which parts there are.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

if [ $# = 0 ]; then
	exec sh "$top/test/cluster.sh" sh "$top/test/reference.sh" in-cluster
fi

# Which file has which function, by the comment that every function has.
sources() {
	(cd "$top/sql" && find . -name '*.sql' ! -name 'vsm--*' | sed 's,^\./,,' | LC_ALL=C sort | xargs perl -0777 -ne '
		while (/^COMMENT\s+ON\s+(FUNCTION|PROCEDURE|AGGREGATE)\s+(vsm\.\w+\s*\([^)]*\))\s+IS/mg) {
			my ($kind, $signature) = ($1, $2 =~ s/\s+/ /gr);
			print $n++, "\t$ARGV\t$kind\t$signature\n";
		}')
}

# page DATABASE PAGE: the page as it should be.
page() {
	parts=$(sed -n 's/^<!-- make reference: \(.*\) -->$/\1/p' "$top/$2")
	{
		echo 'CREATE TEMP TABLE source (place int, file text, kind text, signature text);'
		echo 'COPY source FROM STDIN;'
		sources
		echo '\.'
		cat "$top/test/reference.sql"
	} | PGOPTIONS='-c client_min_messages=warning' psql -XAtq -v ON_ERROR_STOP=1 -v parts="$parts" -d "$1" >"$tmp/lines"
	if grep '^missing' "$tmp/lines" | sed "s,^missing,$2 has no part for," | grep . >&2; then return 1; fi
	awk -F '\t' -v lines="$tmp/lines" -v page="$2" '
		BEGIN {
			while ((getline line < lines) > 0) {
				part = line
				sub(/\t.*/, "", part)
				sub(/^[^\t]*\t/, "", line)
				text[part] = text[part] line "\n"
			}
		}
		/^<!-- end -->$/ { making = 0 }
		!making { print }
		/^<!-- make reference: .* -->$/ {
			part = $0; sub(/^<!-- make reference: /, "", part); sub(/ -->$/, "", part)
			if (!(part in text)) { print page ": there is nothing for the part " part > "/dev/stderr"; exit 1 }
			printf "\n%s\n", text[part]
			making = 1
		}' "$top/$2"
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
case $1 in
check)
	page "$2" "$3" >"$tmp/page"
	diff -u "$top/$3" "$tmp/page"
	;;
in-cluster)
	psql -XAtq -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION vsm' -c 'SET client_min_messages = error' -c "CALL vsm.create_model('flow')"
	for page in doc/reference.md doc/views.md; do
		page "$PGDATABASE" "$page" >"$tmp/page"
		cmp -s "$tmp/page" "$top/$page" || { cat "$tmp/page" >"$top/$page" && echo "$page is written anew."; }
	done
	;;
esac
