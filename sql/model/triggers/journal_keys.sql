CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".event FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'entity');
ALTER TABLE :"schema".event ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".event IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".link FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'source', 'key', 'target');
ALTER TABLE :"schema".link ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".link IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".item FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'item');
ALTER TABLE :"schema".item ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".item IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".item_change FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'item');
ALTER TABLE :"schema".item_change ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".item_change IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".item_alias FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('alias', 'alias', 'key', 'item');
ALTER TABLE :"schema".item_alias ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".item_alias IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".commit FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'sha', 'repository', 'repository');
ALTER TABLE :"schema".commit ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".commit IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".merge_request FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'merge_request', 'repository', 'repository');
ALTER TABLE :"schema".merge_request ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".merge_request IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".build FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'build', 'key', 'sha');
ALTER TABLE :"schema".build ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".build IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".deployment FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'deployment', 'key', 'sha', 'repository', 'repository');
ALTER TABLE :"schema".deployment ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".deployment IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".incident FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('incident', 'incident');
ALTER TABLE :"schema".incident ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".incident IS 'writes the keys that a row had and has no longer into the table journal';
CREATE OR REPLACE TRIGGER journal_keys AFTER UPDATE OR DELETE ON :"schema".usage FOR EACH ROW EXECUTE FUNCTION
	vsm.journal('key', 'feature');
ALTER TABLE :"schema".usage ENABLE ALWAYS TRIGGER journal_keys;
COMMENT ON TRIGGER journal_keys ON :"schema".usage IS 'writes the keys that a row had and has no longer into the table journal';
