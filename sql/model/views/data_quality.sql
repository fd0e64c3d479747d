CREATE OR REPLACE VIEW :"schema".data_quality AS
WITH route AS MATERIALIZED (SELECT r.item, r.value_stream, r.rank FROM :"schema".routed_item AS r),
happened AS MATERIALIZED (
	-- All events, read once.
	SELECT e.source, r.item IS NOT NULL AS is_of_item, r.value_stream, r.rank, e.state, e.method IS NOT DISTINCT FROM 'label' AS is_label,
		count(*) AS events, count(*) FILTER (WHERE e.at < r.created_at) AS before_creation, min(e.recorded_at) AS recorded_at
	FROM :"schema".event AS e
		LEFT JOIN (
			SELECT i.item, i.created_at, w.value_stream, w.rank
			FROM :"schema".item AS i LEFT JOIN route AS w ON w.item = i.item) AS r ON r.item = e.entity
	GROUP BY e.source, r.item IS NOT NULL, r.value_stream, r.rank, e.state, e.method IS NOT DISTINCT FROM 'label'),
named AS MATERIALIZED (
	-- What implements or fixes what, as entity_link has it, but all at once, and some more than once.
	SELECT n.kind, n.source, n.target, i.item IS NOT NULL AS is_item
	FROM (
			SELECT l.kind, coalesce(s.item, l.source) AS source, coalesce(t.item, l.target) AS target
			FROM :"schema".link AS l
				LEFT JOIN :"schema".item_alias AS s ON s.alias = l.source
				LEFT JOIN :"schema".item_alias AS t ON t.alias = l.target
			WHERE l.kind IN ('implements', 'fixes')) AS n
		LEFT JOIN :"schema".item AS i ON i.item = n.target
	WHERE n.source <> n.target),
linked AS MATERIALIZED (
	-- Items that a commit implements, itself or through its merge request.
	SELECT n.source AS commit, n.target AS item FROM named AS n JOIN :"schema".commit AS c ON c.sha = n.source WHERE n.is_item
	UNION ALL
	SELECT p.source, n.target FROM named AS n JOIN :"schema".link AS p ON p.target = n.source AND p.kind = 'part_of' WHERE n.is_item),
deploying AS MATERIALIZED (
	-- Deployments and the builds that made them.
	SELECT d.deployment, d.environment, b.build, b.job
	FROM :"schema".deployment AS d JOIN :"schema".link AS l ON l.source = d.deployment AND l.kind = 'part_of' AND l.until IS NULL
		JOIN :"schema".build AS b ON b.build = l.target)
SELECT f.finding, f.subject, f.found, f.total, f.found::float8 / nullif(f.total, 0) AS share, f.detail
FROM (
	SELECT 'unmapped state' AS finding, u.value_stream || ': ' || u.state AS subject, u.events AS found,
		NULL::bigint AS total, 'Events with a state that the workflow does not have.' AS detail
	FROM (
		SELECT h.value_stream, h.rank, h.state, sum(h.events)::bigint AS events
		FROM happened AS h
		WHERE h.is_of_item AND NOT h.is_label GROUP BY h.value_stream, h.rank, h.state) AS u
		JOIN :"schema".value_stream AS v ON v.value_stream = u.value_stream
		LEFT JOIN :"schema".routing AS q ON q.rank = u.rank AND q.value_stream = u.value_stream
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
	FROM :"schema".item AS i LEFT JOIN (SELECT DISTINCT k.item FROM linked AS k) AS l ON l.item = i.item
	UNION ALL
	SELECT 'deployments without items', '', count(*) FILTER (WHERE l.sha IS NULL), count(*),
		'Deployments of a commit that leads to no item.'
	FROM :"schema".deployment AS d
		LEFT JOIN (SELECT DISTINCT o.sha FROM :"schema".deployment AS o JOIN linked AS k ON k.commit = o.sha) AS l ON l.sha = d.sha
	UNION ALL
	SELECT 'commits with keys', coalesce(c.repository, ''),
		count(l.commit), count(*),
		'Commits that lead to an item.'
	FROM :"schema".commit AS c LEFT JOIN (SELECT DISTINCT k.commit FROM linked AS k) AS l ON l.commit = c.sha GROUP BY c.repository
	UNION ALL
	SELECT 'links to unknown items', n.kind, count(DISTINCT (n.source, n.target)), NULL,
		'Links whose end is neither an entity nor an alias of an item: perhaps not a key at all, perhaps the tracker is not loaded.'
	FROM named AS n
	WHERE n.target NOT LIKE '%:%:%' AND NOT n.is_item
	GROUP BY n.kind
	UNION ALL
	SELECT 'payloads in error', i.source || ': ' || left(i.error, 200), count(*), NULL, 'Payloads that stay in the inbox.'
	FROM :"schema".inbox AS i WHERE i.error IS NOT NULL GROUP BY i.source, left(i.error, 200)
	UNION ALL
	SELECT 'clock runs backwards', 'event before creation', coalesce(sum(h.before_creation), 0)::bigint, coalesce(sum(h.events), 0)::bigint,
		'Events of items from before the item was created.'
	FROM happened AS h WHERE h.is_of_item
	UNION ALL
	SELECT 'clock runs backwards', 'deployment', count(*) FILTER (WHERE d.finished_at < d.started_at OR d.started_at < d.created_at
		OR d.finished_at < d.created_at), count(*), 'Deployments that ended before they began.'
	FROM :"schema".deployment AS d
	UNION ALL
	SELECT 'clock runs backwards', 'deployed before committed', count(*) FILTER (WHERE d.finished_at < c.committed_at), count(*),
		'Deployments that ended before their commit was made.'
	FROM :"schema".deployment AS d JOIN :"schema".commit AS c ON c.sha = d.sha
	UNION ALL
	SELECT 'clock runs backwards', 'commit', count(*) FILTER (WHERE c.committed_at < c.authored_at), count(*),
		'Commits committed before they were written.'
	FROM :"schema".commit AS c
	UNION ALL
	SELECT 'clock runs backwards', 'incident', count(*) FILTER (WHERE n.resolved_at < n.opened_at), count(*),
		'Incidents resolved before they were opened.'
	FROM :"schema".incident AS n
	UNION ALL
	SELECT 'history cut off', '',
		count(*) FILTER (WHERE i.changelog_missing > 0 AND (i.updated_at <= i.changelog_until) IS NOT TRUE), count(*),
		'Items whose last payload left out a part of their history that no other payload has told.'
	FROM :"schema".item AS i
	UNION ALL
	SELECT 'history with gaps', '', count(DISTINCT c.entity) FILTER (WHERE c.previous <> c.before), count(DISTINCT c.entity),
		'Items with a change that came from another state than the one before: an event is missing.'
	FROM (
		SELECT e.entity, e.previous,
			lag(e.state) OVER (PARTITION BY e.entity ORDER BY e.at, length(e.event_id), e.event_id) AS before
		FROM :"schema".event AS e
		WHERE e.previous IS NOT NULL OR e.method = 'inferred') AS c
	UNION ALL
	SELECT 'unknown name', n.kind || ': ' || n.name, count(*), NULL, 'A name that is used but not in the table of that kind.'
	FROM (
		SELECT 'value_stream', r.value_stream FROM :"schema".routing AS r
		UNION ALL SELECT 'value_stream', t.value_stream FROM :"schema".team AS t
		UNION ALL SELECT 'value_stream', s.value_stream FROM :"schema".service AS s
		UNION ALL SELECT 'value_stream', i.value_stream FROM :"schema".item AS i
		UNION ALL SELECT 'team', r.team FROM :"schema".routing AS r
		UNION ALL SELECT 'team', s.team FROM :"schema".service AS s
		UNION ALL SELECT 'team', i.team FROM :"schema".item AS i) AS n (kind, name)
	WHERE n.name IS NOT NULL AND NOT CASE n.kind
		WHEN 'team' THEN EXISTS (SELECT FROM :"schema".team AS t WHERE t.team = n.name)
		ELSE EXISTS (SELECT FROM :"schema".value_stream AS v WHERE v.value_stream = n.name) END
	GROUP BY n.kind, n.name
	UNION ALL
	SELECT 'clock runs backwards', 'build', count(*) FILTER (WHERE b.finished_at < b.started_at OR b.started_at < b.queued_at), count(*),
		'Builds that ended before they began, or began before they were asked for.'
	FROM :"schema".build AS b
	UNION ALL
	SELECT 'clock runs backwards', 'merge request', count(*) FILTER (WHERE least(q.merged_at, q.closed_at, q.approved_at) < q.created_at),
		count(*),
		'Requests that were approved, merged or closed before they were opened.'
	FROM :"schema".merge_request AS q
	UNION ALL
	SELECT 'name not understood', 'environment: ' || d.environment, count(*), NULL,
		format('Deployments to an environment of no known tier. INSERT INTO %I.naming (kind, name, meaning) VALUES (%L, %L, %L) says '
			'which: '
			'production, staging, testing, development or other.', :'schema', 'environment', d.environment, 'production')
	FROM :"schema".deployment AS d
	WHERE coalesce(d.environment_tier, 'other') = 'other' AND d.environment IS NOT NULL
	AND NOT EXISTS (SELECT FROM :"schema".naming AS n WHERE n.kind = 'environment' AND lower(n.name) = lower(d.environment))
	GROUP BY d.environment
	UNION ALL
	SELECT 'name not understood', 'type: ' || i.source_type, count(*), NULL,
		format('Items of a type that says nothing of its kind. INSERT INTO %I.naming (kind, name, meaning) VALUES (%L, %L, %L) says which: '
			'feature, defect, risk, debt, incident or other.', :'schema', 'type', i.source_type, 'feature')
	FROM :"schema".item AS i
	WHERE i.type_told = 'other' AND i.source_type IS NOT NULL
	AND NOT EXISTS (SELECT FROM :"schema".naming AS n WHERE n.kind = 'type' AND lower(n.name) = lower(i.source_type))
	GROUP BY i.source_type
	UNION ALL
	SELECT 'name not understood', format('field: %s (%s)', u.name, u.source), count(*), NULL,
		format('Changes of a custom field, in the kept payloads that came last (1,000, or 8 MB). '
			'INSERT INTO %I.naming (source, kind, name, meaning) VALUES (%L, %L, %L, %L) says what: '
			'flag, sprint, size, team, parent, feature, due, priority, category, or none: nothing.',
			:'schema', u.source, 'field', u.name, 'none')
	FROM (
		SELECT p.source, i.change ->> 'field' AS name, i.change ->> 'fieldId' AS id
		FROM (
			SELECT k.source, k.body, sum(octet_length(k.body)) OVER (PARTITION BY k.source ORDER BY k.payload DESC) AS bytes
			FROM (SELECT DISTINCT q.source FROM :"schema".payload AS q WHERE q.source ~ '^jira(:|$)') AS s,
				LATERAL (SELECT r.* FROM :"schema".payload AS r WHERE r.source = s.source ORDER BY r.payload DESC LIMIT 1000) AS k) AS p,
			LATERAL jsonb_path_query(vsm.payload_json(p.body), 'strict $.**.items[*]
				? (exists(@.field) && (@.fieldtype == "custom" || @.fieldId starts with "customfield"))', silent => true) AS i (change)
		WHERE p.bytes <= 8 * 1024 * 1024) AS u
	WHERE lower(u.name) <> 'rank' AND NOT EXISTS (
		SELECT FROM :"schema".effective_naming AS n
		WHERE n.kind = 'field' AND u.source LIKE n.source AND CASE
			WHEN n.name ~ '^/.+/$' THEN u.name ~* substr(n.name, 2, length(n.name) - 2) OR u.id ~* substr(n.name, 2, length(n.name) - 2)
			ELSE lower(n.name) IN (lower(u.name), lower(u.id)) END)
	GROUP BY u.source, u.name
	UNION ALL
	SELECT 'name not understood', format('%s: %s (%s)', u.kind, u.name, u.source), count(*), NULL,
		format('It looks like one that deploys, but where to is not known. INSERT INTO %I.naming (source, kind, name, meaning) '
			'VALUES (%L, %L, %L, %L) says where, or none: it deploys nothing.', :'schema', u.source, u.kind, u.name, 'production')
	FROM (
		SELECT b.source, 'job' AS kind, b.job AS name
		FROM (SELECT DISTINCT j.source, j.job FROM :"schema".build AS j) AS q
			JOIN :"schema".build AS b ON b.source = q.source AND b.job = q.job
		-- The job of a branch feature%2Fdeploy-x is called so by whoever made the branch.
		WHERE vsm.job_deploys(regexp_replace(q.job, '/[^/]*%2F[^/]*$', ''))
		AND NOT EXISTS (SELECT FROM :"schema".deployment AS d WHERE d.sha = b.sha AND d.environment IS NOT NULL)
		AND NOT EXISTS (
			SELECT FROM deploying AS d WHERE d.build = b.build AND d.environment IS NOT NULL)
		UNION ALL
		SELECT d.source, 'stage', e.attributes ->> 'name'
		FROM :"schema".deployment AS d JOIN :"schema".event AS e
			ON e.entity = d.source || ':stage:' || substr(d.deployment, length(d.source || ':deployment:') + 1) AND e.attributes ? 'name'
		WHERE d.environment IS NULL) AS u
	WHERE NOT EXISTS (
		SELECT FROM :"schema".naming AS n
		WHERE n.kind = u.kind AND u.source LIKE n.source AND CASE
			WHEN n.name ~ '^/.+/$' THEN u.name ~* substr(n.name, 2, length(n.name) - 2) ELSE lower(n.name) = lower(u.name) END)
	GROUP BY u.source, u.kind, u.name
	UNION ALL
	SELECT 'service not known', concat_ws(' ', d.repository, 'to ' || d.environment, 'by ' || d.job), count(*), NULL,
		format('Deployments of a repository of several services: %s. INSERT INTO %I.naming (source, kind, name, meaning) '
			'VALUES (%L, %L, %L, %L) says which.', d.services, :'schema', d.source, 'service', d.name, d.service)
	FROM (
		SELECT d.repository, d.environment, d.source, j.job, c.services, c.service,
			CASE c.place WHEN 1 THEN d.environment WHEN 2 THEN j.job ELSE coalesce(j.job, d.environment, d.repository) END AS name
		FROM :"schema".deployment AS d JOIN :"schema".routed_deployment AS r ON r.deployment = d.deployment
			LEFT JOIN LATERAL (
				SELECT min(k.job) AS job FROM deploying AS k WHERE k.deployment = d.deployment) AS j ON true
			JOIN LATERAL (
				-- What is proposed has the name of the service as a word, or at its beginning; none is taken.
				SELECT string_agg(s.service, ', ' ORDER BY s.service) AS services, count(*) AS number,
					count(*) FILTER (WHERE s.path IS NULL) AS whole, min(w.place) AS place,
					(array_agg(s.service ORDER BY w.place, CASE WHEN w.place < 3 THEN - length(s.service) END, s.service))[1] AS service
				FROM :"schema".service AS s, LATERAL (
					SELECT CASE
						WHEN vsm.has_word(d.environment, s.service) THEN 1
						WHEN vsm.has_word(j.job, s.service) THEN 2
						ELSE 3 END AS place) AS w
				WHERE s.repository = d.repository) AS c ON c.number > 1 AND c.whole <> 1
		WHERE d.service IS NULL AND r.service = d.repository) AS d
	GROUP BY d.repository, d.environment, d.source, d.job, d.services, d.name, d.service
	UNION ALL
	SELECT 'name not understood', format('service: %s (%s)', u.service, u.source), u.incidents, NULL,
		format('Incidents of a service that is neither in the table service nor deployed. INSERT INTO %I.naming '
			'(source, kind, name, meaning) VALUES (%L, %L, %L, %L) says which service it is.', :'schema', u.source, 'service', u.service,
			coalesce((
				SELECT s.service FROM :"schema".service AS s WHERE vsm.has_word(u.service, s.service)
				ORDER BY length(s.service) DESC, s.service LIMIT 1), '...'))
	FROM (
		SELECT i.source, r.service, count(*) AS incidents
		FROM :"schema".incident AS i JOIN :"schema".routed_incident AS r ON r.incident = i.incident
		WHERE i.source IS NOT NULL AND r.service IS NOT NULL AND i.change_caused IS DISTINCT FROM false
		GROUP BY i.source, r.service) AS u
	WHERE EXISTS (SELECT FROM :"schema".deployment AS d)
	AND NOT EXISTS (SELECT FROM :"schema".service AS s WHERE s.service = u.service)
	AND u.service NOT IN (SELECT r.service FROM :"schema".routed_deployment AS r WHERE r.service IS NOT NULL)
	UNION ALL
	SELECT 'name not understood', format('feature: %s (%s)', u.feature, u.source), u.uses, NULL,
		format('Use of a flag or of something else that is of no item. INSERT INTO %I.naming (source, kind, name, meaning) '
			'VALUES (%L, %L, %L, %L) says of which, for what is read from then on.', :'schema', u.source, 'feature', u.feature, '...')
	FROM (SELECT u.source, u.feature, count(*) AS uses FROM :"schema".usage AS u GROUP BY u.source, u.feature) AS u
	WHERE NOT EXISTS (SELECT FROM :"schema".item AS i WHERE i.item = u.feature)
	AND NOT EXISTS (SELECT FROM :"schema".item_alias AS a WHERE a.alias = u.feature)
	UNION ALL
	SELECT 'image of no known commit', format('%s (%s)', u.image, u.source), count(*), NULL,
		format('Deployments of an image whose commit is not known. Have what builds it write the label '
			'org.opencontainers.image.revision, or '
			'INSERT INTO %I.naming (source, kind, name, meaning) VALUES (%L, %L, %L, %L) says which repository it is built from.',
			:'schema', u.source, 'image', u.image, '...')
	FROM (
		SELECT DISTINCT d.deployment, d.source, vsm.image_name(l.target) AS image
		FROM :"schema".link AS l JOIN :"schema".deployment AS d ON d.deployment = l.source
		WHERE l.kind = 'deploys' AND l.method = 'image' AND l.until IS NULL AND d.sha IS NULL) AS u
	GROUP BY u.source, u.image
	UNION ALL
	SELECT 'names not yet read with', format('%s: %s: %s', r.source, n.kind, n.name), count(*), NULL,
		CASE WHEN EXISTS (SELECT FROM :"schema".payload AS p WHERE p.source = r.source) THEN
			format('What was read before the name changed has not been read again: CALL vsm.read_again(%L, %L)', :'schema', r.source)
		ELSE
			format('What was read before the name changed is as it was, and no payload of it was kept: load it anew, then INSERT INTO '
				'%I.source_read (source) VALUES (%L) ON CONFLICT (source) DO UPDATE SET read_at = now()', :'schema', r.source)
		END
	FROM (
		SELECT c.source, c.kind, c.name, max(c.at) AS changed_at
		FROM (
			SELECT n.source, n.kind, n.name, n.changed_at AS at FROM :"schema".naming AS n
			UNION ALL
			SELECT n.source, n.kind, n.name, n.removed_at FROM :"schema".naming_removed AS n) AS c
		GROUP BY c.source, c.kind, c.name) AS n
		JOIN (
			SELECT s.source, min(s.read_at) AS read_at
			FROM (
				SELECT h.source, min(h.recorded_at) AS read_at FROM happened AS h GROUP BY h.source
				UNION ALL
				SELECT p.source, min(p.read_at) FROM :"schema".payload AS p GROUP BY p.source) AS s
			GROUP BY s.source) AS r
			ON r.source LIKE n.source AND r.read_at < n.changed_at
	WHERE NOT EXISTS (SELECT FROM :"schema".source_read AS a WHERE a.source = r.source AND a.read_at >= n.changed_at)
	GROUP BY r.source, n.kind, n.name
	UNION ALL
	SELECT 'deployments without commit', coalesce(d.repository, d.source, ''), count(*) FILTER (WHERE d.sha IS NULL), count(*),
		'Successful deployments to production of which no commit is known: what they released is not known. Load the builds that made '
		'them, or have the tool say the commit.'
	FROM :"schema".deployment AS d
	WHERE d.environment_tier = 'production' AND d.status = 'success'
	GROUP BY coalesce(d.repository, d.source, '') HAVING count(*) FILTER (WHERE d.sha IS NULL) > 0
	UNION ALL
	SELECT 'deployments of unknown commits', coalesce(d.repository, d.source, ''), count(*) FILTER (WHERE c.sha IS NULL), count(*),
		'Deployments of a commit that is not loaded: load the pushes or commits of the repository.'
	FROM :"schema".deployment AS d LEFT JOIN :"schema".commit AS c ON c.sha = d.sha
	WHERE d.sha IS NOT NULL
	GROUP BY coalesce(d.repository, d.source, '') HAVING count(*) FILTER (WHERE c.sha IS NULL) > 0
	UNION ALL
	SELECT 'column that stops writers', (c.relname || '.' || a.attname) COLLATE "default", 1, NULL,
		'A column that vsm does not know and that has to be filled, but has no default: nobody else can write to the table. '
		'Give it a default, or load into a table of your own and INSERT ... SELECT from there.'
	FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
		JOIN (SELECT DISTINCT m.relation FROM vsm.model_columns() AS m) AS t ON t.relation = c.relname
	WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(:'schema')) AND c.relkind IN ('r', 'p') AND a.attnum > 0
	AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
	AND NOT EXISTS (SELECT FROM vsm.model_columns() AS m WHERE m.relation = c.relname AND m.name = a.attname)
	UNION ALL
	SELECT 'workflow that does not compile', coalesce(r.value_stream, '') || coalesce(', rule ' || r.rank, ''), 1, NULL,
		'Its items have no results: see what vsm.workflow says of it, and the check constraints of value_stream and routing.'
	FROM :"schema".route AS r
		JOIN LATERAL (
			SELECT coalesce((SELECT q.workflow FROM :"schema".routing AS q WHERE q.rank = r.rank AND q.workflow IS NOT NULL),
				v.workflow) AS workflow
			FROM :"schema".value_stream AS v WHERE v.value_stream = r.value_stream) AS w ON true
	WHERE r.workflow IS NULL AND w.workflow IS NOT NULL
	UNION ALL
	SELECT 'control rule not judged', c.name || coalesce(': ' || r.value_stream, ''), 1, NULL,
		format('A workflow lacks a stage that the pattern names, or has it as a layer: %s. Name the stages of that value stream: INSERT '
			'INTO '
			'%I.control_rule (value_stream, name, pattern) VALUES (%L, %L, ...).',
			array_to_string(ARRAY(SELECT DISTINCT p.stage FROM unnest(vsm.path_pattern_stages(c.pattern)) AS p (stage)
				WHERE p.stage <> '(unmapped)' AND NOT EXISTS (
					SELECT FROM vsm.stages(r.workflow) AS s WHERE s.stage = p.stage AND s.class <> 'blocked') ORDER BY 1), ', '),
			:'schema', r.value_stream, c.name)
	FROM :"schema".control_rule AS c
		JOIN :"schema".route AS r ON r.value_stream = c.value_stream OR c.value_stream IS NULL AND NOT EXISTS (
			SELECT FROM :"schema".control_rule AS o WHERE o.name = c.name AND o.value_stream = r.value_stream)
	WHERE r.workflow IS NOT NULL AND NOT vsm.path_pattern_stages(c.pattern) <@ (
		SELECT array_agg(s.stage) || '{(unmapped)}' FROM vsm.stages(r.workflow) AS s WHERE s.class <> 'blocked')
	GROUP BY c.name, c.pattern, r.value_stream, r.workflow
	UNION ALL
	SELECT 'code left out', coalesce(r.value_stream, '') || coalesce(', rule ' || r.rank, ''), count(DISTINCT p.item), NULL,
		'Items whose merge requests and commits do not count: the workflow has a blocked stage without a state of its own that ends it. '
		'Add one to "until".'
	FROM :"schema".route AS r JOIN :"schema".item_flow AS f ON f.route = r.route JOIN :"schema".item_part AS p ON p.item = f.item
	WHERE r.takes_parts IS FALSE AND r.workflow IS NOT NULL
	GROUP BY r.value_stream, r.rank
	UNION ALL
	SELECT 'first releases not made', t.key, 1, NULL,
		'The commits of the repository contradict each other, perhaps one is its own ancestor: correct the column parents of commit.'
	FROM :"schema".touched AS t WHERE t.kind = 'failed'
	UNION ALL
	SELECT 'released before it is known', p.repository, count(*), NULL,
		format('Parts that the first known deployment of a repository contains: they may have been released before. If the service began '
			'with it: '
			'UPDATE %I.service SET since = ... WHERE repository = %L.', :'schema', p.repository)
	FROM :"schema".item_part AS p
	WHERE p.released_at IS NULL AND EXISTS (
		SELECT FROM :"schema".commit_release AS c WHERE c.sha = p.sha AND c.environment = 'production' AND c.is_first)
	GROUP BY p.repository
	UNION ALL
	SELECT 'done and not released', coalesce(f.value_stream, ''), count(*), NULL,
		'Items that are done in the tracker for more than 30 days and held, because something merged before has no known release: perhaps '
		'deployments are missing, or the branch is never deployed.'
	FROM :"schema".item_flow AS f
	WHERE f.held_since < now() - interval '720 hours' AND f.held_until IS NULL
	GROUP BY f.value_stream
	UNION ALL
	SELECT 'another currency', 'outcomes in ' || o.currency, count(*), NULL,
		format('Amounts in another currency than that of the model are left out of what features brought. Convert them, or, where none is '
			'set: UPDATE %I.model SET currency = %L', :'schema', o.currency)
	FROM :"schema".outcome AS o CROSS JOIN :"schema".model AS m
	WHERE o.currency <> coalesce(m.currency, '')
	GROUP BY o.currency
	UNION ALL
	SELECT 'another currency', 'urgencies in ' || (i.urgency ->> 'currency'), count(*), NULL,
		'Urgencies in another currency than that of the model have no cost of delay. Convert them.'
	FROM :"schema".item AS i CROSS JOIN :"schema".model AS m
	WHERE i.urgency ->> 'currency' <> coalesce(m.currency, '')
	GROUP BY i.urgency ->> 'currency'
	UNION ALL
	SELECT 'urgency not understood', '', count(*), NULL,
		'Urgencies that are no profile as vsm.cost_of_delay reads it have no cost of delay; that function says what is wrong.'
	FROM :"schema".item AS i
	WHERE vsm.delay_cost(CASE jsonb_typeof(i.urgency) WHEN 'object' THEN i.urgency - 'currency' ELSE i.urgency END, NULL, '{}') IS NULL
		AND i.urgency IS NOT NULL
	HAVING count(*) > 0) AS f;

COMMENT ON VIEW :"schema".data_quality IS 'what is missing or doubtful in the data, counted. Figures are as good as this is';
COMMENT ON COLUMN :"schema".data_quality.finding IS 'what was looked for';
COMMENT ON COLUMN :"schema".data_quality.subject IS 'in what: a state, a repository, an error; empty: in all';
COMMENT ON COLUMN :"schema".data_quality.found IS 'how many were found';
COMMENT ON COLUMN :"schema".data_quality.total IS 'of how many, where that can be said';
COMMENT ON COLUMN :"schema".data_quality.share IS 'found / total';
COMMENT ON COLUMN :"schema".data_quality.detail IS 'what the finding means';
