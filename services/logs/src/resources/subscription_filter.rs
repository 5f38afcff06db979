//! `AWS::Logs::SubscriptionFilter`. Its identifier is the names of its group and its own.

use api_logs::{
    DeleteSubscriptionFilter, DeleteSubscriptionFilterInput, DescribeLogGroups, DescribeLogGroupsInput,
    DescribeSubscriptionFilters, DescribeSubscriptionFiltersInput, Distribution, PutSubscriptionFilter,
    PutSubscriptionFilterInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, both, needed, show, text, texts, truth, unless_gone};

/// A subscription filter.
#[derive(Debug)]
pub(crate) struct SubscriptionFilter;

impl ResourceType for SubscriptionFilter {
    fn name(&self) -> &'static str {
        "AWS::Logs::SubscriptionFilter"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "ApplyOnTransformedLogs",
            "DestinationArn",
            "Distribution",
            "EmitSystemFields",
            "FieldSelectionCriteria",
            "FilterName",
            "FilterPattern",
            "LogGroupName",
            "RoleArn",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["FilterName", "LogGroupName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        if properties.get("FilterName").is_none_or(Value::is_null) {
            properties.insert("FilterName".to_owned(), invent(512).into());
        }
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let id = format!("{}|{}", needed(&properties, "LogGroupName"), needed(&properties, "FilterName"));
            put(ctx, &id, &properties).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (group, name) = both(id);
            let input = DescribeSubscriptionFiltersInput {
                log_group_name: group.clone(),
                filter_name_prefix: Some(name.clone()),
                ..Default::default()
            };
            let found = unless_gone(ctx.call::<DescribeSubscriptionFilters>(input).await)?.and_then(|page| page.subscription_filters);
            let found = found.into_iter().flatten().find(|known| known.filter_name.as_ref() == Some(&name));
            let Some(there) = found else { return Ok(None) };
            let mut properties = PropertySource::new();
            show(&mut properties, "LogGroupName", Some(group));
            show(&mut properties, "FilterName", Some(name));
            show(&mut properties, "FilterPattern", there.filter_pattern);
            show(&mut properties, "DestinationArn", there.destination_arn);
            show(&mut properties, "RoleArn", there.role_arn);
            show(&mut properties, "Distribution", there.distribution.map(|one| one.as_str().to_owned()));
            show(&mut properties, "ApplyOnTransformedLogs", there.apply_on_transformed_logs);
            show(&mut properties, "FieldSelectionCriteria", there.field_selection_criteria);
            show(&mut properties, "EmitSystemFields", there.emit_system_fields);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            put(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (log_group_name, filter_name) = both(id);
            let input = DeleteSubscriptionFilterInput { log_group_name, filter_name };
            unless_gone(ctx.call::<DeleteSubscriptionFilter>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<DescribeLogGroups>(DescribeLogGroupsInput { next_token, ..Default::default() }).await?;
                for group in page.log_groups.into_iter().flatten().filter_map(|group| group.log_group_name) {
                    let input = DescribeSubscriptionFiltersInput { log_group_name: group.clone(), ..Default::default() };
                    let filters = ctx.call::<DescribeSubscriptionFilters>(input).await?.subscription_filters;
                    let names = filters.into_iter().flatten().filter_map(|filter| filter.filter_name);
                    found.extend(names.map(|name| format!("{group}|{name}")));
                }
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(found);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        let (group, name) = both(id);
        arn_of(ctx, format!("log-group:{group}:subscription-filter:{name}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
           let there = self.read(ctx, id).await?.unwrap_or_default();
           let group = arn_of(ctx, format!("log-group:{}", both(id).0));
           Ok([Some(group), text(&there, "DestinationArn"), text(&there, "RoleArn")].into_iter().flatten().collect())
        }
    }
}

async fn put(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    let (log_group_name, filter_name) = both(id);
    let input = PutSubscriptionFilterInput {
        log_group_name,
        filter_name,
        filter_pattern: needed(properties, "FilterPattern"),
        destination_arn: needed(properties, "DestinationArn"),
        role_arn: text(properties, "RoleArn"),
        distribution: text(properties, "Distribution").as_deref().map(Distribution::from),
        apply_on_transformed_logs: truth(properties, "ApplyOnTransformedLogs"),
        field_selection_criteria: text(properties, "FieldSelectionCriteria"),
        emit_system_fields: texts(properties, "EmitSystemFields"),
    };
    ctx.call::<PutSubscriptionFilter>(input).await.map(|_| ())
}
