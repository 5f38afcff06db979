//! What the tests of this service share: a cloud, and calls in a line.

use std::collections::BTreeMap;

use api_sqs::*;
use service_kit::Outcome;
use testkit::TestCloud;

/// The code of an invalid parameter: unlike others it is of the framework's namespace.
pub(crate) const INVALID: &str = "com.amazon.coral.service#InvalidParameterValueException";
/// The same, of a missing one.
pub(crate) const MISSING: &str = "com.amazon.coral.service#MissingRequiredParameterException";

/// A cloud with this service alone.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_sqs::service(parts)])
}

/// Attributes from pairs.
pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Creates a queue and answers its URL.
pub(crate) async fn create(cloud: &TestCloud, name: &str, attributes: &[(&str, &str)]) -> String {
    let attributes = Some(map(attributes));
    let input = CreateQueueInput { queue_name: name.to_owned(), attributes, ..Default::default() };
    cloud.call::<CreateQueue>(input).await.unwrap().queue_url.unwrap()
}

/// Sends a text.
pub(crate) async fn send(cloud: &TestCloud, url: &str, body: &str) -> SendMessageOutput {
    cloud.call::<SendMessage>(sending(url, body)).await.unwrap()
}

/// The input that sends a text.
pub(crate) fn sending(url: &str, body: &str) -> SendMessageInput {
    SendMessageInput { queue_url: url.to_owned(), message_body: body.to_owned(), ..Default::default() }
}

/// The input that sends a text to a group.
pub(crate) fn sending_to(url: &str, group: &str, body: &str) -> SendMessageInput {
    SendMessageInput {
        message_group_id: Some(group.to_owned()),
        message_deduplication_id: Some(format!("{group}-{body}")),
        ..sending(url, body)
    }
}

/// The input that receives up to ten messages with all their attributes.
pub(crate) fn receiving(url: &str) -> ReceiveMessageInput {
    ReceiveMessageInput {
        queue_url: url.to_owned(),
        max_number_of_messages: Some(10),
        message_system_attribute_names: Some(vec![MessageSystemAttributeName::All]),
        message_attribute_names: Some(vec!["All".to_owned()]),
        ..Default::default()
    }
}

/// Receives up to ten messages.
pub(crate) async fn receive(cloud: &TestCloud, url: &str) -> Vec<Message> {
    cloud.call::<ReceiveMessage>(receiving(url)).await.unwrap().messages.unwrap_or_default()
}

/// The texts of messages.
pub(crate) fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body.as_deref().unwrap()).collect()
}

/// Deletes a message by its receive.
pub(crate) async fn delete(cloud: &TestCloud, url: &str, message: &Message) -> Outcome<DeleteMessage> {
    let receipt_handle = message.receipt_handle.clone().unwrap();
    cloud.call::<DeleteMessage>(DeleteMessageInput { queue_url: url.to_owned(), receipt_handle }).await
}

/// Hides a received message for so many seconds.
pub(crate) async fn hide(
    cloud: &TestCloud,
    url: &str,
    message: &Message,
    seconds: i32,
) -> Outcome<ChangeMessageVisibility> {
    cloud.call::<ChangeMessageVisibility>(hiding(url, message, seconds)).await
}

/// The input that hides a received message for so many seconds.
pub(crate) fn hiding(url: &str, message: &Message, seconds: i32) -> ChangeMessageVisibilityInput {
    ChangeMessageVisibilityInput {
        queue_url: url.to_owned(),
        receipt_handle: message.receipt_handle.clone().unwrap(),
        visibility_timeout: seconds,
    }
}

/// All attributes of a queue.
pub(crate) async fn attributes(cloud: &TestCloud, url: &str) -> BTreeMap<String, String> {
    let attribute_names = Some(vec![QueueAttributeName::All]);
    let input = GetQueueAttributesInput { queue_url: url.to_owned(), attribute_names };
    cloud.call::<GetQueueAttributes>(input).await.unwrap().attributes.unwrap()
}

/// Messages that are visible, in flight, delayed.
pub(crate) async fn counts(cloud: &TestCloud, url: &str) -> (u64, u64, u64) {
    let all = attributes(cloud, url).await;
    let count = |name: &str| all[name].parse().unwrap();
    (
        count("ApproximateNumberOfMessages"),
        count("ApproximateNumberOfMessagesNotVisible"),
        count("ApproximateNumberOfMessagesDelayed"),
    )
}

/// Waits until a queue counts so much: its tasks run beside the test, on threads that a busy machine may keep waiting.
pub(crate) async fn become_counts(cloud: &TestCloud, url: &str, expected: (u64, u64, u64)) {
    let mut seen = counts(cloud, url).await;
    for _ in 0..50_000 {
        if seen == expected {
            return;
        }
        tokio::task::yield_now().await;
        seen = counts(cloud, url).await;
    }
    assert_eq!(seen, expected, "{url}");
}
