//! How large the items of one partition key are together, in tables with local secondary indexes.

use api_dynamodb::ItemCollectionMetrics;
use service_kit::{Ctx, Error};

use super::values;
use crate::Dynamo;
use crate::engine::table::Table;
use crate::engine::value::Item;

/// The metrics of an item's collection; none in a table without local secondary indexes.
pub(crate) async fn metrics(ctx: &Ctx, table: &Table, item: &Item) -> Result<Option<ItemCollectionMetrics>, Error> {
    let state = table.state_kept();
    if !state.schema.has_local() {
        return Ok(None);
    }
    let hash = &state.schema.primary().hash.name;
    let key: Item = item.get(hash).map(|value| (hash.clone(), value.clone())).into_iter().collect();
    let (engine, view) = (ctx.state::<Dynamo>().engine(), ctx.store().read().await?);
    let bytes = engine.collection_bytes(&view, table, &state, &key).await?;
    #[allow(clippy::cast_precision_loss, reason = "whole gigabytes, far below 2^53")]
    let low = (bytes >> 30) as f64;
    Ok(Some(ItemCollectionMetrics {
        item_collection_key: Some(values::attributes(key)),
        size_estimate_range_gb: Some(vec![low, low + 1.0]),
    }))
}
