//! Transactions: up to a hundred items, all or none.

use std::sync::Arc;

use api_dynamodb::{
    CancellationReason, TransactGetItems, TransactGetItemsInput, TransactGetItemsOutput, TransactWriteItem,
    TransactWriteItems, TransactWriteItemsInput, TransactWriteItemsOutput, TransactionCanceledException, errors,
};
use aws_lc_rs::digest;
use service_kit::{Access, Ctx, Error, Outcome};
use store::StoreError;

use super::batch::{self, Sums};
use super::consumed::Told;
use super::item::{self, Conditions, some_attributes, tells};
use super::params::Placeholders;
use super::touched::{in_transaction, together};
use super::{address, values};
use crate::Dynamo;
use crate::engine::item::{Deed, Write};
use crate::engine::key;
use crate::engine::refusal::Refusal;
use crate::engine::table::Table;
use crate::engine::transact::{Cancelled, Token, transactional_read_units};
use crate::engine::value::item_size;
use crate::error::{CONDITION, invalid, told};
use crate::limits;

/// Writes items, all or none.
pub(crate) async fn transact_write_items(ctx: &Ctx, input: TransactWriteItemsInput) -> Outcome<TransactWriteItems> {
    let token = input.client_request_token.as_ref().map(|token| Token {
        scope: crate::store::scope(ctx.account(), &ctx.region),
        token: token.clone(),
        digest: digest::digest(&digest::SHA256, format!("{:?}", input.transact_items).as_bytes()).as_ref().to_vec(),
    });
    let mut writes = Vec::with_capacity(input.transact_items.len());
    for given in input.transact_items {
        writes.push(aimed(ctx, given).await?);
    }
    check_repeats(&writes)?;
    let bytes: usize = writes.iter().map(|(_, write)| item_size(&write.item)).sum();
    if bytes > limits::TRANSACTION_BYTES {
        return Err(invalid("Cumulative size of items in the transaction cannot exceed 4MB"));
    }
    let done = ctx.state::<Dynamo>().engine().transact(&writes, token.as_ref()).await;
    let done = done.map_err(|why| cancelled(why, writes.len()))?;
    let (mut sums, kind) = (Sums::default(), if done.is_some() { Told::Writes } else { Told::Reads });
    match done {
        Some(written) => {
            writes.iter().zip(&written).for_each(|((table, _), written)| sums.add(table, &written.consumed));
        }
        // What was done before is told as if it were read.
        None => writes.iter().for_each(|(table, write)| {
            let table_units = transactional_read_units(item_size(&write.item));
            let consumed = crate::engine::capacity::Consumed { table: table_units, ..Default::default() };
            sums.add(table, &consumed);
        }),
    }
    let metrics = batch::metrics(ctx, &writes, input.return_item_collection_metrics.as_ref()).await?;
    Ok(TransactWriteItemsOutput {
        consumed_capacity: sums.shown(input.return_consumed_capacity.as_ref(), kind),
        item_collection_metrics: metrics,
    })
}

/// Gets items as they are at one moment.
pub(crate) async fn transact_get_items(ctx: &Ctx, input: TransactGetItemsInput) -> Outcome<TransactGetItems> {
    let (mut wanted, mut cuts) = (Vec::new(), Vec::new());
    for given in input.transact_items {
        let get = given.get;
        let placeholders = Placeholders { names: get.expression_attribute_names, values: None };
        let paths = item::projection(get.projection_expression.as_deref(), None, placeholders)?;
        let given = values::item(get.key)?;
        let table = address::table_of_items(ctx, &get.table_name).await?;
        item::check_paths(&table.state().schema, paths.as_ref())?;
        if wanted.contains(&(table.home.clone(), given.clone())) {
            return Err(invalid(REPEATED));
        }
        wanted.push((table.home.clone(), given.clone()));
        cuts.push(((table, given), paths));
    }
    let (aimed, cuts): (Vec<_>, Vec<_>) = cuts.into_iter().unzip();
    let found = ctx.state::<Dynamo>().engine().get_all(&aimed, transactional_read_units).await.map_err(told)?;
    let mut sums = Sums::default();
    let mut responses = Vec::with_capacity(found.len());
    for ((got, paths), (table, _)) in found.into_iter().zip(cuts).zip(&aimed) {
        let (item, units) = got.map_err(told)?;
        sums.add(table, &units);
        let item = item.map(|item| item::cut(paths.as_ref(), item));
        responses.push(api_dynamodb::ItemResponse { item: some_attributes(item) });
    }
    let asked = input.return_consumed_capacity.as_ref();
    Ok(TransactGetItemsOutput { consumed_capacity: sums.shown(asked, Told::Reads), responses: Some(responses) })
}

async fn aimed(ctx: &Ctx, given: TransactWriteItem) -> Result<(Arc<Table>, Write), Error> {
    let count = [given.condition_check.is_some(), given.put.is_some(), given.delete.is_some(), given.update.is_some()];
    if count.iter().filter(|there| **there).count() != 1 {
        return Err(invalid("TransactItems can only contain one of Check, Put, Update or Delete"));
    }
    let write = |item, deed, condition, tells_item| Write { item, deed, condition, tells_item, asks: true };
    let (name, write) = if let Some(put) = given.put {
        let placeholders =
            Placeholders { names: put.expression_attribute_names, values: put.expression_attribute_values };
        let (condition, _) = of_expression(put.condition_expression).compile(placeholders, None)?;
        let tells_item = tells(put.return_values_on_condition_check_failure.as_ref());
        (put.table_name, write(values::item(put.item)?, Deed::Put, condition, tells_item))
    } else if let Some(update) = given.update {
        let placeholders =
            Placeholders { names: update.expression_attribute_names, values: update.expression_attribute_values };
        let conditions = of_expression(update.condition_expression);
        let (condition, made) = conditions.compile(placeholders, Some(&update.update_expression))?;
        let tells_item = tells(update.return_values_on_condition_check_failure.as_ref());
        let deed = Deed::Update(made.unwrap_or_default());
        (update.table_name, write(values::item(update.key)?, deed, condition, tells_item))
    } else if let Some(delete) = given.delete {
        let placeholders =
            Placeholders { names: delete.expression_attribute_names, values: delete.expression_attribute_values };
        let (condition, _) = of_expression(delete.condition_expression).compile(placeholders, None)?;
        let tells_item = tells(delete.return_values_on_condition_check_failure.as_ref());
        (delete.table_name, write(values::item(delete.key)?, Deed::Delete, condition, tells_item))
    } else {
        let check = given.condition_check.unwrap_or_default();
        let placeholders =
            Placeholders { names: check.expression_attribute_names, values: check.expression_attribute_values };
        let (condition, _) = of_expression(Some(check.condition_expression)).compile(placeholders, None)?;
        let tells_item = tells(check.return_values_on_condition_check_failure.as_ref());
        (check.table_name, write(values::item(check.key)?, Deed::Check, condition, tells_item))
    };
    let table = address::table_of_items(ctx, &name).await?;
    if let Deed::Update(update) = &write.deed {
        item::check_update(&table.state().schema, update)?;
    }
    Ok((table, write))
}

fn of_expression(expression: Option<String>) -> Conditions {
    Conditions { expression, ..Conditions::default() }
}

/// Each item once.
fn check_repeats(writes: &[(Arc<Table>, Write)]) -> Result<(), Error> {
    let place = |(table, write): &(Arc<Table>, Write)| key::row(table.state().schema.primary(), &write.item);
    let mut places: Vec<_> = writes.iter().filter_map(place).collect();
    let count = places.len();
    places.sort_unstable();
    places.dedup();
    if places.len() < count { Err(invalid(REPEATED)) } else { Ok(()) }
}

/// Why a transaction did not happen, told to whoever asked for it.
pub(crate) fn cancelled(why: Cancelled, count: usize) -> Error {
    match why {
        Cancelled::OtherRequest => errors::idempotent_parameter_mismatch_exception(
            "An error occurred (IdempotentParameterMismatchException): the token was used for another request",
        )
        .into(),
        Cancelled::Refused(Refusal::Store(StoreError::Contention)) => {
            let reason = || reason("TransactionConflict", Some("Transaction is ongoing for the item".to_owned()));
            canceled((0..count).map(|_| reason()).collect())
        }
        Cancelled::Refused(refusal) => told(refusal),
        Cancelled::Because(reasons) => canceled(reasons.into_iter().map(shown).collect()),
    }
}

fn canceled(reasons: Vec<CancellationReason>) -> Error {
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.code.as_deref()).collect();
    let text =
        format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes.join(", "));
    let details = TransactionCanceledException { message: Some(text), cancellation_reasons: Some(reasons) };
    Error::Modeled(details.into())
}

fn shown(refusal: Option<Refusal>) -> CancellationReason {
    match refusal {
        None => reason("None", None),
        Some(Refusal::Condition(item)) => CancellationReason {
            item: some_attributes(item),
            ..reason("ConditionalCheckFailed", Some(CONDITION.to_owned()))
        },
        Some(Refusal::Invalid(text)) => reason("ValidationError", Some(text)),
        Some(other) => reason("ProvisionedThroughputExceeded", Some(told(other).to_string())),
    }
}

fn reason(code: &str, message: Option<String>) -> CancellationReason {
    CancellationReason { item: None, code: Some(code.to_owned()), message }
}

/// What writing in a transaction touches: each item as what is done to it.
pub(crate) fn access_to_write(ctx: &Ctx, input: &TransactWriteItemsInput) -> Result<Access, Error> {
    let touched = |action, table: &str, item, texts: &[_], names| {
        in_transaction(ctx, action, "TransactWriteItems", table, item, texts, names)
    };
    let mut all = Vec::new();
    for given in &input.transact_items {
        if let Some(put) = &given.put {
            let (texts, names) = ([put.condition_expression.as_ref()], put.expression_attribute_names.as_ref());
            all.push(touched("dynamodb:PutItem", &put.table_name, &put.item, &texts, names)?);
        }
        if let Some(update) = &given.update {
            let texts = [Some(&update.update_expression), update.condition_expression.as_ref()];
            let names = update.expression_attribute_names.as_ref();
            all.push(touched("dynamodb:UpdateItem", &update.table_name, &update.key, &texts, names)?);
        }
        if let Some(delete) = &given.delete {
            let (texts, names) = ([delete.condition_expression.as_ref()], delete.expression_attribute_names.as_ref());
            all.push(touched("dynamodb:DeleteItem", &delete.table_name, &delete.key, &texts, names)?);
        }
        if let Some(check) = &given.condition_check {
            let (texts, names) = ([Some(&check.condition_expression)], check.expression_attribute_names.as_ref());
            all.push(touched("dynamodb:ConditionCheckItem", &check.table_name, &check.key, &texts, names)?);
        }
    }
    Ok(together(all))
}

/// What reading in a transaction touches.
pub(crate) fn access_to_read(ctx: &Ctx, input: &TransactGetItemsInput) -> Result<Access, Error> {
    let one = |given: &api_dynamodb::TransactGetItem| {
        let get = &given.get;
        let (texts, names) = ([get.projection_expression.as_ref()], get.expression_attribute_names.as_ref());
        in_transaction(ctx, "dynamodb:GetItem", "TransactGetItems", &get.table_name, &get.key, &texts, names)
    };
    Ok(together(input.transact_items.iter().map(one).collect::<Result<_, _>>()?))
}

const REPEATED: &str = "Transaction request cannot include multiple operations on one item";
