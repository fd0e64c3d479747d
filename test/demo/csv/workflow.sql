-- The workflow: the one of a file (psql variable workflow), or else a proposal, which is printed. What kind of file it is
-- says more than the names of states: the order of columns, what was work and what waiting, which end is one.
CREATE TABLE my_workflow (wf vsm.workflow);

-- A workflow from its stages, each with its place, and the rules that go with them.
CREATE FUNCTION workflow_of(stages text, rules text) RETURNS vsm.workflow LANGUAGE sql IMMUTABLE
RETURN format('{"stages": [%s]%s}', stages, rules)::vsm.workflow;

\if :{?workflow}
	INSERT INTO my_workflow SELECT :'workflow'::vsm.workflow;
	SELECT 'States that the workflow does not name: ' || string_agg(format('%s (%s)', state, count_of(events, 'event')), ', '
		ORDER BY events DESC, state) || '.'
	FROM (SELECT state, count(*) AS events FROM jira_event WHERE state NOT IN (
		SELECT jsonb_array_elements_text(coalesce(s -> 'states', '[]') || coalesce(s -> 'until', '[]') || jsonb_build_array(s -> 'name'))
		FROM my_workflow, jsonb_array_elements(wf::jsonb -> 'stages') AS s) GROUP BY state) u HAVING count(*) > 0;
\else
	CREATE TABLE csv_proposal AS
	WITH proposal AS (
		SELECT vsm.propose_workflow(timeline)::json AS wf FROM (SELECT vsm.timeline(at, state, seq) AS timeline FROM jira_event
			GROUP BY item) t
		WHERE (SELECT kind FROM csv_kind) <> 'list')
	SELECT place, stage ->> 'name' AS name, stage ->> 'class' AS class, stage,
		(SELECT coalesce(string_agg(format(', %s: %s', to_json(key), value), ''), '') FROM json_each(wf) WHERE key <> 'stages') AS rules
	FROM proposal, json_array_elements(wf -> 'stages') WITH ORDINALITY AS s(stage, place);

	-- Columns that are stages stand in their order,
	UPDATE csv_proposal p SET place = s.step FROM csv_stage s JOIN csv_column USING (place) WHERE shown = p.name;

	-- and where they say when an item was created, started and closed, they say the class, too.
	UPDATE csv_proposal p SET stage = json_build_object('name', p.name, 'class', c.class) FROM csv_class c JOIN csv_column USING (place)
		WHERE shown = p.name;

	-- What was done from when to when is work; after it an item waits, or has ended where most of its items did so.
	CREATE TABLE csv_ended AS
	SELECT state, count(DISTINCT item) AS items, count(*) FILTER (WHERE last) AS ended
	FROM (SELECT item, state, row_number() OVER (PARTITION BY item ORDER BY at DESC, seq DESC) = 1 AS last FROM jira_event
		WHERE (SELECT kind FROM csv_kind) = 'spells') e GROUP BY state;
	UPDATE csv_proposal p SET class = CASE
		WHEN NOT starts_with(p.name, 'after ') THEN 'active'
		WHEN 2 * ended < e.items AND ended < (SELECT max(ended) FROM csv_ended) OR ended < 0.02 * (SELECT count(*) FROM item) THEN 'waiting'
		WHEN EXISTS (SELECT FROM csv_proposal c WHERE 'after ' || c.name = p.name AND c.class = 'cancelled') THEN 'cancelled'
		ELSE 'done' END
	FROM csv_ended e WHERE e.state = p.name;
	UPDATE csv_proposal SET stage = json_build_object('name', name, 'class', class) WHERE (SELECT kind FROM csv_kind) = 'spells';

	-- A list: created, and closed.
	INSERT INTO csv_proposal
	SELECT CASE role WHEN 'created' THEN 1 WHEN 'closed' THEN 2 ELSE 3 END, shown, NULL,
		json_build_object('name', shown, 'class', CASE role WHEN 'created' THEN 'active' WHEN 'closed' THEN 'done' ELSE 'cancelled' END), ''
	FROM csv_role JOIN csv_column USING (place) WHERE role IN ('created', 'closed', 'cancelled') AND (SELECT kind FROM csv_kind) = 'list';

	INSERT INTO my_workflow SELECT workflow_of(string_agg(stage::text, ', ' ORDER BY place), min(rules)) FROM csv_proposal;
	SELECT E'\nThis workflow is a proposal made from the events: save it, correct its classes (new, active, waiting,\n'
		|| E'blocked, done, cancelled), and give it back with WORKFLOW=file.json.\n\n{"stages": [' FROM csv_kind WHERE kind <> 'list';
	SELECT '  ' || stage || CASE WHEN place < count(*) OVER () THEN ',' ELSE ']' || coalesce(rules, '') || '}' END
	FROM my_workflow, json_array_elements(wf::json -> 'stages') WITH ORDINALITY AS s(stage, place),
		LATERAL (SELECT string_agg(format(E',\n "%s": %s', key, value), '') AS rules FROM json_each(wf::json) WHERE key <> 'stages') r
	WHERE (SELECT kind FROM csv_kind) <> 'list' ORDER BY place;
\endif

-- The end of the file's time, unless that is a slip of the pen; events of one instant follow each other by microseconds.
CREATE TABLE csv_as_of AS
SELECT coalesce(max(at) FILTER (WHERE at <= now()), max(at)) + interval '1 millisecond' AS as_of FROM jira_event;
