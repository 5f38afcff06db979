//! Who calls, and who may act as whom: every flow, every refusal.

mod caller_identity;
mod chain;
mod cloud;
mod double;
mod federation_token;
mod identity_token;
mod issuer;
mod message;
mod mfa;
mod providers;
mod role;
mod root;
mod saml;
mod scope;
mod session_token;
mod web_identity;
