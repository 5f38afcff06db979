//! `WHERE` clauses as conditions. What compares a condition with a value is told by conditions alone.

use super::literal::Parameters;
use super::tree::{Node, What};
use crate::engine::expression::condition::{Comparison, Condition, Operand};
use crate::engine::expression::path::Path;
use crate::engine::value::Value;

/// Operands of `IN` ("Constraints").
const AMONG: usize = 100;

impl Parameters<'_> {
    /// A whole `WHERE` clause.
    pub(super) fn condition(self, node: &Node) -> Result<Condition, String> {
        self.part(node, "WHERE clause must contain an expression that resolves to a boolean")
    }

    /// `otherwise` says what is wrong when it is no condition.
    fn part(self, node: &Node, otherwise: &str) -> Result<Condition, String> {
        const PARTS: &str = "The arguments to AND/OR must be Expressions";
        match &node.what {
            What::And(parts) => self.parts(parts, PARTS).map(|parts| joined(parts, Condition::And)),
            What::Or(parts) => self.parts(parts, PARTS).map(|parts| joined(parts, Condition::Or)),
            What::Not(inner) => Ok(negated(self.part(inner, "The argument to NOT must be a Type or Expression")?)),
            What::Compare(how, a, b) => self.comparison(*how, a, b),
            What::Is(operand, kind) => self.is(operand, kind),
            What::In(operand, among) => self.among(operand, among),
            What::Between(operand, low, high) => {
                let (operand, low, high) = (self.operand(operand)?, self.operand(low)?, self.operand(high)?);
                [&operand, &low, &high].into_iter().try_for_each(|operand| ordered("BETWEEN", operand))?;
                bounds(&low, &high)?;
                Ok(Condition::Between(operand, low, high))
            }
            What::Call(name, operands) if name != "size" => self.function(node, name, operands),
            What::Foreign(operator) => Err(foreign(operator)),
            What::Missing => Err(MISSING.to_owned()),
            _ => Err(otherwise.to_owned()),
        }
    }

    fn parts(self, parts: &[Node], otherwise: &str) -> Result<Vec<Condition>, String> {
        parts.iter().map(|part| self.part(part, otherwise)).collect()
    }

    fn comparison(self, how: Comparison, a: &Node, b: &Node) -> Result<Condition, String> {
        match (is_condition(a), is_condition(b)) {
            (false, false) => {
                let (a, b) = (self.operand(a)?, self.operand(b)?);
                if !matches!(how, Comparison::Equal | Comparison::NotEqual) {
                    [&a, &b].into_iter().try_for_each(|operand| ordered(mark(how), operand))?;
                }
                Ok(Condition::Compare(how, a, b))
            }
            (true, false) => self.truth(how, a, b),
            (false, true) => self.truth(how, b, a),
            (true, true) => {
                unordered(how)?;
                let (a, b) = (self.condition(a)?, self.condition(b)?);
                told_twice(&a)?;
                told_twice(&b)?;
                Ok(equal_if(how, same(a, b)))
            }
        }
    }

    /// A condition compared with something that is none.
    fn truth(self, how: Comparison, condition: &Node, other: &Node) -> Result<Condition, String> {
        unordered(how)?;
        let (condition, other) = (self.condition(condition)?, self.operand(other)?);
        let equal = match &other {
            Operand::Value(Value::Bool(true)) => condition,
            Operand::Value(Value::Bool(false)) => negated(condition),
            Operand::Value(_) => Condition::Whether(false),
            _ => {
                told_twice(&condition)?;
                let is = |yes| Condition::Compare(Comparison::Equal, other.clone(), Operand::Value(Value::Bool(yes)));
                let not = Condition::And(negated(condition.clone()).into(), is(false).into());
                Condition::Or(Condition::And(condition.into(), is(true).into()).into(), not.into())
            }
        };
        Ok(equal_if(how, equal))
    }

    fn among(self, operand: &Node, among: &[Node]) -> Result<Condition, String> {
        if among.len() > AMONG {
            let count = among.len();
            return Err(format!("The IN operator is provided with too many operands; number of operands: {count}"));
        }
        if is_condition(operand) {
            let each = among.iter().map(|one| self.comparison(Comparison::Equal, operand, one));
            return Ok(joined(each.collect::<Result<_, _>>()?, Condition::Or));
        }
        let among = among.iter().map(|one| self.operand(one)).collect::<Result<_, _>>()?;
        Ok(Condition::In(self.operand(operand)?, among))
    }

    fn is(self, operand: &Node, kind: &str) -> Result<Condition, String> {
        let operand = match self.operand(operand) {
            Ok(operand @ (Operand::Path(_) | Operand::Value(_))) => operand,
            _ => return Err("The left hand side argument to IS must be a Variable Reference, Literal, or Path".into()),
        };
        let kinds: &[&str] = match kind {
            "MISSING" => {
                return Ok(match operand {
                    Operand::Path(path) => Condition::NotExists(path),
                    _ => Condition::Whether(false),
                });
            }
            "NULL" => &["NULL"],
            "BOOLEAN" | "BOOL" => &["BOOL"],
            "BLOB" => &["B"],
            "STRING" => &["S"],
            "NUMERIC" => &["N"],
            "STRUCT" | "TUPLE" => &["M"],
            "LIST" => &["L"],
            other => {
                return Err(format!(
                    "Unsupported data type for IS operator: {other}. Supported data types are [MISSING, NULL, BOOLEAN, \
                     BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST]"
                ));
            }
        };
        let each = kinds.iter().map(|kind| Condition::Type(operand.clone(), (*kind).to_owned()));
        Ok(joined(each.collect(), Condition::Or))
    }

    fn function(self, node: &Node, name: &str, operands: &[Node]) -> Result<Condition, String> {
        match name {
            "attribute_exists" => Ok(Condition::Exists(path(name, &self.operands(name, operands, 1)?[0])?)),
            "attribute_not_exists" => Ok(Condition::NotExists(path(name, &self.operands(name, operands, 1)?[0])?)),
            "attribute_type" => {
                let mut operands = self.operands(name, operands, 2)?;
                let kind = kind_name(&operands[1])?;
                Ok(Condition::Type(operands.swap_remove(0), kind))
            }
            "begins_with" => {
                let mut operands = self.operands(name, operands, 2)?;
                for operand in &operands {
                    typed(name, operand, &["S", "B"])?;
                }
                let beginning = operands.pop().unwrap_or(Operand::Value(Value::Null));
                Ok(Condition::BeginsWith(operands.swap_remove(0), beginning))
            }
            "contains" => {
                let mut operands = self.operands(name, operands, 2)?;
                let part = operands.pop().unwrap_or(Operand::Value(Value::Null));
                Ok(Condition::Contains(operands.swap_remove(0), part))
            }
            _ => Err(unrecognized(node, name)),
        }
    }

    fn operands(self, name: &str, operands: &[Node], wanted: usize) -> Result<Vec<Operand>, String> {
        if operands.len() != wanted {
            return Err(format!(
                "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: {}",
                operands.len()
            ));
        }
        operands.iter().map(|operand| self.operand(operand)).collect()
    }

    fn operand(self, node: &Node) -> Result<Operand, String> {
        match &node.what {
            What::Path(path) => Ok(Operand::Path(path.clone())),
            What::Missing => Err(MISSING.to_owned()),
            What::Plus(..) => Err(foreign("+")),
            What::Minus(..) => Err(foreign("-")),
            What::Foreign(operator) => Err(foreign(operator)),
            What::Call(name, operands) if name == "size" => {
                let operand = self.operands(name, operands, 1)?.swap_remove(0);
                typed(name, &operand, &["S", "B", "SS", "NS", "BS", "L", "M"])?;
                Ok(Operand::Size(operand.into()))
            }
            What::Call(name, _) if is_condition(node) => {
                Err(format!("The function is not allowed to be used this way in an expression; function: {name}"))
            }
            What::Call(name, _) => Err(unrecognized(node, name)),
            _ if is_condition(node) => Err(foreign("expression")),
            _ => self.value(node).map(Operand::Value),
        }
    }
}

const MISSING: &str = "MISSING must be compared using IS operator";
const CONDITIONS: [&str; 5] = ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"];

fn is_condition(node: &Node) -> bool {
    match &node.what {
        What::Call(name, _) => CONDITIONS.contains(&name.as_str()),
        What::And(_) | What::Or(_) | What::Not(_) | What::Compare(..) | What::Is(..) | What::In(..) => true,
        What::Between(..) => true,
        _ => false,
    }
}

/// Parts as a tree that is no deeper than it must be.
pub(super) fn joined(mut parts: Vec<Condition>, both: fn(Box<Condition>, Box<Condition>) -> Condition) -> Condition {
    match parts.len() {
        0 => Condition::Whether(true),
        1 => parts.swap_remove(0),
        count => {
            let rest = parts.split_off(count / 2);
            both(joined(parts, both).into(), joined(rest, both).into())
        }
    }
}

fn negated(condition: Condition) -> Condition {
    Condition::Not(condition.into())
}

/// Both hold, or neither.
fn same(a: Condition, b: Condition) -> Condition {
    let neither = Condition::And(negated(a.clone()).into(), negated(b.clone()).into());
    Condition::Or(Condition::And(a.into(), b.into()).into(), neither.into())
}

/// What is told twice must be small, for so may be what it stands in.
fn told_twice(condition: &Condition) -> Result<(), String> {
    const SMALL: usize = 128;
    if parts_of(condition) > SMALL { Err(foreign("=")) } else { Ok(()) }
}

fn parts_of(condition: &Condition) -> usize {
    match condition {
        Condition::And(a, b) | Condition::Or(a, b) => 1 + parts_of(a) + parts_of(b),
        Condition::Not(inner) => 1 + parts_of(inner),
        _ => 1,
    }
}

fn equal_if(how: Comparison, equal: Condition) -> Condition {
    if how == Comparison::NotEqual { negated(equal) } else { equal }
}

fn unordered(how: Comparison) -> Result<(), String> {
    if matches!(how, Comparison::Equal | Comparison::NotEqual) { Ok(()) } else { Err(wrong_type(mark(how), "BOOL")) }
}

fn path(name: &str, operand: &Operand) -> Result<Path, String> {
    match operand {
        Operand::Path(path) => Ok(path.clone()),
        _ => Err(format!("Operator or function requires a document path; operator or function: {name}")),
    }
}

fn kind_name(operand: &Operand) -> Result<String, String> {
    const KINDS: [&str; 10] = ["S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"];
    match operand {
        Operand::Value(Value::S(kind)) if KINDS.contains(&kind.as_str()) => Ok(kind.clone()),
        Operand::Value(Value::S(kind)) => Err(format!(
            "Invalid attribute type name found; type: {kind}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
        )),
        operand => Err(wrong_type("attribute_type", kind(operand).unwrap_or("{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"))),
    }
}

/// The type of what an operand gives, as far as it is known.
fn kind(operand: &Operand) -> Option<&'static str> {
    match operand {
        Operand::Path(_) => None,
        Operand::Value(value) => Some(value.kind()),
        Operand::Size(_) => Some("N"),
    }
}

fn typed(name: &str, operand: &Operand, among: &[&str]) -> Result<(), String> {
    match kind(operand).filter(|kind| !among.contains(kind)) {
        Some(kind) => Err(wrong_type(name, kind)),
        None => Ok(()),
    }
}

/// Only texts, numbers and bytes have an order.
fn ordered(name: &str, operand: &Operand) -> Result<(), String> {
    typed(name, operand, &["S", "N", "B"])
}

fn bounds(low: &Operand, high: &Operand) -> Result<(), String> {
    let (Operand::Value(low), Operand::Value(high)) = (low, high) else { return Ok(()) };
    let what = match low.order(high) {
        None => "requires same data type for lower and upper bounds",
        Some(order) if order.is_gt() => "requires upper bound to be greater than or equal to lower bound",
        Some(_) => return Ok(()),
    };
    let told = |value: &Value| match value {
        Value::S(text) => format!("AttributeValue: {{S:{text}}}"),
        Value::N(number) => format!("AttributeValue: {{N:{number}}}"),
        other => format!("AttributeValue: {{{}}}", other.kind()),
    };
    Err(format!("The BETWEEN operator {what}; lower bound operand: {}, upper bound operand: {}", told(low), told(high)))
}

fn mark(how: Comparison) -> &'static str {
    match how {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn foreign(operator: &str) -> String {
    format!("Unsupported operator in Condition Expression. Operator: {operator}")
}

fn unrecognized(node: &Node, name: &str) -> String {
    format!("Unrecognized function: {name} {}", node.place)
}

/// "Incorrect operand type …".
pub(super) fn wrong_type(name: &str, kind: &str) -> String {
    format!("Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}")
}
