//! Subscriptions: made, confirmed, changed, listed, ended; and what their filters let pass.

use api_sns::*;
use service_kit::{Caller, Error};

use crate::cloud::*;

#[tokio::test]
async fn subscribed_twice_is_once() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let (queue, _) = queue(&cloud, "q").await;
    let arn = subscribe(&cloud, &topic, "sqs", &queue, &[("RawMessageDelivery", "True")]).await;
    for attributes in [&[][..], &[("RawMessageDelivery", "true")], &[("FilterPolicyScope", "MessageAttributes")]] {
        assert_eq!(subscribe(&cloud, &topic, "sqs", &queue, attributes).await, arn);
    }
    let other = subscribing(&topic, "sqs", &queue, &[("RawMessageDelivery", "false")]);
    let text = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes";
    assert_eq!(cloud.error::<Subscribe>(other).await.1, text);
    let shown = subscription_attributes(&cloud, &arn).await;
    for (name, value) in [
        ("ConfirmationWasAuthenticated", "true"),
        ("PendingConfirmation", "false"),
        ("RawMessageDelivery", "true"),
        ("SubscriptionPrincipal", "arn:aws:iam::000000000000:root"),
        ("TopicArn", &topic),
        ("Endpoint", &queue),
        ("Protocol", "sqs"),
        ("Owner", "000000000000"),
    ] {
        assert_eq!(shown[name], value);
    }
    assert_eq!(shown.len(), 9);
}

#[tokio::test]
async fn endpoints_must_fit_their_protocol() {
    let cloud = cloud();
    let (plain, fifo) = (topic(&cloud, "t", &[]).await, topic(&cloud, "t.fifo", &[("FifoTopic", "true")]).await);
    for (topic, protocol, endpoint, text) in [
        (&plain, "pigeon", "x", "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"),
        (&plain, "sqs", "http://localhost/000000000000/q", "Invalid parameter: SQS endpoint ARN"),
        (
            &plain,
            "sqs",
            "arn:aws:sqs:us-east-1:000000000000:q.fifo",
            "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
        ),
        (&plain, "lambda", "arn:aws:sqs:us-east-1:000000000000:q", "Invalid parameter: Lambda endpoint ARN"),
        (&plain, "https", "http://example.com", "Invalid parameter: Endpoint must match the specified protocol"),
        (&plain, "email", "nobody", "Invalid parameter: Email address"),
        (&plain, "sms", "+15--551234567", "Invalid SMS endpoint: +15--551234567"),
        (&plain, "application", "x", "Invalid parameter: Endpoint Reason: Endpoint does not exist for endpoint arn x"),
        (&plain, "sqs", "", "Invalid parameter: Endpoint"),
        (&fifo, "email", "a@b", "Invalid parameter: Invalid parameter: Endpoint Reason: Please use FIFO SQS queue"),
    ] {
        assert_eq!(cloud.error::<Subscribe>(subscribing(topic, protocol, endpoint, &[])).await.1, text);
    }
}

#[tokio::test]
async fn attributes_are_checked() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let (queue, _) = queue(&cloud, "q").await;
    let arn = subscribe(&cloud, &topic, "sqs", &queue, &[]).await;
    for (name, value, text) in [
        ("Nothing", "x", "Invalid parameter: AttributeName"),
        ("RawMessageDelivery", "", "Invalid parameter: RawMessageDelivery: Invalid value []. Must be true or false."),
        (
            "RedrivePolicy",
            r#"{"deadLetterTargetArn":"x"}"#,
            "Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
        (
            "FilterPolicy",
            r#"{"a":{"b":["c"]}}"#,
            "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        (
            "FilterPolicyScope",
            "Nothing",
            "Invalid parameter: FilterPolicyScope: Invalid value [Nothing]. Please use either MessageBody or MessageAttributes",
        ),
    ] {
        assert_eq!(cloud.error::<SetSubscriptionAttributes>(setting(&arn, name, value)).await.1, text, "{name}");
    }
    let (_, text) = cloud.error::<SetSubscriptionAttributes>(setting(&arn, "FilterPolicy", "{invalid")).await;
    assert!(
        text.starts_with("Invalid parameter: FilterPolicy: failed to parse JSON. Unexpected character ('i'"),
        "{text}"
    );
    let (_, text) = cloud.error::<SetSubscriptionAttributes>(setting(&arn, "RedrivePolicy", "{invalid")).await;
    assert!(
        text.starts_with("Invalid parameter: RedrivePolicy: failed to parse JSON. Unexpected character ('i'"),
        "{text}"
    );
    cloud.call::<SetSubscriptionAttributes>(setting(&arn, "FilterPolicy", r#"{"a":["b"]}"#)).await.unwrap();
    assert_eq!(subscription_attributes(&cloud, &arn).await["FilterPolicyScope"], "MessageAttributes");
    cloud.call::<SetSubscriptionAttributes>(setting(&arn, "FilterPolicy", "{}")).await.unwrap();
    assert!(!subscription_attributes(&cloud, &arn).await.contains_key("FilterPolicy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_by_attributes_and_by_body() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let raw = ("RawMessageDelivery", "true");
    let (by_attribute, attribute_url) = queue(&cloud, "a").await;
    let (by_body, body_url) = queue(&cloud, "b").await;
    let policy = ("FilterPolicy", r#"{"n":[{"numeric":[">",5]}],"s":["x",{"prefix":"y"}]}"#);
    subscribe(&cloud, &topic, "sqs", &by_attribute, &[raw, policy]).await;
    let policy = ("FilterPolicy", r#"{"order":{"total":[{"numeric":["<",100]}]}}"#);
    subscribe(&cloud, &topic, "sqs", &by_body, &[raw, policy, ("FilterPolicyScope", "MessageBody")]).await;
    let value = |kind: &str, text: &str| MessageAttributeValue {
        data_type: kind.into(),
        string_value: Some(text.into()),
        binary_value: None,
    };
    for (message, n, s) in [
        ("few", value("Number", "5"), value("String", "x")),
        ("match", value("Number", "6"), value("String", "yes")),
        ("array", value("Number", "7"), value("String.Array", r#"["a","x"]"#)),
        (r#"{"order":{"total":99}}"#, value("Number", "1"), value("String", "a")),
        (r#"{"order":{"total":100}}"#, value("Number", "1"), value("String", "a")),
    ] {
        let attributes = Some([("n".to_owned(), n), ("s".to_owned(), s)].into());
        let input = PublishInput { message_attributes: attributes, ..publishing(&topic, message) };
        cloud.call::<Publish>(input).await.unwrap();
    }
    let mut seen = bodies(&received(&cloud, &attribute_url, 2).await);
    seen.sort();
    assert_eq!(seen, ["array", "match"]);
    assert_eq!(bodies(&received(&cloud, &body_url, 1).await), [r#"{"order":{"total":99}}"#]);
}

#[tokio::test]
async fn listed_by_owner_and_by_topic() {
    let cloud = cloud();
    let (one, other) = (topic(&cloud, "t", &[]).await, topic(&cloud, "u", &[]).await);
    for i in 0..101 {
        subscribe(&cloud, &one, "sms", &format!("+1555{i:07}"), &[]).await;
    }
    let last = subscribe(&cloud, &other, "sms", "+15551234567", &[]).await;
    let first = cloud.call::<ListSubscriptions>(ListSubscriptionsInput::default()).await.unwrap();
    assert_eq!(first.subscriptions.unwrap().len(), 100);
    let next = ListSubscriptionsInput { next_token: first.next_token };
    let rest = cloud.call::<ListSubscriptions>(next).await.unwrap();
    assert_eq!((rest.subscriptions.unwrap().len(), rest.next_token), (2, None));
    let of_topic = |topic: &str, next_token| ListSubscriptionsByTopicInput { topic_arn: topic.to_owned(), next_token };
    let page = cloud.call::<ListSubscriptionsByTopic>(of_topic(&one, None)).await.unwrap();
    assert_eq!(page.subscriptions.unwrap().len(), 100);
    let page = cloud.call::<ListSubscriptionsByTopic>(of_topic(&one, page.next_token)).await.unwrap();
    assert_eq!((page.subscriptions.unwrap().len(), page.next_token), (1, None));
    for _ in 0..2 {
        cloud.call::<Unsubscribe>(UnsubscribeInput { subscription_arn: last.clone() }).await.unwrap();
    }
    let page = cloud.call::<ListSubscriptionsByTopic>(of_topic(&other, None)).await.unwrap();
    assert!(page.subscriptions.unwrap().is_empty());
    assert_eq!(topic_attributes(&cloud, &other).await["SubscriptionsDeleted"], "1");
    let gone = GetSubscriptionAttributesInput { subscription_arn: last };
    assert_eq!(cloud.error::<GetSubscriptionAttributes>(gone).await.1, "Subscription does not exist");
    for (arn, text) in [
        ("x", "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"),
        ("arn:aws:sns:us-east-1:000000000000:x", "Invalid parameter: SubscriptionId"),
    ] {
        let input = UnsubscribeInput { subscription_arn: arn.to_owned() };
        assert_eq!(cloud.error::<Unsubscribe>(input).await.1, text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_queue_must_confirm() {
    let cloud = cloud();
    let other = cloud.fresh_account();
    let topic = topic(&cloud, "t", &[]).await;
    let (arn, url) = queue(&other, "q").await;
    let subscription = subscribe(&cloud, &topic, "sqs", &arn, &[("RawMessageDelivery", "true")]).await;
    assert_eq!(subscription_attributes(&cloud, &subscription).await["PendingConfirmation"], "true");
    publish(&cloud, &topic, "too early").await;
    let request = parsed(&received(&other, &url, 1).await[0]);
    assert_eq!(request["Type"], "SubscriptionConfirmation");
    let token = request["Token"].as_str().unwrap().to_owned();
    let confirm = |topic_arn: &str, token: &str| ConfirmSubscriptionInput {
        topic_arn: topic_arn.to_owned(),
        token: token.to_owned(),
        authenticate_on_unsubscribe: None,
    };
    let nobody = Caller::anonymous(cloud.account());
    for (arn, token, text) in [
        (&*topic, "randomtoken", "Invalid token"),
        (&*topic, &*token.replace(&token[40..48], "00000000"), "Invalid parameter: Token"),
        (&*topic, "abc123", "Invalid parameter: Token"),
        ("not-an-arn", &*token, "Invalid parameter: Topic"),
        (&*topic.replace("us-east-1", "eu-west-1"), &*token, "Invalid parameter: Topic"),
    ] {
        let refused = cloud.call_as::<ConfirmSubscription>(nobody.clone(), confirm(arn, token)).await;
        assert!(matches!(refused, Err(Error::Modeled(error)) if error.message == text), "{text}");
    }
    let confirmed = cloud.call_as::<ConfirmSubscription>(nobody.clone(), confirm(&topic, &token)).await.unwrap();
    assert_eq!(confirmed.subscription_arn.as_deref(), Some(&*subscription));
    let shown = subscription_attributes(&cloud, &subscription).await;
    assert_eq!((&*shown["PendingConfirmation"], &*shown["ConfirmationWasAuthenticated"]), ("false", "false"));
    publish(&cloud, &topic, "now").await;
    assert_eq!(bodies(&received(&other, &url, 1).await), ["now"]);
    let end = UnsubscribeInput { subscription_arn: subscription };
    cloud.call_as::<Unsubscribe>(nobody, end).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_confirms_lapses_after_two_days() {
    let cloud = cloud();
    let topic = topic(&cloud, "t", &[]).await;
    let arn = subscribe(&cloud, &topic, "email", "a@example.com", &[]).await;
    advance(&cloud, 2 * 86_400 - 1).await;
    assert_eq!(topic_attributes(&cloud, &topic).await["SubscriptionsPending"], "1");
    advance(&cloud, 2).await;
    assert_eq!(topic_attributes(&cloud, &topic).await["SubscriptionsPending"], "0");
    let gone = GetSubscriptionAttributesInput { subscription_arn: arn };
    assert_eq!(cloud.error::<GetSubscriptionAttributes>(gone).await.1, "Subscription does not exist");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_topic_has_none_of_the_old_ones_subscribers() {
    let cloud = cloud();
    let topic_arn = topic(&cloud, "t", &[]).await;
    let (queue, url) = queue(&cloud, "q").await;
    let arn = subscribe(&cloud, &topic_arn, "sqs", &queue, &[]).await;
    cloud.call::<DeleteTopic>(DeleteTopicInput { topic_arn: topic_arn.clone() }).await.unwrap();
    assert_eq!(subscription_attributes(&cloud, &arn).await["Endpoint"], queue);
    topic(&cloud, "t", &[]).await;
    publish(&cloud, &topic_arn, "x").await;
    let again = subscribe(&cloud, &topic_arn, "sqs", &queue, &[("RawMessageDelivery", "true")]).await;
    assert_ne!(again, arn);
    publish(&cloud, &topic_arn, "y").await;
    assert_eq!(bodies(&received(&cloud, &url, 1).await), ["y"]);
    advance(&cloud, 4 * 86_400).await;
    let input = GetSubscriptionAttributesInput { subscription_arn: arn };
    assert_eq!(cloud.error::<GetSubscriptionAttributes>(input).await.1, "Subscription does not exist");
    subscription_attributes(&cloud, &again).await;
}
