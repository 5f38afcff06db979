//! Where rows lie: the index, a hash of the partition key, the partition key, the sort key. A row of a secondary index ends in
//! a hash and a digest of the item's own key, for many items may have one index key. Pure.
//!
//! The hash spreads partition keys as DynamoDB does: a scan meets them in its order, and parallel segments are alike in size.
//! It is the one that dynalite found by comparing scans with AWS's.

use aws_lc_rs::digest;
use bytes::Bytes;
use md5::{Digest, Md5};
use store::{KeyLike, KeyRange, after_key, after_prefix};

use super::refusal::Refusal;
use super::schema::{Index, KeyAttribute, Schema};
use super::value::{Item, Value};
use crate::limits;
use crate::store::KeyKind;

/// What AWS's hash begins with.
const SALT: &[u8] = b"Outliers";
/// Bytes of a digest that tells items of one index key apart.
const DIGEST: usize = 16;

/// Which sort keys a query wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Span {
    /// All.
    All,
    /// This one.
    Equal(Value),
    /// Those before.
    Less(Value),
    /// Those before, and this one.
    LessOrEqual(Value),
    /// Those after.
    Greater(Value),
    /// This one, and those after.
    GreaterOrEqual(Value),
    /// From the first to the second.
    Between(Value, Value),
    /// Those that begin so.
    BeginsWith(Value),
}

/// The key of an item's row in the table, or of a row in an index.
pub(crate) fn row(index: &Index, item: &Item) -> Option<Bytes> {
    let mut out = if index.more.hash.is_empty() {
        partition(index, std::iter::once(fitting(item, &index.hash)?))
    } else {
        let hashes = index.hashes().map(|hash| fitting(item, hash)).collect::<Option<Vec<_>>>()?;
        partition(index, hashes.into_iter())
    };
    for range in index.ranges() {
        append(fitting(item, range)?, &mut out);
    }
    Some(out.into())
}

/// What the keys of all rows of an item's partition key begin with.
pub(crate) fn partition_of(index: &Index, item: &Item) -> Option<Bytes> {
    fitting(item, &index.hash).map(|hash| partition(index, std::iter::once(hash)).into())
}

/// The key of an item's row in a secondary index; `primary` is that of its row in the table.
pub(crate) fn secondary_row(schema: &Schema, index: &Index, item: &Item, primary: &Bytes) -> Option<Bytes> {
    let mut out = row(index, item)?.to_vec();
    let own = &primary[schema.primary().prefix.len()..];
    let keys = schema.primary().key().filter_map(|key| item.get(&key.name));
    out.extend_from_slice(&spread(keys));
    out.extend_from_slice(&digest::digest(&digest::SHA256, own).as_ref()[..DIGEST]);
    Some(out.into())
}

/// The key attributes of an item.
pub(crate) fn key_of<'a>(keys: impl Iterator<Item = &'a KeyAttribute>, item: &Item) -> Item {
    keys.filter_map(|key| item.get(&key.name).map(|value| (key.name.clone(), value.clone()))).collect()
}

/// The rows of a partition key whose sort keys lie in a span.
pub(crate) fn range(index: &Index, hash: &Value, span: &Span) -> KeyRange {
    within(partition(index, std::iter::once(hash)), span)
}

/// The same of an index whose key has more attributes: all of its partition key, and the first ones of its sort key up to one
/// that lies in a span.
pub(crate) fn wide_range(index: &Index, hashes: &[Value], leading: &[Value], span: &Span) -> KeyRange {
    let mut partition = partition(index, hashes.iter());
    leading.iter().for_each(|value| append(value, &mut partition));
    within(partition, span)
}

/// The rows whose keys begin so, and whose next value lies in a span.
fn within(partition: Vec<u8>, span: &Span) -> KeyRange {
    let with = |value: &Value| {
        let mut out = partition.clone();
        append(value, &mut out);
        out
    };
    let all = KeyRange::prefix(partition.clone());
    let until = |key: Vec<u8>| KeyRange { start: all.start.clone(), end: Some(key.into()) };
    let from = |start: Option<Bytes>| KeyRange { start: start.unwrap_or_default(), end: all.end.clone() };
    match span {
        Span::All => all,
        Span::Equal(value) => KeyRange::prefix(with(value)),
        Span::Less(value) => until(with(value)),
        Span::LessOrEqual(value) => KeyRange { start: all.start.clone(), end: after_prefix(&with(value)) },
        Span::Greater(value) => from(after_prefix(&with(value))),
        Span::GreaterOrEqual(value) => from(Some(with(value).into())),
        Span::Between(low, high) => KeyRange { start: with(low).into(), end: after_prefix(&with(high)) },
        Span::BeginsWith(value) => {
            let mut beginning = with(value);
            // Without the mark that ends a text or bytes.
            beginning.truncate(beginning.len() - 2);
            KeyRange::prefix(beginning)
        }
    }
}

/// The rows of one of the segments into which a scan is split.
pub(crate) fn segment(index: &Index, segment: u32, total: u32) -> KeyRange {
    let whole = KeyRange::prefix(index.prefix.clone());
    let first = |segment: u32| {
        let hash = (u64::from(segment) << 32).div_ceil(u64::from(total.max(1)));
        u32::try_from(hash).ok().map(|hash| Bytes::from([&index.prefix[..], &hash.to_be_bytes()].concat()))
    };
    KeyRange { start: first(segment).unwrap_or(whole.start), end: first(segment + 1).or(whole.end) }
}

/// The rest of a range after a row, in the direction of reading.
pub(crate) fn after(range: KeyRange, row: &[u8], forward: bool) -> KeyRange {
    if forward {
        KeyRange { start: after_key(row).max(range.start), ..range }
    } else {
        KeyRange { end: Some(Bytes::copy_from_slice(row)), ..range }
    }
}

/// The key that a caller gave, held to AWS's rules: all key attributes, nothing else, each of its type.
pub(crate) fn check_key(index: &Index, key: &Item) -> Result<(), Refusal> {
    if key.len() != index.key().count() {
        return Err(mismatch());
    }
    for (attribute, is_hash) in index.parts() {
        let value = fitting(key, attribute).ok_or_else(mismatch)?;
        check_piece(attribute, value, is_hash, "One or more parameter values were invalid: ")?;
    }
    Ok(())
}

/// The key attributes of an item that is to be put, held to AWS's rules.
pub(crate) fn check_item(schema: &Schema, item: &Item) -> Result<(), Refusal> {
    for (attribute, is_hash) in schema.primary().key().zip([true, false]) {
        let KeyAttribute { name, kind } = attribute;
        let Some(value) = item.get(name) else {
            return Err(Refusal::Invalid(format!(
                "One or more parameter values were invalid: Missing the key {name} in the item"
            )));
        };
        if value.kind() != kind.as_str() {
            return Err(Refusal::Invalid(format!(
                "One or more parameter values were invalid: Type mismatch for key {name} expected: {} actual: {}",
                kind.as_str(),
                value.kind()
            )));
        }
        check_piece(attribute, value, is_hash, "One or more parameter values are not valid. ")?;
    }
    check_index_keys(schema, item)
}

/// Attributes that are keys of indexes must be of their types, where they are there.
fn check_index_keys(schema: &Schema, item: &Item) -> Result<(), Refusal> {
    for index in schema.secondary() {
        let name = index.name.as_deref().unwrap_or_default();
        for (attribute, is_hash) in index.parts() {
            let Some(value) = item.get(&attribute.name) else { continue };
            if value.kind() != attribute.kind.as_str() {
                return Err(Refusal::Invalid(format!(
                    "One or more parameter values were invalid: Type mismatch for Index Key {} Expected: {} Actual: {} \
                     IndexName: {name}",
                    attribute.name,
                    attribute.kind.as_str(),
                    value.kind()
                )));
            }
            if is_empty(value) {
                return Err(Refusal::Invalid(format!(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not \
                     supported. The AttributeValue for a key attribute cannot contain an empty {} value. IndexName: \
                     {name}, IndexKey: {}",
                    noun(value),
                    attribute.name
                )));
            }
            check_length(value, is_hash)?;
        }
    }
    Ok(())
}

/// What an update made of index keys; AWS words it otherwise than of puts.
pub(crate) fn check_updated(schema: &Schema, item: &Item) -> Result<(), Refusal> {
    for index in schema.secondary() {
        for (attribute, is_hash) in index.parts() {
            let Some(value) = item.get(&attribute.name) else { continue };
            if value.kind() != attribute.kind.as_str() {
                return Err(Refusal::invalid(
                    "The update expression attempted to update the secondary index key to unsupported type",
                ));
            }
            if is_empty(value) {
                return Err(Refusal::Invalid(format!(
                    "The update expression attempted to update the secondary index key to a value that is not supported. \
                     The AttributeValue for a key attribute cannot contain an empty {} value.",
                    noun(value)
                )));
            }
            check_length(value, is_hash)?;
        }
    }
    Ok(())
}

fn check_piece(attribute: &KeyAttribute, value: &Value, is_hash: bool, intro: &str) -> Result<(), Refusal> {
    if is_empty(value) {
        return Err(Refusal::Invalid(format!(
            "{intro}The AttributeValue for a key attribute cannot contain an empty {} value. Key: {}",
            noun(value),
            attribute.name
        )));
    }
    check_length(value, is_hash)
}

fn check_length(value: &Value, is_hash: bool) -> Result<(), Refusal> {
    let length = match value {
        Value::S(text) => text.len(),
        Value::B(bytes) => bytes.len(),
        _ => 0,
    };
    match (is_hash, length) {
        (true, length) if length > limits::HASH_KEY_BYTES => Err(Refusal::invalid(
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
        )),
        (false, length) if length > limits::RANGE_KEY_BYTES => Err(Refusal::invalid(
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of \
             1024 bytes",
        )),
        _ => Ok(()),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::S(text) => text.is_empty(),
        Value::B(bytes) => bytes.is_empty(),
        _ => false,
    }
}

fn noun(value: &Value) -> &'static str {
    if matches!(value, Value::B(_)) { "binary" } else { "string" }
}

/// "The provided key element does not match the schema".
pub(crate) fn mismatch() -> Refusal {
    Refusal::invalid("The provided key element does not match the schema")
}

fn fitting<'a>(item: &'a Item, attribute: &KeyAttribute) -> Option<&'a Value> {
    let value = item.get(&attribute.name)?;
    match (value, attribute.kind) {
        (Value::S(_), KeyKind::S) | (Value::N(_), KeyKind::N) | (Value::B(_), KeyKind::B) => Some(value),
        _ => None,
    }
}

fn partition<'a>(index: &Index, hashes: impl Iterator<Item = &'a Value> + Clone) -> Vec<u8> {
    let mut out = Vec::with_capacity(index.prefix.len() + 96);
    out.extend_from_slice(&index.prefix);
    out.extend_from_slice(&spread(hashes.clone()));
    hashes.for_each(|hash| append(hash, &mut out));
    out
}

/// Where a partition key lies among all; and, of an item's whole key, where it lies among those of one index key.
fn spread<'a>(keys: impl Iterator<Item = &'a Value>) -> [u8; 4] {
    let mut md5 = Md5::new();
    md5.update(SALT);
    for key in keys {
        match key {
            Value::S(text) => md5.update(text.as_bytes()),
            Value::B(bytes) => md5.update(bytes),
            Value::N(number) => md5.update(number.hashed()),
            _ => {}
        }
    }
    let digest = md5.finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Only texts, numbers and bytes are keys.
fn append(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::S(text) => KeyLike::<String>::encode_key(&text.as_str(), out),
        Value::B(bytes) => KeyLike::<Bytes>::encode_key(&&bytes[..], out),
        Value::N(number) => number.encode_key(out),
        _ => {}
    }
}
