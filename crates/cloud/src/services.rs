//! The only list of services.

use runtime::Runtime;
use service_kit::Service;
use store::Store;

/// Every service of this build.
pub fn all(store: &Store, runtime: &Runtime) -> Vec<Service> {
    vec![
        // One sorted line each.
        svc_sqs::service(store, runtime),
        svc_sts::service(),
    ]
}
