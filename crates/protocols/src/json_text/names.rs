//! Which of a member's names a JSON document uses.

use smithy::{Member, Schema};

/// A naming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// The protocol's.
    Wire,
    /// The model's, whatever the protocol.
    Model,
    /// The model's with the first letter in lower case, as CloudTrail writes them.
    LowerCamel,
}

impl Names {
    /// The position of the member called `key`. Clients mostly send members in the model's order, so the search starts
    /// at `hint`, the one after the last found.
    pub(crate) fn position(self, schema: &'static Schema, key: &str, hint: usize) -> Option<usize> {
        let (before, after) = schema.members.split_at(hint.min(schema.members.len()));
        let is_it = |m: &Member| if self == Self::Wire { m.json_name == key } else { m.name == key };
        let exact = after.iter().position(is_it).map(|i| i + before.len()).or_else(|| before.iter().position(is_it));
        exact.or_else(|| if self == Self::Wire { None } else { nearly(schema, key) })
    }

    /// The member's name, when it stands in the schema as it is written.
    pub(crate) fn of(self, member: &Member) -> Option<&'static str> {
        match self {
            Self::Wire => Some(member.json_name),
            Self::Model => Some(member.name),
            Self::LowerCamel => None,
        }
    }
}

/// The position of the member whose name differs from `key` in the case of its first letter: templates write all
/// members as `QueueUrl`, also those that the model calls `queueUrl`, and records the other way round.
fn nearly(schema: &'static Schema, key: &str) -> Option<usize> {
    let (first, rest) = key.split_at_checked(1)?;
    let is_it =
        |m: &Member| m.name.split_at_checked(1).is_some_and(|(f, r)| r == rest && f.eq_ignore_ascii_case(first));
    schema.members.iter().position(is_it)
}
