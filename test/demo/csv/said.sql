-- How the file (psql variable file) was read.
SELECT format('%s: %s of %s, %s to %s.', :'file', count_of(count(*), 'event'), count_of((SELECT count(*) FROM item), 'item'),
	min(at)::date, max(at)::date)
FROM jira_event;
SELECT CASE kind
	WHEN 'changes' THEN 'Each line is a change of state.' || CASE WHEN EXISTS (SELECT FROM csv_role WHERE role = 'start')
		THEN ' Each state ends where the next one begins.' ELSE '' END
	WHEN 'spells' THEN CASE WHEN EXISTS (SELECT FROM csv_role WHERE role = 'lifecycle')
		THEN 'Lines tell when something began and when it ended; ' ELSE 'Each line says from when to when something was done; ' END
		|| 'between them items wait, in states named "after ...".'
	WHEN 'stages' THEN 'Each of these columns is a stage, and each filled cell of them an event: ' || (SELECT string_agg(shown, ', '
		ORDER BY step) FROM csv_stage JOIN csv_column USING (place)) || '.'
	ELSE 'This is a list of issues, not of their changes: lead time and throughput can be told from it, stages cannot.' END
FROM csv_kind;
SELECT format('Columns read: %s.', string_agg(shown || ' (' || roles || ')', ', ' ORDER BY place) FILTER (WHERE roles IS NOT NULL))
	|| coalesce(' Not used: ' || string_agg(shown, ', ' ORDER BY place) FILTER (WHERE roles IS NULL AND unused <= 20)
		|| CASE WHEN max(unused) > 20 THEN format(' and %s more', max(unused) - 20) ELSE '' END || '.', '')
FROM (SELECT place, shown, roles, count(*) FILTER (WHERE roles IS NULL) OVER (ORDER BY place) AS unused
	FROM csv_column LEFT JOIN (SELECT place, string_agg(role, ', ' ORDER BY role) AS roles FROM csv_role GROUP BY place) r USING (place)) c;
SELECT note FROM csv_note ORDER BY place;
SELECT format('%s left out for want of an item, a time or a state.', count_of(count(*), 'line')) FROM csv_left_out WHERE what = 'empty'
	HAVING count(*) > 0;
SELECT format('%s of other fields than Status and Flagged left out.', count_of(count(*), 'line')) FROM csv_left_out WHERE what = 'field'
	HAVING count(*) > 0;
SELECT format('%s of other transitions than start and complete left out.', count_of(count(*), 'line')) FROM csv_left_out
	WHERE what = 'transition' HAVING count(*) > 0;
SELECT format('%s before it begins, and %s left out; the first is line %s.', CASE count(*) WHEN 1 THEN '1 line says that something ends'
	ELSE count(*) || ' lines say that something ends' END, CASE count(*) WHEN 1 THEN 'is' ELSE 'are' END, min(line)) FROM csv_left_out
		WHERE what = 'backward' HAVING count(*) > 0;
SELECT format('%s left out because a later line tells of the same item.', count_of(count(*), 'line')) FROM csv_left_out
	WHERE what = 'again' HAVING count(*) > 0;
SELECT 'Lines go from new to old.' FROM csv_direction WHERE down;
SELECT 'Times are days: within a day the order of the ' || CASE kind WHEN 'stages' THEN 'stages' ELSE 'lines' END || ' counts.'
	FROM csv_kind
WHERE kind <> 'list' AND NOT EXISTS (SELECT FROM csv_time WHERE at <> date_trunc('day', at));
SELECT 'How long an item was in the state before its first change is not in the file and not counted.' FROM csv_role
WHERE role = 'from' AND NOT EXISTS (SELECT FROM csv_role WHERE role = 'created');
