//! `AWS::S3::AccessPoint`.

use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{Retag, give_name, show_tags, tag_list, tags_of, text_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, call_of, unless_unset};
use crate::ops::address::bucket_arn;

/// Characters that an access point's name may have.
const LONGEST_NAME: usize = 50;

/// An access point. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct AccessPoint;

impl ResourceType for AccessPoint {
    fn name(&self) -> &'static str {
        "AWS::S3::AccessPoint"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Bucket", "BucketAccountId", "Name", "Policy", "PublicAccessBlockConfiguration", "Tags", "VpcConfiguration"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Bucket", "BucketAccountId", "Name", "PublicAccessBlockConfiguration", "VpcConfiguration"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Alias", "Arn", "Name", "NetworkOrigin"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(LONGEST_NAME).to_lowercase());
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let name = properties.get("Name").map(text_of).unwrap_or_default();
            let mut input = named(ctx, &name);
            for member in ["Bucket", "BucketAccountId", "PublicAccessBlockConfiguration", "VpcConfiguration"] {
                if let Some(value) = properties.get(member) {
                    input[member] = value.clone();
                }
            }
            if let Some(tags) = tag_list(&tags_of(&properties)) {
                input["Tags"] = tags;
            }
            call(ctx, "CreateAccessPoint", input).await?;
            let done = set_policy(ctx, &name, &properties).await;
            if done.is_err() {
                let _gone = call(ctx, "DeleteAccessPoint", named(ctx, &name)).await;
            }
            done.map(|()| name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let answer = unless_unset(call(ctx, "GetAccessPoint", named(ctx, id)).await)?;
            let Some(Value::Object(mut found)) = answer else { return Ok(None) };
            let mut properties = PropertySource::new();
            for (name, member) in [
                ("Alias", "Alias"),
                ("Arn", "AccessPointArn"),
                ("Bucket", "Bucket"),
                ("BucketAccountId", "BucketAccountId"),
                ("Name", "Name"),
                ("NetworkOrigin", "NetworkOrigin"),
                ("PublicAccessBlockConfiguration", "PublicAccessBlockConfiguration"),
                ("VpcConfiguration", "VpcConfiguration"),
            ] {
                if let Some(value) = found.remove(member).filter(|value| !value.is_null()) {
                    properties.insert(name.to_owned(), value);
                }
            }
            if let Some(policy) = unless_unset(call(ctx, "GetAccessPointPolicy", named(ctx, id)).await)? {
                let document = policy["Policy"].as_str().and_then(|text| serde_json::from_str(text).ok());
                properties.insert("Policy".to_owned(), document.unwrap_or_default());
            }
            show_tags(&mut properties, &self.tags(ctx, id).await?);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            set_policy(ctx, id, &properties).await?;
            let resource = json!({ "AccountId": ctx.account().to_string(), "ResourceArn": self.arn(ctx, id) });
            let change = Retag::between(&self.tags(ctx, id).await?, tags_of(&properties));
            if let Some(gone) = change.gone {
                let mut input = resource.clone();
                input["TagKeys"] = gone.into();
                call(ctx, "UntagResource", input).await?;
            }
            if let Some(tags) = change.set.as_ref().and_then(tag_list) {
                let mut input = resource;
                input["Tags"] = tags;
                call(ctx, "TagResource", input).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! { unless_unset(call(ctx, "DeleteAccessPoint", named(ctx, id)).await).map(|_| ()) }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut token) = (Vec::new(), Value::Null);
            loop {
                let mut input = json!({ "AccountId": ctx.account().to_string() });
                if !token.is_null() {
                    input["NextToken"] = token;
                }
                let mut page = call(ctx, "ListAccessPoints", input).await?;
                let found = page["AccessPointList"].as_array().into_iter().flatten();
                names.extend(found.map(|point| text_of(&point["Name"])));
                token = page["NextToken"].take();
                if token.is_null() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        names::Arn::regional("s3", &ctx.region, ctx.account(), format!("accesspoint/{id}")).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = json!({ "AccountId": ctx.account().to_string(), "ResourceArn": self.arn(ctx, id) });
            let listed = unless_unset(call(ctx, "ListTagsForResource", input).await)?;
            let listed = listed.map(|mut answer| answer["Tags"].take()).unwrap_or_default();
            Ok(tags_of(&PropertySource::from_iter([("Tags".to_owned(), listed)])))
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = unless_unset(call(ctx, "GetAccessPoint", named(ctx, id)).await)?;
            let bucket = found.and_then(|point| point["Bucket"].as_str().map(str::to_owned));
            Ok(bucket.map(|bucket| bucket_arn(ctx, &bucket)).into_iter().collect())
        }
    }
}

async fn call(ctx: &Ctx, operation: &str, input: Value) -> Result<Value, Error> {
    call_of(ctx, "s3control", operation, input).await
}

fn named(ctx: &Ctx, name: &str) -> Value {
    json!({ "AccountId": ctx.account().to_string(), "Name": name })
}

/// Puts the policy that a template says, or takes it off.
async fn set_policy(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let mut input = named(ctx, name);
    match properties.get("Policy").filter(|policy| !policy.is_null()) {
        Some(policy) => {
            input["Policy"] = text_of(policy).into();
            call(ctx, "PutAccessPointPolicy", input).await.map(|_| ())
        }
        None => unless_unset(call(ctx, "DeleteAccessPointPolicy", input).await).map(|_| ()),
    }
}
