#!/bin/sh
# make check-deb: the Debian package in a bare system: builds it there, installs it in another that has nothing but
# PostgreSQL, uses it, updates a database that has 0.2.0, removes and purges it: the data are still there. As root, where
# debootstrap is; else it says so and ends with status 77.
#   ROOT=folder   a root of Debian bookworm that is kept for the next time
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
skip() { printf 'make check-deb: %s\n' "$*" >&2; exit 77; }
[ "$(id -u)" = 0 ] || skip 'a root of its own takes root'

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
root=${ROOT:-$tmp/root}
in_root() { sh "$top/test/get_server.sh" in "$root" "$@"; }
fail() { printf 'make check-deb: %s\n' "$*" >&2; exit 1; }

OUTPUT=$tmp sh "$top/test/deb.sh"
package=$(ls "$tmp"/postgresql-15-vsm_*.deb 2>/dev/null) ||
	skip 'the package for PostgreSQL 15, that of bookworm, was not built: there is none here'
sh "$top/test/get_server.sh" debian 15 "$root" 2>"$tmp/why" || skip "$(tail -1 "$tmp/why")"
cp "$package" "$root/tmp/vsm.deb"

cat >"$root/tmp/check.sh" <<'IN'
set -eu
say() { printf '   %s\n' "$*"; }
psql() { runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
pg_ctlcluster 15 vsm stop 2>/dev/null || :
pg_dropcluster 15 vsm 2>/dev/null || :
apt-get -q -y purge postgresql-15-vsm >/dev/null 2>&1 || :
apt-get -q -y --no-install-recommends install /tmp/vsm.deb >/tmp/apt.log 2>&1 || { cat /tmp/apt.log; exit 1; }
say "installed: $(dpkg-query -W -f '${Package} ${Version}' postgresql-15-vsm)"
pg_createcluster 15 vsm -p 54329 --start >/dev/null
export PGPORT=54329
psql -c 'CREATE DATABASE old'
psql -d old -c "CREATE EXTENSION vsm VERSION '0.2.0'" -c "CREATE TABLE kept AS SELECT 'A' AS item, vsm.timeline(t, s) AS timeline
	FROM (VALUES ('2026-01-05 10:00Z'::timestamptz, 'Doing'), ('2026-01-07 10:00Z', 'Done')) AS e (t, s)" -c 'ALTER EXTENSION vsm UPDATE'
[ "$(psql -d old -c 'SELECT extversion FROM pg_extension WHERE extname = '\''vsm'\' )" != 0.2.0 ]
[ "$(psql -d old -c 'SELECT count(*) FROM kept, vsm.events(timeline)')" = 2 ]
say 'a database with 0.2.0 was updated'
psql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" -c "CALL vsm.refresh('flow')" >/dev/null
[ "$(psql -c 'SELECT count(*) FROM flow.flow_item')" = 0 ]
say 'a model was made and refreshed'
apt-get -q -y purge postgresql-15-vsm >/dev/null 2>&1
[ ! -e /usr/lib/postgresql/15/lib/vsm.so ]
[ "$(psql -d old -c 'SELECT count(*), min(item) FROM kept')" = '1|A' ]
say 'the package was purged, and the data are there'
apt-get -q -y --no-install-recommends install /tmp/vsm.deb >/dev/null 2>&1
[ "$(psql -d old -c 'SELECT count(*) FROM kept, vsm.events(timeline)')" = 2 ]
say 'it was installed again, and they are read'
pg_dropcluster --stop 15 vsm
apt-get -q -y purge postgresql-15-vsm >/dev/null 2>&1
IN
in_root sh /tmp/check.sh || fail 'see above'
echo 'The package holds.'
