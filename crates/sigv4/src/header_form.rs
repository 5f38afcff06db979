//! The `Authorization` header: `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.

use std::borrow::Cow;

use http::header::DATE;
use names::Timestamp;

use crate::error::Source;
use crate::identify::{Form, tidy_signed_headers};
use crate::{Algorithm, Credential, Request, SignatureError, V4, time};

/// The three parameters, in the order AWS complains of them.
#[derive(Default)]
struct Parameters<'a> {
    credential: Option<&'a str>,
    signature: Option<&'a str>,
    signed_headers: Option<&'a str>,
}

/// Reads a header that begins with `AWS4-`.
pub(crate) fn identify<'a>(request: &Request<'a>, header: &'a str) -> Result<V4<'a>, SignatureError> {
    let (name, rest) = header.split_once([' ', ',', '\t']).unwrap_or((header, ""));
    let parameters = parameters(rest, header)?;
    let date = date_text(request);
    let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
        (parameters.credential, parameters.signature, parameters.signed_headers, date)
    else {
        return Err(incomplete(&parameters, date.is_none(), header));
    };
    let (signed_at, date) = instant(request, date)?;
    let algorithm = Algorithm::parse(name)
        .ok_or_else(|| SignatureError::UnsupportedAlgorithm { algorithm: name.to_owned(), source: Source::Header })?;
    let credential = Credential::parse(&Cow::Borrowed(credential), algorithm)
        .ok_or_else(|| SignatureError::BadCredential { text: credential.to_owned(), source: Source::Header })?;
    let region_set = match algorithm {
        Algorithm::HmacSha256 => None,
        Algorithm::EcdsaP256Sha256 => {
            Some(request.header("x-amz-region-set").ok_or(SignatureError::MissingRegionSet)?.into())
        }
    };
    Ok(V4 {
        algorithm,
        form: Form::Header,
        credential,
        signed_headers: tidy_signed_headers(signed_headers.into()),
        signature: signature.into(),
        signed_at,
        date,
        session_token: request.header("x-amz-security-token").map(Cow::Borrowed),
        region_set,
        content_sha256: None,
    })
}

/// Splits at commas and blanks, as AWS does; unknown parameters are ignored, of repeated ones the last counts. An empty `SignedHeaders` is present.
fn parameters<'a>(rest: &'a str, header: &str) -> Result<Parameters<'a>, SignatureError> {
    let mut found = Parameters::default();
    for part in rest.split([',', ' ', '\t']).filter(|part| !part.is_empty()) {
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| SignatureError::NotKeyValue { part: part.to_owned(), header: header.to_owned() })?;
        match key {
            "Credential" if !value.is_empty() => found.credential = Some(value),
            "Signature" if !value.is_empty() => found.signature = Some(value),
            "SignedHeaders" => found.signed_headers = Some(value),
            _ => {}
        }
    }
    Ok(found)
}

fn incomplete(parameters: &Parameters<'_>, no_date: bool, header: &str) -> SignatureError {
    let given = [
        ("Credential", parameters.credential),
        ("Signature", parameters.signature),
        ("SignedHeaders", parameters.signed_headers),
    ];
    let missing = given.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
    SignatureError::IncompleteHeader { missing, no_date, header: header.to_owned() }
}

fn date_text<'a>(request: &Request<'a>) -> Option<&'a str> {
    request.header("x-amz-date").or_else(|| request.header(DATE)).map(str::trim)
}

/// The instant and how it is signed. `X-Amz-Date` has one form; `Date` may be an HTTP date or ISO 8601, and is then signed in the basic form.
fn instant<'a>(request: &Request<'a>, text: &'a str) -> Result<(Timestamp, Cow<'a, str>), SignatureError> {
    if let Some(instant) = time::parse_basic(text) {
        return Ok((instant, text.into()));
    }
    let other = (!request.headers.contains_key("x-amz-date")).then(|| time::parse_date(text)).flatten();
    let instant = other.ok_or_else(|| SignatureError::BadDate { text: text.to_owned(), source: Source::Header })?;
    Ok((instant, instant.basic().into()))
}
