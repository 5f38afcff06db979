//! Secrets in records: sealed under keys that are derived from the cloud's root key and lie in no record themselves.
//!
//! A service asks for a [`Seal`] by purpose; each purpose has a key of its own. What is sealed is bound to a context (the
//! record it stands in), so that a sealed value copied into another record does not open there.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use runtime::Random;

use crate::error::StoreError;

/// Derives keys from the root key. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Prk>);

/// Encrypts and authenticates values of one purpose (AES-256-GCM, 28 bytes more than the plain value).
#[derive(Clone)]
pub struct Seal(Arc<LessSafeKey>);

/// Signs values of one purpose, and derives secrets from their names (HMAC-SHA-256).
#[derive(Clone)]
pub struct Mac(Arc<hmac::Key>);

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

impl Vault {
    /// A vault on the cloud's root key.
    pub fn new(root: &[u8; 32]) -> Self {
        Self(Arc::new(Salt::new(HKDF_SHA256, b"nephele vault").extract(root)))
    }

    /// The seal of a purpose, as in `iam/access-key`.
    pub fn seal(&self, purpose: &str) -> Seal {
        let key = UnboundKey::new(&AES_256_GCM, &self.derive(b"seal", purpose)).expect("the key has 32 bytes");
        Seal(Arc::new(LessSafeKey::new(key)))
    }

    /// The code of a purpose, as in `sts/secret`.
    pub fn mac(&self, purpose: &str) -> Mac {
        Mac(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"mac", purpose))))
    }

    /// A key of a purpose, for an engine that encrypts by itself.
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        self.derive(b"key", purpose)
    }

    fn derive(&self, form: &[u8], purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let info: [&[u8]; 3] = [form, b"\0", purpose.as_bytes()];
        let derived = self.0.expand(&info, Bytes32).and_then(|okm| okm.fill(&mut key));
        derived.expect("32 bytes are less than HKDF's limit");
        key
    }
}

impl Seal {
    /// The value, encrypted and bound to its context.
    pub fn close(&self, random: &Random, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, body) = sealed.split_at_mut(NONCE_LEN);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(context), body);
        sealed.extend_from_slice(tag.expect("values are far below the cipher's limit of 64 GiB").as_ref());
        sealed
    }

    /// The plain value. Fails when it was changed, or sealed for another purpose, context or cloud.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let broken = || StoreError::corrupt("a sealed value");
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut body = body.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(context), &mut body).map_err(|_| broken())?.len();
        body.truncate(plain);
        Ok(body)
    }
}

impl Mac {
    /// The code of a value.
    pub fn code(&self, value: &[u8]) -> [u8; 32] {
        hmac::sign(&self.0, value).as_ref().try_into().expect("HMAC-SHA-256 gives 32 bytes")
    }

    /// Whether a code is that of a value; takes the same time wherever they differ.
    pub fn is_code(&self, value: &[u8], code: &[u8]) -> bool {
        hmac::verify(&self.0, value, code).is_ok()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_for_its_purpose_and_context_alone() {
        let random = Random::seeded(1);
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("a").close(&random, b"record 1", b"secret");
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(vault.seal("a").open(b"record 1", &sealed).unwrap(), b"secret");
        assert!(vault.seal("b").open(b"record 1", &sealed).is_err());
        assert!(vault.seal("a").open(b"record 2", &sealed).is_err());
        assert!(Vault::new(&[8; 32]).seal("a").open(b"record 1", &sealed).is_err());
    }

    #[test]
    fn whatever_was_changed_does_not_open() {
        let seal = Vault::new(&[7; 32]).seal("a");
        let sealed = seal.close(&Random::seeded(1), b"", b"secret");
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(seal.open(b"", &changed).is_err(), "byte {index}");
            assert!(seal.open(b"", &sealed[..index]).is_err(), "cut at {index}");
        }
    }

    #[test]
    fn codes_differ_by_purpose() {
        let vault = Vault::new(&[7; 32]);
        let code = vault.mac("a").code(b"x");
        assert!(vault.mac("a").is_code(b"x", &code));
        assert!(!vault.mac("b").is_code(b"x", &code));
        assert!(!vault.mac("a").is_code(b"y", &code));
    }
}
