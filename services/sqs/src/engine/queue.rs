//! A queue while it is in use: its record, and in memory what makes it quick. All truth is in the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use names::{AccountId, Arn, ArnRef, Region, Timestamp};
use parking_lot::Mutex;
use store::{Scope, StoreError, Writer};
use tokio::sync::Notify;

use super::refusal::Refusal;
use super::settings::{Settings, Throughput};
use super::tally::Tally;
use super::throttle::{Call, Throttle};
use super::window::{Fifo, Standard, Window};
use crate::store::{MessageNo, QueueId, QueueRecord, TALLIES, scope};

/// Locks that keep the sends of a group in order. Groups share them by hash.
const STRIPES: usize = 64;

/// Where a queue is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    /// Whose it is.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

impl Home {
    /// The queue's ARN.
    pub(crate) fn arn(&self) -> Arn {
        Arn::regional("sqs", &self.region, self.account, self.name.clone())
    }

    /// The scope its records lie in.
    pub(crate) fn scope(&self) -> Scope {
        scope(self.account, &self.region)
    }

    /// The place an ARN names; none when it is not a queue's.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let arn = ArnRef::parse(arn).ok().filter(|arn| arn.service == "sqs")?;
        Some(Self { account: arn.account_id()?, region: arn.region_code()?, name: arn.resource.to_owned() })
    }

    /// Another queue of the same account and region.
    pub(crate) fn sibling(&self, name: impl Into<String>) -> Self {
        Self { account: self.account, region: self.region.clone(), name: name.into() }
    }
}

/// A queue in use. There is one for each queue in a process: what it holds in memory is about all claims on it.
#[derive(Debug)]
pub(crate) struct Queue {
    /// Where it is.
    pub home: Home,
    /// The scope of its records.
    pub scope: Scope,
    /// Its number.
    pub id: QueueId,
    record: ArcSwap<QueueRecord>,
    state: Mutex<State>,
    throttle: Mutex<Throttle>,
    stripes: Vec<tokio::sync::Mutex<()>>,
    deleted: AtomicBool,
    /// Told once for each message that arrives; whoever waits longest is woken.
    pub(super) arrivals: Notify,
    /// Told when a hidden message shows earlier than was known.
    pub(super) sooner: Notify,
    /// Whether one of those who wait looks out for the next hidden message.
    pub(super) lookout: AtomicBool,
    /// Told when that one leaves.
    pub(super) post_free: Notify,
    pub(super) filling: tokio::sync::Mutex<()>,
    /// Held while the record is changed, so that the newest change is the one remembered.
    pub(super) changing: tokio::sync::Mutex<()>,
}

/// What changes with every message.
#[derive(Debug)]
pub(crate) struct State {
    /// Messages that can be received next.
    pub window: Window,
    /// Counts.
    pub tally: Tally,
    /// Where looking for messages that outlived their retention goes on.
    pub expiry: Expiry,
}

/// Where looking for messages that outlived their retention goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expiry {
    /// The first message not looked at.
    pub from: MessageNo,
    /// Nothing outlives it before then.
    pub not_before: Timestamp,
}

impl Queue {
    /// A queue whose content was counted as `tally`; no message before `head` is without a delivery.
    pub(crate) fn new(home: Home, record: QueueRecord, tally: Tally, head: MessageNo) -> Self {
        let settings = &record.settings;
        let delay = Duration::from_secs(settings.delay.into());
        let mut window = match settings.fifo {
            Some(_) => Window::Fifo(Fifo::new(head, delay)),
            None => Window::Standard(Standard::new(head)),
        };
        if let Some((_, through)) = record.purged {
            window.purge(through);
        }
        let expiry = Expiry { from: 0, not_before: Timestamp::from_micros(i64::MIN) };
        let stripes = if settings.fifo.is_some() { STRIPES } else { 0 };
        Self {
            scope: home.scope(),
            home,
            id: record.id,
            record: ArcSwap::from_pointee(record),
            state: Mutex::new(State { window, tally, expiry }),
            throttle: Mutex::default(),
            stripes: (0..stripes).map(|_| tokio::sync::Mutex::new(())).collect(),
            deleted: AtomicBool::new(false),
            arrivals: Notify::new(),
            sooner: Notify::new(),
            lookout: AtomicBool::new(false),
            post_free: Notify::new(),
            filling: tokio::sync::Mutex::new(()),
            changing: tokio::sync::Mutex::new(()),
        }
    }

    /// What it is, as of now.
    pub(crate) fn record(&self) -> Arc<QueueRecord> {
        self.record.load_full()
    }

    /// Whether it is a FIFO queue.
    pub(crate) fn is_fifo(&self) -> bool {
        self.record.load().settings.fifo.is_some()
    }

    /// The last message that was purged.
    pub(crate) fn floor(&self) -> MessageNo {
        self.record.load().purged.map_or(0, |(_, through)| through)
    }

    /// The record was changed in the store.
    pub(super) fn remember(&self, record: QueueRecord) {
        let mut state = self.state.lock();
        state.expiry = Expiry { not_before: Timestamp::from_micros(i64::MIN), ..state.expiry };
        if let Window::Fifo(window) = &mut state.window {
            window.set_delay(Duration::from_secs(record.settings.delay.into()));
        }
        self.record.store(Arc::new(record));
    }

    /// What changes with every message. Held for a moment, never across a wait.
    pub(super) fn state(&self) -> parking_lot::MutexGuard<'_, State> {
        self.state.lock()
    }

    /// The queue is no more: whoever waits on it is woken.
    pub(super) fn bury(&self) {
        self.deleted.store(true, Ordering::Release);
        self.arrivals.notify_waiters();
        self.sooner.notify_waiters();
    }

    /// Fails when it was deleted since it was found.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.deleted.load(Ordering::Acquire) { Err(Refusal::NoSuchQueue) } else { Ok(()) }
    }

    /// Counts a call against the rate a FIFO queue takes.
    pub(super) fn admit(&self, call: Call, group: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
        let record = self.record.load();
        let Some(fifo) = record.settings.fifo else { return Ok(()) };
        let group = match (fifo.throughput, group) {
            (Throughput::Queue, _) => None,
            (Throughput::Group, Some(group)) => Some(group),
            // With high throughput, calls that name no group have no limit of their own.
            (Throughput::Group, None) => return Ok(()),
        };
        let admitted = self.throttle.lock().admit(call, group, now);
        if admitted { Ok(()) } else { Err(Refusal::TooManyCalls) }
    }

    /// The lock that keeps a group's sends in order, on a FIFO queue.
    pub(super) fn stripe(&self, index: usize) -> &tokio::sync::Mutex<()> {
        &self.stripes[index % STRIPES]
    }

    /// Which lock is a group's.
    pub(super) fn stripe_of(group: &str) -> usize {
        group.bytes().fold(17_usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % STRIPES
    }

    /// Lets the count ride along with a commit, now and then.
    pub(super) fn save_tally(&self, writer: &impl Writer) -> Result<(), StoreError> {
        let mut state = self.state.lock();
        let State { window, tally, .. } = &mut *state;
        match tally.save(|| window.head()) {
            Some(record) => TALLIES.put(writer, &self.scope, &self.id, &record),
            None => Ok(()),
        }
    }

    /// When a message sent with `delay` of its own shows; none for at once.
    pub(super) fn delayed_until(settings: &Settings, sent_at: Timestamp, delay: Option<u32>) -> Option<Timestamp> {
        let from = settings.visible_from(sent_at, delay);
        (from > sent_at).then_some(from)
    }
}
