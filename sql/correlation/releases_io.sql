-- Releases: which commit was released where, under which name, and when.

CREATE TYPE vsm.releases;
CREATE FUNCTION vsm.releases_in(pg_catalog.cstring) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.releases_out(vsm.releases) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'vsm_releases_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.releases_recv(pg_catalog.internal) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.releases_send(vsm.releases) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vsm_releases_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE vsm.releases (
	INPUT = vsm.releases_in, OUTPUT = vsm.releases_out, RECEIVE = vsm.releases_recv, SEND = vsm.releases_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended);
COMMENT ON TYPE vsm.releases IS 'A set of releases (target, release, sha, released_at); a target is a service and an environment. Text form: {"target":[["released_at","release","sha"],...],...}.';
COMMENT ON FUNCTION vsm.releases_in(pg_catalog.cstring) IS 'Reads the text form of vsm.releases.';
COMMENT ON FUNCTION vsm.releases_out(vsm.releases) IS 'Writes the text form of vsm.releases.';
COMMENT ON FUNCTION vsm.releases_recv(pg_catalog.internal) IS 'Reads the binary form of vsm.releases.';
COMMENT ON FUNCTION vsm.releases_send(vsm.releases) IS 'Writes the binary form of vsm.releases.';

CREATE FUNCTION vsm.releases_to_json(releases vsm.releases) RETURNS pg_catalog.json
	AS 'MODULE_PATHNAME', 'vsm_releases_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_to_json(vsm.releases) IS 'The text form of a vsm.releases as json.';
CREATE FUNCTION vsm.releases_from_json(json pg_catalog.json) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_from_json(pg_catalog.json) IS 'The vsm.releases whose text form this json is.';
CREATE CAST (vsm.releases AS pg_catalog.json) WITH FUNCTION vsm.releases_to_json(vsm.releases);
COMMENT ON CAST (vsm.releases AS pg_catalog.json) IS 'its JSON form';
CREATE CAST (pg_catalog.json AS vsm.releases) WITH FUNCTION vsm.releases_from_json(pg_catalog.json);
COMMENT ON CAST (pg_catalog.json AS vsm.releases) IS 'from its JSON form';

CREATE FUNCTION vsm.releases_to_jsonb(releases vsm.releases) RETURNS pg_catalog.jsonb
	AS 'MODULE_PATHNAME', 'vsm_releases_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_to_jsonb(vsm.releases) IS 'The text form of a vsm.releases as jsonb.';
CREATE FUNCTION vsm.releases_from_jsonb(jsonb pg_catalog.jsonb) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_from_jsonb(pg_catalog.jsonb) IS 'The vsm.releases whose text form this jsonb is.';
CREATE CAST (vsm.releases AS pg_catalog.jsonb) WITH FUNCTION vsm.releases_to_jsonb(vsm.releases);
COMMENT ON CAST (vsm.releases AS pg_catalog.jsonb) IS 'its JSON form';
CREATE CAST (pg_catalog.jsonb AS vsm.releases) WITH FUNCTION vsm.releases_from_jsonb(pg_catalog.jsonb);
COMMENT ON CAST (pg_catalog.jsonb AS vsm.releases) IS 'from its JSON form';

CREATE FUNCTION vsm.releases_eq(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_eq(vsm.releases, vsm.releases) IS 'Implements operator =.';
CREATE FUNCTION vsm.releases_ne(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_ne(vsm.releases, vsm.releases) IS 'Implements operator <>.';
CREATE FUNCTION vsm.releases_lt(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_lt(vsm.releases, vsm.releases) IS 'Implements operator <.';
CREATE FUNCTION vsm.releases_le(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_le(vsm.releases, vsm.releases) IS 'Implements operator <=.';
CREATE FUNCTION vsm.releases_gt(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_gt(vsm.releases, vsm.releases) IS 'Implements operator >.';
CREATE FUNCTION vsm.releases_ge(a vsm.releases, b vsm.releases) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_releases_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_ge(vsm.releases, vsm.releases) IS 'Implements operator >=.';
CREATE FUNCTION vsm.releases_cmp(a vsm.releases, b vsm.releases) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_releases_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_cmp(vsm.releases, vsm.releases) IS 'Less than, equal to or greater than 0: an arbitrary order, for btree.';
CREATE FUNCTION vsm.releases_hash(releases vsm.releases) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_releases_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_hash(vsm.releases) IS 'Hash of the value.';
CREATE FUNCTION vsm.releases_hash_extended(releases vsm.releases, seed pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'vsm_releases_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_hash_extended(vsm.releases, pg_catalog.int8) IS 'Seeded 64-bit hash of the value.';

CREATE OPERATOR vsm.= (FUNCTION = vsm.releases_eq, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>), RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES);
CREATE OPERATOR vsm.<> (FUNCTION = vsm.releases_ne, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=), RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel);
CREATE OPERATOR vsm.< (FUNCTION = vsm.releases_lt, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=), RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel);
CREATE OPERATOR vsm.<= (FUNCTION = vsm.releases_le, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>), RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel);
CREATE OPERATOR vsm.> (FUNCTION = vsm.releases_gt, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=), RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel);
CREATE OPERATOR vsm.>= (FUNCTION = vsm.releases_ge, LEFTARG = vsm.releases, RIGHTARG = vsm.releases,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<), RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel);
COMMENT ON OPERATOR vsm.= (vsm.releases, vsm.releases) IS 'The same set.';
COMMENT ON OPERATOR vsm.<> (vsm.releases, vsm.releases) IS 'Not the same set.';
COMMENT ON OPERATOR vsm.< (vsm.releases, vsm.releases) IS 'Earlier in an arbitrary order.';
COMMENT ON OPERATOR vsm.<= (vsm.releases, vsm.releases) IS 'Earlier in an arbitrary order, or the same set.';
COMMENT ON OPERATOR vsm.> (vsm.releases, vsm.releases) IS 'Later in an arbitrary order.';
COMMENT ON OPERATOR vsm.>= (vsm.releases, vsm.releases) IS 'Later in an arbitrary order, or the same set.';

CREATE OPERATOR CLASS vsm.releases_ops DEFAULT FOR TYPE vsm.releases USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.releases_cmp(vsm.releases, vsm.releases);
COMMENT ON OPERATOR CLASS vsm.releases_ops USING btree IS 'An arbitrary order that agrees with equality, for sorting, DISTINCT and merge joins.';
CREATE OPERATOR CLASS vsm.releases_ops DEFAULT FOR TYPE vsm.releases USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.releases_hash(vsm.releases), FUNCTION 2 vsm.releases_hash_extended(vsm.releases, pg_catalog.int8);
COMMENT ON OPERATOR CLASS vsm.releases_ops USING hash IS 'Hashing, for GROUP BY, DISTINCT and hash joins.';

CREATE FUNCTION vsm.releases_add(state vsm.releases, target pg_catalog.text, release pg_catalog.text, sha pg_catalog.text, released_at pg_catalog.timestamptz) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_add(vsm.releases, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz) IS 'Transition of the aggregate vsm.releases.';
CREATE FUNCTION vsm.releases_combine(state vsm.releases, other vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_combine(vsm.releases, vsm.releases) IS 'Combines two states of the aggregate vsm.releases.';
CREATE FUNCTION vsm.releases_final(state vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_final(vsm.releases) IS 'Final function of the aggregate vsm.releases.';

CREATE AGGREGATE vsm.releases(target pg_catalog.text, release pg_catalog.text, sha pg_catalog.text, released_at pg_catalog.timestamptz) (
	SFUNC = vsm.releases_add, STYPE = vsm.releases, SSPACE = 1024, FINALFUNC = vsm.releases_final,
	COMBINEFUNC = vsm.releases_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.releases(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.timestamptz) IS
	'The set of releases: to which target (service and environment), under which name, of which commit, and when. A row without a time is not released and left out; any order. NULL when there is none; another NULL is an error.';

CREATE FUNCTION vsm.merge(a vsm.releases, b vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.merge(vsm.releases, vsm.releases) IS 'The union of two sets of releases. NULL when one is NULL.';
CREATE AGGREGATE vsm.merge(releases vsm.releases) (
	SFUNC = vsm.releases_combine, STYPE = vsm.releases, SSPACE = 1024, FINALFUNC = vsm.releases_final,
	COMBINEFUNC = vsm.releases_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.merge(vsm.releases) IS 'The union of sets of releases, which may overlap. NULL when there is none.';
