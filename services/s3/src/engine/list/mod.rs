//! Pages of keys, versions and uploads. A page costs what it shows: what a delimiter rolls up is passed over with one seek,
//! however much of it there is.
//!
//! | file | what |
//! |---|---|
//! | `walk.rs` | rows of a bucket in order, with seeks |
//! | `page.rs` | what of them a page shows. Pure |

pub(crate) mod page;
mod walk;

use store::StoreError;

use super::Engine;
use super::object::{newest_older, place_of};
use crate::store::{BucketNo, No, OBJECTS, ObjectRecord, UPLOADS, UploadRecord, VERSIONS};
use page::{Filling, From, Page, Wanted};
use walk::Walk;

impl Engine {
    /// Current versions.
    pub(crate) async fn list_objects(
        &self,
        bucket: BucketNo,
        wanted: Wanted<'_>,
    ) -> Result<Page<ObjectRecord>, StoreError> {
        let view = self.store().read().await?;
        let mut rows = Walk::begin(&view, OBJECTS, bucket, wanted, |(_, key): (BucketNo, String)| (key, 0));
        let mut page = Filling::new(wanted);
        while let Some((key, _, record)) = rows.next().await? {
            match page.add(key, record, true) {
                page::Added::Row => {}
                page::Added::Rolled(past) => rows.skip_past(&past),
                page::Added::Full => break,
            }
        }
        Ok(page.done())
    }

    /// All versions and delete markers: of each key the current one, then the older ones, the newest first.
    pub(crate) async fn list_versions(
        &self,
        bucket: BucketNo,
        wanted: Wanted<'_>,
    ) -> Result<Page<ObjectRecord>, StoreError> {
        let view = self.store().read().await?;
        // Inside a key the current version may have been older than the one that the last page ended with, and newer ones gone.
        let of_key = match wanted.from {
            From::Inside(key, _) => From::At(key.clone()),
            from => from.clone(),
        };
        let from_key = Wanted { from: &of_key, ..wanted };
        let mut current = Walk::begin(&view, OBJECTS, bucket, from_key, |(_, key): (BucketNo, String)| (key, 0));
        let mut older = Walk::begin(&view, VERSIONS, bucket, wanted, |(_, key, at): (BucketNo, String, No)| (key, at));
        let mut page = Filling::new(wanted);
        let (mut left, mut right) = (current.next().await?, older.next().await?);
        let mut seen = None;
        if let From::Inside(key, at) = wanted.from {
            let newer = |record: &ObjectRecord| place_of(record.no) <= *at;
            let current_is_newer = left.as_ref().is_some_and(|(there, _, record)| there == key && newer(record));
            if current_is_newer {
                left = current.next().await?;
            }
            let older_is_newer = newest_older(&view, bucket, key).await?.is_some_and(|record| newer(&record));
            seen = Some(key.clone()).filter(|_| current_is_newer || older_is_newer);
        }
        loop {
            let from_current = match (&left, &right) {
                (None, None) => break,
                (now, None) => now.is_some(),
                (None, Some(_)) => false,
                (Some(now), Some(older)) => now.0 <= older.0,
            };
            let Some((key, _, record)) = (if from_current { left.take() } else { right.take() }) else { break };
            let latest = seen.as_ref() != Some(&key);
            seen = Some(key.clone());
            match page.add(key, record, latest) {
                page::Added::Row if from_current => left = current.next().await?,
                page::Added::Row => right = older.next().await?,
                page::Added::Rolled(past) => {
                    let behind = |row: &Option<(String, No, ObjectRecord)>| {
                        row.as_ref().is_none_or(|(key, _, _)| key.starts_with(&past))
                    };
                    let (renew_left, renew_right) = (behind(&left), behind(&right));
                    current.skip_past(&past);
                    older.skip_past(&past);
                    if renew_left {
                        left = current.next().await?;
                    }
                    if renew_right {
                        right = older.next().await?;
                    }
                }
                page::Added::Full => break,
            }
        }
        Ok(page.done())
    }

    /// Uploads in progress, by key and then in the order in which they began.
    pub(crate) async fn list_uploads(
        &self,
        bucket: BucketNo,
        wanted: Wanted<'_>,
    ) -> Result<Page<(No, UploadRecord)>, StoreError> {
        let view = self.store().read().await?;
        let mut rows = Walk::begin(&view, UPLOADS, bucket, wanted, |(_, key, no): (BucketNo, String, No)| (key, no));
        let mut page = Filling::new(wanted);
        while let Some((key, no, record)) = rows.next().await? {
            match page.add(key, (no, record), true) {
                page::Added::Row => {}
                page::Added::Rolled(past) => rows.skip_past(&past),
                page::Added::Full => break,
            }
        }
        Ok(page.done())
    }
}
