//! The cipher that events are sealed with: AES-256-GCM, under a key of the group's own that is derived from the cloud's, or
//! under a data key of KMS. What is sealed is bound to its place, so that it opens nowhere else.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use parking_lot::RwLock;
use store::{Mac, StoreError, Vault};

use crate::store::GroupNo;

/// Ciphers kept. Beyond it all are dropped: those in use are derived again.
const KEPT: usize = 10_000;

/// What makes each sealing of a key another: 96 random bits.
pub(crate) type OnceOnly = [u8; NONCE_LEN];

/// A key at work.
pub(crate) struct Cipher(LessSafeKey);

/// The ciphers of groups.
pub(crate) struct Ciphers {
    derive: Mac,
    known: RwLock<HashMap<GroupNo, Arc<Cipher>>>,
}

impl Cipher {
    /// On 32 bytes; none on fewer or more.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Some(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?)))
    }

    /// Encrypts `content` from `at` on, in place.
    pub(crate) fn close(&self, once: OnceOnly, bound_to: &[u8], content: &mut Vec<u8>, at: usize) {
        let nonce = Nonce::assume_unique_for_key(once);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(bound_to), &mut content[at..]);
        content.extend_from_slice(tag.expect("events are far below the cipher's limit of 64 GiB").as_ref());
    }

    /// Decrypts. Fails when a byte was changed, or it was bound to something else.
    pub(crate) fn open(&self, once: OnceOnly, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut content = sealed.to_vec();
        let opened = self.0.open_in_place(Nonce::assume_unique_for_key(once), Aad::from(bound_to), &mut content);
        let length = opened.map_err(|_| StoreError::corrupt("the events of a group"))?.len();
        content.truncate(length);
        Ok(content)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}

impl Ciphers {
    /// Under the cloud's keys.
    pub(crate) fn new(vault: &Vault) -> Self {
        Self { derive: vault.mac("logs/group"), known: RwLock::default() }
    }

    /// The cipher of a group, by its number: a group made anew has another.
    pub(crate) fn of(&self, group: GroupNo) -> Arc<Cipher> {
        if let Some(cipher) = self.known.read().get(&group) {
            return cipher.clone();
        }
        let key = self.derive.code(&group.to_be_bytes());
        let cipher = Arc::new(Cipher::new(&key).expect("a code has 32 bytes"));
        let mut known = self.known.write();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(group, cipher.clone());
        cipher
    }
}

/// Seals a text that is bound to a place: what makes it another each time stands before it.
pub(crate) fn close(cipher: &Cipher, once: OnceOnly, place: &[u8], text: &str) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(NONCE_LEN + text.len() + AES_256_GCM.tag_len());
    sealed.extend_from_slice(&once);
    sealed.extend_from_slice(text.as_bytes());
    cipher.close(once, place, &mut sealed, NONCE_LEN);
    sealed
}

/// Opens what [`close`] sealed.
pub(crate) fn open(cipher: &Cipher, place: &[u8], sealed: &[u8]) -> Result<String, StoreError> {
    let broken = || StoreError::corrupt("a sealed event");
    let (once, content) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(broken)?;
    String::from_utf8(cipher.open(*once, place, content)?).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_in_its_place_alone() {
        let (cipher, other) = (Cipher::new(&[1; 32]).unwrap(), Cipher::new(&[2; 32]).unwrap());
        let sealed = close(&cipher, [7; NONCE_LEN], b"here", "text");
        assert_eq!(open(&cipher, b"here", &sealed).unwrap(), "text");
        assert!(open(&cipher, b"there", &sealed).is_err());
        assert!(open(&other, b"here", &sealed).is_err());
        assert!(open(&cipher, b"here", &sealed[..5]).is_err());
        assert!(Cipher::new(&[0; 16]).is_none());
    }
}
