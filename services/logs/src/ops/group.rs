//! Log groups: created, listed, deleted; their retention, protection and keys.

use api_logs::{
    AssociateKmsKey, AssociateKmsKeyInput, AssociateKmsKeyOutput, CreateLogGroup, CreateLogGroupInput,
    CreateLogGroupOutput, DataProtectionStatus, DeleteLogGroup, DeleteLogGroupInput, DeleteLogGroupOutput,
    DeleteRetentionPolicy, DeleteRetentionPolicyInput, DeleteRetentionPolicyOutput, DescribeLogGroups,
    DescribeLogGroupsInput, DescribeLogGroupsOutput, DisassociateKmsKey, DisassociateKmsKeyInput,
    DisassociateKmsKeyOutput, InheritedProperty, ListLogGroups, ListLogGroupsInput, ListLogGroupsOutput, LogGroup,
    LogGroupClass, LogGroupSummary, PutLogGroupDeletionProtection, PutLogGroupDeletionProtectionInput,
    PutLogGroupDeletionProtectionOutput, PutRetentionPolicy, PutRetentionPolicyInput, PutRetentionPolicyOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{self, engine, own};
use super::tags;
use crate::calls;
use crate::engine::group::{Group, Plan};
use crate::engine::home::Home;
use crate::error::{invalid, told};
use crate::limits;
use crate::store::{ACCOUNT_POLICIES, Class};

/// Creates a group.
pub(crate) async fn create_log_group(ctx: &Ctx, input: CreateLogGroupInput) -> Outcome<CreateLogGroup> {
    let name = input.log_group_name;
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let home = own(ctx);
    let key = match &input.kms_key_id {
        Some(key) => Some(calls::make_key(ctx.cloud(), &home, &name, key).await?),
        None => None,
    };
    let class = input.log_group_class.as_ref().map_or(Class::Standard, class_of);
    let protected = input.deletion_protection_enabled.unwrap_or(false);
    engine(ctx).create_group(&home, &name, Plan { class, key, protected, tags }).await.map_err(told)?;
    Ok(CreateLogGroupOutput {})
}

/// What creating a group touches.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateLogGroupInput) -> Result<Access, Error> {
    let access = address::access(ctx, &input.log_group_name)?;
    let tags = input.tags.as_ref();
    if tags.is_none_or(|tags| tags.is_empty()) {
        return Ok(access);
    }
    let pairs = || tags.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
    let tagging = Access::to(own(ctx).group_resource(&input.log_group_name)).as_action("logs:TagResource");
    Ok(access.with_request_tags(pairs()).and(tagging.with_request_tags(pairs())))
}

/// Deletes a group.
pub(crate) async fn delete_log_group(ctx: &Ctx, input: DeleteLogGroupInput) -> Outcome<DeleteLogGroup> {
    engine(ctx).delete_group(&own(ctx), &input.log_group_name).await.map_err(told)?;
    Ok(DeleteLogGroupOutput {})
}

/// Describes groups by the beginning of their names, by a part of them, or those that are named.
pub(crate) async fn describe_log_groups(ctx: &Ctx, input: DescribeLogGroupsInput) -> Outcome<DescribeLogGroups> {
    if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let protected = account_protection(ctx).await?;
    if let Some(identifiers) = &input.log_group_identifiers {
        let mut log_groups = Vec::new();
        for identifier in identifiers {
            let place = address::identified(ctx, identifier)?;
            if let Ok(group) = engine(ctx).group(&place.0, &place.1).await {
                log_groups.push(described(ctx, group, true, protected).await?);
            }
        }
        return Ok(DescribeLogGroupsOutput { log_groups: Some(log_groups), next_token: None });
    }
    let pattern = input.log_group_name_pattern.as_deref();
    let prefix = input.log_group_name_prefix.as_deref().unwrap_or_default();
    let listing = Listing { prefix, pattern, class: input.log_group_class.as_ref() };
    let page = list(ctx, &listing, input.next_token.as_deref(), input.limit).await?;
    let mut log_groups = Vec::with_capacity(page.items.len());
    for group in page.items {
        log_groups.push(described(ctx, group, pattern.is_none(), protected).await?);
    }
    Ok(DescribeLogGroupsOutput { log_groups: Some(log_groups), next_token: page.next_token })
}

/// Lists groups by a regular expression over their names.
pub(crate) async fn list_log_groups(ctx: &Ctx, input: ListLogGroupsInput) -> Outcome<ListLogGroups> {
    let pattern = input.log_group_name_pattern.as_deref();
    let anchored = pattern.and_then(|pattern| pattern.strip_prefix('^'));
    let (prefix, pattern) = match anchored {
        Some(prefix) => (prefix, None),
        None => ("", pattern),
    };
    let listing = Listing { prefix, pattern, class: input.log_group_class.as_ref() };
    let page = list(ctx, &listing, input.next_token.as_deref(), input.limit).await?;
    let shown = |group: Group| LogGroupSummary {
        log_group_arn: Some(group.arn()),
        log_group_class: Some(shown_class(group.record.class)),
        log_group_name: Some(group.name),
    };
    let log_groups = Some(page.items.into_iter().map(shown).collect());
    Ok(ListLogGroupsOutput { log_groups, next_token: page.next_token })
}

/// Sets how long events are kept.
pub(crate) async fn put_retention_policy(ctx: &Ctx, input: PutRetentionPolicyInput) -> Outcome<PutRetentionPolicy> {
    let days = u32::try_from(input.retention_in_days).unwrap_or_default();
    if !limits::RETENTION_DAYS.contains(&days) {
        let known = limits::RETENTION_DAYS.map(|days| days.to_string()).join(", ");
        return Err(invalid(format!(
            "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy \
             enum value set: [{known}]",
            input.retention_in_days
        )));
    }
    let group = address::group(ctx, &input.log_group_name).await?;
    if group.record.class == Class::Delivery {
        return Err(invalid("Retention cannot be set for a log group of class DELIVERY."));
    }
    retain(ctx, &input.log_group_name, Some(days)).await?;
    Ok(PutRetentionPolicyOutput {})
}

/// Keeps events for ever.
pub(crate) async fn delete_retention_policy(
    ctx: &Ctx,
    input: DeleteRetentionPolicyInput,
) -> Outcome<DeleteRetentionPolicy> {
    retain(ctx, &input.log_group_name, None).await?;
    Ok(DeleteRetentionPolicyOutput {})
}

/// Lets a group be deleted, or not.
pub(crate) async fn put_log_group_deletion_protection(
    ctx: &Ctx,
    input: PutLogGroupDeletionProtectionInput,
) -> Outcome<PutLogGroupDeletionProtection> {
    let (home, name) = address::identified(ctx, &input.log_group_identifier)?;
    let changed = engine(ctx).change_group(&home, &name, |record| {
        record.protected = input.deletion_protection_enabled;
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(PutLogGroupDeletionProtectionOutput {})
}

/// Seals new events with a key of KMS.
pub(crate) async fn associate_kms_key(ctx: &Ctx, input: AssociateKmsKeyInput) -> Outcome<AssociateKmsKey> {
    let place = keyed(ctx, input.log_group_name.as_deref(), input.resource_identifier.as_deref())?;
    let group = address::group_at(ctx, &place).await?;
    let made = calls::make_key(ctx.cloud(), &group.home, &group.name, &input.kms_key_id).await?;
    engine(ctx).associate(&group.home, &group.name, Some(made)).await.map_err(told)?;
    Ok(AssociateKmsKeyOutput {})
}

/// Seals new events with the group's own key again.
pub(crate) async fn disassociate_kms_key(ctx: &Ctx, input: DisassociateKmsKeyInput) -> Outcome<DisassociateKmsKey> {
    let (home, name) = keyed(ctx, input.log_group_name.as_deref(), input.resource_identifier.as_deref())?;
    engine(ctx).associate(&home, &name, None).await.map_err(told)?;
    Ok(DisassociateKmsKeyOutput {})
}

/// What changing a key touches.
pub(crate) fn access_to_key(ctx: &Ctx, name: Option<&str>, identifier: Option<&str>) -> Result<Access, Error> {
    let (home, name) = keyed(ctx, name, identifier)?;
    Ok(Access::to(home.group_resource(&name)))
}

/// Whose key it is. Answers to queries, which may have a key of their own on AWS, are sealed under the cloud's here.
fn keyed(ctx: &Ctx, name: Option<&str>, identifier: Option<&str>) -> Result<(Home, String), Error> {
    if identifier.is_some_and(|identifier| identifier.contains(":query-result:")) {
        return Err(invalid("Keys for query results are not supported."));
    }
    address::either(ctx, name, identifier)
}

struct Listing<'a> {
    prefix: &'a str,
    pattern: Option<&'a str>,
    class: Option<&'a LogGroupClass>,
}

async fn list(
    ctx: &Ctx,
    listing: &Listing<'_>,
    token: Option<&str>,
    limit: Option<i32>,
) -> Result<paging::Page<Group>, Error> {
    let filters = format!("{}/{}", listing.prefix, listing.pattern.unwrap_or_default());
    let after = paging::position(ctx, &filters, token)?;
    let limit = address::page_size(limit, limits::LIST_PAGE);
    let part = listing.pattern.map(str::to_lowercase);
    let class = listing.class.map(class_of);
    let home = own(ctx);
    let found = engine(ctx).groups(&home, listing.prefix, after.as_deref(), limit + 1, |name, record| {
        part.as_ref().is_none_or(|part| name.to_lowercase().contains(part.as_str()))
            && class.is_none_or(|class| record.class == class)
    });
    let found = found.await.map_err(told)?;
    Ok(paging::page(ctx, &filters, found, limit, |group| group.name.clone()))
}

/// A group as AWS shows it: found by a part of its name, without its size and protection, as AWS was recorded.
async fn described(ctx: &Ctx, group: Group, whole: bool, account_protected: bool) -> Result<LogGroup, Error> {
    let engine = engine(ctx);
    let stored = engine.stored_bytes(&group).await.map_err(told)?;
    let filters = engine.metric_filters(&group).await.map_err(told)?;
    let record = &group.record;
    let protection = match (&record.protection, record.protection_gone) {
        (Some(_), _) => Some(DataProtectionStatus::Activated),
        (None, true) => Some(DataProtectionStatus::Deleted),
        (None, false) => None,
    };
    let retention = match record.class {
        Class::Delivery => Some(limits::DELIVERY_DAYS),
        _ => record.retention,
    };
    Ok(LogGroup {
        arn: Some(format!("{}:*", group.arn())),
        log_group_arn: Some(group.arn()),
        creation_time: Some(record.created.millis()),
        retention_in_days: retention.and_then(|days| i32::try_from(days).ok()),
        metric_filter_count: i32::try_from(filters).ok(),
        stored_bytes: whole.then(|| i64::try_from(stored).unwrap_or(i64::MAX)),
        kms_key_id: record.key.clone(),
        data_protection_status: protection,
        inherited_properties: account_protected.then(|| vec![InheritedProperty::AccountDataProtection]),
        log_group_class: Some(shown_class(record.class)),
        deletion_protection_enabled: whole.then_some(record.protected),
        log_group_name: Some(group.name),
        ..LogGroup::default()
    })
}

/// Whether a policy of the account protects the data of all groups.
async fn account_protection(ctx: &Ctx) -> Result<bool, Error> {
    let (view, span) = (engine(ctx).store().read().await?, store::Span::prefix(&("DATA_PROTECTION_POLICY",)));
    let found = ACCOUNT_POLICIES.scan(&view, &own(ctx).scope(), &span, store::Order::Ascending, 1).await?;
    Ok(!found.is_empty())
}

async fn retain(ctx: &Ctx, name: &str, days: Option<u32>) -> Result<(), Error> {
    let home = own(ctx);
    let changed = engine(ctx).change_group(&home, name, |record| {
        record.retention = days;
        Ok(())
    });
    changed.await.map(|_| ()).map_err(told)
}

fn class_of(class: &LogGroupClass) -> Class {
    match class {
        LogGroupClass::InfrequentAccess => Class::InfrequentAccess,
        LogGroupClass::Delivery => Class::Delivery,
        _ => Class::Standard,
    }
}

fn shown_class(class: Class) -> LogGroupClass {
    match class {
        Class::Standard => LogGroupClass::Standard,
        Class::InfrequentAccess => LogGroupClass::InfrequentAccess,
        Class::Delivery => LogGroupClass::Delivery,
    }
}
