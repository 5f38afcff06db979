//! Users, groups and roles: what they have in common. Each is found by name whatever its case, and by unique id for ever.

use names::Tags;
use names::key_id::IdKind;
use serde::{Deserialize, Serialize};
use store::{Raw, Reader, Span, StoreError, Tx};

use super::Engine;
use super::count::Counted;
use super::home::Home;
use super::listing::list;
use super::refusal::{Hold, Noun, Refusal};
use super::trust::Trust;
use crate::store::{
    ATTACHMENTS, ENTITIES, EntityRecord, EntityRef, IDS, INLINE, MEMBERS, OWNED, PROFILES_OF, ROLE_USES, Sort, Use, key,
};

/// The three kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// A person or program with keys of its own.
    User,
    /// Users under common policies.
    Group,
    /// What others act as for a while.
    Role,
}

/// What one kind alone has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Body {
    /// A user.
    User {
        /// Ids of the groups it is in.
        groups: Vec<String>,
    },
    /// A group.
    Group,
    /// A role.
    Role(RoleBody),
}

/// What a role has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoleBody {
    /// Who may assume it.
    pub trust: Trust,
    /// Description.
    pub description: Option<String>,
    /// Longest session, in seconds.
    pub max_session: u32,
    /// The service it is linked to, as in `autoscaling.amazonaws.com`.
    pub linked: Option<String>,
}

/// What is told of a new entity.
#[derive(Debug, Clone)]
pub(crate) struct NewEntity {
    /// Name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Tags.
    pub tags: Tags,
    /// ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// What its kind alone has.
    pub body: Body,
}

impl Kind {
    /// The word in ARNs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    /// The noun of refusals.
    pub(crate) fn noun(self) -> Noun {
        match self {
            Self::User => Noun::User,
            Self::Group => Noun::Group,
            Self::Role => Noun::Role,
        }
    }

    /// What its unique ids begin with.
    fn id_kind(self) -> IdKind {
        match self {
            Self::User => IdKind::User,
            Self::Group => IdKind::Group,
            Self::Role => IdKind::Role,
        }
    }

    /// What counts it.
    fn counted(self) -> Counted {
        match self {
            Self::User => Counted::Users,
            Self::Group => Counted::Groups,
            Self::Role => Counted::Roles,
        }
    }

    /// The key of a name.
    pub(crate) fn at(self, name: &str) -> (u8, String) {
        (self as u8, key(name))
    }
}

impl Body {
    /// Which kind it is of.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::User { .. } => Kind::User,
            Self::Group => Kind::Group,
            Self::Role(_) => Kind::Role,
        }
    }
}

impl EntityRecord {
    /// A user's groups, by id; none for others.
    pub(crate) fn groups(&self) -> &[String] {
        match &self.body {
            Body::User { groups } => groups,
            _ => &[],
        }
    }

    /// What a role has; none for others.
    pub(crate) fn role(&self) -> Option<&RoleBody> {
        match &self.body {
            Body::Role(role) => Some(role),
            _ => None,
        }
    }

    /// Its kind and key.
    fn at(&self) -> (u8, String) {
        self.body.kind().at(&self.name)
    }

    /// Refuses to change the role of a service.
    pub(crate) fn check_unprotected(&self) -> Result<(), Refusal> {
        match self.role() {
            Some(role) if role.linked.is_some() => Err(Refusal::Protected(self.name.clone())),
            _ => Ok(()),
        }
    }
}

/// The entity of a name.
pub(crate) async fn find(reader: &impl Reader, home: Home, kind: Kind, name: &str) -> Result<EntityRecord, Refusal> {
    let found = ENTITIES.get(reader, &home.scope(), &kind.at(name)).await?;
    found.ok_or_else(|| Refusal::Missing(kind.noun(), name.to_owned()))
}

/// The entity with a unique id, if it is still there.
pub(crate) async fn by_id(reader: &impl Reader, home: Home, id: &str) -> Result<Option<EntityRecord>, StoreError> {
    let Some(at) = IDS.get(reader, &home.scope(), &id).await? else { return Ok(None) };
    ENTITIES.get(reader, &home.scope(), &(at.kind as u8, at.key)).await
}

/// Writes an entity's record.
pub(crate) fn put(tx: &Tx, home: Home, record: &EntityRecord) -> Result<(), StoreError> {
    ENTITIES.put(tx, &home.scope(), &record.at(), record)
}

impl Engine {
    /// The entity of a name.
    pub(crate) async fn entity(&self, home: Home, kind: Kind, name: &str) -> Result<EntityRecord, Refusal> {
        find(&self.view().await?, home, kind, name).await
    }

    /// Creates an entity.
    pub(crate) async fn create(&self, home: Home, new: NewEntity) -> Result<EntityRecord, Refusal> {
        let kind = new.body.kind();
        let record = EntityRecord {
            id: home.issue(kind.id_kind(), self.random()),
            name: new.name,
            path: new.path,
            created: self.now(),
            tags: new.tags,
            boundary: new.boundary,
            attached: Vec::new(),
            body: new.body,
        };
        let record = &record;
        self.change(home.account, |tx| async move {
            if ENTITIES.get(&tx, &home.scope(), &record.at()).await?.is_some() {
                return Err(Refusal::Exists(kind.noun(), record.name.clone()));
            }
            kind.counted().add(&tx, &home.scope()).await?;
            if let Some(boundary) = &record.boundary {
                super::policy::check_boundary(&tx, home, boundary).await?;
                ATTACHMENTS.put(&tx, &home.scope(), &used(boundary, Use::Boundary, &record.id), &super::nothing())?;
            }
            self.index(&tx, home, record)?;
            Ok(put(&tx, home, record)?)
        })
        .await?;
        Ok(record.clone())
    }

    /// Changes an entity. `edit` may refuse; it runs again when somebody else changed the entity meanwhile.
    pub(crate) async fn edit(
        &self,
        home: Home,
        kind: Kind,
        name: &str,
        edit: impl Fn(&mut EntityRecord) -> Result<(), Refusal>,
    ) -> Result<EntityRecord, Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, kind, name).await?;
            edit(&mut record)?;
            put(&tx, home, &record)?;
            Ok(record)
        })
        .await
    }

    /// Gives an entity another name, another path, or both.
    pub(crate) async fn rename(
        &self,
        home: Home,
        kind: Kind,
        name: &str,
        to: Option<&str>,
        path: Option<&str>,
    ) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, kind, name).await?;
            let before = record.at();
            if let Some(to) = to {
                record.name = to.to_owned();
            }
            if let Some(path) = path {
                record.path = path.to_owned();
            }
            if record.at() != before {
                if ENTITIES.get(&tx, &home.scope(), &record.at()).await?.is_some() {
                    return Err(Refusal::Exists(kind.noun(), record.name));
                }
                ENTITIES.delete(&tx, &home.scope(), &before);
                self.index(&tx, home, &record)?;
            }
            Ok(put(&tx, home, &record)?)
        })
        .await
    }

    /// Deletes an entity that holds nothing.
    pub(crate) async fn delete(&self, home: Home, kind: Kind, name: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, kind, name).await?;
            record.check_unprotected()?;
            check_free(&tx, home, &record).await?;
            self.remove(&tx, home, &record).await
        })
        .await
    }

    /// Removes an entity, whatever refers to it.
    pub(crate) async fn remove(&self, tx: &Tx, home: Home, record: &EntityRecord) -> Result<(), Refusal> {
        let scope = home.scope();
        ENTITIES.delete(tx, &scope, &record.at());
        IDS.delete(tx, &scope, &record.id);
        ROLE_USES.delete(tx, &scope, &record.id);
        if let Some(boundary) = &record.boundary {
            ATTACHMENTS.delete(tx, &scope, &used(boundary, Use::Boundary, &record.id));
        }
        Ok(record.body.kind().counted().remove(tx, &scope).await?)
    }

    /// A page of entities of a kind whose path begins with `prefix`, after one of them, sorted by name.
    pub(crate) async fn entities(
        &self,
        home: Home,
        kind: Kind,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<EntityRecord>, Refusal> {
        let mut span = Span::prefix(&(kind as u8,));
        if let Some(after) = after {
            span = span.after(&(kind as u8, after.to_owned()));
        }
        let fits = |_: &_, record: &EntityRecord| record.path.starts_with(prefix);
        let found = list(&self.view().await?, &ENTITIES, &home.scope(), span, limit, fits).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    fn index(&self, tx: &Tx, home: Home, record: &EntityRecord) -> Result<(), StoreError> {
        let (_, key) = record.at();
        IDS.put(tx, &home.scope(), &record.id, &EntityRef { kind: record.body.kind(), key })
    }
}

/// The key of a use of a policy.
pub(crate) fn used(policy: &str, how: Use, id: &str) -> (String, u8, String) {
    (policy.to_owned(), how as u8, id.to_owned())
}

/// Refuses while something must go first, in the order in which AWS looks.
async fn check_free(tx: &Tx, home: Home, record: &EntityRecord) -> Result<(), Refusal> {
    let (scope, id) = (home.scope(), (record.id.clone(),));
    if record.body.kind() == Kind::Role && any(tx, home, &PROFILES_OF, &id).await? {
        return Err(Refusal::InUse(Hold::Profiles));
    }
    if !record.groups().is_empty() || any(tx, home, &MEMBERS, &id).await? {
        return Err(Refusal::InUse(Hold::Members));
    }
    if !record.attached.is_empty() {
        return Err(Refusal::InUse(Hold::AttachedPolicies));
    }
    if !INLINE.scan(tx, &scope, &Span::prefix(&id), store::Order::Ascending, 1).await?.is_empty() {
        return Err(Refusal::InUse(Hold::InlinePolicies));
    }
    for sort in Sort::ALL {
        let prefix = (record.id.clone(), sort as u8);
        if !OWNED.scan(tx, &scope, &Span::prefix(&prefix), store::Order::Ascending, 1).await?.is_empty() {
            return Err(Refusal::InUse(hold(sort)));
        }
    }
    Ok(())
}

async fn any(
    tx: &Tx,
    home: Home,
    table: &store::Table<(String, String), Raw>,
    id: &(String,),
) -> Result<bool, StoreError> {
    let first = table.scan(tx, &home.scope(), &Span::prefix(id), store::Order::Ascending, 1).await?;
    Ok(!first.is_empty())
}

fn hold(sort: Sort) -> Hold {
    match sort {
        Sort::AccessKey => Hold::AccessKeys,
        Sort::LoginProfile => Hold::LoginProfile,
        Sort::Mfa => Hold::Mfa,
        Sort::SigningCertificate => Hold::SigningCertificates,
        Sort::SshKey | Sort::ServiceCredential => Hold::Referenced,
    }
}
