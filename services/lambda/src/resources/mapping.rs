//! `AWS::Lambda::EventSourceMapping`. Its identifier is its uuid.

use api_lambda as api;
use names::Tags;
use service_kit::properties::tags_of;
use service_kit::{Ctx, Progress, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, input, only, shown, unless_gone};

/// A source that feeds a function.
#[derive(Debug)]
pub(crate) struct EventSourceMapping;

/// Properties that are read back as they were set.
const SETTINGS: [&str; 15] = [
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "EventSourceArn",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "ScalingConfig",
    "StartingPosition",
    "StartingPositionTimestamp",
    "TumblingWindowInSeconds",
    "EventSourceMappingArn",
];

impl ResourceType for EventSourceMapping {
    fn name(&self) -> &'static str {
        "AWS::Lambda::EventSourceMapping"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "AmazonManagedKafkaEventSourceConfig",
            "BatchSize",
            "BisectBatchOnFunctionError",
            "DestinationConfig",
            "DocumentDBEventSourceConfig",
            "Enabled",
            "EventSourceArn",
            "FilterCriteria",
            "FunctionName",
            "FunctionResponseTypes",
            "KmsKeyArn",
            "LoggingConfig",
            "MaximumBatchingWindowInSeconds",
            "MaximumRecordAgeInSeconds",
            "MaximumRetryAttempts",
            "MetricsConfig",
            "ParallelizationFactor",
            "ProvisionedPollerConfig",
            "Queues",
            "ScalingConfig",
            "SelfManagedEventSource",
            "SelfManagedKafkaEventSourceConfig",
            "SourceAccessConfigurations",
            "StartingPosition",
            "StartingPositionTimestamp",
            "Tags",
            "Topics",
            "TumblingWindowInSeconds",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["EventSourceArn", "SelfManagedEventSource", "StartingPosition", "StartingPositionTimestamp"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["EventSourceMappingArn", "Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, mut properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let tags = tags_of(&properties);
            properties.remove("Tags");
            let mut input: api::CreateEventSourceMappingInput = input(&properties)?;
            input.tags = (!tags.is_empty()).then_some(tags);
            let there = ctx.call::<api::CreateEventSourceMapping>(input).await?;
            Ok(there.uuid.unwrap_or_default())
        }
    }

    fn progress<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Progress> {
        answer! {
            let input = api::GetEventSourceMappingInput { uuid: id.to_owned() };
            let there = unless_gone(ctx.call::<api::GetEventSourceMapping>(input).await)?;
            let settled = there.and_then(|there| there.state).is_none_or(|s| s == "Enabled" || s == "Disabled");
            Ok(if settled { Progress::Settled } else { Progress::Underway })
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = api::GetEventSourceMappingInput { uuid: id.to_owned() };
            let there = unless_gone(ctx.call::<api::GetEventSourceMapping>(input).await)?;
            let Some(there) = there.filter(|there| there.state.as_deref() != Some("Deleting")) else { return Ok(None) };
            let mut properties = only(shown(&there), &SETTINGS);
            let enabled = there.state.is_none_or(|state| !state.starts_with("Disabl"));
            properties.insert("Enabled".to_owned(), enabled.into());
            properties.insert("FunctionName".to_owned(), there.function_arn.into());
            properties.insert("Id".to_owned(), id.into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, mut properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            properties.remove("Tags");
            properties.insert("UUID".to_owned(), id.into());
            ctx.call::<api::UpdateEventSourceMapping>(input(&properties)?).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = api::DeleteEventSourceMappingInput { uuid: id.to_owned() };
            unless_gone(ctx.call::<api::DeleteEventSourceMapping>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut all, mut marker) = (Vec::new(), None);
            loop {
                let input = api::ListEventSourceMappingsInput { marker, ..Default::default() };
                let page = ctx.call::<api::ListEventSourceMappings>(input).await?;
                all.extend(page.event_source_mappings.unwrap_or_default().into_iter().filter_map(|one| one.uuid));
                marker = page.next_marker;
                if marker.is_none() {
                    return Ok(all);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn_of(ctx, format!("event-source-mapping:{id}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let input = api::GetEventSourceMappingInput { uuid: id.to_owned() };
            let there = unless_gone(ctx.call::<api::GetEventSourceMapping>(input).await)?.unwrap_or_default();
            Ok(there.event_source_arn.into_iter().chain(there.function_arn).collect())
        }
    }
}
