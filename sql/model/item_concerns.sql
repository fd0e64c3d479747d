/*
 * Items whose events concern others, too: by one of their names they are a part of the work on these, a change, an incident, a
 * deployment or a commit. They are few, and item_flow marks them, so that of new events of the others nothing is looked for. Whatever
 * makes an item such a one, or none, is a change of a row with one of its names, for which refresh makes the item anew, its parts
 * included, and with them this mark.
 */

CREATE FUNCTION vsm.items_that_concern_others(items text[]) RETURNS text[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	RETURN ARRAY(
		SELECT k.item
		FROM vsm.each_entity(items) AS k (item)
		WHERE EXISTS (SELECT FROM item AS i WHERE i.item = k.item AND i.project = 'change_request')
		OR EXISTS (SELECT FROM item_alias AS a WHERE a.alias = k.item AND a.item <> k.item)
		OR EXISTS (
			SELECT
			FROM (SELECT k.item AS name UNION ALL SELECT a.alias FROM item_alias AS a WHERE a.item = k.item) AS n, LATERAL (
				SELECT FROM link AS l
				WHERE l.source = n.name AND l.kind IN ('implements', 'fixes', 'builds', 'part_of', 'deploys', 'reverts', 'caused_by')
				UNION ALL SELECT FROM link AS l WHERE l.target = n.name AND l.kind IN ('part_of', 'deploys', 'caused_by')
				UNION ALL SELECT FROM merge_request AS q WHERE q.merge_request = n.name
				UNION ALL SELECT FROM commit AS c WHERE c.sha = n.name
				UNION ALL SELECT FROM deployment AS d WHERE d.deployment = n.name
				UNION ALL SELECT FROM incident AS d WHERE d.incident = n.name
				OFFSET 0) AS o));
END
$$;
COMMENT ON FUNCTION vsm.items_that_concern_others(text[]) IS
	'those of these items whose events concern others, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.write_concerns(items text[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	concerning CONSTANT text[] := vsm.items_that_concern_others(items);
BEGIN
	UPDATE item_flow AS f SET concerns_others = NOT f.concerns_others
	WHERE f.ctid = ANY (ARRAY(
		SELECT o.place
		FROM vsm.each_entity(items) AS t,
			LATERAL (SELECT k.ctid AS place, k.item, k.concerns_others FROM item_flow AS k WHERE k.item = t OFFSET 0) AS o
		WHERE o.concerns_others <> (o.item IN (SELECT c FROM vsm.each_entity(concerning) AS c))));
END
$$;
COMMENT ON FUNCTION vsm.write_concerns(text[]) IS
	'writes whether events of these items concern others, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.write_all_concerns() RETURNS void
LANGUAGE plpgsql
SET enable_nestloop = off
SET jit = off
AS $$
BEGIN
	-- As vsm.items_that_concern_others has it, of all items at once.
	WITH concerning AS MATERIALIZED (
		SELECT i.item FROM item AS i WHERE i.project = 'change_request'
		UNION
		SELECT i.item FROM item AS i JOIN item_alias AS a ON a.alias = i.item WHERE a.item <> i.item
		UNION
		SELECT n.item
		FROM (SELECT i.item AS name, i.item FROM item AS i UNION ALL SELECT a.alias, a.item FROM item_alias AS a) AS n
			JOIN (
				SELECT l.source AS name FROM link AS l
				WHERE l.kind IN ('implements', 'fixes', 'builds', 'part_of', 'deploys', 'reverts', 'caused_by')
				UNION ALL SELECT l.target FROM link AS l WHERE l.kind IN ('part_of', 'deploys', 'caused_by')
				UNION ALL SELECT q.merge_request FROM merge_request AS q
				UNION ALL SELECT c.sha FROM commit AS c
				UNION ALL SELECT d.deployment FROM deployment AS d
				UNION ALL SELECT d.incident FROM incident AS d) AS o ON o.name = n.name)
	UPDATE item_flow AS f SET concerns_others = NOT f.concerns_others
	WHERE f.ctid = ANY (ARRAY(
		SELECT k.ctid FROM item_flow AS k LEFT JOIN concerning AS c ON c.item = k.item
		WHERE k.concerns_others <> (c.item IS NOT NULL)));
END
$$;
COMMENT ON FUNCTION vsm.write_all_concerns() IS
	'writes whether events of items concern others, in the model that search_path names; a part of vsm.refresh';
