//! Sending: one blind write for a standard queue; for a FIFO queue, and for what another service delivers, a transaction that
//! knows what was sent before, in the order of each group.

use std::sync::Arc;

use names::Timestamp;
use store::{Batch, StoreError, Tx};

use super::Engine;
use super::content::Sealing;
use super::message::{Draft, Message, Stamp};
use super::queue::Queue;
use super::refusal::Refusal;
use super::rows::{put, remember_end};
use super::settings::DeduplicationScope;
use super::throttle::Call;
use super::window::Arrival;
use crate::limits;
use crate::store::{DELIVERIES, MESSAGES, MessageNo, RECENT, Recent};

/// The kind of a deduplication id among the ids remembered.
pub(super) const SENT: u8 = 0;

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its id.
    pub id: u128,
    /// MD5 of its body.
    pub body_md5: [u8; 16],
    /// Its number, which FIFO queues show.
    pub number: MessageNo,
}

/// Messages between their numbers and the knowledge that they are stored.
///
/// Dropped before that, because the caller went away or the store failed, it finds out in the background.
pub(super) struct Shipment<'a> {
    engine: &'a Engine,
    queue: Arc<Queue>,
    numbers: Vec<MessageNo>,
}

impl<'a> Shipment<'a> {
    /// Announces `count` messages to the queue's window, before they are written.
    pub(super) async fn begin(engine: &'a Engine, queue: &Arc<Queue>, count: usize) -> Result<Self, StoreError> {
        let first = engine.0.numbers.take(count as u64).await?;
        let numbers: Vec<_> = (first..first + count as u64).collect();
        let mut state = queue.state();
        numbers.iter().for_each(|number| state.window.sending().begin(*number));
        drop(state);
        Ok(Self { engine, queue: queue.clone(), numbers })
    }

    /// The numbers announced.
    pub(super) fn numbers(&self) -> &[MessageNo] {
        &self.numbers
    }

    /// Hands over those that were stored; the other numbers are not used.
    pub(super) fn arrive(mut self, arrivals: Vec<Arrival>) {
        let numbers = std::mem::take(&mut self.numbers);
        deliver(&self.queue, &numbers, arrivals);
    }
}

impl Drop for Shipment<'_> {
    fn drop(&mut self) {
        if !self.numbers.is_empty() {
            let (engine, queue) = (self.engine.clone(), self.queue.clone());
            let numbers = std::mem::take(&mut self.numbers);
            let tasks = engine.0.runtime.tasks.clone();
            tasks.spawn("sqs.find-out", async move { find_out(&engine, &queue, &numbers).await });
        }
    }
}

/// Commits are decided in order, so once a later one is answered the outcome of an abandoned one can be read.
async fn find_out(engine: &Engine, queue: &Arc<Queue>, numbers: &[MessageNo]) {
    let mut arrivals = Vec::new();
    if engine.store().write(Batch::new()).await.is_ok() {
        for number in numbers {
            arrivals.extend(stored(engine, queue, *number).await.ok().flatten());
        }
    }
    deliver(queue, numbers, arrivals);
}

async fn stored(engine: &Engine, queue: &Queue, number: MessageNo) -> Result<Option<Arrival>, StoreError> {
    let view = engine.store().read().await?;
    let Some(message) = MESSAGES.get(&view, &queue.scope, &(queue.id, number)).await? else { return Ok(None) };
    let delivery = DELIVERIES.get(&view, &queue.scope, &(queue.id, number)).await?;
    Ok(Some(Arrival { number, message: Arc::new(message), from: delivery.map(|delivery| delivery.until) }))
}

fn deliver(queue: &Queue, numbers: &[MessageNo], arrivals: Vec<Arrival>) {
    let retention = queue.record().settings.retention();
    let woken = arrivals.len();
    let mut hidden = false;
    let mut state = queue.state();
    for arrival in arrivals {
        hidden |= arrival.from.is_some();
        state.tally.sent(arrival.number, arrival.from);
        let expires = arrival.message.sent_at.plus(retention);
        state.expiry.not_before = state.expiry.not_before.min(expires);
        state.window.arrived(arrival);
    }
    numbers.iter().for_each(|number| {
        state.window.sending().end(*number);
    });
    drop(state);
    if hidden {
        queue.sooner.notify_waiters();
    }
    (0..woken).for_each(|_| queue.arrivals.notify_one());
}

impl Engine {
    /// Sends messages together, all or none, in their order. `sender` is the unique id of who sends.
    pub(crate) async fn send(
        &self,
        queue: &Arc<Queue>,
        drafts: Vec<Draft>,
        sender: &str,
        sealing: &Sealing,
    ) -> Result<Vec<Sent>, Refusal> {
        queue.check()?;
        let stamp = Stamp { queue: queue.id, sealing, sender, sent_at: self.now() };
        if queue.is_fifo() || drafts.iter().any(|draft| draft.once.is_some()) {
            self.send_checked(queue, drafts, &stamp).await
        } else {
            self.send_plain(queue, drafts, &stamp).await
        }
    }

    async fn send_plain(
        &self,
        queue: &Arc<Queue>,
        drafts: Vec<Draft>,
        stamp: &Stamp<'_>,
    ) -> Result<Vec<Sent>, Refusal> {
        let record = queue.record();
        let shipment = Shipment::begin(self, queue, drafts.len()).await?;
        let batch = Batch::new();
        let (mut arrivals, mut sent) = (Vec::with_capacity(drafts.len()), Vec::with_capacity(drafts.len()));
        for (number, draft) in shipment.numbers().iter().zip(drafts) {
            let from = Queue::delayed_until(&record.settings, stamp.sent_at, draft.delay);
            let (message, body_md5) = draft.stamp(stamp, *number, self.0.runtime.random.u128());
            let message = Arc::new(message);
            put(&batch, queue, *number, &message, from)?;
            sent.push(Sent { id: message.id, body_md5, number: *number });
            arrivals.push(Arrival { number: *number, message, from });
        }
        queue.save_tally(&batch)?;
        self.store().write(batch).await?;
        shipment.arrive(arrivals);
        Ok(sent)
    }

    /// Sends what may have been sent before: to a FIFO queue, and what comes with the id of its delivery.
    async fn send_checked(
        &self,
        queue: &Arc<Queue>,
        drafts: Vec<Draft>,
        stamp: &Stamp<'_>,
    ) -> Result<Vec<Sent>, Refusal> {
        let mut held = Vec::new();
        if queue.is_fifo() {
            let mut stripes: Vec<_> = drafts.iter().map(|draft| Queue::stripe_of(group(draft))).collect();
            stripes.sort_unstable();
            stripes.dedup();
            for stripe in stripes {
                held.push(queue.stripe(stripe).lock().await);
            }
        }
        let (record, generations) = (queue.record(), self.taken().generations().await?);
        let shipment = Shipment::begin(self, queue, drafts.len()).await?;
        let stamped = |(number, draft): (&MessageNo, Draft)| {
            let from = Queue::delayed_until(&record.settings, stamp.sent_at, draft.delay);
            let once = draft.once;
            let (message, body_md5) = draft.stamp(stamp, *number, self.0.runtime.random.u128());
            let sent = Sent { id: message.id, body_md5, number: *number };
            Checked { sent, message: Arc::new(message), from, once }
        };
        let checked: Vec<_> = shipment.numbers().iter().zip(drafts).map(stamped).collect();
        let send = |tx| {
            let checked = &checked;
            async move {
                let mut answers = Vec::with_capacity(checked.len());
                for one in checked {
                    answers.push(self.send_first_time(&tx, queue, generations, one).await?);
                }
                queue.save_tally(&tx)?;
                Ok::<_, StoreError>(answers)
            }
        };
        let answers = self.store().transact(send).await?;
        let fresh = checked.into_iter().zip(&answers).filter(|(one, answer)| answer.number == one.sent.number);
        let arrivals = fresh.map(|(one, _)| Arrival { number: one.sent.number, message: one.message, from: one.from });
        shipment.arrive(arrivals.collect());
        Ok(answers)
    }

    /// Counts a call that sends against the rate a FIFO queue takes.
    pub(crate) fn admit_send(&self, queue: &Queue, groups: &[&str]) -> Result<(), Refusal> {
        if self.0.runtime.clock.is_frozen() {
            return Ok(());
        }
        let mut groups = groups.to_vec();
        groups.sort_unstable();
        groups.dedup();
        groups.iter().try_for_each(|group| queue.admit(Call::Send, Some(group), self.now()))
    }
}

/// A message that is checked against what was sent before.
pub(super) struct Checked {
    /// What it is when it is new.
    pub sent: Sent,
    pub message: Arc<Message>,
    /// When it shows; none for at once.
    pub from: Option<Timestamp>,
    /// The id of its delivery.
    pub once: Option<u128>,
}

impl Checked {
    /// Sends it: to a FIFO queue unless its deduplication id was used within five minutes, for then it is that message again.
    pub(super) async fn send(&self, tx: &Tx, queue: &Queue) -> Result<Sent, StoreError> {
        let number = self.sent.number;
        if !queue.is_fifo() {
            put(tx, queue, number, &self.message, self.from)?;
            return Ok(self.sent.clone());
        }
        let now = self.message.sent_at;
        let name = deduplication_name(&self.message, queue.record().deduplication);
        let key = (queue.id, SENT, name.as_str());
        let before = RECENT.get(tx, &queue.scope, &key).await?;
        if let Some(Recent::Sent { at, id, number }) = before
            && at.plus(limits::DEDUPLICATION) > now
            && number > queue.floor()
        {
            return Ok(Sent { id, number, ..self.sent.clone() });
        }
        RECENT.put(tx, &queue.scope, &key, &Recent::Sent { at: now, id: self.sent.id, number })?;
        remember_end(tx, queue, SENT, &name, now);
        put(tx, queue, number, &self.message, None)?;
        Ok(self.sent.clone())
    }
}

/// A group has ids of its own where the queue's ids count in groups. No id has a zero byte in it.
fn deduplication_name(message: &Message, scope: DeduplicationScope) -> String {
    let id = message.deduplication.as_deref().unwrap_or_default();
    match scope {
        DeduplicationScope::Queue => id.to_owned(),
        DeduplicationScope::Group => format!("{}\0{id}", message.group_name()),
    }
}

fn group(draft: &Draft) -> &str {
    draft.group.as_deref().unwrap_or_default()
}
