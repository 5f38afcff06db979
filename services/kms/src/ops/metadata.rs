//! A key as it is described.

use api_kms::{
    CustomerMasterKeySpec, EncryptionAlgorithmSpec, ExpirationModelType, KeyAgreementAlgorithmSpec, KeyManagerType,
    KeyMetadata, KeySpec, KeyState, KeyUsageType, MacAlgorithmSpec, MultiRegionConfiguration, MultiRegionKey,
    MultiRegionKeyType, OriginType, SigningAlgorithmSpec,
};

use crate::engine::Key;
use crate::engine::spec::{Spec, Usage};
use crate::engine::state::State;
use crate::store::Deletion;

/// The algorithms of a key, in the list that is theirs.
#[derive(Default)]
pub(crate) struct Algorithms {
    /// For encrypting.
    pub encryption: Option<Vec<EncryptionAlgorithmSpec>>,
    /// For signing.
    pub signing: Option<Vec<SigningAlgorithmSpec>>,
    /// For codes.
    pub mac: Option<Vec<MacAlgorithmSpec>>,
    /// For shared secrets.
    pub agreement: Option<Vec<KeyAgreementAlgorithmSpec>>,
}

impl Algorithms {
    /// Of a kind and a usage.
    pub(crate) fn of(spec: Spec, usage: Usage) -> Self {
        let names = spec.algorithms(usage);
        match usage {
            Usage::EncryptDecrypt => Self { encryption: list(names), ..Self::default() },
            Usage::SignVerify => Self { signing: list(names), ..Self::default() },
            Usage::GenerateVerifyMac => Self { mac: list(names), ..Self::default() },
            Usage::KeyAgreement => Self { agreement: list(names), ..Self::default() },
        }
    }
}

/// A key's metadata.
pub(crate) fn metadata(key: &Key) -> KeyMetadata {
    let record = &key.record;
    let state = key.state();
    let algorithms = Algorithms::of(record.spec, record.usage);
    let imported = record.external && record.complete;
    let expiry = if record.valid_to.is_some() { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" };
    KeyMetadata {
        aws_account_id: Some(key.home.account.to_string()),
        key_id: key.home.id.clone(),
        arn: Some(key.arn()),
        creation_date: Some(record.created),
        enabled: Some(state == State::Enabled),
        description: Some(record.description.clone()),
        key_usage: Some(KeyUsageType::from(record.usage.name().to_owned())),
        key_state: Some(KeyState::from(state.name().to_owned())),
        deletion_date: match record.deletion {
            Some(Deletion::At { at, .. }) => Some(at),
            _ => None,
        },
        pending_deletion_window_in_days: match record.deletion {
            Some(Deletion::AfterReplicas { days }) => Some(days),
            _ => None,
        },
        valid_to: record.valid_to.filter(|_| imported),
        expiration_model: imported.then(|| ExpirationModelType::from(expiry.to_owned())),
        origin: Some(if record.external { OriginType::External } else { OriginType::AwsKms }),
        key_manager: Some(if record.managed_by.is_some() { KeyManagerType::Aws } else { KeyManagerType::Customer }),
        customer_master_key_spec: old_spec(record.spec),
        key_spec: Some(key_spec(record.spec)),
        encryption_algorithms: algorithms.encryption,
        signing_algorithms: algorithms.signing,
        mac_algorithms: algorithms.mac,
        key_agreement_algorithms: algorithms.agreement,
        multi_region: Some(record.regions.is_some()),
        multi_region_configuration: regions(key),
        current_key_material_id: key.material_id().filter(|_| record.spec == Spec::SymmetricDefault),
        ..KeyMetadata::default()
    }
}

/// The kind.
pub(crate) fn key_spec(spec: Spec) -> KeySpec {
    KeySpec::from(spec.name().to_owned())
}

/// The kind, in the older member, where that knows it.
pub(crate) fn old_spec(spec: Spec) -> Option<CustomerMasterKeySpec> {
    spec.is_old().then(|| CustomerMasterKeySpec::from(spec.name().to_owned()))
}

fn regions(key: &Key) -> Option<MultiRegionConfiguration> {
    let regions = key.record.regions.as_ref()?;
    let at = |name: &String| {
        let arn = names::Region::parse(name).map(|region| key.home.in_region(region).arn());
        MultiRegionKey { arn, region: Some(name.clone()) }
    };
    let kind = if key.is_replica() { MultiRegionKeyType::Replica } else { MultiRegionKeyType::Primary };
    Some(MultiRegionConfiguration {
        multi_region_key_type: Some(kind),
        primary_key: Some(at(&regions.primary)),
        replica_keys: Some(regions.replicas.iter().map(at).collect()),
    })
}

fn list<T: From<String>>(names: &[&str]) -> Option<Vec<T>> {
    Some(names.iter().map(|name| T::from((*name).to_owned())).collect())
}
