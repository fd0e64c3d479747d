-- The columns that COLUMNS='item=issue_id,time=changed_at' names: by the header's text, by its name, or by number.
CREATE TABLE csv_role (role text, place int, asked boolean, PRIMARY KEY (role, place));

-- The columns of the file, as a list for a sentence.
CREATE FUNCTION csv_columns() RETURNS text LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT string_agg(shown, ', ' ORDER BY place) FILTER (WHERE number <= 30)
		|| CASE WHEN count(*) > 30 THEN format(' and %s more', count(*) - 30) ELSE '' END
	FROM (SELECT *, row_number() OVER (ORDER BY place) AS number FROM csv_column) c;
END;

-- A cell as SQL, over csv_record.
CREATE FUNCTION csv_cell_of(place int) RETURNS text LANGUAGE sql IMMUTABLE
RETURN format('nullif(btrim(fields[%s]), '''')', place);

CREATE PROCEDURE read_options() LANGUAGE plpgsql AS $$
DECLARE
	known CONSTANT text[] := '{item,time,state,from,field,lifecycle,start,end,created,closed,stage,title,type,team}';
	piece   text;
	wanted  text;
	asked   text;
	named   text;
	places  int[];
	data    record;
	numbers boolean := (SELECT columns ~ '^\s*\w+\s*=\s*#?\d+\s*(,\s*\w+\s*=\s*#?\d+\s*)*$' FROM csv_option);
BEGIN
	-- A header with a date in it is a row.
	SELECT shown, date_pattern_of(date_cell(shown)) AS pattern, h.line INTO data
	FROM csv_column, csv_format f JOIN csv_record h ON h.line = f.header
	WHERE EXISTS (SELECT FROM date_form_of(date_pattern_of(date_cell(shown)))) ORDER BY place LIMIT 1;
	IF data.shown IS NOT NULL AND NOT numbers THEN
		PERFORM refuse(format('line %s has no names of columns but data, such as %s: put a line of names over it, for example '
			'item,time,state, or give the columns by number, '
			'for example COLUMNS=''item=1,time=2,state=3''.', data.line, quoted(data.shown)));
	ELSIF data.shown IS NOT NULL THEN
		UPDATE csv_format SET header = 0;
		UPDATE csv_column SET shown = 'column ' || place, name = '';
	END IF;

	FOR piece IN SELECT regexp_split_to_table(columns, ',\s*(?=\w+\s*=)') FROM csv_option WHERE columns ~ '\S' LOOP
		wanted := lower((regexp_match(piece, '^\s*(\w+)\s*='))[1]);
		asked := (regexp_match(piece, '^\s*\w+\s*=\s*(.*\S)\s*$'))[1];
		IF wanted IS NULL OR asked IS NULL OR wanted <> ALL (known) THEN
			PERFORM refuse(format('COLUMNS has %s, where something like item=issue_id should stand; before the = can be: %s.',
				quoted(piece), array_to_string(known, ', ')));
		END IF;
		places := '{}';
		-- An item may be named by two columns: item=repository+number.
		FOREACH named IN ARRAY CASE WHEN wanted <> 'item' OR EXISTS (SELECT FROM csv_column WHERE shown = asked) THEN ARRAY[asked]
			ELSE string_to_array(asked, '+') END LOOP
			places := places || coalesce(
				(SELECT array_agg(place ORDER BY place) FROM csv_column WHERE shown = named OR starts_with(shown, named || ' (column ')),
				(SELECT array_agg(place) FROM csv_column WHERE lower(shown) = lower(btrim(named))),
				(SELECT array_agg(place) FROM csv_column WHERE name = csv_name(named) AND name <> ''),
				(SELECT array_agg(place) FROM csv_column WHERE place::text = ltrim(btrim(named), '#')));
			IF places = '{}' THEN
				PERFORM refuse(format('COLUMNS says %s, but there is no column %s; the columns are: %s.', btrim(piece), quoted(named),
					csv_columns()));
			END IF;
		END LOOP;
		IF cardinality(places) > 1 AND wanted <> 'item' OR cardinality(places) > 2 THEN
			PERFORM refuse(format('COLUMNS says %s, but %s columns have that name: give the number of the column, for example %s=%s.',
				btrim(piece), cardinality(places), wanted, places[1]));
		END IF;
		IF wanted <> 'stage' AND EXISTS (SELECT FROM csv_role WHERE role = wanted) THEN
			PERFORM refuse(format('COLUMNS names the column of the %s twice.', wanted));
		END IF;
		INSERT INTO csv_role SELECT wanted, unnest(places), true ON CONFLICT DO NOTHING;
	END LOOP;
END $$;
CALL read_options();
