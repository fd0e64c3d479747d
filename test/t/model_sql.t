# The model's definitions are plain SQL files: psql runs each of them again and again and makes what create_model makes, a
# model of each released version becomes the same, and what is to be added is a file.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=error'

# Everything about a schema's tables and views: columns and their order, keys, checks, indexes, comments, grants.
dump() { pg_dump -s -d "$1" -n "$2" | grep -v '^\\\(un\)\{0,1\}restrict '; }

# The files in the order in which create_model runs them.
createdb vsm_model
sql -d vsm_model -c 'CREATE EXTENSION vsm' || exit 1
sql -d vsm_model -c 'SELECT m.file FROM vsm.model_sql() WITH ORDINALITY AS m (file, statement, place)
	GROUP BY m.file ORDER BY min(m.place)' >"$tmp/files"
is "$(sort "$tmp/files")" "$(cd "$VSM_TOP/sql/model" && ls */*.sql)" 'create_model runs every file of tables, views, triggers and functions'

# A name that needs quoting in every way.
odd="Odd \"%1\$I\" :\"schema\" '%s' :'schema'"
run_files() {
	set --
	while read -r file; do
		set -- "$@" -f "$VSM_TOP/sql/model/$file"
	done <"$tmp/files"
	sql -d vsm_by_file -v schema="$odd" "$@"
}
createdb vsm_by_file
printf 'CREATE EXTENSION vsm;\nCREATE SCHEMA :"schema";\n' | sql -d vsm_by_file -v schema="$odd"
ok 'psql runs each file' run_files
printf 'CALL vsm.create_model(:%sschema%s);\n' "'" "'" | sql -d vsm_model -v schema="$odd"
pattern="\"$(printf '%s' "$odd" | sed 's/"/""/g')\""
dump vsm_model "$pattern" >"$tmp/by_create_model"
dump vsm_by_file "$pattern" >"$tmp/by_file"
like "$(cat "$tmp/by_create_model")" '^CREATE VIEW .*data_quality AS$' 'create_model made a model'
ok 'which is what psql made' diff -u "$tmp/by_create_model" "$tmp/by_file"
ok 'psql runs each file again' run_files
dump vsm_by_file "$pattern" >"$tmp/by_file"
ok 'and changes nothing' diff -u "$tmp/by_create_model" "$tmp/by_file"
dropdb --force vsm_by_file

# Models of released versions. 0.2.0 cannot be installed on servers later than 16, where json is no name for a parameter.
sql -c 'CREATE ROLE vsm_model_reader'
sql -d vsm_model -c "CALL vsm.create_model('flow', currency => 'EUR')" -c 'GRANT SELECT ON flow.item, flow.data_quality TO vsm_model_reader'
dump vsm_model flow >"$tmp/new"
for version in 0.2.0 0.3.0; do
	if [ $version = 0.2.0 ] && [ "$(sql -c "SELECT current_setting('server_version_num')::integer >= 170000")" = t ]; then
		result 0 "a model of $version is brought up to this version # SKIP $version cannot be installed on this server"
		continue
	fi
	createdb vsm_old_model
	ok "there is a model of $version" sql -d vsm_old_model -c "CREATE EXTENSION vsm VERSION '$version'" \
		-c "CALL vsm.create_model('flow', currency => 'EUR')" -c "
		INSERT INTO flow.item (item, type, title) VALUES ('jira:issue:1', 'feature', 'kept');
		INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', '1', 'jira:issue:1', '2026-01-05 10:00Z', 'To Do');
		GRANT SELECT ON flow.item, flow.data_quality TO vsm_model_reader"
	if [ $version != 0.2.0 ]; then
		ok 'with results' sql -d vsm_old_model -c "
			INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('Shop', '{\"stages\": [{\"name\": \"To Do\", \"class\": \"new\"},
				{\"name\": \"Doing\", \"class\": \"active\"}, {\"name\": \"Done\", \"class\": \"done\"}]}');
			UPDATE flow.item SET value_stream = 'Shop';
			INSERT INTO flow.event (source, event_id, entity, at, state)
			VALUES ('jira', '2', 'jira:issue:1', '2026-01-07 10:00Z', 'Doing')" \
			-c "CALL vsm.refresh('flow')"
	fi
	ok 'it is brought up to this version' sql -d vsm_old_model -c 'ALTER EXTENSION vsm UPDATE' -c "CALL vsm.create_model('flow')"
	dump vsm_old_model flow >"$tmp/upgraded"
	ok 'and is the same as a new one, with its grants' diff -u "$tmp/new" "$tmp/upgraded"
	is "$(sql -d vsm_old_model -c "SELECT i.title, e.state, m.currency,
			m.version = (SELECT extversion FROM pg_extension WHERE extname = 'vsm')
		FROM flow.item AS i JOIN flow.event AS e ON e.entity = i.item AND e.event_id = '1', flow.model AS m")" 'kept|To Do|EUR|t' \
		'with its rows and settings'
	if [ $version != 0.2.0 ]; then
		is "$(sql -d vsm_old_model -c "CALL vsm.refresh('flow')" -c "SELECT c.team, c.period, c.events, c.worked_change
			FROM flow.flow_count AS c WHERE c.unit = 'day'")" '(none)|2026-01-07|1|1' \
			'the next refresh makes what results of this version have more'
	fi
	dropdb --force vsm_old_model
done
sql -d vsm_model -c 'DROP OWNED BY vsm_model_reader' -c 'DROP ROLE vsm_model_reader'

# Who ingests or reads a table need not wait where there is nothing to do.
sql -d vsm_model -c "CALL vsm.create_model('flow')"
is "$(sql -d vsm_model -c 'BEGIN' -c "CALL vsm.create_model('flow')" -c "SELECT l.relation::regclass, l.mode
	FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
	WHERE l.pid = pg_backend_pid() AND c.relnamespace = 'flow'::regnamespace AND c.relkind = 'r' AND c.relname <> 'model'
	AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')" -c 'COMMIT')" '' \
	'create_model locks no table that is complete'

# A table, a view, a function and a trigger more: a file each, in whatever order their names are.
copy=$tmp/vsm
mkdir "$copy"
tar -C "$VSM_TOP" -cf - Makefile vsm.control sql | tar -C "$copy" -xf -
mkdir -p "$copy/sql/model/functions" "$copy/sql/model/triggers"
cat >"$copy/sql/model/tables/zoo.sql" <<'SQL'
CREATE TABLE IF NOT EXISTS :"schema".zoo ();
ALTER TABLE :"schema".zoo
	ADD COLUMN IF NOT EXISTS animal text,
	ADD COLUMN IF NOT EXISTS seen_at timestamptz DEFAULT now();
CALL vsm.ensure_key(:'schema', 'zoo', 'animal');
SQL
cat >"$copy/sql/model/views/animal_count.sql" <<'SQL'
CREATE OR REPLACE VIEW :"schema".animal_count AS
SELECT count(*) AS count, :"schema".zoo_name() AS name FROM :"schema".zoo_animal;
SQL
cat >"$copy/sql/model/views/zoo_animal.sql" <<'SQL'
CREATE OR REPLACE VIEW :"schema".zoo_animal AS
SELECT z.animal FROM :"schema".zoo AS z WHERE z.animal NOT LIKE '%of an item%';
SQL
cat >"$copy/sql/model/functions/zoo_name.sql" <<'SQL'
CREATE OR REPLACE FUNCTION :"schema".zoo_name() RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT string_agg(z.animal, ' and ' ORDER BY z.animal) FROM :"schema".zoo AS z;
END;
SQL
cat >"$copy/sql/model/functions/zoo_stamp.sql" <<'SQL'
CREATE OR REPLACE FUNCTION :"schema".zoo_stamp() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
	NEW.seen_at := '2026-01-05 10:00Z';
	RETURN NEW;
END
$$;
SQL
cat >"$copy/sql/model/triggers/zoo_seen.sql" <<'SQL'
CREATE OR REPLACE TRIGGER zoo_seen BEFORE INSERT ON :"schema".zoo FOR EACH ROW EXECUTE FUNCTION :"schema".zoo_stamp();
SQL
unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES
script=vsm--$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$VSM_TOP/vsm.control").sql
ok 'make puts files into the script that it did not know' make -s -C "$copy" PG_CONFIG="${PG_CONFIG:-pg_config}" "$script"
awk '/^CREATE FUNCTION vsm\.model_sql/ { sub(/^CREATE/, "CREATE OR REPLACE"); wanted = 1 } wanted { print } /^\$files\$;/ { wanted = 0 }' \
	"$copy/$script" >"$tmp/model_sql.sql"
ok 'create_model makes them, twice' sql -d vsm_model -f "$tmp/model_sql.sql" -c "CALL vsm.create_model('grown')" \
	-c "CALL vsm.create_model('grown')"
is "$(sql -d vsm_model -c "INSERT INTO grown.zoo (animal) VALUES ('yak'), ('ant')" -c 'SELECT count, name FROM grown.animal_count' \
	-c "SELECT DISTINCT extract(epoch FROM seen_at - '2026-01-05 10:00Z')::integer FROM grown.zoo")" '2|ant and yak
0' 'each behind what it needs, and they work'
printf 'CREATE OR REPLACE VIEW :"schema".hen AS SELECT * FROM :"schema".egg;\n' >"$copy/sql/model/views/hen.sql"
printf 'CREATE OR REPLACE VIEW :"schema".egg AS SELECT * FROM :"schema".hen;\n' >"$copy/sql/model/views/egg.sql"
like "$(make -s -C "$copy" PG_CONFIG="${PG_CONFIG:-pg_config}" "$script" 2>&1)" 'files of the model name each other' \
	'make says which files need each other'
dropdb --force vsm_model
done_testing
