//! `stats`: many events brought to one row. What is kept for each row does not grow with its events, but for percentiles and
//! distinct values, which are exact here where AWS's are estimates.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ast::{Aggregate, Expression, Named};
use super::evaluate::{Over, evaluate};
use super::value::Value;

/// Rows in the making.
pub(crate) struct Stats<'a> {
    wanted: &'a [Named],
    by: &'a [Named],
    aggregates: Vec<&'a Aggregate>,
    places: HashMap<Vec<String>, usize>,
    rows: Vec<(Vec<Value>, Vec<State>)>,
    now: i64,
}

/// What one function has seen of one row's events.
#[derive(Debug, Default)]
struct State {
    count: u64,
    sum: f64,
    squares: f64,
    best: Option<Value>,
    at: Option<i64>,
    numbers: Vec<f64>,
    distinct: BTreeSet<String>,
}

impl<'a> Stats<'a> {
    /// None yet.
    pub(crate) fn new(wanted: &'a [Named], by: &'a [Named], now: i64) -> Self {
        let mut aggregates = Vec::new();
        wanted.iter().for_each(|one| collect(&one.expression, &mut aggregates));
        aggregates.sort_by_key(|aggregate| aggregate.place);
        Self { wanted, by, aggregates, places: HashMap::new(), rows: Vec::new(), now }
    }

    /// Takes an event.
    pub(crate) fn add(&mut self, over: &dyn Over) {
        let values: Vec<_> = self.by.iter().map(|one| evaluate(&one.expression, over)).collect();
        let key: Vec<_> = values.iter().map(Value::text).collect();
        let row = match self.places.get(&key) {
            Some(row) => *row,
            None => {
                self.places.insert(key, self.rows.len());
                self.rows.push((values, self.aggregates.iter().map(|_| State::default()).collect()));
                self.rows.len() - 1
            }
        };
        let at = super::functions::millis(&over.field("@timestamp"));
        for (aggregate, state) in self.aggregates.iter().zip(&mut self.rows[row].1) {
            let value = aggregate.of.as_ref().map(|of| evaluate(of, over));
            state.add(&aggregate.name, value, at);
        }
    }

    /// The rows, in the order in which each was first seen. Without `by` there is one, even of no events.
    pub(crate) fn finish(mut self) -> Vec<Vec<(String, Value)>> {
        if self.by.is_empty() && self.rows.is_empty() {
            self.rows.push((Vec::new(), self.aggregates.iter().map(|_| State::default()).collect()));
        }
        let rows = std::mem::take(&mut self.rows);
        rows.into_iter().map(|(values, states)| self.row(values, &states)).collect()
    }

    fn row(&self, values: Vec<Value>, states: &[State]) -> Vec<(String, Value)> {
        let results = self.aggregates.iter().zip(states).map(|(aggregate, state)| state.finish(aggregate)).collect();
        let mut row: Vec<_> = self.by.iter().map(|one| one.name.clone()).zip(values).collect();
        let finished = Finished { results, row: row.iter().cloned().collect(), now: self.now };
        row.extend(self.wanted.iter().map(|one| (one.name.clone(), evaluate(&one.expression, &finished))));
        row
    }
}

/// What expressions around functions of many events see.
struct Finished {
    results: Vec<Value>,
    row: BTreeMap<String, Value>,
    now: i64,
}

impl Over for Finished {
    fn field(&self, name: &str) -> Value {
        self.row.get(name).cloned().unwrap_or(Value::Missing)
    }

    fn aggregate(&self, place: usize) -> Value {
        self.results.get(place).cloned().unwrap_or(Value::Missing)
    }

    fn now(&self) -> i64 {
        self.now
    }
}

fn collect<'a>(expression: &'a Expression, into: &mut Vec<&'a Aggregate>) {
    match expression {
        Expression::Aggregate(aggregate) => into.push(aggregate),
        Expression::Call(_, arguments) => arguments.iter().for_each(|one| collect(one, into)),
        Expression::Binary(_, left, right) | Expression::Contains(left, right) => {
            collect(left, into);
            collect(right, into);
        }
        Expression::Not(inner) | Expression::Negative(inner) | Expression::Matches(inner, _) => collect(inner, into),
        Expression::In(left, all) => {
            collect(left, into);
            all.iter().for_each(|one| collect(one, into));
        }
        Expression::Literal(_) | Expression::Field(_) => {}
    }
}

impl State {
    fn add(&mut self, name: &str, value: Option<Value>, at: Option<i64>) {
        let Some(value) = value else {
            self.count += 1;
            return;
        };
        if !value.is_present() {
            return;
        }
        match name {
            "count" => self.count += 1,
            "count_distinct" | "countdistinct" | "values" => {
                self.distinct.insert(value.text());
            }
            "min" | "sortsfirst" => self.keep(value, |new, old| new.sorts(old).is_lt()),
            "max" | "sortslast" => self.keep(value, |new, old| new.sorts(old).is_gt()),
            "earliest" => {
                if self.at.is_none_or(|known| at.is_some_and(|at| at <= known)) {
                    (self.at, self.best) = (at, Some(value));
                }
            }
            "latest" => {
                if self.at.is_none_or(|known| at.is_some_and(|at| at > known)) {
                    (self.at, self.best) = (at, Some(value));
                }
            }
            _ => {
                let Some(number) = value.number() else { return };
                self.count += 1;
                self.sum += number;
                self.squares += number * number;
                if matches!(name, "pct" | "percentile" | "median") {
                    self.numbers.push(number);
                }
            }
        }
    }

    fn keep(&mut self, value: Value, better: impl Fn(&Value, &Value) -> bool) {
        if self.best.as_ref().is_none_or(|best| better(&value, best)) {
            self.best = Some(value);
        }
    }

    fn finish(&self, aggregate: &Aggregate) -> Value {
        let counted = self.count > 0;
        let count = self.count as f64;
        match aggregate.name.as_str() {
            "count" => Value::Number(count),
            "count_distinct" | "countdistinct" => Value::Number(self.distinct.len() as f64),
            "values" => Value::Text(serde_json::Value::from_iter(self.distinct.iter().cloned()).to_string()),
            "sum" if counted => Value::Number(self.sum),
            "avg" if counted => Value::Number(self.sum / count),
            "stddev" | "stddev_pop" if counted => {
                let mean = self.sum / count;
                Value::Number((self.squares / count - mean * mean).max(0.0).sqrt())
            }
            "pct" | "percentile" | "median" => percentile(self.numbers.clone(), aggregate.percent),
            _ => self.best.clone().unwrap_or(Value::Missing),
        }
    }
}

/// Between the two numbers nearest to a share, as much as it lies between them.
fn percentile(mut numbers: Vec<f64>, percent: f64) -> Value {
    if numbers.is_empty() {
        return Value::Missing;
    }
    numbers.sort_by(f64::total_cmp);
    let place = percent / 100.0 * (numbers.len() - 1) as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = (low + 1).min(numbers.len() - 1);
    Value::Number(numbers[low] + (numbers[high] - numbers[low]) * part)
}
