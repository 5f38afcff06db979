//! Versions deleted for good, and delete markers set.

use store::Tx;

use super::event::{Event, What};
use super::find::Which;
use super::{current, newest_older, set_aside, take_out};
use crate::engine::Engine;
use crate::engine::bucket::{Bucket, here};
use crate::engine::lock::may_delete;
use crate::engine::refusal::Refusal;
use crate::engine::replication::{Cause, Changed};
use crate::store::{BucketNo, BucketRecord, OBJECTS, ObjectRecord, SCOPE, Versioning};

/// How something is to be deleted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Removal<'a> {
    /// Passing governance, which the caller may.
    pub bypass: bool,
    /// Only if the version has this tag; `*` for any.
    pub only_if: Option<&'a str>,
    /// Whether a lifecycle rule does it.
    pub expired: bool,
}

/// What a deletion did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Removed {
    /// The id of the version that was deleted, or of the delete marker that was set; none where no versions are kept.
    pub version: Option<String>,
    /// Whether that is a delete marker.
    pub marker: bool,
}

impl Engine {
    /// Deletes a key, or one version of it. What is not there is no mistake.
    pub(crate) async fn remove(
        &self,
        bucket: &Bucket,
        key: &str,
        version: Option<&str>,
        removal: Removal<'_>,
    ) -> Result<Removed, Refusal> {
        let which = self.which(version)?;
        self.store()
            .transact(|tx| async move {
                let record = here(&tx, &bucket.name, Some(bucket.no())).await?;
                match which {
                    Which::Current => self.remove_current(&tx, bucket, &record, key, removal).await,
                    which => self.remove_version(&tx, bucket, &record, key, which, removal).await,
                }
            })
            .await
            .map(|removed| match (version, removed.version) {
                // An id that names nothing comes back as it was asked for.
                (Some(asked), None) => Removed { version: Some(asked.to_owned()), ..removed },
                (_, version) => Removed { version, ..removed },
            })
    }

    async fn remove_current(
        &self,
        tx: &Tx,
        of: &Bucket,
        bucket: &BucketRecord,
        key: &str,
        removal: Removal<'_>,
    ) -> Result<Removed, Refusal> {
        let before = current(tx, bucket.no, key).await?;
        holds(removal.only_if, key, before.as_ref())?;
        if before.is_some() {
            OBJECTS.delete(tx, &SCOPE, &(bucket.no, key));
            self.disturb_uploads(tx, bucket.no, key).await?;
        }
        if bucket.versioning == Versioning::Never {
            // AWS tells of a deletion even where nothing was there to delete.
            let gone = match &before {
                Some(before) => before.clone(),
                None => ObjectRecord { no: self.number().await?, ..ObjectRecord::draft(bucket.account) },
            };
            self.happens(tx, bucket, told(removal, What::Delete, of, key, &gone)).await?;
            if let Some(before) = before {
                self.release(tx, before.no, before.content).await?;
            }
            return Ok(Removed::default());
        }
        let owner = before.as_ref().map_or(bucket.account, |before| before.owner);
        self.make_room(tx, bucket, key, before).await?;
        let mut marker = ObjectRecord {
            no: self.number().await?,
            null: bucket.versioning == Versioning::Suspended,
            marker: true,
            modified: self.now(),
            ..ObjectRecord::draft(owner)
        };
        // Markers that lifecycle rules set are not copied.
        if !removal.expired {
            let changed = Changed { name: &of.name, bucket, key };
            self.replicate(tx, changed, &mut marker, Cause::Marker).await?;
        }
        set_aside(tx, bucket.no, key, &marker)?;
        self.happens(tx, bucket, told(removal, What::MarkerCreated, of, key, &marker)).await?;
        Ok(Removed { version: Some(self.version_id(&marker)), marker: true })
    }

    async fn remove_version(
        &self,
        tx: &Tx,
        of: &Bucket,
        bucket: &BucketRecord,
        key: &str,
        which: Which,
        removal: Removal<'_>,
    ) -> Result<Removed, Refusal> {
        let found = self.locate(tx, bucket.no, key, which).await?;
        holds(removal.only_if, key, found.as_ref().map(|(record, _)| record))?;
        let Some((record, is_current)) = found else { return Ok(Removed::default()) };
        if !may_delete(record.retention, record.hold == Some(true), removal.bypass, self.now()) {
            return Err(Refusal::Locked);
        }
        match is_current {
            true => OBJECTS.delete(tx, &SCOPE, &(bucket.no, key)),
            false => take_out(tx, bucket.no, key, &record),
        }
        self.release(tx, record.no, record.content).await?;
        if is_current || current(tx, bucket.no, key).await?.is_none() {
            promote(tx, bucket.no, key).await?;
        }
        self.happens(tx, bucket, told(removal, What::Delete, of, key, &record)).await?;
        Ok(Removed { version: Some(self.version_id(&record)), marker: record.marker })
    }
}

/// The newest of the older versions becomes the current one, unless it is a delete marker.
async fn promote(tx: &Tx, bucket: BucketNo, key: &str) -> Result<(), Refusal> {
    if let Some(newest) = newest_older(tx, bucket, key).await?.filter(|newest| !newest.marker) {
        take_out(tx, bucket, key, &newest);
        OBJECTS.put(tx, &SCOPE, &(bucket, key), &newest)?;
    }
    Ok(())
}

fn holds(only_if: Option<&str>, key: &str, found: Option<&ObjectRecord>) -> Result<(), Refusal> {
    let Some(tag) = only_if else { return Ok(()) };
    let Some(found) = found else { return Err(Refusal::NoSuchKey { key: key.to_owned(), marker: None }) };
    match tag == "*" || found.etag.is(tag) {
        true => Ok(()),
        false => Err(Refusal::Precondition("If-Match")),
    }
}

fn told<'a>(removal: Removal<'_>, what: What, of: &'a Bucket, key: &'a str, version: &'a ObjectRecord) -> Event<'a> {
    let what = match what {
        What::Delete if removal.expired => What::Expired,
        What::MarkerCreated if removal.expired => What::ExpiredMarker,
        what => what,
    };
    Event { what, bucket: &of.name, key, version, asker: of.asker() }
}
