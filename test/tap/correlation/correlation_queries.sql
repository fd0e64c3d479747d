-- The documented questions from idea to production: lead time, squash merges, what is new, rollbacks,
-- incidents. The same queries stand in doc/tasks.md over smaller data.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;
SET LOCAL timezone = 'UTC';
SELECT plan(17);

CREATE TEMP TABLE git_commit (sha text PRIMARY KEY, parents text[], authored_at timestamptz, subject text);
CREATE TEMP TABLE service_deployment (service text, environment text, release text, sha text, finished_at timestamptz, status text);
CREATE TEMP TABLE service_incident (incident text, service text, environment text, opened_at timestamptz, caused_by text);
INSERT INTO git_commit VALUES
	('a1', '{}', '2026-01-05 10:00Z', 'PAY-1: refuse expired cards'),
	('b2', '{a1}', '2026-01-06 10:00Z', 'PAY-2: receipts in UTF-8, SHA-256'),
	('c3', '{b2}', '2026-01-07 10:00Z', 'PAY-3: refunds; closes OPS-9'),
	('d4', '{b2}', '2026-01-08 10:00Z', 'PAY-4: hotfix'),
	('e5', '{c3,d4}', '2026-01-12 10:00Z', 'Merge branch fix/PAY-4-hotfix'),
	('f6', '{e5}', '2026-01-13 10:00Z', 'pay-3: more refunds (!17)'),
	('d9', '{f6}', '2026-01-08 10:00Z', 'PAY-4: hotfix (cherry picked from commit d4)');
INSERT INTO service_deployment VALUES
	('shop', 'production', '1.0', 'b2', '2026-01-07 12:00Z', 'success'),
	('shop', 'production', '2.0', 'c3', '2026-01-09 12:00Z', 'failed'),
	('shop', 'production', '2.1', 'c3', '2026-01-09 18:00Z', 'success'),
	('shop', 'production', '1.1', 'd4', '2026-01-10 12:00Z', 'success'),
	('shop', 'production', '2.1', 'c3', '2026-01-11 12:00Z', 'success'),
	('shop', 'production', '0.9', 'a1', '2026-01-11 13:00Z', 'success'),
	('shop', 'production', '3.1', 'e5', '2026-01-14 12:00Z', 'running'),
	('shop', 'staging', '3.0', 'e5', '2026-01-12 12:00Z', 'success'),
	('mail', 'production', 'm1', 'zz', '2026-01-10 08:00Z', 'success');
CREATE TEMP VIEW commit_release AS
SELECT f.* FROM vsm.first_release(
	(SELECT vsm.graph(sha, parents) FROM git_commit),
	(SELECT vsm.releases(service || '/' || environment, release, sha, finished_at) FROM service_deployment WHERE status = 'success')) AS f;

SELECT results_eq($$SELECT target, release, released_at FROM commit_release WHERE sha = 'c3' ORDER BY target$$,
	$$VALUES ('shop/production', '2.1', timestamptz '2026-01-09 18:00Z'), ('shop/staging', '3.0', '2026-01-12 12:00Z')$$,
	'which release first shipped this commit: a failed deployment did not');
SELECT results_eq($$SELECT u.kind, u.sha, u.detail FROM vsm.unknown_commits((SELECT vsm.graph(sha, parents) FROM git_commit),
		(SELECT vsm.releases(service || '/' || environment, release, sha, finished_at) FROM service_deployment)) AS u$$,
	$$VALUES ('release', 'zz', 'm1')$$, 'a release of a commit that nobody has is reported');
SELECT is_empty($$SELECT * FROM commit_release WHERE target = 'mail/production'$$, 'and contains nothing');

-- Change lead time.
SELECT results_eq($$SELECT c.sha, f.release, f.released_at - c.authored_at AS lead_time FROM git_commit c JOIN commit_release f
	USING (sha) WHERE f.target = 'shop/production' ORDER BY c.sha$$,
	$$VALUES ('a1', '1.0', interval '2 days 2:00'), ('b2', '1.0', '1 day 2:00'), ('c3', '2.1', '2 days 8:00'), ('d4', '1.1',
		'2 days 2:00')$$,
	'lead time of each commit, to its first production release');
CREATE TEMP VIEW issue_lead_time AS
SELECT issue, min(c.authored_at) AS first_commit_at, max(f.released_at) AS delivered_at,
		max(f.released_at) - min(c.authored_at) AS lead_time, bool_and(f.sha IS NOT NULL) AS complete
FROM git_commit c
CROSS JOIN unnest(vsm.issue_keys(c.subject, '{PAY,OPS}')) AS issue
LEFT JOIN commit_release f ON f.sha = c.sha AND f.target = 'shop/production'
GROUP BY issue;
SELECT results_eq('SELECT issue, lead_time, complete FROM issue_lead_time ORDER BY issue',
	$$VALUES ('OPS-9', interval '2 days 8:00', true), ('PAY-1', '2 days 2:00', true), ('PAY-2', '1 day 2:00', true),
		('PAY-3', '2 days 8:00', false), ('PAY-4', '2 days 2:00', false)$$,
	'lead time of each issue, by keys; an issue is complete when all of its commits are released');
SELECT results_eq($$SELECT release FROM commit_release WHERE sha IN ('d4', 'd9') ORDER BY sha, target$$, $$VALUES ('1.1'), ('3.0'),
	(NULL)$$,
	'a cherry-pick is another commit, released on its own');

-- Squash merges: the one commit stands for those of the branch.
CREATE TEMP TABLE squashed (sha text, original text, authored_at timestamptz, subject text);
INSERT INTO squashed VALUES ('f6', 'x1', '2026-01-09 09:00Z', 'PAY-3: first draft'), ('f6', 'x2', '2026-01-10 09:00Z',
	'OPS-10: alert on refunds');
CREATE TEMP VIEW with_squashed AS
SELECT c.sha, c.authored_at, c.subject, f.release, f.released_at
FROM vsm.first_release(
	(SELECT vsm.merge(g) FROM (
		SELECT vsm.graph(sha, parents) FROM git_commit
		UNION ALL SELECT vsm.graph(sha, original) FROM squashed
		UNION ALL SELECT vsm.graph(original, NULL::text) FROM squashed) AS parts(g)),
	'{"shop/production": [["2026-01-07T12:00:00Z", "1.0", "b2"], ["2026-01-14T12:00:00Z", "4.0", "f6"]]}') AS f
JOIN (SELECT sha, authored_at, subject FROM git_commit UNION ALL SELECT original, authored_at, subject FROM squashed) c USING (sha);
SELECT results_eq($$SELECT sha, release, released_at - authored_at FROM with_squashed WHERE sha LIKE 'x%' ORDER BY sha$$,
	$$VALUES ('x1', '4.0', interval '5 days 3:00'), ('x2', '4.0', '4 days 3:00')$$, 'commits that were squashed keep their times');
SELECT results_eq($$SELECT DISTINCT issue FROM with_squashed, unnest(vsm.issue_keys(subject, '{PAY,OPS}')) issue WHERE release = '4.0'
	ORDER BY issue$$,
	$$VALUES ('OPS-10'), ('OPS-9'), ('PAY-3'), ('PAY-4')$$, 'and their keys');
SELECT is((SELECT count(*) FROM with_squashed WHERE release = '1.0'), 2::bigint, 'what was released before stays where it was');

-- What is new in each release.
CREATE TEMP VIEW release_content AS
SELECT f.target, f.release, f.released_at, count(DISTINCT f.sha) AS new_commits, array_agg(DISTINCT issue) FILTER (WHERE issue
	IS NOT NULL) AS issues
FROM commit_release f JOIN git_commit c USING (sha)
LEFT JOIN unnest(vsm.issue_keys(c.subject, '{PAY,OPS}')) AS issue ON true
WHERE f.release IS NOT NULL GROUP BY f.target, f.release, f.released_at;
SELECT results_eq('SELECT target, release, new_commits::int, issues FROM release_content ORDER BY target, released_at',
	$$VALUES ('shop/production', '1.0', 2, '{PAY-1,PAY-2}'::text[]), ('shop/production', '2.1', 1, '{OPS-9,PAY-3}'), ('shop/production',
		'1.1', 1, '{PAY-4}'), ('shop/staging', '3.0', 5, '{OPS-9,PAY-1,PAY-2,PAY-3,PAY-4}')$$,
	'what is new in each release');
SELECT is((SELECT sum(new_commits) FROM release_content WHERE target = 'shop/production'), (SELECT count(*)::numeric FROM commit_release
	WHERE target = 'shop/production'), 'each commit is new once in a target');

-- Rollbacks, and the same again: no new delivery.
CREATE TEMP VIEW not_new AS
SELECT d.*, f.release AS contained_since
FROM service_deployment d JOIN commit_release f ON f.sha = d.sha AND f.target = d.service || '/' || d.environment
WHERE d.status = 'success' AND (f.release, f.released_at) <> (d.release, d.finished_at);
SELECT results_eq('SELECT release, sha, finished_at, contained_since FROM not_new ORDER BY finished_at',
	$$VALUES ('2.1', 'c3', timestamptz '2026-01-11 12:00Z', '2.1'), ('0.9', 'a1', '2026-01-11 13:00Z', '1.0')$$,
		'deployments of what an earlier release of the target contained');
SELECT is((SELECT count(*) FROM service_deployment d WHERE status = 'success' AND service = 'shop'),
	(SELECT count(*) FROM not_new) + (SELECT count(DISTINCT (target, release, released_at)) FROM commit_release WHERE release
		IS NOT NULL), 'every other successful deployment is a delivery');

-- Incident to deployment.
INSERT INTO service_incident VALUES
	('INC-1', 'shop', 'production', '2026-01-10 09:00Z', NULL), ('INC-2', 'shop', 'production', '2026-01-10 15:00Z', '2.1'),
		('INC-3', 'shop', 'staging', '2026-01-10 15:00Z', NULL),
	('INC-4', 'mail', 'production', '2026-01-10 08:00Z', NULL), ('INC-5', 'mail', 'production', '2026-01-10 08:00:01Z', NULL),
		('INC-6', 'shop', 'production', '2026-01-09 13:00Z', '2.0');
SELECT results_eq($$
	SELECT i.incident, d.release,
	       CASE WHEN d.release IS NULL THEN NULL WHEN i.caused_by IS NULL THEN 'latest deployment' ELSE 'explicit' END AS method
	FROM service_incident i
	LEFT JOIN LATERAL (
		SELECT * FROM service_deployment d
		WHERE (d.service, d.environment) = (i.service, i.environment) AND d.finished_at < i.opened_at
		  AND CASE WHEN i.caused_by IS NULL THEN d.status = 'success' ELSE d.release = i.caused_by END
		ORDER BY d.finished_at DESC LIMIT 1) AS d ON true ORDER BY i.incident$$,
	$$VALUES ('INC-1', '2.1', 'latest deployment'), ('INC-2', '2.1', 'explicit'), ('INC-3', NULL, NULL), ('INC-4', NULL, NULL),
		('INC-5', 'm1', 'latest deployment'), ('INC-6', '2.0', 'explicit')$$,
	'incident to deployment: what was said, else the latest that had finished; with its method');

-- From the idea to the release, and from an incident back to the idea.
CREATE TEMP TABLE issue_link (source text, target text);
INSERT INTO issue_link VALUES ('IDEA-7', 'EPIC-1'), ('EPIC-1', 'PAY-1'), ('EPIC-1', 'PAY-3'), ('IDEA-8', 'PAY-4');
CREATE TEMP VIEW link AS
SELECT source, target FROM issue_link
UNION ALL SELECT issue, sha FROM git_commit, unnest(vsm.issue_keys(subject, '{PAY,OPS}')) AS issue
UNION ALL SELECT sha, target || ' ' || release FROM commit_release;
SELECT results_eq($$SELECT r.entity, r.hops, r.via FROM vsm.reach((SELECT vsm.graph(source, target) FROM link), '{IDEA-7}') AS r
	ORDER BY r.hops, r.entity COLLATE "C"$$,
	$$VALUES ('IDEA-7', 0, NULL), ('EPIC-1', 1, 'IDEA-7'), ('PAY-1', 2, 'EPIC-1'), ('PAY-3', 2, 'EPIC-1'), ('a1', 3, 'PAY-1'),
		('c3', 3, 'PAY-3'), ('f6', 3, 'PAY-3'),
		('shop/production 1.0', 4, 'a1'), ('shop/production 2.1', 4, 'c3'), ('shop/staging 3.0', 4, 'a1')$$,
			'an idea traced to production');
SELECT results_eq($$SELECT r.entity FROM vsm.reach((SELECT vsm.graph(target, source) FROM link WHERE source <> target),
	'{"shop/production 1.1"}') AS r WHERE r.entity LIKE 'IDEA%'$$,
	$$VALUES ('IDEA-8')$$, 'and a release back to its ideas, with the edges turned around');
SELECT results_eq($$SELECT component, array_agg(entity ORDER BY entity) FROM vsm.components((SELECT vsm.graph(source, target) FROM link
	WHERE source !~ '^[a-f]\d$')) WHERE entity ~ '^(IDEA|PAY|OPS)' GROUP BY component ORDER BY component$$,
	$$VALUES ('EPIC-1', '{IDEA-7,OPS-9,PAY-1,PAY-3}'::text[]), ('IDEA-8', '{IDEA-8,PAY-4}'), ('PAY-2', '{PAY-2}')$$,
		'issues that hang together through their commits');

SELECT * FROM finish();
ROLLBACK;
