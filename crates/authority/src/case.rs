//! One question with every policy and fact that bears on it: gathered once, decided from, and kept to explain.

use std::collections::BTreeMap;
use std::sync::Arc;

use names::{AccountId, Region, Tags, Timestamp};
use policy::{Attached, Context, Explanation, Policies, Policy, Request, ResourceRule, Who};
use service_kit::{Caller, HeldPolicy, Identity, Membership, Principal, RequestInfo};

use crate::reliance::{Reliance, Watched};

/// Everything that bears on one decision.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) caller: Arc<Caller>,
    pub(crate) request: Arc<RequestInfo>,
    pub(crate) region: Region,
    pub(crate) now: Timestamp,
    pub(crate) action: String,
    pub(crate) resource: String,
    /// Condition keys that the service told.
    pub(crate) told: BTreeMap<String, Vec<String>>,
    /// The caller's ARN.
    pub(crate) arn: String,
    /// The user or role.
    pub(crate) identity: Option<Arc<Identity>>,
    /// Policies that bound the session, when any do.
    pub(crate) session: Option<Vec<HeldPolicy>>,
    /// The account that owns the resource.
    pub(crate) owner: AccountId,
    /// The caller's organization.
    pub(crate) membership: Option<Arc<Membership>>,
    /// The resource's.
    pub(crate) owner_membership: Option<Arc<Membership>>,
    /// The resource's own policy.
    pub(crate) resource_policy: Option<Arc<Policy>>,
    /// The same, as text.
    pub(crate) resource_text: Option<String>,
    /// Whether nobody is allowed without it.
    pub(crate) rules_alone: bool,
    /// The resource's tags, when a policy speaks of them.
    pub(crate) resource_tags: Tags,
}

impl Case {
    /// Decides: why it is refused, if it is, and what that turned on.
    pub(crate) fn decide(&self) -> (Option<String>, Reliance) {
        let context = Watched::new(self);
        let refusal = self.with(&context, |policies, request| {
            let decision = policy::evaluate(policies, request);
            (!decision.allowed).then(|| decision.reason.text_with_policy(&self.action))
        });
        (refusal, context.reliance())
    }

    /// Decides again, and says why.
    pub(crate) fn explain(&self) -> Explanation {
        self.with(self, policy::explain)
    }

    /// Whether any policy speaks of condition keys that begin so.
    pub(crate) fn mentions(&self, prefix: &str) -> bool {
        let held = self.identity.iter().flat_map(|identity| identity.policies.iter().chain(&identity.boundary));
        let levels = |of: &Option<Arc<Membership>>, which: fn(&Membership) -> &Vec<Vec<HeldPolicy>>| {
            of.iter().any(|m| which(m).iter().flatten().any(|held| held.policy.mentions(prefix)))
        };
        held.chain(self.session.iter().flatten()).any(|held| held.policy.mentions(prefix))
            || self.resource_policy.as_ref().is_some_and(|policy| policy.mentions(prefix))
            || levels(&self.membership, |m| &m.service_control)
            || levels(&self.owner_membership, |m| &m.resource_control)
    }

    fn with<T>(&self, context: &dyn Context, use_them: impl FnOnce(&Policies<'_>, &Request<'_>) -> T) -> T {
        let identity = self.identity.as_deref();
        let own = attached(identity.map(|identity| &identity.policies[..]).unwrap_or_default());
        let session = self.session.as_deref().map(attached);
        let (scp, rcp) = (self.service_control(), self.resource_control());
        let (scp, rcp) = (slices(&scp), slices(&rcp));
        let policies = Policies {
            identity: &own,
            boundary: identity.and_then(|identity| identity.boundary.as_ref()).map(attach),
            session: session.as_deref(),
            resource: self.resource_policy.as_deref().map(|policy| Attached { name: &self.resource, policy }),
            resource_rule: if self.rules_alone { ResourceRule::Required } else { ResourceRule::Optional },
            resource_account: Some(self.owner),
            service_control: &scp,
            resource_control: &rcp,
            endpoint: None,
        };
        let (principal, action, resource) = (self.who(), self.action.as_str(), self.resource.as_str());
        use_them(&policies, &Request { principal, action, resource, context })
    }

    /// Service control policies bind the accounts of an organization, but not the services that act in them.
    fn service_control(&self) -> Vec<Vec<Attached<'_>>> {
        levels(self.membership.as_deref().map(|membership| &membership.service_control))
    }

    /// Resource control policies bind what the accounts of an organization own.
    fn resource_control(&self) -> Vec<Vec<Attached<'_>>> {
        levels(self.owner_membership.as_deref().map(|membership| &membership.resource_control))
    }

    fn who(&self) -> Who<'_> {
        let account = self.caller.account;
        match &self.caller.principal {
            Principal::Root => Who::root(account, &self.arn),
            Principal::User { arn, id } => Who::user(account, arn, id),
            Principal::RoleSession { arn, id, role } => Who::role_session(account, arn, role, id),
            Principal::Federated { arn, .. } => {
                let parent = self.identity.as_ref().map_or("", |identity| &identity.arn);
                Who::federated_user(account, arn, parent)
            }
            Principal::Service(name) | Principal::Internal(name) => Who::service(name, self.region.as_str()),
            Principal::Anonymous => Who::anonymous(),
        }
    }
}

fn attach(held: &HeldPolicy) -> Attached<'_> {
    Attached { name: &held.name, policy: &held.policy }
}

fn attached(held: &[HeldPolicy]) -> Vec<Attached<'_>> {
    held.iter().map(attach).collect()
}

fn levels(held: Option<&Vec<Vec<HeldPolicy>>>) -> Vec<Vec<Attached<'_>>> {
    held.into_iter().flatten().map(|level| attached(level)).collect()
}

fn slices<'a>(levels: &'a [Vec<Attached<'a>>]) -> Vec<&'a [Attached<'a>]> {
    levels.iter().map(Vec::as_slice).collect()
}
