//! The outcome of a request, why, and AWS's words for it.

use serde::{Deserialize, Serialize};

/// Whether a request may proceed, and what settled it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Whether it may.
    pub allowed: bool,
    /// What settled it.
    pub reason: Reason<'a>,
}

/// What settled a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason<'a> {
    /// It is allowed.
    Allowed(AllowedBy),
    /// A statement with the effect `Deny` matched.
    ExplicitDeny {
        /// The sort of the policy.
        source: Source,
        /// The policy's name or ARN, as it was attached.
        policy: &'a str,
        /// The statement's index in it.
        statement: usize,
    },
    /// No policy of this sort allows it.
    NoAllow(Source),
}

/// What allowed a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AllowedBy {
    /// The caller is the root of the resource's account.
    Root,
    /// An identity policy (and across accounts the resource's too).
    Identity,
    /// The resource's policy alone.
    Resource,
}

/// The sorts of policies, as denials name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    /// Organizations' service control policies.
    ServiceControl,
    /// Organizations' resource control policies.
    ResourceControl,
    /// The policy of the VPC endpoint the request came through.
    Endpoint,
    /// The resource's own policy.
    Resource,
    /// A role's trust policy: the resource policy of a role, with words of its own.
    Trust,
    /// The policies of the user (and its groups) or role.
    Identity,
    /// The permissions boundary of the user or role.
    Boundary,
    /// The policies passed when the session was made.
    Session,
}

impl Source {
    /// The noun in AWS's messages: `identity-based policy`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Endpoint => "VPC endpoint policy",
            Self::Resource => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        }
    }

    /// The noun with its article; a role has but one trust policy.
    fn with_article(self) -> &'static str {
        match self {
            Self::ServiceControl => "a service control policy",
            Self::ResourceControl => "a resource control policy",
            Self::Endpoint => "a VPC endpoint policy",
            Self::Resource => "a resource-based policy",
            Self::Trust => "the role trust policy",
            Self::Identity => "an identity-based policy",
            Self::Boundary => "a permissions boundary",
            Self::Session => "a session policy",
        }
    }

    /// Whether the newer messages append the ARN of a policy of this sort that denies.
    fn names_its_policy(self) -> bool {
        !matches!(self, Self::Endpoint | Self::Resource | Self::Trust)
    }
}

impl Reason<'_> {
    /// The end of AWS's denial, after `User: … is not authorized to perform: … on resource: … `; empty when allowed.
    /// Source: IAM User Guide, "Troubleshoot access denied error messages".
    pub fn text(&self, action: &str) -> String {
        match self {
            Self::Allowed(_) => String::new(),
            Self::ExplicitDeny { source, .. } => format!("with an explicit deny in {}", source.with_article()),
            Self::NoAllow(source) => format!("because no {} allows the {action} action", source.noun()),
        }
    }

    /// As [`Reason::text`], with the ARN of the denying policy appended where AWS began to do so (policies of IAM and
    /// Organizations, within one account or organization: the caller of this knows whether that holds).
    /// Source: AWS Security Blog, "Enhanced access denied error messages with policy ARNs".
    pub fn text_with_policy(&self, action: &str) -> String {
        let text = self.text(action);
        match self {
            Self::ExplicitDeny { source, policy, .. } if source.names_its_policy() && policy.starts_with("arn:") => {
                format!("{text}: {policy}")
            }
            _ => text,
        }
    }

    /// `allowed`, `explicitDeny` or `implicitDeny`, as the policy simulator writes it.
    pub fn simulated(&self) -> &'static str {
        match self {
            Self::Allowed(_) => "allowed",
            Self::ExplicitDeny { .. } => "explicitDeny",
            Self::NoAllow(_) => "implicitDeny",
        }
    }
}
