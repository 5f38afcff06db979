//! Blobs without a disk: for `--ephemeral` and for simulation.

use std::collections::HashMap;
use std::future::ready;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use runtime::Random;

use super::{Blob, BlobId, BlobReader, BlobWriter, Blobs};
use crate::error::StoreError;
use crate::kv::BoxFuture;

type Finished = Arc<Mutex<HashMap<BlobId, Bytes>>>;

/// Blobs in memory, gone with the process.
pub struct MemoryBlobs {
    finished: Finished,
    random: Random,
}

impl MemoryBlobs {
    /// None yet.
    pub fn new(random: Random) -> Self {
        Self { finished: Finished::default(), random }
    }
}

impl Blobs for MemoryBlobs {
    fn create(&self) -> BoxFuture<'_, Result<Box<dyn BlobWriter>, StoreError>> {
        let id = BlobId::from_bits(self.random.u128());
        let writer = MemoryWriter { id, content: BytesMut::new(), finished: self.finished.clone() };
        Box::pin(ready(Ok(Box::new(writer) as Box<dyn BlobWriter>)))
    }

    fn open(&self, id: BlobId, range: Range<u64>) -> BoxFuture<'_, Result<Box<dyn BlobReader>, StoreError>> {
        let content = self.finished.lock().get(&id).cloned();
        let reader = content.ok_or_else(|| StoreError::NoBlob(id.to_string().into())).map(|content| {
            let end = range.end.min(content.len() as u64);
            let rest = content.slice(range.start.min(end) as usize..end as usize);
            Box::new(MemoryReader { rest }) as Box<dyn BlobReader>
        });
        Box::pin(ready(reader))
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<(), StoreError>> {
        self.finished.lock().remove(&id);
        Box::pin(ready(Ok(())))
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobId>, StoreError>> {
        Box::pin(ready(Ok(self.finished.lock().keys().copied().collect())))
    }
}

struct MemoryWriter {
    id: BlobId,
    content: BytesMut,
    finished: Finished,
}

impl BlobWriter for MemoryWriter {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        self.content.extend_from_slice(&bytes);
        Box::pin(ready(Ok(())))
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob, StoreError>> {
        let blob = Blob { id: self.id, length: self.content.len() as u64 };
        self.finished.lock().insert(self.id, self.content.freeze());
        Box::pin(ready(Ok(blob)))
    }
}

/// Bytes handed out at once, as the engine on files does.
const STEP: usize = 256 * 1024;

struct MemoryReader {
    rest: Bytes,
}

impl BlobReader for MemoryReader {
    fn remaining(&self) -> u64 {
        self.rest.len() as u64
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        let next = self.rest.split_to(self.rest.len().min(STEP));
        Box::pin(ready(Ok((!next.is_empty()).then_some(next))))
    }
}
