#!/bin/sh
# test/bench/duckdb.sh KEY: flow time and flow efficiency of every item in DuckDB, one thread, from a
# table of its own, by the events' column item or key. For the benchmark, which says where things
# are: bin, items. Prints the CPU seconds and the peak memory of the second of two runs in one
# process, or "skip" where the npm package @duckdb/node-api cannot be installed.
set -eu
duckdb=$bin/duckdb
mkdir -p "$duckdb"
if [ ! -e "$duckdb/installed" ]; then
	command -v npm >/dev/null || { echo 'skip npm is not there'; exit 0; }
	npm install --silent --no-audit --no-fund --prefix "$duckdb" @duckdb/node-api >"$duckdb/log" 2>&1 ||
		{ echo 'skip the npm package @duckdb/node-api cannot be installed'; exit 0; }
	touch "$duckdb/installed"
fi
cd "$duckdb"
cat >query.js <<'PROGRAM'
const { DuckDBInstance } = require(process.cwd() + '/node_modules/@duckdb/node-api');
const fs = require('fs');
const key = process.argv[2];
(async () => {
	const instance = await DuckDBInstance.create('bench.db', { threads: '1' });
	const connection = await instance.connect();
	await connection.run("SET timezone = 'UTC'");
	await connection.run('SET preserve_insertion_order = false');
	if (!fs.existsSync('loaded')) {
		await connection.run(`CREATE TABLE event AS SELECT * FROM read_csv('events.csv', header = false,
			columns = {'item': 'bigint', 'key': 'varchar', 'state': 'varchar', 'happened_at': 'timestamp'},
			timestampformat = '%Y-%m-%d %H:%M:%S.%f+00')`);
		await connection.run(`CREATE TABLE state_class AS SELECT * FROM (VALUES
			('Backlog', 'waiting'), ('Analysis', 'active'), ('Ready', 'waiting'), ('In Progress', 'active'),
			('Code Review', 'active'), ('QA', 'active'), ('Ready for Release', 'waiting'),
			('Done', 'done'), ('Cancelled', 'done')) v(state, class)`);
		await connection.run('CHECKPOINT');
		fs.unlinkSync('events.csv');
		fs.writeFileSync('loaded', '');
		process.exit(0);
	}
	let used;
	for (let run = 0; run < 2; run++) {
		const before = process.cpuUsage();
		await connection.runAndReadAll(`EXPLAIN ANALYZE
			WITH visit AS (
				SELECT e.${key} AS item, e.happened_at, c.class,
					epoch_us(lead(e.happened_at) OVER (PARTITION BY e.${key} ORDER BY e.happened_at)) - epoch_us(e.happened_at) AS duration
				FROM event e JOIN state_class c USING (state))
			SELECT item,
				max(happened_at) FILTER (WHERE class = 'done') - min(happened_at) AS flow_time,
				sum(duration) FILTER (WHERE class = 'active') / nullif(sum(duration) FILTER (WHERE class <> 'done'), 0) AS flow_efficiency
			FROM visit GROUP BY item`);
		used = process.cpuUsage(before);
	}
	console.log(`cpu ${(used.user + used.system) / 1e6}`);
	console.log(`memory ${Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) / 1024}`);
})().catch((error) => { console.error(error); process.exit(1); });
PROGRAM
# Loading is a process of its own: neither its time nor its memory counts.
if [ ! -e loaded ]; then
	"$bin/gen_events" "$items" >events.csv
	node query.js "$1"
fi
exec node query.js "$1"
