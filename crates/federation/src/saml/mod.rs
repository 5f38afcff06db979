//! SAML 2.0 responses, as an identity provider posts them to a service provider.
//!
//! The signature check is the library's (`docs/decisions/0003-saml.md`); what may be signed how, and where, is decided here.

mod assertion;
mod metadata;
mod signature;
mod xml;

pub use assertion::{Assertion, Confirmation, open};
pub use metadata::Metadata;

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not well-formed, or not of SAML's form; the text says where.
    Malformed(&'static str),
    /// Nothing that counts is signed, or not by the provider, or not with an algorithm that is still safe.
    Signature(String),
    /// More than one assertion, or signatures where they do not belong: the marks of a wrapped signature.
    Wrapped(&'static str),
    /// The assertion is encrypted.
    Encrypted,
    /// The provider says that authentication failed.
    Status(String),
    /// The issuer is not the provider.
    Issuer,
    /// Nobody confirms the subject to the recipient that is meant.
    Recipient,
    /// Not meant for the audience.
    Audience,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
}
