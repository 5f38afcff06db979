//! One frame: lengths, typed headers, payload, two checksums.
//!
//! ```text
//! total length u32 | headers length u32 | crc32 of these 8 bytes | headers | payload | crc32 of all before
//! ```

use bytes::Bytes;
use smithy::{Malformed, ReadResult, Timestamp};

/// Lengths and their checksum.
const PRELUDE: usize = 12;
/// The least a frame can be: prelude and checksum.
const LEAST: usize = PRELUDE + 4;
/// AWS's limit of a payload is 16 MiB, of headers 128 KiB.
const MOST: usize = LEAST + (16 << 20) + MOST_HEADERS;
const MOST_HEADERS: usize = 128 << 10;

/// The value of a frame's header.
#[derive(Debug, Clone, PartialEq)]
pub enum HeaderValue {
    /// Types 0 and 1.
    Boolean(bool),
    /// Type 2.
    Byte(i8),
    /// Type 3.
    Short(i16),
    /// Type 4.
    Integer(i32),
    /// Type 5.
    Long(i64),
    /// Type 6; at most 65,535 bytes.
    Bytes(Bytes),
    /// Type 7; at most 65,535 bytes.
    String(String),
    /// Type 8; to the millisecond.
    Timestamp(Timestamp),
    /// Type 9.
    Uuid([u8; 16]),
}

/// A frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// Its headers, in order.
    pub headers: Vec<(String, HeaderValue)>,
    /// Its payload.
    pub payload: Bytes,
}

impl Frame {
    /// Adds a text header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), HeaderValue::String(value.to_owned())));
        self
    }

    /// The frame's bytes.
    pub fn encode(&self) -> Bytes {
        let mut headers = Vec::new();
        self.headers.iter().for_each(|(name, value)| push_header(&mut headers, name, value));
        let total = LEAST + headers.len() + self.payload.len();
        let mut out = Vec::with_capacity(total);
        out.extend_from_slice(&(total as u32).to_be_bytes());
        out.extend_from_slice(&(headers.len() as u32).to_be_bytes());
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        out.extend_from_slice(&headers);
        out.extend_from_slice(&self.payload);
        out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
        Bytes::from(out)
    }

    /// The frame at the start of `bytes` and its length; none when more bytes are needed.
    pub fn decode(bytes: &[u8]) -> ReadResult<Option<(Self, usize)>> {
        let Some((prelude, _)) = bytes.split_first_chunk::<PRELUDE>() else { return Ok(None) };
        let (total, headers) = (word(prelude, 0) as usize, word(prelude, 4) as usize);
        if crc32fast::hash(&prelude[..8]) != word(prelude, 8) {
            return Err(malformed("the checksum of a frame's prelude is wrong"));
        }
        if !(LEAST..=MOST).contains(&total) || headers > MOST_HEADERS.min(total - LEAST) {
            return Err(malformed("a frame has an impossible length"));
        }
        let Some(frame) = bytes.get(..total) else { return Ok(None) };
        let (content, sum) = frame.split_at(total - 4);
        if crc32fast::hash(content) != word(sum, 0) {
            return Err(malformed("the checksum of a frame is wrong"));
        }
        let (headers, payload) = content[PRELUDE..].split_at(headers);
        Ok(Some((Self { headers: read_headers(headers)?, payload: Bytes::copy_from_slice(payload) }, total)))
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn push_header(out: &mut Vec<u8>, name: &str, value: &HeaderValue) {
    let name = &name.as_bytes()[..name.len().min(255)];
    out.push(name.len() as u8);
    out.extend_from_slice(name);
    match value {
        HeaderValue::Boolean(value) => out.push(u8::from(!value)),
        HeaderValue::Byte(value) => push(out, 2, &value.to_be_bytes()),
        HeaderValue::Short(value) => push(out, 3, &value.to_be_bytes()),
        HeaderValue::Integer(value) => push(out, 4, &value.to_be_bytes()),
        HeaderValue::Long(value) => push(out, 5, &value.to_be_bytes()),
        HeaderValue::Bytes(value) => push_sized(out, 6, value),
        HeaderValue::String(value) => push_sized(out, 7, value.as_bytes()),
        HeaderValue::Timestamp(value) => push(out, 8, &value.millis().to_be_bytes()),
        HeaderValue::Uuid(value) => push(out, 9, value),
    }
}

fn push(out: &mut Vec<u8>, kind: u8, value: &[u8]) {
    out.push(kind);
    out.extend_from_slice(value);
}

fn push_sized(out: &mut Vec<u8>, kind: u8, value: &[u8]) {
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    push(out, kind, &(value.len() as u16).to_be_bytes());
    out.extend_from_slice(value);
}

fn read_headers(mut rest: &[u8]) -> ReadResult<Vec<(String, HeaderValue)>> {
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let [length] = take(&mut rest)?;
        let name = text(take_slice(&mut rest, length.into())?)?;
        headers.push((name, read_value(&mut rest)?));
    }
    Ok(headers)
}

fn read_value(rest: &mut &[u8]) -> ReadResult<HeaderValue> {
    let [kind] = take(rest)?;
    Ok(match kind {
        0 => HeaderValue::Boolean(true),
        1 => HeaderValue::Boolean(false),
        2 => HeaderValue::Byte(i8::from_be_bytes(take(rest)?)),
        3 => HeaderValue::Short(i16::from_be_bytes(take(rest)?)),
        4 => HeaderValue::Integer(i32::from_be_bytes(take(rest)?)),
        5 => HeaderValue::Long(i64::from_be_bytes(take(rest)?)),
        6 => HeaderValue::Bytes(Bytes::copy_from_slice(sized(rest)?)),
        7 => HeaderValue::String(text(sized(rest)?)?),
        8 => HeaderValue::Timestamp(timestamp(i64::from_be_bytes(take(rest)?))?),
        9 => HeaderValue::Uuid(take(rest)?),
        _ => return Err(malformed("a frame's header has an unknown type")),
    })
}

fn timestamp(millis: i64) -> ReadResult<Timestamp> {
    millis.checked_mul(1_000).map(Timestamp::from_micros).ok_or_else(|| malformed("a timestamp is out of range"))
}

fn sized<'a>(rest: &mut &'a [u8]) -> ReadResult<&'a [u8]> {
    let length = u16::from_be_bytes(take(rest)?);
    take_slice(rest, length.into())
}

fn take<const N: usize>(rest: &mut &[u8]) -> ReadResult<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>().ok_or_else(cut)?;
    *rest = after;
    Ok(*taken)
}

fn take_slice<'a>(rest: &mut &'a [u8], length: usize) -> ReadResult<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(taken)
}

fn text(bytes: &[u8]) -> ReadResult<String> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| malformed("a frame's header is not UTF-8"))
}

fn cut() -> Malformed {
    malformed("a frame's header is cut off")
}

fn malformed(reason: &str) -> Malformed {
    Malformed::new(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back() {
        let values = [
            HeaderValue::Boolean(true),
            HeaderValue::Boolean(false),
            HeaderValue::Byte(-1),
            HeaderValue::Short(-2),
            HeaderValue::Integer(3),
            HeaderValue::Long(i64::MIN),
            HeaderValue::Bytes(Bytes::from_static(b"\0\xff")),
            HeaderValue::String("é".into()),
            HeaderValue::Timestamp(Timestamp::from_millis(1_700_000_000_123)),
            HeaderValue::Uuid([7; 16]),
        ];
        let headers = values.into_iter().enumerate().map(|(i, v)| (format!("h{i}"), v)).collect();
        let frame = Frame { headers, payload: Bytes::from_static(b"{}") };
        let bytes = frame.encode();
        assert_eq!(Frame::decode(&bytes), Ok(Some((frame, bytes.len()))));
        assert_eq!(Frame::decode(&bytes[..bytes.len() - 1]), Ok(None));
    }

    #[test]
    fn the_published_example() {
        // "all_headers"-style vectors begin with this one: an empty message.
        let bytes = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
        assert_eq!(Frame::default().encode(), &bytes[..]);
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let bytes = Frame { payload: Bytes::from_static(b"abc"), ..Frame::default() }.with("a", "b").encode();
        for at in 0..bytes.len() * 8 {
            let mut bad = bytes.to_vec();
            bad[at / 8] ^= 1 << (at % 8);
            assert!(Frame::decode(&bad).is_err(), "bit {at}");
        }
    }
}
