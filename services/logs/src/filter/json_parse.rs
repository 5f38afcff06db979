//! The text of conditions on objects, read by recursive descent: `||` binds less than `&&`, parentheses bind most.

use super::json::{Condition, Selector, Step, Test};
use super::terms::quoted;
use super::value::{Expression, Operator, Wanted};
use super::{Invalid, invalid};

/// Parentheses inside of parentheses.
const DEEP: usize = 64;

/// Compiles `{ … }`.
pub(crate) fn parse(text: &str) -> Result<Condition, Invalid> {
    let inner = text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    let Some(inner) = inner else { return invalid("Invalid filter pattern: a brace is not closed") };
    let mut parser = Parser { rest: inner, deep: 0 };
    let condition = parser.any()?;
    parser.rest = parser.rest.trim_start();
    if parser.rest.is_empty() { Ok(condition) } else { parser.wrong() }
}

/// Reads a selector by itself: `$.a.b`.
pub(crate) fn selector(text: &str) -> Result<Selector, Invalid> {
    let mut parser = Parser { rest: text, deep: 0 };
    let selector = parser.selector()?;
    if parser.rest.trim().is_empty() { Ok(selector) } else { parser.wrong() }
}

struct Parser<'a> {
    rest: &'a str,
    deep: usize,
}

impl<'a> Parser<'a> {
    fn wrong<T>(&self) -> Result<T, Invalid> {
        let near: String = self.rest.chars().take(20).collect();
        invalid(format!("Invalid filter pattern near '{near}'"))
    }

    fn take(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn any(&mut self) -> Result<Condition, Invalid> {
        let mut all = vec![self.all()?];
        while self.take("||") {
            all.push(self.all()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::Any(all) })
    }

    fn all(&mut self) -> Result<Condition, Invalid> {
        let mut all = vec![self.one()?];
        while self.take("&&") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::All(all) })
    }

    fn one(&mut self) -> Result<Condition, Invalid> {
        if self.take("(") {
            self.deep += 1;
            if self.deep > DEEP {
                return invalid("Invalid filter pattern: too many parentheses");
            }
            let inner = self.any()?;
            self.deep -= 1;
            return if self.take(")") { Ok(inner) } else { self.wrong() };
        }
        let selector = self.selector()?;
        let test = self.test()?;
        Ok(Condition::Is(selector, test))
    }

    fn selector(&mut self) -> Result<Selector, Invalid> {
        self.rest = self.rest.trim_start();
        let start = self.rest;
        let Some(rest) = start.strip_prefix('$') else { return self.wrong() };
        self.rest = rest;
        let mut steps = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                steps.push(self.bracket()?);
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                if !self.rest.starts_with('[') {
                    steps.push(self.member()?);
                }
            } else {
                break;
            }
        }
        let text = start[..start.len() - self.rest.len()].to_owned();
        Ok(Selector { text, steps })
    }

    fn member(&mut self) -> Result<Step, Invalid> {
        if let Some(rest) = self.rest.strip_prefix('*') {
            self.rest = rest;
            return Ok(Step::Each);
        }
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | ':' | '/' | '#' | '$');
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return self.wrong();
        }
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Step::Member(name.to_owned()))
    }

    /// `[0]`, `[*]`, `["a name"]`, `['a name']`.
    fn bracket(&mut self) -> Result<Step, Invalid> {
        let Some(end) = self.rest.find(']') else { return self.wrong() };
        let (inner, rest) = (self.rest[..end].trim(), &self.rest[end + 1..]);
        let unquoted = |mark| inner.strip_prefix(mark).and_then(|inner| inner.strip_suffix(mark));
        let step = match unquoted('"').or_else(|| unquoted('\'')) {
            Some(name) => Step::Member(name.to_owned()),
            None if inner == "*" => Step::Each,
            None => match inner.parse() {
                Ok(at) => Step::Element(at),
                Err(_) => return self.wrong(),
            },
        };
        self.rest = rest;
        Ok(step)
    }

    fn test(&mut self) -> Result<Test, Invalid> {
        self.rest = self.rest.trim_start();
        if let Some((operator, rest)) = Operator::take(self.rest) {
            self.rest = rest.trim_start();
            let wanted = self.wanted()?;
            return match wanted {
                Wanted::Text(_) | Wanted::Regex(_) if operator.is_order() => self.wrong(),
                wanted => Ok(Test::Compare(operator, wanted)),
            };
        }
        let first = self.word().to_ascii_uppercase();
        let second = if first == "EXISTS" { String::new() } else { self.word().to_ascii_uppercase() };
        match (first.as_str(), second.as_str()) {
            ("IS", "TRUE") => Ok(Test::True),
            ("IS", "FALSE") => Ok(Test::False),
            ("IS", "NULL") => Ok(Test::Null),
            ("EXISTS", _) => Ok(Test::Exists),
            ("NOT", "EXISTS") => Ok(Test::NotExists),
            _ => self.wrong(),
        }
    }

    fn word(&mut self) -> &'a str {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn wanted(&mut self) -> Result<Wanted, Invalid> {
        if let Some(rest) = self.rest.strip_prefix('"') {
            let (text, rest) = quoted(rest)?;
            self.rest = rest;
            return Ok(Wanted::Text(text));
        }
        if let Some(rest) = self.rest.strip_prefix('%') {
            let (expression, rest) = Expression::parse_until_percent(rest)?;
            self.rest = rest;
            return Ok(Wanted::Regex(expression));
        }
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '&' | '|' | '"' | '{' | '}' | '=' | '<' | '>');
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        if end == 0 {
            return self.wrong();
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Wanted::word(word))
    }
}
