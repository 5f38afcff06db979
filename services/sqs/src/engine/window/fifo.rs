//! The window of a FIFO queue: its first messages by group. A group gives what lies before its first hidden message, in
//! order; so an unsettled message holds back everything sent after it, and nothing sent before.
//!
//! Groups take turns by the instant from which their first message shows, then by its number: a group that was received and
//! shows again stands behind those that waited meanwhile, and a group whose received messages were deleted stands where the
//! next one was sent. So AWS does, by what LocalStack recorded (`test_fifo_receive_message_with_zero_visibility_timeout`,
//! `…_visibility_timeout_shared_in_group`, `test_fifo_message_group_visibility_after_…`).

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;

use super::{Arrival, FillPlan, Found, Pace, Sending, Ticket};
use crate::engine::message::Message;
use crate::limits::FIFO_LOOKAHEAD;
use crate::store::MessageNo;

/// Messages read by one fill.
const PAGE: usize = 500;
/// Bytes of messages kept at hand; beyond them only places are remembered.
const AT_HAND: usize = 8 * 1024 * 1024;

type GroupName = Arc<str>;

/// From when on a group's first message shows, and that message's number.
type Turn = (Timestamp, MessageNo);

/// The first messages of a queue, by group.
#[derive(Debug)]
pub(crate) struct Fifo {
    slots: BTreeMap<MessageNo, Slot>,
    groups: HashMap<GroupName, Group>,
    /// Groups whose first message is not claimed, in the order of their turns.
    turns: BTreeSet<(Turn, GroupName)>,
    delay: Duration,
    sending: Sending,
    bytes: usize,
    passed: MessageNo,
    at_end: bool,
    filling: bool,
    meanwhile: Vec<Change>,
    floor: MessageNo,
    pace: Pace,
}

#[derive(Debug)]
struct Slot {
    group: GroupName,
    sent_at: Timestamp,
    until: Option<Timestamp>,
    claimed: bool,
    message: Option<Arc<Message>>,
}

impl Slot {
    fn shows(&self, delay: Duration) -> Timestamp {
        self.until.unwrap_or_else(|| self.sent_at.plus(delay))
    }
}

#[derive(Debug, Default)]
struct Group {
    numbers: VecDeque<MessageNo>,
    /// Its place in `turns`.
    turn: Option<Turn>,
}

/// What happened while a fill was reading, to messages it may bring as they were before.
#[derive(Debug)]
enum Change {
    Arrived(Arrival),
    Hidden(MessageNo, Timestamp),
    Gone(MessageNo),
}

impl Fifo {
    /// Before anything was read. There is no message before `head`; each shows `delay` after it was sent.
    pub(crate) fn new(head: MessageNo, delay: Duration) -> Self {
        Self {
            slots: BTreeMap::new(),
            groups: HashMap::new(),
            turns: BTreeSet::new(),
            delay,
            sending: Sending::default(),
            bytes: 0,
            passed: head.saturating_sub(1),
            at_end: false,
            filling: false,
            meanwhile: Vec::new(),
            floor: 0,
            pace: Pace::new(),
        }
    }

    /// Numbers of sends under way.
    pub(crate) fn sending(&mut self) -> &mut Sending {
        &mut self.sending
    }

    /// Another delay, which counts for messages already sent.
    pub(crate) fn set_delay(&mut self, delay: Duration) {
        self.delay = delay;
        let names: Vec<_> = self.groups.keys().cloned().collect();
        names.iter().for_each(|name| self.relist(name));
    }

    /// Takes up to `count` messages out: as many as possible of the group whose turn it is, then of others.
    pub(crate) fn take(&mut self, count: usize, now: Timestamp) -> Vec<Ticket> {
        let mut tickets = Vec::new();
        while tickets.len() < count && self.next_due().is_some_and(|at| at <= now) {
            let Some((_, name)) = self.turns.pop_first() else { break };
            if let Some(group) = self.groups.get_mut(&name) {
                group.turn = None;
            }
            self.take_from(&name, count, now, &mut tickets);
        }
        tickets
    }

    fn take_from(&mut self, name: &GroupName, count: usize, now: Timestamp, tickets: &mut Vec<Ticket>) {
        let Some(group) = self.groups.get(name) else { return };
        for number in &group.numbers {
            let Some(slot) = self.slots.get_mut(number) else { return };
            if slot.claimed || slot.shows(self.delay) > now || tickets.len() == count {
                return;
            }
            slot.claimed = true;
            let message = slot.message.take();
            self.bytes -= message.as_ref().map_or(0, |m| m.weight());
            tickets.push(Ticket { number: *number, due: slot.until, message, group: Some(name.clone()) });
        }
    }

    /// Puts a group where its first message now belongs.
    fn relist(&mut self, name: &GroupName) {
        let Some(group) = self.groups.get_mut(name) else { return };
        if let Some(turn) = group.turn.take() {
            self.turns.remove(&(turn, name.clone()));
        }
        let Some(head) = group.numbers.front() else {
            self.groups.remove(name);
            return;
        };
        let Some(slot) = self.slots.get(head).filter(|slot| !slot.claimed) else { return };
        let turn = (slot.shows(self.delay), *head);
        group.turn = Some(turn);
        self.turns.insert((turn, name.clone()));
    }

    /// Puts a message back that was taken and not received.
    pub(crate) fn give_back(&mut self, number: MessageNo) {
        self.change(number, |slot| slot.claimed = false);
    }

    /// A message is hidden until `until`, as the store says now.
    pub(crate) fn hidden(&mut self, number: MessageNo, until: Timestamp) {
        if self.filling && !self.slots.contains_key(&number) {
            self.meanwhile.push(Change::Hidden(number, until));
        }
        self.change(number, |slot| {
            slot.claimed = false;
            slot.until = Some(until);
        });
    }

    fn change(&mut self, number: MessageNo, change: impl FnOnce(&mut Slot)) {
        let Some(slot) = self.slots.get_mut(&number) else { return };
        change(slot);
        let group = slot.group.clone();
        self.relist(&group);
    }

    /// A message is no more.
    pub(crate) fn gone(&mut self, number: MessageNo) {
        if self.filling && !self.slots.contains_key(&number) {
            self.meanwhile.push(Change::Gone(number));
        }
        self.remove(number);
    }

    fn remove(&mut self, number: MessageNo) {
        let Some(slot) = self.slots.remove(&number) else { return };
        self.bytes -= slot.message.as_ref().map_or(0, |m| m.weight());
        if let Some(group) = self.groups.get_mut(&slot.group) {
            let place = group.numbers.partition_point(|other| *other < number);
            if group.numbers.get(place) == Some(&number) {
                group.numbers.remove(place);
            }
        }
        self.relist(&slot.group);
    }

    /// A send was committed.
    pub(crate) fn arrived(&mut self, arrival: Arrival) {
        if !self.sending.end(arrival.number) {
            return;
        }
        if self.filling {
            self.meanwhile.push(Change::Arrived(arrival));
        } else {
            self.place(arrival);
        }
    }

    fn place(&mut self, arrival: Arrival) {
        let late = arrival.number <= self.passed;
        if late || (self.at_end && self.slots.len() < FIFO_LOOKAHEAD) {
            self.passed = self.passed.max(arrival.number);
            self.insert(arrival.number, arrival.message, None);
        } else {
            self.at_end = false;
        }
    }

    fn insert(&mut self, number: MessageNo, message: Arc<Message>, until: Option<Timestamp>) {
        if number <= self.floor || self.slots.contains_key(&number) {
            return;
        }
        let name = self.name_of(message.group_name());
        let group = self.groups.entry(name.clone()).or_default();
        let place = group.numbers.partition_point(|other| *other < number);
        group.numbers.insert(place, number);
        let fits = self.bytes + message.weight() <= AT_HAND;
        self.bytes += if fits { message.weight() } else { 0 };
        let (sent_at, message) = (message.sent_at, fits.then_some(message));
        self.slots.insert(number, Slot { group: name.clone(), sent_at, until, claimed: false, message });
        self.relist(&name);
    }

    fn name_of(&self, group: &str) -> GroupName {
        self.groups.get_key_value(group).map_or_else(|| Arc::from(group), |(name, _)| name.clone())
    }

    /// What to read before more can be taken; none when the end or the farthest place to look at is reached.
    pub(crate) fn plan(&self) -> Option<FillPlan> {
        let limit = self.pace.limit(PAGE).min(FIFO_LOOKAHEAD.saturating_sub(self.slots.len()));
        let more = !self.at_end && limit > 0;
        more.then(|| FillPlan { from: self.passed.saturating_add(1), limit })
    }

    /// A fill begins to read.
    pub(crate) fn begin_fill(&mut self) {
        self.filling = true;
    }

    /// A fill failed: what happened meanwhile stays.
    pub(crate) fn abandon_fill(&mut self) {
        self.replay();
    }

    /// A fill as planned read `found`, all there was up to the limit.
    pub(crate) fn filled(&mut self, plan: FillPlan, found: Vec<Found>) {
        self.pace.learn(&found);
        self.at_end = found.len() < plan.limit;
        self.passed = found.last().map_or(self.passed, |last| last.number.max(self.passed));
        for f in found {
            if !self.sending.has(f.number) {
                self.insert(f.number, f.message, f.delivery.map(|delivery| delivery.until));
            }
        }
        self.replay();
    }

    fn replay(&mut self) {
        self.filling = false;
        for change in std::mem::take(&mut self.meanwhile) {
            match change {
                Change::Arrived(arrival) => self.place(arrival),
                Change::Hidden(number, until) => self.change(number, |slot| slot.until = Some(until)),
                Change::Gone(number) => self.remove(number),
            }
        }
    }

    /// When the next message shows, or did, that opens its group.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.turns.first().map(|((at, _), _)| *at)
    }

    /// There is no message before this one.
    pub(crate) fn head(&self) -> MessageNo {
        let first = self.slots.first_key_value().map(|(number, _)| *number);
        let waiting = self.meanwhile.iter().filter_map(|change| match change {
            Change::Arrived(arrival) => Some(arrival.number),
            _ => None,
        });
        let known = first.into_iter().chain(self.sending.first()).chain(waiting);
        known.chain([self.passed.saturating_add(1)]).min().unwrap_or(0)
    }

    /// Forgets everything up to `through`, which was purged; sends under way go on.
    pub(crate) fn purge(&mut self, through: MessageNo) {
        self.floor = through;
        let purged: Vec<_> = self.slots.range(..=through).map(|(number, _)| *number).collect();
        purged.into_iter().for_each(|number| self.remove(number));
        self.passed = self.passed.max(through);
    }
}
