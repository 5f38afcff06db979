//! `AWS::IAM::Policy`: an inline policy put into several users, groups and roles. Its identifier is invented; whom it is in
//! is noted under it.

use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::holder::Holder;
use super::properties::{document, list_property, needed, properties, texts, unless_gone};
use crate::engine::entity::Kind;
use crate::ops::home;
use crate::store::{STACK_POLICIES, StackPolicyRecord};

/// A policy in several.
#[derive(Debug)]
pub(super) struct Policy;

impl Described for Policy {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::Policy",
            properties: &["Groups", "PolicyDocument", "PolicyName", "Roles", "Users"],
            create_only: &[],
            named_by: None,
            attributes: &["Id"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let id = format!("policy-{}", ctx.random().alphanumeric(12));
        put(ctx, &id, None, &given).await?;
        Ok(id)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let Some(record) = noted(ctx, id).await? else { return Ok(None) };
        let text = match holders(&record).next() {
            Some(holder) => unless_gone(holder.inline(ctx, &record.name).await)?.unwrap_or_default(),
            None => Value::Null,
        };
        let list = |names: &[String]| list_property(names.iter().cloned().map(Value::String).collect());
        Ok(Some(properties([
            ("Id", id.into()),
            ("PolicyDocument", text),
            ("Users", list(&record.users)),
            ("Groups", list(&record.groups)),
            ("Roles", list(&record.roles)),
            ("PolicyName", record.name.clone().into()),
        ])))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let before = noted(ctx, id).await?;
        put(ctx, id, before, &given).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let Some(record) = noted(ctx, id).await? else { return Ok(()) };
        for holder in holders(&record) {
            unless_gone(holder.take(ctx, &record.name).await)?;
        }
        let gone = store::Batch::new();
        STACK_POLICIES.delete(&gone, &home(ctx).scope(), &id);
        Ok(ctx.store().write(gone).await.map(drop)?)
    }
}

/// Puts a template's policy into whom it names, and takes it out of whom it named before.
async fn put(ctx: &Ctx, id: &str, before: Option<StackPolicyRecord>, given: &PropertySource) -> Result<(), Error> {
    let record = StackPolicyRecord {
        name: needed(given, "PolicyName"),
        users: texts(given, "Users"),
        groups: texts(given, "Groups"),
        roles: texts(given, "Roles"),
    };
    for holder in holders(&record) {
        holder.put(ctx, &record.name, document(given.get("PolicyDocument"))).await?;
    }
    if let Some(before) = &before {
        for holder in holders(before) {
            let stays = holders(&record).any(|other| (other.kind, other.name) == (holder.kind, holder.name));
            if !stays || before.name != record.name {
                unless_gone(holder.take(ctx, &before.name).await)?;
            }
        }
    }
    let noted = store::Batch::new();
    STACK_POLICIES.put(&noted, &home(ctx).scope(), &id, &record)?;
    Ok(ctx.store().write(noted).await.map(drop)?)
}

async fn noted(ctx: &Ctx, id: &str) -> Result<Option<StackPolicyRecord>, Error> {
    Ok(STACK_POLICIES.get(&ctx.store().read().await?, &home(ctx).scope(), &id).await?)
}

fn holders(record: &StackPolicyRecord) -> impl Iterator<Item = Holder<'_>> {
    let all = [(Kind::User, &record.users), (Kind::Group, &record.groups), (Kind::Role, &record.roles)];
    all.into_iter().flat_map(|(kind, names)| names.iter().map(move |name| Holder { kind, name }))
}
