//! What reading all of a statement needs: tokens one after the other, a bound on depth, terms and expressions.

use super::malformed;
use super::token::{Kind, Place, Token, tokens};
use super::tree::{Node, What};
use crate::engine::expression::condition::Comparison;
use crate::engine::expression::path::{Path, Step};
use crate::engine::number::Number;
use crate::engine::value::Value;

/// Deepest nesting that is read; documents end at 32 levels.
const DEPTH: usize = 100;

/// A statement being read.
pub(super) struct Reader<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    /// How many parameters were met.
    pub(super) parameters: usize,
}

/// What reading gives; errors are AWS's texts.
pub(super) type Read<T> = Result<T, String>;

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Read<Self> {
        Ok(Self { tokens: tokens(text)?, at: 0, depth: 0, parameters: 0 })
    }

    pub(super) fn peek(&self) -> Token<'a> {
        self.tokens[self.at]
    }

    fn peek_after(&self) -> Token<'a> {
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

    /// A mark that must be there, by the name that the language gives it.
    pub(super) fn expect(&mut self, mark: &str, name: &str) -> Read<()> {
        if self.take_mark(mark) { Ok(()) } else { Err(malformed(&format!("Expected {name}"))) }
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

    /// A name, if one stands here: no keyword unless quoted.
    pub(super) fn take_name(&mut self) -> Option<String> {
        let token = self.peek();
        let there = token.kind == Kind::Quoted || token.kind == Kind::Word && !token.is_keyword();
        there.then(|| self.next().content())
    }

    /// Reads something one level deeper.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.sink()?;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// An expression of any kind.
    pub(super) fn expression(&mut self) -> Read<Node> {
        let place = self.peek().place;
        let mut all = vec![self.conjunction()?];
        while self.take_word("OR") {
            all.push(self.conjunction()?);
        }
        Ok(one_or(all, place, What::Or))
    }

    fn conjunction(&mut self) -> Read<Node> {
        let place = self.peek().place;
        let mut all = vec![self.negation()?];
        while self.take_word("AND") {
            all.push(self.negation()?);
        }
        Ok(one_or(all, place, What::And))
    }

    fn negation(&mut self) -> Read<Node> {
        let place = self.peek().place;
        if self.take_word("NOT") {
            let inner = self.deeper(Self::negation)?;
            return Ok(node(place, What::Not(inner.into())));
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Read<Node> {
        let mut left = self.sum()?;
        // What stands left of an operator lies one level deeper.
        let depth = self.depth;
        loop {
            let token = self.peek();
            let place = token.place;
            let what = if let Some(how) = comparator(token) {
                self.next();
                What::Compare(how, left.into(), self.sum()?.into())
            } else if self.take_word("IS") {
                let negated = self.take_word("NOT");
                let kind = What::Is(left.into(), self.next().text.to_ascii_uppercase());
                if negated { What::Not(node(place, kind).into()) } else { kind }
            } else if token.kind == Kind::Word && self.is_word("NOT") {
                self.next();
                What::Not(self.ranged(left, place)?.into())
            } else if self.is_word("IN") || self.is_word("BETWEEN") || self.is_word("LIKE") {
                self.ranged(left, place)?.what
            } else {
                self.depth = depth;
                return Ok(left);
            };
            self.sink()?;
            left = node(place, what);
        }
    }

    fn sink(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH { Err(too_deep()) } else { Ok(()) }
    }

    /// `IN` and `BETWEEN`.
    fn ranged(&mut self, left: Node, place: Place) -> Read<Node> {
        let what = if self.take_word("IN") {
            What::In(left.into(), self.among()?)
        } else if self.take_word("BETWEEN") {
            let low = self.sum()?;
            if !self.take_word("AND") {
                return Err(malformed("Expected AND after BETWEEN"));
            }
            What::Between(left.into(), low.into(), self.sum()?.into())
        } else if self.take_word("LIKE") {
            self.sum()?;
            What::Foreign("LIKE".to_owned())
        } else {
            return Err(malformed("Unexpected keyword"));
        };
        Ok(node(place, what))
    }

    fn among(&mut self) -> Read<Vec<Node>> {
        const NEITHER: &str = "IN operator must have a left hand argument of type Variable Reference and right hand \
                               argument of type Seq with at least one member";
        let among = match self.peek().text {
            "[" => self.sequence("]", "RIGHT_BRACKET"),
            "(" => self.sequence(")", "RIGHT_PAREN"),
            "<<" => self.sequence(">>", "RIGHT_DOUBLE_ANGLE_BRACKET"),
            _ => self.sum().and_then(|_| Err(NEITHER.to_owned())),
        }?;
        if among.is_empty() { Err(NEITHER.to_owned()) } else { Ok(among) }
    }

    fn sum(&mut self) -> Read<Node> {
        let mut left = self.term()?;
        let depth = self.depth;
        loop {
            let place = self.peek().place;
            let what = match self.peek().text {
                "+" if self.take_mark("+") => What::Plus(left.into(), self.term()?.into()),
                "-" if self.take_mark("-") => What::Minus(left.into(), self.term()?.into()),
                mark @ ("*" | "/") if self.take_mark(mark) => {
                    self.term()?;
                    What::Foreign(mark.to_owned())
                }
                _ => {
                    self.depth = depth;
                    return Ok(left);
                }
            };
            self.sink()?;
            left = node(place, what);
        }
    }

    fn term(&mut self) -> Read<Node> {
        let token = self.peek();
        let place = token.place;
        match (token.kind, token.text) {
            (Kind::Mark, "-" | "+") => self.signed(),
            (Kind::Mark, "(") => {
                self.next();
                let inner = self.deeper(Self::expression)?;
                self.expect(")", "RIGHT_PAREN")?;
                Ok(inner)
            }
            (Kind::Mark, "[") => Ok(node(place, What::List(self.sequence("]", "RIGHT_BRACKET")?))),
            (Kind::Mark, "<<") => Ok(node(place, What::Bag(self.sequence(">>", "RIGHT_DOUBLE_ANGLE_BRACKET")?))),
            (Kind::Mark, "{") => self.structure(),
            (Kind::Mark, "?") => {
                self.next();
                self.parameters += 1;
                Ok(node(place, What::Parameter(self.parameters - 1)))
            }
            (Kind::Text, _) => Ok(node(place, What::Literal(Value::S(self.next().content())))),
            (Kind::Digits, text) => {
                self.next();
                let number = text.parse::<Number>().map_err(|error| error.to_string())?;
                Ok(node(place, What::Literal(Value::N(number))))
            }
            (Kind::Word | Kind::Quoted, _) => self.word(),
            (Kind::Mark, _) => Err(malformed("Unexpected operator")),
            (Kind::End, _) => Err(malformed("Unexpected term")),
        }
    }

    /// A number with signs before it; nothing else has any.
    fn signed(&mut self) -> Read<Node> {
        let sign = self.next();
        let inner = self.deeper(Self::term)?;
        let What::Literal(Value::N(number)) = inner.what else {
            return Err(format!("Unsupported operation: {} {}", sign.text, sign.place));
        };
        let number = if sign.text == "-" { Number::ZERO.minus(number) } else { Ok(number) };
        Ok(node(inner.place, What::Literal(Value::N(number.map_err(|error| error.to_string())?))))
    }

    fn word(&mut self) -> Read<Node> {
        let token = self.peek();
        let called = self.peek_after().kind == Kind::Mark && self.peek_after().text == "(";
        if token.kind == Kind::Word {
            let constant = match token.text.to_ascii_lowercase().as_str() {
                "true" => Some(What::Literal(Value::Bool(true))),
                "false" => Some(What::Literal(Value::Bool(false))),
                "null" => Some(What::Literal(Value::Null)),
                "missing" => Some(What::Missing),
                _ => None,
            };
            if let Some(what) = constant {
                self.next();
                return Ok(node(token.place, what));
            }
            if called {
                self.next();
                let operands = self.sequence(")", "RIGHT_PAREN")?;
                return Ok(node(token.place, What::Call(token.text.to_ascii_lowercase(), operands)));
            }
        }
        if token.is_keyword() {
            return Err(malformed("Unexpected keyword"));
        }
        self.path()
    }

    /// A document path.
    pub(super) fn path(&mut self) -> Read<Node> {
        let place = self.peek().place;
        let mut steps =
            vec![Step::Name(self.take_name().ok_or_else(|| malformed("Expected identifier for simple path"))?)];
        loop {
            if self.take_mark(".") {
                if self.is_mark("*") {
                    return Err("Unpivot path component like a.*.b are not supported".to_owned());
                }
                let name = self.take_name().ok_or_else(|| malformed("Invalid path dot component"))?;
                steps.push(Step::Name(name));
            } else if self.take_mark("[") {
                steps.push(self.index()?);
            } else {
                return Ok(node(place, What::Path(Path(steps))));
            }
        }
    }

    fn index(&mut self) -> Read<Step> {
        if self.is_mark("*") {
            return Err("Wildcard path component like a[*].b are not supported".to_owned());
        }
        let negative = self.take_mark("-");
        let token = self.next();
        let outside = || {
            let sign = if negative { "-" } else { "" };
            format!("List index is not within the allowable range; index: [{sign}{}] {}", token.text, token.place)
        };
        if token.kind != Kind::Digits {
            return Err(format!("Unexpected path component {}", token.place));
        }
        let at = token.text.parse::<i32>().ok().filter(|at| !negative || *at == 0);
        let at = at.and_then(|at| usize::try_from(at).ok()).ok_or_else(outside)?;
        self.expect("]", "RIGHT_BRACKET")?;
        Ok(Step::At(at))
    }

    /// What stands between two marks, apart by commas.
    fn sequence(&mut self, end: &str, name: &str) -> Read<Vec<Node>> {
        self.next();
        let mut all = Vec::new();
        if self.take_mark(end) {
            return Ok(all);
        }
        loop {
            all.push(self.deeper(Self::expression)?);
            if !self.take_mark(",") {
                self.expect(end, name)?;
                return Ok(all);
            }
        }
    }

    fn structure(&mut self) -> Read<Node> {
        let place = self.next().place;
        let mut all = Vec::new();
        if self.take_mark("}") {
            return Ok(node(place, What::Struct(all)));
        }
        loop {
            let key = self.deeper(Self::expression)?;
            self.expect(":", "COLON")?;
            all.push((key, self.deeper(Self::expression)?));
            if !self.take_mark(",") {
                self.expect("}", "RIGHT_CURLY")?;
                return Ok(node(place, What::Struct(all)));
            }
        }
    }
}

fn too_deep() -> String {
    malformed("Expression is nested too deeply")
}

fn node(place: Place, what: What) -> Node {
    Node { place, what }
}

fn one_or(mut all: Vec<Node>, place: Place, many: fn(Vec<Node>) -> What) -> Node {
    match (all.len(), all.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            all.extend(last);
            node(place, many(all))
        }
    }
}

fn comparator(token: Token<'_>) -> Option<Comparison> {
    Some(match token.text {
        _ if token.kind != Kind::Mark => return None,
        "=" => Comparison::Equal,
        "<>" | "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}
