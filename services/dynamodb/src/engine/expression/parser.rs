//! What the parsers of all expressions share: tokens one after the other, placeholders and their use, syntax errors in AWS's
//! words, and bounds on size and depth.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::{Kind, Token, tokens};
use super::path::{Path, Step};
use super::reserved::is_reserved;
use crate::engine::value::{Item, Value};

/// Bytes of an expression ("Constraints": 4 KB).
const BYTES: usize = 4_096;
/// Operators and functions of an expression ("Constraints": 300).
const OPERATORS: usize = 300;
/// Deepest nesting of a path (as of documents).
const STEPS: usize = 32;

/// Placeholders, and which of them nobody used.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    pub names: BTreeMap<String, String>,
    pub values: Item,
    pub unused_names: BTreeSet<String>,
    pub unused_values: BTreeSet<String>,
}

/// Mistakes that do not end the reading. AWS tells one of them, by kind and not by place.
#[derive(Debug, Default)]
pub(super) struct Mistakes {
    pub parens: Option<String>,
    pub unknown_function: Option<String>,
    pub misused_function: Option<String>,
    pub reserved: Option<String>,
    pub section: Option<String>,
    pub name: Option<String>,
    pub value: Option<String>,
    /// The first of these two.
    pub undefined: Option<String>,
    pub operand: Option<String>,
    pub distinct: Option<String>,
    pub function: Option<String>,
    pub condition: Option<String>,
    pub clash: Option<String>,
}

/// Remembers the first mistake of a kind.
pub(super) fn note(slot: &mut Option<String>, text: impl FnOnce() -> String) {
    if slot.is_none() {
        *slot = Some(text());
    }
}

/// One expression being read.
pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    operators: usize,
    depth: usize,
    /// Words of the language that are no names here.
    pub(super) keywords: &'static [&'static str],
    pub(super) placeholders: &'a mut Placeholders,
    pub(super) mistakes: Mistakes,
}

/// What reading gives; errors are AWS's texts.
pub(super) type Read<T> = Result<T, String>;

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, placeholders: &'a mut Placeholders) -> Read<Self> {
        if text.trim().is_empty() {
            return Err("The expression can not be empty;".to_owned());
        }
        if text.len() > BYTES {
            return Err(format!(
                "Expression size has exceeded the maximum allowed size; expression size: {}",
                text.len()
            ));
        }
        let (tokens, mistakes) = (tokens(text), Mistakes::default());
        Ok(Self { text, tokens, at: 0, operators: 0, depth: 0, keywords: &[], placeholders, mistakes })
    }

    pub(super) fn peek(&self) -> Token<'a> {
        self.tokens[self.at]
    }

    pub(super) fn peek_after(&self) -> Token<'a> {
        self.tokens[(self.at + 1).min(self.tokens.len() - 1)]
    }

    pub(super) fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.peek().kind == Kind::Mark && self.peek().text == mark
    }

    pub(super) fn take_mark(&mut self, mark: &str) -> bool {
        let there = self.is_mark(mark);
        if there {
            self.next();
        }
        there
    }

    pub(super) fn expect(&mut self, mark: &str) -> Read<()> {
        if self.take_mark(mark) { Ok(()) } else { Err(self.syntax()) }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.peek().kind == Kind::Word && self.peek().text.eq_ignore_ascii_case(word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let there = self.is_word(word);
        if there {
            self.next();
        }
        there
    }

    /// There must be no more.
    pub(super) fn end(&self) -> Read<()> {
        if self.peek().kind == Kind::End { Ok(()) } else { Err(self.syntax()) }
    }

    /// What stands here should not: told with its neighbours.
    pub(super) fn syntax(&self) -> String {
        let token = self.peek();
        let before = self.at.checked_sub(1).map_or(token, |at| self.tokens[at]);
        let after = self.peek_after();
        let shown = if token.kind == Kind::End { "<EOF>" } else { token.text };
        let near = self.text[before.start..after.end().max(token.end())].trim();
        format!("Syntax error; token: \"{shown}\", near: \"{near}\"")
    }

    /// One more operator or function.
    pub(super) fn operator(&mut self) -> Read<()> {
        self.operators += 1;
        if self.operators > OPERATORS {
            let count = self.operators;
            return Err(format!("The expression contains too many operators; operator count: {count}"));
        }
        Ok(())
    }

    /// Reads something one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > OPERATORS {
            return Err(format!("The expression contains too many operators; operator count: {}", self.depth));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Whether a path goes on here.
    pub(super) fn goes_on(&self) -> bool {
        self.is_mark(".") || self.is_mark("[")
    }

    /// Whether the last two tokens each close a parenthesis.
    pub(super) fn closed_twice(&self) -> bool {
        self.at >= 2 && self.tokens[self.at - 2..self.at].iter().all(|token| token.text == ")")
    }

    /// A document path.
    pub(super) fn path(&mut self) -> Read<Path> {
        let first = self.name()?;
        self.path_from(Path(vec![first]))
    }

    /// The rest of a path.
    pub(super) fn path_from(&mut self, Path(mut steps): Path) -> Read<Path> {
        loop {
            if self.take_mark(".") {
                steps.push(self.name()?);
            } else if self.take_mark("[") {
                steps.push(self.index()?);
            } else if steps.len() > STEPS {
                let count = steps.len();
                return Err(format!("The document path has too many nesting levels; nesting levels: {count}"));
            } else {
                return Ok(Path(steps));
            }
        }
    }

    fn index(&mut self) -> Read<Step> {
        let token = self.peek();
        if token.kind != Kind::Digits {
            return Err(self.syntax());
        }
        self.next();
        let outside = || format!("List index is not within the allowable range; index: [{}]", token.text);
        let at = token.text.parse::<i32>().ok().and_then(|at| usize::try_from(at).ok()).ok_or_else(outside)?;
        self.expect("]")?;
        Ok(Step::At(at))
    }

    fn name(&mut self) -> Read<Step> {
        let token = self.peek();
        match token.kind {
            Kind::Word if self.keywords.iter().any(|word| word.eq_ignore_ascii_case(token.text)) => Err(self.syntax()),
            Kind::Word => {
                if is_reserved(token.text) {
                    note(&mut self.mistakes.reserved, || {
                        format!("Attribute name is a reserved keyword; reserved keyword: {}", token.text)
                    });
                }
                self.next();
                Ok(Step::Name(token.text.to_owned()))
            }
            Kind::Name => {
                self.next();
                match self.placeholders.names.get(token.text) {
                    Some(name) => {
                        let step = Step::Name(name.clone());
                        self.placeholders.unused_names.remove(token.text);
                        Ok(step)
                    }
                    None => {
                        let text = format!(
                            "An expression attribute name used in the document path is not defined; attribute name: {}",
                            token.text
                        );
                        note(&mut self.mistakes.undefined, || text.clone());
                        note(&mut self.mistakes.name, || text);
                        Ok(Step::Name(token.text.to_owned()))
                    }
                }
            }
            _ => Err(self.syntax()),
        }
    }

    /// A value by its placeholder.
    pub(super) fn value(&mut self) -> Read<Value> {
        let token = self.peek();
        if token.kind != Kind::Value {
            return Err(self.syntax());
        }
        self.next();
        match self.placeholders.values.get(token.text) {
            Some(value) => {
                let value = value.clone();
                self.placeholders.unused_values.remove(token.text);
                Ok(value)
            }
            None => {
                let text = format!(
                    "An expression attribute value used in expression is not defined; attribute value: {}",
                    token.text
                );
                note(&mut self.mistakes.undefined, || text.clone());
                note(&mut self.mistakes.value, || text);
                Ok(Value::Null)
            }
        }
    }

    /// Whether a value at a path's place would be one, and a function a function.
    pub(super) fn is_function(&self) -> bool {
        self.peek().kind == Kind::Word && self.peek_after().kind == Kind::Mark && self.peek_after().text == "("
    }
}
