//! `nephele ports`: what is open, and what for.

use clap::Args;

use super::{Outcome, Situation, output};
use crate::report::Status;

const EXAMPLES: &str = "\
Examples:
  nephele ports
  nephele ports --json

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Show the open ports and what is spoken on each.
/// Every AWS API is on one; others open only for protocols that need them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Ports {}

impl Ports {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let status: Status = situation.client()?.get("/_nephele/status").await?;
        let rows: Vec<Vec<String>> = status.ports.iter().map(|p| vec![p.address.clone(), p.purpose.clone()]).collect();
        output::print(situation.common.json, &status.ports, || output::table(&rows))
    }
}
