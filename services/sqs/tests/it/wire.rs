//! Where the wire matters: both protocols, their error codes and texts.

use serde_json::{Value, json};
use testkit::{TestCloud, WireAnswer, WireRequest};

use crate::cloud::*;

async fn json_call(cloud: &TestCloud, operation: &str, body: Value) -> WireAnswer {
    cloud.send(WireRequest::json("sqs", &format!("AmazonSQS.{operation}"), &body)).await
}

async fn query_call(cloud: &TestCloud, form: &str) -> WireAnswer {
    cloud.send(WireRequest::query("sqs", &format!("{form}&Version=2012-11-05"))).await
}

#[tokio::test]
async fn json_and_query_see_the_same_queue() {
    let cloud = cloud();
    let made = json_call(&cloud, "CreateQueue", json!({"QueueName": "q"})).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let made: Value = serde_json::from_str(&made.text()).unwrap();
    let url = made["QueueUrl"].as_str().unwrap();
    assert_eq!(url, "http://localhost:4566/000000000000/q");
    let sent = query_call(&cloud, &format!("Action=SendMessage&QueueUrl={url}&MessageBody=test")).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert!(sent.text().contains("<MD5OfMessageBody>098f6bcd4621d373cade4e832627b4f6</MD5OfMessageBody>"));
    let received = json_call(&cloud, "ReceiveMessage", json!({"QueueUrl": url})).await;
    let received: Value = serde_json::from_str(&received.text()).unwrap();
    assert_eq!(received["Messages"][0]["Body"], "test");
    let empty = json_call(&cloud, "ReceiveMessage", json!({"QueueUrl": url})).await;
    assert_eq!(empty.text(), "{}");
}

#[tokio::test]
async fn a_missing_queue_has_a_text_for_each_wire() {
    let cloud = cloud();
    let url = "http://localhost:4566/000000000000/nowhere";
    let over_json = json_call(&cloud, "GetQueueAttributes", json!({"QueueUrl": url})).await;
    assert_eq!(over_json.status, 400);
    let body: Value = serde_json::from_str(&over_json.text()).unwrap();
    assert_eq!(body["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
    assert_eq!(body["message"], "The specified queue does not exist.");
    assert_eq!(over_json.header("x-amzn-query-error"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
    let over_query = query_call(&cloud, &format!("Action=GetQueueAttributes&QueueUrl={url}")).await;
    let text = over_query.text();
    assert_eq!(over_query.status, 400);
    assert!(text.contains("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"), "{text}");
    assert!(text.contains("<Message>The specified queue does not exist for this wsdl version.</Message>"), "{text}");
}

#[tokio::test]
async fn a_missing_parameter_is_named() {
    let cloud = cloud();
    let over_json = json_call(&cloud, "SendMessage", json!({"MessageBody": "x"})).await;
    assert_eq!(over_json.status, 400, "{}", over_json.text());
    let body: Value = serde_json::from_str(&over_json.text()).unwrap();
    assert_eq!(body["message"], "The request must contain the parameter QueueUrl.");
    assert!(over_json.header("x-amzn-query-error").starts_with("MissingParameter;"));
    let over_query = query_call(&cloud, "Action=CreateQueue").await;
    let text = over_query.text();
    assert!(text.contains("<Code>MissingParameter</Code>"), "{text}");
    assert!(text.contains("<Message>The request must contain the parameter QueueName.</Message>"), "{text}");
}
