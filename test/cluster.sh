#!/bin/sh
# test/cluster.sh COMMAND [ARG ...]
# Builds vsm, starts a throwaway cluster that has it, runs COMMAND there and removes everything.
# Nothing installed is touched: PostgreSQL finds its files relative to its own binary, so a copy
# of the binary beside links to the installed files sees our files as installed.
# COMMAND finds the server's programs in PATH, PGHOST, PGUSER, PGDATABASE and PGDATA set, VSM_TOP,
# the project's folder, and VSM_TMP, a folder that goes with the cluster.
# Settings for the server: VSM_SERVER_OPTIONS, for example "-c shared_buffers=1GB".
# VSM_BUILD=sanitized builds vsm as test/sanitized/build.sh does; VSM_BUILD=valgrind runs the server
# under valgrind, whose reports are the files valgrind.* in VSM_TMP.
# VSM_PGTAP names the folder of a pgtap.control, for a server that has no pgTAP of its own.
set -eu
umask 022
VSM_TOP=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
PG_CONFIG=$(command -v "${PG_CONFIG:-pg_config}") || {
	echo "There is no ${PG_CONFIG:-pg_config} here: test/install_packages.sh installs what is missing." >&2
	exit 1
}
case $PG_CONFIG in /*) ;; *) PG_CONFIG=$PWD/$PG_CONFIG ;; esac
export PG_CONFIG
bin=$($PG_CONFIG --bindir) lib=$($PG_CONFIG --pkglibdir) share=$($PG_CONFIG --sharedir)

# PostgreSQL does not run as root.
as_nobody=
[ "$(id -u)" != 0 ] || as_nobody="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
tmp=$(mktemp -d)
stop() {
	status=$?
	trap - EXIT INT TERM HUP
	# The project's folder may be closed to that account.
	cd /
	[ ! -f "$tmp/data/postmaster.pid" ] || $as_nobody "$tmp$bin/pg_ctl" -D "$tmp/data" -s -m immediate stop || :
	rm -rf "$tmp"
	exit $status
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

chmod 755 "$tmp"
# So may a TMPDIR that is root's own.
$as_nobody test -x "$tmp" || { rmdir "$tmp"; tmp=$(TMPDIR=/tmp mktemp -d); chmod 755 "$tmp"; }
mkdir -p "$tmp$bin" "$tmp$lib" "$tmp$share" "$tmp/run" "$tmp/data"
cp "$bin/postgres" "$bin/initdb" "$bin/pg_ctl" "$tmp$bin"
cp -as "$lib/." "$tmp$lib"
cp -as "$share/." "$tmp$share"
rm -rf "$tmp$lib/vsm.so" "$tmp$lib"/bitcode/vsm* "$tmp$share"/extension/vsm[.-]*
# Libraries that a program finds beside itself.
ldd "$bin/initdb" 2>/dev/null | sed -n "s|.* => \($bin/.*\) (0x.*|\1|p" | while read -r library; do
	mkdir -p "$tmp${library%/*}"
	ln -s "$library" "$tmp$library"
done
if [ -n "${VSM_PGTAP:-}" ] && ! [ -f "$share/extension/pgtap.control" ]; then
	ln -s "$(realpath "$VSM_PGTAP")"/pgtap* "$tmp$share/extension"
fi
# Not a part of a make that may have called this, with its options and its jobs; in the project's
# folder, so that a second time is quick, or in a copy where that is not ours to write.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES || :
build=$VSM_TOP
if [ "${VSM_BUILD:-}" = sanitized ] || ! [ -w "$VSM_TOP" ] || ! [ -w "$VSM_TOP/src" ]; then
	# Without the objects of another build, which make would take for its own.
	build=$tmp/build
	mkdir "$build"
	tar -C "$VSM_TOP" --exclude='*.o' --exclude='*.bc' -cf - Makefile vsm.control src sql test/sanitized test/fuzz | tar -C "$build" -xf -
fi
case ${VSM_BUILD:-} in
'' | valgrind) make -s -j"$(getconf _NPROCESSORS_ONLN)" -C "$build" >&2 ;;
sanitized) sh "$VSM_TOP/test/sanitized/build.sh" "$build" ;;
*)
	echo "VSM_BUILD is sanitized, valgrind or empty, not ${VSM_BUILD}." >&2
	exit 1
	;;
esac
make -s -C "$build" install DESTDIR="$tmp" ${VSM_BUILD:+with_llvm=no} >&2
# Whoever starts the server, the tests among them, starts it with what is named here.
wrap() {
	mv "$tmp$bin/postgres" "$tmp$bin/postgres_itself"
	printf '#!/bin/sh\n%s "%s" "$@"\n' "$1" "$tmp$bin/postgres_itself" >"$tmp$bin/postgres"
	chmod 755 "$tmp$bin/postgres"
}
case ${VSM_BUILD:-} in
sanitized)
	wrap "exec env ASAN_OPTIONS=abort_on_error=1:detect_leaks=0:detect_stack_use_after_return=0:quarantine_size_mb=16 \
		UBSAN_OPTIONS=print_stacktrace=1 LD_PRELOAD='$(cat "$build/preload")'"
	;;
valgrind) wrap "exec valgrind --quiet --track-origins=yes --num-callers=30 --log-file='$tmp/run/valgrind.%p'" ;;
esac

[ -z "$as_nobody" ] || chown nobody "$tmp/run" "$tmp/data"
cd "$tmp"
$as_nobody "$tmp$bin/initdb" -D "$tmp/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb.log" 2>&1 ||
	{ cat "$tmp/initdb.log" >&2; exit 1; }
$as_nobody "$tmp$bin/pg_ctl" -D "$tmp/data" -w -s -l "$tmp/run/log" \
	-o "-c listen_addresses='' -k $tmp/run -F ${VSM_SERVER_OPTIONS:-}" start || { cat "$tmp/run/log" >&2; exit 1; }

# Of a locale that this machine lacks perl would speak at every start.
export PERL_BADLANG=0
unset PGPORT PGSERVICE PGOPTIONS PGPASSFILE PGAPPNAME PGHOSTADDR PGPASSWORD || :
export PATH="$bin:$PATH" VSM_TOP PGHOST="$tmp/run" PGUSER=postgres PGDATABASE=postgres PGDATA="$tmp/data" VSM_LOG="$tmp/run/log" \
	VSM_TMP="$tmp/run"
cd "$VSM_TOP"
"$@"
