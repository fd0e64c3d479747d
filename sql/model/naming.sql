/*
 * Names that installations choose: what a field, a label, a type, a job, a stage, an environment
 * or an author's name means. The table naming of a model holds what its users say, the function
 * default_naming what is taken where they say nothing.
 *
 *   kind         name                                           meaning
 *   field        id or name of a field of a tracker             flag, sprint, size, team, parent, feature, due, priority, category
 *   type         type of an item                                feature, defect, risk, debt, incident, other
 *   label        label of an item                               feature, defect, risk, debt, incident
 *   category     label, type or value of the field category     the category, as it is to be reported
 *   state        state of an incident in a tracker              acknowledged, resolved
 *   job          job of a build server                          deploy, or the environment that it deploys to
 *   stage        stage or step of a job                         deploy, or the environment that it deploys to
 *   environment  environment of a deployment                    production, staging, testing, development, other
 *   service      environment, job or repository of a deployment,   the service
 *                configuration item
 *   author       login, name or address of who wrote a commit or request   bot, or the name of an assistant
 *   assistant    name or address in a trailer of a commit       the name of an assistant
 *   image        image of a container, or its name              the commit that it is built of, or the repository
 *   feature      key of a feature flag, name of an event of use  the item that it is of, or an alias of it
 *   variant      variant of a feature flag                      on: who got it got the feature, or off
 *
 * A name is compared whole and regardless of case; between slashes it is a regular expression of
 * PostgreSQL that is looked for regardless of case: /deploy.*prod/. The meaning none says that a
 * name means nothing of this kind, whatever the defaults say.
 *
 * Names count when a payload is read, so what was read before has to be read again after a change.
 * Only the service of a deployment is looked up when it is asked for, in the view
 * routed_deployment, unless its tool told one: by the name of its environment, else of the job of
 * its build, else of its repository. Which folder of a repository is which service is said by service.path.
 */

CREATE TYPE vsm.name_meaning AS (kind text, name text, meaning text);
COMMENT ON TYPE vsm.name_meaning IS 'what a name that an installation chose means';

CREATE FUNCTION vsm.default_naming() RETURNS SETOF vsm.name_meaning
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	SELECT d.kind, d.name, d.meaning
	FROM (VALUES
		(1, 'type', '/\m(incident|outage)/', 'incident'),
		(2, 'type', '/\m(bug|defect|error|fault)/', 'defect'),
		(3, 'type', '/\m(risk|security|vulnerability|compliance|privacy)/', 'risk'),
		(4, 'type', '/\m(debt|refactor|chore|maintenance|cleanup)/', 'debt'),
		(5, 'type',
			'/\m(story|feature|epic|improvement|enhancement|requirement|initiative|task|issue|subtask|idea|enabler|backlog item)/',
			'feature'),
		(6, 'type', '/./', 'other'),
		(7, 'label', '/\m(incident|outage)/', 'incident'),
		(8, 'label', '/\m(bug|defect|error|fault)/', 'defect'),
		(9, 'label', '/\m(risk|security|vulnerability|compliance|privacy)/', 'risk'),
		(10, 'label', '/\m(debt|refactor|chore|maintenance|cleanup)/', 'debt'),
		(11, 'environment', '/(dev|review|trunk)/', 'development'),
		(12, 'environment', '/(test|tst|int|ac(ce|)pt|qa|qc|control|quality)/', 'testing'),
		(13, 'environment', '/(st(a|)g|mod(e|)l|pre|demo|non)/', 'staging'),
		(14, 'environment', '/(pr(o|)d|live)/', 'production'),
		(15, 'environment', '/./', 'other'),
		(16, 'field', 'Flagged', 'flag'),
		(17, 'field', 'Sprint', 'sprint'),
		(18, 'field', 'Team', 'team'),
		(19, 'field', 'Story Points', 'size'),
		(20, 'field', 'Story point estimate', 'size'),
		(21, 'field', 'Parent', 'parent'),
		(22, 'field', 'Parent Link', 'parent'),
		(23, 'field', 'Epic Link', 'parent'),
		(24, 'field', 'IssueParentAssociation', 'parent'),
		(25, 'job', '/(^|[^a-z])deploy(ment|s|ing)?([^a-z]|$)/', 'deploy'),
		(26, 'stage', '/(^|[^a-z])deploy(ment|s|ing)?([^a-z]|$)/', 'deploy'),
		(27, 'author', '/\[bot\]$|(^|[^a-z])bot([^a-z]|$)|(^|[^a-z])(dependabot|renovate)([^a-z]|$)/', 'bot'),
		(28, 'variant', '/^(off|false|control|disabled?|inactive|none|no|0)$/', 'off')
	) AS d (place, kind, name, meaning)
	ORDER BY d.place;
END;
COMMENT ON FUNCTION vsm.default_naming() IS
	'what names mean where the table naming of a model says nothing; of several patterns that match the first decides';

CREATE FUNCTION vsm.meaning(names jsonb, kind text, name text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_meaning' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION vsm.meaning(jsonb, text, text) IS
	'what a name of that kind means by names, as vsm.names returns them; NULL if it means nothing';

CREATE FUNCTION vsm.any_meaning(names jsonb, kind text, list jsonb, meaning text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN list IS NOT NULL AND EXISTS (
		SELECT FROM jsonb_array_elements_text(vsm.json_array(list)) AS e (name)
		WHERE vsm.meaning(any_meaning.names, any_meaning.kind, e.name) = any_meaning.meaning);
END
$$;
COMMENT ON FUNCTION vsm.any_meaning(jsonb, text, jsonb, text) IS
	'whether one of the names in a list means that; a part of vsm.attach_fivetran_jira';

CREATE FUNCTION vsm.author_kind(names jsonb, login text, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN coalesce(login, name) IS NULL THEN NULL
	ELSE coalesce(vsm.meaning(names, 'author', login), vsm.meaning(names, 'author', name), 'person')
END;
COMMENT ON FUNCTION vsm.author_kind(jsonb, text, text) IS
	'what an author with that login or address and that name is by names: person, bot, or the name of an assistant; NULL if neither is '
	'told';

CREATE FUNCTION vsm.trailers_assistant(names jsonb, message text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT a.assistant
	FROM (
		-- Name <address>
		SELECT coalesce(vsm.meaning(names, 'assistant', rtrim(split_part(t.value, '<', 1))),
			vsm.meaning(names, 'assistant', substring(t.value FROM '<([^>]*)>'))) AS assistant, t.place
		FROM vsm.trailers(message) WITH ORDINALITY AS t (key, value, place)
		WHERE lower(t.key) IN ('co-authored-by', 'co-developed-by', 'assisted-by', 'generated-by', 'written-by')
		OFFSET 0) AS a
	WHERE a.assistant IS NOT NULL
	ORDER BY a.place LIMIT 1;
END;
COMMENT ON FUNCTION vsm.trailers_assistant(jsonb, text) IS
	'the assistant that the trailers of a message name: Co-authored-by, Assisted-by and the like';

CREATE FUNCTION vsm.assistant(names jsonb, message text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- (Most messages have no trailers, and where nobody is called an assistant there is none.)
RETURN CASE WHEN names ? 'assistant' AND (strpos(message, '-by:') > 0 OR strpos(message, '-By:') > 0 OR strpos(message, '-BY:') > 0) THEN
	vsm.trailers_assistant(names, message) END;
COMMENT ON FUNCTION vsm.assistant(jsonb, text) IS
	'the assistant that helped to write a commit or a request, by the trailers of its message, which begins with its title';

CREATE FUNCTION vsm.names_of(naming vsm.name_meaning[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_object_agg(k.kind, k.meanings)
	FROM (
		SELECT d.kind, jsonb_build_object(
				-- of a name that stands there twice the first holds
				'name', coalesce(jsonb_object_agg(lower(d.name), d.meaning ORDER BY d.place DESC) FILTER (WHERE d.name !~ '^/.+/$'), '{}'),
				'pattern', coalesce(jsonb_agg(jsonb_build_array(substr(d.name, 2, length(d.name) - 2), d.meaning) ORDER BY d.place)
					FILTER (WHERE d.name ~ '^/.+/$'), '[]')) AS meanings
		FROM unnest(naming) WITH ORDINALITY AS d (kind, name, meaning, place)
		GROUP BY d.kind) AS k;
END;
COMMENT ON FUNCTION vsm.names_of(vsm.name_meaning[]) IS
	'meanings in the form that readers take: {kind: {"name": {name: meaning}, "pattern": [[expression, meaning]]}}';

CREATE FUNCTION vsm.default_names() RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT vsm.names_of(ARRAY(SELECT ROW (d.kind, d.name, d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d));
END;
COMMENT ON FUNCTION vsm.default_names() IS 'the defaults of vsm.default_naming in the form that readers take';

CREATE FUNCTION vsm.names(model text, source text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
	named vsm.name_meaning[];
BEGIN
	PERFORM vsm.enter_model(model);
	-- What is said of this source before what is said of many.
	SELECT array_agg(ROW (n.kind, n.name, n.meaning)::vsm.name_meaning ORDER BY length(n.source) DESC, n.source COLLATE "C",
		n.name COLLATE "C") INTO named
	FROM naming AS n WHERE names.source LIKE n.source;
	IF named IS NULL THEN
		RETURN vsm.default_names();
	END IF;
	RETURN vsm.names_of(named || ARRAY(SELECT ROW (d.kind, d.name, d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d));
END
$$;
COMMENT ON FUNCTION vsm.names(text, text) IS
	'what the names that an installation chose mean in a source, by the table naming of a model and vsm.default_naming, in the form that '
	'readers take';

CREATE FUNCTION vsm.note_naming() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_other CONSTANT boolean := TG_OP = 'INSERT'
		OR TG_OP = 'UPDATE' AND (NEW.source, NEW.kind, NEW.name, NEW.meaning) IS DISTINCT FROM
			(OLD.source, OLD.kind, OLD.name, OLD.meaning);
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		EXECUTE format(
			'INSERT INTO %1$I.naming_removed (source, kind, name, removed_at)
			 SELECT n.source, n.kind, n.name, clock_timestamp() FROM %1$I.naming AS n
			 ON CONFLICT (source, kind, name) DO UPDATE SET removed_at = excluded.removed_at', TG_TABLE_SCHEMA);
		RETURN NULL;
	END IF;
	IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (NEW.source, NEW.kind, NEW.name) IS DISTINCT FROM (OLD.source, OLD.kind, OLD.name) THEN
		EXECUTE format(
			'INSERT INTO %I.naming_removed (source, kind, name, removed_at) VALUES ($1, $2, $3, clock_timestamp())
			 ON CONFLICT (source, kind, name) DO UPDATE SET removed_at = excluded.removed_at', TG_TABLE_SCHEMA)
		USING OLD.source, OLD.kind, OLD.name;
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN OLD;
	END IF;
	IF is_other THEN
		NEW.changed_at := clock_timestamp();
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION vsm.note_naming() IS
	'trigger function of the table naming: keeps when a name changed, and which are no longer there, so that data_quality can say what has '
	'to be read again';

CREATE FUNCTION vsm.has_word(name text, word text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN starts_with(lower(name), lower(word)) OR strpos(
	' ' || regexp_replace(lower(name), '[^[:alnum:]]+', ' ', 'g') || ' ',
	' ' || regexp_replace(lower(word), '[^[:alnum:]]+', ' ', 'g') || ' ') > 0;
COMMENT ON FUNCTION vsm.has_word(text, text) IS
	'whether a name begins with a word, or with the words of another name, or has them somewhere: checkout in checkout-eu, deploy/checkout';
