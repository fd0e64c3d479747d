CREATE TABLE IF NOT EXISTS :"schema".released_branch ();
ALTER TABLE :"schema".released_branch
	ADD COLUMN IF NOT EXISTS repository text NOT NULL,
	ADD COLUMN IF NOT EXISTS branch text NOT NULL;
CALL vsm.ensure_key(:'schema', 'released_branch', 'repository', 'branch');

COMMENT ON TABLE :"schema".released_branch IS
	'repositories and their branches that are released at all: something merged there has a known release. Made by refresh';
COMMENT ON COLUMN :"schema".released_branch.repository IS 'repository';
COMMENT ON COLUMN :"schema".released_branch.branch IS 'target branch of merge requests; empty: any commit of the repository';
