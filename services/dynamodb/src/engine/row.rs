//! A stored row: a version, the item's size by AWS's count, the item in its stored form. Sizes are read without the item.

use bytes::Bytes;

/// The form that is written.
const VERSION: u8 = 1;
/// Bytes before the item.
pub(crate) const HEAD: usize = 5;

/// The size of a row's item, by AWS's count.
pub(crate) fn size(stored: &Bytes) -> usize {
    match stored.get(..HEAD) {
        Some([VERSION, a, b, c, d]) => u32::from_le_bytes([*a, *b, *c, *d]) as usize,
        _ => 0,
    }
}
