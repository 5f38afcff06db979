//! S3's browser form upload: the signature is over the base64 text of the policy, in the fields of the form.

use std::borrow::Cow;

use names::Timestamp;

use crate::error::Source;
use crate::signature::SigningKey;
use crate::v2;
use crate::{Algorithm, Credential, Mismatch, ScopeFault, Secret, SignatureError, SigningKeys, time};

/// What a form presents about its sender.
#[derive(Debug, Clone)]
pub enum PostForm<'a> {
    /// No policy: an anonymous upload.
    Anonymous,
    /// A signed policy. Its conditions and its expiry are the bucket's to check.
    Signed(PostPolicy<'a>),
}

/// The signed policy of a form.
#[derive(Debug, Clone)]
pub struct PostPolicy<'a> {
    /// The policy, base64 as it was sent: what is signed.
    pub policy: &'a str,
    /// The session token of temporary credentials.
    pub session_token: Option<&'a str>,
    signature: &'a str,
    signer: Signer<'a>,
}

#[derive(Debug, Clone)]
enum Signer<'a> {
    V4 { algorithm: Algorithm, credential: Credential<'a>, signed_at: Timestamp },
    V2 { access_key: &'a str },
}

impl PostPolicy<'_> {
    /// The access key to look up.
    pub fn access_key(&self) -> &str {
        match &self.signer {
            Signer::V4 { credential, .. } => &credential.access_key,
            Signer::V2 { access_key } => access_key,
        }
    }

    /// Access key and scope; version 2 has no scope.
    pub fn credential(&self) -> Option<&Credential<'_>> {
        match &self.signer {
            Signer::V4 { credential, .. } => Some(credential),
            Signer::V2 { .. } => None,
        }
    }

    /// The client's instant in real time, which AWS does not compare with the clock; version 2 has none.
    pub fn signed_at(&self) -> Option<Timestamp> {
        match &self.signer {
            Signer::V4 { signed_at, .. } => Some(*signed_at),
            Signer::V2 { .. } => None,
        }
    }
}

/// Reads who claims to have signed a form. `field` finds a field by its name in lower case, since names of fields are case-insensitive.
///
/// # Errors
/// [`SignatureError::MissingFormField`] and malformed values.
pub fn identify_post<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Result<PostForm<'a>, SignatureError> {
    let Some(policy) = field("policy") else { return Ok(PostForm::Anonymous) };
    let any = |names: &[&str]| names.iter().any(|name| field(name).is_some());
    let v4 = any(&["x-amz-algorithm", "x-amz-credential", "x-amz-signature", "x-amz-date"]);
    let (signer, signature) = match v4 {
        true => signer_v4(&field)?,
        false => signer_v2(&field)?,
    };
    let session_token = field("x-amz-security-token");
    Ok(PostForm::Signed(PostPolicy { policy, session_token, signature, signer }))
}

fn need<'a>(field: &impl Fn(&str) -> Option<&'a str>, name: &'static str) -> Result<&'a str, SignatureError> {
    field(&name.to_ascii_lowercase()).ok_or(SignatureError::MissingFormField { field: name })
}

fn signer_v4<'a>(field: &impl Fn(&str) -> Option<&'a str>) -> Result<(Signer<'a>, &'a str), SignatureError> {
    let name = need(field, "X-Amz-Algorithm")?;
    let credential = need(field, "X-Amz-Credential")?;
    let date = need(field, "X-Amz-Date")?;
    let signature = need(field, "X-Amz-Signature")?;
    let (source, owned) = (Source::Post, str::to_owned);
    let algorithm = Algorithm::parse(name)
        .ok_or_else(|| SignatureError::UnsupportedAlgorithm { algorithm: owned(name), source })?;
    let signed_at = time::parse_basic(date).ok_or_else(|| SignatureError::BadDate { text: owned(date), source })?;
    let credential = Credential::parse(&Cow::Borrowed(credential), algorithm)
        .ok_or_else(|| SignatureError::BadCredential { text: owned(credential), source })?;
    if date.get(..8) != Some(&*credential.date) {
        let fault = ScopeFault::Date { given: credential.date.into_owned(), from: owned(date) };
        return Err(SignatureError::WrongScope { faults: vec![fault], source });
    }
    Ok((Signer::V4 { algorithm, credential, signed_at }, signature))
}

fn signer_v2<'a>(field: &impl Fn(&str) -> Option<&'a str>) -> Result<(Signer<'a>, &'a str), SignatureError> {
    let access_key = need(field, "AWSAccessKeyId")?;
    Ok((Signer::V2 { access_key }, need(field, "Signature")?))
}

/// Verifies the signature of a form's policy.
///
/// # Errors
/// [`SignatureError::Mismatch`].
pub fn verify_post(form: &PostPolicy<'_>, secret: &Secret, keys: &SigningKeys) -> Result<(), SignatureError> {
    let fits = match &form.signer {
        Signer::V4 { algorithm, credential, .. } => SigningKey::of(*algorithm, secret, credential, keys)
            .is_some_and(|key| key.fits(form.policy, form.signature)),
        Signer::V2 { .. } => v2::fits(secret, form.policy, form.signature),
    };
    match fits {
        true => Ok(()),
        false => Err(SignatureError::Mismatch(Box::new(Mismatch {
            access_key: form.access_key().to_owned(),
            provided: form.signature.to_owned(),
            string_to_sign: form.policy.to_owned(),
            canonical_request: None,
        }))),
    }
}
