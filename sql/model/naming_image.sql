/*
 * Images of containers, and the commits that they were built of.
 *
 * What deploys an image knows the commit by, in this order: its label or annotation
 * org.opencontainers.image.revision; what naming (kind image) says: the commit, or the repository that
 * the image is built from, in which its tag may be a commit or a tag; a tag that is a whole SHA.
 * Else it is linked to the image, and vsm.link_images looks for who told of it: the build
 * that pushed it, a tag of its repository, the commit whose SHA begins as its tag says.
 */

CREATE FUNCTION vsm.image_name(image text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- registry:5000/shop/web:1.2@sha256:0a1b
RETURN regexp_replace(regexp_replace(regexp_replace(image, '^[a-z-]+://', ''), '@sha256:.*$', ''), ':[^:/]*$', '');
COMMENT ON FUNCTION vsm.image_name(text) IS
	'the name of an image without its tag and digest: registry:5000/shop/web of registry:5000/shop/web:1.2';

CREATE FUNCTION vsm.image_tag(image text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(substring(regexp_replace(image, '@sha256:.*$', '') FROM ':([^:/]+)$'), 'latest');
COMMENT ON FUNCTION vsm.image_tag(text) IS 'the tag of an image; NULL if it has none, or latest, which says nothing';

CREATE FUNCTION vsm.image_digest(image text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substring(image FROM 'sha256:[0-9a-f]{64}');
COMMENT ON FUNCTION vsm.image_digest(text) IS 'the digest of an image, sha256:...; NULL if it has none';

CREATE FUNCTION vsm.revision_sha(revision text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- 0a1b..., main@sha1:0a1b..., main/0a1b..., refs/heads/main@0a1b...; sha256:... is that of an image or bucket.
RETURN CASE WHEN revision !~ 'sha256:' THEN substring(revision FROM '(?:^|[/@:])([0-9a-f]{40})$') END;
COMMENT ON FUNCTION vsm.revision_sha(text) IS 'the commit that a revision names, alone or behind a branch: main@sha1:0a1b...; NULL if none';

CREATE FUNCTION vsm.image_sha(names jsonb, image text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.revision_sha(vsm.meaning(names, 'image', image)),
	substring(vsm.image_tag(image) FROM '^(?:[a-z.-]+-)?([0-9a-f]{40})$'));
COMMENT ON FUNCTION vsm.image_sha(jsonb, text) IS
	'the commit that an image was built of, by naming (kind image) or as its tag says; NULL if neither does';

CREATE FUNCTION vsm.image_repository(names jsonb, image text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT m.meaning FROM (SELECT coalesce(vsm.meaning(names, 'image', vsm.image_name(image)), vsm.meaning(names, 'image', image))
	AS meaning OFFSET 0) AS m WHERE vsm.revision_sha(m.meaning) IS NULL);
COMMENT ON FUNCTION vsm.image_repository(jsonb, text) IS
	'the repository that an image is built from, by naming (kind image) of its name; NULL if that says nothing';

CREATE FUNCTION vsm.images_commit(names jsonb, images jsonb)
RETURNS TABLE (sha text, repository text, image text, tag text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	-- Side-cars have commits of their own: of several none is taken, but the one whose repository is named.
	SELECT CASE WHEN count(DISTINCT i.sha) = 1 THEN min(i.sha) END,
		CASE WHEN count(DISTINCT i.repository) = 1 THEN min(i.repository) END,
		CASE WHEN count(DISTINCT i.image) FILTER (WHERE i.repository IS NOT NULL) = 1 THEN
				min(i.image) FILTER (WHERE i.repository IS NOT NULL)
			WHEN count(DISTINCT i.image) = 1 THEN min(i.image) END,
		CASE WHEN count(DISTINCT i.image) = 1 THEN vsm.image_tag(min(i.image)) END
	FROM (
		SELECT o.image, vsm.image_sha(names, o.image) AS sha, vsm.image_repository(names, o.image) AS repository
		FROM (SELECT vsm.json_text(e.value) AS image FROM jsonb_array_elements(vsm.json_array(images)) AS e OFFSET 0) AS o
		WHERE o.image IS NOT NULL AND octet_length(o.image) <= 1000 AND vsm.meaning(names, 'image', vsm.image_name(o.image))
			IS DISTINCT FROM 'none'
		OFFSET 0) AS i;
END;
COMMENT ON FUNCTION vsm.images_commit(jsonb, jsonb) IS
	'what a list of images says of what was deployed: its commit, the repository that naming says, the image and the tag; each NULL if it '
	'is not told, or there are several';

CREATE FUNCTION vsm.named_environment(names jsonb, VARIADIC candidates text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(
		(SELECT c.name FROM unnest(candidates) WITH ORDINALITY AS c (name, place)
		WHERE vsm.meaning(names, 'environment', c.name) <> 'other' ORDER BY c.place LIMIT 1),
		(SELECT c.name FROM unnest(candidates) WITH ORDINALITY AS c (name, place) WHERE c.name IS NOT NULL ORDER BY c.place LIMIT 1));
END;
COMMENT ON FUNCTION vsm.named_environment(jsonb, text[]) IS
	'the first of several names that means an environment of a known tier, else the first that there is: the environment of what says it '
	'by the name of a namespace, cluster or application';

CREATE FUNCTION vsm.repository_path(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- https://github.com/shop/web.git, git@github.com:shop/web.git, ssh://git@github.com:22/shop/web
RETURN substring(regexp_replace(url, '(\.git)?/?$', '') FROM '^(?:[a-z+]+://(?:[^/@]*@)?[^/]+/|[^/@]+@[^:/]+:)(.+)$');
COMMENT ON FUNCTION vsm.repository_path(text) IS 'the repository that an address of git is of, as tools name it: shop/web';
