//! The head of a request as the signature sees it, and whose rules apply to it.

use http::header::{AsHeaderName, HeaderMap};
use http::{Method, Uri};

/// The head of one request. All parts are as they came over the wire: nothing decoded, nothing normalised.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a Method,
    /// The target; only its path and query are read.
    pub uri: &'a Uri,
    /// All headers, repeated ones included.
    pub headers: &'a HeaderMap,
    /// The `Host` header, or the `:authority` of HTTP/2, with its port when it has one.
    pub host: &'a str,
}

impl<'a> Request<'a> {
    /// The first value of a header, when it is visible ASCII.
    pub(crate) fn header(&self, name: impl AsHeaderName) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The query, without its question mark; empty when there is none.
    pub(crate) fn query(&self) -> &'a str {
        self.uri.query().unwrap_or("")
    }
}

/// Whose rules of canonicalisation and whose errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Every service but S3: the path is normalised and encoded twice, the body is always hashed.
    General,
    /// S3 and its kin: the path is encoded once, `x-amz-content-sha256` says what is known of the body.
    S3,
}

impl Style {
    /// The style of a service by its signing name.
    pub fn of_service(signing_name: &str) -> Self {
        match signing_name {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => Self::S3,
            _ => Self::General,
        }
    }
}

/// The two signature algorithms of version 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `AWS4-HMAC-SHA256`: bound to one region.
    HmacSha256,
    /// `AWS4-ECDSA-P256-SHA256`, called SigV4A: bound to a set of regions.
    EcdsaP256Sha256,
}

impl Algorithm {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "AWS4-HMAC-SHA256",
            Self::EcdsaP256Sha256 => "AWS4-ECDSA-P256-SHA256",
        }
    }

    /// Reads the name on the wire.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::HmacSha256, Self::EcdsaP256Sha256].into_iter().find(|algorithm| algorithm.name() == name)
    }
}
