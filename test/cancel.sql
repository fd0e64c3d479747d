-- For pgTAP files, by \ir ../../cancel.sql: what becomes of a statement that is cancelled a moment after it
-- has begun. (A statement_timeout would count from before, and on a busy machine come too early for whoever
-- is to catch it.) The statement must be one that runs for long, however fast the machine is
CREATE TEMP TABLE nothing (line text);
CREATE FUNCTION pg_temp.cancel(statement text, after_seconds numeric DEFAULT 0.1) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY pg_temp.nothing FROM PROGRAM %L',
		format('(sleep %s; kill -s INT %s) </dev/null >/dev/null 2>&1 &', after_seconds, pg_backend_pid()));
	EXECUTE statement;
	RETURN 'it came to its end';
EXCEPTION WHEN query_canceled THEN
	RETURN SQLSTATE || ' | ' || SQLERRM;
END $$;
