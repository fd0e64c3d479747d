\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

SET LOCAL search_path = pg_catalog, pg_temp;

-- include functions
