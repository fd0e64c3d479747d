-- jira_payload: answers of GET /rest/api/2/issue/KEY?expand=changelog, as Jira writes them (authors with their
-- avatars, descriptions, fields that nobody reads): for every 20 of :items one issue with 14 histories, which
-- hold 20 entries of the changelog. 12 of them change the status, the others the sprint, the priority, the assignee,
-- the rank, the version and, of every fourth issue, the flag.
CREATE TABLE jira_payload AS
WITH person AS (
	SELECT p, format('{"self":"https://jira.example.com/rest/api/2/user?username=u%1$s","name":"u%1$s","key":"JIRAUSER1%1$s",'
		'"emailAddress":"u%1$s@example.com",'
			'"avatarUrls":{"48x48":"https://jira.example.com/secure/useravatar?ownerId=JIRAUSER1%1$s&avatarId=1%1$s",'
		'"24x24":"https://jira.example.com/secure/useravatar?size=small&ownerId=JIRAUSER1%1$s&avatarId=1%1$s",'
		'"16x16":"https://jira.example.com/secure/useravatar?size=xsmall&ownerId=JIRAUSER1%1$s&avatarId=1%1$s",'
		'"32x32":"https://jira.example.com/secure/useravatar?size=medium&ownerId=JIRAUSER1%1$s&avatarId=1%1$s"},'
		'"displayName":"Person %1$s","active":true,"timeZone":"Europe/Berlin"}', p) AS author
	FROM generate_series(0, 49) AS p),
status AS (
	SELECT (ARRAY['Backlog', 'Analysis', 'Ready', 'In Progress', 'Code Review', 'In Progress', 'Code Review', 'QA', 'In Progress', 'QA',
		'Ready for Release', 'In Production', 'Done'])[s] AS name, s
	FROM generate_series(1, 13) AS s)
SELECT i AS id, format('{"expand":"renderedFields,names,schema,operations,editmeta,changelog","id":"%1$s",'
	'"self":"https://jira.example.com/rest/api/2/issue/%1$s",'
	'"key":"SHOP-%2$s","fields":{"summary":"Item %2$s: customers see what they pay",'
		'"issuetype":{"self":"https://jira.example.com/rest/api/2/issuetype/10001",'
	'"id":"10001","description":"","iconUrl":"https://jira.example.com/secure/viewavatar?size=xsmall&avatarId=10315","name":"Story",'
		'"subtask":false,"avatarId":10315},'
	'"project":{"self":"https://jira.example.com/rest/api/2/project/10000","id":"10000","key":"SHOP","name":"Shop",'
		'"projectTypeKey":"software"},'
	'"description":"%3$s","priority":{"self":"https://jira.example.com/rest/api/2/priority/3",'
		'"iconUrl":"https://jira.example.com/images/icons/priorities/medium.svg","name":"Medium","id":"3"},'
	'"labels":["checkout","web"],"duedate":null,"resolutiondate":"%4$s","assignee":%5$s,"reporter":%5$s,'
	'"status":{"self":"https://jira.example.com/rest/api/2/status/10013","name":"Done","id":"10013","statusCategory":{"id":3,"key":"done",'
		'"colorName":"green","name":"Done"}},'
	'"issuelinks":[],"components":[],"created":"%6$s","updated":"%4$s","customfield_10020":null,"customfield_10019":"0|i0%2$s:"},'
	'"changelog":{"startAt":0,"maxResults":14,"total":14,"histories":[%7$s]}}',
	100000 + i, i, repeat('The total shows before the address is typed. ', 10),
	to_char(start + 13 * step, 'YYYY-MM-DD"T"HH24:MI:SS.MS"+0100"'), a.author,
	to_char(start, 'YYYY-MM-DD"T"HH24:MI:SS.MS"+0100"'), h.histories) AS payload
FROM (SELECT i, timestamp '2024-01-01 09:00' + i * interval '13 minutes 1.007 seconds' AS start, interval '1 hour' * (2 + i % 40) AS step
	FROM generate_series(1, :items / 20) AS i) AS issue
	JOIN person AS a ON a.p = i % 50,
	LATERAL (
		SELECT string_agg(format('{"id":"%s","author":%s,"created":"%s","items":[%s]}', i::bigint * 14 + k, a.author,
			to_char(start + k * step, 'YYYY-MM-DD"T"HH24:MI:SS.MS"+0100"'),
			CASE WHEN k <= 12 THEN format('{"field":"status","fieldtype":"jira","from":"%s","fromString":"%s","to":"%s","toString":"%s"}%s',
				10000 + k, f.name, 10001 + k, t.name,
				CASE k
					WHEN 2 THEN ',{"field":"Sprint","fieldtype":"custom","from":"","fromString":"","to":"71","toString":"Sprint 71"}'
					WHEN 3 THEN ',{"field":"assignee","fieldtype":"jira","from":null,"fromString":null,"to":"u1","toString":"Person 1"}'
					WHEN 5 THEN ',{"field":"assignee","fieldtype":"jira","from":"u1","fromString":"Person 1","to":"u2","toString":"Person '
						'2"}'
					WHEN 7 THEN ',{"field":"Rank","fieldtype":"custom","from":"","fromString":"","to":"","toString":"Ranked higher"}'
					WHEN 9 THEN ',{"field":"Sprint","fieldtype":"custom","from":"71","fromString":"Sprint 71","to":"71, 72",'
						'"toString":"Sprint 71, Sprint 72"}'
					WHEN 12 THEN ',{"field":"resolution","fieldtype":"jira","from":null,"fromString":null,"to":"10000","toString":"Done"}'
					ELSE '' END)
			WHEN k = 13 AND i % 4 > 0 THEN '{"field":"Fix Version","fieldtype":"jira","from":null,"fromString":null,"to":"10700",'
				'"toString":"24.1"}'
			WHEN k = 13 THEN '{"field":"Flagged","fieldtype":"custom","from":"","fromString":"","to":"[10019]","toString":"Impediment"}'
			ELSE '{"field":"priority","fieldtype":"jira","from":"3","fromString":"Medium","to":"2","toString":"High"}' END), ','
				ORDER BY k) AS histories
		FROM generate_series(1, 14) AS k
			LEFT JOIN status AS f ON f.s = k LEFT JOIN status AS t ON t.s = k + 1) AS h;
ANALYZE jira_payload;
