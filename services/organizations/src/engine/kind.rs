//! Types of policies: what each governs, what every target has of it at first, how it is named.

use serde::{Deserialize, Serialize};

/// A type of policy. The discriminant is in keys of the store and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub(crate) enum Kind {
    ServiceControl = 1,
    ResourceControl = 2,
    Tag = 3,
    Backup = 4,
    AiServicesOptOut = 5,
    Chatbot = 6,
    DeclarativeEc2 = 7,
    SecurityHub = 8,
    Inspector = 9,
    UpgradeRollout = 10,
    Bedrock = 11,
    S3 = 12,
    NetworkSecurityDirector = 13,
}

/// A policy that AWS gives every organization.
#[derive(Debug)]
pub(crate) struct Default {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub description: &'static str,
    /// Its document.
    pub content: &'static str,
}

const NAMES: [(Kind, &str); 13] = [
    (Kind::ServiceControl, "SERVICE_CONTROL_POLICY"),
    (Kind::ResourceControl, "RESOURCE_CONTROL_POLICY"),
    (Kind::Tag, "TAG_POLICY"),
    (Kind::Backup, "BACKUP_POLICY"),
    (Kind::AiServicesOptOut, "AISERVICES_OPT_OUT_POLICY"),
    (Kind::Chatbot, "CHATBOT_POLICY"),
    (Kind::DeclarativeEc2, "DECLARATIVE_POLICY_EC2"),
    (Kind::SecurityHub, "SECURITYHUB_POLICY"),
    (Kind::Inspector, "INSPECTOR_POLICY"),
    (Kind::UpgradeRollout, "UPGRADE_ROLLOUT_POLICY"),
    (Kind::Bedrock, "BEDROCK_POLICY"),
    (Kind::S3, "S3_POLICY"),
    (Kind::NetworkSecurityDirector, "NETWORK_SECURITY_DIRECTOR_POLICY"),
];

static FULL_ACCESS: Default = Default {
    id: "p-FullAWSAccess",
    name: "FullAWSAccess",
    description: "Allows access to every operation",
    content: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
};

static RESOURCE_FULL_ACCESS: Default = Default {
    id: "p-RCPFullAWSAccess",
    name: "RCPFullAWSAccess",
    description: "Allows access to every resource",
    content: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#,
};

impl Kind {
    /// All kinds.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(kind, _)| kind)
    }

    /// The kind of a name, as in `TAG_POLICY`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.into_iter().find(|(_, of)| *of == name).map(|(kind, _)| kind)
    }

    /// `TAG_POLICY`.
    pub(crate) fn name(self) -> &'static str {
        NAMES[usize::from(self.code()) - 1].1
    }

    /// As ARNs have it: `tag_policy`.
    pub(crate) fn in_arn(self) -> String {
        self.name().to_ascii_lowercase()
    }

    /// In keys of the store.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    /// Whether it decides on access; all others come together as an effective policy.
    pub(crate) fn authorizes(self) -> bool {
        matches!(self, Self::ServiceControl | Self::ResourceControl)
    }

    /// What is on every target while the kind is enabled, until something else is put in its place.
    pub(crate) fn default(self) -> Option<&'static Default> {
        match self {
            Self::ServiceControl => Some(&FULL_ACCESS),
            Self::ResourceControl => Some(&RESOURCE_FULL_ACCESS),
            _ => None,
        }
    }

    /// The key a document of this kind begins with; none for those in the policy language.
    pub(crate) fn top(self) -> Option<&'static str> {
        Some(match self {
            Self::ServiceControl | Self::ResourceControl => return None,
            Self::Tag => "tags",
            Self::Backup => "plans",
            Self::AiServicesOptOut => "services",
            Self::Chatbot => "chatbot",
            Self::DeclarativeEc2 => "ec2_attributes",
            Self::SecurityHub => "securityhub",
            Self::Inspector => "inspector",
            Self::UpgradeRollout => "upgrade_rollout",
            Self::Bedrock => "bedrock",
            Self::S3 => "s3_attributes",
            Self::NetworkSecurityDirector => "network_security_director",
        })
    }
}

impl Default {
    /// The default policy of an id, and its kind.
    pub(crate) fn of_id(id: &str) -> Option<(Kind, &'static Self)> {
        [Kind::ServiceControl, Kind::ResourceControl]
            .into_iter()
            .filter_map(|kind| Some((kind, kind.default()?)))
            .find(|(_, default)| default.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_agree() {
        for kind in Kind::all() {
            assert_eq!(Kind::named(kind.name()), Some(kind));
            assert_eq!(kind.authorizes(), kind.default().is_some());
            assert_eq!(kind.authorizes(), kind.top().is_none());
        }
        assert_eq!(Kind::named("SCP"), None);
        assert_eq!(Kind::AiServicesOptOut.in_arn(), "aiservices_opt_out_policy");
    }
}
