//! FIFO topics: order, deduplication, archives played again.

use api_sns::*;
use testkit::TestCloud;

use crate::cloud::*;

fn to_group(topic: &str, group: &str, message: &str) -> PublishInput {
    PublishInput { message_group_id: Some(group.into()), ..publishing(topic, message) }
}

async fn fifo(cloud: &TestCloud, attributes: &[(&str, &str)]) -> (String, String, String) {
    let all = [&[("FifoTopic", "true"), ("ContentBasedDeduplication", "true")], attributes].concat();
    let topic = topic(cloud, "t.fifo", &all).await;
    let (arn, url) = queue(cloud, "q.fifo").await;
    let subscription = subscribe(cloud, &topic, "sqs", &arn, &[("RawMessageDelivery", "true")]).await;
    (topic, url, subscription)
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_arrive_in_order_and_once() {
    let cloud = cloud();
    let (topic, url, _) = fifo(&cloud, &[]).await;
    let mut last = None;
    for i in 0..20 {
        let group = if i % 2 == 0 { "even" } else { "odd" };
        let sent = cloud.call::<Publish>(to_group(&topic, group, &i.to_string())).await.unwrap();
        assert!(sent.sequence_number > last);
        last = sent.sequence_number;
    }
    let first = cloud.call::<Publish>(to_group(&topic, "even", "0")).await.unwrap();
    assert!(first.sequence_number < last, "it is the first one again");
    let messages = received(&cloud, &url, 20).await;
    for (group, rest) in [("even", 0), ("odd", 1)] {
        let of_group = messages.iter().filter(|message| {
            let attributes = message.attributes.as_ref().unwrap();
            attributes["MessageGroupId"] == group
        });
        let of_group: Vec<_> = of_group.map(|message| message.body.clone().unwrap()).collect();
        assert_eq!(of_group, (0..10).map(|i| (2 * i + rest).to_string()).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_fifo_topics_ask_for() {
    let cloud = cloud();
    let plain = topic(&cloud, "p", &[]).await;
    let fifo = topic(&cloud, "t.fifo", &[("FifoTopic", "true")]).await;
    let text = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics";
    assert_eq!(cloud.error::<Publish>(publishing(&fifo, "x")).await.1, text);
    let text = "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or \
                MessageDeduplicationId provided explicitly";
    assert_eq!(cloud.error::<Publish>(to_group(&fifo, "g", "x")).await.1, text);
    let input = PublishInput { message_deduplication_id: Some("d".into()), ..publishing(&plain, "x") };
    let text = "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter \
                that is not valid for this topic type";
    assert_eq!(cloud.error::<Publish>(input).await.1, text);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_count_for_five_minutes_in_the_topic_or_in_the_group() {
    let cloud = cloud();
    let (topic, url, _) = fifo(&cloud, &[]).await;
    let publish = async |group: &str| {
        let sent = cloud.call::<Publish>(to_group(&topic, group, "x")).await.unwrap();
        sent.message_id.unwrap()
    };
    let first = publish("a").await;
    assert_eq!(publish("b").await, first);
    let set = SetTopicAttributesInput {
        topic_arn: topic.clone(),
        attribute_name: "FifoThroughputScope".into(),
        attribute_value: Some("MessageGroup".into()),
    };
    cloud.call::<SetTopicAttributes>(set).await.unwrap();
    let in_group = publish("b").await;
    assert_ne!(in_group, first);
    assert_eq!(publish("b").await, in_group);
    received(&cloud, &url, 1).await;
    cloud.advance(std::time::Duration::from_secs(301)).await;
    assert_ne!(publish("b").await, in_group);
    received(&cloud, &url, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_are_played_again() {
    let cloud = cloud();
    let (topic, url, subscription) = fifo(&cloud, &[("ArchivePolicy", r#"{"MessageRetentionPeriod":"7"}"#)]).await;
    assert_eq!(topic_attributes(&cloud, &topic).await["BeginningArchiveTime"], "2026-01-01T00:00:00.000Z");
    for i in 0..5 {
        cloud.call::<Publish>(to_group(&topic, "g", &i.to_string())).await.unwrap();
        received(&cloud, &url, 1).await;
        cloud.advance(std::time::Duration::from_secs(60)).await;
    }
    cloud.advance(std::time::Duration::from_secs(600)).await;
    let policy = r#"{"PointType":"Timestamp","StartingPoint":"2026-01-01T00:00:30.000Z","EndingPoint":"2026-01-01T00:03:30.000Z"}"#;
    cloud.call::<SetSubscriptionAttributes>(setting(&subscription, "ReplayPolicy", policy)).await.unwrap();
    cloud.advance(std::time::Duration::from_secs(2)).await;
    assert_eq!(bodies(&received(&cloud, &url, 3).await), ["1", "2", "3"]);
    // Asked again at once, over and over, it would be throttled.
    until(async || {
        cloud.advance(std::time::Duration::from_secs(1)).await;
        subscription_attributes(&cloud, &subscription).await["ReplayStatus"] == "Completed"
    })
    .await;
    cloud.call::<Publish>(to_group(&topic, "g", "new")).await.unwrap();
    assert_eq!(bodies(&received(&cloud, &url, 1).await), ["new"]);
    for (policy, text) in [
        ("x", "Invalid parameter: ReplayPolicy: failed to parse JSON."),
        (r#"{"PointType":"Timestamp"}"#, "Invalid parameter: ReplayPolicy: StartingPoint must be a timestamp"),
    ] {
        let input = setting(&subscription, "ReplayPolicy", policy);
        assert_eq!(cloud.error::<SetSubscriptionAttributes>(input).await.1, text);
    }
}
