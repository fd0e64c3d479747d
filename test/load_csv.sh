#!/bin/sh
# test/load_csv.sh TABLE FILE: for pgTAP files that read real data. Prints the name of a psql script
# that makes the temporary TABLE with the columns of the CSV FILE, all of type text, fills it and
# removes itself:
#   \set load `sh "$VSM_TOP/test/load_csv.sh" commits "$VSM_REAL_DATA/githist/zookeeper/commits.csv"`
#   \i :load
# The client reads the file, because the server's account may not.
set -eu
script=$(mktemp)
{
	printf 'CREATE TEMP TABLE %s (' "$1"
	head -n 1 "$2" | tr -d '"\r' | sed 's/[^,]*/"&" text/g'
	printf ');\nCOPY %s FROM STDIN (FORMAT csv, HEADER);\n' "$1"
	# awk ends the last line, too, where the file does not.
	tr -d '\r' <"$2" | awk 1
	printf '\\.\n\\! rm -f %s\n' "$script"
} >"$script"
printf '%s' "$script"
