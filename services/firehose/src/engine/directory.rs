//! Which delivery streams there are: found by account, region and name; each taken into memory at its first use.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use store::{Order, Span, Store, StoreError};

use super::buffer;
use super::stream::{Home, Known, Pending, Stream};
use super::{Engine, Plan};
use crate::store::{BUFFER, STREAMS, StreamRecord};

/// Rows counted at once.
const PAGE: usize = 256;

/// Delivery streams in use.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    streams: RwLock<HashMap<Home, Arc<Stream>>>,
    loading: tokio::sync::Mutex<()>,
}

impl Directory {
    /// Forgets a delivery stream that was deleted. Not while one is loaded: it could be the one that is gone.
    pub(crate) async fn remove(&self, home: &Home) {
        let _one = self.loading.lock().await;
        if let Some(stream) = self.streams.write().remove(home) {
            stream.pending.lock().gone = true;
            stream.stir.notify_one();
        }
    }

    /// Forgets all: the store was emptied.
    pub(crate) fn clear(&self) {
        for (_, stream) in self.streams.write().drain() {
            stream.pending.lock().gone = true;
            stream.stir.notify_one();
        }
    }

    fn cached(&self, home: &Home) -> Option<Arc<Stream>> {
        self.streams.read().get(home).cloned()
    }
}

impl Engine {
    /// The delivery stream at a place, when there is one.
    pub(crate) async fn lookup(&self, home: &Home) -> Result<Option<Arc<Stream>>, StoreError> {
        let directory = self.directory();
        if let Some(stream) = directory.cached(home) {
            return Ok(Some(stream));
        }
        let _one = directory.loading.lock().await;
        if let Some(stream) = directory.cached(home) {
            return Ok(Some(stream));
        }
        let view = self.store().read().await?;
        let Some(record) = STREAMS.get(&view, &home.scope(), &home.name.as_str()).await? else { return Ok(None) };
        let pending = count(self.store(), home, record.no).await?;
        let stream = Arc::new(Stream::new(home.clone(), self.known(record)?, pending));
        directory.streams.write().insert(home.clone(), stream.clone());
        Ok(Some(stream))
    }

    /// What a record says, with its plan.
    pub(crate) fn known(&self, record: StreamRecord) -> Result<Known, StoreError> {
        let config = self.open_destination(&record)?;
        let plan = Plan::read(&record.kind, &config);
        let plan = plan.ok_or_else(|| StoreError::corrupt("the configuration of a destination"))?;
        Ok(Known { record, plan })
    }
}

/// What waits in a buffer.
async fn count(store: &Store, home: &Home, no: u64) -> Result<Pending, StoreError> {
    let (view, mut pending) = (store.read().await?, Pending::default());
    let mut span = Span::prefix(&(no,));
    loop {
        let rows = BUFFER.scan(&view, &home.scope(), &span, Order::Ascending, PAGE).await?;
        for (_, row) in &rows {
            let (since, _) = buffer::head(&row.0).ok_or_else(|| StoreError::corrupt("a row of a buffer"))?;
            pending.bytes += row.0.len() as i64;
            pending.rows += 1;
            pending.since = Some(pending.since.map_or(since, |first| first.min(since)));
        }
        match rows.last() {
            Some((last, _)) if rows.len() == PAGE => span = Span::prefix(&(no,)).after(last),
            _ => return Ok(pending),
        }
    }
}
