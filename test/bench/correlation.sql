-- From issue to commit to release: keys in subjects, the first release of every commit, and what hangs
-- together, beside recursive SQL, regular expressions, and a C program over plain arrays.
-- ITEMS commits with 500 releases, and 19,000 with 60.

-- @setup
\set program :bin '/gen_history commits ' :items ' 500'
CREATE TABLE history (sha text NOT NULL, parent text);
COPY history FROM PROGRAM :'program' (FORMAT csv);
\set program :bin '/gen_history releases ' :items ' 500'
CREATE TABLE history_release (target text NOT NULL, release text NOT NULL, sha text NOT NULL, released_at timestamptz NOT NULL);
COPY history_release FROM PROGRAM :'program' (FORMAT csv);
CREATE INDEX ON history (sha);
\set program :bin '/gen_history commits 19000 60'
CREATE TABLE history_19k (sha text NOT NULL, parent text);
COPY history_19k FROM PROGRAM :'program' (FORMAT csv);
\set program :bin '/gen_history releases 19000 60'
CREATE TABLE release_19k (target text NOT NULL, release text NOT NULL, sha text NOT NULL, released_at timestamptz NOT NULL);
COPY release_19k FROM PROGRAM :'program' (FORMAT csv);
CREATE INDEX ON history_19k (sha);
\set program :bin '/gen_history links ' `echo $((items * 6 / 10))`
CREATE TABLE link (source text NOT NULL, target text NOT NULL);
COPY link FROM PROGRAM :'program' (FORMAT csv);
\set program :bin '/gen_history subjects ' `echo $((items / 5))`
CREATE TABLE subject (subject text NOT NULL);
COPY subject FROM PROGRAM :'program' (DELIMITER '|');
VACUUM (ANALYZE) history, history_release, history_19k, release_19k, link, subject;
CREATE TABLE stored_history AS
SELECT vsm.graph(sha, parent) AS commits, (SELECT vsm.releases(target, release, sha, released_at) FROM history_release) AS releases
	FROM history;

-- Label propagation as it is written in SQL: each takes the smallest label of its neighbours, then
-- the label of that label, until no neighbours differ.
CREATE FUNCTION propagate_labels() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE both_ways AS SELECT source AS a, target AS b FROM link UNION ALL SELECT target, source FROM link;
	CREATE TEMP TABLE label AS SELECT a AS entity, min(least(a, b)) AS label FROM both_ways GROUP BY a;
	ANALYZE both_ways, label;
	LOOP
		CREATE TEMP TABLE nearer AS
		SELECT l.entity, least(l.label, n.label) AS label
		FROM label l JOIN (SELECT w.a, min(o.label) AS label FROM both_ways w JOIN label o ON o.entity = w.b GROUP BY w.a) n
			ON n.a = l.entity;
		ANALYZE nearer;
		DROP TABLE label;
		CREATE TEMP TABLE label AS SELECT n.entity, least(n.label, o.label) AS label FROM nearer n JOIN nearer o ON o.entity = n.label;
		ANALYZE label;
		DROP TABLE nearer;
		EXIT WHEN NOT EXISTS (SELECT FROM both_ways w JOIN label x ON x.entity = w.a JOIN label y ON y.entity = w.b
			WHERE x.label <> y.label);
	END LOOP;
END $$;

-- @query first_release
SELECT * FROM vsm.first_release(
	(SELECT vsm.graph(sha, parent) FROM history),
	(SELECT vsm.releases(target, release, sha, released_at) FROM history_release))

-- @query from_stored
SELECT f.* FROM stored_history, vsm.first_release(commits, releases) f

-- @query arrays
SELECT array_agg(sha), array_agg(parent), (SELECT array_agg(release) FROM history_release), (SELECT array_agg(sha) FROM history_release),
	(SELECT array_agg(released_at) FROM history_release)
FROM history

-- @shell c_program
"$bin/gen_history" solve "$items" 500

-- @query recursive
-- The history of each release in turn: all at once would need memory for every pair of a release and
-- a commit that it contains, of which there are a quarter of a billion.
WITH ranked AS (
	SELECT target, release, sha, released_at, row_number() OVER (PARTITION BY target ORDER BY released_at, release COLLATE "C") AS place
		FROM history_release),
first AS (
	SELECT c.sha, r.target, min(r.place) AS place
	FROM ranked r CROSS JOIN LATERAL (
		WITH RECURSIVE contained AS (
			SELECT r.sha
			UNION
			SELECT h.parent FROM contained c JOIN history h USING (sha) WHERE h.parent IS NOT NULL)
		SELECT sha FROM contained) c
	GROUP BY c.sha, r.target)
SELECT sha, target, release, released_at
FROM (SELECT DISTINCT sha FROM history) c LEFT JOIN first USING (sha) LEFT JOIN (SELECT target, place, release, released_at FROM ranked) r
	USING (target, place)

-- @limit recursive 180
-- @ratio recursive_vs_first_release recursive / first_release >= 100
-- @ratio first_release_vs_c first_release / c_program + arrays <= 3
-- @ratio stored_vs_c from_stored / c_program + arrays

-- @query first_release_19k
SELECT * FROM vsm.first_release(
	(SELECT vsm.graph(sha, parent) FROM history_19k),
	(SELECT vsm.releases(target, release, sha, released_at) FROM release_19k))

-- @set first_release_19k
-- So small that loading the library and touching memory for the first time would be a good part of it.
EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM vsm.first_release(
	(SELECT vsm.graph(sha, parent) FROM history_19k),
	(SELECT vsm.releases(target, release, sha, released_at) FROM release_19k));

-- @query arrays_19k
SELECT array_agg(sha), array_agg(parent), (SELECT array_agg(release) FROM release_19k), (SELECT array_agg(sha) FROM release_19k),
	(SELECT array_agg(released_at) FROM release_19k)
FROM history_19k

-- @set arrays_19k
EXPLAIN (ANALYZE, TIMING OFF) SELECT array_agg(sha), array_agg(parent), (SELECT array_agg(release) FROM release_19k),
	(SELECT array_agg(sha) FROM release_19k),
	(SELECT array_agg(released_at) FROM release_19k)
FROM history_19k;

-- @shell c_program_19k
"$bin/gen_history" solve 19000 60

-- @query recursive_19k
WITH RECURSIVE ranked AS (
	SELECT target, release, sha, released_at, row_number() OVER (PARTITION BY target ORDER BY released_at, release COLLATE "C") AS place
		FROM release_19k),
contained AS (
	SELECT target, place, sha FROM ranked
	UNION
	SELECT c.target, c.place, h.parent FROM contained c JOIN history_19k h USING (sha) WHERE h.parent IS NOT NULL),
first AS (SELECT sha, target, min(place) AS place FROM contained GROUP BY sha, target)
SELECT sha, target, release, released_at
FROM (SELECT DISTINCT sha FROM history_19k) c LEFT JOIN first USING (sha) LEFT JOIN (SELECT target, place, release, released_at
	FROM ranked) r USING (target, place)

-- @set recursive_19k
EXPLAIN (ANALYZE, TIMING OFF) WITH RECURSIVE ranked AS (
	SELECT target, release, sha, released_at, row_number() OVER (PARTITION BY target ORDER BY released_at, release COLLATE "C") AS place
		FROM release_19k),
contained AS (
	SELECT target, place, sha FROM ranked
	UNION
	SELECT c.target, c.place, h.parent FROM contained c JOIN history_19k h USING (sha) WHERE h.parent IS NOT NULL),
first AS (SELECT sha, target, min(place) AS place FROM contained GROUP BY sha, target)
SELECT sha, target, release, released_at
FROM (SELECT DISTINCT sha FROM history_19k) c LEFT JOIN first USING (sha) LEFT JOIN (SELECT target, place, release, released_at
	FROM ranked) r USING (target, place);

-- @limit recursive_19k 300
-- @ratio recursive_vs_first_release_19k recursive_19k / first_release_19k >= 100
-- @same recursive_vs_first_release_19k
WITH RECURSIVE ranked AS (
	SELECT target, release, sha, released_at, row_number() OVER (PARTITION BY target ORDER BY released_at, release COLLATE "C") AS place
		FROM release_19k),
contained AS (
	SELECT target, place, sha FROM ranked
	UNION
	SELECT c.target, c.place, h.parent FROM contained c JOIN history_19k h USING (sha) WHERE h.parent IS NOT NULL),
first AS (SELECT sha, target, min(place) AS place FROM contained GROUP BY sha, target),
by_recursion AS (SELECT sha, target, release, released_at
	FROM (SELECT DISTINCT sha FROM history_19k) c LEFT JOIN first USING (sha) LEFT JOIN (SELECT target, place, release, released_at
		FROM ranked) r USING (target, place)),
by_vsm AS (SELECT * FROM vsm.first_release((SELECT vsm.graph(sha, parent) FROM history_19k), (SELECT vsm.releases(target, release, sha,
	released_at) FROM release_19k)))
(TABLE by_recursion EXCEPT ALL TABLE by_vsm) UNION ALL (TABLE by_vsm EXCEPT ALL TABLE by_recursion) LIMIT 5
-- @ratio first_release_vs_c_19k first_release_19k / c_program_19k + arrays_19k <= 3

-- @query components
SELECT * FROM vsm.components((SELECT vsm.graph(source, target) FROM link))

-- @run label_propagation
SELECT propagate_labels()

-- @limit label_propagation 120
-- @ratio label_propagation_vs_components label_propagation / components >= 20

-- @query issue_keys
SELECT vsm.issue_keys(subject) FROM subject

-- @query issue_keys_of_projects
SELECT vsm.issue_keys(subject, '{PAY,OPS,SHOP,CORE,DATA}') FROM subject

-- @query regexp_matches
SELECT ARRAY(SELECT m[1] FROM regexp_matches(subject, '\m([A-Z][A-Z0-9_]+-[1-9][0-9]*)\M', 'g') m) FROM subject

-- @ratio regexp_vs_issue_keys regexp_matches / issue_keys >= 10
-- @same regexp_vs_issue_keys
SELECT subject FROM subject WHERE vsm.issue_keys(subject) <> ARRAY(
	SELECT key FROM (SELECT m[1] AS key, min(place) AS place FROM regexp_matches(subject, '\m([A-Z][A-Z0-9_]+-[1-9][0-9]*)\M', 'g')
		WITH ORDINALITY r(m, place) GROUP BY 1) k ORDER BY place) LIMIT 5
-- @ratio regexp_vs_issue_keys_of_projects regexp_matches / issue_keys_of_projects >= 10

-- @value bytes_per_commit <= 34
SELECT round(pg_column_size(commits)::numeric / (SELECT count(DISTINCT sha) FROM history), 1) FROM stored_history
