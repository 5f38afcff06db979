//! `AWS::DynamoDB::Table`.

use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{give_name, tags_of, text_of};
use service_kit::{Ctx, Error, Progress, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn, call, call_unless_gone, described, progress, retag, shape, tags};

/// A table. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct Table;

impl ResourceType for Table {
    fn name(&self) -> &'static str {
        "AWS::DynamoDB::Table"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "AttributeDefinitions",
            "BillingMode",
            "ContributorInsightsSpecification",
            "DeletionProtectionEnabled",
            "GlobalSecondaryIndexes",
            "KeySchema",
            "KinesisStreamSpecification",
            "LocalSecondaryIndexes",
            "OnDemandThroughput",
            "PointInTimeRecoverySpecification",
            "ProvisionedThroughput",
            "ResourcePolicy",
            "SSESpecification",
            "StreamSpecification",
            "TableClass",
            "TableName",
            "Tags",
            "TimeToLiveSpecification",
            "WarmThroughput",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["KeySchema", "LocalSecondaryIndexes", "TableName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "StreamArn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "TableName", || invent(255));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let name = properties.get("TableName").map(text_of).unwrap_or_default();
            call(ctx, "CreateTable", shape::creation(&properties, &name)).await?;
            follow(ctx, &name, &properties).await?;
            Ok(name)
        }
    }

    fn progress<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Progress> {
        answer! { Ok(progress(&described(ctx, id).await?.unwrap_or_default())) }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(present) = described(ctx, id).await? else { return Ok(None) };
            let mut properties = shape::read(&present, &tags(ctx, id).await?);
            let around = around(ctx, id).await?;
            properties.extend(around);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let present = described(ctx, id).await?.unwrap_or_default();
            for change in shape::changes(&properties, &present, id) {
                call(ctx, "UpdateTable", change).await?;
            }
            retag(ctx, id, tags_of(&properties)).await?;
            follow(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! { call_unless_gone(ctx, "DeleteTable", json!({ "TableName": id })).await.map(drop) }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! { super::names(ctx).await }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn(ctx, id)
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let present = described(ctx, id).await?.unwrap_or_default();
            let key = present["SSEDescription"]["KMSMasterKeyArn"].as_str().map(str::to_owned);
            let stream = destination(ctx, id).await?.map(|destination| text_of(&destination["StreamArn"]));
            Ok(key.into_iter().chain(stream).collect())
        }
    }
}

/// What is set up around a table by operations of its own: made as the template tells, or gone when it tells nothing.
async fn follow(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let at = |property: &str| properties.get(property).map(shape::typed).unwrap_or_default();
    follow_expiry(ctx, name, &at("TimeToLiveSpecification")).await?;
    let recovery = at("PointInTimeRecoverySpecification");
    let on = recovery["PointInTimeRecoveryEnabled"].as_bool().unwrap_or_default();
    if on || recovers(ctx, name).await? {
        let mut wanted = json!({ "PointInTimeRecoveryEnabled": on });
        if !recovery["RecoveryPeriodInDays"].is_null() {
            wanted["RecoveryPeriodInDays"] = recovery["RecoveryPeriodInDays"].clone();
        }
        let input = json!({ "TableName": name, "PointInTimeRecoverySpecification": wanted });
        call(ctx, "UpdateContinuousBackups", input).await?;
    }
    follow_destination(ctx, name, &at("KinesisStreamSpecification")).await?;
    let insights = at("ContributorInsightsSpecification");
    let (wanted, present) = (insights["Enabled"].as_bool().unwrap_or_default(), counts(ctx, name).await?);
    if wanted != present {
        let action = if wanted { "ENABLE" } else { "DISABLE" };
        let mut input = json!({ "TableName": name, "ContributorInsightsAction": action });
        if wanted && !insights["Mode"].is_null() {
            input["ContributorInsightsMode"] = insights["Mode"].clone();
        }
        call(ctx, "UpdateContributorInsights", input).await?;
    }
    follow_policy(ctx, name, properties.get("ResourcePolicy").map(|policy| &policy["PolicyDocument"])).await
}

async fn follow_expiry(ctx: &Ctx, name: &str, wanted: &Value) -> Result<(), Error> {
    let present = call(ctx, "DescribeTimeToLive", json!({ "TableName": name })).await?;
    let present = &present["TimeToLiveDescription"]["AttributeName"];
    let on = wanted["Enabled"].as_bool().unwrap_or_default();
    let attribute = if on { &wanted["AttributeName"] } else { &Value::Null };
    if present == attribute {
        return Ok(());
    }
    for (attribute, enabled) in [(present, false), (attribute, true)] {
        if !attribute.is_null() {
            let specification = json!({ "Enabled": enabled, "AttributeName": attribute });
            let input = json!({ "TableName": name, "TimeToLiveSpecification": specification });
            call(ctx, "UpdateTimeToLive", input).await?;
        }
    }
    Ok(())
}

async fn follow_destination(ctx: &Ctx, name: &str, wanted: &Value) -> Result<(), Error> {
    let present = destination(ctx, name).await?.map(|destination| destination["StreamArn"].clone());
    let (present, stream) = (present.unwrap_or_default(), wanted["StreamArn"].clone());
    if present == stream {
        return Ok(());
    }
    if !present.is_null() {
        let input = json!({ "TableName": name, "StreamArn": present });
        call(ctx, "DisableKinesisStreamingDestination", input).await?;
    }
    if !stream.is_null() {
        let mut input = json!({ "TableName": name, "StreamArn": stream });
        let precision = &wanted["ApproximateCreationDateTimePrecision"];
        if !precision.is_null() {
            let configuration = json!({ "ApproximateCreationDateTimePrecision": precision });
            input["EnableKinesisStreamingConfiguration"] = configuration;
        }
        call(ctx, "EnableKinesisStreamingDestination", input).await?;
    }
    Ok(())
}

async fn follow_policy(ctx: &Ctx, name: &str, wanted: Option<&Value>) -> Result<(), Error> {
    let arn = arn(ctx, name);
    match wanted {
        Some(policy) => {
            let input = json!({ "ResourceArn": arn, "Policy": shape::document(policy) });
            call(ctx, "PutResourcePolicy", input).await.map(drop)
        }
        None => call(ctx, "DeleteResourcePolicy", json!({ "ResourceArn": arn })).await.map(drop),
    }
}

/// Properties that operations of their own tell.
async fn around(ctx: &Ctx, name: &str) -> Result<PropertySource, Error> {
    let mut properties = PropertySource::new();
    let expiry = call(ctx, "DescribeTimeToLive", json!({ "TableName": name })).await?;
    if let Some(attribute) = expiry["TimeToLiveDescription"]["AttributeName"].as_str() {
        let specification = json!({ "AttributeName": attribute, "Enabled": true });
        properties.insert("TimeToLiveSpecification".into(), specification);
    }
    if recovers(ctx, name).await? {
        let specification = json!({ "PointInTimeRecoveryEnabled": true });
        properties.insert("PointInTimeRecoverySpecification".into(), specification);
    }
    if let Some(destination) = destination(ctx, name).await? {
        properties.insert("KinesisStreamSpecification".into(), json!({ "StreamArn": destination["StreamArn"] }));
    }
    if counts(ctx, name).await? {
        properties.insert("ContributorInsightsSpecification".into(), json!({ "Enabled": true }));
    }
    Ok(properties)
}

async fn destination(ctx: &Ctx, name: &str) -> Result<Option<Value>, Error> {
    let told = call_unless_gone(ctx, "DescribeKinesisStreamingDestination", json!({ "TableName": name })).await?;
    let told = told.unwrap_or_default();
    let active = |destination: &&Value| destination["DestinationStatus"] == "ACTIVE";
    Ok(shape::list(&told, "KinesisDataStreamDestinations").find(active).cloned())
}

async fn recovers(ctx: &Ctx, name: &str) -> Result<bool, Error> {
    let told = call(ctx, "DescribeContinuousBackups", json!({ "TableName": name })).await?;
    let recovery = &told["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
    Ok(recovery["PointInTimeRecoveryStatus"] == "ENABLED")
}

async fn counts(ctx: &Ctx, name: &str) -> Result<bool, Error> {
    let told = call(ctx, "DescribeContributorInsights", json!({ "TableName": name })).await?;
    Ok(told["ContributorInsightsStatus"] == "ENABLED")
}
