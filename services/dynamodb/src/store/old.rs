//! Records as earlier versions wrote them.

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    BackupRecord, Billing, Class, Encryption, IndexNo, IndexRecord, KeyKind, KeyNames, MoreNames, PolicyRecord,
    Projection, Recovery, Restored, StreamSetting, TableNo, TableRecord, Throughput,
};

/// A table of version 1: before replicas, destinations, insights, policies of streams and keys of several attributes.
#[derive(Debug, Serialize, Deserialize)]
struct TableV1 {
    no: TableNo,
    id: String,
    created: Timestamp,
    attributes: Vec<(String, KeyKind)>,
    key: KeyNames,
    local: Vec<IndexV1>,
    global: Vec<IndexV1>,
    next_index: IndexNo,
    billing: Billing,
    throughput: Throughput,
    stream: Option<StreamSetting>,
    expiry: Option<String>,
    tags: Tags,
    class: Option<Class>,
    protected: bool,
    encryption: Option<String>,
    policy: Option<PolicyRecord>,
    recovery: Option<Recovery>,
    restored: Option<Restored>,
}

/// An index of version 1.
#[derive(Debug, Serialize, Deserialize)]
struct IndexV1 {
    no: IndexNo,
    name: String,
    key: KeyNames,
    projection: Projection,
    throughput: Throughput,
    filling: bool,
}

/// A backup of version 1.
#[derive(Debug, Serialize, Deserialize)]
struct BackupV1 {
    no: u64,
    name: String,
    created: Timestamp,
    table: TableV1,
    items: u64,
    bytes: u64,
}

/// A table of version 1.
pub(super) fn table(bytes: &[u8]) -> Option<TableRecord> {
    postcard::from_bytes::<TableV1>(bytes).ok().map(TableRecord::from)
}

/// A backup of version 1.
pub(super) fn backup(bytes: &[u8]) -> Option<BackupRecord> {
    let BackupV1 { no, name, created, table, items, bytes } = postcard::from_bytes(bytes).ok()?;
    Some(BackupRecord { no, name, created, table: table.into(), items, bytes })
}

impl From<TableV1> for TableRecord {
    fn from(old: TableV1) -> Self {
        Self {
            no: old.no,
            id: old.id,
            created: old.created,
            attributes: old.attributes,
            key: old.key,
            local: old.local.into_iter().map(IndexRecord::from).collect(),
            global: old.global.into_iter().map(IndexRecord::from).collect(),
            next_index: old.next_index,
            billing: old.billing,
            throughput: old.throughput,
            stream: old.stream,
            expiry: old.expiry,
            tags: old.tags,
            class: old.class,
            protected: old.protected,
            encryption: old.encryption.map(|key| Encryption { key, inaccessible: None }),
            policy: old.policy,
            recovery: old.recovery,
            restored: old.restored,
            replication: None,
            destinations: Vec::new(),
            insights: Vec::new(),
            stream_policies: Vec::new(),
        }
    }
}

impl From<IndexV1> for IndexRecord {
    fn from(old: IndexV1) -> Self {
        let IndexV1 { no, name, key, projection, throughput, filling } = old;
        Self { no, name, key, projection, throughput, filling, more: MoreNames::default() }
    }
}

#[cfg(test)]
mod tests {
    use store::decode_record;

    use super::*;

    #[test]
    fn a_table_of_the_first_version_is_read() {
        let index = |no| IndexV1 {
            no,
            name: format!("i{no}"),
            key: KeyNames { hash: "g".into(), range: Some("r".into()) },
            projection: Projection::Keys,
            throughput: Throughput::default(),
            filling: false,
        };
        let old = TableV1 {
            no: 7,
            id: "id".into(),
            created: Timestamp::from_secs(5),
            attributes: vec![("k".into(), KeyKind::S), ("g".into(), KeyKind::N)],
            key: KeyNames { hash: "k".into(), range: None },
            local: vec![index(1)],
            global: vec![index(2)],
            next_index: 3,
            billing: Billing::OnDemand(Timestamp::from_secs(5)),
            throughput: Throughput::default(),
            stream: None,
            expiry: Some("ttl".into()),
            tags: Tags::new(),
            class: None,
            protected: true,
            encryption: Some("arn:aws:kms:us-east-1:000000000000:key/k".into()),
            policy: None,
            recovery: None,
            restored: None,
        };
        let stored = [vec![1], postcard::to_allocvec(&old).unwrap()].concat();
        let read: TableRecord = decode_record("dynamodb/table", &stored).unwrap();
        assert_eq!((read.no, read.global[0].name.as_str(), read.protected), (7, "i2", true));
        assert_eq!(read.encryption.unwrap().key, "arn:aws:kms:us-east-1:000000000000:key/k");
        assert_eq!((read.global[0].more.clone(), read.replication), (MoreNames::default(), None));
    }
}
