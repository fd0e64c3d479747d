-- The one sentence that says where value is stuck.
SELECT E'\nWHERE VALUE IS STUCK\n';
WITH worst AS (
	SELECT cause AS stage, sum(seconds(time)) / (SELECT sum(seconds(time)) FROM wait) AS share
	FROM wait GROUP BY cause ORDER BY 2 DESC, 1 LIMIT 1),
there AS (
	SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds(duration)) FILTER (WHERE left_at IS NOT NULL) AS median,
		count(*) FILTER (WHERE left_at IS NULL) AS now
	FROM visit JOIN worst USING (stage)),
work AS (
	SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds(active_time)) AS median FROM flow WHERE outcome = 'done')
SELECT coalesce((
	SELECT format('Value is stuck in %s, which is %s of all waiting', worst.stage, say(share::numeric))
		|| CASE WHEN there.median IS NULL THEN ''
			ELSE format(': an item waits there %s (median)%s', say(there.median), coalesce(' for ' || waiting_for, '')) END
		|| CASE WHEN there.median IS NULL OR work.median IS NULL OR work.median < 60 THEN ''
			ELSE format(', to get %s of work in the whole stream', say(work.median)) END
		|| CASE WHEN there.now = 0 THEN ''
			ELSE format(', and %s there now%s', CASE there.now WHEN 1 THEN '1 item is' ELSE there.now || ' items are' END,
				coalesce(' (the limit is ' || wip_limit || ')', '')) END
		|| coalesce('; ask ' || owner, '') || '.'
	FROM worst LEFT JOIN stage USING (stage), there, work),
	'Nowhere: nothing has waited.');
