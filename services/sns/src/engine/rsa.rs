//! RSA signatures over SHA-1, which old subscribers verify and no library of ours makes any more: PKCS #1 v1.5 by the book.
//!
//! The key signs notifications of this cloud and nothing else. Sources: RFC 8017, sections 5.2.1 and 9.2; RFC 5208.

use aws_lc_rs::digest;
use num_bigint::BigUint;

/// `DigestInfo` of a SHA-1 sum, up to the sum.
const PREFIX: [u8; 15] = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

/// The private key, in the form that is quick to compute with.
#[derive(Clone)]
pub(crate) struct PrivateKey {
    modulus: BigUint,
    p: BigUint,
    q: BigUint,
    exponent_p: BigUint,
    exponent_q: BigUint,
    coefficient: BigUint,
}

impl PrivateKey {
    /// Reads a key in PKCS #8; none when it is not one.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let mut info = Reader(der).sequence()?;
        info.integer()?;
        info.element(0x30)?;
        let mut key = Reader(info.element(0x04)?).sequence()?;
        key.integer()?;
        let modulus = key.integer()?;
        let (_public, _private) = (key.integer()?, key.integer()?);
        Some(Self {
            modulus,
            p: key.integer()?,
            q: key.integer()?,
            exponent_p: key.integer()?,
            exponent_q: key.integer()?,
            coefficient: key.integer()?,
        })
    }

    /// The signature of a text, over SHA-1.
    pub(crate) fn sign_sha1(&self, text: &[u8]) -> Vec<u8> {
        let length = usize::try_from(self.modulus.bits().div_ceil(8)).expect("a key's length is small");
        let sum = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text);
        let tail = PREFIX.len() + sum.as_ref().len();
        let mut block = vec![0xff; length];
        (block[0], block[1], block[length - tail - 1]) = (0, 1, 0);
        block[length - tail..length - sum.as_ref().len()].copy_from_slice(&PREFIX);
        block[length - sum.as_ref().len()..].copy_from_slice(sum.as_ref());
        let signature = self.private_power(&BigUint::from_bytes_be(&block)).to_bytes_be();
        [vec![0; length - signature.len()], signature].concat()
    }

    /// `value ^ d mod n` by the Chinese remainder theorem.
    fn private_power(&self, value: &BigUint) -> BigUint {
        let by_p = value.modpow(&self.exponent_p, &self.p);
        let by_q = value.modpow(&self.exponent_q, &self.q);
        let difference = (&by_p + &self.p - (&by_q % &self.p)) % &self.p;
        by_q + &self.q * ((difference * &self.coefficient) % &self.p)
    }
}

/// Elements of DER, one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_first_chunk::<2>().filter(|(head, _)| head[0] == tag)?;
        let (length, rest) = match head[1] {
            short @ 0..0x80 => (usize::from(short), rest),
            long => {
                let (bytes, rest) =
                    rest.split_at_checked(usize::from(long & 0x7f)).filter(|(bytes, _)| bytes.len() <= 4)?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }

    fn sequence(mut self) -> Option<Reader<'a>> {
        self.element(0x30).map(Reader)
    }

    fn integer(&mut self) -> Option<BigUint> {
        self.element(0x02).map(BigUint::from_bytes_be)
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
            public.verify(text.as_bytes(), &key.sign_sha1(text.as_bytes())).unwrap();
        }
        assert!(public.verify(b"b", &key.sign_sha1(b"a")).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bad in [&b""[..], &[0x30], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x02, 0x01, 0x00]] {
            assert!(PrivateKey::from_pkcs8(bad).is_none());
        }
    }
}
