-- What each release of a git repository brought and how long it had waited; run by test/demo_git.sh.
-- Read: git_commit, git_tag. Made: git_release(name, sha, released_at), git_change (a row a commit).
CREATE TABLE git_release AS
SELECT name, CASE WHEN type = 'tag' THEN of_sha ELSE sha END AS sha, to_timestamp(tagged_at) AS released_at
FROM git_tag WHERE 'commit' IN (type, of_type) AND tagged_at IS NOT NULL;

-- A project is what begins the subjects of at least five commits with different keys: UTF-8 is none.
CREATE TABLE git_project AS
SELECT array_agg(project) AS projects FROM (
	SELECT split_part(key, '-', 1) AS project
	FROM git_commit, LATERAL (SELECT (vsm.issue_keys(subject))[1] AS key) k
	WHERE strpos(subject, key) BETWEEN 1 AND 2 GROUP BY 1 HAVING count(DISTINCT key) >= 5) p;

CREATE TABLE git_history AS
SELECT (SELECT vsm.graph(sha, string_to_array(parents, ' ')) FROM git_commit) AS commits,
	(SELECT vsm.releases(:'repo', name, sha, released_at) FROM git_release) AS releases;

CREATE TABLE git_change AS
SELECT c.sha, c.subject, to_timestamp(c.authored_at) AS authored_at, f.release, f.released_at,
	coalesce(f.released_at, now()) - to_timestamp(c.authored_at) AS waited,
	coalesce(vsm.issue_keys(c.subject, (SELECT projects FROM git_project)), '{}') AS keys
FROM git_history, vsm.first_release(commits, releases) f JOIN git_commit c USING (sha);

SELECT format('%s: %s from %s to %s and %s', :'repo', CASE count(*) WHEN 1 THEN 'one commit' ELSE count(*) || ' commits' END,
	min(authored_at)::date, max(authored_at)::date,
	CASE (SELECT count(*) FROM git_release) WHEN 0 THEN 'no tag, so nothing is released yet.' WHEN 1 THEN 'one tag, taken as a release.'
		ELSE format('%s tags, taken as releases in order of time.', (SELECT count(*) FROM git_release)) END)
FROM git_change;
SELECT 'The clone is shallow: older commits, and what they brought, are missing.' WHERE :'shallow' = 'true';

-- The latest releases that brought something, with the issues that waited longest.
CREATE TABLE git_shown AS
SELECT release, max(released_at) AS released_at, count(*) AS commits,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM waited)::float8) AS median,
	percentile_cont(0.85) WITHIN GROUP (ORDER BY extract(epoch FROM waited)::float8) AS within,
	(SELECT count(DISTINCT key) FROM git_change i, unnest(i.keys) key WHERE i.release = c.release) AS issues
FROM git_change c WHERE release IS NOT NULL GROUP BY release ORDER BY released_at DESC, release DESC LIMIT 12;
SELECT least(30, greatest(7, max(char_length(release)))) AS width, count(*) > 0 AS any_release FROM git_shown \gset
\if :any_release
SELECT E'\n' || rpad('release', :width) || '  tagged      new commits  issues  waited: median  85 % within';
SELECT rpad(left(release, :width), :width) || '  ' || released_at::date || lpad(commits::text, 13) || lpad(issues::text, 8)
	|| lpad(to_char(median / 86400, 'FM9999990.0') || ' days', 16) || lpad(to_char(within / 86400, 'FM9999990.0') || ' days', 13)
FROM git_shown ORDER BY released_at, release;
SELECT format(E'%s earlier %s not shown.', n, CASE n WHEN 1 THEN 'release is' ELSE 'releases are' END)
FROM (SELECT count(DISTINCT release) - (SELECT count(*) FROM git_shown) AS n FROM git_change) q WHERE n > 0;
SELECT format('%s %s nothing that an earlier release had not: %s%s', count(*), CASE count(*) WHEN 1 THEN 'tag brought'
	ELSE 'tags brought' END,
	string_agg(name, ', ' ORDER BY released_at DESC, name) FILTER (WHERE rank <= 5), CASE WHEN count(*) > 5 THEN ', ...' ELSE '.' END)
FROM (SELECT *, row_number() OVER (ORDER BY released_at DESC, name) AS rank FROM git_release r
	WHERE NOT EXISTS (SELECT FROM git_change c WHERE c.release = r.name)) r HAVING count(*) > 0;
SELECT format(E'\nFrom commit to release: %s days (median), 85 %% within %s days, by ancestry and not by date.',
	to_char(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM waited)::float8) / 86400, 'FM9999990.0'),
	to_char(percentile_cont(0.85) WITHIN GROUP (ORDER BY extract(epoch FROM waited)::float8) / 86400, 'FM9999990.0'))
FROM git_change WHERE release IS NOT NULL;
\endif

SELECT format('Not released yet: %s %s, the oldest for %s days (%s).', count(*), CASE count(*) WHEN 1 THEN 'commit' ELSE 'commits' END,
	to_char(extract(epoch FROM max(waited)) / 86400, 'FM9999990.0'), (array_agg(left(subject, 60) ORDER BY authored_at, sha))[1])
FROM git_change WHERE release IS NULL HAVING count(*) > 0;

WITH issue AS (
	SELECT key, min(authored_at) AS first_commit, min(released_at) AS released_at, count(*) AS commits,
		(array_agg(release ORDER BY released_at, release))[1] AS release, (array_agg(left(subject, 70) ORDER BY authored_at, sha))[1]
			AS subject
	FROM git_change, unnest(keys) key WHERE release IS NOT NULL GROUP BY key),
slowest AS (SELECT * FROM issue ORDER BY released_at - first_commit DESC, key LIMIT 5)
SELECT CASE row_number() OVER (ORDER BY released_at - first_commit DESC, key) WHEN 1
	THEN E'\nThe issues that waited longest from their first commit to the release that first had one:\n' ELSE '' END
	|| format('%s days until %s: %s', lpad(to_char(extract(epoch FROM released_at - first_commit) / 86400, 'FM9999990.0'), 8), release,
		subject)
FROM slowest ORDER BY released_at - first_commit DESC, key;
