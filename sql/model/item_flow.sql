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

CREATE FUNCTION vsm.write_routes(items text[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	INSERT INTO route (route, value_stream, rank, workflow, calendar, states, takes_parts)
	SELECT n.route, n.value_stream, n.rank, w.workflow, vsm.try_calendar(n.calendar),
		ARRAY(SELECT DISTINCT x COLLATE "C" FROM vsm.stages(w.workflow) AS s, unnest(s.stage || s.states || coalesce(s.until, '{}')) AS x
			ORDER BY 1),
		vsm.takes_parts(w.workflow)
	FROM (
		SELECT DISTINCT ON (d.route) d.route, d.value_stream, d.rank, d.workflow, d.calendar
		FROM vsm.routed_batch(items) AS d
		WHERE NOT EXISTS (SELECT FROM route AS r WHERE r.route = d.route)) AS n,
		LATERAL (SELECT vsm.try_workflow(n.workflow) AS workflow OFFSET 0) AS w
	ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION vsm.write_routes(text[]) IS
	'compiles the workflows and calendars that these items are routed to, if they are not there yet; a part of vsm.refresh';

CREATE FUNCTION vsm.routed_batch(items text[]) RETURNS TABLE (item text, value_stream text, team text, rank integer, workflow jsonb,
	calendar jsonb,
	route text)
LANGUAGE plpgsql STABLE ROWS 2000
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	-- One item of each kind is routed, and the others as that one: by all that the view looks at.
	RETURN QUERY
	WITH told AS MATERIALIZED (
		SELECT i.item, dense_rank() OVER (ORDER BY i.source COLLATE "C", i.project COLLATE "C", i.type COLLATE "C",
			i.value_stream COLLATE "C", i.team COLLATE "C") AS kind
		FROM vsm.each_entity(items) AS t,
			LATERAL (SELECT k.item, k.source, k.project, k.type, k.value_stream, k.team FROM item AS k WHERE k.item = t OFFSET 0) AS i),
	routed AS MATERIALIZED (
		SELECT e.kind, r.*, md5(jsonb_build_array(r.value_stream, r.rank, r.workflow, r.calendar)::text) AS route
		FROM (SELECT DISTINCT ON (d.kind) d.kind, d.item FROM told AS d ORDER BY d.kind) AS e,
			LATERAL (
				SELECT v.value_stream, v.team, v.rank, v.workflow, v.calendar FROM routed_item AS v WHERE v.item = e.item OFFSET 0) AS r)
	SELECT d.item, r.value_stream, r.team, r.rank, r.workflow, r.calendar, r.route
	FROM told AS d JOIN routed AS r ON r.kind = d.kind;
END
$$;
COMMENT ON FUNCTION vsm.routed_batch(text[]) IS 'where these items are routed to, and the name of that route; a part of vsm.refresh';

CREATE FUNCTION vsm.write_levels(items text[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	-- Of these items and those that they are parts of.
	UPDATE item_flow AS o SET level = n.level
	FROM (
		SELECT k.item, CASE WHEN EXISTS (
			SELECT FROM item_flow AS c WHERE c.parent = k.item AND c.value_stream IS NOT NULL AND c.outcome <> 'cancelled') THEN 'parent'
				ELSE 'item' END AS level, k.level AS before
		FROM (
				SELECT t AS item FROM vsm.each_entity(items) AS t
				UNION
				SELECT f.parent
				FROM vsm.each_entity(items) AS t, LATERAL (SELECT g.parent FROM item_flow AS g WHERE g.item = t OFFSET 0) AS f
				WHERE f.parent IS NOT NULL) AS i,
			LATERAL (SELECT g.item, g.level FROM item_flow AS g WHERE g.item = i.item OFFSET 0) AS k) AS n
	WHERE o.item = n.item AND n.before IS DISTINCT FROM n.level;
END
$$;
COMMENT ON FUNCTION vsm.write_levels(text[]) IS
	'writes which of these items, and of those that they are parts of, have parts that count; a part of vsm.refresh';

CREATE FUNCTION vsm.write_item_flows(items text[], model text) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = on
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	zone    text;
	starts  text;
	names   jsonb;	-- by source
	parents text[];
BEGIN
	SELECT array_agg(DISTINCT f.parent) INTO parents
	FROM vsm.each_entity(items) AS t, LATERAL (SELECT k.parent FROM item_flow AS k WHERE k.item = t OFFSET 0) AS f;
	SELECT m.time_zone, m.week_starts INTO zone, starts FROM model AS m;
	SELECT jsonb_object_agg(s.source, vsm.names(write_item_flows.model, s.source)) INTO names
	FROM (
		SELECT DISTINCT i.source FROM vsm.each_entity(items) AS t, LATERAL (SELECT k.source FROM item AS k WHERE k.item = t OFFSET 0) AS i
		WHERE i.source IS NOT NULL) AS s;
	PERFORM vsm.write_routes(items);

	WITH base AS MATERIALIZED (
		SELECT b.item, b.value_stream, b.team, b.rank, b.route, r.workflow, r.calendar, r.states, r.takes_parts
		FROM vsm.routed_batch(items) AS b JOIN route AS r ON r.route = b.route),
	part AS MATERIALIZED (
		SELECT p.item, array_agg(p.timeline ORDER BY p.part COLLATE "C") AS timelines, array_agg(p.releasable
			ORDER BY p.part COLLATE "C") AS releasable,
			count(*) AS parts, min(p.released_at) AS first_released_at,
			-- What was closed for good waits for no release.
			CASE WHEN bool_and(p.released_at IS NOT NULL) FILTER (WHERE p.releasable AND p.closed_at IS NULL)
				THEN max(p.released_at) FILTER (WHERE p.releasable AND p.closed_at IS NULL) END AS released_at
		FROM vsm.each_entity(items) AS t, LATERAL (SELECT q.* FROM item_part AS q WHERE q.item = t OFFSET 0) AS p
		GROUP BY p.item),
	composed AS MATERIALIZED (
		SELECT b.*, p.parts, p.first_released_at, p.released_at, k.tracker,
			CASE WHEN b.takes_parts THEN vsm.end_to_end(k.tracker, b.workflow, p.timelines, p.releasable) ELSE k.tracker END AS whole
		FROM base AS b LEFT JOIN part AS p ON p.item = b.item
			LEFT JOIN LATERAL (
				SELECT CASE WHEN count(e.seq) > 0 THEN vsm.timeline(e.at, e.state, coalesce(e.seq, 0)) ELSE vsm.timeline(e.at, e.state)
					END AS tracker
				FROM event AS e
				WHERE e.entity = b.item AND (e.method IS DISTINCT FROM 'label' OR e.state = ANY (b.states))) AS k ON true),
	used AS MATERIALIZED (
		SELECT c.*, u.first_used_at,
			CASE WHEN 'used' = ANY (c.states) AND u.first_used_at IS NOT NULL
				THEN vsm.merge(c.whole, (SELECT vsm.timeline(x.at, x.state) FROM (VALUES (u.first_used_at, 'used')) AS x (at, state)))
					ELSE c.whole END AS timeline
		FROM composed AS c
			LEFT JOIN LATERAL (
				SELECT CASE WHEN c.parts > 0 THEN c.released_at ELSE (vsm.flow(c.whole, c.workflow)).finished_at END AS since
				WHERE EXISTS (SELECT FROM usage)) AS s ON true
			LEFT JOIN LATERAL (
				SELECT min(x.at) AS first_used_at
				FROM (
					SELECT v.at FROM usage AS v WHERE v.feature = c.item AND v.at >= s.since
					UNION ALL
					SELECT v.at FROM item_alias AS a JOIN usage AS v ON v.feature = a.alias WHERE a.item = c.item
						AND v.at >= s.since) AS x) AS u ON true),
	measured AS MATERIALIZED (
		SELECT u.*, f.created_at, f.started_at, f.finished_at, f.cancelled_at, f.outcome, f.flow_time, f.lead_time, f.backlog_time,
			f.blocked_time,
			f.active_time, f.wait_time, f.flow_efficiency, f.rework, f.reopened, f.stage, f.stage_entered_at,
			w.flow_time AS working_flow_time, w.lead_time AS working_lead_time, w.active_time AS working_active_time,
			w.wait_time AS working_wait_time, w.blocked_time AS working_blocked_time,
			CASE WHEN u.parts > 0 AND d.finished_at IS NOT NULL AND (f.finished_at > d.finished_at OR f.finished_at IS NULL
				AND f.cancelled_at IS NULL)
				THEN d.finished_at END AS held_since,
			coalesce(f.finished_at, f.cancelled_at) AS ended_at
		FROM used AS u
			LEFT JOIN LATERAL vsm.flow(u.timeline, u.workflow) AS f ON true
			LEFT JOIN LATERAL vsm.flow(u.timeline, u.workflow, u.calendar) AS w ON u.calendar IS NOT NULL
			LEFT JOIN LATERAL vsm.flow(u.tracker, u.workflow) AS d ON u.parts > 0 AND u.takes_parts),
	-- What an item was at its end decides where it counts.
	ended AS MATERIALIZED (
		SELECT m.*, i.type AS present_type, i.priority AS present_priority, i.created_at AS told_created_at,
			CASE WHEN h.type_at IS NOT NULL THEN coalesce(vsm.meaning(names -> i.source, 'type', h.type), 'other') ELSE i.type
				END AS type_then,
			CASE WHEN h.priority_at IS NOT NULL THEN h.priority ELSE i.priority END AS priority_then,
			CASE WHEN h.team_at IS NOT NULL THEN h.team ELSE i.team END AS own_team,
			CASE WHEN h.stream_at IS NOT NULL THEN h.stream ELSE i.value_stream END AS own_stream,
			CASE WHEN h.project_at IS NOT NULL THEN h.project ELSE i.project END AS project_then,
			i.source, h.any_at IS NOT NULL AS has_changed,
			-- The field that an installation says is one, else labels that agree, else the type.
			coalesce(vsm.meaning(names -> i.source, 'category', g.value), g.value, (
				SELECT CASE WHEN min(x.meaning) = max(x.meaning) THEN min(x.meaning) END
				FROM (
					SELECT vsm.meaning(names -> i.source, 'category', e) AS meaning
					FROM jsonb_array_elements_text(CASE jsonb_typeof(i.tags) WHEN 'array' THEN i.tags END) AS e) AS x),
				vsm.meaning(names -> i.source, 'category', i.source_type)) AS category,
			coalesce((
				SELECT a.item FROM item_alias AS a WHERE a.alias = i.parent
				ORDER BY a.since DESC NULLS LAST, a.item COLLATE "C" LIMIT 1), i.parent) AS parent,
			coalesce((
				SELECT a.item FROM item_alias AS a WHERE a.alias = i.feature
				ORDER BY a.since DESC NULLS LAST, a.item COLLATE "C" LIMIT 1), i.feature) AS feature
		FROM measured AS m
			JOIN LATERAL (SELECT k.* FROM item AS k WHERE k.item = m.item OFFSET 0) AS i ON true
			LEFT JOIN LATERAL (
				SELECT max(c.at) AS any_at, max(c.at) FILTER (WHERE c.attribute = 'type') AS type_at,
					(array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
						c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'type'))[1] AS type,
					max(c.at) FILTER (WHERE c.attribute = 'priority') AS priority_at,
					(array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
						c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'priority'))[1] AS priority,
					max(c.at) FILTER (WHERE c.attribute = 'team') AS team_at,
					(array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
						c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'team'))[1] AS team,
					max(c.at) FILTER (WHERE c.attribute = 'value_stream') AS stream_at,
					(array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
						c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'value_stream'))[1] AS stream,
					max(c.at) FILTER (WHERE c.attribute = 'project') AS project_at,
					(array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
						c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'project'))[1] AS project
				FROM item_change AS c WHERE c.item = m.item AND c.at <= m.ended_at) AS h ON m.ended_at IS NOT NULL
			LEFT JOIN LATERAL (
				SELECT c.value FROM item_change AS c
				WHERE c.item = m.item AND c.attribute = 'category' AND (c.at <= m.ended_at) IS NOT FALSE
				ORDER BY c.at DESC, length(c.change_id) DESC, c.change_id COLLATE "C" DESC LIMIT 1) AS g ON true),
	routed AS MATERIALIZED (
		SELECT e.*, CASE WHEN e.has_changed THEN coalesce(e.own_stream, q.value_stream) ELSE e.value_stream END AS stream_then,
			CASE WHEN e.has_changed THEN coalesce(e.own_team, CASE WHEN e.own_stream IS NULL OR e.own_stream = q.value_stream
				THEN q.team END)
				ELSE e.team END AS team_then
		FROM ended AS e
			LEFT JOIN LATERAL (
				SELECT r.value_stream, r.team FROM routing AS r
				WHERE (r.source IS NULL OR e.source LIKE r.source) AND (r.project IS NULL OR e.project_then LIKE r.project)
				AND (r.type IS NULL OR e.type_then = r.type)
				ORDER BY r.rank LIMIT 1) AS q ON e.has_changed)
	INSERT INTO item_flow AS o (item, value_stream, rank, route, team, type, priority, tracker, timeline, created_at, started_at,
		finished_at,
		cancelled_at, outcome, stage, stage_entered_at, first_finished_at, reopened_at, flow_time, lead_time, backlog_time, active_time,
			wait_time,
		blocked_time, flow_efficiency, rework, reopened, working_flow_time, working_lead_time, working_active_time, working_wait_time,
		working_blocked_time, parts, first_released_at, released_at, first_used_at, held_since, held_until, created_day, started_day,
			finished_day,
		finished_week, finished_month, released_week, released_month, category, parent, feature, untouched, level)
	SELECT r.item, r.stream_then, r.rank, r.route, r.team_then, r.type_then, r.priority_then, r.tracker, r.timeline,
		c.created_at, r.started_at, r.finished_at, r.cancelled_at, r.outcome, r.stage, r.stage_entered_at, v.first_finished_at,
			v.reopened_at,
		r.flow_time, r.lead_time, r.backlog_time, r.active_time, r.wait_time, r.blocked_time, r.flow_efficiency, r.rework, r.reopened,
		r.working_flow_time, r.working_lead_time, r.working_active_time, r.working_wait_time, r.working_blocked_time, coalesce(r.parts, 0),
		r.first_released_at, r.released_at, r.first_used_at, r.held_since, CASE WHEN r.held_since IS NOT NULL THEN r.finished_at END,
		vsm.period_day(c.created_at, zone), vsm.period_day(r.started_at, zone), vsm.period_day(r.finished_at, zone),
		vsm.period_week(r.finished_at, zone, starts), vsm.period_month(r.finished_at, zone),
		vsm.period_week(r.released_at, zone, starts), vsm.period_month(r.released_at, zone),
		r.category, r.parent, r.feature, r.outcome = 'done' AND r.active_time = interval '0' AND v.was_worked_on IS NOT TRUE, 'item'
	FROM routed AS r
		CROSS JOIN LATERAL (SELECT coalesce(r.created_at, r.told_created_at) AS created_at) AS c
		LEFT JOIN LATERAL (
			SELECT min(x.entered_at) FILTER (WHERE x.class = 'done') AS first_finished_at,
				max(x.entered_at) FILTER (WHERE x.class <> 'done' AND x.before = 'done') AS reopened_at,
				bool_or(x.on_clock AND x.class IN ('active', 'waiting')) AS was_worked_on
			FROM (SELECT y.*, lag(y.class) OVER (ORDER BY y.visit) AS before FROM vsm.visits(r.timeline, r.workflow) AS y) AS x) AS v
				ON r.finished_at IS NOT NULL OR r.reopened > 0
	ORDER BY r.item COLLATE "C"
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
		feature = excluded.feature, untouched = excluded.untouched
	WHERE (o.tracker OPERATOR(vsm.=) excluded.tracker) IS NOT TRUE OR (o.timeline OPERATOR(vsm.=) excluded.timeline) IS NOT TRUE OR (
		o.value_stream, o.rank, o.route, o.team, o.type, o.priority, o.created_at, o.started_at, o.finished_at, o.cancelled_at,
			o.outcome, o.stage, o.stage_entered_at, o.first_finished_at, o.reopened_at, o.flow_time, o.lead_time, o.backlog_time,
			o.active_time, o.wait_time, o.blocked_time, o.flow_efficiency, o.rework, o.reopened, o.working_flow_time,
			o.working_lead_time, o.working_active_time, o.working_wait_time, o.working_blocked_time, o.parts, o.first_released_at,
			o.released_at, o.first_used_at, o.held_since, o.held_until, o.created_day, o.started_day, o.finished_day,
			o.finished_week, o.finished_month, o.released_week, o.released_month, o.category, o.parent, o.feature, o.untouched)
		IS DISTINCT FROM (
		excluded.value_stream, excluded.rank, excluded.route, excluded.team, excluded.type, excluded.priority, excluded.created_at,
			excluded.started_at, excluded.finished_at, excluded.cancelled_at, excluded.outcome, excluded.stage,
			excluded.stage_entered_at, excluded.first_finished_at, excluded.reopened_at, excluded.flow_time, excluded.lead_time,
			excluded.backlog_time, excluded.active_time, excluded.wait_time, excluded.blocked_time, excluded.flow_efficiency,
			excluded.rework, excluded.reopened, excluded.working_flow_time, excluded.working_lead_time, excluded.working_active_time,
			excluded.working_wait_time, excluded.working_blocked_time, excluded.parts, excluded.first_released_at,
			excluded.released_at, excluded.first_used_at, excluded.held_since, excluded.held_until, excluded.created_day,
			excluded.started_day, excluded.finished_day, excluded.finished_week, excluded.finished_month, excluded.released_week,
			excluded.released_month, excluded.category, excluded.parent, excluded.feature, excluded.untouched);
	PERFORM vsm.write_levels(items || parents);

	WITH made (item, visit, value_stream, team, type, priority, place, stage, class, entered_at, left_at, left_day, left_week, left_month,
			duration, blocked, on_clock, backward, entered_day, age, is_last) AS MATERIALIZED (
		SELECT f.item, v.visit, f.value_stream, coalesce(h.team, f.team), coalesce(vsm.meaning(names -> i.source, 'type', h.type), f.type),
			coalesce(h.priority, f.priority), v.place, v.stage, v.class, v.entered_at, v.left_at, vsm.period_day(v.left_at, zone),
			vsm.period_week(v.left_at, zone, starts), vsm.period_month(v.left_at, zone), v.duration, v.blocked, v.on_clock, v.backward,
			vsm.period_day(v.entered_at, zone),
			coalesce(sum(v.duration) FILTER (WHERE v.on_clock)
				OVER (PARTITION BY f.item ORDER BY v.visit ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), interval '0'),
			v.visit = max(v.visit) OVER (PARTITION BY f.item, v.stage)
		FROM vsm.each_entity(items) AS t
			JOIN LATERAL (SELECT g.* FROM item_flow AS g WHERE g.item = t OFFSET 0) AS f ON true
			JOIN LATERAL (
				SELECT k.source,
					EXISTS (SELECT FROM item_change AS c WHERE c.item = t AND c.attribute IN ('team', 'type', 'priority')) AS has_changed
				FROM item AS k WHERE k.item = t OFFSET 0) AS i ON true
			JOIN route AS r ON r.route = f.route,
			LATERAL vsm.visits(f.timeline, r.workflow) AS v
			LEFT JOIN LATERAL (
				SELECT (array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
					c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'team'))[1] AS team,
					(array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
						c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'type'))[1] AS type,
					(array_agg(c.value ORDER BY c.at DESC, length(c.change_id) DESC,
						c.change_id COLLATE "C" DESC) FILTER (WHERE c.attribute = 'priority'))[1] AS priority
				FROM item_change AS c
				WHERE i.has_changed AND c.item = f.item AND c.at <= v.left_at
				AND c.attribute IN ('team', 'type', 'priority')) AS h ON true),
	gone AS (
		-- By place, so that no plan made while the table was small reads all of it.
		DELETE FROM visit AS v
		WHERE v.ctid = ANY (ARRAY(
			SELECT o.place
			FROM vsm.each_entity(items) AS t
				LEFT JOIN (SELECT m.item, max(m.visit) AS last FROM made AS m GROUP BY m.item) AS k ON k.item = t,
				LATERAL (SELECT g.ctid AS place FROM visit AS g WHERE g.item = t AND g.visit > coalesce(k.last, 0) OFFSET 0) AS o)))
	INSERT INTO visit AS o (item, visit, value_stream, team, type, priority, place, stage, class, entered_at, left_at, left_day,
		left_week, left_month,
			duration, blocked, on_clock, backward, entered_day, age, is_last)
	SELECT m.* FROM made AS m
	ORDER BY m.item COLLATE "C", m.visit
	ON CONFLICT (item, visit) DO UPDATE SET value_stream = excluded.value_stream, team = excluded.team, type = excluded.type,
		priority = excluded.priority, place = excluded.place, stage = excluded.stage, class = excluded.class,
			entered_at = excluded.entered_at, left_at = excluded.left_at, left_day = excluded.left_day, left_week = excluded.left_week,
				left_month = excluded.left_month, duration = excluded.duration, blocked = excluded.blocked, on_clock = excluded.on_clock,
					backward = excluded.backward, entered_day = excluded.entered_day, age = excluded.age,
					is_last = excluded.is_last
	WHERE (
		o.value_stream, o.team, o.type, o.priority, o.place, o.stage, o.class, o.entered_at, o.left_at, o.left_day, o.left_week,
			o.left_month, o.duration, o.blocked, o.on_clock, o.backward, o.entered_day, o.age, o.is_last)
		IS DISTINCT FROM (
		excluded.value_stream, excluded.team, excluded.type, excluded.priority, excluded.place, excluded.stage, excluded.class,
			excluded.entered_at, excluded.left_at, excluded.left_day, excluded.left_week, excluded.left_month, excluded.duration,
			excluded.blocked, excluded.on_clock, excluded.backward, excluded.entered_day, excluded.age, excluded.is_last);
END
$$;
COMMENT ON FUNCTION vsm.write_item_flows(text[], text) IS
	'makes the results and visits of these items anew from their events and parts, in the model that search_path names; a part of '
	'vsm.refresh';

CREATE FUNCTION vsm.write_items(model text, items text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	there text[];
BEGIN
	PERFORM vsm.enter_model(model);
	SELECT array_agg(i.item) INTO there FROM vsm.each_entity(items) AS t, LATERAL (SELECT k.item FROM item AS k
		WHERE k.item = t OFFSET 0) AS i;
	IF there IS NOT NULL THEN
		PERFORM vsm.write_item_parts(there);
		PERFORM vsm.write_item_flows(there, model);
	END IF;
	IF coalesce(cardinality(there), 0) < cardinality(items) THEN
		DELETE FROM item_part AS p USING vsm.each_entity(items) AS t WHERE p.item = t AND NOT EXISTS (SELECT FROM item AS i
			WHERE i.item = t);
		WITH gone AS (
			DELETE FROM item_flow AS f USING vsm.each_entity(items) AS t WHERE f.item = t AND NOT EXISTS (SELECT FROM item AS i
				WHERE i.item = t)
			RETURNING f.parent)
		SELECT array_agg(g.parent) INTO there FROM gone AS g;
		PERFORM vsm.write_levels(there);
		DELETE FROM visit AS v USING vsm.each_entity(items) AS t WHERE v.item = t AND NOT EXISTS (SELECT FROM item AS i WHERE i.item = t);
	END IF;
	DELETE FROM touched AS d
	WHERE d.ctid = ANY (ARRAY(
		SELECT o.place
		FROM vsm.each_entity(items) AS t,
			LATERAL (SELECT k.ctid AS place FROM touched AS k WHERE k.kind = 'item' AND k.key = t OFFSET 0) AS o));
END
$$;
COMMENT ON FUNCTION vsm.write_items(text, text[]) IS
	'makes the parts, results and visits of these items anew and takes them off the table touched; a part of vsm.refresh';
