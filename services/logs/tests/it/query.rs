//! Queries: started, run in the background, looked at.

use api_logs::*;
use service_kit::{Error, Fault};
use testkit::TestCloud;

use crate::cloud::*;

fn asking(cloud: &TestCloud, groups: &[&str], query: &str) -> StartQueryInput {
    let at = now(cloud) / 1_000;
    StartQueryInput {
        log_group_names: Some(groups.iter().map(|group| (*group).to_owned()).collect()),
        start_time: at - 3_600,
        end_time: at + 3_600,
        query_string: query.into(),
        ..Default::default()
    }
}

pub(crate) async fn done(cloud: &TestCloud, query_id: &str) -> GetQueryResultsOutput {
    for _ in 0..1_000_000 {
        let input = GetQueryResultsInput { query_id: query_id.into(), ..Default::default() };
        let output = cloud.call::<GetQueryResults>(input).await.unwrap();
        if !matches!(output.status, Some(QueryStatus::Scheduled | QueryStatus::Running)) {
            return output;
        }
        tokio::task::yield_now().await;
    }
    panic!("the query has no end");
}

async fn ask(cloud: &TestCloud, groups: &[&str], query: &str) -> GetQueryResultsOutput {
    let started = cloud.call::<StartQuery>(asking(cloud, groups, query)).await.unwrap();
    done(cloud, &started.query_id.unwrap()).await
}

fn rows(output: &GetQueryResultsOutput) -> Vec<Vec<(&str, &str)>> {
    let all = output.results.iter().flatten();
    all.map(|row| row.iter().map(|f| (f.field.as_deref().unwrap(), f.value.as_deref().unwrap())).collect()).collect()
}

#[tokio::test]
async fn start_query_runs_over_several_groups_newest_first() {
    let cloud = cloud();
    create(&cloud, "a", "s").await;
    create(&cloud, "b", "s").await;
    let at = now(&cloud);
    put(&cloud, "a", "s", &[(at, "{\"n\": 1}"), (at + 2, "{\"n\": 3}")]).await;
    put(&cloud, "b", "s", &[(at + 1, "{\"n\": 2}"), (at + 3, "{\"n\": 4}")]).await;
    let output = ask(&cloud, &["a", "b"], "fields n, @log | filter n < 4").await;
    let found: Vec<_> = rows(&output).iter().map(|row| (row[0].1.to_owned(), row[1].1.to_owned())).collect();
    let expected = [("3", "000000000000:a"), ("2", "000000000000:b"), ("1", "000000000000:a")];
    assert_eq!(found, expected.map(|(n, log)| (n.to_owned(), log.to_owned())));
    let statistics = output.statistics.unwrap();
    assert_eq!((statistics.records_matched, statistics.records_scanned), (Some(3.0), Some(4.0)));
    assert_eq!((statistics.bytes_scanned, statistics.log_groups_scanned), (Some(32.0), Some(2.0)));
    let counted = ask(&cloud, &["a", "b"], "stats sum(n) as s").await;
    assert_eq!(rows(&counted), [[("s", "10")]]);
    let limited = StartQueryInput { limit: Some(2), ..asking(&cloud, &["a"], "fields n") };
    let id = cloud.call::<StartQuery>(limited).await.unwrap().query_id.unwrap();
    assert_eq!(rows(&done(&cloud, &id).await).len(), 2);
}

#[tokio::test]
async fn get_query_results_page_by_page_and_get_log_record() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    let texts: Vec<_> = (0..1_200).map(|n| format!("{{\"n\": {n}}}")).collect();
    let events: Vec<_> = texts.iter().map(|text| (at, text.as_str())).collect();
    put(&cloud, "g", "s", &events).await;
    let id = cloud.call::<StartQuery>(asking(&cloud, &["g"], "fields n | sort n")).await.unwrap().query_id.unwrap();
    done(&cloud, &id).await;
    let (mut seen, mut next_token) = (Vec::new(), None);
    loop {
        let input = GetQueryResultsInput { query_id: id.clone(), next_token, max_items: Some(700) };
        let page = cloud.call::<GetQueryResults>(input).await.unwrap();
        seen.extend(rows(&page).iter().map(|row| row[0].1.parse::<usize>().unwrap()));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..1_200).collect::<Vec<_>>());
    let output = ask(&cloud, &["g"], "fields n | filter n = 7").await;
    let pointer = rows(&output)[0].iter().find(|(name, _)| *name == "@ptr").unwrap().1.to_owned();
    let input = GetLogRecordInput { log_record_pointer: pointer, ..Default::default() };
    let record = cloud.call::<GetLogRecord>(input).await.unwrap().log_record.unwrap();
    assert_eq!(
        (record["n"].as_str(), record["@message"].as_str(), record["@logStream"].as_str()),
        ("7", "{\"n\": 7}", "s")
    );
    assert_eq!(record["@timestamp"], at.to_string());
    let forged = GetLogRecordInput { log_record_pointer: "forged".into(), ..Default::default() };
    assert_eq!(cloud.error::<GetLogRecord>(forged).await.0, "InvalidParameterException");
    let input = GetLogGroupFieldsInput { log_group_name: some("g"), ..Default::default() };
    let fields = cloud.call::<GetLogGroupFields>(input).await.unwrap().log_group_fields.unwrap();
    assert!(fields.iter().any(|field| field.name == some("n") && field.percent == Some(100)));
}

#[tokio::test]
async fn describe_queries_and_stop_query() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let input = asking(&cloud, &["g"], "fields @message");
    let (from, to) = (input.start_time, input.end_time);
    let id = cloud.call::<StartQuery>(input).await.unwrap().query_id.unwrap();
    done(&cloud, &id).await;
    let input = DescribeQueriesInput { status: Some(QueryStatus::Complete), ..Default::default() };
    let query = cloud.call::<DescribeQueries>(input).await.unwrap().queries.unwrap().remove(0);
    assert_eq!(query.query_string, Some(format!("SOURCE \"g\" START={from}000 END={to}999 | fields @message")));
    assert_eq!(query.log_group_name, some("g"));
    let scheduled = DescribeQueriesInput { status: Some(QueryStatus::Scheduled), ..Default::default() };
    assert_eq!(cloud.call::<DescribeQueries>(scheduled).await.unwrap().queries.unwrap().len(), 0);
    let groups = ListLogGroupsForQueryInput { query_id: id.clone(), ..Default::default() };
    let groups = cloud.call::<ListLogGroupsForQuery>(groups).await.unwrap().log_group_identifiers.unwrap();
    assert_eq!(groups, ["g"]);
    let stopped = cloud.error::<StopQuery>(StopQueryInput { query_id: id.clone() }).await;
    assert_eq!(stopped.1, format!("Query is already ended with Complete status: {id}"));
    let unknown = GetQueryResultsInput { query_id: "none".into(), ..Default::default() };
    assert_eq!(cloud.error::<GetQueryResults>(unknown).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn what_is_wrong_with_a_query() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let missing = cloud.error::<StartQuery>(asking(&cloud, &["none"], "fields @message")).await;
    assert!(missing.1.starts_with("Log group 'none' does not exist for account ID '000000000000' (Service: AWSLogs;"));
    let wrong = cloud.call::<StartQuery>(asking(&cloud, &["g"], "fields @message | nonsense x")).await;
    let Err(Error::Modeled(error)) = wrong else { panic!("it was taken") };
    assert_eq!(error.schema.code, "MalformedQueryException");
    assert_eq!(error.details.unwrap().schema().name, "MalformedQueryException");
    let backwards =
        StartQueryInput { start_time: now(&cloud) / 1_000 + 9_000, ..asking(&cloud, &["g"], "fields @message") };
    assert_eq!(cloud.error::<StartQuery>(backwards).await.0, "InvalidParameterException");
    let sql = StartQueryInput { query_language: Some(QueryLanguage::Sql), ..asking(&cloud, &["g"], "SELECT 1") };
    assert!(matches!(cloud.call::<StartQuery>(sql).await, Err(Error::Fault(Fault::NotImplemented { .. }))));
}

#[tokio::test]
async fn put_describe_and_delete_query_definition() {
    let cloud = cloud();
    let saving = |name: &str, id: Option<String>| PutQueryDefinitionInput {
        name: name.into(),
        query_definition_id: id,
        query_string: "fields @message".into(),
        ..Default::default()
    };
    let id = cloud.call::<PutQueryDefinition>(saving("one", None)).await.unwrap().query_definition_id.unwrap();
    cloud.call::<PutQueryDefinition>(saving("other", None)).await.unwrap();
    cloud.call::<PutQueryDefinition>(saving("uno", Some(id.clone()))).await.unwrap();
    assert_eq!(cloud.error::<PutQueryDefinition>(saving("x", some("none"))).await.0, "ResourceNotFoundException");
    let input = DescribeQueryDefinitionsInput { query_definition_name_prefix: some("u"), ..Default::default() };
    let found = cloud.call::<DescribeQueryDefinitions>(input).await.unwrap().query_definitions.unwrap();
    assert_eq!((found.len(), found[0].name.clone()), (1, some("uno")));
    let deleting = || DeleteQueryDefinitionInput { query_definition_id: id.clone() };
    assert_eq!(cloud.call::<DeleteQueryDefinition>(deleting()).await.unwrap().success, Some(true));
    assert_eq!(cloud.error::<DeleteQueryDefinition>(deleting()).await.0, "ResourceNotFoundException");
}
