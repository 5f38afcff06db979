//! What was promised so far, and every answer held against it.
//!
//! The promises: what was acknowledged is received until it is deleted or expires; what was deleted stays so; nobody else
//! gets a message while it is hidden; nothing shows before its delay has passed; a group is received in the order of its
//! numbers; within five minutes a duplicate is taken once.
//!
//! Calls of one round run at the same time. So a call counts as begun for the whole round, and as ended after it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use names::Timestamp;

use crate::act::{Act, Answer, Got, body};

/// For so long a duplicate is known.
const DUPLICATES: Duration = Duration::from_secs(300);

/// What the ledger knows of a queue.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// How long it keeps messages.
    pub(crate) retention: Duration,
    /// Whether each group has its own duplicates.
    pub(crate) duplicates_by_group: bool,
}

/// One send.
#[derive(Debug, Clone)]
struct Attempt {
    url: String,
    duplicate: Option<(String, String)>,
    at: Timestamp,
    shows: Timestamp,
    fate: Fate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    Pending,
    Unknown,
    Refused,
    Acknowledged(String),
}

/// One message, known by its id from an acknowledgement or because it was received.
#[derive(Debug, Clone)]
struct Message {
    url: String,
    /// Sent between these two instants.
    sent: (Timestamp, Timestamp),
    /// Its attempt, once that is certain.
    attempt: Option<usize>,
    sequence: Option<String>,
    group: Option<String>,
    handle: Option<String>,
    receives: u32,
    hidden_until: Option<Timestamp>,
    /// A delete has begun.
    deleting: bool,
    /// A delete was not answered.
    maybe_deleted: bool,
    /// A delete was acknowledged.
    deleted: bool,
    /// The round in which it became known.
    round: u64,
}

/// Who took a deduplication id, and when at the earliest and at the latest.
#[derive(Debug, Clone)]
struct Taken {
    id: Option<String>,
    since: (Timestamp, Timestamp),
}

/// The ledger.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    queues: BTreeMap<String, Terms>,
    attempts: Vec<Attempt>,
    messages: BTreeMap<String, Message>,
    duplicates: BTreeMap<(String, String), Taken>,
    /// Messages whose hiding is being changed in this round.
    loose: BTreeSet<String>,
    /// Messages received in the last round.
    last: BTreeSet<String>,
    round: u64,
    broken: Vec<String>,
}

/// A message that can be deleted or hidden.
pub(crate) struct Held {
    /// Where it is.
    pub(crate) url: String,
    /// Its id.
    pub(crate) message: String,
    /// Its last handle.
    pub(crate) handle: String,
}

impl Ledger {
    /// A queue exists.
    pub(crate) fn queue(&mut self, url: &str, terms: Terms) {
        self.queues.insert(url.to_owned(), terms);
    }

    /// The number of the next attempt.
    pub(crate) fn next_attempt(&self) -> usize {
        self.attempts.len()
    }

    /// Messages that were received and may still be there.
    pub(crate) fn held(&self) -> Vec<Held> {
        let open = self.messages.iter().filter(|(_, m)| !m.deleted);
        let held = open
            .filter_map(|(id, m)| Some(Held { url: m.url.clone(), message: id.clone(), handle: m.handle.clone()? }));
        held.collect()
    }

    /// Counts: attempts, acknowledged messages, receives.
    pub(crate) fn counts(&self) -> (usize, usize, u64) {
        let receives = self.messages.values().map(|m| u64::from(m.receives)).sum();
        (self.attempts.len(), self.messages.len(), receives)
    }

    /// What was broken so far.
    pub(crate) fn broken(&self) -> &[String] {
        &self.broken
    }

    /// Something else is wrong.
    pub(crate) fn say(&mut self, what: String) {
        self.broken.push(what);
    }

    /// The messages that the last round received.
    pub(crate) fn last_received(&self) -> &BTreeSet<String> {
        &self.last
    }

    /// A call begins.
    pub(crate) fn begin(&mut self, act: &Act, now: Timestamp) {
        match act {
            Act::Send { url, fifo, delay, .. } => {
                let by_group = self.queues[url].duplicates_by_group;
                let duplicate = fifo.as_ref().map(|(group, duplicate)| {
                    let scope = if by_group { format!("{url} {group}") } else { url.clone() };
                    (scope, duplicate.clone())
                });
                let shows = now.plus(Duration::from_secs(delay.unwrap_or(0).unsigned_abs().into()));
                self.attempts.push(Attempt { url: url.clone(), duplicate, at: now, shows, fate: Fate::Pending });
            }
            Act::Delete { message, .. } => {
                if let Some(message) = self.messages.get_mut(message) {
                    message.deleting = true;
                }
            }
            Act::Hide { message, .. } => drop(self.loose.insert(message.clone())),
            Act::Receive { .. } => {}
        }
    }

    /// All calls of a round have ended.
    pub(crate) fn end(&mut self, outcomes: &[(Act, Answer)], now: Timestamp) {
        self.round += 1;
        self.last.clear();
        for (act, answer) in outcomes {
            self.lost_send(act, answer, now);
        }
        for (act, answer) in outcomes {
            self.send(act, answer, now);
        }
        self.receives(outcomes, now);
        for (act, answer) in outcomes {
            self.delete(act, answer);
            self.hide(act, answer, now);
        }
        self.loose.clear();
    }

    /// Everything that was promised is gone by now: received and deleted, or expired.
    pub(crate) fn close(&mut self, now: Timestamp) {
        for (id, message) in &self.messages {
            let expires = message.sent.0.plus(self.queues[&message.url].retention);
            if !message.deleting && expires > now {
                self.broken.push(format!("{id} was acknowledged and never received: {message:?}"));
            }
        }
    }

    fn lost_send(&mut self, act: &Act, answer: &Answer, now: Timestamp) {
        let Act::Send { attempt, .. } = act else { return };
        match answer {
            Answer::Refused(_) => self.attempts[*attempt].fate = Fate::Refused,
            Answer::Unknown => {
                self.attempts[*attempt].fate = Fate::Unknown;
                if let Some(key) = self.attempts[*attempt].duplicate.clone() {
                    self.maybe_taken(key, now);
                }
            }
            _ => {}
        }
    }

    /// An id may have been taken now, unless it was certainly taken already.
    fn maybe_taken(&mut self, key: (String, String), now: Timestamp) {
        let known = self.duplicates.get(&key);
        if known.is_none_or(|taken| now >= taken.since.0.plus(DUPLICATES)) {
            let earliest =
                known.filter(|taken| now < taken.since.1.plus(DUPLICATES)).map_or(now, |taken| taken.since.0);
            self.duplicates.insert(key, Taken { id: None, since: (earliest, now) });
        }
    }

    fn send(&mut self, act: &Act, answer: &Answer, now: Timestamp) {
        let (Act::Send { attempt, fifo, .. }, Answer::Sent(id, sequence)) = (act, answer) else { return };
        self.attempts[*attempt].fate = Fate::Acknowledged(id.clone());
        let (since, ours) = match self.attempts[*attempt].duplicate.clone() {
            Some(key) => self.taken(key, id, now),
            None => ((now, now), true),
        };
        let url = self.attempts[*attempt].url.clone();
        // A duplicate may name another group than the message it is a duplicate of.
        let group = fifo.as_ref().filter(|_| ours).map(|(group, _)| group.clone());
        let round = self.round;
        let message = self.messages.entry(id.clone()).or_insert_with(|| Message::new(url, since, round));
        message.group = message.group.clone().or(group);
        if message.sequence.is_some() && message.sequence != *sequence {
            self.broken.push(format!("{id} has two numbers, {:?} and {sequence:?}", message.sequence));
        }
        message.sequence.clone_from(sequence);
    }

    /// Checks an acknowledged id against who took the deduplication id before; tells since when it may be taken, and
    /// whether it was this send that took it.
    fn taken(&mut self, key: (String, String), id: &str, now: Timestamp) -> ((Timestamp, Timestamp), bool) {
        let (since, ours) = match self.duplicates.get(&key) {
            Some(Taken { id: Some(first), since }) => {
                let (same, duplicate) = (first == id, now < since.0.plus(DUPLICATES));
                if duplicate && !same {
                    self.broken.push(format!("{key:?} is a duplicate of {first}, and was taken as {id}"));
                }
                if now > since.1.plus(DUPLICATES) && same {
                    self.broken.push(format!("{key:?} is no duplicate any more, and was taken as {first}"));
                }
                if same { (*since, false) } else { ((now, now), true) }
            }
            // Taken by a send without an answer, perhaps: then this is its message.
            Some(Taken { id: None, since }) if now <= since.1.plus(DUPLICATES) => ((since.0, now), false),
            _ => ((now, now), true),
        };
        self.duplicates.insert(key, Taken { id: Some(id.to_owned()), since });
        (since, ours)
    }

    /// All that was received in a round. The counts of receives tell in which order it was handed out.
    fn receives(&mut self, outcomes: &[(Act, Answer)], now: Timestamp) {
        let mut places = Vec::new();
        for (act, answer) in outcomes {
            let (Act::Receive { url, seconds, .. }, Answer::Received(batch)) = (act, answer) else { continue };
            places.extend((0..batch.len()).map(|place| (url, *seconds, batch, place)));
        }
        places.sort_by_key(|(_, _, batch, place)| batch[*place].receives);
        for (url, seconds, batch, place) in places {
            let (before, got) = (&batch[..place], &batch[place]);
            if before.iter().any(|other| other.id == got.id) {
                self.broken.push(format!("it is twice in one answer: {got:?}"));
            }
            if let Err(why) = self.receive(url, got, seconds, before, now) {
                self.broken.push(format!("{why}: {got:?} at {}", now.iso8601()));
            }
        }
    }

    fn receive(&mut self, url: &str, got: &Got, seconds: i32, before: &[Got], now: Timestamp) -> Result<(), String> {
        let attempt = self.attempt_of(url, got)?;
        if now < self.attempts[attempt].shows {
            return Err("it shows before its delay has passed".to_owned());
        }
        let (sent, round) = ((self.attempts[attempt].at, self.attempts[attempt].at), self.round);
        let loose = self.loose.contains(&got.id);
        let message = self.messages.entry(got.id.clone()).or_insert_with(|| Message::new(url.to_owned(), sent, round));
        if message.attempt.is_some_and(|first| first != attempt) {
            return Err("it has another body than before".to_owned());
        }
        message.attempt = Some(attempt);
        self.last.insert(got.id.clone());
        let (was_deleted, hidden) = (message.deleted, message.hidden_until.is_some_and(|until| until > now));
        let expired = now > message.sent.1.plus(self.queues[url].retention);
        let fewer = got.receives <= message.receives;
        message.sequence.clone_from(&got.sequence);
        message.group.clone_from(&got.group);
        message.handle = Some(got.handle.clone());
        message.receives = got.receives;
        message.hidden_until = (!loose).then(|| now.plus(Duration::from_secs(seconds.unsigned_abs().into())));
        match () {
            () if was_deleted => Err("it was deleted".to_owned()),
            () if hidden && !loose => Err("somebody else has it".to_owned()),
            () if expired => Err("it had expired".to_owned()),
            () if fewer => Err("it counts fewer receives than there were".to_owned()),
            () => self.in_order(url, got, before, now),
        }
    }

    fn attempt_of(&self, url: &str, got: &Got) -> Result<usize, String> {
        let number = got.body.strip_prefix("attempt ").and_then(|n| n.parse::<usize>().ok());
        let number = number.filter(|n| body(*n) == got.body && *n < self.attempts.len()).ok_or("nobody sent it")?;
        let attempt = &self.attempts[number];
        match &attempt.fate {
            _ if attempt.url != url => Err("it was sent elsewhere".to_owned()),
            Fate::Refused => Err("sending it was refused".to_owned()),
            Fate::Acknowledged(id) if *id != got.id => Err(format!("it was acknowledged as {id}")),
            _ => Ok(number),
        }
    }

    /// Whatever of its group has a lower number and may not be gone came before it in the same batch.
    fn in_order(&self, url: &str, got: &Got, before: &[Got], now: Timestamp) -> Result<(), String> {
        if got.group.is_none() {
            return Ok(());
        }
        let earlier = self.messages.iter().filter(|(id, m)| {
            let same = m.url == url && m.group == got.group && m.sequence.is_some() && m.sequence < got.sequence;
            let there = !m.deleting && now < m.sent.0.plus(self.queues[url].retention) && m.round < self.round;
            same && there && before.iter().all(|other| other.id != **id)
        });
        match earlier.map(|(id, _)| id).next() {
            Some(id) => Err(format!("{id} of its group comes first")),
            None => Ok(()),
        }
    }

    fn delete(&mut self, act: &Act, answer: &Answer) {
        let (Act::Delete { .. }, Some(known)) = (act, message_of(act, &mut self.messages)) else { return };
        match answer {
            Answer::Done => (known.deleting, known.deleted) = (true, true),
            Answer::Unknown => (known.deleting, known.maybe_deleted) = (true, true),
            _ if known.deleted => {}
            _ => known.deleting = known.maybe_deleted,
        }
    }

    fn hide(&mut self, act: &Act, answer: &Answer, now: Timestamp) {
        let (Act::Hide { seconds, .. }, Some(known)) = (act, message_of(act, &mut self.messages)) else { return };
        match answer {
            // A message that shows again is left as it is, so only one that was hidden for certain is so now.
            Answer::Done => {
                let until = now.plus(Duration::from_secs(seconds.unsigned_abs().into()));
                known.hidden_until = known.hidden_until.filter(|was| *was > now).map(|_| until);
            }
            Answer::Unknown => known.hidden_until = None,
            _ => {}
        }
    }
}

impl Message {
    fn new(url: String, sent: (Timestamp, Timestamp), round: u64) -> Self {
        Self {
            url,
            sent,
            attempt: None,
            sequence: None,
            group: None,
            handle: None,
            receives: 0,
            hidden_until: None,
            deleting: false,
            maybe_deleted: false,
            deleted: false,
            round,
        }
    }
}

fn message_of<'a>(act: &Act, messages: &'a mut BTreeMap<String, Message>) -> Option<&'a mut Message> {
    match act {
        Act::Delete { message, .. } | Act::Hide { message, .. } => messages.get_mut(message),
        _ => None,
    }
}
