//! Resource types: a group with a schedule as a stack makes them, from inside an operation of another service.

use std::sync::Arc;

use api_sqs::{ListQueues, ListQueuesInput, ListQueuesOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

async fn life(ctx: &Ctx, _: ListQueuesInput) -> Outcome<ListQueues> {
    let (group, schedule) = (resource(ctx, "AWS::Scheduler::ScheduleGroup"), resource(ctx, "AWS::Scheduler::Schedule"));
    let tags = json!([{"Key": "a", "Value": "1"}]);
    let own = group.create(ctx, properties(json!({"Name": "own", "Tags": tags}))).await.unwrap();
    assert_eq!(group.read(ctx, &own).await.unwrap().unwrap()["Tags"], tags);
    group.update(ctx, &own, properties(json!({"Tags": []}))).await.unwrap();
    assert!(group.tags(ctx, &own).await.unwrap().is_empty());
    let target = json!({"Arn": "arn:aws:sqs:us-east-1:000000000000:q", "RoleArn": "arn:aws:iam::000000000000:role/r"});
    let mut made = json!({
        "Name": "s", "GroupName": "own", "ScheduleExpression": "rate(1 hour)", "Target": target,
        "FlexibleTimeWindow": {"Mode": "OFF"}, "StartDate": "2026-02-01T00:00:00Z",
    });
    let id = schedule.create(ctx, properties(made.clone())).await.unwrap();
    assert_eq!(id, "own/s");
    let read = schedule.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["Arn"], json!("arn:aws:scheduler:us-east-1:000000000000:schedule/own/s"));
    assert_eq!((&read["Target"], &read["State"]), (&target, &json!("ENABLED")));
    made["State"] = json!("DISABLED");
    schedule.update(ctx, &id, properties(made)).await.unwrap();
    assert_eq!(schedule.read(ctx, &id).await.unwrap().unwrap()["State"], json!("DISABLED"));
    assert_eq!(schedule.relationships(ctx, &id).await.unwrap().len(), 2);
    assert_eq!(schedule.list(ctx).await.unwrap(), ["own/s"]);
    schedule.delete(ctx, &id).await.unwrap();
    schedule.delete(ctx, &id).await.unwrap();
    assert_eq!(schedule.read(ctx, &id).await.unwrap(), None);
    group.delete(ctx, &own).await.unwrap();
    Ok(ListQueuesOutput::default())
}

#[tokio::test]
async fn schedules_and_groups_of_stacks() {
    let stack = || Operations::new().on::<ListQueues>(|_, _| Ok(Access::any()), life);
    // Nobody keeps roles here: whether a role can be taken on is not asked.
    let cloud = TestCloud::new(|parts| vec![svc_scheduler::service(parts), Service::new(&api_sqs::SERVICE, stack())]);
    cloud.call::<ListQueues>(ListQueuesInput::default()).await.unwrap();
    assert_eq!(cloud.cloud().panics(), 0);
}
