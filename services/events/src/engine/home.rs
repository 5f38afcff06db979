//! Where resources are, and what they are called.

use names::{AccountId, Arn, Region};
use store::Scope;

/// The bus that every account has in every region.
pub(crate) const DEFAULT: &str = "default";

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

/// A bus.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct BusId {
    pub(crate) home: Home,
    pub(crate) name: String,
}

impl Home {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }

    /// The ARN of one of its resources.
    pub(crate) fn arn(&self, resource: impl Into<String>) -> Arn {
        Arn::regional("events", &self.region, self.account, resource)
    }

    /// One of its buses.
    pub(crate) fn bus(&self, name: impl Into<String>) -> BusId {
        BusId { home: self.clone(), name: name.into() }
    }

    /// Where an EventBridge resource is, and what follows its account.
    pub(crate) fn of_arn(arn: &str) -> Option<(Self, String)> {
        let arn: Arn = arn.parse().ok()?;
        let home = Self { account: arn.account_id()?, region: arn.region_code()? };
        (arn.service == "events").then_some((home, arn.resource))
    }
}

impl BusId {
    /// Its ARN.
    pub(crate) fn arn(&self) -> Arn {
        self.home.arn(format!("event-bus/{}", self.name))
    }

    /// The ARN of one of its rules.
    pub(crate) fn rule_arn(&self, rule: &str) -> Arn {
        match self.name.as_str() {
            DEFAULT => self.home.arn(format!("rule/{rule}")),
            bus => self.home.arn(format!("rule/{bus}/{rule}")),
        }
    }

    /// The bus that an ARN names.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let (home, resource) = Home::of_arn(arn)?;
        resource.strip_prefix("event-bus/").map(|name| home.bus(name))
    }

    /// The bus and the rule that an ARN names.
    pub(crate) fn of_rule_arn(arn: &str) -> Option<(Self, String)> {
        let (home, resource) = Home::of_arn(arn)?;
        let path = resource.strip_prefix("rule/")?;
        let (bus, rule) = path.rsplit_once('/').unwrap_or((DEFAULT, path));
        Some((home.bus(bus), rule.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_buses() {
        for (arn, bus, rule) in [
            ("arn:aws:events:us-east-1:000000000000:rule/r", "default", "r"),
            ("arn:aws:events:us-east-1:000000000000:rule/b/r", "b", "r"),
            ("arn:aws:events:us-east-1:000000000000:rule/aws.partner/x/y/r", "aws.partner/x/y", "r"),
        ] {
            let (found, name) = BusId::of_rule_arn(arn).unwrap();
            assert_eq!((found.name.as_str(), name.as_str()), (bus, rule));
            assert_eq!(found.rule_arn(&name).to_string(), arn);
        }
        assert_eq!(BusId::of_rule_arn("arn:aws:sqs:us-east-1:000000000000:rule/r"), None);
    }
}
