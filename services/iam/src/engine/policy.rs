//! Managed policies of customers: made in versions, of which one is in force. AWS's own are in `aws_managed.rs`.

use names::key_id::IdKind;
use names::{Tags, Timestamp};
use policy::{Kind, Policy, significant_length};
use store::{Order, Reader, Span, StoreError, Tx};

use super::aws_managed::{self, AwsPolicy};
use super::count::Counted;
use super::home::{Home, PolicyArn};
use super::listing::list;
use super::refusal::{Hold, Noun, Refusal};
use super::{Engine, entity};
use crate::limits;
use crate::store::{ATTACHMENTS, POLICIES, PolicyRecord, Use, VERSIONS, VersionRecord, key};

/// What is told of a new policy.
#[derive(Debug, Clone)]
pub(crate) struct NewPolicy {
    /// Name.
    pub name: String,
    /// Path.
    pub path: String,
    /// Its first document.
    pub document: String,
    /// Description.
    pub description: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A managed policy, whoever manages it.
#[derive(Debug, Clone)]
pub(crate) enum Managed {
    /// A customer's.
    Customer(PolicyRecord),
    /// AWS's.
    Aws(&'static AwsPolicy),
}

/// How many entities have a policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Uses {
    /// Attached.
    pub attached: usize,
    /// As a permissions boundary.
    pub boundaries: usize,
}

/// A version of a policy.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    /// As in `v3`.
    pub id: String,
    /// Whether it is in force.
    pub is_default: bool,
    /// When it was made.
    pub created: Timestamp,
    /// Its document.
    pub document: String,
}

impl Managed {
    /// Its ARN.
    pub(crate) fn arn(&self, home: Home) -> String {
        match self {
            Self::Customer(record) => home.policy(record),
            Self::Aws(policy) => home.aws_policy(policy.path, policy.name),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Customer(record) => &record.name,
            Self::Aws(policy) => policy.name,
        }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Customer(record) => &record.path,
            Self::Aws(policy) => policy.path,
        }
    }
}

/// The customer managed policy of an ARN. An ARN with another path names nothing.
pub(crate) async fn find(reader: &impl Reader, home: Home, arn: &str) -> Result<PolicyRecord, Refusal> {
    let missing = || Refusal::Missing(Noun::Policy, arn.to_owned());
    let parsed = PolicyArn::parse(arn).filter(|parsed| parsed.account == Some(home.account)).ok_or_else(missing)?;
    let found = POLICIES.get(reader, &home.scope(), &key(&parsed.name)).await?;
    found.filter(|record| home.policy(record) == arn).ok_or_else(missing)
}

/// The managed policy of an ARN, the account's or AWS's.
pub(crate) async fn find_any(reader: &impl Reader, home: Home, arn: &str) -> Result<Managed, Refusal> {
    match aws_managed::find(home, arn) {
        Some(policy) => Ok(Managed::Aws(policy)),
        None => find(reader, home, arn).await.map(Managed::Customer),
    }
}

/// Refuses what cannot be attached.
pub(crate) async fn check_attachable(reader: &impl Reader, home: Home, arn: &str) -> Result<(), Refusal> {
    let refused = || Refusal::NotAttachable(arn.to_owned());
    match find_any(reader, home, arn).await {
        Ok(Managed::Aws(policy)) if !policy.attachable() => Err(refused()),
        Err(Refusal::Missing(..)) => Err(refused()),
        other => other.map(|_| ()),
    }
}

/// Refuses what cannot be a permissions boundary: what is no managed policy of AWS or of the account.
pub(crate) async fn check_boundary(reader: &impl Reader, home: Home, arn: &str) -> Result<(), Refusal> {
    if PolicyArn::parse(arn).is_none() {
        return Err(Refusal::BadBoundary(arn.to_owned()));
    }
    check_attachable(reader, home, arn).await
}

/// Refuses what is no managed policy's document.
pub(crate) fn check_document(document: &str) -> Result<(), Refusal> {
    Policy::parse(document, Kind::Identity)?;
    if significant_length(document) > limits::POLICY_SIZE {
        return Err(Refusal::Quota("PolicySize", limits::POLICY_SIZE as u64));
    }
    Ok(())
}

/// How many entities have a policy.
pub(crate) async fn uses(reader: &impl Reader, home: Home, arn: &str) -> Result<Uses, StoreError> {
    let rows = ATTACHMENTS.scan_all(reader, &home.scope(), &Span::prefix(&(arn.to_owned(),))).await?;
    let boundaries = rows.iter().filter(|((_, how, _), _)| *how == Use::Boundary as u8).count();
    Ok(Uses { attached: rows.len() - boundaries, boundaries })
}

/// The versions of a policy, the newest first.
pub(crate) async fn versions(reader: &impl Reader, home: Home, managed: &Managed) -> Result<Vec<Version>, StoreError> {
    match managed {
        Managed::Aws(policy) => Ok(vec![aws_version(policy)]),
        Managed::Customer(record) => {
            let span = Span::prefix(&(record.id.clone(),));
            let rows = VERSIONS.scan(reader, &home.scope(), &span, Order::Descending, limits::VERSIONS).await?;
            Ok(rows.into_iter().map(|((_, number), version)| shown(record, number, version)).collect())
        }
    }
}

/// A version of a policy; the one in force when none is asked for.
pub(crate) async fn version(
    reader: &impl Reader,
    home: Home,
    managed: &Managed,
    id: Option<&str>,
) -> Result<Version, Refusal> {
    let missing = || Refusal::NoVersion(managed.arn(home), id.unwrap_or_default().to_owned());
    match managed {
        Managed::Aws(policy) if id.is_none_or(|id| id == policy.version) => Ok(aws_version(policy)),
        Managed::Aws(_) => Err(missing()),
        Managed::Customer(record) => {
            let number = id.map_or(Some(record.default), number).ok_or_else(missing)?;
            let found = VERSIONS.get(reader, &home.scope(), &(record.id.clone(), number)).await?;
            found.map(|version| shown(record, number, version)).ok_or_else(missing)
        }
    }
}

/// Number of a version's id.
fn number(id: &str) -> Option<u32> {
    id.strip_prefix('v')?.parse().ok()
}

fn shown(record: &PolicyRecord, number: u32, version: VersionRecord) -> Version {
    let (id, is_default) = (format!("v{number}"), record.default == number);
    Version { id, is_default, created: version.created, document: version.document }
}

fn aws_version(policy: &AwsPolicy) -> Version {
    let (id, document) = (policy.version.to_owned(), policy.document());
    Version { id, is_default: true, created: policy.updated, document }
}

impl Engine {
    /// Creates a policy with its first version.
    pub(crate) async fn create_policy(&self, home: Home, new: NewPolicy) -> Result<PolicyRecord, Refusal> {
        check_document(&new.document)?;
        let now = self.now();
        let record = &PolicyRecord {
            id: home.issue(IdKind::Policy, self.random()),
            name: new.name,
            path: new.path,
            description: new.description,
            created: now,
            updated: now,
            default: 1,
            next: 2,
            tags: new.tags,
        };
        let version = &VersionRecord { document: new.document, created: now };
        self.change(home.account, |tx| async move {
            let scope = home.scope();
            if POLICIES.get(&tx, &scope, &key(&record.name)).await?.is_some() {
                return Err(Refusal::Exists(Noun::Policy, record.name.clone()));
            }
            Counted::Policies.add(&tx, &scope).await?;
            Counted::Versions.add(&tx, &scope).await?;
            VERSIONS.put(&tx, &scope, &(record.id.clone(), 1), version)?;
            Ok(POLICIES.put(&tx, &scope, &key(&record.name), record)?)
        })
        .await?;
        Ok(record.clone())
    }

    /// Changes a policy's record. `edit` may refuse; it runs again when somebody else changed it meanwhile.
    pub(crate) async fn edit_policy(
        &self,
        home: Home,
        arn: &str,
        edit: impl Fn(&mut PolicyRecord) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, arn).await?;
            edit(&mut record)?;
            Ok(POLICIES.put(&tx, &home.scope(), &key(&record.name), &record)?)
        })
        .await
    }

    /// Adds a version, in force from now on if so asked.
    pub(crate) async fn add_version(
        &self,
        home: Home,
        arn: &str,
        document: &str,
        in_force: bool,
    ) -> Result<Version, Refusal> {
        check_document(document)?;
        let now = self.now();
        self.change(home.account, |tx| async move {
            let (scope, mut record) = (home.scope(), find(&tx, home, arn).await?);
            let present = numbers(&tx, home, &record).await?;
            if present.len() >= limits::VERSIONS {
                return Err(Refusal::Versions);
            }
            Counted::Versions.add(&tx, &scope).await?;
            let (number, version) = (record.next, VersionRecord { document: document.to_owned(), created: now });
            VERSIONS.put(&tx, &scope, &(record.id.clone(), number), &version)?;
            record.next += 1;
            record.updated = now;
            if in_force {
                record.default = number;
            }
            POLICIES.put(&tx, &scope, &key(&record.name), &record)?;
            Ok(shown(&record, number, version))
        })
        .await
    }

    /// Puts another version in force.
    pub(crate) async fn set_default_version(&self, home: Home, arn: &str, id: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, arn).await?;
            record.default = there(&tx, home, &record, id).await?;
            record.updated = now;
            Ok(POLICIES.put(&tx, &home.scope(), &key(&record.name), &record)?)
        })
        .await
    }

    /// Deletes a version that is not in force.
    pub(crate) async fn delete_version(&self, home: Home, arn: &str, id: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, arn).await?;
            let number = there(&tx, home, &record, id).await?;
            if number == record.default {
                return Err(Refusal::InUse(Hold::DefaultVersion));
            }
            VERSIONS.delete(&tx, &home.scope(), &(record.id, number));
            Ok(Counted::Versions.remove(&tx, &home.scope()).await?)
        })
        .await
    }

    /// Deletes a policy that nobody has, with its one version.
    pub(crate) async fn delete_policy(&self, home: Home, arn: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let (scope, record) = (home.scope(), find(&tx, home, arn).await?);
            if uses(&tx, home, arn).await? != Uses::default() {
                return Err(Refusal::InUse(Hold::Attached));
            }
            let present = numbers(&tx, home, &record).await?;
            if present.len() > 1 {
                return Err(Refusal::InUse(Hold::Versions));
            }
            for number in present {
                VERSIONS.delete(&tx, &scope, &(record.id.clone(), number));
                Counted::Versions.remove(&tx, &scope).await?;
            }
            POLICIES.delete(&tx, &scope, &key(&record.name));
            Ok(Counted::Policies.remove(&tx, &scope).await?)
        })
        .await
    }

    /// A page of an account's policies whose path begins with `prefix`, after one of them, sorted by name.
    pub(crate) async fn policies(
        &self,
        home: Home,
        after: Option<&str>,
        limit: usize,
        fits: impl Fn(&PolicyRecord) -> bool,
    ) -> Result<Vec<PolicyRecord>, Refusal> {
        let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
        let found = list(&self.view().await?, &POLICIES, &home.scope(), span, limit, |_, record| fits(record)).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// Entities that have a policy, with how, in the order of use and id.
    pub(crate) async fn holders(
        &self,
        home: Home,
        arn: &str,
    ) -> Result<Vec<(u8, crate::store::EntityRecord)>, Refusal> {
        let view = self.view().await?;
        find_any(&view, home, arn).await?;
        let rows = ATTACHMENTS.scan_all(&view, &home.scope(), &Span::prefix(&(arn.to_owned(),))).await?;
        let mut holders = Vec::new();
        for ((_, how, id), _) in rows {
            holders.extend(entity::by_id(&view, home, &id).await?.map(|record| (how, record)));
        }
        Ok(holders)
    }
}

async fn numbers(tx: &Tx, home: Home, record: &PolicyRecord) -> Result<Vec<u32>, StoreError> {
    let rows = VERSIONS.scan_all(tx, &home.scope(), &Span::prefix(&(record.id.clone(),))).await?;
    Ok(rows.into_iter().map(|((_, number), _)| number).collect())
}

async fn there(tx: &Tx, home: Home, record: &PolicyRecord, id: &str) -> Result<u32, Refusal> {
    let missing = || Refusal::NoVersion(home.policy(record), id.to_owned());
    let number = number(id).ok_or_else(missing)?;
    let found = VERSIONS.get(tx, &home.scope(), &(record.id.clone(), number)).await?;
    found.map(|_| number).ok_or_else(missing)
}
