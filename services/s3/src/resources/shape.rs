//! Settings as templates write them and as the API does: most differ in names only.

use serde_json::{Map, Value, json};

/// Names of a template, and what the API calls the same.
pub(super) type Names = &'static [(&'static str, &'static str)];

/// Members that are numbers, which templates may write as texts.
const NUMBERS: [&str; 12] = [
    "Days",
    "DaysAfterInitiation",
    "ExpirationInDays",
    "MaxAge",
    "Minutes",
    "NewerNoncurrentVersions",
    "NoncurrentDays",
    "NoncurrentVersionExpirationInDays",
    "ObjectSizeGreaterThan",
    "ObjectSizeLessThan",
    "Priority",
    "TransitionInDays",
];

/// Members that are true or false.
const SWITCHES: [&str; 8] = [
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "BucketKeyEnabled",
    "Enabled",
    "EventBridgeEnabled",
    "ExpiredObjectDeleteMarker",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
];

/// A value with the API's names for a template's, and numbers and switches that are written as texts as what they mean.
pub(super) fn to_api(value: &Value, names: Names) -> Value {
    renamed(&meant("", value), &|name| names.iter().find(|(template, _)| *template == name).map(|(_, api)| *api))
}

fn meant(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), meant(name, value))).collect(),
        Value::Array(items) => items.iter().map(|item| meant(name, item)).collect(),
        Value::String(text) if NUMBERS.contains(&name) => {
            text.parse::<i64>().map_or_else(|_| value.clone(), Value::from)
        }
        Value::String(text) if SWITCHES.contains(&name) => {
            text.parse::<bool>().map_or_else(|_| value.clone(), Value::from)
        }
        _ => value.clone(),
    }
}

/// A value with a template's names for the API's.
pub(super) fn to_template(value: &Value, names: Names) -> Value {
    renamed(value, &|name| names.iter().find(|(_, api)| *api == name).map(|(template, _)| *template))
}

fn renamed(value: &Value, name_of: &dyn Fn(&str) -> Option<&'static str>) -> Value {
    match value {
        Value::Object(map) => {
            let entry =
                |(name, value): (&String, &Value)| (name_of(name).unwrap_or(name).to_owned(), renamed(value, name_of));
            Value::Object(map.iter().filter(|(_, value)| !value.is_null()).map(entry).collect())
        }
        Value::Array(items) => items.iter().map(|item| renamed(item, name_of)).collect(),
        _ => value.clone(),
    }
}

/// The items of a list; one that is no list is its only item.
pub(super) fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

/// Takes members out of a map.
pub(super) fn take(map: &mut Map<String, Value>, name: &str) -> Value {
    map.remove(name).unwrap_or(Value::Null)
}

/// Sets a member unless it is null.
pub(super) fn set(map: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() {
        map.insert(name.to_owned(), value);
    }
}

/// The API's filter of what a template has beside each other: a prefix, tags, and other conditions. One condition stands alone,
/// several stand under `And`.
pub(super) fn filter(mut conditions: Map<String, Value>, tags: &Value) -> Value {
    let tags = items(tags);
    let count = conditions.len() + tags.len();
    match count {
        0 => Value::Null,
        1 => {
            set(&mut conditions, "Tag", tags.first().cloned().unwrap_or_default());
            conditions.into()
        }
        _ => {
            if !tags.is_empty() {
                conditions.insert("Tags".to_owned(), tags.into());
            }
            json!({ "And": conditions })
        }
    }
}

/// The conditions of a filter, and its tags.
pub(super) fn conditions(filter: &Value) -> (Map<String, Value>, Value) {
    let mut conditions = filter.get("And").unwrap_or(filter).as_object().cloned().unwrap_or_default();
    let mut tags = items(&take(&mut conditions, "Tags"));
    tags.extend(items(&take(&mut conditions, "Tag")));
    (conditions, if tags.is_empty() { Value::Null } else { tags.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        const NAMES: Names = &[("Id", "ID"), ("MaxAge", "MaxAgeSeconds")];
        let template = json!({"Rules": [{"Id": "a", "MaxAge": 3}]});
        let api = json!({"Rules": [{"ID": "a", "MaxAgeSeconds": 3}]});
        assert_eq!(to_api(&template, NAMES), api);
        assert_eq!(to_template(&api, NAMES), template);
    }

    #[test]
    fn texts_are_what_they_mean() {
        let template = json!({"Rules": [{"Days": "3", "Enabled": "true", "Name": "3"}]});
        assert_eq!(to_api(&template, &[]), json!({"Rules": [{"Days": 3, "Enabled": true, "Name": "3"}]}));
    }

    #[test]
    fn one_condition_stands_alone_and_several_together() {
        let tag = json!({"Key": "k", "Value": "v"});
        let prefix = || Map::from_iter([("Prefix".to_owned(), json!("p"))]);
        for (conditions_of, tags, expected) in [
            (Map::new(), json!([]), Value::Null),
            (prefix(), Value::Null, json!({"Prefix": "p"})),
            (Map::new(), json!([tag]), json!({"Tag": tag})),
            (prefix(), json!([tag]), json!({"And": {"Prefix": "p", "Tags": [tag]}})),
        ] {
            let made = filter(conditions_of.clone(), &tags);
            assert_eq!(made, expected);
            let (back, tags_back) = conditions(&made);
            assert_eq!(back, conditions_of);
            assert_eq!(items(&tags_back), items(&tags));
        }
    }
}
