//! Replays.

use api_events::{
    CancelReplay, CancelReplayInput, CancelReplayOutput, DescribeReplay, DescribeReplayInput, DescribeReplayOutput,
    ListReplays, ListReplaysInput, ListReplaysOutput, Replay, ReplayDestination, StartReplay, StartReplayInput,
    StartReplayOutput, errors,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{after, engine, home, own, page, page_size};
use crate::engine::Refusal;
use crate::engine::home::{BusId, Home};
use crate::error::{absent, limit, no_bus, no_rule, parameter, taken};
use crate::store::{ReplayRecord, ReplayState};

/// Starts a replay.
pub(crate) async fn start_replay(ctx: &Ctx, input: StartReplayInput) -> Outcome<StartReplay> {
    if input.event_start_time >= input.event_end_time {
        return Err(parameter("EventEndTime", "EventStartTime must be before EventEndTime."));
    }
    let home = home(ctx);
    let (bus, archive) = (destination(ctx, &input).await?, archive_name(&home, &input.event_source_arn));
    let record = engine(ctx)
        .archive(&home, &archive)
        .await?
        .ok_or_else(|| parameter("EventSourceArn", &format!("Archive {archive} does not exist.")))?;
    if record.bus != bus.name {
        return Err(parameter("Destination.Arn", "Cross event bus replay is not permitted."));
    }
    let now = ctx.now();
    let replay = ReplayRecord {
        archive,
        number: record.number,
        description: input.description,
        bus: bus.name,
        rules: input.destination.filter_arns.unwrap_or_default(),
        from: input.event_start_time,
        until: input.event_end_time,
        state: ReplayState::Starting,
        started: now,
        ended: None,
        last: None,
    };
    let started = engine(ctx).start_replay(&home, &input.replay_name, replay).await;
    started.map_err(|refusal| match refusal {
        Refusal::Taken => taken(format!("Replay {} already exists.", input.replay_name)),
        Refusal::Limit => limit(),
        other => told(&input.replay_name, other),
    })?;
    Ok(StartReplayOutput {
        replay_arn: Some(arn(ctx, &input.replay_name)),
        state: Some(word(ReplayState::Starting)),
        state_reason: None,
        replay_start_time: Some(now),
    })
}

/// What starting a replay touches: itself, the archive, the bus.
pub(crate) fn access_to_start(ctx: &Ctx, input: &StartReplayInput) -> Result<Access, Error> {
    let replay = own(ctx, "replay", &input.replay_name);
    Ok(replay.and_to(&input.event_source_arn).and_to(&input.destination.arn))
}

/// Shows a replay.
pub(crate) async fn describe_replay(ctx: &Ctx, input: DescribeReplayInput) -> Outcome<DescribeReplay> {
    let (home, name) = (home(ctx), input.replay_name);
    let record = engine(ctx).replay(&home, &name).await?.ok_or_else(|| no_replay(&name))?;
    let filter_arns = (!record.rules.is_empty()).then_some(record.rules.clone());
    Ok(DescribeReplayOutput {
        replay_arn: Some(arn(ctx, &name)),
        replay_name: Some(name),
        description: record.description.clone(),
        state: Some(word(record.state)),
        state_reason: reason(&record),
        event_source_arn: Some(ctx.arn(format!("archive/{}", record.archive)).to_string()),
        destination: Some(ReplayDestination { arn: home.bus(&record.bus).arn().to_string(), filter_arns }),
        event_start_time: Some(record.from),
        event_end_time: Some(record.until),
        event_last_replayed_time: record.last.map(|(at, _)| at),
        replay_start_time: Some(record.started),
        replay_end_time: record.ended,
    })
}

/// Asks a replay to stop.
pub(crate) async fn cancel_replay(ctx: &Ctx, input: CancelReplayInput) -> Outcome<CancelReplay> {
    let cancelled = engine(ctx).cancel_replay(&home(ctx), &input.replay_name).await;
    cancelled.map_err(|refusal| match refusal {
        Refusal::State => {
            let text = format!("Replay {} is not in a valid state for this operation.", input.replay_name);
            errors::illegal_status_exception(text).into()
        }
        other => told(&input.replay_name, other),
    })?;
    Ok(CancelReplayOutput {
        replay_arn: Some(arn(ctx, &input.replay_name)),
        state: Some(word(ReplayState::Cancelling)),
        state_reason: None,
    })
}

/// Lists replays by name, archive or state.
pub(crate) async fn list_replays(ctx: &Ctx, input: ListReplaysInput) -> Outcome<ListReplays> {
    let prefix = input.name_prefix.unwrap_or_default();
    let state = input.state.as_ref().map(|state| state.as_str().to_owned());
    let source = input.event_source_arn.unwrap_or_default();
    let filters = format!("{prefix}/{source}/{}", state.clone().unwrap_or_default());
    let (limit, from) = (page_size(input.limit), after(ctx, &filters, input.next_token.as_deref())?);
    let archive = |record: &ReplayRecord| ctx.arn(format!("archive/{}", record.archive)).to_string();
    let wanted = |name: &str, record: &ReplayRecord| {
        name.starts_with(&prefix)
            && (source.is_empty() || archive(record) == source)
            && state.as_deref().is_none_or(|state| state == record.state.word())
    };
    let replays = engine(ctx).replays_of(&home(ctx), wanted, from.as_deref(), limit + 1).await?;
    let page = page(ctx, &filters, replays, limit);
    let shown = page.items.into_iter().map(|(name, record)| Replay {
        replay_name: Some(name),
        event_source_arn: Some(archive(&record)),
        state: Some(word(record.state)),
        state_reason: reason(&record),
        event_start_time: Some(record.from),
        event_end_time: Some(record.until),
        event_last_replayed_time: record.last.map(|(at, _)| at),
        replay_start_time: Some(record.started),
        replay_end_time: record.ended,
    });
    Ok(ListReplaysOutput { replays: Some(shown.collect()), next_token: page.next_token })
}

/// The bus that a replay goes to: one that is there, with the rules that are named.
async fn destination(ctx: &Ctx, input: &StartReplayInput) -> Result<BusId, Error> {
    let arn = &input.destination.arn;
    let name = arn.rsplit_once("event-bus/").map_or(arn.as_str(), |(_, name)| name);
    let bus = BusId::of_arn(arn).ok_or_else(|| parameter("Destination.Arn", "Must contain an event bus ARN."))?;
    if bus.home != home(ctx) {
        return Err(parameter("Destination.Arn", "Cross event bus replay is not permitted."));
    }
    engine(ctx).bus(&bus).await?.ok_or_else(|| no_bus(name))?;
    for arn in input.destination.filter_arns.iter().flatten() {
        let (on, rule) = bus.home.own_rule(arn).ok_or_else(|| parameter("Destination.FilterArns", ""))?;
        if on != bus || engine(ctx).rule(&bus, &rule).await?.is_none() {
            return Err(no_rule(&bus, &rule));
        }
    }
    Ok(bus)
}

/// The name in an archive's ARN.
fn archive_name(home: &Home, arn: &str) -> String {
    let own = Home::of_arn(arn).filter(|(place, _)| place == home);
    let named = own.as_ref().and_then(|(_, resource)| resource.strip_prefix("archive/"));
    named.map_or_else(|| arn.rsplit('/').next().unwrap_or_default().to_owned(), str::to_owned)
}

fn arn(ctx: &Ctx, name: &str) -> String {
    ctx.arn(format!("replay/{name}")).to_string()
}

fn word(state: ReplayState) -> api_events::ReplayState {
    state.word().to_owned().into()
}

fn reason(record: &ReplayRecord) -> Option<String> {
    (record.state == ReplayState::Failed).then(|| format!("Archive {} does not exist.", record.archive))
}

fn no_replay(name: &str) -> Error {
    absent(format!("Replay {name} does not exist."))
}

fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        _ => no_replay(name),
    }
}
