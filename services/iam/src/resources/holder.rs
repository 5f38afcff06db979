//! Policies of users, groups and roles, whichever they are: one verb each, by the operation of the kind.

use api_iam::{
    AttachGroupPolicy, AttachGroupPolicyInput, AttachRolePolicy, AttachRolePolicyInput, AttachUserPolicy,
    AttachUserPolicyInput, DeleteGroupPolicy, DeleteGroupPolicyInput, DeleteRolePermissionsBoundary,
    DeleteRolePermissionsBoundaryInput, DeleteRolePolicy, DeleteRolePolicyInput, DeleteUserPermissionsBoundary,
    DeleteUserPermissionsBoundaryInput, DeleteUserPolicy, DeleteUserPolicyInput, DetachGroupPolicy,
    DetachGroupPolicyInput, DetachRolePolicy, DetachRolePolicyInput, DetachUserPolicy, DetachUserPolicyInput,
    GetGroupPolicy, GetGroupPolicyInput, GetRolePolicy, GetRolePolicyInput, GetUserPolicy, GetUserPolicyInput,
    ListAttachedGroupPolicies, ListAttachedGroupPoliciesInput, ListAttachedRolePolicies, ListAttachedRolePoliciesInput,
    ListAttachedUserPolicies, ListAttachedUserPoliciesInput, ListGroupPolicies, ListGroupPoliciesInput,
    ListRolePolicies, ListRolePoliciesInput, ListUserPolicies, ListUserPoliciesInput, PutGroupPolicy,
    PutGroupPolicyInput, PutRolePermissionsBoundary, PutRolePermissionsBoundaryInput, PutRolePolicy,
    PutRolePolicyInput, PutUserPermissionsBoundary, PutUserPermissionsBoundaryInput, PutUserPolicy, PutUserPolicyInput,
};
use futures_util::FutureExt;
use serde_json::{Value, json};
use service_kit::{Ctx, Error, PropertySource};

use super::properties::{difference, document, list_property, shown, text, texts};
use crate::engine::entity::Kind;
use crate::ops::home;
use crate::store::ENTITIES;

/// A user, group or role by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: &'a str,
}

impl Holder<'_> {
    /// Its ARN, with its path; of one that is gone, or that cannot be read at once, as if it stood under none.
    pub(super) fn arn(self, ctx: &Ctx) -> String {
        let home = home(ctx);
        let read = async {
            let view = ctx.store().read().await?;
            ENTITIES.get(&view, &home.scope(), &self.kind.at(self.name)).await
        };
        let found = read.now_or_never().and_then(Result::ok).flatten();
        found.map_or_else(|| home.arn_of(self.kind.word(), "/", self.name), |record| home.entity(&record))
    }

    /// Attaches a managed policy.
    pub(super) async fn attach(self, ctx: &Ctx, arn: &str) -> Result<(), Error> {
        let (name, policy_arn) = (self.name.to_owned(), arn.to_owned());
        match self.kind {
            Kind::User => {
                let input = AttachUserPolicyInput { user_name: name, policy_arn };
                ctx.call::<AttachUserPolicy>(input).await.map(drop)
            }
            Kind::Group => {
                let input = AttachGroupPolicyInput { group_name: name, policy_arn };
                ctx.call::<AttachGroupPolicy>(input).await.map(drop)
            }
            Kind::Role => {
                let input = AttachRolePolicyInput { role_name: name, policy_arn };
                ctx.call::<AttachRolePolicy>(input).await.map(drop)
            }
        }
    }

    /// Detaches a managed policy.
    pub(super) async fn detach(self, ctx: &Ctx, arn: &str) -> Result<(), Error> {
        let (name, policy_arn) = (self.name.to_owned(), arn.to_owned());
        match self.kind {
            Kind::User => {
                let input = DetachUserPolicyInput { user_name: name, policy_arn };
                ctx.call::<DetachUserPolicy>(input).await.map(drop)
            }
            Kind::Group => {
                let input = DetachGroupPolicyInput { group_name: name, policy_arn };
                ctx.call::<DetachGroupPolicy>(input).await.map(drop)
            }
            Kind::Role => {
                let input = DetachRolePolicyInput { role_name: name, policy_arn };
                ctx.call::<DetachRolePolicy>(input).await.map(drop)
            }
        }
    }

    /// ARNs of attached policies.
    pub(super) async fn attached(self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let name = self.name.to_owned();
        let attached = match self.kind {
            Kind::User => {
                let input = ListAttachedUserPoliciesInput { user_name: name, ..Default::default() };
                ctx.call::<ListAttachedUserPolicies>(input).await?.attached_policies
            }
            Kind::Group => {
                let input = ListAttachedGroupPoliciesInput { group_name: name, ..Default::default() };
                ctx.call::<ListAttachedGroupPolicies>(input).await?.attached_policies
            }
            Kind::Role => {
                let input = ListAttachedRolePoliciesInput { role_name: name, ..Default::default() };
                ctx.call::<ListAttachedRolePolicies>(input).await?.attached_policies
            }
        };
        Ok(attached.unwrap_or_default().into_iter().filter_map(|policy| policy.policy_arn).collect())
    }

    /// Puts an inline policy.
    pub(super) async fn put(self, ctx: &Ctx, policy: &str, document: String) -> Result<(), Error> {
        let (name, policy_name, policy_document) = (self.name.to_owned(), policy.to_owned(), document);
        match self.kind {
            Kind::User => {
                let input = PutUserPolicyInput { user_name: name, policy_name, policy_document };
                ctx.call::<PutUserPolicy>(input).await.map(drop)
            }
            Kind::Group => {
                let input = PutGroupPolicyInput { group_name: name, policy_name, policy_document };
                ctx.call::<PutGroupPolicy>(input).await.map(drop)
            }
            Kind::Role => {
                let input = PutRolePolicyInput { role_name: name, policy_name, policy_document };
                ctx.call::<PutRolePolicy>(input).await.map(drop)
            }
        }
    }

    /// The document of an inline policy, as a property.
    pub(super) async fn inline(self, ctx: &Ctx, policy: &str) -> Result<Value, Error> {
        let (name, policy_name) = (self.name.to_owned(), policy.to_owned());
        let document = match self.kind {
            Kind::User => {
                let input = GetUserPolicyInput { user_name: name, policy_name };
                ctx.call::<GetUserPolicy>(input).await?.policy_document
            }
            Kind::Group => {
                let input = GetGroupPolicyInput { group_name: name, policy_name };
                ctx.call::<GetGroupPolicy>(input).await?.policy_document
            }
            Kind::Role => {
                let input = GetRolePolicyInput { role_name: name, policy_name };
                ctx.call::<GetRolePolicy>(input).await?.policy_document
            }
        };
        Ok(shown(&document))
    }

    /// Deletes an inline policy.
    pub(super) async fn take(self, ctx: &Ctx, policy: &str) -> Result<(), Error> {
        let (name, policy_name) = (self.name.to_owned(), policy.to_owned());
        match self.kind {
            Kind::User => {
                let input = DeleteUserPolicyInput { user_name: name, policy_name };
                ctx.call::<DeleteUserPolicy>(input).await.map(drop)
            }
            Kind::Group => {
                let input = DeleteGroupPolicyInput { group_name: name, policy_name };
                ctx.call::<DeleteGroupPolicy>(input).await.map(drop)
            }
            Kind::Role => {
                let input = DeleteRolePolicyInput { role_name: name, policy_name };
                ctx.call::<DeleteRolePolicy>(input).await.map(drop)
            }
        }
    }

    /// Names of inline policies.
    pub(super) async fn inline_names(self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let name = self.name.to_owned();
        Ok(match self.kind {
            Kind::User => {
                let input = ListUserPoliciesInput { user_name: name, max_items: Some(1_000), ..Default::default() };
                ctx.call::<ListUserPolicies>(input).await?.policy_names
            }
            Kind::Group => {
                let input = ListGroupPoliciesInput { group_name: name, max_items: Some(1_000), ..Default::default() };
                ctx.call::<ListGroupPolicies>(input).await?.policy_names
            }
            Kind::Role => {
                let input = ListRolePoliciesInput { role_name: name, max_items: Some(1_000), ..Default::default() };
                ctx.call::<ListRolePolicies>(input).await?.policy_names
            }
        })
    }

    /// Sets the permissions boundary, or takes it off. Groups have none.
    pub(super) async fn bound(self, ctx: &Ctx, boundary: Option<String>) -> Result<(), Error> {
        let name = self.name.to_owned();
        match (self.kind, boundary) {
            (Kind::User, Some(permissions_boundary)) => {
                let input = PutUserPermissionsBoundaryInput { user_name: name, permissions_boundary };
                ctx.call::<PutUserPermissionsBoundary>(input).await.map(drop)
            }
            (Kind::User, None) => {
                let input = DeleteUserPermissionsBoundaryInput { user_name: name };
                ctx.call::<DeleteUserPermissionsBoundary>(input).await.map(drop)
            }
            (Kind::Role, Some(permissions_boundary)) => {
                let input = PutRolePermissionsBoundaryInput { role_name: name, permissions_boundary };
                ctx.call::<PutRolePermissionsBoundary>(input).await.map(drop)
            }
            (Kind::Role, None) => {
                let input = DeleteRolePermissionsBoundaryInput { role_name: name };
                ctx.call::<DeleteRolePermissionsBoundary>(input).await.map(drop)
            }
            (Kind::Group, _) => Ok(()),
        }
    }

    /// Makes attached and inline policies those of a template.
    pub(super) async fn settle(self, ctx: &Ctx, given: &PropertySource) -> Result<(), Error> {
        let (gone, new) = difference(&self.attached(ctx).await?, &texts(given, "ManagedPolicyArns"));
        for arn in gone {
            self.detach(ctx, &arn).await?;
        }
        for arn in new {
            self.attach(ctx, &arn).await?;
        }
        let wanted: Vec<_> = inline_of(given).collect();
        let names: Vec<_> = wanted.iter().map(|(name, _)| name.clone()).collect();
        for name in difference(&self.inline_names(ctx).await?, &names).0 {
            self.take(ctx, &name).await?;
        }
        for (name, document) in wanted {
            self.put(ctx, &name, document).await?;
        }
        Ok(())
    }

    /// Takes all policies off, so that it can be deleted.
    pub(super) async fn strip(self, ctx: &Ctx) -> Result<(), Error> {
        self.settle(ctx, &PropertySource::new()).await
    }

    /// Its attached and inline policies as properties.
    pub(super) async fn policies(self, ctx: &Ctx) -> Result<[(&'static str, Value); 2], Error> {
        let mut inline = Vec::new();
        for name in self.inline_names(ctx).await? {
            inline.push(json!({"PolicyName": name, "PolicyDocument": self.inline(ctx, &name).await?}));
        }
        let attached = self.attached(ctx).await?.into_iter().map(Value::String).collect();
        Ok([("ManagedPolicyArns", list_property(attached)), ("Policies", list_property(inline))])
    }
}

/// Name and document of each inline policy of a template.
fn inline_of(given: &PropertySource) -> impl Iterator<Item = (String, String)> {
    let list = given.get("Policies").and_then(Value::as_array).into_iter().flatten();
    let objects = list.filter_map(Value::as_object);
    objects.filter_map(|policy| Some((text(policy, "PolicyName")?, document(policy.get("PolicyDocument")))))
}
