//! `nephele doctor`: whether this host is fit, and what to install.

use clap::Args;

use super::{Failure, Outcome, Situation, output};
use crate::config::Layer;
use crate::doctor::{Finding, State, examine};

const EXAMPLES: &str = "\
Examples:
  nephele doctor
  nephele doctor --json

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Examine this host: limits, disk, ports, and the programs services can use.
/// Names one command to install each program that is missing; fails only when the cloud itself could not run.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Doctor {}

impl Doctor {
    pub(super) fn run(self, situation: &Situation) -> Outcome {
        let (settings, _) = situation.settings(Layer::default())?;
        let findings = examine(&settings, situation.variable("PATH").unwrap_or_default());
        output::print(situation.common.json, &findings, || text(&findings))?;
        match findings.iter().filter(|finding| finding.state == State::Bad).count() {
            0 => Ok(()),
            bad => Err(Failure::Failed(format!("{bad} of {} findings keep the cloud from running", findings.len()))),
        }
    }
}

fn text(findings: &[Finding]) -> String {
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|finding| {
            let mark = match finding.state {
                State::Good => "ok",
                State::Missing => "missing",
                State::Bad => "BAD",
            };
            let fix = finding.fix.as_ref().map_or(String::new(), |fix| format!(" — {fix}"));
            vec![mark.to_owned(), finding.name.clone(), format!("{}{fix}", finding.detail)]
        })
        .collect();
    output::table(&rows)
}
