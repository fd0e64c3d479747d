# Triggers on the tables of a hostile owner never run as anybody else: whoever is not the owner is refused by everything that
# writes to a model, be he a superuser or a member of the owner's role, and who came to be the owner by SET ROLE stays him.
. "$(dirname "$0")/tap.sh"
export PGDATABASE=vsm_privileges PGOPTIONS='-c client_min_messages=error -c timezone=UTC'
createdb vsm_privileges
trap 'dropdb --if-exists --force vsm_privileges
	psql -XAtqd postgres -c "DROP ROLE IF EXISTS vsm_hostile, vsm_member, vsm_victim, vsm_landlord"; rm -rf "$tmp"' EXIT
sql -c 'CREATE EXTENSION vsm' -c 'CREATE ROLE vsm_hostile LOGIN' -c 'CREATE ROLE vsm_member LOGIN IN ROLE vsm_hostile' \
	-c 'CREATE ROLE vsm_victim LOGIN' -c 'CREATE ROLE vsm_landlord LOGIN' \
	-c 'GRANT CREATE ON DATABASE vsm_privileges TO vsm_hostile, vsm_landlord' \
	-c 'CREATE TABLE ran (by_whom text, role_then text, op text)' -c 'GRANT INSERT ON ran TO PUBLIC'

# A model whose every table has triggers, immediate and deferred, that note as whom they run, and as whom after asking to be the
# session's own role.
sql -U vsm_hostile -f - <<'SQL'
CALL vsm.create_model('flow');
GRANT USAGE ON SCHEMA flow TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA flow TO PUBLIC;
UPDATE flow.model SET keep_payloads = '1 year';
CREATE FUNCTION flow.note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	before text := current_user;
BEGIN
	BEGIN
		PERFORM set_config('role', 'none', true);
	EXCEPTION WHEN OTHERS THEN
		NULL;	-- forbidden is as good
	END;
	INSERT INTO public.ran VALUES (before, current_user, TG_TABLE_NAME || ' ' || TG_OP || ' ' || TG_NAME);
	RETURN NULL;
END $$;
SELECT format('CREATE CONSTRAINT TRIGGER deferred AFTER INSERT OR UPDATE OR DELETE ON flow.%1$I
		DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION flow.note();
	CREATE TRIGGER immediate AFTER INSERT OR UPDATE OR DELETE ON flow.%1$I FOR EACH STATEMENT EXECUTE FUNCTION flow.note()', c.relname)
FROM pg_class AS c WHERE c.relnamespace = 'flow'::regnamespace AND c.relkind = 'r' \gexec
INSERT INTO flow.inbox (source, payload)
SELECT 'jira', format('{"id":"%1$s","key":"A-%1$s","fields":{"created":"2026-01-05T10:00:00Z","status":{"name":"Done"}}}', n)
FROM generate_series(1, 2) AS n;
CALL vsm.ingest('flow');
INSERT INTO flow.inbox (source, payload)
VALUES ('jira', '{"id":"3","key":"A-3","fields":{"created":"2026-01-05T10:00:00Z","status":{"name":"Done"}}}');
SQL
is "$(sql -c 'SELECT DISTINCT by_whom, role_then FROM ran')" 'vsm_hostile|vsm_hostile' 'triggers run as the owner where he calls'
like "$(sql -c 'SELECT DISTINCT op FROM ran')" '^item INSERT deferred$' 'deferred ones, too'

calls="CALL vsm.create_model('flow')
CALL vsm.create_model('flow', currency => 'EUR')
CALL vsm.ingest('flow')
SELECT vsm.ingest_once('flow')
SELECT vsm.link_deployments('flow')
CALL vsm.read_again('flow', 'jira')
SELECT vsm.write_facts('flow')"
# Whatever else has a model as its first argument writes to it only through these, or refuses by itself.
calls="$calls
$(sql -c "SELECT format('%s vsm.%I(''flow''%s)', CASE p.prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT' END, p.proname, (
		SELECT string_agg(format(', %s::%s', CASE WHEN t = 'text'::regtype THEN '''''' ELSE 'NULL' END, format_type(t, NULL)),
			'' ORDER BY o) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (t, o) WHERE o > 1))
	FROM pg_proc AS p WHERE p.pronamespace = 'vsm'::regnamespace AND p.proargnames[1] = 'model'
	AND p.proargtypes[0] = 'text'::regtype AND p.provolatile = 'v' ORDER BY p.proname")"
owner_of() { sql -c "SELECT count(*) FROM ran WHERE by_whom <> 'vsm_hostile' OR role_then <> 'vsm_hostile'"; }
for who in postgres vsm_member; do
	printf '%s\n' "$calls" >"$tmp/calls"
	while read -r call; do
		sql -c 'TRUNCATE ran'
		psql -XAtq -U "$who" -v VERBOSITY=verbose -c 'SELECT vsm.open_facts() IS NULL' \
			-c "INSERT INTO pg_temp.vsm_fact SELECT (vsm.fact_row('jira', 'item', 'x', '2026-01-01', '{}')).*" \
			-c "$call" >"$tmp/said" 2>&1 </dev/null
		is "$(grep -E '^(ERROR|HINT)' "$tmp/said" | head -2)" \
			"ERROR:  42501: the model in schema \"flow\" is kept by its owner \"vsm_hostile\" alone
HINT:  Log in as \"vsm_hostile\", or schedule the job as that role." "$who is refused: $call"
		is "$(sql -c 'SELECT count(*) FROM ran')" 0 'and no trigger has run'
	done <"$tmp/calls"
done
like "$(wc -l <"$tmp/calls")" '^ *[2-9][0-9]$' 'everything that is called with a model was called'

# A superuser, or a member, who becomes the owner by SET ROLE is nobody else in what the triggers do, not even when it commits.
for who in postgres vsm_member; do
	sql -U vsm_hostile -c 'DELETE FROM flow.item'
	sql -c 'TRUNCATE ran'
	while read -r call; do
		printf '%s;\n' 'BEGIN' 'SELECT vsm.open_facts() IS NULL' "INSERT INTO pg_temp.vsm_fact
			SELECT (vsm.fact_row('jira', 'item', 'x' || clock_timestamp(), '2026-01-01', '{\"title\": \"x\"}')).*" \
			"$call" 'COMMIT' >"$tmp/once"
		case $call in
		*vsm.ingest\(* | *vsm.read_again\(*) printf 'SET ROLE vsm_hostile;\n%s;\n' "$call" | sql -U "$who" ;;
		*) { echo 'SET ROLE vsm_hostile;'; cat "$tmp/once"; } | sql -U "$who" ;;
		esac >"$tmp/said" 2>&1
		is "$(grep -E 'ERROR' "$tmp/said" | head -1)" '' "$who as the owner: $call"
	done <<-CALLS
	CALL vsm.ingest('flow')
	CALL vsm.read_again('flow', 'jira')
	SELECT vsm.write_facts('flow')
	SELECT vsm.link_deployments('flow')
	CALL vsm.create_model('flow', currency => 'EUR')
	SELECT vsm.ingest_once('flow')
	CALLS
	like "$(sql -c 'SELECT DISTINCT op FROM ran')" '^item INSERT deferred$' 'the triggers have run'
	is "$(sql -c "SELECT DISTINCT by_whom, role_then FROM ran WHERE by_whom <> 'vsm_hostile' OR role_then <> 'vsm_hostile'")" '' \
		'as the owner only'
	sql -U vsm_hostile -c "UPDATE flow.model SET currency = NULL"
	sql -c 'TRUNCATE ran'
done

# Who owns the schema can put a table of his own in the place of one of the model, or have one there before there is a model.
sql -U vsm_landlord -c 'CREATE SCHEMA let' -c 'GRANT USAGE, CREATE ON SCHEMA let TO vsm_victim'
sql -c 'GRANT CREATE ON DATABASE vsm_privileges TO vsm_victim'
sql -U vsm_victim -c "CALL vsm.create_model('let')" -c "INSERT INTO let.inbox (source, payload)
	VALUES ('jira', '{\"id\":\"3\",\"key\":\"A-3\",\"fields\":{\"created\":\"2026-01-05T10:00:00Z\"}}')"
sql -U vsm_landlord -c 'SET client_min_messages = error' -c 'DROP TABLE let.item CASCADE' -c 'CREATE TABLE let.item (item text)' \
	-c 'GRANT ALL ON let.item TO PUBLIC' \
	-c "CREATE FUNCTION let.note() RETURNS trigger LANGUAGE plpgsql AS \$\$
		BEGIN INSERT INTO public.ran VALUES (current_user, NULL, TG_OP); RETURN NEW; END \$\$" \
	-c 'CREATE TRIGGER note BEFORE INSERT ON let.item FOR EACH ROW EXECUTE FUNCTION let.note()'
for call in "CALL vsm.ingest('let')" "SELECT vsm.ingest_once('let')" "SELECT vsm.link_deployments('let')" \
	"CALL vsm.read_again('let', 'jira')" "SELECT vsm.write_facts('let')" "CALL vsm.create_model('let')"; do
	like "$(psql -XAtq -U vsm_victim -v VERBOSITY=verbose -c 'SELECT vsm.open_facts() IS NULL' -c "$call" 2>&1)" \
		'42501: let.item belongs to "vsm_landlord", not to "vsm_victim"' "a table of somebody else's in the model: $call"
done
sql -U vsm_landlord -c 'CREATE SCHEMA trap' -c 'CREATE TABLE trap.event (source text)' -c 'CREATE VIEW trap.entity_link AS SELECT 1 AS one'
like "$(psql -XAtq -v VERBOSITY=verbose -c "CALL vsm.create_model('trap')" 2>&1)" \
	'42501: trap.(event|entity_link) belongs to "vsm_landlord", not to "postgres"' 'a schema where somebody has made a table before'
is "$(sql -c 'SELECT count(*) FROM ran')$(sql -c "SELECT to_regclass('trap.model')")" 0 'nothing of it has run'

# An owner can call the parts of ingest in any order, from functions and procedures of his own: the server stands.
sql -U vsm_landlord -f - <<'SQL'
CALL vsm.create_model('own');
CREATE FUNCTION own.let_go() RETURNS integer LANGUAGE plpgsql AS $$BEGIN PERFORM vsm.release_facts(); RETURN 1; END$$;
CREATE FUNCTION own.read(what text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	PERFORM vsm.open_held_facts();
	PERFORM vsm.hold_facts($x$SELECT (vsm.fact_event('jira', 'a' || n, timestamptz '2026-01-05Z', repeat('x', 500), 'i' || n)).*,
		NULL::bigint, NULL::timestamptz, NULL::bigint, false FROM generate_series(1, 1000) AS n$x$);
	PERFORM vsm.enter_facts('own');
	EXECUTE format('SELECT sum(length(value) * (%s)) FROM told_event', what) INTO n;
	RETURN n;
END $$;
CREATE PROCEDURE own.commit() LANGUAGE plpgsql AS $$
DECLARE
	one record;
	n   bigint;
BEGIN
	FOR one IN SELECT vsm.enter_facts('own') LOOP NULL; END LOOP;
	EXECUTE 'SELECT count(*) FROM told_event' INTO n;
	BEGIN PERFORM vsm.enter_facts('own'); EXCEPTION WHEN OTHERS THEN NULL; END;
	COMMIT;
	EXECUTE 'SELECT count(*) FROM told_event' INTO n;
	PERFORM vsm.enter_facts('own');
	PERFORM vsm.release_facts();
	EXECUTE 'SELECT count(*) FROM told_event' INTO n;
	RAISE WARNING 'read: %', n;
END $$;
SQL
said() { psql -XAtq -U vsm_landlord -v VERBOSITY=verbose "$@" 2>&1; }
like "$(said -c 'SET client_min_messages = warning' -c 'CALL own.commit()' -c 'CALL own.commit()')" 'WARNING:  01000: read: 0' \
	'a procedure that commits between, and lets go of facts'
is "$(said -c "SELECT own.read('1')")" 500000 'a function reads what is held'
for what in 'own.let_go()' '(vsm.release_facts() IS NULL)::integer'; do
	like "$(said -c "SELECT own.read('$what')")" 'ERROR:  55006: facts that a statement is reading' \
		"but lets go of nothing meanwhile: $what"
done
like "$(said -c "SELECT vsm.hold_facts('SELECT (vsm.fact_event(''jira'', ''a'', now(), ''x'', ''i'')).*, NULL::bigint, NULL::timestamptz,
	NULL::bigint, vsm.open_held_facts() IS NULL')")" 'ERROR:  55006: facts that a statement is reading' 'nor while facts come'
like "$(said -c "SELECT vsm.enter_facts('own')")" 'ERROR:  55000: facts that are held can be read by the statements of a function only' \
	'outside of a function there is nothing to read them'
is "$(said -c "SELECT vsm.hold_document(1, 'jira', now(), '{\"a\": 1}'), vsm.held_document(1), vsm.release_documents()")" '1|{"a": 1}|' \
	'a document is released in the statement that shows it'
done_testing
