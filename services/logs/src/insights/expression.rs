//! Expressions, from what binds least to what binds most: `or`, `and`, `not`, comparisons, sums, products, powers, signs.

use fancy_regex::{Regex, RegexBuilder};

use super::Malformed;
use super::ast::{Aggregate, Expression, Operator};
use super::cursor::Cursor;
use super::functions;
use super::value::Value;

/// Expressions inside of expressions.
const DEEP: usize = 48;
/// Steps that a regular expression may take back.
const STEPS: usize = 100_000;
/// Functions of many events.
const AGGREGATES: [&str; 17] = [
    "count",
    "count_distinct",
    "countdistinct",
    "sum",
    "avg",
    "min",
    "max",
    "pct",
    "percentile",
    "median",
    "stddev",
    "stddev_pop",
    "earliest",
    "latest",
    "sortsfirst",
    "sortslast",
    "values",
];

/// Reads a query.
pub(crate) struct Parser<'a> {
    pub(super) cursor: Cursor<'a>,
    /// How many functions of many events were read; none where they may not stand.
    pub(super) aggregates: Option<usize>,
    pub(super) unmasks: bool,
    deep: usize,
}

type Read = Result<Expression, Malformed>;

impl<'a> Parser<'a> {
    /// At a place.
    pub(super) fn new(cursor: Cursor<'a>) -> Self {
        Self { cursor, aggregates: None, unmasks: false, deep: 0 }
    }

    /// Reads an expression.
    pub(super) fn expression(&mut self) -> Read {
        self.deep += 1;
        if self.deep > DEEP {
            return self.cursor.because(self.cursor.at(), "The query is nested too deeply");
        }
        let mut left = self.both()?;
        while self.cursor.keyword("or") {
            left = binary(Operator::Or, left, self.both()?);
        }
        self.deep -= 1;
        Ok(left)
    }

    fn both(&mut self) -> Read {
        let mut left = self.contrary()?;
        while self.cursor.keyword("and") {
            left = binary(Operator::And, left, self.contrary()?);
        }
        Ok(left)
    }

    fn contrary(&mut self) -> Read {
        let mut turned = false;
        while self.cursor.keyword("not") {
            turned = !turned;
        }
        let inner = self.comparison()?;
        Ok(if turned { Expression::Not(Box::new(inner)) } else { inner })
    }

    fn comparison(&mut self) -> Read {
        let left = self.sum()?;
        let before = self.cursor.clone();
        let turned = self.cursor.keyword("not");
        let found = self.membership(left)?;
        match found {
            Ok(found) if turned => Ok(Expression::Not(Box::new(found))),
            Ok(found) => Ok(found),
            Err(_) if turned => before.wrong(),
            Err(left) => {
                let signs = [
                    ("!=", Operator::Unequal),
                    ("<=", Operator::AtMost),
                    (">=", Operator::AtLeast),
                    ("==", Operator::Equal),
                    ("=", Operator::Equal),
                    ("<", Operator::Less),
                    (">", Operator::Greater),
                ];
                for (sign, operator) in signs {
                    if self.cursor.sign(sign) {
                        return Ok(binary(operator, left, self.sum()?));
                    }
                }
                Ok(left)
            }
        }
    }

    /// `in […]`, `like …`, `=~ /…/`; the left side back when none follows.
    fn membership(&mut self, left: Expression) -> Result<Result<Expression, Expression>, Malformed> {
        if self.cursor.keyword("in") {
            let closing = if self.cursor.sign("[") {
                "]"
            } else if self.cursor.sign("(") {
                ")"
            } else {
                return self.cursor.wrong();
            };
            let mut all = Vec::new();
            while !self.cursor.sign(closing) {
                if !all.is_empty() && !self.cursor.sign(",") {
                    return self.cursor.wrong();
                }
                all.push(self.expression()?);
            }
            return Ok(Ok(Expression::In(Box::new(left), all)));
        }
        if self.cursor.sign("=~") || self.cursor.keyword("like") {
            if self.cursor.rest().starts_with('/') {
                return Ok(Ok(Expression::Matches(Box::new(left), regex(&mut self.cursor)?)));
            }
            return Ok(Ok(Expression::Contains(Box::new(left), Box::new(self.sum()?))));
        }
        Ok(Err(left))
    }

    fn sum(&mut self) -> Read {
        let mut left = self.product()?;
        loop {
            let operator = if self.cursor.sign("+") {
                Operator::Plus
            } else if self.cursor.sign("-") {
                Operator::Minus
            } else {
                return Ok(left);
            };
            left = binary(operator, left, self.product()?);
        }
    }

    fn product(&mut self) -> Read {
        let mut left = self.power()?;
        loop {
            let operator = if self.cursor.sign("*") {
                Operator::Times
            } else if self.cursor.sign("/") {
                Operator::By
            } else if self.cursor.sign("%") {
                Operator::Remainder
            } else {
                return Ok(left);
            };
            left = binary(operator, left, self.power()?);
        }
    }

    fn power(&mut self) -> Read {
        let mut left = self.unary()?;
        while self.cursor.sign("^") {
            left = binary(Operator::Power, left, self.unary()?);
        }
        Ok(left)
    }

    /// A value, a field, a call, or an expression in parentheses; with a sign before it.
    pub(super) fn unary(&mut self) -> Read {
        let mut turned = false;
        while self.cursor.sign("-") {
            turned = !turned;
        }
        let inner = self.primary()?;
        Ok(if turned { Expression::Negative(Box::new(inner)) } else { inner })
    }

    fn primary(&mut self) -> Read {
        match self.cursor.rest().chars().next() {
            Some('(') => {
                self.cursor.advance(1);
                let inner = self.expression()?;
                if self.cursor.sign(")") { Ok(inner) } else { self.cursor.wrong() }
            }
            Some('"' | '\'') => Ok(Expression::Literal(Value::Text(self.quoted()?))),
            Some(c) if c.is_ascii_digit() => self.number(),
            Some('@' | '`' | '_' | '$') => Ok(Expression::Field(self.name()?)),
            Some(c) if c.is_alphabetic() => self.named(),
            _ => self.cursor.wrong(),
        }
    }

    fn named(&mut self) -> Read {
        let (before, word) = (self.cursor.clone(), self.cursor.word());
        let mut behind = before.clone();
        behind.advance(word.len());
        if behind.rest().starts_with('(') {
            self.cursor = behind;
            self.cursor.advance(1);
            return self.call(word, &before);
        }
        let name = self.name()?;
        Ok(match name.as_str() {
            "true" => Expression::Literal(Value::Truth(true)),
            "false" => Expression::Literal(Value::Truth(false)),
            "null" => Expression::Literal(Value::Missing),
            _ => Expression::Field(name),
        })
    }

    fn call(&mut self, word: &str, before: &Cursor<'a>) -> Read {
        let name = word.to_ascii_lowercase();
        let aggregate = AGGREGATES.contains(&name.as_str());
        if aggregate && self.cursor.sign("*") {
            return if self.cursor.sign(")") && name == "count" {
                self.aggregate(name, None, before)
            } else {
                before.wrong()
            };
        }
        let mut arguments = Vec::new();
        // What is counted is of one event each.
        let outside = if aggregate { self.aggregates.take() } else { None };
        while !self.cursor.sign(")") {
            if !arguments.is_empty() && !self.cursor.sign(",") {
                return self.cursor.wrong();
            }
            arguments.push(self.expression()?);
        }
        if aggregate {
            self.aggregates = outside;
            return self.aggregate_of(name, arguments, before);
        }
        self.unmasks |= name == "unmask";
        if functions::takes(&name, arguments.len()) { Ok(Expression::Call(name, arguments)) } else { before.wrong() }
    }

    fn aggregate_of(&mut self, name: String, mut arguments: Vec<Expression>, before: &Cursor<'a>) -> Read {
        let percentile = matches!(name.as_str(), "pct" | "percentile");
        let percent = match (percentile, arguments.get(1)) {
            (true, Some(Expression::Literal(Value::Number(percent)))) if (0.0..=100.0).contains(percent) => *percent,
            (false, None) => 50.0,
            _ => return before.wrong(),
        };
        arguments.truncate(1);
        match arguments.pop() {
            None if name != "count" => before.wrong(),
            of => {
                let read = self.aggregate(name, of, before)?;
                let Expression::Aggregate(mut aggregate) = read else { return Ok(read) };
                aggregate.percent = percent;
                Ok(Expression::Aggregate(aggregate))
            }
        }
    }

    fn aggregate(&mut self, name: String, of: Option<Expression>, before: &Cursor<'a>) -> Read {
        let Some(place) = self.aggregates else { return before.wrong() };
        self.aggregates = Some(place + 1);
        Ok(Expression::Aggregate(Box::new(Aggregate { name, of, percent: 50.0, place })))
    }

    /// The name of a field: letters, digits, `@ . _ -` between them; anything in backticks.
    pub(super) fn name(&mut self) -> Result<String, Malformed> {
        let rest = self.cursor.rest();
        if let Some(inner) = rest.strip_prefix('`') {
            let Some(end) = inner.find('`') else { return self.cursor.wrong() };
            let name = inner[..end].to_owned();
            // A path may go on behind the backticks: `a b`.c
            self.cursor.step(end + 2);
            if self.cursor.rest().starts_with('.') {
                self.cursor.step(1);
                return Ok(format!("{name}.{}", self.name()?));
            }
            self.cursor.skip();
            return Ok(name);
        }
        let part = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '$' | '[' | ']');
        let mut end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        // Brackets are of the name when a number stands in them.
        if let Some(at) = rest[..end].find('[').filter(|at| !is_index(&rest[*at..end])) {
            end = at;
        }
        if let Some(at) = rest[..end].find(']').filter(|at| !rest[..*at].contains('[')) {
            end = at;
        }
        let name = rest[..end].trim_end_matches('.');
        if name.is_empty() {
            return self.cursor.wrong();
        }
        self.cursor.advance(name.len());
        Ok(name.replace('[', ".").replace(']', ""))
    }

    /// A number, or a span of time: `5m`, `1h`, which is so many milliseconds.
    fn number(&mut self) -> Read {
        let rest = self.cursor.rest();
        let mut end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let exponent = rest[end..].strip_prefix(['e', 'E']).map(|tail| {
            let sign = usize::from(tail.starts_with(['+', '-']));
            sign + tail[sign..].bytes().take_while(u8::is_ascii_digit).count()
        });
        if let Some(length) = exponent.filter(|length| *length > 0) {
            end += 1 + length;
        }
        let Ok(number) = rest[..end].parse::<f64>() else { return self.cursor.wrong() };
        self.cursor.step(end);
        let unit = self.cursor.word();
        let value = match functions::unit(unit) {
            Some(millis) => {
                self.cursor.step(unit.len());
                Expression::Call(
                    "span".to_owned(),
                    vec![literal(number * millis), literal(functions::months(unit) * number)],
                )
            }
            None if unit.is_empty() => literal(number),
            None => return self.cursor.wrong(),
        };
        self.cursor.skip();
        Ok(value)
    }

    /// A text in single or double quotes.
    pub(super) fn quoted(&mut self) -> Result<String, Malformed> {
        let rest = self.cursor.rest();
        let mut chars = rest.char_indices();
        let Some((_, mark)) = chars.next() else { return self.cursor.wrong() };
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == mark => {
                    self.cursor.advance(at + 1);
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, c @ ('\\' | '"' | '\''))) => text.push(c),
                    Some((_, c)) => text.extend(['\\', c]),
                    None => break,
                },
                c => text.push(c),
            }
        }
        self.cursor.wrong()
    }
}

/// A regular expression between slashes; `(?i)` and the like stand inside.
pub(super) fn regex(cursor: &mut Cursor<'_>) -> Result<Regex, Malformed> {
    let (rest, start) = (cursor.rest(), cursor.at());
    let (mut escaped, mut class, mut end) = (false, false, None);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => {
                end = Some(at);
                break;
            }
            _ => {}
        }
    }
    let Some(end) = end else { return cursor.wrong() };
    let source = rest[1..end].replace("\\/", "/");
    cursor.advance(end + 1);
    match RegexBuilder::new(&source).backtrack_limit(STEPS).build() {
        Ok(regex) => Ok(regex),
        Err(_) => cursor.because(start, "Invalid regular expression"),
    }
}

fn is_index(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.split_once(']'));
    inner.is_some_and(|(inner, _)| !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit()))
}

fn literal(number: f64) -> Expression {
    Expression::Literal(Value::Number(number))
}

fn binary(operator: Operator, left: Expression, right: Expression) -> Expression {
    Expression::Binary(operator, Box::new(left), Box::new(right))
}
