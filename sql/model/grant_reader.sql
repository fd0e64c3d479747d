-- Who may read the views of a model, and which value streams in them.

CREATE PROCEDURE vsm.grant_reader(model text, role text, value_streams text[] DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unknown  text;
	views    text;
	is_empty boolean;
	sees     boolean;
BEGIN
	PERFORM vsm.check_model(model);
	PERFORM vsm.check_owner(model);
	IF role IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'the role that is to read the model is NULL',
			HINT = format('Name a role: CALL vsm.grant_reader(%L, ''reader'')', model);
	ELSIF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_object',
			MESSAGE = format('role "%s" does not exist', role),
			HINT = format('Create it first: CREATE ROLE %I LOGIN', role);
	END IF;
	EXECUTE format('SELECT string_agg(coalesce(quote_literal(u), ''NULL''), '', '' ORDER BY u) FROM unnest($1) AS u
		WHERE (u = ''(none)'' OR EXISTS (SELECT FROM %1$I.value_stream AS v WHERE v.value_stream = u)) IS NOT TRUE', model)
	INTO unknown USING value_streams;
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('no value stream of the model in schema "%s": %s', model, unknown),
			DETAIL = 'Value streams are those of the table value_stream, and (none), for what is in no value stream.',
			HINT = 'Correct the name, or INSERT the value stream first.';
	END IF;

	-- Only views that obey the table access.
	SELECT string_agg(DISTINCT format('%I.%I', model, substring(m.file FROM '^views/(.*)\.sql$')), ', ') INTO views
	FROM vsm.model_sql() AS m WHERE m.file LIKE 'views/%' AND m.statement LIKE '%WITH (security_barrier)%';
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', model, role);
	EXECUTE format('GRANT SELECT ON %s TO %I', views, role);
	IF value_streams IS NOT NULL THEN
		EXECUTE format('DELETE FROM %I.access AS a WHERE a.role = $1 AND a.value_stream <> ALL ($2)', model) USING role, value_streams;
		EXECUTE format('INSERT INTO %I.access (role, value_stream) SELECT $1, u FROM unnest($2) AS u ON CONFLICT DO NOTHING', model)
		USING role, value_streams;
	END IF;

	EXECUTE format('SELECT NOT EXISTS (SELECT FROM %1$I.access), EXISTS (
		SELECT FROM %1$I.access AS a JOIN pg_roles AS r ON r.rolname = a.role WHERE pg_has_role($1::name, r.oid, ''USAGE''))', model)
	INTO is_empty, sees USING role;
	IF NOT is_empty AND NOT sees THEN
		RAISE WARNING USING
			MESSAGE = format('role "%s" sees no row in the views of the model in schema "%s"', role, model),
			DETAIL = 'The table access has rows, but none for this role.',
			HINT = format('CALL vsm.grant_reader(%L, %L, value_streams => ARRAY[...]) says what it sees.', model, role);
	END IF;
	RAISE NOTICE USING
		MESSAGE = format('role "%s" may read the views of the model in schema "%s"', role, model),
		HINT = format('Tools that shift dates by the time zone of their session show another month: ALTER ROLE %1$I SET timezone = '
			'''UTC''. To compile queries over views of so many columns takes longer than to run them: ALTER ROLE %1$I SET jit = off', role);
END
$$;
COMMENT ON PROCEDURE vsm.grant_reader(text, text, text[]) IS
	'lets a role read the views of a model that are for people: all of them or, where value streams are named, the rows of these alone, '
	'as the table access says from then on; (none): what is in no value stream';
