#!/bin/sh
# test/cluster.sh COMMAND [ARG ...]
# Builds vsm, starts a throwaway cluster that has it, runs COMMAND there and removes everything.
# Nothing installed is touched: PostgreSQL finds its files relative to its own binary, so a copy
# of the binary beside links to the installed files sees our files as installed.
# COMMAND finds the server's programs in PATH, PGHOST, PGUSER, PGDATABASE and PGDATA set, VSM_TOP,
# the project's folder, and VSM_TMP, a folder that goes with the cluster.
# Settings for the server: VSM_SERVER_OPTIONS, for example "-c shared_buffers=1GB".
set -eu
umask 022
VSM_TOP=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
PG_CONFIG=$(command -v "${PG_CONFIG:-pg_config}") || { echo "There is no ${PG_CONFIG:-pg_config} here: test/install_packages.sh installs what is missing." >&2; exit 1; }
case $PG_CONFIG in /*) ;; *) PG_CONFIG=$PWD/$PG_CONFIG ;; esac
export PG_CONFIG
bin=$($PG_CONFIG --bindir) lib=$($PG_CONFIG --pkglibdir) share=$($PG_CONFIG --sharedir)

tmp=$(mktemp -d)
as_nobody=
stop() {
	status=$?
	trap - EXIT INT TERM HUP
	[ ! -f "$tmp/data/postmaster.pid" ] || $as_nobody "$tmp$bin/pg_ctl" -D "$tmp/data" -s -m immediate stop || :
	rm -rf "$tmp"
	exit $status
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

chmod 755 "$tmp"
mkdir -p "$tmp$bin" "$tmp$lib" "$tmp$share" "$tmp/run" "$tmp/data"
cp "$bin/postgres" "$bin/initdb" "$bin/pg_ctl" "$tmp$bin"
cp -as "$lib/." "$tmp$lib"
cp -as "$share/." "$tmp$share"
rm -rf "$tmp$lib/vsm.so" "$tmp$lib"/bitcode/vsm* "$tmp$share"/extension/vsm[.-]*
# Not a part of a make that may have called this, with its options and its jobs; in the project's
# folder, so that a second time is quick, or elsewhere where that is not ours to write.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES || :
build=$VSM_TOP
[ -w "$VSM_TOP" ] && [ -w "$VSM_TOP/src" ] || { build=$tmp/build; mkdir "$build"; }
make -s -j"$(getconf _NPROCESSORS_ONLN)" -C "$build" -f "$VSM_TOP/Makefile" all >&2
make -s -C "$build" -f "$VSM_TOP/Makefile" install DESTDIR="$tmp" >&2

if [ "$(id -u)" = 0 ]; then
	chown nobody "$tmp/run" "$tmp/data"
	as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
fi
cd "$tmp"
$as_nobody "$tmp$bin/initdb" -D "$tmp/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb.log" 2>&1 ||
	{ cat "$tmp/initdb.log" >&2; exit 1; }
$as_nobody "$tmp$bin/pg_ctl" -D "$tmp/data" -w -s -l "$tmp/run/log" \
	-o "-c listen_addresses='' -k $tmp/run -F ${VSM_SERVER_OPTIONS:-}" start || { cat "$tmp/run/log" >&2; exit 1; }

unset PGPORT PGSERVICE PGOPTIONS PGPASSFILE PGAPPNAME PGHOSTADDR PGPASSWORD || :
export PATH="$bin:$PATH" VSM_TOP PGHOST="$tmp/run" PGUSER=postgres PGDATABASE=postgres PGDATA="$tmp/data" VSM_LOG="$tmp/run/log" VSM_TMP="$tmp/run"
cd "$VSM_TOP"
"$@"
