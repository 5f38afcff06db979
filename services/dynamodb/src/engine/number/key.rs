//! Numbers as bytes that sort as they do, none being the beginning of another: sign, magnitude, digits by twos, an end. A
//! negative number's bytes are turned over.

use super::{DIGITS, Number, SMALLEST};

const NEGATIVE: u8 = 0x7e;
const ZERO: u8 = 0x80;
const POSITIVE: u8 = 0x82;
/// Ends the digits; smaller than any two of them.
const END: u8 = 0;

impl Number {
    /// Appends the bytes.
    pub(crate) fn encode_key(&self, out: &mut Vec<u8>) {
        if self.coefficient == 0 {
            out.push(ZERO);
            return;
        }
        let turned = if self.negative { 0xff } else { 0 };
        out.push(if self.negative { NEGATIVE } else { POSITIVE });
        out.push(u8::try_from(self.magnitude() - SMALLEST).unwrap_or(u8::MAX) ^ turned);
        let mut rest = self.aligned();
        let mut scale = 10_u128.pow(DIGITS - 2);
        while rest != 0 {
            let two = u8::try_from(rest / scale).unwrap_or_default();
            rest %= scale;
            out.push((two + 1) ^ turned);
            scale = (scale / 100).max(1);
        }
        out.push(END ^ turned);
    }

    /// The bytes of which DynamoDB makes the hash of a partition key, as dynalite found them out: the exponent in hundreds, the
    /// digits by twos from the decimal point on, each plus one; turned over for a negative number.
    pub(crate) fn hashed(&self) -> Vec<u8> {
        if self.coefficient == 0 {
            return vec![0x80];
        }
        let exponent = self.magnitude() + 1;
        let uneven = exponent % 2 != 0;
        let mut digits = if uneven { vec![0] } else { Vec::new() };
        digits.extend(self.coefficient.to_string().bytes().map(|digit| digit - b'0'));
        let head = (exponent + i32::from(uneven)).div_euclid(2) - 64;
        let head = if self.negative { !head } else { head };
        let mut out = vec![head.to_le_bytes()[0]];
        for two in digits.chunks(2) {
            let value = two[0] * 10 + two.get(1).copied().unwrap_or_default();
            out.push(if self.negative { 101 - value } else { value + 1 });
        }
        if self.negative && out.len() - 1 < 20 {
            out.push(102);
        }
        out
    }

    /// Takes a number off the front of `input`.
    pub(crate) fn decode_key(input: &mut &[u8]) -> Option<Self> {
        let (&sign, rest) = input.split_first()?;
        *input = rest;
        let turned = match sign {
            ZERO => return Some(Self::ZERO),
            NEGATIVE => 0xff,
            POSITIVE => 0,
            _ => return None,
        };
        let (&magnitude, rest) = input.split_first()?;
        let magnitude = i32::from(magnitude ^ turned) + SMALLEST;
        let end = rest.iter().position(|byte| byte ^ turned == END)?;
        if end == 0 || end > (DIGITS / 2) as usize {
            return None;
        }
        let mut coefficient = 0;
        for byte in &rest[..end] {
            let two = (byte ^ turned).checked_sub(1).filter(|two| *two < 100)?;
            coefficient = coefficient * 100 + u128::from(two);
        }
        *input = &rest[end + 1..];
        let digits = i32::try_from(end * 2).ok()?;
        Self::of(turned != 0, coefficient, magnitude - digits + 1).ok()
    }
}
