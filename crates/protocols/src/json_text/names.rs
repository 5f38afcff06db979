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
        let is_it = |m: &Member| self.is(m, key);
        after.iter().position(is_it).map(|i| i + before.len()).or_else(|| before.iter().position(is_it))
    }

    /// The member's name, when it stands in the schema as it is written.
    pub(crate) fn of(self, member: &Member) -> Option<&'static str> {
        match self {
            Self::Wire => Some(member.json_name),
            Self::Model => Some(member.name),
            Self::LowerCamel => None,
        }
    }

    /// Model names are found whatever the case of their first letter: templates write all members as `QueueUrl`, also
    /// those that the model calls `queueUrl`.
    fn is(self, member: &Member, key: &str) -> bool {
        match self {
            Self::Wire => member.json_name == key,
            Self::Model | Self::LowerCamel => {
                let (mut name, mut given) = (member.name.chars(), key.chars());
                let first = |c: Option<char>| c.map(|c| c.to_ascii_lowercase());
                first(name.next()) == first(given.next()) && name.as_str() == given.as_str()
            }
        }
    }
}
