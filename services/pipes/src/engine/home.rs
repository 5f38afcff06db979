//! Where pipes are, and what they are called.

use names::{AccountId, Arn, Region};
use store::Scope;

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

impl Home {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }

    /// The ARN of a pipe.
    pub(crate) fn pipe_arn(&self, name: &str) -> Arn {
        Arn::regional("pipes", &self.region, self.account, format!("pipe/{name}"))
    }

    /// The pipe that an ARN names.
    pub(crate) fn of_arn(arn: &str) -> Option<(Self, String)> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "pipes")?;
        let home = Self { account: arn.account_id()?, region: arn.region_code()? };
        Some((home, arn.resource.strip_prefix("pipe/")?.to_owned()))
    }
}
