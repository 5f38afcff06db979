//! Instance profiles: what hands a role to a machine.

use names::Tags;
use names::key_id::IdKind;
use store::{Reader, Span, StoreError};

use super::count::Counted;
use super::entity::{Kind, by_id, find as find_entity};
use super::home::Home;
use super::listing::list;
use super::refusal::{Hold, Noun, Refusal};
use super::{Engine, nothing};
use crate::limits;
use crate::store::{EntityRecord, PROFILES, PROFILES_OF, ProfileRecord, key};

/// The instance profile of a name.
pub(crate) async fn find(reader: &impl Reader, home: Home, name: &str) -> Result<ProfileRecord, Refusal> {
    let found = PROFILES.get(reader, &home.scope(), &key(name)).await?;
    found.ok_or_else(|| Refusal::Missing(Noun::InstanceProfile, name.to_owned()))
}

/// The instance profiles a role is in, sorted by name.
pub(crate) async fn of_role(reader: &impl Reader, home: Home, role: &str) -> Result<Vec<ProfileRecord>, StoreError> {
    let rows = PROFILES_OF.scan_all(reader, &home.scope(), &Span::prefix(&(role.to_owned(),))).await?;
    let mut profiles = Vec::new();
    for ((_, name), _) in rows {
        profiles.extend(PROFILES.get(reader, &home.scope(), &name).await?);
    }
    Ok(profiles)
}

impl Engine {
    /// Creates an instance profile.
    pub(crate) async fn create_profile(
        &self,
        home: Home,
        name: &str,
        path: &str,
        tags: Tags,
    ) -> Result<ProfileRecord, Refusal> {
        let record = &ProfileRecord {
            id: home.issue(IdKind::InstanceProfile, self.random()),
            name: name.to_owned(),
            path: path.to_owned(),
            created: self.now(),
            role: None,
            tags,
        };
        self.change(home.account, |tx| async move {
            if PROFILES.get(&tx, &home.scope(), &key(name)).await?.is_some() {
                return Err(Refusal::Exists(Noun::InstanceProfile, name.to_owned()));
            }
            Counted::Profiles.add(&tx, &home.scope()).await?;
            Ok(PROFILES.put(&tx, &home.scope(), &key(name), record)?)
        })
        .await?;
        Ok(record.clone())
    }

    /// An instance profile and the role in it.
    pub(crate) async fn profile(
        &self,
        home: Home,
        name: &str,
    ) -> Result<(ProfileRecord, Option<EntityRecord>), Refusal> {
        let view = self.view().await?;
        let record = find(&view, home, name).await?;
        let role = match &record.role {
            Some(id) => by_id(&view, home, id).await?,
            None => None,
        };
        Ok((record, role))
    }

    /// Changes an instance profile's record. `edit` may refuse.
    pub(crate) async fn edit_profile(
        &self,
        home: Home,
        name: &str,
        edit: impl Fn(&mut ProfileRecord) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, name).await?;
            edit(&mut record)?;
            Ok(PROFILES.put(&tx, &home.scope(), &key(name), &record)?)
        })
        .await
    }

    /// Puts a role into an instance profile that has none.
    pub(crate) async fn fill_profile(&self, home: Home, name: &str, role: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let (scope, mut record) = (home.scope(), find(&tx, home, name).await?);
            let role = find_entity(&tx, home, Kind::Role, role).await?;
            role.check_unprotected()?;
            if record.role.is_some() {
                let most = limits::ROLES_PER_PROFILE as u64;
                return Err(Refusal::Quota("InstanceSessionsPerInstanceProfile", most));
            }
            PROFILES_OF.put(&tx, &scope, &(role.id.clone(), key(name)), &nothing())?;
            record.role = Some(role.id);
            Ok(PROFILES.put(&tx, &scope, &key(name), &record)?)
        })
        .await
    }

    /// Takes the role out of an instance profile.
    pub(crate) async fn empty_profile(&self, home: Home, name: &str, role: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let (scope, mut record) = (home.scope(), find(&tx, home, name).await?);
            let role = find_entity(&tx, home, Kind::Role, role).await?;
            role.check_unprotected()?;
            if record.role.as_ref() != Some(&role.id) {
                return Err(Refusal::Missing(Noun::Role, role.name));
            }
            PROFILES_OF.delete(&tx, &scope, &(role.id, key(name)));
            record.role = None;
            Ok(PROFILES.put(&tx, &scope, &key(name), &record)?)
        })
        .await
    }

    /// Deletes an instance profile without a role.
    pub(crate) async fn delete_profile(&self, home: Home, name: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            if find(&tx, home, name).await?.role.is_some() {
                return Err(Refusal::InUse(Hold::Profiles));
            }
            PROFILES.delete(&tx, &home.scope(), &key(name));
            Ok(Counted::Profiles.remove(&tx, &home.scope()).await?)
        })
        .await
    }

    /// A page of instance profiles with their roles, sorted by name.
    pub(crate) async fn profiles(
        &self,
        home: Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(ProfileRecord, Option<EntityRecord>)>, Refusal> {
        let view = self.view().await?;
        let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
        let fits = |_: &String, record: &ProfileRecord| record.path.starts_with(prefix);
        let mut profiles = Vec::new();
        for (_, record) in list(&view, &PROFILES, &home.scope(), span, limit, fits).await? {
            let role = match &record.role {
                Some(id) => by_id(&view, home, id).await?,
                None => None,
            };
            profiles.push((record, role));
        }
        Ok(profiles)
    }
}
