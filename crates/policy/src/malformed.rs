//! Why a document is refused, in AWS's words.

use std::fmt;

/// The document is not a policy of its kind. Services answer with their own code (`MalformedPolicyDocument` in IAM)
/// and this message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// AWS's text, ready to be sent.
    pub message: String,
}

impl Malformed {
    /// With this text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// What AWS says of anything its grammar has no place for.
    pub(crate) fn syntax() -> Self {
        Self::new("Syntax errors in policy.")
    }

    /// What AWS says where the older of its two parsers gives up.
    pub(crate) fn legacy() -> Self {
        Self::new("The policy failed legacy parsing")
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Malformed {}
