//! Archives in parts: begun, filled in any order, completed by joining the parts' hashes and files, without copying a byte.

use smithy::ByteStream;
use store::{Order, Reader, Span};

use super::archive::check;
use super::home::VaultId;
use super::range::ByteRange;
use super::tree::{self, Hash, LEAF};
use super::{Answer, Engine, Refusal, vault};
use crate::limits;
use crate::store::{ARCHIVES, ArchiveRecord, Content, PARTS, PartRecord, UPLOADS, UploadRecord};

/// An upload with its id.
pub(crate) type Upload = (String, UploadRecord);
/// A part with its first byte.
pub(crate) type Part = (u64, PartRecord);

impl Engine {
    /// Begins an upload.
    pub(crate) async fn begin_upload(
        &self,
        vault: &VaultId,
        description: Option<String>,
        part_size: u64,
    ) -> Answer<String> {
        let (id, scope) = (&self.new_id(), &vault.home.scope());
        let record = &UploadRecord { description, part_size, created: self.now() };
        self.store()
            .transact(|tx| async move {
                vault::find(&tx, vault).await?;
                Ok::<_, Refusal>(UPLOADS.put(&tx, scope, &(vault.name.as_str(), id.as_str()), record)?)
            })
            .await?;
        Ok(id.clone())
    }

    /// Takes in a part, in place of one that was there; its tree hash.
    pub(crate) async fn upload_part(
        &self,
        vault: &VaultId,
        id: &str,
        range: ByteRange,
        expected: Option<&str>,
        body: ByteStream,
    ) -> Answer<Hash> {
        let upload = self.upload(vault, id).await?;
        let wanted = range.last - range.first + 1;
        if !range.first.is_multiple_of(upload.part_size) || wanted > upload.part_size {
            return Err(Refusal::Parts(format!("Invalid Content-Range: bytes {}-{}/*", range.first, range.last)));
        }
        let taken = self.take_in(body, upload.part_size).await?;
        if taken.length != wanted {
            return Err(Refusal::Parts(format!("The part has {} bytes and not {wanted}.", taken.length)));
        }
        check(expected, &taken.hash)?;
        let (scope, taken_in) = (&vault.home.scope(), &taken);
        self.store()
            .transact(|tx| async move {
                find(&tx, vault, id).await?;
                let key = (vault.name.as_str(), id, range.first);
                if let Some(before) = PARTS.get(&tx, scope, &key).await? {
                    self.release(&tx, &before.content).await?;
                }
                let content = self.keep(&tx, &taken_in.fresh).await?;
                let record = PartRecord { length: taken_in.length, hash: taken_in.hash, content };
                Ok::<_, Refusal>(PARTS.put(&tx, scope, &key, &record)?)
            })
            .await?;
        let hash = taken.hash;
        taken.fresh.named();
        Ok(hash)
    }

    /// An upload.
    pub(crate) async fn upload(&self, vault: &VaultId, id: &str) -> Answer<UploadRecord> {
        self.vault(vault).await?;
        find(&self.store().read().await?, vault, id).await
    }

    /// Uploads of a vault after an id; at most `limit`.
    pub(crate) async fn uploads(&self, vault: &VaultId, after: Option<&str>, limit: usize) -> Answer<Vec<Upload>> {
        self.vault(vault).await?;
        let within = Span::prefix::<(String,)>(&(vault.name.as_str(),));
        let span = match after {
            Some(after) => within.after::<(String, String)>(&(vault.name.as_str(), after)),
            None => within,
        };
        let view = self.store().read().await?;
        let rows = UPLOADS.scan(&view, &vault.home.scope(), &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|((_, id), record)| (id, record)).collect())
    }

    /// Parts of an upload from a byte on; at most `limit`.
    pub(crate) async fn parts(&self, vault: &VaultId, id: &str, from: u64, limit: usize) -> Answer<Vec<Part>> {
        self.upload(vault, id).await?;
        let within = Span::prefix::<(String, String)>(&(vault.name.as_str(), id));
        let span = within.from::<(String, String, u64)>(&(vault.name.as_str(), id, from));
        let view = self.store().read().await?;
        let rows = PARTS.scan(&view, &vault.home.scope(), &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|((_, _, start), part)| (start, part)).collect())
    }

    /// Makes an archive of the parts of an upload; its id and tree hash.
    pub(crate) async fn complete_upload(
        &self,
        vault: &VaultId,
        id: &str,
        size: u64,
        expected: &str,
    ) -> Answer<(String, Hash)> {
        let (fresh, now, scope) = (&self.new_id(), self.now(), &vault.home.scope());
        let hash = self
            .store()
            .transact(|tx| async move {
                let upload = find(&tx, vault, id).await?;
                let within = Span::prefix::<(String, String)>(&(vault.name.as_str(), id));
                let parts = PARTS.scan_all(&tx, scope, &within).await?;
                let parts: Vec<Part> = parts.into_iter().map(|((_, _, start), part)| (start, part)).collect();
                whole(&parts, upload.part_size, size)?;
                let hash = tree::join(parts.iter().map(|(_, part)| part.hash).collect());
                check(Some(expected), &hash)?;
                let content = Content(parts.iter().flat_map(|(_, part)| part.content.0.clone()).collect());
                let description = upload.description;
                let record = ArchiveRecord { description, created: now, length: size, hash, content };
                ARCHIVES.put(&tx, scope, &(vault.name.as_str(), fresh.as_str()), &record)?;
                parts.iter().for_each(|(start, _)| PARTS.delete(&tx, scope, &(vault.name.as_str(), id, *start)));
                UPLOADS.delete(&tx, scope, &(vault.name.as_str(), id));
                self.tally(&tx, vault, 1, size.cast_signed()).await?;
                Ok::<_, Refusal>(hash)
            })
            .await?;
        Ok((fresh.clone(), hash))
    }

    /// Gives up an upload with its parts.
    pub(crate) async fn abort_upload(&self, vault: &VaultId, id: &str) -> Answer<()> {
        let scope = &vault.home.scope();
        self.vault(vault).await?;
        self.store()
            .transact(|tx| async move {
                find(&tx, vault, id).await?;
                let within = Span::prefix::<(String, String)>(&(vault.name.as_str(), id));
                for ((_, _, start), part) in PARTS.scan_all(&tx, scope, &within).await? {
                    self.release(&tx, &part.content).await?;
                    PARTS.delete(&tx, scope, &(vault.name.as_str(), id, start));
                }
                UPLOADS.delete(&tx, scope, &(vault.name.as_str(), id));
                Ok(())
            })
            .await
    }
}

async fn find(reader: &impl Reader, vault: &VaultId, id: &str) -> Answer<UploadRecord> {
    UPLOADS.get(reader, &vault.home.scope(), &(vault.name.as_str(), id)).await?.ok_or(Refusal::NoUpload)
}

/// Whether parts lie one after the other, full but for the last, up to the size of the whole.
fn whole(parts: &[Part], part_size: u64, size: u64) -> Answer<()> {
    let mut end = 0;
    for (place, (start, part)) in parts.iter().enumerate() {
        let last = place + 1 == parts.len();
        if *start != end || (!last && part.length != part_size) {
            return Err(Refusal::Parts("The parts of the upload are not contiguous.".to_owned()));
        }
        end += part.length;
    }
    match end == size && !parts.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Parts(format!("The archive has {end} bytes and not {size}."))),
    }
}

/// Whether parts can have this size: a mebibyte, times a power of two, up to four gibibytes. Source: API reference,
/// "Initiate Multipart Upload".
pub(crate) fn is_part_size(size: u64) -> bool {
    size.is_multiple_of(LEAF) && (size / LEAF).is_power_of_two() && size <= limits::PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_parts() {
        for (size, right) in
            [(LEAF, true), (2 * LEAF, true), (3 * LEAF, false), (1, false), (0, false), (8 << 30, false)]
        {
            assert_eq!(is_part_size(size), right, "{size}");
        }
    }

    #[test]
    fn parts_make_a_whole() {
        let part = |start, length| (start, PartRecord { length, hash: [0; 32], content: Content(Vec::new()) });
        assert!(whole(&[part(0, 4), part(4, 4), part(8, 1)], 4, 9).is_ok());
        for (parts, size) in
            [(vec![part(0, 4), part(8, 1)], 5), (vec![part(0, 3), part(3, 4)], 7), (vec![part(0, 4)], 5), (vec![], 0)]
        {
            assert!(whole(&parts, 4, size).is_err());
        }
    }
}
