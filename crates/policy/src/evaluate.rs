//! The walk over all policies, and AWS's rules for what its findings mean.
//!
//! The walk and the judgement are apart: the walk only notes who denies and who allows, [`judge`] only reads the notes.
//! An evaluation and its explanation are the same walk with another onlooker, so they cannot disagree.
//! Source of the rules: IAM User Guide, "Policy evaluation logic" with its pages on single accounts, on requests across
//! accounts and on how the enforcement code decides.

use crate::decision::{AllowedBy, Decision, Reason, Source};
use crate::kind::Kind;
use crate::policy::{Effect, Mismatch, Statement};
use crate::principal::Grant;
use crate::request::{Attached, Policies, Request, ResourceRule};
use crate::who::{Who, WhoKind};

/// Decides one request.
pub fn evaluate<'a>(policies: &Policies<'a>, request: &Request<'_>) -> Decision<'a> {
    walk(policies, request, &mut NoOne)
}

/// Sees each statement as it is looked at.
pub(crate) trait Onlooker {
    /// Whether the walk goes on after a denial that settles everything.
    const SEES_ALL: bool;
    /// A policy begins. `level` counts the levels of Organizations from the root.
    fn policy(&mut self, source: Source, level: Option<usize>, policy: &Attached<'_>);
    /// The next statement of the policy that began last.
    fn statement(&mut self, statement: &Statement, outcome: Result<Grant, Mismatch>);
}

struct NoOne;

impl Onlooker for NoOne {
    const SEES_ALL: bool = false;
    fn policy(&mut self, _: Source, _: Option<usize>, _: &Attached<'_>) {}
    fn statement(&mut self, _: &Statement, _: Result<Grant, Mismatch>) {}
}

/// What the walk notes. An absent sort of policy bounds nothing.
#[derive(Default)]
struct Findings<'a> {
    /// The first explicit denial.
    denied: Option<Reason<'a>>,
    service_control: bool,
    resource_control: bool,
    endpoint: bool,
    resource: Option<Grant>,
    identity: bool,
    boundary: bool,
    session: bool,
}

pub(crate) fn walk<'a, O: Onlooker>(policies: &Policies<'a>, request: &Request<'_>, onlooker: &mut O) -> Decision<'a> {
    let findings = survey(policies, request, onlooker);
    let reason = judge(&findings, policies, &request.principal);
    Decision { allowed: matches!(reason, Reason::Allowed(_)), reason }
}

/// Looks at everything in the order in which denials are reported: Organizations, endpoint, resource, identity,
/// boundary, session. AWS names one sort only and does not say which.
fn survey<'a, O: Onlooker>(policies: &Policies<'a>, request: &Request<'_>, onlooker: &mut O) -> Findings<'a> {
    let mut survey = Survey { request, onlooker, denied: None };
    let mut found = Findings { service_control: true, resource_control: true, ..Findings::default() };
    let bound_by_scp = request.principal.account.is_some() && !request.principal.is_service_linked();
    if bound_by_scp {
        found.service_control = survey.levels(Source::ServiceControl, policies.service_control);
    }
    if !request.principal.is_service_linked() {
        found.resource_control = survey.levels(Source::ResourceControl, policies.resource_control);
    }
    found.endpoint = survey.optional(Source::Endpoint, policies.endpoint);
    found.resource = survey.all(resource_source(policies), None, policies.resource.as_slice());
    found.identity = survey.all(Source::Identity, None, policies.identity).is_some();
    found.boundary = survey.optional(Source::Boundary, policies.boundary);
    found.session = policies.session.is_none_or(|session| survey.all(Source::Session, None, session).is_some());
    found.denied = survey.denied;
    found
}

/// A role's trust policy has words of its own in denials.
fn resource_source(policies: &Policies<'_>) -> Source {
    let trust = policies.resource.is_some_and(|resource| resource.policy.kind() == Kind::Trust);
    if trust { Source::Trust } else { Source::Resource }
}

struct Survey<'s, 'r, 'a, O> {
    request: &'s Request<'r>,
    onlooker: &'s mut O,
    denied: Option<Reason<'a>>,
}

impl<'a, O: Onlooker> Survey<'_, '_, 'a, O> {
    /// Each level must allow; without levels nothing is bound.
    fn levels(&mut self, source: Source, levels: &[&[Attached<'a>]]) -> bool {
        let mut allowed = true;
        for (index, level) in levels.iter().enumerate() {
            allowed &= self.all(source, Some(index), level).is_some();
        }
        allowed
    }

    /// Whether a policy that need not be there allows, or is not there.
    fn optional(&mut self, source: Source, policy: Option<Attached<'a>>) -> bool {
        policy.is_none_or(|policy| self.all(source, None, &[policy]).is_some())
    }

    /// The best grant of some policies of one sort.
    fn all(&mut self, source: Source, level: Option<usize>, policies: &[Attached<'a>]) -> Option<Grant> {
        let mut best = None;
        for policy in policies {
            if self.denied.is_some() && !O::SEES_ALL {
                return best;
            }
            self.onlooker.policy(source, level, policy);
            best = best.max(self.one(source, policy));
        }
        best
    }

    fn one(&mut self, source: Source, attached: &Attached<'a>) -> Option<Grant> {
        let mut best = None;
        for (index, statement) in attached.policy.statements.iter().enumerate() {
            let useless = statement.effect == Effect::Allow && best == Some(Grant::Itself);
            if useless && !O::SEES_ALL {
                continue;
            }
            let outcome = statement.check(self.request);
            self.onlooker.statement(statement, outcome);
            match (statement.effect, outcome) {
                (_, Err(_)) => {}
                (Effect::Allow, Ok(grant)) => best = best.max(Some(grant)),
                (Effect::Deny, Ok(_)) => {
                    let reason = Reason::ExplicitDeny { source, policy: attached.name, statement: index };
                    self.denied.get_or_insert(reason);
                    if !O::SEES_ALL {
                        return best;
                    }
                }
            }
        }
        best
    }
}

/// What the findings mean.
fn judge<'a>(found: &Findings<'a>, policies: &Policies<'a>, who: &Who<'_>) -> Reason<'a> {
    if let Some(denied) = found.denied {
        return denied;
    }
    let bounds = [
        (found.resource_control, Source::ResourceControl),
        (found.service_control, Source::ServiceControl),
        (found.endpoint, Source::Endpoint),
    ];
    if let Some((_, source)) = bounds.into_iter().find(|(allowed, _)| !allowed) {
        return Reason::NoAllow(source);
    }
    let Some(account) = who.account else {
        // Services, bearers of foreign tokens and anonymous callers have no policies of their own.
        return found.resource.map_or(Reason::NoAllow(resource_source(policies)), |_| BY_RESOURCE);
    };
    if policies.resource_account.is_none_or(|owner| owner == account) {
        within_account(found, policies, who)
    } else {
        across_accounts(found, policies, who)
    }
}

const BY_RESOURCE: Reason<'static> = Reason::Allowed(AllowedBy::Resource);

fn within_account<'a>(found: &Findings<'a>, policies: &Policies<'a>, who: &Who<'_>) -> Reason<'a> {
    let delegated = policies.resource_rule == ResourceRule::Optional || found.resource.is_some();
    match found.resource {
        // Named itself: no implicit denial anywhere matters.
        Some(Grant::Itself) if !matches!(who.kind, WhoKind::Root) => BY_RESOURCE,
        Some(Grant::Behind) => bounded(found, BY_RESOURCE),
        _ if !delegated => Reason::NoAllow(resource_source(policies)),
        _ => by_identity(found, who),
    }
}

/// Both accounts must allow: the resource's through its policy, the caller's through its own.
fn across_accounts<'a>(found: &Findings<'a>, policies: &Policies<'a>, who: &Who<'_>) -> Reason<'a> {
    if found.resource.is_none() {
        return Reason::NoAllow(resource_source(policies));
    }
    by_identity(found, who)
}

/// The root of an account, and a session it asked for, need no policy of their own.
fn by_identity<'a>(found: &Findings<'a>, who: &Who<'_>) -> Reason<'a> {
    let root = match who.kind {
        WhoKind::Root => true,
        WhoKind::FederatedUser { parent_arn } => parent_arn.ends_with(":root"),
        _ => false,
    };
    if root {
        return bounded(found, Reason::Allowed(AllowedBy::Root));
    }
    if found.identity {
        bounded(found, Reason::Allowed(AllowedBy::Identity))
    } else {
        Reason::NoAllow(Source::Identity)
    }
}

/// Boundary and session policies only take away.
fn bounded<'a>(found: &Findings<'a>, allowed: Reason<'a>) -> Reason<'a> {
    match (found.boundary, found.session) {
        (false, _) => Reason::NoAllow(Source::Boundary),
        (_, false) => Reason::NoAllow(Source::Session),
        _ => allowed,
    }
}
