//! Values as AWS's framework shows them in its texts, which is how Java shows them: `[a, b]`, `{k=v}`,
//! `Entry(source=x, detail=null)`. Sensitive values inside are left out.

use std::fmt::Write as _;

use smithy::{Bytes, Document, Member, Shape, Timestamp, WriteValue, Writer};

/// A list.
pub(super) fn list(element: &'static Member, elements: &[&dyn WriteValue]) -> String {
    let mut show = Show::default();
    show.elements(element, &mut elements.iter().copied());
    show.out
}

/// A map.
pub(super) fn map(member: &'static Member, entries: &[(&str, &dyn WriteValue)]) -> String {
    let mut show = Show::default();
    show.entries(member, &mut entries.iter().copied());
    show.out
}

/// A structure.
pub(super) fn shape(shape: &dyn Shape) -> String {
    let mut show = Show::default();
    show.members(shape);
    show.out
}

/// Bytes.
pub(super) fn bytes(length: usize) -> String {
    format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
}

#[derive(Default)]
struct Show {
    out: String,
    /// The next value is a member: its name comes first.
    named: bool,
    /// The next value is not the first.
    comma: bool,
}

impl Show {
    fn begin(&mut self, member: &'static Member) {
        if std::mem::replace(&mut self.comma, true) {
            self.out.push_str(", ");
        }
        if self.named {
            let mut name = member.name.chars();
            self.out.extend(name.next().map(|c| c.to_ascii_lowercase()));
            self.out.push_str(name.as_str());
            self.out.push('=');
        }
    }

    fn put(&mut self, member: &'static Member, value: std::fmt::Arguments<'_>) {
        self.begin(member);
        if !member.target.sensitive {
            self.out.write_fmt(value).expect("writing to a String cannot fail");
        }
    }

    /// Writes the parts of a value between brackets.
    fn parts(&mut self, named: bool, open: &str, close: char, write: impl FnOnce(&mut Self)) {
        self.out.push_str(open);
        let outer = std::mem::replace(&mut self.named, named);
        self.comma = false;
        write(self);
        (self.named, self.comma) = (outer, true);
        self.out.push(close);
    }

    fn members(&mut self, shape: &dyn Shape) {
        self.parts(true, &format!("{}(", shape.schema().name), ')', |show| shape.write_members(show));
    }

    fn elements(&mut self, element: &'static Member, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        self.parts(false, "[", ']', |show| elements.for_each(|value| value.write(element, show)));
    }

    fn entries(&mut self, member: &'static Member, entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        self.parts(false, "{", '}', |show| {
            for (key, value) in entries {
                if std::mem::take(&mut show.comma) {
                    show.out.push_str(", ");
                }
                show.out.push_str(key);
                show.out.push('=');
                value.write(&member.target.members[1], show);
            }
        });
    }
}

impl Writer for Show {
    fn boolean(&mut self, member: &'static Member, value: bool) {
        self.put(member, format_args!("{value}"));
    }
    fn integer(&mut self, member: &'static Member, value: i32) {
        self.put(member, format_args!("{value}"));
    }
    fn long(&mut self, member: &'static Member, value: i64) {
        self.put(member, format_args!("{value}"));
    }
    fn double(&mut self, member: &'static Member, value: f64) {
        self.put(member, format_args!("{value:?}"));
    }
    fn string(&mut self, member: &'static Member, value: &str) {
        self.put(member, format_args!("{value}"));
    }
    fn blob(&mut self, member: &'static Member, value: &Bytes) {
        self.put(member, format_args!("{}", bytes(value.len())));
    }
    fn timestamp(&mut self, member: &'static Member, value: Timestamp) {
        self.put(member, format_args!("{}", value.iso8601()));
    }
    fn document(&mut self, member: &'static Member, value: &Document) {
        self.put(member, format_args!("{value}"));
    }
    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        self.begin(member);
        self.members(shape);
    }
    fn list(&mut self, member: &'static Member, _: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        self.begin(member);
        self.elements(&member.target.members[0], elements);
    }
    fn map(&mut self, member: &'static Member, _: usize, entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        self.begin(member);
        self.entries(member, entries);
    }
    fn absent(&mut self, member: &'static Member) {
        self.put(member, format_args!("null"));
    }
}
