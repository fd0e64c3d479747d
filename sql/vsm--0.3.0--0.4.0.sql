\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

SET LOCAL search_path = pg_catalog, pg_temp;

-- What refresh consists of takes and returns more.
DROP FUNCTION vsm.changed_keys(xid8, xid8, xid8), vsm.refresh_items(text, integer, text), vsm.write_items(text, text[]),
	vsm.write_item_flows(text[], text), vsm.recount_flow(text);

CREATE TYPE vsm.jira_value AS (field_id text, field text, is_custom boolean, at timestamptz, id text, value text, list jsonb);
CREATE TYPE vsm.told_jira_issue AS (issue jsonb, id text, created timestamptz, told vsm.jira_value[]);

ALTER TYPE vsm.flow_count ADD ATTRIBUTE worked_change bigint;

-- include functions

DROP FUNCTION vsm.jira_history(timestamptz, text, text, boolean, text, text, text, text);
