//! Notifications: a queue hears of changes, in AWS's words, and only of those it wants.

use std::time::Duration;

use api_s3::*;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::*;

fn with_queues() -> TestCloud {
    TestCloud::new(|parts| vec![svc_s3::service(parts), svc_sqs::service(parts)])
}

async fn queue(cloud: &TestCloud, open: bool) -> String {
    let arn = "arn:aws:sqs:us-east-1:000000000000:q";
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": arn,
        "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b-told"}}}]});
    let attributes = open.then(|| [("Policy".to_owned(), policy.to_string())].into());
    let input = api_sqs::CreateQueueInput { queue_name: "q".to_owned(), attributes, ..Default::default() };
    cloud.call::<api_sqs::CreateQueue>(input).await.unwrap();
    arn.to_owned()
}

fn telling(arn: &str, events: &[&str]) -> PutBucketNotificationConfigurationInput {
    PutBucketNotificationConfigurationInput {
        bucket: "b-told".to_owned(),
        notification_configuration: NotificationConfiguration {
            queue_configurations: Some(vec![QueueConfiguration {
                id: Some("rule".to_owned()),
                queue_arn: arn.to_owned(),
                events: events.iter().map(|event| (*event).into()).collect(),
                filter: None,
            }]),
            ..Default::default()
        },
        ..Default::default()
    }
}

/// The next message, waited for.
async fn next(cloud: &TestCloud) -> Value {
    for _ in 0..10_000 {
        let input = api_sqs::ReceiveMessageInput { queue_url: "/000000000000/q".to_owned(), ..Default::default() };
        let received = cloud.call::<api_sqs::ReceiveMessage>(input).await.unwrap().messages.unwrap_or_default();
        if let Some(message) = received.into_iter().next() {
            let delete = api_sqs::DeleteMessageInput {
                queue_url: "/000000000000/q".to_owned(),
                receipt_handle: message.receipt_handle.unwrap(),
            };
            cloud.call::<api_sqs::DeleteMessage>(delete).await.unwrap();
            return serde_json::from_str(&message.body.unwrap()).unwrap();
        }
        tokio::task::yield_now().await;
    }
    panic!("nothing came");
}

#[tokio::test]
async fn a_queue_hears_of_what_it_wants() {
    let cloud = with_queues();
    let name = bucket(&cloud, "b-told").await;
    let arn = queue(&cloud, true).await;
    cloud.call::<PutBucketNotificationConfiguration>(telling(&arn, &["s3:ObjectCreated:*"])).await.unwrap();
    assert_eq!(next(&cloud).await["Event"], "s3:TestEvent");
    put(&cloud, &name, "a b").await;
    let told = next(&cloud).await;
    let record = &told["Records"][0];
    assert_eq!((&record["eventName"], &record["s3"]["configurationId"]), (&json!("ObjectCreated:Put"), &json!("rule")));
    assert_eq!((&record["s3"]["object"]["key"], &record["s3"]["object"]["size"]), (&json!("a+b"), &json!(4)));
    assert_eq!(record["userIdentity"]["principalId"], "AWS:000000000000");
    let remove = DeleteObjectInput { bucket: name.clone(), key: "a b".to_owned(), ..Default::default() };
    cloud.call::<DeleteObject>(remove).await.unwrap();
    put(&cloud, &name, "second").await;
    assert_eq!(next(&cloud).await["Records"][0]["s3"]["object"]["key"], "second", "deletions are not wanted");
    cloud.advance(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn destinations_that_cannot_be_reached_are_told_one_by_one() {
    let cloud = with_queues();
    bucket(&cloud, "b-told").await;
    let nowhere = "arn:aws:sqs:us-east-1:000000000000:none";
    let refused = cloud.call::<PutBucketNotificationConfiguration>(telling(nowhere, &["s3:ObjectCreated:*"])).await;
    let Err(service_kit::Error::Modeled(error)) = refused else { panic!("it is not there") };
    assert_eq!(error.message, "Unable to validate the following destination configurations");
    let details = serde_json::from_slice::<Value>(&protocols::json_value::write(&*error.details.unwrap())).unwrap();
    assert_eq!(details["ArgumentName1"], nowhere);
    assert_eq!(details["ArgumentValue1"], "The destination queue does not exist");
    let closed = queue(&cloud, false).await;
    let refused = cloud.error::<PutBucketNotificationConfiguration>(telling(&closed, &["s3:ObjectCreated:*"])).await;
    assert_eq!(refused.0, "InvalidArgument", "its policy does not let S3 in");
}

/// As AWS was recorded to do.
#[tokio::test]
async fn deletions_of_what_was_never_there_are_told_too() {
    let cloud = with_queues();
    let arn = queue(&cloud, true).await;
    cloud.call::<CreateBucket>(CreateBucketInput { bucket: "b-told".to_owned(), ..Default::default() }).await.unwrap();
    cloud.call::<PutBucketNotificationConfiguration>(telling(&arn, &["s3:ObjectRemoved:*"])).await.unwrap();
    assert_eq!(next(&cloud).await["Event"], "s3:TestEvent");
    let input = DeleteObjectInput { bucket: "b-told".to_owned(), key: "never".to_owned(), ..Default::default() };
    cloud.call::<DeleteObject>(input).await.unwrap();
    let told = next(&cloud).await;
    assert_eq!(told["Records"][0]["eventName"], "ObjectRemoved:Delete");
    assert_eq!(told["Records"][0]["s3"]["object"]["key"], "never");
}
