//! `nephele status`: what runs, and how much.

use std::time::Duration;

use clap::Args;

use super::{Outcome, Situation, output};
use crate::duration;
use crate::report::Status;

const EXAMPLES: &str = "\
Examples:
  nephele status
  nephele status --json | jq .requests
  nephele status --endpoint http://127.0.0.1:4567

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Show what runs: process, data, requests, memory, clock.
/// Lists each service with its operations that are there and that AWS has.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct StatusCommand {}

impl StatusCommand {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let status: Status = situation.client()?.get("/_nephele/status").await?;
        output::print(situation.common.json, &status, || text(&status))
    }
}

fn text(status: &Status) -> String {
    let facts = [
        ("version", status.version.clone()),
        ("process", format!("{}, up {}", status.pid, duration::show(Duration::from_secs(status.uptime_seconds)))),
        ("endpoint", status.endpoint.clone()),
        ("data", status.data.clone().unwrap_or_else(|| "in memory".to_owned())),
        ("durability", status.durability.clone()),
        ("region", status.region.clone()),
        ("requests", status.requests.to_string()),
        ("memory", status.memory_bytes.map_or("unknown".to_owned(), |b| format!("{:.1} MB", b as f64 / 1e6))),
        ("clock", super::clock::text(&status.clock)),
    ];
    let mut rows: Vec<Vec<String>> = facts.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    if status.panics > 0 {
        rows.push(vec!["panics".to_owned(), format!("{}: please report what the log says", status.panics)]);
    }
    rows.push(Vec::new());
    let counted = |s: &crate::report::ServiceSummary| format!("{} of {} operations", s.implemented, s.known);
    rows.extend(status.services.iter().map(|s| vec![s.id.clone(), format!("{}, {}", counted(s), s.name)]));
    output::table(&rows)
}
