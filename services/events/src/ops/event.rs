//! Events put on buses: each entry is taken or refused for itself.

use std::collections::BTreeMap;

use api_events::{
    PutEvents, PutEventsInput, PutEventsOutput, PutEventsRequestEntry, PutEventsResultEntry, PutPartnerEvents,
    PutPartnerEventsInput, PutPartnerEventsOutput, PutPartnerEventsRequestEntry, PutPartnerEventsResultEntry,
};
use names::Arn;
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Outcome, Principal};

use super::address::{bus, engine, home};
use crate::engine::Put;
use crate::engine::event::Envelope;
use crate::engine::home::BusId;
use crate::error::{invalid, parameter};
use crate::limits;

/// Why an entry is refused: code and text.
type Refused = (&'static str, String);

/// Puts events on buses.
pub(crate) async fn put_events(ctx: &Ctx, input: PutEventsInput) -> Outcome<PutEvents> {
    if input.entries.iter().map(size).sum::<usize>() > limits::ENTRIES_BYTES {
        return Err(invalid("Total size of the entries in the request is over the limit."));
    }
    let endpoint = endpoint(ctx, input.endpoint_id.as_deref()).await?;
    let (mut puts, mut answers) = (Vec::new(), Vec::new());
    for (index, entry) in input.entries.into_iter().enumerate() {
        match envelope(ctx, &entry, index) {
            Ok((event, once)) => {
                answers.push(PutEventsResultEntry { event_id: Some(event.id.clone()), ..Default::default() });
                let buses = match &endpoint {
                    Some(buses) => buses.clone(),
                    None => vec![bus(ctx, entry.event_bus_name.as_deref())?],
                };
                puts.extend(buses.into_iter().map(|bus| Put { bus, event: event.clone(), once }));
            }
            Err((code, text)) => {
                let (error_code, error_message) = (Some(code.to_owned()), Some(text));
                answers.push(PutEventsResultEntry { error_code, error_message, event_id: None });
            }
        }
    }
    engine(ctx).put(&puts).await?;
    let failed = answers.iter().filter(|answer| answer.event_id.is_none()).count();
    Ok(PutEventsOutput { failed_entry_count: i32::try_from(failed).ok(), entries: Some(answers) })
}

/// What putting events touches: each bus, with what is put on it.
pub(crate) fn access_to_put(ctx: &Ctx, input: &PutEventsInput) -> Result<Access, Error> {
    let mut buses: BTreeMap<Arn, Access> = BTreeMap::new();
    for entry in &input.entries {
        let arn = bus(ctx, entry.event_bus_name.as_deref())?.arn();
        let mut access = buses.remove(&arn).unwrap_or_else(|| Access::to(&arn));
        for (key, value) in [("events:source", &entry.source), ("events:detail-type", &entry.detail_type)] {
            if let Some(value) = value {
                access = access.with(key, value);
            }
        }
        buses.insert(arn, access);
    }
    let mut all = buses.into_values();
    let first = all.next().unwrap_or_default();
    Ok(all.fold(first, |access, other| access.and(other.as_action("events:PutEvents"))))
}

/// Puts events of a partner on the buses of those who took its event sources.
pub(crate) async fn put_partner_events(ctx: &Ctx, input: PutPartnerEventsInput) -> Outcome<PutPartnerEvents> {
    let (mut puts, mut answers) = (Vec::new(), Vec::new());
    let offers = engine(ctx).offers(&home(ctx)).await?;
    for entry in input.entries {
        match partner_event(ctx, &entry) {
            Ok(event) => {
                let takers = offers.iter().filter(|(name, _)| Some(name) == entry.source.as_ref());
                for (name, account) in takers {
                    let theirs = crate::engine::home::Home { account: *account, region: ctx.region.clone() };
                    let source = engine(ctx).source(&theirs, name).await?;
                    if source.is_some_and(|source| source.state == "ACTIVE") {
                        let event = Envelope { account: account.to_string(), ..event.clone() };
                        puts.push(Put { bus: theirs.bus(name), event, once: None });
                    }
                }
                answers.push(PutPartnerEventsResultEntry { event_id: Some(event.id), ..Default::default() });
            }
            Err((code, text)) => {
                let (error_code, error_message) = (Some(code.to_owned()), Some(text));
                answers.push(PutPartnerEventsResultEntry { error_code, error_message, event_id: None });
            }
        }
    }
    engine(ctx).put(&puts).await?;
    let failed = answers.iter().filter(|answer| answer.event_id.is_none()).count();
    Ok(PutPartnerEventsOutput { failed_entry_count: i32::try_from(failed).ok(), entries: Some(answers) })
}

/// The buses of a global endpoint.
async fn endpoint(ctx: &Ctx, id: Option<&str>) -> Result<Option<Vec<BusId>>, Error> {
    let Some(id) = id else { return Ok(None) };
    let buses = engine(ctx).endpoint_buses(id).await?;
    buses.map(Some).ok_or_else(|| parameter("EndpointId", &format!("Endpoint {id} does not exist.")))
}

/// An entry as an event: the one that another bus delivers, or a new one.
fn envelope(ctx: &Ctx, entry: &PutEventsRequestEntry, index: usize) -> Result<(Envelope, Option<u128>), Refused> {
    let once = ctx.request.once.get(index).copied();
    if let Some(event) = once.and_then(|once| engine(ctx).forwarded(once)) {
        // AWS was recorded to give an event that comes to another region another id, and to one that stays its own.
        let id = if event.region == ctx.region.as_str() { event.id } else { ctx.random().uuid() };
        return Ok((Envelope { id, ..event }, once));
    }
    let (source, detail_type, detail) = (
        required("Source", entry.source.as_ref())?,
        required("DetailType", entry.detail_type.as_ref())?,
        detail(entry.detail.as_ref())?,
    );
    let ours = matches!(ctx.caller.principal, Principal::Internal(_) | Principal::Service(_));
    if source.starts_with("aws.") && !ours {
        return Err(("NotAuthorizedForSource", "Not authorized for the source.".to_owned()));
    }
    let time = entry.time.unwrap_or_else(|| ctx.now());
    let event = Envelope {
        detail_type,
        source,
        resources: entry.resources.clone().unwrap_or_default(),
        detail,
        ..Envelope::new(ctx.random().uuid(), ctx.account(), &ctx.region, time)
    };
    Ok((event, once))
}

fn partner_event(ctx: &Ctx, entry: &PutPartnerEventsRequestEntry) -> Result<Envelope, Refused> {
    let time = entry.time.unwrap_or_else(|| ctx.now());
    Ok(Envelope {
        source: required("Source", entry.source.as_ref())?,
        detail_type: required("DetailType", entry.detail_type.as_ref())?,
        detail: detail(entry.detail.as_ref())?,
        resources: entry.resources.clone().unwrap_or_default(),
        ..Envelope::new(ctx.random().uuid(), ctx.account(), &ctx.region, time)
    })
}

fn required(name: &str, value: Option<&String>) -> Result<String, Refused> {
    let given = value.filter(|value| !value.is_empty());
    let text = || format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
    given.cloned().ok_or_else(|| ("InvalidArgument", text()))
}

fn detail(text: Option<&String>) -> Result<Value, Refused> {
    let text = required("Detail", text)?;
    match serde_json::from_str(&text) {
        Ok(detail @ Value::Object(_)) => Ok(detail),
        _ => Err(("MalformedDetail", "Detail is malformed.".to_owned())),
    }
}

/// What an entry counts for.
fn size(entry: &PutEventsRequestEntry) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let resources: usize = entry.resources.iter().flatten().map(String::len).sum();
    let time = if entry.time.is_some() { limits::TIME_BYTES } else { 0 };
    text(&entry.source) + text(&entry.detail_type) + text(&entry.detail) + resources + time
}
