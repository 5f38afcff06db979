//! Whether a trust policy lets a provider's user in. Such a user signs nothing, so nobody asked the authority before the
//! handler ran; here the same evaluator is asked, with the trust policy and the bounds of the role's account.

use names::AccountId;
use policy::{Attached, Kind, MapContext, Policies, Policy, Request, ResourceRule, Who, evaluate};
use service_kit::{Ctx, HeldPolicy};

use super::role::Role;

/// A provider's user before the gate.
pub(crate) struct Entrance<'a> {
    /// The role, if there is one of that name.
    pub(crate) role: &'a Role,
    /// Who vouches.
    pub(crate) who: Who<'a>,
    /// What is known of the request.
    pub(crate) context: &'a MapContext,
    /// The role's account's resource control policies, level by level.
    pub(crate) bounds: &'a [Vec<HeldPolicy>],
}

impl Entrance<'_> {
    /// Whether all these actions are allowed. A trust policy that cannot be read allows nothing.
    pub(crate) fn allows(&self, actions: &[&str]) -> bool {
        let Ok(trust) = Policy::parse(&self.role.trust, Kind::Trust) else { return false };
        let arn = self.role.arn.to_string();
        let levels: Vec<Vec<Attached<'_>>> = self.bounds.iter().map(|level| attached(level)).collect();
        let levels: Vec<&[Attached<'_>]> = levels.iter().map(Vec::as_slice).collect();
        let policies = Policies {
            resource: Some(Attached { name: &arn, policy: &trust }),
            resource_rule: ResourceRule::Required,
            resource_account: Some(self.role.account),
            resource_control: &levels,
            ..Policies::default()
        };
        actions.iter().all(|action| {
            let request = Request { principal: self.who, action, resource: &arn, context: self.context };
            evaluate(&policies, &request).allowed
        })
    }
}

fn attached(held: &[HeldPolicy]) -> Vec<Attached<'_>> {
    held.iter().map(|held| Attached { name: &held.name, policy: &held.policy }).collect()
}

/// The condition keys of every request, for one that nobody signed.
pub(crate) fn circumstances(ctx: &Ctx, role: AccountId) -> MapContext {
    let (request, now) = (&ctx.request, ctx.now());
    let mut context = MapContext::new()
        .with("aws:CurrentTime", &now.iso8601())
        .with("aws:EpochTime", &now.secs().to_string())
        .with("aws:SecureTransport", if request.secure { "true" } else { "false" })
        .with("aws:RequestedRegion", ctx.region.as_str())
        .with("aws:PrincipalIsAWSService", "false")
        .with("aws:ViaAWSService", if request.called_via.is_empty() { "false" } else { "true" })
        .with("aws:ResourceAccount", &role.to_string());
    if let Some(address) = request.source_ip {
        context.insert("aws:SourceIp", [address.to_string()]);
    }
    for (key, value) in [("aws:UserAgent", &request.user_agent), ("aws:Referer", &request.referer)] {
        if !value.is_empty() {
            context.insert(key, [value.as_str()]);
        }
    }
    context
}
