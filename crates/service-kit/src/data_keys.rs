//! Data keys of KMS that are used again for a while: for each caller its own, so that whoever may not use the key of KMS any
//! more can read no longer than that.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use bytes::Bytes;
use names::{AccountId, Timestamp};
use parking_lot::Mutex;
use store::Cipher;

use crate::{Ctx, Error, Fault};

/// Values kept. Beyond it those whose time is over are dropped, and then all.
const KEPT: usize = 10_000;

/// Who calls: account and unique id.
pub type Who = (AccountId, String);

/// What a caller seals with in a resource: its number, the key of KMS by its name, who.
type ToSeal = (u64, String, Who);

/// What a caller opens with: the data key as it lies beside the content, who.
type ToOpen = (Bytes, Who);

/// Data keys in use; `S` is what a service seals with.
#[derive(Debug)]
pub struct DataKeys<S> {
    sealing: Lasting<ToSeal, S>,
    opening: Lasting<ToOpen, Arc<Cipher>>,
}

/// From when until when a key is used.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Now.
    pub now: Timestamp,
    /// The end.
    pub until: Timestamp,
}

/// Values with an end.
#[derive(Debug)]
pub struct Lasting<K, V>(Mutex<HashMap<K, (Timestamp, V)>>);

/// Who calls.
pub fn who(ctx: &Ctx) -> Who {
    (ctx.account(), ctx.caller.user_id())
}

/// A data key as KMS answered it, at work.
///
/// # Errors
/// KMS answered none, or one of another length.
pub fn at_work(plain: Option<Bytes>) -> Result<Arc<Cipher>, Error> {
    let cipher = plain.and_then(|plain| Cipher::new(&plain));
    cipher.map(Arc::new).ok_or_else(|| Fault::internal("KMS answered a data key of another length").into())
}

impl<S> Default for DataKeys<S> {
    fn default() -> Self {
        Self { sealing: Lasting::default(), opening: Lasting::default() }
    }
}

impl<S: Clone> DataKeys<S> {
    /// What a caller sealed with last.
    pub fn sealing(&self, resource: u64, key: &str, who: &Who, now: Timestamp) -> Option<S> {
        self.sealing.get(&(resource, key.to_owned(), who.clone()), now)
    }

    /// Keeps what a caller seals with.
    pub fn keep_sealing(&self, resource: u64, key: &str, who: &Who, sealing: S, span: Span) {
        self.sealing.keep((resource, key.to_owned(), who.clone()), sealing, span);
    }

    /// What a caller opened with.
    pub fn opening(&self, key: &Bytes, who: &Who, now: Timestamp) -> Option<Arc<Cipher>> {
        self.opening.get(&(key.clone(), who.clone()), now)
    }

    /// Keeps what a caller opens with.
    pub fn keep_opening(&self, key: &Bytes, who: &Who, cipher: Arc<Cipher>, span: Span) {
        self.opening.keep((key.clone(), who.clone()), cipher, span);
    }

    /// Drops all.
    pub fn clear(&self) {
        self.sealing.clear();
        self.opening.clear();
    }
}

impl<K, V> Default for Lasting<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V: Clone> Lasting<K, V> {
    /// A value whose time is not over.
    pub fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let all = self.0.lock();
        all.get(key).filter(|(until, _)| *until > now).map(|(_, value)| value.clone())
    }

    /// Keeps a value.
    pub fn keep(&self, key: K, value: V, span: Span) {
        let mut all = self.0.lock();
        if all.len() >= KEPT {
            all.retain(|_, (until, _)| *until > span.now);
        }
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(key, (span.until, value));
    }

    /// Drops those that are not wanted.
    pub fn retain(&self, wanted: impl Fn(&K) -> bool) {
        self.0.lock().retain(|key, _| wanted(key));
    }

    /// Drops all.
    pub fn clear(&self) {
        self.0.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_end_and_are_each_callers_own() {
        let keys = DataKeys::<u8>::default();
        let who = |id: &str| (AccountId::DEFAULT, id.to_owned());
        let at = Timestamp::from_secs;
        let span = Span { now: at(0), until: at(60) };
        let (blob, cipher) = (Bytes::from_static(b"k"), Arc::new(Cipher::new(&[0; 32]).unwrap()));
        keys.keep_opening(&blob, &who("a"), cipher, span);
        assert!(keys.opening(&blob, &who("a"), at(59)).is_some());
        assert!(keys.opening(&blob, &who("b"), at(59)).is_none());
        assert!(keys.opening(&blob, &who("a"), at(60)).is_none());
        assert!(keys.opening(&Bytes::from_static(b"l"), &who("a"), at(1)).is_none());
        keys.keep_sealing(1, "k", &who("a"), 5, span);
        assert_eq!(keys.sealing(1, "k", &who("a"), at(1)), Some(5));
        assert_eq!(keys.sealing(2, "k", &who("a"), at(1)).or(keys.sealing(1, "l", &who("a"), at(1))), None);
        keys.clear();
        assert!(keys.sealing(1, "k", &who("a"), at(1)).is_none() && keys.opening(&blob, &who("a"), at(1)).is_none());
    }

    #[test]
    fn values_are_bounded() {
        let (kept, at) = (Lasting::default(), Timestamp::from_secs);
        for key in 0..=KEPT as u64 {
            // Every other one is over when the last comes.
            let until = at(if key % 2 == 0 { 1 } else { 100 });
            kept.keep(key, key, Span { now: at(if key == KEPT as u64 { 50 } else { 0 }), until });
        }
        assert_eq!((kept.get(&1, at(50)), kept.get(&2, at(0))), (Some(1), None));
        kept.retain(|key| *key != 1);
        assert_eq!(kept.get(&1, at(50)), None);
    }
}
