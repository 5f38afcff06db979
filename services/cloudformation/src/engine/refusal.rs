//! Why a template cannot be had. The text is AWS's and goes to the client.

use std::fmt;

/// A rule of templates that was broken, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(pub String);

/// What most functions of the engine give.
pub(crate) type Checked<T> = Result<T, Refusal>;

impl Refusal {
    /// "Template format error: …"
    pub(crate) fn format(what: impl fmt::Display) -> Self {
        Self(format!("Template format error: {what}"))
    }

    /// "Template error: …"
    pub(crate) fn error(what: impl fmt::Display) -> Self {
        Self(format!("Template error: {what}"))
    }

    /// The text as an error to be returned.
    pub(crate) fn text<T>(text: impl Into<String>) -> Checked<T> {
        Err(Self(text.into()))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
