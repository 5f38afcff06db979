//! Which plain texts of YAML are numbers and booleans, and which stay texts.
//!
//! CloudFormation reads YAML 1.1, but values reach services as texts: a number whose digits say more than its value (`1.10`, an
//! account with a leading zero, `1_000`) is therefore kept as it was written, and so is a date.

use serde_json::{Number, Value};

/// What a plain scalar without a tag is.
pub(crate) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => truth(text).map(Value::Bool).or_else(|| number(text)).unwrap_or_else(|| Value::from(text)),
    }
}

/// Booleans as YAML 1.1 has them, without the single letters, which its readers leave as texts.
fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A number whose text is the one it would be written with.
fn number(text: &str) -> Option<Value> {
    if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return None;
    }
    let number = integer(text).or_else(|| text.parse().ok().and_then(Number::from_f64))?;
    (number.to_string() == text).then_some(Value::Number(number))
}

fn integer(text: &str) -> Option<Number> {
    text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_that_say_more_than_their_value_stay_texts() {
        for text in [
            "1.10",
            "2012-10-17",
            "012345678901",
            "1_000",
            "0x1f",
            "1e3",
            "+1",
            "-0",
            "1:30",
            ".5",
            "y",
            "n",
            "nan",
            "-",
            "-inf",
        ] {
            assert_eq!(plain(text), json!(text));
        }
    }

    #[test]
    fn numbers_booleans_and_nothing() {
        let cases = [
            ("0", json!(0)),
            ("-7", json!(-7)),
            ("1.5", json!(1.5)),
            ("18446744073709551615", json!(u64::MAX)),
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("false", json!(false)),
            ("~", json!(null)),
            ("", json!(null)),
        ];
        for (text, value) in cases {
            assert_eq!(plain(text), value, "{text}");
        }
    }
}
