//! `AWS::Pipes::Pipe` as a stack makes it, from inside an operation of another service.

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, Progress, PropertySource, Service};
use testkit::TestCloud;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

async fn life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let pipe = ctx.cloud().resource_types().find(|resource| resource.name() == "AWS::Pipes::Pipe").unwrap().clone();
    let (from, to) = ("arn:aws:sqs:us-east-1:000000000000:from", "arn:aws:sqs:us-east-1:000000000000:to");
    let role = "arn:aws:iam::000000000000:role/r";
    let mut made = json!({"Name": "own", "Source": from, "Target": to, "RoleArn": role, "Tags": {"a": "1"}});
    let id = pipe.create(ctx, properties(made.clone())).await.unwrap();
    assert_eq!(id, "own");
    // Nobody keeps roles here: the pipe cannot begin, and may be changed then.
    let failed = loop {
        match pipe.progress(ctx, &id).await.unwrap() {
            Progress::Failed(why) => break why,
            Progress::Underway => tokio::task::yield_now().await,
            Progress::Settled => panic!("a pipe without a role runs"),
        }
    };
    assert!(!failed.is_empty());
    assert_eq!(pipe.read(ctx, &id).await.unwrap().unwrap()["CurrentState"], "CREATE_FAILED");
    let read = pipe.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["Arn"], &read["Tags"]), (&json!(pipe.arn(ctx, "own")), &json!({"a": "1"})));
    assert_eq!(read["SourceParameters"]["SqsQueueParameters"]["BatchSize"], 10);
    made["Description"] = json!("d");
    made["Tags"] = json!({"b": "2"});
    pipe.update(ctx, &id, properties(made)).await.unwrap();
    let read = pipe.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["Description"], &read["Tags"]), (&json!("d"), &json!({"b": "2"})));
    assert_eq!(pipe.tags(ctx, &id).await.unwrap().len(), 1);
    assert_eq!(pipe.relationships(ctx, &id).await.unwrap(), [from, to, role]);
    assert_eq!(pipe.list(ctx).await.unwrap(), ["own"]);
    while pipe.delete(ctx, &id).await.is_err() {
        tokio::task::yield_now().await;
    }
    while pipe.read(ctx, &id).await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    pipe.delete(ctx, &id).await.unwrap();
    Ok(GetCallerIdentityOutput::default())
}

#[tokio::test]
async fn pipes_of_stacks() {
    let stack = || Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), life);
    let cloud = TestCloud::new(|parts| {
        vec![svc_pipes::service(parts), svc_sqs::service(parts), Service::new(&api_sts::SERVICE, stack())]
    });
    cloud.call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
    assert_eq!(cloud.cloud().panics(), 0);
}
