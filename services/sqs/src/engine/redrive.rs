//! Dead letters: where messages go that are received too often, and which queues take them.

use names::Arn;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::limits;

/// Where messages go that are received too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Redrive {
    /// ARN of the dead-letter queue.
    pub target: String,
    /// Receives after which a message goes there.
    pub max_receives: u32,
}

/// Which queues may send their dead letters to a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RedriveAllow {
    /// All of the account and region.
    All,
    /// None.
    None,
    /// These, by ARN.
    These(Vec<String>),
}

/// What is wrong with a redrive policy's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RedriveError {
    /// Not a JSON object.
    NotJson,
    /// An attribute is missing.
    Missing(&'static str),
    /// The receive count is out of range, or no number.
    Count(String),
    /// The target is no ARN of a queue.
    Target,
}

impl Redrive {
    /// Reads a policy. The count may be a number or a text, as AWS takes both.
    pub(crate) fn parse(text: &str) -> Result<Self, RedriveError> {
        let policy: Value = serde_json::from_str(text).map_err(|_| RedriveError::NotJson)?;
        let policy = policy.as_object().ok_or(RedriveError::NotJson)?;
        let target = policy.get("deadLetterTargetArn").ok_or(RedriveError::Missing("deadLetterTargetArn"))?;
        let count = policy.get("maxReceiveCount").ok_or(RedriveError::Missing("maxReceiveCount"))?;
        let target = target.as_str().filter(|arn| is_queue(arn)).ok_or(RedriveError::Target)?;
        Ok(Self { target: target.to_owned(), max_receives: read_count(count)? })
    }

    /// As AWS answers it.
    pub(crate) fn to_json(&self) -> String {
        json!({"deadLetterTargetArn": self.target, "maxReceiveCount": self.max_receives}).to_string()
    }
}

impl RedriveAllow {
    /// Reads a policy; none when it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let policy: Value = serde_json::from_str(text).ok()?;
        let sources = policy.get("sourceQueueArns");
        match (policy.get("redrivePermission")?.as_str()?, sources) {
            ("allowAll", None) => Some(Self::All),
            ("denyAll", None) => Some(Self::None),
            ("byQueue", Some(Value::Array(arns))) if (1..=limits::ALLOWED_SOURCES).contains(&arns.len()) => {
                let arns: Option<Vec<_>> = arns.iter().map(|arn| arn.as_str().map(str::to_owned)).collect();
                arns.filter(|arns| arns.iter().all(|arn| is_queue(arn))).map(Self::These)
            }
            _ => None,
        }
    }

    /// As AWS answers it.
    pub(crate) fn to_json(&self) -> String {
        match self {
            Self::All => json!({"redrivePermission": "allowAll"}),
            Self::None => json!({"redrivePermission": "denyAll"}),
            Self::These(arns) => json!({"redrivePermission": "byQueue", "sourceQueueArns": arns}),
        }
        .to_string()
    }

    /// Whether the queue `source` may send its dead letters here.
    pub(crate) fn permits(&self, source: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::These(arns) => arns.iter().any(|arn| arn == source),
        }
    }
}

fn is_queue(arn: &str) -> bool {
    arn.parse::<Arn>().is_ok_and(|arn| arn.service == "sqs")
}

fn read_count(value: &Value) -> Result<u32, RedriveError> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let count = text.parse().ok().filter(|count| limits::MAX_RECEIVES.contains(count));
    count.ok_or(RedriveError::Count(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sqs:us-east-1:000000000000:dlq";

    #[test]
    fn reads_counts_as_numbers_and_texts() {
        for count in ["7", "\"7\""] {
            let text = format!(r#"{{"deadLetterTargetArn":"{ARN}","maxReceiveCount":{count}}}"#);
            let redrive = Redrive::parse(&text).unwrap();
            assert_eq!(redrive, Redrive { target: ARN.into(), max_receives: 7 });
            assert_eq!(Redrive::parse(&redrive.to_json()), Ok(redrive));
        }
    }

    #[test]
    fn tells_what_is_wrong() {
        let with = |arn: &str, count: &str| format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{count}}}"#);
        for (text, expected) in [
            ("no".to_owned(), RedriveError::NotJson),
            ("[]".to_owned(), RedriveError::NotJson),
            (r#"{"maxReceiveCount":1}"#.to_owned(), RedriveError::Missing("deadLetterTargetArn")),
            (format!(r#"{{"deadLetterTargetArn":"{ARN}"}}"#), RedriveError::Missing("maxReceiveCount")),
            (with("dlq", "1"), RedriveError::Target),
            (with("arn:aws:sns:us-east-1:000000000000:dlq", "1"), RedriveError::Target),
            (with(ARN, "0"), RedriveError::Count("0".into())),
            (with(ARN, "1001"), RedriveError::Count("1001".into())),
            (with(ARN, "1.5"), RedriveError::Count("1.5".into())),
            (with(ARN, "\"invalid\""), RedriveError::Count("invalid".into())),
        ] {
            assert_eq!(Redrive::parse(&text), Err(expected), "{text}");
        }
    }

    #[test]
    fn permits_by_policy() {
        let these = RedriveAllow::parse(&format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":["{ARN}"]}}"#));
        let these = these.unwrap();
        assert!(these.permits(ARN) && !these.permits("arn:aws:sqs:us-east-1:000000000000:other"));
        assert!(RedriveAllow::All.permits(ARN) && !RedriveAllow::None.permits(ARN));
        for policy in [RedriveAllow::All, RedriveAllow::None, these] {
            assert_eq!(RedriveAllow::parse(&policy.to_json()), Some(policy));
        }
        for bad in ["", "{}", r#"{"redrivePermission":"byQueue"}"#, r#"{"redrivePermission":"some"}"#] {
            assert_eq!(RedriveAllow::parse(bad), None, "{bad}");
        }
    }
}
