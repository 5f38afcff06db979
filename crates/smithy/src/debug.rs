//! `Debug` of every generated shape: one writer for all, so that none is derived and nothing sensitive is ever printed.

use std::fmt::{self, Write};

use bytes::Bytes;
use names::Timestamp;

use crate::{Document, Member, Shape, WriteValue, Writer};

/// Longest blob that is shown whole; of longer ones only the length is.
const SHOWN_BYTES: usize = 32;

/// Writes a shape as Rust's `Debug` would: `GetQueueUrlRequest { QueueName: "q" }`, `***` for what is sensitive.
pub fn debug(shape: &dyn Shape, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = Text(String::new());
    text.shape(shape);
    f.write_str(&text.0)
}

struct Text(String);

impl Text {
    fn shape(&mut self, shape: &dyn Shape) {
        let schema = shape.schema();
        let mut members = Members { text: std::mem::take(&mut self.0), first: true };
        members.text += schema.name;
        shape.write_members(&mut members);
        self.0 = members.text;
        self.0 += if members.first { "" } else { " }" };
    }

    fn put(&mut self, member: &'static Member, value: fmt::Arguments<'_>) {
        let _ = if member.target.sensitive { self.0.write_str("***") } else { self.0.write_fmt(value) };
    }

    fn hides(&mut self, member: &'static Member) -> bool {
        if member.target.sensitive {
            self.0 += "***";
        }
        member.target.sensitive
    }
}

/// Inside a structure: puts the member's name before each value.
struct Members {
    text: String,
    first: bool,
}

impl Members {
    fn member(&mut self, member: &'static Member) -> Text {
        self.text += if self.first { " { " } else { ", " };
        self.text += member.name;
        self.text += ": ";
        self.first = false;
        Text(std::mem::take(&mut self.text))
    }
}

macro_rules! named {
    ($($method:ident: $type:ty),+) => {$(
        fn $method(&mut self, member: &'static Member, value: $type) {
            let mut text = self.member(member);
            text.$method(member, value);
            self.text = text.0;
        }
    )+};
}

impl Writer for Members {
    named!(boolean: bool, integer: i32, long: i64, double: f64, string: &str, blob: &Bytes, timestamp: Timestamp);
    named!(document: &Document, structure: &dyn Shape);

    fn list(&mut self, member: &'static Member, length: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        let mut text = self.member(member);
        text.list(member, length, elements);
        self.text = text.0;
    }

    fn map(
        &mut self,
        member: &'static Member,
        length: usize,
        entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>,
    ) {
        let mut text = self.member(member);
        text.map(member, length, entries);
        self.text = text.0;
    }
}

macro_rules! shown {
    ($($method:ident: $type:ty),+) => {$(
        fn $method(&mut self, member: &'static Member, value: $type) {
            self.put(member, format_args!("{value:?}"));
        }
    )+};
}

impl Writer for Text {
    shown!(boolean: bool, integer: i32, long: i64, double: f64, string: &str, timestamp: Timestamp);

    fn document(&mut self, member: &'static Member, value: &Document) {
        self.put(member, format_args!("{value}"));
    }

    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        if value.len() <= SHOWN_BYTES {
            self.put(member, format_args!("{value:?}"));
        } else {
            self.put(member, format_args!("{} bytes", value.len()));
        }
    }

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        if !self.hides(member) {
            self.shape(shape);
        }
    }

    fn list(&mut self, member: &'static Member, _length: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        if self.hides(member) {
            return;
        }
        self.0.push('[');
        for (index, element) in elements.enumerate() {
            self.0 += if index == 0 { "" } else { ", " };
            element.write(&member.target.members[0], self);
        }
        self.0.push(']');
    }

    fn map(
        &mut self,
        member: &'static Member,
        _length: usize,
        entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>,
    ) {
        if self.hides(member) {
            return;
        }
        self.0.push('{');
        for (index, (key, value)) in entries.enumerate() {
            self.0 += if index == 0 { "" } else { ", " };
            self.put(&member.target.members[0], format_args!("{key:?}"));
            self.0 += ": ";
            value.write(&member.target.members[1], self);
        }
        self.0.push('}');
    }
}
