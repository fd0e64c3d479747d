-- Each rule by which refresh finds what a change concerns is needed: with it switched off, a change leaves what a rebuild makes
-- otherwise; with it, none does.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT no_plan();
SET LOCAL client_min_messages = error;
SELECT setseed(0.31);
CALL vsm.create_model('flow');
\ir ../../refresh_model.sql
\ir ../../refresh_changes.sql
-- A small history beside the random one, of which is known what it hangs by.
INSERT INTO flow.item (item, source, key, project, type, created_at) SELECT 'jira:issue:r' || n, 'jira', 'RULE-' || n, 'SHOP', 'feature',
	'2026-01-01' FROM generate_series(1, 20) AS n;
INSERT INTO flow.item_alias (alias, item) SELECT 'RULE-' || n, 'jira:issue:r' || n FROM generate_series(1, 20) AS n;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', 'r' || n || s.state, 'jira:issue:r' || n, s.at, s.state
FROM generate_series(1, 20) AS n, (VALUES (timestamptz '2026-01-02', 'In Progress'), ('2026-01-20', 'Done')) AS s (at, state);
INSERT INTO flow.commit (sha, repository, committed_at, authored_at, parents) SELECT 'rule' || n, 'rule/web', timestamptz '2026-01-01' + n
	* interval '1 day', NULL,
	CASE WHEN n > 1 THEN ARRAY['rule' || n - 1] ELSE '{}' END FROM generate_series(1, 30) AS n;
INSERT INTO flow.commit (sha, repository, committed_at, parents) SELECT 'branch' || n, 'rule/web', timestamptz '2026-01-01' + n * interval
	'1 day', '{}' FROM generate_series(1, 30) AS n;
INSERT INTO flow.merge_request (merge_request, repository, target_branch, created_at, merged_at)
SELECT 'rule:merge_request:' || n, 'rule/web', 'main', '2026-01-02', '2026-01-10' FROM generate_series(1, 10) AS n WHERE n <> 9;
INSERT INTO flow.item_alias (alias, item) SELECT 'rule/web!' || n, 'rule:merge_request:' || n FROM generate_series(1, 10) AS n;
INSERT INTO flow.link (source, target, kind, method, confidence)
SELECT 'rule:merge_request:' || n, 'RULE-' || n, 'implements', 'key in title', 0.95 FROM generate_series(1, 10) AS n
UNION ALL SELECT 'rule' || n, 'rule:merge_request:' || n, 'part_of', 'merge commit', 1 FROM generate_series(1, 10) AS n
UNION ALL SELECT 'branch' || n, 'rule:merge_request:' || n, 'part_of', 'merge request commits', 1 FROM generate_series(1, 10) AS n
-- a loose commit of a request that is no part of its item
UNION ALL SELECT 'branch5', 'RULE-15', 'implements', 'key in subject', 0.95
-- a loose commit
UNION ALL SELECT 'rule16', 'RULE-16', 'implements', 'key in subject', 0.95;
INSERT INTO flow.deployment (deployment, repository, sha, environment, environment_tier, status, finished_at, source) VALUES
	('rule:deployment:0', 'rule/web', 'rule1', 'live', 'production', 'success', '2026-01-02', 'rule'),
	('rule:deployment:1', 'rule/web', 'rule12', 'live', 'production', 'success', '2026-01-25', 'rule'),
	('rule:deployment:2', 'rule/web', 'rule12', 'test', 'staging', 'success', '2026-01-24', 'rule');
INSERT INTO flow.build (build, sha, status, finished_at) VALUES ('rule:build:1', 'rule3', 'failed', '2026-01-12'), ('rule:build:2',
	'rule30', 'success', '2026-01-12'), ('rule:build:3', 'rule30', 'success', '2026-01-12');
INSERT INTO flow.link (source, target, kind) VALUES ('rule:build:1', 'rule3', 'builds'), ('rule:deployment:1', 'rule:build:2', 'part_of'),
	('rule:deployment:2', 'rule:build:3', 'part_of');
INSERT INTO flow.item (item, source, key, project, service, created_at) VALUES
	('rule:change:1', 'servicenow', 'RCHG1', 'change_request', NULL, '2026-01-01'), ('rule:change:2', 'servicenow', 'RCHG2',
		'change_request', 'rule/web', '2026-01-01'), ('rule:order:1', 'jira', 'RORD-1', 'ORDERS', NULL, '2026-01-01');
INSERT INTO flow.item_alias (alias, item) VALUES ('RCHG1', 'rule:change:1'), ('RORD-1', 'rule:order:1');
INSERT INTO flow.link (source, target, kind, method, confidence) VALUES ('RCHG1', 'rule:deployment:1', 'deploys', 'named', 1),
	('RORD-1', 'rule:deployment:1', 'deploys', 'named', 1);
INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES
	('servicenow', 'rw1', 'rule:change:2', '2026-02-01', 'work started', 'label'), ('servicenow', 'rw2', 'rule:change:2', '2026-02-02',
		'work ended', 'label');
INSERT INTO flow.incident (incident, service, opened_at) VALUES ('rule:incident:1', 'rule/web', '2026-02-10'),
	('rule:incident:2', 'rule/lone', '2026-02-10');
INSERT INTO flow.link (source, target, kind, method, confidence) SELECT 'rule:merge_request:8', 'RULE-' || n, 'implements',
	'key in title', 0.95 FROM generate_series(9, 18) AS n WHERE n <> 10;
-- An incident between two deployments, of which the last is taken for its rework while nothing says that the other is.
INSERT INTO flow.commit (sha, repository, committed_at, parents)
SELECT 'side' || n, 'rule/side', timestamptz '2026-02-01' + n * interval '1 day', CASE WHEN n > 1 THEN ARRAY['side' || n - 1] ELSE '{}' END
FROM generate_series(1, 3) AS n;
INSERT INTO flow.deployment (deployment, repository, sha, environment, environment_tier, status, finished_at, source)
SELECT 'side:deployment:' || n, 'rule/side', 'side' || n, 'live', 'production', 'success', timestamptz '2026-02-01 12:00' + n
	* interval '1 day', 'rule' FROM generate_series(1, 3) AS n;
INSERT INTO flow.incident (incident, service, opened_at, resolved_at) VALUES ('side:incident', 'rule/side', '2026-02-03', '2026-02-05');
INSERT INTO flow.item (item, source, key, project, created_at) VALUES ('side:change', 'servicenow', 'SCHG', 'change_request', '2026-01-01');
INSERT INTO flow.link (source, target, kind, confidence) VALUES ('side:change', 'side:incident', 'fixes', 1);
-- The words of a source that names services.
INSERT INTO flow.naming (source, kind, name, meaning) VALUES ('rule', 'service', '/nightly/', 'night');
SELECT is_empty('SELECT * FROM pg_temp.refreshed()', 'the first time');
SELECT is(vsm.refresh_once('flow'), 0::bigint, 'nothing has changed since');

-- How many rows differ after a change, with a text in a function replaced. All of it is undone.
CREATE FUNCTION pg_temp.difference(function text, old text, new text, statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	definition text;
	rows       bigint;
BEGIN
	IF function IS NOT NULL THEN
		SELECT pg_get_functiondef(p.oid) INTO STRICT definition FROM pg_proc AS p WHERE p.pronamespace = 'vsm'::regnamespace AND p.proname
			= function;
		IF strpos(definition, old) = 0 THEN
			RETURN NULL;
		END IF;
		EXECUTE replace(definition, old, new);
		PERFORM vsm.refresh_once('flow');
	END IF;
	EXECUTE statement;
	SELECT count(*) INTO rows FROM pg_temp.refreshed();
	RAISE EXCEPTION USING ERRCODE = 'P9999', MESSAGE = rows;
EXCEPTION WHEN SQLSTATE 'P9999' THEN
	RETURN SQLERRM;
END$$;

CREATE TEMP TABLE rule (place int GENERATED ALWAYS AS IDENTITY, what text, function text, old text, new text, statement text);
-- What was written.
INSERT INTO rule (what, function, old, new, statement) VALUES
('events', 'changed_entities', 'FROM event AS e WHERE e.xid >= first_xid', 'FROM event AS e WHERE false AND e.xid >= first_xid',
	$$INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', 'rn', 'jira:issue:r1', '2026-03-01', 'To Do')$$),
('items', 'changed_keys', 'FROM item AS i WHERE', 'FROM item AS i WHERE false AND', $$UPDATE flow.item SET priority = 'Odd' WHERE item =
	'jira:issue:r1'$$),
('changes of attributes', 'changed_keys', 'FROM item_change AS c WHERE', 'FROM item_change AS c WHERE false AND',
	$$INSERT INTO flow.item_change (item, attribute, value, at) VALUES ('jira:issue:r1', 'priority', 'Odd', '2026-01-03')$$),
('aliases', 'changed_keys', 'WHERE a.xid >= first_xid', 'WHERE false AND a.xid >= first_xid',
	$$INSERT INTO flow.item_alias (alias, item) VALUES ('RULE-2', 'jira:issue:r19')$$),
('links', 'changed_keys', 'WHERE l.xid >= first_xid', 'WHERE false AND l.xid >= first_xid',
	$$INSERT INTO flow.link (source, target, kind, method, confidence) VALUES ('rule:merge_request:1', 'RULE-20', 'implements',
		'key in title', 0.95)$$),
('commits', 'changed_keys', 'WHERE c.xid >= first_xid AND (c.xid < bound_xid OR c.xid = own_xid)
		UNION ALL
		SELECT ''key'', q.merge', 'WHERE false
		UNION ALL
		SELECT ''key'', q.merge', $$UPDATE flow.commit SET authored_at = '2025-12-01' WHERE sha = 'rule16'$$),
('requests', 'changed_keys', 'FROM merge_request AS q WHERE', 'FROM merge_request AS q WHERE false AND', $$UPDATE flow.merge_request SET
	first_review_at = '2026-01-05' WHERE merge_request = 'rule:merge_request:1'$$),
('builds', 'changed_keys', 'FROM build AS b WHERE', 'FROM build AS b WHERE false AND', $$UPDATE flow.build SET status = 'success' WHERE
	build = 'rule:build:1'$$),
('deployments', 'changed_keys', 'WHERE d.xid >= first_xid', 'WHERE false AND d.xid >= first_xid',
	$$INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at) VALUES ('rn', 'rule/web', 'rule30',
		'production', 'success', '2026-02-20')$$),
('incidents', 'changed_keys', 'FROM incident AS i WHERE', 'FROM incident AS i WHERE false AND',
	$$INSERT INTO flow.incident (incident, service, opened_at) VALUES ('rn', 'rule/web', '2026-02-11')$$),
('uses', 'changed_keys', 'FROM usage AS u WHERE', 'FROM usage AS u WHERE false AND',
	$$INSERT INTO flow.usage (source, event_id, feature, at) VALUES ('app', 'rn', 'RULE-19', '2026-04-01')$$),
('what the transaction itself wrote', 'changed_entities', 'e.xid = own_xid', 'false',
	$$INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', 'rn', 'jira:issue:r1', '2026-03-01', 'To Do')$$),
('what is gone', 'changed_keys', 'WHERE (j.xid < bound_xid', 'WHERE false AND (j.xid < bound_xid', $$DELETE FROM flow.event WHERE entity =
	'jira:issue:r1' AND state = 'Done'$$),
('an alias that is gone', 'changed_keys', 'j.kind = ''key'')', 'j.kind = ''key'') AND j.kind <> ''alias''',
	$$INSERT INTO flow.item_alias (alias, item) VALUES ('RULE-8b', 'jira:issue:r8');
	INSERT INTO flow.link (source, target, kind, method, confidence) VALUES ('rule:merge_request:8', 'RULE-8b', 'implements',
		'key in title', 0.95);
	SELECT count(*) FROM pg_temp.refreshed(); DELETE FROM flow.item_alias WHERE alias = 'RULE-8b'$$);
-- What concerns an item alone.
INSERT INTO rule (what, function, old, new, statement) VALUES
('items of which only events are new', 'take_changes', 'FROM vsm.each_entity(lone) AS l ON CONFLICT',
	'FROM vsm.each_entity(lone) AS l WHERE false ON CONFLICT',
	$$INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', 'rn', 'jira:issue:r1', '2026-03-01', 'To Do')$$),
('that they concern nothing else', 'lone_items', 'NOT f.concerns_others', 'true',
	$$INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES ('jira', 'rn', 'rule:order:1', '2026-01-20',
		'approval requested', 'label')$$),
('which is marked', 'write_items', 'PERFORM vsm.write_concerns(there);', '',
	$$INSERT INTO flow.link (source, target, kind, confidence) VALUES ('jira:issue:r20', 'rule:deployment:1', 'deploys', 1)$$),
('or is no longer', 'write_concerns', 'o.concerns_others <> (', 'NOT o.concerns_others AND (',
	$$DELETE FROM flow.link WHERE source = 'RORD-1'$$),
('by what an item does', 'items_that_concern_others',
	'l.kind IN (''implements'', ''fixes'', ''builds'', ''part_of'', ''deploys'', ''reverts'', ''caused_by'')', 'false',
	$$INSERT INTO flow.link (source, target, kind, confidence) VALUES ('jira:issue:r20', 'RULE-19', 'fixes', 0.5)$$),
('by what is a part of it', 'items_that_concern_others', 'l.kind IN (''part_of'', ''deploys'', ''caused_by'')', 'false',
	$$INSERT INTO flow.link (source, target, kind, confidence) VALUES ('rule:incident:2', 'jira:issue:r20', 'caused_by', 0.5)$$),
('by any name', 'items_that_concern_others', 'FROM item_alias AS a WHERE a.item = k.item)', 'FROM item_alias AS a WHERE false)',
	$$INSERT INTO flow.link (source, target, kind, confidence) VALUES ('RULE-20', 'rule:deployment:1', 'deploys', 1)$$),
('by a name that another item has', 'items_that_concern_others', 'a.item <> k.item', 'false',
	$$INSERT INTO flow.item_alias (alias, item) VALUES ('jira:issue:r19', 'jira:issue:r20')$$),
('as a change', 'items_that_concern_others', 'i.project = ''change_request''', 'false',
	$$INSERT INTO flow.item (item, source, project, created_at) VALUES ('rn', 'servicenow', 'change_request', '2026-01-01')$$),
('as a request', 'items_that_concern_others', 'FROM merge_request AS q WHERE', 'FROM merge_request AS q WHERE false AND',
	$$INSERT INTO flow.merge_request (merge_request) VALUES ('RULE-20')$$),
('as a commit', 'items_that_concern_others', 'FROM commit AS c WHERE', 'FROM commit AS c WHERE false AND',
	$$INSERT INTO flow.commit (sha) VALUES ('RULE-20')$$),
('as a deployment', 'items_that_concern_others', 'FROM deployment AS d WHERE', 'FROM deployment AS d WHERE false AND',
	$$INSERT INTO flow.deployment (deployment) VALUES ('RULE-20')$$),
('as an incident', 'items_that_concern_others', 'FROM incident AS d WHERE', 'FROM incident AS d WHERE false AND',
	$$INSERT INTO flow.incident (incident) VALUES ('RULE-20')$$);
-- What follows from it. (Items of a part that is reached are found by its links and its commits, too.)
INSERT INTO rule (what, function, old, new, statement) VALUES
('the item itself', 'touch_changes', 'FROM item AS i WHERE', 'FROM item AS i WHERE false AND',
	$$INSERT INTO flow.item (item, source, project, type, created_at) VALUES ('jira:issue:rn', 'jira', 'SHOP', 'feature', '2026-01-05')$$),
('an item that is gone', 'touch_changes', 'FROM item_flow AS f WHERE', 'FROM item_flow AS f WHERE false AND', $$DELETE FROM flow.item
	WHERE item = 'jira:issue:r20'$$),
('the item that has the name', 'all_names', 'WHERE i.alias = k.key', 'WHERE false AND i.alias = k.key',
	$$INSERT INTO flow.usage (source, event_id, feature, at) VALUES ('app', 'rn', 'RULE-19', '2026-04-01')$$),
('other names of what has changed', 'all_names', 'WHERE i.item = b.key', 'WHERE false AND i.item = b.key',
	$$DELETE FROM flow.item WHERE item = 'rule:change:1'; INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES
		('servicenow', 'rn', 'rule:change:1', '2026-01-20', 'approval requested', 'label')$$),
('items of a commit', 'touch_changes', 'WHERE p.sha = n.key', 'WHERE false AND p.sha = n.key', $$UPDATE flow.build SET status = 'success'
	WHERE build = 'rule:build:1'$$),
('items of a deployment', 'touch_changes', 'WHERE p.deployment = n.key', 'WHERE false AND p.deployment = n.key',
	$$INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES ('servicenow', 'rn', 'rule:change:1', '2026-01-20',
		'approval requested', 'label')$$),
('what a request implements', 'touch_changes', '''implements'', ''fixes'', ''builds''', '''builds''',
	$$INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('gitlab', 'rn', 'rule:merge_request:9', '2026-01-05',
		'opened')$$),
('what a build builds', 'touch_changes', '''builds'', ''part_of''', '''part_of''', $$UPDATE flow.build SET status = 'success' WHERE build
	= 'rule:build:1'$$),
('what a commit is part of', 'touch_changes', '''part_of'', ''deploys''', '''deploys''', $$UPDATE flow.commit SET authored_at =
	'2025-12-01' WHERE sha = 'branch3'$$),
('what a change deploys', 'touch_changes', '''part_of'', ''deploys''', '''part_of''',
	$$INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES ('servicenow', 'rn', 'rule:change:1', '2026-01-20',
		'approval requested', 'label')$$),
('commits of a request', 'touch_changes', 'WHERE k.target = n.key AND k.kind = ''part_of'' OFFSET 0) AS l);',
	'WHERE false OFFSET 0) AS l);',
	$$INSERT INTO flow.link (source, target, kind, method, confidence) VALUES ('rule6', 'rule:merge_request:5', 'part_of', 'merge commit',
		1)$$),
('items that a request names beside', 'touch_changes', 'IF aliases IS NOT NULL', 'IF false',
	$$INSERT INTO flow.item_alias (alias, item) VALUES ('RULE-8', 'jira:issue:r19')$$),
('what was deployed from no repository', 'changed_keys', '(VALUES (j.kind)', '(VALUES (nullif(j.kind, ''repository''))',
	$$INSERT INTO flow.deployment (deployment, environment_tier, status, finished_at) VALUES ('rn', 'production', 'success', '2026-02-20');
	SELECT count(*) FROM pg_temp.refreshed(); DELETE FROM flow.deployment WHERE deployment = 'rn'$$),
('repositories', 'touch_changes', 'FROM vsm.each_entity(repositories) AS k (repository)',
	'FROM vsm.each_entity(repositories) AS k (repository) WHERE false',
	$$UPDATE flow.commit SET repository = 'rule/other' WHERE sha = 'rule11'$$),
('when work on a change began', 'touch_changes', 'k.kind = ''part_of'' OFFSET 0) AS l,', 'false OFFSET 0) AS l,',
	$$INSERT INTO flow.link (source, target, kind) VALUES ('branch2', 'rule:merge_request:3', 'part_of')$$),
('incidents that are gone', 'touch_changes', 'j.kind = ''incident''', 'false',
	$$DELETE FROM flow.incident WHERE incident = 'rule:incident:2'$$),
('what reverts', 'touch_changes', 'k.kind IN (''reverts'', ''deploys'')', 'k.kind = ''deploys''',
	$$INSERT INTO flow.link (source, target, kind) VALUES ('side2', 'side1', 'reverts')$$),
('what a change that fixes an incident deploys', 'touch_changes', 'k.kind IN (''reverts'', ''deploys'')', 'k.kind = ''reverts''',
	$$INSERT INTO flow.link (source, target, kind) VALUES ('side:change', 'side:deployment:2', 'deploys')$$),
('other names of what reverts', 'reverted_items', 'WHERE i.item = r.name', 'WHERE false AND i.item = r.name',
	$$INSERT INTO flow.merge_request (merge_request, repository, created_at, merged_at) VALUES ('side:merge_request:1', 'rule/none',
		'2026-01-02', '2026-01-10');
	INSERT INTO flow.link (source, target, kind, method, confidence) VALUES ('side:merge_request:1', 'RULE-20', 'implements',
		'key in title', 0.95), ('rule/web!7', 'side:merge_request:1', 'reverts', 'revert', 1);
	SELECT count(*) FROM pg_temp.refreshed();
	INSERT INTO flow.deployment (deployment, repository, sha, environment, environment_tier, status, finished_at)
	VALUES ('rn', 'rule/web', 'rule30', 'live', 'production', 'success', '2026-01-22')$$),
('what another commit of a request reverts', 'reverted_items', 'WHERE m.target = r.name AND m.kind = ''part_of''', 'WHERE false',
	$$INSERT INTO flow.link (source, target, kind, method, confidence) VALUES ('branch2', 'rule:merge_request:1', 'reverts', 'revert', 1);
	SELECT count(*) FROM pg_temp.refreshed();
	INSERT INTO flow.deployment (deployment, repository, sha, environment, environment_tier, status, finished_at)
	VALUES ('rn', 'rule/web', 'rule2', 'live', 'production', 'success', '2026-01-22')$$),
('deployments of an incident', 'touch_changes', 'FROM incident AS i WHERE', 'FROM incident AS i WHERE false AND',
	$$UPDATE flow.incident SET resolved_at = '2026-02-20' WHERE incident = 'rule:incident:1'$$),
('repositories of commits', 'touch_changes', 'FROM commit AS c WHERE c.sha = n.key', 'FROM commit AS c WHERE false',
	$$INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at) VALUES ('rn', 'fork/web', 'rule30',
		'production', 'success', '2026-02-20')$$),
('repositories of deployments by their builds', 'touch_changes', 'FROM vsm.each_entity(members) AS n (key), LATERAL',
	'FROM vsm.each_entity(''{}'') AS n (key), LATERAL',
	$$UPDATE flow.build SET job = 'nightly' WHERE build = 'rule:build:3'$$),
('incidents of deployments by their builds', 'link_changed', 'names := names || deployments', 'names := names', $$UPDATE flow.build SET
	job = 'nightly' WHERE build = 'rule:build:2'$$),
('branches of requests', 'touch_changes', 'WHERE q.merge_request = n.key', 'WHERE false AND q.merge_request = n.key', $$UPDATE
	flow.merge_request SET target_branch = 'v9' WHERE merge_request = 'rule:merge_request:3'$$),
('items of commits with another release', 'write_commit_releases', 'WHERE k.sha = d.sha', 'WHERE false AND k.sha = d.sha',
	$$INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at)
	VALUES ('rn', 'rule/web', 'rule30', 'production', 'success', '2026-01-22')$$),
('items of branches that are released from now on', 'write_released_branches', 'JOIN item_part AS p ON', 'JOIN item_part AS p ON false AND',
	$$INSERT INTO flow.merge_request (merge_request, repository, target_branch, created_at, merged_at) VALUES ('rule:merge_request:n',
		'rule/web', 'v8', '2026-01-02', '2026-01-10');
	UPDATE flow.merge_request SET target_branch = 'v8' WHERE merge_request = 'rule:merge_request:10'; UPDATE flow.commit SET parents =
		'{}' WHERE sha = 'rule11'; SELECT count(*) FROM pg_temp.refreshed();
	INSERT INTO flow.link (source, target, kind, method, confidence) VALUES ('rule12', 'rule:merge_request:n', 'part_of', 'merge commit',
		1)$$);
-- What is counted of them.
INSERT INTO rule (what, function, old, new, statement) VALUES
('commits of a deployment that is of another repository now', 'new_deployment_flows',
	'r.repository = new_deployment_flows.repository', 'true',
	$$UPDATE flow.deployment SET service = 'rn' WHERE repository IN ('rule/web', 'rule/side'); SELECT count(*) FROM pg_temp.refreshed();
	UPDATE flow.deployment SET sha = 'side3', repository = 'rule/side', finished_at = '2026-03-01' WHERE deployment =
		'rule:deployment:1'$$),
('nor are they its changes', 'new_change_flows', 'c.repository = f.repository', 'true',
	$$UPDATE flow.deployment SET service = 'rn' WHERE repository IN ('rule/web', 'rule/side'); SELECT count(*) FROM pg_temp.refreshed();
	UPDATE flow.deployment SET sha = 'side3', repository = 'rule/side', finished_at = '2026-03-01' WHERE deployment =
		'rule:deployment:1'$$),
('counts of items', 'write_item_flows', 'PERFORM vsm.add_flow_counts(counts);', '',
	$$INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', 'rn', 'jira:issue:r1', '2026-03-01', 'To Do')$$),
('counts of items that are gone', 'write_items', 'PERFORM vsm.write_flow_counts(NULL, counts);', '', $$DELETE FROM flow.item
	WHERE item = 'jira:issue:r20'$$),
('counts of what has become a parent', 'write_levels', 'PERFORM vsm.write_flow_counts(changed, counts);', '', $$UPDATE flow.item
	SET parent = 'RULE-19' WHERE item = 'jira:issue:r20'$$),
('counts of nothing any more', 'add_flow_counts', 'WHERE w.events = 0', 'WHERE false', $$UPDATE flow.item SET type = 'risk'
	WHERE item = 'jira:issue:r1'; SELECT count(*) FROM pg_temp.refreshed(); UPDATE flow.item SET type = 'debt'
	WHERE item = 'jira:issue:r1'$$),
('counts of the days on which teams work', 'write_item_flows', 'WHERE v.worked_since IS NOT NULL', 'WHERE false', $$UPDATE flow.event
	SET at = '2026-01-15' WHERE entity = 'jira:issue:r20' AND state = 'Done'$$),
('days of a team that an item has no longer', 'write_item_flows', 'sum(v.sign * x.change)', 'sum(abs(v.sign) * x.change)',
	$$UPDATE flow.item SET team = 'Blue' WHERE item = 'jira:issue:r20'$$),
('what has got a part', 'write_item_flows', 'OR (b.above, b.value_stream', 'OR false AND (b.above, b.value_stream', $$UPDATE flow.item
	SET parent = 'RULE-19' WHERE item = 'jira:issue:r20'$$),
('what had one', 'write_item_flows', '(b.above), (CASE', '(NULL), (CASE', $$UPDATE flow.item SET parent = 'RULE-19'
	WHERE item = 'jira:issue:r20'; SELECT count(*) FROM pg_temp.refreshed(); UPDATE flow.item SET parent = NULL
	WHERE item = 'jira:issue:r20'$$),
('what is new, with parts', 'write_item_flows', '(CASE WHEN b.item IS NULL THEN m.item END)', '(NULL)', $$UPDATE flow.item
	SET parent = 'jira:issue:rn' WHERE item = 'jira:issue:r20'; SELECT count(*) FROM pg_temp.refreshed(); INSERT INTO flow.item
	(item, source, project, type, created_at) VALUES ('jira:issue:rn', 'jira', 'SHOP', 'feature', '2026-01-05')$$),
('that parents are not worked on', 'write_item_flows', 'AND v.level <> ''parent''', '', $$UPDATE flow.item SET parent = 'RULE-19'
	WHERE item = 'jira:issue:r20'; SELECT count(*) FROM pg_temp.refreshed();
	UPDATE flow.event SET at = '2026-01-15' WHERE entity = 'jira:issue:r19' AND state = 'Done'$$),
('days of items that are gone', 'flow_counts', 'WHERE y.item = f.item AND y.worked_since IS NOT NULL',
	'WHERE false AND y.item = f.item AND y.worked_since IS NOT NULL', $$DELETE FROM flow.item WHERE item = 'jira:issue:r20'$$),
('nor is what has become a parent', 'flow_counts', 'i.level IS DISTINCT FROM ''parent''', 'true', $$UPDATE flow.item
	SET parent = 'RULE-19' WHERE item = 'jira:issue:r20'$$),
('ways that nobody goes any more', 'end_refresh', 'DELETE FROM route AS r WHERE', 'DELETE FROM route AS r WHERE false AND',
	$$UPDATE flow.item SET value_stream = 'Odd' WHERE item = 'jira:issue:r20'; SELECT count(*) FROM pg_temp.refreshed();
	UPDATE flow.item SET value_stream = NULL WHERE item = 'jira:issue:r20'$$);
-- What is set by hand.
INSERT INTO rule (what, function, old, new, statement) VALUES
('the workflow of a value stream', 'refresh_settings', 'v.workflow', '1', $$UPDATE flow.value_stream SET workflow =
	'{"stages":[{"name":"To Do","class":"new"},{"name":"Done","class":"done"}]}' WHERE value_stream = 'Shop'$$),
('the calendar of a team', 'refresh_settings', 't.calendar', '1', $$UPDATE flow.team SET calendar = NULL$$),
('a rule of routing', 'refresh_settings', 'r.value_stream, r.team', '1', $$UPDATE flow.routing SET value_stream = 'Plain', team = 'Blue'$$),
('a service', 'refresh_settings', 's.path', '1', $$UPDATE flow.service SET path = 'nowhere' WHERE service = 'web'$$),
('words for types', 'refresh_settings', '''type'', ''category''', '''category''', $$INSERT INTO flow.item_change (item, attribute, value,
	at) VALUES ('jira:issue:r1', 'type', 'Oddity', '2026-01-03'); SELECT count(*) FROM pg_temp.refreshed();
	INSERT INTO flow.naming (source, kind, name, meaning) VALUES ('jira', 'type', 'oddity', 'risk')$$),
('words for services', 'refresh_settings', '''category'', ''service''', '''category''', $$INSERT INTO flow.naming (source, kind, name,
	meaning)
	VALUES ('rule', 'service', 'live', 'alive')$$),
('the zone of the model', 'refresh_settings', 'm.time_zone', '1', $$UPDATE flow.model SET time_zone = 'America/Los_Angeles'$$),
('how many items a request names', 'refresh_settings', 'm.part_max_items', '1', $$UPDATE flow.model SET part_max_items = 1$$),
('how sure a link must be', 'refresh_settings', 'm.part_confidence', '1', $$UPDATE flow.model SET part_confidence = 0.99$$),
('a table that was truncated', 'take_changes', 'j.kind = ''rebuild''', 'false', $$TRUNCATE flow.link$$),
('a trigger that is off', 'missing_triggers', 't.tgenabled = ''A''', 'true',
	$$ALTER TABLE flow.event DISABLE TRIGGER stamp; UPDATE flow.event SET at = '2026-01-16' WHERE entity = 'jira:issue:r1'
		AND state = 'Done'$$);
-- Links of deployments.
INSERT INTO rule (what, function, old, new, statement) VALUES
('a change itself', 'link_changed', 'WHERE i.project = ''change_request''', 'WHERE false', $$UPDATE flow.event SET at = '2026-01-24' WHERE
	event_id = 'rw1'; UPDATE flow.event SET at = '2026-01-26' WHERE event_id = 'rw2'$$),
('changes during a deployment', 'link_changed', 'WHERE d.finished_at BETWEEN', 'WHERE false AND d.finished_at BETWEEN',
	$$INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at) VALUES ('rn', 'rule/web', 'rule30',
		'production', 'success', '2026-02-01 12:00')$$),
('incidents after a deployment', 'link_changed', 'IF earliest IS NOT NULL', 'IF false',
	$$INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at) VALUES ('rn', 'rule/web', 'rule30',
		'production', 'success', '2026-02-05')$$),
('incidents after a deployment that is told without its repository', 'deployments_of', 'AND e.sha IS NOT NULL', 'AND false',
	$$DELETE FROM flow.naming WHERE kind = 'service'; SELECT count(*) FROM pg_temp.refreshed();
	INSERT INTO flow.deployment (deployment, sha, environment_tier, status, finished_at) VALUES ('rn', 'rule30', 'production', 'success',
		'2026-02-05')$$),
('and whose commit is of another repository', 'link_changed', 'WHERE d.repository IS NULL)', 'WHERE false)',
	$$INSERT INTO flow.deployment (deployment, sha, environment_tier, status, finished_at) VALUES ('rn', 'late', 'production', 'success',
		'2026-02-05'); SELECT count(*) FROM pg_temp.refreshed();
	INSERT INTO flow.commit (sha, repository, committed_at, parents) VALUES ('late', 'rule/web', '2026-02-01', '{}')$$),
('incidents of a deployment that was another', 'link_changed', 'k.kind IN (''caused_by'', ''deploys'')', 'false', $$UPDATE flow.deployment
	SET status = 'failed' WHERE deployment = 'rule:deployment:1'$$),
('what linking has just written', 'take_changes', 'IF links IS NOT NULL', 'IF false',
	$$INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES ('servicenow', 'rn', 'rule:change:2', '2026-01-20',
		'approval requested', 'label');
	UPDATE flow.event SET at = '2026-01-24' WHERE event_id = 'rw1'; UPDATE flow.event SET at = '2026-01-26' WHERE event_id = 'rw2'; SELECT
		count(*) FROM pg_temp.refreshed();
	UPDATE flow.event SET at = '2026-02-01' WHERE event_id = 'rw1'; UPDATE flow.event SET at = '2026-02-02' WHERE event_id = 'rw2'$$);

SELECT is(pg_temp.difference(NULL, NULL, NULL, r.statement), 0::bigint, r.what || ': nothing is missed') FROM rule AS r ORDER BY r.place;
SELECT cmp_ok(pg_temp.difference(r.function, r.old, r.new, r.statement), '>', 0::bigint, r.what || ': missed without the rule') FROM rule
	AS r ORDER BY r.place;

-- What waits to be made anew may since concern others.
SET LOCAL search_path = flow, public, pg_catalog;
SELECT is(vsm.lone_items('{jira:issue:r1,jira:issue:r2,rule:order:1,nothing}'), '{jira:issue:r1,jira:issue:r2}'::text[],
	'items that concern no others');
INSERT INTO flow.touched (kind, key) VALUES ('item', 'jira:issue:r1');
SELECT is(vsm.lone_items('{jira:issue:r1,jira:issue:r2}'), '{jira:issue:r2}'::text[], 'not what waits to be made anew');
INSERT INTO flow.touched (kind, key) VALUES ('counts', '');
SELECT is(vsm.lone_items('{jira:issue:r1,jira:issue:r2}'), '{}'::text[], 'none while all is made anew');
RESET search_path;

SELECT set_eq('SELECT w.relation FROM vsm.model_triggers() AS w WHERE w.always GROUP BY w.relation HAVING count(*) = 3',
	'SELECT unnest(vsm.watched_tables())',
	'the tables that tell of changes are those with triggers that always fire');
SELECT finish();
ROLLBACK;
