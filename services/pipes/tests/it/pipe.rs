//! The life of pipes.

use api_pipes::*;
use serde_json::json;

use crate::world::*;

#[tokio::test]
async fn is_created_shown_changed_stopped_started_and_deleted() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    let tags = json!({"a": "1"});
    let created = cloud
        .call::<CreatePipe>(creating("p", json!({"Source": from, "Target": to, "Tags": tags, "Description": "d"})));
    let created = created.await.unwrap();
    assert_eq!(created.current_state, Some(PipeState::Creating));
    assert_eq!(created.arn.as_deref(), Some("arn:aws:pipes:us-east-1:000000000000:pipe/p"));
    let shown = reaches(&cloud, "p", "RUNNING").await;
    let own = shown.source_parameters.unwrap().sqs_queue_parameters.unwrap();
    assert_eq!((own.batch_size, own.maximum_batching_window_in_seconds), (Some(10), Some(0)));
    assert_eq!((shown.desired_state.unwrap().as_str(), shown.state_reason), ("RUNNING", None));
    assert_eq!((shown.role_arn.as_deref(), shown.description.as_deref()), (Some(ROLE), Some("d")));
    assert_eq!(shown.tags.unwrap()["a"], "1");
    let update = UpdatePipeInput {
        name: "p".into(),
        role_arn: ROLE.into(),
        description: Some(String::new()),
        kms_key_identifier: Some("alias/k".into()),
        ..Default::default()
    };
    let updated = cloud.call::<UpdatePipe>(update).await.unwrap();
    assert_eq!(updated.current_state, Some(PipeState::Updating));
    let shown = reaches(&cloud, "p", "RUNNING").await;
    assert_eq!((shown.description, shown.kms_key_identifier.as_deref()), (None, Some("alias/k")));
    let stopped = cloud.call::<StopPipe>(StopPipeInput { name: "p".into() }).await.unwrap();
    assert_eq!(stopped.desired_state, Some(RequestedPipeState::Stopped));
    reaches(&cloud, "p", "STOPPED").await;
    send(&cloud, "from", "waits").await;
    nothing_comes(&cloud, "to").await;
    cloud.call::<StopPipe>(StopPipeInput { name: "p".into() }).await.unwrap();
    let started = cloud.call::<StartPipe>(StartPipeInput { name: "p".into() }).await.unwrap();
    assert_eq!(started.current_state, Some(PipeState::Starting));
    assert_eq!(jsons(&cloud, "to", 1).await[0]["body"], "waits");
    let deleted = cloud.call::<DeletePipe>(DeletePipeInput { name: "p".into() }).await.unwrap();
    assert_eq!(deleted.desired_state.unwrap().as_str(), "DELETED");
    until(&cloud, "the end of p", async || {
        cloud.call::<DescribePipe>(DescribePipeInput { name: "p".into() }).await.err()
    })
    .await;
    pipe(&cloud, "p", json!({"Source": from, "Target": to})).await;
}

#[tokio::test]
async fn one_that_is_to_stand_stands() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    let stands = json!({"Source": from, "Target": to, "DesiredState": "STOPPED"});
    cloud.call::<CreatePipe>(creating("p", stands)).await.unwrap();
    assert_eq!(reaches(&cloud, "p", "STOPPED").await.desired_state.unwrap().as_str(), "STOPPED");
    let update = UpdatePipeInput {
        name: "p".into(),
        role_arn: ROLE.into(),
        desired_state: Some(RequestedPipeState::Running),
        ..Default::default()
    };
    cloud.call::<UpdatePipe>(update).await.unwrap();
    reaches(&cloud, "p", "RUNNING").await;
}

#[tokio::test]
async fn are_listed_by_page_name_state_source_and_target() {
    let cloud = cloud().await;
    let (one, two) = (queue(&cloud, "one").await, queue(&cloud, "two").await);
    for (name, from, to, desired) in
        [("a1", &one, &two, "RUNNING"), ("a2", &one, &two, "STOPPED"), ("b1", &two, &one, "RUNNING")]
    {
        let members = json!({"Source": from, "Target": to, "DesiredState": desired});
        cloud.call::<CreatePipe>(creating(name, members)).await.unwrap();
        reaches(&cloud, name, desired).await;
    }
    let names = async |input: ListPipesInput| {
        let page = cloud.call::<ListPipes>(input).await.unwrap();
        let names: Vec<_> = page.pipes.unwrap().into_iter().map(|pipe| pipe.name.unwrap()).collect();
        (names.join(" "), page.next_token)
    };
    let all = ListPipesInput::default();
    let (first, token) = names(ListPipesInput { limit: Some(2), ..all.clone() }).await;
    assert_eq!(first, "a1 a2");
    assert_eq!(names(ListPipesInput { limit: Some(2), next_token: token, ..all.clone() }).await, ("b1".into(), None));
    for (input, expected) in [
        (ListPipesInput { name_prefix: Some("a".into()), ..all.clone() }, "a1 a2"),
        (ListPipesInput { desired_state: Some(RequestedPipeState::Running), ..all.clone() }, "a1 b1"),
        (ListPipesInput { current_state: Some(PipeState::Stopped), ..all.clone() }, "a2"),
        (ListPipesInput { source_prefix: Some(two.clone()), ..all.clone() }, "b1"),
        (ListPipesInput { target_prefix: Some(two.clone()), ..all.clone() }, "a1 a2"),
    ] {
        assert_eq!(names(input).await.0, expected);
    }
    assert!(cloud.call::<ListPipes>(ListPipesInput { next_token: Some("x".into()), ..all }).await.is_err());
}

#[tokio::test]
async fn what_cannot_begin_says_why() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    make_role(&cloud, "stranger", "lambda.amazonaws.com").await;
    make_role(&cloud, "blind", "pipes.amazonaws.com").await;
    let created = async |name: &str, source: &str, role: &str, parameters: serde_json::Value| {
        let members = json!({"Source": source, "Target": to, "SourceParameters": parameters});
        let role_arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        cloud.call::<CreatePipe>(CreatePipeInput { role_arn, ..creating(name, members) }).await.unwrap();
        reaches(&cloud, name, "CREATE_FAILED").await.state_reason.unwrap()
    };
    let invalid = "Input parameter is invalid from the request due to : ";
    let reason = created("a", &from, "stranger", json!({})).await;
    assert_eq!(
        reason,
        format!("{invalid}The role arn:aws:iam::{ACCOUNT}:role/stranger cannot be assumed by EventBridge Pipes.")
    );
    let reason = created("b", &from, "blind", json!({})).await;
    assert_eq!(
        reason,
        format!("{invalid}The provided customer role does not have permissions to call ReceiveMessage on SQS")
    );
    let nowhere = from.replace(":from", ":nowhere");
    assert!(created("c", &nowhere, "r", json!({})).await.ends_with("nowhere does not exist."));
    let shards = json!({"KinesisStreamParameters": {"StartingPosition": "LATEST"}});
    let stream = stream(&cloud, "k").await;
    let reason = created("d", &stream, "blind", shards.clone()).await;
    assert!(reason.contains(&format!("Cannot access stream {stream}. Please ensure the role can perform")), "{reason}");
    let reason = created("e", &stream.replace("/k", "/none"), "r", shards).await;
    assert!(reason.contains("Stream not found"), "{reason}");
    allow(&cloud, "blind", "Allow", &["sqs:*"]).await;
    cloud.call::<StartPipe>(StartPipeInput { name: "b".into() }).await.unwrap();
    assert_eq!(reaches(&cloud, "b", "RUNNING").await.state_reason, None);
    let input = UpdatePipeInput {
        name: "b".into(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/stranger"),
        ..Default::default()
    };
    cloud.call::<UpdatePipe>(input).await.unwrap();
    reaches(&cloud, "b", "UPDATE_FAILED").await;
    cloud.call::<StartPipe>(StartPipeInput { name: "b".into() }).await.unwrap();
    reaches(&cloud, "b", "START_FAILED").await;
}
