-- vsm.joint_probability and vsm.joint_periods beside what they are by definition, in plain SQL over vsm.forecast_probability and
-- vsm.forecast_periods.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = error;
SELECT plan(19);
SELECT setseed(0.7);

CREATE FUNCTION pg_temp.chance(samples jsonb, items integer[], periods integer) RETURNS float8 LANGUAGE sql AS $$
	-- A product that is exact where one of them is 0.
	SELECT CASE WHEN min(t.chance) > 0 THEN exp(sum(ln(nullif(t.chance, 0)))) WHEN count(t.chance) = count(*) THEN 0 END
	FROM (
		SELECT vsm.forecast_probability(ARRAY(SELECT e.value::integer FROM jsonb_array_elements_text(s.value) AS e), i.items, periods)
			AS chance
		FROM jsonb_array_elements(samples) WITH ORDINALITY AS s (value, place)
			JOIN unnest(items) WITH ORDINALITY AS i (items, place) ON i.place = s.place) AS t
	WHERE periods >= 0
	HAVING count(*) = count(t.chance) $$;
-- The first period of all with that chance.
CREATE FUNCTION pg_temp.periods(samples jsonb, items integer[], p float8) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
	FOR n IN 0 .. 400 LOOP
		IF pg_temp.chance(samples, items, n) >= p * (1 - 1e-12) THEN
			RETURN n;
		END IF;
	END LOOP;
	RETURN NULL;
END $$;

-- One to six teams, each of one to 26 weeks, some of which do nothing.
CREATE TEMP TABLE work AS
SELECT n, (
		SELECT jsonb_agg((SELECT jsonb_agg(floor(random() * (1 + (k * 7 + n) % 9) + 0 * w)::int)
			FROM generate_series(1, 1 + (n * 11 + k * 5) % 26) AS w))
		FROM generate_series(1, 1 + n % 6) AS k) AS samples,
	(SELECT array_agg(floor(random() * 25 + 0 * k)::int) FROM generate_series(1, 1 + n % 6) AS k) AS items,
	floor(random() * 20)::int AS periods, (ARRAY[0.05, 0.5, 0.85, 0.95, 0.999])[1 + n % 5]::float8 AS p
FROM generate_series(1, 600) AS n;
CREATE TEMP TABLE said AS
SELECT w.*, vsm.joint_probability(samples, items, periods) AS chance, pg_temp.chance(samples, items, periods) AS expected,
	vsm.joint_periods(samples, items, p) AS took
FROM work AS w;
SELECT is_empty('SELECT * FROM said WHERE abs(chance - expected) > 1e-12 * expected OR (chance IS NULL) <> (expected IS NULL)', 'chances');
SELECT cmp_ok((SELECT count(*) FROM said WHERE chance > 0.01 AND chance < 0.99), '>', 60::bigint, 'of which many are neither 0 nor 1');
SELECT is_empty($$SELECT * FROM said WHERE took IS DISTINCT FROM pg_temp.periods(samples, items, p) AND n % 3 = 0$$, 'periods');
SELECT cmp_ok((SELECT count(*) FROM said WHERE took IS NULL AND n % 3 = 0), '>', 5::bigint, 'of which some never come');
SELECT cmp_ok((SELECT count(*) FROM said WHERE took > 1 AND jsonb_array_length(samples) > 1 AND n % 3 = 0), '>', 50::bigint, 'and most do');
SELECT is_empty($$SELECT * FROM said WHERE jsonb_array_length(samples) = 1 AND took IS DISTINCT FROM
	vsm.forecast_periods(ARRAY(SELECT e::int FROM jsonb_array_elements_text(samples -> 0) AS e), items[1], p)$$, 'of one team its own');

SELECT is(vsm.joint_probability('[[1,3],[2]]', '{4,4}', 2), 0.75::float8, 'by hand');
SELECT is(vsm.joint_periods('[[1,3],[2]]', '{4,4}', 0.75), 2, 'and the other way round');
SELECT is(vsm.joint_periods('[[1,3],[2]]', '{4,4}', 0.76), 3, 'a little more');
SELECT is(vsm.joint_probability('[[1,3],[2]]', '{4,4}', -1), 0::float8, 'nothing is done by a time that has been');
SELECT is(vsm.joint_probability('[]', '{}', 1), 0::float8, 'nor by nobody');
SELECT is(vsm.joint_probability('[[1],[1]]', '{1,NULL}', 1), NULL, 'it is not known what is left');
SELECT is(vsm.joint_periods('[[1],[1]]', '{1,NULL}', 0.5), NULL, 'nor when that is done');
SELECT is(vsm.joint_periods('[[1],[0]]', '{1,1}', 0.5), NULL, 'a team that does nothing');
SELECT is(vsm.joint_periods('[[1],[1]]', '{1,5201}', 0.5), NULL, 'too long');
SELECT throws_ok($$SELECT vsm.joint_probability('{"a":[1]}', '{1}', 1)$$, '22023', 'samples of teams must be an array of arrays of numbers',
	'no array');
SELECT throws_ok($$SELECT vsm.joint_probability('[1]', '{1}', 1)$$, '22023', 'samples of teams must be an array of arrays of numbers',
	'an array of numbers');
SELECT throws_ok($$SELECT vsm.joint_periods('[["1"]]', '{1}', 0.5)$$, '22023', 'samples of teams must be an array of arrays of numbers',
	'of texts');
SELECT throws_ok($$SELECT vsm.joint_periods('[[]]', '{1}', 0.5)$$, '22023', 'a forecast needs at least one sample', 'of nothing');
SELECT finish();
ROLLBACK;
