-- A counterfactual timeline.

CREATE FUNCTION vsm.what_if(timeline vsm.timeline, workflow vsm.workflow, stage text, factor float8) RETURNS vsm.timeline
	AS 'MODULE_PATHNAME', 'vsm_what_if' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION vsm.what_if(vsm.timeline, vsm.workflow, text, float8) IS
	'the timeline had visits of a stage lasted factor times as long, later events moved accordingly; an upper bound of the effect: queues '
	'that would shorten too are not modelled; NULL for NULL and for an item without a visit';
