//! Deletions: of one key or version, and of up to a thousand.

use api_s3::{
    DeleteObject, DeleteObjectInput, DeleteObjectOutput, DeleteObjects, DeleteObjectsInput, DeleteObjectsOutput,
    DeletedObject, ObjectIdentifier,
};
use futures_util::StreamExt as _;
use service_kit::{Access, Ctx, Error, Fault, Outcome};

use super::address::{self, check_key};
use super::{second_factor, shown};
use crate::S3;
use crate::access::object as of_object;
use crate::engine::bucket::Bucket;
use crate::engine::object::remove::{Removal, Removed};
use crate::engine::refusal::Refusal;
use crate::error::{access_denied, invalid_argument_hidden, malformed_xml, not_implemented, told};
use crate::limits;

/// Deletions under way at once.
const AT_ONCE: usize = 32;

/// Deletes a key or a version.
pub(crate) async fn delete_object(ctx: &Ctx, input: DeleteObjectInput) -> Outcome<DeleteObject> {
    check_key(&input.key)?;
    refuse_directory_conditions(input.if_match_last_modified_time.is_some(), input.if_match_size.is_some())?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let bypass = bypass(&bucket, input.bypass_governance_retention)?;
    if bucket.record.mfa_delete && input.version_id.is_some() {
        second_factor::check(ctx, bucket.record.account, input.mfa.as_deref()).await?;
    }
    let removal = Removal { bypass, only_if: input.if_match.as_deref(), expired: false };
    let engine = ctx.state::<S3>().engine();
    let removed = engine.remove(&bucket, &input.key, input.version_id.as_deref(), removal).await?;
    Ok(DeleteObjectOutput {
        delete_marker: removed.marker.then_some(true),
        version_id: removed.version,
        request_charged: shown::charged(ctx, &bucket),
    })
}

/// What only directory buckets take.
fn refuse_directory_conditions(time: bool, size: bool) -> Result<(), Error> {
    if time {
        return Err(not_implemented("x-amz-if-match-last-modified-time", None));
    }
    if size {
        return Err(not_implemented("x-amz-if-match-size", None));
    }
    Ok(())
}

fn bypass(bucket: &Bucket, asked: Option<bool>) -> Result<bool, Error> {
    if asked.is_some() && !bucket.record.object_lock {
        return Err(invalid_argument_hidden(
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
            "x-amz-bypass-governance-retention",
        ));
    }
    Ok(asked == Some(true))
}

/// Deleting many is decided on key by key, by the handler.
pub(crate) fn access_to_many(_: &Ctx, _: &DeleteObjectsInput) -> Result<Access, Error> {
    Ok(Access::free())
}

/// Whether one of many may be deleted. Whoever may not is told so without the reason, as of each key that failed.
async fn may_delete(ctx: &Ctx, named: &str, object: &ObjectIdentifier, bypass: Option<bool>) -> Result<(), Error> {
    let access = of_object::delete(ctx, named, &object.key, object.version_id.as_ref(), bypass)?;
    match ctx.may(&access).await {
        Err(Error::Fault(Fault::AccessDenied { .. })) => Err(access_denied()),
        decided => decided,
    }
}

/// Deletes many. Each succeeds or fails by itself.
pub(crate) async fn delete_objects(ctx: &Ctx, input: DeleteObjectsInput) -> Outcome<DeleteObjects> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let bypass = bypass(&bucket, input.bypass_governance_retention)?;
    let wanted = input.delete.objects;
    if wanted.is_empty() || wanted.len() > limits::DELETED_AT_ONCE || wanted.iter().any(|object| object.key.is_empty())
    {
        return Err(malformed_xml());
    }
    if bucket.record.mfa_delete && wanted.iter().any(|object| object.version_id.is_some()) {
        second_factor::check(ctx, bucket.record.account, input.mfa.as_deref()).await?;
    }
    let quiet = input.delete.quiet == Some(true);
    let outcomes = futures_util::stream::iter(wanted)
        .map(|object| {
            let (bucket, named) = (&bucket, &input.bucket);
            async move {
                let outcome = match may_delete(ctx, named, &object, input.bypass_governance_retention).await {
                    Ok(()) => delete_one(ctx, bucket, &object, bypass).await,
                    Err(error) => Err(error),
                };
                (object, outcome)
            }
        })
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    let (mut deleted, mut failed) = (Vec::new(), Vec::new());
    for (object, outcome) in outcomes {
        match outcome {
            Ok(removed) if !quiet => deleted.push(shown_deletion(object, removed)),
            Ok(_) => {}
            Err(error) => failed.push(shown_failure(object, error)?),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: Some(deleted).filter(|deleted| !deleted.is_empty()),
        errors: Some(failed).filter(|failed| !failed.is_empty()),
        request_charged: shown::charged(ctx, &bucket),
    })
}

async fn delete_one(ctx: &Ctx, bucket: &Bucket, object: &ObjectIdentifier, bypass: bool) -> Result<Removed, Error> {
    check_key(&object.key)?;
    refuse_directory_conditions(object.last_modified_time.is_some(), object.size.is_some())?;
    let removal = Removal { bypass, only_if: object.e_tag.as_deref(), expired: false };
    let engine = ctx.state::<S3>().engine();
    let removed = engine.remove(bucket, &object.key, object.version_id.as_deref(), removal).await;
    removed.map_err(|refusal| match refusal {
        Refusal::BadVersion(version) => told(Refusal::NoSuchVersion { key: object.key.clone(), version }),
        refusal => told(refusal),
    })
}

fn shown_deletion(object: ObjectIdentifier, removed: Removed) -> DeletedObject {
    let made_marker = removed.marker && object.version_id.is_none();
    DeletedObject {
        key: Some(object.key),
        delete_marker: removed.marker.then_some(true),
        delete_marker_version_id: removed.version.clone().filter(|_| removed.marker),
        version_id: object.version_id.filter(|_| !made_marker),
    }
}

/// Faults of ours fail the request as a whole.
fn shown_failure(object: ObjectIdentifier, error: Error) -> Result<api_s3::Error, Error> {
    let Error::Modeled(error) = error else { return Err(error) };
    Ok(api_s3::Error {
        key: Some(object.key),
        version_id: object.version_id,
        code: Some(error.schema.query_code.to_owned()),
        message: Some(error.message),
    })
}
