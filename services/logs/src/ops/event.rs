//! Events: put, read of one stream, read and filtered of a group.

use api_logs::{
    FilterLogEvents, FilterLogEventsInput, FilterLogEventsOutput, FilteredLogEvent, GetLogEvents, GetLogEventsInput,
    GetLogEventsOutput, OutputLogEvent, PutLogEvents, PutLogEventsInput, PutLogEventsOutput, RejectedLogEventsInfo,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::Order;

use super::address::{self, engine};
use super::passing;
use crate::calls;
use crate::engine::accept::{Line, Rejected, accept};
use crate::engine::append::Batch;
use crate::engine::group::Group;
use crate::engine::live::Written;
use crate::engine::place::{Place, Way};
use crate::engine::read::{CHUNK, Event, Kept, Range};
use crate::error::{bad_pattern, batch_refused, forbidden, invalid, told};
use crate::limits;
use crate::store::{Class, Millis, StreamNo};

/// Writes events.
pub(crate) async fn put_log_events(ctx: &Ctx, input: PutLogEventsInput) -> Outcome<PutLogEvents> {
    let group = address::group(ctx, &input.log_group_name).await?;
    let stream = engine(ctx).stream(&group, &input.log_stream_name).await.map_err(told)?;
    let lines: Vec<_> =
        input.log_events.into_iter().map(|event| Line { at: event.timestamp, message: event.message }).collect();
    let (taken, rejected) = accept(&lines, ctx.now(), group.horizon(ctx.now())).map_err(batch_refused)?;
    let lines = &lines[taken];
    if !lines.is_empty() {
        let sealing = calls::sealing(ctx.cloud(), engine(ctx), &group).await?;
        let first = engine(ctx).event_numbers(lines.len()).await.map_err(told)?;
        let passed = passing::pass(ctx, &group, &input.log_stream_name, stream.no, first, lines).await?;
        let batch = Batch {
            group: &group,
            name: &input.log_stream_name,
            stream: &stream,
            lines,
            sealing: &sealing,
            departures: &passed.departures,
            samples: &passed.samples,
        };
        engine(ctx).append(&batch, first).await.map_err(told)?;
        engine(ctx).live().tell(|| Written {
            group: group.clone(),
            stream: input.log_stream_name.clone(),
            lines: lines.to_vec(),
            ingested: ctx.now().millis(),
        });
    }
    Ok(PutLogEventsOutput {
        next_sequence_token: Some(sequence_token(stream.no, ctx.now().millis())),
        rejected_log_events_info: shown_rejected(rejected),
        rejected_entity_info: None,
    })
}

/// A sequence token: answered, accepted and ignored, as AWS does since 2023. 56 digits as AWS's.
pub(crate) fn sequence_token(stream: StreamNo, at: Millis) -> String {
    format!("49{:014}{:040}", at.max(0), stream)
}

/// Reads the events of a stream.
pub(crate) async fn get_log_events(ctx: &Ctx, input: GetLogEventsInput) -> Outcome<GetLogEvents> {
    let place = address::either(ctx, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let token = input.next_token.as_deref().map(|token| Place::of_token(token).ok_or_else(bad_token)).transpose()?;
    let group = readable(ctx, &place).await?;
    let stream = engine(ctx).stream(&group, &input.log_stream_name).await.map_err(told)?;
    // The end itself is not shown.
    let range = range(input.start_time, input.end_time.map(|end| end.saturating_sub(1)))?;
    let way = token.map_or_else(
        || if input.start_from_head.unwrap_or(false) { Way::Forward } else { Way::Backward },
        |(way, _)| way,
    );
    let order = if way == Way::Forward { Order::Ascending } else { Order::Descending };
    let limit = address::page_size(input.limit, limits::PAGE_EVENTS);
    let beyond = token.map(|(_, place)| place);
    let kept = engine(ctx).events_of(&group, stream.no, range, beyond, order, limit).await.map_err(told)?;
    let mut kept = within_bytes(kept);
    if order == Order::Descending {
        kept.reverse();
    }
    let here = beyond.unwrap_or(Place { at: range.from.max(0), no: 0 });
    let (first, last) = (kept.first().map_or(here, |kept| kept.place), kept.last().map_or(here, |kept| kept.place));
    let events = opened(ctx, &group, &kept, input.unmask.unwrap_or(false)).await?;
    Ok(GetLogEventsOutput {
        events: Some(events.into_iter().map(shown_line).collect()),
        next_forward_token: Some(last.token(Way::Forward)),
        next_backward_token: Some(first.token(Way::Backward)),
    })
}

/// What reading a stream touches.
pub(crate) fn access_to_get(ctx: &Ctx, input: &GetLogEventsInput) -> Result<Access, Error> {
    let (home, name) = address::either(ctx, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let access = Access::to(home.stream_arn(&name, &input.log_stream_name));
    Ok(unmasking(access, &home.group_resource(&name), input.unmask))
}

/// Reads the events of a group that a pattern lets pass, in order of time.
pub(crate) async fn filter_log_events(ctx: &Ctx, input: FilterLogEventsInput) -> Outcome<FilterLogEvents> {
    let place = address::either(ctx, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    if input.log_stream_names.is_some() && input.log_stream_name_prefix.is_some() {
        return Err(invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters."));
    }
    let pattern = engine(ctx).patterns().get(input.filter_pattern.as_deref().unwrap_or_default());
    let pattern = pattern.map_err(bad_pattern)?;
    let group = readable(ctx, &place).await?;
    let range = range(input.start_time, input.end_time)?;
    let filters = format!("{}/{range:?}/{:?}", group.no(), input.filter_pattern);
    let position = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let after = position.as_deref().map(|id| Place::of_id(id).map(|(place, _)| place).ok_or_else(bad_token));
    let mut scan = Scan {
        streams: wanted_streams(ctx, &group, &input).await?,
        range,
        after: after.transpose()?,
        limit: address::page_size(input.limit, limits::PAGE_EVENTS),
        passes: &|event: &Event| pattern.matches(&event.message),
    };
    let found = scan.run(ctx, &group).await?;
    let names = engine(ctx).names_of(&group).await.map_err(told)?;
    let unmask = input.unmask.unwrap_or(false);
    let events = super::protection::mask_events(ctx, &group, found.events, unmask).await?;
    let shown = |event: Event| FilteredLogEvent {
        log_stream_name: names.get(&event.stream).map(|name| name.to_string()),
        timestamp: Some(event.place.at),
        ingestion_time: Some(event.ingested),
        event_id: Some(event.place.id(event.stream)),
        message: Some(event.message),
    };
    let next = found.next.map(|place| paging::page(ctx, &filters, vec![(), ()], 1, |()| place.id(0)).next_token);
    Ok(FilterLogEventsOutput {
        events: Some(events.into_iter().map(shown).collect()),
        searched_log_streams: Some(Vec::new()),
        next_token: next.flatten(),
    })
}

/// What filtering touches.
pub(crate) fn access_to_filter(ctx: &Ctx, input: &FilterLogEventsInput) -> Result<Access, Error> {
    let (home, name) = address::either(ctx, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let resource = home.group_resource(&name);
    Ok(unmasking(Access::to(&resource), &resource, input.unmask))
}

/// Showing what is protected needs a permission of its own.
pub(crate) fn unmasking(access: Access, group: &str, unmask: Option<bool>) -> Access {
    match unmask {
        Some(true) => access.and(Access::to(group).as_action("logs:Unmask")),
        _ => access,
    }
}

/// A group whose events may be read one by one.
pub(crate) async fn readable(ctx: &Ctx, place: &(crate::engine::home::Home, String)) -> Result<Group, Error> {
    let group = address::group_at(ctx, place).await?;
    match group.record.class {
        Class::Standard => Ok(group),
        Class::InfrequentAccess => {
            Err(forbidden("This operation is not supported for log groups of class INFREQUENT_ACCESS."))
        }
        Class::Delivery => Err(forbidden("This operation is not supported for log groups of class DELIVERY.")),
    }
}

/// A reading of a group that looks at no more than one call may.
pub(crate) struct Scan<'a> {
    /// Of these streams only.
    pub streams: Option<Vec<StreamNo>>,
    /// From when until when.
    pub range: Range,
    /// After this place.
    pub after: Option<Place>,
    /// Events wanted.
    pub limit: usize,
    /// Which.
    pub passes: &'a (dyn Fn(&Event) -> bool + Sync),
}

/// What a reading found.
pub(crate) struct Found {
    /// Events.
    pub events: Vec<Event>,
    /// After which place it goes on; none at the end.
    pub next: Option<Place>,
}

impl Scan<'_> {
    /// Reads until there is enough, or until the page has cost enough.
    pub(crate) async fn run(&mut self, ctx: &Ctx, group: &Group) -> Result<Found, Error> {
        let (mut events, mut bytes, mut scanned) = (Vec::new(), 0, 0);
        loop {
            let chunk = CHUNK.min(self.limit.max(100));
            let kept = match &self.streams {
                None => engine(ctx).events(group, self.range, self.after, Order::Ascending, chunk).await,
                Some(streams) => engine(ctx).events_of_some(group, streams, self.range, self.after, chunk).await,
            };
            let kept = kept.map_err(told)?;
            let more = kept.len() == chunk;
            scanned += kept.len();
            for event in calls::open(ctx.cloud(), engine(ctx), group, &kept).await? {
                if (self.passes)(&event) {
                    bytes += event.message.len();
                    if events.len() == self.limit || (bytes > limits::PAGE_BYTES && !events.is_empty()) {
                        return Ok(Found { events, next: self.after });
                    }
                    self.after = Some(event.place);
                    events.push(event);
                } else {
                    self.after = Some(event.place);
                }
            }
            if !more {
                return Ok(Found { events, next: None });
            }
            if scanned >= limits::PAGE_SCANNED {
                return Ok(Found { events, next: self.after });
            }
        }
    }
}

async fn wanted_streams(
    ctx: &Ctx,
    group: &Group,
    input: &FilterLogEventsInput,
) -> Result<Option<Vec<StreamNo>>, Error> {
    if let Some(names) = &input.log_stream_names {
        let mut wanted = Vec::with_capacity(names.len());
        for name in names {
            wanted.push(engine(ctx).stream(group, name).await.map_err(told)?.no);
        }
        return Ok(Some(wanted));
    }
    let Some(prefix) = &input.log_stream_name_prefix else { return Ok(None) };
    let found = engine(ctx).stream_names(group, prefix).await.map_err(told)?;
    Ok(Some(found.into_iter().map(|(_, record)| record.no).collect()))
}

/// As many events as fit into an answer: one at least.
fn within_bytes(kept: Vec<Kept>) -> Vec<Kept> {
    let mut bytes = 0;
    let fits = |one: &Kept| {
        bytes += one.row.sealed.len();
        bytes <= limits::PAGE_BYTES || bytes == one.row.sealed.len()
    };
    kept.into_iter().take_while(fits).collect()
}

async fn opened(ctx: &Ctx, group: &Group, kept: &[Kept], unmask: bool) -> Result<Vec<Event>, Error> {
    let events = calls::open(ctx.cloud(), engine(ctx), group, kept).await?;
    super::protection::mask_events(ctx, group, events, unmask).await
}

fn range(from: Option<Millis>, to: Option<Millis>) -> Result<Range, Error> {
    let range = Range { from: from.unwrap_or(0), to: to.unwrap_or(Millis::MAX - 1) };
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(invalid("End time must be after start time."));
    }
    Ok(range)
}

fn shown_line(event: Event) -> OutputLogEvent {
    OutputLogEvent {
        timestamp: Some(event.place.at),
        message: Some(event.message),
        ingestion_time: Some(event.ingested),
    }
}

fn shown_rejected(rejected: Rejected) -> Option<RejectedLogEventsInfo> {
    let index = |index: Option<usize>| index.and_then(|index| i32::try_from(index).ok());
    (rejected != Rejected::default()).then(|| RejectedLogEventsInfo {
        too_new_log_event_start_index: index(rejected.too_new_from),
        too_old_log_event_end_index: index(rejected.too_old_until),
        expired_log_event_end_index: index(rejected.expired_until),
    })
}

fn bad_token() -> Error {
    invalid("The specified nextToken is invalid.")
}
