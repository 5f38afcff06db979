//! `AWS::IAM::UserPolicy`, `AWS::IAM::GroupPolicy`, `AWS::IAM::RolePolicy`: one inline policy of one user, group or role. The
//! identifier is the policy's name and its holder's, with a bar between.

use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::holder::Holder;
use super::properties::{document, needed, properties, unless_gone};
use crate::engine::entity::Kind;

/// An inline policy of a user, group or role.
#[derive(Debug)]
pub(super) struct InlinePolicy(pub(super) Kind);

impl InlinePolicy {
    /// The property that names the holder.
    fn property(&self) -> &'static str {
        match self.0 {
            Kind::User => "UserName",
            Kind::Group => "GroupName",
            Kind::Role => "RoleName",
        }
    }

    /// The holder and the policy's name in an identifier.
    fn parts<'a>(&self, id: &'a str) -> (Holder<'a>, &'a str) {
        let (policy, name) = id.split_once('|').unwrap_or((id, ""));
        (Holder { kind: self.0, name }, policy)
    }
}

impl Described for InlinePolicy {
    fn words(&self) -> Words {
        let (name, properties, create_only): (_, &[_], &[_]) = match self.0 {
            Kind::User => {
                ("AWS::IAM::UserPolicy", &["PolicyDocument", "PolicyName", "UserName"], &["PolicyName", "UserName"])
            }
            Kind::Group => {
                ("AWS::IAM::GroupPolicy", &["GroupName", "PolicyDocument", "PolicyName"], &["GroupName", "PolicyName"])
            }
            Kind::Role => {
                ("AWS::IAM::RolePolicy", &["PolicyDocument", "PolicyName", "RoleName"], &["PolicyName", "RoleName"])
            }
        };
        Words { name, properties, create_only, named_by: None, attributes: &[] }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let id = format!("{}|{}", needed(&given, "PolicyName"), needed(&given, self.property()));
        self.update(ctx, &id, given).await?;
        Ok(id)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let (holder, policy) = self.parts(id);
        let found = unless_gone(holder.inline(ctx, policy).await)?;
        Ok(found.map(|text| {
            properties([("PolicyDocument", text), ("PolicyName", policy.into()), (self.property(), holder.name.into())])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let (holder, policy) = self.parts(id);
        holder.put(ctx, policy, document(given.get("PolicyDocument"))).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let (holder, policy) = self.parts(id);
        unless_gone(holder.take(ctx, policy).await).map(drop)
    }
}
