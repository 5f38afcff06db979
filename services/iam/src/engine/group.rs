//! Who is in a group. The user's record names its groups; a row a membership finds the users of a group.

use store::{Reader, Span, StoreError};

use super::entity::{Body, Kind, by_id, find, put};
use super::home::Home;
use super::refusal::{Noun, Refusal};
use super::{Engine, nothing};
use crate::limits;
use crate::store::{EntityRecord, MEMBERS};

/// The groups of a user, sorted by name.
pub(crate) async fn groups_of(
    reader: &impl Reader,
    home: Home,
    user: &EntityRecord,
) -> Result<Vec<EntityRecord>, StoreError> {
    let mut groups = Vec::new();
    for id in user.groups() {
        groups.extend(by_id(reader, home, id).await?);
    }
    groups.sort_by_key(|group| crate::store::key(&group.name));
    Ok(groups)
}

impl Engine {
    /// Adds a user to a group; adding it again changes nothing.
    pub(crate) async fn join(&self, home: Home, group: &str, user: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let group = find(&tx, home, Kind::Group, group).await?;
            let mut user = find(&tx, home, Kind::User, user).await?;
            let Body::User { groups } = &mut user.body else { return Ok(()) };
            if groups.contains(&group.id) {
                return Ok(());
            }
            if groups.len() >= limits::GROUPS_PER_USER {
                return Err(Refusal::Quota("GroupsPerUser", limits::GROUPS_PER_USER as u64));
            }
            groups.push(group.id.clone());
            MEMBERS.put(&tx, &home.scope(), &(group.id, user.id.clone()), &nothing())?;
            Ok(put(&tx, home, &user)?)
        })
        .await
    }

    /// Takes a user out of a group.
    pub(crate) async fn leave(&self, home: Home, group: &str, user: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let group = find(&tx, home, Kind::Group, group).await?;
            let mut user = find(&tx, home, Kind::User, user).await?;
            let Body::User { groups } = &mut user.body else { return Ok(()) };
            let at = groups.iter().position(|id| *id == group.id);
            groups.remove(at.ok_or_else(|| Refusal::Missing(Noun::User, user.name.clone()))?);
            MEMBERS.delete(&tx, &home.scope(), &(group.id, user.id.clone()));
            Ok(put(&tx, home, &user)?)
        })
        .await
    }

    /// A group and the users in it, sorted by name.
    pub(crate) async fn members(&self, home: Home, group: &str) -> Result<(EntityRecord, Vec<EntityRecord>), Refusal> {
        let view = self.view().await?;
        let group = find(&view, home, Kind::Group, group).await?;
        let rows = MEMBERS.scan_all(&view, &home.scope(), &Span::prefix(&(group.id.clone(),))).await?;
        let mut users = Vec::new();
        for ((_, user), _) in rows {
            users.extend(by_id(&view, home, &user).await?);
        }
        users.sort_by_key(|user| crate::store::key(&user.name));
        Ok((group, users))
    }
}
