//! Numbers as text: read in any form, written in one, without exponents.

use std::fmt;
use std::str::FromStr;

use super::{NotANumber, Number};

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        if text.is_empty() {
            return Err(NotANumber::Empty);
        }
        let malformed = || NotANumber::Malformed(text.to_owned());
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, power(exponent).ok_or_else(malformed)?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if whole.is_empty() && fraction.is_empty() || !all().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed());
        }
        let fraction_digits = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
        read(negative, all(), exponent.saturating_sub(fraction_digits))
    }
}

/// An exponent; what does not fit is as large as any.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Some(if text.starts_with('-') { -size } else { size })
}

/// `exponent` is the power of ten of the last digit.
fn read(negative: bool, digits: impl Iterator<Item = u8>, exponent: i64) -> Result<Number, NotANumber> {
    let (mut coefficient, mut zeros, mut significant, mut exponent, mut too_many) =
        (0_u128, 0_u32, 0_u32, exponent, false);
    for digit in digits.map(|byte| u128::from(byte - b'0')) {
        if digit == 0 {
            // Zeros count when another digit follows.
            zeros = zeros.saturating_add(u32::from(coefficient != 0));
            continue;
        }
        significant = significant.saturating_add(zeros + 1);
        if significant > super::DIGITS {
            too_many = true;
        } else {
            coefficient = coefficient * 10_u128.pow(zeros + 1) + digit;
        }
        zeros = 0;
    }
    exponent = exponent.saturating_add(zeros.into());
    if coefficient == 0 {
        // AWS holds zeros to the range of exponents too: 0E+126 is refused, and 0.0E+126 is not.
        return match exponent {
            exponent if exponent > super::LARGEST.into() => Err(NotANumber::Overflow),
            exponent if exponent < super::SMALLEST.into() => Err(NotANumber::Underflow),
            _ => Ok(Number::ZERO),
        };
    }
    let first = exponent.saturating_add(i64::from(significant) - 1);
    if first > super::LARGEST.into() {
        return Err(NotANumber::Overflow);
    }
    if first < super::SMALLEST.into() {
        return Err(NotANumber::Underflow);
    }
    if too_many {
        return Err(NotANumber::Precision);
    }
    Number::of(negative, coefficient, i32::try_from(exponent).unwrap_or_default())
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let digits = self.coefficient.to_string();
        let point = i32::from(self.exponent) + i32::try_from(digits.len()).unwrap_or(i32::MAX);
        match usize::try_from(point) {
            Ok(point) if point >= digits.len() => write!(f, "{digits:0<point$}"),
            Ok(point) if point > 0 => write!(f, "{}.{}", &digits[..point], &digits[point..]),
            _ => write!(f, "0.{:0>1$}", digits, digits.len() + usize::try_from(-point).unwrap_or_default()),
        }
    }
}
