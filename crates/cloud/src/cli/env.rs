//! `nephele env`: what AWS clients must know, for the shell to take up.

use clap::{Args, ValueEnum};

use super::{Failure, Outcome, Situation, output};
use crate::config::{Layer, Settings};
use crate::data_dir::DataDir;

const EXAMPLES: &str = "\
Examples:
  eval \"$(nephele env)\"                            bash, zsh
  nephele env --shell fish | source
  nephele env --shell powershell | Invoke-Expression
  eval \"$(nephele env --tls)\"                      over https, trusting this cloud's certificates
  eval \"$(nephele env --account 111122223333)\"     as the root of another account

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Print what to export so that AWS clients use this cloud.
/// The AWS CLI, boto3 and every SDK read these variables.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct Env {
    /// Syntax of which shell
    #[arg(long, value_enum, default_value_t = Shell::Bash)]
    shell: Shell,
    /// Use https, and trust this cloud's certificate authority
    #[arg(long)]
    tls: bool,
    /// Account to act in, 12 digits [default: 000000000000, the account of the key test]
    #[arg(long, value_name = "ID")]
    account: Option<names::AccountId>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Fish,
    Powershell,
}

impl Env {
    pub(super) fn run(self, situation: &Situation) -> Outcome {
        let (settings, _) = situation.settings(Layer::default())?;
        let pairs = self.pairs(&settings, &situation.endpoint()?)?;
        let values: serde_json::Map<String, serde_json::Value> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        let mut lines: Vec<String> = pairs.iter().map(|(name, value)| self.shell.export(name, value)).collect();
        lines.extend(self.shell.wrapper().map(str::to_owned));
        output::print(situation.common.json, &values, || lines.join("\n"))
    }

    fn pairs(&self, settings: &Settings, endpoint: &str) -> Result<Vec<(&'static str, String)>, Failure> {
        let key = self.account.map_or("test".to_owned(), |account| account.to_string());
        let secret = settings.root_secret.clone().unwrap_or_else(|| "test".to_owned());
        let scheme = if self.tls { "https" } else { "http" };
        let authority = endpoint.trim_start_matches("http://");
        let mut pairs = vec![
            ("AWS_ENDPOINT_URL", format!("{scheme}://{authority}")),
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_DEFAULT_REGION", settings.region.to_string()),
        ];
        if self.tls {
            pairs.push(("AWS_CA_BUNDLE", certificate(settings)?));
        }
        Ok(pairs)
    }
}

/// Clients want a file, and an ephemeral cloud has none.
fn certificate(settings: &Settings) -> Result<String, Failure> {
    let path = DataDir::at(&settings.data).ca_certificate();
    if path.exists() {
        return Ok(path.display().to_string());
    }
    let why = format!("there is no {}; write the certificate to a file with: nephele ca > ca.pem", path.display());
    Err(Failure::Failed(why))
}

impl Shell {
    fn export(self, name: &str, value: &str) -> String {
        match self {
            Self::Bash => format!("export {name}={}", quoted(value, "'\\''")),
            Self::Fish => format!("set -gx {name} {}", quoted(value, "\\'")),
            Self::Powershell => format!("$Env:{name} = {}", quoted(value, "''")),
        }
    }

    /// A function that calls the AWS CLI with the endpoint as an option.
    fn wrapper(self) -> Option<&'static str> {
        match self {
            Self::Bash => Some(BASH_WRAPPER),
            Self::Fish => Some(FISH_WRAPPER),
            Self::Powershell => None,
        }
    }
}

/// Version 1 of the AWS CLI ignores `AWS_ENDPOINT_URL` for SQS in the regions of its list of old host names (us-east-1 among
/// them; awscli's `customizations/overridesslcommonname.py`), and would carry what is meant for this cloud to AWS. It heeds
/// the option.
const BASH_WRAPPER: &str = r#"aws() { command aws ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"} "$@"; }"#;
const FISH_WRAPPER: &str = "function aws; command aws --endpoint-url $AWS_ENDPOINT_URL $argv; end";

/// In single quotes, with those inside written as the shell wants; plain where that is safe in every shell.
fn quoted(value: &str, quote: &str) -> String {
    format!("'{}'", value.replace('\'', quote))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Home;

    #[test]
    fn each_shell_reads_what_is_printed() {
        for (shell, line) in [
            (Shell::Bash, "export A='it'\\''s'"),
            (Shell::Fish, "set -gx A 'it\\'s'"),
            (Shell::Powershell, "$Env:A = 'it''s'"),
        ] {
            assert_eq!(shell.export("A", "it's"), line);
        }
    }

    #[test]
    fn speaks_for_the_account_and_secret_that_are_configured() {
        let mut settings = Settings::defaults(&Home::default());
        let env = |account: Option<&str>| Env {
            shell: Shell::Bash,
            tls: false,
            account: account.map(|a| a.parse().unwrap()),
        };
        let value = |env: Env, settings: &Settings, name: &str| {
            let pairs = env.pairs(settings, "http://127.0.0.1:1").unwrap();
            pairs.into_iter().find(|(n, _)| *n == name).map(|(_, v)| v)
        };
        assert_eq!(value(env(None), &settings, "AWS_ACCESS_KEY_ID").as_deref(), Some("test"));
        assert_eq!(value(env(None), &settings, "AWS_ENDPOINT_URL").as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(value(env(Some("111122223333")), &settings, "AWS_ACCESS_KEY_ID").as_deref(), Some("111122223333"));
        settings.root_secret = Some("s".to_owned());
        assert_eq!(value(env(None), &settings, "AWS_SECRET_ACCESS_KEY").as_deref(), Some("s"));
    }
}
