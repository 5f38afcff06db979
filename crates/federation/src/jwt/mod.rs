//! JSON web tokens, as OpenID Connect issuers sign them (RFC 7519, 7515, 7517, 7518).
//!
//! Six algorithms are known: RSA and ECDSA over SHA-2. `none`, and the HMACs whose key would be the public one, have no
//! name here, so no token can choose them (`docs/decisions/0004-web-identity.md` says why no crate stands here).

mod claims;
mod key;
mod signing;
mod token;

pub use claims::{Claims, Dated};
pub use key::{Algorithm, Key, KeySet};
pub use signing::{SigningError, SigningKey};
pub use token::{MAX_TOKEN, Token};

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not three parts of base64url, the first two of them JSON objects.
    Malformed,
    /// Signed with an algorithm that is not accepted.
    Algorithm(String),
    /// None of the issuer's keys can have signed it.
    UnknownKey,
    /// The signature is of something else.
    Signature,
}
