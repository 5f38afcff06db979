//! Roles assumed by those whom an identity provider vouches for: what the two ways of doing so have in common.

use std::collections::BTreeMap;

use api_sts::PolicyDescriptorType;
use names::{Arn, Timestamp};
use policy::{MapContext, Who};
use service_kit::{Ctx, Error, Session};

use super::issue;
use crate::calls;
use crate::engine::lifetime;
use crate::engine::role::Role;
use crate::engine::session_tags::SessionTags;
use crate::engine::trust::{Entrance, circumstances};
use crate::error::not_authorized;

/// What a provider says of its user, checked.
pub(super) struct Vouched<'a> {
    /// `sts:AssumeRoleWithSAML` or `sts:AssumeRoleWithWebIdentity`.
    pub(super) action: &'static str,
    /// Who asks, named by the provider.
    pub(super) who: Who<'a>,
    /// The provider, as a `Federated` principal writes it.
    pub(super) provider: &'a str,
    /// The session's name.
    pub(super) name: &'a str,
    /// Condition keys for the decision.
    pub(super) keys: BTreeMap<String, Vec<String>>,
    /// Those that stay with the session.
    pub(super) lasting: BTreeMap<String, Vec<String>>,
    /// Tags that the provider gives.
    pub(super) tags: SessionTags,
    /// Whom the provider names as the source.
    pub(super) source_identity: Option<String>,
    /// When the provider's own session ends.
    pub(super) until: Option<Timestamp>,
}

/// What the request asks for the session.
pub(super) struct Wanted {
    pub(super) duration: Option<i64>,
    pub(super) policy: Option<String>,
    pub(super) policy_arns: Option<Vec<PolicyDescriptorType>>,
}

impl Vouched<'_> {
    /// A session of the role, if its trust policy lets the user in; with the percents of space that its scope takes.
    pub(super) async fn session(self, ctx: &Ctx, arn: &Arn, wanted: Wanted) -> Result<(Session, Option<i32>), Error> {
        let role = calls::role(ctx, arn).await?.ok_or_else(|| not_authorized(self.action))?;
        self.let_in(ctx, &role).await?;
        let expires = lifetime::of_role(ctx.now(), wanted.duration, role.longest, false)?;
        let scope = issue::scope(ctx, wanted.policy, wanted.policy_arns).await?;
        let packed = scope.packed(&self.tags.given)?;
        let mut context = self.lasting;
        context.insert("aws:FederatedProvider".to_owned(), vec![self.provider.to_owned()]);
        let session = Session {
            account: role.account,
            principal: role.session(self.name),
            issuer: role.id.clone(),
            issued: ctx.now(),
            expires: self.until.map_or(expires, |until| until.min(expires)),
            policies: scope.policies,
            policy_arns: scope.arns,
            tags: self.tags.all(),
            transitive_tags: self.tags.all_transitive(),
            source_identity: self.source_identity,
            mfa: None,
            chained: false,
            context,
        };
        Ok((session, packed))
    }

    async fn let_in(&self, ctx: &Ctx, role: &Role) -> Result<(), Error> {
        let membership = calls::membership(ctx, role.account).await?;
        let mut context = self.context(ctx, role);
        if let Some(membership) = &membership {
            context.insert("aws:ResourceOrgID", [membership.organization.as_str()]);
            context.insert("aws:ResourceOrgPaths", [membership.path.as_str()]);
        }
        let bounds = membership.as_ref().map(|membership| membership.resource_control.as_slice()).unwrap_or_default();
        let mut actions = vec![self.action];
        if !self.tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if self.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        let entrance = Entrance { role, who: self.who, context: &context, bounds };
        if entrance.allows(&actions) { Ok(()) } else { Err(not_authorized(self.action)) }
    }

    fn context(&self, ctx: &Ctx, role: &Role) -> MapContext {
        let mut context = circumstances(ctx, role.account);
        context.insert("aws:FederatedProvider", [self.provider]);
        context.insert("sts:RoleSessionName", [self.name]);
        for (key, values) in &self.keys {
            context.insert(key, values);
        }
        for (key, value) in &self.tags.given {
            context.insert(&format!("aws:RequestTag/{key}"), [value.as_str()]);
        }
        context.insert("aws:TagKeys", self.tags.given.keys());
        context.insert("sts:TransitiveTagKeys", &self.tags.transitive);
        for (key, value) in &role.tags {
            context.insert(&format!("aws:ResourceTag/{key}"), [value.as_str()]);
            context.insert(&format!("iam:ResourceTag/{key}"), [value.as_str()]);
        }
        if let Some(identity) = &self.source_identity {
            context.insert("sts:SourceIdentity", [identity.as_str()]);
        }
        context
    }
}
