//! Looking services up by what a request names them with.

use smithy::ProtocolKind;

use crate::ServiceEntry;
use crate::generated::{PARTS, SERVICES};

/// The service whose model has this folder name.
pub fn by_id(id: &str) -> Option<&'static ServiceEntry> {
    SERVICES.binary_search_by(|service| service.schema.id.cmp(id)).ok().map(|index| &SERVICES[index])
}

/// The service whose `X-Amz-Target` starts so. No two share a prefix.
pub fn by_target_prefix(prefix: &str) -> Option<&'static ServiceEntry> {
    equal(PARTS.by_target_prefix, prefix, |service| service.schema.target_prefix).next()
}

/// The services that sign with this name; seven names are shared.
pub fn by_signing_name(name: &str) -> impl Iterator<Item = &'static ServiceEntry> + use<> {
    equal(PARTS.by_signing_name, name, |service| service.schema.signing_name)
}

/// The service of an RPC v2 path, `/service/NAME/operation/…`: clients send the target prefix, or of a dotted one what
/// follows the last dot, which is the service's name in Smithy.
pub fn by_rpc_name(name: &str) -> Option<&'static ServiceEntry> {
    by_target_prefix(name).or_else(|| SERVICES.iter().find(|service| smithy_name(service) == Some(name)))
}

/// The services with a query protocol that have this action in this version; in any version when it is empty.
pub fn by_query<'a>(action: &'a str, version: &'a str) -> impl Iterator<Item = &'static ServiceEntry> + use<'a> {
    SERVICES.iter().filter(move |service| {
        (version.is_empty() || service.schema.api_version == version)
            && (service.speaks(ProtocolKind::Query) || service.speaks(ProtocolKind::Ec2))
            && service.operation(action).is_some()
    })
}

fn smithy_name(service: &ServiceEntry) -> Option<&'static str> {
    service.schema.target_prefix.rsplit_once('.').map(|(_, name)| name)
}

/// The services of an index sorted by `key` that have this one.
fn equal(
    index: &'static [u8],
    value: &str,
    key: fn(&'static ServiceEntry) -> &'static str,
) -> impl Iterator<Item = &'static ServiceEntry> + use<> {
    let at = |position: &u8| key(&SERVICES[usize::from(*position)]);
    let first = index.partition_point(|position| at(position) < value);
    let count = index[first..].iter().take_while(|position| at(position) == value).count();
    index[first..first + count].iter().map(|position| &SERVICES[usize::from(*position)])
}
