/*
 * Changes of tables that vsm.track was told of: what the trigger vsm.track_change (src/model/track_sql.c)
 * writes to the inbox under the source track:NAME, a payload a change. The item of a row is NAME:item:ID.
 *
 *   {"id": "17", "state": "In Progress", "previous": "New", "at": "2026-01-12T10:30:00+00:00", "title": ...,
 *    "now": "2026-01-12T10:30:01+00:00", "change": "...", "seq": 1, "is_new": false}
 *
 * at is the row's own time, where one of its columns has one, now that of the transaction. A payload with
 * "observed": true is a row as it was found, whose state was entered before.
 */

CREATE FUNCTION vsm.track_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT 'change', CASE
		WHEN vsm.json_text(payload, 'change') IS NULL AND payload -> 'observed' IS DISTINCT FROM 'true'
			THEN 'its shape is not known: it was not written by the trigger of vsm.track'
		ELSE vsm.json_lacks(payload, 'id', 'state', '@now') END;
END;
COMMENT ON FUNCTION vsm.track_kind(jsonb) IS 'which reader reads what the trigger of vsm.track writes';

CREATE FUNCTION vsm.read_track_change(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	WITH change AS (
		SELECT c.name, c.name || ':item:' || vsm.json_text(payload, 'id') AS entity,
			coalesce(vsm.json_time(payload, 'at'), vsm.json_time(payload, 'now')) AS at, vsm.json_text(payload, 'state') AS state,
			payload -> 'is_new' = 'true' AS is_new, to_timestamp(-extract(epoch FROM vsm.json_time(payload, 'now'))::float8) AS first
		FROM (SELECT regexp_replace(source, '^track:', '') AS name) AS c)
	SELECT (vsm.fact_row(c.name, 'item', c.entity, c.at, jsonb_strip_nulls(jsonb_build_object('source', c.name,
		'key', vsm.json_text(payload, 'key'), 'title', vsm.json_text(payload, 'title'), 'project', vsm.json_text(payload, 'project'),
		'priority', vsm.json_text(payload, 'priority'), 'parent', c.name || ':item:' || vsm.json_text(payload, 'parent'),
		'source_type', vsm.json_text(payload, 'type'),
		'type', coalesce(vsm.meaning(names, 'type', vsm.json_text(payload, 'type')), vsm.item_type(vsm.json_text(payload, 'type'))),
		'created_at', vsm.json_time(payload, 'created_at'))))).*
	FROM change AS c
	UNION ALL
	-- A row that is inserted begins then, unless it says when. A table that is emptied and filled again inserts the row once more, and
	-- of one that was found there it is not known: what was told first holds, so that versions run backwards.
	SELECT (vsm.fact_row(c.name, 'item', c.entity, c.first, jsonb_build_object('created_at', CASE WHEN c.is_new THEN c.at END))).*
	FROM change AS c
	WHERE vsm.json_time(payload, 'created_at') IS NULL AND (c.is_new OR payload -> 'observed' = 'true')
	UNION ALL
	-- (With a time of its own such a row tells nothing new.)
	SELECT (vsm.fact_event(c.name, c.entity, c.at, c.state, CASE WHEN o.is_stated
			THEN c.entity || ':inserted:' || extract(epoch FROM c.at) || ':' || c.state ELSE vsm.json_text(payload, 'change') END,
		vsm.json_text(payload, 'previous'), seq => vsm.json_number(payload, 'seq')::bigint,
		version => CASE WHEN o.is_stated THEN c.first END)).*
	FROM change AS c, LATERAL (SELECT c.is_new AND vsm.json_time(payload, 'at') IS NOT NULL AS is_stated) AS o
	WHERE payload -> 'observed' IS DISTINCT FROM 'true'
	UNION ALL
	SELECT (vsm.fact_observed(c.name, c.entity, c.at, c.state)).*
	FROM change AS c WHERE payload -> 'observed' = 'true'
	UNION ALL
	SELECT (vsm.fact_alias(c.name, c.entity, vsm.json_text(payload, 'key'))).*
	FROM change AS c WHERE vsm.json_text(payload, 'key') IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_track_change(text, jsonb, jsonb) IS
	'the facts that a row of a tracked table states: its item, and the state that it got or, where it was only found, had';
