//! Topics and their attributes, tags and policies.

use api_sns::*;

use crate::cloud::*;

fn named(name: &str, attributes: &[(&str, &str)]) -> CreateTopicInput {
    CreateTopicInput { name: name.to_owned(), attributes: Some(map(attributes)), ..Default::default() }
}

fn set(arn: &str, name: &str, value: &str) -> SetTopicAttributesInput {
    let (topic_arn, attribute_name) = (arn.to_owned(), name.to_owned());
    SetTopicAttributesInput { topic_arn, attribute_name, attribute_value: Some(value.to_owned()) }
}

#[tokio::test]
async fn created_twice_is_one() {
    let cloud = cloud();
    let arn = topic(&cloud, "t", &[("DisplayName", "T")]).await;
    assert_eq!(arn, "arn:aws:sns:us-east-1:000000000000:t");
    assert_eq!(topic(&cloud, "t", &[]).await, arn);
    let (code, text) = cloud.error::<CreateTopic>(named("t", &[("DisplayName", "U")])).await;
    assert_eq!(code, "InvalidParameterException");
    assert_eq!(text, "Invalid parameter: Attributes Reason: Topic already exists with different attributes");
    let tagged = CreateTopicInput { tags: Some(vec![Tag { key: "k".into(), value: "v".into() }]), ..named("t", &[]) };
    let (_, text) = cloud.error::<CreateTopic>(tagged).await;
    assert_eq!(text, "Invalid parameter: Tags Reason: Topic already exists with different tags");
    for (name, attributes) in [
        ("", &[][..]),
        ("a.b", &[]),
        ("a.fifo", &[]),
        ("a", &[("FifoTopic", "true")]),
        (&*"x".repeat(257), &[]),
        ("ä", &[]),
    ] {
        let (_, text) = cloud.error::<CreateTopic>(named(name, attributes)).await;
        assert_eq!(text, "Invalid parameter: Topic Name", "{name}");
    }
}

#[tokio::test]
async fn attributes_as_they_are_shown() {
    let cloud = cloud();
    let arn = topic(&cloud, "t", &[]).await;
    let shown = topic_attributes(&cloud, &arn).await;
    let names: Vec<_> = shown.keys().map(String::as_str).collect();
    let expected = [
        "DisplayName",
        "EffectiveDeliveryPolicy",
        "Owner",
        "Policy",
        "SubscriptionsConfirmed",
        "SubscriptionsDeleted",
        "SubscriptionsPending",
        "TopicArn",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        shown["EffectiveDeliveryPolicy"],
        r#"{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}"#
    );
    let policy = r#"{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":5,"maxDelayTarget":6,"numRetries":1}}}"#;
    for (name, value) in [("DisplayName", "D"), ("SignatureVersion", "2"), ("DeliveryPolicy", policy)] {
        cloud.call::<SetTopicAttributes>(set(&arn, name, value)).await.unwrap();
    }
    let shown = topic_attributes(&cloud, &arn).await;
    assert_eq!((&*shown["DisplayName"], &*shown["SignatureVersion"]), ("D", "2"));
    assert!(shown["EffectiveDeliveryPolicy"].contains(r#""minDelayTarget":5,"maxDelayTarget":6,"numRetries":1,"#));
    cloud.call::<SetTopicAttributes>(set(&arn, "DeliveryPolicy", "")).await.unwrap();
    assert!(!topic_attributes(&cloud, &arn).await.contains_key("DeliveryPolicy"));
    for (name, value, text) in [
        ("Nothing", "", "Invalid parameter: AttributeName"),
        ("FifoTopic", "false", "Invalid parameter: AttributeName"),
        ("ContentBasedDeduplication", "true", "Invalid parameter: AttributeName"),
        ("Policy", "x", "Invalid parameter: Policy Error: null"),
        ("DeliveryPolicy", "x", "Invalid parameter: DeliveryPolicy: failed to parse JSON."),
    ] {
        assert_eq!(cloud.error::<SetTopicAttributes>(set(&arn, name, value)).await.1, text, "{name}");
    }
}

#[tokio::test]
async fn listed_a_hundred_at_a_time_and_deleted() {
    let cloud = cloud();
    for i in 0..103 {
        topic(&cloud, &format!("t{i}"), &[]).await;
    }
    let first = cloud.call::<ListTopics>(ListTopicsInput::default()).await.unwrap();
    assert_eq!(first.topics.unwrap().len(), 100);
    let rest = cloud.call::<ListTopics>(ListTopicsInput { next_token: first.next_token }).await.unwrap();
    assert_eq!((rest.topics.unwrap().len(), rest.next_token), (3, None));
    let arn = topic(&cloud, "t0", &[]).await;
    for _ in 0..2 {
        cloud.call::<DeleteTopic>(DeleteTopicInput { topic_arn: arn.clone() }).await.unwrap();
    }
    let input = GetTopicAttributesInput { topic_arn: arn.clone() };
    let gone = ("NotFoundException".to_owned(), "Topic does not exist".to_owned());
    assert_eq!(cloud.error::<GetTopicAttributes>(input).await, gone);
    assert_eq!(cloud.error::<Publish>(publishing(&arn, "x")).await, gone);
}

#[tokio::test]
async fn arns_that_are_none() {
    let cloud = cloud();
    for (arn, text) in [
        ("x", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ("", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ("a:b", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2"),
        ("arn:aws:sns:eu-west-1:000000000000:t", "Invalid parameter: TopicArn"),
    ] {
        assert_eq!(cloud.error::<Publish>(publishing(arn, "x")).await.1, text, "{arn}");
    }
    let nowhere = PublishInput { message: "x".into(), ..Default::default() };
    let text = "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter";
    assert_eq!(cloud.error::<Publish>(nowhere).await.1, text);
}

#[tokio::test]
async fn tags() {
    let cloud = cloud();
    let arn = topic(&cloud, "t", &[]).await;
    let tag = |key: &str, value: &str| Tag { key: key.into(), value: value.into() };
    let tags = vec![tag("a", "1"), tag("b", "2")];
    cloud.call::<TagResource>(TagResourceInput { resource_arn: arn.clone(), tags }).await.unwrap();
    let untag = UntagResourceInput { resource_arn: arn.clone(), tag_keys: vec!["a".into(), "x".into()] };
    cloud.call::<UntagResource>(untag).await.unwrap();
    let input = ListTagsForResourceInput { resource_arn: arn.clone() };
    let shown = cloud.call::<ListTagsForResource>(input).await.unwrap().tags.unwrap();
    assert!(shown == [tag("b", "2")]);
    let twice = TagResourceInput { resource_arn: arn.clone(), tags: vec![tag("a", "1"), tag("a", "1")] };
    let text = "Invalid parameter: Duplicated keys are not allowed.";
    assert_eq!(cloud.error::<TagResource>(twice).await.1, text);
    let none = TagResourceInput { resource_arn: format!("{arn}x"), tags: Vec::new() };
    assert_eq!(cloud.error::<TagResource>(none).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn permissions_are_statements_of_the_policy() {
    let cloud = cloud();
    let arn = topic(&cloud, "t", &[]).await;
    let permission = |label: &str, action: &str| AddPermissionInput {
        topic_arn: arn.clone(),
        label: label.into(),
        aws_account_id: vec!["222222222222".into()],
        action_name: vec![action.into()],
    };
    cloud.call::<AddPermission>(permission("a", "Publish")).await.unwrap();
    let policy = topic_attributes(&cloud, &arn).await["Policy"].clone();
    let policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    let expected = serde_json::json!({
        "Sid": "a",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": "SNS:Publish",
        "Resource": arn,
    });
    assert_eq!(policy["Statement"][1], expected);
    for (label, action, text) in [
        ("a", "Publish", "Invalid parameter: Statement already exists"),
        ("b", "Fly", "Invalid parameter: Policy statement action out of service scope!"),
    ] {
        assert_eq!(cloud.error::<AddPermission>(permission(label, action)).await.1, text);
    }
    for label in ["a", "a"] {
        let input = RemovePermissionInput { topic_arn: arn.clone(), label: label.into() };
        cloud.call::<RemovePermission>(input).await.unwrap();
    }
    let policy = topic_attributes(&cloud, &arn).await["Policy"].clone();
    assert!(!policy.contains("222222222222"));
}
