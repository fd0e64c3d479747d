-- One item visit by visit and stage by stage.

CREATE TYPE vsm.visit AS (
	visit integer, place integer, stage text, class text, entered_at timestamptz, left_at timestamptz,
	duration interval, blocked interval, on_clock boolean, backward boolean
);
COMMENT ON TYPE vsm.visit IS
	'a visit of a stage: left_at is NULL while it runs; duration and blocked are by the calendar, up to as_of or NULL while it runs; '
	'place is NULL for (unmapped); backward: a lower place than the mapped visit before';

CREATE FUNCTION vsm.visits(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS SETOF vsm.visit
	AS 'MODULE_PATHNAME', 'vsm_visits' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 COST 50;
COMMENT ON FUNCTION vsm.visits(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'every visit of an item in order, off the clock included; no rows for NULL';

CREATE FUNCTION vsm.visits_with_load(timeline vsm.timeline, workflow vsm.workflow, OUT visit integer, OUT place integer, OUT stage text,
	OUT class text, OUT entered_at timestamptz, OUT left_at timestamptz, OUT duration interval, OUT blocked interval, OUT on_clock boolean,
	OUT backward boolean, OUT age interval, OUT is_last boolean, OUT starts_load boolean, OUT ends_load boolean) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'vsm_visits_with_load' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 COST 50;
COMMENT ON FUNCTION vsm.visits_with_load(vsm.timeline, vsm.workflow) IS
	'every visit of an item as vsm.visits has it by the wall clock, the time on the clock before it (age), whether it is the last one of '
	'its stage, and whether the item comes into load with it or leaves load after it: it goes on where the next visit is in load and '
	'ages alike; no rows for NULL; a part of vsm.refresh';

CREATE TYPE vsm.stage_summary AS (
	place integer, stage text, class text, visits integer, duration interval, on_clock interval,
	blocked interval, first_entered_at timestamptz, last_left_at timestamptz
);
COMMENT ON TYPE vsm.stage_summary IS
	'an item in a stage: visits, their time, how much of it was on the clock (as vsm.stage_time) and how much blocked; a blocked stage''s '
	'row counts its spells and overlaps the others';

CREATE FUNCTION vsm.stage_times(timeline vsm.timeline, workflow vsm.workflow, calendar vsm.calendar DEFAULT NULL,
	as_of timestamptz DEFAULT NULL) RETURNS SETOF vsm.stage_summary
	AS 'MODULE_PATHNAME', 'vsm_stage_times' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10 COST 50;
COMMENT ON FUNCTION vsm.stage_times(vsm.timeline, vsm.workflow, vsm.calendar, timestamptz) IS
	'one row a stage of the workflow, visited or not, (unmapped) last if it occurred; times are NULL while the stage runs without as_of; '
	'no rows for NULL';

CREATE FUNCTION vsm.path(timeline vsm.timeline, workflow vsm.workflow, as_of timestamptz DEFAULT NULL) RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.path(vsm.timeline, vsm.workflow, timestamptz) IS
	'the stages an item visited, in order (its variant); NULL for NULL';

CREATE FUNCTION vsm.stage_at(timeline vsm.timeline, workflow vsm.workflow, at timestamptz) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_stage_at' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.stage_at(vsm.timeline, vsm.workflow, timestamptz) IS
	'the stage of the visit that holds at a time, all events taken into account; NULL before the first';
