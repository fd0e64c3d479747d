-- Open items: will they meet the service level, when are they done, and what has waiting cost so far.
CREATE TABLE urgency AS
SELECT item, jsonb_build_object('profile', 'rate', 'per_week',
	CASE type WHEN 'feature' THEN 8000 WHEN 'risk' THEN 5000 WHEN 'defect' THEN 3000 ELSE 1000 END) AS urgency
FROM item;

-- Open items count with their age: without them the slow ones would be missing.
CREATE TABLE pace AS
SELECT survival, vsm.percentile(survival, 0.85) AS service_level
FROM (SELECT vsm.survival(coalesce(flow_time, item_age), outcome = 'done') AS survival FROM flow WHERE outcome IN ('done', 'open')) s;

SELECT E'\nWILL THE OPEN ITEMS BE DONE IN TIME?\n';
SELECT format('85 %% of all items are done within %s: that is the service level. Waiting costs 8,000 a week for a feature,',
	say(seconds(service_level)))
	|| E'\n5,000 for a risk, 3,000 for a defect and 1,000 for debt. The items with the least chance, of '
	|| (SELECT count(*) FROM flow WHERE outcome = 'open') || E' open ones:\n'
FROM pace;
SELECT least(20, max(char_length(item))) AS width FROM flow \gset
SELECT cell('', :width), cell('', 12), cell('age', -10), cell('chance', -7), cell('done by (85 %)', -15), cell('cost so far', -12);
WITH open_item AS (
	SELECT f.item, f.stage, f.item_age,
		CASE WHEN item_age >= service_level THEN 0
			ELSE vsm.probability(survival, service_level - item_age, given_age => item_age) END AS chance,
		as_of + vsm.eta(survival, item_age, 0.85) AS done_by,
		vsm.cost_of_delay(urgency, vsm.wait_periods(timeline, (SELECT wf FROM my_workflow), as_of)) AS cost
	FROM flow f JOIN timeline USING (item) JOIN urgency USING (item), pace, demo
	WHERE f.outcome = 'open')
SELECT cell(item, :width), cell(stage, 12), cell(say(seconds(item_age)), -10), cell(say(chance::numeric), -7),
	cell(coalesce(to_char(done_by, 'YYYY-MM-DD'), 'not known'), -15), cell(to_char(cost, 'FM999,999,990'), -12)
FROM open_item ORDER BY chance, cost DESC, item LIMIT 10;

SELECT E'\nWHAT THE QUEUES COST\n';
WITH queue AS (
	SELECT s.place, s.stage, s.waiting_for, s.owner,
		sum(vsm.cost_of_delay(urgency, vsm.stage_periods(timeline, (SELECT wf FROM my_workflow), s.stage, as_of))) AS cost
	FROM stage s, demo, timeline JOIN urgency USING (item)
	WHERE s.class IN ('waiting', 'blocked')
	GROUP BY s.place, s.stage, s.waiting_for, s.owner)
SELECT cell(stage, 12), cell(to_char(cost, 'FM999,999,990'), -12), coalesce('for ' || waiting_for, '')
FROM queue ORDER BY cost DESC, place;
WITH queue AS (
	SELECT s.stage, coalesce(s.owner, s.waiting_for) AS owner,
		sum(vsm.cost_of_delay(urgency, vsm.stage_periods(timeline, (SELECT wf FROM my_workflow), s.stage, as_of))) AS cost,
		sum(vsm.cost_of_delay(urgency, vsm.stage_periods(timeline, (SELECT wf FROM my_workflow), s.stage, as_of)
			* tstzmultirange(tstzrange(as_of - interval '28 days', as_of)))) AS last_weeks
	FROM stage s, demo, timeline JOIN urgency USING (item)
	WHERE s.class = 'waiting' GROUP BY s.stage, coalesce(s.owner, s.waiting_for))
SELECT E'\n' || format('The dearest queue is %s: %s in all, %s of it in the last four weeks.', stage,
	to_char(cost, 'FM999,999,990'), to_char(last_weeks, 'FM999,999,990'))
FROM queue ORDER BY cost DESC LIMIT 1;
