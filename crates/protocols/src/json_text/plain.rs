//! Finding the part of a text that JSON writes as it is: the inner loop of reading and writing strings. The loops are
//! written so that the compiler makes vector instructions of them.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// How many bytes at the start of `bytes` are neither a quote, a backslash nor a control character. Long texts go
/// thirty-two bytes a step, the end of one eight.
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<32>();
    let blocks = blocks.iter().take_while(|block| !block.iter().fold(false, |any, b| any | is_special(*b))).count();
    let (words, rest) = bytes[blocks * 32..].as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return blocks * 32 + at * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let rest = rest.iter().take_while(|b| !is_special(**b)).count();
    blocks * 32 + words.len() * 8 + rest
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Has the high bit of each special byte set. Above the first special byte, bits may be set wrongly.
fn special(word: u64) -> u64 {
    let zero_bytes = |x: u64| x.wrapping_sub(LOW) & !x & HIGH;
    let quote = zero_bytes(word ^ (LOW * b'"' as u64));
    let backslash = zero_bytes(word ^ (LOW * b'\\' as u64));
    let control = word.wrapping_sub(LOW * 0x20) & !word & HIGH;
    quote | backslash | control
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain_prefix;

    proptest! {
        #[test]
        fn agrees_with_one_byte_at_a_time(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let slow = bytes.iter().take_while(|b| **b >= 0x20 && **b != b'"' && **b != b'\\').count();
            prop_assert_eq!(plain_prefix(&bytes), slow);
        }

        #[test]
        fn finds_the_one_special_byte(at in 0usize..40, special in prop_oneof![Just(b'"'), Just(b'\\'), 0u8..0x20]) {
            let mut bytes = vec![b'x'; 40];
            bytes[at] = special;
            prop_assert_eq!(plain_prefix(&bytes), at);
        }
    }
}
