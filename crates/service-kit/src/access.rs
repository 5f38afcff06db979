//! What a call asks to do, to which resources, under which circumstances; and who decides.
//!
//! Every operation passes here, from outside or in process. Who decides is the authority; [`RootOnly`] stands in for it
//! where a test has no use for policies.

use std::collections::BTreeMap;

use names::{AccountId, Tags};

use crate::{BoxFuture, Caller, Ctx, Error, Principal};

/// What a handler's operation touches, told by the service from the decoded input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The action, when it is not the operation's own (`SendMessageBatch` is decided as `sqs:SendMessage`).
    pub action: Option<&'static str>,
    /// ARNs of the resources, each of which must be allowed; none stands for `*`.
    pub resources: Vec<String>,
    /// Condition keys with their values, as in `sqs:…`, `aws:RequestTag/…`.
    pub context: BTreeMap<String, Vec<String>>,
    /// Further actions that the call needs, as `iam:PassRole`.
    pub also: Vec<Access>,
    /// Whether every caller may do it, whatever policies say, as `sts:GetCallerIdentity`.
    pub free: bool,
}

/// A question for the authorizer.
#[derive(Clone, Copy)]
pub struct AccessRequest<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// To do what, as in `sqs:SendMessage`.
    pub action: &'a str,
    /// To what: an ARN, or `*`.
    pub resource: &'a str,
    /// Under which circumstances, beside those of every request.
    pub context: &'a BTreeMap<String, Vec<String>>,
    pub(crate) policies: Option<&'a dyn ResourcePolicies>,
}

/// What a service's resources say of themselves: their own policies, their tags.
pub trait ResourcePolicies: Send + Sync {
    /// The policy document attached to the resource of this ARN, when there is one.
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>>;

    /// The tags of the resource: `aws:ResourceTag/…`. Asked for only when a policy speaks of them.
    fn tags<'a>(&'a self, _ctx: &'a Ctx, _resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(std::future::ready(Ok(Tags::new())))
    }

    /// The account that owns a resource whose ARN names none, as a bucket's; none when it is not known.
    fn owner<'a>(&'a self, _ctx: &'a Ctx, _resource: &'a str) -> BoxFuture<'a, Result<Option<AccountId>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Whether nobody is allowed without the resource's own policy: keys of KMS, trust policies of roles. Policies of the
    /// caller count as far as it names the account.
    fn rules_alone(&self) -> bool {
        false
    }
}

/// The answer, with the words that explain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allow,
    /// Stop; the text ends AWS's message ("because no identity-based policy allows the … action", "with an explicit deny
    /// in a service control policy").
    Deny {
        /// Why.
        reason: String,
    },
}

/// Decides. Implemented by the authority.
pub trait Authorizer: Send + Sync {
    /// Decides one request. `ctx` gives time, request and store.
    fn decide<'a>(&'a self, ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision>;

    /// The answer, when it needs no waiting: spares the hot path a future.
    fn decide_now(&self, _ctx: &Ctx, _request: &AccessRequest<'_>) -> Option<Decision> {
        None
    }
}

/// Allows an account's root inside its own account, and the cloud itself; nobody else.
#[derive(Debug, Clone, Copy)]
pub struct RootOnly;

impl Access {
    /// One resource.
    pub fn to(resource: impl ToString) -> Self {
        Self { resources: vec![resource.to_string()], ..Self::default() }
    }

    /// No particular resource: `*`.
    pub fn any() -> Self {
        Self::default()
    }

    /// What every caller may do.
    pub fn free() -> Self {
        Self { free: true, ..Self::default() }
    }

    /// Decided as another action than the operation's own.
    pub fn as_action(mut self, action: &'static str) -> Self {
        self.action = Some(action);
        self
    }

    /// One more resource.
    pub fn and_to(mut self, resource: impl ToString) -> Self {
        self.resources.push(resource.to_string());
        self
    }

    /// With a condition key.
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.entry(key.into()).or_default().push(value.into());
        self
    }

    /// With the tags that the call sets: `aws:RequestTag/…` and `aws:TagKeys`.
    pub fn with_request_tags<'a>(self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        tags.into_iter().fold(self, |access, (key, value)| {
            access.with(format!("aws:RequestTag/{key}"), value).with("aws:TagKeys", key)
        })
    }

    /// With the keys of the tags that the call removes: `aws:TagKeys`.
    pub fn with_tag_keys<'a>(self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        keys.into_iter().fold(self, |access, key| access.with("aws:TagKeys", key))
    }

    /// Needs another action too, named with [`Access::as_action`].
    pub fn and(mut self, other: Access) -> Self {
        self.also.push(other);
        self
    }

    /// Hands a role to a service: needs `iam:PassRole` on it. `service` as in `lambda.amazonaws.com`.
    pub fn passing_role(self, role: &str, service: &str) -> Self {
        self.and(Self::to(role).as_action("iam:PassRole").with("iam:PassedToService", service))
    }
}

impl AccessRequest<'_> {
    /// The policy that the resource carries itself. Asked for by the authorizer, so that a decision that does not turn on
    /// it costs nothing.
    pub async fn resource_policy(&self, ctx: &Ctx) -> Result<Option<String>, Error> {
        match self.policies {
            Some(policies) => policies.policy(ctx, self.resource).await,
            None => Ok(None),
        }
    }

    /// The account that owns the resource, where its ARN names none and its service knows.
    pub async fn resource_owner(&self, ctx: &Ctx) -> Result<Option<AccountId>, Error> {
        match self.policies {
            Some(policies) => policies.owner(ctx, self.resource).await,
            None => Ok(None),
        }
    }

    /// Whether resources of this kind may carry policies.
    pub fn may_have_resource_policy(&self) -> bool {
        self.policies.is_some()
    }

    /// The resource's tags.
    pub async fn resource_tags(&self, ctx: &Ctx) -> Result<Tags, Error> {
        match self.policies {
            Some(policies) => policies.tags(ctx, self.resource).await,
            None => Ok(Tags::new()),
        }
    }

    /// Whether nobody is allowed without the resource's own policy.
    pub fn resource_rules_alone(&self) -> bool {
        self.policies.is_some_and(ResourcePolicies::rules_alone)
    }
}

impl Authorizer for RootOnly {
    fn decide<'a>(&'a self, _ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        Box::pin(std::future::ready(decide(&request)))
    }

    fn decide_now(&self, _ctx: &Ctx, request: &AccessRequest<'_>) -> Option<Decision> {
        Some(decide(request))
    }
}

fn decide(request: &AccessRequest<'_>) -> Decision {
    let own = owner(request.resource).is_none_or(|account| account.parse() == Ok(request.caller.account));
    match request.caller.principal {
        Principal::Internal(_) => Decision::Allow,
        Principal::Root if own => Decision::Allow,
        Principal::Root => deny(format!("because no resource-based policy allows the {} action", request.action)),
        _ => deny(format!("because no identity-based policy allows the {} action", request.action)),
    }
}

fn deny(reason: String) -> Decision {
    Decision::Deny { reason }
}

fn owner(resource: &str) -> Option<&str> {
    resource.split(':').nth(4).filter(|account| !account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(caller: &Caller, resource: &str) -> Decision {
        let context = BTreeMap::new();
        decide(&AccessRequest { caller, action: "sqs:SendMessage", resource, context: &context, policies: None })
    }

    #[test]
    fn root_rules_its_own_account_only() {
        let root = Caller::root(AccountId::DEFAULT, None);
        assert_eq!(ask(&root, "arn:aws:sqs:us-east-1:000000000000:q"), Decision::Allow);
        assert_eq!(ask(&root, "arn:aws:s3:::bucket"), Decision::Allow);
        assert!(matches!(ask(&root, "arn:aws:sqs:us-east-1:111111111111:q"), Decision::Deny { .. }));
    }

    #[test]
    fn nobody_else_gets_in() {
        let anonymous = Caller::anonymous(AccountId::DEFAULT);
        assert!(matches!(ask(&anonymous, "arn:aws:sqs:us-east-1:000000000000:q"), Decision::Deny { .. }));
        let service = Caller::service("sns.amazonaws.com", AccountId::DEFAULT);
        assert!(matches!(ask(&service, "arn:aws:sqs:us-east-1:000000000000:q"), Decision::Deny { .. }));
    }
}
