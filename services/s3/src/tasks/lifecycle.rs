//! Lifecycle rules are applied at each midnight, UTC, to buckets that have any: by a durable timer of the bucket, so that a
//! clock moved by a year passes three hundred and sixty-five midnights, in their order.

use bytes::Bytes;
use names::Timestamp;
use service_kit::{Cloud, Error, Service, TaskCtx};
use store::{Due, Tx};

use crate::S3;

/// The kind of the timers. It is stored: it may never change.
pub(crate) const KIND: &str = "s3.lifecycle";
const DAY_MICROS: i64 = 86_400_000_000;

/// Adds the work.
pub(super) fn add(service: Service) -> Service {
    service.on_timer(KIND, midnight)
}

/// Lets the rules of a bucket be applied from the next midnight on.
pub(crate) async fn schedule(cloud: &Cloud, tx: &Tx, bucket: &str) -> Result<(), store::StoreError> {
    let now = cloud.runtime().clock.now();
    cloud.timers().schedule(tx, next_midnight(now), KIND, bucket, Bytes::new()).await
}

pub(super) fn next_midnight(now: Timestamp) -> Timestamp {
    Timestamp::from_micros((now.micros().div_euclid(DAY_MICROS) + 1) * DAY_MICROS)
}

/// Applies the rules of a bucket, and comes again tomorrow as long as it has any.
async fn midnight(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let engine = state.engine();
    let Some(bucket) = engine.lookup_bucket(&due.id).await? else { return Ok(()) };
    let Some(rules) = engine.lifecycle(bucket.no()).await? else { return Ok(()) };
    engine.age(&bucket, &rules).await?;
    let (cloud, name) = (&ctx.cloud, &due.id);
    let again = cloud.store().transact(|tx| async move { schedule(cloud, &tx, name).await });
    Ok(again.await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_midnight_is_never_now() {
        let at = |text: &str| Timestamp::parse_iso8601(text).unwrap();
        assert_eq!(next_midnight(at("2026-01-01T10:00:00Z")), at("2026-01-02T00:00:00Z"));
        assert_eq!(next_midnight(at("2026-01-02T00:00:00Z")), at("2026-01-03T00:00:00Z"));
    }
}
