-- vsm.with_delivery: where the states of code go that a workflow does not name yet
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(44);

-- A workflow from "Backlog new, Build active [In Progress|Doing], Review waiting (review)", and its stages that have states of code
CREATE FUNCTION pg_temp.workflow(stages text) RETURNS vsm.workflow LANGUAGE sql AS $$
SELECT json_build_object('stages', json_agg(json_strip_nulls(json_build_object('name', m[1], 'class', m[2], 'states',
	string_to_array(m[3], '|'),
	'waiting_for', m[4], 'until', CASE m[2] WHEN 'blocked' THEN ARRAY['end of ' || m[1]] END)) ORDER BY n))::text::vsm.workflow
FROM regexp_matches(stages, '([^,[(]+?) (new|active|waiting|blocked|done|cancelled)(?: \[([^]]*)\])?(?: \(([^)]*)\))?(?:, |$)', 'g')
	WITH ORDINALITY AS s (m, n)
$$;
CREATE FUNCTION pg_temp.shown(workflow vsm.workflow) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(stage || coalesce(': ' || (
		SELECT string_agg(replace(replace(s, 'code ', ''), 'release ', 'r. '), ' ' ORDER BY n)
		FROM unnest(states) WITH ORDINALITY AS u (s, n) WHERE s ~ '^code |^release |^awaiting '), ''), ', ' ORDER BY place)
FROM vsm.stages(workflow) $$;
CREATE TEMP TABLE example (what text, stages text, want text);
INSERT INTO example VALUES
	('a stage of review', 'Backlog new, Build active, Review waiting, QA active, Released done, Dropped cancelled',
		'Backlog, Build: draft rejected, Review: opened ready reopened approved, Merged: merged built on development on testing on staging '
			'on other, '
		'QA, Waiting for release: r. requested r. approved awaiting release, Released: released, Dropped'),
	('a review before work is none of code', 'Design Review waiting, Build active, Review waiting, QA active, Live done',
		'Design Review, Build: draft rejected, Review: opened ready reopened approved, '
		'Merged: merged built on development on testing on staging on other, QA, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('nor where no other is', 'Design Review waiting, Build active, Live done',
		'Design Review, Build: opened ready reopened approved draft rejected, '
		'Merged: merged built on development on testing on staging on other, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('but where nobody works', 'Review waiting, Live done',
		'Review: opened ready reopened approved, Merged: merged built on development on testing on staging on other, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('one that waits for it', 'Build active, Check waiting (peer review), Live done',
		'Build: draft rejected, Check: opened ready reopened approved, Merged: merged built on development on testing on staging on other, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('one of work, which does not wait', 'Build active, Code Review active, Live done',
		'Build: draft rejected, Code Review: opened ready reopened approved, Merged: merged built on development on testing on staging on '
			'other, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('a single active stage', 'To Do new, Doing active, Done done',
		'To Do, Doing: opened ready reopened approved draft rejected, Merged: merged built on development on testing on staging on other, '
		'Waiting for release: r. requested r. approved awaiting release, Done: released'),
	('a waiting stage right behind', 'Build active, Review waiting, Ready for QA waiting, QA active, Live done',
		'Build: draft rejected, Review: opened ready reopened approved, Ready for QA: merged built on development on testing on staging on '
			'other, QA, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('one behind a layer', 'Build active, Review waiting, Blocked blocked, Ready waiting, Live done',
		'Build: draft rejected, Review: opened ready reopened approved, Blocked, Ready: merged built on development on testing on staging '
			'on other, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('one that waits for release', 'Build active, Review waiting, Ready for Release waiting, Live done',
		'Build: draft rejected, Review: opened ready reopened approved, '
		'Ready for Release: merged built on development on testing on staging on other r. requested r. approved awaiting release, Live: '
			'released'),
	('one that says so elsewhere', 'Release planning waiting, Build active, Review waiting, QA active, Gate waiting (deployment), Live '
		'done',
		'Release planning, Build: draft rejected, Review: opened ready reopened approved, Merged: merged built on development on testing '
			'on staging on other, QA, '
		'Gate: r. requested r. approved awaiting release, Live: released'),
	('a stage Merged further on', 'Build active, Review waiting, QA active, Merged waiting, Live done',
		'Build: draft rejected, Review: opened ready reopened approved, QA, Merged: merged built on development on testing on staging on '
			'other, '
		'Waiting for release: r. requested r. approved awaiting release, Live: released'),
	('names that are taken', 'Build active, Review waiting, Live done [Merged|Waiting for release]',
		'Build: draft rejected, Review: opened ready reopened approved, Merged 2: merged built on development on testing on staging on '
			'other, '
		'Waiting for release 2: r. requested r. approved awaiting release, Live: released'),
	('some states in stages', 'Build active [code opened|code merged], Flags waiting [code released|awaiting release], Review waiting, '
		'Live done',
		'Build: opened merged draft rejected, Flags: released awaiting release, Review: ready reopened approved, '
		'Merged: built on development on testing on staging on other, Waiting for release: r. requested r. approved, Live'),
	('no stage of work', 'To Do new, Done done',
		'To Do, Merged: merged built on development on testing on staging on other, Waiting for release: r. requested r. approved awaiting '
			'release, Done: released'),
	('nothing that is done', 'To Do new, Doing active, Dropped cancelled',
		'To Do, Doing: opened ready reopened approved draft rejected, Merged: merged built on development on testing on staging on other, '
		'Waiting for release: r. requested r. approved awaiting release, Dropped'),
	('only what is new', 'To Do new', 'To Do, Merged: merged built on development on testing on staging on other, Waiting for release: r. '
		'requested r. approved awaiting release'),
	('only what is done', 'Done done', 'Merged: merged built on development on testing on staging on other, Waiting for release: r. '
		'requested r. approved awaiting release, Done: released'),
	('another language', 'À faire new, Développement active, Révision waiting, Prêt waiting, Recette active, Mise en production waiting '
		'(Déploiement), Terminé done',
		'À faire, Développement: draft rejected, Révision: opened ready reopened approved, Prêt: merged built on development on testing on '
			'staging on other, Recette, '
		'Mise en production: r. requested r. approved awaiting release, Terminé: released');
SELECT unnest(ARRAY[is(pg_temp.shown(vsm.with_delivery(pg_temp.workflow(stages))), want, what),
	is(vsm.with_delivery(vsm.with_delivery(pg_temp.workflow(stages)))::text, vsm.with_delivery(pg_temp.workflow(stages))::text, what
		|| ', twice')])
FROM example;

SELECT is(vsm.with_delivery(NULL)::text, NULL, 'NULL: NULL');
SELECT is(vsm.with_delivery(vsm.with_rules(pg_temp.workflow('Build active, Live done'), 'active', 'pause', 'erase', 'error'))::text,
	vsm.with_rules(vsm.with_delivery(pg_temp.workflow('Build active, Live done')), 'active', 'pause', 'erase', 'error')::text,
		'rules stay');
SELECT results_eq($$SELECT stage, class, phase, waiting_for, owner, wip_limit, until
	FROM vsm.stages(vsm.with_delivery('{"stages":[{"name":"Build","class":"active","phase":"Make","owner":"Team","limit":3},
		{"name":"Held","class":"blocked","states":["code opened"],"until":["code released","Go"]},{"name":"Live","class":"done"}]}'))$$,
	$$VALUES ('Build', 'active', 'Make', NULL, 'Team', 3, NULL), ('Merged', 'waiting', NULL, NULL, NULL, NULL, NULL), ('Held', 'blocked',
		NULL, NULL, NULL, NULL, '{"code released",Go}'::text[]),
		('Waiting for release', 'waiting', NULL, NULL, NULL, NULL, NULL), ('Live', 'done', NULL, NULL, NULL, NULL, NULL)$$,
			'so does all else');
SELECT is((SELECT states FROM vsm.stages(vsm.with_delivery('{"stages":[{"name":"Held","class":"blocked","states":["code opened"],'
	'"until":["code released","Go"]},{"name":"Live","class":"done"}]}')) WHERE stage = 'Live'),
	'{Live,code released}', 'a state that only ends a layer has no place yet');

-- A workflow has at most 1000 stages
CREATE FUNCTION pg_temp.long(count int) RETURNS vsm.workflow LANGUAGE sql AS $$
SELECT vsm.workflow(n, 'S' || n, CASE WHEN n = count THEN 'done' ELSE 'active' END, NULL) FROM generate_series(1, count) AS n $$;
SELECT is((SELECT count(*)::int FROM vsm.stages(vsm.with_delivery(pg_temp.long(998)))), 1000, 'two stages more, up to a thousand');
SELECT throws_ok('SELECT vsm.with_delivery(pg_temp.long(999))', '22023', 'invalid workflow', 'and no more');

SELECT finish();
ROLLBACK;
