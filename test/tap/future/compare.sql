-- vsm.compare: published examples, and random pairs against the log-rank test in plain SQL
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(28);
SET LOCAL extra_float_digits = 0;
SELECT setseed(0.23);

------------------------------------------------------------------------------
-- Published examples; the digits are those of R's survdiff
------------------------------------------------------------------------------

CREATE TEMP TABLE published (example text, cohort text, days text);
INSERT INTO published VALUES
	-- remission of leukaemia, weeks: 6-MP and placebo (Freireich et al. 1963)
	('freireich', 'a', '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+'),
	('freireich', 'b', '1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23'),
	-- acute myelogenous leukaemia, weeks: chemotherapy maintained or not (Miller 1981)
	('aml', 'a', '9 13 13+ 18 23 28+ 31 34 45+ 48 161+'),
	('aml', 'b', '5 5 8 8 12 16+ 23 27 30 33 43 45'),
	-- ovarian cancer, days: two treatments (Edmunson et al. 1979)
	('ovarian', 'a', '59 115 156 268 329 431 448+ 477+ 638 803+ 855+ 1040+ 1106+'),
	('ovarian', 'b', '353 365 377+ 421+ 464 475 563 744+ 769+ 770+ 1129+ 1206+ 1227+');
CREATE TEMP TABLE cohort AS
SELECT example, cohort, vsm.survival(rtrim(d, '+')::int * interval '1 day', d !~ '\+') AS s FROM published, regexp_split_to_table(days,
	' ') AS d GROUP BY example, cohort;
CREATE TEMP TABLE compared AS
SELECT example, a.s AS a, b.s AS b, c.* FROM cohort AS a JOIN cohort AS b USING (example), vsm.compare(a.s, b.s) AS c WHERE a.cohort = 'a'
	AND b.cohort = 'b';
SELECT ok(abs(c.chi_square - want.chi_square) <= 1e-13 * want.chi_square, example || ': chi-square') FROM compared AS c
	JOIN (VALUES ('freireich', 16.792940989216540::float8), ('aml', 3.3963886989776011), ('ovarian', 1.0627398612914141))
		AS want (example, chi_square) USING (example);
SELECT ok(abs(c.p_value - want.p_value) <= 1e-13 * want.p_value, example || ': p') FROM compared AS c
	JOIN (VALUES ('freireich', 4.1688091093345308e-05::float8), ('aml', 0.065339322040505132), ('ovarian', 0.30259111698909524))
		AS want (example, p_value) USING (example);
SELECT ok(abs(c.hazard_ratio - want.ratio) <= 1e-13 * want.ratio, example || ': observed / expected of both') FROM compared AS c
	JOIN (VALUES ('freireich', (21 / 10.749499051968868) / (9 / 19.250500948031128)::float8),
		('aml', (11 / 7.3106640076992759) / (7 / 10.689335992300725)::float8),
		('ovarian', (5 / 6.766468982850057) / (7 / 5.233531017149943)::float8)) AS want (example, ratio) USING (example);
SELECT is(ROW(median_a, median_b, difference)::text, want, v.example || ': medians') FROM compared
	JOIN (VALUES ('freireich', '("23 days","8 days","-15 days")'), ('aml', '("31 days","23 days","-8 days")'), ('ovarian',
		'("638 days",,)')) AS v (example, want) USING (example);
-- Turned around it is the same question
SELECT is_empty($$SELECT example FROM compared AS c, vsm.compare(b, a) AS r WHERE abs(c.chi_square - r.chi_square) > 1e-14 * c.chi_square
	OR abs(c.p_value - r.p_value) > 1e-13 * c.p_value
	OR abs(c.hazard_ratio * r.hazard_ratio - 1) > 1e-14 OR (c.median_a, c.median_b, -c.difference) IS DISTINCT FROM (r.median_b,
		r.median_a, r.difference)$$, 'the other way around');

------------------------------------------------------------------------------
-- What cannot be told
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.of(days text) RETURNS vsm.survival LANGUAGE sql AS $$
	SELECT vsm.survival(rtrim(d, '+')::int * interval '1 day', d !~ '\+') FROM regexp_split_to_table(days, ' ') AS d $$;
SELECT is(vsm.compare(pg_temp.of(a), pg_temp.of(b))::text, want, format('%s; %s', a, b))
FROM (VALUES
	('3 5', '3 5', '(0,1,"3 days","3 days",00:00:00,1)'),
	-- nothing finished
	('3+ 5+', '4+', '(,,,,,)'),
	-- all of both at once
	('3 3', '3', '(,,"3 days","3 days",00:00:00,)'),
	-- the last of a was gone before the first of b finished
	('2+ 3+', '4 5', '(,,,"4 days",,)'),
	-- none of a, none of b finished
	('2+ 8+', '2 5', '(2,0.157299207050285,,"2 days",,)'),
	('2 5', '2+ 8+', '(2,0.157299207050285,"2 days",,,0)'),
	('1', '2', '(1,0.317310507862914,"1 day","2 days","1 day",0.333333333333333)')) AS v (a, b, want);
SELECT is(num_nulls(vsm.compare(NULL, pg_temp.of('1')), vsm.compare(pg_temp.of('1'), NULL)), 2, 'NULL for NULL');
SELECT is((SELECT ROW(median_a, median_b, difference)::text FROM vsm.compare((SELECT vsm.survival('50 hours', true)),
	(SELECT vsm.survival('30 hours', true)))), '(50:00:00,30:00:00,-20:00:00)', 'in hours as they came');
SELECT is((SELECT ROW(median_a, median_b, difference)::text FROM vsm.compare((SELECT vsm.survival('50 hours', true)),
	(SELECT vsm.survival('1 day', true)))), '(50:00:00,"1 day","-1 days -02:00:00")', 'in days where one is');

------------------------------------------------------------------------------
-- Random pairs: the definition
------------------------------------------------------------------------------

-- Of durations of a unit, so that many are equal or few; in numeric, each sum exact to 40 digits
CREATE TEMP TABLE work AS
SELECT pair, cohort = 1 AS is_b, floor(random() * (2 + pair % 50) * CASE WHEN cohort = 1 AND pair % 3 = 0 THEN 2 ELSE 1 END)::bigint
	AS duration, random() < (pair % 7 + 0.5) / 7 AS finished
FROM generate_series(1, 300) AS pair, generate_series(0, 1) AS cohort, LATERAL generate_series(1, 1 + (random() * (pair % 90))::int)
	AS item;
CREATE FUNCTION pg_temp.log_rank(unit bigint, OUT pair int, OUT chi_square numeric, OUT ratio numeric) RETURNS SETOF record LANGUAGE sql
	AS $$
	WITH counted AS (
		SELECT pair, ceil(duration::numeric / unit) AS duration, count(*) FILTER (WHERE is_b) AS b, count(*) FILTER (WHERE NOT is_b) AS a,
			(count(*) FILTER (WHERE finished))::numeric AS d, (count(*) FILTER (WHERE is_b AND finished))::numeric AS d_b
		FROM work GROUP BY 1, 2),
	risk AS (
		SELECT pair, duration, d, d_b, sum(a) OVER w AS n_a, sum(b) OVER w AS n_b FROM counted WINDOW w AS (PARTITION BY pair
			ORDER BY duration DESC)),
	summed AS (
		SELECT pair, sum(d_b) AS o_b, sum(d - d_b) AS o_a, sum(round(d * n_b / (n_a + n_b), 40)) AS e_b, sum(round(d * n_a / (n_a + n_b),
			40)) AS e_a,
			sum(CASE WHEN n_a + n_b > 1 THEN round(d * n_a * n_b * (n_a + n_b - d) / ((n_a + n_b) ^ 2 * (n_a + n_b - 1)), 40) ELSE 0 END)
				AS v
		FROM risk WHERE d > 0 GROUP BY pair)
	SELECT pair, CASE WHEN v > 0 THEN (o_b - e_b) ^ 2 / v END, CASE WHEN v > 0 AND o_a > 0 THEN o_b / e_b / (o_a / e_a) END FROM summed $$;
CREATE TEMP TABLE answer AS
SELECT pair, c.* FROM (SELECT pair, vsm.survival(duration * interval '1 microsecond', finished) FILTER (WHERE NOT is_b) AS a,
	vsm.survival(duration * interval '1 microsecond', finished) FILTER (WHERE is_b) AS b
	FROM work GROUP BY pair) AS s, vsm.compare(a, b) AS c;
SELECT is_empty($$SELECT * FROM answer LEFT JOIN pg_temp.log_rank(1) AS want USING (pair)
	WHERE (answer.chi_square IS NULL) <> (want.chi_square IS NULL) OR abs(answer.chi_square::numeric - want.chi_square) > 1e-12 *
		want.chi_square + 1e-25
		OR (answer.hazard_ratio IS NULL) <> (want.ratio IS NULL) OR abs(answer.hazard_ratio::numeric - want.ratio) > 1e-13 * want.ratio$$,
			'chi-square and ratio of random pairs');
SELECT is_empty($$SELECT * FROM answer WHERE (p_value IS NULL) <> (chi_square IS NULL) OR p_value NOT BETWEEN 0 AND 1
	-- the tail of the normal distribution, by Simpson's rule
	OR abs(p_value - (1 - (SELECT sum(CASE WHEN k IN (0, 2000) THEN 1 WHEN k % 2 = 1 THEN 4
		ELSE 2 END * exp(-power(k * sqrt(chi_square) / 2000, 2) / 2)) * sqrt(chi_square) / 6000 * sqrt(2 / pi())
		FROM generate_series(0, 2000) AS k))) > 1e-12$$, 'and their p');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE p_value < 0.05), '>=', 30::bigint, 'some differ');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE chi_square IS NULL), '>=', 5::bigint, 'some cannot be told');

-- Estimates of different resolution are compared at the coarser one
SELECT is_empty($$
	WITH s AS MATERIALIZED (
		SELECT pair, vsm.survival(duration * interval '1 microsecond', finished) FILTER (WHERE is_b) AS b,
			replace((vsm.survival(ceil(duration::numeric / 8)::int * 8 * interval '1 microsecond',
				finished) FILTER (WHERE NOT is_b))::text, '"durations"', '"resolution":8,"durations"')::vsm.survival AS a
		FROM work GROUP BY pair)
	SELECT * FROM s, vsm.compare(a, b) AS c LEFT JOIN pg_temp.log_rank(8) AS want ON true
	WHERE want.pair = s.pair AND ((c.chi_square IS NULL) <> (want.chi_square IS NULL) OR abs(c.chi_square::numeric - want.chi_square) >
		1e-12 * want.chi_square + 1e-25)$$, 'of different resolution');

SELECT * FROM finish();
ROLLBACK;
