//! Providers that sign, for tests. They write canonical XML by hand and sign with the cryptography library alone, so that
//! what they sign and what the checks believe do not come from the same code.

mod saml;

pub use saml::{Idp, Said, Signs};
