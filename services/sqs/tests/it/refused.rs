//! What senders and receivers are refused, in AWS's words.

use api_sqs::*;
use smithy::Bytes;

use crate::cloud::*;

fn text(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue { data_type: kind.into(), string_value: Some(value.into()), ..Default::default() }
}

fn with(url: &str, name: &str, value: MessageAttributeValue) -> SendMessageInput {
    SendMessageInput { message_attributes: Some([(name.to_owned(), value)].into()), ..sending(url, "a") }
}

#[tokio::test]
async fn refused_messages() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let small = create(&cloud, "small", &[("MaximumMessageSize", "1024")]).await;
    let fifo = create(&cloud, "q.fifo", &[("FifoQueue", "true")]).await;
    let group = |group: &str| SendMessageInput { message_group_id: Some(group.into()), ..sending(&url, "a") };
    let id = |id: &str| SendMessageInput { message_deduplication_id: Some(id.into()), ..sending_to(&fifo, "g", "a") };
    let delay = |queue: &str, delay| SendMessageInput { delay_seconds: Some(delay), ..sending_to(queue, "g", "a") };
    let no_id = SendMessageInput { message_deduplication_id: None, ..sending_to(&fifo, "g", "a") };
    let many = (0..11).map(|i| (format!("a{i}"), text("String", "x"))).collect();
    let many = SendMessageInput { message_attributes: Some(many), ..sending(&url, "a") };
    let long = "a".repeat(129);
    let tokens = |name: &str, value: &str| {
        format!(
            "Value {value} for parameter {name} is invalid. Reason: {name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
        )
    };
    let lists = MessageAttributeValue { string_list_values: Some(vec!["a".into()]), ..text("String", "a") };
    for (input, code, message) in [
        (sending(&url, ""), MISSING, "The request must contain the parameter MessageBody.".to_owned()),
        (sending(&url, "\u{fffe}"), "InvalidMessageContents", "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF".to_owned()),
        (sending(&small, &"a".repeat(1_025)), INVALID, "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.".to_owned()),
        (sending(&url, &"a".repeat(1_048_577)), INVALID, "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.".to_owned()),
        (group(""), INVALID, tokens("MessageGroupId", "")),
        (group("group 123"), INVALID, tokens("MessageGroupId", "group 123")),
        (group(&long), INVALID, tokens("MessageGroupId", &long)),
        (id("group 123"), INVALID, tokens("MessageDeduplicationId", "group 123")),
        (no_id, INVALID, "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly".to_owned()),
        (sending(&fifo, "a"), MISSING, "The request must contain the parameter MessageGroupId.".to_owned()),
        (delay(&fifo, 2), INVALID, "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.".to_owned()),
        (SendMessageInput { message_group_id: None, message_deduplication_id: None, ..delay(&url, 901) }, INVALID, "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.".to_owned()),
        (sending_to(&url, "g", "a"), INVALID, "Value g-a for parameter MessageDeduplicationId is invalid. Reason: The request include parameter that is not valid for this queue type.".to_owned()),
        (many, INVALID, "Number of message attributes [11] exceeds the allowed maximum [10].".to_owned()),
        (with(&url, "ErrorDetails", text("String", "")), INVALID, "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.".to_owned()),
        (with(&url, "n", text("Number", "x")), INVALID, "Can't cast the value of message (user) attribute 'n' to a number.".to_owned()),
        (with(&url, "n", text("Stringly", "x")), INVALID, "Message (user) attribute 'n' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.".to_owned()),
        (with(&url, "n", lists), "UnsupportedOperation", "Message attribute list values in SendMessage operation are not supported.".to_owned()),
        (sending("", "a"), MISSING, "The request must contain the parameter QueueUrl.".to_owned()),
    ] {
        let got = match cloud.call::<SendMessage>(input).await {
            Err(service_kit::Error::Modeled(error)) => (error.schema.code, error.message),
            other => panic!("{code} expected, {other:?} came"),
        };
        assert_eq!(got, (code, message));
    }
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
}

#[tokio::test]
async fn accepted_messages() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let binary = MessageAttributeValue {
        data_type: "Binary.png".into(),
        binary_value: Some(Bytes::from_static(b"\0\xff")),
        ..Default::default()
    };
    for input in [
        sending(&url, &"a".repeat(1_048_576)),
        sending(&url, "\t\r\n\u{10ffff}"),
        SendMessageInput { message_group_id: Some("fair".into()), ..sending(&url, "a") },
        with(&url, "attr.1øßä", text("String.custom", "x")),
        with(&url, "n", text("Number.int", "-12.5e3")),
        with(&url, "b", binary.clone()),
    ] {
        cloud.call::<SendMessage>(input).await.unwrap();
    }
    let received = receive(&cloud, &url).await;
    assert_eq!(received[2].attributes.as_ref().unwrap()["MessageGroupId"], "fair");
    assert_eq!(received[5].message_attributes.as_ref().unwrap()["b"], binary);
}

#[tokio::test]
async fn refused_receives() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let base = || receiving(&url);
    for (input, text) in [
        (
            ReceiveMessageInput { max_number_of_messages: Some(11), ..base() },
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            ReceiveMessageInput { max_number_of_messages: Some(0), ..base() },
            "Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
        ),
        (
            ReceiveMessageInput { wait_time_seconds: Some(21), ..base() },
            "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
        (
            ReceiveMessageInput { wait_time_seconds: Some(-1), ..base() },
            "Value -1 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
        ),
        (
            ReceiveMessageInput { visibility_timeout: Some(43_201), ..base() },
            "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.",
        ),
        (
            ReceiveMessageInput { receive_request_attempt_id: Some("x".into()), ..base() },
            "Value x for parameter ReceiveRequestAttemptId is invalid. Reason: The request include parameter that is not valid for this queue type.",
        ),
    ] {
        assert_eq!(cloud.error::<ReceiveMessage>(input).await, (INVALID.to_owned(), text.to_owned()));
    }
}

#[tokio::test]
async fn filters_of_attributes() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("VisibilityTimeout", "0")]).await;
    let three = [("Help.Me", "Me"), ("Hello", "There"), ("General", "Kenobi")];
    let three = three.map(|(name, value)| (name.to_owned(), text("String", value)));
    let input = SendMessageInput { message_attributes: Some(three.into()), ..sending(&url, "msg") };
    cloud.call::<SendMessage>(input).await.unwrap();
    for (names, shown, sum) in [
        (&[][..], &[][..], None),
        (&["All"], &["General", "Hello", "Help.Me"], Some("4c360f3fdafd970e05fae2f149d997f5")),
        (&[".*"], &["General", "Hello", "Help.Me"], Some("4c360f3fdafd970e05fae2f149d997f5")),
        (&["*"], &["General", "Hello", "Help.Me"], Some("4c360f3fdafd970e05fae2f149d997f5")),
        (&["Foo"], &[], None),
        (&["Hello", "General"], &["General", "Hello"], Some("fca026605781cb4126a1e9044df24232")),
        (&["Foo", "Hello"], &["Hello"], Some("a311262e065454b75da111d535b8dacd")),
        (&["Hel.*"], &["Hello", "Help.Me"], None),
    ] {
        let message_attribute_names = Some(names.iter().map(|name| (*name).to_owned()).collect());
        let message_system_attribute_names = None;
        let input = ReceiveMessageInput { message_attribute_names, message_system_attribute_names, ..receiving(&url) };
        let received = cloud.call::<ReceiveMessage>(input).await.unwrap().messages.unwrap().remove(0);
        let got: Vec<_> = received.message_attributes.iter().flatten().map(|(name, _)| name.as_str()).collect();
        assert_eq!(got, shown, "{names:?}");
        assert_eq!(received.attributes, None);
        if sum.is_some() || shown.is_empty() {
            assert_eq!(received.md5_of_message_attributes.as_deref(), sum, "{names:?}");
        }
    }
}

#[tokio::test]
async fn too_many_in_flight() {
    let cloud = cloud();
    cloud.runtime().clock.freeze();
    let url = create(&cloud, "q", &[("VisibilityTimeout", "3600")]).await;
    // The limit itself is AWS's 120,000; reaching it takes as many messages.
    for _ in 0..12_000 {
        let entries = (0..10).map(|i| SendMessageBatchRequestEntry {
            id: i.to_string(),
            message_body: "x".into(),
            ..Default::default()
        });
        let batch = SendMessageBatchInput { queue_url: url.clone(), entries: entries.collect() };
        cloud.call::<SendMessageBatch>(batch).await.unwrap();
        assert_eq!(receive(&cloud, &url).await.len(), 10);
    }
    send(&cloud, &url, "one more").await;
    assert_eq!(counts(&cloud, &url).await, (1, 120_000, 0));
    assert_eq!(cloud.error::<ReceiveMessage>(receiving(&url)).await.0, "OverLimit");
}
