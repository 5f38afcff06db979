//! Items as AWS writes them in JSON, outside of the API: in records for Kinesis and in exports.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::{Item, Value};

/// An item: values by name, each with its type.
pub(crate) fn item_json(item: &Item) -> Json {
    Json::Object(item.iter().map(|(name, value)| (name.clone(), value_json(value))).collect::<Map<_, _>>())
}

fn value_json(value: &Value) -> Json {
    let bytes = |bytes: &bytes::Bytes| Json::String(STANDARD.encode(bytes));
    match value {
        Value::S(text) => json!({ "S": text }),
        Value::N(number) => json!({ "N": number.to_string() }),
        Value::B(all) => json!({ "B": bytes(all) }),
        Value::Ss(texts) => json!({ "SS": texts }),
        Value::Ns(numbers) => json!({ "NS": numbers.iter().map(ToString::to_string).collect::<Vec<_>>() }),
        Value::Bs(all) => json!({ "BS": all.iter().map(bytes).collect::<Vec<_>>() }),
        Value::M(values) => json!({ "M": item_json(values) }),
        Value::L(values) => json!({ "L": values.iter().map(value_json).collect::<Vec<_>>() }),
        Value::Null => json!({ "NULL": true }),
        Value::Bool(yes) => json!({ "BOOL": yes }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_its_letter() {
        let item = Item::from([
            ("b".to_owned(), Value::B(vec![0x90].into())),
            ("l".to_owned(), Value::L(vec![Value::Null, Value::Bool(true)])),
            ("m".to_owned(), Value::M(Item::from([("n".to_owned(), Value::N("1.50".parse().unwrap()))]))),
            ("s".to_owned(), Value::Ss(["x".to_owned()].into())),
        ]);
        let expected = json!({
            "b": { "B": "kA==" },
            "l": { "L": [{ "NULL": true }, { "BOOL": true }] },
            "m": { "M": { "n": { "N": "1.5" } } },
            "s": { "SS": ["x"] },
        });
        assert_eq!(item_json(&item), expected);
    }
}
