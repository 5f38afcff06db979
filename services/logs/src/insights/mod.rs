//! The query language of CloudWatch Logs Insights. Source: user guide, "CloudWatch Logs Insights language query syntax".
//!
//! | file | what |
//! |---|---|
//! | `cursor.rs`, `parser.rs`, `expression.rs` | text → commands, by recursive descent, with the place of what is wrong |
//! | `ast.rs` | commands and expressions |
//! | `value.rs` | values, which are what they are used as |
//! | `evaluate.rs`, `functions.rs` | expressions over an event |
//! | `fields.rs` | fields that events have by themselves, and those discovered in them |
//! | `aggregate.rs`, `cluster.rs` | `stats`; `pattern` |
//! | `pipeline.rs` | events through the commands |
//!
//! Invariants: no text panics; what is kept while a query runs is bounded by its limit or by the groups of its `stats`.

mod aggregate;
mod ast;
mod cluster;
mod cursor;
mod evaluate;
mod expression;
pub(crate) mod fields;
mod functions;
mod parser;
pub(crate) mod pipeline;
#[cfg(test)]
mod tests;
pub(crate) mod value;

pub(crate) use ast::Query;
pub(crate) use evaluate::RAW;
pub(crate) use parser::parse;

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The first character of it.
    pub start: usize,
    /// The one behind it.
    pub end: usize,
    /// What.
    pub message: String,
}
