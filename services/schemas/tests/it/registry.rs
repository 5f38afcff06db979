//! Registries: there, listed, changed, gone; and who may see what is in them.

use std::collections::BTreeMap;

use api_schemas as api;
use serde_json::json;
use service_kit::{Error, Fault};
use testkit::TestCloud;

use crate::world::{cloud, describe, one_schema, registry, schema};

fn named(name: &str) -> api::CreateRegistryInput {
    api::CreateRegistryInput { registry_name: name.to_owned(), ..Default::default() }
}

async fn names(cloud: &TestCloud, scope: Option<&str>, limit: i32) -> Vec<String> {
    let (mut found, mut next_token) = (Vec::new(), None);
    loop {
        let scope = scope.map(str::to_owned);
        let input = api::ListRegistriesInput { scope, next_token, limit: Some(limit), ..Default::default() };
        let page = cloud.call::<api::ListRegistries>(input).await.unwrap();
        assert!(page.registries.as_ref().unwrap().len() <= usize::try_from(limit).unwrap());
        found.extend(page.registries.unwrap().into_iter().filter_map(|one| one.registry_name));
        next_token = page.next_token;
        if next_token.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn registries_come_and_go() {
    let cloud = cloud();
    let tags = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
    let input =
        api::CreateRegistryInput { description: Some("d".to_owned()), tags: Some(tags.clone()), ..named("shop") };
    let made = cloud.call::<api::CreateRegistry>(input).await.unwrap();
    let arn = format!("arn:aws:schemas:us-east-1:{}:registry/shop", cloud.account());
    assert_eq!((made.registry_arn.as_deref(), made.tags), (Some(arn.as_str()), Some(tags)));
    let told = cloud.error::<api::CreateRegistry>(named("shop")).await;
    assert_eq!(told, ("ConflictException".to_owned(), "Registry with name shop already exists.".to_owned()));
    let input = api::UpdateRegistryInput { registry_name: "shop".to_owned(), description: Some("e".to_owned()) };
    cloud.call::<api::UpdateRegistry>(input).await.unwrap();
    let shown = api::DescribeRegistryInput { registry_name: "shop".to_owned() };
    let found = cloud.call::<api::DescribeRegistry>(shown.clone()).await.unwrap();
    assert_eq!(found.description.as_deref(), Some("e"));
    cloud.call::<api::CreateSchema>(schema("shop", "s")).await.unwrap();
    let gone = api::DeleteRegistryInput { registry_name: "shop".to_owned() };
    assert_eq!(cloud.error::<api::DeleteRegistry>(gone.clone()).await.1, "Registry with name shop is not empty.");
    let input = api::DeleteSchemaInput { registry_name: "shop".to_owned(), schema_name: "s".to_owned() };
    cloud.call::<api::DeleteSchema>(input).await.unwrap();
    cloud.call::<api::DeleteRegistry>(gone.clone()).await.unwrap();
    for told in [cloud.error::<api::DeleteRegistry>(gone).await, cloud.error::<api::DescribeRegistry>(shown).await] {
        assert_eq!(told, ("NotFoundException".to_owned(), "Registry with name shop does not exist.".to_owned()));
    }
    for wrong in ["a b", "", "aws.mine", &"a".repeat(65)] {
        assert_eq!(cloud.error::<api::CreateRegistry>(named(wrong)).await.0, "BadRequestException");
    }
}

#[tokio::test]
async fn registries_are_listed_by_pages_and_scope() {
    let cloud = cloud();
    for name in ["a", "b", "zebra"] {
        registry(&cloud, name).await;
    }
    for limit in [1, 2, 100] {
        assert_eq!(names(&cloud, None, limit).await, ["a", "aws.events", "b", "zebra"]);
        assert_eq!(names(&cloud, Some("LOCAL"), limit).await, ["a", "b", "zebra"]);
        assert_eq!(names(&cloud, Some("AWS"), limit).await, ["aws.events"]);
    }
    let input = api::ListRegistriesInput { registry_name_prefix: Some("z".to_owned()), ..Default::default() };
    let found = cloud.call::<api::ListRegistries>(input).await.unwrap().registries.unwrap();
    assert_eq!(found.len(), 1);
    for input in [
        api::ListRegistriesInput { scope: Some("MINE".to_owned()), ..Default::default() },
        api::ListRegistriesInput { limit: Some(101), ..Default::default() },
    ] {
        assert_eq!(cloud.error::<api::ListRegistries>(input).await.0, "BadRequestException");
    }
}

#[tokio::test]
async fn the_registry_of_aws_is_everybodys_and_nobodys() {
    let cloud = cloud();
    let input = api::DescribeRegistryInput { registry_name: "aws.events".to_owned() };
    let shown = cloud.call::<api::DescribeRegistry>(input).await.unwrap();
    assert_eq!(shown.registry_arn.as_deref(), Some("arn:aws:schemas:us-east-1::registry/aws.events"));
    let shown = cloud.call::<api::DescribeSchema>(describe("aws.events", "aws.s3@ObjectCreated")).await.unwrap();
    assert_eq!(shown.schema_arn.as_deref(), Some("arn:aws:schemas:us-east-1::schema/aws.events/aws.s3@ObjectCreated"));
    assert!(shown.content.unwrap().contains("request-id"));
    assert_eq!(cloud.error::<api::CreateSchema>(schema("aws.events", "mine")).await.0, "ForbiddenException");
    let input = api::DeleteRegistryInput { registry_name: "aws.events".to_owned() };
    assert_eq!(cloud.error::<api::DeleteRegistry>(input).await.0, "ForbiddenException");
    let input = api::CreateRegistryInput { ..named("aws.events") };
    assert_eq!(cloud.error::<api::CreateRegistry>(input).await.0, "ConflictException");
}

#[tokio::test]
async fn policies_decide_who_sees_schemas() {
    let cloud = cloud();
    one_schema(&cloud).await;
    let stranger = cloud.fresh_account();
    let arn = format!("arn:aws:schemas:us-east-1:{}:registry/shop", cloud.account());
    let seen = || async { stranger.call::<api::DescribeSchema>(describe(&arn, "order")).await };
    assert!(matches!(seen().await, Err(Error::Fault(Fault::AccessDenied { .. }))));
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": stranger.account().to_string()}, "Action": "schemas:Describe*",
        "Resource": [arn, format!("arn:aws:schemas:us-east-1:{}:schema/shop/*", cloud.account())],
    }]})
    .to_string();
    let named = Some("shop".to_owned());
    let input = api::PutResourcePolicyInput { registry_name: named.clone(), policy: policy.clone(), revision_id: None };
    let put = cloud.call::<api::PutResourcePolicy>(input.clone()).await.unwrap();
    assert_eq!(seen().await.unwrap().schema_name.as_deref(), Some("order"));
    let shown = api::GetResourcePolicyInput { registry_name: named.clone() };
    let found = cloud.call::<api::GetResourcePolicy>(shown.clone()).await.unwrap();
    assert_eq!((found.policy, &found.revision_id), (Some(policy), &put.revision_id));
    let other = api::PutResourcePolicyInput { revision_id: Some("other".to_owned()), ..input.clone() };
    assert_eq!(cloud.error::<api::PutResourcePolicy>(other).await.0, "PreconditionFailedException");
    let same = api::PutResourcePolicyInput { revision_id: put.revision_id, ..input.clone() };
    cloud.call::<api::PutResourcePolicy>(same).await.unwrap();
    let gone = api::DeleteResourcePolicyInput { registry_name: named };
    cloud.call::<api::DeleteResourcePolicy>(gone.clone()).await.unwrap();
    assert!(seen().await.is_err());
    assert_eq!(cloud.error::<api::GetResourcePolicy>(shown).await.0, "NotFoundException");
    assert_eq!(cloud.error::<api::DeleteResourcePolicy>(gone).await.0, "NotFoundException");
    for wrong in ["x", "{}", r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage"}}"#] {
        let input = api::PutResourcePolicyInput { policy: wrong.to_owned(), ..input.clone() };
        assert_eq!(cloud.error::<api::PutResourcePolicy>(input).await.0, "BadRequestException");
    }
}

#[tokio::test]
async fn everything_has_tags() {
    let cloud = cloud();
    one_schema(&cloud).await;
    let id = crate::world::discoverer(&cloud).await;
    for resource in ["registry/shop".to_owned(), "schema/shop/order".to_owned(), format!("discoverer/{id}")] {
        let resource_arn = format!("arn:aws:schemas:us-east-1:{}:{resource}", cloud.account());
        let tags = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        let input = api::TagResourceInput { resource_arn: resource_arn.clone(), tags };
        cloud.call::<api::TagResource>(input).await.unwrap();
        let input = api::UntagResourceInput { resource_arn: resource_arn.clone(), tag_keys: vec!["a".to_owned()] };
        cloud.call::<api::UntagResource>(input).await.unwrap();
        let input = api::ListTagsForResourceInput { resource_arn };
        let left = cloud.call::<api::ListTagsForResource>(input).await.unwrap().tags.unwrap();
        assert_eq!(left, BTreeMap::from([("b".to_owned(), "2".to_owned())]));
    }
    let arn = |resource: &str| format!("arn:aws:schemas:us-east-1:{}:{resource}", cloud.account());
    for (resource, code) in [("thing/x", "BadRequestException"), ("registry/no", "NotFoundException")] {
        let input = api::ListTagsForResourceInput { resource_arn: arn(resource) };
        assert_eq!(cloud.error::<api::ListTagsForResource>(input).await.0, code);
    }
}
