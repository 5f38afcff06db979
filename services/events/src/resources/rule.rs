//! `AWS::Events::Rule`, with its targets.

use api_events::{
    DeleteRule, DeleteRuleInput, DescribeRule, DescribeRuleInput, ListEventBuses, ListEventBusesInput, ListRules,
    ListRulesInput, ListTargetsByRule, ListTargetsByRuleInput, PutRule, PutRuleInput, PutTargets, PutTargetsInput,
    RemoveTargets, RemoveTargetsInput, Target,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{give_name, show_tags, tags_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, as_object, as_text, input, properties, retag, tags, unless_gone};
use crate::engine::home::BusId;

/// A rule. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct Rule;

impl ResourceType for Rule {
    fn name(&self) -> &'static str {
        "AWS::Events::Rule"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "Description",
            "EventBusName",
            "EventPattern",
            "Name",
            "RoleArn",
            "ScheduleExpression",
            "State",
            "Tags",
            "Targets",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["EventBusName", "Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let arn = put(ctx, &properties).await?;
            let (bus, rule) = named(&arn);
            point(ctx, &bus, &rule, &properties).await?;
            Ok(arn)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (bus, name) = named(id);
            let input = DescribeRuleInput { name: name.clone(), event_bus_name: Some(bus.clone()) };
            let Some(shown) = unless_gone(ctx.call::<DescribeRule>(input).await)? else { return Ok(None) };
            let names =
                ["Arn", "Description", "EventBusName", "EventPattern", "Name", "RoleArn", "ScheduleExpression", "State"];
            let mut found = properties(&shown, &names);
            as_object(&mut found, "EventPattern");
            let targets = targets(ctx, &bus, &name).await?;
            let shown = targets.iter().map(|target| serde_json::from_slice(&protocols::json_value::write(target)));
            let shown: Vec<Value> = shown.filter_map(Result::ok).collect();
            if !shown.is_empty() {
                found.insert("Targets".to_owned(), shown.into());
            }
            show_tags(&mut found, &self.tags(ctx, id).await?);
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, mut properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let (bus, name) = named(id);
            properties.insert("Name".to_owned(), name.as_str().into());
            properties.insert("EventBusName".to_owned(), bus.as_str().into());
            put(ctx, &properties).await?;
            point(ctx, &bus, &name, &properties).await?;
            retag(ctx, id.to_owned(), tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (bus, name) = named(id);
            let Some(present) = unless_gone(targets(ctx, &bus, &name).await)? else { return Ok(()) };
            remove(ctx, &bus, &name, present.into_iter().map(|target| target.id).collect()).await?;
            let input = DeleteRuleInput { name, event_bus_name: Some(bus), force: None };
            unless_gone(ctx.call::<DeleteRule>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let buses = ctx.call::<ListEventBuses>(ListEventBusesInput::default()).await?.event_buses;
            let mut arns = Vec::new();
            for bus in buses.unwrap_or_default() {
                let mut next_token = None;
                loop {
                    let input = ListRulesInput { event_bus_name: bus.name.clone(), next_token, ..Default::default() };
                    let page = ctx.call::<ListRules>(input).await?;
                    arns.extend(page.rules.unwrap_or_default().into_iter().filter_map(|rule| rule.arn));
                    next_token = page.next_token;
                    if next_token.is_none() {
                        break;
                    }
                }
            }
            Ok(arns)
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        Box::pin(tags(ctx, id.to_owned()))
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (bus, name) = named(id);
            let targets = unless_gone(targets(ctx, &bus, &name).await)?.unwrap_or_default();
            let dead = targets.iter().filter_map(|target| target.dead_letter_config.as_ref()?.arn.clone());
            Ok(dead.chain(targets.iter().map(|target| target.arn.clone())).collect())
        }
    }
}

/// The bus and the name in a rule's ARN.
fn named(arn: &str) -> (String, String) {
    BusId::of_rule_arn(arn).map(|(bus, rule)| (bus.name, rule)).unwrap_or_default()
}

async fn put(ctx: &Ctx, properties: &PropertySource) -> Result<String, Error> {
    let mut properties = properties.clone();
    as_text(&mut properties, "EventPattern");
    let rule: PutRuleInput = input(&properties)?;
    Ok(ctx.call::<PutRule>(rule).await?.rule_arn.unwrap_or_default())
}

/// Makes the targets of a rule those of a template.
async fn point(ctx: &Ctx, bus: &str, rule: &str, properties: &PropertySource) -> Result<(), Error> {
    let wanted: PutTargetsInput = input(properties)?;
    let present = targets(ctx, bus, rule).await?.into_iter().map(|target| target.id);
    let ids: Vec<_> = present.filter(|id| !wanted.targets.iter().any(|target| target.id == *id)).collect();
    remove(ctx, bus, rule, ids).await?;
    if !wanted.targets.is_empty() {
        let (rule, event_bus_name) = (rule.to_owned(), Some(bus.to_owned()));
        ctx.call::<PutTargets>(PutTargetsInput { rule, event_bus_name, targets: wanted.targets }).await?;
    }
    Ok(())
}

async fn remove(ctx: &Ctx, bus: &str, rule: &str, ids: Vec<String>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let (rule, event_bus_name) = (rule.to_owned(), Some(bus.to_owned()));
    ctx.call::<RemoveTargets>(RemoveTargetsInput { rule, event_bus_name, ids, force: None }).await.map(|_| ())
}

async fn targets(ctx: &Ctx, bus: &str, rule: &str) -> Result<Vec<Target>, Error> {
    let (rule, event_bus_name) = (rule.to_owned(), Some(bus.to_owned()));
    let input = ListTargetsByRuleInput { rule, event_bus_name, ..ListTargetsByRuleInput::default() };
    Ok(ctx.call::<ListTargetsByRule>(input).await?.targets.unwrap_or_default())
}
