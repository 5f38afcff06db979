//! Told of every call: notes what was asked before the handler consumes it, and keeps the event after.

use service_kit::{BoxFuture, CallRecord, Cloud, Ctx, Error, Input, Note, Principal, Recorder};

use super::Engine;
use super::bus::Listeners;
use super::event::{self, Event, Parameters};
use super::kept::Kept;
use super::sinks::{Selected, organization};

impl Recorder for Engine {
    fn before(&self, ctx: &Ctx, input: &dyn Input) -> Option<Note> {
        if !self.records(ctx) {
            return None;
        }
        Parameters::of(ctx, input).map(|parameters| Box::new(parameters) as Note)
    }

    fn record(&self, call: CallRecord<'_>) -> Option<BoxFuture<'static, Result<(), Error>>> {
        self.usage().note(&call);
        if !self.records(call.ctx) {
            return None;
        }
        if call.error.is_none() {
            self.listeners().notice(call.ctx);
        }
        let events = event::events(&call);
        // What failed changed nothing, and what only reads neither: nobody has to wait for those.
        let waits = call.error.is_none() && !call.ctx.operation.read_only;
        match self.sinks().known().filter(|known| !known.across_accounts()) {
            Some(known) => self.keep(selected(events, &known, self.listeners()), waits),
            None => Some(Box::pin(self.clone().find_and_keep(call.ctx.cloud().clone(), events, waits))),
        }
    }
}

impl Engine {
    /// Whether a call may leave an event. A data event only does when someone selects its kind.
    fn records(&self, ctx: &Ctx) -> bool {
        if matches!(ctx.caller.principal, Principal::Internal(_)) {
            return false;
        }
        ctx.operation.data_event.is_none_or(|kind| self.sinks().may_select_data(kind))
    }

    fn keep(&self, kept: Vec<Kept>, waits: bool) -> Option<BoxFuture<'static, Result<(), Error>>> {
        if kept.is_empty() {
            return None;
        }
        let engine = self.clone();
        if waits {
            return Some(Box::pin(async move { engine.queue().keep(kept).await }));
        }
        let kept = self.queue().add(kept).err()?;
        Some(Box::pin(async move {
            engine.queue().squeeze(kept).await;
            Ok(())
        }))
    }

    /// The same when it must be looked up first who selects what.
    async fn find_and_keep(self, cloud: Cloud, events: Vec<Event>, waits: bool) -> Result<(), Error> {
        let mut kept = Vec::with_capacity(events.len());
        for event in events {
            let organization = organization(&cloud, event.account).await;
            let sinks = self.all_sinks().await.of(&event, organization.as_deref());
            kept.push(Kept::new(event, sinks, self.listeners()));
        }
        kept.retain(Kept::matters);
        match self.keep(kept, waits) {
            Some(end) => end.await,
            None => Ok(()),
        }
    }
}

fn selected(events: Vec<Event>, known: &Selected, listeners: &Listeners) -> Vec<Kept> {
    let kept = events.into_iter().map(|event| {
        let sinks = known.of(&event, None);
        Kept::new(event, sinks, listeners)
    });
    kept.filter(Kept::matters).collect()
}
