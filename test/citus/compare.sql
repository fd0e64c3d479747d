-- How the model in schema "flow", which lies on the nodes of Citus, differs from that in schema "here", which does not: a row for each
-- table or view (psql variable kind: r, v) that does, with how many rows do and the first of them, or the error.
SET TimeZone = 'UTC';
SET citus.enable_ddl_propagation = off;
-- (What depends on the moment is asked in one transaction; numbers are compared to a hundredth.)
CREATE FUNCTION pg_temp.plain(whole jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(e.key || '=' || CASE jsonb_typeof(e.value) WHEN 'number' THEN round(e.value::text::numeric, 2)::text
		ELSE e.value::text END, ' ' ORDER BY e.key)
	FROM jsonb_each(whole) AS e
$$;
CREATE FUNCTION pg_temp.difference(relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	left_out CONSTANT text[] := '{xid,recorded_at,id,as_of_at,received_at,read_at,full_at,published_at,payload}'
		|| CASE WHEN relation = 'naming' THEN ARRAY['changed_at'] ELSE '{}' END;
	result   text;
BEGIN
	-- (Findings name the schema.)
	EXECUTE format('CREATE TEMPORARY TABLE one AS SELECT replace(to_jsonb(t)::text, ''here.'', ''flow.'')::jsonb - %L::text[] AS row
		FROM here.%I AS t', left_out, relation);
	EXECUTE format('CREATE TEMPORARY TABLE two AS SELECT to_jsonb(t) - %L::text[] AS row FROM flow.%I AS t', left_out, relation);
	-- (What triggers tell is numbered for all models of a table together.)
	UPDATE one SET row = row - '{event_id,seq}'::text[] WHERE relation = 'event' AND row ->> 'source' = 'desk';
	UPDATE two SET row = row - '{event_id,seq}'::text[] WHERE relation = 'event' AND row ->> 'source' = 'desk';
	CREATE TEMPORARY TABLE three AS
		SELECT 'here' AS place, pg_temp.plain(d.row) AS row FROM (SELECT o.row FROM one AS o EXCEPT ALL SELECT o.row FROM two AS o) AS d
		UNION ALL
		SELECT 'nodes', pg_temp.plain(d.row) FROM (SELECT o.row FROM two AS o EXCEPT ALL SELECT o.row FROM one AS o) AS d;
	SELECT format('of %s and %s rows %s differ: %s', (SELECT count(*) FROM one), (SELECT count(*) FROM two), count(*),
		left(min(d.row), 500))
	INTO result
	FROM (
		SELECT t.row FROM three AS t GROUP BY t.row
		HAVING count(*) FILTER (WHERE t.place = 'here') <> count(*) FILTER (WHERE t.place = 'nodes')) AS d
	HAVING count(*) > 0;
	DROP TABLE one, two, three;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
SELECT format('SELECT %L || d.difference FROM (SELECT pg_temp.difference(%L) OFFSET 0) AS d (difference) WHERE d.difference IS NOT NULL',
	c.relname || ': ', c.relname)
FROM pg_class AS c
WHERE c.relnamespace = 'here'::regnamespace AND c.relkind = :'kind'
-- (What a refresh made in which batch, and when, is its own.)
AND c.relname NOT IN ('model', 'mark', 'refresh_log', 'journal', 'attempt', 'inbox', 'breach_made', 'tracked', 'attached')
ORDER BY c.relname \gexec
