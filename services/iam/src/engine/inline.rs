//! Inline policies: documents that stand in one user, group or role and go with it.

use policy::{Policy, significant_length};
use store::{Reader, Span, StoreError};

use super::Engine;
use super::entity::{Kind, find};
use super::home::Home;
use super::refusal::{Noun, Refusal};
use crate::limits;
use crate::store::{INLINE, InlineRecord, key};

/// The inline policies of an entity, sorted by name.
pub(crate) async fn all(reader: &impl Reader, home: Home, id: &str) -> Result<Vec<InlineRecord>, StoreError> {
    let rows = INLINE.scan_all(reader, &home.scope(), &Span::prefix(&(id.to_owned(),))).await?;
    Ok(rows.into_iter().map(|(_, record)| record).collect())
}

impl Engine {
    /// Puts an inline policy, over one of the same name.
    pub(crate) async fn put_inline(
        &self,
        home: Home,
        kind: Kind,
        name: &str,
        inline: &InlineRecord,
    ) -> Result<(), Refusal> {
        Policy::parse(&inline.document, policy::Kind::Inline)?;
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, kind, name).await?;
            record.check_unprotected()?;
            let present = all(&tx, home, &record.id).await?;
            let others = present.iter().filter(|other| key(&other.name) != key(&inline.name));
            let size: usize = others.chain([inline]).map(|one| significant_length(&one.document)).sum();
            if size > most(kind) {
                return Err(Refusal::InlineTooLong(kind.noun(), record.name, most(kind)));
            }
            Ok(INLINE.put(&tx, &home.scope(), &(record.id, key(&inline.name)), inline)?)
        })
        .await
    }

    /// An inline policy.
    pub(crate) async fn inline(
        &self,
        home: Home,
        kind: Kind,
        name: &str,
        policy: &str,
    ) -> Result<InlineRecord, Refusal> {
        let view = self.view().await?;
        let record = find(&view, home, kind, name).await?;
        let found = INLINE.get(&view, &home.scope(), &(record.id, key(policy))).await?;
        found.ok_or_else(|| missing(kind, policy))
    }

    /// Deletes an inline policy.
    pub(crate) async fn delete_inline(&self, home: Home, kind: Kind, name: &str, policy: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, kind, name).await?;
            record.check_unprotected()?;
            let at = (record.id, key(policy));
            if INLINE.get(&tx, &home.scope(), &at).await?.is_none() {
                return Err(missing(kind, policy));
            }
            INLINE.delete(&tx, &home.scope(), &at);
            Ok(())
        })
        .await
    }

    /// Names of the inline policies of an entity, sorted.
    pub(crate) async fn inline_names(&self, home: Home, kind: Kind, name: &str) -> Result<Vec<String>, Refusal> {
        let view = self.view().await?;
        let record = find(&view, home, kind, name).await?;
        Ok(all(&view, home, &record.id).await?.into_iter().map(|inline| inline.name).collect())
    }
}

fn most(kind: Kind) -> usize {
    match kind {
        Kind::User => limits::USER_INLINE,
        Kind::Group => limits::GROUP_INLINE,
        Kind::Role => limits::ROLE_INLINE,
    }
}

fn missing(kind: Kind, policy: &str) -> Refusal {
    let noun = match kind {
        Kind::User => Noun::UserPolicy,
        Kind::Group => Noun::GroupPolicy,
        Kind::Role => Noun::RolePolicy,
    };
    Refusal::Missing(noun, policy.to_owned())
}
