//! `nephele mail`, `nephele sms`, `nephele push`: what was sent to mailboxes, phones and apps, which nobody else plays here.

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{Outcome, Situation, output};

const EXAMPLES: &str = "\
Examples:
  nephele mail                          the last mails, with their links
  nephele sms -n 1 --json               the last text message
  nephele push                          the last pushes to apps
  nephele sms --stop +15551234567       the phone wants no more of them

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Show what was sent there, in all accounts and regions, the newest last.
/// Nothing leaves this machine: what AWS would send waits here to be read.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Spool {
    /// How many of the last ones
    #[arg(short = 'n', long, default_value_t = 20, value_name = "N")]
    lines: usize,
}

/// Show the text messages that were sent, in all accounts and regions, the newest last.
/// Nothing leaves this machine; a phone can be told to want no more of them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Sms {
    #[command(flatten)]
    spool: Spool,
    /// Answer for a phone that it wants no more
    #[arg(long, value_name = "NUMBER")]
    stop: Option<String>,
    /// Whose text messages it wants no more of
    #[arg(long, requires = "stop", default_value = "000000000000", value_name = "ID")]
    account: String,
    /// From which region [default: the cloud's]
    #[arg(long, requires = "stop", value_name = "REGION")]
    region: Option<String>,
}

/// Something that was sent.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    at: String,
    account: String,
    region: String,
    to: String,
    from: String,
    subject: String,
    body: String,
    message: String,
    details: std::collections::BTreeMap<String, String>,
}

/// A phone that wants no more.
#[derive(Debug, Serialize, Deserialize)]
struct Stopped {
    number: String,
    account: String,
    region: String,
}

impl Spool {
    /// Shows what is in a spool: `mail`, `sms` or `push`.
    pub(super) async fn run(self, situation: &Situation, kind: &str) -> Outcome {
        let path = format!("/_aws/sns/{kind}?limit={}", self.lines);
        let all: Vec<Sent> = situation.client()?.get(&path).await?;
        let last = &all[all.len().saturating_sub(self.lines)..];
        output::print(situation.common.json, &last, || last.iter().map(shown).collect::<Vec<_>>().join("\n"))
    }
}

impl Sms {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let Some(number) = self.stop else { return self.spool.run(situation, "sms").await };
        let number = number.replace('+', "%2B");
        let region = self.region.map(|region| format!("&region={region}")).unwrap_or_default();
        let path = format!("/_aws/sns/sms/stop?number={number}&account={}{region}", self.account);
        let stopped: Stopped = situation.client()?.post(&path, &()).await?;
        output::print(situation.common.json, &stopped, || {
            format!("{} gets no more from {} in {}", stopped.number, stopped.account, stopped.region)
        })
    }
}

fn shown(sent: &Sent) -> String {
    let Sent { at, to, from, subject, body, .. } = sent;
    let from = if from.is_empty() { String::new() } else { format!("\nfrom     {from}") };
    format!("at       {at}\nto       {to}{from}\nsubject  {subject}\n\n{body}\n")
}
