/*
 * Payloads and facts: what every reader of a tool's raw JSON is made of.
 *
 * A tool is read by functions, found by their names; there is no table to register them in.
 * To add a tool, say "forge", add one file sql/model/reader_forge.sql with
 *
 *   vsm.forge_kind(payload jsonb) -> setof vsm.payload_kind
 *       one row: the kind of this payload by its shape, and reason NULL if it is read; else the
 *       reason why it is refused (then kind is what to call it by). It must not raise, and it
 *       checks whatever the reader of the kind cannot do without.
 *   vsm.read_forge_KIND(source text, payload jsonb, names jsonb) -> setof vsm.fact
 *       for each kind that forge_kind gives without a reason: the facts that payload states. names
 *       says what the names that this installation chose mean, see vsm.meaning.
 *   vsm.forge_elements(payload jsonb) -> jsonb, where the tool has pages
 *       the elements of a page as an array, NULL if the payload is no page. Each element is a
 *       payload, and carries what it needs of the page. A page of megabytes comes in parts: all
 *       of it, but of its longest array only some elements.
 *
 * which is all: ingest calls them for each payload of
 * vsm.model's inbox whose source is 'forge', or 'forge:' and the name of one of several
 * installations. A payload that is an array, as a page of a REST answer is, is read element by
 * element.
 *
 * Readers are pure: facts depend on the payload alone, never on the clock, the session or what
 * was read before. Both functions are SQL, IMMUTABLE and a single SELECT, so that PostgreSQL puts
 * them into the statement that reads thousands of payloads at once. Because ingest keeps the set
 * of facts, the same payload twice, or payloads in another order, end in the same rows.
 */

CREATE TYPE vsm.payload_kind AS (kind text, reason text);
COMMENT ON TYPE vsm.payload_kind IS
	'what a payload is: its kind, and the reason why it is not read, NULL if it is';

CREATE TYPE vsm.fact AS (
	source      text,
	fact        text,
	entity      text,
	at          timestamptz,
	value       text,
	id          text,
	name        text,
	previous    text,
	value_id    text,
	previous_id text,
	seq         bigint,
	method      text,
	confidence  float8,
	until       timestamptz,
	details     jsonb,
	version     timestamptz
);
COMMENT ON TYPE vsm.fact IS
	'one thing that a payload states, before it becomes a row of the model; the column fact says what it is';
COMMENT ON COLUMN vsm.fact.source IS 'the tool, as in inbox.source';
COMMENT ON COLUMN vsm.fact.fact IS
	'event: entity got state value at that time; observed: it had that state then, when it was entered is not known; '
	'created: it was created then, in state value if that is known; change: attribute name got value; '
	'item, commit, deployment, incident: columns of that table in details, as they were at that time; '
	'usage: the feature was used seq times; outcome: of the measure name the feature brought the amount value; '
	'alias: the item is also known as value; history: all its changes from then (NULL: its creation) to until are known; link: entity is '
	'linked to value, name being the kind of link';
COMMENT ON COLUMN vsm.fact.entity IS 'what the fact is about: source:kind:id, or the SHA of a commit';
COMMENT ON COLUMN vsm.fact.at IS 'when; of item, deployment and incident: the version of its details; of a link: since when';
COMMENT ON COLUMN vsm.fact.value IS 'state, value of the attribute, alias, or target of the link';
COMMENT ON COLUMN vsm.fact.id IS
	'of an event, change or use: its identity within the source, the same in every payload that tells of it';
COMMENT ON COLUMN vsm.fact.name IS 'of a change: the attribute; of a link: its kind';
COMMENT ON COLUMN vsm.fact.previous IS 'of an event or change: the value before, where the payload says it';
COMMENT ON COLUMN vsm.fact.value_id IS 'of an event: the id that the source has for the state';
COMMENT ON COLUMN vsm.fact.previous_id IS 'of an event: the id of the state before';
COMMENT ON COLUMN vsm.fact.seq IS
	'of an event: its order among events of the same instant, where times are coarse; of a use: how many times';
COMMENT ON COLUMN vsm.fact.method IS 'how this is known, where not simply stated by the source';
COMMENT ON COLUMN vsm.fact.confidence IS 'of a link: from 0 to 1';
COMMENT ON COLUMN vsm.fact.until IS 'of a link: when it ended';
COMMENT ON COLUMN vsm.fact.details IS
	'of an event: its attributes; of a row: columns and their values (absent: not known, null: known to be empty)';
COMMENT ON COLUMN vsm.fact.version IS
	'of an event, change or use: the version of what worded it, the newest wording is kept; of a link: when it was seen to stand or to end';
