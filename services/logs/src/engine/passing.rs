//! What subscription and metric filters make of a batch: envelopes for those who subscribed, values of metrics.

use std::sync::Arc;

use serde_json::{Value, json};

use super::accept::Line;
use super::group::Group;
use super::place::Place;
use crate::filter::Pattern;
use crate::limits;
use crate::store::{EventNo, MetricFilterRecord, Millis, StreamNo};

/// An envelope on its way to a subscriber.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Departure {
    /// The lane of the subscription.
    pub lane: String,
    /// What keeps the events of a stream together.
    pub partition: String,
    /// The envelope, as JSON.
    pub envelope: String,
}

/// What one filter lets pass, and under which name.
pub(crate) struct Subscriber {
    /// Its lane.
    pub lane: String,
    /// The name of the filter.
    pub name: String,
    /// What passes.
    pub pattern: Arc<Pattern>,
    /// Whether the events of a stream stay together.
    pub by_stream: bool,
    /// Beside each event.
    pub system_fields: Vec<String>,
}

/// A value of a metric.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    /// The namespace.
    pub namespace: String,
    /// The metric.
    pub name: String,
    /// The minute.
    pub minute: Millis,
    /// Dimensions and unit, as JSON: a part of the key.
    pub rest: String,
    /// The value; none when nothing passed.
    pub value: Option<f64>,
    /// What is told for a minute in which nothing passed.
    pub default: Option<f64>,
}

/// Where a batch was written.
pub(crate) struct Written<'a> {
    /// The group.
    pub group: &'a Group,
    /// The stream's name.
    pub name: &'a str,
    /// Its number.
    pub stream: StreamNo,
    /// The number of the first event.
    pub first: EventNo,
}

/// The envelopes of a batch for a subscriber. `random` is drawn for the partition where streams need not stay together.
pub(crate) fn departures(
    subscriber: &Subscriber,
    written: &Written<'_>,
    lines: &[Line],
    random: impl Fn() -> String,
) -> Vec<Departure> {
    let (mut all, mut events, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut close = |events: &mut Vec<Value>| {
        let partition = if subscriber.by_stream { written.name.to_owned() } else { random() };
        let envelope = envelope(subscriber, written, std::mem::take(events));
        all.push(Departure { lane: subscriber.lane.clone(), partition, envelope });
    };
    for (no, line) in (written.first..).zip(lines) {
        let Some(found) = subscriber.pattern.look(&line.message) else { continue };
        if bytes + line.message.len() > limits::ENVELOPE_BYTES && !events.is_empty() {
            close(&mut events);
            bytes = 0;
        }
        bytes += line.message.len();
        let id = Place { at: line.at, no }.id(written.stream);
        let mut event = json!({"id": id, "timestamp": line.at, "message": line.message});
        if subscriber.pattern.names_columns() {
            let fields = found.into_iter().map(|(name, value)| (name.trim_start_matches('$').to_owned(), value.into()));
            event["extractedFields"] = Value::Object(fields.collect());
        }
        events.push(event);
    }
    if !events.is_empty() {
        close(&mut events);
    }
    all
}

fn envelope(subscriber: &Subscriber, written: &Written<'_>, events: Vec<Value>) -> String {
    let home = &written.group.home;
    let mut envelope = json!({
        "messageType": "DATA_MESSAGE",
        "owner": home.account.to_string(),
        "logGroup": written.group.name,
        "logStream": written.name,
        "subscriptionFilters": [subscriber.name],
        "logEvents": events,
    });
    for field in &subscriber.system_fields {
        match field.as_str() {
            "@aws.account" => envelope["@aws.account"] = home.account.to_string().into(),
            "@aws.region" => envelope["@aws.region"] = home.region.as_str().into(),
            _ => {}
        }
    }
    envelope.to_string()
}

/// What a metric filter makes of a batch.
pub(crate) fn samples(filter: &MetricFilterRecord, pattern: &Pattern, group: &Group, lines: &[Line]) -> Vec<Sample> {
    let metric = &filter.metric;
    let sample = |line: &Line| {
        let passed = pattern.look(&line.message).is_some();
        let value = passed.then(|| number(&metric.value, pattern, &line.message)).flatten();
        if value.is_none() && (passed || metric.default.is_none()) {
            return None;
        }
        Some(Sample {
            namespace: metric.namespace.clone(),
            name: metric.name.clone(),
            minute: line.at - line.at.rem_euclid(60_000),
            rest: rest(filter, pattern, group, value.map(|_| line.message.as_str())),
            value,
            default: metric.default,
        })
    };
    lines.iter().filter_map(sample).collect()
}

fn number(value: &str, pattern: &Pattern, message: &str) -> Option<f64> {
    let text = if value.starts_with('$') { pattern.value(value, message)? } else { value.to_owned() };
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Dimensions and unit. A metric with dimensions has no default value, so without an event there are none.
fn rest(filter: &MetricFilterRecord, pattern: &Pattern, group: &Group, message: Option<&str>) -> String {
    let mut dimensions = serde_json::Map::new();
    for (name, selector) in &filter.metric.dimensions {
        if let Some(value) = message.and_then(|message| pattern.value(selector, message)) {
            dimensions.insert(name.clone(), value.into());
        }
    }
    for field in filter.system_dimensions.iter().filter(|_| message.is_some()) {
        let value = match field.as_str() {
            "@aws.account" => group.home.account.to_string(),
            _ => group.home.region.to_string(),
        };
        dimensions.insert(field.clone(), value.into());
    }
    json!({"Dimensions": dimensions, "Unit": filter.metric.unit}).to_string()
}

#[cfg(test)]
mod tests {
    use names::{AccountId, Region, Timestamp};

    use super::*;
    use crate::engine::home::Home;
    use crate::store::{Class, GroupRecord, Transformation};

    fn group() -> Group {
        let record = GroupRecord {
            no: 1,
            created: Timestamp::from_secs(0),
            class: Class::Standard,
            retention: None,
            key: None,
            data_key: 0,
            protected: false,
            tags: names::Tags::new(),
            protection: None,
            protection_gone: false,
            index: None,
            transformer: None,
        };
        let home = Home { account: AccountId::DEFAULT, region: Region::default_region() };
        Group { home, name: "g".to_owned(), record }
    }

    fn lines(texts: &[&str]) -> Vec<Line> {
        (0..).zip(texts).map(|(at, text)| Line { at: 90_000 + at, message: (*text).to_owned() }).collect()
    }

    fn filter(pattern: &str, value: &str, default: Option<f64>, dimensions: &[(&str, &str)]) -> MetricFilterRecord {
        MetricFilterRecord {
            created: Timestamp::from_secs(0),
            pattern: pattern.to_owned(),
            metric: Transformation {
                name: "m".to_owned(),
                namespace: "n".to_owned(),
                value: value.to_owned(),
                default,
                dimensions: dimensions.iter().map(|(name, at)| ((*name).to_owned(), (*at).to_owned())).collect(),
                unit: Some("Count".to_owned()),
            },
            transformed: false,
            selection: None,
            system_dimensions: Vec::new(),
        }
    }

    fn values(filter: &MetricFilterRecord, texts: &[&str]) -> Vec<(Option<f64>, String)> {
        let pattern = Pattern::parse(&filter.pattern).unwrap();
        let found = samples(filter, &pattern, &group(), &lines(texts));
        assert!(found.iter().all(|sample| sample.minute == 60_000));
        found.into_iter().map(|sample| (sample.value, sample.rest)).collect()
    }

    #[test]
    fn metrics_are_counted_and_extracted() {
        let none = r#"{"Dimensions":{},"Unit":"Count"}"#.to_owned();
        let counting = filter("ERROR", "1", Some(0.0), &[]);
        let counted = values(&counting, &["ERROR a", "INFO", "ERROR b"]);
        assert_eq!(counted, [(Some(1.0), none.clone()), (None, none.clone()), (Some(1.0), none)]);
        let extracting = filter("{ $.ms > 10 }", "$.ms", None, &[("Level", "$.level")]);
        let texts = [r#"{"ms": 20, "level": "x"}"#, r#"{"ms": 5}"#, "text"];
        let rest = r#"{"Dimensions":{"Level":"x"},"Unit":"Count"}"#.to_owned();
        assert_eq!(values(&extracting, &texts), [(Some(20.0), rest)]);
        let columns = filter("[a, size]", "$size", None, &[]);
        let sizes: Vec<_> = values(&columns, &["x 12", "x y", "x"]).into_iter().map(|(value, _)| value).collect();
        assert_eq!(sizes, [Some(12.0)]);
    }

    #[test]
    fn envelopes_hold_no_more_than_they_may() {
        let group = group();
        let written = Written { group: &group, name: "s", stream: 2, first: 10 };
        let subscriber = |by_stream| Subscriber {
            lane: "l".to_owned(),
            name: "f".to_owned(),
            pattern: Pattern::parse("").unwrap().into(),
            by_stream,
            system_fields: vec!["@aws.region".to_owned()],
        };
        let large = "x".repeat(limits::ENVELOPE_BYTES / 2 + 1);
        let sent = departures(&subscriber(true), &written, &lines(&[&large, &large, "y"]), String::new);
        let counts: Vec<_> = sent
            .iter()
            .map(|one| serde_json::from_str::<Value>(&one.envelope).unwrap()["logEvents"].as_array().unwrap().len())
            .collect();
        assert_eq!((counts, sent[0].partition.as_str()), (vec![1, 2], "s"));
        assert!(sent[0].envelope.contains(r#""@aws.region":"us-east-1""#));
        let spread = departures(&subscriber(false), &written, &lines(&["y"]), || "random".to_owned());
        assert_eq!(spread[0].partition, "random");
    }
}
