//! A blob on its way to the other store: encrypted a frame at a time, sent a part at a time, never held whole.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use store::blobs::frames::{CONTENT, Cipher, header};
use store::blobs::{Blob, BlobId, BlobKey, BlobWriter};
use store::{BoxFuture, StoreError};

use crate::Inner;

/// Bytes of a part; the last may have fewer. What fits into one part is sent as one object. 10,000 parts, the most that S3
/// takes, are 80 GB: more than the 5 GB of one upload or part.
const PART: usize = 8 * 1024 * 1024;

/// A blob being written.
pub(crate) struct RemoteWriter {
    store: Arc<Inner>,
    id: BlobId,
    cipher: Cipher,
    /// Content of the frame to come.
    pending: BytesMut,
    /// Encrypted frames of the part to come.
    part: Vec<u8>,
    upload: Upload,
    frames: u32,
    length: u64,
}

/// An upload in parts, once there is more than one.
struct Upload(Option<Box<dyn MultipartUpload>>);

impl Drop for Upload {
    /// Tells the other store that nothing more will come. Should that be lost, its own rule clears the parts away.
    fn drop(&mut self) {
        if let (Some(mut upload), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(async move {
                if let Err(error) = upload.abort().await {
                    tracing::debug!(%error, "an unfinished upload could not be taken back");
                }
            });
        }
    }
}

impl RemoteWriter {
    /// Nothing yet.
    pub(crate) fn new(store: Arc<Inner>, id: BlobId, key: Option<BlobKey>) -> Self {
        let salt = store.random.bytes::<32>();
        let cipher = Cipher::new(&store.root_key, key.as_ref(), &salt);
        let (pending, upload) = (BytesMut::with_capacity(CONTENT as usize), Upload(None));
        Self { store, id, cipher, pending, part: header(&salt), upload, frames: 0, length: 0 }
    }

    fn path(&self) -> Path {
        self.store.path(self.id)
    }

    /// Encrypts what is pending as one frame.
    fn frame(&mut self, last: bool) -> Result<(), StoreError> {
        let mut frame = self.pending.split().to_vec();
        self.length += frame.len() as u64;
        self.cipher.seal(self.frames, last, &mut frame)?;
        let next = self.frames.checked_add(1);
        self.frames = next.ok_or_else(|| StoreError::TooLarge("a blob of more than 2^32 frames".into()))?;
        self.part.extend_from_slice(&frame);
        Ok(())
    }

    async fn send_part(&mut self) -> Result<(), StoreError> {
        let part = PutPayload::from(std::mem::take(&mut self.part));
        if self.upload.0.is_none() {
            let begun = self.store.objects.put_multipart(&self.path()).await;
            self.upload.0 = Some(begun.map_err(StoreError::unavailable)?);
        }
        match &mut self.upload.0 {
            Some(upload) => upload.put_part(part).await.map_err(StoreError::unavailable),
            None => Err(StoreError::unavailable("an upload that was not begun")),
        }
    }

    async fn end(mut self) -> Result<Blob, StoreError> {
        self.frame(true)?;
        let blob = Blob { id: self.id, length: self.length };
        if self.upload.0.is_none() {
            let whole = PutPayload::from(std::mem::take(&mut self.part));
            self.store.objects.put(&self.path(), whole).await.map_err(StoreError::unavailable)?;
            return Ok(blob);
        }
        self.send_part().await?;
        if let Some(upload) = &mut self.upload.0 {
            upload.complete().await.map_err(StoreError::unavailable)?;
        }
        // Complete: there is nothing to take back.
        self.upload.0 = None;
        Ok(blob)
    }
}

impl BlobWriter for RemoteWriter {
    fn id(&self) -> BlobId {
        self.id
    }

    fn write(&mut self, mut bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            while !bytes.is_empty() {
                // The last frame is only known at the end, so a full one waits for what follows it.
                if self.pending.len() == CONTENT as usize {
                    self.frame(false)?;
                }
                if self.part.len() >= PART {
                    self.send_part().await?;
                }
                let room = (CONTENT as usize - self.pending.len()).min(bytes.len());
                self.pending.extend_from_slice(&bytes.split_to(room));
            }
            Ok(())
        })
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob, StoreError>> {
        Box::pin(self.end())
    }
}
