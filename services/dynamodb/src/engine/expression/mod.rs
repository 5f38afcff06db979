//! DynamoDB's expressions: conditions, filters, key conditions, updates, projections. A text is read with the placeholders of
//! its request, held to AWS's rules in AWS's order and words, and gives something that can be applied to items. Pure.
//!
//! | file | what |
//! |---|---|
//! | `lexer.rs`, `parser.rs`, `reserved.rs` | tokens; what all parsers share; words that are no names |
//! | `read_condition.rs`, `read_update.rs` | conditions and updates from text |
//! | `condition.rs`, `update.rs`, `path.rs` | conditions, updates and paths, applied to items |
//! | `key_condition.rs` | conditions on keys |

pub(crate) mod condition;
pub(crate) mod key_condition;
mod lexer;
#[cfg(test)]
mod model;
mod parser;
pub(crate) mod path;
mod read_condition;
mod read_update;
#[cfg(test)]
mod recorded;
mod reserved;
#[cfg(test)]
mod tests;
pub(crate) mod update;

use std::collections::BTreeMap;

use condition::Condition;
use parser::{Parser, Placeholders, Read};
use path::{Path, Paths};
use update::Update;

use super::value::Item;

/// Reads the expressions of one request, and knows which placeholders they use. Errors are AWS's whole texts.
#[derive(Debug, Default)]
pub(crate) struct Compiler(Placeholders);

impl Compiler {
    /// Placeholders must be named as such. `V` is whatever their values still are.
    pub(crate) fn check<V>(
        names: Option<&BTreeMap<String, String>>,
        values: Option<&BTreeMap<String, V>>,
    ) -> Result<(), String> {
        check_placeholders("ExpressionAttributeNames", '#', names.map(BTreeMap::keys))?;
        check_placeholders("ExpressionAttributeValues", ':', values.map(BTreeMap::keys))
    }

    /// With the request's placeholders.
    pub(crate) fn new(names: Option<BTreeMap<String, String>>, values: Option<Item>) -> Self {
        let (names, values) = (names.unwrap_or_default(), values.unwrap_or_default());
        let (unused_names, unused_values) = (names.keys().cloned().collect(), values.keys().cloned().collect());
        Self(Placeholders { names, values, unused_names, unused_values })
    }

    /// A condition; `parameter` as in `FilterExpression`.
    pub(crate) fn condition(&mut self, parameter: &str, text: &str) -> Result<Condition, String> {
        self.read(parameter, text, read_condition::read)
    }

    /// A condition on keys. Queries read the condition first and look at its tests once all expressions are read.
    #[cfg(test)]
    pub(crate) fn key_condition(&mut self, text: &str) -> Result<Vec<key_condition::KeyTest>, String> {
        let condition = self.condition("KeyConditionExpression", text)?;
        key_condition::tests(&condition)
    }

    /// An update.
    pub(crate) fn update(&mut self, text: &str) -> Result<Update, String> {
        self.read("UpdateExpression", text, read_update::read)
    }

    /// A projection.
    pub(crate) fn projection(&mut self, text: &str) -> Result<Paths, String> {
        self.read("ProjectionExpression", text, projection)
    }

    /// Every placeholder must have been used.
    pub(crate) fn finish(self) -> Result<(), String> {
        for (parameter, unused) in
            [("ExpressionAttributeNames", self.0.unused_names), ("ExpressionAttributeValues", self.0.unused_values)]
        {
            if !unused.is_empty() {
                let keys = unused.into_iter().collect::<Vec<_>>().join(", ");
                return Err(format!("Value provided in {parameter} unused in expressions: keys: {{{keys}}}"));
            }
        }
        Ok(())
    }

    fn read<T>(
        &mut self,
        parameter: &str,
        text: &str,
        read: impl FnOnce(&mut Parser<'_>) -> Read<T>,
    ) -> Result<T, String> {
        let result = Parser::new(text, &mut self.0).and_then(|mut parser| read(&mut parser));
        result.map_err(|error| format!("Invalid {parameter}: {error}"))
    }
}

fn check_placeholders<'a>(
    parameter: &str,
    mark: char,
    keys: Option<impl ExactSizeIterator<Item = &'a String>>,
) -> Result<(), String> {
    let Some(mut keys) = keys else { return Ok(()) };
    if keys.len() == 0 {
        return Err(format!("{parameter} must not be empty"));
    }
    let good = |key: &String| {
        let rest = key.strip_prefix(mark).unwrap_or_default();
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match keys.find(|key| !good(key)) {
        Some(key) => Err(format!("{parameter} contains invalid key: Syntax error; key: \"{key}\"")),
        None => Ok(()),
    }
}

fn projection(parser: &mut Parser<'_>) -> Read<Paths> {
    let mut paths: Vec<Path> = vec![parser.path()?];
    while parser.take_mark(",") {
        paths.push(parser.path()?);
    }
    parser.end()?;
    let clash = Path::clash_among(&paths.iter().collect::<Vec<_>>());
    let mistakes = &mut parser.mistakes;
    [mistakes.reserved.take(), mistakes.name.take(), clash]
        .into_iter()
        .flatten()
        .next()
        .map_or(Ok(Paths::of(paths)), Err)
}
