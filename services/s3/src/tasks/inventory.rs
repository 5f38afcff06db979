//! Inventories: at each midnight, UTC, by a durable timer of the bucket, lists are put into the buckets that they go to, in
//! S3's name, so that the destination's policy decides.

use api_s3::{InventoryConfiguration, InventoryFrequency, PutObject, PutObjectInput};
use bytes::Bytes;
use names::Timestamp;
use service_kit::{Cloud, Error, Sender, Service, TaskCtx};
use smithy::ByteStream;
use store::{Due, Tx};

use super::lifecycle::next_midnight;
use crate::S3;
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::checksum::{Algorithm, of};
use crate::engine::config::collected::MOST;
use crate::engine::config::document::Document;
use crate::engine::inventory::{File, Listed, dated, folder, is_sunday, line, lists_all, manifest};
use crate::engine::job::chosen::Place;
use crate::engine::object::newest_older;
use crate::engine::object::record::{Class, ObjectRecord};
use crate::engine::sheet;
use crate::error::told;

/// The kind of the timers. It is stored: it may never change.
const KIND: &str = "s3.inventory";
/// Lines of a file at most.
const LINES: usize = 100_000;

/// Adds the work.
pub(super) fn add(service: Service) -> Service {
    service.on_timer(KIND, midnight)
}

/// Lets the inventories of a bucket be made from the next midnight on.
pub(crate) async fn schedule(cloud: &Cloud, tx: &Tx, bucket: &str) -> Result<(), store::StoreError> {
    let now = cloud.runtime().clock.now();
    cloud.timers().schedule(tx, next_midnight(now), KIND, bucket, Bytes::new()).await
}

/// Makes the inventories of a bucket, and comes again tomorrow as long as there are any.
async fn midnight(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let engine = state.engine();
    let Some(bucket) = engine.lookup_bucket(&due.id).await? else { return Ok(()) };
    let all = engine.configs::<Document<InventoryConfiguration>>(bucket.no(), None, MOST).await?;
    if all.is_empty() {
        return Ok(());
    }
    for (_, Document(inventory)) in &all {
        let today = inventory.schedule.frequency == InventoryFrequency::Daily || is_sunday(due.due);
        if inventory.is_enabled && today {
            make(&ctx, engine, &bucket, inventory, due.due).await?;
        }
    }
    let (cloud, name) = (&ctx.cloud, &due.id);
    Ok(cloud.store().transact(|tx| async move { schedule(cloud, &tx, name).await }).await?)
}

/// Makes one list. What the destination does not take is lost, as in AWS, and tried again at the next midnight.
async fn make(
    ctx: &TaskCtx,
    engine: &Engine,
    bucket: &Bucket,
    inventory: &InventoryConfiguration,
    at: Timestamp,
) -> Result<(), Error> {
    match deliver(ctx, engine, bucket, inventory, at).await {
        Err(error @ Error::Fault(service_kit::Fault::Unavailable { .. })) => Err(error),
        Err(error) => {
            tracing::info!(%error, bucket = bucket.name, id = inventory.id, "an inventory was not taken");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Files on their way.
struct Delivery<'a> {
    ctx: &'a TaskCtx,
    bucket: &'a Bucket,
    inventory: &'a InventoryConfiguration,
    at: Timestamp,
    files: Vec<File>,
}

async fn deliver(
    ctx: &TaskCtx,
    engine: &Engine,
    bucket: &Bucket,
    inventory: &InventoryConfiguration,
    at: Timestamp,
) -> Result<(), Error> {
    let mut delivery = Delivery { ctx, bucket, inventory, at, files: Vec::new() };
    let prefix = inventory.filter.as_ref().map_or("", |filter| filter.prefix.as_str());
    let (mut text, mut lines, mut place) = (String::new(), 0, Place::Current(None));
    while place != Place::End {
        let current = matches!(place, Place::Current(_));
        let (rows, next) = engine.walked(bucket, lists_all(inventory), place).await.map_err(told)?;
        for (key, record) in rows.iter().filter(|(key, _)| key.starts_with(prefix)) {
            let latest = current || is_latest(engine, bucket, key, record).await?;
            let idle_days = match record.class {
                Class::IntelligentTiering => engine.idle_days(bucket.no(), record).await?,
                _ => 0,
            };
            let id = engine.version_id(record);
            text += &line(inventory, &Listed { bucket: &bucket.name, key, record, id, latest, idle_days });
            lines += 1;
            if lines == LINES {
                delivery.file(&std::mem::take(&mut text)).await?;
                lines = 0;
            }
        }
        place = next;
    }
    if lines > 0 || delivery.files.is_empty() {
        delivery.file(&text).await?;
    }
    delivery.end().await
}

/// A delete marker is the newest of its key when nothing stands before it.
async fn is_latest(engine: &Engine, bucket: &Bucket, key: &str, record: &ObjectRecord) -> Result<bool, Error> {
    if !record.marker {
        return Ok(false);
    }
    let view = engine.store().read().await?;
    let now = crate::engine::object::current(&view, bucket.no(), key).await?;
    let newest = newest_older(&view, bucket.no(), key).await?;
    Ok(now.is_none() && newest.is_some_and(|newest| newest.no == record.no))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Delivery<'_> {
    async fn file(&mut self, text: &str) -> Result<(), Error> {
        let bytes = sheet::gzip(text.as_bytes()).map_err(|error| service_kit::Fault::internal(error.to_string()))?;
        // The same name when a crash lets it be made again.
        let name = format!("{}/{}/{}/{}", self.bucket.no(), self.inventory.id, self.at.micros(), self.files.len());
        let name = hex(&of(Algorithm::Md5, name.as_bytes()));
        let folder = folder(&self.bucket.name, self.inventory);
        let key = format!("{folder}data/{}-{}-{}.csv.gz", &name[..8], &name[8..16], &name[16..]);
        let (size, md5) = (bytes.len(), hex(&of(Algorithm::Md5, &bytes)));
        self.put(key.clone(), bytes).await?;
        self.files.push(File { key, size, md5 });
        Ok(())
    }

    async fn end(self) -> Result<(), Error> {
        let document = manifest(&self.bucket.name, self.inventory, &self.files, self.at).to_string();
        let folder = format!("{}{}/", folder(&self.bucket.name, self.inventory), dated(self.at));
        let sum = hex(&of(Algorithm::Md5, document.as_bytes()));
        self.put(format!("{folder}manifest.json"), document.into_bytes()).await?;
        self.put(format!("{folder}manifest.checksum"), sum.into_bytes()).await
    }

    async fn put(&self, key: String, body: Vec<u8>) -> Result<(), Error> {
        let to = &self.inventory.destination.s3_bucket_destination;
        let under = to.encryption.as_ref().and_then(|method| method.ssekms.as_ref()).map(|kms| kms.key_id.clone());
        let input = PutObjectInput {
            bucket: to.bucket.rsplit(':').next().unwrap_or_default().to_owned(),
            key,
            body: ByteStream::from(Bytes::from(body)),
            acl: Some("bucket-owner-full-control".into()),
            server_side_encryption: under.is_some().then(|| "aws:kms".into()),
            ssekms_key_id: under,
            expected_bucket_owner: to.account_id.clone(),
            ..PutObjectInput::default()
        };
        let arn = format!("arn:aws:s3:::{}", self.bucket.name);
        let sender = Sender::service(&self.ctx.cloud, "s3.amazonaws.com", self.bucket.record.account, arn);
        sender.call::<PutObject>(&self.bucket.record.region, &[], input).await.map(drop)
    }
}
