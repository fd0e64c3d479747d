CREATE OR REPLACE TRIGGER naming_changes BEFORE INSERT OR UPDATE OR DELETE ON :"schema".naming
	FOR EACH ROW EXECUTE FUNCTION vsm.note_naming();

COMMENT ON TRIGGER naming_changes ON :"schema".naming IS 'keeps when a name changed, and which are no longer there';
