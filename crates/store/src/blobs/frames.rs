//! The form of a blob at rest: a header with a random salt, then frames of 64 KiB, each encrypted for itself.
//!
//! AES-256-GCM with a key of the blob's own, derived from a secret and the salt by HKDF-SHA-256; the nonce is the frame's
//! number. The last frame is marked in what is authenticated, so that neither order nor end can be changed unnoticed. An
//! empty blob is one empty frame. The secret is the root key or a [`BlobKey`]; with both, each frame is encrypted twice.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};

use super::BlobKey;
use crate::error::StoreError;

/// Bytes of content in a frame; the last may have fewer.
pub const CONTENT: u64 = 64 * 1024;
/// Bytes before the first frame.
pub const HEADER: u64 = (MAGIC.len() + SALT) as u64;
const MAGIC: &[u8; 8] = b"NPHBLOB1";
const SALT: usize = 32;
const TAG: u64 = 16;

/// Encrypts and decrypts the frames of one blob.
pub struct Cipher {
    inner: LessSafeKey,
    outer: Option<LessSafeKey>,
}

/// A salt, new for each blob.
pub type Fresh = [u8; SALT];

/// The header of a blob with this salt.
pub fn header(salt: &Fresh) -> Vec<u8> {
    [&MAGIC[..], salt].concat()
}

impl Cipher {
    /// The cipher of the blob with this salt.
    pub fn new(root: &[u8; 32], key: Option<&BlobKey>, salt: &Fresh) -> Self {
        let inner = derive(key.map_or(root, |key| &key.secret), salt);
        Self { inner, outer: key.filter(|key| key.twice).map(|_| derive(root, salt)) }
    }

    /// The cipher of the blob with this header.
    pub fn from_header(root: &[u8; 32], key: Option<&BlobKey>, header: &[u8]) -> Result<Self, StoreError> {
        let salt = header.strip_prefix(MAGIC).and_then(|salt| salt.try_into().ok());
        Ok(Self::new(root, key, salt.ok_or_else(|| StoreError::corrupt("a blob's header"))?))
    }

    /// Bytes that a frame is longer than its content.
    pub fn overhead(&self) -> u64 {
        if self.outer.is_some() { 2 * TAG } else { TAG }
    }

    /// Encrypts a frame in place and appends its tags.
    pub fn seal(&self, number: u32, last: bool, frame: &mut Vec<u8>) -> Result<(), StoreError> {
        for layer in std::iter::once(&self.inner).chain(&self.outer) {
            let sealed = layer.seal_in_place_append_tag(nonce(number), aad(last), frame);
            sealed.map_err(|_| StoreError::corrupt("a frame that cannot be encrypted"))?;
        }
        Ok(())
    }

    /// Decrypts a frame in place; returns the length of its content.
    pub fn open(&self, number: u32, last: bool, frame: &mut [u8]) -> Result<usize, StoreError> {
        let mut length = frame.len();
        for layer in self.outer.iter().chain(std::iter::once(&self.inner)) {
            let opened = layer.open_in_place(nonce(number), aad(last), &mut frame[..length]);
            length = opened.map_err(|_| StoreError::corrupt(format!("frame {number} of a blob")))?.len();
        }
        Ok(length)
    }
}

fn derive(secret: &[u8; 32], salt: &Fresh) -> LessSafeKey {
    let pseudorandom = Salt::new(HKDF_SHA256, salt).extract(secret);
    let derived = pseudorandom.expand(&[b"nephele blob"], &AES_256_GCM);
    LessSafeKey::new(derived.map(UnboundKey::from).expect("a key of 32 bytes is less than HKDF's limit"))
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
pub struct Layout {
    /// Bytes of content.
    pub length: u64,
    /// Frames, at least one.
    pub frames: u64,
    /// Bytes that a full frame takes at rest.
    pub frame: u64,
}

impl Layout {
    /// By the size of the file and of what a frame has beside its content; an error if no blob has this size.
    pub fn of_file(size: u64, overhead: u64) -> Result<Self, StoreError> {
        let body = size.checked_sub(HEADER).filter(|body| *body >= overhead);
        let body = body.ok_or_else(|| StoreError::corrupt("a blob that is cut off"))?;
        let frame = CONTENT + overhead;
        let frames = body.div_ceil(frame);
        let tail = body - (frames - 1) * frame;
        if tail < overhead || frames > u64::from(u32::MAX) {
            return Err(StoreError::corrupt("a blob that is cut off"));
        }
        Ok(Self { length: body - frames * overhead, frames, frame })
    }

    /// Where frame `number` begins in the file.
    pub fn offset(&self, number: u64) -> u64 {
        HEADER + number * self.frame
    }

    /// Whether frame `number` is the last.
    pub fn is_last(&self, number: u64) -> bool {
        number + 1 == self.frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_opens_only_in_its_place_and_unchanged() {
        let cipher = Cipher::new(&[1; 32], None, &[2; 32]);
        let mut sealed = b"content".to_vec();
        cipher.seal(3, false, &mut sealed).unwrap();
        assert_eq!(cipher.open(3, false, &mut sealed.clone()), Ok(7));
        assert!(cipher.open(4, false, &mut sealed.clone()).is_err());
        assert!(cipher.open(3, true, &mut sealed.clone()).is_err());
        assert!(Cipher::new(&[1; 32], None, &[3; 32]).open(3, false, &mut sealed.clone()).is_err());
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert!(cipher.open(3, false, &mut broken).is_err(), "byte {at}");
        }
    }

    #[test]
    fn two_layers_need_both_keys() {
        let key = |secret: u8, twice| BlobKey { secret: [secret; 32], twice };
        let cipher = Cipher::new(&[1; 32], Some(&key(5, true)), &[2; 32]);
        let mut sealed = b"content".to_vec();
        cipher.seal(0, true, &mut sealed).unwrap();
        assert_eq!(sealed.len() as u64, 7 + cipher.overhead());
        assert_eq!(cipher.open(0, true, &mut sealed.clone()), Ok(7));
        for (root, key) in [(9, key(5, true)), (1, key(6, true)), (1, key(5, false))] {
            let other = Cipher::new(&[root; 32], Some(&key), &[2; 32]);
            assert!(other.open(0, true, &mut sealed.clone()).is_err(), "{root} {key:?}");
        }
    }

    #[test]
    fn another_header_is_refused() {
        assert!(Cipher::from_header(&[1; 32], None, &header(&[2; 32])).is_ok());
        assert!(Cipher::from_header(&[1; 32], None, &header(&[2; 32])[..39]).is_err());
        assert!(Cipher::from_header(&[1; 32], None, &[0; HEADER as usize]).is_err());
    }

    proptest! {
        #[test]
        fn the_size_tells_the_length(length in 0u64..1_000_000_000, overhead in prop_oneof![Just(TAG), Just(2 * TAG)]) {
            let frames = length.div_ceil(CONTENT).max(1);
            let layout = Layout::of_file(HEADER + length + frames * overhead, overhead);
            prop_assert_eq!(layout, Ok(Layout { length, frames, frame: CONTENT + overhead }));
        }
    }
}
