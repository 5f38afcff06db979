//! Buses, rules, archives and the way of an event, in their own words: no API's inputs, no HTTP, no time but the clock's.
//!
//! | file | noun |
//! |---|---|
//! | `home.rs` | where resources are, and what they are called |
//! | `event.rs` | an event's envelope |
//! | `bus.rs`, `permission.rs` | buses and their policies |
//! | `rule.rs`, `target.rs` | rules, targets |
//! | `view.rs` | a bus compiled: its rules and archives as one set of patterns |
//! | `route.rs` | from an event to everything that it is for, in one commit |
//! | `path.rs`, `input.rs` | what a target gets of an event |
//! | `timetable.rs` | schedules of rules, by durable timers |
//! | `archive.rs`, `replay.rs` | events kept, and sent again |
//! | `connection.rs`, `destination.rs` | how to be let in, and where |
//! | `endpoint.rs` | global endpoints |
//! | `partner.rs` | event sources of partners |

pub(crate) mod archive;
pub(crate) mod bus;
pub(crate) mod connection;
pub(crate) mod destination;
pub(crate) mod endpoint;
pub(crate) mod event;
pub(crate) mod home;
pub(crate) mod input;
pub(crate) mod partner;
pub(crate) mod path;
pub(crate) mod permission;
pub(crate) mod replay;
mod route;
pub(crate) mod rule;
pub(crate) mod target;
pub(crate) mod timetable;
mod view;

use std::collections::HashMap;
use std::sync::Arc;

use delivery::{Deliveries, Taken};
use names::{AccountId, Arn, Timestamp};
use parking_lot::Mutex;
use runtime::Runtime;
use service_kit::{AssumeAs, Caller, Cloud, CloudParts, Error, RoleSessions, Wake};
use store::{Scope, Seal, Sequence, Store, StoreError, Timers};

use event::Envelope;
pub(crate) use route::Put;
pub(crate) use view::{RuleView, TargetView};

/// The kind of the alarms of deliveries.
const DELIVER: &str = "events.deliver";

/// All of EventBridge. Clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    timers: Timers,
    deliveries: Deliveries,
    taken: Taken,
    views: view::Views,
    roles: RoleSessions,
    seal: Seal,
    /// Numbers of archives and of the events in them.
    numbers: Sequence,
    replays: Wake,
    authorizations: Wake,
    /// Events that a bus of ours delivers to another, with their envelopes, by the id of the delivery.
    forwarded: Mutex<HashMap<u128, Envelope>>,
    tokens: Mutex<HashMap<String, connection::Token>>,
}

impl Engine {
    /// On the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store.clone(),
            runtime: parts.runtime.clone(),
            timers: Timers::new(&parts.store, &parts.runtime),
            deliveries: Deliveries::new("events", DELIVER, parts),
            taken: Taken::new("events", &parts.store, &parts.runtime.clock),
            views: view::Views::default(),
            roles: RoleSessions::default(),
            seal: parts.vault.seal("events/connection"),
            numbers: Sequence::new(&parts.store, Scope::Global, "events/archive"),
            replays: Wake::default(),
            authorizations: Wake::default(),
            forwarded: Mutex::default(),
            tokens: Mutex::default(),
        }))
    }

    /// Events on their way.
    pub(crate) fn deliveries(&self) -> &Deliveries {
        &self.0.deliveries
    }

    /// Deliveries from elsewhere that were taken.
    pub(crate) fn taken(&self) -> &Taken {
        &self.0.taken
    }

    /// Clock and randomness.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    /// Wakes the task that replays.
    pub(crate) fn replays(&self) -> &Wake {
        &self.0.replays
    }

    /// Wakes the task that authorizes connections.
    pub(crate) fn authorizations(&self) -> &Wake {
        &self.0.authorizations
    }

    /// The session of a role that a rule's targets are served with.
    pub(crate) async fn assume(
        &self,
        cloud: &Cloud,
        account: AccountId,
        role: &Arn,
        rule: &str,
    ) -> Result<Arc<Caller>, Error> {
        // AWS's sessions are named by a hash; here by a number.
        let session_name = format!("{:032x}", self.runtime().random.u128());
        let (service, source_arn) = ("events.amazonaws.com", Some(rule));
        let ask = AssumeAs { service, account, role, session_name: &session_name, source_arn };
        self.0.roles.assume(cloud, &ask).await
    }

    /// Drops everything that can be read again.
    pub(crate) fn forget(&self) {
        self.0.views.forget();
        self.0.roles.forget();
        self.0.taken.forget();
        self.0.tokens.lock().clear();
    }

    /// Remembers the envelope of an event that is about to be delivered to a bus.
    pub(crate) fn forward(&self, delivery: u128, event: Envelope) {
        self.0.forwarded.lock().insert(delivery, event);
    }

    /// The envelope of an event that a bus delivers.
    pub(crate) fn forwarded(&self, delivery: u128) -> Option<Envelope> {
        self.0.forwarded.lock().get(&delivery).cloned()
    }

    /// Forgets an envelope once it was delivered, or not.
    pub(crate) fn forwarded_ends(&self, delivery: u128) {
        self.0.forwarded.lock().remove(&delivery);
    }

    fn timers(&self) -> &Timers {
        &self.0.timers
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }
}

/// What can go wrong beside the store, told by the edge in AWS's words.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The store.
    Store(StoreError),
    /// It is not there.
    Absent,
    /// It is there already.
    Taken,
    /// It is not in a state for that.
    State,
    /// More than there may be.
    Limit,
    /// A service keeps it.
    Managed(String),
    /// Something is still attached to it.
    InUse,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An answer of the engine.
pub(crate) type Answer<T> = Result<T, Refusal>;
