//! What calls on items touch, for whoever decides: the table or index, the partition keys, the attributes, and what is asked
//! to be returned. Sources: "Specifying conditions: using condition keys" in the developer guide.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use api_dynamodb::{
    AttributeValue, BatchGetItemInput, BatchWriteItemInput, DeleteItemInput, GetItemInput, PutItemInput, QueryInput,
    ReturnConsumedCapacity, ReturnValue, ScanInput, UpdateItemInput,
};
use service_kit::{Access, Ctx, Error, Principal};

use super::address::{access_to_index, home};
use super::values::Attributes;
use crate::Dynamo;
use crate::engine::table::{Home, Table};

/// What is known of a call before it is decided.
#[derive(Default)]
struct Touched<'a> {
    keys: Vec<&'a Attributes>,
    items: Vec<&'a Attributes>,
    texts: Vec<&'a str>,
    names: Option<&'a BTreeMap<String, String>>,
    attributes: Vec<&'a str>,
    more: Vec<(&'static str, String)>,
}

impl<'a> Touched<'a> {
    /// The condition keys of a call on one table. Costs nothing where nobody could ask for them.
    fn on(mut self, ctx: &Ctx, access: Access, home: &Home) -> Access {
        let table = known(ctx, home);
        if is_unbound(ctx, table.as_deref()) {
            return access;
        }
        let access = std::mem::take(&mut self.more)
            .into_iter()
            .fold(access, |access, (key, value)| access.with(format!("dynamodb:{key}"), value));
        let access = self
            .leading(table.as_deref())
            .into_iter()
            .fold(access, |access, value| access.with("dynamodb:LeadingKeys", value));
        self.all_attributes().into_iter().fold(access, |access, name| access.with("dynamodb:Attributes", name))
    }

    /// The partition keys. Of a table that is not at hand, every key attribute counts: too many values deny, and none would
    /// allow.
    fn leading(&self, table: Option<&Table>) -> BTreeSet<String> {
        let hash = table.map(|table| table.state().schema.primary().hash.name.clone());
        let all = self.keys.iter().chain(&self.items).flat_map(|item| item.iter());
        all.filter(|(name, _)| hash.as_ref().is_none_or(|hash| hash == *name)).filter_map(|(_, v)| scalar(v)).collect()
    }

    fn all_attributes(&self) -> BTreeSet<String> {
        let given = self.keys.iter().chain(&self.items).flat_map(|item| item.keys().cloned());
        let named = self.texts.iter().flat_map(|text| heads(text, self.names));
        given.chain(named).chain(self.attributes.iter().map(|name| (*name).to_owned())).collect()
    }

    fn text(mut self, text: Option<&'a String>) -> Self {
        self.texts.extend(text.map(String::as_str));
        self
    }

    fn names_of<V>(mut self, given: Option<&'a BTreeMap<String, V>>) -> Self {
        self.attributes.extend(given.iter().flat_map(|given| given.keys()).map(String::as_str));
        self
    }

    /// What a write asks to be told.
    fn returned(self, values: Option<&ReturnValue>, capacity: Option<&ReturnConsumedCapacity>) -> Self {
        self.told("ReturnValues", Some(values.map_or("NONE", |asked| asked.as_str())))
            .told("ReturnConsumedCapacity", capacity.map(|asked| asked.as_str()))
    }

    fn told(mut self, key: &'static str, value: Option<&str>) -> Self {
        self.more.extend(value.map(|value| (key, value.to_owned())));
        self
    }
}

/// What putting an item touches.
pub(crate) fn put(ctx: &Ctx, input: &PutItemInput) -> Result<Access, Error> {
    let home = home(ctx, &input.table_name)?;
    let touched =
        Touched { items: vec![&input.item], names: input.expression_attribute_names.as_ref(), ..Touched::default() };
    let touched = touched
        .text(input.condition_expression.as_ref())
        .names_of(input.expected.as_ref())
        .returned(input.return_values.as_ref(), input.return_consumed_capacity.as_ref());
    Ok(touched.on(ctx, Access::to(home.arn()), &home))
}

/// What getting an item touches.
pub(crate) fn get(ctx: &Ctx, input: &GetItemInput) -> Result<Access, Error> {
    let home = home(ctx, &input.table_name)?;
    let touched =
        Touched { keys: vec![&input.key], names: input.expression_attribute_names.as_ref(), ..Touched::default() };
    let some = input.projection_expression.is_some() || input.attributes_to_get.is_some();
    let mut touched = touched
        .text(input.projection_expression.as_ref())
        .told("Select", Some(if some { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" }))
        .told("ReturnConsumedCapacity", input.return_consumed_capacity.as_ref().map(|asked| asked.as_str()));
    touched.attributes.extend(input.attributes_to_get.iter().flatten().map(String::as_str));
    Ok(touched.on(ctx, Access::to(home.arn()), &home))
}

/// What updating an item touches.
pub(crate) fn update(ctx: &Ctx, input: &UpdateItemInput) -> Result<Access, Error> {
    let home = home(ctx, &input.table_name)?;
    let touched =
        Touched { keys: vec![&input.key], names: input.expression_attribute_names.as_ref(), ..Touched::default() };
    let touched = touched
        .text(input.update_expression.as_ref())
        .text(input.condition_expression.as_ref())
        .names_of(input.attribute_updates.as_ref())
        .names_of(input.expected.as_ref())
        .returned(input.return_values.as_ref(), input.return_consumed_capacity.as_ref());
    Ok(touched.on(ctx, Access::to(home.arn()), &home))
}

/// What deleting an item touches.
pub(crate) fn delete(ctx: &Ctx, input: &DeleteItemInput) -> Result<Access, Error> {
    let home = home(ctx, &input.table_name)?;
    let touched =
        Touched { keys: vec![&input.key], names: input.expression_attribute_names.as_ref(), ..Touched::default() };
    let touched = touched
        .text(input.condition_expression.as_ref())
        .names_of(input.expected.as_ref())
        .returned(input.return_values.as_ref(), input.return_consumed_capacity.as_ref());
    Ok(touched.on(ctx, Access::to(home.arn()), &home))
}

/// What a query touches. Its partition key is told by its values: those that it compares with.
pub(crate) fn query(ctx: &Ctx, input: &QueryInput) -> Result<Access, Error> {
    let home = home(ctx, &input.table_name)?;
    let access = access_to_index(ctx, &input.table_name, input.index_name.as_deref())?;
    let mut touched = Touched { names: input.expression_attribute_names.as_ref(), ..Touched::default() }
        .text(input.key_condition_expression.as_ref())
        .text(input.filter_expression.as_ref())
        .text(input.projection_expression.as_ref())
        .names_of(input.key_conditions.as_ref())
        .names_of(input.query_filter.as_ref());
    touched.attributes.extend(input.attributes_to_get.iter().flatten().map(String::as_str));
    let some = input.projection_expression.is_some() || input.attributes_to_get.is_some();
    touched = touched.told("Select", Some(select(input.select.as_ref(), some, input.index_name.is_some())));
    for value in leading_of_query(ctx, &home, input) {
        touched.more.push(("LeadingKeys", value));
    }
    Ok(touched.on(ctx, access, &home))
}

/// What a scan touches.
pub(crate) fn scan(ctx: &Ctx, input: &ScanInput) -> Result<Access, Error> {
    let home = home(ctx, &input.table_name)?;
    let access = access_to_index(ctx, &input.table_name, input.index_name.as_deref())?;
    let mut touched = Touched { names: input.expression_attribute_names.as_ref(), ..Touched::default() }
        .text(input.filter_expression.as_ref())
        .text(input.projection_expression.as_ref())
        .names_of(input.scan_filter.as_ref());
    touched.attributes.extend(input.attributes_to_get.iter().flatten().map(String::as_str));
    let some = input.projection_expression.is_some() || input.attributes_to_get.is_some();
    touched = touched.told("Select", Some(select(input.select.as_ref(), some, input.index_name.is_some())));
    Ok(touched.on(ctx, access, &home))
}

/// What a batch of gets touches, table by table.
pub(crate) fn batch_get(ctx: &Ctx, input: &BatchGetItemInput) -> Result<Access, Error> {
    let mut all = Vec::new();
    for (name, wanted) in &input.request_items {
        let home = home(ctx, name)?;
        let some = wanted.projection_expression.is_some() || wanted.attributes_to_get.is_some();
        let mut touched = Touched {
            keys: wanted.keys.iter().collect(),
            names: wanted.expression_attribute_names.as_ref(),
            ..Touched::default()
        }
        .text(wanted.projection_expression.as_ref())
        .told("Select", Some(if some { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" }));
        touched.attributes.extend(wanted.attributes_to_get.iter().flatten().map(String::as_str));
        all.push(touched.on(ctx, Access::to(home.arn()), &home));
    }
    Ok(together(all))
}

/// What a batch of writes touches, table by table.
pub(crate) fn batch_write(ctx: &Ctx, input: &BatchWriteItemInput) -> Result<Access, Error> {
    let mut all = Vec::new();
    for (name, requests) in &input.request_items {
        let home = home(ctx, name)?;
        let puts = requests.iter().filter_map(|request| request.put_request.as_ref()).map(|put| &put.item);
        let deletes = requests.iter().filter_map(|request| request.delete_request.as_ref()).map(|delete| &delete.key);
        let touched = Touched { items: puts.collect(), keys: deletes.collect(), ..Touched::default() };
        all.push(touched.on(ctx, Access::to(home.arn()), &home));
    }
    Ok(together(all))
}

/// The condition keys of one write or read of a transaction.
pub(crate) fn in_transaction<'a>(
    ctx: &Ctx,
    action: &'static str,
    enclosing: &str,
    table: &str,
    item: &'a Attributes,
    texts: &[Option<&'a String>],
    names: Option<&'a BTreeMap<String, String>>,
) -> Result<Access, Error> {
    let home = home(ctx, table)?;
    let touched = Touched { keys: vec![item], names, ..Touched::default() };
    let touched = texts.iter().fold(touched, |touched, text| touched.text(*text));
    let access = Access::to(home.arn()).as_action(action).with("dynamodb:EnclosingOperation", enclosing);
    Ok(touched.on(ctx, access, &home))
}

/// Several as one call.
pub(crate) fn together(mut all: Vec<Access>) -> Access {
    all.dedup();
    let mut all = all.into_iter();
    let first = all.next().unwrap_or_default();
    all.fold(first, Access::and)
}

fn select(asked: Option<&api_dynamodb::Select>, some: bool, of_index: bool) -> &str {
    match asked {
        Some(asked) => asked.as_str(),
        None if some => "SPECIFIC_ATTRIBUTES",
        None if of_index => "ALL_PROJECTED_ATTRIBUTES",
        None => "ALL_ATTRIBUTES",
    }
}

/// The values with which a query compares its partition key.
fn leading_of_query(ctx: &Ctx, home: &Home, input: &QueryInput) -> Vec<String> {
    let table = known(ctx, home);
    let hash = table.map(|table| {
        let state = table.state();
        let index = input.index_name.as_deref().and_then(|name| state.schema.index(name));
        index.unwrap_or(state.schema.primary()).hash.name.clone()
    });
    if let Some(conditions) = &input.key_conditions {
        let of = conditions.iter().filter(|(name, _)| hash.as_ref().is_none_or(|hash| hash == *name));
        return of.flat_map(|(_, c)| c.attribute_value_list.iter().flatten()).filter_map(scalar).collect();
    }
    let (Some(text), Some(values)) = (&input.key_condition_expression, &input.expression_attribute_values) else {
        return Vec::new();
    };
    // Every value that the condition names, but those compared with another attribute where that is known.
    let compared = comparisons(text, input.expression_attribute_names.as_ref());
    let of_hash = |placeholder: &str| match (&hash, compared.get(placeholder)) {
        (Some(hash), Some(name)) => name == hash,
        _ => true,
    };
    let named = values.iter().filter(|(key, _)| text.contains(key.as_str()) && of_hash(key));
    named.filter_map(|(_, value)| scalar(value)).collect()
}

/// Placeholders of values, by what stands with them in `a = :v` or `:v = a`.
fn comparisons(text: &str, names: Option<&BTreeMap<String, String>>) -> BTreeMap<String, String> {
    let words: Vec<&str> = words(text).collect();
    let mut found = BTreeMap::new();
    for window in words.windows(3) {
        let (a, b) = match window {
            [a, "=", b] if b.starts_with(':') => (a, b),
            [a, "=", b] if a.starts_with(':') => (b, a),
            _ => continue,
        };
        let name = names.and_then(|names| names.get(*a)).map_or((*a).to_owned(), Clone::clone);
        found.insert((*b).to_owned(), name);
    }
    found
}

/// The top-level attributes that an expression names: every word that can be one. Too many deny, and none would allow.
fn heads(text: &str, names: Option<&BTreeMap<String, String>>) -> Vec<String> {
    const KEYWORDS: [&str; 10] = ["SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "IN", "BETWEEN", "SIZE"];
    let all: Vec<&str> = words(text).collect();
    let mut heads = Vec::new();
    for (at, word) in all.iter().enumerate() {
        let inside = at > 0 && all[at - 1] == ".";
        let function = all.get(at + 1) == Some(&"(");
        let keyword = KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word));
        let first = word.chars().next().unwrap_or(' ');
        let named = first == '#' || first.is_ascii_alphabetic() && !function;
        if inside || keyword || !named {
            continue;
        }
        heads.push(names.and_then(|names| names.get(*word)).map_or((*word).to_owned(), Clone::clone));
    }
    heads
}

/// Names, placeholders and marks of an expression.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | ':');
        let length = if is_part(first) { rest.find(|c| !is_part(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, left) = rest.split_at(length);
        rest = left;
        Some(word)
    })
}

/// A key's value as a condition key tells it.
pub(crate) fn scalar(value: &AttributeValue) -> Option<String> {
    use base64::Engine;
    Some(match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
        AttributeValue::B(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes),
        _ => return None,
    })
}

/// The table at a place, when it can be had without waiting: it is in memory, or the store is.
pub(crate) fn known(ctx: &Ctx, home: &Home) -> Option<Arc<Table>> {
    let found = pin!(ctx.state::<Dynamo>().engine().lookup(home));
    match found.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(table)) => table,
        _ => None,
    }
}

/// Whether nobody could bind the caller by a condition: an account's own root, where there are neither guardrails nor a policy
/// on the table.
fn is_unbound(ctx: &Ctx, table: Option<&Table>) -> bool {
    let own = table.is_some_and(|table| table.home.account == ctx.account() && table.state().record.policy.is_none());
    own && matches!(ctx.caller.principal, Principal::Root) && ctx.cloud().guardrails().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_of_expressions() {
        let names = [("#s".to_owned(), "status".to_owned())].into();
        for (text, expected) in [
            ("SET a.b = :v, #s = if_not_exists(c[0].d, :w) REMOVE e", &["a", "status", "c", "e"][..]),
            ("size(a) > :n AND (NOT contains(b, :x) OR c BETWEEN :l AND :h)", &["a", "b", "c"]),
            ("a, b.c, #s", &["a", "b", "status"]),
        ] {
            assert_eq!(heads(text, Some(&names)), expected, "{text}");
        }
    }

    #[test]
    fn what_values_are_compared_with() {
        let names = [("#h".to_owned(), "hash".to_owned())].into();
        let found = comparisons("#h=:a AND begins_with(r, :b) AND :c = x", Some(&names));
        let expected = [(":a", "hash"), (":c", "x")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found, expected.into());
    }
}
