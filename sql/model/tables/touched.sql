CREATE TABLE IF NOT EXISTS :"schema".touched ();
ALTER TABLE :"schema".touched
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS key text NOT NULL;
CALL vsm.ensure_key(:'schema', 'touched', 'kind', 'key');

COMMENT ON TABLE :"schema".touched IS
	'what refresh has found to be made anew and has not yet made: a refresh that was ended goes on with it';
COMMENT ON COLUMN :"schema".touched.kind IS
	'item; item events: an item of which only events of its own are new; repository: first releases of its commits; '
	'branches: which branches of a repository are released; incidents: which deployments failed; '
	'counts: flow_count, when all else is made; failed: a repository whose first releases cannot be made, see data_quality';
COMMENT ON COLUMN :"schema".touched.key IS
	'the item or repository; empty: commits and deployments of no known repository, or all incidents or counts';
