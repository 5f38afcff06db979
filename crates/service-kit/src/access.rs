//! What a call asks to do, to which resources, under which circumstances; and who decides.
//!
//! Every operation passes here, from outside or in process. [`RootOnly`] stands until IAM takes the seat: it allows an
//! account's root and services acting for themselves, and denies everyone else by name.

use std::collections::BTreeMap;

use crate::{BoxFuture, Caller, Ctx, Error};

/// What a handler's operation touches, told by the service from the decoded input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The action, when it is not the operation's own (`SendMessageBatch` is decided as `sqs:SendMessage`).
    pub action: Option<&'static str>,
    /// ARNs of the resources; none stands for `*`.
    pub resources: Vec<String>,
    /// Condition keys of the service with their values, as in `sqs:…`.
    pub context: BTreeMap<String, Vec<String>>,
}

/// A question for the authorizer.
pub struct AccessRequest<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// To do what, as in `sqs:SendMessage`.
    pub action: &'a str,
    /// To what, and under which circumstances.
    pub access: &'a Access,
    pub(crate) policies: Option<&'a dyn ResourcePolicies>,
}

/// The policies that a service's resources carry themselves: of queues, keys, buckets.
pub trait ResourcePolicies: Send + Sync {
    /// The policy document attached to the resource of this ARN, when there is one.
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>>;
}

/// The answer, with the words that explain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allow,
    /// Stop; the text ends AWS's message ("because no identity-based policy allows the … action").
    Deny {
        /// Why.
        because: String,
    },
}

/// Decides. Implemented by IAM; by [`RootOnly`] until it is there.
pub trait Authorizer: Send + Sync {
    /// Decides one request. `ctx` gives time, request and store.
    fn decide<'a>(&'a self, ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision>;
}

/// Allows an account's root inside its own account, and services acting for themselves; nobody else.
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

    /// Decided as another action than the operation's own.
    pub fn as_action(mut self, action: &'static str) -> Self {
        self.action = Some(action);
        self
    }

    /// With a condition key.
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.entry(key.into()).or_default().push(value.into());
        self
    }
}

impl AccessRequest<'_> {
    /// The policy that a resource carries itself. Asked for by the authorizer, so that a decision that does not turn on it
    /// costs nothing.
    pub async fn resource_policy(&self, ctx: &Ctx, resource: &str) -> Result<Option<String>, Error> {
        match self.policies {
            Some(policies) => policies.policy(ctx, resource).await,
            None => Ok(None),
        }
    }
}

impl Authorizer for RootOnly {
    fn decide<'a>(&'a self, _ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        Box::pin(std::future::ready(decide(&request)))
    }
}

fn decide(request: &AccessRequest<'_>) -> Decision {
    use crate::Principal;
    let own = |resource: &String| owner(resource).is_none_or(|account| account.parse() == Ok(request.caller.account));
    match request.caller.principal {
        Principal::Service(_) => Decision::Allow,
        Principal::Root if request.access.resources.iter().all(own) => Decision::Allow,
        Principal::Root => deny(format!("no resource-based policy allows the {} action", request.action)),
        _ => deny(format!("no identity-based policy allows the {} action", request.action)),
    }
}

fn deny(because: String) -> Decision {
    Decision::Deny { because }
}

fn owner(resource: &str) -> Option<&str> {
    resource.split(':').nth(4).filter(|account| !account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::AccountId;

    fn ask(caller: &Caller, resource: &str) -> Decision {
        let access = Access::to(resource);
        decide(&AccessRequest { caller, action: "sqs:SendMessage", access: &access, policies: None })
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
    }
}
