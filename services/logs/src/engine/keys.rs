//! Data keys of KMS that are used again for a while: a key that may not be used any more opens nothing longer than that.

use std::collections::HashMap;
use std::sync::Arc;

use names::Timestamp;
use parking_lot::Mutex;

use super::cipher::Cipher;
use crate::limits;
use crate::store::GroupNo;

/// Keys kept. Beyond it those whose time is over are dropped, and then all.
const KEPT: usize = 10_000;

/// What a batch is sealed with.
#[derive(Debug, Clone)]
pub(crate) struct Sealing {
    /// The key at work.
    pub cipher: Arc<Cipher>,
    /// Its number; 0 is the group's own.
    pub key: u64,
}

/// Data keys in use, by group and number.
#[derive(Debug, Default)]
pub(crate) struct DataKeys(Mutex<HashMap<(GroupNo, u64), Kept>>);

/// A key and its end.
type Kept = (Timestamp, Arc<Cipher>);

impl DataKeys {
    /// A key that was used lately.
    pub(crate) fn get(&self, group: GroupNo, key: u64, now: Timestamp) -> Option<Arc<Cipher>> {
        let all = self.0.lock();
        all.get(&(group, key)).filter(|(until, _)| *until > now).map(|(_, cipher)| cipher.clone())
    }

    /// Keeps a key.
    pub(crate) fn keep(&self, group: GroupNo, key: u64, cipher: Arc<Cipher>, now: Timestamp) {
        let mut all = self.0.lock();
        if all.len() >= KEPT {
            all.retain(|_, (until, _)| *until > now);
        }
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert((group, key), (now.plus(limits::DATA_KEY_LIFE), cipher));
    }

    /// Drops all.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_end() {
        let (keys, at) = (DataKeys::default(), Timestamp::from_secs);
        keys.keep(1, 2, Arc::new(Cipher::new(&[0; 32]).unwrap()), at(0));
        assert!(keys.get(1, 2, at(299)).is_some());
        assert!(keys.get(1, 2, at(300)).is_none());
        assert!(keys.get(2, 2, at(1)).is_none());
    }
}
