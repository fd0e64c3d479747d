-- GROUP BY with vsm.timeline(at, state): queries at random, of the class that is planned on sets of timelines and around its edge,
-- under settings at random, answer the same without sets.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../group_plan.sql
SELECT plan(6);

CREATE TABLE asked (number int, query text, settings text, is_grouped boolean, is_parallel boolean, is_summarized boolean,
	answer text, other text);

CREATE FUNCTION pg_temp.any_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
	AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;
CREATE FUNCTION pg_temp.any_query() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	source text := pg_temp.any_of('event AS e', 'event AS e', 'event AS e', 'event AS e JOIN item AS i USING (item)',
		'event AS e LEFT JOIN item AS i ON i.item = e.item AND i.team IS NOT NULL',
		'(SELECT e.*, p.key AS partner FROM event AS e JOIN parted AS p ON p.item = e.item AND p.at = e.at) AS e',
			'(SELECT * FROM event ORDER BY no LIMIT 350) AS e',
		'(SELECT * FROM event UNION ALL SELECT * FROM event WHERE no % 3 = 0) AS e', 'parted AS e', 'parent AS e', 'guarded AS e',
			'(SELECT * FROM large WHERE item < 150) AS e', '(SELECT * FROM event WHERE false) AS e');
	small boolean := source ~ '^(parted|parent|guarded)|large';
	columns text[] := string_to_array(CASE WHEN source ~ 'large' THEN 'item;key;few;many;item % 97;key || few'
		WHEN small THEN 'item;key;item % 4;upper(key);state;at'
		ELSE 'item;item;small;medium;flag;letter;day;local;number;weight;key;code;padded;free;label;id;bits;pattern;mood;short;list;'
			'document;span;zoned;long;loose;state;at;item % 5;upper(key);'
			'key || small;coalesce(code,key);at::date;length(key);(item > 9);loose COLLATE "C";''c''::text' END, ';');
	keys text[] := '{}';
	aggregate text := pg_temp.any_of('vsm.timeline(e.at, e.state)', 'vsm.timeline(e.at, e.state)', 'vsm.timeline(e.at, e.state)',
		'vsm.timeline(e.at + interval ''1 h'', upper(e.state))',
		'vsm.timeline(e.at, e.key)', 'vsm.timeline(e.at, CASE WHEN e.item % 3 > 0 THEN e.state END)',
			'vsm.timeline(e.at::date, e.key::varchar)', 'my_timeline(e.at, e.state)');
	outputs text[];
	query text;
	others text := pg_temp.any_of('', '', '', '', '', '', '', '', '', 'max(e.at)', 'min(e.at)', 'count(*)', 'count(e.at)', 'count(e.state)',
		'count(*) - count(e.at)', 'max(e.at) - min(e.at)', 'max(e.key)', 'min(e.at) FILTER (WHERE e.item > 5)',
		'vsm.timeline(e.at, e.state) FILTER (WHERE e.item > 5)', 'vsm.timeline(e.at, e.state ORDER BY e.at DESC)',
		'vsm.timeline(DISTINCT e.at, e.state)');
	form text := pg_temp.any_of('plain', 'plain', 'plain', 'rollup', 'sets', 'distinct', 'limit', 'window', 'lateral', 'join', 'with',
		'exists', 'union', 'offset');
BEGIN
	SELECT array_agg(regexp_replace(c,
		'\m(item|small|medium|flag|letter|day|local|number|weight|key|code|padded|free|label|id|bits|pattern|mood|short|list|document|'
		'span|zoned|long|loose|state|at|few|many)\M',
		'e.\1', 'g')) INTO columns FROM unnest(columns) AS c;
	FOR n IN 1 .. 1 + floor(random() * random() * 4) LOOP
		keys := keys || pg_temp.any_of(VARIADIC columns);
	END LOOP;
	IF source ~ 'item AS i' AND random() < 0.5 THEN
		keys := keys || pg_temp.any_of('i.item', 'i.team', 'i.title');
	END IF;
	-- PostgreSQL groups a column that depends on a primary key by whatever comes.
	outputs := CASE WHEN 'i.item' = ANY (keys) AND form <> 'sets'
		AND form <> 'rollup' THEN '{i.title,i.tags,i.points}'::text[] ELSE '{}' END;
	-- Which of equal values is shown is not said, and a key need not be.
	SELECT outputs || array_agg(CASE WHEN k ~ 'number|weight|padded|free|list|document|span|loose' THEN format('%s IS NULL',
		k) ELSE k END) INTO outputs
	FROM unnest(keys) AS k WHERE random() < 0.8;
	outputs := outputs || CASE WHEN random() < 0.9 THEN aggregate ELSE format('length(%s::text)', aggregate) END;
	IF random() < 0.3 THEN
		outputs := outputs || pg_temp.any_of(format('vsm.timeline_send(%s)', aggregate), format('%s IS NULL', aggregate),
			format('upper(%s::text)', aggregate),
			format('vsm.flow_time(%s, (SELECT wf FROM my_workflow))', aggregate), format('(SELECT max(title) FROM item WHERE title < '
				'%s::text)', aggregate));
	END IF;
	IF others <> '' THEN
		outputs := outputs || others;
	END IF;
	IF others ~ '^(max|min|count)' AND random() < 0.5 THEN
		outputs := outputs || '{count(*),max(e.at),min(e.at)}'::text[];
	END IF;
	query := format(' FROM %s %s GROUP BY %s%s', source, CASE WHEN random() < 0.3 THEN 'WHERE ' || pg_temp.any_of('e.item > 20',
		'e.item IS NOT NULL', 'e.item = 7', 'e.item < 0', 'e.at IS NOT NULL',
		'e.item IN (SELECT item FROM item WHERE team IS NULL)', 'EXISTS (SELECT FROM item AS x WHERE x.item = e.item)') ELSE '' END,
		CASE form WHEN 'rollup' THEN format('ROLLUP (%s)', array_to_string(keys, ', ')) WHEN 'sets' THEN format('GROUPING SETS ((%s), '
		'())', array_to_string(keys, ', ')) ELSE array_to_string(keys, ', ') END,
		CASE WHEN random() < 0.3 THEN ' HAVING ' || pg_temp.any_of(aggregate || ' IS NOT NULL', format('length(%s::text) > 60',
			aggregate), format('(%s) IS NOT NULL', keys[1]), 'true', 'random() >= 0',
			format('%s IS NULL OR %s IS NOT NULL', aggregate, keys[1]), 'count(*) > 3') ELSE '' END);
	query := 'SELECT ' || (SELECT string_agg(o || ' AS c' || n, ', ') FROM unnest(outputs) WITH ORDINALITY AS u (o, n)) || query;
	RETURN CASE form
		WHEN 'distinct' THEN regexp_replace(query, '^SELECT', 'SELECT DISTINCT')
		WHEN 'limit' THEN format('SELECT q::text FROM (%s) AS q ORDER BY q::text COLLATE "C" LIMIT %s OFFSET 1', query,
			floor(random() * 20))
		WHEN 'window' THEN format('SELECT q.*, count(*) OVER (PARTITION BY q.c1::text), rank() OVER (ORDER BY q::text) FROM (%s) AS q',
			query)
		WHEN 'lateral' THEN format('SELECT x.item, q.* FROM item AS x, LATERAL (%s OFFSET 0) AS q WHERE x.item < 3',
			regexp_replace(query, 'GROUP BY ', 'GROUP BY x.item, '))
		WHEN 'join' THEN format('SELECT x.item, q.* FROM item AS x LEFT JOIN (%s) AS q ON length(q::text) %% 50 = x.item', query)
		WHEN 'with' THEN format('WITH q AS MATERIALIZED (%s) SELECT * FROM q UNION ALL SELECT * FROM q', query)
		WHEN 'exists' THEN format('SELECT x.item FROM item AS x WHERE EXISTS (SELECT FROM (%s) AS q WHERE length(q::text) %% 50 = '
		'x.item)', query)
		WHEN 'union' THEN format('SELECT q::text FROM (%s) AS q UNION SELECT q::text FROM (%s) AS q', query, query)
		WHEN 'offset' THEN query || ' OFFSET 0'
		ELSE query END;
END $$;
CREATE FUNCTION pg_temp.any_settings() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('work_mem', pg_temp.any_of('64kB', '4MB', '64MB'), true);
	PERFORM set_config('enable_partitionwise_aggregate', pg_temp.any_of('on', 'off'), true);
	PERFORM set_config('enable_hashagg', pg_temp.any_of('on', 'on', 'off'), true);
	PERFORM set_config('enable_nestloop', pg_temp.any_of('on', 'on', 'off'), true);
	PERFORM set_config('enable_hashjoin', pg_temp.any_of('on', 'on', 'off'), true);
	PERFORM set_config('enable_material', pg_temp.any_of('on', 'off'), true);
	PERFORM set_config('max_parallel_workers_per_gather', pg_temp.any_of('0', '1', '2', '2'), true);
	PERFORM set_config('parallel_leader_participation', pg_temp.any_of('on', 'on', 'off'), true);
	PERFORM set_config('parallel_setup_cost', pg_temp.any_of('0', '0', '1000'), true),
		set_config('parallel_tuple_cost', pg_temp.any_of('0', '0', '0.1'), true);
	PERFORM set_config('min_parallel_table_scan_size', pg_temp.any_of('0', '0', '8MB'), true);
	RETURN (SELECT string_agg(format('%s=%s', name, setting), ' ') FROM pg_settings WHERE name ~
		'^(work_mem|enable_(partitionwise_aggregate|hashagg|nestloop|hashjoin|material)|max_parallel_workers_per_gather|'
		'parallel_leader_participation|parallel_setup_cost|parallel_tuple_cost|min_parallel_table_scan_size)$');
END $$;
DO $$
DECLARE
	query text;
	settings text;
BEGIN
	FOR n IN 1 .. 500 LOOP
		query := pg_temp.any_query();
		settings := pg_temp.any_settings();
		INSERT INTO asked VALUES (n, query, settings, pg_temp.is_grouped(query),
			pg_temp.plan_of(query) LIKE '%Parallel Custom Scan (vsm_group)%', query ~ '(max|min|count)\(e\.',
			 pg_temp.answer(query, 'on'), pg_temp.answer(query,
			'off'));
	END LOOP;
END $$;
SELECT is_empty('SELECT number, query, settings FROM asked WHERE answer IS DISTINCT FROM other LIMIT 3',
	'queries at random answer the same');
SELECT cmp_ok((SELECT count(*) FROM asked WHERE is_grouped), '>=', 150::bigint, 'many of which were planned on a set');
SELECT cmp_ok((SELECT count(*) FROM asked WHERE is_parallel), '>=', 20::bigint, 'some of them by several processes');
SELECT cmp_ok((SELECT count(*) FROM asked WHERE is_grouped AND is_summarized), '>=', 30::bigint, 'some with other aggregates');
SELECT cmp_ok((SELECT count(*) FROM asked WHERE NOT is_grouped), '>=', 100::bigint, 'and many were not');
SELECT cmp_ok((SELECT count(*) FROM asked WHERE answer ~ '^[0-9A-Z]{5}: '), '<', 50::bigint, 'few of them fail');

SELECT finish();
ROLLBACK;
