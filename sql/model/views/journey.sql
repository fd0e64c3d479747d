CREATE OR REPLACE VIEW :"schema".journey WITH (security_barrier) AS
SELECT f.item, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level, f.category, f.parent,
	f.feature, f.outcome, f.stage, f.place, f.stage_label, f.released_at, f.released_week, f.released_month, f.finished_at, f.finished_day,
	f.finished_week, f.finished_month, f.created_at, f.started_at, p.first_commit_at, p.code_opened_at, p.first_review_at, p.merged_at,
	p.built_at, p.release_requested_at, p.release_approved_at, f.first_released_at, f.first_used_at, o.first_value_at, p.reverted_at,
	vsm.days_between(f.created_at, least(p.first_commit_at, f.started_at)) AS upstream_days,
	vsm.days_between(least(p.first_commit_at, f.started_at), p.merged_at) AS implementation_days,
	date_part('epoch', vsm.working_time(p.reviewed, NULL)) / 86400 AS review_days,
	vsm.days_between(p.merged_at, p.built_at) AS build_days,
	vsm.days_between(p.release_requested_at, p.release_approved_at) AS approval_days,
	vsm.days_between(p.merged_at, f.released_at) AS release_wait_days,
	vsm.days_between(f.released_at, f.first_used_at) AS adoption_days,
	vsm.days_between(f.created_at, f.released_at) AS time_to_release_days,
	vsm.days_between(f.created_at, o.first_value_at) AS time_to_value_days,
	p.part_count, p.part_released_count
FROM :"schema".item_detail AS f
	-- Requests that were closed without a merge are no way to anything.
	CROSS JOIN LATERAL (
		SELECT min(t.first_commit_at) AS first_commit_at, min(t.opened_at) AS code_opened_at, min(t.first_review_at) AS first_review_at,
			CASE WHEN count(*) = count(t.merged_at) THEN max(t.merged_at) END AS merged_at,
			CASE WHEN count(*) = count(t.built_at) THEN max(t.built_at) END AS built_at,
			min(t.release_requested_at) AS release_requested_at, max(t.release_approved_at) AS release_approved_at,
			min(t.reverted_at) AS reverted_at, count(*)::integer AS part_count, count(t.released_at)::integer AS part_released_count,
			-- (What was merged as it was opened took no time: its range is empty, but there.)
			range_agg(tstzrange(b.at, greatest(b.at, t.merged_at))) FILTER (WHERE b.at IS NOT NULL AND t.merged_at IS NOT NULL)
				AS reviewed
		FROM :"schema".item_part AS t
			CROSS JOIN LATERAL (SELECT CASE WHEN t.kind = 'request' THEN coalesce(t.ready_at, t.opened_at) END AS at) AS b
		WHERE t.item = f.item AND t.closed_at IS NULL) AS p
	LEFT JOIN LATERAL (
		SELECT min(v.at) AS first_value_at
		FROM (
			SELECT u.at FROM :"schema".outcome AS u WHERE u.feature = f.item
			UNION ALL
			SELECT u.at FROM :"schema".item_alias AS a JOIN :"schema".outcome AS u ON u.feature = a.alias WHERE a.item = f.item) AS v
		WHERE v.at >= coalesce(f.released_at, CASE WHEN f.part_count = 0 THEN f.finished_at END)) AS o ON true;

COMMENT ON VIEW :"schema".journey IS 'the way of items from the idea through code and release to use: one row an item';
COMMENT ON COLUMN :"schema".journey.item IS 'item';
COMMENT ON COLUMN :"schema".journey.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".journey.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".journey.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".journey.value_stream IS 'value stream, as at its end; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".journey.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".journey.team IS 'team, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".journey.type IS 'type as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".journey.priority IS 'priority, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".journey.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".journey.level IS
	'level: parent (it has children in a value stream that are not cancelled) or item; parents are not to be counted beside their children';
COMMENT ON COLUMN :"schema".journey.category IS 'category, by its field, labels or type and the table naming; (none): in none';
COMMENT ON COLUMN :"schema".journey.parent IS 'item that it is a part of; NULL: of none';
COMMENT ON COLUMN :"schema".journey.feature IS 'feature that it is a part of; NULL: of none';
COMMENT ON COLUMN :"schema".journey.outcome IS
	'outcome: new (not started), open, done or cancelled; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".journey.stage IS 'stage that it is in; NULL: in none';
COMMENT ON COLUMN :"schema".journey.place IS 'place of the stage in the workflow, from 1; NULL: unmapped, or in none';
COMMENT ON COLUMN :"schema".journey.stage_label IS 'stage with its place, for sorting: 02 Design Review; NULL: in none';
COMMENT ON COLUMN :"schema".journey.released_at IS 'when all of its parts that can be released were; NULL: not yet, or it has none';
COMMENT ON COLUMN :"schema".journey.released_week IS 'week in which it was released, by its first day; NULL: not yet, or without parts';
COMMENT ON COLUMN :"schema".journey.released_month IS
	'month in which it was released, by its first day; NULL: not yet, or without parts';
COMMENT ON COLUMN :"schema".journey.finished_at IS 'when it was done; NULL unless it is';
COMMENT ON COLUMN :"schema".journey.finished_day IS 'day on which it was done, in the time zone of the model; NULL unless it is';
COMMENT ON COLUMN :"schema".journey.finished_week IS 'week in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".journey.finished_month IS 'month in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".journey.created_at IS 'when it was created; NULL: not known';
COMMENT ON COLUMN :"schema".journey.started_at IS 'when work on it began; NULL: not yet';
COMMENT ON COLUMN :"schema".journey.first_commit_at IS 'when the first commit of its parts was written; NULL: none is known';
COMMENT ON COLUMN :"schema".journey.code_opened_at IS 'when the first of its merge requests was opened; NULL: none was';
COMMENT ON COLUMN :"schema".journey.first_review_at IS
	'when the first of its merge requests was first reviewed by somebody else than its author; NULL: none was';
COMMENT ON COLUMN :"schema".journey.merged_at IS 'when the last of its parts was merged; NULL: not all are, or it has none';
COMMENT ON COLUMN :"schema".journey.built_at IS
	'when the last of its parts was built after its merge; NULL: not all are, or it has none';
COMMENT ON COLUMN :"schema".journey.release_requested_at IS 'when the approval of a release of it was first requested; NULL: not told';
COMMENT ON COLUMN :"schema".journey.release_approved_at IS 'when a release of it was last approved; NULL: not told';
COMMENT ON COLUMN :"schema".journey.first_released_at IS 'when the first of its parts was released; NULL: none is';
COMMENT ON COLUMN :"schema".journey.first_used_at IS 'when it was first used after its release, or after it was done; NULL: not yet';
COMMENT ON COLUMN :"schema".journey.first_value_at IS
	'when it first brought something after its release, see outcome; NULL: not yet, or not told';
COMMENT ON COLUMN :"schema".journey.reverted_at IS 'when a revert of one of its parts was first released, else merged; NULL: none was';
COMMENT ON COLUMN :"schema".journey.upstream_days IS
	'time in days from created to its first commit or its start, whichever came first; NULL: neither is known';
COMMENT ON COLUMN :"schema".journey.implementation_days IS
	'time in days from its first commit or its start, whichever came first, to its merge; NULL: not merged';
COMMENT ON COLUMN :"schema".journey.review_days IS
	'time in days from opened, or ready, to merged, of all of its merge requests together, overlaps once; NULL: none was merged';
COMMENT ON COLUMN :"schema".journey.build_days IS 'time in days from merged to built; NULL: not built';
COMMENT ON COLUMN :"schema".journey.approval_days IS
	'time in days from the request for an approval of its release to the approval; NULL: not told';
COMMENT ON COLUMN :"schema".journey.release_wait_days IS 'time in days from merged to released; NULL: not released';
COMMENT ON COLUMN :"schema".journey.adoption_days IS 'time in days from released to its first use; NULL: not used';
COMMENT ON COLUMN :"schema".journey.time_to_release_days IS 'time in days from created to released; NULL: not released';
COMMENT ON COLUMN :"schema".journey.time_to_value_days IS 'time in days from created to the first outcome; NULL: none is told';
COMMENT ON COLUMN :"schema".journey.part_count IS
	'number of merge requests and commits that implement it, without those closed unmerged';
COMMENT ON COLUMN :"schema".journey.part_released_count IS 'number of those that are released';
