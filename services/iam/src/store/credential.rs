//! Records of credentials other than access keys. All lie in the scope of their account; what belongs to a user (or to root,
//! by the account number) has a row in `owned` too.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `login-profile` | owner's id | a password |
//! | `password-policy` | 0 | what the account asks of passwords |
//! | `mfa` | serial number | virtual MFA devices, assigned or not |
//! | `server-certificate` | name | certificates of servers with their keys |
//! | `signing-certificate` | id | certificates of users |
//! | `certificate-print` | SHA-256 of the certificate | that a user has it |
//! | `ssh-key` | id | SSH public keys |
//! | `service-credential` | id | user names and passwords for single services |

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Table};

use super::SERVICE;
use crate::engine::password::Passwords;
use crate::engine::public_key::RsaKey;
use crate::engine::totp::Pace;

/// Passwords by owner.
pub(crate) const LOGINS: Table<String, LoginRecord> = Table::new(SERVICE, "login-profile");
/// What an account asks of passwords.
pub(crate) const PASSWORD_POLICIES: Table<u8, PasswordPolicyRecord> = Table::new(SERVICE, "password-policy");
/// Virtual MFA devices by serial number.
pub(crate) const DEVICES: Table<String, DeviceRecord> = Table::new(SERVICE, "mfa");
/// Server certificates by name.
pub(crate) const SERVER_CERTIFICATES: Table<String, ServerCertificateRecord> =
    Table::new(SERVICE, "server-certificate");
/// Signing certificates by id.
pub(crate) const SIGNING_CERTIFICATES: Table<String, SigningCertificateRecord> =
    Table::new(SERVICE, "signing-certificate");
/// Certificates that users have, by SHA-256.
pub(crate) const CERTIFICATE_PRINTS: RawTable<String> = Table::new(SERVICE, "certificate-print");
/// SSH public keys by id.
pub(crate) const SSH_KEYS: Table<String, SshKeyRecord> = Table::new(SERVICE, "ssh-key");
/// Service-specific credentials by id.
pub(crate) const SERVICE_CREDENTIALS: Table<String, ServiceCredentialRecord> =
    Table::new(SERVICE, "service-credential");

/// A user's password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LoginRecord {
    /// When the user was given one.
    pub created: Timestamp,
    /// When it was last set.
    pub changed: Timestamp,
    /// Whether the user must set another at the next sign-in.
    pub reset: bool,
    /// What is kept of it and of those before.
    pub passwords: Passwords,
}

/// What an account asks of passwords, as it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PasswordPolicyRecord {
    /// Letters at least.
    pub length: u32,
    /// A symbol.
    pub symbols: bool,
    /// A digit.
    pub numbers: bool,
    /// A capital letter.
    pub uppercase: bool,
    /// A small letter.
    pub lowercase: bool,
    /// Whether users may change their own.
    pub own_change: bool,
    /// Days after which a password expires.
    pub max_age: Option<u32>,
    /// Former passwords that must not come back.
    pub barred: Option<u32>,
    /// Whether only an administrator helps once it has expired.
    pub hard_expiry: Option<bool>,
}

/// A virtual MFA device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeviceRecord {
    /// The seed of its codes, sealed for the serial number.
    pub seed: Vec<u8>,
    /// Tags.
    pub tags: Tags,
    /// Whose it is.
    pub holder: Option<DeviceHolder>,
}

/// Whose a device is, since when, and which codes are used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeviceHolder {
    /// The user's id; the account number for root.
    pub owner: String,
    /// When it was enabled.
    pub enabled: Timestamp,
    /// Where its clock stands.
    pub pace: Pace,
}

/// A certificate of a server, with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServerCertificateRecord {
    /// Unique id: `ASCA…`.
    pub id: String,
    /// Name, as it was written.
    pub name: String,
    /// Path, with both slashes.
    pub path: String,
    /// The certificate, PEM.
    pub body: String,
    /// The chain, PEM.
    pub chain: Option<String>,
    /// The private key, PEM, sealed for the unique id.
    pub key: Vec<u8>,
    /// When it was uploaded.
    pub uploaded: Timestamp,
    /// When it expires.
    pub expires: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// A certificate of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SigningCertificateRecord {
    /// The user's id; the account number for root.
    pub owner: String,
    /// PEM.
    pub body: String,
    /// Its SHA-256.
    pub print: String,
    /// Whether it may be used.
    pub active: bool,
    /// When it was uploaded.
    pub uploaded: Timestamp,
}

/// An SSH public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SshKeyRecord {
    /// The user's id.
    pub owner: String,
    /// The key.
    pub key: RsaKey,
    /// Whether it may be used.
    pub active: bool,
    /// When it was uploaded.
    pub uploaded: Timestamp,
}

/// A user name and password for one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceCredentialRecord {
    /// The user's id.
    pub owner: String,
    /// As in `codecommit.amazonaws.com`.
    pub service: String,
    /// The name to sign in with, or the public part of an API key.
    pub login: String,
    /// The password or API key, sealed for the id.
    pub secret: Vec<u8>,
    /// Whether it may be used.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Option<Timestamp>,
}

records!(
    DeviceRecord,
    LoginRecord,
    PasswordPolicyRecord,
    ServerCertificateRecord,
    ServiceCredentialRecord,
    SigningCertificateRecord,
    SshKeyRecord,
);
