-- Graphs over names: commits and their parents, links between things.

CREATE TYPE vsm.graph;
CREATE FUNCTION vsm.graph_in(pg_catalog.cstring) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.graph_out(vsm.graph) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'vsm_graph_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.graph_recv(pg_catalog.internal) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION vsm.graph_send(vsm.graph) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vsm_graph_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE vsm.graph (
	INPUT = vsm.graph_in, OUTPUT = vsm.graph_out, RECEIVE = vsm.graph_recv, SEND = vsm.graph_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = external);
COMMENT ON TYPE vsm.graph IS 'A set of named nodes and of edges between them: commits and their parents, or links between things. Text form: {"node":["target",...],...}.';
COMMENT ON FUNCTION vsm.graph_in(pg_catalog.cstring) IS 'Reads the text form of vsm.graph.';
COMMENT ON FUNCTION vsm.graph_out(vsm.graph) IS 'Writes the text form of vsm.graph.';
COMMENT ON FUNCTION vsm.graph_recv(pg_catalog.internal) IS 'Reads the binary form of vsm.graph.';
COMMENT ON FUNCTION vsm.graph_send(vsm.graph) IS 'Writes the binary form of vsm.graph.';

CREATE FUNCTION vsm.graph_to_json(graph vsm.graph) RETURNS pg_catalog.json
	AS 'MODULE_PATHNAME', 'vsm_graph_to_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_to_json(vsm.graph) IS 'The text form of a vsm.graph as json.';
CREATE FUNCTION vsm.graph_from_json(json pg_catalog.json) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_from_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_from_json(pg_catalog.json) IS 'The vsm.graph whose text form this json is.';
CREATE CAST (vsm.graph AS pg_catalog.json) WITH FUNCTION vsm.graph_to_json(vsm.graph);
COMMENT ON CAST (vsm.graph AS pg_catalog.json) IS 'its JSON form';
CREATE CAST (pg_catalog.json AS vsm.graph) WITH FUNCTION vsm.graph_from_json(pg_catalog.json);
COMMENT ON CAST (pg_catalog.json AS vsm.graph) IS 'from its JSON form';

CREATE FUNCTION vsm.graph_to_jsonb(graph vsm.graph) RETURNS pg_catalog.jsonb
	AS 'MODULE_PATHNAME', 'vsm_graph_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_to_jsonb(vsm.graph) IS 'The text form of a vsm.graph as jsonb.';
CREATE FUNCTION vsm.graph_from_jsonb(jsonb pg_catalog.jsonb) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_from_jsonb(pg_catalog.jsonb) IS 'The vsm.graph whose text form this jsonb is.';
CREATE CAST (vsm.graph AS pg_catalog.jsonb) WITH FUNCTION vsm.graph_to_jsonb(vsm.graph);
COMMENT ON CAST (vsm.graph AS pg_catalog.jsonb) IS 'its JSON form';
CREATE CAST (pg_catalog.jsonb AS vsm.graph) WITH FUNCTION vsm.graph_from_jsonb(pg_catalog.jsonb);
COMMENT ON CAST (pg_catalog.jsonb AS vsm.graph) IS 'from its JSON form';

CREATE FUNCTION vsm.graph_eq(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_eq(vsm.graph, vsm.graph) IS 'Implements operator =.';
CREATE FUNCTION vsm.graph_ne(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_ne(vsm.graph, vsm.graph) IS 'Implements operator <>.';
CREATE FUNCTION vsm.graph_lt(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_lt(vsm.graph, vsm.graph) IS 'Implements operator <.';
CREATE FUNCTION vsm.graph_le(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_le(vsm.graph, vsm.graph) IS 'Implements operator <=.';
CREATE FUNCTION vsm.graph_gt(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_gt(vsm.graph, vsm.graph) IS 'Implements operator >.';
CREATE FUNCTION vsm.graph_ge(a vsm.graph, b vsm.graph) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vsm_graph_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_ge(vsm.graph, vsm.graph) IS 'Implements operator >=.';
CREATE FUNCTION vsm.graph_cmp(a vsm.graph, b vsm.graph) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_graph_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_cmp(vsm.graph, vsm.graph) IS 'Less than, equal to or greater than 0: an arbitrary order, for btree.';
CREATE FUNCTION vsm.graph_hash(graph vsm.graph) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vsm_graph_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_hash(vsm.graph) IS 'Hash of the value.';
CREATE FUNCTION vsm.graph_hash_extended(graph vsm.graph, seed pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'vsm_graph_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_hash_extended(vsm.graph, pg_catalog.int8) IS 'Seeded 64-bit hash of the value.';

CREATE OPERATOR vsm.= (FUNCTION = vsm.graph_eq, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.=), NEGATOR = OPERATOR(vsm.<>), RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES);
CREATE OPERATOR vsm.<> (FUNCTION = vsm.graph_ne, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.<>), NEGATOR = OPERATOR(vsm.=), RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel);
CREATE OPERATOR vsm.< (FUNCTION = vsm.graph_lt, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.>), NEGATOR = OPERATOR(vsm.>=), RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel);
CREATE OPERATOR vsm.<= (FUNCTION = vsm.graph_le, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.>=), NEGATOR = OPERATOR(vsm.>), RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel);
CREATE OPERATOR vsm.> (FUNCTION = vsm.graph_gt, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.<), NEGATOR = OPERATOR(vsm.<=), RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel);
CREATE OPERATOR vsm.>= (FUNCTION = vsm.graph_ge, LEFTARG = vsm.graph, RIGHTARG = vsm.graph,
	COMMUTATOR = OPERATOR(vsm.<=), NEGATOR = OPERATOR(vsm.<), RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel);
COMMENT ON OPERATOR vsm.= (vsm.graph, vsm.graph) IS 'The same set.';
COMMENT ON OPERATOR vsm.<> (vsm.graph, vsm.graph) IS 'Not the same set.';
COMMENT ON OPERATOR vsm.< (vsm.graph, vsm.graph) IS 'Earlier in an arbitrary order.';
COMMENT ON OPERATOR vsm.<= (vsm.graph, vsm.graph) IS 'Earlier in an arbitrary order, or the same set.';
COMMENT ON OPERATOR vsm.> (vsm.graph, vsm.graph) IS 'Later in an arbitrary order.';
COMMENT ON OPERATOR vsm.>= (vsm.graph, vsm.graph) IS 'Later in an arbitrary order, or the same set.';

CREATE OPERATOR CLASS vsm.graph_ops DEFAULT FOR TYPE vsm.graph USING btree AS
	OPERATOR 1 vsm.<, OPERATOR 2 vsm.<=, OPERATOR 3 vsm.=, OPERATOR 4 vsm.>=, OPERATOR 5 vsm.>,
	FUNCTION 1 vsm.graph_cmp(vsm.graph, vsm.graph);
COMMENT ON OPERATOR CLASS vsm.graph_ops USING btree IS 'An arbitrary order that agrees with equality, for sorting, DISTINCT and merge joins.';
CREATE OPERATOR CLASS vsm.graph_ops DEFAULT FOR TYPE vsm.graph USING hash AS
	OPERATOR 1 vsm.=,
	FUNCTION 1 vsm.graph_hash(vsm.graph), FUNCTION 2 vsm.graph_hash_extended(vsm.graph, pg_catalog.int8);
COMMENT ON OPERATOR CLASS vsm.graph_ops USING hash IS 'Hashing, for GROUP BY, DISTINCT and hash joins.';

CREATE FUNCTION vsm.graph_add(state vsm.graph, source pg_catalog.text, target pg_catalog.text) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_add(vsm.graph, pg_catalog.text, pg_catalog.text) IS 'Transition of the aggregate vsm.graph.';
CREATE FUNCTION vsm.graph_add(state vsm.graph, node pg_catalog.text, targets pg_catalog.text[]) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_add_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_add(vsm.graph, pg_catalog.text, pg_catalog.text[]) IS 'Transition of the aggregate vsm.graph over arrays of targets.';
CREATE FUNCTION vsm.graph_combine(state vsm.graph, other vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_combine(vsm.graph, vsm.graph) IS 'Combines two states of the aggregate vsm.graph.';
CREATE FUNCTION vsm.graph_final(state vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_final(vsm.graph) IS 'Final function of the aggregate vsm.graph.';

CREATE AGGREGATE vsm.graph(source pg_catalog.text, target pg_catalog.text) (
	SFUNC = vsm.graph_add, STYPE = vsm.graph, SSPACE = 1024, FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.graph(pg_catalog.text, pg_catalog.text) IS
	'The graph of all edges from source to target; a NULL or empty target: a node without edges. Duplicates collapse; any order. NULL when there is no row with a source; a target without a source is an error.';
CREATE AGGREGATE vsm.graph(node pg_catalog.text, targets pg_catalog.text[]) (
	SFUNC = vsm.graph_add, STYPE = vsm.graph, SSPACE = 1024, FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.graph(pg_catalog.text, pg_catalog.text[]) IS
	'The graph of all edges from each node to its targets; NULL or no targets: a node without edges. A node given twice has the targets of both. NULL when there is no row with a node.';

CREATE FUNCTION vsm.merge(a vsm.graph, b vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.merge(vsm.graph, vsm.graph) IS 'The union of two graphs. NULL when one is NULL.';
CREATE AGGREGATE vsm.merge(graph vsm.graph) (
	SFUNC = vsm.graph_combine, STYPE = vsm.graph, SSPACE = 1024, FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.merge(vsm.graph) IS 'The union of graphs, which may overlap. NULL when there is none.';
