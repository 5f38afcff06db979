//! Access control lists of objects.

use api_s3::{
    GetObjectAcl, GetObjectAclInput, GetObjectAclOutput, PutObjectAcl, PutObjectAclInput, PutObjectAclOutput, errors,
};
use service_kit::{Ctx, Outcome};

use super::tagging::told_of_marker;
use super::{address, shown};
use crate::S3;
use crate::engine::canonical;
use crate::engine::config::access::private;
use crate::engine::config::acl::{self, Headers, Owners};
use crate::engine::object::event::What;
use crate::error::is_marker;
use crate::store::Ownership;

/// Sets the list of an object.
pub(crate) async fn put_object_acl(ctx: &Ctx, input: PutObjectAclInput) -> Outcome<PutObjectAcl> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let engine = ctx.state::<S3>().engine();
    let found = engine.find(&bucket, &input.key, input.version_id.as_deref()).await;
    let record = found.map_err(|refusal| told_of_marker(refusal, "PUT"))?;
    if record.marker {
        return Err(is_marker("PUT", None));
    }
    let headers = Headers {
        canned: input.acl.as_ref().map(|acl| acl.as_str()),
        full_control: input.grant_full_control.as_deref(),
        read: input.grant_read.as_deref(),
        read_acp: input.grant_read_acp.as_deref(),
        write: input.grant_write.as_deref(),
        write_acp: input.grant_write_acp.as_deref(),
    };
    let (own, bucket_owner) = (canonical::id(record.owner), canonical::id(bucket.record.account));
    let owners = Owners { own: &own, bucket: &bucket_owner };
    let list = acl::of_request(&headers, input.access_control_policy.as_ref(), owners)?;
    if bucket.record.ownership == Ownership::BucketOwnerEnforced && headers.canned != Some("bucket-owner-full-control")
    {
        return Err(errors::access_control_list_not_supported("The bucket does not allow ACLs").into());
    }
    let set = engine.amend(&bucket, &input.key, input.version_id.as_deref(), |record| {
        record.acl.clone_from(&list);
        Ok(Some(What::AclPut))
    });
    set.await.map_err(|refusal| told_of_marker(refusal, "PUT"))?;
    Ok(PutObjectAclOutput { request_charged: shown::charged(ctx, &bucket) })
}

/// Tells the list of an object.
pub(crate) async fn get_object_acl(ctx: &Ctx, input: GetObjectAclInput) -> Outcome<GetObjectAcl> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let record = ctx.state::<S3>().engine().find(&bucket, &input.key, input.version_id.as_deref()).await?;
    if record.marker {
        return Err(is_marker("GET", None));
    }
    let list = match record.acl.is_empty() {
        true => private(record.owner),
        false => record.acl,
    };
    Ok(GetObjectAclOutput {
        owner: Some(shown::owner(record.owner)),
        grants: Some(acl::shown(&list)),
        request_charged: shown::charged(ctx, &bucket),
    })
}
