//! Writers that let only some top-level members through to another writer: the body's members of a REST output, the
//! payload, an exception's members without its message.

use smithy::{Bytes, Document, Location, Member, Shape, Timestamp, WriteValue, Writer};

use crate::ErrorReply;

/// Forwards the members for which `self.admits(member)`.
macro_rules! forward_admitted {
    () => {
        fn boolean(&mut self, member: &'static Member, value: bool) {
            if self.admits(member) {
                self.inner().boolean(member, value);
            }
        }
        fn integer(&mut self, member: &'static Member, value: i32) {
            if self.admits(member) {
                self.inner().integer(member, value);
            }
        }
        fn long(&mut self, member: &'static Member, value: i64) {
            if self.admits(member) {
                self.inner().long(member, value);
            }
        }
        fn double(&mut self, member: &'static Member, value: f64) {
            if self.admits(member) {
                self.inner().double(member, value);
            }
        }
        fn string(&mut self, member: &'static Member, value: &str) {
            if self.admits(member) {
                self.inner().string(member, value);
            }
        }
        fn blob(&mut self, member: &'static Member, value: &Bytes) {
            if self.admits(member) {
                self.inner().blob(member, value);
            }
        }
        fn timestamp(&mut self, member: &'static Member, value: Timestamp) {
            if self.admits(member) {
                self.inner().timestamp(member, value);
            }
        }
        fn document(&mut self, member: &'static Member, value: &Document) {
            if self.admits(member) {
                self.inner().document(member, value);
            }
        }
        fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
            if self.admits(member) {
                self.inner().structure(member, shape);
            }
        }
        fn list(
            &mut self,
            member: &'static Member,
            length: usize,
            elements: &mut dyn Iterator<Item = &dyn WriteValue>,
        ) {
            if self.admits(member) {
                self.inner().list(member, length, elements);
            }
        }
        fn map(
            &mut self,
            member: &'static Member,
            length: usize,
            entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>,
        ) {
            if self.admits(member) {
                self.inner().map(member, length, entries);
            }
        }
    };
}

/// Lets the members of one location through. Labels and query parameters exist in requests only: in an answer such
/// members are the body's.
pub(crate) struct Only<'a>(pub(crate) Location, pub(crate) &'a mut dyn Writer);

impl Only<'_> {
    fn admits(&self, member: &Member) -> bool {
        let request_only = matches!(member.location, Location::Label | Location::Query);
        member.location == self.0 || (self.0 == Location::Body && request_only)
    }

    fn inner(&mut self) -> &mut dyn Writer {
        self.1
    }
}

impl Writer for Only<'_> {
    forward_admitted!();
}

/// Lets an exception's body members through, except the message, which envelopes place themselves.
pub(crate) struct ErrorMembers<'a>(pub(crate) &'a mut dyn Writer);

impl ErrorMembers<'_> {
    fn admits(&self, member: &Member) -> bool {
        member.location == Location::Body && !is_message(member)
    }

    fn inner(&mut self) -> &mut dyn Writer {
        self.0
    }
}

impl Writer for ErrorMembers<'_> {
    forward_admitted!();
}

fn is_message(member: &Member) -> bool {
    member.name.eq_ignore_ascii_case("message")
}

/// What the exception calls its message: `message`, or `Message` in some services and in two of the exceptions that the
/// framework answers for all of them, as recorded from DynamoDB.
pub(crate) fn message_name(error: &ErrorReply<'_>) -> &'static str {
    let Some(shape) = error.shape else {
        let capital = matches!(error.code, "SerializationException" | "AccessDeniedException");
        return if capital { "Message" } else { "message" };
    };
    shape.members.iter().find(|m| is_message(m)).map_or("message", |m| m.json_name)
}
