//! Items in their stored form: a tag a value, lengths before what has one, numbers as in keys. Reading is total: foreign
//! bytes are refused and cost what they weigh.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{Item, NESTING, Value};
use crate::engine::number::Number;

const S: u8 = 1;
const N: u8 = 2;
const B: u8 = 3;
const SS: u8 = 4;
const NS: u8 = 5;
const BS: u8 = 6;
const M: u8 = 7;
const L: u8 = 8;
const NULL: u8 = 9;
const FALSE: u8 = 10;
const TRUE: u8 = 11;

/// Appends an item.
pub(crate) fn encode_item(item: &Item, out: &mut Vec<u8>) {
    length(item.len(), out);
    for (name, value) in item {
        bytes(name.as_bytes(), out);
        encode(value, out);
    }
}

/// Reads an item that fills `stored`.
pub(crate) fn decode_item(mut stored: &[u8]) -> Option<Item> {
    let item = read_item(&mut stored, NESTING + 1)?;
    stored.is_empty().then_some(item)
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::S(text) => tagged(S, text.as_bytes(), out),
        Value::N(number) => {
            out.push(N);
            number.encode_key(out);
        }
        Value::B(all) => tagged(B, all, out),
        Value::Ss(texts) => {
            head(SS, texts.len(), out);
            texts.iter().for_each(|text| bytes(text.as_bytes(), out));
        }
        Value::Ns(numbers) => {
            head(NS, numbers.len(), out);
            numbers.iter().for_each(|number| number.encode_key(out));
        }
        Value::Bs(all) => {
            head(BS, all.len(), out);
            all.iter().for_each(|one| bytes(one, out));
        }
        Value::M(values) => {
            out.push(M);
            encode_item(values, out);
        }
        Value::L(values) => {
            head(L, values.len(), out);
            values.iter().for_each(|value| encode(value, out));
        }
        Value::Null => out.push(NULL),
        Value::Bool(yes) => out.push(if *yes { TRUE } else { FALSE }),
    }
}

fn head(tag: u8, count: usize, out: &mut Vec<u8>) {
    out.push(tag);
    length(count, out);
}

fn tagged(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    bytes(content, out);
}

fn bytes(content: &[u8], out: &mut Vec<u8>) {
    length(content.len(), out);
    out.extend_from_slice(content);
}

/// Seven bits a byte, the lowest first.
fn length(mut length: usize, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

fn read_item(input: &mut &[u8], depth: usize) -> Option<Item> {
    let count = read_length(input)?;
    // Each attribute takes at least two bytes: a count that cannot be is not believed.
    if count > input.len() {
        return None;
    }
    let mut item = BTreeMap::new();
    for _ in 0..count {
        let name = read_text(input)?;
        item.insert(name, read(input, depth)?);
    }
    Some(item)
}

fn read(input: &mut &[u8], depth: usize) -> Option<Value> {
    let (&tag, rest) = input.split_first()?;
    *input = rest;
    Some(match tag {
        S => Value::S(read_text(input)?),
        N => Value::N(Number::decode_key(input)?),
        B => Value::B(Bytes::copy_from_slice(read_bytes(input)?)),
        SS => Value::Ss(read_set(input, read_text)?),
        NS => Value::Ns(read_set(input, Number::decode_key)?),
        BS => Value::Bs(read_set(input, |input| read_bytes(input).map(Bytes::copy_from_slice))?),
        M => Value::M(read_item(input, depth.checked_sub(1)?)?),
        L => {
            let (count, depth) = (read_length(input)?, depth.checked_sub(1)?);
            let mut values = Vec::with_capacity(count.min(input.len()));
            for _ in 0..count {
                values.push(read(input, depth)?);
            }
            Value::L(values)
        }
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        _ => return None,
    })
}

fn read_set<T: Ord>(input: &mut &[u8], mut element: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<BTreeSet<T>> {
    let count = read_length(input)?;
    let mut set = BTreeSet::new();
    for _ in 0..count {
        set.insert(element(input)?);
    }
    Some(set)
}

fn read_text(input: &mut &[u8]) -> Option<String> {
    std::str::from_utf8(read_bytes(input)?).ok().map(str::to_owned)
}

fn read_bytes<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = read_length(input)?;
    let (content, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(content)
}

fn read_length(input: &mut &[u8]) -> Option<usize> {
    let mut length = 0_usize;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = input.split_first()?;
        *input = rest;
        length |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            ".{0,8}".prop_map(Value::S),
            any::<i64>().prop_map(|number| Value::N(Number::whole(number))),
            proptest::collection::vec(any::<u8>(), 0..200).prop_map(|all| Value::B(all.into())),
            proptest::collection::btree_set("[a-z]{1,3}", 1..4).prop_map(Value::Ss),
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::L),
                proptest::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(Value::M),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(item in proptest::collection::btree_map("[a-z]{1,5}", value(), 0..5)) {
            let mut out = Vec::new();
            encode_item(&item, &mut out);
            prop_assert_eq!(decode_item(&out), Some(item));
        }

        #[test]
        fn never_panics(foreign in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode_item(&foreign);
        }
    }
}
