//! Single items: put, got, updated, deleted.

use api_dynamodb::{
    ConditionalOperator, DeleteItem, DeleteItemInput, DeleteItemOutput, ExpectedAttributeValue, GetItem, GetItemInput,
    GetItemOutput, ItemCollectionMetrics, PutItem, PutItemInput, PutItemOutput, ReturnItemCollectionMetrics,
    ReturnValue, ReturnValuesOnConditionCheckFailure, UpdateItem, UpdateItemInput, UpdateItemOutput,
};
use service_kit::{Ctx, Error, Outcome};
use std::collections::BTreeMap;

use super::consumed::{self, Told};
use super::params::{self, Placeholders};
use super::values::{self, Attributes};
use super::{address, collection, legacy};
use crate::Dynamo;
use crate::engine::expression::condition::Condition;
use crate::engine::expression::path::Paths;
use crate::engine::expression::update::Update;
use crate::engine::item::{Deed, Write, Written, check_size};
use crate::engine::refusal::Refusal;
use crate::engine::schema::Schema;
use crate::engine::table::Table;
use crate::engine::value::Item;
use crate::error::{invalid, invalid_parameter, told};

/// Puts an item, in place of the one with its key.
pub(crate) async fn put_item(ctx: &Ctx, input: PutItemInput) -> Outcome<PutItem> {
    let placeholders =
        Placeholders { names: input.expression_attribute_names, values: input.expression_attribute_values };
    let expressions = [("ConditionExpression", input.condition_expression.is_some())];
    let others =
        [("Expected", input.expected.is_some()), ("ConditionalOperator", input.conditional_operator.is_some())];
    params::check(&expressions, &others, &placeholders)?;
    let item = values::item(input.item)?;
    only_old(input.return_values.as_ref())?;
    check_size(&item).map_err(told)?;
    let conditions = Conditions {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
    };
    let (condition, _) = conditions.compile(placeholders, None)?;
    let (returned, counted) = (input.return_values, input.return_consumed_capacity);
    let asks = returned == Some(ReturnValue::AllOld) || consumed::wanted(counted.as_ref());
    let tells_item = tells(input.return_values_on_condition_check_failure.as_ref());
    let write = Write { item, deed: Deed::Put, condition, tells_item, asks };
    let (table, written) = run(ctx, &input.table_name, &write).await?;
    let metrics = metrics(ctx, &table, input.return_item_collection_metrics.as_ref(), &write.item).await?;
    Ok(PutItemOutput {
        consumed_capacity: consumed::shown(counted.as_ref(), &table.home.name, &written.consumed, Told::Units),
        attributes: written.old.filter(|_| returned == Some(ReturnValue::AllOld)).map(values::attributes),
        item_collection_metrics: metrics,
    })
}

/// Gets an item by its key.
pub(crate) async fn get_item(ctx: &Ctx, input: GetItemInput) -> Outcome<GetItem> {
    let placeholders = Placeholders { names: input.expression_attribute_names, values: None };
    let expressions = [("ProjectionExpression", input.projection_expression.is_some())];
    params::check(&expressions, &[("AttributesToGet", input.attributes_to_get.is_some())], &placeholders)?;
    let given = values::item(input.key)?;
    let (expression, attributes) = (input.projection_expression.as_deref(), input.attributes_to_get.as_deref());
    let paths = projection(expression, attributes, placeholders)?;
    let table = address::table_of_items(ctx, &input.table_name).await?;
    check_paths(&table.state().schema, paths.as_ref())?;
    let consistent = input.consistent_read.unwrap_or_default();
    let (item, units) = ctx.state::<Dynamo>().engine().get(&table, &given, consistent).await?;
    let item = item.map(|item| cut(paths.as_ref(), item));
    let counted = input.return_consumed_capacity.as_ref();
    Ok(GetItemOutput {
        consumed_capacity: consumed::shown(counted, &table.home.name, &units, Told::Units),
        item: item.map(values::attributes),
    })
}

/// Changes attributes of an item, that there need not be yet.
pub(crate) async fn update_item(ctx: &Ctx, input: UpdateItemInput) -> Outcome<UpdateItem> {
    let placeholders =
        Placeholders { names: input.expression_attribute_names, values: input.expression_attribute_values };
    let expressions = [
        ("UpdateExpression", input.update_expression.is_some()),
        ("ConditionExpression", input.condition_expression.is_some()),
    ];
    let others = [
        ("AttributeUpdates", input.attribute_updates.is_some()),
        ("Expected", input.expected.is_some()),
        ("ConditionalOperator", input.conditional_operator.is_some()),
    ];
    params::check(&expressions, &others, &placeholders)?;
    let item = values::item(input.key)?;
    let is_legacy = input.attribute_updates.is_some();
    let before = input.attribute_updates.map(legacy::updates).transpose()?;
    let conditions = Conditions {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
    };
    let (condition, update) = conditions.compile(placeholders, input.update_expression.as_deref())?;
    let update = update.or(before).unwrap_or_default();
    let returned = input.return_values.unwrap_or(ReturnValue::None);
    let paths = update.paths();
    let tells_item = tells(input.return_values_on_condition_check_failure.as_ref());
    let table = address::table_of_items(ctx, &input.table_name).await?;
    check_update(&table.state().schema, &update)?;
    let write = Write { item, deed: Deed::Update(update), condition, tells_item, asks: true };
    let written = ctx.state::<Dynamo>().engine().write(&table, &write).await;
    let written = written.map_err(|refusal| told(if is_legacy { in_old_words(refusal) } else { refusal }))?;
    let metrics = metrics(ctx, &table, input.return_item_collection_metrics.as_ref(), &write.item).await?;
    let counted = input.return_consumed_capacity.as_ref();
    Ok(UpdateItemOutput {
        consumed_capacity: consumed::shown(counted, &table.home.name, &written.consumed, Told::Units),
        attributes: returned_of(&returned, written, &paths).map(values::attributes),
        item_collection_metrics: metrics,
    })
}

/// Deletes an item by its key.
pub(crate) async fn delete_item(ctx: &Ctx, input: DeleteItemInput) -> Outcome<DeleteItem> {
    let placeholders =
        Placeholders { names: input.expression_attribute_names, values: input.expression_attribute_values };
    let expressions = [("ConditionExpression", input.condition_expression.is_some())];
    let others =
        [("Expected", input.expected.is_some()), ("ConditionalOperator", input.conditional_operator.is_some())];
    params::check(&expressions, &others, &placeholders)?;
    let item = values::item(input.key)?;
    only_old(input.return_values.as_ref())?;
    let conditions = Conditions {
        expression: input.condition_expression,
        expected: input.expected,
        operator: input.conditional_operator,
    };
    let (condition, _) = conditions.compile(placeholders, None)?;
    let tells_item = tells(input.return_values_on_condition_check_failure.as_ref());
    let write = Write { item, deed: Deed::Delete, condition, tells_item, asks: true };
    let (table, written) = run(ctx, &input.table_name, &write).await?;
    let metrics = metrics(ctx, &table, input.return_item_collection_metrics.as_ref(), &write.item).await?;
    let counted = input.return_consumed_capacity.as_ref();
    Ok(DeleteItemOutput {
        consumed_capacity: consumed::shown(counted, &table.home.name, &written.consumed, Told::Units),
        attributes: written.old.filter(|_| input.return_values == Some(ReturnValue::AllOld)).map(values::attributes),
        item_collection_metrics: metrics,
    })
}

/// Conditions of a write, in either form.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// `ConditionExpression`.
    pub expression: Option<String>,
    /// `Expected`.
    pub expected: Option<BTreeMap<String, ExpectedAttributeValue>>,
    /// `ConditionalOperator`.
    pub operator: Option<ConditionalOperator>,
}

impl Conditions {
    /// What must hold, and the update of the same request.
    pub(crate) fn compile(
        self,
        placeholders: Placeholders,
        update: Option<&str>,
    ) -> Result<(Option<Condition>, Option<Update>), Error> {
        let old = match self.expected {
            Some(expected) => legacy::expected(expected, self.operator.as_ref())?,
            None => None,
        };
        if self.expression.is_none() && update.is_none() {
            return Ok((old, None));
        }
        let mut compiler = params::compiler(placeholders)?;
        let update = update.map(|text| compiler.update(text)).transpose().map_err(invalid)?;
        let condition = self.expression.map(|text| compiler.condition("ConditionExpression", &text));
        let condition = condition.transpose().map_err(invalid)?;
        compiler.finish().map_err(invalid)?;
        Ok((condition.or(old), update))
    }
}

/// The paths of a projection, in either form.
pub(crate) fn projection(
    expression: Option<&str>,
    attributes: Option<&[String]>,
    placeholders: Placeholders,
) -> Result<Option<Paths>, Error> {
    if let Some(attributes) = attributes {
        return legacy::attributes_to_get(attributes).map(Some);
    }
    let Some(text) = expression else { return Ok(None) };
    let mut compiler = params::compiler(placeholders)?;
    let paths = compiler.projection(text).map_err(invalid)?;
    compiler.finish().map_err(invalid)?;
    Ok(Some(paths))
}

/// Key attributes have no inside.
pub(crate) fn check_paths(schema: &Schema, paths: Option<&Paths>) -> Result<(), Error> {
    paths.map_or(Ok(()), |paths| params::check_scalar(schema, paths.iter()).map_err(told))
}

/// An update must leave keys alone, and give index keys their types.
pub(crate) fn check_update(schema: &Schema, update: &Update) -> Result<(), Error> {
    use crate::engine::expression::update::Action;
    for key in schema.primary().key() {
        if update.actions.iter().any(|(path, _)| path.head() == key.name) {
            return Err(invalid_parameter(format!(
                "Cannot update attribute {}. This attribute is part of the key",
                key.name
            )));
        }
    }
    for index in schema.secondary() {
        for key in index.key() {
            let given = update.actions.iter().find(|(path, _)| !path.is_nested() && path.head() == key.name);
            let kind = match given {
                Some((_, Action::Set(source))) => source.kind(),
                Some((_, Action::Add(value))) => Some(value.kind()),
                _ => None,
            };
            if let Some(kind) = kind.filter(|kind| *kind != key.kind.as_str()) {
                return Err(invalid_parameter(format!(
                    "Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}",
                    key.name,
                    key.kind.as_str(),
                    kind,
                    index.name.as_deref().unwrap_or_default()
                )));
            }
        }
    }
    let mut nested = Vec::new();
    update.all_paths(&mut |path| nested.push(path.clone()));
    params::check_scalar(schema, nested.iter()).map_err(told)
}

/// Whether a condition that does not hold is told with the item.
pub(crate) fn tells(asked: Option<&ReturnValuesOnConditionCheckFailure>) -> bool {
    asked == Some(&ReturnValuesOnConditionCheckFailure::AllOld)
}

async fn run(ctx: &Ctx, name: &str, write: &Write) -> Result<(std::sync::Arc<Table>, Written), Error> {
    let table = address::table_of_items(ctx, name).await?;
    let written = ctx.state::<Dynamo>().engine().write(&table, write).await.map_err(told)?;
    Ok((table, written))
}

fn only_old(asked: Option<&ReturnValue>) -> Result<(), Error> {
    match asked {
        None | Some(ReturnValue::None | ReturnValue::AllOld) => Ok(()),
        Some(_) => Err(invalid("ReturnValues can only be ALL_OLD or NONE")),
    }
}

fn returned_of(asked: &ReturnValue, written: Written, paths: &Paths) -> Option<Item> {
    let some = |item: Item| Some(item).filter(|item| !item.is_empty());
    match asked {
        ReturnValue::AllOld => written.old,
        ReturnValue::AllNew => written.new,
        ReturnValue::UpdatedOld => written.old.map(|item| paths.cut(&item)).and_then(some),
        ReturnValue::UpdatedNew => written.new.map(|item| paths.cut(&item)).and_then(some),
        _ => None,
    }
}

/// The words that AWS has for `AttributeUpdates`.
fn in_old_words(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Invalid(text) if text == "An operand in the update expression has an incorrect data type" => {
            Refusal::invalid("Type mismatch for attribute to update")
        }
        other => other,
    }
}

async fn metrics(
    ctx: &Ctx,
    table: &Table,
    asked: Option<&ReturnItemCollectionMetrics>,
    item: &Item,
) -> Result<Option<ItemCollectionMetrics>, Error> {
    if asked != Some(&ReturnItemCollectionMetrics::Size) {
        return Ok(None);
    }
    collection::metrics(ctx, table, item).await
}

/// What of an item is asked for.
pub(crate) fn cut(paths: Option<&Paths>, item: Item) -> Item {
    match paths {
        Some(paths) => paths.cut(&item),
        None => item,
    }
}

/// An item as the API shows it, when there is one.
pub(crate) fn some_attributes(item: Option<Item>) -> Option<Attributes> {
    item.map(values::attributes)
}
