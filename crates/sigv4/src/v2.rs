//! S3's signature version 2: `Authorization: AWS AK:signature`, or `AWSAccessKeyId`, `Expires` and `Signature` in the query.
//!
//! The query API's version 2 (`SignatureVersion=2`) is not here: its last users, SimpleDB and the like, are gone from AWS's clients.

use std::borrow::Cow;

use aws_lc_rs::constant_time;
use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, DATE, HeaderName};
use names::Timestamp;

use crate::canonical::{decode, split_pairs};
use crate::query_form::QueryAuth;
use crate::time::check_skew;
use crate::{Mismatch, Request, Secret, SignatureError, TimeCheck, time};

/// Query parameters that are part of the resource, sorted.
const SUBRESOURCES: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
    "websiteConfig",
];

/// A signature of version 2.
#[derive(Debug, Clone)]
pub struct V2<'a> {
    /// The access key id.
    pub access_key: Cow<'a, str>,
    /// Header or query.
    pub form: V2Form<'a>,
    /// The signature, base64 when it is valid.
    pub signature: Cow<'a, str>,
    /// The session token of temporary credentials.
    pub session_token: Option<Cow<'a, str>>,
}

/// Where a signature of version 2 stands.
#[derive(Debug, Clone)]
pub enum V2Form<'a> {
    /// In the `Authorization` header.
    Header,
    /// In the query.
    Query {
        /// `Expires`, epoch seconds in the client's real time; `None` where S3 will miss it.
        expires: Option<Cow<'a, str>>,
    },
}

/// Reads `AWS AK:signature`.
pub(crate) fn from_header<'a>(request: &Request<'a>, header: &'a str) -> Option<V2<'a>> {
    let (access_key, signature) = header.strip_prefix("AWS ")?.trim().split_once(':')?;
    let session_token = request.header("x-amz-security-token").map(Cow::Borrowed);
    Some(V2 { access_key: access_key.into(), form: V2Form::Header, signature: signature.into(), session_token })
}

/// Takes what the query holds.
pub(crate) fn from_query<'a>(query: &QueryAuth<'a>) -> Option<V2<'a>> {
    Some(V2 {
        access_key: query.v2_access_key.clone()?,
        form: V2Form::Query { expires: query.v2_expires.clone() },
        signature: query.v2_signature.clone().unwrap_or_default(),
        session_token: query.v2_security_token.clone(),
    })
}

/// Verifies a signature of version 2. `bucket_of_host` is the bucket when the host names it, since the resource that is signed always begins with it.
///
/// `Expires` is mapped like a timestamp in a signature; version 2 does not tell when it was made, so a URL that a jump of the clock found unexpired stays so.
///
/// # Errors
/// [`SignatureError::IncompleteV2Query`], a date that is missing or off, expiry, [`SignatureError::Mismatch`].
pub fn verify_v2(
    request: &Request<'_>,
    v2: &V2<'_>,
    secret: &Secret,
    bucket_of_host: Option<&str>,
    clock: &TimeCheck<'_>,
) -> Result<(), SignatureError> {
    let date = match &v2.form {
        V2Form::Header => check_date(request, clock)?,
        V2Form::Query { expires } => check_expires(expires.as_deref(), v2, clock)?,
    };
    let text = string_to_sign(request, date, bucket_of_host);
    match fits(secret, &text, &v2.signature) {
        true => Ok(()),
        false => Err(SignatureError::Mismatch(Box::new(Mismatch {
            access_key: v2.access_key.clone().into_owned(),
            provided: v2.signature.clone().into_owned(),
            string_to_sign: text,
            canonical_request: None,
        }))),
    }
}

/// Whether a base64 signature fits a text.
pub(crate) fn fits(secret: &Secret, text: &str, signature: &str) -> bool {
    let key = hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.bytes());
    let computed = STANDARD.encode(hmac::sign(&key, text.as_bytes()));
    constant_time::verify_slices_are_equal(computed.as_bytes(), signature.as_bytes()).is_ok()
}

/// The date line of the header form: empty when `x-amz-date` is there, since that is signed among the headers.
fn check_date<'a>(request: &Request<'a>, clock: &TimeCheck<'_>) -> Result<&'a str, SignatureError> {
    let amz = request.header("x-amz-date");
    let missing = || SignatureError::IncompleteHeader { missing: vec![], no_date: true, header: String::new() };
    let text = amz.or_else(|| request.header(DATE)).ok_or_else(missing)?;
    let made = time::parse_date(text).ok_or_else(missing)?;
    check_skew((clock.at_real)(made), clock.now)?;
    Ok(if amz.is_some() { "" } else { text })
}

fn check_expires<'a>(expires: Option<&'a str>, v2: &V2<'_>, clock: &TimeCheck<'_>) -> Result<&'a str, SignatureError> {
    let text = expires.filter(|_| !v2.signature.is_empty()).ok_or(SignatureError::IncompleteV2Query)?;
    let seconds: u32 = text.parse().map_err(|_| SignatureError::IncompleteV2Query)?;
    let expires_at = (clock.at_real)(Timestamp::from_secs(seconds.into()));
    if expires_at < clock.now {
        return Err(SignatureError::PresignedExpired { seconds: None, expires_at, now: clock.now });
    }
    Ok(text)
}

fn string_to_sign(request: &Request<'_>, date: &str, bucket_of_host: Option<&str>) -> String {
    let header = |name: HeaderName| request.header(name).unwrap_or_default();
    let md5 = header(HeaderName::from_static("content-md5"));
    let mut out = format!("{}\n{md5}\n{}\n{date}\n", request.method, header(CONTENT_TYPE));
    push_amz_headers(&mut out, request);
    if let Some(bucket) = bucket_of_host {
        out.push('/');
        out.push_str(bucket);
    }
    out.push_str(request.uri.path());
    push_subresources(&mut out, request.query());
    out
}

/// `name:value` of every `x-amz-` header, sorted, repeated ones joined. A token in the query counts as its header.
fn push_amz_headers(out: &mut String, request: &Request<'_>) {
    let amz = |name: &&HeaderName| name.as_str().starts_with("x-amz-");
    let mut lines: Vec<(&str, String)> =
        request.headers.keys().filter(amz).map(|name| (name.as_str(), joined(request, name))).collect();
    if let Some((name, token)) = split_pairs(request.query()).find(|(name, _)| *name == "x-amz-security-token")
        && !request.headers.contains_key(name)
    {
        lines.push((name, decode(token).into_owned()));
    }
    lines.sort_unstable();
    for (name, value) in lines {
        out.push_str(&format!("{name}:{value}\n"));
    }
}

fn joined(request: &Request<'_>, name: &HeaderName) -> String {
    let values = request.headers.get_all(name).iter();
    values.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned()).collect::<Vec<_>>().join(",")
}

/// `?name=value&…` of the parameters that are part of the resource: sorted, values decoded.
fn push_subresources(out: &mut String, query: &str) {
    let mut pairs: Vec<&str> =
        query.split('&').filter(|pair| SUBRESOURCES.contains(&pair.split('=').next().unwrap_or_default())).collect();
    pairs.sort_unstable();
    for (index, pair) in pairs.into_iter().enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        out.push_str(&decode(pair));
    }
}
