//! Transactions see their own changes, and conflict exactly when what they read has changed.

use bytes::Bytes;
use runtime::Random;
use store::{CommitError, KeyRange, Order, Reader, Store, StoreError, Writer};

fn key(key: &str) -> Bytes {
    Bytes::copy_from_slice(key.as_bytes())
}

async fn store_with(keys: &[&str]) -> Store {
    let store = Store::in_memory(Random::seeded(1));
    let batch = store::Batch::new();
    keys.iter().for_each(|name| batch.put(key(name), key(name)));
    store.write(batch).await.unwrap();
    store
}

#[tokio::test]
async fn own_changes_are_seen_in_order_and_within_the_limit() {
    let store = store_with(&["a", "c", "e", "g"]).await;
    let tx = store.begin().await.unwrap();
    tx.put(key("b"), key("new"));
    tx.delete(key("c"));
    tx.put(key("e"), key("changed"));
    let keys = async |order, limit| {
        let rows = tx.scan(KeyRange::all(), order, limit).await.unwrap();
        rows.into_iter().map(|(key, _)| String::from_utf8(key.to_vec()).unwrap()).collect::<String>()
    };
    assert_eq!(keys(Order::Ascending, 10).await, "abeg");
    assert_eq!(keys(Order::Ascending, 2).await, "ab");
    assert_eq!(keys(Order::Descending, 3).await, "geb");
    assert_eq!(tx.get(key("e")).await.unwrap(), Some(key("changed")));
    assert_eq!(tx.get(key("c")).await.unwrap(), None);
    assert_eq!(store.read().await.unwrap().get(key("b")).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().get(key("b")).await.unwrap(), Some(key("new")));
}

#[tokio::test]
async fn conflicts_when_and_only_when_something_read_changed() {
    for (read, written, conflicts) in [
        ("get a", "a", true),
        ("get a", "b", false),
        ("get missing", "missing", true),
        ("unchecked a", "a", false),
        ("first 2", "a", true),
        ("first 2", "aa", true),
        ("first 2", "c", true),
        ("first 2", "d", false),
        ("last 1", "f", false),
        ("last 1", "h", true),
        ("own a", "a", false),
    ] {
        let store = store_with(&["a", "c", "e", "g"]).await;
        let tx = store.begin().await.unwrap();
        let (what, of) = read.split_once(' ').unwrap();
        match what {
            "get" => drop(tx.get(key(of)).await.unwrap()),
            "unchecked" => drop(tx.get_unchecked(key(of)).await.unwrap()),
            "first" => drop(tx.scan(KeyRange::all(), Order::Ascending, of.parse().unwrap()).await.unwrap()),
            "last" => drop(tx.scan(KeyRange::all(), Order::Descending, of.parse().unwrap()).await.unwrap()),
            _ => {
                tx.put(key(of), key("mine"));
                tx.get(key(of)).await.unwrap();
            }
        }
        tx.put(key("result"), key("x"));
        let other = store::Batch::new();
        other.put(key(written), key("theirs"));
        store.write(other).await.unwrap();
        let outcome = tx.commit().await;
        assert_eq!(outcome == Err(CommitError::Conflict), conflicts, "{read} while {written} is written");
    }
}

#[tokio::test]
async fn concurrent_increments_are_all_counted() {
    let store = store_with(&[]).await;
    let increments = (0..50).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .transact(|tx| async move {
                    let old = tx.get(key("n")).await?.map_or(0, |n| n[0]);
                    tokio::task::yield_now().await;
                    tx.put(key("n"), Bytes::from(vec![old + 1]));
                    Ok::<_, StoreError>(())
                })
                .await
        })
    });
    for increment in increments.collect::<Vec<_>>() {
        increment.await.unwrap().unwrap();
    }
    assert_eq!(store.read().await.unwrap().get(key("n")).await.unwrap(), Some(Bytes::from(vec![50])));
}

#[tokio::test]
async fn an_error_changes_nothing_and_endless_conflict_gives_up() {
    let store = store_with(&["a"]).await;
    let failed: Result<(), StoreError> = store
        .transact(|tx| async move {
            tx.put(key("a"), key("lost"));
            Err(StoreError::Closed)
        })
        .await;
    assert_eq!(failed, Err(StoreError::Closed));
    assert_eq!(store.read().await.unwrap().get(key("a")).await.unwrap(), Some(key("a")));
    let other = store.clone();
    let hopeless = store.transact(|tx| {
        let other = other.clone();
        async move {
            tx.get(key("a")).await?;
            let batch = store::Batch::new();
            batch.put(key("a"), key("again"));
            other.write(batch).await?;
            tx.put(key("b"), key("never"));
            Ok::<_, StoreError>(())
        }
    });
    assert_eq!(hopeless.await, Err(StoreError::Contention));
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let store = store_with(&["a"]).await;
    store.close().await.unwrap();
    assert_eq!(store.begin().await.map(drop), Err(StoreError::Closed));
    assert_eq!(store.write(store::Batch::new()).await, Err(StoreError::Closed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_want_the_same_key_all_get_it() {
    let dir = tempfile::tempdir().unwrap();
    let local = store::Local::open(dir.path(), &store::Options::default()).unwrap();
    let store = Store::new(std::sync::Arc::new(local), Random::seeded(1));
    let increments = (0..100u32).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let increment = store.transact(|tx| async move {
                let old = tx.get(key("n")).await?.map_or(0, |n| n[0]);
                tx.put(key("n"), Bytes::from(vec![old + 1]));
                Ok::<_, StoreError>(())
            });
            increment.await
        })
    });
    for increment in increments.collect::<Vec<_>>() {
        assert_eq!(increment.await.unwrap(), Ok(()));
    }
    assert_eq!(store.read().await.unwrap().get(key("n")).await.unwrap(), Some(Bytes::from(vec![100])));
}
