//! Topics and those who are to be told, in their own words: no API types, no HTTP, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `topic.rs` | a topic in use, with its subscriptions and their filters |
//! | `publish.rs` | accepting messages: once on FIFO topics, and onto the lanes of who wants them |
//! | `replay.rs` | playing archived messages again |
//! | `spool.rs` | what was handed to mail, phones and apps |
//! | `signer.rs`, `rsa.rs` | signing what subscribers are told |
//! | `message.rs`, `envelope.rs`, `json.rs`, `place.rs`, `token.rs`, `phone.rs` | nouns and forms. Pure |
//! | `delivery_policy.rs`, `policy.rs`, `protection.rs` | policies. Pure |

pub(crate) mod delivery_policy;
pub(crate) mod envelope;
mod json;
pub(crate) mod message;
pub(crate) mod phone;
pub(crate) mod place;
pub(crate) mod policy;
pub(crate) mod protection;
pub(crate) mod publish;
pub(crate) mod replay;
mod rsa;
pub(crate) mod signer;
pub(crate) mod spool;
pub(crate) mod token;
pub(crate) mod topic;

use std::sync::Arc;

use delivery::{Deliveries, Taken};
use names::Timestamp;
use runtime::Runtime;
use service_kit::CloudParts;
use store::{Mac, Scope, Seal, Sequence, Store, StoreError};

use place::Home;
use signer::Signer;
use topic::{Topic, Topics};

/// Locks that keep the messages of a group in order. Groups share them by hash.
const STRIPES: usize = 64;

/// All topics of a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    topics: Topics,
    deliveries: Deliveries,
    taken: Taken,
    signer: Signer,
    tokens: Mac,
    messages: Seal,
    secrets: Seal,
    stripes: Vec<tokio::sync::Mutex<()>>,
}

impl Engine {
    /// Topics on the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        let (store, runtime) = (parts.store.clone(), parts.runtime.clone());
        Self(Arc::new(Inner {
            numbers: Sequence::new(&store, Scope::Global, "sns"),
            topics: Topics::default(),
            deliveries: Deliveries::new("sns", "sns.deliver", parts),
            taken: Taken::new("sns", &store, &runtime.clock),
            signer: Signer::new(&store, &runtime.random, &parts.vault),
            tokens: parts.vault.mac("sns/token"),
            messages: parts.vault.seal("sns/message"),
            secrets: parts.vault.seal("sns/platform-credential"),
            stripes: (0..STRIPES).map(|_| tokio::sync::Mutex::default()).collect(),
            store,
            runtime,
        }))
    }

    /// The topic at a place, when there is one.
    pub(crate) async fn topic(&self, home: &Home) -> Result<Option<Arc<Topic>>, StoreError> {
        self.0.topics.find(&self.0.store, home).await
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.topics.clear();
        self.0.taken.forget();
        self.0.signer.forget();
    }

    /// What is on its way.
    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.0.deliveries
    }

    /// Deliveries of other services.
    pub(crate) fn taken(&self) -> &Taken {
        &self.0.taken
    }

    /// Who signs.
    pub(crate) fn signer(&self) -> &Signer {
        &self.0.signer
    }

    /// What tokens are made with.
    pub(crate) fn tokens(&self) -> &Mac {
        &self.0.tokens
    }

    /// What credentials of platforms are sealed with.
    pub(crate) fn secrets(&self) -> &Seal {
        &self.0.secrets
    }

    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// Clock, randomness, tasks.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// The instant now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// A number of no other topic, message or delivery.
    pub(crate) async fn number(&self) -> Result<u64, StoreError> {
        self.0.numbers.next().await
    }
}
