-- Payloads of CDEvents without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('change', '{"context": {"version": "0.4.1", "id": "e1", "source": "/git", "type": "dev.cdevents.change.merged.0.2.0", "timestamp":
	"2026-01-08T10:00:00Z"}, "subject": {"id": "9", "type": "change", "content": {"description": "SHOP-7: total", "repository": {"id":
	"shop/web", "source": "/git"}}}}'),
('run', '{"specversion": "1.0", "type": "dev.cdevents.taskrun.finished.0.3.0", "id": "e2", "source": "/ci", "data": {"context":
	{"specversion":
	"0.5.0", "id": "e2", "source": "/ci", "type": "dev.cdevents.taskrun.finished.0.3.0", "timestamp": "2026-01-08T10:10:00Z"}, "subject": {
	"id": "t1", "content": {"taskName": "test", "uri": "https://ci", "pipelineRun": {"id": "p1"}, "outcome": "failure", "artifactId":
	"pkg:oci/web@sha256%3Aab"}}}}'),
('artifact', '{"headers": {"ce-type": "dev.cdevents.artifact.packaged.0.3.0"}, "body": {"context": {"id": "e3", "source": "/ci", "type":
	"dev.cdevents.artifact.packaged.0.3.0", "timestamp": "2026-01-08T10:11:00Z"}, "subject": {"id": "pkg:oci/web@sha256%3Aab", "content": {
	"change": {"id": "b000000000000000000000000000000000000001", "source": "/git"}}}}}'),
('request', '{"context": {"id": "e4", "source": "/ci", "type": "dev.cdevents.artifact.packaged.0.3.0", "timestamp": "2026-01-08T10:11:00Z"},
	"subject": {"id": "pkg:oci/web@sha256:cd", "content": {"change": {"id": "nine"}}}}'),
('service', '{"context": {"id": "e5", "source": "/cd", "type": "dev.cdevents.service.upgraded.0.3.0", "timestamp": "2026-01-08T11:05:00Z"},
	"subject": {"id": "web", "source": "/k8s", "content": {"environment": {"id": "prod", "name": "production"}, "artifactId":
	"pkg:oci/web@sha256:ab"}}}'),
('incident', '{"context": {"id": "e6", "source": "/mon", "type": "dev.cdevents.incident.reported.0.3.0", "timestamp":
	"2026-01-08T12:05:00Z"},
	"subject": {"id": "i1", "content": {"description": "No total", "environment": {"id": "prod"}, "service": {"id": "web"}, "ticketURI":
	"https://x"}}}'),
('ticket', '{"context": {"id": "e7", "source": "/trk", "type": "dev.cdevents.ticket.created.0.2.0", "timestamp": "2026-01-05T12:05:00Z"},
	"subject": {"id": "SHOP-7", "content": {"summary": "Show the total", "ticketType": "task", "group": "shop", "priority": "high",
		"labels":
	["ui", 7], "uri": "https://x"}}}'),
('closed', '{"context": {"id": "e8", "source": "/trk", "type": "dev.cdevents.ticket.closed.0.2.0", "timestamp": "2026-01-09T12:05:00Z"},
	"subject": {"id": "SHOP-7", "content": {"resolution": "completed"}}}');
\set tool cdevents
\set depth 4
\ir ../../reader_members.sql
SELECT is((SELECT count(*) FROM mutant AS m LEFT JOIN LATERAL vsm.cdevents_kind(m.payload) AS k ON true WHERE k.kind IS NULL), 0::bigint,
	'and it is of some kind');

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('ticket', 'subject.content.labels', '[], array')$$,
	'what is null, empty or of another type is as good as none, but where that says something');

SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('artifact', 'body.subject.content', 'build, link builds'),
		('artifact', 'body.subject.content.change', 'build, link builds'),
		('change', 'context.source', 'event merged, link implements, merge_request'),
		('change', 'subject.content', 'link implements'),
		('change', 'subject.content.description', 'link implements'),
		('closed', 'context.source', 'alias SHOP-7, event closed, item'),
		('incident', 'context.source', 'event reported, incident'),
		('request', 'context.source', 'link builds'),
		('request', 'subject.content', 'link builds'),
		('request', 'subject.content.change', 'link builds'),
		('request', 'subject.content.change.id', 'link builds'),
		('run', 'data.context.source', 'build, event failure, link part_of'),
		('run', 'data.subject.content', 'event failure, link part_of'),
		('run', 'data.subject.content.artifactId', 'link part_of'),
		('run', 'data.subject.content.outcome', 'event failure'),
		('run', 'data.subject.content.pipelineRun', 'link part_of'),
		('service', 'context.source', 'deployment, event upgraded, link deploys, link part_of'),
		('service', 'subject.content', 'link deploys'),
		('service', 'subject.content.artifactId', 'link deploys'),
		('service', 'subject.source', 'event upgraded, link part_of'),
		('ticket', 'context.source', 'alias SHOP-7, created created, item')$$,
	'a member that is missing costs what it told');

SELECT finish();
ROLLBACK;
