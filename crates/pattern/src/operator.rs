//! Operators: `{"prefix": …}`, `{"numeric": [">", 0]}` and the others, each refused in AWS's words at AWS's place.

use crate::address::Block;
use crate::check::{Bound, Check, fold};
use crate::compile::{Compiler, Dialect};
use crate::number;
use crate::text::{Invalid, Token};
use crate::wildcard::Wildcard;

type Compiled = Result<Check, Invalid>;

const ONE_KEY: &str = "Only one key allowed in match expression";
const NO_SET: &str = "Value of anything-but must be an array or single string/number value.";
const NO_FOLDED: &str = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.";

impl Compiler<'_> {
    /// An operator, whose object was opened.
    pub(crate) fn operator(&mut self) -> Compiled {
        let Token::Field(name) = self.reader.next()? else {
            return self.reader.refuse("Match expression name not found");
        };
        match &*name {
            "exactly" => self.one_text("exact match pattern must be a string", |text| Check::Text(text.into())),
            "prefix" => self.part("prefix", Check::Prefix, Check::PrefixFolded),
            "suffix" => self.part("suffix", Check::Suffix, Check::SuffixFolded),
            "equals-ignore-case" => {
                self.one_text("equals-ignore-case match pattern must be a string", |text| Check::Folded(fold(text)))
            }
            "numeric" => self.numeric(),
            "anything-but" => self.anything_but(),
            "exists" => self.exists(),
            "cidr" => self.cidr(),
            "wildcard" => {
                let text = self.text("wildcard match pattern must be a string")?;
                let check = self.wildcard(&text)?;
                self.object_end(ONE_KEY)?;
                Ok(check)
            }
            _ => self.reader.refuse(format!("Unrecognized match type {name}")),
        }
    }

    /// The string that comes next.
    fn text(&mut self, otherwise: &str) -> Result<String, Invalid> {
        match self.reader.next()? {
            Token::Text(text) => {
                self.reader.look();
                Ok(text)
            }
            _ => self.reader.refuse(otherwise),
        }
    }

    fn object_end(&mut self, otherwise: &str) -> Result<(), Invalid> {
        if self.reader.next()? == Token::ObjectEnd { Ok(()) } else { self.reader.refuse(otherwise) }
    }

    fn one_text(&mut self, otherwise: &str, check: impl FnOnce(&str) -> Check) -> Compiled {
        let text = self.text(otherwise)?;
        self.object_end(ONE_KEY)?;
        Ok(check(&text))
    }

    /// `prefix` and `suffix`: of a string, or `{"equals-ignore-case": …}`.
    fn part(&mut self, name: &str, plain: fn(Box<str>) -> Check, folded: fn(Box<str>) -> Check) -> Compiled {
        let token = self.reader.next()?;
        if token == Token::ObjectStart && self.dialect == Dialect::Events {
            return self.folded_part(name, folded);
        }
        let Token::Text(text) = token else {
            return self.reader.refuse(format!("{name} match pattern must be a string"));
        };
        self.object_end(ONE_KEY)?;
        Ok(plain(text.into()))
    }

    fn folded_part(&mut self, name: &str, folded: fn(Box<str>) -> Check) -> Compiled {
        let Token::Field(operator) = self.reader.next()? else {
            let title = if name == "prefix" { "Prefix" } else { "Suffix" };
            return self.reader.refuse(format!("{title} expression name not found"));
        };
        if operator != "equals-ignore-case" {
            return self.reader.refuse(format!("Unsupported {name} pattern: {operator}"));
        }
        let text = self.text("equals-ignore-case match pattern must be a string")?;
        self.object_end(ONE_KEY)?;
        self.object_end(ONE_KEY)?;
        Ok(folded(fold(&text)))
    }

    fn wildcard(&mut self, text: &str) -> Compiled {
        match Wildcard::parse(text) {
            Ok(wildcard) => Ok(Check::Wildcard(wildcard)),
            Err(reason) => self.reader.refuse(reason),
        }
    }

    fn exists(&mut self) -> Compiled {
        let check = match self.reader.next()? {
            Token::Word("true") => Check::Exists,
            Token::Word("false") => Check::Absent,
            _ => return self.reader.refuse("exists match pattern must be either true or false."),
        };
        self.object_end(ONE_KEY)?;
        Ok(check)
    }

    fn cidr(&mut self) -> Compiled {
        // AWS's words for a block that is no string speak of prefixes, and those for a wrong block tell no place.
        let text = self.text("prefix match pattern must be a string")?;
        let block = Block::parse(&text).map_err(Invalid::new)?;
        self.object_end(ONE_KEY)?;
        Ok(Check::Block(block))
    }

    fn anything_but(&mut self) -> Compiled {
        let mut token = self.reader.next()?;
        let mut kind = None;
        if token == Token::ObjectStart {
            kind = Some(self.anything_but_kind()?);
            token = self.reader.next()?;
        }
        let checks = match (token, kind) {
            (Token::ArrayStart, None) => self.values_list()?,
            (Token::ArrayStart, Some(kind)) if self.dialect == Dialect::Events => self.kind_list(kind)?,
            (Token::Text(text), None) => vec![Check::Text(text.into())],
            (Token::Number(text), None) => vec![self.number(&text)?],
            (token @ (Token::Text(_) | Token::Number(_)), Some(kind)) => vec![self.of_kind(kind, &token)?],
            (_, Some(_)) if self.dialect == Dialect::Topics => {
                return self.reader.refuse("prefix match pattern must be a string");
            }
            _ => return self.reader.refuse(NO_SET),
        };
        self.object_end("Too many elements in numeric expression")?;
        if kind.is_some() {
            self.object_end("Too many elements in numeric expression")?;
        }
        Ok(Check::Not(checks))
    }

    fn anything_but_kind(&mut self) -> Result<Kind, Invalid> {
        let Token::Field(name) = self.reader.next()? else {
            return self.reader.refuse("Anything-But expression name not found");
        };
        match (&*name, self.dialect) {
            ("prefix", _) => Ok(Kind::Prefix),
            ("suffix", Dialect::Events) => Ok(Kind::Suffix),
            ("equals-ignore-case", Dialect::Events) => Ok(Kind::Folded),
            ("wildcard", Dialect::Events) => Ok(Kind::Wildcard),
            _ => self.reader.refuse(format!("Unsupported anything-but pattern: {name}")),
        }
    }

    /// The list behind `anything-but`: strings or numbers, not both.
    fn values_list(&mut self) -> Result<Vec<Check>, Invalid> {
        let (mut checks, mut texts, mut numbers) = (Vec::new(), false, false);
        loop {
            match self.reader.next()? {
                Token::ArrayEnd => break,
                Token::Text(text) => {
                    texts = true;
                    checks.push(Check::Text(text.into()));
                }
                Token::Number(text) => {
                    numbers = true;
                    checks.push(self.number(&text)?);
                }
                _ => return self.refuse_in_list("Inside anything but list, start|null|boolean is not supported."),
            }
        }
        if texts == numbers {
            return self.reader.refuse(
                "Inside anything but list, either all values are number or string, mixed type is not supported",
            );
        }
        Ok(checks)
    }

    fn kind_list(&mut self, kind: Kind) -> Result<Vec<Check>, Invalid> {
        let mut checks = Vec::new();
        loop {
            match self.reader.next()? {
                Token::ArrayEnd => return Ok(checks),
                token => match self.of_kind(kind, &token) {
                    Ok(check) => checks.push(check),
                    // Wildcards of a list are read after it.
                    Err(refusal) => return self.refuse_again(refusal),
                },
            }
        }
    }

    fn of_kind(&mut self, kind: Kind, token: &Token) -> Compiled {
        let Token::Text(text) = token else {
            return self.reader.refuse(match (kind, self.dialect) {
                (Kind::Folded, _) => NO_FOLDED,
                (Kind::Wildcard, _) => "wildcard match pattern must be a string",
                (_, Dialect::Events) => "prefix/suffix match pattern must be a string",
                (_, Dialect::Topics) => "prefix match pattern must be a string",
            });
        };
        self.reader.look();
        match kind {
            Kind::Prefix | Kind::Suffix if text.is_empty() => self.reader.refuse("Null prefix/suffix not allowed"),
            Kind::Prefix => Ok(Check::Prefix(text.as_str().into())),
            Kind::Suffix => Ok(Check::Suffix(text.as_str().into())),
            Kind::Folded => Ok(Check::Folded(fold(text))),
            Kind::Wildcard => self.wildcard(text),
        }
    }

    fn number(&mut self, text: &str) -> Compiled {
        match number::value(text) {
            Some(value) => Ok(Check::Number(text.into(), Some(value))),
            None => self.reader.refuse(format!("Cannot compare number : {text}")),
        }
    }

    /// A refusal inside a list: AWS catches it there and throws it again, so that the place is told twice.
    fn refuse_in_list<T>(&self, message: &str) -> Result<T, Invalid> {
        match self.reader.refuse::<T>(message) {
            Err(refusal) => self.refuse_again(refusal),
            Ok(never) => Ok(never),
        }
    }

    fn refuse_again<T>(&self, refusal: Invalid) -> Result<T, Invalid> {
        self.reader.refuse(refusal.message())
    }

    fn numeric(&mut self) -> Compiled {
        if self.reader.next()? != Token::ArrayStart {
            return self.reader.refuse("Value of numeric must be an array.");
        }
        let operator = match self.reader.next()? {
            Token::Text(text) => text,
            other => return self.reader.refuse(format!("Invalid member in numeric match: {}", other.shown())),
        };
        self.reader.look();
        let token = self.reader.next()?;
        let check = match &*operator {
            "=" => {
                let value = self.operand(&token, "equals")?;
                self.numeric_end()?;
                Check::Range(Bound::At(value), Bound::At(value))
            }
            "<" | "<=" => {
                let bound = self.bound(&token, &operator)?;
                self.numeric_end()?;
                Check::Range(Bound::Open, bound)
            }
            ">" | ">=" => {
                let bound = self.bound(&token, &operator)?;
                self.range(bound)?
            }
            _ => return self.reader.refuse(format!("Unrecognized numeric range operator: {operator}")),
        };
        self.object_end("Too many elements in numeric expression")?;
        Ok(check)
    }

    /// What follows the lower bound of a range: nothing, or the upper one.
    fn range(&mut self, low: Bound) -> Compiled {
        let operator = match self.reader.next()? {
            Token::ArrayEnd => return Ok(Check::Range(low, Bound::Open)),
            Token::Text(operator) => operator,
            other => return self.reader.refuse(format!("Bad value in numeric range: {}", other.shown())),
        };
        self.reader.look();
        if !matches!(&*operator, "<" | "<=") {
            return self.reader.refuse(format!("Bad numeric range operator: {operator}"));
        }
        let token = self.reader.next()?;
        let high = self.bound(&token, &operator)?;
        if self.reader.next()? != Token::ArrayEnd {
            return self.reader.refuse("Too many terms in numeric range expression");
        }
        if low.number() >= high.number() {
            return self.reader.refuse("Bottom must be less than top");
        }
        Ok(Check::Range(low, high))
    }

    fn bound(&mut self, token: &Token, operator: &str) -> Result<Bound, Invalid> {
        let value = self.operand(token, operator)?;
        Ok(if operator.ends_with('=') { Bound::At(value) } else { Bound::Beyond(value) })
    }

    fn operand(&mut self, token: &Token, operator: &str) -> Result<f64, Invalid> {
        let Token::Number(text) = token else {
            return self.reader.refuse(format!("Value of {operator} must be numeric"));
        };
        number::operand(text).or_else(|reason| self.reader.refuse(reason))
    }

    fn numeric_end(&mut self) -> Result<(), Invalid> {
        if self.reader.next()? == Token::ArrayEnd {
            return Ok(());
        }
        self.reader.refuse("Too many elements in numeric expression")
    }
}

/// What `anything-but` is said of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prefix,
    Suffix,
    Folded,
    Wildcard,
}
