//! `AWS::SNS::Subscription`.

use std::collections::BTreeMap;

use api_sns::{
    GetSubscriptionAttributes, GetSubscriptionAttributesInput, ListSubscriptions, ListSubscriptionsInput,
    SetSubscriptionAttributes, SetSubscriptionAttributesInput, Subscribe, SubscribeInput, Unsubscribe,
    UnsubscribeInput,
};
use names::Tags;
use service_kit::properties::text_of;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, typed, unless_gone};

/// A subscription. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct Subscription;

/// Properties that are attributes of the same name.
const ATTRIBUTES: [&str; 7] = [
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "ReplayPolicy",
    "SubscriptionRoleArn",
];

/// What a property goes back to when a template drops it.
const DROPPED: [(&str, &str); 4] =
    [("DeliveryPolicy", ""), ("FilterPolicy", ""), ("RawMessageDelivery", "false"), ("RedrivePolicy", "")];

impl ResourceType for Subscription {
    fn name(&self) -> &'static str {
        "AWS::SNS::Subscription"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "DeliveryPolicy",
            "Endpoint",
            "FilterPolicy",
            "FilterPolicyScope",
            "Protocol",
            "RawMessageDelivery",
            "RedrivePolicy",
            "Region",
            "ReplayPolicy",
            "SubscriptionRoleArn",
            "TopicArn",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Endpoint", "Protocol", "TopicArn"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let given = |name: &str| properties.get(name).map(text_of).unwrap_or_default();
            let input = SubscribeInput {
                topic_arn: given("TopicArn"),
                protocol: given("Protocol"),
                endpoint: properties.get("Endpoint").map(text_of),
                attributes: Some(attributes(&properties)),
                return_subscription_arn: Some(true),
            };
            Ok(ctx.call::<Subscribe>(input).await?.subscription_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = GetSubscriptionAttributesInput { subscription_arn: id.to_owned() };
            let shown = unless_gone(ctx.call::<GetSubscriptionAttributes>(input).await)?;
            let Some(shown) = shown.and_then(|shown| shown.attributes) else { return Ok(None) };
            let mut properties = PropertySource::new();
            for name in ATTRIBUTES {
                if let Some(value) = shown.get(name) {
                    properties.insert(name.to_owned(), typed(value));
                }
            }
            for name in ["Endpoint", "Protocol", "TopicArn"] {
                properties.insert(name.to_owned(), shown.get(name).cloned().unwrap_or_default().into());
            }
            properties.insert("Arn".to_owned(), id.into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let mut wanted: BTreeMap<_, _> = DROPPED.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            wanted.extend(attributes(&properties));
            // What a filter looks at must be known before the filter.
            let scope = wanted.remove_entry("FilterPolicyScope");
            for (attribute_name, value) in scope.into_iter().chain(wanted) {
                let attribute_value = Some(value);
                let subscription_arn = id.to_owned();
                let input = SetSubscriptionAttributesInput { subscription_arn, attribute_name, attribute_value };
                ctx.call::<SetSubscriptionAttributes>(input).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            ctx.call::<Unsubscribe>(UnsubscribeInput { subscription_arn: id.to_owned() }).await?;
            Ok(())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut arns, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<ListSubscriptions>(ListSubscriptionsInput { next_token }).await?;
                let all = page.subscriptions.unwrap_or_default().into_iter().filter_map(|one| one.subscription_arn);
                arns.extend(all.filter(|arn| arn.starts_with("arn:")));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(arns);
                }
            }
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let read = self.read(ctx, id).await?.unwrap_or_default();
            let dead = read.get("RedrivePolicy").and_then(|policy| policy["deadLetterTargetArn"].as_str());
            let named = ["TopicArn", "Endpoint"].into_iter().filter_map(|name| read.get(name)?.as_str());
            Ok(named.chain(dead).filter(|arn| arn.starts_with("arn:")).map(str::to_owned).collect())
        }
    }
}

fn attributes(properties: &PropertySource) -> BTreeMap<String, String> {
    let present = ATTRIBUTES.iter().filter_map(|name| Some((*name, properties.get(*name)?)));
    present.map(|(name, value)| (name.to_owned(), text_of(value))).collect()
}
