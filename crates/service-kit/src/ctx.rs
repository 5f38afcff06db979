//! What a handler is given: who calls, from where, when, and the means to act.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

use names::Region;
use names::{AccountId, Arn, Partition, RequestId, Timestamp};
use runtime::{Clock, Random};
use smithy::{OperationSchema, ProtocolKind};
use store::Store;

use crate::{Caller, Cloud};

/// One call on its way through a service. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    /// Who calls.
    pub caller: Arc<Caller>,
    /// The region called.
    pub region: Region,
    /// The operation.
    pub operation: &'static OperationSchema,
    /// The request it came with.
    pub request: Arc<RequestInfo>,
    pub(crate) cloud: Cloud,
    pub(crate) state: Arc<dyn Any + Send + Sync>,
}

/// What is known of the request behind a call.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    /// Its id.
    pub id: RequestId,
    /// How it was written; none for calls in process.
    pub protocol: Option<ProtocolKind>,
    /// Address of the client; of the first client for calls in process on its behalf.
    pub source_ip: Option<IpAddr>,
    /// Whether it came over TLS: `aws:SecureTransport`.
    pub secure: bool,
    /// The client's `User-Agent`.
    pub user_agent: String,
    /// The client's `Referer`; empty when it sent none.
    pub referer: String,
    /// Services through which the call came, the first caller's first, as in `sqs.amazonaws.com`: `aws:CalledVia`.
    pub called_via: Vec<String>,
    /// The resource on whose account a service calls: `aws:SourceArn`.
    pub source_arn: Option<String>,
    /// Ids of the deliveries in it, in the order of its entries; empty unless a service delivers. What was taken under an id
    /// already is not taken again.
    pub once: Arc<[u128]>,
    /// Scheme, host and port under which the client reached us: the start of every URL we answer with.
    pub base_url: String,
    /// `X-Amzn-Trace-Id`, when the client sent one.
    pub trace: Option<String>,
    /// When it came, by the cloud's clock.
    pub at: Timestamp,
}

impl Ctx {
    /// The service's state.
    ///
    /// # Panics
    /// When the service was declared with a state of another type: a mistake in its `service()`.
    pub fn state<T: Any + Send + Sync>(&self) -> &T {
        self.state.downcast_ref().expect("a service asks for the state it was declared with")
    }

    /// The account called. Resources of other accounts are named by ARN or URL.
    pub fn account(&self) -> AccountId {
        self.caller.account
    }

    /// The partition of the region called.
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }

    /// The ARN of a resource of this service in the account and region called.
    pub fn arn(&self, resource: impl Into<String>) -> Arn {
        Arn::regional(self.operation.service.signing_name, &self.region, self.account(), resource)
    }

    /// The cloud's clock.
    pub fn clock(&self) -> &Clock {
        &self.cloud.runtime().clock
    }

    /// The instant now, by the cloud's clock.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// The cloud's randomness.
    pub fn random(&self) -> &Random {
        &self.cloud.runtime().random
    }

    /// The cloud's store.
    pub fn store(&self) -> &Store {
        self.cloud.store()
    }

    /// What all services share.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }
}
