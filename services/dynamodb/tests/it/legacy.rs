//! The parameters from before expressions.

use api_dynamodb::*;

use crate::cloud::*;

#[tokio::test]
async fn expected_and_attribute_updates() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1)), ("l", AttributeValue::L(vec![n(1)]))]).await;
    let update = |action, value| AttributeValueUpdate { action: Some(action), value };
    let updates = [
        ("v".to_owned(), update(AttributeAction::Add, Some(n(4)))),
        ("l".to_owned(), update(AttributeAction::Add, Some(AttributeValue::L(vec![n(2)])))),
        ("w".to_owned(), update(AttributeAction::Put, Some(s("new")))),
        ("gone".to_owned(), update(AttributeAction::Delete, None)),
    ];
    let expected = |value| ExpectedAttributeValue { value: Some(value), ..Default::default() };
    let input = UpdateItemInput {
        table_name: "abc".into(),
        key: item([("k", s("a"))]),
        attribute_updates: Some(updates.into()),
        expected: Some([("v".to_owned(), expected(n(1)))].into()),
        return_values: Some(ReturnValue::AllNew),
        ..Default::default()
    };
    let new = cloud.call::<UpdateItem>(input.clone()).await.unwrap().attributes.unwrap();
    let list = AttributeValue::L(vec![n(1), n(2)]);
    assert_eq!(new, item([("k", s("a")), ("v", n(5)), ("l", list), ("w", s("new"))]));
    assert_eq!(cloud.error::<UpdateItem>(input).await.0, "ConditionalCheckFailedException");
    let exists = ExpectedAttributeValue { exists: Some(true), ..Default::default() };
    let input = DeleteItemInput {
        table_name: "abc".into(),
        key: item([("k", s("a"))]),
        expected: Some([("v".to_owned(), exists)].into()),
        ..Default::default()
    };
    let text = refused::<DeleteItem>(cloud.call::<DeleteItem>(input).await);
    assert_eq!(
        text,
        "One or more parameter values were invalid: Value must be provided when Exists is true for Attribute: v"
    );
}

#[tokio::test]
async fn key_conditions_and_filters() {
    let cloud = cloud();
    create(&cloud, "abc", &["h", "r"]).await;
    for (at, r) in ["a1", "a2", "b1"].iter().enumerate() {
        put(&cloud, "abc", [("h", s("x")), ("r", s(r)), ("v", n(at))]).await;
    }
    let condition = |operator, values| Condition { comparison_operator: operator, attribute_value_list: Some(values) };
    let conditions = [
        ("h".to_owned(), condition(ComparisonOperator::Eq, vec![s("x")])),
        ("r".to_owned(), condition(ComparisonOperator::BeginsWith, vec![s("a")])),
    ];
    let input = QueryInput {
        table_name: "abc".into(),
        key_conditions: Some(conditions.into()),
        query_filter: Some([("v".to_owned(), condition(ComparisonOperator::Gt, vec![n(0)]))].into()),
        attributes_to_get: Some(vec!["r".into()]),
        ..Default::default()
    };
    let found = cloud.call::<Query>(input).await.unwrap();
    assert_eq!((found.items.unwrap(), found.scanned_count), (vec![item([("r", s("a2"))])], Some(2)));
    let filter = [
        ("v".to_owned(), condition(ComparisonOperator::Eq, vec![n(0)])),
        ("r".to_owned(), condition(ComparisonOperator::In, vec![s("b1"), s("z")])),
    ];
    let input = ScanInput {
        table_name: "abc".into(),
        scan_filter: Some(filter.into()),
        conditional_operator: Some(ConditionalOperator::Or),
        ..Default::default()
    };
    assert_eq!(cloud.call::<Scan>(input).await.unwrap().count, Some(2));
}
