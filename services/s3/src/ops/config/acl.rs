//! Access control lists of buckets.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use crate::S3;
use crate::access::bucket::acl_headers;
use crate::engine::bucket::Bucket;
use crate::engine::canonical;
use crate::engine::config::access::BucketAcl;
use crate::engine::config::acl::{self, Headers, Owners};
use crate::error::access_denied;
use crate::ops::{address, shown};
use crate::store::Ownership;

/// Sets the list.
pub(super) async fn put_bucket_acl(ctx: &Ctx, input: api::PutBucketAclInput) -> Outcome<api::PutBucketAcl> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let owner = canonical::id(bucket.record.account);
    let owners = Owners { own: &owner, bucket: &owner };
    let grants = acl::of_request(&acl_headers!(input), input.access_control_policy.as_ref(), owners)?;
    if bucket.record.ownership == Ownership::BucketOwnerEnforced {
        // The one list that says what is so anyway is taken.
        if acl::grants_to_others(&grants, bucket.record.account) || grants.is_empty() {
            return Err(errors::access_control_list_not_supported("The bucket does not allow ACLs").into());
        }
        return Ok(api::PutBucketAclOutput {});
    }
    set(ctx, &bucket, grants).await?;
    Ok(api::PutBucketAclOutput {})
}

async fn set(ctx: &Ctx, bucket: &Bucket, grants: Vec<crate::engine::grants::Grant>) -> Result<(), service_kit::Error> {
    let engine = ctx.state::<S3>().engine();
    if acl::is_public(&grants) && engine.public_access(bucket).await?.block_acls {
        return Err(access_denied());
    }
    Ok(engine.put_config(bucket.no(), "", &BucketAcl { grants }).await?)
}

/// Tells the list.
pub(super) async fn get_bucket_acl(ctx: &Ctx, input: api::GetBucketAclInput) -> Outcome<api::GetBucketAcl> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let grants = ctx.state::<S3>().engine().bucket_grants(&bucket).await?;
    let owner = Some(shown::owner(bucket.record.account));
    Ok(api::GetBucketAclOutput { owner, grants: Some(acl::shown(&grants)) })
}
