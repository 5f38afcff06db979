//! What becomes of a version when a copy of it is made, or was given up: its status, and what others are told.

use store::Tx;

use super::{OUTSTANDING, Order};
use crate::engine::Engine;
use crate::engine::bucket::here;
use crate::engine::notices::Told;
use crate::engine::object::event::{Event, What};
use crate::engine::object::find::Which;
use crate::engine::object::record::{ObjectRecord, Replication};
use crate::engine::object::set_aside;
use crate::engine::refusal::Refusal;
use crate::store::{BucketRecord, OBJECTS, SCOPE};

impl Engine {
    /// The copy will not be made. `reason` is AWS's word for why.
    pub(crate) async fn give_up(&self, order: &Order, reason: &'static str) -> Result<(), Refusal> {
        self.store().transact(|tx| async move { self.settle_in(&tx, order, Some(reason)).await }).await
    }

    /// There is nothing to be copied any more, or the copy was there.
    pub(crate) async fn settle_order(&self, order: &Order) -> Result<(), Refusal> {
        self.store().transact(|tx| async move { self.settle_in(&tx, order, None).await }).await
    }

    /// The copy is made, or failed. Nothing happens when that was known.
    pub(super) async fn settle_in(&self, tx: &Tx, order: &Order, failed: Option<&'static str>) -> Result<(), Refusal> {
        let at = (order.no, order.version);
        let Some(mut outstanding) = OUTSTANDING.get(tx, &SCOPE, &at).await? else { return Ok(()) };
        let before = outstanding.orders.len();
        outstanding.orders.retain(|number| *number != order.number);
        if outstanding.orders.len() == before {
            return Ok(());
        }
        outstanding.failed |= failed.is_some();
        match outstanding.orders.is_empty() {
            true => OUTSTANDING.delete(tx, &SCOPE, &at),
            false => OUTSTANDING.put(tx, &SCOPE, &at, &outstanding)?,
        }
        let bucket = match here(tx, &order.bucket, Some(order.no)).await {
            Err(Refusal::NoSuchBucket(_)) => return Ok(()),
            bucket => bucket?,
        };
        let Some((mut version, is_current)) = self.ordered(tx, order).await? else { return Ok(()) };
        if outstanding.orders.is_empty() && version.replication != Some(Replication::Replica) {
            let status = if outstanding.failed { Replication::Failed } else { Replication::Completed };
            version.replication = Some(status);
            match is_current {
                true => OBJECTS.put(tx, &SCOPE, &(order.no, order.key.as_str()), &version)?,
                false => set_aside(tx, order.no, &order.key, &version)?,
            }
        }
        self.tell(tx, &bucket, order, &version, failed).await
    }

    async fn tell(
        &self,
        tx: &Tx,
        bucket: &BucketRecord,
        order: &Order,
        version: &ObjectRecord,
        failed: Option<&'static str>,
    ) -> Result<(), Refusal> {
        let what = match failed {
            Some(_) => What::ReplicationFailed,
            None if order.late_at().is_some_and(|late| late < self.now()) => What::ReplicatedLate,
            None => return Ok(()),
        };
        let told = Told::of(order, failed);
        let event = Event { what, bucket: &order.bucket, key: &order.key, version, asker: None };
        Ok(self.notice_of(tx, bucket, event, Some(told)).await?)
    }

    /// Tells that a copy is late, if it still is not made.
    pub(crate) async fn is_late(&self, order: &Order) -> Result<(), Refusal> {
        if !self.is_outstanding(order).await? {
            return Ok(());
        }
        self.store()
            .transact(|tx| async move {
                let bucket = match here(&tx, &order.bucket, Some(order.no)).await {
                    Err(Refusal::NoSuchBucket(_)) => return Ok(()),
                    bucket => bucket?,
                };
                let Some((version, _)) = self.ordered(&tx, order).await? else { return Ok(()) };
                let (what, told) = (What::ReplicationMissed, Told::of(order, None));
                let event = Event { what, bucket: &order.bucket, key: &order.key, version: &version, asker: None };
                Ok::<_, Refusal>(self.notice_of(&tx, &bucket, event, Some(told)).await?)
            })
            .await
    }

    /// The version that is to be copied, and whether it is the current one.
    pub(crate) async fn ordered(
        &self,
        reader: &impl store::Reader,
        order: &Order,
    ) -> Result<Option<(ObjectRecord, bool)>, Refusal> {
        self.numbered(reader, order.no, &order.key, order.version).await
    }

    /// The version of a number, whatever its id is.
    pub(super) async fn numbered(
        &self,
        reader: &impl store::Reader,
        bucket: crate::store::BucketNo,
        key: &str,
        no: crate::store::No,
    ) -> Result<Option<(ObjectRecord, bool)>, Refusal> {
        if let Some(found) = self.locate(reader, bucket, key, Which::Number(no)).await? {
            return Ok(Some(found));
        }
        let null = self.locate(reader, bucket, key, Which::Null).await?;
        Ok(null.filter(|(record, _)| record.no == no))
    }
}
