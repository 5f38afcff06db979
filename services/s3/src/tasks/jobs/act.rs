//! One task of a job: the operation on one object, called as the job's role.

use api_s3::{self as api, PutObject};
use api_s3control::{self as control, JobOperation};
use service_kit::{Access, Error, Fault};
use smithy::Operation;

use super::{Running, refused};
use crate::engine::Engine;
use crate::engine::job::{Outcome, TaskRecord};
use crate::engine::object::find::Which;
use crate::engine::object::record::Replication;
use crate::engine::refusal::Refusal;
use crate::engine::sheet;
use crate::ops::address::object_arn;

/// What reports say of what went well. Source: S3 user guide, "Examples: S3 Batch Operations completion reports".
const WELL: &str = "Successful";

/// Does what a job is for to one object.
pub(super) async fn act(engine: &Engine, running: &Running, task: &TaskRecord) -> Outcome {
    let done = match &running.told.operation {
        Some(operation) => one(engine, running, task, operation).await,
        None => Err(Fault::internal("a job without an operation").into()),
    };
    match done {
        Ok(()) => Outcome { code: String::new(), status: 200, message: WELL.to_owned() },
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> Outcome {
    let (code, status, message) = match error {
        Error::Modeled(error) => (error.schema.code, error.schema.status, error.message.clone()),
        Error::Fault(Fault::AccessDenied { .. }) => ("AccessDenied", 403, "Access Denied".to_owned()),
        Error::Fault(_) => ("InternalError", 500, "We encountered an internal error. Please try again.".to_owned()),
    };
    Outcome { code: code.to_owned(), status, message }
}

async fn call<O: Operation>(running: &Running, input: O::Input) -> Result<(), Error> {
    running.sender.call::<O>(&running.region, &[], input).await.map(drop)
}

async fn one(engine: &Engine, running: &Running, task: &TaskRecord, what: &JobOperation) -> Result<(), Error> {
    let (bucket, key, version_id) = (task.bucket.clone(), task.key.clone(), task.version.clone());
    if let Some(copy) = &what.s3_put_object_copy {
        return call::<api::CopyObject>(running, copying(task, copy)?).await;
    }
    if let Some(acl) = &what.s3_put_object_acl {
        return call::<api::PutObjectAcl>(running, listing(task, acl)).await;
    }
    if let Some(tagging) = &what.s3_put_object_tagging {
        let tagging = api::Tagging { tag_set: tags(tagging.tag_set.as_deref()) };
        let input = api::PutObjectTaggingInput { bucket, key, version_id, tagging, ..Default::default() };
        return call::<api::PutObjectTagging>(running, input).await;
    }
    if what.s3_delete_object_tagging.is_some() {
        let input = api::DeleteObjectTaggingInput { bucket, key, version_id, ..Default::default() };
        return call::<api::DeleteObjectTagging>(running, input).await;
    }
    if let Some(restore) = &what.s3_initiate_restore_object {
        return call::<api::RestoreObject>(running, restoring(task, restore)).await;
    }
    if let Some(hold) = &what.s3_put_object_legal_hold {
        let status = Some(hold.legal_hold.status.as_str().to_owned().into());
        let legal_hold = Some(api::ObjectLockLegalHold { status });
        let input = api::PutObjectLegalHoldInput { bucket, key, version_id, legal_hold, ..Default::default() };
        return call::<api::PutObjectLegalHold>(running, input).await;
    }
    if let Some(kept) = &what.s3_put_object_retention {
        let input = api::PutObjectRetentionInput {
            bucket,
            key,
            version_id,
            bypass_governance_retention: kept.bypass_governance_retention,
            retention: Some(api::ObjectLockRetention {
                mode: kept.retention.mode.as_ref().map(|mode| mode.as_str().to_owned().into()),
                retain_until_date: kept.retention.retain_until_date,
            }),
            ..Default::default()
        };
        return call::<api::PutObjectRetention>(running, input).await;
    }
    replicate(engine, running, task).await
}

fn tags(sent: Option<&[control::S3Tag]>) -> Vec<api::Tag> {
    let tag = |tag: &control::S3Tag| api::Tag { key: tag.key.clone(), value: tag.value.clone() };
    sent.unwrap_or_default().iter().map(tag).collect()
}

fn restoring(task: &TaskRecord, asked: &control::S3InitiateRestoreObjectOperation) -> api::RestoreObjectInput {
    let tier = match asked.glacier_job_tier {
        Some(control::S3GlacierJobTier::Bulk) => "Bulk",
        _ => "Standard",
    };
    let parameters = api::GlacierJobParameters { tier: tier.into() };
    api::RestoreObjectInput {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version.clone(),
        restore_request: Some(api::RestoreRequest {
            days: asked.expiration_in_days,
            glacier_job_parameters: Some(parameters),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// A grantee as headers name it.
fn grantee(grant: &control::S3Grant) -> String {
    let grantee = grant.grantee.as_ref();
    let kind = grantee.and_then(|grantee| grantee.type_identifier.as_ref()).map_or("id", |kind| kind.as_str());
    let name = grantee.and_then(|grantee| grantee.identifier.as_deref()).unwrap_or_default();
    format!("{kind}=\"{name}\"")
}

/// The grants of a permission, as a header has them.
fn grants(all: Option<&[control::S3Grant]>, permission: &control::S3Permission) -> Option<String> {
    let these = all.unwrap_or_default().iter().filter(|grant| grant.permission.as_ref() == Some(permission));
    let these: Vec<String> = these.map(grantee).collect();
    (!these.is_empty()).then(|| these.join(","))
}

fn listing(task: &TaskRecord, asked: &control::S3SetObjectAclOperation) -> api::PutObjectAclInput {
    use control::S3Permission::{FullControl, Read, ReadAcp, WriteAcp};
    let policy = asked.access_control_policy.as_ref();
    let all = policy.and_then(|policy| policy.access_control_list.as_ref()).and_then(|list| list.grants.as_deref());
    let canned = policy.and_then(|policy| policy.canned_access_control_list.as_ref());
    api::PutObjectAclInput {
        bucket: task.bucket.clone(),
        key: task.key.clone(),
        version_id: task.version.clone(),
        acl: canned.map(|canned| canned.as_str().to_owned().into()),
        grant_full_control: grants(all, &FullControl),
        grant_read: grants(all, &Read),
        grant_read_acp: grants(all, &ReadAcp),
        grant_write_acp: grants(all, &WriteAcp),
        ..Default::default()
    }
}

fn copying(task: &TaskRecord, asked: &control::S3CopyObjectOperation) -> Result<api::CopyObjectInput, Error> {
    use control::S3Permission::{FullControl, Read, ReadAcp, WriteAcp};
    let target = asked.target_resource.as_deref().and_then(|arn| arn.rsplit(":::").next());
    let target = target.ok_or_else(|| crate::error::invalid_request("TargetResource must be specified"))?;
    let prefix = asked.target_key_prefix.as_ref().map(|prefix| format!("{}/", prefix.trim_end_matches('/')));
    let version = task.version.as_ref().map(|version| format!("?versionId={version}")).unwrap_or_default();
    let new = asked.new_object_metadata.clone().unwrap_or_default();
    let list = asked.access_control_grants.as_deref();
    let word = |text: &str| text.to_owned();
    let tagging = asked.new_object_tagging.as_ref().map(|tags| {
        let pair = |tag: &control::S3Tag| format!("{}={}", sheet::encoded(&tag.key), sheet::encoded(&tag.value));
        tags.iter().map(pair).collect::<Vec<_>>().join("&")
    });
    let method = match new.sse_algorithm.as_ref().map(|algorithm| algorithm.as_str()) {
        Some("KMS") => Some("aws:kms"),
        None if asked.sse_aws_kms_key_id.is_some() => Some("aws:kms"),
        other => other,
    };
    Ok(api::CopyObjectInput {
        bucket: target.to_owned(),
        key: format!("{}{}", prefix.unwrap_or_default(), task.key),
        copy_source: format!("{}/{}{version}", task.bucket, sheet::encoded(&task.key)),
        acl: asked.canned_access_control_list.as_ref().map(|acl| word(acl.as_str()).into()),
        grant_full_control: grants(list, &FullControl),
        grant_read: grants(list, &Read),
        grant_read_acp: grants(list, &ReadAcp),
        grant_write_acp: grants(list, &WriteAcp),
        metadata_directive: asked.metadata_directive.as_ref().map(|directive| word(directive.as_str()).into()),
        copy_source_if_modified_since: asked.modified_since_constraint,
        copy_source_if_unmodified_since: asked.un_modified_since_constraint,
        cache_control: new.cache_control,
        content_disposition: new.content_disposition,
        content_encoding: new.content_encoding,
        content_language: new.content_language,
        content_type: new.content_type,
        expires: new.http_expires_date.map(|at| at.http_date()),
        metadata: new.user_metadata,
        server_side_encryption: method.map(|method| word(method).into()),
        ssekms_key_id: asked.sse_aws_kms_key_id.clone(),
        bucket_key_enabled: asked.bucket_key_enabled,
        tagging_directive: tagging.is_some().then(|| "REPLACE".into()),
        tagging,
        website_redirect_location: asked.redirect_location.clone(),
        storage_class: asked.storage_class.as_ref().map(|class| word(class.as_str()).into()),
        object_lock_legal_hold_status: asked.object_lock_legal_hold_status.as_ref().map(|s| word(s.as_str()).into()),
        object_lock_mode: asked.object_lock_mode.as_ref().map(|mode| word(mode.as_str()).into()),
        object_lock_retain_until_date: asked.object_lock_retain_until_date,
        checksum_algorithm: asked.checksum_algorithm.as_ref().map(|algorithm| word(algorithm.as_str()).into()),
        ..Default::default()
    })
}

/// Orders the copies that rules want of a version, and waits for how they went.
async fn replicate(engine: &Engine, running: &Running, task: &TaskRecord) -> Result<(), Error> {
    let ctx = running.sender.stand_in::<PutObject>(&running.region)?;
    let object = object_arn(&ctx, &task.bucket, &task.key);
    ctx.may(&Access::to(object).as_action("s3:InitiateReplication")).await?;
    let not_there = || refused(Refusal::NoSuchBucket(task.bucket.clone()));
    let bucket = engine.lookup_bucket(&task.bucket).await?.ok_or_else(not_there)?;
    let which: Which = engine.which(task.version.as_deref()).map_err(refused)?;
    let mut changes = engine.watch_copies();
    if !engine.replicate_again(&bucket, &task.key, which).await.map_err(refused)? {
        return Err(crate::error::invalid_request("SrcObjectNotEligible"));
    }
    let shutdown = ctx.cloud().runtime().shutdown.clone();
    loop {
        let view = engine.store().read().await?;
        let found = engine.locate(&view, bucket.no(), &task.key, which).await.map_err(refused)?;
        drop(view);
        let Some((version, _)) = found else { return Err(crate::error::invalid_request("SrcObjectNotFound")) };
        if !engine.is_under_way(bucket.no(), version.no).await? {
            return match version.replication {
                Some(Replication::Failed) => Err(crate::error::invalid_request("Replication failed")),
                _ => Ok(()),
            };
        }
        tokio::select! {
            () = changes.changed() => {}
            () = shutdown.requested() => return Err(Fault::Unavailable { internal: "stopping".to_owned() }.into()),
        }
    }
}
