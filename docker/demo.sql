-- docker/demo.sql: what docker/compose.yaml has in its database when it starts for the first time.
-- psql variables: folder (/usr/share/vsm: where test/bench and test/bi are), items (3000).
\set ON_ERROR_STOP on
\if :{?folder}
\else
\set folder /usr/share/vsm
\endif
\if :{?items}
\else
\set items 3000
\endif
\set schema flow
CREATE EXTENSION vsm;
CREATE EXTENSION pg_cron;
\set model :folder /bi/model.sql
\i :model
CREATE ROLE reader LOGIN PASSWORD 'reader';
ALTER ROLE reader SET timezone = 'UTC';
ALTER ROLE reader SET jit = off;
CALL vsm.grant_reader('flow', 'reader');
SELECT cron.schedule('flow', '*/15 * * * *', $$CALL vsm.refresh('flow')$$);
