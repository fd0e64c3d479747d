# Payloads in any order, split into any calls, some of them twice, by one session or by eight at once, in sessions of any time zone:
# the same rows of every table that facts fill. The payloads are those of test/orders.sql: of five tools, told by webhooks
# and by the API, and of one that measures use.
. "$(dirname "$0")/tap.sh"
export PGDATABASE=vsm_orders PGOPTIONS='-c client_min_messages=error -c timezone=UTC -c jit=off'
dropdb --if-exists vsm_orders
createdb vsm_orders
trap 'dropdb --if-exists --force vsm_orders; rm -rf "$tmp"' EXIT
sql -c 'CREATE EXTENSION vsm' -f "$VSM_TOP/test/orders.sql" \
	-c "CALL vsm.create_model('flow', time_zone => 'Europe/Berlin')" -f - <<'SQL' || exit 1
-- Names that this installation chose: fields, labels, states, jobs, stages, environments, services, authors.
INSERT INTO flow.naming (source, kind, name, meaning) VALUES
	('jira', 'field', 'customfield_10030', 'team'), ('github', 'field', 'Risk', 'category'), ('%', 'label', 'hotfix', 'defect'),
	('github', 'label', 'risky', 'risk'), ('jira', 'state', 'Review', 'resolved'), ('jira', 'state', 'In Progress', 'acknowledged'),
	('gitlab', 'job', 'rollout', 'eu-1'), ('github', 'job', 'ship', 'qa'), ('jenkins', 'job', 'shop/rollout', 'deploy'),
	('jenkins', 'stage', 'Canary', 'eu-1'), ('%', 'environment', 'eu-1', 'production'), ('%', 'service', 'shop/web', 'web'),
	('gitlab', 'author', 'ben', 'person');

-- Deals the payloads, an eighth of them twice, in an order of that number (0: as they were made) into calls of 1 to 60.
CREATE TABLE orders.dealt (place integer PRIMARY KEY, n integer, call integer);
CREATE FUNCTION orders.deal(number integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	so_far integer := 0;
	size integer;
BEGIN
	PERFORM setseed(number / 100.0);
	DELETE FROM orders.dealt;
	INSERT INTO orders.dealt (place, n)
	SELECT row_number() OVER (ORDER BY CASE number WHEN 0 THEN p.n ELSE 0 END, random()), p.n
	FROM orders.payload AS p, generate_series(1, 2) AS time WHERE time = 1 OR random() < 0.125;
	FOR turn IN 1..10000 LOOP
		size := 1 + floor(random() * 60);
		UPDATE orders.dealt SET call = turn WHERE place > so_far AND place <= so_far + size;
		EXIT WHEN NOT FOUND;
		so_far := so_far + size;
	END LOOP;
END$$;
CREATE PROCEDURE orders.load(number integer) LANGUAGE plpgsql AS $$
DECLARE
	relation text;
BEGIN
	FOREACH relation IN ARRAY vsm.told_tables() LOOP
		EXECUTE format('DELETE FROM flow.%I', relation);
	END LOOP;
	PERFORM orders.deal(number);
	PERFORM set_config('timezone', ('{UTC,America/New_York,Pacific/Kiritimati,Australia/Lord_Howe}'::text[])[1 + number % 4], false);
	COMMIT;
	FOR turn IN 1..(SELECT max(d.call) FROM orders.dealt AS d) LOOP
		INSERT INTO flow.inbox (source, payload)
		SELECT p.source, p.body FROM orders.dealt AS d JOIN orders.payload AS p USING (n) WHERE d.call = turn ORDER BY d.place;
		PERFORM vsm.ingest_once('flow');
		COMMIT;
	END LOOP;
END$$;

-- What a table holds, but for when it was written and by which transaction; and what differs from what the first order made.
CREATE FUNCTION orders.content() RETURNS TABLE (relation text, line jsonb) LANGUAGE plpgsql SET timezone = 'UTC' AS $$
BEGIN
	FOREACH relation IN ARRAY vsm.told_tables() LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM flow.%I AS t', relation, relation);
	END LOOP;
END$$;
CREATE TABLE orders.first (relation text, line jsonb);
CREATE TABLE orders.compared (number integer, lines bigint);
CREATE TABLE orders.difference (number integer, side text, relation text, line jsonb);
CREATE PROCEDURE orders.compare(number integer) LANGUAGE sql AS $$
	INSERT INTO orders.compared SELECT number, count(*) FROM orders.content();
	INSERT INTO orders.difference
	SELECT number, 'lacks', d.* FROM (SELECT f.* FROM orders.first AS f EXCEPT ALL SELECT c.* FROM orders.content() AS c) AS d;
	INSERT INTO orders.difference
	SELECT number, 'has', d.* FROM (SELECT c.* FROM orders.content() AS c EXCEPT ALL SELECT f.* FROM orders.first AS f) AS d;
$$;
SQL
# What differed, in a few lines.
differences() {
	sql -c "SELECT number, relation, side, line FROM orders.difference ORDER BY relation, line ->> 'entity', number, side LIMIT 20"
}

sql -c 'CALL orders.load(0)' -c 'INSERT INTO orders.first SELECT * FROM orders.content()'
is "$(sql -c "SELECT left(error, 200) FROM flow.inbox LIMIT 5")" '' 'every payload is read'
ok 'there are 500 of all tools' test "$(sql -c 'SELECT least(count(*), 100 * count(DISTINCT source)) FROM orders.payload')" -ge 500
is "$(sql -c "SELECT t.relation FROM unnest(vsm.told_tables()) AS t (relation)
	WHERE t.relation <> 'outcome' AND (SELECT count(*) FROM orders.first AS f WHERE f.relation = t.relation) < 8")" '' \
	'which tell of something in every table, but outcomes, of which no tool tells'

# Once more, each row stays where it is.
sql -c 'CREATE TABLE orders.place (relation text, place tid, line jsonb)' -f - <<'SQL'
CREATE FUNCTION orders.places() RETURNS TABLE (relation text, place tid, line jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY vsm.told_tables() LOOP
		RETURN QUERY EXECUTE format('SELECT %L, t.ctid, to_jsonb(t) FROM flow.%I AS t', relation, relation);
	END LOOP;
END$$;
INSERT INTO orders.place SELECT * FROM orders.places();
INSERT INTO flow.inbox (source, payload) SELECT source, body FROM orders.payload ORDER BY md5(n::text);
SELECT vsm.ingest_once('flow') \g /dev/null
SQL
is "$(sql -c 'SELECT * FROM (SELECT * FROM orders.places() EXCEPT ALL SELECT * FROM orders.place) AS d LIMIT 10')" '' \
	'the same payloads again: no row is written'

for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
	echo "CALL orders.load($number); CALL orders.compare($number);"
done | sql
is "$(sql -c 'SELECT count(*) FROM orders.compared WHERE lines > 1000')" 19 'they were read in 20 orders'
is "$(differences)" '' 'which make the same rows'

# Eight sessions at once, each with its share.
sql -c "DO 'DECLARE r text; BEGIN
		FOREACH r IN ARRAY vsm.told_tables() LOOP EXECUTE format(\$\$DELETE FROM flow.%I\$\$, r); END LOOP; END'" \
	-c 'SELECT orders.deal(20)' >/dev/null
for session in 0 1 2 3 4 5 6 7; do
	sql -c "SELECT 'SET timezone = ''America/St_Johns'';'" \
		-c "SELECT format('INSERT INTO flow.inbox (source, payload) SELECT p.source, p.body
			FROM orders.dealt AS d JOIN orders.payload AS p USING (n) WHERE d.call = %s ORDER BY d.place; CALL vsm.ingest(''flow'');', c)
		FROM generate_series(1, (SELECT max(call) FROM orders.dealt)) AS c WHERE c % 8 = $session" >"$tmp/session$session"
	sql -f "$tmp/session$session" >"$tmp/said$session" 2>&1 &
	eval "session$session=\$!"
done
status=0
for session in 0 1 2 3 4 5 6 7; do
	eval "wait \$session$session" || status=1
done
is "$status $(cat "$tmp"/said?)" '0 ' 'eight sessions at once end well'
sql -c "CALL vsm.ingest('flow')" -c 'CALL orders.compare(20)'
is "$(sql -c 'SELECT count(*) FROM flow.inbox')" 0 'they read all'
is "$(differences)" '' 'and make the same rows'
done_testing
