//! Rules of IoT, and subscriptions to log groups.

use crate::intrinsic::{reference, sub, sub_with};
use crate::node::{list, map};
use crate::resource::Resource;

use super::{Event, Target, arn};

/// A rule of IoT, and leave for it to call the function.
pub(super) fn plain(event: &Event, target: &Target, partition: &str) -> Vec<Resource> {
    let source = sub_with(arn(partition, "iot", "rule/${RuleName}"), map! { "RuleName" => reference(&event.id) });
    let permission = event
        .permission("iot.amazonaws.com", target)
        .with("SourceArn", source)
        .with("SourceAccount", sub("${AWS::AccountId}"));
    let mut payload = map! {
        "Sql" => event.node("Sql"),
        "RuleDisabled" => false,
        "Actions" => list![map! { "Lambda" => map! { "FunctionArn" => &target.arn } }],
    };
    if event.properties.truthy("AwsIotSqlVersion") {
        payload.set("AwsIotSqlVersion", event.node("AwsIotSqlVersion"));
    }
    let rule = Resource::new(&event.id, "AWS::IoT::TopicRule", &target.attributes).with("TopicRulePayload", payload);
    vec![permission, rule]
}

/// A subscription to a log group, and leave for it to call the function.
pub(super) fn logs(event: &Event, target: &Target, partition: &str) -> Vec<Resource> {
    let name = map! { "__LogGroupName__" => event.node("LogGroupName") };
    let source = sub_with(arn(partition, "logs", "log-group:${__LogGroupName__}:*"), name);
    let permission = event.permission("logs.amazonaws.com", target).with("SourceArn", source);
    let filter = Resource::new(&event.id, "AWS::Logs::SubscriptionFilter", &target.attributes)
        .after(list![&permission.id])
        .with("LogGroupName", event.node("LogGroupName"))
        .with("FilterPattern", event.node("FilterPattern"))
        .with("DestinationArn", &target.arn);
    vec![permission, filter]
}
