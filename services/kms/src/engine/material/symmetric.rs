//! Encrypting data with one secret: AES-256-GCM, each message under a key of its own that is derived from the secret and 128
//! random bits (as AWS's "Cryptographic details" describes), so that no count of messages wears the secret out.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use runtime::Random;
use zeroize::Zeroizing;

use super::Secret;

const NONCE: usize = 16;
const LABEL: &[u8] = b"nephele kms message";

/// A symmetric encryption secret.
pub(crate) struct Symmetric {
    derive: hmac::Key,
}

impl Symmetric {
    /// On 32 bytes.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self { derive: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }

    /// Appends to `sealed` what opens to `plain` with the same associated data.
    pub(crate) fn close(&self, random: &Random, associated: &[u8], plain: &[u8], sealed: &mut Vec<u8>) {
        let nonce: [u8; NONCE] = random.bytes();
        sealed.reserve(NONCE + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        let start = sealed.len();
        sealed.extend_from_slice(plain);
        let key = self.message_key(&nonce);
        let tag = key.seal_in_place_separate_tag(only_nonce(), Aad::from(associated), &mut sealed[start..]);
        sealed.extend_from_slice(tag.expect("messages are far below the cipher's limit").as_ref());
    }

    /// The plain text; none when anything was changed.
    pub(crate) fn open(&self, associated: &[u8], sealed: &[u8]) -> Option<Secret> {
        let (nonce, body) = sealed.split_at_checked(NONCE)?;
        let mut body = Zeroizing::new(body.to_vec());
        let opened = self.message_key(nonce).open_in_place(only_nonce(), Aad::from(associated), &mut body);
        let length = opened.ok()?.len();
        body.truncate(length);
        Some(body)
    }

    fn message_key(&self, nonce: &[u8]) -> LessSafeKey {
        let mut context = hmac::Context::with_key(&self.derive);
        context.update(LABEL);
        context.update(nonce);
        let key = UnboundKey::new(&AES_256_GCM, context.sign().as_ref()).expect("SHA-256 gives 32 bytes");
        LessSafeKey::new(key)
    }
}

/// Each key encrypts one message.
fn only_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn opens_what_it_closed_and_nothing_else(plain: Vec<u8>, context: Vec<u8>, flip in 0usize..64, seed: u64) {
            let secret = Symmetric::new(&[3; 32]);
            let mut sealed = Vec::new();
            secret.close(&Random::seeded(seed), &context, &plain, &mut sealed);
            let opened = secret.open(&context, &sealed).expect("it opens");
            prop_assert_eq!(&*opened, &plain);
            let mut other = context.clone();
            other.push(0);
            prop_assert!(secret.open(&other, &sealed).is_none());
            prop_assert!(Symmetric::new(&[4; 32]).open(&context, &sealed).is_none());
            let at = flip % sealed.len();
            sealed[at] ^= 1;
            prop_assert!(secret.open(&context, &sealed).is_none());
            prop_assert!(secret.open(&context, &sealed[..at]).is_none());
        }
    }
}
