//! A part of a blob on its way back: whole frames are asked for in one request and opened as they come.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use store::blobs::frames::{CONTENT, Cipher, HEADER, Layout};
use store::blobs::{BlobId, BlobKey, BlobReader};
use store::{BoxFuture, StoreError};

use crate::Inner;

/// A part of a blob being read.
pub(crate) struct RemoteReader {
    sealed: BoxStream<'static, object_store::Result<Bytes>>,
    buffer: BytesMut,
    cipher: Cipher,
    layout: Layout,
    range: Range<u64>,
    /// The frame that comes next.
    frame: u64,
}

impl RemoteReader {
    /// Reads the header and asks for the frames that hold the range.
    pub(crate) async fn open(
        store: &Inner,
        id: BlobId,
        key: Option<&BlobKey>,
        range: Range<u64>,
    ) -> Result<Self, StoreError> {
        let path = store.path(id);
        let lost = |error| match error {
            object_store::Error::NotFound { .. } => StoreError::NoBlob(id.to_string().into()),
            error => StoreError::unavailable(error),
        };
        let size = store.objects.head(&path).await.map_err(lost)?.size;
        let header = store.objects.get_range(&path, 0..HEADER.min(size)).await.map_err(lost)?;
        let cipher = Cipher::from_header(&store.root_key, key, &header)?;
        let layout = Layout::of_file(size, cipher.overhead())?;
        let end = range.end.min(layout.length);
        let range = range.start.min(end)..end;
        let (first, last) = (range.start / CONTENT, range.end.div_ceil(CONTENT).min(layout.frames));
        let wanted = layout.offset(first)..layout.offset(last).min(size);
        let sealed = if range.is_empty() {
            futures_util::stream::empty().boxed()
        } else {
            let options = GetOptions { range: Some(GetRange::Bounded(wanted)), ..GetOptions::default() };
            store.objects.get_opts(&path, options).await.map_err(lost)?.into_stream()
        };
        Ok(Self { sealed, buffer: BytesMut::new(), cipher, layout, range, frame: first })
    }

    /// The next frame's content.
    async fn frame(&mut self) -> Result<Bytes, StoreError> {
        let length = self.layout.frame as usize;
        while self.buffer.len() < length {
            match self.sealed.next().await {
                Some(piece) => self.buffer.extend_from_slice(&piece.map_err(StoreError::unavailable)?),
                None if self.layout.is_last(self.frame) => break,
                None => return Err(StoreError::corrupt("a blob that is cut off")),
            }
        }
        let mut frame = self.buffer.split_to(length.min(self.buffer.len())).to_vec();
        let content = self.cipher.open(self.frame as u32, self.layout.is_last(self.frame), &mut frame)?;
        frame.truncate(content);
        self.frame += 1;
        Ok(frame.into())
    }
}

impl BlobReader for RemoteReader {
    fn remaining(&self) -> u64 {
        self.range.end - self.range.start
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        Box::pin(async move {
            if self.range.is_empty() {
                return Ok(None);
            }
            let start = self.frame * CONTENT;
            let content = self.frame().await?;
            let skip = (self.range.start - start) as usize;
            let take = ((self.range.end - self.range.start) as usize).min(content.len().saturating_sub(skip));
            if take == 0 {
                return Err(StoreError::corrupt("a blob that is cut off"));
            }
            self.range.start += take as u64;
            Ok(Some(content.slice(skip..skip + take)))
        })
    }
}
