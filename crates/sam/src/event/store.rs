//! Notifications of a bucket in the same template. The bucket is changed: it names the function, and comes after the leave to
//! call it.

use crate::error::{Outcome, resource, unexpected};
use crate::expect::Of;
use crate::intrinsic::{choose, reference, when};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::{Claim, Resource, tag_list};
use crate::shape;
use crate::work::{Work, as_list};

use super::{Event, Target};

/// The bucket that an event names.
pub(super) fn bucket(work: &Work<'_>, made_for: &Event) -> Outcome<Text> {
    let bucket = made_for.node("Bucket");
    if let Some(name) = bucket.get("Ref") {
        let text = "'Ref' value in S3 events is not a valid string.";
        let name = name.as_text().ok_or_else(|| made_for.refuse(text))?;
        let bucket = work.source.map("Resources").into_iter().flat_map(Map::keys).find(|id| id == name);
        if let Some(id) = bucket {
            return Ok(id);
        }
    }
    Err(made_for.refuse("S3 events must reference an S3 bucket in the same template."))
}

/// Leave for the bucket to call the function, and the bucket.
pub(super) fn plain(work: &mut Work<'_>, made_for: &Event, target: &Target) -> Outcome<Vec<Resource>> {
    let id = bucket(work, made_for)?;
    let permission = made_for.permission("s3.amazonaws.com", target).with("SourceAccount", reference("AWS::AccountId"));
    let bucket = work.resource_mut(&id).ok_or_else(unexpected)?;
    match target.condition() {
        Node::Null => depend(bucket, &permission.id, &made_for.id)?,
        condition => depend_by_tag(bucket, &id, &permission.id, condition)?,
    }
    notify(bucket, &id, made_for, target)?;
    let claim = read(&id, bucket)?;
    Ok(vec![permission, claim])
}

/// The bucket as a plain resource.
fn read(id: &Text, bucket: &Map) -> Outcome<Resource> {
    let kind = "AWS::S3::Bucket";
    let found = bucket.node("Type");
    if !found.is(kind) {
        let text = format!("Resource has incorrect Type; expected '{kind}', got '{}'", crate::python::show(&found));
        return Err(resource(id, text));
    }
    let claim = Claim::read(id, kind, shape::BUCKET, bucket, |_| Ok(()))?;
    let mut made = claim.main(kind);
    made.properties = claim.properties;
    Ok(made)
}

fn depend(bucket: &mut Map, permission: &Text, event: &str) -> Outcome<()> {
    let mut ids = as_list(&bucket.node("DependsOn"));
    let is_none = bucket.has("DependsOn") && bucket.get("DependsOn").is_none();
    if is_none || ids.iter().any(|id| id.as_str().is_none()) {
        return Err(resource(event, "Invalid type for field 'DependsOn'. Expected a string or list of strings."));
    }
    if !ids.contains(&permission.into()) {
        ids.push(permission.into());
    }
    bucket.set("DependsOn", ids);
    Ok(())
}

/// A resource cannot depend on one that there may not be; but it can refer to it, in a tag.
fn depend_by_tag(bucket: &mut Map, id: &str, permission: &Text, condition: Node) -> Outcome<()> {
    let Node::Map(properties) = bucket.entry(&"Properties".into(), || Map::default().into()) else {
        return Err(unexpected());
    };
    let tags = properties.get("Tags").cloned().unwrap_or_else(|| list![]);
    let mut tags = Of::Resource(id).list(&tags, "Tags")?.to_vec();
    let value = choose(condition, reference(permission), "no dependency");
    tags.extend(tag_list(&map! { format!("sam:ConditionalDependsOn:{}", &**permission) => value }));
    properties.set("Tags", tags);
    Ok(())
}

fn notify(bucket: &mut Map, id: &str, made_for: &Event, target: &Target) -> Outcome<()> {
    let properties = bucket.entry(&"Properties".into(), || Map::default().into());
    Of::Resource(id).map_or(properties, "Properties should be a map.")?;
    let properties = properties.as_map_mut().ok_or_else(unexpected)?;
    if properties.get("NotificationConfiguration").is_none() {
        properties.set("NotificationConfiguration", Map::default());
    }
    Of::Resource(id).map(&properties.node("NotificationConfiguration"), "NotificationConfiguration")?;
    let configuration = properties.map_mut("NotificationConfiguration").ok_or_else(unexpected)?;
    if configuration.get("LambdaConfigurations").is_none() {
        configuration.set("LambdaConfigurations", list![]);
    }
    let Some(Node::List(all)) = configuration.get_mut("LambdaConfigurations") else {
        return Err(resource(id, "Invalid type for LambdaConfigurations. Must be a list."));
    };
    for kind in as_list(&made_for.node("Events")) {
        let mut one = map! { "Function" => &target.arn };
        one.set_some("Filter", made_for.node("Filter"));
        one.set("Event", kind);
        let one = match target.condition() {
            Node::Null => one.into(),
            condition => when(condition, one),
        };
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(())
}
