//! Each engine against the contract.

use std::cell::Cell;
use std::sync::Arc;

use runtime::Random;
use store::{Batch, Durability, Fault, Faulty, Local, Memory, Options, Reader, Store, StoreError, Writer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_keeps_the_contract() {
    for seed in 0..3 {
        store::conformance::check(seed, || Arc::new(Memory::new())).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_keeps_the_contract() {
    for (seed, durability) in [(1, Durability::Fsync), (2, Durability::Os)] {
        let dir = tempfile::tempdir().unwrap();
        let opened = Cell::new(0);
        let open = || -> Arc<dyn store::Kv> {
            opened.set(opened.get() + 1);
            let dir = dir.path().join(opened.get().to_string());
            Arc::new(Local::open(&dir, &Options { durability, ..Options::default() }).unwrap())
        };
        store::conformance::check(seed, open).await;
    }
}

#[tokio::test]
async fn a_fault_reaches_the_caller_and_a_conflict_is_retried() {
    let (random, faulty) = (Random::seeded(1), Arc::new(Faulty::new(Arc::new(Memory::new()))));
    let store = Store::new(faulty.clone(), random);
    faulty.plan(|number| {
        [None, Some(Fault::Refused), Some(Fault::AnswerLost), Some(Fault::Conflict)][number as usize % 4]
    });
    let add = async || {
        let added = store.transact(|tx| async move {
            let n = tx.get("n".into()).await?.map_or(0, |n| n[0]);
            tx.put("n".into(), vec![n + 1].into());
            Ok::<_, StoreError>(())
        });
        added.await
    };
    let outcomes = [add().await, add().await, add().await];
    assert!(matches!(outcomes, [Err(StoreError::Unavailable(_)), Err(StoreError::Unavailable(_)), Ok(())]));
    assert_eq!(faulty.commits(), 4);
    let value = store.read().await.unwrap().get("n".into()).await.unwrap();
    assert_eq!(value, Some(vec![2].into()), "one refused, one done without an answer, one done");
    faulty.kill();
    assert!(store.write(Batch::new()).await.is_err() && store.read().await.is_err());
}
