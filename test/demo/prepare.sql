-- What every part of the demo's report reads; psql variables: as_of, bar (the letter that bars are drawn with).
--   timeline(item, timeline)   flow(item, ...)   visit(item, ...)   stage(place, stage, class, ...)
--   wait(item, cause, place, waiting_for, time): where the clock ran without work
CREATE TABLE demo AS SELECT :'as_of'::timestamptz AS as_of, :'bar'::text AS bar;

CREATE TABLE timeline AS SELECT item, vsm.timeline(at, state, seq) AS timeline FROM jira_event GROUP BY item;

CREATE TABLE flow AS
SELECT item, f.* FROM timeline, demo, vsm.flow(timeline, (SELECT wf FROM my_workflow), NULL, as_of) AS f;

CREATE TABLE visit AS
SELECT item, v.* FROM timeline, demo, vsm.visits(timeline, (SELECT wf FROM my_workflow), NULL, as_of) AS v;

CREATE TABLE stage AS
SELECT place::int, stage ->> 'name' AS stage, stage ->> 'class' AS class,
	stage ->> 'waiting_for' AS waiting_for, stage ->> 'owner' AS owner, (stage ->> 'limit')::int AS wip_limit
FROM my_workflow, jsonb_array_elements(wf::jsonb -> 'stages') WITH ORDINALITY AS s(stage, place);

-- A visit waits for its whole length unless its stage is active; what a layer covers is the layer's.
-- Layers that overlap are one period, so time under several is the first one's.
CREATE TABLE wait AS
SELECT item, coalesce(s.place, 1000) AS place, v.stage AS cause, s.waiting_for, sum(v.duration - v.blocked) AS time
FROM visit v LEFT JOIN stage s USING (stage)
WHERE v.on_clock AND v.class <> 'active' GROUP BY 1, 2, 3, 4
UNION ALL
SELECT v.item, b.place, b.stage, b.waiting_for, sum(v.blocked)
FROM visit v, (SELECT * FROM stage WHERE class = 'blocked' ORDER BY place LIMIT 1) b
WHERE v.on_clock GROUP BY 1, 2, 3, 4;
DELETE FROM wait WHERE time < '1 second';

-- How a person says a length of time, a share, and a bar.
CREATE FUNCTION seconds(interval) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN extract(epoch FROM $1)::float8;

CREATE FUNCTION say(seconds float8) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN seconds < 30 THEN '0 min'
	WHEN seconds < 3600 THEN round(seconds / 60) || ' min'
	WHEN seconds < 86399 THEN to_char(seconds / 3600, 'FM990.0') || ' hours'
	ELSE to_char(seconds / 86400, 'FM999990.0') || ' days' END;

CREATE FUNCTION say(share numeric) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN share > 0 AND share < 0.01 THEN '<1 %' ELSE round(100 * share) || ' %' END;

CREATE FUNCTION bar(share numeric, width int) RETURNS text LANGUAGE sql STABLE
RETURN repeat((SELECT bar FROM demo), ceil(coalesce(share, 0) * width)::int);

-- A cell of a table: padded to its width, flush right (and never cut) if that is negative.
CREATE FUNCTION cell(content text, width int) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN width < 0 THEN repeat(' ', -width - char_length(coalesce(content, ''))) || coalesce(content, '')
	WHEN char_length(content) > width THEN left(content, width - 3) || '...'
	ELSE rpad(coalesce(content, ''), width) END;
