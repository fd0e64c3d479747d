-- From the idea to the commit to the release: questions about graphs and releases.

CREATE TYPE vsm.commit_release AS (sha text, target text, release text, released_at timestamptz);
COMMENT ON TYPE vsm.commit_release IS 'the release of a target that first contained a commit';
CREATE TYPE vsm.unknown_commit AS (kind text, sha text, detail text);
COMMENT ON TYPE vsm.unknown_commit IS 'a commit that is named as a parent or as the commit of a release, and not given';
CREATE TYPE vsm.reached AS (root text, entity text, hops integer, via text);
COMMENT ON TYPE vsm.reached IS 'what is reached from a root, over how many edges, and through whom';
CREATE TYPE vsm.component AS (entity text, component text);
COMMENT ON TYPE vsm.component IS 'which connected component an entity is in; it is named by its smallest entity';

CREATE FUNCTION vsm.first_release(commits vsm.graph, releases vsm.releases) RETURNS SETOF vsm.commit_release
	AS 'MODULE_PATHNAME', 'vsm_first_release' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10000;
COMMENT ON FUNCTION vsm.first_release(vsm.graph, vsm.releases) IS
	'for each commit and each target the earliest release whose history contains the commit, by ancestry; edges lead from a commit to its '
	'parents. A commit that no release contains: one row with NULL target, release and released_at. No rows for NULL commits; NULL '
	'releases: no release. A cycle is an error';
CREATE FUNCTION vsm.unknown_commits(commits vsm.graph, releases vsm.releases) RETURNS SETOF vsm.unknown_commit
	AS 'MODULE_PATHNAME', 'vsm_unknown_commits' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION vsm.unknown_commits(vsm.graph, vsm.releases) IS
	'commits that are missing: kind parent (named by commits; detail: the smallest of them, as in a shallow history) and kind release '
	'(released; detail: the smallest release), each commit once a kind. No rows: nothing is missing';
CREATE FUNCTION vsm.reach(edges vsm.graph, roots text[], max_hops integer DEFAULT 16) RETURNS SETOF vsm.reached
	AS 'MODULE_PATHNAME', 'vsm_reach' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION vsm.reach(vsm.graph, text[], integer) IS
	'what is reached from each root along the edges, in at most max_hops (NULL: any number): fewest hops, and via, the smallest '
	'predecessor in bytes on a shortest path. The root itself has 0 hops and via NULL. Cycles do no harm. No rows for NULL edges or roots';
CREATE FUNCTION vsm.components(edges vsm.graph) RETURNS SETOF vsm.component
	AS 'MODULE_PATHNAME', 'vsm_components' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION vsm.components(vsm.graph) IS
	'for each node its connected component, edges taken in both directions, named by its smallest node in bytes. No rows for NULL';
