//! Rule 3: the signing name in the credential scope. It gives one service, but for the few names that several share.

use api_catalog::ServiceEntry;

use super::{Head, HostParts, form};

/// The services behind a signing name, those first that the request points to.
pub(super) fn services(name: &str, head: &Head<'_>, host: &HostParts<'_>) -> Vec<&'static ServiceEntry> {
    let mut services: Vec<_> = api_catalog::by_signing_name(name).collect();
    if services.len() < 2 {
        return services;
    }
    services.retain(|service| possible(service, head));
    services.sort_by_key(|service| host.endpoint_prefix() != Some(service.schema.endpoint_prefix));
    services
}

/// A query request names its version: services of another version are out.
fn possible(service: &ServiceEntry, head: &Head<'_>) -> bool {
    let version = form::Call::read(head).and_then(|call| call.version);
    version.is_none_or(|version| !form::spoken_by(service) || version == service.schema.api_version)
}
