# Names that an installation chose: what changed since a source was read is found, name by name and source by source, until the
# source is read again; what is not understood is found with the INSERT that names it, and that INSERT is what does it.
. "$(dirname "$0")/tap.sh"
createdb vsm_naming
export PGDATABASE=vsm_naming PGOPTIONS='-c client_min_messages=error -c timezone=UTC'
trap 'dropdb --if-exists --force vsm_naming; rm -rf "$tmp"' EXIT
sql -c 'CREATE EXTENSION vsm' -c "CALL vsm.create_model('flow')" -c "UPDATE flow.model SET keep_payloads = '1 year'"

findings() { sql -F ' | ' -c "SELECT subject, found FROM flow.data_quality WHERE finding = '$1' ORDER BY subject COLLATE \"C\""; }
unread() { sql -c "SELECT subject FROM flow.data_quality WHERE finding = 'names not yet read with' ORDER BY subject COLLATE \"C\""; }
say() { # FINDING SUBJECT
	sql -c "$(sql -c "SELECT substring(detail FROM 'INSERT INTO \S+ \(source, kind, name, meaning\) VALUES \([^)]*\)')
			FROM flow.data_quality WHERE finding = '$1' AND subject = '$2'")" \
		-c "SELECT source, kind, name, meaning FROM flow.naming ORDER BY changed_at DESC LIMIT 1"
}
read_in() { # SOURCE PAYLOAD
	sql -c "INSERT INTO flow.inbox (source, payload) VALUES ('$1', \$\$$2\$\$)" -c "CALL vsm.ingest('flow')" \
		-c 'SELECT error FROM flow.inbox WHERE error IS NOT NULL'
}
issue() { # KEY FIELD FIELDID FIELDTYPE
	printf '{"id": "%s", "key": "SHOP-%s", "fields": {"issuetype": {"name": "Story"}, "status": {"name": "Doing"},
			"created": "2026-01-05T08:00:00.000+0000", "updated": "2026-01-06T08:00:00.000+0000"},
		"changelog": {"total": 1, "histories": [{"id": "1%s", "created": "2026-01-06T08:00:00.000+0000",
			"items": [{"field": "%s"%s, "from": "", "fromString": "", "to": "1", "toString": "Ja"}]}]}}' "$1" "$1" "$1" "$2" "${3:-}"
}
build() { # JOB NUMBER ENVIRONMENT
	printf '{"number": %s, "url": "https://ci.example.com/job/%s/%s/", "building": false, "result": "SUCCESS",
		"timestamp": 1768305600000, "duration": 120000, "actions": [{"parameters": [{"name": "environment", "value": "%s"}]},
			{"lastBuiltRevision": {"SHA1": "c00000000000000000000000000000000000000%s"},
				"remoteUrls": ["git@git.example.com:shop/mono.git"]}]}' \
		"$2" "$(printf %s "$1" | sed 's,/,/job/,g')" "$2" "$3" "$2"
}

# What changed since a source was read
for source in jira jira:eu; do
	is "$(read_in $source "$(issue 1 Blockiert)")" '' "$source is read"
done
is "$(unread)" '' 'no name has changed'
sql -c "INSERT INTO flow.naming (kind, name, meaning) VALUES ('field', 'Blockiert', 'flag')"
is "$(unread)" 'jira: field: Blockiert
jira:eu: field: Blockiert' 'a name for all sources concerns each that was read before'
sql -c "CALL vsm.read_again('flow', 'jira')"
is "$(unread)" 'jira:eu: field: Blockiert' 'one that was read again is done, the other is not'
is "$(sql -c "SELECT source, count(*) FROM flow.event WHERE state = 'Flagged' GROUP BY source")" 'jira|1' \
	'what it means reached that one only'
sql -c "CALL vsm.read_again('flow', 'jira:eu')"
is "$(unread)" '' 'until both were'
sql -c "UPDATE flow.naming SET meaning = meaning"
is "$(unread)" '' 'an UPDATE that changes nothing is no change'
sql -c "UPDATE flow.naming SET meaning = 'none'"
is "$(unread)" 'jira: field: Blockiert
jira:eu: field: Blockiert' 'another meaning is'
sql -c "CALL vsm.read_again('flow', 'jira')" -c "CALL vsm.read_again('flow', 'jira:eu')" -c "UPDATE flow.naming SET source = 'jira:%'"
is "$(unread)" 'jira: field: Blockiert
jira:eu: field: Blockiert' 'other sources: for those that it held for, and those that it holds for'
sql -c "CALL vsm.read_again('flow', 'jira')" -c "CALL vsm.read_again('flow', 'jira:eu')" -c "UPDATE flow.naming SET name = 'Gesperrt'"
is "$(unread)" 'jira:eu: field: Blockiert
jira:eu: field: Gesperrt' 'another name: the old one and the new one'
sql -c "CALL vsm.read_again('flow', 'jira:eu')" -c 'DELETE FROM flow.naming'
is "$(unread)" 'jira:eu: field: Gesperrt' 'a name that was deleted'
sql -c "CALL vsm.read_again('flow', 'jira:eu')" -c "INSERT INTO flow.naming (kind, name, meaning) VALUES ('label', 'x', 'debt')" \
	-c "CALL vsm.read_again('flow', 'jira')" \
	-c "CALL vsm.read_again('flow', 'jira:eu')" -c 'TRUNCATE flow.naming'
is "$(unread)" 'jira: label: x
jira:eu: label: x' 'or removed by TRUNCATE'
is "$(read_in gitlab '{"object_kind": "push", "ref": "refs/heads/main", "project": {"path_with_namespace": "shop/mono"}, "commits": []}')" \
	'' 'a source that is read first after the change'
is "$(unread | grep -c gitlab)" 0 'was read with it'
sql -c "CALL vsm.read_again('flow', 'jira')" -c "CALL vsm.read_again('flow', 'jira:eu')"
# While a source is read again a name changes that the first batches were read without.
sql -c "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN PERFORM pg_advisory_xact_lock(9); RETURN NULL; END \$\$" \
	-c 'CREATE TRIGGER hold AFTER INSERT ON flow.item FOR EACH STATEMENT EXECUTE FUNCTION hold()'
printf '%s\n' 'SELECT pg_advisory_lock(9) IS NULL \g /dev/null' 'SELECT pg_sleep(0.01) IS NULL \g /dev/null' \
	"\\! touch '$tmp/held'; while [ -f '$tmp/held' ]; do sleep 0.1; done" | sql &
holder=$!
await ls "$tmp/held"
sql -c "CALL vsm.read_again('flow', 'jira')" &
again=$!
await sql -c "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 9 AND NOT granted"
sql -c "INSERT INTO flow.naming (source, kind, name, meaning) VALUES ('jira', 'label', 'y', 'debt')"
rm "$tmp/held"
wait $holder
wait $again
is "$(unread)" 'jira: label: y' 'a name that changes while the source is read again is still to be read with'
sql -c 'DROP TRIGGER hold ON flow.item' -c "CALL vsm.read_again('flow', 'jira')"
is "$(unread)" '' 'next time it is'
# A source of which nothing was kept
sql -c "DELETE FROM flow.payload WHERE source = 'jira'" -c "UPDATE flow.naming SET meaning = 'risk'"
like "$(sql -c "SELECT detail FROM flow.data_quality WHERE finding = 'names not yet read with'")" \
	'no payload of it was kept: load it anew, then INSERT INTO flow.source_read \(source\) VALUES' \
	'without kept payloads the finding says what to do'
sql -c "$(sql -c "SELECT substring(detail FROM 'INSERT INTO.*') FROM flow.data_quality WHERE finding = 'names not yet read with'")"
is "$(unread)" '' 'which ends it'
sql -c 'TRUNCATE flow.naming, flow.naming_removed'

# Fields of Jira that nobody has named
is "$(read_in jira "$(issue 2 Blockiert ', "fieldtype": "custom", "fieldId": "customfield_10101"')
")" '' 'an issue with a custom field'
is "$(read_in jira "$(issue 3 Rank ', "fieldtype": "custom", "fieldId": "customfield_10019"')")$(
	read_in jira "$(issue 4 Sprint ', "fieldtype": "custom", "fieldId": "customfield_10020"')")$(
	read_in jira "$(issue 5 summary ', "fieldtype": "jira", "fieldId": "summary"')")" '' 'and with others'
is "$(findings 'name not understood')" 'field: Blockiert (jira) | 1' \
	'a custom field that changed and that nobody has named; not Rank, none that is known, none of Jira itself'
is "$(say 'name not understood' 'field: Blockiert (jira)')" 'jira|field|Blockiert|none' 'its INSERT says that it means nothing'
is "$(findings 'name not understood')" '' 'and ends the finding'
sql -c 'TRUNCATE flow.naming, flow.naming_removed' \
	-c "INSERT INTO flow.naming (kind, name, meaning) VALUES ('field', 'customfield_10101', 'flag')"
is "$(findings 'name not understood')" '' 'and so does its id'
sql -c 'TRUNCATE flow.naming, flow.naming_removed' -c 'CREATE TABLE kept AS SELECT * FROM flow.payload' -c 'DELETE FROM flow.payload'
is "$(findings 'name not understood')" '' 'where no payload is kept nothing is said'
sql -c 'INSERT INTO flow.payload SELECT * FROM kept'

# Jobs and stages that look like deploying
sql -c "UPDATE flow.naming SET name = name" -c 'TRUNCATE flow.event, flow.item, flow.link, flow.payload'
is "$(read_in jenkins "$(build shop/deploy 1 '')")$(read_in jenkins "$(build shop/verify-deploy 2 '')")$(
	read_in jenkins "$(build shop/deploy-eu 3 '')")$(
	read_in jenkins '{"_links": {"self": {"href": "/job/shop/job/rollout/4/wfapi/describe"}},
	"status": "SUCCESS", "startTimeMillis": 1768305600000, "endTimeMillis": 1768305700000, "durationMillis": 100000,
	"stages": [{"id": "7", "name": "Deploy", "status": "SUCCESS", "startTimeMillis": 1768305600000, "durationMillis": 1000},
		{"id": "8", "name": "Deploy to live", "status": "SUCCESS", "startTimeMillis": 1768305600000, "durationMillis": 1000}]}')$(
	read_in gitlab '{"object_kind": "build", "build_id": 5, "build_name": "deploy_all", "build_stage": "ship", "build_status": "success",
	"build_created_at": "2026-01-06 08:00:00 UTC", "build_started_at": "2026-01-06 08:00:00 UTC",
	"build_finished_at": "2026-01-06 08:05:00 UTC", "project": {"path_with_namespace": "shop/web"},
	"sha": "d000000000000000000000000000000000000005", "ref": "main"}')" '' 'builds'
is "$(findings 'name not understood' | grep -E '^(job|stage)')" 'job: deploy_all (gitlab) | 1
job: shop/deploy (jenkins) | 1
stage: Deploy (jenkins) | 1' 'jobs and stages that look like deploying, but nobody knows where to'
is "$(say 'name not understood' 'job: deploy_all (gitlab)')" 'gitlab|job|deploy_all|production' 'the INSERT names one'
is "$(say 'name not understood' 'job: shop/deploy (jenkins)')" 'jenkins|job|shop/deploy|production' 'another'
is "$(say 'name not understood' 'stage: Deploy (jenkins)')" 'jenkins|stage|Deploy|production' 'a stage'
sql -c "CALL vsm.read_again('flow', 'jenkins')" -c "CALL vsm.read_again('flow', 'gitlab')"
is "$(sql -c "SELECT deployment FROM flow.deployment WHERE environment = 'production' ORDER BY deployment COLLATE \"C\"")" 'gitlab:job:5
jenkins:deployment:shop/deploy#1
jenkins:deployment:shop/rollout#4:7' 'and after reading again they are deployments to there'
is "$(findings 'name not understood' | grep -E '^(job|stage)')" '' 'the findings are gone'

# Services of a repository that has several
sql -c 'TRUNCATE flow.event, flow.item, flow.link, flow.payload, flow.deployment, flow.build, flow.naming, flow.naming_removed,
	flow.commit' -c "INSERT INTO flow.service (service, repository, path)
	VALUES ('cart', 'shop/mono', 'cart'), ('checkout', 'shop/mono', 'checkout'), ('checkout-api', 'shop/mono', 'api')"
is "$(read_in jenkins "$(build shop/deploy-checkout-api 1 production)")$(read_in jenkins "$(build shop/deploy 2 cart-live)")$(
	read_in jenkins "$(build shop/deploy 3 production)")" '' 'deployments of a repository of several services'
is "$(sql -c 'SELECT DISTINCT service FROM flow.routed_deployment')" 'shop/mono' 'none of them is guessed'
is "$(findings 'service not known')" 'shop/mono to cart-live by shop/deploy | 1
shop/mono to production by shop/deploy | 1
shop/mono to production by shop/deploy-checkout-api | 1' 'they are found'
like "$(sql -c "SELECT detail FROM flow.data_quality WHERE finding = 'service not known'")" 'services: cart, checkout, checkout-api\.' \
	'with the services that it may be'
is "$(say 'service not known' 'shop/mono to cart-live by shop/deploy')" 'jenkins|service|cart-live|cart' \
	'proposed is the one whose name begins that of the environment'
is "$(say 'service not known' 'shop/mono to production by shop/deploy-checkout-api')" \
	'jenkins|service|shop/deploy-checkout-api|checkout-api' 'or is in that of the job, the longest'
is "$(sql -c 'SELECT deployment, service FROM flow.routed_deployment ORDER BY deployment COLLATE "C"')" \
	'jenkins:deployment:shop/deploy#2|cart
jenkins:deployment:shop/deploy#3|shop/mono
jenkins:deployment:shop/deploy-checkout-api#1|checkout-api' 'which it is at once'
is "$(say 'service not known' 'shop/mono to production by shop/deploy')" 'jenkins|service|shop/deploy|cart' \
	'where no name says it the job is named, and one of the services stands for yours'
is "$(findings 'service not known')" '' 'no finding is left'
is "$(sql -c "SELECT service FROM flow.routed_deployment WHERE deployment = 'jenkins:deployment:shop/deploy#2'")" 'cart' \
	'the environment goes before the job'
sql -c "UPDATE flow.naming SET meaning = 'none' WHERE name = 'cart-live'" \
	-c "UPDATE flow.naming SET name = '/^shop.deploy\$/', meaning = 'checkout' WHERE name = 'shop/deploy'"
is "$(sql -c "SELECT service FROM flow.routed_deployment WHERE deployment = 'jenkins:deployment:shop/deploy#2'")" 'checkout' \
	'unless it means nothing; the job by a pattern'
sql -c 'TRUNCATE flow.naming' -c "INSERT INTO flow.naming (kind, name, meaning) VALUES ('service', 'SHOP/mono', 'cart')"
is "$(sql -c 'SELECT DISTINCT service FROM flow.routed_deployment')" 'cart' 'or the repository'
sql -c 'TRUNCATE flow.naming' -c "INSERT INTO flow.service (service, repository) VALUES ('shop/mono', 'shop/mono')"
is "$(findings 'service not known')" '' 'a service that is all of the repository is the one'

# Deployments and their commits
sql -c "UPDATE flow.deployment SET sha = NULL WHERE environment = 'cart-live'" \
	-c "INSERT INTO flow.commit (sha) SELECT DISTINCT sha FROM flow.deployment WHERE sha LIKE '%3' ON CONFLICT DO NOTHING"
is "$(sql -c "SELECT finding, subject, found, total FROM flow.data_quality WHERE finding LIKE 'deployments %commit%' ORDER BY 1")" \
	'deployments of unknown commits|shop/mono|1|2
deployments without commit|shop/mono|1|3' 'what was released by which deployment is not known'
done_testing
