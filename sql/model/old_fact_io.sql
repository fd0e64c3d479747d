-- Gone when the last reader of the old kind is.

CREATE TYPE vsm.old_fact AS (
	source      text,
	fact        text,
	entity      text,
	at          timestamptz,
	value       text,
	id          text,
	name        text,
	previous    text,
	value_id    text,
	previous_id text,
	seq         bigint,
	method      text,
	confidence  float8,
	until       timestamptz,
	details     jsonb
);
COMMENT ON TYPE vsm.old_fact IS 'a fact as readers of the old kind write it';

CREATE FUNCTION vsm.old_read_keys(source text, entity text, at timestamptz, branch text, title text, description text) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'link', entity, at, k.key, NULL::text, 'implements', NULL::text, NULL::text, NULL::text, NULL::bigint,
		k.method, k.confidence, NULL::timestamptz, NULL::jsonb
	FROM (
		SELECT unnest(vsm.issue_keys(title)) AS key, 'key in title' AS method, 0.95::float8 AS confidence
		UNION ALL
		SELECT unnest(vsm.issue_keys(branch)), 'key in branch', 0.9::float8
		UNION ALL
		SELECT unnest(vsm.issue_keys(description)), 'key in description', 0.6::float8) AS k;
END;
COMMENT ON FUNCTION vsm.old_read_keys(text, text, timestamptz, text, text, text) IS
	'links of a commit, branch or merge request to the items whose keys stand in its branch, title (of a commit: subject) and description';
