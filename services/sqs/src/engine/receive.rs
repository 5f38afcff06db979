//! Receiving: messages are claimed in memory first, so that receivers do not get in each other's way, then hidden in one
//! transaction that checks each against the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use store::{Batch, StoreError, Tx, Writer};

use super::Engine;
use super::fill::fill;
use super::message::{Message, Past};
use super::queue::{Home, Queue};
use super::refusal::Refusal;
use super::send::{Shipment, put, remember_end};
use super::window::{Arrival, Ticket};
use crate::limits;
use crate::store::{DELIVERIES, DUE, Delivery, MESSAGES, MessageNo, RECENT, Recent};

/// The kind of a receive attempt's id among the ids remembered.
const ATTEMPT: u8 = 1;

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
    /// It is no more.
    Gone,
}

/// What was found of an abandoned claim.
enum Release {
    /// It did not happen, or somebody else claimed the message since.
    Unchanged,
    /// It happened and was undone: before, and after.
    Undone(Delivery, Delivery),
    /// It removed the message, or somebody else did.
    Gone,
}

/// What a claim's transaction needs to know.
struct Judge<'a> {
    queue: &'a Queue,
    now: Timestamp,
    until: Timestamp,
    retention: Duration,
    /// Receives after which a message is dead, when there is a queue for it to go to.
    max_receives: Option<u32>,
    /// At the first attempt messages at hand are taken for what is stored: only claims and receipts end them.
    trust: bool,
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
        let record = queue.record();
        let dead_letters = self.dead_letter_queue(queue).await?;
        let may_die = claim.tickets.iter().filter(|ticket| dead_letters.is_some() && ticket.due.is_some()).count();
        let target = dead_letters.as_ref().filter(|_| may_die > 0);
        let shipment = match target {
            Some(target) => Some(Shipment::begin(self, target, may_die).await?),
            None => None,
        };
        let numbers = shipment.as_ref().map_or(&[][..], |shipment| shipment.numbers());
        let first = AtomicBool::new(true);
        let max_receives = target.and(record.settings.redrive.as_ref()).map(|redrive| redrive.max_receives);
        let (claim_ref, before) = (&claim, &*received);
        let (fates, dead) = self
            .store()
            .transact(|tx| {
                let judge = Judge {
                    queue,
                    now,
                    until,
                    retention: record.settings.retention(),
                    max_receives,
                    trust: first.swap(false, Ordering::Relaxed),
                };
                async move {
                    let mut fates = Vec::with_capacity(claim_ref.tickets.len());
                    for ticket in &claim_ref.tickets {
                        fates.push((ticket.number, judge.decide(&tx, ticket).await?));
                    }
                    let dead =
                        target.map_or(Ok(Vec::new()), |target| bury(&tx, queue, target, numbers, &fates, now))?;
                    note_attempt(&tx, queue, wanted, before, &fates, now)?;
                    queue.save_tally(&tx)?;
                    Ok::<_, StoreError>((fates, dead))
                }
            })
            .await?;
        if let Some(shipment) = shipment {
            shipment.arrive(dead);
        }
        settle(claim, fates, received);
        Ok(())
    }

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
                Ok(Release::Unchanged) | Err(_) => state.window.give_back(ticket),
            }
            drop(state);
            queue.sooner.notify_waiters();
            queue.arrivals.notify_one();
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
                let Some(before) = before.filter(|delivery| delivery.until == until) else {
                    return Ok(if before.is_some() { Release::Unchanged } else { Release::Gone });
                };
                let after = Delivery { until: now, receives: before.receives.saturating_sub(1), ..before };
                hide(&tx, queue, number, Some(&before), &after)?;
                Ok(Release::Undone(before, after))
            })
            .await
    }

    /// Where a queue's dead letters go, when that queue exists.
    pub(super) async fn dead_letter_queue(&self, queue: &Queue) -> Result<Option<Arc<Queue>>, StoreError> {
        let record = queue.record();
        let target = record.settings.redrive.as_ref().and_then(|redrive| Home::of_arn(&redrive.target));
        match target {
            Some(home) => self.lookup(&home).await,
            None => Ok(None),
        }
    }

    /// The messages of an attempt that is repeated, hidden anew; none when one of them was settled or shows again.
    async fn receive_again(
        &self,
        queue: &Queue,
        wanted: &Wanted,
        attempt: &str,
    ) -> Result<Option<Vec<Received>>, StoreError> {
        let now = self.now();
        let until = now.plus(wanted.hide);
        let again = self.store().transact(|tx| async move { repeat(&tx, queue, attempt, now, until).await }).await?;
        let Some(again) = again else { return Ok(None) };
        let mut state = queue.state();
        for (received, before) in &again {
            state.window.hidden(received.number, received.delivery.until);
            state.tally.delivered(received.number, Some(before), &received.delivery);
        }
        Ok(Some(again.into_iter().map(|(received, _)| received).collect()))
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

async fn repeat(
    tx: &Tx,
    queue: &Queue,
    attempt: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Vec<(Received, Delivery)>>, StoreError> {
    let noted = RECENT.get(tx, &queue.scope, &(queue.id, ATTEMPT, attempt)).await?;
    let Some(Recent::Received { at, messages }) = noted else { return Ok(None) };
    if at.plus(limits::DEDUPLICATION) <= now || messages.is_empty() {
        return Ok(None);
    }
    let mut again = Vec::with_capacity(messages.len());
    for (number, receives) in messages {
        let key = (queue.id, number);
        let delivery = DELIVERIES.get(tx, &queue.scope, &key).await?;
        let Some(before) = delivery.filter(|d| d.receives == receives && d.until > now && number > queue.floor())
        else {
            return Ok(None);
        };
        let Some(message) = MESSAGES.get(tx, &queue.scope, &key).await? else { return Ok(None) };
        let delivery = Delivery { until, ..before };
        hide(tx, queue, number, Some(&before), &delivery)?;
        again.push((Received { number, message: Arc::new(message), delivery }, before));
    }
    Ok(Some(again))
}

impl Judge<'_> {
    async fn decide(&self, tx: &Tx, ticket: &Ticket) -> Result<Fate, StoreError> {
        let key = (self.queue.id, ticket.number);
        if ticket.number <= self.queue.floor() {
            return Ok(Fate::Gone);
        }
        let before = DELIVERIES.get(tx, &self.queue.scope, &key).await?;
        let as_believed = before.map(|delivery| delivery.until) == ticket.due;
        let at_hand = ticket
            .message
            .clone()
            .filter(|message| self.trust && as_believed && !message.expired(self.retention, self.now));
        let message = match at_hand {
            Some(message) => message,
            None => match MESSAGES.get(tx, &self.queue.scope, &key).await? {
                Some(message) => Arc::new(message),
                None => return Ok(Fate::Gone),
            },
        };
        if let (false, Some(delivery)) = (as_believed, before) {
            return Ok(Fate::Hidden(delivery.until));
        }
        self.pass(tx, ticket.number, message, before)
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
        if let (Some(most), Some(delivery)) = (self.max_receives, before)
            && delivery.receives >= most
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
fn settle(mut claim: Claim<'_>, fates: Vec<(MessageNo, Fate)>, received: &mut Vec<Received>) {
    let queue = claim.queue;
    claim.tickets.clear();
    let mut state = queue.state();
    for (number, fate) in fates {
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
            Fate::Gone => state.window.gone(number),
        }
    }
    drop(state);
    queue.sooner.notify_waiters();
}

/// Writes dead letters into their queue.
fn bury(
    tx: &Tx,
    queue: &Queue,
    target: &Queue,
    numbers: &[MessageNo],
    fates: &[(MessageNo, Fate)],
    now: Timestamp,
) -> Result<Vec<Arrival>, StoreError> {
    let dead = fates.iter().filter_map(|(_, fate)| match fate {
        Fate::Dead(message, delivery) => Some((message, delivery)),
        _ => None,
    });
    let mut arrivals = Vec::new();
    for ((message, delivery), number) in dead.zip(numbers) {
        let message = Arc::new(dead_letter(message, delivery, queue, now));
        put(tx, target, *number, &message, None)?;
        if !queue.is_fifo() {
            tx.put(crate::store::AGED.key(&target.scope, &(target.id, message.sent_at, *number)), Bytes::new());
        }
        arrivals.push(Arrival { number: *number, message, from: None });
    }
    Ok(arrivals)
}

/// A message as it lies in the dead-letter queue. Its retention goes on, but on FIFO queues begins anew ("How do dead-letter
/// queues work" in the developer guide).
fn dead_letter(message: &Message, delivery: &Delivery, queue: &Queue, now: Timestamp) -> Message {
    let before = message.past.as_ref();
    let past = Past {
        source: queue.home.arn().to_string(),
        receives: before.map_or(0, |past| past.receives) + delivery.receives,
        first_received: before.and_then(|past| past.first_received).or(delivery.first_received),
    };
    let sent_at = if queue.is_fifo() { now } else { message.sent_at };
    Message { past: Some(past), sent_at, ..message.clone() }
}

/// Notes the messages of an attempt, those of earlier rounds included.
fn note_attempt(
    tx: &Tx,
    queue: &Queue,
    wanted: &Wanted,
    earlier: &[Received],
    fates: &[(MessageNo, Fate)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(attempt) = &wanted.attempt else { return Ok(()) };
    let now_received = fates.iter().filter_map(|(_, fate)| match fate {
        Fate::Received(received, _) => Some(received),
        _ => None,
    });
    let messages = earlier.iter().chain(now_received).map(|r| (r.number, r.delivery.receives)).collect();
    remember_end(tx, queue, ATTEMPT, attempt, now);
    RECENT.put(tx, &queue.scope, &(queue.id, ATTEMPT, attempt.as_str()), &Recent::Received { at: now, messages })
}

/// Writes that a message is hidden from now on as `after` says.
pub(super) fn hide(
    tx: &impl Writer,
    queue: &Queue,
    number: MessageNo,
    before: Option<&Delivery>,
    after: &Delivery,
) -> Result<(), StoreError> {
    DELIVERIES.put(tx, &queue.scope, &(queue.id, number), after)?;
    if !queue.is_fifo() {
        forget_due(tx, queue, number, before);
        tx.put(DUE.key(&queue.scope, &(queue.id, after.until, number)), Bytes::new());
    }
    Ok(())
}

/// Removes a message and all that is known of it.
pub(super) fn remove(tx: &impl Writer, queue: &Queue, number: MessageNo, before: Option<&Delivery>) {
    MESSAGES.delete(tx, &queue.scope, &(queue.id, number));
    // Deleted even when there is none: a claim that read its absence then notices.
    DELIVERIES.delete(tx, &queue.scope, &(queue.id, number));
    if !queue.is_fifo() {
        forget_due(tx, queue, number, before);
    }
}

fn forget_due(tx: &impl Writer, queue: &Queue, number: MessageNo, before: Option<&Delivery>) {
    if let Some(before) = before {
        tx.delete(DUE.key(&queue.scope, &(queue.id, before.until, number)));
    }
}
