//! Archives and replays.

use std::time::Duration;

use api_events as api;
use names::Timestamp;
use serde_json::json;
use testkit::TestCloud;

use crate::world::{bodies, bus, cloud, messages, put, queue, rule, target, targets};

async fn archive(cloud: &TestCloud, bus: &str, pattern: Option<&str>) -> String {
    let input = api::CreateArchiveInput {
        archive_name: "a".to_owned(),
        event_source_arn: bus.to_owned(),
        event_pattern: pattern.map(str::to_owned),
        retention_days: Some(1),
        ..api::CreateArchiveInput::default()
    };
    cloud.call::<api::CreateArchive>(input).await.unwrap().archive_arn.unwrap()
}

async fn events(cloud: &TestCloud) -> Option<i64> {
    let input = api::DescribeArchiveInput { archive_name: "a".to_owned() };
    cloud.call::<api::DescribeArchive>(input).await.unwrap().event_count
}

fn replay(archive: &str, bus: &str, rules: Option<Vec<String>>) -> api::StartReplayInput {
    api::StartReplayInput {
        replay_name: "again".to_owned(),
        event_source_arn: archive.to_owned(),
        event_start_time: Timestamp::parse_iso8601("2026-01-01T00:00:00Z").unwrap(),
        event_end_time: Timestamp::parse_iso8601("2026-01-02T00:00:00Z").unwrap(),
        destination: api::ReplayDestination { arn: bus.to_owned(), filter_arns: rules },
        ..api::StartReplayInput::default()
    }
}

#[tokio::test]
async fn kept_and_sent_again() {
    let cloud = cloud();
    let bus_arn = bus(&cloud, "own").await;
    let archive = archive(&cloud, &bus_arn, Some(r#"{"source": ["s"]}"#)).await;
    let (one, other) = (queue(&cloud, "one").await, queue(&cloud, "other").await);
    let wanted = rule(&cloud, "own", "r1", json!({"source": ["s"]})).await;
    rule(&cloud, "own", "r2", json!({"source": ["s"]})).await;
    targets(&cloud, "own", "r1", vec![target("t", &one)]).await;
    targets(&cloud, "own", "r2", vec![target("t", &other)]).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(put(&cloud, "own", "s", json!({"n": n})).await);
        put(&cloud, "own", "else", json!({"n": n})).await;
        cloud.advance(Duration::from_secs(60)).await;
    }
    bodies(&cloud, "one", 3).await;
    bodies(&cloud, "other", 3).await;
    assert_eq!(events(&cloud).await, Some(3));
    let started = cloud.call::<api::StartReplay>(replay(&archive, &bus_arn, Some(vec![wanted]))).await.unwrap();
    assert_eq!(started.state, Some(api::ReplayState::Starting));
    let again = bodies(&cloud, "one", 3).await;
    let mut again_ids: Vec<_> = again.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    again_ids.sort();
    ids.sort();
    assert_eq!(again_ids, ids);
    assert!(again.iter().all(|event| event["replay-name"] == json!("again")));
    messages(&cloud, "other", 0).await;
    assert_eq!(events(&cloud).await, Some(3), "what is replayed is not archived again");
    let shown = cloud.call::<api::DescribeReplay>(api::DescribeReplayInput { replay_name: "again".to_owned() }).await;
    let shown = shown.unwrap();
    assert_eq!(shown.state, Some(api::ReplayState::Completed));
    assert_eq!(shown.event_last_replayed_time, Timestamp::parse_iso8601("2026-01-01T00:02:00Z").ok());
    let listed = cloud.call::<api::ListReplays>(api::ListReplaysInput::default()).await.unwrap();
    assert_eq!(listed.replays.unwrap().len(), 1);
    let told = cloud.error::<api::CancelReplay>(api::CancelReplayInput { replay_name: "again".to_owned() }).await;
    assert_eq!(told.0, "IllegalStatusException");
    let told = cloud.error::<api::StartReplay>(replay(&archive, &bus_arn, None)).await;
    assert_eq!(told, ("ResourceAlreadyExistsException".to_owned(), "Replay again already exists.".to_owned()));
}

#[tokio::test]
async fn changed_listed_expired_deleted() {
    let cloud = cloud();
    let bus_arn = bus(&cloud, "own").await;
    archive(&cloud, &bus_arn, None).await;
    put(&cloud, "own", "s", json!({})).await;
    let update = api::UpdateArchiveInput {
        archive_name: "a".to_owned(),
        description: Some("d".to_owned()),
        ..api::UpdateArchiveInput::default()
    };
    cloud.call::<api::UpdateArchive>(update).await.unwrap();
    let by_bus = api::ListArchivesInput { event_source_arn: Some(bus_arn), ..Default::default() };
    let listed = cloud.call::<api::ListArchives>(by_bus).await.unwrap().archives.unwrap();
    assert_eq!((listed.len(), listed[0].event_count), (1, Some(1)));
    cloud.advance(Duration::from_secs(2 * 86_400)).await;
    for _ in 0..1_000 {
        if events(&cloud).await == Some(0) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(events(&cloud).await, Some(0));
    let delete = || api::DeleteArchiveInput { archive_name: "a".to_owned() };
    cloud.call::<api::DeleteArchive>(delete()).await.unwrap();
    assert_eq!(cloud.error::<api::DeleteArchive>(delete()).await.1, "Archive a does not exist.");
}
