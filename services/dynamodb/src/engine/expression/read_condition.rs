//! Conditions from text.

use super::condition::{Comparison, Condition, Operand};
use super::lexer::Kind;
use super::parser::{Parser, Read, note};
use crate::engine::value::Value;

/// Operands of `IN` ("Constraints").
const AMONG: usize = 100;

/// Reads a condition that fills the text.
pub(super) fn read(parser: &mut Parser<'_>) -> Read<Condition> {
    let condition = any_of(parser)?.0;
    parser.end()?;
    let m = &mut parser.mistakes;
    let first =
        [m.parens.take(), m.unknown_function.take(), m.misused_function.take(), m.reserved.take(), m.condition.take()];
    first.into_iter().flatten().next().map_or(Ok(condition), Err)
}

/// A condition, and whether it stands in parentheses.
type Part = (Condition, bool);

fn any_of(parser: &mut Parser<'_>) -> Read<Part> {
    let mut left = all_of(parser)?;
    while parser.take_word("OR") {
        parser.operator()?;
        let right = all_of(parser)?;
        left = (Condition::Or(left.0.into(), right.0.into()), false);
    }
    Ok(left)
}

fn all_of(parser: &mut Parser<'_>) -> Read<Part> {
    let mut left = negated(parser)?;
    while parser.take_word("AND") {
        parser.operator()?;
        let right = negated(parser)?;
        left = (Condition::And(left.0.into(), right.0.into()), false);
    }
    Ok(left)
}

fn negated(parser: &mut Parser<'_>) -> Read<Part> {
    if parser.take_word("NOT") {
        parser.operator()?;
        let inner = parser.deeper(negated)?;
        return Ok((Condition::Not(inner.0.into()), false));
    }
    primary(parser)
}

fn primary(parser: &mut Parser<'_>) -> Read<Part> {
    if !parser.is_mark("(") {
        return Ok((comparison(parser)?, false));
    }
    // An operand in parentheses begins as a condition in parentheses does.
    let place = parser.place();
    if let Ok(operand) = parser.deeper(operand) {
        if begins_comparison(parser) {
            return Ok((compare(parser, operand)?, false));
        }
    }
    parser.back_to(place);
    parser.expect("(")?;
    let (condition, inner) = parser.deeper(any_of)?;
    parser.expect(")")?;
    if inner {
        note(&mut parser.mistakes.parens, || "The expression has redundant parentheses;".to_owned());
    }
    Ok((condition, true))
}

fn begins_comparison(parser: &Parser<'_>) -> bool {
    let mark = parser.peek();
    let comparator = mark.kind == Kind::Mark && comparator(mark.text).is_some();
    comparator || parser.is_word("BETWEEN") || parser.is_word("IN")
}

fn comparator(mark: &str) -> Option<Comparison> {
    Some(match mark {
        "=" => Comparison::Equal,
        "<>" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn comparison(parser: &mut Parser<'_>) -> Read<Condition> {
    if parser.is_function() && !parser.peek().text.eq_ignore_ascii_case("size") || misplaced_size(parser) {
        return function(parser);
    }
    let left = operand(parser)?;
    compare(parser, left)
}

/// `size` where a condition should be: told once the function is read.
fn misplaced_size(parser: &mut Parser<'_>) -> bool {
    if !parser.is_function() {
        return false;
    }
    let place = parser.place();
    let alone = parser.deeper(operand).is_ok() && !begins_comparison(parser);
    parser.back_to(place);
    alone
}

fn compare(parser: &mut Parser<'_>, left: Operand) -> Read<Condition> {
    let token = parser.peek();
    parser.operator()?;
    let condition = if let Some(how) = comparator(token.text).filter(|_| token.kind == Kind::Mark) {
        parser.next();
        let right = operand(parser)?;
        distinct(parser, token.text, &left, &right);
        if !matches!(how, Comparison::Equal | Comparison::NotEqual) {
            [&left, &right].into_iter().for_each(|operand| ordered(parser, token.text, operand));
        }
        Condition::Compare(how, left, right)
    } else if parser.take_word("BETWEEN") {
        let low = operand(parser)?;
        if !parser.take_word("AND") {
            return Err(parser.syntax());
        }
        let high = operand(parser)?;
        [&left, &low, &high].into_iter().for_each(|operand| ordered(parser, "BETWEEN", operand));
        bounds(parser, &low, &high);
        Condition::Between(left, low, high)
    } else if parser.take_word("IN") {
        let among = list(parser)?;
        if among.len() > AMONG {
            return Err(format!(
                "The IN operator is provided with too many operands; number of operands: {}",
                among.len()
            ));
        }
        Condition::In(left, among)
    } else {
        return Err(parser.syntax());
    };
    settle(parser);
    Ok(condition)
}

fn list(parser: &mut Parser<'_>) -> Read<Vec<Operand>> {
    parser.expect("(")?;
    let mut operands = vec![operand(parser)?];
    while parser.take_mark(",") {
        operands.push(operand(parser)?);
    }
    parser.expect(")")?;
    Ok(operands)
}

/// A path, a value or a size, in parentheses or not.
fn operand(parser: &mut Parser<'_>) -> Read<Operand> {
    if parser.is_mark("(") {
        parser.expect("(")?;
        let again = parser.is_mark("(");
        let inner = parser.deeper(operand)?;
        parser.expect(")")?;
        if again {
            note(&mut parser.mistakes.parens, || "The expression has redundant parentheses;".to_owned());
        }
        return Ok(inner);
    }
    if parser.peek().kind == Kind::Value {
        return parser.value().map(Operand::Value);
    }
    if parser.is_function() {
        return operand_function(parser);
    }
    parser.path().map(Operand::Path)
}

/// The one function that gives a value; others are told to be misused.
fn operand_function(parser: &mut Parser<'_>) -> Read<Operand> {
    let name = parser.next().text;
    parser.operator()?;
    let mut operands = list(parser)?;
    if name != "size" {
        if FUNCTIONS.iter().any(|(known, _)| *known == name) {
            note(&mut parser.mistakes.misused_function, || misused(name));
        } else {
            note(&mut parser.mistakes.unknown_function, || unknown(name));
        }
        return Ok(Operand::Value(Value::Null));
    }
    if count(parser, name, operands.len(), 1) {
        let kind = immediate(&operands[0]);
        if matches!(kind, Some("N" | "BOOL" | "NULL")) {
            note(&mut parser.mistakes.function, || wrong_type(name, kind.unwrap_or_default()));
        }
    }
    Ok(Operand::Size(operands.swap_remove(0).into()))
}

const FUNCTIONS: &[(&str, usize)] = &[
    ("attribute_exists", 1),
    ("attribute_not_exists", 1),
    ("attribute_type", 2),
    ("begins_with", 2),
    ("contains", 2),
    ("size", 1),
];

fn function(parser: &mut Parser<'_>) -> Read<Condition> {
    let name = parser.next().text;
    parser.operator()?;
    let operands = list(parser)?;
    let Some((_, arity)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
        note(&mut parser.mistakes.unknown_function, || unknown(name));
        return Ok(Condition::Whether(false));
    };
    if name == "size" {
        note(&mut parser.mistakes.misused_function, || misused(name));
        return Ok(Condition::Whether(false));
    }
    let condition = if count(parser, name, operands.len(), *arity) { build(parser, name, operands) } else { None };
    settle(parser);
    Ok(condition.unwrap_or(Condition::Whether(false)))
}

fn build(parser: &mut Parser<'_>, name: &str, operands: Vec<Operand>) -> Option<Condition> {
    let mut operands = operands.into_iter();
    let first = operands.next()?;
    match (name, operands.next()) {
        ("attribute_exists" | "attribute_not_exists", None) => {
            let Operand::Path(path) = first else {
                note(&mut parser.mistakes.function, || {
                    format!("Operator or function requires a document path; operator or function: {name}")
                });
                return None;
            };
            Some(if name == "attribute_exists" { Condition::Exists(path) } else { Condition::NotExists(path) })
        }
        ("attribute_type", Some(kind)) => attribute_type(parser, first, &kind),
        ("begins_with", Some(second)) => {
            distinct(parser, name, &first, &second);
            for kind in [&first, &second].into_iter().filter_map(kind_of) {
                if !matches!(kind, "S" | "B") {
                    note(&mut parser.mistakes.function, || wrong_type(name, kind));
                }
            }
            Some(Condition::BeginsWith(first, second))
        }
        (_, Some(second)) => {
            distinct(parser, name, &first, &second);
            Some(Condition::Contains(first, second))
        }
        _ => None,
    }
}

fn attribute_type(parser: &mut Parser<'_>, value: Operand, kind: &Operand) -> Option<Condition> {
    const ALL: &str = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}";
    let Operand::Value(Value::S(text)) = kind else {
        let kind = kind_of(kind).unwrap_or(ALL);
        note(&mut parser.mistakes.function, || wrong_type("attribute_type", kind));
        return None;
    };
    if !["S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"].contains(&text.as_str()) {
        note(&mut parser.mistakes.function, || {
            format!("Invalid attribute type name found; type: {text}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}")
        });
        return None;
    }
    Some(Condition::Type(value, text.clone()))
}

fn count(parser: &mut Parser<'_>, name: &str, given: usize, wanted: usize) -> bool {
    if given != wanted {
        note(&mut parser.mistakes.operand, || {
            format!(
                "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: \
                 {given}"
            )
        });
    }
    given == wanted
}

fn distinct(parser: &mut Parser<'_>, name: &str, first: &Operand, second: &Operand) {
    if let (Operand::Path(a), Operand::Path(b)) = (first, second) {
        if a == b {
            note(&mut parser.mistakes.distinct, || {
                format!(
                    "The first operand must be distinct from the remaining operands for this operator or function; \
                     operator: {name}, first operand: {}",
                    a.shown()
                )
            });
        }
    }
}

/// Only texts, numbers and bytes have an order.
fn ordered(parser: &mut Parser<'_>, name: &str, operand: &Operand) {
    if let Some(kind) = immediate(operand).filter(|kind| !matches!(*kind, "S" | "N" | "B")) {
        note(&mut parser.mistakes.function, || wrong_type(name, kind));
    }
}

fn bounds(parser: &mut Parser<'_>, low: &Operand, high: &Operand) {
    let (Operand::Value(a), Operand::Value(b)) = (low, high) else { return };
    let told = |value: &Value| format!("AttributeValue: {{{}:{}}}", value.kind(), shown(value));
    let text = if a.kind() != b.kind() {
        "requires same data type for lower and upper bounds"
    } else if a.order(b).is_some_and(std::cmp::Ordering::is_gt) {
        "requires upper bound to be greater than or equal to lower bound"
    } else {
        return;
    };
    note(&mut parser.mistakes.function, || {
        format!("The BETWEEN operator {text}; lower bound operand: {}, upper bound operand: {}", told(a), told(b))
    });
}

/// A scalar as AWS tells it.
fn shown(value: &Value) -> String {
    match value {
        Value::S(text) => text.clone(),
        Value::N(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        _ => String::new(),
    }
}

/// The type of a value given as such.
fn immediate(operand: &Operand) -> Option<&'static str> {
    if let Operand::Value(value) = operand { Some(value.kind()) } else { None }
}

/// The type of what it gives, as far as that is known.
fn kind_of(operand: &Operand) -> Option<&'static str> {
    if let Operand::Size(_) = operand { Some("N") } else { immediate(operand) }
}

fn wrong_type(name: &str, kind: &str) -> String {
    format!("Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}")
}

fn misused(name: &str) -> String {
    format!("The function is not allowed to be used this way in an expression; function: {name}")
}

fn unknown(name: &str) -> String {
    format!("Invalid function name; function: {name}")
}

/// Of all mistakes in one condition, the one that AWS tells.
fn settle(parser: &mut Parser<'_>) {
    let m = &mut parser.mistakes;
    let first = [&m.name, &m.value, &m.operand, &m.distinct, &m.function].into_iter().flatten().next().cloned();
    if let Some(text) = first {
        note(&mut m.condition, || text);
    }
}
