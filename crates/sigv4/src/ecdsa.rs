//! SigV4A: a P-256 key pair derived from the secret, so that whoever knows the secret can sign and whoever serves can verify.

use aws_lc_rs::agreement::{self, ECDH_P256};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, UnparsedPublicKey};

use crate::{Algorithm, Secret};

/// The order of P-256 less two, big-endian: candidates above it are thrown away.
const ORDER_LESS_TWO: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA,
    0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x4F,
];

/// The key pair of one access key.
pub(crate) struct EcdsaKey {
    pair: EcdsaKeyPair,
    public: UnparsedPublicKey<Vec<u8>>,
    secret: Secret,
    access_key: String,
}

impl EcdsaKey {
    /// Derives the pair by the published algorithm (NIST SP 800-108 in counter mode over HMAC-SHA-256).
    pub(crate) fn derive(secret: &Secret, access_key: &str) -> Option<Self> {
        let scalar = private_scalar(secret, access_key)?;
        let private = agreement::PrivateKey::from_private_key(&ECDH_P256, &scalar).ok()?;
        let public = private.compute_public_key().ok()?.as_ref().to_vec();
        let pair =
            EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_ASN1_SIGNING, &scalar, &public).ok()?;
        Some(Self {
            pair,
            public: UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public),
            secret: secret.clone(),
            access_key: access_key.to_owned(),
        })
    }

    /// Whether `signature` (DER) signs the text.
    pub(crate) fn verify(&self, string_to_sign: &[u8], signature: &[u8]) -> bool {
        self.public.verify(string_to_sign, signature).is_ok()
    }

    /// A signature (DER), different each time. `None` when the library's own randomness fails.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> Option<Vec<u8>> {
        Some(self.pair.sign(&SystemRandom::new(), string_to_sign).ok()?.as_ref().to_vec())
    }

    pub(crate) fn is_of(&self, secret: &Secret, access_key: &str) -> bool {
        self.access_key == access_key && self.secret.is(secret)
    }
}

/// The first of 254 candidates below the order, plus one.
fn private_scalar(secret: &Secret, access_key: &str) -> Option<[u8; 32]> {
    let key = hmac::Key::new(HMAC_SHA256, &[b"AWS4A", secret.bytes()].concat());
    let name = Algorithm::EcdsaP256Sha256.name().as_bytes();
    (1..=254u8).find_map(|counter| {
        let input = [&[0, 0, 0, 1], name, &[0], access_key.as_bytes(), &[counter], &[0, 0, 1, 0]].concat();
        let mut candidate: [u8; 32] = hmac::sign(&key, &input).as_ref().try_into().ok()?;
        (candidate <= ORDER_LESS_TWO).then(|| {
            add_one(&mut candidate);
            candidate
        })
    })
}

fn add_one(number: &mut [u8; 32]) {
    for byte in number.iter_mut().rev() {
        let (sum, carry) = byte.overflowing_add(1);
        *byte = sum;
        if !carry {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    /// The fixed pair of aws-c-auth's own test of its derivation.
    #[test]
    fn derives_the_published_pair() {
        let secret = Secret::new("q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom");
        let access_key = "AKISORANDOMAASORANDOM";
        let scalar = private_scalar(&secret, access_key).unwrap();
        assert_eq!(hex::text(&scalar), "7fd3bd010c0d9c292141c2b77bfbde1042c92e6836fff749d1269ec890fca1bd");
        let key = EcdsaKey::derive(&secret, access_key).unwrap();
        let point = "0415d242ceebf8d8169fd6a8b5a746c41140414c3b07579038da06af89190fffcb\
                     0515242cedd82e94799482e4c0514b505afccf2c0c98d6a553bf539f424c5ec0";
        assert_eq!(hex::text(key.public.as_ref()), point);
    }

    #[test]
    fn carries_over_bytes() {
        let mut number = [0xFF; 32];
        number[0] = 7;
        add_one(&mut number);
        assert_eq!((number[0], number[31]), (8, 0));
    }
}
