//! What every engine must pass: run it on a new engine and nothing else is needed to trust it with the contract of
//! [`Kv`]. Each check panics with what it found.
//!
//! | file | promise |
//! |---|---|
//! | `isolation.rs` | snapshots show one state, in order, for as long as they are held |
//! | `serializable.rs` | concurrent transactions give what some order of them would |
//! | `signals.rs` | watches, large values, closing |
#![allow(clippy::unwrap_used, reason = "a check may panic: that is its verdict")]

mod isolation;
mod serializable;
mod signals;

use std::sync::Arc;

use bytes::Bytes;
use runtime::Random;

use crate::kv::{Commit, Kv, Version, Write};
use crate::store::Store;

/// Checks an engine. `open` gives an empty one at each call; `seed` decides the random histories.
pub async fn check(seed: u64, open: impl Fn() -> Arc<dyn Kv>) {
    isolation::shows_what_a_model_shows(&open(), seed).await;
    isolation::conflicts_exactly_when_something_read_changed(&open()).await;
    isolation::a_commit_is_seen_by_all_who_come_after(&open()).await;
    let store = |kv: Arc<dyn Kv>| Store::new(kv, Random::seeded(seed));
    serializable::money_is_neither_made_nor_lost(&store(open()), seed).await;
    serializable::no_write_skew(&store(open())).await;
    serializable::no_phantoms(&store(open())).await;
    serializable::counters_count(&store(open())).await;
    signals::watches_tell_after_the_commit_is_seen(&open()).await;
    signals::large_values_come_back(&open(), seed).await;
    signals::a_closed_engine_says_so(&open()).await;
}

fn key(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

fn put(name: &str, value: impl Into<Bytes>) -> Write {
    Write::Put { key: key(name), value: value.into() }
}

fn delete(name: &str) -> Write {
    Write::Delete { key: key(name) }
}

async fn write(kv: &Arc<dyn Kv>, writes: Vec<Write>) -> Version {
    kv.commit(Commit { writes, ..Commit::default() }).await.unwrap()
}
