//! `nephele least-privilege`: the smallest policy that allows what a role or user did.

use clap::Args;
use serde_json::Value;

use super::{Failure, Outcome, Situation, output};

const EXAMPLES: &str = "\
Examples:
  nephele least-privilege --role worker                           what the role did in 90 days
  nephele least-privilege --role worker --days 7 > policy.json
  nephele least-privilege --user ci --account 111122223333

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Write the smallest policy that allows what a role or user did.
/// Data events count too; what was refused does not.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct LeastPrivilege {
    /// Name or ARN of a role
    #[arg(long, value_name = "ROLE", required_unless_present = "user", conflicts_with = "user")]
    role: Option<String>,
    /// Name or ARN of a user
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Account of a name
    #[arg(long, value_name = "ID", default_value = "000000000000")]
    account: String,
    /// How many days to look back
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u64,
}

impl LeastPrivilege {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let principal = self.principal();
        let path = format!("/_nephele/least-privilege?principal={principal}&days={}", self.days);
        let policy: Value = situation.client()?.get(&path).await?;
        if policy["Statement"].as_array().is_some_and(Vec::is_empty) {
            return Err(Failure::Failed(format!("{principal} did nothing in {} days", self.days)));
        }
        output::print(true, &policy, String::new)
    }

    fn principal(&self) -> String {
        let (kind, name) = match (&self.role, &self.user) {
            (Some(role), _) => ("role", role.as_str()),
            (None, user) => ("user", user.as_deref().unwrap_or_default()),
        };
        if name.starts_with("arn:") { name.to_owned() } else { format!("arn:aws:iam::{}:{kind}/{name}", self.account) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_arns() {
        let command = |role: &str| LeastPrivilege {
            role: Some(role.to_owned()),
            user: None,
            account: "111122223333".to_owned(),
            days: 90,
        };
        let arn = "arn:aws:iam::111122223333:role/r";
        assert_eq!(command("r").principal(), arn);
        assert_eq!(command(arn).principal(), arn);
    }
}
