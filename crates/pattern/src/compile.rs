//! From a pattern's text to conditions on fields, with AWS's refusals in AWS's order.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Check;
use crate::number;
use crate::text::{Invalid, Reader, Token};
use crate::wildcard::{Wildcard, too_complex};

/// Alternatives that a pattern's `$or`s may multiply to. Source: EventBridge user guide, "Or matching": "the rule creation
/// will fail" when there are more than 1,000 combinations.
const ALTERNATIVES: usize = 1_000;
/// Fields that one alternative may have conditions on. Source: AWS's matcher, its largest rule.
const FIELDS: usize = 256;

/// Names that mean something inside `$or`, now or some day, and name no field there.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// Whose language: SNS reads the same one in an older form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// EventBridge.
    Events,
    /// SNS, whose `anything-but` knows no operator but `prefix`.
    Topics,
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// What `$or` multiplied the pattern to; one of them must be fulfilled.
    pub(crate) alternatives: Vec<Vec<Condition>>,
}

/// A condition on a field: one of the checks must hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    /// Names joined with dots.
    pub(crate) path: Box<str>,
    /// How many names.
    pub(crate) depth: usize,
    /// The first name.
    pub(crate) root: Box<str>,
    pub(crate) checks: Vec<Check>,
}

/// Conditions by path: a later one on the same field replaces an earlier one.
type Alternative = BTreeMap<Box<str>, Condition>;

impl Pattern {
    /// Reads a pattern of EventBridge.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::parse_as(Dialect::Events, text)
    }

    /// Reads a pattern in a dialect.
    pub fn parse_as(dialect: Dialect, text: &str) -> Result<Self, Invalid> {
        let mut compiler = Compiler { reader: Reader::new(text), dialect, path: Vec::new() };
        if compiler.reader.next()? != Token::ObjectStart {
            return compiler.reader.refuse("Filter is not an object");
        }
        let mut alternatives = Vec::new();
        compiler.object(&mut alternatives, false)?;
        check_cost(&alternatives)?;
        let in_order = |alternative: Alternative| alternative.into_values().collect();
        Ok(Self { alternatives: alternatives.into_iter().map(in_order).collect() })
    }

    /// The first names of all fields that it has conditions on.
    pub(crate) fn roots(&self) -> BTreeSet<&str> {
        self.alternatives.iter().flatten().map(|condition| &*condition.root).collect()
    }
}

/// Reads a pattern.
pub(crate) struct Compiler<'a> {
    pub(crate) reader: Reader<'a>,
    pub(crate) dialect: Dialect,
    path: Vec<String>,
}

impl Compiler<'_> {
    /// The members of an object, whose opening was read: all must be fulfilled.
    fn object(&mut self, alternatives: &mut Vec<Alternative>, inside_or: bool) -> Result<(), Invalid> {
        let mut empty = true;
        loop {
            let name = match self.reader.next()? {
                Token::ObjectEnd if empty => return self.reader.refuse("Empty objects are not allowed"),
                Token::ObjectEnd => return Ok(()),
                token => token.shown().to_owned(),
            };
            empty = false;
            if name == "$or" {
                self.either(alternatives)?;
                continue;
            }
            if inside_or && RESERVED.contains(&&*name) {
                let text = format!("{name} is Ruler reserved fieldName which cannot be used inside $or.");
                return self.reader.refuse(text);
            }
            match self.reader.next()? {
                Token::ObjectStart => {
                    self.path.push(name);
                    self.object(alternatives, inside_or)?;
                    self.path.pop();
                }
                Token::ArrayStart => self.field(alternatives, name)?,
                _ => return self.reader.refuse(format!("\"{name}\" must be an object or an array")),
            }
        }
    }

    /// `$or`: each of its objects goes with everything before it.
    fn either(&mut self, alternatives: &mut Vec<Alternative>) -> Result<(), Invalid> {
        let before = std::mem::take(alternatives);
        if self.reader.next()? != Token::ArrayStart {
            return self.reader.refuse("It must be an Array followed with $or.");
        }
        let mut objects = 0;
        loop {
            match self.reader.next()? {
                Token::ArrayEnd if objects < 2 => {
                    return self.reader.refuse("There must have at least 2 Objects in $or relationship.");
                }
                Token::ArrayEnd => return Ok(()),
                Token::ObjectStart => {
                    objects += 1;
                    let mut these = before.clone();
                    if these.is_empty() {
                        these.push(Alternative::new());
                    }
                    self.object(&mut these, true)?;
                    alternatives.append(&mut these);
                    if alternatives.len() > ALTERNATIVES {
                        return Err(Invalid::new("Rule is too complex - try using fewer $or combinations"));
                    }
                }
                _ => return self.reader.refuse("Only JSON object is allowed in array of $or relationship."),
            }
        }
    }

    /// The values of a field, whose array was opened: one must hold.
    fn field(&mut self, alternatives: &mut Vec<Alternative>, name: String) -> Result<(), Invalid> {
        let checks = self.checks()?;
        let root = self.path.first().unwrap_or(&name).as_str().into();
        let depth = self.path.len() + 1;
        let path: Box<str> = self.path.iter().map(String::as_str).chain([&*name]).collect::<Vec<_>>().join(".").into();
        if alternatives.is_empty() {
            alternatives.push(Alternative::new());
        }
        for alternative in alternatives {
            let condition = Condition { path: path.clone(), depth, root: Box::clone(&root), checks: checks.clone() };
            alternative.insert(path.clone(), condition);
        }
        Ok(())
    }

    fn checks(&mut self) -> Result<Vec<Check>, Invalid> {
        let mut checks = Vec::new();
        loop {
            let check = match self.reader.next()? {
                Token::ArrayEnd if checks.is_empty() => return self.reader.refuse("Empty arrays are not allowed"),
                Token::ArrayEnd => return Ok(checks),
                Token::ObjectStart => self.operator()?,
                Token::Text(text) => Check::exact_text(&text),
                Token::Number(text) => {
                    let value = number::value(&text);
                    Check::Number(text.into(), value)
                }
                Token::Word(word) => Check::Word(word),
                _ => return self.reader.refuse("Match value must be String, number, true, false, or null"),
            };
            checks.push(check);
        }
    }
}

/// Refuses what would be slow to match.
fn check_cost(alternatives: &[Alternative]) -> Result<(), Invalid> {
    for alternative in alternatives {
        if alternative.len() > FIELDS {
            return Err(Invalid::new(format!("Size of rule exceeds max value of {FIELDS}")));
        }
        for condition in alternative.values() {
            if too_complex(condition.checks.iter().flat_map(wildcards)) {
                return Err(Invalid::new(
                    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences \
                     after a wildcard character",
                ));
            }
        }
    }
    Ok(())
}

fn wildcards(check: &Check) -> Vec<&Wildcard> {
    match check {
        Check::Wildcard(wildcard) => vec![wildcard],
        Check::Not(checks) => checks.iter().flat_map(wildcards).collect(),
        _ => Vec::new(),
    }
}
