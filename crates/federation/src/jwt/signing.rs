//! Keys that sign tokens of our own: for identities that leave the cloud, and for providers in tests.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::key::Algorithm;

/// A key pair with the algorithm it is for.
#[derive(Debug)]
pub struct SigningKey {
    id: String,
    algorithm: Algorithm,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(Box<EcdsaKeyPair>),
}

/// The library could not make or read a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningError;

impl From<aws_lc_rs::error::Unspecified> for SigningError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}

impl From<aws_lc_rs::error::KeyRejected> for SigningError {
    fn from(_: aws_lc_rs::error::KeyRejected) -> Self {
        Self
    }
}

impl SigningKey {
    /// A fresh key; RSA ones have 2,048 bits. Its randomness is the library's own: key material is not reproducible.
    ///
    /// # Errors
    /// When the library has no randomness.
    pub fn generate(id: &str, algorithm: Algorithm) -> Result<Self, SigningError> {
        let pair = match curve(algorithm) {
            Some(curve) => Pair::Ecdsa(Box::new(EcdsaKeyPair::generate(curve)?)),
            None => Pair::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048)?)),
        };
        Ok(Self { id: id.to_owned(), algorithm, pair })
    }

    /// A key from its PKCS #8 form.
    ///
    /// # Errors
    /// When it is none of this algorithm.
    pub fn from_pkcs8(id: &str, algorithm: Algorithm, der: &[u8]) -> Result<Self, SigningError> {
        let pair = match curve(algorithm) {
            Some(curve) => Pair::Ecdsa(Box::new(EcdsaKeyPair::from_pkcs8(curve, der)?)),
            None => Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(der)?)),
        };
        Ok(Self { id: id.to_owned(), algorithm, pair })
    }

    /// Its PKCS #8 form: a secret.
    ///
    /// # Errors
    /// When the library cannot write it.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, SigningError> {
        match &self.pair {
            Pair::Rsa(pair) => Ok(AsDer::<Pkcs8V1Der<'_>>::as_der(pair.as_ref())?.as_ref().to_vec()),
            Pair::Ecdsa(pair) => Ok(pair.to_pkcs8v1()?.as_ref().to_vec()),
        }
    }

    /// A token of these claims.
    ///
    /// # Errors
    /// When the library has no randomness.
    pub fn token(&self, claims: &Value) -> Result<String, SigningError> {
        self.token_with(&json!({"alg": self.algorithm.name(), "kid": self.id, "typ": "JWT"}), claims)
    }

    /// A token with a header of the caller's own.
    ///
    /// # Errors
    /// When the library has no randomness.
    pub fn token_with(&self, header: &Value, claims: &Value) -> Result<String, SigningError> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(signed.as_bytes())?);
        Ok(format!("{signed}.{signature}"))
    }

    /// The public half as a JSON web key.
    pub fn public(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (id, alg) = (&self.id, self.algorithm.name());
        match &self.pair {
            Pair::Rsa(pair) => {
                let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"kty": "RSA", "use": "sig", "alg": alg, "kid": id, "n": text(&n), "e": text(&e)})
            }
            Pair::Ecdsa(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = match self.algorithm {
                    Algorithm::Es384 => "P-384",
                    Algorithm::Es512 => "P-521",
                    _ => "P-256",
                };
                json!({"kty": "EC", "use": "sig", "alg": alg, "kid": id, "crv": curve, "x": text(x), "y": text(y)})
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ecdsa(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let encoding = match self.algorithm {
                    Algorithm::Rs384 => &RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signature)?;
                Ok(signature)
            }
        }
    }
}

fn curve(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::Es256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::Es384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::Es512 => Some(&ECDSA_P521_SHA512_FIXED_SIGNING),
        Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => None,
    }
}
