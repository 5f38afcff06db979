//! What operations on buckets need.

use api_s3 as api;
use service_kit::{Access, Ctx, Error};

use super::aim::Aim;
use super::headers::{with, with_acl};
use crate::engine::config::acl::Headers;

type Asked = Result<Access, Error>;

/// An operation on a bucket.
pub(crate) fn any(ctx: &Ctx, bucket: &str) -> Asked {
    Ok(Aim::read(bucket).access(ctx, None))
}

/// The headers of access control of a request that has all of them.
macro_rules! acl_headers {
    ($input:expr) => {
        Headers {
            canned: $input.acl.as_ref().map(|acl| acl.as_str()),
            full_control: $input.grant_full_control.as_deref(),
            read: $input.grant_read.as_deref(),
            read_acp: $input.grant_read_acp.as_deref(),
            write: $input.grant_write.as_deref(),
            write_acp: $input.grant_write_acp.as_deref(),
        }
    };
}
pub(crate) use acl_headers;

/// Creating one, with what else its headers set.
pub(crate) fn create(ctx: &Ctx, input: &api::CreateBucketInput) -> Asked {
    let headers = acl_headers!(input);
    let aim = Aim::read(&input.bucket);
    let conf = input.create_bucket_configuration.as_ref();
    let mut access = with_acl(aim.access(ctx, None), &headers);
    access = with(access, "s3:x-amz-object-ownership", input.object_ownership.as_ref());
    access = with(access, "s3:locationconstraint", conf.and_then(|conf| conf.location_constraint.as_ref()));
    let tags = conf.and_then(|conf| conf.tags.as_deref()).unwrap_or_default();
    access = access.with_request_tags(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())));
    let also = |action| with_acl(aim.access(ctx, None), &headers).as_action(action);
    if headers.any() {
        access = access.and(also("s3:PutBucketAcl"));
    }
    if input.object_lock_enabled_for_bucket == Some(true) {
        access = access.and(also("s3:PutBucketObjectLockConfiguration")).and(also("s3:PutBucketVersioning"));
    }
    if input.object_ownership.is_some() {
        access = access.and(also("s3:PutBucketOwnershipControls"));
    }
    if !tags.is_empty() {
        access = access.and(also("s3:TagResource"));
    }
    Ok(access)
}

/// Setting its access control list.
pub(crate) fn put_acl(ctx: &Ctx, input: &api::PutBucketAclInput) -> Asked {
    Ok(with_acl(Aim::read(&input.bucket).access(ctx, None), &acl_headers!(input)))
}

/// Setting its tags.
pub(crate) fn put_tagging(ctx: &Ctx, input: &api::PutBucketTaggingInput) -> Asked {
    let tags = input.tagging.tag_set.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    Ok(Aim::read(&input.bucket).access(ctx, None).with_request_tags(tags))
}

/// Setting its replication, which hands a role to S3.
pub(crate) fn put_replication(ctx: &Ctx, input: &api::PutBucketReplicationInput) -> Asked {
    let access = Aim::read(&input.bucket).access(ctx, None);
    Ok(access.passing_role(&input.replication_configuration.role, "s3.amazonaws.com"))
}

/// Listing what is in it: `s3:prefix`, `s3:delimiter` and `s3:max-keys` as they were asked for.
pub(crate) fn list(
    ctx: &Ctx,
    bucket: &str,
    prefix: Option<&String>,
    delimiter: Option<&String>,
    max_keys: Option<i32>,
) -> Asked {
    let access = Aim::read(bucket).access(ctx, None);
    let access = with(access, "s3:prefix", prefix);
    Ok(with(with(access, "s3:delimiter", delimiter), "s3:max-keys", max_keys))
}
