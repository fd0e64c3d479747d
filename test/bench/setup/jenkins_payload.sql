-- jenkins_payload: answers of .../NUMBER/api/json as Jenkins writes them, with parameters, causes, revisions and
-- changes: for every 40 of :items a build, every fifth of a job that deploys.
CREATE TABLE jenkins_payload AS
SELECT n AS id, format('{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowRun","actions":[{"_class":"hudson.model.CauseAction",'
	'"causes":[{"_class":"jenkins.branch.BranchEventCause","shortDescription":"Push event to branch '
		'main"}]},{},{"_class":"hudson.model.ParametersAction",'
	'"parameters":[{"_class":"hudson.model.StringParameterValue","name":"VERSION",'
		'"value":"1.%1$s"},{"_class":"hudson.model.StringParameterValue","name":"VERBOSE",'
			'"value":"false"}]},{"_class":"jenkins.metrics.impl.TimeInQueueAction","blockedDurationMillis":0,"blockedTimeMillis":0,'
	'"buildableDurationMillis":12,"buildableTimeMillis":12,"buildingDurationMillis":60500,"executingTimeMillis":60500,'
		'"executorUtilization":1.0,"subTaskCount":0,"waitingDurationMillis":2500,"waitingTimeMillis":2500,"queuingDurationMillis":2500},'
			'{"_class":"hudson.plugins.git.util.BuildData","buildsByBranchName":{"main":{"_class":'
	'"hudson.plugins.git.util.Build","buildNumber":%1$s,"buildResult":null,"marked":{"SHA1":"%2$s","branch":[{"SHA1":"%2$s",'
		'"name":"main"}]},"revision":{"SHA1":"%2$s","branch":[{"SHA1":"%2$s","name":"main"}]}}},"lastBuiltRevision":{"SHA1":"%2$s",'
			'"branch":[{"SHA1":"%2$s","name":"main"}]},'
	'"remoteUrls":["https://git.example.com/shop/checkout.git"],'
		'"scmName":""},{},{},{"_class":"org.jenkinsci.plugins.displayurlapi.actions.RunDisplayAction"}],'
			'"artifacts":[{"displayPath":"checkout.jar","fileName":"checkout.jar","relativePath":"target/checkout.jar"}],"building":false,'
				'"description":null,'
	'"displayName":"#%1$s","duration":60500,"estimatedDuration":61000,"executor":null,"fullDisplayName":"Shop » Checkout » %3$s #%1$s",'
		'"id":"%1$s","keepLog":false,"number":%1$s,"queueId":%1$s,"result":"%4$s","timestamp":%5$s,'
			'"url":"https://ci.example.com/job/shop/job/checkout/job/%3$s/%1$s/",'
	'"changeSets":[{"_class":"hudson.plugins.git.GitChangeSetList","items":[{"_class":"hudson.plugins.git.GitChangeSet",'
		'"affectedPaths":["a.rb","b.rb"],"commitId":"%2$s","timestamp":%6$s,"author":{"absoluteUrl":"https://ci.example.com/user/ann",'
			'"fullName":"Ann"},"authorEmail":"ann@example.com",'
	'"comment":"SHOP-%1$s: customers see what they pay\n","date":"2024-01-01 09:00:00 +0000","id":"%2$s","msg":"SHOP-%1$s: customers see '
		'what they pay","paths":[{"editType":"edit","file":"a.rb"},{"editType":"edit","file":"b.rb"}]}],"kind":"git"}],'
			'"culprits":[{"absoluteUrl":"https://ci.example.com/user/ann","fullName":"Ann"}],'
	'"inProgress":false,"nextBuild":null,"previousBuild":{"number":%1$s,'
		'"url":"https://ci.example.com/job/shop/job/checkout/job/%3$s/%1$s/"}}',
	n, md5(n::text) || '00000000', CASE WHEN n % 5 = 0 THEN 'deploy-production' ELSE 'main' END, CASE WHEN n % 7 = 0 THEN 'FAILURE'
		ELSE 'SUCCESS' END, start, start - 100000) AS payload
FROM (SELECT n, 1704099600000 + n::bigint * 1020000 AS start FROM generate_series(1, :items / 40) AS n) AS build;
ANALYZE jenkins_payload;
