//! An account, and the ARNs of what is in it. A cloud is one partition, whatever the region called: an identity has one ARN.

use names::key_id::{self, IdKind};
use names::{AccountId, Arn, Partition};
use runtime::Random;
use service_kit::Cloud;
use store::Scope;

use super::entity::Kind;
use crate::store::{EntityRecord, PolicyRecord, ProfileRecord, scope};

/// An account as IAM sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home {
    /// The account.
    pub account: AccountId,
    /// The partition that its ARNs name.
    pub partition: Partition,
}

/// A managed policy's ARN, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyArn {
    /// The customer's account; none for AWS's own.
    pub account: Option<AccountId>,
    /// Path, with both slashes.
    pub path: String,
    /// Name.
    pub name: String,
}

impl Home {
    /// An account in a cloud.
    pub(crate) fn of(cloud: &Cloud, account: AccountId) -> Self {
        Self { account, partition: cloud.default_region().partition() }
    }

    /// Where its records lie.
    pub(crate) fn scope(self) -> Scope {
        scope(self.account)
    }

    /// A fresh unique id in the account.
    pub(crate) fn issue(self, kind: IdKind, random: &Random) -> String {
        key_id::issue(kind, self.account, random.bytes())
    }

    /// The ARN of something of the account, as in `user/path/name`.
    pub(crate) fn arn(self, resource: impl Into<String>) -> String {
        Arn::global(self.partition, "iam", self.account, resource).to_string()
    }

    /// The ARN of a thing with a path: `sort` as in `user`.
    pub(crate) fn arn_of(self, sort: &str, path: &str, name: &str) -> String {
        self.arn(format!("{sort}{path}{name}"))
    }

    /// The ARN of a user, group or role.
    pub(crate) fn entity(self, record: &EntityRecord) -> String {
        self.arn_of(record.body.kind().word(), &record.path, &record.name)
    }

    /// The ARN of a customer managed policy.
    pub(crate) fn policy(self, record: &PolicyRecord) -> String {
        self.arn_of("policy", &record.path, &record.name)
    }

    /// The ARN of an instance profile.
    pub(crate) fn profile(self, record: &ProfileRecord) -> String {
        self.arn_of("instance-profile", &record.path, &record.name)
    }

    /// The ARN of one of AWS's policies.
    pub(crate) fn aws_policy(self, path: &str, name: &str) -> String {
        format!("arn:{}:iam::aws:policy{path}{name}", self.partition)
    }

    /// The name in the ARN of an entity of this account and kind.
    pub(crate) fn entity_name(self, kind: Kind, arn: &str) -> Option<String> {
        let (word, _, name) = self.split(arn)?;
        (word == kind.word()).then_some(name)
    }

    /// Sort, path and name in an ARN of this account.
    pub(crate) fn split(self, arn: &str) -> Option<(String, String, String)> {
        let arn: Arn = arn.parse().ok()?;
        let ours = arn.service == "iam" && arn.account_id() == Some(self.account);
        let (word, rest) = arn.resource.split_once('/').filter(|_| ours)?;
        let (path, name) = path_and_name(rest);
        Some((word.to_owned(), path, name))
    }
}

impl PolicyArn {
    /// Takes an ARN apart; none when it is not a policy's.
    pub(crate) fn parse(arn: &str) -> Option<Self> {
        let arn: Arn = arn.parse().ok()?;
        let rest = arn.resource.strip_prefix("policy/").filter(|_| arn.service == "iam")?;
        let account = match arn.account.as_str() {
            "aws" => None,
            account => Some(account.parse().ok()?),
        };
        let (path, name) = path_and_name(rest);
        (!name.is_empty()).then_some(Self { account, path, name })
    }
}

/// `a/b/name` as `/a/b/` and `name`.
fn path_and_name(rest: &str) -> (String, String) {
    match rest.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name.to_owned()),
        None => ("/".to_owned(), rest.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_taken_apart_as_they_are_made() {
        let home = Home { account: "123456789012".parse().unwrap(), partition: Partition::Aws };
        for (path, name) in [("/", "n"), ("/a/", "n"), ("/a/b/", "n.m")] {
            let arn = home.arn_of("policy", path, name);
            let parsed = PolicyArn::parse(&arn).unwrap();
            assert_eq!((parsed.account, &*parsed.path, &*parsed.name), (Some(home.account), path, name));
            assert_eq!(home.entity_name(Kind::User, &home.arn_of("user", path, name)).as_deref(), Some(name));
        }
        let aws = PolicyArn::parse("arn:aws:iam::aws:policy/job-function/Billing").unwrap();
        assert_eq!((aws.account, &*aws.path, &*aws.name), (None, "/job-function/", "Billing"));
        for none in ["arn:aws:iam::aws:policy", "arn:aws:iam::1:policy/x", "arn:aws:s3:::policy/x", "policy/x"] {
            assert_eq!(PolicyArn::parse(none), None, "{none}");
        }
    }
}
