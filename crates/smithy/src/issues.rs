//! Where in an input something is missing or wrong. Readers and the validator collect these; a dialect turns them into
//! AWS's text ("2 validation errors detected: Value null at 'queueUrl' …").

use crate::Schema;

/// One step of a path into an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathPart {
    /// A member, by its model name.
    Member(&'static str),
    /// A list element, counted from 0.
    Index(usize),
    /// A map entry.
    Key(String),
}

/// A path into an input, outermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path(pub Vec<PathPart>);

/// Which rule was broken.
#[derive(Debug, Clone, PartialEq)]
pub enum Violation {
    /// A required member is absent.
    Missing,
    /// Shorter than this many characters, bytes or elements.
    TooShort(u64),
    /// Longer than this many.
    TooLong(u64),
    /// Less than this value.
    TooSmall(f64),
    /// Greater than this value.
    TooLarge(f64),
    /// Does not match this pattern.
    Pattern(&'static str),
    /// Not one of these values.
    Enum(&'static [&'static str]),
    /// A union without exactly one member.
    Union,
    /// A union that came with more than one member.
    SeveralMembers,
    /// Something inside this list or map breaks one of these rules. AWS tells so for scalars, with the whole list or map
    /// as the value; structures inside have paths of their own.
    Inside(Inside, Vec<Self>),
}

/// What of a list or map is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// The elements of a list.
    Elements,
    /// The keys of a map.
    Keys,
    /// The values of a map.
    Values,
}

/// One broken rule, where, and with which value.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// Where.
    pub path: Path,
    /// Which rule.
    pub violation: Violation,
    /// The value as AWS prints it; none when it is absent or must not be shown.
    pub value: Option<String>,
}

/// Notes which members of a structure were read, to tell which required ones are missing.
pub struct Presence {
    schema: &'static Schema,
    seen: [u64; 4],
}

impl Presence {
    /// Nothing read yet.
    pub fn new(schema: &'static Schema) -> Self {
        Self { schema, seen: [0; 4] }
    }

    /// Notes member `index`; false when it was noted before. Members beyond the 256th are never reported missing (no
    /// model has a required one there).
    pub fn mark(&mut self, index: usize) -> bool {
        let Some(word) = self.seen.get_mut(index / 64) else { return true };
        let first = *word >> (index % 64) & 1 == 0;
        *word |= 1 << (index % 64);
        first
    }

    /// The required members that were not read. Idempotency tokens are not among them: the server makes those up.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> + '_ {
        let members = self.schema.members.iter().enumerate();
        members.filter(|(i, m)| m.required && !m.idempotency_token && !self.saw(*i)).map(|(_, m)| m.name)
    }

    fn saw(&self, index: usize) -> bool {
        self.seen.get(index / 64).is_none_or(|word| word >> (index % 64) & 1 == 1)
    }
}
