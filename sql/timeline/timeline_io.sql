-- timeline: the set of (time, state) pairs of one item.

-- include value_type timeline int4 extended
COMMENT ON TYPE vsm.timeline IS
	'the facts of one item: the set of its (time, state) pairs, ordered by time and state bytes; text form [["2026-01-05T10:00:00Z","In '
	'Progress"],...]';

-- include json_casts timeline to_json to_jsonb to_timeline to_timeline pairs
-- include comparison timeline timeline other
COMMENT ON OPERATOR CLASS vsm.timeline_ops USING btree IS 'the order of timelines: by the first event that differs';
