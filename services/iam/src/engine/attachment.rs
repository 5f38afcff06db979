//! Managed policies attached to users, groups and roles, and as their permissions boundaries. The entity's record says which
//! it has; a row a policy says who has it.

use super::entity::{Kind, find, put, used};
use super::home::Home;
use super::refusal::{Noun, Refusal};
use super::{Engine, nothing, policy};
use crate::limits;
use crate::store::{ATTACHMENTS, Use};

impl Engine {
    /// Attaches a policy; attaching it again changes nothing.
    pub(crate) async fn attach(&self, home: Home, kind: Kind, name: &str, arn: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, kind, name).await?;
            record.check_unprotected()?;
            policy::check_attachable(&tx, home, arn).await?;
            if record.attached.iter().any(|attached| attached == arn) {
                return Ok(());
            }
            if record.attached.len() >= limits::ATTACHED {
                return Err(Refusal::Quota(quota(kind), limits::ATTACHED as u64));
            }
            record.attached.push(arn.to_owned());
            ATTACHMENTS.put(&tx, &home.scope(), &used(arn, Use::Attached, &record.id), &nothing())?;
            Ok(put(&tx, home, &record)?)
        })
        .await
    }

    /// Detaches a policy.
    pub(crate) async fn detach(&self, home: Home, kind: Kind, name: &str, arn: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, kind, name).await?;
            record.check_unprotected()?;
            let at = record.attached.iter().position(|attached| attached == arn);
            record.attached.remove(at.ok_or_else(|| Refusal::Missing(Noun::Policy, arn.to_owned()))?);
            ATTACHMENTS.delete(&tx, &home.scope(), &used(arn, Use::Attached, &record.id));
            Ok(put(&tx, home, &record)?)
        })
        .await
    }

    /// Sets the permissions boundary of a user or role, or takes it off.
    pub(crate) async fn bound(&self, home: Home, kind: Kind, name: &str, arn: Option<&str>) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let (scope, mut record) = (home.scope(), find(&tx, home, kind, name).await?);
            record.check_unprotected()?;
            if let Some(before) = &record.boundary {
                ATTACHMENTS.delete(&tx, &scope, &used(before, Use::Boundary, &record.id));
            } else if arn.is_none() {
                return Err(no_boundary(kind, name));
            }
            if let Some(arn) = arn {
                policy::check_boundary(&tx, home, arn).await?;
                ATTACHMENTS.put(&tx, &scope, &used(arn, Use::Boundary, &record.id), &nothing())?;
            }
            record.boundary = arn.map(str::to_owned);
            Ok(put(&tx, home, &record)?)
        })
        .await
    }
}

fn quota(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "PoliciesPerUser",
        Kind::Group => "PoliciesPerGroup",
        Kind::Role => "PoliciesPerRole",
    }
}

fn no_boundary(kind: Kind, name: &str) -> Refusal {
    let noun = if kind == Kind::Role { Noun::RoleBoundary } else { Noun::UserBoundary };
    Refusal::Missing(noun, name.to_owned())
}
