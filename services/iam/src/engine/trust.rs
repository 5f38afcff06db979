//! Trust policies. AWS keeps the users and roles that one names by unique id, so that whoever takes a deleted one's name is
//! not trusted; it shows the ARNs of those that are there, and the bare ids of those that are gone. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A trust policy as it was written, with the ids of the principals it named then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trust {
    /// The document, as it was written.
    pub text: String,
    /// ARN as written and unique id, of each user and role it names.
    pub bound: Vec<(String, String)>,
}

/// The principals of a policy document, each with the word it stands under (`AWS`, `Service`, `Federated`).
pub(crate) fn principals(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for principal in elements(document) {
        match principal {
            Value::Object(sorts) => {
                for (sort, values) in sorts {
                    found.extend(texts(values).map(|text| (sort.clone(), text.to_owned())));
                }
            }
            Value::String(text) => found.push(("AWS".to_owned(), text.clone())),
            _ => {}
        }
    }
    found
}

impl Trust {
    /// The document with principals as `now` names them: by unique id, their ARN of today or their id. The text is as it was
    /// written when nothing has changed.
    pub(crate) fn shown(&self, now: impl Fn(&str) -> String) -> String {
        let changed: Vec<_> = self.bound.iter().map(|(arn, id)| (arn, now(id))).filter(|(a, now)| *a != now).collect();
        if changed.is_empty() {
            return self.text.clone();
        }
        let Ok(mut document) = serde_json::from_str::<Value>(&self.text) else { return self.text.clone() };
        for principal in elements_mut(&mut document) {
            rename(principal, &|text| changed.iter().find(|(arn, _)| *arn == text).map(|(_, now)| now.clone()));
        }
        document.to_string()
    }
}

fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let all = &document["Statement"];
    all.as_array().map_or(std::slice::from_ref(all), Vec::as_slice).iter()
}

fn elements(document: &Value) -> impl Iterator<Item = &Value> {
    statements(document).flat_map(|statement| ["Principal", "NotPrincipal"].map(|name| &statement[name]))
}

fn elements_mut(document: &mut Value) -> Vec<&mut Value> {
    let statements = match document.get_mut("Statement") {
        Some(Value::Array(all)) => all.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let members = statements.into_iter().filter_map(Value::as_object_mut);
    members
        .flatten()
        .filter(|(name, _)| matches!(name.as_str(), "Principal" | "NotPrincipal"))
        .map(|(_, v)| v)
        .collect()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str)
}

fn rename(value: &mut Value, to: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(new) = to(text) {
                *text = new;
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| rename(one, to)),
        Value::Object(all) => all.iter_mut().for_each(|(_, one)| rename(one, to)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{ "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": ["arn:a", "arn:b", "123456789012"], "Service": "ec2.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:PrincipalArn": "arn:a"}}} }"#;

    #[test]
    fn principals_of_every_form_are_found() {
        let found = principals(&serde_json::from_str(TEXT).unwrap());
        let found: Vec<_> = found.iter().map(|(sort, text)| (sort.as_str(), text.as_str())).collect();
        let expected = [("AWS", "arn:a"), ("AWS", "arn:b"), ("AWS", "123456789012"), ("Service", "ec2.amazonaws.com")];
        assert_eq!(found, expected);
        let any: Value = serde_json::from_str(r#"{"Statement":[{"Principal":"*"}]}"#).unwrap();
        assert_eq!(principals(&any), [("AWS".to_owned(), "*".to_owned())]);
    }

    #[test]
    fn the_text_stays_as_it_was_until_a_name_changes() {
        let bound = vec![("arn:a".to_owned(), "AIDAA".to_owned()), ("arn:b".to_owned(), "AROAB".to_owned())];
        let trust = Trust { text: TEXT.to_owned(), bound };
        let same = |id: &str| if id == "AIDAA" { "arn:a".to_owned() } else { "arn:b".to_owned() };
        assert_eq!(trust.shown(same), TEXT);
        let gone = trust.shown(|id| if id == "AIDAA" { "AIDAA".to_owned() } else { "arn:b".to_owned() });
        let gone: Value = serde_json::from_str(&gone).unwrap();
        assert_eq!(gone["Statement"]["Principal"]["AWS"][0], "AIDAA");
        assert_eq!(gone["Statement"]["Principal"]["AWS"][1], "arn:b");
        assert_eq!(gone["Statement"]["Condition"]["StringEquals"]["aws:PrincipalArn"], "arn:a", "no principal");
    }
}
