/*
 * GitHub as Fivetran leaves it: issues, which pull requests are, too; when issues were closed and
 * reopened, requests merged, reviews. Of that the objects of the REST interface are made.
 */

CREATE FUNCTION vsm.fivetran_github_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 9
BEGIN ATOMIC
	VALUES
		('issue!', 'id! text, number number, title text, body text, state text, created_at! time, updated_at time, closed_at time, '
			'pull_request flag, repository_id text, user_id text, _fivetran_deleted flag, _fivetran_synced time', '_fivetran_synced'),
		('issue_closed_history', 'issue_id! text, closed! flag, updated_at! time', '_fivetran_synced'),
		('issue_label', 'issue_id! text, label_id text, label text', '_fivetran_synced'),
		('label', 'id! text, name text', '_fivetran_synced'),
		('issue_merged', 'issue_id! text, merged_at! time, commit_sha text', '_fivetran_synced'),
		('pull_request', 'id! text, issue_id! text, head_ref text, head_sha text, base_ref text, merge_commit_sha text, draft flag',
			'_fivetran_synced'),
		('pull_request_review', 'id! text, pull_request_id! text, state text, submitted_at time, commit_sha text, user_id text',
			'_fivetran_synced'),
		('repository', 'id! text, full_name text', '='),
		('user', 'id! text, login text, type text', '_fivetran_synced');
END;
COMMENT ON FUNCTION vsm.fivetran_github_tables() IS 'the tables of GitHub as Fivetran leaves it; a part of vsm.attach_fivetran_github';

CREATE FUNCTION vsm.fivetran_github_user(login text, type text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN login IS NOT NULL THEN jsonb_build_object('login', login, 'type', type) END;
COMMENT ON FUNCTION vsm.fivetran_github_user(text, text) IS 'a user of GitHub as an object; a part of vsm.attach_fivetran_github';

CREATE FUNCTION vsm.fivetran_github_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	VALUES
		('deleted', '{issue.id}'::text[], NULL::text, vsm.attached_ends($sql$
			SELECT $2 || ':issue:' || i.id AS entity, coalesce(i._fivetran_synced, i.updated_at) AS at, i._fivetran_deleted AS is_gone,
				CASE i.state WHEN 'closed' THEN i.state ELSE 'opened' END AS state, NULL AS state_id
			FROM [[issue.id]] AS i WHERE i.pull_request IS NOT TRUE$sql$, 'deleted')),
		('issue', '{issue.id,issue_label.issue_id}', 'github_issue', $sql$
		WITH label AS MATERIALIZED (
			SELECT l.issue_id, jsonb_agg(DISTINCT vsm.json_build('name', coalesce(l.label, b.name))) AS labels
			FROM [[issue_label.issue_id]] AS l LEFT JOIN [[label]] AS b ON b.id = l.label_id
			WHERE coalesce(l.label, b.name) IS NOT NULL GROUP BY l.issue_id)
		SELECT vsm.json_build('id', i.id, 'number', i.number, 'title', i.title, 'body', i.body, 'state', i.state,
			'created_at', i.created_at, 'updated_at', i.updated_at, 'closed_at', i.closed_at,
			'repository', vsm.json_build('full_name', r.full_name), 'labels', coalesce(l.labels, '[]'),
			'user', vsm.fivetran_github_user(u.login, u.type)) AS body
		FROM [[issue.id]] AS i LEFT JOIN [[repository]] AS r ON r.id = i.repository_id LEFT JOIN [[user]] AS u ON u.id = i.user_id
			LEFT JOIN label AS l ON l.issue_id = i.id
		WHERE i.pull_request IS NOT TRUE AND NOT EXISTS (SELECT FROM [[pull_request.issue_id]] AS p WHERE p.issue_id = i.id)$sql$),
		-- (What a request is may come after when it was closed.)
		('issue_closed_history', '{issue_closed_history.issue_id,issue.id,pull_request.issue_id,issue_merged.issue_id}',
			'github_issue_event', $sql$
		SELECT vsm.json_build('event', CASE WHEN h.closed THEN 'closed' ELSE 'reopened' END, 'created_at', h.updated_at)
			|| CASE WHEN p.id IS NULL THEN vsm.json_build('issue', vsm.json_build('id', h.issue_id))
				-- (That it was merged may be told later, unless it went on.)
				ELSE vsm.json_build('pull_request', vsm.json_build('id', p.id) || CASE
					WHEN m.merged_at IS NOT NULL OR h.updated_at < i.closed_at OR i.state = 'open'
						THEN vsm.json_build('merged_at', m.merged_at) ELSE '{}' END) END
			AS body
		FROM [[issue_closed_history.issue_id]] AS h JOIN [[issue.id]] AS i ON i.id = h.issue_id
			LEFT JOIN [[pull_request.issue_id]] AS p ON p.issue_id = h.issue_id
			LEFT JOIN [[issue_merged.issue_id]] AS m ON m.issue_id = h.issue_id
		-- A request that is merged is closed by that.
		WHERE (p.id IS NOT NULL OR i.pull_request IS NOT TRUE) AND NOT (p.id IS NOT NULL AND h.closed AND m.merged_at IS NOT NULL)$sql$),
		('pull_request', '{issue.id,issue_merged.issue_id,pull_request.issue_id}', 'github_pull_request', $sql$
		SELECT vsm.json_build('id', p.id, 'number', i.number, 'title', i.title, 'body', i.body, 'state', i.state,
			'created_at', i.created_at, 'updated_at', i.updated_at, 'closed_at', i.closed_at, 'merged_at', m.merged_at,
			'draft', p.draft, 'repository', vsm.json_build('full_name', r.full_name),
			'head', vsm.json_build('ref', p.head_ref, 'sha', p.head_sha), 'base', vsm.json_build('ref', p.base_ref),
			'merge_commit_sha', coalesce(p.merge_commit_sha, m.commit_sha), 'user', vsm.fivetran_github_user(u.login, u.type)) AS body
		FROM [[issue.id]] AS i JOIN [[pull_request.issue_id]] AS p ON p.issue_id = i.id
			LEFT JOIN [[issue_merged.issue_id]] AS m ON m.issue_id = i.id
			LEFT JOIN [[repository]] AS r ON r.id = i.repository_id LEFT JOIN [[user]] AS u ON u.id = i.user_id$sql$),
		('pull_request_review', '{pull_request_review.pull_request_id}', 'github_pull_request_part', $sql$
		SELECT vsm.json_build('pull_request', vsm.json_build('id', v.pull_request_id,
				'user', vsm.fivetran_github_user(u.login, u.type)),
			'reviews', jsonb_build_array(vsm.json_build('id', v.id, 'state', v.state, 'submitted_at', v.submitted_at,
				'commit_id', v.commit_sha, 'user', vsm.fivetran_github_user(w.login, w.type)))) AS body
		FROM [[pull_request_review.pull_request_id]] AS v LEFT JOIN [[pull_request.id]] AS p ON p.id = v.pull_request_id
			LEFT JOIN [[issue]] AS i ON i.id = p.issue_id LEFT JOIN [[user]] AS u ON u.id = i.user_id
			LEFT JOIN [[user]] AS w ON w.id = v.user_id$sql$);
END;
COMMENT ON FUNCTION vsm.fivetran_github_parts() IS 'what is read of GitHub as Fivetran leaves it; a part of vsm.attach_fivetran_github';

CREATE PROCEDURE vsm.attach_fivetran_github(model text, source_schema text, source text DEFAULT 'github',
	full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'fivetran_github', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_fivetran_github(text, text, text, interval) IS
	'has vsm.refresh read issues, pull requests and reviews of GitHub that Fivetran loads into tables of a schema';
