//! The version that is meant: the current one, or one by its id.

use store::Reader;

use super::{current, newest_older, older};
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::refusal::Refusal;
use crate::engine::token::NULL;
use crate::store::{BucketNo, NULLS, No, ObjectRecord, SCOPE, Versioning};

/// Which version of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// The current one.
    Current,
    /// The one that was written while the bucket kept none.
    Null,
    /// One by its number.
    Number(No),
}

/// A version, and whether it is the current one.
pub(crate) type Found = (ObjectRecord, bool);

impl Engine {
    /// Which version a client's text means.
    pub(crate) fn which(&self, version: Option<&str>) -> Result<Which, Refusal> {
        match version {
            None => Ok(Which::Current),
            Some(NULL) => Ok(Which::Null),
            Some(id) => {
                let no = self.tokens().version_no(id);
                no.map(Which::Number).ok_or_else(|| Refusal::BadVersion(id.to_owned()))
            }
        }
    }

    /// The version that is meant: it may be a delete marker if it was asked for by its id.
    pub(crate) async fn find(
        &self,
        bucket: &Bucket,
        key: &str,
        version: Option<&str>,
    ) -> Result<ObjectRecord, Refusal> {
        let view = self.store().read().await?;
        match self.locate(&view, bucket.no(), key, self.which(version)?).await? {
            Some((record, _)) => Ok(record),
            None => Err(self.not_found(&view, bucket, key, version).await?),
        }
    }

    /// The same by a reader of the caller's.
    pub(crate) async fn locate(
        &self,
        reader: &impl Reader,
        bucket: BucketNo,
        key: &str,
        which: Which,
    ) -> Result<Option<Found>, Refusal> {
        let now = current(reader, bucket, key).await?;
        let meant = |record: &ObjectRecord| match which {
            Which::Current => true,
            Which::Null => record.null,
            Which::Number(no) => !record.null && record.no == no,
        };
        if let Some(record) = now.filter(meant) {
            return Ok(Some((record, true)));
        }
        let no = match which {
            Which::Current => return Ok(None),
            Which::Null => NULLS.get(reader, &SCOPE, &(bucket, key)).await?.map(|number| number.0),
            Which::Number(no) => Some(no),
        };
        let Some(no) = no else { return Ok(None) };
        let record = older(reader, bucket, key, no).await?.filter(meant);
        Ok(record.map(|record| (record, false)))
    }

    /// Why there is no version that is meant.
    pub(crate) async fn not_found(
        &self,
        reader: &impl Reader,
        bucket: &Bucket,
        key: &str,
        version: Option<&str>,
    ) -> Result<Refusal, Refusal> {
        let key = key.to_owned();
        if let Some(version) = version {
            return Ok(Refusal::NoSuchVersion { key, version: version.to_owned() });
        }
        let marker = match bucket.record.versioning {
            Versioning::Never => None,
            _ => newest_older(reader, bucket.no(), &key).await?,
        };
        let marker = marker.filter(|record| record.marker).map(|record| self.version_id(&record));
        Ok(Refusal::NoSuchKey { key, marker })
    }

    /// A version's id.
    pub(crate) fn version_id(&self, record: &ObjectRecord) -> String {
        self.tokens().version(record.no, record.null)
    }
}
