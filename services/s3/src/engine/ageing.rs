//! Lifecycle at work: every version of a bucket is held against the rules, and what is due is done, object by object.

use names::{Tags, Timestamp};
use store::{Order, Span, StoreError};

use super::Engine;
use super::bucket::Bucket;
use super::config::document::Document;
use super::config::lifecycle::{self, Action, Aged, MinimumSize, Rule, Upload};
use super::object::event::What;
use super::object::record::Class;
use super::object::remove::Removal;
use super::refusal::Refusal;
use crate::store::{BucketNo, No, OBJECTS, ObjectRecord, SCOPE, UPLOADS, VERSIONS};

/// Rows read at once.
const PAGE: usize = 500;

/// The rules of a bucket, and how small an object may be to be moved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// Each of them.
    pub(crate) rules: Vec<Rule>,
    /// Where no rule names sizes.
    pub(crate) minimum: MinimumSize,
}

/// How a version stands among those of its key.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    superseded: Option<(Timestamp, u32)>,
    has_older: bool,
}

impl Engine {
    /// The lifecycle rules of a bucket; none when it has none.
    pub(crate) async fn lifecycle(&self, bucket: BucketNo) -> Result<Option<Rules>, StoreError> {
        let kept = self.config::<Document<api_s3::GetBucketLifecycleConfigurationOutput>>(bucket).await?;
        let Some(Document(kept)) = kept else { return Ok(None) };
        let minimum = lifecycle::minimum_size(kept.transition_default_minimum_object_size.as_ref());
        let rules = lifecycle::check(kept.rules.as_deref().unwrap_or_default());
        Ok(Some(Rules { rules: rules.unwrap_or_default(), minimum: minimum.unwrap_or_default() }))
    }

    /// `x-amz-expiration` of a version, when a rule ends it.
    pub(crate) async fn expiry_header(
        &self,
        bucket: &Bucket,
        key: &str,
        record: &ObjectRecord,
    ) -> Result<Option<String>, StoreError> {
        let Some(Rules { rules, .. }) = self.lifecycle(bucket.no()).await? else { return Ok(None) };
        let tags = tags(record);
        Ok(lifecycle::expiry_header(&rules, &aged(key, &tags, record, Standing::default())))
    }

    /// Does what is due by now in a bucket.
    pub(crate) async fn age(&self, bucket: &Bucket, rules: &Rules) -> Result<(), Refusal> {
        self.age_current(bucket, rules).await?;
        self.age_older(bucket, rules).await?;
        self.age_uploads(bucket, rules).await
    }

    async fn age_current(&self, bucket: &Bucket, rules: &Rules) -> Result<(), Refusal> {
        let mut span = Span::prefix::<(BucketNo,)>(&(bucket.no(),));
        loop {
            let view = self.store().read().await?;
            let page = OBJECTS.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
            drop(view);
            for ((_, key), record) in &page {
                self.age_one(bucket, rules, key, record, Standing::default()).await?;
            }
            match page.last() {
                Some(((_, key), _)) if page.len() == PAGE => {
                    let after = Span::prefix::<(BucketNo,)>(&(bucket.no(),));
                    span = after.after::<(BucketNo, String)>(&(bucket.no(), key.as_str()));
                }
                _ => return Ok(()),
            }
        }
    }

    /// Versions behind the current ones, and delete markers, key by key.
    async fn age_older(&self, bucket: &Bucket, rules: &Rules) -> Result<(), Refusal> {
        let mut span = Span::prefix::<(BucketNo,)>(&(bucket.no(),));
        loop {
            let view = self.store().read().await?;
            let first = VERSIONS.scan(&view, &SCOPE, &span, Order::Ascending, 1).await?.pop();
            let Some(((_, key, _), _)) = first else { return Ok(()) };
            let of_key = Span::prefix::<(BucketNo, String)>(&(bucket.no(), key.as_str()));
            let older = VERSIONS.scan_all(&view, &SCOPE, &of_key).await?;
            let current = OBJECTS.get(&view, &SCOPE, &(bucket.no(), key.as_str())).await?;
            drop(view);
            let older: Vec<ObjectRecord> = older.into_iter().map(|(_, record)| record).collect();
            for (record, standing) in standings(current.as_ref(), &older) {
                self.age_one(bucket, rules, &key, record, standing).await?;
            }
            let after = Span::prefix::<(BucketNo,)>(&(bucket.no(),));
            span = after.after::<(BucketNo, String)>(&(bucket.no(), key.as_str()));
        }
    }

    async fn age_one(
        &self,
        bucket: &Bucket,
        rules: &Rules,
        key: &str,
        record: &ObjectRecord,
        standing: Standing,
    ) -> Result<(), Refusal> {
        let (tags, now) = (tags(record), self.now());
        let planned = lifecycle::next(&rules.rules, &aged(key, &tags, record, standing), rules.minimum, now);
        let Some(planned) = planned.filter(|planned| planned.at <= now) else { return Ok(()) };
        let done = match planned.action {
            Action::Expire => self.expire(bucket, key, record).await,
            Action::Remove | Action::RemoveMarker => {
                let version = self.version_id(record);
                self.remove(bucket, key, Some(&version), EXPIRED).await.map(drop)
            }
            Action::Move(class) => self.shift(bucket, key, record, &class).await,
        };
        match done {
            Err(Refusal::Store(error)) => Err(error.into()),
            // What changed in the meantime, or is locked, is not due any more, or not yet.
            _ => Ok(()),
        }
    }

    async fn expire(&self, bucket: &Bucket, key: &str, record: &ObjectRecord) -> Result<(), Refusal> {
        let tag = record.etag.bare();
        let removal = Removal { only_if: Some(&tag), ..EXPIRED };
        self.remove(bucket, key, None, removal).await.map(drop)
    }

    async fn shift(&self, bucket: &Bucket, key: &str, record: &ObjectRecord, class: &str) -> Result<(), Refusal> {
        let (Some(class), no) = (Class::parse(class), record.no) else { return Ok(()) };
        let version = (!is_unversioned(bucket)).then(|| self.version_id(record));
        let moved = self.amend(bucket, key, version.as_deref(), move |found| {
            if found.no != no {
                return Ok(None);
            }
            found.class = class;
            Ok(Some(What::Transitioned))
        });
        moved.await.map(drop)
    }

    async fn age_uploads(&self, bucket: &Bucket, rules: &Rules) -> Result<(), Refusal> {
        let mut span = Span::prefix::<(BucketNo,)>(&(bucket.no(),));
        loop {
            let view = self.store().read().await?;
            let page = UPLOADS.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
            drop(view);
            for ((_, key, upload), record) in &page {
                let begun = Upload { key, begun: record.initiated };
                if lifecycle::abort(&rules.rules, begun).is_some_and(|(at, _)| at <= self.now()) {
                    self.forget_upload(bucket.no(), key, *upload).await?;
                }
            }
            let Some(((_, key, upload), _)) = page.last().filter(|_| page.len() == PAGE) else { return Ok(()) };
            let after = Span::prefix::<(BucketNo,)>(&(bucket.no(),));
            span = after.after::<(BucketNo, String, No)>(&(bucket.no(), key.as_str(), *upload));
        }
    }
}

const EXPIRED: Removal<'static> = Removal { bypass: false, only_if: None, expired: true };

fn is_unversioned(bucket: &Bucket) -> bool {
    bucket.record.versioning == crate::store::Versioning::Never
}

fn tags(record: &ObjectRecord) -> Tags {
    record.tags.iter().cloned().collect()
}

fn aged<'a>(key: &'a str, tags: &'a Tags, record: &'a ObjectRecord, standing: Standing) -> Aged<'a> {
    Aged {
        key,
        tags,
        size: record.length,
        class: record.class.as_str(),
        made: record.modified,
        marker: record.marker,
        superseded: standing.superseded,
        has_older: standing.has_older,
    }
}

/// Each of the older versions with how it stands: a version stops being current when the next one is made.
fn standings<'a>(
    current: Option<&'a ObjectRecord>,
    older: &'a [ObjectRecord],
) -> impl Iterator<Item = (&'a ObjectRecord, Standing)> {
    let mut newer = current.map(|current| current.modified);
    // A delete marker before all others stands for the current version.
    let mut count = 0;
    older.iter().enumerate().map(move |(at, record)| {
        let superseded = newer.map(|since| (since, count));
        if newer.is_some() {
            count += 1;
        }
        newer = Some(record.modified);
        (record, Standing { superseded, has_older: at + 1 < older.len() })
    })
}
