//! `nephele completions`: what a shell needs to complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Failure, Outcome, output};

const EXAMPLES: &str = "\
Examples:
  nephele completions bash > ~/.local/share/bash-completion/completions/nephele
  nephele completions zsh  > \"${fpath[1]}/_nephele\"
  nephele completions fish > ~/.config/fish/completions/nephele.fish

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Print completions for a shell: bash, zsh, fish and others.
/// Put them where your shell looks for them, as in the examples.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "nephele", &mut script);
        let script = String::from_utf8(script).map_err(|error| Failure::Failed(error.to_string()))?;
        output::line(script.trim_end())
    }
}
