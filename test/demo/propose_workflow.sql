-- Without a workflow one is proposed from the events, printed and used.
CREATE TABLE my_workflow AS
SELECT vsm.propose_workflow(timeline) AS wf FROM (SELECT vsm.timeline(at, state) AS timeline FROM jira_event GROUP BY item) t;

SELECT E'\nThis workflow is a proposal made from the events: save it, correct its classes (new, active, waiting,\n'
	|| E'blocked, done, cancelled), and give it back with WORKFLOW=file.json.\n\n{"stages": [';
SELECT '  ' || stage || CASE WHEN place < count(*) OVER () THEN ',' ELSE ']' || coalesce(rules, '') || '}' END
FROM my_workflow, json_array_elements(wf::json -> 'stages') WITH ORDINALITY AS s(stage, place),
	LATERAL (SELECT string_agg(format(E',\n "%s": %s', key, value), '') AS rules FROM json_each(wf::json) WHERE key <> 'stages') r
ORDER BY place;
