-- What stands at the end of a commit's message: Co-authored-by, Signed-off-by, ...

CREATE TYPE vsm.trailer AS (key text, value text);
COMMENT ON TYPE vsm.trailer IS 'a trailer of a commit''s message: its key as it is written, and its value on one line';

CREATE FUNCTION vsm.trailers(message text) RETURNS SETOF vsm.trailer
	AS 'MODULE_PATHNAME', 'vsm_trailers'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION vsm.trailers(text) IS
	'the trailers of a commit''s message in their order, as git interpret-trailers --parse finds them; no rows where there are none';
