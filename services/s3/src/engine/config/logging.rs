//! Server access logs: where a bucket's log goes, and under which keys.

use api_s3 as api;
use names::Timestamp;

use super::refusal::{Checked, Refusal};
use crate::engine::grants::Permission;

/// Checks a destination as far as it can be read without looking at buckets.
pub(crate) fn check(sent: &api::LoggingEnabled) -> Checked {
    let malformed = |bad: bool| if bad { Err(Refusal::malformed()) } else { Ok(()) };
    for grant in sent.target_grants.iter().flatten() {
        // Permissions that make no sense for logs are taken, as AWS takes them: READ_ACP was recorded.
        malformed(grant.permission.as_ref().is_none_or(|permission| Permission::parse(permission.as_str()).is_none()))?;
        let grantee = grant.grantee.as_ref().ok_or_else(Refusal::malformed)?;
        malformed(matches!(grantee.r#type, api::Type::Unknown(_)))?;
    }
    let Some(format) = &sent.target_object_key_format else { return Ok(()) };
    malformed(format.simple_prefix.is_some() == format.partitioned_prefix.is_some())?;
    let by = format.partitioned_prefix.as_ref().and_then(|partitioned| partitioned.partition_date_source.as_ref());
    malformed(matches!(by, Some(api::PartitionDateSource::Unknown(_))))
}

/// The source of a log: what a partitioned key names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The owner's account.
    pub(crate) account: names::AccountId,
    /// Where the bucket is.
    pub(crate) region: &'a str,
    /// Its name.
    pub(crate) bucket: &'a str,
}

/// The key of a log object: of requests at `events`, delivered at `delivered`, told apart by `unique`.
pub(crate) fn key(
    to: &api::LoggingEnabled,
    source: Source<'_>,
    events: Timestamp,
    delivered: Timestamp,
    unique: u64,
) -> String {
    let prefix = &to.target_prefix;
    let partitioned = to.target_object_key_format.as_ref().and_then(|format| format.partitioned_prefix.as_ref());
    let Some(partitioned) = partitioned else { return format!("{prefix}{}-{unique:016X}", stamp(delivered)) };
    let Source { account, region, bucket } = source;
    let by_event = partitioned.partition_date_source == Some(api::PartitionDateSource::EventTime);
    let day = if by_event { events } else { delivered }.iso8601();
    // By the time of events a whole day is one partition: the time within it is left out.
    let time = if by_event { format!("{}-00-00-00", &day[..10]) } else { stamp(delivered) };
    let (year, month, date) = (&day[..4], &day[5..7], &day[8..10]);
    format!("{prefix}{account}/{region}/{bucket}/{year}/{month}/{date}/{time}-{unique:016X}")
}

/// As in `2013-11-01-21-32-16`.
fn stamp(at: Timestamp) -> String {
    at.iso8601()[..19].replace(['T', ':'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_simple_or_partitioned() {
        let at = Timestamp::parse_iso8601("2026-03-04T05:06:07Z").unwrap();
        let later = Timestamp::parse_iso8601("2026-03-05T00:01:02Z").unwrap();
        let source = Source { account: "111122223333".parse().unwrap(), region: "eu-west-1", bucket: "b" };
        let simple = api::LoggingEnabled { target_prefix: "log/".to_owned(), ..Default::default() };
        assert_eq!(key(&simple, source, at, later, 255), "log/2026-03-05-00-01-02-00000000000000FF");
        let partitioned = |by| api::LoggingEnabled {
            target_prefix: "log/".to_owned(),
            target_object_key_format: Some(api::TargetObjectKeyFormat {
                partitioned_prefix: Some(api::PartitionedPrefix { partition_date_source: Some(by) }),
                simple_prefix: None,
            }),
            ..Default::default()
        };
        let by_event = key(&partitioned(api::PartitionDateSource::EventTime), source, at, later, 1);
        assert_eq!(by_event, "log/111122223333/eu-west-1/b/2026/03/04/2026-03-04-00-00-00-0000000000000001");
        let by_delivery = key(&partitioned(api::PartitionDateSource::DeliveryTime), source, at, later, 1);
        assert_eq!(by_delivery, "log/111122223333/eu-west-1/b/2026/03/05/2026-03-05-00-01-02-0000000000000001");
    }
}
