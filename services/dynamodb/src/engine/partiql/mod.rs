//! PartiQL: statements read into what the engine does, and reads decomposed into queries. Pure.
//!
//! | file | what |
//! |---|---|
//! | `token.rs`, `words.rs`, `reader.rs`, `statement.rs`, `tree.rs` | text to a tree |
//! | `literal.rs`, `filter.rs`, `change.rs`, `columns.rs` | pieces of the tree to values, conditions, updates, columns |
//! | `plan.rs`, `interval.rs` | which partitions and sort keys a `SELECT` reads; the item that a write is about |
//!
//! The grammar is that of the developer guide's PartiQL reference. Messages are those that others recorded from AWS, and
//! otherwise those that AWS ships with DynamoDB Local.

mod change;
mod columns;
mod filter;
mod interval;
mod literal;
pub(crate) mod plan;
mod reader;
mod statement;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod words;

pub(crate) use columns::Columns;
pub(crate) use tree::Returning;

use literal::Parameters;
use reader::Reader;
use tree::{SelectTree, Tree, What};

use super::expression::condition::Condition;
use super::expression::update::Update;
use super::value::{Item, Value};

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    /// The table it is about.
    pub table: String,
    /// The index that it reads.
    pub index: Option<String>,
    /// What it does.
    pub verb: Verb,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verb {
    /// Reads items.
    Select(Select),
    /// Has a transaction go on only when an item is there and a condition holds.
    Exists(Select),
    /// Puts an item where there is none.
    Insert(Item),
    /// Changes an item that is there.
    Update {
        /// What is changed.
        update: Update,
        /// Which item, and what must hold; see [`plan::target`].
        filter: Option<Condition>,
        /// What is answered.
        returning: Option<Returning>,
    },
    /// Deletes an item.
    Delete {
        /// Which item, and what must hold; see [`plan::target`].
        filter: Option<Condition>,
        /// What is answered: `ALL OLD` or nothing.
        returning: Option<Returning>,
    },
}

/// A read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Select {
    /// What of the items is answered.
    pub columns: Columns,
    /// Which items.
    pub filter: Option<Condition>,
    /// Key attributes to sort by, and whether from the last.
    pub order: Vec<(String, bool)>,
}

impl Verb {
    /// Whether it changes anything.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self, Self::Select(_) | Self::Exists(_))
    }
}

/// Reads a statement with the parameters of its request. Errors are AWS's whole texts.
pub(crate) fn read(text: &str, parameters: &[Value]) -> Result<Statement, String> {
    let mut reader = Reader::new(text)?;
    let tree = statement::read(&mut reader)?;
    if reader.parameters != parameters.len() {
        return Err(miscounted());
    }
    Parameters(parameters).statement(tree)
}

impl Parameters<'_> {
    fn statement(self, tree: Tree) -> Result<Statement, String> {
        let (source, verb) = match tree {
            Tree::Select(tree) => (tree.from.clone(), Verb::Select(self.select(&tree)?)),
            Tree::Exists(tree) => (tree.from.clone(), Verb::Exists(self.select(&tree)?)),
            Tree::Insert(into, item) => (into, Verb::Insert(self.item(&item)?)),
            Tree::Update(table, changes, filter, returning) => {
                let update = self.update(&changes)?;
                let filter = filter.map(|filter| self.condition(&filter)).transpose()?;
                (table, Verb::Update { update, filter, returning })
            }
            Tree::Delete(table, filter, returning) => {
                if let Some(returning) = returning.filter(|returning| *returning != Returning::AllOld) {
                    return Err(format!(
                        "Invalid returning clause: RETURNING {}. Only RETURNING ALL OLD * is allowed in DELETE statements.",
                        returning.as_str()
                    ));
                }
                let filter = filter.map(|filter| self.condition(&filter)).transpose()?;
                (table, Verb::Delete { filter, returning })
            }
        };
        Ok(Statement { table: source.table, index: source.index, verb })
    }

    fn select(self, tree: &SelectTree) -> Result<Select, String> {
        let columns = Columns::of(tree.columns.as_deref())?;
        let filter = tree.filter.as_ref().map(|filter| self.condition(filter)).transpose()?;
        let key = |(node, turned): &(tree::Node, bool)| match &node.what {
            What::Path(path) if !path.is_nested() => Ok((path.head().to_owned(), *turned)),
            What::Path(_) => Err(not_a_variable("Path")),
            What::Literal(_) => Err(not_a_variable("Literal")),
            _ => Err(not_a_variable("NAry")),
        };
        let order = tree.order.iter().map(key).collect::<Result<_, _>>()?;
        Ok(Select { columns, filter, order })
    }
}

fn not_a_variable(kind: &str) -> String {
    format!("Argument to ORDER BY must be of type VariableReference. Type: {kind}")
}

/// What cannot be read.
fn malformed(what: &str) -> String {
    format!("Statement wasn't well formed, can't be processed: {what}")
}

fn miscounted() -> String {
    "Number of parameters in request and statement don't match.".to_owned()
}
