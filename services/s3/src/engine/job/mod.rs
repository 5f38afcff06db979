//! Jobs: one operation on many objects, step by step, each step durable. A job that a crash cut short goes on where it was.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | jobs and their tasks, as they are kept |
//! | `check.rs` | what is taken. Pure |
//! | `manifest.rs` | which objects a manifest names. Pure |
//! | `chosen.rs` | which objects of a bucket a filter means |
//! | `report.rs` | what a report tells. Pure |

pub(crate) mod check;
pub(crate) mod chosen;
pub(crate) mod manifest;
pub(crate) mod report;

use api_s3control::{JobDescriptor, JobStatus};
use names::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Order, Record, Span, StoreError, Table, Watch};

use super::Engine;
use crate::store::SCOPE;

/// Where a job is: its account, region and id.
pub(crate) type JobPlace = (AccountId, String, String);

/// Jobs.
const JOBS: Table<JobPlace, JobRecord> = Table::new("s3", "job");
/// Jobs by the tokens with which clients made them.
const TOKENS: Table<JobPlace, Made> = Table::new("s3", "job-token");
/// Tasks of jobs, in order.
const TASKS: Table<(u64, u64), TaskRecord> = Table::new("s3", "job-task");

/// A job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    /// Its number.
    pub(crate) number: u64,
    /// What is told of it: a `JobDescriptor` as JSON.
    pub(crate) told: String,
    /// Its tags.
    pub(crate) tags: Vec<(String, String)>,
    /// The first task that is not done.
    pub(crate) next: u64,
    /// Since when it is active.
    pub(crate) active: Option<Timestamp>,
}

/// The job that a token made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    id: String,
    asked: String,
}

/// One object of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaskRecord {
    /// Its bucket.
    pub(crate) bucket: String,
    /// Its key.
    pub(crate) key: String,
    /// The version's id, when one is named.
    pub(crate) version: Option<String>,
    /// How it went; none before it was tried.
    pub(crate) outcome: Option<Outcome>,
}

/// How a task went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The code of the error; empty when it went well.
    pub(crate) code: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// In words.
    pub(crate) message: String,
}

impl Record for JobRecord {
    const VERSION: u8 = 1;
}

impl Record for Made {
    const VERSION: u8 = 1;
}

impl Record for TaskRecord {
    const VERSION: u8 = 1;
}

impl JobRecord {
    /// What is told of it.
    pub(crate) fn descriptor(&self) -> Result<JobDescriptor, StoreError> {
        let mut told = JobDescriptor::default();
        let read = protocols::json_value::read(self.told.as_bytes(), &mut told);
        read.map_err(|error| StoreError::corrupt(format!("job {}: {}", self.number, error.0)))?;
        Ok(told)
    }

    /// Tells something else of it.
    pub(crate) fn tell(&mut self, told: &JobDescriptor) {
        self.told = String::from_utf8_lossy(&protocols::json_value::write(told)).into_owned();
    }
}

/// Whether there is something to be done for a job.
pub(crate) fn runs(status: Option<&JobStatus>) -> bool {
    use JobStatus::{Active, Cancelling, Completing, Failing, New, Preparing, Ready};
    matches!(status, Some(New | Preparing | Ready | Active | Completing | Failing | Cancelling))
}

/// Whether a job is over.
pub(crate) fn is_over(status: Option<&JobStatus>) -> bool {
    matches!(status, Some(JobStatus::Complete | JobStatus::Cancelled | JobStatus::Failed))
}

impl Engine {
    /// Makes a job, unless its token made one: then that one's id, or none when it was asked for otherwise.
    pub(crate) async fn create_job(
        &self,
        place: &JobPlace,
        token: &str,
        asked: String,
        job: JobRecord,
    ) -> Result<Option<String>, StoreError> {
        let (job, asked) = (&job, &asked);
        let by_token = (place.0, place.1.clone(), token.to_owned());
        let by_token = &by_token;
        self.store()
            .transact(|tx| async move {
                if let Some(made) = TOKENS.get(&tx, &SCOPE, by_token).await? {
                    return Ok((made.asked == *asked).then_some(made.id));
                }
                TOKENS.put(&tx, &SCOPE, by_token, &Made { id: place.2.clone(), asked: asked.clone() })?;
                JOBS.put(&tx, &SCOPE, place, job)?;
                Ok(Some(place.2.clone()))
            })
            .await
    }

    /// The job at a place.
    pub(crate) async fn job(&self, place: &JobPlace) -> Result<Option<JobRecord>, StoreError> {
        JOBS.get(&self.store().read().await?, &SCOPE, place).await
    }

    /// All jobs; of one account and region where they are named.
    pub(crate) async fn jobs(&self, of: Option<(AccountId, &str)>) -> Result<Vec<(JobPlace, JobRecord)>, StoreError> {
        let span = of.map_or(Span::all(), |(account, region)| Span::prefix::<(AccountId, String)>(&(account, region)));
        JOBS.scan_all(&self.store().read().await?, &SCOPE, &span).await
    }

    /// Changes a job, when `change` says so. Tells how it is then; none when it is not there.
    pub(crate) async fn change_job(
        &self,
        place: &JobPlace,
        change: impl Fn(&mut JobRecord, &mut JobDescriptor) -> bool + Sync,
    ) -> Result<Option<JobDescriptor>, StoreError> {
        let change = &change;
        self.store()
            .transact(|tx| async move {
                let Some(mut job) = JOBS.get(&tx, &SCOPE, place).await? else { return Ok(None) };
                let mut told = job.descriptor()?;
                if change(&mut job, &mut told) {
                    job.tell(&told);
                    JOBS.put(&tx, &SCOPE, place, &job)?;
                }
                Ok(Some(told))
            })
            .await
    }

    /// Forgets the tasks of a job: its manifest is read anew.
    pub(crate) async fn forget_tasks(&self, job: u64) -> Result<(), StoreError> {
        let all = Span::prefix::<(u64,)>(&(job,));
        self.store().delete_range(TASKS.range(&SCOPE, &all)).await.map(drop)
    }

    /// Adds tasks, counted from `first`.
    pub(crate) async fn add_tasks(&self, job: u64, first: u64, tasks: &[TaskRecord]) -> Result<(), StoreError> {
        let batch = store::Batch::new();
        for (index, task) in (first..).zip(tasks) {
            TASKS.put(&batch, &SCOPE, &(job, index), task)?;
        }
        self.write(batch).await
    }

    /// Tasks of a job from one on.
    pub(crate) async fn tasks(&self, job: u64, from: u64, limit: usize) -> Result<Vec<(u64, TaskRecord)>, StoreError> {
        let span = Span::prefix::<(u64,)>(&(job,)).from::<(u64, u64)>(&(job, from));
        let rows = TASKS.scan(&self.store().read().await?, &SCOPE, &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|((_, index), task)| (index, task)).collect())
    }

    /// Writes down how tasks went, with what is told of their job.
    pub(crate) async fn tasks_done(&self, place: &JobPlace, done: &[(u64, TaskRecord)]) -> Result<(), StoreError> {
        let Some((last, _)) = done.last() else { return Ok(()) };
        let failed = done.iter().filter(|(_, task)| task.outcome.as_ref().is_some_and(|o| !o.code.is_empty())).count();
        let well = done.len() - failed;
        self.store()
            .transact(|tx| async move {
                let Some(mut job) = JOBS.get(&tx, &SCOPE, place).await? else { return Ok(()) };
                if job.next > *last {
                    return Ok(());
                }
                let mut told = job.descriptor()?;
                for (index, task) in done {
                    TASKS.put(&tx, &SCOPE, &(job.number, *index), task)?;
                }
                let progress = told.progress_summary.get_or_insert_default();
                add(&mut progress.number_of_tasks_succeeded, well);
                add(&mut progress.number_of_tasks_failed, failed);
                job.next = last + 1;
                job.tell(&told);
                JOBS.put(&tx, &SCOPE, place, &job)
            })
            .await
    }

    /// Tells of changes of jobs.
    pub(crate) fn watch_jobs(&self) -> Watch {
        self.store().watch(&JOBS.prefix(&SCOPE))
    }
}

fn add(count: &mut Option<i64>, more: usize) {
    *count = Some(count.unwrap_or_default() + i64::try_from(more).unwrap_or(i64::MAX));
}
