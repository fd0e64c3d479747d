CREATE OR REPLACE VIEW :"schema".item_cost AS
SELECT s.item,
	CASE WHEN count(t.team) = count(*) THEN sum(t.costs[s.until - t.since + 1] - t.costs[s.since - t.since + 1]) END AS cost
FROM :"schema".work_span AS s LEFT JOIN :"schema".team_cost AS t ON t.team = s.team
WHERE NOT EXISTS (SELECT FROM :"schema".item_flow AS f WHERE f.item = s.item AND f.level = 'parent')
GROUP BY s.item;

COMMENT ON VIEW :"schema".item_cost IS
	'what items without children have cost: each working day of a team is shared among the items that it worked on';
COMMENT ON COLUMN :"schema".item_cost.item IS 'item; of those that were worked on at all';
COMMENT ON COLUMN :"schema".item_cost.cost IS 'what it has cost up to now; NULL: a team that worked on it has no cost_per_day';
