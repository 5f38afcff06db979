//! Tree hashes: SHA-256 over pieces of one mebibyte, joined in pairs until one is left. Source: Glacier developer guide,
//! "Computing checksums". Pure.

use aws_lc_rs::digest::{Context, SHA256, digest};

/// A hash.
pub(crate) type Hash = [u8; 32];

/// Bytes of a leaf.
pub(crate) const LEAF: u64 = 1024 * 1024;

/// Hashes bytes as they come.
pub(crate) struct TreeHasher {
    leaf: Context,
    in_leaf: u64,
    leaves: Vec<Hash>,
}

impl Default for TreeHasher {
    fn default() -> Self {
        Self { leaf: Context::new(&SHA256), in_leaf: 0, leaves: Vec::new() }
    }
}

impl TreeHasher {
    /// Takes in bytes.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = usize::try_from(LEAF - self.in_leaf).unwrap_or(usize::MAX).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.leaf.update(now);
            self.in_leaf += now.len() as u64;
            bytes = later;
            if self.in_leaf == LEAF {
                self.close();
            }
        }
    }

    /// The hash of all bytes.
    pub(crate) fn finish(mut self) -> Hash {
        if self.in_leaf > 0 || self.leaves.is_empty() {
            self.close();
        }
        join(self.leaves)
    }

    fn close(&mut self) {
        let leaf = std::mem::replace(&mut self.leaf, Context::new(&SHA256));
        self.leaves.push(hash_of(leaf.finish().as_ref()));
        self.in_leaf = 0;
    }
}

/// The hash of parts of equal size, a power of two of leaves, but for the last.
pub(crate) fn join(mut level: Vec<Hash>) -> Hash {
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [one, other] => hash_of(digest(&SHA256, &[one.as_slice(), other.as_slice()].concat()).as_ref()),
                rest => rest[0],
            })
            .collect();
    }
    level.pop().unwrap_or_default()
}

/// A hash as hexadecimal digits.
pub(crate) fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash_of(bytes: &[u8]) -> Hash {
    bytes.try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(bytes: &[u8]) -> Hash {
        let mut hasher = TreeHasher::default();
        hasher.update(bytes);
        hasher.finish()
    }

    #[test]
    fn small_content_is_hashed_plainly() {
        assert_eq!(hex(&whole(b"")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(&whole(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// In whichever pieces it comes, and joined from parts as multipart uploads are.
        #[test]
        fn pieces_and_parts_give_the_same(leaves in 0_usize..7, rest in 0_usize..5_000, cut in 1_usize..3_000_000, part in 0_u32..3) {
            let bytes: Vec<u8> = (0..leaves * 1_048_576 + rest).map(|place| (place / 7) as u8).collect();
            let expected = whole(&bytes);
            let mut hasher = TreeHasher::default();
            bytes.chunks(cut).for_each(|piece| hasher.update(piece));
            prop_assert_eq!(hasher.finish(), expected);
            let part = 1_048_576 << part;
            prop_assert_eq!(join(bytes.chunks(part).map(whole).collect::<Vec<_>>()).to_vec(), if bytes.is_empty() { vec![0; 32] } else { expected.to_vec() });
        }
    }
}
