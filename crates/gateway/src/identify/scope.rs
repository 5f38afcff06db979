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
    services.sort_by_key(|service| std::cmp::Reverse(likelihood(service, head, host)));
    services
}

/// A query request names its version: services of another version are out.
fn possible(service: &ServiceEntry, head: &Head<'_>) -> bool {
    let version = form::Call::read(head).and_then(|call| call.version);
    version.is_none_or(|version| !form::spoken_by(service) || version == service.schema.api_version)
}

fn likelihood(service: &ServiceEntry, head: &Head<'_>, host: &HostParts<'_>) -> u8 {
    let by_host = host.endpoint_prefix() == Some(service.schema.endpoint_prefix);
    let by_account = service.account_in_header() && !head.headers.contains_key("x-amz-account-id");
    match (by_host, by_account) {
        (true, _) => 2,
        (false, false) => 1,
        (false, true) => 0,
    }
}
