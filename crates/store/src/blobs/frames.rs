//! The form of a blob at rest: a header with a random salt, then frames of 64 KiB, each encrypted for itself.
//!
//! AES-256-GCM with a key of the blob's own, derived from the root key and the salt by HKDF-SHA-256; the nonce is the
//! frame's number. The last frame is marked in what is authenticated, so that neither order nor end can be changed
//! unnoticed. An empty blob is one empty frame.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};

use crate::error::StoreError;

/// Bytes of content in a frame; the last may have fewer.
pub(super) const CONTENT: u64 = 64 * 1024;
/// Bytes a full frame takes at rest.
pub(super) const FRAME: u64 = CONTENT + TAG;
/// Bytes before the first frame.
pub(super) const HEADER: u64 = (MAGIC.len() + SALT) as u64;
const MAGIC: &[u8; 8] = b"NPHBLOB1";
const SALT: usize = 32;
const TAG: u64 = 16;

/// Encrypts and decrypts the frames of one blob.
pub(super) struct Cipher(LessSafeKey);

/// The header of a blob with this salt.
pub(super) fn header(salt: &[u8; SALT]) -> Vec<u8> {
    [&MAGIC[..], salt].concat()
}

impl Cipher {
    /// The cipher of the blob with this salt.
    pub(super) fn new(root: &[u8; 32], salt: &[u8; SALT]) -> Self {
        let pseudorandom = Salt::new(HKDF_SHA256, salt).extract(root);
        let derived = pseudorandom.expand(&[b"nephele blob"], &AES_256_GCM);
        let key = derived.map(UnboundKey::from).expect("a key of 32 bytes is less than HKDF's limit");
        Self(LessSafeKey::new(key))
    }

    /// The cipher of the blob with this header.
    pub(super) fn from_header(root: &[u8; 32], header: &[u8]) -> Result<Self, StoreError> {
        let salt = header.strip_prefix(MAGIC).and_then(|salt| salt.try_into().ok());
        Ok(Self::new(root, salt.ok_or_else(|| StoreError::corrupt("a blob's header"))?))
    }

    /// Encrypts a frame in place and appends its tag.
    pub(super) fn seal(&self, number: u32, last: bool, frame: &mut Vec<u8>) -> Result<(), StoreError> {
        let sealed = self.0.seal_in_place_append_tag(nonce(number), aad(last), frame);
        sealed.map_err(|_| StoreError::corrupt("a frame that cannot be encrypted"))
    }

    /// Decrypts a frame in place; returns the length of its content.
    pub(super) fn open(&self, number: u32, last: bool, frame: &mut [u8]) -> Result<usize, StoreError> {
        let opened = self.0.open_in_place(nonce(number), aad(last), frame);
        opened.map(|content| content.len()).map_err(|_| StoreError::corrupt(format!("frame {number} of a blob")))
    }
}

fn nonce(number: u32) -> Nonce {
    let mut bytes = [0; 12];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

fn aad(last: bool) -> Aad<[u8; 1]> {
    Aad::from([u8::from(last)])
}

/// How a blob's content lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Bytes of content.
    pub(super) length: u64,
    /// Frames, at least one.
    pub(super) frames: u64,
}

impl Layout {
    /// By the size of the file; an error if no blob has this size.
    pub(super) fn of_file(size: u64) -> Result<Self, StoreError> {
        let body = size.checked_sub(HEADER).filter(|body| *body >= TAG);
        let body = body.ok_or_else(|| StoreError::corrupt("a blob that is cut off"))?;
        let frames = body.div_ceil(FRAME);
        let tail = body - (frames - 1) * FRAME;
        if tail < TAG || frames > u64::from(u32::MAX) {
            return Err(StoreError::corrupt("a blob that is cut off"));
        }
        Ok(Self { length: body - frames * TAG, frames })
    }

    /// Where frame `number` begins in the file.
    pub(super) fn offset(number: u64) -> u64 {
        HEADER + number * FRAME
    }

    /// Whether frame `number` is the last.
    pub(super) fn is_last(&self, number: u64) -> bool {
        number + 1 == self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_opens_only_in_its_place_and_unchanged() {
        let cipher = Cipher::new(&[1; 32], &[2; 32]);
        let mut sealed = b"content".to_vec();
        cipher.seal(3, false, &mut sealed).unwrap();
        assert_eq!(cipher.open(3, false, &mut sealed.clone()), Ok(7));
        assert!(cipher.open(4, false, &mut sealed.clone()).is_err());
        assert!(cipher.open(3, true, &mut sealed.clone()).is_err());
        assert!(Cipher::new(&[1; 32], &[3; 32]).open(3, false, &mut sealed.clone()).is_err());
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert!(cipher.open(3, false, &mut broken).is_err(), "byte {at}");
        }
    }

    #[test]
    fn another_header_is_refused() {
        assert!(Cipher::from_header(&[1; 32], &header(&[2; 32])).is_ok());
        assert!(Cipher::from_header(&[1; 32], &header(&[2; 32])[..39]).is_err());
        assert!(Cipher::from_header(&[1; 32], &[0; HEADER as usize]).is_err());
    }

    proptest! {
        #[test]
        fn the_size_tells_the_length(length in 0u64..1_000_000_000) {
            let frames = length.div_ceil(CONTENT).max(1);
            let layout = Layout::of_file(HEADER + length + frames * TAG);
            prop_assert_eq!(layout, Ok(Layout { length, frames }));
        }
    }
}
