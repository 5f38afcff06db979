//! What a statement's text says, before anything is made of it.

use super::token::Place;
use crate::engine::expression::condition::Comparison;
use crate::engine::expression::path::Path;
use crate::engine::value::Value;

/// A piece of a statement, and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub place: Place,
    pub what: What,
}

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// A text, a number, `true`, `false` or `null`.
    Literal(Value),
    /// `MISSING`.
    Missing,
    /// The `?` of this number.
    Parameter(usize),
    Path(Path),
    List(Vec<Node>),
    Struct(Vec<(Node, Node)>),
    Bag(Vec<Node>),
    /// A function by its name in lower case.
    Call(String, Vec<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    /// A sum, or a difference.
    Plus(Box<Node>, Box<Node>),
    Minus(Box<Node>, Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// `IS`, with the type's word in upper case.
    Is(Box<Node>, String),
    In(Box<Node>, Vec<Node>),
    Between(Box<Node>, Box<Node>, Box<Node>),
    /// An operator that the language has and DynamoDB has not.
    Foreign(String),
}

/// `SELECT`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SelectTree {
    /// What is selected; none for everything.
    pub columns: Option<Vec<Node>>,
    pub from: Source,
    pub filter: Option<Node>,
    /// Key attributes to sort by, and whether the other way round.
    pub order: Vec<(Node, bool)>,
}

/// A table, or an index of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub table: String,
    pub index: Option<String>,
}

/// A whole statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Select(SelectTree),
    /// `EXISTS(SELECT …)`.
    Exists(SelectTree),
    Insert(Source, Node),
    Update(Source, Vec<Change>, Option<Node>, Option<Returning>),
    Delete(Source, Option<Node>, Option<Returning>),
}

/// A clause of an `UPDATE`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    Set(Node, Node),
    Remove(Node),
}

/// `RETURNING`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returning {
    /// The item as it was.
    AllOld,
    /// What changed, as it was.
    ModifiedOld,
    /// The item as it is.
    AllNew,
    /// What changed, as it is.
    ModifiedNew,
}

impl Returning {
    /// As a statement writes it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::AllOld => "ALL OLD *",
            Self::ModifiedOld => "MODIFIED OLD *",
            Self::AllNew => "ALL NEW *",
            Self::ModifiedNew => "MODIFIED NEW *",
        }
    }
}
