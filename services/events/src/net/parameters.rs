//! Headers, query and body that connections and targets add to a request.

use serde_json::{Map, Value};

/// What is added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Added {
    pub(super) headers: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Vec<(String, String)>,
}

impl Added {
    /// From the `…HttpParameters` of a connection.
    pub(super) fn of_connection(parameters: &Value) -> Self {
        let list = |name: &str| {
            let all = parameters.get(name).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(|one| Some((text(one, "Key")?, text(one, "Value")?))).collect()
        };
        Self { headers: list("HeaderParameters"), query: list("QueryStringParameters"), body: list("BodyParameters") }
    }

    /// From the `HttpParameters` of a target.
    pub(super) fn of_target(parameters: &Value) -> Self {
        let map = |name: &str| {
            let all = parameters.get(name).and_then(Value::as_object).into_iter().flatten();
            all.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        };
        Self { headers: map("HeaderParameters"), query: map("QueryStringParameters"), body: Vec::new() }
    }

    /// An address with the query added.
    pub(super) fn to_address(&self, address: &str) -> String {
        let pairs: Vec<_> = self.query.iter().map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect();
        match (pairs.is_empty(), address.contains('?')) {
            (true, _) => address.to_owned(),
            (false, true) => format!("{address}&{}", pairs.join("&")),
            (false, false) => format!("{address}?{}", pairs.join("&")),
        }
    }

    /// A JSON object with the body's members added; any other body as it is.
    pub(super) fn to_body(&self, body: String) -> String {
        if self.body.is_empty() {
            return body;
        }
        match serde_json::from_str::<Map<String, Value>>(&body) {
            Ok(mut members) => {
                members.extend(self.body.iter().map(|(key, value)| (key.clone(), value.as_str().into())));
                Value::Object(members).to_string()
            }
            Err(_) => body,
        }
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// A text as part of a query or a form.
pub(super) fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    let one = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn adds() {
        let parameters = json!({
            "HeaderParameters": [{"Key": "X-A", "Value": "1"}],
            "QueryStringParameters": [{"Key": "q", "Value": "a b&c"}],
            "BodyParameters": [{"Key": "k", "Value": "v"}],
        });
        let added = Added::of_connection(&parameters);
        assert_eq!(added.to_address("http://h/p"), "http://h/p?q=a%20b%26c");
        assert_eq!(added.to_address("http://h/p?x=1"), "http://h/p?x=1&q=a%20b%26c");
        assert_eq!(added.to_body("{\"a\":1}".to_owned()), "{\"a\":1,\"k\":\"v\"}");
        assert_eq!(added.to_body("text".to_owned()), "text");
        let target = Added::of_target(&json!({"HeaderParameters": {"X-B": "2"}}));
        assert_eq!(target.headers, [("X-B".to_owned(), "2".to_owned())]);
    }
}
