//! `AWS::S3::Bucket`.

use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{give_name, show_tags, tag_list, tags_of, text_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, call, lists, settings, unless_unset};
use crate::ops::address::bucket_arn;

/// Characters that a bucket's name may have.
const LONGEST_NAME: usize = 63;

/// A bucket. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct Bucket;

impl ResourceType for Bucket {
    fn name(&self) -> &'static str {
        "AWS::S3::Bucket"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "AccelerateConfiguration",
            "AccessControl",
            "AnalyticsConfigurations",
            "BucketEncryption",
            "BucketName",
            "CorsConfiguration",
            "IntelligentTieringConfigurations",
            "InventoryConfigurations",
            "LifecycleConfiguration",
            "LoggingConfiguration",
            "MetricsConfigurations",
            "NotificationConfiguration",
            "ObjectLockConfiguration",
            "ObjectLockEnabled",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "ReplicationConfiguration",
            "Tags",
            "VersioningConfiguration",
            "WebsiteConfiguration",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["BucketName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "BucketName", || invent(LONGEST_NAME).to_lowercase());
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let name = properties.get("BucketName").map(text_of).unwrap_or_default();
            call(ctx, "CreateBucket", creation(ctx, &name, &properties)).await?;
            let done = follow(ctx, &name, &properties).await;
            if done.is_err() {
                // What a stack cannot have whole it does not have.
                let _gone = call(ctx, "DeleteBucket", json!({ "Bucket": name })).await;
            }
            done.map(|()| name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            if unless_unset(call(ctx, "HeadBucket", json!({ "Bucket": id })).await)?.is_none() {
                return Ok(None);
            }
            let mut properties = PropertySource::new();
            settings::show(ctx, id, &mut properties).await?;
            lists::show(ctx, id, &mut properties).await?;
            show_tags(&mut properties, &self.tags(ctx, id).await?);
            if properties.contains_key("ObjectLockConfiguration") {
                properties.insert("ObjectLockEnabled".to_owned(), true.into());
            }
            let region = ctx.region.as_str();
            let suffix = if ctx.partition().as_str() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
            for (name, value) in [
                ("BucketName", id.to_owned()),
                ("Arn", bucket_arn(ctx, id)),
                ("DomainName", format!("{id}.s3.{suffix}")),
                ("DualStackDomainName", format!("{id}.s3.dualstack.{region}.{suffix}")),
                ("RegionalDomainName", format!("{id}.s3.{region}.{suffix}")),
                ("WebsiteURL", format!("http://{id}.{}", website_host(region, suffix))),
            ] {
                properties.insert(name.to_owned(), value.into());
            }
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let present = self.read(ctx, id).await?.unwrap_or_default();
            settings::apply(ctx, id, &properties, &present).await?;
            lists::apply(ctx, id, &properties, &present).await?;
            if let Some(acl) = canned(&properties) {
                call(ctx, "PutBucketAcl", json!({ "Bucket": id, "ACL": acl })).await?;
            }
            retag(ctx, id, &tags_of(&present), &tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! { unless_unset(call(ctx, "DeleteBucket", json!({ "Bucket": id })).await).map(|_| ()) }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! { buckets(ctx).await }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        bucket_arn(ctx, id)
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let set = unless_unset(call(ctx, "GetBucketTagging", json!({ "Bucket": id })).await)?;
            let listed = set.map(|mut set| set["TagSet"].take()).unwrap_or_default();
            Ok(tags_of(&PropertySource::from_iter([("Tags".to_owned(), listed)])))
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut properties = PropertySource::new();
            settings::show(ctx, id, &mut properties).await?;
            let mut arns = Vec::new();
            let notices = properties.get("NotificationConfiguration").cloned().unwrap_or_default();
            find_arns(&notices, &mut arns);
            find_arns(&properties.get("ReplicationConfiguration").cloned().unwrap_or_default(), &mut arns);
            if let Some(target) = properties.get("LoggingConfiguration").and_then(|log| log["DestinationBucketName"].as_str()) {
                arns.push(bucket_arn(ctx, target));
            }
            arns.sort();
            arns.dedup();
            Ok(arns)
        }
    }
}

/// Names of the account's buckets in the region.
pub(super) async fn buckets(ctx: &Ctx) -> Result<Vec<String>, Error> {
    let (mut names, mut token) = (Vec::new(), Value::Null);
    loop {
        let mut input = json!({ "BucketRegion": ctx.region.as_str() });
        if !token.is_null() {
            input["ContinuationToken"] = token;
        }
        let mut page = call(ctx, "ListBuckets", input).await?;
        let found = page["Buckets"].as_array().into_iter().flatten();
        names.extend(found.map(|bucket| text_of(&bucket["Name"])));
        token = page["ContinuationToken"].take();
        if token.is_null() {
            return Ok(names);
        }
    }
}

/// Where websites are. Regions of the first years have a dash where the others have a point. Source: S3 user guide, "Website
/// endpoints".
fn website_host(region: &str, suffix: &str) -> String {
    let with_dash = [
        "ap-northeast-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "eu-west-1",
        "sa-east-1",
        "us-east-1",
        "us-gov-west-1",
        "us-west-1",
        "us-west-2",
    ];
    let mark = if with_dash.contains(&region) { '-' } else { '.' };
    format!("s3-website{mark}{region}.{suffix}")
}

/// ARNs within a setting.
fn find_arns(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("arn:") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| find_arns(item, found)),
        Value::Object(map) => map.values().for_each(|value| find_arns(value, found)),
        _ => {}
    }
}

fn creation(ctx: &Ctx, name: &str, properties: &PropertySource) -> Value {
    let mut input = json!({ "Bucket": name });
    if ctx.region.as_str() != "us-east-1" {
        input["CreateBucketConfiguration"] = json!({ "LocationConstraint": ctx.region.as_str() });
    }
    if properties.get("ObjectLockEnabled").is_some_and(|enabled| text_of(enabled) == "true") {
        input["ObjectLockEnabledForBucket"] = true.into();
    }
    let ownership = properties.get("OwnershipControls").map(|controls| &controls["Rules"][0]["ObjectOwnership"]);
    if let Some(ownership) = ownership.filter(|ownership| ownership.is_string()) {
        input["ObjectOwnership"] = ownership.clone();
    }
    if let Some(acl) = canned(properties) {
        input["ACL"] = acl.into();
    }
    input
}

/// A canned access control list as the API writes it: `public-read` for `PublicRead`.
fn canned(properties: &PropertySource) -> Option<String> {
    let name = properties.get("AccessControl")?.as_str()?;
    let mut words = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && at > 0 {
            words.push('-');
        }
        words.push(c.to_ascii_lowercase());
    }
    Some(words)
}

/// All that is set after a bucket is there.
async fn follow(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let nothing = PropertySource::new();
    settings::apply(ctx, name, properties, &nothing).await?;
    lists::apply(ctx, name, properties, &nothing).await?;
    retag(ctx, name, &Tags::new(), &tags_of(properties)).await
}

async fn retag(ctx: &Ctx, name: &str, present: &Tags, wanted: &Tags) -> Result<(), Error> {
    if present == wanted {
        return Ok(());
    }
    match tag_list(wanted) {
        Some(list) => call(ctx, "PutBucketTagging", json!({ "Bucket": name, "Tagging": { "TagSet": list } })).await,
        None => call(ctx, "DeleteBucketTagging", json!({ "Bucket": name })).await,
    }
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_control_lists_have_dashes() {
        for (template, api) in
            [("Private", "private"), ("PublicReadWrite", "public-read-write"), ("AwsExecRead", "aws-exec-read")]
        {
            let properties = PropertySource::from_iter([("AccessControl".to_owned(), template.into())]);
            assert_eq!(canned(&properties).as_deref(), Some(api));
        }
    }

    #[test]
    fn websites_are_where_their_region_has_them() {
        assert_eq!(website_host("us-east-1", "amazonaws.com"), "s3-website-us-east-1.amazonaws.com");
        assert_eq!(website_host("eu-central-1", "amazonaws.com"), "s3-website.eu-central-1.amazonaws.com");
    }
}
