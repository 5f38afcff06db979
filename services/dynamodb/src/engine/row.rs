//! A stored row: a version, the item's size by AWS's count, the item in its stored form. Sizes are read without the item.
//! Pure.

use bytes::Bytes;
use store::StoreError;

use super::schema::{Index, Schema};
use super::value::{self, Item};
use crate::store::Projection;

/// The form that is written.
const VERSION: u8 = 1;
/// Bytes before the item.
const HEAD: usize = 5;

/// The stored form of an item of this size.
pub(crate) fn stored(item: &Item, size: usize) -> Bytes {
    let mut out = Vec::with_capacity(HEAD + size + size / 8 + 16);
    out.push(VERSION);
    out.extend_from_slice(&u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes());
    value::encode_item(item, &mut out);
    out.into()
}

/// The item of a row.
pub(crate) fn item(stored: &Bytes) -> Result<Item, StoreError> {
    let item = match stored.first() {
        Some(&VERSION) => stored.get(HEAD..).and_then(value::decode_item),
        Some(&version) if version > VERSION => {
            return Err(StoreError::NewerRecord { table: "dynamodb/item".into(), version });
        }
        _ => None,
    };
    item.ok_or_else(|| StoreError::corrupt("an item"))
}

/// The size of a row's item, by AWS's count.
pub(crate) fn size(stored: &Bytes) -> usize {
    match stored.get(..HEAD) {
        Some([VERSION, a, b, c, d]) => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
        _ => 0,
    }
}

/// What of an item a secondary index holds.
pub(crate) fn projected(schema: &Schema, index: &Index, item: &Item) -> Item {
    let named = |name: &str| match &index.projection {
        Projection::All => true,
        Projection::Include(names) => names.iter().any(|included| included == name),
        Projection::Keys => false,
    };
    let kept = |name: &str| named(name) || index.has_key(name) || schema.primary().has_key(name);
    item.iter().filter(|(name, _)| kept(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
