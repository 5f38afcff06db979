//! Attributes of queues: AWS's names and texts on one side, typed settings on the other.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use api_sqs::{
    GetQueueAttributes, GetQueueAttributesInput, GetQueueAttributesOutput, QueueAttributeName, SetQueueAttributes,
    SetQueueAttributesInput, SetQueueAttributesOutput, errors,
};
use service_kit::{Ctx, Error, Outcome};

use super::address;
use crate::Sqs;
use crate::engine::policy;
use crate::engine::queue::Home;
use crate::engine::redrive::{Redrive, RedriveAllow, RedriveError};
use crate::engine::refusal::Refusal;
use crate::engine::settings::{DeduplicationScope, Encryption, Fifo, Settings, Throughput};
use crate::engine::tally::Counts;
use crate::error::{bad_attribute, bad_attribute_because, invalid, told, unknown_attribute};
use crate::limits;
use crate::store::QueueRecord;

/// Attributes as the API has them.
pub(crate) type Attributes = BTreeMap<String, String>;

/// Batches of expired messages removed before messages are counted, so that the count is right soon after a jump of the clock.
const EXPIRED_FIRST: usize = 50;

/// Shows attributes of a queue, counts of its messages among them.
pub(crate) async fn get_queue_attributes(ctx: &Ctx, input: GetQueueAttributesInput) -> Outcome<GetQueueAttributes> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let names = input.attribute_names.unwrap_or_default();
    if let Some(QueueAttributeName::Unknown(name)) = names.iter().find(|n| matches!(n, QueueAttributeName::Unknown(_)))
    {
        return Err(unknown_attribute(name));
    }
    let counts = ctx.state::<Sqs>().engine().counts(&queue, EXPIRED_FIRST).await?;
    let mut attributes = show(&queue.home, &queue.record(), counts);
    if !names.iter().any(|name| matches!(name, QueueAttributeName::All)) {
        attributes.retain(|name, _| names.iter().any(|wanted| wanted.as_str() == name));
    }
    let attributes = (!attributes.is_empty()).then_some(attributes);
    Ok(GetQueueAttributesOutput { attributes })
}

/// Changes attributes of a queue.
pub(crate) async fn set_queue_attributes(ctx: &Ctx, input: SetQueueAttributesInput) -> Outcome<SetQueueAttributes> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let change = |settings: &mut Settings| apply(settings, &input.attributes).map_err(Told::Error);
    let changed = ctx.state::<Sqs>().engine().change(&queue, change).await;
    changed.map_err(|error| error.told(ctx, &input.attributes))?;
    Ok(SetQueueAttributesOutput {})
}

/// An error of ours, or a refusal that still needs its words.
#[derive(Debug)]
pub(crate) enum Told {
    /// In words.
    Error(Error),
    /// Not yet.
    Refusal(Refusal),
}

impl From<Refusal> for Told {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl Told {
    /// In words; a bad dead-letter queue is told with the policy that names it.
    pub(crate) fn told(self, ctx: &Ctx, attributes: &Attributes) -> Error {
        match self {
            Self::Error(error) => error,
            Self::Refusal(refusal) => refused(ctx, refusal, attributes),
        }
    }
}

/// A refusal of settings, in words.
pub(crate) fn refused(ctx: &Ctx, refusal: Refusal, attributes: &Attributes) -> Error {
    let about_target = matches!(refusal, Refusal::DeadLetterTarget(_));
    match (told(ctx, refusal), attributes.get("RedrivePolicy")) {
        (Error::Modeled(error), Some(policy)) if about_target => invalid(policy, "RedrivePolicy", &error.message),
        (error, _) => error,
    }
}

/// The settings of a queue to be created.
pub(crate) fn create(attributes: &Attributes) -> Result<Settings, Error> {
    let fifo = match attributes.get("FifoQueue") {
        Some(value) if value.eq_ignore_ascii_case("true") => true,
        Some(_) => return Err(unknown_attribute("FifoQueue")),
        None => false,
    };
    let mut settings = Settings::new(fifo);
    apply(&mut settings, attributes)?;
    Ok(settings)
}

/// Applies attributes to settings, or tells what is wrong with the first bad one.
pub(crate) fn apply(settings: &mut Settings, attributes: &Attributes) -> Result<(), Error> {
    for (name, value) in attributes {
        apply_one(settings, name, value)?;
    }
    apply_encryption(settings, attributes)?;
    let fifo = settings.fifo.unwrap_or_default();
    if fifo.throughput == Throughput::Group && fifo.scope == DeduplicationScope::Queue {
        let reason = "perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup.";
        return Err(bad_attribute_because("FifoThroughputLimit", reason));
    }
    Ok(())
}

fn apply_one(settings: &mut Settings, name: &str, value: &str) -> Result<(), Error> {
    match name {
        "VisibilityTimeout" => settings.visibility = number(name, value, limits::VISIBILITY)?,
        "DelaySeconds" => settings.delay = number(name, value, limits::DELAY)?,
        "MessageRetentionPeriod" => settings.retention = number(name, value, limits::RETENTION)?,
        "MaximumMessageSize" => settings.max_size = number(name, value, limits::MESSAGE_SIZE)?,
        "ReceiveMessageWaitTimeSeconds" => settings.wait = number(name, value, limits::WAIT)?,
        "Policy" if value.is_empty() => settings.policy = None,
        "Policy" if policy::is_document(value) => settings.policy = Some(value.to_owned()),
        "Policy" => return Err(bad_attribute(name)),
        "RedrivePolicy" if value.is_empty() => settings.redrive = None,
        "RedrivePolicy" => settings.redrive = Some(redrive(value)?),
        "RedriveAllowPolicy" if value.is_empty() => settings.redrive_allow = None,
        "RedriveAllowPolicy" => {
            settings.redrive_allow = Some(RedriveAllow::parse(value).ok_or_else(|| bad_attribute(name))?);
        }
        "KmsMasterKeyId" | "SqsManagedSseEnabled" => {}
        "KmsDataKeyReusePeriodSeconds" => settings.key_reuse = number(name, value, limits::KMS_REUSE)?,
        _ => apply_fifo(settings, name, value)?,
    }
    Ok(())
}

fn apply_fifo(settings: &mut Settings, name: &str, value: &str) -> Result<(), Error> {
    let only_fifo = || {
        let text = format!("You can specify the {name} only when FifoQueue is set to true.");
        Err(errors::invalid_attribute_name(text).into())
    };
    match (name, &mut settings.fifo) {
        ("FifoQueue", Some(_)) if value.eq_ignore_ascii_case("true") => {}
        ("FifoQueue", Some(_)) => return Err(bad_attribute_because(name, "Modifying queue type is not supported.")),
        ("ContentBasedDeduplication", Some(fifo)) => fifo.by_content = boolean(name, value)?,
        ("DeduplicationScope", Some(fifo)) => fifo.scope = scope(value).ok_or_else(|| bad_attribute(name))?,
        ("FifoThroughputLimit", Some(fifo)) => {
            fifo.throughput = throughput(value).ok_or_else(|| bad_attribute(name))?
        }
        ("DeduplicationScope" | "FifoThroughputLimit", None) => return only_fifo(),
        _ => return Err(unknown_attribute(name)),
    }
    Ok(())
}

/// A key of KMS and SQS's own keys exclude each other; naming a key of KMS is enough to leave SQS's.
fn apply_encryption(settings: &mut Settings, attributes: &Attributes) -> Result<(), Error> {
    let key = attributes.get("KmsMasterKeyId").map(String::as_str);
    let managed = attributes.get("SqsManagedSseEnabled").map(|v| boolean("SqsManagedSseEnabled", v)).transpose()?;
    settings.encryption = match (key, managed) {
        (Some(key), Some(true)) if !key.is_empty() => {
            let text = "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE \
                        or SQS SSE.";
            return Err(errors::invalid_attribute_name(text).into());
        }
        (Some(key), _) if !key.is_empty() => Encryption::Kms { key: key.to_owned() },
        (_, Some(true)) => Encryption::Managed,
        (Some(_), None) if matches!(settings.encryption, Encryption::Kms { .. }) => Encryption::Off,
        (_, Some(false)) if settings.encryption == Encryption::Managed => Encryption::Off,
        _ => return Ok(()),
    };
    Ok(())
}

fn redrive(value: &str) -> Result<Redrive, Error> {
    let because = |reason: String| invalid(value, "RedrivePolicy", &reason);
    Redrive::parse(value).map_err(|error| match error {
        RedriveError::NotJson => because("Redrive policy is not a valid JSON map.".into()),
        RedriveError::Missing(name) => because(format!("Redrive policy does not contain mandatory attribute: {name}.")),
        RedriveError::Target => because("Invalid value for deadLetterTargetArn.".into()),
        RedriveError::Count(count) => because(format!(
            "Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        )),
    })
}

fn number(name: &str, value: &str, range: RangeInclusive<u32>) -> Result<u32, Error> {
    value.parse().ok().filter(|n| range.contains(n)).ok_or_else(|| bad_attribute(name))
}

fn boolean(name: &str, value: &str) -> Result<bool, Error> {
    value.to_ascii_lowercase().parse().map_err(|_| bad_attribute(name))
}

fn scope(value: &str) -> Option<DeduplicationScope> {
    match value {
        "queue" => Some(DeduplicationScope::Queue),
        "messageGroup" => Some(DeduplicationScope::Group),
        _ => None,
    }
}

fn throughput(value: &str) -> Option<Throughput> {
    match value {
        "perQueue" => Some(Throughput::Queue),
        "perMessageGroupId" => Some(Throughput::Group),
        _ => None,
    }
}

/// The first attribute in which a queue differs from what is asked for; those not asked for may differ.
pub(crate) fn difference(record: &QueueRecord, asked: &Settings, attributes: &Attributes) -> Option<&'static str> {
    let (there, asked) = (settings(&record.settings), settings(asked));
    let value = |of: &[(&'static str, String)], name: &str| of.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
    let kind = (value(&there, "FifoQueue") != value(&asked, "FifoQueue")).then_some("FifoQueue");
    let names = there.iter().chain(&asked).map(|(name, _)| *name);
    let differs = |name: &&'static str| attributes.contains_key(*name) && value(&there, name) != value(&asked, name);
    kind.or_else(|| names.into_iter().find(differs))
}

/// All attributes of a queue.
fn show(home: &Home, record: &QueueRecord, counts: Counts) -> Attributes {
    let facts = [
        ("QueueArn", home.arn().to_string()),
        ("CreatedTimestamp", record.created.secs().to_string()),
        ("LastModifiedTimestamp", record.modified.secs().to_string()),
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
    ];
    let all = facts.into_iter().chain(settings(&record.settings));
    all.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Settings as attributes.
fn settings(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("VisibilityTimeout", settings.visibility.to_string()),
        ("DelaySeconds", settings.delay.to_string()),
        ("MessageRetentionPeriod", settings.retention.to_string()),
        ("MaximumMessageSize", settings.max_size.to_string()),
        ("ReceiveMessageWaitTimeSeconds", settings.wait.to_string()),
        ("SqsManagedSseEnabled", (settings.encryption == Encryption::Managed).to_string()),
    ];
    if let Encryption::Kms { key } = &settings.encryption {
        all.push(("KmsMasterKeyId", key.clone()));
        all.push(("KmsDataKeyReusePeriodSeconds", settings.key_reuse.to_string()));
    }
    all.extend(settings.policy.clone().map(|policy| ("Policy", policy)));
    all.extend(settings.redrive.as_ref().map(|redrive| ("RedrivePolicy", redrive.to_json())));
    all.extend(settings.redrive_allow.as_ref().map(|allow| ("RedriveAllowPolicy", allow.to_json())));
    all.extend(settings.fifo.iter().flat_map(fifo));
    all
}

fn fifo(fifo: &Fifo) -> [(&'static str, String); 4] {
    let scope = if fifo.scope == DeduplicationScope::Group { "messageGroup" } else { "queue" };
    let limit = if fifo.throughput == Throughput::Group { "perMessageGroupId" } else { "perQueue" };
    [
        ("FifoQueue", "true".to_owned()),
        ("ContentBasedDeduplication", fifo.by_content.to_string()),
        ("DeduplicationScope", scope.to_owned()),
        ("FifoThroughputLimit", limit.to_owned()),
    ]
}
