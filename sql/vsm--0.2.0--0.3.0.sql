\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

-- Every name below is written with its schema; this keeps any other from being found by chance.
SET LOCAL search_path = pg_catalog, pg_temp;
