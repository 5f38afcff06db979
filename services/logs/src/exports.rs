//! Exports at work: the events of each stream in objects of its own, compressed, under keys as AWS has them:
//! `prefix/task/stream/000000.gz`. An export that a crash cut short writes the same objects again.

use std::io::Write as _;
use std::sync::Arc;

use api_s3::{GetBucketAcl, GetBucketAclInput, ObjectCannedACL, PutObject, PutObjectInput};
use flate2::Compression;
use flate2::write::GzEncoder;
use names::Timestamp;
use service_kit::{Caller, Cloud, Error, Sender};
use store::{Order, Scope};

use crate::calls;
use crate::engine::Engine;
use crate::engine::group::Group;
use crate::engine::home::Home;
use crate::engine::read::{CHUNK, Range};
use crate::error::{invalid, told};
use crate::ops::mask_of;
use crate::store::{EXPORTS, ExportRecord, ExportState, StreamNo};

/// Bytes of events in one object, before they are compressed.
const OBJECT_BYTES: usize = 64 << 20;

/// Looks whether the bucket may be written to, as AWS does, with an object that stays there.
pub(crate) async fn try_out(cloud: &Cloud, home: &Home, record: &ExportRecord) -> Result<(), Error> {
    let sender = sender(cloud, home, record);
    let denied = |call: &str| {
        invalid(format!(
            "{call} call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform \
             this operation."
        ))
    };
    let input = || GetBucketAclInput { bucket: record.bucket.clone(), ..GetBucketAclInput::default() };
    // Whether it is there is told before whether it may be used, as recorded.
    let ourselves = Arc::new(Caller::internal("logs", home.account));
    let there = cloud.call::<GetBucketAcl>(ourselves, home.region.clone(), input()).await;
    if let Err(Error::Modeled(error)) = there
        && matches!(error.schema.code, "NoSuchBucket" | "InvalidBucketName")
    {
        return Err(invalid("The given bucket does not exist. Please make sure the bucket is valid."));
    }
    sender.call::<GetBucketAcl>(&home.region, &[], input()).await.map_err(|_| denied("GetBucketAcl"))?;
    let key = format!("{}/aws-logs-write-test", record.prefix);
    let written = put(&sender, home, &record.bucket, key, b"Permission Check Successful".to_vec()).await;
    written.map_err(|_| denied("PutObject"))
}

/// Whether an export is not over.
pub(crate) fn is_open(record: &ExportRecord) -> bool {
    matches!(record.state, ExportState::Pending | ExportState::Running | ExportState::PendingCancel)
}

/// Changes an export that is not over.
pub(crate) async fn change(
    engine: &Engine,
    scope: &Scope,
    id: &str,
    change: impl Fn(&mut ExportRecord),
) -> Result<Option<ExportRecord>, Error> {
    let change = &change;
    let changed = engine.store().transact(|tx| async move {
        let Some(mut record) = EXPORTS.get(&tx, scope, &id).await?.filter(is_open) else { return Ok(None) };
        change(&mut record);
        EXPORTS.put(&tx, scope, &id, &record)?;
        Ok::<_, store::StoreError>(Some(record))
    });
    Ok(changed.await?)
}

/// Does all exports that wait.
pub(crate) async fn run_all(cloud: &Cloud, engine: &Engine) -> Result<(), Error> {
    let view = engine.store().read().await?;
    for (scope, id, record) in EXPORTS.scan_everywhere(&view).await? {
        let Some(home) = Home::of_scope(&scope).filter(|_| is_open(&record)) else { continue };
        let begin = |record: &mut ExportRecord| {
            if record.state == ExportState::Pending {
                record.state = ExportState::Running;
            }
        };
        let Some(record) = change(engine, &scope, &id, begin).await? else { continue };
        let done = run(cloud, engine, &home, &id, &record).await;
        let now = engine.now();
        let end = |record: &mut ExportRecord| {
            record.ended = Some(now);
            record.state = match (&done, record.state) {
                (_, ExportState::PendingCancel) => ExportState::Cancelled,
                (Ok(()), _) => ExportState::Completed,
                (Err(_), _) => ExportState::Failed,
            };
            record.message = Some(match &done {
                Ok(()) => "Completed successfully".to_owned(),
                Err(error) => error.to_string(),
            });
        };
        change(engine, &scope, &id, end).await?;
    }
    Ok(())
}

async fn run(cloud: &Cloud, engine: &Engine, home: &Home, id: &str, record: &ExportRecord) -> Result<(), Error> {
    let group = engine.group(home, &record.group).await.map_err(told)?;
    let prefix = record.streams.as_deref().unwrap_or_default();
    for (name, stream) in engine.stream_names(&group, prefix).await.map_err(told)? {
        let folder = format!("{}/{id}/{}", record.prefix, name.replace('/', "-"));
        export(cloud, engine, &group, stream.no, record, &folder).await?;
        let view = engine.store().read().await?;
        let there = EXPORTS.get(&view, &home.scope(), &id).await?;
        if there.is_none_or(|there| there.state != ExportState::Running) {
            return Ok(());
        }
    }
    Ok(())
}

/// One stream.
async fn export(
    cloud: &Cloud,
    engine: &Engine,
    group: &Group,
    stream: StreamNo,
    record: &ExportRecord,
    folder: &str,
) -> Result<(), Error> {
    let (range, mask) = (Range { from: record.from, to: record.to }, mask_of(engine, group).await?);
    let sender = sender(cloud, &group.home, record);
    let (mut beyond, mut object, mut number) = (None, Object::default(), 0);
    loop {
        let kept = engine.events_of(group, stream, range, beyond, Order::Ascending, CHUNK).await.map_err(told)?;
        for event in calls::open(cloud, engine, group, &kept).await? {
            object.add(event.place.at, &mask.apply(&event.message))?;
        }
        let over = kept.len() < CHUNK;
        if object.bytes >= OBJECT_BYTES || (over && object.bytes > 0) {
            let content = std::mem::take(&mut object).finish()?;
            let key = format!("{folder}/{number:06}.gz");
            put(&sender, &group.home, &record.bucket, key, content).await?;
            number += 1;
        }
        if over {
            return Ok(());
        }
        beyond = kept.last().map(|kept| kept.place);
    }
}

/// Events in the making of an object.
struct Object {
    gzip: GzEncoder<Vec<u8>>,
    bytes: usize,
}

impl Default for Object {
    fn default() -> Self {
        Self { gzip: GzEncoder::new(Vec::new(), Compression::default()), bytes: 0 }
    }
}

impl Object {
    /// A line: the instant, and the message.
    fn add(&mut self, at: i64, message: &str) -> Result<(), Error> {
        let millis = at.rem_euclid(1_000);
        let instant = Timestamp::from_millis(at - millis).iso8601();
        let instant = instant.trim_end_matches('Z').split('.').next().unwrap_or_default().to_owned();
        let line = format!("{instant}.{millis:03}Z {message}\n");
        self.bytes += line.len();
        self.gzip.write_all(line.as_bytes()).map_err(unwritable)
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        self.gzip.finish().map_err(unwritable)
    }
}

fn unwritable(error: std::io::Error) -> Error {
    service_kit::Fault::internal(error.to_string()).into()
}

/// Logs in this region, on account of the group: the bucket's policy decides.
fn sender(cloud: &Cloud, home: &Home, record: &ExportRecord) -> Sender {
    let caller = Arc::new(Caller::service(home.principal(), home.account));
    let source = format!("{}:*", home.group_arn(&record.group));
    Sender { cloud: cloud.clone(), caller, source_arn: Some(source) }
}

async fn put(sender: &Sender, home: &Home, bucket: &str, key: String, content: Vec<u8>) -> Result<(), Error> {
    let input = PutObjectInput {
        bucket: bucket.to_owned(),
        key,
        acl: Some(ObjectCannedACL::BucketOwnerFullControl),
        content_length: i64::try_from(content.len()).ok(),
        body: smithy::Bytes::from(content).into(),
        ..PutObjectInput::default()
    };
    sender.call::<PutObject>(&home.region, &[], input).await.map(|_| ())
}
