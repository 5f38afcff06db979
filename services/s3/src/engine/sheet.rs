//! Sheets: comma-separated lines, as manifests, inventories and reports are. Pure.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::{GzDecoder, GzEncoder};

/// A line, every field in quotes.
pub(crate) fn quoted<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> =
        fields.into_iter().map(|field| format!("\"{}\"", field.as_ref().replace('"', "\"\""))).collect();
    quoted.join(",") + "\n"
}

/// A line, fields in quotes where they need them.
pub(crate) fn plain<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    let one = |field: S| match field.as_ref() {
        text if text.contains(['"', ',', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
        text => text.to_owned(),
    };
    fields.into_iter().map(one).collect::<Vec<_>>().join(",") + "\n"
}

/// The fields of a line.
pub(crate) fn fields(line: &str) -> Vec<String> {
    let (mut all, mut field, mut inside) = (Vec::new(), String::new(), false);
    let mut letters = line.trim_end_matches(['\n', '\r']).chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if inside && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => inside = !inside,
            ',' if !inside => all.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    all.push(field);
    all
}

/// A key as sheets have it: percent signs for everything but letters, digits and `-_.~/`.
pub(crate) fn encoded(key: &str) -> String {
    let one = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    key.bytes().map(one).collect()
}

/// The key of what a sheet has; a plus sign is a space.
pub(crate) fn decoded(text: &str) -> String {
    let (mut key, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                key.push(byte);
                rest = &tail[2..];
            }
            None => {
                key.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&key).into_owned()
}

/// Compressed, as `gzip` does.
pub(crate) fn gzip(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text)?;
    encoder.finish()
}

/// Lines of a sheet that comes in pieces, compressed or not.
pub(crate) enum Lines {
    /// As it is.
    Plain(Vec<u8>),
    /// Compressed.
    Gzip(Box<GzDecoder<Vec<u8>>>),
}

impl Lines {
    /// Of a sheet of this name.
    pub(crate) fn of(name: &str) -> Self {
        match name.ends_with(".gz") {
            true => Self::Gzip(Box::new(GzDecoder::new(Vec::new()))),
            false => Self::Plain(Vec::new()),
        }
    }

    /// The lines that end with another piece.
    pub(crate) fn push(&mut self, piece: &[u8]) -> io::Result<Vec<String>> {
        match self {
            Self::Plain(rest) => rest.extend_from_slice(piece),
            Self::Gzip(decoder) => decoder.write_all(piece)?,
        }
        Ok(cut(self.rest()))
    }

    /// The last line, when it has no end.
    pub(crate) fn last(mut self) -> io::Result<Vec<String>> {
        if let Self::Gzip(decoder) = &mut self {
            decoder.try_finish()?;
        }
        let rest = self.rest();
        if !rest.is_empty() && rest.last() != Some(&b'\n') {
            rest.push(b'\n');
        }
        Ok(cut(rest))
    }

    fn rest(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Plain(rest) => rest,
            Self::Gzip(decoder) => decoder.get_mut(),
        }
    }
}

fn cut(rest: &mut Vec<u8>) -> Vec<String> {
    let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
    let tail = rest.split_off(end + 1);
    let whole = std::mem::replace(rest, tail);
    let text = String::from_utf8_lossy(&whole);
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_written() {
        let row = ["b", "a,\"b\"", "", "é"];
        assert_eq!(fields(&quoted(row)), row);
        assert_eq!(fields(&plain(row)), row);
        assert_eq!(plain(row), "b,\"a,\"\"b\"\"\",,é\n");
        assert_eq!(encoded("a b/é+~"), "a%20b/%C3%A9%2B~");
        assert_eq!((decoded("a%20b/%C3%A9%2B~"), decoded("a+b%zz%4")), ("a b/é+~".to_owned(), "a b%zz%4".to_owned()));
    }

    #[test]
    fn lines_come_whatever_the_pieces_are() {
        let text = "a,1\nb,2\r\n\nc,3";
        for (name, bytes) in [("x.csv", text.as_bytes().to_vec()), ("x.csv.gz", gzip(text.as_bytes()).unwrap())] {
            for size in [1, 2, 7, 1_000] {
                let mut lines = Lines::of(name);
                let mut all = Vec::new();
                for piece in bytes.chunks(size) {
                    all.extend(lines.push(piece).unwrap());
                }
                all.extend(lines.last().unwrap());
                assert_eq!(all, ["a,1", "b,2", "c,3"], "{name} {size}");
            }
        }
        let mut torn = Lines::of("x.gz");
        assert!(torn.push(b"no gzip at all, which is").and_then(|_| torn.last()).is_err());
    }
}
