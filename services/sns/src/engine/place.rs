//! Where topics and subscriptions are: accounts, regions, names, and the ARNs that say so.

use names::{AccountId, Arn, Region};
use store::Scope;

/// Where a topic is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    /// Whose it is.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

/// Where a subscription is: with its topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// The topic's place.
    pub topic: Home,
    /// The subscription's id, a UUID.
    pub id: String,
}

impl Home {
    /// The topic's ARN.
    pub(crate) fn arn(&self) -> String {
        Arn::regional("sns", &self.region, self.account, self.name.clone()).to_string()
    }

    /// The scope its records lie in.
    pub(crate) fn scope(&self) -> Scope {
        crate::store::scope(self.account, &self.region)
    }

    /// The place an ARN names; none when it is not a topic's.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "sns")?;
        let name = Some(arn.resource.clone()).filter(|name| !name.contains([':', '/']))?;
        Some(Self { account: arn.account_id()?, region: arn.region_code()?, name })
    }

    /// Whether the name is a FIFO topic's.
    pub(crate) fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }
}

impl Place {
    /// The subscription's ARN.
    pub(crate) fn arn(&self) -> String {
        format!("{}:{}", self.topic.arn(), self.id)
    }

    /// The place an ARN names; none when it is not a subscription's.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let (topic, id) = arn.rsplit_once(':')?;
        Some(Self { topic: Home::of_arn(topic)?, id: id.to_owned() })
    }

    /// What its lanes are called by.
    pub(crate) fn lane(&self) -> String {
        let Home { account, region, name } = &self.topic;
        format!("{account}/{region}/{name}/{}", self.id)
    }

    /// The place a lane is of, and what stands behind it.
    pub(crate) fn of_lane(lane: &str) -> Option<(Self, &str)> {
        let mut parts = lane.splitn(5, '/');
        let account = parts.next()?.parse().ok()?;
        let region = Region::parse(parts.next()?)?;
        let name = parts.next()?.to_owned();
        let id = parts.next()?.to_owned();
        Some((Self { topic: Home { account, region, name }, id }, parts.next().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_and_lanes() {
        let arn = "arn:aws:sns:eu-west-1:000000000007:t.fifo:6b0e71bd-7e97-4d97-80ce-4a0994e55286";
        let place = Place::of_arn(arn).unwrap();
        assert_eq!(place.arn(), arn);
        assert_eq!(Place::of_lane(&format!("{}/a/b", place.lane())), Some((place, "a/b")));
        for bad in ["arn:aws:sns:eu-west-1:000000000007:t", "arn:aws:sqs:eu-west-1:000000000007:t:x", "x", ""] {
            assert_eq!(Place::of_arn(bad), None, "{bad}");
        }
        assert_eq!(Home::of_arn("arn:aws:sns:eu-west-1:000000000007:app/GCM/x"), None);
    }
}
