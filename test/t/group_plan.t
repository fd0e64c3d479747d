# GROUP BY with vsm.timeline(at, state) on a set of timelines, in what takes more than one session or transaction: the first
# query of a session, whose library nobody has loaded; cursors that outlive their transaction; rows that somebody else
# changes meanwhile; a server that is set otherwise; parallel workers; a setting that is none.
. "$(dirname "$0")/tap.sh"
export PGDATABASE=vsm_group_plan PGOPTIONS='-c client_min_messages=error -c timezone=UTC -c jit=off -c max_parallel_workers_per_gather=0'
createdb vsm_group_plan
trap 'dropdb --if-exists --force vsm_group_plan; rm -rf "$tmp"' EXIT
sql -c 'CREATE EXTENSION vsm' -f - <<'SQL'
CREATE TABLE event AS
SELECT n % 2000 AS item, timestamptz '2026-01-05' + n % 977 * interval '1 min' AS at, 'S' || n % 7 AS state
FROM generate_series(1, 40000) AS n;
CREATE VIEW item AS SELECT item, vsm.timeline(at, state) AS timeline FROM event GROUP BY item;
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	lines text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		lines := lines || E'\n' || line;
	END LOOP;
	RETURN lines;
END $$;
CREATE FUNCTION counted() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(timeline) FROM item); END';
ANALYZE event;
SQL

# In a session of its own each: nothing of vsm has run there.
like "$(sql -c 'EXPLAIN SELECT item, vsm.timeline(at, state) FROM event GROUP BY item')" 'vsm_group' 'the first query of a session'
like "$(sql -c 'EXPLAIN SELECT * FROM item WHERE item < 1500')" 'vsm_group' 'over a view'
like "$(sql -c 'PREPARE p AS SELECT * FROM item' -c 'EXPLAIN EXECUTE p')" 'vsm_group' 'prepared'
like "$(sql -c "SELECT plan_of('TABLE item')")" 'vsm_group' 'in a function'
is "$(sql -c 'SELECT counted()')" 2000 'which answers'
like "$(sql -c 'SET vsm.enable_group_plan = off' -c 'EXPLAIN TABLE item')" 'HashAggregate' 'switched off before the library is there'
like "$(PGOPTIONS="$PGOPTIONS -c vsm.enable_group_plan=off" sql -c 'EXPLAIN TABLE item')" 'HashAggregate' 'by a client'
sql -c 'ALTER DATABASE vsm_group_plan SET vsm.enable_group_plan = off'
like "$(sql -c 'EXPLAIN TABLE item')" 'HashAggregate' 'for a database'
like "$(sql -c 'SET vsm.enable_group_plan = on' -c 'EXPLAIN TABLE item')" 'vsm_group' 'and on again'
sql -c 'ALTER DATABASE vsm_group_plan RESET vsm.enable_group_plan'
like "$(sql -c 'EXPLAIN TABLE item' -c 'SET vsm.enable_grouping = on' 2>&1)" \
	'invalid configuration parameter name "vsm.enable_grouping"' 'a setting that is none is refused'
like "$(sql -c 'EXPLAIN (FORMAT json, ANALYZE, COSTS OFF) TABLE item' | tr -d '\n')" \
	'"Custom Plan Provider": "vsm_group".*"Group Key": \["event.item"\].*"Memory Usage": [0-9]+' 'EXPLAIN in JSON'

# What the node reads of a table by itself: rows from before a column was there, or that have one that is gone; what it has read.
is "$(sql -c 'CREATE TABLE changed (gone text, item int, at timestamptz, state text COLLATE "C", wide char(3), no int)' \
	-c "INSERT INTO changed SELECT repeat('g', n % 5), n % 50, timestamptz '2026-01-05' + n * interval '1 min', 'S' || n % 3, 'w', n
		FROM generate_series(1, 3000) AS n" \
	-c 'ALTER TABLE changed DROP gone, ADD late int DEFAULT 7, ADD later text DEFAULT $$later$$, ADD last timestamptz' \
	-c "INSERT INTO changed SELECT NULLIF(n % 60, 1), timestamptz '2026-02-05' + n * interval '1 min', 'T' || n % 3, NULL, n, n % 2,
		repeat('l', n), timestamptz '2026-03-01' FROM generate_series(1, 3000) AS n" \
	-c 'DELETE FROM changed WHERE no % 7 = 0' -c 'UPDATE changed SET state = state || late WHERE no % 11 = 0' -c 'ANALYZE changed' \
	-c 'CREATE TABLE a AS SELECT item, late, vsm.timeline(at, later) AS t, count(*) FROM changed GROUP BY item, late' \
	-c 'CREATE TABLE b AS SELECT later, vsm.timeline(last, state) AS t, min(last) FROM changed GROUP BY later' \
	-c 'SET vsm.enable_group_plan = off' -c 'SELECT count(*) FROM ((TABLE a EXCEPT ALL SELECT item, late, vsm.timeline(at, later), count(*)
			FROM changed GROUP BY item, late) UNION ALL (SELECT item, late, vsm.timeline(at, later), count(*)
			FROM changed GROUP BY item, late EXCEPT ALL TABLE a)) AS d' \
	-c 'SELECT count(*) FROM ((TABLE b EXCEPT ALL SELECT later, vsm.timeline(last, state), min(last) FROM changed GROUP BY later) UNION ALL
		(SELECT later, vsm.timeline(last, state), min(last) FROM changed GROUP BY later EXCEPT ALL TABLE b)) AS d' \
	-c 'SELECT count(*) > 50 FROM a' -c 'SELECT count(*) > 2000 FROM b' | tr '\n' ' ')" '0 0 t t ' 'columns that came or went'
is "$(sql -c 'BEGIN ISOLATION LEVEL SERIALIZABLE' \
	-c 'SELECT count(t) FROM (SELECT vsm.timeline(at, state) AS t FROM changed GROUP BY item) AS q' \
	-c "SELECT count(*) FROM pg_locks WHERE mode = 'SIReadLock' AND locktype = 'relation' AND relation = 'changed'::regclass
		AND pid = pg_backend_pid()" | tr '\n' ' ')" '61 1 ' 'a serializable transaction has read the table'
like "$(sql -c 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) TABLE item' | tr '\n' ' ')" \
	'vsm_group.*actual rows=2000(.00)? loops=1.*Seq Scan on event .actual rows=40000(.00)? loops=1' 'EXPLAIN counts the rows'

# Cursors.
is "$(sql -c 'BEGIN' -c 'DECLARE held SCROLL CURSOR WITH HOLD FOR SELECT item FROM item WHERE timeline IS NOT NULL' -c 'COMMIT' \
	-c 'FETCH ABSOLUTE 2000 FROM held' -c 'FETCH NEXT FROM held' -c 'MOVE ABSOLUTE 0 IN held' \
	-c 'SELECT 0' -c 'FETCH ABSOLUTE 1 FROM held' -c 'CLOSE held' | wc -l)" 3 'a cursor that outlives its transaction, and goes back'
is "$(sql -c 'SET work_mem = 64' -c 'BEGIN' -c 'DECLARE part CURSOR FOR TABLE item' -c 'MOVE 10 IN part' -c 'SAVEPOINT before' \
	-c 'FETCH 1 FROM part' -c 'ROLLBACK TO before' -c 'MOVE ALL IN part' -c 'COMMIT' \
	-c "SELECT count(*) FROM pg_ls_tmpdir() WHERE name LIKE 'pgsql_tmp' || pg_backend_pid() || '.%'" | tail -1)" 0 \
	'one that is read within a savepoint, and after it'

# Rows that somebody else changes: UPDATE looks again at the new version of a row, whose groups are made anew.
sql -c 'CREATE TABLE result (item bigint PRIMARY KEY, least bigint, text text)' \
	-c "INSERT INTO result SELECT n, n, '' FROM generate_series(0, 9) AS n"
sql -c 'BEGIN' -c 'UPDATE result SET least = least + 1000' -c 'SELECT pg_advisory_lock(1)' -f - -c 'COMMIT' >"$tmp/first" 2>&1 <<'SQL' &
DO $$
BEGIN
	FOR n IN 1 .. 3000 LOOP
		EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted);
		PERFORM pg_sleep(0.1);
	END LOOP;
END $$;
SQL
first=$!
await sql -c "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
sql -c "UPDATE result AS r SET text = (SELECT count(*) || ' of ' || min(t.item)
		FROM (SELECT e.item, vsm.timeline(e.at, e.state) AS timeline FROM event AS e WHERE e.item >= r.least GROUP BY e.item) AS t)
	FROM item AS i WHERE i.item = r.item AND r.least < 100000"
wait $first
is "$(sql -c 'SELECT DISTINCT text FROM result WHERE item = 3')" '997 of 1003' 'a row is computed of what somebody else has made of it'

# Parallel plans: the rows come from several processes, or the groups are a part of what they do.
export PGOPTIONS="$PGOPTIONS -c max_parallel_workers_per_gather=2 -c parallel_setup_cost=0 -c parallel_tuple_cost=0"
PGOPTIONS="$PGOPTIONS -c min_parallel_table_scan_size=0"
like "$(sql -c 'EXPLAIN TABLE item' | tr '\n' ' ')" 'Gather.*Parallel Custom Scan .vsm_group..*Parallel Seq Scan' 'in parallel workers'
sql -c 'CREATE TABLE parallel AS TABLE item'
is "$(sql -c 'SET vsm.enable_group_plan = off' -c 'SELECT count(*) FROM parallel AS p JOIN item AS i USING (item) WHERE p *= i')" \
	2000 'they give the same'
is "$(sql -c "SET work_mem = '64kB'" -c 'CREATE TABLE spilled AS TABLE item' -c 'SET vsm.enable_group_plan = off' \
	-c 'SELECT count(*) FROM spilled AS p JOIN item AS i USING (item) WHERE p *= i')" 2000 'and so in little memory'
like "$(sql -c "SET work_mem = '64kB'" -c 'EXPLAIN (ANALYZE, COSTS OFF) TABLE item' | tr '\n' ' ')" \
	'Workers Launched: 2.*Memory Usage: [0-9]* kB *Disk Usage: [0-9]* kB.*Parallel Seq Scan on event' 'EXPLAIN adds up what they took'
is "$(sql -c 'SET parallel_leader_participation = off' -c 'SELECT count(timeline) FROM item')" 2000 'without the one who asks'
is "$(sql -c 'SET max_parallel_workers = 0' -c 'SELECT count(timeline) FROM item')" 2000 'or that one alone'
# Names that several processes meet at the same time; keys and states that are NULL; text keys; a key of too many rows for one.
sql -c 'CREATE TABLE named AS SELECT item, $$KEY-$$ || item AS key, at, $$N$$ || row_number() OVER () % 3000 AS state,
	CASE WHEN item % 10 > 0 THEN 7 END AS few FROM event' \
	-c 'INSERT INTO named SELECT 1, NULL, NULL, NULL, NULL FROM generate_series(1, 50)'
for key in item key few 'few, key'; do
	is "$(sql -c "CREATE TABLE by_all AS SELECT $key, vsm.timeline(at, state) AS timeline FROM named GROUP BY $key" \
		-c 'SET vsm.enable_group_plan = off' \
		-c "CREATE TABLE by_one AS SELECT $key, vsm.timeline(at, state) AS timeline FROM named GROUP BY $key" \
		-c '(TABLE by_all EXCEPT ALL TABLE by_one) UNION ALL (TABLE by_one EXCEPT ALL TABLE by_all)' \
		-c 'SELECT count(*) = (SELECT count(*) FROM by_all) FROM by_one' -c 'DROP TABLE by_all, by_one')" t "by $key, 3000 names"
done
# Again for each row of something else: what lies in shared memory and files is made anew.
again="SELECT g, count(*), count(t), min(item) FROM generate_series(1, 4) AS g LEFT JOIN (
	SELECT item, vsm.timeline(at, state) AS t FROM event WHERE item % 3 > 0 GROUP BY item OFFSET 0) AS q ON q.item % 7 = g
	GROUP BY g ORDER BY g"
options=$PGOPTIONS
PGOPTIONS="$PGOPTIONS -c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off -c work_mem=64kB"
like "$(sql -c "EXPLAIN $again" | tr '\n' ' ')" 'Nested Loop.*Gather.*Parallel Custom Scan' 'gathered in a nested loop'
is "$(sql -c "$again")" "$(sql -c 'SET vsm.enable_group_plan = off' -c "$again")" 'again and again'
like "$(sql -c "EXPLAIN (ANALYZE, COSTS OFF) $again" | tr '\n' ' ')" 'Gather .*loops=4' 'by all of them each time'
PGOPTIONS=$options
# One that fails or is cancelled leaves nothing.
like "$(sql -c 'SELECT item, vsm.timeline(at, state || 1 / (item - 1999)) FROM event GROUP BY item' 2>&1)" 'division by zero' \
	'an error in one process ends all'
like "$(sql -c "SET statement_timeout = '300ms'" \
	-c 'SELECT count(t) FROM (SELECT e.item, vsm.timeline(e.at, e.state) AS t FROM event AS e JOIN event AS f ON e.item = f.item
	JOIN event AS g ON g.item = f.item JOIN event AS h ON g.item = h.item JOIN event AS i ON i.item = h.item GROUP BY e.item) AS q' 2>&1)" \
	'statement timeout' 'they are cancelled'
# Other tests have files for a while; what is left stays.
await sql -c "SELECT 'none' WHERE NOT EXISTS (SELECT FROM pg_ls_tmpdir())"
is "$found" none 'no files are left'
sql -c 'CREATE TABLE parted (item int, at timestamptz, state text) PARTITION BY HASH (item)' \
	-c 'CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0)' \
	-c 'CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1)' \
	-c 'INSERT INTO parted SELECT * FROM event' -c 'ANALYZE parted'
export PGOPTIONS="$PGOPTIONS -c enable_partitionwise_aggregate=on"
is "$(sql -c 'CREATE TABLE parted_item AS SELECT item, vsm.timeline(at, state) AS timeline FROM parted GROUP BY item' \
	-c 'SET vsm.enable_group_plan = off' -c 'SELECT count(*) FROM parted_item AS p JOIN item AS i USING (item) WHERE p *= i')" \
	2000 'partitions by themselves, in parallel'

# Settings as they come: of a large table several processes make all groups, be they few or many; of one that is small or of what
# is rare, one does.
PGOPTIONS='-c client_min_messages=error -c timezone=UTC -c jit=off'
sql -c 'CREATE TABLE wide AS SELECT n % 20000 AS item, n % 50 AS few, at, state, repeat($$x$$, 60) AS filler
	FROM event, generate_series(0, 4) AS more, LATERAL (SELECT event.item * 10 + more AS n) AS l' -c 'ANALYZE wide'
for key in item few; do
	like "$(sql -c "EXPLAIN SELECT $key, vsm.timeline(at, state) FROM wide GROUP BY $key" | tr '\n' ' ')" \
		'Gather.*Workers Planned: [12] .*Parallel Custom Scan .vsm_group..*Parallel Seq Scan' "a large table by $key"
done
like "$(sql -c 'EXPLAIN SELECT avg(length(t::text))
	FROM (SELECT vsm.timeline(at, state) AS t FROM wide GROUP BY item) AS q' | tr '\n' ' ')" \
	'Finalize Aggregate.*Gather.*Partial Aggregate.*Parallel Custom Scan .vsm_group.' 'which go on with it by themselves'
is "$(sql -c 'EXPLAIN TABLE item' | grep -c Gather)" 0 'a small table'
done_testing
