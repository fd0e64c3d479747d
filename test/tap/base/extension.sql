-- What the extension consists of: every object in its schema, described, and usable by everyone.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(7);

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid, o.type, o.schema, o.identity
FROM pg_depend d, pg_identify_object(d.classid, d.objid, 0) AS o
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vsm');

SELECT is_empty(
	$$SELECT type, identity FROM member WHERE schema IS DISTINCT FROM 'vsm'
	  AND type NOT IN ('cast', 'function of access method', 'operator of access method')$$,
	'every object lies in schema vsm');

-- Array types and operator families come with what is described; casts say it by their types.
SELECT is_empty(
	$$SELECT type, identity FROM member m
	  WHERE obj_description(objid, classid::regclass::name) IS NULL
	  AND type NOT IN ('operator family', 'cast')
	  AND NOT (type = 'type' AND EXISTS (SELECT FROM pg_type t WHERE t.oid = objid AND t.typelem <> 0 AND t.typlen = -1))
	  ORDER BY 1, 2$$,
	'every object has a comment');

SELECT is_empty(
	$$SELECT identity FROM member JOIN pg_class c ON c.oid = objid
	  WHERE classid = 'pg_class'::regclass AND c.relkind <> 'c'$$,
	'no table, view or sequence belongs to the extension');

SELECT is_empty(
	$$SELECT p.oid::regprocedure FROM member JOIN pg_proc p ON p.oid = objid AND classid = 'pg_proc'::regclass
	  WHERE prosecdef$$,
	'nothing runs with the privileges of its owner');

SELECT is_empty(
	$$SELECT p.oid::regprocedure FROM member JOIN pg_proc p ON p.oid = objid AND classid = 'pg_proc'::regclass
	  JOIN pg_language l ON l.oid = p.prolang
	  WHERE l.lanname = 'sql' AND prosqlbody IS NULL$$,
	'SQL functions are parsed when they are made (BEGIN ATOMIC)');

SELECT is_empty(
	$$SELECT p.oid::regprocedure FROM member JOIN pg_proc p ON p.oid = objid AND classid = 'pg_proc'::regclass
	  WHERE NOT has_function_privilege('public', p.oid, 'EXECUTE')$$,
	'everyone may call every function');

SELECT is_empty(
	$$SELECT v.oid::regprocedure, c.oid::regprocedure
	  FROM member JOIN pg_proc v ON v.oid = objid AND classid = 'pg_proc'::regclass
	  JOIN pg_proc c ON c.pronamespace = 'pg_catalog'::regnamespace AND c.proname = v.proname AND c.proargtypes = v.proargtypes$$,
	'no function has the name and the arguments of one of PostgreSQL');

SELECT finish();
ROLLBACK;
