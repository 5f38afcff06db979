//! Receiving: messages are claimed in memory first, so that receivers do not get in each other's way, then hidden in one
//! transaction that checks each against the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use names::Timestamp;
use store::{StoreError, Tx};

use super::Engine;
use super::attempt::note_attempt;
use super::claim::Claim;
use super::dead_letter::DeadLetters;
use super::fill::{fill, fill_shown};
use super::message::Message;
use super::queue::Queue;
use super::refusal::Refusal;
use super::rows::{hide, remove};
use super::window::{Arrival, Ticket};
use crate::limits;
use crate::store::{DELIVERIES, Delivery, MESSAGES, MessageNo};

/// What a receiver asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Messages at most.
    pub count: usize,
    /// How long they stay hidden.
    pub hide: Duration,
    /// Names the attempt, so that a repeated one gets the same messages (FIFO queues).
    pub attempt: Option<String>,
    /// Whether too many messages in flight are an error; to one who waits they are not.
    pub short: bool,
}

/// A message that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// Its number.
    pub number: MessageNo,
    /// It.
    pub message: Arc<Message>,
    /// Its receives, this one included.
    pub delivery: Delivery,
}

/// What is done with a claimed message.
enum Fate {
    /// It is received.
    Received(Received, Option<Delivery>),
    /// It goes to the dead-letter queue.
    Dead(Arc<Message>, Delivery),
    /// It outlived its retention.
    Expired(Option<Delivery>),
    /// It is hidden: somebody else received it.
    Hidden(Timestamp),
    /// One before it in its group is hidden: it has to wait.
    Waits,
    /// It is no more.
    Gone,
}

/// One claim's transaction.
struct Round<'a> {
    queue: &'a Queue,
    wanted: &'a Wanted,
    tickets: &'a [Ticket],
    /// What earlier claims of the same receive brought.
    earlier: &'a [Received],
    dead_letters: Option<&'a DeadLetters<'a>>,
    now: Timestamp,
    until: Timestamp,
    retention: Duration,
}

impl Engine {
    /// Receives what can be received now.
    pub(super) async fn receive_now(&self, queue: &Arc<Queue>, wanted: &Wanted) -> Result<Vec<Received>, Refusal> {
        queue.check()?;
        if let Some(attempt) = &wanted.attempt
            && let Some(again) = self.receive_again(queue, wanted, attempt).await?
        {
            return Ok(again);
        }
        let now = self.now();
        if queue.state().tally.counts(now).in_flight >= limits::IN_FLIGHT {
            let refuses = wanted.short && !queue.is_fifo();
            return if refuses { Err(Refusal::TooManyInFlight) } else { Ok(Vec::new()) };
        }
        // What shows again is older than what waits in the window, and comes first.
        fill_shown(self.store(), queue, now).await?;
        let mut received = Vec::new();
        while received.len() < wanted.count {
            let left = wanted.count - received.len();
            let Some(tickets) = take(queue, left, now, &received) else { break };
            if tickets.is_empty() {
                if !fill(self.store(), queue, left, now).await? {
                    break;
                }
                continue;
            }
            self.claim(queue, wanted, tickets, now, &mut received).await?;
        }
        Ok(received)
    }

    async fn claim(
        &self,
        queue: &Arc<Queue>,
        wanted: &Wanted,
        tickets: Vec<Ticket>,
        now: Timestamp,
        received: &mut Vec<Received>,
    ) -> Result<(), Refusal> {
        let until = now.plus(wanted.hide);
        let claim = Claim::new(self, queue, tickets, until);
        let retention = queue.record().settings.retention();
        let dead_letters = DeadLetters::of(self, queue, claim.tickets()).await?;
        let (tickets, earlier, dead) = (claim.tickets(), &**received, dead_letters.as_ref());
        let round = Round { queue, wanted, tickets, earlier, dead_letters: dead, now, until, retention };
        let (round, first) = (&round, AtomicBool::new(true));
        let transaction = self.store().transact(|tx| {
            let trust = first.swap(false, Ordering::Relaxed);
            async move { round.run(&tx, trust).await }
        });
        let (fates, buried) = transaction.await?;
        if let Some(dead_letters) = dead_letters {
            dead_letters.arrive(buried);
        }
        settle(queue, claim.tickets(), fates, received);
        claim.settled();
        Ok(())
    }
}

/// Takes messages out of the window; none when only such come as were received already, being hidden for no time.
fn take(queue: &Queue, count: usize, now: Timestamp, received: &[Received]) -> Option<Vec<Ticket>> {
    let mut state = queue.state();
    let mut tickets = state.window.take(count, now);
    let again: Vec<_> = tickets.extract_if(.., |t| received.iter().any(|r| r.number == t.number)).collect();
    let only_again = tickets.is_empty() && !again.is_empty();
    again.into_iter().rev().for_each(|ticket| state.window.give_back(ticket));
    (!only_again).then_some(tickets)
}

impl Round<'_> {
    /// `trust` is for the first attempt: messages at hand are then taken for what is stored, because only claims and
    /// receipts end a message, and this is its claim.
    async fn run(&self, tx: &Tx, trust: bool) -> Result<(Vec<Fate>, Vec<Arrival>), StoreError> {
        let mut fates = Vec::with_capacity(self.tickets.len());
        // The tickets of a group follow one another: one group at a time is held back.
        let mut held: Option<&Arc<str>> = None;
        for ticket in self.tickets {
            let waits = held.is_some() && ticket.group.as_ref() == held;
            let fate = if waits { Fate::Waits } else { self.decide(tx, ticket, trust).await? };
            if matches!(fate, Fate::Hidden(_)) {
                held = ticket.group.as_ref();
            }
            fates.push(fate);
        }
        let dead = fates.iter().filter_map(|fate| match fate {
            Fate::Dead(message, delivery) => Some((message, delivery)),
            _ => None,
        });
        let buried = self.dead_letters.map_or(Ok(Vec::new()), |target| target.bury(tx, self.queue, dead, self.now))?;
        let received = fates.iter().filter_map(|fate| match fate {
            Fate::Received(received, _) => Some(received),
            _ => None,
        });
        note_attempt(tx, self.queue, self.wanted, self.earlier.iter().chain(received), self.now)?;
        self.queue.save_tally(tx)?;
        Ok((fates, buried))
    }

    async fn decide(&self, tx: &Tx, ticket: &Ticket, trust: bool) -> Result<Fate, StoreError> {
        let key = (self.queue.id, ticket.number);
        if ticket.number <= self.queue.floor() {
            return Ok(Fate::Gone);
        }
        let before = DELIVERIES.get(tx, &self.queue.scope, &key).await?;
        let as_believed = before.map(|delivery| delivery.until) == ticket.due;
        let at_hand =
            ticket.message.clone().filter(|message| trust && as_believed && !message.expired(self.retention, self.now));
        let message = match at_hand {
            Some(message) => message,
            None => match MESSAGES.get(tx, &self.queue.scope, &key).await? {
                Some(message) => Arc::new(message),
                None => return Ok(Fate::Gone),
            },
        };
        if let (false, Some(delivery)) = (as_believed, before)
            && !self.shows(&delivery)
        {
            return Ok(Fate::Hidden(delivery.until));
        }
        self.pass(tx, ticket.number, message, before)
    }

    /// Whether a message of which something else was believed can be received all the same. On a standard queue it is found
    /// again in `due`, and may be twice in this claim.
    fn shows(&self, delivery: &Delivery) -> bool {
        self.queue.is_fifo() && delivery.until <= self.now
    }

    fn pass(
        &self,
        tx: &Tx,
        number: MessageNo,
        message: Arc<Message>,
        before: Option<Delivery>,
    ) -> Result<Fate, StoreError> {
        if message.expired(self.retention, self.now) {
            remove(tx, self.queue, number, before.as_ref());
            return Ok(Fate::Expired(before));
        }
        if let (Some(dead_letters), Some(delivery)) = (self.dead_letters, before)
            && delivery.receives >= dead_letters.after
        {
            remove(tx, self.queue, number, Some(&delivery));
            return Ok(Fate::Dead(message, delivery));
        }
        let delivery = Delivery::received(before.as_ref(), self.now, self.until);
        hide(tx, self.queue, number, before.as_ref(), &delivery)?;
        Ok(Fate::Received(Received { number, message, delivery }, before))
    }
}

/// Writes what became of claimed messages into memory and hands the received ones over.
fn settle(queue: &Queue, tickets: &[Ticket], fates: Vec<Fate>, received: &mut Vec<Received>) {
    let mut state = queue.state();
    for (ticket, fate) in tickets.iter().zip(fates) {
        let number = ticket.number;
        match fate {
            Fate::Received(one, before) => {
                state.window.hidden(number, one.delivery.until);
                state.tally.delivered(number, before.as_ref(), &one.delivery);
                received.push(one);
            }
            Fate::Dead(_, before) => {
                state.window.gone(number);
                state.tally.gone(number, Some(&before));
            }
            Fate::Expired(before) => {
                state.window.gone(number);
                state.tally.gone(number, before.as_ref());
            }
            Fate::Hidden(until) => state.window.hidden(number, until),
            Fate::Waits => state.window.give_back(ticket.clone()),
            Fate::Gone => state.window.gone(number),
        }
    }
    drop(state);
    queue.sooner.notify_waiters();
}
