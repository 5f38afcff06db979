//! AWS's numbers.
//!
//! Sources: the operations' pages in the STS API reference; "IAM and AWS STS quotas" in the IAM user guide.

use std::ops::RangeInclusive;

/// Seconds that a role session may last; the role's own maximum stands below.
pub const ROLE_SESSION: RangeInclusive<i64> = 900..=43_200;
/// Seconds that a role session lasts unless asked otherwise.
pub const ROLE_SESSION_DEFAULT: i64 = 3_600;
/// Seconds that a session of a role may last that another role's session assumed.
pub const CHAINED_SESSION: i64 = 3_600;
/// Seconds that `GetSessionToken` and `GetFederationToken` give users unless asked otherwise; the model bounds what may be
/// asked for (900 to 129,600).
pub const USER_SESSION_DEFAULT: i64 = 43_200;
/// Seconds that they give root at most.
pub const ROOT_SESSION: i64 = 3_600;
/// Seconds that `AssumeRoot` gives at most, and unless asked otherwise.
pub const ROOT_TASK: i64 = 900;
/// Characters of an inline session policy and the ARNs of managed ones together.
pub const SESSION_POLICY: usize = 2_048;
/// Managed session policies.
pub const SESSION_POLICY_ARNS: usize = 10;
/// Session tags.
pub const SESSION_TAGS: usize = 50;
/// Bytes that session policies and tags may have once compressed. AWS tells no number; see the README.
pub const PACKED: usize = 1_024;
/// Seconds after it was issued within which a SAML assertion must be redeemed.
pub const SAML_REDEMPTION: i64 = 300;
/// Seconds by which an issuer's clock may be ahead.
pub const CLOCK_SKEW: i64 = 300;
/// Seconds that an identity token is good for unless asked otherwise (`GetWebIdentityToken`; asked for are 60 to 3,600).
pub const IDENTITY_TOKEN_DEFAULT: i64 = 300;
/// Letters of a session name.
pub const SESSION_NAME: RangeInclusive<usize> = 2..=64;
