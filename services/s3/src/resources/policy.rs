//! `AWS::S3::BucketPolicy`.

use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::text_of;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, bucket, call, unless_unset};
use crate::ops::address::bucket_arn;

/// The policy of a bucket. Its identifier is the bucket's name.
#[derive(Debug)]
pub(crate) struct BucketPolicy;

impl ResourceType for BucketPolicy {
    fn name(&self) -> &'static str {
        "AWS::S3::BucketPolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Bucket", "PolicyDocument"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Bucket"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let bucket = properties.get("Bucket").map(text_of).unwrap_or_default();
            put(ctx, &bucket, &properties).await?;
            Ok(bucket)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(document) = policy(ctx, id).await? else { return Ok(None) };
            let properties = [("Bucket".to_owned(), id.into()), ("PolicyDocument".to_owned(), document)];
            Ok(Some(PropertySource::from_iter(properties)))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { put(ctx, id, &properties).await }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! { unless_unset(call(ctx, "DeleteBucketPolicy", json!({ "Bucket": id })).await).map(|_| ()) }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut with_policy = Vec::new();
            for name in bucket::buckets(ctx).await? {
                if policy(ctx, &name).await?.is_some() {
                    with_policy.push(name);
                }
            }
            Ok(with_policy)
        }
    }

    fn arn(&self, _ctx: &Ctx, _id: &str) -> String {
        String::new()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(vec![bucket_arn(ctx, id)]) }
    }
}

async fn put(ctx: &Ctx, bucket: &str, properties: &PropertySource) -> Result<(), Error> {
    let document = properties.get("PolicyDocument").map(text_of).unwrap_or_default();
    call(ctx, "PutBucketPolicy", json!({ "Bucket": bucket, "Policy": document })).await.map(|_| ())
}

async fn policy(ctx: &Ctx, bucket: &str) -> Result<Option<Value>, Error> {
    let answer = unless_unset(call(ctx, "GetBucketPolicy", json!({ "Bucket": bucket })).await)?;
    Ok(answer.and_then(|answer| serde_json::from_str(answer["Policy"].as_str()?).ok()))
}
