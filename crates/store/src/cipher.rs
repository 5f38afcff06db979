//! What services seal content with: AES-256-GCM under a key of a resource's own, derived from the cloud's, or under a data key
//! of KMS. What is sealed is bound to its place and opens nowhere else. Secrets in records are `vault.rs`'s.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use parking_lot::RwLock;

use crate::{Mac, StoreError, Vault};

/// Ciphers kept. Beyond it all are dropped: those in use are derived again.
const KEPT: usize = 10_000;

/// What makes each sealing under a key another: 96 bits that are never used twice with it.
pub type OnceOnly = [u8; NONCE_LEN];

/// A key at work. What is sealed is 16 bytes longer.
pub struct Cipher(LessSafeKey);

/// The ciphers of resources of one kind, by their numbers.
pub struct Ciphers {
    derive: Mac,
    known: RwLock<HashMap<u64, Arc<Cipher>>>,
}

impl Cipher {
    /// On 32 bytes; none on fewer or more.
    pub fn new(key: &[u8]) -> Option<Self> {
        Some(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?)))
    }

    /// Encrypts `content` from `at` on, in place.
    pub fn close(&self, once: OnceOnly, bound_to: &[u8], content: &mut Vec<u8>, at: usize) {
        let nonce = Nonce::assume_unique_for_key(once);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(bound_to), &mut content[at..]);
        content.extend_from_slice(tag.expect("content is far below the cipher's limit of 64 GiB").as_ref());
    }

    /// Decrypts.
    ///
    /// # Errors
    /// A byte was changed, or it was bound to something else.
    pub fn open(&self, once: OnceOnly, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut content = sealed.to_vec();
        let opened = self.0.open_in_place(Nonce::assume_unique_for_key(once), Aad::from(bound_to), &mut content);
        let length = opened.map_err(|_| StoreError::corrupt("sealed content"))?.len();
        content.truncate(length);
        Ok(content)
    }

    /// Appends what `plain` writes, encrypted; `once` stands before it.
    pub fn seal(&self, once: OnceOnly, bound_to: &[u8], out: &mut Vec<u8>, plain: impl FnOnce(&mut Vec<u8>)) {
        out.extend_from_slice(&once);
        let at = out.len();
        plain(out);
        self.close(once, bound_to, out, at);
    }

    /// Opens what [`Self::seal`] wrote.
    ///
    /// # Errors
    /// A byte was changed, or it was bound to something else.
    pub fn unseal(&self, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (once, content) = sealed.split_first_chunk().ok_or_else(|| StoreError::corrupt("sealed content"))?;
        self.open(*once, bound_to, content)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}

impl Ciphers {
    /// For a kind of resource, as in `sqs/queue`, under the cloud's keys.
    pub fn new(vault: &Vault, kind: &str) -> Self {
        Self { derive: vault.mac(kind), known: RwLock::default() }
    }

    /// The cipher of a resource, by its number: one that is made anew has another.
    pub fn of(&self, number: u64) -> Arc<Cipher> {
        if let Some(cipher) = self.known.read().get(&number) {
            return cipher.clone();
        }
        let key = self.derive.code(&number.to_be_bytes());
        let cipher = Arc::new(Cipher::new(&key).expect("a code has 32 bytes"));
        let mut known = self.known.write();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(number, cipher.clone());
        cipher
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_closed_where_it_is_bound_to() {
        let ciphers = Ciphers::new(&Vault::new(&[7; 32]), "a");
        let mut sealed = b"head content".to_vec();
        ciphers.of(1).close([1; 12], b"q", &mut sealed, 5);
        assert!(sealed.starts_with(b"head ") && !sealed.windows(7).any(|window| window == b"content"));
        let sealed = &sealed[5..];
        assert_eq!(ciphers.of(1).open([1; 12], b"q", sealed).unwrap(), b"content");
        assert!(ciphers.of(2).open([1; 12], b"q", sealed).is_err());
        assert!(ciphers.of(1).open([2; 12], b"q", sealed).is_err());
        assert!(ciphers.of(1).open([1; 12], b"r", sealed).is_err());
        assert!(Ciphers::new(&Vault::new(&[7; 32]), "b").of(1).open([1; 12], b"q", sealed).is_err());
        assert!(Cipher::new(&[0; 31]).is_none());
    }

    #[test]
    fn unseals_what_it_sealed() {
        let (cipher, mut sealed) = (Cipher::new(&[1; 32]).unwrap(), vec![9]);
        cipher.seal([7; 12], b"here", &mut sealed, |out| out.extend_from_slice(b"text"));
        assert_eq!((sealed[0], sealed.len()), (9, 1 + 12 + 4 + 16));
        assert_eq!(cipher.unseal(b"here", &sealed[1..]).unwrap(), b"text");
        assert!(cipher.unseal(b"there", &sealed[1..]).is_err());
        assert!(cipher.unseal(b"here", &sealed[1..6]).is_err());
    }

    #[test]
    fn keys_stay_what_they_are() {
        // What lies in stores was sealed under such: computed apart from this code, it may never change.
        let mut content = Vec::new();
        Ciphers::new(&Vault::new(&[7; 32]), "sqs/queue").of(1).close([1; 12], b"q", &mut content, 0);
        assert_eq!(content[..4], [127, 111, 107, 63]);
    }
}
