CREATE OR REPLACE TRIGGER model_settings BEFORE INSERT OR UPDATE OF time_zone, week_starts ON :"schema".model
	FOR EACH ROW EXECUTE FUNCTION vsm.check_model_settings();

COMMENT ON TRIGGER model_settings ON :"schema".model IS 'says what is wrong with a time zone or a day that is none';
