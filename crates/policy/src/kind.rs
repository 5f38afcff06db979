//! What a document is for decides which elements it must and must not have.

use serde::{Deserialize, Serialize};

/// The use of a policy document, and with it the rules that [`crate::Policy::parse`] applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A managed policy (`CreatePolicy`, `CreatePolicyVersion`): no principals, resources needed, version 2012-10-17.
    Identity,
    /// An inline policy of a user, group or role: as a managed one, but the older version is still taken.
    Inline,
    /// A policy passed to STS for one session: as an inline one.
    Session,
    /// A policy of a resource (queue, key, bucket): principals needed; resources may be left out where the service
    /// implies them, and then any resource matches.
    Resource,
    /// A role's trust policy: principals needed, no resources, only actions of `sts`.
    Trust,
    /// An Organizations service control policy: no principals.
    ServiceControl,
    /// An Organizations resource control policy: `Deny` only, the principal is `*`.
    ResourceControl,
    /// AWS's own `RCPFullAWSAccess`: the one resource control policy that allows.
    ResourceControlFull,
    /// A VPC endpoint's policy: as a resource's.
    Endpoint,
}

impl Kind {
    /// Whether statements of this kind name principals.
    pub fn has_principals(self) -> bool {
        use Kind::{Endpoint, Resource, ResourceControl, ResourceControlFull, Trust};
        matches!(self, Resource | Trust | ResourceControl | ResourceControlFull | Endpoint)
    }

    /// Whether statements of this kind must name resources.
    pub fn needs_resources(self) -> bool {
        !matches!(self, Kind::Resource | Kind::Trust | Kind::Endpoint)
    }
}
