//! Ids that clients see for numbers: of versions and of uploads. An id that was not given here is recognised as such.

use base64::Engine as _;
use base64::alphabet::Alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use store::{Mac, Vault};

use crate::store::No;

/// What versions are called that were written while their bucket kept none.
pub(crate) const NULL: &str = "null";

const TAG: usize = 16;

/// Writes and reads ids.
pub(crate) struct Tokens {
    versions: Mac,
    uploads: Mac,
    letters: GeneralPurpose,
}

impl Tokens {
    /// Under keys of the cloud's.
    pub(crate) fn new(vault: &Vault) -> Self {
        let letters = Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._");
        let letters = letters.expect("64 letters, none twice");
        let config = GeneralPurposeConfig::new().with_encode_padding(false);
        let config = config.with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone);
        let letters = GeneralPurpose::new(&letters, config);
        Self { versions: vault.mac("s3/version"), uploads: vault.mac("s3/upload"), letters }
    }

    /// The id of a version: 32 letters, as AWS's are.
    pub(crate) fn version(&self, no: No, null: bool) -> String {
        if null { NULL.to_owned() } else { self.write(&self.versions, no) }
    }

    /// The number of a version.
    pub(crate) fn version_no(&self, id: &str) -> Option<No> {
        self.read(&self.versions, id)
    }

    /// The id of an upload.
    pub(crate) fn upload(&self, no: No) -> String {
        self.write(&self.uploads, no)
    }

    /// The number of an upload.
    pub(crate) fn upload_no(&self, id: &str) -> Option<No> {
        self.read(&self.uploads, id)
    }

    fn write(&self, mac: &Mac, no: No) -> String {
        let tag = tag(mac, no);
        let hidden = no ^ mask(&tag);
        self.letters.encode([&tag[..], &hidden.to_be_bytes()].concat())
    }

    fn read(&self, mac: &Mac, id: &str) -> Option<No> {
        let bytes: [u8; TAG + 8] = self.letters.decode(id).ok()?.try_into().ok()?;
        let (claimed, hidden) = bytes.split_first_chunk::<TAG>()?;
        let no = u64::from_be_bytes(hidden.try_into().ok()?) ^ mask(claimed);
        (tag(mac, no) == *claimed).then_some(no)
    }
}

fn tag(mac: &Mac, no: No) -> [u8; TAG] {
    let code = mac.code(&no.to_be_bytes());
    *code.first_chunk().expect("a code has 32 bytes")
}

/// So that ids of neighbours do not look alike.
fn mask(tag: &[u8; TAG]) -> u64 {
    u64::from_be_bytes(*tag.first_chunk().expect("a tag has 16 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back_and_foreign_ones_recognised() {
        let tokens = Tokens::new(&Vault::new(&[1; 32]));
        for no in [1, 2, u64::MAX] {
            let id = tokens.version(no, false);
            assert_eq!((id.len(), tokens.version_no(&id)), (32, Some(no)));
            assert_eq!(tokens.upload_no(&id), None);
            assert_eq!(tokens.upload_no(&tokens.upload(no)), Some(no));
        }
        for foreign in ["", "null", "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD", "a b"] {
            assert_eq!(tokens.version_no(foreign), None);
        }
        assert_eq!(tokens.version(7, true), NULL);
    }
}
