//! Attributes of topics: which there are, what each may be, and how they are shown.

use std::collections::BTreeMap;

use service_kit::Error;

use crate::engine::place::Home;
use crate::engine::topic::Topic;
use crate::engine::{delivery_policy, policy, replay};
use crate::error::{invalid, invalid_because};
use crate::limits;

/// Attributes by their names.
pub(crate) type Attributes = BTreeMap<String, String>;

/// Protocols whose deliveries can be told of.
const TOLD_OF: [&str; 5] = ["Application", "Firehose", "HTTP", "Lambda", "SQS"];

/// The value as it is kept; none to forget the attribute. `parameter` is what AWS calls the attribute's value.
pub(crate) fn checked(home: &Home, name: &str, value: &str) -> Result<Option<String>, Error> {
    let one_of = |known: &[&str]| known.contains(&value);
    let because = |reason: &str| Err(invalid_because("AttributeValue", reason));
    let kept = || Ok(Some(value.to_owned()));
    let fifo_alone = || if home.is_fifo() { Ok(()) } else { Err(invalid("AttributeName")) };
    match name {
        "DisplayName" if value.chars().count() > 100 => because("DisplayName must be at most 100 characters long"),
        "DisplayName" => kept(),
        "Policy" if value.is_empty() => Ok(None),
        "Policy" if value.len() > limits::POLICY_BYTES => because("Policy is too long"),
        "Policy" if !policy::is_document(value) => Err(invalid("Policy Error: null")),
        "Policy" => kept(),
        "DeliveryPolicy" if value.is_empty() => Ok(None),
        "DeliveryPolicy" => match delivery_policy::of_topic(value) {
            Ok(policy) => Ok(Some(policy)),
            Err(reason) => Err(invalid(format!("DeliveryPolicy: {reason}"))),
        },
        "KmsMasterKeyId" => Ok(Some(value.to_owned()).filter(|key| !key.is_empty())),
        "SignatureVersion" if one_of(&["1", "2"]) => kept(),
        "SignatureVersion" => because("SignatureVersion must be 1 or 2"),
        "TracingConfig" if one_of(&["PassThrough", "Active"]) => kept(),
        "TracingConfig" => because("TracingConfig must be PassThrough or Active"),
        "ContentBasedDeduplication" => {
            fifo_alone()?;
            if one_of(&["true", "false"]) { kept() } else { because("must be true or false") }
        }
        "FifoThroughputScope" => {
            fifo_alone()?;
            if one_of(&["Topic", "MessageGroup"]) { kept() } else { because("must be Topic or MessageGroup") }
        }
        "ArchivePolicy" => {
            fifo_alone()?;
            archive(value)
        }
        _ => told_of(name, value),
    }
}

fn archive(value: &str) -> Result<Option<String>, Error> {
    if matches!(value.trim(), "" | "{}") {
        return Ok(None);
    }
    let reason = "MessageRetentionPeriod must be between 1 and 365 days";
    let days = replay::days(value).ok_or_else(|| invalid_because("ArchivePolicy", reason))?;
    Ok(Some(format!(r#"{{"MessageRetentionPeriod":"{days}"}}"#)))
}

/// Who is told of deliveries, and of how many.
fn told_of(name: &str, value: &str) -> Result<Option<String>, Error> {
    let rest =
        TOLD_OF.iter().find_map(|protocol| name.strip_prefix(protocol)).ok_or_else(|| invalid("AttributeName"))?;
    match rest {
        "SuccessFeedbackRoleArn" | "FailureFeedbackRoleArn" if value.is_empty() => Ok(None),
        "SuccessFeedbackRoleArn" | "FailureFeedbackRoleArn" if value.contains(":role/") => Ok(Some(value.to_owned())),
        "SuccessFeedbackRoleArn" | "FailureFeedbackRoleArn" => Err(invalid_because(name, "is not the ARN of a role")),
        "SuccessFeedbackSampleRate" => match value.parse::<u8>() {
            Ok(0..=100) => Ok(Some(value.to_owned())),
            _ => Err(invalid_because(name, "must be between 0 and 100")),
        },
        _ => Err(invalid("AttributeName")),
    }
}

/// Roles among attributes that are set: whoever sets them must be allowed to hand them to SNS.
pub(crate) fn roles<'a>(attributes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let roles = attributes.into_iter().filter(|(name, _)| name.ends_with("FeedbackRoleArn"));
    roles.filter(|(_, role)| !role.is_empty()).map(|(_, role)| role.to_owned()).collect()
}

/// All attributes of a topic, as they are shown.
pub(crate) fn shown(topic: &Topic) -> Attributes {
    let home = &topic.home;
    let mut all = topic.record.attributes.clone();
    all.entry("DisplayName".into()).or_default();
    all.entry("Policy".into()).or_insert_with(|| policy::usual(home));
    let effective = delivery_policy::effective_of_topic(topic.attribute("DeliveryPolicy"));
    all.insert("EffectiveDeliveryPolicy".into(), effective);
    all.insert("TopicArn".into(), home.arn());
    all.insert("Owner".into(), home.account.to_string());
    let confirmed = topic.subscriptions.iter().filter(|one| one.record.confirmed.is_some()).count();
    all.insert("SubscriptionsConfirmed".into(), confirmed.to_string());
    all.insert("SubscriptionsPending".into(), (topic.subscriptions.len() - confirmed).to_string());
    all.insert("SubscriptionsDeleted".into(), topic.record.deleted.to_string());
    if home.is_fifo() {
        all.insert("FifoTopic".into(), "true".into());
        all.entry("ContentBasedDeduplication".into()).or_insert_with(|| "false".into());
    }
    if let Some(since) = topic.record.archived_since.filter(|_| all.contains_key("ArchivePolicy")) {
        all.insert("BeginningArchiveTime".into(), crate::engine::envelope::instant(since));
    }
    all
}
