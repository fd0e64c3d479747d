-- Payloads of five tools and of one that measures use for test/t/orders.t, in the table orders.payload: about 500, made by small
-- simulations of what teams do. Each thing is told of in several ways (webhooks, objects and pages of the API, histories), some of its
-- payloads are lost, many share their second, and each simulation draws from the hash of what it is about, so that they are the same
-- at every run.
CREATE SCHEMA orders;
CREATE TABLE orders.payload (n integer GENERATED ALWAYS AS IDENTITY, source text, body jsonb);

CREATE FUNCTION orders.pick(seed text, n integer) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN ('x' || substr(md5(seed), 1, 7))::bit(28)::integer % n;
CREATE FUNCTION orders.one(seed text, VARIADIC choices text[]) RETURNS text LANGUAGE sql IMMUTABLE
RETURN choices[1 + orders.pick(seed, cardinality(choices))];
-- What comes next: mostly within the same second, or the next.
CREATE FUNCTION orders.later(at timestamptz, seed text) RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN at + orders.one(seed, '0', '0', '300 ms', '1 s', '40 min', '5 h', '51 h')::interval;
CREATE FUNCTION orders.sha(seed text) RETURNS text LANGUAGE sql IMMUTABLE RETURN md5(seed) || substr(md5(seed), 1, 8);
CREATE FUNCTION orders.iso(at timestamptz) RETURNS text LANGUAGE sql STABLE RETURN to_char(at AT TIME ZONE 'UTC',
	'YYYY-MM-DD"T"HH24:MI:SS"Z"');
CREATE FUNCTION orders.iso_ms(at timestamptz) RETURNS text LANGUAGE sql STABLE RETURN to_char(at AT TIME ZONE 'UTC',
	'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
CREATE FUNCTION orders.utc(at timestamptz) RETURNS text LANGUAGE sql STABLE RETURN to_char(at AT TIME ZONE 'UTC',
	'YYYY-MM-DD HH24:MI:SS "UTC"');
CREATE FUNCTION orders.plain(at timestamptz) RETURNS text LANGUAGE sql STABLE RETURN to_char(at AT TIME ZONE 'UTC',
	'YYYY-MM-DD HH24:MI:SS');
CREATE FUNCTION orders.ms(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN floor(extract(epoch FROM at) * 1000)::bigint;
CREATE FUNCTION orders.tell(source text, body jsonb) RETURNS void LANGUAGE sql
	AS 'INSERT INTO orders.payload (source, body) VALUES ($1, $2)';

-- Jira: issues whose status, priority, type, labels, flag, sprint, team, size, due date, parent, links and key change.
CREATE FUNCTION orders.jira() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	statuses CONSTANT jsonb := '{"To Do": {"id": "1", "key": "new"}, "In Progress": {"id": "2", "key": "indeterminate"}, "Review": '
		'{"id": "3", "key": "indeterminate"},
		"Done": {"id": "4", "key": "done"}}';
	at timestamptz; seed text; id text; key text; word text; other text; old jsonb; fields jsonb; items jsonb; item jsonb; histories
		jsonb; issue jsonb; page jsonb := '[]';
	form CONSTANT text := 'YYYY-MM-DD"T"HH24:MI:SS.MS"+0000"';
BEGIN
	FOR i IN 1..10 LOOP
		id := 1000 + i;
		key := 'SHOP-' || i;
		at := timestamptz '2024-03-01 09:00Z' + i * interval '7 h';
		fields := jsonb_build_object('summary', 'Work ' || i, 'project', '{"key": "SHOP"}'::jsonb, 'labels', '[]'::jsonb, 'duedate', NULL,
			'issuelinks', '[]'::jsonb, 'resolutiondate', NULL,
			'issuetype', jsonb_build_object('name', orders.one('jira type' || i, 'Story', 'Bug', 'Incident', 'Task')), 'priority',
				'{"name": "Low"}'::jsonb,
			'status', '{"id": "1", "name": "To Do", "statusCategory": {"key": "new"}}'::jsonb, 'created', to_char(at AT TIME ZONE 'UTC',
				form),
			'updated', to_char(at AT TIME ZONE 'UTC', form), 'customfield_10020', NULL, 'customfield_10030', '{"value": "Red"}'::jsonb,
				'customfield_10016', 3);
		histories := '[]';
		IF i % 4 > 0 THEN
			PERFORM orders.tell('jira', jsonb_build_object('timestamp', orders.ms(at), 'webhookEvent', 'jira:issue_created',
				'issue', jsonb_build_object('id', id, 'key', key, 'self', 'https://jira.example.com/rest/api/2/issue/' || id, 'fields',
					fields)));
		END IF;
		FOR step IN 1..5 + orders.pick('jira steps' || i, 3) LOOP
			seed := 'jira ' || i || ' ' || step;
			at := orders.later(at, seed);
			items := '[]';
			FOR part IN 1..1 + orders.pick(seed || 'parts', 2) LOOP
				seed := 'jira ' || i || ' ' || step || ' ' || part;
				word := orders.one(seed || 'field', 'status', 'status', 'status', 'status', 'priority', 'issuetype', 'summary', 'labels',
					'Flagged', 'Sprint', 'Team', 'Story Points', 'duedate', 'Key',
					'IssueParentAssociation', 'Link');
				CONTINUE WHEN items @> jsonb_build_array(jsonb_build_object('field', word));
				CASE word
				WHEN 'status' THEN
					old := fields -> 'status';
					other := orders.one(seed || 'to', 'To Do', 'In Progress', 'Review', 'Done');
					CONTINUE WHEN other = old ->> 'name';
					fields := fields || jsonb_build_object('resolutiondate', CASE other WHEN 'Done' THEN to_char(at AT TIME ZONE 'UTC',
						form) END,
						'statuscategorychangedate', to_char(at AT TIME ZONE 'UTC', form), 'status', jsonb_build_object('id',
							statuses #>> ARRAY[other, 'id'], 'name', other,
						'statusCategory', jsonb_build_object('key', statuses #>> ARRAY[other, 'key'])));
					item := jsonb_build_object('from', old ->> 'id', 'fromString', old ->> 'name', 'to', statuses #>> ARRAY[other, 'id'],
						'toString', other);
				WHEN 'priority', 'issuetype' THEN
					old := fields -> word;
					other := CASE word WHEN 'priority' THEN orders.one(seed || 'to', 'Low', 'High', 'Highest') ELSE orders.one(seed
						|| 'to', 'Story', 'Bug', 'Incident', 'Task') END;
					fields := fields || jsonb_build_object(word, jsonb_build_object('name', other));
					item := jsonb_build_object('from', NULL, 'fromString', old ->> 'name', 'to', NULL, 'toString', other);
				WHEN 'summary' THEN
					fields := fields || jsonb_build_object('summary', 'Work ' || i || ', ' || step);
					item := '{}';
				WHEN 'labels' THEN
					other := orders.one(seed || 'to', 'security', 'tech-debt', 'incident', 'hotfix');
					fields := fields || jsonb_build_object('labels', CASE WHEN fields -> 'labels' ? other
						THEN (fields -> 'labels') - other ELSE fields -> 'labels' || to_jsonb(other) END);
					item := '{}';
				WHEN 'Flagged' THEN
					other := coalesce(fields #>> '{customfield_10021,0,value}', '');
					fields := fields || jsonb_build_object('customfield_10021', CASE other WHEN ''
						THEN '[{"value": "Impediment"}]'::jsonb END);
					item := jsonb_build_object('fieldtype', 'custom', 'fieldId', 'customfield_10021', 'from', CASE other WHEN '' THEN ''
						ELSE '[1]' END, 'fromString', other,
						'to', CASE other WHEN '' THEN '[1]' ELSE '' END, 'toString', CASE other WHEN '' THEN 'Impediment' ELSE '' END);
				WHEN 'Sprint' THEN
					old := fields #> '{customfield_10020,0,name}';
					other := 'Sprint ' || 1 + orders.pick(seed || 'to', 3);
					fields := fields || jsonb_build_object('customfield_10020', jsonb_build_array(jsonb_build_object('id', 1, 'name',
						other)));
					item := jsonb_build_object('fieldtype', 'custom', 'fieldId', 'customfield_10020', 'fromString', old, 'toString', other);
				WHEN 'Team' THEN
					old := fields #> '{customfield_10030,value}';
					other := orders.one(seed || 'to', 'Red', 'Blue');
					fields := fields || jsonb_build_object('customfield_10030', jsonb_build_object('value', other));
					item := jsonb_build_object('fieldtype', 'custom', 'fieldId', 'customfield_10030', 'fromString', old, 'toString', other);
				WHEN 'Story Points' THEN
					old := fields -> 'customfield_10016';
					other := 1 + orders.pick(seed || 'to', 8);
					fields := fields || jsonb_build_object('customfield_10016', other::numeric);
					item := jsonb_build_object('fieldtype', 'custom', 'fieldId', 'customfield_10016', 'fromString', old, 'toString', other);
				WHEN 'duedate' THEN
					old := fields -> 'duedate';
					other := nullif('2024-05-0' || orders.pick(seed || 'to', 4), '2024-05-00');
					fields := fields || jsonb_build_object('duedate', other);
					item := jsonb_build_object('from', old, 'fromString', old, 'to', other, 'toString', other);
				WHEN 'Key' THEN
					old := to_jsonb(key);
					key := orders.one(seed || 'to', 'WEB-', 'SHOP-') || 100 * step + i;
					fields := fields || jsonb_build_object('project', jsonb_build_object('key', split_part(key, '-', 1)));
					item := jsonb_build_object('fromString', old, 'toString', key);
				WHEN 'IssueParentAssociation' THEN
					old := fields #> '{parent,id}';
					other := 1000 + 1 + orders.pick(seed || 'to', 3);
					CONTINUE WHEN other = id;
					fields := fields || jsonb_build_object('parent', jsonb_build_object('id', other, 'key', 'SHOP-'
						|| other::integer - 1000, 'fields', '{"issuetype": {"name": "Epic"}}'::jsonb));
					item := jsonb_build_object('from', old, 'fromString', NULL, 'to', other, 'toString', 'SHOP-' || other::integer - 1000);
				WHEN 'Link' THEN
					other := 1 + orders.pick(seed || 'to', 10);
					CONTINUE WHEN other::integer = i;
					IF fields -> 'issuelinks' @> jsonb_build_array(jsonb_build_object('id', other)) THEN
						item := jsonb_build_object('from', 'SHOP-' || other, 'fromString', 'This issue is blocked by SHOP-' || other,
							'to', NULL, 'toString', NULL);
						fields := fields || jsonb_build_object('issuelinks', '[]'::jsonb);
						word := 'deleted';
					ELSE
						item := jsonb_build_object('from', NULL, 'fromString', NULL, 'to', 'SHOP-' || other, 'toString',
							'This issue is blocked by SHOP-' || other);
						fields := fields || jsonb_build_object('issuelinks', fields -> 'issuelinks'
							|| jsonb_build_array(jsonb_build_object('id', other, 'type',
							'{"inward": "is blocked by", "outward": "blocks"}'::jsonb, 'inwardIssue', jsonb_build_object('id',
								(1000 + other::integer)::text, 'key', 'SHOP-' || other))));
						word := 'created';
					END IF;
					PERFORM orders.tell('jira', jsonb_build_object('timestamp', orders.ms(at), 'webhookEvent', 'issuelink_' || word,
						'issueLink', jsonb_build_object('id', 1,
						'sourceIssueId', 1000 + other::integer, 'destinationIssueId', id::integer, 'issueLinkType',
							'{"outwardName": "blocks", "inwardName": "is blocked by"}'::jsonb)));
					word := 'Link';
				END CASE;
				items := items || jsonb_build_array(jsonb_build_object('field', word, 'fieldtype', 'jira') || CASE WHEN word IN ('status',
					'priority', 'duedate', 'summary', 'labels', 'issuetype') THEN
					jsonb_build_object('fieldId', word) ELSE '{}' END || item);
			END LOOP;
			CONTINUE WHEN items = '[]';
			fields := fields || jsonb_build_object('updated', to_char(at AT TIME ZONE 'UTC', form));
			histories := jsonb_build_array(jsonb_build_object('id', (10000 + 100 * i + step)::text, 'created',
				to_char(at AT TIME ZONE 'UTC', form), 'items', items)) || histories;
			issue := jsonb_build_object('id', id, 'key', key, 'self', 'https://jira.example.com/rest/api/2/issue/' || id, 'fields', fields);
			IF orders.pick(seed || 'told', 5) > 0 THEN
				PERFORM orders.tell('jira', jsonb_build_object('timestamp', orders.ms(at) + orders.pick(seed || 'lag', 900),
					'webhookEvent', 'jira:issue_updated', 'issue', issue,
					'changelog', jsonb_build_object('id', (10000 + 100 * i + step)::text, 'items', items)));
			END IF;
			CASE orders.pick(seed || 'asked', 7)
			WHEN 0 THEN
				PERFORM orders.tell('jira', issue);
			WHEN 1 THEN
				PERFORM orders.tell('jira', issue || jsonb_build_object('changelog', jsonb_build_object('total',
					jsonb_array_length(histories), 'histories', histories)));
			WHEN 2 THEN		-- cut off: the newest two
				PERFORM orders.tell('jira', issue || jsonb_build_object('changelog', jsonb_build_object('total',
					jsonb_array_length(histories),
					'histories', jsonb_path_query_array(histories, '$[0 to 1]'))));
			WHEN 3 THEN
				page := page || jsonb_build_array(issue);
			WHEN 4 THEN
				PERFORM orders.tell('jira', jsonb_build_object('issueId', id, 'issueKey', key, 'summary', fields -> 'summary',
					'createdDate', jsonb_build_object('epochMillis', orders.ms(at - interval '1 h')),
					'currentStatus', jsonb_build_object('status', fields #> '{status,name}', 'statusDate',
						jsonb_build_object('epochMillis', orders.ms(at)))));
			ELSE NULL;
			END CASE;
		END LOOP;
		CASE i % 5
		WHEN 0 THEN
			PERFORM orders.tell('jira', jsonb_build_object('self', 'https://jira.example.com/rest/api/3/issue/' || id || '/changelog',
				'total', jsonb_array_length(histories), 'values', histories));
		WHEN 1 THEN
			PERFORM orders.tell('jira', jsonb_build_object('issueChangeLogs', jsonb_build_array(jsonb_build_object('issueId', id,
				'changeHistories', histories))));
		WHEN 2 THEN
			PERFORM orders.tell('jira', histories -> 0 || jsonb_build_object('issueId', id));
		ELSE
			page := page || jsonb_build_array(issue || jsonb_build_object('changelog', jsonb_build_object('total',
				jsonb_array_length(histories), 'histories', histories)));
		END CASE;
		IF jsonb_array_length(page) > 2 THEN
			PERFORM orders.tell('jira', jsonb_build_object('startAt', 0, 'issues', page, 'names',
				'{"customfield_10016": "Story Points", "customfield_10020": "Sprint"}'::jsonb));
			page := '[]';
		END IF;
		IF i = 9 THEN
			PERFORM orders.tell('jira', jsonb_build_object('timestamp', orders.ms(at + interval '1 h'), 'webhookEvent',
				'jira:issue_deleted', 'issue', issue));
		END IF;
	END LOOP;
END$$;

-- GitLab: issues and merge requests, by webhooks, objects, lists and histories; then pipelines with their jobs and deployments.
CREATE FUNCTION orders.gitlab_work() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	project CONSTANT jsonb := '{"id": 14, "path_with_namespace": "shop/checkout", "web_url": "https://gitlab.example.com/shop/checkout", '
		'"default_branch": "main"}';
	at timestamptz; seed text; word text; label text; is_request boolean; kind text; action text; object jsonb; hook jsonb; rest jsonb;
		changes jsonb; labels jsonb; old jsonb; person jsonb; commit jsonb;
	page jsonb := '[]'; requests jsonb := '[]'; notes jsonb; events jsonb; approved jsonb;
BEGIN
	FOR i IN 1..11 LOOP
		is_request := i > 5;
		kind := CASE WHEN is_request THEN 'merge_requests' ELSE 'issues' END;
		at := timestamptz '2024-04-01 08:00Z' + i * interval '9 h';
		labels := '[]'; notes := '[]'; events := '[]'; approved := '[]';
		commit := jsonb_build_object('id', orders.sha('gitlab ' || i), 'message', 'SHOP-' || i || ' change ' || i, 'title', 'SHOP-' || i
			|| ' change ' || i, 'timestamp', orders.iso(at - interval '1 h'),
			'url', 'https://gitlab.example.com/shop/checkout/-/commit/' || orders.sha('gitlab ' || i), 'author',
				'{"name": "Ann", "email": "ann@example.com"}'::jsonb);
		object := jsonb_build_object('id', 500 + i, 'iid', i, 'title', CASE WHEN i % 3 = 0 AND is_request THEN 'Draft: ' ELSE '' END
			|| 'SHOP-' || i || ' thing', 'state', 'opened', 'created_at', at, 'updated_at', at)
			|| CASE WHEN is_request THEN jsonb_build_object('draft', i % 3 = 0, 'source_branch', CASE i % 4 WHEN 0 THEN 'revert-'
				|| left(orders.sha('gitlab ' || i - 1), 8) ELSE 'SHOP-' || i END,
				'target_branch', 'main', 'author_id', 7, 'description', CASE i % 4 WHEN 1 THEN 'Closes #2' ELSE '' END)
			ELSE '{"weight": null, "due_date": null, "issue_type": "issue"}'::jsonb END;
		FOR step IN 0..6 LOOP
			seed := 'gitlab ' || i || ' ' || step;
			at := CASE step WHEN 0 THEN at ELSE orders.later(at, seed) END;
			changes := '{}';
			person := CASE orders.pick(seed || 'who', 4) WHEN 0 THEN '{"id": 7, "username": "ann", "name": "Ann"}' WHEN 1
				THEN '{"id": 9, "username": "review-bot", "name": "Bot"}'
				ELSE '{"id": 8, "username": "ben", "name": "Ben"}' END;
			word := CASE WHEN step = 0 THEN 'open' WHEN object ->> 'state' = 'merged' THEN 'label' WHEN object ->> 'state' = 'closed'
				THEN orders.one(seed || 'do', 'reopen', 'label')
				WHEN is_request THEN orders.one(seed || 'do', 'label', 'draft', 'approved', 'unapproved', 'approval', 'note', 'title',
					'close', 'merge')
				ELSE orders.one(seed || 'do', 'label', 'label', 'close', 'close', 'weight', 'due', 'title', 'type') END;
			action := CASE WHEN word IN ('open', 'close', 'reopen', 'merge', 'approved', 'unapproved', 'approval') THEN word
				ELSE 'update' END;
			CASE word
			WHEN 'open' THEN person := '{"id": 7, "username": "ann", "name": "Ann"}';
			WHEN 'label' THEN
				old := labels;
				label := orders.one(seed || 'label', 'bug', 'urgent', 'security', 'incident');
				labels := CASE WHEN labels ? label THEN labels - label ELSE labels || to_jsonb(label) END;
				changes := jsonb_build_object('labels', jsonb_build_object('previous',
					(SELECT coalesce(jsonb_agg(jsonb_build_object('title', l)), '[]') FROM jsonb_array_elements(old) AS l),
					'current', (SELECT coalesce(jsonb_agg(jsonb_build_object('title', l)), '[]') FROM jsonb_array_elements(labels) AS l)));
				events := events || jsonb_build_array(jsonb_build_object('id', 1, 'resource_type', CASE WHEN is_request
					THEN 'MergeRequest' ELSE 'Issue' END, 'resource_id', 500 + i,
					'created_at', orders.iso_ms(at), 'action', CASE WHEN labels ? label THEN 'add' ELSE 'remove' END, 'label',
						jsonb_build_object('name', label)));
			WHEN 'draft' THEN
				changes := jsonb_build_object('draft', jsonb_build_object('previous', object -> 'draft', 'current',
					NOT (object ->> 'draft')::boolean));
				object := object || jsonb_build_object('draft', NOT (object ->> 'draft')::boolean);
				notes := notes || jsonb_build_array(jsonb_build_object('id', step, 'system', true, 'noteable_type', 'MergeRequest',
					'noteable_id', 500 + i, 'author', person, 'created_at', orders.iso_ms(at),
					'body', CASE WHEN object ->> 'draft' = 'true' THEN 'marked this merge request as **draft**'
						ELSE 'marked this merge request as **ready**' END));
			WHEN 'close', 'reopen', 'merge' THEN
				object := object || jsonb_build_object('state', CASE word WHEN 'close' THEN 'closed' WHEN 'merge' THEN 'merged'
					ELSE 'opened' END, 'closed_at', CASE word WHEN 'close' THEN at END)
					|| CASE word WHEN 'merge' THEN jsonb_build_object('merged_at', at, 'merge_commit_sha', orders.sha('gitlab merge '
						|| i)) ELSE '{}' END;
				events := events || jsonb_build_array(jsonb_build_object('id', 1, 'resource_type', CASE WHEN is_request
					THEN 'MergeRequest' ELSE 'Issue' END, 'resource_id', 500 + i,
					'created_at', orders.iso_ms(at), 'state', CASE word WHEN 'reopen' THEN 'reopened' ELSE object ->> 'state' END));
			WHEN 'approved', 'unapproved', 'approval' THEN
				approved := CASE word WHEN 'unapproved' THEN '[]' ELSE approved || jsonb_build_array(jsonb_build_object('user', person,
					'approved_at', orders.iso_ms(at))) END;
			WHEN 'note' THEN
				notes := notes || jsonb_build_array(jsonb_build_object('id', step, 'system', false, 'noteable_type', 'MergeRequest',
					'noteable_id', 500 + i, 'author', person, 'created_at', orders.iso_ms(at), 'body', 'Hm'));
			WHEN 'title' THEN
				changes := jsonb_build_object('title', jsonb_build_object('previous', object -> 'title', 'current', 'Thing ' || step));
				object := object || jsonb_build_object('title', 'Thing ' || step);
			WHEN 'weight' THEN
				changes := jsonb_build_object('weight', jsonb_build_object('previous', object -> 'weight', 'current', step));
				object := object || jsonb_build_object('weight', step);
			WHEN 'due' THEN
				changes := jsonb_build_object('due_date', jsonb_build_object('previous', object -> 'due_date', 'current', '2024-06-0'
					|| step));
				object := object || jsonb_build_object('due_date', '2024-06-0' || step);
			WHEN 'type' THEN
				object := object || jsonb_build_object('issue_type', orders.one(seed || 'type', 'incident', 'task', 'issue'));
			END CASE;
			IF word NOT IN ('note', 'approval') THEN
				object := object || jsonb_build_object('updated_at', at);
			END IF;
			-- Webhooks have whole seconds and labels as objects, the API milliseconds and names.
			hook := (SELECT jsonb_object_agg(e.key, CASE WHEN e.key LIKE '%\_at' AND e.value <> 'null'
				THEN to_jsonb(orders.utc((e.value #>> '{}')::timestamptz)) ELSE e.value END) FROM jsonb_each(object) AS e)
				|| jsonb_build_object('action', action, 'url', 'https://gitlab.example.com/shop/checkout/-/' || kind || '/' || i,
					'labels', (SELECT coalesce(jsonb_agg(jsonb_build_object('title', l)), '[]') FROM jsonb_array_elements(labels) AS l))
				|| CASE WHEN is_request THEN jsonb_build_object('last_commit', commit) WHEN i = 3 THEN '{"closed_at": null}'::jsonb
					ELSE '{}' END;
			rest := (SELECT jsonb_object_agg(e.key, CASE WHEN e.key LIKE '%\_at' AND e.value <> 'null'
				THEN to_jsonb(orders.iso_ms((e.value #>> '{}')::timestamptz)) ELSE e.value END) FROM jsonb_each(object) AS e)
				|| jsonb_build_object('web_url', 'https://gitlab.example.com/shop/checkout/-/' || kind || '/' || i, 'labels', labels,
					'author', '{"id": 7, "username": "ann", "name": "Ann"}'::jsonb)
				|| CASE WHEN is_request THEN jsonb_build_object('sha', commit -> 'id') ELSE '{}' END;
			IF word = 'note' THEN
				PERFORM orders.tell('gitlab', jsonb_build_object('object_kind', 'note', 'user', person, 'project', project,
					'merge_request', hook - 'action',
					'object_attributes', jsonb_build_object('id', step, 'note', 'Hm', 'noteable_type', 'MergeRequest', 'author_id',
						person -> 'id', 'system', false, 'created_at', orders.utc(at))));
			ELSIF orders.pick(seed || 'told', 4) > 0 THEN
				PERFORM orders.tell('gitlab', jsonb_build_object('object_kind', CASE WHEN is_request THEN 'merge_request'
					ELSE 'issue' END, 'user', person, 'project', project, 'object_attributes', hook,
					'changes', changes, 'labels', hook -> 'labels'));
			END IF;
			CASE orders.pick(seed || 'asked', 8)
			WHEN 0 THEN PERFORM orders.tell('gitlab', rest);
			WHEN 1 THEN page := page || jsonb_build_array(rest);
			WHEN 2 THEN
				IF is_request THEN
					PERFORM orders.tell('gitlab', jsonb_build_object('id', 500 + i, 'iid', i, 'project_id', 14, 'state',
						object -> 'state', 'updated_at', rest -> 'updated_at',
						'approved', approved <> '[]', 'approvals_left', 0, 'approved_by', approved));
				END IF;
			ELSE NULL;
			END CASE;
		END LOOP;
		IF events <> '[]' AND i % 2 = 0 THEN
			PERFORM orders.tell('gitlab', events);
		END IF;
		IF notes <> '[]' AND i % 3 > 0 THEN
			PERFORM orders.tell('gitlab', jsonb_build_object('merge_request', jsonb_build_object('id', 500 + i, 'author',
				'{"id": 7}'::jsonb), 'notes', notes));
		END IF;
		IF is_request AND i % 2 = 0 THEN
			PERFORM orders.tell('gitlab', jsonb_build_object('merge_request', jsonb_build_object('id', 500 + i), 'commits',
				jsonb_build_array((commit - 'author' - 'timestamp' - 'url') || jsonb_build_object(
				'web_url', commit -> 'url', 'committed_date', commit -> 'timestamp', 'authored_date', commit -> 'timestamp',
					'author_name', 'Ann', 'author_email', 'ann@example.com', 'parent_ids', '[]'::jsonb))));
		END IF;
		IF i % 3 = 1 THEN
			PERFORM orders.tell('gitlab', jsonb_build_object(CASE i % 2 WHEN 0 THEN 'object_kind' ELSE 'event_name' END, 'push', 'ref',
				'refs/heads/SHOP-' || i, 'before', repeat('0', 40), 'after', commit -> 'id',
				'checkout_sha', commit -> 'id', 'project', project, 'total_commits_count', 1, 'commits', jsonb_build_array(commit
					|| jsonb_build_object('added', '[]'::jsonb, 'modified', jsonb_build_array('src/' || i), 'removed', '[]'::jsonb))));
		END IF;
		IF jsonb_array_length(page) > 3 THEN
			PERFORM orders.tell('gitlab', page);
			page := '[]';
		END IF;
	END LOOP;
	PERFORM orders.tell('gitlab', jsonb_build_object('id', 5, 'iid', 2, 'group_id', 7, 'title', 'Totals ' || v, 'author',
		'{"id": 1}'::jsonb, 'state', CASE v WHEN 3 THEN 'closed' ELSE 'opened' END, 'labels', jsonb_build_array('v' || v),
		'web_url', 'https://gitlab.example.com/groups/shop/-/epics/2', 'created_at', '2024-04-01T00:00:00Z', 'updated_at',
			orders.iso_ms('2024-04-02Z'::timestamptz + v * interval '1 s'),
		'closed_at', CASE v WHEN 3 THEN '2024-04-02T00:00:03.000Z' END)) FROM generate_series(1, 3) AS v;
END$$;

CREATE FUNCTION orders.gitlab_pipelines() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	project CONSTANT jsonb := '{"id": 14, "path_with_namespace": "shop/checkout", "web_url": "https://gitlab.example.com/shop/checkout", '
		'"default_branch": "main"}';
	at timestamptz; created timestamptz; started timestamptz; finished timestamptz; seed text; sha text; status text; job jsonb; jobs
		jsonb; job_at timestamptz; word text;
BEGIN
	FOR i IN 1..4 LOOP
		created := timestamptz '2024-04-20 08:00Z' + i * interval '5 h';
		at := created; started := NULL; finished := NULL; jobs := '[]';
		sha := orders.sha('gitlab ' || i + 5);
		FOREACH status IN ARRAY CASE i % 3 WHEN 0 THEN '{pending,running,failed,running,success}' WHEN 1 THEN '{running,success}'
			ELSE '{pending,manual,running,canceled}' END::text[] LOOP
			seed := 'pipeline ' || i || ' ' || coalesce(finished::text, '') || status;
			at := orders.later(at, seed);
			started := CASE WHEN status IN ('pending', 'manual') THEN started ELSE coalesce(started, at) END;
			finished := CASE WHEN status IN ('success', 'failed', 'canceled') THEN at ELSE finished END;
			-- A job that is run again is another one.
			IF status = 'running' THEN
				FOREACH word IN ARRAY '{build,test,rollout,deploy to staging}'::text[] LOOP
					jobs := jobs || jsonb_build_array(jsonb_build_object('id', 7000 + 100 * i + jsonb_array_length(jobs), 'name', word,
						'stage', split_part(word, ' ', 1), 'status', 'running',
						'created_at', created, 'started_at', at, 'finished_at', NULL, 'duration', NULL, 'queued_duration',
							orders.pick(seed || word, 3)));
				END LOOP;
			ELSE
				jobs := (SELECT coalesce(jsonb_agg(CASE WHEN j ->> 'status' = 'running' THEN j || jsonb_build_object('status', status,
					'finished_at', at, 'duration', 1) ELSE j END), '[]') FROM jsonb_array_elements(jobs) AS j);
			END IF;
			IF orders.pick(seed || 'told', 5) > 0 THEN
				PERFORM orders.tell('gitlab', jsonb_build_object('object_kind', 'pipeline', 'project', project, 'commit',
					jsonb_build_object('id', sha, 'message', 'x', 'timestamp', orders.iso(created - interval '1 h'),
					'url', 'https://gitlab.example.com/shop/checkout/-/commit/' || sha), 'merge_request', CASE WHEN i % 2 = 0
						THEN jsonb_build_object('id', 505 + i, 'title', 'SHOP-' || i, 'source_branch', 'SHOP-' || i) END,
					'object_attributes', jsonb_build_object('id', 900 + i, 'ref', 'main', 'sha', sha, 'status', CASE
						WHEN status = 'canceled' THEN 'canceled' ELSE status END, 'source', 'push', 'created_at', orders.utc(created),
						'finished_at', orders.utc(finished), 'duration', extract(epoch FROM finished - started), 'queued_duration',
							extract(epoch FROM started - created)),
					'builds', (SELECT coalesce(jsonb_agg(j || jsonb_build_object('created_at',
						orders.utc((j ->> 'created_at')::timestamptz), 'started_at', orders.utc((j ->> 'started_at')::timestamptz),
						'finished_at', orders.utc((j ->> 'finished_at')::timestamptz))), '[]') FROM jsonb_array_elements(jobs) AS j)));
			END IF;
			IF orders.pick(seed || 'asked', 2) = 0 THEN
				PERFORM orders.tell('gitlab', CASE WHEN i % 2 = 0 THEN jsonb_build_array(p) ELSE p END)
					FROM (SELECT jsonb_build_object('id', 900 + i, 'iid', i, 'project_id', 14, 'sha', sha, 'ref', 'main', 'status',
						status, 'source', 'push',
					'created_at', orders.iso_ms(created), 'updated_at', orders.iso_ms(at), 'web_url',
						'https://gitlab.example.com/shop/checkout/-/pipelines/' || 900 + i)
					|| CASE WHEN orders.pick(seed || 'whole', 2) = 0 THEN jsonb_build_object('started_at', orders.iso_ms(started),
						'finished_at', orders.iso_ms(finished)) ELSE '{}' END) AS p (p);
			END IF;
			IF jobs <> '[]' THEN
				PERFORM orders.tell('gitlab', jsonb_agg(j || jsonb_build_object('web_url',
					'https://gitlab.example.com/shop/checkout/-/jobs/' || (j ->> 'id'), 'ref', 'main', 'pipeline',
						jsonb_build_object('id', 900 + i, 'sha', sha),
					'commit', jsonb_build_object('id', sha, 'title', 'x', 'message', 'x', 'committed_date',
						orders.iso(created - interval '1 h')), 'created_at', orders.iso_ms((j ->> 'created_at')::timestamptz),
					'started_at', orders.iso_ms((j ->> 'started_at')::timestamptz), 'finished_at',
						orders.iso_ms((j ->> 'finished_at')::timestamptz)))) FROM jsonb_array_elements(jobs) AS j;
				job := jobs -> -1;
				PERFORM orders.tell('gitlab', jsonb_build_object('object_kind', 'build', 'ref', 'main', 'sha', sha, 'build_id',
					job -> 'id', 'build_name', job -> 'name', 'build_stage', job -> 'stage', 'build_status', job -> 'status',
					'build_created_at', orders.utc((job ->> 'created_at')::timestamptz), 'build_started_at',
						orders.utc((job ->> 'started_at')::timestamptz), 'build_finished_at',
							orders.utc((job ->> 'finished_at')::timestamptz),
					'pipeline_id', 900 + i, 'project', project));
				PERFORM orders.tell('gitlab', jsonb_build_object('object_kind', 'deployment', 'status', job -> 'status',
					'status_changed_at', orders.utc(at), 'deployment_id', 40 + i, 'deployable_id', job -> 'id', 'environment', 'staging',
					'project', project, 'ref', 'main', 'commit_url', 'https://gitlab.example.com/shop/checkout/-/commit/' || sha));
				IF orders.pick(seed || 'deployment', 2) = 0 THEN
					PERFORM orders.tell('gitlab', jsonb_build_object('id', 40 + i, 'iid', i, 'sha', sha, 'ref', 'main', 'status',
						job -> 'status', 'created_at', orders.iso_ms(created), 'updated_at', orders.iso_ms(at),
						'environment', '{"id": 3, "name": "staging", "tier": "staging"}'::jsonb, 'deployable',
							(job - 'created_at' - 'started_at' - 'finished_at') || jsonb_build_object('created_at', orders.iso_ms(created),
							'started_at', orders.iso_ms((job ->> 'started_at')::timestamptz), 'finished_at',
								orders.iso_ms((job ->> 'finished_at')::timestamptz), 'pipeline', jsonb_build_object('id', 900 + i))));
				END IF;
			END IF;
		END LOOP;
	END LOOP;
	PERFORM orders.tell('gitlab', '{"object_kind": "release", "action": "create", "tag": "v1", "released_at": "2024-04-22 10:00:00 UTC", '
		'"created_at": "2024-04-22 10:00:00 UTC", "project": {"path_with_namespace": "shop/checkout"},
		"commit": {"id": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "message": "x", "timestamp": "2024-04-22T09:00:00Z"}}');
	PERFORM orders.tell('gitlab', '[{"tag_name": "v1", "released_at": "2024-04-22T09:59:59.500Z", "commit": '
		'{"id": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "title": "y", "committed_date": "2024-04-22T09:00:00.000Z"},
		"_links": {"self": "https://gitlab.example.com/shop/checkout/-/releases/v1"}}]');
END$$;

-- GitHub: issues and pull requests with their reviews, cards and histories; then runs, jobs, deployments and releases.
CREATE FUNCTION orders.github_work() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	repository CONSTANT jsonb := '{"full_name": "shop/web", "default_branch": "main"}';
	at timestamptz; seed text; word text; label text; is_request boolean; object jsonb; extra jsonb; person jsonb; labels text[]; events
		jsonb; reviews jsonb; page jsonb := '[]'; requests jsonb := '[]'; event jsonb; node text; old text;
BEGIN
	FOR i IN 1..12 LOOP
		is_request := i > 6;
		at := timestamptz '2024-06-01 08:00Z' + i * interval '11 h';
		labels := '{}'; events := '[]'; reviews := '[]'; old := NULL;
		-- a list of three numbers in MessagePack
		node := CASE WHEN is_request THEN 'PR_' ELSE 'I_' END || encode(decode('9300ce00000001cd' || to_hex(8000 + i), 'hex'), 'base64');
		object := jsonb_build_object('id', 8000 + i, 'node_id', node, 'number', i, 'title', 'SHOP-' || i || ' thing', 'state', 'open',
			'created_at', orders.iso(at), 'updated_at', orders.iso(at), 'closed_at', NULL,
			'user', '{"login": "ann", "type": "User"}'::jsonb, 'html_url', 'https://github.com/shop/web/' || CASE WHEN is_request
				THEN 'pull/' ELSE 'issues/' END || i, 'body', CASE i % 3 WHEN 0 THEN 'Fixes #2' END)
			|| CASE WHEN is_request THEN jsonb_build_object('draft', i % 3 = 0, 'merged_at', NULL, 'head', jsonb_build_object('ref',
				CASE i % 4 WHEN 0 THEN 'revert-' || i - 1 || '-x' ELSE 'SHOP-' || i END, 'sha', orders.sha('github ' || i)),
				'base', '{"ref": "main"}'::jsonb, 'additions', i, 'deletions', 1, 'commits', 1)
			ELSE '{"milestone": null, "state_reason": null, "repository_url": "https://api.github.com/repos/shop/web"}'::jsonb END;
		FOR step IN 0..6 LOOP
			seed := 'github ' || i || ' ' || step;
			at := CASE step WHEN 0 THEN at ELSE date_trunc('second', orders.later(at, seed)) END;
			extra := '{}'; event := NULL;
			person := CASE orders.pick(seed || 'who', 5) WHEN 0 THEN '{"login": "ann", "type": "User"}' WHEN 1
				THEN '{"login": "dependabot[bot]", "type": "Bot"}' ELSE '{"login": "ben", "type": "User"}' END;
			word := CASE WHEN step = 0 THEN 'opened' WHEN object ->> 'merged_at' IS NOT NULL THEN 'labeled'
				WHEN object ->> 'state' = 'closed' THEN orders.one(seed || 'do', 'reopened', 'labeled')
				WHEN is_request THEN orders.one(seed || 'do', 'labeled', 'converted_to_draft', 'ready_for_review', 'review_requested',
					'review', 'review', 'review', 'dismiss', 'edited', 'closed', 'merged')
				ELSE orders.one(seed || 'do', 'labeled', 'labeled', 'closed', 'closed', 'edited', 'typed', 'card', 'card', 'milestoned',
					'parent', 'blocked') END;
			CASE word
			WHEN 'labeled' THEN
				label := orders.one(seed || 'label', 'bug', 'security', 'incident', 'sev1', 'risky');
				word := CASE WHEN label = ANY (labels) THEN 'unlabeled' ELSE 'labeled' END;
				labels := CASE WHEN label = ANY (labels) THEN array_remove(labels, label) ELSE labels || label END;
				extra := jsonb_build_object('label', jsonb_build_object('name', label));
				event := extra || jsonb_build_object('event', word);
			WHEN 'closed', 'merged' THEN
				object := object || jsonb_build_object('state', 'closed', 'closed_at', orders.iso(at)) || CASE
					WHEN word = 'merged' THEN jsonb_build_object('merged_at', orders.iso(at), 'merge_commit_sha',
						orders.sha('github merge ' || i))
					WHEN is_request THEN '{}' ELSE jsonb_build_object('state_reason', orders.one(seed || 'why', 'completed',
						'not_planned')) END;
				event := jsonb_build_object('event', 'closed', 'state_reason', object -> 'state_reason');
				IF word = 'merged' THEN
					events := events || jsonb_build_array(jsonb_build_object('id', step, 'event', 'merged', 'created_at', orders.iso(at),
						'actor', person));
				END IF;
				word := 'closed';
			WHEN 'reopened' THEN
				object := object || '{"state": "open", "closed_at": null}' || CASE WHEN is_request THEN '{}'
					ELSE jsonb_build_object('state_reason', CASE i % 2 WHEN 0 THEN 'reopened' END) END;
				event := '{"event": "reopened"}';
			WHEN 'converted_to_draft', 'ready_for_review' THEN
				object := object || jsonb_build_object('draft', word = 'converted_to_draft');
				event := jsonb_build_object('event', CASE word WHEN 'converted_to_draft' THEN 'convert_to_draft' ELSE word END);
			WHEN 'review_requested' THEN
				extra := '{"requested_reviewer": {"login": "ben"}}';
				event := extra || jsonb_build_object('event', word);
			WHEN 'review' THEN
				reviews := reviews || jsonb_build_array(jsonb_build_object('id', 100 * i + step, 'user', person, 'state', orders.one(seed
					|| 'state', 'APPROVED', 'CHANGES_REQUESTED', 'COMMENTED'), 'commit_id', object #> '{head,sha}',
					'submitted_at', orders.iso(at)));
				event := reviews -> -1 || '{"event": "reviewed"}';
			WHEN 'dismiss' THEN
				CONTINUE WHEN reviews = '[]';
				reviews := jsonb_set(reviews, '{-1,state}', '"DISMISSED"');
				event := jsonb_build_object('event', 'review_dismissed', 'dismissed_review', jsonb_build_object('review_id',
					reviews #> '{-1,id}'));
			WHEN 'edited' THEN
				object := object || jsonb_build_object('title', 'SHOP-' || 20 + step || ' other');
			WHEN 'typed' THEN
				object := object || jsonb_build_object('type', jsonb_build_object('name', orders.one(seed || 'type', 'Bug', 'Feature',
					'Incident')));
			WHEN 'milestoned' THEN
				object := object || jsonb_build_object('milestone', CASE WHEN step % 2 = 0 THEN jsonb_build_object('due_on', '2024-07-0'
					|| step || 'T00:00:00Z') END);
			WHEN 'card' THEN
				label := orders.one(seed || 'to', 'Todo', 'Doing', 'Done');
				PERFORM orders.tell('github', jsonb_build_object('action', 'edited', 'projects_v2_item', jsonb_build_object('id', 1,
					'content_type', 'Issue', 'content_node_id', node, 'updated_at', orders.iso(at)),
					'changes', jsonb_build_object('field_value', jsonb_build_object('field_name', 'Status', 'project_number', 1, 'from',
						CASE WHEN old IS NOT NULL THEN jsonb_build_object('id', md5(old), 'name', old) END,
						'to', jsonb_build_object('id', md5(label), 'name', label)))));
				old := label;
				IF orders.pick(seed || 'asked', 2) = 0 THEN
					PERFORM orders.tell('github', jsonb_build_object('id', 1, 'content_type', 'Issue', 'content', object, 'updated_at',
						orders.iso(at), 'project_url', 'https://api.github.com/orgs/shop/projectsV2/1',
						'fields', jsonb_build_array(jsonb_build_object('name', 'Status', 'value', jsonb_build_object('id', md5(label),
							'name', label)), jsonb_build_object('name', 'Risk', 'value', 'x' || step))));
				END IF;
				CONTINUE;
			WHEN 'parent', 'blocked' THEN
				PERFORM orders.tell('github', CASE word WHEN 'parent' THEN
					jsonb_build_object('action', 'sub_issue_' || CASE step % 3 WHEN 0 THEN 'removed' ELSE 'added' END, 'sub_issue_id',
						8000 + i, 'sub_issue', object || jsonb_build_object('updated_at', orders.iso(at)),
						'parent_issue_id', 8001 + i % 6, 'repository', repository)
				ELSE jsonb_build_object('action', 'blocked_by_' || CASE step % 3 WHEN 0 THEN 'removed' ELSE 'added' END, 'blocked_issue',
					object || jsonb_build_object('updated_at', orders.iso(at)), 'blocked_issue_id', 8000 + i,
						'blocking_issue', jsonb_build_object('id', 8001 + i % 6, 'updated_at', orders.iso(at)), 'blocking_issue_id',
							8001 + i % 6, 'repository', repository) END);
			ELSE NULL;
			END CASE;
			object := object || jsonb_build_object('updated_at', orders.iso(at), 'labels',
				(SELECT coalesce(jsonb_agg(jsonb_build_object('name', l)), '[]') FROM unnest(labels) AS l));
			IF event IS NOT NULL THEN
				events := events || jsonb_build_array(jsonb_build_object('id', step, 'created_at', orders.iso(at), 'actor', person)
					|| event);
			END IF;
			IF word IN ('review', 'dismiss') THEN
				IF orders.pick(seed || 'told', 3) > 0 THEN
					PERFORM orders.tell('github', jsonb_build_object('action', CASE word WHEN 'dismiss' THEN 'dismissed'
						ELSE 'submitted' END, 'review', (reviews -> -1) || jsonb_build_object('state', lower(reviews #>> '{-1,state}')),
						'pull_request', object, 'repository', repository, 'sender', person));
				END IF;
			ELSIF word NOT IN ('parent', 'blocked') AND orders.pick(seed || 'told', 4) > 0 THEN
				PERFORM orders.tell('github', extra || jsonb_build_object('action', word, CASE WHEN is_request THEN 'pull_request'
					ELSE 'issue' END, object, 'repository', repository, 'sender', person));
			END IF;
			CASE orders.pick(seed || 'asked', 6)
			WHEN 0 THEN PERFORM orders.tell('github', object);
			WHEN 1 THEN
				IF is_request THEN requests := requests || jsonb_build_array(object); ELSE page := page
					|| jsonb_build_array(object); END IF;
			ELSE NULL;
			END CASE;
		END LOOP;
		IF i % 3 = 0 THEN		-- a timeline, or events of the repository
			PERFORM orders.tell('github', jsonb_build_object(CASE WHEN is_request THEN 'pull_request' ELSE 'issue' END, object,
				'timeline', events));
		ELSIF i % 3 = 1 AND NOT is_request THEN
			PERFORM orders.tell('github', (SELECT coalesce(jsonb_agg(e || jsonb_build_object('issue', object)), '[]')
				FROM jsonb_array_elements(events) AS e));
		END IF;
		IF reviews <> '[]' AND i % 2 = 0 THEN
			PERFORM orders.tell('github', jsonb_build_object('pull_request', jsonb_build_object('id', 8000 + i, 'user', object -> 'user'),
				'reviews', reviews));
		END IF;
		IF is_request THEN
			PERFORM orders.tell('github', CASE i % 2
				WHEN 0 THEN jsonb_build_object('ref', 'refs/heads/SHOP-' || i, 'before', repeat('0', 40), 'after', object #> '{head,sha}',
					'repository', repository || jsonb_build_object('pushed_at', orders.ms(at) / 1000),
					'commits', jsonb_build_array(c), 'head_commit', c, 'pusher', '{"name": "ann"}'::jsonb)
				ELSE jsonb_build_array(jsonb_build_object('sha', c -> 'id', 'html_url', c -> 'url', 'parents', '[]'::jsonb, 'author',
					'{"login": "ann", "type": "User"}'::jsonb, 'commit', jsonb_build_object('message', c -> 'message',
					'author', jsonb_build_object('name', 'Ann', 'date', c -> 'timestamp'), 'committer', jsonb_build_object('date',
						c -> 'timestamp')))) END)
			FROM jsonb_build_object('id', object #> '{head,sha}', 'message', 'SHOP-' || i || ' change (#' || i || ')', 'timestamp',
				orders.iso(at - interval '1 d'), 'url', 'https://github.com/shop/web/commit/' || (object #>> '{head,sha}'),
				'author', '{"name": "Ann", "username": "ann"}'::jsonb, 'added', '[]'::jsonb, 'modified', '["a"]'::jsonb, 'removed',
					'[]'::jsonb) AS c;
		END IF;
		IF jsonb_array_length(page) > 3 THEN
			PERFORM orders.tell('github', jsonb_build_object('total_count', 9, 'incomplete_results', false, 'items', page));
			page := '[]';
		END IF;
		IF jsonb_array_length(requests) > 3 THEN
			PERFORM orders.tell('github', requests);
			requests := '[]';
		END IF;
	END LOOP;
END$$;

CREATE FUNCTION orders.github_runs() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	repository CONSTANT jsonb := '{"full_name": "shop/web"}';
	at timestamptz; created timestamptz; started timestamptz; seed text; status text; run jsonb; job jsonb; deployment jsonb; statuses
		jsonb; page jsonb := '[]';
BEGIN
	FOR i IN 1..3 LOOP
		created := timestamptz '2024-06-20 08:00Z' + i * interval '3 h';
		at := created; statuses := '[]';
		deployment := jsonb_build_object('id', 60 + i, 'sha', orders.sha('github ' || i + 6), 'ref', 'main', 'task', 'deploy',
			'environment', orders.one('env' || i, 'production', 'qa', 'eu-1'), 'created_at', orders.iso(created), 'updated_at',
				orders.iso(created),
			'url', 'https://api.github.com/repos/shop/web/deployments/' || 60 + i, 'statuses_url',
				'https://api.github.com/repos/shop/web/deployments/' || 60 + i || '/statuses', 'payload', CASE i WHEN 1
					THEN '{"service": "web"}'::jsonb ELSE '{}' END);
		PERFORM orders.tell('github', CASE i % 2 WHEN 0 THEN deployment ELSE jsonb_build_object('action', 'created', 'deployment',
			deployment, 'repository', repository) END);
		FOR attempt IN 1..1 + i % 3 LOOP
			started := at;
			FOREACH status IN ARRAY '{queued,in_progress,completed}'::text[] LOOP
				seed := 'run ' || i || ' ' || attempt || ' ' || status;
				at := date_trunc('second', orders.later(at, seed));
				run := jsonb_build_object('id', 300 + i, 'name', 'CI', 'run_number', i, 'run_attempt', attempt, 'workflow_id', 4,
					'head_sha', orders.sha('github ' || i + 6), 'head_branch', 'main', 'event', 'push', 'status', status,
					'conclusion', CASE status WHEN 'completed' THEN CASE WHEN attempt = 1 + i % 3 THEN 'success' ELSE 'failure' END END,
						'created_at', orders.iso(created), 'run_started_at', orders.iso(started), 'updated_at', orders.iso(at),
					'html_url', 'https://github.com/shop/web/actions/runs/' || 300 + i);
				job := jsonb_build_object('id', 3000 + 10 * i + attempt, 'run_id', 300 + i, 'run_attempt', attempt, 'name', CASE i % 2
					WHEN 0 THEN 'build' ELSE 'ship' END, 'head_sha', run -> 'head_sha', 'head_branch', 'main', 'status', status,
					'conclusion', run -> 'conclusion', 'created_at', orders.iso(started), 'started_at', orders.iso(started),
						'completed_at', CASE status WHEN 'completed' THEN orders.iso(at) END, 'steps', '[]'::jsonb, 'runner_id', 1,
					'html_url', 'https://github.com/shop/web/actions/runs/' || 300 + i || '/job/1', 'run_url',
						'https://api.github.com/repos/shop/web/actions/runs/' || 300 + i);
				IF orders.pick(seed || 'told', 4) > 0 THEN
					PERFORM orders.tell('github', jsonb_build_object('action', CASE status WHEN 'queued' THEN 'requested' ELSE status END,
						'workflow_run', run, 'repository', repository));
				END IF;
				IF orders.pick(seed || 'job', 3) > 0 THEN
					PERFORM orders.tell('github', jsonb_build_object('action', status, 'workflow_job', job, 'repository', repository));
				END IF;
				IF orders.pick(seed || 'asked', 3) = 0 THEN
					PERFORM orders.tell('github', run);
				END IF;
				page := page || jsonb_build_array(run);
				statuses := statuses || jsonb_build_array(jsonb_build_object('id', 1000 * i + jsonb_array_length(statuses), 'state',
					CASE status WHEN 'completed' THEN run ->> 'conclusion' ELSE status END, 'created_at', orders.iso(at),
					'environment', deployment -> 'environment', 'deployment_url', deployment -> 'url', 'log_url', run ->> 'html_url'
						|| '/job/1'));
				IF orders.pick(seed || 'deployed', 3) > 0 THEN
					PERFORM orders.tell('github', jsonb_build_object('action', 'created', 'deployment_status', statuses -> -1,
						'deployment', deployment, 'repository', repository));
				END IF;
			END LOOP;
			PERFORM orders.tell('github', jsonb_build_object('total_count', 1, 'jobs', jsonb_build_array(job)));
		END LOOP;
		statuses := statuses || jsonb_build_array(jsonb_build_object('id', 1000 * i + 99, 'state', 'inactive', 'created_at',
			orders.iso(at + interval '1 d'), 'environment', deployment -> 'environment', 'deployment_url', deployment -> 'url'));
		PERFORM orders.tell('github', statuses);
		PERFORM orders.tell('github', jsonb_build_object('total_count', 9, 'workflow_runs', page));
		page := '[]';
	END LOOP;
	PERFORM orders.tell('github', jsonb_build_object('action', a, 'release', r, 'repository', repository)), orders.tell('github', r)
		FROM jsonb_build_object('id', 1, 'tag_name', 'v2', 'target_commitish', orders.sha('github 9'), 'draft', false,
		'prerelease', false, 'published_at', '2024-06-22T00:00:00Z', 'html_url', 'https://github.com/shop/web/releases/tag/v2') AS r,
			unnest('{released,published}'::text[]) AS a;
END$$;

-- Jenkins: builds as api/json, wfapi, Blue Ocean and the Notification plugin tell of them, while they run and afterwards.
CREATE FUNCTION orders.jenkins() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	job text; path text; url text; seed text; at timestamptz; queued timestamptz; finished timestamptz; result text; build jsonb; done
		jsonb; stages jsonb; stage_at timestamptz; status text; page jsonb := '[]';
BEGIN
	FOR i IN 1..8 LOOP
		job := orders.one('jenkins job' || i, 'shop/deploy-production', 'shop/web/main', 'shop/rollout');
		path := '/job/' || replace(job, '/', '/job/') || '/' || i || '/';
		url := 'https://ci.example.com' || path;
		queued := timestamptz '2024-07-01 08:00Z' + i * interval '2 h';
		at := orders.later(queued, 'jenkins queue' || i);
		finished := orders.later(at, 'jenkins' || i);
		result := orders.one('jenkins result' || i, 'SUCCESS', 'SUCCESS', 'FAILURE', 'ABORTED');
		build := jsonb_build_object('number', i, 'url', url, 'building', true, 'result', NULL, 'timestamp', orders.ms(at), 'duration', 0,
			'actions', jsonb_build_array(
			jsonb_build_object('causes', '[{"shortDescription": "Started by an SCM change"}]'::jsonb),
				jsonb_build_object('queuingDurationMillis', orders.ms(at) - orders.ms(queued)),
			jsonb_build_object('parameters', CASE i % 4 WHEN 0 THEN '[{"name": "ENVIRONMENT", "value": "eu-1"}]'::jsonb WHEN 1
				THEN '[{"name": "TARGET", "value": "qa"}]' ELSE '[]' END),
			jsonb_build_object('lastBuiltRevision', jsonb_build_object('SHA1', orders.sha('jenkins' || i), 'branch',
				'[{"name": "origin/main"}]'::jsonb), 'remoteUrls', '["https://git.example.com/shop/web.git"]'::jsonb)));
		done := build || jsonb_build_object('building', false, 'result', result, 'duration', orders.ms(finished) - orders.ms(at),
			'changeSets', jsonb_build_array(jsonb_build_object('items', jsonb_build_array(jsonb_build_object(
			'commitId', orders.sha('jenkins' || i), 'timestamp', orders.ms(queued - interval '1 h'), 'msg', 'SHOP-' || i || ' x',
				'comment', 'SHOP-' || i || ' x', 'author', '{"fullName": "Ann"}'::jsonb, 'affectedPaths', '["b"]'::jsonb)))));
		PERFORM orders.tell('jenkins', build);
		PERFORM orders.tell('jenkins', done) WHERE i % 3 > 0;
		page := page || jsonb_build_array(done);
		-- stages, while the build runs and when it is done
		FOREACH status IN ARRAY '{IN_PROGRESS,DONE}'::text[] LOOP
			stage_at := at;
			SELECT jsonb_agg(jsonb_build_object('id', s.place, 'name', s.name, 'status', s.state, 'startTimeMillis', CASE
				WHEN s.state <> 'NOT_EXECUTED' THEN orders.ms(at) + (s.place - 1) * 7 ELSE 0 END,
				'durationMillis', CASE WHEN s.state IN ('SUCCESS', 'FAILED', 'ABORTED') THEN 7 ELSE 0 END, '_links',
					jsonb_build_object('self', jsonb_build_object('href', path || 'execution/node/' || s.place || '/wfapi/describe'))))
						INTO stages
			FROM (SELECT n.name, n.place, CASE
					WHEN n.place = 1 THEN 'SUCCESS' WHEN status = 'IN_PROGRESS' THEN CASE n.place WHEN 2 THEN 'IN_PROGRESS' END
					WHEN result = 'SUCCESS' OR n.place < i % 4 THEN 'SUCCESS' WHEN n.place = i % 4 THEN CASE result WHEN 'FAILURE'
						THEN 'FAILED' ELSE result END ELSE 'NOT_EXECUTED' END AS state
				FROM unnest('{Build,Deploy to staging,Verify deployment,Canary}'::text[]) WITH ORDINALITY AS n (name, place)) AS s
			WHERE s.state IS NOT NULL;
			IF i % 3 < 2 THEN
				PERFORM orders.tell('jenkins', jsonb_build_object('_links', jsonb_build_object('self', jsonb_build_object('href', path
					|| 'wfapi/describe')), 'id', i, 'name', '#' || i,
					'status', CASE WHEN status = 'IN_PROGRESS' THEN status WHEN result = 'FAILURE' THEN 'FAILED' ELSE result END,
						'startTimeMillis', orders.ms(at), 'queueDurationMillis', orders.ms(at) - orders.ms(queued),
					'endTimeMillis', CASE status WHEN 'DONE' THEN orders.ms(finished) END, 'durationMillis',
						orders.ms(finished) - orders.ms(at), 'stages', stages));
			ELSE
				PERFORM orders.tell('jenkins', s) FROM jsonb_array_elements(stages) AS s;
			END IF;
		END LOOP;
		PERFORM orders.tell('jenkins', jsonb_build_object('name', 'x', 'build', jsonb_build_object('full_url', url, 'number', i, 'phase',
			p.phase, 'timestamp', orders.ms(p.told), 'status', CASE WHEN p.phase IN ('COMPLETED', 'FINALIZED') THEN result END,
			'duration', CASE WHEN p.phase IN ('COMPLETED', 'FINALIZED') THEN orders.ms(finished) - orders.ms(at) END, 'parameters',
				CASE i % 4 WHEN 0 THEN '{"ENVIRONMENT": "eu-1"}'::jsonb ELSE '{}' END,
			'scm', jsonb_build_object('url', 'git@git.example.com:shop/web.git', 'branch', 'origin/main', 'commit', orders.sha('jenkins'
				|| i)))))
		FROM (VALUES ('QUEUED', queued), ('STARTED', at), ('COMPLETED', finished), ('FINALIZED', finished)) AS p (phase, told)
			WHERE orders.pick('jenkins' || i || p.phase, 3) > 0;
		IF i % 4 = 0 THEN
			PERFORM orders.tell('jenkins', jsonb_build_object('_links', jsonb_build_object('self', jsonb_build_object('href',
				'/blue/rest/organizations/jenkins/pipelines/' || replace(job, '/', '/pipelines/') || '/runs/' || i || '/')), 'id', i,
				'state', 'FINISHED', 'result', result, 'enQueueTime', orders.iso_ms(queued), 'startTime', orders.iso_ms(at), 'endTime',
					orders.iso_ms(finished), 'commitId', orders.sha('jenkins' || i)));
		END IF;
		IF i % 4 = 0 THEN
			PERFORM orders.tell('jenkins', jsonb_build_object('_class', 'hudson.model.FreeStyleProject', 'allBuilds', page));
			page := '[]';
		END IF;
	END LOOP;
END$$;

-- ServiceNow: incidents, changes and problems as they were at each update, their histories, and approvals.
CREATE FUNCTION orders.servicenow() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	codes text[]; of_table text; at timestamptz; seed text; code text; record jsonb; audits jsonb; metrics jsonb; page jsonb := '[]'; id
		text;
BEGIN
	FOR i IN 1..9 LOOP
		of_table := orders.one('table' || i, 'incident', 'incident', 'change_request', 'problem');
		codes := CASE of_table WHEN 'incident' THEN '{1,2,3,6,7}' WHEN 'change_request' THEN '{-5,-4,-3,-1,3}'
			ELSE '{101,102,103,106,107}' END;
		id := md5('sys' || i);
		at := timestamptz '2024-08-01 08:00Z' + i * interval '13 h';
		audits := '[]'; metrics := '[]';
		record := jsonb_build_object('sys_id', id, 'sys_class_name', of_table, 'number', CASE of_table WHEN 'incident' THEN 'INC'
			WHEN 'problem' THEN 'PRB' ELSE 'CHG' END || 1000 + i, 'short_description', 'SHOP-' || i || ' down',
			'state', codes[1], 'priority', '3', 'opened_at', orders.plain(at), 'sys_created_on', orders.plain(at), 'sys_updated_on',
				orders.plain(at), 'sys_mod_count', '0', 'resolved_at', '', 'closed_at', '', 'caused_by', '', 'problem_id', '',
			'business_service', CASE i % 2 WHEN 0 THEN 'Checkout' ELSE '' END);
		FOR step IN 0..5 LOOP
			seed := 'servicenow ' || i || ' ' || step;
			IF step > 0 THEN
				at := date_trunc('second', orders.later(at, seed));
				code := orders.one(seed || 'state', VARIADIC codes);
				IF code <> record ->> 'state' THEN
					audits := audits || jsonb_build_array(jsonb_build_object('sys_id', md5(seed), 'tablename', of_table, 'documentkey',
						id, 'fieldname', 'state', 'oldvalue', record -> 'state', 'newvalue', code,
						'record_checkpoint', step::text, 'sys_created_on', orders.plain(at)));
					metrics := metrics || jsonb_build_array(jsonb_build_object('sys_id', md5(seed || 'metric'), 'id', id, 'table',
						of_table, 'field', 'state', 'value', code, 'start', orders.plain(at), 'calculation_complete', 'true',
						'definition', '{"value": "x"}'::jsonb));
				ELSE
					audits := audits || jsonb_build_array(jsonb_build_object('sys_id', md5(seed), 'tablename', of_table, 'documentkey',
						id, 'fieldname', 'priority', 'oldvalue', record -> 'priority', 'newvalue', step % 5,
						'record_checkpoint', step::text, 'sys_created_on', orders.plain(at)));
					record := record || jsonb_build_object('priority', (step % 5)::text);
				END IF;
				record := record || jsonb_build_object('state', code, 'sys_updated_on', orders.plain(at), 'sys_mod_count', step::text,
					'resolved_at', CASE WHEN code IN ('6', '7') THEN orders.plain(at) ELSE '' END,
					'problem_id', CASE WHEN of_table = 'incident' AND step > 3 THEN md5('sys3') ELSE '' END, 'caused_by', CASE
						WHEN of_table = 'incident' AND step > 4 THEN md5('sys4') ELSE '' END);
			END IF;
			CASE orders.pick(seed || 'told', 5)
			WHEN 0 THEN PERFORM orders.tell('servicenow', record);
			WHEN 1 THEN PERFORM orders.tell('servicenow', jsonb_build_object('result', record));
			WHEN 2 THEN page := page || jsonb_build_array(record);
			WHEN 3 THEN PERFORM orders.tell('servicenow', jsonb_build_object('table', of_table, 'states', jsonb_build_object(of_table,
				jsonb_build_object('3', 'Waiting')), 'result', jsonb_build_array(record - 'sys_class_name')));
			ELSE NULL;
			END CASE;
		END LOOP;
		IF i % 3 = 0 THEN
			PERFORM orders.tell('servicenow', jsonb_build_object('result', audits));
			PERFORM orders.tell('servicenow', jsonb_build_object('records', metrics)) WHERE metrics <> '[]';
		ELSE
			PERFORM orders.tell('servicenow', a) FROM jsonb_array_elements(audits) WITH ORDINALITY AS a (a, place)
				WHERE (i + a.place) % 3 > 0;
		END IF;
		IF of_table = 'change_request' THEN
			PERFORM orders.tell('servicenow', jsonb_build_object('sys_id', md5('approval' || i), 'approver', '{"value": "u"}'::jsonb,
				'sysapproval', jsonb_build_object('value', id, 'link', 'https://x.example.com/api/now/table/task/' || id),
				'document_id', jsonb_build_object('value', id), 'source_table', 'change_request', 'state', s.state, 'sys_created_on',
					orders.plain(at), 'sys_updated_on', orders.plain(at + s.lag)))
			FROM (VALUES ('not requested', interval '0'), ('requested', '0'), ('approved', '1 s'), ('rejected', '1 s')) AS s (state, lag);
		END IF;
		IF jsonb_array_length(page) > 3 THEN
			PERFORM orders.tell('servicenow', jsonb_build_object('result', page));
			page := '[]';
		END IF;
	END LOOP;
END$$;

-- PostHog: events of use, each told by its destination, on a page of the API, in a batch, or in several of these ways.
CREATE FUNCTION orders.posthog() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	at    timestamptz := '2026-03-02 09:00Z';
	page  jsonb := '[]';
	event jsonb;
BEGIN
	FOR i IN 1..24 LOOP
		at := orders.later(at, 'posthog' || i);
		event := jsonb_build_object('uuid', md5('use' || i), 'distinct_id', 'u', 'timestamp', orders.iso_ms(at)) || CASE
			WHEN i % 4 = 0 THEN jsonb_build_object('event', 'checkout done', 'properties', '{}'::jsonb)
			ELSE jsonb_build_object('event', '$feature_flag_called', 'properties', jsonb_build_object('$feature_flag', 'WEB-' || i % 5,
				'$feature_flag_response', orders.pick('use' || i, 3) > 0)) END;
		IF i % 3 < 2 THEN
			PERFORM orders.tell('posthog', jsonb_build_object('event', event, 'person', '{"id": "p"}'::jsonb));
		END IF;
		IF i % 3 > 0 THEN
			page := page || jsonb_build_array((event - 'uuid') || jsonb_build_object('id', event -> 'uuid', 'person', NULL));
		END IF;
		IF jsonb_array_length(page) > 3 THEN
			PERFORM orders.tell('posthog', jsonb_build_object('next', NULL, 'results', page));
			page := '[]';
		END IF;
	END LOOP;
END$$;

DO $$BEGIN
	PERFORM orders.jira(), orders.gitlab_work(), orders.gitlab_pipelines(), orders.github_work(), orders.github_runs(), orders.jenkins(),
		orders.servicenow(), orders.posthog();
END$$;
