//! Jobs: made, told, listed, hurried, confirmed, cancelled. They run in the background.

use api_s3control::{self as api, JobStatus, errors};
use service_kit::{Access, Ctx, Error, Fault, Outcome};

use super::address;
use super::error::no_such_job;
use crate::S3;
use crate::engine::job::{JobPlace, JobRecord, check, is_over};

/// Most jobs on a page. Source: API reference, `ListJobs`.
const PAGE: usize = 1_000;
/// Most tags of a job. Source: API reference, `PutJobTagging`.
pub(super) const TAGS: usize = 50;

/// A job as policies name it.
fn arn(ctx: &Ctx, id: &str) -> String {
    ctx.arn(format!("job/{id}")).to_string()
}

/// A call on a job.
pub(super) fn access(ctx: &Ctx, id: &str) -> Result<Access, Error> {
    Ok(Access::to(arn(ctx, id)))
}

/// Making one, which hands a role to S3.
pub(super) fn access_to_create(_: &Ctx, input: &api::CreateJobInput) -> Result<Access, Error> {
    let tags = input.tags.iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    let operation = check::operation(&input.operation).map(|(name, _)| name.as_str().to_owned());
    let mut access = Access::any().with("s3:RequestJobPriority", input.priority.to_string()).with_request_tags(tags);
    if let Ok(operation) = operation {
        access = access.with("s3:RequestJobOperation", operation);
    }
    Ok(access.passing_role(&input.role_arn, "batchoperations.s3.amazonaws.com"))
}

/// Changing the priority of one.
pub(super) fn access_to_reprioritise(ctx: &Ctx, input: &api::UpdateJobPriorityInput) -> Result<Access, Error> {
    Ok(Access::to(arn(ctx, &input.job_id)).with("s3:RequestJobPriority", input.priority.to_string()))
}

/// Where a job of the caller's is.
pub(super) fn place(ctx: &Ctx, account: &str, id: &str) -> Result<JobPlace, Error> {
    Ok((address::account(ctx, account)?, ctx.region.to_string(), id.to_owned()))
}

fn bad_request(text: &str) -> Error {
    errors::bad_request_exception(text).into()
}

/// Makes a job.
pub(super) async fn create_job(ctx: &Ctx, input: api::CreateJobInput) -> Outcome<api::CreateJob> {
    let (operation, here) = check::operation(&input.operation).map_err(bad_request)?;
    if !here {
        let operation = format!("CreateJob with {}", operation.as_str());
        return Err(Fault::NotImplemented { service: "s3control".to_owned(), operation }.into());
    }
    check::check(&input).map_err(bad_request)?;
    let id = uuid(ctx.random().u128());
    let place = place(ctx, &input.account_id, &id)?;
    let asked = String::from_utf8_lossy(&protocols::json_value::write(&input)).into_owned();
    let tags = super::job_tags::check(input.tags.as_deref().unwrap_or_default())?;
    let token = input.client_request_token.clone();
    let told = api::JobDescriptor {
        job_arn: Some(arn(ctx, &id)),
        job_id: Some(id),
        confirmation_required: Some(input.confirmation_required.unwrap_or_default()),
        description: input.description,
        status: Some(JobStatus::New),
        manifest: input.manifest,
        operation: Some(input.operation),
        priority: Some(input.priority),
        progress_summary: Some(api::JobProgressSummary {
            total_number_of_tasks: Some(0),
            number_of_tasks_succeeded: Some(0),
            number_of_tasks_failed: Some(0),
            timers: None,
        }),
        report: Some(input.report),
        creation_time: Some(ctx.now()),
        role_arn: Some(input.role_arn),
        manifest_generator: input.manifest_generator,
        ..Default::default()
    };
    let engine = ctx.state::<S3>().engine();
    let mut job = JobRecord { number: engine.number().await?, told: String::new(), tags, next: 0, active: None };
    job.tell(&told);
    let made = engine.create_job(&place, &token, asked, job).await?;
    let job_id = made.ok_or_else(|| {
        let text = "The ClientRequestToken was used with other parameters";
        Error::from(errors::idempotency_exception(text))
    })?;
    Ok(api::CreateJobOutput { job_id: Some(job_id) })
}

fn uuid(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// The job of an id.
pub(super) async fn found(ctx: &Ctx, place: &JobPlace) -> Result<JobRecord, Error> {
    ctx.state::<S3>().engine().job(place).await?.ok_or_else(no_such_job)
}

/// Tells all about a job.
pub(super) async fn describe_job(ctx: &Ctx, input: api::DescribeJobInput) -> Outcome<api::DescribeJob> {
    let job = found(ctx, &place(ctx, &input.account_id, &input.job_id)?).await?;
    let mut told = job.descriptor()?;
    if let (Some(active), Some(progress)) = (job.active, told.progress_summary.as_mut()) {
        let end = told.termination_date.unwrap_or_else(|| ctx.now());
        let elapsed = Some(end.secs() - active.secs());
        progress.timers = Some(api::JobTimers { elapsed_time_in_active_seconds: elapsed });
    }
    Ok(api::DescribeJobOutput { job: Some(told) })
}

/// Lists the account's jobs in the region, the latest first.
pub(super) async fn list_jobs(ctx: &Ctx, input: api::ListJobsInput) -> Outcome<api::ListJobs> {
    let account = address::account(ctx, &input.account_id)?;
    let most = input.max_results.map_or(PAGE, |most| usize::try_from(most).unwrap_or_default()).clamp(1, PAGE);
    let scope = format!("s3/jobs/{account}/{}", ctx.region);
    let before = input.next_token.as_deref().map(|token| {
        let number = ctx.cloud().page_tokens().open(&scope, token).ok().and_then(|bytes| bytes.try_into().ok());
        number.map(u64::from_be_bytes).ok_or_else(|| errors::invalid_next_token_exception("The token is not valid"))
    });
    let before = before.transpose()?.unwrap_or(u64::MAX);
    let mut jobs = ctx.state::<S3>().engine().jobs(Some((account, ctx.region.as_str()))).await?;
    jobs.sort_by_key(|(_, job)| std::cmp::Reverse(job.number));
    let wanted = input.job_statuses.filter(|wanted| !wanted.is_empty());
    let (mut shown, mut last, mut more) = (Vec::new(), 0, false);
    for (_, job) in jobs.into_iter().filter(|(_, job)| job.number < before) {
        let told = job.descriptor()?;
        if wanted.as_ref().is_some_and(|wanted| !told.status.as_ref().is_some_and(|status| wanted.contains(status))) {
            continue;
        }
        more = shown.len() == most;
        if more {
            break;
        }
        last = job.number;
        shown.push(in_list(told));
    }
    let next_token = more.then(|| ctx.cloud().page_tokens().seal(&scope, &last.to_be_bytes()));
    Ok(api::ListJobsOutput { next_token, jobs: Some(shown) })
}

fn in_list(told: api::JobDescriptor) -> api::JobListDescriptor {
    let operation = told.operation.as_ref().and_then(|operation| check::operation(operation).ok());
    api::JobListDescriptor {
        job_id: told.job_id,
        description: told.description,
        operation: operation.map(|(name, _)| name),
        priority: told.priority,
        status: told.status,
        creation_time: told.creation_time,
        termination_date: told.termination_date,
        progress_summary: told.progress_summary,
    }
}

fn wrong_status(told: &api::JobDescriptor) -> Error {
    let status = told.status.as_ref().map_or("", |status| status.as_str());
    errors::job_status_exception(format!("The job's status is {status}")).into()
}

/// Changes which job goes first.
pub(super) async fn update_job_priority(
    ctx: &Ctx,
    input: api::UpdateJobPriorityInput,
) -> Outcome<api::UpdateJobPriority> {
    let place = place(ctx, &input.account_id, &input.job_id)?;
    let changed = ctx.state::<S3>().engine().change_job(&place, |_, told| {
        let open = !is_over(told.status.as_ref());
        if open {
            told.priority = Some(input.priority);
        }
        open
    });
    let told = changed.await?.ok_or_else(no_such_job)?;
    match is_over(told.status.as_ref()) {
        true => Err(wrong_status(&told)),
        false => Ok(api::UpdateJobPriorityOutput { job_id: input.job_id, priority: input.priority }),
    }
}

/// Confirms a job, or cancels it.
pub(super) async fn update_job_status(ctx: &Ctx, input: api::UpdateJobStatusInput) -> Outcome<api::UpdateJobStatus> {
    let place = place(ctx, &input.account_id, &input.job_id)?;
    let (now, reason) = (ctx.now(), input.status_update_reason.clone());
    let refused = std::sync::atomic::AtomicBool::new(false);
    let changed = ctx.state::<S3>().engine().change_job(&place, |job, told| {
        let next = next_status(&input.requested_job_status, told.status.as_ref(), job.next > 0);
        refused.store(next.is_none(), std::sync::atomic::Ordering::Relaxed);
        let Some(next) = next else { return false };
        if is_over(Some(&next)) {
            told.termination_date = Some(now);
        }
        told.status = Some(next);
        told.status_update_reason.clone_from(&reason);
        true
    });
    let told = changed.await?.ok_or_else(no_such_job)?;
    if refused.into_inner() {
        return Err(wrong_status(&told));
    }
    let (status, status_update_reason) = (told.status, told.status_update_reason);
    Ok(api::UpdateJobStatusOutput { job_id: Some(input.job_id), status, status_update_reason })
}

/// The status that follows; none when it cannot. What was begun is cancelled with a report.
fn next_status(asked: &api::RequestedJobStatus, now: Option<&JobStatus>, begun: bool) -> Option<JobStatus> {
    match (asked, now?) {
        (api::RequestedJobStatus::Ready, JobStatus::Suspended | JobStatus::Paused) => Some(JobStatus::Ready),
        (
            api::RequestedJobStatus::Cancelled,
            JobStatus::New
            | JobStatus::Preparing
            | JobStatus::Suspended
            | JobStatus::Ready
            | JobStatus::Active
            | JobStatus::Paused
            | JobStatus::Pausing,
        ) => Some(if begun { JobStatus::Cancelling } else { JobStatus::Cancelled }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_follow_one_another() {
        use api::RequestedJobStatus::{Cancelled, Ready};
        assert_eq!(next_status(&Ready, Some(&JobStatus::Suspended), false), Some(JobStatus::Ready));
        assert_eq!(next_status(&Ready, Some(&JobStatus::Active), true), None);
        assert_eq!(next_status(&Cancelled, Some(&JobStatus::Active), true), Some(JobStatus::Cancelling));
        assert_eq!(next_status(&Cancelled, Some(&JobStatus::New), false), Some(JobStatus::Cancelled));
        assert_eq!(next_status(&Cancelled, Some(&JobStatus::Complete), true), None);
        assert_eq!(uuid(1), "00000000-0000-0000-0000-000000000001");
    }
}
