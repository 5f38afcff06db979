//! Reaching identity providers: their discovery documents and keys.
//!
//! | file | what |
//! |---|---|
//! | `address.rs` | addresses that may be reached at all |
//! | `client.rs` | one bounded GET |
//! | `tls.rs` | which certificates are believed |
//! | `issuers.rs` | the keys of issuers, kept for a while |

pub(crate) mod address;
mod client;
pub(crate) mod issuers;
mod tls;

/// Why a provider's document is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreached {
    /// Nobody answers, or too slowly, or with an error.
    Silent(String),
    /// Its certificate is not believed.
    Untrusted(String),
    /// The document is not what it should be.
    Unreadable,
}
