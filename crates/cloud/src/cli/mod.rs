//! The commands, one file each. Every command prints for people, or JSON with `--json`.
//!
//! Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 no cloud is running.

mod ca;
mod clock;
mod completions;
mod doctor;
mod env;
mod fsck;
mod least_privilege;
mod logs;
mod output;
mod ports;
mod reset;
mod situation;
mod spool;
mod start;
mod status;
mod why;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::client::ClientError;
pub use situation::Situation;

/// How a command ends.
pub type Outcome = Result<(), Failure>;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// Exit code 1.
    Failed(String),
    /// Exit code 2.
    Usage(String),
    /// Exit code 3.
    NotRunning(String),
    /// Exit code 0: standard output was closed, as by `head`.
    NobodyReads,
}

const EXAMPLES: &str = "\
Examples:
  nephele                                 start the cloud on 127.0.0.1:4566
  eval \"$(nephele env)\"                   let the AWS CLI and SDKs of this shell use it
  aws sqs create-queue --queue-name q
  nephele status                          what runs, and how much
  nephele clock advance 60d               two months later

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// A whole AWS on your own machine.
/// One program, one port; everything it acknowledges is on disk.
#[derive(Debug, Parser)]
#[command(name = "nephele", version, after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    start: start::Start,
    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
    /// Configuration file [default: ./nephele.toml, then ~/.config/nephele/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// The running cloud to talk to [default: where the configuration says it listens]
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Start(Box<start::Start>),
    Env(env::Env),
    Status(status::StatusCommand),
    Ports(ports::Ports),
    Clock(clock::ClockCommand),
    Logs(logs::LogsCommand),
    Why(why::Why),
    LeastPrivilege(least_privilege::LeastPrivilege),
    /// Show the mails that were sent, in all accounts and regions, the newest last.
    /// Nothing leaves this machine: what AWS would send waits here to be read.
    #[command(verbatim_doc_comment)]
    Mail(spool::Spool),
    Sms(spool::Sms),
    /// Show the pushes that were sent to apps, in all accounts and regions, the newest last.
    /// Nothing leaves this machine: what AWS would send waits here to be read.
    #[command(verbatim_doc_comment)]
    Push(spool::Spool),
    Reset(reset::Reset),
    Doctor(doctor::Doctor),
    Fsck(fsck::Fsck),
    Ca(ca::Ca),
    Completions(completions::Completions),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // Sandboxes start this binary again, twice: before anything else is done, with one thread.
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("sandbox-init") {
        return sandbox::inside(&arguments.next().unwrap_or_default());
    }
    let cli = Cli::parse();
    let situation = Situation::of_process(cli.common.clone());
    match cli.run(&situation) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure, situation.common.json);
            ExitCode::from(failure.code())
        }
    }
}

impl Cli {
    fn run(self, situation: &Situation) -> Outcome {
        match self.command {
            None => self.start.run(situation),
            Some(Command::Start(start)) => start.or(self.start).run(situation),
            Some(Command::Env(command)) => command.run(situation),
            Some(Command::Completions(command)) => command.run(),
            Some(Command::Doctor(command)) => command.run(situation),
            Some(Command::Ca(command)) => asynchronously(command.run(situation)),
            Some(Command::Clock(command)) => asynchronously(command.run(situation)),
            Some(Command::Fsck(command)) => asynchronously(command.run(situation)),
            Some(Command::LeastPrivilege(command)) => asynchronously(command.run(situation)),
            Some(Command::Logs(command)) => asynchronously(command.run(situation)),
            Some(Command::Mail(command)) => asynchronously(command.run(situation, "mail")),
            Some(Command::Push(command)) => asynchronously(command.run(situation, "push")),
            Some(Command::Sms(command)) => asynchronously(command.run(situation)),
            Some(Command::Ports(command)) => asynchronously(command.run(situation)),
            Some(Command::Reset(command)) => asynchronously(command.run(situation)),
            Some(Command::Status(command)) => asynchronously(command.run(situation)),
            Some(Command::Why(command)) => asynchronously(command.run(situation)),
        }
    }
}

/// Commands that ask a running cloud need one thread.
fn asynchronously(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::Failed(error.to_string()))?.block_on(work)
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::NotRunning(_) => 3,
            Self::NobodyReads => 0,
        }
    }

    fn message(&self) -> Option<&str> {
        match self {
            Self::Failed(message) | Self::Usage(message) | Self::NotRunning(message) => Some(message),
            Self::NobodyReads => None,
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::NotRunning(_) => Self::NotRunning(message),
            ClientError::Refused(status, _) if status == http::StatusCode::BAD_REQUEST => Self::Usage(message),
            ClientError::Refused(..) | ClientError::Failed(_) => Self::Failed(message),
        }
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_teaches() {
        let cli = Cli::command();
        for command in cli.get_subcommands() {
            let name = command.get_name();
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert_eq!(about.lines().count(), 2, "{name} says in two lines what it is for: {about:?}");
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains(&format!("nephele {name}")), "{name} has an example");
            assert!(after.contains(EXIT_CODES), "{name} tells its exit codes");
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{name} {} has a help", argument.get_id());
            }
        }
    }

    #[test]
    fn every_command_is_documented() {
        let page = include_str!("../../../../docs/reference/cli.md");
        for command in Cli::command().get_subcommands() {
            assert!(page.contains(&format!("`nephele {}", command.get_name())), "{} is in cli.md", command.get_name());
        }
    }

    #[test]
    fn start_is_the_default_and_takes_its_flags_on_either_side() {
        for line in [
            &["nephele", "--ephemeral"][..],
            &["nephele", "start", "--ephemeral"],
            &["nephele", "--json", "start", "--ephemeral"],
        ] {
            let cli = Cli::try_parse_from(line).unwrap();
            let start = match cli.command {
                Some(Command::Start(start)) => *start,
                _ => cli.start,
            };
            assert_eq!(start.layer().values, [("ephemeral".to_owned(), "true".to_owned())], "{line:?}");
        }
    }
}
