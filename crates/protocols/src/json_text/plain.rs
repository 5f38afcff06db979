//! Finding the part of a text that JSON writes as it is: the inner loop of reading and writing strings.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// How many bytes at the start of `bytes` are neither a quote, a backslash nor a control character. Eight bytes a step.
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    let skipped = words.iter().take_while(|word| all_plain(u64::from_le_bytes(**word))).count() * 8;
    let rest = bytes[skipped..].iter().take_while(|b| **b >= 0x20 && **b != b'"' && **b != b'\\').count();
    skipped + rest
}

/// No byte of the word is special. May say no for a plain word with a byte after a special one; never yes wrongly.
fn all_plain(word: u64) -> bool {
    let quote = word ^ (LOW * b'"' as u64);
    let backslash = word ^ (LOW * b'\\' as u64);
    let has_zero = |x: u64| x.wrapping_sub(LOW) & !x & HIGH;
    let control = word.wrapping_sub(LOW * 0x20) & !word & HIGH;
    (has_zero(quote) | has_zero(backslash) | control) == 0
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
