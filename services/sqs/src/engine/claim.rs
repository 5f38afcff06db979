//! A claim on messages, and what becomes of it when its receiver goes away before it is told.

use std::sync::Arc;

use names::Timestamp;
use store::{Batch, StoreError};

use super::Engine;
use super::queue::Queue;
use super::receive::Received;
use super::rows::hide;
use super::window::Ticket;
use crate::store::{DELIVERIES, Delivery, MESSAGES};

/// Messages taken out of a window until it is known what became of them.
///
/// Dropped before that, because the receiver went away or the store failed, it finds out in the background and gives back
/// what nobody was told of: a message must not stay hidden for a receiver that is gone.
pub(super) struct Claim<'a> {
    engine: &'a Engine,
    queue: &'a Arc<Queue>,
    tickets: Vec<Ticket>,
    until: Timestamp,
}

impl<'a> Claim<'a> {
    /// `until` is the instant its commit hides them to.
    pub(super) fn new(engine: &'a Engine, queue: &'a Arc<Queue>, tickets: Vec<Ticket>, until: Timestamp) -> Self {
        Self { engine, queue, tickets, until }
    }

    /// The messages.
    pub(super) fn tickets(&self) -> &[Ticket] {
        &self.tickets
    }

    /// It is known what became of them, and the window was told.
    pub(super) fn settled(mut self) {
        self.tickets.clear();
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.tickets.is_empty() {
            let (engine, queue, until) = (self.engine.clone(), self.queue.clone(), self.until);
            let tickets = std::mem::take(&mut self.tickets);
            let tasks = engine.0.runtime.tasks.clone();
            tasks.spawn("sqs.give-back", async move { engine.give_back(&queue, tickets, until).await });
        }
    }
}

/// What was found of an abandoned claim.
enum Release {
    /// It did not happen.
    Unchanged,
    /// Somebody else claimed the message since, or changed how long it is hidden.
    Hidden(Timestamp),
    /// It happened and was undone: before, and after.
    Undone(Delivery, Delivery),
    /// It removed the message, or somebody else did.
    Gone,
}

impl Engine {
    /// Commits are decided in order, so once a later one is answered the outcome of an abandoned claim can be read.
    async fn give_back(&self, queue: &Arc<Queue>, tickets: Vec<Ticket>, until: Timestamp) {
        let known = self.store().write(Batch::new()).await.is_ok();
        for ticket in tickets {
            let released = if known { self.release(queue, &ticket, until).await } else { Ok(Release::Unchanged) };
            let mut state = queue.state();
            match released {
                Ok(Release::Undone(before, after)) => {
                    state.tally.delivered(ticket.number, Some(&before), &after);
                    state.window.hidden(ticket.number, after.until);
                }
                Ok(Release::Gone) => {
                    state.tally.gone(ticket.number, None);
                    state.window.gone(ticket.number);
                }
                Ok(Release::Hidden(until)) => state.window.hidden(ticket.number, until),
                // Unknown still: the next claim reads what is stored before it hands the message out.
                Ok(Release::Unchanged) | Err(_) => state.window.give_back(ticket),
            }
            drop(state);
            queue.sooner.notify_waiters();
            queue.arrivals.notify_one();
        }
    }

    /// Gives back what was received and cannot be handed over, as if nobody had received it.
    pub(crate) async fn put_back(&self, queue: &Arc<Queue>, received: &[Received]) {
        for one in received {
            let group = queue.is_fifo().then(|| Arc::from(one.message.group_name()));
            let ticket = Ticket { number: one.number, due: None, message: Some(one.message.clone()), group };
            self.give_back(queue, vec![ticket], one.delivery.until).await;
        }
    }

    /// Undoes an abandoned claim of one message, if it happened.
    async fn release(&self, queue: &Queue, ticket: &Ticket, until: Timestamp) -> Result<Release, StoreError> {
        let (now, number) = (self.now(), ticket.number);
        let due = ticket.due;
        self.store()
            .transact(|tx| async move {
                let key = (queue.id, number);
                let before = DELIVERIES.get(&tx, &queue.scope, &key).await?;
                if before.map(|delivery| delivery.until) == due {
                    let there = MESSAGES.get(&tx, &queue.scope, &key).await?.is_some();
                    return Ok(if there { Release::Unchanged } else { Release::Gone });
                }
                let Some(before) = before else { return Ok(Release::Gone) };
                if before.until != until {
                    return Ok(Release::Hidden(before.until));
                }
                let after = Delivery { until: now, receives: before.receives.saturating_sub(1), ..before };
                hide(&tx, queue, number, Some(&before), &after)?;
                Ok(Release::Undone(before, after))
            })
            .await
    }
}
