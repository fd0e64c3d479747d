/*
 * When several teams are done with what each of them has left. Teams are independent, so the chance
 * that all are is the product of theirs. Samples of teams stand in a jsonb array of arrays, since
 * arrays of PostgreSQL are rectangular and a team that is new has fewer weeks.
 */

CREATE FUNCTION vsm.joint_probability(samples jsonb, items integer[], periods integer) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
BEGIN ATOMIC
	-- A product that is exact where one of them is 0.
	SELECT CASE WHEN min(t.chance) > 0 THEN exp(sum(ln(nullif(t.chance, 0)))) WHEN count(t.chance) = count(*) THEN 0 END
	FROM (
		SELECT vsm.forecast_probability(ARRAY(SELECT e.value::integer FROM jsonb_array_elements_text(s.value) AS e), i.items, periods)
			AS chance
		FROM jsonb_array_elements(samples) WITH ORDINALITY AS s (value, place)
			JOIN unnest(items) WITH ORDINALITY AS i (items, place) ON i.place = s.place) AS t
	WHERE periods >= 0
	HAVING count(*) = count(t.chance);
END;
COMMENT ON FUNCTION vsm.joint_probability(jsonb, integer[], integer) IS
	'the probability (0..1) that each of several teams finishes so many items within so many periods, by samples of each; a part of the '
	'views of a model';

CREATE FUNCTION vsm.joint_periods(samples jsonb, items integer[], p float8) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
BEGIN ATOMIC
	-- Not before the slowest is done with that probability; surely when each is with its root of the number of teams.
	SELECT n.periods
	FROM (
			SELECT max(f.first) AS first, max(f.last) AS last, count(*) = count(f.first) AS comes
			FROM (
				-- (OFFSET 0: each forecast is made once, and of one team there is one.)
				SELECT vsm.forecast_periods(t.samples, t.items, p) AS first,
					CASE WHEN t.teams > 1 THEN vsm.forecast_periods(t.samples, t.items, least(power(p, 1.0 / t.teams) + 1e-12, 1))
						END AS last
				FROM (
					SELECT ARRAY(SELECT e.value::integer FROM jsonb_array_elements_text(s.value) AS e) AS samples, i.items,
						jsonb_array_length(joint_periods.samples) AS teams
					FROM jsonb_array_elements(joint_periods.samples) WITH ORDINALITY AS s (value, place)
						JOIN unnest(joint_periods.items) WITH ORDINALITY AS i (items, place) ON i.place = s.place
					OFFSET 0) AS t
				OFFSET 0) AS f) AS b,
		LATERAL generate_series(b.first, coalesce(b.last, b.first)) AS n (periods)
	WHERE b.comes AND b.first <= 5200
	AND (jsonb_array_length(samples) = 1 OR vsm.joint_probability(samples, items, n.periods) >= p * (1 - 1e-12))
	ORDER BY n.periods LIMIT 1;
END;
COMMENT ON FUNCTION vsm.joint_periods(jsonb, integer[], float8) IS
	'the smallest number of periods within which each of several teams finishes so many items with probability p together, by samples of '
	'each; NULL if there is none, or more than 5,200; a part of the views of a model';
