//! What is delivered to a bus: events of other buses, as they are; and what other services send, as the detail of a new
//! event. Either way it is put as anybody puts it, in the sender's name: the bus's policy decides.

use api_events::{PutEvents, PutEventsInput, PutEventsRequestEntry};
use names::Arn;
use serde_json::Value;
use service_kit::{BoxFuture, Error, Parcel, Receipt, Receiver, Sender};

use crate::engine::Engine;
use crate::engine::home::BusId;
use crate::error::{invalid, parameter};
use crate::net;

/// Buses and API destinations, as receivers.
pub(crate) struct Buses(pub(crate) Engine);

impl Receiver for Buses {
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(async move {
            let mut receipts = Vec::with_capacity(parcels.len());
            for parcel in parcels {
                receipts.push(match BusId::of_arn(&to.to_string()) {
                    Some(bus) => self.put(sender, &bus, parcel).await,
                    None => self.invoke(to, parcel).await,
                });
            }
            receipts
        })
    }
}

impl Buses {
    async fn put(&self, sender: &Sender, bus: &BusId, parcel: Parcel) -> Result<Receipt, Error> {
        let entry = match self.0.forwarded(parcel.id) {
            Some(event) => PutEventsRequestEntry {
                source: Some(event.source),
                detail_type: Some(event.detail_type),
                detail: Some(event.detail.to_string()),
                ..PutEventsRequestEntry::default()
            },
            None => entry(parcel.body, &parcel.parameters),
        };
        let entry = PutEventsRequestEntry { event_bus_name: Some(bus.arn().to_string()), ..entry };
        let input = PutEventsInput { entries: vec![entry], endpoint_id: None };
        let answer = sender.call::<PutEvents>(&bus.home.region, &[parcel.id], input).await?;
        let entry = answer.entries.unwrap_or_default().pop().unwrap_or_default();
        match entry.event_id {
            Some(id) => Ok(Receipt { id, answer: None }),
            None => Err(invalid(entry.error_message.unwrap_or_default())),
        }
    }

    async fn invoke(&self, to: &Arn, parcel: Parcel) -> Result<Receipt, Error> {
        let found = self.0.destination_of_arn(&to.to_string()).await?;
        let (_, _, destination) =
            found.ok_or_else(|| parameter("Arn", "It is neither a bus nor an API destination."))?;
        let parameters = &parcel.parameters["HttpParameters"];
        match net::destination::ask(&self.0, &destination, parameters, parcel.body).await {
            Ok(body) => Ok(Receipt { answer: Some(body), ..Receipt::default() }),
            Err(delivery::Verdict::Delivered) => Ok(Receipt::default()),
            Err(delivery::Verdict::Retry(failure)) => {
                Err(service_kit::Fault::Unavailable { internal: failure.to_string() }.into())
            }
            Err(delivery::Verdict::Refused(failure)) => Err(invalid(failure.message)),
        }
    }
}

/// What a sender's parameters say of the event: as Scheduler and Pipes name them.
fn entry(detail: String, parameters: &Value) -> PutEventsRequestEntry {
    let named = ["EventBridgeParameters", "EventBridgeEventBusParameters"];
    let own = named.iter().map(|name| &parameters[*name]).find(|own| own.is_object()).unwrap_or(&Value::Null);
    let text = |name: &str| own[name].as_str().map(str::to_owned);
    let resources =
        own["Resources"].as_array().map(|all| all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect());
    let time = text("Time").and_then(|time| names::Timestamp::parse_iso8601(&time).ok());
    PutEventsRequestEntry {
        source: text("Source"),
        detail_type: text("DetailType"),
        detail: Some(detail),
        resources,
        time,
        ..PutEventsRequestEntry::default()
    }
}
