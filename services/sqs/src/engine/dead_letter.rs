//! Dead letters: messages that were received too often, on their way to the queue for such.

use std::sync::Arc;

use bytes::Bytes;
use names::Timestamp;
use store::{StoreError, Tx, Writer};

use super::Engine;
use super::message::{Message, Past};
use super::queue::{Home, Queue};
use super::rows::put;
use super::send::Shipment;
use super::window::{Arrival, Ticket};
use crate::store::{AGED, Delivery};

/// Where the dead letters of one claim go.
pub(super) struct DeadLetters<'a> {
    target: Arc<Queue>,
    shipment: Shipment<'a>,
    /// Receives after which a message is dead.
    pub after: u32,
}

impl<'a> DeadLetters<'a> {
    /// Prepares for those of the claimed messages that were received before; none when there are none, or no queue for
    /// them to go to: they are then received on and on.
    pub(super) async fn of(
        engine: &'a Engine,
        queue: &Queue,
        tickets: &[Ticket],
    ) -> Result<Option<DeadLetters<'a>>, StoreError> {
        let record = queue.record();
        let Some(redrive) = &record.settings.redrive else { return Ok(None) };
        let received_before = tickets.iter().filter(|ticket| ticket.due.is_some()).count();
        if received_before == 0 {
            return Ok(None);
        }
        let Some(home) = Home::of_arn(&redrive.target) else { return Ok(None) };
        let Some(target) = engine.lookup(&home).await? else { return Ok(None) };
        let shipment = Shipment::begin(engine, &target, received_before).await?;
        Ok(Some(Self { target, shipment, after: redrive.max_receives }))
    }

    /// Writes dead letters into their queue.
    pub(super) fn bury<'m>(
        &self,
        tx: &Tx,
        queue: &Queue,
        dead: impl Iterator<Item = (&'m Arc<Message>, &'m Delivery)>,
        now: Timestamp,
    ) -> Result<Vec<Arrival>, StoreError> {
        let mut arrivals = Vec::new();
        for ((message, delivery), number) in dead.zip(self.shipment.numbers().iter().copied()) {
            let message = Arc::new(dead_letter(message, delivery, queue, now));
            put(tx, &self.target, number, &message, None)?;
            if !queue.is_fifo() {
                let key = AGED.key(&self.target.scope, &(self.target.id, message.sent_at, number));
                tx.put(key, Bytes::new());
            }
            arrivals.push(Arrival { number, message, from: None });
        }
        Ok(arrivals)
    }

    /// They were stored.
    pub(super) fn arrive(self, buried: Vec<Arrival>) {
        self.shipment.arrive(buried);
    }
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
