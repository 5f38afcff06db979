//! Who claims to have signed a request: parsing only, no cryptography, no clock.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use names::Timestamp;

use crate::error::Source;
use crate::v2::{self, V2};
use crate::{Algorithm, Credential, Request, SignatureError, header_form, query_form};

/// What a request presents about its sender. Nothing of it is proven yet.
#[derive(Debug, Clone)]
pub enum Presented<'a> {
    /// No signature at all.
    Anonymous,
    /// An `Authorization` header of another scheme, such as `Bearer`: some operations take those, to the others the request is not signed.
    Other {
        /// The scheme, as written.
        scheme: &'a str,
    },
    /// Signature version 4, `AWS4-HMAC-SHA256`.
    V4(V4<'a>),
    /// SigV4A, `AWS4-ECDSA-P256-SHA256`.
    V4A(V4<'a>),
    /// Signature version 2, which only S3 still takes.
    V2(V2<'a>),
}

/// A signature of version 4, either algorithm.
#[derive(Debug, Clone)]
pub struct V4<'a> {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Header or query.
    pub form: Form,
    /// Access key and scope.
    pub credential: Credential<'a>,
    /// Lower-case header names, sorted, joined with semicolons.
    pub signed_headers: Cow<'a, str>,
    /// The signature, hexadecimal when it is valid.
    pub signature: Cow<'a, str>,
    /// The client's instant, in real time.
    pub signed_at: Timestamp,
    /// The same, `YYYYMMDDTHHMMSSZ`, as it is signed.
    pub date: Cow<'a, str>,
    /// The session token of temporary credentials.
    pub session_token: Option<Cow<'a, str>>,
    /// SigV4A: the regions it is good for, separated by commas, `*` standing for anything.
    pub region_set: Option<Cow<'a, str>>,
    /// The query's `X-Amz-Content-Sha256`, in the query form.
    pub(crate) content_sha256: Option<Cow<'a, str>>,
}

/// Where a signature of version 4 stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned URL.
    Query {
        /// How many seconds the URL is good for, at most 604800.
        expires: Option<u32>,
    },
}

impl V4<'_> {
    /// Whether a header is signed; `name` in lower case.
    pub fn signs(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|signed| signed == name)
    }

    /// Whether the signature is good for a region: the scope's own, or one the region set names.
    pub fn covers_region(&self, region: &str) -> bool {
        match &self.region_set {
            Some(set) => set.split(',').any(|pattern| matches(pattern.trim().as_bytes(), region.as_bytes())),
            None => self.credential.region == region,
        }
    }

    /// The texts of errors differ by this.
    pub(crate) fn source(&self) -> Source {
        match self.form {
            Form::Header => Source::Header,
            Form::Query { .. } => Source::Query,
        }
    }
}

/// Whether a pattern with `*` matches: greedy with one point to return to, so linear times linear at worst.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut back) = (0, 0, None);
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            back = Some((p + 1, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star, from)) = back {
            (p, t, back) = (star, from + 1, Some((star, from + 1)));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Reads who claims to have signed.
///
/// # Errors
/// A signature that is present and incomplete or malformed. A wrong one is found by [`verify`](crate::verify).
pub fn identify<'a>(request: &Request<'a>) -> Result<Presented<'a>, SignatureError> {
    let query = query_form::read(request.query());
    if let Some(value) = request.headers.get(AUTHORIZATION) {
        let header = value.to_str().unwrap_or_default().trim();
        if query.algorithm.is_some() {
            return Err(SignatureError::TwoForms);
        }
        return by_header(request, header);
    }
    match query.is_v4() {
        true => query_form::identify(request, query).map(presented),
        false => Ok(v2::from_query(&query).map_or(Presented::Anonymous, Presented::V2)),
    }
}

fn by_header<'a>(request: &Request<'a>, header: &'a str) -> Result<Presented<'a>, SignatureError> {
    if header.starts_with("AWS4-") {
        return header_form::identify(request, header).map(presented);
    }
    if let Some(v2) = v2::from_header(request, header) {
        return Ok(Presented::V2(v2));
    }
    let scheme = header.split_ascii_whitespace().next().unwrap_or_default();
    Ok(Presented::Other { scheme })
}

fn presented(v4: V4<'_>) -> Presented<'_> {
    match v4.algorithm {
        Algorithm::HmacSha256 => Presented::V4(v4),
        Algorithm::EcdsaP256Sha256 => Presented::V4A(v4),
    }
}

/// Lower case, sorted, as the canonical request wants the list; borrowed when the client wrote it so.
pub(crate) fn tidy_signed_headers(list: Cow<'_, str>) -> Cow<'_, str> {
    let tidy = !list.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b' ') && list.split(';').is_sorted();
    if tidy {
        return list;
    }
    let mut names: Vec<String> = list.split(';').map(|name| name.trim().to_ascii_lowercase()).collect();
    names.sort_unstable();
    Cow::Owned(names.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_patterns() {
        let cases = [
            ("*", "eu-west-1", true),
            ("us-*", "us-east-1", true),
            ("us-*", "eu-west-1", false),
            ("*-1", "us-east-1", true),
            ("us-*-1", "us-east-2", false),
            ("us-east-1", "us-east-1", true),
            ("", "us-east-1", false),
            ("", "", true),
            ("*a*a*b", "aaaaab", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn lists_of_headers_are_lowered_and_sorted() {
        assert!(matches!(tidy_signed_headers("host;x-amz-date".into()), Cow::Borrowed(_)));
        assert_eq!(tidy_signed_headers("X-Amz-Date;Host".into()), "host;x-amz-date");
        assert_eq!(tidy_signed_headers("".into()), "");
    }
}
