//! A stored row: a version, the item's size by AWS's count, the item in its stored form, sealed under its table's key. Sizes
//! are read without the item, and without the key.

use bytes::Bytes;
use store::StoreError;

use super::schema::{Index, Schema};
use super::sealing::{LONGER, Sealing};
use super::value::{self, Item};
use crate::store::Projection;

/// Of tables from before they had a key.
const PLAIN: u8 = 1;
/// Sealed, and bound to what of the row's key follows the table and the index.
const SEALED: u8 = 2;
/// Bytes before the item.
const HEAD: usize = 5;

/// The stored form of an item of this size. `own` is what of the row's key is its own.
pub(crate) fn stored(sealing: Option<&Sealing>, own: &[u8], item: &Item, size: usize) -> Bytes {
    let mut out = Vec::with_capacity(HEAD + size + size / 8 + 16 + LONGER);
    out.push(if sealing.is_some() { SEALED } else { PLAIN });
    out.extend_from_slice(&u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes());
    match sealing {
        Some(sealing) => sealing.close(own, out, |out| value::encode_item(item, out)),
        None => {
            value::encode_item(item, &mut out);
            out.into()
        }
    }
}

/// The item of a row.
pub(crate) fn item(sealing: Option<&Sealing>, own: &[u8], stored: &Bytes) -> Result<Item, StoreError> {
    let (version, content) = (stored.first().copied(), stored.get(HEAD..).unwrap_or_default());
    let item = match (version, sealing) {
        (Some(SEALED), Some(sealing)) => value::decode_item(&sealing.open(own, content)?),
        (Some(PLAIN), _) => value::decode_item(content),
        (Some(version), _) if version > SEALED => {
            return Err(StoreError::NewerRecord { table: "dynamodb/item".into(), version });
        }
        _ => None,
    };
    item.ok_or_else(|| StoreError::corrupt("an item"))
}

/// The size of a row's item, by AWS's count.
pub(crate) fn size(stored: &Bytes) -> usize {
    match stored.get(..HEAD) {
        Some([PLAIN | SEALED, a, b, c, d]) => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
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
