//! Commands and expressions of a query.

use fancy_regex::Regex;

use super::value::Value;

/// A query.
#[derive(Debug)]
pub(crate) struct Query {
    /// Its commands, in their order.
    pub commands: Vec<Command>,
    /// Whether it asks for what is masked.
    pub unmasks: bool,
}

/// A command.
#[derive(Debug)]
pub(crate) enum Command {
    /// Adds fields to what is shown.
    Fields(Vec<Named>),
    /// Shows these and no others.
    Display(Vec<Named>),
    /// Lets pass what holds.
    Filter(Expression),
    /// Takes fields out of a text.
    Parse(Parse),
    /// Brings many events to one row.
    Stats(Vec<Named>, Vec<Named>),
    /// Orders: by what, and whether downwards.
    Sort(Vec<(Expression, bool)>),
    /// So many rows.
    Limit(usize),
    /// One of those that are alike.
    Dedup(Vec<Expression>),
    /// Brings texts that are alike in form to one row.
    Pattern(Expression),
}

/// An expression and its name.
#[derive(Debug)]
pub(crate) struct Named {
    /// The alias, or the expression as it was written.
    pub name: String,
    /// What.
    pub expression: Expression,
}

/// How fields are taken out of a text.
#[derive(Debug)]
pub(crate) struct Parse {
    /// The text.
    pub from: Expression,
    /// A regular expression; a pattern with stars was made one.
    pub regex: Regex,
    /// The names of its groups, by their numbers.
    pub names: Vec<(usize, String)>,
}

/// An expression.
#[derive(Debug)]
pub(crate) enum Expression {
    /// A value.
    Literal(Value),
    /// A field.
    Field(String),
    /// A function of values.
    Call(String, Vec<Expression>),
    /// A function of many events.
    Aggregate(Box<Aggregate>),
    /// Two expressions and what is between them.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// The contrary.
    Not(Box<Expression>),
    /// A number turned round.
    Negative(Box<Expression>),
    /// One of several.
    In(Box<Expression>, Vec<Expression>),
    /// A text that a regular expression is found in.
    Matches(Box<Expression>, Regex),
    /// A text that another stands in.
    Contains(Box<Expression>, Box<Expression>),
}

/// A function of many events.
#[derive(Debug)]
pub(crate) struct Aggregate {
    /// `count`, `pct` and so on, in small letters.
    pub name: String,
    /// Of what; none for `count(*)`.
    pub of: Option<Expression>,
    /// The percentile.
    pub percent: f64,
    /// Its place among those of its `stats`.
    pub place: usize,
}

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    By,
    /// `%`
    Remainder,
    /// `^`
    Power,
}
