/*
 * Constructors: readers write facts by naming what they know. Each argument is used once, so that
 * PostgreSQL puts the expression in their place. What a reader does not know it leaves NULL, and
 * a fact that lacks its entity, its time or its target is none: vsm.write_facts leaves it out.
 */

CREATE FUNCTION vsm.fact_details(VARIADIC members "any") RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_fact_details' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.fact_details("any") IS
	'columns of a row or attributes of an event, names and values in turn, without those that are not known: the same as '
	'jsonb_strip_nulls(jsonb_build_object(...)), in a fraction of the time';

CREATE FUNCTION vsm.told_columns(VARIADIC members "any") RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_told_columns' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.told_columns("any") IS
	'columns of a row, names and values in turn, as vsm.fact_details makes them, with those that are null in JSON: they are known to be '
	'empty';

CREATE FUNCTION vsm.json_build(VARIADIC members "any") RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_json_build' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_build("any") IS
	'an object of names and values in turn: the same as jsonb_build_object(...), in a fraction of the time';

CREATE FUNCTION vsm.fact_event(source text, entity text, at timestamptz, state text, id text, previous text DEFAULT NULL,
	state_id text DEFAULT NULL, previous_id text DEFAULT NULL, seq bigint DEFAULT NULL, method text DEFAULT NULL,
		attributes jsonb DEFAULT NULL,
	version timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'event', entity, at, state, id, NULL, previous, state_id, previous_id, seq, method, NULL, NULL, attributes,
	version)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_event(text, text, timestamptz, text, text, text, text, text, bigint, text, jsonb, timestamptz) IS
	'the fact that an entity got a state at a time; id is the same in every payload that tells of this event, version says which of them '
	'words it best';

CREATE FUNCTION vsm.fact_observed(source text, entity text, at timestamptz, state text, state_id text DEFAULT NULL,
	after jsonb DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'observed', entity, at, state, NULL, NULL, NULL, state_id, NULL, NULL, 'observed', NULL, NULL, after, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_observed(text, text, timestamptz, text, text, jsonb) IS
	'the fact that an entity had a state at a time; when it was entered is not known; after, a JSON array of states: it counts only where '
	'one of these is what was told last, of them and this state';

CREATE FUNCTION vsm.fact_created(source text, entity text, at timestamptz, state text DEFAULT NULL, state_id text DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'created', entity, at, state, NULL, NULL, NULL, state_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_created(text, text, timestamptz, text, text) IS
	'the fact that an item was created at a time; state is its first, NULL if that is only known from what its first change came from';

CREATE FUNCTION vsm.fact_change(source text, entity text, at timestamptz, attribute text, value text, id text, previous text DEFAULT NULL,
	version timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'change', entity, at, value, id, attribute, previous, NULL, NULL, NULL, NULL, NULL, NULL, NULL, version)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_change(text, text, timestamptz, text, text, text, text, timestamptz) IS
	'the fact that an attribute of an item got a value at a time; id is the same in every payload that tells of this change';

CREATE FUNCTION vsm.fact_row(source text, relation text, entity text, at timestamptz, columns jsonb)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, relation, entity, at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, columns, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_row(text, text, text, timestamptz, jsonb) IS
	'columns of a row of item, merge_request, commit, build, deployment or incident as they were at a time, which is the version of the '
	'row; '
	'a column that is absent is not known, one that is null is known to be empty';

CREATE FUNCTION vsm.fact_alias(source text, entity text, alias text, since timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'alias', entity, since, alias, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_alias(text, text, text, timestamptz) IS 'the fact that an item is also known by another name';

CREATE FUNCTION vsm.fact_history(source text, entity text, until timestamptz, since timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'history', entity, since, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, until, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_history(text, text, timestamptz, timestamptz) IS
	'the fact that all changes of an item since its creation, or since a time, until another are known';

CREATE FUNCTION vsm.fact_link(source text, entity text, target text, kind text, method text DEFAULT NULL, confidence float8 DEFAULT 1.0,
	since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL, seen_at timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'link', entity, since, target, NULL, kind, NULL, NULL, NULL, NULL, method, confidence, until, NULL, seen_at)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_link(text, text, text, text, text, float8, timestamptz, timestamptz, timestamptz) IS
	'the fact that an entity is linked to a target; seen_at: when the link was seen to stand, until: when it ended';

CREATE FUNCTION vsm.fact_usage(source text, feature text, at timestamptz, id text, uses bigint DEFAULT 1, users bigint DEFAULT NULL,
	version timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'usage', feature, at, NULL, id, NULL, NULL, NULL, NULL, uses, NULL, NULL, NULL,
	CASE WHEN users IS NOT NULL THEN jsonb_build_object('users', users) END, version)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_usage(text, text, timestamptz, text, bigint, bigint, timestamptz) IS
	'the fact that a feature, an item or an alias of it, was used at a time or in the period that begins then, so many times and by so '
	'many customers; id is the same in every payload that tells of this use, version says which of them is the newest';

CREATE FUNCTION vsm.fact_outcome(source text, feature text, at timestamptz, measure text, amount numeric, currency text DEFAULT NULL,
	version timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'outcome', feature, at, amount::text, NULL, measure, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	CASE WHEN currency IS NOT NULL THEN jsonb_build_object('currency', currency) END, version)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_outcome(text, text, timestamptz, text, numeric, text, timestamptz) IS
	'the fact that a feature, an item or an alias of it, brought an amount of what is measured at a time or in the period that begins '
	'then, in a currency or in that of the model; version says which of several amounts of one measure and time is the newest';

CREATE FUNCTION vsm.shown_text(body text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- What a template tells its user stands in comments: <!-- Fixes #1 -->
RETURN CASE WHEN strpos(body, '<!--') > 0 THEN regexp_replace(body, '<!--.*?(?:-->|$)', '', 'g') ELSE body END;
COMMENT ON FUNCTION vsm.shown_text(text) IS
	'a text in Markdown, such as the description of an issue or of a request, as its readers see it: without comments of HTML';

/*
 * The keys of items that people write where they name their work. A key in a title is meant; a
 * branch is named once and may carry another item's work; a description may mention anything.
 */
CREATE FUNCTION vsm.read_keys(source text, entity text, at timestamptz, branch text, title text, description text) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_link(source, entity, k.key, 'implements', method => k.method, confidence => k.confidence, since => at)).*
	FROM (
		SELECT unnest(vsm.issue_keys(title)) AS key, 'key in title' AS method, 0.95::float8 AS confidence
		UNION ALL
		SELECT unnest(vsm.issue_keys(branch)), 'key in branch', 0.9::float8
		UNION ALL
		SELECT unnest(vsm.issue_keys(description)), 'key in description', 0.6::float8) AS k;
END;
COMMENT ON FUNCTION vsm.read_keys(text, text, timestamptz, text, text, text) IS
	'links of a commit, branch or merge request to the items whose keys stand in its branch, title (of a commit: subject) and description';

CREATE FUNCTION vsm.earliest_version(at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN timestamptz '1980-01-01 00:00Z' - make_interval(secs => date_part('epoch', at) / 1000);
COMMENT ON FUNCTION vsm.earliest_version(timestamptz) IS
	'a version by which, of what is told of times that are no better known, the earliest holds, and whatever else is told before it';

CREATE FUNCTION vsm.fact_review(source text, entity text, at timestamptz) RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.fact_row(source, 'merge_request', entity, at, jsonb_build_object('source', source, 'first_review_at', at));
COMMENT ON FUNCTION vsm.fact_review(text, text, timestamptz) IS
	'the fact that somebody else than its author reviewed a merge request at a time; of several the earliest holds';

CREATE FUNCTION vsm.read_run(source text, entity text, job text, repository text, sha text, ref text, state text,
	queued_at timestamptz, started_at timestamptz, finished_at timestamptz, url text, at timestamptz, attempt integer DEFAULT NULL)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT (vsm.fact_row(source, 'build', entity, at,
		vsm.fact_details('source', source, 'repository', repository, 'job', job, 'sha', sha, 'ref', ref,
			'attempt', attempt, 'status', state, 'queued_at', queued_at, 'started_at', started_at, 'finished_at', finished_at,
			'url', url))).*
	UNION ALL
	SELECT (vsm.fact_event(source, entity, queued_at, 'queued', entity || ':queued')).*
	WHERE queued_at IS NOT NULL
	UNION ALL
	SELECT (vsm.fact_event(source, entity, started_at, 'running', entity || ':running')).*
	WHERE started_at IS NOT NULL
	UNION ALL
	SELECT (vsm.fact_event(source, entity, finished_at, state, entity || ':' || state)).*
	WHERE finished_at IS NOT NULL AND state IS NOT NULL
	UNION ALL
	SELECT (vsm.fact_link(source, entity, sha, 'builds', 'pipeline')).*
	WHERE sha IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_run(text, text, text, text, text, text, text, timestamptz, timestamptz, timestamptz, text,
	timestamptz, integer) IS
	'the facts of a run of a build, a job or a stage: its row, its events and the commit that it builds';
