/*
 * Jira, Cloud, Server and Data Center: what one issue and a part of its changelog state, whatever
 * the payload that they come in. The payloads are in reader_jira_payload.sql.
 *
 * An issue is the entity SOURCE:issue:ID, by its id, because its key changes when it is moved;
 * keys are aliases of it. States are the names of the statuses at the time of the change, with
 * the id of the status in state_id, and "Flagged" / "Unflagged", whose attributes say {"flag": text}.
 *
 * Jira records no change for the creation: the first state is what the first change of status
 * came from or, where there was none, what the issue is in. Where its present status is not what
 * the last change says (an import, a changelog that was cut off, none at all), it was observed.
 *
 * Custom fields have ids and names of the installation's own. What they mean is said by vsm.meaning,
 * by id or by name; the name that belongs to an id stands in the changelog or, with expand=names, in
 * the payload.
 */

CREATE FUNCTION vsm.jira_link_kind(phrase text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- "is blocked by", or a sentence of the changelog: "This issue is blocked by SHOP-9"
	SELECT CASE
		WHEN phrase ~* '\mblocked by\M' THEN 'blocked_by'
		WHEN phrase ~* '\mblocks\M' THEN '-blocked_by'
		WHEN phrase ~* '\mdepends on\M' THEN 'blocked_by'
		WHEN phrase ~* '\mis depended on by\M' THEN '-blocked_by'
		WHEN phrase ~* '\mduplicated by\M' THEN '-duplicates'
		WHEN phrase ~* '\mduplicates\M' THEN 'duplicates'
		WHEN phrase ~* '\mcaused by\M' THEN 'caused_by'
		WHEN phrase ~* '\mcauses\M' THEN '-caused_by'
		WHEN phrase ~* '\mfixed by\M' THEN '-fixes'
		WHEN phrase ~* '\mfixes\M' THEN 'fixes'
		WHEN phrase ~* '\mimplemented by\M' THEN '-implements'
		WHEN phrase ~* '\mimplements\M' THEN 'implements'
		WHEN phrase ~* '\m(child of|part of|has epic|jira_subtask_inward)\M' THEN 'part_of'
		WHEN phrase ~* '\m(parent of|contains|is epic of|jira_subtask_outward)\M' THEN '-part_of'
	END;
END;
COMMENT ON FUNCTION vsm.jira_link_kind(text) IS
	'the kind of link that a phrase of Jira names, with a minus in front where it is read from the other end; '
	'NULL for links that say nothing about the flow, such as "relates to"';

CREATE FUNCTION vsm.jira_changes(histories jsonb)
RETURNS TABLE (id text, at timestamptz, field text, field_id text, from_id text, from_text text, to_id text, to_text text, item jsonb)
	AS 'MODULE_PATHNAME', 'vsm_jira_changes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION vsm.jira_changes(jsonb) IS
	'the items of the histories of an issue, which some importers keep as JSON in a string; one that is null for each history whose items '
	'cannot be read';

CREATE TYPE vsm.jira_value AS (field_id text, field text, is_custom boolean, at timestamptz, id text, value text, list jsonb);
COMMENT ON TYPE vsm.jira_value IS
	'a value that a field of an issue got: the field by id and name, when, the value by id and in words, labels as a list; a part of '
	'vsm.attach_fivetran_jira';

CREATE TYPE vsm.told_jira_issue AS (issue jsonb, id text, created timestamptz, told vsm.jira_value[]);
COMMENT ON TYPE vsm.told_jira_issue IS
	'an issue with the values that its fields got, of which its changelog lacks moves that are told beside it; NULL: it lacks none; a part '
	'of vsm.attach_fivetran_jira';

CREATE FUNCTION vsm.jira_fields(told vsm.jira_value[]) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_jira_fields' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.jira_fields(vsm.jira_value[]) IS
	'the last values of custom fields and of labels, NULL if there is none of these; a part of vsm.attach_fivetran_jira';

CREATE FUNCTION vsm.jira_changelog(told vsm.jira_value[], created timestamptz, with_moves boolean) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_jira_changelog' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.jira_changelog(vsm.jira_value[], timestamptz, boolean) IS
	'the changelog of an issue that was created then as the REST interface has it, with or without what vsm.jira_moves tells; a part of '
	'vsm.attach_fivetran_jira';

CREATE FUNCTION vsm.jira_moves(source text, id text, told vsm.jira_value[], created timestamptz) RETURNS SETOF vsm.fact
	AS 'MODULE_PATHNAME', 'vsm_jira_moves' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION vsm.jira_moves(text, text, vsm.jira_value[], timestamptz) IS
	'the changes of status of an issue but the last ones, as facts; a part of vsm.attach_fivetran_jira';

CREATE FUNCTION vsm.jira_field(names jsonb, field_id text, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE coalesce(vsm.meaning(names, 'field', field_id), vsm.meaning(names, 'field', field))
	WHEN 'flag' THEN 'flag' WHEN 'sprint' THEN 'sprint' WHEN 'team' THEN 'team' WHEN 'size' THEN 'size' WHEN 'parent' THEN 'parent'
	WHEN 'feature' THEN 'feature' WHEN 'due' THEN 'due_at' WHEN 'priority' THEN 'priority' WHEN 'category' THEN 'category' END;
COMMENT ON FUNCTION vsm.jira_field(jsonb, text, text) IS
	'what a field of Jira, known by its id, its name or both, holds by names: flag or an attribute of item_change; NULL if neither';

CREATE FUNCTION vsm.jira_schema_field(custom text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE substring(custom FROM '[^:]*$')
	WHEN 'gh-sprint' THEN 'sprint' WHEN 'jsw-story-points' THEN 'size' WHEN 'gh-epic-link' THEN 'parent'
	WHEN 'jpo-custom-field-parent' THEN 'parent' WHEN 'atlassian-team' THEN 'team' WHEN 'rm-teams-custom-field-team' THEN 'team' END;
COMMENT ON FUNCTION vsm.jira_schema_field(text) IS
	'what a custom field of one of Jira''s own types holds, whatever it is called: a payload asked for with expand=schema tells the type '
	'as schema.ID.custom';

CREATE FUNCTION vsm.jira_is_flag(names jsonb, item jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- One box that is ticked or not: '' and '[10019]'.
	SELECT b.boxes ~ '^\[\d+\]$' AND (item ->> 'fieldtype' = 'custom' OR b.field_id LIKE 'customfield%')
		AND (b.option ILIKE 'impediment' OR b.field_id = 'customfield_10021')
		AND coalesce(names #>> ARRAY['field', 'name', lower(b.field_id)], '') <> 'none'
		AND coalesce(names #>> ARRAY['field', 'name', lower(b.field)], '') <> 'none'
	FROM (SELECT coalesce(item ->> 'from', '') || coalesce(item ->> 'to', '') AS boxes,
			coalesce(item ->> 'fromString', '') || coalesce(item ->> 'toString', '') AS option,
			item ->> 'fieldId' AS field_id, item ->> 'field' AS field
		OFFSET 0) AS b;
END;
COMMENT ON FUNCTION vsm.jira_is_flag(jsonb, jsonb) IS
	'whether an entry of the changelog ticks or unticks Jira''s flag under a name that nobody has named: a field with one box that is '
	'called Impediment, or has the id that Jira Cloud gives the flag; names can say none of it';

CREATE FUNCTION vsm.jira_value(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT string_agg(coalesce(
			-- Jira Server writes a sprint as the Java object: ...Sprint@1a[id=7,...,name=Sprint 7,startDate=...]
			substring(vsm.json_text(e.value) FROM 'Sprint@.*[\[,]name=((?:[^,]|,(?![a-zA-Z]+=))*),[a-zA-Z]+='), vsm.json_text(e.value),
			vsm.json_text(e.value, 'value'), vsm.json_text(e.value, 'name'), vsm.json_text(e.value, 'requestType', 'name'),
			vsm.json_text(e.value, 'title'), vsm.json_text(e.value, 'key')), ', ' ORDER BY e.place)
	FROM jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE jsonb_build_array(value) END)
		WITH ORDINALITY AS e (value, place)
	-- names of persons are not kept
	WHERE NOT e.value ?| '{accountId,accountType,displayName,emailAddress}';
END;
COMMENT ON FUNCTION vsm.jira_value(jsonb) IS
	'the value of a field as the changelog writes it: of a list its members, of an object its value or name; NULL where there is none, '
	'or a person';

CREATE FUNCTION vsm.jira_key(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN left(coalesce(vsm.json_text(value, 'key'), vsm.json_text(value, 'data', 'key'), vsm.json_text(value)), 200);
COMMENT ON FUNCTION vsm.jira_key(jsonb) IS
	'the key of the issue that a field such as Epic Link or Parent Link holds; NULL if it holds none';


CREATE FUNCTION vsm.read_jira_document(source text, issue jsonb, histories jsonb, total numeric, seen_at timestamptz, told_at timestamptz,
	field_names jsonb, is_webhook boolean, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	-- the entries of the changelog that matter, each with what it changes
	WITH change AS MATERIALIZED (
		SELECT coalesce(c.id, source || ':issue:' || left(vsm.json_text(issue, 'id'), 200) || ':'
				|| floor(extract(epoch FROM c.at - timestamptz '1970-01-01 00:00+00') * 1000)) AS id,
			c.at, c.what, c.field_id, c.field, c.from_id, c.from_text, c.to_id, c.to_text
		FROM (
			SELECT i.id, i.at, i.field_id, i.field, i.from_id, i.from_text, i.to_id, i.to_text,
				CASE
						CASE
							WHEN i.field_id IS NOT NULL THEN i.field_id
							WHEN i.item ->> 'fieldtype' = 'custom' THEN ''
							ELSE coalesce(i.field, 'unreadable')
						END
					WHEN 'unreadable' THEN 'unreadable'
					WHEN 'status' THEN 'status'
					WHEN 'priority' THEN 'priority'
					WHEN 'issuetype' THEN 'type'
					WHEN 'project' THEN 'project'
					WHEN 'duedate' THEN 'due_at'
					WHEN 'Link' THEN 'link'
					WHEN 'issuelinks' THEN 'link'
					WHEN 'Key' THEN 'key'
					WHEN 'issuekey' THEN 'key'
					ELSE coalesce(vsm.jira_field(names, i.field_id, i.field),
						CASE WHEN coalesce(i.item ->> 'from', '') || coalesce(i.item ->> 'to', '') LIKE '[%]'
							AND vsm.jira_is_flag(names, i.item) THEN 'flag' END)
				END AS what
			FROM vsm.jira_changes(histories) AS i
			OFFSET 0) AS c
		WHERE c.what IS NOT NULL)
	SELECT q.*
	FROM (
		SELECT source || ':issue:' || left(vsm.json_text(issue, 'id'), 200) AS entity,
			vsm.json_text(issue, 'key') AS key,
			f.fields,
			vsm.json_time(f.fields, 'created') AS created_at,
			vsm.json_text(f.fields, 'status', 'name') AS status,
			vsm.json_text(f.fields, 'status', 'id') AS status_id,
			f.fields #>> '{status,statusCategory,key}' AS status_category,
			vsm.json_text(f.fields, 'issuetype', 'name') AS source_type,
			-- when it got into a status of this category, or was done
			vsm.json_time(f.fields, 'statuscategorychangedate') AS category_at,
			vsm.json_time(f.fields, 'resolutiondate') AS resolved_at,
			vsm.json_array(f.fields -> 'labels') AS labels,
			left(vsm.json_text(f.fields, 'parent', 'id'), 200) AS parent_id,
			left(vsm.json_text(f.fields, 'parent', 'key'), 200) AS parent_key,
			-- Boards have the epic as a field of its own.
			source || ':issue:' || left(nullif(vsm.json_text(f.fields, 'epic', 'id'), vsm.json_text(issue, 'id')), 200) AS epic,
			-- Who asks for fields one by one does not ask for five of these without the parent.
			(f.fields ? 'summary')::int + (f.fields ? 'issuetype')::int + (f.fields ? 'priority')::int + (f.fields ? 'labels')::int
				+ (f.fields ? 'duedate')::int + (f.fields ? 'issuelinks')::int >= 5
				AND coalesce(f.fields -> 'parent' = 'null', true) AS is_without_parent,
			-- How many histories are left out; NULL: this payload does not say how many there are.
			CASE WHEN total BETWEEN 0 AND 2147483647 THEN trunc(total)::integer - jsonb_array_length(histories) END AS left_out,
			-- Jira cuts off the oldest; where it does not, nothing is certain.
			CASE WHEN total BETWEEN jsonb_array_length(histories) + 1 AND 2147483647
				AND vsm.json_time(histories, '0', 'created') >= vsm.json_time(histories, '-1', 'created')
			THEN vsm.json_time(histories, '-1', 'created') END AS oldest,
			-- (An issue may say that it was updated some milliseconds before its last history was written.)
			CASE WHEN seen_at IS NOT NULL THEN
				greatest(seen_at, vsm.json_time(histories, '0', 'created'), vsm.json_time(histories, '-1', 'created')) END AS known_until
		FROM (SELECT vsm.json_object(issue -> 'fields') AS fields OFFSET 0) AS f
		OFFSET 0) AS d,
	-- what the changes are about
	LATERAL (
		SELECT max(c.at) FILTER (WHERE c.what = 'status') AS moved_at,
			count(*) FILTER (WHERE c.what = 'status') AS moves,
			count(*) FILTER (WHERE c.what = 'unreadable')::integer AS unreadable,
			max(c.at) FILTER (WHERE c.what = 'key') AS renamed_at,
			min(c.at) FILTER (WHERE c.what = 'flag') AS flagged_at,
			bool_or(c.what = 'sprint') AS has_sprint,
			bool_or(c.what = 'team') AS has_team,
			bool_or(c.what = 'link') AS has_link,
			bool_or(c.field_id LIKE 'customfield%') AS has_custom
		FROM change AS c
		OFFSET 0) AS s,
	LATERAL (
		SELECT
			d.left_out + s.unreadable AS missing,
			-- Custom fields to which names give a meaning. Of several that differ none is taken.
			CASE WHEN s.has_custom OR jsonb_typeof(field_names) = 'object' OR jsonb_typeof(issue -> 'schema') = 'object'
				OR (names #> '{field,name}')::text LIKE '%"customfield%'
			THEN
				(SELECT jsonb_object_agg(w.what, w.value)
				 FROM (
					SELECT v.what, min(v.value) AS value
					FROM (
						SELECT k.what, k.member,
							CASE
								WHEN k.what = 'size' THEN vsm.json_number(k.member)::text
								WHEN k.what = 'due_at' THEN CASE WHEN vsm.json_day(k.member) IS NOT NULL THEN vsm.json_text(k.member) END
								WHEN k.what IN ('parent', 'epic', 'feature') THEN vsm.jira_key(k.member)
								ELSE vsm.jira_value(k.member)
							END AS value
						FROM (
							SELECT CASE WHEN m.what = 'parent' AND m.name ILIKE '%epic%' THEN 'epic' ELSE m.what END AS what,
								d.fields -> m.field_id AS member
							FROM (
								SELECT n.key AS field_id, NULL AS name, vsm.jira_field(names, n.key, NULL) AS what
								FROM jsonb_each(vsm.json_object(names #> '{field,name}')) AS n
								UNION ALL
								SELECT n.key, n.value #>> '{}', vsm.jira_field(names, n.key, n.value #>> '{}')
								FROM jsonb_each(vsm.json_object(field_names)) AS n
								UNION ALL
								SELECT n.key, n.value ->> 'custom', vsm.jira_schema_field(n.value ->> 'custom')
								FROM jsonb_each(vsm.json_object(issue -> 'schema')) AS n
								UNION ALL
								SELECT c.field_id, c.field, c.what FROM change AS c
								WHERE c.what IN ('size', 'parent', 'feature', 'due_at', 'priority', 'category')) AS m
							WHERE m.field_id LIKE 'customfield%' AND m.what IS NOT NULL AND d.fields ? m.field_id
							OFFSET 0) AS k
						OFFSET 0) AS v
					-- what is of another type than it should be is not known
					WHERE v.value IS NOT NULL OR v.member = 'null'
					GROUP BY v.what HAVING min(v.value) = max(v.value) OR min(v.value) IS NULL) AS w)
			END AS named,
			vsm.meaning(names, 'type', d.source_type) AS type,
			CASE WHEN jsonb_array_length(d.labels) > 0 THEN
				array_remove(ARRAY(
					SELECT vsm.meaning(names, 'label', vsm.json_text(e)) FROM jsonb_array_elements(d.labels) AS e), NULL)
			END AS labels,
			CASE WHEN names ? 'category' AND jsonb_array_length(d.labels) > 0 THEN
				array_remove(ARRAY(
					SELECT vsm.meaning(names, 'category', vsm.json_text(e)) FROM jsonb_array_elements(d.labels) AS e), NULL)
			END AS categories,
			-- what the first changes came from
			CASE WHEN s.renamed_at IS NOT NULL THEN
				(SELECT c.from_text FROM change AS c WHERE c.what = 'key'
				 ORDER BY c.at, length(c.id), c.id COLLATE "C" LIMIT 1) END AS first_key,
			CASE WHEN s.flagged_at IS NOT NULL THEN
				(SELECT coalesce(c.from_text, '') FROM change AS c WHERE c.what = 'flag'
				 ORDER BY c.at, length(c.id), c.id COLLATE "C" LIMIT 1) END AS first_flag
		OFFSET 0) AS n,
	LATERAL (
		SELECT coalesce(left(vsm.json_text(d.fields, 'project', 'key'), 200), regexp_replace(d.key, '-[0-9]+$', '')) AS project,
			CASE
				WHEN n.type IN ('defect', 'incident') THEN 'defect'
				WHEN n.type IN ('risk', 'debt') THEN n.type
				WHEN n.labels[1] IN ('feature', 'risk', 'debt', 'other') AND n.labels[1] = ALL (n.labels) THEN n.labels[1]
				WHEN n.labels <@ '{defect,incident}' AND n.labels <> '{}' THEN 'defect'
				WHEN n.type IN ('feature', 'other') THEN n.type
			END AS type,
			coalesce(n.named ->> 'priority', vsm.json_text(d.fields, 'priority', 'name')) AS priority,
			coalesce(vsm.meaning(names, 'category', n.named ->> 'category'), n.named ->> 'category',
				CASE WHEN n.categories[1] = ALL (n.categories) THEN n.categories[1] END,
				vsm.meaning(names, 'category', d.source_type)) AS category,
			vsm.json_text(d.fields, 'summary') AS title,
			CASE WHEN d.labels @? '$[*] ? (@.type() != "string" || @ == "")' THEN
				(SELECT coalesce(jsonb_agg(vsm.json_text(e.label) ORDER BY e.place), '[]')
				 FROM jsonb_array_elements(d.labels) WITH ORDINALITY AS e (label, place) WHERE vsm.json_text(e.label) IS NOT NULL)
			ELSE d.labels END AS tags,
			-- (The gateway of apps is no address for people.)
			CASE WHEN issue ->> 'self' NOT LIKE 'https://api.atlassian.com/%' THEN
				substring(issue ->> 'self' FROM '^(.*?)/rest/') || '/browse/' || d.key END AS url,
			coalesce(to_jsonb(n.named ->> 'due_at'),
				CASE WHEN jsonb_typeof(d.fields -> 'duedate') = 'string' THEN vsm.json_day(d.fields -> 'duedate') END) AS due_at,
			CASE
				WHEN d.parent_id IS NOT NULL THEN source || ':issue:' || d.parent_id
				WHEN coalesce(d.parent_key, d.epic) IS NOT NULL THEN coalesce(d.parent_key, d.epic)
				-- (A field holds a key. Where the changelog has the id that belongs to it, it is that.)
				WHEN coalesce(n.named ->> 'epic', n.named ->> 'parent') IS NOT NULL THEN coalesce(
					source || ':issue:' || (
						SELECT max(c.to_id) FROM change AS c
						WHERE c.what IN ('parent', 'feature') AND c.to_text = coalesce(n.named ->> 'epic', n.named ->> 'parent')
						AND c.to_id ~ '^[0-9]{1,20}$'),
					n.named ->> 'epic', n.named ->> 'parent')
			END AS parent,
			CASE
				WHEN d.parent_id IS NULL AND d.parent_key IS NULL THEN d.epic IS NOT NULL OR n.named ->> 'epic' IS NOT NULL
				ELSE d.fields #>> '{parent,fields,issuetype,name}' = 'Epic'
					OR vsm.json_number(d.fields, 'parent', 'fields', 'issuetype', 'hierarchyLevel') >= 1
			END AS is_parent_epic,
			CASE WHEN n.named ->> 'feature' IS NOT NULL THEN coalesce(
				source || ':issue:' || (
					SELECT max(c.to_id) FROM change AS c
					WHERE c.what IN ('parent', 'feature') AND c.to_text = n.named ->> 'feature' AND c.to_id ~ '^[0-9]{1,20}$'),
				n.named ->> 'feature') ELSE d.epic END AS feature,
			-- Nothing has moved it yet, and nothing moved it without an entry in the changelog, as an import does.
			n.missing <= 0 AND s.moves = 0 AND (is_webhook OR (d.category_at > d.created_at + interval '1 minute'
				OR d.status_category = 'done' AND d.resolved_at > d.created_at + interval '1 minute') IS NOT TRUE) AS is_first,
			(n.type = 'incident' OR 'incident' = ANY (n.labels)) IS TRUE AS is_incident,
			-- Whether service is restored: by a state that means so, else by the status, else by the resolution; NULL: not known.
			CASE
				WHEN vsm.meaning(names, 'state', d.status) = 'resolved' THEN true
				WHEN d.status_category IS NOT NULL THEN d.status_category = 'done'
				WHEN d.resolved_at IS NOT NULL THEN true
			END AS is_resolved
		OFFSET 0) AS i,
	LATERAL (
		-- The issue itself: its columns, and how much of its changelog is here.
		SELECT (vsm.fact_row(source, 'item', d.entity, seen_at,
			-- What this payload does not tell is left out; what it tells that there is none of is null.
			vsm.told_columns('source', source, 'key', d.key, 'project', i.project, 'source_type', d.source_type, 'type', i.type,
				'category', coalesce(to_jsonb(i.category),
					CASE WHEN names ? 'category' AND d.labels IS NOT NULL AND d.source_type IS NOT NULL THEN 'null'::jsonb END),
				'priority', coalesce(to_jsonb(i.priority), CASE WHEN d.fields -> 'priority' = 'null' THEN 'null'::jsonb END),
				'title', i.title, 'url', i.url,
				'parent', coalesce(to_jsonb(i.parent), CASE WHEN d.is_without_parent THEN 'null'::jsonb END),
				'feature', coalesce(to_jsonb(i.feature), CASE
					WHEN i.is_parent_epic THEN coalesce(to_jsonb(i.parent), 'null')
					WHEN d.is_without_parent AND i.parent IS NULL THEN 'null' END),
				'created_at', d.created_at,
				'due_at', coalesce(i.due_at, CASE WHEN d.fields -> 'duedate' = 'null' THEN 'null'::jsonb END),
				'size', CASE WHEN n.named ? 'size' THEN coalesce(to_jsonb((n.named ->> 'size')::numeric), 'null') END,
				'tags', i.tags,
				'changelog_missing', CASE WHEN n.missing <= 0 THEN 'null' ELSE to_jsonb(n.missing) END,
				'changelog_from', CASE WHEN n.missing <= 0 THEN 'null' WHEN n.missing > 0 THEN coalesce(to_jsonb(d.oldest), 'null') END))).*
		UNION ALL
		SELECT (vsm.fact_history(source, d.entity, d.known_until, since => d.oldest)).*
		WHERE d.known_until IS NOT NULL AND (n.missing <= 0 OR d.oldest IS NOT NULL AND s.unreadable = 0)
		UNION ALL
		-- Its first status, if it is still in it. Else the first change tells.
		SELECT (vsm.fact_created(source, d.entity, d.created_at,
			CASE WHEN i.is_first THEN d.status END, CASE WHEN i.is_first THEN d.status_id END)).*
		WHERE d.created_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_alias(source, d.entity, d.key, CASE WHEN n.first_key IS NULL THEN d.created_at ELSE s.renamed_at END)).*
		WHERE d.key IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_alias(source, d.entity, n.first_key, d.created_at)).*
		WHERE n.first_key IS NOT NULL
		UNION ALL
		-- what no change has told was so from the beginning
		SELECT (vsm.fact_event(source, d.entity, d.created_at, 'Flagged', d.entity || ':created:Flagged', method => 'inferred',
			attributes => jsonb_build_object('flag', coalesce(nullif(n.first_flag, ''), n.named ->> 'flag')), version => told_at)).*
		WHERE n.missing <= 0 AND CASE WHEN n.first_flag IS NULL THEN n.named ->> 'flag' IS NOT NULL ELSE n.first_flag <> '' END
		UNION ALL
		SELECT (vsm.fact_change(source, d.entity, d.created_at, 'sprint', n.named ->> 'sprint', 'created', version => told_at)).*
		WHERE n.missing <= 0 AND s.has_sprint IS NOT TRUE AND n.named ->> 'sprint' IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_change(source, d.entity, d.created_at, 'team', n.named ->> 'team', 'created', version => told_at)).*
		WHERE n.missing <= 0 AND s.has_team IS NOT TRUE AND n.named ->> 'team' IS NOT NULL
		UNION ALL
		-- Its status, where the changes do not say so. A webhook has its own change only, and others may lie between.
		SELECT (vsm.fact_observed(source, d.entity, o.at, d.status, d.status_id)).*
		FROM (
			SELECT CASE WHEN NOT is_webhook THEN coalesce(
					-- when the portal shows that it got there, else when it got into this category; not before the last change
					(SELECT m.at
					 FROM (
						SELECT vsm.json_time(r.request, 'statusDate', 'epochMillis') AS at
						FROM (SELECT jsonb_path_query_first(d.fields, '$.*.currentStatus') AS request) AS r
						WHERE r.request ->> 'status' = d.status) AS m
					 WHERE m.at >= coalesce(s.moved_at, m.at)),
					CASE WHEN d.category_at >= coalesce(s.moved_at, d.category_at) THEN d.category_at END,
					CASE WHEN d.status_category = 'done' AND d.resolved_at >= coalesce(s.moved_at, d.resolved_at) THEN d.resolved_at END,
					seen_at) ELSE seen_at END AS at
			WHERE d.status IS NOT NULL AND i.is_first IS NOT TRUE
				AND NOT EXISTS (
					SELECT FROM change AS c
					WHERE c.what = 'status' AND c.at = s.moved_at AND (c.to_id = d.status_id OR c.to_text = d.status))
			OFFSET 0) AS o
		-- (What it was in before a change that is known is told by that change.)
		WHERE o.at >= coalesce(s.moved_at, o.at)
		UNION ALL
		SELECT (vsm.fact_row(source, 'incident', d.entity, seen_at,
			vsm.fact_details('source', source, 'opened_at', d.created_at, 'acknowledged_at', r.acknowledged_at,
				'severity', i.priority, 'status', d.status, 'title', i.title, 'url', i.url)
			|| CASE
				WHEN NOT i.is_resolved THEN '{"resolved_at": null}'
				WHEN i.is_resolved AND r.resolved_at IS NOT NULL THEN jsonb_build_object('resolved_at', r.resolved_at)
				ELSE '{}' END)).*
		FROM (
			-- Resolved since it came into a state that means so from one that does not, and stayed in such.
			SELECT min(c.at) FILTER (WHERE c.is_acknowledged) AS acknowledged_at,
				CASE WHEN bool_or(c.is_resolved AND (c.at > c.broken_at) IS NOT FALSE) THEN
					min(c.at) FILTER (WHERE c.is_resolved AND NOT c.was_resolved AND (c.at > c.broken_at) IS NOT FALSE)
				-- (Where states say when, a webhook that has no change does not know.)
				WHEN (is_webhook AND names @? '$.state.*.* ? (@ == "resolved")') IS NOT TRUE THEN
					coalesce(d.resolved_at, CASE WHEN d.status_category = 'done' THEN d.category_at END)
				END AS resolved_at
			FROM (
				SELECT c.*, max(c.at) FILTER (WHERE NOT c.is_resolved) OVER () AS broken_at
				FROM (
					SELECT c.at, vsm.meaning(names, 'state', c.to_text) = 'acknowledged' AS is_acknowledged,
						(vsm.meaning(names, 'state', c.to_text) = 'resolved'
							OR i.is_resolved AND (c.to_id = d.status_id OR c.to_text = d.status)) IS TRUE AS is_resolved,
						(vsm.meaning(names, 'state', c.from_text) = 'resolved') IS TRUE AS was_resolved
					FROM change AS c WHERE c.what = 'status' AND i.is_incident
					OFFSET 0) AS c
				OFFSET 0) AS c
			OFFSET 0) AS r
		WHERE i.is_incident
		UNION ALL
		-- The changelog: states and flags. What it says of a change stays the same for ever, so that its version is that of the
		-- change, and an issue that comes again rewrites none of them,
		SELECT (vsm.fact_event(source, d.entity, c.at,
			-- (A status without a name is called by its id.)
			CASE
				WHEN c.what = 'status' THEN coalesce(c.to_text, CASE WHEN c.to_id = d.status_id THEN d.status END, c.to_id)
				WHEN c.is_set THEN 'Flagged' ELSE 'Unflagged' END,
			c.id || ':' || CASE
				WHEN c.what = 'status' THEN left(coalesce(c.to_id, c.to_text), 200) WHEN c.is_set THEN 'Flagged' ELSE 'Unflagged' END,
			previous => CASE WHEN c.what = 'status' THEN c.from_text END,
			state_id => CASE WHEN c.what = 'status' THEN c.to_id END,
			previous_id => CASE WHEN c.what = 'status' THEN c.from_id END,
			attributes => CASE WHEN c.what = 'flag' THEN jsonb_build_object('flag', coalesce(c.to_text, c.from_text)) END,
			version => c.at)).*
		FROM (
			SELECT c.*,
				CASE c.what WHEN 'flag' THEN (coalesce(c.to_text, nullif(c.to_id, '[]')) !~* '^(no|none|false)$') IS TRUE END AS is_set
			FROM change AS c WHERE c.what IN ('status', 'flag')
			OFFSET 0) AS c
		UNION ALL
		-- attributes, where an issue that another one belongs to is known by its id,
		SELECT (vsm.fact_change(source, d.entity, c.at, c.what,
			CASE
				WHEN c.what IN ('parent', 'feature') AND c.to_id ~ '^[0-9]+$' THEN source || ':issue:' || c.to_id
				WHEN c.what = 'due_at' AND vsm.json_day(to_jsonb(c.to_id)) IS NOT NULL THEN c.to_id
				ELSE c.to_text
			END,
			c.id,
			previous => CASE
				WHEN c.what IN ('parent', 'feature') AND c.from_id ~ '^[0-9]+$' THEN source || ':issue:' || c.from_id
				WHEN c.what = 'due_at' AND vsm.json_day(to_jsonb(c.from_id)) IS NOT NULL THEN c.from_id
				ELSE c.from_text
			END,
			version => c.at)).*
		FROM change AS c WHERE c.what NOT IN ('status', 'flag', 'key', 'link', 'unreadable')
		UNION ALL
		-- keys,
		SELECT (vsm.fact_alias(source, d.entity, c.to_text, c.at)).*
		FROM change AS c WHERE s.renamed_at IS NOT NULL AND c.what = 'key' AND c.to_text IS NOT NULL
		UNION ALL
		-- and links, by the key of the other issue: "to" when made, "from" when taken away.
		SELECT (vsm.fact_link(source,
			CASE WHEN l.kind LIKE '-%' THEN l.other ELSE d.entity END, CASE WHEN l.kind LIKE '-%' THEN d.entity ELSE l.other END,
			ltrim(l.kind, '-'), 'issue link',
			since => CASE WHEN l.is_made THEN l.at END, until => CASE WHEN NOT l.is_made THEN l.at END, seen_at => l.at)).*
		FROM (
			SELECT c.at, m.is_made, CASE WHEN m.is_made THEN c.to_id ELSE c.from_id END AS other,
				vsm.jira_link_kind(CASE WHEN m.is_made THEN c.to_text ELSE c.from_text END) AS kind
			FROM change AS c, LATERAL (SELECT coalesce(c.to_id, c.to_text) IS NOT NULL AS is_made) AS m
			WHERE c.what = 'link'
			OFFSET 0) AS l
		WHERE s.has_link AND l.kind IS NOT NULL AND l.other IS NOT NULL
		UNION ALL
		-- Links as they stand, by the id of the other issue, since the last change that says so.
		SELECT (vsm.fact_link(source,
			CASE WHEN l.kind LIKE '-%' THEN l.other ELSE d.entity END, CASE WHEN l.kind LIKE '-%' THEN d.entity ELSE l.other END,
			ltrim(l.kind, '-'), 'issue link',
			since => CASE WHEN l.is_made THEN l.since WHEN n.missing <= 0 THEN d.created_at END, seen_at => seen_at)).*
		FROM (
			SELECT l.kind, coalesce(source || ':issue:' || max(l.id), l.key) AS other, max(l.at) AS since, bool_or(l.is_made) AS is_made
			FROM (
				SELECT left(coalesce(vsm.json_text(e, 'outwardIssue', 'id'), vsm.json_text(e, 'inwardIssue', 'id')), 200) AS id,
					left(coalesce(vsm.json_text(e, 'outwardIssue', 'key'), vsm.json_text(e, 'inwardIssue', 'key')), 200) AS key,
					vsm.jira_link_kind(CASE WHEN coalesce(e #>> '{outwardIssue,id}', e #>> '{outwardIssue,key}') IS NULL
						THEN e #>> '{type,inward}' ELSE e #>> '{type,outward}' END) AS kind,
					NULL AS at, false AS is_made
				FROM jsonb_array_elements(vsm.json_array(d.fields -> 'issuelinks')) AS e
				UNION ALL
				SELECT NULL, c.to_id, vsm.jira_link_kind(c.to_text), c.at, true
				FROM change AS c WHERE c.what = 'link' AND c.to_id IS NOT NULL) AS l
			WHERE l.kind IS NOT NULL
			-- (A link whose issue has no key here is one of its own.)
			GROUP BY l.kind, l.key, CASE WHEN l.key IS NULL THEN l.id END
			HAVING NOT bool_and(l.is_made)
			OFFSET 0) AS l
		WHERE jsonb_array_length(vsm.json_array(d.fields -> 'issuelinks')) > 0 AND l.other IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_jira_document(text, jsonb, jsonb, numeric, timestamptz, timestamptz, jsonb, boolean, jsonb) IS
	'the facts of one issue of Jira and of those of its histories, an array or NULL, that a payload holds: total is how many histories '
	'there are, NULL if the payload does not say; seen_at when the issue was so, told_at the version of the wording; field_names are '
	'the names of fields by their ids';
