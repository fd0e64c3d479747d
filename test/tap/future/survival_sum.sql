-- vsm.eta and vsm.probability of what is left of one duration and another after it, against plain SQL.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(15);
SET LOCAL jit = off;
SELECT setseed(0.3);

-- By hand: a stage of 1, 2, 3 or 4 days, and 1 or 5 days after it. After 2 days 1 or 2 are left: in all 2, 3, 6 or 7 days.
CREATE TEMP TABLE hand AS
SELECT (SELECT vsm.survival(n * interval '1 day', true) FROM generate_series(1, 4) AS n) AS stage,
	(SELECT vsm.survival(n * interval '1 day', true) FROM unnest('{1,5}'::int[]) AS n) AS after;
SELECT results_eq($$SELECT p, vsm.eta(stage, '2 days', after, p) FROM hand, unnest('{0,0.25,0.26,0.5,0.75,0.85,1}'::float8[]) AS p
	ORDER BY p$$,
	$$VALUES (0::float8, '2 days'::interval), (0.25, '2 days'), (0.26, '3 days'), (0.5, '3 days'), (0.75, '6 days'), (0.85, '7 days'), (1,
		'7 days')$$,
	'by when, by hand');
SELECT results_eq($$SELECT vsm.probability(stage, w, '2 days', after)
	FROM hand, unnest('{"0 days","47:59:59.999999","2 days","3 days","5 days","6 days","7 days","1000 days"}'::interval[]) AS w
		ORDER BY w$$,
	$$VALUES (0::float8), (0), (0.25), (0.5), (0.5), (0.75), (1), (1)$$, 'how likely, by hand; however long there is');
SELECT is(vsm.eta(stage, '4 days', after, 0.5), NULL, 'who has been there for as long as any: nothing is known') FROM hand;
SELECT is(vsm.probability(stage, '9 days', '10 days', after), NULL, 'nor how likely') FROM hand;
SELECT is(vsm.eta(stage, '0', (SELECT vsm.survival('1 day', false)), 0.5), NULL, 'nor where nobody has come to the end') FROM hand;
SELECT is(num_nulls(vsm.eta(NULL, '1 day', after, 0.5), vsm.eta(stage, NULL, after, 0.5), vsm.eta(stage, '1 day', NULL, 0.5),
	vsm.eta(stage, '1 day', after, NULL), vsm.probability(stage, '1 day', '1 day', NULL)), 5, 'NULL for NULL') FROM hand;
-- One of four is still there after 4 days: he may never leave.
SELECT results_eq($$SELECT round(vsm.probability(s, '1000 days', '1 day', after)::numeric, 12), vsm.eta(s, '1 day', after, 0.66),
	vsm.eta(s, '1 day', after,
	0.67)
	FROM hand, (SELECT vsm.survival(n * interval '1 day', n < 4) AS s FROM generate_series(1, 4) AS n) AS t$$,
	$$VALUES (0.666666666667, '7 days'::interval, NULL::interval)$$, 'what was last seen open counts as never');
SELECT is(vsm.eta((SELECT vsm.survival('30 hours', true)), '6 hours', (SELECT vsm.survival('20 hours', true)), 1), '44:00:00',
	'in hours as they came');
SELECT throws_ok($$SELECT vsm.eta(stage, '1 day', after, 1.1) FROM hand$$, '22023', 'a probability must be between 0 and 1',
	'a probability that is none');
SELECT throws_ok($$SELECT vsm.eta(stage, '-1 day', after, 0.5) FROM hand$$, '22023', NULL, 'an age that is none');
SELECT throws_ok($$SELECT vsm.probability(stage, '-1 day', '1 day', after) FROM hand$$, '22023', NULL, 'a time that is none');

-- Random estimates with open items among them, by all sums: the chance of each duration is the step of the curve.
CREATE TEMP TABLE pair AS
SELECT n, floor(random() * 30) * interval '1 day' AS age, stage, after
FROM (SELECT n, vsm.survival(floor(random() * 40) * interval '1 day', random() < 0.8) AS stage
		FROM generate_series(1, 60) AS n, generate_series(1, 60) GROUP BY n) AS s
	JOIN (SELECT n, vsm.survival(floor(random() * 20) * interval '1 day', random() < 0.9) AS after
		FROM generate_series(1, 60) AS n, generate_series(1, 40) GROUP BY n) AS a USING (n);
CREATE FUNCTION pg_temp.steps(s vsm.survival, age interval) RETURNS TABLE (rest interval, share float8) LANGUAGE sql AS $$
SELECT duration - age, (lag(survival, 1, at_age) OVER (ORDER BY duration) - survival) / at_age
FROM vsm.curve(s), (SELECT coalesce(min(survival), 1) AS at_age FROM vsm.curve(s) WHERE duration <= age) AS a WHERE duration > age$$;
CREATE TEMP TABLE chance AS
SELECT n, days, sum(share) OVER (PARTITION BY n ORDER BY days) AS reached
FROM (
	SELECT p.n, r.rest + a.rest AS days, sum(r.share * a.share) AS share
	FROM pair AS p, pg_temp.steps(p.stage, p.age) AS r, LATERAL (
		SELECT rest - interval '1 day' AS rest, share FROM pg_temp.steps(p.after, '-1 day')) AS a
	GROUP BY p.n, r.rest + a.rest) AS s;
SELECT cmp_ok((SELECT count(DISTINCT n) FROM chance), '>', 40::bigint, 'most of them tell something');
SELECT is_empty($$SELECT p.n, w, vsm.probability(stage, w * interval '1 day', age, after), c.reached
	FROM pair AS p, generate_series(0, 60, 3) AS w, LATERAL (SELECT max(reached) FILTER (WHERE days <= w * interval '1 day') AS reached,
		count(*) AS known
		FROM chance AS c WHERE c.n = p.n) AS c
	WHERE CASE WHEN known = 0 THEN vsm.probability(stage, w * interval '1 day', age, after) IS NOT NULL
		ELSE (abs(vsm.probability(stage, w * interval '1 day', age, after) - coalesce(c.reached, 0)) < 1e-12) IS NOT TRUE END$$,
			'how likely, by all sums');
SELECT is_empty($$SELECT p.n, q, vsm.eta(stage, age, after, q), c.days
	FROM pair AS p, unnest('{0.013,0.21,0.5,0.77,0.85,0.93}'::float8[]) AS q,
		LATERAL (SELECT min(days) FILTER (WHERE reached >= q - 1e-12) AS days FROM chance AS c WHERE c.n = p.n) AS c
	WHERE vsm.eta(stage, age, after, q) IS DISTINCT FROM c.days$$, 'by when, by all sums');

-- Of more durations than are looked at one by one a few hundred stand for all: a uniform rest and a uniform time after it have a
-- sum of a triangular distribution.
SELECT is_empty($$SELECT w, p, want
	FROM (SELECT vsm.survival(n * interval '1 minute', true) AS s FROM generate_series(1, 20000) AS n) AS s, generate_series(500, 19500,
		1000) AS w,
		LATERAL (SELECT vsm.probability(s, w * interval '1 minute', '10000 minutes', s) AS p) AS p,
		-- the rest is uniform up to 10,000, what comes after up to 20,000
		LATERAL (SELECT CASE WHEN w <= 10000 THEN w * w / 2.0 ELSE 10000 * (w - 5000.0) END / 2e8 AS want) AS t
	WHERE abs(p - want) > 0.004$$, 'of 20,000 durations within half a per cent');
SELECT finish();
ROLLBACK;
