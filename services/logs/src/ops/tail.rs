//! Live tails: events sent to whoever watches, a second at a time, for three hours.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use api_logs::{
    LiveTailSessionLogEvent, LiveTailSessionMetadata, LiveTailSessionStart, LiveTailSessionUpdate, StartLiveTail,
    StartLiveTailInput, StartLiveTailOutput, StartLiveTailResponseStream, errors,
};
use futures_util::stream::poll_fn;
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};
use smithy::{ApiError, EventStream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use super::address::{self, engine};
use super::event::readable;
use super::protection::mask_of;
use crate::engine::home::Home;
use crate::engine::live::Written;
use crate::engine::protection::Mask;
use crate::error::{bad_pattern, invalid};
use crate::filter::Pattern;
use crate::limits;

/// How often updates are sent. Source: StartLiveTail: once a second.
const UPDATES: Duration = Duration::from_secs(1);

type Event = Result<StartLiveTailResponseStream, ApiError>;

/// Sends events of groups as they are written.
pub(crate) async fn start_live_tail(ctx: &Ctx, input: StartLiveTailInput) -> Outcome<StartLiveTail> {
    let pattern = input.log_event_filter_pattern.clone().unwrap_or_default();
    let pattern = engine(ctx).patterns().get(&pattern).map_err(bad_pattern)?;
    let some = |names: &Option<Vec<String>>| names.as_ref().is_some_and(|names| !names.is_empty());
    if some(&input.log_stream_names) && some(&input.log_stream_name_prefixes) {
        return Err(invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters."));
    }
    let mut groups = Vec::new();
    for place in places(ctx, &input)? {
        let group = readable(ctx, &place).await?;
        groups.push((group.no(), mask_of(engine(ctx), &group).await?));
    }
    if groups.len() > limits::TAIL_GROUPS {
        return Err(invalid("A live tail session can include no more than 10 log groups."));
    }
    if groups.len() > 1 && (some(&input.log_stream_names) || some(&input.log_stream_name_prefixes)) {
        return Err(invalid("Log streams can be named only when one log group is."));
    }
    let (sender, mut receiver) = mpsc::channel(1);
    let start = LiveTailSessionStart {
        request_id: Some(ctx.request.id.to_string()),
        session_id: Some(ctx.random().uuid()),
        log_group_identifiers: Some(input.log_group_identifiers),
        log_stream_names: input.log_stream_names.clone(),
        log_stream_name_prefixes: input.log_stream_name_prefixes.clone(),
        log_event_filter_pattern: input.log_event_filter_pattern,
    };
    let session = Session {
        ctx: ctx.clone(),
        groups,
        names: input.log_stream_names.unwrap_or_default(),
        prefixes: input.log_stream_name_prefixes.unwrap_or_default(),
        pattern,
        until: ctx.now().plus(limits::TAIL_TIME),
        listening: engine(ctx).live().listen(),
        waiting: VecDeque::new(),
        sampled: false,
        sender,
    };
    engine(ctx).runtime().tasks.spawn("logs.tail", session.run(start));
    let response_stream = EventStream(Box::pin(poll_fn(move |cx| receiver.poll_recv(cx))));
    Ok(StartLiveTailOutput { response_stream })
}

/// What a live tail touches: each of its groups.
pub(crate) fn access_to_start(ctx: &Ctx, input: &StartLiveTailInput) -> Result<Access, Error> {
    let places = places(ctx, input)?;
    Ok(places.iter().fold(Access::any(), |access, (home, name)| access.and_to(home.group_resource(name))))
}

/// Groups are named by ARN alone.
fn places(ctx: &Ctx, input: &StartLiveTailInput) -> Result<Vec<(Home, String)>, Error> {
    let place = |identifier: &String| match identifier.starts_with("arn:") {
        true => address::identified(ctx, identifier),
        false => Err(invalid("The log group identifier must be an ARN.")),
    };
    input.log_group_identifiers.iter().map(place).collect()
}

/// A live tail at work. It ends with its time or its client.
struct Session {
    ctx: Ctx,
    groups: Vec<(u64, Mask)>,
    names: Vec<String>,
    prefixes: Vec<String>,
    pattern: Arc<Pattern>,
    until: Timestamp,
    listening: Receiver<Arc<Written>>,
    waiting: VecDeque<LiveTailSessionLogEvent>,
    sampled: bool,
    sender: mpsc::Sender<Event>,
}

impl Session {
    async fn run(mut self, start: LiveTailSessionStart) {
        let mut goes_on = self.sender.send(Ok(StartLiveTailResponseStream::SessionStart(start))).await.is_ok();
        while goes_on {
            goes_on = self.second().await;
        }
    }

    /// Gathers what comes in a second and sends it; whether the session goes on.
    async fn second(&mut self) -> bool {
        let (clock, shutdown) = (self.ctx.clock().clone(), self.ctx.cloud().runtime().shutdown.clone());
        let due = self.ctx.now().plus(UPDATES).min(self.until);
        loop {
            tokio::select! {
                written = self.listening.recv() => match written {
                    Ok(written) => self.take(&written),
                    Err(RecvError::Lagged(_)) => self.sampled = true,
                    Err(RecvError::Closed) => return false,
                },
                () = clock.sleep_until(due) => break,
                () = self.sender.closed() => return false,
                () = shutdown.requested() => return false,
            }
        }
        if !self.update().await {
            return false;
        }
        if self.ctx.now() < self.until {
            return true;
        }
        let over = errors::session_timeout_exception("The live tail session has ended after three hours.");
        // The last frame; whoever should read it may have gone.
        let _ = self.sender.send(Err(over)).await;
        false
    }

    async fn update(&mut self) -> bool {
        let update = LiveTailSessionUpdate {
            session_metadata: Some(LiveTailSessionMetadata { sampled: Some(std::mem::take(&mut self.sampled)) }),
            session_results: Some(self.waiting.drain(..).collect()),
        };
        self.sender.send(Ok(StartLiveTailResponseStream::SessionUpdate(update))).await.is_ok()
    }

    fn take(&mut self, written: &Written) {
        let Some((_, mask)) = self.groups.iter().find(|(no, _)| *no == written.group.no()) else { return };
        let named = self.names.is_empty() || self.names.contains(&written.stream);
        let prefixed = self.prefixes.is_empty() || self.prefixes.iter().any(|one| written.stream.starts_with(one));
        if !named || !prefixed {
            return;
        }
        for line in written.lines.iter().filter(|line| self.pattern.matches(&line.message)) {
            if self.waiting.len() == limits::TAIL_EVENTS {
                self.sampled = true;
                return;
            }
            self.waiting.push_back(LiveTailSessionLogEvent {
                log_stream_name: Some(written.stream.clone()),
                log_group_identifier: Some(format!("{}:{}", written.group.home.account, written.group.name)),
                message: Some(mask.apply(&line.message)),
                timestamp: Some(line.at),
                ingestion_time: Some(written.ingested),
            });
        }
    }
}
