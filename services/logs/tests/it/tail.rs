//! Live tails: what comes while somebody watches.

use std::time::Duration;

use api_logs::*;
use futures_util::StreamExt as _;
use testkit::TestCloud;

use crate::cloud::*;

fn tailing(pattern: &str) -> StartLiveTailInput {
    StartLiveTailInput {
        log_group_identifiers: vec![arn("g")],
        log_event_filter_pattern: some(pattern),
        ..Default::default()
    }
}

async fn next(tail: &mut StartLiveTailOutput) -> Option<StartLiveTailResponseStream> {
    tail.response_stream.0.next().await.and_then(Result::ok)
}

/// What the next update shows, a second later.
async fn update(cloud: &TestCloud, tail: &mut StartLiveTailOutput) -> Vec<String> {
    cloud.advance(Duration::from_secs(1)).await;
    match next(tail).await {
        Some(StartLiveTailResponseStream::SessionUpdate(update)) => {
            update.session_results.unwrap().into_iter().map(|event| event.message.unwrap()).collect()
        }
        _ => panic!("no update"),
    }
}

#[tokio::test]
async fn start_live_tail_sends_what_passes() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    create_stream(&cloud, "g", "other").await;
    put(&cloud, "g", "s", &[(now(&cloud), "ERROR before")]).await;
    let input = StartLiveTailInput { log_stream_names: Some(vec!["s".into()]), ..tailing("ERROR") };
    let mut tail = cloud.call::<StartLiveTail>(input).await.unwrap();
    let Some(StartLiveTailResponseStream::SessionStart(start)) = next(&mut tail).await else { panic!("no start") };
    assert_eq!(start.log_event_filter_pattern, some("ERROR"));
    for (stream, message) in [("s", "ERROR 1"), ("s", "INFO"), ("other", "ERROR 2"), ("s", "ERROR 3")] {
        put(&cloud, "g", stream, &[(now(&cloud), message)]).await;
    }
    let (mut seen, mut rounds) = (Vec::new(), 0);
    while seen.len() < 2 && rounds < 100 {
        seen.extend(update(&cloud, &mut tail).await);
        rounds += 1;
    }
    assert_eq!(seen, ["ERROR 1", "ERROR 3"]);
}

#[tokio::test]
async fn what_a_live_tail_refuses() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let by_name = StartLiveTailInput { log_group_identifiers: vec!["g".into()], ..tailing("") };
    let both = StartLiveTailInput {
        log_stream_names: Some(vec!["s".into()]),
        log_stream_name_prefixes: Some(vec!["s".into()]),
        ..tailing("")
    };
    for input in [by_name, both, tailing("a=b")] {
        assert!(cloud.call::<StartLiveTail>(input).await.is_err());
    }
    let none = StartLiveTailInput { log_group_identifiers: vec![arn("none")], ..tailing("") };
    assert!(cloud.call::<StartLiveTail>(none).await.is_err());
}
