//! Configurations of which a bucket has several, by id: inventory, analytics, metrics, Intelligent-Tiering.

use api_s3 as api;

use super::refusal::{Checked, Refusal, well_formed};
use super::selection;

/// Most configurations of one kind. Source: API reference, e.g. `PutBucketInventoryConfiguration`: 1,000.
pub(crate) const MOST: usize = 1_000;
/// Configurations on one page of a listing. Source: API reference, "lists up to 100".
pub(crate) const PAGE: usize = 100;

/// Whether an id is one. Source: API reference, `PutBucketMetricsConfiguration`.
fn check_id(id: &str, length: usize) -> Checked {
    let letters = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if letters && (1..=length).contains(&id.len()) {
        return Ok(());
    }
    let text =
        "The configuration ID is not valid. It must only contain letters, numbers, periods, dashes and underscores.";
    Err(Refusal::new("InvalidConfigurationId", 400, text))
}

/// What there is not.
pub(crate) fn none() -> Refusal {
    Refusal::new("NoSuchConfiguration", 404, "The specified configuration does not exist.")
}

/// More than a bucket may have.
pub(crate) fn too_many() -> Refusal {
    let text =
        "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.";
    Refusal::new("TooManyConfigurations", 400, text)
}

/// Checks an inventory that is to be reported.
pub(crate) fn check_inventory(id: &str, sent: &api::InventoryConfiguration) -> Checked {
    if sent.id != id {
        let text = "Document ID does not match the specified configuration ID.";
        return Err(Refusal::new("IdMismatch", 400, text));
    }
    check_id(id, 64)?;
    let to = &sent.destination.s3_bucket_destination;
    well_formed(!matches!(to.format, api::InventoryFormat::Unknown(_)))?;
    well_formed(!matches!(sent.schedule.frequency, api::InventoryFrequency::Unknown(_)))?;
    well_formed(!matches!(sent.included_object_versions, api::InventoryIncludedObjectVersions::Unknown(_)))?;
    let fields = sent.optional_fields.as_deref().unwrap_or_default();
    well_formed(!fields.iter().any(|field| matches!(field, api::InventoryOptionalField::Unknown(_))))?;
    if super::bounds::bucket_of_arn(&to.bucket).is_none() {
        return Err(Refusal::new("InvalidS3DestinationBucket", 400, "Invalid bucket ARN."));
    }
    well_formed(to.account_id.as_ref().is_none_or(|account| account.parse::<names::AccountId>().is_ok()))?;
    let encryption = to.encryption.as_ref();
    well_formed(encryption.is_none_or(|method| method.sses3.is_some() != method.ssekms.is_some()))
}

/// Checks an analysis of storage classes.
pub(crate) fn check_analytics(id: &str, sent: &api::AnalyticsConfiguration) -> Checked {
    well_formed(sent.id == id)?;
    check_id(id, 64)?;
    selection::of_analytics(sent.filter.as_ref())?;
    let Some(export) = &sent.storage_class_analysis.data_export else { return Ok(()) };
    let to = &export.destination.s3_bucket_destination;
    well_formed(export.output_schema_version == api::StorageClassAnalysisSchemaVersion::V1)?;
    well_formed(to.format == api::AnalyticsS3ExportFileFormat::Csv)?;
    if super::bounds::bucket_of_arn(&to.bucket).is_none() {
        return Err(Refusal::new("InvalidS3DestinationBucket", 400, "Invalid bucket ARN."));
    }
    Ok(())
}

/// Checks what is counted.
pub(crate) fn check_metrics(id: &str, sent: &api::MetricsConfiguration) -> Checked {
    well_formed(sent.id == id)?;
    check_id(id, 64)?;
    selection::of_metrics(sent.filter.as_ref()).map(drop)
}

/// Checks what Intelligent-Tiering archives, and when.
pub(crate) fn check_tiering(id: &str, sent: &api::IntelligentTieringConfiguration) -> Checked {
    well_formed(sent.id == id)?;
    check_id(id, 64)?;
    selection::of_tiering(sent.filter.as_ref())?;
    well_formed(!matches!(sent.status, api::IntelligentTieringStatus::Unknown(_)))?;
    well_formed((1..=2).contains(&sent.tierings.len()))?;
    for (at, tiering) in sent.tierings.iter().enumerate() {
        let least = match tiering.access_tier {
            api::IntelligentTieringAccessTier::ArchiveAccess => 90,
            api::IntelligentTieringAccessTier::DeepArchiveAccess => 180,
            api::IntelligentTieringAccessTier::Unknown(_) => return Err(Refusal::malformed()),
        };
        well_formed(!sent.tierings[..at].iter().any(|other| other.access_tier == tiering.access_tier))?;
        // Source: API reference, `Tiering`: 90 and 180 days at least, 730 at most.
        if !(least..=730).contains(&tiering.days) {
            let text = format!("'Days' for {} must be between {least} and 730", tiering.access_tier);
            return Err(Refusal::argument(text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory() -> api::InventoryConfiguration {
        api::InventoryConfiguration {
            id: "i".to_owned(),
            destination: api::InventoryDestination {
                s3_bucket_destination: api::InventoryS3BucketDestination {
                    bucket: "arn:aws:s3:::b".to_owned(),
                    format: api::InventoryFormat::Csv,
                    ..Default::default()
                },
            },
            is_enabled: true,
            included_object_versions: api::InventoryIncludedObjectVersions::All,
            schedule: api::InventorySchedule { frequency: api::InventoryFrequency::Daily },
            ..Default::default()
        }
    }

    #[test]
    fn inventories() {
        assert_eq!(check_inventory("i", &inventory()), Ok(()));
        assert_eq!(check_inventory("other", &inventory()).unwrap_err().code, "IdMismatch");
        let mut named = inventory();
        named.destination.s3_bucket_destination.bucket = "b".to_owned();
        assert_eq!(check_inventory("i", &named).unwrap_err().message, "Invalid bucket ARN.");
        let often = api::InventorySchedule { frequency: "Hourly".into() };
        let often = api::InventoryConfiguration { schedule: often, ..inventory() };
        assert_eq!(check_inventory("i", &often), Err(Refusal::malformed()));
        let fields = api::InventoryConfiguration { optional_fields: Some(vec!["TestField".into()]), ..inventory() };
        assert_eq!(check_inventory("i", &fields), Err(Refusal::malformed()));
    }

    #[test]
    fn tierings() {
        let tiering = |days, tier: &str| api::Tiering { days, access_tier: tier.into() };
        let conf = |tierings| api::IntelligentTieringConfiguration {
            id: "i".to_owned(),
            status: api::IntelligentTieringStatus::Enabled,
            tierings,
            filter: None,
        };
        let both = vec![tiering(90, "ARCHIVE_ACCESS"), tiering(180, "DEEP_ARCHIVE_ACCESS")];
        assert_eq!(check_tiering("i", &conf(both.clone())), Ok(()));
        assert_eq!(check_tiering("j", &conf(both)), Err(Refusal::malformed()));
        assert_eq!(check_tiering("i", &conf(vec![])), Err(Refusal::malformed()));
        assert_eq!(check_tiering("i", &conf(vec![tiering(89, "ARCHIVE_ACCESS")])).unwrap_err().code, "InvalidArgument");
        let twice = vec![tiering(90, "ARCHIVE_ACCESS"), tiering(90, "ARCHIVE_ACCESS")];
        assert_eq!(check_tiering("i", &conf(twice)), Err(Refusal::malformed()));
    }
}
