//! Tables, keys and records: the one thing that STS keeps.
//!
//! | table | scope | key | holds |
//! |---|---|---|---|
//! | `token-key` | whole cloud | algorithm | the key that signs identity tokens, sealed |

use serde::{Deserialize, Serialize};
use store::{Record, Table};

pub(crate) const TOKEN_KEYS: Table<String, TokenKey> = Table::new("sts", "token-key");

/// A key that signs identity tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TokenKey {
    /// Its name in tokens and among the issuer's keys.
    pub(crate) id: String,
    /// PKCS #8, sealed.
    pub(crate) private: Vec<u8>,
}

impl Record for TokenKey {
    const VERSION: u8 = 1;
}
