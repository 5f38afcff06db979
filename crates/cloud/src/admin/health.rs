//! Whether the cloud is there: what start scripts and orchestrators ask.

use gateway::ResponseBody;
use http::Response;

use super::Admin;
use super::answer::json;
use crate::report::Health;

impl Admin {
    pub(super) fn health(&self) -> Response<ResponseBody> {
        let stopping = self.cloud.runtime().shutdown.is_requested();
        let services = self.cloud.services().map(|service| (service.api().id.to_owned(), "running".to_owned()));
        json(&Health {
            status: if stopping { "stopping" } else { "running" }.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            services: services.collect(),
        })
    }
}
