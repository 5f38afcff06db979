//! Signing keys derived from a secret, kept so that a request costs one HMAC instead of five.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_lc_rs::hmac::{self, HMAC_SHA256};

use crate::credential::TERMINATOR;
use crate::ecdsa::EcdsaKey;
use crate::{Credential, Secret};

/// How many HMAC keys are kept: an access key uses one a day, region and service.
const HMAC_SLOTS: usize = 1024;
/// How many SigV4A keys are kept: an access key uses one.
const ECDSA_SLOTS: usize = 64;

/// A bounded cache of derived keys. Each key has one slot by its hash; whoever comes later takes the slot, which costs the other four HMACs again and nothing
/// else. Reading takes no lock. A rotated secret misses, since the secret is compared too.
pub struct SigningKeys {
    hmac: Box<[ArcSwapOption<HmacKey>]>,
    ecdsa: Box<[ArcSwapOption<EcdsaKey>]>,
}

impl SigningKeys {
    /// An empty cache of about 9 KB; full, it holds 1,024 HMAC keys and 64 SigV4A keys in about 1 MB.
    pub fn new() -> Self {
        Self { hmac: empty(HMAC_SLOTS), ecdsa: empty(ECDSA_SLOTS) }
    }

    /// The key of a scope.
    pub(crate) fn hmac(&self, secret: &Secret, credential: &Credential<'_>) -> Arc<HmacKey> {
        let parts = (&credential.access_key, &credential.date, &credential.region, &credential.service);
        let slot = &self.hmac[slot(&parts, self.hmac.len())];
        if let Some(key) = &*slot.load()
            && key.is_of(secret, credential)
        {
            return Arc::clone(key);
        }
        let key = Arc::new(HmacKey::derive(secret, credential));
        slot.store(Some(Arc::clone(&key)));
        key
    }

    /// The key pair of an access key; `None` in the 2⁻⁸⁰⁰⁰ case that the secret gives none.
    pub(crate) fn ecdsa(&self, secret: &Secret, access_key: &str) -> Option<Arc<EcdsaKey>> {
        let slot = &self.ecdsa[slot(&access_key, self.ecdsa.len())];
        if let Some(key) = &*slot.load()
            && key.is_of(secret, access_key)
        {
            return Some(Arc::clone(key));
        }
        let key = Arc::new(EcdsaKey::derive(secret, access_key)?);
        slot.store(Some(Arc::clone(&key)));
        Some(key)
    }
}

impl Default for SigningKeys {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(…)")
    }
}

fn empty<T>(slots: usize) -> Box<[ArcSwapOption<T>]> {
    (0..slots).map(|_| ArcSwapOption::const_empty()).collect()
}

fn slot(key: &impl Hash, slots: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish() as usize % slots
}

/// The key of one access key, day, region and service.
pub(crate) struct HmacKey {
    key: hmac::Key,
    secret: Secret,
    credential: Credential<'static>,
}

impl HmacKey {
    /// `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
    pub(crate) fn derive(secret: &Secret, credential: &Credential<'_>) -> Self {
        let start = [b"AWS4", secret.bytes()].concat();
        let parts = [&*credential.date, &*credential.region, &*credential.service, TERMINATOR];
        let key = parts.into_iter().fold(hmac::Key::new(HMAC_SHA256, &start), |key, part| {
            hmac::Key::new(HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
        });
        let owned = |text: &str| text.to_owned().into();
        let credential = Credential {
            access_key: owned(&credential.access_key),
            date: owned(&credential.date),
            region: owned(&credential.region),
            service: owned(&credential.service),
            terminator: owned(TERMINATOR),
        };
        Self { key, secret: secret.clone(), credential }
    }

    /// The signature of a string to sign.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> hmac::Tag {
        hmac::sign(&self.key, string_to_sign)
    }

    fn is_of(&self, secret: &Secret, credential: &Credential<'_>) -> bool {
        let mine = &self.credential;
        mine.access_key == credential.access_key
            && mine.date == credential.date
            && mine.region == credential.region
            && mine.service == credential.service
            && self.secret.is(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;

    fn credential(text: &str) -> Credential<'_> {
        Credential::parse(&text.into(), Algorithm::HmacSha256).unwrap()
    }

    #[test]
    fn a_rotated_secret_misses_and_the_same_one_hits() {
        let keys = SigningKeys::new();
        let credential = credential("AK/20260101/us-east-1/sqs/aws4_request");
        let first = keys.hmac(&Secret::new("one"), &credential);
        assert!(Arc::ptr_eq(&first, &keys.hmac(&Secret::new("one"), &credential)));
        let second = keys.hmac(&Secret::new("two"), &credential);
        assert_ne!(first.sign(b"x").as_ref(), second.sign(b"x").as_ref());
    }

    #[test]
    fn colliding_scopes_never_share_a_key() {
        let keys = SigningKeys { hmac: empty(1), ecdsa: empty(1) };
        let secret = Secret::new("one");
        let a = keys.hmac(&secret, &credential("AK/20260101/us-east-1/sqs/aws4_request"));
        let b = keys.hmac(&secret, &credential("AK/20260101/us-east-1/sns/aws4_request"));
        assert_ne!(a.sign(b"x").as_ref(), b.sign(b"x").as_ref());
        let a = keys.ecdsa(&secret, "AK1").unwrap();
        let b = keys.ecdsa(&secret, "AK2").unwrap();
        assert!(!b.verify(b"x", &a.sign(b"x").unwrap()));
    }

    #[test]
    fn the_key_of_the_documentation() {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let start = [b"AWS4", secret.bytes()].concat();
        let date = hmac::sign(&hmac::Key::new(HMAC_SHA256, &start), b"20150830");
        let key = HmacKey::derive(&secret, &credential("AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request"));
        assert_ne!(key.sign(b"x").as_ref(), date.as_ref());
        let published = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
        let published = hmac::Key::new(HMAC_SHA256, &crate::hex::parse(published.as_bytes()).unwrap());
        assert_eq!(key.sign(b"x").as_ref(), hmac::sign(&published, b"x").as_ref());
    }
}
