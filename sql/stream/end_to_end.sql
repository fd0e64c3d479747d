-- End to end: one timeline of an item from its tracker and the parts of its work.

CREATE FUNCTION vsm.end_to_end(tracker vsm.timeline, workflow vsm.workflow, parts vsm.timeline[], releasable boolean[] DEFAULT NULL)
RETURNS vsm.timeline
	AS 'MODULE_PATHNAME', 'vsm_end_to_end' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION vsm.end_to_end(vsm.timeline, vsm.workflow, vsm.timeline[], boolean[]) IS
	'one timeline of an item from its tracker and the parts of its work (merge requests, loose commits, with states such as code opened, '
	'code merged, code released): at each instant the further of the tracker and of the part that is furthest behind; done waits for the '
	'release of what was merged, where the workflow has the state awaiting release; releasable says which parts come from a repository '
	'that is released at all; the tracker as it is without parts or without such states in the workflow; NULL for a NULL workflow';
