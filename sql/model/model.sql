/*
 * CALL vsm.create_model('flow'): the tables that tools' events land in, in a schema of the user's.
 *
 * What the model consists of is data: model_tables, model_columns, model_constraints,
 * model_indexes and model_views. create_model makes what is missing and leaves what is there, so
 * running it again after an upgrade adds columns at the end and replaces views in place.
 *
 * Tables and views belong to the caller. No column has a type of vsm, so that not even
 * DROP EXTENSION ... CASCADE takes data with it; it is refused while a model's constraints and
 * views use vsm.
 */

CREATE TYPE vsm.model_table AS (name text, key text, comment text);
COMMENT ON TYPE vsm.model_table IS 'a table of the model: its name, its primary key and what it holds';
CREATE TYPE vsm.model_column AS (relation text, name text, type text, comment text);
COMMENT ON TYPE vsm.model_column IS 'a column of a table of the model: its type with constraints and default, and what it means';
CREATE TYPE vsm.model_object AS (relation text, name text, definition text, comment text, columns text[]);
COMMENT ON TYPE vsm.model_object IS
	'a constraint, an index or a view of the model; %1$I in its definition stands for the schema; of a view, columns describes each';

CREATE FUNCTION vsm.model_tables() RETURNS SETOF vsm.model_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	VALUES
	('model', 'single', 'Settings of this model: one row.'),
	('value_stream', 'value_stream', 'Value streams: who is served by a flow of work, and how its states are to be read.'),
	('team', 'team', 'Teams, and what a day of theirs costs.'),
	('service', 'service', 'What is deployed: services, applications, infrastructure, and the repositories they come from.'),
	('item', 'item', 'Work items of trackers: ideas, features, defects, risks, debt. One row an item, as last reported.'),
	('item_change', 'item, attribute, change_id', 'History of items'' attributes: each value and since when. The first value of each stands at the creation of the item.'),
	('item_alias', 'alias, item', 'Other names of items: the keys that people write into branches and commits. A moved item has several.'),
	('routing', 'rank', 'Which value stream, team and workflow an item has: the first rule that matches. Change a rule and every figure follows.'),
	('service_level', 'service_level', 'Service level expectations: within how many days an item, or its stage, is to be done, and how often.'),
	('event', 'source, event_id', 'Facts: an entity got a state at a time. Rows are added and, apart from corrections, never changed. May be partitioned.'),
	('link', 'source, target, kind', 'Links as found, read "source KIND target": a merge request implements an item, a deployment deploys a commit. Ends may be aliases; the view entity_link resolves them.'),
	('commit', 'sha', 'Commits of version control.'),
	('deployment', 'deployment', 'Deployments of a service to an environment, as last reported.'),
	('incident', 'incident', 'Incidents in production, as last reported.'),
	('usage', 'source, event_id', 'Use of features by customers.'),
	('outcome', 'feature, at, measure', 'What a feature brought, as measured.'),
	('inbox', 'id', 'Raw payloads of tools, to be read by vsm.ingest. What has been read is gone; what cannot be read stays, with its error.');
END;
COMMENT ON FUNCTION vsm.model_tables() IS 'the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_columns() RETURNS SETOF vsm.model_column
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 150
BEGIN ATOMIC
	VALUES
	('model', 'single', 'boolean NOT NULL DEFAULT true', 'Always true: there is one row.'),
	('model', 'version', 'text NOT NULL', 'Version of vsm that made or last upgraded the model.'),
	('model', 'time_zone', 'text NOT NULL', 'Time zone in which days, weeks and months begin.'),
	('model', 'week_starts', 'text NOT NULL', 'First day of the week: mon, tue, wed, thu, fri, sat or sun.'),
	('model', 'currency', 'text', 'Currency of costs and values, where not said otherwise.'),
	('model', 'created_at', 'timestamptz NOT NULL DEFAULT now()', 'When the model was created.'),

	('value_stream', 'value_stream', 'text NOT NULL', 'Name of the value stream.'),
	('value_stream', 'portfolio', 'text', 'Portfolio that the value stream belongs to.'),
	('value_stream', 'workflow', 'jsonb', 'How states are read, unless a routing rule says otherwise: the JSON form of vsm.workflow.'),
	('value_stream', 'calendar', 'jsonb', 'Working time: the JSON form of vsm.calendar. NULL: the wall clock.'),
	('value_stream', 'product_owner', 'text', 'Who decides what is built.'),
	('value_stream', 'technology_owner', 'text', 'Who decides how it is built.'),

	('team', 'team', 'text NOT NULL', 'Name of the team.'),
	('team', 'value_stream', 'text', 'Value stream that the team works for.'),
	('team', 'calendar', 'jsonb', 'Working time of the team: the JSON form of vsm.calendar. NULL: that of the value stream.'),
	('team', 'cost_per_day', 'numeric', 'What a working day of the team costs.'),
	('team', 'owner', 'text', 'Whom to ask about the team.'),

	('service', 'service', 'text NOT NULL', 'Name of the service.'),
	('service', 'value_stream', 'text', 'Value stream that the service belongs to.'),
	('service', 'team', 'text', 'Team that runs the service.'),
	('service', 'owner', 'text', 'Whom to ask about the service.'),
	('service', 'repository', 'text', 'Repository that the service is built from, as tools name it: shop/checkout.'),
	('service', 'path', 'text', 'Folder of the repository that the service is built from; NULL: all of it.'),
	('service', 'kind', 'text NOT NULL DEFAULT ''application''', 'application or infrastructure.'),

	('item', 'item', 'text NOT NULL', 'The item: source:kind:id, stable where keys change.'),
	('item', 'value_stream', 'text', 'Value stream, where set by hand; else routing decides, see routed_item.'),
	('item', 'team', 'text', 'Team, where set by hand; else routing decides, see routed_item.'),
	('item', 'type', 'text', 'feature, defect, risk, debt or other. From source_type; a correction by hand stays until source_type changes.'),
	('item', 'priority', 'text', 'Priority, in the words of the tracker.'),
	('item', 'title', 'text', 'Title.'),
	('item', 'url', 'text', 'Address in the tracker.'),
	('item', 'parent', 'text', 'Item that this one is a part of.'),
	('item', 'feature', 'text', 'Feature that this item is a part of, at whatever depth.'),
	('item', 'service', 'text', 'Service that the item is about.'),
	('item', 'size', 'numeric', 'Size, in the unit that the team estimates in.'),
	('item', 'due_at', 'timestamptz', 'When it is due.'),
	('item', 'created_at', 'timestamptz', 'When it was created in the tracker.'),
	('item', 'tags', 'jsonb', 'Labels, as a JSON array of texts.'),
	('item', 'urgency', 'jsonb', 'Cost of delay: a profile as vsm.cost_of_delay reads it.'),
	('item', 'planned_value', 'numeric', 'What it is expected to bring.'),
	('item', 'cost', 'numeric', 'What it has cost, where known.'),
	('item', 'source', 'text', 'Tracker, as in inbox.source.'),
	('item', 'key', 'text', 'What people call it, at present: SHOP-12, shop/checkout#12.'),
	('item', 'project', 'text', 'Project of the tracker: SHOP, shop/checkout.'),
	('item', 'source_type', 'text', 'Type, in the words of the tracker.'),
	('item', 'changelog_missing', 'integer', 'How many entries of its history the last payload left out; NULL: none.'),
	('item', 'changelog_from', 'timestamptz', 'Oldest entry of that payload, where the older ones were left out.'),
	('item', 'changelog_until', 'timestamptz', 'Up to when its history is known without gaps.'),
	('item', 'updated_at', 'timestamptz', 'Version of this row: when the tracker had last changed the item.'),

	('item_change', 'item', 'text NOT NULL', 'The item.'),
	('item_change', 'at', 'timestamptz NOT NULL', 'Since when it has this value.'),
	('item_change', 'attribute', 'text NOT NULL', 'team, type, priority, value_stream, parent, sprint, project or size.'),
	('item_change', 'value', 'text', 'The value, in the words of the tracker; NULL: none.'),
	('item_change', 'previous', 'text', 'The value before.'),
	('item_change', 'source', 'text', 'Tracker, as in inbox.source.'),
	('item_change', 'change_id', 'text NOT NULL DEFAULT gen_random_uuid()', 'The source''s id of the change; "created" for the value at creation.'),

	('item_alias', 'alias', 'text NOT NULL', 'The other name: SHOP-12, shop/checkout#12.'),
	('item_alias', 'item', 'text NOT NULL', 'The item.'),
	('item_alias', 'since', 'timestamptz', 'Since when, where known.'),

	('routing', 'rank', 'integer NOT NULL', 'Order of the rules: the lowest rank that matches decides.'),
	('routing', 'source', 'text', 'Tracker, as a LIKE pattern; NULL: any.'),
	('routing', 'project', 'text', 'Project of the tracker, as a LIKE pattern; NULL: any.'),
	('routing', 'type', 'text', 'Type of the item (feature, defect, ...); NULL: any.'),
	('routing', 'value_stream', 'text NOT NULL', 'Value stream of the items that match.'),
	('routing', 'team', 'text', 'Their team; NULL: none.'),
	('routing', 'workflow', 'jsonb', 'How their states are read: the JSON form of vsm.workflow. NULL: as in their value stream.'),

	('service_level', 'service_level', 'bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY', 'Number of the expectation.'),
	('service_level', 'value_stream', 'text', 'For items of this value stream; NULL: any.'),
	('service_level', 'type', 'text', 'For items of this type; NULL: any.'),
	('service_level', 'priority', 'text', 'For items of this priority; NULL: any.'),
	('service_level', 'stage', 'text', 'For the time in this stage; NULL: for the flow time.'),
	('service_level', 'days', 'float8 NOT NULL', 'Days within which it is to be done.'),
	('service_level', 'probability', 'float8 NOT NULL DEFAULT 0.85', 'Share of items that are to meet it, from 0 to 1.'),

	('event', 'source', 'text NOT NULL', 'Tool that told of the event, as in inbox.source.'),
	('event', 'event_id', 'text NOT NULL', 'Its identity within the source: the same event told twice is one row.'),
	('event', 'entity', 'text NOT NULL', 'What the event is about: an item, a merge request, a pipeline, ...'),
	('event', 'at', 'timestamptz NOT NULL', 'When.'),
	('event', 'state', 'text NOT NULL', 'The state that the entity got, in the words of the tool.'),
	('event', 'attributes', 'jsonb', 'What else the tool said.'),
	('event', 'recorded_at', 'timestamptz NOT NULL DEFAULT now()', 'When the row was written.'),
	('event', 'xid', 'xid8', 'Transaction that last wrote the row.'),
	('event', 'state_id', 'text', 'The tool''s id of the state: it stays when the state is renamed.'),
	('event', 'previous', 'text', 'The state before, where the tool says it.'),
	('event', 'previous_id', 'text', 'The tool''s id of the state before.'),
	('event', 'seq', 'bigint', 'Order among events of the same instant, where the tool''s times are coarse.'),
	('event', 'method', 'text', 'NULL: stated by the tool. inferred: the state at creation, from what the first change came from. '
		'observed: the state when looked at, entered earlier. label: a label, which is a state only if the workflow has it.'),

	('link', 'source', 'text NOT NULL', 'Entity, SHA of a commit or alias of an item.'),
	('link', 'target', 'text NOT NULL', 'Entity, SHA of a commit or alias of an item.'),
	('link', 'kind', 'text NOT NULL', 'implements, part_of, builds, deploys, fixes, caused_by, blocked_by or duplicates.'),
	('link', 'method', 'text', 'How it was found: the surest of the ways.'),
	('link', 'confidence', 'float8', 'How sure it is, from 0 to 1.'),
	('link', 'since', 'timestamptz', 'Since when, where known.'),
	('link', 'until', 'timestamptz', 'When it ended; NULL: it stands.'),
	('link', 'changed_at', 'timestamptz', 'When it was last seen to stand or to end.'),

	('commit', 'sha', 'text NOT NULL', 'SHA of the commit.'),
	('commit', 'repository', 'text', 'Repository: shop/checkout.'),
	('commit', 'authored_at', 'timestamptz', 'When it was written.'),
	('commit', 'committed_at', 'timestamptz', 'When it was committed.'),
	('commit', 'title', 'text', 'First line of its message.'),
	('commit', 'parents', 'text[]', 'SHAs of its parents; NULL: not known.'),
	('commit', 'url', 'text', 'Address in the version control.'),
	('commit', 'source', 'text', 'Tool, as in inbox.source.'),
	('commit', 'updated_at', 'timestamptz', 'Version of this row.'),

	('deployment', 'deployment', 'text NOT NULL', 'The deployment: source:deployment:id.'),
	('deployment', 'service', 'text', 'Service, where known or set by hand; else by the repository, see routed_deployment.'),
	('deployment', 'repository', 'text', 'Repository that was deployed from.'),
	('deployment', 'environment', 'text', 'Environment.'),
	('deployment', 'environment_tier', 'text', 'production, staging, testing, development or other.'),
	('deployment', 'sha', 'text', 'Commit that was deployed.'),
	('deployment', 'ref', 'text', 'Branch or tag that was deployed.'),
	('deployment', 'status', 'text', 'Last status, in the words of the tool.'),
	('deployment', 'created_at', 'timestamptz', 'When it was asked for.'),
	('deployment', 'started_at', 'timestamptz', 'When it began.'),
	('deployment', 'finished_at', 'timestamptz', 'When it ended, well or not.'),
	('deployment', 'url', 'text', 'Address in the tool.'),
	('deployment', 'source', 'text', 'Tool, as in inbox.source.'),
	('deployment', 'updated_at', 'timestamptz', 'Version of this row: when the tool had last changed the deployment.'),

	('incident', 'incident', 'text NOT NULL', 'The incident: source:kind:id.'),
	('incident', 'service', 'text', 'Service that was hit.'),
	('incident', 'repository', 'text', 'Repository of the service that was hit, where the tool says only this.'),
	('incident', 'environment', 'text', 'Environment that was hit.'),
	('incident', 'opened_at', 'timestamptz', 'When it began or was opened.'),
	('incident', 'acknowledged_at', 'timestamptz', 'When somebody took it on.'),
	('incident', 'resolved_at', 'timestamptz', 'When service was restored.'),
	('incident', 'severity', 'text', 'Severity, in the words of the tool.'),
	('incident', 'status', 'text', 'Last status, in the words of the tool.'),
	('incident', 'change_caused', 'boolean', 'Whether a change caused it; NULL: not known.'),
	('incident', 'title', 'text', 'Title.'),
	('incident', 'url', 'text', 'Address in the tool.'),
	('incident', 'source', 'text', 'Tool, as in inbox.source.'),
	('incident', 'updated_at', 'timestamptz', 'Version of this row: when the tool had last changed the incident.'),

	('usage', 'source', 'text NOT NULL', 'Where it was measured.'),
	('usage', 'event_id', 'text NOT NULL', 'Its identity within the source.'),
	('usage', 'feature', 'text NOT NULL', 'Feature that was used: an item or an alias of it.'),
	('usage', 'at', 'timestamptz NOT NULL', 'When, or the beginning of the period counted.'),
	('usage', 'uses', 'bigint NOT NULL DEFAULT 1', 'How many times.'),
	('usage', 'users', 'bigint', 'By how many customers, where known.'),

	('outcome', 'feature', 'text NOT NULL', 'Feature: an item or an alias of it.'),
	('outcome', 'at', 'timestamptz NOT NULL', 'When, or the beginning of the period measured.'),
	('outcome', 'measure', 'text NOT NULL', 'What was measured: revenue, cost saved, ...'),
	('outcome', 'amount', 'numeric NOT NULL', 'How much.'),
	('outcome', 'currency', 'text', 'Currency of the amount; NULL: that of the model.'),

	('inbox', 'id', 'bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY', 'Order of arrival.'),
	('inbox', 'source', 'text NOT NULL', 'Tool: jira, gitlab, ... or, for one of several installations, jira:NAME.'),
	('inbox', 'payload', 'text NOT NULL', 'The payload as it was sent: a webhook''s body, or an answer of the API.'),
	('inbox', 'received_at', 'timestamptz NOT NULL DEFAULT now()', 'When it arrived.'),
	('inbox', 'error', 'text', 'Why it was not read; set it to NULL to have it read again.');
END;
COMMENT ON FUNCTION vsm.model_columns() IS 'the columns of the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_constraints() RETURNS SETOF vsm.model_object
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	VALUES
	('model', 'model_single_check', 'CHECK (single)', NULL::text, NULL::text[]),
	('model', 'model_week_starts_check', 'CHECK (week_starts IN (''mon'', ''tue'', ''wed'', ''thu'', ''fri'', ''sat'', ''sun''))', NULL, NULL),
	('value_stream', 'value_stream_workflow_check', 'CHECK (workflow IS NULL OR workflow::vsm.workflow IS NOT NULL)', NULL, NULL),
	('value_stream', 'value_stream_calendar_check', 'CHECK (calendar IS NULL OR calendar::vsm.calendar IS NOT NULL)', NULL, NULL),
	('team', 'team_calendar_check', 'CHECK (calendar IS NULL OR calendar::vsm.calendar IS NOT NULL)', NULL, NULL),
	('service', 'service_kind_check', 'CHECK (kind IN (''application'', ''infrastructure''))', NULL, NULL),
	('item', 'item_type_check', 'CHECK (type IN (''feature'', ''defect'', ''risk'', ''debt'', ''other''))', NULL, NULL),
	('routing', 'routing_workflow_check', 'CHECK (workflow IS NULL OR workflow::vsm.workflow IS NOT NULL)', NULL, NULL),
	('service_level', 'service_level_days_check', 'CHECK (days > 0)', NULL, NULL),
	('service_level', 'service_level_probability_check', 'CHECK (probability > 0 AND probability < 1)', NULL, NULL),
	('link', 'link_confidence_check', 'CHECK (confidence >= 0 AND confidence <= 1)', NULL, NULL);
END;
COMMENT ON FUNCTION vsm.model_constraints() IS 'the check constraints of the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_indexes() RETURNS SETOF vsm.model_object
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	VALUES
	('event', 'event_entity_at_idx', '(entity, at)', NULL::text, NULL::text[]),
	('link', 'link_target_idx', '(target)', NULL, NULL),
	('item', 'item_parent_idx', '(parent)', NULL, NULL),
	('item', 'item_feature_idx', '(feature)', NULL, NULL),
	('item', 'item_key_idx', '(key)', NULL, NULL),
	('item_alias', 'item_alias_item_idx', '(item)', NULL, NULL),
	('commit', 'commit_repository_idx', '(repository, committed_at)', NULL, NULL),
	('deployment', 'deployment_sha_idx', '(sha)', NULL, NULL),
	('deployment', 'deployment_service_idx', '(service, environment, finished_at)', NULL, NULL),
	('incident', 'incident_service_idx', '(service, environment, opened_at)', NULL, NULL),
	('usage', 'usage_feature_idx', '(feature, at)', NULL, NULL),
	('inbox', 'inbox_waiting_idx', '(id) WHERE error IS NULL', NULL, NULL);
END;
COMMENT ON FUNCTION vsm.model_indexes() IS 'the indexes of the tables that vsm.create_model makes';

CREATE FUNCTION vsm.model_views() RETURNS SETOF vsm.model_object
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	VALUES
	(NULL::text, 'routed_item', $view$
		SELECT i.item,
			coalesce(i.value_stream, r.value_stream) AS value_stream,
			coalesce(i.team, CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.team END) AS team,
			coalesce(CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.workflow END, v.workflow) AS workflow,
			coalesce(t.calendar, v.calendar) AS calendar,
			r.rank
		FROM %1$I.item AS i
			LEFT JOIN LATERAL (
				SELECT q.rank, q.value_stream, q.team, q.workflow
				FROM %1$I.routing AS q
				WHERE (q.source IS NULL OR i.source LIKE q.source)
				AND (q.project IS NULL OR i.project LIKE q.project)
				AND (q.type IS NULL OR i.type = q.type)
				ORDER BY q.rank LIMIT 1) AS r ON true
			LEFT JOIN %1$I.value_stream AS v ON v.value_stream = coalesce(i.value_stream, r.value_stream)
			LEFT JOIN %1$I.team AS t
				ON t.team = coalesce(i.team, CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.team END)$view$,
		'Value stream, team, workflow and calendar of every item, by hand or by routing.',
		ARRAY['The item.', 'Its value stream; NULL: no rule matches.', 'Its team.',
			'How its states are read: the JSON form of vsm.workflow.', 'Its working time: the JSON form of vsm.calendar.',
			'Rank of the routing rule that matched.']),
	(NULL, 'entity_link', $view$
		SELECT r.source, r.target, r.kind,
			(array_agg(r.method ORDER BY r.confidence DESC, r.method))[1] AS method,
			max(r.confidence) AS confidence,
			min(r.since) AS since,
			(array_agg(r.until ORDER BY r.changed_at DESC NULLS LAST, r.until NULLS LAST))[1] AS until
		FROM (
			SELECT l.source, l.target, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l
			WHERE NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.source)
			AND NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.target)
			UNION ALL
			SELECT l.source, t.item, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l JOIN %1$I.item_alias AS t ON t.alias = l.target
			WHERE NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.source)
			UNION ALL
			SELECT s.item, l.target, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l JOIN %1$I.item_alias AS s ON s.alias = l.source
			WHERE NOT EXISTS (SELECT FROM %1$I.item_alias AS a WHERE a.alias = l.target)
			UNION ALL
			SELECT s.item, t.item, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
			FROM %1$I.link AS l JOIN %1$I.item_alias AS s ON s.alias = l.source JOIN %1$I.item_alias AS t ON t.alias = l.target) AS r
		WHERE r.source <> r.target
		GROUP BY r.source, r.target, r.kind$view$,
		'Links between entities: those of the table link, with aliases replaced by the items they stand for.',
		ARRAY['Entity, or SHA of a commit.', 'Entity, or SHA of a commit; an alias that no item has stays as it is.',
			'implements, part_of, builds, deploys, fixes, caused_by, blocked_by or duplicates: "source KIND target".',
			'How it was found: the surest of the ways.', 'How sure it is, from 0 to 1.', 'Since when, where known.',
			'When it ended; NULL: it stands.']),
	(NULL, 'routed_deployment', $view$
		SELECT d.deployment, coalesce(d.service, s.service, d.repository) AS service, s.value_stream, s.team
		FROM %1$I.deployment AS d
			LEFT JOIN LATERAL (
				SELECT q.service, q.value_stream, q.team FROM %1$I.service AS q
				WHERE q.service = d.service OR d.service IS NULL AND q.repository = d.repository
				ORDER BY q.path IS NOT NULL, q.service LIMIT 1) AS s ON true$view$,
		'Service, value stream and team of every deployment.',
		ARRAY['The deployment.', 'The service: by hand, else the one of its repository, else the repository itself.',
			'Value stream of the service.', 'Team of the service.']),
	(NULL, 'data_quality', $view$
		WITH route AS MATERIALIZED (SELECT r.item, r.value_stream, r.rank FROM %1$I.routed_item AS r),
		linked AS MATERIALIZED (
			-- Items that a commit implements, itself or through its merge request.
			SELECT l.source AS commit, l.target AS item FROM %1$I.entity_link AS l
			WHERE l.kind IN ('implements', 'fixes') AND EXISTS (SELECT FROM %1$I.item AS i WHERE i.item = l.target)
			AND EXISTS (SELECT FROM %1$I.commit AS c WHERE c.sha = l.source)
			UNION
			SELECT p.source, l.target FROM %1$I.entity_link AS l JOIN %1$I.link AS p ON p.target = l.source AND p.kind = 'part_of'
			WHERE l.kind IN ('implements', 'fixes') AND EXISTS (SELECT FROM %1$I.item AS i WHERE i.item = l.target))
		SELECT f.finding, f.subject, f.found, f.total, f.found::float8 / nullif(f.total, 0) AS share, f.detail
		FROM (
			SELECT 'unmapped state' AS finding, u.value_stream || ': ' || u.state AS subject, u.events AS found,
				NULL::bigint AS total, 'Events with a state that the workflow does not have.' AS detail
			FROM (
				SELECT r.value_stream, r.rank, e.state, count(*) AS events
				FROM %1$I.event AS e JOIN route AS r ON r.item = e.entity
				WHERE e.method IS DISTINCT FROM 'label' GROUP BY r.value_stream, r.rank, e.state) AS u
				JOIN %1$I.value_stream AS v ON v.value_stream = u.value_stream
				LEFT JOIN %1$I.routing AS q ON q.rank = u.rank AND q.value_stream = u.value_stream
			WHERE coalesce(q.workflow, v.workflow) IS NOT NULL AND NOT EXISTS (
				SELECT FROM vsm.stages(coalesce(q.workflow, v.workflow)::vsm.workflow) AS s
				WHERE u.state = s.stage OR u.state = ANY (s.states) OR u.state = ANY (s.until))
			UNION ALL
			SELECT 'items without routing', '', count(*) FILTER (WHERE r.value_stream IS NULL), count(*),
				'Items that no routing rule matches: they are in no value stream.'
			FROM route AS r
			UNION ALL
			SELECT 'items without commits', '', count(*) FILTER (WHERE l.item IS NULL), count(*),
				'Items that no commit names, in its message or through its merge request.'
			FROM %1$I.item AS i LEFT JOIN (SELECT DISTINCT k.item FROM linked AS k) AS l ON l.item = i.item
			UNION ALL
			SELECT 'deployments without items', '', count(*) FILTER (WHERE l.commit IS NULL), count(*),
				'Deployments of a commit that leads to no item.'
			FROM %1$I.deployment AS d LEFT JOIN (SELECT DISTINCT k.commit FROM linked AS k) AS l ON l.commit = d.sha
			UNION ALL
			SELECT 'commits with keys', coalesce(c.repository, ''),
				count(l.commit), count(*),
				'Commits that lead to an item.'
			FROM %1$I.commit AS c LEFT JOIN (SELECT DISTINCT k.commit FROM linked AS k) AS l ON l.commit = c.sha GROUP BY c.repository
			UNION ALL
			SELECT 'links to unknown items', l.kind, count(*), NULL,
				'Links whose end is neither an entity nor an alias of an item: perhaps not a key at all, perhaps the tracker is not loaded.'
			FROM %1$I.entity_link AS l
			WHERE l.kind IN ('implements', 'fixes') AND l.target NOT LIKE '%%:%%:%%' AND NOT EXISTS (SELECT FROM %1$I.item AS i WHERE i.item = l.target)
			GROUP BY l.kind
			UNION ALL
			SELECT 'payloads in error', i.source || ': ' || left(i.error, 200), count(*), NULL, 'Payloads that stay in the inbox.'
			FROM %1$I.inbox AS i WHERE i.error IS NOT NULL GROUP BY i.source, left(i.error, 200)
			UNION ALL
			SELECT 'clock runs backwards', 'event before creation', count(*) FILTER (WHERE e.at < i.created_at), count(*),
				'Events of items from before the item was created.'
			FROM %1$I.event AS e JOIN %1$I.item AS i ON i.item = e.entity
			UNION ALL
			SELECT 'clock runs backwards', 'deployment', count(*) FILTER (WHERE d.finished_at < d.started_at OR d.started_at < d.created_at
				OR d.finished_at < d.created_at), count(*), 'Deployments that ended before they began.'
			FROM %1$I.deployment AS d
			UNION ALL
			SELECT 'clock runs backwards', 'deployed before committed', count(*) FILTER (WHERE d.finished_at < c.committed_at), count(*),
				'Deployments that ended before their commit was made.'
			FROM %1$I.deployment AS d JOIN %1$I.commit AS c ON c.sha = d.sha
			UNION ALL
			SELECT 'clock runs backwards', 'commit', count(*) FILTER (WHERE c.committed_at < c.authored_at), count(*),
				'Commits committed before they were written.'
			FROM %1$I.commit AS c
			UNION ALL
			SELECT 'clock runs backwards', 'incident', count(*) FILTER (WHERE n.resolved_at < n.opened_at), count(*),
				'Incidents resolved before they were opened.'
			FROM %1$I.incident AS n
			UNION ALL
			SELECT 'history cut off', '', count(*) FILTER (WHERE i.changelog_missing > 0 AND (i.changelog_from <= i.changelog_until) IS NOT TRUE), count(*),
				'Items whose last payload left out a part of their history that no other payload has told.'
			FROM %1$I.item AS i
			UNION ALL
			SELECT 'history with gaps', '', count(DISTINCT c.entity) FILTER (WHERE c.previous <> c.before), count(DISTINCT c.entity),
				'Items with a change that came from another state than the one before: an event is missing.'
			FROM (
				SELECT e.entity, e.previous,
					lag(e.state) OVER (PARTITION BY e.entity ORDER BY e.at, length(e.event_id), e.event_id) AS before
				FROM %1$I.event AS e
				WHERE e.previous IS NOT NULL OR e.method = 'inferred') AS c
			UNION ALL
			SELECT 'unknown name', n.kind || ': ' || n.name, count(*), NULL, 'A name that is used but not in the table of that kind.'
			FROM (
				SELECT 'value_stream', r.value_stream FROM %1$I.routing AS r
				UNION ALL SELECT 'value_stream', t.value_stream FROM %1$I.team AS t
				UNION ALL SELECT 'value_stream', s.value_stream FROM %1$I.service AS s
				UNION ALL SELECT 'value_stream', i.value_stream FROM %1$I.item AS i
				UNION ALL SELECT 'team', r.team FROM %1$I.routing AS r
				UNION ALL SELECT 'team', s.team FROM %1$I.service AS s
				UNION ALL SELECT 'team', i.team FROM %1$I.item AS i) AS n (kind, name)
			WHERE n.name IS NOT NULL AND NOT CASE n.kind
				WHEN 'team' THEN EXISTS (SELECT FROM %1$I.team AS t WHERE t.team = n.name)
				ELSE EXISTS (SELECT FROM %1$I.value_stream AS v WHERE v.value_stream = n.name) END
			GROUP BY n.kind, n.name) AS f$view$,
		'What is missing or doubtful in the data, counted. Figures are as good as this is.',
		ARRAY['What was looked for.', 'In what: a state, a repository, an error; empty: in all.', 'How many were found.',
			'Of how many, where that can be said.', 'found / total.', 'What the finding means.']);
END;
COMMENT ON FUNCTION vsm.model_views() IS 'the views that vsm.create_model makes';

CREATE PROCEDURE vsm.create_model(schema text, time_zone text DEFAULT NULL, week_starts text DEFAULT NULL, currency text DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t       vsm.model_table;
	c       vsm.model_column;
	o       vsm.model_object;
	target  regclass;
	key     text;
	comment text;
BEGIN
	IF schema IS NULL THEN
		PERFORM vsm.check_model(schema);
	ELSIF schema = '' OR schema = 'vsm' OR schema = 'information_schema' OR starts_with(schema, 'pg_') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_schema_name',
			MESSAGE = format('a model cannot be created in schema "%s"', schema),
			DETAIL = 'The schema of a model is one of your own: not "vsm", which belongs to the extension, nor one of PostgreSQL''s.',
			HINT = 'Choose another name: CALL vsm.create_model(''flow'')';
	ELSIF octet_length(schema) > 63 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'name_too_long',
			MESSAGE = format('schema "%s" has too long a name', schema),
			DETAIL = 'PostgreSQL would cut it off after 63 bytes.',
			HINT = 'Choose a shorter name.';
	END IF;
	PERFORM vsm.check_settings(time_zone, week_starts);
	-- One session at a time, so that who comes second finds what the first has made.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.create_model ' || schema, 0));
	IF EXISTS (
		SELECT FROM to_regclass(format('%I.model', schema)) AS m
		WHERE m IS NOT NULL AND NOT EXISTS (SELECT FROM pg_class AS r WHERE r.oid = m))
	THEN
		RAISE EXCEPTION USING
			ERRCODE = 'serialization_failure',
			MESSAGE = format('another session has just created the model in schema "%s"', schema),
			DETAIL = 'This transaction sees the database as it was before.',
			HINT = 'Call vsm.create_model again in a new transaction.';
	END IF;
	PERFORM vsm.check_kind(schema, m.name, 'table') FROM vsm.model_tables() AS m;
	PERFORM vsm.check_kind(schema, m.name, 'view') FROM vsm.model_views() AS m;
	PERFORM vsm.check_column(schema, m.relation, m.name, m.type) FROM vsm.model_columns() AS m;

	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		BEGIN
			EXECUTE format('CREATE SCHEMA %I', schema);
		EXCEPTION WHEN duplicate_schema OR unique_violation THEN
			NULL;	-- somebody else has just made it
		END;
	END IF;

	FOR t IN SELECT * FROM vsm.model_tables() LOOP
		IF to_regclass(format('%I.%I', schema, t.name)) IS NULL THEN
			EXECUTE format('CREATE TABLE %I.%I (%s)', schema, t.name,
				(SELECT string_agg(format('%I %s', m.name, m.type), ', ' ORDER BY m.o)
				 FROM vsm.model_columns() WITH ORDINALITY AS m (relation, name, type, comment, o) WHERE m.relation = t.name));
		END IF;
		target := format('%I.%I', schema, t.name)::regclass;

		-- Columns of a later version, or of a table that the user has made to be partitioned.
		FOR c IN SELECT m.relation, m.name, m.type, m.comment
			FROM vsm.model_columns() WITH ORDINALITY AS m (relation, name, type, comment, o)
			WHERE m.relation = t.name ORDER BY m.o
		LOOP
			IF NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = target AND a.attname = c.name AND NOT a.attisdropped) THEN
				EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', target, c.name, c.type);
			ELSIF c.type LIKE '%NOT NULL%' AND EXISTS (
				SELECT FROM pg_attribute AS a WHERE a.attrelid = target AND a.attname = c.name AND NOT a.attnotnull)
			THEN
				EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', target, c.name);
			END IF;
			EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', target, c.name, c.comment);
		END LOOP;
		EXECUTE format('COMMENT ON TABLE %s IS %L', target, t.comment);

		-- The key of a partitioned table holds the columns by which it is partitioned.
		IF NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = target AND i.indisprimary) THEN
			SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.o) INTO key
			FROM (
				SELECT n.name, min(n.o) AS o
				FROM (
					SELECT trim(p.name) AS name, p.o FROM string_to_table(t.key, ',') WITH ORDINALITY AS p (name, o)
					UNION ALL
					SELECT a.attname, 100 + p.o
					FROM pg_partitioned_table AS q, unnest(q.partattrs::smallint[]) WITH ORDINALITY AS p (attnum, o), pg_attribute AS a
					WHERE q.partrelid = target AND a.attrelid = target AND a.attnum = p.attnum) AS n
				GROUP BY n.name) AS k;
			IF key ~ '(recorded_at|xid)' THEN
				RAISE EXCEPTION USING
					ERRCODE = 'invalid_table_definition',
					MESSAGE = format('table %s cannot be partitioned by when its rows were written', target),
					DETAIL = format('Its key would be (%s), and an event told twice would be two rows.', key),
					HINT = 'Partition it by at, entity or source.';
			END IF;
			EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY (%s)', target, t.name || '_pkey', key);
		END IF;
	END LOOP;

	FOR o IN SELECT * FROM vsm.model_constraints() LOOP
		target := format('%I.%I', schema, o.relation)::regclass;
		IF NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = target AND k.conname = o.name) THEN
			EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', target, o.name, o.definition);
		END IF;
	END LOOP;

	FOR o IN SELECT * FROM vsm.model_indexes() LOOP
		IF to_regclass(format('%I.%I', schema, o.name)) IS NULL THEN
			EXECUTE format('CREATE INDEX %I ON %I.%I %s', o.name, schema, o.relation, o.definition);
		END IF;
	END LOOP;

	IF NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = format('%I.model', schema)::regclass AND g.tgname = 'model_settings') THEN
		EXECUTE format('CREATE TRIGGER model_settings BEFORE INSERT OR UPDATE OF time_zone, week_starts ON %I.model
			FOR EACH ROW EXECUTE FUNCTION vsm.check_model_settings()', schema);
		EXECUTE format('COMMENT ON TRIGGER model_settings ON %I.model IS %L', schema, 'Says what is wrong with a time zone or a day that is none.');
	END IF;

	EXECUTE format('INSERT INTO %I.model (version, time_zone, week_starts, currency) VALUES ($1, coalesce($2, ''UTC''), coalesce($3, ''mon''), $4)
		ON CONFLICT (single) DO UPDATE SET version = $1, time_zone = coalesce($2, model.time_zone),
			week_starts = coalesce($3, model.week_starts), currency = coalesce($4, model.currency)
		WHERE (model.version, model.time_zone, model.week_starts, model.currency) IS DISTINCT FROM
			($1, coalesce($2, model.time_zone), coalesce($3, model.week_starts), coalesce($4, model.currency))', schema)
	USING (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vsm'), time_zone, week_starts, currency;

	FOR o IN SELECT * FROM vsm.model_views() LOOP
		EXECUTE format('CREATE OR REPLACE VIEW %1$I.%2$I AS %3$s', schema, o.name, format(o.definition, schema));
		EXECUTE format('COMMENT ON VIEW %I.%I IS %L', schema, o.name, o.comment);
		FOR key, comment IN
			SELECT a.attname, o.columns[a.attnum] FROM pg_attribute AS a
			WHERE a.attrelid = format('%I.%I', schema, o.name)::regclass AND a.attnum > 0
		LOOP
			EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', schema, o.name, key, comment);
		END LOOP;
	END LOOP;

	IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls)) THEN
		RAISE WARNING USING
			MESSAGE = format('the model in schema "%s" belongs to "%s", whom row security does not bind', schema, current_user),
			DETAIL = 'Views read the tables as their owner does, so policies on the tables would not hold for those who read the views.',
			HINT = 'Create the model as a role that is neither a superuser nor has BYPASSRLS.';
	END IF;
END
$$;
COMMENT ON PROCEDURE vsm.create_model(text, text, text, text) IS
	'creates the tables and views of a model in a schema, owned by the caller, or brings them up to this version; data and grants stay. '
	'Settings left out are UTC, mon and no currency, or as they were';
