//! Which operations are there and which answer `NotImplemented`.

use std::collections::BTreeSet;

use gateway::ResponseBody;
use http::Response;
use service_kit::Service;

use super::Admin;
use super::answer::json;
use crate::report::ServiceReport;

impl Admin {
    pub(super) fn services(&self) -> Response<ResponseBody> {
        json(&self.cloud.services().map(report).collect::<Vec<_>>())
    }
}

fn report(service: &Service) -> ServiceReport {
    let api = service.api();
    let implemented: BTreeSet<&str> = service.operations().names().collect();
    let known = api_catalog::by_id(api.id).into_iter().flat_map(|entry| entry.operations());
    ServiceReport {
        id: api.id.to_owned(),
        name: api.full_name.to_owned(),
        missing: known.map(|o| o.name).filter(|name| !implemented.contains(name)).map(str::to_owned).collect(),
        implemented: implemented.into_iter().map(str::to_owned).collect(),
    }
}
