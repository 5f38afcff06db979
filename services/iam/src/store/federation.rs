//! Records of identity providers, and of settings for a whole account or organization.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `saml` | name | SAML providers |
//! | `oidc` | issuer | OpenID Connect providers |
//! | `outbound` | 0 | the issuer of the account's own identity tokens |
//! | `preference` | 0 | which tokens the global endpoint of STS gives |
//! | `root-access` | 0 | what a management account may do to its members' roots |

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Record, Table};

use super::SERVICE;

/// SAML providers by name.
pub(crate) const SAML: Table<String, SamlRecord> = Table::new(SERVICE, "saml");
/// OpenID Connect providers by issuer.
pub(crate) const OIDC: Table<String, OidcRecord> = Table::new(SERVICE, "oidc");
/// The issuer of an account's own identity tokens.
pub(crate) const OUTBOUND: Table<u8, OutboundRecord> = Table::new(SERVICE, "outbound");
/// An account's preferences for STS.
pub(crate) const PREFERENCES: Table<u8, PreferencesRecord> = Table::new(SERVICE, "preference");
/// What an organization's management account may do to its members' roots.
pub(crate) const ROOT_ACCESS: Table<u8, RootAccessRecord> = Table::new(SERVICE, "root-access");

/// A SAML provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SamlRecord {
    /// Name, as it was written.
    pub name: String,
    /// `SAMLProviderUUID`.
    pub uuid: String,
    /// The metadata, as it was uploaded.
    pub metadata: String,
    /// When it was created.
    pub created: Timestamp,
    /// Until when the metadata is good.
    pub until: Timestamp,
    /// Tags.
    pub tags: Tags,
    /// Whether assertions must be encrypted; none when nothing was said.
    pub encryption_required: Option<bool>,
    /// Keys that decrypt assertions.
    pub keys: Vec<SamlKey>,
}

/// A key that decrypts assertions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SamlKey {
    /// Its id.
    pub id: String,
    /// When it was uploaded.
    pub uploaded: Timestamp,
    /// PEM, sealed for its id.
    pub sealed: Vec<u8>,
}

/// An OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OidcRecord {
    /// The issuer without its scheme.
    pub issuer: String,
    /// Audiences.
    pub clients: Vec<String>,
    /// SHA-1 of certificates.
    pub thumbprints: Vec<String>,
    /// When it was created.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// The issuer of an account's own identity tokens; it stays the same when the feature is switched off and on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutboundRecord {
    /// As in `http://….tokens.sts.localhost:4566`.
    pub issuer: String,
    /// Whether tokens are given.
    pub enabled: bool,
}

/// An account's preferences for STS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreferencesRecord {
    /// 1 or 2.
    pub token_version: u8,
}

/// What an organization's management account may do to its members' roots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RootAccessRecord {
    /// Remove their credentials.
    pub credentials: bool,
    /// Act as them for single tasks.
    pub sessions: bool,
}

records!(OidcRecord, OutboundRecord, PreferencesRecord, RootAccessRecord, SamlRecord);
