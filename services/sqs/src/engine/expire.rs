//! Retention: messages go when they are old enough, in bounded batches, found without looking at the others.
//!
//! Messages are stored in the order of sending, so those to go are the first ones. Only dead letters keep an older instant
//! than their place says, and on standard queues alone: they are found in `aged`, and passed over here.

use std::sync::Arc;

use names::Timestamp;
use store::{Order, Span, StoreError, Tx, Writer};

use super::Engine;
use super::queue::Queue;
use super::rows::remove;
use crate::limits;
use crate::store::{AGED, DELIVERIES, Delivery, MESSAGES, MessageNo, QUEUES, RECENT, RECENT_ENDS, Recent};

/// Messages looked at by one transaction.
const PAGE: usize = 200;

/// What one look found.
struct Look {
    gone: Vec<(MessageNo, Option<Delivery>)>,
    from: MessageNo,
    /// When the next one goes; none when there is more to look at now.
    next: Option<Timestamp>,
}

impl Engine {
    /// Removes what outlived a queue's retention, at most so many batches of it.
    pub(crate) async fn expire(&self, queue: &Queue, batches: usize) -> Result<(), StoreError> {
        // Mostly nothing has expired, which the first message alone tells.
        let pages = std::iter::once(1).chain(std::iter::repeat(PAGE));
        for page in pages.take(batches.saturating_add(1)) {
            let now = self.now();
            let expiry = queue.state().expiry;
            if expiry.not_before > now {
                return Ok(());
            }
            // What arrives while this looks lowers the instant again.
            queue.state().expiry.not_before = Timestamp::MAX;
            let look = self.store().transact(|tx| async move { look(&tx, queue, expiry.from, now, page).await }).await;
            let mut state = queue.state();
            let Ok(look) = look else {
                state.expiry.not_before = now;
                return look.map(|_| ());
            };
            for (number, delivery) in &look.gone {
                state.window.gone(*number);
                state.tally.gone(*number, delivery.as_ref());
            }
            state.expiry.from = state.expiry.from.max(look.from);
            state.expiry.not_before = state.expiry.not_before.min(look.next.unwrap_or(now));
        }
        Ok(())
    }

    /// Removes what outlived its retention in any queue, and ids that need not be remembered.
    pub(crate) async fn expire_all(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        let queues = QUEUES.scan_everywhere(&view).await?;
        drop(view);
        for (scope, name, record) in queues {
            let store::Scope::Regional(account, region) = &scope else { continue };
            let home = super::queue::Home { account: *account, region: region.clone(), name };
            let Some(queue) = self.lookup(&home).await? else { continue };
            self.expire(&queue, usize::MAX).await?;
            if record.settings.fifo.is_some() {
                self.forget_ids(&queue).await?;
            }
        }
        self.taken().turn().await
    }

    async fn forget_ids(&self, queue: &Arc<Queue>) -> Result<(), StoreError> {
        let now = self.now();
        loop {
            let forgotten = self.store().transact(|tx| async move { forget_some(&tx, queue, now).await }).await?;
            if forgotten < PAGE {
                return Ok(());
            }
        }
    }
}

async fn look(tx: &Tx, queue: &Queue, from: MessageNo, now: Timestamp, at_most: usize) -> Result<Look, StoreError> {
    let retention = queue.record().settings.retention();
    let mut look = Look { gone: Vec::new(), from, next: Some(Timestamp::MAX) };
    look_at_aged(tx, queue, &mut look, now.minus(retention)).await?;
    let span = Span::prefix(&(queue.id,)).from(&(queue.id, from.max(queue.floor() + 1)));
    let page = scan_unchecked(tx, queue, &span, at_most).await?;
    let full = page.len() == at_most;
    for (number, message) in page {
        let ends = message.sent_at.plus(retention);
        if ends <= now {
            if !look.gone.iter().any(|(gone, _)| *gone == number) {
                go(tx, queue, &mut look, number).await?;
            }
        } else if message.past.is_none() || queue.is_fifo() {
            look.next = look.next.min(Some(ends));
            return Ok(look);
        }
        look.from = number + 1;
    }
    if full || look.gone.len() >= PAGE {
        look.next = None;
    }
    Ok(look)
}

/// A page of messages. A message that arrives beside them makes no difference, so it need not fail the transaction.
async fn scan_unchecked(
    tx: &Tx,
    queue: &Queue,
    span: &Span,
    at_most: usize,
) -> Result<Vec<(MessageNo, super::message::Message)>, StoreError> {
    use store::Reader;
    let range = MESSAGES.range(&queue.scope, span);
    let rows = tx.scan_unchecked(range, Order::Ascending, at_most).await?;
    let mut page = Vec::with_capacity(rows.len());
    let prefix = MESSAGES.prefix(&queue.scope).len();
    for (key, value) in rows {
        let (_, number) = <(u64, MessageNo) as store::Key>::decode_key(&key[prefix..])
            .ok_or_else(|| StoreError::corrupt("a key of sqs/message"))?;
        page.push((number, store::decode_record("sqs/message", &value)?));
    }
    Ok(page)
}

async fn look_at_aged(tx: &Tx, queue: &Queue, look: &mut Look, oldest: Timestamp) -> Result<(), StoreError> {
    let span = Span::prefix(&(queue.id,));
    for ((_, sent_at, number), _) in AGED.scan(tx, &queue.scope, &span, Order::Ascending, PAGE).await? {
        if sent_at > oldest {
            let lasts = sent_at.plus(queue.record().settings.retention());
            look.next = look.next.min(Some(lasts));
            return Ok(());
        }
        tx.delete(AGED.key(&queue.scope, &(queue.id, sent_at, number)));
        if MESSAGES.get(tx, &queue.scope, &(queue.id, number)).await?.is_some() {
            go(tx, queue, look, number).await?;
        }
    }
    Ok(())
}

async fn go(tx: &Tx, queue: &Queue, look: &mut Look, number: MessageNo) -> Result<(), StoreError> {
    let delivery = DELIVERIES.get(tx, &queue.scope, &(queue.id, number)).await?;
    remove(tx, queue, number, delivery.as_ref());
    look.gone.push((number, delivery));
    Ok(())
}

async fn forget_some(tx: &Tx, queue: &Queue, now: Timestamp) -> Result<usize, StoreError> {
    let span = Span::prefix(&(queue.id,)).until(&(queue.id, now));
    let ends = RECENT_ENDS.scan(tx, &queue.scope, &span, Order::Ascending, PAGE).await?;
    for ((id, at, kind, name), _) in &ends {
        RECENT_ENDS.delete(tx, &queue.scope, &(*id, *at, *kind, name.as_str()));
        let key = (*id, *kind, name.as_str());
        let remembered = RECENT.get(tx, &queue.scope, &key).await?;
        // It may have been used again since.
        let used = |recent: &Recent| match recent {
            Recent::Sent { at, .. } | Recent::Received { at, .. } => *at,
        };
        if remembered.is_some_and(|recent| used(&recent).plus(limits::DEDUPLICATION) <= now) {
            RECENT.delete(tx, &queue.scope, &key);
        }
    }
    Ok(ends.len())
}
