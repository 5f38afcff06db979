//! Delivery streams: created, changed, listed, deleted.

use std::sync::Arc;

use bytes::Bytes;
use names::Timestamp;
use store::{Batch, Order, Raw, Span, StoreError, Tx};

use super::stream::{Home, Stream};
use super::{Engine, Refusal};
use crate::limits;
use crate::store::{BUFFER, CHECKPOINTS, FLIGHTS, STREAMS, SWEEPS, StreamRecord};

impl Engine {
    /// The delivery stream at a place.
    pub(crate) async fn find(&self, home: &Home) -> Result<Arc<Stream>, Refusal> {
        self.lookup(home).await?.ok_or(Refusal::NoSuchStream)
    }

    /// Creates a delivery stream.
    pub(crate) async fn create(&self, home: &Home, record: &StreamRecord) -> Result<(), Refusal> {
        let created = async |tx: Tx| {
            let all = STREAMS.scan(&tx, &home.scope(), &Span::all(), Order::Ascending, limits::STREAMS).await?;
            if all.iter().any(|(name, _)| *name == home.name) {
                return Err(Refusal::Taken);
            }
            if all.len() >= limits::STREAMS {
                return Err(Refusal::TooMany);
            }
            Ok(STREAMS.put(&tx, &home.scope(), &home.name.as_str(), record)?)
        };
        self.store().transact(created).await
    }

    /// Changes what a delivery stream is.
    pub(crate) async fn change(
        &self,
        stream: &Stream,
        change: impl Fn(&mut StreamRecord, Timestamp) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let _turn = stream.changing.lock().await;
        let (mut record, now) = (stream.known().record.clone(), self.now());
        change(&mut record, now)?;
        let (scope, name, after) = (&stream.scope, stream.home.name.as_str(), &record);
        let changed = async |tx: Tx| {
            STREAMS.get(&tx, scope, &name).await?.filter(|it| it.no == stream.no).ok_or(Refusal::NoSuchStream)?;
            Ok::<_, Refusal>(STREAMS.put(&tx, scope, &name, after)?)
        };
        self.store().transact(changed).await?;
        stream.remember(self.known(record)?);
        Ok(())
    }

    /// Deletes a delivery stream, with what it has not delivered.
    pub(crate) async fn delete(&self, stream: &Stream) -> Result<(), Refusal> {
        let _turn = stream.changing.lock().await;
        let (scope, name) = (&stream.scope, stream.home.name.as_str());
        let deleted = async |tx: Tx| {
            STREAMS.get(&tx, scope, &name).await?.filter(|it| it.no == stream.no).ok_or(Refusal::NoSuchStream)?;
            STREAMS.delete(&tx, scope, &name);
            Ok::<_, Refusal>(SWEEPS.put(&tx, scope, &stream.no, &Raw(Bytes::new()))?)
        };
        self.store().transact(deleted).await?;
        self.directory().remove(&stream.home).await;
        self.sweep_wake().signal();
        Ok(())
    }

    /// Delivery streams of a place by name, after one.
    pub(crate) async fn list(
        &self,
        home: &Home,
        after: Option<&str>,
    ) -> Result<Vec<(String, StreamRecord)>, StoreError> {
        let view = self.store().read().await?;
        let span = after.map_or(Span::all(), |after| Span::all().after(&after));
        STREAMS.scan_all(&view, &home.scope(), &span).await
    }

    /// All delivery streams of all accounts.
    pub(crate) async fn everywhere(&self) -> Result<Vec<Arc<Stream>>, StoreError> {
        let view = self.store().read().await?;
        let mut streams = Vec::new();
        for (scope, name, _) in STREAMS.scan_everywhere(&view).await? {
            let store::Scope::Regional(account, region) = scope else { continue };
            streams.extend(self.lookup(&Home { account, region, name }).await?);
        }
        Ok(streams)
    }

    /// Removes what deleted delivery streams held.
    pub(crate) async fn sweep(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        for (scope, no, _) in SWEEPS.scan_everywhere(&view).await? {
            self.store().delete_range(BUFFER.range(&scope, &Span::prefix(&(no,)))).await?;
            self.store().delete_range(CHECKPOINTS.range(&scope, &Span::prefix(&(no,)))).await?;
            let batch = Batch::new();
            FLIGHTS.delete(&batch, &scope, &no);
            SWEEPS.delete(&batch, &scope, &no);
            self.store().write(batch).await?;
        }
        Ok(())
    }
}
