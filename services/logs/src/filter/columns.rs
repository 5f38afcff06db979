//! Conditions on what stands between spaces: `[ip, user, ..., request = *.html*, status = 4* || status = 5*, bytes > 1000]`.
//! Brackets and quotation marks hold together what has spaces inside.

use super::terms::quoted;
use super::value::{Expression, Operator, Wanted};
use super::{Extracted, Invalid, invalid};

/// The columns of a line.
#[derive(Debug)]
pub(crate) struct Columns {
    before: Vec<Column>,
    /// Those behind `...`, when there is one.
    after: Option<Vec<Column>>,
}

/// One column.
#[derive(Debug)]
struct Column {
    name: String,
    /// One of these alternatives, all of whose comparisons hold; none when nothing is asked.
    tests: Vec<Vec<(Operator, Wanted)>>,
}

impl Columns {
    /// Compiles `[ … ]`.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let inner = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let Some(inner) = inner else { return invalid("Invalid filter pattern: a bracket is not closed") };
        let (mut before, mut after) = (Vec::new(), None);
        // An empty list of columns asks nothing.
        if inner.trim().is_empty() {
            return Ok(Self { before, after: Some(Vec::new()) });
        }
        for part in split(inner) {
            let part = part.trim();
            if part == "..." {
                if after.replace(Vec::new()).is_some() {
                    return invalid("Invalid filter pattern: more than one ellipsis");
                }
                continue;
            }
            let column = column(part)?;
            after.as_mut().unwrap_or(&mut before).push(column);
        }
        Ok(Self { before, after })
    }

    /// What a line holds, when it passes.
    pub(crate) fn look(&self, line: &str) -> Option<Extracted> {
        let parts = parts(line);
        let columns = self.laid_over(&parts)?;
        let mut found = Extracted::with_capacity(parts.len());
        for (at, (part, column)) in parts.into_iter().zip(columns).enumerate() {
            if !column.is_none_or(|column| column.holds(&part)) {
                return None;
            }
            let name = column.map(|column| column.name.as_str()).filter(|name| !name.is_empty());
            found.push((name.map_or_else(|| format!("${}", at + 1), |name| format!("${name}")), part));
        }
        Some(found)
    }

    /// The value of a column: `$status`.
    pub(crate) fn value(&self, selector: &str, line: &str) -> Option<String> {
        let (parts, columns) = (parts(line), self.laid_over(&parts(line))?);
        let name = selector.strip_prefix('$')?;
        let at = columns.iter().position(|column| column.is_some_and(|column| column.name == name));
        let at = at.or_else(|| name.parse::<usize>().ok()?.checked_sub(1))?;
        parts.into_iter().nth(at)
    }

    /// The columns of as many parts; none when there are too many or too few.
    fn laid_over(&self, parts: &[String]) -> Option<Vec<Option<&Column>>> {
        let behind = self.after.as_deref().unwrap_or_default();
        let between = parts.len().checked_sub(self.before.len() + behind.len())?;
        if self.after.is_none() && between > 0 {
            return None;
        }
        let all = self.before.iter().map(Some).chain(std::iter::repeat_n(None, between));
        Some(all.chain(behind.iter().map(Some)).collect())
    }
}

impl Column {
    fn holds(&self, part: &str) -> bool {
        let each =
            |all: &Vec<(Operator, Wanted)>| all.iter().all(|(operator, wanted)| wanted.compares(*operator, part));
        self.tests.is_empty() || self.tests.iter().any(each)
    }
}

/// Splits at commas that are not inside of quotation marks or regular expressions.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match (inside, c) {
            (None, '"' | '%') => inside = Some(c),
            (Some(mark), c) if c == mark => inside = None,
            (None, ',') => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `name`, `name = value`, `name = 4* || name = 5*`, `name > 1 && name < 9`.
fn column(text: &str) -> Result<Column, Invalid> {
    let name_of = |text: &str| {
        let end = text.find(['=', '<', '>', '!']).unwrap_or(text.len());
        (text[..end].trim().to_owned(), end)
    };
    let (name, end) = name_of(text);
    if name.chars().any(|c| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '$' | '*'))) {
        return invalid(format!("Invalid filter pattern: '{name}' is no name of a column"));
    }
    let mut column = Column { name, tests: Vec::new() };
    let mut rest = &text[end..];
    if rest.is_empty() {
        return Ok(column);
    }
    let mut all = Vec::new();
    loop {
        let Some((operator, behind)) = Operator::take(rest.trim_start()) else {
            return invalid(format!("Invalid filter pattern near '{rest}'"));
        };
        let (wanted, behind) = wanted(behind.trim_start())?;
        all.push((operator, wanted));
        let behind = behind.trim_start();
        let next = match (behind.strip_prefix("&&"), behind.strip_prefix("||")) {
            (Some(next), _) => next,
            (_, Some(next)) => {
                column.tests.push(std::mem::take(&mut all));
                next
            }
            _ if behind.is_empty() => {
                column.tests.push(all);
                return Ok(column);
            }
            _ => return invalid(format!("Invalid filter pattern near '{behind}'")),
        };
        // The name may be said again, and is the same one.
        let (again, end) = name_of(next);
        if !again.is_empty() && again != column.name {
            return invalid(format!("Invalid filter pattern: '{again}' is another column than '{}'", column.name));
        }
        rest = &next[end..];
    }
}

fn wanted(text: &str) -> Result<(Wanted, &str), Invalid> {
    if let Some(behind) = text.strip_prefix('"') {
        let (text, rest) = quoted(behind)?;
        return Ok((Wanted::Text(text), rest));
    }
    if let Some(behind) = text.strip_prefix('%') {
        let (expression, rest) = Expression::parse_until_percent(behind)?;
        return Ok((Wanted::Regex(expression), rest));
    }
    let end = [text.find("&&"), text.find("||")].into_iter().flatten().min().unwrap_or(text.len());
    let word = text[..end].trim();
    if word.is_empty() {
        return invalid("Invalid filter pattern: a comparison has no right side");
    }
    Ok((Wanted::word(word), &text[end..]))
}

/// A line in its parts.
fn parts(line: &str) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), line.trim());
    while let Some(first) = rest.chars().next() {
        let closing = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let end = closing.and_then(|closing| rest[1..].find(closing)).map(|end| end + 1);
        let (part, behind) = match end {
            Some(end) => (&rest[1..end], &rest[end + 1..]),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        parts.push(part.to_owned());
        rest = behind.trim_start();
    }
    parts
}
