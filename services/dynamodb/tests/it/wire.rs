//! DynamoDB over its wire: names of errors, their namespaces, checksums.

use serde_json::json;
use testkit::{TestCloud, WireRequest};

use crate::cloud::*;

async fn call(cloud: &TestCloud, operation: &str, body: serde_json::Value) -> testkit::WireAnswer {
    let target = format!("DynamoDB_20120810.{operation}");
    cloud.send(WireRequest::json("dynamodb", &target, &body)).await
}

#[tokio::test]
async fn errors_carry_their_namespaces() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    for (operation, body, kind, text) in [
        (
            "DescribeTable",
            json!({"TableName": "nothing"}),
            "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
            "Requested resource not found: Table: nothing not found",
        ),
        (
            "PutItem",
            json!({"TableName": "abc", "Item": {}}),
            "com.amazon.coral.validate#ValidationException",
            "One or more parameter values were invalid: Missing the key k in the item",
        ),
        (
            "PutItem",
            json!({"TableName": "abc", "Item": {"k": {}}}),
            "com.amazon.coral.validate#ValidationException",
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
    ] {
        let answer = call(&cloud, operation, body).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        let told = answer.json();
        assert_eq!((told["__type"].as_str().unwrap(), told["message"].as_str().unwrap()), (kind, text));
    }
}

#[tokio::test]
async fn a_condition_that_fails_tells_the_item() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    let body = json!({
        "TableName": "abc",
        "Item": {"k": {"S": "a"}},
        "ConditionExpression": "attribute_not_exists(k)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    let answer = call(&cloud, "PutItem", body).await.json();
    assert_eq!(answer["__type"], "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException");
    assert_eq!(answer["Item"], json!({"k": {"S": "a"}, "v": {"N": "1"}}));
    // AWS was recorded to name the text so, where an item comes with it.
    assert_eq!((&answer["Message"], &answer["message"]), (&json!("The conditional request failed"), &json!(null)));
}

#[tokio::test]
async fn get_item_has_a_checksum() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    put(&cloud, "abc", [("k", s("a")), ("l", api_dynamodb::AttributeValue::L(vec![s("x")]))]).await;
    let answer = call(&cloud, "GetItem", json!({"TableName": "abc", "Key": {"k": {"S": "a"}}})).await;
    assert_eq!(answer.json(), json!({"Item": {"k": {"S": "a"}, "l": {"L": [{"S": "x"}]}}}));
    assert!(!answer.header("x-amz-crc32").is_empty());
}

#[tokio::test]
async fn a_name_of_nothing_is_too_short_for_a_table() {
    let cloud = cloud();
    for (operation, body, text) in [
        (
            "DescribeTable",
            json!({"TableName": ""}),
            "TableName must be at least 3 characters long and at most 255 characters long",
        ),
        (
            "GetItem",
            json!({"TableName": "", "Key": {"k": {"S": "a"}}}),
            "2 validation errors detected: Value '' at 'tableName' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'tableName' failed to satisfy constraint: Member must have \
             length greater than or equal to 3",
        ),
    ] {
        assert_eq!(call(&cloud, operation, body).await.json()["message"], text);
    }
}
