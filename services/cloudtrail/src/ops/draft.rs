//! What a caller wants of a trail, checked in AWS's words and laid over what it is.

use api_cloudtrail::{CreateTrailInput, UpdateTrailInput, errors};
use names::{AccountId, Arn, Region};
use service_kit::{Ctx, Error};

use crate::error::bad_combination;
use crate::limits::{KEY_PREFIX, TOPIC_NAME};
use crate::store::TrailRecord;

/// The settings of a call; what is none stays as it is.
pub(crate) struct Draft {
    bucket: Option<String>,
    prefix: Option<String>,
    topic: Option<String>,
    global_events: Option<bool>,
    multi_region: Option<bool>,
    validation: Option<bool>,
    log_group: Option<String>,
    log_role: Option<String>,
    kms_key: Option<String>,
}

impl Draft {
    /// Of a trail to be made.
    pub(crate) fn of_create(input: CreateTrailInput) -> Self {
        Self {
            bucket: Some(input.s3_bucket_name),
            prefix: input.s3_key_prefix,
            topic: input.sns_topic_name,
            global_events: input.include_global_service_events,
            multi_region: input.is_multi_region_trail,
            validation: input.enable_log_file_validation,
            log_group: input.cloud_watch_logs_log_group_arn,
            log_role: input.cloud_watch_logs_role_arn,
            kms_key: input.kms_key_id,
        }
    }

    /// Of a trail to be changed.
    pub(crate) fn of_update(input: UpdateTrailInput) -> Self {
        Self {
            bucket: input.s3_bucket_name,
            prefix: input.s3_key_prefix,
            topic: input.sns_topic_name,
            global_events: input.include_global_service_events,
            multi_region: input.is_multi_region_trail,
            validation: input.enable_log_file_validation,
            log_group: input.cloud_watch_logs_log_group_arn,
            log_role: input.cloud_watch_logs_role_arn,
            kms_key: input.kms_key_id,
        }
    }

    /// Whether it says anew where to deliver to.
    pub(crate) fn redirects(&self) -> bool {
        self.bucket.is_some() || self.prefix.is_some() || self.topic.is_some() || self.kms_key.is_some()
    }

    /// Lays the settings over a trail's. An empty text takes a setting away.
    pub(crate) fn apply(&self, ctx: &Ctx, trail: &mut TrailRecord) -> Result<(), Error> {
        if let Some(bucket) = &self.bucket {
            check_bucket(bucket)?;
            trail.bucket.clone_from(bucket);
        }
        lay(&self.prefix, &mut trail.prefix);
        lay(&self.topic, &mut trail.topic);
        lay(&self.log_group, &mut trail.log_group);
        lay(&self.log_role, &mut trail.log_role);
        if let Some(key) = &self.kms_key {
            trail.kms_key = (!key.is_empty()).then(|| key_arn(key, &ctx.region, ctx.account())).transpose()?;
        }
        trail.global_events = self.global_events.unwrap_or(trail.global_events);
        trail.multi_region = self.multi_region.unwrap_or(trail.multi_region);
        trail.validation = self.validation.unwrap_or(trail.validation);
        check(trail)
    }
}

fn lay(given: &Option<String>, setting: &mut Option<String>) {
    if let Some(given) = given {
        *setting = (!given.is_empty()).then(|| given.clone());
    }
}

/// Refuses settings that do not go together.
fn check(trail: &TrailRecord) -> Result<(), Error> {
    if trail.multi_region && !trail.global_events {
        return Err(bad_combination("Multi-Region trail must include global service events."));
    }
    if trail.prefix.as_ref().is_some_and(|prefix| prefix.chars().count() > KEY_PREFIX) {
        let text = format!("S3 prefix is longer than maximum length of {KEY_PREFIX} characters.");
        return Err(errors::invalid_s3_prefix_exception(text).into());
    }
    if trail.topic.as_ref().is_some_and(|topic| !is_topic(topic)) {
        return Err(errors::invalid_sns_topic_name_exception("SNS topic name or ARN is invalid.").into());
    }
    match (&trail.log_group, &trail.log_role) {
        (Some(_), None) => {
            let text = "You must specify a role ARN as well as a log group.";
            Err(errors::invalid_cloud_watch_logs_role_arn_exception(text).into())
        }
        (None, Some(_)) => {
            let text = "You must specify a log group as well as a role ARN.";
            Err(errors::invalid_cloud_watch_logs_log_group_arn_exception(text).into())
        }
        (Some(group), Some(role)) => check_logs(group, role),
        (None, None) => Ok(()),
    }
}

fn check_logs(group: &str, role: &str) -> Result<(), Error> {
    let of = |arn: &str, service: &str, start: &str| {
        arn.parse::<Arn>().is_ok_and(|arn| arn.service == service && arn.resource.starts_with(start))
    };
    if !of(group, "logs", "log-group:") {
        let text = "The log group ARN is not valid.";
        return Err(errors::invalid_cloud_watch_logs_log_group_arn_exception(text).into());
    }
    if !of(role, "iam", "role/") {
        let text = "The role ARN is not valid.";
        return Err(errors::invalid_cloud_watch_logs_role_arn_exception(text).into());
    }
    Ok(())
}

/// S3's rules for names of buckets, in the words of AWS's SDK for Java.
fn check_bucket(bucket: &str) -> Result<(), Error> {
    let text = if !(3..=63).contains(&bucket.len()) {
        "Bucket name should be between 3 and 63 characters long"
    } else if bucket.contains(|c: char| c.is_ascii_uppercase()) {
        "Bucket name should not contain uppercase characters"
    } else if !bucket.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.') {
        "Bucket name should only contain lowercase letters, numbers, periods and hyphens"
    } else if bucket.contains("..") || bucket.contains(".-") || bucket.contains("-.") {
        "Bucket name should not contain a period next to a period or a dash"
    } else if !bucket.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        "Bucket name should not begin with a period or a dash"
    } else if !bucket.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        "Bucket name should not end with '-' or '.'"
    } else {
        return Ok(());
    };
    Err(errors::invalid_s3_bucket_name_exception(text).into())
}

fn is_topic(topic: &str) -> bool {
    let name = match topic.strip_prefix("arn:") {
        Some(_) => match topic.parse::<Arn>() {
            Ok(arn) if arn.service == "sns" => arn.resource,
            _ => return false,
        },
        None => topic.to_owned(),
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    (1..=TOPIC_NAME).contains(&name.len()) && name.trim_end_matches(".fifo").chars().all(allowed)
}

/// The ARN of a key that is named by ARN, alias or id.
pub(crate) fn key_arn(key: &str, region: &Region, account: AccountId) -> Result<String, Error> {
    if let Ok(arn) = key.parse::<Arn>() {
        let is_key = arn.service == "kms" && (arn.resource.starts_with("key/") || arn.resource.starts_with("alias/"));
        let wrong = || errors::invalid_kms_key_id_exception("KMS key ID or ARN is not valid.").into();
        return if is_key { Ok(key.to_owned()) } else { Err(wrong()) };
    }
    let resource = if key.starts_with("alias/") { key.to_owned() } else { format!("key/{key}") };
    Ok(Arn::regional("kms", region, account, resource).to_string())
}

/// The organization that the account called manages.
pub(crate) async fn own_organization(ctx: &Ctx) -> Result<String, Error> {
    let none = || errors::organizations_not_in_use_exception("The account is not in an organization.");
    let guardrails = ctx.cloud().guardrails().ok_or_else(none)?;
    let membership = guardrails.membership(ctx.cloud(), ctx.account()).await?.ok_or_else(none)?;
    if membership.management != ctx.account() {
        let text = "The account is not the management account of its organization.";
        return Err(errors::not_organization_master_account_exception(text).into());
    }
    Ok(membership.organization.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_buckets() {
        for good in ["abc", "my-bucket.logs", "1-2"] {
            assert!(check_bucket(good).is_ok(), "{good}");
        }
        for bad in ["ab", "My-bucket", "a_b", "a..b", "-abc", "abc-", &"a".repeat(64)] {
            assert!(check_bucket(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_in_every_form() {
        let (region, account) = (Region::default_region(), AccountId::DEFAULT);
        for (given, expected) in [
            ("alias/a", "arn:aws:kms:us-east-1:000000000000:alias/a"),
            ("1234", "arn:aws:kms:us-east-1:000000000000:key/1234"),
            ("arn:aws:kms:eu-west-1:000000000001:key/1", "arn:aws:kms:eu-west-1:000000000001:key/1"),
        ] {
            assert_eq!(key_arn(given, &region, account).unwrap(), expected);
        }
        assert!(key_arn("arn:aws:s3:::b", &region, account).is_err());
    }
}
