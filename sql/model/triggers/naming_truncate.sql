CREATE OR REPLACE TRIGGER naming_truncate BEFORE TRUNCATE ON :"schema".naming
	FOR EACH STATEMENT EXECUTE FUNCTION vsm.note_naming();

COMMENT ON TRIGGER naming_truncate ON :"schema".naming IS 'keeps which names are no longer there';
