//! Numbers as DynamoDB has them: decimal, up to 38 significant digits, magnitudes from 1E-130 to 9.99…E+125; exact
//! arithmetic, and bytes that sort as the numbers do.

mod key;
#[cfg(test)]
mod tests;
mod text;

use std::cmp::Ordering;

/// Most significant digits.
const DIGITS: u32 = 38;
/// The largest power of ten of a first digit.
const LARGEST: i32 = 125;
/// The smallest.
const SMALLEST: i32 = -130;

/// A number. Equal numbers are equal values: there is one form of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Number {
    negative: bool,
    /// The digits; the last is not 0 unless the number is.
    coefficient: u128,
    /// The power of ten of the last digit; 0 for zero.
    exponent: i16,
}

/// Why something is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// No text.
    Empty,
    /// Not a number's text.
    Malformed(String),
    /// Too large.
    Overflow,
    /// Too small.
    Underflow,
    /// Too many digits.
    Precision,
}

impl std::fmt::Display for NotANumber {
    /// AWS's text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("The parameter cannot be converted to a numeric value"),
            Self::Malformed(text) => write!(f, "The parameter cannot be converted to a numeric value: {text}"),
            Self::Overflow => {
                f.write_str("Number overflow. Attempting to store a number with magnitude larger than supported range")
            }
            Self::Underflow => f.write_str(
                "Number underflow. Attempting to store a number with magnitude smaller than supported range",
            ),
            Self::Precision => f.write_str("Attempting to store more than 38 significant digits in a Number"),
        }
    }
}

impl Number {
    /// Zero.
    pub(crate) const ZERO: Self = Self { negative: false, coefficient: 0, exponent: 0 };

    /// The number of these digits and this power of ten, in its one form.
    fn of(negative: bool, mut coefficient: u128, mut exponent: i32) -> Result<Self, NotANumber> {
        if coefficient == 0 {
            return Ok(Self::ZERO);
        }
        while coefficient.is_multiple_of(10) {
            (coefficient, exponent) = (coefficient / 10, exponent + 1);
        }
        let digits = coefficient.ilog10() + 1;
        let first = exponent + i32::try_from(digits).unwrap_or(i32::MAX) - 1;
        match (first, digits) {
            (LARGEST.., _) if first > LARGEST => Err(NotANumber::Overflow),
            (..SMALLEST, _) => Err(NotANumber::Underflow),
            (_, digits) if digits > DIGITS => Err(NotANumber::Precision),
            _ => Ok(Self { negative, coefficient, exponent: i16::try_from(exponent).unwrap_or_default() }),
        }
    }

    /// A whole number.
    pub(crate) fn whole(number: i64) -> Self {
        Self::of(number < 0, number.unsigned_abs().into(), 0).unwrap_or(Self::ZERO)
    }

    /// The whole number it is, if it is one that fits.
    pub(crate) fn as_whole(&self) -> Option<i64> {
        let scale = 10_u128.checked_pow(u32::try_from(self.exponent).ok()?)?;
        let size = i128::try_from(self.coefficient.checked_mul(scale)?).ok()?;
        i64::try_from(if self.negative { -size } else { size }).ok()
    }

    /// The largest whole number of seconds and the like that is not larger than it; none when it does not fit.
    pub(crate) fn floor(&self) -> Option<i64> {
        if self.exponent >= 0 {
            return self.as_whole();
        }
        let scale = 10_u128.checked_pow(u32::from(self.exponent.unsigned_abs()));
        let (whole, rest) = scale.map_or((0, self.coefficient), |s| (self.coefficient / s, self.coefficient % s));
        let whole = i64::try_from(whole).ok()?;
        Some(if self.negative { -whole - i64::from(rest > 0) } else { whole })
    }

    /// The sum.
    pub(crate) fn plus(self, other: Self) -> Result<Self, NotANumber> {
        let exponent = self.exponent.min(other.exponent);
        let (exponent, other) = match (self.coefficient, other.coefficient) {
            (0, _) => return Ok(other),
            (_, 0) => return Ok(self),
            _ => (exponent, other),
        };
        let (a, b) = (self.scaled(exponent)?, other.scaled(exponent)?);
        let (negative, coefficient) = if self.negative == other.negative {
            (self.negative, a.checked_add(b).ok_or(NotANumber::Precision)?)
        } else if a >= b {
            (self.negative, a - b)
        } else {
            (other.negative, b - a)
        };
        Self::of(negative, coefficient, exponent.into())
    }

    /// The difference.
    pub(crate) fn minus(self, other: Self) -> Result<Self, NotANumber> {
        self.plus(Self { negative: !other.negative && other.coefficient != 0, ..other })
    }

    /// The coefficient at a smaller power of ten. What does not fit has more digits than a number may have.
    fn scaled(&self, exponent: i16) -> Result<u128, NotANumber> {
        let power = u32::try_from(i32::from(self.exponent) - i32::from(exponent)).unwrap_or_default();
        let scale = 10_u128.checked_pow(power).ok_or(NotANumber::Precision)?;
        self.coefficient.checked_mul(scale).ok_or(NotANumber::Precision)
    }

    fn digits(&self) -> u32 {
        self.coefficient.checked_ilog10().map_or(1, |log| log + 1)
    }

    /// The power of ten of the first digit.
    fn magnitude(&self) -> i32 {
        i32::from(self.exponent) + i32::try_from(self.digits()).unwrap_or(i32::MAX) - 1
    }

    /// Bytes, by AWS's count: two digits a byte and one for the rest, as measured by dynalite against AWS.
    pub(crate) fn size(&self) -> usize {
        if self.coefficient == 0 {
            return 1;
        }
        let digits = self.digits();
        let uneven = digits % 2 == 1 || self.magnitude() % 2 != 0;
        1 + digits.div_ceil(2) as usize + usize::from(!uneven) + usize::from(self.negative)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.coefficient, number.negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        };
        let (a, b) = (sign(self), sign(other));
        if a != b || a == 0 {
            return a.cmp(&b);
        }
        let size = self.magnitude().cmp(&other.magnitude()).then_with(|| self.aligned().cmp(&other.aligned()));
        if a < 0 { size.reverse() } else { size }
    }
}

impl Number {
    /// The digits as if there were 38 of them.
    fn aligned(&self) -> u128 {
        self.coefficient * 10_u128.pow(DIGITS - self.digits())
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
