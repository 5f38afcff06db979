//! What is delivered to a discoverer: the events of its bus, by its own rule. Learning from an event twice is learning from
//! it once, so that nothing needs to be remembered of deliveries.

use names::Arn;
use service_kit::{BoxFuture, Error, Fault, Parcel, Principal, Receipt, Receiver, Sender};

use crate::engine::Engine;
use crate::engine::home::{DiscovererId, Home, Named};

/// Discoverers, as receivers.
pub(crate) struct Discoverers(pub(crate) Engine);

impl Receiver for Discoverers {
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(async move {
            let learnt = self.learn(sender, to, &parcels).await;
            // They were learnt from together, or not at all.
            parcels.iter().map(|_| learnt.as_ref().map(|()| Receipt::default()).map_err(again)).collect()
        })
    }
}

impl Discoverers {
    async fn learn(&self, sender: &Sender, to: &Arn, parcels: &[Parcel]) -> Result<(), Error> {
        let id = by_its_rule(sender, to).ok_or_else(|| denied(sender, to))?;
        // One that was stopped or deleted has no use for what is still on the way.
        if !self.0.discoverer(&id).await.is_ok_and(|record| record.started) {
            return Ok(());
        }
        let events: Vec<_> = parcels.iter().filter_map(|parcel| serde_json::from_str(&parcel.body).ok()).collect();
        Ok(self.0.learn(&id.home, &events).await?)
    }
}

/// The discoverer, when it is EventBridge that delivers, for the discoverer's own rule.
fn by_its_rule(sender: &Sender, to: &Arn) -> Option<DiscovererId> {
    let home = Home { account: to.account_id()?, region: to.region_code()? };
    let Some(Named::Discoverer(id)) = Named::of_arn(&to.to_string(), &home) else { return None };
    let rule: Arn = sender.source_arn.as_ref()?.parse().ok()?;
    let own = rule.resource.rsplit('/').next() == Some(id.rule().as_str()) && rule.account == to.account;
    let events = sender.caller.principal == Principal::Service("events.amazonaws.com".to_owned());
    (own && events).then_some(id)
}

fn denied(sender: &Sender, to: &Arn) -> Error {
    let (principal, resource) = (format!("{:?}", sender.caller.principal), Some(to.to_string()));
    let reason = "because only the rule that the discoverer keeps may send it events".to_owned();
    Fault::AccessDenied { principal, action: "schemas:Discover".to_owned(), resource, reason }.into()
}

fn again(error: &Error) -> Error {
    match error {
        Error::Fault(fault) => fault.clone().into(),
        Error::Modeled(error) => Fault::Unavailable { internal: error.to_string() }.into(),
    }
}
