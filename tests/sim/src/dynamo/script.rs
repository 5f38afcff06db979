//! What clients do, drawn from a seed and from what they saw.

use std::collections::BTreeMap;

use runtime::Random;

use super::act::{ACCOUNTS, Act, Answer, Append, Deed, Place};

/// What one client draws, and what it saw.
#[derive(Debug)]
pub struct Script {
    random: Random,
    /// Items of each table that it uses.
    items: u64,
    /// Lists of each table that it uses.
    lists: u64,
    /// How lists of this round are called.
    round: String,
    /// The length of each list as it was last seen.
    lengths: BTreeMap<Place, usize>,
    /// The number of each item as it was last seen.
    values: BTreeMap<Place, i64>,
    tokens: u64,
}

impl Script {
    /// The script of a seed, over so many items and lists of each table.
    pub fn new(seed: u64, items: u64, lists: u64) -> Self {
        let (round, lengths, values) = Default::default();
        Self { random: Random::seeded(seed), items, lists, round, lengths, values, tokens: 0 }
    }

    /// From now on lists are others.
    pub fn begin_round(&mut self, round: &str) {
        round.clone_into(&mut self.round);
        self.lengths.clear();
    }

    /// The next call. `value` is a number that nobody has yet.
    pub fn draw(&mut self, value: i64) -> Act {
        match self.random.below(16) {
            0..7 => {
                let place = self.item();
                let deed = self.deed(&place, value);
                Act::Item(place, deed)
            }
            7..11 => Act::Append(self.append(value)),
            11..13 => Act::Read(self.some_lists()),
            13..15 => {
                let from = self.random.below(ACCOUNTS);
                let to = (from + 1 + self.random.below(ACCOUNTS - 1)) % ACCOUNTS;
                Act::Transfer(from, to, 1 + self.random.below(60) as i64)
            }
            _ => Act::Balance,
        }
    }

    /// Remembers what an answer told.
    pub fn learn(&mut self, act: &Act, answer: &Answer) {
        match (act, answer) {
            (Act::Item(place, _), Answer::Value(Some(value))) => drop(self.values.insert(place.clone(), *value)),
            (Act::Read(places), Answer::Lists(lists)) => {
                let lengths = lists.iter().map(Vec::len);
                self.lengths.extend(places.iter().cloned().zip(lengths));
            }
            _ => {}
        }
    }

    /// Reads of everything there is, for the end of a round: items alone, lists together.
    pub fn last_reads(&self) -> Vec<Act> {
        let places = |count: u64, name: &dyn Fn(u64) -> String| -> Vec<Place> {
            (0..2)
                .flat_map(|table| (0..count).map(move |n| (table, n)))
                .map(|(table, n)| Place(table, name(n)))
                .collect()
        };
        let items = places(self.items, &|n| format!("item-{n}")).into_iter().map(|place| Act::Item(place, Deed::Get));
        let lists = Act::Read(places(self.lists, &|n| self.list_name(n)));
        items.chain([lists, Act::Balance]).collect()
    }

    fn item(&self) -> Place {
        Place(self.random.below(2) as usize, format!("item-{}", self.random.below(self.items)))
    }

    fn deed(&self, place: &Place, value: i64) -> Deed {
        let seen = self.values.get(place).copied().unwrap_or(0);
        let asks = self.random.below(2) == 0;
        match self.random.below(12) {
            0..3 => Deed::Get,
            3..5 => Deed::Put { value, asks },
            5 => Deed::Create(value),
            6..8 => Deed::Replace(seen, value),
            8..10 => Deed::Add(1 + self.random.below(3) as i64),
            10 => Deed::Delete(asks),
            _ => Deed::Remove(seen),
        }
    }

    fn append(&mut self, value: i64) -> Append {
        let to = self.some_lists();
        let transaction = to.len() > 1 || self.random.below(2) == 0;
        let mut expects = Vec::new();
        if self.random.below(3) == 0 {
            let list = if transaction { self.list() } else { to[0].clone() };
            let length = self.lengths.get(&list).copied().unwrap_or(0);
            expects.push((list, length));
        }
        let token = (transaction && self.random.below(2) == 0).then(|| {
            self.tokens += 1;
            format!("{value}-{}", self.tokens)
        });
        Append { value, to, expects, transaction, token }
    }

    fn list(&self) -> Place {
        Place(self.random.below(2) as usize, self.list_name(self.random.below(self.lists)))
    }

    /// One to three lists, each once.
    fn some_lists(&self) -> Vec<Place> {
        let mut lists: Vec<Place> = (0..=self.random.below(3)).map(|_| self.list()).collect();
        lists.sort();
        lists.dedup();
        lists
    }

    fn list_name(&self, number: u64) -> String {
        format!("list-{}-{number}", self.round)
    }
}
