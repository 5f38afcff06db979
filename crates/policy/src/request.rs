//! What is asked for, and all policies that have a say in it.

use std::fmt;

use names::AccountId;

use crate::context::Context;
use crate::policy::Policy;
use crate::who::Who;

/// One action on one resource by one caller.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: Who<'a>,
    /// `sqs:SendMessage`; compared without regard to case.
    pub action: &'a str,
    /// The resource's ARN, or `*` for an action that has none.
    pub resource: &'a str,
    /// The facts conditions ask for. The caller supplies the global keys too (`aws:PrincipalArn`, `aws:userid`, …).
    pub context: &'a dyn Context,
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { principal, action, resource, .. } = self;
        write!(f, "{action} on {resource} by {principal:?}")
    }
}

/// A policy and the name it is known by in denials and explanations.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// The ARN of a managed policy, the name of an inline one, the ARN of a resource.
    pub name: &'a str,
    /// The policy.
    pub policy: &'a Policy,
}

/// Whether the resource's policy is the only source of truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResourceRule {
    /// Within an account, either the identity's or the resource's policy suffices: queues, buckets, most resources.
    #[default]
    Optional,
    /// Identity policies count only if the resource's policy allows the account: keys of KMS, trust policies of roles.
    Required,
}

/// Every policy that has a say in a request. Empty by [`Default`]; set what applies.
///
/// An absent boundary or session (`None`) bounds nothing; `session: Some(&[])` bounds everything, as a federated user's
/// session without policies does. `service_control` are those of the caller's account, `resource_control` those of the
/// resource's: one slice a level from the organization's root through the units to the account, and none at all for
/// accounts outside an organization and for its management account.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policies<'a> {
    /// Those of the user, its groups, or the role.
    pub identity: &'a [Attached<'a>],
    /// The permissions boundary of the user or role.
    pub boundary: Option<Attached<'a>>,
    /// The policies passed when the session was made.
    pub session: Option<&'a [Attached<'a>]>,
    /// The resource's own policy.
    pub resource: Option<Attached<'a>>,
    /// What the resource's policy means beside identity policies.
    pub resource_rule: ResourceRule,
    /// The account that owns the resource; none for actions without a resource, which count as the caller's own.
    pub resource_account: Option<AccountId>,
    /// Service control policies, level by level.
    pub service_control: &'a [&'a [Attached<'a>]],
    /// Resource control policies, level by level.
    pub resource_control: &'a [&'a [Attached<'a>]],
    /// The policy of the VPC endpoint the request came through.
    pub endpoint: Option<Attached<'a>>,
}
