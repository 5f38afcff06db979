//! A cloud with CloudWatch Logs alone, and short words for what every test does.

use api_logs::*;
use testkit::TestCloud;

pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_logs::service(parts)])
}

pub(crate) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:logs:us-east-1:000000000000:log-group:{name}")
}

/// The clock, as events tell it.
pub(crate) fn now(cloud: &TestCloud) -> i64 {
    cloud.runtime().clock.now().millis()
}

/// A group with a stream.
pub(crate) async fn create(cloud: &TestCloud, group: &str, stream: &str) {
    let input = CreateLogGroupInput { log_group_name: group.into(), ..Default::default() };
    cloud.call::<CreateLogGroup>(input).await.unwrap();
    create_stream(cloud, group, stream).await;
}

pub(crate) async fn create_stream(cloud: &TestCloud, group: &str, stream: &str) {
    let input = CreateLogStreamInput { log_group_name: group.into(), log_stream_name: stream.into() };
    cloud.call::<CreateLogStream>(input).await.unwrap();
}

pub(crate) fn putting(group: &str, stream: &str, events: &[(i64, &str)]) -> PutLogEventsInput {
    let event =
        |(timestamp, message): &(i64, &str)| InputLogEvent { timestamp: *timestamp, message: (*message).into() };
    PutLogEventsInput {
        log_group_name: group.into(),
        log_stream_name: stream.into(),
        log_events: events.iter().map(event).collect(),
        ..Default::default()
    }
}

pub(crate) async fn put(cloud: &TestCloud, group: &str, stream: &str, events: &[(i64, &str)]) -> PutLogEventsOutput {
    cloud.call::<PutLogEvents>(putting(group, stream, events)).await.unwrap()
}

pub(crate) fn getting(group: &str, stream: &str) -> GetLogEventsInput {
    GetLogEventsInput { log_group_name: some(group), log_stream_name: stream.into(), ..Default::default() }
}

pub(crate) fn lines(output: &GetLogEventsOutput) -> Vec<&str> {
    output.events.iter().flatten().map(|event| event.message.as_deref().unwrap()).collect()
}

pub(crate) fn filtering(group: &str, pattern: &str) -> FilterLogEventsInput {
    FilterLogEventsInput { log_group_name: some(group), filter_pattern: some(pattern), ..Default::default() }
}

/// What a pattern lets pass, over all pages.
pub(crate) async fn passing(cloud: &TestCloud, input: FilterLogEventsInput) -> Vec<String> {
    let (mut found, mut next_token) = (Vec::new(), None);
    loop {
        let input = FilterLogEventsInput { next_token, ..input.clone() };
        let page = cloud.call::<FilterLogEvents>(input).await.unwrap();
        found.extend(page.events.into_iter().flatten().map(|event| event.message.unwrap()));
        next_token = page.next_token;
        if next_token.is_none() {
            return found;
        }
    }
}
