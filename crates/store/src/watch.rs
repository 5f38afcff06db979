//! Who waits for a change under which prefix. Costs one atomic load a commit while nobody watches.

use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::kv::Write;

/// Tells of commits that touch a key under its prefix, from its creation on.
#[derive(Debug)]
pub struct Watch {
    prefix: Bytes,
    changes: watch::Receiver<()>,
    registry: Arc<Registry>,
}

impl Watch {
    /// Returns after a commit that touched the prefix since this watch was made or last returned; at once if there was
    /// one. May return without cause: read again to know.
    pub async fn changed(&mut self) {
        // The registry holds the sender as long as this watch lives.
        let _ = self.changes.changed().await;
    }

    /// Whether there was such a commit since this watch was made or last told of one. Never waits. Caches ask it: a future
    /// polled once may say no although there was one, when its task has used up its turn.
    pub fn has_changed(&mut self) -> bool {
        let changed = self.changes.has_changed().unwrap_or(true);
        if changed {
            self.changes.mark_unchanged();
        }
        changed
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut prefixes = self.registry.prefixes.lock();
        if prefixes.get(&self.prefix).is_some_and(|sender| sender.receiver_count() == 1) {
            prefixes.remove(&self.prefix);
        }
        self.registry.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The watches of one engine.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    watchers: AtomicUsize,
    prefixes: Mutex<BTreeMap<Bytes, watch::Sender<()>>>,
}

impl Registry {
    /// Begins to watch.
    pub(crate) fn watch(self: &Arc<Self>, prefix: &[u8]) -> Watch {
        let prefix = Bytes::copy_from_slice(prefix);
        self.watchers.fetch_add(1, Ordering::SeqCst);
        let mut prefixes = self.prefixes.lock();
        let changes = prefixes.entry(prefix.clone()).or_insert_with(|| watch::Sender::new(())).subscribe();
        Watch { prefix, changes, registry: self.clone() }
    }

    /// Tells the watchers of these writes. To be called after they are in new snapshots.
    pub(crate) fn tell<'a>(&self, writes: impl Iterator<Item = &'a Write>) {
        if self.watchers.load(Ordering::SeqCst) == 0 {
            return;
        }
        let prefixes = self.prefixes.lock();
        for write in writes {
            tell_key(&prefixes, write.key());
        }
    }
}

/// Finds every watched prefix of `key`, longest first. Whatever sorts between a prefix of the key and the key shares a
/// shorter prefix with it, so each step either finds a watcher or shortens what is searched for.
fn tell_key(prefixes: &BTreeMap<Bytes, watch::Sender<()>>, key: &[u8]) {
    let mut length = key.len();
    while let Some((candidate, sender)) = prefixes.range::<[u8], _>((Unbounded, Included(&key[..length]))).next_back() {
        let shared = candidate.iter().zip(&key[..length]).take_while(|(a, b)| a == b).count();
        if shared == candidate.len() {
            sender.send_replace(());
            if shared == 0 {
                return;
            }
            length = shared - 1;
        } else {
            length = shared;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    fn put(key: &[u8]) -> Write {
        Write::Put { key: Bytes::copy_from_slice(key), value: Bytes::new() }
    }

    #[test]
    fn no_wake_up_is_lost_between_two_waits() {
        let registry = Arc::new(Registry::default());
        let mut watch = registry.watch(b"a");
        assert!(watch.changed().now_or_never().is_none());
        registry.tell([put(b"ab")].iter());
        registry.tell([put(b"ac")].iter());
        assert!(watch.changed().now_or_never().is_some());
        assert!(watch.changed().now_or_never().is_none());
        registry.tell([put(b"b")].iter());
        assert!(watch.changed().now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_change_is_told_to_a_task_that_has_used_up_its_turn() {
        let registry = Arc::new(Registry::default());
        let (mut asked, mut polled) = (registry.watch(b"a"), registry.watch(b"a"));
        let mut missed = 0;
        for _ in 0..1_000 {
            registry.tell([put(b"ab")].iter());
            assert!(asked.has_changed());
            assert!(!asked.has_changed());
            missed += usize::from(polled.changed().now_or_never().is_none());
        }
        assert!(missed > 0, "polling would do, and has_changed need not be");
    }

    #[test]
    fn forgets_who_left() {
        let registry = Arc::new(Registry::default());
        let (first, second) = (registry.watch(b"a"), registry.watch(b"a"));
        drop(first);
        assert_eq!(registry.prefixes.lock().len(), 1);
        drop(second);
        assert!(registry.prefixes.lock().is_empty());
        assert_eq!(registry.watchers.load(Ordering::SeqCst), 0);
    }

    proptest! {
        #[test]
        fn tells_exactly_the_prefixes(
            prefixes in proptest::collection::vec(proptest::collection::vec(0u8..3, 0..5), 1..20),
            key in proptest::collection::vec(0u8..3, 0..7),
        ) {
            let registry = Arc::new(Registry::default());
            let mut watches: Vec<_> = prefixes.iter().map(|prefix| registry.watch(prefix)).collect();
            registry.tell([put(&key)].iter());
            for (prefix, watch) in prefixes.iter().zip(&mut watches) {
                let told = watch.changed().now_or_never().is_some();
                prop_assert_eq!(told, key.starts_with(prefix), "{:?}", prefix);
            }
        }
    }
}
