//! Data keys of buckets that are used again for a while: for each caller their own, so that whoever may not use the key of KMS
//! any more can read no longer than that.

use std::collections::HashMap;
use std::hash::Hash;

use names::{AccountId, Timestamp};
use parking_lot::Mutex;
use store::blobs::BlobKey;

use super::sealing::KmsSealing;
use crate::store::BucketNo;

/// Keys kept. Beyond it those whose time is over are dropped, and then all.
const KEPT: usize = 10_000;

/// Who calls: account and unique id.
pub(crate) type Who = (AccountId, String);

/// Data keys in use.
#[derive(Default)]
pub(crate) struct BucketKeys {
    sealing: Kept<(BucketNo, String, Who), (KmsSealing, BlobKey)>,
    opening: Kept<(Vec<u8>, Who), BlobKey>,
}

struct Kept<K, V>(Mutex<HashMap<K, (Timestamp, V)>>);

impl BucketKeys {
    /// What a caller sealed with last in a bucket, under a key of KMS by its name.
    pub(crate) fn sealing(
        &self,
        bucket: BucketNo,
        key: &str,
        who: &Who,
        now: Timestamp,
    ) -> Option<(KmsSealing, BlobKey)> {
        self.sealing.get(&(bucket, key.to_owned(), who.clone()), now)
    }

    /// Keeps what a caller seals with.
    pub(crate) fn keep_sealing(
        &self,
        bucket: BucketNo,
        key: &str,
        who: &Who,
        sealing: (KmsSealing, BlobKey),
        now: Timestamp,
        until: Timestamp,
    ) {
        self.sealing.put((bucket, key.to_owned(), who.clone()), sealing, now, until);
    }

    /// What a caller opened with.
    pub(crate) fn opening(&self, wrapped: &[u8], who: &Who, now: Timestamp) -> Option<BlobKey> {
        self.opening.get(&(wrapped.to_vec(), who.clone()), now)
    }

    /// Keeps what a caller opens with.
    pub(crate) fn keep_opening(&self, wrapped: &[u8], who: &Who, key: BlobKey, now: Timestamp, until: Timestamp) {
        self.opening.put((wrapped.to_vec(), who.clone()), key, now, until);
    }

    /// Drops all.
    pub(crate) fn clear(&self) {
        self.sealing.0.lock().clear();
        self.opening.0.lock().clear();
    }
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let all = self.0.lock();
        all.get(key).filter(|(until, _)| *until > now).map(|(_, value)| value.clone())
    }

    fn put(&self, key: K, value: V, now: Timestamp, until: Timestamp) {
        let mut all = self.0.lock();
        if all.len() >= KEPT {
            all.retain(|_, (until, _)| *until > now);
        }
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(key, (until, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_end_and_are_each_callers_own() {
        let keys = BucketKeys::default();
        let who = |id: &str| (AccountId::DEFAULT, id.to_owned());
        let (at, key) = (Timestamp::from_secs, BlobKey { secret: [1; 32], twice: false });
        keys.keep_opening(b"w", &who("a"), key.clone(), at(0), at(60));
        assert_eq!(keys.opening(b"w", &who("a"), at(59)), Some(key));
        assert_eq!(keys.opening(b"w", &who("a"), at(60)), None);
        assert_eq!(keys.opening(b"w", &who("b"), at(1)), None);
        assert_eq!(keys.opening(b"x", &who("a"), at(1)), None);
        keys.clear();
        assert_eq!(keys.opening(b"w", &who("a"), at(1)), None);
    }
}
