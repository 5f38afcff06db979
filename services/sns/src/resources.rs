//! Resource types, for stacks, inventories and the map of what talks to what.

use service_kit::Service;

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service
}
