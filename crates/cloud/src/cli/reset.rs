//! `nephele reset`: a service, or all, as if never used.

use clap::Args;

use super::{Outcome, Situation, output};
use crate::report::ResetReport;

const EXAMPLES: &str = "\
Examples:
  nephele reset           every service
  nephele reset sqs       one

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Delete everything of a service, or of all, in every account and region.
/// Returns once it is gone. Keys, certificates and the clock stay.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Reset {
    /// The service, as in sqs [default: all]
    service: Option<String>,
}

impl Reset {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let path = self.service.map_or("/_nephele/reset".to_owned(), |service| format!("/_nephele/reset/{service}"));
        let report: ResetReport = situation.client()?.post(&path, &()).await?;
        let rows: Vec<Vec<String>> =
            report.deleted.iter().map(|(id, count)| vec![id.clone(), format!("{count} records deleted")]).collect();
        output::print(situation.common.json, &report, || output::table(&rows))
    }
}
