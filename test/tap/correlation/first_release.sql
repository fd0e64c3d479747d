-- first_release and unknown_commits: by ancestry, beside a recursive query on random histories.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;
SELECT plan(55);

CREATE FUNCTION pg_temp.error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;

-- Two release branches: main a - b - c - f, branch off b: d - e; c is a cherry-pick of d under another id.
CREATE TEMP TABLE history (sha text, parents text[]);
INSERT INTO history VALUES ('a', '{}'), ('b', '{a}'), ('c', '{b}'), ('d', '{b}'), ('e', '{d}'), ('f', '{c}'), ('m', '{f,e}'), ('z', '{m}');
CREATE TEMP VIEW commits AS SELECT vsm.graph(sha, parents) AS commits FROM history;
SELECT results_eq(
	$$SELECT sha, target, release, released_at FROM vsm.first_release((SELECT commits FROM commits),
		'{"shop":[["2026-01-01T00:00:00Z","1.0","b"],["2026-01-03T00:00:00Z","1.1","e"],["2026-01-02T00:00:00Z","2.0","f"],'
			'["2026-01-04T00:00:00Z","3.0","m"]]}') ORDER BY sha$$,
	$$VALUES ('a', 'shop', '1.0', timestamptz '2026-01-01Z'), ('b', 'shop', '1.0', '2026-01-01Z'), ('c', 'shop', '2.0', '2026-01-02Z'),
		('d', 'shop', '1.1', '2026-01-03Z'),
		('e', 'shop', '1.1', '2026-01-03Z'), ('f', 'shop', '2.0', '2026-01-02Z'), ('m', 'shop', '3.0', '2026-01-04Z'), ('z', NULL, NULL,
			NULL)$$,
	'parallel release branches, a merge, a cherry-pick, and a commit in no release');
SELECT results_eq(
	$$SELECT sha, target, release FROM vsm.first_release((SELECT commits FROM commits),
		'{"shop/test":[["2026-01-01T00:00:00Z","t1","m"]],"shop/production":[["2026-01-02T00:00:00Z","p1","b"]]}') ORDER BY sha, target$$,
	$$VALUES ('a', 'shop/production', 'p1'), ('a', 'shop/test', 't1'), ('b', 'shop/production', 'p1'), ('b', 'shop/test', 't1'),
		('c', 'shop/test', 't1'), ('d', 'shop/test', 't1'),
		('e', 'shop/test', 't1'), ('f', 'shop/test', 't1'), ('m', 'shop/test', 't1'), ('z', NULL, NULL)$$,
	'several targets in one call; NULLs only for what no target has');
SELECT results_eq(
	$$SELECT sha, release FROM vsm.first_release((SELECT commits FROM commits),
		'{"s":[["2026-01-02T00:00:00Z","v10","b"],["2026-01-02T00:00:00Z","v2","b"],["2026-01-02T00:00:00Z","V3","a"],'
			'["2026-01-03T00:00:00Z","v1","b"]]}') WHERE release IS NOT NULL ORDER BY sha$$,
	$$VALUES ('a', 'V3'), ('b', 'v10')$$, 'releases of the same time are ordered by the bytes of their names');
SELECT results_eq(
	$$SELECT sha, release, released_at FROM vsm.first_release((SELECT commits FROM commits),
		'{"s":[["2026-01-02T00:00:00Z","v1","b"],["2026-01-03T00:00:00Z","v1","a"],["2026-01-01T00:00:00Z","v1","a"]]}') WHERE release
			IS NOT NULL ORDER BY sha$$,
	$$VALUES ('a', 'v1', timestamptz '2026-01-01Z'), ('b', 'v1', '2026-01-02Z')$$, 'a release that moves: the earliest time');
SELECT results_eq(
	$$SELECT release, count(*)::int FROM vsm.first_release((SELECT commits FROM commits),
		'{"s":[["2026-01-02T00:00:00Z","v1","m"],["2026-01-03T00:00:00Z","v0","b"],["2026-01-04T00:00:00Z","v2","m"]]}') GROUP BY release
			ORDER BY release$$,
	$$VALUES ('v1', 7), (NULL, 1)$$, 'a rollback and a release of the same commit bring nothing');
SELECT results_eq(
	$$SELECT sha FROM vsm.first_release('{"o":["a","b","c"],"a":["r"],"b":["r"],"c":["r"],"r":[]}',
		'{"s":[["2026-01-01T00:00:00Z","v1","o"]]}') WHERE release = 'v1' ORDER BY sha$$,
	$$VALUES ('a'), ('b'), ('c'), ('o'), ('r')$$, 'an octopus merge');
SELECT results_eq(
	$$SELECT sha, release FROM vsm.first_release('{"c":["b"],"b":["a"]}', '{"s":[["2026-01-01T00:00:00Z","v1","b"]]}') ORDER BY sha$$,
	$$VALUES ('b', 'v1'), ('c', NULL)$$, 'a shallow history: a parent that is not given has no row');
SELECT results_eq(
	$$SELECT sha, release FROM vsm.first_release('{"c":["b"],"b":["a"]}',
		'{"s":[["2026-01-01T00:00:00Z","v1","a"],["2026-01-02T00:00:00Z","v2","zz"]]}') ORDER BY sha$$,
	$$VALUES ('b', NULL), ('c', NULL)$$, 'releases of commits that are not given contain nothing');
SELECT results_eq(
	$$SELECT sha, release FROM vsm.first_release('{"x":[],"y":["x"],"p":[],"q":["p"]}',
		'{"s":[["2026-01-01T00:00:00Z","v1","y"]],"t":[["2026-01-01T00:00:00Z","w1","q"]]}') ORDER BY sha$$,
	$$VALUES ('p', 'w1'), ('q', 'w1'), ('x', 'v1'), ('y', 'v1')$$, 'histories that share nothing (several repositories)');
SELECT results_eq($$SELECT sha, target, release, released_at FROM vsm.first_release('{"a":[]}', NULL)$$,
	$$VALUES ('a', NULL::text, NULL::text, NULL::timestamptz)$$, 'NULL releases: nothing is released');
SELECT results_eq($$SELECT sha, target, release, released_at FROM vsm.first_release('{"a":[]}', '{}')$$,
	$$VALUES ('a', NULL::text, NULL::text, NULL::timestamptz)$$, 'nor by an empty set');
SELECT is_empty($$SELECT * FROM vsm.first_release(NULL, '{"s":[["2026-01-01T00:00:00Z","v1","a"]]}')$$, 'NULL commits: no rows');
SELECT is_empty($$SELECT * FROM vsm.first_release('{}', '{"s":[["2026-01-01T00:00:00Z","v1","a"]]}')$$, 'no commits: no rows');
SELECT is((SELECT count(*) FROM (SELECT vsm.first_release(commits, '{}') FROM commits) q), 8::bigint, 'in the select list');
SELECT is(pg_typeof(f)::text, 'commit_release', 'rows are of a named type') FROM (SELECT vsm.first_release('{"a":[]}', NULL) AS f) q;

-- Ids of any kind, as text.
SELECT is((SELECT string_agg(sha || ' ' || coalesce(release, '-'), ', ' ORDER BY sha COLLATE "C") FROM vsm.first_release(vsm.graph(c, p),
	vsm.releases('s', 'v1', r, '2026-01-01Z'))), want, kind)
FROM (SELECT kind, c, p, r, want FROM (VALUES
	('sha1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', '0000000000000000000000000000000000000000',
		'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'da39a3ee5e6b4b0d3255bfef95601890afd80709 v1'),
	('sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '00',
		'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
			'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 v1'),
	('abbreviated', 'da39a3e', '0000000', 'da39a3e', 'da39a3e v1'),
	('abbreviated in the release only', 'da39a3ee5e6b4b0d3255bfef95601890afd80709', '0000000', 'da39a3e',
		'da39a3ee5e6b4b0d3255bfef95601890afd80709 -'),
	('upper case is another id', 'DA39A3EE', '00000000', 'da39a3ee', 'DA39A3EE -'),
	('any text', 'r1234 é', 'r1233', 'r1234 é', 'r1234 é v1')) v(kind, c, p, r, want)) v GROUP BY kind, want, c, p, r;

-- Cycles.
SELECT is(pg_temp.error_of($$SELECT * FROM vsm.first_release('{"a":["b"],"b":["c"],"c":["a"]}', NULL)$$),
	'22023 history of commits has a cycle | A commit would be its own ancestor: a -> b -> c -> a. | Edges of a history lead from a commit '
		'to its parents.', 'a cycle without releases');
SELECT is(pg_temp.error_of($$SELECT * FROM vsm.first_release('{"a":["a"]}', NULL)$$),
	'22023 history of commits has a cycle | A commit would be its own ancestor: a -> a. | Edges of a history lead from a commit to its '
		'parents.', 'a commit that is its own parent');
SELECT is(pg_temp.error_of($$SELECT * FROM vsm.first_release('{"x":["a"],"a":["b","q"],"b":["c"],"c":["r","b"]}',
	'{"s":[["2026-01-01T00:00:00Z","v1","x"]]}')$$),
	'22023 history of commits has a cycle | A commit would be its own ancestor: b -> c -> b. | Edges of a history lead from a commit to '
		'its parents.', 'one that a release reaches');
SELECT is(pg_temp.error_of($$SELECT * FROM vsm.first_release('{"x":[],"a":["b"],"b":["a"]}',
	'{"s":[["2026-01-01T00:00:00Z","v1","x"]]}')$$),
	'22023 history of commits has a cycle | A commit would be its own ancestor: a -> b -> a. | Edges of a history lead from a commit to '
		'its parents.', 'one that no release reaches');
SELECT is(pg_temp.error_of($$SELECT * FROM vsm.first_release((SELECT vsm.graph(i::text, (i % 8 + 1)::text) FROM generate_series(1, 8) i),
	NULL)$$),
	'22023 history of commits has a cycle | A commit would be its own ancestor: 1 -> 2 -> 3 -> 4 -> 5 -> ... -> 1. | Edges of a history '
		'lead from a commit to its parents.', 'a long one');
SELECT is((SELECT count(*) FROM vsm.first_release('{"d":["b","c"],"b":["a"],"c":["a","b"],"a":[]}',
	'{"s":[["2026-01-01T00:00:00Z","v1","b"],["2026-01-02T00:00:00Z","v2","d"]]}')), 4::bigint, 'several ways to one commit are no cycle');

-- A commit given twice with different parents has both.
SELECT results_eq(
	$$SELECT sha, release FROM vsm.first_release((SELECT vsm.graph(s, p) FROM (VALUES ('c', 'a'), ('a', NULL), ('b', NULL),
		('c', 'b')) v(s, p)), '{"s":[["2026-01-01T00:00:00Z","v1","c"]]}') ORDER BY sha$$,
	$$VALUES ('a', 'v1'), ('b', 'v1'), ('c', 'v1')$$, 'a commit given twice with different parents has both');

-- unknown_commits.
SELECT results_eq(
	$$SELECT kind, sha, detail FROM vsm.unknown_commits('{"c":["b","x"],"b":["x","y"],"a":["a"]}',
		'{"s":[["2026-01-01T00:00:00Z","v2","q"],["2026-01-02T00:00:00Z","v1","q"],["2026-01-03T00:00:00Z","v3","y"],'
			'["2026-01-03T00:00:00Z","v4","a"]],"t":[["2026-01-01T00:00:00Z","v9","q"]]}')$$,
	$$VALUES ('parent', 'x', 'b'), ('parent', 'y', 'b'), ('release', 'q', 'v1'), ('release', 'y', 'v3')$$,
	'missing parents with their smallest child, missing commits of releases with the smallest release, each once a kind');
SELECT is_empty($$SELECT * FROM vsm.unknown_commits('{"b":["a"],"a":[]}', '{"s":[["2026-01-01T00:00:00Z","v2","b"]]}')$$,
	'nothing missing: no rows');
SELECT results_eq($$SELECT kind, sha, detail FROM vsm.unknown_commits(NULL, '{"s":[["2026-01-01T00:00:00Z","v2","b"]]}')$$,
	$$VALUES ('release', 'b', 'v2')$$, 'NULL commits: none is given');
SELECT results_eq($$SELECT kind, sha, detail FROM vsm.unknown_commits('{"b":["a"]}', NULL)$$, $$VALUES ('parent', 'a', 'b')$$,
	'NULL releases: parents only');
SELECT is_empty($$SELECT * FROM vsm.unknown_commits(NULL, NULL)$$, 'NULL and NULL: no rows');

-- Random histories, with merges, several roots, several targets, ties, shallow ends and releases of unknown commits.
SELECT setseed(0.3);
CREATE TEMP TABLE random_edge AS
SELECT g, 'c' || c AS sha, 'c' || p AS parent
FROM (SELECT g, c, CASE WHEN random() < 0.05 THEN NULL ELSE greatest(c - 1 - (random() ^ 3 * 12)::int, -1) END AS p
	FROM generate_series(1, 40) g, generate_series(0, 60) c, generate_series(1, 2) k WHERE k = 1 OR random() < 0.35) e;
CREATE TEMP TABLE random_release AS
SELECT g, 't' || (random() * 2)::int AS target, 'v' || (random() * 20)::int AS release, 'c' || (random() * 63)::int AS sha,
	timestamptz '2026-01-01Z' + (random() * 20)::int * interval '1 day' AS released_at
FROM generate_series(1, 39) g, generate_series(1, 12) k;
ANALYZE random_edge, random_release;
CREATE TEMP VIEW by_recursion AS
WITH RECURSIVE given AS (SELECT DISTINCT g, sha FROM random_edge),
contains AS (
	SELECT DISTINCT r.g, r.target, r.release, r.released_at, r.sha FROM random_release r JOIN given USING (g, sha)
	UNION
	SELECT c.g, c.target, c.release, c.released_at, e.parent FROM contains c JOIN random_edge e USING (g, sha) WHERE e.parent IS NOT NULL),
first AS (
	SELECT DISTINCT ON (g, sha, target) g, sha, target, release, released_at FROM contains ORDER BY g, sha, target, released_at,
		release COLLATE "C")
SELECT g, sha, f.target, f.release, f.released_at FROM given LEFT JOIN first f USING (g, sha);
CREATE TEMP VIEW by_vsm AS
SELECT g, f.* FROM (SELECT g, vsm.graph(sha, parent) AS commits FROM random_edge GROUP BY g) c
LEFT JOIN (SELECT g, vsm.releases(target, release, sha, released_at) AS releases FROM random_release GROUP BY g) r USING (g),
	vsm.first_release(commits, releases) f;
SELECT is_empty('(TABLE by_recursion EXCEPT ALL TABLE by_vsm) UNION ALL (TABLE by_vsm EXCEPT ALL TABLE by_recursion)',
	'random histories: like the recursive query');
SELECT cmp_ok((SELECT count(*) FROM by_vsm WHERE release IS NULL), '>', 20::bigint, 'with commits in no release');
SELECT cmp_ok((SELECT count(DISTINCT (g, target, release)) FROM by_vsm), '>', 150::bigint, 'and many releases');
SELECT is_empty(
	$$WITH u AS (SELECT g, u.* FROM (SELECT g, vsm.graph(sha, parent) AS commits FROM random_edge GROUP BY g) c
		LEFT JOIN (SELECT g, vsm.releases(target, release, sha, released_at) AS releases FROM random_release GROUP BY g) r USING (g),
			vsm.unknown_commits(commits, releases) u),
	o AS (
		SELECT e.g, 'parent', e.parent, min(e.sha COLLATE "C") FROM random_edge e WHERE e.parent IS NOT NULL AND NOT EXISTS (SELECT
			FROM random_edge x WHERE x.g = e.g AND x.sha = e.parent) GROUP BY e.g, e.parent
		UNION ALL
		SELECT r.g, 'release', r.sha, min(r.release COLLATE "C") FROM random_release r WHERE NOT EXISTS (SELECT FROM random_edge x
			WHERE x.g = r.g AND x.sha = r.sha) GROUP BY r.g, r.sha)
	(TABLE u EXCEPT ALL TABLE o) UNION ALL (TABLE o EXCEPT ALL TABLE u)$$, 'unknown commits of random histories: like plain SQL');
SELECT cmp_ok((SELECT count(*) FROM random_release r WHERE NOT EXISTS (SELECT FROM random_edge x WHERE x.g = r.g AND x.sha = r.sha)), '>',
	5::bigint, 'of which there are some');

-- A long history, straight and with a merge at each step.
SELECT is((SELECT count(DISTINCT release) FROM vsm.first_release(
		(SELECT vsm.graph('c' || i, CASE WHEN i > 1 THEN 'c' || i - 1 END) FROM generate_series(1, 100000) i),
		(SELECT vsm.releases('s', 'v' || i, 'c' || i * 1000, timestamptz '2026-01-01Z' + i * interval '1 hour') FROM generate_series(1,
			100) i))), 100::bigint, 'a straight history of 100,000 commits');
SELECT is((SELECT count(*) FROM vsm.first_release(
		(SELECT vsm.graph('c' || i, ARRAY[CASE WHEN i > 1 THEN 'c' || i - 1 END, CASE WHEN i > 2 THEN 'c' || i - 2 END])
			FROM generate_series(1, 50000) i),
		'{"s":[["2026-01-01T00:00:00Z","v1","c50000"]]}') WHERE release = 'v1'), 50000::bigint, 'a history of merges');

-- In views: privileges, renamed columns, materialized views, parallel plans.
CREATE TABLE public.vsm_commit (sha text, parent text, authored_at timestamptz);
CREATE TABLE public.vsm_deployment (service text, name text, sha text, finished_at timestamptz);
INSERT INTO vsm_commit SELECT 'c' || i, CASE WHEN i > 1 THEN 'c' || i - 1 END, timestamptz '2026-01-01Z' + i * interval '1 hour'
	FROM generate_series(1, 1000) i;
INSERT INTO vsm_deployment SELECT 'shop', 'v' || i, 'c' || i * 100, timestamptz '2026-03-01Z' + i * interval '1 day'
	FROM generate_series(1, 9) i;
CREATE VIEW public.vsm_first_release AS
SELECT f.* FROM vsm.first_release((SELECT vsm.graph(sha, parent) FROM vsm_commit), (SELECT vsm.releases(service, name, sha, finished_at)
	FROM vsm_deployment)) f;
CREATE VIEW public.vsm_reach AS SELECT r.* FROM vsm.reach((SELECT vsm.graph(sha, parent) FROM vsm_commit), '{c20}') r;
CREATE VIEW public.vsm_components AS SELECT r.* FROM vsm.components((SELECT vsm.graph(sha, parent) FROM vsm_commit)) r;
CREATE VIEW public.vsm_unknown AS SELECT r.* FROM vsm.unknown_commits((SELECT vsm.graph(sha, parent) FROM vsm_commit WHERE sha <> 'c7'),
	(SELECT vsm.releases(service, name, sha, finished_at) FROM vsm_deployment)) r;
CREATE MATERIALIZED VIEW public.vsm_stored AS SELECT vsm.graph(sha, parent) AS commits FROM vsm_commit;
CREATE ROLE regress_vsm_reader;
GRANT SELECT ON vsm_first_release, vsm_reach, vsm_components, vsm_unknown TO regress_vsm_reader;
GRANT USAGE ON SCHEMA public TO regress_vsm_reader;
SET LOCAL ROLE regress_vsm_reader;
SELECT throws_ok('SELECT * FROM vsm_commit', '42501', NULL, 'a role that may not read the table');
SELECT results_eq('SELECT release, count(*)::int FROM vsm_first_release GROUP BY release ORDER BY release',
	$$SELECT 'v' || i, 100 FROM generate_series(1, 9) i UNION ALL VALUES (NULL, 100) ORDER BY 1$$, 'reads the view over first_release');
SELECT is((SELECT count(*) FROM vsm_reach), 17::bigint, 'over reach');
SELECT is((SELECT count(DISTINCT component) FROM vsm_components), 1::bigint, 'over components');
SELECT results_eq('SELECT kind, sha, detail FROM vsm_unknown', $$VALUES ('parent', 'c7', 'c8')$$, 'and over unknown_commits');
RESET ROLE;
ALTER TABLE vsm_commit RENAME COLUMN parent TO first_parent;
ALTER TABLE vsm_deployment RENAME COLUMN finished_at TO deployed_at;
ALTER TABLE vsm_deployment RENAME TO vsm_rollout;
SELECT is((SELECT count(release) FROM vsm_first_release), 900::bigint, 'renamed columns and tables are followed');
SELECT throws_ok('ALTER TABLE vsm_commit DROP COLUMN first_parent', '2BP01', NULL, 'and guarded');
INSERT INTO vsm_commit SELECT 'd' || i, 'd' || i - 1, NULL FROM generate_series(1, 1000) i;
REFRESH MATERIALIZED VIEW vsm_stored;
SELECT is((SELECT commits FROM vsm_stored), (SELECT vsm.graph(sha, first_parent) FROM vsm_commit), 'a materialized view is refreshed');

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
ALTER TABLE vsm_commit SET (parallel_workers = 2);
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) '
	|| query; END$$;
SELECT ok(string_agg(p, E'\n') ~ 'Finalize Aggregate.*Gather.*Partial Aggregate', 'vsm.graph is aggregated in parallel')
	FROM pg_temp.plan_of('SELECT vsm.graph(sha, first_parent) FROM vsm_commit') p;
SELECT is((SELECT vsm.graph(sha, first_parent) FROM vsm_commit), (SELECT vsm.graph(sha, first_parent ORDER BY sha) FROM vsm_commit),
	'with the same value');
SELECT is((SELECT vsm.releases(sha, sha, sha, authored_at) FROM vsm_commit), (SELECT vsm.releases(sha, sha, sha, authored_at ORDER BY sha)
	FROM vsm_commit), 'vsm.releases too');
SELECT ok(string_agg(p, E'\n') ~ ('Gather.*' || call), call || ' runs in parallel workers')
FROM (VALUES ('first_release', 'vsm.first_release(commits, NULL)'), ('unknown_commits', 'vsm.unknown_commits(commits, NULL)'),
	('reach', 'vsm.reach(commits, ARRAY[sha])'), ('components', 'vsm.components(commits)')) v(call, expression),
LATERAL pg_temp.plan_of(format('SELECT c.sha, f FROM vsm_commit c, vsm_stored, %s f', expression)) p GROUP BY call;

SELECT * FROM finish();
ROLLBACK;
