//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! role made by a stack is the same as one made by hand.
//!
//! | file | noun |
//! |---|---|
//! | `described.rs` | a type in as few words as it takes |
//! | `holder.rs` | policies of users, groups and roles, whichever they are |
//! | `properties.rs` | reading templates, writing what is there |
//! | `user.rs`, `group.rs`, `role.rs` | `AWS::IAM::User`, `::Group`, `::Role` |
//! | `service_linked_role.rs` | `::ServiceLinkedRole` |
//! | `policy.rs`, `managed_policy.rs`, `inline_policy.rs` | `::Policy`, `::ManagedPolicy`, `::UserPolicy` and its kin |
//! | `membership.rs` | `::UserToGroupAddition` |
//! | `instance_profile.rs`, `access_key.rs` | `::InstanceProfile`, `::AccessKey` |
//! | `oidc_provider.rs`, `saml_provider.rs` | `::OIDCProvider`, `::SAMLProvider` |
//! | `server_certificate.rs`, `mfa_device.rs` | `::ServerCertificate`, `::VirtualMFADevice` |

mod access_key;
mod described;
mod group;
mod holder;
mod inline_policy;
mod instance_profile;
mod managed_policy;
mod membership;
mod mfa_device;
mod oidc_provider;
mod policy;
mod properties;
mod role;
mod saml_provider;
mod server_certificate;
mod service_linked_role;
mod user;

use service_kit::Service;

use crate::engine::Engine;
use crate::engine::entity::Kind;
use described::Type;
use inline_policy::InlinePolicy;

/// Adds the service's resource types.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .resource(Type(access_key::AccessKey(engine.clone())))
        .resource(Type(group::Group))
        .resource(Type(InlinePolicy(Kind::Group)))
        .resource(Type(InlinePolicy(Kind::Role)))
        .resource(Type(InlinePolicy(Kind::User)))
        .resource(Type(instance_profile::InstanceProfile))
        .resource(Type(managed_policy::ManagedPolicy))
        .resource(Type(membership::UserToGroupAddition))
        .resource(Type(mfa_device::VirtualMfaDevice))
        .resource(Type(oidc_provider::OidcProvider))
        .resource(Type(policy::Policy))
        .resource(Type(role::Role))
        .resource(Type(saml_provider::SamlProvider))
        .resource(Type(server_certificate::ServerCertificate))
        .resource(Type(service_linked_role::ServiceLinkedRole))
        .resource(Type(user::User))
}
