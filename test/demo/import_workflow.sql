-- The workflow is the one of the file (psql variable workflow).
CREATE TABLE my_workflow AS SELECT :'workflow'::vsm.workflow AS wf;
SELECT 'States that the workflow does not name: ' || string_agg(format('%s (%s)', state, count_of(events, 'event')), ', ' ORDER BY events DESC, state) || '.'
FROM (SELECT state, count(*) AS events FROM jira_event WHERE state NOT IN (
	SELECT jsonb_array_elements_text(coalesce(s -> 'states', '[]') || coalesce(s -> 'until', '[]') || jsonb_build_array(s -> 'name'))
	FROM my_workflow, jsonb_array_elements(wf::jsonb -> 'stages') AS s) GROUP BY state) u HAVING count(*) > 0;
