//! What the tests of this service share: a cloud with queues beside it, and calls in a line.

use std::collections::BTreeMap;

use api_sns::*;
use api_sqs::{CreateQueue, CreateQueueInput, DeleteMessage, DeleteMessageInput, ReceiveMessage, ReceiveMessageInput};
use serde_json::Value;
use testkit::TestCloud;

/// A cloud with topics, queues and keys.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_sns::service(parts), svc_sqs::service(parts), svc_kms::service(parts)])
}

/// Attributes from pairs.
pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Creates a topic and answers its ARN.
pub(crate) async fn topic(cloud: &TestCloud, name: &str, attributes: &[(&str, &str)]) -> String {
    let input = CreateTopicInput { name: name.to_owned(), attributes: Some(map(attributes)), ..Default::default() };
    cloud.call::<CreateTopic>(input).await.unwrap().topic_arn.unwrap()
}

/// Creates a queue that topics may send to, and answers its ARN and URL.
pub(crate) async fn queue(cloud: &TestCloud, name: &str) -> (String, String) {
    let policy = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},
        "Action":"sqs:SendMessage","Resource":"*"}}"#;
    let mut attributes = map(&[("Policy", policy)]);
    if name.ends_with(".fifo") {
        attributes.insert("FifoQueue".into(), "true".into());
    }
    let input = CreateQueueInput { queue_name: name.to_owned(), attributes: Some(attributes), ..Default::default() };
    let url = cloud.call::<CreateQueue>(input).await.unwrap().queue_url.unwrap();
    (format!("arn:aws:sqs:{}:{}:{name}", cloud.region(), cloud.account()), url)
}

/// Subscribes an endpoint and answers the subscription's ARN.
pub(crate) async fn subscribe(
    cloud: &TestCloud,
    topic: &str,
    protocol: &str,
    endpoint: &str,
    attributes: &[(&str, &str)],
) -> String {
    cloud.call::<Subscribe>(subscribing(topic, protocol, endpoint, attributes)).await.unwrap().subscription_arn.unwrap()
}

/// The input that subscribes an endpoint.
pub(crate) fn subscribing(topic: &str, protocol: &str, endpoint: &str, attributes: &[(&str, &str)]) -> SubscribeInput {
    SubscribeInput {
        topic_arn: topic.to_owned(),
        protocol: protocol.to_owned(),
        endpoint: Some(endpoint.to_owned()),
        attributes: Some(map(attributes)),
        return_subscription_arn: Some(true),
    }
}

/// The input that publishes a text.
pub(crate) fn publishing(topic: &str, message: &str) -> PublishInput {
    PublishInput { topic_arn: Some(topic.to_owned()), message: message.to_owned(), ..Default::default() }
}

/// Publishes a text.
pub(crate) async fn publish(cloud: &TestCloud, topic: &str, message: &str) -> PublishOutput {
    cloud.call::<Publish>(publishing(topic, message)).await.unwrap()
}

/// What comes to a queue, until there are so many.
pub(crate) async fn received(cloud: &TestCloud, url: &str, count: usize) -> Vec<api_sqs::Message> {
    let mut all = Vec::new();
    for _ in 0..100_000 {
        // A long poll is woken by what comes; short ones, over and over, a FIFO queue throttles.
        let wait = if all.len() < count { 20 } else { 0 };
        all.extend(receive_for(cloud, url, wait).await);
        if all.len() >= count {
            assert_eq!(all.len(), count);
            return all;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} of {count} came", all.len());
}

/// What is in a queue now; taken out of it.
pub(crate) async fn receive(cloud: &TestCloud, url: &str) -> Vec<api_sqs::Message> {
    receive_for(cloud, url, 0).await
}

async fn receive_for(cloud: &TestCloud, url: &str, seconds: i32) -> Vec<api_sqs::Message> {
    let input = ReceiveMessageInput {
        queue_url: url.to_owned(),
        wait_time_seconds: Some(seconds),
        max_number_of_messages: Some(10),
        message_system_attribute_names: Some(vec![api_sqs::MessageSystemAttributeName::All]),
        message_attribute_names: Some(vec!["All".to_owned()]),
        ..Default::default()
    };
    let messages = cloud.call::<ReceiveMessage>(input).await.unwrap().messages.unwrap_or_default();
    for message in &messages {
        let receipt_handle = message.receipt_handle.clone().unwrap();
        cloud.call::<DeleteMessage>(DeleteMessageInput { queue_url: url.to_owned(), receipt_handle }).await.unwrap();
    }
    messages
}

/// The bodies of messages.
pub(crate) fn bodies(messages: &[api_sqs::Message]) -> Vec<String> {
    messages.iter().map(|message| message.body.clone().unwrap()).collect()
}

/// A body as the JSON that it is.
pub(crate) fn parsed(message: &api_sqs::Message) -> Value {
    serde_json::from_str(message.body.as_deref().unwrap()).unwrap()
}

/// Moves the clock through all that is due on the way.
pub(crate) async fn advance(cloud: &TestCloud, seconds: u64) {
    let clock = &cloud.runtime().clock;
    let target = clock.now().plus(std::time::Duration::from_secs(seconds));
    let all = cloud.cloud();
    all.timers().advance_through(target, |due| all.fire(due)).await.unwrap();
}

/// Waits for what is on its way elsewhere.
pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..100_000 {
        if condition().await {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never came");
}

/// All attributes of a subscription.
pub(crate) async fn subscription_attributes(cloud: &TestCloud, arn: &str) -> BTreeMap<String, String> {
    let input = GetSubscriptionAttributesInput { subscription_arn: arn.to_owned() };
    cloud.call::<GetSubscriptionAttributes>(input).await.unwrap().attributes.unwrap()
}

/// All attributes of a topic.
pub(crate) async fn topic_attributes(cloud: &TestCloud, arn: &str) -> BTreeMap<String, String> {
    let input = GetTopicAttributesInput { topic_arn: arn.to_owned() };
    cloud.call::<GetTopicAttributes>(input).await.unwrap().attributes.unwrap()
}

/// The input that sets an attribute of a subscription.
pub(crate) fn setting(arn: &str, name: &str, value: &str) -> SetSubscriptionAttributesInput {
    let (subscription_arn, attribute_name) = (arn.to_owned(), name.to_owned());
    SetSubscriptionAttributesInput { subscription_arn, attribute_name, attribute_value: Some(value.to_owned()) }
}
