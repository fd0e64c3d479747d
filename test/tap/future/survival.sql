-- vsm.survival: the Kaplan-Meier estimate and the questions to it, against plain SQL.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../cancel.sql
SELECT plan(113);
SELECT setseed(0.42);

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
-- The remission of leukaemia under 6-MP, in weeks (Freireich et al. 1963), as published.
--
CREATE TEMP VIEW remission AS
SELECT weeks * interval '7 days' AS duration, finished
FROM (VALUES (6, true), (6, true), (6, true), (6, false), (7, true), (9, false), (10, true), (10, false),
	(11, false), (13, true), (16, true), (17, false), (19, false), (20, false), (22, true), (23, true),
	(25, false), (32, false), (32, false), (34, false), (35, false)) AS patient (weeks, finished);
CREATE TEMP TABLE estimate AS SELECT vsm.survival(duration, finished) AS s FROM remission;

SELECT results_eq(
	$$SELECT (extract(days FROM duration) / 7)::int, at_risk, finished, round(survival::numeric, 4), round(lower::numeric, 4),
		round(upper::numeric, 4)
	  FROM estimate, vsm.curve(s)$$,
	$$VALUES (6, 21::bigint, 3::bigint, 0.8571, 0.6197, 0.9516), (7, 17, 1, 0.8067, 0.5631, 0.9228),
		(10, 15, 1, 0.7529, 0.5032, 0.8894), (13, 12, 1, 0.6902, 0.4316, 0.8491), (16, 11, 1, 0.6275, 0.3675, 0.8049),
		(22, 7, 1, 0.5378, 0.2678, 0.7468), (23, 6, 1, 0.4482, 0.1881, 0.6801)$$,
	'Freireich 1963: the published table, with its 95 % band');
SELECT is(vsm.percentile(s, 0.5), '161 days', 'its median is 23 weeks') FROM estimate;
SELECT is(vsm.percentile(s, 0.25), '91 days', 'its quartile is 13 weeks') FROM estimate;
SELECT is(vsm.percentile(s, 0.6), NULL, 'fewer than 60 % finish within the longest duration seen: NULL') FROM estimate;
SELECT is(vsm.percentile(s, 0), '42 days', 'p = 0: the shortest duration seen') FROM estimate;
SELECT is(round(vsm.probability(s, '70 days')::numeric, 4), 0.2471, 'probability within 10 weeks') FROM estimate;
SELECT is(vsm.probability(s, '41 days'), 0::float8, 'before the first finish: 0') FROM estimate;
SELECT is(vsm.probability(s, '245 days'), vsm.probability(s, '161 days'), 'known up to and including the longest duration seen')
	FROM estimate;
SELECT is(vsm.probability(s, '245 days 00:00:00.000001'), NULL, 'beyond it: NULL') FROM estimate;
-- (Machines of 32 bits may reckon with more digits than float8 has.)
SELECT is(round(vsm.probability(s, '42 days', '70 days')::numeric, 12), round(1 - 0.6274509803921569 / 0.7529411764705882, 12),
	'probability given an age')
	FROM estimate;
SELECT is(vsm.probability(s, '175 days', '70 days') IS NOT NULL AND vsm.probability(s, '176 days', '70 days') IS NULL, true,
	'given an age: known until age and time reach the longest duration') FROM estimate;
SELECT is(vsm.probability(s, '0', '70 days'), 0::float8, 'given an age: nothing happens in no time') FROM estimate;
SELECT is(vsm.probability(s, '1 day', '246 days'), NULL, 'given an age beyond the longest: NULL') FROM estimate;
SELECT is(vsm.eta(s, '70 days', 0.15), '42 days', 'eta: the remaining time') FROM estimate;
SELECT is(vsm.eta(s, '70 days', 0.9), NULL, 'eta: NULL where the estimate does not reach') FROM estimate;

--
-- Random censored data against the definitions in plain SQL.
--
CREATE AGGREGATE pg_temp.product(float8) (SFUNC = float8mul, STYPE = float8, INITCOND = 1);
CREATE TEMP TABLE work AS
SELECT g % 5 AS team,
	CASE g % 5 WHEN 0 THEN floor(random() * 30) * interval '1 day'
		WHEN 1 THEN (random() * 1e13)::bigint * interval '1 microsecond'
		WHEN 2 THEN round(random() * 500) * interval '1 hour'
		WHEN 3 THEN floor(random() * 4) * interval '1 day' + interval '1 second'
		ELSE random() * interval '90 days' END AS duration,
	random() < CASE g % 5 WHEN 4 THEN 1 WHEN 3 THEN 0.3 ELSE 0.7 END AS finished
FROM generate_series(1, 6000) AS g;
CREATE TEMP TABLE team_estimate AS SELECT team, vsm.survival(duration, finished) AS s FROM work GROUP BY team;

-- S after every duration seen, by the definition.
CREATE TEMP TABLE oracle AS
SELECT team, duration, at_risk, died, s,
	CASE WHEN s > 0 THEN sqrt(sum(CASE WHEN at_risk > died THEN died / (at_risk * (at_risk - died)) END) OVER w) / nullif(abs(ln(s)),
		0) END AS sigma
FROM (
	SELECT team, duration, died, at_risk,
		pg_temp.product((at_risk - died) / at_risk) OVER (PARTITION BY team ORDER BY duration) AS s
	FROM (
		SELECT team, duration, (count(*) FILTER (WHERE finished))::float8 AS died,
			(sum(count(*)) OVER (PARTITION BY team ORDER BY duration DESC))::float8 AS at_risk
		FROM work GROUP BY team, duration) AS counted) AS estimated
WINDOW w AS (PARTITION BY team ORDER BY duration);
CREATE INDEX ON oracle (team, duration);
ANALYZE oracle;

CREATE TEMP VIEW curve AS SELECT team, c.* FROM team_estimate, vsm.curve(s) AS c;
SELECT is_empty($$
	(SELECT team, duration, at_risk, finished FROM curve
	 EXCEPT ALL SELECT team, duration, at_risk::bigint, died::bigint FROM oracle WHERE died > 0)
	UNION ALL
	(SELECT team, duration, at_risk::bigint, died::bigint FROM oracle WHERE died > 0
	 EXCEPT ALL SELECT team, duration, at_risk, finished FROM curve)$$,
	'curve: a row for every duration with a finish, with its counts');
SELECT is_empty($$
	SELECT * FROM curve JOIN oracle USING (team, duration)
	WHERE NOT (abs(survival - s) <= 1e-12 * s)$$,
	'curve: S is that of plain SQL to 1e-12');
SELECT is_empty($$
	SELECT * FROM curve JOIN oracle USING (team, duration)
	WHERE (s = 0) IS DISTINCT FROM (lower IS NULL) OR (s = 0) IS DISTINCT FROM (upper IS NULL)
	OR s > 0 AND NOT (abs(lower - power(s, exp(1.959963984540054 * sigma))) <= 1e-9
		AND abs(upper - power(s, exp(-1.959963984540054 * sigma))) <= 1e-9)$$,
	'curve: the band is that of plain SQL');
SELECT is_empty($$
	SELECT * FROM team_estimate, (SELECT i / 37.0 AS p FROM generate_series(0, 37) AS i) AS asked
	WHERE vsm.percentile(s, p) IS DISTINCT FROM
		(SELECT min(duration) FROM oracle o WHERE o.team = team_estimate.team AND o.s <= (1 - p::float8) * (1 + 1e-12))$$,
	'percentile: the shortest duration seen, t, with S(t) <= 1 - p');
SELECT is_empty($$
	SELECT * FROM team_estimate, (SELECT random() * interval '130 days' AS within FROM generate_series(1, 20)
		UNION SELECT duration FROM work WHERE team = 0) AS asked
	WHERE abs(vsm.probability(s, within) - (
		SELECT 1 - coalesce(min(o.s), 1) FROM oracle o WHERE o.team = team_estimate.team AND duration <= within)) > 1e-12
	OR (vsm.probability(s, within) IS NULL) IS DISTINCT FROM
		(within > (SELECT max(duration) FROM oracle o WHERE o.team = team_estimate.team))$$,
	'probability: 1 - S, NULL beyond the longest duration');

CREATE TEMP TABLE asked AS
SELECT t.team, t.s AS survival, age, within, p, age + within > longest AS beyond, longest,
	(SELECT coalesce(min(o.s), 1) FROM oracle o WHERE o.team = t.team AND duration <= age) AS at_age,
	(SELECT coalesce(min(o.s), 1) FROM oracle o WHERE o.team = t.team AND duration <= age + within) AS at_end
FROM team_estimate t, (
	SELECT floor(random() * 110) * interval '1 day' AS age, floor(random() * 60) * interval '1 day' AS within, round(random()::numeric,
		2)::float8 AS p
	FROM generate_series(1, 80)) AS question,
	LATERAL (SELECT max(duration) AS longest FROM oracle o WHERE o.team = t.team) AS seen;
SELECT is_empty($$
	SELECT * FROM asked WHERE (vsm.probability(survival, within, age) IS NULL) IS DISTINCT FROM (beyond OR at_age = 0)
	OR abs(vsm.probability(survival, within, age) - (1 - at_end / nullif(at_age, 0))) > 1e-12$$,
	'probability given an age: 1 - S(age + within) / S(age)');
SELECT is_empty($$
	SELECT * FROM asked a WHERE vsm.eta(survival, age, p) IS DISTINCT FROM
		CASE WHEN age <= longest AND at_age > 0 THEN (
			SELECT min(o.duration) - age FROM oracle o
			WHERE o.team = a.team AND o.duration > age AND o.s <= (1 - p) * at_age * (1 + 1e-12)) END$$,
	'eta: the shortest duration with S(t) / S(age) <= 1 - p, less the age');
SELECT cmp_ok((SELECT count(*) FROM asked WHERE vsm.eta(survival, age, p) IS NOT NULL), '>', 100::bigint, 'enough of these have an answer');
SELECT cmp_ok((SELECT count(*) FROM asked WHERE vsm.eta(survival, age, p) IS NULL), '>', 100::bigint, 'and enough have none');

SELECT is_empty($$
	SELECT p FROM (SELECT least((i - 0.5) / 173, 1) AS p FROM generate_series(1, 174) AS i) AS asked,
		(SELECT s FROM team_estimate WHERE team = 4) AS e
	WHERE vsm.percentile(s, p) IS DISTINCT FROM
		(SELECT percentile_disc(p) WITHIN GROUP (ORDER BY duration) FROM work WHERE team = 4)$$,
	'without open items percentiles are the empirical ones');
SELECT is(vsm.percentile(vsm.survival(g * interval '1 hour', true), 0.9), '90:00:00',
	'a percentile that falls on a duration exactly is that one')
FROM generate_series(1, 100) AS g;
SELECT is_empty($$
	SELECT n, vsm.percentile(s, 1 - 1.0 / n) FROM (
		SELECT n, vsm.survival(g * interval '1 second', true) AS s FROM generate_series(1, 300) AS n, generate_series(1, n) AS g
			GROUP BY n) AS e
	WHERE vsm.percentile(s, 1 - 1.0 / n) <> greatest(n - 1, 1) * interval '1 second' OR vsm.percentile(s, 1) <> n * interval '1 second'$$,
	'all but the last of n, for every n: no rounding tips it');

-- Every second of 2m items is open: S is (2m over m) / 4^m, here by its asymptotic series.
SELECT cmp_ok(abs(ours / exact - 1), '<', 1e-13::float8, 'the product of 100,000 ratios keeps its precision')
FROM (SELECT 1 - vsm.probability(vsm.survival(g * interval '1 second', g % 2 = 1), '200000 s') AS ours
	FROM generate_series(1, 200000) AS g) AS o,
	(SELECT (1 - 1 / (8 * m) + 1 / (128 * m ^ 2)) / sqrt(pi() * m) AS exact FROM (SELECT 100000::float8 AS m) AS n) AS e;

--
-- Edges.
--
SELECT is(vsm.survival(duration, finished)::text, NULL, 'no rows: NULL') FROM work WHERE false;
SELECT is(vsm.survival(NULL, true)::text, NULL, 'only rows with a NULL duration: NULL');
SELECT is(vsm.survival(interval '1 day', NULL)::text, NULL, 'only rows with a NULL finished: NULL');
SELECT is(vsm.survival(d, f)::text, '{"days":true,"durations":[[86400000000,1,0]]}', 'rows with a NULL are skipped')
FROM (VALUES (interval '1 day', true), (NULL, true), ('2 days', NULL), (NULL, NULL)) AS v (d, f);
SELECT is_empty($$SELECT * FROM vsm.curve(NULL)$$, 'curve of NULL: no rows');
SELECT is(num_nulls(vsm.percentile(NULL, 0.5), vsm.probability(NULL, '1 day'), vsm.probability(NULL, '1 day', '1 day'), vsm.eta(NULL,
	'1 day', 0.5),
	vsm.percentile(s, NULL), vsm.probability(s, NULL), vsm.probability(s, '1 day', NULL), vsm.eta(s, NULL, 0.5), vsm.eta(s, '1 day',
		NULL)), 9,
	'a NULL argument: NULL') FROM estimate;

CREATE TEMP TABLE open_only AS SELECT vsm.survival(d, false) AS s FROM (VALUES (interval '3 days'), ('5 days')) AS v (d);
SELECT is_empty($$SELECT c.* FROM open_only, vsm.curve(s) AS c$$, 'nothing finished: no curve');
SELECT is(ARRAY[vsm.percentile(s, 0), vsm.percentile(s, 1e-300), vsm.percentile(s, 1)], ARRAY[interval '3 days', NULL, NULL],
	'nothing finished: no percentile but p = 0') FROM open_only;
SELECT is(ARRAY[vsm.probability(s, '5 days'), vsm.probability(s, '6 days')], ARRAY[0::float8, NULL],
	'nothing finished: probability 0 as far as seen') FROM open_only;

CREATE TEMP TABLE zero AS SELECT vsm.survival(d, true) AS s FROM (VALUES (interval '0'), ('0'), ('0'), ('1 day')) AS v (d);
SELECT is(ARRAY[vsm.probability(s, '0'), vsm.probability(s, '0', '0'), vsm.probability(s, '1 day'), vsm.probability(s, '2 days')],
	ARRAY[0.75, 0, 1, NULL]::float8[],
	'durations of 0 count: P(T <= 0) is theirs, P(T <= 0 | T > 0) is 0') FROM zero;
SELECT is(ARRAY[vsm.percentile(s, 0.75), vsm.percentile(s, 0.76), vsm.eta(s, '0', 0.01), vsm.eta(s, '1 day', 0.5)], ARRAY['0', '1 day',
	'1 day', NULL]::interval[],
	'durations of 0: percentile 0, while what is open lasts longer') FROM zero;
SELECT results_eq($$SELECT duration, at_risk, finished, survival, lower IS NULL, upper IS NULL FROM zero, vsm.curve(s)$$,
	$$VALUES (interval '0', 4::bigint, 3::bigint, 0.25::float8, false, false), ('1 day', 1, 1, 0, true, true)$$, 'no band where S is 0');
SELECT is(vsm.probability(s, '106751991 days 04:00:54.775807', '1 day'), NULL,
	'age and time beyond bigint are beyond the longest duration') FROM estimate;
SELECT is(vsm.percentile(vsm.survival('106751991 days 04:00:54.775807', true), 1), '106751991 days 04:00:54.775807',
	'the longest duration there is');

-- Days as wall clock has them, hours as working time has them.
SELECT is(vsm.percentile(vsm.survival(d, true), 1)::text, '50:00:00', 'working time stays in hours') FROM (VALUES (interval '20:00'),
	('50:00')) AS v (d);
SELECT is(vsm.percentile(vsm.survival(d, true), 1)::text, '2 days 02:00:00', 'days if any duration came in days')
	FROM (VALUES (interval '1 day'), ('50:00')) AS v (d);
SELECT is(vsm.eta(vsm.survival(d, true), '1 hour', 1)::text, '2 days 01:00:00', 'and so does the remaining time')
	FROM (VALUES (interval '1 day'), ('50:00')) AS v (d);

--
-- Errors.
--
SELECT is(pg_temp.failure($$SELECT vsm.survival(interval '-1 second', true)$$), '22023 | a duration cannot be negative',
	'negative duration');
SELECT is(pg_temp.failure($$SELECT vsm.survival(interval '1 day -25 hours', true)$$), '22023 | a duration cannot be negative',
	'negative in sum');
SELECT is(pg_temp.failure($$SELECT vsm.survival(interval '1 month', true)$$),
	'22023 | a duration cannot be given in months | A month has no fixed length. | Write it in days or smaller; a day is 24 hours.',
		'months');
SELECT is(pg_temp.failure($$SELECT vsm.survival(interval '178000000 days', true)$$), '22008 | interval out of range', 'beyond bigint');
SELECT is(pg_temp.failure(format('SELECT vsm.percentile(s, %L) FROM estimate', p)),
	'22023 | a probability must be between 0 and 1 | The probability asked for is ' || replace(p, 'nan', 'NaN') || '.', 'percentile: p = '
		|| p)
FROM unnest('{-0.1,1.1,nan,Infinity}'::text[]) AS p;
SELECT is(pg_temp.failure('SELECT vsm.eta(s, ''1 day'', 2) FROM estimate'),
	'22023 | a probability must be between 0 and 1 | The probability asked for is 2.', 'eta: p');
SELECT is(pg_temp.failure('SELECT vsm.eta(s, ''-1 day'', 0.5) FROM estimate'), '22023 | an age cannot be negative', 'eta: negative age');
SELECT matches(pg_temp.failure('SELECT vsm.probability(s, ''1 month'') FROM estimate'),
	'^22023 . a time to finish within cannot be given in months', 'probability: months');
SELECT is(pg_temp.failure('SELECT vsm.probability(s, ''1 day'', ''-1 day'') FROM estimate'), '22023 | an age cannot be negative',
	'probability: negative age');

-- Of the text form, one by one.
SELECT is(pg_temp.failure(format('SELECT %L::vsm.survival', form)), '22P02 | invalid input syntax for type vsm.survival | ' || detail,
	'text form: ' || left(form, 60))
FROM (VALUES
	('[]', 'A survival estimate is an object, not an array.'),
	('7', 'A survival estimate is an object, not a number.'),
	('{}', 'A survival estimate needs the key "durations".'),
	('{"durations":[]}', 'A survival estimate needs at least one duration.'),
	('{"durations":7}', '"durations" must be an array, not a number.'),
	('{"durations":{}}', '"durations" must be an array, not an object.'),
	('{"durations":[1]}', 'Each element of "durations" must be an array, not a number.'),
	('{"durations":[[1,1]]}', 'Each element of "durations" must have 3 numbers: microseconds, finished, open.'),
	('{"durations":[[1,1,0,0]]}', 'Each element of "durations" must have 3 numbers: microseconds, finished, open.'),
	('{"durations":[[1,0,0]]}', 'Duration 1 has no items.'),
	('{"durations":[[-1,1,0]]}', '"-1" is not a whole number from 0 to 9223372036854775807.'),
	('{"durations":[[1.5,1,0]]}', '"1.5" is not a whole number from 0 to 9223372036854775807.'),
	('{"durations":[[9223372036854775808,1,0]]}', '"9223372036854775808" is not a whole number from 0 to 9223372036854775807.'),
	('{"durations":[[1,9223372036854775807,1]]}', 'The number of items is beyond the range of bigint.'),
	('{"durations":[[1,null,1]]}', 'A duration and its counts must be numbers, not null.'),
	('{"durations":[[1,[],1]]}', 'A duration and its counts must be numbers, not an array.'),
	('{"days":1,"durations":[[1,1,0]]}', '"days" must be a boolean, not a number.'),
	('{"resolution":3,"durations":[[1,1,0]]}', '"resolution" must be a power of two of at most 8796093022208.'),
	('{"resolution":"4","durations":[[1,1,0]]}', '"resolution" must be a number, not a string.'),
	('{"durations":[[1,1,0]],"durations":[[1,1,0]]}', 'Key "durations" stands twice in a survival estimate.'),
	('{"duration":[[1,1,0]]}', 'Unknown key "duration" in a survival estimate.'),
	('{"durations":[[1,1,0]', 'The input string ended unexpectedly.')) AS wrong (form, detail);
SELECT is(pg_temp.failure($$SELECT vsm.merge(s, s) FROM (SELECT '{"durations":[[1,9223372036854775807,0]]}'::vsm.survival AS s) AS x$$),
	'22003 | too many durations | Their number is beyond the range of bigint.', 'more items than bigint counts');

--
-- The value: its forms.
--
SELECT is('{"durations" : [[3,0,2], [1,1,0],[3,1,0]], "days":false, "resolution":1}'::vsm.survival::text,
	'{"durations":[[1,1,0],[3,1,2]]}', 'the text form is made canonical');
SELECT is_empty($$SELECT * FROM team_estimate WHERE s::text::vsm.survival::text <> s::text OR s::json::vsm.survival::text <> s::text
	OR s::jsonb::vsm.survival::text <> s::text
	OR vsm.survival_send(s::text::vsm.survival) <> vsm.survival_send(s)$$, 'text, json and jsonb lose nothing');
SELECT is(to_jsonb(s), s::jsonb, 'to_jsonb gives the value, not a string') FROM open_only;
COPY (SELECT team, s FROM team_estimate) TO PROGRAM 'cat > vsm_survival_test.copy' (FORMAT binary);
CREATE TEMP TABLE received (team int, s vsm.survival);
COPY received FROM PROGRAM 'cat vsm_survival_test.copy; rm vsm_survival_test.copy' (FORMAT binary);
SELECT is_empty($$SELECT * FROM team_estimate e FULL JOIN received r USING (team) WHERE e.s::text IS DISTINCT FROM r.s::text
	OR vsm.percentile(e.s, 0.5) IS DISTINCT FROM vsm.percentile(r.s, 0.5)$$,
	'binary form loses nothing');
-- COPY's signature, flags, length of extension, one column, its length and bytes, the end.
CREATE FUNCTION pg_temp.receive(value text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.failure(format('COPY received (s) FROM PROGRAM %L (FORMAT binary)',
		'printf "' || string_agg('\' || (b >> 6) || (b >> 3 & 7) || (b & 7), '' ORDER BY i) || '"'))
	FROM (SELECT i, get_byte(bytes, i) AS b
		FROM (SELECT decode('5047434f50590aff0d0a0000000000000000000001' || lpad(to_hex(length(value) / 2), 8, '0') || value || 'ffff',
			'hex') AS bytes) AS x,
			generate_series(0, length(bytes) - 1) AS i) AS y
$$;
SELECT is(pg_temp.receive('01' || '01' || '00' || '00000001' || '0000000000000007' || '0000000000000002' || '0000000000000001'),
	'no error', 'binary input: a right one');
SELECT is((SELECT s::text FROM received WHERE team IS NULL), '{"days":true,"durations":[[7,2,1]]}', 'binary input: what it is');
SELECT is(pg_temp.receive(value), '22P03 | ' || failure, 'binary input: ' || value)
FROM (VALUES
	('02' || '00' || '00' || '00000001' || '0000000000000007' || '0000000000000002' || '0000000000000001',
	 'invalid binary format of type vsm.survival | Its format version is 2; this version of vsm reads 1.'),
	('01' || '02' || '00' || '00000001' || '0000000000000007' || '0000000000000002' || '0000000000000001',
		'invalid header of a binary survival estimate'),
	('01' || '00' || '40' || '00000001' || '0000000000000007' || '0000000000000002' || '0000000000000001',
		'invalid header of a binary survival estimate'),
	('01' || '00' || '00' || '00000000', 'invalid header of a binary survival estimate'),
	('01' || '00' || '00' || '7fffffff' || '0000000000000007' || '0000000000000002' || '0000000000000001',
		'invalid header of a binary survival estimate'),
	('01' || '00' || '00' || '00000001' || 'ffffffffffffffff' || '0000000000000002' || '0000000000000001',
	 'invalid duration in a binary survival estimate | A duration or a count is negative, or there are no items.'),
	('01' || '00' || '00' || '00000001' || '0000000000000007' || '0000000000000000' || '0000000000000000',
	 'invalid duration in a binary survival estimate | A duration or a count is negative, or there are no items.')) AS wrong (value,
		failure);

--
-- The same whatever the order and whoever gathers.
--
CREATE TEMP TABLE whole AS SELECT vsm.survival(duration, finished) AS s FROM work;
SELECT is((SELECT vsm.survival(duration, finished ORDER BY random()) FROM work)::text, s::text, 'any order') FROM whole;
SELECT is((SELECT vsm.survival(duration, finished ORDER BY duration, finished) FROM work)::text, s::text, 'sorted') FROM whole;
SELECT is((SELECT vsm.survival(duration, finished ORDER BY duration DESC, finished DESC) FROM work)::text, s::text,
	'sorted the other way') FROM whole;
SELECT is((SELECT vsm.merge(s) FROM team_estimate)::text, s::text, 'merged from groups') FROM whole;
SELECT is((SELECT vsm.merge(part) FROM (SELECT vsm.survival(duration, finished) AS part FROM work GROUP BY (random() * 100)::int)
	AS p)::text, s::text,
	'merged from random parts') FROM whole;
SELECT is(vsm.merge(vsm.merge(a, b), c)::text, s::text, 'merged one by one') FROM whole,
	(SELECT vsm.survival(duration, finished) FILTER (WHERE team = 0) AS a, vsm.survival(duration, finished) FILTER (WHERE team IN (1, 2))
		AS b,
		vsm.survival(duration, finished) FILTER (WHERE team > 2) AS c FROM work) AS part;
SELECT is(vsm.merge(s, NULL)::text, NULL, 'merged with NULL: NULL') FROM whole;
SELECT is((SELECT vsm.merge(part)::text FROM (VALUES (NULL::vsm.survival), (s), (NULL)) AS v (part)), s::text, 'the aggregate skips NULL')
	FROM whole;
SELECT is(vsm.survival_add(vsm.survival_add(NULL, '3 days', false), '5 days', false)::text, s::text,
	'the transition function called by hand') FROM open_only;
SELECT is_empty($$
	SELECT * FROM (SELECT row_number() OVER w AS n, vsm.survival(duration, finished) OVER w AS s FROM work WHERE team = 0
		WINDOW w AS (ORDER BY duration, finished ROWS UNBOUNDED PRECEDING)) AS running
	WHERE n % 100 = 0 AND s::text <> (SELECT vsm.survival(duration, finished)::text
		FROM (SELECT duration, finished FROM work WHERE team = 0 ORDER BY duration, finished LIMIT n) AS first)$$, 'as a window function');

CREATE TABLE survival_work (team int, duration interval, finished boolean) PARTITION BY HASH (team);
CREATE TABLE survival_work_0 PARTITION OF survival_work FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE survival_work_1 PARTITION OF survival_work FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE survival_work_2 PARTITION OF survival_work FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO survival_work SELECT * FROM work;
ANALYZE survival_work;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text; plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP plan := plan || line || E'\n'; END LOOP;
	RETURN plan;
END $$;
SELECT matches(pg_temp.plan('SELECT vsm.survival(duration, finished) FROM survival_work'), 'Finalize Aggregate.*Gather.*Partial',
	'gathered in parallel');
SELECT is((SELECT vsm.survival(duration, finished) FROM survival_work)::text, s::text, 'parallel = serial') FROM whole;
SELECT is_empty($$SELECT * FROM (SELECT team, vsm.survival(duration, finished) AS s FROM survival_work GROUP BY team) AS p
	JOIN team_estimate t USING (team)
	WHERE p.s::text <> t.s::text$$, 'parallel = serial, by group');
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL enable_partitionwise_aggregate = on;
SELECT matches(pg_temp.plan('SELECT vsm.survival(duration, finished) FROM survival_work'), 'Finalize Aggregate.*Append.*Partial',
	'gathered partition-wise');
SELECT is((SELECT vsm.survival(duration, finished) FROM survival_work)::text, s::text, 'partition-wise = serial') FROM whole;

--
-- More than 2097152 different durations: rounded up, in the same way whoever gathers.
--
CREATE TEMP TABLE most (s vsm.survival);
CREATE TEMP TABLE rounded (s vsm.survival);
ALTER TABLE most ALTER s SET STORAGE EXTERNAL;
ALTER TABLE rounded ALTER s SET STORAGE EXTERNAL;
INSERT INTO most SELECT vsm.survival(g * interval '3 microseconds', g % 2 = 0) AS s FROM generate_series(2097152, 1, -1) AS g;
INSERT INTO rounded SELECT vsm.survival(g * interval '3 microseconds', g % 2 = 0) AS s FROM generate_series(0, 2097152) AS g;
SELECT results_eq('SELECT duration, at_risk, finished FROM most, vsm.curve(s) LIMIT 3',
	$$VALUES (interval '6 us', 2097151::bigint, 1::bigint), ('12 us', 2097149, 1), ('18 us', 2097147, 1)$$, '2097152 are kept as they are');
SELECT results_eq('SELECT duration, at_risk, finished FROM rounded, vsm.curve(s) LIMIT 4',
	$$VALUES (interval '0', 2097153::bigint, 1::bigint), ('8 us', 2097151, 1), ('12 us', 2097150, 1), ('20 us', 2097147, 1)$$,
	'one more, and all are rounded up to multiples of 4 microseconds');
SELECT ok(vsm.survival_send(vsm.merge(m.s, '{"durations":[[0,1,0]]}')) = vsm.survival_send(r.s), 'the same from parts') FROM most m,
	rounded r;
SELECT ok(abs(extract(epoch FROM vsm.percentile(r.s, 0.5) - vsm.percentile(m.s, 0.5))) <= 6e-6,
	'with percentiles a millionth of the longest off at most')
FROM rounded r, most m;

-- A long gathering can be cancelled.
SELECT is(pg_temp.cancel('SELECT vsm.merge(s) FROM rounded, generate_series(1, 1000)'), '57014 | canceling statement due to user request',
	'cancellable');

SELECT finish();
ROLLBACK;
