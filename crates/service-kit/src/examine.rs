//! A whole store examined: each service that keeps bytes holds them against its records, and the files of the blob store are
//! held against what all of them name.

use std::collections::BTreeSet;

use serde::Serialize;
use store::StoreError;
use store::blobs::BlobId;

use crate::{BoxFuture, Cloud, Error};

/// What examining found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Examined {
    /// Contents: versions of objects, archives, parts of uploads.
    pub contents: u64,
    /// Bytes read and found right.
    pub bytes: u64,
    /// Contents of which only was seen that they are there: under customers' keys, or keys that KMS does not open.
    pub unread: u64,
    /// Files of large contents.
    pub files: u64,
    /// Files that nobody needs any more, or that were being written: they are removed while the cloud runs.
    pub waiting: u64,
    /// What is wrong.
    pub faults: Vec<Wrong>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// In which way.
    pub kind: WrongKind,
    /// Where: a version as `bucket/key?versionId=…`, an archive as `vault/id`, a part of an upload, or a file.
    pub place: String,
    /// In words.
    pub detail: String,
}

/// Ways to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WrongKind {
    /// Bytes are not what they were.
    Damaged,
    /// A record names what is not there.
    Missing,
    /// What no record names, and nobody is about to remove.
    Orphan,
    /// It is named more or less often than was counted.
    Miscounted,
}

/// One service's part.
#[derive(Debug, Default)]
pub struct Holdings {
    /// What it found, but for `files`, which are counted for all.
    pub examined: Examined,
    /// The files that are its own: those that its records name, and those that wait to be removed.
    pub files: BTreeSet<u128>,
}

/// A service that keeps bytes.
pub trait Examiner: Send + Sync {
    /// Reads all that it keeps, in a cloud that serves nobody meanwhile. `there` are the files of the blob store. Changes
    /// nothing.
    ///
    /// # Errors
    /// When the store cannot be read. What is wrong with contents is in the answer.
    fn examine<'a>(&'a self, cloud: &'a Cloud, there: &'a BTreeSet<u128>) -> BoxFuture<'a, Result<Holdings, Error>>;
}

impl Examined {
    /// Notes that something is wrong.
    pub fn wrong(&mut self, kind: WrongKind, place: impl Into<String>, detail: impl Into<String>) {
        self.faults.push(Wrong { kind, place: place.into(), detail: detail.into() });
    }

    fn add(&mut self, other: Self) {
        self.contents += other.contents;
        self.bytes += other.bytes;
        self.unread += other.unread;
        self.waiting += other.waiting;
        self.faults.extend(other.faults);
    }
}

impl WrongKind {
    /// What it means that a content could not be read; none when the store as a whole could not be.
    pub fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::NoBlob(_) => Some(Self::Missing),
            StoreError::Corrupt(_) => Some(Self::Damaged),
            _ => None,
        }
    }
}

impl Cloud {
    /// Examines all that services keep, while nobody is served.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn examine(&self) -> Result<Examined, Error> {
        let there: BTreeSet<u128> = self.blobs().list().await?.into_iter().map(BlobId::bits).collect();
        let mut all = Examined { files: there.len() as u64, ..Examined::default() };
        let mut owned = BTreeSet::new();
        for examiner in self.services().filter_map(|service| service.examiner.as_deref()) {
            let holdings = examiner.examine(self, &there).await?;
            all.add(holdings.examined);
            owned.extend(holdings.files);
        }
        for file in there.difference(&owned) {
            all.wrong(WrongKind::Orphan, format!("file {file:032x}"), "no record names it");
        }
        Ok(all)
    }
}
