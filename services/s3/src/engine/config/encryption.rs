//! Default encryption: how objects are encrypted when who puts them does not say.

use api_s3 as api;

use super::refusal::{Checked, Refusal, well_formed};
use crate::engine::sealing::{DefaultEncryption, KmsChoice};

/// What stands for a bucket that nobody configured. Source: recorded answer of a fresh bucket.
pub(crate) fn unconfigured() -> api::ServerSideEncryptionConfiguration {
    let rule = api::ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(api::ServerSideEncryptionByDefault {
            sse_algorithm: api::ServerSideEncryption::Aes256,
            kms_master_key_id: None,
        }),
        bucket_key_enabled: Some(false),
        blocked_encryption_types: None,
    };
    api::ServerSideEncryptionConfiguration { rules: vec![rule] }
}

/// Checks a configuration and fills in what AWS fills in.
pub(crate) fn check(
    mut sent: api::ServerSideEncryptionConfiguration,
) -> Checked<api::ServerSideEncryptionConfiguration> {
    well_formed(sent.rules.len() == 1)?;
    let rule = &mut sent.rules[0];
    let by_default = rule.apply_server_side_encryption_by_default.as_ref();
    if let Some(chosen) = by_default {
        let kms = match chosen.sse_algorithm {
            api::ServerSideEncryption::Aes256 => false,
            api::ServerSideEncryption::AwsKms | api::ServerSideEncryption::AwsKmsDsse => true,
            _ => return Err(Refusal::malformed()),
        };
        if chosen.kms_master_key_id.is_some() && !kms {
            let text = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
            return Err(Refusal::argument(text).with("ArgumentName", "ApplyServerSideEncryptionByDefault"));
        }
    }
    let blocked = rule.blocked_encryption_types.as_ref().and_then(|blocked| blocked.encryption_type.as_deref());
    let unknown = |kind: &api::EncryptionType| matches!(kind, api::EncryptionType::Unknown(_));
    well_formed(!blocked.unwrap_or_default().iter().any(unknown))?;
    well_formed(by_default.is_some() || rule.bucket_key_enabled.is_some() || blocked.is_some())?;
    rule.bucket_key_enabled.get_or_insert(false);
    Ok(sent)
}

/// The default in a configuration that was checked.
pub(crate) fn read(checked: &api::ServerSideEncryptionConfiguration) -> DefaultEncryption {
    let rule = checked.rules.first();
    let chosen = rule.and_then(|rule| rule.apply_server_side_encryption_by_default.as_ref());
    let dual = match chosen.map(|chosen| &chosen.sse_algorithm) {
        Some(api::ServerSideEncryption::AwsKms) => false,
        Some(api::ServerSideEncryption::AwsKmsDsse) => true,
        _ => return DefaultEncryption::S3,
    };
    let bucket_key = rule.and_then(|rule| rule.bucket_key_enabled).unwrap_or_default();
    DefaultEncryption::Kms(KmsChoice {
        key: chosen.and_then(|chosen| chosen.kms_master_key_id.clone()),
        bucket_key,
        dual,
    })
}

/// Whether a configuration refuses objects encrypted under keys of customers.
pub(crate) fn refuses_customer_keys(checked: &api::ServerSideEncryptionConfiguration) -> bool {
    let blocked = checked.rules.first().and_then(|rule| rule.blocked_encryption_types.as_ref());
    let types = blocked.and_then(|blocked| blocked.encryption_type.as_deref());
    types.unwrap_or_default().contains(&api::EncryptionType::SseC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(algorithm: &str, key: Option<&str>) -> api::ServerSideEncryptionConfiguration {
        let chosen = api::ServerSideEncryptionByDefault {
            sse_algorithm: algorithm.into(),
            kms_master_key_id: key.map(str::to_owned),
        };
        let rule = api::ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: Some(chosen),
            ..Default::default()
        };
        api::ServerSideEncryptionConfiguration { rules: vec![rule] }
    }

    #[test]
    fn a_configuration_has_one_rule_and_a_key_only_for_kms() {
        let empty = api::ServerSideEncryptionConfiguration::default();
        assert_eq!(check(empty), Err(Refusal::malformed()));
        assert_eq!(check(sent("ROT13", None)), Err(Refusal::malformed()));
        assert_eq!(check(sent("AES256", Some("k"))).unwrap_err().code, "InvalidArgument");
        let kept = check(sent("aws:kms", Some("k"))).unwrap();
        assert_eq!(kept.rules[0].bucket_key_enabled, Some(false));
        let expected = DefaultEncryption::Kms(KmsChoice { key: Some("k".to_owned()), bucket_key: false, dual: false });
        assert_eq!(read(&kept), expected);
        assert_eq!(read(&unconfigured()), DefaultEncryption::S3);
    }
}
