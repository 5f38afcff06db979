//! Values, which are what they are used as: a text of digits is a number where a number is wanted.

use std::cmp::Ordering;

use names::Timestamp;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// There is none.
    Missing,
    /// True or false: 1 or 0.
    Truth(bool),
    /// A number.
    Number(f64),
    /// An instant, in milliseconds.
    Time(i64),
    /// A text.
    Text(String),
}

impl Value {
    /// Whether there is one.
    pub(crate) fn is_present(&self) -> bool {
        *self != Self::Missing
    }

    /// As a number.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Missing => None,
            Self::Truth(truth) => Some(f64::from(u8::from(*truth))),
            Self::Number(number) => Some(*number),
            Self::Time(at) => Some(*at as f64),
            Self::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        }
    }

    /// Whether it holds.
    pub(crate) fn holds(&self) -> bool {
        match self {
            Self::Missing => false,
            Self::Truth(truth) => *truth,
            Self::Number(number) => *number != 0.0,
            Self::Time(_) => true,
            Self::Text(text) => !matches!(text.as_str(), "" | "0" | "false"),
        }
    }

    /// As it is shown; none when there is none.
    pub(crate) fn shown(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Truth(truth) => Some(u8::from(*truth).to_string()),
            Self::Number(number) => Some(shown_number(*number)),
            Self::Time(at) => Some(shown_time(*at)),
            Self::Text(text) => Some(text.clone()),
        }
    }

    /// As a text to compute with; nothing is no text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Time(at) => at.to_string(),
            other => other.shown().unwrap_or_default(),
        }
    }

    /// As records of single events have it: instants in milliseconds.
    pub(crate) fn text_of_record(&self) -> Option<String> {
        self.is_present().then(|| self.text())
    }

    /// Numbers by their size, anything else as texts.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self.number(), other.number()) {
            (Some(left), Some(right)) => left.total_cmp(&right),
            _ => self.text().cmp(&other.text()),
        }
    }

    /// For sorting: what is not there comes first, then numbers, then texts.
    pub(crate) fn sorts(&self, other: &Self) -> Ordering {
        let rank = |value: &Self| match value.number() {
            _ if !value.is_present() => 0,
            Some(_) => 1,
            None => 2,
        };
        rank(self).cmp(&rank(other)).then_with(|| self.compare(other))
    }
}

/// A number as AWS shows it: without a fraction where there is none, and with four places at most.
fn shown_number(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let text = format!("{number:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "0" || short == "-0" { format!("{number:e}") } else { short.to_owned() }
}

/// An instant as AWS shows it: `2026-01-02 03:04:05.678`.
fn shown_time(at: i64) -> String {
    let millis = at.rem_euclid(1_000);
    let text = Timestamp::from_millis(at - millis).iso8601();
    let text = text.trim_end_matches('Z').split('.').next().unwrap_or_default().replace('T', " ");
    format!("{text}.{millis:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_aws_does() {
        for (value, shown) in [
            (Value::Number(3.0), "3"),
            (Value::Number(-0.5), "-0.5"),
            (Value::Number(1.0 / 3.0), "0.3333"),
            (Value::Number(1e-9), "1e-9"),
            (Value::Number(1e20), "100000000000000000000"),
            (Value::Truth(true), "1"),
            (Value::Time(1_767_323_045_678), "2026-01-02 03:04:05.678"),
            (Value::Time(1_767_323_045_000), "2026-01-02 03:04:05.000"),
        ] {
            assert_eq!(value.shown().as_deref(), Some(shown));
        }
        assert_eq!(Value::Missing.shown(), None);
        assert_eq!(Value::Text("10".into()).compare(&Value::Number(9.0)), Ordering::Greater);
        assert_eq!(Value::Text("10".into()).compare(&Value::Text("9a".into())), Ordering::Less);
    }
}
