//! What the policy of a form allows: until when, which fields with which values, how large a file. Pure.
//!
//! Source: S3 API reference, "Creating a POST policy".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use names::Timestamp;
use serde_json::Value;

/// Fields that need no condition.
const FREE: [&str; 8] = [
    "x-amz-signature",
    "file",
    "policy",
    "awsaccesskeyid",
    "signature",
    "bucket",
    "x-amz-security-token",
    "x-amz-algorithm",
];

/// The policy of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy {
    /// Until when the form may be posted, by the clock of whoever signed it.
    pub(super) expires: Timestamp,
    conditions: Vec<Condition>,
    /// Least and greatest length of the file in bytes.
    pub(super) length: Option<(u64, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    field: String,
    value: String,
    rule: Rule,
    /// As the policy writes it, for the refusal.
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Equals,
    StartsWith,
}

/// A policy that is none, with AWS's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) String);

/// What a form has that its policy does not allow, with AWS's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forbidden(pub(super) String);

impl Policy {
    /// Reads a policy as the form holds it.
    pub(super) fn read(base64: &str) -> Result<Self, Unreadable> {
        let invalid = |text: &str| Unreadable(format!("Invalid Policy: {text}"));
        let bytes = STANDARD.decode(base64.trim()).map_err(|_| invalid("Invalid Base64."))?;
        let json: Value = serde_json::from_slice(&bytes).map_err(|_| invalid("Invalid JSON."))?;
        let policy = json.as_object().ok_or_else(|| invalid("Invalid JSON."))?;
        let expires = policy.get("expiration").ok_or_else(|| invalid("Policy missing expiration."))?;
        let expires = expires.as_str().and_then(|text| Timestamp::parse_iso8601(text).ok());
        let expires = expires.ok_or_else(|| invalid("Invalid 'expiration' value."))?;
        let conditions = policy.get("conditions").ok_or_else(|| invalid("Policy missing conditions."))?;
        let conditions = conditions.as_array().ok_or_else(|| invalid("Invalid 'conditions' value: must be a List."))?;
        let mut read = Self { expires, conditions: Vec::new(), length: None };
        for condition in conditions {
            read.add(condition).ok_or_else(|| invalid(&format!("Invalid Condition: {condition}")))?;
        }
        Ok(read)
    }

    fn add(&mut self, condition: &Value) -> Option<()> {
        if let Value::Object(pairs) = condition {
            let (field, value) = pairs.iter().next().filter(|_| pairs.len() == 1)?;
            let (field, value) = (field.to_ascii_lowercase(), value.as_str()?.to_owned());
            let text = format!("[\"eq\", \"${field}\", \"{value}\"]");
            self.conditions.push(Condition { field, value, rule: Rule::Equals, text });
            return Some(());
        }
        let [operator, first, second] = condition.as_array()?.as_slice() else { return None };
        let rule = match operator.as_str()?.to_ascii_lowercase().as_str() {
            "content-length-range" => {
                self.length = Some((number(first)?, number(second)?));
                return Some(());
            }
            "eq" => Rule::Equals,
            "starts-with" => Rule::StartsWith,
            _ => return None,
        };
        let (field, value) = (first.as_str()?.strip_prefix('$')?.to_ascii_lowercase(), second.as_str()?.to_owned());
        let text = format!("[\"{}\", \"${field}\", \"{value}\"]", operator.as_str()?);
        self.conditions.push(Condition { field, value, rule, text });
        Some(())
    }

    /// Holds the fields of a form against the policy.
    pub(super) fn check(&self, bucket: &str, fields: &[(String, String)]) -> Result<(), Forbidden> {
        let value = |name: &str| match fields.iter().find(|(field, _)| field == name) {
            Some((_, value)) => value.as_str(),
            None if name == "bucket" => bucket,
            None => "",
        };
        for condition in &self.conditions {
            if !condition.holds(value(&condition.field)) {
                return Err(Forbidden(format!(
                    "Invalid according to Policy: Policy Condition failed: {}",
                    condition.text
                )));
            }
        }
        let spoken_of = |name: &str| self.conditions.iter().any(|condition| condition.field == name);
        let needs_none = |name: &str| FREE.contains(&name) || name.starts_with("x-ignore-");
        let extra = fields.iter().find(|(name, _)| !needs_none(name) && !spoken_of(name));
        match extra {
            Some((name, _)) => Err(Forbidden(format!("Invalid according to Policy: Extra input fields: {name}"))),
            None => Ok(()),
        }
    }
}

impl Condition {
    /// Several content types may be listed, and each must begin so.
    fn holds(&self, value: &str) -> bool {
        match self.rule {
            Rule::Equals => value == self.value,
            Rule::StartsWith if self.field == "content-type" => {
                value.split(',').all(|one| one.trim_start().starts_with(&self.value))
            }
            Rule::StartsWith => value.starts_with(&self.value),
        }
    }
}

/// A number, which some clients write as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(conditions: &str) -> Result<Policy, Unreadable> {
        let text = format!(r#"{{"expiration":"2030-01-01T00:00:00.000Z","conditions":{conditions}}}"#);
        Policy::read(&STANDARD.encode(text))
    }

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn conditions_hold_or_are_named() {
        let read = policy(
            r#"[{"bucket":"b"},["starts-with","$key","user/"],["starts-with","$Content-Type","image/"],
            ["content-length-range",1,"10"],{"acl":"public-read"}]"#,
        )
        .unwrap();
        assert_eq!(read.length, Some((1, 10)));
        let good = [("key", "user/a"), ("content-type", "image/png"), ("acl", "public-read"), ("policy", "x")];
        assert_eq!(read.check("b", &fields(&good)), Ok(()));
        let failed = |text: &str| Err(Forbidden(format!("Invalid according to Policy: {text}")));
        for (bucket, at, change, told) in [
            ("c", 3, ("policy", "x"), r#"Policy Condition failed: ["eq", "$bucket", "b"]"#),
            ("b", 0, ("key", "other"), r#"Policy Condition failed: ["starts-with", "$key", "user/"]"#),
            (
                "b",
                1,
                ("content-type", "image/png,text/x"),
                r#"Policy Condition failed: ["starts-with", "$content-type", "image/"]"#,
            ),
            ("b", 3, ("x-amz-meta-a", "1"), "Extra input fields: x-amz-meta-a"),
        ] {
            let mut changed = good;
            changed[at] = change;
            assert_eq!(read.check(bucket, &fields(&changed)), failed(told));
        }
        let mut ignored = good;
        ignored[3] = ("x-ignore-me", "1");
        assert_eq!(read.check("b", &fields(&ignored)), Ok(()));
    }

    #[test]
    fn what_is_no_policy() {
        for bad in [r#"[["eq","key","x"]]"#, r#"[["like","$key","x"]]"#, r#"[{"a":"1","b":"2"}]"#, r#"["x"]"#, "{}"] {
            assert!(policy(bad).is_err(), "{bad}");
        }
        for bad in ["%%%", "e30=", "bm9uZQ=="] {
            assert!(Policy::read(bad).is_err(), "{bad}");
        }
    }
}
