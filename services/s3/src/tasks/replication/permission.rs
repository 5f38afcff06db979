//! What a role needs to copy, and AWS's words for what it lacks.
//!
//! Source: S3 user guide, "Setting up permissions for live replication" and "Amazon S3 replication failure reasons".

use service_kit::{Access, Ctx};

use super::copy::{Failed, failed};
use crate::engine::bucket::Bucket;
use crate::engine::object::record::ObjectRecord;
use crate::engine::replication::{Cause, Order};
use crate::ops::address::object_arn;
use crate::store::Ownership;

/// Something a copy needs.
struct Need {
    at_source: bool,
    action: &'static str,
    reason: &'static str,
}

fn source(action: &'static str, reason: &'static str) -> Need {
    Need { at_source: true, action, reason }
}

fn destination(action: &'static str, reason: &'static str) -> Need {
    Need { at_source: false, action, reason }
}

/// What copying a version needs, in the order in which it is asked for.
fn needs(order: &Order, version: &ObjectRecord, to: &Bucket) -> Vec<Need> {
    let mut needs = vec![source("s3:GetObjectVersionForReplication", "SrcGetObjectNotPermitted")];
    if version.marker {
        needs.push(destination("s3:ReplicateDelete", "DstDelObjNotPermitted"));
        return needs;
    }
    if !version.tags.is_empty() || order.cause == Cause::Tags {
        needs.push(source("s3:GetObjectVersionTagging", "SrcGetTaggingNotPermitted"));
        needs.push(destination("s3:ReplicateTags", "DstPutTaggingNotPermitted"));
    }
    let lists = to.record.ownership != Ownership::BucketOwnerEnforced && order.owner.is_none();
    if lists && !version.acl.is_empty() {
        needs.push(source("s3:GetObjectVersionAcl", "SrcGetAclNotPermitted"));
    }
    if version.retention.is_some() {
        needs.push(source("s3:GetObjectRetention", "SrcGetObjectNotPermitted"));
    }
    if version.hold == Some(true) {
        needs.push(source("s3:GetObjectLegalHold", "SrcGetObjectNotPermitted"));
    }
    if order.cause != Cause::Tags {
        needs.push(destination("s3:ReplicateObject", "DstPutObjectNotPermitted"));
    }
    if order.owner.is_some() {
        needs.push(destination("s3:ObjectOwnerOverrideToBucketOwner", "DstPutAclNotPermitted"));
    }
    needs
}

/// Whether the role may copy a version.
pub(super) async fn check(ctx: &Ctx, order: &Order, version: &ObjectRecord, to: &Bucket) -> Result<(), Failed> {
    for need in needs(order, version, to) {
        let bucket = if need.at_source { &order.bucket } else { &order.destination };
        let mut access = Access::to(object_arn(ctx, bucket, &order.key)).as_action(need.action);
        if !need.at_source
            && let Some(method) = version.sealing.as_str()
        {
            access = access.with("s3:x-amz-server-side-encryption", method);
        }
        ctx.may(&access).await.map_err(|error| failed(error, need.reason))?;
    }
    Ok(())
}
