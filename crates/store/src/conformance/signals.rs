//! Watches, large values, closing.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use runtime::Random;

use super::{delete, key, put, write};
use crate::error::{CommitError, StoreError};
use crate::kv::{Commit, KeyRange, Kv, MAX_KEY, MAX_VALUE, Order, Write};

/// A consumer that registers, reads, then waits misses nothing, however producer and consumer interleave.
pub(super) async fn watches_tell_after_the_commit_is_seen(kv: &Arc<dyn Kv>) {
    let mut other = kv.watch(b"other/");
    let mut removed = kv.watch(b"queue/0");
    let consumer = tokio::spawn(consume(kv.clone(), 300));
    for n in 0..300 {
        write(kv, vec![put(&format!("queue/{n}"), n.to_string())]).await;
    }
    assert_eq!(consumer.await.unwrap(), 300);
    removed.changed().await;
    write(kv, vec![delete("queue/0")]).await;
    removed.changed().await;
    assert!(other.changed().now_or_never().is_none(), "nobody touched that prefix");
    write(kv, vec![put("other/", "x")]).await;
    other.changed().await;
}

async fn consume(kv: Arc<dyn Kv>, until: usize) -> usize {
    let mut watch = kv.watch(b"queue/");
    loop {
        let snapshot = kv.snapshot().await.unwrap();
        let rows = snapshot.scan(KeyRange::prefix(key("queue/")), Order::Ascending, usize::MAX).await.unwrap();
        if rows.len() >= until {
            return rows.len();
        }
        watch.changed().await;
    }
}

/// Values from nothing to the largest, zeros and noise, beside each other and overwritten; what is too large is refused
/// and changes nothing.
pub(super) async fn large_values_come_back(kv: &Arc<dyn Kv>, seed: u64) {
    let random = Random::seeded(seed);
    let sizes = [0, 1, 4_095, 4_096, 65_536, 1 << 20, (1 << 20) + 1, MAX_VALUE];
    let mut values = Vec::new();
    for (n, size) in sizes.into_iter().enumerate() {
        let mut value = vec![0; size];
        if n % 2 == 1 {
            random.fill(&mut value);
        }
        values.push(Bytes::from(value));
    }
    for round in 0..2 {
        for (n, _) in values.iter().enumerate() {
            let value = values[(n + round) % values.len()].clone();
            write(kv, vec![put(&format!("large/{n}"), value), put("small", "x")]).await;
        }
        let snapshot = kv.snapshot().await.unwrap();
        for (n, _) in values.iter().enumerate() {
            let found = snapshot.get(format!("large/{n}").as_bytes()).await.unwrap();
            assert!(found.as_ref() == Some(&values[(n + round) % values.len()]), "value {n} in round {round}");
        }
    }
    let longest = Bytes::from(vec![b'k'; MAX_KEY]);
    write(kv, vec![Write::Put { key: longest.clone(), value: "x".into() }]).await;
    assert_eq!(kv.snapshot().await.unwrap().get(&longest).await.unwrap(), Some("x".into()));
    for (key_size, value_size) in [(MAX_KEY + 1, 0), (1, MAX_VALUE + 1)] {
        let large = Write::Put { key: vec![b'k'; key_size].into(), value: vec![0; value_size].into() };
        let refused = kv.commit(Commit { writes: vec![put("beside", "x"), large], ..Commit::default() }).await;
        assert!(matches!(refused, Err(CommitError::Store(StoreError::TooLarge(_)))));
        assert_eq!(kv.snapshot().await.unwrap().get(b"beside").await.unwrap(), None);
    }
}

/// After closing, every call answers so, and a snapshot held before is still whole.
pub(super) async fn a_closed_engine_says_so(kv: &Arc<dyn Kv>) {
    write(kv, vec![put("a", "1")]).await;
    let held = kv.snapshot().await.unwrap();
    kv.close().await.unwrap();
    kv.close().await.unwrap();
    assert_eq!(kv.snapshot().await.map(drop), Err(StoreError::Closed));
    let late = Commit { writes: vec![put("b", "2")], ..Commit::default() };
    assert_eq!(kv.commit(late).await, Err(CommitError::Store(StoreError::Closed)));
    assert_eq!(held.get(b"a").await.unwrap(), Some("1".into()));
}
