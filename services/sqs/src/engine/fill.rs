//! Reading the store into a queue's window, a bounded piece at a time, one reader a queue.

use std::sync::Arc;

use names::Timestamp;
use store::{Order, Span, Store, StoreError};

use super::queue::Queue;
use super::window::{FillPlan, Found, Window};
use crate::store::{DELIVERIES, DUE, MESSAGES, MessageNo};

/// Brings more of a queue into its window; false when there is no more before something arrives or shows.
pub(super) async fn fill(store: &Store, queue: &Queue, count: usize, now: Timestamp) -> Result<bool, StoreError> {
    let _one = queue.filling.lock().await;
    if fill_due(store, queue, now).await? {
        return Ok(true);
    }
    let Some(plan) = begin(queue, count) else { return Ok(false) };
    match read(store, queue, plan).await {
        Ok(found) => {
            queue.state().window.filled(plan, found);
            Ok(true)
        }
        Err(error) => {
            queue.state().window.abandon_fill();
            Err(error)
        }
    }
}

fn begin(queue: &Queue, count: usize) -> Option<FillPlan> {
    let mut state = queue.state();
    let plan = state.window.plan(count)?;
    state.window.begin_fill();
    Some(plan)
}

async fn read(store: &Store, queue: &Queue, plan: FillPlan) -> Result<Vec<Found>, StoreError> {
    let view = store.read().await?;
    let id = queue.id;
    let span = Span::prefix(&(id,)).from(&(id, plan.from));
    let messages = MESSAGES.scan(&view, &queue.scope, &span, Order::Ascending, plan.limit).await?;
    let Some(((_, last), _)) = messages.last() else { return Ok(Vec::new()) };
    // Each delivery belongs to a message, so there are no more of them than of these.
    let span = span.until(&(id, last + 1));
    let deliveries = DELIVERIES.scan(&view, &queue.scope, &span, Order::Ascending, plan.limit).await?;
    let mut deliveries = deliveries.into_iter().map(|((_, number), delivery)| (number, delivery)).peekable();
    let join = |((_, number), message): ((u64, MessageNo), _)| {
        while deliveries.next_if(|(other, _)| *other < number).is_some() {}
        let delivery = deliveries.next_if(|(other, _)| *other == number).map(|(_, delivery)| delivery);
        Found { number, message: Arc::new(message), delivery }
    };
    Ok(messages.into_iter().map(join).collect())
}

/// Brings the messages into a window that show again, when the instant of one has come; else it does nothing.
pub(super) async fn fill_shown(store: &Store, queue: &Queue, now: Timestamp) -> Result<(), StoreError> {
    let come = match &queue.state().window {
        Window::Standard(window) => window.plan_due(now).is_some(),
        Window::Fifo(_) => false,
    };
    if come {
        let _one = queue.filling.lock().await;
        fill_due(store, queue, now).await?;
    }
    Ok(())
}

async fn fill_due(store: &Store, queue: &Queue, now: Timestamp) -> Result<bool, StoreError> {
    let (place, limit) = {
        let mut state = queue.state();
        let Window::Standard(window) = &mut state.window else { return Ok(false) };
        let Some(plan) = window.plan_due(now) else { return Ok(false) };
        window.begin_due();
        plan
    };
    let id = queue.id;
    let span = Span::prefix(&(id,)).after(&(id, place.0, place.1));
    let view = store.read().await?;
    let rows = DUE.scan(&view, &queue.scope, &span, Order::Ascending, limit).await?;
    let rows: Vec<_> = rows.into_iter().map(|((_, at, number), _)| (at, number)).collect();
    let mut state = queue.state();
    let Window::Standard(window) = &mut state.window else { return Ok(false) };
    window.filled_due(&rows, limit, now);
    Ok(rows.first().is_some_and(|(at, _)| *at <= now))
}
