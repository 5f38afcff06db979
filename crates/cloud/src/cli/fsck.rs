//! `nephele fsck`: whether every object and archive is what it was, and nothing lies about that nobody needs.

use clap::Args;
use runtime::Runtime;
use service_kit::{Examined, WrongKind};

use super::{Failure, Outcome, Situation, output};
use crate::compose;
use crate::config::Layer;

const EXAMPLES: &str = "\
Examples:
  nephele fsck
  nephele fsck --json

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Read every object and archive to its end and hold it against its checksums; tell what is damaged, missing or left over.
/// The cloud must not be running. Nothing is changed; fails when something is wrong.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Fsck {}

impl Fsck {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let (settings, _) = situation.settings(Layer::default())?;
        if !settings.data.exists() {
            return Err(Failure::Failed(format!("there is no data directory {}", settings.data.display())));
        }
        let endpoint = settings.endpoint(settings.listen.port());
        let opened = compose::open(&settings, Runtime::real(), &endpoint).await;
        let cloud = opened.map_err(|error| Failure::Failed(error.to_string()))?.cloud;
        let found = cloud.examine().await.map_err(|error| Failure::Failed(error.to_string()));
        let closed = cloud.store().close().await.map_err(|error| Failure::Failed(error.to_string()));
        let found = found?;
        output::print(situation.common.json, &found, || text(&found))?;
        closed?;
        match found.faults.len() {
            0 => Ok(()),
            wrong => Err(Failure::Failed(format!("{wrong} things are wrong"))),
        }
    }
}

fn text(found: &Examined) -> String {
    let mut rows: Vec<Vec<String>> = vec![
        vec!["contents".to_owned(), found.contents.to_string()],
        vec!["bytes read".to_owned(), found.bytes.to_string()],
        vec!["under keys that are not here".to_owned(), found.unread.to_string()],
        vec!["files".to_owned(), found.files.to_string()],
        vec!["waiting to be removed".to_owned(), found.waiting.to_string()],
    ];
    rows.extend(found.faults.iter().map(|wrong| {
        let kind = match wrong.kind {
            WrongKind::Damaged => "DAMAGED",
            WrongKind::Missing => "MISSING",
            WrongKind::Orphan => "ORPHAN",
            WrongKind::Miscounted => "MISCOUNTED",
        };
        vec![kind.to_owned(), format!("{}: {}", wrong.place, wrong.detail)]
    }));
    output::table(&rows)
}
