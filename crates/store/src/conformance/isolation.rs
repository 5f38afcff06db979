//! Snapshots against a model: a plain map, copied at each snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use runtime::Random;

use super::{delete, key, put, write};
use crate::error::CommitError;
use crate::kv::{Commit, KeyRange, Kv, Order, Rows, Snapshot};

type Model = BTreeMap<Bytes, Bytes>;

const STEPS: u64 = 800;
const HELD: usize = 8;

/// Random commits and reads, with old snapshots held and read again and again.
pub(super) async fn shows_what_a_model_shows(kv: &Arc<dyn Kv>, seed: u64) {
    let random = Random::seeded(seed);
    let mut model = Model::new();
    let mut held: Vec<(Arc<dyn Snapshot>, Model)> = Vec::new();
    for step in 0..STEPS {
        change(kv, &random, &mut model, step).await;
        if random.below(10) == 0 {
            if held.len() == HELD {
                held.swap_remove(random.below(HELD as u64) as usize);
            }
            held.push((kv.snapshot().await.unwrap(), model.clone()));
        }
        if !held.is_empty() {
            let (snapshot, model) = &held[random.below(held.len() as u64) as usize];
            compare(&**snapshot, model, &random).await;
        }
    }
    let whole = kv.snapshot().await.unwrap().scan(KeyRange::all(), Order::Ascending, usize::MAX).await.unwrap();
    assert_eq!(whole, model.into_iter().collect::<Rows>());
}

/// Keys that are prefixes of each other and hold the bytes that order is easily got wrong for.
fn any_key(random: &Random) -> Bytes {
    let length = random.below(4) + 1;
    (0..length).map(|_| [0x00, 0x01, b'a', b'b', 0xfe, 0xff][random.below(6) as usize]).collect()
}

async fn change(kv: &Arc<dyn Kv>, random: &Random, model: &mut Model, step: u64) {
    let mut writes = Vec::new();
    for n in 0..random.below(5) {
        let key = any_key(random);
        if random.below(3) == 0 {
            model.remove(&key);
            writes.push(crate::kv::Write::Delete { key });
        } else {
            let value = Bytes::from(format!("{step}.{n}"));
            model.insert(key.clone(), value.clone());
            writes.push(crate::kv::Write::Put { key, value });
        }
    }
    write(kv, writes).await;
}

async fn compare(snapshot: &dyn Snapshot, model: &Model, random: &Random) {
    let one = any_key(random);
    assert_eq!(snapshot.get(&one).await.unwrap().as_ref(), model.get(&one), "get {one:?}");
    let (a, b) = (any_key(random), any_key(random));
    let end = if random.below(4) == 0 { None } else { Some(a.clone().max(b.clone())) };
    let range = KeyRange { start: a.min(b), end };
    let limit = random.below(20) as usize;
    let within = model.iter().filter(|(key, _)| range.contains(key)).map(|(key, value)| (key.clone(), value.clone()));
    let (order, expected): (_, Rows) = if random.below(2) == 0 {
        (Order::Ascending, within.take(limit).collect())
    } else {
        (Order::Descending, within.rev().take(limit).collect())
    };
    assert_eq!(snapshot.scan(range.clone(), order, limit).await.unwrap(), expected, "{range:?} {order:?} {limit}");
}

/// Each kind of read against each kind of write.
pub(super) async fn conflicts_exactly_when_something_read_changed(kv: &Arc<dyn Kv>) {
    write(kv, vec![put("a1", "x"), put("a3", "x"), put("b1", "x")]).await;
    let cases: [(&[&str], &[&str], &str, bool); 9] = [
        (&["a1"], &[], "a1", true),
        (&["a1"], &[], "a2", false),
        (&["absent"], &[], "absent", true),
        (&[], &["a"], "a2", true),
        (&[], &["a"], "a3", true),
        (&[], &["a"], "b1", false),
        (&["b1"], &["a"], "b2", false),
        (&["b1"], &["a"], "b1", true),
        (&[], &[], "a1", false),
    ];
    for (keys, prefixes, written, conflicts) in cases {
        for removes in [false, true] {
            let read_version = kv.snapshot().await.unwrap().version();
            write(kv, vec![if removes { delete(written) } else { put(written, "y") }]).await;
            let commit = Commit {
                read_version,
                read_keys: keys.iter().map(|name| key(name)).collect(),
                read_ranges: prefixes.iter().map(|prefix| KeyRange::prefix(key(prefix))).collect(),
                writes: vec![put("result", "z")],
            };
            let outcome = kv.commit(commit).await;
            assert_eq!(outcome == Err(CommitError::Conflict), conflicts, "{keys:?} {prefixes:?} {written} {removes}");
        }
    }
}

/// What was answered is in every later snapshot, and nothing of what conflicted is.
pub(super) async fn a_commit_is_seen_by_all_who_come_after(kv: &Arc<dyn Kv>) {
    for n in 0..200 {
        let before = kv.snapshot().await.unwrap();
        let version = write(kv, vec![put("n", n.to_string()), put("twice", "no"), put("twice", "yes")]).await;
        let after = kv.snapshot().await.unwrap();
        assert!(after.version() >= version && version > before.version());
        assert_eq!(after.get(b"n").await.unwrap(), Some(n.to_string().into()));
        assert_eq!(after.get(b"twice").await.unwrap(), Some("yes".into()), "the later change counts");
        let late = Commit {
            read_version: before.version(),
            read_keys: vec![key("n")],
            read_ranges: Vec::new(),
            writes: vec![put("n", "lost"), put("late", "x")],
        };
        assert_eq!(kv.commit(late).await, Err(CommitError::Conflict));
        assert_eq!(kv.snapshot().await.unwrap().get(b"late").await.unwrap(), None);
    }
}
