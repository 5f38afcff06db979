//! Events through the commands of a query. Events come newest first; commands that look at one event at a time are done as it
//! comes, and only what they let pass is kept.

use std::collections::HashSet;
use std::sync::Arc;

use super::aggregate::Stats;
use super::ast::{Command, Expression, Parse, Query};
use super::cluster::Clusters;
use super::evaluate::{Over, evaluate};
use super::fields::Fields;
use super::value::Value;

/// Rows of a sort beyond the limit before the least are dropped.
const ROOM: usize = 4;

/// A row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// What the event has by itself.
    event: Option<Arc<Fields>>,
    /// What commands made.
    made: Vec<(String, Value)>,
    now: i64,
}

/// What a query answers: rows of fields and values.
pub(crate) type Answer = Vec<Vec<(String, String)>>;

/// A query at work.
pub(crate) struct Pipeline<'a> {
    first: &'a [Command],
    rest: &'a [Command],
    stage: Stage<'a>,
    seen: Vec<HashSet<Vec<String>>>,
    limit: usize,
    now: i64,
    /// Events that passed.
    pub matched: u64,
}

/// Where the first commands lead to.
enum Stage<'a> {
    Stats(Stats<'a>),
    Pattern(&'a Expression, Clusters),
    /// Rows; the keys that they are sorted by, when only so many of them are wanted.
    Rows(Vec<Row>, Option<&'a [(Expression, bool)]>),
}

impl Row {
    /// Of an event.
    pub(crate) fn of(fields: Fields, now: i64) -> Self {
        Self { event: Some(Arc::new(fields)), made: Vec::new(), now }
    }
}

impl Over for Row {
    fn field(&self, name: &str) -> Value {
        let made = self.made.iter().rev().find(|(known, _)| known == name);
        if let Some((_, value)) = made {
            return value.clone();
        }
        self.event.as_ref().and_then(|event| event.get(name)).cloned().unwrap_or(Value::Missing)
    }

    fn now(&self) -> i64 {
        self.now
    }
}

impl<'a> Pipeline<'a> {
    /// Nothing yet.
    pub(crate) fn new(query: &'a Query, limit: usize, now: i64) -> Self {
        let one_by_one = |command: &Command| {
            matches!(
                command,
                Command::Fields(_) | Command::Display(_) | Command::Filter(_) | Command::Parse(_) | Command::Dedup(_)
            )
        };
        let commands = &query.commands[..];
        let split = commands.iter().position(|command| !one_by_one(command)).unwrap_or(commands.len());
        let (first, rest) = commands.split_at(split);
        let (stage, rest) = match rest {
            [Command::Stats(wanted, by), rest @ ..] => (Stage::Stats(Stats::new(wanted, by, now)), rest),
            [Command::Pattern(of), rest @ ..] => (Stage::Pattern(of, Clusters::default()), rest),
            [Command::Sort(keys), behind @ ..] if behind.iter().all(keeps_order) => {
                (Stage::Rows(Vec::new(), Some(keys)), rest)
            }
            rest => (Stage::Rows(Vec::new(), None), rest),
        };
        let limit = commands.iter().fold(limit, |limit, command| match command {
            Command::Limit(most) => limit.min(*most),
            _ => limit,
        });
        let seen = first.iter().map(|_| HashSet::new()).collect();
        Self { first, rest, stage, seen, limit, now, matched: 0 }
    }

    /// Takes an event.
    pub(crate) fn add(&mut self, mut row: Row) {
        for (command, seen) in self.first.iter().zip(&mut self.seen) {
            if !pass(command, &mut row, seen) {
                return;
            }
        }
        self.matched += 1;
        // Rows that nothing puts in another order are there in the order in which they come.
        let enough = self.rest.iter().all(keeps_order);
        match &mut self.stage {
            Stage::Stats(stats) => stats.add(&row),
            Stage::Pattern(of, clusters) => clusters.add(&evaluate(of, &row).text()),
            Stage::Rows(rows, None) if !enough || rows.len() < self.limit => rows.push(row),
            Stage::Rows(_, None) => {}
            Stage::Rows(rows, Some(keys)) => {
                rows.push(row);
                if rows.len() >= self.limit.saturating_mul(ROOM).max(1_000) {
                    sort(rows, keys);
                    rows.truncate(self.limit);
                }
            }
        }
    }

    /// The answer.
    pub(crate) fn finish(self) -> Answer {
        let made = |rows: Vec<Vec<(String, Value)>>| {
            rows.into_iter().map(|made| Row { event: None, made, now: self.now }).collect()
        };
        let mut shown = Shown::Usual;
        self.first.iter().for_each(|command| shown.tell(command));
        let mut rows: Vec<Row> = match self.stage {
            Stage::Stats(stats) => {
                shown = Shown::Made;
                made(stats.finish())
            }
            Stage::Pattern(_, clusters) => {
                shown = Shown::Made;
                made(clusters.finish())
            }
            Stage::Rows(rows, _) => rows,
        };
        for command in self.rest {
            shown.tell(command);
            rows = apply(command, rows, self.now);
        }
        rows.truncate(self.limit);
        rows.iter().map(|row| shown.of(row)).collect()
    }
}

/// Whether a command leaves the order of rows, and their number unless it is limited.
fn keeps_order(command: &Command) -> bool {
    matches!(command, Command::Fields(_) | Command::Display(_) | Command::Limit(_) | Command::Parse(_))
}

fn apply(command: &Command, mut rows: Vec<Row>, now: i64) -> Vec<Row> {
    match command {
        Command::Stats(wanted, by) => {
            let mut stats = Stats::new(wanted, by, now);
            rows.iter().for_each(|row| stats.add(row));
            stats.finish().into_iter().map(|made| Row { event: None, made, now }).collect()
        }
        Command::Pattern(of) => {
            let mut clusters = Clusters::default();
            rows.iter().for_each(|row| clusters.add(&evaluate(of, row).text()));
            clusters.finish().into_iter().map(|made| Row { event: None, made, now }).collect()
        }
        Command::Sort(keys) => {
            sort(&mut rows, keys);
            rows
        }
        Command::Limit(limit) => {
            rows.truncate(*limit);
            rows
        }
        command => {
            let mut seen = HashSet::new();
            rows.retain_mut(|row| pass(command, row, &mut seen));
            rows
        }
    }
}

/// What commands that look at one row at a time make of it; whether it goes on.
fn pass(command: &Command, row: &mut Row, seen: &mut HashSet<Vec<String>>) -> bool {
    match command {
        Command::Fields(all) | Command::Display(all) => {
            for one in all {
                // A field under its own name is there already.
                if !matches!(&one.expression, Expression::Field(name) if *name == one.name) {
                    let value = evaluate(&one.expression, row);
                    row.made.push((one.name.clone(), value));
                }
            }
            true
        }
        Command::Filter(condition) => evaluate(condition, row).holds(),
        Command::Parse(parse) => {
            take_out(parse, row);
            true
        }
        Command::Dedup(keys) => {
            let values: Vec<_> = keys.iter().map(|key| evaluate(key, row)).collect();
            // Rows without any of the fields are no duplicates of each other.
            values.iter().any(|value| !value.is_present()) || seen.insert(values.iter().map(Value::text).collect())
        }
        _ => true,
    }
}

fn take_out(parse: &Parse, row: &mut Row) {
    let text = evaluate(&parse.from, row);
    let text = text.text();
    let Ok(Some(found)) = parse.regex.captures(&text) else { return };
    for (group, name) in &parse.names {
        if let Some(part) = found.get(*group) {
            row.made.push((name.clone(), Value::Text(part.as_str().to_owned())));
        }
    }
}

fn sort(rows: &mut [Row], keys: &[(Expression, bool)]) {
    rows.sort_by_cached_key(|row| {
        let of = |(key, down): &(Expression, bool)| Key(evaluate(key, row), *down);
        keys.iter().map(of).collect::<Vec<_>>()
    });
}

/// A value in the order of a sort.
struct Key(Value, bool);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let order = self.0.sorts(&other.0);
        if self.1 { order.reverse() } else { order }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

/// Which fields of rows are shown.
enum Shown {
    /// Time and message: nobody said anything.
    Usual,
    /// All that the last `stats` or `pattern` made.
    Made,
    /// These.
    Named(Vec<String>),
}

impl Shown {
    fn tell(&mut self, command: &Command) {
        match (command, &mut *self) {
            (Command::Fields(all), Self::Named(names)) => names.extend(all.iter().map(|one| one.name.clone())),
            (Command::Fields(all), Self::Usual)
            | (Command::Display(all), Self::Usual | Self::Named(_) | Self::Made) => {
                *self = Self::Named(all.iter().map(|one| one.name.clone()).collect());
            }
            (Command::Stats(..) | Command::Pattern(_), _) => *self = Self::Made,
            _ => {}
        }
    }

    /// A row as it is answered: of an event, with the pointer to it at its end.
    fn of(&self, row: &Row) -> Vec<(String, String)> {
        let usual = || vec!["@timestamp".to_owned(), "@message".to_owned()];
        let mut names = match self {
            Self::Usual => usual(),
            Self::Made => row.made.iter().map(|(name, _)| name.clone()).collect(),
            Self::Named(names) => names.clone(),
        };
        if row.event.is_some() {
            names.push("@ptr".to_owned());
        }
        let mut known = HashSet::new();
        names.retain(|name| known.insert(name.clone()));
        let shown = |name: String| row.field(&name).shown().map(|value| (name, value));
        names.into_iter().filter_map(shown).collect()
    }
}
