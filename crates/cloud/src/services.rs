//! The only list of services: one sorted line each.

use runtime::Runtime;
use service_kit::Service;
use store::Store;

/// Every service of this build.
pub fn all(_store: &Store, _runtime: &Runtime) -> Vec<Service> {
    vec![svc_sts::service()]
}
