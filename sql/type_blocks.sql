/*
 * What every type has, written once. "-- include NAME ARGUMENT ..." in a part stands for the block of that name, in which
 * {parameter} is the argument in its place; sql/assemble.awk puts them together. The C functions are vsm_TYPE_in and so on.
 */

-- A type with a text and a binary form, for columns. Its parts say COMMENT ON TYPE themselves.
-- block value_type type alignment storage
CREATE TYPE vsm.{type};

CREATE FUNCTION vsm.{type}_in(cstring) RETURNS vsm.{type}
	AS 'MODULE_PATHNAME', 'vsm_{type}_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_in(cstring) IS 'input function of type vsm.{type}';

CREATE FUNCTION vsm.{type}_out(vsm.{type}) RETURNS cstring
	AS 'MODULE_PATHNAME', 'vsm_{type}_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_out(vsm.{type}) IS 'output function of type vsm.{type}';

CREATE FUNCTION vsm.{type}_recv(internal) RETURNS vsm.{type}
	AS 'MODULE_PATHNAME', 'vsm_{type}_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_recv(internal) IS 'binary input function of type vsm.{type}';

CREATE FUNCTION vsm.{type}_send(vsm.{type}) RETURNS bytea
	AS 'MODULE_PATHNAME', 'vsm_{type}_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_send(vsm.{type}) IS 'binary output function of type vsm.{type}';

CREATE TYPE vsm.{type} (
	INPUT = vsm.{type}_in,
	OUTPUT = vsm.{type}_out,
	RECEIVE = vsm.{type}_recv,
	SEND = vsm.{type}_send,
	ALIGNMENT = {alignment},
	STORAGE = {storage}
);
-- end

-- A type with a text form only, mostly the state of an aggregate.
-- block state_type type output_function alignment
CREATE TYPE vsm.{type};

CREATE FUNCTION vsm.{type}_in(cstring) RETURNS vsm.{type}
	AS 'MODULE_PATHNAME', 'vsm_{type}_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_in(cstring) IS 'input function of type vsm.{type}';

CREATE FUNCTION vsm.{type}_out(vsm.{type}) RETURNS cstring
	AS 'MODULE_PATHNAME', '{output_function}' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_out(vsm.{type}) IS 'output function of type vsm.{type}';

CREATE TYPE vsm.{type} (
	INPUT = vsm.{type}_in,
	OUTPUT = vsm.{type}_out,
	ALIGNMENT = {alignment},
	STORAGE = extended
);
-- end

-- Casts from and to json and jsonb, and the functions that do it.
-- block json_casts type to_json to_jsonb from_json from_jsonb argument
CREATE FUNCTION vsm.{to_json}({type} vsm.{type}) RETURNS json
	AS 'MODULE_PATHNAME', 'vsm_{type}_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{to_json}(vsm.{type}) IS 'the text form of a {type} as json; NULL for NULL';

CREATE FUNCTION vsm.{to_jsonb}({type} vsm.{type}) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_{type}_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{to_jsonb}(vsm.{type}) IS 'the text form of a {type} as jsonb; NULL for NULL';

CREATE FUNCTION vsm.{from_json}({argument} json) RETURNS vsm.{type}
	AS 'MODULE_PATHNAME', 'vsm_{type}_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{from_json}(json) IS 'the {type} that has this text form; NULL for NULL';

CREATE FUNCTION vsm.{from_jsonb}({argument} jsonb) RETURNS vsm.{type}
	AS 'MODULE_PATHNAME', 'vsm_{type}_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{from_jsonb}(jsonb) IS 'the {type} that has this text form; NULL for NULL';

CREATE CAST (vsm.{type} AS json) WITH FUNCTION vsm.{to_json}(vsm.{type});
COMMENT ON CAST (vsm.{type} AS json) IS 'the text form of a {type}';
CREATE CAST (vsm.{type} AS jsonb) WITH FUNCTION vsm.{to_jsonb}(vsm.{type});
COMMENT ON CAST (vsm.{type} AS jsonb) IS 'the text form of a {type}';
CREATE CAST (json AS vsm.{type}) WITH FUNCTION vsm.{from_json}(json);
COMMENT ON CAST (json AS vsm.{type}) IS 'the {type} that has this text form';
CREATE CAST (jsonb AS vsm.{type}) WITH FUNCTION vsm.{from_jsonb}(jsonb);
COMMENT ON CAST (jsonb AS vsm.{type}) IS 'the {type} that has this text form';
-- end

-- Comparison and hashing: for indexes, ORDER BY, GROUP BY, DISTINCT and joins. a and b name the arguments of the operators.
-- block comparison type a b
-- include comparison_operator {type} {a} {b} eq = = <> eq , HASHES, MERGES
-- include comparison_operator {type} {a} {b} ne <> <> = neq
-- include comparison_operator {type} {a} {b} lt < > >= scalarlt
-- include comparison_operator {type} {a} {b} le <= >= > scalarle
-- include comparison_operator {type} {a} {b} gt > < <= scalargt
-- include comparison_operator {type} {a} {b} ge >= <= < scalarge
COMMENT ON OPERATOR vsm.= (vsm.{type}, vsm.{type}) IS 'equal';
COMMENT ON OPERATOR vsm.<> (vsm.{type}, vsm.{type}) IS 'not equal';
COMMENT ON OPERATOR vsm.< (vsm.{type}, vsm.{type}) IS 'before, in the order of vsm.{type}_ops';
COMMENT ON OPERATOR vsm.<= (vsm.{type}, vsm.{type}) IS 'before, in the order of vsm.{type}_ops, or equal';
COMMENT ON OPERATOR vsm.> (vsm.{type}, vsm.{type}) IS 'after, in the order of vsm.{type}_ops';
COMMENT ON OPERATOR vsm.>= (vsm.{type}, vsm.{type}) IS 'after, in the order of vsm.{type}_ops, or equal';

CREATE FUNCTION vsm.{type}_cmp({a} vsm.{type}, {b} vsm.{type}) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_{type}_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_cmp(vsm.{type}, vsm.{type}) IS 'less than, equal to or greater than 0, as btree wants it';

CREATE FUNCTION vsm.{type}_hash({type} vsm.{type}) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_{type}_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_hash(vsm.{type}) IS 'hash of the value';

CREATE FUNCTION vsm.{type}_hash_extended({type} vsm.{type}, seed bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_{type}_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_hash_extended(vsm.{type}, bigint) IS 'hash of the value in 64 bits, with a seed';

CREATE OPERATOR CLASS vsm.{type}_ops DEFAULT FOR TYPE vsm.{type} USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.{type}_cmp(vsm.{type}, vsm.{type});
COMMENT ON OPERATOR CLASS vsm.{type}_ops USING btree IS 'an arbitrary but fixed order that agrees with equality';

CREATE OPERATOR CLASS vsm.{type}_ops DEFAULT FOR TYPE vsm.{type} USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.{type}_hash(vsm.{type}),
	FUNCTION 2 vsm.{type}_hash_extended(vsm.{type}, bigint);
COMMENT ON OPERATOR CLASS vsm.{type}_ops USING hash IS 'hashing that agrees with equality';
-- end

-- block comparison_operator type a b name operator commutator negator selectivity marks
CREATE FUNCTION vsm.{type}_{name}({a} vsm.{type}, {b} vsm.{type}) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_{type}_{name}' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.{type}_{name}(vsm.{type}, vsm.{type}) IS 'implementation of the {operator} operator';
CREATE OPERATOR vsm.{operator} (
	LEFTARG = vsm.{type}, RIGHTARG = vsm.{type}, FUNCTION = vsm.{type}_{name},
	COMMUTATOR = OPERATOR(vsm.{commutator}), NEGATOR = OPERATOR(vsm.{negator}),
	RESTRICT = pg_catalog.{selectivity}sel, JOIN = pg_catalog.{selectivity}joinsel{marks}
);

-- end
