//! What an update makes of a pipe's settings: members that are said replace those that were; parameters of one source or
//! target are replaced as a whole, but for what of a source cannot be changed. An empty string removes. Source: API reference,
//! `UpdatePipe`.

use serde_json::{Map, Value};

/// Members of a source's parameters that an update does not speak of.
const FIXED: [&str; 5] = ["StartingPosition", "StartingPositionTimestamp", "TopicName", "QueueName", "VirtualHost"];

/// Settings after an update, both as members of `CreatePipe`.
pub(super) fn merged(before: &Value, update: &Value) -> Value {
    let mut after = before.clone();
    let moved = update["Target"].as_str().is_some_and(|target| service(target) != service_of(before));
    if moved {
        after["TargetParameters"] = Value::Object(Map::new());
    }
    for (member, said) in update.as_object().into_iter().flatten() {
        match member.as_str() {
            "Name" | "DesiredState" => {}
            "SourceParameters" | "TargetParameters" | "EnrichmentParameters" => within(&mut after[member], said),
            _ => after[member] = said.clone(),
        }
    }
    if let Some(members) = after.as_object_mut() {
        members.retain(|_, value| *value != "");
    }
    after
}

fn within(before: &mut Value, said: &Value) {
    for (member, said) in said.as_object().into_iter().flatten() {
        let kept = FIXED.iter().filter_map(|name| Some(((*name).to_owned(), before[member].get(*name)?.clone())));
        let kept: Vec<_> = kept.collect();
        before[member] = said.clone();
        if let Some(own) = before[member].as_object_mut() {
            for (name, value) in kept {
                own.entry(name).or_insert(value);
            }
        }
    }
    if let Some(members) = before.as_object_mut() {
        members.retain(|_, value| *value != "");
    }
}

fn service(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or_default()
}

fn service_of(settings: &Value) -> &str {
    settings["Target"].as_str().map(service).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn before() -> Value {
        json!({
            "Source": "arn:aws:kinesis:r:1:stream/k", "Target": "arn:aws:sqs:r:1:q", "Description": "d",
            "SourceParameters": {
                "FilterCriteria": {"Filters": [{"Pattern": "{\"a\":[1]}"}]},
                "KinesisStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 5, "MaximumRetryAttempts": 3},
            },
            "TargetParameters": {"InputTemplate": "t", "SqsQueueParameters": {"MessageGroupId": "g"}},
        })
    }

    #[test]
    fn parameters_are_replaced_as_a_whole() {
        let update = json!({"Name": "p", "SourceParameters": {"KinesisStreamParameters": {"BatchSize": 2}}});
        let after = merged(&before(), &update);
        assert_eq!(
            after["SourceParameters"]["KinesisStreamParameters"],
            json!({"StartingPosition": "LATEST", "BatchSize": 2})
        );
        assert_eq!(after["SourceParameters"]["FilterCriteria"], before()["SourceParameters"]["FilterCriteria"]);
        assert_eq!((&after["Description"], &after["TargetParameters"]), (&json!("d"), &before()["TargetParameters"]));
    }

    #[test]
    fn an_empty_string_removes() {
        let update = json!({"Description": "", "TargetParameters": {"InputTemplate": ""}});
        let after = merged(&before(), &update);
        assert_eq!((after.get("Description"), after["TargetParameters"].get("InputTemplate")), (None, None));
        assert_eq!(after["TargetParameters"]["SqsQueueParameters"], json!({"MessageGroupId": "g"}));
    }

    #[test]
    fn a_target_of_another_service_has_no_parameters_of_the_old_one() {
        let after = merged(&before(), &json!({"Target": "arn:aws:sns:r:1:t"}));
        assert_eq!(after["TargetParameters"], json!({}));
    }
}
