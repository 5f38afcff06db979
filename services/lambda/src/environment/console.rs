//! What processes inside print: lines from their output, and frames from runtimes that say where an event ends.
//!
//! A frame is a type of 4 bytes (`0xa55a00..`), a length of 4, an instant of 8 where the type has one, and the text; all
//! big-endian. Source: awslambdaric's FramedTelemetryLogSink.

use std::io;

use names::Timestamp;
use tokio::net::unix::pipe::Receiver;

/// The longest event; what is longer is broken, as CloudWatch Logs would.
const LONGEST: usize = 256 * 1024;

/// The pipes of an environment.
#[derive(Default)]
pub(super) struct Console {
    pipes: Vec<Pipe>,
}

struct Pipe {
    receiver: Receiver,
    parser: Parser,
    open: bool,
}

/// Takes bytes, gives events.
enum Parser {
    Lines(Vec<u8>),
    Frames(Vec<u8>),
}

/// An event, and its instant by the host's clock where the runtime told one.
pub(super) type Event = (Option<Timestamp>, String);

impl Console {
    pub(super) fn add(&mut self, output: Receiver, frames: Option<Receiver>) {
        self.pipes.retain(|pipe| pipe.open);
        self.pipes.push(Pipe { receiver: output, parser: Parser::Lines(Vec::new()), open: true });
        let frames = frames.map(|receiver| Pipe { receiver, parser: Parser::Frames(Vec::new()), open: true });
        self.pipes.extend(frames);
    }

    /// Waits until there is something to read, for ever when all are closed. Can be given up at any point.
    pub(super) async fn readable(&self) {
        let open = self.pipes.iter().filter(|pipe| pipe.open);
        let waits: Vec<_> = open.map(|pipe| Box::pin(pipe.receiver.readable())).collect();
        match waits.is_empty() {
            true => std::future::pending().await,
            false => drop(futures_util::future::select_all(waits).await),
        }
    }

    /// All that can be read now, at most about a megabyte, so that a flood does not keep others waiting.
    pub(super) fn read(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for pipe in self.pipes.iter_mut().filter(|pipe| pipe.open) {
            pipe.read(&mut events);
        }
        events
    }

    /// What is left of lines that were begun, once nothing more is expected of them.
    pub(super) fn rest(&mut self) -> Vec<Event> {
        self.pipes.iter_mut().filter_map(|pipe| pipe.parser.rest()).collect()
    }
}

impl Pipe {
    fn read(&mut self, events: &mut Vec<Event>) {
        let mut bytes = [0; 65_536];
        for _ in 0..16 {
            match self.receiver.try_read(&mut bytes) {
                Ok(0) => self.open = false,
                Ok(length) => {
                    self.parser.take(&bytes[..length], events);
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => self.open = false,
            }
            break;
        }
        if !self.open {
            events.extend(self.parser.rest());
        }
    }
}

impl Parser {
    fn take(&mut self, bytes: &[u8], events: &mut Vec<Event>) {
        match self {
            Self::Lines(buffer) => lines(buffer, bytes, events),
            Self::Frames(buffer) => {
                buffer.extend_from_slice(bytes);
                while let Some((used, event)) = frame(buffer) {
                    buffer.drain(..used);
                    events.push(event);
                }
            }
        }
    }

    fn rest(&mut self) -> Option<Event> {
        let Self::Lines(buffer) = self else { return None };
        (!buffer.is_empty()).then(|| (None, text(&std::mem::take(buffer))))
    }
}

fn lines(buffer: &mut Vec<u8>, bytes: &[u8], events: &mut Vec<Event>) {
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        buffer.extend_from_slice(piece);
        if piece.ends_with(b"\n") || buffer.len() >= LONGEST {
            let line = std::mem::take(buffer);
            events.push((None, text(line.strip_suffix(b"\n").unwrap_or(&line))));
        }
    }
}

/// The first whole frame: how long it is, and what it says. What is no frame is taken as text, to its end.
fn frame(buffer: &[u8]) -> Option<(usize, Event)> {
    let word = |at: usize| buffer.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    let (kind, length) = (word(0)?, word(4)? as usize);
    if kind >> 16 != 0xa55a || length > 8 * LONGEST {
        return Some((buffer.len(), (None, text(buffer))));
    }
    let head = if kind & 0xffff <= 2 { 8 } else { 16 };
    let body = buffer.get(head..head + length)?;
    let at = buffer.get(8..16).filter(|_| head == 16).and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
    let line = body.strip_suffix(b"\n").unwrap_or(body);
    Some((head + length, (at.map(Timestamp::from_micros), text(line))))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(mut parser: Parser, pieces: &[&[u8]]) -> Vec<String> {
        let mut events = Vec::new();
        pieces.iter().for_each(|piece| parser.take(piece, &mut events));
        events.extend(parser.rest());
        events.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn lines_come_in_any_pieces() {
        assert_eq!(parse(Parser::Lines(Vec::new()), &[b"a\nb", b"c\n\nd"]), ["a", "bc", "", "d"]);
        let long = vec![b'x'; LONGEST];
        assert_eq!(parse(Parser::Lines(Vec::new()), &[&long, b"y\n"]).len(), 2);
    }

    #[test]
    fn frames_keep_their_line_breaks() {
        let mut bytes = vec![0xa5, 0x5a, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9];
        bytes.extend(b"a\nb\n");
        bytes.extend([0xa5, 0x5a, 0, 1, 0, 0, 0, 1, b'c']);
        for cut in 0..bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(parse(Parser::Frames(Vec::new()), &[left, right]), ["a\nb", "c"], "cut at {cut}");
        }
        assert_eq!(parse(Parser::Frames(Vec::new()), &[b"no frame"]), ["no frame"]);
    }
}
