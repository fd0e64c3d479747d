/*
 * Objects of Kubernetes, which several tools keep theirs as: Deployments, and what Flux has.
 */

CREATE FUNCTION vsm.kubernetes_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN payload -> 'items' = 'null' THEN '[]'		-- what Go writes for an empty list
	WHEN vsm.json_array(payload -> 'items') IS NOT NULL THEN (
	-- What the API lists has no kind of its own: DeploymentList.
	SELECT coalesce(jsonb_agg(CASE WHEN jsonb_typeof(e.value) = 'object' AND NOT e.value ? 'kind' THEN
		e.value || jsonb_build_object('kind', substring(vsm.json_text(payload, 'kind') FROM '^(.+)List$')) ELSE e.value END
		ORDER BY e.place), '[]')
	FROM jsonb_array_elements(payload -> 'items') WITH ORDINALITY AS e (value, place)) END;
COMMENT ON FUNCTION vsm.kubernetes_elements(jsonb) IS 'the objects of a List of Kubernetes; NULL if it is none';

CREATE FUNCTION vsm.kubernetes_object(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (A watch wraps it: {"type": "MODIFIED", "object": {...}}.)
RETURN CASE WHEN payload ? 'kind' THEN payload ELSE coalesce(vsm.json_object(payload -> 'object'), payload) END;
COMMENT ON FUNCTION vsm.kubernetes_object(jsonb) IS 'the object in a payload of Kubernetes';

CREATE FUNCTION vsm.kubernetes_label(object jsonb, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(object, 'metadata', 'annotations', name), vsm.json_text(object, 'metadata', 'labels', name),
	vsm.json_text(object, 'spec', 'template', 'metadata', 'annotations', name),
	vsm.json_text(object, 'spec', 'template', 'metadata', 'labels', name));
COMMENT ON FUNCTION vsm.kubernetes_label(jsonb, text) IS
	'an annotation or label of an object of Kubernetes, else of its pods; NULL if it has none of that name';

CREATE FUNCTION vsm.kubernetes_condition(object jsonb, type text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.value FROM jsonb_array_elements(vsm.json_array(object #> '{status,conditions}')) WITH ORDINALITY AS e (value, place)
	WHERE vsm.json_text(e.value, 'type') = kubernetes_condition.type ORDER BY e.place DESC LIMIT 1;
END;
COMMENT ON FUNCTION vsm.kubernetes_condition(jsonb, text) IS 'a condition of an object of Kubernetes; NULL if it has none of that type';
