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
like "$(sql -c 'EXPLAIN TABLE item' | tr '\n' ' ')" 'vsm_group.*Gather.*Parallel Seq Scan' 'over parallel workers'
sql -c 'CREATE TABLE parallel AS TABLE item'
is "$(sql -c 'SET vsm.enable_group_plan = off' -c 'SELECT count(*) FROM parallel AS p JOIN item AS i USING (item) WHERE p *= i')" \
	2000 'they give the same'
sql -c 'CREATE TABLE parted (item int, at timestamptz, state text) PARTITION BY HASH (item)' \
	-c 'CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0)' \
	-c 'CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1)' \
	-c 'INSERT INTO parted SELECT * FROM event' -c 'ANALYZE parted'
export PGOPTIONS="$PGOPTIONS -c enable_partitionwise_aggregate=on"
is "$(sql -c 'CREATE TABLE parted_item AS SELECT item, vsm.timeline(at, state) AS timeline FROM parted GROUP BY item' \
	-c 'SET vsm.enable_group_plan = off' -c 'SELECT count(*) FROM parted_item AS p JOIN item AS i USING (item) WHERE p *= i')" \
	2000 'partitions by themselves, in parallel'
done_testing
