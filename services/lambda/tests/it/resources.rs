//! Resource types, as stacks use them: from inside an operation of another service.

use std::sync::Arc;
use std::time::Duration;

use api_kinesis::{ListStreams, ListStreamsInput, ListStreamsOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Error, Fault, Operations, Outcome, Progress, PropertySource, ResourceType, Service};

use crate::world::{role, turn, with};

fn kind(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|kind| kind.name() == name).unwrap().clone()
}

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

async fn life(ctx: &Ctx, input: ListStreamsInput) -> Outcome<ListStreams> {
    let function = kind(ctx, "AWS::Lambda::Function");
    let settle = || ctx.clock().advance(Duration::from_secs(2));
    let mut wanted = properties(json!({
        "Code": {"ZipFile": "inline"},
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Role": input.exclusive_start_stream_name,
        "MemorySize": 256,
        "Tags": [{"Key": "k", "Value": "v"}],
    }));
    function.name_it(&mut wanted, &|_| "made".to_owned());
    let mut signed = wanted.clone();
    signed.insert("CodeSigningConfigArn".to_owned(), "arn:aws:lambda:us-east-1:1:code-signing-config:csc-1".into());
    let refused = function.create(ctx, signed).await.unwrap_err();
    assert!(matches!(refused, Error::Fault(Fault::NotImplemented { .. })), "an unsigned function is no signed one");
    wanted.insert("RuntimeManagementConfig".to_owned(), json!({"UpdateRuntimeOn": "Auto"}));
    assert_eq!(function.create(ctx, wanted.clone()).await.unwrap(), "made");
    assert_eq!(function.progress(ctx, "made").await.unwrap(), Progress::Underway);
    settle();
    assert_eq!(function.progress(ctx, "made").await.unwrap(), Progress::Settled);
    let there = function.read(ctx, "made").await.unwrap().unwrap();
    assert_eq!(
        (&there["MemorySize"], &there["Arn"]),
        (&json!(256), &json!(format!("arn:aws:lambda:us-east-1:{}:function:made", ctx.account())))
    );
    wanted["MemorySize"] = json!(512);
    settle();
    let forward = async {
        loop {
            turn().await;
            settle();
        }
    };
    tokio::select! {
        updated = function.update(ctx, "made", wanted) => updated.unwrap(),
        () = forward => {}
    }
    assert_eq!(function.read(ctx, "made").await.unwrap().unwrap()["MemorySize"], 512);
    assert_eq!(function.list(ctx).await.unwrap(), ["made"]);
    settle();
    for (name, wanted) in [
        ("AWS::Lambda::Version", json!({"FunctionName": "made"})),
        ("AWS::Lambda::Alias", json!({"FunctionName": "made", "FunctionVersion": "1", "Name": "live"})),
        (
            "AWS::Lambda::Permission",
            json!({
                "FunctionName": "made", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
                "SourceArn": "arn:aws:s3:::b",
            }),
        ),
        (
            "AWS::Lambda::EventInvokeConfig",
            json!({
                "FunctionName": "made", "Qualifier": "$LATEST", "MaximumRetryAttempts": 1,
            }),
        ),
    ] {
        let of = kind(ctx, name);
        let wanted = properties(wanted);
        let id = of.create(ctx, wanted.clone()).await.unwrap();
        let there = of.read(ctx, &id).await.unwrap().unwrap();
        for (member, value) in &wanted {
            assert_eq!(there.get(member), Some(value), "{name} {member}");
        }
        assert_eq!(of.list(ctx).await.unwrap(), std::slice::from_ref(&id), "{name}");
        if name != "AWS::Lambda::Version" {
            of.delete(ctx, &id).await.unwrap();
            assert_eq!(of.read(ctx, &id).await.unwrap(), None, "{name}");
            of.delete(ctx, &id).await.unwrap();
        }
    }
    let mapping = kind(ctx, "AWS::Lambda::EventSourceMapping");
    let source = format!("arn:aws:sqs:us-east-1:{}:q", ctx.account());
    let wanted = json!({"FunctionName": "made", "EventSourceArn": source, "BatchSize": 5});
    let id = mapping.create(ctx, properties(wanted)).await.unwrap();
    assert_eq!(mapping.progress(ctx, &id).await.unwrap(), Progress::Underway);
    settle();
    assert_eq!(mapping.progress(ctx, &id).await.unwrap(), Progress::Settled);
    let there = mapping.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&there["BatchSize"], &there["EventSourceArn"]), (&json!(5), &json!(source)));
    let wanted = json!({"FunctionName": "made", "EventSourceArn": source, "BatchSize": 6});
    mapping.update(ctx, &id, properties(wanted)).await.unwrap();
    assert_eq!(mapping.read(ctx, &id).await.unwrap().unwrap()["BatchSize"], 6);
    mapping.delete(ctx, &id).await.unwrap();
    assert_eq!(mapping.read(ctx, &id).await.unwrap(), None);
    function.delete(ctx, "made").await.unwrap();
    assert_eq!(function.read(ctx, "made").await.unwrap(), None);
    function.delete(ctx, "made").await.unwrap();
    Ok(ListStreamsOutput::default())
}

#[tokio::test]
async fn a_stack_makes_changes_and_deletes_functions() {
    let stacks = Operations::new().on::<ListStreams>(|_, _| Ok(Access::any()), life);
    let cloud = with(|_| Ok(json!(1)), vec![Service::new(&api_kinesis::SERVICE, stacks)]);
    let exclusive_start_stream_name = Some(role(&cloud).await);
    let input = ListStreamsInput { exclusive_start_stream_name, ..Default::default() };
    cloud.call::<ListStreams>(input).await.unwrap();
}
