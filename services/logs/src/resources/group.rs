//! `AWS::Logs::LogGroup`. Its identifier is its name.

use api_logs::{
    AssociateKmsKey, AssociateKmsKeyInput, CreateLogGroup, CreateLogGroupInput, DeleteDataProtectionPolicy,
    DeleteDataProtectionPolicyInput, DeleteIndexPolicy, DeleteIndexPolicyInput, DeleteLogGroup, DeleteLogGroupInput,
    DeleteRetentionPolicy, DeleteRetentionPolicyInput, DescribeIndexPolicies, DescribeIndexPoliciesInput,
    DescribeLogGroups, DescribeLogGroupsInput, DisassociateKmsKey, DisassociateKmsKeyInput, GetDataProtectionPolicy,
    GetDataProtectionPolicyInput, ListTagsForResource, ListTagsForResourceInput, LogGroupClass,
    PutDataProtectionPolicy, PutDataProtectionPolicyInput, PutIndexPolicy, PutIndexPolicyInput,
    PutLogGroupDeletionProtection, PutLogGroupDeletionProtectionInput, PutRetentionPolicy, PutRetentionPolicyInput,
    TagResource, TagResourceInput, UntagResource, UntagResourceInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{Retag, show_tags, tags_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, needed, show, text, truth, unless_gone};

/// A log group.
#[derive(Debug)]
pub(crate) struct LogGroup;

impl ResourceType for LogGroup {
    fn name(&self) -> &'static str {
        "AWS::Logs::LogGroup"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "DataProtectionPolicy",
            "DeletionProtectionEnabled",
            "FieldIndexPolicies",
            "KmsKeyId",
            "LogGroupClass",
            "LogGroupName",
            "RetentionInDays",
            "Tags",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["LogGroupName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        if properties.get("LogGroupName").is_none_or(Value::is_null) {
            properties.insert("LogGroupName".to_owned(), invent(512).into());
        }
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let (name, tags) = (needed(&properties, "LogGroupName"), tags_of(&properties));
            ctx.call::<CreateLogGroup>(CreateLogGroupInput {
                log_group_name: name.clone(),
                kms_key_id: text(&properties, "KmsKeyId"),
                tags: (!tags.is_empty()).then_some(tags),
                log_group_class: text(&properties, "LogGroupClass").as_deref().map(LogGroupClass::from),
                deletion_protection_enabled: truth(&properties, "DeletionProtectionEnabled"),
            }).await?;
            let there = self.read(ctx, &name).await?.unwrap_or_default();
            settle(ctx, &name, &there, &properties).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = DescribeLogGroupsInput { log_group_identifiers: Some(vec![id.to_owned()]), ..Default::default() };
            let found = ctx.call::<DescribeLogGroups>(input).await?.log_groups.unwrap_or_default();
            let Some(group) = found.into_iter().next() else { return Ok(None) };
            let mut properties = PropertySource::new();
            show(&mut properties, "LogGroupName", group.log_group_name);
            show(&mut properties, "Arn", group.arn);
            show(&mut properties, "KmsKeyId", group.kms_key_id);
            show(&mut properties, "LogGroupClass", group.log_group_class.map(|class| class.as_str().to_owned()));
            show(&mut properties, "RetentionInDays", group.retention_in_days);
            show(&mut properties, "DeletionProtectionEnabled", group.deletion_protection_enabled);
            let input = GetDataProtectionPolicyInput { log_group_identifier: id.to_owned() };
            let policy = ctx.call::<GetDataProtectionPolicy>(input).await?.policy_document;
            show(&mut properties, "DataProtectionPolicy", policy.and_then(|text| serde_json::from_str::<Value>(&text).ok()));
            let input = DescribeIndexPoliciesInput { log_group_identifiers: vec![id.to_owned()], ..Default::default() };
            let indexes = ctx.call::<DescribeIndexPolicies>(input).await?.index_policies.unwrap_or_default();
            let index = |text: Option<String>| text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
            let indexes: Vec<Value> = indexes.into_iter().filter_map(|one| index(one.policy_document)).collect();
            show(&mut properties, "FieldIndexPolicies", (!indexes.is_empty()).then_some(indexes));
            show_tags(&mut properties, &self.tags(ctx, id).await?);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let there = self.read(ctx, id).await?.unwrap_or_default();
            rekey(ctx, id, &there, &properties).await?;
            settle(ctx, id, &there, &properties).await?;
            let arn = self.arn(ctx, id);
            let Retag { gone, set } = Retag::between(&tags_of(&there), tags_of(&properties));
            if let Some(tag_keys) = gone {
                ctx.call::<UntagResource>(UntagResourceInput { resource_arn: arn.clone(), tag_keys }).await?;
            }
            if let Some(tags) = set {
                ctx.call::<TagResource>(TagResourceInput { resource_arn: arn, tags }).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteLogGroupInput { log_group_name: id.to_owned() };
            unless_gone(ctx.call::<DeleteLogGroup>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let input = DescribeLogGroupsInput { next_token, ..Default::default() };
                let page = ctx.call::<DescribeLogGroups>(input).await?;
                names.extend(page.log_groups.into_iter().flatten().filter_map(|group| group.log_group_name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn_of(ctx, format!("log-group:{id}"))
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = ListTagsForResourceInput { resource_arn: self.arn(ctx, id) };
            Ok(ctx.call::<ListTagsForResource>(input).await?.tags.unwrap_or_default())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let there = self.read(ctx, id).await?;
            Ok(there.and_then(|there| text(&there, "KmsKeyId")).into_iter().collect())
        }
    }
}

/// Brings to a group what creating it does not.
async fn settle(ctx: &Ctx, id: &str, there: &PropertySource, wanted: &PropertySource) -> Result<(), Error> {
    let group = id.to_owned();
    let (days, known) = (text(wanted, "RetentionInDays"), text(there, "RetentionInDays"));
    match days.as_deref().and_then(|days| days.parse().ok()) {
        Some(retention_in_days) if days != known => {
            let input = PutRetentionPolicyInput { log_group_name: group.clone(), retention_in_days };
            ctx.call::<PutRetentionPolicy>(input).await?;
        }
        None if known.is_some() => {
            ctx.call::<DeleteRetentionPolicy>(DeleteRetentionPolicyInput { log_group_name: group.clone() }).await?;
        }
        _ => {}
    }
    let protected = truth(wanted, "DeletionProtectionEnabled").unwrap_or(false);
    if protected != truth(there, "DeletionProtectionEnabled").unwrap_or(false) {
        let input = PutLogGroupDeletionProtectionInput {
            log_group_identifier: group.clone(),
            deletion_protection_enabled: protected,
        };
        ctx.call::<PutLogGroupDeletionProtection>(input).await?;
    }
    let policy = |from: &PropertySource| text(from, "DataProtectionPolicy");
    match policy(wanted) {
        Some(policy_document) if policy(there).as_ref() != Some(&policy_document) => {
            let input = PutDataProtectionPolicyInput { log_group_identifier: group.clone(), policy_document };
            ctx.call::<PutDataProtectionPolicy>(input).await?;
        }
        None if policy(there).is_some() => {
            let input = DeleteDataProtectionPolicyInput { log_group_identifier: group.clone() };
            ctx.call::<DeleteDataProtectionPolicy>(input).await?;
        }
        _ => {}
    }
    let index = |from: &PropertySource| from.get("FieldIndexPolicies").and_then(|all| all.get(0)).map(Value::to_string);
    match index(wanted) {
        Some(policy_document) if index(there).as_ref() != Some(&policy_document) => {
            ctx.call::<PutIndexPolicy>(PutIndexPolicyInput { log_group_identifier: group, policy_document }).await?;
        }
        None if index(there).is_some() => {
            ctx.call::<DeleteIndexPolicy>(DeleteIndexPolicyInput { log_group_identifier: group }).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn rekey(ctx: &Ctx, id: &str, there: &PropertySource, wanted: &PropertySource) -> Result<(), Error> {
    let log_group_name = Some(id.to_owned());
    match (text(there, "KmsKeyId"), text(wanted, "KmsKeyId")) {
        (known, Some(kms_key_id)) if known.as_ref() != Some(&kms_key_id) => {
            let input = AssociateKmsKeyInput { log_group_name, kms_key_id, ..Default::default() };
            ctx.call::<AssociateKmsKey>(input).await.map(|_| ())
        }
        (Some(_), None) => {
            let input = DisassociateKmsKeyInput { log_group_name, ..Default::default() };
            ctx.call::<DisassociateKmsKey>(input).await.map(|_| ())
        }
        _ => Ok(()),
    }
}
