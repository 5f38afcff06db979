//! Numbers as patterns compare them: as IEEE doubles, provided that nothing is lost.

/// Numeric operators take values between minus and plus this. Source: EventBridge user guide, "Comparison operators":
/// "limited to values between -5.0e9 and +5.0e9 inclusive".
const BOUND: f64 = 5.0e9;

/// A number's value for comparing; none when its text says more than a double holds.
pub(crate) fn value(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    // Zero has two signs, which are one number.
    let value = if value == 0.0 { 0.0 } else { value };
    (digits(text)? == digits(&format!("{value:e}"))?).then_some(value)
}

/// The same for the operand of a numeric operator, with the reason when it cannot be one.
pub(crate) fn operand(text: &str) -> Result<f64, String> {
    let value = value(text).ok_or_else(|| format!("Cannot compare number : {text}"))?;
    if value.abs() > BOUND {
        return Err("Value must be between -5.0E9 and 5.0E9, inclusive".to_owned());
    }
    Ok(value)
}

/// Sign, digits without zeros at either end, and the power of ten behind them: the same for all ways to write a number.
fn digits(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let kept = all.trim_start_matches('0').trim_end_matches('0');
    if kept.is_empty() {
        return Some((false, String::new(), 0));
    }
    let trailing = all.len() - all.trim_end_matches('0').len();
    let power = exponent - i64::try_from(fraction.len()).ok()? + i64::try_from(trailing).ok()?;
    Some((negative, kept.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_write_one_number() {
        for (one, other) in
            [("300", "3.0e2"), ("300", "300.000"), ("0.1", "1e-1"), ("-0", "0.0"), ("3.018e2", "301.8"), ("0", "0e9")]
        {
            assert_eq!(value(one).unwrap(), value(other).unwrap(), "{one} {other}");
        }
        assert_ne!(value("1"), value("-1"));
    }

    #[test]
    fn what_a_double_does_not_hold_is_not_compared() {
        for text in ["0.12345678901234567890123", "9007199254740993", "1e400", "", "x", "1e99999999999999999999"] {
            assert_eq!(value(text), None, "{text}");
        }
        assert_eq!(value("123456789012"), Some(123_456_789_012.0));
    }

    #[test]
    fn operands_are_bounded() {
        assert_eq!(operand("5e9"), Ok(5.0e9));
        assert!(operand("5000000001").is_err());
        assert!(operand("-5.0000001e9").is_err());
    }
}
