-- Graphs over names: commits and their parents, links between things.

-- include value_type graph int4 external
COMMENT ON TYPE vsm.graph IS
	'a set of named nodes and of edges between them: commits and their parents, or links between things. Text form: '
	'{"node":["target",...],...}';

-- include json_casts graph graph_to_json graph_to_jsonb graph_from_json graph_from_jsonb form
-- include comparison graph a b

CREATE FUNCTION vsm.graph_add(state vsm.graph, source text, target text) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_add(vsm.graph, text, text) IS 'transition of the aggregate vsm.graph';
CREATE FUNCTION vsm.graph_add(state vsm.graph, node text, targets text[]) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_add_array' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_add(vsm.graph, text, text[]) IS 'transition of the aggregate vsm.graph over arrays of targets';
CREATE FUNCTION vsm.graph_combine(state vsm.graph, other vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_combine(vsm.graph, vsm.graph) IS 'combines two states of the aggregate vsm.graph';
CREATE FUNCTION vsm.graph_final(state vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.graph_final(vsm.graph) IS 'final function of the aggregate vsm.graph';

CREATE AGGREGATE vsm.graph(source text, target text) (
	SFUNC = vsm.graph_add,
	STYPE = vsm.graph,
	SSPACE = 1024,
	FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.graph(text, text) IS
	'the graph of all edges from source to target; a NULL or empty target: a node without edges. Duplicates collapse; any order. NULL '
	'when there is no row with a source; a target without a source is an error';
CREATE AGGREGATE vsm.graph(node text, targets text[]) (
	SFUNC = vsm.graph_add,
	STYPE = vsm.graph,
	SSPACE = 1024,
	FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.graph(text, text[]) IS
	'the graph of all edges from each node to its targets; NULL or no targets: a node without edges. A node given twice has the targets '
	'of both. NULL when there is no row with a node';

CREATE FUNCTION vsm.merge(a vsm.graph, b vsm.graph) RETURNS vsm.graph
	AS 'MODULE_PATHNAME', 'vsm_graph_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.merge(vsm.graph, vsm.graph) IS 'the union of two graphs. NULL when one is NULL';
CREATE AGGREGATE vsm.merge(graph vsm.graph) (
	SFUNC = vsm.graph_combine,
	STYPE = vsm.graph,
	SSPACE = 1024,
	FINALFUNC = vsm.graph_final,
	COMBINEFUNC = vsm.graph_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.merge(vsm.graph) IS 'the union of graphs, which may overlap. NULL when there is none';
