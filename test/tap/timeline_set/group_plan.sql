-- GROUP BY with vsm.timeline(at, state): which queries are planned on a set of timelines, and that whatever is asked the answer
-- is that of the aggregate, to the byte.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../cancel.sql
\ir ../../group_plan.sql
SELECT plan(219);

-- A query of the class whose answer is the same as without.
CREATE FUNCTION pg_temp.grouped(query text, description text) RETURNS text LANGUAGE sql AS $$
	SELECT is(CASE WHEN pg_temp.is_grouped(query) THEN pg_temp.answer(query, 'on') ELSE pg_temp.plan_of(query) END,
		pg_temp.answer(query, 'off'), 'a set: ' || description)
$$;
-- A query beside it.
CREATE FUNCTION pg_temp.left_alone(query text, description text) RETURNS text LANGUAGE sql AS $$
	SELECT is(CASE WHEN pg_temp.is_grouped(query) THEN pg_temp.plan_of(query) ELSE pg_temp.answer(query, 'on') END,
		pg_temp.answer(query, 'off'), 'no set: ' || description)
$$;

SELECT is(pg_temp.plan_of('SELECT item, vsm.timeline(at, state) FROM large GROUP BY item'), $$
Custom Scan (vsm_group)
Output: item, (vsm.timeline(at, state))
Group Key: large.item
->  Seq Scan on public.large
Output: item, key, at, state, many, few$$, 'the plan of the usual query');
SELECT is(current_setting('vsm.enable_group_plan'), 'on', 'vsm.enable_group_plan is on');
SET LOCAL vsm.enable_group_plan = off;
SELECT ok(NOT pg_temp.is_grouped('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item'),
	'no set where vsm.enable_group_plan is off');
SET LOCAL vsm.enable_group_plan = on;

--
-- Keys.
--
SELECT pg_temp.grouped(format('SELECT %1$s, vsm.timeline(at, state), vsm.timeline_send(vsm.timeline(at, state)) FROM event GROUP BY '
	'%1$s', key), 'key ' || key)
FROM unnest('{item,small,medium,flag,letter,day,local,key,code,label,id,bits,pattern,mood,short,zoned,long,at,state}'::text[]) AS key;
SELECT pg_temp.left_alone(format('SELECT %1$s::text, vsm.timeline(at, state) FROM event GROUP BY %1$s', key), 'key ' || key)
FROM unnest('{number,weight,padded,free,list,document,span,loose}'::text[]) AS key
WHERE key <> 'loose' OR NOT (SELECT collisdeterministic FROM pg_collation WHERE oid = 'public.loose'::regcollation)
UNION ALL SELECT pass('no nondeterministic collations here')
WHERE (SELECT collisdeterministic FROM pg_collation WHERE oid = 'public.loose'::regcollation);
SELECT pg_temp.grouped('SELECT item, key, vsm.timeline(at, state) FROM event GROUP BY item, key', 'two keys');
SELECT pg_temp.grouped('SELECT small, label, id, long, mood, vsm.timeline(at, state) FROM event GROUP BY mood, long, small, label, id',
	'five keys of all kinds');
SELECT pg_temp.grouped('SELECT vsm.timeline(at, state) FROM event GROUP BY item', 'a key that is not selected');
SELECT pg_temp.grouped('SELECT item % 7, upper(key), vsm.timeline(at, state) FROM event GROUP BY item % 7, upper(key)', 'expressions');
SELECT pg_temp.grouped('SELECT item % 7 + 1, vsm.timeline(at, state) FROM event GROUP BY item % 7', 'an expression of an expression');
SELECT pg_temp.grouped('SELECT ''x'' || key, vsm.timeline(at, state) FROM event GROUP BY key, ''x''::text', 'a constant');
SELECT pg_temp.grouped('SELECT loose COLLATE "C", vsm.timeline(at, state) FROM event GROUP BY loose COLLATE "C"', 'another collation');
SELECT pg_temp.left_alone('SELECT length(random()::text) > 0, vsm.timeline(at, state) FROM event GROUP BY item, length(random()::text) '
	'> 0', 'a volatile key');
SELECT pg_temp.left_alone('SELECT generate_series(1, 2), vsm.timeline(at, state) FROM event GROUP BY item, 1', 'a key of many rows');
SELECT pg_temp.grouped('SELECT i.item, i.title, i.points, i.tags, vsm.timeline(at, state) FROM item AS i JOIN event AS e USING (item) '
	'GROUP BY i.item',
	'columns that depend on a primary key');
SELECT pg_temp.grouped('SELECT i.item, i.title, i, vsm.timeline(at, state) FROM event AS e LEFT JOIN item AS i USING (item) GROUP BY '
	'i.item, i.title',
	'beside it as keys, the whole row, and nullable');
SELECT pg_temp.grouped('SELECT i.title, vsm.timeline(at, state) FROM item AS i JOIN event AS e USING (item) GROUP BY i.item HAVING '
	'max(i.points) IS NULL OR true',
	'HAVING that is gone');

--
-- The aggregate.
--
SELECT pg_temp.grouped('SELECT item, vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)), vsm.timeline(at, state),
	vsm.flow_efficiency(vsm.timeline(at, state), (SELECT wf FROM my_workflow)) FROM event GROUP BY item', 'used often');
SELECT pg_temp.left_alone('SELECT item, vsm.outcome(vsm.timeline(at, state), wf) FROM event, my_workflow GROUP BY item, wf',
	'a workflow as a key');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at + interval ''1 min'', lower(state)), vsm.timeline(at + interval ''1 min'', '
	'lower(state))::text FROM event GROUP BY item',
	'arguments that are expressions');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, stage) FROM event GROUP BY item', 'a state that is varchar');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(local, key) FROM event GROUP BY item', 'a time without zone');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, long) FROM event GROUP BY item', 'states that are toasted');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, short) FROM event GROUP BY item', 'states of a domain');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, mood::text) FROM event GROUP BY item', 'states that are made');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(NULL, state) FROM event GROUP BY item', 'no times');
SELECT pg_temp.grouped('SELECT 1 FROM event GROUP BY item HAVING vsm.timeline(at, state) IS NULL', 'in HAVING alone');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item HAVING (item > 3 OR vsm.timeline(at, state) IS '
	'NULL) AND length(vsm.timeline(at, state)::text) > 30', 'HAVING');
SELECT pg_temp.left_alone('SELECT vsm.timeline(at, state) FROM event', 'no GROUP BY');
SELECT pg_temp.left_alone('SELECT item FROM event GROUP BY item', 'no aggregate');
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(at, state), vsm.timeline(at, stage) FROM event GROUP BY item', 'two of them');
-- Of its rows beside it.
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state), count(*), min(at), max(at), count(at), count(state), count(1) FROM event '
	'GROUP BY item', 'count, min and max beside it');
SELECT pg_temp.grouped('SELECT small, key, max(at) - min(at) + count(*) * interval ''1 s'', vsm.timeline(at, state) FROM event GROUP BY '
	'small, key HAVING count(*) > 2 OR min(at) IS NULL', 'in expressions, HAVING and alone');
SELECT pg_temp.grouped('SELECT many, count(*), min(at), max(at), count(state), vsm.timeline(at, state) FROM large GROUP BY many',
	'of a set that is divided');
SELECT pg_temp.grouped('SELECT key, count(stage), vsm.timeline(at, stage) FROM event GROUP BY key', 'of a state that is varchar');
SELECT pg_temp.grouped('SELECT item, count(*) OVER (), sum(count(*)) OVER (ORDER BY item), vsm.timeline(at, state) FROM event GROUP BY '
	'item', 'below windows');
SELECT pg_temp.grouped('SELECT item, min(at + interval ''1 h''), vsm.timeline(at + interval ''1 h'', state), count(state) FROM '
	'(SELECT item, at, lower(state) AS state FROM event) AS e GROUP BY item HAVING count(*) > 0', 'of times that are computed');
INSERT INTO event (item, at, state) VALUES (1, 'infinity', NULL), (1, '-infinity', NULL), (1002, 'infinity', NULL);
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state), count(*), min(at), max(at), count(at), count(state) FROM event GROUP BY item',
	'infinite times of rows that are no event');
DELETE FROM event WHERE NOT isfinite(at);
-- A record has 56 bits for a time, and 8 for a state.
INSERT INTO event (item, key, at, state) VALUES (1, 'K-1', '4000-01-01', 'Done'), (1, 'K-1', '0100-01-01', 'Old'),
	(2, repeat('K', 300), '4713-01-01 BC', 'First'), (NULL, NULL, '250000-01-01', 'Far'), (3, 'K-1', '3141-10-01', 'Near'),
	(3, 'K-1', '3141-10-03', 'Far');
SELECT pg_temp.grouped(format('SELECT %1$s, vsm.timeline(at, state), min(at), max(at) FROM event GROUP BY %1$s', key),
	'times far away by ' || key) FROM unnest('{item,key,small,"item,key"}'::text[]) AS key;
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, many) FROM (SELECT item, at, many FROM large UNION ALL SELECT -item, ''0100-01-01'', '
	'many FROM large) AS l GROUP BY item', 'times far away of many states');
DELETE FROM event WHERE at > '3000-01-01' OR at < '1900-01-01';
SELECT pg_temp.left_alone(format('SELECT item, vsm.timeline(at, state), %s FROM event GROUP BY item', other), other || ' beside it')
FROM unnest('{min(state),max(at + interval ''1 h''),count(*) FILTER (WHERE small > 0),count(DISTINCT at),count(stage),count(key),'
	'min(local),count(NULL),count(item),sum(small)}'::text[]) AS other;
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(at, state), max(weight) FROM event GROUP BY item', 'another aggregate beside it');
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(at, state, no) FROM event GROUP BY item', 'with sequence numbers');
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(at, state) FILTER (WHERE small > 0) FROM event GROUP BY item', 'FILTER');
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(DISTINCT at, state) FROM event GROUP BY item', 'DISTINCT');
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(at, state ORDER BY at) FROM event GROUP BY item', 'ORDER BY');
SELECT pg_temp.left_alone('SELECT item, key, vsm.timeline(at, state) FROM event GROUP BY ROLLUP (item, key)', 'ROLLUP');
SELECT pg_temp.left_alone('SELECT item, key, vsm.timeline(at, state) FROM event GROUP BY GROUPING SETS ((item), (key))', 'grouping sets');
SELECT pg_temp.left_alone('SELECT item, grouping(item), vsm.timeline(at, state) FROM event GROUP BY item', 'GROUPING()');
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(at, (SELECT e.stage || i.title FROM item AS i WHERE i.item = e.item)) FROM event '
	'AS e GROUP BY item', 'a subquery as an argument');
SELECT pg_temp.left_alone('SELECT item, vsm.timeline(at, state) OVER (PARTITION BY item ORDER BY no) FROM event', 'a window');
-- Aggregates of others that are made of the same functions, or of some of them.
CREATE AGGREGATE begun_timeline(timestamptz, text) (SFUNC = vsm.timeline_add_event, STYPE = vsm.timeline_state,
	FINALFUNC = vsm.timeline_finish,
	INITCOND = '[["2020-01-01T00:00:00Z","Old"]]');
CREATE FUNCTION my_finish(vsm.timeline_state) RETURNS text LANGUAGE sql AS 'SELECT ''mine''';
CREATE AGGREGATE other_timeline(timestamptz, text) (SFUNC = vsm.timeline_add_event, STYPE = vsm.timeline_state, FINALFUNC = my_finish);
SELECT pg_temp.grouped('SELECT item, my_timeline(at, state) FROM event GROUP BY item', 'an aggregate of the same functions');
SELECT pg_temp.left_alone('SELECT item, other_timeline(at, state) FROM event GROUP BY item', 'an aggregate with another final function');
SELECT ok(NOT pg_temp.is_grouped('SELECT item, begun_timeline(at, state) FROM event GROUP BY item'),
	'no set: an aggregate that begins with something');

--
-- Around it.
--
SELECT pg_temp.grouped('SELECT item, t, rank() OVER (ORDER BY length(t::text), item) FROM (SELECT item, vsm.timeline(at, state) AS t '
	'FROM event GROUP BY item) AS q', 'a window above');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state), count(*) OVER (PARTITION BY item % 3), lag(item) OVER (ORDER BY item) '
	'FROM event GROUP BY item', 'a window at the same level');
SELECT pg_temp.grouped('SELECT DISTINCT vsm.timeline(at, state) FROM event GROUP BY item, small', 'DISTINCT above');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item ORDER BY item DESC NULLS LAST LIMIT 5',
	'ORDER BY and LIMIT');
SELECT pg_temp.grouped('SELECT item, generate_series(1, 2), vsm.timeline(at, state) FROM event GROUP BY item', 'a function of many rows');
SELECT pg_temp.grouped('SELECT item, (SELECT title FROM item AS i WHERE i.item = e.item), vsm.timeline(at, state) FROM event AS e GROUP '
	'BY item', 'a subquery about a key');
SELECT pg_temp.grouped('SELECT item, (SELECT count(*) FROM item AS i WHERE i.title < (vsm.timeline(e.at, e.state))::text) FROM event AS '
	'e GROUP BY item', 'a subquery about the aggregate');
SELECT pg_temp.grouped('SELECT item, EXISTS (SELECT FROM item AS i WHERE i.item = e.item), vsm.timeline(at, state) FROM event AS e '
	'GROUP BY item', 'EXISTS');
SELECT pg_temp.grouped('SELECT i.item, q.t FROM item AS i, LATERAL (SELECT vsm.timeline(e.at, e.state) AS t FROM event AS e WHERE '
	'e.item % 51 >= i.item GROUP BY e.key) AS q',
	'LATERAL');
SELECT pg_temp.grouped('SELECT i.item, q.* FROM item AS i, LATERAL (SELECT i.team, i.item + e.small AS s, vsm.timeline(e.at, e.state) '
	'AS t FROM event AS e GROUP BY 1, 2) AS q',
	'keys of another query');
SELECT pg_temp.grouped('SELECT i.item, q.t FROM item AS i LEFT JOIN (SELECT item, ''x'' || item AS x, vsm.timeline(at, state) AS t FROM '
	'event GROUP BY item) AS q USING (item)', 'an outer join');
SELECT pg_temp.grouped('SELECT q.x, vsm.timeline(e.at, e.state) FROM item AS i LEFT JOIN (SELECT item, coalesce(''x'' || item % '
	'7, ''y'') AS x FROM event) AS q USING (item)
	JOIN event AS e ON e.item = i.item GROUP BY q.x', 'a key that an outer join makes NULL');
SELECT pg_temp.grouped('WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3), t AS MATERIALIZED (SELECT item, '
	'vsm.timeline(at, state) AS t FROM event GROUP BY item)
	SELECT * FROM r, t', 'WITH');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM (TABLE parted UNION ALL SELECT item, key, at, state FROM event) AS u '
	'GROUP BY item', 'UNION ALL below');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item UNION SELECT item, vsm.timeline(at, state) FROM '
	'parted GROUP BY item', 'UNION above');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM (SELECT DISTINCT item, at, state FROM event ORDER BY 1, 2, 3 LIMIT '
	'300) AS d GROUP BY item', 'a subquery below');
SELECT pg_temp.grouped('SELECT small, vsm.timeline(at, state) FROM event WHERE small = 1 GROUP BY small, key', 'a key that is constant');
SELECT pg_temp.grouped('SELECT e.item, i.item AS other, vsm.timeline(at, state) FROM event AS e JOIN item AS i USING (item) GROUP BY '
	'e.item, i.item', 'keys that are equal');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM event TABLESAMPLE bernoulli (50) REPEATABLE (1) GROUP BY item',
	'a sample');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM parent GROUP BY item', 'inherited tables');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM guarded GROUP BY item', 'a security barrier');
SELECT pg_temp.grouped('SELECT item, tableoid::regclass, ctid, vsm.timeline(at, state) FROM event GROUP BY item, tableoid, ctid',
	'system columns');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM parted GROUP BY item', 'partitions');
SET LOCAL enable_partitionwise_aggregate = on;
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM parted GROUP BY item HAVING item > 3', 'partitions, each by itself');
SELECT alike(pg_temp.plan_of('SELECT item, vsm.timeline(at, state) FROM parted GROUP BY item'),
	'%Append%(vsm_group)%(vsm_group)%(vsm_group)%', 'and so it is');
SELECT pg_temp.grouped('SELECT key, vsm.timeline(at, state) FROM parted GROUP BY key', 'partitions, all at once');
RESET enable_partitionwise_aggregate;
SELECT is(pg_temp.answer('SELECT item, vsm.timeline(at, state) FROM event WHERE item = -1 GROUP BY item', 'on'), '0 rows: ',
	'no rows, no groups');
SELECT is(pg_temp.answer('SELECT item, vsm.timeline(at, state) FROM event WHERE false GROUP BY item', 'on'), '0 rows: ',
	'nor where there are none ever');
SET LOCAL cpu_operator_cost TO DEFAULT;
SELECT pg_temp.left_alone('SELECT medium, vsm.timeline(at, state) FROM event WHERE medium = 3 GROUP BY medium',
	'a row or two, by an index');
SELECT pg_temp.left_alone('SELECT medium, vsm.timeline(at, state) FROM event GROUP BY medium ORDER BY medium LIMIT 1',
	'the first of many groups, by an index');
SET LOCAL cpu_operator_cost = 0.25;

--
-- vsm.timelines, whose answer is the set.
--
SELECT pg_temp.grouped(format('SELECT vsm.timelines(%s, at, state) FROM event', item), 'all timelines by ' || item)
FROM unnest('{item,medium,small,key,code,short,item + 1,upper(key),"loose COLLATE \"C\"",medium::bigint,7,''x''}'::text[]) AS item;
SELECT is(pg_temp.plan_of('SELECT vsm.timelines(medium, at, state) FROM large_medium'), $$
Custom Scan (vsm_group)
Output: (vsm.timelines((medium)::bigint, at, state))
->  Seq Scan on public.large_medium
Output: medium, at, state$$, 'the plan of it, by an integer');
SELECT pg_temp.grouped('SELECT (u).* FROM (SELECT vsm.unnest(vsm.timelines(key, at, stage)) AS u FROM event) AS q', 'as rows');
SELECT pg_temp.grouped('SELECT u.* FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event WHERE small > 0)) AS u', 'FROM it');
SELECT pg_temp.grouped('SELECT vsm.timelines(item, at, state), vsm.timelines(item, at, state)::text, 1 + 1 FROM event', 'a set used often');
SELECT pg_temp.grouped('SELECT vsm.timelines(item, NULL, NULL) FROM event', 'a set of rows that are no event');
SELECT pg_temp.grouped('SELECT i.item, q.* FROM item AS i, LATERAL (SELECT (u).timeline FROM (SELECT vsm.unnest(vsm.timelines(e.key, '
	'e.at, e.state)) AS u FROM event AS e WHERE e.medium < i.item - 30) AS s LIMIT 70) AS q', 'a set made again and again');
SELECT pg_temp.grouped('SELECT i.item, (SELECT vsm.timelines(e.item, e.at, e.state) FROM event AS e WHERE e.medium < i.item - 30) '
	'FROM item AS i', 'a set in a subquery for each row');
SELECT pg_temp.grouped('SELECT vsm.timelines(e.item, at, state || i.title) FROM event AS e JOIN item AS i USING (item)', 'a set of a join');
SELECT pg_temp.grouped('SELECT vsm.timelines(item, at, state) FROM parted', 'a set of partitions');
SELECT pg_temp.grouped('SELECT vsm.timelines(item, at, state) FROM event WHERE length(state) > 1000', 'a set of no rows');
SELECT pg_temp.grouped('SELECT vsm.timelines(item, at, state) FROM event WHERE 1 / (item - 7) > -1', 'a set, and errors of what is below');
SELECT pg_temp.left_alone(format('SELECT %s FROM event', query), query)
FROM unnest('{"vsm.timelines(item, at, state) FILTER (WHERE small > 0)","vsm.timelines(DISTINCT item, at, state)",'
	'"vsm.timelines(item, at, state ORDER BY at)","vsm.timelines(item, at, state), count(*)",'
	'"vsm.timelines(item, at, state), vsm.timelines(key, at, state)",'
	'"vsm.timelines(item, at, (SELECT event.stage || title FROM item AS i WHERE i.item = event.item))","count(*)"}'::text[]) AS query;
SELECT pg_temp.left_alone('SELECT vsm.timelines(item, at, state) FROM event HAVING count(*) > 0', 'a set with HAVING');
SELECT pg_temp.left_alone('SELECT small, vsm.timelines(item, at, state) FROM event GROUP BY small', 'a set a group');
SELECT pg_temp.left_alone('SELECT vsm.timelines(loose, at, state) FROM event', 'a collation that the aggregate refuses')
WHERE NOT (SELECT collisdeterministic FROM pg_collation WHERE oid = 'public.loose'::regcollation)
UNION ALL SELECT pass('no nondeterministic collations here')
WHERE (SELECT collisdeterministic FROM pg_collation WHERE oid = 'public.loose'::regcollation);

--
-- FROM vsm.unnest.
--
CREATE FUNCTION pg_temp.unnested(query text, description text) RETURNS text LANGUAGE sql AS $$
	SELECT is(CASE WHEN pg_temp.plan_of(query) LIKE '%(vsm_unnest)%' THEN pg_temp.answer(query, 'on') ELSE pg_temp.plan_of(query) END,
		pg_temp.answer(query, 'off'), 'FROM a set: ' || description)
$$;
CREATE FUNCTION pg_temp.by_function(query text, description text) RETURNS text LANGUAGE sql AS $$
	SELECT is(CASE WHEN pg_temp.plan_of(query) LIKE '%(vsm_unnest)%' THEN pg_temp.plan_of(query) ELSE pg_temp.answer(query, 'on') END,
		pg_temp.answer(query, 'off'), 'FROM the function: ' || description)
$$;
CREATE TABLE kept AS SELECT small AS no, vsm.timelines(item, at, state) AS items, vsm.timelines(key, at, state) AS texts FROM event
GROUP BY small UNION ALL SELECT 100, NULL, NULL;
SELECT alike(pg_temp.plan_of('SELECT u.item + 1 AS next FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM large)) AS u WHERE '
	'u.timeline IS NOT NULL'),
	'%Custom Scan (vsm_unnest)%Output: (u.item + 1)%Filter:%Set: %InitPlan %Custom Scan (vsm_group)%Seq Scan%',
	'the plan of items as rows');
SELECT pg_temp.unnested('SELECT u.* FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS u', 'of numbers');
SELECT pg_temp.unnested('SELECT * FROM vsm.unnest((SELECT vsm.timelines(key, at, state) FROM event))', 'of texts');
SELECT pg_temp.unnested('SELECT u.timeline, 1 FROM vsm.unnest((SELECT vsm.timelines(key, at, state) FROM event)) AS u (name) '
	'WHERE name > ''K-2'' AND random() < 2 ORDER BY name DESC LIMIT 9', 'with conditions and an order');
SELECT pg_temp.unnested('SELECT count(*) FROM vsm.unnest((SELECT vsm.timelines(key, at, state) FROM event))', 'without a column');
SELECT pg_temp.unnested('SELECT k.no, u.* FROM kept AS k, vsm.unnest(k.items) AS u', 'that are stored, and NULL');
SELECT pg_temp.unnested('SELECT k.no, u.item FROM kept AS k LEFT JOIN LATERAL vsm.unnest(k.texts) AS u ON u.item > ''K-3''', 'or none');
SELECT pg_temp.unnested('SELECT * FROM vsm.unnest(''[["a",[["2026-01-05T10:00:00Z","To Do"]]],["b",null]]''::vsm.text_timelines)',
	'of a constant');
SELECT pg_temp.unnested('SELECT * FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event WHERE false))', 'of no rows');
SELECT pg_temp.unnested('SELECT i.item, q.* FROM item AS i, LATERAL (SELECT u.timeline FROM vsm.unnest((SELECT vsm.timelines(e.key, '
	'e.at, e.state) FROM event AS e WHERE e.medium < i.item - 30)) AS u LIMIT 20 + i.item % 3) AS q', 'made again and again');
SELECT pg_temp.unnested('WITH s AS MATERIALIZED (SELECT vsm.timelines(item, at, state) AS t FROM event) SELECT a.item, b.item AS other '
	'FROM vsm.unnest((SELECT t FROM s)) AS a JOIN vsm.unnest((SELECT t FROM s)) AS b ON a.timeline OPERATOR(vsm.=) b.timeline',
	'read twice');
SELECT pg_temp.unnested('SELECT a.item, (SELECT count(*) FROM vsm.unnest(s.t) AS b WHERE b.item < a.item) FROM (SELECT vsm.timelines('
	'item, at, state) AS t FROM event OFFSET 0) AS s, vsm.unnest(s.t) AS a', 'while it is read');
SELECT pg_temp.unnested('SELECT item FROM item AS i WHERE EXISTS (SELECT FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM '
	'event)) AS u WHERE u.item = i.item)', 'below EXISTS');
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_material = off;
SELECT pg_temp.unnested('SELECT i.item, u.* FROM item AS i LEFT JOIN vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS u '
	'ON u.item % 50 = i.item % 49', 'again for each row');
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
SELECT pg_temp.by_function('SELECT u FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS u', 'whole rows');
SELECT pg_temp.by_function('SELECT 1 FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS u WHERE u IS NOT NULL',
	'whole rows in a condition');
SELECT pg_temp.by_function('SELECT * FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) WITH ORDINALITY AS u (a, b, c) '
	'WHERE c < 1', 'numbered rows');
SELECT pg_temp.by_function('SELECT count(*) FROM ROWS FROM (vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)), '
	'generate_series(1, 3))', 'beside others');
SELECT pg_temp.by_function('SELECT i.item FROM item AS i, vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS u WHERE '
	'u.item = i.item FOR UPDATE OF i', 'rows that are locked');
SELECT alike(pg_temp.plan_of('UPDATE item AS i SET title = u.timeline::text FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM '
	'event)) AS u WHERE u.item = i.item'), '%Function Scan on vsm.unnest%', 'FROM the function: rows that are changed');

-- Errors.
INSERT INTO event (item, at, state) VALUES (1, 'infinity', 'x');
SELECT is(pg_temp.answer('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item', 'on'),
	'22008: the time of an event cannot be infinite', 'infinity is refused');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item', 'as the aggregate does');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, nullif(state, ''x'')) FROM event GROUP BY item', 'unless the row is no event');
SELECT pg_temp.grouped('SELECT item, vsm.timeline(at, state) FROM event WHERE at < ''infinity'' AND 1 / (item - 7) > -1 GROUP BY item',
	'errors of what is below');
SELECT pg_temp.grouped('SELECT item, 1 / (item - 7), vsm.timeline(at, state) FROM event WHERE at < ''infinity'' GROUP BY item',
	'errors of what is above');
DELETE FROM event WHERE at = 'infinity';

--
-- Large: many partitions, memory that does not suffice, many names.
--
-- Nothing is said of rows that are the same, byte by byte.
CREATE FUNCTION pg_temp.differences(query text, memory text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	difference text;
BEGIN
	SET LOCAL client_min_messages = error;
	IF NOT pg_temp.is_grouped(query) THEN
		RETURN pg_temp.plan_of(query);
	END IF;
	PERFORM set_config('work_mem', memory, true);
	EXECUTE 'CREATE TEMP TABLE a ON COMMIT DROP AS ' || query;
	PERFORM set_config('work_mem', '4MB', true), set_config('vsm.enable_group_plan', 'off', true);
	EXECUTE 'CREATE TEMP TABLE b ON COMMIT DROP AS ' || query;
	PERFORM set_config('vsm.enable_group_plan', 'on', true);
	SELECT string_agg(left(d::text, 200), E'\n') INTO difference FROM (
		SELECT * FROM ((TABLE a EXCEPT ALL TABLE b) UNION ALL (TABLE b EXCEPT ALL TABLE a)) AS u LIMIT 3) AS d;
	IF difference IS NULL THEN
		SELECT CASE WHEN count(*) <> (SELECT count(*) FROM a) THEN count(*) || ' rows are the same bytes' END INTO difference
		FROM a JOIN b ON a.k IS NOT DISTINCT FROM b.k AND a *= b;
	END IF;
	DROP TABLE a, b;
	RETURN coalesce(difference, 'none');
END $$;
SELECT is(pg_temp.differences(format('SELECT %s AS k, vsm.timeline(at, %s) AS t FROM large GROUP BY %1$s', key, state), memory), 'none',
	format('40,000 rows by %s, states %s, in %s', key, state, memory))
FROM (VALUES ('item'), ('key'), ('few'), ('key || item')) AS k (key), (VALUES ('state'), ('many')) AS s (state), (VALUES ('64kB'),
	('64MB')) AS m (memory);
SELECT is(pg_temp.differences('SELECT at AS k, item, few, vsm.timeline(at, many) AS t FROM large GROUP BY at, item, few', '64kB'),
	'none', 'three keys, as many groups as rows');

SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
CREATE FUNCTION pg_temp.analyzed(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	lines text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, BUFFERS OFF, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		lines := lines || E'\n' || regexp_replace(regexp_replace(ltrim(line), '[1-9][0-9]* kB', 'N kB'), '\.00', '');
	END LOOP;
	RETURN lines;
END $$;
SELECT alike(pg_temp.analyzed('SELECT key, vsm.timeline(at, state) FROM large GROUP BY key HAVING key < ''KEY-3'' AND vsm.timeline(at, '
	'state) IS NOT NULL'), $$
Custom Scan (vsm_group) (actual rows=% loops=1)
Filter: (%vsm.timeline(at, state)%IS NOT NULL)
Group Key: key
Memory Usage: N kB
Disk Usage: N kB
->  Seq Scan on large (actual rows=% loops=1)%$$, 'EXPLAIN ANALYZE says what it took');
CREATE TEMP VIEW temporary_files AS SELECT count(*) FROM pg_ls_tmpdir() WHERE name LIKE 'pgsql_tmp' || pg_backend_pid() || '.%';
CREATE FUNCTION pg_temp.fail_late(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE query INTO result;
	RETURN result;
EXCEPTION WHEN division_by_zero THEN
	RETURN 'failed, ' || (TABLE temporary_files) || ' temporary files';
END $$;
SELECT is(pg_temp.fail_late('SELECT sum(1 / (length(t::text) - length(t::text))) FROM (SELECT item, vsm.timeline(at, state) AS t FROM '
	'large GROUP BY item) AS q'),
	'failed, 0 temporary files', 'an error while it is read leaves no files');
SELECT is(pg_temp.fail_late('SELECT count(t) FROM (SELECT item, vsm.timeline(at, CASE WHEN item = 2900 AND few / 0 > 1 THEN ''x'' ELSE '
	'state END) AS t FROM large GROUP BY item) AS q'),
	'failed, 0 temporary files', 'nor does one while it is filled');
SELECT is(pg_temp.cancel($$SELECT count(t) FROM (SELECT item, vsm.timeline(at, state) AS t FROM large, generate_series(1,
	100000) GROUP BY item) AS q$$, 0.5),
	'57014 | canceling statement due to user request', 'it can be cancelled');
SELECT is((SELECT count FROM temporary_files), 0::bigint, 'which leaves no files either');

-- Cursors, which stop early, go back, and outlive their transaction (test/t/group_plan.t).
DECLARE part CURSOR FOR SELECT item, vsm.timeline(at, state) FROM large GROUP BY item;
MOVE 100 IN part;
SELECT cmp_ok((SELECT count FROM temporary_files), '>', 0::bigint, 'a cursor over some of the rows has temporary files');
CLOSE part;
SELECT is((SELECT count FROM temporary_files), 0::bigint, 'which are gone once it is closed');
-- A cursor that can go back.
DECLARE back SCROLL CURSOR FOR SELECT item FROM large GROUP BY item HAVING vsm.timeline(at, state) IS NOT NULL;
CREATE FUNCTION pg_temp.fetched(direction text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	result bigint;
	c refcursor := 'back';
BEGIN
	CASE direction WHEN 'first' THEN FETCH FIRST FROM c INTO result; WHEN 'fifth' THEN FETCH ABSOLUTE 5 FROM c INTO result;
		ELSE FETCH PRIOR FROM c INTO result; END CASE;
	RETURN result;
END $$;
CREATE TEMP TABLE fetched AS SELECT pg_temp.fetched('first') AS first;
SELECT isnt(pg_temp.fetched('fifth'), first, 'a cursor goes on') FROM fetched;
SELECT is(pg_temp.fetched('prior') IS NOT NULL AND pg_temp.fetched('first') = first, true, 'and back') FROM fetched;
CLOSE back;
RESET work_mem;
RESET hash_mem_multiplier;

-- Again and again, with the same rows and with others.
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_material = off;
SET LOCAL enable_memoize = off;
SELECT pg_temp.grouped('SELECT i.item, q.t FROM item AS i LEFT JOIN (SELECT item, vsm.timeline(at, state) AS t FROM event GROUP BY item '
	'OFFSET 0) AS q ON q.item % 50 = i.item % 49',
	'read again with the same rows');
SELECT alike(pg_temp.plan_of('SELECT i.item, q.t FROM item AS i LEFT JOIN (SELECT item, vsm.timeline(at, state) AS t FROM event GROUP '
	'BY item OFFSET 0) AS q ON q.item % 50 = i.item % 49'),
	'%Nested Loop%(vsm_group)%', 'in a nested loop');
SELECT pg_temp.grouped('SELECT i.item, q.t FROM item AS i LEFT JOIN LATERAL (SELECT item, vsm.timeline(at, state) AS t FROM event AS e '
	'WHERE e.medium < i.item - 30 GROUP BY item LIMIT 70) AS q ON true',
	'read again with others');
SELECT pg_temp.grouped('SELECT i.item, (SELECT max(t::text) FROM (SELECT vsm.timeline(at, state) AS t FROM event AS e WHERE e.item >= '
	'i.item GROUP BY item) AS q) FROM item AS i',
	'in a subquery for each row');
SELECT pg_temp.grouped('SELECT i.item, (SELECT max(t::text) FROM (SELECT vsm.timeline(at, state) AS t FROM event AS e GROUP BY item + '
	'i.item % 3) AS q) FROM item AS i',
	'with other keys for each row');
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
RESET enable_memoize;

-- Prepared, with a plan for all parameters.
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE prepared(bigint, text) AS SELECT item, vsm.timeline(at,
	state || $2) AS t FROM event WHERE item > $1 GROUP BY item HAVING item % 2 < $1;
CREATE TEMP TABLE first AS EXECUTE prepared(20, 'x');
CREATE TEMP TABLE second AS EXECUTE prepared(1, NULL);
SELECT set_eq('TABLE first', $$SELECT item, vsm.timeline(at, state || 'x' ORDER BY at) FROM event WHERE item > 20
	GROUP BY item HAVING item % 2 < 20$$, 'a prepared statement');
SELECT set_eq('TABLE second', $$SELECT item, NULL::vsm.timeline FROM event WHERE item > 1 GROUP BY item HAVING item % 2 < 1$$,
	'again, with other parameters');
SELECT alike(pg_temp.plan_of($$EXECUTE prepared(20, 'x')$$), '%(vsm_group)%', 'planned on a set');
RESET plan_cache_mode;

-- Who may call the aggregate, and see rows.
CREATE ROLE vsm_group_reader;
GRANT SELECT ON event, guarded TO vsm_group_reader;
GRANT USAGE ON SCHEMA vsm TO vsm_group_reader;
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON event TO vsm_group_reader USING (item % 2 = 0);
CREATE TEMP TABLE even AS SELECT item, vsm.timeline(at, state ORDER BY at) AS t FROM event WHERE item % 2 = 0 GROUP BY item;
GRANT SELECT ON even TO vsm_group_reader;
SET LOCAL ROLE vsm_group_reader;
SELECT set_eq('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item', 'TABLE even', 'row security');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION vsm.timeline(timestamptz, text) FROM PUBLIC;
SET LOCAL ROLE vsm_group_reader;
SELECT throws_ok('SELECT item, vsm.timeline(at, state) FROM event GROUP BY item', '42501', 'permission denied for aggregate timeline',
	'the privilege EXECUTE is asked for');
SELECT throws_ok('SELECT item, vsm.timeline(at, state) FROM guarded GROUP BY item', '42501',
	'permission denied for aggregate timeline', 'over a view, too');
RESET ROLE;
GRANT EXECUTE ON FUNCTION vsm.timeline(timestamptz, text) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION vsm.timelines(bigint, timestamptz, text) FROM PUBLIC;
SET LOCAL ROLE vsm_group_reader;
SELECT throws_ok('SELECT vsm.timelines(item, at, state) FROM event', '42501', 'permission denied for aggregate timelines',
	'for a set, too');
RESET ROLE;
GRANT EXECUTE ON FUNCTION vsm.timelines(bigint, timestamptz, text) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION vsm.unnest(vsm.bigint_timelines) FROM PUBLIC;
SET LOCAL ROLE vsm_group_reader;
SELECT throws_ok('SELECT * FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event))', '42501',
	'permission denied for function unnest', 'and for its items');
RESET ROLE;
GRANT EXECUTE ON FUNCTION vsm.unnest(vsm.bigint_timelines) TO PUBLIC;
CREATE ROLE vsm_group_owner;
GRANT USAGE ON SCHEMA vsm TO vsm_group_owner;
ALTER AGGREGATE my_timeline(timestamptz, text) OWNER TO vsm_group_owner;
REVOKE EXECUTE ON FUNCTION vsm.timeline_finish(vsm.timeline_state) FROM PUBLIC;
SELECT throws_ok('SELECT item, my_timeline(at, state) FROM event GROUP BY item', '42501', 'permission denied for function timeline_finish',
	'of the owner of an aggregate, for its functions');
GRANT EXECUTE ON FUNCTION vsm.timeline_finish(vsm.timeline_state) TO PUBLIC;

SELECT finish();
ROLLBACK;
