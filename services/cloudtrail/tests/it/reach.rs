//! Where trails deliver to: buckets, keys and topics that are not there or do not let them are refused, by their own policies;
//! what they let through arrives as AWS documents it.

use std::time::Duration;

use api_cloudtrail::*;
use api_s3::{HeadObject, HeadObjectInput, ListObjectsV2, ListObjectsV2Input};
use api_sns::{Subscribe, SubscribeInput};
use api_sqs::{ReceiveMessage, ReceiveMessageInput, SetQueueAttributes, SetQueueAttributesInput};
use serde_json::{Value, json};

use crate::cloud::*;
use crate::delivery::{delivered, held, records};

fn statement(action: &str, resource: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": action, "Resource": resource,
           "Condition": condition})
}

#[tokio::test]
async fn a_bucket_must_be_there_and_let_the_trail_write() {
    let cloud = cloud();
    let (code, text) = cloud.error::<CreateTrail>(trail("logs")).await;
    assert_eq!((code.as_str(), text.as_str()), ("S3BucketDoesNotExistException", "S3 bucket bucket does not exist!"));
    bucket(&cloud).await;
    let look = statement("s3:GetBucketAcl", "arn:aws:s3:::bucket", json!({}));
    let write = |path: &str, condition| statement("s3:PutObject", &format!("arn:aws:s3:::bucket/{path}"), condition);
    let of = |arn: &str| json!({"StringEquals": {"aws:SourceArn": arn, "s3:x-amz-acl": "bucket-owner-full-control"}});
    for (why, statements) in [
        ("only a look", vec![look.clone()]),
        ("no look", vec![write("*", json!({}))]),
        ("elsewhere", vec![look.clone(), write("other/*", json!({}))]),
        ("another trail", vec![look.clone(), write("*", of("arn:aws:cloudtrail:us-east-1:000000000000:trail/other"))]),
        ("another list", vec![look.clone(), write("*", json!({"StringEquals": {"s3:x-amz-acl": "private"}}))]),
        (
            "another account",
            vec![look.clone(), write("*", json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}))],
        ),
    ] {
        policy(&cloud, json!({"Version": "2012-10-17", "Statement": statements})).await;
        let (code, text) = cloud.error::<CreateTrail>(trail("logs")).await;
        assert_eq!(code, "InsufficientS3BucketPolicyException", "{why}");
        assert_eq!(text, "Incorrect S3 bucket policy is detected for bucket: bucket", "{why}");
    }
    let enough = vec![look, write("AWSLogs/000000000000/*", of(LOGS))];
    policy(&cloud, json!({"Version": "2012-10-17", "Statement": enough})).await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let update = |bucket: Option<&str>, prefix: Option<&str>| UpdateTrailInput {
        name: "logs".into(),
        s3_bucket_name: bucket.map(str::to_owned),
        s3_key_prefix: prefix.map(str::to_owned),
        ..Default::default()
    };
    assert_eq!(cloud.error::<UpdateTrail>(update(Some("gone"), None)).await.0, "S3BucketDoesNotExistException");
    assert_eq!(cloud.error::<UpdateTrail>(update(None, Some("p"))).await.0, "InsufficientS3BucketPolicyException");
    let kept = cloud.call::<GetTrail>(GetTrailInput { name: "logs".into() }).await.unwrap().trail.unwrap();
    assert_eq!((kept.s3_bucket_name.as_deref(), kept.s3_key_prefix), (Some("bucket"), None));
}

#[tokio::test]
async fn a_key_must_be_there_and_let_the_trail_encrypt() {
    let cloud = cloud_with_bucket().await;
    let with = |key: &str| CreateTrailInput { kms_key_id: Some(key.into()), ..trail("logs") };
    assert_eq!(cloud.error::<CreateTrail>(with("alias/none")).await.0, "KmsKeyNotFoundException");
    let own = cloud.call::<api_kms::CreateKey>(api_kms::CreateKeyInput::default()).await.unwrap().key_metadata.unwrap();
    let (code, text) = cloud.error::<CreateTrail>(with(&own.key_id)).await;
    assert_eq!(code, "InsufficientEncryptionPolicyException");
    let arn = own.arn.unwrap();
    assert_eq!(text, format!("Insufficient permissions to access S3 bucket bucket or KMS key {arn}."));
    let key = key(&cloud).await;
    let mut made = with("alias/trail");
    made.enable_log_file_validation = Some(true);
    cloud.call::<CreateTrail>(made).await.unwrap();
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
    let files = held(&cloud).await;
    assert_eq!(files[0].encryption.as_deref(), Some("aws:kms"));
    assert!(records(&files).iter().any(|record| record["eventName"] == "StartLogging"));
    cloud.advance(Duration::from_secs(3_600)).await;
    delivered(&cloud).await;
    let list = ListObjectsV2Input { bucket: "bucket".into(), ..Default::default() };
    let listed = cloud.call::<ListObjectsV2>(list).await.unwrap().contents.unwrap();
    let mut kinds = Vec::new();
    for name in listed.into_iter().filter_map(|object| object.key) {
        let head = HeadObjectInput { bucket: "bucket".into(), key: name.clone(), ..Default::default() };
        let head = cloud.call::<HeadObject>(head).await.unwrap();
        let expected = (!name.contains("-Digest")).then(|| key.clone());
        assert_eq!(head.ssekms_key_id, expected, "{name}");
        kinds.push(name.contains("-Digest"));
    }
    assert!(kinds.contains(&true) && kinds.contains(&false));
}

#[tokio::test]
async fn a_topic_must_take_messages_and_hears_of_each_file() {
    let cloud = cloud_with_bucket().await;
    let with = CreateTrailInput { sns_topic_name: Some("topic".into()), ..trail("logs") };
    let (code, text) = cloud.error::<CreateTrail>(with.clone()).await;
    assert_eq!(code, "InsufficientSnsTopicPolicyException");
    assert_eq!(text, "SNS Topic does not exist or the topic policy is incorrect!");
    let topic = topic(&cloud).await;
    let url = create(&cloud, "heard").await;
    let queue = "arn:aws:sqs:us-east-1:000000000000:heard";
    let open = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}]});
    let attributes = [("Policy".into(), open.to_string())].into();
    cloud.call::<SetQueueAttributes>(SetQueueAttributesInput { queue_url: url.clone(), attributes }).await.unwrap();
    let subscribe = SubscribeInput {
        topic_arn: topic,
        protocol: "sqs".into(),
        endpoint: Some(queue.into()),
        attributes: Some([("RawMessageDelivery".into(), "true".to_owned())].into()),
        ..Default::default()
    };
    cloud.call::<Subscribe>(subscribe).await.unwrap();
    cloud.call::<CreateTrail>(with).await.unwrap();
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
    let files = held(&cloud).await;
    let mut heard = Vec::new();
    for _ in 0..1_000 {
        let receive = ReceiveMessageInput { queue_url: url.clone(), ..Default::default() };
        let messages = cloud.call::<ReceiveMessage>(receive).await.unwrap().messages.unwrap_or_default();
        heard.extend(messages.into_iter().filter_map(|message| message.body));
        if heard.len() == 2 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(heard[0], "CloudTrail validation message.");
    let notice: Value = serde_json::from_str(&heard[1]).unwrap();
    assert_eq!(notice, json!({"s3Bucket": "bucket", "s3ObjectKey": [files[0].key]}));
    let status = cloud.call::<GetTrailStatus>(GetTrailStatusInput { name: "logs".into() }).await.unwrap();
    assert_eq!((status.latest_notification_error, status.latest_notification_time.is_some()), (None, true));
}
