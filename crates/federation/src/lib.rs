//! What identity providers sign, checked: SAML responses and JSON web tokens. Pure: keys, documents and the instant are
//! handed in; nothing is fetched, nothing is kept.
//!
//! | file | noun |
//! |---|---|
//! | `saml/metadata.rs` | an identity provider as its metadata document describes it |
//! | `saml/signature.rs` | which element of a response is signed; everything else is refused |
//! | `saml/assertion.rs` | what a signed assertion says, and whether it holds now |
//! | `saml/xml.rs` | reading a tree of XML, whose texts cannot be split by comments |
//! | `jwt/token.rs` | a token as it was written, and whether a key signed it |
//! | `jwt/key.rs` | the keys an issuer publishes |
//! | `jwt/claims.rs` | what a token claims, and whether it holds now |
//! | `jwt/signing.rs` | keys that sign tokens of our own |
//! | `testing/` | providers that sign, for tests (feature `testing`) |
//!
//! Invariant: what is read was signed. A SAML document is parsed once, and the assertion read is the very node that a
//! verified reference resolved to; a token's claims are handed out only by its verification.

pub mod jwt;
pub mod saml;
#[cfg(feature = "testing")]
pub mod testing;
