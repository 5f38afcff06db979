//! The encoded message of a denial: what the authority seals when it refuses, and `DecodeAuthorizationMessage` opens.
//!
//! It is JSON as AWS documents it, sealed with the vault's seal `sts/authorization-message` in the context of the account
//! that asked (its twelve digits), in base64 for URLs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use names::AccountId;
use store::Vault;

/// The purpose of the seal.
pub(crate) const PURPOSE: &str = "sts/authorization-message";

/// Opens a message that was sealed for a caller of an account; none when it was not.
pub(crate) fn open(vault: &Vault, account: AccountId, message: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(message).ok()?;
    let plain = vault.seal(PURPOSE).open(account.to_string().as_bytes(), &sealed).ok()?;
    String::from_utf8(plain).ok()
}
