# test/cron_cluster.sh: a cluster with pg_cron for test/t/*.t, which source this file after tap.sh.
#   start_cron DATABASE [OPTION ...]   beside the throwaway cluster, with the options for the server; pg_cron works in DATABASE, which is
#                                      yet to be made. Sets PGHOST. It ends, and is gone, with the test.
# pg_cron is that of the machine, or else Debian's package, taken apart there and not installed; without it the file is skipped.
start_cron() {
	cron_database=$1
	shift
	cluster=$(dirname "$PGDATA")
	pg_config=${PG_CONFIG:-pg_config}
	bin=$cluster$("$pg_config" --bindir) lib=$("$pg_config" --pkglibdir) share=$("$pg_config" --sharedir)
	[ -x "$bin/initdb" ] || skip_all 'not on the throwaway cluster of test/cluster.sh'
	folder=$(mktemp -d "$cluster/cron.XXXXXX") && chmod 755 "$folder"
	mkdir "$folder/run" "$folder/data"

	if ! [ -f "$cluster$lib/pg_cron.so" ]; then
		mkdir -p "$cluster/pg_cron" && cd "$cluster/pg_cron" || exit
		package=postgresql-$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')-cron
		command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
			skip_all 'there is no pg_cron here, and no apt-get to have it from'
		# Root's lists may be old or missing; others take them as they are.
		apt-get -q download "$package" >/dev/null 2>&1 ||
			{ [ "$(id -u)" != 0 ] || apt-get -q update >/dev/null 2>&1; apt-get -q download "$package" >/dev/null 2>&1; } ||
			skip_all "the package $package cannot be had"
		dpkg -x "$package"_*.deb . || skip_all "the package $package cannot be read"
		[ -f "./$lib/pg_cron.so" ] || skip_all "the package $package is for another folder than $lib"
		ln -sf "$cluster/pg_cron$lib/pg_cron.so" "$cluster$lib"
		ln -sf "$cluster/pg_cron$share"/extension/pg_cron* "$cluster$share/extension"
	fi

	as_server=
	if [ "$(id -u)" = 0 ]; then
		chown nobody "$folder/run" "$folder/data"
		as_server="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
	fi
	trap stop_cron EXIT
	$as_server "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$tmp/initdb" 2>&1 ||
		comment <"$tmp/initdb"
	$as_server "$bin/pg_ctl" -D "$folder/data" -w -s -l "$folder/run/log" -o "-c listen_addresses='' -k $folder/run \
		-c cron.host=$folder/run -c shared_preload_libraries=pg_cron -c cron.database_name=$cron_database $*" start ||
		comment <"$folder/run/log"
	export PGHOST="$folder/run"
	cd "$folder" || exit
}
stop_cron() {
	kill $(jobs -p) 2>/dev/null
	[ ! -f "$folder/data/postmaster.pid" ] || $as_server "$bin/pg_ctl" -D "$folder/data" -s -m immediate stop
	wait
	rm -rf "$folder" "$tmp"
}
