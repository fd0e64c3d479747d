-- Keys of issues in texts.

CREATE FUNCTION vsm.issue_keys("text" text) RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_issue_keys' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION vsm.issue_keys(text) IS
	'the Jira keys that a text names, distinct, in order of appearance: two or more upper-case letters, digits or underscores beginning '
	'with a letter, a dash, a number, and no word touching them. No key: an empty array. NULL for a NULL text';

CREATE FUNCTION vsm.issue_keys("text" text, projects text[]) RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_issue_keys_of_projects' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION vsm.issue_keys(text, text[]) IS
	'the keys of these projects that a text names, in upper or lower case (pay-12 gives PAY-12), distinct, in order of appearance. No '
	'key: an empty array. NULL for a NULL text or NULL projects';
