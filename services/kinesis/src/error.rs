//! AWS's words. Engine refusals become modelled errors here.
//!
//! Texts are AWS's as recorded by others (LocalStack's recordings, kinesalite's tests, issue reports); those that nobody
//! recorded are listed in the README.

use api_kinesis::errors;
use service_kit::{Error, Fault, dialect};

use crate::engine::refusal::Refusal;
use crate::engine::sequence::Sequence;
use crate::engine::stream::Home;
use crate::store::ShardNo;

/// An argument that cannot be had.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::invalid_argument_exception(message).into()
}

/// Something that is not there, in words of its own.
pub(crate) fn missing(message: impl Into<String>) -> Error {
    errors::resource_not_found_exception(message).into()
}

/// A stream that is not there.
pub(crate) fn no_such_stream(home: &Home) -> Error {
    missing(format!("Stream {} under account {} not found.", home.name, home.account))
}

/// A shard that is not there, where a shard is changed.
pub(crate) fn no_such_shard(home: &Home, shard: &str) -> Error {
    missing(format!("Could not find shard {shard} in stream {} under account {}.", home.name, home.account))
}

/// A shard that is not there, where one is read.
pub(crate) fn no_shard_to_read(home: &Home, shard: &str) -> Error {
    missing(format!("Shard {shard} in stream {} under account {} does not exist", home.name, home.account))
}

/// A shard that is asked for more than it gives or takes.
pub(crate) fn rate_text(home: &Home, shard: ShardNo) -> String {
    format!("Rate exceeded for shard {} in stream {} under account {}.", shard_id(shard), home.name, home.account)
}

/// The name of a shard.
pub(crate) fn shard_id(shard: ShardNo) -> String {
    format!("shardId-{shard:012}")
}

/// The shard of a name; none when it is not one's. AWS takes the number alone, too.
pub(crate) fn shard_no(id: &str) -> Option<ShardNo> {
    let digits = id.split_once('-').map_or(id, |(_, digits)| digits);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten().filter(|no| *no < 1 << 31)
}

/// A sequence number that no iterator can begin with; `read` is what it stands for.
pub(crate) fn bad_start(home: &Home, shard: ShardNo, text: &str, read: Option<Sequence>) -> Error {
    let shard_name = shard_id(shard);
    let about = format!(
        "StartingSequenceNumber {text} used in GetShardIterator on shard {shard_name} in stream {} under account {} is \
         invalid",
        home.name, home.account
    );
    match read {
        None => invalid(format!("{about}.")),
        Some(sequence) if sequence.shard != shard => invalid(format!(
            "Invalid StartingSequenceNumber. It encodes {}, while it was used in a call to a shard with {shard_name}",
            shard_id(sequence.shard)
        )),
        Some(_) => invalid(format!("{about} because it did not come from this stream.")),
    }
}

/// What the engine refused about a stream.
pub(crate) fn told(home: &Home, refusal: Refusal) -> Error {
    let (name, account) = (&home.name, home.account);
    match refusal {
        Refusal::NoSuchStream => no_such_stream(home),
        Refusal::StreamTaken => {
            errors::resource_in_use_exception(format!("Stream {name} under account {account} already exists.")).into()
        }
        Refusal::HasConsumers => errors::resource_in_use_exception(format!(
            "DeleteStream can't delete {account}:{name} because there are consumers associated with this data stream. \
             To delete {name} anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the \
             consumers that are associated with it."
        ))
        .into(),
        Refusal::TooManyShards { present, more, limit } => errors::limit_exceeded_exception(format!(
            "This request would exceed the shard limit for the account {account} in {}. Current shard count for the \
             account: {present}. Limit: {limit}. Number of additional shards that would have resulted from this request: \
             {more}. Refer to the AWS Service Limits page \
             (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request \
             higher limits.",
            home.region.as_str()
        ))
        .into(),
        Refusal::TooManyOnDemand => errors::limit_exceeded_exception(format!(
            "This request would exceed the on-demand stream limit for the account {account} in {}.",
            home.region.as_str()
        ))
        .into(),
        Refusal::NoSuchShard(shard) => no_such_shard(home, &shard_id(shard)),
        Refusal::ShardClosed(shard) => errors::invalid_argument_exception(format!(
            "Shard {} in stream {name} under account {account} has already been merged or split, and thus is not eligible \
             for merging or splitting.",
            shard_id(shard)
        ))
        .into(),
        Refusal::NotAdjacent(one, other) => errors::invalid_argument_exception(format!(
            "Shards {} and {} in stream {name} under account {account} are not an adjacent pair of shards eligible for \
             merging",
            shard_id(one),
            shard_id(other)
        ))
        .into(),
        Refusal::Throttled(shard) => {
            errors::provisioned_throughput_exceeded_exception(rate_text(home, shard)).into()
        }
        Refusal::TooManyTags => invalid(format!(
            "Failed to add tags to stream {name} under account {account} because a given stream cannot have more than {} \
             tags associated with it.",
            crate::limits::TAGS
        )),
        Refusal::Store(error) => error.into(),
        other => scaling_refused(home, other),
    }
}

fn scaling_refused(home: &Home, refusal: Refusal) -> Error {
    let (name, account) = (&home.name, home.account);
    match refusal {
        Refusal::OnDemand => errors::validation_exception(format!(
            "Request is invalid. Stream {name} under account {account} is in On-Demand mode."
        ))
        .into(),
        Refusal::RescaledTooOften => errors::limit_exceeded_exception(format!(
            "Stream {name} under account {account} has been scaled {} times in the last 24 hours. Limit: {}.",
            crate::limits::RESCALES,
            crate::limits::RESCALES
        ))
        .into(),
        Refusal::ModeChangedTooOften => errors::limit_exceeded_exception(format!(
            "Stream {name} under account {account} has switched its capacity mode {} times in the last 24 hours. Limit: {}.",
            crate::limits::MODE_CHANGES,
            crate::limits::MODE_CHANGES
        ))
        .into(),
        Refusal::TooManyConsumers => errors::limit_exceeded_exception(format!(
            "Stream {name} under account {account} cannot have more than {} consumers.",
            crate::limits::CONSUMERS
        ))
        .into(),
        other => Fault::internal(format!("{other:?} was not told with what it is about")).into(),
    }
}

/// A shard that cannot be split at a hash.
pub(crate) fn bad_split(home: &Home, at: &str, shard: ShardNo, (first, last): (u128, u128)) -> Error {
    invalid(format!(
        "NewStartingHashKey {at} used in SplitShard() on shard {} in stream {} under account {} is not both greater than \
         one plus the shard's StartingHashKey {first} and less than the shard's EndingHashKey {last}.",
        shard_id(shard),
        home.name,
        home.account
    ))
}

/// Too many or too few shards at once.
pub(crate) fn scaled_too_far(open: u32, target: i32) -> Error {
    let counts = format!("Current open shard count: {open} Target shard count: {target}");
    let text = if i64::from(target) > i64::from(open) {
        "UpdateShardCount cannot scale up over double your current open shard count."
    } else {
        "UpdateShardCount cannot scale down below half your current open shard count."
    };
    invalid(format!("{text} {counts}"))
}

/// A consumer that is not there.
pub(crate) fn no_such_consumer(home: &Home, consumer: &str) -> Error {
    missing(format!("Consumer {consumer} under stream {} under account {} not found.", home.name, home.account))
}

/// What KMS refused, in Kinesis's words: those of KMS.
pub(crate) fn kms_refused(error: Error) -> Error {
    match error {
        Error::Modeled(error) => {
            let (code, text) = (error.schema.code, error.message.clone());
            match code {
                "DisabledException" => errors::kms_disabled_exception(text).into(),
                "NotFoundException" => errors::kms_not_found_exception(text).into(),
                "KMSInvalidStateException" => errors::kms_invalid_state_exception(text).into(),
                "AccessDeniedException" => errors::kms_access_denied_exception(text).into(),
                "InvalidKeyUsageException" | "InvalidArnException" => invalid(text),
                _ => Fault::internal(format!("KMS: {error}")).into(),
            }
        }
        Error::Fault(Fault::AccessDenied { principal, action, resource, reason }) => {
            let text = dialect::denial(&principal, &action, resource.as_deref(), &reason);
            errors::kms_access_denied_exception(text).into()
        }
        Error::Fault(Fault::Throttled { message }) => errors::kms_throttling_exception(message).into(),
        fault @ Error::Fault(_) => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_by_name() {
        for (id, no) in [
            ("shardId-000000000003", Some(3)),
            ("shardId-3", Some(3)),
            ("3", Some(3)),
            ("shardId-000002147483648", None),
            ("shardId-x", None),
            ("shardId-", None),
            ("", None),
        ] {
            assert_eq!(shard_no(id), no, "{id}");
        }
        assert_eq!(shard_id(3), "shardId-000000000003");
    }
}
