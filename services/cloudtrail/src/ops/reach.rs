//! Whether a trail can deliver where it is told to: the bucket, the key and the topic are tried before they are taken, in the
//! order and with the objects and the message that AWS leaves behind.

use api_cloudtrail::errors;
use bytes::Bytes;
use service_kit::{Ctx, Error, Fault};

use crate::calls::{Caller, Object, code, denied};
use crate::engine::delivery::log_file::root;
use crate::store::TrailRecord;

/// What AWS publishes to try a topic.
const TRIAL: &str = "CloudTrail validation message.";

/// Tries all that a trail delivers to. The key that an alias named is put in its place.
pub(super) async fn try_all(ctx: &Ctx, trail: &mut TrailRecord) -> Result<(), Error> {
    let caller = Caller::new(ctx.cloud(), trail.account, &trail.home, &trail.arn());
    caller.look_at(&trail.bucket).await.map_err(|error| bucket_refused(error, &trail.bucket))?;
    let folder = format!("{}CloudTrail/", root(trail, trail.account));
    if let Some(key) = &trail.kms_key {
        let path = format!("arn:{}:s3:::{}/{folder}", ctx.partition().as_str(), trail.bucket);
        let found = caller.try_key(key, &path).await;
        trail.kms_key = Some(found.map_err(|error| key_refused(error, key, &trail.bucket))?);
    }
    let mark = Object {
        bucket: trail.bucket.clone(),
        key: folder,
        body: Bytes::new(),
        kms_key: trail.kms_key.clone(),
        metadata: Vec::new(),
    };
    caller.put(mark).await.map_err(|error| bucket_refused(error, &trail.bucket))?;
    match trail.topic_arn() {
        Some(topic) => {
            let told = caller.publish(&topic, ctx.random().u128(), TRIAL.to_owned()).await;
            told.map(|_| ()).map_err(topic_refused)
        }
        None => Ok(()),
    }
}

/// What stands against a bucket. The texts are AWS's, as people have quoted them.
fn bucket_refused(error: Error, bucket: &str) -> Error {
    match &error {
        Error::Modeled(_) if code(&error) == "NoSuchBucket" => {
            errors::s3_bucket_does_not_exist_exception(format!("S3 bucket {bucket} does not exist!")).into()
        }
        _ if denied(&error) => {
            let text = format!("Incorrect S3 bucket policy is detected for bucket: {bucket}");
            errors::insufficient_s3_bucket_policy_exception(text).into()
        }
        Error::Modeled(_) => {
            let text = format!("Incorrect S3 bucket policy is detected for bucket: {bucket}: {error}");
            errors::insufficient_s3_bucket_policy_exception(text).into()
        }
        Error::Fault(_) => error,
    }
}

/// What stands against a key.
fn key_refused(error: Error, key: &str, bucket: &str) -> Error {
    match &error {
        _ if denied(&error) => {
            let text = format!("Insufficient permissions to access S3 bucket {bucket} or KMS key {key}.");
            errors::insufficient_encryption_policy_exception(text).into()
        }
        Error::Modeled(_) if code(&error) == "NotFoundException" => {
            errors::kms_key_not_found_exception(format!("KMS key {key} was not found.")).into()
        }
        Error::Modeled(refused) => errors::kms_exception(refused.message.clone()).into(),
        Error::Fault(_) => error,
    }
}

fn topic_refused(error: Error) -> Error {
    match &error {
        // Nothing of this cloud takes messages for topics: that is no fault of the topic's.
        Error::Fault(fault) if !matches!(fault, Fault::AccessDenied { .. }) => error,
        _ => {
            let text = "SNS Topic does not exist or the topic policy is incorrect!";
            errors::insufficient_sns_topic_policy_exception(text).into()
        }
    }
}
