//! Heads of CBOR items, and passing over items. Total on any bytes; a length in the input is never trusted before the
//! bytes are there.

use std::borrow::Cow;

use smithy::{Malformed, ReadResult};

use crate::collected::Depth;

/// The head of an item: what comes, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Head {
    /// 0 and up.
    Unsigned(u64),
    /// -1 minus this.
    Negative(u64),
    /// Bytes; none when they come in chunks.
    Bytes(Option<u64>),
    /// UTF-8; none when it comes in chunks.
    Text(Option<u64>),
    /// Items; none when a break ends them.
    Array(Option<u64>),
    /// Pairs of items; none when a break ends them.
    Map(Option<u64>),
    /// A meaning for the next item.
    Tag(u64),
    /// `true` or `false`.
    Bool(bool),
    /// `null` or `undefined`.
    Null,
    /// A number of any of the three widths.
    Float(f64),
    /// The end of an indefinite item.
    Break,
}

/// A position in CBOR.
pub(crate) struct Heads<'a> {
    rest: &'a [u8],
    depth: Depth,
}

impl<'a> Heads<'a> {
    /// At the start of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: Depth::default() }
    }

    /// Nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next head.
    pub(crate) fn next(&mut self) -> ReadResult<Head> {
        let [initial] = self.array()?;
        let info = initial & 0x1f;
        match initial >> 5 {
            0 => self.argument(info).map(Head::Unsigned),
            1 => self.argument(info).map(Head::Negative),
            2 => self.length(info).map(Head::Bytes),
            3 => self.length(info).map(Head::Text),
            4 => self.length(info).map(Head::Array),
            5 => self.length(info).map(Head::Map),
            6 => self.argument(info).map(Head::Tag),
            _ => self.simple(info),
        }
    }

    /// The next head, left where it is.
    pub(crate) fn peek(&mut self) -> ReadResult<Head> {
        let rest = self.rest;
        let head = self.next();
        self.rest = rest;
        head
    }

    /// Takes `null` if it is next.
    pub(crate) fn null(&mut self) -> ReadResult<bool> {
        let found = self.peek()? == Head::Null;
        self.rest = &self.rest[usize::from(found)..];
        Ok(found)
    }

    /// Goes into a list or map.
    pub(crate) fn enter(&mut self) -> ReadResult<()> {
        self.depth.enter()
    }

    /// True before each further part of a list or map of which `left` are left, false after the last, which leaves it.
    pub(crate) fn more(&mut self, left: &mut Option<u64>) -> ReadResult<bool> {
        let ended = match left {
            Some(0) => true,
            Some(count) => {
                *count -= 1;
                false
            }
            None => {
                let ended = self.peek()? == Head::Break;
                self.rest = &self.rest[usize::from(ended)..];
                ended
            }
        };
        if ended {
            self.depth.leave();
        }
        Ok(!ended)
    }

    /// The content of a text.
    pub(crate) fn text(&mut self, length: Option<u64>) -> ReadResult<Cow<'a, str>> {
        let not_utf8 = || malformed("a text is not UTF-8");
        match length {
            Some(length) => std::str::from_utf8(self.take(length)?).map(Cow::Borrowed).map_err(|_| not_utf8()),
            None => {
                let mut whole = String::new();
                while let Some(chunk) = self.chunk(|head| if let Head::Text(length) = head { length } else { None })? {
                    whole.push_str(std::str::from_utf8(chunk).map_err(|_| not_utf8())?);
                }
                Ok(Cow::Owned(whole))
            }
        }
    }

    /// The content of bytes.
    pub(crate) fn bytes(&mut self, length: Option<u64>) -> ReadResult<Cow<'a, [u8]>> {
        let Some(length) = length else {
            let mut whole = Vec::new();
            while let Some(chunk) = self.chunk(|head| if let Head::Bytes(length) = head { length } else { None })? {
                whole.extend_from_slice(chunk);
            }
            return Ok(Cow::Owned(whole));
        };
        self.take(length).map(Cow::Borrowed)
    }

    /// Passes over an item.
    pub(crate) fn skip(&mut self) -> ReadResult<()> {
        match self.next()? {
            Head::Unsigned(_) | Head::Negative(_) | Head::Bool(_) | Head::Null | Head::Float(_) => Ok(()),
            Head::Bytes(length) => self.bytes(length).map(drop),
            Head::Text(length) => self.text(length).map(drop),
            Head::Array(left) => self.skip_parts(left, 1),
            Head::Map(left) => self.skip_parts(left, 2),
            Head::Tag(_) => self.skip_parts(Some(1), 1),
            Head::Break => Err(malformed("a break stands where an item is expected")),
        }
    }

    fn skip_parts(&mut self, mut left: Option<u64>, items_a_part: u8) -> ReadResult<()> {
        self.enter()?;
        while self.more(&mut left)? {
            for _ in 0..items_a_part {
                self.skip()?;
            }
        }
        Ok(())
    }

    /// The next chunk of an indefinite text or bytes, none at the break.
    fn chunk(&mut self, length: impl FnOnce(Head) -> Option<u64>) -> ReadResult<Option<&'a [u8]>> {
        match self.next()? {
            Head::Break => Ok(None),
            head => self.take(length(head).ok_or_else(|| malformed("a chunk is of another kind"))?).map(Some),
        }
    }

    fn take(&mut self, length: u64) -> ReadResult<&'a [u8]> {
        let length = usize::try_from(length).map_err(|_| ended())?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(ended)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> ReadResult<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(ended)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn argument(&mut self, info: u8) -> ReadResult<u64> {
        match info {
            0..=23 => Ok(info.into()),
            24 => self.array::<1>().map(|[byte]| byte.into()),
            25 => self.array().map(|b| u16::from_be_bytes(b).into()),
            26 => self.array().map(|b| u32::from_be_bytes(b).into()),
            27 => self.array().map(u64::from_be_bytes),
            _ => Err(malformed("an item has a reserved length")),
        }
    }

    fn length(&mut self, info: u8) -> ReadResult<Option<u64>> {
        if info == 31 { Ok(None) } else { self.argument(info).map(Some) }
    }

    fn simple(&mut self, info: u8) -> ReadResult<Head> {
        Ok(match info {
            20 => Head::Bool(false),
            21 => Head::Bool(true),
            22 | 23 => Head::Null,
            25 => Head::Float(half(u16::from_be_bytes(self.array()?))),
            26 => Head::Float(f32::from_be_bytes(self.array()?).into()),
            27 => Head::Float(f64::from_be_bytes(self.array()?)),
            31 => Head::Break,
            _ => return Err(malformed("a simple value is unknown")),
        })
    }
}

/// A number of 16 bits: 5 of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let size = match bits >> 10 & 0x1f {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn ended() -> Malformed {
    malformed("the body ends inside an item")
}

/// Not CBOR, or not the CBOR expected.
pub(crate) fn malformed(reason: &str) -> Malformed {
    Malformed::new(reason)
}

#[cfg(test)]
mod tests {
    use super::{Head, Heads};

    fn heads(hex: &[u8]) -> Option<Head> {
        Heads::new(hex).next().ok()
    }

    #[test]
    fn reads_the_examples_of_the_standard() {
        let table: &[(&[u8], Head)] = &[
            (&[0x17], Head::Unsigned(23)),
            (&[0x18, 0x64], Head::Unsigned(100)),
            (&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], Head::Unsigned(u64::MAX)),
            (&[0x38, 0x63], Head::Negative(99)),
            (&[0xf9, 0x3c, 0x00], Head::Float(1.0)),
            (&[0xf9, 0x7b, 0xff], Head::Float(65504.0)),
            (&[0xf9, 0x00, 0x01], Head::Float(5.960464477539063e-8)),
            (&[0xf9, 0x04, 0x00], Head::Float(0.00006103515625)),
            (&[0xf9, 0xfc, 0x00], Head::Float(f64::NEG_INFINITY)),
            (&[0xfa, 0x47, 0xc3, 0x50, 0x00], Head::Float(100000.0)),
            (&[0xc1], Head::Tag(1)),
            (&[0xf7], Head::Null),
            (&[0x9f], Head::Array(None)),
        ];
        for (bytes, want) in table {
            assert_eq!(heads(bytes), Some(*want));
        }
        for bad in [&[][..], &[0x18], &[0x1c], &[0xf8, 0x20], &[0xfb, 0]] {
            assert_eq!(heads(bad), None);
        }
    }

    #[test]
    fn skips_whole_items_only() {
        let skip = |bytes: &[u8]| {
            let mut heads = Heads::new(bytes);
            heads.skip().is_ok() && heads.is_empty()
        };
        assert!(skip(&[0xbf, 0x61, b'a', 0x9f, 1, 0x82, 2, 3, 0xff, 0x61, b'b', 0xc1, 0x18, 5, 0xff]));
        assert!(skip(&[0x7f, 0x61, b'a', 0x61, b'b', 0xff]));
        for bad in [
            &[0xff][..],
            &[0x7f, 0x41, 1, 0xff],
            &[0x5b, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x82, 1],
            &[0xbf, 1, 0xff],
        ] {
            assert!(!skip(bad), "{bad:x?}");
        }
        assert!(!skip(&[0x81].repeat(100_000)));
        assert!(!skip(&[0xc1].repeat(100_000)));
        assert!(!skip(&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255]));
    }
}
