//! `nephele logs`: the last API requests, and those to come.

use clap::Args;

use super::{Outcome, Situation, output};
use crate::client::Client;
use crate::report::{LogLine, Logs};

const EXAMPLES: &str = "\
Examples:
  nephele logs                 the last 20 requests
  nephele logs -f              and those to come, until Ctrl-C
  nephele logs -f --errors     only those that failed
  nephele logs -n 100 --json   one JSON object a line

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Show the last API requests: service, operation, status, time.
/// Nothing secret is kept: no bodies, headers or query strings.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct LogsCommand {
    /// Go on with requests as they come
    #[arg(short, long)]
    follow: bool,
    /// How many of the last ones
    #[arg(short = 'n', long, default_value_t = 20, value_name = "N")]
    lines: usize,
    /// Only those that failed
    #[arg(long)]
    errors: bool,
}

/// Seconds one request waits for the next line.
const WAIT: u64 = 20;

impl LogsCommand {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let (client, json) = (situation.client()?, situation.common.json);
        let logs: Logs = client.get("/_nephele/logs").await?;
        let shown: Vec<&LogLine> = logs.lines.iter().filter(|line| self.wants(line)).collect();
        for line in &shown[shown.len().saturating_sub(self.lines)..] {
            show(line, json)?;
        }
        if self.follow { self.follow(&client, logs.next, json).await } else { Ok(()) }
    }

    /// Ends with the cloud, or with a reader that went away.
    async fn follow(&self, client: &Client, mut after: u64, json: bool) -> Outcome {
        loop {
            let logs: Logs = client.get(&format!("/_nephele/logs?after={after}&wait={WAIT}")).await?;
            after = logs.next;
            for line in logs.lines.iter().filter(|line| self.wants(line)) {
                show(line, json)?;
            }
        }
    }

    fn wants(&self, line: &LogLine) -> bool {
        !self.errors || line.status >= 400
    }
}

/// One line each, in JSON too, so that a stream can be read.
fn show(line: &LogLine, json: bool) -> Outcome {
    if json {
        return output::line(&serde_json::json!(line).to_string());
    }
    let name = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let call = format!("{}.{}", name(&line.service), name(&line.operation));
    output::line(
        format!("{}  {}  {:<40}  {:>8.2} ms  {}", line.at, line.status, call, line.millis, line.error).trim_end(),
    )
}
