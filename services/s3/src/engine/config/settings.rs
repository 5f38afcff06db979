//! The settings of a bucket that are one word: versioning, ownership, requester pays, acceleration, and the switches that
//! block public access.

use api_s3 as api;
use serde::{Deserialize, Serialize};

use super::refusal::{Checked, Refusal, well_formed};
use crate::engine::lock::{DefaultRetention, Mode};

/// Which switches against public access are on. All of them on a fresh bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct PublicAccess {
    /// Access lists that are public are refused.
    pub(crate) block_acls: bool,
    /// Those there are grant nothing to the public.
    pub(crate) ignore_acls: bool,
    /// Policies that are public are refused.
    pub(crate) block_policy: bool,
    /// Those there are grant to the owner's account and to services only.
    pub(crate) restrict: bool,
}

impl PublicAccess {
    /// Both sets of switches, as of a bucket and its account: the stricter of each.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            block_acls: self.block_acls || other.block_acls,
            ignore_acls: self.ignore_acls || other.ignore_acls,
            block_policy: self.block_policy || other.block_policy,
            restrict: self.restrict || other.restrict,
        }
    }
}

/// Checks switches as they were sent: at least one must be named, the others are off.
pub(crate) fn check_public_access(
    sent: &api::PublicAccessBlockConfiguration,
) -> Checked<api::PublicAccessBlockConfiguration> {
    let all =
        [&sent.block_public_acls, &sent.ignore_public_acls, &sent.block_public_policy, &sent.restrict_public_buckets];
    if all.iter().all(|switch| switch.is_none()) {
        return Err(Refusal::request("Must specify at least one configuration."));
    }
    let on = |switch: Option<bool>| Some(switch.unwrap_or_default());
    Ok(api::PublicAccessBlockConfiguration {
        block_public_acls: on(sent.block_public_acls),
        ignore_public_acls: on(sent.ignore_public_acls),
        block_public_policy: on(sent.block_public_policy),
        restrict_public_buckets: on(sent.restrict_public_buckets),
    })
}

/// The switches of a configuration that was checked.
pub(crate) fn public_access(checked: &api::PublicAccessBlockConfiguration) -> PublicAccess {
    let on = |switch: Option<bool>| switch.unwrap_or_default();
    PublicAccess {
        block_acls: on(checked.block_public_acls),
        ignore_acls: on(checked.ignore_public_acls),
        block_policy: on(checked.block_public_policy),
        restrict: on(checked.restrict_public_buckets),
    }
}

/// All switches on, as AWS sets them on a fresh bucket.
pub(crate) fn everything_blocked() -> api::PublicAccessBlockConfiguration {
    api::PublicAccessBlockConfiguration {
        block_public_acls: Some(true),
        ignore_public_acls: Some(true),
        block_public_policy: Some(true),
        restrict_public_buckets: Some(true),
    }
}

/// The rule of ownership in a configuration: exactly one, of a known kind.
pub(crate) fn check_ownership(sent: &api::OwnershipControls) -> Checked<&api::ObjectOwnership> {
    match sent.rules.as_slice() {
        [rule] if !matches!(rule.object_ownership, api::ObjectOwnership::Unknown(_)) => Ok(&rule.object_ownership),
        _ => Err(Refusal::malformed()),
    }
}

/// Who pays for requests.
pub(crate) fn check_payer(sent: &api::RequestPaymentConfiguration) -> Checked {
    well_formed(!matches!(sent.payer, api::Payer::Unknown(_)))
}

/// Whether a bucket is reached through the edge.
pub(crate) fn check_acceleration(bucket: &str, sent: &api::AccelerateConfiguration) -> Checked {
    if bucket.contains('.') {
        let text = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names";
        return Err(Refusal::request(text));
    }
    well_formed(!matches!(sent.status, None | Some(api::BucketAccelerateStatus::Unknown(_))))
}

/// Whether versions are kept, and whether removing one needs a second factor.
pub(crate) fn check_versioning(sent: &api::VersioningConfiguration) -> Checked {
    let status_known = !matches!(sent.status, Some(api::BucketVersioningStatus::Unknown(_)));
    let delete_known = !matches!(sent.mfa_delete, Some(api::MFADelete::Unknown(_)));
    well_formed(status_known && delete_known)?;
    if sent.status.is_none() {
        let text = "The Versioning element must be specified";
        return Err(Refusal::new("IllegalVersioningConfigurationException", 400, text));
    }
    Ok(())
}

/// Whether tags of the bucket decide on access.
pub(crate) fn check_abac(sent: &api::AbacStatus) -> Checked {
    well_formed(!matches!(sent.status, None | Some(api::BucketAbacStatus::Unknown(_))))
}

/// Object lock: switched on, with the retention that objects get by themselves.
pub(crate) fn check_object_lock(sent: Option<&api::ObjectLockConfiguration>) -> Checked {
    let sent = sent.ok_or_else(Refusal::malformed)?;
    well_formed(sent.object_lock_enabled == Some(api::ObjectLockEnabled::Enabled))?;
    let Some(rule) = &sent.rule else { return Ok(()) };
    let retention = rule.default_retention.as_ref().ok_or_else(Refusal::malformed)?;
    well_formed(!matches!(retention.mode, None | Some(api::ObjectLockRetentionMode::Unknown(_))))?;
    match (retention.days, retention.years) {
        (Some(days), None) => period(days, 36_500),
        (None, Some(years)) => period(years, 100),
        _ => Err(Refusal::malformed()),
    }
}

/// The retention of a configuration that was checked. A year has 365 days.
pub(crate) fn default_retention(checked: &api::ObjectLockConfiguration) -> Option<DefaultRetention> {
    let retention = checked.rule.as_ref()?.default_retention.as_ref()?;
    let mode = Mode::parse(retention.mode.as_ref()?.as_str())?;
    let days = retention.days.or_else(|| retention.years.map(|years| years.saturating_mul(365)))?;
    Some(DefaultRetention { mode, days: u32::try_from(days).ok()? })
}

/// Source: S3 user guide, "Object Lock considerations": at most a hundred years.
fn period(length: i32, most: i32) -> Checked {
    if length <= 0 {
        return Err(Refusal::argument("Default retention period must be a positive integer value."));
    }
    if length > most {
        return Err(Refusal::argument("Default retention period too large"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_switch_is_enough_and_none_is_not() {
        let none = api::PublicAccessBlockConfiguration::default();
        assert_eq!(check_public_access(&none).unwrap_err().message, "Must specify at least one configuration.");
        let one = api::PublicAccessBlockConfiguration { ignore_public_acls: Some(true), ..none };
        let kept = check_public_access(&one).unwrap();
        assert_eq!(kept.block_public_policy, Some(false));
        assert_eq!(public_access(&kept), PublicAccess { ignore_acls: true, ..Default::default() });
    }

    #[test]
    fn words_are_taken_as_they_are_written() {
        let status = |text: &str| api::VersioningConfiguration { status: Some(text.into()), mfa_delete: None };
        assert_eq!(check_versioning(&status("Enabled")), Ok(()));
        assert_eq!(check_versioning(&status("enabled")), Err(Refusal::malformed()));
        let none = check_versioning(&api::VersioningConfiguration::default()).unwrap_err();
        assert_eq!(none.code, "IllegalVersioningConfigurationException");
        let fast = |text: &str| api::AccelerateConfiguration { status: Some(text.into()) };
        assert_eq!(check_acceleration("b", &fast("Enabled")), Ok(()));
        assert_eq!(check_acceleration("b", &fast("random")), Err(Refusal::malformed()));
        assert_eq!(check_acceleration("a.b", &fast("Enabled")).unwrap_err().code, "InvalidRequest");
        assert_eq!(
            check_payer(&api::RequestPaymentConfiguration { payer: "Nobody".into() }),
            Err(Refusal::malformed())
        );
    }

    #[test]
    fn a_lock_has_one_period() {
        let lock = |mode: Option<&str>, days, years| api::ObjectLockConfiguration {
            object_lock_enabled: Some(api::ObjectLockEnabled::Enabled),
            rule: Some(api::ObjectLockRule {
                default_retention: Some(api::DefaultRetention { mode: mode.map(Into::into), days, years }),
            }),
        };
        assert_eq!(check_object_lock(Some(&lock(Some("GOVERNANCE"), Some(1), None))), Ok(()));
        for bad in [
            lock(Some("GOVERNANCE"), None, None),
            lock(Some("GOVERNANCE"), Some(1), Some(1)),
            lock(Some("BAD"), Some(1), None),
            lock(None, Some(1), None),
            api::ObjectLockConfiguration::default(),
        ] {
            assert_eq!(check_object_lock(Some(&bad)), Err(Refusal::malformed()), "{bad:?}");
        }
        assert_eq!(
            check_object_lock(Some(&lock(Some("COMPLIANCE"), Some(0), None))).unwrap_err().code,
            "InvalidArgument"
        );
    }
}
