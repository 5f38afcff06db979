//! Every number IAM promises or refuses by, with where AWS says so.
//!
//! Source of all: [IAM and AWS STS quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html), default
//! quotas where they can be raised, and the operations named below in the
//! [API reference](https://docs.aws.amazon.com/IAM/latest/APIReference/).

/// Users in an account.
pub const USERS: u64 = 5_000;
/// Groups in an account.
pub const GROUPS: u64 = 300;
/// Roles in an account.
pub const ROLES: u64 = 1_000;
/// Customer managed policies in an account.
pub const POLICIES: u64 = 1_500;
/// Instance profiles in an account.
pub const INSTANCE_PROFILES: u64 = 1_000;
/// Groups a user can be in.
pub const GROUPS_PER_USER: usize = 10;
/// Managed policies attached to a user, group or role.
pub const ATTACHED: usize = 10;
/// Access keys of a user, or of root.
pub const ACCESS_KEYS: usize = 2;
/// Roles in an instance profile.
pub const ROLES_PER_PROFILE: usize = 1;
/// Versions of a managed policy.
pub const VERSIONS: usize = 5;
/// Characters of a managed policy, white space not counted.
pub const POLICY_SIZE: usize = 6_144;
/// Characters of all inline policies of a user together, white space not counted.
pub const USER_INLINE: usize = 2_048;
/// The same of a group.
pub const GROUP_INLINE: usize = 5_120;
/// The same of a role.
pub const ROLE_INLINE: usize = 10_240;
/// Characters of a role's trust policy, white space not counted.
pub const TRUST_SIZE: usize = 2_048;
/// Tags of a resource.
pub const TAGS: usize = 50;
/// Items on a page when the caller does not say (`ListUsers`); the model holds the most.
pub const PAGE: usize = 100;
/// A role's longest session in seconds when nobody says (`CreateRole`).
pub const SESSION: u32 = 3_600;
/// Aliases of an account (`CreateAccountAlias`).
pub const ALIASES: usize = 1;
/// How far back a role's last use is told, in days (`GetRole`).
pub const TRACKED_DAYS: u64 = 400;
/// Versions of all customer managed policies of an account together.
pub const VERSIONS_IN_USE: u64 = 10_000;
/// Server certificates in an account.
pub const SERVER_CERTIFICATES: u64 = 20;
/// SAML providers in an account.
pub const SAML_PROVIDERS: u64 = 100;
/// OpenID Connect providers in an account.
pub const OIDC_PROVIDERS: u64 = 100;
/// Signing certificates of a user.
pub const SIGNING_CERTIFICATES: u64 = 2;
/// MFA devices of a user, or of root.
pub const DEVICES: usize = 8;
/// SSH public keys of a user.
pub const SSH_KEYS: usize = 5;
/// Credentials of a user for one service (`CreateServiceSpecificCredential`).
pub const SERVICE_CREDENTIALS: usize = 2;
/// Private keys of a SAML provider (`UpdateSAMLProvider`).
pub const SAML_KEYS: usize = 2;
/// Audiences of an OpenID Connect provider.
pub const CLIENTS: usize = 100;
/// Thumbprints of an OpenID Connect provider.
pub const THUMBPRINTS: usize = 5;
/// Days for which last uses of services are told (`GetServiceLastAccessedDetails`).
pub const ACCESS_DAYS: u64 = 400;
