//! `LookupEvents`: the event history, newest first.

use std::borrow::Cow;

use api_cloudtrail::{
    Event, EventCategory, ListInsightsData, ListInsightsDataDimensionKey, ListInsightsDataInput,
    ListInsightsDataOutput, LookupEvents, LookupEventsInput, LookupEventsOutput, Resource, errors,
};
use names::Timestamp;
use service_kit::{Ctx, Error, Fault, Outcome, paging};
use store::Scope;

use super::address;
use crate::CloudTrail;
use crate::engine::attribute::Attribute;
use crate::engine::event::uuid;
use crate::engine::history::{self, Found, Lookup};
use crate::error::bad_parameter;
use crate::limits::{HISTORY, LOOKUP_PAGE};
use crate::store::EventId;

/// Shows events of the account and region called, as far back as the history reaches.
pub(crate) async fn lookup_events(ctx: &Ctx, input: LookupEventsInput) -> Outcome<LookupEvents> {
    let engine = ctx.state::<CloudTrail>().engine();
    if !engine.lookups().admit(ctx.account(), &ctx.region, ctx.now()) {
        return Err(Fault::Throttled { message: "Rate exceeded".to_owned() }.into());
    }
    let insights = match &input.event_category {
        None => false,
        Some(EventCategory::Insight) => true,
        Some(other) => return Err(errors::invalid_event_category_exception(category_text(other.as_str())).into()),
    };
    let filters = filters(&input);
    let lookup = lookup(ctx, &input, &filters)?;
    // Whoever looks sees the calls that were answered before.
    engine.queue().flush().await?;
    let scope = Scope::Regional(ctx.account(), ctx.region.clone());
    history::bring_forward(engine.store(), &scope).await?;
    let view = ctx.store().read().await?;
    let found = if insights { lookup.insights(&view, &scope).await? } else { lookup.events(&view, &scope).await? };
    let page = paging::page(ctx, &filters, found, lookup.limit - 1, |(at, id, _)| position(*at, id));
    let events = page.items.into_iter().map(shown).collect();
    Ok(LookupEventsOutput { events: Some(events), next_token: page.next_token })
}

/// Shows the insights of a trail: those of the account and region called.
pub(crate) async fn list_insights_data(ctx: &Ctx, input: ListInsightsDataInput) -> Outcome<ListInsightsData> {
    address::seen(ctx, &input.insight_source).await?;
    let dimension = input.dimensions.iter().flatten().next();
    let attribute = dimension.map(|(key, value)| match ListInsightsDataDimensionKey::from(key.as_str()) {
        ListInsightsDataDimensionKey::EventId => Ok((Attribute::EventId, value.clone())),
        ListInsightsDataDimensionKey::EventName => Ok((Attribute::EventName, value.clone())),
        ListInsightsDataDimensionKey::EventSource => Ok((Attribute::EventSource, value.clone())),
        other => Err(bad_parameter(format!("The dimension {} is not valid.", other.as_str()))),
    });
    let filters = format!("{}|{dimension:?}|{:?}|{:?}", input.insight_source, input.start_time, input.end_time);
    let oldest = ctx.now().minus(HISTORY);
    let end = input.end_time.unwrap_or_else(|| ctx.now());
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let most = input.max_results.map_or(LOOKUP_PAGE, |most| most.unsigned_abs() as usize).clamp(1, LOOKUP_PAGE);
    let lookup = Lookup {
        attribute: attribute.transpose()?,
        from: input.start_time.map_or(oldest, |start| start.max(oldest)),
        until: Timestamp::from_secs(end.secs().saturating_add(1)),
        after: after.as_deref().and_then(read_position),
        limit: most + 1,
    };
    let (view, scope) = (ctx.store().read().await?, Scope::Regional(ctx.account(), ctx.region.clone()));
    let found = lookup.insights(&view, &scope).await?;
    let page = paging::page(ctx, &filters, found, most, |(at, id, _)| position(*at, id));
    let events = Some(page.items.into_iter().map(shown).collect());
    Ok(ListInsightsDataOutput { events, next_token: page.next_token })
}

fn lookup(ctx: &Ctx, input: &LookupEventsInput, filters: &str) -> Result<Lookup, Error> {
    let now = ctx.now();
    let oldest = now.minus(HISTORY);
    let (start, end) = (input.start_time.unwrap_or(oldest), input.end_time.unwrap_or(now));
    if start > end {
        return Err(errors::invalid_time_range_exception("Start time must be before end time.").into());
    }
    let after = paging::position(ctx, filters, input.next_token.as_deref())?;
    let after = after.map(|text| read_position(&text).ok_or(Fault::InvalidPageToken)).transpose();
    let limit = input.max_results.map_or(LOOKUP_PAGE, |most| most.unsigned_abs() as usize).min(LOOKUP_PAGE);
    Ok(Lookup {
        attribute: attribute(input)?,
        from: Timestamp::from_secs(start.secs()).max(oldest),
        // Events are shown to the second: those in the last one belong to it.
        until: Timestamp::from_secs(end.secs().saturating_add(1)),
        after: after.map_err(|_| errors::invalid_next_token_exception("Invalid NextToken."))?,
        limit: limit + 1,
    })
}

/// At most one attribute is looked for.
fn attribute(input: &LookupEventsInput) -> Result<Option<(Attribute, String)>, Error> {
    let attributes = input.lookup_attributes.as_deref().unwrap_or_default();
    let wrong = |text: &str| Err(errors::invalid_lookup_attributes_exception(text).into());
    match attributes {
        [] => Ok(None),
        [one] => match Attribute::named(one.attribute_key.as_str()) {
            Some(attribute) => Ok(Some((attribute, one.attribute_value.clone()))),
            None => wrong("The lookup attribute is not valid."),
        },
        _ => wrong("You can specify only one lookup attribute."),
    }
}

/// What a page's token is bound to.
fn filters(input: &LookupEventsInput) -> String {
    let attribute = input.lookup_attributes.iter().flatten();
    let attribute = attribute.map(|one| format!("{}={}", one.attribute_key.as_str(), one.attribute_value));
    let instant = |at: Option<Timestamp>| at.map_or_else(String::new, Timestamp::iso8601);
    let category = input.event_category.as_ref().map_or("", EventCategory::as_str);
    let (start, end) = (instant(input.start_time), instant(input.end_time));
    format!("{}|{start}|{end}|{category}", attribute.collect::<Vec<_>>().join("&"))
}

fn position(at: Timestamp, id: &EventId) -> String {
    format!("{}/{:032x}", at.micros(), u128::from_be_bytes(*id))
}

fn read_position(text: &str) -> Option<(Timestamp, EventId)> {
    let (at, id) = text.split_once('/')?;
    Some((Timestamp::from_micros(at.parse().ok()?), u128::from_str_radix(id, 16).ok()?.to_be_bytes()))
}

fn shown((at, id, record): Found) -> Event {
    let resource = |(kind, name): (Cow<'static, str>, String)| Resource {
        resource_type: Some(kind.into_owned()),
        resource_name: Some(name),
    };
    Event {
        event_id: Some(uuid(&id)),
        event_name: Some(record.name.into_owned()),
        read_only: Some(record.read_only.to_string()),
        access_key_id: record.access_key,
        event_time: Some(Timestamp::from_secs(at.secs())),
        event_source: Some(record.source.into_owned()),
        username: record.user,
        resources: Some(record.resources.into_iter().map(resource).collect()),
        cloud_trail_event: Some(record.json),
    }
}

fn category_text(category: &str) -> String {
    format!("The event category {category} is not valid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_were_written() {
        let (at, id) = (Timestamp::from_micros(1_767_225_600_123_456), [7; 16]);
        assert_eq!(read_position(&position(at, &id)), Some((at, id)));
        for broken in ["", "1", "x/0", "1/x"] {
            assert_eq!(read_position(broken), None, "{broken}");
        }
    }
}
