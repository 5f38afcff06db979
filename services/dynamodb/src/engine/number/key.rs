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
