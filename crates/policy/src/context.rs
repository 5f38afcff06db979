//! The facts of a request that conditions and variables ask for by key.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The value of a condition key in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values<'a> {
    /// A single-valued key, such as `aws:username`.
    One(Cow<'a, str>),
    /// A multivalued key, such as `aws:TagKeys`. An empty list counts as an absent key.
    Many(Vec<Cow<'a, str>>),
    /// The same, borrowed as it lies in the request.
    Slice(&'a [String]),
}

impl<'a> Values<'a> {
    /// A single borrowed value.
    pub fn one(value: &'a str) -> Self {
        Self::One(Cow::Borrowed(value))
    }

    /// A truth, as conditions write it.
    pub fn truth(value: bool) -> Self {
        Self::one(if value { "true" } else { "false" })
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(values) => values.len(),
            Self::Slice(values) => values.len(),
        }
    }

    /// Whether there is none, which counts as an absent key.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at this index.
    pub fn get(&self, index: usize) -> Option<&str> {
        match self {
            Self::One(value) => (index == 0).then_some(value),
            Self::Many(values) => values.get(index).map(Cow::as_ref),
            Self::Slice(values) => values.get(index).map(String::as_str),
        }
    }

    /// Each value.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

/// The condition keys of one request. Asked only for keys that a policy mentions, so that nothing need be computed
/// ahead.
pub trait Context {
    /// The value of a key, if the request has it. `key` comes in lower case (`aws:principaltag/team`): keys are
    /// compared without regard to case, the part after the slash included.
    fn values(&self, key: &str) -> Option<Values<'_>>;
}

/// No facts at all.
impl Context for () {
    fn values(&self, _key: &str) -> Option<Values<'_>> {
        None
    }
}

/// Facts held in a map, for the policy simulator and for tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapContext(BTreeMap<String, Vec<String>>);

impl MapContext {
    /// Without any key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key, whatever its case, to these values.
    pub fn insert(&mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) {
        self.0.insert(key.to_lowercase(), values.into_iter().map(Into::into).collect());
    }

    /// The same with one value, for building in a chain.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.insert(key, [value]);
        self
    }
}

impl Context for MapContext {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        self.0.get(key).map(|values| Values::Slice(values))
    }
}
