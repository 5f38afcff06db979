//! Intelligent-Tiering at work: reads are written down every minute, and at each midnight, UTC, objects go where they belong,
//! by a durable timer of the bucket.

use std::time::Duration;

use bytes::Bytes;
use service_kit::{Cloud, Error, Service, Task, TaskCtx, Wake};
use store::{Due, Tx};

use super::lifecycle::next_midnight;
use crate::S3;
use crate::error::told;

/// The kind of the timers. It is stored: it may never change.
const KIND: &str = "s3.tiering";
/// How often reads are written down.
const PERIOD: Duration = Duration::from_secs(60);

/// Adds the work.
pub(super) fn add(service: Service) -> Service {
    service.on_timer(KIND, midnight).task(Task::new("reads", PERIOD, Wake::default(), write_reads))
}

/// Lets the objects of a bucket be moved from the next midnight on.
pub(crate) async fn schedule(cloud: &Cloud, tx: &Tx, bucket: &str) -> Result<(), store::StoreError> {
    let now = cloud.runtime().clock.now();
    cloud.timers().schedule(tx, next_midnight(now), KIND, bucket, Bytes::new()).await
}

async fn write_reads(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<S3>().engine().write_reads().await?)
}

async fn midnight(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let Some(bucket) = state.engine().lookup_bucket(&due.id).await? else { return Ok(()) };
    if !state.engine().tier(&bucket).await.map_err(told)? {
        return Ok(());
    }
    let (cloud, name) = (&ctx.cloud, &due.id);
    Ok(cloud.store().transact(|tx| async move { schedule(cloud, &tx, name).await }).await?)
}
