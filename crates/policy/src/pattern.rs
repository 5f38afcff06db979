//! Texts with wildcards and variables, and the matcher that cannot explode.
//!
//! `*` and `?` are wildcards where the element has them, `${key}` and `${key, 'default'}` are variables where the
//! document's version has them, and `${*}`, `${?}`, `${$}` are those characters themselves. What a variable stands for
//! is compared literally: a `*` in a user's tag is a star and no wildcard.

use std::borrow::Cow;

use crate::context::Context;

/// A condition key: as written, for showing, and in lower case, for asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) written: Box<str>,
    pub(crate) lower: Box<str>,
}

impl Key {
    pub(crate) fn new(written: &str) -> Self {
        Self { written: written.into(), lower: written.to_lowercase().into() }
    }
}

/// `${key}` or `${key, 'default'}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) key: Key,
    default: Option<Box<str>>,
}

impl Variable {
    /// What it stands for. A key with several values has no single one.
    fn resolve<'a>(&'a self, context: &'a dyn Context) -> Option<Cow<'a, str>> {
        match context.values(&self.key.lower).filter(|values| !values.is_empty()) {
            None => self.default.as_deref().map(Cow::Borrowed),
            Some(values) if values.len() > 1 => None,
            Some(crate::Values::One(value)) => Some(value),
            Some(values) => values.get(0).map(|value| Cow::Owned(value.to_owned())),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Text(Box<str>),
    /// `?`; `spans`: a colon too.
    One {
        spans: bool,
    },
    /// `*`; `spans`: colons too.
    Star {
        spans: bool,
    },
    /// The variable at this index.
    Variable(usize),
}

/// How a source text is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    pub(crate) wildcards: bool,
    pub(crate) variables: bool,
}

/// A text to compare with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    variables: Vec<Variable>,
}

impl Pattern {
    /// Wildcards stand for anything, colons too.
    pub(crate) fn new(source: &str, syntax: Syntax) -> Self {
        let mut build = Builder::default();
        read(source, syntax, |token| match token {
            Token::Char(c) => build.push(c),
            Token::One => build.flush(Part::One { spans: true }),
            Token::Star => build.star(true),
            Token::Variable(variable) => build.variable(variable),
        });
        build.finish()
    }

    /// The pattern of a `Resource` element. In the five parts before the resource proper, wildcards stay within their
    /// part, save that a `*` ending a part may run on past the colon; parts that are left out are anything.
    /// Source: IAM User Guide, "IAM JSON policy elements: Resource".
    pub(crate) fn resource(source: &str, syntax: Syntax) -> Self {
        let mut build = Builder::default();
        let mut colons = 0;
        let mut pending = false;
        read(source, syntax, |token| {
            if std::mem::take(&mut pending) {
                build.star(colons >= RESOURCE_PART || matches!(token, Token::Char(':')));
            }
            match token {
                Token::Char(c) => {
                    colons += usize::from(c == ':');
                    build.push(c);
                }
                Token::One => build.flush(Part::One { spans: colons >= RESOURCE_PART }),
                Token::Star => pending = true,
                Token::Variable(variable) => build.variable(variable),
            }
        });
        if pending {
            build.star(true);
        } else if colons < RESOURCE_PART {
            build.push(':');
            build.star(true);
        }
        build.finish()
    }

    /// The keys of its variables.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.variables.iter().map(|variable| &variable.key)
    }

    /// Whether the text matches; never, when a variable stands for nothing.
    pub(crate) fn matches(&self, text: &str, context: &dyn Context) -> bool {
        self.resolved(context).is_some_and(|values| glob(&self.parts, &values, text, starts_with))
    }

    /// As [`Pattern::matches`], without regard to the case of ASCII letters.
    pub(crate) fn matches_any_case(&self, text: &str, context: &dyn Context) -> bool {
        let starts = |text: &str, with: &str| {
            text.as_bytes().get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
        };
        self.resolved(context).is_some_and(|values| glob(&self.parts, &values, text, starts))
    }

    /// The whole text without wildcards, when nothing in it is unresolvable.
    pub(crate) fn whole(&self, context: &dyn Context) -> Option<String> {
        let values = self.resolved(context)?;
        let piece = |part: &Part| match part {
            Part::Text(text) => text.to_string(),
            Part::Variable(index) => values[*index].to_string(),
            Part::One { .. } => "?".to_owned(),
            Part::Star { .. } => "*".to_owned(),
        };
        Some(self.parts.iter().map(piece).collect())
    }

    /// The same pattern with its variables replaced by what they stand for.
    pub(crate) fn substituted(&self, context: &dyn Context) -> Option<Vec<Part>> {
        let values = self.resolved(context)?;
        let replace = |part: &Part| match part {
            Part::Variable(index) => Part::Text(values[*index].as_ref().into()),
            other => other.clone(),
        };
        Some(self.parts.iter().map(replace).collect())
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn has_variables(&self) -> bool {
        !self.variables.is_empty()
    }

    fn resolved<'a>(&'a self, context: &'a dyn Context) -> Option<Vec<Cow<'a, str>>> {
        // An empty vector does not allocate.
        self.variables.iter().map(|variable| variable.resolve(context)).collect()
    }
}

/// The comparison of a piece of text that regards case.
pub(crate) fn starts_with(text: &str, with: &str) -> bool {
    text.starts_with(with)
}

/// The index of an ARN's part that names the resource proper.
const RESOURCE_PART: usize = 5;

#[derive(Default)]
struct Builder {
    text: String,
    pattern: Pattern,
}

impl Builder {
    fn push(&mut self, c: char) {
        self.text.push(c);
    }

    fn flush(&mut self, part: Part) {
        self.end_text();
        self.pattern.parts.push(part);
    }

    /// Stars that touch are one.
    fn star(&mut self, spans: bool) {
        match self.pattern.parts.last_mut() {
            Some(Part::Star { spans: before }) if self.text.is_empty() => *before |= spans,
            _ => self.flush(Part::Star { spans }),
        }
    }

    fn variable(&mut self, variable: Variable) {
        let index = self.pattern.variables.len();
        self.pattern.variables.push(variable);
        self.flush(Part::Variable(index));
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.pattern.parts.push(Part::Text(std::mem::take(&mut self.text).into()));
        }
    }

    fn finish(mut self) -> Pattern {
        self.end_text();
        self.pattern
    }
}

enum Token {
    Char(char),
    One,
    Star,
    Variable(Variable),
}

fn read(source: &str, syntax: Syntax, mut each: impl FnMut(Token)) {
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if syntax.variables
            && let Some((token, after)) = variable(rest)
        {
            each(token);
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        each(match c {
            '*' if syntax.wildcards => Token::Star,
            '?' if syntax.wildcards => Token::One,
            _ => Token::Char(c),
        });
    }
}

/// A variable at the start of the text, and what follows it. A `${` that is never closed is text.
fn variable(text: &str) -> Option<(Token, &str)> {
    let inner = text.strip_prefix("${")?;
    let close = inner.find('}')?;
    let token = match &inner[..close] {
        "*" => Token::Char('*'),
        "?" => Token::Char('?'),
        "$" => Token::Char('$'),
        name => return Some(named(inner, name, close)),
    };
    Some((token, &inner[close + 1..]))
}

/// A default stands in single quotes, and may hold a brace.
fn named<'a>(inner: &'a str, name: &'a str, close: usize) -> (Token, &'a str) {
    if let Some((key, quoted)) = inner.split_once(',')
        && key.len() < close
        && let Some(quoted) = quoted.trim_start().strip_prefix('\'')
        && let Some((default, after)) = quoted.split_once("'}")
    {
        let variable = Variable { key: Key::new(key.trim()), default: Some(default.into()) };
        return (Token::Variable(variable), after);
    }
    (Token::Variable(Variable { key: Key::new(name.trim()), default: None }), &inner[close + 1..])
}

/// Matches with two places to come back to: the last `*` that may span colons, and after it the last that may not.
///
/// Coming back only to the latest star of each sort is enough, as in any greedy matcher: an earlier one could only
/// begin what follows later. Nothing is kept but four numbers, and no text is looked at more often than there are
/// characters in it times those in one run of the pattern.
pub(crate) fn glob(
    parts: &[Part],
    values: &[Cow<'_, str>],
    text: &str,
    starts: impl Fn(&str, &str) -> bool + Copy,
) -> bool {
    let (mut part, mut at) = (0, 0);
    let mut far: Option<(usize, usize)> = None;
    let mut near: Option<(usize, usize)> = None;
    loop {
        match parts.get(part) {
            None if at == text.len() => return true,
            Some(Part::Star { spans: true }) => {
                part += 1;
                if part == parts.len() {
                    return true;
                }
                (far, near) = (Some((part, at)), None);
                continue;
            }
            Some(Part::Star { spans: false }) => {
                part += 1;
                near = Some((part, at));
                continue;
            }
            Some(step) => {
                if let Some(length) = step_over(step, values, &text[at..], starts) {
                    (part, at) = (part + 1, at + length);
                    continue;
                }
            }
            None => {}
        }
        if let Some(next) = near.and_then(|place| widen(place, text, false)) {
            near = Some(next);
            (part, at) = next;
        } else if let Some(next) = far.and_then(|place| widen(place, text, true)) {
            (far, near) = (Some(next), None);
            (part, at) = next;
        } else {
            return false;
        }
    }
}

/// How much of the text one part other than a star takes.
fn step_over(part: &Part, values: &[Cow<'_, str>], text: &str, starts: impl Fn(&str, &str) -> bool) -> Option<usize> {
    let wanted: &str = match part {
        Part::Text(wanted) => wanted,
        Part::Variable(index) => &values[*index],
        Part::One { spans } => return text.chars().next().filter(|c| *spans || *c != ':').map(char::len_utf8),
        Part::Star { .. } => return None,
    };
    starts(text, wanted).then_some(wanted.len())
}

/// A star takes one character more.
fn widen((part, at): (usize, usize), text: &str, spans: bool) -> Option<(usize, usize)> {
    let c = text[at..].chars().next()?;
    (spans || c != ':').then_some((part, at + c.len_utf8()))
}
