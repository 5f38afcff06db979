//! All calls of a run, and the checks of all of it.

use std::collections::{BTreeMap, BTreeSet};

use super::act::{ACCOUNTS, Act, Answer, BALANCE, Place};
use super::item::{self, Done, Held};
use super::list;

/// A call from the moment before it was sent to the one after its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Before.
    pub start: u64,
    /// After; for a call without an answer, when it was given up.
    pub end: u64,
    /// What was asked.
    pub act: Act,
    /// What was answered.
    pub answer: Answer,
}

/// What is known of a run so far.
#[derive(Debug, Default)]
pub struct History {
    /// What each item may hold; nothing when it is not here.
    items: BTreeMap<Place, BTreeSet<Held>>,
    /// Calls of lists, which are checked together.
    lists: Vec<Event>,
    /// Calls so far, and those without an answer, refused or in conflict.
    counts: Counts,
}

/// How much there was.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Calls.
    pub calls: u64,
    /// Without a certain answer.
    pub unknown: u64,
    /// Refused by a condition, or cancelled.
    pub refused: u64,
    /// Of several items at once.
    pub transactions: u64,
}

impl History {
    /// Takes in calls of which nothing is under way any more.
    ///
    /// # Errors
    /// What no order explains.
    pub fn add(&mut self, events: Vec<Event>) -> Result<(), String> {
        let mut done: BTreeMap<Place, Vec<Done>> = BTreeMap::new();
        for event in events {
            self.counts.add(&event);
            let Event { start, end, act, answer } = event.clone();
            match act {
                _ if matches!(answer, Answer::Nonsense(_)) => return Err(format!("nobody may answer that: {event:?}")),
                Act::Item(place, deed) => done.entry(place).or_default().push(Done { start, end, deed, answer }),
                Act::Append(_) | Act::Read(_) => self.lists.push(event),
                Act::Balance => balanced(&answer)?,
                Act::Transfer(..) => {}
            }
        }
        for (place, done) in done {
            let held = self.items.entry(place.clone()).or_insert_with(|| [None].into());
            *held = item::check(&done, held).map_err(|why| format!("{place:?}: {why}"))?;
        }
        Ok(())
    }

    /// Checks all calls of lists, and forgets them. The last of them read every list.
    ///
    /// # Errors
    /// What no order explains.
    pub fn check_lists(&mut self) -> Result<(), String> {
        list::check(&std::mem::take(&mut self.lists))
    }

    /// How much there was.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

impl Counts {
    fn add(&mut self, event: &Event) {
        self.calls += 1;
        self.unknown += u64::from(event.answer == Answer::Unknown);
        self.refused += u64::from(matches!(event.answer, Answer::Refused | Answer::Conflict));
        self.transactions += u64::from(match &event.act {
            Act::Item(..) => false,
            Act::Append(append) => append.transaction,
            Act::Read(places) => places.len() > 1,
            Act::Transfer(..) | Act::Balance => true,
        });
    }
}

/// Money neither comes nor goes, and nobody owes any.
fn balanced(answer: &Answer) -> Result<(), String> {
    let Answer::Lists(read) = answer else { return Ok(()) };
    let balances = &read[0];
    let right = balances.len() as u64 == ACCOUNTS
        && balances.iter().sum::<i64>() == BALANCE * ACCOUNTS as i64
        && balances.iter().all(|balance| *balance >= 0);
    if right { Ok(()) } else { Err(format!("the accounts hold {balances:?}")) }
}
