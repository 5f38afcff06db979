//! The cloud's own endpoints: one file a noun, each from a request to an answer.
//!
//! | path | file |
//! |---|---|
//! | `GET /_nephele/health` | `health.rs` |
//! | `GET /_nephele/status` | `status.rs` |
//! | `GET /_nephele/services` | `services.rs` |
//! | `GET`, `POST /_nephele/clock` | `clock.rs` |
//! | `GET /_nephele/logs?after=N&wait=SECONDS` | `logs.rs` |
//! | `GET /_nephele/why[/REQUEST-ID]` | `why.rs` |
//! | `GET /_nephele/least-privilege?principal=ARN&days=N` | `least_privilege.rs` |
//! | `POST /_nephele/reset[/SERVICE]` | `reset.rs` |
//! | `GET /_nephele/ca.pem` | `ca.rs` |
//! | `/_aws/SERVICE/…` | `pages.rs` |
//! | `GET /_localstack/health`, `/info`, `/init[/STAGE]` | `localstack.rs` |
//!
//! Invariant: what changes the cloud is a POST and passes `gate.rs`.

mod answer;
mod ca;
mod clock;
mod gate;
mod health;
mod least_privilege;
mod localstack;
mod logs;
mod memory;
mod pages;
mod reset;
mod services;
mod status;
mod why;

use std::sync::Arc;
use std::time::Instant;

use authority::Authority;
use bytes::Bytes;
use gateway::{AccessLog, Origins, OwnEndpoints, ResponseBody};
use http::{Method, Request, Response, StatusCode};
use names::Timestamp;
use service_kit::{BoxFuture, Cloud};

use crate::clock::ClockKeeper;
use crate::config::Settings;
use crate::data_dir::DataDir;
use answer::{allow_only, refuse};
use gate::Gate;

/// What the endpoints tell of the process, fixed at its start.
#[derive(Debug, Clone)]
pub struct About {
    /// When it started, by its monotonic clock.
    started: Instant,
    endpoint: String,
    data: Option<String>,
    durability: &'static str,
    ca_certificate: String,
    admin_hosts: Vec<String>,
    /// Names this process, for tools that tell restarts apart.
    session: String,
    tls: bool,
}

/// What the endpoints speak of.
pub struct AdminParts {
    /// The services and their store.
    pub cloud: Cloud,
    /// Who decides.
    pub authority: Arc<Authority>,
    /// The finished requests.
    pub log: AccessLog,
    /// Moves the clock.
    pub clock: ClockKeeper,
    /// Who may call from a browser.
    pub origins: Origins,
}

/// The endpoints under `/_nephele` and `/_localstack`.
pub struct Admin {
    cloud: Cloud,
    authority: Arc<Authority>,
    log: AccessLog,
    clock: ClockKeeper,
    gate: Gate,
    about: About,
}

impl About {
    /// The facts of a process that starts now.
    pub fn new(settings: &Settings, data: Option<&DataDir>, endpoint: &str, ca_certificate: &str) -> Self {
        let durability = if data.is_some() { settings.durability.as_str() } else { "none" };
        Self {
            started: Instant::now(),
            endpoint: endpoint.to_owned(),
            data: data.map(|data| data.path().display().to_string()),
            durability,
            ca_certificate: ca_certificate.to_owned(),
            admin_hosts: settings.admin_hosts.clone(),
            session: String::new(),
            tls: settings.tls,
        }
    }
}

impl Admin {
    /// The endpoints of a cloud.
    pub fn new(parts: AdminParts, mut about: About) -> Self {
        let AdminParts { cloud, authority, log, clock, origins } = parts;
        about.session = cloud.runtime().random.uuid();
        let gate = Gate { origins, hosts: about.admin_hosts.clone() };
        Self { cloud, authority, log, clock, gate, about }
    }

    async fn route(&self, request: Request<Bytes>) -> Response<ResponseBody> {
        let path = request.uri().path().trim_end_matches('/').to_owned();
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        match (segments.as_slice(), reads) {
            (["_nephele", "health"], true) => self.health(),
            (["_nephele", "status"], true) => self.status(),
            (["_nephele", "services"], true) => self.services(),
            (["_nephele", "clock"], true) => self.clock(),
            (["_nephele", "logs"], true) => self.logs(request.uri().query().unwrap_or_default()).await,
            (["_nephele", "ca.pem"], true) => self.ca(),
            (["_nephele", "why"], true) => self.refusals(),
            (["_nephele", "why", request], true) => self.why(request),
            (["_nephele", "least-privilege"], true) => {
                self.least_privilege(request.uri().query().unwrap_or_default()).await
            }
            (["_localstack", "health"], true) => self.localstack_health(),
            (["_localstack", "info"], true) => self.localstack_info(),
            (["_localstack", "init"], true) => self.localstack_init(),
            (["_localstack", "init", stage], true) => self.localstack_stage(stage),
            (["_aws", service, ..], _) => self.page(service, request).await,
            (["_nephele", "clock"] | ["_nephele", "reset"] | ["_nephele", "reset", _], false) => {
                self.change(&segments[1..], &request).await
            }
            (segments, _) => missing(segments),
        }
    }

    /// What changes the cloud.
    async fn change(&self, noun: &[&str], request: &Request<Bytes>) -> Response<ResponseBody> {
        if request.method() != Method::POST {
            return allow_only("POST");
        }
        if let Err(why) = self.gate.check(request) {
            return refuse(StatusCode::FORBIDDEN, why);
        }
        match noun {
            ["clock"] => self.change_clock(request.body()).await,
            ["reset", service] => self.reset(Some(service)).await,
            _ => self.reset(None).await,
        }
    }
}

impl OwnEndpoints for Admin {
    fn serve<'a>(&'a self, request: Request<Bytes>) -> BoxFuture<'a, Response<ResponseBody>> {
        Box::pin(self.route(request))
    }
}

/// The paths that only read, for telling a wrong method from a wrong path.
fn missing(segments: &[&str]) -> Response<ResponseBody> {
    match segments {
        ["_nephele", "health" | "status" | "services" | "logs" | "ca.pem" | "least-privilege"]
        | ["_nephele", "why", ..]
        | ["_localstack", "health" | "info" | "init"] => allow_only("GET, HEAD"),
        ["_nephele", "reset", ..] => allow_only("POST"),
        _ => refuse(StatusCode::NOT_FOUND, "no such endpoint; see docs/reference/http.md"),
    }
}

/// How long ago the process started, by the real clock.
fn uptime(about: &About) -> u64 {
    about.started.elapsed().as_secs()
}

/// An instant without its fraction and offset, as Python's `isoformat` gives it.
fn seconds_only(at: Timestamp) -> String {
    Timestamp::from_secs(at.secs()).iso8601().trim_end_matches('Z').to_owned()
}
