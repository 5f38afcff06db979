//! Streams, shards, consumers and records as the API shows them.

use api_kinesis::{
    ChildShard, Consumer, ConsumerStatus, EncryptionType, EnhancedMetrics, HashKeyRange, MetricsName, Record,
    SequenceNumberRange, Shard, StreamMode, StreamModeDetails,
};

use crate::engine::consumer::ConsumerName;
use crate::engine::segment::Entry;
use crate::engine::sequence::instant_of;
use crate::engine::stream::{Known, Stream};
use crate::error::shard_id;
use crate::store::{ConsumerRecord, Mode, ShardNo, ShardRecord, StreamRecord};

/// A shard.
pub(crate) fn shard(known: &Known, no: ShardNo, shard: &ShardRecord) -> Shard {
    let sequence = |position| known.sequence(no, position).shown();
    Shard {
        shard_id: shard_id(no),
        parent_shard_id: shard.parent.map(shard_id),
        adjacent_parent_shard_id: shard.adjacent.map(shard_id),
        hash_key_range: hashes(shard),
        sequence_number_range: SequenceNumberRange {
            starting_sequence_number: sequence(shard.opened),
            ending_sequence_number: shard.closed.map(sequence),
        },
    }
}

/// The shards that followed on one.
pub(crate) fn children(known: &Known, no: ShardNo) -> Vec<ChildShard> {
    let child = |(no, shard): (ShardNo, &ShardRecord)| ChildShard {
        shard_id: shard_id(no),
        parent_shards: [shard.parent, shard.adjacent].into_iter().flatten().map(shard_id).collect(),
        hash_key_range: hashes(shard),
    };
    known.children(no).into_iter().map(child).collect()
}

fn hashes(shard: &ShardRecord) -> HashKeyRange {
    let (first, last) = shard.hashes;
    HashKeyRange { starting_hash_key: first.to_string(), ending_hash_key: last.to_string() }
}

/// A record.
pub(crate) fn record(known: &Known, shard: ShardNo, entry: Entry) -> Record {
    Record {
        sequence_number: known.sequence(shard, entry.position).shown(),
        approximate_arrival_timestamp: Some(instant_of(entry.position)),
        data: entry.data,
        partition_key: entry.key,
        encryption_type: entry.kms.then_some(EncryptionType::Kms),
    }
}

/// How a stream is encrypted.
pub(crate) fn encryption(record: &StreamRecord) -> EncryptionType {
    if record.key.is_some() { EncryptionType::Kms } else { EncryptionType::None }
}

/// How a stream is scaled.
pub(crate) fn mode(mode: Mode) -> StreamModeDetails {
    let stream_mode = match mode {
        Mode::Provisioned => StreamMode::Provisioned,
        Mode::OnDemand => StreamMode::OnDemand,
    };
    StreamModeDetails { stream_mode }
}

/// The metrics of a stream that are switched on.
pub(crate) fn monitoring(record: &StreamRecord) -> Vec<EnhancedMetrics> {
    vec![EnhancedMetrics { shard_level_metrics: Some(metrics(&record.metrics)) }]
}

/// Metrics by their names.
pub(crate) fn metrics(names: &[String]) -> Vec<MetricsName> {
    names.iter().map(|name| MetricsName::from(name.as_str())).collect()
}

/// A consumer.
pub(crate) fn consumer(stream: &Stream, name: &str, record: &ConsumerRecord, status: ConsumerStatus) -> Consumer {
    Consumer {
        consumer_name: name.to_owned(),
        consumer_arn: ConsumerName::of(name, record).arn(stream),
        consumer_status: status,
        consumer_creation_timestamp: record.created,
    }
}
