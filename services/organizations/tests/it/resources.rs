//! Resource types: an organization as a stack makes it, from inside an operation of another service.

use std::sync::Arc;
use std::time::Duration;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    let name = format!("AWS::Organizations::{name}");
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

async fn life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let organization = resource(ctx, "Organization");
    assert_eq!(organization.list(ctx).await.unwrap(), [""; 0]);
    let id = organization.create(ctx, PropertySource::new()).await.unwrap();
    let read = organization.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!((&read["Id"], &read["FeatureSet"]), (&json!(id), &json!("ALL")));
    assert_eq!(read["Arn"], json!(organization.arn(ctx, &id)));
    let root = read["RootId"].as_str().unwrap().to_owned();

    let unit = resource(ctx, "OrganizationalUnit");
    let tagged = json!({"Name": "dev", "ParentId": root, "Tags": [{"Key": "a", "Value": "1"}]});
    let dev = unit.create(ctx, properties(tagged)).await.unwrap();
    unit.update(ctx, &dev, properties(json!({"Name": "Dev", "ParentId": root}))).await.unwrap();
    let read = unit.read(ctx, &dev).await.unwrap().unwrap();
    assert_eq!((&read["Name"], &read["ParentId"], read.get("Tags")), (&json!("Dev"), &json!(root), None));
    assert_eq!(unit.list(ctx).await.unwrap(), std::slice::from_ref(&dev));

    let account = resource(ctx, "Account");
    let made = json!({"AccountName": "one", "Email": "one@example.com", "ParentIds": [dev]});
    let one = account.create(ctx, properties(made)).await.unwrap();
    let read = account.read(ctx, &one).await.unwrap().unwrap();
    assert_eq!((&read["ParentIds"], &read["Status"]), (&json!([dev]), &json!("ACTIVE")));
    account.update(ctx, &one, properties(json!({"ParentIds": [root]}))).await.unwrap();
    assert_eq!(account.read(ctx, &one).await.unwrap().unwrap()["ParentIds"], json!([root]));
    assert_eq!(account.list(ctx).await.unwrap().len(), 2);

    let policy = resource(ctx, "Policy");
    let content =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]});
    let root_id = root.clone();
    ctx.call::<api_organizations::EnablePolicyType>(api_organizations::EnablePolicyTypeInput {
        root_id,
        policy_type: api_organizations::PolicyType::ServiceControlPolicy,
    })
    .await?;
    let on = |targets: &[&String]| {
        properties(json!({"Name": "p", "Type": "SERVICE_CONTROL_POLICY", "Content": content, "TargetIds": targets}))
    };
    let deny = policy.create(ctx, on(&[&dev])).await.unwrap();
    assert_eq!(policy.read(ctx, &deny).await.unwrap().unwrap()["Content"], content);
    policy.update(ctx, &deny, on(&[&one])).await.unwrap();
    assert_eq!(policy.read(ctx, &deny).await.unwrap().unwrap()["TargetIds"], json!([one]));
    assert!(policy.relationships(ctx, &deny).await.unwrap()[0].ends_with(&one));
    assert_eq!(policy.list(ctx).await.unwrap(), std::slice::from_ref(&deny));
    policy.delete(ctx, &deny).await.unwrap();
    policy.delete(ctx, &deny).await.unwrap();
    assert_eq!(policy.read(ctx, &deny).await.unwrap(), None);

    let delegation = resource(ctx, "ResourcePolicy");
    let statement =
        json!({"Effect": "Allow", "Principal": {"AWS": one}, "Action": "organizations:ListRoots", "Resource": "*"});
    let content = json!({"Version": "2012-10-17", "Statement": [statement]});
    let put = delegation.create(ctx, properties(json!({"Content": content}))).await.unwrap();
    assert_eq!(delegation.read(ctx, &put).await.unwrap().unwrap()["Content"], content);
    assert_eq!(delegation.list(ctx).await.unwrap(), std::slice::from_ref(&put));
    delegation.delete(ctx, &put).await.unwrap();
    assert_eq!(delegation.read(ctx, &put).await.unwrap(), None);

    account.delete(ctx, &one).await.unwrap();
    account.delete(ctx, &one).await.unwrap();
    unit.delete(ctx, &dev).await.unwrap();
    unit.delete(ctx, &dev).await.unwrap();
    assert_eq!(unit.read(ctx, &dev).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

#[tokio::test]
async fn an_organization_of_a_stack() {
    let operation = Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), life);
    let cloud =
        TestCloud::new(|parts| vec![svc_organizations::service(parts), Service::new(&api_sts::SERVICE, operation)]);
    let caller = cloud.clone();
    let stack = tokio::spawn(async move { caller.call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await });
    while !stack.is_finished() {
        cloud.advance(Duration::from_millis(500)).await;
    }
    stack.await.unwrap().unwrap();
}
