//! Positions and the sequence numbers that show them. Pure.
//!
//! A position is the microsecond in which a record came, times a thousand, or the number after the last one where more come
//! in a microsecond: positions of a shard only grow, however the clock is moved, and a seek by time is a seek by position.
//!
//! A sequence number is a position in AWS's form, 186 bits in 56 digits, of which 47 hexadecimal digits are
//! `2`, second of the shard's opening (9), last digit of the shard, position (16), `00`, second of the record (9), shard (8),
//! `2`. Source of the form: kinesalite, which was checked against AWS. Numbers of one shard sort as its positions, and those
//! of a child after those of its parents.

use names::Timestamp;

use crate::store::{Position, ShardNo};

/// Positions in a microsecond.
const IN_A_MICROSECOND: u64 = 1_000;
/// As many decimal digits as fit into 64 bits.
const CHUNK: usize = 19;
const TEN_TO_THE_19: u64 = 10_000_000_000_000_000_000;
/// A second has nine hexadecimal digits.
const SECOND_BITS: u32 = 36;

/// A sequence number, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// The second in which its shard was opened.
    pub second: u64,
    /// Its shard.
    pub shard: ShardNo,
    /// The position.
    pub position: Position,
}

/// The first position of an instant.
pub(crate) fn first_at(at: Timestamp) -> Position {
    u64::try_from(at.micros()).unwrap_or_default().saturating_mul(IN_A_MICROSECOND)
}

/// The instant of a position.
pub(crate) fn instant_of(position: Position) -> Timestamp {
    Timestamp::from_micros(i64::try_from(position / IN_A_MICROSECOND).unwrap_or(i64::MAX))
}

/// The second of an instant, as sequence numbers hold it.
pub(crate) fn second_of(at: Timestamp) -> u64 {
    u64::try_from(at.secs()).unwrap_or_default() & ((1 << SECOND_BITS) - 1)
}

impl Sequence {
    /// Its 56 digits.
    pub(crate) fn shown(self) -> String {
        let second = u128::from(second_of(instant_of(self.position)));
        let high = (2 << 56) | (self.second << 20) | (u64::from(self.shard & 0xf) << 16) | (self.position >> 48);
        let low = (u128::from(self.position & 0xffff_ffff_ffff) << 80)
            | (second << SECOND_BITS)
            | (u128::from(self.shard) << 4)
            | 2;
        decimal([high, (low >> 64) as u64, low as u64])
    }

    /// What a number of this form stands for; none when it has another.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let [high, middle, low] = limbs(text)?;
        let low = (u128::from(middle) << 64) | u128::from(low);
        let position = ((high & 0xffff) << 48) | (low >> 80) as u64;
        let shard = (low >> 4) as u32;
        let sequence = Self { second: (high >> 20) & ((1 << SECOND_BITS) - 1), shard, position };
        // Whatever is not in the parts must be what the form says.
        (sequence.shown() == text).then_some(sequence)
    }
}

/// A number of three 64-bit digits in decimal.
fn decimal(mut limbs: [u64; 3]) -> String {
    let mut chunks = [0; 3];
    for chunk in &mut chunks {
        let mut rest = 0u128;
        for limb in &mut limbs {
            let value = (rest << 64) | u128::from(*limb);
            *limb = (value / u128::from(TEN_TO_THE_19)) as u64;
            rest = value % u128::from(TEN_TO_THE_19);
        }
        *chunk = rest as u64;
    }
    let text = format!("{}{:019}{:019}", chunks[2], chunks[1], chunks[0]);
    text.trim_start_matches('0').to_owned()
}

/// A decimal number in three 64-bit digits; none when it does not fit.
fn limbs(text: &str) -> Option<[u64; 3]> {
    if text.is_empty() || text.len() > 3 * CHUNK || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut limbs = [0u64; 3];
    let head = text.len() % CHUNK;
    let (first, rest) = text.split_at(head);
    let chunks = (!first.is_empty()).then_some(first).into_iter();
    for chunk in chunks.chain((0..rest.len()).step_by(CHUNK).map(|at| &rest[at..at + CHUNK])) {
        let mut carry = u128::from(chunk.parse::<u64>().ok()?);
        for limb in limbs.iter_mut().rev() {
            let value = u128::from(*limb) * u128::from(TEN_TO_THE_19) + carry;
            *limb = value as u64;
            carry = value >> 64;
        }
        if carry > 0 {
            return None;
        }
    }
    Some(limbs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_has_56_digits() {
        let at = Timestamp::from_secs(1_800_000_000);
        let text = Sequence { second: second_of(at), shard: 3, position: first_at(at) }.shown();
        assert_eq!(text.len(), 56);
        assert!(text.starts_with("49"), "{text}");
    }

    #[test]
    fn other_numbers_are_none() {
        for text in ["", "0", "1", "x", "49590338271490256608559692538361571095921575989136588898"] {
            assert_eq!(Sequence::read(text), None, "{text}");
        }
        assert_eq!(Sequence::read(&"9".repeat(57)), None);
        assert_eq!(Sequence::read(&"9".repeat(129)), None);
    }

    #[test]
    fn instants_come_back() {
        let at = Timestamp::from_micros(1_700_000_000_123_456);
        assert_eq!(instant_of(first_at(at)), at);
        assert_eq!(instant_of(first_at(at) + 999), at);
    }

    proptest! {
        #[test]
        fn reads_what_it_shows(second in 0u64..1 << 36, shard in any::<u32>(), position in 0u64..1 << 63) {
            let sequence = Sequence { second, shard, position };
            prop_assert_eq!(Sequence::read(&sequence.shown()), Some(sequence));
        }

        #[test]
        fn numbers_sort_as_positions(second in 1u64 << 30..1 << 33, shard in any::<u32>(), a in 0u64..1 << 63, b in 0u64..1 << 63) {
            let shown = |position| Sequence { second, shard, position }.shown();
            prop_assert_eq!(shown(a).cmp(&shown(b)), a.cmp(&b));
        }

        #[test]
        fn a_later_second_sorts_after(second in 1u64 << 30..1 << 33, one in any::<u32>(), other in any::<u32>()) {
            let shown = |second, shard| Sequence { second, shard, position: 1 << 60 }.shown();
            prop_assert!(shown(second, one) < shown(second + 1, other));
        }
    }
}
