#!/bin/sh
# test/install_packages.sh [pgtap]
# Installs with apt-get what building and running vsm needs and this machine lacks; with the
# argument pgtap, what its tests need too. Where nothing is missing it does nothing, as root or not.
# It never upgrades what is there (a server that is running would be restarted), and the server it
# installs on a bare machine comes without a cluster of its own.
set -eu
PG_CONFIG=${PG_CONFIG:-pg_config}

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
# A header tells whether the server can be built against; pg_config alone also comes with libpq.
server_headers() { have "$PG_CONFIG" && [ -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ]; }
server() { have "$PG_CONFIG" && [ -x "$("$PG_CONFIG" --bindir)/postgres" ] && [ -x "$("$PG_CONFIG" --bindir)/psql" ]; }
libc_headers() { [ -f /usr/include/stdio.h ]; }
pgtap() { [ -n "${VSM_PGTAP:-}" ] || { have "$PG_CONFIG" && [ -f "$("$PG_CONFIG" --sharedir)/extension/pgtap.control" ]; }; }

# The major version to install: of the pg_config that is to be used, else of the newest server
# that is there, else the system's own (bare machines only know it after apt-get update).
version() {
	if server_headers || server; then
		"$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/'
		return
	fi
	newest=$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null | cut -d/ -f5 | sort -n | tail -1)
	[ -n "$newest" ] || newest=$(apt-cache show postgresql 2>/dev/null | sed -n 's/^Depends:.*postgresql-\([0-9][0-9]*\).*/\1/p' | head -1)
	printf '%s\n' "$newest"
}

missing() {
	have make || printf 'make\n'
	have gcc || printf 'gcc\n'
	libc_headers || printf 'libc6-dev\n'
	server || printf 'postgresql-VERSION\n'
	server_headers || printf 'postgresql-server-dev-VERSION\n'
	[ "${1:-}" != pgtap ] || {
		pgtap || printf 'postgresql-VERSION-pgtap\n'
		have prove || printf 'perl\n'
	}
}

packages=$(missing "$@")
[ -n "$packages" ] || exit 0
version=$(version)
named=$(printf '%s\n' "$packages" | sed "s/VERSION/${version:-NN}/")

have apt-get || {
	say "Missing on this machine:" $named
	say "There is no apt-get here: install these in your system's way (a C compiler, make, PostgreSQL with its development files\
${1:+, pgTAP and prove})."
	exit 1
}
as_root=
if [ "$(id -u)" != 0 ]; then
	have sudo || {
		say "Missing on this machine:" $named
		say "Installing takes root: run test/install_packages.sh ${1:-} as root, then try again."
		exit 1
	}
	as_root=sudo
fi

$as_root apt-get -q update >/dev/null || say "apt-get update failed; going on with the package lists that are there."
version=$(version)
[ -n "$version" ] || { say "apt knows no package postgresql: run apt-get update and look at its sources."; exit 1; }
packages=$(printf '%s\n' "$packages" | sed "s/VERSION/$version/")
say "Installing:" $packages

# With a package of the same release as the server that is there, apt has nothing to upgrade.
installed=$(dpkg-query -W -f '${Version}' "postgresql-$version" 2>/dev/null || :)
if [ -n "$installed" ] && apt-cache show "postgresql-server-dev-$version=$installed" >/dev/null 2>&1; then
	packages=$(printf '%s\n' "$packages" | sed "s/^postgresql-server-dev-$version\$/&=$installed/")
fi
if apt-get -s --no-install-recommends install $packages 2>/dev/null | grep -q "^Inst postgresql-$version \["; then
	say "Installing these would upgrade the PostgreSQL server of this machine and restart it."
	say "Do that when it suits you (apt-get install postgresql-$version), then try again."
	exit 1
fi

# The first server package of a machine would make and start a cluster; ours are throwaway ones.
conf=/etc/postgresql-common/createcluster.d/vsm-throwaway.conf
trap '$as_root rm -f "$conf"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
$as_root mkdir -p "${conf%/*}"
printf 'create_main_cluster = false\n' | $as_root tee "$conf" >/dev/null

log=$(mktemp)
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends --no-upgrade install $packages >"$log" 2>&1 </dev/null ||
	{ cat "$log" >&2; rm -f "$log"; exit 1; }
rm -f "$log"

packages=$(missing "$@")
[ -z "$packages" ] || { say "Still missing:" $packages; exit 1; }
