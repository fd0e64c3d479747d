-- What a table that is tracked costs the application: one row a transaction, with a prepared statement, by pgbench.

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('bench_track');
CREATE TABLE ticket_plain AS SELECT n AS id, 'New' AS status, 'nothing' AS note, now() AS changed_at FROM generate_series(1, 10000) AS n;
ALTER TABLE ticket_plain ADD PRIMARY KEY (id);
CREATE TABLE ticket_tracked (LIKE ticket_plain INCLUDING ALL);
INSERT INTO ticket_tracked TABLE ticket_plain;
CALL vsm.track('bench_track', 'ticket_tracked', 'desk', id => 'id', state => 'status', at => 'changed_at');
VACUUM (ANALYZE) ticket_plain, ticket_tracked;

-- @shell plain_untouched
sh "$VSM_TOP/test/bench/pgbench.sh" "UPDATE ticket_plain SET note = 'n' || random() WHERE id = :id"
-- @shell tracked_untouched
sh "$VSM_TOP/test/bench/pgbench.sh" "UPDATE ticket_tracked SET note = 'n' || random() WHERE id = :id"
-- @shell plain_changed
sh "$VSM_TOP/test/bench/pgbench.sh" "UPDATE ticket_plain SET status = 's' || random(), changed_at = now() WHERE id = :id"
-- @shell tracked_changed
sh "$VSM_TOP/test/bench/pgbench.sh" "UPDATE ticket_tracked SET status = 's' || random(), changed_at = now() WHERE id = :id"

-- @ratio track_untouched_vs_plain tracked_untouched / plain_untouched <= 1.05
-- @ratio track_changed_vs_plain tracked_changed / plain_changed <= 2
