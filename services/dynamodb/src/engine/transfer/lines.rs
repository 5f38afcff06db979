//! Records out of the pieces of a file, and records into files. Pure.

use serde_json::{Value as Json, json};

use super::csv::{self, Rows};
use super::{Format, ion, ion_reader};
use crate::engine::value::{Item, item_json, json_item};
use crate::store::KeyKind;

/// The longest line that is read: an item of 400 KB has no more than this in any form.
const LONGEST: usize = 4 * 1_024 * 1_024;

/// Reads records out of pieces. A record that cannot be read is told as none.
pub(crate) struct Records {
    kinds: Vec<(String, KeyKind)>,
    reader: Reader,
}

enum Reader {
    Lines { ion: bool, held: Vec<u8> },
    Rows { rows: Rows, header: Option<Vec<String>> },
}

impl Records {
    /// Of a file. `kinds` are the types of key attributes, which some forms do not tell.
    pub(crate) fn new(format: &Format, kinds: &[(String, KeyKind)]) -> Self {
        let reader = match format {
            Format::Json => Reader::Lines { ion: false, held: Vec::new() },
            Format::Ion => Reader::Lines { ion: true, held: Vec::new() },
            Format::Csv { delimiter, header } => Reader::Rows { rows: Rows::new(*delimiter), header: header.clone() },
        };
        Self { kinds: kinds.to_vec(), reader }
    }

    /// The records that end in a piece.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<Option<Item>> {
        match &mut self.reader {
            Reader::Lines { ion, held } => {
                let mut records = Vec::new();
                for part in piece.split_inclusive(|byte| *byte == b'\n') {
                    held.extend_from_slice(part);
                    if part.ends_with(b"\n") || held.len() > LONGEST {
                        records.extend(line(*ion, &std::mem::take(held)));
                    }
                }
                records
            }
            Reader::Rows { rows, header } => {
                let found = rows.push(piece);
                found.into_iter().filter_map(|row| of_row(header, row, &self.kinds)).collect()
            }
        }
    }

    /// The last record, when no line's end follows it.
    pub(crate) fn finish(mut self) -> Option<Option<Item>> {
        match &mut self.reader {
            Reader::Lines { ion, held } => line(*ion, held),
            Reader::Rows { rows, header } => rows.finish().and_then(|row| of_row(header, row, &self.kinds)),
        }
    }
}

/// The record of a row; nothing of the row that tells the names.
fn of_row(header: &mut Option<Vec<String>>, row: Vec<String>, kinds: &[(String, KeyKind)]) -> Option<Option<Item>> {
    match header {
        None => {
            *header = Some(row);
            None
        }
        Some(header) => Some(csv::item(header, &row, kinds)),
    }
}

/// The record of a line; nothing of an empty one.
fn line(is_ion: bool, line: &[u8]) -> Option<Option<Item>> {
    let text = std::str::from_utf8(line).map(str::trim);
    match text {
        Ok("") => None,
        Ok(text) if is_ion => Some(ion_reader::record(text)),
        Ok(text) => {
            let record: Option<Json> = serde_json::from_str(text).ok();
            Some(record.and_then(|record| json_item(record.get("Item")?)))
        }
        Err(_) => Some(None),
    }
}

/// The line of an item in an export of everything.
pub(crate) fn item_line(format: &Format, item: &Item) -> String {
    match format {
        Format::Ion => format!("$ion_1_0 {{Item:{}}}\n", ion::item(item)),
        _ => format!("{}\n", json!({ "Item": item_json(item) })),
    }
}

/// A change in an export of what changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Changed {
    /// The item's key.
    pub keys: Item,
    /// When it was written last, in microseconds.
    pub written: i64,
    /// The item before, when that is wanted and there was one.
    pub old: Option<Item>,
    /// The item after, when there is one.
    pub new: Option<Item>,
}

/// The line of a change.
pub(crate) fn change_line(format: &Format, change: &Changed) -> String {
    let images = [("Keys", Some(&change.keys)), ("OldImage", change.old.as_ref()), ("NewImage", change.new.as_ref())];
    let images = images.into_iter().filter_map(|(name, item)| Some((name, item?)));
    match format {
        Format::Ion => {
            let images: String = images.map(|(name, item)| format!(",{name}:{}", ion::item(item))).collect();
            format!("$ion_1_0 {{Record:{{Metadata:{{WriteTimestampMicros:{}}}{images}}}}}\n", change.written)
        }
        _ => {
            let mut record = json!({ "Metadata": { "WriteTimestampMicros": { "N": change.written.to_string() } } });
            images.for_each(|(name, item)| record[name] = item_json(item));
            format!("{record}\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::value::Value;

    fn read(format: &Format, file: &str) -> Vec<Option<Item>> {
        let mut records = Records::new(format, &[("k".to_owned(), KeyKind::N)]);
        let mut all: Vec<_> = file.as_bytes().chunks(5).flat_map(|piece| records.push(piece)).collect();
        all.extend(records.finish());
        all
    }

    fn item(k: &str, v: &str) -> Item {
        Item::from([("k".to_owned(), Value::N(k.parse().unwrap())), ("v".to_owned(), Value::S(v.to_owned()))])
    }

    #[test]
    fn exports_can_be_imported() {
        for format in [Format::Json, Format::Ion] {
            let (one, two) = (item("1", "line\nbreak"), item("2", "é"));
            let file = item_line(&format, &one) + &item_line(&format, &two) + "broken\n\n";
            assert_eq!(read(&format, &file), [Some(one), Some(two), None]);
        }
    }

    #[test]
    fn rows_go_by_their_header() {
        let told = Format::Csv { delimiter: b';', header: Some(vec!["k".into(), "v".into()]) };
        assert_eq!(read(&told, "1;a\n2;b"), [Some(item("1", "a")), Some(item("2", "b"))]);
        let first = Format::Csv { delimiter: b',', header: None };
        assert_eq!(read(&first, "v,k\na,1\nb,x\n"), [Some(item("1", "a")), None]);
    }

    #[test]
    fn changes_tell_what_there_is_of_them() {
        let changed = Changed { keys: item("1", "x"), written: 7, old: None, new: Some(item("1", "a")) };
        let read: Json = serde_json::from_str(&change_line(&Format::Json, &changed)).unwrap();
        let expected = json!({
            "Metadata": { "WriteTimestampMicros": { "N": "7" } },
            "Keys": { "k": { "N": "1" }, "v": { "S": "x" } },
            "NewImage": { "k": { "N": "1" }, "v": { "S": "a" } },
        });
        assert_eq!(read, expected);
        let ion = change_line(&Format::Ion, &changed);
        assert!(ion.starts_with("$ion_1_0 {Record:{Metadata:{WriteTimestampMicros:7},Keys:{k:1.,v:\"x\"}"), "{ion}");
    }
}
