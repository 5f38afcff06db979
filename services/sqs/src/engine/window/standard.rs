//! The window of a standard queue: messages in about the order of sending, and those that show again.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use names::Timestamp;

use super::{Arrival, FillPlan, Found, Pace, Sending, Ticket};
use crate::engine::message::Message;
use crate::store::MessageNo;

/// Messages the window holds at most.
const MOST: usize = 2_000;
/// Bytes of messages it keeps at hand; beyond them it remembers numbers alone.
const AT_HAND: usize = 8 * 1024 * 1024;
/// Messages that show again, read at once.
const DUE_PAGE: usize = 500;

/// A place in `due`: what comes after it has not been looked at.
pub(super) type DuePlace = (Timestamp, MessageNo);

/// Messages that can be received next.
#[derive(Debug)]
pub(crate) struct Standard {
    ready: VecDeque<Entry>,
    again: VecDeque<(MessageNo, Timestamp)>,
    /// What `again` holds, so that a place looked at twice brings nothing twice.
    again_numbers: HashSet<MessageNo>,
    claimed: HashSet<MessageNo>,
    sending: Sending,
    bytes: usize,
    /// Every message up to here was found by a fill, or will arrive.
    passed: MessageNo,
    /// Nothing lies beyond `passed` but what arrives.
    at_end: bool,
    filling: bool,
    arrived_meanwhile: Vec<Arrival>,
    due_passed: DuePlace,
    /// No hidden message shows before this instant; none when none will.
    next_due: Option<Timestamp>,
    /// The first place at which something was hidden while `due` was read: the rows read may lack it.
    due_meanwhile: Option<DuePlace>,
    /// Everything up to here was purged.
    floor: MessageNo,
    pace: Pace,
}

#[derive(Debug)]
struct Entry {
    number: MessageNo,
    message: Option<Arc<Message>>,
}

impl Standard {
    /// Before anything was read. No message before `head` is without a delivery.
    pub(crate) fn new(head: MessageNo) -> Self {
        Self {
            ready: VecDeque::new(),
            again: VecDeque::new(),
            again_numbers: HashSet::new(),
            claimed: HashSet::new(),
            sending: Sending::default(),
            bytes: 0,
            passed: head.saturating_sub(1),
            at_end: false,
            filling: false,
            arrived_meanwhile: Vec::new(),
            due_passed: (Timestamp::from_micros(i64::MIN), 0),
            next_due: Some(Timestamp::from_micros(i64::MIN)),
            due_meanwhile: None,
            floor: 0,
            pace: Pace::new(),
        }
    }

    /// Numbers of sends under way.
    pub(crate) fn sending(&mut self) -> &mut Sending {
        &mut self.sending
    }

    /// Takes up to `count` messages out.
    pub(crate) fn take(&mut self, count: usize) -> Vec<Ticket> {
        let tickets: Vec<_> = std::iter::from_fn(|| self.pop()).take(count).collect();
        self.claimed.extend(tickets.iter().map(|ticket| ticket.number));
        tickets
    }

    /// The older of the two next ones, so that neither starves the other.
    fn pop(&mut self) -> Option<Ticket> {
        let again = self.again.front().map(|(number, _)| *number);
        let ready = self.ready.front().map(|entry| entry.number);
        if again.is_some_and(|again| ready.is_none_or(|ready| again < ready)) {
            let (number, due) = self.again.pop_front()?;
            self.again_numbers.remove(&number);
            return Some(Ticket { number, due: Some(due), message: None, group: None });
        }
        let Entry { number, message } = self.ready.pop_front()?;
        self.bytes -= message.as_ref().map_or(0, |m| m.weight());
        Some(Ticket { number, due: None, message, group: None })
    }

    /// Puts a message back that was taken and not received.
    pub(crate) fn give_back(&mut self, ticket: Ticket) {
        if !self.claimed.remove(&ticket.number) || ticket.number <= self.floor {
            return;
        }
        match ticket.due {
            Some(due) => {
                if self.again_numbers.insert(ticket.number) {
                    self.again.push_front((ticket.number, due));
                }
            }
            None => self.ready.push_front(Entry { number: ticket.number, message: None }),
        }
    }

    /// A message is hidden until `until`, as the store says now.
    pub(crate) fn hidden(&mut self, number: MessageNo, until: Timestamp) {
        self.claimed.remove(&number);
        self.next_due = earlier(self.next_due, until);
        self.due_meanwhile = earlier(self.due_meanwhile, (until, number));
        self.look_again_at((until, number));
    }

    /// Goes back to a place in `due` that was passed.
    fn look_again_at(&mut self, (at, number): DuePlace) {
        self.due_passed = self.due_passed.min((at, number.saturating_sub(1)));
    }

    /// A message is no more.
    pub(crate) fn gone(&mut self, number: MessageNo) {
        self.claimed.remove(&number);
    }

    /// A send was committed.
    pub(crate) fn arrived(&mut self, arrival: Arrival) {
        if !self.sending.end(arrival.number) {
            return;
        }
        match arrival.from {
            Some(from) => self.hidden(arrival.number, from),
            None if self.filling => self.arrived_meanwhile.push(arrival),
            None => self.place(arrival),
        }
    }

    fn place(&mut self, arrival: Arrival) {
        let late = arrival.number <= self.passed;
        if late || (self.at_end && self.ready.len() < MOST) {
            self.passed = self.passed.max(arrival.number);
            self.push(arrival.number, arrival.message);
        } else {
            self.at_end = false;
        }
    }

    fn push(&mut self, number: MessageNo, message: Arc<Message>) {
        if number <= self.floor {
            return;
        }
        let fits = self.bytes + message.weight() <= AT_HAND;
        self.bytes += if fits { message.weight() } else { 0 };
        self.ready.push_back(Entry { number, message: fits.then_some(message) });
    }

    /// What to read before `count` messages can be taken; none when there are enough, or no more.
    pub(crate) fn plan(&self, count: usize) -> Option<FillPlan> {
        let enough = self.ready.len() + self.again.len() >= count || self.at_end;
        (!enough).then(|| FillPlan { from: self.passed.saturating_add(1), limit: self.pace.limit(MOST / 2) })
    }

    /// A fill begins to read.
    pub(crate) fn begin_fill(&mut self) {
        self.filling = true;
    }

    /// A fill failed: what arrived meanwhile stays.
    pub(crate) fn abandon_fill(&mut self) {
        self.filling = false;
        let waiting = std::mem::take(&mut self.arrived_meanwhile);
        waiting.into_iter().for_each(|arrival| self.place(arrival));
    }

    /// A fill as planned read `found`, all there was up to the limit.
    pub(crate) fn filled(&mut self, plan: FillPlan, found: Vec<Found>) {
        self.filling = false;
        self.pace.learn(&found);
        self.at_end = found.len() < plan.limit;
        self.passed = found.last().map_or(self.passed, |last| last.number.max(self.passed));
        let numbers: HashSet<_> = found.iter().map(|f| f.number).collect();
        for f in found {
            if f.delivery.is_none() && !self.sending.has(f.number) {
                self.push(f.number, f.message);
            }
        }
        for arrival in std::mem::take(&mut self.arrived_meanwhile) {
            if !numbers.contains(&arrival.number) {
                self.place(arrival);
            }
        }
    }

    /// Where to read on in `due`, and how much, when an instant has come; none before.
    pub(crate) fn plan_due(&self, now: Timestamp) -> Option<(DuePlace, usize)> {
        let come = self.next_due.is_some_and(|next| next <= now);
        (come && self.again.len() < MOST).then_some((self.due_passed, DUE_PAGE))
    }

    /// `due` is going to be read.
    pub(crate) fn begin_due(&mut self) {
        self.due_meanwhile = None;
    }

    /// `due` held `rows` after the place planned, all there were up to the limit.
    pub(crate) fn filled_due(&mut self, rows: &[DuePlace], limit: usize, now: Timestamp) {
        let come = rows.iter().take_while(|(at, _)| *at <= now);
        for (at, number) in come.clone() {
            let fresh = *number > self.floor && !self.claimed.contains(number);
            if fresh && self.again_numbers.insert(*number) {
                self.again.push_back((*number, *at));
            }
        }
        let passed = come.last().copied();
        self.due_passed = passed.map_or(self.due_passed, |p| p.max(self.due_passed));
        let meanwhile = self.due_meanwhile.take();
        if let Some(place) = meanwhile {
            self.look_again_at(place);
        }
        let beyond = rows.iter().map(|(at, _)| *at).find(|at| *at > now);
        // A full page may hide more that has come; what was hidden meanwhile is not in it.
        let unread = (rows.len() >= limit && beyond.is_none()).then_some(now);
        self.next_due = [beyond, unread, meanwhile.map(|(at, _)| at)].into_iter().flatten().min();
    }

    /// When the next hidden message shows, as far as is known.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.next_due
    }

    /// No message before this one is without a delivery.
    pub(crate) fn head(&self) -> MessageNo {
        let known = self.ready.iter().map(|entry| entry.number).chain(self.claimed.iter().copied());
        let waiting = self.arrived_meanwhile.iter().map(|arrival| arrival.number);
        known.chain(waiting).chain(self.sending.first()).chain([self.passed.saturating_add(1)]).min().unwrap_or(0)
    }

    /// Forgets everything up to `through`, which was purged; sends under way go on.
    pub(crate) fn purge(&mut self, through: MessageNo) {
        self.floor = through;
        self.ready.retain(|entry| entry.number > through);
        self.bytes = self.ready.iter().filter_map(|entry| entry.message.as_ref()).map(|m| m.weight()).sum();
        self.again.retain(|(number, _)| *number > through);
        self.again_numbers.retain(|number| *number > through);
        self.arrived_meanwhile.retain(|arrival| arrival.number > through);
        self.passed = self.passed.max(through);
    }
}

fn earlier<T: Ord>(known: Option<T>, other: T) -> Option<T> {
    known.into_iter().chain([other]).min()
}
