//! Archives at one go.

use smithy::ByteStream;

use super::home::VaultId;
use super::tree::{Hash, hex};
use super::{Answer, Engine, Refusal, vault};
use crate::limits;
use crate::store::{ARCHIVES, ArchiveRecord};

impl Engine {
    /// Keeps a body as an archive; its id and tree hash.
    pub(crate) async fn upload_archive(
        &self,
        vault: &VaultId,
        description: Option<String>,
        expected: Option<&str>,
        body: ByteStream,
    ) -> Answer<(String, Hash)> {
        self.vault(vault).await?;
        let taken = self.take_in(body, limits::ARCHIVE).await?;
        if taken.length == 0 {
            return Err(Refusal::Parts("Invalid Content-Length: 0".to_owned()));
        }
        check(expected, &taken.hash)?;
        let (id, now, scope) = (&self.new_id(), self.now(), &vault.home.scope());
        let (taken_in, description) = (&taken, &description);
        self.store()
            .transact(|tx| async move {
                vault::find(&tx, vault).await?;
                let content = self.keep(&tx, &taken_in.fresh).await?;
                let (length, hash) = (taken_in.length, taken_in.hash);
                let record = ArchiveRecord { description: description.clone(), created: now, length, hash, content };
                ARCHIVES.put(&tx, scope, &(vault.name.as_str(), id.as_str()), &record)?;
                self.tally(&tx, vault, 1, length.cast_signed()).await
            })
            .await?;
        let hash = taken.hash;
        taken.fresh.named();
        Ok((id.clone(), hash))
    }

    /// Deletes an archive. What jobs retrieve of it stays for as long as they do.
    pub(crate) async fn delete_archive(&self, vault: &VaultId, id: &str) -> Answer<()> {
        let scope = &vault.home.scope();
        self.store()
            .transact(|tx| async move {
                vault::find(&tx, vault).await?;
                let key = (vault.name.as_str(), id);
                let record = ARCHIVES.get(&tx, scope, &key).await?.ok_or(Refusal::NoArchive)?;
                self.release(&tx, &record.content).await?;
                ARCHIVES.delete(&tx, scope, &key);
                self.tally(&tx, vault, -1, -record.length.cast_signed()).await
            })
            .await
    }
}

/// Whether a hash is the one that the client told.
pub(super) fn check(expected: Option<&str>, found: &Hash) -> Answer<()> {
    let found = hex(found);
    match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(&found) => Err(Refusal::Hash(expected.to_owned(), found)),
        _ => Ok(()),
    }
}
