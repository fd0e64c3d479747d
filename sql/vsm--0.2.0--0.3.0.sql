\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

-- Every name below is written with its schema; this keeps any other from being found by chance.
SET LOCAL search_path = pg_catalog, pg_temp;

-- A parameter cannot be named json from PostgreSQL 17 on. CREATE OR REPLACE refuses another name, and casts depend
-- on these functions, so that they cannot be dropped: they are renamed where they stand.
UPDATE pg_catalog.pg_proc SET proargnames = '{form}'
WHERE oid IN ('vsm.graph_from_json(pg_catalog.json)'::pg_catalog.regprocedure,
	'vsm.graph_from_jsonb(pg_catalog.jsonb)'::pg_catalog.regprocedure,
	'vsm.releases_from_json(pg_catalog.json)'::pg_catalog.regprocedure,
	'vsm.releases_from_jsonb(pg_catalog.jsonb)'::pg_catalog.regprocedure);

-- What a model consists of stands in files, whose statements vsm.model_sql returns.
DROP FUNCTION vsm.model_tables(), vsm.model_columns(), vsm.model_constraints(), vsm.model_indexes(), vsm.model_views();
DROP TYPE vsm.model_table, vsm.model_column, vsm.model_object;

-- include functions

COMMENT ON AGGREGATE vsm.propose_workflow(vsm.timeline) IS
	'a draft of a workflow: every state a stage, in the order of the median rank of its first entry; classes from the words of states that '
	'are names and no sentences, in seven languages, from where items go on and end, else from positions; to be reviewed; '
	'NULL if there is no timeline';
