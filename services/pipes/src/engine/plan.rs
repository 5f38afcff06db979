//! The settings of a pipe, read: what its worker needs to know. Settings are members of `CreatePipe` as JSON, checked when
//! they came.

use std::time::Duration;

use names::{Arn, Timestamp};
use serde_json::Value;

use super::filter::Filter;

/// The settings of a pipe.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) source: Source,
    pub(crate) filter: Filter,
    pub(crate) enrichment: Option<Step>,
    pub(crate) target: Step,
    pub(crate) role: Arn,
    /// `LogConfiguration`; null when there is none.
    pub(crate) log: Value,
}

/// Where events come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) arn: Arn,
    pub(crate) kind: Kind,
    /// Events in a batch, at most.
    pub(crate) batch: usize,
    /// How long a batch may take to be gathered.
    pub(crate) window: Duration,
    /// Batches of a shard at once.
    pub(crate) lanes: usize,
    /// Events older than this are given up.
    pub(crate) age: Option<Duration>,
    /// So many retries.
    pub(crate) retries: Option<u32>,
    /// Whether a batch that failed is cut in two.
    pub(crate) bisects: bool,
    /// Where what is given up is told.
    pub(crate) dead: Option<Arn>,
}

/// What a source is, and where reading it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Queue,
    Kinesis(Start),
    DynamoDb(Start),
}

/// Where reading a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Oldest,
    Latest,
    At(Timestamp),
}

/// Where events go: a target, or an enrichment.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) arn: Arn,
    pub(crate) template: Option<String>,
    pub(crate) parameters: Value,
}

/// The member of `SourceParameters` for a kind of source.
pub(crate) const QUEUE: &str = "SqsQueueParameters";
pub(crate) const KINESIS: &str = "KinesisStreamParameters";
pub(crate) const DYNAMODB: &str = "DynamoDBStreamParameters";

/// The member of `SourceParameters` that says how a source is read. None when nothing here reads it.
pub(crate) fn member_of(source: &Arn) -> Option<&'static str> {
    match source.service.as_str() {
        "sqs" => Some(QUEUE),
        "kinesis" if source.resource.starts_with("stream/") => Some(KINESIS),
        "dynamodb" if source.resource.starts_with("table/") && source.resource.contains("/stream/") => Some(DYNAMODB),
        _ => None,
    }
}

impl Plan {
    /// Reads settings. None for what cannot have been accepted.
    pub(crate) fn read(settings: &Value) -> Option<Self> {
        Some(Self {
            source: Source::read(arn(&settings["Source"])?, &settings["SourceParameters"])?,
            filter: Filter::read(&settings["SourceParameters"]["FilterCriteria"])?,
            enrichment: match text(&settings["Enrichment"]) {
                Some(_) => Some(Step::read(&settings["Enrichment"], &settings["EnrichmentParameters"])?),
                None => None,
            },
            target: Step::read(&settings["Target"], &settings["TargetParameters"])?,
            role: arn(&settings["RoleArn"])?,
            log: settings["LogConfiguration"].clone(),
        })
    }
}

impl Source {
    fn read(arn: Arn, parameters: &Value) -> Option<Self> {
        let member = member_of(&arn)?;
        let own = &parameters[member];
        let count = |name: &str| own[name].as_u64();
        let start = match own["StartingPosition"].as_str() {
            Some("LATEST") => Start::Latest,
            Some("AT_TIMESTAMP") => Start::At(instant(&own["StartingPositionTimestamp"])?),
            _ => Start::Oldest,
        };
        Some(Self {
            kind: match member {
                QUEUE => Kind::Queue,
                KINESIS => Kind::Kinesis(start),
                _ => Kind::DynamoDb(start),
            },
            arn,
            batch: usize::try_from(count("BatchSize").unwrap_or(1).max(1)).ok()?,
            window: Duration::from_secs(count("MaximumBatchingWindowInSeconds").unwrap_or(0)),
            lanes: usize::try_from(count("ParallelizationFactor").unwrap_or(1).max(1)).ok()?,
            // Minus one is no limit, and so is zero for the age.
            age: count("MaximumRecordAgeInSeconds").filter(|age| *age > 0).map(Duration::from_secs),
            retries: count("MaximumRetryAttempts").and_then(|retries| u32::try_from(retries).ok()),
            bisects: own["OnPartialBatchItemFailure"] == "AUTOMATIC_BISECT",
            dead: self::arn(&own["DeadLetterConfig"]["Arn"]),
        })
    }

    /// What events say of where they come from: `aws:sqs`.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Queue => "aws:sqs",
            Kind::Kinesis(_) => "aws:kinesis",
            Kind::DynamoDb(_) => "aws:dynamodb",
        }
    }

    /// The member of an event that is encoded, and the form in which targets may look into it.
    pub(crate) fn encoded(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Queue => Some("body"),
            Kind::Kinesis(_) => Some("data"),
            Kind::DynamoDb(_) => None,
        }
    }
}

impl Step {
    fn read(arn: &Value, parameters: &Value) -> Option<Self> {
        let template = text(&parameters["InputTemplate"]).map(str::to_owned);
        Some(Self { arn: self::arn(arn)?, template, parameters: parameters.clone() })
    }

    /// Whether it keeps order among events of one group.
    pub(crate) fn keeps_order(&self) -> bool {
        self.arn.service == "kinesis" || self.arn.resource.ends_with(".fifo")
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn arn(value: &Value) -> Option<Arn> {
    text(value)?.parse().ok()
}

fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => Timestamp::parse_iso8601(text).ok(),
        value => Timestamp::from_secs_f64(value.as_f64()?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_a_stream() {
        let settings = json!({
            "Source": "arn:aws:kinesis:us-east-1:000000000000:stream/k",
            "SourceParameters": {"KinesisStreamParameters": {
                "StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1_700_000_000, "BatchSize": 7,
                "MaximumRecordAgeInSeconds": -1, "MaximumRetryAttempts": 0, "ParallelizationFactor": 3,
                "OnPartialBatchItemFailure": "AUTOMATIC_BISECT",
                "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:dead"}}},
            "Target": "arn:aws:sqs:us-east-1:000000000000:q.fifo",
            "RoleArn": "arn:aws:iam::000000000000:role/r",
        });
        let Plan { source, target, enrichment, .. } = Plan::read(&settings).unwrap();
        assert_eq!(source.kind, Kind::Kinesis(Start::At(Timestamp::from_secs(1_700_000_000))));
        assert_eq!(
            (source.batch, source.lanes, source.age, source.retries, source.bisects),
            (7, 3, None, Some(0), true)
        );
        assert!(source.dead.is_some() && target.keeps_order() && enrichment.is_none());
    }

    #[test]
    fn what_is_read_here() {
        for (source, expected) in [
            ("arn:aws:sqs:us-east-1:000000000000:q", Some(QUEUE)),
            ("arn:aws:kinesis:us-east-1:000000000000:stream/k", Some(KINESIS)),
            ("arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000", Some(DYNAMODB)),
            ("arn:aws:dynamodb:us-east-1:000000000000:table/t", None),
            ("arn:aws:kafka:us-east-1:000000000000:cluster/c", None),
        ] {
            assert_eq!(member_of(&source.parse().unwrap()), expected, "{source}");
        }
    }
}
