-- vsm.forecast_items, vsm.forecast_periods and vsm.forecast_probability against enumeration, exact binomials and simulation.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../cancel.sql
SELECT plan(69);
SELECT setseed(0.1);

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

--
-- Every outcome counted, for small samples: ways that lead to each total, in whole numbers.
--
CREATE TEMP TABLE question AS
SELECT id, samples, cardinality(samples) AS num_samples
FROM (SELECT id, ARRAY(SELECT CASE WHEN random() < 0.3 THEN 0 ELSE floor(random() * (1 + id % 7)) * (1 + id % 3) END::int
		FROM generate_series(1, 1 + id % 5)) AS samples
	FROM generate_series(1, 60) AS id) AS drawn;
INSERT INTO question VALUES (61, '{2}', 1), (62, '{0}', 1), (63, '{4,6}', 2), (64, '{1,1,1}', 3), (65, '{0,5}', 2), (66, '{7,0,0,0}', 4);
CREATE TEMP TABLE ways AS
WITH RECURSIVE outcome AS (
	SELECT id, samples, 0 AS period, 0 AS total FROM question
	UNION ALL
	SELECT id, samples, period + 1, total + sample FROM outcome, unnest(samples) AS sample WHERE period < 5)
SELECT id, period, total, count(*) AS ways FROM outcome GROUP BY id, period, total;
-- P(at least total), of the totals that are possible.
CREATE TEMP TABLE at_least AS
SELECT w.id, w.period, w.total, sum(w.ways) OVER (PARTITION BY w.id, w.period ORDER BY w.total DESC) / q.num_samples::numeric ^ w.period
	AS reached
FROM ways w JOIN question q USING (id);
CREATE INDEX ON at_least (id, period, total);
ANALYZE at_least;
SELECT is((SELECT count(*) FROM at_least a JOIN question q USING (id) WHERE a.total = (SELECT min(total) FROM at_least b WHERE b.id = a.id
	AND b.period = a.period) AND abs(reached - 1) > 1e-12),
	0::bigint, 'the enumeration is complete');

CREATE TEMP TABLE asked_p AS SELECT p FROM unnest('{1e-9,0.01,0.05,0.125,0.25,0.3333333333333333,0.5,0.7,0.75,0.85,0.95,0.99,0.999999,'
	'1}'::numeric[]) AS p;
SELECT is_empty($$
	SELECT id, samples, period, p, vsm.forecast_items(samples, period, p::float8) FROM question, asked_p, generate_series(0, 5) AS period
	WHERE vsm.forecast_items(samples, period, p::float8) IS DISTINCT FROM
		(SELECT max(total) FROM at_least a WHERE a.id = question.id AND a.period = period.period
		 AND reached >= p * (1 - 1e-12) AND 1 - reached <= (1 - p) * (1 + 1e-12) + 1e-30)$$,
	'items: the largest n with P(at least n) >= p');
SELECT is_empty($$
	WITH answer AS MATERIALIZED (
		SELECT id, samples, items, p, vsm.forecast_periods(samples, items, p::float8) AS ours,
			(SELECT min(period) FROM generate_series(0, 5) AS period
			 WHERE EXISTS (SELECT FROM at_least a WHERE a.id = question.id AND a.period = period.period AND a.total >= items
				AND reached >= p * (1 - 1e-12) AND 1 - reached <= (1 - p) * (1 + 1e-12) + 1e-30)) AS first
		FROM question, asked_p, unnest('{-1,0,1,2,3,5,8,13,21}'::int[]) AS items
		WHERE NOT (samples <@ '{0}' AND items > 0))
	SELECT * FROM answer WHERE CASE WHEN first IS NULL THEN ours <= 5 ELSE ours IS DISTINCT FROM first END$$,
	'periods: the smallest number with P(at least items) >= p');
-- Each probability that occurs, asked for as it is: a tie that roundings must not tip.
SELECT is_empty($$
	SELECT id, samples, period, total, reached FROM at_least JOIN question USING (id)
	WHERE period > 0 AND vsm.forecast_items(samples, period, reached::float8) <> total$$,
	'items: p exactly reached counts');
SELECT is_empty($$
	SELECT id, samples, period, total, reached FROM at_least JOIN question USING (id)
	WHERE period > 0 AND total > 0 AND reached < 1 AND vsm.forecast_periods(samples, total, reached::float8) > period$$,
	'periods: p exactly reached counts');

SELECT is_empty($$
	WITH answer AS MATERIALIZED (
		SELECT id, samples, items, period, vsm.forecast_probability(samples, items, period) AS ours,
			coalesce((SELECT max(reached) FROM at_least a WHERE a.id = question.id AND a.period = period.period AND a.total >= items), 0)
				AS exact
		FROM question, generate_series(-1, 60) AS items, generate_series(0, 5) AS period)
	SELECT * FROM answer WHERE abs(ours::numeric - exact) > 1e-14 * exact OR (exact IN (0, 1)) <> (ours IN (0, 1))$$,
	'probability: P(at least items), for every total possible and between');
SELECT is_empty($$
	SELECT id, samples, period, total FROM at_least JOIN question USING (id)
	WHERE period > 0 AND vsm.forecast_items(samples, period, vsm.forecast_probability(samples, total, period)) <> total$$,
	'the items that are forecast with that probability are the items asked for');

--
-- Long horizons. Of an odd number of fair coins at least half the heads come with probability 1/2.
--
SELECT is(vsm.forecast_items('{0,1}', 2 * n - 1, 0.5), n, format('%s coins', 2 * n - 1)) FROM unnest('{1,2,10,500,5000}'::int[]) AS n;
SELECT is(vsm.forecast_items('{0,0,0,7,7,7}', 2 * n - 1, 0.5), 7 * n, format('%s coins of 7', 2 * n - 1))
	FROM unnest('{1,2,10,500,5000}'::int[]) AS n;
SELECT is(vsm.forecast_items('{3,3,3,2,2,2}', 2 * n - 1, 0.5), 2 * (2 * n - 1) + n, format('%s coins that show 2 or 3', 2 * n - 1))
	FROM unnest('{1,2,10,500,5000}'::int[]) AS n;
SELECT is(vsm.forecast_periods('{0,0,0,1,1,1}', n, 0.5), 2 * n - 1, format('coins until %s heads', n))
	FROM unnest('{1,2,10,500,10000}'::int[]) AS n;
SELECT is(vsm.forecast_periods('{5,5,5,4,4,4}', 4 * (2 * n - 1) + n, 0.5), 2 * n - 1, format('coins that show 4 or 5 until %s',
	4 * (2 * n - 1) + n)) FROM unnest('{1,2,10,500,1000}'::int[]) AS n;

-- Exact binomials: heads of 520 coins of which one of eight is good.
CREATE TEMP TABLE binomial AS
WITH RECURSIVE term AS (
	SELECT 0 AS heads, (7::numeric ^ 520) AS ways
	UNION ALL
	SELECT heads + 1, div(ways * (520 - heads), 7 * (heads + 1)) FROM term WHERE heads < 520)
SELECT heads, sum(ways) OVER (ORDER BY heads DESC) / 8::numeric ^ 520 AS reached FROM term;
SELECT is((SELECT reached FROM binomial WHERE heads = 0)::float8, 1::float8, 'the binomials are complete');
SELECT is_empty($$
	SELECT p, vsm.forecast_items('{0,0,0,1,0,0,0,0}', 520, p::float8), (SELECT max(heads) FROM binomial WHERE reached >= p)
	FROM (SELECT i / 40.0 AS p FROM generate_series(1, 39) AS i UNION SELECT 10.0 ^ -i FROM generate_series(2, 15) AS i UNION
		SELECT 1 - 10.0 ^ -i FROM generate_series(2, 15) AS i) AS asked
	WHERE vsm.forecast_items('{0,0,0,1,0,0,0,0}', 520, p::float8) <> (SELECT max(heads) FROM binomial WHERE reached >= p)$$,
	'items in 520 periods are the quantiles of the binomial distribution, far out too');
SELECT is_empty($$
	SELECT items, p, vsm.forecast_periods('{0,0,0,1,0,0,0,0}', items, p::float8) FROM unnest('{40,65,90}'::int[]) AS items,
		unnest('{0.05,0.5,0.85,0.99}'::numeric[]) AS p
	WHERE (vsm.forecast_periods('{0,0,0,1,0,0,0,0}', items, p::float8) <= 520) IS DISTINCT FROM ((SELECT reached FROM binomial
		WHERE heads = items) >= p)$$,
	'periods agree with it');
SELECT is_empty($$
	SELECT heads, reached, vsm.forecast_probability('{0,0,0,1,0,0,0,0}', heads, 520) FROM binomial
	WHERE reached > 1e-100 AND abs(vsm.forecast_probability('{0,0,0,1,0,0,0,0}', heads, 520)::numeric - reached) > 1e-13 * reached$$,
	'so do probabilities, down to 1e-100');
SELECT cmp_ok((SELECT count(*) FROM binomial WHERE reached > 1e-100), '>=', 250::bigint, 'which is far out');

-- The two answer each other.
SELECT is_empty($$
	WITH forecast AS MATERIALIZED (
		SELECT samples, items, p, vsm.forecast_periods(samples, items, p) AS periods
		FROM (VALUES ('{3,0,5,8,2,1,4}'::int[]), ('{12,40,25,0,33}'), ('{1,0,0}')) AS s (samples), unnest('{1,17,400}'::int[]) AS items,
			unnest('{0.05,0.5,0.85,0.9999}'::float8[]) AS p)
	SELECT * FROM forecast WHERE vsm.forecast_items(samples, periods, p) < items OR vsm.forecast_items(samples, periods - 1, p) >= items$$,
	'forecast_periods is the inverse of forecast_items');

-- A million draws: what at least p of them reach, within four standard errors.
CREATE TEMP TABLE draw AS
SELECT s[1 + floor(random() * 8)::int] + s[1 + floor(random() * 8)::int] + s[1 + floor(random() * 8)::int] + s[1 + floor(random() * 8)::int]
	+ s[1 + floor(random() * 8)::int] + s[1 + floor(random() * 8)::int] AS total, s AS samples
FROM (SELECT '{4,0,9,2,2,13,7,5}'::int[] AS s) AS sample, generate_series(1, 1000000);
SELECT is_empty($$
	WITH forecast AS MATERIALIZED (
		SELECT p, vsm.forecast_items((SELECT samples FROM draw LIMIT 1), 6, p::float8) AS n FROM unnest('{0.15,0.5,0.85}'::numeric[]) AS p),
	simulated AS (
		SELECT p, n, avg((total >= n)::int) AS reached, avg((total > n)::int) AS beyond FROM forecast, draw GROUP BY p, n)
	SELECT * FROM simulated
	WHERE reached < p - 4 * sqrt(p * (1 - p) / 1000000) OR beyond >= p + 4 * sqrt(p * (1 - p) / 1000000)$$,
	'a simulation of a million draws agrees');
SELECT is_empty($$
	WITH forecast AS MATERIALIZED (
		SELECT n, vsm.forecast_probability((SELECT samples FROM draw LIMIT 1), n, 6) AS p FROM generate_series(1, 78) AS n),
	drawn AS MATERIALIZED (SELECT total, count(*) AS draws FROM draw GROUP BY total)
	SELECT n, p, sum(draws) FROM forecast JOIN drawn ON total >= n GROUP BY n, p
	HAVING abs(sum(draws) / 1000000 - p) > 4.5 * sqrt(p * (1 - p) / 1000000) + 1e-15$$,
	'so does every probability');

SELECT is(vsm.forecast_periods(s, 10000, 0.85) BETWEEN 606 AND 640, true, '10,000 items')
FROM (SELECT array_agg(g % 40) AS s FROM generate_series(1, 52) AS g) AS sample;
SELECT is(vsm.forecast_items(s, 520, 0.85) BETWEEN 8100 AND 8580, true, '520 weeks')
FROM (SELECT array_agg(g % 40) AS s FROM generate_series(1, 52) AS g) AS sample;

--
-- Edges.
--
SELECT is(ARRAY[vsm.forecast_items('{0,0}', 10, 0.5), vsm.forecast_items('{3,5}', 0, 0.5), vsm.forecast_items('{3,5}', 10, 1),
	vsm.forecast_items('{0,5}', 10, 1)],
	'{0,0,30,0}', 'items: all samples 0, no period, certainty');
SELECT is(ARRAY[vsm.forecast_periods('{0,0}', 10, 0.5), vsm.forecast_periods('{0,0}', 0, 0.5), vsm.forecast_periods('{3,5}', 0, 0.5),
	vsm.forecast_periods('{3,5}', -7, 0.5)],
	'{NULL,0,0,0}', 'periods: all samples 0, no items');
SELECT is(ARRAY[vsm.forecast_periods('{3,5}', 10, 1), vsm.forecast_periods('{0,5}', 10, 1), vsm.forecast_periods('{0,5}', 10,
	0.9999999999999999)],
	'{4,NULL,59}', 'periods: certainty needs a least sample above 0');
SELECT is(num_nulls(vsm.forecast_items(NULL, 1, 0.5), vsm.forecast_items('{1}', NULL, 0.5), vsm.forecast_items('{1}', 1, NULL),
	vsm.forecast_periods(NULL, 1, 0.5), vsm.forecast_periods('{1}', NULL, 0.5), vsm.forecast_periods('{1}', 1, NULL)), 6,
		'a NULL argument: NULL');
SELECT is(vsm.forecast_items('{2147483647,2147483647}', 1, 0.5), 2147483647, 'the largest answer');
SELECT is(vsm.forecast_items('[0:1]={3,5}'::int[], 1, 0.5), vsm.forecast_items('{5,3}', 1, 0.5),
	'neither order nor subscripts of the samples matter');
SELECT is(ARRAY[vsm.forecast_periods('{1000000000,0}', 2000000000, 0.5), vsm.forecast_items('{1000000000,0}', 2, 0.25)], '{3,2000000000}',
	'large units are no large totals');

SELECT is(ARRAY[vsm.forecast_probability('{3,5}', 6, 2), vsm.forecast_probability('{3,5}', 7, 2), vsm.forecast_probability('{3,5}', 10,
	2), vsm.forecast_probability('{3,5}', 11, 2)],
	'{1,0.75,0.25,0}', 'probability: what is certain, and what never');
SELECT is(ARRAY[vsm.forecast_probability('{0,0}', 1, 100), vsm.forecast_probability('{3,5}', 0, 0), vsm.forecast_probability('{3,5}', 1,
	0), vsm.forecast_probability('{3,5}', -2147483648, 0),
	vsm.forecast_probability('{2147483647}', 2147483647, 2147483647), vsm.forecast_probability('{1}', 2147483647, 2147483646),
		vsm.forecast_probability('{0,1000000000}', 2000000000, 3)],
	'{0,1,0,1,1,0,0.5}', 'probability: all samples 0, no period, no items, the largest numbers');
SELECT is(num_nulls(vsm.forecast_probability(NULL, 1, 1), vsm.forecast_probability('{1}', NULL, 1), vsm.forecast_probability('{1}', 1,
	NULL)), 3, 'probability: a NULL argument: NULL');
SELECT is(vsm.forecast_probability('{0,1}', 40, 2000000000), 1::float8, 'it ends with the last total below');

--
-- Errors.
--
SELECT is(pg_temp.failure(statement), failure, statement)
FROM (VALUES
	($$SELECT vsm.forecast_items('{}', 1, 0.5)$$, '22023 | a forecast needs at least one sample | Give the number of finished items of '
		'each past period, 0 included.'),
	($$SELECT vsm.forecast_periods('{1,NULL}', 1, 0.5)$$, '22023 | a sample cannot be null | A period without finished items is a sample '
		'of 0.'),
	($$SELECT vsm.forecast_items('{1,-2,-1}', 1, 0.5)$$, '22023 | a sample cannot be negative | The least sample is -2.'),
	($$SELECT vsm.forecast_items('{1}', -1, 0.5)$$, '22023 | the number of periods cannot be negative | The number of periods is -1.'),
	($$SELECT vsm.forecast_items('{1}', 1, 0)$$, '22023 | the probability of a forecast must be above 0 and at most 1 | The probability '
		'asked for is 0.'),
	($$SELECT vsm.forecast_periods('{1}', 1, 1.5)$$, '22023 | the probability of a forecast must be above 0 and at most 1 | The '
		'probability asked for is 1.5.'),
	($$SELECT vsm.forecast_periods('{1}', 0, 'NaN')$$, '22023 | the probability of a forecast must be above 0 and at most 1 | The '
		'probability asked for is NaN.'),
	($$SELECT vsm.forecast_probability('{}', 1, 1)$$, '22023 | a forecast needs at least one sample | Give the number of finished items of '
		'each past period, 0 included.'),
	($$SELECT vsm.forecast_probability('{NULL}', 1, 1)$$, '22023 | a sample cannot be null | A period without finished items is a sample '
		'of 0.'),
	($$SELECT vsm.forecast_probability('{-1}', 1, 1)$$, '22023 | a sample cannot be negative | The least sample is -1.'),
	($$SELECT vsm.forecast_probability('{1}', 1, -1)$$, '22023 | the number of periods cannot be negative | The number of periods is -1.'),
	($$SELECT vsm.forecast_items('{2000000000}', 2, 0.5)$$, '22003 | integer out of range | The forecast is 4000000000.'),
	($$SELECT vsm.forecast_items('{0,1,1000000000}', 2, 0.5)$$,
	 '54000 | too many possible totals to forecast | The samples lie so far apart that more than 16777216 totals are possible. | Count in '
		'larger units, such as hundreds of items.')) AS wrong (statement, failure);
SELECT is(pg_temp.cancel($$SELECT vsm.forecast_periods('{0,0,1}', 2000000000, 0.5)$$), '57014 | canceling statement due to user request',
	'periods can be cancelled');
SELECT is(pg_temp.cancel($$SELECT vsm.forecast_items('{0,0,1}', 2000000000, 0.5)$$), '57014 | canceling statement due to user request',
	'items can be cancelled');
SELECT is(pg_temp.cancel($$SELECT vsm.forecast_probability('{0,0,1}', 600000000, 2000000000)$$),
	'57014 | canceling statement due to user request', 'a probability can be cancelled');

SELECT finish();
ROLLBACK;
