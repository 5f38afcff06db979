//! Which parameters may stand together, in AWS's words; and those of expressions made into what the engine takes.

use std::collections::BTreeMap;

use service_kit::Error;

use super::values::{self, Attributes};
use crate::engine::expression::Compiler;
use crate::engine::expression::path::Path;
use crate::engine::refusal::Refusal;
use crate::engine::schema::Schema;
use crate::error::invalid;

/// Parameters that are there, by name.
pub(crate) type Given<'a> = &'a [(&'static str, bool)];

/// Placeholders as the API has them.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    /// `ExpressionAttributeNames`.
    pub names: Option<BTreeMap<String, String>>,
    /// `ExpressionAttributeValues`.
    pub values: Option<Attributes>,
}

/// Expressions and the parameters from before them exclude each other; placeholders need expressions.
pub(crate) fn check(expressions: Given<'_>, others: Given<'_>, placeholders: &Placeholders) -> Result<(), Error> {
    let there = |given: Given<'_>| given.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect::<Vec<_>>();
    let (with, without) = (there(expressions), there(others));
    if !with.is_empty() && !without.is_empty() {
        return Err(invalid(format!(
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
             {{{}}} Expression parameters: {{{}}}",
            without.join(", "),
            with.join(", ")
        )));
    }
    if placeholders.names.is_some() && with.is_empty() {
        return Err(invalid("ExpressionAttributeNames can only be specified when using expressions"));
    }
    let takes_values = expressions.iter().filter(|(name, _)| *name != "ProjectionExpression");
    let names: Vec<_> = takes_values.clone().map(|(name, _)| *name).collect();
    if placeholders.values.is_some() && takes_values.clone().all(|(_, there)| !there) && !names.is_empty() {
        let verb = if names.len() > 1 { "are" } else { "is" };
        return Err(invalid(format!(
            "ExpressionAttributeValues can only be specified when using expressions: {} {verb} null",
            names.join(" and ")
        )));
    }
    Ok(())
}

/// A reader of the request's expressions.
pub(crate) fn compiler(placeholders: Placeholders) -> Result<Compiler, Error> {
    Compiler::check(placeholders.names.as_ref(), placeholders.values.as_ref()).map_err(invalid)?;
    let values = placeholders.values.map(values::placeholders).transpose()?;
    Ok(Compiler::new(placeholders.names, values))
}

/// A key attribute has no inside.
pub(crate) fn check_scalar<'a>(schema: &Schema, paths: impl Iterator<Item = &'a Path>) -> Result<(), Refusal> {
    for path in paths.filter(|path| path.is_nested()) {
        let head = path.head();
        let what = if schema.primary().has_key(head) {
            "Key"
        } else if schema.secondary().iter().any(|index| index.has_key(head)) {
            "IndexKey"
        } else {
            continue;
        };
        return Err(Refusal::Invalid(format!(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: {what}: {head}"
        )));
    }
    Ok(())
}
