CREATE TYPE vsm.survival;

CREATE FUNCTION vsm.survival_in(cstring) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_in';
CREATE FUNCTION vsm.survival_out(vsm.survival) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_out';
CREATE FUNCTION vsm.survival_recv(internal) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_recv';
CREATE FUNCTION vsm.survival_send(vsm.survival) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_send';

COMMENT ON FUNCTION vsm.survival_in(cstring) IS 'input function of vsm.survival';
COMMENT ON FUNCTION vsm.survival_out(vsm.survival) IS 'output function of vsm.survival';
COMMENT ON FUNCTION vsm.survival_recv(internal) IS 'binary input function of vsm.survival';
COMMENT ON FUNCTION vsm.survival_send(vsm.survival) IS 'binary output function of vsm.survival';

CREATE TYPE vsm.survival (
    INPUT = vsm.survival_in,
    OUTPUT = vsm.survival_out,
    RECEIVE = vsm.survival_recv,
    SEND = vsm.survival_send,
    ALIGNMENT = double,
    STORAGE = extended
);
COMMENT ON TYPE vsm.survival IS 'how long items last, finished and open ones, as a Kaplan-Meier estimate: made by the aggregate vsm.survival, asked by vsm.percentile, vsm.probability, vsm.eta and vsm.curve';

CREATE FUNCTION vsm.survival_to_json(survival vsm.survival) RETURNS json
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_to_json';
COMMENT ON FUNCTION vsm.survival_to_json(vsm.survival) IS 'the text form of a survival estimate as json; NULL for NULL';
CREATE FUNCTION vsm.survival_to_jsonb(survival vsm.survival) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_to_jsonb';
COMMENT ON FUNCTION vsm.survival_to_jsonb(vsm.survival) IS 'the text form of a survival estimate as jsonb; NULL for NULL';
CREATE FUNCTION vsm.survival_from_json(form json) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_from_json';
COMMENT ON FUNCTION vsm.survival_from_json(json) IS 'the survival estimate that has this text form; NULL for NULL';
CREATE FUNCTION vsm.survival_from_jsonb(form jsonb) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_from_jsonb';
COMMENT ON FUNCTION vsm.survival_from_jsonb(jsonb) IS 'the survival estimate that has this text form; NULL for NULL';

CREATE CAST (vsm.survival AS json) WITH FUNCTION vsm.survival_to_json(vsm.survival);
CREATE CAST (vsm.survival AS jsonb) WITH FUNCTION vsm.survival_to_jsonb(vsm.survival);
CREATE CAST (json AS vsm.survival) WITH FUNCTION vsm.survival_from_json(json);
CREATE CAST (jsonb AS vsm.survival) WITH FUNCTION vsm.survival_from_jsonb(jsonb);
COMMENT ON CAST (vsm.survival AS json) IS 'the text form of a survival estimate';
COMMENT ON CAST (vsm.survival AS jsonb) IS 'the text form of a survival estimate';
COMMENT ON CAST (json AS vsm.survival) IS 'the survival estimate that has this text form';
COMMENT ON CAST (jsonb AS vsm.survival) IS 'the survival estimate that has this text form';

CREATE FUNCTION vsm.survival_add(survival vsm.survival, duration interval, finished boolean) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_add';
COMMENT ON FUNCTION vsm.survival_add(vsm.survival, interval, boolean) IS 'a survival estimate with one more item; transition function of the aggregate vsm.survival';

CREATE FUNCTION vsm.survival_finish(survival vsm.survival) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'vsm_survival_finish';
COMMENT ON FUNCTION vsm.survival_finish(vsm.survival) IS 'the estimate itself; final function of the aggregates of vsm.survival';

CREATE FUNCTION vsm.merge(survival vsm.survival, other vsm.survival) RETURNS vsm.survival
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'vsm_survival_merge';
COMMENT ON FUNCTION vsm.merge(vsm.survival, vsm.survival) IS 'the estimate over the items of both, as one aggregate over all would give; items in both count twice; NULL if one is NULL';

CREATE AGGREGATE vsm.survival(duration interval, finished boolean) (
    SFUNC = vsm.survival_add,
    STYPE = vsm.survival,
    SSPACE = 4096,
    FINALFUNC = vsm.survival_finish,
    COMBINEFUNC = vsm.merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.survival(interval, boolean) IS 'Kaplan-Meier estimate of how long items last, from each item''s duration (its age if it is still open) and whether it is finished; rows with a NULL are skipped; NULL without rows; months or a negative duration are an error';

CREATE AGGREGATE vsm.merge(survival vsm.survival) (
    SFUNC = vsm.merge,
    STYPE = vsm.survival,
    SSPACE = 4096,
    FINALFUNC = vsm.survival_finish,
    COMBINEFUNC = vsm.merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.merge(vsm.survival) IS 'the estimate over the items of all, as one aggregate over all items would give; NULLs are skipped; NULL without rows';

CREATE FUNCTION vsm.percentile(survival vsm.survival, p double precision) RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_percentile';
COMMENT ON FUNCTION vsm.percentile(vsm.survival, double precision) IS 'the shortest duration seen within which the share p (0..1) of items finishes; NULL if fewer finish within the longest duration seen';

CREATE FUNCTION vsm.probability(survival vsm.survival, within interval) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_probability';
COMMENT ON FUNCTION vsm.probability(vsm.survival, interval) IS 'the probability (0..1) that an item finishes within that time; NULL beyond the longest duration seen';

CREATE FUNCTION vsm.probability(survival vsm.survival, within interval, given_age interval) RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_probability_at_age';
COMMENT ON FUNCTION vsm.probability(vsm.survival, interval, interval) IS 'the probability (0..1) that an item open at that age finishes within that further time; NULL if age and time together are beyond the longest duration seen, or no item lasted longer than the age';

CREATE FUNCTION vsm.eta(survival vsm.survival, age interval, p double precision) RETURNS interval
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'vsm_survival_eta';
COMMENT ON FUNCTION vsm.eta(vsm.survival, interval, double precision) IS 'the further time within which an item open at that age finishes with probability p (0..1); NULL if that is beyond the longest duration seen, or no item lasted longer than the age';

CREATE TYPE vsm.survival_row AS (
    duration interval,
    at_risk bigint,
    finished bigint,
    survival double precision,
    lower double precision,
    upper double precision
);
COMMENT ON TYPE vsm.survival_row IS 'a row of vsm.curve: a duration at which items finished';
COMMENT ON COLUMN vsm.survival_row.duration IS 'the duration';
COMMENT ON COLUMN vsm.survival_row.at_risk IS 'items that lasted, or were seen open, at least that long';
COMMENT ON COLUMN vsm.survival_row.finished IS 'items that finished at that duration';
COMMENT ON COLUMN vsm.survival_row.survival IS 'share of items (0..1) that last longer';
COMMENT ON COLUMN vsm.survival_row.lower IS 'lower bound of that share, 95 % confidence, by Greenwood''s formula for log(-log); NULL where the share is 0';
COMMENT ON COLUMN vsm.survival_row.upper IS 'upper bound of that share, 95 % confidence; NULL where the share is 0';

CREATE FUNCTION vsm.curve(survival vsm.survival) RETURNS SETOF vsm.survival_row
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 100 AS 'MODULE_PATHNAME', 'vsm_survival_curve';
COMMENT ON FUNCTION vsm.curve(vsm.survival) IS 'the estimate as a table: one row for each duration at which items finished, shortest first; no rows if none finished, or for NULL';
