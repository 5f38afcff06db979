//! Who an access key belongs to: asked by the gateway for each signature, answered by the authority.

use sigv4::Secret;

use crate::{BoxFuture, Caller, Cloud};

/// An access key as a client presents it.
#[derive(Debug, Clone, Copy)]
pub struct PresentedKey<'a> {
    /// Its id.
    pub access_key: &'a str,
    /// The session token that came with it.
    pub token: Option<&'a str>,
}

/// Whose key it is.
#[derive(Debug, Clone)]
pub enum KeyOwner {
    /// The caller it stands for, if the request is signed with one of these secrets.
    Known {
        /// The secrets that are accepted.
        secrets: Vec<Secret>,
        /// Who it is.
        caller: Caller,
    },
    /// Whoever uses the key, whatever the secret.
    Unchecked(Caller),
    /// The session has ended.
    Expired,
    /// The session token is missing, changed, or another key's.
    InvalidToken,
    /// Switched off.
    Inactive,
    /// Nobody.
    Unknown,
}

/// Finds the owner of an access key.
pub trait Credentials: Send + Sync {
    /// The owner.
    fn owner<'a>(&'a self, cloud: &'a Cloud, key: PresentedKey<'a>) -> BoxFuture<'a, KeyOwner>;
}
