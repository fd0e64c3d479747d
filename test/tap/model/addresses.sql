-- What is read of payloads without regular expressions, beside the expressions that say the same; members of objects that
-- differ from one to the next, and names whose meanings change.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(13);
SELECT setseed(0.3) \g /dev/null

CREATE TEMP TABLE address AS
SELECT string_agg((ARRAY['https://', 'http://', 'git+ssh://', 'HTTP://', 'h', 'host', 'git@', '@', ':', '/', '//', '/-/', '/-', '-/',
	'groups/',
	'shop', 'checkout', '/job/', 'job', '/job', '/12', '12', '/7/', '#', '%2F', '.git', '.git/', '/commit/', 'issues/', E'\n', 'é', 'a.b',
	repeat('0af', 14), repeat('9', 64), repeat('c', 39)])[1 + floor(random() * CASE WHEN k = 1 THEN 8 ELSE 35 END)::integer],
		'' ORDER BY k) AS url
FROM generate_series(1, 20000) AS i, generate_series(1, 1 + i % 9) AS k GROUP BY i;
SELECT is_empty($$SELECT a.url FROM address AS a WHERE vsm.gitlab_path(a.url)
	IS DISTINCT FROM regexp_replace(substring(a.url FROM '^[a-z]+?://[^/]+/(.+?)/-/'), '^groups/', '')$$, 'paths of GitLab');
SELECT is_empty($$SELECT a.url FROM address AS a WHERE vsm.jenkins_path(a.url)
	IS DISTINCT FROM substr(regexp_replace(substring('/' || a.url FROM '(?:/job/[^/]+)+/\d+(?=/|$)'), '/(\d+)$', '#\1'), 6)$$,
	'builds of Jenkins');
SELECT is_empty($$SELECT a.url FROM address AS a WHERE vsm.git_repository(a.url) IS DISTINCT FROM
	regexp_replace(substring(a.url FROM '^(?:[a-z+]+://[^/]+/|[^/:@]+@[^/:]+:)/?(.+?)/?$'), '\.git$', '')$$, 'remotes of Git');
SELECT is_empty($$SELECT a.url FROM address AS a WHERE vsm.address_commit(a.url)
	IS DISTINCT FROM substring(a.url FROM '/commit/([0-9a-f]{40,64})')$$, 'commits');
SELECT cmp_ok((SELECT least(count(vsm.gitlab_path(a.url)), count(vsm.jenkins_path(a.url)), count(vsm.git_repository(a.url)),
	count(vsm.address_commit(a.url))) FROM address AS a), '>', 20::bigint, 'of each there are some');
SELECT is(vsm.gitlab_path('https://gitlab.example.com/groups/shop/-/epics/5') || ' '
	|| vsm.jenkins_path('https://ci/job/shop/job/web/12/console')
	|| ' ' || vsm.git_repository('git@git.example.com:shop/web.git') || ' ' || vsm.git_repository('https://git.example.com/shop/web/'),
	'shop shop/job/web#12 shop/web shop/web', 'as they are');

SELECT is(vsm.jenkins_path('https://ci' || repeat('/job/job/x', 100000)), NULL, 'many jobs and no number take no time');

CREATE TEMP TABLE sha AS
SELECT to_jsonb(left(repeat('0', i % 5) || translate(md5(i::text) || md5(i || 'x'), CASE WHEN i % 7 = 0 THEN '0' ELSE '' END, 'g')
	|| '00', i % 67))
	AS member FROM generate_series(1, 3000) AS i
UNION ALL SELECT to_jsonb(i * 37) FROM generate_series(1, 500) AS i UNION ALL SELECT to_jsonb(repeat('0', i)) FROM generate_series(0,
	70) AS i
UNION ALL VALUES ('null'::jsonb), ('true'), ('17.5'), ('1e5'), ('[]'), ('{"a": "abcd"}'), ('["abcd"]'), ('"abcé"');
SELECT is_empty($$SELECT s.member FROM sha AS s WHERE vsm.json_sha(s.member) IS DISTINCT FROM
	CASE WHEN octet_length(s.member #>> '{}') BETWEEN 4 AND 64 AND ltrim(s.member #>> '{}',
		'0') ~ '^[0-9a-f]+$' THEN s.member #>> '{}' END$$,
	'SHAs, whole or not');
SELECT is_empty($$SELECT s.member FROM sha AS s WHERE vsm.jenkins_sha(s.member) IS DISTINCT FROM
	CASE WHEN octet_length(s.member #>> '{}') IN (40, 64) AND s.member #>> '{}' ~ '^[0-9a-f]+$' THEN s.member #>> '{}' END$$,
		'and whole ones');

-- Objects of up to 60 members, in which the member is at another place each time, or missing.
CREATE TEMP TABLE object AS
SELECT i, (SELECT jsonb_object_agg(left(md5(i % 13 || 'k' || k), 1 + k % 9),
	CASE k % 4 WHEN 0 THEN to_jsonb(k) WHEN 1 THEN '{"b": {"c": "x"}}'
	WHEN 2 THEN '["p", {"b": 7}]' ELSE 'null' END) FROM generate_series(1, i % 60) AS k)
	|| CASE WHEN i % 3 > 0 THEN jsonb_build_object('abc', (ARRAY['{"b": {"c": "x"}}', '{"b": "y"}', '[{"b": "z"}, 2]', '"t"',
		'{}'])[1 + i % 5]::jsonb)
		ELSE '{}' END AS body
FROM generate_series(1, 900) AS i;
SELECT is_empty($$SELECT o.i FROM object AS o WHERE (vsm.json_text(o.body, 'abc'), vsm.json_text(o.body, 'abc', 'b'),
	vsm.json_text(o.body, 'abc', 'b', 'c'),
		vsm.json_text(o.body, 'abc', '0', 'b'), vsm.json_text(o.body, 'a'), vsm.json_text(o.body, 'zzzzzzzzzz')) IS DISTINCT FROM
	(vsm.json_text(o.body -> 'abc'), vsm.json_text(o.body #> '{abc,b}'), vsm.json_text(o.body #> '{abc,b,c}'),
		vsm.json_text(o.body #> '{abc,0,b}'), vsm.json_text(o.body -> 'a'), vsm.json_text(o.body -> 'zzzzzzzzzz'))$$,
	'a member is found wherever it is');
SELECT is((SELECT count(vsm.json_text(o.body, VARIADIC ARRAY['abc', NULL])) FROM object AS o), 0::bigint,
	'a path with a NULL leads nowhere');

-- More names than are remembered, of two installations in turn, asked in one statement and each in its own.
CREATE TEMP TABLE asked AS
SELECT i, (ARRAY['deploy-', 'Bug ', 'Epic', 'qa', ''])[1 + i % 5] || (i * 7919) % 200 || CASE WHEN i % 50 = 0 THEN repeat('x', 120)
	ELSE '' END AS name,
	CASE WHEN i % 20 < 10 THEN vsm.default_names() ELSE
		vsm.names_of(ARRAY[ROW ('type', 'Epic1', 'none'), ROW ('type', '/bug 1/', 'risk'), ROW ('job', '/deploy/',
			'none')]::vsm.name_meaning[]) END AS names
FROM generate_series(1, 1500) AS i;
CREATE FUNCTION pg_temp.meaning(names jsonb, kind text, name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE 'SELECT vsm.meaning($1, $2, $3)' INTO result USING names, kind, name;
	RETURN result;
END $$;
SELECT is_empty($$SELECT a.name FROM asked AS a WHERE (vsm.meaning(a.names, 'type', a.name), vsm.meaning(a.names, 'job',
	a.name)) IS DISTINCT FROM
	(pg_temp.meaning(a.names, 'type', a.name), pg_temp.meaning(a.names, 'job', a.name))$$, 'what was remembered is what would be found');
SELECT cmp_ok((SELECT count(DISTINCT vsm.meaning(a.names, k.kind, a.name)) FROM asked AS a, (VALUES ('type'), ('job')) AS k (kind)),
	'>', 3::bigint,
	'names mean several things, asked for two kinds in turn');

SELECT finish();
ROLLBACK;
