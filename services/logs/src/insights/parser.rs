//! The commands of a query, between bars.

use fancy_regex::Regex;

use super::Malformed;
use super::ast::{Command, Expression, Named, Parse, Query};
use super::cursor::Cursor;
use super::expression::{Parser, regex};

/// `stats` commands of a query. Source: user guide, "stats".
const STATS: usize = 2;

/// Reads a query.
pub(crate) fn parse(text: &str) -> Result<Query, Malformed> {
    let mut parser = Parser::new(Cursor::new(text));
    let mut commands = Vec::new();
    loop {
        // Bars may follow each other, and nothing may stand between them.
        while parser.cursor.sign("|") {}
        if parser.cursor.is_over() {
            break;
        }
        let start = parser.cursor.at();
        commands.push(parser.command()?);
        let stats = commands.iter().filter(|command| matches!(command, Command::Stats(..))).count();
        if stats > STATS {
            return parser.cursor.because(start, "Only two stats commands are allowed in a query");
        }
        if !parser.cursor.is_over() && !parser.cursor.rest().starts_with('|') {
            return parser.cursor.wrong();
        }
    }
    if commands.is_empty() {
        return parser.cursor.wrong();
    }
    Ok(Query { commands, unmasks: parser.unmasks })
}

impl Parser<'_> {
    fn command(&mut self) -> Result<Command, Malformed> {
        let (word, before) = (self.cursor.word().to_ascii_lowercase(), self.cursor.clone());
        self.cursor.advance(word.len());
        match word.as_str() {
            "fields" => self.named_list(false).map(Command::Fields),
            "display" => self.named_list(false).map(Command::Display),
            "filter" | "filterindex" => self.expression().map(Command::Filter),
            "parse" => self.parse_command().map(Command::Parse),
            "stats" => self.stats(),
            "sort" | "order" => self.sort(),
            "limit" | "head" | "tail" => self.limit(),
            "dedup" => self.list().map(Command::Dedup),
            "pattern" => self.expression().map(Command::Pattern),
            _ => before.wrong(),
        }
    }

    fn stats(&mut self) -> Result<Command, Malformed> {
        self.aggregates = Some(0);
        let wanted = self.named_list(true);
        self.aggregates = None;
        let wanted = wanted?;
        let by = if self.cursor.keyword("by") { self.named_list(false)? } else { Vec::new() };
        Ok(Command::Stats(wanted, by))
    }

    fn sort(&mut self) -> Result<Command, Malformed> {
        self.cursor.keyword("by");
        let mut keys = Vec::new();
        loop {
            let expression = self.expression()?;
            let down = self.cursor.keyword("desc");
            if !down {
                self.cursor.keyword("asc");
            }
            keys.push((expression, down));
            if !self.cursor.sign(",") {
                // One order may stand behind all of them: `sort a, b desc`.
                return Ok(Command::Sort(keys));
            }
        }
    }

    fn limit(&mut self) -> Result<Command, Malformed> {
        let digits = self.cursor.word();
        let Ok(limit) = digits.parse() else { return self.cursor.wrong() };
        self.cursor.advance(digits.len());
        Ok(Command::Limit(limit))
    }

    fn list(&mut self) -> Result<Vec<Expression>, Malformed> {
        let mut all = vec![self.expression()?];
        while self.cursor.sign(",") {
            all.push(self.expression()?);
        }
        Ok(all)
    }

    /// Expressions with their names; between them a comma, which `fields` and `stats` may go without.
    fn named_list(&mut self, aggregates: bool) -> Result<Vec<Named>, Malformed> {
        let mut all = Vec::new();
        loop {
            let start = self.cursor.at();
            let expression = self.expression()?;
            let written = self.cursor.since(start);
            let name = if self.cursor.keyword("as") { self.name()? } else { unquoted(written) };
            all.push(Named { name, expression });
            if !self.cursor.sign(",") {
                let over = self.cursor.is_over() || self.cursor.rest().starts_with('|');
                let by = aggregates && self.cursor.word().eq_ignore_ascii_case("by");
                if over || by || !aggregates {
                    return Ok(all);
                }
            }
        }
    }

    /// `parse [field] "a * b" as x`, `parse [field] /(?<x>…)/`.
    fn parse_command(&mut self) -> Result<Parse, Malformed> {
        let direct = matches!(self.cursor.rest().chars().next(), Some('"' | '\'' | '/'));
        let from = if direct { Expression::Field("@message".to_owned()) } else { self.unary()? };
        let start = self.cursor.at();
        match self.cursor.rest().chars().next() {
            Some('/') => {
                let regex = regex(&mut self.cursor)?;
                let mut names: Vec<_> = regex
                    .capture_names()
                    .enumerate()
                    .filter_map(|(group, name)| Some((group, name?.to_owned())))
                    .collect();
                if self.cursor.keyword("as") {
                    names = (1..).zip(self.names()?).collect();
                }
                if names.is_empty() {
                    return self.cursor.because(start, "The regular expression of parse has no named groups");
                }
                Ok(Parse { from, regex, names })
            }
            Some('"' | '\'') => {
                let glob = self.quoted()?;
                if !self.cursor.keyword("as") {
                    return self.cursor.wrong();
                }
                let names = self.names()?;
                let stars = glob.matches('*').count();
                let Ok(regex) = Regex::new(&of_glob(&glob)) else {
                    return self.cursor.because(start, "Invalid pattern");
                };
                if stars != names.len() {
                    let message = format!("parse has {stars} wildcards and {} names", names.len());
                    return self.cursor.because(start, message);
                }
                Ok(Parse { from, regex, names: (1..).zip(names).collect() })
            }
            _ => self.cursor.wrong(),
        }
    }

    fn names(&mut self) -> Result<Vec<String>, Malformed> {
        let mut names = vec![self.name()?];
        while self.cursor.sign(",") {
            names.push(self.name()?);
        }
        Ok(names)
    }
}

/// Each star as little as may be, and the last one, when nothing follows it, all that is left.
fn of_glob(glob: &str) -> String {
    let mut regex = String::from("(?s)");
    let parts: Vec<_> = glob.split('*').collect();
    for (place, part) in parts.iter().enumerate() {
        for c in part.chars() {
            if !c.is_alphanumeric() && c.is_ascii() && c != ' ' && c != '_' {
                regex.push('\\');
            }
            regex.push(c);
        }
        if place + 1 < parts.len() {
            let last = place + 2 == parts.len() && parts[place + 1].is_empty();
            regex.push_str(if last { "(.*)" } else { "(.*?)" });
        }
    }
    regex
}

/// A field in backticks is named without them.
fn unquoted(written: &str) -> String {
    let inner = written.strip_prefix('`').and_then(|inner| inner.strip_suffix('`'));
    inner.filter(|inner| !inner.contains('`')).unwrap_or(written).to_owned()
}
