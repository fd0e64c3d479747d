#!/bin/sh
# test/cluster.sh COMMAND [ARG ...]
# Builds vsm, starts a throwaway cluster that has it, runs COMMAND there and removes everything.
# Nothing installed is touched: PostgreSQL finds its files relative to its own binary, so a copy
# of the binary beside links to the installed files sees our files as installed.
# COMMAND finds PGHOST, PGUSER and PGDATABASE set, PGDATA, and VSM_TOP, the project's folder.
# Settings for the server: VSM_SERVER_OPTIONS, for example "-c shared_buffers=1GB".
set -eu
umask 022
VSM_TOP=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
PG_CONFIG=${PG_CONFIG:-pg_config}
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
rm -f "$tmp$lib/vsm.so" "$tmp$share"/extension/vsm*
make -s -j2 -C "$VSM_TOP" PG_CONFIG="$PG_CONFIG" all >&2
make -s -C "$VSM_TOP" PG_CONFIG="$PG_CONFIG" install DESTDIR="$tmp" >&2

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
export VSM_TOP PGHOST="$tmp/run" PGUSER=postgres PGDATABASE=postgres PGDATA="$tmp/data" VSM_LOG="$tmp/run/log" VSM_TMP="$tmp/run"
cd "$VSM_TOP"
"$@"
