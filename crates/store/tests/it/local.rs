//! The durable engine beyond the contract: opening again, locks, disks that fill up.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use runtime::Random;
use store::{Batch, KeyRange, Local, Options, Order, Reader, Store, StoreError, Writer};

fn open(dir: &Path) -> Store {
    Store::new(Arc::new(Local::open(dir, &Options::default()).unwrap()), Random::seeded(1))
}

fn key(n: u64) -> Bytes {
    format!("key/{:08}", n.wrapping_mul(2_654_435_761) % 100_000).into()
}

async fn everything(store: &Store) -> Vec<(Bytes, Bytes)> {
    store.read().await.unwrap().scan(KeyRange::all(), Order::Ascending, usize::MAX).await.unwrap()
}

/// Enough to fill memtables, sort them into files and merge those, with a snapshot held throughout.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sorting_and_merging_change_nothing_that_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut model = std::collections::BTreeMap::new();
    let mut held = Vec::new();
    let random = Random::seeded(3);
    for round in 0..60u64 {
        let batch = Batch::new();
        for n in 0..1_000 {
            let key = key(random.below(5_000));
            if n % 7 == 0 {
                model.remove(&key);
                batch.delete(key);
            } else {
                let size = if n % 100 == 1 { 20_000 } else { 300 };
                let value = Bytes::from(vec![(round % 251) as u8; size]);
                model.insert(key.clone(), value.clone());
                batch.put(key, value);
            }
        }
        store.write(batch).await.unwrap();
        if round % 20 == 7 {
            held.push((store.read().await.unwrap(), model.clone()));
        }
    }
    for (view, model) in &held {
        let rows = view.scan(KeyRange::all(), Order::Ascending, usize::MAX).await.unwrap();
        assert!(rows.into_iter().eq(model.clone()), "a held view changed");
    }
    drop(held);
    assert!(everything(&store).await.into_iter().eq(model.clone()));
    store.close().await.unwrap();
    for round in 0..3 {
        let store = open(dir.path());
        assert!(everything(&store).await.into_iter().eq(model.clone()), "opening again changed something");
        let (key, value) = (Bytes::from(format!("opened {round}")), Bytes::from("x"));
        let batch = Batch::new();
        model.insert(key.clone(), value.clone());
        batch.put(key, value);
        store.write(batch).await.unwrap();
        assert!(everything(&store).await.into_iter().eq(model.clone()));
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_directory_is_opened_once_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let second = Local::open(dir.path(), &Options::default()).map(drop);
    assert!(matches!(&second, Err(StoreError::Locked(_))), "{second:?}");
    assert!(second.unwrap_err().to_string().contains("open in another process"));
    store.close().await.unwrap();
    open(dir.path());
}

#[tokio::test]
async fn a_directory_of_another_form_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path());
    std::fs::write(dir.path().join("format"), "nephele store 9\n").unwrap();
    let refused = Local::open(dir.path(), &Options::default()).map(drop);
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
}
