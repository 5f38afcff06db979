//! Registries, schemas, discoverers and code, in their own words: no API's inputs, no HTTP, no time but the clock's.
//!
//! | file | noun |
//! |---|---|
//! | `home.rs` | where resources are, and what they are called |
//! | `registry.rs` | registries, their policies |
//! | `schema.rs`, `version.rs` | schemas and their documents; searching them |
//! | `published/` | the schemas of AWS's own events |
//! | `shape.rs` | the shape of values, learnt from examples. Pure |
//! | `document/` | OpenAPI documents and JSON schemas. Pure |
//! | `binding/` | code for schemas. Pure |
//! | `code.rs` | which schemas have code |
//! | `discoverer.rs`, `discovery.rs` | who learns from which bus; what comes of an event |

pub(crate) mod binding;
mod code;
pub(crate) mod discoverer;
mod discovery;
pub(crate) mod document;
pub(crate) mod home;
pub(crate) mod published;
mod registry;
pub(crate) mod schema;
pub(crate) mod shape;
mod version;

use std::sync::Arc;

use names::Timestamp;
use runtime::Runtime;
use service_kit::{CloudParts, Wake};
use store::{Store, StoreError};

pub(crate) use code::Code;
pub(crate) use schema::{Change, Draft};
pub(crate) use version::Shown;

/// All of the schema registry. Clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    unsettled: Wake,
}

/// What can go wrong, told by the edge in AWS's words.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The store.
    Store(StoreError),
    /// The registry is not there.
    NoRegistry,
    /// The schema is not there.
    NoSchema,
    /// The schema has no such version.
    NoVersion,
    /// The discoverer is not there.
    NoDiscoverer,
    /// There is no code for the schema in that language.
    NoCode,
    /// It is there already.
    Taken,
    /// Something is in it.
    InUse,
    /// It is AWS's own.
    Foreign,
    /// Somebody else changed it in between.
    Stale,
    /// There is no policy.
    NoPolicy,
    /// It would have nothing left.
    Last,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An answer of the engine.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Engine {
    /// On the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        let (store, runtime) = (parts.store.clone(), parts.runtime.clone());
        Self(Arc::new(Inner { store, runtime, unsettled: Wake::default() }))
    }

    /// Wakes the task that brings rules into line with discoverers.
    pub(crate) fn unsettled(&self) -> &Wake {
        &self.0.unsettled
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    /// The instant now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    fn fresh_id(&self) -> String {
        self.0.runtime.random.uuid()
    }
}
