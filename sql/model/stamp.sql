/*
 * How refresh learns what has changed, whoever wrote it and by whatever way: triggers on the tables
 * that are written to (triggers/stamp.sql, journal_keys.sql, journal_truncate.sql).
 */

CREATE FUNCTION vsm.stamp() RETURNS trigger
	AS 'MODULE_PATHNAME', 'vsm_stamp' LANGUAGE C;
COMMENT ON FUNCTION vsm.stamp() IS
	'trigger function of tables of a model, before a row is inserted or updated: writes the transaction into its column xid; a part of '
	'vsm.refresh';

CREATE FUNCTION vsm.journal() RETURNS trigger
	AS 'MODULE_PATHNAME', 'vsm_journal' LANGUAGE C;
COMMENT ON FUNCTION vsm.journal() IS
	'trigger function of tables of a model, after rows are updated, deleted or truncated: writes the keys that are gone, each behind its '
	'kind '
	'in the arguments, into the table journal, as the owner of the table; a part of vsm.refresh';
