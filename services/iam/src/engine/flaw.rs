//! Why credentials and identity providers were not made, found or changed, as data. AWS's words for it are in
//! `error/flaw.rs`.

use super::pem;
use super::public_key::BadKey;
use super::refusal::Refusal;

/// A reason not to do something about a credential or an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// There is no such thing: what, and how it was named.
    Missing(Thing, String),
    /// There is one already.
    Exists(Thing, String),
    /// The password is not as the account asks, or was used before.
    Password,
    /// The old password is another.
    OldPassword,
    /// Somebody else changed it meanwhile.
    Concurrent,
    /// Only users have this.
    NotAUser,
    /// The device does not show this code, or these two in a row; or they were used before.
    Code,
    /// The device is somebody's.
    DeviceInUse,
    /// The certificate, its key or its chain.
    Pem(pem::Unfit),
    /// A certificate that is not yet or no longer valid.
    NotValidNow,
    /// A user of the account has this certificate.
    DuplicateCertificate,
    /// The SSH key.
    PublicKey(BadKey),
    /// The user has this SSH key.
    DuplicateKey,
    /// A service without credentials of its own.
    Service(String),
    /// Metadata that is none.
    Metadata,
    /// A service whose roles take no suffix.
    Suffix(String),
    /// A provider's address that none can have.
    Address,
    /// Thumbprints that are none.
    Thumbprint(String),
    /// More thumbprints than a provider can have.
    Thumbprints,
    /// A private key that cannot be read.
    PrivateKey,
    /// Encrypted assertions are asked for, and nothing could decrypt them.
    NoPrivateKey,
    /// A service-linked role of this name is there.
    RoleTaken(String),
    /// A service that links no roles.
    NotLinked(String),
}

/// What can be missing, or there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    /// A password, by its user's name.
    Login,
    /// A password policy, by account.
    PasswordPolicy,
    /// A virtual MFA device, by serial number.
    Device,
    /// A virtual MFA device that somebody has, by serial number.
    Assigned,
    /// A server certificate, by name.
    ServerCertificate,
    /// A signing certificate, by id.
    SigningCertificate,
    /// An SSH public key, by id.
    SshKey,
    /// A service-specific credential, by id.
    ServiceCredential,
    /// A SAML provider: by ARN when it is missing, by name when it exists.
    Saml,
    /// A SAML provider's private key, by id.
    SamlKey,
    /// An OpenID Connect provider: by ARN when it is missing, by address when it exists.
    Oidc,
    /// A job, by id.
    Job,
    /// A deletion, by its task's id.
    Deletion,
}

impl From<Flaw> for Refusal {
    fn from(flaw: Flaw) -> Self {
        Self::Flaw(flaw)
    }
}

/// Something that is not there.
pub(crate) fn missing(thing: Thing, name: &str) -> Refusal {
    Flaw::Missing(thing, name.to_owned()).into()
}

/// Something that is there already.
pub(crate) fn exists(thing: Thing, name: &str) -> Refusal {
    Flaw::Exists(thing, name.to_owned()).into()
}
