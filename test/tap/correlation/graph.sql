-- Graphs and releases as values: canonical, stored, sent, compared, merged; and what they refuse.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;	-- pgTAP's is() compares with =
SELECT plan(122);

-- SQLSTATE, message and detail of an error.
CREATE FUNCTION pg_temp.error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || ' | ' || detail;
END $$;

-- The aggregate over edges.
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES ('c', 'b'), ('b', 'a'), ('a', NULL)) v(a, b))::text,
	'{"a":[],"b":["a"],"c":["b"]}', 'edges, and a node without any');
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES ('c', 'b'), ('c', 'b'), ('c', 'a'), ('c', NULL)) v(a, b))::text,
	'{"c":["a","b"]}', 'a node given twice has the edges of both, each once');
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES ('c', '')) v(a, b))::text, '{"c":[]}', 'an empty target is none');
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES (NULL, NULL), ('', ''), ('c', NULL), ('', NULL)) v(a, b))::text,
	'{"c":[]}', 'a row without source and target is skipped');
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES (NULL::text, NULL::text)) v(a, b)), NULL, 'nothing but such rows: NULL');
SELECT is((SELECT vsm.graph(a, a) FROM (VALUES ('')) v(a) WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT vsm.graph('c', 'c'))::text, '{"c":["c"]}', 'an edge to itself');
SELECT is(pg_temp.error_of($$SELECT vsm.graph(NULL, 'a'::text)$$),
	'22004 source of an edge is null or empty | An edge leads from one named node to another; without a target it gives a node without '
		'edges, but without a source it gives nothing.',
	'a target without a source');
SELECT is(left(pg_temp.error_of($$SELECT vsm.graph('', 'a'::text)$$), 5), '22004', 'or with an empty one');

-- Over arrays.
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES ('m', '{b,a,b}'::text[]), ('a', '{}'), ('b', NULL), ('q', '{NULL,"",a}')) v(a, b))::text,
	'{"a":[],"b":[],"m":["a","b"],"q":["a"]}', 'targets in arrays; NULL and empty elements are none');
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES ('m', '{{a,b},{c,d}}'::text[])) v(a, b))::text, '{"m":["a","b","c","d"]}',
	'arrays of any dimensions');
SELECT is((SELECT vsm.graph(a, b) FROM (VALUES (NULL, '{}'::text[]), (NULL, NULL), (NULL, '{NULL}'), ('a', '{}')) v(a, b))::text,
	'{"a":[]}', 'rows without node and targets are skipped');
SELECT is(left(pg_temp.error_of($$SELECT vsm.graph(NULL::text, '{a}'::text[])$$), 49),
	'22004 source of an edge is null or empty | An edg', 'targets without a node');
SELECT is((SELECT vsm.graph(a, array_remove(ARRAY[b, c], NULL)) FROM (VALUES ('m', 'x', 'y'), ('n', 'x', NULL)) v(a, b, c)),
	(SELECT vsm.graph(a, b) FROM (VALUES ('m', 'x'), ('n', 'x'), ('m', 'y')) v(a, b)), 'both forms give the same value');

-- Independent of the order of input, of duplicates and of partial aggregates.
SELECT setseed(0.1);
CREATE TEMP TABLE edge AS
SELECT md5((random() * 500)::int::text) AS a, CASE WHEN random() < 0.9 THEN md5((random() * 500)::int::text) END AS b, (random() * 9)::int
	AS part
FROM generate_series(1, 2000);
SELECT is((SELECT vsm.graph(a, b ORDER BY random()) FROM edge), (SELECT vsm.graph(a, b ORDER BY a, b) FROM edge),
	'any order gives the same value');
SELECT is((SELECT vsm.graph(a, b ORDER BY random())::text FROM edge), (SELECT vsm.graph(a, b ORDER BY b, a)::text FROM edge),
	'and the same text');
SELECT is((SELECT vsm.graph(a, b) FROM (SELECT a, b FROM edge, generate_series(1, 20) ORDER BY random()) e), (SELECT vsm.graph(a, b)
	FROM edge), 'duplicates collapse');
SELECT is((SELECT vsm.merge(g) FROM (SELECT vsm.graph(a, b) AS g FROM edge GROUP BY part) p), (SELECT vsm.graph(a, b) FROM edge),
	'merged parts give the whole');
SELECT is((SELECT vsm.merge(g) FROM (SELECT vsm.graph(a, b) AS g FROM edge, generate_series(0, 9) k WHERE (part + k) % 7 < 4
	GROUP BY k) p), (SELECT vsm.graph(a, b) FROM edge), 'even if they overlap');
SELECT is((SELECT vsm.merge(x.g, y.g) FROM (SELECT vsm.graph(a, b) AS g FROM edge WHERE part < 6) x, (SELECT vsm.graph(a, b) AS g
	FROM edge WHERE part > 3) y),
	(SELECT vsm.graph(a, b) FROM edge), 'two values merge to their union');
SELECT is((SELECT vsm.merge(g) FROM (SELECT vsm.graph(a, b) AS g FROM edge) x), (SELECT vsm.graph(a, b) FROM edge),
	'one merged alone stays as it is');
SELECT is((SELECT vsm.merge(g) FROM (SELECT NULL::vsm.graph AS g) x), NULL, 'NULLs merge to NULL');
SELECT is((SELECT vsm.merge(g) FROM (VALUES (NULL), ('{"a":[]}'::vsm.graph), (NULL), ('{"b":["a"]}')) v(g))::text, '{"a":[],"b":["a"]}',
	'NULLs among others do not count');
SELECT is(vsm.merge('{"a":[]}', NULL::vsm.graph), NULL, 'merge of two is strict');
SELECT results_eq(
	$$SELECT part, vsm.graph(a, b)::text FROM edge GROUP BY part ORDER BY part$$,
	$$SELECT part, (SELECT vsm.graph(a, b)::text FROM edge e WHERE e.part = p.part) FROM (SELECT DISTINCT part FROM edge) p ORDER BY part$$,
	'groups');
SELECT results_eq(
	$$SELECT n, vsm.graph(a, b) OVER (ORDER BY n)::text FROM (VALUES (1, 'a', 'b'), (2, 'b', 'c'), (3, 'a', 'c')) v(n, a, b)$$,
	$$VALUES (1, '{"a":["b"]}'), (2, '{"a":["b"],"b":["c"]}'), (3, '{"a":["b","c"],"b":["c"]}')$$,
	'as a window function');
SELECT results_eq(
	$$SELECT vsm.graph_add(s, 'x', 'y')::text, s::text FROM (SELECT vsm.graph_add(NULL, 'a', 'b') AS s) q$$,
	$$VALUES ('{"a":["b"],"x":["y"]}', '{"a":["b"]}')$$,
	'outside of an aggregate the transition leaves its argument alone');
CREATE TEMP TABLE state AS SELECT vsm.graph_add(vsm.graph_add(NULL, 'b', 'a'), 'a', NULL::text) AS s;
SELECT is((SELECT s FROM state), '{"a":[],"b":["a"]}'::vsm.graph, 'a state that is stored reads as the value');
SELECT is((SELECT vsm.graph_hash(s) FROM state), vsm.graph_hash('{"a":[],"b":["a"]}'::vsm.graph), 'and hashes like it');
SELECT is((SELECT vsm.merge(s) FROM state), '{"a":[],"b":["a"]}'::vsm.graph, 'and merges like it');

-- The plain definition, for names that share beginnings and for ids of commits.
CREATE TEMP TABLE named AS
SELECT kind, n, CASE kind WHEN 'id' THEN encode(sha256(n::text::bytea), 'hex') WHEN 'long' THEN repeat('issue:PROJECT-', 1 + n % 5) || n
	WHEN 'mixed' THEN CASE n % 4 WHEN 0 THEN md5(n::text) WHEN 1 THEN left(md5(n::text), 8 + n % 9) WHEN 2 THEN 'é' || n
		ELSE upper(md5(n::text)) END END AS name
FROM generate_series(1, 1500) n, unnest(ARRAY['id', 'long', 'mixed']) kind;
CREATE TEMP TABLE named_edge AS
SELECT a.kind, a.name AS a, b.name AS b
FROM named a, LATERAL (VALUES (a.n / 2), (a.n - 7)) x(n) JOIN named b ON b.n = x.n WHERE a.kind = b.kind;
SELECT is(
	(SELECT vsm.graph(a, b)::text FROM named_edge WHERE kind = k),
	(SELECT '{' || string_agg(to_json(a) || ':[' || targets || ']', ',' ORDER BY a COLLATE "C") || '}'
	 FROM (SELECT a, string_agg(to_json(b)::text, ',' ORDER BY b COLLATE "C") AS targets FROM (SELECT DISTINCT a, b FROM named_edge
		WHERE kind = k) d GROUP BY a) t),
	'text form by plain SQL: ' || k)
FROM unnest(ARRAY['id', 'long', 'mixed']) k;
SELECT is(g::text::vsm.graph, g, 'the text is lossless: ' || kind) FROM (SELECT kind, vsm.graph(a, b) AS g FROM named_edge
	GROUP BY kind) q ORDER BY kind;

-- Text, json and jsonb.
SELECT is('{}'::vsm.graph::text, '{}', 'an empty graph');
SELECT is(' { "b" : [ "a" , "a" ] , "a" : [ ] } '::vsm.graph::text, '{"a":[],"b":["a"]}',
	'white space, order and duplicates are made canonical');
SELECT is('{"b":["a"],"b":["c"]}'::vsm.graph::text, '{"b":["a","c"]}', 'a node given twice is the union');
SELECT is('{"a\"\\\u0001é\u00e9":["\t"]}'::vsm.graph::text, '{"a\"\\\u0001éé":["\t"]}', 'escapes');
SELECT is('{"0123456789abcdef":["0123456789ABCDEF","0123456789abcde","01234567","g1234567"]}'::vsm.graph::text,
	'{"0123456789abcdef":["01234567","0123456789ABCDEF","0123456789abcde","g1234567"]}', 'names that look like ids of commits, or nearly');
SELECT is('{"`1234567":[":1234567","/1234567","@1234567","g1234567","0123456`"]}'::vsm.graph::text,
	'{"`1234567":["/1234567","0123456`",":1234567","@1234567","g1234567"]}', 'neighbours of digits in ASCII');
SELECT is('{"b":["a"]}'::vsm.graph::json::text, '{"b":["a"]}', 'to json');
SELECT is('{"b":["a"]}'::vsm.graph::jsonb, '{"b":["a"]}', 'to jsonb');
SELECT is(to_jsonb('{"b":["a"]}'::vsm.graph), '{"b":["a"]}', 'to_jsonb finds the cast');
SELECT is('{"b":["a"]}'::json::vsm.graph, '{"b":["a"]}'::vsm.graph, 'from json');
SELECT is('{"b":["a"]}'::jsonb::vsm.graph, '{"b":["a"]}'::vsm.graph, 'from jsonb');
SELECT is(pg_temp.error_of(format('SELECT %L::vsm.graph', input)), '22P02 invalid input syntax for type vsm.graph | ' || detail,
	'refused: ' || input)
FROM (VALUES
	('[]', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('"a"', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('null', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"a":"b"}', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"a":null}', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"a":[1]}', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"a":[null]}', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"a":[["b"]]}', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"a":[{"b":[]}]}', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"a":{"b":[]}}', 'A graph is an object of arrays of names, for example {"node":["target"],"target":[]}.'),
	('{"":[]}', 'The name of a node is not empty.'),
	('{"a":[""]}', 'The name of a node is not empty.'),
	('{"a":[]', 'The input string ended unexpectedly.'),
	('', 'The input string ended unexpectedly.')) v(input, detail);
SELECT is(left(pg_temp.error_of($$SELECT '{"a\u0000":[]}'::vsm.graph$$), 50), '22P05 invalid input syntax for type vsm.graph | \u',
	'refused: a zero character');

-- Binary, through files of the server.
SELECT current_setting('data_directory') || '/vsm_graph_' || pg_backend_pid() AS file \gset
CREATE TEMP TABLE sent AS SELECT kind, vsm.graph(a, b) AS g FROM named_edge GROUP BY kind UNION ALL VALUES ('empty', '{}'::vsm.graph),
	('parents', '{"a":["b"],"c":[]}');
CREATE TEMP TABLE received (LIKE sent);
COPY sent TO :'file' (FORMAT binary);
COPY received FROM :'file' (FORMAT binary);
SELECT is_empty('SELECT kind FROM sent JOIN received USING (kind) WHERE sent.g <> received.g OR sent.g::text <> received.g::text',
	'binary is lossless');
SELECT is((SELECT count(*) FROM received), 5::bigint, 'for each of them');
CREATE TEMP TABLE bytes (b bytea);
CREATE TEMP TABLE one_graph (g vsm.graph);
CREATE FUNCTION pg_temp.receive(b bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE bytes; TRUNCATE one_graph;
	INSERT INTO bytes VALUES ($1);
	EXECUTE format('COPY bytes TO %L (FORMAT binary)', file);
	RETURN pg_temp.error_of(format('COPY one_graph FROM %L (FORMAT binary)', file));
END $$;
SELECT is(encode(vsm.graph_send('{"a":["b"]}'), 'hex'), '01000000020000000161000000016200000001' || '00000001' || 'ffffffff',
	'what is sent');
SELECT is(pg_temp.receive(decode('01000000020000000161000000016200000001' || '00000001' || 'ffffffff', 'hex'), :'file'), 'no error',
	'is received');
SELECT is((SELECT g::text FROM one_graph), '{"a":["b"]}', 'as it was');
SELECT is(pg_temp.receive(decode(input, 'hex'), :'file'), error, 'binary refused: ' || error)
FROM (VALUES
	('02', '22P03 invalid binary format of type vsm.graph | Its format version is 2; this version of vsm reads 1.'),
	('01ffffffff', '22P03 invalid number of names in binary graph: 4294967295 | '),
	('01000000010000000061', '22P03 invalid number of names in binary graph: 1 | '),
	('0100000001' || '00000000' || '00000000', '22P03 invalid length of a name in binary graph: 0 | '),
	('0100000001' || '00000009' || '6100000000', '22P03 invalid length of a name in binary graph: 9 | '),
	('0100000001' || '0000000161' || '00000001' || '00000001', '22P03 invalid target in binary graph: 1 | There is no node of that '
		'number.'),
	('0100000001' || '0000000161' || 'fffffffe', '22P03 invalid number of targets in binary graph: -2 | '),
	('0100000001' || '0000000161' || '7fffffff', '22P03 invalid number of targets in binary graph: 2147483647 | '),
	('0100000001' || '0000000161' || 'ffffffff', '22P03 unused name in binary graph | Each name is that of a given node or of a target.'),
	('0100000001' || '00000002ff61' || '00000000', '22021 invalid byte sequence for encoding "UTF8": 0xff | ')) v(input, error);

-- Comparing.
SELECT ok('{"a":["b"]}'::vsm.graph OPERATOR(vsm.=) '{"a":["b","b"]}', 'equal sets are equal');
SELECT ok('{"a":["b"]}'::vsm.graph OPERATOR(vsm.<>) '{"a":["b"],"b":[]}', 'a node that is given differs from one that is not');
SELECT is((SELECT count(DISTINCT g) FROM (VALUES ('{"a":["b"]}'::vsm.graph), ('{"a":["b"]}'), ('{"b":["a"]}')) v(g)), 2::bigint,
	'distinct values');
SELECT is((SELECT count(*) FROM (SELECT g FROM (VALUES ('{"a":["b"]}'::vsm.graph), ('{"a":["b"]}'), ('{"b":["a"]}')) v(g) GROUP BY g) q),
	2::bigint, 'groups of values');
SELECT is(vsm.graph_hash_extended('{"a":["b"]}', 7), vsm.graph_hash_extended('{"a":["b","b"]}', 7), 'equal values have equal hashes');
SELECT ok((a OPERATOR(vsm.<) b) <> (b OPERATOR(vsm.<) a) AND (a OPERATOR(vsm.<=) b) = (b OPERATOR(vsm.>=) a)
	AND (a OPERATOR(vsm.>) b) = (vsm.graph_cmp(a, b) > 0), 'an order')
FROM (VALUES ('{"a":["b"]}'::vsm.graph, '{"a":["c"]}'::vsm.graph)) v(a, b);

-- Size, and a stored value of another format.
SELECT cmp_ok((SELECT pg_column_size(vsm.graph(md5(n::text) || left(md5(n::text), 8), md5((n - 1)::text) || left(md5((n - 1)::text), 8)))
	FROM generate_series(1, 10000) n),
	'<', 33 * 10000, 'a commit takes less than 33 bytes');

-- Releases.
SELECT is((SELECT vsm.releases(t, r, s, a) FROM (VALUES ('shop', 'v2', 'b', timestamptz '2026-01-06 10:00Z'), ('shop', 'v1', 'a',
	'2026-01-05 10:00Z'), ('shop', 'v1', 'a', '2026-01-05 10:00Z'), ('pay', 'v1', 'a', '2026-01-05 10:00:00.25Z')) v(t, r, s, a))::text,
	'{"pay":[["2026-01-05T10:00:00.25Z","v1","a"]],"shop":[["2026-01-05T10:00:00Z","v1","a"],["2026-01-06T10:00:00Z","v2","b"]]}',
	'a set of releases by target and time');
SELECT is((SELECT vsm.releases(t, t, t, a) FROM (VALUES ('x', NULL::timestamptz), (NULL, NULL)) v(t, a)), NULL,
	'rows without a time are not released: none is left');
SELECT is(pg_temp.error_of(format('SELECT vsm.releases(%s)', args)), error, 'refused: ' || args)
FROM (VALUES
	($$NULL, 'v1', 'a', now()$$, '22004 target of a release is null or empty | A release has a target, a name, the commit that was '
		'released, and the time.'),
	($$'shop', NULL, 'a', now()$$, '22004 name of a release is null or empty | A release has a target, a name, the commit that was '
		'released, and the time.'),
	($$'shop', 'v1', '', now()$$, '22004 commit of a release is null or empty | A release has a target, a name, the commit that was '
		'released, and the time.'),
	($$'shop', 'v1', NULL, now()$$, '22004 commit of a release is null or empty | A release has a target, a name, the commit that was '
		'released, and the time.'),
	($$'shop', 'v1', 'a', '-infinity'$$, '22008 time of a release cannot be infinite | ')) v(args, error);
CREATE TEMP TABLE release AS
SELECT 't' || (random() * 3)::int AS t, 'v' || (random() * 50)::int AS r, md5((random() * 50)::int::text) AS s,
	timestamptz '1999-12-30Z' + (random() * 100)::int * interval '1 hour 1 microsecond' AS a, (random() * 5)::int AS part
FROM generate_series(1, 3000);
SELECT is((SELECT vsm.releases(t, r, s, a ORDER BY random()) FROM release), (SELECT vsm.releases(t, r, s, a ORDER BY a) FROM release),
	'any order gives the same value');
SELECT is((SELECT vsm.merge(v) FROM (SELECT vsm.releases(t, r, s, a) AS v FROM release GROUP BY part) p), (SELECT vsm.releases(t, r, s, a)
	FROM release), 'merged parts give the whole');
SELECT is((SELECT vsm.merge(x.v, y.v) FROM (SELECT vsm.releases(t, r, s, a) AS v FROM release WHERE part < 4) x, (SELECT vsm.releases(t,
	r, s, a) AS v FROM release WHERE part > 1) y),
	(SELECT vsm.releases(t, r, s, a) FROM release), 'two values merge to their union');
SELECT is(
	(SELECT vsm.releases(t, r, s, a)::json FROM release)::text,
	(SELECT '{' || string_agg(to_json(t) || ':[' || list || ']', ',' ORDER BY t COLLATE "C") || '}' FROM (
		SELECT t, string_agg('["' || to_char(a AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
			|| regexp_replace(to_char(a AT TIME ZONE 'UTC', '.US'), '\.?0*$', '') || 'Z",' || to_json(r) || ',' || to_json(s) || ']', ','
				ORDER BY a, r COLLATE "C", s COLLATE "C") AS list
		FROM (SELECT DISTINCT t, r, s, a FROM release) d GROUP BY t) q),
	'text form by plain SQL');
SELECT is(v::text::vsm.releases, v, 'the text is lossless') FROM (SELECT vsm.releases(t, r, s, a) AS v FROM release) q;
SELECT is(v::jsonb::vsm.releases, v, 'so is jsonb') FROM (SELECT vsm.releases(t, r, s, a) AS v FROM release) q;
SELECT is(v::json::vsm.releases, v, 'and json') FROM (SELECT vsm.releases(t, r, s, a) AS v FROM release) q;
SELECT is('{}'::vsm.releases::text, '{}', 'no releases');
SELECT is(pg_temp.error_of(format('SELECT %L::vsm.releases', input)), '22P02 invalid input syntax for type vsm.releases | ' || detail,
	'refused: ' || input)
FROM (SELECT 'Releases are an object of arrays of [time, release, sha] triples of strings, for example {"shop":[["2026-01-05T10:00:00Z",'
	'"v1","4f9be21"]]}.' AS form) f,
LATERAL (VALUES
	('[]', form), ('{"shop":[]}', form), ('{"shop":[[]]}', form), ('{"shop":["2026-01-05T10:00:00Z","v1","a"]}', form),
		('{"shop":[["2026-01-05T10:00:00Z","v1"]]}', form),
	('{"shop":[["2026-01-05T10:00:00Z","v1","a","b"]]}', form), ('{"shop":[["2026-01-05T10:00:00Z","v1",1]]}', form),
		('{"shop":{"a":[]}}', form), ('{"shop":null}', form),
	('{"shop":[["2026-01-05T10:00:00Z","v1",""]]}', 'A target, release or sha is not empty.'),
	('{"":[["2026-01-05T10:00:00Z","v1","a"]]}', 'A target, release or sha is not empty.'),
	('{"shop":[["2026-02-30T10:00:00Z","v1","a"]]}', '"2026-02-30T10:00:00Z": The date or the time of day does not exist.')) v(input,
		detail);
SELECT is(encode(vsm.releases_send('{"s":[["2000-01-01T00:00:00.000001Z","v","c"]]}'), 'hex'),
	'01' || '00000003' || '0000000163' || '0000000173' || '0000000176' || '00000001' || '0000000000000001' || '00000001' || '00000002'
		|| '00000000', 'what is sent');
CREATE TEMP TABLE sent_releases AS SELECT vsm.releases(t, r, s, a) AS v FROM release;
CREATE TEMP TABLE received_releases (v vsm.releases);
COPY sent_releases TO :'file' (FORMAT binary);
COPY received_releases FROM :'file' (FORMAT binary);
SELECT is((SELECT v FROM received_releases), (SELECT v FROM sent_releases), 'binary is lossless');
CREATE FUNCTION pg_temp.receive_releases(b bytea, file text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE bytes;
	INSERT INTO bytes VALUES ($1);
	EXECUTE format('COPY bytes TO %L (FORMAT binary)', file);
	RETURN pg_temp.error_of(format('COPY received_releases FROM %L (FORMAT binary)', file));
END $$;
SELECT is(pg_temp.receive_releases(decode(input, 'hex'), :'file'), error, 'binary refused: ' || error)
FROM (VALUES
	('02', '22P03 invalid binary format of type vsm.releases | Its format version is 2; this version of vsm reads 1.'),
	('01ffffffff', '22P03 invalid number of names in binary releases: 4294967295 | '),
	('0100000001' || '00000000' || '00000000', '22P03 invalid length of a name in binary releases: 0 | '),
	('0100000001' || '0000000163' || '00000001', '22P03 invalid number of releases in binary releases: 1 | '),
	('0100000001' || '0000000163' || '00000001' || '0000000000000001' || '00000000' || '00000000' || '00000001',
		'22P03 invalid release in binary releases | Its time is out of range, or there is no name of its number.'),
	('0100000001' || '0000000163' || '00000001' || '7fffffffffffffff' || '00000000' || '00000000' || '00000000',
		'22P03 invalid release in binary releases | Its time is out of range, or there is no name of its number.'),
	('0100000001' || '0000000163' || '00000000', '22P03 unused name in binary releases | Each name is that of a target, a release or a '
		'commit.')) v(input, error);
\set remove 'cat >/dev/null; rm -f ' :file
COPY (SELECT) TO PROGRAM :'remove';
SELECT is((SELECT count(DISTINCT v) FROM (VALUES ('{}'::vsm.releases), ('{}'), ('{"s":[["2000-01-01T00:00:00Z","v","c"]]}')) x(v)),
	2::bigint, 'distinct releases');
SELECT ok(a OPERATOR(vsm.=) a AND a OPERATOR(vsm.<>) b AND (a OPERATOR(vsm.<) b) <> (b OPERATOR(vsm.<) a)
	AND (a OPERATOR(vsm.<=) b) = (b OPERATOR(vsm.>=) a)
	AND (a OPERATOR(vsm.>) b) = (vsm.releases_cmp(a, b) > 0) AND vsm.releases_hash(a) = vsm.releases_hash(a::text::vsm.releases)
	AND vsm.releases_hash_extended(a, 1) <> vsm.releases_hash_extended(b, 1), 'releases are compared and hashed')
FROM (VALUES ('{"s":[["2000-01-01T00:00:00Z","v","c"]]}'::vsm.releases, '{"s":[["2000-01-01T00:00:00Z","v","d"]]}'::vsm.releases)) v(a, b);

SELECT * FROM finish();
ROLLBACK;
