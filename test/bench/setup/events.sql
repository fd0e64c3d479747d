-- event: the events of :items work items in order of arrival, and the workflow that reads them.
\set program :bin '/gen_events ' :items
BEGIN;
CREATE TABLE event (item bigint NOT NULL, key text NOT NULL, state text NOT NULL, at timestamptz NOT NULL);
COPY event (item, key, state, at) FROM PROGRAM :'program' (FORMAT csv, FREEZE);
COMMIT;
VACUUM (ANALYZE) event;

CREATE TABLE state_class (state text PRIMARY KEY, class text NOT NULL, place int NOT NULL);
INSERT INTO state_class VALUES
	('Backlog', 'waiting', 1), ('Analysis', 'active', 2), ('Ready', 'waiting', 3),
	('In Progress', 'active', 4), ('Code Review', 'active', 5), ('QA', 'active', 6),
	('Ready for Release', 'waiting', 7), ('Done', 'done', 8), ('Cancelled', 'done', 9);
ANALYZE state_class;

CREATE TABLE my_workflow AS
SELECT vsm.workflow(place, state, class, state) AS wf FROM state_class;
