//! Updates from text.

use super::lexer::Kind;
use super::parser::{Parser, Read, note};
use super::path::Path;
use super::update::{Action, Source, Update};
use crate::engine::value::Value;

const SECTIONS: &[&str] = &["SET", "REMOVE", "ADD", "DELETE"];

/// Reads an update that fills the text.
pub(super) fn read(parser: &mut Parser<'_>) -> Read<Update> {
    parser.keywords = SECTIONS;
    let mut update = Update::default();
    let mut seen: Vec<&str> = Vec::new();
    while parser.peek().kind != Kind::End {
        let name = SECTIONS.iter().copied().find(|name| parser.is_word(name));
        let Some(name) = name else { return Err(parser.syntax()) };
        parser.next();
        if seen.contains(&name) {
            note(&mut parser.mistakes.section, || {
                format!("The \"{name}\" section can only be used once in an update expression;")
            });
        }
        seen.push(name);
        section(parser, name, &mut update)?;
    }
    if update.actions.is_empty() {
        return Err(parser.syntax());
    }
    let paths: Vec<&Path> = update.actions.iter().map(|(path, _)| path).collect();
    parser.mistakes.clash = Path::clash_among(&paths);
    let m = &mut parser.mistakes;
    let first = [
        m.reserved.take(),
        m.unknown_function.take(),
        m.section.take(),
        m.name.take(),
        m.value.take(),
        m.clash.take(),
        m.operand.take(),
        m.function.take(),
    ];
    first.into_iter().flatten().next().map_or(Ok(update), Err)
}

fn section(parser: &mut Parser<'_>, name: &str, update: &mut Update) -> Read<()> {
    loop {
        let path = parser.path()?;
        let action = match name {
            "SET" => {
                parser.expect("=")?;
                Action::Set(sum(parser)?)
            }
            "REMOVE" => Action::Remove,
            _ => {
                let value = parser.value()?;
                check_operand(parser, name, &value);
                if name == "ADD" { Action::Add(value) } else { Action::Delete(value) }
            }
        };
        update.actions.push((path, action));
        if !parser.take_mark(",") {
            return Ok(());
        }
    }
}

fn check_operand(parser: &mut Parser<'_>, name: &str, value: &Value) {
    let kind = match value {
        Value::N(_) if name == "ADD" => return,
        Value::Ss(_) | Value::Ns(_) | Value::Bs(_) => return,
        Value::S(_) => "STRING",
        Value::N(_) => "NUMBER",
        Value::B(_) => "BINARY",
        Value::Null => "NULL",
        Value::Bool(_) => "BOOLEAN",
        Value::L(_) => "LIST",
        Value::M(_) => "MAP",
    };
    note(&mut parser.mistakes.operand, || {
        format!("Incorrect operand type for operator or function; operator: {name}, operand type: {kind}")
    });
}

/// What an attribute is set to: an operand, or two with a sign between them, in parentheses or not.
fn sum(parser: &mut Parser<'_>) -> Read<Source> {
    let left = if parser.take_mark("(") {
        let inner = parser.deeper(sum)?;
        parser.expect(")")?;
        inner
    } else {
        operand(parser)?
    };
    let minus = parser.is_mark("-");
    let more = minus || parser.is_mark("+");
    if !more || matches!(left, Source::Plus(..) | Source::Minus(..)) {
        return Ok(left);
    }
    let sign = parser.next().text;
    parser.operator()?;
    let right = operand(parser)?;
    [&left, &right].into_iter().for_each(|operand| expect_kind(parser, sign, operand, "N"));
    let (left, right) = (left.into(), right.into());
    Ok(if minus { Source::Minus(left, right) } else { Source::Plus(left, right) })
}

/// A path, a value or a function, in parentheses or not.
fn operand(parser: &mut Parser<'_>) -> Read<Source> {
    if parser.take_mark("(") {
        let inner = parser.deeper(operand)?;
        parser.expect(")")?;
        return Ok(inner);
    }
    if parser.peek().kind == Kind::Value {
        return parser.value().map(Source::Value);
    }
    if parser.is_function() {
        return parser.deeper(function);
    }
    parser.path().map(Source::Path)
}

fn function(parser: &mut Parser<'_>) -> Read<Source> {
    let name = parser.next().text;
    parser.expect("(")?;
    let mut operands = vec![operand(parser)?];
    while parser.take_mark(",") {
        operands.push(operand(parser)?);
    }
    parser.expect(")")?;
    if !matches!(name, "if_not_exists" | "list_append") {
        note(&mut parser.mistakes.unknown_function, || format!("Invalid function name; function: {name}"));
        return Ok(Source::Value(Value::Null));
    }
    let count = operands.len();
    let (Some(second), Some(first), 2) = (operands.pop(), operands.pop(), count) else {
        note(&mut parser.mistakes.function, || {
            format!(
                "Incorrect number of operands for operator or function; operator or function: {name}, number of operands: \
                 {count}"
            )
        });
        return Ok(Source::Value(Value::Null));
    };
    if name == "list_append" {
        [&first, &second].into_iter().for_each(|operand| expect_kind(parser, name, operand, "L"));
        return Ok(Source::Append(first.into(), second.into()));
    }
    match first {
        Source::Path(path) => Ok(Source::Else(path, second.into())),
        _ => {
            note(&mut parser.mistakes.function, || {
                format!("Operator or function requires a document path; operator or function: {name}")
            });
            Ok(second)
        }
    }
}

fn expect_kind(parser: &mut Parser<'_>, name: &str, operand: &Source, wanted: &str) {
    if let Source::Value(value) = operand
        && value.kind() != wanted
    {
        let kind = value.kind();
        note(&mut parser.mistakes.function, || {
            format!(
                "Incorrect operand type for operator or function; operator or function: {name}, operand type: {kind}"
            )
        });
    }
}
