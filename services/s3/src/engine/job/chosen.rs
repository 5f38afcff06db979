//! Which objects of a bucket the filter of a job means.

use api_s3control::{JobManifestGeneratorFilter, KeyNameConstraint, ObjectEncryptionFilter, ReplicationStatus};
use store::{Order, Span};

use super::TaskRecord;
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::object::record::{ObjectRecord, Replication};
use crate::engine::refusal::Refusal;
use crate::engine::replication::Changed;
use crate::engine::sealing::Sealing;
use crate::store::{BucketNo, OBJECTS, SCOPE, VERSIONS};

/// Rows read at once.
const PAGE: usize = 1_000;

/// Where choosing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Among the current versions, after this key.
    Current(Option<String>),
    /// Among the older ones, after this row.
    Older(Option<(String, u64)>),
    /// At the end.
    End,
}

impl Engine {
    /// The next objects that a filter means. `all` versions, or current ones only.
    pub(crate) async fn chosen(
        &self,
        bucket: &Bucket,
        filter: &JobManifestGeneratorFilter,
        all: bool,
        place: Place,
    ) -> Result<(Vec<TaskRecord>, Place), Refusal> {
        let (rows, next) = self.walked(bucket, all, place).await?;
        let mut tasks = Vec::new();
        for (key, record) in rows {
            if means(filter, &key, &record) && self.is_eligible(bucket, filter, &key, &record).await? {
                let version = Some(self.version_id(&record));
                tasks.push(TaskRecord { bucket: bucket.name.clone(), key, version, outcome: None });
            }
        }
        Ok((tasks, next))
    }

    /// The next versions of a bucket: first the current ones, then, if `all` are wanted, the older ones.
    pub(crate) async fn walked(
        &self,
        bucket: &Bucket,
        all: bool,
        place: Place,
    ) -> Result<(Vec<(String, ObjectRecord)>, Place), Refusal> {
        let prefix = Span::prefix::<(BucketNo,)>(&(bucket.no(),));
        let view = self.store().read().await?;
        match place {
            Place::End => Ok((Vec::new(), Place::End)),
            Place::Current(after) => {
                let span = match &after {
                    Some(key) => prefix.after::<(BucketNo, String)>(&(bucket.no(), key.as_str())),
                    None => prefix,
                };
                let rows = OBJECTS.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
                let more = rows.last().filter(|_| rows.len() == PAGE).map(|((_, key), _)| key.clone());
                let end = if all { Place::Older(None) } else { Place::End };
                let rows = rows.into_iter().map(|((_, key), record)| (key, record)).collect();
                Ok((rows, more.map_or(end, |key| Place::Current(Some(key)))))
            }
            Place::Older(after) => {
                let span = match &after {
                    Some((key, no)) => prefix.after::<(BucketNo, String, u64)>(&(bucket.no(), key.as_str(), *no)),
                    None => prefix,
                };
                let rows = VERSIONS.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
                let more = rows.last().filter(|_| rows.len() == PAGE).map(|((_, key, no), _)| (key.clone(), *no));
                let rows = rows.into_iter().map(|((_, key, _), record)| (key, record)).collect();
                Ok((rows, more.map_or(Place::End, |at| Place::Older(Some(at)))))
            }
        }
    }

    /// Whether it is what the rules of replication are about, where that is asked for.
    async fn is_eligible(
        &self,
        bucket: &Bucket,
        filter: &JobManifestGeneratorFilter,
        key: &str,
        record: &ObjectRecord,
    ) -> Result<bool, Refusal> {
        let Some(wanted) = filter.eligible_for_replication else { return Ok(true) };
        let changed = Changed { name: &bucket.name, bucket: &bucket.record, key };
        Ok(self.is_replicated(changed, record).await? == wanted)
    }
}

fn means(filter: &JobManifestGeneratorFilter, key: &str, record: &ObjectRecord) -> bool {
    let bytes = |size: i64| u64::try_from(size).unwrap_or_default();
    filter.created_after.is_none_or(|after| record.modified > after)
        && filter.created_before.is_none_or(|before| record.modified < before)
        && filter.object_size_greater_than_bytes.is_none_or(|least| record.length > bytes(least))
        && filter.object_size_less_than_bytes.is_none_or(|most| record.length < bytes(most))
        && named(filter.key_name_constraint.as_ref(), key)
        && any(filter.object_replication_statuses.as_deref(), |status| *status == replication(record))
        && any(filter.match_any_storage_class.as_deref(), |class| class.as_str() == record.class.as_str())
        && any(filter.match_any_object_encryption.as_deref(), |sealing| sealed(sealing, &record.sealing))
}

/// A list that is empty, or not there, excludes nothing.
fn any<T>(list: Option<&[T]>, holds: impl Fn(&T) -> bool) -> bool {
    list.is_none_or(|list| list.is_empty() || list.iter().any(holds))
}

fn named(names: Option<&KeyNameConstraint>, key: &str) -> bool {
    names.is_none_or(|names| {
        any(names.match_any_prefix.as_deref(), |prefix| key.starts_with(prefix.as_str()))
            && any(names.match_any_suffix.as_deref(), |suffix| key.ends_with(suffix.as_str()))
            && any(names.match_any_substring.as_deref(), |part| key.contains(part.as_str()))
    })
}

fn replication(record: &ObjectRecord) -> ReplicationStatus {
    match record.replication {
        // What is under way was not copied yet.
        None | Some(Replication::Pending) => ReplicationStatus::None,
        Some(Replication::Completed) => ReplicationStatus::Completed,
        Some(Replication::Failed) => ReplicationStatus::Failed,
        Some(Replication::Replica) => ReplicationStatus::Replica,
    }
}

fn sealed(filter: &ObjectEncryptionFilter, sealing: &Sealing) -> bool {
    let under = |wanted: Option<&String>, key: &String| wanted.is_none_or(|wanted| wanted == key);
    match (filter, sealing) {
        (ObjectEncryptionFilter::Sses3(_), Sealing::S3) => true,
        (ObjectEncryptionFilter::Ssec(_), Sealing::Customer { .. }) => true,
        (ObjectEncryptionFilter::Dssekms(wanted), Sealing::Kms(kms)) => {
            kms.dual && under(wanted.kms_key_arn.as_ref(), &kms.key)
        }
        (ObjectEncryptionFilter::Ssekms(wanted), Sealing::Kms(kms)) => {
            let bucket_key = wanted.bucket_key_enabled.is_none_or(|enabled| enabled == kms.bucket_key);
            !kms.dual && bucket_key && under(wanted.kms_key_arn.as_ref(), &kms.key)
        }
        _ => false,
    }
}
