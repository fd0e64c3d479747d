-- Patterns in the way that one item took.

CREATE FUNCTION vsm.path_matches(timeline vsm.timeline, workflow vsm.workflow, pattern text,
	as_of timestamptz DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_path_matches' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION vsm.path_matches(vsm.timeline, vsm.workflow, text, timestamptz) IS
	'whether the stages that an item visited, in order, match a regular expression: <Stage> is one visit of that stage, with \> and \\ '
	'for > and \ in its name; [<A><B>], [^<A>], . * + ? {n} | ( ) ^ $ as always; no other characters; an unknown stage is an error; NULL '
	'for NULL';

CREATE FUNCTION vsm.path_pattern_stages(pattern text) RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_path_pattern_stages' LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION vsm.path_pattern_stages(text) IS
	'names of the stages that a pattern for vsm.path_matches speaks of, as they come, whatever the workflow; what is no pattern is an '
	'error; NULL for NULL';
