#!/bin/sh
# make deb: a Debian package of what is committed for each version of PostgreSQL (15 and later) that is installed with its
# development files, checked by lintian where that is there. The packages come into the project's folder.
#   OUTPUT=folder   into that one
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

missing=
command -v pg_buildext >/dev/null 2>&1 || missing='postgresql-server-dev-all'
command -v dpkg-buildpackage >/dev/null 2>&1 || missing="$missing dpkg-dev"
command -v dh >/dev/null 2>&1 || missing="$missing debhelper"
[ -z "$missing" ] || {
	printf '%s\n' "Building packages needs what is not installed here. As root: apt-get install" $missing | paste -sd' ' >&2
	exit 1
}
output=${OUTPUT:-$top}
mkdir -p "$output"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir "$tmp/vsm"
git -c safe.directory='*' -C "$top" archive HEAD | tar -xf - -C "$tmp/vsm"
cd "$tmp/vsm"
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES || :
pg_buildext updatecontrol
# A package asks for a server at least as new as the one whose headers it was built with.
for version in $(pg_buildext supported-versions); do
	printf '%s %s~\n' "$version" "$("/usr/lib/postgresql/$version/bin/pg_config" --version | sed 's/^PostgreSQL //; s/ .*//')"
done >debian/minor_versions
echo "Building for PostgreSQL $(pg_buildext supported-versions | paste -sd' '): $(sed -n 's/^Package: //p' debian/control | paste -sd' ')"
dpkg-buildpackage -b -us -uc -d >"$tmp/log" 2>&1 || { tail -50 "$tmp/log" >&2; exit 1; }
if command -v lintian >/dev/null 2>&1; then
	# That an upload closes a bug concerns Debian's own archive.
	lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$tmp"/*.changes >&2
	echo 'lintian finds no fault.'
else
	echo 'lintian is not installed, so the packages are not checked by it.'
fi
for package in "$tmp"/*.deb; do
	case $package in *-dbgsym_*) continue ;; esac
	cp "$package" "$output/"
	echo "$output/${package##*/}"
done
