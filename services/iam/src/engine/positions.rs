//! Where statements stand in the text of a policy: what the simulator shows of those that matched.
//!
//! AWS counts lines and columns from one and points behind the brace that opens a statement, and behind the one that closes
//! it. Source: a recorded answer of `SimulatePrincipalPolicy` (LocalStack's tests/aws/services/iam/test_iam.snapshot.json).

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
}

/// The beginning and end of each statement of a policy that can be parsed, in their order.
pub(crate) fn statements(text: &str) -> Vec<(Position, Position)> {
    let mut scan = Scan { place: Position { line: 1, column: 1 }, ..Scan::default() };
    text.chars().for_each(|c| scan.step(c));
    scan.found
}

#[derive(Default)]
struct Scan {
    place: Position,
    found: Vec<(Position, Position)>,
    /// Open braces and brackets.
    depth: usize,
    /// The depth at which statements stand: 1 inside the document, 2 inside a list of them.
    at: Option<usize>,
    begun: Option<Position>,
    text: Option<String>,
    escaped: bool,
    key: String,
}

impl Default for Position {
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

impl Scan {
    fn step(&mut self, c: char) {
        self.place = match c {
            '\n' => Position { line: self.place.line + 1, column: 1 },
            _ => Position { column: self.place.column + 1, ..self.place },
        };
        match &mut self.text {
            Some(text) => {
                let ends = c == '"' && !self.escaped;
                self.escaped = c == '\\' && !self.escaped;
                if ends {
                    self.key = self.text.take().unwrap_or_default();
                } else {
                    text.push(c);
                }
            }
            None => self.structure(c),
        }
    }

    fn structure(&mut self, c: char) {
        match c {
            '"' => self.text = Some(String::new()),
            ':' if self.depth == 1 && self.key == "Statement" => self.at = Some(1),
            '{' | '[' => self.open(c),
            '}' | ']' => self.close(c),
            ',' if self.depth == 1 => self.at = None,
            _ => {}
        }
    }

    fn open(&mut self, c: char) {
        match self.at {
            Some(1) if self.depth == 1 && c == '[' => self.at = Some(2),
            Some(at) if self.depth == at && c == '{' => self.begun = Some(self.place),
            _ => {}
        }
        self.depth += 1;
    }

    fn close(&mut self, c: char) {
        self.depth = self.depth.saturating_sub(1);
        if self.at == Some(self.depth)
            && c == '}'
            && let Some(begun) = self.begun.take()
        {
            self.found.push((begun, self.place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<(usize, usize, usize, usize)> {
        statements(text).into_iter().map(|(a, b)| (a.line, a.column, b.line, b.column)).collect()
    }

    /// The policy and the places of AWS's recorded answer.
    #[test]
    fn as_recorded() {
        let text = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;
        assert_eq!(places(text), [(1, 41, 1, 113)]);
    }

    #[test]
    fn each_of_a_list_on_its_lines() {
        let text = "{\n \"Statement\": [\n  {\"Sid\": \"}{\\\"\", \"Condition\": {\"a\": {}}},\n  {}\n ],\n \"Id\": \"x\"\n}";
        assert_eq!(places(text), [(3, 4, 3, 43), (4, 4, 4, 5)]);
        assert_eq!(places(r#"{"Id":"Statement","X":{"Statement":[{}]},"Statement":[{}]}"#), [(1, 55, 1, 56)]);
        assert_eq!(places(""), []);
    }
}
