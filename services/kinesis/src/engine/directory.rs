//! Which streams there are: found by account, region and name; each taken into memory at its first use and kept there once.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;
use store::{Reader, Span, Store, StoreError};

use super::stream::{Home, Known, Stream};
use crate::store::{SHARDS, STREAMS, StreamRecord};

/// Streams in use.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    streams: RwLock<HashMap<Home, Arc<Stream>>>,
    loading: tokio::sync::Mutex<()>,
}

impl Directory {
    /// The stream at a place, when there is one.
    pub(crate) async fn find(&self, store: &Store, home: &Home) -> Result<Option<Arc<Stream>>, StoreError> {
        if let Some(stream) = self.cached(home) {
            return Ok(Some(stream));
        }
        let _one = self.loading.lock().await;
        if let Some(stream) = self.cached(home) {
            return Ok(Some(stream));
        }
        let view = store.read().await?;
        let Some(record) = STREAMS.get(&view, &home.scope(), &home.name.as_str()).await? else { return Ok(None) };
        let stream = Arc::new(Stream::new(home.clone(), load(&view, home, record).await?));
        self.streams.write().insert(home.clone(), stream.clone());
        Ok(Some(stream))
    }

    fn cached(&self, home: &Home) -> Option<Arc<Stream>> {
        self.streams.read().get(home).cloned()
    }

    /// Forgets a stream that was deleted. Not while one is loaded: it could be the one that is gone.
    pub(crate) async fn remove(&self, home: &Home) {
        let _one = self.loading.lock().await;
        self.streams.write().remove(home);
    }

    /// Forgets all streams: the store was emptied.
    pub(crate) fn clear(&self) {
        self.streams.write().clear();
    }
}

async fn load(view: &impl Reader, home: &Home, record: StreamRecord) -> Result<Known, StoreError> {
    let shards = SHARDS.scan_all(view, &home.scope(), &Span::prefix(&(record.no,))).await?;
    let shards = shards.into_iter().map(|((_, no), shard)| (no, shard)).collect();
    Ok(Known::new(record, shards))
}
