//! Deliveries: what one service sends to a resource of another, known only by its ARN. A rule's target, a topic's
//! subscription, a bucket's notification and a function's destination all end here, so nobody names the services that
//! can be sent to: each says itself how it takes a parcel.

use std::sync::Arc;

use names::{Arn, Region};
use serde_json::Value;
use smithy::Operation;

use crate::{BoxFuture, Caller, Cloud, Error, Fault, Outcome};

/// What is delivered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parcel {
    /// The same at each attempt, and of no other parcel to this receiver: a repetition is recognised by it.
    pub id: u128,
    /// The content.
    pub body: String,
    /// What is kept in order among itself: a message group.
    pub group: Option<String>,
    /// A FIFO receiver's deduplication id.
    pub deduplication: Option<String>,
    /// What decides on the shard.
    pub partition_key: Option<String>,
    /// Beside the content.
    pub attributes: Vec<(String, ParcelAttribute)>,
    /// What the sender's configuration says for this kind of receiver, in its own words (`SqsParameters` and the like); null
    /// when nothing.
    pub parameters: Value,
}

/// An attribute of a parcel, in the words of SQS and SNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelAttribute {
    /// `String`, `Number`, `Binary`, `String.Array`.
    pub data_type: String,
    /// The value: text, or base64 of bytes when the type begins with `Binary`.
    pub value: String,
}

/// What the receiver says of a parcel it took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Its own name for it: a message id, a sequence number.
    pub id: String,
    /// What it answered, when it answers at all: the payload of a function.
    pub answer: Option<String>,
}

/// In whose name parcels come.
#[derive(Clone)]
pub struct Sender {
    /// The cloud.
    pub cloud: Cloud,
    /// A service principal, or the session of a role that a service assumed.
    pub caller: Arc<Caller>,
    /// The resource on whose account it sends: `aws:SourceArn`.
    pub source_arn: Option<String>,
}

/// What a service does with parcels for its resources.
pub trait Receiver: Send + Sync {
    /// Takes parcels for the resource `to`, each by itself, through the service's own operations as the sender: its
    /// policies decide. As many answers as parcels, in their order.
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>>;
}

impl Sender {
    /// A service that sends on account of a resource in `account`.
    pub fn service(cloud: &Cloud, service: &str, account: names::AccountId, source_arn: impl Into<String>) -> Self {
        let caller = Arc::new(Caller::service(service, account));
        Self { cloud: cloud.clone(), caller, source_arn: Some(source_arn.into()) }
    }

    /// Calls an operation in a region in the sender's name. `once` holds the ids of the parcels in it, in the order of the
    /// input's entries: the handler finds them in [`RequestInfo::once`](crate::RequestInfo::once).
    pub async fn call<O: Operation>(&self, region: &Region, once: &[u128], input: O::Input) -> Outcome<O> {
        let mut request = self.cloud.inner_request();
        request.source_arn.clone_from(&self.source_arn);
        request.once = once.into();
        self.cloud.call_within::<O>(self.caller.clone(), region.clone(), request, input).await
    }
}

impl Cloud {
    /// Delivers parcels to whatever stands at an ARN. As many answers as parcels, in their order.
    pub async fn deliver(&self, sender: &Sender, to: &Arn, parcels: Vec<Parcel>) -> Vec<Result<Receipt, Error>> {
        let count = parcels.len();
        let named = |service: &&crate::Service| service.api.signing_name == to.service;
        let receiver = self.services().filter(named).find_map(|service| service.receiver.as_deref());
        match receiver {
            Some(receiver) => receiver.receive(sender, to, parcels).await,
            None => (0..count).map(|_| Err(nobody(to).into())).collect(),
        }
    }

    /// Whether deliveries to a service's resources are taken at all.
    pub fn receives(&self, to: &Arn) -> bool {
        self.services().any(|service| service.api.signing_name == to.service && service.receiver.is_some())
    }
}

/// Nothing here takes deliveries for that service yet.
fn nobody(to: &Arn) -> Fault {
    Fault::NotImplemented { service: to.service.to_owned(), operation: "delivery".to_owned() }
}
