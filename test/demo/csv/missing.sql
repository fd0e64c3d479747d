-- Why a file cannot be read: what it is instead, what is missing, and what to do.

-- Columns whose names are those of times but that hold none, and known ones that are empty.
CREATE VIEW csv_odd AS
SELECT DISTINCT ON (c.place) c.place, CASE WHEN filled = 0 THEN format('%s is empty.', shown)
	ELSE format('%s holds no times: line %s has %s.', shown, c.first_line, quoted(fields[c.place])) END AS said
FROM csv_known k JOIN csv_column c USING (name) LEFT JOIN csv_record r ON r.line = c.first_line
WHERE filled = 0 AND role IN ('item', 'time', 'state', 'created', 'closed')
	OR filled > 0 AND role IN ('time', 'created', 'started', 'closed', 'start', 'end') AND dates + numbers < 0.8 * (filled - zeros)
		AND name !~ '^(to|start|end|done|closed|resolved|finished|merged|completed|released|accepted|'
			'opened|submitted|reported|received|raised|published|solved|delivered|status|state)$'
ORDER BY c.place;

-- Other columns that hold times.
CREATE VIEW csv_other_times AS
SELECT place, shown FROM csv_column WHERE filled > 0 AND dates >= 0.8 * filled AND name NOT IN (SELECT name FROM csv_known
	WHERE role = 'other')
	AND place NOT IN (SELECT place FROM csv_candidate WHERE role IN ('created', 'started'));

-- A table of counts by day.
SELECT refuse(format('this is a table of numbers by %s, not of items: it says how many there were, not which. What is needed are the '
	'changes of items (item, time, state) or a line an item with its dates.', shown))
FROM csv_column d WHERE NOT EXISTS (SELECT FROM csv_kind) AND NOT EXISTS (SELECT FROM csv_role WHERE role = 'item') AND filled > 0
	AND dates = filled
	AND (SELECT count(*) FROM csv_column WHERE filled > 0) >= 3
	AND NOT EXISTS (SELECT FROM csv_row, csv_column c WHERE c.place <> d.place AND btrim(fields[c.place]) !~ '^(-?\d+([.,]\d+)?)?$'
		LIMIT 1);

-- A list of items as they are today.
SELECT refuse(concat_ws(E'\n',
	format('this is a list of issues, not of their changes: %s in one line, with what it is today%s, and nothing says when it ended. How '
		'long they were where cannot be known from it.',
		CASE items WHEN 1 THEN 'its item stands' ELSE format('each of its %s items stands', items) END, (SELECT ' (' || string_agg(shown,
			', ' ORDER BY place) || ')' FROM (
			SELECT DISTINCT c.place, shown FROM csv_column c JOIN csv_candidate USING (place) WHERE role IN ('state', 'created',
				'started', 'time') ORDER BY 1 LIMIT 5) s)),
	(SELECT string_agg(said, E'\n' ORDER BY place) FROM csv_odd),
	CASE WHEN EXISTS (SELECT FROM csv_other_times) THEN format('If one of these is the time when an item was closed or resolved (%s), say '
		'so: COLUMNS=''created=...,closed=...''.', (SELECT string_agg(shown, ', ' ORDER BY place) FROM csv_other_times))
		ELSE 'With a column of when each was created and one of when it was closed or resolved, lead time and throughput can be told.' END,
	'For the stages, export the changes:',
	(SELECT string_agg(line, E'\n' ORDER BY place) FROM csv_changelog)))
FROM csv_size WHERE NOT EXISTS (SELECT FROM csv_kind) AND rows <= 1.25 * items AND items > 0 AND NOT EXISTS (SELECT FROM csv_role
	WHERE role IN ('time', 'state') AND asked);

WITH wanted AS (
	SELECT role, place FROM (VALUES ('item', 1), ('time', 2), ('state', 3)) w(role, place)
	WHERE NOT EXISTS (SELECT FROM csv_candidate c WHERE c.role = w.role))
SELECT refuse(concat_ws(E'\n',
	CASE WHEN EXISTS (SELECT FROM wanted) THEN format('no column is known for: %s.', (SELECT string_agg(role, ', ' ORDER BY place)
		FROM wanted))
		ELSE 'the columns do not say when items changed their state: within an item either the state or the time never changes.' END,
	(SELECT string_agg(said, E'\n' ORDER BY place) FROM csv_odd),
	format('Its columns are: %s.', csv_columns()),
	'Names that are understood are listed in doc/sources/csv.md.',
	format('Say which is which: COLUMNS=''%s''; or stage=... for each column that says when an item came to a stage; or created=... and '
		'closed=....',
		coalesce((SELECT string_agg(role || '=...', ',' ORDER BY place) FROM wanted), 'item=...,time=...,state=...'))))
WHERE NOT EXISTS (SELECT FROM csv_kind);
