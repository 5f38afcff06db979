//! Lists of what a bucket holds, as files that others read. Pure.
//!
//! Source: S3 user guide, "Amazon S3 Inventory list" and "Locating your inventory list".

use api_s3::{InventoryConfiguration, InventoryIncludedObjectVersions, InventoryOptionalField as Field};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use names::Timestamp;
use serde_json::{Value, json};

use super::canonical;
use super::grants::{Grant, Grantee};
use super::object::record::{Class, ObjectRecord};
use super::sealing::Sealing;
use super::sheet;
use super::tiering::instant_tier;

/// Further columns, in the order in which lists have them.
const COLUMNS: [Field; 16] = [
    Field::Size,
    Field::LastModifiedDate,
    Field::ETag,
    Field::StorageClass,
    Field::IsMultipartUploaded,
    Field::ReplicationStatus,
    Field::EncryptionStatus,
    Field::ObjectLockRetainUntilDate,
    Field::ObjectLockMode,
    Field::ObjectLockLegalHoldStatus,
    Field::IntelligentTieringAccessTier,
    Field::BucketKeyStatus,
    Field::ChecksumAlgorithm,
    Field::ObjectAccessControlList,
    Field::ObjectOwner,
    Field::LifecycleExpirationDate,
];

/// A version as a list has it.
pub(crate) struct Listed<'a> {
    /// The bucket.
    pub(crate) bucket: &'a str,
    /// The key.
    pub(crate) key: &'a str,
    /// The version.
    pub(crate) record: &'a ObjectRecord,
    /// Its id.
    pub(crate) id: String,
    /// Whether it is the newest of its key.
    pub(crate) latest: bool,
    /// Days in which nobody read it.
    pub(crate) idle_days: i64,
}

/// Whether older versions are listed too.
pub(crate) fn lists_all(of: &InventoryConfiguration) -> bool {
    of.included_object_versions == InventoryIncludedObjectVersions::All
}

fn columns(of: &InventoryConfiguration) -> impl Iterator<Item = &'static Field> {
    let wanted = of.optional_fields.clone().unwrap_or_default();
    COLUMNS.iter().filter(move |column| wanted.contains(column))
}

/// The names of the columns.
pub(crate) fn schema(of: &InventoryConfiguration) -> String {
    let versions: &[&str] = if lists_all(of) { &["VersionId", "IsLatest", "IsDeleteMarker"] } else { &[] };
    let first = ["Bucket", "Key"].into_iter().chain(versions.iter().copied());
    first.chain(columns(of).map(Field::as_str)).collect::<Vec<_>>().join(", ")
}

/// The line of a version.
pub(crate) fn line(of: &InventoryConfiguration, listed: &Listed<'_>) -> String {
    let mut fields = vec![listed.bucket.to_owned(), sheet::encoded(listed.key)];
    if lists_all(of) {
        let id = if listed.record.null { String::new() } else { listed.id.clone() };
        fields.extend([id, listed.latest.to_string(), listed.record.marker.to_string()]);
    }
    // Of a delete marker there is nothing but when it was set.
    let known = |field: &Field| !listed.record.marker || *field == Field::LastModifiedDate;
    let value = |field| if known(field) { value(listed.record, field, listed.idle_days) } else { String::new() };
    fields.extend(columns(of).map(value));
    sheet::quoted(fields)
}

fn value(record: &ObjectRecord, field: &Field, idle_days: i64) -> String {
    match field {
        Field::Size => record.length.to_string(),
        Field::LastModifiedDate => record.modified.iso8601(),
        Field::ETag => record.etag.bare(),
        Field::StorageClass => record.class.as_str().to_owned(),
        Field::IsMultipartUploaded => record.etag.parts.is_some().to_string(),
        Field::ReplicationStatus => record.replication.map_or("", |status| status.as_str()).to_owned(),
        Field::EncryptionStatus => sealed(&record.sealing).to_owned(),
        Field::ObjectLockRetainUntilDate => record.retention.map(|kept| kept.until.iso8601()).unwrap_or_default(),
        Field::ObjectLockMode => record.retention.map_or("", |kept| kept.mode.as_str()).to_owned(),
        Field::ObjectLockLegalHoldStatus => match record.hold {
            Some(true) => "ON".to_owned(),
            Some(false) => "OFF".to_owned(),
            None => String::new(),
        },
        Field::IntelligentTieringAccessTier => tier(record, idle_days).to_owned(),
        Field::BucketKeyStatus => match &record.sealing {
            Sealing::Kms(kms) if kms.bucket_key => "ENABLED".to_owned(),
            _ => "DISABLED".to_owned(),
        },
        Field::ChecksumAlgorithm => {
            record.checksum.as_ref().map_or("", |checksum| checksum.algorithm.as_str()).to_owned()
        }
        Field::ObjectAccessControlList => STANDARD.encode(list(record).to_string()),
        Field::ObjectOwner => canonical::id(record.owner),
        _ => String::new(),
    }
}

fn sealed(sealing: &Sealing) -> &'static str {
    match sealing {
        Sealing::S3 => "SSE-S3",
        Sealing::Kms(kms) if kms.dual => "DSSE-KMS",
        Sealing::Kms(_) => "SSE-KMS",
        Sealing::Customer { .. } => "SSE-C",
    }
}

fn tier(record: &ObjectRecord, idle_days: i64) -> &'static str {
    match record.class {
        Class::IntelligentTiering => instant_tier(record, idle_days),
        Class::TieringArchive => "ARCHIVE",
        Class::TieringDeepArchive => "DEEP_ARCHIVE",
        _ => "",
    }
}

fn list(record: &ObjectRecord) -> Value {
    let own =
        || json!({"canonicalId": canonical::id(record.owner), "type": "CanonicalUser", "permission": "FULL_CONTROL"});
    let one = |grant: &Grant| {
        let permission = grant.permission.as_str();
        match &grant.grantee {
            Grantee::Account(id) => json!({"canonicalId": id, "type": "CanonicalUser", "permission": permission}),
            group => json!({"uri": group.uri(), "type": "Group", "permission": permission}),
        }
    };
    let grants: Vec<Value> = if record.acl.is_empty() { vec![own()] } else { record.acl.iter().map(one).collect() };
    json!({"version": "2022-11-10", "status": "AVAILABLE", "grants": grants})
}

/// A file of a list.
pub(crate) struct File {
    /// Its key.
    pub(crate) key: String,
    /// Its bytes.
    pub(crate) size: usize,
    /// Its MD5, in hexadecimal digits.
    pub(crate) md5: String,
}

/// The document that names the files.
pub(crate) fn manifest(bucket: &str, of: &InventoryConfiguration, files: &[File], at: Timestamp) -> Value {
    let files = files.iter().map(|file| json!({"key": file.key, "size": file.size, "MD5checksum": file.md5}));
    json!({
        "sourceBucket": bucket,
        "destinationBucket": of.destination.s3_bucket_destination.bucket,
        "version": "2016-11-30",
        "creationTimestamp": at.millis().to_string(),
        "fileFormat": "CSV",
        "fileSchema": schema(of),
        "files": files.collect::<Vec<_>>(),
    })
}

/// Where an inventory's files are: under the destination's prefix, the bucket and the inventory's id.
pub(crate) fn folder(bucket: &str, of: &InventoryConfiguration) -> String {
    let prefix = of.destination.s3_bucket_destination.prefix.as_deref().map(|prefix| prefix.trim_end_matches('/'));
    let prefix = prefix.filter(|prefix| !prefix.is_empty()).map(|prefix| format!("{prefix}/")).unwrap_or_default();
    format!("{prefix}{bucket}/{}/", of.id)
}

/// The folder of one day's list: `2026-01-01T00-00Z`.
pub(crate) fn dated(at: Timestamp) -> String {
    at.iso8601().get(..16).unwrap_or_default().replace(':', "-") + "Z"
}

/// Whether a midnight is a Sunday's, in UTC, which is when weekly lists are made.
pub(crate) fn is_sunday(at: Timestamp) -> bool {
    // The epoch was a Thursday.
    (at.secs().div_euclid(86_400) + 4).rem_euclid(7) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_the_columns_of_the_schema() {
        let mut of = InventoryConfiguration {
            id: "i".to_owned(),
            included_object_versions: InventoryIncludedObjectVersions::All,
            optional_fields: Some(vec![Field::StorageClass, Field::Size]),
            ..Default::default()
        };
        let record = ObjectRecord { length: 4, null: false, ..ObjectRecord::draft(names::AccountId::DEFAULT) };
        let listed =
            Listed { bucket: "b", key: "a b", record: &record, id: "v".to_owned(), latest: true, idle_days: 0 };
        assert_eq!(schema(&of), "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, StorageClass");
        assert_eq!(line(&of, &listed), "\"b\",\"a%20b\",\"v\",\"true\",\"false\",\"4\",\"STANDARD\"\n");
        of.included_object_versions = InventoryIncludedObjectVersions::Current;
        of.optional_fields = Some(COLUMNS.to_vec());
        assert_eq!(sheet::fields(&line(&of, &listed)).len(), schema(&of).split(", ").count());
        assert_eq!(folder("b", &of), "b/i/");
    }

    #[test]
    fn days_are_told_apart() {
        let at = |text: &str| Timestamp::parse_iso8601(text).unwrap();
        assert_eq!(dated(at("2026-01-04T00:00:00Z")), "2026-01-04T00-00Z");
        assert!(is_sunday(at("2026-01-04T00:00:00Z")) && !is_sunday(at("2026-01-05T00:00:00Z")));
    }
}
