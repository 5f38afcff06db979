//! SSH public keys of users.

use names::key_id::IdKind;
use store::Reader;

use super::flaw::{Flaw, Thing, missing};
use super::home::Home;
use super::public_key::RsaKey;
use super::refusal::Refusal;
use super::{Engine, owned};
use crate::limits;
use crate::store::Sort;
use crate::store::credential::{SSH_KEYS, SshKeyRecord};

async fn find(reader: &impl Reader, home: Home, owner: &str, id: &str) -> Result<SshKeyRecord, Refusal> {
    let found = SSH_KEYS.get(reader, &home.scope(), &id).await?;
    found.filter(|record| record.owner == owner).ok_or_else(|| missing(Thing::SshKey, id))
}

async fn of_owner(reader: &impl Reader, home: Home, owner: &str) -> Result<Vec<(String, SshKeyRecord)>, Refusal> {
    let mut found = Vec::new();
    for id in owned::ids(reader, home, owner, Sort::SshKey).await? {
        let record = SSH_KEYS.get(reader, &home.scope(), &id).await?;
        found.extend(record.map(|record| (id, record)));
    }
    Ok(found)
}

impl Engine {
    /// Keeps a key for a user, by the user's id.
    pub(crate) async fn upload_ssh_key(
        &self,
        home: Home,
        owner: &str,
        body: &str,
    ) -> Result<(String, SshKeyRecord), Refusal> {
        let key = RsaKey::parse(body).map_err(Flaw::PublicKey)?;
        let id = &home.issue(IdKind::PublicKey, self.random());
        let record = &SshKeyRecord { owner: owner.to_owned(), key, active: true, uploaded: self.now() };
        self.change(home.account, |tx| async move {
            let present = of_owner(&tx, home, owner).await?;
            if present.iter().any(|(_, other)| other.key == record.key) {
                return Err(Flaw::DuplicateKey.into());
            }
            if present.len() >= limits::SSH_KEYS {
                return Err(Refusal::Quota("SSHPublicKeysPerUser", limits::SSH_KEYS as u64));
            }
            owned::give(&tx, home, owner, Sort::SshKey, id).await?;
            Ok(SSH_KEYS.put(&tx, &home.scope(), id, record)?)
        })
        .await?;
        Ok((id.clone(), record.clone()))
    }

    /// A key of a user.
    pub(crate) async fn ssh_key(&self, home: Home, owner: &str, id: &str) -> Result<SshKeyRecord, Refusal> {
        find(&self.view().await?, home, owner, id).await
    }

    /// The keys of a user, sorted by id.
    pub(crate) async fn ssh_keys(&self, home: Home, owner: &str) -> Result<Vec<(String, SshKeyRecord)>, Refusal> {
        of_owner(&self.view().await?, home, owner).await
    }

    /// Switches a key on or off.
    pub(crate) async fn switch_ssh_key(&self, home: Home, owner: &str, id: &str, active: bool) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = SshKeyRecord { active, ..find(&tx, home, owner, id).await? };
            Ok(SSH_KEYS.put(&tx, &home.scope(), &id, &record)?)
        })
        .await
    }

    /// Deletes a key.
    pub(crate) async fn delete_ssh_key(&self, home: Home, owner: &str, id: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            find(&tx, home, owner, id).await?;
            SSH_KEYS.delete(&tx, &home.scope(), &id);
            owned::take(&tx, home, owner, Sort::SshKey, id);
            Ok(())
        })
        .await
    }
}
