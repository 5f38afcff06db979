//! Values of attributes between the API and the engine, held to AWS's rules in AWS's words.

use std::collections::{BTreeMap, BTreeSet};

use api_dynamodb::AttributeValue;
use service_kit::Error;

use crate::engine::number::Number;
use crate::engine::value::{Item, NESTING, Value};
use crate::error::{EMPTY_VALUE, invalid};

/// Attributes as the API has them.
pub(crate) type Attributes = BTreeMap<String, AttributeValue>;

/// An item, or its key, from the API.
pub(crate) fn item(given: Attributes) -> Result<Item, Error> {
    item_at(given, 0).map_err(invalid)
}

/// A value from the API.
pub(crate) fn value(given: AttributeValue) -> Result<Value, Error> {
    value_at(given, 0).map_err(invalid)
}

/// The values of placeholders: what is wrong with one is told with its name.
pub(crate) fn placeholders(given: Attributes) -> Result<Item, Error> {
    let one = |(name, given): (String, AttributeValue)| match value_at(given, 0) {
        Ok(value) => Ok((name, value)),
        Err(text) => Err(invalid(format!("ExpressionAttributeValues contains invalid value: {text} for key {name}"))),
    };
    given.into_iter().map(one).collect()
}

/// A key at which a page is to begin: AWS tells most mistakes with an introduction of their own.
pub(crate) fn start(given: Attributes) -> Result<Item, Error> {
    item_at(given, 0).map_err(|text| {
        let bare =
            ["contains duplicates", "number set", "numeric value", "significant digits", "number with magnitude"];
        let intro =
            if bare.iter().any(|part| text.contains(part)) { "" } else { "The provided starting key is invalid: " };
        invalid(format!("{intro}{text}"))
    })
}

macro_rules! shown {
    ($api:ident, $of_item:ident, $of_value:ident, $doc:literal) => {
        #[doc = $doc]
        pub(crate) fn $of_item(item: Item) -> BTreeMap<String, $api::AttributeValue> {
            item.into_iter().map(|(name, value)| (name, $of_value(value))).collect()
        }

        fn $of_value(value: Value) -> $api::AttributeValue {
            use $api::AttributeValue as Shown;
            match value {
                Value::S(text) => Shown::S(text),
                Value::N(number) => Shown::N(number.to_string()),
                Value::B(bytes) => Shown::B(bytes),
                Value::Ss(set) => Shown::Ss(set.into_iter().collect()),
                Value::Ns(set) => Shown::Ns(set.iter().map(ToString::to_string).collect()),
                Value::Bs(set) => Shown::Bs(set.into_iter().collect()),
                Value::M(values) => Shown::M($of_item(values)),
                Value::L(values) => Shown::L(values.into_iter().map($of_value).collect()),
                Value::Null => Shown::Null(true),
                Value::Bool(yes) => Shown::Bool(yes),
            }
        }
    };
}

shown!(api_dynamodb, attributes, shown, "An item for the API.");
shown!(api_dynamodbstreams, stream_attributes, stream_shown, "An item for the API of streams.");

/// A value for the API.
pub(crate) fn shown_value(value: Value) -> AttributeValue {
    shown(value)
}

fn item_at(given: Attributes, depth: usize) -> Result<Item, String> {
    given.into_iter().map(|(name, given)| Ok((name, value_at(given, depth)?))).collect()
}

fn value_at(given: AttributeValue, depth: usize) -> Result<Value, String> {
    Ok(match given {
        AttributeValue::Unset => return Err(EMPTY_VALUE.to_owned()),
        AttributeValue::S(text) => Value::S(text),
        AttributeValue::N(text) => Value::N(number(&text)?),
        AttributeValue::B(bytes) => Value::B(bytes),
        AttributeValue::Null(true) => Value::Null,
        AttributeValue::Null(false) => return Err(of_set("Null attribute value types must have the value of true")),
        AttributeValue::Bool(yes) => Value::Bool(yes),
        AttributeValue::Ss(texts) => Value::Ss(distinct(texts, "An string set  may not be empty", |texts| {
            of_set(&format!("Input collection [{}] contains duplicates.", texts.join(", ")))
        })?),
        AttributeValue::Ns(texts) => {
            let numbers = texts.iter().map(|text| number(text)).collect::<Result<Vec<_>, _>>()?;
            let twice = |_: &[Number]| "Input collection contains duplicates".to_owned();
            Value::Ns(distinct(numbers, "An number set  may not be empty", twice)?)
        }
        AttributeValue::Bs(all) => Value::Bs(distinct(all, "Binary sets should not be empty", |all| {
            let shown = all.iter().map(encoded).collect::<Vec<_>>().join(", ");
            of_set(&format!("Input collection [{shown}]of type BS contains duplicates."))
        })?),
        AttributeValue::M(values) => Value::M(item_at(values, deeper(depth)?)?),
        AttributeValue::L(values) => {
            let depth = deeper(depth)?;
            Value::L(values.into_iter().map(|value| value_at(value, depth)).collect::<Result<_, _>>()?)
        }
    })
}

fn deeper(depth: usize) -> Result<usize, String> {
    if depth >= NESTING {
        return Err("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond \
                    supported limit"
            .to_owned());
    }
    Ok(depth + 1)
}

fn number(text: &str) -> Result<Number, String> {
    text.parse().map_err(|error: crate::engine::number::NotANumber| error.to_string())
}

/// The elements of a set, which are some, and each once.
fn distinct<T: Ord>(elements: Vec<T>, empty: &str, twice: impl Fn(&[T]) -> String) -> Result<BTreeSet<T>, String> {
    if elements.is_empty() {
        return Err(of_set(empty));
    }
    let different: BTreeSet<&T> = elements.iter().collect();
    if different.len() < elements.len() { Err(twice(&elements)) } else { Ok(elements.into_iter().collect()) }
}

fn of_set(text: &str) -> String {
    format!("One or more parameter values were invalid: {text}")
}

fn encoded(bytes: &bytes::Bytes) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
