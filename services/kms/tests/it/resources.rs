//! Resource types: keys and aliases as a stack makes them, from inside an operation of another service.

use std::sync::Arc;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
fn stack(operation: Operations) -> TestCloud {
    TestCloud::new(|parts| vec![svc_kms::service(parts), Service::new(&api_sts::SERVICE, operation)])
}

async fn key_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let (key, alias) = (resource(ctx, "AWS::KMS::Key"), resource(ctx, "AWS::KMS::Alias"));
    let made = json!({
        "Description": "mine",
        "EnableKeyRotation": "true",
        "RotationPeriodInDays": 100,
        "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
    });
    let id = key.create(ctx, properties(made)).await.unwrap();
    let read = key.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["Description"], &read["Enabled"]), (&json!("mine"), &json!(true)));
    assert_eq!((&read["EnableKeyRotation"], &read["RotationPeriodInDays"]), (&json!(true), &json!(100)));
    assert_eq!(read["KeyPolicy"]["Id"], "key-default-1");
    assert_eq!(read["Arn"], key.arn(ctx, &id));
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    ]});
    let changed = json!({"Enabled": false, "KeyPolicy": policy, "Tags": [{"Key": "b", "Value": "3"}]});
    key.update(ctx, &id, properties(changed)).await.unwrap();
    let read = key.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["Description"], &read["Enabled"]), (&json!(""), &json!(false)));
    assert_eq!((&read["EnableKeyRotation"], &read["KeyPolicy"]), (&json!(false), &policy));
    assert_eq!(read["Tags"], json!([{"Key": "b", "Value": "3"}]));
    let name = alias.create(ctx, properties(json!({"AliasName": "alias/a", "TargetKeyId": id}))).await.unwrap();
    assert_eq!(alias.read(ctx, &name).await.unwrap().unwrap()["TargetKeyId"], json!(id));
    assert_eq!(alias.relationships(ctx, &name).await.unwrap().len(), 1);
    alias.delete(ctx, &name).await.unwrap();
    alias.delete(ctx, &name).await.unwrap();
    assert_eq!(alias.read(ctx, &name).await.unwrap(), None);
    assert_eq!(key.list(ctx).await.unwrap(), std::slice::from_ref(&id));
    key.delete(ctx, &id).await.unwrap();
    key.delete(ctx, &id).await.unwrap();
    assert_eq!(key.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

async fn replica_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let replica = resource(ctx, "AWS::KMS::ReplicaKey");
    let primary = ctx.cloud().call::<api_kms::CreateKey>(
        ctx.caller.clone(),
        names::Region::parse("eu-west-1").unwrap(),
        api_kms::CreateKeyInput { multi_region: Some(true), ..Default::default() },
    );
    let arn = primary.await.unwrap().key_metadata.unwrap().arn.unwrap();
    let id = replica.create(ctx, properties(json!({"PrimaryKeyArn": arn, "Description": "copy"}))).await.unwrap();
    let read = replica.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["PrimaryKeyArn"], &read["Description"]), (&json!(arn), &json!("copy")));
    assert_eq!(replica.relationships(ctx, &id).await.unwrap(), [arn]);
    assert_eq!(replica.list(ctx).await.unwrap(), std::slice::from_ref(&id));
    replica.update(ctx, &id, properties(json!({"Enabled": "false"}))).await.unwrap();
    assert_eq!(replica.read(ctx, &id).await.unwrap().unwrap()["Enabled"], json!(false));
    replica.delete(ctx, &id).await.unwrap();
    assert_eq!(replica.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

#[tokio::test]
async fn a_key_and_an_alias_of_a_stack() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), key_life);
    stack(operation).call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
}

#[tokio::test]
async fn a_replica_of_a_stack() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), replica_life);
    stack(operation).call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
}
