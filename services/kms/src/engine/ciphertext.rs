//! What Encrypt answers: opaque to its holder, and complete, so that Decrypt needs to be told no key.
//!
//! | bytes | what |
//! |---|---|
//! | 5 | a mark that AWS's begin with too (`AQICAH…` in base64), by which some tools tell them from other data |
//! | 8 | the key's account |
//! | 1 | whether the key is of several regions |
//! | 16 | the key's id |
//! | 16 | the first half of the material's id |
//! | 16 | a random number that the message's own key is derived with |
//! | rest | AES-256-GCM of the plain text and its tag, authenticated with all before it and the encryption context |

use std::collections::BTreeMap;

use names::{AccountId, Region};

use super::home::Home;
use crate::store::MaterialId;

const MARK: [u8; 5] = [1, 2, 2, 0, 0x78];
/// Bytes before the random number.
const HEADER: usize = MARK.len() + 8 + 1 + 16 + 16;

/// What stands before the encrypted part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// Whose key.
    pub account: AccountId,
    /// Which key.
    pub key: String,
    /// The first half of the material's id.
    pub material: [u8; 16],
}

impl Header {
    /// Of a key and its material.
    pub(crate) fn new(home: &Home, material: &MaterialId) -> Self {
        Self { account: home.account, key: home.id.clone(), material: half(material) }
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (multi_region, digits) = match self.key.strip_prefix("mrk-") {
            Some(digits) => (1, digits.to_owned()),
            None => (0, self.key.replace('-', "")),
        };
        let id = u128::from_str_radix(&digits, 16).expect("an id is 32 hexadecimal digits");
        let mut bytes = Vec::with_capacity(HEADER + 32 + 64);
        bytes.extend_from_slice(&MARK);
        bytes.extend_from_slice(&self.account.number().to_be_bytes());
        bytes.push(multi_region);
        bytes.extend_from_slice(&id.to_be_bytes());
        bytes.extend_from_slice(&self.material);
        bytes
    }

    /// Reads it from the front of a ciphertext; the rest is what the material encrypted.
    pub(crate) fn read(ciphertext: &[u8]) -> Option<(Self, &[u8])> {
        let (header, rest) = ciphertext.split_at_checked(HEADER)?;
        let header = header.strip_prefix(&MARK)?;
        let (account, header) = header.split_first_chunk::<8>()?;
        let (multi_region, header) = header.split_first()?;
        let (id, material) = header.split_first_chunk::<16>()?;
        let digits = format!("{:032x}", u128::from_be_bytes(*id));
        let key = match multi_region {
            0 => uuid(&digits),
            1 => format!("mrk-{digits}"),
            _ => return None,
        };
        let account = AccountId::from_number(u64::from_be_bytes(*account))?;
        Some((Self { account, key, material: material.try_into().ok()? }, rest))
    }

    /// The key, as seen from a region.
    pub(crate) fn home(&self, region: &Region) -> Home {
        Home { account: self.account, region: region.clone(), id: self.key.clone() }
    }
}

/// The half of a material's id that ciphertexts carry.
pub(crate) fn half(material: &MaterialId) -> [u8; 16] {
    material[..16].try_into().expect("an id has 32 bytes")
}

/// 32 hexadecimal digits with the dashes of a UUID.
pub(crate) fn uuid(digits: &str) -> String {
    let part = |from: usize, to: usize| &digits[from..to];
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// What a message is authenticated with: its header, and the encryption context in the one order that it has.
pub(crate) fn associated(header: &[u8], context: Option<&BTreeMap<String, String>>) -> Vec<u8> {
    let mut bytes = header.to_vec();
    for text in context.into_iter().flatten().flat_map(|(key, value)| [key, value]) {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(key: &str) -> Header {
        Header { account: AccountId::DEFAULT, key: key.into(), material: [7; 16] }
    }

    #[test]
    fn headers_are_read_as_written() {
        for key in ["00345678-90ab-cdef-1234-567890abcdef", "mrk-0034567890abcdef1234567890abcdef"] {
            let mut bytes = header(key).bytes();
            assert_eq!(bytes.len(), HEADER);
            bytes.extend_from_slice(b"rest");
            assert_eq!(Header::read(&bytes), Some((header(key), &b"rest"[..])));
        }
    }

    #[test]
    fn other_bytes_are_no_header() {
        let good = header("mrk-0034567890abcdef1234567890abcdef").bytes();
        for length in 0..good.len() {
            assert_eq!(Header::read(&good[..length]), None);
        }
        let mut flag = good.clone();
        flag[MARK.len() + 8] = 9;
        assert_eq!(Header::read(&flag), None);
        assert_eq!(Header::read(&[0; 100]), None);
    }

    #[test]
    fn contexts_differ_wherever_their_pairs_do() {
        let context = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let a = associated(b"", Some(&context(&[("a", "bc")])));
        assert_ne!(a, associated(b"", Some(&context(&[("ab", "c")]))));
        assert_ne!(a, associated(b"", Some(&context(&[("a", "bc"), ("", "")]))));
        assert_eq!(associated(b"h", None), associated(b"h", Some(&context(&[]))));
    }
}
