//! Many patterns at once. Each alternative of each pattern is found by one of its conditions: the one that the fewest
//! others share. An event then costs what its own fields point to, and not what there is.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::check::{Check, Scalar, fold};
use crate::compile::{Condition, Pattern};
use crate::event::{Event, Field};
use crate::matching::fulfilled;

/// Patterns with what each stands for.
#[derive(Debug)]
pub struct Set<T> {
    owners: Vec<T>,
    /// Alternatives of all patterns.
    entries: Vec<Entry>,
    /// Paths that patterns speak of.
    paths: HashMap<Box<str>, usize>,
    /// By path: where its values lead.
    indexes: Vec<Index>,
    /// Alternatives that no value leads to: those that only ask for absence.
    always: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    owner: usize,
    conditions: Vec<Condition>,
    /// The path of each condition, as numbered in the set.
    paths: Vec<usize>,
}

/// Where the values of one field lead.
#[derive(Debug, Default)]
struct Index {
    exact: HashMap<Key, Vec<usize>>,
    folded: HashMap<Box<str>, Vec<usize>>,
    prefixes: Parts,
    suffixes: Parts,
    /// Led to by any value.
    any: Vec<usize>,
}

/// Beginnings or ends of values.
#[derive(Debug, Default)]
struct Parts {
    by_text: HashMap<Box<[u8]>, Vec<usize>>,
    /// The lengths there are, shortest first.
    lengths: Vec<usize>,
}

/// A value as it is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Text(Box<str>),
    Address(IpAddr),
    Number(u64),
    Literal(Box<str>),
    Word(&'static str),
}

/// What leads to a check.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Lead {
    Exact(Key),
    Folded(Box<str>),
    Prefix(Box<[u8]>),
    Suffix(Box<[u8]>),
    Any,
}

impl<T> Set<T> {
    /// A set of patterns.
    pub fn new<'a>(patterns: impl IntoIterator<Item = (T, &'a Pattern)>) -> Self {
        let mut set = Self {
            owners: Vec::new(),
            entries: Vec::new(),
            paths: HashMap::new(),
            indexes: Vec::new(),
            always: Vec::new(),
        };
        for (owner, pattern) in patterns {
            let number = set.owners.len();
            set.owners.push(owner);
            pattern.alternatives.iter().for_each(|alternative| set.add(number, alternative));
        }
        set.lead();
        set
    }

    /// How many patterns.
    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// What the patterns stand for that describe an event, in the order in which they were given.
    pub fn matches(&self, event: &Event) -> Vec<&T> {
        let mut values: Vec<&[Field]> = vec![&[]; self.indexes.len()];
        let mut present = Vec::new();
        for (path, fields) in event.fields() {
            if let Some(&number) = self.paths.get(path) {
                values[number] = fields;
                present.push(number);
            }
        }
        let mut found = vec![false; self.owners.len()];
        let mut ask = |entry: usize| self.ask(entry, event, &values, &mut found);
        self.always.iter().for_each(|entry| ask(*entry));
        for number in present {
            let index = &self.indexes[number];
            values[number].iter().for_each(|field| index.led_to(&field.value, &mut ask));
            index.any.iter().for_each(|entry| ask(*entry));
        }
        self.owners.iter().zip(found).filter_map(|(owner, found)| found.then_some(owner)).collect()
    }

    fn ask(&self, entry: usize, event: &Event, values: &[&[Field]], found: &mut [bool]) {
        let entry = &self.entries[entry];
        if found[entry.owner] {
            return;
        }
        found[entry.owner] = if event.is_flat() {
            let values = entry.paths.iter().map(|path| values[*path]);
            entry.conditions.iter().zip(values).all(|(condition, values)| holds(condition, values))
        } else {
            fulfilled(&entry.conditions, false, &|condition| self.values_of(condition, values))
        };
    }

    fn values_of<'e>(&self, condition: &Condition, values: &[&'e [Field]]) -> &'e [Field] {
        self.paths.get(&condition.path).map_or(&[], |number| values[*number])
    }

    fn add(&mut self, owner: usize, alternative: &[Condition]) {
        let paths = alternative.iter().map(|condition| self.path(&condition.path)).collect();
        self.entries.push(Entry { owner, conditions: alternative.to_vec(), paths });
    }

    fn path(&mut self, path: &str) -> usize {
        if let Some(number) = self.paths.get(path) {
            return *number;
        }
        let number = self.indexes.len();
        self.indexes.push(Index::default());
        self.paths.insert(path.into(), number);
        number
    }

    /// Chooses for each alternative the condition that leads to it: the one whose values lead to the fewest others.
    fn lead(&mut self) {
        let leads: Vec<Vec<Option<Vec<Lead>>>> =
            self.entries.iter().map(|entry| entry.conditions.iter().map(leads).collect()).collect();
        let mut shared: HashMap<(usize, &Lead), usize> = HashMap::new();
        for (entry, leads) in self.entries.iter().zip(&leads) {
            for (path, lead) in entry.paths.iter().zip(leads).flat_map(|(path, leads)| each(*path, leads)) {
                *shared.entry((path, lead)).or_default() += 1;
            }
        }
        let mut chosen = Vec::with_capacity(leads.len());
        for (entry, leads) in self.entries.iter().zip(&leads) {
            let cost = |(path, leads): &(&usize, &Option<Vec<Lead>>)| {
                each(**path, leads).map(|lead| shared[&lead]).sum::<usize>()
            };
            let able = entry.paths.iter().zip(leads).filter(|(_, leads)| leads.is_some());
            chosen.push(able.min_by_key(cost).map(|(path, leads)| (*path, leads.clone().unwrap_or_default())));
        }
        for (number, chosen) in chosen.into_iter().enumerate() {
            match chosen {
                None => self.always.push(number),
                Some((path, leads)) => leads.into_iter().for_each(|lead| self.indexes[path].add(lead, number)),
            }
        }
        for index in &mut self.indexes {
            index.prefixes.measure();
            index.suffixes.measure();
        }
    }
}

fn each(path: usize, leads: &Option<Vec<Lead>>) -> impl Iterator<Item = (usize, &Lead)> {
    leads.iter().flatten().map(move |lead| (path, lead))
}

fn holds(condition: &Condition, values: &[Field]) -> bool {
    fulfilled(std::slice::from_ref(condition), true, &|_| values)
}

/// What leads to a condition; none when absence fulfils it.
fn leads(condition: &Condition) -> Option<Vec<Lead>> {
    let mut leads = condition.checks.iter().map(lead).collect::<Option<Vec<_>>>()?;
    if leads.contains(&Lead::Any) {
        leads = vec![Lead::Any];
    }
    leads.dedup();
    Some(leads)
}

fn lead(check: &Check) -> Option<Lead> {
    Some(match check {
        Check::Text(text) => Lead::Exact(Key::Text(text.clone())),
        Check::Address(address) => Lead::Exact(Key::Address(*address)),
        Check::Number(text, value) => Lead::Exact(number_key(text, *value)),
        Check::Word(word) => Lead::Exact(Key::Word(word)),
        Check::Folded(text) => Lead::Folded(text.clone()),
        Check::Prefix(text) => Lead::Prefix(text.as_bytes().into()),
        Check::Suffix(text) => Lead::Suffix(text.as_bytes().into()),
        Check::Wildcard(wildcard) => Lead::Prefix(wildcard.beginning().into()),
        Check::PrefixFolded(_)
        | Check::SuffixFolded(_)
        | Check::Range(..)
        | Check::Block(_)
        | Check::Exists
        | Check::Not(_) => Lead::Any,
        Check::Absent => return None,
    })
}

fn number_key(text: &str, value: Option<f64>) -> Key {
    value.map_or_else(|| Key::Literal(text.into()), |value| Key::Number(value.to_bits()))
}

impl Index {
    fn add(&mut self, lead: Lead, entry: usize) {
        match lead {
            Lead::Exact(key) => self.exact.entry(key).or_default().push(entry),
            Lead::Folded(text) => self.folded.entry(text).or_default().push(entry),
            Lead::Prefix(text) => self.prefixes.by_text.entry(text).or_default().push(entry),
            Lead::Suffix(text) => self.suffixes.by_text.entry(text).or_default().push(entry),
            Lead::Any => self.any.push(entry),
        }
    }

    /// Calls `ask` for everything that a value leads to.
    fn led_to(&self, value: &Scalar, ask: &mut impl FnMut(usize)) {
        let mut all = |entries: Option<&Vec<usize>>| entries.into_iter().flatten().for_each(|entry| ask(*entry));
        match value {
            Scalar::Number(text, value) => all(self.exact.get(&number_key(text, *value))),
            Scalar::Word(word) => all(self.exact.get(&Key::Word(word))),
            Scalar::Text(text, address) => {
                all(self.exact.get(&Key::Text(text.clone())));
                all(address.and_then(|address| self.exact.get(&Key::Address(address))));
                if !self.folded.is_empty() {
                    all(self.folded.get(&fold(text)));
                }
                let bytes = text.as_bytes();
                self.prefixes.each(bytes, |bytes, length| &bytes[..length], &mut all);
                self.suffixes.each(bytes, |bytes, length| &bytes[bytes.len() - length..], &mut all);
            }
        }
    }
}

impl Parts {
    fn measure(&mut self) {
        self.lengths = self.by_text.keys().map(|text| text.len()).collect();
        self.lengths.sort_unstable();
        self.lengths.dedup();
    }

    fn each(&self, bytes: &[u8], cut: fn(&[u8], usize) -> &[u8], all: &mut impl FnMut(Option<&Vec<usize>>)) {
        for length in self.lengths.iter().take_while(|length| **length <= bytes.len()) {
            all(self.by_text.get(cut(bytes, *length)));
        }
    }
}
