//! Concurrent transactions whose outcome tells whether they were serializable.

use std::collections::HashSet;

use bytes::Bytes;
use runtime::Random;
use tokio::task::JoinSet;

use super::key;
use crate::error::StoreError;
use crate::kv::{KeyRange, Order};
use crate::store::{Batch, Reader, Store, Writer};

const WORKERS: u64 = 8;

fn number(value: Option<Bytes>) -> i64 {
    value.map_or(0, |bytes| std::str::from_utf8(&bytes).unwrap().parse().unwrap())
}

async fn number_at(reader: &impl Reader, name: &str) -> Result<i64, StoreError> {
    Ok(number(reader.get(key(name)).await?))
}

async fn sum(reader: &impl Reader) -> i64 {
    let rows = reader.scan(KeyRange::prefix(key("account/")), Order::Ascending, 1_000).await.unwrap();
    rows.into_iter().map(|(_, value)| number(Some(value))).sum()
}

/// Transfers between ten accounts: every snapshot has the same total.
pub(super) async fn money_is_neither_made_nor_lost(store: &Store, seed: u64) {
    let batch = Batch::new();
    (0..10).for_each(|account| batch.put(key(&format!("account/{account}")), "100".into()));
    store.write(batch).await.unwrap();
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let (store, random) = (store.clone(), Random::seeded(seed ^ worker));
        workers.spawn(async move {
            for _ in 0..100 {
                transfer(&store, &random).await;
                assert_eq!(sum(&store.read().await.unwrap()).await, 1_000);
            }
        });
    }
    workers.join_all().await;
    assert_eq!(sum(&store.read().await.unwrap()).await, 1_000);
}

async fn transfer(store: &Store, random: &Random) {
    let [from, to] = [random.below(10), random.below(10)].map(|account| format!("account/{account}"));
    let amount = random.below(50) as i64;
    let (from, to) = (from.as_str(), to.as_str());
    let transferred = store.transact(|tx| async move {
        let balance = number_at(&tx, from).await?;
        if balance >= amount && from != to {
            let other = number_at(&tx, to).await?;
            tokio::task::yield_now().await;
            tx.put(key(from), (balance - amount).to_string().into());
            tx.put(key(to), (other + amount).to_string().into());
        }
        Ok::<_, StoreError>(())
    });
    transferred.await.unwrap();
}

/// Two doctors are on call; each may leave only while the other stays. Snapshot isolation alone would let both leave.
pub(super) async fn no_write_skew(store: &Store) {
    for round in 0..50 {
        let names = [format!("{round}/ann"), format!("{round}/bob")];
        let batch = Batch::new();
        names.iter().for_each(|name| batch.put(key(name), "1".into()));
        store.write(batch).await.unwrap();
        let mut leaving = JoinSet::new();
        for leaver in [0, 1] {
            let (store, names) = (store.clone(), names.clone());
            leaving.spawn(async move {
                let left = store.transact(|tx| {
                    let names = names.clone();
                    async move {
                        let on_call = number_at(&tx, &names[0]).await? + number_at(&tx, &names[1]).await?;
                        tokio::task::yield_now().await;
                        if on_call == 2 {
                            tx.put(key(&names[leaver]), "0".into());
                        }
                        Ok::<_, StoreError>(())
                    }
                });
                left.await.unwrap();
            });
        }
        leaving.join_all().await;
        let view = store.read().await.unwrap();
        let on_call = number_at(&view, &names[0]).await.unwrap() + number_at(&view, &names[1]).await.unwrap();
        assert_eq!(on_call, 1, "round {round}");
    }
}

/// Each adds a row only while there are fewer than ten: the range they count must be validated, rows yet absent included.
pub(super) async fn no_phantoms(store: &Store) {
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let store = store.clone();
        workers.spawn(async move {
            for n in 0..5 {
                let added = store.transact(|tx| async move {
                    let rows = tx.scan(KeyRange::prefix(key("row/")), Order::Ascending, 100).await?;
                    tokio::task::yield_now().await;
                    if rows.len() < 10 {
                        tx.put(key(&format!("row/{worker}/{n}")), "x".into());
                    }
                    Ok::<_, StoreError>(())
                });
                added.await.unwrap();
            }
        });
    }
    workers.join_all().await;
    let view = store.read().await.unwrap();
    let rows = view.scan(KeyRange::prefix(key("row/")), Order::Descending, 100).await.unwrap();
    assert_eq!(rows.len(), 10);
}

/// Each increment reads what it replaces: every value is handed out once.
pub(super) async fn counters_count(store: &Store) {
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let store = store.clone();
        workers.spawn(async move {
            let mut seen = Vec::new();
            for _ in 0..50 {
                let next = store.transact(|tx| async move {
                    let next = number_at(&tx, "counter").await? + 1;
                    tx.put(key("counter"), next.to_string().into());
                    Ok::<_, StoreError>(next)
                });
                seen.push(next.await.unwrap());
            }
            assert!(seen.is_sorted());
            seen
        });
    }
    let all: Vec<i64> = workers.join_all().await.concat();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    assert_eq!(all.iter().max(), Some(&(WORKERS as i64 * 50)));
}
