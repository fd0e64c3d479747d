CREATE TABLE IF NOT EXISTS :"schema".naming ();
ALTER TABLE :"schema".naming
	ADD COLUMN IF NOT EXISTS source text NOT NULL DEFAULT '%',
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS name text NOT NULL,
	ADD COLUMN IF NOT EXISTS meaning text NOT NULL,
	ADD COLUMN IF NOT EXISTS changed_at timestamptz NOT NULL DEFAULT now();
CALL vsm.ensure_key(:'schema', 'naming', 'source', 'kind', 'name');
CALL vsm.ensure_check(:'schema', 'naming', 'naming_kind_check',
	$$kind IN ('field', 'type', 'label', 'category', 'state', 'job', 'stage', 'environment', 'service', 'author', 'assistant', 'image',
		'feature',
		'variant')$$);
CALL vsm.ensure_check(:'schema', 'naming', 'naming_name_check', $$name !~ '^/.+/$' OR '' ~ substr(name, 2, length(name) - 2) IS NOT NULL$$);

COMMENT ON TABLE :"schema".naming IS
	'what names that this installation chose mean, where it is not what vsm.default_naming says: see the view effective_naming';
COMMENT ON COLUMN :"schema".naming.source IS 'sources that it holds for, as a LIKE pattern for inbox.source';
COMMENT ON COLUMN :"schema".naming.kind IS
	'field, type, label, category, state, job, stage, environment, service, author, assistant, image, feature or variant';
COMMENT ON COLUMN :"schema".naming.name IS 'the name, in capitals or not; between slashes a regular expression: /deploy.*prod/';
COMMENT ON COLUMN :"schema".naming.meaning IS 'what it means, in the words of vsm.default_naming; none: nothing';
COMMENT ON COLUMN :"schema".naming.changed_at IS 'since when it means this: what was read before has to be read again';
