//! Items as AWS writes them in JSON, outside of the API: in records for Kinesis and in exports.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::{Item, NESTING, Value};

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

/// An item as it was written so; none for what is no item.
pub(crate) fn json_item(json: &Json) -> Option<Item> {
    item_at(json, 0)
}

fn item_at(json: &Json, depth: usize) -> Option<Item> {
    json.as_object()?.iter().map(|(name, value)| Some((name.clone(), value_at(value, depth)?))).collect()
}

fn value_at(json: &Json, depth: usize) -> Option<Value> {
    let (kind, inside) = json.as_object().filter(|object| object.len() == 1)?.iter().next()?;
    let text = |json: &Json| json.as_str().map(str::to_owned);
    let bytes = |json: &Json| STANDARD.decode(json.as_str()?).ok().map(bytes::Bytes::from);
    let number = |json: &Json| json.as_str()?.parse().ok();
    let deeper = (depth < NESTING).then_some(depth + 1);
    Some(match kind.as_str() {
        "S" => Value::S(text(inside)?),
        "N" => Value::N(number(inside)?),
        "B" => Value::B(bytes(inside)?),
        "SS" => Value::Ss(inside.as_array()?.iter().map(text).collect::<Option<_>>()?),
        "NS" => Value::Ns(inside.as_array()?.iter().map(number).collect::<Option<_>>()?),
        "BS" => Value::Bs(inside.as_array()?.iter().map(bytes).collect::<Option<_>>()?),
        "M" => Value::M(item_at(inside, deeper?)?),
        "L" => {
            let depth = deeper?;
            Value::L(inside.as_array()?.iter().map(|value| value_at(value, depth)).collect::<Option<_>>()?)
        }
        "NULL" => Value::Null,
        "BOOL" => Value::Bool(inside.as_bool()?),
        _ => return None,
    })
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
        assert_eq!(json_item(&expected), Some(item));
        assert_eq!(json_item(&json!({ "k": { "X": 1 } })), None);
    }
}
