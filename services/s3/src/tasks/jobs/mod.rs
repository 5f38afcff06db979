//! Jobs at work: of those that can go on the one of the highest priority takes a step, until none can. A step is durable
//! before the next begins; one that a crash cut short is taken again.

mod act;
mod prepare;
mod report;

use std::time::Duration;

use api_s3control::{JobDescriptor, JobFailure, JobStatus};
use futures_util::StreamExt as _;
use names::{Arn, Region};
use service_kit::{AssumeAs, BoxFuture, Error, Sender, Service, Task, TaskCtx, Wake};

use crate::S3;
use crate::engine::job::{JobPlace, JobRecord, Outcome, TaskRecord, runs};
use crate::error::told;

/// Jobs are looked for at least this often.
const PERIOD: Duration = Duration::from_secs(60);
/// Tasks of one step.
const STEP: usize = 100;
/// Tasks under way at once.
const AT_ONCE: usize = 16;
/// Tasks after which a job may fail, and the part of them, in percent, that must have. Source: S3 user guide, "Tracking job
/// failures": "after at least 1000 tasks … more than 50%".
const TRIED: i64 = 1_000;
const FAILED_PERCENT: i64 = 50;

/// A job, for the length of one step.
pub(super) struct Running {
    place: JobPlace,
    job: JobRecord,
    told: JobDescriptor,
    /// In the name of the job's role.
    sender: Sender,
    region: Region,
}

/// Adds the work.
pub(crate) fn add(service: Service) -> Service {
    service.task(Task::new("jobs", PERIOD, Wake::default(), run))
}

async fn run(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let (shutdown, clock) = (ctx.cloud.runtime().shutdown.clone(), ctx.cloud.runtime().clock.clone());
    let mut changes = state.engine().watch_jobs();
    loop {
        while !shutdown.is_requested() && step(&ctx).await? {}
        tokio::select! {
            () = changes.changed() => {}
            () = clock.sleep_until(clock.now().plus(PERIOD)) => {}
            () = shutdown.requested() => return Ok(()),
        }
    }
}

/// Whether a job took a step.
async fn step(ctx: &TaskCtx) -> Result<bool, Error> {
    let mut first: Option<(JobPlace, JobRecord, JobDescriptor)> = None;
    for (place, job) in ctx.state::<S3>().engine().jobs(None).await? {
        let told = job.descriptor()?;
        let before = |other: &JobDescriptor, number| (told.priority, number) > (other.priority, job.number);
        if runs(told.status.as_ref()) && first.as_ref().is_none_or(|(_, other, told)| before(told, other.number)) {
            first = Some((place, job, told));
        }
    }
    let Some((place, job, told)) = first else { return Ok(false) };
    let advanced: BoxFuture<'_, Result<(), Error>> = Box::pin(advance(ctx, place, job, told));
    advanced.await?;
    Ok(true)
}

async fn advance(ctx: &TaskCtx, place: JobPlace, job: JobRecord, told: JobDescriptor) -> Result<(), Error> {
    let status = told.status.clone().unwrap_or(JobStatus::New);
    match status {
        JobStatus::New => return turn(ctx, &place, &status, JobStatus::Preparing, None).await,
        JobStatus::Ready => return turn(ctx, &place, &status, JobStatus::Active, None).await,
        _ => {}
    }
    let running = match as_role(ctx, &place, &told).await {
        Ok((sender, region)) => Running { place, job, told, sender, region },
        Err(error) => {
            let failure = failure("AssumeRoleFailed", &error);
            return turn(ctx, &place, &status, JobStatus::Failed, Some(failure)).await;
        }
    };
    match status {
        JobStatus::Preparing => prepare::prepare(ctx, &running).await,
        JobStatus::Active => act_on_some(ctx, &running).await,
        JobStatus::Completing => finish(ctx, &running, &status, JobStatus::Complete).await,
        JobStatus::Cancelling => finish(ctx, &running, &status, JobStatus::Cancelled).await,
        _ => finish(ctx, &running, &status, JobStatus::Failed).await,
    }
}

async fn as_role(ctx: &TaskCtx, place: &JobPlace, told: &JobDescriptor) -> Result<(Sender, Region), Error> {
    let role: Option<Arn> = told.role_arn.as_deref().and_then(|role| role.parse().ok());
    let role = role.ok_or_else(|| service_kit::Fault::internal("a job without a role"))?;
    let source = told.job_arn.clone().unwrap_or_default();
    let (cloud, state) = (ctx.cloud.clone(), ctx.state::<S3>());
    let (service, session_name, source_arn) =
        ("batchoperations.s3.amazonaws.com", "s3-batch-operations", Some(source.as_str()));
    let ask = AssumeAs { service, account: place.0, role: &role, session_name, source_arn };
    let caller = state.roles().assume(&cloud, &ask).await?;
    let region = Region::parse(&place.1).unwrap_or_else(|| cloud.default_region().clone());
    Ok((Sender { cloud, caller, source_arn: Some(source) }, region))
}

fn failure(code: &str, error: &Error) -> JobFailure {
    let reason = match error {
        Error::Modeled(modelled) => modelled.message.clone(),
        Error::Fault(service_kit::Fault::AccessDenied { .. }) => "Access Denied".to_owned(),
        Error::Fault(_) => "Internal error".to_owned(),
    };
    JobFailure { failure_code: Some(code.to_owned()), failure_reason: Some(reason) }
}

/// Gives a job its next status, if it still has the one that it was found with.
async fn turn(
    ctx: &TaskCtx,
    place: &JobPlace,
    from: &JobStatus,
    to: JobStatus,
    failure: Option<JobFailure>,
) -> Result<(), Error> {
    let (now, state) = (ctx.cloud.runtime().clock.now(), ctx.state::<S3>());
    let turned = state.engine().change_job(place, |job, told| {
        if told.status.as_ref() != Some(from) {
            return false;
        }
        match to {
            JobStatus::Active => job.active = job.active.or(Some(now)),
            JobStatus::Suspended => {
                told.suspended_date = Some(now);
                told.suspended_cause = Some("Awaiting confirmation".to_owned());
            }
            JobStatus::Complete | JobStatus::Failed | JobStatus::Cancelled => told.termination_date = Some(now),
            _ => {}
        }
        told.status = Some(to.clone());
        if let Some(failure) = &failure {
            told.failure_reasons = Some(vec![failure.clone()]);
        }
        true
    });
    Ok(turned.await.map(drop)?)
}

/// Tries the next tasks.
async fn act_on_some(ctx: &TaskCtx, running: &Running) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let engine = state.engine();
    let tasks = engine.tasks(running.job.number, running.job.next, STEP).await?;
    if tasks.is_empty() {
        return turn(ctx, &running.place, &JobStatus::Active, JobStatus::Completing, None).await;
    }
    let acts: Vec<BoxFuture<'_, Outcome>> =
        tasks.iter().map(|(_, task)| Box::pin(act::act(engine, running, task)) as BoxFuture<'_, Outcome>).collect();
    let outcomes: Vec<Outcome> = futures_util::stream::iter(acts).buffered(AT_ONCE).collect().await;
    let done = tasks
        .iter()
        .zip(outcomes)
        .map(|((index, task), outcome)| (*index, TaskRecord { outcome: Some(outcome), ..task.clone() }));
    engine.tasks_done(&running.place, &done.collect::<Vec<_>>()).await?;
    fail_if_most_failed(ctx, running).await
}

async fn fail_if_most_failed(ctx: &TaskCtx, running: &Running) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let Some(job) = state.engine().job(&running.place).await? else { return Ok(()) };
    let progress = job.descriptor()?.progress_summary.unwrap_or_default();
    let failed = progress.number_of_tasks_failed.unwrap_or_default();
    let tried = failed + progress.number_of_tasks_succeeded.unwrap_or_default();
    if tried < TRIED || failed * 100 <= tried * FAILED_PERCENT {
        return Ok(());
    }
    let failure = JobFailure {
        failure_code: Some("JobFailed".to_owned()),
        failure_reason: Some("The job exceeded its failure threshold".to_owned()),
    };
    turn(ctx, &running.place, &JobStatus::Active, JobStatus::Failing, Some(failure)).await
}

/// Writes the report, and ends the job.
async fn finish(ctx: &TaskCtx, running: &Running, from: &JobStatus, to: JobStatus) -> Result<(), Error> {
    match report::write(ctx, running).await {
        Ok(()) => turn(ctx, &running.place, from, to, None).await,
        Err(error) if is_passing(&error) => Err(error),
        Err(error) => {
            let failure = failure("ReportFailed", &error);
            turn(ctx, &running.place, from, JobStatus::Failed, Some(failure)).await
        }
    }
}

/// Whether trying again may help.
fn is_passing(error: &Error) -> bool {
    use service_kit::Fault::{Internal, Throttled, Unavailable};
    matches!(error, Error::Fault(Unavailable { .. } | Internal { .. } | Throttled { .. }))
}

/// What the engine refused, as an error.
fn refused(refusal: crate::engine::refusal::Refusal) -> Error {
    told(refusal)
}
