//! A configuration that S3 does not take: the code, status and words that AWS answers, with the elements it adds.
//!
//! Texts are AWS's as recorded in LocalStack's snapshots or quoted in bug reports; the README lists those that nobody
//! recorded.

use std::borrow::Cow;

/// Why a document was not taken, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The code, as in `MalformedXML`.
    pub(crate) code: &'static str,
    /// HTTP status.
    pub(crate) status: u16,
    /// The text; empty where AWS gives none.
    pub(crate) message: Cow<'static, str>,
    /// Further elements of the error, in AWS's order.
    pub(crate) extra: Vec<(Cow<'static, str>, String)>,
}

/// What checking a document gives.
pub(crate) type Checked<T = ()> = Result<T, Refusal>;

/// AWS's text for a document that does not have the form its schema asks for.
pub(crate) const NOT_WELL_FORMED: &str =
    "The XML you provided was not well-formed or did not validate against our published schema";

impl Refusal {
    /// With a code, a status and a text.
    pub(crate) fn new(code: &'static str, status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, status, message: message.into(), extra: Vec::new() }
    }

    /// A document that is not of its schema.
    pub(crate) fn malformed() -> Self {
        Self::new("MalformedXML", 400, NOT_WELL_FORMED)
    }

    /// A request that makes no sense as a whole.
    pub(crate) fn request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidRequest", 400, message)
    }

    /// An argument out of its range.
    pub(crate) fn argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidArgument", 400, message)
    }

    /// Something that the bucket's state does not allow.
    pub(crate) fn state(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("InvalidBucketState", 409, message)
    }

    /// With a further element.
    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// About an argument: `ArgumentName` and `ArgumentValue`.
    pub(crate) fn about(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with("ArgumentName", name).with("ArgumentValue", value)
    }
}

/// Refuses a document that is not of its schema.
pub(crate) fn well_formed(so: bool) -> Checked {
    if so { Ok(()) } else { Err(Refusal::malformed()) }
}
