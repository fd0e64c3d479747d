-- One idea's whole way, told, and another's to its use: of a model of some hundred items as Jira, GitLab, GitHub, Jenkins and
-- ServiceNow leave it, and Argo CD, Kubernetes, PagerDuty, PostHog and OpenTelemetry behind the build (test/bench/setup/model.sql), what
-- the views have of them after one refresh.
SET client_min_messages = error;
DROP SCHEMA flow CASCADE;
\set schema flow
\set items 300
\set tail 30
\ir ../bench/setup/model.sql
CALL vsm.refresh('flow');
SELECT 'SHOP-9900010' AS idea, 'CART-28' AS used \gset

SELECT E'\nFROM THE IDEA TO ITS USE\n';
SELECT format('The same for every item: %s items of four value streams with %s merge requests, %s commits, %s builds and %s deployments, '
	'as ten tools tell of them; CALL vsm.refresh(''flow'') makes one timeline of each. The story of one:',
	(SELECT count(*) FROM flow.flow_item WHERE value_stream <> '(none)'), (SELECT count(*) FROM flow.merge_request),
	(SELECT count(*) FROM flow.commit), (SELECT count(*) FROM flow.build), (SELECT count(*) FROM flow.deployment)) || E'\n';
CREATE FUNCTION pg_temp.day_of(at timestamptz) RETURNS text LANGUAGE sql RETURN to_char(at, 'FMDD FMMonth');
SELECT string_agg(t.line, E'\n' ORDER BY t.place)
FROM flow.journey AS j
	JOIN flow.flow_item AS f ON f.item = j.item
	CROSS JOIN LATERAL (VALUES
		(1, format('On %s somebody wrote down "%s" (%s), for %s. It lay in the backlog for %s.', pg_temp.day_of(j.created_at), f.title,
			f.key, f.team, say(seconds(j.started_at - j.created_at)))),
		(2, format('On %s work began. The first commit was written %s later, the merge request opened after another %s.',
			pg_temp.day_of(j.started_at), say(seconds(j.first_commit_at - j.started_at)),
			say(seconds(j.code_opened_at - j.first_commit_at)))),
		(3, format('The first review came after %s; it was merged %s after it was opened, and built %s later.',
			say(seconds(j.first_review_at - j.code_opened_at)), say(seconds(j.merged_at - j.code_opened_at)),
			say(seconds(j.built_at - j.merged_at)))),
		(4, format('The tracker called it done on %s. But nobody had it: the release had been asked for on %s and was approved on '
			'%s, %s later.', pg_temp.day_of(f.finished_at - make_interval(secs => f.held_days * 86400)),
			pg_temp.day_of(j.release_requested_at), pg_temp.day_of(j.release_approved_at),
			say(seconds(j.release_approved_at - j.release_requested_at)))),
		(5, format('On %s it was deployed, %s days after the idea: %s of coding, %s of waiting for an approval.',
			pg_temp.day_of(j.released_at), round(j.time_to_release_days), say(seconds(j.code_opened_at - j.first_commit_at)),
			say(seconds(j.release_approved_at - j.release_requested_at)))),
		(6, coalesce('It was first used on ' || pg_temp.day_of(j.first_used_at) || '.', 'Nobody has used it yet.'))) AS t (place, line)
WHERE j.key = :'idea';

SELECT E'\n' || format('Another came farther. "%s" (%s) was deployed by Argo CD on %s, %s after it was merged. %s later something broke '
	'("%s" in PagerDuty), for %s.', j.title, j.key, pg_temp.day_of(j.released_at), say(seconds(j.released_at - j.merged_at)),
	say(seconds(i.opened_at - j.released_at)), i.title, say(seconds(i.resolved_at - i.opened_at)))
	|| E'\n' || format('Its flag was switched on, and on %s it was first used: %s days after the idea, %s of them after the release. '
	'It ends in "%s".', pg_temp.day_of(j.first_used_at), round(seconds(j.first_used_at - j.created_at) / 86400),
	round(j.adoption_days::numeric, 1), j.stage)
FROM flow.journey AS j
	JOIN flow.release_item AS r ON r.item = j.item AND r.deployment LIKE 'argocd:%'
	JOIN flow.incident_cause AS c ON c.deployment = r.deployment
	JOIN flow.incident AS i ON i.incident = c.incident AND i.source = 'pagerduty'
WHERE j.key = :'used';

SELECT E'\n' || format('For BI tools it is a row of a view. SELECT * FROM flow.journey WHERE key = ''%s'':', :'idea');
SELECT cell(a.attname::text, 24) || CASE WHEN a.attname LIKE '%\_days' THEN round(c.value::numeric, 1)::text
	WHEN a.attname LIKE '%\_at' THEN to_char(c.value::timestamptz, 'YYYY-MM-DD HH24:MI') ELSE c.value END
FROM flow.journey AS j, jsonb_each_text(to_jsonb(j)) AS c (key, value), pg_attribute AS a
WHERE j.key = :'idea' AND a.attrelid = 'flow.journey'::regclass AND a.attname = c.key AND c.value IS NOT NULL
AND c.key ~ '(_at|_days|_count)$' AND c.key <> 'as_of_at' ORDER BY a.attnum;
RESET client_min_messages;
