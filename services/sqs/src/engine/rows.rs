//! The rows of a message: what is written and removed together.

use bytes::Bytes;
use names::Timestamp;
use store::{StoreError, Writer};

use super::message::Message;
use super::queue::Queue;
use crate::limits;
use crate::store::{DELIVERIES, DUE, Delivery, MESSAGES, MessageNo, RECENT_ENDS};

/// Writes a message that shows from `from` on.
pub(super) fn put(
    writer: &impl Writer,
    queue: &Queue,
    number: MessageNo,
    message: &Message,
    from: Option<Timestamp>,
) -> Result<(), StoreError> {
    MESSAGES.put(writer, &queue.scope, &(queue.id, number), message)?;
    if let Some(from) = from {
        DELIVERIES.put(writer, &queue.scope, &(queue.id, number), &Delivery::delayed(from))?;
        writer.put(DUE.key(&queue.scope, &(queue.id, from, number)), Bytes::new());
    }
    Ok(())
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

/// Notes when an id may be forgotten.
pub(super) fn remember_end(tx: &impl Writer, queue: &Queue, kind: u8, name: &str, now: Timestamp) {
    let key = RECENT_ENDS.key(&queue.scope, &(queue.id, now.plus(limits::DEDUPLICATION), kind, name));
    tx.put(key, Bytes::new());
}
