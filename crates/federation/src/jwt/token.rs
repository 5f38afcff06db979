//! A token as it was written, and whether a key signed it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::key::{Algorithm, KeySet};
use super::{Claims, Refusal};

/// Bytes of the longest token read: AWS takes 20,000 characters.
pub const MAX_TOKEN: usize = 20_000;

/// A token whose signature nobody has checked yet. It tells who it says issued it, so that the keys can be found; what it
/// claims is known after [`Token::verify`].
#[derive(Debug, Clone)]
pub struct Token<'a> {
    signed: &'a [u8],
    signature: Vec<u8>,
    algorithm: Result<Algorithm, String>,
    key_id: Option<String>,
    claims: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// Reads the compact form.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when it is none.
    pub fn parse(text: &'a str) -> Result<Self, Refusal> {
        if text.len() > MAX_TOKEN {
            return Err(Refusal::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let (header, claims) = (object(header)?, object(claims)?);
        // An extension that must be understood (RFC 7515, 4.1.11) is not.
        if header.contains_key("crit") {
            return Err(Refusal::Malformed);
        }
        let name = header.get("alg").and_then(Value::as_str).ok_or(Refusal::Malformed)?;
        Ok(Self {
            signed: signed.as_bytes(),
            signature: decode(signature)?,
            algorithm: Algorithm::named(name).ok_or_else(|| name.to_owned()),
            key_id: header.get("kid").and_then(Value::as_str).map(str::to_owned),
            claims,
        })
    }

    /// The issuer it names; empty when it names none.
    pub fn claimed_issuer(&self) -> &str {
        self.claims.get("iss").and_then(Value::as_str).unwrap_or_default()
    }

    /// The algorithm it names, when it is one that is accepted.
    ///
    /// # Errors
    /// [`Refusal::Algorithm`] otherwise.
    pub fn algorithm(&self) -> Result<Algorithm, Refusal> {
        self.algorithm.clone().map_err(Refusal::Algorithm)
    }

    /// What it claims, if one of the issuer's keys signed it.
    ///
    /// # Errors
    /// [`Refusal::UnknownKey`] when none of the keys can be meant: the issuer may have new ones. [`Refusal::Signature`] when
    /// those that can be meant did not sign it.
    pub fn verify(&self, keys: &KeySet) -> Result<Claims, Refusal> {
        let algorithm = self.algorithm()?;
        let mut meant = keys.meant(self.key_id.as_deref(), algorithm).peekable();
        if meant.peek().is_none() {
            return Err(Refusal::UnknownKey);
        }
        let signed = meant.any(|key| key.signed(algorithm, self.signed, &self.signature));
        if signed { Ok(Claims::new(self.claims.clone())) } else { Err(Refusal::Signature) }
    }
}

fn object(part: &str) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(&decode(part)?).map_err(|_| Refusal::Malformed)
}

fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)
}
