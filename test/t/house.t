# The house: the rooms of the Makefile, each of which knows only those before it.
. "$(dirname "$0")/tap.sh"
cd "$VSM_TOP" || exit 1

rooms=$(sed -n 's/^ROOMS = //p' Makefile)
for folder in src sql test/tap; do
	is "$(cd $folder && ls -d */ | tr -d / | sort)" "$(printf '%s\n' $rooms | sort)" "$folder has a folder for each room, and no other"
done

# An arrow is an include of a header of ours: the place it stands at, its room, and the header.
grep -Hn '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*"' src/*/*.[ch] |
	sed 's|^src/\([^/]*\)/\([^:]*:[0-9]*\):[^"]*"\([^"]*\)".*|src/\1/\2 \1 \3|' >"$tmp/include"
faults() { # KIND: the includes that are it, one a line
	awk -v kind="$1" -v rooms="$rooms" -v headers="$(ls src/*/*.h | tr '\n' ' ')" '
		BEGIN {
			split(rooms, room)
			for (i in room) place[room[i]] = i + 0
			split(headers, header)
			for (i in header) { path = header[i]; sub(/^src\//, "", path); ours[path]; sub(/.*\//, "", path); named[path] }
		}
		{
			to = $3
			found = sub(/\/.*/, "", to) && to in place ? ($3 in ours ? (place[to] > place[$2] ? "up" : "down") : "lost") : \
				($3 in named || $3 ~ /^\./ ? "roomless" : "of PostgreSQL")
		}
		found == kind { print $1 ": " $2 " -> " $3 }' "$tmp/include"
}
ok 'the includes were read' test "$(faults down | wc -l)" -gt 100
is "$(faults up)" '' 'no arrow goes up'
is "$(faults roomless)" '' 'every include of a header of ours names its room'
is "$(faults lost)" '' 'and a header that is there'
done_testing
