//! Intelligent-Tiering: when objects were read last, and the tier that follows from it.
//!
//! Source: S3 user guide, "How S3 Intelligent-Tiering works": infrequent after 30 days without access, archive instant after
//! 90; archive and deep archive only where a configuration says so. Smaller objects than 128 KB stay frequent.

use std::collections::HashMap;

use api_s3::{IntelligentTieringAccessTier as AccessTier, IntelligentTieringConfiguration, IntelligentTieringStatus};
use names::{Tags, Timestamp};
use parking_lot::Mutex;
use store::{Span, StoreError, Table};

use super::Engine;
use super::bucket::Bucket;
use super::config::collected::MOST;
use super::config::document::Document;
use super::config::selection::{self, Selection};
use super::job::chosen::Place;
use super::object::event::What;
use super::object::record::{Class, ObjectRecord};
use super::refusal::Refusal;
use crate::store::{BucketNo, No, Number, SCOPE};

/// When a version was read last, in microseconds.
const READ: Table<(BucketNo, No), Number> = Table::new("s3", "read");

const DAY: i64 = 86_400;
/// Objects that are moved at all. Source: as above.
const LEAST: u64 = 128 * 1024;

/// Reads that were not written down yet. A crash forgets those of the last minute.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<(BucketNo, No), Timestamp>>);

/// When objects are archived that a configuration speaks of.
struct Archiving {
    selection: Selection,
    archive: Option<i64>,
    deep: Option<i64>,
}

fn archiving(kept: &IntelligentTieringConfiguration) -> Option<Archiving> {
    let days = |tier: AccessTier| {
        kept.tierings.iter().find(|tiering| tiering.access_tier == tier).map(|tiering| i64::from(tiering.days))
    };
    (kept.status == IntelligentTieringStatus::Enabled).then_some(())?;
    Some(Archiving {
        selection: selection::of_tiering(kept.filter.as_ref()).ok()?,
        archive: days(AccessTier::ArchiveAccess),
        deep: days(AccessTier::DeepArchiveAccess),
    })
}

/// The tier of content that is read at once, of which nobody read for so long.
pub(crate) fn instant_tier(record: &ObjectRecord, idle_days: i64) -> &'static str {
    match idle_days {
        _ if record.length < LEAST => "FREQUENT",
        ..30 => "FREQUENT",
        30..90 => "INFREQUENT",
        _ => "ARCHIVE_INSTANT",
    }
}

/// Where an object belongs of which nobody read for so long.
fn belongs(archiving: &[Archiving], key: &str, record: &ObjectRecord, idle_days: i64) -> Class {
    let tags: Tags = record.tags.iter().cloned().collect();
    let meant = archiving.iter().filter(|one| one.selection.holds(key, &tags, record.length));
    let due = |days: Option<i64>| days.is_some_and(|days| idle_days >= days);
    let (mut archive, mut deep) = (false, false);
    for one in meant {
        archive |= due(one.archive);
        deep |= due(one.deep);
    }
    match (deep, archive) {
        _ if record.length < LEAST => Class::IntelligentTiering,
        (true, _) => Class::TieringDeepArchive,
        (_, true) => Class::TieringArchive,
        _ => Class::IntelligentTiering,
    }
}

impl Engine {
    /// Takes note that a version is read.
    pub(crate) fn saw(&self, bucket: BucketNo, record: &ObjectRecord) {
        if record.class == Class::IntelligentTiering || record.class.tier().is_some() {
            self.seen().0.lock().insert((bucket, record.no), self.now());
        }
    }

    /// Writes down what was read.
    pub(crate) async fn write_reads(&self) -> Result<(), StoreError> {
        let seen = std::mem::take(&mut *self.seen().0.lock());
        if seen.is_empty() {
            return Ok(());
        }
        let batch = store::Batch::new();
        for (version, at) in seen {
            READ.put(&batch, &SCOPE, &version, &Number(u64::try_from(at.micros()).unwrap_or_default()))?;
        }
        self.write(batch).await
    }

    /// Forgets what was read of a bucket that is no more.
    pub(crate) async fn forget_reads(&self, bucket: BucketNo) -> Result<(), StoreError> {
        let all = Span::prefix::<(BucketNo,)>(&(bucket,));
        self.store().delete_range(READ.range(&SCOPE, &all)).await.map(drop)
    }

    /// Days since anybody read a version, or wrote or restored it.
    pub(crate) async fn idle_days(&self, bucket: BucketNo, record: &ObjectRecord) -> Result<i64, StoreError> {
        let read = READ.get(&self.store().read().await?, &SCOPE, &(bucket, record.no)).await?;
        let read = read.map(|Number(micros)| Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX)));
        let now = self.now();
        let restored = record.restore.map(|copy| copy.ready).filter(|ready| *ready <= now);
        let last = [Some(record.modified), read, restored].into_iter().flatten().max().unwrap_or(record.modified);
        Ok((now.secs() - last.secs()) / DAY)
    }

    /// Moves the objects of a bucket to the tiers where they belong by now. Tells whether a configuration asks for it.
    pub(crate) async fn tier(&self, bucket: &Bucket) -> Result<bool, Refusal> {
        self.write_reads().await?;
        let kept = self.configs::<Document<IntelligentTieringConfiguration>>(bucket.no(), None, MOST).await?;
        if kept.is_empty() {
            return Ok(false);
        }
        let archiving: Vec<_> = kept.iter().filter_map(|(_, Document(kept))| archiving(kept)).collect();
        let mut place = Place::Current(None);
        while place != Place::End {
            let (rows, next) = self.walked(bucket, true, place).await?;
            for (key, record) in rows {
                self.tier_one(bucket, &archiving, &key, &record).await?;
            }
            place = next;
        }
        Ok(true)
    }

    async fn tier_one(
        &self,
        bucket: &Bucket,
        archiving: &[Archiving],
        key: &str,
        record: &ObjectRecord,
    ) -> Result<(), Refusal> {
        let archived = record.class.tier().is_some();
        if record.marker || !(archived || record.class == Class::IntelligentTiering) {
            return Ok(());
        }
        let now = self.now();
        let class = belongs(archiving, key, record, self.idle_days(bucket.no(), record).await?);
        // What is archived stays so until it is restored, or goes deeper.
        let restored = record.is_readable(now);
        let deeper = record.class == Class::TieringArchive && class == Class::TieringDeepArchive;
        if class == record.class && record.restore.is_none() || archived && !restored && !deeper {
            return Ok(());
        }
        if let Some(copy) = record.restore.filter(|_| restored) {
            // What was restored counts as read then, also when nothing tells of the restoring any more.
            self.seen().0.lock().entry((bucket.no(), record.no)).or_insert(copy.ready);
            self.write_reads().await?;
        }
        let (no, version) = (record.no, self.version_id(record));
        let moved = self.amend(bucket, key, Some(&version), move |found| {
            if found.no != no {
                return Ok(None);
            }
            let what = (found.class != class && class.tier().is_some()).then_some(What::Tiered);
            found.class = class;
            found.restore = None;
            Ok(what)
        });
        match moved.await {
            Err(Refusal::Store(error)) => Err(error.into()),
            // What changed in the meantime is looked at tomorrow.
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_follow_from_idleness() {
        let record = |length| ObjectRecord { length, ..ObjectRecord::draft(names::AccountId::DEFAULT) };
        let large = record(LEAST);
        for (days, tier) in [(0, "FREQUENT"), (29, "FREQUENT"), (30, "INFREQUENT"), (90, "ARCHIVE_INSTANT")] {
            assert_eq!(instant_tier(&large, days), tier);
        }
        assert_eq!(instant_tier(&record(1), 400), "FREQUENT");
        let both = [Archiving { selection: Selection::default(), archive: Some(90), deep: Some(180) }];
        for (days, class) in
            [(89, Class::IntelligentTiering), (90, Class::TieringArchive), (180, Class::TieringDeepArchive)]
        {
            assert_eq!(belongs(&both, "k", &large, days), class);
        }
        assert_eq!(belongs(&both, "k", &record(1), 400), Class::IntelligentTiering);
        assert_eq!(belongs(&[], "k", &large, 400), Class::IntelligentTiering);
    }
}
