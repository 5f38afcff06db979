//! The whole of it: is this request signed by whoever knows this secret?

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

use crate::canonical::{Shape, canonical_request};
use crate::checks::check_before_lookup;
use crate::chunked::{Chain, ChunkDecoder};
use crate::identify::Form;
use crate::payload::{UNSIGNED, sha256};
use crate::signature::{SigningKey, string_to_sign};
use crate::{ChunkedForm, Mismatch, Payload, Request, Secret, SignatureError, SigningKeys, Style, TimeCheck, V4, hex};

/// What the caller knows of the body.
#[derive(Debug, Clone, Copy)]
pub enum BodyHash<'a> {
    /// The whole body. Services other than S3 hash it whatever `x-amz-content-sha256` says; S3 compares it with that header.
    Bytes(&'a [u8]),
    /// The SHA-256 of the whole body, where the caller has it already.
    Digest([u8; 32]),
    /// Nothing yet: trust `x-amz-content-sha256`, and check [`Verified::payload`] while reading. For S3 and for operations whose input is a stream only.
    FromHeader,
    /// The operation's model says that its body is not signed (`v4-unsigned-body`).
    Unsigned,
}

/// A request whose signature is good.
pub struct Verified {
    /// What is known of the body; for S3, or when the caller said [`BodyHash::FromHeader`], still to be checked.
    pub payload: Payload,
    decoder: Option<ChunkDecoder>,
}

impl Verified {
    /// The decoder of an `aws-chunked` body, already tied to this signature. `None` when the body is not of that form.
    pub fn into_decoder(self) -> Option<ChunkDecoder> {
        self.decoder
    }

    /// What checks a body that is read after its head was verified. `None` when there is no hash to check.
    pub fn hasher(&self) -> Option<BodyHasher> {
        match self.payload {
            Payload::Hash(expected) => Some(BodyHasher { expected, context: Context::new(&SHA256) }),
            _ => None,
        }
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("payload", &self.payload).finish_non_exhaustive()
    }
}

/// Checks a body against the hash that was signed, piece by piece.
#[derive(Clone)]
pub struct BodyHasher {
    expected: [u8; 32],
    context: Context,
}

impl BodyHasher {
    /// Takes the next piece of the body.
    pub fn update(&mut self, piece: &[u8]) {
        self.context.update(piece);
    }

    /// Compares.
    ///
    /// # Errors
    /// [`SignatureError::ContentSha256Mismatch`]: nothing of the body may be kept.
    pub fn finish(self) -> Result<(), SignatureError> {
        compare(&self.expected, self.context.finish().as_ref())
    }
}

fn compare(expected: &[u8], computed: &[u8]) -> Result<(), SignatureError> {
    match expected == computed {
        true => Ok(()),
        false => {
            Err(SignatureError::ContentSha256Mismatch { client: hex::text(expected), computed: hex::text(computed) })
        }
    }
}

/// Verifies one request against the secret of the access key it presents.
///
/// `style` comes from the service, not from the credential's scope. The session token is not looked at: it belongs to the access key, which the caller checks.
///
/// # Errors
/// Any [`SignatureError`]; [`SignatureError::Mismatch`] carries both strings for the explanation.
pub fn verify(
    request: &Request<'_>,
    v4: &V4<'_>,
    secret: &Secret,
    keys: &SigningKeys,
    body: BodyHash<'_>,
    time: &TimeCheck<'_>,
    style: Style,
) -> Result<Verified, SignatureError> {
    check_before_lookup(request, v4, time, style)?;
    let (signed, payload) = payload(request, v4, body, style)?;
    let scope = v4.credential.scope();
    let key = SigningKey::of(v4.algorithm, secret, &v4.credential, keys);
    let fits = |variant: Variant| {
        let canonical = canonical_request(request, &variant.shape(v4, style, &signed));
        let text = string_to_sign(v4.algorithm, &v4.date, &scope, &canonical);
        let key = key.as_ref().filter(|key| key.fits(&text, &v4.signature)).cloned();
        key.ok_or((text, canonical))
    };
    let key = fits(Variant::Strict).or_else(|strict| {
        let mut others = Variant::others(request, v4, style);
        others.find_map(|variant| fits(variant).ok()).ok_or_else(|| mismatch(v4, strict))
    })?;
    if style == Style::S3
        && let (Payload::Hash(expected), Some(computed)) = (payload, computed(body))
    {
        compare(&expected, &computed)?;
    }
    let decoder = match payload {
        Payload::Chunked(form) => Some(decoder(request, v4, form, key, scope)?),
        _ => None,
    };
    Ok(Verified { payload, decoder })
}

/// Ways to sign the same request that AWS, or some of its services, accept besides the canonical one.
#[derive(Clone, Copy)]
enum Variant {
    /// The rules as they are written.
    Strict,
    /// The path with its dots and doubled slashes: API Gateway's clients sign it so.
    RawPath,
    /// A presigned URL whose session token was added after signing: IoT's WebSocket clients do.
    TokenAdded,
}

impl Variant {
    fn others(request: &Request<'_>, v4: &V4<'_>, style: Style) -> impl Iterator<Item = Self> {
        let path = request.uri.path();
        let raw = path.contains("//") || path.contains("/.");
        let added = v4.form != Form::Header && v4.session_token.is_some();
        let general = style == Style::General;
        [(raw && general).then_some(Self::RawPath), (added && general).then_some(Self::TokenAdded)]
            .into_iter()
            .flatten()
    }

    fn shape<'a>(self, v4: &'a V4<'_>, style: Style, payload: &'a str) -> Shape<'a> {
        let unsigned_parameters: &[&str] = match (v4.form, self) {
            (Form::Header, _) => &[],
            (Form::Query { .. }, Self::TokenAdded) => &["X-Amz-Signature", "X-Amz-Security-Token"],
            (Form::Query { .. }, _) => &["X-Amz-Signature"],
        };
        let normalise = !matches!(self, Self::RawPath);
        Shape { style, normalise, unsigned_parameters, signed_headers: &v4.signed_headers, payload }
    }
}

fn mismatch(v4: &V4<'_>, (string_to_sign, canonical): (String, Vec<u8>)) -> SignatureError {
    SignatureError::Mismatch(Box::new(Mismatch {
        access_key: v4.credential.access_key.clone().into_owned(),
        provided: v4.signature.clone().into_owned(),
        string_to_sign,
        canonical_request: Some(String::from_utf8_lossy(&canonical).into_owned()),
    }))
}

fn computed(body: BodyHash<'_>) -> Option<[u8; 32]> {
    match body {
        BodyHash::Bytes(bytes) => Some(sha256(bytes)),
        BodyHash::Digest(digest) => Some(digest),
        BodyHash::FromHeader | BodyHash::Unsigned => None,
    }
}

/// The last line of the canonical request, and what it means for reading the body.
fn payload<'a>(
    request: &Request<'a>,
    v4: &'a V4<'_>,
    body: BodyHash<'_>,
    style: Style,
) -> Result<(Cow<'a, str>, Payload), SignatureError> {
    let header = request.header("x-amz-content-sha256");
    match (style, body) {
        (Style::General, BodyHash::Bytes(_) | BodyHash::Digest(_)) => {
            let hash = computed(body).unwrap_or_default();
            Ok((hex::text(&hash).into(), Payload::Hash(hash)))
        }
        (_, BodyHash::Unsigned) => Ok((UNSIGNED.into(), Payload::Unsigned)),
        (_, _) if v4.form == Form::Header => {
            let text = header.ok_or(SignatureError::MissingContentSha256)?;
            Ok((text.into(), parse(text)?))
        }
        _ => presigned_payload(v4, header),
    }
}

/// A presigned URL says nothing of the body unless its query, or a header it signs, does. The body may still come in chunks, which the unsigned header tells.
fn presigned_payload<'a>(v4: &'a V4<'_>, header: Option<&'a str>) -> Result<(Cow<'a, str>, Payload), SignatureError> {
    let signed_header = header.filter(|_| v4.signs("x-amz-content-sha256"));
    let text = v4.content_sha256.as_deref().or(signed_header).unwrap_or(UNSIGNED);
    let form = match (parse(text)?, header.and_then(Payload::parse)) {
        (Payload::Unsigned, Some(Payload::Chunked(form))) => Payload::Chunked(form),
        (payload, _) => payload,
    };
    Ok((text.into(), form))
}

fn parse(text: &str) -> Result<Payload, SignatureError> {
    Payload::parse(text).ok_or_else(|| SignatureError::BadContentSha256 { text: text.to_owned() })
}

/// The decoder of an `aws-chunked` body whose signatures nobody can check, since the request has none or the secret is not
/// known. `None` when the body is not of that form.
///
/// # Errors
/// The body's length is not told.
pub fn unverified_decoder(request: &Request<'_>) -> Result<Option<ChunkDecoder>, SignatureError> {
    match request.header("x-amz-content-sha256").and_then(Payload::parse) {
        Some(Payload::Chunked(form)) => Ok(Some(ChunkDecoder::new(form, decoded_length(request)?, None))),
        _ => Ok(None),
    }
}

fn decoded_length(request: &Request<'_>) -> Result<u64, SignatureError> {
    let length = request.header("x-amz-decoded-content-length").and_then(|text| text.trim().parse().ok());
    length.ok_or(SignatureError::MissingDecodedLength)
}

fn decoder(
    request: &Request<'_>,
    v4: &V4<'_>,
    form: ChunkedForm,
    key: SigningKey,
    scope: String,
) -> Result<ChunkDecoder, SignatureError> {
    let length = decoded_length(request)?;
    if form.signed.is_some_and(|algorithm| algorithm != v4.algorithm) {
        let text = request.header("x-amz-content-sha256").unwrap_or_default().to_owned();
        return Err(SignatureError::BadContentSha256 { text });
    }
    let access_key = || v4.credential.access_key.clone().into_owned();
    let chain = form.signed.map(|_| Chain::new(key, access_key(), v4.date.clone().into_owned(), scope, &v4.signature));
    Ok(ChunkDecoder::new(form, length, chain))
}
