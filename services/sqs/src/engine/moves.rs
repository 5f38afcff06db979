//! Moving messages out of a dead-letter queue: a task kept in the store, whose every step moves some messages and counts
//! them in one transaction. So it goes on after a crash where it was, and its count is exact.

use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use store::{Order, Scope, Span, StoreError};

use super::Engine;
use super::claim::Claim;
use super::fill::fill;
use super::message::Message;
use super::queue::{Home, Queue};
use super::refusal::{MoveRefusal, Refusal};
use super::rows::{put, remove};
use super::send::Shipment;
use super::window::{Arrival, Ticket};
use crate::store::{DELIVERIES, Delivery, MESSAGES, MOVES, MoveRecord, MoveStatus, QueueId};

/// Messages moved by one transaction.
const STEP: u64 = 100;
/// Ended tasks that are remembered for each source.
const REMEMBERED: usize = 10;
/// AWS's word for a message that never was a dead letter of anyone.
const NO_SOURCE: &str = "CouldNotDetermineMessageSource";
/// AWS's word for a destination that is gone.
const NO_QUEUE: &str = "AWS.SimpleQueueService.NonExistentQueue";

/// A task's key: its source, its start, its id.
pub(crate) type MoveKey = (QueueId, Timestamp, String);

/// A message on its way.
struct Item {
    ticket: Ticket,
    target: Arc<Queue>,
    message: Arc<Message>,
}

/// What a step found to do.
enum Load {
    /// These can be moved.
    Some(Vec<Ticket>),
    /// Nothing that was there at the start is left.
    Done,
}

impl Engine {
    /// Starts to move what is in a dead-letter queue, to a destination or to where each message came from. Answers the
    /// task's id.
    pub(crate) async fn start_move(
        &self,
        source: &Home,
        destination: Option<&Home>,
        rate: Option<u32>,
    ) -> Result<String, Refusal> {
        let queue = self.lookup(source).await?.ok_or(MoveRefusal::NoSource)?;
        if self.sources(&queue, None, 1).await?.is_empty() {
            return Err(MoveRefusal::NotDeadLetters.into());
        }
        if let Some(destination) = destination {
            let target = self.lookup(destination).await?.ok_or(MoveRefusal::NoDestination)?;
            if target.is_fifo() != queue.is_fifo() {
                return Err(MoveRefusal::OtherKind.into());
            }
        }
        let (now, through) = (self.now(), self.number().await?);
        let record = MoveRecord {
            source: source.name.clone(),
            destination: destination.map(|home| home.name.clone()),
            rate,
            status: MoveStatus::Running,
            moved: 0,
            to_move: queue.state().tally.counts(now).visible,
            through,
        };
        let id = self.0.runtime.random.uuid();
        let (queue, record, key) = (&queue, &record, &(queue.id, now, id.clone()));
        self.store()
            .transact(|tx| async move {
                let before = MOVES.scan_all(&tx, &queue.scope, &Span::prefix(&(queue.id,))).await?;
                if before.iter().any(|(_, task)| task.status.is_active()) {
                    return Err(Refusal::Move(MoveRefusal::AlreadyRunning));
                }
                let surplus = before.len().saturating_sub(REMEMBERED - 1);
                before.iter().take(surplus).for_each(|(old, _)| MOVES.delete(&tx, &queue.scope, old));
                Ok(MOVES.put(&tx, &queue.scope, key, record)?)
            })
            .await?;
        self.announce_moves();
        Ok(id)
    }

    /// Stops a task; answers how many messages it has moved.
    pub(crate) async fn cancel_move(&self, source: &Home, id: &str) -> Result<u64, Refusal> {
        let queue = self.lookup(source).await?.ok_or(MoveRefusal::NoSource)?;
        let queue = &queue;
        let moved = self
            .store()
            .transact(|tx| async move {
                let tasks = MOVES.scan_all(&tx, &queue.scope, &Span::prefix(&(queue.id,))).await?;
                let task = tasks.into_iter().find(|((_, _, task), _)| task == id);
                let (key, mut task) = task.ok_or(Refusal::Move(MoveRefusal::NoSuchTask))?;
                if !task.status.is_active() {
                    return Err(Refusal::Move(MoveRefusal::NotRunning));
                }
                task.status = MoveStatus::Cancelling;
                MOVES.put(&tx, &queue.scope, &key, &task)?;
                Ok(task.moved)
            })
            .await?;
        self.announce_moves();
        Ok(moved)
    }

    /// A source's tasks, newest first.
    pub(crate) async fn list_moves(&self, source: &Home, limit: usize) -> Result<Vec<(MoveKey, MoveRecord)>, Refusal> {
        let queue = self.lookup(source).await?.ok_or(MoveRefusal::NoSource)?;
        let view = self.store().read().await?;
        Ok(MOVES.scan(&view, &queue.scope, &Span::prefix(&(queue.id,)), Order::Descending, limit).await?)
    }

    /// Takes a step of each running task; tells when there is a next one to take.
    pub(crate) async fn move_some(&self) -> Result<Option<Timestamp>, StoreError> {
        let tasks = MOVES.scan_everywhere(&self.store().read().await?).await?;
        let mut next: Option<Timestamp> = None;
        for (scope, key, task) in tasks.into_iter().filter(|(_, _, task)| task.status.is_active()) {
            if let Some(at) = self.step(&scope, &key, task).await? {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        Ok(next)
    }

    async fn step(&self, scope: &Scope, key: &MoveKey, task: MoveRecord) -> Result<Option<Timestamp>, StoreError> {
        let Scope::Regional(account, region) = scope else { return Ok(None) };
        let source = Home { account: *account, region: region.clone(), name: task.source.clone() };
        let queue = self.lookup(&source).await?.filter(|queue| queue.id == key.0);
        let Some(queue) = queue else { return self.end_move(scope, key, MoveStatus::Failed(NO_QUEUE.into())).await };
        if task.status == MoveStatus::Cancelling {
            return self.end_move(scope, key, MoveStatus::Cancelled).await;
        }
        let now = self.now();
        let (allowed, next) = allowance(&task, key.1, now);
        if allowed == 0 {
            return Ok(Some(next));
        }
        match self.load(&queue, &task, allowed.min(STEP), now).await? {
            Load::Done => self.end_move(scope, key, MoveStatus::Completed).await,
            Load::Some(tickets) => self.carry(&queue, key, &task, tickets, now).await,
        }
    }

    async fn load(
        &self,
        queue: &Arc<Queue>,
        task: &MoveRecord,
        count: u64,
        now: Timestamp,
    ) -> Result<Load, StoreError> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        loop {
            let mut tickets = queue.state().window.take(count, now);
            if tickets.is_empty() {
                if fill(self.store(), queue, count, now).await? {
                    continue;
                }
                return Ok(Load::Done);
            }
            let later: Vec<_> = tickets.extract_if(.., |ticket| ticket.number > task.through).collect();
            let mut state = queue.state();
            later.into_iter().rev().for_each(|ticket| state.window.give_back(ticket));
            return Ok(if tickets.is_empty() { Load::Done } else { Load::Some(tickets) });
        }
    }

    /// Moves claimed messages.
    async fn carry(
        &self,
        queue: &Arc<Queue>,
        key: &MoveKey,
        task: &MoveRecord,
        tickets: Vec<Ticket>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let claim = Claim::new(self, queue, tickets, Timestamp::MAX);
        let items = match self.address(queue, task, claim.tickets(), now).await? {
            Ok(items) => items,
            Err(reason) => return self.end_move(&queue.scope, key, MoveStatus::Failed(reason.into())).await,
        };
        let mut shipments = Vec::with_capacity(items.len());
        for item in &items {
            shipments.push(Shipment::begin(self, &item.target, 1).await?);
        }
        let (items_ref, shipments_ref) = (&items, &shipments);
        let moved = self
            .store()
            .transact(|tx| async move {
                let mut moved = Vec::with_capacity(items_ref.len());
                for (item, shipment) in items_ref.iter().zip(shipments_ref) {
                    let message_key = (queue.id, item.ticket.number);
                    let delivery = DELIVERIES.get(&tx, &queue.scope, &message_key).await?;
                    let there = MESSAGES.get(&tx, &queue.scope, &message_key).await?.is_some();
                    let mine = there && delivery.map(|d| d.until) == item.ticket.due;
                    if mine {
                        remove(&tx, queue, item.ticket.number, delivery.as_ref());
                        let from = arrives(&item.target, now);
                        put(&tx, &item.target, shipment.numbers()[0], &item.message, from)?;
                    }
                    moved.push((mine, delivery));
                }
                count(&tx, &queue.scope, key, moved.iter().filter(|(mine, _)| *mine).count()).await?;
                queue.save_tally(&tx)?;
                Ok::<_, StoreError>(moved)
            })
            .await?;
        forget(queue, claim.tickets(), &items, &moved);
        claim.settled();
        for ((item, shipment), (mine, _)) in items.iter().zip(shipments).zip(&moved) {
            let (number, message, from) = (shipment.numbers()[0], item.message.clone(), arrives(&item.target, now));
            shipment.arrive(if *mine { vec![Arrival { number, message, from }] } else { Vec::new() });
        }
        Ok(Some(now))
    }

    /// Finds where each message goes, and makes it a new message: AWS gives it a new id and instant.
    async fn address(
        &self,
        queue: &Queue,
        task: &MoveRecord,
        tickets: &[Ticket],
        now: Timestamp,
    ) -> Result<Result<Vec<Item>, &'static str>, StoreError> {
        let view = self.store().read().await?;
        let mut items = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            let Some(message) = MESSAGES.get(&view, &queue.scope, &(queue.id, ticket.number)).await? else {
                // Purged or expired meanwhile: it goes with the others, and the transaction passes it over.
                continue;
            };
            let source = message.past.as_ref().and_then(|past| Home::of_arn(&past.source));
            let home = task.destination.as_ref().map(|name| queue.home.sibling(name)).or(source);
            let Some(home) = home else { return Ok(Err(NO_SOURCE)) };
            let Some(target) = self.lookup(&home).await? else { return Ok(Err(NO_QUEUE)) };
            let id = self.0.runtime.random.u128();
            let message = Arc::new(Message { id, sent_at: now, past: None, ..message });
            items.push(Item { ticket: ticket.clone(), target, message });
        }
        Ok(Ok(items))
    }

    async fn end_move(
        &self,
        scope: &Scope,
        key: &MoveKey,
        status: MoveStatus,
    ) -> Result<Option<Timestamp>, StoreError> {
        let status = &status;
        self.store()
            .transact(|tx| async move {
                let Some(mut task) = MOVES.get(&tx, scope, key).await? else { return Ok(()) };
                task.status = status.clone();
                MOVES.put(&tx, scope, key, &task)
            })
            .await?;
        Ok(None)
    }
}

async fn count(tx: &store::Tx, scope: &Scope, key: &MoveKey, moved: usize) -> Result<(), StoreError> {
    let Some(mut task) = MOVES.get(tx, scope, key).await? else { return Ok(()) };
    task.moved += moved as u64;
    MOVES.put(tx, scope, key, &task)
}

/// When a moved message shows in its new queue.
fn arrives(target: &Queue, now: Timestamp) -> Option<Timestamp> {
    let record = target.record();
    let plain = record.settings.fifo.is_none();
    Queue::delayed_until(&record.settings, now, None).filter(|_| plain)
}

fn forget(queue: &Queue, tickets: &[Ticket], items: &[Item], moved: &[(bool, Option<Delivery>)]) {
    let mut state = queue.state();
    let addressed = |ticket: &Ticket| items.iter().any(|item| item.ticket.number == ticket.number);
    tickets.iter().filter(|ticket| !addressed(ticket)).for_each(|ticket| state.window.gone(ticket.number));
    for (item, (mine, delivery)) in items.iter().zip(moved) {
        match (mine, delivery) {
            (true, _) => {
                state.window.gone(item.ticket.number);
                state.tally.gone(item.ticket.number, delivery.as_ref());
            }
            (false, Some(delivery)) => state.window.hidden(item.ticket.number, delivery.until),
            (false, None) => state.window.gone(item.ticket.number),
        }
    }
}

/// Messages a task may move now, and when it may move more.
fn allowance(task: &MoveRecord, started: Timestamp, now: Timestamp) -> (u64, Timestamp) {
    let Some(rate) = task.rate else { return (STEP, now) };
    let seconds = now.since(started).as_secs();
    let allowed = (seconds + 1).saturating_mul(rate.into()).saturating_sub(task.moved);
    (allowed, started.plus(Duration::from_secs(seconds + 1)))
}
