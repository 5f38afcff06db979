//! Conditions from text.

use super::condition::{Comparison, Condition, Operand};
use super::lexer::Kind;
use super::parser::{Parser, Read, note};
use crate::engine::value::Value;

/// Operands of `IN` ("Constraints").
const AMONG: usize = 100;

/// Words that are no names in a condition.
const KEYWORDS: &[&str] = &["AND", "OR", "NOT", "IN", "BETWEEN"];

/// Reads a condition that fills the text.
pub(super) fn read(parser: &mut Parser<'_>) -> Read<Condition> {
    parser.keywords = KEYWORDS;
    let part = any_of(parser)?;
    parser.end()?;
    let condition = part.condition(parser)?;
    let m = &mut parser.mistakes;
    let first =
        [m.parens.take(), m.unknown_function.take(), m.misused_function.take(), m.reserved.take(), m.condition.take()];
    first.into_iter().flatten().next().map_or(Ok(condition), Err)
}

/// A piece of a condition, and whether it stands in parentheses.
struct Part<'a> {
    piece: Piece<'a>,
    grouped: bool,
}

/// What a piece is shows only in what follows it.
enum Piece<'a> {
    Condition(Condition),
    Operand(Operand),
    Function(&'a str, Vec<Operand>),
}

impl<'a> Part<'a> {
    fn of(piece: Piece<'a>) -> Self {
        Self { piece, grouped: false }
    }

    /// As a condition. An operand is none: whatever follows it should not.
    fn condition(self, parser: &mut Parser<'_>) -> Read<Condition> {
        match self.piece {
            Piece::Condition(condition) => Ok(condition),
            Piece::Operand(_) => Err(parser.syntax()),
            Piece::Function(name, operands) => Ok(predicate(parser, name, operands)),
        }
    }
}

/// What was read of a level of parentheses: conditions joined so far, and how often the next one is negated.
#[derive(Default)]
struct Level {
    or: Option<Condition>,
    and: Option<Condition>,
    negations: usize,
}

impl Level {
    /// Takes the condition that ends here.
    fn take(&mut self, part: Part<'_>, parser: &mut Parser<'_>) -> Read<()> {
        let mut condition = part.condition(parser)?;
        for _ in 0..std::mem::take(&mut self.negations) {
            condition = Condition::Not(condition.into());
        }
        self.and = join(self.and.take(), condition, Condition::And);
        Ok(())
    }

    /// Ends what `AND` joins.
    fn end_all_of(&mut self) {
        if let Some(condition) = self.and.take() {
            self.or = join(self.or.take(), condition, Condition::Or);
        }
    }

    /// All of the level, of which `last` is the end.
    fn end<'a>(mut self, last: Part<'a>, parser: &mut Parser<'_>) -> Read<Part<'a>> {
        if self.or.is_none() && self.and.is_none() && self.negations == 0 {
            return Ok(last);
        }
        self.take(last, parser)?;
        self.end_all_of();
        Ok(Part::of(Piece::Condition(self.or.unwrap_or(Condition::Whether(false)))))
    }
}

fn join(
    left: Option<Condition>,
    right: Condition,
    both: fn(Box<Condition>, Box<Condition>) -> Condition,
) -> Option<Condition> {
    Some(match left {
        Some(left) => both(left.into(), right.into()),
        None => right,
    })
}

/// Reads conditions without recursion, for a text may hold thousands of parentheses.
fn any_of<'a>(parser: &mut Parser<'a>) -> Read<Part<'a>> {
    let (mut outer, mut level) = (Vec::new(), Level::default());
    loop {
        if parser.take_word("NOT") {
            parser.operator()?;
            level.negations += 1;
            continue;
        }
        if parser.take_mark("(") {
            outer.push(std::mem::take(&mut level));
            continue;
        }
        let atom = atom(parser)?;
        let mut part = comparison(parser, atom)?;
        while parser.is_mark(")") {
            let Some(around) = outer.pop() else { break };
            let inner = std::mem::replace(&mut level, around).end(part, parser)?;
            parser.next();
            let group = close(parser, inner)?;
            part = comparison(parser, group)?;
        }
        if parser.is_word("AND") || parser.is_word("OR") {
            level.take(part, parser)?;
            if parser.next().text.eq_ignore_ascii_case("OR") {
                level.end_all_of();
            }
            parser.operator()?;
        } else if outer.is_empty() {
            return level.end(part, parser);
        } else {
            return Err(parser.syntax());
        }
    }
}

/// The comparison that begins with an operand, if one does.
fn comparison<'a>(parser: &mut Parser<'a>, left: Part<'a>) -> Read<Part<'a>> {
    let operand = match left.piece {
        piece if !begins_comparison(parser) => return Ok(Part { piece, ..left }),
        Piece::Condition(_) => return Err(parser.syntax()),
        Piece::Operand(operand) => operand,
        Piece::Function(name, operands) => function_value(parser, name, operands),
    };
    compare(parser, operand).map(|condition| Part::of(Piece::Condition(condition)))
}

/// An operand or a function.
fn atom<'a>(parser: &mut Parser<'a>) -> Read<Part<'a>> {
    let piece = if parser.is_function() {
        let name = parser.next().text;
        Piece::Function(name, arguments(parser, name)?)
    } else if parser.peek().kind == Kind::Value {
        Piece::Operand(parser.value().map(Operand::Value)?)
    } else {
        Piece::Operand(parser.path().map(Operand::Path)?)
    };
    Ok(Part::of(piece))
}

/// What stood in parentheses; a path goes on after them.
fn close<'a>(parser: &mut Parser<'a>, inner: Part<'a>) -> Read<Part<'a>> {
    note_parentheses(parser, inner.grouped);
    match inner.piece {
        Piece::Operand(Operand::Path(path)) if parser.goes_on() => {
            parser.path_from(path).map(|path| Part::of(Piece::Operand(Operand::Path(path))))
        }
        piece => Ok(Part { piece, grouped: true }),
    }
}

fn note_parentheses(parser: &mut Parser<'_>, redundant: bool) {
    if redundant {
        note(&mut parser.mistakes.parens, || "The expression has redundant parentheses;".to_owned());
    }
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

/// A path, a value or a function, in parentheses or not.
fn operand(parser: &mut Parser<'_>) -> Read<Operand> {
    if parser.take_mark("(") {
        let again = parser.is_mark("(");
        let inner = parser.deeper(operand)?;
        parser.expect(")")?;
        note_parentheses(parser, again && parser.closed_twice());
        return match inner {
            Operand::Path(path) if parser.goes_on() => parser.path_from(path).map(Operand::Path),
            inner => Ok(inner),
        };
    }
    if parser.peek().kind == Kind::Value {
        return parser.value().map(Operand::Value);
    }
    if parser.is_function() {
        let name = parser.next().text;
        let operands = arguments(parser, name)?;
        return Ok(function_value(parser, name, operands));
    }
    parser.path().map(Operand::Path)
}

/// The operands of a function. Functions are not counted as operators, though the documentation says so.
fn arguments(parser: &mut Parser<'_>, name: &str) -> Read<Vec<Operand>> {
    let operands = parser.deeper(list)?;
    if !FUNCTIONS.iter().any(|(known, _)| *known == name) {
        note(&mut parser.mistakes.unknown_function, || unknown(name));
    }
    Ok(operands)
}

/// The one function that gives a value; others are told to be misused.
fn function_value(parser: &mut Parser<'_>, name: &str, mut operands: Vec<Operand>) -> Operand {
    if name != "size" {
        note(&mut parser.mistakes.misused_function, || misused(name));
        return Operand::Value(Value::Null);
    }
    if count(parser, name, operands.len(), 1) {
        let kind = kind_of(&operands[0]);
        if matches!(kind, Some("N" | "BOOL" | "NULL")) {
            note(&mut parser.mistakes.function, || wrong_type(name, kind.unwrap_or_default()));
        }
    }
    Operand::Size(operands.swap_remove(0).into())
}

const FUNCTIONS: &[(&str, usize)] = &[
    ("attribute_exists", 1),
    ("attribute_not_exists", 1),
    ("attribute_type", 2),
    ("begins_with", 2),
    ("contains", 2),
    ("size", 1),
];

/// A function where a condition should be.
fn predicate(parser: &mut Parser<'_>, name: &str, operands: Vec<Operand>) -> Condition {
    let arity = FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, arity)| *arity);
    if name == "size" {
        note(&mut parser.mistakes.misused_function, || misused(name));
    }
    let built = match arity {
        Some(arity) if name != "size" && count(parser, name, operands.len(), arity) => build(parser, name, operands),
        _ => None,
    };
    settle(parser);
    built.unwrap_or(Condition::Whether(false))
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
    if let (Operand::Path(a), Operand::Path(b)) = (first, second)
        && a == b
    {
        note(&mut parser.mistakes.distinct, || {
            format!(
                "The first operand must be distinct from the remaining operands for this operator or function; operator: \
                 {name}, first operand: {}",
                a.shown()
            )
        });
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
    let first = [&m.undefined, &m.operand, &m.distinct, &m.function].into_iter().flatten().next().cloned();
    if let Some(text) = first {
        note(&mut m.condition, || text);
    }
}
