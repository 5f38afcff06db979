//! Calls to the services whose capacity is scaled. AWS scales under a service-linked role that may do just this.

use std::sync::Arc;

use api_dynamodb::{
    DescribeTable, DescribeTableInput, GlobalSecondaryIndexUpdate, ProvisionedThroughput, TableDescription,
    UpdateGlobalSecondaryIndexAction, UpdateTable, UpdateTableInput,
};
use names::{AccountId, Region};
use service_kit::{Caller, Cloud, Error, Metric};
use store::Scope;

use crate::store::{Place, SERVICE};

/// Capacity of a table or of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scalable {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// The table.
    pub table: String,
    /// The index.
    pub index: Option<String>,
    /// Of reads, and not of writes.
    pub reads: bool,
}

impl Scalable {
    /// What a place means; none when nothing of the kind is scaled.
    pub(crate) fn at(scope: &Scope, place: &Place) -> Option<Self> {
        let Scope::Regional(account, region) = scope else { return None };
        let rest = place.resource.strip_prefix("table/")?;
        let (table, index) = match rest.split_once("/index/") {
            Some((table, index)) => (table, Some(index.to_owned())),
            None => (rest, None),
        };
        let (of_index, reads) = match place.dimension.as_str() {
            "dynamodb:table:ReadCapacityUnits" => (false, true),
            "dynamodb:table:WriteCapacityUnits" => (false, false),
            "dynamodb:index:ReadCapacityUnits" => (true, true),
            "dynamodb:index:WriteCapacityUnits" => (true, false),
            _ => return None,
        };
        let fits = place.namespace == "dynamodb" && of_index == index.is_some() && !table.is_empty();
        fits.then(|| Self { account: *account, region: region.clone(), table: table.to_owned(), index, reads })
    }

    /// What is scaled, in a sentence.
    pub(crate) fn noun(&self) -> &'static str {
        if self.reads { "read capacity units" } else { "write capacity units" }
    }

    /// The metric of what is consumed.
    pub(crate) fn consumed(&self) -> Metric {
        let name = if self.reads { "ConsumedReadCapacityUnits" } else { "ConsumedWriteCapacityUnits" };
        let table = ("TableName".to_owned(), self.table.clone());
        let index = self.index.iter().map(|index| ("GlobalSecondaryIndexName".to_owned(), index.clone()));
        Metric {
            account: self.account,
            region: self.region.clone(),
            namespace: "AWS/DynamoDB".to_owned(),
            name: name.to_owned(),
            dimensions: std::iter::once(table).chain(index).collect(),
        }
    }

    fn caller(&self) -> Arc<Caller> {
        Arc::new(Caller::internal(SERVICE, self.account))
    }
}

/// Whether there is what is to be scaled.
pub(crate) async fn exists(cloud: &Cloud, scalable: &Scalable) -> bool {
    match described(cloud, scalable).await {
        Ok(table) => scalable.index.as_ref().is_none_or(|index| {
            let indexes = table.global_secondary_indexes.unwrap_or_default();
            indexes.iter().any(|known| known.index_name.as_ref() == Some(index))
        }),
        Err(_) => false,
    }
}

/// Capacity as it is; none of what is paid for as it is used.
pub(crate) async fn capacity(cloud: &Cloud, scalable: &Scalable) -> Result<Option<i32>, Error> {
    let (read, write) = both(cloud, scalable).await?;
    let units = if scalable.reads { read } else { write };
    Ok(i32::try_from(units).ok().filter(|units| *units > 0))
}

/// Changes capacity; the other kind stays.
pub(crate) async fn set_capacity(cloud: &Cloud, scalable: &Scalable, capacity: i32) -> Result<(), Error> {
    let (read, write) = both(cloud, scalable).await?;
    let capacity = i64::from(capacity);
    let units = Some(ProvisionedThroughput {
        read_capacity_units: if scalable.reads { capacity } else { read },
        write_capacity_units: if scalable.reads { write } else { capacity },
    });
    let input = UpdateTableInput { table_name: scalable.table.clone(), ..UpdateTableInput::default() };
    let input = match &scalable.index {
        None => UpdateTableInput { provisioned_throughput: units, ..input },
        Some(index) => {
            let update = UpdateGlobalSecondaryIndexAction {
                index_name: index.clone(),
                provisioned_throughput: units,
                ..UpdateGlobalSecondaryIndexAction::default()
            };
            let update = GlobalSecondaryIndexUpdate { update: Some(update), ..GlobalSecondaryIndexUpdate::default() };
            UpdateTableInput { global_secondary_index_updates: Some(vec![update]), ..input }
        }
    };
    cloud.call::<UpdateTable>(scalable.caller(), scalable.region.clone(), input).await.map(drop)
}

async fn both(cloud: &Cloud, scalable: &Scalable) -> Result<(i64, i64), Error> {
    let table = described(cloud, scalable).await?;
    let units = match &scalable.index {
        None => table.provisioned_throughput,
        Some(index) => table
            .global_secondary_indexes
            .unwrap_or_default()
            .into_iter()
            .find(|known| known.index_name.as_ref() == Some(index))
            .and_then(|known| known.provisioned_throughput),
    };
    let units = units.unwrap_or_default();
    Ok((units.read_capacity_units.unwrap_or_default(), units.write_capacity_units.unwrap_or_default()))
}

async fn described(cloud: &Cloud, scalable: &Scalable) -> Result<TableDescription, Error> {
    let input = DescribeTableInput { table_name: scalable.table.clone() };
    let described = cloud.call::<DescribeTable>(scalable.caller(), scalable.region.clone(), input).await?;
    Ok(described.table.unwrap_or_default())
}
