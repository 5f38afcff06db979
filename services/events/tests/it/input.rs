//! What targets get of an event.

use std::collections::BTreeMap;

use api_events as api;
use serde_json::json;

use crate::world::{cloud, messages, put, queue, rule, target, targets};

#[tokio::test]
async fn constants_parts_and_templates() {
    let cloud = cloud();
    let template = |paths: &[(&str, &str)], template: &str| {
        let paths: BTreeMap<_, _> = paths.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Some(api::InputTransformer { input_paths_map: Some(paths), input_template: template.to_owned() })
    };
    let arn = queue(&cloud, "q").await;
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    let with = |id: &str| target(id, &arn);
    let all = vec![
        api::Target { input: Some(r#"{"constant": true}"#.to_owned()), ..with("a") },
        api::Target { input_path: Some("$.detail.user.name".to_owned()), ..with("b") },
        api::Target {
            input_transformer: template(
                &[("user", "$.detail.user")],
                r#"{"rule": <aws.events.rule-name>, "u": <user>}"#,
            ),
            ..with("c")
        },
        api::Target { input_transformer: template(&[("n", "$.detail.user.name")], r#""Hello <n>""#), ..with("d") },
        // What makes no JSON is not delivered.
        api::Target { input_transformer: template(&[("user", "$.detail.user")], r#"{"u": "<user>"}"#), ..with("e") },
    ];
    targets(&cloud, "default", "r", all).await;
    put(&cloud, "default", "s", json!({"user": {"name": "ada"}})).await;
    let mut bodies: Vec<_> = messages(&cloud, "q", 4).await.into_iter().map(|m| m.body.unwrap()).collect();
    bodies.sort();
    let expected = ["\"Hello ada\"", "\"ada\"", r#"{"constant": true}"#, r#"{"rule": "r", "u": {"name":"ada"}}"#];
    assert_eq!(bodies, expected);
    messages(&cloud, "q", 0).await;
}

#[tokio::test]
async fn groups_of_fifo_queues() {
    let cloud = cloud();
    let arn = queue(&cloud, "q.fifo").await;
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    let group = Some(api::SqsParameters { message_group_id: Some("g".to_owned()) });
    targets(&cloud, "default", "r", vec![api::Target { sqs_parameters: group, ..target("t", &arn) }]).await;
    put(&cloud, "default", "s", json!({})).await;
    let message = messages(&cloud, "q.fifo", 1).await.remove(0);
    let attributes = message.attributes.unwrap();
    assert_eq!(attributes.get("MessageGroupId").map(String::as_str), Some("g"));
}
