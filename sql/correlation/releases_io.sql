-- Releases: which commit was released where, under which name, and when.

-- include value_type releases int4 extended
COMMENT ON TYPE vsm.releases IS
	'a set of releases (target, release, sha, released_at); a target is a service and an environment. Text form: '
	'{"target":[["released_at","release","sha"],...],...}';

-- include json_casts releases releases_to_json releases_to_jsonb releases_from_json releases_from_jsonb form
-- include comparison releases a b

CREATE FUNCTION vsm.releases_add(state vsm.releases, target text, release text, sha text, released_at timestamptz) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_add(vsm.releases, text, text, text, timestamptz) IS 'transition of the aggregate vsm.releases';
CREATE FUNCTION vsm.releases_combine(state vsm.releases, other vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_combine(vsm.releases, vsm.releases) IS 'combines two states of the aggregate vsm.releases';
CREATE FUNCTION vsm.releases_final(state vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.releases_final(vsm.releases) IS 'final function of the aggregate vsm.releases';

CREATE AGGREGATE vsm.releases(target text, release text, sha text, released_at timestamptz) (
	SFUNC = vsm.releases_add,
	STYPE = vsm.releases,
	SSPACE = 1024,
	FINALFUNC = vsm.releases_final,
	COMBINEFUNC = vsm.releases_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.releases(text, text, text, timestamptz) IS
	'the set of releases: to which target (service and environment), under which name, of which commit, and when. A row without a time is '
	'not released and left out; any order. NULL when there is none; another NULL is an error';

CREATE FUNCTION vsm.merge(a vsm.releases, b vsm.releases) RETURNS vsm.releases
	AS 'MODULE_PATHNAME', 'vsm_releases_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vsm.merge(vsm.releases, vsm.releases) IS 'the union of two sets of releases. NULL when one is NULL';
CREATE AGGREGATE vsm.merge(releases vsm.releases) (
	SFUNC = vsm.releases_combine,
	STYPE = vsm.releases,
	SSPACE = 1024,
	FINALFUNC = vsm.releases_final,
	COMBINEFUNC = vsm.releases_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE vsm.merge(vsm.releases) IS 'the union of sets of releases, which may overlap. NULL when there is none';
