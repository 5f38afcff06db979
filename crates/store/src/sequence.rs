//! Numbers that only grow, across crashes too, at the price of an atomic increment each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::sync::Mutex;

use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Store;
use crate::table::{Raw, RawTable};

/// Numbers reserved by one commit. What of them is not used before a crash is lost: numbers have gaps.
const BLOCK: u64 = 100_000;

/// The first number of each sequence that was not yet reserved.
const RESERVED: RawTable<String> = RawTable::new("store", "sequence");

/// A named counter. Clones share it; several processes on one store never get the same number.
#[derive(Clone)]
pub struct Sequence(Arc<Inner>);

struct Inner {
    store: Store,
    scope: Scope,
    name: String,
    block: ArcSwap<Block>,
    reserving: Mutex<()>,
}

/// Numbers reserved and not yet handed out.
struct Block {
    next: AtomicU64,
    end: u64,
}

impl Block {
    /// The first of `count` numbers in a row, if so many are left.
    fn take(&self, count: u64) -> Option<u64> {
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        (first.saturating_add(count) <= self.end).then_some(first)
    }
}

impl std::fmt::Debug for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sequence({})", self.0.name)
    }
}

impl Sequence {
    /// The counter `name` of `scope`; the first number ever is 1. Reads nothing until a number is asked for.
    pub fn new(store: &Store, scope: Scope, name: impl Into<String>) -> Self {
        let empty = Block { next: AtomicU64::new(0), end: 0 };
        Self(Arc::new(Inner {
            store: store.clone(),
            scope,
            name: name.into(),
            block: ArcSwap::from_pointee(empty),
            reserving: Mutex::default(),
        }))
    }

    /// A number greater than every one this process, and each process before it, was given. Processes that run at the
    /// same time take from blocks of their own.
    pub async fn next(&self) -> Result<u64, StoreError> {
        self.take(1).await
    }

    /// The first of `count` numbers in a row, at most 100,000. They are all greater than every one handed out before.
    pub async fn take(&self, count: u64) -> Result<u64, StoreError> {
        if let Some(first) = self.0.block.load().take(count) {
            return Ok(first);
        }
        let _reserving = self.0.reserving.lock().await;
        loop {
            // Someone else may have reserved while this waited.
            if let Some(first) = self.0.block.load().take(count) {
                return Ok(first);
            }
            self.0.block.store(Arc::new(self.reserve(count.max(BLOCK)).await?));
        }
    }

    async fn reserve(&self, count: u64) -> Result<Block, StoreError> {
        let Inner { store, scope, name, .. } = &*self.0;
        store
            .transact_inside(|tx| async move {
                let reserved = RESERVED.get(&tx, scope, &name.as_str()).await?;
                let next = reserved.map_or(Ok(1), |Raw(bytes)| number(&bytes))?;
                let end = next + count;
                RESERVED.put(&tx, scope, &name.as_str(), &Raw(Bytes::copy_from_slice(&end.to_be_bytes())))?;
                Ok(Block { next: AtomicU64::new(next), end })
            })
            .await
    }
}

fn number(stored: &[u8]) -> Result<u64, StoreError> {
    let bytes = stored.try_into().map_err(|_| StoreError::corrupt("a sequence's number"))?;
    Ok(u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::Random;

    #[tokio::test]
    async fn numbers_grow_across_instances_and_blocks() {
        let store = Store::in_memory(Random::seeded(1));
        let first = Sequence::new(&store, Scope::Global, "ids");
        assert_eq!((first.next().await, first.next().await), (Ok(1), Ok(2)));
        assert_eq!(first.take(BLOCK).await, Ok(BLOCK + 1), "what is left of a block too small is skipped");
        let after_crash = Sequence::new(&store, Scope::Global, "ids");
        assert!(after_crash.next().await.unwrap() > 2 * BLOCK);
        assert_eq!(Sequence::new(&store, Scope::Global, "others").next().await, Ok(1));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_number_twice() {
        let store = Store::in_memory(Random::seeded(1));
        let (a, b) = (Sequence::new(&store, Scope::Global, "n"), Sequence::new(&store, Scope::Global, "n"));
        let takers = [a.clone(), a, b.clone(), b].map(|sequence| {
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for _ in 0..30_000 {
                    numbers.push(sequence.take(7).await.unwrap());
                }
                assert!(numbers.is_sorted());
                numbers
            })
        });
        let mut all = Vec::new();
        for taker in takers {
            all.extend(taker.await.unwrap());
        }
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] + 7 <= pair[1]));
    }
}
