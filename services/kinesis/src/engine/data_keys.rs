//! Data keys of KMS that are used again for a while: for each caller its own, so that whoever may not use the key of KMS any
//! more can read no longer than that.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use bytes::Bytes;
use names::{AccountId, Timestamp};
use parking_lot::Mutex;

use super::cipher::Cipher;
use super::segment::Sealing;
use crate::store::StreamNo;

/// Keys kept. Beyond it those whose time is over are dropped, and then all.
const KEPT: usize = 10_000;

/// Who calls: account and unique id.
pub(crate) type Who = (AccountId, String);

/// What a caller seals with in a stream: its number, the key of KMS by its name, who.
type ToSeal = (StreamNo, String, Who);

/// What a caller opens with: the data key as it lies beside the records, who.
type ToOpen = (Bytes, Who);

/// Data keys in use.
#[derive(Debug, Default)]
pub(crate) struct DataKeys {
    sealing: Kept<ToSeal, Sealing>,
    opening: Kept<ToOpen, Arc<Cipher>>,
}

impl DataKeys {
    /// What a caller sealed with last.
    pub(crate) fn sealing(&self, stream: StreamNo, key: &str, who: &Who, now: Timestamp) -> Option<Sealing> {
        self.sealing.get(&(stream, key.to_owned(), who.clone()), now)
    }

    /// Keeps what a caller seals with.
    pub(crate) fn keep_sealing(&self, stream: StreamNo, key: &str, who: &Who, sealing: Sealing, spans: Span) {
        self.sealing.put((stream, key.to_owned(), who.clone()), sealing, spans);
    }

    /// What a caller opened with.
    pub(crate) fn opening(&self, key: &Bytes, who: &Who, now: Timestamp) -> Option<Arc<Cipher>> {
        self.opening.get(&(key.clone(), who.clone()), now)
    }

    /// Keeps what a caller opens with.
    pub(crate) fn keep_opening(&self, key: &Bytes, who: &Who, cipher: Arc<Cipher>, spans: Span) {
        self.opening.put((key.clone(), who.clone()), cipher, spans);
    }

    /// Drops all.
    pub(crate) fn clear(&self) {
        self.sealing.0.lock().clear();
        self.opening.0.lock().clear();
    }
}

/// From when until when a key is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Now.
    pub now: Timestamp,
    /// The end.
    pub until: Timestamp,
}

/// Values with an end.
#[derive(Debug)]
struct Kept<K, V>(Mutex<HashMap<K, (Timestamp, V)>>);

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

    fn put(&self, key: K, value: V, span: Span) {
        let mut all = self.0.lock();
        if all.len() >= KEPT {
            all.retain(|_, (until, _)| *until > span.now);
        }
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(key, (span.until, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_end_and_are_each_callers_own() {
        let keys = DataKeys::default();
        let who = |id: &str| (AccountId::DEFAULT, id.to_owned());
        let at = Timestamp::from_secs;
        let (blob, cipher) = (Bytes::from_static(b"k"), Arc::new(Cipher::new(&[0; 32]).unwrap()));
        keys.keep_opening(&blob, &who("a"), cipher, Span { now: at(0), until: at(60) });
        assert!(keys.opening(&blob, &who("a"), at(59)).is_some());
        assert!(keys.opening(&blob, &who("b"), at(59)).is_none());
        assert!(keys.opening(&blob, &who("a"), at(60)).is_none());
        assert!(keys.opening(&Bytes::from_static(b"l"), &who("a"), at(1)).is_none());
    }
}
