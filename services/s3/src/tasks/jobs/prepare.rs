//! A job's tasks: read of its manifest, or chosen by its filter.

use api_s3::{GetObject, GetObjectInput, PutObject};
use api_s3control::JobManifestGenerator as Generator;
use api_s3control::{JobManifest, JobManifestFormat, JobManifestLocation, JobStatus, S3JobManifestGenerator};
use futures_util::StreamExt as _;
use service_kit::{Access, Error, TaskCtx};

use super::{Running, failure, is_passing, refused, report, turn};
use crate::S3;
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::job::TaskRecord;
use crate::engine::job::chosen::Place;
use crate::engine::job::manifest::{Columns, Inventory};
use crate::engine::sheet::Lines;
use crate::error::{invalid_request, no_such_bucket};

/// Tasks written at once.
const BATCH: usize = 1_000;
/// Most bytes of the document that names the lists of an inventory.
const DOCUMENT: usize = 16 << 20;

/// Finds the tasks of a job and lets it go on.
pub(super) async fn prepare(ctx: &TaskCtx, running: &Running) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let engine = state.engine();
    engine.forget_tasks(running.job.number).await?;
    let mut tasks = Tasks { engine, job: running.job.number, count: 0, waiting: Vec::new() };
    let found = match (&running.told.manifest, &running.told.manifest_generator) {
        (Some(manifest), _) => read(running, manifest, &mut tasks).await,
        (None, Some(Generator::S3JobManifestGenerator(generator))) => choose(running, generator, &mut tasks).await,
        _ => Err(invalid_request("A manifest must be specified")),
    };
    let found = match found {
        Ok(()) => tasks.flush().await.map_err(Error::from),
        Err(error) => Err(error),
    };
    match found {
        Ok(()) => {}
        Err(error) if is_passing(&error) => return Err(error),
        Err(error) => {
            let failure = failure("ManifestFailed", &error);
            return turn(ctx, &running.place, &JobStatus::Preparing, JobStatus::Failed, Some(failure)).await;
        }
    }
    let total = i64::try_from(tasks.count).unwrap_or(i64::MAX);
    let counted = engine.change_job(&running.place, |_, told| {
        told.progress_summary.get_or_insert_default().total_number_of_tasks = Some(total);
        true
    });
    counted.await?;
    if let Some(Generator::S3JobManifestGenerator(generator)) = &running.told.manifest_generator {
        report::write_manifest(ctx, running, generator).await?;
    }
    let confirmed = running.told.confirmation_required != Some(true);
    let next = if confirmed { JobStatus::Ready } else { JobStatus::Suspended };
    turn(ctx, &running.place, &JobStatus::Preparing, next, None).await
}

/// Tasks on their way into the store.
struct Tasks<'a> {
    engine: &'a Engine,
    job: u64,
    count: u64,
    waiting: Vec<TaskRecord>,
}

impl Tasks<'_> {
    async fn push(&mut self, task: TaskRecord) -> Result<(), store::StoreError> {
        self.waiting.push(task);
        if self.waiting.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), store::StoreError> {
        let tasks = std::mem::take(&mut self.waiting);
        self.engine.add_tasks(self.job, self.count, &tasks).await?;
        self.count += tasks.len() as u64;
        Ok(())
    }
}

/// The bucket and the key of an object's ARN.
fn object(arn: &str) -> Result<(String, String), Error> {
    let path = arn.splitn(6, ':').nth(5).and_then(|path| path.split_once('/'));
    let (bucket, key) = path.ok_or_else(|| invalid_request("The manifest's ARN is not one of an object"))?;
    Ok((bucket.to_owned(), key.to_owned()))
}

/// Reads a list, line by line.
async fn lines(
    running: &Running,
    input: GetObjectInput,
    columns: &Columns,
    tasks: &mut Tasks<'_>,
) -> Result<(), Error> {
    let mut lines = Lines::of(&input.key);
    let mut body = running.sender.call::<GetObject>(&running.region, &[], input).await?.body.pieces;
    let torn = |_| invalid_request("The manifest could not be read");
    loop {
        let piece = body.next().await.transpose().map_err(Error::from_body)?;
        let (some, end) = match &piece {
            Some(piece) => (lines.push(piece).map_err(torn)?, false),
            None => (std::mem::replace(&mut lines, Lines::of("")).last().map_err(torn)?, true),
        };
        for line in some {
            let wrong =
                || invalid_request("The manifest has a line that does not have the fields of its specification");
            tasks.push(columns.task(&line).ok_or_else(wrong)?).await?;
        }
        if end {
            return Ok(());
        }
    }
}

async fn read(running: &Running, manifest: &JobManifest, tasks: &mut Tasks<'_>) -> Result<(), Error> {
    let (bucket, key) = object(&manifest.location.object_arn)?;
    let JobManifestLocation { object_version_id, e_tag, .. } = &manifest.location;
    let input = GetObjectInput {
        bucket,
        key,
        version_id: object_version_id.clone(),
        if_match: Some(e_tag.trim_matches('"').to_owned()),
        ..GetObjectInput::default()
    };
    if manifest.spec.format != JobManifestFormat::S3InventoryReportCsv20161130 {
        let columns = Columns::of_fields(manifest.spec.fields.as_deref().unwrap_or_default());
        let columns = columns.ok_or_else(|| invalid_request("The manifest has no column of buckets or keys"))?;
        return lines(running, input, &columns, tasks).await;
    }
    let inventory = inventory(running, input).await?;
    let columns = Columns::of_schema(&inventory.file_schema);
    let columns = columns.ok_or_else(|| invalid_request("The inventory has no column of buckets or keys"))?;
    let bucket = inventory.destination_bucket.rsplit(':').next().unwrap_or_default().to_owned();
    for file in inventory.files {
        let input = GetObjectInput { bucket: bucket.clone(), key: file.key, ..GetObjectInput::default() };
        lines(running, input, &columns, tasks).await?;
    }
    Ok(())
}

async fn inventory(running: &Running, input: GetObjectInput) -> Result<Inventory, Error> {
    let wrong = || invalid_request("The manifest is not one of an inventory");
    let mut body = running.sender.call::<GetObject>(&running.region, &[], input).await?.body.pieces;
    let mut document = Vec::new();
    while let Some(piece) = body.next().await.transpose().map_err(Error::from_body)? {
        document.extend_from_slice(&piece);
        if document.len() > DOCUMENT {
            return Err(wrong());
        }
    }
    serde_json::from_slice(&document).map_err(|_| wrong())
}

async fn choose(running: &Running, generator: &S3JobManifestGenerator, tasks: &mut Tasks<'_>) -> Result<(), Error> {
    let name = generator.source_bucket.rsplit(':').next().unwrap_or_default();
    let bucket: Bucket = tasks.engine.lookup_bucket(name).await?.ok_or_else(|| no_such_bucket(name))?;
    let owner = bucket.record.account.to_string();
    if generator.expected_bucket_owner.as_ref().is_some_and(|expected| *expected != owner) {
        return Err(crate::error::access_denied());
    }
    // Listing for a manifest is an inventory, to those who decide.
    let access = Access::to(&generator.source_bucket).as_action("s3:PutInventoryConfiguration");
    running.sender.stand_in::<PutObject>(&running.region)?.may(&access).await?;
    let filter = generator.filter.clone().unwrap_or_default();
    let all = running.told.operation.as_ref().is_some_and(|operation| operation.s3_replicate_object.is_some());
    let mut place = Place::Current(None);
    while place != Place::End {
        let (some, next) = tasks.engine.chosen(&bucket, &filter, all, place).await.map_err(refused)?;
        for task in some {
            tasks.push(task).await?;
        }
        place = next;
    }
    Ok(())
}
