# An installation that was upgraded from 0.1.0 is the same as a fresh one, object by object, and
# what was stored before still answers.
. "$(dirname "$0")/tap.sh"

createdb vsm_fresh
createdb vsm_upgraded
sql -d vsm_fresh -c 'CREATE EXTENSION vsm' || exit 1
ok 'installs 0.1.0' sql -d vsm_upgraded -c "CREATE EXTENSION vsm VERSION '0.1.0'" -c "
	CREATE TABLE stored AS SELECT vsm.timeline(at, state) AS timeline, '{\"stages\":[
		{\"name\":\"Build\",\"class\":\"active\"},{\"name\":\"Done\",\"class\":\"done\"}]}'::vsm.workflow AS workflow
	FROM (VALUES (timestamptz '2026-01-05 10:00Z', 'Build'), ('2026-01-07 10:00Z', 'Done')) AS v (at, state)"
is "$(sql -d vsm_upgraded -c "SELECT count(*) FROM pg_proc WHERE pronamespace = 'vsm'::regnamespace AND proname = 'survival'")" 0 \
	'which has less than this version'
ok 'upgrades' sql -d vsm_upgraded -c 'ALTER EXTENSION vsm UPDATE'
is "$(sql -d vsm_upgraded -c "SELECT extversion FROM pg_extension WHERE extname = 'vsm'")" \
	"$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$VSM_TOP/vsm.control")" 'to the version of vsm.control'
is "$(sql -d vsm_upgraded -c 'SELECT vsm.flow_time(timeline, workflow), vsm.hours(vsm.flow_time(timeline, workflow)) FROM stored')" \
	'2 days|48' 'what was stored before answers'

# Every member of the extension: its identity, its comment, its privileges and all its properties.
catalog() {
	sql -d "$1" <<-'SQL'
	SET search_path = pg_catalog;
	CREATE TEMP TABLE member AS
	SELECT classid, objid, (pg_identify_object(classid, objid, 0)).identity AS identity,
		(pg_identify_object(classid, objid, 0)).type AS type
	FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vsm');
	SELECT type, identity, obj_description(objid, classid::regclass::name),
		CASE classid
		WHEN 'pg_proc'::regclass THEN (
			SELECT concat_ws(' ', prokind, pg_get_function_result(oid), pg_get_function_arguments(oid), provolatile, proparallel, proisstrict, proretset,
				procost, prorows, prosupport, prosecdef, proconfig, prosrc, probin, pg_get_functiondef(CASE WHEN prosqlbody IS NOT NULL THEN oid END), proacl)
			FROM pg_proc WHERE oid = objid)
			|| coalesce((
				SELECT concat_ws(' ', aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggfinalmodify, aggfinalextra,
					aggtransspace, aggtranstype::regtype, agginitval)
				FROM pg_aggregate WHERE aggfnoid = objid), '')
		WHEN 'pg_type'::regclass THEN (
			SELECT concat_ws(' ', typlen, typtype, typcategory, typdelim, typinput, typoutput, typreceive, typsend, typalign, typstorage, typbasetype, typacl,
				(SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = typrelid))
			FROM pg_type WHERE oid = objid)
		WHEN 'pg_operator'::regclass THEN (
			SELECT concat_ws(' ', oprcanmerge, oprcanhash, oprcom::regoperator, oprnegate::regoperator, oprcode, oprrest, oprjoin)
			FROM pg_operator WHERE oid = objid)
		WHEN 'pg_cast'::regclass THEN (
			SELECT concat_ws(' ', castfunc::regprocedure, castcontext, castmethod) FROM pg_cast WHERE oid = objid)
		WHEN 'pg_opclass'::regclass THEN (
			SELECT concat_ws(' ', opcdefault, opcintype::regtype, opckeytype) FROM pg_opclass WHERE oid = objid)
		WHEN 'pg_opfamily'::regclass THEN (
			SELECT (SELECT string_agg(amopstrategy || ' ' || amopopr::regoperator, ',' ORDER BY amopstrategy) FROM pg_amop WHERE amopfamily = objid)
				|| ' ' || (SELECT string_agg(amprocnum || ' ' || amproc::regprocedure, ',' ORDER BY amprocnum) FROM pg_amproc WHERE amprocfamily = objid))
		END
	FROM member ORDER BY type, identity;
	SELECT nspacl FROM pg_namespace WHERE nspname = 'vsm';
	SQL
}
catalog vsm_fresh >"$tmp/fresh"
catalog vsm_upgraded >"$tmp/upgraded"
ok 'the catalogs were read' test "$(wc -l <"$tmp/fresh")" -gt 100
ok 'both installations are the same' diff -u "$tmp/fresh" "$tmp/upgraded"
is "$(sql -d vsm_fresh -c "SELECT string_agg(format('%s %s', type, identity), ', ') FROM (
	SELECT (pg_identify_object(classid, objid, 0)).*, classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vsm')) m
	WHERE obj_description(objid, classid::regclass::name) IS NULL
	AND type NOT IN ('operator family') AND NOT (type = 'type' AND identity LIKE '%[]')")" '' 'every object has a comment'
dropdb --force vsm_fresh
dropdb --force vsm_upgraded
done_testing
