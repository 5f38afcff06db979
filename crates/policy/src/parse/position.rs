//! Where each statement begins and ends in the source text, as the policy simulator reports it.
//!
//! The scanner runs only over text that has been read as JSON already, so it need not look for errors.

use serde::{Deserialize, Serialize};

/// A place in a document. Both numbers count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// The places of a statement as AWS gives them: where its reader stood when the statement began (after the token
/// before it: `[` or the statement ahead, or after the `{` of a statement that is no list) and when it had ended.
/// Source: the answers shown in the AWS CLI's examples of `simulate-custom-policy` and `simulate-principal-policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// Where the statement begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

/// The span of each statement of a document that is known to be JSON.
pub(crate) fn statements(text: &str) -> Vec<Span> {
    let mut scan = Scan { text, at: 0, here: Position { line: 1, column: 1 } };
    scan.space();
    if !scan.eat('{') {
        return Vec::new();
    }
    while let Some(name) = scan.name() {
        scan.eat(':');
        if name == "Statement" {
            return scan.statements();
        }
        scan.value();
        if !scan.eat(',') {
            break;
        }
    }
    Vec::new()
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    here: Position,
}

impl Scan<'_> {
    fn statements(&mut self) -> Vec<Span> {
        if !self.eat('[') {
            let before = self.here;
            let start = Position { column: before.column + 1, ..before };
            self.value();
            return vec![Span { start, end: self.here }];
        }
        let mut spans = Vec::new();
        loop {
            let start = spans.last().map_or(self.here, |last: &Span| last.end);
            self.element(start, &mut spans);
            if !self.eat(',') {
                return spans;
            }
        }
    }

    /// Reads one element of the list; the reader stood at `start` before the white space ahead of it.
    fn element(&mut self, start: Position, spans: &mut Vec<Span>) {
        self.space();
        if self.peek() == Some(']') {
            return;
        }
        self.value();
        spans.push(Span { start, end: self.here });
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.here = Position { line: self.here.line + 1, column: 1 };
        } else {
            self.here.column += 1;
        }
        Some(c)
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
            self.next();
        }
    }

    /// Steps over `wanted` and the space before it, not after it.
    fn eat(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
            if wanted != '[' {
                self.space();
            }
        }
        found
    }

    /// A member's name, its escapes read.
    fn name(&mut self) -> Option<String> {
        self.space();
        let start = self.at;
        (self.peek()? == '"').then(|| self.string())?;
        serde_json::from_str(&self.text[start..self.at]).ok()
    }

    fn string(&mut self) {
        self.next();
        while let Some(c) = self.next() {
            match c {
                '\\' => {
                    self.next();
                }
                '"' => return,
                _ => {}
            }
        }
    }

    /// Steps over one value: a string, a bracketed whole, or a bare word.
    fn value(&mut self) {
        let mut depth = 0usize;
        loop {
            self.space();
            match self.peek() {
                None => return,
                Some('"') => self.string(),
                Some('{' | '[') => {
                    self.next();
                    depth += 1;
                }
                Some('}' | ']') if depth > 0 => {
                    self.next();
                    depth -= 1;
                }
                Some('}' | ']') => return,
                Some(',' | ':') if depth > 0 => {
                    self.next();
                    continue;
                }
                Some(_) => self.word(),
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn word(&mut self) {
        self.next();
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-')) {
            self.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<[u32; 4]> {
        let flat = |s: &Span| [s.start.line, s.start.column, s.end.line, s.end.column];
        statements(text).iter().map(flat).collect()
    }

    #[test]
    fn stands_where_aws_stands() {
        let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#;
        assert_eq!(spans(one), [[1, 38, 1, 167]]);
        let list = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n            \"Sid\": \"A\",\n            \
                    \"Effect\": \"Allow\",\n            \"Action\": \"a:b\",\n            \"Resource\": \"*\"\n        }\n    ]\n}";
        assert_eq!(spans(list), [[3, 19, 9, 10]]);
        assert_eq!(spans(r#"{"Statement":[{"a":"}"},{"b":[1,{}]}],"x":1}"#), [[1, 15, 1, 24], [1, 24, 1, 37]]);
    }

    #[test]
    fn finds_the_member_whatever_stands_before_it() {
        assert_eq!(spans(r#"{"Id":"a\"{","n":[{"Statement":{}}],"Stat\u0065ment" : {}}"#).len(), 1);
        assert_eq!(spans(r#"{"Statement":[]}"#).len(), 0);
        assert_eq!(spans("[1]").len(), 0);
    }
}
