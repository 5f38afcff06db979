//! Resource types: users, groups, roles and policies as a stack makes them, from inside an operation of another service.

use std::sync::Arc;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

use crate::cloud::{IAM, SQS, TRUST};

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    let mut types = ctx.cloud().resource_types();
    types.find(|resource| resource.name() == format!("AWS::IAM::{name}")).unwrap().clone()
}

async fn create(ctx: &Ctx, name: &str, given: Value) -> String {
    resource(ctx, name).create(ctx, properties(given)).await.unwrap()
}

async fn read(ctx: &Ctx, name: &str, id: &str) -> Option<Value> {
    resource(ctx, name).read(ctx, id).await.unwrap().map(Value::Object)
}

async fn update(ctx: &Ctx, name: &str, id: &str, given: Value) {
    resource(ctx, name).update(ctx, id, properties(given)).await.unwrap();
}

async fn delete(ctx: &Ctx, name: &str, id: &str) {
    for _ in 0..2 {
        resource(ctx, name).delete(ctx, id).await.unwrap();
    }
    assert_eq!(read(ctx, name, id).await, None, "{name}");
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
async fn live(operation: Operations) {
    let cloud = TestCloud::new(|parts| vec![svc_iam::service(parts), Service::new(&api_sts::SERVICE, operation)]);
    cloud.call::<GetCallerIdentity>(GetCallerIdentityInput {}).await.unwrap();
}

macro_rules! stack {
    ($test:ident, $ctx:ident => $($body:tt)*) => {
        #[tokio::test]
        async fn $test() {
            async fn life($ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
                $($body)*
                Ok(GetCallerIdentityOutput::default())
            }
            live(Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::free()), life)).await;
        }
    };
}

stack!(a_user_with_all_it_can_have, ctx => {
    create(ctx, "Group", json!({"GroupName": "g"})).await;
    create(ctx, "Group", json!({"GroupName": "h"})).await;
    let policy = create(ctx, "ManagedPolicy", json!({"ManagedPolicyName": "p", "PolicyDocument": document(SQS)})).await;
    let given = json!({
        "UserName": "u",
        "Path": "/x/",
        "Groups": ["g"],
        "ManagedPolicyArns": [policy],
        "PermissionsBoundary": policy,
        "Policies": [{"PolicyName": "i", "PolicyDocument": document(IAM)}],
        "Tags": [{"Key": "a", "Value": "1"}],
    });
    let id = create(ctx, "User", given.clone()).await;
    let there = read(ctx, "User", &id).await.unwrap();
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(there[name], *value, "{name}");
    }
    assert_eq!(there["Arn"], "arn:aws:iam::000000000000:user/x/u");
    assert_eq!(there["Arn"], resource(ctx, "User").arn(ctx, &id));
    assert!(resource(ctx, "User").relationships(ctx, &id).await.unwrap().contains(&policy));
    let changed = json!({"UserName": "u", "Groups": ["h"], "Tags": [{"Key": "b", "Value": "2"}]});
    update(ctx, "User", &id, changed).await;
    let there = read(ctx, "User", &id).await.unwrap();
    assert_eq!((&there["Groups"], &there["Path"]), (&json!(["h"]), &json!("/")));
    assert_eq!(there["Tags"], json!([{"Key": "b", "Value": "2"}]));
    for gone in ["ManagedPolicyArns", "Policies", "PermissionsBoundary"] {
        assert_eq!(there.get(gone), None, "{gone}");
    }
    assert_eq!(resource(ctx, "User").list(ctx).await.unwrap(), ["u"]);
    delete(ctx, "User", &id).await;
    delete(ctx, "ManagedPolicy", &policy).await;
});

stack!(a_role_in_an_instance_profile, ctx => {
    let given = json!({
        "AssumeRolePolicyDocument": document(TRUST),
        "Description": "d",
        "MaxSessionDuration": 7_200,
        "Path": "/x/",
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "Policies": [{"PolicyName": "i", "PolicyDocument": document(IAM)}],
    });
    let role = create(ctx, "Role", given.clone()).await;
    let there = read(ctx, "Role", &role).await.unwrap();
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(there[name], *value, "{name}");
    }
    assert!(there["RoleId"].as_str().unwrap().starts_with("AROA"));
    let profile = create(ctx, "InstanceProfile", json!({"Roles": [role]})).await;
    assert_eq!(read(ctx, "InstanceProfile", &profile).await.unwrap()["Roles"], json!([role]));
    update(ctx, "Role", &role, json!({"AssumeRolePolicyDocument": document(TRUST)})).await;
    let there = read(ctx, "Role", &role).await.unwrap();
    assert_eq!((there.get("Description"), &there["MaxSessionDuration"]), (None, &json!(3_600)));
    assert_eq!(there.get("ManagedPolicyArns"), None);
    delete(ctx, "InstanceProfile", &profile).await;
    delete(ctx, "Role", &role).await;
});

stack!(policies_of_every_sort, ctx => {
    for name in ["u", "v"] {
        create(ctx, "User", json!({"UserName": name})).await;
    }
    create(ctx, "Group", json!({"GroupName": "g"})).await;
    create(ctx, "Role", json!({"RoleName": "r", "AssumeRolePolicyDocument": document(TRUST)})).await;
    let given = json!({"PolicyName": "p", "PolicyDocument": document(SQS), "Users": ["u"], "Roles": ["r"]});
    let id = create(ctx, "Policy", given).await;
    assert_eq!(read(ctx, "Policy", &id).await.unwrap()["PolicyDocument"], document(SQS));
    assert!(read(ctx, "UserPolicy", "p|u").await.is_some() && read(ctx, "RolePolicy", "p|r").await.is_some());
    let changed = json!({"PolicyName": "p", "PolicyDocument": document(IAM), "Users": ["v"], "Groups": ["g"]});
    update(ctx, "Policy", &id, changed).await;
    assert!(read(ctx, "UserPolicy", "p|u").await.is_none() && read(ctx, "RolePolicy", "p|r").await.is_none());
    assert_eq!(read(ctx, "GroupPolicy", "p|g").await.unwrap()["PolicyDocument"], document(IAM));
    delete(ctx, "Policy", &id).await;
    assert!(read(ctx, "UserPolicy", "p|v").await.is_none());

    for (kind, property, holder) in [("User", "UserName", "u"), ("Group", "GroupName", "g"), ("Role", "RoleName", "r")] {
        let kind = format!("{kind}Policy");
        let given = json!({"PolicyName": "i", property: holder, "PolicyDocument": document(SQS)});
        let id = create(ctx, &kind, given.clone()).await;
        assert_eq!(read(ctx, &kind, &id).await.unwrap(), given);
        let changed = json!({"PolicyName": "i", property: holder, "PolicyDocument": document(IAM)});
        update(ctx, &kind, &id, changed.clone()).await;
        assert_eq!(read(ctx, &kind, &id).await.unwrap(), changed);
        delete(ctx, &kind, &id).await;
    }
});

stack!(a_managed_policy_keeps_room_for_versions, ctx => {
    create(ctx, "User", json!({"UserName": "u"})).await;
    let given = |action: &str| json!({
        "ManagedPolicyName": "p",
        "Description": "d",
        "PolicyDocument": document(&crate::cloud::allow(action, "*")),
        "Users": ["u"],
    });
    let id = create(ctx, "ManagedPolicy", given("sqs:A")).await;
    for number in 0..7 {
        let wanted = given(&format!("sqs:A{number}"));
        update(ctx, "ManagedPolicy", &id, wanted.clone()).await;
        let there = read(ctx, "ManagedPolicy", &id).await.unwrap();
        assert_eq!(there["PolicyDocument"], wanted["PolicyDocument"]);
        assert_eq!(there["DefaultVersionId"], format!("v{}", number + 2));
        assert_eq!((&there["Users"], &there["AttachmentCount"]), (&json!(["u"]), &json!(1)));
    }
    delete(ctx, "ManagedPolicy", &id).await;
});

stack!(keys_and_memberships, ctx => {
    create(ctx, "User", json!({"UserName": "u"})).await;
    create(ctx, "User", json!({"UserName": "v"})).await;
    create(ctx, "Group", json!({"GroupName": "g"})).await;
    let key = create(ctx, "AccessKey", json!({"UserName": "u", "Status": "Inactive"})).await;
    let there = read(ctx, "AccessKey", &key).await.unwrap();
    assert_eq!(there["SecretAccessKey"].as_str().unwrap().len(), 40);
    assert_eq!((&there["Status"], &there["UserName"]), (&json!("Inactive"), &json!("u")));
    assert_eq!(read(ctx, "AccessKey", &key).await.unwrap().get("SecretAccessKey"), None, "told once");
    update(ctx, "AccessKey", &key, json!({"UserName": "u", "Status": "Active"})).await;
    assert_eq!(read(ctx, "AccessKey", &key).await.unwrap()["Status"], "Active");
    delete(ctx, "AccessKey", &key).await;
    let addition = create(ctx, "UserToGroupAddition", json!({"GroupName": "g", "Users": ["u"]})).await;
    assert_eq!(read(ctx, "User", "u").await.unwrap()["Groups"], json!(["g"]));
    update(ctx, "UserToGroupAddition", &addition, json!({"GroupName": "g", "Users": ["v"]})).await;
    assert_eq!(read(ctx, "User", "u").await.unwrap().get("Groups"), None);
    delete(ctx, "UserToGroupAddition", &addition).await;
    assert_eq!(read(ctx, "User", "v").await.unwrap().get("Groups"), None);
});

stack!(every_type_says_what_it_is, ctx => {
    let names: Vec<_> = ctx.cloud().resource_types().map(|resource| resource.name()).collect();
    assert_eq!(names.iter().filter(|name| name.starts_with("AWS::IAM::")).count(), 16, "{names:?}");
    for resource in ctx.cloud().resource_types() {
        let all = resource.properties();
        assert!(all.is_sorted() && resource.attributes().is_sorted(), "{}", resource.name());
        assert!(resource.create_only().iter().all(|name| all.contains(name)), "{}", resource.name());
    }
});
