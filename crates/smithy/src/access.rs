//! What AWS's service authorization reference says of the actions behind operations: how far one reaches, on which
//! resources, under which condition keys, and what else it needs.

/// One action, `sqs:SendMessage`.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionFacts {
    /// With its prefix: `sqs:SendMessage`.
    pub name: &'static str,
    /// How far it reaches.
    pub level: AccessLevel,
    /// The kinds of resources it can be limited to; none for an action that knows only `*`.
    pub resources: &'static [ActionResource],
    /// Condition keys it has whatever the resource: `aws:RequestTag/${TagKey}`.
    pub condition_keys: &'static [&'static str],
    /// Actions that its caller needs besides, for some calls at least: `iam:PassRole`.
    pub dependent_actions: &'static [&'static str],
}

/// A kind of resource that an action can be limited to.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionResource {
    /// The kind.
    pub resource: &'static ResourceFacts,
    /// Every call names one. Of several kinds that are not required a call names at least one, or none for `*`.
    pub required: bool,
    /// Condition keys that the action has with this kind only.
    pub condition_keys: &'static [&'static str],
}

/// A kind of resource.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceFacts {
    /// The reference's name: `queue`.
    pub name: &'static str,
    /// Its ARN: `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
    pub arn: &'static str,
    /// Condition keys that such a resource has, for every action on it: `aws:ResourceTag/${TagKey}`.
    pub condition_keys: &'static [&'static str],
}

impl ResourceFacts {
    /// An ARN of this kind: its pattern with every `${Name}` replaced by what `fill` gives for the name.
    pub fn filled(&self, fill: impl Fn(&str) -> String) -> String {
        let mut pieces = self.arn.split("${");
        let mut arn = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            arn += &fill(name);
            arn += rest;
        }
        arn
    }
}

/// How far an action reaches, from least to most. Where the reference names two, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Tells that something exists.
    List,
    /// Shows what is in it.
    Read,
    /// Changes tags and nothing else.
    Tagging,
    /// Makes, changes, removes.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
}

impl AccessLevel {
    /// The reference's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }

    /// Whether it changes nothing.
    pub const fn is_reading(self) -> bool {
        matches!(self, Self::List | Self::Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled() {
        let fill = |name: &str| if name == "Partition" { "aws".to_owned() } else { format!("<{name}>") };
        for (pattern, expected) in [
            ("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", "arn:aws:sqs:<Region>:<Account>:<QueueName>"),
            ("arn:${Partition}:s3:::${BucketName}/*", "arn:aws:s3:::<BucketName>/*"),
            ("*", "*"),
            ("", ""),
        ] {
            assert_eq!(ResourceFacts { name: "", arn: pattern, condition_keys: &[] }.filled(fill), expected);
        }
    }

    #[test]
    fn levels_rise() {
        assert!(AccessLevel::List < AccessLevel::Read && AccessLevel::Write < AccessLevel::PermissionsManagement);
        assert!(AccessLevel::Read.is_reading() && !AccessLevel::Tagging.is_reading());
    }
}
