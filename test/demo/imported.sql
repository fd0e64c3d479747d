-- What was read from the file (psql variable file).
SELECT format('%s: %s of %s, %s to %s.', :'file', count_of(count(*), 'event'), count_of((SELECT count(*) FROM item), 'item'), min(at)::date, max(at)::date)
FROM jira_event;
SELECT format('Columns read: %s.', string_agg(shown || ' (' || role || ')', ', ' ORDER BY place) FILTER (WHERE role IS NOT NULL))
	|| coalesce(' Not used: ' || string_agg(shown, ', ' ORDER BY place) FILTER (WHERE role IS NULL) || '.', '') FROM csv_column;
SELECT format('%s left out for want of an item, a time or a state.', count_of(count(*), 'line')) FROM csv_event
WHERE item IS NULL OR "time" IS NULL OR state IS NULL HAVING count(*) > 0;
SELECT format('%s of other fields than Status and Flagged left out.', count_of(lines, 'line')) FROM csv_other WHERE lines > 0;
SELECT 'How long an item was in the state before its first change is not in the file and not counted.' FROM csv_column
WHERE role = 'from' AND NOT EXISTS (SELECT FROM csv_column WHERE role = 'created');
