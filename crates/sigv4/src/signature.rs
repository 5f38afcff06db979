//! Strings to sign, and whether a signature fits one.

use std::sync::Arc;

use aws_lc_rs::constant_time;

use crate::ecdsa::EcdsaKey;
use crate::keys::HmacKey;
use crate::payload::sha256;
use crate::{Algorithm, Credential, Secret, SigningKeys, hex};

/// SigV4A signatures in chunk headers are padded to this length, since DER varies.
pub(crate) const PADDED: usize = 144;
/// What they are padded with.
pub(crate) const PADDING: char = '*';

/// A key of either algorithm, ready to sign or verify.
#[derive(Clone)]
pub(crate) enum SigningKey {
    /// `AWS4-HMAC-SHA256`.
    Hmac(Arc<HmacKey>),
    /// `AWS4-ECDSA-P256-SHA256`.
    Ecdsa(Arc<EcdsaKey>),
}

impl SigningKey {
    /// The key of a credential, from the cache where it is there. `None` when no key pair can be derived, which does not happen.
    pub(crate) fn of(
        algorithm: Algorithm,
        secret: &Secret,
        credential: &Credential<'_>,
        keys: &SigningKeys,
    ) -> Option<Self> {
        match algorithm {
            Algorithm::HmacSha256 => Some(Self::Hmac(keys.hmac(secret, credential))),
            Algorithm::EcdsaP256Sha256 => keys.ecdsa(secret, &credential.access_key).map(Self::Ecdsa),
        }
    }

    /// The key of a credential, derived anew. `None` as for [`SigningKey::of`].
    pub(crate) fn derive(algorithm: Algorithm, secret: &Secret, credential: &Credential<'_>) -> Option<Self> {
        match algorithm {
            Algorithm::HmacSha256 => Some(Self::Hmac(Arc::new(HmacKey::derive(secret, credential)))),
            Algorithm::EcdsaP256Sha256 => {
                EcdsaKey::derive(secret, &credential.access_key).map(Arc::new).map(Self::Ecdsa)
            }
        }
    }

    /// Whether the hexadecimal `signature` signs the text. HMACs are compared in constant time.
    pub(crate) fn fits(&self, string_to_sign: &str, signature: &str) -> bool {
        match self {
            Self::Hmac(key) => {
                let mut computed = Vec::with_capacity(64);
                hex::push(&mut computed, key.sign(string_to_sign.as_bytes()).as_ref());
                constant_time::verify_slices_are_equal(&computed, signature.as_bytes()).is_ok()
            }
            Self::Ecdsa(key) => {
                let signature = hex::parse(signature.trim_end_matches(PADDING).as_bytes());
                signature.is_some_and(|signature| key.verify(string_to_sign.as_bytes(), &signature))
            }
        }
    }

    /// The hexadecimal signature of a text; empty when the library's randomness fails, which no verifier accepts.
    pub(crate) fn sign(&self, string_to_sign: &str) -> String {
        match self {
            Self::Hmac(key) => hex::text(key.sign(string_to_sign.as_bytes()).as_ref()),
            Self::Ecdsa(key) => hex::text(&key.sign(string_to_sign.as_bytes()).unwrap_or_default()),
        }
    }

    /// The algorithm's name on the wire.
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Hmac(_) => Algorithm::HmacSha256,
            Self::Ecdsa(_) => Algorithm::EcdsaP256Sha256,
        }
    }
}

/// The string to sign of a request: algorithm, instant, scope, hash of the canonical request.
pub(crate) fn string_to_sign(algorithm: Algorithm, date: &str, scope: &str, canonical_request: &[u8]) -> String {
    let mut out = Vec::with_capacity(192);
    for line in [algorithm.name(), date, scope] {
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
    hex::push(&mut out, &sha256(canonical_request));
    String::from_utf8(out).expect("texts and hexadecimal digits are UTF-8")
}
