//! Why a signature is refused: data enough for AWS's texts, never a secret.

use std::fmt;
use std::time::Duration;

use names::Timestamp;

use crate::Style;

/// How the signature was presented, as far as texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The `Authorization` header.
    Header,
    /// The query of a presigned URL.
    Query,
    /// The fields of a browser form.
    Post,
}

/// A refusal. [`SignatureError::message`], [`SignatureError::code`] and [`SignatureError::members`] give AWS's words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureError {
    /// Both an `Authorization` header and `X-Amz-Algorithm` in the query.
    TwoForms,
    /// Part of the `Authorization` header is not `key=value`.
    NotKeyValue {
        /// That part.
        part: String,
        /// The whole header.
        header: String,
    },
    /// The `Authorization` header lacks parameters, or the request a date.
    IncompleteHeader {
        /// Of `Credential`, `Signature`, `SignedHeaders`, in this order.
        missing: Vec<&'static str>,
        /// Whether there is neither `X-Amz-Date` nor `Date`.
        no_date: bool,
        /// The whole header.
        header: String,
    },
    /// The query of a presigned URL lacks parameters.
    IncompleteQuery {
        /// Their names, in AWS's order.
        missing: Vec<&'static str>,
        /// Whether `X-Amz-Algorithm` is not even there: to services other than S3 such a request is simply not signed.
        unmarked: bool,
    },
    /// An `AWS4-…` algorithm that does not exist.
    UnsupportedAlgorithm {
        /// What was asked for.
        algorithm: String,
        /// How it was presented.
        source: Source,
    },
    /// The date is not written as an instant.
    BadDate {
        /// What was written.
        text: String,
        /// How it was presented.
        source: Source,
    },
    /// The credential does not have its five parts (four for SigV4A).
    BadCredential {
        /// What was written.
        text: String,
        /// How it was presented.
        source: Source,
    },
    /// The scope does not fit the request; services other than S3 name every fault, S3 the first.
    WrongScope {
        /// At least one, in AWS's order.
        faults: Vec<ScopeFault>,
        /// How it was presented.
        source: Source,
    },
    /// A SigV4A signature without `X-Amz-Region-Set`.
    MissingRegionSet,
    /// `X-Amz-Expires` is not a number.
    ExpiresNotANumber,
    /// `X-Amz-Expires` is below zero.
    ExpiresNegative,
    /// `X-Amz-Expires` is above 604800, a week.
    ExpiresTooLong,
    /// Older than its window.
    Expired {
        /// When it was made, in virtual time.
        made: Timestamp,
        /// How old it may be.
        window: Duration,
        /// The virtual present.
        now: Timestamp,
    },
    /// Too far ahead.
    NotYetCurrent {
        /// When it was made, in virtual time.
        made: Timestamp,
        /// How far ahead it may be.
        ahead: Duration,
        /// The virtual present.
        now: Timestamp,
    },
    /// S3: more than fifteen minutes off.
    TimeTooSkewed {
        /// When it was made, in virtual time.
        request: Timestamp,
        /// The virtual present.
        now: Timestamp,
    },
    /// S3: a presigned URL past its end.
    PresignedExpired {
        /// `X-Amz-Expires`; version 2 has none.
        seconds: Option<u32>,
        /// When it ended, in virtual time.
        expires_at: Timestamp,
        /// The virtual present.
        now: Timestamp,
    },
    /// S3: a presigned URL of the future.
    PresignedNotYetValid {
        /// The virtual present.
        now: Timestamp,
    },
    /// `host` is not among the signed headers.
    HostNotSigned,
    /// S3: `x-amz-` headers that are present and not signed.
    HeadersNotSigned {
        /// Their names, sorted.
        names: Vec<String>,
    },
    /// S3: no `x-amz-content-sha256`.
    MissingContentSha256,
    /// S3: `x-amz-content-sha256` is neither a hash nor a literal.
    BadContentSha256 {
        /// What was written.
        text: String,
    },
    /// S3: the body does not have the hash that was signed.
    ContentSha256Mismatch {
        /// The signed hash, hexadecimal.
        client: String,
        /// The hash of the body, hexadecimal.
        computed: String,
    },
    /// S3: a chunked body whose `x-amz-decoded-content-length` is missing or no number.
    MissingDecodedLength,
    /// S3: a form upload without a field it needs.
    MissingFormField {
        /// Its name in AWS's spelling.
        field: &'static str,
    },
    /// S3: a version 2 query without one of its three parameters.
    IncompleteV2Query,
    /// The signature is not the one the secret gives.
    Mismatch(Box<Mismatch>),
}

/// What makes a scope wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeFault {
    /// Another region than the endpoint's.
    Region {
        /// The scope's.
        given: String,
        /// The endpoint's.
        expected: String,
    },
    /// Another service than the endpoint's.
    Service {
        /// The scope's.
        given: String,
        /// The endpoint's signing name.
        expected: String,
    },
    /// Not `aws4_request`.
    Terminator {
        /// The scope's.
        given: String,
    },
    /// Another day than the request's.
    Date {
        /// The scope's.
        given: String,
        /// The request's instant, `YYYYMMDDTHHMMSSZ`.
        from: String,
    },
}

/// All that may be told about a signature that does not match: what was to be signed, not the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The access key id.
    pub access_key: String,
    /// The signature that came.
    pub provided: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The canonical request, header bytes that are not UTF-8 replaced; chunks, forms and version 2 have none.
    pub canonical_request: Option<String>,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Style::General))
    }
}

impl std::error::Error for SignatureError {}
