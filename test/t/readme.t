# Every SQL block of README.md runs as it stands, in order, in one database that begins empty.
. "$(dirname "$0")/tap.sh"
[ -f "$VSM_TOP/README.md" ] || skip_all 'there is no README.md'

# A block lies between a line of three or more backticks or tildes followed by sql, in any case, and the next line of
# as many; it may be indented, whose depth is taken off. Each becomes a file NUMBER.sql, with its
# heading and line in NUMBER.name.
awk -v folder="$tmp" '
	{ sub(/\r$/, "") }
	fence == "" && /^#+ / { heading = $0; sub(/^#+ +/, "", heading) }
	fence == "" && match($0, /^ *(```+|~~~+)/) {
		indent = match($0, /[^ ]/) - 1
		fence = substr($0, indent + 1)
		language = fence
		sub(/[^`~].*/, "", fence)
		language = tolower(substr(language, length(fence) + 1))
		sub(/^ */, "", language)
		sub(/[^a-z].*/, "", language)
		is_sql = language == "sql" || language == "postgresql" || language == "psql"
		if (is_sql) {
			file = sprintf("%s/%03d.sql", folder, ++blocks)
			name = sprintf("%s/%03d.name", folder, blocks)
			printf "line %d, %s\n", NR + 1, heading > name
			printf "" > file
			close(name)
		}
		next
	}
	fence != "" && match($0, /^ *(```+|~~~+) *$/) {
		closing = $0
		gsub(/ /, "", closing)
		if (substr(closing, 1, 1) == substr(fence, 1, 1) && length(closing) >= length(fence)) {
			if (is_sql) close(file)
			fence = ""
			is_sql = 0
			next
		}
	}
	is_sql { line = $0; if (substr(line, 1, indent) ~ /^ *$/) line = substr(line, indent + 1); print line > file }
	END { if (fence != "") { printf "line %d, a block that is not closed\n", NR > (folder "/999.name"); print "SELECT 1/0" > (folder "/999.sql") } }
' "$VSM_TOP/README.md"

ls "$tmp"/*.sql >/dev/null 2>&1 || { ok 'README.md has SQL' false; done_testing; }

createdb vsm_readme
cd "$VSM_TOP" || exit 1
for block in "$tmp"/*.sql; do
	ok "$(cat "${block%.sql}.name")" env PGOPTIONS='-c client_min_messages=warning' psql -Xq -v ON_ERROR_STOP=1 -d vsm_readme -f "$block"
	# What was to run, where it failed.
	[ $status = 0 ] || comment <"$block"
done
dropdb --force vsm_readme
done_testing
