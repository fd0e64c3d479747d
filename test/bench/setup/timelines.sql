-- stored: one timeline an item, made from the events.
CREATE TABLE stored AS SELECT item, vsm.timeline(at, state) AS timeline FROM event GROUP BY item;
VACUUM (ANALYZE) stored;
