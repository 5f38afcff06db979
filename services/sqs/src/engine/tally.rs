//! How many messages a queue has, how many of them are hidden: exact while the process lives, cheap at any depth, and right
//! as time passes without anyone looking.

use std::collections::BTreeMap;

use names::Timestamp;

use crate::store::{Delivery, MessageNo, TallyRecord};

/// Changes after which the count is written down with the next commit.
const SAVE_EVERY: u32 = 64;

/// Counts of a queue's messages.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    messages: u64,
    newest: MessageNo,
    in_flight: Hidden,
    delayed: Hidden,
    floor: MessageNo,
    unsaved: u32,
}

/// What `GetQueueAttributes` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Can be received.
    pub visible: u64,
    /// Received and hidden.
    pub in_flight: u64,
    /// Sent and hidden.
    pub delayed: u64,
}

/// Hidden messages by the instant at which they show, to about a sixteenth of a second: few entries however many messages.
#[derive(Debug, Default)]
struct Hidden {
    slots: BTreeMap<i64, u64>,
    total: u64,
}

impl Hidden {
    fn slot(at: Timestamp) -> i64 {
        at.micros() >> 16
    }

    fn add(&mut self, until: Timestamp) {
        *self.slots.entry(Self::slot(until)).or_default() += 1;
        self.total += 1;
    }

    fn remove(&mut self, until: Timestamp) {
        // A slot whose instant has passed may have been dropped: what was in it is not counted any more.
        if let Some(count) = self.slots.get_mut(&Self::slot(until)) {
            *count -= 1;
            self.total -= 1;
            if *count == 0 {
                self.slots.remove(&Self::slot(until));
            }
        }
    }

    fn count(&mut self, now: Timestamp) -> u64 {
        while let Some(first) = self.slots.first_entry().filter(|first| *first.key() <= Self::slot(now)) {
            self.total -= first.remove();
        }
        self.total
    }
}

impl Tally {
    /// Starts from what is known of a queue: `messages` in all, the deliveries among them are told with
    /// [`Tally::delivered`].
    pub(crate) fn starting(messages: u64, newest: MessageNo, floor: MessageNo) -> Self {
        Self { messages, newest, floor, ..Self::default() }
    }

    /// A message was sent; `from` when it is delayed.
    pub(crate) fn sent(&mut self, number: MessageNo, from: Option<Timestamp>) {
        if number <= self.floor {
            return;
        }
        self.messages += 1;
        self.newest = self.newest.max(number);
        self.unsaved += 1;
        if let Some(from) = from {
            self.delayed.add(from);
        }
    }

    /// A message's delivery changed.
    pub(crate) fn delivered(&mut self, number: MessageNo, before: Option<&Delivery>, after: &Delivery) {
        if number <= self.floor {
            return;
        }
        self.forget(before);
        if after.in_flight() {
            self.in_flight.add(after.until);
        } else {
            self.delayed.add(after.until);
        }
    }

    /// A message is no more.
    pub(crate) fn gone(&mut self, number: MessageNo, before: Option<&Delivery>) {
        if number <= self.floor {
            return;
        }
        self.messages = self.messages.saturating_sub(1);
        self.unsaved += 1;
        self.forget(before);
    }

    fn forget(&mut self, before: Option<&Delivery>) {
        if let Some(before) = before {
            if before.in_flight() { &mut self.in_flight } else { &mut self.delayed }.remove(before.until);
        }
    }

    /// Everything up to `through` was purged.
    pub(crate) fn purge(&mut self, through: MessageNo) {
        *self = Self { floor: through, newest: self.newest, unsaved: SAVE_EVERY, ..Self::default() };
    }

    /// The counts at `now`.
    pub(crate) fn counts(&mut self, now: Timestamp) -> Counts {
        let (in_flight, delayed) = (self.in_flight.count(now), self.delayed.count(now));
        Counts { visible: self.messages.saturating_sub(in_flight + delayed), in_flight, delayed }
    }

    /// What to write down with the next commit, when enough has changed.
    pub(crate) fn save(&mut self, head: impl FnOnce() -> MessageNo) -> Option<TallyRecord> {
        if self.unsaved < SAVE_EVERY {
            return None;
        }
        self.unsaved = 0;
        Some(TallyRecord { messages: self.messages, through: self.newest, head: head() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(secs: u64) -> Timestamp {
        Timestamp::from_secs(1_000_000).plus(Duration::from_secs(secs))
    }

    #[test]
    fn counts_follow_time() {
        let mut tally = Tally::default();
        tally.sent(1, None);
        tally.sent(2, Some(at(10)));
        tally.sent(3, None);
        let flight = Delivery::received(None, at(0), at(30));
        tally.delivered(3, None, &flight);
        let counts = |visible, in_flight, delayed| Counts { visible, in_flight, delayed };
        assert_eq!(tally.counts(at(0)), counts(1, 1, 1));
        assert_eq!(tally.counts(at(10)), counts(2, 1, 0));
        let longer = Delivery { until: at(60), ..flight };
        tally.delivered(3, Some(&flight), &longer);
        assert_eq!(tally.counts(at(30)), counts(2, 1, 0));
        assert_eq!(tally.counts(at(60)), counts(3, 0, 0));
        tally.gone(3, Some(&longer));
        assert_eq!(tally.counts(at(60)), counts(2, 0, 0));
    }

    #[test]
    fn a_purge_empties_and_what_was_before_stays_out() {
        let mut tally = Tally::default();
        tally.sent(1, None);
        tally.purge(5);
        tally.sent(4, None);
        tally.gone(1, None);
        tally.sent(6, None);
        assert_eq!(tally.counts(at(0)).visible, 1);
    }
}
