//! A new version of a key, and what becomes of the one before it.

use store::Tx;

use super::event::{Event, What};
use super::{current, older, set_aside, take_out};
use crate::engine::Engine;
use crate::engine::bucket::{Bucket, here};
use crate::engine::content::{Content, Fresh, Piece, Place};
use crate::engine::refusal::Refusal;
use crate::engine::replication::{Cause, Changed};
use crate::store::{BucketNo, BucketRecord, LAYOUTS, Layout, NULLS, No, OBJECTS, ObjectRecord, SCOPE, Versioning};

/// A version to be written.
pub(crate) struct Put<'a> {
    /// Where.
    pub bucket: &'a Bucket,
    /// Under which key.
    pub key: &'a str,
    /// What it is, but for its number, its instant and its content.
    pub draft: &'a ObjectRecord,
    /// Its content.
    pub body: Body<'a>,
    /// Only if.
    pub only_if: OnlyIf<'a>,
    /// How it came.
    pub what: What,
}

/// The content of a version to be written.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    /// Taken in for it.
    Fresh(&'a Fresh),
    /// Shared with another version, which must still be there.
    Shared {
        /// The other's bucket.
        bucket: BucketNo,
        /// The other's key.
        key: &'a str,
        /// The other.
        version: &'a ObjectRecord,
    },
    /// Pieces that were kept before, and are handed over.
    Pieces(&'a [Piece]),
}

/// Conditions of a write.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OnlyIf<'a> {
    /// The current version has this tag.
    pub matches: Option<&'a str>,
    /// There is no current version.
    pub absent: bool,
}

impl OnlyIf<'_> {
    /// Whether they hold.
    pub(crate) fn check(&self, key: &str, current: Option<&ObjectRecord>) -> Result<(), Refusal> {
        match (self.matches, current) {
            (Some(_), None) => return Err(Refusal::NoSuchKey { key: key.to_owned(), marker: None }),
            (Some(tag), Some(current)) if !current.etag.is(tag) => return Err(Refusal::Precondition("If-Match")),
            _ => {}
        }
        match self.absent && current.is_some() {
            true => Err(Refusal::Precondition("If-None-Match")),
            false => Ok(()),
        }
    }
}

impl Engine {
    /// Writes a version. Returns it as it is.
    pub(crate) async fn put(&self, put: Put<'_>) -> Result<ObjectRecord, Refusal> {
        let put = &put;
        self.store().transact(|tx| async move { self.put_in(&tx, put).await }).await
    }

    /// The same in a transaction of the caller's.
    pub(crate) async fn put_in(&self, tx: &Tx, put: &Put<'_>) -> Result<ObjectRecord, Refusal> {
        let bucket = here(tx, &put.bucket.name, Some(put.bucket.no())).await?;
        let before = current(tx, bucket.no, put.key).await?;
        put.only_if.check(put.key, before.as_ref())?;
        let no = self.number().await?;
        let content = self.content_of(tx, no, &put.body).await?;
        self.make_room(tx, &bucket, put.key, before).await?;
        let null = bucket.versioning != Versioning::Enabled;
        let modified = self.now();
        let retention = put.draft.retention.or(bucket.default_retention.map(|kept| kept.of(modified)));
        let mut record = ObjectRecord { no, null, modified, content, retention, ..put.draft.clone() };
        let changed = Changed { name: &put.bucket.name, bucket: &bucket, key: put.key };
        self.replicate(tx, changed, &mut record, Cause::Put).await?;
        OBJECTS.put(tx, &SCOPE, &(bucket.no, put.key), &record)?;
        let event = Event {
            what: put.what,
            bucket: &put.bucket.name,
            key: put.key,
            version: &record,
            asker: put.bucket.asker(),
        };
        self.happens(tx, &bucket, event).await?;
        Ok(record)
    }

    /// Fresh content as a record names it.
    pub(crate) async fn kept(&self, tx: &Tx, fresh: &Fresh) -> Result<Content, Refusal> {
        Ok(match self.keep(tx, fresh).await? {
            Place::None => Content::Empty,
            place => Content::One(place),
        })
    }

    async fn content_of(&self, tx: &Tx, no: No, body: &Body<'_>) -> Result<Content, Refusal> {
        match body {
            Body::Fresh(fresh) => self.kept(tx, fresh).await,
            Body::Shared { bucket, key, version } => {
                let there = [current(tx, *bucket, key).await?, older(tx, *bucket, key, version.no).await?];
                if !there.iter().flatten().any(|other| other.no == version.no && other.content == version.content) {
                    return Err(Refusal::NoSuchKey { key: (*key).to_owned(), marker: None });
                }
                self.share(tx, version.no, version.content, no).await
            }
            Body::Pieces(pieces) => {
                LAYOUTS.put(tx, &SCOPE, &no, &Layout { pieces: pieces.to_vec() })?;
                Ok(Content::Many)
            }
        }
    }

    /// Sets the current version aside, or takes it away where the bucket keeps none.
    pub(super) async fn make_room(
        &self,
        tx: &Tx,
        bucket: &BucketRecord,
        key: &str,
        before: Option<ObjectRecord>,
    ) -> Result<(), Refusal> {
        if let Some(before) = before {
            let kept = match bucket.versioning {
                Versioning::Never => false,
                Versioning::Enabled => true,
                Versioning::Suspended => !before.null,
            };
            match kept {
                true => set_aside(tx, bucket.no, key, &before)?,
                false => self.release(tx, before.no, before.content).await?,
            }
        }
        if bucket.versioning == Versioning::Suspended {
            self.forget_null(tx, bucket.no, key).await?;
        }
        Ok(())
    }

    /// Takes away the `null` version among the older ones: a new one comes.
    pub(crate) async fn forget_null(&self, tx: &Tx, bucket: BucketNo, key: &str) -> Result<(), Refusal> {
        let Some(no) = NULLS.get(tx, &SCOPE, &(bucket, key)).await? else { return Ok(()) };
        if let Some(record) = older(tx, bucket, key, no.0).await? {
            take_out(tx, bucket, key, &record);
            self.release(tx, record.no, record.content).await?;
        }
        Ok(())
    }
}
