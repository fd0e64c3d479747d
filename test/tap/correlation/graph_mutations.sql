-- Mutated texts and binary forms of graphs and releases: refused by a rule, or read without loss.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;
SELECT plan(6);
SELECT setseed(0.9);

CREATE TEMP TABLE original AS VALUES
	('graph', '{"a":["b","c"],"b":["c"],"da39a3ee5e6b4b0d":["é\"\\\u0001"],"q":[]}',
		vsm.graph_send('{"a":["b","c"],"b":["c"],"da39a3ee5e6b4b0d":["é"],"q":[]}')),
	('graph', '{"da39a3ee5e6b4b0d":["0000000000000000"]}', vsm.graph_send('{"da39a3ee5e6b4b0d":["0000000000000000"]}')),
	('releases', '{"shop":[["2026-01-05T10:00:00.25Z","v1","a"],["2026-01-05T10:00:00Z","v2","b"]],"é":[["0044-03-15T12:00:00Z BC","v1",'
		'"a"]]}',
		vsm.releases_send('{"shop":[["2026-01-05T10:00:00.25Z","v1","a"],["2026-01-05T10:00:00Z","v2","b"]],"é":[["2044-03-15T12:00:00Z",'
			'"v1","a"]]}'));
ALTER TABLE original RENAME COLUMN column1 TO type;
ALTER TABLE original RENAME COLUMN column2 TO text;
ALTER TABLE original RENAME COLUMN column3 TO bytes;

-- Characters are dropped, doubled, or replaced by others that mean something.
CREATE FUNCTION pg_temp.mutated(original text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE at int; mutated text := original;
BEGIN
	FOR i IN 1 .. 1 + floor(random() * 3) LOOP
		at := 1 + floor(random() * length(mutated));
		mutated := CASE floor(random() * 3)
			WHEN 0 THEN left(mutated, at - 1) || substr(mutated, at + 1)
			WHEN 1 THEN left(mutated, at) || substr(mutated, at)
			ELSE left(mutated, at - 1) || (ARRAY['{', '}', '[', ']', '"', ',', ':', '\', 'a', '0', ' ', 'é', 'null', '""', 'Z',
				E'\t'])[1 + floor(random() * 16)::int] || substr(mutated, at + 1) END;
	END LOOP;
	RETURN mutated;
END $$;
CREATE FUNCTION pg_temp.ending(type text, input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE same boolean;
BEGIN
	EXECUTE format('SELECT vsm.%1$s_eq(v, v::text::vsm.%1$s) AND v::text = v::text::vsm.%1$s::text FROM (SELECT $1::vsm.%1$s AS v) q',
		type) INTO same USING input;
	RETURN CASE WHEN same THEN 'read' ELSE 'read with loss' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE ending AS SELECT type, pg_temp.ending(type, pg_temp.mutated(text)) AS ending FROM original, generate_series(1, 1500) k;
SELECT is_empty($$SELECT * FROM ending WHERE ending NOT IN ('read', '22P02', '22P05')$$, 'texts');
SELECT cmp_ok((SELECT count(*) FROM ending WHERE ending = 'read'), '>', 100::bigint, 'of which some are read');
SELECT cmp_ok((SELECT count(*) FROM ending WHERE ending = '22P02'), '>', 1000::bigint, 'and many are refused');

-- Binary: the same with bytes, received by COPY.
SELECT current_setting('data_directory') || '/vsm_mutations_' || pg_backend_pid() AS file \gset
CREATE TEMP TABLE sent (b bytea);
CREATE TEMP TABLE received_graph (v vsm.graph);
CREATE TEMP TABLE received_releases (v vsm.releases);
CREATE FUNCTION pg_temp.mutated(original bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE mutated bytea := original;
BEGIN
	FOR i IN 1 .. 1 + floor(random() * 3) LOOP
		mutated := CASE floor(random() * 4)
			WHEN 0 THEN substr(mutated, 1, floor(random() * length(mutated))::int)
			ELSE set_byte(mutated, floor(random() * length(mutated))::int, (ARRAY[0, 1, 2, 127, 128, 255,
				97])[1 + floor(random() * 7)::int]) END;
		EXIT WHEN length(mutated) = 0;
	END LOOP;
	RETURN mutated;
END $$;
CREATE FUNCTION pg_temp.ending(type text, bytes bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE same boolean;
BEGIN
	DELETE FROM sent;
	INSERT INTO sent VALUES (bytes);
	EXECUTE format('COPY sent TO %L (FORMAT binary)', file);
	EXECUTE format('DELETE FROM received_%s', type);
	EXECUTE format('COPY received_%s FROM %L (FORMAT binary)', type, file);
	EXECUTE format('SELECT vsm.%1$s_eq(v, v::text::vsm.%1$s) FROM received_%1$s', type) INTO same;
	RETURN CASE WHEN same THEN 'read' ELSE 'read with loss' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE binary_ending AS SELECT type, pg_temp.ending(type, pg_temp.mutated(bytes), :'file') AS ending FROM original,
	generate_series(1, 500) k;
SELECT is_empty($$SELECT * FROM binary_ending WHERE ending NOT IN ('read', '22P03', '08P01', '22021')$$, 'binary forms');
SELECT cmp_ok((SELECT count(*) FROM binary_ending WHERE ending = 'read'), '>', 50::bigint, 'of which some are read');
SELECT cmp_ok((SELECT count(*) FROM binary_ending WHERE ending = '22P03'), '>', 100::bigint, 'and many are refused');
\set remove 'cat >/dev/null; rm -f ' :file
COPY (SELECT) TO PROGRAM :'remove';

SELECT * FROM finish();
ROLLBACK;
