-- Keys of issues in texts.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(44);

-- Without projects: upper-case keys on word boundaries.
SELECT is(vsm.issue_keys('PAY-12: refuse expired cards'), '{PAY-12}', 'a key at the beginning');
SELECT is(vsm.issue_keys('refuse expired cards (PAY-12)'), '{PAY-12}', 'in parentheses');
SELECT is(vsm.issue_keys('feature/PAY-12-login'), '{PAY-12}', 'in the name of a branch');
SELECT is(vsm.issue_keys('PAY-12, OPS-3 and PAY-7; see PAY-12'), '{PAY-12,OPS-3,PAY-7}', 'several, distinct, in order of appearance');
SELECT is(vsm.issue_keys('pay-12'), '{}', 'lower case is no key without projects');
SELECT is(vsm.issue_keys('Pay-12'), '{}', 'nor is mixed case');
SELECT is(vsm.issue_keys('xPAY-12 PAY-12x _PAY-12 9PAY-12 PAY-13_x'), '{PAY-13}',
	'no key inside a word, which an underscore behind it ends');
SELECT is(vsm.issue_keys('A-1'), '{}', 'a project has at least two characters');
SELECT is(vsm.issue_keys('A1-1 MY_APP-2 B_-3'), '{A1-1,MY_APP-2,B_-3}', 'digits and underscores belong to a project');
SELECT is(vsm.issue_keys('1A-1 PAY-0 PAY-012 PAY- PAY -12 -12 PAY--12'), '{}', 'what is no key');
SELECT is(vsm.issue_keys('WEB-PAY-12 PAY-12-13'), '{PAY-12}', 'a dash ends a word');
SELECT is(vsm.issue_keys('feature/SHOP-7_show_total PAY-1_PAY-2'), '{SHOP-7,PAY-1,PAY-2}', 'an underscore ends a key, too');
SELECT is(vsm.issue_keys('UTF-8 SHA-256 CVE-2024-1 ISO-8601 RFC-2822 UTF-9'), '{UTF-9}',
	'without projects whatever looks like a key is one, but for standards');
SELECT is(vsm.issue_keys('UTF-8 SHA-256', '{UTF}'), '{UTF-8}', 'which a project may be called like');
SELECT is(vsm.issue_keys('PAY-123456789012345678901234567890'), '{PAY-123456789012345678901234567890}', 'a long number');
SELECT is(vsm.issue_keys(''), '{}', 'an empty text has none');
SELECT is(vsm.issue_keys(NULL), NULL, 'NULL has none known');
SELECT is(vsm.issue_keys('-'), '{}', 'a dash alone');
SELECT is(vsm.issue_keys('PAY-1'), '{PAY-1}', 'the whole text');

-- Characters beyond ASCII.
SELECT is(vsm.issue_keys('“PAY-12” — PAY-13… «PAY-14»'), '{PAY-12,PAY-13,PAY-14}', 'quotation marks and dashes are no letters');
SELECT is(vsm.issue_keys('éPAY-12 PAY-13é яPAY-14'), '{}', 'letters of other alphabets are');
SELECT is(vsm.issue_keys('修复PAY-12登录 PAY-13를（PAY-14）'), '{PAY-12,PAY-13,PAY-14}', 'scripts without spaces may touch a key');
SELECT is(vsm.issue_keys('×PAY-12÷'), '{PAY-12}', 'signs are no letters');

-- With projects: any case, and nothing else.
SELECT is(vsm.issue_keys('pay-12 Ops-3 WEB-4', '{PAY,OPS}'), '{PAY-12,OPS-3}', 'keys of the projects, in any case, given in upper case');
SELECT is(vsm.issue_keys('PAY-12', '{pay}'), '{PAY-12}', 'projects in any case');
SELECT is(vsm.issue_keys('pay-12 PAY-12 Pay-12', '{PAY}'), '{PAY-12}', 'the same key in different cases is one');
SELECT is(vsm.issue_keys('UTF-8 SHA-256 CVE-2021-44228 PAY-1', '{PAY}'), '{PAY-1}',
	'UTF-8, SHA-256 and CVE-2021-44228 are no keys of the project');
SELECT is(vsm.issue_keys('feature/pay-12-login', '{PAY}'), '{PAY-12}', 'the name of a branch in lower case');
SELECT is(vsm.issue_keys('repay-12 pay-12x', '{PAY}'), '{}', 'still no key inside a word');
SELECT is(vsm.issue_keys('P-1 p-2', '{P}'), '{P-1,P-2}', 'a project of one letter, when it is given');
SELECT is(vsm.issue_keys('PAY-1 OPS-2', (SELECT array_agg('pay'::text) FROM generate_series(1, 500000))), '{PAY-1}',
	'a project that is named often costs no more than many');
SELECT is(vsm.issue_keys('PAY-1', '{}'), '{}', 'no projects, no keys');
SELECT is(vsm.issue_keys('PAY-1', '{NULL}'), '{}', 'a NULL project is none');
SELECT is(vsm.issue_keys('PAY-1 OPS-2', '{NULL,OPS}'), '{OPS-2}', 'beside others');
SELECT is(vsm.issue_keys('PAY-1', NULL), NULL, 'NULL projects: nothing is known');
SELECT is(vsm.issue_keys(NULL, '{PAY}'), NULL, 'NULL text');
SELECT is(vsm.issue_keys(repeat('x', 300) || '-1', ARRAY[repeat('x', 300)]), '{}', 'a project has fewer than 256 characters');
SELECT results_eq(
	$$SELECT vsm.issue_keys('pay-1 ops-2', p) FROM (VALUES (1, '{PAY}'::text[]), (2, '{OPS}'), (3, '{OPS,PAY}')) v(n, p) ORDER BY n$$,
	$$VALUES ('{PAY-1}'::text[]), ('{OPS-2}'), ('{PAY-1,OPS-2}')$$,
	'projects may differ from row to row');

-- Many keys.
SELECT is(vsm.issue_keys(string_agg('PAY-' || i % 1000 + 1, ' ' ORDER BY i)), array_agg('PAY-' || i + 1 ORDER BY i) FILTER (WHERE i < 1000),
	'a thousand keys, each ten times') FROM generate_series(0, 9999) i;
SELECT is(vsm.issue_keys(string_agg('pay-' || i, ' ' ORDER BY i), '{PAY}'), array_agg('PAY-' || i ORDER BY i), 'the same with projects')
FROM generate_series(1, 40) i;

-- Random texts: the definition as a regular expression.
SELECT setseed(0.6);
CREATE TEMP TABLE words AS
SELECT n, string_agg((ARRAY['PAY-', 'pay-', 'x9-1', 'OPS-1', 'O', 'X9', '-', '1', '12', '0', ' ', ' ', ' ', '/', ' ',
	'a'])[1 + floor(random() * 16)::int], '' ORDER BY k) AS words
FROM generate_series(1, 5000) n, generate_series(1, 24) k GROUP BY n;
CREATE FUNCTION pg_temp.keys_of(words text, pattern text, flags text) RETURNS text[] LANGUAGE sql AS
$$SELECT coalesce(array_agg(key ORDER BY first), '{}') FROM (
	SELECT upper(m[1]) AS key, min(ord) AS first FROM regexp_matches($1, $2, $3) WITH ORDINALITY r(m, ord) GROUP BY 1) k$$;
SELECT is_empty(
	$$SELECT words, vsm.issue_keys(words), pg_temp.keys_of(words, '\m([A-Z][A-Z0-9_]+-[1-9][0-9]*)\M', 'g') FROM words
	  WHERE vsm.issue_keys(words) <> pg_temp.keys_of(words, '\m([A-Z][A-Z0-9_]+-[1-9][0-9]*)\M', 'g')$$,
	'random texts: like the regular expression');
SELECT is_empty(
	$$SELECT words, vsm.issue_keys(words, '{PAY,x9}'), pg_temp.keys_of(words, '\m((?:PAY|X9)-[1-9][0-9]*)\M', 'gi') FROM words
	  WHERE vsm.issue_keys(words, '{PAY,x9}') <> pg_temp.keys_of(words, '\m((?:PAY|X9)-[1-9][0-9]*)\M', 'gi')$$,
	'random texts with projects: like the regular expression');
SELECT cmp_ok((SELECT count(*) FROM words WHERE cardinality(vsm.issue_keys(words)) > 0), '>', 200::bigint, 'of which many hold keys');
SELECT cmp_ok((SELECT count(*) FROM words WHERE cardinality(vsm.issue_keys(words, '{PAY,x9}')) > 1), '>', 100::bigint,
	'and several hold more than one');

SELECT * FROM finish();
ROLLBACK;
