//! Comma-separated values: rows of texts, quoted where they hold what separates them. Pure.

use crate::engine::value::{Item, Value};
use crate::store::KeyKind;

/// Reads rows out of pieces.
pub(super) struct Rows {
    delimiter: u8,
    field: Vec<u8>,
    fields: Vec<String>,
    quoted: bool,
    /// Whether a quote in a quoted field was just seen: the end of it, or half of one that it holds.
    closing: bool,
    began: bool,
}

impl Rows {
    /// Of values that this stands between.
    pub(super) fn new(delimiter: u8) -> Self {
        let (field, fields) = (Vec::new(), Vec::new());
        Self { delimiter, field, fields, quoted: false, closing: false, began: false }
    }

    /// The rows that end in a piece.
    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<Vec<String>> {
        piece.iter().filter_map(|byte| self.step(*byte)).collect()
    }

    /// The last row, when no line's end follows it.
    pub(super) fn finish(&mut self) -> Option<Vec<String>> {
        let unfinished = self.began || !self.field.is_empty() || !self.fields.is_empty();
        unfinished.then(|| self.row())
    }

    fn step(&mut self, byte: u8) -> Option<Vec<String>> {
        if self.quoted && !self.closing {
            if byte == b'"' {
                self.closing = true;
            } else {
                self.field.push(byte);
            }
            return None;
        }
        if self.closing {
            self.closing = false;
            if byte == b'"' {
                self.field.push(byte);
                return None;
            }
            self.quoted = false;
        }
        match byte {
            b'"' if self.field.is_empty() => (self.quoted, self.began) = (true, true),
            b'\r' => {}
            b'\n' => return (self.began || !self.fields.is_empty()).then(|| self.row()),
            byte if byte == self.delimiter => {
                self.end_field();
                self.began = true;
            }
            byte => {
                self.field.push(byte);
                self.began = true;
            }
        }
        None
    }

    fn end_field(&mut self) {
        let field = std::mem::take(&mut self.field);
        self.fields.push(String::from_utf8_lossy(&field).into_owned());
    }

    fn row(&mut self) -> Vec<String> {
        self.end_field();
        (self.quoted, self.closing, self.began) = (false, false, false);
        std::mem::take(&mut self.fields)
    }
}

/// The item of a row: texts, but for the keys of table and indexes, which have types. Empty values are left out; none of a row
/// that does not fit.
pub(super) fn item(header: &[String], row: &[String], kinds: &[(String, KeyKind)]) -> Option<Item> {
    if row.len() > header.len() {
        return None;
    }
    let mut item = Item::new();
    for (name, text) in header.iter().zip(row).filter(|(_, text)| !text.is_empty()) {
        let kind = kinds.iter().find(|(known, _)| known == name).map_or(KeyKind::S, |(_, kind)| *kind);
        let value = match kind {
            KeyKind::S => Value::S(text.clone()),
            KeyKind::N => Value::N(text.trim().parse().ok()?),
            KeyKind::B => Value::B(text.clone().into_bytes().into()),
        };
        item.insert(name.clone(), value);
    }
    Some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut reader = Rows::new(b',');
        let mut rows: Vec<_> = text.as_bytes().chunks(2).flat_map(|piece| reader.push(piece)).collect();
        rows.extend(reader.finish());
        rows
    }

    #[test]
    fn quotes_hold_everything() {
        let expected = [vec!["a", "b"], vec!["1, and\n\"two\"", ""], vec!["", "x"], vec!["end"]];
        assert_eq!(rows("a,b\r\n\"1, and\n\"\"two\"\"\",\n\n,x\nend"), expected);
        assert_eq!(rows(""), Vec::<Vec<String>>::new());
    }

    #[test]
    fn keys_have_types() {
        let (header, kinds) = (["k", "v", "w"].map(String::from), [("k".to_owned(), KeyKind::N)]);
        let row = |row: [&str; 3]| item(&header, &row.map(String::from), &kinds);
        let made = row(["12", "text", ""]).unwrap();
        assert_eq!((made["k"].kind(), made["v"].kind(), made.len()), ("N", "S", 2));
        assert_eq!(row(["twelve", "text", ""]), None);
    }
}
