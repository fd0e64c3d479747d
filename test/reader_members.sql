-- Payloads without one of their members, or with something else in its place: the table mutant, and in told what each states.
-- It begins with the table sample (sample text, payload jsonb); :tool is the tool, :depth the levels that are looked at.
\ir reader_samples.sql

CREATE TEMP TABLE mutant AS
WITH RECURSIVE member (sample, path, value) AS (
	SELECT s.sample, ARRAY[]::text[], s.payload FROM sample AS s
	UNION ALL
	SELECT m.sample, m.path || c.key, c.value
	FROM member AS m, LATERAL (
		SELECT o.key, o.value FROM jsonb_each(CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value END) AS o
		UNION ALL
		SELECT (a.place - 1)::text, a.value FROM jsonb_array_elements(CASE jsonb_typeof(m.value) WHEN 'array' THEN m.value END)
			WITH ORDINALITY AS a (value, place)) AS c
	WHERE cardinality(m.path) < :depth)
SELECT m.sample, m.path, p.place, CASE p.place WHEN 'none' THEN s.payload #- m.path ELSE jsonb_set(s.payload, m.path, p.value) END
	AS payload
FROM member AS m JOIN sample AS s USING (sample),
	(VALUES ('none', NULL::jsonb), ('null', 'null'), ('""', '""'), ('{}', '{}'), ('[]', '[]'), ('object', '{"a": {"b": 1}}'),
		('array', '[[1], null, {"a": 1}]'), ('false', 'false'),
		('number', '-17.5'), ('huge', '1e300'), ('text', '"some text"'), ('long', to_jsonb(repeat('x', 5000)))) AS p (place, value)
WHERE m.path <> '{}'
UNION ALL
SELECT s.sample, '{}', 'whole', s.payload FROM sample AS s;

CREATE TEMP TABLE told AS
SELECT m.sample, m.path, m.place, t.reason, (t.f).*
FROM mutant AS m LEFT JOIN LATERAL pg_temp.facts(m.payload) AS t ON true;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT sample, path, place FROM told) AS t), (SELECT count(*) FROM mutant),
	'whatever stands where, nothing raises');

-- A member that is null, empty or of another type is as good as none, but for those in exception (sample, path, places).
CREATE TEMP TABLE digest AS
SELECT t.sample, array_to_string(t.path, '.') AS path, t.place,
	md5(string_agg(concat_ws('|', t.reason, t.fact, t.entity, t.at, t.value, t.id, t.name, t.details), E'\n'
		ORDER BY concat_ws('|', t.reason, t.fact, t.entity, t.at, t.value, t.id, t.name, t.details) COLLATE "C")) AS digest
FROM told AS t GROUP BY 1, 2, 3;
CREATE TEMP VIEW another AS
SELECT d.sample, d.path, string_agg(d.place, ', ' ORDER BY d.place COLLATE "C") AS places
FROM digest AS d JOIN digest AS n ON (n.sample, n.path, n.place) = (d.sample, d.path, 'none')
WHERE d.place IN ('null', '""', '{}', '[]', 'object', 'array', 'false') AND d.digest IS DISTINCT FROM n.digest
GROUP BY 1, 2;

-- What the payload told, and tells no longer without a member, where it is read without it.
CREATE TEMP VIEW lost AS
SELECT w.sample, array_to_string(m.path, '.') AS path,
	string_agg(DISTINCT w.fact || coalesce(' ' || coalesce(w.name, w.value), ''), ', ') AS facts
FROM mutant AS m JOIN told AS w ON w.sample = m.sample AND w.place = 'whole'
WHERE m.place = 'none' AND w.fact IS NOT NULL
AND NOT EXISTS (SELECT FROM told AS t WHERE (t.sample, t.path, t.place) = (m.sample, m.path, 'none') AND t.reason IS NOT NULL)
AND NOT EXISTS (SELECT FROM told AS t WHERE (t.sample, t.path, t.place) = (m.sample, m.path, 'none')
	AND (t.fact, t.entity, t.value, t.id, t.name) IS NOT DISTINCT FROM (w.fact, w.entity, w.value, w.id, w.name))
GROUP BY 1, m.path;

-- Without which members a payload is not read, and why.
CREATE TEMP VIEW needed AS
SELECT t.sample, array_to_string(t.path, '.') AS path, min(t.reason) AS reason
FROM told AS t WHERE t.place = 'none' AND t.reason IS NOT NULL GROUP BY 1, t.path;
