//! Events put on buses, and where they come out.

use api_events::{PutEvents, PutEventsInput, PutEventsRequestEntry};
use serde_json::json;

use crate::world::{self, bodies, bus, cloud, entry, put, queue, rule, target, targets};

#[tokio::test]
async fn an_event_reaches_the_targets_of_rules_that_describe_it() {
    let cloud = cloud();
    let (one, other) = (queue(&cloud, "one").await, queue(&cloud, "other").await);
    rule(&cloud, "default", "r1", json!({"source": ["shop"]})).await;
    rule(&cloud, "default", "r2", json!({"source": ["shop"], "detail": {"n": [{"numeric": [">", 5]}]}})).await;
    targets(&cloud, "default", "r1", vec![target("a", &one)]).await;
    targets(&cloud, "default", "r2", vec![target("b", &other)]).await;
    let small = put(&cloud, "default", "shop", json!({"n": 1})).await;
    let large = put(&cloud, "default", "shop", json!({"n": 7, "text": "ä"})).await;
    put(&cloud, "default", "elsewhere", json!({})).await;
    let mut seen = bodies(&cloud, "one", 2).await;
    seen.sort_by_key(|event| event["detail"]["n"].as_i64());
    assert_eq!((&seen[0]["id"], &seen[1]["id"]), (&json!(small), &json!(large)));
    let event = bodies(&cloud, "other", 1).await.remove(0);
    let expected = json!({
        "version": "0", "id": large, "detail-type": "Test", "source": "shop", "account": cloud.account().to_string(),
        "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": [], "detail": {"n": 7, "text": "ä"},
    });
    assert_eq!(event, expected);
    assert_eq!(event.to_string(), expected.to_string(), "the order of fields");
}

#[tokio::test]
async fn buses_are_apart() {
    let cloud = cloud();
    bus(&cloud, "own").await;
    let arn = queue(&cloud, "q").await;
    rule(&cloud, "own", "r", json!({"source": ["s"]})).await;
    targets(&cloud, "own", "r", vec![target("t", &arn)]).await;
    put(&cloud, "default", "s", json!({})).await;
    put(&cloud, "absent", "s", json!({})).await;
    let id = put(&cloud, "own", "s", json!({})).await;
    assert_eq!(bodies(&cloud, "q", 1).await[0]["id"], json!(id));
    world::messages(&cloud, "q", 0).await;
}

#[tokio::test]
async fn entries_are_refused_one_by_one() {
    let cloud = cloud();
    let good = entry("default", "s", &json!({}));
    let entries = vec![
        good.clone(),
        PutEventsRequestEntry { source: None, ..good.clone() },
        PutEventsRequestEntry { detail_type: None, ..good.clone() },
        PutEventsRequestEntry { detail: None, ..good.clone() },
        PutEventsRequestEntry { detail: Some("text".to_owned()), ..good.clone() },
        PutEventsRequestEntry { detail: Some("[1]".to_owned()), ..good.clone() },
        PutEventsRequestEntry { source: Some("aws.s3".to_owned()), ..good.clone() },
    ];
    let answer = cloud.call::<PutEvents>(PutEventsInput { entries, endpoint_id: None }).await.unwrap();
    assert_eq!(answer.failed_entry_count, Some(6));
    let told: Vec<_> = answer.entries.unwrap().into_iter().map(|e| (e.error_code, e.error_message)).collect();
    let required = |name: &str| {
        let text = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
        (Some("InvalidArgument".to_owned()), Some(text))
    };
    let malformed = (Some("MalformedDetail".to_owned()), Some("Detail is malformed.".to_owned()));
    let foreign = (Some("NotAuthorizedForSource".to_owned()), Some("Not authorized for the source.".to_owned()));
    let expected = [
        (None, None),
        required("Source"),
        required("DetailType"),
        required("Detail"),
        malformed.clone(),
        malformed,
        foreign,
    ];
    assert_eq!(told, expected);
}
