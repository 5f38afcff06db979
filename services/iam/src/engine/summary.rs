//! Counts and quotas of an account, under AWS's names.

use names::Timestamp;
use store::{Reader, Scope, Span, StoreError};

use super::Engine;
use super::count::Counted;
use super::home::Home;
use super::refusal::Refusal;
use super::setting::token_version;
use crate::limits;
use crate::store::{BIRTHS, BirthRecord, OWNED, Sort};

/// AWS's names with their numbers.
type Numbers = Vec<(&'static str, u64)>;

impl Engine {
    /// Counts and quotas.
    pub(crate) async fn summary(&self, home: Home) -> Result<Numbers, Refusal> {
        let view = self.view().await?;
        let mut numbers = quotas();
        numbers.extend(counts(&view, &home.scope()).await?);
        numbers.extend(of_root(&view, home).await?);
        numbers.push(("GlobalEndpointTokenVersion", token_version(&view, home).await?.into()));
        Ok(numbers)
    }

    /// When the account was first seen.
    pub(crate) async fn born(&self, home: Home) -> Result<Timestamp, Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                if let Some(birth) = BIRTHS.get(&tx, &home.scope(), &0).await? {
                    return Ok(birth.at);
                }
                BIRTHS.put(&tx, &home.scope(), &0, &BirthRecord { at: now })?;
                Ok(now)
            })
            .await
    }
}

fn quotas() -> Numbers {
    vec![
        ("AccessKeysPerUserQuota", limits::ACCESS_KEYS as u64),
        ("AssumeRolePolicySizeQuota", limits::TRUST_SIZE as u64),
        ("AttachedPoliciesPerGroupQuota", limits::ATTACHED as u64),
        ("AttachedPoliciesPerRoleQuota", limits::ATTACHED as u64),
        ("AttachedPoliciesPerUserQuota", limits::ATTACHED as u64),
        ("GroupPolicySizeQuota", limits::GROUP_INLINE as u64),
        ("GroupsPerUserQuota", limits::GROUPS_PER_USER as u64),
        ("GroupsQuota", limits::GROUPS),
        ("InstanceProfilesQuota", limits::INSTANCE_PROFILES),
        ("PoliciesQuota", limits::POLICIES),
        ("PolicySizeQuota", limits::POLICY_SIZE as u64),
        ("PolicyVersionsInUseQuota", limits::VERSIONS_IN_USE),
        ("RolePolicySizeQuota", limits::ROLE_INLINE as u64),
        ("RolesQuota", limits::ROLES),
        ("ServerCertificatesQuota", limits::SERVER_CERTIFICATES),
        ("SigningCertificatesPerUserQuota", limits::SIGNING_CERTIFICATES),
        ("UserPolicySizeQuota", limits::USER_INLINE as u64),
        ("UsersQuota", limits::USERS),
        ("VersionsPerPolicyQuota", limits::VERSIONS as u64),
    ]
}

async fn counts(view: &impl Reader, scope: &Scope) -> Result<Numbers, StoreError> {
    let mut numbers = Vec::new();
    for (name, counted) in [
        ("Users", Counted::Users),
        ("Groups", Counted::Groups),
        ("Roles", Counted::Roles),
        ("Policies", Counted::Policies),
        ("PolicyVersionsInUse", Counted::Versions),
        ("InstanceProfiles", Counted::Profiles),
        ("ServerCertificates", Counted::ServerCertificates),
        ("MFADevices", Counted::MfaDevices),
    ] {
        numbers.push((name, counted.now(view, scope).await?));
    }
    let (saml, oidc) = (Counted::SamlProviders, Counted::OidcProviders);
    numbers.push(("Providers", saml.now(view, scope).await? + oidc.now(view, scope).await?));
    Ok(numbers)
}

/// What root owns, and how many second factors are in use by anyone.
async fn of_root(view: &impl Reader, home: Home) -> Result<Numbers, StoreError> {
    let owned = OWNED.scan_all(view, &home.scope(), &Span::all()).await?;
    let root = home.account.to_string();
    let has = |wanted: Sort| owned.iter().any(|((owner, sort, _), _)| *owner == root && *sort == wanted as u8);
    let devices = owned.iter().filter(|((_, sort, _), _)| *sort == Sort::Mfa as u8).count();
    Ok(vec![
        ("AccountAccessKeysPresent", has(Sort::AccessKey).into()),
        ("AccountMFAEnabled", has(Sort::Mfa).into()),
        ("AccountPasswordPresent", has(Sort::LoginProfile).into()),
        ("AccountSigningCertificatesPresent", has(Sort::SigningCertificate).into()),
        ("MFADevicesInUse", devices as u64),
    ])
}
