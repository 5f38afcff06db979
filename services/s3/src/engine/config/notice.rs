//! What destinations are sent of a change: S3's event records, and the events of EventBridge. Pure.
//!
//! Source: S3 user guide, "Event message structure" and "EventBridge event message structure"; which members a record has
//! is as recorded.

use names::Timestamp;
use serde_json::{Map, Value, json};

use crate::engine::canonical;
use crate::engine::notices::{Notice, Told};
use crate::engine::object::event::What;

/// What a destination gets when it is named, to see that it can be reached.
pub(crate) fn test_event(bucket: &str, now: Timestamp, request: &str) -> String {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": now.iso8601(),
        "Bucket": bucket,
        "RequestId": request,
        "HostId": request,
    })
    .to_string()
}

impl What {
    /// AWS's name for it, as rules have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Put => "s3:ObjectCreated:Put",
            Self::Post => "s3:ObjectCreated:Post",
            Self::Copy => "s3:ObjectCreated:Copy",
            Self::Complete => "s3:ObjectCreated:CompleteMultipartUpload",
            Self::Delete => "s3:ObjectRemoved:Delete",
            Self::MarkerCreated => "s3:ObjectRemoved:DeleteMarkerCreated",
            Self::Expired => "s3:LifecycleExpiration:Delete",
            Self::ExpiredMarker => "s3:LifecycleExpiration:DeleteMarkerCreated",
            Self::Transitioned => "s3:LifecycleTransition",
            Self::RestorePost => "s3:ObjectRestore:Post",
            Self::RestoreCompleted => "s3:ObjectRestore:Completed",
            Self::RestoreDelete => "s3:ObjectRestore:Delete",
            Self::TagsPut => "s3:ObjectTagging:Put",
            Self::TagsDelete => "s3:ObjectTagging:Delete",
            Self::AclPut => "s3:ObjectAcl:Put",
            Self::Tiered => "s3:IntelligentTiering",
            Self::ReplicationFailed => "s3:Replication:OperationFailedReplication",
            Self::ReplicationMissed => "s3:Replication:OperationMissedThreshold",
            Self::ReplicatedLate => "s3:Replication:OperationReplicatedAfterThreshold",
        }
    }

    fn is_created(self) -> bool {
        matches!(self, Self::Put | Self::Post | Self::Copy | Self::Complete)
    }

    fn is_restore(self) -> bool {
        matches!(self, Self::RestorePost | Self::RestoreCompleted | Self::RestoreDelete)
    }

    fn is_marker(self) -> bool {
        matches!(self, Self::MarkerCreated | Self::ExpiredMarker)
    }

    fn is_removed(self) -> bool {
        self.is_marker() || matches!(self, Self::Delete | Self::Expired)
    }

    /// Whether it tells of copies. EventBridge is not told of these.
    pub(crate) fn is_of_replication(self) -> bool {
        matches!(self, Self::ReplicationFailed | Self::ReplicationMissed | Self::ReplicatedLate)
    }

    /// The newer kinds of records have a newer version.
    fn version(self) -> &'static str {
        if self.is_of_replication() {
            return "2.2";
        }
        let first = self.is_created() || self.is_restore() || matches!(self, Self::Delete | Self::MarkerCreated);
        if first { "2.1" } else { "2.3" }
    }

    /// Whether the change is told with what orders it among others.
    fn is_ordered(self) -> bool {
        self.is_created() || self.is_removed() || self.is_restore()
    }

    fn detail_type(self) -> &'static str {
        match self {
            Self::Put | Self::Post | Self::Copy | Self::Complete => "Object Created",
            Self::Delete | Self::MarkerCreated | Self::Expired | Self::ExpiredMarker => "Object Deleted",
            Self::Transitioned => "Object Storage Class Changed",
            Self::RestorePost => "Object Restore Initiated",
            Self::RestoreCompleted => "Object Restore Completed",
            Self::RestoreDelete => "Object Restore Expired",
            Self::TagsPut => "Object Tags Added",
            Self::TagsDelete => "Object Tags Deleted",
            Self::AclPut => "Object ACL Updated",
            Self::Tiered => "Object Access Tier Changed",
            Self::ReplicationFailed | Self::ReplicationMissed | Self::ReplicatedLate => "Object Replication",
        }
    }

    fn reason(self) -> Option<&'static str> {
        Some(match self {
            Self::Put => "PutObject",
            Self::Post => "POST Object",
            Self::Copy => "CopyObject",
            Self::Complete => "CompleteMultipartUpload",
            Self::Delete | Self::MarkerCreated => "DeleteObject",
            Self::Expired | Self::ExpiredMarker => "Lifecycle Expiration",
            _ => return None,
        })
    }
}

/// The message for the destination of the rule `id`.
pub(crate) fn message(notice: &Notice, id: &str) -> String {
    json!({"Records": [record(notice, id)]}).to_string()
}

fn record(notice: &Notice, id: &str) -> Value {
    let owner = customer(notice);
    let asker = notice.asker.clone().unwrap_or_default();
    let principal = match &notice.asker {
        Some(asker) => format!("AWS:{}", asker.principal),
        None => format!("AmazonCustomer:{owner}"),
    };
    let mut record = json!({
        "eventVersion": notice.what.version(),
        "eventSource": "aws:s3",
        "awsRegion": notice.region,
        "eventTime": notice.at.iso8601(),
        "eventName": notice.what.name().trim_start_matches("s3:"),
        "userIdentity": {"principalId": principal},
        "requestParameters": {"sourceIPAddress": asker.address},
        "responseElements": {"x-amz-request-id": asker.request, "x-amz-id-2": asker.request},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": id,
            "bucket": {
                "name": notice.bucket,
                "ownerIdentity": {"principalId": owner},
                "arn": format!("arn:aws:s3:::{}", notice.bucket),
            },
            "object": object(notice, "eTag", "versionId", encoded(&notice.key)),
        },
    });
    if notice.what == What::Tiered {
        record["intelligentTieringEventData"] = json!({"destinationAccessTier": notice.class});
    }
    if let Some(told) = &notice.replication {
        record["replicationEventData"] = replicated(told);
    }
    if let (What::RestoreCompleted, Some(until)) = (notice.what, notice.restored_until) {
        record["glacierEventData"] = json!({"restoreEventData": {
            "lifecycleRestorationExpiryTime": until.iso8601(),
            "lifecycleRestoreStorageClass": notice.class,
        }});
    }
    record
}

fn replicated(told: &Told) -> Value {
    let mut data = json!({
        "replicationRuleId": told.rule,
        "destinationBucket": format!("arn:aws:s3:::{}", told.destination),
        "s3Operation": told.operation,
        "requestTime": told.since.iso8601(),
    });
    if let Some(reason) = &told.reason {
        data["failureReason"] = reason.clone().into();
    }
    data
}

/// The object, by the names that either kind of message has.
fn object(notice: &Notice, etag: &str, version: &str, key: String) -> Value {
    let what = notice.what;
    let mut object = Map::new();
    object.insert("key".to_owned(), key.into());
    if what.is_created() || what.is_restore() {
        object.insert("size".to_owned(), notice.size.into());
    }
    if !matches!(what, What::Delete | What::Expired) {
        object.insert(etag.to_owned(), notice.etag.clone().into());
    }
    if let Some(id) = &notice.version {
        object.insert(version.to_owned(), id.clone().into());
    }
    if what.is_ordered() {
        object.insert("sequencer".to_owned(), format!("{:018X}", notice.sequencer).into());
    }
    object.into()
}

/// The kind of event and its detail, for EventBridge.
pub(crate) fn event(notice: &Notice) -> (&'static str, Value) {
    let what = notice.what;
    let asker = notice.asker.clone().unwrap_or_default();
    let mut shown = object(notice, "etag", "version-id", notice.key.clone());
    if what.is_restore() {
        shown.as_object_mut().map(|object| object.remove("sequencer"));
    }
    let requester = if notice.asker.is_some() { asker.account } else { "s3.amazonaws.com".to_owned() };
    let mut detail = json!({
        "version": "0",
        "bucket": {"name": notice.bucket},
        "object": shown,
        "request-id": asker.request,
        "requester": requester,
    });
    if notice.asker.is_some() {
        detail["source-ip-address"] = asker.address.into();
    }
    if let Some(reason) = what.reason() {
        detail["reason"] = reason.into();
    }
    if what.is_removed() {
        let kind = if what.is_marker() { "Delete Marker Created" } else { "Permanently Deleted" };
        detail["deletion-type"] = kind.into();
    }
    match what {
        What::Tiered => detail["destination-access-tier"] = notice.class.clone().into(),
        What::Transitioned => detail["destination-storage-class"] = notice.class.clone().into(),
        What::RestorePost | What::RestoreCompleted => detail["source-storage-class"] = notice.class.clone().into(),
        _ => {}
    }
    if let (What::RestoreCompleted, Some(until)) = (what, notice.restored_until) {
        detail["restore-expiry-time"] = until.iso8601().into();
    }
    (what.detail_type(), detail)
}

/// The owner as AWS's older records name customers.
fn customer(notice: &Notice) -> String {
    canonical::id(notice.account)[..14].to_ascii_uppercase()
}

/// A key as a form writes it.
fn encoded(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*/".contains(&byte);
    let one = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    key.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::notices::Asker;

    fn notice(what: What) -> Notice {
        Notice {
            what,
            bucket: "b".to_owned(),
            account: names::AccountId::DEFAULT,
            region: "us-east-1".to_owned(),
            key: "a b/é".to_owned(),
            version: None,
            size: 4,
            etag: "e".to_owned(),
            class: "GLACIER".to_owned(),
            restored_until: Some(Timestamp::EPOCH),
            at: Timestamp::EPOCH,
            sequencer: 255,
            asker: Some(Asker { principal: "AIDA".to_owned(), ..Asker::default() }),
            rules: Vec::new(),
            bus: true,
            replication: None,
        }
    }

    fn members(value: &Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn records_have_the_members_that_aws_gives_them() {
        for (what, name, version, expected) in [
            (What::Put, "ObjectCreated:Put", "2.1", &["key", "size", "eTag", "sequencer"][..]),
            (What::Delete, "ObjectRemoved:Delete", "2.1", &["key", "sequencer"]),
            (What::MarkerCreated, "ObjectRemoved:DeleteMarkerCreated", "2.1", &["key", "eTag", "sequencer"]),
            (What::AclPut, "ObjectAcl:Put", "2.3", &["key", "eTag"]),
            (What::RestoreCompleted, "ObjectRestore:Completed", "2.1", &["key", "size", "eTag", "sequencer"]),
        ] {
            let record = record(&notice(what), "id");
            assert_eq!((&record["eventName"], &record["eventVersion"]), (&json!(name), &json!(version)));
            assert_eq!(members(&record["s3"]["object"]), expected, "{name}");
            assert_eq!(record["s3"]["object"]["key"], "a+b/%C3%A9");
            assert_eq!(record.get("glacierEventData").is_some(), what == What::RestoreCompleted);
        }
    }

    #[test]
    fn events_tell_reasons_and_kinds_of_deletion() {
        let (kind, detail) = event(&notice(What::Delete));
        assert_eq!((kind, &detail["deletion-type"]), ("Object Deleted", &json!("Permanently Deleted")));
        assert_eq!((&detail["reason"], &detail["object"]["key"]), (&json!("DeleteObject"), &json!("a b/é")));
        let (kind, detail) = event(&notice(What::Put));
        assert_eq!((kind, &detail["object"]["size"]), ("Object Created", &json!(4)));
        let (_, detail) = event(&Notice { asker: None, ..notice(What::RestoreCompleted) });
        assert_eq!(detail["requester"], "s3.amazonaws.com");
        assert!(detail.get("source-ip-address").is_none());
    }
}
