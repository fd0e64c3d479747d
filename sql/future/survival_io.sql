-- survival: how long items last.

-- include value_type survival double extended
COMMENT ON TYPE vsm.survival IS
	'how long items last, finished and open ones, as a Kaplan-Meier estimate: made by the aggregate vsm.survival, asked by '
	'vsm.percentile, vsm.probability, vsm.eta and vsm.curve';

-- include json_casts survival survival_to_json survival_to_jsonb survival_from_json survival_from_jsonb form
