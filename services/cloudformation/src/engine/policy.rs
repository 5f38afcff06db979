//! Stack policies: which updates of which resources an update of the stack may make.
//!
//! As with IAM an explicit denial wins, and what nothing allows is denied; a stack without a policy allows all.

use serde_json::Value;

use super::refusal::{Checked, Refusal};

/// What an update does to a resource: `Update:Modify`, `Update:Replace`, `Update:Delete`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deed<'a> {
    /// The action.
    pub action: &'a str,
    /// The resource's logical id.
    pub resource: &'a str,
    /// Its type.
    pub kind: &'a str,
}

/// Checks that a text is a policy.
pub(crate) fn check(text: &str) -> Checked<()> {
    let wrong = || Refusal("Error validating stack policy: Invalid stack policy".to_owned());
    let policy: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    let statements = policy.get("Statement").ok_or_else(wrong)?;
    let sound = |statement: &Value| {
        matches!(statement["Effect"].as_str(), Some("Allow" | "Deny"))
            && (statement.get("Action").is_some() || statement.get("NotAction").is_some())
            && (statement.get("Resource").is_some() || statement.get("NotResource").is_some())
            && statement.get("Principal").is_some()
    };
    if items(statements).all(sound) { Ok(()) } else { Err(wrong()) }
}

/// Why a policy does not let a deed be done; none when it does.
pub(crate) fn denial(policy: &str, deed: Deed<'_>) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let mut allowed = false;
    for (number, statement) in items(&policy["Statement"]).enumerate() {
        if speaks_of(statement, deed) {
            if statement["Effect"] == "Deny" {
                return Some(format!(
                    "Action denied by stack policy: Statement [#{}] does not allow [{}] for resource [{}]",
                    number + 1,
                    deed.action,
                    deed.resource
                ));
            }
            allowed = true;
        }
    }
    (!allowed).then(|| {
        format!(
            "Action not allowed by stack policy: no statement allows [{}] for resource [{}]",
            deed.action, deed.resource
        )
    })
}

fn speaks_of(statement: &Value, deed: Deed<'_>) -> bool {
    let resource = format!("LogicalResourceId/{}", deed.resource);
    let one_of = |patterns: &Value, text: &str| items(patterns).filter_map(Value::as_str).any(|one| fits(one, text));
    let named = |name: &str, not: &str, text: &str| match (statement.get(name), statement.get(not)) {
        (Some(patterns), _) => one_of(patterns, text),
        (None, Some(patterns)) => !one_of(patterns, text),
        (None, None) => false,
    };
    named("Action", "NotAction", deed.action)
        && named("Resource", "NotResource", &resource)
        && statement.get("Condition").is_none_or(|condition| holds(condition, deed.kind))
}

/// The one key that stack policies have is the type of the resource.
fn holds(condition: &Value, kind: &str) -> bool {
    condition.as_object().into_iter().flatten().all(|(operator, keys)| {
        let wanted = &keys["ResourceType"];
        match operator.as_str() {
            "StringEquals" => items(wanted).any(|one| one.as_str() == Some(kind)),
            "StringLike" => items(wanted).filter_map(Value::as_str).any(|one| fits(one, kind)),
            "StringNotEquals" => !items(wanted).any(|one| one.as_str() == Some(kind)),
            "StringNotLike" => !items(wanted).filter_map(Value::as_str).any(|one| fits(one, kind)),
            _ => false,
        }
    })
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// Whether a text is of a pattern with `*`.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).any(|at| text.is_char_boundary(at) && fits(rest, &text[at..]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_win_and_nothing_is_allowed_by_itself() {
        let policy = r#"{"Statement": [
            {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*", "Resource": "LogicalResourceId/Prod*",
             "Condition": {"StringEquals": {"ResourceType": ["AWS::SQS::Queue"]}}}
        ]}"#;
        check(policy).unwrap();
        let of = |action, resource, kind| denial(policy, Deed { action, resource, kind });
        assert_eq!(of("Update:Modify", "ProdQueue", "AWS::SQS::Queue"), None);
        assert_eq!(
            of("Update:Replace", "ProdQueue", "AWS::SQS::Queue").unwrap(),
            "Action denied by stack policy: Statement [#2] does not allow [Update:Replace] for resource [ProdQueue]"
        );
        assert_eq!(of("Update:Replace", "ProdQueue", "AWS::SNS::Topic"), None);
        assert_eq!(of("Update:Delete", "Other", "AWS::SQS::Queue"), None);
        let nothing = r#"{"Statement": []}"#;
        assert!(denial(nothing, Deed { action: "Update:Modify", resource: "A", kind: "T" }).is_some());
        for text in ["", "{}", r#"{"Statement": [{"Effect": "Allow"}]}"#] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
