//! What a token claims, and whether it holds now.

use names::Timestamp;
use serde_json::{Map, Value};

/// The claims of a token that its issuer signed.
#[derive(Debug, Clone)]
pub struct Claims(Map<String, Value>);

/// Whether a token holds at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dated {
    /// It does.
    Holds,
    /// It ended at this second.
    Expired(i64),
    /// It begins later, or says to have been issued later.
    Early,
    /// It does not say until when, or since when: the missing claim.
    Undated(&'static str),
}

impl Claims {
    pub(super) fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// A claim that is a text; none when it is not there or of another kind.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim whatever it is.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim as texts: itself, or each of its elements; numbers and truths as written. Empty when it is not there.
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(values)) => values.iter().filter_map(plain).collect(),
            Some(value) => plain(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// Whom the token is for: the party it was issued to, when it names one, and else its audience. AWS takes `azp` for
    /// the audience where a token has both.
    /// Source: "Available keys for AWS OIDC federation" in the IAM user guide, `aud` and `oaud`.
    pub fn audiences(&self) -> Vec<String> {
        match self.text("azp") {
            Some(party) => vec![party.to_owned()],
            None => self.texts("aud"),
        }
    }

    /// Whether the token holds at an instant. `leeway` is how many seconds the issuer's clock may be ahead.
    pub fn dated(&self, at: Timestamp, leeway: i64) -> Dated {
        let now = at.as_secs_f64().floor() as i64;
        let Some(expires) = self.seconds("exp") else { return Dated::Undated("exp") };
        let Some(issued) = self.seconds("iat") else { return Dated::Undated("iat") };
        let begins = self.seconds("nbf").unwrap_or(issued);
        if self.0.contains_key("nbf") && self.seconds("nbf").is_none() {
            return Dated::Undated("nbf");
        }
        match () {
            () if now >= expires => Dated::Expired(expires),
            () if begins > now.saturating_add(leeway) || issued > now.saturating_add(leeway) => Dated::Early,
            () => Dated::Holds,
        }
    }

    /// AWS reads instants that are whole numbers only.
    fn seconds(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        Claims(value.as_object().unwrap().clone())
    }

    #[test]
    fn dates() {
        let at = Timestamp::from_secs(1_000);
        for (value, expected) in [
            (json!({"exp": 1_001, "iat": 999}), Dated::Holds),
            (json!({"exp": 1_000, "iat": 999}), Dated::Expired(1_000)),
            (json!({"exp": 2_000, "iat": 1_300}), Dated::Holds),
            (json!({"exp": 2_000, "iat": 1_301}), Dated::Early),
            (json!({"exp": 2_000, "iat": 900, "nbf": 1_301}), Dated::Early),
            (json!({"exp": 2_000, "iat": 900, "nbf": 1_200}), Dated::Holds),
            (json!({"iat": 900}), Dated::Undated("exp")),
            (json!({"exp": "2000", "iat": 900}), Dated::Undated("exp")),
            (json!({"exp": 2_000.5, "iat": 900}), Dated::Undated("exp")),
            (json!({"exp": 2_000}), Dated::Undated("iat")),
            (json!({"exp": 2_000, "iat": 900, "nbf": "x"}), Dated::Undated("nbf")),
        ] {
            assert_eq!(claims(value.clone()).dated(at, 300), expected, "{value}");
        }
    }

    #[test]
    fn the_party_goes_before_the_audience() {
        assert_eq!(claims(json!({"aud": "a"})).audiences(), ["a"]);
        assert_eq!(claims(json!({"aud": ["a", "b"]})).audiences(), ["a", "b"]);
        assert_eq!(claims(json!({"aud": ["a", "b"], "azp": "c"})).audiences(), ["c"]);
        assert!(claims(json!({})).audiences().is_empty());
    }
}
