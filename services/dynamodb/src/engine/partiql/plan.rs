//! Which rows a statement is about. A `SELECT` whose `WHERE` clause says the partition key in each of its branches reads those
//! partitions, and everything else scans; a write is about one item, and its clause must say the whole key.

use std::cmp::Reverse;

use super::Select;
use super::filter::joined;
use super::interval::Interval;
use crate::engine::expression::condition::{Comparison, Condition, Operand};
use crate::engine::expression::path::Path;
use crate::engine::key::Span;
use crate::engine::schema::{Index, KeyAttribute, Schema};
use crate::engine::value::{Item, Value};
use crate::store::Projection;

/// Reads that one statement may be decomposed into, as AWS refuses more.
const READS: usize = 50;

/// How a `SELECT` finds its items.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plan {
    /// By partition, in this order; each the way round that it says.
    Reads {
        /// The partitions.
        reads: Vec<PartitionRead>,
        /// Whether from the first sort key to the last.
        forward: bool,
    },
    /// All of the table or index.
    Scan(Option<Condition>),
}

/// A read of a partition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PartitionRead {
    /// The partition key.
    pub hash: Value,
    /// Which sort keys.
    pub span: Span,
    /// What else must hold.
    pub filter: Option<Condition>,
}

/// What one branch of a `WHERE` clause says: of the keys, each with the condition that says so, and else.
#[derive(Debug, Clone, Default)]
struct Branch {
    hash: Option<(Value, Condition)>,
    span: Option<(Span, Condition)>,
    rest: Vec<Condition>,
}

/// What a condition on a key attribute asks for.
#[derive(Debug, Clone)]
enum KeyTest {
    Hash(Value),
    Range(Span),
}

impl Select {
    /// How it finds its items in a table or an index. Errors are AWS's texts.
    pub(crate) fn plan(&self, index: &Index) -> Result<Plan, String> {
        if self.filter.is_none() && !self.order.is_empty() {
            return Err("Must have WHERE clause in the statement when using ORDER BY clause.".to_owned());
        }
        check_key_paths(self.filter.as_ref(), index)?;
        let branches = match &self.filter {
            Some(filter) => Branches { index }.of(filter)?,
            None => vec![Branch::default()],
        };
        if !branches.iter().all(|branch| branch.hash.is_some()) {
            return if self.order.is_empty() {
                Ok(Plan::Scan(self.filter.clone()))
            } else {
                Err("Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."
                    .to_owned())
            };
        }
        if branches.len() > READS {
            return Err(TOO_MANY.to_owned());
        }
        branches.iter().try_for_each(|branch| branch.check_types(index))?;
        let mut reads: Vec<_> = branches.into_iter().filter_map(Branch::into_read).collect();
        check_overlaps(&reads)?;
        let forward = self.sort(&mut reads, index)?;
        Ok(Plan::Reads { reads, forward })
    }

    /// Puts reads in the order that is asked for; whether each goes forward.
    fn sort(&self, reads: &mut [PartitionRead], index: &Index) -> Result<bool, String> {
        let partitions = reads.iter().any(|read| read.hash != reads[0].hash);
        let is_hash = |name: &str| name == index.hash.name;
        if let Some((name, _)) = self.order.iter().find(|(name, _)| !index.has_key(name)) {
            return Err(format!("Variable reference {name} in ORDER BY clause must be part of the primary key"));
        }
        if partitions && !self.order.is_empty() && !self.order.iter().any(|(name, _)| is_hash(name)) {
            return Err(
                "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE \
                        clause."
                    .to_owned(),
            );
        }
        let turned =
            |hash: bool| self.order.iter().find(|(name, _)| is_hash(name) == hash).is_some_and(|(_, turned)| *turned);
        let starts = |read: &PartitionRead| Interval::of(&read.span).start().to_vec();
        let hash = |read: &PartitionRead| Interval::of(&Span::Equal(read.hash.clone())).start().to_vec();
        if turned(false) {
            reads.sort_by_cached_key(|read| Reverse(starts(read)));
        } else {
            reads.sort_by_cached_key(starts);
        }
        if turned(true) {
            reads.sort_by_cached_key(|read| Reverse(hash(read)));
        } else {
            reads.sort_by_cached_key(hash);
        }
        Ok(!turned(false))
    }

    /// The key of the one item that it reads, when its clause says a key and nothing else; as transactions and batches ask.
    pub(crate) fn only_key(&self, index: &Index) -> Result<Option<Item>, String> {
        let Some((key, rest)) = self.single(index)? else { return Ok(None) };
        Ok(rest.is_none().then_some(key))
    }

    /// The key of the one item that it reads, and what else must hold; as `EXISTS` asks.
    pub(crate) fn single(&self, index: &Index) -> Result<Option<(Item, Option<Condition>)>, String> {
        let Plan::Reads { mut reads, .. } = self.plan(index)? else { return Ok(None) };
        let (Some(read), true) = (reads.pop(), reads.is_empty()) else { return Ok(None) };
        let mut key = Item::from([(index.hash.name.clone(), read.hash)]);
        match (&index.range, read.span) {
            (None, _) => {}
            (Some(range), Span::Equal(value)) => {
                key.insert(range.name.clone(), value);
            }
            (Some(_), _) => return Ok(None),
        }
        Ok(Some((key, read.filter)))
    }
}

impl Plan {
    /// Refuses filters on attributes that a global index does not hold. Of several partitions AWS looks at one, and lets pass
    /// what needs nothing else in another.
    pub(crate) fn check_projected(&self, schema: &Schema, index: &Index) -> Result<(), String> {
        let Self::Reads { reads, .. } = self else { return Ok(()) };
        if !index.global {
            return Ok(());
        }
        let holds = |name: &str| match &index.projection {
            Projection::All => true,
            Projection::Keys => false,
            Projection::Include(names) => names.iter().any(|included| included == name),
        };
        let known = |name: &str| holds(name) || index.has_key(name) || schema.primary().has_key(name);
        let missing = |read: &PartitionRead| {
            let mut missing: Vec<String> = Vec::new();
            let mut see = |path: &Path| {
                if !known(path.head()) && !missing.iter().any(|name| name == path.head()) {
                    missing.push(path.head().to_owned());
                }
            };
            if let Some(filter) = &read.filter {
                filter.paths(&mut see);
            }
            missing
        };
        let all: Vec<_> = reads.iter().map(missing).collect();
        match all.last() {
            Some(last) if all.iter().all(|missing| !missing.is_empty()) => Err(format!(
                "One or more parameter values were invalid: Secondary index {} does not project one or more filter \
                 attributes: [{}]",
                index.name.as_deref().unwrap_or_default(),
                as_hashed(last.clone()).join(", ")
            )),
            _ => Ok(()),
        }
    }
}

/// Names in the order in which AWS tells a set of them: by Java's hash.
fn as_hashed(mut names: Vec<String>) -> Vec<String> {
    let mut buckets = 16;
    while names.len() * 4 > buckets * 3 {
        buckets *= 2;
    }
    names.sort_by_cached_key(|name| {
        let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
        (hash ^ (hash >> 16)) as usize % buckets
    });
    names
}

/// Nothing lies within the value of a key.
fn check_key_paths(filter: Option<&Condition>, index: &Index) -> Result<(), String> {
    let mut nested = None;
    if let Some(filter) = filter {
        filter.paths(&mut |path| {
            if path.is_nested() && index.has_key(path.head()) {
                nested.get_or_insert_with(|| path.head().to_owned());
            }
        });
    }
    match nested {
        Some(name) => Err(format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key {name}"
        )),
        None => Ok(()),
    }
}

/// The item that a write is about, and what else must hold. Errors are AWS's texts.
pub(crate) fn target(filter: Option<&Condition>, index: &Index) -> Result<(Item, Option<Condition>), String> {
    check_key_paths(filter, index)?;
    let (mut key, mut rest, mut all) = (Item::new(), Vec::new(), Vec::new());
    flatten(filter, &mut all);
    for condition in all {
        let found = match condition {
            Condition::Compare(Comparison::Equal, a, b) => equality(a, b).filter(|(name, _)| index.has_key(name)),
            _ => None,
        };
        match found {
            Some((name, value)) => match key.get(name) {
                Some(other) if other != value => {
                    return Err(format!(
                        "Multiple conditions on same key {name}. Only single item Update/Insert/Delete are supported"
                    ));
                }
                _ => {
                    key.insert(name.to_owned(), value.clone());
                }
            },
            None => rest.push(condition.clone()),
        }
    }
    if key.len() != index.key().count() {
        return Err("Where clause does not contain a mandatory equality on all key attributes".to_owned());
    }
    let rest = (!rest.is_empty()).then(|| joined(rest, Condition::And));
    Ok((key, rest))
}

fn flatten<'a>(condition: Option<&'a Condition>, all: &mut Vec<&'a Condition>) {
    match condition {
        Some(Condition::And(a, b)) => {
            flatten(Some(a), all);
            flatten(Some(b), all);
        }
        other => all.extend(other),
    }
}

/// The attribute and the value that are to be equal.
fn equality<'a>(a: &'a Operand, b: &'a Operand) -> Option<(&'a str, &'a Value)> {
    match (a, b) {
        (Operand::Path(path), Operand::Value(value)) | (Operand::Value(value), Operand::Path(path)) => {
            top(path).map(|name| (name, value))
        }
        _ => None,
    }
}

fn top(path: &Path) -> Option<&str> {
    (!path.is_nested()).then(|| path.head())
}

const TOO_MANY: &str = "Too many decomposed read operations for a given query.";

/// Branches that are looked at before they are known to be reads: a bound on work.
fn bounded(branches: usize) -> Result<(), String> {
    if branches > READS * READS { Err(TOO_MANY.to_owned()) } else { Ok(()) }
}

/// Takes conditions apart by the keys of an index.
struct Branches<'a> {
    index: &'a Index,
}

impl Branches<'_> {
    fn of(&self, condition: &Condition) -> Result<Vec<Branch>, String> {
        match condition {
            Condition::And(a, b) => {
                let (left, right) = (self.of(a)?, self.of(b)?);
                bounded(left.len().saturating_mul(right.len()))?;
                Ok(left.iter().flat_map(|a| right.iter().map(|b| a.clone().and(b.clone()))).collect())
            }
            Condition::Or(a, b) => {
                let (mut left, right) = (self.of(a)?, self.of(b)?);
                if left.iter().chain(&right).all(Branch::is_keyless) {
                    return Ok(vec![Branch::filter(condition)]);
                }
                left.extend(right);
                bounded(left.len())?;
                Ok(left)
            }
            other => Ok(self.leaf(other)),
        }
    }

    fn leaf(&self, condition: &Condition) -> Vec<Branch> {
        let one = |test: Option<KeyTest>| test.map(|test| vec![Branch::test(test, condition.clone())]);
        let branches = match condition {
            Condition::Compare(how, Operand::Path(path), Operand::Value(value)) => {
                one(self.compared(path, *how, value))
            }
            Condition::Compare(how, Operand::Value(value), Operand::Path(path)) => {
                one(self.compared(path, turned(*how), value))
            }
            Condition::In(Operand::Path(path), among) => self.among(path, among),
            Condition::Between(Operand::Path(path), Operand::Value(low), Operand::Value(high)) => {
                one(self.ranged(path, Span::Between(low.clone(), high.clone())))
            }
            Condition::BeginsWith(Operand::Path(path), Operand::Value(value)) => {
                one(self.ranged(path, Span::BeginsWith(value.clone())))
            }
            _ => None,
        };
        branches.unwrap_or_else(|| vec![Branch::filter(condition)])
    }

    fn compared(&self, path: &Path, how: Comparison, value: &Value) -> Option<KeyTest> {
        let value = || value.clone();
        let span = match how {
            Comparison::Equal if self.is(path, Some(&self.index.hash)) => return Some(KeyTest::Hash(value())),
            Comparison::Equal => Span::Equal(value()),
            Comparison::NotEqual => return None,
            Comparison::Less => Span::Less(value()),
            Comparison::LessOrEqual => Span::LessOrEqual(value()),
            Comparison::Greater => Span::Greater(value()),
            Comparison::GreaterOrEqual => Span::GreaterOrEqual(value()),
        };
        self.is(path, self.index.range.as_ref()).then_some(KeyTest::Range(span))
    }

    fn among(&self, path: &Path, among: &[Operand]) -> Option<Vec<Branch>> {
        let each = among.iter().map(|one| {
            let Operand::Value(value) = one else { return None };
            let equal = Condition::Compare(Comparison::Equal, Operand::Path(path.clone()), one.clone());
            Some(Branch::test(self.compared(path, Comparison::Equal, value)?, equal))
        });
        each.collect()
    }

    fn ranged(&self, path: &Path, span: Span) -> Option<KeyTest> {
        self.is(path, self.index.range.as_ref()).then_some(KeyTest::Range(span))
    }

    fn is(&self, path: &Path, attribute: Option<&KeyAttribute>) -> bool {
        attribute.is_some_and(|attribute| top(path) == Some(&attribute.name))
    }
}

impl Branch {
    fn test(test: KeyTest, condition: Condition) -> Self {
        match test {
            KeyTest::Hash(value) => Self { hash: Some((value, condition)), ..Self::default() },
            KeyTest::Range(span) => Self { span: Some((span, condition)), ..Self::default() },
        }
    }

    fn filter(condition: &Condition) -> Self {
        Self { rest: vec![condition.clone()], ..Self::default() }
    }

    fn is_keyless(&self) -> bool {
        self.hash.is_none() && self.span.is_none()
    }

    /// Both: one test of a key finds the rows, and another one is a filter.
    fn and(mut self, other: Self) -> Self {
        match (&self.hash, other.hash) {
            (Some((own, _)), Some((also, condition))) if *own != also => self.rest.push(condition),
            (None, also) => self.hash = also,
            _ => {}
        }
        match (self.span.take(), other.span) {
            (Some(own), Some(also)) if own.0 != also.0 => {
                // One sort key is narrower than any span.
                let also_narrower = matches!(also.0, Span::Equal(_)) && !matches!(own.0, Span::Equal(_));
                let (kept, left) = if also_narrower { (also, own) } else { (own, also) };
                self.span = Some(kept);
                self.rest.push(left.1);
            }
            (own, also) => self.span = own.or(also),
        }
        self.rest.extend(other.rest);
        self
    }

    fn check_types(&self, index: &Index) -> Result<(), String> {
        let mismatch = |attribute: &KeyAttribute| {
            format!("Key attribute's data type should match its data type in table's schema: Key {}", attribute.name)
        };
        if self.hash.as_ref().is_some_and(|(value, _)| value.kind() != index.hash.kind.as_str()) {
            return Err(mismatch(&index.hash));
        }
        match (&index.range, &self.span) {
            (Some(range), Some((span, _))) if !values(span).iter().all(|value| value.kind() == range.kind.as_str()) => {
                Err(mismatch(range))
            }
            _ => Ok(()),
        }
    }

    fn into_read(self) -> Option<PartitionRead> {
        let span = self.span.map_or(Span::All, |(span, _)| span);
        let filter = (!self.rest.is_empty()).then(|| joined(self.rest, Condition::And));
        self.hash.map(|(hash, _)| PartitionRead { hash, span, filter })
    }
}

fn values(span: &Span) -> Vec<&Value> {
    match span {
        Span::All => Vec::new(),
        Span::Between(low, high) => vec![low, high],
        Span::Equal(value)
        | Span::Less(value)
        | Span::LessOrEqual(value)
        | Span::Greater(value)
        | Span::GreaterOrEqual(value)
        | Span::BeginsWith(value) => vec![value],
    }
}

/// The same with its sides changed over.
fn turned(how: Comparison) -> Comparison {
    match how {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

/// No item may be read twice.
fn check_overlaps(reads: &[PartitionRead]) -> Result<(), String> {
    let intervals: Vec<_> = reads.iter().map(|read| Interval::of(&read.span)).collect();
    for (at, read) in reads.iter().enumerate() {
        let meets = |other: usize| reads[other].hash == read.hash && intervals[other].meets(&intervals[at]);
        if (0..at).any(meets) {
            return Err("Overlapping conditions with range keys are not supported in where clause".to_owned());
        }
    }
    Ok(())
}
