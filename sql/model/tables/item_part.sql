CREATE TABLE IF NOT EXISTS :"schema".item_part ();
ALTER TABLE :"schema".item_part
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS part text NOT NULL,
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS repository text,
	ADD COLUMN IF NOT EXISTS branch text,
	ADD COLUMN IF NOT EXISTS sha text,
	ADD COLUMN IF NOT EXISTS first_commit_at timestamptz,
	ADD COLUMN IF NOT EXISTS opened_at timestamptz,
	ADD COLUMN IF NOT EXISTS ready_at timestamptz,
	ADD COLUMN IF NOT EXISTS first_review_at timestamptz,
	ADD COLUMN IF NOT EXISTS approved_at timestamptz,
	ADD COLUMN IF NOT EXISTS merged_at timestamptz,
	ADD COLUMN IF NOT EXISTS built_at timestamptz,
	ADD COLUMN IF NOT EXISTS released_at timestamptz,
	ADD COLUMN IF NOT EXISTS deployment text,
	ADD COLUMN IF NOT EXISTS releasable boolean NOT NULL,
	ADD COLUMN IF NOT EXISTS method text,
	ADD COLUMN IF NOT EXISTS confidence float8,
	ADD COLUMN IF NOT EXISTS timeline vsm.timeline,
	ADD COLUMN IF NOT EXISTS closed_at timestamptz,
	ADD COLUMN IF NOT EXISTS reverted_at timestamptz,
	ADD COLUMN IF NOT EXISTS release_requested_at timestamptz,
	ADD COLUMN IF NOT EXISTS release_approved_at timestamptz,
	ADD COLUMN IF NOT EXISTS assisted boolean;
CALL vsm.ensure_key(:'schema', 'item_part', 'item', 'part');
CREATE INDEX IF NOT EXISTS item_part_part_idx ON :"schema".item_part (part);
CREATE INDEX IF NOT EXISTS item_part_sha_idx ON :"schema".item_part (sha);
CREATE INDEX IF NOT EXISTS item_part_deployment_idx ON :"schema".item_part (deployment);
CREATE INDEX IF NOT EXISTS item_part_repository_idx ON :"schema".item_part (repository);

COMMENT ON TABLE :"schema".item_part IS 'parts of the work on items: merge requests, and commits that belong to none. Made by refresh';
COMMENT ON COLUMN :"schema".item_part.item IS 'the item';
COMMENT ON COLUMN :"schema".item_part.part IS 'the merge request, or the SHA of the commit';
COMMENT ON COLUMN :"schema".item_part.kind IS 'request or commit';
COMMENT ON COLUMN :"schema".item_part.repository IS 'repository';
COMMENT ON COLUMN :"schema".item_part.branch IS 'target branch of a request';
COMMENT ON COLUMN :"schema".item_part.sha IS 'the commit that is released: merged, squashed, else the head';
COMMENT ON COLUMN :"schema".item_part.first_commit_at IS 'when its earliest commit was written';
COMMENT ON COLUMN :"schema".item_part.opened_at IS 'when the request was opened';
COMMENT ON COLUMN :"schema".item_part.ready_at IS 'when it was first ready for review';
COMMENT ON COLUMN :"schema".item_part.first_review_at IS 'when somebody else than its author first reviewed it';
COMMENT ON COLUMN :"schema".item_part.approved_at IS 'when it was first approved';
COMMENT ON COLUMN :"schema".item_part.merged_at IS 'when it was merged; of a commit when it was committed';
COMMENT ON COLUMN :"schema".item_part.built_at IS 'when what builds its commit first ended well, at or after the merge';
COMMENT ON COLUMN :"schema".item_part.released_at IS 'when it first came to production; NULL: that is not known';
COMMENT ON COLUMN :"schema".item_part.deployment IS 'the deployment that released it';
COMMENT ON COLUMN :"schema".item_part.releasable IS 'whether its repository and branch are released at all';
COMMENT ON COLUMN :"schema".item_part.method IS 'how it is known that it belongs to the item';
COMMENT ON COLUMN :"schema".item_part.confidence IS 'from 0 to 1';
COMMENT ON COLUMN :"schema".item_part.timeline IS 'its states';
COMMENT ON COLUMN :"schema".item_part.closed_at IS
	'when the request was closed without having been merged; NULL: it was not, or was opened again';
COMMENT ON COLUMN :"schema".item_part.reverted_at IS 'when what reverts it was released, else merged; NULL: nothing does';
COMMENT ON COLUMN :"schema".item_part.release_requested_at IS 'when the approval of its release was first requested; NULL: not told';
COMMENT ON COLUMN :"schema".item_part.release_approved_at IS 'when its release was last approved; NULL: not told';
COMMENT ON COLUMN :"schema".item_part.assisted IS 'whether an assistant helped to write it';
