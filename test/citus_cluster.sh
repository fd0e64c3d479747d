# test/citus_cluster.sh: nodes with Citus for test/check-citus.sh, which runs within test/cluster.sh and sources this file.
#   add_citus              puts the files of Citus beside those of the throwaway cluster; status 1 and $why where there is none
#   start_node NAME        a server of its own with database vsm, Citus and vsm's files; a node is known by the folder of its socket,
#                          which is $nodes/NAME: no port is opened
#   stop_node NAME MODE    ends it: fast, immediate
#   node NAME [ARG ...]    psql there, bare rows, stops at an error
# CITUS names a folder into which Citus was installed (make install DESTDIR=folder); without it that of the server is taken.
nodes=$VSM_TMP/nodes
top_of_cluster=$(dirname "$PGDATA")
bin=$top_of_cluster$("$PG_CONFIG" --bindir)
as_server=
[ "$(id -u)" != 0 ] || as_server="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"

add_citus() {
	lib=$("$PG_CONFIG" --pkglibdir) share=$("$PG_CONFIG" --sharedir)
	if [ -n "${CITUS:-}" ]; then
		[ -f "$CITUS$lib/citus.so" ] || { why="There is no $lib/citus.so in $CITUS."; return 1; }
		ln -sf "$CITUS$lib"/citus* "$top_of_cluster$lib"
		ln -sf "$CITUS$share"/extension/citus* "$top_of_cluster$share/extension"
	fi
	[ -e "$top_of_cluster$lib/citus.so" ] || { why="This server has no Citus."; return 1; }
	mkdir -p "$nodes"
	chmod 755 "$nodes"
}
start_node() {
	mkdir -p "$nodes/$1"
	if ! [ -d "$nodes/$1/data" ]; then
		[ -z "$as_server" ] || chown nobody "$nodes/$1"
		$as_server "$bin/initdb" -D "$nodes/$1/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$VSM_TMP/initdb" 2>&1 ||
			{ cat "$VSM_TMP/initdb" >&2; return 1; }
		cat >>"$nodes/$1/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$nodes/$1'
		shared_preload_libraries = 'citus'
		citus.node_conninfo = 'sslmode=disable'
		citus.enable_statistics_collection = off
		citus.local_hostname = '$nodes/$1'
		citus.shard_count = 4
		wal_level = logical
		max_prepared_transactions = 100
		fsync = off
		jit = off
		${VSM_NODE_OPTIONS:-}
		CONF
	fi
	(cd / && HOME=$nodes/$1 $as_server env HOME="$nodes/$1" "$bin/pg_ctl" -D "$nodes/$1/data" -w -s -l "$nodes/$1/log" start) ||
		{ tail -5 "$nodes/$1/log" >&2; return 1; }
	[ -n "$(PGDATABASE=postgres node "$1" -c "SELECT 1 FROM pg_database WHERE datname = 'vsm'")" ] ||
		PGDATABASE=postgres node "$1" -c 'CREATE DATABASE vsm'
	node "$1" -c 'CREATE EXTENSION IF NOT EXISTS citus' >/dev/null 2>&1
}
stop_node() { (cd / && $as_server "$bin/pg_ctl" -D "$nodes/$1/data" -s -m "$2" stop); }
node() {
	of_node=$1
	shift
	PGHOST=$nodes/$of_node psql -XAtq -v ON_ERROR_STOP=1 "$@"
}
stop_nodes() {
	for data in "$nodes"/*/data; do
		[ ! -f "$data/postmaster.pid" ] || (cd / && $as_server "$bin/pg_ctl" -D "$data" -s -m immediate stop) || :
	done
}
