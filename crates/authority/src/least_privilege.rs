//! The smallest policy that allows what a principal did: one statement for each set of resources, with the actions taken
//! on exactly these.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use service_kit::Deed;

/// The policy document; without statements when nothing was done.
pub fn least_privilege(deeds: &[Deed]) -> Value {
    let mut resources_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for deed in deeds {
        resources_of.entry(&deed.action).or_default().insert(&deed.resource);
    }
    let mut actions_on: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (action, resources) in resources_of {
        // An action taken on everything is allowed on each: other resources add nothing.
        let resources = if resources.contains("*") { BTreeSet::from(["*"]) } else { resources };
        actions_on.entry(resources).or_default().push(action);
    }
    let mut statements: Vec<_> = actions_on.into_iter().map(|(resources, actions)| (actions, resources)).collect();
    statements.sort();
    let statement = |(actions, resources): (Vec<&str>, BTreeSet<&str>)| json!({ "Effect": "Allow", "Action": one_or_many(actions), "Resource": one_or_many(resources) });
    json!({ "Version": "2012-10-17", "Statement": statements.into_iter().map(statement).collect::<Vec<_>>() })
}

fn one_or_many<'a>(values: impl IntoIterator<Item = &'a str>) -> Value {
    let values: Vec<&str> = values.into_iter().collect();
    match values.as_slice() {
        [one] => json!(one),
        many => json!(many),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deeds(pairs: &[(&str, &str)]) -> Vec<Deed> {
        let deed = |(action, resource): &(&str, &str)| Deed { action: (*action).into(), resource: (*resource).into() };
        pairs.iter().map(deed).collect()
    }

    #[test]
    fn actions_on_the_same_resources_share_a_statement() {
        let (a, b) = ("arn:aws:sqs:us-east-1:000000000000:a", "arn:aws:sqs:us-east-1:000000000000:b");
        let did = deeds(&[
            ("sqs:SendMessage", a),
            ("sqs:SendMessage", b),
            ("sqs:ReceiveMessage", b),
            ("sqs:ReceiveMessage", a),
            ("sqs:DeleteQueue", a),
            ("sqs:ListQueues", "*"),
            ("sqs:ListQueues", a),
        ]);
        let expected = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "sqs:DeleteQueue", "Resource": a },
            { "Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*" },
            { "Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:SendMessage"], "Resource": [a, b] },
        ]});
        assert_eq!(least_privilege(&did), expected);
    }

    #[test]
    fn nothing_done_needs_nothing() {
        assert_eq!(least_privilege(&[])["Statement"], json!([]));
    }
}
