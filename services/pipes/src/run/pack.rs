//! What a target gets of an event: its body by the template, and the target's parameters with their paths followed.

use names::Timestamp;
use serde_json::Value;
use service_kit::Parcel;

use super::{Moving, Running};
use crate::engine::path;
use crate::engine::plan::Step;
use crate::engine::template::{Known, fill};

/// What is handed on: an event, or what the enrichment made of it.
pub(super) struct Payload {
    pub(super) value: Value,
    pub(super) opened: Value,
}

/// What a pipe knows beside the event.
pub(super) struct Setting<'a> {
    pipe_arn: &'a str,
    pipe_name: &'a str,
    source_arn: String,
    source_name: &'static str,
    enrichment_arn: String,
    target_arn: String,
    came: String,
}

impl Payload {
    /// Nothing in it is encoded.
    pub(super) fn plain(value: Value) -> Self {
        Self { opened: value.clone(), value }
    }
}

impl Running {
    /// What this pipe knows beside an event that came then.
    pub(super) fn setting(&self, came: Timestamp) -> Setting<'_> {
        let Moving { plan, arn, name, .. } = &*self.0;
        let shown = Timestamp::from_millis(came.millis()).iso8601();
        Setting {
            pipe_arn: arn,
            pipe_name: name,
            source_arn: plan.source.arn.to_string(),
            source_name: plan.source.name(),
            enrichment_arn: plan.enrichment.as_ref().map(|step| step.arn.to_string()).unwrap_or_default(),
            target_arn: plan.target.arn.to_string(),
            came: if shown.contains('.') { shown } else { shown.replace('Z', ".000Z") },
        }
    }
}

/// A parcel for a target or an enrichment. The reason when there can be none.
pub(super) fn pack(setting: &Setting<'_>, to: &Step, id: u128, payload: &Payload) -> Result<Parcel, String> {
    let known = Known {
        pipe_arn: setting.pipe_arn,
        pipe_name: setting.pipe_name,
        source_arn: &setting.source_arn,
        enrichment_arn: &setting.enrichment_arn,
        target_arn: &setting.target_arn,
        came: &setting.came,
        event: &payload.value,
        opened: &payload.opened,
    };
    let body = match (&to.template, &payload.value) {
        (Some(template), _) => fill(template, &known).ok_or("The input template does not make JSON.")?,
        (None, Value::String(text)) => text.clone(),
        (None, value) => value.to_string(),
    };
    let mut parameters = followed(&to.parameters, &payload.opened)?;
    if to.arn.service == "events" && to.arn.resource.starts_with("event-bus/") {
        name_event(&mut parameters, setting);
    }
    let text = |member: &str, name: &str| parameters[member][name].as_str().map(str::to_owned);
    Ok(Parcel {
        id,
        body,
        group: text("SqsQueueParameters", "MessageGroupId"),
        deduplication: text("SqsQueueParameters", "MessageDeduplicationId"),
        partition_key: text("KinesisStreamParameters", "PartitionKey"),
        attributes: Vec::new(),
        parameters,
    })
}

/// Source and detail type of events on a bus when settings say nothing, as AWS writes them.
fn name_event(parameters: &mut Value, setting: &Setting<'_>) {
    if !parameters.is_object() {
        *parameters = Value::Object(Default::default());
    }
    let own = &mut parameters["EventBridgeEventBusParameters"];
    if !own.is_object() {
        *own = Value::Object(Default::default());
    }
    if own["Source"].is_null() {
        own["Source"] = format!("Pipe {}", setting.pipe_name).into();
    }
    if own["DetailType"].is_null() {
        own["DetailType"] = format!("Event from {}", setting.source_name).into();
    }
}

/// Parameters with what their paths lead to in the event. Source: user guide, "Amazon EventBridge Pipes targets", "Dynamic
/// path parameters".
fn followed(parameters: &Value, opened: &Value) -> Result<Value, String> {
    Ok(match parameters {
        Value::String(text) if path::is_path(text) => match path::find(text, opened) {
            Some(Value::String(found)) => found.into(),
            Some(found) => found.to_string().into(),
            None => return Err(format!("The path {text} leads to nothing in the event.")),
        },
        Value::Array(items) => items.iter().map(|item| followed(item, opened)).collect::<Result<_, _>>()?,
        Value::Object(members) => {
            let followed = |(name, value): (&String, &Value)| {
                // The template has its own rules.
                let value = if name == "InputTemplate" { value.clone() } else { followed(value, opened)? };
                Ok::<_, String>((name.clone(), value))
            };
            Value::Object(members.iter().map(followed).collect::<Result<_, _>>()?)
        }
        value => value.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn setting() -> Setting<'static> {
        Setting {
            pipe_arn: "arn:pipe",
            pipe_name: "p",
            source_arn: String::new(),
            source_name: "aws:sqs",
            enrichment_arn: String::new(),
            target_arn: String::new(),
            came: String::new(),
        }
    }

    fn packed(arn: &str, parameters: Value) -> Result<Parcel, String> {
        let payload = Payload::plain(json!({"messageId": "m", "body": {"k": "v", "n": 7}}));
        let template = parameters["InputTemplate"].as_str().map(str::to_owned);
        pack(&setting(), &Step { arn: arn.parse().unwrap(), template, parameters }, 1, &payload)
    }

    #[test]
    fn parameters_follow_paths() {
        let queue = "arn:aws:sqs:us-east-1:000000000000:q.fifo";
        let sent =
            packed(queue, json!({"SqsQueueParameters": {"MessageGroupId": "$.body.k", "MessageDeduplicationId": "d"}}));
        let sent = sent.unwrap();
        assert_eq!((sent.group.as_deref(), sent.deduplication.as_deref()), (Some("v"), Some("d")));
        let stream = "arn:aws:kinesis:us-east-1:000000000000:stream/k";
        let sent = packed(stream, json!({"KinesisStreamParameters": {"PartitionKey": "$.body.n"}})).unwrap();
        assert_eq!(sent.partition_key.as_deref(), Some("7"));
        let nothing = packed(stream, json!({"KinesisStreamParameters": {"PartitionKey": "$.none"}}));
        assert_eq!(nothing.unwrap_err(), "The path $.none leads to nothing in the event.");
    }

    #[test]
    fn events_have_names() {
        let bus = "arn:aws:events:us-east-1:000000000000:event-bus/b";
        let own = |parameters| packed(bus, parameters).unwrap().parameters["EventBridgeEventBusParameters"].clone();
        assert_eq!(own(Value::Null), json!({"Source": "Pipe p", "DetailType": "Event from aws:sqs"}));
        let named = json!({"EventBridgeEventBusParameters": {"Source": "$.body.k", "DetailType": "t", "Resources": ["$.messageId"]}});
        assert_eq!(own(named), json!({"Source": "v", "DetailType": "t", "Resources": ["m"]}));
    }

    #[test]
    fn a_template_that_makes_no_json_is_refused() {
        let queue = "arn:aws:sqs:us-east-1:000000000000:q";
        assert!(packed(queue, json!({"InputTemplate": "{ <$.messageId> }"})).is_err());
        assert_eq!(packed(queue, json!({"InputTemplate": "<$.body>"})).unwrap().body, r#"{"k":"v","n":7}"#);
    }
}
