//! Tags of jobs.

use api_s3control::{self as api, errors};
use service_kit::{Access, Ctx, Error, Outcome};

use super::error::{invalid_request, no_such_job};
use super::job;
use crate::S3;

/// What setting tags touches.
pub(super) fn access_to_put(ctx: &Ctx, input: &api::PutJobTaggingInput) -> Result<Access, Error> {
    let tags = input.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    Ok(job::access(ctx, &input.job_id)?.with_request_tags(tags))
}

/// Tags as they are kept: each key once, and no more than a job may have.
pub(super) fn check(sent: &[api::S3Tag]) -> Result<Vec<(String, String)>, Error> {
    if sent.len() > job::TAGS {
        return Err(errors::too_many_tags_exception("The number of tags exceeds the limit of 50 tags").into());
    }
    for (at, tag) in sent.iter().enumerate() {
        if sent[..at].iter().any(|other| other.key == tag.key) {
            return Err(invalid_request("Cannot provide multiple Tags with the same key"));
        }
        if tag.key.starts_with("aws:") {
            return Err(invalid_request("System tags cannot be added/updated by requester"));
        }
    }
    Ok(sent.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect())
}

async fn set(ctx: &Ctx, account: &str, id: &str, tags: Vec<(String, String)>) -> Result<(), Error> {
    let place = job::place(ctx, account, id)?;
    let changed = ctx.state::<S3>().engine().change_job(&place, |job, _| {
        job.tags.clone_from(&tags);
        true
    });
    changed.await?.map(drop).ok_or_else(no_such_job)
}

/// Sets the tags of a job, in place of those it had.
pub(super) async fn put_job_tagging(ctx: &Ctx, input: api::PutJobTaggingInput) -> Outcome<api::PutJobTagging> {
    set(ctx, &input.account_id, &input.job_id, check(&input.tags)?).await?;
    Ok(api::PutJobTaggingOutput {})
}

/// Tells the tags of a job.
pub(super) async fn get_job_tagging(ctx: &Ctx, input: api::GetJobTaggingInput) -> Outcome<api::GetJobTagging> {
    let job = job::found(ctx, &job::place(ctx, &input.account_id, &input.job_id)?).await?;
    let tags = job.tags.into_iter().map(|(key, value)| api::S3Tag { key, value });
    Ok(api::GetJobTaggingOutput { tags: Some(tags.collect()) })
}

/// Takes the tags off a job.
pub(super) async fn delete_job_tagging(ctx: &Ctx, input: api::DeleteJobTaggingInput) -> Outcome<api::DeleteJobTagging> {
    set(ctx, &input.account_id, &input.job_id, Vec::new()).await?;
    Ok(api::DeleteJobTaggingOutput {})
}
