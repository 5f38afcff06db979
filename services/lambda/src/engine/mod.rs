//! Functions and all that belongs to them, in their own words.
//!
//! | file | noun |
//! |---|---|
//! | `package.rs`, `code.rs` | zip files; where their bytes are, and the directories they are unpacked into |
//! | `function.rs`, `version.rs`, `alias.rs` | functions, what they were, and what stands for them |
//! | `policy.rs` | who else may do what with them |
//! | `layer.rs` | what several of them share |
//! | `mapping.rs` | event source mappings |
//! | `pool.rs` | execution environments: waiting, at work, how many at once |

pub(crate) mod alias;
pub(crate) mod code;
pub(crate) mod function;
pub(crate) mod home;
pub(crate) mod layer;
pub(crate) mod mapping;
pub(crate) mod package;
pub(crate) mod policy;
pub(crate) mod pool;
pub(crate) mod version;

use std::path::PathBuf;
use std::sync::Arc;

use delivery::Deliveries;
use names::Timestamp;
use runtime::Runtime;
use service_kit::{CloudParts, RoleSessions, Wake};
use store::blobs::Blobs;
use store::{Seal, Store, StoreError};

use crate::environment::Hosts;
use crate::store::{Settings, VersionRecord};

/// The kind of the alarms of deliveries.
const DELIVER: &str = "lambda.deliver";

/// All of Lambda. Clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    blobs: Arc<dyn Blobs>,
    seal: Seal,
    deliveries: Deliveries,
    roles: RoleSessions,
    hosts: Arc<dyn Hosts>,
    pools: pool::Pools,
    unpacking: code::Unpacking,
    scratch: PathBuf,
    sweeps: Wake,
    sources: crate::sources::Workers,
}

/// What can go wrong, told by the edge in AWS's words.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The store.
    Store(StoreError),
    /// The function, or the version or alias that was named, is not there.
    NoFunction,
    /// The alias is not there.
    NoAlias,
    /// It is there already.
    Taken,
    /// It is not what the caller last saw.
    Stale,
    /// An update is under way.
    Busy,
    /// The code is not the one that the caller last saw; this is.
    OtherCode(String),
    /// All that the account may store is used.
    NoRoom,
    /// It is used by an alias.
    InUse(Vec<String>),
    /// Anything else that is not there.
    Nothing,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An answer of the engine.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Engine {
    /// On the parts of a cloud, with what runs functions.
    pub(crate) fn new(parts: &CloudParts, hosts: Arc<dyn Hosts>) -> Self {
        Self(Arc::new(Inner {
            store: parts.store.clone(),
            runtime: parts.runtime.clone(),
            blobs: parts.blobs.clone(),
            seal: parts.vault.seal("lambda/settings"),
            deliveries: Deliveries::new("lambda", DELIVER, parts),
            roles: RoleSessions::default(),
            hosts,
            pools: pool::Pools::default(),
            unpacking: code::Unpacking::default(),
            scratch: parts.scratch.join("lambda"),
            sweeps: Wake::default(),
            sources: crate::sources::Workers::default(),
        }))
    }

    /// Asynchronous invocations, and what is told of them, on their way.
    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.0.deliveries
    }

    /// Sessions of the roles of functions.
    pub(crate) fn roles(&self) -> &RoleSessions {
        &self.0.roles
    }

    /// What runs functions.
    pub(crate) fn hosts(&self) -> &Arc<dyn Hosts> {
        &self.0.hosts
    }

    /// Environments.
    pub(crate) fn pools(&self) -> &pool::Pools {
        &self.0.pools
    }

    /// Who works on event source mappings.
    pub(crate) fn sources(&self) -> &crate::sources::Workers {
        &self.0.sources
    }

    /// Wakes the task that removes what nobody names any more.
    pub(crate) fn sweeps(&self) -> &Wake {
        &self.0.sweeps
    }

    /// Clock and randomness.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// The instant now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// The settings of a version.
    pub(crate) fn settings(&self, version: &VersionRecord) -> Result<Settings, StoreError> {
        store::decode_record("lambda/settings", &self.0.seal.open(b"version", &version.settings)?)
    }

    /// Settings as a version keeps them.
    pub(crate) fn sealed(&self, settings: &Settings) -> Result<Vec<u8>, StoreError> {
        let plain = store::encode_record(settings)?;
        Ok(self.0.seal.close(&self.0.runtime.random, b"version", &plain))
    }

    /// A text that only this cloud can read.
    pub(crate) fn seal_text(&self, context: &[u8], plain: &str) -> Vec<u8> {
        self.0.seal.close(&self.0.runtime.random, context, plain.as_bytes())
    }

    /// What such a text says.
    pub(crate) fn open_text(&self, context: &[u8], sealed: &[u8]) -> Option<String> {
        String::from_utf8(self.0.seal.open(context, sealed).ok()?).ok()
    }

    /// A name for the version of a runtime: the same for the same runtime.
    pub(crate) fn runtime_digest(&self, runtime: &str) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, runtime.as_bytes());
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Drops everything that can be read again.
    pub(crate) fn forget(&self) {
        self.0.roles.forget();
        self.0.pools.clear();
    }
}
