-- Who may install vsm, and into which schema.
\set regress_database :DBNAME
CREATE ROLE regress_vsm_owner;
CREATE ROLE regress_vsm_other;
CREATE ROLE regress_vsm_user;
CREATE DATABASE regress_vsm_install OWNER regress_vsm_owner;
\connect regress_vsm_install

-- What an attempt says; it leaves nothing behind when it is refused.
CREATE FUNCTION public.install() RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	CREATE EXTENSION vsm;
	RETURN 'installed';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, detail, hint);
END $$;
GRANT CREATE ON SCHEMA public TO regress_vsm_owner;
\pset format unaligned
\pset tuples_only on

-- A schema that another role made is refused, whoever installs.
CREATE SCHEMA vsm AUTHORIZATION regress_vsm_other;
SELECT regexp_replace(public.install(), format('and %I installs', current_user), 'and a superuser installs');
SET SESSION AUTHORIZATION regress_vsm_owner;
SELECT public.install();
RESET SESSION AUTHORIZATION;

-- So is one that a superuser made, to anyone who is none.
ALTER SCHEMA vsm OWNER TO CURRENT_USER;
SET SESSION AUTHORIZATION regress_vsm_owner;
SELECT regexp_replace(public.install(), 'owner is [^,]*,', 'owner is a superuser,');
RESET SESSION AUTHORIZATION;
DROP SCHEMA vsm;

-- A schema that is not empty is refused: tables, types, functions, operators, and what is not seen at first.
SET SESSION AUTHORIZATION regress_vsm_owner;
CREATE SCHEMA vsm;
CREATE TABLE vsm.bait(a int);
SELECT public.install();
DROP TABLE vsm.bait;
CREATE FUNCTION vsm.timeline(timestamptz, text) RETURNS text LANGUAGE sql AS $$SELECT 'hostile'$$;
SELECT public.install();
DROP FUNCTION vsm.timeline;
CREATE OPERATOR vsm.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = oidne);
SELECT public.install();
DROP OPERATOR vsm.= (oid, oid);
CREATE COLLATION vsm.bait FROM "C";
SELECT public.install();
DROP COLLATION vsm.bait;
ALTER DEFAULT PRIVILEGES IN SCHEMA vsm GRANT SELECT ON TABLES TO regress_vsm_other;
SELECT public.install();
ALTER DEFAULT PRIVILEGES IN SCHEMA vsm REVOKE SELECT ON TABLES FROM regress_vsm_other;

-- An empty one is taken; the owner of a database needs no superuser.
SELECT public.install();
SELECT extowner::regrole, extnamespace::regnamespace FROM pg_extension WHERE extname = 'vsm';

-- Everyone may use it, nobody but the owner may put anything into it.
SET SESSION AUTHORIZATION regress_vsm_user;
SELECT has_schema_privilege('vsm', 'USAGE'), has_schema_privilege('vsm', 'CREATE');

-- Dropped by its owner it leaves the schema empty, and can be installed again.
SET SESSION AUTHORIZATION regress_vsm_owner;
DROP EXTENSION vsm;
SELECT public.install();
DROP EXTENSION vsm;
RESET SESSION AUTHORIZATION;

-- A superuser who restores a dump of that database finds the schema owned by the database's owner.
SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'vsm';
SELECT public.install();
DROP EXTENSION vsm;
DROP SCHEMA vsm;

-- Nobody else may install.
SET SESSION AUTHORIZATION regress_vsm_user;
SELECT public.install();
RESET SESSION AUTHORIZATION;

-- A hostile search_path and look-alike functions are never asked.
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.hostile(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'hostile operator called'; END$$;
CREATE OPERATOR hostile.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = hostile.hostile);
CREATE FUNCTION hostile.current_database() RETURNS name LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'hostile function called'; END$$;
SET search_path = hostile, pg_catalog, public;
SELECT public.install();
RESET search_path;


\connect :regress_database
DROP DATABASE regress_vsm_install;
DROP ROLE regress_vsm_owner, regress_vsm_other, regress_vsm_user;
