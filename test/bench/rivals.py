"""rivals.py ENGINE KEY load|run: flow time and flow efficiency of every item in DuckDB or ClickHouse, one thread.

Each in the fastest form that was found for it: no window, but a sorted list of numbers for each item, which are an
event's time and the class of its state at once (there are three classes). load keeps the events, by columns, in the
current folder; run prints the CPU seconds of the second of two runs in one process, its peak memory, and writes what was
found of every item that is done to answers.csv.
"""
import os
import resource
import sys

engine, key, what = sys.argv[1:4]
classes = {
    "Backlog": 0, "Analysis": 1, "Ready": 0, "In Progress": 1, "Code Review": 1, "QA": 1, "Ready for Release": 0,
    "Done": 2, "Cancelled": 2}


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def duckdb_engine():
    import duckdb
    connection = duckdb.connect("events.duckdb", config={"threads": 1})
    connection.execute("SET preserve_insertion_order = false")
    if what == "load":
        connection.execute("""
            CREATE TABLE event AS
            SELECT item, key, state, epoch_us(happened_at) AS us FROM read_csv('events.csv', header = false,
                columns = {'item': 'bigint', 'key': 'varchar', 'state': 'varchar', 'happened_at': 'timestamp'},
                timestampformat = '%Y-%m-%d %H:%M:%S.%f+00')""")
        return None, None
    cases = " ".join(f"WHEN '{state}' THEN {number}" for state, number in classes.items())
    query = f"""
        SELECT item, list_max([x // 4 FOR x IN a IF x % 4 = 2]) - a[1] // 4 AS flow_time,
            coalesce(list_sum([CASE WHEN a[i] % 4 = 1 THEN a[i + 1] // 4 - a[i] // 4 END FOR i IN range(1, len(a))]), 0) AS active
        FROM (SELECT {key} AS item, list_sort(list(us * 4 + CASE state {cases} END)) AS a FROM event GROUP BY 1)"""

    def run():
        connection.execute("CREATE OR REPLACE TEMP TABLE answer AS " + query)

    def write():
        connection.execute("COPY (SELECT * FROM answer WHERE flow_time IS NOT NULL) TO 'answers.csv' (HEADER false)")

    return run, write


def clickhouse_engine():
    from chdb.session import Session
    session = Session(os.path.abspath("events.chdb"))
    session.query("CREATE DATABASE IF NOT EXISTS b ENGINE = Atomic")
    settings = " SETTINGS max_threads = 1"
    if what == "load":
        session.query("CREATE TABLE b.event (item Int64, key String, state LowCardinality(String), at DateTime64(6, 'UTC')) "
            "ENGINE = MergeTree ORDER BY tuple()")
        session.query("INSERT INTO b.event SELECT c1, c2, c3, parseDateTime64BestEffort(c4, 6, 'UTC') FROM "
            f"file('{os.path.abspath('events.csv')}', 'CSV', 'c1 Int64, c2 String, c3 String, c4 String')")
        session.query("OPTIMIZE TABLE b.event FINAL")
        return None, None
    names = ", ".join(f"'{state}'" for state in classes)
    numbers = ", ".join(str(number) for number in classes.values())
    query = f"""
        SELECT item, if(has(c, 2), arrayMax((x, y) -> if(y = 2, x, 0), t, c) - t[1], NULL) AS flow_time,
            arraySum((x, y) -> if(y = 1, x, 0), arrayPopFront(arrayDifference(t)), arrayPopBack(c)) AS active
        FROM (
            SELECT {key} AS item,
                arraySort(groupArray(toUnixTimestamp64Micro(at) * 4 + transform(state, [{names}], [{numbers}], 0))) AS a,
                arrayMap(x -> intDiv(x, 4), a) AS t, arrayMap(x -> x % 4, a) AS c
            FROM b.event GROUP BY 1)"""

    def run():
        session.query(f"SELECT sum(flow_time), sum(active), count() FROM ({query})" + settings)

    def write():
        session.query(f"SELECT * FROM ({query}) WHERE flow_time IS NOT NULL INTO OUTFILE "
            f"'{os.path.abspath('answers.csv')}' TRUNCATE FORMAT CSV" + settings)

    return run, write


run, write = {"duckdb": duckdb_engine, "clickhouse": clickhouse_engine}[engine]()
if run is not None:
    for _ in range(2):
        before = cpu()
        run()
        used = cpu() - before
    print(f"cpu {used:.3f}")
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
    write()
