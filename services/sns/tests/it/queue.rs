//! From topics to queues.

use api_sns::*;

use crate::cloud::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_comes_in_its_envelope_or_raw() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let (queue_arn, url) = queue(&cloud, "q").await;
    let (raw_arn, raw_url) = queue(&cloud, "raw").await;
    let subscription = subscribe(&cloud, &topic, "sqs", &queue_arn, &[]).await;
    subscribe(&cloud, &topic, "sqs", &raw_arn, &[("RawMessageDelivery", "true")]).await;
    let value = |kind: &str, text: &str| MessageAttributeValue {
        data_type: kind.into(),
        string_value: Some(text.into()),
        binary_value: None,
    };
    let attributes = [("n".to_owned(), value("Number", "7"))].into();
    let input = PublishInput {
        subject: Some("hi".into()),
        message_attributes: Some(attributes),
        ..publishing(&topic, "hello ö")
    };
    let id = cloud.call::<Publish>(input).await.unwrap().message_id.unwrap();
    let body = parsed(&received(&cloud, &url, 1).await[0]);
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
        "MessageAttributes",
    ];
    assert_eq!(names, expected);
    assert_eq!(body["MessageId"], id);
    assert_eq!(body["Message"], "hello ö");
    assert_eq!(body["Timestamp"], "2026-01-01T00:00:00.000Z");
    assert_eq!(body["MessageAttributes"]["n"]["Value"], "7");
    assert!(body["UnsubscribeURL"].as_str().unwrap().ends_with(&format!("SubscriptionArn={subscription}")));
    let raw = received(&cloud, &raw_url, 1).await.remove(0);
    assert_eq!(raw.body.as_deref(), Some("hello ö"));
    assert_eq!(raw.message_attributes.unwrap()["n"].string_value.as_deref(), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_queues_get_a_batch_once_each() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let mut urls = Vec::new();
    for i in 0..100 {
        let (arn, url) = queue(&cloud, &format!("q{i}")).await;
        subscribe(&cloud, &topic, "sqs", &arn, &[("RawMessageDelivery", "true")]).await;
        urls.push(url);
    }
    let entry = |i: usize| PublishBatchRequestEntry { id: i.to_string(), message: i.to_string(), ..Default::default() };
    let entries = (0..10).map(entry).collect();
    let batch = PublishBatchInput { topic_arn: topic.clone(), publish_batch_request_entries: entries };
    assert_eq!(cloud.call::<PublishBatch>(batch).await.unwrap().successful.unwrap().len(), 10);
    for url in urls {
        let mut bodies = bodies(&received(&cloud, &url, 10).await);
        bodies.sort();
        assert_eq!(bodies, (0..10).map(|i| i.to_string()).collect::<Vec<_>>());
    }
}
