//! Content too small for a file: a header and one frame, as a blob has them, but kept in a record of its owner's.

use bytes::Bytes;

use super::BlobKey;
use super::frames::{CONTENT, Cipher, Fresh, HEADER, header};
use crate::error::StoreError;

/// Content of at most this many bytes need not be a blob: it costs no file and no sync of its own.
pub const SMALL: usize = CONTENT as usize;

/// Encrypts small content.
pub fn seal(root: &[u8; 32], key: Option<&BlobKey>, salt: &Fresh, content: &[u8]) -> Result<Bytes, StoreError> {
    if content.len() > SMALL {
        return Err(StoreError::TooLarge(format!("{} bytes are no small content", content.len()).into()));
    }
    let cipher = Cipher::new(root, key, salt);
    let mut frame = Vec::with_capacity(content.len() + cipher.overhead() as usize);
    frame.extend_from_slice(content);
    cipher.seal(0, true, &mut frame)?;
    let mut sealed = header(salt);
    sealed.extend_from_slice(&frame);
    Ok(sealed.into())
}

/// Decrypts small content.
pub fn unseal(root: &[u8; 32], key: Option<&BlobKey>, sealed: &Bytes) -> Result<Bytes, StoreError> {
    let cut = sealed.split_at_checked(HEADER as usize);
    let (header, frame) = cut.ok_or_else(|| StoreError::corrupt("small content that is cut off"))?;
    let mut frame = frame.to_vec();
    let length = Cipher::from_header(root, key, header)?.open(0, true, &mut frame)?;
    frame.truncate(length);
    Ok(frame.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_its_key_alone_and_unchanged() {
        let key = |secret: u8| BlobKey { secret: [secret; 32], twice: false };
        let (root, mine) = ([1; 32], key(2));
        for (key, other) in [(None, Some(&mine)), (Some(&mine), None)] {
            for content in [&b""[..], b"content", &[7; SMALL]] {
                let sealed = seal(&root, key, &[3; 32], content).unwrap();
                assert_eq!(unseal(&root, key, &sealed).unwrap(), content);
                assert!(unseal(&root, other, &sealed).is_err());
                assert!(unseal(&root, key, &sealed.slice(..sealed.len() - 1)).is_err());
                assert!(unseal(&root, key, &sealed.slice(..20)).is_err());
            }
        }
        assert!(seal(&root, None, &[3; 32], &[0; SMALL + 1]).is_err());
    }
}
