//! The policies of a user, group or role as text, each with its name and whose it is: for simulating them and for telling
//! what they allow.

use store::Reader;

use super::Engine;
use super::entity::{Kind, find};
use super::group::groups_of;
use super::home::{Home, PolicyArn};
use super::inline;
use super::policy::{find_any, version};
use super::refusal::Refusal;
use crate::store::EntityRecord;

/// A policy that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Its name.
    pub(crate) name: String,
    /// Its ARN, when it is a managed one.
    pub(crate) arn: Option<String>,
    /// Its document, the version in force.
    pub(crate) document: String,
    /// Kind and name of the user, group or role that has it.
    pub(crate) holder: (Kind, String),
}

impl Grant {
    /// How the simulator names it: inline policies with their holder.
    pub(crate) fn source(&self) -> String {
        match &self.arn {
            Some(_) => self.name.clone(),
            None => format!("{}_{}_{}", self.holder.0.word(), self.holder.1, self.name),
        }
    }
}

/// The policies of an entity alone.
async fn own(reader: &impl Reader, home: Home, record: &EntityRecord) -> Result<Vec<Grant>, Refusal> {
    let holder = (record.body.kind(), record.name.clone());
    let mut grants = Vec::new();
    for inline in inline::all(reader, home, &record.id).await? {
        let (name, document) = (inline.name, inline.document);
        grants.push(Grant { name, arn: None, document, holder: holder.clone() });
    }
    for arn in &record.attached {
        if let Some(document) = document(reader, home, arn).await? {
            let name = PolicyArn::parse(arn).map(|parsed| parsed.name).unwrap_or_default();
            grants.push(Grant { name, arn: Some(arn.clone()), document, holder: holder.clone() });
        }
    }
    Ok(grants)
}

/// The document of a managed policy; none when it is gone.
pub(crate) async fn document(reader: &impl Reader, home: Home, arn: &str) -> Result<Option<String>, Refusal> {
    match find_any(reader, home, arn).await {
        Ok(managed) => Ok(Some(version(reader, home, &managed, None).await?.document)),
        Err(Refusal::Missing(..)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The policies of an entity, and for a user those of its groups.
pub(crate) async fn all(reader: &impl Reader, home: Home, record: &EntityRecord) -> Result<Vec<Grant>, Refusal> {
    let mut grants = own(reader, home, record).await?;
    for group in groups_of(reader, home, record).await? {
        grants.extend(own(reader, home, &group).await?);
    }
    Ok(grants)
}

/// The user, group or role of an ARN.
pub(crate) async fn entity_of(reader: &impl Reader, home: Home, arn: &str) -> Result<Option<EntityRecord>, Refusal> {
    for kind in [Kind::User, Kind::Group, Kind::Role] {
        if let Some(name) = home.entity_name(kind, arn) {
            let found = find(reader, home, kind, &name).await?;
            return Ok(Some(found).filter(|record| home.entity(record) == arn));
        }
    }
    Ok(None)
}

impl Engine {
    /// The user, group or role of an ARN with its policies.
    pub(crate) async fn grants(&self, home: Home, arn: &str) -> Result<Option<(EntityRecord, Vec<Grant>)>, Refusal> {
        let view = self.view().await?;
        let Some(record) = entity_of(&view, home, arn).await? else { return Ok(None) };
        let grants = all(&view, home, &record).await?;
        Ok(Some((record, grants)))
    }
}
