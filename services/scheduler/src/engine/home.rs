//! Where resources are, and what they are called.

use names::{AccountId, Arn, Region};
use store::Scope;

/// The group that every account has in every region.
pub(crate) const DEFAULT: &str = "default";

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

    /// The ARN of a schedule.
    pub(crate) fn schedule_arn(&self, group: &str, name: &str) -> Arn {
        Arn::regional("scheduler", &self.region, self.account, format!("schedule/{group}/{name}"))
    }

    /// The ARN of a group.
    pub(crate) fn group_arn(&self, group: &str) -> Arn {
        Arn::regional("scheduler", &self.region, self.account, format!("schedule-group/{group}"))
    }

    /// The group that an ARN names, or whose schedule it names.
    pub(crate) fn of_arn(arn: &str) -> Option<(Self, String)> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "scheduler")?;
        let home = Self { account: arn.account_id()?, region: arn.region_code()? };
        let group = match arn.resource.strip_prefix("schedule-group/") {
            Some(group) => group,
            None => arn.resource.strip_prefix("schedule/")?.split_once('/')?.0,
        };
        Some((home, group.to_owned()))
    }
}
