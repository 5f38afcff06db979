//! Who may: by table, by partition key, by attribute, in transactions as what is done to each item.

use api_dynamodb::*;
use service_kit::{Error, Fault};
use testkit::TestCloud;

use crate::cloud::*;

/// A table that another account may use as a statement says; the other account, and the table's ARN.
async fn shared(statement: &str) -> (TestCloud, String) {
    let cloud = cloud();
    let owner = cloud.fresh_account();
    let other = cloud.fresh_account();
    let arn = create(&owner, "abc", &["k"]).await.table_arn.unwrap();
    put(&owner, "abc", [("k", s("mine")), ("v", n(1)), ("secret", n(2))]).await;
    put(&owner, "abc", [("k", s("other")), ("v", n(1))]).await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Resource":"{arn}",{statement}}}]}}"#,
        other.account()
    );
    let input = PutResourcePolicyInput { resource_arn: arn.clone(), policy, ..Default::default() };
    owner.call::<PutResourcePolicy>(input).await.unwrap();
    (other, arn)
}

async fn allowed<O: smithy::Operation>(cloud: &TestCloud, input: O::Input) -> bool {
    match cloud.call::<O>(input).await {
        Ok(_) => true,
        Err(Error::Fault(Fault::AccessDenied { .. })) => false,
        Err(other) => panic!("{other:?}"),
    }
}

fn getting(arn: &str, key: &str, projection: Option<&str>) -> GetItemInput {
    GetItemInput {
        table_name: arn.to_owned(),
        key: item([("k", s(key))]),
        projection_expression: projection.map(str::to_owned),
        ..Default::default()
    }
}

#[tokio::test]
async fn leading_keys_bind_gets_queries_batches_and_transactions() {
    let condition = r#""Action":["dynamodb:GetItem","dynamodb:Query","dynamodb:BatchGetItem"],
        "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["mine"]}}"#;
    let (cloud, arn) = shared(condition).await;
    for (key, may) in [("mine", true), ("other", false)] {
        assert_eq!(allowed::<GetItem>(&cloud, getting(&arn, key, None)).await, may, "GetItem {key}");
        let input = QueryInput {
            table_name: arn.clone(),
            key_condition_expression: Some("#k = :k".into()),
            expression_attribute_names: names(&[("#k", "k")]),
            expression_attribute_values: Some(item([(":k", s(key))])),
            ..Default::default()
        };
        assert_eq!(allowed::<Query>(&cloud, input).await, may, "Query {key}");
        let wanted =
            KeysAndAttributes { keys: vec![item([("k", s("mine"))]), item([("k", s(key))])], ..Default::default() };
        let wanted = if may { KeysAndAttributes { keys: wanted.keys[..1].to_vec(), ..wanted } } else { wanted };
        let input = BatchGetItemInput { request_items: [(arn.clone(), wanted)].into(), ..Default::default() };
        assert_eq!(allowed::<BatchGetItem>(&cloud, input).await, may, "BatchGetItem {key}");
        let get = Get { table_name: arn.clone(), key: item([("k", s(key))]), ..Default::default() };
        let input = TransactGetItemsInput { transact_items: vec![TransactGetItem { get }], ..Default::default() };
        assert_eq!(allowed::<TransactGetItems>(&cloud, input).await, may, "TransactGetItems {key}");
    }
    let put = PutItemInput { table_name: arn.clone(), item: item([("k", s("mine"))]), ..Default::default() };
    assert!(!allowed::<PutItem>(&cloud, put).await, "not among the actions");
}

#[tokio::test]
async fn attributes_bind_what_is_read() {
    let condition = r#""Action":"dynamodb:GetItem","Condition":{
        "ForAllValues:StringEquals":{"dynamodb:Attributes":["k","v"]},
        "StringEquals":{"dynamodb:Select":"SPECIFIC_ATTRIBUTES"}}"#;
    let (cloud, arn) = shared(condition).await;
    assert!(allowed::<GetItem>(&cloud, getting(&arn, "mine", Some("k, v"))).await);
    assert!(!allowed::<GetItem>(&cloud, getting(&arn, "mine", Some("k, secret"))).await);
    assert!(!allowed::<GetItem>(&cloud, getting(&arn, "mine", None)).await);
}
