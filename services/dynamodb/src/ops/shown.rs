//! A table as its description shows it.

use api_dynamodb::{
    AttributeDefinition, BillingMode, BillingModeSummary, GlobalSecondaryIndexDescription,
    GlobalSecondaryIndexWarmThroughputDescription, IndexStatus, KeySchemaElement, KeyType,
    LocalSecondaryIndexDescription, OnDemandThroughput, ProjectionType, ProvisionedThroughput,
    ProvisionedThroughputDescription, RestoreSummary, SSEDescription, SSEStatus, SSEType, ScalarAttributeType,
    StreamSpecification, StreamViewType, TableClass, TableClassSummary, TableDescription, TableStatus,
    TableWarmThroughputDescription,
};

use super::address::index_arn;
use crate::engine::stream;
use crate::engine::table::Home;
use crate::store::{Billing, IndexRecord, KeyKind, KeyNames, Projection, TableRecord, Throughput, View};

/// How many items a table or an index holds, and how large they are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counted {
    /// Items.
    pub items: i64,
    /// Bytes.
    pub bytes: i64,
}

/// The description. `counts` are those of the table and of its indexes, by number.
pub(crate) fn table(
    home: &Home,
    record: &TableRecord,
    status: TableStatus,
    counts: &[(u32, Counted)],
) -> TableDescription {
    let arn = home.arn();
    let on_demand = matches!(record.billing, Billing::OnDemand(_));
    let stream = record.stream.as_ref();
    let counted = |no: u32| counts.iter().find(|(counted, _)| *counted == no).map(|(_, c)| *c).unwrap_or_default();
    let local = record.local.iter().map(|index| local_index(&arn, index, counted(index.no)));
    let global = record.global.iter().map(|index| global_index(&arn, index, &status, counted(index.no)));
    TableDescription {
        attribute_definitions: Some(record.attributes.iter().map(definition).collect()),
        table_name: Some(home.name.clone()),
        key_schema: Some(key_schema(&record.key)),
        table_size_bytes: Some(counted(0).bytes),
        item_count: Some(counted(0).items),
        table_arn: Some(arn.to_string()),
        table_id: Some(record.id.clone()),
        creation_date_time: Some(record.created),
        provisioned_throughput: Some(provisioned(&record.throughput)),
        billing_mode_summary: billing(&record.billing, &status),
        local_secondary_indexes: some(local.collect()),
        global_secondary_indexes: some(global.collect()),
        stream_specification: stream
            .filter(|stream| stream.on)
            .map(|stream| StreamSpecification { stream_enabled: true, stream_view_type: Some(view(stream.view)) }),
        latest_stream_label: stream.map(|stream| stream.label.clone()),
        latest_stream_arn: stream.map(|stream| stream::arn(home, &stream.label)),
        restore_summary: record.restored.as_ref().map(|restored| RestoreSummary {
            source_backup_arn: restored.backup.clone(),
            source_table_arn: restored.table.clone(),
            restore_date_time: restored.at,
            restore_in_progress: false,
        }),
        sse_description: encryption(record),
        table_class_summary: record.class.map(|class| TableClassSummary {
            table_class: Some(if class.infrequent {
                TableClass::StandardInfrequentAccess
            } else {
                TableClass::Standard
            }),
            last_update_date_time: class.changed,
        }),
        deletion_protection_enabled: Some(record.protected),
        on_demand_throughput: bounds(&record.throughput),
        warm_throughput: warm(&record.throughput, on_demand, &status),
        table_status: Some(status),
        ..TableDescription::default()
    }
}

/// How a table is encrypted, when not under DynamoDB's own key.
pub(crate) fn encryption(record: &TableRecord) -> Option<SSEDescription> {
    record.encryption.as_ref().map(|encryption| SSEDescription {
        status: Some(SSEStatus::Enabled),
        sse_type: Some(SSEType::Kms),
        kms_master_key_arn: Some(encryption.key.clone()),
        inaccessible_encryption_date_time: encryption.inaccessible,
    })
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// A key attribute as the API writes it.
pub(crate) fn definition((name, kind): &(String, KeyKind)) -> AttributeDefinition {
    let attribute_type = match kind {
        KeyKind::S => ScalarAttributeType::S,
        KeyKind::N => ScalarAttributeType::N,
        KeyKind::B => ScalarAttributeType::B,
    };
    AttributeDefinition { attribute_name: name.clone(), attribute_type }
}

/// A key as the API writes it.
pub(crate) fn key_schema(key: &KeyNames) -> Vec<KeySchemaElement> {
    let element =
        |attribute_name: &String, key_type| KeySchemaElement { attribute_name: attribute_name.clone(), key_type };
    let hash = std::iter::once(element(&key.hash, KeyType::Hash));
    hash.chain(key.range.iter().map(|range| element(range, KeyType::Range))).collect()
}

/// An index's key as the API writes it.
pub(crate) fn index_schema(index: &IndexRecord) -> Vec<KeySchemaElement> {
    let element =
        |attribute_name: &String, key_type| KeySchemaElement { attribute_name: attribute_name.clone(), key_type };
    let hashes = std::iter::once(&index.key.hash).chain(&index.more.hash);
    let ranges = index.key.range.iter().chain(&index.more.range);
    let hashes = hashes.map(|name| element(name, KeyType::Hash));
    hashes.chain(ranges.map(|name| element(name, KeyType::Range))).collect()
}

/// A projection as the API writes it.
pub(crate) fn projection(projection: &Projection) -> api_dynamodb::Projection {
    let (kind, attributes) = match projection {
        Projection::All => (ProjectionType::All, None),
        Projection::Keys => (ProjectionType::KeysOnly, None),
        Projection::Include(attributes) => (ProjectionType::Include, Some(attributes.clone())),
    };
    api_dynamodb::Projection { projection_type: Some(kind), non_key_attributes: attributes }
}

/// Capacity as the API shows it.
pub(crate) fn provisioned(throughput: &Throughput) -> ProvisionedThroughputDescription {
    ProvisionedThroughputDescription {
        last_increase_date_time: throughput.increased,
        last_decrease_date_time: throughput.decreased,
        number_of_decreases_today: Some(throughput.decreases.into()),
        read_capacity_units: Some(whole(throughput.read)),
        write_capacity_units: Some(whole(throughput.write)),
    }
}

/// How capacity is paid for, when it was ever by request. A table that is being created tells no time of that.
pub(crate) fn billing(billing: &Billing, status: &TableStatus) -> Option<BillingModeSummary> {
    let (mode, since) = match billing {
        Billing::OnDemand(since) => (BillingMode::PayPerRequest, *since),
        Billing::Provisioned { on_demand_before: Some(since), .. } => (BillingMode::Provisioned, *since),
        Billing::Provisioned { on_demand_before: None, .. } => return None,
    };
    let since = (*status != TableStatus::Creating).then_some(since);
    Some(BillingModeSummary { billing_mode: Some(mode), last_update_to_pay_per_request_date_time: since })
}

fn bounds(throughput: &Throughput) -> Option<OnDemandThroughput> {
    let (read, write) = (throughput.most_read, throughput.most_write);
    let shown = |most: Option<u64>| Some(most.map_or(-1, whole));
    (read.is_some() || write.is_some())
        .then(|| OnDemandThroughput { max_read_request_units: shown(read), max_write_request_units: shown(write) })
}

/// What is at hand at once: what was asked for, or what AWS starts tables with.
fn warm(throughput: &Throughput, on_demand: bool, status: &TableStatus) -> Option<TableWarmThroughputDescription> {
    let (read, write) = warm_units(throughput, on_demand);
    let status = warm_status(throughput, status)?;
    let (read_units_per_second, write_units_per_second) = (Some(read), Some(write));
    Some(TableWarmThroughputDescription { read_units_per_second, write_units_per_second, status: Some(status) })
}

/// A table that comes or goes tells only what was asked for.
fn warm_status(throughput: &Throughput, status: &TableStatus) -> Option<TableStatus> {
    let asked = throughput.warm_read.is_some() || throughput.warm_write.is_some();
    match status {
        TableStatus::Creating => asked.then_some(TableStatus::Updating),
        TableStatus::Deleting => asked.then_some(TableStatus::Deleting),
        _ => Some(TableStatus::Active),
    }
}

fn warm_units(throughput: &Throughput, on_demand: bool) -> (i64, i64) {
    let (read, write) = if on_demand { (12_000, 4_000) } else { (throughput.read, throughput.write) };
    (whole(throughput.warm_read.unwrap_or(read)), whole(throughput.warm_write.unwrap_or(write)))
}

fn local_index(table: &names::Arn, index: &IndexRecord, counted: Counted) -> LocalSecondaryIndexDescription {
    LocalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(index_schema(index)),
        projection: Some(projection(&index.projection)),
        index_size_bytes: Some(counted.bytes),
        item_count: Some(counted.items),
        index_arn: Some(index_arn(table, &index.name)),
    }
}

fn global_index(
    table: &names::Arn,
    index: &IndexRecord,
    status: &TableStatus,
    counted: Counted,
) -> GlobalSecondaryIndexDescription {
    let on_demand = index.throughput.read == 0 && index.throughput.write == 0;
    let (read, write) = warm_units(&index.throughput, on_demand);
    let warm = warm_status(&index.throughput, status);
    let status = match status {
        TableStatus::Creating => IndexStatus::Creating,
        TableStatus::Deleting => IndexStatus::Deleting,
        _ if index.filling => IndexStatus::Creating,
        _ => IndexStatus::Active,
    };
    GlobalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(index_schema(index)),
        projection: Some(projection(&index.projection)),
        backfilling: index.filling.then_some(true),
        provisioned_throughput: Some(provisioned(&index.throughput)),
        index_size_bytes: Some(counted.bytes),
        item_count: Some(counted.items),
        index_arn: Some(index_arn(table, &index.name)),
        on_demand_throughput: bounds(&index.throughput),
        warm_throughput: warm.map(|status| GlobalSecondaryIndexWarmThroughputDescription {
            read_units_per_second: Some(read),
            write_units_per_second: Some(write),
            status: Some(status.as_str().into()),
        }),
        index_status: Some(status),
    }
}

/// A view as the API writes it.
pub(crate) fn view(view: View) -> StreamViewType {
    match view {
        View::Keys => StreamViewType::KeysOnly,
        View::New => StreamViewType::NewImage,
        View::Old => StreamViewType::OldImage,
        View::Both => StreamViewType::NewAndOldImages,
    }
}

fn whole(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

/// Capacity as it is asked for.
pub(crate) fn bought(throughput: &Throughput) -> ProvisionedThroughput {
    ProvisionedThroughput { read_capacity_units: whole(throughput.read), write_capacity_units: whole(throughput.write) }
}
