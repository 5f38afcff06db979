//! Single items: put, got, updated, deleted, with conditions and what is returned.

use api_dynamodb::*;
use service_kit::Error;

use crate::cloud::*;

#[tokio::test]
async fn put_item_and_get_item_return_every_type() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    let map = AttributeValue::M(item([
        ("in", n("1.50")),
        ("l", AttributeValue::L(vec![s("x"), AttributeValue::Null(true)])),
    ]));
    let all = [
        ("k", s("a")),
        ("n", n("-0012.30e1")),
        ("b", AttributeValue::B(vec![0, 1, 255].into())),
        ("ss", AttributeValue::Ss(vec!["b".into(), "a".into()])),
        ("ns", AttributeValue::Ns(vec!["2".into(), "10".into(), "-1".into()])),
        ("yes", AttributeValue::Bool(true)),
        ("m", map),
        ("empty", s("")),
    ];
    put(&cloud, "abc", all).await;
    let got = get(&cloud, "abc", [("k", s("a"))]).await.unwrap();
    assert_eq!(got["n"], n("-123"));
    assert_eq!(got["b"], AttributeValue::B(vec![0, 1, 255].into()));
    assert_eq!(got["ss"], AttributeValue::Ss(vec!["a".into(), "b".into()]));
    assert_eq!(got["ns"], AttributeValue::Ns(vec!["-1".into(), "2".into(), "10".into()]));
    assert_eq!(
        got["m"],
        AttributeValue::M(item([("in", n("1.5")), ("l", AttributeValue::L(vec![s("x"), AttributeValue::Null(true)]))]))
    );
    assert_eq!(got["empty"], s(""));
    assert_eq!(get(&cloud, "abc", [("k", s("b"))]).await, None);
}

#[tokio::test]
async fn put_item_with_a_condition_and_the_item_before() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    let mut input = PutItemInput {
        table_name: "abc".into(),
        item: item([("k", s("a")), ("v", n(1))]),
        condition_expression: Some("attribute_not_exists(k)".into()),
        return_values: Some(ReturnValue::AllOld),
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
        ..Default::default()
    };
    assert_eq!(cloud.call::<PutItem>(input.clone()).await.unwrap().attributes, None);
    input.item.insert("v".into(), n(2));
    let Err(Error::Modeled(error)) = cloud.call::<PutItem>(input.clone()).await else { panic!("it was put") };
    assert_eq!(error.schema.code, "ConditionalCheckFailedException");
    assert!(error.details.is_some(), "the item is told with it");
    input.return_values_on_condition_check_failure = None;
    let told = ("ConditionalCheckFailedException".to_owned(), "The conditional request failed".to_owned());
    assert_eq!(cloud.error::<PutItem>(input.clone()).await, told);
    input.condition_expression = None;
    let before = cloud.call::<PutItem>(input).await.unwrap().attributes.unwrap();
    assert_eq!(before["v"], n(1));
}

#[tokio::test]
async fn update_item_returns_what_was_asked_for() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    let inner = item([("x", n(1)), ("y", n(2))]);
    put(&cloud, "abc", [("k", s("a")), ("v", n(1)), ("w", s("kept")), ("m", AttributeValue::M(inner))]).await;
    let update = |returned: ReturnValue| UpdateItemInput {
        return_values: Some(returned),
        ..updating("abc", [("k", s("a"))], "SET v = v + :one, m.x = :one REMOVE nothing", [(":one", n(1))])
    };
    let call = async |returned| cloud.call::<UpdateItem>(update(returned)).await.unwrap().attributes;
    assert_eq!(call(ReturnValue::None).await, None);
    let x = |number: i32| AttributeValue::M(item([("x", n(number))]));
    assert_eq!(call(ReturnValue::UpdatedOld).await, Some(item([("v", n(2)), ("m", x(1))])));
    assert_eq!(call(ReturnValue::UpdatedNew).await, Some(item([("v", n(4)), ("m", x(1))])));
    assert_eq!(call(ReturnValue::AllOld).await.unwrap()["v"], n(4));
    let new = call(ReturnValue::AllNew).await.unwrap();
    assert_eq!((&new["v"], &new["w"]), (&n(6), &s("kept")));
    let fresh = updating("abc", [("k", s("new"))], "ADD count :one", [(":one", n(5))]);
    let fresh = UpdateItemInput {
        return_values: Some(ReturnValue::AllNew),
        update_expression: Some("ADD hits :one".into()),
        ..fresh
    };
    assert_eq!(
        cloud.call::<UpdateItem>(fresh).await.unwrap().attributes,
        Some(item([("k", s("new")), ("hits", n(5))]))
    );
}

#[tokio::test]
async fn delete_item_once() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    let input = DeleteItemInput {
        table_name: "abc".into(),
        key: item([("k", s("a"))]),
        return_values: Some(ReturnValue::AllOld),
        ..Default::default()
    };
    assert_eq!(cloud.call::<DeleteItem>(input.clone()).await.unwrap().attributes.unwrap()["v"], n(1));
    assert_eq!(cloud.call::<DeleteItem>(input.clone()).await.unwrap().attributes, None);
    let must = DeleteItemInput { condition_expression: Some("attribute_exists(k)".into()), ..input };
    assert_eq!(cloud.error::<DeleteItem>(must).await.0, "ConditionalCheckFailedException");
}

#[tokio::test]
async fn get_item_with_a_projection() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    let list = AttributeValue::L(vec![n(0), n(1), n(2)]);
    put(&cloud, "abc", [("k", s("a")), ("status", s("on")), ("l", list), ("other", n(1))]).await;
    let input = GetItemInput {
        table_name: "abc".into(),
        key: item([("k", s("a"))]),
        projection_expression: Some("#s, l[2], nothing".into()),
        expression_attribute_names: names(&[("#s", "status")]),
        ..Default::default()
    };
    let got = cloud.call::<GetItem>(input).await.unwrap().item.unwrap();
    assert_eq!(got, item([("status", s("on")), ("l", AttributeValue::L(vec![n(2)]))]));
}

#[tokio::test]
#[allow(clippy::float_cmp, reason = "halves are exact")]
async fn consumed_capacity_by_size_and_consistency() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    let asked = Some(ReturnConsumedCapacity::Total);
    let input = PutItemInput {
        table_name: "abc".into(),
        item: item([("k", s("a")), ("v", s(&"x".repeat(5_000)))]),
        return_consumed_capacity: asked.clone(),
        ..Default::default()
    };
    let units = cloud.call::<PutItem>(input).await.unwrap().consumed_capacity.unwrap();
    assert_eq!((units.capacity_units, units.table_name.as_deref()), (Some(5.0), Some("abc")));
    for (consistent, units) in [(false, 1.0), (true, 2.0)] {
        let input = GetItemInput {
            table_name: "abc".into(),
            key: item([("k", s("a"))]),
            consistent_read: Some(consistent),
            return_consumed_capacity: asked.clone(),
            ..Default::default()
        };
        let told = cloud.call::<GetItem>(input).await.unwrap().consumed_capacity.unwrap();
        assert_eq!(told.capacity_units, Some(units));
    }
}

#[tokio::test]
async fn a_provisioned_table_throttles_when_its_burst_is_spent() {
    let cloud = cloud();
    let mut input = creating("abc", &["k"]);
    (input.billing_mode, input.provisioned_throughput) = (None, units(1, 1));
    cloud.call::<CreateTable>(input).await.unwrap();
    let write = || PutItemInput {
        table_name: "abc".into(),
        item: item([("k", s("a")), ("v", s(&"x".repeat(100_000)))]),
        ..Default::default()
    };
    for _ in 0..4 {
        cloud.call::<PutItem>(write()).await.unwrap();
    }
    let (code, text) = cloud.error::<PutItem>(write()).await;
    assert_eq!(code, "ProvisionedThroughputExceededException");
    assert!(text.starts_with("The level of configured provisioned throughput for the table was exceeded."), "{text}");
    cloud.advance(std::time::Duration::from_secs(200)).await;
    cloud.call::<PutItem>(write()).await.unwrap();
}

#[tokio::test]
async fn items_expire_by_the_clock() {
    let cloud = cloud_with_streams();
    create(&cloud, "abc", &["k"]).await;
    put(&cloud, "abc", [("k", s("before")), ("ends", n(1_767_225_700))]).await;
    let ttl = TimeToLiveSpecification { enabled: true, attribute_name: "ends".into() };
    let input = UpdateTimeToLiveInput { table_name: "abc".into(), time_to_live_specification: ttl };
    cloud.call::<UpdateTimeToLive>(input).await.unwrap();
    put(&cloud, "abc", [("k", s("soon")), ("ends", n(1_767_225_700))]).await;
    put(&cloud, "abc", [("k", s("later")), ("ends", n(1_767_999_999))]).await;
    put(&cloud, "abc", [("k", s("never")), ("ends", s("1767225700"))]).await;
    put(&cloud, "abc", [("k", s("renewed")), ("ends", n(1_767_225_700))]).await;
    put(&cloud, "abc", [("k", s("renewed")), ("ends", n(1_767_999_999))]).await;
    cloud.advance(std::time::Duration::from_secs(200)).await;
    let mut left = Vec::new();
    for _ in 0..1_000 {
        left = everything(&cloud, "abc").await;
        if left.len() == 3 {
            break;
        }
        tokio::task::yield_now().await;
    }
    let mut keys: Vec<_> = left.into_iter().map(|item| item["k"].clone()).collect();
    keys.sort_by_key(|key| format!("{key:?}"));
    assert_eq!(keys, [s("later"), s("never"), s("renewed")]);
}
