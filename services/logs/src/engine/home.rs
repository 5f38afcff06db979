//! The account and region that log groups are in, and how groups are called from outside.

use names::{AccountId, Arn, Region};
use store::Scope;

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
}

impl Home {
    /// Where its records are.
    pub(crate) fn scope(&self) -> Scope {
        crate::store::scope(self.account, &self.region)
    }

    /// The home that a scope belongs to.
    pub(crate) fn of_scope(scope: &Scope) -> Option<Self> {
        let Scope::Regional(account, region) = scope else { return None };
        Some(Self { account: *account, region: region.clone() })
    }

    /// The ARN of something of the service here.
    pub(crate) fn arn(&self, resource: impl Into<String>) -> String {
        Arn::regional("logs", &self.region, self.account, resource).to_string()
    }

    /// The ARN of a group, without the star behind it.
    pub(crate) fn group_arn(&self, name: &str) -> String {
        self.arn(format!("log-group:{name}"))
    }

    /// What policies are asked about for actions on a group: AWS's refusals name it so.
    pub(crate) fn group_resource(&self, name: &str) -> String {
        self.arn(format!("log-group:{name}:log-stream:"))
    }

    /// The ARN of a stream.
    pub(crate) fn stream_arn(&self, group: &str, stream: &str) -> String {
        self.arn(format!("log-group:{group}:log-stream:{stream}"))
    }

    /// The group that an ARN names, whatever stands behind its name.
    pub(crate) fn of_group_arn(text: &str) -> Option<(Self, String)> {
        let arn: Arn = text.parse().ok()?;
        if arn.service != "logs" {
            return None;
        }
        let home = Self { account: arn.account_id()?, region: arn.region_code()? };
        let mut parts = arn.resource.splitn(3, ':');
        (parts.next()? == "log-group").then_some(())?;
        let name = parts.next().filter(|name| !name.is_empty())?;
        Some((home, name.to_owned()))
    }

    /// Who Logs is to other services here.
    pub(crate) fn principal(&self) -> String {
        format!("logs.{}.amazonaws.com", self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_by_arn() {
        let home = Home { account: AccountId::DEFAULT, region: Region::default_region() };
        let arn = home.group_arn("/a/b");
        for behind in ["", ":*", ":log-stream:", ":log-stream:s:t"] {
            assert_eq!(Home::of_group_arn(&format!("{arn}{behind}")), Some((home.clone(), "/a/b".to_owned())));
        }
        for other in ["", "arn:aws:s3:::b", "arn:aws:logs:us-east-1:000000000000:log-group:", "/a/b"] {
            assert_eq!(Home::of_group_arn(other), None, "{other}");
        }
    }
}
