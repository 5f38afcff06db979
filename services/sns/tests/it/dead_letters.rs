//! What cannot be delivered: tried again by the clock, and in the end given to the dead-letter queue.

use api_sns::*;
use api_sqs::{DeleteQueue, DeleteQueueInput};

use crate::cloud::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_gone() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let (arn, url) = queue(&cloud, "q").await;
    let (dead_arn, dead_url) = queue(&cloud, "dead").await;
    let subscription = subscribe(&cloud, &topic, "sqs", &arn, &[]).await;
    let policy = format!(r#"{{"deadLetterTargetArn":"{dead_arn}"}}"#);
    cloud.call::<SetSubscriptionAttributes>(setting(&subscription, "RedrivePolicy", &policy)).await.unwrap();
    cloud.call::<DeleteQueue>(DeleteQueueInput { queue_url: url }).await.unwrap();
    publish(&cloud, &topic, "lost").await;
    let message = parsed(&received(&cloud, &dead_url, 1).await[0]);
    assert_eq!((&message["Message"], &message["TopicArn"]), (&"lost".into(), &topic.as_str().into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_nobody_runs_is_tried_for_its_days_and_holds_up_nobody() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let (dead_arn, dead_url) = queue(&cloud, "dead").await;
    let (arn, url) = queue(&cloud, "q").await;
    let policy = format!(r#"{{"deadLetterTargetArn":"{dead_arn}"}}"#);
    let function = "arn:aws:lambda:us-east-1:000000000000:function:f";
    subscribe(&cloud, &topic, "lambda", function, &[("RedrivePolicy", &policy)]).await;
    subscribe(&cloud, &topic, "sqs", &arn, &[("RawMessageDelivery", "true")]).await;
    publish(&cloud, &topic, "x").await;
    assert_eq!(bodies(&received(&cloud, &url, 1).await), ["x"]);
    assert!(receive(&cloud, &dead_url).await.is_empty());
}
