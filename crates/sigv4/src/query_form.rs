//! The presigned URL: `X-Amz-Algorithm`, `-Credential`, `-Date`, `-Expires`, `-SignedHeaders`, `-Signature`, `-Security-Token` in the query.

use std::borrow::Cow;

use crate::canonical::{decode, split_pairs};
use crate::error::Source;
use crate::identify::{Form, tidy_signed_headers};
use crate::{Algorithm, Credential, Request, SignatureError, V4, time};

/// The longest life of a presigned URL in seconds: a week.
const LONGEST: i64 = 604_800;

/// The parameters of either version, decoded; of repeated ones the first counts.
#[derive(Debug, Default)]
pub(crate) struct QueryAuth<'a> {
    pub(crate) algorithm: Option<Cow<'a, str>>,
    credential: Option<Cow<'a, str>>,
    date: Option<Cow<'a, str>>,
    expires: Option<Cow<'a, str>>,
    signed_headers: Option<Cow<'a, str>>,
    signature: Option<Cow<'a, str>>,
    security_token: Option<Cow<'a, str>>,
    region_set: Option<Cow<'a, str>>,
    content_sha256: Option<Cow<'a, str>>,
    pub(crate) v2_access_key: Option<Cow<'a, str>>,
    pub(crate) v2_signature: Option<Cow<'a, str>>,
    pub(crate) v2_expires: Option<Cow<'a, str>>,
    pub(crate) v2_security_token: Option<Cow<'a, str>>,
}

/// Picks the parameters out of a raw query.
pub(crate) fn read(query: &str) -> QueryAuth<'_> {
    let mut found = QueryAuth::default();
    for (name, value) in split_pairs(query) {
        let slot = match name {
            "X-Amz-Algorithm" => &mut found.algorithm,
            "X-Amz-Credential" => &mut found.credential,
            "X-Amz-Date" => &mut found.date,
            "X-Amz-Expires" => &mut found.expires,
            "X-Amz-SignedHeaders" => &mut found.signed_headers,
            "X-Amz-Signature" => &mut found.signature,
            "X-Amz-Security-Token" => &mut found.security_token,
            "X-Amz-Region-Set" => &mut found.region_set,
            "X-Amz-Content-Sha256" => &mut found.content_sha256,
            "AWSAccessKeyId" => &mut found.v2_access_key,
            "Signature" => &mut found.v2_signature,
            "Expires" => &mut found.v2_expires,
            "x-amz-security-token" => &mut found.v2_security_token,
            _ => continue,
        };
        slot.get_or_insert_with(|| decode(value));
    }
    found
}

impl QueryAuth<'_> {
    /// Whether the query means to be a presigned URL of version 4.
    pub(crate) fn is_v4(&self) -> bool {
        self.algorithm.is_some() || self.credential.is_some() || self.signature.is_some()
    }

    fn missing(&self) -> Vec<&'static str> {
        let given = [
            ("X-Amz-Algorithm", &self.algorithm),
            ("X-Amz-Credential", &self.credential),
            ("X-Amz-Signature", &self.signature),
            ("X-Amz-SignedHeaders", &self.signed_headers),
            ("X-Amz-Date", &self.date),
        ];
        let empty = |value: &Option<Cow<'_, str>>| value.as_deref().is_none_or(str::is_empty);
        given.into_iter().filter(|(_, value)| empty(value)).map(|(name, _)| name).collect()
    }
}

/// Reads a presigned URL. `X-Amz-Expires` is not demanded here, since only S3 does: [`check_before_lookup`](crate::check_before_lookup) knows the service.
pub(crate) fn identify<'a>(request: &Request<'a>, query: QueryAuth<'a>) -> Result<V4<'a>, SignatureError> {
    let missing = query.missing();
    if !missing.is_empty() {
        return Err(SignatureError::IncompleteQuery { missing, unmarked: query.algorithm.is_none() });
    }
    let date = query.date.unwrap_or_default();
    let signed_at = time::parse_basic(&date)
        .ok_or_else(|| SignatureError::BadDate { text: date.clone().into_owned(), source: Source::Query })?;
    let name = query.algorithm.unwrap_or_default();
    let algorithm = Algorithm::parse(&name)
        .ok_or_else(|| SignatureError::UnsupportedAlgorithm { algorithm: name.into_owned(), source: Source::Query })?;
    let credential = query.credential.unwrap_or_default();
    let credential = Credential::parse(&credential, algorithm)
        .ok_or_else(|| SignatureError::BadCredential { text: credential.into_owned(), source: Source::Query })?;
    let region_set = match algorithm {
        Algorithm::HmacSha256 => None,
        Algorithm::EcdsaP256Sha256 => Some(query.region_set.ok_or(SignatureError::MissingRegionSet)?),
    };
    Ok(V4 {
        algorithm,
        form: Form::Query { expires: query.expires.as_deref().map(expires).transpose()? },
        credential,
        signed_headers: tidy_signed_headers(query.signed_headers.unwrap_or_default()),
        signature: query.signature.unwrap_or_default(),
        signed_at,
        date,
        session_token: query.security_token.or_else(|| request.header("x-amz-security-token").map(Cow::Borrowed)),
        region_set,
        content_sha256: query.content_sha256,
    })
}

fn expires(text: &str) -> Result<u32, SignatureError> {
    let seconds: i64 = text.parse().map_err(|_| SignatureError::ExpiresNotANumber)?;
    match seconds {
        ..0 => Err(SignatureError::ExpiresNegative),
        0..=LONGEST => Ok(u32::try_from(seconds).expect("a week of seconds fits")),
        _ => Err(SignatureError::ExpiresTooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_has_three_ways_to_be_wrong() {
        assert_eq!(expires("604800"), Ok(604_800));
        assert_eq!(expires("604801"), Err(SignatureError::ExpiresTooLong));
        assert_eq!(expires("-1"), Err(SignatureError::ExpiresNegative));
        for bad in ["", "1h", "1.5", "99999999999999999999"] {
            assert_eq!(expires(bad), Err(SignatureError::ExpiresNotANumber), "{bad}");
        }
    }
}
