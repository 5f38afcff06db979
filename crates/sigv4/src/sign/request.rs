//! The `Authorization` header and the presigned URL.

use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use http::{Method, Uri};
use names::Timestamp;

use super::ChunkSigner;
use crate::canonical::{Shape, canonical_request, encode};
use crate::chunked::Chain;
use crate::credential::TERMINATOR;
use crate::payload::{UNSIGNED, sha256};
use crate::signature::{SigningKey, string_to_sign};
use crate::{Algorithm, ChunkedForm, Credential, Payload, Request, Secret, Style, hex};

/// Headers that change on the way, so nobody signs them.
const UNSIGNABLE: [&str; 6] =
    ["authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"];

/// Who signs, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The access key id.
    pub access_key: &'a str,
    /// Its secret.
    pub secret: &'a Secret,
    /// The session token of temporary credentials.
    pub session_token: Option<&'a str>,
    /// The region; in SigV4A the region set.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
    /// S3's rules or everyone else's.
    pub style: Style,
    /// HMAC or SigV4A.
    pub algorithm: Algorithm,
}

/// What is to be signed of the body.
#[derive(Debug, Clone, Copy)]
pub enum SignBody<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Nothing: S3 only.
    Unsigned,
    /// Chunk by chunk: S3 only. The caller has set `x-amz-decoded-content-length` and, with trailers, `x-amz-trailer`.
    Chunked(ChunkedForm),
}

impl SignBody<'_> {
    fn literal(self) -> String {
        let payload = match self {
            Self::Bytes(bytes) => Payload::Hash(sha256(bytes)),
            Self::Unsigned => Payload::Unsigned,
            Self::Chunked(form) => Payload::Chunked(form),
        };
        payload.literal().unwrap_or_else(|| UNSIGNED.to_owned())
    }
}

impl Signer<'_> {
    /// Signs all headers of a request and adds `x-amz-date`, `authorization` and what else the form needs. `host` is signed as the `Host` header. Gives the
    /// signer of the chunks that follow.
    ///
    /// # Errors
    /// The access key, token, region or service cannot stand in a header.
    pub fn sign(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &mut HeaderMap,
        host: &str,
        body: SignBody<'_>,
        at: Timestamp,
    ) -> Result<ChunkSigner, InvalidHeaderValue> {
        let (date, payload) = (at.basic(), body.literal());
        self.add_headers(headers, &date, &payload)?;
        let signed_headers = signed_headers(headers);
        let request = Request { method, uri, headers, host };
        let (scope, signature, key) = self.signature(&request, &signed_headers, &payload, &date, &[]);
        let value = format!(
            "{} Credential={}/{scope}, SignedHeaders={signed_headers}, Signature={signature}",
            self.algorithm.name(),
            self.access_key,
        );
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&value)?);
        Ok(ChunkSigner::new(Chain::new(key, self.access_key.to_owned(), date, scope, &signature)))
    }

    /// Path and query of a presigned URL that is good for `expires` seconds. Of `headers` every one is signed, and must be sent.
    pub fn presign(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        host: &str,
        expires: Option<u32>,
        at: Timestamp,
    ) -> String {
        let date = at.basic();
        let signed_headers = signed_headers(headers);
        let query = self.presigned_query(uri.query().unwrap_or(""), &signed_headers, expires, &date);
        let target = format!("{}?{query}", uri.path());
        let payload = if self.style == Style::S3 { UNSIGNED.to_owned() } else { hex::text(&sha256(b"")) };
        let Ok(signed_uri) = Uri::try_from(&target) else { return target };
        let request = Request { method, uri: &signed_uri, headers, host };
        let (_, signature, _) = self.signature(&request, &signed_headers, &payload, &date, &["X-Amz-Signature"]);
        format!("{target}&X-Amz-Signature={signature}")
    }

    fn add_headers(&self, headers: &mut HeaderMap, date: &str, payload: &str) -> Result<(), InvalidHeaderValue> {
        let v4a = self.algorithm == Algorithm::EcdsaP256Sha256;
        let added = [
            ("x-amz-date", Some(date)),
            ("x-amz-security-token", self.session_token),
            ("x-amz-content-sha256", (self.style == Style::S3).then_some(payload)),
            ("x-amz-region-set", v4a.then_some(self.region)),
        ];
        for (name, value) in added {
            if let Some(value) = value {
                headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
            }
        }
        Ok(())
    }

    fn presigned_query(&self, before: &str, signed_headers: &str, expires: Option<u32>, date: &str) -> String {
        let credential = format!("{}/{}", self.access_key, self.credential(date).scope());
        let v4a = self.algorithm == Algorithm::EcdsaP256Sha256;
        let expires = expires.map(|seconds| seconds.to_string());
        let parameters = [
            ("X-Amz-Algorithm", Some(self.algorithm.name())),
            ("X-Amz-Credential", Some(&*credential)),
            ("X-Amz-Date", Some(date)),
            ("X-Amz-Expires", expires.as_deref()),
            ("X-Amz-Region-Set", v4a.then_some(self.region)),
            ("X-Amz-Security-Token", self.session_token),
            ("X-Amz-SignedHeaders", Some(signed_headers)),
        ];
        let added = parameters.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", encode(value?))));
        let before = (!before.is_empty()).then(|| before.to_owned());
        before.into_iter().chain(added).collect::<Vec<_>>().join("&")
    }

    fn credential<'c>(&'c self, date: &'c str) -> Credential<'c> {
        let region = if self.algorithm == Algorithm::EcdsaP256Sha256 { "" } else { self.region };
        Credential {
            access_key: self.access_key.into(),
            date: date.get(..8).unwrap_or(date).into(),
            region: region.into(),
            service: self.service.into(),
            terminator: TERMINATOR.into(),
        }
    }

    fn signature(
        &self,
        request: &Request<'_>,
        signed_headers: &str,
        payload: &str,
        date: &str,
        unsigned_parameters: &[&str],
    ) -> (String, String, SigningKey) {
        let credential = self.credential(date);
        let shape = Shape { style: self.style, normalise: true, unsigned_parameters, signed_headers, payload };
        let scope = credential.scope();
        let text = string_to_sign(self.algorithm, date, &scope, &canonical_request(request, &shape));
        let key = SigningKey::derive(self.algorithm, self.secret, &credential)
            .expect("254 candidates in a row above the order of P-256 do not happen");
        let signature = key.sign(&text);
        (scope, signature, key)
    }
}

/// Every header that may be signed, and `host`.
fn signed_headers(headers: &HeaderMap) -> String {
    let mut names: Vec<&str> =
        headers.keys().map(HeaderName::as_str).filter(|name| !UNSIGNABLE.contains(name)).collect();
    names.push("host");
    names.sort_unstable();
    names.dedup();
    names.join(";")
}
