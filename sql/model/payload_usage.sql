/*
 * What the names of feature flags, of their variants and of events of use mean, and what evaluations of flags tell, as
 * OpenTelemetry's conventions and OpenFeature's hooks have them. Who got a feature used it: an evaluation whose result is off,
 * that failed, or of a flag that is disabled, is no use.
 */

CREATE FUNCTION vsm.used_feature(names jsonb, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (Who names two items in a flag does not say which is meant.)
RETURN coalesce(vsm.meaning(names, 'feature', name), CASE cardinality(vsm.issue_keys(name)) WHEN 1 THEN (vsm.issue_keys(name))[1] END,
	name);
COMMENT ON FUNCTION vsm.used_feature(jsonb, text) IS
	'the feature that a flag or an event of that name means by names, kind feature; else the one key of an item that stands in it, else '
	'the name itself, which may be an alias of an item';

CREATE FUNCTION vsm.variant_is_on(names jsonb, variant text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.meaning(names, 'variant', variant), 'on') = 'on';
COMMENT ON FUNCTION vsm.variant_is_on(jsonb, text) IS
	'whether who got this variant of a flag got the feature, by names, kind variant; true if no variant is told';

CREATE FUNCTION vsm.evaluation_variant(attributes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(attributes, 'feature_flag.result.variant'), vsm.json_text(attributes, 'feature_flag.variant'));
COMMENT ON FUNCTION vsm.evaluation_variant(jsonb) IS
	'the variant that an evaluation of a feature flag gave, by the attributes of OpenTelemetry of any version';

CREATE FUNCTION vsm.evaluation_value(attributes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
	-- A boolean may be written as text.
	SELECT CASE WHEN v.value IN ('"true"', '"false"', '"True"', '"False"') THEN lower(v.value #>> '{}')::jsonb ELSE v.value END
	FROM (
		SELECT coalesce(attributes -> 'feature_flag.result.value', attributes -> 'feature_flag.value',
			attributes -> 'feature_flag.evaluated_value') AS value OFFSET 0) AS v);
COMMENT ON FUNCTION vsm.evaluation_value(jsonb) IS
	'the value that an evaluation of a feature flag gave, by the attributes of OpenTelemetry of any version';

CREATE FUNCTION vsm.evaluation_is_on(names jsonb, attributes jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN vsm.json_text(attributes, 'error.type') IS NOT NULL
		OR lower(coalesce(vsm.json_text(attributes, 'feature_flag.result.reason'),
			vsm.json_text(attributes, 'feature_flag.evaluation.reason'), vsm.json_text(attributes, 'feature_flag.reason')))
			IN ('error', 'disabled') THEN false
	-- What a flag of type boolean says is so, whatever its variants are called.
	WHEN jsonb_typeof(vsm.evaluation_value(attributes)) = 'boolean' THEN vsm.evaluation_value(attributes) = 'true'
	ELSE vsm.variant_is_on(names, coalesce(vsm.evaluation_variant(attributes), vsm.json_text(vsm.evaluation_value(attributes))))
END;
COMMENT ON FUNCTION vsm.evaluation_is_on(jsonb, jsonb) IS
	'whether an evaluation of a feature flag, with the attributes that OpenTelemetry gives it, gave the feature';

CREATE FUNCTION vsm.evaluation_lacks(attributes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN octet_length(vsm.json_text(attributes, 'feature_flag.key')) > 1000 THEN 'its feature_flag.key is longer than 1,000 bytes'
	WHEN vsm.json_text(attributes, 'feature_flag.key') IS NULL THEN 'it has no feature_flag.key'
	WHEN vsm.evaluation_variant(attributes) IS NULL AND jsonb_typeof(vsm.evaluation_value(attributes)) IN ('string', 'number',
		'boolean') IS NOT TRUE AND vsm.json_text(attributes, 'error.type') IS NULL THEN
		'it does not say what it gave: neither feature_flag.result.variant nor feature_flag.result.value'
END;
COMMENT ON FUNCTION vsm.evaluation_lacks(jsonb) IS 'why an evaluation of a feature flag cannot be read; NULL if it can';

CREATE FUNCTION vsm.evaluation_context(attributes jsonb, at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Evaluations for two at once are two. Who they were does not show, nor that it was the same one another time.
RETURN left(md5(vsm.json_text(attributes, 'feature_flag.context.id') || vsm.epoch_microseconds(at)), 16);
COMMENT ON FUNCTION vsm.evaluation_context(jsonb, timestamptz) IS
	'what tells an evaluation of a feature flag from those for others at the same time; NULL if it does not say for whom it was';

CREATE FUNCTION vsm.read_evaluation(source text, names jsonb, attributes jsonb, at timestamptz, id text) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_usage(source, vsm.used_feature(names, f.flag), at, concat_ws(':', f.flag, vsm.epoch_microseconds(at), id))).*
	FROM (SELECT vsm.json_text(attributes, 'feature_flag.key') AS flag OFFSET 0) AS f
	WHERE vsm.evaluation_lacks(attributes) IS NULL AND vsm.evaluation_is_on(names, attributes);
END;
COMMENT ON FUNCTION vsm.read_evaluation(text, jsonb, jsonb, timestamptz, text) IS
	'the use of a feature that an evaluation of its flag tells, with the attributes that OpenTelemetry gives it; id: what else tells it '
	'from others at the same time';
