CREATE OR REPLACE VIEW :"schema".feature_state AS
SELECT c.item, c.item_count, c.finished_count, c.cancelled_count, c.added_after_start_count, c.remaining_count, q.p85_alone_weeks,
	q.weekly_cost, q.cd3, q.samples, q.items
FROM :"schema".feature_content AS c LEFT JOIN :"schema".feature_queue AS q ON q.item = c.item;

COMMENT ON VIEW :"schema".feature_state IS
	'what items with children consist of, in which order they are begun, and what each team has to do until it is done with its part';
COMMENT ON COLUMN :"schema".feature_state.item IS 'the item with children';
COMMENT ON COLUMN :"schema".feature_state.item_count IS 'items below it that have no children';
COMMENT ON COLUMN :"schema".feature_state.finished_count IS 'of these done';
COMMENT ON COLUMN :"schema".feature_state.cancelled_count IS 'of these cancelled';
COMMENT ON COLUMN :"schema".feature_state.added_after_start_count IS 'of these created after the first of them was started';
COMMENT ON COLUMN :"schema".feature_state.remaining_count IS 'of these neither done nor cancelled';
COMMENT ON COLUMN :"schema".feature_state.p85_alone_weeks IS
	'weeks within which they are done in 85 of 100 cases if its teams do nothing else; NULL: nothing is left, or a team has finished '
	'nothing';
COMMENT ON COLUMN :"schema".feature_state.weekly_cost IS
	'what the week after that costs, or the next where that is not known; NULL: without an urgency, or nothing is left';
COMMENT ON COLUMN :"schema".feature_state.cd3 IS
	'weekly_cost divided by its size, where all items of its value stream that have an urgency and are not done are sized, else by weeks';
COMMENT ON COLUMN :"schema".feature_state.samples IS
	'items that each of its teams finished in each of the last 26 whole weeks; NULL: a team has finished nothing';
COMMENT ON COLUMN :"schema".feature_state.items IS
	'items that each of these teams has to finish: those left here, those it has started elsewhere, those left of features ahead';
