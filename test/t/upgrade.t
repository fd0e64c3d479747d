# An installation that was updated from a released version is the same as a fresh one, object by object, a model made
# there too, and what was stored before still answers. What is added to one way of getting the extension only is found.
# What the released versions stored and answered is in test/upgrade.
. "$(dirname "$0")/tap.sh"
export PGOPTIONS='-c client_min_messages=warning'
folder=$VSM_TOP/test/upgrade
version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$VSM_TOP/vsm.control")

sql -c 'CREATE ROLE vsm_upgrade_owner LOGIN'
databases=
database() { # NAME: empty, of an owner who is no superuser, as most are
	databases="$databases $1"
	createdb -O vsm_upgrade_owner "$1"
}
as_owner() { sql -U vsm_upgrade_owner "$@"; }
trap 'for database in $databases; do dropdb --force --if-exists "$database"; done
	dropuser --if-exists vsm_upgrade_owner; rm -rf "$tmp"' EXIT

# catalog DATABASE: every member of the extension with its owner, its comments, its privileges, all its properties and
# what it depends on; and what is in the schema without being a member.
catalog() {
	sql -d "$1" <<-'SQL'
	SET search_path = pg_catalog;
	CREATE TEMP TABLE member AS
	SELECT d.classid, d.objid, i.type, i.identity
	FROM pg_depend AS d, pg_identify_object(d.classid, d.objid, 0) AS i
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vsm');
	SELECT type, identity, obj_description(objid, classid::regclass::name),
		CASE classid
		WHEN 'pg_proc'::regclass THEN (
			SELECT concat_ws(' ', proowner::regrole, proacl, prokind, proleakproof,
				CASE prokind WHEN 'a' THEN pg_get_function_arguments(oid) || pg_get_function_result(oid) ELSE pg_get_functiondef(oid) END,
				provolatile, proparallel)
			FROM pg_proc WHERE oid = objid)
			|| coalesce((
				SELECT concat_ws(' ', aggkind, aggnumdirectargs, aggtransfn::regprocedure, aggfinalfn::regprocedure,
					aggcombinefn::regprocedure, aggserialfn::regprocedure, aggdeserialfn::regprocedure, aggmtransfn::regprocedure,
					aggminvtransfn::regprocedure, aggmfinalfn::regprocedure, aggfinalextra, aggmfinalextra, aggfinalmodify,
					aggmfinalmodify, aggsortop::regoperator, aggtranstype::regtype, aggtransspace,
					aggmtranstype::regtype, aggmtransspace, agginitval, aggminitval)
				FROM pg_aggregate WHERE aggfnoid = objid), '')
		WHEN 'pg_type'::regclass THEN (
			SELECT concat_ws(' ', typowner::regrole, typacl, typlen, typbyval, typtype, typcategory, typispreferred, typdelim,
				typelem::regtype, typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze, typsubscript, typalign,
				typstorage, typnotnull, typbasetype::regtype, typcollation::regcollation, typdefault,
				(SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attcollation::regcollation,
					col_description(attrelid, attnum)), ',' ORDER BY attnum)
				FROM pg_attribute WHERE attrelid = typrelid))
			FROM pg_type WHERE oid = objid)
		WHEN 'pg_operator'::regclass THEN (
			SELECT concat_ws(' ', oprowner::regrole, oprkind, oprcanmerge, oprcanhash, oprresult::regtype, oprcom::regoperator,
				oprnegate::regoperator, oprcode::regprocedure, oprrest, oprjoin)
			FROM pg_operator WHERE oid = objid)
		WHEN 'pg_cast'::regclass THEN (
			SELECT concat_ws(' ', castfunc::regprocedure, castcontext, castmethod) FROM pg_cast WHERE oid = objid)
		WHEN 'pg_opclass'::regclass THEN (
			SELECT concat_ws(' ', opcowner::regrole, opcdefault, opcintype::regtype, opckeytype::regtype) FROM pg_opclass WHERE oid = objid)
		WHEN 'pg_opfamily'::regclass THEN (
			SELECT concat_ws(' ', opfowner::regrole,
				(SELECT string_agg(concat_ws(' ', amopstrategy, amoppurpose, amopopr::regoperator), ','
					ORDER BY amopstrategy, amopopr::regoperator::text)
				FROM pg_amop WHERE amopfamily = objid),
				(SELECT string_agg(concat_ws(' ', amprocnum, amproc::regprocedure), ',' ORDER BY amprocnum, amproc::regprocedure::text)
				FROM pg_amproc WHERE amprocfamily = objid))
			FROM pg_opfamily WHERE oid = objid)
		WHEN 'pg_namespace'::regclass THEN (
			SELECT concat_ws(' ', nspowner::regrole, nspacl) FROM pg_namespace WHERE oid = objid)
		ELSE (1 / (objid::bigint - objid::bigint))::text	-- a kind of object that is not compared
		END
	FROM member ORDER BY type, identity;
	SELECT 'depends', m.type, m.identity, r.type, r.identity, d.deptype
	FROM pg_depend AS d JOIN member AS m USING (classid, objid), pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) AS r
	ORDER BY m.type, m.identity, r.type, r.identity, d.deptype;
	SELECT 'no member', o.type, o.identity
	FROM (SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'vsm'::regnamespace
		UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'vsm'::regnamespace AND typrelid = 0
		UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator WHERE oprnamespace = 'vsm'::regnamespace) AS s (classid, objid),
		pg_identify_object(classid, objid, 0) AS o
	WHERE NOT EXISTS (SELECT FROM member AS m WHERE (m.classid, m.objid) = (s.classid, s.objid)) ORDER BY 2, 3;
	SELECT 'schema', nspowner::regrole, nspacl FROM pg_namespace WHERE nspname = 'vsm';
	SQL
}

database vsm_fresh
as_owner -d vsm_fresh -c 'CREATE EXTENSION vsm' || exit 1
ok 'the catalogs are read' catalog vsm_fresh
cp "$tmp/output" "$tmp/fresh"
ok 'and say something' test "$(wc -l <"$tmp/fresh")" -gt 1000
is "$(sql -d vsm_fresh -c "SELECT string_agg(format('%s %s', type, identity), ', ') FROM (
	SELECT (pg_identify_object(classid, objid, 0)).*, classid, objid
	FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vsm')) m
	WHERE obj_description(objid, classid::regclass::name) IS NULL
	AND type NOT IN ('operator family') AND NOT (type = 'type' AND identity LIKE '%[]')")" '' 'every object has a comment'

# Recorded bytes are those of machines of 64 bits whose lowest byte comes first; others store and answer in their own.
recorded=$(printf '\001\000' | od -An -d | tr -d ' ')$(getconf LONG_BIT)
# store DATABASE VERSION [CSV]: the values of that version in tables, from the bytes of the file or from text.
store() {
	sql -d "$1" -v version="$2" -f "$folder/stored.sql" ${3:+-c '\copy recorded FROM pstdin (FORMAT csv, HEADER)'} \
		-c 'CALL store()' <"${3:-/dev/null}"
}
answers() { # DATABASE
	sql -d "$1" -c 'COPY (SELECT * FROM answers()) TO STDOUT (FORMAT csv, HEADER)'
}
# The definitions of a model, and its rows.
model() {
	pg_dump -d "$1" -n flow | grep -vE '^(--|SELECT|SET|\\(un)?restrict)|^$'
}
jira='{"key":"PAY-1","fields":{"project":{"key":"PAY"},"issuetype":{"name":"Story"},"status":{"name":"Done"},
		"created":"2026-01-02T16:00:00.000+0000","summary":"Pay by card"},
	"changelog":{"startAt":0,"maxResults":1,"total":1,"histories":[{"id":"1","created":"2026-01-09T16:00:00.000+0000",
		"items":[{"field":"status","fieldId":"status","fromString":"To Do","toString":"Done"}]}]}}'
fill() { # DATABASE: a model with a payload in it
	as_owner -d "$1" -c "CALL vsm.create_model('flow')" \
		-c "INSERT INTO flow.inbox (source, payload, received_at) VALUES ('jira', \$\$$jira\$\$, '2026-02-01 00:00Z')" \
		-c "CALL vsm.ingest('flow')" -c "UPDATE flow.model SET created_at = '2026-02-01 00:00Z'"
}
ok 'a fresh model' fill vsm_fresh
model vsm_fresh >"$tmp/fresh_model"
like "$(cat "$tmp/fresh_model")" 'Pay by card' 'is filled'

server=$(sql -c "SELECT current_setting('server_version_num')::int / 10000")
updatable() { # VERSION: on this server; from 17 on no parameter can be named json, which one of 0.2.0 is
	case $1 in
	0.1.0 | 0.2.0) [ "$server" -lt 17 ] ;;
	esac
}
for csv in "$folder"/*.csv; do
	from=$(basename "$csv" .csv)
	updatable "$from" || { result 0 "updates $from # SKIP its update goes over 0.2.0, which PostgreSQL 17 and later refuse"; continue; }
	updated=vsm_from_$from
	database "$updated"
	ok "installs $from" as_owner -d "$updated" -c "CREATE EXTENSION vsm VERSION '$from'"
	[ "$recorded" = 164 ] || csv=
	ok 'stores values as it did' store "$updated" "$from" $csv
	is "$(sql -d "$updated" -c "SELECT string_agg(typname, ' ') FROM pg_type
		WHERE typnamespace = 'vsm'::regnamespace AND typtype = 'b' AND typcategory <> 'A'
		AND to_regclass('stored_' || typname) IS NULL")" '' 'of every type that it has'
	answers "$updated" >"$tmp/before"
	[ -n "$csv" ] || cp "$tmp/before" "$tmp/$from.csv"
	ok 'which answer' diff -u "${csv:-$tmp/$from.csv}" "$tmp/before"
	[ "$from" = 0.1.0 ] || ok 'a model' fill "$updated"

	ok 'is updated' as_owner -d "$updated" -c 'ALTER EXTENSION vsm UPDATE'
	is "$(sql -d "$updated" -c "SELECT extversion FROM pg_extension WHERE extname = 'vsm'")" "$version" 'to the version of vsm.control'
	catalog "$updated" >"$tmp/updated"
	ok 'is the same as a fresh installation' diff -u "$tmp/fresh" "$tmp/updated"
	answers "$updated" >"$tmp/after"
	ok 'what was stored before answers the same' diff -u "$tmp/before" "$tmp/after"
	if [ "$from" = 0.1.0 ]; then fill "$updated"; else as_owner -d "$updated" -c "CALL vsm.create_model('flow')"; fi
	model "$updated" >"$tmp/updated_model"
	ok 'create_model gives the model of a fresh installation' diff -u "$tmp/fresh_model" "$tmp/updated_model"

	database "vsm_writes_$from"
	as_owner -d "vsm_writes_$from" -c 'CREATE EXTENSION vsm'
	ok "a fresh installation stores the values of $from" store "vsm_writes_$from" "$from"
	answers "vsm_writes_$from" >"$tmp/after"
	ok 'in the same bytes, with the same answers' diff -u "$tmp/before" "$tmp/after"
done

# A version with a function and an operator more in a part, and a function more in the step to it: the first is in both
# ways, since the step includes the functions of all parts; the others are in one way only, and found.
changed=$version.changed
last=$(cd "$VSM_TOP/sql" && ls vsm--*--"$version".sql | sed 's/^vsm--//; s/--.*//')
extension=$(dirname "$PGDATA")$("${PG_CONFIG:-pg_config}" --sharedir)/extension
if ! updatable "$last"; then
	result 0 "changes # SKIP $last cannot be installed on PostgreSQL 17 and later"
elif ! [ -d "$extension" ]; then
	result 0 'changes # SKIP not on the throwaway cluster of test/cluster.sh'
else
	(cd "$VSM_TOP" && tar -cf - Makefile vsm.control sql) | tar -xf - -C "$tmp"
	sed -i "s/^default_version = .*/default_version = '$changed'/" "$tmp/vsm.control"
	mv "$tmp/sql/vsm--$last--$version.sql" "$tmp/sql/vsm--$last--$changed.sql"
	cat >>"$tmp/sql/item/what_if.sql" <<-'SQL'
	CREATE FUNCTION vsm.in_a_part(number integer, other integer DEFAULT 7) RETURNS integer
		LANGUAGE sql IMMUTABLE RETURN number + other;
	COMMENT ON FUNCTION vsm.in_a_part(integer, integer) IS 'a function of a part';
	CREATE OPERATOR vsm.+? (FUNCTION = vsm.in_a_part, LEFTARG = integer, RIGHTARG = integer);
	SQL
	echo "CREATE FUNCTION vsm.in_the_step() RETURNS integer LANGUAGE sql RETURN 1;" >>"$tmp/sql/vsm--$last--$changed.sql"
	ok 'a changed version is put together' make -s -C "$tmp" "vsm--$changed.sql" "vsm--$last--$changed.sql"
	cp "$tmp/vsm--$changed.sql" "$tmp/vsm--$last--$changed.sql" "$extension"
	database vsm_changed
	as_owner -d vsm_changed -c "CREATE EXTENSION vsm VERSION '$changed'"
	database vsm_to_changed
	as_owner -d vsm_to_changed -c "CREATE EXTENSION vsm VERSION '$last'" -c "ALTER EXTENSION vsm UPDATE TO '$changed'"
	rm -f "$extension"/vsm--*"$changed".sql
	catalog vsm_changed >"$tmp/fresh"
	catalog vsm_to_changed >"$tmp/updated"
	is "$(diff "$tmp/fresh" "$tmp/updated" | sed -n 's/^\([<>] [a-z ]*|[^|]*\)|.*/\1/p' | grep -v '. depends')" \
		"$(printf '%s\n' '> function|vsm.in_the_step()' '< operator|vsm.+?(integer,integer)')" 'what is in one way only is found'
	is "$(grep -c '^function|vsm.in_a_part(integer,integer)|a function of a part' "$tmp/fresh" "$tmp/updated" | sed 's/.*://' |
		paste -s -d ' ')" '1 1' \
		'a function that is added to a part is in both'
fi
done_testing
