//! The `Action` and `NotAction` elements, by service: a policy may list thousands of actions, and a request is of one.

use std::collections::BTreeMap;

use crate::context::Context;
use crate::pattern::{Pattern, Syntax};

/// An `Action` or `NotAction` element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Actions {
    negated: bool,
    /// By the service in lower case: patterns whose part before the colon has no wildcard.
    services: BTreeMap<Box<str>, Vec<Pattern>>,
    /// All others.
    loose: Vec<Pattern>,
}

impl Actions {
    pub(crate) fn new<'a>(negated: bool, texts: impl IntoIterator<Item = &'a String>) -> Self {
        let mut actions = Self { negated, services: BTreeMap::new(), loose: Vec::new() };
        for text in texts {
            let pattern = Pattern::new(text, Syntax { wildcards: true, variables: false });
            match text.split_once(':').filter(|(service, _)| !service.contains(['*', '?'])) {
                Some((service, _)) => {
                    actions.services.entry(service.to_ascii_lowercase().into()).or_default().push(pattern);
                }
                None => actions.loose.push(pattern),
            }
        }
        actions
    }

    /// Whether an action is one of the element's.
    pub(crate) fn hold(&self, action: &str, context: &dyn Context) -> bool {
        let service = action.split(':').next().unwrap_or_default();
        let own = match service.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => self.services.get(service.to_ascii_lowercase().as_str()),
            false => self.services.get(service),
        };
        let mut candidates = own.into_iter().flatten().chain(&self.loose);
        candidates.any(|pattern| pattern.matches_any_case(action, context)) != self.negated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_index_finds_what_a_look_at_each_finds(
            texts in proptest::collection::vec("[sS*?]{0,2}[:q]?[aA*?:]{0,3}", 0..6),
            action in "[sSq]{0,3}:?[aA:]{0,3}",
            negated: bool,
        ) {
            let patterns: Vec<_> =
                texts.iter().map(|text| Pattern::new(text, Syntax { wildcards: true, variables: false })).collect();
            let plain = patterns.iter().any(|pattern| pattern.matches_any_case(&action, &())) != negated;
            prop_assert_eq!(Actions::new(negated, &texts).hold(&action, &()), plain, "{:?} {}", texts, action);
        }
    }
}
