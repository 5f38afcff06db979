//! LocalStack's own endpoints in their shapes, so that tools which wait for it (testcontainers, CI recipes, scripts) wait
//! for this cloud as well. Nothing is claimed beyond that: services that are not here are `disabled`.

use std::collections::BTreeMap;

use gateway::ResponseBody;
use http::{Response, StatusCode};
use serde::Serialize;

use super::answer::{json, refuse};
use super::{Admin, seconds_only, uptime};

/// The version whose shapes these are; tools compare its first number.
const VERSION: &str = "4.9.2";

const EDITION: &str = "community";

#[derive(Serialize)]
struct Health {
    services: BTreeMap<&'static str, &'static str>,
    edition: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Info {
    version: &'static str,
    edition: &'static str,
    is_license_activated: bool,
    session_id: String,
    machine_id: &'static str,
    system: &'static str,
    is_docker: bool,
    server_time_utc: String,
    uptime: u64,
}

#[derive(Serialize)]
struct Init {
    completed: BTreeMap<&'static str, bool>,
    scripts: [(); 0],
}

#[derive(Serialize)]
struct Stage {
    completed: bool,
    scripts: [(); 0],
}

impl Admin {
    pub(super) fn localstack_health(&self) -> Response<ResponseBody> {
        let state = |id| if self.cloud.service(id).is_some() { "running" } else { "disabled" };
        let ids = api_catalog::SERVICES.iter().map(|service| service.schema.id);
        json(&Health { services: ids.map(|id| (id, state(id))).collect(), edition: EDITION, version: VERSION })
    }

    pub(super) fn localstack_info(&self) -> Response<ResponseBody> {
        json(&Info {
            version: VERSION,
            edition: EDITION,
            is_license_activated: false,
            session_id: self.about.session.clone(),
            machine_id: "nephele",
            system: std::env::consts::OS,
            is_docker: false,
            server_time_utc: seconds_only(self.cloud.runtime().clock.real_now()),
            uptime: uptime(&self.about),
        })
    }

    /// There are no init scripts, so every stage up to now is done.
    pub(super) fn localstack_init(&self) -> Response<ResponseBody> {
        let completed = ["BOOT", "START", "READY", "SHUTDOWN"].map(|stage| (stage, self.reached(stage)));
        json(&Init { completed: completed.into(), scripts: [] })
    }

    pub(super) fn localstack_stage(&self, stage: &str) -> Response<ResponseBody> {
        let stage = stage.to_ascii_uppercase();
        if !["BOOT", "START", "READY", "SHUTDOWN"].contains(&stage.as_str()) {
            return refuse(StatusCode::NOT_FOUND, format!("no such stage {stage}"));
        }
        json(&Stage { completed: self.reached(&stage), scripts: [] })
    }

    fn reached(&self, stage: &str) -> bool {
        stage != "SHUTDOWN" || self.cloud.runtime().shutdown.is_requested()
    }
}
