//! RSA signatures over SHA-1, which old subscribers verify and `aws-lc-rs` makes no more: PKCS #1 v1.5 of the `rsa` crate.
//!
//! The key signs notifications of this cloud and nothing else. Source: RFC 8017, section 9.2.

use aws_lc_rs::digest;
use rsa::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey;

/// `DigestInfo` of a SHA-1 sum, up to the sum.
const PREFIX: [u8; 15] = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

/// The private key, ready to compute with.
#[derive(Clone)]
pub(crate) struct PrivateKey(rsa::PrivateKey);

impl PrivateKey {
    /// Reads a key in PKCS #8; none when it is not one.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        rsa::PrivateKey::from_pkcs8_der(der).ok().map(Self)
    }

    /// The signature of a text, over SHA-1; none when the key is too short for one.
    pub(crate) fn sign_sha1(&self, text: &[u8]) -> Option<Vec<u8>> {
        let sum = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text);
        let padding = Pkcs1v15Sign { hash_len: Some(sum.as_ref().len()), prefix: PREFIX.into() };
        self.0.sign(padding, sum.as_ref()).ok()
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

    use super::*;

    #[test]
    fn verifies() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let key = PrivateKey::from_pkcs8(der.as_ref()).unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, pair.public_key().as_ref());
        for text in ["", "a", "Message\nhello\n"] {
            public.verify(text.as_bytes(), &key.sign_sha1(text.as_bytes()).unwrap()).unwrap();
        }
        assert!(public.verify(b"b", &key.sign_sha1(b"a").unwrap()).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bad in [&b""[..], &[0x30], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x02, 0x01, 0x00]] {
            assert!(PrivateKey::from_pkcs8(bad).is_none());
        }
    }
}
