//! Configurations that were read already, so that a request does not read again what did not change. A change of any forgets
//! all: configurations are read all the time and set now and then.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use store::{Store, Watch};

use super::Config;
use crate::store::{BucketNo, CONFIGS, SCOPE};

/// Configurations kept at most; beyond it all are forgotten.
const MOST: usize = 20_000;

/// What was read, and what was found not to be there.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// From the first question on.
    changes: Option<Watch>,
    /// How often all was forgotten: what was read before may be old.
    generation: u64,
    configs: HashMap<(BucketNo, &'static str), Arc<dyn Any + Send + Sync>>,
}

/// What the cache says.
pub(super) enum Known<C> {
    /// The configuration, or that there is none.
    Yes(Option<C>),
    /// Nothing: it is to be read, and kept if this is still the generation.
    No(u64),
}

impl Cache {
    /// The configuration of a kind, as far as it is known.
    pub(super) fn get<C: Config>(&self, store: &Store, bucket: BucketNo) -> Known<C> {
        let mut kept = self.0.lock();
        let changes = kept.changes.get_or_insert_with(|| store.watch(&CONFIGS.prefix(&SCOPE)));
        if changes.has_changed() {
            kept.forget();
        }
        let known = kept.configs.get(&(bucket, C::KIND)).and_then(|known| known.downcast_ref::<Option<C>>());
        known.map_or(Known::No(kept.generation), |known| Known::Yes(known.clone()))
    }

    /// Keeps what was read after [`Cache::get`] knew nothing.
    pub(super) fn keep<C: Config>(&self, generation: u64, bucket: BucketNo, read: &Option<C>) {
        let mut kept = self.0.lock();
        if kept.configs.len() >= MOST {
            kept.forget();
        }
        // Somebody who was told of a change has forgotten all since: this may be from before it.
        if kept.generation == generation {
            kept.configs.insert((bucket, C::KIND), Arc::new(read.clone()));
        }
    }
}

impl Kept {
    fn forget(&mut self) {
        self.configs.clear();
        self.generation += 1;
    }
}
