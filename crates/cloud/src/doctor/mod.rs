//! What this host offers: what the cloud itself needs, measured; and the programs that services use as engines, found.

mod engines;
mod host;
mod sandboxes;

use serde::Serialize;

use crate::config::Settings;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub name: String,
    /// How it is.
    pub state: State,
    /// In words, with figures.
    pub detail: String,
    /// The one command or setting that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// Not there; the cloud runs without it, some service will do less.
    Missing,
    /// The cloud cannot run, or not well.
    Bad,
}

/// Looks at everything. Writes a small file in the data directory's place to measure its disk, and takes it away again.
pub fn examine(settings: &Settings, path: &str) -> Vec<Finding> {
    let mut findings = vec![host::open_files(), host::wall_clock(), host::port(settings)];
    if !settings.ephemeral {
        findings.extend(host::disk(settings));
    }
    findings.push(sandboxes::look());
    findings.extend(engines::find(path));
    findings
}

impl Finding {
    fn good(name: &str, detail: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: State::Good, detail: detail.into(), fix: None }
    }

    fn bad(name: &str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: State::Bad, detail: detail.into(), fix: Some(fix.into()) }
    }
}
