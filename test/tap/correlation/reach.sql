-- reach and components, beside recursive queries on random graphs.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;
SELECT plan(34);

CREATE FUNCTION pg_temp.error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

-- idea -> epic -> stories -> commits -> release
\set links '{"idea":["epic"],"epic":["story-2","story-1"],"story-1":["c1"],"story-2":["c1","c2"],"c1":["v1"],"c2":["v1"],"v1":[],"other":["v1"]}'
SELECT results_eq(format('SELECT root, entity, hops, via FROM vsm.reach(%L, %L) ORDER BY hops, entity', :'links', '{idea}'),
	$$VALUES ('idea', 'idea', 0, NULL), ('idea', 'epic', 1, 'idea'), ('idea', 'story-1', 2, 'epic'), ('idea', 'story-2', 2, 'epic'),
		('idea', 'c1', 3, 'story-1'), ('idea', 'c2', 3, 'story-2'), ('idea', 'v1', 4, 'c1')$$,
	'from the idea to the release, through the smallest predecessor');
SELECT results_eq(format('SELECT entity FROM vsm.reach(%L, %L, 2) ORDER BY hops, entity', :'links', '{idea}'), $$VALUES ('idea'),
	('epic'), ('story-1'), ('story-2')$$, 'at most two hops');
SELECT results_eq(format('SELECT root, entity, hops, via FROM vsm.reach(%L, %L, 0)', :'links', '{idea}'), $$VALUES ('idea', 'idea', 0,
	NULL::text)$$, 'no hop: the root itself');
SELECT results_eq(format('SELECT root, entity FROM vsm.reach(%L, %L)', :'links', '{v1}'), $$VALUES ('v1', 'v1')$$,
	'edges have a direction');
SELECT results_eq(format('SELECT root, count(*)::int FROM vsm.reach(%L, %L) GROUP BY root ORDER BY root', :'links',
	'{other,epic,other,NULL}'), $$VALUES ('epic', 6), ('other', 2)$$, 'several roots, each once; NULL is none');
SELECT results_eq(format('SELECT root, entity, hops, via FROM vsm.reach(%L, %L)', :'links', '{nowhere}'), $$VALUES ('nowhere', 'nowhere',
	0, NULL::text)$$, 'a root that is not in the graph reaches itself');
SELECT results_eq($$SELECT entity, hops, via FROM vsm.reach('{"a":["b"],"b":["c","b"],"c":["a"]}', '{a}') ORDER BY hops$$,
	$$VALUES ('a', 0, NULL), ('b', 1, 'a'), ('c', 2, 'b')$$, 'cycles do no harm');
SELECT results_eq($$SELECT entity, hops, via FROM vsm.reach('{"a":["x","z","m"],"z":["t"],"x":["y"],"y":["t"],"m":["n","t"]}', '{a}')
	WHERE entity = 't'$$, $$VALUES ('t', 2, 'm')$$, 'via is on a shortest path');
SELECT is((SELECT max(hops) FROM vsm.reach((SELECT vsm.graph(i::text, (i + 1)::text) FROM generate_series(1, 40) i), '{1}')), 16,
	'sixteen hops when nothing is said');
SELECT is((SELECT max(hops) FROM vsm.reach((SELECT vsm.graph(i::text, (i + 1)::text) FROM generate_series(1, 40) i), '{1}', NULL)), 40,
	'any number with NULL');
SELECT is((SELECT count(*) FROM vsm.reach('{}', '{a}')), 1::bigint, 'an empty graph');
SELECT is_empty($$SELECT * FROM vsm.reach(NULL, '{a}')$$, 'NULL edges: no rows');
SELECT is_empty($$SELECT * FROM vsm.reach('{"a":[]}', NULL)$$, 'NULL roots: no rows');
SELECT is_empty($$SELECT * FROM vsm.reach('{"a":[]}', '{}')$$, 'no roots: no rows');
SELECT is(pg_temp.error_of($$SELECT * FROM vsm.reach('{"a":[]}', '{a}', -1)$$),
	'22023 number of hops must not be negative | It is -1. | NULL means without a limit.', 'a negative number of hops');
SELECT is(pg_typeof(f)::text, 'reached', 'rows are of a named type') FROM (SELECT vsm.reach('{"a":[]}', '{a}') AS f) q;
SELECT is((SELECT string_agg(root || entity || via, ' ' ORDER BY entity) FROM vsm.reach('{"da39a3ee5e6b":["00000000ffff"]}',
	'{da39a3ee5e6b}')), 'da39a3ee5e6b00000000ffffda39a3ee5e6b', 'ids of commits');

SELECT results_eq($$SELECT entity, component FROM vsm.components('{"c":["b"],"a":["b"],"x":["w"],"lonely":[]}') ORDER BY entity$$,
	$$VALUES ('a', 'a'), ('b', 'a'), ('c', 'a'), ('lonely', 'lonely'), ('w', 'w'), ('x', 'w')$$,
		'what hangs together, in whatever direction');
SELECT is_empty($$SELECT * FROM vsm.components(NULL)$$, 'NULL: no rows');
SELECT is_empty($$SELECT * FROM vsm.components('{}')$$, 'an empty graph: no rows');
SELECT is(pg_typeof(f)::text, 'component', 'rows are of a named type') FROM (SELECT vsm.components('{"a":[]}') AS f) q;
SELECT is((SELECT count(DISTINCT component) FROM vsm.components((SELECT vsm.graph(i::text, (i % 20000 + 1)::text) FROM generate_series(1,
	20000) i))), 1::bigint, 'a long ring');
SELECT results_eq($$SELECT component, count(*)::int FROM vsm.components((SELECT vsm.graph(i::text, (i + 3)::text)
	FROM generate_series(1001, 3999) i)) GROUP BY component ORDER BY component$$,
	$$VALUES ('1001', 1001), ('1002', 1001), ('1003', 1000)$$, 'three chains');

-- Random graphs.
SELECT setseed(0.7);
CREATE TEMP TABLE edge AS
SELECT g, prefix || (random() * 40)::int AS source, CASE WHEN random() < 0.95 THEN prefix || (random() * 40)::int END AS target
FROM generate_series(1, 40) g, generate_series(1, 12 + g) k, LATERAL (SELECT CASE g % 3 WHEN 0 THEN 'n' WHEN 1 THEN 'issue:PROJECT-'
	ELSE 'é' END AS prefix) p;
CREATE TEMP TABLE graph AS SELECT g, vsm.graph(source, target) AS edges, (SELECT array_agg(DISTINCT s) FROM (SELECT e.source FROM edge e
	WHERE e.g = o.g LIMIT 3) r(s)) AS roots FROM edge o GROUP BY g;
ANALYZE edge, graph;
CREATE TEMP VIEW reach_by_recursion AS
WITH RECURSIVE walk AS (
	SELECT g, root, root AS entity, 0 AS hops FROM graph, unnest(roots) root
	UNION
	SELECT w.g, w.root, e.target, w.hops + 1 FROM walk w JOIN edge e ON e.g = w.g AND e.source = w.entity WHERE e.target IS NOT NULL
		AND w.hops < 7),
nearest AS (SELECT g, root, entity, min(hops) AS hops FROM walk GROUP BY g, root, entity)
SELECT n.g, n.root, n.entity, n.hops,
	(SELECT min(p.entity COLLATE "C") FROM nearest p JOIN edge e ON e.g = p.g AND e.source = p.entity AND e.target = n.entity
	 WHERE p.g = n.g AND p.root = n.root AND p.hops = n.hops - 1) AS via
FROM nearest n;
CREATE TEMP VIEW reach_by_vsm AS SELECT g, r.* FROM graph, vsm.reach(edges, roots, 7) r;
SELECT is_empty('(TABLE reach_by_recursion EXCEPT ALL TABLE reach_by_vsm) UNION ALL (TABLE reach_by_vsm EXCEPT ALL TABLE '
	'reach_by_recursion)', 'reach in random graphs: like the recursive query');
SELECT cmp_ok((SELECT count(*) FROM reach_by_vsm WHERE hops > 2), '>', 200::bigint, 'with long ways');
SELECT cmp_ok((SELECT count(*) FROM reach_by_vsm WHERE hops = 7), '>', 5::bigint, 'up to the limit');
CREATE TEMP VIEW components_by_recursion AS
WITH RECURSIVE both_ways AS (
	SELECT g, source AS a, target AS b FROM edge WHERE target IS NOT NULL UNION SELECT g, target, source FROM edge WHERE target
		IS NOT NULL UNION SELECT g, source, source FROM edge),
walk AS (SELECT g, a AS entity, a AS reached FROM both_ways UNION SELECT w.g, w.entity, b.b FROM walk w JOIN both_ways b ON b.g = w.g
	AND b.a = w.reached)
SELECT g, entity, min(reached COLLATE "C") AS component FROM walk GROUP BY g, entity;
CREATE TEMP VIEW components_by_vsm AS SELECT g, c.* FROM graph, vsm.components(edges) c;
SELECT is_empty('(TABLE components_by_recursion EXCEPT ALL TABLE components_by_vsm) UNION ALL (TABLE components_by_vsm EXCEPT ALL TABLE '
	'components_by_recursion)', 'components of random graphs: like the recursive query');
SELECT cmp_ok((SELECT count(DISTINCT (g, component)) FROM components_by_vsm), '>', 100::bigint, 'of which there are many');
SELECT is((SELECT sum(n) FROM (SELECT count(*) AS n FROM graph, vsm.reach(edges, roots, NULL) GROUP BY g) q),
	(WITH RECURSIVE walk AS (SELECT g, root, root AS entity FROM graph, unnest(roots) root UNION SELECT w.g, w.root, e.target FROM walk w
		JOIN edge e ON e.g = w.g AND e.source = w.entity WHERE e.target IS NOT NULL) SELECT count(*)::numeric FROM walk),
	'reach without a limit: like the recursive query');

-- Past a few hundred names they are sorted by digits.
CREATE TEMP TABLE many AS
SELECT kind, CASE kind WHEN 1 THEN 'build:' || i WHEN 2 THEN md5(i::text) WHEN 3 THEN repeat('x', i % 30) || i WHEN 4 THEN CASE
	WHEN i % 2 = 0 THEN md5(i::text) ELSE 'é' || i END ELSE i::text END AS name, i
FROM generate_series(1, 3000) i, generate_series(1, 5) kind;
SELECT is((SELECT string_agg(entity, ' ' ORDER BY ordinality) FROM vsm.components((SELECT vsm.graph(name, NULL::text ORDER BY random())
	FROM many WHERE kind = k)) WITH ORDINALITY),
	(SELECT string_agg(name, ' ' ORDER BY name COLLATE "C") FROM (SELECT DISTINCT name FROM many WHERE kind = k) n),
		'names in byte order, kind ' || k)
FROM generate_series(1, 5) k;

SELECT * FROM finish();
ROLLBACK;
