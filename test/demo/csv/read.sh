#!/bin/sh
# test/demo/csv/read.sh FILE: reads someone's CSV into the tables jira_event and item of the database that psql connects
# to, and prints how it was read; or says on stderr, in a sentence, why it cannot be read. Options are the variables
# COLUMNS, DATES, ZONE and ENCODING. Here bytes become lines; all else is in the files NAME.sql beside this one.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
file=$1
fail() { printf 'make demo: %s: %s\n' "$file" "$*" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# COLUMNS is also what shells call the width of the terminal.
columns=${COLUMNS:-}
case $columns in *[!0-9]*) ;; *) columns= ;; esac
unset COLUMNS || :
export PGCLIENTENCODING=UTF8

# What the first bytes tell: files that are no text, and UTF-16, which PostgreSQL does not convert.
begins=$(head -c 4 "$file" | od -An -tx1 | tr -d ' \n')
unicode=
case $begins in
504b0304) fail 'this is a workbook (or another zip file), not a CSV: save it as CSV UTF-8 first.' ;;
d0cf11e0) fail 'this is an old Excel workbook, not a CSV: save it as CSV UTF-8 first.' ;;
1f8b*) fail 'this is a gzip file: unpack it first (gunzip).' ;;
25504446) fail 'this is a PDF, not a CSV.' ;;
fffe*) unicode=UTF-16 ;;
feff*) unicode=UTF-16 ;;
??00??00) unicode=UTF-16LE ;;
00??00??) unicode=UTF-16BE ;;
esac
case $(head -c 200 "$file" | tr -d '\000-\040' | tr '[:upper:]' '[:lower:]') in
'<?xml'* | '<html'* | '<!doctype'* | '<table'*) fail 'this is HTML or XML, not a CSV: export it as CSV.' ;;
'versionhttps://git-lfs'*) fail 'this is a pointer of git LFS in the place of the data: fetch them with git lfs pull.' ;;
'{'* | '[{'* | '[]'*) fail 'this is JSON, not a CSV: export it as CSV.' ;;
esac
case ${ENCODING:-} in [Uu][Tt][Ff]*16*) unicode=${unicode:-$ENCODING} ;; esac
if [ -n "$unicode" ]; then
	command -v iconv >/dev/null || fail "this is $unicode, and there is no iconv here to convert it: save it as UTF-8."
	iconv -f "$unicode" -t UTF-8 "$file" >"$work/utf8" 2>"$work/iconv" || fail "this is no valid $unicode: $(head -n 1 "$work/iconv")"
	source=$work/utf8 ENCODING=
else
	source=$file
fi

# Lines end without carriage returns; one in a line becomes the character 1. Other control characters become blanks, and
# a line that psql would take for the end of its input does so no longer.
lines() {
	LC_ALL=C sed "s/$(printf '\r')*\$//; s/^\\\\\\.\$/\\\\. /" "$source" |
		LC_ALL=C tr '\015\000\002-\010\013\014\016-\037' '\001[ *]'
}

lines | (
	cd "$here" # whose name may have blanks
	exec psql -XAtq -F ' ' -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v SHOW_CONTEXT=never \
		-v file="$(basename "$file")" -v columns="$columns" -v dates="${DATES:-}" -v zone="${ZONE:-}" -v encoding="${ENCODING:-}" \
		-f begin.sql -c "COPY csv_line (line) FROM STDIN (FORMAT csv, DELIMITER E'\\002', QUOTE E'\\003', ENCODING 'LATIN1')" \
		-c 'ANALYZE csv_line' \
		-f encoding.sql -f names.sql -f dialect.sql -f records.sql -f dates.sql -f facts.sql -f options.sql \
		-f roles.sql -f kind.sql -f missing.sql -f times.sql -f rows.sql -f said.sql
) 2>"$work/errors" || {
	{ printf 'make demo: %s: ' "$file" && sed 's/^psql:[^ ]*: ERROR:  //; s/^ERROR:  //' "$work/errors"; } >&2
	exit 1
}
cat "$work/errors" >&2
