//! One line of framing, gathered from however many pieces it comes in.

use bytes::{Buf, Bytes};

/// The longest line of framing. A chunk's line with a SigV4A signature has about 180 bytes; trailers hold checksums.
pub(super) const LONGEST: usize = 4096;

/// A line in the making.
#[derive(Debug, Default, Clone)]
pub(super) struct Line(Vec<u8>);

/// The line is longer than [`LONGEST`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Line {
    /// Takes bytes up to and with the next line feed. `None` when the input ends before it; then all of it is taken.
    pub(super) fn take(&mut self, input: &mut Bytes) -> Result<Option<Vec<u8>>, TooLong> {
        let end = input.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(input.len(), |at| at + 1);
        if self.0.len() + length > LONGEST {
            return Err(TooLong);
        }
        self.0.extend_from_slice(&input[..length]);
        input.advance(length);
        Ok(end.map(|_| std::mem::take(&mut self.0)))
    }

    /// Whether nothing of a line is waiting for its end.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
