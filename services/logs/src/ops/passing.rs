//! What follows from a batch: whom it is sent to, and which metrics it counts for.

use service_kit::{Ctx, Error};
use store::Span;

use super::address::engine;
use super::protection::mask_of;
use crate::courier;
use crate::engine::accept::Line;
use crate::engine::group::Group;
use crate::engine::passing::{Departure, Sample, Subscriber, Written, departures, samples};
use crate::ops::account_policy::selects;
use crate::store::{ACCOUNT_POLICIES, EventNo, METRIC_FILTERS, SUBSCRIPTIONS, StreamNo};

/// What follows.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// Envelopes.
    pub departures: Vec<Departure>,
    /// Values of metrics.
    pub samples: Vec<Sample>,
}

/// What follows from events whose numbers begin with `first`.
pub(crate) async fn pass(
    ctx: &Ctx,
    group: &Group,
    name: &str,
    stream: StreamNo,
    first: EventNo,
    lines: &[Line],
) -> Result<Passed, Error> {
    let (view, scope, span) = (engine(ctx).store().read().await?, group.home.scope(), Span::prefix(&(group.no(),)));
    let subscriptions = SUBSCRIPTIONS.scan_all(&view, &scope, &span).await?;
    let filters = METRIC_FILTERS.scan_all(&view, &scope, &span).await?;
    let account = Span::prefix(&("SUBSCRIPTION_FILTER_POLICY",));
    let account = ACCOUNT_POLICIES.scan_all(&view, &scope, &account).await?;
    let mut passed = Passed::default();
    if subscriptions.is_empty() && filters.is_empty() && account.is_empty() {
        return Ok(passed);
    }
    let masked = masked(ctx, group, lines).await?;
    let lines = masked.as_deref().unwrap_or(lines);
    let written = Written { group, name, stream, first };
    let mut subscribers = Vec::new();
    for ((_, filter), record) in subscriptions {
        let Ok(pattern) = engine(ctx).patterns().get(&record.pattern) else { continue };
        let lane = courier::lane(&group.home, group.no(), &group.name, &filter);
        let (by_stream, system_fields) = (record.by_stream, record.system_fields);
        subscribers.push(Subscriber { lane, name: filter, pattern, by_stream, system_fields });
    }
    for ((_, policy), record) in account.into_iter().filter(|(_, record)| selects(record, &group.name)) {
        let document: serde_json::Value = serde_json::from_str(&record.document).unwrap_or_default();
        let Ok(pattern) = engine(ctx).patterns().get(document["FilterPattern"].as_str().unwrap_or_default()) else {
            continue;
        };
        let lane = courier::account_lane(&group.home, group.no(), &group.name, &policy);
        let by_stream = document["Distribution"].as_str() != Some("Random");
        subscribers.push(Subscriber { lane, name: policy, pattern, by_stream, system_fields: Vec::new() });
    }
    for subscriber in &subscribers {
        passed.departures.extend(departures(subscriber, &written, lines, || ctx.random().hex(32)));
    }
    for (_, filter) in filters {
        if let Ok(pattern) = engine(ctx).patterns().get(&filter.pattern) {
            passed.samples.extend(samples(&filter, &pattern, group, lines));
        }
    }
    Ok(passed)
}

/// What leaves a group leaves it masked.
async fn masked(ctx: &Ctx, group: &Group, lines: &[Line]) -> Result<Option<Vec<Line>>, Error> {
    let mask = mask_of(engine(ctx), group).await?;
    let mask_line = |line: &Line| Line { at: line.at, message: mask.apply(&line.message) };
    Ok((!mask.is_empty()).then(|| lines.iter().map(mask_line).collect()))
}
