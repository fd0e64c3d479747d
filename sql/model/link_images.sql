/*
 * The commits of images that a deployment tells but not what they were built of: what told of the
 * image, by its name or its digest, as built of a commit or by a build (a link builds from the
 * image); a tag of that name in its repository; the only commit whose SHA begins as its tag
 * says. Where these say several, none is taken. A commit that a tool tells holds before these.
 */
CREATE FUNCTION vsm.link_images(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	found bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	IF NOT EXISTS (SELECT FROM link AS l WHERE l.kind = 'deploys' AND l.method = 'image') THEN
		RETURN 0;
	END IF;
	WITH deployed AS MATERIALIZED (
		SELECT DISTINCT ON (d.deployment) d.deployment, d.repository, d.sha, l.target AS image,
			vsm.image_digest(l.target) AS digest, vsm.image_tag(l.target) AS tag
		FROM link AS l JOIN deployment AS d ON d.deployment = l.source
		WHERE l.kind = 'deploys' AND l.method = 'image' AND l.until IS NULL AND l.target !~ '^[0-9a-f]{40}$'
		AND (d.sha IS NULL OR d.told ->> 'sha' = '1')
		ORDER BY d.deployment, l.changed_at DESC NULLS LAST, l.target COLLATE "C"),
	told AS (
		SELECT d.deployment, 1 AS place, coalesce(b.sha, CASE WHEN l.target ~ '^[0-9a-f]{40}$' THEN l.target END) AS sha
		FROM deployed AS d
			JOIN link AS l ON l.source = ANY (ARRAY[d.image, d.digest]) AND l.kind = 'builds' AND l.until IS NULL
			LEFT JOIN build AS b ON b.build = l.target
		UNION ALL
		SELECT d.deployment, 2, l.target
		FROM deployed AS d
			CROSS JOIN LATERAL (SELECT DISTINCT c.source FROM (
				SELECT k.source FROM commit AS k WHERE k.repository = d.repository LIMIT 1) AS c) AS s
			JOIN link AS l ON l.source = ANY (ARRAY[s.source || ':tag:' || d.repository || '@' || d.tag,
				s.source || ':tag:' || d.repository || '@v' || d.tag]) AND l.kind = 'builds' AND l.until IS NULL
		WHERE l.target ~ '^[0-9a-f]{40}$'
		UNION ALL
		-- (A number, as of a build or a day, is no SHA.)
		SELECT d.deployment, 3, c.sha
		FROM (
			SELECT e.*, substring(e.tag FROM '(?:^|[^0-9a-z])([0-9a-f]{7,39})$') AS prefix FROM deployed AS e) AS d
			JOIN commit AS c ON c.sha >= d.prefix AND c.sha < d.prefix || 'g' AND starts_with(c.sha, d.prefix)
				AND (d.repository IS NULL OR c.repository = d.repository)
		WHERE d.prefix ~ '[a-f]'),
	known AS (
		SELECT DISTINCT ON (t.deployment) t.deployment, CASE WHEN t.shas = 1 THEN t.sha END AS sha
		FROM (
			SELECT q.deployment, q.place, min(q.sha) AS sha, count(DISTINCT q.sha) AS shas
			FROM told AS q WHERE q.sha IS NOT NULL GROUP BY q.deployment, q.place) AS t
		ORDER BY t.deployment, t.place)
	-- As what was told before all else: whatever a tool tells later is newer.
	UPDATE deployment AS o SET sha = k.sha, told = CASE WHEN k.sha IS NULL THEN nullif(o.told - 'sha', '{}')
		ELSE coalesce(o.told, '{}') || '{"sha": 1}' END
	FROM deployed AS d LEFT JOIN known AS k ON k.deployment = d.deployment
	WHERE o.deployment = d.deployment AND o.sha IS DISTINCT FROM k.sha;
	GET DIAGNOSTICS found = ROW_COUNT;
	RETURN found;
END
$$;
COMMENT ON FUNCTION vsm.link_images(text) IS
	'writes to deployments of images the commits that these were built of, where others than their tool tell, and returns to how many; '
	'a part of vsm.link_deployments';
