-- vsm.path_matches: by hand, and against PostgreSQL's own regular expressions over the path spelt out in letters
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../cancel.sql
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL jit = off;
SELECT plan(72);
SELECT setseed(0.22);

-- What a statement fails with: SQLSTATE, message, detail and hint.
CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, message, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION pg_temp.stream(unmapped text DEFAULT 'waiting', backward text DEFAULT 'keep') RETURNS vsm.workflow LANGUAGE sql IMMUTABLE
	AS $$
SELECT vsm.with_rules('{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},
	{"name":"Blocked","class":"blocked","until":["Unblocked"]},{"name":"Approval","class":"waiting"},{"name":"Review","class":"waiting"},
	{"name":"Released","class":"done"}]}', unmapped => unmapped, backward => backward)
$$;
-- A state a day: 'Build, Review'.
CREATE FUNCTION pg_temp.line(states text) RETURNS vsm.timeline LANGUAGE sql IMMUTABLE AS $$
	SELECT vsm.timeline('2026-01-05 00:00+00'::timestamptz + n * interval '1 day', state) FROM regexp_split_to_table(states, ', ')
		WITH ORDINALITY AS s (state, n) $$;

------------------------------------------------------------------------------
-- By hand
------------------------------------------------------------------------------

SELECT is(vsm.path_matches(pg_temp.line(states), pg_temp.stream(), pattern), want, format('%s in %s', pattern, states))
FROM (VALUES
	-- released without approval ever
	('Build, Released', '^[^<Approval>]*<Released>', true),
	('Build, Approval, Released', '^[^<Approval>]*<Released>', false),
	-- released, then approved
	('Build, Released, Approval', '^[^<Approval>]*<Released>', true),
	('Build, Review, Released', '<Review>', true),
	('Build, Released', '<Review>', false),
	('Build, Review, Released', '<Build><Released>', false),
	('Build, Review, Released', '<Build>.<Released>', true),
	('Build, Review, Released', '<Build>.?<Review>', true),
	('Build, Review, Released', '^<Build><Review><Released>$', true),
	('Build, Review, Released', '^<Review>', false),
	('Build, Review, Released', '<Review>$', false),
	('Build, Review, Build, Review', '(<Build><Review>){2}', true),
	('Build, Review, Build, Review', '(<Build><Review>){3,}', false),
	('Build, Review, Build, Review', '^(<Build>|<Review>)+$', true),
	('Build, Review, Build, Review', '^[<Build><Review>]{4}$', true),
	('Build, Review, Build, Review', '^(?:<Build><Review>){1,2}$', true),
	('Build, Review, Build, Review', '^(<Build><Review>)\1$', true),
	('Build, Review, Build, Released', '^(<Build><Review>)\1', false),
	('Build, Review, Released', '<Build>(?=<Review>)', true),
	('Build, Review, Released', '<Build>(?!<Review>)', false),
	('Build, Review, Released', '^(?!.*<Approval>).*<Released>$', true),
	('Build, Review, Released', '<Build>.*?<Released>', true),
	-- neighbours are one visit, layers none
	('Build, Build, Blocked, Build', '^<Build>$', true),
	('Build, Lost, Build', '^<Build><(unmapped)><Build>$', true),
	('Build, Lost', '^[^<(unmapped)>]*$', false),
	('Build', '', true), ('Build', '()', true), ('Build', '|<Review>', true), ('Build', '^$', false)) AS v (states, pattern, want);
SELECT is(vsm.path_matches(pg_temp.line('Build, Lost, Build'), pg_temp.stream('ignore'), '^<Build>$'), true, 'rule unmapped');
SELECT is(vsm.path_matches(pg_temp.line('Build, Review, Build'), pg_temp.stream(backward => 'erase'), '^<Build>$'), true, 'rule backward');
SELECT is(ARRAY[vsm.path_matches(pg_temp.line('Build, Released'), pg_temp.stream(), '<Released>', '2026-01-06 12:00+00'),
	vsm.path_matches(pg_temp.line('Build, Released'), pg_temp.stream(), '<Released>', '2026-01-07 00:00+00'),
	vsm.path_matches(pg_temp.line('Build, Released'), pg_temp.stream(), '', '2026-01-05 23:00+00')], '{f,t,NULL}', 'as of a time');
SELECT is(num_nulls(vsm.path_matches(NULL, pg_temp.stream(), ''), vsm.path_matches(pg_temp.line('Build'), NULL, ''),
	vsm.path_matches(pg_temp.line('Build'), pg_temp.stream(), NULL),
	vsm.path_matches(pg_temp.line('Blocked'), pg_temp.stream(), '')), 4, 'NULL for NULL, and for an item without a visit');

-- Names with what is special in patterns
CREATE TEMP TABLE name ON COMMIT DROP AS
SELECT place::int, name, chr(96 + place::int) AS letter, '<' || regexp_replace(name, '([\\>])', '\\\1', 'g') || '>' AS quoted
FROM unnest(ARRAY['a<b', 'a>b', '>', '<', '<<a>>', '\', '\\>', 'a|b', '[^<A>]*', '(A)', '.', '$', 'Прийнято', '完了 😀', E'line\nbreak', 'a',
	'A', '{2}', '?']) WITH ORDINALITY AS n (name, place);
CREATE FUNCTION pg_temp.names() RETURNS vsm.workflow LANGUAGE sql AS $$ SELECT vsm.workflow(place, name, 'active', name) FROM name $$;
SELECT is_empty($$
	SELECT n.name, p.quoted FROM (SELECT name, vsm.timeline('2026-01-05 00:00+00', name) AS timeline FROM name GROUP BY name) AS n, name
		AS p
	WHERE vsm.path_matches(timeline, pg_temp.names(), '^' || p.quoted || '$') IS DISTINCT FROM (n.name = p.name)$$,
	'a name with any characters stands for its stage and no other');
SELECT is((SELECT vsm.path_matches(vsm.timeline('2026-01-05 00:00+00'::timestamptz + place * interval '1 day', name), pg_temp.names(),
	(SELECT '^' || string_agg(quoted, '' ORDER BY place) || '$' FROM name)) FROM name),
	true, 'all of them in order');

-- As many stages as a workflow may have, each with a letter of its own
CREATE TEMP TABLE wide ON COMMIT DROP AS
SELECT vsm.workflow(n, 's' || n, 'active', 's' || n) AS workflow, vsm.timeline('2026-01-05 00:00+00'::timestamptz + n * interval '1 day',
	CASE WHEN n = 500 THEN 'Lost' ELSE 's' || n END) AS timeline
FROM generate_series(1, 1000) AS n;
SELECT is_empty($$SELECT n FROM wide, generate_series(1, 999) AS n WHERE vsm.path_matches(timeline, workflow, format('<s%s><s%s>', n,
	n + 1)) IS DISTINCT FROM (n NOT BETWEEN 499 AND 500)$$, 'a thousand stages');
SELECT is((SELECT vsm.path_matches(timeline, workflow, '^.{255}.{243}<s499><(unmapped)><s501>[^<(unmapped)>]*<s1000>$') FROM wide), true,
	'and (unmapped)');

-- Errors
SELECT is(pg_temp.failure(format('SELECT vsm.path_matches(pg_temp.line(%L), pg_temp.stream(%L), %L)', 'Lost', rule, pattern)), want
		|| CASE WHEN want ~ '^2201B' AND want !~ 'As a regular' THEN ' | Stages are written <Stage>, with \> and \\ for > and \ in their '
			'names; beside them stand the signs of regular expressions, and no other characters.' ELSE '' END, pattern)
FROM (VALUES
	('ignore', 'Build', '2201B | invalid path pattern | "B" stands outside of <...>.'),
	('ignore', '<Build> <Review>', '2201B | invalid path pattern | " " stands outside of <...>.'),
	('ignore', 'ü', '2201B | invalid path pattern | "ü" stands outside of <...>.'),
	('ignore', '<Build', '2201B | invalid path pattern | A stage does not end with >.'),
	('ignore', '<Build\>', '2201B | invalid path pattern | A stage does not end with >.'),
	('ignore', '<Bu\ild>', '2201B | invalid path pattern | In a stage, \ is not followed by > or \.'),
	('ignore', '<Build\', '2201B | invalid path pattern | In a stage, \ is not followed by > or \.'),
	('ignore', '<Build>>', '2201B | invalid path pattern | ">" stands outside of <...>.'),
	('ignore', '(?<=<Build>)<Review>', '2201B | invalid path pattern | There is no (?<= and no (?<! in a path pattern.'),
	('ignore', '(?<!<Build>)<Review>', '2201B | invalid path pattern | There is no (?<= and no (?<! in a path pattern.'),
	('ignore', '(?i)<Build>', '2201B | invalid path pattern | After (? stands something else than : = or !.'),
	('ignore', '[<Build>-<Review>]', '2201B | invalid path pattern | Between [ and ] stands something else than stages.'),
	('ignore', '[]', '2201B | invalid path pattern | Between [ and ] stands something else than stages.'),
	('ignore', '[[:alpha:]]', '2201B | invalid path pattern | Between [ and ] stands something else than stages.'),
	('ignore', '[^<Build>', '2201B | invalid path pattern | Between [ and ] stands something else than stages.'),
	('ignore', '<Build>{,2}', '2201B | invalid path pattern | Between { and } stands something else than one number, or two with a comma '
		'between.'),
	('ignore', '<Build>{2', '2201B | invalid path pattern | Between { and } stands something else than one number, or two with a comma '
		'between.'),
	('ignore', '<Build>\d', '2201B | invalid path pattern | Outside of stages, \ is not followed by the number of a group from 1 to 9.'),
	('ignore', '(<Build>)\10', '2201B | invalid path pattern | Outside of stages, \ is not followed by the number of a group from 1 to 9.'),
	('ignore', '\', '2201B | invalid path pattern | Outside of stages, \ is not followed by the number of a group from 1 to 9.'),
	('ignore', '***=<Build>', '2201B | invalid path pattern | "=" stands outside of <...>.'),
	('ignore', '(<Build>', '2201B | invalid path pattern | As a regular expression it is refused: parentheses () not balanced.'),
	('ignore', '<Build>{3,2}', '2201B | invalid path pattern | As a regular expression it is refused: invalid repetition count(s).'),
	('ignore', '*', '2201B | invalid path pattern | As a regular expression it is refused: quantifier operand invalid.'),
	('ignore', '<Build>\1', '2201B | invalid path pattern | As a regular expression it is refused: invalid backreference number.'),
	('ignore', '<QA>', '22023 | the workflow has no stage "QA" | vsm.stages(workflow) lists its stages.'),
	('ignore', '<>', '22023 | the workflow has no stage "" | vsm.stages(workflow) lists its stages.'),
	('ignore', '<(unmapped)>', '22023 | the workflow has no stage "(unmapped)" | Unknown states are visits only under the rule unmapped = '
		'"waiting".'),
	('waiting', '[^<Blocked>]', '22023 | a stage of class "blocked" is never visited | "Blocked" is a layer over the stages of a path. | '
		'vsm.blocked_periods and vsm.stage_periods say when an item was blocked.'),
	('error', '<Build>', '22023 | state "Lost" is not in the workflow | The workflow''s rule "unmapped" is "error". | Add the state to a '
		'stage, or set the rule to "waiting" or "ignore".')) AS v (rule, pattern, want);
SELECT is(pg_temp.cancel($$SELECT vsm.path_matches(vsm.timeline('2026-01-05 00:00+00'::timestamptz + n * interval '1 day',
	(ARRAY['Build', 'Review', 'Approval'])[1 + abs(hashint4(n)) % 3]),
		pg_temp.stream(), '^(.+)(.+)(.+)(.+)\1\2\3\4$') FROM generate_series(1, 3000) AS n$$),
	'57014 | canceling statement due to user request', 'matching can be cancelled');

------------------------------------------------------------------------------
-- Random: the path in letters, asked by PostgreSQL
------------------------------------------------------------------------------

-- A pattern in both spellings: of stages, and of their letters
CREATE FUNCTION pg_temp.pattern(depth int, OUT ours text, OUT theirs text) LANGUAGE plpgsql AS $$
DECLARE
	part record;
	n record;
	kind int := floor(random() * CASE WHEN depth <= 0 THEN 4 ELSE 11 END);
	sign text := (ARRAY['*', '+', '?', '{2}', '{1,3}', '{0,1}', '*?', '+?', '{2,}'])[1 + floor(random() * 9)::int];
BEGIN
	IF kind <= 2 THEN
		SELECT quoted, letter INTO ours, theirs FROM name WHERE place = 1 + floor(random() * 6)::int;
	ELSIF kind = 3 THEN
		IF random() < 0.4 THEN
			ours := '.'; theirs := '.';
		ELSE
			ours := CASE WHEN random() < 0.6 THEN '[^' ELSE '[' END;
			theirs := ours;
			FOR n IN SELECT * FROM name WHERE place <= 6 ORDER BY random() LIMIT 1 + floor(random() * 4)::int LOOP
				ours := ours || n.quoted; theirs := theirs || n.letter;
			END LOOP;
			ours := ours || ']'; theirs := theirs || ']';
		END IF;
	ELSE
		part := pg_temp.pattern(depth - 1);
		IF kind = 4 THEN
			ours := '(' || part.ours || ')' || sign; theirs := '(' || part.theirs || ')' || sign;
		ELSIF kind = 5 THEN
			ours := '(?:' || part.ours || ')' || sign; theirs := '(?:' || part.theirs || ')' || sign;
		ELSIF kind = 6 THEN
			ours := (ARRAY['(?=', '(?!'])[1 + floor(random() * 2)::int]; theirs := ours || part.theirs || ')'; ours := ours || part.ours
				|| ')';
		ELSE
			n := pg_temp.pattern(depth - 1);
			IF kind = 7 THEN
				ours := '(' || part.ours || '|' || n.ours || ')'; theirs := '(' || part.theirs || '|' || n.theirs || ')';
			ELSE
				ours := part.ours || n.ours; theirs := part.theirs || n.theirs;
			END IF;
		END IF;
	END IF;
END $$;
CREATE TEMP TABLE pattern ON COMMIT DROP AS
SELECT id, CASE WHEN head THEN '^' ELSE '' END || (p).ours || CASE WHEN tail THEN '$' ELSE '' END AS ours, CASE WHEN head THEN '^'
	ELSE '' END || (p).theirs || CASE WHEN tail THEN '$' ELSE '' END AS theirs
FROM (SELECT id, pg_temp.pattern(4) AS p, random() < 0.4 AS head, random() < 0.4 AS tail FROM generate_series(1, 1000) AS id) AS r;
CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT id, timeline, workflow, (SELECT string_agg(CASE stage WHEN '(unmapped)' THEN 'z' ELSE (SELECT letter FROM name
	WHERE name = stage) END, '' ORDER BY n) FROM unnest(vsm.path(timeline, workflow)) WITH ORDINALITY AS p (stage, n)) AS letters
FROM (SELECT id, vsm.timeline('2026-01-05 00:00+00'::timestamptz + k * interval '1 hour', coalesce(name, 'Lost')) AS timeline
	FROM generate_series(1, 5000) AS id, LATERAL (SELECT k, 1 + floor(random() * CASE WHEN id % 3 = 0 THEN 3 ELSE 6.3 END)::int AS place
		FROM generate_series(0, id % 16) AS k) AS e LEFT JOIN name USING (place) GROUP BY id) AS t,
	LATERAL (SELECT pg_temp.names() AS workflow) AS w;
CREATE TEMP TABLE answer ON COMMIT DROP AS
SELECT i.id, p.ours, letters, theirs, vsm.path_matches(timeline, workflow, p.ours) AS matches, letters ~ (p.theirs COLLATE "C") AS expected
FROM (SELECT *, 1 + (id * 7919 + k * 613) % 1000 AS pattern FROM item, generate_series(1, 4) AS k) AS i JOIN pattern AS p
	ON p.id = i.pattern;
SELECT is_empty('SELECT * FROM answer WHERE matches IS DISTINCT FROM expected', '5,000 timelines, each asked for four of 1,000 patterns');
SELECT cmp_ok((SELECT least(count(*) FILTER (WHERE matches), count(*) FILTER (WHERE NOT matches)) FROM answer), '>=', 4000::bigint,
	'which match and do not');
-- One pattern for all items, as it is asked for: compiled once
SELECT is((SELECT count(*) FROM item WHERE vsm.path_matches(timeline, workflow, '^<a<b>[^<\>>]*<a\>b>')), (SELECT count(*) FROM item
	WHERE letters ~ '^a[^c]*b'), 'one pattern');
-- Patterns and workflows that change from row to row do not pass for each other
SELECT is_empty($$
	SELECT id, n FROM (SELECT * FROM item WHERE id <= 300 OFFSET 0) AS i, LATERAL (SELECT n, CASE WHEN n = 2 THEN vsm.with_rules(workflow,
		unmapped => 'ignore') ELSE workflow END AS w FROM generate_series(1, 3) AS n) AS w,
		LATERAL (SELECT CASE WHEN n = 3 THEN '^<a<b>' ELSE '^<a\>b>' END AS p) AS p
	WHERE vsm.path_matches(timeline, w, p) <> (CASE WHEN n = 2 THEN replace(letters, 'z', '') ELSE letters END ~ CASE WHEN n = 3 THEN '^a'
		ELSE '^b' END)$$, 'what changes is compiled anew');

SELECT * FROM finish();
ROLLBACK;
