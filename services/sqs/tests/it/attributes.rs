//! Attributes of queues: defaults, changes, refusals.

use std::time::Duration;

use api_sqs::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn set(cloud: &TestCloud, url: &str, pairs: &[(&str, &str)]) -> service_kit::Outcome<SetQueueAttributes> {
    let input = SetQueueAttributesInput { queue_url: url.to_owned(), attributes: map(pairs) };
    cloud.call::<SetQueueAttributes>(input).await
}

#[tokio::test]
async fn get_queue_attributes_shows_the_defaults() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let shown = attributes(&cloud, &url).await;
    let expected = map(&[
        ("ApproximateNumberOfMessages", "0"),
        ("ApproximateNumberOfMessagesDelayed", "0"),
        ("ApproximateNumberOfMessagesNotVisible", "0"),
        ("CreatedTimestamp", "1767225600"),
        ("DelaySeconds", "0"),
        ("LastModifiedTimestamp", "1767225600"),
        ("MaximumMessageSize", "1048576"),
        ("MessageRetentionPeriod", "345600"),
        ("QueueArn", "arn:aws:sqs:us-east-1:000000000000:q"),
        ("ReceiveMessageWaitTimeSeconds", "0"),
        ("SqsManagedSseEnabled", "true"),
        ("VisibilityTimeout", "30"),
    ]);
    assert_eq!(shown, expected);
    let some = GetQueueAttributesInput {
        queue_url: url.clone(),
        attribute_names: Some(vec![QueueAttributeName::QueueArn, QueueAttributeName::Policy]),
    };
    let some = cloud.call::<GetQueueAttributes>(some).await.unwrap().attributes.unwrap();
    assert_eq!(some, map(&[("QueueArn", "arn:aws:sqs:us-east-1:000000000000:q")]));
    let none = GetQueueAttributesInput { queue_url: url.clone(), attribute_names: None };
    assert_eq!(cloud.call::<GetQueueAttributes>(none).await.unwrap().attributes, None);
    let unknown = GetQueueAttributesInput {
        queue_url: url,
        attribute_names: Some(vec![QueueAttributeName::Unknown("Foo".into())]),
    };
    let (code, text) = cloud.error::<GetQueueAttributes>(unknown).await;
    assert_eq!((code.as_str(), text.as_str()), ("InvalidAttributeName", "Unknown Attribute Foo."));
}

#[tokio::test]
async fn a_fifo_queue_shows_four_more() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", &[("FifoQueue", "True")]).await;
    let shown = attributes(&cloud, &url).await;
    for (name, value) in [
        ("FifoQueue", "true"),
        ("ContentBasedDeduplication", "false"),
        ("DeduplicationScope", "queue"),
        ("FifoThroughputLimit", "perQueue"),
    ] {
        assert_eq!(shown[name], value);
    }
}

#[tokio::test]
async fn set_queue_attributes_changes_what_is_named() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("MessageRetentionPeriod", "604800")]).await;
    cloud.advance(Duration::from_secs(5)).await;
    set(&cloud, &url, &[("MaximumMessageSize", "2048"), ("VisibilityTimeout", "69"), ("DelaySeconds", "420")])
        .await
        .unwrap();
    let shown = attributes(&cloud, &url).await;
    for (name, value) in [
        ("MaximumMessageSize", "2048"),
        ("VisibilityTimeout", "69"),
        ("DelaySeconds", "420"),
        ("MessageRetentionPeriod", "604800"),
        ("CreatedTimestamp", "1767225600"),
        ("LastModifiedTimestamp", "1767225605"),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
}

#[tokio::test]
async fn encryption_is_of_one_kind() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    set(&cloud, &url, &[("KmsMasterKeyId", "testKeyId"), ("KmsDataKeyReusePeriodSeconds", "6000")]).await.unwrap();
    let shown = attributes(&cloud, &url).await;
    assert_eq!((&*shown["KmsMasterKeyId"], &*shown["KmsDataKeyReusePeriodSeconds"]), ("testKeyId", "6000"));
    assert_eq!(shown["SqsManagedSseEnabled"], "false");
    set(&cloud, &url, &[("KmsMasterKeyId", ""), ("KmsDataKeyReusePeriodSeconds", "300")]).await.unwrap();
    let shown = attributes(&cloud, &url).await;
    assert!(!shown.contains_key("KmsMasterKeyId") && !shown.contains_key("KmsDataKeyReusePeriodSeconds"));
    assert_eq!(shown["SqsManagedSseEnabled"], "false");
    let both = map(&[("KmsMasterKeyId", "k"), ("SqsManagedSseEnabled", "true")]);
    let both = SetQueueAttributesInput { queue_url: url, attributes: both };
    let (code, text) = cloud.error::<SetQueueAttributes>(both).await;
    assert_eq!(code, "InvalidAttributeName");
    let expected =
        "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn policies_are_set_and_removed() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}"#;
    set(&cloud, &url, &[("Policy", policy)]).await.unwrap();
    assert_eq!(attributes(&cloud, &url).await["Policy"], policy);
    set(&cloud, &url, &[("Policy", "")]).await.unwrap();
    assert!(!attributes(&cloud, &url).await.contains_key("Policy"));
}

#[tokio::test]
async fn refused_attributes() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let fifo = create(&cloud, "q.fifo", &[("FifoQueue", "true")]).await;
    let dlq = "arn:aws:sqs:us-east-1:000000000000:nowhere";
    let redrive =
        |target: &str, count: &str| format!(r#"{{"deadLetterTargetArn":"{target}","maxReceiveCount":{count}}}"#);
    let (missing, bad_count) = (redrive(dlq, "3"), redrive(dlq, "0"));
    let (other_kind, elsewhere) = (
        redrive("arn:aws:sqs:us-east-1:000000000000:q.fifo", "3"),
        redrive("arn:aws:sqs:eu-west-1:000000000000:q", "3"),
    );
    let about =
        |policy: &str, why: &str| format!("Value {policy} for parameter RedrivePolicy is invalid. Reason: {why}");
    for (queue, name, value, code, text) in [
        (&url, "VisibilityTimeout", "43201", "InvalidAttributeValue", "Invalid value for the parameter VisibilityTimeout.".to_owned()),
        (&url, "VisibilityTimeout", "-1", "InvalidAttributeValue", "Invalid value for the parameter VisibilityTimeout.".to_owned()),
        (&url, "DelaySeconds", "901", "InvalidAttributeValue", "Invalid value for the parameter DelaySeconds.".to_owned()),
        (&url, "MessageRetentionPeriod", "59", "InvalidAttributeValue", "Invalid value for the parameter MessageRetentionPeriod.".to_owned()),
        (&url, "MaximumMessageSize", "1048577", "InvalidAttributeValue", "Invalid value for the parameter MaximumMessageSize.".to_owned()),
        (&url, "ReceiveMessageWaitTimeSeconds", "21", "InvalidAttributeValue", "Invalid value for the parameter ReceiveMessageWaitTimeSeconds.".to_owned()),
        (&url, "Policy", "{", "InvalidAttributeValue", "Invalid value for the parameter Policy.".to_owned()),
        (&url, "RedriveAllowPolicy", "{}", "InvalidAttributeValue", "Invalid value for the parameter RedriveAllowPolicy.".to_owned()),
        (&url, "QueueArn", "x", "InvalidAttributeName", "Unknown Attribute QueueArn.".to_owned()),
        (&url, "FifoQueue", "true", "InvalidAttributeName", "Unknown Attribute FifoQueue.".to_owned()),
        (&url, "ContentBasedDeduplication", "true", "InvalidAttributeName", "Unknown Attribute ContentBasedDeduplication.".to_owned()),
        (&url, "DeduplicationScope", "queue", "InvalidAttributeName", "You can specify the DeduplicationScope only when FifoQueue is set to true.".to_owned()),
        (&fifo, "FifoQueue", "false", "InvalidAttributeValue", "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.".to_owned()),
        (&fifo, "FifoThroughputLimit", "perMessageGroupId", "InvalidAttributeValue", "Invalid value for the parameter FifoThroughputLimit. Reason: perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup.".to_owned()),
        (&url, "RedrivePolicy", &missing, INVALID, about(&missing, "Dead letter target does not exist.")),
        (&url, "RedrivePolicy", &bad_count, INVALID, about(&bad_count, "Invalid value for maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.")),
        (&url, "RedrivePolicy", &other_kind, INVALID, about(&other_kind, "Dead-letter queue must be same type of queue as the source.")),
        (&url, "RedrivePolicy", &elsewhere, INVALID, about(&elsewhere, "Dead letter target owner should be same as the source.")),
    ] {
        let input = SetQueueAttributesInput { queue_url: queue.clone(), attributes: map(&[(name, value)]) };
        assert_eq!(cloud.error::<SetQueueAttributes>(input).await, (code.to_owned(), text), "{name}={value}");
    }
}

#[tokio::test]
async fn a_redrive_allow_policy_decides_who_may_use_a_dead_letter_queue() {
    let cloud = cloud();
    let allow = r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:friend"]}"#;
    create(&cloud, "dlq", &[("RedriveAllowPolicy", allow)]).await;
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dlq","maxReceiveCount":"3"}"#;
    create(&cloud, "friend", &[("RedrivePolicy", policy)]).await;
    let other = CreateQueueInput {
        queue_name: "other".into(),
        attributes: Some(map(&[("RedrivePolicy", policy)])),
        ..Default::default()
    };
    assert_eq!(cloud.error::<CreateQueue>(other).await.0, INVALID);
    assert_eq!(attributes(&cloud, "dlq").await["RedriveAllowPolicy"], allow);
}
