//! What a job leaves in buckets: the report of its tasks, and the manifest that was made for it. Both are put as its role.

use api_s3::{PutObject, PutObjectInput};
use api_s3control::{JobManifestLocation, JobReportScope, S3GeneratedManifestDescriptor, S3JobManifestGenerator};
use serde_json::json;
use service_kit::{Error, TaskCtx};
use smithy::{ByteStream, Bytes};

use super::Running;
use crate::S3;
use crate::engine::checksum::{Algorithm, of};
use crate::engine::job::report::{File, line, manifest};
use crate::engine::sheet;

/// Tasks read at once.
const PAGE: usize = 1_000;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn put(running: &Running, bucket: &str, key: &str, body: Vec<u8>) -> Result<Option<String>, Error> {
    let input = PutObjectInput {
        bucket: bucket.to_owned(),
        key: key.to_owned(),
        body: ByteStream::from(Bytes::from(body)),
        ..PutObjectInput::default()
    };
    Ok(running.sender.call::<PutObject>(&running.region, &[], input).await?.e_tag)
}

fn folder(prefix: Option<&String>) -> String {
    prefix.map(|prefix| format!("{}/", prefix.trim_end_matches('/'))).unwrap_or_default()
}

/// Writes the report, if one is wanted and a task was tried.
pub(super) async fn write(ctx: &TaskCtx, running: &Running) -> Result<(), Error> {
    let Some(asked) = running.told.report.as_ref().filter(|report| report.enabled) else { return Ok(()) };
    let bucket = asked.bucket.as_deref().unwrap_or_default().rsplit(':').next().unwrap_or_default();
    let id = running.told.job_id.clone().unwrap_or_default();
    let folder = format!("{}job-{id}/", folder(asked.prefix.as_ref()));
    let failed_only = asked.report_scope == Some(JobReportScope::FailedTasksOnly);
    let (well, failed) = lines(ctx, running, failed_only).await?;
    let mut files = Vec::new();
    for (well, text) in [(true, well), (false, failed)] {
        if text.is_empty() {
            continue;
        }
        let key = format!("{folder}results/{}.csv", hex(&of(Algorithm::Sha1, text.as_bytes())));
        let md5 = hex(&of(Algorithm::Md5, text.as_bytes()));
        put(running, bucket, &key, text.into_bytes()).await?;
        files.push(File { well, key, md5 });
    }
    if running.job.next == 0 {
        return Ok(());
    }
    let document = manifest(bucket, &files, ctx.cloud.runtime().clock.now()).to_string();
    let md5 = hex(&of(Algorithm::Md5, document.as_bytes()));
    put(running, bucket, &format!("{folder}manifest.json"), document.into_bytes()).await?;
    put(running, bucket, &format!("{folder}manifest.json.md5"), md5.into_bytes()).await?;
    Ok(())
}

async fn lines(ctx: &TaskCtx, running: &Running, failed_only: bool) -> Result<(String, String), Error> {
    let state = ctx.state::<S3>();
    let (mut well, mut failed, mut next) = (String::new(), String::new(), 0);
    loop {
        let tasks = state.engine().tasks(running.job.number, next, PAGE).await?;
        let Some((last, _)) = tasks.last() else { return Ok((well, failed)) };
        next = last + 1;
        for (_, task) in &tasks {
            match line(task) {
                Some((true, line)) if !failed_only => well += &line,
                Some((false, line)) => failed += &line,
                _ => {}
            }
        }
    }
}

/// Writes the manifest that was made for a job, where it is to be kept.
pub(super) async fn write_manifest(
    ctx: &TaskCtx,
    running: &Running,
    generator: &S3JobManifestGenerator,
) -> Result<(), Error> {
    let Some(to) = generator.manifest_output_location.as_ref().filter(|_| generator.enable_manifest_output) else {
        return Ok(());
    };
    let state = ctx.state::<S3>();
    let (mut text, mut next) = (String::new(), 0);
    loop {
        let tasks = state.engine().tasks(running.job.number, next, PAGE).await?;
        let Some((last, _)) = tasks.last() else { break };
        next = last + 1;
        for (_, task) in &tasks {
            let version = task.version.as_deref().unwrap_or_default();
            text += &sheet::quoted([task.bucket.as_str(), &sheet::encoded(&task.key), version]);
        }
    }
    let bucket = to.bucket.rsplit(':').next().unwrap_or_default();
    let id = running.told.job_id.clone().unwrap_or_default();
    let folder = format!("{}job-{id}/", folder(to.manifest_prefix.as_ref()));
    let list = sheet::gzip(text.as_bytes()).map_err(|error| service_kit::Fault::internal(error.to_string()))?;
    let (name, md5) = (format!("{folder}manifest/list.csv.gz"), hex(&of(Algorithm::Md5, &list)));
    let size = list.len();
    put(running, bucket, &name, list).await?;
    let document = json!({
        "sourceBucket": generator.source_bucket.rsplit(':').next(),
        "destinationBucket": to.bucket,
        "version": "2021-11-30",
        "creationTimestamp": ctx.cloud.runtime().clock.now().millis().to_string(),
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, VersionId",
        "files": [{"key": name, "size": size, "MD5checksum": md5}],
    });
    let key = format!("{folder}manifest/manifest.json");
    let e_tag = put(running, bucket, &key, document.to_string().into_bytes()).await?.unwrap_or_default();
    let location = JobManifestLocation { object_arn: format!("{}/{key}", to.bucket), object_version_id: None, e_tag };
    let (format, location) = (Some(to.manifest_format.clone()), Some(location));
    let made = S3GeneratedManifestDescriptor { format, location };
    let told = state.engine().change_job(&running.place, |_, told| {
        told.generated_manifest_descriptor = Some(made.clone());
        true
    });
    Ok(told.await.map(drop)?)
}
