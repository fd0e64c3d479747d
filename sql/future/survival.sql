-- survival: how it is made, and questions to it.

CREATE FUNCTION vsm.survival_add(survival vsm.survival, duration interval, finished boolean) RETURNS vsm.survival
	AS 'MODULE_PATHNAME', 'vsm_survival_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.survival_add(vsm.survival, interval, boolean) IS
	'a survival estimate with one more item; transition function of the aggregate vsm.survival';

CREATE FUNCTION vsm.survival_finish(survival vsm.survival) RETURNS vsm.survival
	AS 'MODULE_PATHNAME', 'vsm_survival_finish' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.survival_finish(vsm.survival) IS 'the estimate itself; final function of the aggregates of vsm.survival';

CREATE FUNCTION vsm.merge(survival vsm.survival, other vsm.survival) RETURNS vsm.survival
	AS 'MODULE_PATHNAME', 'vsm_survival_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.merge(vsm.survival, vsm.survival) IS
	'the estimate over the items of both, as one aggregate over all would give; items in both count twice; NULL if one is NULL';

CREATE AGGREGATE vsm.survival(duration interval, finished boolean) (
	SFUNC = vsm.survival_add,
	STYPE = vsm.survival,
	SSPACE = 4096,
	FINALFUNC = vsm.survival_finish,
	COMBINEFUNC = vsm.merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.survival(interval, boolean) IS
	'Kaplan-Meier estimate of how long items last, from each item''s duration (its age if it is still open) and whether it is finished; '
	'rows with a NULL are skipped; NULL without rows; months or a negative duration are an error';

CREATE AGGREGATE vsm.merge(survival vsm.survival) (
	SFUNC = vsm.merge,
	STYPE = vsm.survival,
	SSPACE = 4096,
	FINALFUNC = vsm.survival_finish,
	COMBINEFUNC = vsm.merge,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.merge(vsm.survival) IS
	'the estimate over the items of all, as one aggregate over all items would give; NULLs are skipped; NULL without rows';

CREATE FUNCTION vsm.percentile(survival vsm.survival, p float8) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_survival_percentile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION vsm.percentile(vsm.survival, float8) IS
	'the shortest duration seen within which the share p (0..1) of items finishes; NULL if fewer finish within the longest duration seen';

CREATE FUNCTION vsm.probability(survival vsm.survival, within interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_survival_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION vsm.probability(vsm.survival, interval) IS
	'the probability (0..1) that an item finishes within that time; NULL beyond the longest duration seen';

CREATE FUNCTION vsm.probability(survival vsm.survival, within interval, given_age interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_survival_probability_at_age' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION vsm.probability(vsm.survival, interval, interval) IS
	'the probability (0..1) that an item open at that age finishes within that further time; NULL if age and time together are beyond the '
	'longest duration seen, or no item lasted longer than the age';

CREATE FUNCTION vsm.eta(survival vsm.survival, age interval, p float8) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_survival_eta' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION vsm.eta(vsm.survival, interval, float8) IS
	'the further time within which an item open at that age finishes with probability p (0..1); NULL if that is beyond the longest '
	'duration seen, or no item lasted longer than the age';

CREATE FUNCTION vsm.probability(survival vsm.survival, within interval, given_age interval, after vsm.survival) RETURNS float8
	AS 'MODULE_PATHNAME', 'vsm_survival_probability_after' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.probability(vsm.survival, interval, interval, vsm.survival) IS
	'the probability (0..1) that an item at that age finishes, and then what comes after, within that further time: a lower bound, since '
	'what was last seen open counts as never; NULL if no item is known to have lasted longer than the age and finished';

CREATE FUNCTION vsm.eta(survival vsm.survival, age interval, after vsm.survival, p float8) RETURNS interval
	AS 'MODULE_PATHNAME', 'vsm_survival_eta_after' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION vsm.eta(vsm.survival, interval, vsm.survival, float8) IS
	'the further time within which an item at that age finishes, and then what comes after, with probability p (0..1): its stage, and what '
	'follows; NULL if p is not reached, or no item is known to have lasted longer than the age and finished';

CREATE TYPE vsm.survival_row AS (
	duration interval,
	at_risk bigint,
	finished bigint,
	survival float8,
	lower float8,
	upper float8
);
COMMENT ON TYPE vsm.survival_row IS 'a row of vsm.curve: a duration at which items finished';
COMMENT ON COLUMN vsm.survival_row.duration IS 'the duration';
COMMENT ON COLUMN vsm.survival_row.at_risk IS 'items that lasted, or were seen open, at least that long';
COMMENT ON COLUMN vsm.survival_row.finished IS 'items that finished at that duration';
COMMENT ON COLUMN vsm.survival_row.survival IS 'share of items (0..1) that last longer';
COMMENT ON COLUMN vsm.survival_row.lower IS
	'lower bound of that share, 95 % confidence, by Greenwood''s formula for log(-log); NULL where the share is 0';
COMMENT ON COLUMN vsm.survival_row.upper IS 'upper bound of that share, 95 % confidence; NULL where the share is 0';

CREATE FUNCTION vsm.curve(survival vsm.survival) RETURNS SETOF vsm.survival_row
	AS 'MODULE_PATHNAME', 'vsm_survival_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 100;
COMMENT ON FUNCTION vsm.curve(vsm.survival) IS
	'the estimate as a table: one row for each duration at which items finished, shortest first; no rows if none finished, or for NULL';

CREATE TYPE vsm.survival_comparison AS (
	chi_square float8,
	p_value float8,
	median_a interval,
	median_b interval,
	difference interval,
	hazard_ratio float8
);
COMMENT ON TYPE vsm.survival_comparison IS 'whether items of b last as long as items of a: the result of vsm.compare';
COMMENT ON COLUMN vsm.survival_comparison.chi_square IS
	'log-rank test, one degree of freedom; NULL if nothing finished while items of both, and not all of them, were left';
COMMENT ON COLUMN vsm.survival_comparison.p_value IS
	'how probable (0..1) a difference at least so clear is if there is none in truth; NULL as chi_square';
COMMENT ON COLUMN vsm.survival_comparison.median_a IS 'the duration within which half of the items of a finish; NULL if fewer do';
COMMENT ON COLUMN vsm.survival_comparison.median_b IS 'the same of b';
COMMENT ON COLUMN vsm.survival_comparison.difference IS 'median_b - median_a';
COMMENT ON COLUMN vsm.survival_comparison.hazard_ratio IS
	'how many times as fast items of b finish, as finished / expected of b over that of a; NULL as chi_square, and if none of a finished';

CREATE FUNCTION vsm.compare(a vsm.survival, b vsm.survival) RETURNS vsm.survival_comparison
	AS 'MODULE_PATHNAME', 'vsm_survival_compare' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.compare(vsm.survival, vsm.survival) IS
	'whether items of b last as long as items of a: log-rank test, medians and hazard ratio; NULL if one is NULL';
