//! Blobs without a disk: for `--ephemeral` and for simulation. Nothing of them outlives the process, so they are encrypted
//! only as far as a key is someone's own.

use std::collections::HashMap;
use std::future::ready;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use runtime::Random;

use super::{Blob, BlobId, BlobKey, BlobReader, BlobWriter, Blobs, small};
use crate::error::StoreError;
use crate::kv::BoxFuture;

/// There is no disk that this key could keep secrets from.
const ROOT: [u8; 32] = [0; 32];

type Finished = Arc<Mutex<HashMap<BlobId, Stored>>>;

/// A blob, and the key that it was written with.
#[derive(Clone)]
struct Stored {
    content: Bytes,
    key: Option<BlobKey>,
}

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
    fn create(&self, key: Option<BlobKey>) -> BoxFuture<'_, Result<Box<dyn BlobWriter>, StoreError>> {
        let id = BlobId::from_bits(self.random.u128());
        let writer = MemoryWriter { id, key, content: BytesMut::new(), finished: self.finished.clone() };
        Box::pin(ready(Ok(Box::new(writer) as Box<dyn BlobWriter>)))
    }

    fn open(
        &self,
        id: BlobId,
        key: Option<BlobKey>,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<Box<dyn BlobReader>, StoreError>> {
        let stored = self.finished.lock().get(&id).cloned();
        let stored = stored.ok_or_else(|| StoreError::NoBlob(id.to_string().into()));
        let reader = stored.and_then(|stored| match stored.key == key {
            true => Ok(part(&stored.content, range)),
            false => Err(StoreError::corrupt(format!("blob {id}, opened with another key"))),
        });
        Box::pin(ready(reader))
    }

    fn seal(&self, key: Option<&BlobKey>, content: &[u8]) -> Result<Bytes, StoreError> {
        small::seal(&ROOT, key, &self.random.bytes(), content)
    }

    fn unseal(&self, key: Option<&BlobKey>, sealed: Bytes) -> Result<Bytes, StoreError> {
        small::unseal(&ROOT, key, &sealed)
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<(), StoreError>> {
        self.finished.lock().remove(&id);
        Box::pin(ready(Ok(())))
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobId>, StoreError>> {
        Box::pin(ready(Ok(self.finished.lock().keys().copied().collect())))
    }
}

fn part(content: &Bytes, range: Range<u64>) -> Box<dyn BlobReader> {
    let end = range.end.min(content.len() as u64);
    let rest = content.slice(range.start.min(end) as usize..end as usize);
    Box::new(MemoryReader { rest })
}

struct MemoryWriter {
    id: BlobId,
    key: Option<BlobKey>,
    content: BytesMut,
    finished: Finished,
}

impl BlobWriter for MemoryWriter {
    fn id(&self) -> BlobId {
        self.id
    }

    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        self.content.extend_from_slice(&bytes);
        Box::pin(ready(Ok(())))
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob, StoreError>> {
        let blob = Blob { id: self.id, length: self.content.len() as u64 };
        let stored = Stored { content: self.content.freeze(), key: self.key };
        self.finished.lock().insert(self.id, stored);
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
