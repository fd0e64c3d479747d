-- The sample of the demo: nine months of three teams, made here and the same every time.
-- Work is approved for weeks, built in hours, reviewed, tested, and released on Thursdays; some of it
-- is blocked by others, sent back, reopened, given up, or still on its way at the end.
CREATE TABLE item (item text PRIMARY KEY, title text NOT NULL, team text NOT NULL, type text NOT NULL);
CREATE TABLE jira_event (item text NOT NULL REFERENCES item, at timestamptz NOT NULL, state text NOT NULL, seq bigint NOT NULL DEFAULT 0);

CREATE TABLE my_workflow AS SELECT $${"stages": [
	{"name": "Backlog",  "class": "new",       "states": ["To Do"], "phase": "Discovery"},
	{"name": "Approval", "class": "waiting",   "states": ["Awaiting Approval"],
		"waiting_for": "approval", "owner": "the product board", "limit": 10, "phase": "Discovery"},
	{"name": "Ready",    "class": "waiting",   "states": ["Ready for Development"], "waiting_for": "a free developer", "phase": "Delivery"},
	{"name": "Build",    "class": "active",    "states": ["In Progress"], "phase": "Delivery"},
	{"name": "Review",   "class": "waiting",   "states": ["In Review"], "waiting_for": "review", "phase": "Delivery"},
	{"name": "Test",     "class": "active",    "states": ["Testing"], "phase": "Delivery"},
	{"name": "Release",  "class": "waiting",   "states": ["Ready for Release"],
		"waiting_for": "the release on Thursday", "owner": "operations", "phase": "Release"},
	{"name": "Blocked",  "class": "blocked",   "states": ["Flagged"], "until": ["Unflagged"], "waiting_for": "another team"},
	{"name": "Released", "class": "done",      "states": ["Done"]},
	{"name": "Dropped",  "class": "cancelled", "states": ["Won't Do"]}]}$$::vsm.workflow AS wf;

-- A number in (0, 1) that depends on its arguments alone.
CREATE FUNCTION uniform(item int, what text) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN (('x' || substr(md5(item || ' ' || what), 1, 8))::bit(32)::bigint + 0.5) / 4294967296;

-- A time that is log-normal around a median, as times at work are.
CREATE FUNCTION around(median interval, item int, what text) RETURNS interval LANGUAGE sql IMMUTABLE
RETURN median * exp(0.8 * sqrt(-2 * ln(uniform(item, what))) * cos(2 * pi() * uniform(item, what || ' angle')));

-- People change states on weekdays from eight to six: a night or a weekend ends at their next morning.
CREATE FUNCTION at_work(at timestamptz, item int) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	morning interval := '8 hours'::interval + uniform(item, at::text) * '90 minutes'::interval;
	day     timestamptz := date_trunc('day', at, 'UTC');
BEGIN
	IF at > day + '18 hours'::interval THEN
		day := day + '24 hours'::interval;
		at := day + morning;
	ELSIF at < day + '8 hours'::interval THEN
		at := day + morning;
	END IF;
	WHILE extract(isodow FROM day AT TIME ZONE 'UTC') > 5 LOOP
		day := day + '24 hours'::interval;
		at := day + morning;
	END LOOP;
	RETURN date_trunc('minute', at, 'UTC');
END $$;

CREATE PROCEDURE make_item(number int) LANGUAGE plpgsql AS $$
DECLARE
	ends CONSTANT timestamptz := '2026-03-31 17:00+00';
	team text := (ARRAY['Payments', 'Storefront', 'Platform'])[1 + (uniform(number, 'team') * 3)::int % 3];
	type text := CASE WHEN uniform(number, 'type') < 0.55 THEN 'feature' WHEN uniform(number, 'type') < 0.80 THEN 'defect'
	                  WHEN uniform(number, 'type') < 0.92 THEN 'debt' ELSE 'risk' END;
	name text := (CASE team WHEN 'Payments' THEN 'PAY' WHEN 'Storefront' THEN 'SHOP' ELSE 'PLAT' END) || '-' || number + 100;
	thing text := (CASE team
		WHEN 'Payments' THEN ARRAY['card payments', 'refunds', 'invoices', 'gift cards', 'subscriptions', 'currency conversion',
			'payouts', 'tax receipts']
		WHEN 'Storefront' THEN ARRAY['search', 'the basket', 'product pages', 'wish lists', 'delivery tracking', 'reviews', 'sign-in',
			'the checkout']
		ELSE ARRAY['the message queue', 'audit logs', 'the API gateway', 'backups', 'user permissions', 'monitoring', 'the mail service',
			'image storage'] END)
		[1 + (uniform(number, 'thing') * 8)::int % 8];
	title text := format((CASE type
		WHEN 'feature' THEN ARRAY['Export for %s', 'Mobile view of %s', 'Bulk changes to %s', 'Second factor for %s',
			'Reminders about %s', 'Filters in %s']
		WHEN 'defect' THEN ARRAY['Time-out in %s', 'Wrong totals in %s', 'Lost updates in %s', 'Error page after %s', 'Slow answer from %s']
		WHEN 'debt' THEN ARRAY['Upgrade the library under %s', 'Split the code of %s', 'Tests for %s']
		ELSE ARRAY['Encrypt what %s keeps', 'Pin the dependencies of %s'] END)
		[1 + (uniform(number, 'title') * 30)::int % CASE type WHEN 'feature' THEN 6 WHEN 'defect' THEN 5 WHEN 'debt' THEN 3 ELSE 2 END],
			thing);
	at timestamptz := at_work('2025-07-01 08:00+00'::timestamptz + number * '15 hours'::interval + uniform(number,
		'created') * '30 hours'::interval, number);
	turns int := 0;

	-- Records the state, then lets some time pass.
	step record;
	state text := 'To Do';
	passes interval;
	blocked interval;
BEGIN
	INSERT INTO item VALUES (name, title, team, type);
	WHILE at < ends LOOP
		INSERT INTO jira_event VALUES (name, at, state);
		EXIT WHEN state = 'Won''t Do' OR (state = 'Done' AND (turns >= 10 OR uniform(number, 'reopened') > 0.06));

		passes := around(CASE state
			WHEN 'To Do' THEN '5 days'::interval
			WHEN 'Awaiting Approval' THEN CASE team WHEN 'Payments' THEN '19 days' WHEN 'Storefront' THEN '13 days'
				ELSE '8 days' END::interval
			WHEN 'Ready for Development' THEN '3 days'
			WHEN 'In Progress' THEN CASE type WHEN 'feature' THEN '5 hours' WHEN 'defect' THEN '3 hours' ELSE '4 hours' END::interval
			WHEN 'In Review' THEN '20 hours'
			WHEN 'Testing' THEN '5 hours'
			WHEN 'Done' THEN '6 days'
			ELSE '0' END, number, state || turns);

		-- One in eight stands still on the way, while its state says that it is built or tested.
		IF state IN ('In Progress', 'Testing') AND uniform(number, 'blocked ' || state || turns) < 0.13 THEN
			blocked := around('4 days', number, 'blocked ' || turns);
			IF at_work(at + passes / 2, number) < ends THEN
				INSERT INTO jira_event VALUES (name, at_work(at + passes / 2, number), 'Flagged');
			END IF;
			IF at_work(at + passes / 2 + blocked, number) < ends THEN
				INSERT INTO jira_event VALUES (name, at_work(at + passes / 2 + blocked, number), 'Unflagged');
			END IF;
			passes := passes + blocked + '2 hours';
		END IF;

		-- The release leaves on the next Thursday at four in the afternoon.
		IF state = 'Ready for Release' THEN
			at := date_trunc('week', at + '4 days 8 hours'::interval, 'UTC') + '3 days 16 hours'::interval;
		ELSE
			at := greatest(at_work(at + passes, number), at + '1 minute'::interval);
		END IF;

		state := CASE state
			WHEN 'To Do' THEN CASE WHEN type = 'defect' AND uniform(number, 'urgent') < 0.7 THEN 'Ready for Development'
				ELSE 'Awaiting Approval' END
			WHEN 'Awaiting Approval' THEN CASE WHEN uniform(number, 'dropped') < 0.08 THEN 'Won''t Do' ELSE 'Ready for Development' END
			WHEN 'Ready for Development' THEN CASE WHEN uniform(number, 'late') < 0.03 THEN 'Won''t Do' ELSE 'In Progress' END
			WHEN 'In Progress' THEN 'In Review'
			WHEN 'In Review' THEN CASE WHEN turns < 3 AND uniform(number, 'review ' || turns) < 0.28 THEN 'In Progress' ELSE 'Testing' END
			WHEN 'Testing' THEN CASE WHEN turns < 3 AND uniform(number, 'test ' || turns) < 0.12 THEN 'In Progress'
				ELSE 'Ready for Release' END
			WHEN 'Ready for Release' THEN 'Done'
			WHEN 'Done' THEN 'In Progress' END;
		turns := turns + CASE WHEN state = 'In Progress' THEN CASE WHEN EXISTS (
			SELECT FROM jira_event e WHERE e.item = name AND e.state = 'Done') THEN 10 ELSE 1 END ELSE 0 END;
	END LOOP;
END $$;

DO $$ BEGIN FOR number IN 1 .. 420 LOOP CALL make_item(number); END LOOP; END $$;
DROP PROCEDURE make_item;
DROP FUNCTION at_work, around, uniform;
