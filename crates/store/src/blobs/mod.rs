//! Object bytes: too large for a record, written once, read in part, encrypted at rest.
//!
//! | file | noun |
//! |---|---|
//! | `frames.rs` | the form at rest: frames that are encrypted and read independently. Pure |
//! | `files.rs` | one file a blob in a local directory |
//! | `memory.rs` | the engine without a disk |
//! | `small.rs` | content too small for a file, in the same form, for a record |
//!
//! A blob exists once its writer has finished; before that a crash leaves nothing that anyone could read. Who owns a blob
//! writes its id into a record after it is finished, and deletes the blob after the record is gone: a crash between the
//! two leaves a blob that no record names, never a record that names no blob. To find those without listing everything, the
//! owner notes [`BlobWriter::id`] in its records before it finishes the blob.

mod files;
pub mod frames;
mod memory;
pub mod small;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use files::FileBlobs;
pub use memory::MemoryBlobs;
pub use small::SMALL;

use crate::error::StoreError;
use crate::kv::BoxFuture;

/// The name of a blob: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlobId(u128);

impl BlobId {
    /// The id with these bits.
    pub fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits.
    pub fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BlobId {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        bits.map(Self).ok_or_else(|| StoreError::corrupt(format!("{text:?} is no blob's name")))
    }
}

/// A finished blob: what a record keeps of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// Its name.
    pub id: BlobId,
    /// Its length in bytes.
    pub length: u64,
}

/// A secret that content is encrypted with in place of the cloud's root key, or beside it. It is kept nowhere: who wrote
/// content with one must bring it again.
#[derive(Clone, PartialEq, Eq)]
pub struct BlobKey {
    /// The secret.
    pub secret: [u8; 32],
    /// Whether the root key encrypts what the secret encrypted: two independent layers.
    pub twice: bool,
}

impl fmt::Debug for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlobKey")
    }
}

/// An engine for blobs. Where a key is asked for, none means the root key.
pub trait Blobs: Send + Sync + 'static {
    /// Begins a blob.
    fn create(&self, key: Option<BlobKey>) -> BoxFuture<'_, Result<Box<dyn BlobWriter>, StoreError>>;

    /// Opens a part of a blob, cut to its length. What is deleted afterwards can still be read to its end.
    ///
    /// Fails with [`StoreError::NoBlob`] if there is none of this name; reading fails with [`StoreError::Corrupt`] if it
    /// was written with another key.
    fn open(
        &self,
        id: BlobId,
        key: Option<BlobKey>,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<Box<dyn BlobReader>, StoreError>>;

    /// Encrypts content too small for a blob, at most [`SMALL`] bytes, for a record of its owner.
    fn seal(&self, key: Option<&BlobKey>, content: &[u8]) -> Result<Bytes, StoreError>;

    /// Decrypts what [`Blobs::seal`] gave. Fails with [`StoreError::Corrupt`] if it was changed, or sealed with another key.
    fn unseal(&self, key: Option<&BlobKey>, sealed: Bytes) -> Result<Bytes, StoreError>;

    /// Deletes a blob, if there is one of this name.
    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The names of all finished blobs, in no order: for finding those that no record names.
    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobId>, StoreError>>;
}

/// A blob being written. Dropped unfinished, it leaves nothing.
pub trait BlobWriter: Send {
    /// The name that the blob will have.
    fn id(&self) -> BlobId;

    /// Appends bytes. Memory stays flat: it waits for the disk.
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Makes the blob durable and gives it its name.
    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob, StoreError>>;
}

/// A part of a blob being read.
pub trait BlobReader: Send {
    /// Bytes not yet read.
    fn remaining(&self) -> u64;

    /// The next bytes, at most a few hundred kilobytes; `None` at the end. Bytes that are not what was written are an
    /// error, before any of their frame is handed out.
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>>;
}
