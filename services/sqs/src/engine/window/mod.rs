//! The few messages of a queue that can be received next, kept in memory so that receiving neither scans the backlog nor
//! what was deleted before it. A cache: everything in it can be read again from the store.
//!
//! Each message enters once, by one of three roads, and a claim checks it against the store before it is handed out:
//!
//! - **fill**: a bounded scan from where the last one ended;
//! - **arrival**: a send that was committed hands its message over, if the fills have passed its place or have reached
//!   the end. Sends are numbered before they are committed, so a fill may pass a number that is committed later: a fill
//!   skips numbers that are being sent, and the arrival brings them;
//! - **showing again**: a hidden message whose instant has come (standard queues, found in `due`).
//!
//! While a fill reads the store, arrivals wait beside it and are laid over its result, so that none is lost or doubled.
//! Nothing here reads the store or a clock: these are pure cores, tested against random interleavings.

mod fifo;
mod standard;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use names::Timestamp;

pub(crate) use fifo::Fifo;
pub(crate) use standard::Standard;

use super::message::Message;
use crate::store::{Delivery, MessageNo};

/// A message taken out to be received; to be settled by `hidden`, `gone` or `give_back`.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    /// The message.
    pub number: MessageNo,
    /// Until when it was hidden, when it was; it must still say so.
    pub due: Option<Timestamp>,
    /// The message itself, when it is at hand.
    pub message: Option<Arc<Message>>,
    /// Its group, on FIFO queues: who does not get this one must not get a later one of it.
    pub group: Option<Arc<str>>,
}

/// A message as a fill finds it.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Its number.
    pub number: MessageNo,
    /// It.
    pub message: Arc<Message>,
    /// Its receives.
    pub delivery: Option<Delivery>,
}

/// A message that was committed, and the instant from which it shows.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// Its number.
    pub number: MessageNo,
    /// It.
    pub message: Arc<Message>,
    /// When it shows; none for at once.
    pub from: Option<Timestamp>,
}

/// What a fill should read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FillPlan {
    /// The first message.
    pub from: MessageNo,
    /// Messages at most.
    pub limit: usize,
}

/// Numbers handed out to sends that are not yet known to be committed.
#[derive(Debug, Default)]
pub(crate) struct Sending(BTreeSet<MessageNo>);

impl Sending {
    /// Before the commit.
    pub(crate) fn begin(&mut self, number: MessageNo) {
        self.0.insert(number);
    }

    /// When the outcome is known; whether it was under way.
    pub(crate) fn end(&mut self, number: MessageNo) -> bool {
        self.0.remove(&number)
    }

    fn has(&self, number: MessageNo) -> bool {
        self.0.contains(&number)
    }

    /// The oldest under way.
    pub(crate) fn first(&self) -> Option<MessageNo> {
        self.0.first().copied()
    }
}

/// How many messages a fill reads, by the size of those it read before.
#[derive(Debug)]
struct Pace {
    average: usize,
}

impl Pace {
    const BYTES: usize = 2 * 1024 * 1024;

    fn new() -> Self {
        Self { average: Self::BYTES / 64 }
    }

    fn limit(&self, most: usize) -> usize {
        (Self::BYTES / self.average.max(1)).clamp(10, most)
    }

    fn learn(&mut self, found: &[Found]) {
        if !found.is_empty() {
            let bytes: usize = found.iter().map(|f| f.message.weight()).sum();
            self.average = bytes / found.len();
        }
    }
}

/// The window of either kind of queue.
#[derive(Debug)]
pub(crate) enum Window {
    /// Of a standard queue.
    Standard(Standard),
    /// Of a FIFO queue.
    Fifo(Fifo),
}

impl Window {
    /// Numbers of sends under way.
    pub(crate) fn sending(&mut self) -> &mut Sending {
        match self {
            Self::Standard(window) => window.sending(),
            Self::Fifo(window) => window.sending(),
        }
    }

    /// Takes up to `count` messages out.
    pub(crate) fn take(&mut self, count: usize, now: Timestamp) -> Vec<Ticket> {
        match self {
            Self::Standard(window) => window.take(count),
            Self::Fifo(window) => window.take(count, now),
        }
    }

    /// Puts a message back that was taken and not received.
    pub(crate) fn give_back(&mut self, ticket: Ticket) {
        match self {
            Self::Standard(window) => window.give_back(ticket),
            Self::Fifo(window) => window.give_back(ticket.number),
        }
    }

    /// A message is hidden until `until`, as the store says now.
    pub(crate) fn hidden(&mut self, number: MessageNo, until: Timestamp) {
        match self {
            Self::Standard(window) => window.hidden(number, until),
            Self::Fifo(window) => window.hidden(number, until),
        }
    }

    /// A message is no more.
    pub(crate) fn gone(&mut self, number: MessageNo) {
        match self {
            Self::Standard(window) => window.gone(number),
            Self::Fifo(window) => window.gone(number),
        }
    }

    /// A send was committed.
    pub(crate) fn arrived(&mut self, arrival: Arrival) {
        match self {
            Self::Standard(window) => window.arrived(arrival),
            Self::Fifo(window) => window.arrived(arrival),
        }
    }

    /// What to read before `count` messages can be taken; none when there are enough, or no more.
    pub(crate) fn plan(&self, count: usize) -> Option<FillPlan> {
        match self {
            Self::Standard(window) => window.plan(count),
            Self::Fifo(window) => window.plan(),
        }
    }

    /// A fill begins to read.
    pub(crate) fn begin_fill(&mut self) {
        match self {
            Self::Standard(window) => window.begin_fill(),
            Self::Fifo(window) => window.begin_fill(),
        }
    }

    /// A fill failed: what happened meanwhile stays.
    pub(crate) fn abandon_fill(&mut self) {
        match self {
            Self::Standard(window) => window.abandon_fill(),
            Self::Fifo(window) => window.abandon_fill(),
        }
    }

    /// A fill as planned read `found`, all there was up to the limit.
    pub(crate) fn filled(&mut self, plan: FillPlan, found: Vec<Found>) {
        match self {
            Self::Standard(window) => window.filled(plan, found),
            Self::Fifo(window) => window.filled(plan, found),
        }
    }

    /// When the next hidden message shows, as far as is known.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Standard(window) => window.next_due(),
            Self::Fifo(window) => window.next_due(),
        }
    }

    /// No message before this one is without a delivery.
    pub(crate) fn head(&self) -> MessageNo {
        match self {
            Self::Standard(window) => window.head(),
            Self::Fifo(window) => window.head(),
        }
    }

    /// Forgets everything up to `through`, which was purged; sends under way go on.
    pub(crate) fn purge(&mut self, through: MessageNo) {
        match self {
            Self::Standard(window) => window.purge(through),
            Self::Fifo(window) => window.purge(through),
        }
    }
}
