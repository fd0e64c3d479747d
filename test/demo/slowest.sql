-- The items that took longest, or are taking longest, with where they waited.
SELECT E'\nTHE SLOWEST ITEMS, AND WHERE THEY WAITED\n';
SELECT least(20, max(char_length(item))) AS width FROM flow \gset
WITH slowest AS (
	SELECT f.*, i.title, seconds(coalesce(flow_time, item_age)) AS time
	FROM flow f JOIN item i USING (item) WHERE coalesce(flow_time, item_age) IS NOT NULL
	ORDER BY time DESC, item LIMIT 8),
causes AS (
	SELECT item, string_agg(cause || ' ' || say(seconds(time)), ', ' ORDER BY time DESC, place) FILTER (WHERE rank <= 3) AS waited
	FROM (SELECT *, row_number() OVER (PARTITION BY item ORDER BY time DESC, place) AS rank FROM wait WHERE item IN (SELECT item
		FROM slowest)) w
	GROUP BY item),
said AS (
	SELECT *, concat_ws(', ',
		CASE WHEN outcome = 'open' THEN 'still open' END,
		CASE WHEN rework > 0 THEN 'sent back' || CASE WHEN rework > 1 THEN ' ' || rework || ' times' ELSE '' END END,
		CASE WHEN reopened > 0 THEN 'reopened' END) AS remarks
	FROM slowest LEFT JOIN causes USING (item))
SELECT cell(item, :width), cell(say(time), -10) || ',', cell(say(coalesce(flow_efficiency, 0)::numeric), -5), 'of it work'
	|| coalesce(': ' || title, '') || coalesce(' (' || nullif(remarks, '') || ')', '') || E'\n' || repeat(' ', :width + 2)
	|| 'waited: ' || coalesce(waited, 'never')
FROM said ORDER BY time DESC, item;
