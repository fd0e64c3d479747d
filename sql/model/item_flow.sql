/*
 * Results of items: their way end to end, what vsm.flow says of it, and their visits. Made from
 * events and parts, whole items at a time, so that they are the same as if all were made anew.
 */

CREATE FUNCTION vsm.try_workflow(workflow jsonb) RETURNS vsm.workflow
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN workflow::vsm.workflow;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION vsm.try_workflow(jsonb) IS 'the workflow, NULL if it is none: data_quality says so; a part of vsm.refresh';

CREATE FUNCTION vsm.try_calendar(calendar jsonb) RETURNS vsm.calendar
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN calendar::vsm.calendar;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION vsm.try_calendar(jsonb) IS 'the calendar, NULL if it is none: data_quality says so; a part of vsm.refresh';

CREATE FUNCTION vsm.period_day(at timestamptz, time_zone text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (at AT TIME ZONE time_zone)::date;
COMMENT ON FUNCTION vsm.period_day(timestamptz, text) IS 'the day of a time in a time zone; a part of vsm.refresh';

CREATE FUNCTION vsm.period_week(at timestamptz, time_zone text, week_starts text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_trunc('week', (at AT TIME ZONE time_zone) - make_interval(days => strpos('montuewedthufrisatsun', week_starts) / 3))::date
	+ strpos('montuewedthufrisatsun', week_starts) / 3;
COMMENT ON FUNCTION vsm.period_week(timestamptz, text, text) IS
	'the first day of the week of a time in a time zone, in which weeks start on that day (mon, tue, ...); a part of vsm.refresh';

CREATE FUNCTION vsm.period_month(at timestamptz, time_zone text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_trunc('month', at AT TIME ZONE time_zone)::date;
COMMENT ON FUNCTION vsm.period_month(timestamptz, text) IS 'the first day of the month of a time in a time zone; a part of vsm.refresh';

CREATE FUNCTION vsm.period_of(unit text, day date, week_starts text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE unit
	WHEN 'week' THEN day - (extract(isodow FROM day)::integer + 6 - strpos('montuewedthufrisatsun', week_starts) / 3) % 7
	WHEN 'month' THEN date_trunc('month', day::timestamp)::date END;
COMMENT ON FUNCTION vsm.period_of(text, date, text) IS
	'the first day of the week or month (unit) of a day, where weeks start on that day (mon, tue, ...); a part of vsm.refresh and of views';

CREATE FUNCTION vsm.takes_parts(workflow vsm.workflow) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM vsm.end_to_end(NULL, workflow, ARRAY[(SELECT vsm.timeline(e.at, e.state) FROM (VALUES (timestamptz 'epoch',
		'code merged')) AS e (at, state))]);
	RETURN true;
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN false;
END
$$;
COMMENT ON FUNCTION vsm.takes_parts(vsm.workflow) IS
	'whether vsm.end_to_end takes a workflow: not one with a layer without an end of its own beside states of code; a part of vsm.refresh';

/*
 * Where items are routed to: one item of each kind is routed, and the others as that one, by all
 * that the view routed_item looks at. Compiles the workflows and calendars of routes that are not
 * there yet. An element of each array is a kind of items.
 */
CREATE FUNCTION vsm.item_kind(source text, project text, type text, value_stream text, team text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ROW (source, project, type, value_stream, team)::text;
COMMENT ON FUNCTION vsm.item_kind(text, text, text, text, text) IS
	'one name of all that an item is routed by; a part of vsm.refresh';

CREATE FUNCTION vsm.write_routes(items text[], OUT kinds text[], OUT sources text[], OUT routes text[], OUT streams text[],
	OUT teams text[], OUT ranks integer[])
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	WITH kind AS MATERIALIZED (
		SELECT vsm.item_kind(i.source, i.project, i.type, i.value_stream, i.team) AS kind, min(i.item) AS item, min(i.source) AS source
		FROM vsm.each_entity(items) AS t,
			LATERAL (SELECT k.item, k.source, k.project, k.type, k.value_stream, k.team FROM item AS k WHERE k.item = t OFFSET 0) AS i
		GROUP BY 1),
	routed AS MATERIALIZED (
		SELECT k.kind, k.source, r.*, md5(jsonb_build_array(r.value_stream, r.rank, r.workflow, r.calendar)::text) AS route
		FROM kind AS k, LATERAL (
			SELECT v.value_stream, v.team, v.rank, v.workflow, v.calendar FROM routed_item AS v WHERE v.item = k.item OFFSET 0) AS r),
	compiled AS (
		INSERT INTO route (route, value_stream, rank, workflow, calendar, states, takes_parts)
		SELECT n.route, n.value_stream, n.rank, w.workflow, vsm.try_calendar(n.calendar),
			ARRAY(SELECT DISTINCT x COLLATE "C"
				FROM vsm.stages(w.workflow) AS s, unnest(s.stage || s.states || coalesce(s.until, '{}')) AS x ORDER BY 1),
			vsm.takes_parts(w.workflow)
		FROM (
			SELECT DISTINCT ON (d.route) d.* FROM routed AS d
			WHERE NOT EXISTS (SELECT FROM route AS r WHERE r.route = d.route)) AS n,
			LATERAL (SELECT vsm.try_workflow(n.workflow) AS workflow OFFSET 0) AS w
		ON CONFLICT DO NOTHING)
	SELECT array_agg(r.kind), array_agg(r.source), array_agg(r.route), array_agg(r.value_stream), array_agg(r.team), array_agg(r.rank)
	INTO kinds, sources, routes, streams, teams, ranks FROM routed AS r;
END
$$;
COMMENT ON FUNCTION vsm.write_routes(text[]) IS
	'where each kind of these items is routed to; compiles the workflows and calendars of routes that are not there yet; a part of '
	'vsm.refresh';

/*
 * What an attribute was at a time, by the times, values and previous values of its changes in their
 * order: before the first change what that tells, if it does.
 */
CREATE FUNCTION vsm.value_at(at timestamptz, times timestamptz[], told text[], previous text[], otherwise text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN at IS NULL OR times IS NULL THEN otherwise WHEN at < times[1] THEN coalesce(previous[1], otherwise)
	ELSE told[width_bucket(at, times)] END;
COMMENT ON FUNCTION vsm.value_at(timestamptz, timestamptz[], text[], text[], text) IS
	'what an attribute was at a time, by its changes in their order; otherwise: where they do not tell; a part of vsm.refresh';

CREATE FUNCTION vsm.write_levels(items text[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	changed text[];
	levels  text[];
	counts  vsm.flow_count[];
BEGIN
	SELECT array_agg(n.item), array_agg(n.level) INTO changed, levels
	FROM (
		SELECT k.item, CASE WHEN EXISTS (
			SELECT FROM item_flow AS c
			WHERE coalesce(c.parent, c.feature) = k.item AND c.value_stream IS NOT NULL AND c.outcome IS DISTINCT FROM 'cancelled')
				THEN 'parent' ELSE 'item' END AS level, k.level AS before
		FROM (SELECT DISTINCT t AS item FROM vsm.each_entity(items) AS t) AS i,
			LATERAL (SELECT g.item, g.level FROM item_flow AS g WHERE g.item = i.item OFFSET 0) AS k) AS n
	WHERE n.before IS DISTINCT FROM n.level;
	IF changed IS NOT NULL THEN
		counts := vsm.flow_counts_before(changed);
		UPDATE item_flow AS o SET level = n.level FROM unnest(changed, levels) AS n (item, level) WHERE o.item = n.item;
		PERFORM vsm.write_flow_counts(changed, counts);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.write_levels(text[]) IS
	'writes which of these items have parts that count; a part of vsm.refresh';

CREATE FUNCTION vsm.write_all_levels() RETURNS void
LANGUAGE plpgsql
SET jit = off
AS $$
BEGIN
	-- As vsm.write_levels has it, of all items at once.
	UPDATE item_flow AS o SET level = n.level
	FROM (
		SELECT k.item, CASE WHEN p.item IS NULL THEN 'item' ELSE 'parent' END AS level
		FROM item_flow AS k
			LEFT JOIN (
				SELECT DISTINCT coalesce(c.parent, c.feature) AS item
				FROM item_flow AS c
				WHERE c.value_stream IS NOT NULL AND c.outcome IS DISTINCT FROM 'cancelled') AS p ON p.item = k.item
		WHERE k.level IS DISTINCT FROM CASE WHEN p.item IS NULL THEN 'item' ELSE 'parent' END) AS n
	WHERE o.item = n.item;
END
$$;
COMMENT ON FUNCTION vsm.write_all_levels() IS
	'writes which items have parts that count, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.write_item_flows(items text[], model text) RETURNS text[]
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = on
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	zone     text;
	starts   text;
	names    jsonb;	-- by source
	has_uses boolean := EXISTS (SELECT FROM usage);
	routed   record := vsm.write_routes(items);
	counting CONSTANT boolean := NOT vsm.counts_at_end();
	counts   vsm.flow_count[];
	above    text[];	-- of these it may be another than before whether they have parts that count
	there    text[];
BEGIN
	SELECT m.time_zone, m.week_starts INTO zone, starts FROM model AS m;
	SELECT jsonb_object_agg(s.source, vsm.names(write_item_flows.model, s.source)) INTO names
	FROM (SELECT DISTINCT u.source FROM unnest(routed.sources) AS u (source) WHERE u.source IS NOT NULL) AS s;

	WITH before AS MATERIALIZED (
		SELECT f.*
		FROM vsm.each_entity(items) AS t, LATERAL (
			SELECT i.item, i.value_stream, i.team, i.type, i.level, i.created_day, i.started_day, i.untouched, i.cancelled_at, i.reopened,
				i.outcome, coalesce(i.parent, i.feature) AS above
			FROM item_flow AS i WHERE i.item = t OFFSET 0) AS f),
	told AS MATERIALIZED (
		SELECT i.*, vsm.item_kind(i.source, i.project, i.type, i.value_stream, i.team) AS kind
		FROM vsm.each_entity(items) AS t, LATERAL (
			SELECT g.item, g.source, g.type, g.priority, g.value_stream, g.team, g.project, g.created_at, g.tags,
				g.source_type, g.parent, g.feature FROM item AS g
			WHERE g.item = t OFFSET 0) AS i),
	made AS MATERIALIZED (
		SELECT i.item, i.source, k.route, k.rank, a.value_stream, a.team, a.type, a.priority, e.tracker, x.timeline,
			coalesce(f.created_at, i.created_at) AS created_at,
			f.started_at, f.finished_at, f.cancelled_at, f.outcome, f.flow_time, f.lead_time, f.backlog_time, f.blocked_time, f.active_time,
			f.wait_time, f.flow_efficiency, f.rework, f.reopened, f.stage, f.stage_entered_at, w.flow_time AS working_flow_time,
			w.lead_time AS working_lead_time, w.active_time AS working_active_time, w.wait_time AS working_wait_time,
			w.blocked_time AS working_blocked_time, coalesce(p.parts, 0) AS parts, p.first_released_at, p.released_at, u.first_used_at,
			coalesce(p.assisted, false) AS assisted,
			CASE WHEN f.finished_at IS NOT NULL OR f.cancelled_at IS NOT NULL OR f.reopened > 0
				THEN vsm.first_finished_at(x.timeline, r.workflow) END AS first_finished_at,
			CASE WHEN f.reopened > 0 THEN vsm.reopened_at(x.timeline, r.workflow) END AS reopened_at,
			CASE WHEN d.finished_at IS NOT NULL AND (f.finished_at > d.finished_at OR f.finished_at IS NULL AND f.cancelled_at IS NULL)
				THEN d.finished_at END AS held_since,
			h.team_at, h.team_told, h.team_before, h.type_at, h.type_told, h.type_before, h.priority_at, h.priority_told, h.priority_before,
			-- The field that an installation says is one, else labels that agree, else the type.
			coalesce(vsm.meaning(names -> i.source, 'category', n.category), n.category, (
				SELECT CASE WHEN min(z.meaning) = max(z.meaning) THEN min(z.meaning) END
				FROM (
					SELECT vsm.meaning(names -> i.source, 'category', y) AS meaning
					FROM jsonb_array_elements_text(CASE jsonb_typeof(i.tags) WHEN 'array' THEN i.tags END) AS y) AS z),
				vsm.meaning(names -> i.source, 'category', i.source_type)) AS category,
			coalesce((
				SELECT y.item FROM item_alias AS y WHERE y.alias = i.parent
				ORDER BY y.since DESC NULLS LAST, y.item COLLATE "C" LIMIT 1), i.parent) AS parent,
			coalesce((
				SELECT y.item FROM item_alias AS y WHERE y.alias = i.feature
				ORDER BY y.since DESC NULLS LAST, y.item COLLATE "C" LIMIT 1), i.feature) AS feature,
			f.outcome = 'done' AND f.active_time = interval '0' AND NOT EXISTS (
				SELECT FROM vsm.visits(x.timeline, r.workflow) AS y WHERE y.on_clock AND y.class IN ('active', 'waiting')) AS untouched
		FROM told AS i
			JOIN unnest(routed.kinds, routed.routes, routed.streams, routed.teams, routed.ranks)
				AS k (kind, route, value_stream, team, rank) ON k.kind = i.kind
			JOIN route AS r ON r.route = k.route
			CROSS JOIN LATERAL (
				SELECT CASE WHEN count(v.seq) > 0 THEN vsm.timeline(v.at, v.state, coalesce(v.seq, 0)) ELSE vsm.timeline(v.at, v.state)
					END AS tracker
				FROM event AS v
				WHERE v.entity = i.item AND (v.method IS DISTINCT FROM 'label' OR v.state = ANY (r.states))) AS e
			CROSS JOIN LATERAL (
				SELECT array_agg(q.timeline) AS timelines, array_agg(q.releasable) AS releasable, count(*) AS parts,
					bool_or(q.assisted) AS assisted,
					min(q.released_at) AS first_released_at,
					-- What was closed for good waits for no release.
					CASE WHEN bool_and(q.released_at IS NOT NULL) FILTER (WHERE q.releasable AND q.closed_at IS NULL)
						THEN max(q.released_at) FILTER (WHERE q.releasable AND q.closed_at IS NULL) END AS released_at
				FROM item_part AS q WHERE q.item = i.item) AS p
			CROSS JOIN LATERAL (
				SELECT CASE WHEN r.takes_parts THEN vsm.end_to_end(e.tracker, r.workflow, p.timelines, p.releasable)
					ELSE e.tracker END AS whole OFFSET 0) AS c
			LEFT JOIN LATERAL (
				SELECT min(y.at) AS first_used_at
				FROM (
						SELECT g.at
						FROM (SELECT CASE WHEN p.parts > 0 THEN p.released_at ELSE vsm.finished_at(c.whole, r.workflow) END AS at
							WHERE has_uses OFFSET 0) AS g
						WHERE g.at IS NOT NULL OFFSET 0) AS s,
					LATERAL (
						SELECT v.at FROM usage AS v WHERE v.feature = i.item AND v.at >= s.at
						UNION ALL
						SELECT v.at FROM item_alias AS a JOIN usage AS v ON v.feature = a.alias
						WHERE a.item = i.item AND v.at >= s.at) AS y) AS u ON true
			CROSS JOIN LATERAL (
				SELECT CASE WHEN u.first_used_at IS NOT NULL AND 'used' = ANY (r.states)
					THEN vsm.merge(c.whole, (SELECT vsm.timeline(z.at, z.state) FROM (VALUES (u.first_used_at, 'used')) AS z (at, state)))
					ELSE c.whole END AS timeline OFFSET 0) AS x
			LEFT JOIN LATERAL vsm.flow(x.timeline, r.workflow) AS f ON true
			LEFT JOIN LATERAL (
				SELECT g.* FROM vsm.flow(x.timeline, r.workflow, r.calendar) AS g WHERE r.calendar IS NOT NULL) AS w ON true
			CROSS JOIN LATERAL (
				SELECT CASE WHEN p.parts > 0 AND r.takes_parts THEN vsm.finished_at(e.tracker, r.workflow) END AS finished_at OFFSET 0) AS d
			CROSS JOIN LATERAL (
				-- Changes of attributes, in their order.
				SELECT array_agg(o.at) FILTER (WHERE o.attribute = 'type') AS type_at,
					array_agg(o.value) FILTER (WHERE o.attribute = 'type') AS type_told,
					array_agg(o.previous) FILTER (WHERE o.attribute = 'type') AS type_before,
					array_agg(o.at) FILTER (WHERE o.attribute = 'priority') AS priority_at,
					array_agg(o.value) FILTER (WHERE o.attribute = 'priority') AS priority_told,
					array_agg(o.previous) FILTER (WHERE o.attribute = 'priority') AS priority_before,
					array_agg(o.at) FILTER (WHERE o.attribute = 'team') AS team_at,
					array_agg(o.value) FILTER (WHERE o.attribute = 'team') AS team_told,
					array_agg(o.previous) FILTER (WHERE o.attribute = 'team') AS team_before,
					array_agg(o.at) FILTER (WHERE o.attribute = 'value_stream') AS stream_at,
					array_agg(o.value) FILTER (WHERE o.attribute = 'value_stream') AS stream_told,
					array_agg(o.previous) FILTER (WHERE o.attribute = 'value_stream') AS stream_before,
					array_agg(o.at) FILTER (WHERE o.attribute = 'project') AS project_at,
					array_agg(o.value) FILTER (WHERE o.attribute = 'project') AS project_told,
					array_agg(o.previous) FILTER (WHERE o.attribute = 'project') AS project_before,
					array_agg(o.at) FILTER (WHERE o.attribute = 'category') AS category_at,
					array_agg(o.value) FILTER (WHERE o.attribute = 'category') AS category_told,
					array_agg(o.previous) FILTER (WHERE o.attribute = 'category') AS category_before
				FROM (
					SELECT v.attribute, v.at, v.value, v.previous FROM item_change AS v WHERE v.item = i.item
					ORDER BY v.at, v.change_id <> 'created', length(v.change_id), v.change_id COLLATE "C" OFFSET 0) AS o) AS h
			CROSS JOIN LATERAL (
				-- What an item was at its end decides where it counts.
				SELECT coalesce(f.finished_at, f.cancelled_at) AS ended_at,
					coalesce(h.team_at[1], h.type_at[1], h.stream_at[1], h.project_at[1]) IS NOT NULL
						AND coalesce(f.finished_at, f.cancelled_at) IS NOT NULL AS has_changed OFFSET 0) AS o
			CROSS JOIN LATERAL (
				SELECT vsm.value_at(o.ended_at, h.team_at, h.team_told, h.team_before, i.team) AS team,
					vsm.value_at(o.ended_at, h.stream_at, h.stream_told, h.stream_before, i.value_stream) AS value_stream,
					vsm.value_at(o.ended_at, h.project_at, h.project_told, h.project_before, i.project) AS project,
					vsm.value_at(o.ended_at, h.priority_at, h.priority_told, h.priority_before, i.priority) AS priority,
					vsm.value_at(coalesce(o.ended_at, 'infinity'), h.category_at, h.category_told, h.category_before, NULL) AS category,
					CASE WHEN o.ended_at IS NULL OR h.type_at IS NULL OR o.ended_at < h.type_at[1] AND h.type_before[1] IS NULL THEN i.type
						ELSE coalesce(vsm.meaning(names -> i.source, 'type',
							vsm.value_at(o.ended_at, h.type_at, h.type_told, h.type_before, NULL)), 'other') END AS type OFFSET 0) AS n
			LEFT JOIN LATERAL (
				SELECT q.value_stream, q.team FROM routing AS q
				WHERE o.has_changed AND (q.source IS NULL OR i.source LIKE q.source) AND (q.project IS NULL OR n.project LIKE q.project)
				AND (q.type IS NULL OR n.type = q.type)
				ORDER BY q.rank LIMIT 1) AS q ON true
			CROSS JOIN LATERAL (
				SELECT n.type, n.priority, CASE WHEN o.has_changed THEN coalesce(n.value_stream, q.value_stream) ELSE k.value_stream
						END AS value_stream,
					CASE WHEN o.has_changed
						THEN coalesce(n.team, CASE WHEN n.value_stream IS NULL OR n.value_stream = q.value_stream THEN q.team END)
						ELSE k.team END AS team OFFSET 0) AS a),
	flows AS (
		INSERT INTO item_flow AS o (item, value_stream, rank, route, team, type, priority, tracker, timeline, created_at, started_at,
			finished_at,
			cancelled_at, outcome, stage, stage_entered_at, first_finished_at, reopened_at, flow_time, lead_time, backlog_time, active_time,
				wait_time,
			blocked_time, flow_efficiency, rework, reopened, working_flow_time, working_lead_time, working_active_time, working_wait_time,
			working_blocked_time, parts, first_released_at, released_at, first_used_at, held_since, held_until, created_day, started_day,
				finished_day,
			finished_week, finished_month, released_week, released_month, category, parent, feature, untouched, level, assisted)
		SELECT m.item, m.value_stream, m.rank, m.route, m.team, m.type, m.priority, m.tracker, m.timeline, m.created_at, m.started_at,
			m.finished_at, m.cancelled_at, m.outcome, m.stage, m.stage_entered_at, m.first_finished_at, m.reopened_at, m.flow_time,
			m.lead_time,
			m.backlog_time, m.active_time, m.wait_time, m.blocked_time, m.flow_efficiency, m.rework, m.reopened, m.working_flow_time,
			m.working_lead_time, m.working_active_time, m.working_wait_time, m.working_blocked_time, m.parts, m.first_released_at,
			m.released_at, m.first_used_at, m.held_since, CASE WHEN m.held_since IS NOT NULL THEN m.finished_at END,
			vsm.period_day(m.created_at, zone), vsm.period_day(m.started_at, zone), vsm.period_day(m.finished_at, zone),
			vsm.period_week(m.finished_at, zone, starts), vsm.period_month(m.finished_at, zone),
			vsm.period_week(m.released_at, zone, starts), vsm.period_month(m.released_at, zone), m.category, m.parent, m.feature,
			m.untouched, 'item', m.assisted
		FROM made AS m
		ORDER BY m.item COLLATE "C"
		ON CONFLICT (item) DO UPDATE SET value_stream = excluded.value_stream, rank = excluded.rank, route = excluded.route,
			team = excluded.team,
			type = excluded.type, priority = excluded.priority, tracker = excluded.tracker, timeline = excluded.timeline,
			created_at = excluded.created_at, started_at = excluded.started_at, finished_at = excluded.finished_at,
				cancelled_at = excluded.cancelled_at,
			outcome = excluded.outcome, stage = excluded.stage, stage_entered_at = excluded.stage_entered_at,
			first_finished_at = excluded.first_finished_at, reopened_at = excluded.reopened_at, flow_time = excluded.flow_time,
			lead_time = excluded.lead_time, backlog_time = excluded.backlog_time, active_time = excluded.active_time,
				wait_time = excluded.wait_time,
			blocked_time = excluded.blocked_time, flow_efficiency = excluded.flow_efficiency, rework = excluded.rework,
				reopened = excluded.reopened,
			working_flow_time = excluded.working_flow_time, working_lead_time = excluded.working_lead_time,
			working_active_time = excluded.working_active_time, working_wait_time = excluded.working_wait_time,
			working_blocked_time = excluded.working_blocked_time, parts = excluded.parts, first_released_at = excluded.first_released_at,
			released_at = excluded.released_at, first_used_at = excluded.first_used_at, held_since = excluded.held_since,
				held_until = excluded.held_until,
			created_day = excluded.created_day, started_day = excluded.started_day, finished_day = excluded.finished_day,
			finished_week = excluded.finished_week, finished_month = excluded.finished_month, released_week = excluded.released_week,
			released_month = excluded.released_month, category = excluded.category, parent = excluded.parent,
			feature = excluded.feature, untouched = excluded.untouched, assisted = excluded.assisted
		WHERE (o.tracker OPERATOR(vsm.=) excluded.tracker) IS NOT TRUE OR (o.timeline OPERATOR(vsm.=) excluded.timeline) IS NOT TRUE OR (
			o.value_stream, o.rank, o.route, o.team, o.type, o.priority, o.created_at, o.started_at, o.finished_at, o.cancelled_at,
				o.outcome, o.stage, o.stage_entered_at, o.first_finished_at, o.reopened_at, o.flow_time, o.lead_time, o.backlog_time,
				o.active_time, o.wait_time, o.blocked_time, o.flow_efficiency, o.rework, o.reopened, o.working_flow_time,
				o.working_lead_time, o.working_active_time, o.working_wait_time, o.working_blocked_time, o.parts, o.first_released_at,
				o.released_at, o.first_used_at, o.held_since, o.held_until, o.created_day, o.started_day, o.finished_day,
				o.finished_week, o.finished_month, o.released_week, o.released_month, o.category, o.parent, o.feature, o.untouched,
				o.assisted)
			IS DISTINCT FROM (
			excluded.value_stream, excluded.rank, excluded.route, excluded.team, excluded.type, excluded.priority, excluded.created_at,
				excluded.started_at, excluded.finished_at, excluded.cancelled_at, excluded.outcome, excluded.stage,
				excluded.stage_entered_at, excluded.first_finished_at, excluded.reopened_at, excluded.flow_time, excluded.lead_time,
				excluded.backlog_time, excluded.active_time, excluded.wait_time, excluded.blocked_time, excluded.flow_efficiency,
				excluded.rework, excluded.reopened, excluded.working_flow_time, excluded.working_lead_time, excluded.working_active_time,
				excluded.working_wait_time, excluded.working_blocked_time, excluded.parts, excluded.first_released_at,
				excluded.released_at, excluded.first_used_at, excluded.held_since, excluded.held_until, excluded.created_day,
				excluded.started_day, excluded.finished_day, excluded.finished_week, excluded.finished_month, excluded.released_week,
				excluded.released_month, excluded.category, excluded.parent, excluded.feature, excluded.untouched, excluded.assisted)),
	visiting (item, visit, value_stream, team, type, priority, place, stage, class, entered_at, left_at, left_day, left_week, left_month,
			duration, blocked, on_clock, backward, entered_day, age, is_last, starts_load, ends_load, is_worked, worked_until,
			worked_days) AS (
		SELECT m.item, v.visit, m.value_stream,
			CASE WHEN m.team_at IS NULL THEN m.team
				ELSE coalesce(vsm.value_at(v.left_at, m.team_at, m.team_told, m.team_before, NULL), m.team) END,
			CASE WHEN m.type_at IS NULL THEN m.type
				ELSE coalesce(vsm.meaning(names -> m.source, 'type',
					vsm.value_at(v.left_at, m.type_at, m.type_told, m.type_before, NULL)), m.type) END,
			vsm.value_at(v.left_at, m.priority_at, m.priority_told, m.priority_before, m.priority),
			v.place, v.stage, v.class, v.entered_at, v.left_at, vsm.period_day(v.left_at, zone), vsm.period_week(v.left_at, zone, starts),
			vsm.period_month(v.left_at, zone), v.duration, v.blocked, v.on_clock, v.backward, vsm.period_day(v.entered_at, zone),
			v.age, v.is_last,
			v.starts_load, v.ends_load,
			w.is_worked,
			CASE WHEN w.is_worked THEN CASE
				WHEN isempty(w.days) OR v.left_at = v.entered_at THEN vsm.period_day(v.entered_at, zone)
				WHEN w.days IS NOT NULL THEN upper(w.days)
				ELSE vsm.period_day(v.left_at - interval '1 microsecond', zone) + 1 END END,
			w.days
		FROM made AS m JOIN route AS r ON r.route = m.route CROSS JOIN LATERAL vsm.visits_with_load(m.timeline, r.workflow) AS v
			CROSS JOIN LATERAL (
				SELECT k.is_worked, CASE WHEN k.is_worked AND (v.blocked = interval '0') IS NOT TRUE THEN coalesce((
					SELECT range_agg(daterange(vsm.period_day(lower(u), zone),
						vsm.period_day(upper(u) - interval '1 microsecond', zone) + 1))
					FROM unnest(tstzmultirange(tstzrange(v.entered_at, v.left_at)) - vsm.blocked_periods(m.timeline, r.workflow)) AS u),
					'{}') END AS days
				FROM (SELECT v.class = 'active' AND v.on_clock AS is_worked) AS k OFFSET 0) AS w),
	-- Days of several visits that are the same count for the first.
	visited AS MATERIALIZED (
		SELECT v.item, v.visit, v.value_stream, v.team, v.type, v.priority, v.place, v.stage, v.class, v.entered_at, v.left_at,
			v.left_day, v.left_week, v.left_month, v.duration, v.blocked, v.on_clock, v.backward, v.entered_day, v.age, v.is_last,
			v.starts_load, v.ends_load, v.worked_until,
			CASE WHEN v.is_worked THEN greatest(v.entered_day, max(v.worked_until) OVER (
				PARTITION BY v.item, v.team ORDER BY v.visit ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) END AS worked_since,
			CASE WHEN v.worked_days IS NOT NULL
				THEN nullif(vsm.worked_days(v.entered_day, v.worked_until, v.worked_days), '{}') END AS worked_gaps
		FROM visiting AS v),
	present AS MATERIALIZED (
		SELECT g.*
		-- (Not of items that somebody has just deleted: the next refresh sees to them, and to what they count.)
		FROM made AS m, LATERAL (SELECT v.ctid AS ctid_then, v.* FROM visit AS v WHERE v.item = m.item OFFSET 0) AS g),
	-- Where items count, before (-1) and now (1).
	side AS MATERIALIZED (
		SELECT m.item, x.*, (b.value_stream, b.team, b.type) IS DISTINCT FROM (m.value_stream, m.team, m.type) AS is_moved,
			(b.value_stream, b.team, b.type, b.created_day, b.started_day, b.untouched, b.cancelled_at)
				IS DISTINCT FROM (m.value_stream, m.team, m.type, n.created_day, n.started_day, m.untouched, m.cancelled_at) AS is_other
		FROM made AS m LEFT JOIN before AS b ON b.item = m.item
			CROSS JOIN LATERAL (
				SELECT vsm.period_day(m.created_at, zone) AS created_day, vsm.period_day(m.started_at, zone) AS started_day) AS n
			CROSS JOIN LATERAL (
				SELECT v.sign, coalesce(v.value_stream, '(none)') AS value_stream, coalesce(v.team, '(none)') AS team,
					coalesce(v.type, '(none)') AS type, coalesce(b.level, 'item') AS level, v.created_day, v.started_day, v.untouched,
					vsm.period_day(v.cancelled_at, zone) AS cancelled_day, v.reopened > 0 AS is_reopened
				FROM (VALUES
					(-1, b.value_stream, b.team, b.type, b.created_day, b.started_day, b.untouched, b.cancelled_at, b.reopened),
					(1, m.value_stream, m.team, m.type, n.created_day, n.started_day, m.untouched, m.cancelled_at, m.reopened))
					AS v (sign, value_stream, team, type, created_day, started_day, untouched, cancelled_at, reopened)
				WHERE v.sign = 1 OR b.item IS NOT NULL) AS x
		WHERE counting),
	-- Visits that are other than before, and all of items that count elsewhere.
	compared AS MATERIALIZED (
		SELECT c.*
		FROM (
			SELECT m.*, o.item AS item_then, o.ctid_then, o.value_stream AS value_stream_then, o.team AS team_then,
				o.entered_at AS entered_at_then, o.entered_day AS entered_day_then, o.left_day AS left_day_then, o.age AS age_then,
				o.on_clock AS on_clock_then, o.starts_load AS starts_load_then, o.ends_load AS ends_load_then,
				o.worked_since AS worked_since_then, o.worked_until AS worked_until_then, o.worked_gaps AS worked_gaps_then,
				m.item IS NOT NULL AND (o.item IS NULL OR (
					o.value_stream, o.team, o.type, o.priority, o.place, o.stage, o.class, o.entered_at, o.left_at, o.left_day, o.left_week,
						o.left_month, o.duration, o.blocked, o.on_clock, o.backward, o.entered_day, o.age, o.is_last, o.starts_load,
						o.ends_load, o.worked_until, o.worked_since, o.worked_gaps)
					IS DISTINCT FROM (
					m.value_stream, m.team, m.type, m.priority, m.place, m.stage, m.class, m.entered_at, m.left_at, m.left_day, m.left_week,
						m.left_month, m.duration, m.blocked, m.on_clock, m.backward, m.entered_day, m.age, m.is_last, m.starts_load,
						m.ends_load, m.worked_until, m.worked_since, m.worked_gaps)) AS is_other
			FROM visited AS m FULL JOIN present AS o ON o.item = m.item AND o.visit = m.visit) AS c
		WHERE c.is_other OR c.item IS NULL OR c.item IN (SELECT s.item FROM side AS s WHERE s.is_moved)),
	gone AS (
		-- By place, so that no plan made while the table was small reads all of it.
		DELETE FROM visit AS v
		WHERE v.ctid = ANY (ARRAY(SELECT c.ctid_then FROM compared AS c WHERE c.item IS NULL))),
	visits AS (
		INSERT INTO visit AS o (item, visit, value_stream, team, type, priority, place, stage, class, entered_at, left_at, left_day,
			left_week, left_month, duration, blocked, on_clock, backward, entered_day, age, is_last, starts_load, ends_load, worked_until,
			worked_since, worked_gaps)
		SELECT c.item, c.visit, c.value_stream, c.team, c.type, c.priority, c.place, c.stage, c.class, c.entered_at, c.left_at, c.left_day,
			c.left_week, c.left_month, c.duration, c.blocked, c.on_clock, c.backward, c.entered_day, c.age, c.is_last, c.starts_load,
			c.ends_load, c.worked_until, c.worked_since, c.worked_gaps
		FROM compared AS c WHERE c.is_other
		ORDER BY c.item COLLATE "C", c.visit
		ON CONFLICT (item, visit) DO UPDATE SET value_stream = excluded.value_stream, team = excluded.team, type = excluded.type,
			priority = excluded.priority, place = excluded.place, stage = excluded.stage, class = excluded.class,
			entered_at = excluded.entered_at, left_at = excluded.left_at, left_day = excluded.left_day, left_week = excluded.left_week,
			left_month = excluded.left_month, duration = excluded.duration, blocked = excluded.blocked, on_clock = excluded.on_clock,
			backward = excluded.backward, entered_day = excluded.entered_day, age = excluded.age, is_last = excluded.is_last,
			starts_load = excluded.starts_load, ends_load = excluded.ends_load, worked_until = excluded.worked_until,
			worked_since = excluded.worked_since, worked_gaps = excluded.worked_gaps),
	-- What flow_count holds of them, see vsm.flow_counts: what is as before counts for nothing.
	visit_side AS (
		SELECT s.*, x.value_stream AS visit_stream, x.team AS visit_team, x.entered_at, x.entered_day, x.left_day, x.age, x.on_clock,
			x.starts_load, x.ends_load, x.worked_since, x.worked_until, x.worked_gaps
		FROM compared AS c
			CROSS JOIN LATERAL (VALUES
				(-1, c.item_then, c.value_stream_then, c.team_then, c.entered_at_then, c.entered_day_then, c.left_day_then, c.age_then,
					c.on_clock_then, c.starts_load_then, c.ends_load_then, c.worked_since_then, c.worked_until_then, c.worked_gaps_then),
				(1, c.item, c.value_stream, c.team, c.entered_at, c.entered_day, c.left_day, c.age, c.on_clock, c.starts_load, c.ends_load,
					c.worked_since, c.worked_until, c.worked_gaps))
				AS x (sign, item, value_stream, team, entered_at, entered_day, left_day, age, on_clock, starts_load, ends_load,
					worked_since, worked_until, worked_gaps)
			JOIN side AS s ON s.item = x.item AND s.sign = x.sign),
	reopened AS MATERIALIZED (
		SELECT s.item, s.sign FROM side AS s
		WHERE s.is_reopened AND s.item IN (SELECT coalesce(c.item, c.item_then) FROM compared AS c)),
	change (sign, value_stream, team, type, level, what, day, load, aging, since) AS (
		SELECT s.sign, s.value_stream, s.team, s.type, s.level, x.what, x.day, 0, 0, 0::bigint
		FROM side AS s, LATERAL vsm.item_changes(s.created_day, s.started_day, s.untouched, s.cancelled_day) AS x WHERE s.is_other
		UNION ALL
		SELECT v.sign, v.value_stream, v.team, v.type, v.level, 0, x.*
		FROM visit_side AS v,
			LATERAL vsm.load_changes(v.starts_load, v.ends_load, v.entered_day, v.left_day, v.entered_at, v.age, v.on_clock) AS x
		UNION ALL
		SELECT s.sign, s.value_stream, s.team, s.type, s.level, 4, v.entered_day, 0, 0, 0
		FROM (
				SELECT -1 AS sign, o.item, o.entered_day, o.class, lag(o.class) OVER (PARTITION BY o.item ORDER BY o.visit) AS before
				FROM present AS o
				WHERE o.place IS NOT NULL AND o.item IN (SELECT r.item FROM reopened AS r WHERE r.sign = -1)
				UNION ALL
				SELECT 1, m.item, m.entered_day, m.class, lag(m.class) OVER (PARTITION BY m.item ORDER BY m.visit)
				FROM visited AS m
				WHERE m.place IS NOT NULL AND m.item IN (SELECT r.item FROM reopened AS r WHERE r.sign = 1)) AS v
			JOIN side AS s ON s.item = v.item AND s.sign = v.sign
		WHERE v.before IN ('done', 'cancelled') AND v.class IN ('new', 'active', 'waiting') AND v.entered_day IS NOT NULL)
	SELECT ARRAY(
			SELECT v.item
			FROM made AS m FULL JOIN before AS b ON b.item = m.item,
				LATERAL (VALUES (coalesce(m.parent, m.feature)), (b.above), (CASE WHEN b.item IS NULL THEN m.item END)) AS v (item)
			WHERE v.item IS NOT NULL AND (b.item IS NULL OR m.item IS NULL
				OR (b.above, b.value_stream IS NULL, b.outcome IS NOT DISTINCT FROM 'cancelled')
					IS DISTINCT FROM (coalesce(m.parent, m.feature), m.value_stream IS NULL, m.outcome IS NOT DISTINCT FROM 'cancelled'))),
		ARRAY(SELECT t.item FROM told AS t), array_agg(ROW (n.*)::vsm.flow_count)
	INTO above, there, counts
	FROM (
		SELECT c.value_stream, u.unit, vsm.period_of(u.unit, c.day, starts) AS period, c.team, c.type, c.level, sum(c.sign) AS events,
			coalesce(sum(c.sign) FILTER (WHERE c.what = 1), 0) AS created, coalesce(sum(c.sign) FILTER (WHERE c.what = 2), 0) AS started,
			coalesce(sum(c.sign) FILTER (WHERE c.what = 3), 0) AS cancelled, coalesce(sum(c.sign) FILTER (WHERE c.what = 4), 0) AS reopened,
			sum(c.sign * c.load) AS load_change, sum(c.sign * c.aging) AS aging_change, sum(c.sign * c.load * c.since) AS load_since,
			0 AS worked_change
		FROM change AS c CROSS JOIN (VALUES ('week'), ('month')) AS u (unit)
		GROUP BY 1, 2, 3, 4, 5, 6
		UNION ALL
		SELECT v.visit_stream, 'day', x.day, coalesce(v.visit_team, '(none)'), '(none)', 'item', sum(v.sign), 0, 0, 0, 0, 0, 0, 0,
			sum(v.sign * x.change)
		FROM visit_side AS v, LATERAL vsm.work_changes(v.worked_since, v.worked_until, v.worked_gaps) AS x
		WHERE v.worked_since IS NOT NULL AND v.visit_stream IS NOT NULL AND v.level <> 'parent'
		GROUP BY 1, 3, 4) AS n;
	PERFORM vsm.add_flow_counts(counts);
	IF counting THEN
		PERFORM vsm.write_levels(above);
	END IF;
	RETURN there;
END
$$;
COMMENT ON FUNCTION vsm.write_item_flows(text[], text) IS
	'makes the results and visits of these items anew from their events and parts, in the model that search_path names, and returns which '
	'of them there are; a part of vsm.refresh';

CREATE FUNCTION vsm.write_items(model text, items text[], with_parts boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	there  text[];
	gone   text[];
	counts vsm.flow_count[];
BEGIN
	PERFORM vsm.enter_model(model);
	IF with_parts THEN
		PERFORM vsm.write_item_parts(items);
	END IF;
	there := vsm.write_item_flows(items, model);
	IF with_parts AND NOT vsm.counts_at_end() THEN
		PERFORM vsm.write_concerns(there);
	END IF;
	IF cardinality(there) < cardinality(items) THEN
		gone := vsm.keys_without(items, there);
		counts := vsm.flow_counts_before(gone);
		DELETE FROM item_part AS p WHERE p.item = ANY (gone);
		WITH deleted AS (
			DELETE FROM item_flow AS f WHERE f.item = ANY (gone) RETURNING coalesce(f.parent, f.feature) AS above)
		SELECT array_agg(DISTINCT d.above) INTO there FROM deleted AS d;
		DELETE FROM visit AS v WHERE v.item = ANY (gone);
		PERFORM vsm.write_flow_counts(NULL, counts);
		PERFORM vsm.write_levels(there);
	END IF;
	-- For vsm.notify_breaches.
	INSERT INTO breach_made (items) VALUES (items);
	DELETE FROM touched AS d
	WHERE d.ctid = ANY (ARRAY(
		SELECT o.place
		FROM vsm.each_entity(items) AS t,
			LATERAL (
				SELECT k.ctid AS place FROM touched AS k WHERE k.kind = 'item' AND k.key = t AND with_parts
				UNION ALL SELECT k.ctid FROM touched AS k WHERE k.kind = 'item events' AND k.key = t OFFSET 0) AS o));
END
$$;
COMMENT ON FUNCTION vsm.write_items(text, text[], boolean) IS
	'makes the parts (unless only events of their own are new), results and visits of these items anew and takes them off the table '
	'touched; a part of vsm.refresh';
