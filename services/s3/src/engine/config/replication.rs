//! Replication rules: which objects are copied to which other bucket.

use api_s3 as api;
use names::Tags;

use super::refusal::{Checked, Refusal, well_formed};
use super::selection::{self, Selection};

/// Most rules. Source: S3 user guide, "Replication configuration file elements".
const RULES: usize = 1_000;

/// One rule, ready to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its id.
    pub(crate) id: String,
    /// Whether it is applied.
    pub(crate) enabled: bool,
    /// Of rules with the same destination the highest counts.
    pub(crate) priority: i32,
    /// The objects it speaks of.
    pub(crate) selection: Selection,
    /// The bucket they go to.
    pub(crate) bucket: String,
    /// The class they get there; their own when none is named.
    pub(crate) class: Option<String>,
    /// The account that owns the replicas, where that is to be the destination's.
    pub(crate) owner: Option<names::AccountId>,
    /// The key of KMS that replicas are encrypted under.
    pub(crate) kms_key: Option<String>,
    /// Whether objects encrypted under keys of KMS are copied.
    pub(crate) kms_objects: bool,
    /// Whether delete markers are.
    pub(crate) delete_markers: bool,
    /// Whether changes to the metadata of replicas are copied back.
    pub(crate) replica_changes: bool,
    /// Minutes within which AWS promises the copy, for the events about those that are late.
    pub(crate) within_minutes: Option<u32>,
}

/// A change that may have to be copied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    /// The object's key.
    pub(crate) key: &'a str,
    /// Its tags.
    pub(crate) tags: &'a Tags,
    /// Whether it is a delete marker.
    pub(crate) marker: bool,
    /// Whether it is encrypted under a key of KMS.
    pub(crate) kms: bool,
    /// Whether it is itself a replica.
    pub(crate) replica: bool,
    /// Whether only what is said of it changed: its tags, its list, its lock.
    pub(crate) amended: bool,
}

/// Checks a configuration and makes rules of it. That buckets keep versions is checked by who can look.
pub(crate) fn check(sent: &api::ReplicationConfiguration) -> Checked<Vec<Rule>> {
    well_formed((1..=RULES).contains(&sent.rules.len()))?;
    let arn = sent.role.split(':').collect::<Vec<_>>();
    if !(arn.len() >= 6 && arn[0] == "arn" && arn[2] == "iam" && arn[5].starts_with("role/")) {
        return Err(Refusal::argument("Invalid Role specified in replication configuration"));
    }
    let rules: Vec<_> = sent.rules.iter().map(rule).collect::<Checked<_>>()?;
    for (at, rule) in rules.iter().enumerate() {
        let before = &rules[..at];
        if !rule.id.is_empty() && before.iter().any(|other| other.id == rule.id) {
            return Err(Refusal::argument("Rule Id must be unique. Found same Id for more than one rule"));
        }
        let filtered = |at: usize| sent.rules[at].filter.is_some();
        let twice = |other: &Rule| other.priority == rule.priority && other.bucket == rule.bucket;
        if filtered(at) && before.iter().enumerate().any(|(other, r)| filtered(other) && twice(r)) {
            return Err(Refusal::request(format!("Found duplicate priority {}", rule.priority)));
        }
    }
    Ok(rules)
}

/// The rules of a configuration that was taken.
pub(crate) fn rules(kept: &api::ReplicationConfiguration) -> Vec<Rule> {
    kept.rules.iter().filter_map(|rule| read(rule).ok()).collect()
}

fn rule(sent: &api::ReplicationRule) -> Checked<Rule> {
    let id = sent.id.clone().unwrap_or_default();
    if id.chars().count() > 255 {
        return Err(Refusal::argument("ID length should not exceed allowed limit of 255"));
    }
    // The newer form of a rule has a filter, and with it a priority and a word on delete markers.
    if sent.filter.is_some() && sent.priority.is_none() {
        return Err(Refusal::request(
            "Priority must be specified for this version of Cross Region Replication configuration schema. Please refer \
             to S3 Developer Guide for more information.",
        ));
    }
    if sent.filter.is_some() && sent.delete_marker_replication.is_none() {
        return Err(Refusal::request(
            "DeleteMarkerReplication must be specified for this version of Cross Region Replication configuration schema. \
             Please refer to S3 Developer Guide for more information.",
        ));
    }
    read(sent)
}

fn read(sent: &api::ReplicationRule) -> Checked<Rule> {
    let id = sent.id.clone().unwrap_or_default();
    let selection = selection::of_replication(sent)?;
    let delete_markers = match sent.delete_marker_replication.as_ref().and_then(|marker| marker.status.as_ref()) {
        // The older form of a rule always copied them.
        None => sent.filter.is_none(),
        Some(api::DeleteMarkerReplicationStatus::Disabled) => false,
        Some(api::DeleteMarkerReplicationStatus::Enabled) => true,
        Some(api::DeleteMarkerReplicationStatus::Unknown(_)) => return Err(Refusal::malformed()),
    };
    if delete_markers && !selection.tags.is_empty() {
        return Err(Refusal::request(
            "Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide \
             for more information.",
        ));
    }
    let enabled = match sent.status {
        api::ReplicationRuleStatus::Enabled => true,
        api::ReplicationRuleStatus::Disabled => false,
        api::ReplicationRuleStatus::Unknown(_) => return Err(Refusal::malformed()),
    };
    let chosen = sent.source_selection_criteria.as_ref();
    let kms = chosen.and_then(|chosen| chosen.sse_kms_encrypted_objects.as_ref());
    let changes = chosen.and_then(|chosen| chosen.replica_modifications.as_ref());
    let kms_objects = kms.is_some_and(|kms| kms.status == api::SseKmsEncryptedObjectsStatus::Enabled);
    let replica_changes = changes.is_some_and(|changes| changes.status == api::ReplicaModificationsStatus::Enabled);
    let to = destination(&sent.destination, kms_objects)?;
    Ok(Rule {
        id,
        enabled,
        priority: sent.priority.unwrap_or_default(),
        selection,
        kms_objects,
        delete_markers,
        replica_changes,
        ..to
    })
}

/// The part of a rule that says where copies go.
fn destination(to: &api::Destination, kms_objects: bool) -> Checked<Rule> {
    let bucket =
        super::bounds::bucket_of_arn(&to.bucket).ok_or_else(|| Refusal::argument("Invalid bucket ARN"))?.to_owned();
    well_formed(!matches!(to.storage_class, Some(api::StorageClass::Unknown(_))))?;
    let account = to.account.as_ref().map(|account| account.parse()).transpose();
    let account = account.map_err(|_| Refusal::malformed())?;
    let translated = to.access_control_translation.is_some();
    if translated && account.is_none() {
        return Err(Refusal::request("Account is required when AccessControlTranslation is specified"));
    }
    let kms_key = to.encryption_configuration.as_ref().and_then(|key| key.replica_kms_key_id.clone());
    if kms_objects && kms_key.is_none() {
        return Err(Refusal::request("ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present."));
    }
    if kms_key.is_some() && !kms_objects {
        return Err(Refusal::request(
            "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.",
        ));
    }
    let within = to.replication_time.as_ref().filter(|time| time.status == api::ReplicationTimeStatus::Enabled);
    let within_minutes = within.and_then(|time| u32::try_from(time.time.minutes?).ok());
    if within.is_some() && within_minutes != Some(15) {
        return Err(Refusal::request("ReplicationTime must be 15 minutes"));
    }
    if within.is_some() && to.metrics.is_none() {
        return Err(Refusal::request("Metrics must be specified if ReplicationTime is present"));
    }
    Ok(Rule {
        id: String::new(),
        enabled: false,
        priority: 0,
        selection: Selection::default(),
        bucket,
        class: to.storage_class.as_ref().map(|class| class.as_str().to_owned()),
        owner: account.filter(|_| translated),
        kms_key,
        kms_objects,
        delete_markers: false,
        replica_changes: false,
        within_minutes,
    })
}

/// The rules by which a change is copied: one a destination, the one of the highest priority.
pub(crate) fn matching<'r>(rules: &'r [Rule], change: Change<'_>) -> Vec<&'r Rule> {
    let mut chosen: Vec<&Rule> = Vec::new();
    for rule in rules.iter().filter(|rule| speaks_of(rule, change)) {
        match chosen.iter_mut().find(|other| other.bucket == rule.bucket) {
            Some(other) if other.priority < rule.priority => *other = rule,
            Some(_) => {}
            None => chosen.push(rule),
        }
    }
    chosen
}

fn speaks_of(rule: &Rule, change: Change<'_>) -> bool {
    rule.enabled
        && (!change.replica || change.amended && rule.replica_changes)
        && (!change.marker || rule.delete_markers)
        && (!change.kms || rule.kms_objects)
        && rule.selection.holds(change.key, change.tags, u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: &str, priority: i32, prefix: &str, bucket: &str) -> api::ReplicationRule {
        api::ReplicationRule {
            id: Some(id.to_owned()),
            priority: Some(priority),
            filter: Some(api::ReplicationRuleFilter { prefix: Some(prefix.to_owned()), ..Default::default() }),
            status: api::ReplicationRuleStatus::Enabled,
            delete_marker_replication: Some(api::DeleteMarkerReplication { status: Some("Disabled".into()) }),
            destination: api::Destination { bucket: format!("arn:aws:s3:::{bucket}"), ..Default::default() },
            ..Default::default()
        }
    }

    fn configuration(rules: Vec<api::ReplicationRule>) -> api::ReplicationConfiguration {
        api::ReplicationConfiguration { role: "arn:aws:iam::111122223333:role/r".to_owned(), rules }
    }

    #[test]
    fn the_highest_priority_counts_for_each_destination() {
        let rules =
            check(&configuration(vec![sent("low", 1, "", "x"), sent("high", 2, "a", "x"), sent("other", 3, "", "y")]));
        let rules = rules.unwrap();
        let tags = Tags::new();
        let change = |key| Change { key, tags: &tags, marker: false, kms: false, replica: false, amended: false };
        let ids = |change| matching(&rules, change).iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(change("abc")), ["high", "other"]);
        assert_eq!(ids(change("b")), ["low", "other"]);
        for not in [
            Change { marker: true, ..change("abc") },
            Change { kms: true, ..change("abc") },
            Change { replica: true, ..change("abc") },
        ] {
            assert!(matching(&rules, not).is_empty(), "{not:?}");
        }
    }

    #[test]
    fn what_aws_refuses() {
        assert_eq!(check(&configuration(vec![])), Err(Refusal::malformed()));
        let twice = check(&configuration(vec![sent("a", 1, "", "x"), sent("a", 2, "", "x")])).unwrap_err();
        assert_eq!(twice.code, "InvalidArgument");
        let same = check(&configuration(vec![sent("a", 1, "", "x"), sent("b", 1, "", "x")])).unwrap_err();
        assert_eq!(same.message, "Found duplicate priority 1");
        let unordered = api::ReplicationRule { priority: None, ..sent("a", 1, "", "x") };
        assert!(check(&configuration(vec![unordered])).unwrap_err().message.starts_with("Priority must be"));
        let elsewhere = api::Destination { bucket: "x".to_owned(), ..Default::default() };
        let nowhere = api::ReplicationRule { destination: elsewhere, ..sent("a", 1, "", "x") };
        assert_eq!(check(&configuration(vec![nowhere])).unwrap_err().message, "Invalid bucket ARN");
    }
}
