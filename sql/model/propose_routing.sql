/*
 * SELECT * FROM vsm.propose_routing('flow'): the ten-minute way from loaded items to results. For
 * each project that no rule of routing matches a value stream is proposed, with a workflow drafted
 * from the states of its items in which the states of code have their stages, and a rule that leads
 * there.
 */
-- Made where the events are, also on the nodes of Citus, which plans no join of these with items.
CREATE FUNCTION vsm.proposed_timelines(model text, items text[]) RETURNS TABLE (item text, timeline vsm.timeline)
LANGUAGE plpgsql STABLE ROWS 2000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE format(
		'SELECT e.entity, vsm.timeline(e.at, e.state) FROM %I.event AS e
		 WHERE e.entity = ANY ($1) AND e.method IS DISTINCT FROM ''label'' GROUP BY e.entity', model) USING items;
END
$$;
COMMENT ON FUNCTION vsm.proposed_timelines(text, text[]) IS
	'the states of items of a model, from which a workflow is drafted; a part of vsm.propose_routing';

CREATE FUNCTION vsm.propose_routing(model text) RETURNS TABLE (rank integer, project text, value_stream text, items bigint, workflow jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	proposed record;
	next     integer;
	name     text;
BEGIN
	PERFORM vsm.check_model(model, 'item', 'event', 'routing', 'value_stream');
	PERFORM vsm.check_owner(model);
	PERFORM vsm.enter_model(model);
	SELECT coalesce(max(r.rank), 0) INTO next FROM routing AS r;
	FOR proposed IN
		SELECT i.project, count(*) AS items, vsm.propose_workflow(t.timeline) AS workflow
		FROM (
				SELECT n.project, array_agg(n.item) AS items
				FROM (
					SELECT i.item, i.project, row_number() OVER (PARTITION BY i.project ORDER BY i.item) / 2000 AS part
					FROM item AS i JOIN routed_item AS r ON r.item = i.item
					WHERE r.value_stream IS NULL AND i.project IS NOT NULL) AS n
				GROUP BY n.project, n.part) AS i,
			LATERAL (
				SELECT p.timeline
				FROM unnest(i.items) AS n (item)
					LEFT JOIN vsm.proposed_timelines(propose_routing.model, i.items) AS p ON p.item = n.item) AS t
		GROUP BY i.project
		HAVING count(t.timeline) > 0
		ORDER BY i.project COLLATE "C"
	LOOP
		-- A value stream of that name is somebody's: a rule leads there only if it has a workflow.
		name := proposed.project;
		next := (next / 10 + 1) * 10;
		workflow := vsm.with_delivery(proposed.workflow)::jsonb;
		INSERT INTO value_stream (value_stream, workflow) VALUES (name, propose_routing.workflow) ON CONFLICT DO NOTHING;
		INSERT INTO routing (rank, project, value_stream, workflow)
		VALUES (next, replace(replace(replace(proposed.project, '\', '\\'), '%', '\%'), '_', '\_'), name,
			CASE WHEN (SELECT v.workflow IS NULL OR v.workflow <> propose_routing.workflow FROM value_stream AS v
				WHERE v.value_stream = name)
				THEN propose_routing.workflow END);
		rank := next;
		project := proposed.project;
		value_stream := name;
		items := proposed.items;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.propose_routing(text) IS
	'for each project of a model that no rule of routing matches: adds a value stream of its name, with a workflow drafted from the states '
	'of its '
	'items and with those of code, and a rule that leads there; returns what it added, and changes no row that is there';
