//! The condition keys that a policy asks for: those of its conditions, and those its variables stand for.

use std::collections::BTreeMap;

use serde_json::Value;

/// Keys as they were first written, by their lower case: keys are the same whatever their case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys(BTreeMap<String, String>);

impl Keys {
    /// Adds those of a policy that can be parsed.
    pub(crate) fn collect(&mut self, document: &str) {
        let Ok(document) = serde_json::from_str::<Value>(document) else { return };
        each(&document["Statement"]).for_each(|statement| self.of_statement(statement));
    }

    /// All, sorted.
    pub(crate) fn into_vec(self) -> Vec<String> {
        self.0.into_values().collect()
    }

    fn of_statement(&mut self, statement: &Value) {
        for element in ["Resource", "NotResource"] {
            each(&statement[element]).filter_map(Value::as_str).for_each(|text| self.variables(text));
        }
        let operators = statement["Condition"].as_object();
        for tests in operators.into_iter().flat_map(|operators| operators.values()).filter_map(Value::as_object) {
            for (key, values) in tests {
                self.add(key);
                each(values).filter_map(Value::as_str).for_each(|text| self.variables(text));
            }
        }
    }

    /// `${aws:username}` and `${aws:PrincipalTag/team, 'none'}`; not `${*}`, `${?}` and `${$}`: those stand for themselves.
    fn variables(&mut self, text: &str) {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("${") {
            let Some((inside, next)) = after.split_once('}') else { return };
            let key = inside.split(',').next().unwrap_or_default().trim();
            if !matches!(key, "" | "*" | "?" | "$") {
                self.add(key);
            }
            rest = next;
        }
    }

    fn add(&mut self, key: &str) {
        self.0.entry(key.to_lowercase()).or_insert_with(|| key.to_owned());
    }
}

/// A list, or the one value that stands for a list of one.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(values) => values.as_slice().iter(),
        Value::Null => [].iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(documents: &[&str]) -> Vec<String> {
        let mut keys = Keys::default();
        documents.iter().for_each(|document| keys.collect(document));
        keys.into_vec()
    }

    #[test]
    fn of_conditions_and_variables() {
        let one = r#"{"Statement":{"Resource":["arn:aws:s3:::b/${aws:username}/${*}${$}","${aws:PrincipalTag/team, 'x'}"],
            "Condition":{"StringEquals":{"aws:SourceIp":"${ec2:Vpc}","AWS:USERNAME":["a","b"]},"Null":{"s3:prefix":true}}}}"#;
        let two = r#"{"Statement":[{"NotResource":"${saml:aud"},{"Condition":{"Bool":{"aws:sourceip":"x"}}},{}]}"#;
        assert_eq!(
            keys(&[one, two]),
            ["aws:PrincipalTag/team", "aws:SourceIp", "aws:username", "ec2:Vpc", "s3:prefix"]
        );
        assert_eq!(keys(&["", "[]", "{}", r#"{"Statement":1}"#]), Vec::<String>::new());
    }
}
