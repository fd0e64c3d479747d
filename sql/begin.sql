\echo Use "CREATE EXTENSION vsm" to load this file. \quit

-- Every name below is written with its schema; this keeps any other from being found by chance.
SET LOCAL search_path = pg_catalog, pg_temp;

/*
 * Whoever owns the schema can drop or replace what is in it, and what is already in it could be
 * picked up by a caller in place of ours. So the schema must be empty and the installer's. Two
 * more owners can do no harm, and are what a restored dump gives a superuser: another superuser,
 * and the owner of the database.
 */
DO LANGUAGE plpgsql $$
DECLARE
	extension oid;
	installer oid;
	holder    oid;
	occupant  text;
BEGIN
	SELECT e.oid, e.extowner, n.nspowner INTO STRICT extension, installer, holder
	FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
	WHERE e.extname OPERATOR(pg_catalog.=) 'vsm';

	IF holder OPERATOR(pg_catalog.<>) installer AND NOT EXISTS (
		SELECT FROM pg_catalog.pg_roles i, pg_catalog.pg_roles h, pg_catalog.pg_database d
		WHERE i.oid OPERATOR(pg_catalog.=) installer AND i.rolsuper
		AND h.oid OPERATOR(pg_catalog.=) holder
		AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
		AND (h.rolsuper OR d.datdba OPERATOR(pg_catalog.=) holder))
	THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_in_use',
			MESSAGE = 'schema "vsm" belongs to another role',
			DETAIL = pg_catalog.format('Its owner is %I, and %I installs the extension.',
				pg_catalog.pg_get_userbyid(holder), pg_catalog.pg_get_userbyid(installer)),
			HINT = 'Drop or rename the schema, or make it yours with ALTER SCHEMA vsm OWNER TO, then install again.';
	END IF;

	SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) INTO occupant
	FROM pg_catalog.pg_depend d
	WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
	AND d.refobjid OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'vsm')
	AND (d.classid, d.objid) OPERATOR(pg_catalog.<>) ('pg_catalog.pg_extension'::pg_catalog.regclass, extension)
	ORDER BY pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) COLLATE pg_catalog."C" LIMIT 1;

	IF occupant IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_in_use',
			MESSAGE = 'schema "vsm" is not empty',
			DETAIL = pg_catalog.format('It contains %s.', occupant),
			HINT = 'The extension needs the schema for itself. Move or drop what is in it, then install again.';
	END IF;
END
$$;
