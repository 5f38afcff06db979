//! SSH public keys: read from either form, shown in either form, known by a fingerprint.
//!
//! Only RSA keys, as AWS says of `UploadSSHPublicKey`: `ssh-rsa` or PEM, 2,048 bits at least.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use x509_parser::der_parser::asn1_rs::{FromDer, Integer, Sequence, ToDer};
use x509_parser::pem::Pem;

/// Bits of the modulus at least.
const BITS: usize = 2_048;
/// `SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }`.
const RSA_ALGORITHM: [u8; 15] = [48, 13, 6, 9, 42, 134, 72, 134, 247, 13, 1, 1, 1, 5, 0];

/// An RSA public key: modulus and exponent, big endian, as DER writes integers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RsaKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// Why a key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadKey {
    /// In a form that nobody reads.
    Unrecognized,
    /// In a known form, and broken, or too short.
    Invalid,
}

impl RsaKey {
    /// Reads `ssh-rsa AAAA… comment`, or PEM.
    pub(crate) fn parse(text: &str) -> Result<Self, BadKey> {
        let text = text.trim();
        let key = if text.starts_with("-----BEGIN ") {
            from_pem(text)
        } else if text.starts_with("ssh-rsa ") {
            text.split_ascii_whitespace().nth(1).and_then(from_ssh)
        } else {
            return Err(BadKey::Unrecognized);
        };
        key.filter(|key| key.bits() >= BITS).ok_or(BadKey::Invalid)
    }

    /// `ssh-rsa AAAA…`.
    pub(crate) fn ssh(&self) -> String {
        format!("ssh-rsa {}", STANDARD.encode(self.wire()))
    }

    /// `-----BEGIN PUBLIC KEY-----`.
    pub(crate) fn pem(&self) -> String {
        let numbers = [integer(&self.modulus), integer(&self.exponent)].concat();
        let key = element(48, &numbers);
        let bits = element(3, &[&[0][..], &key].concat());
        let der = element(48, &[&RSA_ALGORITHM[..], &bits].concat());
        let text = STANDARD.encode(der);
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    /// MD5 of the key, as `ssh-keygen -l -E md5` shows it.
    pub(crate) fn fingerprint(&self) -> String {
        let sum = Md5::digest(self.wire());
        sum.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
    }

    /// As it travels between SSH's ends (RFC 4253, section 6.6).
    fn wire(&self) -> Vec<u8> {
        let parts = [&b"ssh-rsa"[..], &self.exponent, &self.modulus];
        let sized = |part: &&[u8]| [&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()[..], *part].concat();
        parts.iter().flat_map(sized).collect()
    }

    fn bits(&self) -> usize {
        let significant = self.modulus.iter().position(|byte| *byte != 0);
        significant.map_or(0, |first| (self.modulus.len() - first) * 8 - self.modulus[first].leading_zeros() as usize)
    }
}

fn from_ssh(base64: &str) -> Option<RsaKey> {
    let bytes = STANDARD.decode(base64).ok()?;
    let (kind, rest) = field(&bytes)?;
    let (exponent, rest) = field(rest)?;
    let (modulus, rest) = field(rest)?;
    let sound = kind == b"ssh-rsa" && rest.is_empty() && positive(exponent) && positive(modulus);
    sound.then(|| RsaKey { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
}

/// Not zero, not negative, not longer than needed: there is one way to write a number, or a key could be uploaded twice.
fn positive(bytes: &[u8]) -> bool {
    match bytes {
        [] | [0] => false,
        [0, second, ..] => *second >= 0x80,
        [first, ..] => *first < 0x80,
    }
}

fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*size)).ok()?)
}

fn from_pem(text: &str) -> Option<RsaKey> {
    let blocks: Vec<_> = Pem::iter_from_buffer(text.as_bytes()).collect::<Result<_, _>>().ok()?;
    let [block] = blocks.as_slice() else { return None };
    match block.label.as_str() {
        "RSA PUBLIC KEY" => from_numbers(&block.contents),
        "PUBLIC KEY" => {
            let (_, info) = x509_parser::x509::SubjectPublicKeyInfo::from_der(&block.contents).ok()?;
            let is_rsa = info.algorithm.algorithm == x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
            is_rsa.then(|| from_numbers(&info.subject_public_key.data)).flatten()
        }
        _ => None,
    }
}

/// `SEQUENCE { INTEGER modulus, INTEGER exponent }`.
fn from_numbers(der: &[u8]) -> Option<RsaKey> {
    let (rest, sequence) = Sequence::from_der(der).ok()?;
    let (tail, modulus) = Integer::from_der(&sequence.content).ok()?;
    let (end, exponent) = Integer::from_der(tail).ok()?;
    let key = RsaKey { modulus: modulus.as_ref().to_vec(), exponent: exponent.as_ref().to_vec() };
    let sound = rest.is_empty() && end.is_empty() && positive(&key.modulus) && positive(&key.exponent);
    sound.then_some(key)
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    Integer::new(bytes).to_der_vec().expect("writing to memory does not fail")
}

/// A DER element of known content.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let bytes = length.to_be_bytes();
    let significant = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1)..];
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            out.extend(significant);
        }
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `ssh-keygen -t rsa -b 2048` and `ssh-keygen -e -m`.
    const SSH: &str = include_str!("../../tests/data/key.ssh");
    const PKCS8: &str = include_str!("../../tests/data/key.pkcs8");
    const PKCS1: &str = include_str!("../../tests/data/key.pem");
    const FINGERPRINT: &str = include_str!("../../tests/data/key.md5");

    #[test]
    fn one_key_in_three_forms() {
        let key = RsaKey::parse(SSH).unwrap();
        assert_eq!(RsaKey::parse(PKCS8).unwrap(), key);
        assert_eq!(RsaKey::parse(PKCS1).unwrap(), key);
        assert_eq!(RsaKey::parse(&key.ssh()).unwrap(), key);
        assert_eq!(key.pem(), PKCS8);
        assert!(SSH.starts_with(&key.ssh()));
        assert_eq!(key.fingerprint(), FINGERPRINT.trim());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let cut: String = SSH.chars().take(200).collect();
        for (text, why) in [
            ("", BadKey::Unrecognized),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKzvfE", BadKey::Unrecognized),
            ("ssh-rsa", BadKey::Unrecognized),
            ("ssh-rsa AAAA", BadKey::Invalid),
            (&cut, BadKey::Invalid),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", BadKey::Invalid),
            // 1,024 bits.
            (&format!("ssh-rsa {}", STANDARD.encode(short())), BadKey::Invalid),
        ] {
            assert_eq!(RsaKey::parse(text), Err(why), "{text}");
        }
    }

    fn short() -> Vec<u8> {
        RsaKey { modulus: [&[0, 255][..], &[1; 127]].concat(), exponent: vec![1, 0, 1] }.wire()
    }
}
