//! How the process does: what it serves, how much, from where.

use gateway::ResponseBody;
use http::Response;
use service_kit::Service;

use super::answer::json;
use super::memory::resident_bytes;
use super::{Admin, uptime};
use crate::report::{Port, ServiceSummary, Status};

impl Admin {
    pub(super) fn status(&self) -> Response<ResponseBody> {
        let runtime = self.cloud.runtime();
        json(&Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            uptime_seconds: uptime(&self.about),
            endpoint: self.about.endpoint.clone(),
            data: self.about.data.clone(),
            durability: self.about.durability.to_owned(),
            region: self.cloud.default_region().to_string(),
            requests: self.log.count(),
            panics: self.cloud.panics() + runtime.tasks.panics(),
            tasks: runtime.tasks.running(),
            memory_bytes: resident_bytes(),
            clock: self.clock.report(),
            services: self.cloud.services().map(summary).collect(),
            ports: vec![self.main_port()],
        })
    }

    fn main_port(&self) -> Port {
        let address = self.about.endpoint.trim_start_matches("http://").to_owned();
        let tls = if self.about.tls { ", TLS" } else { "" };
        Port { address, purpose: format!("every AWS API and /_nephele: HTTP/1.1, HTTP/2{tls}") }
    }
}

fn summary(service: &Service) -> ServiceSummary {
    let api = service.api();
    ServiceSummary {
        id: api.id.to_owned(),
        name: api.full_name.to_owned(),
        implemented: service.operations().names().count(),
        known: api_catalog::by_id(api.id).map_or(0, |entry| entry.operations().len()),
    }
}
