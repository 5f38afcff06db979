//! Content of any size: small in the record itself, so that it costs no file and no sync of its own; large as a blob.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::{Blob, BlobReader, BlobWriter, Blobs};
use crate::error::StoreError;

/// Content up to this many bytes is kept in the record.
pub const INLINE_AT_MOST: usize = 64 * 1024;

/// What a record keeps of its content. Whoever removes the record deletes the blob afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// The content itself.
    Inline(Vec<u8>),
    /// Where the content is.
    Blob(Blob),
}

impl Content {
    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Inline(bytes) => bytes.len() as u64,
            Self::Blob(blob) => blob.length,
        }
    }

    /// Opens a part of it, cut to its length.
    pub async fn open(&self, blobs: &dyn Blobs, range: Range<u64>) -> Result<ContentReader, StoreError> {
        match self {
            Self::Inline(bytes) => {
                let end = range.end.min(bytes.len() as u64);
                let part = &bytes[range.start.min(end) as usize..end as usize];
                Ok(ContentReader::Inline(Bytes::copy_from_slice(part)))
            }
            Self::Blob(blob) => Ok(ContentReader::Blob(blobs.open(blob.id, range).await?)),
        }
    }
}

/// Content being read.
pub enum ContentReader {
    /// What is left of content from the record.
    Inline(Bytes),
    /// A blob.
    Blob(Box<dyn BlobReader>),
}

impl ContentReader {
    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        match self {
            Self::Inline(bytes) => Ok(Some(std::mem::take(bytes)).filter(|bytes| !bytes.is_empty())),
            Self::Blob(reader) => reader.next().await,
        }
    }
}

/// Content being written: becomes a blob once it is too large for the record.
pub struct ContentWriter<'a> {
    blobs: &'a dyn Blobs,
    start: BytesMut,
    blob: Option<Box<dyn BlobWriter>>,
}

impl<'a> ContentWriter<'a> {
    /// Nothing yet.
    pub fn new(blobs: &'a dyn Blobs) -> Self {
        Self { blobs, start: BytesMut::new(), blob: None }
    }

    /// Appends bytes.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        if let Some(blob) = &mut self.blob {
            return blob.write(bytes).await;
        }
        if self.start.len() + bytes.len() <= INLINE_AT_MOST {
            self.start.extend_from_slice(&bytes);
            return Ok(());
        }
        let blob = self.blob.insert(self.blobs.create().await?);
        blob.write(self.start.split().freeze()).await?;
        blob.write(bytes).await
    }

    /// Makes large content durable; small content becomes so with its record.
    pub async fn finish(self) -> Result<Content, StoreError> {
        match self.blob {
            Some(blob) => blob.finish().await.map(Content::Blob),
            None => Ok(Content::Inline(self.start.into())),
        }
    }
}
