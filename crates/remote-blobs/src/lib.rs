//! Bytes of large objects in somebody else's object store: S3 and what speaks like it (Ceph, MinIO, another cloud of
//! ours), Google's, Azure's. They lie there in the same form as on a local disk: encrypted frames under keys that never
//! leave this machine, so whoever keeps them can neither read nor change them unnoticed.
//!
//! | file | noun |
//! |---|---|
//! | `address.rs` | the address of a store: scheme, bucket, folder, options |
//! | `writer.rs` | a blob on its way there, in parts of bounded size |
//! | `reader.rs` | a part of a blob on its way back |
//!
//! A blob is there once its last part is acknowledged; it has no other name before. What a crash leaves of an upload is
//! never listed as a blob; the other store's own rule for unfinished uploads clears it away.

mod address;
mod reader;
mod writer;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use runtime::Random;
use store::blobs::{BlobId, BlobKey, BlobReader, BlobWriter, Blobs, small};
use store::{BoxFuture, StoreError};

pub use address::{Address, InvalidAddress};
use reader::RemoteReader;
use writer::RemoteWriter;

/// Blobs in an object store.
#[derive(Clone)]
pub struct RemoteBlobs(Arc<Inner>);

pub(crate) struct Inner {
    objects: Arc<dyn ObjectStore>,
    folder: Path,
    root_key: [u8; 32],
    random: Random,
}

impl RemoteBlobs {
    /// Blobs under a folder of an object store. `root_key` encrypts; whoever loses it loses the blobs.
    pub fn new(objects: Arc<dyn ObjectStore>, folder: Path, root_key: [u8; 32], random: Random) -> Self {
        Self(Arc::new(Inner { objects, folder, root_key, random }))
    }

    /// Blobs at an address.
    ///
    /// # Errors
    /// When the address or its options make no store. Nothing is asked of it yet.
    pub fn at(address: &Address, root_key: [u8; 32], random: Random) -> Result<Self, InvalidAddress> {
        let (objects, folder) = address.open()?;
        Ok(Self::new(objects.into(), folder, root_key, random))
    }
}

impl Inner {
    /// Where a blob lies: spread over 256 folders by its name.
    fn path(&self, id: BlobId) -> Path {
        let spread = format!("{:02x}", id.bits() >> 120);
        self.folder.clone().join(spread).join(id.to_string())
    }
}

impl Blobs for RemoteBlobs {
    fn create(&self, key: Option<BlobKey>) -> BoxFuture<'_, Result<Box<dyn BlobWriter>, StoreError>> {
        Box::pin(async move {
            let id = BlobId::from_bits(self.0.random.u128());
            Ok(Box::new(RemoteWriter::new(self.0.clone(), id, key)) as Box<dyn BlobWriter>)
        })
    }

    fn open(
        &self,
        id: BlobId,
        key: Option<BlobKey>,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<Box<dyn BlobReader>, StoreError>> {
        Box::pin(async move {
            let reader = RemoteReader::open(&self.0, id, key.as_ref(), range).await?;
            Ok(Box::new(reader) as Box<dyn BlobReader>)
        })
    }

    fn seal(&self, key: Option<&BlobKey>, content: &[u8]) -> Result<Bytes, StoreError> {
        small::seal(&self.0.root_key, key, &self.0.random.bytes(), content)
    }

    fn unseal(&self, key: Option<&BlobKey>, sealed: Bytes) -> Result<Bytes, StoreError> {
        small::unseal(&self.0.root_key, key, &sealed)
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            match self.0.objects.delete(&self.0.path(id)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(StoreError::unavailable(error)),
            }
        })
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobId>, StoreError>> {
        Box::pin(async move {
            let objects = self.0.objects.list(Some(&self.0.folder));
            let names = objects.map_ok(|object| object.location.filename().and_then(|name| name.parse().ok()));
            let ids: Vec<Option<BlobId>> = names.try_collect().await.map_err(StoreError::unavailable)?;
            Ok(ids.into_iter().flatten().collect())
        })
    }
}
