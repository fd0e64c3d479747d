\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

SET LOCAL search_path = pg_catalog, pg_temp;

-- What refresh consists of takes and returns more.
DROP FUNCTION vsm.changed_keys(xid8, xid8, xid8), vsm.refresh_items(text, integer, text), vsm.write_items(text, text[]);

-- include functions
