//! Batches: many items in one call, each for itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_dynamodb::{
    BatchGetItem, BatchGetItemInput, BatchGetItemOutput, BatchWriteItem, BatchWriteItemInput, BatchWriteItemOutput,
    ConsumedCapacity, DeleteRequest, ItemCollectionMetrics, KeysAndAttributes, PutRequest, ReturnConsumedCapacity,
    ReturnItemCollectionMetrics, WriteRequest,
};
use service_kit::{Ctx, Error, Outcome};

use super::consumed::{self, Told};
use super::params::{self, Placeholders};
use super::values::{self, Attributes};
use super::{address, collection, item};
use crate::Dynamo;
use crate::engine::capacity::{Consumed, read_units};
use crate::engine::item::{Deed, Write, check_size};
use crate::engine::refusal::Refusal;
use crate::engine::table::Table;
use crate::engine::transact::Aimed;
use crate::engine::value::item_size;
use crate::engine::{Engine, key};
use crate::error::{invalid, told};
use crate::limits;

const DUPLICATES: &str = "Provided list of item keys contains duplicates";

/// Puts and deletes items.
pub(crate) async fn batch_write_item(ctx: &Ctx, input: BatchWriteItemInput) -> Outcome<BatchWriteItem> {
    let count: usize = input.request_items.values().map(Vec::len).sum();
    if count > limits::BATCH_WRITES {
        return Err(invalid("Too many items requested for the BatchWriteItem call"));
    }
    let asked = input.return_consumed_capacity.as_ref();
    let (mut all, mut writes) = (Vec::new(), Vec::with_capacity(count));
    for (name, requests) in input.request_items {
        let made = requests.into_iter().map(|request| write(request, consumed::wanted(asked)));
        all.push((name, made.collect::<Result<Vec<_>, _>>()?));
    }
    for (name, made) in all {
        let table = address::table_of_items(ctx, &name).await?;
        check_repeats(&table, &made)?;
        writes.extend(made.into_iter().map(|write| (table.clone(), write)));
    }
    let engine = ctx.state::<Dynamo>().engine();
    let (writes, left) = unthrottled(engine, writes)?;
    let written = engine.write_batch(&writes).await.map_err(told)?;
    let mut sums = Sums::default();
    writes.iter().zip(&written).for_each(|((table, _), written)| sums.add(table, &written.consumed));
    let metrics = metrics(ctx, &writes, input.return_item_collection_metrics.as_ref()).await?;
    Ok(BatchWriteItemOutput {
        unprocessed_items: Some(left),
        item_collection_metrics: metrics,
        consumed_capacity: sums.shown(asked, Told::Units),
    })
}

/// Writes as they are asked for, by table.
type Requests = BTreeMap<String, Vec<WriteRequest>>;

/// What can be written now, and what is left unprocessed because nothing is left of what its table may consume. When that is
/// everything, the whole call is throttled ("BatchWriteItem").
fn unthrottled(engine: &Engine, writes: Vec<Aimed>) -> Result<(Vec<Aimed>, Requests), Error> {
    let (mut now, mut later, mut why) = (Vec::with_capacity(writes.len()), BTreeMap::new(), None);
    for aimed in writes {
        match engine.throttled(&aimed) {
            None => now.push(aimed),
            Some(throttled) => {
                let of_table: &mut Vec<_> = later.entry(aimed.0.home.name.clone()).or_default();
                of_table.push(request(aimed.1));
                why = Some(throttled);
            }
        }
    }
    match why {
        Some(why) if now.is_empty() => Err(told(why)),
        _ => Ok((now, later)),
    }
}

/// A write as it was asked for.
fn request(write: Write) -> WriteRequest {
    let attributes = values::attributes(write.item);
    match write.deed {
        Deed::Put => WriteRequest { put_request: Some(PutRequest { item: attributes }), delete_request: None },
        _ => WriteRequest { put_request: None, delete_request: Some(DeleteRequest { key: attributes }) },
    }
}

fn write(request: WriteRequest, asks: bool) -> Result<Write, Error> {
    let (item, deed) = match (request.put_request, request.delete_request) {
        (Some(put), None) => {
            let item = values::item(put.item)?;
            check_size(&item).map_err(told)?;
            (item, Deed::Put)
        }
        (None, Some(delete)) => (values::item(delete.key)?, Deed::Delete),
        _ => {
            return Err(invalid(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                 datatypes",
            ));
        }
    };
    Ok(Write { item, deed, condition: None, tells_item: false, asks })
}

/// Each item once.
fn check_repeats(table: &Table, writes: &[Write]) -> Result<(), Error> {
    let state = table.state_kept();
    let mut places = Vec::with_capacity(writes.len());
    for write in writes {
        match write.deed {
            Deed::Put => key::check_item(&state.schema, &write.item),
            _ => key::check_key(state.schema.primary(), &write.item),
        }
        .map_err(in_batch_words)?;
        places.extend(key::row(state.schema.primary(), &write.item));
    }
    let count = places.len();
    places.sort_unstable();
    places.dedup();
    if places.len() < count { Err(invalid(DUPLICATES)) } else { Ok(()) }
}

/// Batches tell mistakes in keys less exactly.
fn in_batch_words(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Invalid(text) if text.contains("Missing the key") || text.contains("Type mismatch for key") => {
            told(key::mismatch())
        }
        other => told(other),
    }
}

/// Gets items by their keys.
pub(crate) async fn batch_get_item(ctx: &Ctx, input: BatchGetItemInput) -> Outcome<BatchGetItem> {
    let count: usize = input.request_items.values().map(|wanted| wanted.keys.len()).sum();
    if count > limits::BATCH_GETS {
        return Err(invalid("Too many items requested for the BatchGetItem call"));
    }
    let mut room = limits::BATCH_BYTES;
    let (mut responses, mut unprocessed, mut sums) = (BTreeMap::new(), BTreeMap::new(), Sums::default());
    let (mut why, mut some) = (None, false);
    for (name, wanted) in input.request_items {
        let got = get_of_table(ctx, &name, wanted, &mut room, &mut sums).await?;
        some |= got.why.is_none();
        why = got.why.or(why);
        responses.insert(name.clone(), got.found);
        if let Some(left) = got.left {
            unprocessed.insert(name, left);
        }
    }
    if let Some(why) = why.filter(|_| !some) {
        return Err(told(why));
    }
    Ok(BatchGetItemOutput {
        responses: Some(responses),
        unprocessed_keys: Some(unprocessed),
        consumed_capacity: sums.shown(input.return_consumed_capacity.as_ref(), Told::Units),
    })
}

/// What came of the keys of one table.
struct Got {
    found: Vec<Attributes>,
    left: Option<KeysAndAttributes>,
    /// Why nothing at all was got.
    why: Option<Refusal>,
}

async fn get_of_table(
    ctx: &Ctx,
    name: &str,
    wanted: KeysAndAttributes,
    room: &mut usize,
    sums: &mut Sums,
) -> Result<Got, Error> {
    let placeholders = Placeholders { names: wanted.expression_attribute_names.clone(), values: None };
    let expressions = [("ProjectionExpression", wanted.projection_expression.is_some())];
    params::check(&expressions, &[("AttributesToGet", wanted.attributes_to_get.is_some())], &placeholders)?;
    let (expression, attributes) = (wanted.projection_expression.as_deref(), wanted.attributes_to_get.as_deref());
    let paths = item::projection(expression, attributes, placeholders)?;
    let keys = wanted.keys.iter().cloned().map(values::item).collect::<Result<Vec<_>, _>>()?;
    if keys.iter().enumerate().any(|(at, key)| keys[..at].contains(key)) {
        return Err(invalid(DUPLICATES));
    }
    let table = address::table_of_items(ctx, name).await?;
    item::check_paths(&table.state().schema, paths.as_ref())?;
    let consistent = wanted.consistent_read.unwrap_or_default();
    let aimed: Vec<_> = keys.into_iter().map(|key| (table.clone(), key)).collect();
    let all =
        ctx.state::<Dynamo>().engine().get_all(&aimed, |bytes| read_units(bytes, consistent)).await.map_err(told)?;
    let (mut found, mut left) = (Vec::new(), Vec::new());
    let mut why = None;
    for (got, given) in all.into_iter().zip(&wanted.keys) {
        let (item, units) = match got {
            Ok(got) => got,
            Err(throttled) => {
                left.push(given.clone());
                why = Some(throttled);
                continue;
            }
        };
        let size = item.as_ref().map_or(0, item_size);
        if size > *room {
            left.push(given.clone());
            continue;
        }
        *room -= size;
        sums.add(&table, &units);
        found.extend(item.map(|item| values::attributes(item::cut(paths.as_ref(), item))));
    }
    let why = why.filter(|_| left.len() == wanted.keys.len());
    let left = (!left.is_empty()).then_some(KeysAndAttributes { keys: left, ..wanted });
    Ok(Got { found, left, why })
}

/// What was consumed, by table.
#[derive(Debug, Default)]
pub(crate) struct Sums(Vec<(String, Consumed)>);

impl Sums {
    /// Adds what one item took.
    pub(crate) fn add(&mut self, table: &Table, consumed: &Consumed) {
        let name = &table.home.name;
        match self.0.iter_mut().find(|(seen, _)| seen == name) {
            Some((_, sum)) => sum.add(consumed),
            None => self.0.push((name.clone(), consumed.clone())),
        }
    }

    /// As the API shows it, when asked.
    pub(crate) fn shown(&self, asked: Option<&ReturnConsumedCapacity>, told: Told) -> Option<Vec<ConsumedCapacity>> {
        let all: Vec<_> = self.0.iter().filter_map(|(name, sum)| consumed::shown(asked, name, sum, told)).collect();
        (!all.is_empty()).then_some(all)
    }
}

/// The metrics of the collections that were written to, by table.
pub(crate) async fn metrics(
    ctx: &Ctx,
    writes: &[(Arc<Table>, Write)],
    asked: Option<&ReturnItemCollectionMetrics>,
) -> Result<Option<BTreeMap<String, Vec<ItemCollectionMetrics>>>, Error> {
    if asked != Some(&ReturnItemCollectionMetrics::Size) {
        return Ok(None);
    }
    let mut all: BTreeMap<String, Vec<ItemCollectionMetrics>> = BTreeMap::new();
    for (table, write) in writes {
        if let Some(metrics) = collection::metrics(ctx, table, &write.item).await? {
            let of_table = all.entry(table.home.name.clone()).or_default();
            if !of_table.contains(&metrics) {
                of_table.push(metrics);
            }
        }
    }
    Ok((!all.is_empty()).then_some(all))
}
