//! `AWS::CloudTrail::Trail`.

use api_cloudtrail::{
    CreateTrail, DeleteTrail, DeleteTrailInput, GetEventSelectors, GetEventSelectorsInput, GetInsightSelectors,
    GetInsightSelectorsInput, GetTrail, GetTrailInput, GetTrailStatus, GetTrailStatusInput, ListTrails,
    ListTrailsInput, PutEventSelectors, PutInsightSelectors, StartLogging, StartLoggingInput, StopLogging,
    StopLoggingInput, UpdateTrail, errors,
};
use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{give_name, tag_list, tags_of, text_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, output, renamed, retag, tags, unless_gone};

/// A trail. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct Trail;

/// Properties that are members of `CreateTrail` and `UpdateTrail`.
const SETTINGS: [(&str, &str); 11] = [
    ("CloudWatchLogsLogGroupArn", "CloudWatchLogsLogGroupArn"),
    ("CloudWatchLogsRoleArn", "CloudWatchLogsRoleArn"),
    ("EnableLogFileValidation", "EnableLogFileValidation"),
    ("IncludeGlobalServiceEvents", "IncludeGlobalServiceEvents"),
    ("IsMultiRegionTrail", "IsMultiRegionTrail"),
    ("IsOrganizationTrail", "IsOrganizationTrail"),
    ("KMSKeyId", "KmsKeyId"),
    ("S3BucketName", "S3BucketName"),
    ("S3KeyPrefix", "S3KeyPrefix"),
    ("SnsTopicName", "SnsTopicName"),
    ("TrailName", "Name"),
];

/// What a property goes back to when a template drops it.
const DROPPED: [(&str, &str); 5] = [
    ("CloudWatchLogsLogGroupArn", ""),
    ("CloudWatchLogsRoleArn", ""),
    ("KmsKeyId", ""),
    ("S3KeyPrefix", ""),
    ("SnsTopicName", ""),
];

impl ResourceType for Trail {
    fn name(&self) -> &'static str {
        "AWS::CloudTrail::Trail"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "AdvancedEventSelectors",
            "CloudWatchLogsLogGroupArn",
            "CloudWatchLogsRoleArn",
            "EnableLogFileValidation",
            "EventSelectors",
            "IncludeGlobalServiceEvents",
            "InsightSelectors",
            "IsLogging",
            "IsMultiRegionTrail",
            "IsOrganizationTrail",
            "KMSKeyId",
            "S3BucketName",
            "S3KeyPrefix",
            "SnsTopicName",
            "Tags",
            "TrailName",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["TrailName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "SnsTopicArn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "TrailName", || invent(128));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let mut settings = renamed(&properties, &SETTINGS);
            let name = settings.get("Name").map(text_of).unwrap_or_default();
            if let Some(tags) = properties.get("Tags") {
                settings.insert("TagsList".to_owned(), tags.clone());
            }
            ctx.call::<CreateTrail>(input(settings.into())?).await?;
            select(ctx, &name, &properties).await?;
            log(ctx, &name, &properties).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let found = unless_gone(ctx.call::<GetTrail>(GetTrailInput { name: id.to_owned() }).await)?;
            let Some(trail) = found.and_then(|found| found.trail) else { return Ok(None) };
            let shown = output(&trail);
            let mut properties = PropertySource::new();
            for (own, theirs) in SETTINGS {
                let theirs = if own == "EnableLogFileValidation" { "LogFileValidationEnabled" } else { theirs };
                if let Some(value) = shown.get(theirs) {
                    properties.insert(own.to_owned(), value.clone());
                }
            }
            let selectors = GetEventSelectorsInput { trail_name: id.to_owned() };
            let mut selectors = output(&ctx.call::<GetEventSelectors>(selectors).await?);
            selectors.remove("TrailARN");
            properties.extend(selectors);
            if let Some(insights) = insights(ctx, id).await? {
                properties.insert("InsightSelectors".to_owned(), insights);
            }
            let status = ctx.call::<GetTrailStatus>(GetTrailStatusInput { name: id.to_owned() }).await?;
            properties.insert("IsLogging".to_owned(), status.is_logging.into());
            if let Some(tags) = tag_list(&self.tags(ctx, id).await?) {
                properties.insert("Tags".to_owned(), tags);
            }
            properties.insert("Arn".to_owned(), trail.trail_arn.into());
            properties.insert("SnsTopicArn".to_owned(), trail.sns_topic_arn.into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let mut settings: serde_json::Map<_, _> =
                DROPPED.map(|(name, value)| (name.to_owned(), Value::from(value))).into_iter().collect();
            settings.extend(renamed(&properties, &SETTINGS));
            settings.insert("Name".to_owned(), id.into());
            ctx.call::<UpdateTrail>(input(settings.into())?).await?;
            select(ctx, id, &properties).await?;
            log(ctx, id, &properties).await?;
            retag(ctx, &self.arn(ctx, id), tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteTrail>(DeleteTrailInput { name: id.to_owned() }).await;
            unless_gone(deleted.map(|_| ())).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<ListTrails>(ListTrailsInput { next_token }).await?;
                let here = page.trails.unwrap_or_default().into_iter();
                let here = here.filter(|trail| trail.home_region.as_deref() == Some(ctx.region.as_str()));
                names.extend(here.filter_map(|trail| trail.name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        names::Arn::regional("cloudtrail", &ctx.region, ctx.account(), format!("trail/{id}")).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, &self.arn(ctx, id)).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let trail = ctx.call::<GetTrail>(GetTrailInput { name: id.to_owned() }).await?.trail.unwrap_or_default();
            let bucket = trail.s3_bucket_name.map(|name| format!("arn:{}:s3:::{name}", ctx.partition().as_str()));
            let others = [trail.sns_topic_arn, trail.kms_key_id, trail.cloud_watch_logs_log_group_arn];
            Ok(bucket.into_iter().chain(others.into_iter().flatten()).collect())
        }
    }
}

/// Sets the selectors that a template has; without any, the trail selects all management events.
async fn select(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let mut settings = serde_json::Map::from_iter([("TrailName".to_owned(), Value::from(name))]);
    let given = ["AdvancedEventSelectors", "EventSelectors"].into_iter().find(|own| properties.contains_key(*own));
    let (own, value) = match given {
        Some(own) => (own, properties[own].clone()),
        None => ("EventSelectors", json!([{"ReadWriteType": "All", "IncludeManagementEvents": true}])),
    };
    settings.insert(own.to_owned(), value);
    ctx.call::<PutEventSelectors>(input(settings.into())?).await?;
    let insights = properties.get("InsightSelectors").cloned().unwrap_or_else(|| json!([]));
    ctx.call::<PutInsightSelectors>(input(json!({"TrailName": name, "InsightSelectors": insights}))?).await?;
    Ok(())
}

async fn log(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let name = name.to_owned();
    if matches!(properties.get("IsLogging"), Some(Value::Bool(true)))
        || properties.get("IsLogging") == Some(&"true".into())
    {
        ctx.call::<StartLogging>(StartLoggingInput { name }).await?;
    } else {
        ctx.call::<StopLogging>(StopLoggingInput { name }).await?;
    }
    Ok(())
}

async fn insights(ctx: &Ctx, name: &str) -> Result<Option<Value>, Error> {
    let input = GetInsightSelectorsInput { trail_name: Some(name.to_owned()), event_data_store: None };
    match ctx.call::<GetInsightSelectors>(input).await {
        Ok(found) => Ok(output(&found).remove("InsightSelectors")),
        Err(Error::Modeled(error)) if error.schema.code == errors::INSIGHT_NOT_ENABLED_EXCEPTION.code => Ok(None),
        Err(error) => Err(error),
    }
}
