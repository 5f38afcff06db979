//! Which shards of a stream may be read: those that have not ended and whose parents have, as far as these are still there.

use std::collections::BTreeMap;

use crate::store::Checkpoint;

/// A shard, as its stream lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    /// Whether it takes records.
    pub(crate) open: bool,
}

/// The shards that may be read.
pub(crate) fn readable<'s>(shards: &'s [Shard], checkpoints: &BTreeMap<String, Checkpoint>) -> Vec<&'s Shard> {
    let ended = |id: &String| checkpoints.get(id).is_some_and(|checkpoint| checkpoint.ended);
    let there = |id: &String| shards.iter().any(|shard| shard.id == *id);
    let free = |shard: &&Shard| !ended(&shard.id) && shard.parents.iter().all(|parent| ended(parent) || !there(parent));
    shards.iter().filter(free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_after_their_parents() {
        let shard = |id: &str, parents: &[&str]| Shard {
            id: id.to_owned(),
            parents: parents.iter().map(|&parent| parent.to_owned()).collect(),
            open: true,
        };
        let shards = [shard("a", &["gone"]), shard("b", &[]), shard("c", &["a", "b"]), shard("d", &["c"])];
        let ended = |ids: &[&str]| {
            let ended = |&id: &&str| (id.to_owned(), Checkpoint { ended: true, ..Default::default() });
            let all: BTreeMap<_, _> = ids.iter().map(ended).collect();
            readable(&shards, &all).iter().map(|shard| shard.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ended(&[]), ["a", "b"]);
        assert_eq!(ended(&["a"]), ["b"]);
        assert_eq!(ended(&["a", "b"]), ["c"]);
        assert_eq!(ended(&["a", "b", "c"]), ["d"]);
    }
}
