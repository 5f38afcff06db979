//! Replies of HTTP/1.1 servers, read with as little work as a load generator can do: status, framing, body, nothing else.

use std::borrow::Cow;
use std::io;

/// The header fields that say where a reply ends.
const NAMES: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

/// Where a reply ends, and what it says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// The status code.
    pub status: u16,
    /// Bytes of the head, with its empty line.
    pub head: usize,
    /// Bytes of the body on the wire.
    pub body: usize,
    /// Whether the body is in chunks.
    pub chunked: bool,
    /// Whether the server closes the connection after it.
    pub closes: bool,
}

/// One reply in a connection's buffer.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    frame: Frame,
    bytes: &'a [u8],
}

impl Frame {
    /// Reads the reply at the start of the bytes; `None` while it is incomplete. A reply without a length has no body.
    ///
    /// # Errors
    /// The bytes are no HTTP/1 reply.
    pub fn read(bytes: &[u8]) -> io::Result<Option<Self>> {
        let Some(head) = find(bytes, b"\r\n\r\n").map(|at| at + 4) else { return Ok(None) };
        let mut frame = Self { status: status(&bytes[..head])?, head, body: 0, chunked: false, closes: false };
        for (name, value) in fields(&bytes[..head]) {
            frame.note(name, value)?;
        }
        if frame.chunked {
            let Some(body) = chunks(&bytes[head..], |_| ())? else { return Ok(None) };
            frame.body = body;
        }
        Ok((bytes.len() >= head + frame.body).then_some(frame))
    }

    /// All bytes of the reply.
    pub fn whole(self) -> usize {
        self.head + self.body
    }

    fn note(&mut self, name: &str, value: &str) -> io::Result<()> {
        match NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)) {
            Some(0) => self.body = value.parse().map_err(|_| bad("its length is no number"))?,
            Some(1) => self.chunked = value.eq_ignore_ascii_case("chunked"),
            Some(_) => self.closes = value.eq_ignore_ascii_case("close"),
            None => {}
        }
        Ok(())
    }
}

impl<'a> Reply<'a> {
    /// A reply that was read from the start of these bytes.
    pub fn new(frame: Frame, bytes: &'a [u8]) -> Self {
        Self { frame, bytes: &bytes[..frame.whole()] }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.frame.status
    }

    /// Bytes on the wire, head and body.
    pub fn wire(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        self.frame.status / 100 == 2
    }

    /// The header fields, as far as they are text.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        fields(&self.bytes[..self.frame.head])
    }

    /// The body, without the framing of chunks.
    pub fn body(&self) -> Cow<'a, [u8]> {
        let wire = &self.bytes[self.frame.head..];
        if !self.frame.chunked {
            return wire.into();
        }
        let mut body = Vec::with_capacity(wire.len());
        // It was found whole when the frame was read.
        let _ = chunks(wire, |data| body.extend_from_slice(data));
        body.into()
    }
}

/// The start of `part` in `bytes`.
pub fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

fn status(head: &[u8]) -> io::Result<u16> {
    let digits = head.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5));
    let text = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| bad("it has no status line"))
}

fn fields(head: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    head.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        Some((name, value.trim()))
    })
}

/// Hands out the data of each chunk. Gives the length of the whole on the wire, or `None` while the last chunk is missing.
fn chunks<'a>(wire: &'a [u8], mut take: impl FnMut(&'a [u8])) -> io::Result<Option<usize>> {
    let mut at = 0;
    loop {
        let Some(line) = find(&wire[at..], b"\r\n") else { return Ok(None) };
        let size = chunk_size(&wire[at..at + line])?;
        let data = at + line + 2;
        if size == 0 {
            return Ok(trailers_end(&wire[at + line..]).map(|end| at + line + end));
        }
        let Some(end) = data.checked_add(size).filter(|end| end + 2 <= wire.len()) else { return Ok(None) };
        take(&wire[data..end]);
        at = end + 2;
    }
}

fn chunk_size(line: &[u8]) -> io::Result<usize> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or(line);
    let text = std::str::from_utf8(digits).map_err(|_| bad("a chunk has no size"))?;
    let size = usize::from_str_radix(text.trim(), 16).map_err(|_| bad("a chunk has no size"))?;
    (size <= 1 << 30).then_some(size).ok_or_else(|| bad("a chunk is larger than a gigabyte"))
}

/// The end of the trailers, counted from the line end of the last chunk's size.
fn trailers_end(rest: &[u8]) -> Option<usize> {
    find(rest, b"\r\n\r\n").map(|at| at + 4)
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not an HTTP reply: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx-amzn-requestid: 7\r\n\r\nhello";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\nConnection: close\r\n\r\n3;x=1\r\nhel\r\n2\r\nlo\r\n0\r\nt: 1\r\n\r\n";
    const EMPTY: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

    fn read(bytes: &[u8]) -> Option<Frame> {
        Frame::read(bytes).unwrap()
    }

    #[test]
    fn reads_each_framing() {
        for (bytes, status, body, closes) in
            [(SIZED, 200, &b"hello"[..], false), (CHUNKED, 403, b"hello", true), (EMPTY, 204, b"", false)]
        {
            let frame = read(bytes).unwrap();
            assert_eq!((frame.status, frame.whole(), frame.closes), (status, bytes.len(), closes));
            assert_eq!(&*Reply::new(frame, bytes).body(), body);
        }
    }

    #[test]
    fn waits_for_every_last_byte_and_leaves_the_next_reply_alone() {
        for bytes in [SIZED, CHUNKED, EMPTY] {
            for end in 0..bytes.len() {
                assert_eq!(read(&bytes[..end]), None, "after {end} bytes");
            }
            assert_eq!(read(&[bytes, SIZED].concat()), read(bytes));
        }
    }

    #[test]
    fn gives_header_fields() {
        let reply = Reply::new(read(SIZED).unwrap(), SIZED);
        assert!(reply.fields().any(|field| field == ("x-amzn-requestid", "7")));
    }

    #[test]
    fn refuses_what_is_no_reply() {
        for bytes in [
            &b"SSH-2.0-OpenSSH\r\n\r\n"[..],
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ] {
            assert!(Frame::read(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Frame::read(&tail);
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            if let Ok(Some(frame)) = Frame::read(&[head, &*tail].concat()) {
                prop_assert!(frame.whole() <= head.len() + tail.len());
            }
        }
    }
}
