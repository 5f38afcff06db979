//! How many there are of what has a quota: counted where they are made and deleted, so that no quota costs a scan.

use store::{Reader, Scope, StoreError, Tx};

use super::refusal::Refusal;
use crate::limits;
use crate::store::{COUNTS, CountRecord};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Users.
    Users = 0,
    /// Groups.
    Groups = 1,
    /// Roles.
    Roles = 2,
    /// Customer managed policies.
    Policies = 3,
    /// Instance profiles.
    Profiles = 4,
    /// Versions of customer managed policies.
    Versions = 5,
    /// Server certificates.
    ServerCertificates = 6,
    /// Virtual MFA devices.
    MfaDevices = 7,
    /// SAML providers.
    SamlProviders = 8,
    /// OpenID Connect providers.
    OidcProviders = 9,
}

impl Counted {
    /// AWS's name of the quota, and the quota.
    pub(crate) fn quota(self) -> (&'static str, u64) {
        match self {
            Self::Users => ("UsersPerAccount", limits::USERS),
            Self::Groups => ("GroupsPerAccount", limits::GROUPS),
            Self::Roles => ("RolesPerAccount", limits::ROLES),
            Self::Policies => ("PoliciesPerAccount", limits::POLICIES),
            Self::Profiles => ("InstanceProfilesPerAccount", limits::INSTANCE_PROFILES),
            Self::Versions => ("PolicyVersionsInUse", limits::VERSIONS_IN_USE),
            Self::ServerCertificates => ("ServerCertificatesPerAccount", limits::SERVER_CERTIFICATES),
            Self::MfaDevices => ("MFADevicesPerAccount", u64::MAX),
            Self::SamlProviders => ("SAMLProvidersPerAccount", limits::SAML_PROVIDERS),
            Self::OidcProviders => ("OpenIDConnectProvidersPerAccount", limits::OIDC_PROVIDERS),
        }
    }

    /// How many there are.
    pub(crate) async fn now(self, reader: &impl Reader, scope: &Scope) -> Result<u64, StoreError> {
        Ok(COUNTS.get(reader, scope, &(self as u8)).await?.unwrap_or_default().count)
    }

    /// One more, if the quota allows it.
    pub(crate) async fn add(self, tx: &Tx, scope: &Scope) -> Result<(), Refusal> {
        let (name, most) = self.quota();
        let count = self.now(tx, scope).await? + 1;
        if count > most {
            return Err(Refusal::Quota(name, most));
        }
        Ok(COUNTS.put(tx, scope, &(self as u8), &CountRecord { count })?)
    }

    /// One less.
    pub(crate) async fn remove(self, tx: &Tx, scope: &Scope) -> Result<(), StoreError> {
        let count = self.now(tx, scope).await?.saturating_sub(1);
        COUNTS.put(tx, scope, &(self as u8), &CountRecord { count })
    }
}
