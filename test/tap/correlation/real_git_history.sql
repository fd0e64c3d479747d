-- The history of Apache ZooKeeper: for each of its commits what git says.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;
SELECT plan(17);
\set absent `[ -f "${VSM_REAL_DATA:-}/githist/zookeeper/commits.csv" ] && echo false || echo true`
\if :absent
SELECT skip('there is no githist/zookeeper in VSM_REAL_DATA', 17);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" commit "$VSM_REAL_DATA/githist/zookeeper/commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" commit_parent "$VSM_REAL_DATA/githist/zookeeper/commit_parents.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" tag "$VSM_REAL_DATA/githist/zookeeper/tags.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" key "$VSM_REAL_DATA/githist/zookeeper/commit_issue_keys.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" git_first_release "$VSM_REAL_DATA/githist/zookeeper/oracle_first_release.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" git_new_commits "$VSM_REAL_DATA/githist/zookeeper/oracle_release_newcommits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" git_range "$VSM_REAL_DATA/githist/zookeeper/oracle_consecutive_range.csv"`
\i :load

CREATE TEMP TABLE value AS
SELECT (SELECT vsm.graph(sha, string_to_array(parents, ' ')) FROM commit) AS commits,
	(SELECT vsm.releases('zookeeper', tag, commit, to_timestamp(tag_epoch::bigint)) FROM tag WHERE is_release = 't') AS releases;
CREATE TEMP TABLE first_release AS SELECT f.* FROM value, vsm.first_release(commits, releases) f;

SELECT is((SELECT commits FROM value), (SELECT vsm.graph(sha, parent_sha) FROM commit LEFT JOIN commit_parent USING (sha)),
	'the graph from arrays of parents is that from rows');
SELECT is((SELECT count(*) FROM first_release), 5079::bigint, 'a row for each of 5,079 commits');
SELECT is_empty('(SELECT sha, release FROM first_release EXCEPT ALL SELECT sha, first_tag FROM git_first_release) UNION ALL (SELECT sha, '
	'first_tag FROM git_first_release EXCEPT ALL SELECT sha, release FROM first_release)',
	'the first release of every commit is that of git');
SELECT is((SELECT count(release) FROM first_release), 4762::bigint, '4,762 are in a release');
SELECT is_empty($$(SELECT release, count(*)::text FROM first_release WHERE release IS NOT NULL GROUP BY release EXCEPT ALL SELECT tag,
	new_commits_not_in_any_earlier_release FROM git_new_commits WHERE new_commits_not_in_any_earlier_release <> '0')
	UNION ALL (SELECT tag, new_commits_not_in_any_earlier_release FROM git_new_commits WHERE new_commits_not_in_any_earlier_release <> '0'
		EXCEPT ALL SELECT release, count(*)::text FROM first_release WHERE release IS NOT NULL GROUP BY release)$$,
	'new commits of each release are those of git');
SELECT is((SELECT count(*) FROM git_new_commits), 61::bigint, 'of 61 releases');
SELECT is_empty('SELECT u.* FROM value, vsm.unknown_commits(commits, releases) u', 'nothing is missing');
SELECT is_empty($$SELECT f.sha FROM first_release f JOIN tag t ON t.tag = f.release
	WHERE f.released_at <> to_timestamp(t.tag_epoch::bigint)$$, 'released when it was tagged');

-- What one release has and another has not: the older one is made the earlier release, then the later.
CREATE TEMP TABLE pairs AS
SELECT r.*, o.commit AS old_commit, n.commit AS new_commit FROM git_range r JOIN tag o ON o.tag = r.old_tag JOIN tag n ON n.tag = r.new_tag;
CREATE TEMP VIEW difference AS
SELECT f.target, count(*) FILTER (WHERE f.release = 'second')::text AS n
FROM value, vsm.first_release(commits, (
	SELECT vsm.releases(direction || ' ' || old_tag || ' ' || new_tag, release, sha, at) FROM pairs, LATERAL (VALUES
		('new', 'first', old_commit, timestamptz '2000-01-01Z'), ('new', 'second', new_commit, '2000-01-02Z'),
		('old', 'first', new_commit, '2000-01-01Z'), ('old', 'second', old_commit, '2000-01-02Z')) v(direction, release, sha, at))) f
WHERE f.target IS NOT NULL GROUP BY f.target;
SELECT is((SELECT count(*) FROM pairs), 60::bigint, '60 pairs of consecutive releases');
SELECT is_empty(
	$$SELECT p.* FROM pairs p LEFT JOIN difference n ON n.target = 'new ' || old_tag || ' ' || new_tag LEFT JOIN difference o
		ON o.target = 'old ' || old_tag || ' ' || new_tag
	  WHERE (commits_new_not_old, commits_old_not_new) IS DISTINCT FROM (n.n, o.n)$$,
	'what each has and the other has not, in 120 targets of one call, is what git says');

-- Keys in subjects, and from issue to commit to release. The answers know capitals only, so the projects are not named.
-- The subject of one commit begins with ZOOKEEPER-3080_3.4:, where the answers see no end of a word.
INSERT INTO key SELECT sha, 'ZOOKEEPER-3080' FROM commit WHERE subject LIKE 'ZOOKEEPER-3080\_3.4:%';
CREATE TEMP VIEW key_by_vsm AS
SELECT sha, issue_key FROM commit, unnest(vsm.issue_keys(subject)) AS issue_key WHERE issue_key LIKE 'ZOOKEEPER-%';
SELECT is_empty('(TABLE key_by_vsm EXCEPT ALL TABLE key) UNION ALL (TABLE key EXCEPT ALL TABLE key_by_vsm)', 'keys in subjects');
SELECT results_eq($$SELECT left(sha, 7), k FROM commit, unnest(vsm.issue_keys(subject, '{ZOOKEEPER}')) k
	WHERE (sha, k) NOT IN (TABLE key) ORDER BY 1$$,
	$$VALUES ('3a003fa', 'ZOOKEEPER-3'), ('79f2b64', 'ZOOKEEPER-3')$$,
	'with the project named, the file name zookeeper-3.0.1 is read as a key in two of them, and no other');
SELECT is((SELECT count(*) FROM key), 4422::bigint, 'of which there are 4,422');
CREATE TEMP VIEW issue_by_vsm AS
SELECT issue, (array_agg(release ORDER BY released_at, release COLLATE "C"))[1] AS release, count(*) AS commits
FROM (SELECT sha, issue_key AS issue FROM key_by_vsm) k JOIN first_release USING (sha) WHERE release IS NOT NULL GROUP BY issue;
CREATE TEMP VIEW issue_by_git AS
SELECT issue_key, (array_agg(first_tag ORDER BY tag_epoch::bigint, first_tag COLLATE "C"))[1] AS release, count(*) AS commits
FROM key JOIN git_first_release USING (sha) JOIN tag ON tag = first_tag GROUP BY issue_key;
SELECT is_empty('(TABLE issue_by_vsm EXCEPT ALL TABLE issue_by_git) UNION ALL (TABLE issue_by_git EXCEPT ALL TABLE issue_by_vsm)',
	'the first release of every issue');
SELECT cmp_ok((SELECT count(*) FROM issue_by_git), '>', 2000::bigint, 'of which there are thousands');
SELECT is(commits::text::vsm.graph, commits, 'the text of the graph is lossless') FROM value;
SELECT is(pg_column_size(commits) / 5079, 32, 'a commit takes 32 bytes') FROM value;
\endif
SELECT * FROM finish();
ROLLBACK;
