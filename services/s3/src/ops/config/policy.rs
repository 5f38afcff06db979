//! Bucket policies.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use crate::S3;
use crate::engine::config::access::PolicyText;
use crate::engine::config::policy::{self, Of};
use crate::error::{access_denied, of_bucket};
use crate::ops::address::{self, bucket_arn};

/// Sets the policy.
pub(super) async fn put_bucket_policy(ctx: &Ctx, input: api::PutBucketPolicyInput) -> Outcome<api::PutBucketPolicy> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let document = policy::check(&input.policy, Of::Bucket(&bucket_arn(ctx, &bucket.name)))?;
    let public = policy::is_public(&document);
    let engine = ctx.state::<S3>().engine();
    if public && engine.public_access(&bucket).await?.block_policy {
        return Err(access_denied());
    }
    engine.put_config(bucket.no(), "", &PolicyText { text: input.policy, public }).await?;
    Ok(api::PutBucketPolicyOutput {})
}

/// Tells the policy, as it was set.
pub(super) async fn get_bucket_policy(ctx: &Ctx, input: api::GetBucketPolicyInput) -> Outcome<api::GetBucketPolicy> {
    let policy = found(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::GetBucketPolicyOutput { policy: Some(policy.text) })
}

/// Tells whether the policy lets the public in.
pub(super) async fn get_bucket_policy_status(
    ctx: &Ctx,
    input: api::GetBucketPolicyStatusInput,
) -> Outcome<api::GetBucketPolicyStatus> {
    let policy = found(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let status = api::PolicyStatus { is_public: Some(policy.public) };
    Ok(api::GetBucketPolicyStatusOutput { policy_status: Some(status) })
}

async fn found(ctx: &Ctx, bucket: &str, owner: Option<&str>) -> Result<PolicyText, service_kit::Error> {
    let bucket = address::bucket(ctx, bucket, owner).await?;
    let found = ctx.state::<S3>().engine().config::<PolicyText>(bucket.no()).await?;
    let none = || of_bucket(errors::no_such_bucket_policy("The bucket policy does not exist"), &bucket.name);
    found.ok_or_else(none)
}

/// Removes the policy.
pub(super) async fn delete_bucket_policy(
    ctx: &Ctx,
    input: api::DeleteBucketPolicyInput,
) -> Outcome<api::DeleteBucketPolicy> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    ctx.state::<S3>().engine().delete_config::<PolicyText>(bucket.no(), "").await?;
    Ok(api::DeleteBucketPolicyOutput {})
}
