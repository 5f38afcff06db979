//! Functions of values. Source: user guide, "Boolean, comparison, numeric, datetime, and other functions".

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::Timestamp as Instant;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::value::Value;

/// Functions and how many values they take: at least, at most.
const KNOWN: [(&str, usize, usize); 51] = [
    ("abs", 1, 1),
    ("bin", 1, 1),
    ("case", 2, 41),
    ("ceil", 1, 1),
    ("coalesce", 1, 40),
    ("concat", 1, 40),
    ("dateceil", 2, 2),
    ("datefloor", 2, 2),
    ("floor", 1, 1),
    ("frommillis", 1, 1),
    ("greatest", 1, 40),
    ("if", 3, 3),
    ("isarray", 1, 1),
    ("isblank", 1, 1),
    ("isempty", 1, 1),
    ("isipinsubnet", 2, 2),
    ("isipv4insubnet", 2, 2),
    ("isipv6insubnet", 2, 2),
    ("ismap", 1, 1),
    ("isnumeric", 1, 1),
    ("ispresent", 1, 1),
    ("isvalidip", 1, 1),
    ("isvalidipv4", 1, 1),
    ("isvalidipv6", 1, 1),
    ("json_parse", 1, 1),
    ("json_stringify", 1, 1),
    ("jsonget", 2, 2),
    ("jsonparse", 1, 1),
    ("jsonstringify", 1, 1),
    ("least", 1, 40),
    ("length", 1, 1),
    ("log", 1, 1),
    ("lower", 1, 1),
    ("ltrim", 1, 2),
    ("now", 0, 0),
    ("replace", 3, 3),
    ("round", 1, 2),
    ("rtrim", 1, 2),
    ("span", 2, 2),
    ("sqrt", 1, 1),
    ("strcontains", 2, 2),
    ("strlen", 1, 1),
    ("substr", 2, 3),
    ("substring", 2, 3),
    ("tolower", 1, 1),
    ("tomillis", 1, 1),
    ("toupper", 1, 1),
    ("trim", 1, 2),
    ("unixtimestamp", 1, 1),
    ("unmask", 1, 1),
    ("upper", 1, 1),
];

/// Whether there is such a function of so many values.
pub(crate) fn takes(name: &str, count: usize) -> bool {
    // A span of time is no function that a query may name.
    let known = KNOWN.iter().find(|(known, ..)| *known == name).filter(|(known, ..)| *known != "span");
    known.is_some_and(|(_, least, most)| (*least..=*most).contains(&count))
}

/// Milliseconds of a unit of time; of months and longer none, since they differ.
pub(crate) fn unit(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "msec" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "second" | "seconds" => 1_000.0,
        "m" | "min" | "minute" | "minutes" => 60_000.0,
        "h" | "hr" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        "w" | "week" | "weeks" => 604_800_000.0,
        "mo" | "mon" | "month" | "months" | "q" | "qtr" | "quarter" | "quarters" | "y" | "yr" | "year" | "years" => 0.0,
        _ => return None,
    })
}

/// Months of a unit of time.
pub(crate) fn months(unit: &str) -> f64 {
    match unit {
        "mo" | "mon" | "month" | "months" => 1.0,
        "q" | "qtr" | "quarter" | "quarters" => 3.0,
        "y" | "yr" | "year" | "years" => 12.0,
        _ => 0.0,
    }
}

/// A span of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Milliseconds.
    pub millis: f64,
    /// Months, when it is of those.
    pub months: f64,
}

impl Span {
    /// The last instant before a time, or at it, at which such a span begins.
    pub(crate) fn floor(self, at: i64) -> i64 {
        if self.months >= 1.0 {
            return month_floor(at, self.months as i64, 0).unwrap_or(at);
        }
        let span = self.millis as i64;
        // Weeks begin on Mondays; 1970 began on a Thursday.
        let shift = if span == 604_800_000 { 3 * 86_400_000 } else { 0 };
        if span <= 0 { at } else { at - (at + shift).rem_euclid(span) }
    }

    /// The first instant after a time, or at it.
    pub(crate) fn ceil(self, at: i64) -> i64 {
        let floor = self.floor(at);
        if floor == at {
            return at;
        }
        if self.months >= 1.0 {
            month_floor(at, self.months as i64, 1).unwrap_or(at)
        } else {
            floor + self.millis as i64
        }
    }
}

/// The beginning of the months around a time, and so many spans later.
fn month_floor(at: i64, months: i64, later: i64) -> Option<i64> {
    let day = Instant::from_millisecond(at).ok()?.to_zoned(TimeZone::UTC).date();
    let count = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
    let count = count - count.rem_euclid(months) + later * months;
    let first: Date =
        Date::new(i16::try_from(count.div_euclid(12)).ok()?, i8::try_from(count.rem_euclid(12) + 1).ok()?, 1)
            .unwrap_or(date(1970, 1, 1));
    Some(first.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// What a function makes of values. `now` is the query's own instant.
pub(crate) fn call(name: &str, values: &[Value], now: i64) -> Value {
    let of = |place: usize| values.get(place).unwrap_or(&Value::Missing);
    let first = of(0);
    match name {
        "now" => Value::Number((now / 1_000) as f64),
        "ispresent" => Value::Truth(first.is_present()),
        "coalesce" => values.iter().find(|value| value.is_present()).cloned().unwrap_or(Value::Missing),
        "greatest" => fold(values, f64::max),
        "least" => fold(values, f64::min),
        "concat" => Value::Text(values.iter().map(Value::text).collect()),
        "if" => of(if first.holds() { 1 } else { 2 }).clone(),
        "case" => case(values),
        "unmask" => first.clone(),
        "isempty" => Value::Truth(first.text().is_empty()),
        "isblank" => Value::Truth(first.text().trim().is_empty()),
        "isnumeric" => Value::Truth(first.number().is_some()),
        _ if !first.is_present() => Value::Missing,
        "isvalidip" => Value::Truth(first.text().parse::<IpAddr>().is_ok()),
        "isvalidipv4" => Value::Truth(first.text().parse::<Ipv4Addr>().is_ok()),
        "isvalidipv6" => Value::Truth(first.text().parse::<Ipv6Addr>().is_ok()),
        "isipinsubnet" => Value::Truth(in_subnet(&first.text(), &of(1).text(), |_| true)),
        "isipv4insubnet" => Value::Truth(in_subnet(&first.text(), &of(1).text(), IpAddr::is_ipv4)),
        "isipv6insubnet" => Value::Truth(in_subnet(&first.text(), &of(1).text(), IpAddr::is_ipv6)),
        "frommillis" => first.number().map_or(Value::Missing, |at| Value::Time(at as i64)),
        "tomillis" => millis(first).map_or(Value::Missing, |at| Value::Number(at as f64)),
        "unixtimestamp" => millis(first).map_or(Value::Missing, |at| Value::Number((at / 1_000) as f64)),
        "ismap" => Value::Truth(json(first).is_some_and(|json| json.is_object())),
        "isarray" => Value::Truth(json(first).is_some_and(|json| json.is_array())),
        "jsonparse" | "json_parse" => json(first).map_or(Value::Missing, |json| Value::Text(json.to_string())),
        "jsonstringify" | "json_stringify" => Value::Text(first.text()),
        "jsonget" => json(first).and_then(|json| at_path(&json, &of(1).text())).unwrap_or(Value::Missing),
        "abs" | "ceil" | "floor" | "log" | "sqrt" | "round" => numeric(name, first, of(1)),
        _ => textual(name, &first.text(), values),
    }
}

fn numeric(name: &str, value: &Value, places: &Value) -> Value {
    let Some(number) = value.number() else { return Value::Missing };
    let result = match name {
        "abs" => number.abs(),
        "ceil" => number.ceil(),
        "floor" => number.floor(),
        "log" => number.ln(),
        "sqrt" => number.sqrt(),
        _ => {
            let scale = 10f64.powi(places.number().unwrap_or(0.0) as i32);
            (number * scale).round() / scale
        }
    };
    if result.is_finite() { Value::Number(result) } else { Value::Missing }
}

fn textual(name: &str, text: &str, values: &[Value]) -> Value {
    let of = |place: usize| values.get(place).map(Value::text);
    let set: Option<Vec<char>> = of(1).map(|set| set.chars().collect());
    let trims = |c: char| set.as_ref().map_or(c.is_whitespace(), |set| set.contains(&c));
    match name {
        "strlen" | "length" => Value::Number(text.chars().count() as f64),
        "tolower" | "lower" => Value::Text(text.to_lowercase()),
        "toupper" | "upper" => Value::Text(text.to_uppercase()),
        "ltrim" => Value::Text(text.trim_start_matches(trims).to_owned()),
        "rtrim" => Value::Text(text.trim_end_matches(trims).to_owned()),
        "trim" => Value::Text(text.trim_matches(trims).to_owned()),
        "strcontains" => Value::Truth(text.contains(&of(1).unwrap_or_default())),
        "replace" => match of(1).unwrap_or_default() {
            wanted if wanted.is_empty() => Value::Text(text.to_owned()),
            wanted => Value::Text(text.replace(&wanted, &of(2).unwrap_or_default())),
        },
        "substr" | "substring" => {
            let number =
                |place: usize| values.get(place).and_then(Value::number).map(|number| number.max(0.0) as usize);
            let part = text.chars().skip(number(1).unwrap_or(0));
            Value::Text(part.take(number(2).unwrap_or(usize::MAX)).collect())
        }
        _ => Value::Missing,
    }
}

fn fold(values: &[Value], of_two: fn(f64, f64) -> f64) -> Value {
    values.iter().filter_map(Value::number).reduce(of_two).map_or(Value::Missing, Value::Number)
}

/// `case(condition, value, condition, value, else)`.
fn case(values: &[Value]) -> Value {
    let mut pairs = values.chunks(2);
    let found = pairs.find_map(|pair| match pair {
        [condition, value] => condition.holds().then(|| value.clone()),
        [otherwise] => Some(otherwise.clone()),
        _ => None,
    });
    found.unwrap_or(Value::Missing)
}

/// An instant: of a field that is one, of a number, of a text as AWS shows them.
pub(crate) fn millis(value: &Value) -> Option<i64> {
    match value {
        Value::Time(at) => Some(*at),
        Value::Text(text) => text
            .parse::<Instant>()
            .or_else(|_| format!("{}Z", text.trim().replace(' ', "T")).parse::<Instant>())
            .ok()
            .map(Instant::as_millisecond)
            .or_else(|| value.number().map(|number| number as i64)),
        other => other.number().map(|number| number as i64),
    }
}

fn json(value: &Value) -> Option<Json> {
    serde_json::from_str(&value.text()).ok().filter(|json: &Json| json.is_object() || json.is_array())
}

fn at_path(json: &Json, path: &str) -> Option<Value> {
    let step = |json: &Json, name: &str| match json {
        Json::Array(all) => name.parse::<usize>().ok().and_then(|at| all.get(at).cloned()),
        other => other.get(name).cloned(),
    };
    let found = path.split('.').try_fold(json.clone(), |json, name| step(&json, name))?;
    Some(super::fields::value_of(&found))
}

fn in_subnet(address: &str, subnet: &str, family: fn(&IpAddr) -> bool) -> bool {
    let found = || {
        let (address, (network, bits)) = (address.parse::<IpAddr>().ok()?, subnet.split_once('/')?);
        let (network, bits) = (network.parse::<IpAddr>().ok()?, bits.parse::<u32>().ok()?);
        if !family(&address) {
            return Some(false);
        }
        Some(match (address, network) {
            (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
                let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                u32::from(address) & mask == u32::from(network) & mask
            }
            (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
                let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
                u128::from(address) & mask == u128::from(network) & mask
            }
            _ => false,
        })
    };
    found().unwrap_or(false)
}
