//! What STS decides itself, in its own words. Pure but for nothing: time, randomness and what others keep are handed in.
//!
//! | file | what |
//! |---|---|
//! | `role.rs` | a role as STS needs it; the ARNs of roles and their sessions |
//! | `lifetime.rs` | how long a session lasts |
//! | `session_tags.rs` | tags of a session, given and inherited |
//! | `scope.rs` | session policies, and the space that they and the tags take |
//! | `trust.rs` | whether a trust policy lets a provider's user in |
//! | `claims.rs` | condition keys of a web identity token |
//! | `assertion.rs` | what a SAML assertion asks for, and its condition keys |
//! | `identity_token.rs` | what an identity token says of its bearer |
//! | `denial.rs` | the encoded message of a denial |

pub(crate) mod assertion;
pub(crate) mod claims;
pub(crate) mod denial;
pub(crate) mod identity_token;
pub(crate) mod lifetime;
pub(crate) mod role;
pub(crate) mod scope;
pub(crate) mod session_tags;
pub(crate) mod trust;
