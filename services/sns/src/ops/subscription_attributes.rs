//! Attributes of subscriptions: which there are, what each may be, and how they are shown.

use names::{Arn, Timestamp};
use pattern::filter::{FilterPolicy, Refusal, Scope};
use service_kit::Error;

use super::topic_attributes::Attributes;
use crate::engine::topic::Topic;
use crate::engine::{delivery_policy, delivery_policy::Effective, place::Place, replay};
use crate::error::{invalid, invalid_because};
use crate::store::{Replay, SubscriptionRecord};

/// Where an attribute is set: AWS's words differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// When subscribing.
    Subscribe,
    /// By itself.
    Set,
}

impl Form {
    /// A refusal, as it is worded here.
    fn refuse(self, reason: impl std::fmt::Display) -> Error {
        match self {
            Self::Subscribe => invalid_because("Attributes", reason),
            Self::Set => invalid(reason),
        }
    }
}

/// Sets attributes on those that are there, each checked; what is set to nothing is forgotten.
pub(crate) fn apply(
    record: &mut SubscriptionRecord,
    place: &Place,
    given: &Attributes,
    form: Form,
) -> Result<(), Error> {
    for (name, value) in given {
        match checked(place, record, name, value, form)? {
            Some(value) => record.attributes.insert(name.clone(), value),
            None => record.attributes.remove(name),
        };
    }
    if given.contains_key("ReplayPolicy") {
        record.replayed = replayed(record);
    }
    check_filter(record, form)
}

/// A replay from its beginning, when the subscription asks for one.
fn replayed(record: &SubscriptionRecord) -> Option<Replay> {
    let window = replay::parse(record.attributes.get("ReplayPolicy")?).ok()?;
    let until = window.until.unwrap_or(Timestamp::MAX);
    Some(Replay { from: (window.from, 0), until, completed: false })
}

fn checked(
    place: &Place,
    record: &SubscriptionRecord,
    name: &str,
    value: &str,
    form: Form,
) -> Result<Option<String>, Error> {
    match name {
        "RawMessageDelivery" => match value.to_ascii_lowercase().as_str() {
            raw @ ("true" | "false") => Ok(Some(raw.to_owned())),
            _ => Err(form.refuse(format!("RawMessageDelivery: Invalid value [{value}]. Must be true or false."))),
        },
        "FilterPolicy" => Ok(Some(value.to_owned()).filter(|text| !matches!(text.trim(), "" | "{}"))),
        "FilterPolicyScope" if matches!(value, "MessageAttributes" | "MessageBody") => Ok(Some(value.to_owned())),
        "FilterPolicyScope" => Err(form.refuse(format!(
            "FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
        ))),
        "RedrivePolicy" if matches!(value.trim(), "" | "{}") => Ok(None),
        "RedrivePolicy" => {
            redrive(place, record, value).map(Some).map_err(|why| form.refuse(format!("RedrivePolicy: {why}")))
        }
        "DeliveryPolicy" if matches!(value.trim(), "" | "{}") => Ok(None),
        "DeliveryPolicy" => {
            let policy = delivery_policy::of_subscription(value);
            policy.map(Some).map_err(|why| form.refuse(format!("DeliveryPolicy: {why}")))
        }
        "SubscriptionRoleArn" if value.contains(":role/") => Ok(Some(value.to_owned())),
        "SubscriptionRoleArn" => Err(form.refuse("SubscriptionRoleArn: must be the ARN of a role")),
        "ReplayPolicy" if matches!(value.trim(), "" | "{}") => Ok(None),
        "ReplayPolicy" if place.topic.is_fifo() => {
            replay::parse(value).map_err(|why| form.refuse(format!("ReplayPolicy: {why}")))?;
            Ok(Some(value.to_owned()))
        }
        _ => Err(invalid("AttributeName")),
    }
}

/// Where dead letters go: a queue of the topic's region, FIFO where the subscribed queue is.
fn redrive(place: &Place, record: &SubscriptionRecord, value: &str) -> Result<String, String> {
    let policy: serde_json::Value = serde_json::from_str(value).map_err(|_| unreadable(value))?;
    let arn = policy.get("deadLetterTargetArn").and_then(serde_json::Value::as_str).unwrap_or_default();
    let queue = arn.parse::<Arn>().ok().filter(|arn| arn.service == "sqs" && arn.account_id().is_some());
    let queue = queue.ok_or("deadLetterTargetArn is an invalid arn")?;
    if place.topic.is_fifo() && record.endpoint.ends_with(".fifo") && !queue.resource.ends_with(".fifo") {
        return Err("must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.".into());
    }
    Ok(value.to_owned())
}

/// A text that is no JSON, in the words of AWS's reader.
fn unreadable(text: &str) -> String {
    const SOURCE: &str = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)";
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
    if !word.is_empty() {
        let expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
        let column = word.chars().count() + 1;
        return format!(
            "failed to parse JSON. Unrecognized token '{word}': was expecting {expected}\n at {SOURCE}; line: 1, column: {column}]"
        );
    }
    match FilterPolicy::parse(text, Scope::Body) {
        Err(Refusal::Invalid(why)) => {
            format!(
                "failed to parse JSON. {}",
                why.to_string().replace(&format!("[Source: (String)\"{text}\""), SOURCE)
            )
        }
        _ => "failed to parse JSON.".to_owned(),
    }
}

fn check_filter(record: &SubscriptionRecord, form: Form) -> Result<(), Error> {
    let Some(policy) = record.attributes.get("FilterPolicy") else { return Ok(()) };
    let scope = match record.attributes.get("FilterPolicyScope").map(String::as_str) {
        Some("MessageBody") => Scope::Body,
        _ => Scope::Attributes,
    };
    let Ok(compact) = serde_json::from_str::<serde_json::Value>(policy) else {
        return Err(form.refuse(format!("FilterPolicy: {}", unreadable(policy))));
    };
    // AWS reads policies without their spaces: the columns that it tells are those.
    match FilterPolicy::parse(&compact.to_string(), scope) {
        Ok(_) => Ok(()),
        Err(Refusal::Nested) => {
            Err(form.refuse("Filter policy scope MessageAttributes does not support nested filter policy"))
        }
        Err(Refusal::Invalid(why)) => Err(form.refuse(format!("FilterPolicy: {why}"))),
    }
}

/// Whether a subscription that is there is the one asked for: what was asked is so, or is what it would be unasked.
pub(crate) fn same(present: &SubscriptionRecord, asked: &SubscriptionRecord) -> bool {
    asked.attributes.iter().all(|(name, value)| match present.attributes.get(name) {
        Some(present) => present == value,
        None => matches!(
            (name.as_str(), value.as_str()),
            ("FilterPolicyScope", "MessageAttributes") | ("RawMessageDelivery", "false")
        ),
    })
}

/// All attributes of a subscription, as they are shown. The topic may be gone.
pub(crate) fn shown(place: &Place, record: &SubscriptionRecord, topic: Option<&Topic>) -> Attributes {
    let mut all = record.attributes.clone();
    let mut set = |name: &str, value: String| drop(all.insert(name.to_owned(), value));
    set("SubscriptionArn", place.arn());
    set("TopicArn", place.topic.arn());
    set("Owner", record.owner.to_string());
    set("Protocol", record.protocol.clone());
    set("Endpoint", record.endpoint.clone());
    set("SubscriptionPrincipal", record.principal.clone());
    set("PendingConfirmation", record.confirmed.is_none().to_string());
    let authenticated = record.confirmed.is_some_and(|confirmed| confirmed.authenticated);
    set("ConfirmationWasAuthenticated", authenticated.to_string());
    if matches!(record.protocol.as_str(), "http" | "https") {
        let own = record.attributes.get("DeliveryPolicy").map(String::as_str);
        let of_topic = topic.and_then(|topic| topic.attribute("DeliveryPolicy"));
        set("EffectiveDeliveryPolicy", Effective::of(own, of_topic).shown());
    }
    if let Some(replay) = record.replayed {
        set("ReplayStatus", if replay.completed { "Completed" } else { "InProgress" }.to_owned());
    }
    all.entry("RawMessageDelivery".into()).or_insert_with(|| "false".into());
    if all.contains_key("FilterPolicy") {
        all.entry("FilterPolicyScope".into()).or_insert_with(|| "MessageAttributes".into());
    } else {
        all.remove("FilterPolicyScope");
    }
    all
}
